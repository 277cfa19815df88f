//! What a backup or a restore would read and write, without doing it.

use axum::extract::{Path, State};
use coffer_core::cbr::{Code, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::objects::{ServerStatus, status, time, words};
use crate::app::Actor;
use crate::app::estimates::{Wanted, room};
use crate::http::{ApiError, Json, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

words! {
    /// What is to be backed up.
    EstimateKind { Server = "server", Disk = "disk", }
}

/// A backup that might be made.
#[derive(Debug, Deserialize, ToSchema)]
pub struct BackupEstimateRequest {
    /// The vault; the one that each resource is in where absent.
    #[serde(default)]
    vault_id: Option<String>,
    /// 1 to 256.
    resources: Vec<EstimateResource>,
    /// False asks for a full backup.
    #[serde(default = "yes")]
    incremental: bool,
}

fn yes() -> bool {
    true
}

/// A server or disk to be backed up.
#[derive(Debug, Deserialize, ToSchema)]
pub struct EstimateResource {
    id: String,
    r#type: EstimateKind,
    /// Disks of the server to leave out.
    #[serde(default)]
    exclude_volumes: Option<Vec<String>>,
}

/// What a backup would read.
#[derive(Debug, Serialize, ToSchema)]
pub struct BackupEstimate {
    disks: Vec<DiskEstimate>,
    /// Bytes to be read in all; null where that is not known beforehand for some disk.
    read_bytes: Option<u64>,
    /// Time it takes, by what the last backups took; null where nothing is known.
    seconds: Option<u64>,
    /// From when on a full backup may be made; null where it may be now.
    full_possible_at: Option<String>,
    vault: Option<VaultRoom>,
    /// Why some of it would be refused.
    refusals: Vec<EstimateRefusal>,
}

/// A disk in an estimate.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiskEstimate {
    disk_id: String,
    server_id: Option<String>,
    size_bytes: u64,
    /// Changed since `since`, as the host's record of changes counts them; null where none
    /// continues from that backup.
    changed_bytes: Option<u64>,
    /// Time of the backup that it is compared with.
    since: Option<String>,
    /// Why the changes are not known, or all of it is read.
    reason: Option<String>,
}

/// Room in a vault.
#[derive(Debug, Serialize, ToSchema)]
pub struct VaultRoom {
    /// What would be read has room, even if none of it is a duplicate.
    fits: bool,
    remaining_bytes: u64,
}

/// Why a resource would be refused.
#[derive(Debug, Serialize, ToSchema)]
pub struct EstimateRefusal {
    /// Null for what concerns all of it.
    resource_id: Option<String>,
    /// `BackupService.NNNN`.
    code: String,
    message: String,
    hint: Option<String>,
}

/// A restore that might be made.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RestoreEstimateRequest {
    backup_id: String,
    /// Every disk goes back to where it came from where this is empty.
    #[serde(default)]
    mappings: Option<Vec<EstimateMapping>>,
}

/// A disk's backup and the disk to write.
#[derive(Debug, Deserialize, ToSchema)]
pub struct EstimateMapping {
    disk_backup_id: String,
    disk_id: String,
}

/// What a restore would write.
#[derive(Debug, Serialize, ToSchema)]
pub struct RestoreEstimate {
    disks: Vec<RestoreDiskEstimate>,
    /// Bytes to be written in all; null where that is not known for some disk.
    write_bytes: Option<u64>,
    /// Size of the disks to be written.
    size_bytes: u64,
    /// False where `write_bytes` is the most it can be: a running server's changes are counted,
    /// but not where they lie.
    exact: bool,
    seconds: Option<u64>,
    server: Option<RestoreServer>,
    refusals: Vec<EstimateRefusal>,
    /// A backup of what would be overwritten, made first; null where the restore is refused.
    safety: Option<SafetyEstimate>,
}

/// A safety backup that might be made.
#[derive(Debug, Serialize, ToSchema)]
pub struct SafetyEstimate {
    /// Bytes to be read; null where that is not known beforehand.
    read_bytes: Option<u64>,
    /// The vault it would lie in.
    vault: Option<super::objects::Named>,
    /// What would be read has room, even if none of it is a duplicate.
    fits: bool,
    remaining_bytes: u64,
    /// Why there can be none, if so.
    refusal: Option<EstimateRefusal>,
}

impl From<Result<crate::app::estimates::BackupEstimate, Refusal>> for SafetyEstimate {
    fn from(found: Result<crate::app::estimates::BackupEstimate, Refusal>) -> SafetyEstimate {
        match found {
            Err(refused) => SafetyEstimate {
                read_bytes: None,
                vault: None,
                fits: false,
                remaining_bytes: 0,
                refusal: Some(refusal(None, refused)),
            },
            Ok(found) => {
                let read_bytes = found.read_bytes();
                let remaining_bytes = found.vault.as_ref().map_or(0, room);
                SafetyEstimate {
                    read_bytes,
                    fits: fits(remaining_bytes, read_bytes),
                    remaining_bytes,
                    vault: found.vault.map(|v| super::objects::Named {
                        id: v.id.to_string(),
                        name: v.name,
                    }),
                    refusal: None,
                }
            }
        }
    }
}

/// Whether so much has room, as far as it is known.
fn fits(room: u64, read_bytes: Option<u64>) -> bool {
    room > 0 && room >= read_bytes.unwrap_or(0)
}

/// A disk in an estimate of a restore.
#[derive(Debug, Serialize, ToSchema)]
pub struct RestoreDiskEstimate {
    /// The disk's backup.
    backup_id: String,
    /// The disk to be written; null where there is none for it.
    disk_id: Option<String>,
    /// So many are written: what differs from the disk, where the host knows that; null where
    /// nothing is known. See `exact`.
    write_bytes: Option<u64>,
    /// So many are made zero besides, which takes no space.
    zero_bytes: Option<u64>,
    /// False where these are the most it can be: the server runs.
    exact: bool,
    /// Why all of it is written, if so.
    reason: Option<String>,
    size_bytes: u64,
    /// Why this disk cannot be written, if so.
    refusal: Option<String>,
}

/// The server that a restore concerns.
#[derive(Debug, Serialize, ToSchema)]
pub struct RestoreServer {
    id: String,
    name: String,
    #[schema(value_type = ServerStatus)]
    status: &'static str,
    /// It runs, and would be shut down.
    will_stop: bool,
}

fn refusal(resource_id: Option<String>, refusal: Refusal) -> EstimateRefusal {
    EstimateRefusal {
        resource_id,
        code: refusal.code.text().to_owned(),
        message: refusal.message,
        hint: refusal.hint,
    }
}

fn actor(caller: &Caller, project: &str, request: RequestId) -> Result<Actor, ApiError> {
    Ok(Actor {
        project: caller.read(project)?,
        user: caller.user_id,
        request_id: request.0,
    })
}

fn check(len: usize, least: usize) -> Result<(), ApiError> {
    match (least..=256).contains(&len) {
        true => Ok(()),
        false => {
            let text = format!("The list must have {least} to 256 entries.");
            Err(ApiError::bad_request(text).with_code(Code::PARAMETER.text()))
        }
    }
}

/// What a backup would read, and whether it would be refused.
#[utoipa::path(post, path = "/coffer/v1/{project_id}/estimates/backup", tag = "console",
    operation_id = "estimate_backup", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path)), request_body = BackupEstimateRequest,
    extensions(("x-action" = json!("coffer:estimates:get"))),
    responses((status = 200, body = BackupEstimate), (status = 400), (status = 401),
        (status = 403), (status = 404)))]
pub(super) async fn backup(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<BackupEstimateRequest>,
) -> Result<Json<BackupEstimate>, ApiError> {
    let actor = actor(&caller, &project, request)?;
    check(body.resources.len(), 1)?;
    let wanted: Vec<Wanted> = body
        .resources
        .into_iter()
        .map(|r| Wanted {
            id: r.id,
            exclude: match r.r#type {
                EstimateKind::Server => r.exclude_volumes.unwrap_or_default(),
                EstimateKind::Disk => Vec::new(),
            },
        })
        .collect();
    let vault = body.vault_id.as_deref();
    let found = state
        .app
        .estimate_backup(&actor, vault, &wanted, body.incremental)
        .await?;
    Ok(Json(BackupEstimate {
        read_bytes: found.read_bytes(),
        vault: found.vault.as_ref().map(|v| VaultRoom {
            fits: fits(room(v), found.read_bytes()),
            remaining_bytes: room(v),
        }),
        disks: found
            .disks
            .into_iter()
            .map(|d| DiskEstimate {
                disk_id: d.disk.id.to_string(),
                server_id: d.disk.server_id.map(|id| id.to_string()),
                size_bytes: d.disk.size_bytes,
                changed_bytes: d.changed_bytes,
                since: d.since.map(time),
                reason: d.reason,
            })
            .collect(),
        seconds: found.seconds,
        full_possible_at: found.full_possible_at.map(time),
        refusals: found
            .refusals
            .into_iter()
            .map(|(id, r)| refusal(id, r))
            .collect(),
    }))
}

/// What a restore would write, and whether it would be refused.
#[utoipa::path(post, path = "/coffer/v1/{project_id}/estimates/restore", tag = "console",
    operation_id = "estimate_restore", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path)), request_body = RestoreEstimateRequest,
    extensions(("x-action" = json!("coffer:estimates:get"))),
    responses((status = 200, body = RestoreEstimate), (status = 400), (status = 401),
        (status = 403), (status = 404)))]
pub(super) async fn restore(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<RestoreEstimateRequest>,
) -> Result<Json<RestoreEstimate>, ApiError> {
    let actor = actor(&caller, &project, request)?;
    let mappings = body.mappings.unwrap_or_default();
    check(mappings.len(), 0)?;
    let mappings = mappings.into_iter().map(|m| (m.disk_backup_id, m.disk_id));
    let found = state
        .app
        .estimate_restore(&actor, &body.backup_id, mappings.collect())
        .await?;
    Ok(Json(RestoreEstimate {
        write_bytes: found.write_bytes(),
        size_bytes: found.size_bytes(),
        exact: found.is_exact(),
        disks: found
            .disks
            .into_iter()
            .map(|d| RestoreDiskEstimate {
                backup_id: d.backup.id.to_string(),
                disk_id: d.target.map(|id| id.to_string()),
                write_bytes: d.writes.as_ref().map(|w| w.data_bytes),
                zero_bytes: d.writes.as_ref().map(|w| w.zero_bytes),
                exact: d.writes.as_ref().is_none_or(|w| w.exact),
                reason: d.writes.and_then(|w| w.reason),
                size_bytes: d.backup.size_bytes,
                refusal: None,
            })
            .collect(),
        seconds: found.seconds,
        server: found.server.map(|s| RestoreServer {
            id: s.id.to_string(),
            status: status(&s.power),
            will_stop: s.is_running(),
            name: s.name,
        }),
        safety: found.safety.map(SafetyEstimate::from),
        refusals: found
            .refusal
            .into_iter()
            .map(|r| refusal(None, r))
            .collect(),
    }))
}
