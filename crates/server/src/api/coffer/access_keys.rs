//! Access keys: the caller's own, and those of others for who administers users.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::ids::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::user_id;
use crate::http::{ApiError, Json};
use crate::identity::Caller;
use crate::state::AppState;

/// `{"access_keys": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessKeys {
    access_keys: Vec<AccessKey>,
}

/// An access key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessKey {
    access: String,
    description: String,
    enabled: bool,
    /// `2026-11-23T14:10:18Z`.
    created_at: String,
    /// To the minute; none for a key that was never used.
    last_used_at: Option<String>,
}

/// `{"access_key": {"enabled"}}`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeKey {
    access_key: ChangeKeyBody,
}

/// What to change.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeKeyBody {
    /// False: requests signed with it are refused.
    enabled: bool,
}

/// `{"access_key": {...}}`.
#[derive(Serialize, ToSchema)]
pub struct NewKeyAnswer {
    access_key: NewKey,
}

/// An access key just made; the secret is not shown again.
#[derive(Serialize, ToSchema)]
pub struct NewKey {
    access: String,
    secret: String,
    description: String,
}

/// `{"access_key": {"description"}}`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateKey {
    access_key: CreateKeyBody,
}

/// An access key to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateKeyBody {
    #[serde(default)]
    description: Option<String>,
}

/// The caller's access keys.
#[utoipa::path(get, path = "/coffer/v1/access-keys", tag = "administration",
    security(("token" = [])),
    extensions(("x-action" = json!("own"))),
    responses((status = 200, body = AccessKeys), (status = 401)))]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<AccessKeys>, ApiError> {
    keys_of(&state, caller.user_id).await
}

async fn keys_of(state: &AppState, user: UserId) -> Result<Json<AccessKeys>, ApiError> {
    let keys = state.identity.access_keys(user).await?;
    let time = |ms| {
        let at = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
        at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let access_keys = keys.into_iter().map(|key| AccessKey {
        access: key.access,
        description: key.description,
        enabled: key.enabled,
        created_at: time(key.created_at),
        last_used_at: key.last_used_at.map(time),
    });
    Ok(Json(AccessKeys {
        access_keys: access_keys.collect(),
    }))
}

/// The access keys of a user.
#[utoipa::path(get, path = "/coffer/v1/users/{user_id}/access-keys", tag = "administration",
    operation_id = "list_access_keys_of_user", security(("token" = [])),
    params(("user_id" = String, Path)),
    extensions(("x-action" = json!("iam:credentials:list")), ("x-own" = json!(true))),
    responses((status = 200, body = AccessKeys), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn list_of_user(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<AccessKeys>, ApiError> {
    let user = named(&state, &caller, &id, "iam:credentials:list").await?;
    keys_of(&state, user).await
}

/// Switches an access key of a user on or off.
#[utoipa::path(patch, path = "/coffer/v1/users/{user_id}/access-keys/{access}",
    tag = "administration", operation_id = "change_access_key", security(("token" = [])),
    params(("user_id" = String, Path), ("access" = String, Path)), request_body = ChangeKey,
    extensions(("x-action" = json!("iam:credentials:update")), ("x-own" = json!(true))),
    responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn change(
    State(state): State<AppState>,
    Path((id, access)): Path<(String, String)>,
    caller: Caller,
    Json(body): Json<ChangeKey>,
) -> Result<StatusCode, ApiError> {
    let user = named(&state, &caller, &id, "iam:credentials:update").await?;
    let on = body.access_key.enabled;
    state.identity.enable_access_key(user, &access, on).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes an access key of a user.
#[utoipa::path(delete, path = "/coffer/v1/users/{user_id}/access-keys/{access}",
    tag = "administration", operation_id = "delete_access_key_of_user", security(("token" = [])),
    params(("user_id" = String, Path), ("access" = String, Path)),
    extensions(("x-action" = json!("iam:credentials:delete")), ("x-own" = json!(true))),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn delete_of_user(
    State(state): State<AppState>,
    Path((id, access)): Path<(String, String)>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let user = named(&state, &caller, &id, "iam:credentials:delete").await?;
    state.identity.delete_access_key(user, &access).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The user of a path: the caller itself, or one of its domain where it may do `action`.
async fn named(
    state: &AppState,
    caller: &Caller,
    id: &str,
    action: &str,
) -> Result<UserId, ApiError> {
    caller.self_or(user_id(id).ok(), action)?;
    let user = state.identity.user(caller.user_domain_id, user_id(id)?);
    Ok(user.await?.id)
}

/// Makes an access key for the caller.
#[utoipa::path(post, path = "/coffer/v1/access-keys", tag = "administration",
    security(("token" = [])), request_body = CreateKey,
    extensions(("x-action" = json!("iam:credentials:create")), ("x-own" = json!(true))),
    responses((status = 201, body = NewKeyAnswer), (status = 400), (status = 401), (status = 409)))]
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Json(body): Json<CreateKey>,
) -> Result<(StatusCode, Json<NewKeyAnswer>), ApiError> {
    let description = body.access_key.description.unwrap_or_default();
    let key = state
        .identity
        .create_access_key(caller.user_id, &description)
        .await?;
    let access_key = NewKey {
        access: key.access,
        secret: key.secret,
        description,
    };
    Ok((StatusCode::CREATED, Json(NewKeyAnswer { access_key })))
}

/// Deletes one of the caller's access keys.
#[utoipa::path(delete, path = "/coffer/v1/access-keys/{access}", tag = "administration",
    security(("token" = [])), params(("access" = String, Path)),
    extensions(("x-action" = json!("iam:credentials:delete")), ("x-own" = json!(true))),
    responses((status = 204), (status = 401), (status = 404)))]
pub(super) async fn delete(
    State(state): State<AppState>,
    Path(access): Path<String>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    state
        .identity
        .delete_access_key(caller.user_id, &access)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
