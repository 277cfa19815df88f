//! Making a disk, empty or from a backup, as Cinder and EVS clients ask for it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::Error;
use coffer_core::ids::{DiskId, TaskId};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Shown, Volume, VolumeAnswer, wire};
use crate::api::jobs::{self, JobId, actor};
use crate::app::Actor;
use crate::app::create::NewDisk;
use crate::app::disks::EmptyDisk;
use crate::catalog::jobs::Job;
use crate::catalog::neighbours::DiskRow;
use crate::http::{ApiError, Json, PublicBase, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// `{"volume": {...}}`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewVolumeRequest {
    volume: NewVolume,
}

/// A disk to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewVolume {
    /// A disk's backup; the disk is empty where absent.
    #[serde(default)]
    backup_id: Option<String>,
    /// GiB; of a disk from a backup as it was where absent.
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    name: Option<String>,
    /// The host that makes an empty disk, where there are several (not in Cinder).
    #[serde(default)]
    host: Option<String>,
    /// Not taken: there are no snapshots.
    #[serde(default)]
    snapshot_id: Option<Value>,
    /// Not taken: images are whole servers.
    #[serde(default, rename = "imageRef")]
    image_ref: Option<Value>,
    /// 1 where it is given.
    #[serde(default)]
    count: Option<u64>,
}

/// What was begun: a task for a disk from a backup, a job for an empty one.
enum Begun {
    Task(TaskId),
    Job(Box<Job>),
}

async fn make(
    state: &AppState,
    actor: &Actor,
    body: NewVolumeRequest,
) -> Result<(DiskId, Begun), ApiError> {
    let volume = body.volume;
    let wrong = |text: &str| Err(ApiError::bad_request(text.to_owned()));
    let given = |value: &Option<Value>| value.as_ref().is_some_and(|v| !v.is_null());
    if given(&volume.snapshot_id) || given(&volume.image_ref) {
        return wrong(
            "Disks are made empty or from backups: `snapshot_id` and `imageRef` are not taken.",
        );
    }
    if volume.count.is_some_and(|count| count != 1) {
        return wrong("`volume.count` must be 1: disks are made one by one.");
    }
    let size_bytes = match volume.size {
        None => None,
        Some(gib) => match gib.checked_mul(1 << 30) {
            Some(bytes) => Some(bytes),
            None => return wrong("`volume.size` is too large."),
        },
    };
    let name = volume.name.filter(|name| !name.is_empty());
    let Some(backup_id) = volume.backup_id.filter(|id| !id.is_empty()) else {
        let Some(size_bytes) = size_bytes else {
            return wrong("`volume.size` is required where there is no `volume.backup_id`.");
        };
        let new = EmptyDisk {
            name,
            size_bytes,
            host: volume.host.filter(|host| !host.is_empty()),
        };
        let job = state.app.create_empty_disk(actor, new).await?;
        let id = job
            .disk_id
            .ok_or_else(|| Error::internal("a job without its disk"))?;
        return Ok((id, Begun::Job(Box::new(job))));
    };
    let new = NewDisk {
        backup_id,
        name,
        size_bytes,
        host: volume.host.filter(|host| !host.is_empty()),
        field: "volume",
    };
    let (id, task) = state.app.create_disk(actor, new).await?;
    Ok((id, Begun::Task(task)))
}

/// Makes a disk, empty or from a backup.
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

/// Makes a disk, empty or from a backup.
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
    let (id, begun) = make(state, &actor, body).await?;
    // Looked at before it may be there, and begun whatever the look says.
    let volume = being_made(state, base, &actor, caller, &id.to_string()).await;
    if let Begun::Job(job) = begun {
        jobs::begun(state, *job);
    }
    let volume = volume?.ok_or_else(|| ApiError::not_found("volume"))?;
    Ok((StatusCode::ACCEPTED, Json(VolumeAnswer { volume })))
}

/// Makes a disk, empty or from a backup, as EVS does.
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
    Ok(match make(&state, &actor, body).await? {
        (_, Begun::Task(task)) => Json(JobId {
            job_id: task.to_string(),
        }),
        (_, Begun::Job(job)) => jobs::begun(&state, *job),
    })
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
