//! Making a backup.
//!
//! In this order: the right to write in the repository (a session), the instant on the
//! hypervisor, the data, the manifest, the rows, the end of the instant. May run twice: the
//! repository answers with the manifest where an earlier attempt had come that far.

use coffer_core::cbr::ResourceType;
use coffer_core::cbr::name::child_name;
use coffer_core::ids::{BackupId, DiskId, ServerId, VaultId};
use coffer_core::plan::{Base, Past};
use coffer_core::state::BackupState;
use coffer_core::{Error, Result};
use coffer_engine::hypervisor::{
    ChangeTracking, Consistency, EpochName, Freeze, Outcome, SnapshotDiskRequest, SnapshotRequest,
    SnapshotSession,
};
use coffer_engine::repository::{Begun, WriteSession};
use coffer_engine::throttle::ThrottledSource;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

use super::engine::{
    self, BackupDisk, BackupJob, DefinitionRecord, Facts, InstantRecord, Manifest, ResourceRecord,
    Tracking,
};
use super::{Run, outcome};
use crate::app::App;
use crate::catalog::backups::{Backup, Details};
use crate::catalog::disks::Disk;
use crate::catalog::record::Json;
use crate::catalog::servers::Server;
use crate::catalog::vaults::{ResourceExtra, Vault};
use crate::catalog::{Tx, backups, disks, epochs, servers, vaults};

/// How long the guest's file systems may take to freeze.
const FREEZE_LIMIT: Duration = Duration::from_secs(10);
/// How often free space is looked at: within it even a fast disk takes less than what stays free.
const SPACE_PERIOD: Duration = Duration::from_millis(250);
/// How often an instant that was lost is replaced by a new one.
const INSTANTS_MAX: u32 = 4;

/// What is backed up.
struct Source {
    server: Option<Server>,
    disks: Vec<Disk>,
    left_out: Vec<String>,
    host: String,
}

pub(super) async fn run(run: &Run, extra: &ResourceExtra) -> Result<()> {
    let id = run
        .task
        .backup_id
        .ok_or_else(|| Error::internal("a backup task without backup"))?;
    make(run, id, extra, Then::EndTask).await
}

/// What comes after a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Nothing: the task ends with it.
    EndTask,
    /// More: the backup is a step of the task.
    GoOn,
}

/// Makes a backup whose row is there. May be called again for one that an earlier attempt made.
pub(super) async fn make(run: &Run, id: BackupId, extra: &ResourceExtra, then: Then) -> Result<()> {
    let app = &run.app;
    let Some((backup, vault)) = begin(run, id).await? else {
        return Ok(());
    };
    app.repositories.check_space(&vault)?;
    let repository = app.repositories.open(&vault).await?;
    let mut moved = backup.details.0.instant_moved;
    for attempt in 1..=INSTANTS_MAX {
        let source = source(run, &backup, extra).await?;
        let bases = bases(run, &backup, &source).await?;
        let mut parents: Vec<BackupId> = bases.iter().filter_map(Base::backup).collect();
        parents.sort_unstable();
        parents.dedup();
        let session = match repository.begin_backup(backup.id, &parents).await? {
            Begun::Committed(manifest) => {
                return finish(run, &backup, &vault, &manifest, &[], then).await;
            }
            Begun::Session(session) => session,
        };
        let bases = granted(bases, &session);
        let base = bases.iter().find_map(Base::backup);
        let epoch = epoch_name(&run.service, &vault, &backup, session.attempt());
        let request = request(&source, &bases, &epoch);
        let driver = app.inventory.driver(&source.host)?;
        let opened = tokio::select! {
            opened = driver.open_snapshot(request) => opened,
            () = run.cancel.cancelled() => {
                // The driver cleans up what it had begun when the call is dropped or at the start.
                return give_up(run, &backup, &vault).await;
            }
        };
        let snapshot = opened
            .map_err(|e| e.context(format!("take the instant of {}", backup.resource_name)))?;
        run.working();
        describe(run, &backup, base, snapshot.as_ref(), &source, moved).await?;
        let job = job(
            run,
            &backup,
            (&source, &bases),
            snapshot.as_ref(),
            &epoch,
            moved,
        )
        .await?;
        let made = tokio::select! {
            made = engine::back_up(session, job, &run.progress, &run.abandon) => made,
            // The session stays in the store: the next attempt takes over what is there.
            () = run.parked.cancelled() => Err(Error::cancelled("the service stops")),
            full = watch_space(app, &vault, snapshot.as_ref()) => Err(full),
        };
        match made {
            Ok(manifest) => {
                let begun = begun_epochs(&source, snapshot.as_ref(), &epoch);
                let written = finish(run, &backup, &vault, &manifest, &begun, then).await;
                close(snapshot.as_ref(), Outcome::Committed).await;
                return written;
            }
            Err(error) => {
                let lost = snapshot.is_lost();
                close(snapshot.as_ref(), Outcome::Abandoned).await;
                if !lost || run.cancel.is_cancelled() || attempt == INSTANTS_MAX {
                    return Err(error);
                }
                tracing::warn!(error = %error.chain(), "the instant was lost, another one is taken");
                moved = true;
                run.preparing();
            }
        }
    }
    Err(Error::unavailable("the instant was lost again and again")
        .hint("The server went down during each attempt; back it up while it is stopped."))
}

/// Ends when a file system that the backup fills is nearly full.
async fn watch_space(app: &App, vault: &Vault, snapshot: &dyn SnapshotSession) -> Error {
    loop {
        let there = app.repositories.check_space(vault);
        if let Err(error) = there.and_then(|()| snapshot.check_space()) {
            return error;
        }
        tokio::time::sleep(SPACE_PERIOD).await;
    }
}

/// Takes up the backup; none where there is nothing to do any more.
pub(super) async fn begin(run: &Run, id: BackupId) -> Result<Option<(Backup, Vault)>> {
    let app = &run.app;
    let mut tx = app.catalog.write().await?;
    let backup = backups::get(&mut tx, id).await?;
    let backup = backup.ok_or_else(|| Error::not_found(format!("there is no backup {id}")))?;
    let vault = vaults::get(&mut tx, backup.vault_id).await?;
    let vault = vault.ok_or_else(|| Error::not_found("the vault is gone"))?;
    match backup.state {
        BackupState::WaitingProtect => {
            backups::transition(
                &mut tx,
                id,
                BackupState::WaitingProtect,
                BackupState::Protecting,
                app.now(),
            )
            .await?;
        }
        BackupState::Protecting => {}
        // A step of a task that was done by an earlier attempt.
        BackupState::Available if run.task.backup_id != Some(id) => return Ok(None),
        state => return Err(Error::conflict(format!("backup {id} is {state}"))),
    }
    tx.commit().await?;
    Ok(Some((backup, vault)))
}

/// The server and disks as they are now.
async fn source(run: &Run, backup: &Backup, extra: &ResourceExtra) -> Result<Source> {
    let app = &run.app;
    app.inventory
        .refresh([run.task.host.as_str()].into_iter())
        .await;
    let mut tx = app.catalog.snapshot().await?;
    let (server, disks) = match backup.resource_type {
        ResourceType::Server => {
            let id = ServerId(backup.resource_id);
            let server = servers::get(&mut tx, id).await?.filter(Server::is_there);
            let server = server.ok_or_else(|| gone(backup))?;
            (Some(server), disks::of_server(&mut tx, id).await?)
        }
        _ => {
            let disk = disks::get(&mut tx, DiskId(backup.resource_id)).await?;
            let disk = disk.filter(Disk::is_there).ok_or_else(|| gone(backup))?;
            let server = match disk.server_id {
                Some(id) => servers::get(&mut tx, id).await?,
                None => None,
            };
            (server, vec![disk])
        }
    };
    let mut left_out = Vec::new();
    let mut taken = Vec::new();
    for disk in disks {
        if let Some(reason) = &disk.unsupported {
            left_out.push(format!("{}: {reason}", disk.device));
        } else if !extra.takes(&disk.id.to_string()) {
            left_out.push(format!("{}: left out by the user", disk.device));
        } else {
            taken.push(disk);
        }
    }
    let host = match taken.first() {
        Some(disk) => disk.hypervisor.clone(),
        None => {
            return Err(Error::conflict(format!(
                "{} has no disk that can be backed up",
                backup.resource_name
            )));
        }
    };
    Ok(Source {
        server,
        disks: taken,
        left_out,
        host,
    })
}

fn gone(backup: &Backup) -> Error {
    Error::not_found(format!("{} is no longer there", backup.resource_name))
        .hint("Its earlier backups stay and can be restored.")
}

/// For each disk what its backup builds on.
async fn bases(run: &Run, backup: &Backup, source: &Source) -> Result<Vec<Base>> {
    let mut tx = run.app.catalog.snapshot().await?;
    let mut bases = Vec::new();
    for disk in &source.disks {
        let past = past(&mut tx, backup.vault_id, backup.resource_id, disk.id).await?;
        bases.push(Base::of(backup.wants_full, past));
    }
    Ok(bases)
}

/// What is known of a disk's past in a vault, as `resource` is backed up there.
pub(crate) async fn past(
    tx: &mut Tx,
    vault: VaultId,
    resource: Uuid,
    disk: DiskId,
) -> Result<Past> {
    let newest = backups::newest_available(tx, vault, resource).await?;
    let mut past = Past {
        newest: newest.map(|b| b.id),
        epoch: None,
    };
    if let Some(epoch) = epochs::find(tx, disk, vault).await?
        && let Some(then) = backups::get(tx, epoch.backup_id).await?
        && then.protected_at.is_some()
        && !matches!(
            then.state,
            BackupState::WaitingDelete | BackupState::Deleting
        )
    {
        past.epoch = Some((epoch.epoch, then.id));
    }
    Ok(past)
}

/// The backups that the repository grants to build on; a disk without one is read in full.
fn granted(bases: Vec<Base>, session: &WriteSession) -> Vec<Base> {
    let grant = |base: Base| match base.backup() {
        Some(backup) if session.parents.contains_key(&backup) => base,
        _ => Base::Nothing,
    };
    bases.into_iter().map(grant).collect()
}

/// At most 64 of `a-z 0-9 -`, and never the same twice.
fn epoch_name(service: &str, vault: &Vault, backup: &Backup, attempt: u32) -> EpochName {
    let vault = &vault.id.0.simple().to_string()[..8];
    let attempt = attempt % 1000;
    EpochName(format!(
        "coffer-{service}-{vault}-{}-{attempt}",
        backup.id.0.simple()
    ))
}

fn request(source: &Source, bases: &[Base], epoch: &EpochName) -> SnapshotRequest {
    let wanted = source
        .disks
        .iter()
        .zip(bases)
        .map(|(disk, base)| SnapshotDiskRequest {
            native_id: disk.native_id.clone(),
            parent_epoch: base.epoch().map(|epoch| EpochName(epoch.to_owned())),
        });
    SnapshotRequest {
        server: source.server.as_ref().map(|s| s.native_id.clone()),
        disks: wanted.collect(),
        new_epoch: Some(epoch.clone()),
        freeze: Freeze::Try {
            limit: FREEZE_LIMIT,
        },
    }
}

/// Writes what is known once the instant is taken.
async fn describe(
    run: &Run,
    backup: &Backup,
    base: Option<BackupId>,
    snapshot: &dyn SnapshotSession,
    source: &Source,
    moved: bool,
) -> Result<()> {
    let now = run.app.now();
    let instant = snapshot.instant();
    let details = Details {
        instant: Some(instant.at.to_string()),
        consistency: Some(consistency(instant.consistency).to_owned()),
        frozen_ms: frozen_ms(instant.frozen),
        instant_moved: moved,
        notes: instant.notes.clone(),
        left_out: source.left_out.clone(),
        ..backup.details.0.clone()
    };
    let mut tx = run.app.catalog.write().await?;
    backups::describe(&mut tx, backup.id, base, &details, now).await?;
    tx.commit().await
}

fn consistency(c: Consistency) -> &'static str {
    match c {
        Consistency::Application => "application",
        Consistency::Crash => "crash",
        Consistency::Offline => "offline",
    }
}

fn frozen_ms(frozen: Option<Duration>) -> Option<u64> {
    frozen.map(|d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX))
}

async fn job(
    run: &Run,
    backup: &Backup,
    (source, bases): (&Source, &[Base]),
    snapshot: &dyn SnapshotSession,
    epoch: &EpochName,
    moved: bool,
) -> Result<BackupJob> {
    let instant = snapshot.instant();
    let definition = snapshot.definition();
    let is_server = backup.resource_type == ResourceType::Server;
    let mut parts = Vec::new();
    for ((disk, base), taken) in source.disks.iter().zip(bases).zip(snapshot.disks()) {
        if taken.info.native_id != disk.native_id {
            return Err(Error::internal(
                "the driver gave the disks in another order",
            ));
        }
        parts.push(BackupDisk {
            disk_id: disk.id,
            child_backup_id: is_server.then(|| child_id(backup.id, disk.id)),
            name: disk.device.clone(),
            system: disk.system,
            parent: base.backup(),
            source: Arc::new(ThrottledSource::new(
                Arc::clone(&taken.source),
                run.app.limits.throttle(&source.host),
            )),
            tracking: match &taken.tracking {
                ChangeTracking::Bitmap { epoch } => Tracking::Bitmap {
                    epoch: epoch.0.clone(),
                },
                ChangeTracking::FullScan { .. } if *base == Base::Nothing => Tracking::FullScan {
                    reason: "nothing to build on: the first backup, or a full one".to_owned(),
                },
                ChangeTracking::FullScan { reason } => Tracking::FullScan {
                    reason: reason.clone(),
                },
            },
            epoch: taken.new_epoch.then(|| epoch.0.clone()),
        });
    }
    if parts.len() != source.disks.len() {
        return Err(Error::internal("the driver left out a disk"));
    }
    let mut tx = run.app.catalog.snapshot().await?;
    let current = backups::get(&mut tx, backup.id).await?;
    let name = current.map_or_else(|| backup.name.clone(), |b| b.name);
    Ok(BackupJob {
        facts: Facts {
            resource: ResourceRecord {
                id: backup.resource_id.to_string(),
                kind: backup.resource_type.name().to_owned(),
                name: backup.resource_name.clone(),
            },
            name,
            description: backup.description.clone().unwrap_or_default(),
            project_id: Some(backup.project_id),
            checkpoint_id: Some(backup.checkpoint_id),
            policy_id: backup.details.0.policy_id,
            automatic: backup.auto_trigger,
            expires_at: backup.expired_at,
        },
        instant: InstantRecord {
            at: instant.at,
            consistency: consistency(instant.consistency).to_owned(),
            frozen_ms: frozen_ms(instant.frozen),
            moved,
            notes: instant.notes.clone(),
        },
        definition: DefinitionRecord {
            kind: definition.kind.clone(),
            text: definition.text.clone(),
            firmware_variables: definition.firmware_variables.clone(),
        },
        independent: backup.wants_full,
        disks: parts,
    })
}

fn begun_epochs(
    source: &Source,
    snapshot: &dyn SnapshotSession,
    epoch: &EpochName,
) -> Vec<(DiskId, String)> {
    source
        .disks
        .iter()
        .zip(snapshot.disks())
        .filter(|(_, taken)| taken.new_epoch)
        .map(|(disk, _)| (disk.id, epoch.0.clone()))
        .collect()
}

async fn finish(
    run: &Run,
    backup: &Backup,
    vault: &Vault,
    manifest: &Manifest,
    begun: &[(DiskId, String)],
    then: Then,
) -> Result<()> {
    let used = match run.app.repositories.used_bytes(vault).await {
        Ok(used) => Some(used),
        Err(error) => {
            tracing::warn!(error = %error.chain(), "the vault's size could not be read");
            None
        }
    };
    outcome::backup_done(run, backup, manifest, begun, used, then).await
}

/// A cancelled or parked attempt before there was an instant.
async fn give_up(run: &Run, backup: &Backup, vault: &Vault) -> Result<()> {
    if run.abandon.is_cancelled() {
        let repository = run.app.repositories.open(vault).await?;
        repository.end_backup(backup.id, "cancelled").await?;
    }
    Err(Error::cancelled("cancelled before the instant was taken"))
}

/// A backup that failed for good: its attempts end, and what they stored is freed. A session left
/// open would keep every later reclaim from freeing anything, on a full store above all.
pub(super) async fn clear_away(run: &Run, id: BackupId) {
    let cleared = async {
        let mut tx = run.app.catalog.snapshot().await?;
        let vault = match backups::get(&mut tx, id).await? {
            Some(backup) => vaults::get(&mut tx, backup.vault_id).await?,
            None => None,
        };
        drop(tx);
        let Some(vault) = vault else { return Ok(()) };
        let repository = run.app.repositories.open(&vault).await?;
        repository.end_backup(id, "it failed").await?;
        super::delete::free(run, &vault, &repository).await;
        Ok::<(), Error>(())
    };
    if let Err(error) = cleared.await {
        tracing::warn!(error = %error.chain(), "the failed attempt was not cleared away; the deletion of the backup does it");
    }
}

/// Ends the instant. The manifest decides what the backup is, not this.
async fn close(snapshot: &dyn SnapshotSession, outcome: Outcome) {
    if let Err(error) = snapshot.close(outcome).await {
        tracing::warn!(error = %error.chain(), "the instant was not ended cleanly; the next start does it");
    }
}

/// The id of a disk's part of a server's backup: the same for each attempt.
pub(super) fn child_id(parent: BackupId, disk: DiskId) -> BackupId {
    let mut hasher = blake3::Hasher::new_derive_key("coffer 2026-11 disk part of a server backup");
    hasher.update(parent.0.as_bytes());
    hasher.update(disk.0.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    BackupId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// The rows of a server's disks, from the manifest.
pub(super) fn children_of(
    parent: &Backup,
    manifest: &Manifest,
    state: BackupState,
    now: Timestamp,
) -> Vec<Backup> {
    manifest
        .disks
        .iter()
        .enumerate()
        .map(|(position, disk)| {
            let resource_name = format!("{}-{}", parent.resource_name, disk.name);
            Backup {
                id: disk
                    .child_backup_id
                    .unwrap_or_else(|| child_id(parent.id, disk.disk_id)),
                parent_id: Some(parent.id),
                name: child_name(&parent.name, &resource_name),
                state,
                resource_id: disk.disk_id.0,
                resource_name,
                resource_type: ResourceType::Disk,
                size_bytes: disk.size_bytes,
                position: i64::try_from(position).unwrap_or(i64::MAX),
                base_id: disk.parent,
                incremental: disk.parent.is_some(),
                system_disk: disk.system,
                details: Json(disk_details(&parent.details.0, &disk.tracking)),
                updated_at: now,
                ..parent.clone()
            }
        })
        .collect()
}

fn disk_details(of_server: &Details, tracking: &Tracking) -> Details {
    let (tracking, fallback_reason) = match tracking {
        Tracking::Bitmap { .. } => ("bitmap", None),
        Tracking::FullScan { reason } => ("full_scan", Some(reason.clone())),
    };
    Details {
        tracking: Some(tracking.to_owned()),
        fallback_reason,
        architecture: of_server.architecture.clone(),
        ..Details::default()
    }
}

/// What the manifest says of how the backup was made, over what was known before.
pub(super) fn details_of(known: &Details, manifest: &Manifest) -> Details {
    let by_bitmap = |d: &engine::ManifestDisk| matches!(d.tracking, Tracking::Bitmap { .. });
    let reasons = manifest.disks.iter().filter_map(|d| match &d.tracking {
        Tracking::FullScan { reason } if !reason.is_empty() => {
            Some(format!("{}: {reason}", d.name))
        }
        _ => None,
    });
    let reasons: Vec<String> = reasons.collect();
    Details {
        instant: Some(manifest.instant.at.to_string()),
        consistency: Some(manifest.instant.consistency.clone()),
        frozen_ms: manifest.instant.frozen_ms,
        instant_moved: manifest.instant.moved,
        notes: manifest.instant.notes.clone(),
        tracking: Some(
            match manifest.disks.iter().all(by_bitmap) {
                true => "bitmap",
                false => "full_scan",
            }
            .to_owned(),
        ),
        fallback_reason: (!reasons.is_empty()).then(|| reasons.join("; ")),
        deduplicated_bytes: manifest.deduplicated_bytes(),
        error: None,
        ..known.clone()
    }
}
