//! Making a backup of an archive that is being uploaded. Cannot be gone on with by another process:
//! the upload ended with this one.
//!
//! | crash | left behind | who heals it |
//! |---|---|---|
//! | before the manifest | a session, stray packs | the next start: the task finds no upload and fails, which clears them away |
//! | between manifest and row | a backup that no row makes available | the next start: the task finds it and writes the row |
//! | while what a failed one had stored is cleared away | what is left of it | the task runs again until it is gone; only then its rows go |

use coffer_core::ids::BackupId;
use coffer_core::{Error, Result};
use coffer_engine::pipeline::{BackupDisk, BackupJob, back_up};
use coffer_engine::repository::Begun;

use super::backup::{begin, child_id};
use super::delete::{free, remove_from_store};
use super::engine::{DefinitionRecord, Facts, Manifest, ResourceRecord, Tracking};
use super::{Run, outcome};
use crate::app::import::Import;
use crate::catalog::backups::Backup;
use crate::catalog::vaults::Vault;
use crate::catalog::{backups, vaults};

/// What the definition of an imported server is: no driver takes it.
const IMPORTED: &str = "imported";
/// How often free space is looked at.
const SPACE_PERIOD: std::time::Duration = std::time::Duration::from_millis(250);

pub(super) async fn run(run: &Run) -> Result<()> {
    let Some(import) = run.app.imports.take(run.task.id) else {
        return without_upload(run).await;
    };
    let Import {
        incoming,
        disks,
        failed,
    } = import;
    let made = make(run, incoming, disks).await;
    if let Err(error) = &made {
        // Whoever uploads may have gone.
        let _ = failed.send(Error {
            hint: error.hint.clone(),
            ..Error::new(error.kind, error.message.clone())
        });
    }
    made
}

/// The process that took the upload is gone, or has let it go.
async fn without_upload(run: &Run) -> Result<()> {
    let gone = || {
        Error::conflict("the upload ended with the service that took it")
            .hint("Import the archive again.")
    };
    if !run.task.error_message.is_empty() {
        // It was given up, and whoever uploaded was told so: what is left of it goes.
        return Err(Error::conflict(run.task.error_message.clone()));
    }
    let id = run.task.backup_id.ok_or_else(gone)?;
    let Some((backup, vault)) = begin(run, id).await? else {
        return Err(gone());
    };
    let repository = run.app.repositories.open(&vault).await?;
    // From here on a manifest that is on its way still does not arrive any more.
    let reason = "the upload ended with the service that took it";
    repository.end_backup(id, reason).await?;
    let manifest = repository.manifest(id).await?.ok_or_else(gone)?;
    done(run, &backup, &vault, &manifest).await
}

/// The backup is in the store: its rows become available, and the task ends.
async fn done(run: &Run, backup: &Backup, vault: &Vault, manifest: &Manifest) -> Result<()> {
    let used = run.app.repositories.used_bytes(vault).await;
    let used = used.inspect_err(|error| {
        tracing::warn!(error = %error.chain(), "the vault's size could not be read");
    });
    outcome::import_done(run, backup, manifest, used.ok()).await
}

/// Of an import that ends without success, what is in the store goes: also the backup itself, where it
/// was committed and its rows could not be written.
pub(super) async fn clear_away(run: &Run, id: BackupId) -> Result<()> {
    let mut tx = run.app.catalog.snapshot().await?;
    let vault = match backups::get(&mut tx, id).await? {
        Some(backup) => vaults::get(&mut tx, backup.vault_id).await?,
        None => None,
    };
    drop(tx);
    let Some(vault) = vault else { return Ok(()) };
    let repository = run.app.repositories.open(&vault).await?;
    remove_from_store(&repository, id).await?;
    free(run, &vault, &repository).await;
    Ok(())
}

async fn make(
    run: &Run,
    incoming: coffer_engine::pipeline::IncomingBackup,
    disk_ids: Vec<coffer_core::ids::DiskId>,
) -> Result<()> {
    let app = &run.app;
    let id = run
        .task
        .backup_id
        .ok_or_else(|| Error::internal("an import without backup"))?;
    let Some((backup, vault)) = begin(run, id).await? else {
        return Ok(());
    };
    app.repositories.check_space(&vault)?;
    let repository = app.repositories.open(&vault).await?;
    let session = match repository.begin_backup(id, &[]).await? {
        Begun::Session(session) => session,
        Begun::Committed(_) => return Err(Error::internal("an import that is there already")),
    };
    run.working();
    let job = job(&backup, incoming, disk_ids);
    let made = tokio::select! {
        made = back_up(session, job, &run.progress, &run.abandon) => made,
        () = run.parked.cancelled() => Err(Error::cancelled("the service stops")),
        full = watch_space(run, &vault) => Err(full),
    };
    let manifest = made.map_err(plainly)?;
    done(run, &backup, &vault, &manifest).await
}

/// What is wrong with an archive says where that is: which disk of the backup it becomes does not
/// matter.
fn plainly(error: Error) -> Error {
    match error
        .message
        .find("this is no archive")
        .or_else(|| error.message.find("the archive "))
    {
        Some(at) => Error {
            message: error.message[at..].to_owned(),
            ..error
        },
        None => error,
    }
}

/// Ends when the store's file system is nearly full.
async fn watch_space(run: &Run, vault: &Vault) -> Error {
    loop {
        if let Err(error) = run.app.repositories.check_space(vault) {
            return error;
        }
        tokio::time::sleep(SPACE_PERIOD).await;
    }
}

fn job(
    backup: &Backup,
    incoming: coffer_engine::pipeline::IncomingBackup,
    disk_ids: Vec<coffer_core::ids::DiskId>,
) -> BackupJob {
    let manifest = incoming.manifest.clone();
    // Whoever made the archive may have written anything into the definition, and a host does what a
    // definition says: none makes a server of it.
    let definition = DefinitionRecord {
        kind: IMPORTED.to_owned(),
        ..incoming.definition.clone()
    };
    let is_server = backup.resource_type == coffer_core::cbr::ResourceType::Server;
    let sources = incoming.disks().into_iter();
    let disks = manifest.disks.iter().zip(disk_ids).zip(sources);
    let disks = disks.map(|((disk, id), source)| BackupDisk {
        disk_id: id,
        child_backup_id: is_server.then(|| child_id(backup.id, id)),
        name: disk.name.clone(),
        system: disk.system,
        parent: None,
        source,
        tracking: Tracking::FullScan {
            reason: "imported from an archive".to_owned(),
        },
        epoch: None,
    });
    BackupJob {
        facts: Facts {
            resource: ResourceRecord {
                id: backup.resource_id.to_string(),
                kind: backup.resource_type.name().to_owned(),
                name: backup.resource_name.clone(),
            },
            name: backup.name.clone(),
            description: backup.description.clone().unwrap_or_default(),
            project_id: Some(backup.project_id),
            checkpoint_id: Some(backup.checkpoint_id),
            policy_id: None,
            automatic: false,
            expires_at: None,
        },
        instant: manifest.instant.clone(),
        definition,
        independent: false,
        disks: disks.collect(),
    }
}
