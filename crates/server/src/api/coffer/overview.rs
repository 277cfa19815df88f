//! What is safe and what is not; capacity over time.

use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use super::objects::{ResourceRef, Task, VaultRef, words};
use crate::http::{ApiError, Json, Params};
use crate::identity::Caller;
use crate::state::AppState;

words! {
    /// Why something is not safe.
    UnsafeReason { NoVault = "no_vault", NeverBackedUp = "never_backed_up",
        LastBackupFailed = "last_backup_failed", BackupTooOld = "backup_too_old",
        VaultFull = "vault_full", }
    /// How bad it is.
    Severity { Warning = "warning", Error = "error", }
}

/// All that matters of a project, on one page.
#[derive(Debug, Serialize, ToSchema)]
pub struct Overview {
    servers: ProtectedCount,
    /// Disks that can be backed up.
    disks: ProtectedCount,
    /// What is not safe, worst first; reasons that concern nothing are left out.
    r#unsafe: Vec<UnsafeGroup>,
    /// Number of servers and detached disks that are in one of the groups.
    unsafe_total: u64,
    vaults: Capacity,
    /// Tasks that run or wait, oldest first (at most 50).
    running: Vec<Task>,
    /// Tasks that failed in the last 24 hours, newest first (at most 50).
    failures: Vec<Task>,
    oldest_last_good_backup: Option<OldestBackup>,
    /// Runs of policies in the next 24 hours.
    next_runs: Vec<NextRun>,
}

/// How many there are, and how many of them are in a vault.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProtectedCount {
    total: u64,
    protected: u64,
}

/// Servers and detached disks that are not safe, for one reason.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnsafeGroup {
    #[schema(value_type = UnsafeReason)]
    reason: &'static str,
    #[schema(value_type = Severity)]
    severity: &'static str,
    /// The first 50, by name.
    resources: Vec<ResourceRef>,
    total: u64,
}

/// Capacity of all vaults.
#[derive(Debug, Serialize, ToSchema)]
pub struct Capacity {
    size_bytes: u64,
    used_bytes: u64,
    count: u64,
    /// The fullest first (at most 50).
    list: Vec<VaultRef>,
}

/// The protected resource whose newest backup is the oldest.
#[derive(Debug, Serialize, ToSchema)]
pub struct OldestBackup {
    resource: ResourceRef,
    at: String,
}

/// A run of a policy to come.
#[derive(Debug, Serialize, ToSchema)]
pub struct NextRun {
    policy_id: String,
    policy_name: String,
    vault_id: String,
    vault_name: String,
    at: String,
}

/// Capacity of a vault over time.
#[derive(Debug, Serialize, ToSchema)]
pub struct VaultHistory {
    /// Oldest first; the last one is of now.
    points: Vec<HistoryPoint>,
}

/// What a vault took at one time.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryPoint {
    at: String,
    used_bytes: u64,
    size_bytes: u64,
}

fn later<T>() -> Result<Json<T>, ApiError> {
    Err(ApiError::new(
        axum::http::StatusCode::NOT_IMPLEMENTED,
        "Not there yet.",
    ))
}

/// What is safe and what is not, capacity, what runs, what failed.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/overview", tag = "console",
    operation_id = "overview", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path)),
    responses((status = 200, body = Overview), (status = 401), (status = 403)))]
pub(super) async fn overview(
    State(_state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
) -> Result<Json<Overview>, ApiError> {
    caller.read(&project)?;
    later()
}

/// What a vault took in its store, over time.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/vaults/{vault_id}/history", tag = "console",
    operation_id = "vault_history", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("vault_id" = String, Path),
        ("days" = Option<u64>, Query, description = "1 to 3660; 30 where absent.")),
    responses((status = 200, body = VaultHistory), (status = 400), (status = 401),
        (status = 403), (status = 404)))]
pub(super) async fn history(
    State(_state): State<AppState>,
    Path((project, _id)): Path<(String, String)>,
    caller: Caller,
    _params: Params,
) -> Result<Json<VaultHistory>, ApiError> {
    caller.read(&project)?;
    later()
}
