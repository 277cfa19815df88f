//! Starting and stopping servers, trying tasks again, finding objects.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::objects::{Named, Task, words};
use crate::http::{ApiError, Json, Params};
use crate::identity::Caller;
use crate::state::AppState;

words! {
    /// What to do with a server.
    PowerVerb { Start = "start", Stop = "stop", Restart = "restart", }
    /// Kinds of objects.
    ObjectKind { Server = "server", Disk = "disk", Vault = "vault", Backup = "backup",
        Task = "task", }
}

/// Starts, stops or restarts a server.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PowerRequest {
    action: PowerVerb,
    /// Switch off, or reset, without asking the guest.
    #[serde(default)]
    force: bool,
}

/// An object found.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundObject {
    #[schema(value_type = ObjectKind)]
    kind: &'static str,
    id: String,
    name: String,
    /// The server of a disk, the vault of a backup, the resource of a task.
    parent: Option<Named>,
}

/// `{"objects": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchAnswer {
    /// At most 20: best first.
    objects: Vec<FoundObject>,
}

fn later<T>() -> Result<T, ApiError> {
    Err(ApiError::new(StatusCode::NOT_IMPLEMENTED, "Not there yet."))
}

/// Starts, stops or restarts a server. Refused while a backup of it is not above 10 % (CORE-18)
/// or a restore to it runs.
#[utoipa::path(post, path = "/coffer/v1/{project_id}/servers/{server_id}/power", tag = "console",
    operation_id = "power", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("server_id" = String, Path)),
    request_body = PowerRequest,
    responses((status = 202), (status = 400), (status = 401), (status = 403), (status = 404),
        (status = 409)))]
pub(super) async fn power(
    State(_state): State<AppState>,
    Path((project, _id)): Path<(String, String)>,
    caller: Caller,
    Json(_body): Json<PowerRequest>,
) -> Result<StatusCode, ApiError> {
    caller.write(&project)?;
    later()
}

/// Tries again what failed, by a new task.
#[utoipa::path(post, path = "/coffer/v1/{project_id}/tasks/{task_id}/retry", tag = "console",
    operation_id = "retry_task", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("task_id" = String, Path)),
    responses((status = 202, body = Task), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn retry(
    State(_state): State<AppState>,
    Path((project, _id)): Path<(String, String)>,
    caller: Caller,
) -> Result<(StatusCode, Json<Task>), ApiError> {
    caller.write(&project)?;
    later()
}

/// What an id names, whatever it is.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/objects/{object_id}", tag = "console",
    operation_id = "find_object", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("object_id" = String, Path)),
    responses((status = 200, body = FoundObject), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn object(
    State(_state): State<AppState>,
    Path((project, _id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<FoundObject>, ApiError> {
    caller.read(&project)?;
    later()
}

/// Objects whose name holds a text, or whose id begins with it.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/search", tag = "console",
    operation_id = "search", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("q" = String, Query)),
    responses((status = 200, body = SearchAnswer), (status = 400), (status = 401),
        (status = 403)))]
pub(super) async fn search(
    State(_state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    _params: Params,
) -> Result<Json<SearchAnswer>, ApiError> {
    caller.read(&project)?;
    later()
}
