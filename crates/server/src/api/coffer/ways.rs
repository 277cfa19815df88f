//! What CBR does not have: a way back from a restore, new disks and servers.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::cbr::Refusal;
use coffer_core::ids::TaskId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::objects::Task;
use crate::app::restore::{NewRestore, SAFETY_DAYS, STOP_SECONDS, WayBack};
use crate::app::{Actor, create};
use crate::http::{ApiError, Json, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// `{"restore": {...}}`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RestoreRequest {
    restore: Restore,
}

/// What to restore to, as in the CBR API, and a way back.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Restore {
    /// For a server backup.
    #[serde(default)]
    server_id: Option<String>,
    /// For a disk backup.
    #[serde(default)]
    volume_id: Option<String>,
    /// For a server backup: the disks to write. Every disk goes back to where it came from where
    /// this is empty.
    #[serde(default)]
    mappings: Option<Vec<RestoreMapping>>,
    /// Start the server afterwards; true where absent.
    #[serde(default)]
    power_on: Option<bool>,
    /// Stop the server first. True where absent for a server backup, false for a disk's.
    #[serde(default)]
    stop_server: Option<bool>,
    /// How long the guest may take to shut down before it is switched off, 0 to 3600 s; 180 where
    /// absent.
    #[serde(default)]
    stop_timeout: Option<i64>,
    /// Back up what is on the disks first, with the server off; false where absent.
    #[serde(default)]
    safety_backup: Option<bool>,
    /// How long the safety backup is kept: 1 to 99999 days, or -1 for ever; 30 where absent.
    #[serde(default)]
    safety_retention_days: Option<i64>,
}

/// A disk's backup and the disk to write.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RestoreMapping {
    backup_id: String,
    volume_id: String,
}

/// Undoes a restore.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GoBackRequest {
    /// Start the server afterwards; as the restore did where absent.
    #[serde(default)]
    power_on: Option<bool>,
}

fn actor(caller: &Caller, project: &str, request: RequestId) -> Result<Actor, ApiError> {
    Ok(Actor {
        project: caller.write(project)?,
        user: caller.user_id,
        request_id: request.0,
    })
}

/// The task that was begun, as lists show it.
pub(super) async fn begun(
    state: &AppState,
    actor: &Actor,
    task: TaskId,
) -> Result<(StatusCode, Json<Task>), ApiError> {
    let look = state.app.look_at_task(actor, task).await?;
    Ok((StatusCode::ACCEPTED, Json(look.into())))
}

fn way_back(restore: &Restore) -> Result<WayBack, Refusal> {
    let days = match restore.safety_retention_days {
        None => Some(SAFETY_DAYS),
        Some(-1) => None,
        Some(days @ 1..=99_999) => Some(days),
        Some(_) => {
            let text = "must be 1 to 99999, or -1";
            return Err(Refusal::parameter("restore.safety_retention_days", text));
        }
    };
    Ok(match restore.safety_backup {
        Some(true) => WayBack::Make(days),
        Some(false) | None => WayBack::None,
    })
}

/// Restores a backup as the CBR call does; on request what is overwritten is backed up first, as a
/// step of the same task. Cancelled or failed before a disk is written, the server goes on as it
/// was.
#[utoipa::path(post, path = "/coffer/v1/{project_id}/backups/{backup_id}/restore", tag = "coffer",
    operation_id = "restore_with_way_back", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("backup_id" = String, Path)),
    request_body = RestoreRequest,
    extensions(("x-action" = json!("cbr:backups:restore"))),
    responses((status = 202, body = Task), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn restore(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<RestoreRequest>,
) -> Result<(StatusCode, Json<Task>), ApiError> {
    let actor = actor(&caller, &project, request)?;
    let r = body.restore;
    let safety = way_back(&r)?;
    let mappings = r.mappings.unwrap_or_default();
    if mappings.len() > 256 {
        return Err(Refusal::parameter("restore.mappings", "must have at most 256 entries").into());
    }
    let new = NewRestore {
        server_id: r.server_id,
        volume_id: r.volume_id,
        mappings: mappings
            .into_iter()
            .map(|m| (m.backup_id, m.volume_id))
            .collect(),
        power_on: r.power_on.unwrap_or(true),
        stop_server: r.stop_server,
        stop_seconds: match r.stop_timeout {
            None => STOP_SECONDS,
            Some(seconds) => u64::try_from(seconds)
                .ok()
                .filter(|seconds| *seconds <= 3600)
                .ok_or_else(|| Refusal::parameter("restore.stop_timeout", "must be 0 to 3600"))?,
        },
        safety,
    };
    let task = state.app.restore_backup(&actor, &id, new).await?;
    begun(&state, &actor, task).await
}

/// Undoes a restore that made a safety backup: the disks it wrote get back what they held before.
#[utoipa::path(post, path = "/coffer/v1/{project_id}/tasks/{task_id}/go-back", tag = "coffer",
    operation_id = "go_back", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("task_id" = String, Path)),
    request_body = GoBackRequest,
    extensions(("x-action" = json!("cbr:backups:restore"))),
    responses((status = 202, body = Task), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn go_back(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<GoBackRequest>,
) -> Result<(StatusCode, Json<Task>), ApiError> {
    let actor = actor(&caller, &project, request)?;
    let task = state.app.go_back(&actor, &id, body.power_on).await?;
    begun(&state, &actor, task).await
}

/// `{"disk": {...}}`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewDiskRequest {
    disk: NewDisk,
}

/// A disk to be made from a backup.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewDisk {
    /// A disk's backup, by itself or inside a server's.
    backup_id: String,
    /// 1 to 64 letters, digits, `.`, `_`, `-`; made up where absent.
    #[serde(default)]
    name: Option<String>,
    /// At least the backed-up disk's size, which it is where absent; whole sectors of 512 bytes.
    #[serde(default)]
    size_bytes: Option<u64>,
    /// The host; the one that the backup is from where absent.
    #[serde(default)]
    host: Option<String>,
}

/// `{"server": {...}}`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewServerRequest {
    server: NewServer,
}

/// A server to be made from a backup or image.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewServer {
    /// A server's backup.
    #[serde(default)]
    backup_id: Option<String>,
    /// An image instead of a backup.
    #[serde(default)]
    image_id: Option<String>,
    /// 1 to 64 letters, digits, `.`, `_`, `-`; no other server on the host has it.
    name: String,
    /// The host; the one that the backup is from where absent.
    #[serde(default)]
    host: Option<String>,
    /// Network of all its cards, by its name on the host; as they were where absent.
    #[serde(default)]
    network: Option<String>,
    /// Keep UUID and addresses of the network cards: only once the old server is gone. False where
    /// absent.
    #[serde(default)]
    keep_identity: bool,
    /// Start it once it is there; false where absent.
    #[serde(default)]
    power_on: bool,
    /// Start it at once, straight from the backup; its disks are filled while it runs, and the task
    /// ends when they are whole. Ended before, the server goes. False where absent.
    #[serde(default)]
    instant: bool,
}

/// What is being made, and the task that makes it.
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct BeingMade {
    /// Id of the disk or server to be; there is none of it until the task has succeeded.
    id: String,
    task: Task,
}

async fn being_made(
    state: &AppState,
    actor: &Actor,
    id: String,
    task: TaskId,
) -> Result<(StatusCode, Json<BeingMade>), ApiError> {
    let (status, Json(task)) = begun(state, actor, task).await?;
    Ok((status, Json(BeingMade { id, task })))
}

/// Makes a disk from a disk's backup, as a task.
#[utoipa::path(post, path = "/coffer/v1/{project_id}/disks", tag = "coffer",
    operation_id = "create_disk", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path)), request_body = NewDiskRequest,
    extensions(("x-action" = json!("evs:volumes:create"))),
    responses((status = 202, body = BeingMade), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn create_disk(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<NewDiskRequest>,
) -> Result<(StatusCode, Json<BeingMade>), ApiError> {
    let actor = actor(&caller, &project, request)?;
    let new = create::NewDisk {
        backup_id: body.disk.backup_id,
        name: body.disk.name,
        size_bytes: body.disk.size_bytes,
        host: body.disk.host,
        field: "disk",
    };
    let (id, task) = state.app.create_disk(&actor, new).await?;
    being_made(&state, &actor, id.to_string(), task).await
}

/// Makes a server from a server's backup or from an image, as a task.
#[utoipa::path(post, path = "/coffer/v1/{project_id}/servers", tag = "coffer",
    operation_id = "create_server", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path)), request_body = NewServerRequest,
    extensions(("x-action" = json!("ecs:cloudServers:create"))),
    responses((status = 202, body = BeingMade), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn create_server(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<NewServerRequest>,
) -> Result<(StatusCode, Json<BeingMade>), ApiError> {
    let actor = actor(&caller, &project, request)?;
    let backup_id = match (body.server.backup_id, body.server.image_id) {
        (Some(backup), None) => backup,
        (None, Some(image)) => {
            let view = state.app.image(&actor, &image).await?;
            view.backup.id.to_string()
        }
        _ => {
            let text = "is required, or else `server.image_id`";
            return Err(Refusal::parameter("server.backup_id", text).into());
        }
    };
    let new = create::NewServer {
        backup_id,
        name: body.server.name,
        host: body.server.host,
        keep_identity: body.server.keep_identity,
        network: body.server.network,
        power_on: body.server.power_on || body.server.instant,
        instant: body.server.instant,
    };
    let (id, task) = state.app.create_server(&actor, new).await?;
    being_made(&state, &actor, id.to_string(), task).await
}
