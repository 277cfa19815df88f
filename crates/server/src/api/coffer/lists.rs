//! Lists of servers, disks, vaults, backups and tasks, and each object by its id.
//!
//! All lists work alike: `q` searches names and the beginning of ids, each property filters
//! (repeated: any of its values), `sort` takes one column (`-` in front: from the largest), and
//! `next` of one page is the `marker` of the next one.

use axum::extract::{Path, State};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use coffer_core::cbr::{Code, ObjectType, ResourceType};
use coffer_core::ids::ProjectId;
use coffer_core::state::{BackupState, TaskState, VaultState};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::objects::{Backup, Disk, Server, Task, Vault};
use crate::app::look::Listed;
use crate::catalog::lists::specs::{self, *};
use crate::catalog::lists::{Key, Part, Place};
use crate::catalog::record::{Filter, Stored};
use crate::http::{ApiError, Json, Params};
use crate::identity::Caller;
use crate::state::AppState;

const LIMIT: u64 = 50;
const LIMIT_MAX: u64 = 1000;
/// Longest search text in characters.
const SEARCH_MAX: usize = 255;
/// Most values of one filter.
const VALUES_MAX: usize = 200;

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident { $field:ident: $item:ty })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Serialize, ToSchema)]
        pub struct $name {
            $field: Vec<$item>,
            /// Number of all that fit.
            total: u64,
            /// Marker of the next page; null on the last one.
            next: Option<String>,
        }
    )*};
}

answers! {
    /// A page of servers.
    ServerList { servers: Server }
    /// A page of disks.
    DiskList { disks: Disk }
    /// A page of vaults.
    VaultList { vaults: Vault }
    /// A page of backups.
    BackupList { backups: Backup }
    /// A page of tasks.
    TaskList { tasks: Task }
}

fn wrong(key: &str, what: &str) -> ApiError {
    ApiError::bad_request(format!("Parameter `{key}` {what}.")).with_code(Code::PARAMETER.text())
}

/// The marker of a place: sort column, value and id.
fn marker(key: &Key, down: bool, place: &Place) -> String {
    let value = match &place.value {
        Stored::Text(text) => serde_json::json!(text),
        Stored::Int(number) => serde_json::json!(number),
    };
    let text = serde_json::json!([key.name, down, value, place.id]).to_string();
    URL_SAFE_NO_PAD.encode(text)
}

/// The place of a marker of the same list and order.
fn place(text: &str, key: &Key, down: bool) -> Option<Place> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (name, was_down, value, id): (String, bool, serde_json::Value, String) =
        serde_json::from_slice(&bytes).ok()?;
    let value = match key.is_int {
        true => Stored::Int(Some(value.as_i64()?)),
        false => Stored::Text(Some(value.as_str()?.to_owned())),
    };
    (name == key.name && was_down == down).then_some(Place { value, id })
}

fn part(params: &Params, keys: &[Key], default: &'static str) -> Result<Part, ApiError> {
    let limit = params.number("limit", 1..=LIMIT_MAX)?.unwrap_or(LIMIT);
    let sort = params.get("sort").unwrap_or(default);
    let (name, down) = match sort.strip_prefix('-') {
        Some(name) => (name, true),
        None => (sort, false),
    };
    let key = keys.iter().find(|key| key.name == name).copied();
    let key = key.ok_or_else(|| {
        let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
        wrong("sort", &format!("knows {}", names.join(", ")))
    })?;
    let after = params
        .get("marker")
        .map(|text| place(text, &key, down).ok_or_else(|| wrong("marker", "is none of this list")))
        .transpose()?;
    Ok(Part {
        key,
        down,
        after,
        limit,
    })
}

fn next<T>(listed: &Listed<T>, part: &Part) -> Option<String> {
    let place = listed.next.as_ref()?;
    Some(marker(&part.key, part.down, place))
}

fn search(params: &Params) -> Result<Option<&str>, ApiError> {
    match params.get("q").map(str::trim).filter(|q| !q.is_empty()) {
        Some(q) if q.chars().count() > SEARCH_MAX => {
            Err(wrong("q", "must have at most 255 characters"))
        }
        q => Ok(q),
    }
}

fn texts(params: &Params, key: &str) -> Result<Vec<String>, ApiError> {
    let values: Vec<String> = params.all(key).map(str::to_owned).collect();
    match values.len() <= VALUES_MAX {
        true => Ok(values),
        false => Err(wrong(key, "has too many values")),
    }
}

/// The values of a filter, each one of an enumeration's.
fn known<T>(
    params: &Params,
    key: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, ApiError> {
    texts(params, key)?
        .iter()
        .map(|text| parse(text).ok_or_else(|| wrong(key, "has an unknown value")))
        .collect()
}

fn flag(params: &Params, key: &str) -> Result<Option<bool>, ApiError> {
    let values = known(params, key, |text| match text {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    })?;
    // Both values mean all.
    Ok(match values.as_slice() {
        [] => None,
        [first, rest @ ..] if rest.iter().all(|value| value == first) => Some(*first),
        _ => None,
    })
}

fn at(params: &Params, key: &str) -> Result<Option<Timestamp>, ApiError> {
    let parse = |text: &str| {
        let time: Timestamp = text.parse().ok()?;
        // What the catalog can keep.
        Timestamp::from_millisecond(time.as_millisecond()).ok()
    };
    params
        .get(key)
        .map(|text| {
            parse(text).ok_or_else(|| wrong(key, "must be a time such as 2026-02-01T12:00:00Z"))
        })
        .transpose()
}

fn powers(status: &str) -> Option<&'static [&'static str]> {
    match status.to_ascii_uppercase().as_str() {
        "ACTIVE" => Some(&["running", "shutting_down"]),
        "PAUSED" => Some(&["paused"]),
        "SHUTOFF" => Some(&["stopped"]),
        "ERROR" => Some(&["faulty"]),
        _ => None,
    }
}

fn type_name(text: &str) -> Option<ResourceType> {
    match text {
        "server" => Some(ResourceType::Server),
        "disk" => Some(ResourceType::Disk),
        _ => None,
    }
}

fn server_filter(project: ProjectId, params: &Params) -> Result<Filter, ApiError> {
    let powers: Vec<String> = known(params, "status", powers)?
        .into_iter()
        .flatten()
        .map(|power| (*power).to_owned())
        .collect();
    let mut filter = there(project)
        .any_of("t.power", &powers)
        .any_of("t.hypervisor", &texts(params, "host")?);
    if let Some(q) = search(params)? {
        filter = named(filter, q);
    }
    let vaults = texts(params, "vault_id")?;
    if !vaults.is_empty() {
        filter = servers_in(filter, &vaults);
    }
    if let Some(yes) = flag(params, "protected")? {
        filter = server_protected(filter, yes);
    }
    Ok(filter)
}

async fn disk_filter(
    state: &AppState,
    project: ProjectId,
    params: &Params,
) -> Result<Filter, ApiError> {
    let mut filter = there(project)
        .any_of("t.server_id", &texts(params, "server_id")?)
        .any_of("t.hypervisor", &texts(params, "host")?);
    if let Some(q) = search(params)? {
        filter = named(filter, q);
    }
    let statuses = known(params, "status", |text| {
        [
            "available",
            "in-use",
            "backing-up",
            "restoring-backup",
            "error_restoring",
        ]
        .into_iter()
        .find(|known| *known == text)
    })?;
    if !statuses.is_empty() {
        let special = state.app.special_disks(project).await?;
        let wanted = |(_, status): &&(String, &str)| statuses.contains(status);
        let besides: Vec<String> = special
            .iter()
            .filter(wanted)
            .map(|(id, _)| id.clone())
            .collect();
        let special: Vec<String> = special.into_iter().map(|(id, _)| id).collect();
        let (in_use, free) = (
            statuses.contains(&"in-use"),
            statuses.contains(&"available"),
        );
        filter = disk_status(filter, in_use, free, &special, &besides);
    }
    let vaults = texts(params, "vault_id")?;
    if !vaults.is_empty() {
        filter = disks_in(filter, &vaults);
    }
    if let Some(yes) = flag(params, "protected")? {
        let excluded = state.app.left_out_disks(project).await?;
        filter = disk_protected(filter, yes, &excluded);
    }
    Ok(filter)
}

fn vault_filter(project: ProjectId, params: &Params) -> Result<Filter, ApiError> {
    let mut filter = all(project)
        .any_of("t.object_type", &known(params, "type", ObjectType::parse)?)
        .any_of("t.protect_type", &texts(params, "protect_type")?)
        .any_of(
            "t.state",
            &known(params, "state", |text| text.parse::<VaultState>().ok())?,
        )
        .any_of("t.backup_policy_id", &texts(params, "policy_id")?);
    if let Some(q) = search(params)? {
        filter = named(filter, q);
    }
    let resources = texts(params, "resource_id")?;
    if !resources.is_empty() {
        filter = vaults_holding(filter, &resources);
    }
    Ok(filter)
}

fn backup_filter(project: ProjectId, params: &Params, now: Timestamp) -> Result<Filter, ApiError> {
    let mut filter = top_backups(project)
        .any_of(
            "t.state",
            &known(params, "state", |text| text.parse::<BackupState>().ok())?,
        )
        .any_of("t.resource_type", &known(params, "type", type_name)?)
        .any_of("t.vault_id", &texts(params, "vault_id")?)
        .any_of("t.resource_id", &texts(params, "resource_id")?)
        .any_of("t.resource_name", &texts(params, "resource_name")?)
        .any_of("t.checkpoint_id", &texts(params, "checkpoint_id")?)
        .maybe("t.incremental", flag(params, "incremental")?)
        .maybe("t.auto_trigger", flag(params, "auto_trigger")?);
    if let Some(yes) = flag(params, "locked")? {
        filter = backup_locked(filter, yes, now);
    }
    if let Some(q) = search(params)? {
        filter = named(filter, q);
    }
    let disks = texts(params, "disk_id")?;
    if !disks.is_empty() {
        filter = backups_of_disks(filter, &disks);
    }
    if let Some(after) = at(params, "created_after")? {
        filter = filter.when("t.created_at", " >= ", after);
    }
    if let Some(before) = at(params, "created_before")? {
        filter = filter.when("t.created_at", " < ", before);
    }
    Ok(filter)
}

fn task_filter(project: ProjectId, params: &Params) -> Result<Filter, ApiError> {
    let mut filter = all(project)
        .any_of(
            "t.state",
            &known(params, "state", |text| text.parse::<TaskState>().ok())?,
        )
        .any_of("t.kind", &texts(params, "kind")?)
        .any_of("t.vault_id", &texts(params, "vault_id")?)
        .any_of("t.resource_id", &texts(params, "resource_id")?)
        .any_of("t.resource_name", &texts(params, "resource_name")?)
        .any_of("t.backup_id", &texts(params, "backup_id")?);
    if let Some(q) = search(params)? {
        filter = task_named(filter, q);
    }
    if let Some(after) = at(params, "started_after")? {
        filter = filter.when("t.started_at", " >= ", after);
    }
    if let Some(before) = at(params, "started_before")? {
        filter = filter.when("t.started_at", " < ", before);
    }
    Ok(filter)
}

/// The one object of an id.
fn one(filter: Filter, id: &str, key: Key) -> (Filter, Part) {
    let part = Part {
        key,
        down: false,
        after: None,
        limit: 1,
    };
    (filter.eq("t.id", id.to_owned()), part)
}

/// Servers.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/servers", tag = "console",
    operation_id = "list_servers", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("q" = Option<String>, Query), ("limit" = Option<u64>, Query),
        ("marker" = Option<String>, Query),
        ("sort" = Option<String>, Query, description = "`name` where absent."),
        ("status" = Option<Vec<String>>, Query), ("host" = Option<Vec<String>>, Query),
        ("vault_id" = Option<Vec<String>>, Query),
        ("protected" = Option<String>, Query, description = "`yes` or `no`.")),
    extensions(("x-action" = json!("ecs:cloudServers:list"))),
    responses((status = 200, body = ServerList), (status = 400), (status = 401), (status = 403)))]
pub(super) async fn servers(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    params: Params,
) -> Result<Json<ServerList>, ApiError> {
    let project = caller.read(&project)?;
    let part = part(&params, SERVER_KEYS, "name")?;
    let filter = server_filter(project, &params)?;
    let listed = state.app.look_at_servers(&filter, &part).await?;
    Ok(Json(ServerList {
        next: next(&listed, &part),
        total: listed.total,
        servers: listed.items.into_iter().map(Server::from).collect(),
    }))
}

/// A server.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/servers/{server_id}", tag = "console",
    operation_id = "get_server", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("server_id" = String, Path)),
    extensions(("x-action" = json!("ecs:cloudServers:get"))),
    responses((status = 200, body = Server), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn server(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<Server>, ApiError> {
    let project = caller.read(&project)?;
    let (filter, part) = one(there(project), &id, SERVER_KEYS[0]);
    let mut listed = state.app.look_at_servers(&filter, &part).await?;
    let found = listed.items.pop();
    let none = || ApiError::not_found("server").with_code(Code::RESOURCE_NOT_FOUND.text());
    Ok(Json(found.ok_or_else(none)?.into()))
}

/// Disks.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/disks", tag = "console",
    operation_id = "list_disks", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("q" = Option<String>, Query), ("limit" = Option<u64>, Query),
        ("marker" = Option<String>, Query),
        ("sort" = Option<String>, Query, description = "`name` where absent."),
        ("status" = Option<Vec<String>>, Query), ("server_id" = Option<Vec<String>>, Query),
        ("host" = Option<Vec<String>>, Query), ("vault_id" = Option<Vec<String>>, Query),
        ("protected" = Option<String>, Query, description = "`yes` or `no`.")),
    extensions(("x-action" = json!("evs:volumes:list"))),
    responses((status = 200, body = DiskList), (status = 400), (status = 401), (status = 403)))]
pub(super) async fn disks(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    params: Params,
) -> Result<Json<DiskList>, ApiError> {
    let project = caller.read(&project)?;
    let part = part(&params, DISK_KEYS, "name")?;
    let filter = disk_filter(&state, project, &params).await?;
    let listed = state.app.look_at_disks(&filter, &part).await?;
    Ok(Json(DiskList {
        next: next(&listed, &part),
        total: listed.total,
        disks: listed.items.into_iter().map(Disk::from).collect(),
    }))
}

/// A disk.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/disks/{disk_id}", tag = "console",
    operation_id = "get_disk", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("disk_id" = String, Path)),
    extensions(("x-action" = json!("evs:volumes:get"))),
    responses((status = 200, body = Disk), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn disk(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<Disk>, ApiError> {
    let project = caller.read(&project)?;
    let (filter, part) = one(there(project), &id, DISK_KEYS[0]);
    let mut listed = state.app.look_at_disks(&filter, &part).await?;
    let found = listed.items.pop();
    let none = || ApiError::not_found("disk").with_code(Code::RESOURCE_NOT_FOUND.text());
    Ok(Json(found.ok_or_else(none)?.into()))
}

/// Vaults.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/vaults", tag = "console",
    operation_id = "list_vaults_in_full", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("q" = Option<String>, Query), ("limit" = Option<u64>, Query),
        ("marker" = Option<String>, Query),
        ("sort" = Option<String>, Query, description = "`-created_at` where absent."),
        ("type" = Option<Vec<String>>, Query), ("protect_type" = Option<Vec<String>>, Query),
        ("state" = Option<Vec<String>>, Query), ("policy_id" = Option<Vec<String>>, Query),
        ("resource_id" = Option<Vec<String>>, Query)),
    extensions(("x-action" = json!("cbr:vaults:list"))),
    responses((status = 200, body = VaultList), (status = 400), (status = 401), (status = 403)))]
pub(super) async fn vaults(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    params: Params,
) -> Result<Json<VaultList>, ApiError> {
    let project = caller.read(&project)?;
    let part = part(&params, VAULT_KEYS, "-created_at")?;
    let filter = vault_filter(project, &params)?;
    let listed = state.app.look_at_vaults(&filter, &part).await?;
    Ok(Json(VaultList {
        next: next(&listed, &part),
        total: listed.total,
        vaults: listed.items.into_iter().map(Vault::from).collect(),
    }))
}

/// A vault, with what is in it.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/vaults/{vault_id}", tag = "console",
    operation_id = "get_vault", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("vault_id" = String, Path)),
    extensions(("x-action" = json!("cbr:vaults:get"))),
    responses((status = 200, body = Vault), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn vault(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<Vault>, ApiError> {
    let project = caller.read(&project)?;
    let (filter, part) = one(all(project), &id, VAULT_KEYS[0]);
    let mut listed = state.app.look_at_vaults(&filter, &part).await?;
    let none = || ApiError::not_found("vault").with_code(Code::VAULT_NOT_FOUND.text());
    let found = listed.items.pop().ok_or_else(none)?;
    let held = state.app.look_into_vault(found.vault.id).await?;
    Ok(Json(Vault::from(found).with(held)))
}

/// Backups of servers and disks; the disks of a server's backup are inside it.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/backups", tag = "console",
    operation_id = "list_backups_in_full", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("q" = Option<String>, Query), ("limit" = Option<u64>, Query),
        ("marker" = Option<String>, Query),
        ("sort" = Option<String>, Query, description = "`-created_at` where absent."),
        ("state" = Option<Vec<String>>, Query), ("type" = Option<Vec<String>>, Query),
        ("vault_id" = Option<Vec<String>>, Query), ("resource_id" = Option<Vec<String>>, Query),
        ("resource_name" = Option<Vec<String>>, Query), ("disk_id" = Option<Vec<String>>, Query),
        ("checkpoint_id" = Option<Vec<String>>, Query), ("incremental" = Option<bool>, Query),
        ("auto_trigger" = Option<bool>, Query),
        ("locked" = Option<bool>, Query, description = "Whether it cannot be deleted now: by its own \
            lock, or its vault's."),
        ("created_after" = Option<String>, Query),
        ("created_before" = Option<String>, Query)),
    extensions(("x-action" = json!("cbr:backups:list"))),
    responses((status = 200, body = BackupList), (status = 400), (status = 401), (status = 403)))]
pub(super) async fn backups(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    params: Params,
) -> Result<Json<BackupList>, ApiError> {
    let project = caller.read(&project)?;
    let part = part(&params, BACKUP_KEYS, "-created_at")?;
    let filter = backup_filter(project, &params, state.clock.now())?;
    let listed = state.app.look_at_backups(&filter, &part).await?;
    Ok(Json(BackupList {
        next: next(&listed, &part),
        total: listed.total,
        backups: listed.items.into_iter().map(Backup::from).collect(),
    }))
}

/// A backup. By the id of a disk's part, the server's backup that holds it.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/backups/{backup_id}", tag = "console",
    operation_id = "get_backup", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("backup_id" = String, Path)),
    extensions(("x-action" = json!("cbr:backups:get"))),
    responses((status = 200, body = Backup), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn backup(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<Backup>, ApiError> {
    let project = caller.read(&project)?;
    let filter = specs::backup_holding(top_backups(project), &id);
    let part = Part {
        key: BACKUP_KEYS[0],
        down: false,
        after: None,
        limit: 1,
    };
    let mut listed = state.app.look_at_backups(&filter, &part).await?;
    let none = || ApiError::not_found("backup").with_code(Code::BACKUP_NOT_FOUND.text());
    Ok(Json(listed.items.pop().ok_or_else(none)?.into()))
}

/// Tasks.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/tasks", tag = "console",
    operation_id = "list_tasks_in_full", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("q" = Option<String>, Query), ("limit" = Option<u64>, Query),
        ("marker" = Option<String>, Query),
        ("sort" = Option<String>, Query, description = "`-created_at` where absent."),
        ("state" = Option<Vec<String>>, Query), ("kind" = Option<Vec<String>>, Query),
        ("vault_id" = Option<Vec<String>>, Query), ("resource_id" = Option<Vec<String>>, Query),
        ("resource_name" = Option<Vec<String>>, Query), ("backup_id" = Option<Vec<String>>, Query),
        ("started_after" = Option<String>, Query), ("started_before" = Option<String>, Query)),
    extensions(("x-action" = json!("cbr:tasks:list"))),
    responses((status = 200, body = TaskList), (status = 400), (status = 401), (status = 403)))]
pub(super) async fn tasks(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    params: Params,
) -> Result<Json<TaskList>, ApiError> {
    let project = caller.read(&project)?;
    let part = part(&params, TASK_KEYS, "-created_at")?;
    let filter = task_filter(project, &params)?;
    let listed = state.app.look_at_tasks(&filter, &part).await?;
    Ok(Json(TaskList {
        next: next(&listed, &part),
        total: listed.total,
        tasks: listed.items.into_iter().map(Task::from).collect(),
    }))
}

/// A task.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/tasks/{task_id}", tag = "console",
    operation_id = "get_task", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("task_id" = String, Path)),
    extensions(("x-action" = json!("cbr:tasks:get"))),
    responses((status = 200, body = Task), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn task(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<Task>, ApiError> {
    let project = caller.read(&project)?;
    let (filter, part) = one(all(project), &id, TASK_KEYS[0]);
    let mut listed = state.app.look_at_tasks(&filter, &part).await?;
    let none = || ApiError::not_found("task").with_code(Code::TASK_NOT_FOUND.text());
    Ok(Json(listed.items.pop().ok_or_else(none)?.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::record::Column;

    #[test]
    fn markers_belong_to_one_order() {
        let key = SERVER_KEYS[0];
        let there = Place {
            value: "web".to_owned().store(),
            id: "x".to_owned(),
        };
        let text = marker(&key, true, &there);
        assert_eq!(place(&text, &key, true), Some(there));
        assert_eq!(place(&text, &key, false), None);
        assert_eq!(place(&text, &SERVER_KEYS[5], true), None);
        assert_eq!(place("!", &key, true), None);
    }

    #[test]
    fn two_values_of_a_flag_mean_all() {
        let read = |query: &str| flag(&Params::parse(query), "x");
        assert_eq!(read("x=yes").unwrap(), Some(true));
        assert_eq!(read("x=yes&x=no").unwrap(), None);
        assert_eq!(read("").unwrap(), None);
        assert!(read("x=perhaps").is_err());
    }
}
