//! Users and their roles.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{project_id, user_id};
use crate::catalog::identity as rows;
use crate::catalog::identity::ScopeId;
use crate::http::{ApiError, Json};
use crate::identity::{Caller, NewUser, Role};
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
    /// False for users that only have access keys.
    has_password: bool,
    default_project_id: Option<String>,
    /// `2026-11-23T14:10:18Z`.
    created_at: String,
    roles: Vec<Granted>,
}

/// A role on a project, or on the domain (then for all of its projects).
#[derive(Debug, Serialize, ToSchema)]
pub struct Granted {
    /// `admin`, `user`, `readonly`.
    role: String,
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
    /// 8 characters at least; none for a user that only has access keys.
    #[serde(default)]
    password: Option<String>,
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
}

impl std::fmt::Debug for SetPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SetPassword")
    }
}

async fn wire(state: &AppState, user: rows::User) -> Result<User, ApiError> {
    let grants = state.identity.grants(user.id).await?;
    let at = jiff::Timestamp::from_millisecond(user.created_at).unwrap_or_default();
    Ok(User {
        id: user.id.to_string(),
        name: user.name,
        domain_id: user.domain_id.to_string(),
        description: user.description,
        enabled: user.enabled,
        has_password: !user.password_hash.is_empty(),
        default_project_id: user.default_project_id.map(|id| id.to_string()),
        created_at: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        roles: grants
            .into_iter()
            .map(|grant| Granted {
                role: grant.role,
                project_id: match grant.scope {
                    ScopeId::Project(id) => Some(id.to_string()),
                    ScopeId::Domain(_) | ScopeId::None => None,
                },
            })
            .collect(),
    })
}

/// The users of the domain.
#[utoipa::path(get, path = "/coffer/v1/users", tag = "administration", security(("token" = [])),
    responses((status = 200, body = Users), (status = 401), (status = 403)))]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Users>, ApiError> {
    let domain = caller.administer()?;
    let mut users = Vec::new();
    for user in state.identity.users(domain).await? {
        users.push(wire(&state, user).await?);
    }
    Ok(Json(Users { users }))
}

/// Makes a user. It may do nothing until it has a role.
#[utoipa::path(post, path = "/coffer/v1/users", tag = "administration",
    security(("token" = [])), request_body = CreateUser,
    responses((status = 201, body = UserAnswer), (status = 400), (status = 401), (status = 403),
        (status = 409)))]
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Json(CreateUser { user }): Json<CreateUser>,
) -> Result<(StatusCode, Json<UserAnswer>), ApiError> {
    let domain_id = caller.administer()?;
    let new = NewUser {
        domain_id,
        name: user.name,
        description: user.description.unwrap_or_default(),
        password: user.password,
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
    responses((status = 200, body = UserAnswer), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<UserAnswer>, ApiError> {
    let domain = match user_id(&id) {
        Ok(id) if id == caller.user_id => caller.user_domain_id,
        _ => caller.administer()?,
    };
    let user = state.identity.user(domain, user_id(&id)?).await?;
    Ok(Json(UserAnswer {
        user: wire(&state, user).await?,
    }))
}

/// Changes a user. One that is disabled loses its tokens.
#[utoipa::path(patch, path = "/coffer/v1/users/{user_id}", tag = "administration",
    security(("token" = [])), params(("user_id" = String, Path)), request_body = ChangeUser,
    responses((status = 200, body = UserAnswer), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn change(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
    Json(ChangeUser { user: change }): Json<ChangeUser>,
) -> Result<Json<UserAnswer>, ApiError> {
    let domain = caller.administer()?;
    let mut user = state.identity.user(domain, user_id(&id)?).await?;
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
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub(super) async fn delete(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let domain = caller.administer()?;
    let user = state.identity.user(domain, user_id(&id)?).await?;
    if user.id == caller.user_id {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "Nobody can delete itself.",
        ));
    }
    state.identity.delete_user(user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets a password and ends all tokens of its user.
#[utoipa::path(post, path = "/coffer/v1/users/{user_id}/password", tag = "administration",
    security(("token" = [])), params(("user_id" = String, Path)), request_body = SetPassword,
    responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn set_password(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<SetPassword>,
) -> Result<StatusCode, ApiError> {
    let id = match user_id(&id) {
        Ok(id) if id == caller.user_id => {
            let original = body.original_password.unwrap_or_default();
            if !state.identity.password_fits(id, &original).await? {
                return Err(ApiError::forbidden());
            }
            id
        }
        _ => {
            let domain = caller.administer()?;
            state.identity.user(domain, user_id(&id)?).await?.id
        }
    };
    state.identity.set_password(id, &body.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The user, role and project that a path names, all in the caller's domain.
async fn parts(
    state: &AppState,
    caller: &Caller,
    (project, user, role): (String, String, String),
) -> Result<(rows::User, Role, ScopeId), ApiError> {
    let domain = caller.administer()?;
    let project = state
        .identity
        .project(domain, project_id(&project)?)
        .await?;
    let user = state.identity.user(domain, user_id(&user)?).await?;
    let role = Role::from_name(&role).ok_or_else(|| ApiError::not_found("role"))?;
    Ok((user, role, ScopeId::Project(project.id)))
}

/// Gives a user a role (`admin`, `user`, `readonly`) on a project.
#[utoipa::path(put, path = "/coffer/v1/projects/{project_id}/users/{user_id}/roles/{role}",
    tag = "administration", security(("token" = [])),
    params(("project_id" = String, Path), ("user_id" = String, Path), ("role" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn grant(
    State(state): State<AppState>,
    Path(ids): Path<(String, String, String)>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let (user, role, scope) = parts(&state, &caller, ids).await?;
    state.identity.grant(user.id, role, scope).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a role on a project back.
#[utoipa::path(delete, path = "/coffer/v1/projects/{project_id}/users/{user_id}/roles/{role}",
    tag = "administration", security(("token" = [])),
    params(("project_id" = String, Path), ("user_id" = String, Path), ("role" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn revoke(
    State(state): State<AppState>,
    Path(ids): Path<(String, String, String)>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let (user, role, scope) = parts(&state, &caller, ids).await?;
    state.identity.revoke_grant(user.id, role, scope).await?;
    Ok(StatusCode::NO_CONTENT)
}
