//! What a task's end means for the rows it worked on: one transaction each, together with the
//! end of the task itself.

use coffer_core::cbr::{Operation, Refusal, ResourceType, capacity};
use coffer_core::ids::{BackupId, CheckpointId, DiskId, VaultId};
use coffer_core::state::{BackupState, CheckpointState, ProtectState, TaskState, VaultState};
use coffer_core::{Error, Kind, Result};
use jiff::Timestamp;

use super::Run;
use super::backup::Then;
use super::engine::Manifest;
use crate::app::App;
use crate::app::notify::{self, Event};
use crate::app::quotas::{self, QuotaKind};
use crate::audit;
use crate::catalog::backups::{Backup, Figures};
use crate::catalog::epochs::Epoch;
use crate::catalog::tasks::Task;
use crate::catalog::vaults::Vault;
use crate::catalog::{Tx, backups, checkpoints, drills, epochs, tasks, vaults};

/// The operation whose codes a task's errors have.
pub(super) fn operation(task: &Task) -> Operation {
    match task.kind.as_str() {
        "backup" | "import" => Operation::Backup,
        "restore" | "create_disk" | "create_server" | "drill" => Operation::Restore,
        "delete" => Operation::DeleteBackup,
        "remove_resource" => Operation::RemoveResources,
        "vault_delete" => Operation::DeleteVault,
        _ => Operation::Vault,
    }
}

/// Code, text and hint of an error as the task shows them.
fn shown(task: &Task, error: &Error) -> (String, String, String) {
    let refusal = error
        .source
        .as_deref()
        .and_then(|source| source.downcast_ref::<Refusal>());
    let code = match refusal {
        Some(refusal) => refusal.code,
        None => operation(task).code(error.kind),
    };
    let hint = error.hint.clone().unwrap_or_default();
    (code.to_string(), error.message.clone(), hint)
}

/// Ends the task; an error where it is another worker's by now, so that nothing is written.
pub(super) async fn finish(
    tx: &mut Tx,
    run: &Run,
    to: TaskState,
    error: Option<(&str, &str, &str)>,
    now: Timestamp,
) -> Result<()> {
    // The last heartbeat may be long ago: what was done is what the counters say now.
    let lease = super::after(now, super::LEASE);
    tasks::heartbeat(tx, run.task.id, &run.worker, run.counters(), now, lease).await?;
    match tasks::finish(tx, run.task.id, &run.worker, to, error, now).await? {
        true => record(tx, &run.task, error, now).await,
        false => Err(Error::cancelled("another worker has the task")),
    }
}

/// The task's end, for the audit trail.
async fn record(
    tx: &mut Tx,
    task: &Task,
    error: Option<(&str, &str, &str)>,
    now: Timestamp,
) -> Result<()> {
    let backup = match task.backup_id {
        Some(id) => backups::get(tx, id).await?,
        None => None,
    };
    let name = backup.map(|backup| backup.name).unwrap_or_default();
    let of_backup = |id: BackupId| ("backup", id.to_string(), name);
    let of_vault = ("vault", task.vault_id.to_string(), task.vault_name.clone());
    let (action, resource) = match (task.kind.as_str(), task.backup_id) {
        ("backup", Some(id)) => ("cbr:backups:create", of_backup(id)),
        ("import", Some(id)) => ("coffer:backups:import", of_backup(id)),
        ("drill", Some(id)) => ("coffer:drills:create", of_backup(id)),
        ("restore", Some(id)) => ("cbr:backups:restore", of_backup(id)),
        ("delete", Some(id)) => ("cbr:backups:delete", of_backup(id)),
        ("remove_resource", _) => ("cbr:vaults:removeResources", of_vault),
        ("migrate", _) => ("cbr:vaults:migrateResources", of_vault),
        ("vault_delete", _) => ("cbr:vaults:delete", of_vault),
        _ => (
            "cbr:tasks:finish",
            ("task", task.id.to_string(), task.kind.clone()),
        ),
    };
    let done = audit::Done {
        at: now,
        project: task.project_id,
        action,
        resource,
        request_id: &task.request_id,
        error: error.map(|(code, message, _)| (code, message)),
        detail: serde_json::json!({
            "task_id": task.id, "vault_id": task.vault_id, "policy_id": task.policy_id,
            "resource_id": task.resource_id, "resource_name": task.resource_name,
        }),
    };
    audit::system(tx, done).await
}

/// Renews the lease; an error where the task is another worker's by now, so that nothing is
/// written.
pub(super) async fn still_ours(tx: &mut Tx, run: &Run, now: Timestamp) -> Result<()> {
    let lease = super::after(now, super::LEASE);
    match tasks::heartbeat(tx, run.task.id, &run.worker, run.counters(), now, lease).await? {
        Some(_) => Ok(()),
        None => Err(Error::cancelled("another worker has the task")),
    }
}

/// The backup's manifest is in the store: its rows become available, its epochs the newest, and
/// the task ends, unless there is more to do.
pub(super) async fn backup_done(
    run: &Run,
    backup: &Backup,
    manifest: &Manifest,
    new_epochs: &[(DiskId, String)],
    used_bytes: Option<u64>,
    then: Then,
) -> Result<()> {
    let app = &run.app;
    let now = app.now();
    let mut tx = app.catalog.write().await?;
    match then {
        Then::EndTask => finish(&mut tx, run, TaskState::Success, None, now).await?,
        Then::GoOn => still_ours(&mut tx, run, now).await?,
    }
    complete(&mut tx, backup, BackupState::Protecting, manifest, now).await?;
    for disk in &manifest.disks {
        epochs::forget(&mut tx, disk.disk_id, backup.vault_id).await?;
    }
    for (disk, epoch) in new_epochs {
        let size_bytes = manifest.disks.iter().find(|d| d.disk_id == *disk);
        let epoch = Epoch {
            disk_id: *disk,
            vault_id: backup.vault_id,
            epoch: epoch.clone(),
            backup_id: backup.id,
            size_bytes: size_bytes.map_or(0, |d| d.size_bytes),
            created_at: now,
        };
        epochs::set(&mut tx, &epoch).await?;
    }
    settle_resource(
        &mut tx,
        backup,
        ProtectState::Protecting,
        ProtectState::Available,
    )
    .await?;
    settle_checkpoint(&mut tx, backup.checkpoint_id, now).await?;
    if let Some(used_after) = used_bytes {
        set_used(&mut tx, backup.vault_id, used_after, now).await?;
    }
    tx.commit().await?;
    app.sender.bell.notify_one();
    tracing::info!(backup.id = %backup.id, stored_bytes = manifest.stored_bytes(), "backup available");
    Ok(())
}

/// An archive was imported: its backup is available, and the task ends. Nothing is known of how its
/// server goes on, so that neither epochs nor the resource in the vault are touched.
pub(super) async fn import_done(
    run: &Run,
    backup: &Backup,
    manifest: &Manifest,
    used_bytes: Option<u64>,
) -> Result<()> {
    let now = run.app.now();
    let mut tx = run.app.catalog.write().await?;
    finish(&mut tx, run, TaskState::Success, None, now).await?;
    complete(&mut tx, backup, BackupState::Protecting, manifest, now).await?;
    settle_checkpoint(&mut tx, backup.checkpoint_id, now).await?;
    if let Some(used_after) = used_bytes {
        set_used(&mut tx, backup.vault_id, used_after, now).await?;
    }
    tx.commit().await?;
    run.app.sender.bell.notify_one();
    tracing::info!(backup.id = %backup.id, stored_bytes = manifest.stored_bytes(), "backup imported");
    Ok(())
}

/// A backup that was given up turns out to be committed.
pub(super) async fn backup_found(app: &App, backup: &Backup, manifest: &Manifest) -> Result<()> {
    let now = app.now();
    let mut tx = app.catalog.write().await?;
    complete(&mut tx, backup, BackupState::Error, manifest, now).await?;
    tx.commit().await
}

/// Writes the figures of a committed backup, its disks' rows, and makes them available.
async fn complete(
    tx: &mut Tx,
    backup: &Backup,
    from: BackupState,
    manifest: &Manifest,
    now: Timestamp,
) -> Result<()> {
    let sum = |f: &dyn Fn(&super::engine::ManifestDisk) -> u64| manifest.disks.iter().map(f).sum();
    let figures = Figures {
        allocated_bytes: sum(&|d| d.allocated_bytes),
        read_bytes: sum(&|d| d.read_bytes),
        new_bytes: sum(&|d| d.new_bytes),
        stored_bytes: manifest.stored_bytes(),
    };
    let size = sum(&|d| d.size_bytes);
    if backup.resource_type == ResourceType::Server {
        backups::delete_children(tx, backup.id).await?;
        let existing = super::backup::children_of(backup, manifest, from, now);
        for child in &existing {
            backups::insert(tx, child).await?;
        }
        for (child, disk) in existing.iter().zip(&manifest.disks) {
            let figures = Figures {
                allocated_bytes: disk.allocated_bytes,
                read_bytes: disk.read_bytes,
                new_bytes: disk.new_bytes,
                stored_bytes: disk.stored_bytes + disk.metadata_bytes,
            };
            backups::complete(tx, child.id, disk.size_bytes, &figures, now).await?;
        }
    }
    backups::complete(tx, backup.id, size, &figures, now).await?;
    backups::transition(tx, backup.id, from, BackupState::Available, now).await?;
    let base = manifest.disks.iter().find_map(|d| d.parent);
    let details = super::backup::details_of(&backup.details.0, manifest);
    let system = manifest.disks.iter().any(|d| d.system);
    backups::describe(tx, backup.id, base, &details, now).await?;
    backups::set_system(tx, backup.id, system).await
}

/// The user ended the task.
pub(super) async fn cancelled(run: &Run, left: Left) -> Result<()> {
    let mut error = Error::cancelled("cancelled by the user");
    if left.written {
        error = error
            .context("the disks are incomplete")
            .hint("Restore again, or restore another backup, before the server is started.");
    }
    if run.task.kind != "backup" {
        return failed(run, &error, left).await;
    }
    let now = run.app.now();
    let (code, message, _) = shown(&run.task, &error);
    let mut tx = run.app.catalog.write().await?;
    finish(
        &mut tx,
        run,
        TaskState::Failed,
        Some((&code, &message, "")),
        now,
    )
    .await?;
    if let Some(backup) = backup_of(&mut tx, run).await? {
        remove_cancelled(&mut tx, &backup, now).await?;
    }
    tx.commit().await
}

/// The store was cleaned by the pipeline: nothing of the attempt can become a backup.
async fn remove_cancelled(tx: &mut Tx, backup: &Backup, now: Timestamp) -> Result<()> {
    remove_row(tx, backup, now).await?;
    settle_resource(
        tx,
        backup,
        ProtectState::Protecting,
        ProtectState::Available,
    )
    .await?;
    settle_checkpoint(tx, backup.checkpoint_id, now).await
}

async fn remove_row(tx: &mut Tx, backup: &Backup, now: Timestamp) -> Result<()> {
    if backup.state.can_become(BackupState::Deleting) {
        backups::transition(tx, backup.id, backup.state, BackupState::Deleting, now).await?;
    }
    backups::delete(tx, backup.id).await
}

/// A backup could not be made.
async fn mark_failed(tx: &mut Tx, backup: &Backup, message: &str, now: Timestamp) -> Result<()> {
    let mut details = backup.details.0.clone();
    details.error = Some(message.to_owned());
    backups::describe(tx, backup.id, backup.base_id, &details, now).await?;
    if backup.state.can_become(BackupState::Error) {
        backups::transition(tx, backup.id, backup.state, BackupState::Error, now).await?;
    }
    settle_resource(tx, backup, ProtectState::Protecting, ProtectState::Error).await?;
    settle_checkpoint(tx, backup.checkpoint_id, now).await
}

/// What a task leaves behind that ends without success.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Left {
    /// Disks are neither what they were nor what they were to become.
    pub written: bool,
    /// A safety backup that was not made yet.
    pub safety: Option<BackupId>,
}

/// The task failed for good.
pub(super) async fn failed(run: &Run, error: &Error, left: Left) -> Result<()> {
    let app = &run.app;
    let now = app.now();
    let (code, message, hint) = shown(&run.task, error);
    let mut tx = app.catalog.write().await?;
    finish(
        &mut tx,
        run,
        TaskState::Failed,
        Some((&code, &message, &hint)),
        now,
    )
    .await?;
    if !run.abandon.is_cancelled() {
        let event = Event::task_failed(&run.task, &code, &message, &hint);
        notify::raise(&mut tx, run.task.project_id, &event, now).await?;
    }
    let backup = backup_of(&mut tx, run).await?;
    if run.task.kind == "drill" {
        drills::close(&mut tx, run.task.id, &message, now).await?;
    }
    match (run.task.kind.as_str(), backup) {
        ("backup", Some(backup)) => mark_failed(&mut tx, &backup, &message, now).await?,
        ("import", Some(backup)) => {
            remove_row(&mut tx, &backup, now).await?;
            let (from, to) = (CheckpointState::Protecting, CheckpointState::Error);
            checkpoints::transition(&mut tx, backup.checkpoint_id, from, to, now).await?;
            empty_checkpoint(&mut tx, backup.checkpoint_id, now).await?;
        }
        ("restore", Some(backup)) => {
            if backup.state.can_become(BackupState::Available) {
                backups::transition(
                    &mut tx,
                    backup.id,
                    backup.state,
                    BackupState::Available,
                    now,
                )
                .await?;
            }
            settle_resource(
                &mut tx,
                &backup,
                ProtectState::Restoring,
                ProtectState::Error,
            )
            .await?;
            let safety = match left.safety {
                Some(id) => backups::get(&mut tx, id).await?,
                None => None,
            };
            match safety {
                Some(safety) if error.kind == Kind::Cancelled => {
                    remove_cancelled(&mut tx, &safety, now).await?;
                }
                Some(safety) => mark_failed(&mut tx, &safety, &message, now).await?,
                None => {}
            }
        }
        ("delete", Some(backup)) if backup.state.can_become(BackupState::Error) => {
            backups::transition(&mut tx, backup.id, backup.state, BackupState::Error, now).await?;
        }
        ("vault_delete", _) => {
            vaults::transition(
                &mut tx,
                run.task.vault_id,
                VaultState::Deleting,
                VaultState::Error,
                now,
            )
            .await?;
            give_up_deletions(&mut tx, run.task.vault_id, None, now).await?;
        }
        ("remove_resource", _) => {
            for resource in vaults::resources(&mut tx, run.task.vault_id).await? {
                if resource.state == ProtectState::Removing {
                    vaults::transition_resource(
                        &mut tx,
                        resource.vault_id,
                        resource.resource_id,
                        ProtectState::Removing,
                        ProtectState::Error,
                    )
                    .await?;
                    give_up_deletions(&mut tx, run.task.vault_id, Some(resource.resource_id), now)
                        .await?;
                }
            }
        }
        ("migrate", _) => {
            for resource in vaults::resources(&mut tx, run.task.vault_id).await? {
                if resource.state == ProtectState::Removing {
                    vaults::transition_resource(
                        &mut tx,
                        resource.vault_id,
                        resource.resource_id,
                        ProtectState::Removing,
                        ProtectState::Error,
                    )
                    .await?;
                }
            }
        }
        _ => {}
    }
    tx.commit().await?;
    app.sender.bell.notify_one();
    Ok(())
}

/// Backups that were to be deleted with something else and are still there.
async fn give_up_deletions(
    tx: &mut Tx,
    vault: VaultId,
    resource: Option<uuid::Uuid>,
    now: Timestamp,
) -> Result<()> {
    for backup in backups::of_vault(tx, vault).await? {
        let meant = resource.is_none_or(|id| id == backup.resource_id);
        if meant
            && matches!(
                backup.state,
                BackupState::WaitingDelete | BackupState::Deleting
            )
        {
            backups::transition(tx, backup.id, backup.state, BackupState::Error, now).await?;
        }
    }
    Ok(())
}

async fn backup_of(tx: &mut Tx, run: &Run) -> Result<Option<Backup>> {
    match run.task.backup_id {
        Some(id) => backups::get(tx, id).await,
        None => Ok(None),
    }
}

/// The resource is free again, or shows that something went wrong.
pub(super) async fn settle_resource(
    tx: &mut Tx,
    backup: &Backup,
    from: ProtectState,
    to: ProtectState,
) -> Result<()> {
    vaults::transition_resource(tx, backup.vault_id, backup.resource_id, from, to).await?;
    Ok(())
}

/// The restore point ends when its last backup has; it is an error where one is missing.
async fn settle_checkpoint(tx: &mut Tx, id: CheckpointId, now: Timestamp) -> Result<()> {
    let Some(checkpoint) = checkpoints::get(tx, id).await? else {
        return Ok(());
    };
    let list = backups::of_checkpoint(tx, id).await?;
    if checkpoint.state != CheckpointState::Protecting
        || list.iter().any(|b| b.state.is_being_made())
    {
        return Ok(());
    }
    let made = |b: &Backup| b.protected_at.is_some();
    let whole = list.len() == checkpoint.resources.0.len() && list.iter().all(made);
    let to = match whole {
        true => CheckpointState::Available,
        false => CheckpointState::Error,
    };
    checkpoints::transition(tx, id, CheckpointState::Protecting, to, now).await?;
    Ok(())
}

/// The restore point goes with its last backup.
pub(super) async fn empty_checkpoint(tx: &mut Tx, id: CheckpointId, now: Timestamp) -> Result<()> {
    let Some(checkpoint) = checkpoints::get(tx, id).await? else {
        return Ok(());
    };
    if !backups::of_checkpoint(tx, id).await?.is_empty() {
        return Ok(());
    }
    if checkpoint.state.can_become(CheckpointState::Deleting) {
        checkpoints::transition(tx, id, checkpoint.state, CheckpointState::Deleting, now).await?;
        checkpoints::transition(
            tx,
            id,
            CheckpointState::Deleting,
            CheckpointState::Deleted,
            now,
        )
        .await?;
    }
    Ok(())
}

/// Writes how much the vault takes, and expands it where it does that by itself.
pub(super) async fn set_used(
    tx: &mut Tx,
    id: VaultId,
    used_after: u64,
    now: Timestamp,
) -> Result<()> {
    let Some(vault) = vaults::get(tx, id).await? else {
        return Ok(());
    };
    let size = match vault.auto_expand {
        true => capacity::expanded(vault.size_gib, vault.used_bytes, used_after),
        false => vault.size_gib,
    };
    // Its project may not have more than its quota.
    let kind = QuotaKind::CapacityGib;
    let most = match size > vault.size_gib {
        true => quotas::left(tx, vault.project_id, kind).await?,
        false => None,
    };
    let size = most.map_or(size, |left| size.min(vault.size_gib + left));
    if size != vault.size_gib {
        tracing::info!(vault.id = %id, size_gib = size, "vault expanded");
    }
    vaults::set_used(tx, id, used_after, size).await?;
    let vault = Vault {
        used_bytes: used_after,
        size_gib: size,
        ..vault
    };
    notify::watch_threshold(tx, &vault, now).await
}

/// A restore is complete: the task ends, backup and resource are free.
pub(super) async fn restore_done(
    run: &Run,
    backup: BackupId,
    epochs_begun: &[Epoch],
) -> Result<()> {
    let now = run.app.now();
    let mut tx = run.app.catalog.write().await?;
    finish(&mut tx, run, TaskState::Success, None, now).await?;
    if let Some(backup) = backups::get(&mut tx, backup).await? {
        backups::transition(
            &mut tx,
            backup.id,
            BackupState::Restoring,
            BackupState::Available,
            now,
        )
        .await?;
        settle_resource(
            &mut tx,
            &backup,
            ProtectState::Restoring,
            ProtectState::Available,
        )
        .await?;
    }
    for epoch in epochs_begun {
        epochs::set(&mut tx, epoch).await?;
    }
    tx.commit().await
}
