//! Users and their roles.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::ids::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::roles::check_reach;
use super::{project_id, user_id};
use crate::catalog::access::{Grant, Principal};
use crate::catalog::identity as rows;
use crate::catalog::identity::ScopeId;
use crate::http::frame::ClientAddress;
use crate::http::{ApiError, Json};
use crate::identity::{Caller, LoginError, NewUser, Power};
use crate::state::AppState;

/// `{"users": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Users {
    users: Vec<User>,
}

/// `{"user": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserAnswer {
    user: User,
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub struct User {
    id: String,
    name: String,
    domain_id: String,
    description: String,
    enabled: bool,
    /// Shut out by wrong passwords, from so many addresses; it ends by itself.
    locked_addresses: i64,
    /// The next log-in has to set another password.
    must_change_password: bool,
    /// False for users that only have access keys.
    has_password: bool,
    default_project_id: Option<String>,
    /// `2026-11-23T14:10:18Z`.
    created_at: String,
    /// The user's own roles; those of its groups come on top.
    roles: Vec<Granted>,
    groups: Vec<GroupRef>,
}

/// A group that a user is in.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupRef {
    id: String,
    name: String,
}

impl From<Grant> for Granted {
    fn from(grant: Grant) -> Granted {
        Granted {
            role: grant.role,
            role_id: grant.role_id,
            project_id: match grant.scope {
                ScopeId::Project(id) => Some(id.to_string()),
                ScopeId::Domain(_) | ScopeId::None => None,
            },
        }
    }
}

/// A role on a project, or on the domain (then for all of its projects).
#[derive(Debug, Serialize, ToSchema)]
pub struct Granted {
    /// Name of the role: `admin`, `user`, `readonly`, or another.
    role: String,
    role_id: String,
    /// None for the domain.
    project_id: Option<String>,
}

/// `{"user": {...}}` to make one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateUser {
    user: CreateUserBody,
}

/// A user to be made.
#[derive(Deserialize, ToSchema)]
pub struct CreateUserBody {
    name: String,
    #[serde(default)]
    description: Option<String>,
    /// 8 characters at least, without the name; none for a user that only has access keys.
    #[serde(default)]
    password: Option<String>,
    /// The first log-in has to set another password.
    #[serde(default)]
    must_change_password: bool,
    #[serde(default)]
    default_project_id: Option<String>,
}

impl std::fmt::Debug for CreateUserBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The password stays out of logs.
        f.debug_struct("CreateUserBody")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// `{"user": {...}}` to change one: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeUser {
    user: ChangeUserBody,
}

/// What to change.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeUserBody {
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    enabled: Option<bool>,
    #[serde(default)]
    default_project_id: Option<String>,
}

/// `{"password", "original_password"}`.
#[derive(Deserialize, ToSchema)]
pub struct SetPassword {
    /// The new one: 8 characters at least.
    password: String,
    /// The old one; needed for one's own.
    #[serde(default)]
    original_password: Option<String>,
    /// The next log-in has to set another one; for passwords of others.
    #[serde(default)]
    must_change_password: bool,
}

impl std::fmt::Debug for SetPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SetPassword")
    }
}

async fn wire(state: &AppState, user: rows::User) -> Result<User, ApiError> {
    let grants = state.identity.grants(&Principal::User(user.id)).await?;
    let groups = state.identity.groups_of(user.id).await?;
    let at = jiff::Timestamp::from_millisecond(user.created_at).unwrap_or_default();
    Ok(User {
        id: user.id.to_string(),
        name: user.name,
        domain_id: user.domain_id.to_string(),
        description: user.description,
        enabled: user.enabled,
        locked_addresses: state.identity.lockouts(user.id).await?,
        must_change_password: user.must_change,
        has_password: !user.password_hash.is_empty(),
        default_project_id: user.default_project_id.map(|id| id.to_string()),
        created_at: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        roles: grants.into_iter().map(Granted::from).collect(),
        groups: groups
            .into_iter()
            .map(|group| GroupRef {
                id: group.id,
                name: group.name,
            })
            .collect(),
    })
}

/// The users of the domain.
#[utoipa::path(get, path = "/coffer/v1/users", tag = "administration", security(("token" = [])),
    extensions(("x-action" = json!("iam:users:list"))),
    responses((status = 200, body = Users), (status = 401), (status = 403)))]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Users>, ApiError> {
    let domain = caller.user_domain_id;
    let mut users = Vec::new();
    for user in state.identity.users(domain).await? {
        users.push(wire(&state, user).await?);
    }
    Ok(Json(Users { users }))
}

/// Makes a user. It may do nothing until it has a role.
#[utoipa::path(post, path = "/coffer/v1/users", tag = "administration",
    security(("token" = [])), request_body = CreateUser,
    extensions(("x-action" = json!("iam:users:create"))),
    responses((status = 201, body = UserAnswer), (status = 400), (status = 401), (status = 403),
        (status = 409)))]
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Json(CreateUser { user }): Json<CreateUser>,
) -> Result<(StatusCode, Json<UserAnswer>), ApiError> {
    let domain_id = caller.user_domain_id;
    let new = NewUser {
        domain_id,
        name: user.name,
        description: user.description.unwrap_or_default(),
        password: user.password,
        must_change: user.must_change_password,
        default_project_id: user
            .default_project_id
            .as_deref()
            .map(project_id)
            .transpose()?,
    };
    let user = state.identity.create_user(new).await?;
    Ok((
        StatusCode::CREATED,
        Json(UserAnswer {
            user: wire(&state, user).await?,
        }),
    ))
}

/// A user.
#[utoipa::path(get, path = "/coffer/v1/users/{user_id}", tag = "administration",
    security(("token" = [])), params(("user_id" = String, Path)),
    extensions(("x-action" = json!("iam:users:get")), ("x-own" = json!(true))),
    responses((status = 200, body = UserAnswer), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<UserAnswer>, ApiError> {
    caller.self_or(user_id(&id).ok(), "iam:users:get")?;
    let user = state.identity.user(caller.user_domain_id, user_id(&id)?);
    let user = user.await?;
    Ok(Json(UserAnswer {
        user: wire(&state, user).await?,
    }))
}

/// Changes a user. One that is disabled loses its tokens.
#[utoipa::path(patch, path = "/coffer/v1/users/{user_id}", tag = "administration",
    security(("token" = [])), params(("user_id" = String, Path)), request_body = ChangeUser,
    extensions(("x-action" = json!("iam:users:update"))),
    responses((status = 200, body = UserAnswer), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn change(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
    Json(ChangeUser { user: change }): Json<ChangeUser>,
) -> Result<Json<UserAnswer>, ApiError> {
    let domain = caller.user_domain_id;
    let mut user = state.identity.user(domain, user_id(&id)?).await?;
    no_more_than_own(&state, &caller, user.id).await?;
    if change.enabled == Some(false) && user.id == caller.user_id {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "Nobody can disable itself.",
        ));
    }
    user.description = change.description.unwrap_or(user.description);
    user.enabled = change.enabled.unwrap_or(user.enabled);
    if let Some(project) = &change.default_project_id {
        user.default_project_id = Some(project_id(project)?);
    }
    state.identity.update_user(&user).await?;
    Ok(Json(UserAnswer {
        user: wire(&state, user).await?,
    }))
}

/// Deletes a user with its tokens, access keys and roles.
#[utoipa::path(delete, path = "/coffer/v1/users/{user_id}", tag = "administration",
    security(("token" = [])), params(("user_id" = String, Path)),
    extensions(("x-action" = json!("iam:users:delete"))),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub(super) async fn delete(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let domain = caller.user_domain_id;
    let user = state.identity.user(domain, user_id(&id)?).await?;
    if user.id == caller.user_id {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "Nobody can delete itself.",
        ));
    }
    no_more_than_own(&state, &caller, user.id).await?;
    state.identity.delete_user(user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets a password and ends all tokens of its user.
#[utoipa::path(post, path = "/coffer/v1/users/{user_id}/password", tag = "administration",
    security(("token" = [])), params(("user_id" = String, Path)), request_body = SetPassword,
    extensions(("x-action" = json!("iam:users:setPassword")), ("x-own" = json!(true))),
    responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn set_password(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<SetPassword>,
) -> Result<StatusCode, ApiError> {
    let own = user_id(&id).ok() == Some(caller.user_id);
    let id = match user_id(&id) {
        Ok(id) if id == caller.user_id => {
            let original = body.original_password.unwrap_or_default();
            let checked = state.identity.check_own_password(id, &original, address);
            checked.await.map_err(|error| match error {
                LoginError::Refused => ApiError::forbidden(),
                LoginError::Locked { seconds } => ApiError::new(
                    StatusCode::FORBIDDEN,
                    format!("Too many wrong passwords. Try again in {seconds} s."),
                ),
                LoginError::Failed(error) => ApiError::from(error),
            })?;
            id
        }
        _ => {
            caller.self_or(None, "iam:users:setPassword")?;
            let user = state.identity.user(caller.user_domain_id, user_id(&id)?);
            let user = user.await?;
            no_more_than_own(&state, &caller, user.id).await?;
            user.id
        }
    };
    let must_change = body.must_change_password && !own;
    state
        .identity
        .set_password(id, &body.password, must_change)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a user log in again that was shut out by wrong passwords.
#[utoipa::path(post, path = "/coffer/v1/users/{user_id}/unlock", tag = "administration",
    operation_id = "unlock_user", security(("token" = [])),
    params(("user_id" = String, Path)),
    extensions(("x-action" = json!("iam:users:unlock"))),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn unlock(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let user = state.identity.user(caller.user_domain_id, user_id(&id)?);
    let user = user.await?;
    state.identity.unlock(user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Nobody changes a user who may do more than itself: a password set for an administrator would
/// make one.
async fn no_more_than_own(state: &AppState, caller: &Caller, user: UserId) -> Result<(), ApiError> {
    if caller.is_domain_admin() {
        return Ok(());
    }
    for grant in state.identity.grants_for(user).await? {
        let power = Power::of([&grant.held()]);
        check_reach(caller, |action| power.allows(action))?;
    }
    Ok(())
}
