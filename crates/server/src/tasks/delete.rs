//! Deleting backups, resources' backups and vaults. All of it may run twice.

use coffer_core::ids::{BackupId, VaultId};
use coffer_core::state::{BackupState, TaskState};
use coffer_core::{Error, Kind, Result};
use coffer_engine::hypervisor::EpochName;
use coffer_engine::pipeline::{ReclaimOptions, delete_backup, reclaim};
use coffer_engine::repository::Repository;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Run, outcome};
use crate::app::App;
use crate::catalog::backups::Backup;
use crate::catalog::vaults::Vault;
use crate::catalog::{Tx, backups, disks, epochs, servers, tasks, vaults};

/// Deletes the backup of the task.
pub(super) async fn run(run: &Run) -> Result<()> {
    let app = &run.app;
    let vault = vault(run).await?;
    let id = run
        .task
        .backup_id
        .ok_or_else(|| Error::internal("a deletion without backup"))?;
    let repository = app.repositories.open(&vault).await?;
    run.working();
    let mut tx = app.catalog.snapshot().await?;
    let backup = backups::get(&mut tx, id).await?;
    drop(tx);
    if let Some(backup) = &backup {
        remove(run, &repository, backup).await?;
    }
    free(run, &vault, &repository).await;
    let now = app.now();
    let mut tx = app.catalog.write().await?;
    outcome::finish(&mut tx, run, TaskState::Success, None, now).await?;
    tx.commit().await
}

/// Takes resources out of the vault, with their backups.
pub(super) async fn run_resources(run: &Run, resources: &[Uuid]) -> Result<()> {
    let app = &run.app;
    let vault = vault(run).await?;
    run.working();
    let mut repository = None;
    for &resource in resources {
        let mut tx = app.catalog.snapshot().await?;
        let list = backups::of_resource(&mut tx, vault.id, resource).await?;
        drop(tx);
        for backup in &list {
            if repository.is_none() {
                repository = Some(app.repositories.open(&vault).await?);
            }
            if let Some(repository) = &repository {
                remove(run, repository, backup).await?;
            }
        }
        let mut tx = app.catalog.write().await?;
        vaults::delete_resource(&mut tx, vault.id, resource).await?;
        tx.commit().await?;
    }
    if let Some(repository) = &repository {
        free(run, &vault, repository).await;
    }
    let now = app.now();
    let mut tx = app.catalog.write().await?;
    outcome::finish(&mut tx, run, TaskState::Success, None, now).await?;
    tx.commit().await
}

/// Deletes the vault: the objects in the store first, then the rows.
pub(super) async fn run_vault(run: &Run) -> Result<()> {
    let app = &run.app;
    let mut tx = app.catalog.snapshot().await?;
    let vault = vaults::get(&mut tx, run.task.vault_id).await?;
    drop(tx);
    run.working();
    let now = app.now();
    if let Some(vault) = vault {
        let mut tx = app.catalog.snapshot().await?;
        let list = backups::of_vault(&mut tx, vault.id).await?;
        drop(tx);
        for backup in &list {
            drop_epochs(run, backup).await?;
        }
        app.repositories.destroy(&vault).await?;
        let mut tx = app.catalog.write().await?;
        outcome::finish(&mut tx, run, TaskState::Success, None, now).await?;
        for backup in &list {
            backups::delete(&mut tx, backup.id).await?;
        }
        vaults::delete(&mut tx, vault.id).await?;
        tx.commit().await?;
        tracing::info!(vault.id = %vault.id, "vault deleted");
        return Ok(());
    }
    let mut tx = app.catalog.write().await?;
    outcome::finish(&mut tx, run, TaskState::Success, None, now).await?;
    tx.commit().await
}

async fn vault(run: &Run) -> Result<Vault> {
    let mut tx = run.app.catalog.snapshot().await?;
    vaults::get(&mut tx, run.task.vault_id)
        .await?
        .ok_or_else(|| Error::not_found("the vault is gone"))
}

/// Deletes one backup from the store, then its rows.
async fn remove(run: &Run, repository: &Repository, backup: &Backup) -> Result<()> {
    let app = &run.app;
    let now = app.now();
    if backup.state == BackupState::WaitingDelete {
        let mut tx = app.catalog.write().await?;
        backups::transition(
            &mut tx,
            backup.id,
            BackupState::WaitingDelete,
            BackupState::Deleting,
            now,
        )
        .await?;
        tx.commit().await?;
    }
    remove_from_store(repository, backup.id).await?;
    drop_epochs(run, backup).await?;
    let mut tx = app.catalog.write().await?;
    backups::delete(&mut tx, backup.id).await?;
    outcome::empty_checkpoint(&mut tx, backup.checkpoint_id, app.now()).await?;
    tx.commit().await?;
    tracing::info!(backup.id = %backup.id, "backup deleted");
    Ok(())
}

/// A failed backup has no manifest, only attempts that have to end.
pub(super) async fn remove_from_store(repository: &Repository, id: BackupId) -> Result<()> {
    repository.end_backup(id, "deleted").await?;
    match delete_backup(repository, id).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind == Kind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Epochs that began with this backup lead nowhere now.
async fn drop_epochs(run: &Run, backup: &Backup) -> Result<()> {
    let app = &run.app;
    let mut tx = app.catalog.snapshot().await?;
    let mut doomed = Vec::new();
    for epoch in epochs::of_backup(&mut tx, backup.id).await? {
        let Some(disk) = disks::get(&mut tx, epoch.disk_id).await? else {
            continue;
        };
        let owner = match disk.server_id {
            Some(id) => servers::get(&mut tx, id).await?.map(|s| s.native_id),
            None => None,
        };
        doomed.push((
            disk.hypervisor,
            owner.unwrap_or(disk.native_id),
            epoch.epoch,
        ));
    }
    drop(tx);
    for (host, owner, epoch) in doomed {
        let dropped = async {
            let driver = app.inventory.driver(&host)?;
            driver.drop_epoch(&owner, &EpochName(epoch)).await
        };
        if let Err(error) = dropped.await {
            tracing::warn!(error = %error.chain(), "an epoch was not dropped; the next start does it");
        }
    }
    Ok(())
}

/// Frees the space that nothing needs any more. Where that fails, or somebody still uses it, it is
/// tried again.
pub(super) async fn free(run: &Run, vault: &Vault, repository: &Repository) {
    free_space(&run.app, vault, repository, &run.parked).await;
}

async fn free_space(app: &App, vault: &Vault, repository: &Repository, stop: &CancellationToken) {
    let freed = async {
        let report = reclaim(repository, ReclaimOptions::default(), stop).await?;
        app.repositories.note_waiting(vault.id, report.waits).await;
        app.metrics.freed(report.bytes_freed);
        if report.packs_damaged > 0 {
            tracing::error!(
                vault.id = %vault.id, count = report.packs_damaged,
                "packs of the vault are damaged: `coffer repo verify` says which backups have lost something; what nobody needs in them stays until those are deleted"
            );
        }
        let used = app.repositories.used_bytes(vault).await?;
        let mut tx = app.catalog.write().await?;
        outcome::set_used(&mut tx, vault.id, used, app.now()).await?;
        tx.commit().await
    };
    if let Err(error) = freed.await {
        let passes = error.kind == Kind::Unavailable;
        app.repositories.note_waiting(vault.id, passes).await;
        tracing::warn!(vault.id = %vault.id, error = %error.chain(), "space was not freed; it is tried again, at the latest with the next deletion");
    }
    // Last, and by itself: what it adds helps backups to come, and nothing waits for it.
    if let Err(error) = app.repositories.refresh_index(vault, stop).await {
        tracing::warn!(vault.id = %vault.id, error = %error.chain(), "the index was not brought up to date; a later deletion does it");
    }
}

/// Notes the vaults in which something was condemned when the service ended: whoever that waited for may
/// be gone, and nothing else would come to look.
pub(super) async fn look_for_waiting(app: &App, stop: &CancellationToken) {
    let all = async {
        let mut tx = app.catalog.snapshot().await?;
        vaults::all(&mut tx).await
    };
    let all = all.await.unwrap_or_else(|error| {
        tracing::warn!(error = %error.chain(), "vaults were not looked at for what waits to be freed");
        Vec::new()
    });
    for vault in all {
        if stop.is_cancelled() {
            return;
        }
        match app.repositories.has_condemned(&vault).await {
            Ok(false) => {}
            Ok(true) => app.repositories.note_waiting(vault.id, true).await,
            Err(error) => {
                let passes = error.kind == Kind::Unavailable;
                tracing::warn!(vault.id = %vault.id, error = %error.chain(), "vault was not looked at for what waits to be freed");
                app.repositories.note_waiting(vault.id, passes).await;
            }
        }
    }
}

/// Tasks that write into a vault.
const WRITERS: [&str; 4] = ["backup", "import", "migrate", "restore"];

/// True while a task was begun before, by a process that is gone or by an attempt that failed: it takes
/// over what is there, which a reclaim would free.
async fn is_gone_on_with(tx: &mut Tx, vault: VaultId) -> Result<bool> {
    let open = tasks::open_of_vault(tx, vault).await?;
    Ok(open.iter().any(|task| {
        let waits = task.lease_owner.is_empty() || task.attempt > 1;
        WRITERS.contains(&task.kind.as_str()) && task.started_at.is_some() && waits
    }))
}

/// Frees what had to wait for those who used it.
pub(super) async fn free_waiting(app: &App, stop: &CancellationToken) {
    for id in app.repositories.waiting().await {
        if stop.is_cancelled() {
            return;
        }
        let freed = async {
            let mut tx = app.catalog.snapshot().await?;
            let vault = vaults::get(&mut tx, id).await?;
            let later = is_gone_on_with(&mut tx, id).await?;
            drop(tx);
            let Some(vault) = vault else {
                app.repositories.note_waiting(id, false).await;
                return Ok(());
            };
            if later {
                return Ok(());
            }
            let repository = app.repositories.open(&vault).await?;
            free_space(app, &vault, &repository, stop).await;
            Ok::<(), Error>(())
        };
        if let Err(error) = freed.await {
            tracing::warn!(vault.id = %id, error = %error.chain(), "vault could not be opened to free space");
        }
    }
}
