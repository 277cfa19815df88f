//! Recovery keys of vaults.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::objects::time;
use crate::app::Actor;
use crate::http::{ApiError, Json, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// What is known of a vault's recovery key.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryKeyState {
    /// Tells the key that was given out last from others; null where none was.
    fingerprint: Option<String>,
    made_at: Option<String>,
    /// When somebody showed that it is kept; null: somebody should.
    confirmed_at: Option<String>,
}

/// A recovery key: shown once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryKeyAnswer {
    /// The content of the file to be kept; `coffer repo --key-file` reads it.
    text: String,
    fingerprint: String,
}

/// `{"fingerprint": "..."}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmRequest {
    /// As the kept file has it.
    fingerprint: String,
}

fn actor(caller: &Caller, project: &str, request: RequestId) -> Result<Actor, ApiError> {
    // Who has the key reads every backup of the vault: its action is one of the administrators'.
    let project = caller.write(project)?;
    Ok(Actor {
        project,
        user: caller.user_id,
        request_id: request.0,
    })
}

/// What is known of the recovery key of a vault.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/vaults/{vault_id}/recovery-key",
    tag = "console", operation_id = "show_recovery_key",
    security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("vault_id" = String, Path)),
    extensions(("x-action" = json!("coffer:recoveryKeys:get"))),
    responses((status = 200, body = RecoveryKeyState), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
) -> Result<Json<RecoveryKeyState>, ApiError> {
    let actor = Actor {
        project: caller.read(&project)?,
        user: caller.user_id,
        request_id: request.0,
    };
    let given = state.app.recovery_key(&actor, &id).await?;
    Ok(Json(RecoveryKeyState {
        made_at: given.as_ref().map(|g| time(g.made_at)),
        confirmed_at: given.as_ref().and_then(|g| g.confirmed_at).map(time),
        fingerprint: given.map(|g| g.fingerprint),
    }))
}

/// Makes a recovery key of a vault and gives it out: with it and the store alone the vault is read.
/// It is kept nowhere; earlier ones still open the vault.
#[utoipa::path(post, path = "/coffer/v1/{project_id}/vaults/{vault_id}/recovery-key",
    tag = "console", operation_id = "make_recovery_key",
    security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("vault_id" = String, Path)),
    extensions(("x-action" = json!("coffer:recoveryKeys:export"))),
    responses((status = 201, body = RecoveryKeyAnswer), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn make(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
) -> Result<(StatusCode, Json<RecoveryKeyAnswer>), ApiError> {
    let actor = actor(&caller, &project, request)?;
    let made = state.app.make_recovery_key(&actor, &id).await?;
    let answer = RecoveryKeyAnswer {
        text: made.text.to_string(),
        fingerprint: made.fingerprint,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Says that the recovery key that was given out last is kept: the reminder ends.
#[utoipa::path(put, path = "/coffer/v1/{project_id}/vaults/{vault_id}/recovery-key",
    tag = "console", operation_id = "confirm_recovery_key",
    security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("vault_id" = String, Path)),
    request_body = ConfirmRequest,
    extensions(("x-action" = json!("coffer:recoveryKeys:confirm"))),
    responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn confirm(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<ConfirmRequest>,
) -> Result<StatusCode, ApiError> {
    let actor = actor(&caller, &project, request)?;
    let confirmed = state
        .app
        .confirm_recovery_key(&actor, &id, &body.fingerprint);
    confirmed.await?;
    Ok(StatusCode::NO_CONTENT)
}
