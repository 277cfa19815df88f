//! Making disks and servers from backups.
//!
//! Nobody sees anything of them until they are whole: images are written in a hidden place named
//! after the task and put in their place in one step, which for a server is its definition. Each
//! attempt begins anew unless the last step was done; an end without success removes what there is.

use std::sync::Arc;

use coffer_core::ids::DiskId;
use coffer_core::state::TaskState;
use coffer_core::{Error, Result};
use coffer_engine::hypervisor::{
    Hypervisor, NewImage, NewImages, NewServer, PowerAction, ServerDefinition,
};
use coffer_engine::repository::{ReadSession, Repository};

use super::engine::{self, Manifest, ManifestDisk};
use super::restore::begin_reading;
use super::work::{NewDiskWork, NewServerWork, Work};
use super::{Run, outcome};
use crate::catalog::backups::Backup;
use crate::catalog::{backups, disks, servers, tasks, vaults};

/// Name of the one image of a disk.
const DISK_IMAGE: &str = "disk";

pub(super) async fn run_disk(run: &Run, work: &NewDiskWork) -> Result<()> {
    let driver = run.app.inventory.driver(&run.task.host)?;
    if !work.made {
        make_disk(run, work, driver.as_ref()).await?;
    }
    // What says whose the disk is goes after the row says that it is there.
    driver.discard(&token(run), None).await?;
    done(run).await
}

async fn make_disk(run: &Run, work: &NewDiskWork, driver: &dyn Hypervisor) -> Result<()> {
    if !driver.disk_is_kept(&token(run), &work.name).await? {
        let (backup, repository) = source(run).await?;
        let reading = begin_reading(&repository, backup.repository_id, std::iter::empty()).await?;
        let image = NewImage {
            name: DISK_IMAGE.to_owned(),
            size_bytes: work.size_bytes,
        };
        let written = match disk_of(&reading, &backup, work.source) {
            Ok((manifest, disk)) => {
                let parts = [(disk, image)];
                write(run, driver, (&repository, manifest), &parts).await
            }
            Err(error) => Err(error),
        };
        end(reading).await;
        written?;
    }
    driver.keep_disk(&token(run), &work.name).await?;
    let made = Work::CreateDisk(NewDiskWork {
        made: true,
        ..work.clone()
    });
    let payload = serde_json::to_value(made)
        .map_err(|e| Error::internal("write that a disk is made").caused_by(e))?;
    let mut tx = run.app.catalog.write().await?;
    outcome::still_ours(&mut tx, run, run.app.now()).await?;
    tasks::set_payload(&mut tx, run.task.id, &payload).await?;
    tx.commit().await
}

pub(super) async fn run_server(run: &Run, work: &NewServerWork) -> Result<()> {
    if work.instant {
        return super::instant::run(run, work).await;
    }
    let driver = run.app.inventory.driver(&run.task.host)?;
    // Where an earlier attempt came as far as that, nothing has to be written again.
    if driver.server(&work.native_id).await.is_err() {
        let (backup, repository) = source(run).await?;
        let reading = begin_reading(&repository, backup.repository_id, std::iter::empty()).await?;
        let made = make_server(run, work, driver.as_ref(), (&repository, &reading), &backup).await;
        end(reading).await;
        made?;
    }
    run.app
        .inventory
        .refresh([run.task.host.as_str()].into_iter())
        .await;
    if work.power_on {
        driver
            .power(&work.native_id, PowerAction::Start)
            .await
            .map_err(|e| e.context("the server is made, but did not start"))?;
    }
    done(run).await
}

async fn make_server(
    run: &Run,
    work: &NewServerWork,
    driver: &dyn Hypervisor,
    (repository, reading): (&Repository, &ReadSession),
    backup: &Backup,
) -> Result<()> {
    let mut parts = Vec::new();
    let mut definition = None;
    for source in &work.sources {
        let (manifest, disk) = disk_of(reading, backup, *source)?;
        let image = NewImage {
            name: disk.name.clone(),
            size_bytes: disk.size_bytes,
        };
        definition = Some(manifest);
        parts.push((disk, image));
    }
    let manifest = definition.ok_or_else(|| Error::data("the backup has no disks"))?;
    let new = new_server(
        work,
        manifest,
        parts.iter().map(|(disk, _)| disk.name.clone()),
    );
    if !driver.server_is_kept(&token(run), &new).await? {
        write(run, driver, (repository, manifest), &parts).await?;
    }
    driver.keep_server(&token(run), &new).await?;
    Ok(())
}

pub(super) fn new_server(
    work: &NewServerWork,
    manifest: &Manifest,
    disks: impl Iterator<Item = String>,
) -> NewServer {
    NewServer {
        name: work.name.clone(),
        uuid: work.native_id.clone(),
        definition: ServerDefinition {
            kind: manifest.definition.kind.clone(),
            text: manifest.definition.text.clone(),
            firmware_variables: manifest.definition.firmware_variables.clone(),
        },
        disks: disks.collect(),
        new_identity: work.new_identity,
        network: work.network.clone(),
        filling: false,
    }
}

pub(super) fn token(run: &Run) -> String {
    run.task.id.to_string()
}

/// The backup, and the repository that it lies in.
pub(super) async fn source(run: &Run) -> Result<(Backup, Repository)> {
    let mut tx = run.app.catalog.snapshot().await?;
    let backup = match run.task.backup_id {
        Some(id) => backups::get(&mut tx, id).await?,
        None => None,
    };
    let backup = backup.ok_or_else(|| Error::not_found("the backup is gone"))?;
    let vault = vaults::get(&mut tx, backup.vault_id).await?;
    let vault = vault.ok_or_else(|| Error::not_found("the vault is gone"))?;
    drop(tx);
    Ok((backup, run.app.repositories.open(&vault).await?))
}

fn disk_of<'a>(
    reading: &'a ReadSession,
    backup: &Backup,
    source: DiskId,
) -> Result<(&'a Manifest, &'a ManifestDisk)> {
    let manifest = reading
        .manifests
        .iter()
        .find(|m| m.backup_id == backup.repository_id)
        .ok_or_else(|| Error::data(format!("the store has no backup {}", backup.id)))?;
    Ok((manifest, disk_in(manifest, source)?))
}

pub(super) fn disk_in(manifest: &Manifest, source: DiskId) -> Result<&ManifestDisk> {
    let disk = manifest.disks.iter().find(|d| d.disk_id == source);
    disk.ok_or_else(|| Error::data(format!("the backup has no disk {source}")))
}

/// Writes disks of a backup into images that nobody sees yet.
async fn write(
    run: &Run,
    driver: &dyn Hypervisor,
    (repository, manifest): (&Repository, &Manifest),
    parts: &[(&ManifestDisk, NewImage)],
) -> Result<()> {
    let images: Vec<NewImage> = parts.iter().map(|(_, image)| image.clone()).collect();
    let staged: Box<dyn NewImages> = driver
        .stage(&token(run), &images)
        .await
        .map_err(|e| e.context("make the images"))?;
    run.working();
    let mut written = Ok(());
    for ((disk, _), target) in parts.iter().zip(staged.targets()) {
        written = tokio::select! {
            done = engine::restore_disk(
                repository,
                manifest,
                disk,
                Arc::clone(target),
                None,
                &run.progress,
                &run.cancel,
            ) => done.map(|_| ()),
            () = run.parked.cancelled() => Err(Error::cancelled("the service stops")),
        };
        if written.is_err() {
            break;
        }
    }
    let closed = staged.close().await;
    written.and(closed.map_err(|e| e.context("finish the images")))
}

async fn end(reading: ReadSession) {
    if let Err(error) = reading.end().await {
        tracing::warn!(error = %error.chain(), "the reading session was not ended");
    }
}

async fn done(run: &Run) -> Result<()> {
    run.app
        .inventory
        .refresh([run.task.host.as_str()].into_iter())
        .await;
    let now = run.app.now();
    let mut tx = run.app.catalog.write().await?;
    outcome::finish(&mut tx, run, TaskState::Success, None, now).await?;
    tx.commit().await
}

/// Of a task that ends without success, what it made goes, rows and images.
pub(super) async fn clear_away(run: &Run) {
    let work = serde_json::from_value::<Work>(run.task.payload.0.clone());
    if !matches!(work, Ok(Work::CreateDisk(_) | Work::CreateServer(_))) {
        return;
    }
    let cleared = async {
        let driver = run.app.inventory.driver(&run.task.host)?;
        match work {
            Ok(Work::CreateDisk(work)) => {
                driver.discard(&token(run), None).await?;
                let mut tx = run.app.catalog.write().await?;
                disks::delete_never_seen(&mut tx, work.disk).await?;
                tx.commit().await
            }
            Ok(Work::CreateServer(work)) if !work.instant => {
                // What names its folder is enough.
                let new = NewServer {
                    name: work.name.clone(),
                    uuid: work.native_id.clone(),
                    definition: ServerDefinition::default(),
                    disks: Vec::new(),
                    new_identity: work.new_identity,
                    network: None,
                    filling: false,
                };
                driver.discard(&token(run), Some(&new)).await?;
                if !work.row_is_new {
                    return Ok(());
                }
                let mut tx = run.app.catalog.write().await?;
                servers::delete_never_seen(&mut tx, work.server).await?;
                tx.commit().await
            }
            _ => Ok(()),
        }
    };
    if let Err(error) = cleared.await {
        tracing::warn!(error = %error.chain(), "what a failed task made was not cleared away");
    }
}
