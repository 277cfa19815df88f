//! The caller's own access keys.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    security(("token" = [])), responses((status = 200, body = AccessKeys), (status = 401)))]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<AccessKeys>, ApiError> {
    let keys = state.identity.access_keys(caller.user_id).await?;
    let time = |ms| {
        let at = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
        at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let access_keys = keys.into_iter().map(|key| AccessKey {
        access: key.access,
        description: key.description,
        enabled: key.enabled,
        created_at: time(key.created_at),
    });
    Ok(Json(AccessKeys {
        access_keys: access_keys.collect(),
    }))
}

/// Makes an access key for the caller.
#[utoipa::path(post, path = "/coffer/v1/access-keys", tag = "administration",
    security(("token" = [])), request_body = CreateKey,
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
