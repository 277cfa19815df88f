//! When the backups of a vault expire, all at once; and what a backed-up server was like.

use axum::extract::{Path, State};
use coffer_core::cbr::{Code, Refusal};
use coffer_core::state::BackupState;
use coffer_core::zone::Zone;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::body::Body;
use super::{int, reader, shown, writer};
use crate::http::{ApiError, Json, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// `PUT /vaults/{id}/update-backup-expiration-time`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ExpiryRequest {
    /// `YYYY-MM-DD`, in the future: they expire when this day begins.
    expect_expiration_date: String,
    /// `UTC+08:00` or a name; UTC where absent.
    time_zone: Option<String>,
}

/// What was changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExpiryAnswer {
    affected_backups_count: i64,
    /// `YYYY-MM-DD`.
    new_expiration_day: String,
    /// Always null: it is done when this is answered, and no task is needed.
    operation_log_id: Option<String>,
}

/// Moves the expiry of a vault's backups to a day. It is about available ones that expire: those
/// without an expiry stay without. Locked ones expire no earlier than they would have.
#[utoipa::path(put, security(("token" = [])), path = "/v3/{project_id}/vaults/{vault_id}/update-backup-expiration-time",
    tag = "vaults", operation_id = "move_expiry",
    params(("project_id" = String, Path), ("vault_id" = String, Path)),
    request_body = ExpiryRequest,
    extensions(("x-action" = json!("cbr:vaults:updateBackupExpirationTime"))),
    responses((status = 200, body = ExpiryAnswer)))]
pub(super) async fn move_expiry(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    Body(body): Body<ExpiryRequest>,
) -> Result<Json<ExpiryAnswer>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let wrong = |field: &str, text: &str| Refusal::parameter(field, text);
    let zone = body.time_zone.as_deref().filter(|zone| !zone.is_empty());
    let zone = Zone::parse(zone.unwrap_or("UTC"))
        .ok_or_else(|| wrong("time_zone", "must be a zone such as UTC+08:00"))?;
    let text = &body.expect_expiration_date;
    let day = Date::strptime("%Y-%m-%d", text)
        .map_err(|_| wrong("expect_expiration_date", "must be a day such as 2030-01-31"))?;
    let until = zone.instant(day.at(0, 0, 0, 0));
    let count = state.app.move_expiry(&actor, &id, until).await?;
    Ok(Json(ExpiryAnswer {
        affected_backups_count: int(count),
        new_expiration_day: day.to_string(),
        operation_log_id: None,
    }))
}

/// What a backed-up server was like. Texts with JSON in them, as the SDK has them.
#[derive(Debug, Serialize, ToSchema)]
pub struct MetadataAnswer {
    backup_id: String,
    /// The backup.
    backups: String,
    /// Its size, where the server is still there to ask.
    flavor: String,
    /// The server.
    server: String,
    /// Its network cards, where the server is still there to ask.
    interface: String,
    floatingips: Vec<String>,
    ports: Vec<String>,
    /// Its disks.
    volumes: Vec<String>,
    workspace: Option<String>,
}

/// What the server of a backup was like.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/backups/{backup_id}/metadata", tag = "backups",
    operation_id = "backup_metadata",
    params(("project_id" = String, Path), ("backup_id" = String, Path)),
    extensions(("x-action" = json!("cbr:backups:get"))),
    responses((status = 200, body = MetadataAnswer)))]
pub(super) async fn metadata(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<MetadataAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let view = state.app.backup(&actor, &id).await?;
    let backup = &view.backup;
    if !matches!(
        backup.state,
        BackupState::Available | BackupState::WaitingRestore | BackupState::Restoring
    ) {
        let text = format!("backup {} is {}", backup.id, backup.state);
        return Err(Refusal::new(Code::METADATA_UNREADABLE, text).into());
    }
    let mut reader = state.catalog.reader().await?;
    let key = backup.resource_id.to_string();
    let now = crate::catalog::neighbours::server_by_id(&mut reader, actor.project, &key).await?;
    let details = &backup.details.0;
    let gib = |bytes: u64| bytes.div_ceil(1 << 30);
    let volumes = view.children.iter().map(|disk| {
        json!({
            "id": disk.resource_id,
            "name": disk.resource_name,
            "size": gib(disk.size_bytes),
            "bootable": disk.system_disk.to_string(),
        })
        .to_string()
    });
    Ok(Json(MetadataAnswer {
        backup_id: backup.id.to_string(),
        backups: json!({
            "id": backup.id,
            "name": backup.name,
            "instant": details.instant,
            "consistency": details.consistency,
            "created_at": shown(backup.created_at),
        })
        .to_string(),
        flavor: match &now {
            Some(row) => json!({"vcpus": row.vcpus, "ram": row.memory_mib}).to_string(),
            None => "{}".to_owned(),
        },
        server: json!({
            "id": backup.resource_id,
            "name": backup.resource_name,
            "architecture": details.architecture,
        })
        .to_string(),
        interface: match &now {
            Some(row) => json!(row.nics).to_string(),
            None => "[]".to_owned(),
        },
        floatingips: vec![],
        ports: vec![],
        volumes: volumes.collect(),
        workspace: None,
    }))
}
