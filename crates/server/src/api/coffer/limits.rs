//! How much is asked of hosts and vaults, and the order of the queue.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::cbr::Refusal;
use coffer_core::window::{Window, Windows};
use coffer_core::zone::Zone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::objects::time;
use crate::app::Actor;
use crate::app::limits::{HostLook, Limit};
use crate::http::{ApiError, Json, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// Limits of a host or a vault. What is absent or null follows the service's defaults.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Of a host: bytes a second read from and written to its disks. Of a vault: bytes a second as
    /// stored. At least 1024; null for no limit.
    #[serde(default)]
    #[schema(minimum = 1024)]
    bytes_per_second: Option<u64>,
    /// Tasks at once.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1000)]
    tasks: Option<u64>,
    /// When automatic backups may begin, such as `mon-fri 22:00-06:00`; empty for always.
    #[serde(default)]
    #[schema(max_items = 24)]
    windows: Vec<String>,
    /// Zone in which the windows are meant; UTC where null.
    #[serde(default)]
    zone: Option<String>,
}

/// `{"limits": {...}}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsRequest {
    limits: Limits,
}

/// The limits of a vault.
#[derive(Debug, Serialize, ToSchema)]
pub struct LimitsAnswer {
    limits: Limits,
    /// Tasks at once, also where that is the service's default.
    tasks_in_force: u64,
    /// Automatic backups may begin now.
    open: bool,
    /// When the windows open next; null where they are open, or never do.
    opens_at: Option<String>,
}

/// A host.
#[derive(Debug, Serialize, ToSchema)]
pub struct Host {
    name: String,
    limits: Limits,
    /// The limits were set here; else they are the configuration's.
    limits_set: bool,
    /// Tasks at once, also where that is the service's default.
    tasks_in_force: u64,
    running_tasks: u64,
    waiting_tasks: u64,
    /// Automatic backups may begin now.
    open: bool,
    /// When the windows open next; null where they are open, or never do.
    opens_at: Option<String>,
}

/// `{"hosts": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct HostsAnswer {
    hosts: Vec<Host>,
}

/// `{"priority": 60}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriorityRequest {
    /// 0 (last) to 100 (first). Restores have 80, what is asked for by hand 60, automatic backups
    /// 40. An automatic backup that is raised to 60 or more does not wait for its window.
    #[schema(minimum = 0, maximum = 100)]
    priority: u64,
}

impl From<Limit> for Limits {
    fn from(limit: Limit) -> Limits {
        Limits {
            bytes_per_second: limit.bytes_per_second,
            tasks: limit.tasks,
            windows: limit.windows.list.iter().map(Window::to_string).collect(),
            zone: limit.windows.zone.map(|zone| zone.name().to_owned()),
        }
    }
}

impl TryFrom<Limits> for Limit {
    type Error = Refusal;
    fn try_from(wire: Limits) -> Result<Limit, Refusal> {
        let read = |(n, text): (usize, &String)| {
            let field = format!("limits.windows[{n}]");
            text.parse::<Window>()
                .map_err(|e| Refusal::parameter(&field, e))
        };
        let list = wire.windows.iter().enumerate().map(read);
        let zone = wire.zone.map(|text| {
            Zone::parse(&text).ok_or_else(|| Refusal::parameter("limits.zone", "is no time zone"))
        });
        Ok(Limit {
            bytes_per_second: wire.bytes_per_second,
            tasks: wire.tasks,
            windows: Windows {
                list: list.collect::<Result<_, _>>()?,
                zone: zone.transpose()?,
            },
        })
    }
}

fn opening(state: &AppState, windows: &Windows) -> (bool, Option<String>) {
    let now = state.app.now();
    let open = windows.is_open(now);
    let next = (!open).then(|| windows.next_open(now)).flatten();
    (open, next.map(time))
}

fn host(state: &AppState, look: HostLook) -> Host {
    let (open, opens_at) = opening(state, &look.limit.windows);
    Host {
        name: look.name,
        limits: look.limit.into(),
        limits_set: look.set,
        tasks_in_force: look.tasks,
        running_tasks: look.running,
        waiting_tasks: look.waiting,
        open,
        opens_at,
    }
}

/// The hosts of the configuration: what may be asked of them, and what is.
#[utoipa::path(get, path = "/coffer/v1/hosts", tag = "administration", operation_id = "list_hosts",
    security(("token" = []), ("session" = [])),
    extensions(("x-action" = json!("iam:hosts:list"))),
    responses((status = 200, body = HostsAnswer), (status = 401), (status = 403)))]
pub(super) async fn hosts(
    State(state): State<AppState>,
    _caller: Caller,
) -> Result<Json<HostsAnswer>, ApiError> {
    let looks = state.app.hosts().await?;
    let hosts = looks.into_iter().map(|look| host(&state, look)).collect();
    Ok(Json(HostsAnswer { hosts }))
}

/// Sets the limits of a host in place of the configuration's. They hold at once, also for what runs.
#[utoipa::path(put, path = "/coffer/v1/hosts/{host_name}/limits", tag = "administration",
    operation_id = "set_host_limits", security(("token" = []), ("session" = [])),
    params(("host_name" = String, Path)), request_body = LimitsRequest,
    extensions(("x-action" = json!("iam:hosts:update"))),
    responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn set_host(
    State(state): State<AppState>,
    Path(name): Path<String>,
    _caller: Caller,
    Json(body): Json<LimitsRequest>,
) -> Result<StatusCode, ApiError> {
    put_host(&state, &name, Some(body.limits.try_into()?)).await
}

/// Lets the configuration's limits of a host hold again.
#[utoipa::path(delete, path = "/coffer/v1/hosts/{host_name}/limits", tag = "administration",
    operation_id = "reset_host_limits", security(("token" = []), ("session" = [])),
    params(("host_name" = String, Path)),
    extensions(("x-action" = json!("iam:hosts:update"))),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn reset_host(
    State(state): State<AppState>,
    Path(name): Path<String>,
    _caller: Caller,
) -> Result<StatusCode, ApiError> {
    put_host(&state, &name, None).await
}

async fn put_host(
    state: &AppState,
    name: &str,
    limit: Option<Limit>,
) -> Result<StatusCode, ApiError> {
    match state.app.set_host_limit(name, limit).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found("host")),
    }
}

fn actor(caller: &Caller, project: coffer_core::ids::ProjectId, request: RequestId) -> Actor {
    Actor {
        project,
        user: caller.user_id,
        request_id: request.0,
    }
}

/// The limits of a vault.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/vaults/{vault_id}/limits", tag = "console",
    operation_id = "show_vault_limits", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("vault_id" = String, Path)),
    extensions(("x-action" = json!("coffer:limits:get"))),
    responses((status = 200, body = LimitsAnswer), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn vault(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
) -> Result<Json<LimitsAnswer>, ApiError> {
    let actor = actor(&caller, caller.read(&project)?, request);
    let (limit, tasks_in_force) = state.app.vault_limit(&actor, &id).await?;
    let (open, opens_at) = opening(&state, &limit.windows);
    Ok(Json(LimitsAnswer {
        limits: limit.into(),
        tasks_in_force,
        open,
        opens_at,
    }))
}

/// Sets the limits of a vault. They hold at once, also for what runs.
#[utoipa::path(put, path = "/coffer/v1/{project_id}/vaults/{vault_id}/limits", tag = "console",
    operation_id = "set_vault_limits", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("vault_id" = String, Path)),
    request_body = LimitsRequest,
    extensions(("x-action" = json!("coffer:limits:update"))),
    responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn set_vault(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<LimitsRequest>,
) -> Result<StatusCode, ApiError> {
    let actor = actor(&caller, caller.write(&project)?, request);
    let limit = Some(body.limits.try_into()?);
    state.app.set_vault_limit(&actor, &id, limit).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes the limits of a vault.
#[utoipa::path(delete, path = "/coffer/v1/{project_id}/vaults/{vault_id}/limits", tag = "console",
    operation_id = "reset_vault_limits", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("vault_id" = String, Path)),
    extensions(("x-action" = json!("coffer:limits:update"))),
    responses((status = 204), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn reset_vault(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
) -> Result<StatusCode, ApiError> {
    let actor = actor(&caller, caller.write(&project)?, request);
    state.app.set_vault_limit(&actor, &id, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets before which others a waiting task is begun.
#[utoipa::path(put, path = "/coffer/v1/{project_id}/tasks/{task_id}/priority", tag = "console",
    operation_id = "set_task_priority", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("task_id" = String, Path)),
    request_body = PriorityRequest,
    extensions(("x-action" = json!("coffer:tasks:prioritize"))),
    responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn priority(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<PriorityRequest>,
) -> Result<StatusCode, ApiError> {
    let actor = actor(&caller, caller.write(&project)?, request);
    let priority = body.priority;
    state.app.set_task_priority(&actor, &id, priority).await?;
    Ok(StatusCode::NO_CONTENT)
}
