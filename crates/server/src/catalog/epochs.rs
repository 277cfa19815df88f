//! Dirty-bitmap epochs that a next backup may build on.

use coffer_core::Result;
use coffer_core::ids::{BackupId, DiskId, VaultId};
use jiff::Timestamp;
use sqlx::AnyConnection;

use super::record::{self, Filter, record, values};

record! {
    /// The epoch of a disk in a vault: what changed since `backup_id` is in it.
    Epoch in "epochs" {
        /// The disk.
        disk_id: DiskId,
        /// The vault.
        vault_id: VaultId,
        /// Name of the epoch on the hypervisor.
        epoch: String,
        /// The backup whose content the disk had when the epoch began.
        backup_id: BackupId,
        /// Size of the disk then, in bytes.
        size_bytes: u64,
        /// When it was recorded.
        created_at: Timestamp,
    }
}

/// The epoch of a disk in a vault.
pub async fn find(conn: &mut AnyConnection, disk: DiskId, vault: VaultId) -> Result<Option<Epoch>> {
    let filter = Filter::new().eq("disk_id", disk).eq("vault_id", vault);
    record::one(conn, &filter).await
}

/// All epochs of a disk.
pub async fn of_disk(conn: &mut AnyConnection, disk: DiskId) -> Result<Vec<Epoch>> {
    record::list(conn, &Filter::new().eq("disk_id", disk), &[]).await
}

/// The epochs that must stay on a hypervisor.
pub async fn of_hypervisor(conn: &mut AnyConnection, hypervisor: &str) -> Result<Vec<Epoch>> {
    let filter = Filter::new().with(
        "disk_id IN (SELECT id FROM disks WHERE hypervisor = ?)",
        hypervisor.to_owned(),
    );
    record::list(conn, &filter, &[]).await
}

/// Records the epoch of a disk in a vault in place of the former one.
pub async fn set(conn: &mut AnyConnection, epoch: &Epoch) -> Result<()> {
    record::execute(
        conn,
        "DELETE FROM epochs WHERE disk_id = $1 AND vault_id = $2",
        values![epoch.disk_id, epoch.vault_id],
    )
    .await?;
    record::insert(conn, epoch).await
}

/// Forgets the epoch of a disk in a vault.
pub async fn forget(conn: &mut AnyConnection, disk: DiskId, vault: VaultId) -> Result<()> {
    record::execute(
        conn,
        "DELETE FROM epochs WHERE disk_id = $1 AND vault_id = $2",
        values![disk, vault],
    )
    .await?;
    Ok(())
}

/// Forgets all epochs of a disk: after an incomplete restore none of them holds.
pub async fn forget_disk(conn: &mut AnyConnection, disk: DiskId) -> Result<()> {
    record::execute(conn, "DELETE FROM epochs WHERE disk_id = $1", values![disk]).await?;
    Ok(())
}

/// The epochs that began with a backup.
pub async fn of_backup(conn: &mut AnyConnection, backup: BackupId) -> Result<Vec<Epoch>> {
    record::list(conn, &Filter::new().eq("backup_id", backup), &[]).await
}
