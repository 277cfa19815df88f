//! Writing a backup back.
//!
//! The epochs of the disks are forgotten in the catalog before the first byte is written, so that
//! no crash leaves one that does not hold; a complete restore begins new ones (decision H2). A
//! restore may run twice: the second run knows nothing of the target and writes it all.

use std::sync::Arc;
use std::time::Duration;

use coffer_core::ids::{BackupId, DiskId, ServerId};
use coffer_core::state::BackupState;
use coffer_core::{Error, Kind, Result};
use coffer_engine::hypervisor::file::RawFileTarget;
use coffer_engine::hypervisor::{
    EpochName, Hypervisor, PowerAction, PowerState, TargetDiskRequest, TargetSession,
};
use coffer_engine::repository::{ReadSession, Repository};
use coffer_engine::throttle::ThrottledTarget;

use super::engine::{self, KnownState, Manifest};
use super::work::DiskRestore;
use super::{Run, outcome};
use crate::catalog::backups::Backup;
use crate::catalog::disks::Disk;
use crate::catalog::epochs::Epoch;
use crate::catalog::servers::Server;
use crate::catalog::vaults::Vault;
use crate::catalog::{backups, disks, epochs, servers, vaults};

/// One disk to be written.
struct Target {
    source: DiskId,
    disk: Disk,
    epoch: Option<Epoch>,
}

pub(super) async fn run(
    run: &Run,
    wanted: &[DiskRestore],
    server: Option<ServerId>,
    power_on: bool,
    stop_limit: Duration,
) -> Result<()> {
    let app = &run.app;
    let (backup, vault) = begin(run).await?;
    let repository = app.repositories.open(&vault).await?;
    let (server, targets) = targets(run, &backup, wanted, server).await?;
    let driver = app.inventory.driver(&run.task.host)?;

    // The backup, and the ones that the targets were equal to, stay while this runs.
    let mut pins = vec![backup.repository_id];
    pins.extend(
        targets
            .iter()
            .filter_map(|t| t.epoch.as_ref().map(|e| e.backup_id)),
    );
    pins.dedup();
    let reading = match repository.begin_reading(&pins).await {
        Err(error) if error.kind == Kind::NotFound && pins.len() > 1 => {
            repository.begin_reading(&pins[..1]).await?
        }
        reading => reading?,
    };
    let written = write(
        run,
        &backup,
        driver.as_ref(),
        server.as_ref(),
        &targets,
        (&repository, &reading),
        stop_limit,
    )
    .await;
    if let Err(error) = reading.end().await {
        tracing::warn!(error = %error.chain(), "the reading session was not ended");
    }
    let begun = written?;
    let mut tx = app.catalog.write().await?;
    for epoch in &begun {
        epochs::set(&mut tx, epoch).await?;
    }
    tx.commit().await?;
    // The API's default is to start the server; where that is nobody's to do here, it is no failure.
    if let (true, Some(server)) = (power_on && driver.controls_power(), &server) {
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

async fn targets(
    run: &Run,
    backup: &Backup,
    wanted: &[DiskRestore],
    server: Option<ServerId>,
) -> Result<(Option<Server>, Vec<Target>)> {
    let mut tx = run.app.catalog.snapshot().await?;
    let server = match server {
        Some(id) => {
            let server = servers::get(&mut tx, id).await?.filter(Server::is_there);
            Some(server.ok_or_else(|| Error::not_found("the server is no longer there"))?)
        }
        None => None,
    };
    let mut targets = Vec::new();
    for want in wanted {
        let disk = disks::get(&mut tx, want.target)
            .await?
            .filter(Disk::is_there);
        let disk =
            disk.ok_or_else(|| Error::not_found("a disk to be written is no longer there"))?;
        // An epoch says what changed since a backup of this very disk.
        let epoch = match want.source == want.target {
            true => epochs::find(&mut tx, disk.id, backup.vault_id).await?,
            false => None,
        };
        targets.push(Target {
            source: want.source,
            disk,
            epoch,
        });
    }
    Ok((server, targets))
}

/// Stops the server, writes all disks, and ends the session. Returns the epochs that began.
async fn write(
    run: &Run,
    backup: &Backup,
    driver: &dyn Hypervisor,
    server: Option<&Server>,
    targets: &[Target],
    (repository, reading): (&Repository, &ReadSession),
    stop_limit: Duration,
) -> Result<Vec<Epoch>> {
    let manifest = manifest(reading, backup.repository_id)?;
    let was_running = match server {
        Some(server) => stop(driver, server, stop_limit).await?,
        None => false,
    };
    let requests = targets
        .iter()
        .map(|t| TargetDiskRequest {
            native_id: t.disk.native_id.clone(),
            known_epoch: t.epoch.as_ref().map(|e| EpochName(e.epoch.clone())),
        })
        .collect();
    let opened = match check(run) {
        Ok(()) => open(run, driver, server, targets, requests).await,
        Err(cancelled) => Err(cancelled),
    };
    let session = match opened {
        Ok(session) => session,
        Err(error) => {
            // Not a byte was written: the server goes on as before.
            if let (true, Some(server)) = (was_running, server)
                && let Err(error) = driver.power(&server.native_id, PowerAction::Start).await
            {
                tracing::warn!(error = %error.chain(), "the server was not started again");
            }
            return Err(error);
        }
    };
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
    // Disks written with another disk's content have no backup of their own to build on.
    let own = targets.iter().all(|t| t.source == t.disk.id);
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
        let known =
            target
                .epoch
                .as_ref()
                .zip(opened.changed.clone())
                .and_then(|(epoch, changed)| {
                    let then = reading
                        .manifests
                        .iter()
                        .find(|m| m.backup_id == epoch.backup_id)?;
                    let disk = then.disks.iter().find(|d| d.disk_id == target.disk.id)?;
                    // A disk that was resized since is written as if nothing were known.
                    let same_size = epoch.size_bytes == target.disk.size_bytes;
                    same_size.then(|| KnownState {
                        disk: disk.clone(),
                        changed,
                    })
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

/// Before the first byte is written, no epoch of these disks holds any more.
async fn forget(run: &Run, targets: &[Target]) -> Result<()> {
    let mut tx = run.app.catalog.write().await?;
    for target in targets {
        epochs::forget_disk(&mut tx, target.disk.id).await?;
    }
    tx.commit().await
}

/// Opens the disks and forgets their epochs.
async fn open(
    run: &Run,
    driver: &dyn Hypervisor,
    server: Option<&Server>,
    targets: &[Target],
    requests: Vec<TargetDiskRequest>,
) -> Result<Box<dyn TargetSession>> {
    let session = driver
        .open_targets(server.map(|s| s.native_id.as_str()), requests)
        .await
        .map_err(|e| e.context("open the disks to be written"))?;
    if let Err(error) = forget(run, targets).await {
        end(session.as_ref(), None).await;
        return Err(error);
    }
    Ok(session)
}

/// Stops the server; true where it was running.
async fn stop(driver: &dyn Hypervisor, server: &Server, limit: Duration) -> Result<bool> {
    if driver.server(&server.native_id).await?.state == PowerState::Stopped {
        return Ok(false);
    }
    driver
        .power(&server.native_id, PowerAction::Stop { limit })
        .await
        .map_err(|e| e.context(format!("stop server {}", server.name)))?;
    Ok(true)
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
