//! What changes, as it changes: events, and the block map of a task.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::objects::{Backup, Disk, Server, Task, Vault};
use crate::http::{ApiError, Json};
use crate::identity::Caller;
use crate::state::AppState;

/// The data of an event about an object that is there: its name says which kind it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum EventObject {
    /// Of `event: task`.
    Task(Task),
    /// Of `event: backup`.
    Backup(Backup),
    /// Of `event: vault`.
    Vault(Vault),
    /// Of `event: server`.
    Server(Server),
    /// Of `event: disk`.
    Disk(Disk),
}

/// The data of an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    /// The object.
    id: String,
    /// As its list shows it; absent where it is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    object: Option<EventObject>,
    /// It is not there any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    removed: Option<bool>,
}

/// The block map of a task.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskMap {
    disks: Vec<DiskMap>,
}

/// A disk's part of a block map.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiskMap {
    disk_id: String,
    name: String,
    /// Number of cells, at most 1600.
    cells: u64,
    /// Bytes of the disk that a cell stands for; the last one may stand for less.
    cell_bytes: u64,
    /// One character for each cell: `.` pending, `0` zero, `=` unchanged, `d` deduplicated, `n`
    /// new, `!` failed. Where several fit, the last of them in this order.
    states: String,
}

fn later<T>() -> Result<T, ApiError> {
    Err(ApiError::new(
        axum::http::StatusCode::NOT_IMPLEMENTED,
        "Not there yet.",
    ))
}

/// Changes as they happen (server-sent events): `task`, `backup`, `vault`, `server`, `disk`, each
/// with the object as its list shows it, at most one a second for each object; `resync` where
/// events were missed. Ends with the session.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/events", tag = "console",
    operation_id = "events", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("Last-Event-ID" = Option<String>, Header)),
    responses((status = 200, body = Event, content_type = "text/event-stream"), (status = 401),
        (status = 403)))]
pub(super) async fn events(
    State(_state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
) -> Result<Response, ApiError> {
    caller.read(&project)?;
    later()
}

/// What a backup or restore found where on the disks, while it runs and as long as the service
/// keeps it.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/tasks/{task_id}/map", tag = "console",
    operation_id = "task_map", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("task_id" = String, Path)),
    responses((status = 200, body = TaskMap), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn map(
    State(_state): State<AppState>,
    Path((project, _id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<TaskMap>, ApiError> {
    caller.read(&project)?;
    later()
}
