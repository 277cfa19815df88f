//! Groups of users.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::objects::time;
use super::roles::check_reach;
use super::user_id;
use super::users::Granted;
use crate::catalog::access::{Group, Principal};
use crate::http::{ApiError, Json};
use crate::identity::{Caller, Power};
use crate::state::AppState;

/// `{"groups": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupsAnswer {
    groups: Vec<GroupBody>,
}

/// `{"group": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupAnswer {
    group: GroupBody,
}

/// A group of users.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupBody {
    id: String,
    name: String,
    domain_id: String,
    description: String,
    created_at: String,
    /// Its members, by name.
    members: Vec<Member>,
    /// The roles that its members have by it.
    roles: Vec<Granted>,
}

/// A user in a group.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GroupMember)]
pub struct Member {
    id: String,
    name: String,
}

/// `{"group": {...}}` to make one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateGroup {
    group: CreateGroupBody,
}

/// A group to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateGroupBody {
    /// 1 to 64 characters, unique in the domain.
    name: String,
    #[serde(default)]
    description: Option<String>,
}

/// `{"group": {...}}` to change one: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeGroup {
    group: ChangeGroupBody,
}

/// What to change.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeGroupBody {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    description: Option<String>,
}

async fn wire(state: &AppState, group: Group) -> Result<GroupBody, ApiError> {
    let members = state.identity.members(&group).await?;
    let principal = Principal::Group(group.id.clone());
    let grants = state.identity.grants(&principal).await?;
    Ok(GroupBody {
        id: group.id,
        name: group.name,
        domain_id: group.domain_id.to_string(),
        description: group.description,
        created_at: time(group.created_at),
        members: members
            .into_iter()
            .map(|user| Member {
                id: user.id.to_string(),
                name: user.name,
            })
            .collect(),
        roles: grants.into_iter().map(Granted::from).collect(),
    })
}

async fn find(state: &AppState, caller: &Caller, id: &str) -> Result<Group, ApiError> {
    Ok(state.identity.group(caller.user_domain_id, id).await?)
}

/// Who joins a group, or changes one, gets at its roles: nobody gets at more than it has.
pub(in crate::api) async fn check_group(
    state: &AppState,
    caller: &Caller,
    group: &Group,
) -> Result<(), ApiError> {
    let principal = Principal::Group(group.id.clone());
    for grant in state.identity.grants(&principal).await? {
        let power = Power::of([&grant.held()]);
        check_reach(caller, |action| power.allows(action))?;
    }
    Ok(())
}

/// The groups of the domain.
#[utoipa::path(get, path = "/coffer/v1/groups", tag = "administration",
    operation_id = "list_groups", security(("token" = [])),
    extensions(("x-action" = json!("iam:groups:list"))),
    responses((status = 200, body = GroupsAnswer), (status = 401), (status = 403)))]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<GroupsAnswer>, ApiError> {
    let mut groups = Vec::new();
    for group in state.identity.groups(caller.user_domain_id).await? {
        groups.push(wire(&state, group).await?);
    }
    Ok(Json(GroupsAnswer { groups }))
}

/// Makes a group.
#[utoipa::path(post, path = "/coffer/v1/groups", tag = "administration",
    operation_id = "create_group", security(("token" = [])), request_body = CreateGroup,
    extensions(("x-action" = json!("iam:groups:create"))),
    responses((status = 201, body = GroupAnswer), (status = 400), (status = 401), (status = 403),
        (status = 409)))]
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Json(CreateGroup { group }): Json<CreateGroup>,
) -> Result<(StatusCode, Json<GroupAnswer>), ApiError> {
    let description = group.description.unwrap_or_default();
    let made = state
        .identity
        .create_group(caller.user_domain_id, &group.name, &description)
        .await?;
    let group = wire(&state, made).await?;
    Ok((StatusCode::CREATED, Json(GroupAnswer { group })))
}

/// A group, by id or name.
#[utoipa::path(get, path = "/coffer/v1/groups/{group_id}", tag = "administration",
    operation_id = "show_group", security(("token" = [])), params(("group_id" = String, Path)),
    extensions(("x-action" = json!("iam:groups:get"))),
    responses((status = 200, body = GroupAnswer), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<GroupAnswer>, ApiError> {
    let group = find(&state, &caller, &id).await?;
    let group = wire(&state, group).await?;
    Ok(Json(GroupAnswer { group }))
}

/// Changes a group's name or description.
#[utoipa::path(patch, path = "/coffer/v1/groups/{group_id}", tag = "administration",
    operation_id = "change_group", security(("token" = [])),
    params(("group_id" = String, Path)), request_body = ChangeGroup,
    extensions(("x-action" = json!("iam:groups:update"))),
    responses((status = 200, body = GroupAnswer), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn change(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
    Json(ChangeGroup { group: change }): Json<ChangeGroup>,
) -> Result<Json<GroupAnswer>, ApiError> {
    let mut group = find(&state, &caller, &id).await?;
    group.name = change.name.unwrap_or(group.name);
    group.description = change.description.unwrap_or(group.description);
    state.identity.update_group(&group).await?;
    let group = wire(&state, group).await?;
    Ok(Json(GroupAnswer { group }))
}

/// Deletes a group; its members lose the roles that they had by it.
#[utoipa::path(delete, path = "/coffer/v1/groups/{group_id}", tag = "administration",
    operation_id = "delete_group", security(("token" = [])), params(("group_id" = String, Path)),
    extensions(("x-action" = json!("iam:groups:delete"))),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn delete(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let group = find(&state, &caller, &id).await?;
    check_group(&state, &caller, &group).await?;
    state.identity.delete_group(&group).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a user into a group; nothing happens where it is in it already.
#[utoipa::path(put, path = "/coffer/v1/groups/{group_id}/users/{user_id}",
    tag = "administration", operation_id = "add_group_member", security(("token" = [])),
    params(("group_id" = String, Path), ("user_id" = String, Path)),
    extensions(("x-action" = json!("iam:groups:addUser"))),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn add(
    State(state): State<AppState>,
    Path((group, user)): Path<(String, String)>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let group = find(&state, &caller, &group).await?;
    let user = state.identity.user(caller.user_domain_id, user_id(&user)?);
    let user = user.await?;
    check_group(&state, &caller, &group).await?;
    state.identity.add_member(&group, user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a user out of a group.
#[utoipa::path(delete, path = "/coffer/v1/groups/{group_id}/users/{user_id}",
    tag = "administration", operation_id = "remove_group_member", security(("token" = [])),
    params(("group_id" = String, Path), ("user_id" = String, Path)),
    extensions(("x-action" = json!("iam:groups:removeUser"))),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn remove(
    State(state): State<AppState>,
    Path((group, user)): Path<(String, String)>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let group = find(&state, &caller, &group).await?;
    let user = state.identity.user(caller.user_domain_id, user_id(&user)?);
    let user = user.await?;
    check_group(&state, &caller, &group).await?;
    state.identity.remove_member(&group, user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
