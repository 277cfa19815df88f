//! Starting and stopping servers, trying tasks again, finding objects.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::cbr::{Code, Refusal};
use coffer_core::ids::ProjectId;
use coffer_engine::hypervisor::PowerAction;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::objects::{Named, Task, time, words};
use crate::api::compute::STOP_LIMIT;
use crate::app::Actor;
use crate::app::look::Restart;
use crate::catalog::lists::{self, Key, Part, Rows, specs};
use crate::catalog::record::Filter;
use crate::catalog::{backups, disks, servers, tasks, vaults};
use crate::http::{ApiError, Json, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// Most objects that a search gives.
const FOUND_MAX: u64 = 20;

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

/// Starts, stops or restarts a server. Refused while a backup of it is not above 10 % (CORE-18)
/// or a restore to it runs.
#[utoipa::path(post, path = "/coffer/v1/{project_id}/servers/{server_id}/power", tag = "console",
    operation_id = "power", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("server_id" = String, Path)),
    request_body = PowerRequest,
    extensions(("x-action" = json!("ecs:servers:action"))),
    responses((status = 202), (status = 400), (status = 401), (status = 403), (status = 404),
        (status = 409)))]
pub(super) async fn power(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    Json(body): Json<PowerRequest>,
) -> Result<StatusCode, ApiError> {
    let project = caller.write(&project)?;
    if body.action != PowerVerb::Start {
        let filter = specs::there(project).eq("t.id", id.clone());
        let part = Part::first(specs::SERVER_KEYS[0], 1);
        let mut listed = state.app.look_at_servers(&filter, &part).await?;
        let look = listed.items.pop();
        let look = look.ok_or_else(|| ApiError::not_found("server"))?;
        if let Restart::Refused(reason) = look.restart {
            let mut error =
                ApiError::new(StatusCode::CONFLICT, reason).with_code(Code::BACKUP_RUNNING.text());
            error.hint = Some("Wait, or cancel the task (CORE-18).".to_owned());
            return Err(error);
        }
    }
    let action = match (body.action, body.force) {
        (PowerVerb::Start, _) => PowerAction::Start,
        (PowerVerb::Stop, false) => PowerAction::Stop { limit: STOP_LIMIT },
        (PowerVerb::Stop, true) => PowerAction::ForceOff,
        (PowerVerb::Restart, false) => PowerAction::Reboot,
        (PowerVerb::Restart, true) => PowerAction::Reset,
    };
    crate::api::compute::change_power(&state, project, &id, action).await
}

/// Tries again what failed, by a new task.
#[utoipa::path(post, path = "/coffer/v1/{project_id}/tasks/{task_id}/retry", tag = "console",
    operation_id = "retry_task", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("task_id" = String, Path)),
    extensions(("x-action" = json!("coffer:tasks:retry"))),
    responses((status = 202, body = Task), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn retry(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
) -> Result<(StatusCode, Json<Task>), ApiError> {
    let actor = Actor {
        project: caller.write(&project)?,
        user: caller.user_id,
        request_id: request.0,
    };
    let look = state.app.retry_task(&actor, &id).await?;
    Ok((StatusCode::ACCEPTED, Json(look.into())))
}

/// `{"until": "2027-01-01T00:00:00Z"}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LockRequest {
    /// RFC 3339, with a zone: in the future, at most 100 years from now, not before an earlier lock.
    until: String,
}

/// What a lock holds.
#[derive(Debug, Serialize, ToSchema)]
pub struct LockAnswer {
    locked_until: String,
    /// Not before the lock ends; null where the backup does not expire.
    expires_at: Option<String>,
}

/// Locks a backup, also one that was made by hand, until a time: nobody can delete it before, and
/// the lock cannot be made shorter.
#[utoipa::path(put, path = "/coffer/v1/{project_id}/backups/{backup_id}/lock", tag = "console",
    operation_id = "lock_backup", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("backup_id" = String, Path)),
    request_body = LockRequest,
    extensions(("x-action" = json!("cbr:backups:lock"))),
    responses((status = 200, body = LockAnswer), (status = 400), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn lock(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<LockRequest>,
) -> Result<Json<LockAnswer>, ApiError> {
    let actor = Actor {
        project: caller.write(&project)?,
        user: caller.user_id,
        request_id: request.0,
    };
    let until = body.until.parse::<jiff::Timestamp>().map_err(|_| {
        ApiError::from(Refusal::parameter(
            "until",
            "must be a time such as 2027-01-01T00:00:00Z",
        ))
    })?;
    let locked = state.app.lock_backup(&actor, &id, until).await?;
    Ok(Json(LockAnswer {
        locked_until: time(until),
        expires_at: locked.expired_at.map(time),
    }))
}

/// What an id names, whatever it is.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/objects/{object_id}", tag = "console",
    operation_id = "find_object", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("object_id" = String, Path)),
    extensions(("x-action" = json!("coffer:objects:get"))),
    responses((status = 200, body = FoundObject), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn object(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<FoundObject>, ApiError> {
    let project = caller.read(&project)?;
    let mut found = find(
        &state,
        project,
        |_, filter| filter.eq("t.id", id.clone()),
        1,
    )
    .await?;
    match found.is_empty() {
        true => Err(ApiError::not_found("object")),
        false => Ok(Json(found.swap_remove(0))),
    }
}

/// Objects whose name holds a text, or whose id begins with it; disks inside backups by their id alone.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/search", tag = "console",
    operation_id = "search", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("q" = String, Query)),
    extensions(("x-action" = json!("coffer:objects:list"))),
    responses((status = 200, body = SearchAnswer), (status = 400), (status = 401),
        (status = 403)))]
pub(super) async fn search(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    params: Params,
) -> Result<Json<SearchAnswer>, ApiError> {
    let project = caller.read(&project)?;
    let q = params.get("q").map(str::trim).unwrap_or_default();
    if q.is_empty() || q.chars().count() > 255 {
        let text = "Parameter `q` must have 1 to 255 characters.";
        return Err(ApiError::bad_request(text).with_code(Code::PARAMETER.text()));
    }
    let named = |kind, filter| match kind {
        Kind::Task => specs::task_named(filter, q),
        Kind::Part => specs::id_begins(filter, q),
        Kind::Named => specs::named(filter, q),
    };
    let objects = find(&state, project, named, FOUND_MAX).await?;
    Ok(Json(SearchAnswer { objects }))
}

/// What a condition is about.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Objects with a name of their own.
    Named,
    /// Disks inside a server's backup: their names are made of its name.
    Part,
    /// Tasks.
    Task,
}

/// Objects of all kinds that `narrow` lets through: servers first, tasks last.
async fn find(
    state: &AppState,
    project: ProjectId,
    narrow: impl Fn(Kind, Filter) -> Filter,
    limit: u64,
) -> Result<Vec<FoundObject>, ApiError> {
    let mut found = Vec::new();
    let mut tx = state.catalog.snapshot().await?;
    let there = || specs::there(project);
    let all = || specs::all(project);
    let part = |keys: &[Key]| Part::first(keys[0], limit);
    let servers: Rows<servers::Server> = lists::part(
        &mut tx,
        &narrow(Kind::Named, there()),
        &part(specs::SERVER_KEYS),
    )
    .await?;
    for s in servers.rows {
        found.push(FoundObject {
            kind: "server",
            id: s.id.to_string(),
            name: s.name,
            parent: None,
        });
    }
    let vaults: Rows<vaults::Vault> = lists::part(
        &mut tx,
        &narrow(Kind::Named, all()),
        &part(specs::VAULT_KEYS),
    )
    .await?;
    for v in vaults.rows {
        found.push(FoundObject {
            kind: "vault",
            id: v.id.to_string(),
            name: v.name,
            parent: None,
        });
    }
    let disks: Rows<disks::Disk> = lists::part(
        &mut tx,
        &narrow(Kind::Named, there()),
        &part(specs::DISK_KEYS),
    )
    .await?;
    for d in disks.rows {
        let server = match d.server_id {
            Some(id) => servers::get(&mut tx, id).await?,
            None => None,
        };
        found.push(FoundObject {
            kind: "disk",
            id: d.id.to_string(),
            name: d.name,
            parent: server.map(|s| Named {
                id: s.id.to_string(),
                name: s.name,
            }),
        });
    }
    let newest = |keys: &[Key]| Part {
        down: true,
        ..Part::first(keys[0], limit)
    };
    let mut rows = Vec::new();
    for (kind, filter) in [
        (Kind::Named, specs::top_backups(project)),
        (Kind::Part, specs::parts_of_backups(project)),
    ] {
        let filter = narrow(kind, filter);
        let found: Rows<backups::Backup> =
            lists::part(&mut tx, &filter, &newest(specs::BACKUP_KEYS)).await?;
        rows.extend(found.rows);
    }
    for b in rows {
        let vault = vaults::get(&mut tx, b.vault_id).await?;
        found.push(FoundObject {
            kind: "backup",
            id: b.id.to_string(),
            name: b.name,
            parent: vault.map(|v| Named {
                id: v.id.to_string(),
                name: v.name,
            }),
        });
    }
    let rows: Rows<tasks::Task> = lists::part(
        &mut tx,
        &narrow(Kind::Task, all()),
        &newest(specs::TASK_KEYS),
    )
    .await?;
    for t in rows.rows {
        let parent = t.resource_id.zip(t.resource_name);
        found.push(FoundObject {
            kind: "task",
            id: t.id.to_string(),
            name: t.kind,
            parent: parent.map(|(id, name)| Named {
                id: id.to_string(),
                name,
            }),
        });
    }
    found.truncate(limit as usize);
    Ok(found)
}
