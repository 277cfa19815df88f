//! What Coffer adds where CBR has nothing: progress in bytes, cancelling, how a backup was made,
//! restoring to a new image file.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::body::Body;
use super::{reader, shown, task, writer};
use crate::catalog::backups::Backup;
use crate::http::{ApiError, Json, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// How far a task is, in bytes, and how fast.
#[utoipa::path(get, security(("token" = [])), path = "/coffer/v1/{project_id}/tasks/{task_id}/progress", tag = "coffer",
    operation_id = "task_progress", params(("project_id" = String, Path), ("task_id" = String, Path)),
    extensions(("x-action" = json!("cbr:tasks:get"))),
    responses((status = 200, body = Object)))]
pub(super) async fn task_progress(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let view = state.app.task(&actor, &id).await?;
    let t = &view.task;
    let until = t.ended_at.unwrap_or_else(|| state.app.now());
    let seconds = t.started_at.map_or(0.0, |from| {
        until.duration_since(from).as_secs_f64().max(0.0)
    });
    let rate = if seconds > 0.0 {
        t.done_bytes as f64 / seconds
    } else {
        0.0
    };
    let left = t.total_bytes.saturating_sub(t.done_bytes) as f64;
    let remaining = (!t.state.is_final() && rate > 0.0).then(|| (left / rate).round());
    Ok(Json(json!({"progress": {
        "task": task::body(&view),
        "percent": t.progress,
        "total_bytes": t.total_bytes,
        "done_bytes": t.done_bytes,
        "read_bytes": t.read_bytes,
        "new_bytes": t.new_bytes,
        "stored_bytes": t.stored_bytes,
        "elapsed_seconds": seconds,
        "rate_bytes_per_second": rate.round(),
        "remaining_seconds": remaining,
        "attempt": t.attempt,
        "cancel_requested": t.cancel,
        "error_code": t.error_code,
        "error_message": t.error_message,
        "error_hint": t.error_hint,
    }})))
}

/// Asks for the end of a backup or restore.
#[utoipa::path(post, security(("token" = [])), path = "/coffer/v1/{project_id}/tasks/{task_id}/cancel", tag = "coffer",
    operation_id = "cancel_task", params(("project_id" = String, Path), ("task_id" = String, Path)),
    extensions(("x-action" = json!("coffer:tasks:cancel"))),
    responses((status = 202)))]
pub(super) async fn cancel_task(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    state.app.cancel_task(&actor, &id).await?;
    Ok(StatusCode::ACCEPTED)
}

fn details(b: &Backup) -> Value {
    let d = &b.details.0;
    json!({
        "id": b.id.to_string(),
        "name": b.name,
        "status": b.state.to_string(),
        "resource_id": b.resource_id.to_string(),
        "resource_name": b.resource_name,
        "base_backup_id": b.base_id.map(|id| id.to_string()),
        "incremental": b.incremental,
        "progress": b.progress,
        "size_bytes": b.size_bytes,
        "allocated_bytes": b.allocated_bytes,
        "read_bytes": b.read_bytes,
        "new_bytes": b.new_bytes,
        "stored_bytes": b.stored_bytes,
        "deduplicated_bytes": d.deduplicated_bytes,
        "instant": d.instant,
        "consistency": d.consistency,
        "frozen_ms": d.frozen_ms,
        "instant_moved": d.instant_moved,
        "restart_allowed": d.restart_allowed,
        "change_tracking": d.tracking,
        "fallback_reason": d.fallback_reason,
        "notes": d.notes,
        "left_out": d.left_out,
        "error": d.error,
        "created_at": shown(b.created_at),
        "protected_at": b.protected_at.map(shown),
    })
}

/// How a backup was made.
#[utoipa::path(get, security(("token" = [])), path = "/coffer/v1/{project_id}/backups/{backup_id}/details", tag = "coffer",
    operation_id = "backup_details", params(("project_id" = String, Path), ("backup_id" = String, Path)),
    extensions(("x-action" = json!("cbr:backups:get"))),
    responses((status = 200, body = Object)))]
pub(super) async fn backup_details(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let view = state.app.backup(&actor, &id).await?;
    let mut body = details(&view.backup);
    body["disks"] = view.children.iter().map(details).collect();
    Ok(Json(json!({"backup": body})))
}

/// Restore to a file.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RestoreFileRequest {
    restore: RestoreFile,
}

/// Where to.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RestoreFile {
    /// A new file on the service's host, in a directory that the configuration allows.
    path: String,
}

/// Restores one disk of a backup to a new raw image file. For administrators.
#[utoipa::path(post, security(("token" = [])), path = "/coffer/v1/{project_id}/backups/{backup_id}/restore-file", tag = "coffer",
    operation_id = "restore_file", params(("project_id" = String, Path), ("backup_id" = String, Path)),
    request_body = RestoreFileRequest,
    extensions(("x-action" = json!("coffer:files:restore"))),
    responses((status = 202, body = Object)))]
pub(super) async fn restore_file(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    Body(body): Body<RestoreFileRequest>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let task = state
        .app
        .restore_file(&actor, &id, &body.restore.path)
        .await?;
    Ok((
        StatusCode::ACCEPTED,
        Json(json!({"task_id": task.to_string()})),
    ))
}
