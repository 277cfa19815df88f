//! Users, groups and domains, as the identity API shows them.

use axum::extract::{OriginalUri, Path, State};
use axum::http::{StatusCode, Uri};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::projects::page;
use super::wire::Links;
use crate::api::coffer::groups::check_group;
use crate::catalog::access::Group as GroupRow;
use crate::catalog::identity as rows;
use crate::http::{ApiError, Json, Params, PublicBase};
use crate::identity::Caller;
use crate::state::AppState;

/// `{"users": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeystoneUsers {
    users: Vec<KeystoneUser>,
    links: Links,
}

/// `{"user": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeystoneUserAnswer {
    user: KeystoneUser,
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeystoneUser {
    id: String,
    name: String,
    domain_id: String,
    description: String,
    enabled: bool,
    default_project_id: Option<String>,
    #[schema(value_type = Object)]
    links: Value,
}

/// `{"groups": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeystoneGroups {
    groups: Vec<KeystoneGroup>,
    links: Links,
}

/// `{"group": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeystoneGroupAnswer {
    group: KeystoneGroup,
}

/// A group of users.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeystoneGroup {
    id: String,
    name: String,
    domain_id: String,
    description: String,
    #[schema(value_type = Object)]
    links: Value,
}

/// `{"group": {...}}` to make or change one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct KeystoneGroupRequest {
    group: KeystoneGroupBody,
}

/// A group to be made or changed.
#[derive(Debug, Deserialize, ToSchema)]
pub struct KeystoneGroupBody {
    /// Needed for a new one.
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    /// The caller's own.
    #[serde(default)]
    domain_id: Option<String>,
}

fn user(base: &str, user: rows::User) -> KeystoneUser {
    KeystoneUser {
        links: json!({"self": format!("{base}/v3/users/{}", user.id)}),
        id: user.id.to_string(),
        name: user.name,
        domain_id: user.domain_id.to_string(),
        description: user.description,
        enabled: user.enabled,
        default_project_id: user.default_project_id.map(|id| id.to_string()),
    }
}

fn group(base: &str, group: GroupRow) -> KeystoneGroup {
    KeystoneGroup {
        links: json!({"self": format!("{base}/v3/groups/{}", group.id)}),
        id: group.id,
        name: group.name,
        domain_id: group.domain_id.to_string(),
        description: group.description,
    }
}

fn users_page(
    users: Vec<rows::User>,
    base: &str,
    uri: &Uri,
    params: &Params,
) -> Result<Json<KeystoneUsers>, ApiError> {
    let enabled = params.truth("enabled")?;
    let fits = |key: &str, value: &str| params.get(key).is_none_or(|wanted| wanted == value);
    let kept = users.into_iter().filter(|user| {
        fits("name", &user.name)
            && fits("domain_id", &user.domain_id.to_string())
            && enabled.is_none_or(|enabled| enabled == user.enabled)
    });
    let (users, links) = page(kept.collect(), base, uri, params)?;
    let users = users.into_iter().map(|found| user(base, found)).collect();
    Ok(Json(KeystoneUsers { users, links }))
}

/// The users of the caller's domain.
#[utoipa::path(get, path = "/v3/users", tag = "identity", operation_id = "keystone_users",
    security(("token" = [])),
    params(("name" = Option<String>, Query), ("domain_id" = Option<String>, Query),
        ("enabled" = Option<bool>, Query), ("page" = Option<u32>, Query),
        ("per_page" = Option<u32>, Query)),
    extensions(("x-action" = json!("iam:users:list"))),
    responses((status = 200, body = KeystoneUsers), (status = 401), (status = 403)))]
pub(super) async fn users(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    OriginalUri(uri): OriginalUri,
    params: Params,
    caller: Caller,
) -> Result<Json<KeystoneUsers>, ApiError> {
    let users = state.identity.users(caller.user_domain_id).await?;
    users_page(users, &base, &uri, &params)
}

/// A user: oneself, or one of the caller's domain.
#[utoipa::path(get, path = "/v3/users/{user_id}", tag = "identity",
    operation_id = "keystone_user", security(("token" = [])),
    params(("user_id" = String, Path)),
    extensions(("x-action" = json!("iam:users:get")), ("x-own" = json!(true))),
    responses((status = 200, body = KeystoneUserAnswer), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn show_user(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<KeystoneUserAnswer>, ApiError> {
    caller.self_or(id.parse().ok(), "iam:users:get")?;
    let id = id.parse().map_err(|_| ApiError::not_found("user"))?;
    let found = state.identity.user(caller.user_domain_id, id).await?;
    Ok(Json(KeystoneUserAnswer {
        user: user(&base, found),
    }))
}

/// The groups that a user is in.
#[utoipa::path(get, path = "/v3/users/{user_id}/groups", tag = "identity",
    operation_id = "keystone_groups_of_user", security(("token" = [])),
    params(("user_id" = String, Path)),
    extensions(("x-action" = json!("iam:users:get")), ("x-own" = json!(true))),
    responses((status = 200, body = KeystoneGroups), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn groups_of_user(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<String>,
    params: Params,
    caller: Caller,
) -> Result<Json<KeystoneGroups>, ApiError> {
    caller.self_or(id.parse().ok(), "iam:users:get")?;
    let id = id.parse().map_err(|_| ApiError::not_found("user"))?;
    let found = state.identity.user(caller.user_domain_id, id).await?;
    let groups = state.identity.groups_of(found.id).await?;
    groups_page(groups, &base, &uri, &params)
}

fn groups_page(
    groups: Vec<GroupRow>,
    base: &str,
    uri: &Uri,
    params: &Params,
) -> Result<Json<KeystoneGroups>, ApiError> {
    let fits = |key: &str, value: &str| params.get(key).is_none_or(|wanted| wanted == value);
    let kept = groups.into_iter().filter(|group| {
        fits("name", &group.name) && fits("domain_id", &group.domain_id.to_string())
    });
    let (groups, links) = page(kept.collect(), base, uri, params)?;
    let groups = groups.into_iter().map(|found| group(base, found)).collect();
    Ok(Json(KeystoneGroups { groups, links }))
}

/// The groups of the caller's domain.
#[utoipa::path(get, path = "/v3/groups", tag = "identity", operation_id = "keystone_groups",
    security(("token" = [])),
    params(("name" = Option<String>, Query), ("domain_id" = Option<String>, Query),
        ("page" = Option<u32>, Query), ("per_page" = Option<u32>, Query)),
    extensions(("x-action" = json!("iam:groups:list"))),
    responses((status = 200, body = KeystoneGroups), (status = 401), (status = 403)))]
pub(super) async fn groups(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    OriginalUri(uri): OriginalUri,
    params: Params,
    caller: Caller,
) -> Result<Json<KeystoneGroups>, ApiError> {
    let groups = state.identity.groups(caller.user_domain_id).await?;
    groups_page(groups, &base, &uri, &params)
}

/// Makes a group in the caller's domain.
#[utoipa::path(post, path = "/v3/groups", tag = "identity",
    operation_id = "keystone_create_group", security(("token" = [])),
    request_body = KeystoneGroupRequest,
    extensions(("x-action" = json!("iam:groups:create"))),
    responses((status = 201, body = KeystoneGroupAnswer), (status = 400), (status = 401),
        (status = 403), (status = 409)))]
pub(super) async fn create_group(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    caller: Caller,
    Json(body): Json<KeystoneGroupRequest>,
) -> Result<(StatusCode, Json<KeystoneGroupAnswer>), ApiError> {
    let wanted = body.group;
    let own = caller.user_domain_id.to_string();
    if wanted.domain_id.is_some_and(|id| id != own) {
        return Err(ApiError::not_found("domain"));
    }
    let name = wanted
        .name
        .ok_or_else(|| ApiError::bad_request("`group.name` is missing."))?;
    let description = wanted.description.unwrap_or_default();
    let made = state
        .identity
        .create_group(caller.user_domain_id, &name, &description)
        .await?;
    let group = group(&base, made);
    Ok((StatusCode::CREATED, Json(KeystoneGroupAnswer { group })))
}

async fn find(state: &AppState, caller: &Caller, id: &str) -> Result<GroupRow, ApiError> {
    Ok(state.identity.group(caller.user_domain_id, id).await?)
}

/// A group.
#[utoipa::path(get, path = "/v3/groups/{group_id}", tag = "identity",
    operation_id = "keystone_group", security(("token" = [])),
    params(("group_id" = String, Path)),
    extensions(("x-action" = json!("iam:groups:get"))),
    responses((status = 200, body = KeystoneGroupAnswer), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn show_group(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<KeystoneGroupAnswer>, ApiError> {
    let group = group(&base, find(&state, &caller, &id).await?);
    Ok(Json(KeystoneGroupAnswer { group }))
}

/// Changes a group.
#[utoipa::path(patch, path = "/v3/groups/{group_id}", tag = "identity",
    operation_id = "keystone_change_group", security(("token" = [])),
    params(("group_id" = String, Path)), request_body = KeystoneGroupRequest,
    extensions(("x-action" = json!("iam:groups:update"))),
    responses((status = 200, body = KeystoneGroupAnswer), (status = 400), (status = 401),
        (status = 403), (status = 404), (status = 409)))]
pub(super) async fn change_group(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<KeystoneGroupRequest>,
) -> Result<Json<KeystoneGroupAnswer>, ApiError> {
    let mut found = find(&state, &caller, &id).await?;
    found.name = body.group.name.unwrap_or(found.name);
    found.description = body.group.description.unwrap_or(found.description);
    state.identity.update_group(&found).await?;
    let group = group(&base, found);
    Ok(Json(KeystoneGroupAnswer { group }))
}

/// Deletes a group.
#[utoipa::path(delete, path = "/v3/groups/{group_id}", tag = "identity",
    operation_id = "keystone_delete_group", security(("token" = [])),
    params(("group_id" = String, Path)),
    extensions(("x-action" = json!("iam:groups:delete"))),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn delete_group(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let group = find(&state, &caller, &id).await?;
    check_group(&state, &caller, &group).await?;
    state.identity.delete_group(&group).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The members of a group.
#[utoipa::path(get, path = "/v3/groups/{group_id}/users", tag = "identity",
    operation_id = "keystone_members", security(("token" = [])),
    params(("group_id" = String, Path)),
    extensions(("x-action" = json!("iam:groups:get"))),
    responses((status = 200, body = KeystoneUsers), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn members(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<String>,
    params: Params,
    caller: Caller,
) -> Result<Json<KeystoneUsers>, ApiError> {
    let group = find(&state, &caller, &id).await?;
    let users = state.identity.members(&group).await?;
    users_page(users, &base, &uri, &params)
}

async fn pair(
    state: &AppState,
    caller: &Caller,
    (group, user): (String, String),
) -> Result<(GroupRow, rows::User), ApiError> {
    let group = find(state, caller, &group).await?;
    let id = user.parse().map_err(|_| ApiError::not_found("user"))?;
    let user = state.identity.user(caller.user_domain_id, id).await?;
    Ok((group, user))
}

/// Puts a user into a group.
#[utoipa::path(put, path = "/v3/groups/{group_id}/users/{user_id}", tag = "identity",
    operation_id = "keystone_add_member", security(("token" = [])),
    params(("group_id" = String, Path), ("user_id" = String, Path)),
    extensions(("x-action" = json!("iam:groups:addUser"))),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn add(
    State(state): State<AppState>,
    Path(ids): Path<(String, String)>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let (group, user) = pair(&state, &caller, ids).await?;
    check_group(&state, &caller, &group).await?;
    state.identity.add_member(&group, user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says whether a user is in a group.
#[utoipa::path(head, path = "/v3/groups/{group_id}/users/{user_id}", tag = "identity",
    operation_id = "keystone_is_member", security(("token" = [])),
    params(("group_id" = String, Path), ("user_id" = String, Path)),
    extensions(("x-action" = json!("iam:groups:get"))),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn is_member(
    State(state): State<AppState>,
    Path(ids): Path<(String, String)>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let (group, user) = pair(&state, &caller, ids).await?;
    let members = state.identity.members(&group).await?;
    match members.iter().any(|member| member.id == user.id) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found("membership")),
    }
}

/// Takes a user out of a group.
#[utoipa::path(delete, path = "/v3/groups/{group_id}/users/{user_id}", tag = "identity",
    operation_id = "keystone_remove_member", security(("token" = [])),
    params(("group_id" = String, Path), ("user_id" = String, Path)),
    extensions(("x-action" = json!("iam:groups:removeUser"))),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn remove(
    State(state): State<AppState>,
    Path(ids): Path<(String, String)>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let (group, user) = pair(&state, &caller, ids).await?;
    check_group(&state, &caller, &group).await?;
    state.identity.remove_member(&group, user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
