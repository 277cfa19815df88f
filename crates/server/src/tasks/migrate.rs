//! Moving resources with their backups to another vault. May run twice.
//!
//! | crash | left behind | who heals it |
//! |---|---|---|
//! | while backups are copied | copies in the destination that no row names | the task runs again and finds them, or clears them away when it fails |
//! | after the rows were moved | the originals in the source | the task runs again and deletes them |

use coffer_core::ids::{BackupId, VaultId};
use coffer_core::state::{BackupState, ProtectState, TaskState};
use coffer_core::{Error, Kind, Result};
use coffer_engine::pipeline::copy_backup;
use coffer_engine::repository::Repository;
use uuid::Uuid;

use super::delete::{free, remove_from_store};
use super::{Run, outcome};
use crate::catalog::backups::Backup;
use crate::catalog::vaults::Vault;
use crate::catalog::{Tx, backups, vaults};

/// Moves `resources` from the task's vault to `destination`.
pub(super) async fn run(run: &Run, resources: &[Uuid], destination: VaultId) -> Result<()> {
    let app = &run.app;
    let mut tx = app.catalog.snapshot().await?;
    let from = vault(&mut tx, run.task.vault_id).await?;
    let to = vault(&mut tx, destination).await?;
    let waiting = still_in(&mut tx, from.id, resources).await?;
    let mut list = Vec::new();
    for &resource in resources {
        let holder = match waiting.contains(&resource) {
            true => from.id,
            false => to.id,
        };
        list.extend(backups::of_resource(&mut tx, holder, resource).await?);
    }
    drop(tx);
    run.working();
    let source = app.repositories.open(&from).await?;
    let target = app.repositories.open(&to).await?;
    if !waiting.is_empty() {
        let condemned = target.condemned().await?.backups;
        if list.iter().any(|b| condemned.contains(&b.id)) {
            // They were there before, and their deletion was not finished.
            free(run, &to, &target).await;
        }
        let mut stored = Vec::new();
        for backup in list.iter().filter(|b| waiting.contains(&b.resource_id)) {
            stored.extend(copy(run, &source, &target, backup).await?);
        }
        settle(run, &waiting, (from.id, to.id), &stored).await?;
    }
    for backup in &list {
        if let Err(error) = remove_from_store(&source, backup.id).await {
            tracing::warn!(backup.id = %backup.id, error = %error.chain(), "an original stays in the old vault until its next clean-up");
        }
    }
    free(run, &from, &source).await;
    let now = app.now();
    let used = app.repositories.used_bytes(&to).await;
    let mut tx = app.catalog.write().await?;
    match used {
        Ok(used) => outcome::set_used(&mut tx, to.id, used, app.now()).await?,
        Err(error) => {
            tracing::warn!(vault.id = %to.id, error = %error.chain(), "the vault's size could not be read");
        }
    }
    outcome::finish(&mut tx, run, TaskState::Success, None, now).await?;
    tx.commit().await
}

async fn vault(tx: &mut Tx, id: VaultId) -> Result<Vault> {
    vaults::get(tx, id)
        .await?
        .ok_or_else(|| Error::not_found("the vault is gone"))
}

/// The resources that have not been moved yet.
async fn still_in(tx: &mut Tx, from: VaultId, resources: &[Uuid]) -> Result<Vec<Uuid>> {
    let present = vaults::resources(tx, from).await?;
    Ok(present
        .into_iter()
        .filter(|r| r.state == ProtectState::Removing && resources.contains(&r.resource_id))
        .map(|r| r.resource_id)
        .collect())
}

/// Copies a backup. Gives what the copy and the disks in it take in the new vault.
async fn copy(
    run: &Run,
    source: &Repository,
    target: &Repository,
    backup: &Backup,
) -> Result<Vec<(BackupId, u64)>> {
    if backup.protected_at.is_none() {
        return Ok(vec![]);
    }
    let copied = tokio::select! {
        copied = copy_backup(source, target, backup.id, &run.progress, &run.abandon) => copied,
        () = run.parked.cancelled() => Err(Error::cancelled("the service stops")),
    };
    let manifest = match copied {
        Ok(manifest) => manifest,
        // One whose deletion had failed half-way has a row and nothing else.
        Err(error) if error.kind == Kind::NotFound && backup.state == BackupState::Error => {
            return Ok(vec![]);
        }
        Err(error) => return Err(error),
    };
    let mut stored = vec![(backup.id, manifest.stored_bytes())];
    stored.extend(manifest.disks.iter().filter_map(|disk| {
        let bytes = disk.stored_bytes + disk.metadata_bytes;
        disk.child_backup_id.map(|id| (id, bytes))
    }));
    Ok(stored)
}

/// All backups are there: the resources, their backups and epochs are the new vault's now.
async fn settle(
    run: &Run,
    resources: &[Uuid],
    (from, to): (VaultId, VaultId),
    stored: &[(BackupId, u64)],
) -> Result<()> {
    let mut tx = run.app.catalog.write().await?;
    let there = vaults::resources(&mut tx, to).await?;
    let last = there.iter().map(|r| r.position).max().unwrap_or(0);
    let leaving = vaults::resources(&mut tx, from).await?;
    let leaving = leaving
        .into_iter()
        .filter(|r| resources.contains(&r.resource_id));
    for (position, resource) in (last + 1..).zip(leaving) {
        vaults::delete_resource(&mut tx, from, resource.resource_id).await?;
        backups::move_to(&mut tx, resource.resource_id, from, to).await?;
        let resource = vaults::Resource {
            vault_id: to,
            state: ProtectState::Available,
            position,
            ..resource
        };
        vaults::insert_resource(&mut tx, &resource).await?;
    }
    for (id, bytes) in stored {
        backups::set_stored(&mut tx, *id, *bytes).await?;
    }
    tx.commit().await?;
    tracing::info!(vault.id = %to, "resources moved");
    Ok(())
}

/// The move failed or was cancelled: what was copied for it goes.
pub(super) async fn clear_away(run: &Run, resources: &[Uuid], destination: VaultId) {
    let cleared = async {
        let mut tx = run.app.catalog.snapshot().await?;
        let to = vault(&mut tx, destination).await?;
        let mut doomed = Vec::new();
        for resource in still_in(&mut tx, run.task.vault_id, resources).await? {
            doomed.extend(backups::of_resource(&mut tx, run.task.vault_id, resource).await?);
        }
        drop(tx);
        let target = run.app.repositories.open(&to).await?;
        for backup in &doomed {
            remove_from_store(&target, backup.id).await?;
        }
        free(run, &to, &target).await;
        Ok::<(), Error>(())
    };
    if let Err(error) = cleared.await {
        tracing::warn!(vault.id = %destination, error = %error.chain(), "copies of a failed move were not cleared away");
    }
}
