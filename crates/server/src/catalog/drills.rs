//! Recovery drills: what was asked, what it showed, and when vaults have their backups tried.

use coffer_core::Result;
use coffer_core::drill::Checks;
use coffer_core::ids::{BackupId, ProjectId, TaskId, VaultId};
use jiff::Timestamp;
use sqlx::AnyConnection;
use uuid::Uuid;

use super::backups::Backup;
use super::record::{self, Filter, Json, Page, record, values};

record! {
    /// A drill.
    Drill in "drills" {
        /// The task that does it.
        task_id: TaskId,
        /// Who owns it.
        project_id: ProjectId,
        /// The backup's vault at that time.
        vault_id: VaultId,
        /// The backup, which may be gone by now.
        backup_id: BackupId,
        /// Its name at that time.
        backup_name: String,
        /// When the backup was asked for.
        backup_at: Timestamp,
        /// The server.
        resource_id: Uuid,
        /// Its name at that time.
        resource_name: String,
        /// The vault's settings had it done.
        automatic: bool,
        /// What the guest had to do.
        checks: Json<Checks>,
        /// `open`, `passed`, `failed` or `none`.
        verdict: String,
        /// Name of a `coffer_core::drill::Reason`; empty unless it failed.
        reason: String,
        /// What was wrong; empty where nothing was.
        message: String,
        /// The disks could be read, in milliseconds since it began; so are the next ones.
        exported_ms: Option<u64>,
        /// The guest ran.
        started_ms: Option<u64>,
        /// The guest's first word on its serial port.
        first_output_ms: Option<u64>,
        /// All checks had passed.
        passed_ms: Option<u64>,
        /// There was a verdict.
        decided_ms: Option<u64>,
        /// Nothing of it was left.
        ended_ms: Option<u64>,
        /// What the user should know, as sentences.
        notes: Json<Vec<String>>,
        /// When it was asked for.
        created_at: Timestamp,
        /// When it ended.
        ended_at: Option<Timestamp>,
    }
}

record! {
    /// What was seen at the end of a drill.
    Evidence in "drill_evidence" {
        /// The drill.
        task_id: TaskId,
        /// End of the guest's output.
        last_words: String,
        /// PNG, base64; empty for none.
        picture: String,
    }
}

record! {
    /// When the backups of a vault are tried by themselves.
    Setting in "drill_settings" {
        /// The vault.
        vault_id: VaultId,
        /// `after_backup`, `daily` or `weekly`.
        period: String,
        /// What guests have to do.
        checks: Json<Checks>,
        /// Backups that were asked for before are not tried.
        since: Timestamp,
    }
}

impl Drill {
    /// One that was asked for.
    pub fn of(
        task_id: TaskId,
        project_id: ProjectId,
        backup: &Backup,
        checks: Checks,
        automatic: bool,
        now: Timestamp,
    ) -> Drill {
        Drill {
            task_id,
            project_id,
            vault_id: backup.vault_id,
            backup_id: backup.id,
            backup_name: backup.name.clone(),
            backup_at: backup.created_at,
            resource_id: backup.resource_id,
            resource_name: backup.resource_name.clone(),
            automatic,
            checks: Json(checks),
            verdict: "open".to_owned(),
            reason: String::new(),
            message: String::new(),
            exported_ms: None,
            started_ms: None,
            first_output_ms: None,
            passed_ms: None,
            decided_ms: None,
            ended_ms: None,
            notes: Json(Vec::new()),
            created_at: now,
            ended_at: None,
        }
    }
}

/// Notes one that was asked for.
pub async fn insert(conn: &mut AnyConnection, drill: &Drill) -> Result<()> {
    record::insert(conn, drill).await
}

/// The drill of a task.
pub async fn get(conn: &mut AnyConnection, task: TaskId) -> Result<Option<Drill>> {
    record::one(conn, &Filter::new().eq("task_id", task)).await
}

/// The drill of a task, of a project.
pub async fn find(
    conn: &mut AnyConnection,
    project: ProjectId,
    task: TaskId,
) -> Result<Option<Drill>> {
    let filter = Filter::new().eq("project_id", project).eq("task_id", task);
    record::one(conn, &filter).await
}

/// One page of the drills that `filter` means, the newest first.
pub async fn page(conn: &mut AnyConnection, filter: &Filter, page: &Page) -> Result<Vec<Drill>> {
    record::page(conn, filter, &[("created_at", true)], page).await
}

/// Drills of a project that were asked for at `from` or later, the oldest first.
pub async fn since(
    conn: &mut AnyConnection,
    project: ProjectId,
    vault: Option<VaultId>,
    from: Timestamp,
) -> Result<Vec<Drill>> {
    let filter = Filter::new()
        .eq("project_id", project)
        .maybe("vault_id", vault)
        .with("created_at >= ?", from);
    record::list(conn, &filter, &[("created_at", false)]).await
}

/// Drills of a project that wait or run.
pub async fn open(conn: &mut AnyConnection, project: ProjectId) -> Result<Vec<Drill>> {
    let filter = Filter::new()
        .eq("project_id", project)
        .and("verdict = 'open'");
    record::list(conn, &filter, &[("created_at", false)]).await
}

/// Writes how a drill ended. False where it has ended before.
pub async fn finish(conn: &mut AnyConnection, ended: &Drill, evidence: &Evidence) -> Result<bool> {
    let rows = record::execute(
        conn,
        "UPDATE drills SET verdict = $2, reason = $3, message = $4, exported_ms = $5, \
         started_ms = $6, first_output_ms = $7, passed_ms = $8, decided_ms = $9, ended_ms = $10, \
         notes = $11, ended_at = $12 WHERE task_id = $1 AND verdict = 'open'",
        values![
            ended.task_id,
            ended.verdict,
            ended.reason,
            ended.message,
            ended.exported_ms,
            ended.started_ms,
            ended.first_output_ms,
            ended.passed_ms,
            ended.decided_ms,
            ended.ended_ms,
            ended.notes,
            ended.ended_at
        ],
    )
    .await?;
    if rows == 1 {
        record::insert(conn, evidence).await?;
    }
    Ok(rows == 1)
}

/// Ends a drill without a verdict, if it has none.
pub async fn close(
    conn: &mut AnyConnection,
    task: TaskId,
    message: &str,
    now: Timestamp,
) -> Result<()> {
    record::execute(
        conn,
        "UPDATE drills SET verdict = 'none', message = $2, ended_at = $3 \
         WHERE task_id = $1 AND verdict = 'open'",
        values![task, message.to_owned(), now],
    )
    .await?;
    Ok(())
}

/// What was seen at the end of a drill.
pub async fn evidence(conn: &mut AnyConnection, task: TaskId) -> Result<Option<Evidence>> {
    record::one(conn, &Filter::new().eq("task_id", task)).await
}

/// Forgets what was asked for before `before`; the evidence earlier, for it is large.
pub async fn forget(
    conn: &mut AnyConnection,
    before: Timestamp,
    evidence_before: Timestamp,
) -> Result<()> {
    record::execute(
        conn,
        "DELETE FROM drill_evidence WHERE task_id IN \
         (SELECT task_id FROM drills WHERE created_at < $1)",
        values![evidence_before],
    )
    .await?;
    record::execute(
        conn,
        "DELETE FROM drills WHERE created_at < $1 AND verdict <> 'open'",
        values![before],
    )
    .await?;
    Ok(())
}

/// When the backups of a vault are tried.
pub async fn setting(conn: &mut AnyConnection, vault: VaultId) -> Result<Option<Setting>> {
    record::one(conn, &Filter::new().eq("vault_id", vault)).await
}

/// All of them.
pub async fn settings(conn: &mut AnyConnection) -> Result<Vec<Setting>> {
    record::list(conn, &Filter::new(), &[]).await
}

/// Sets when the backups of a vault are tried; none for never.
pub async fn set(conn: &mut AnyConnection, vault: VaultId, to: Option<&Setting>) -> Result<()> {
    record::execute(
        conn,
        "DELETE FROM drill_settings WHERE vault_id = $1",
        values![vault],
    )
    .await?;
    match to {
        Some(setting) => record::insert(conn, setting).await,
        None => Ok(()),
    }
}

/// The newest good backups of the servers in a vault; one that was imported comes after all that were
/// made here.
fn newest(vault: VaultId) -> Filter {
    Filter::new()
        .eq("vault_id", vault)
        .and("parent_id IS NULL AND state = 'available' AND resource_type = 'OS::Nova::Server'")
        .and(
            "NOT EXISTS (SELECT 1 FROM backups n WHERE n.vault_id = backups.vault_id \
             AND n.resource_id = backups.resource_id AND n.parent_id IS NULL \
             AND n.state = 'available' AND (n.imported < backups.imported \
             OR n.imported = backups.imported AND n.created_at > backups.created_at))",
        )
}

/// The newest good backup of each server in a vault, as far as it was asked for at `from` or later
/// and no drill of it was begun.
pub async fn untried(
    conn: &mut AnyConnection,
    vault: VaultId,
    from: Timestamp,
) -> Result<Vec<Backup>> {
    let filter = newest(vault)
        .with("created_at >= ?", from)
        .and("NOT EXISTS (SELECT 1 FROM drills d WHERE d.backup_id = backups.id)");
    record::list(conn, &filter, &[("created_at", false)]).await
}

/// The newest good backup of each server in a vault of which no drill was begun at `from` or later, nor
/// waits or runs.
pub async fn resting(
    conn: &mut AnyConnection,
    vault: VaultId,
    from: Timestamp,
) -> Result<Vec<Backup>> {
    let filter = newest(vault).with(
        "NOT EXISTS (SELECT 1 FROM drills d WHERE d.vault_id = backups.vault_id \
         AND d.resource_id = backups.resource_id AND (d.verdict = 'open' OR d.created_at >= ?))",
        from,
    );
    record::list(conn, &filter, &[("created_at", false)]).await
}
