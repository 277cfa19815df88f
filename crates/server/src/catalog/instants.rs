//! Servers that run from a backup while their disks are filled.

use std::collections::HashSet;

use coffer_core::Result;
use coffer_core::ids::{BackupId, ServerId, TaskId, VaultId};
use coffer_engine::hypervisor::FillRecord;
use jiff::Timestamp;
use sqlx::AnyConnection;

use super::record::{self, Filter, Json, record, values};

record! {
    /// Such a server.
    Instant in "instants" {
        /// The task that makes it and fills its disks.
        task_id: TaskId,
        /// The server.
        server_id: ServerId,
        /// The whole backup that it runs from.
        backup_id: BackupId,
        /// The backup's vault.
        vault_id: VaultId,
        /// The driver of its host.
        host: String,
        /// `new`, `started` or `removing`.
        state: String,
        /// What the driver has to remember.
        record: Json<FillRecord>,
        /// When it was asked for.
        created_at: Timestamp,
    }
}

impl Instant {
    /// The guest may have written to its disks: nobody but its user may remove them.
    pub fn is_started(&self) -> bool {
        self.state == "started"
    }

    /// It is being removed.
    pub fn is_going(&self) -> bool {
        self.state == "removing"
    }
}

/// Notes one that was asked for.
pub async fn insert(conn: &mut AnyConnection, instant: &Instant) -> Result<()> {
    record::insert(conn, instant).await
}

/// The one of a task.
pub async fn get(conn: &mut AnyConnection, task: TaskId) -> Result<Option<Instant>> {
    record::one(conn, &Filter::new().eq("task_id", task)).await
}

/// All of them, the oldest first.
pub async fn all(conn: &mut AnyConnection) -> Result<Vec<Instant>> {
    record::list(conn, &Filter::new(), &[("created_at", false)]).await
}

/// The one of a server.
pub async fn of_server(conn: &mut AnyConnection, server: ServerId) -> Result<Option<Instant>> {
    let filter = Filter::new().eq("server_id", server);
    let list = record::list(conn, &filter, &[("created_at", false)]).await?;
    Ok(list.into_iter().next())
}

/// Those that run from a backup.
pub async fn of_backup(conn: &mut AnyConnection, backup: BackupId) -> Result<Vec<Instant>> {
    let filter = Filter::new().eq("backup_id", backup);
    record::list(conn, &filter, &[("created_at", false)]).await
}

/// The backups of a vault that servers run from.
pub async fn held_in(conn: &mut AnyConnection, vault: VaultId) -> Result<HashSet<BackupId>> {
    // Where the backup is now: it may have been moved.
    let filter = Filter::new().with(
        "EXISTS (SELECT 1 FROM backups b WHERE b.id = instants.backup_id AND b.vault_id = ?)",
        vault,
    );
    let list: Vec<Instant> = record::list(conn, &filter, &[]).await?;
    Ok(list.into_iter().map(|instant| instant.backup_id).collect())
}

/// Notes whether the guest may have run. False where the server is being removed, or is whole.
pub async fn set_started(conn: &mut AnyConnection, task: TaskId, started: bool) -> Result<bool> {
    let state = if started { "started" } else { "new" };
    let rows = record::execute(
        conn,
        "UPDATE instants SET state = $2 WHERE task_id = $1 AND state <> 'removing'",
        values![task, state.to_owned()],
    )
    .await?;
    Ok(rows == 1)
}

/// Keeps what the driver has to remember. False where the server is being removed, or is whole.
pub async fn keep(conn: &mut AnyConnection, task: TaskId, record: &FillRecord) -> Result<bool> {
    let rows = record::execute(
        conn,
        "UPDATE instants SET record = $2 WHERE task_id = $1 AND state = 'started'",
        values![task, Json(record.clone())],
    )
    .await?;
    Ok(rows == 1)
}

/// Decides that the server is removed. False where there is nothing to remove: it is whole.
pub async fn begin_removal(conn: &mut AnyConnection, task: TaskId) -> Result<bool> {
    let rows = record::execute(
        conn,
        "UPDATE instants SET state = 'removing' WHERE task_id = $1",
        values![task],
    )
    .await?;
    Ok(rows == 1)
}

/// Decides that the server is whole, and stands alone. False where it is being removed.
pub async fn finish(conn: &mut AnyConnection, task: TaskId) -> Result<bool> {
    let rows = record::execute(
        conn,
        "DELETE FROM instants WHERE task_id = $1 AND state = 'started'",
        values![task],
    )
    .await?;
    Ok(rows == 1)
}

/// Forgets one that is gone.
pub async fn delete(conn: &mut AnyConnection, task: TaskId) -> Result<()> {
    record::execute(
        conn,
        "DELETE FROM instants WHERE task_id = $1",
        values![task],
    )
    .await?;
    Ok(())
}
