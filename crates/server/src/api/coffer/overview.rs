//! What is safe and what is not; capacity over time.

use axum::extract::{Path, State};
use coffer_core::cbr::Code;
use coffer_core::units::GIB;
use serde::Serialize;
use utoipa::ToSchema;

use super::objects::{ResourceRef, Task, VaultRef, kind, time, words};
use crate::http::{ApiError, Json, Params};
use crate::identity::Caller;
use crate::state::AppState;

/// Reasons with their severity, worst first.
const REASONS: [(&str, &str); 5] = [
    ("no_vault", "error"),
    ("vault_full", "error"),
    ("last_backup_failed", "error"),
    ("never_backed_up", "error"),
    ("backup_too_old", "warning"),
];

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
    /// Servers and disks in vaults of which nothing is asked: no objective is set, and no policy of
    /// their vault runs. They are not safe only where a backup is missing, failed or older than a week.
    nothing_asked: u64,
    vaults: Capacity,
    /// Tasks that run or wait, oldest first (at most 50).
    running: Vec<Task>,
    /// Tasks that failed in the last 24 hours, newest first (at most 50).
    failures: Vec<Task>,
    oldest_last_good_backup: Option<OldestBackup>,
    /// Runs of policies in the next 24 hours.
    next_runs: Vec<NextRun>,
    /// Vaults whose recovery key nobody has shown to be kept (at most 50).
    recovery_keys_unconfirmed: Vec<VaultRef>,
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

/// What is safe and what is not, capacity, what runs, what failed.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/overview", tag = "console",
    operation_id = "overview", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path)),
    extensions(("x-action" = json!("coffer:overview:get"))),
    responses((status = 200, body = Overview), (status = 401), (status = 403)))]
pub(super) async fn overview(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
) -> Result<Json<Overview>, ApiError> {
    let project = caller.read(&project)?;
    let found = state.app.overview(project).await?;
    let reference = |id: uuid::Uuid, name: String, of| ResourceRef {
        id: id.to_string(),
        name,
        r#type: kind(of),
    };
    let mut groups = Vec::new();
    for (reason, severity) in REASONS {
        let concerned = found.risks.iter().filter(|risk| risk.reason == reason);
        let total = concerned.clone().count() as u64;
        if total > 0 {
            let first = concerned.take(50);
            groups.push(UnsafeGroup {
                reason,
                severity,
                resources: first
                    .map(|r| reference(r.id, r.name.clone(), r.kind))
                    .collect(),
                total,
            });
        }
    }
    let unconfirmed = state.app.unconfirmed_keys(project).await?;
    let count = |(total, protected)| ProtectedCount { total, protected };
    let sum = |of: fn(&crate::catalog::vaults::Vault) -> u64| found.vaults.iter().map(of).sum();
    Ok(Json(Overview {
        servers: count(found.servers),
        disks: count(found.disks),
        r#unsafe: groups,
        unsafe_total: found.risks.len() as u64,
        nothing_asked: found.nothing_asked,
        vaults: Capacity {
            size_bytes: sum(|v| v.size_gib.saturating_mul(GIB)),
            used_bytes: sum(|v| v.used_bytes),
            count: found.vaults.len() as u64,
            list: found
                .vaults
                .into_iter()
                .take(50)
                .map(VaultRef::from)
                .collect(),
        },
        running: found.running.into_iter().map(Task::from).collect(),
        failures: found.failures.into_iter().map(Task::from).collect(),
        oldest_last_good_backup: found.oldest.map(|(id, name, of, at)| OldestBackup {
            resource: reference(id, name, of),
            at: time(at),
        }),
        next_runs: found
            .next_runs
            .into_iter()
            .map(|(at, policy, vault, vault_name)| NextRun {
                policy_id: policy.id.to_string(),
                policy_name: policy.name,
                vault_id: vault.to_string(),
                vault_name,
                at: time(at),
            })
            .collect(),
        recovery_keys_unconfirmed: unconfirmed
            .into_iter()
            .take(50)
            .map(VaultRef::from)
            .collect(),
    }))
}

/// What a vault took in its store, over time.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/vaults/{vault_id}/history", tag = "console",
    operation_id = "vault_history", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("vault_id" = String, Path),
        ("days" = Option<u64>, Query, description = "1 to 3660; 30 where absent.")),
    extensions(("x-action" = json!("cbr:vaults:get"))),
    responses((status = 200, body = VaultHistory), (status = 400), (status = 401),
        (status = 403), (status = 404)))]
pub(super) async fn history(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    params: Params,
) -> Result<Json<VaultHistory>, ApiError> {
    let project = caller.read(&project)?;
    let days = params.number("days", 1..=3660)?.unwrap_or(30);
    let none = || ApiError::not_found("vault").with_code(Code::VAULT_NOT_FOUND.text());
    let id = id.parse().map_err(|_| none())?;
    let samples = state.app.vault_history(project, id, days).await?;
    let points = samples.ok_or_else(none)?.into_iter().map(|s| HistoryPoint {
        at: time(s.at),
        used_bytes: s.used_bytes,
        size_bytes: s.size_bytes,
    });
    Ok(Json(VaultHistory {
        points: points.collect(),
    }))
}
