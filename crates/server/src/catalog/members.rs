//! Shares of backups with other projects.

use coffer_core::Result;
use coffer_core::cbr::share::MemberStatus;
use coffer_core::ids::{BackupId, ProjectId, VaultId};
use jiff::Timestamp;
use sqlx::AnyConnection;
use uuid::Uuid;

use super::record::{self, Filter, Order, Page, record, values};

record! {
    /// A share.
    Member in "members" {
        /// Its id.
        id: Uuid,
        /// The backup.
        backup_id: BackupId,
        /// The recipient.
        dest_project_id: ProjectId,
        /// What the recipient made of it.
        status: MemberStatus,
        /// The recipient's vault, once accepted.
        vault_id: Option<VaultId>,
        /// The image the recipient made of it.
        image_id: Option<Uuid>,
        /// When it was shared.
        created_at: Timestamp,
        /// Last change.
        updated_at: Timestamp,
    }
}

/// All shares of a backup, oldest first.
pub async fn of_backup(conn: &mut AnyConnection, backup: BackupId) -> Result<Vec<Member>> {
    let filter = Filter::new().eq("backup_id", backup);
    record::list(conn, &filter, &[("created_at", false)]).await
}

/// The share of a backup with a project.
pub async fn find(
    conn: &mut AnyConnection,
    backup: BackupId,
    project: ProjectId,
) -> Result<Option<Member>> {
    let filter = Filter::new()
        .eq("backup_id", backup)
        .eq("dest_project_id", project);
    record::one(conn, &filter).await
}

/// What a project received, of these backups.
pub async fn received(
    conn: &mut AnyConnection,
    project: ProjectId,
    backups: &[BackupId],
) -> Result<Vec<Member>> {
    let own = || Filter::new().eq("dest_project_id", project);
    let of = |part: &[BackupId]| own().any_of("backup_id", part);
    record::in_parts(conn, backups, &[], of).await
}

/// One page of the shares that `filter` means, and their number.
pub async fn page(
    conn: &mut AnyConnection,
    filter: &Filter,
    order: Order<'_>,
    page: &Page,
) -> Result<(Vec<Member>, u64)> {
    record::page_and_count(conn, filter, order, page).await
}

/// Adds a share.
pub async fn insert(conn: &mut AnyConnection, member: &Member) -> Result<()> {
    record::insert(conn, member).await
}

/// Writes what the recipient made of a share.
pub async fn answer(
    conn: &mut AnyConnection,
    id: Uuid,
    status: MemberStatus,
    vault: Option<VaultId>,
    now: Timestamp,
) -> Result<()> {
    record::execute(
        conn,
        "UPDATE members SET status = $2, vault_id = $3, updated_at = $4 WHERE id = $1",
        values![id, status, vault, now],
    )
    .await?;
    Ok(())
}

/// Ends a share.
pub async fn delete(conn: &mut AnyConnection, id: Uuid) -> Result<()> {
    record::execute(conn, "DELETE FROM members WHERE id = $1", values![id]).await?;
    Ok(())
}

/// Whether a project shares a backup with another one, whatever that made of it.
pub async fn shares(conn: &mut AnyConnection, from: ProjectId, to: ProjectId) -> Result<bool> {
    let shared = record::number(
        conn,
        "SELECT COUNT(*) FROM members m JOIN backups b ON b.id = m.backup_id \
         WHERE m.dest_project_id = $2 AND b.project_id = $1",
        values![from, to],
    );
    Ok(shared.await? > 0)
}
