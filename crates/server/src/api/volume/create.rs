//! Making a disk from a backup, as Cinder and EVS clients ask for it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::ids::{DiskId, TaskId};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Shown, Volume, VolumeAnswer, wire};
use crate::app::Actor;
use crate::app::create::NewDisk;
use crate::catalog::neighbours::DiskRow;
use crate::http::{ApiError, Json, PublicBase, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// `{"volume": {...}}`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewVolumeRequest {
    volume: NewVolume,
}

/// A disk to be made. Disks are made from backups alone here.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewVolume {
    /// A disk's backup.
    #[serde(default)]
    backup_id: Option<String>,
    /// GiB; as it was where absent.
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    name: Option<String>,
    /// Not taken together with a backup.
    #[serde(default)]
    snapshot_id: Option<Value>,
    /// Not taken together with a backup.
    #[serde(default, rename = "imageRef")]
    image_ref: Option<Value>,
    /// 1 where it is given.
    #[serde(default)]
    count: Option<u64>,
}

/// `{"job_id": "..."}`.
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct JobId {
    job_id: String,
}

async fn make(
    state: &AppState,
    actor: &Actor,
    body: NewVolumeRequest,
) -> Result<(DiskId, TaskId), ApiError> {
    let volume = body.volume;
    let wrong = |text: &str| Err(ApiError::bad_request(text.to_owned()));
    let Some(backup_id) = volume.backup_id.filter(|id| !id.is_empty()) else {
        return wrong("`volume.backup_id` is required: disks are made from backups here.");
    };
    let given = |value: &Option<Value>| value.as_ref().is_some_and(|v| !v.is_null());
    if given(&volume.snapshot_id) || given(&volume.image_ref) {
        return wrong("`volume.backup_id` excludes `snapshot_id` and `imageRef`.");
    }
    if volume.count.is_some_and(|count| count != 1) {
        return wrong("`volume.count` must be 1 with a backup.");
    }
    let size_bytes = match volume.size {
        None => None,
        Some(gib) => match gib.checked_mul(1 << 30) {
            Some(bytes) => Some(bytes),
            None => return wrong("`volume.size` is too large."),
        },
    };
    let new = NewDisk {
        backup_id,
        name: volume.name.filter(|name| !name.is_empty()),
        size_bytes,
        host: None,
        field: "volume",
    };
    Ok(state.app.create_disk(actor, new).await?)
}

fn actor(caller: &Caller, project: &str, request: RequestId) -> Result<Actor, ApiError> {
    Ok(Actor {
        project: caller.write(project)?,
        user: caller.user_id,
        request_id: request.0,
    })
}

/// Makes a disk from a backup.
#[utoipa::path(post, path = "/v3/{project_id}/volumes", tag = "volume", security(("token" = [])),
    params(("project_id" = String, Path)), request_body = NewVolumeRequest,
    extensions(("x-action" = json!("evs:volumes:create"))),
    responses((status = 202, body = VolumeAnswer), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn create_v3(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    Path(project): Path<String>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<NewVolumeRequest>,
) -> Result<(StatusCode, Json<VolumeAnswer>), ApiError> {
    create(&state, &base, &project, &caller, request, body).await
}

/// Makes a disk from a backup.
#[utoipa::path(post, path = "/v2/{project_id}/volumes", tag = "volume", security(("token" = [])),
    params(("project_id" = String, Path)), request_body = NewVolumeRequest,
    extensions(("x-action" = json!("evs:volumes:create"))),
    responses((status = 202, body = VolumeAnswer), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn create_v2(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    Path(project): Path<String>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<NewVolumeRequest>,
) -> Result<(StatusCode, Json<VolumeAnswer>), ApiError> {
    create(&state, &base, &project, &caller, request, body).await
}

async fn create(
    state: &AppState,
    base: &str,
    project: &str,
    caller: &Caller,
    request: RequestId,
    body: NewVolumeRequest,
) -> Result<(StatusCode, Json<VolumeAnswer>), ApiError> {
    let actor = actor(caller, project, request)?;
    let (id, _) = make(state, &actor, body).await?;
    let volume = being_made(state, base, &actor, caller, &id.to_string()).await?;
    let volume = volume.ok_or_else(|| ApiError::not_found("volume"))?;
    Ok((StatusCode::ACCEPTED, Json(VolumeAnswer { volume })))
}

/// Makes a disk from a backup, as EVS does.
#[utoipa::path(post, path = "/v2/{project_id}/cloudvolumes", tag = "volume", security(("token" = [])),
    params(("project_id" = String, Path)), request_body = NewVolumeRequest,
    extensions(("x-action" = json!("evs:volumes:create"))),
    responses((status = 200, body = JobId), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn create_cloud(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<NewVolumeRequest>,
) -> Result<Json<JobId>, ApiError> {
    let actor = actor(&caller, &project, request)?;
    let (_, task) = make(&state, &actor, body).await?;
    Ok(Json(JobId {
        job_id: task.to_string(),
    }))
}

/// How far a job is: a disk, server or image that is being made, servers switched on or off.
#[utoipa::path(get, path = "/v1/{project_id}/jobs/{job_id}", tag = "volume", security(("token" = [])),
    params(("project_id" = String, Path), ("job_id" = String, Path)),
    extensions(("x-action" = json!("ecs:jobs:get"))),
    responses((status = 200, body = Object), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn job(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
) -> Result<Json<Value>, ApiError> {
    let actor = Actor {
        project: caller.read(&project)?,
        user: caller.user_id,
        request_id: request.0,
    };
    let none = || ApiError::not_found("job");
    if let Some(job) = crate::api::image::job(&state, &actor, &id).await {
        return Ok(Json(job));
    }
    if let Some(job) = state.power_jobs.shown(actor.project, &id) {
        return Ok(Json(job));
    }
    let view = state.app.task(&actor, &id).await.map_err(|_| none())?;
    let task = view.task;
    let name = task.resource_name.clone().unwrap_or_default();
    let made = task.resource_id.map(|id| id.to_string());
    let (kind, entities) = match task.kind.as_str() {
        "create_disk" => ("createVolume", json!({"volume_id": made, "name": name})),
        "create_server" => ("createServer", json!({"server_id": made, "name": name})),
        _ => return Err(none()),
    };
    let status = match task.state {
        coffer_core::state::TaskState::Waiting => "INIT",
        coffer_core::state::TaskState::Running => "RUNNING",
        coffer_core::state::TaskState::Success => "SUCCESS",
        _ => "FAIL",
    };
    let shown = |at: jiff::Timestamp| at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
    Ok(Json(json!({
        "job_id": task.id.to_string(),
        "job_type": kind,
        "status": status,
        "begin_time": shown(task.created_at),
        "end_time": task.ended_at.map(shown).unwrap_or_default(),
        "error_code": Some(task.error_code).filter(|code| !code.is_empty()),
        "fail_reason": Some(task.error_message).filter(|text| !text.is_empty()),
        "entities": entities,
    })))
}

/// A disk that a task is about to make, as the volume API shows it; none where there is none.
pub(super) async fn being_made(
    state: &AppState,
    base: &str,
    actor: &Actor,
    caller: &Caller,
    id: &str,
) -> Result<Option<Volume>, ApiError> {
    let Some(disk) = state.app.disk_being_made(actor.project, id).await? else {
        return Ok(None);
    };
    let row = DiskRow {
        id: disk.id.to_string(),
        server_id: None,
        device: disk.device,
        name: disk.name,
        size_bytes: i64::try_from(disk.size_bytes).unwrap_or(i64::MAX),
        bus: String::new(),
        system: false,
        shareable: false,
        created_at: disk.created_at.as_millisecond(),
        updated_at: disk.updated_at.as_millisecond(),
    };
    let shown = Shown {
        row,
        status: "creating",
        tags: Default::default(),
    };
    Ok(Some(wire(base, "v3", actor.project, caller, shown)))
}
