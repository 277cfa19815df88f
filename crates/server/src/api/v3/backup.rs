//! Backups and restores (CBR API: backups).

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::cbr::share::MemberStatus;
use coffer_core::cbr::{Refusal, ResourceType, capacity, name};
use coffer_core::state::BackupState;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, length, range};
use super::{choice, flag, int, number, page, reader, shown, time, unknown, writer};
use crate::api::compute::ZONE;
use crate::app::backups::{BackupQuery, BackupView};
use crate::app::images::is_early;
use crate::app::restore::{NewRestore, STOP_SECONDS, WayBack};
use crate::catalog::backups::{Backup, Owners};
use crate::http::{ApiError, Json, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// A backup.
#[derive(Debug, Serialize, ToSchema)]
pub struct BackupBody {
    id: String,
    name: String,
    description: Option<String>,
    status: String,
    checkpoint_id: String,
    vault_id: String,
    project_id: String,
    provider_id: String,
    image_type: String,
    resource_id: String,
    resource_name: String,
    resource_type: String,
    resource_az: Option<String>,
    /// GB.
    resource_size: i64,
    created_at: String,
    updated_at: String,
    protected_at: Option<String>,
    expired_at: Option<String>,
    parent_id: Option<String>,
    #[schema(no_recursion)]
    children: Vec<BackupBody>,
    extend_info: ExtendInfo,
    enterprise_project_id: String,
    #[schema(value_type = Vec<Object>)]
    replication_records: Vec<serde_json::Value>,
    incremental: bool,
    version: i64,
}

/// More of a backup.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExtendInfo {
    auto_trigger: bool,
    bootable: bool,
    incremental: bool,
    snapshot_id: Option<String>,
    support_lld: bool,
    supported_restore_mode: String,
    #[schema(value_type = Vec<Object>)]
    os_images_data: Vec<serde_json::Value>,
    contain_system_disk: bool,
    encrypted: bool,
    system_disk: bool,
    architecture: Option<String>,
    progress: i64,
    app_consistency: AppConsistency,
}

/// Whether the guest was quiesced.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppConsistency {
    /// `1` where it was.
    app_consistency: String,
    app_consistency_status: String,
    app_consistency_error_code: String,
    app_consistency_error_message: String,
}

/// One backup.
#[derive(Debug, Serialize, ToSchema)]
pub struct BackupAnswer {
    backup: BackupBody,
}

/// A page of backups.
#[derive(Debug, Serialize, ToSchema)]
pub struct BackupsAnswer {
    backups: Vec<BackupBody>,
    count: i64,
    limit: i64,
    offset: i64,
}

/// `PUT /backups/{id}`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RenameBackupRequest {
    backup: RenameBackup,
}

/// A new name, a new description, or both.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RenameBackup {
    /// 1 to 64 of letters, digits, `_`, `-`.
    name: Option<String>,
    /// At most 255 characters (ours).
    description: Option<String>,
}

/// `POST /backups/{id}/restore`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RestoreBackupRequest {
    restore: RestoreBackup,
}

/// What to restore to.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RestoreBackup {
    /// For a server backup.
    server_id: Option<String>,
    /// For a disk backup.
    volume_id: Option<String>,
    /// For a server backup; every disk goes back to where it came from where this is empty.
    mappings: Option<Vec<MappingBody>>,
    /// Start the server afterwards; true where absent.
    power_on: Option<bool>,
    /// Stop the server first (ours). True where absent for a server backup, false for a disk's.
    stop_server: Option<bool>,
    /// How long the guest may take to shut down before it is switched off (ours), 0 to 3600 s.
    stop_timeout: Option<i64>,
}

/// A disk's backup and the disk to write.
#[derive(Debug, Deserialize, ToSchema)]
pub struct MappingBody {
    backup_id: String,
    volume_id: String,
}

impl From<BackupView> for BackupBody {
    fn from(view: BackupView) -> BackupBody {
        let children = view.children.into_iter().map(|c| body(c, vec![])).collect();
        let mut whole = body(view.backup, children);
        let images = view.image.into_iter();
        let images = images.map(|id| serde_json::json!({"image_id": id.to_string()}));
        whole.extend_info.os_images_data = images.collect();
        whole
    }
}

fn body(b: Backup, children: Vec<BackupBody>) -> BackupBody {
    let is_server = b.resource_type == ResourceType::Server;
    let restore_mode = match b.protected_at {
        Some(_) => "backup",
        None if is_early(&b) => "snapshot",
        None => "na",
    };
    let details = b.details.0;
    let quiesced = details.consistency.as_deref() == Some("application");
    let status = if quiesced { "1" } else { "0" }.to_owned();
    BackupBody {
        id: b.id.to_string(),
        name: b.name,
        description: b.description,
        status: b.state.to_string(),
        checkpoint_id: b.checkpoint_id.to_string(),
        vault_id: b.vault_id.to_string(),
        project_id: b.project_id.to_string(),
        provider_id: b.resource_type.provider_id().to_owned(),
        image_type: "backup".to_owned(),
        resource_id: b.resource_id.to_string(),
        resource_name: b.resource_name,
        resource_type: b.resource_type.name().to_owned(),
        resource_az: Some(ZONE.to_owned()),
        resource_size: int(capacity::gib_up(b.size_bytes)),
        created_at: shown(b.created_at),
        updated_at: shown(b.updated_at),
        protected_at: b.protected_at.map(shown),
        expired_at: b.expired_at.map(shown),
        parent_id: b.parent_id.map(|id| id.to_string()),
        children,
        extend_info: ExtendInfo {
            auto_trigger: b.auto_trigger,
            bootable: !is_server && b.system_disk,
            incremental: b.incremental,
            snapshot_id: None,
            support_lld: false,
            supported_restore_mode: restore_mode.to_owned(),
            os_images_data: vec![],
            contain_system_disk: is_server && b.system_disk,
            encrypted: false,
            system_disk: !is_server && b.system_disk,
            architecture: details.architecture,
            progress: int(b.progress),
            app_consistency: AppConsistency {
                app_consistency: status.clone(),
                app_consistency_status: status,
                app_consistency_error_code: String::new(),
                app_consistency_error_message: match quiesced {
                    true => String::new(),
                    false => details.notes.join(" "),
                },
            },
        },
        enterprise_project_id: "0".to_owned(),
        replication_records: vec![],
        incremental: b.incremental,
        version: 3,
    }
}

const SORT_KEYS: &[&str] = &[
    "created_at",
    "updated_at",
    "name",
    "status",
    "protected_at",
    "id",
];

/// `key[:asc|desc],...` as columns; descending where nothing is said.
fn sort(params: &Params) -> Result<Vec<(&'static str, bool)>, ApiError> {
    sort_by(params, SORT_KEYS)
}

/// As [`sort`], with the keys of another list.
pub(super) fn sort_by(
    params: &Params,
    keys: &[&'static str],
) -> Result<Vec<(&'static str, bool)>, ApiError> {
    let Some(text) = params.get("sort") else {
        return Ok(vec![("created_at", true)]);
    };
    let wrong = |problem: &str| -> ApiError { Refusal::parameter("sort", problem).into() };
    if text.len() > 255 {
        return Err(wrong("must have at most 255 characters"));
    }
    let mut order = Vec::new();
    for part in text.split(',') {
        let (key, direction) = part.split_once(':').unwrap_or((part, "desc"));
        let column = keys.iter().find(|known| **known == key.trim());
        let column = *column.ok_or_else(|| wrong(&format!("knows {}", keys.join(", "))))?;
        let backups = keys == SORT_KEYS;
        let column = match column {
            "status" if backups => "state",
            // Never null: what is not done yet comes before everything that is.
            "protected_at" => "COALESCE(protected_at, 0)",
            other => other,
        };
        let down = match direction.trim().to_ascii_lowercase().as_str() {
            "asc" => false,
            "desc" => true,
            _ => return Err(wrong("directions are asc and desc")),
        };
        order.push((column, down));
    }
    Ok(order)
}

fn query(params: &Params) -> Result<BackupQuery, ApiError> {
    let text = |key: &str| params.get(key).map(str::to_owned);
    let known = |names: &'static [&'static str]| {
        move |text: &str| names.contains(&text).then(|| text.to_owned())
    };
    let mut states = Vec::new();
    for status in params.list("status") {
        states.push(
            status
                .parse::<BackupState>()
                .map_err(|_| unknown("status", status))?,
        );
    }
    let image_type = choice(params, "image_type", known(&["backup", "replication"]))?;
    let own_type = choice(
        params,
        "own_type",
        known(&["private", "shared", "all_granted"]),
    )?;
    let member = choice(params, "member_status", MemberStatus::parse)?;
    let az = text("resource_az");
    flag(params, "show_replication")?;
    let owners = match own_type.as_deref() {
        None | Some("private") if member.is_none() => Owners::Private,
        Some("all_granted") => Owners::All(member),
        // A status asks for what was received, also where no owner is named.
        _ => Owners::Shared(member),
    };
    // Nothing is replicated here yet, nothing lies in a dedicated cloud, and there is one zone.
    let nothing = image_type.is_some_and(|t| t != "backup")
        || flag(params, "dec")? == Some(true)
        || az.is_some_and(|az| az != ZONE);
    Ok(BackupQuery {
        checkpoint_id: text("checkpoint_id"),
        vault_id: text("vault_id"),
        parent_id: text("parent_id"),
        resource_id: text("resource_id"),
        name: text("name"),
        resource_name: text("resource_name"),
        resource_type: choice(params, "resource_type", |t| {
            ResourceType::parse(t).map(|t| t.name().to_owned())
        })?,
        states,
        start: time(params, "start_time")?,
        end: time(params, "end_time")?,
        used_percent: number(params, "used_percent", 1, 100)?,
        incremental: flag(params, "incremental")?,
        owners,
        nothing,
    })
}

/// Lists backups, newest first unless told otherwise.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/backups", tag = "backups", operation_id = "list_backups",
    params(("project_id" = String, Path), ("limit" = Option<u64>, Query), ("offset" = Option<u64>, Query),
        ("marker" = Option<String>, Query), ("sort" = Option<String>, Query),
        ("checkpoint_id" = Option<String>, Query), ("vault_id" = Option<String>, Query),
        ("parent_id" = Option<String>, Query), ("resource_id" = Option<String>, Query),
        ("name" = Option<String>, Query), ("resource_name" = Option<String>, Query),
        ("resource_type" = Option<String>, Query), ("resource_az" = Option<String>, Query),
        ("status" = Option<Vec<String>>, Query), ("image_type" = Option<String>, Query),
        ("start_time" = Option<String>, Query), ("end_time" = Option<String>, Query),
        ("own_type" = Option<String>, Query), ("member_status" = Option<String>, Query),
        ("used_percent" = Option<u64>, Query), ("incremental" = Option<bool>, Query),
        ("dec" = Option<bool>, Query), ("show_replication" = Option<bool>, Query)),
    extensions(("x-action" = json!("cbr:backups:list"))),
    responses((status = 200, body = BackupsAnswer)))]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    params: Params,
) -> Result<Json<BackupsAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let (page, limit) = page(&params, 1000)?;
    let order = sort(&params)?;
    let (views, count) = state
        .app
        .list_backups(&actor, &query(&params)?, &order, &page)
        .await?;
    Ok(Json(BackupsAnswer {
        backups: views.into_iter().map(BackupBody::from).collect(),
        count: int(count),
        limit: int(limit),
        offset: int(page.offset),
    }))
}

/// Shows a backup.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/backups/{backup_id}", tag = "backups", operation_id = "show_backup",
    params(("project_id" = String, Path), ("backup_id" = String, Path)),
    extensions(("x-action" = json!("cbr:backups:get"))),
    responses((status = 200, body = BackupAnswer)))]
pub(super) async fn show(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<BackupAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let view = state.app.backup(&actor, &id).await?;
    Ok(Json(BackupAnswer {
        backup: view.into(),
    }))
}

/// Gives a backup another name or description.
#[utoipa::path(put, security(("token" = [])), path = "/v3/{project_id}/backups/{backup_id}", tag = "backups", operation_id = "rename_backup",
    params(("project_id" = String, Path), ("backup_id" = String, Path)), request_body = RenameBackupRequest,
    extensions(("x-action" = json!("cbr:backups:update"))),
    responses((status = 200, body = BackupAnswer)))]
pub(super) async fn rename(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    Body(body): Body<RenameBackupRequest>,
) -> Result<Json<BackupAnswer>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let (new, text) = (body.backup.name, body.backup.description);
    if new.is_none() && text.is_none() {
        return Err(Refusal::parameter("backup.name", "is required").into());
    }
    if let Some(new) = &new {
        name::check_name("backup.name", new)?;
    }
    if let Some(text) = &text {
        name::check_description("backup.description", text, name::DESCRIPTION_MAX)?;
    }
    let view = state
        .app
        .update_backup(&actor, &id, new.as_deref(), text.as_deref())
        .await?;
    Ok(Json(BackupAnswer {
        backup: view.into(),
    }))
}

/// Deletes a backup.
#[utoipa::path(delete, security(("token" = [])), path = "/v3/{project_id}/backups/{backup_id}", tag = "backups", operation_id = "delete_backup",
    params(("project_id" = String, Path), ("backup_id" = String, Path)),
    extensions(("x-action" = json!("cbr:backups:delete"))),
    responses((status = 204)))]
pub(super) async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    state.app.delete_backup(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Restores a backup.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/backups/{backup_id}/restore", tag = "backups",
    operation_id = "restore_backup", params(("project_id" = String, Path), ("backup_id" = String, Path)),
    request_body = RestoreBackupRequest,
    extensions(("x-action" = json!("cbr:backups:restore"))),
    responses((status = 202)))]
pub(super) async fn restore(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    Body(body): Body<RestoreBackupRequest>,
) -> Result<StatusCode, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let r = body.restore;
    let mappings = r.mappings.unwrap_or_default();
    length("restore.mappings", mappings.len(), 0, 256)?;
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
            Some(seconds) => range("restore.stop_timeout", seconds, 0, 3600)?,
            None => STOP_SECONDS,
        },
        safety: WayBack::None,
    };
    state.app.restore_backup(&actor, &id, new).await?;
    Ok(StatusCode::ACCEPTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorting_descends_where_nothing_is_said() {
        let read = |text: &str| sort(&Params::parse(&format!("sort={text}")));
        assert_eq!(
            read("name:asc,status").unwrap(),
            [("name", false), ("state", true)]
        );
        assert!(read("size").is_err());
        assert!(read("name:up").is_err());
        assert!(read("name,").is_err());
    }
}
