//! Backups.
//!
//! A server's backup is a row, and each of its disks a row below it (`parent_id`); the manifest in
//! the store is one, named by the server's backup (`repository_id`). A disk's own backup is one
//! row and one manifest.

use coffer_core::Result;
use coffer_core::cbr::ResourceType;
use coffer_core::cbr::share::MemberStatus;
use coffer_core::ids::{BackupId, CheckpointId, PolicyId, ProjectId, VaultId};
use coffer_core::state::BackupState;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;
use uuid::Uuid;

use super::record::{self, Filter, Json, Order, Page, record, values};

/// How a backup was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// The instant, RFC 3339.
    pub instant: Option<String>,
    /// `application`, `crash` or `offline`.
    pub consistency: Option<String>,
    /// From freeze to thaw, in milliseconds.
    pub frozen_ms: Option<u64>,
    /// `bitmap` or `full_scan`; on a disk's row.
    pub tracking: Option<String>,
    /// Why there was no bitmap; on a disk's row.
    pub fallback_reason: Option<String>,
    /// The first instant was lost and another one taken.
    pub instant_moved: bool,
    /// The server may be restarted while the backup runs.
    pub restart_allowed: Option<bool>,
    /// Processor architecture of the server.
    pub architecture: Option<String>,
    /// What the user should know, as sentences.
    pub notes: Vec<String>,
    /// Why it failed, where it did.
    pub error: Option<String>,
    /// Disks of the server that were left out, with the reason.
    pub left_out: Vec<String>,
    /// The policy that made it.
    pub policy_id: Option<PolicyId>,
    /// Bytes that were read and differ from the parent's, and that the vault held already.
    pub deduplicated_bytes: u64,
}

record! {
    /// A backup.
    Backup in "backups" {
        /// Its id.
        id: BackupId,
        /// The server's backup it is part of.
        parent_id: Option<BackupId>,
        /// The run it comes from.
        checkpoint_id: CheckpointId,
        /// The vault.
        vault_id: VaultId,
        /// Who owns it.
        project_id: ProjectId,
        /// Its name.
        name: String,
        /// What the user wrote.
        description: Option<String>,
        /// Its state.
        state: BackupState,
        /// The server or disk.
        resource_id: Uuid,
        /// Its name at that time.
        resource_name: String,
        /// Server or disk.
        resource_type: ResourceType,
        /// Its size at that time.
        size_bytes: u64,
        /// Order among the disks of a server.
        position: i64,
        /// Id of the manifest in the store.
        repository_id: BackupId,
        /// The backup it was compared with.
        base_id: Option<BackupId>,
        /// A full one was asked for.
        wants_full: bool,
        /// It was compared with an earlier one.
        incremental: bool,
        /// A policy made it.
        auto_trigger: bool,
        /// It was made of an archive from outside.
        imported: bool,
        /// It is of, or holds, a system disk.
        system_disk: bool,
        /// Percent done.
        progress: u64,
        /// Bytes that are not known to be zero.
        allocated_bytes: u64,
        /// Bytes read from the source.
        read_bytes: u64,
        /// Bytes of chunks the store did not hold.
        new_bytes: u64,
        /// Bytes written to the store.
        stored_bytes: u64,
        /// How it was made.
        details: Json<Details>,
        /// When it was asked for.
        created_at: Timestamp,
        /// Last change.
        updated_at: Timestamp,
        /// When it became available.
        protected_at: Option<Timestamp>,
        /// When it expires.
        expired_at: Option<Timestamp>,
        /// Until when nobody can delete it.
        locked_until: Option<Timestamp>,
    }
}

record! {
    /// A backup as far as retention looks at it: the index `backups_judged` has all of it.
    Judged in "backups" {
        /// Its id.
        id: BackupId,
        /// The vault.
        vault_id: VaultId,
        /// The server or disk.
        resource_id: Uuid,
        /// Its state.
        state: BackupState,
        /// A policy made it.
        auto_trigger: bool,
        /// It was made of an archive from outside.
        imported: bool,
        /// When it was asked for.
        created_at: Timestamp,
        /// When it became available.
        protected_at: Option<Timestamp>,
        /// When it expires.
        expired_at: Option<Timestamp>,
        /// Until when nobody can delete it.
        locked_until: Option<Timestamp>,
    }
}

impl From<&Backup> for Judged {
    fn from(backup: &Backup) -> Judged {
        Judged {
            id: backup.id,
            vault_id: backup.vault_id,
            resource_id: backup.resource_id,
            state: backup.state,
            auto_trigger: backup.auto_trigger,
            imported: backup.imported,
            created_at: backup.created_at,
            protected_at: backup.protected_at,
            expired_at: backup.expired_at,
            locked_until: backup.locked_until,
        }
    }
}

/// Sizes and times of a committed backup.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Bytes that are not known to be zero.
    pub allocated_bytes: u64,
    /// Bytes read from the source.
    pub read_bytes: u64,
    /// Bytes of chunks the store did not hold.
    pub new_bytes: u64,
    /// Bytes written to the store.
    pub stored_bytes: u64,
}

/// A backup of a project.
pub async fn find(
    conn: &mut AnyConnection,
    project: ProjectId,
    id: BackupId,
) -> Result<Option<Backup>> {
    let filter = Filter::new().eq("project_id", project).eq("id", id);
    record::one(conn, &filter).await
}

/// A backup of any project.
pub async fn get(conn: &mut AnyConnection, id: BackupId) -> Result<Option<Backup>> {
    record::one(conn, &Filter::new().eq("id", id)).await
}

/// The disks of a server's backup.
pub async fn children(conn: &mut AnyConnection, parent: BackupId) -> Result<Vec<Backup>> {
    let filter = Filter::new().eq("parent_id", parent);
    record::list(conn, &filter, &[("position", false)]).await
}

/// The disks of several servers' backups.
pub async fn children_of(conn: &mut AnyConnection, parents: &[BackupId]) -> Result<Vec<Backup>> {
    let of = |part: &[BackupId]| Filter::new().any_of("parent_id", part);
    record::in_parts(conn, parents, &[("position", false)], of).await
}

/// Whose backups are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Owners {
    /// The project's own.
    #[default]
    Private,
    /// Those that others share with it; of one status, where that is given.
    Shared(Option<MemberStatus>),
    /// Its own, and those it accepted; or those it received of one status.
    All(Option<MemberStatus>),
}

/// The condition that `owners` stands for, to begin a filter with.
pub fn owned(project: ProjectId, owners: Owners) -> Filter {
    use MemberStatus::{Accepted, Pending, Rejected};
    let clause = match owners {
        Owners::Private => "project_id = ?",
        Owners::Shared(None) => "id IN (SELECT backup_id FROM members WHERE dest_project_id = ?)",
        Owners::Shared(Some(Pending)) | Owners::All(Some(Pending)) => {
            "id IN (SELECT backup_id FROM members \
             WHERE dest_project_id = ? AND status = 'pending')"
        }
        Owners::Shared(Some(Accepted)) | Owners::All(Some(Accepted)) => {
            "id IN (SELECT backup_id FROM members \
             WHERE dest_project_id = ? AND status = 'accepted')"
        }
        Owners::Shared(Some(Rejected)) | Owners::All(Some(Rejected)) => {
            "id IN (SELECT backup_id FROM members \
             WHERE dest_project_id = ? AND status = 'rejected')"
        }
        Owners::All(None) => {
            "(project_id = ? OR id IN (SELECT backup_id FROM members \
             WHERE dest_project_id = ? AND status = 'accepted'))"
        }
    };
    Filter::new().with(clause, project)
}

/// One page of the backups that `filter` means, and their number.
pub async fn page(
    conn: &mut AnyConnection,
    filter: &Filter,
    order: Order<'_>,
    page: &Page,
) -> Result<(Vec<Backup>, u64)> {
    record::page_and_count(conn, filter, order, page).await
}

/// Backups of a vault, without the disks of servers' backups, oldest first.
pub async fn of_vault(conn: &mut AnyConnection, vault: VaultId) -> Result<Vec<Backup>> {
    let filter = Filter::new().eq("vault_id", vault).and("parent_id IS NULL");
    record::list(conn, &filter, &[("created_at", false)]).await
}

/// Backups of a resource in a vault, oldest first.
pub async fn of_resource(
    conn: &mut AnyConnection,
    vault: VaultId,
    resource: Uuid,
) -> Result<Vec<Backup>> {
    let filter = Filter::new()
        .eq("vault_id", vault)
        .eq("resource_id", resource)
        .and("parent_id IS NULL");
    record::list(conn, &filter, &[("created_at", false)]).await
}

/// Backups of a vault, or of some resources in it, without the disks of servers' backups, as
/// retention looks at them, oldest first.
pub async fn judged(
    conn: &mut AnyConnection,
    vault: VaultId,
    resources: Option<&[Uuid]>,
) -> Result<Vec<Judged>> {
    let all = || Filter::new().eq("vault_id", vault).and("parent_id IS NULL");
    let order = [("created_at", false)];
    let Some(resources) = resources else {
        return record::list(conn, &all(), &order).await;
    };
    let of = |part: &[Uuid]| all().any_of("resource_id", part);
    record::in_parts(conn, resources, &order, of).await
}

/// Backups of a checkpoint, without the disks of servers' backups.
pub async fn of_checkpoint(conn: &mut AnyConnection, id: CheckpointId) -> Result<Vec<Backup>> {
    let filter = Filter::new()
        .eq("checkpoint_id", id)
        .and("parent_id IS NULL");
    record::list(conn, &filter, &[("created_at", false)]).await
}

/// Number and stored bytes of the backups of each resource of a vault.
pub async fn totals(
    conn: &mut AnyConnection,
    vault: VaultId,
    resource: Uuid,
) -> Result<(u64, u64)> {
    let count = record::number(
        conn,
        "SELECT COUNT(*) FROM backups \
         WHERE vault_id = $1 AND resource_id = $2 AND parent_id IS NULL",
        values![vault, resource],
    )
    .await?;
    let bytes = record::number(
        conn,
        "SELECT CAST(COALESCE(SUM(stored_bytes), 0) AS BIGINT) FROM backups \
         WHERE vault_id = $1 AND resource_id = $2 AND parent_id IS NULL",
        values![vault, resource],
    )
    .await?;
    Ok((
        u64::try_from(count).unwrap_or(0),
        u64::try_from(bytes).unwrap_or(0),
    ))
}

record! {
    /// What the backups of a resource in a vault add up to.
    Totals in "(SELECT resource_id, vault_id, COUNT(*) AS backup_count, \
        CAST(COALESCE(SUM(stored_bytes), 0) AS BIGINT) AS backup_bytes FROM backups \
        WHERE parent_id IS NULL GROUP BY resource_id, vault_id) AS totals" {
        /// The server or disk.
        resource_id: Uuid,
        /// The vault.
        vault_id: VaultId,
        /// Number of backups.
        backup_count: u64,
        /// Bytes they wrote to the store.
        backup_bytes: u64,
    }
}

/// What the backups of each resource of these vaults add up to.
pub async fn totals_of(conn: &mut AnyConnection, vaults: &[VaultId]) -> Result<Vec<Totals>> {
    let of = |part: &[VaultId]| Filter::new().any_of("vault_id", part);
    record::in_parts(conn, vaults, &[], of).await
}

/// The newest available backup of a resource in a vault. One that was imported comes after all that
/// were made here: it may be of any time.
pub async fn newest_available(
    conn: &mut AnyConnection,
    vault: VaultId,
    resource: Uuid,
) -> Result<Option<Backup>> {
    let filter = Filter::new()
        .eq("vault_id", vault)
        .eq("resource_id", resource)
        .and("parent_id IS NULL")
        .and("protected_at IS NOT NULL")
        .and("state IN ('available', 'waiting_restore', 'restoring')");
    let order = [("imported", false), ("protected_at", true)];
    let mut list: Vec<Backup> = record::list(conn, &filter, &order).await?;
    list.truncate(1);
    Ok(list.pop())
}

/// Number of good automatic backups of a resource since its last full one; none where there is no
/// full one. An imported one is no full one of the resource.
pub async fn since_full(
    conn: &mut AnyConnection,
    vault: VaultId,
    resource: Uuid,
) -> Result<Option<u64>> {
    let number = record::number(
        conn,
        "SELECT CAST(CASE WHEN MAX(CASE WHEN incremental = 0 THEN 1 ELSE 0 END) = 1 THEN \
         SUM(CASE WHEN auto_trigger = 1 AND protected_at > (SELECT MAX(f.protected_at) \
         FROM backups f WHERE f.vault_id = $1 AND f.resource_id = $2 AND f.parent_id IS NULL \
         AND f.imported = 0 AND f.incremental = 0) THEN 1 ELSE 0 END) ELSE -1 END AS BIGINT) FROM backups \
         WHERE vault_id = $1 AND resource_id = $2 AND parent_id IS NULL \
         AND imported = 0 AND protected_at IS NOT NULL",
        values![vault, resource],
    )
    .await;
    Ok(u64::try_from(number?).ok())
}

/// Writes new backups.
pub async fn insert_all(conn: &mut AnyConnection, backups: &[Backup]) -> Result<()> {
    record::insert_all(conn, backups).await
}

/// Adds a backup.
pub async fn insert(conn: &mut AnyConnection, backup: &Backup) -> Result<()> {
    record::insert(conn, backup).await
}

/// Moves a backup, and the disks of a server's backup with it, along an edge. False where it was
/// not in `from`.
pub async fn transition(
    conn: &mut AnyConnection,
    id: BackupId,
    from: BackupState,
    to: BackupState,
    now: Timestamp,
) -> Result<bool> {
    assert!(from.can_become(to), "no edge {from} -> {to} for backups");
    let rows = record::execute(
        conn,
        "UPDATE backups SET state = $3, updated_at = $4 WHERE id = $1 AND state = $2",
        values![id, from, to, now],
    )
    .await?;
    if rows == 1 {
        record::execute(
            conn,
            "UPDATE backups SET state = $3, updated_at = $4 WHERE parent_id = $1 AND state = $2",
            values![id, from, to, now],
        )
        .await?;
    }
    Ok(rows == 1)
}

/// Gives a backup another name.
pub async fn rename(
    conn: &mut AnyConnection,
    id: BackupId,
    name: &str,
    now: Timestamp,
) -> Result<()> {
    record::execute(
        conn,
        "UPDATE backups SET name = $2, updated_at = $3 WHERE id = $1",
        values![id, name.to_owned(), now],
    )
    .await?;
    Ok(())
}

/// Gives the backups of a resource, with the disks in them and their epochs, to another vault.
pub async fn move_to(
    conn: &mut AnyConnection,
    resource: Uuid,
    from: VaultId,
    to: VaultId,
) -> Result<()> {
    for sql in [
        "DELETE FROM epochs WHERE vault_id = $3 AND disk_id IN (SELECT disk_id FROM epochs \
         WHERE vault_id = $2 AND backup_id IN (SELECT id FROM backups WHERE resource_id = $1))",
        "UPDATE epochs SET vault_id = $3 WHERE vault_id = $2 AND backup_id IN \
         (SELECT id FROM backups WHERE resource_id = $1)",
        // The disks first: they are found by their parents, which are still in the old vault.
        "UPDATE backups SET vault_id = $3 WHERE vault_id = $2 AND parent_id IN \
         (SELECT id FROM backups WHERE resource_id = $1)",
        "UPDATE backups SET vault_id = $3 WHERE vault_id = $2 AND resource_id = $1",
    ] {
        record::execute(conn, sql, values![resource, from, to]).await?;
    }
    Ok(())
}

/// Writes what a backup takes in the store.
pub async fn set_stored(conn: &mut AnyConnection, id: BackupId, bytes: u64) -> Result<()> {
    record::execute(
        conn,
        "UPDATE backups SET stored_bytes = $2 WHERE id = $1",
        values![id, bytes],
    )
    .await?;
    Ok(())
}

/// Gives a backup another description.
pub async fn set_description(
    conn: &mut AnyConnection,
    id: BackupId,
    description: &str,
    now: Timestamp,
) -> Result<()> {
    record::execute(
        conn,
        "UPDATE backups SET description = $2, updated_at = $3 WHERE id = $1",
        values![id, description.to_owned(), now],
    )
    .await?;
    Ok(())
}

/// Writes how a backup is made and what it is compared with.
pub async fn describe(
    conn: &mut AnyConnection,
    id: BackupId,
    base: Option<BackupId>,
    details: &Details,
    now: Timestamp,
) -> Result<()> {
    record::execute(
        conn,
        "UPDATE backups SET base_id = $2, incremental = $3, details = $4, updated_at = $5 \
         WHERE id = $1",
        values![id, base, base.is_some(), Json(details.clone()), now],
    )
    .await?;
    Ok(())
}

/// Writes how far a backup is, in percent.
pub async fn set_progress(conn: &mut AnyConnection, id: BackupId, percent: u64) -> Result<()> {
    record::execute(
        conn,
        "UPDATE backups SET progress = $2 WHERE id = $1",
        values![id, percent],
    )
    .await?;
    Ok(())
}

/// Writes size, figures and time of a committed backup.
pub async fn complete(
    conn: &mut AnyConnection,
    id: BackupId,
    size_bytes: u64,
    figures: &Figures,
    now: Timestamp,
) -> Result<()> {
    record::execute(
        conn,
        "UPDATE backups SET size_bytes = $2, allocated_bytes = $3, read_bytes = $4, \
         new_bytes = $5, stored_bytes = $6, progress = 100, protected_at = $7, updated_at = $7 \
         WHERE id = $1",
        values![
            id,
            size_bytes,
            figures.allocated_bytes,
            figures.read_bytes,
            figures.new_bytes,
            figures.stored_bytes,
            now,
        ],
    )
    .await?;
    Ok(())
}

/// Removes the rows of a server's disks, before they are written anew.
pub async fn delete_children(conn: &mut AnyConnection, parent: BackupId) -> Result<()> {
    record::execute(
        conn,
        "DELETE FROM backups WHERE parent_id = $1",
        values![parent],
    )
    .await?;
    Ok(())
}

/// Removes a backup and the disks of a server's backup.
pub async fn delete(conn: &mut AnyConnection, id: BackupId) -> Result<()> {
    delete_children(conn, id).await?;
    record::execute(conn, "DELETE FROM epochs WHERE backup_id = $1", values![id]).await?;
    record::execute(
        conn,
        "DELETE FROM members WHERE backup_id = $1",
        values![id],
    )
    .await?;
    // Of one that came to nothing: others are not deleted while there is an image.
    record::execute(conn, "DELETE FROM images WHERE backup_id = $1", values![id]).await?;
    record::execute(conn, "DELETE FROM backups WHERE id = $1", values![id]).await?;
    Ok(())
}

/// Backups that failed while they were made, and changed last at or after a time.
pub async fn failed(conn: &mut AnyConnection, since: Timestamp) -> Result<Vec<Backup>> {
    // As the index `backups_failed` has it.
    let filter = Filter::new()
        .and("state = 'error' AND parent_id IS NULL AND protected_at IS NULL")
        .when("updated_at", " >= ", since);
    record::list(conn, &filter, &[("created_at", false)]).await
}

/// Available backups whose time is over.
pub async fn expired(conn: &mut AnyConnection, now: Timestamp) -> Result<Vec<Judged>> {
    // As the index `backups_due` has it: the ones that expire are few, the available ones are not.
    let filter = Filter::new()
        .and("state = 'available' AND parent_id IS NULL AND expired_at IS NOT NULL")
        .when("expired_at", " <= ", now);
    record::list(conn, &filter, &[("created_at", false)]).await
}

/// Moves the expiry of the available backups in a vault that expire, with their disks; not of
/// those that are locked and would expire earlier than they do. Returns how many these were.
pub async fn move_expiry(
    conn: &mut AnyConnection,
    vault: &super::vaults::Vault,
    until: Timestamp,
    now: Timestamp,
) -> Result<u64> {
    let moved = record::execute(
        conn,
        "UPDATE backups SET expired_at = $2, updated_at = $3 WHERE vault_id = $1 \
         AND parent_id IS NULL AND state = 'available' AND expired_at IS NOT NULL \
         AND (expired_at <= $2 OR (COALESCE(locked_until, 0) <= $3 \
         AND (auto_trigger = 0 OR CAST($4 AS BIGINT) = 0)))",
        values![vault.id, until, now, vault.locked],
    )
    .await?;
    record::execute(
        conn,
        "UPDATE backups SET expired_at = \
         (SELECT p.expired_at FROM backups p WHERE p.id = backups.parent_id) \
         WHERE parent_id IN (SELECT p.id FROM backups p WHERE p.vault_id = $1 \
         AND p.parent_id IS NULL AND p.state = 'available' AND p.expired_at IS NOT NULL)",
        values![vault.id],
    )
    .await?;
    Ok(moved)
}

/// Writes whether a backup is of, or holds, a system disk.
pub async fn set_system(conn: &mut AnyConnection, id: BackupId, system: bool) -> Result<()> {
    record::execute(
        conn,
        "UPDATE backups SET system_disk = $2 WHERE id = $1",
        values![id, system],
    )
    .await?;
    Ok(())
}

/// Locks a backup and its disks until a time, and says when they expire.
pub async fn lock(
    conn: &mut AnyConnection,
    id: BackupId,
    until: Timestamp,
    expired_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<()> {
    record::execute(
        conn,
        "UPDATE backups SET locked_until = $2, expired_at = $3, updated_at = $4 \
         WHERE id = $1 OR parent_id = $1",
        values![id, until, expired_at, now],
    )
    .await?;
    Ok(())
}
