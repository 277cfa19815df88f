//! Attaching disks to servers and detaching them: Nova v2.1 and ECS v1.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::Error;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::nova::Attachment;
use crate::api::jobs::{self, JobId, actor};
use crate::app::jobs::JobWork;
use crate::http::{ApiError, Json, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// `{"volumeAttachment": {...}}`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AttachRequest {
    #[serde(rename = "volumeAttachment")]
    attachment: NewAttachment,
    /// Look only whether it could be done (ECS).
    #[serde(default)]
    dry_run: Option<bool>,
}

/// A disk to be attached.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewAttachment {
    /// The disk.
    #[serde(rename = "volumeId")]
    volume_id: String,
    /// What it is to be called: `/dev/vdb`; the next free name where absent.
    #[serde(default)]
    device: Option<String>,
}

/// `{"volumeAttachment": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentAnswer {
    #[serde(rename = "volumeAttachment")]
    attachment: Attachment,
}

/// Attaches a disk to a server, also while it runs.
#[utoipa::path(post, path = "/v2.1/{project_id}/servers/{server_id}/os-volume_attachments",
    tag = "compute", operation_id = "attach_volume", security(("token" = [])),
    params(("project_id" = String, Path), ("server_id" = String, Path)),
    request_body = AttachRequest,
    extensions(("x-action" = json!("ecs:serverVolumeAttachments:create"))),
    responses((status = 200, body = AttachmentAnswer), (status = 400), (status = 401),
        (status = 403), (status = 404), (status = 409)))]
pub(super) async fn attach(
    State(state): State<AppState>,
    Path((project, server)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<AttachRequest>,
) -> Result<Json<AttachmentAnswer>, ApiError> {
    let actor = actor(&caller, &project, request)?;
    let wanted = body.attachment;
    let device = wanted.device.as_deref();
    let app = &state.app;
    let job = app
        .attach_disk(&actor, &server, &wanted.volume_id, device)
        .await?;
    let JobWork::Attach { device, .. } = JobWork::of(&job)? else {
        return Err(Error::internal("another job was begun than was asked for").into());
    };
    jobs::done_or_begun(&state, job).await?;
    let attachment = Attachment::of(&server, &wanted.volume_id, &device);
    Ok(Json(AttachmentAnswer { attachment }))
}

/// A disk of a server.
#[utoipa::path(get,
    path = "/v2.1/{project_id}/servers/{server_id}/os-volume_attachments/{volume_id}",
    tag = "compute", operation_id = "show_attachment", security(("token" = [])),
    params(("project_id" = String, Path), ("server_id" = String, Path),
        ("volume_id" = String, Path)),
    extensions(("x-action" = json!("ecs:serverVolumeAttachments:get"))),
    responses((status = 200, body = AttachmentAnswer), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    Path((project, server, volume)): Path<(String, String, String)>,
    caller: Caller,
) -> Result<Json<AttachmentAnswer>, ApiError> {
    let project = caller.read(&project)?;
    let server = super::find(&state, project, &server).await?;
    let disk = server.disks.iter().find(|disk| disk.id == volume);
    let disk = disk.ok_or_else(|| ApiError::not_found("attachment"))?;
    let attachment = Attachment::of(&server.row.id, &disk.id, &disk.device);
    Ok(Json(AttachmentAnswer { attachment }))
}

/// Detaches a disk from a server, also while it runs; never the system disk of one that does.
#[utoipa::path(delete,
    path = "/v2.1/{project_id}/servers/{server_id}/os-volume_attachments/{volume_id}",
    tag = "compute", operation_id = "detach_volume", security(("token" = [])),
    params(("project_id" = String, Path), ("server_id" = String, Path),
        ("volume_id" = String, Path)),
    extensions(("x-action" = json!("ecs:serverVolumeAttachments:delete"))),
    responses((status = 202, description = "It is being done."), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn detach(
    State(state): State<AppState>,
    Path((project, server, volume)): Path<(String, String, String)>,
    caller: Caller,
    request: RequestId,
) -> Result<StatusCode, ApiError> {
    let actor = actor(&caller, &project, request)?;
    let job = state.app.detach_disk(&actor, &server, &volume).await?;
    jobs::done_or_begun(&state, job).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Attaches a disk to a server, as ECS does.
#[utoipa::path(post, path = "/v1/{project_id}/cloudservers/{server_id}/attachvolume",
    tag = "compute", operation_id = "attach_ecs_volume", security(("token" = [])),
    params(("project_id" = String, Path), ("server_id" = String, Path)),
    request_body = AttachRequest,
    extensions(("x-action" = json!("ecs:cloudServers:attach"))),
    responses((status = 200, body = JobId), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn attach_ecs(
    State(state): State<AppState>,
    Path((project, server)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<AttachRequest>,
) -> Result<Json<JobId>, ApiError> {
    let actor = actor(&caller, &project, request)?;
    if body.dry_run == Some(true) {
        return Err(ApiError::bad_request("`dry_run` is not taken here."));
    }
    let wanted = body.attachment;
    let device = wanted.device.as_deref();
    let app = &state.app;
    let job = app
        .attach_disk(&actor, &server, &wanted.volume_id, device)
        .await?;
    Ok(jobs::begun(&state, job))
}

/// Detaches a disk from a server, as ECS does.
#[utoipa::path(delete,
    path = "/v1/{project_id}/cloudservers/{server_id}/detachvolume/{volume_id}",
    tag = "compute", operation_id = "detach_ecs_volume", security(("token" = [])),
    params(("project_id" = String, Path), ("server_id" = String, Path),
        ("volume_id" = String, Path), ("delete_flag" = Option<String>, Query)),
    extensions(("x-action" = json!("ecs:cloudServers:detachVolume"))),
    responses((status = 200, body = JobId), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn detach_ecs(
    State(state): State<AppState>,
    Path((project, server, volume)): Path<(String, String, String)>,
    params: Params,
    caller: Caller,
    request: RequestId,
) -> Result<Json<JobId>, ApiError> {
    let actor = actor(&caller, &project, request)?;
    // By force would take it from a guest that still writes to it.
    if !matches!(params.get("delete_flag"), None | Some("" | "0")) {
        return Err(ApiError::bad_request(
            "Parameter `delete_flag` must be 0: disks are not taken from guests by force.",
        ));
    }
    let job = state.app.detach_disk(&actor, &server, &volume).await?;
    Ok(jobs::begun(&state, job))
}
