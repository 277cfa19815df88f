//! Vaults, and what is in them.

use coffer_core::Result;
use coffer_core::ids::{DiskId, VaultId};
use uuid::Uuid;

use crate::catalog::Tx;
use crate::catalog::disks::Disk;
use crate::catalog::lists::more;
use crate::catalog::policies::{self, Policy};
use crate::catalog::vaults::{self, Resource, Vault};

/// A vault and how much is in it.
#[derive(Debug, Clone)]
pub struct VaultLook {
    /// The vault.
    pub vault: Vault,
    /// Number of servers or disks.
    pub resource_count: u64,
    /// What these add up to, in GiB.
    pub allocated_gib: u64,
    /// Number of backups.
    pub backup_count: u64,
    /// The backup policy that is applied to it.
    pub policy: Option<Policy>,
}

/// A server or disk in a vault.
#[derive(Debug, Clone)]
pub struct HeldLook {
    /// What it is.
    pub resource: Resource,
    /// Number of its backups in the vault.
    pub backup_count: u64,
    /// Bytes they wrote to the store.
    pub backup_bytes: u64,
    /// Disks of the server that are left out.
    pub excluded: Vec<DiskId>,
}

pub(super) async fn looks(tx: &mut Tx, rows: Vec<Vault>) -> Result<Vec<VaultLook>> {
    let ids: Vec<VaultId> = rows.iter().map(|v| v.id).collect();
    let held: Vec<Resource> = more::of(tx, "vault_id", &ids, "1 = 1", &[]).await?;
    let counts = more::backups_in_vaults(tx, &ids).await?;
    let policies = match ids.is_empty() {
        true => Vec::new(),
        false => policies::backup_policies(tx, &ids).await?,
    };
    let look = |vault: Vault| {
        let in_it = || held.iter().filter(|r| r.vault_id == vault.id);
        VaultLook {
            resource_count: in_it().count() as u64,
            allocated_gib: in_it().map(|r| r.size_gib).sum(),
            backup_count: counts.get(&vault.id.to_string()).copied().unwrap_or(0),
            policy: policies
                .iter()
                .find(|(id, _)| *id == vault.id)
                .map(|(_, policy)| policy.clone()),
            vault,
        }
    };
    Ok(rows.into_iter().map(look).collect())
}

pub(super) async fn held(tx: &mut Tx, vault: VaultId) -> Result<Vec<HeldLook>> {
    let resources = vaults::resources(tx, vault).await?;
    let totals = more::totals_in_vault(tx, vault).await?;
    let ids: Vec<Uuid> = resources.iter().map(|r| r.resource_id).collect();
    let disks: Vec<Disk> = more::of(tx, "server_id", &ids, "vanished_at IS NULL", &[]).await?;
    let look = |resource: Resource| {
        let left_out = |d: &&Disk| {
            d.server_id.is_some_and(|s| s.0 == resource.resource_id)
                && !resource.extra_info.0.takes(&d.id.to_string())
        };
        let (backup_count, backup_bytes) = totals
            .get(&resource.resource_id.to_string())
            .copied()
            .unwrap_or_default();
        HeldLook {
            excluded: disks.iter().filter(left_out).map(|d| d.id).collect(),
            backup_count,
            backup_bytes,
            resource,
        }
    };
    Ok(resources.into_iter().map(look).collect())
}
