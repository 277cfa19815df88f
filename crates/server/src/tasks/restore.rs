//! Writing a backup back.
//!
//! The epochs of the disks are forgotten in the catalog before the first byte is written, so that
//! no crash leaves one that does not hold; a complete restore begins new ones (decision H2). A
//! restore may run twice: the second run knows nothing of the target and writes it all.
//!
//! | step, as the task's row says | what a crash after it leaves | what the next attempt does |
//! |---|---|---|
//! | stop | a server that is off | goes on; where it ends without success, the server is started again |
//! | safety backup | the same, and an attempt at a backup or a backup | takes over what was stored |
//! | write | disks that are incomplete | writes all of them |
//! | start | complete disks, a server that is off | starts it |

use std::sync::Arc;
use std::time::Duration;

use coffer_core::extent::ExtentSet;
use coffer_core::ids::{BackupId, DiskId, VaultId};
use coffer_core::state::BackupState;
use coffer_core::{Error, Kind, Result};
use coffer_engine::hypervisor::file::RawFileTarget;
use coffer_engine::hypervisor::{
    EpochName, Hypervisor, PowerAction, PowerState, TargetDiskRequest, TargetSession,
};
use coffer_engine::repository::{ReadSession, Repository};
use coffer_engine::throttle::ThrottledTarget;

use super::backup::Then;
use super::engine::{self, KnownState, Manifest, ManifestDisk};
use super::work::{DiskRestore, RestoreStep, RestoreWork, Work};
use super::{Run, backup, outcome};
use crate::catalog::backups::Backup;
use crate::catalog::disks::Disk;
use crate::catalog::epochs::Epoch;
use crate::catalog::servers::Server;
use crate::catalog::vaults::Vault;
use crate::catalog::{Tx, backups, disks, epochs, servers, tasks, vaults};

/// One disk to be written.
struct Target {
    source: DiskId,
    disk: Disk,
    epoch: Option<Epoch>,
}

pub(super) async fn run(run: &Run, mut work: RestoreWork) -> Result<()> {
    let app = &run.app;
    let (backup, vault) = begin(run).await?;
    let driver = app.inventory.driver(&run.task.host)?;
    let server = server_of(run, &work).await?;
    if work.course.step < RestoreStep::Start {
        if let Some(server) = &server {
            stop(run, &mut work, driver.as_ref(), server).await?;
        }
        back_up_first(run, &mut work).await?;
        write(
            run,
            &mut work,
            (&backup, &vault),
            driver.as_ref(),
            server.as_ref(),
        )
        .await?;
    }
    // The API's default is to start the server; where that is nobody's to do here, it is no failure.
    if let (true, Some(server)) = (work.power_on && driver.controls_power(), &server) {
        driver
            .power(&server.native_id, PowerAction::Start)
            .await
            .map_err(|e| e.context("the restore is complete, but the server did not start"))?;
    }
    app.inventory
        .refresh([run.task.host.as_str()].into_iter())
        .await;
    outcome::restore_done(run, backup.id, &[]).await?;
    tracing::info!(backup.id = %backup.id, "restored");
    Ok(())
}

/// Writes into the row which step is begun.
async fn enter(tx: &mut Tx, run: &Run, work: &mut RestoreWork, step: RestoreStep) -> Result<()> {
    outcome::still_ours(tx, run, run.app.now()).await?;
    work.course.step = step;
    let payload = serde_json::to_value(Work::Restore(work.clone()))
        .map_err(|e| Error::internal("write how far a restore is").caused_by(e))?;
    tasks::set_payload(tx, run.task.id, &payload).await
}

/// Stops the server. That it ran is written down first, so that it is started again where nothing
/// came of the restore, whoever ends it.
async fn stop(
    run: &Run,
    work: &mut RestoreWork,
    driver: &dyn Hypervisor,
    server: &Server,
) -> Result<()> {
    check(run)?;
    let runs = driver.server(&server.native_id).await?.state != PowerState::Stopped;
    if work.course.step == RestoreStep::Queued {
        work.course.was_running = runs;
        let mut tx = run.app.catalog.write().await?;
        enter(&mut tx, run, work, RestoreStep::Stop).await?;
        tx.commit().await?;
    }
    if !runs {
        return Ok(());
    }
    let limit = Duration::from_secs(work.stop_seconds);
    driver
        .power(&server.native_id, PowerAction::Stop { limit })
        .await
        .map_err(|e| e.context(format!("stop server {}", server.name)))
}

/// Makes the safety backup, where one is wanted and nothing was overwritten yet.
async fn back_up_first(run: &Run, work: &mut RestoreWork) -> Result<()> {
    let Some(safety) = work.safety.clone() else {
        return Ok(());
    };
    if work.has_begun_to_write() {
        run.stage(50, 100);
        return Ok(());
    }
    let mut tx = run.app.catalog.write().await?;
    enter(&mut tx, run, work, RestoreStep::SafetyBackup).await?;
    tx.commit().await?;
    run.stage(0, 50);
    backup::make(run, safety.backup, &safety.extra, Then::GoOn)
        .await
        .map_err(|e| e.context("make the safety backup; nothing was overwritten"))?;
    run.stage(50, 100);
    Ok(())
}

/// Of a restore that ends without success: starts the server again where nothing was written, and
/// ends the attempts of a safety backup that was not made.
pub(super) async fn let_go(run: &Run) -> outcome::Left {
    let mut left = outcome::Left::default();
    let done = async {
        let mut tx = run.app.catalog.snapshot().await?;
        let task = tasks::get(&mut tx, run.task.id).await?;
        let Some(Ok(Work::Restore(work))) = task.map(|task| serde_json::from_value(task.payload.0))
        else {
            return Ok(());
        };
        left.written = work.course.step == RestoreStep::Write;
        if let Some(safety) = &work.safety {
            let row = backups::get(&mut tx, safety.backup).await?;
            left.safety = row.filter(|b| b.state.is_being_made()).map(|b| b.id);
        }
        let server = match work.server {
            Some(id) => servers::get(&mut tx, id).await?,
            None => None,
        };
        drop(tx);
        if let Some(safety) = left.safety {
            backup::clear_away(run, safety).await;
        }
        if let (true, false, Some(server)) =
            (work.course.was_running, work.has_begun_to_write(), server)
        {
            let driver = run.app.inventory.driver(&run.task.host)?;
            driver.power(&server.native_id, PowerAction::Start).await?;
        }
        Ok::<(), Error>(())
    };
    if let Err(error) = done.await {
        tracing::warn!(error = %error.chain(), "after a restore that came to nothing the server was not started again");
    }
    left
}

async fn begin(run: &Run) -> Result<(Backup, Vault)> {
    let app = &run.app;
    let id = run
        .task
        .backup_id
        .ok_or_else(|| Error::internal("a restore task without backup"))?;
    let mut tx = app.catalog.write().await?;
    let backup = backups::get(&mut tx, id).await?;
    let backup = backup.ok_or_else(|| Error::not_found(format!("there is no backup {id}")))?;
    let vault = vaults::get(&mut tx, backup.vault_id).await?;
    let vault = vault.ok_or_else(|| Error::not_found("the vault is gone"))?;
    match backup.state {
        BackupState::WaitingRestore => {
            backups::transition(
                &mut tx,
                id,
                BackupState::WaitingRestore,
                BackupState::Restoring,
                app.now(),
            )
            .await?;
        }
        BackupState::Restoring => {}
        state => return Err(Error::conflict(format!("backup {id} is {state}"))),
    }
    tx.commit().await?;
    Ok((backup, vault))
}

/// The server to be stopped, as it is now.
async fn server_of(run: &Run, work: &RestoreWork) -> Result<Option<Server>> {
    let Some(id) = work.server else {
        return Ok(None);
    };
    let mut tx = run.app.catalog.snapshot().await?;
    let server = servers::get(&mut tx, id).await?.filter(Server::is_there);
    match server {
        Some(server) => Ok(Some(server)),
        None => Err(Error::not_found("the server is no longer there")),
    }
}

async fn targets(run: &Run, backup: &Backup, wanted: &[DiskRestore]) -> Result<Vec<Target>> {
    let mut tx = run.app.catalog.snapshot().await?;
    let mut targets = Vec::new();
    for want in wanted {
        let disk = disks::get(&mut tx, want.target)
            .await?
            .filter(Disk::is_there);
        let disk =
            disk.ok_or_else(|| Error::not_found("a disk to be written is no longer there"))?;
        let epoch = known_epoch(&mut tx, *want, backup.vault_id).await?;
        targets.push(Target {
            source: want.source,
            disk,
            epoch,
        });
    }
    Ok(targets)
}

/// Writes all disks; their epochs begin.
async fn write(
    run: &Run,
    work: &mut RestoreWork,
    (backup, vault): (&Backup, &Vault),
    driver: &dyn Hypervisor,
    server: Option<&Server>,
) -> Result<()> {
    let repository = run.app.repositories.open(vault).await?;
    // Looked at now: a safety backup has begun new epochs.
    let targets = targets(run, backup, &work.disks).await?;
    // The backup, and the ones that the targets were equal to, stay while this runs.
    let epochs = targets.iter().filter_map(|t| t.epoch.as_ref());
    let reading = begin_reading(&repository, backup.repository_id, epochs).await?;
    let store = (&repository, &reading);
    let written = write_from(run, work, backup, driver, server, &targets, store).await;
    if let Err(error) = reading.end().await {
        tracing::warn!(error = %error.chain(), "the reading session was not ended");
    }
    let begun = written?;
    let mut tx = run.app.catalog.write().await?;
    enter(&mut tx, run, work, RestoreStep::Start).await?;
    for epoch in &begun {
        epochs::set(&mut tx, epoch).await?;
    }
    tx.commit().await
}

/// Writes all disks and ends the session. Returns the epochs that began.
async fn write_from(
    run: &Run,
    work: &mut RestoreWork,
    backup: &Backup,
    driver: &dyn Hypervisor,
    server: Option<&Server>,
    targets: &[Target],
    (repository, reading): (&Repository, &ReadSession),
) -> Result<Vec<Epoch>> {
    let manifest = manifest(reading, backup.repository_id)?;
    let requests = targets
        .iter()
        .map(|t| TargetDiskRequest {
            native_id: t.disk.native_id.clone(),
            known_epoch: t.epoch.as_ref().map(|e| EpochName(e.epoch.clone())),
        })
        .collect();
    check(run)?;
    let session = driver
        .open_targets(server.map(|s| s.native_id.as_str()), requests)
        .await
        .map_err(|e| e.context("open the disks to be written"))?;
    if let Err(error) = forget(run, work, targets).await {
        end(session.as_ref(), None).await;
        return Err(error);
    }
    run.working();
    match write_all(
        run,
        manifest,
        (repository, reading),
        session.as_ref(),
        targets,
    )
    .await
    {
        Ok(()) => {}
        Err(error) => {
            end(session.as_ref(), None).await;
            let names: Vec<&str> = targets.iter().map(|t| t.disk.name.as_str()).collect();
            let mut error =
                error.context(format!("the target is incomplete ({})", names.join(", ")));
            error.hint.get_or_insert_with(|| {
                "Do not start the server from these disks; restore again, or restore another backup.".to_owned()
            });
            return Err(error);
        }
    }
    // Disks written with another disk's content have no backup of their own to build on. Nor has one
    // that is larger than its backup: what lies behind that was not written, and is in no backup.
    let is_backup = |t: &Target| {
        let same = |d: &ManifestDisk| (d.disk_id, d.size_bytes) == (t.source, t.disk.size_bytes);
        t.source == t.disk.id && manifest.disks.iter().any(same)
    };
    let own = targets.iter().all(is_backup);
    let name = EpochName(format!(
        "coffer-{}-{}-{}-r{}",
        run.service,
        &backup.vault_id.0.simple().to_string()[..8],
        &run.task.id.0.simple().to_string(),
        run.task.attempt % 100,
    ));
    session
        .close(own.then_some(&name))
        .await
        .map_err(|e| e.context("finish writing the disks"))?;
    if !own {
        return Ok(vec![]);
    }
    let now = run.app.now();
    Ok(targets
        .iter()
        .map(|t| Epoch {
            disk_id: t.disk.id,
            vault_id: backup.vault_id,
            epoch: name.0.clone(),
            backup_id: backup.repository_id,
            size_bytes: t.disk.size_bytes,
            created_at: now,
        })
        .collect())
}

async fn write_all(
    run: &Run,
    manifest: &Manifest,
    (repository, reading): (&Repository, &ReadSession),
    session: &dyn TargetSession,
    targets: &[Target],
) -> Result<()> {
    for (target, opened) in targets.iter().zip(session.disks()) {
        if opened.info.native_id != target.disk.native_id {
            return Err(Error::internal(
                "the driver gave the disks in another order",
            ));
        }
        let disk = manifest
            .disks
            .iter()
            .find(|d| d.disk_id == target.source)
            .ok_or_else(|| Error::data(format!("the backup has no disk {}", target.source)))?;
        let known = opened.changed.clone().and_then(|changed| {
            known_state(
                &reading.manifests,
                target.epoch.as_ref(),
                &target.disk,
                changed,
            )
        });
        let done = tokio::select! {
            done = engine::restore_disk(
                repository,
                manifest,
                disk,
                Arc::new(ThrottledTarget::new(
                    Arc::clone(&opened.target),
                    run.app.limits.throttle(&run.task.host),
                )),
                known,
                &run.progress,
                &run.cancel,
            ) => done,
            () = run.parked.cancelled() => Err(Error::cancelled("the service stops")),
        };
        let report = done.map_err(|e| e.context(format!("restore disk {}", target.disk.name)))?;
        tracing::info!(
            disk = %target.disk.name,
            written_bytes = report.written_bytes,
            skipped_bytes = report.skipped_bytes,
            "disk written"
        );
    }
    Ok(())
}

/// The epoch that tells what a disk holds before a restore: one that began with a backup of this
/// very disk in this vault.
pub(crate) async fn known_epoch(
    tx: &mut Tx,
    want: DiskRestore,
    vault: VaultId,
) -> Result<Option<Epoch>> {
    match want.source == want.target {
        true => epochs::find(tx, want.target, vault).await,
        false => Ok(None),
    }
}

/// What a disk holds: the content of its epoch's backup but for what changed since. None where that
/// backup is gone, or the disk was resized: then it is written as if nothing were known.
pub(crate) fn known_state(
    manifests: &[Manifest],
    epoch: Option<&Epoch>,
    disk: &Disk,
    changed: ExtentSet,
) -> Option<KnownState> {
    let epoch = epoch.filter(|epoch| epoch.size_bytes == disk.size_bytes)?;
    let then = manifests.iter().find(|m| m.backup_id == epoch.backup_id)?;
    let then = then.disks.iter().find(|d| d.disk_id == disk.id)?;
    Some(KnownState {
        disk: then.clone(),
        changed,
    })
}

/// Begins reading `backup`, and the backups that the targets were equal to where they are there.
pub(crate) async fn begin_reading(
    repository: &Repository,
    backup: BackupId,
    epochs: impl Iterator<Item = &Epoch>,
) -> Result<ReadSession> {
    let mut pins = vec![backup];
    for epoch in epochs {
        if !pins.contains(&epoch.backup_id) {
            pins.push(epoch.backup_id);
        }
    }
    match repository.begin_reading(&pins).await {
        Err(error) if error.kind == Kind::NotFound && pins.len() > 1 => {
            repository.begin_reading(&pins[..1]).await
        }
        reading => reading,
    }
}

/// Before the first byte is written, no epoch of these disks holds any more.
async fn forget(run: &Run, work: &mut RestoreWork, targets: &[Target]) -> Result<()> {
    let mut tx = run.app.catalog.write().await?;
    enter(&mut tx, run, work, RestoreStep::Write).await?;
    for target in targets {
        epochs::forget_disk(&mut tx, target.disk.id).await?;
    }
    tx.commit().await
}

fn manifest(reading: &ReadSession, id: BackupId) -> Result<&Manifest> {
    reading
        .manifests
        .iter()
        .find(|m| m.backup_id == id)
        .ok_or_else(|| Error::data(format!("the store has no backup {id}")))
}

async fn end(session: &dyn TargetSession, epoch: Option<&EpochName>) {
    if let Err(error) = session.close(epoch).await {
        tracing::warn!(error = %error.chain(), "the disks were not closed cleanly; the next start does it");
    }
}

fn check(run: &Run) -> Result<()> {
    match run.cancel.is_cancelled() {
        true => Err(Error::cancelled("cancelled before anything was written")),
        false => Ok(()),
    }
}

/// Writes one disk of a backup to a new image file; an incomplete file is removed again.
pub(super) async fn run_file(run: &Run, source: DiskId, path: &str) -> Result<()> {
    let (backup, vault) = begin(run).await?;
    let repository = run.app.repositories.open(&vault).await?;
    let reading = repository.begin_reading(&[backup.repository_id]).await?;
    let written = write_file(run, &backup, source, path, (&repository, &reading)).await;
    if let Err(error) = reading.end().await {
        tracing::warn!(error = %error.chain(), "the reading session was not ended");
    }
    written?;
    outcome::restore_done(run, backup.id, &[]).await
}

async fn write_file(
    run: &Run,
    backup: &Backup,
    source: DiskId,
    path: &str,
    (repository, reading): (&Repository, &ReadSession),
) -> Result<()> {
    let manifest = manifest(reading, backup.repository_id)?;
    let disk = manifest
        .disks
        .iter()
        .find(|d| d.disk_id == source)
        .ok_or_else(|| Error::data(format!("the backup has no disk {source}")))?;
    // Written under another name first: a file of the wanted name is complete.
    let partial = format!("{path}.{}.partial", run.task.id);
    let _ = std::fs::remove_file(&partial); // left by an attempt that was killed
    let target = RawFileTarget::create(&partial, disk.size_bytes)?;
    run.working();
    let done = tokio::select! {
        done = engine::restore_disk(
            repository,
            manifest,
            disk,
            Arc::new(target),
            None,
            &run.progress,
            &run.cancel,
        ) => done.map(|_| ()),
        () = run.parked.cancelled() => Err(Error::cancelled("the service stops")),
    };
    let done = done.and_then(|()| put_in_place(&partial, path));
    if done.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    done
}

/// Gives the file its name, unless something has it.
fn put_in_place(partial: &str, path: &str) -> Result<()> {
    std::fs::hard_link(partial, path).map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => Error::conflict("the file is there already"),
        _ => Error::unavailable("name the restored file").caused_by(e),
    })?;
    std::fs::remove_file(partial)
        .map_err(|e| Error::unavailable("name the restored file").caused_by(e))
}
