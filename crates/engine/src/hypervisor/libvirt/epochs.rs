//! Bitmap epochs: libvirt's checkpoints of running servers, bitmaps in the images of stopped ones.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use coffer_core::{Error, Kind, Result};

use super::Inner;
use super::definition::{backup_socket, checkpoint_targets, redefine_xml};
use super::disks::{self, Server};
use super::ffi::{Domain, LibvirtError, code, flag, state};
use crate::hypervisor::{DiskInfo, EpochName, qemu};

/// How long a job may take to end after it was told to. libvirt 9.0 handles a server's events one
/// by one, and each coming or going of the guest's agent while a backup job runs blocks them for
/// 30 s (measured): after a few reboots the end of the job is heard of minutes later.
const JOB_END_LIMIT: Duration = Duration::from_secs(600);
/// Between two looks at a job that ends.
const POLL: Duration = Duration::from_millis(50);

pub(super) async fn drop_epoch(inner: &Arc<Inner>, owner: &str, epoch: &EpochName) -> Result<()> {
    if !epoch.0.starts_with(&inner.prefix) {
        return Err(Error::invalid(format!(
            "epoch {} is not of this service",
            epoch.0
        )));
    }
    match disks::server(inner, owner).await {
        Ok(server) => drop_on_server(inner, &server, &epoch.0).await,
        Err(e) if e.kind != Kind::NotFound && !owner.contains(':') => Err(e),
        Err(_) => match disks::detached_disk(inner, owner).await {
            Ok(disk) => drop_on_image(&disk, &epoch.0).await,
            Err(e) if e.kind == Kind::NotFound => Ok(()),
            Err(e) => Err(e),
        },
    }
}

/// Drops an epoch from libvirt and, where the server is off, from its images.
pub(super) async fn drop_on_server(inner: &Inner, server: &Server, epoch: &str) -> Result<()> {
    let (uuid, name) = (server.info.native_id.clone(), epoch.to_owned());
    let is_off = inner
        .connections
        .call("drop epoch", move |c| {
            let domain = c.domain(&uuid)?;
            delete_checkpoint(&domain, &name)?;
            Ok(domain.state()?.0 == state::SHUTOFF)
        })
        .await?;
    if is_off {
        for disk in &server.info.disks {
            drop_on_image(disk, epoch).await?;
        }
    }
    Ok(())
}

async fn drop_on_image(disk: &DiskInfo, epoch: &str) -> Result<()> {
    if disk.format != "qcow2" || disk.unsupported.is_some() {
        return Ok(());
    }
    match qemu::remove_bitmap(Path::new(&disk.path), epoch).await {
        // An image that is gone has no bitmap.
        Err(e) if e.kind == Kind::NotFound => Ok(()),
        done => done,
    }
}

/// Deletes a checkpoint with its bitmaps, or what libvirt knows of it where those are broken.
fn delete_checkpoint(domain: &Domain, name: &str) -> Result<(), LibvirtError> {
    let checkpoint = match domain.checkpoint(name) {
        Err(e) if e.code == code::NO_DOMAIN_CHECKPOINT => return Ok(()),
        found => found?,
    };
    let is_off = domain.state()?.0 == state::SHUTOFF;
    if is_off {
        return checkpoint.delete(flag::CHECKPOINT_METADATA_ONLY);
    }
    match checkpoint.delete(0) {
        Ok(()) => Ok(()),
        // Another job holds the server: nothing is wrong with the checkpoint.
        Err(e) if e.code == code::OPERATION_TIMEOUT || e.is_disconnect() => Err(e),
        Err(_) => checkpoint.delete(flag::CHECKPOINT_METADATA_ONLY),
    }
}

/// Begins an epoch on images of a stopped server and makes it known to libvirt.
///
/// `part` says for each disk of the server whether it takes part. On an error nothing is left.
pub(super) async fn begin_offline(
    inner: &Inner,
    server: &Server,
    part: &[bool],
    epoch: &str,
) -> Result<()> {
    let done = begin_offline_steps(inner, server, part, epoch).await;
    if done.is_err()
        && let Err(e) = drop_on_server(inner, server, epoch).await
    {
        tracing::warn!(epoch, "epoch could not be undone: {}", e.chain());
    }
    done
}

async fn begin_offline_steps(
    inner: &Inner,
    server: &Server,
    part: &[bool],
    epoch: &str,
) -> Result<()> {
    for (disk, _) in server
        .info
        .disks
        .iter()
        .zip(part)
        .filter(|(_, part)| **part)
    {
        qemu::add_bitmap(Path::new(&disk.path), epoch).await?;
    }
    let targets = server
        .defined
        .iter()
        .map(|d| d.target.as_str())
        .zip(part.iter().copied());
    let now = crate::door::now().as_second();
    let xml = redefine_xml(epoch, now, None, targets);
    let uuid = server.info.native_id.clone();
    inner
        .connections
        .call("begin epoch", move |c| {
            c.domain(&uuid)?.redefine_checkpoint(&xml)
        })
        .await
}

/// Drops all of our epochs from the given disks of a stopped server; other disks keep theirs.
pub(super) async fn drop_from_disks(inner: &Inner, server: &Server, part: &[bool]) -> Result<()> {
    let mut names = BTreeSet::new();
    for (disk, _) in server
        .info
        .disks
        .iter()
        .zip(part)
        .filter(|(_, part)| **part)
    {
        names.extend(drop_all_from_image(inner, disk, &[]).await?);
    }
    let targets: Vec<String> = server.defined.iter().map(|d| d.target.clone()).collect();
    let part = part.to_vec();
    let (uuid, prefix) = (server.info.native_id.clone(), inner.prefix.clone());
    let step = move |c: &Arc<super::ffi::Connection>| {
        let domain = c.domain(&uuid)?;
        for checkpoint in domain.checkpoints()? {
            let name = checkpoint.name();
            if !name.starts_with(&prefix) {
                continue;
            }
            let with = checkpoint_targets(&checkpoint.xml()?);
            let stays = |(target, part): (&String, &bool)| !*part && with.contains(target);
            let left: Vec<bool> = targets.iter().zip(&part).map(stays).collect();
            checkpoint.delete(flag::CHECKPOINT_METADATA_ONLY)?;
            if left.contains(&true) {
                let disks = targets.iter().map(String::as_str).zip(left);
                let now = crate::door::now().as_second();
                domain.redefine_checkpoint(&redefine_xml(&name, now, None, disks))?;
            }
        }
        Ok(())
    };
    inner.connections.call("drop epochs", step).await
}

/// Removes all of our bitmaps but those in `keep`; answers the names removed.
pub(super) async fn drop_all_from_image(
    inner: &Inner,
    disk: &DiskInfo,
    keep: &[EpochName],
) -> Result<Vec<String>> {
    if disk.format != "qcow2" || disk.unsupported.is_some() {
        return Ok(Vec::new());
    }
    let path = Path::new(&disk.path);
    let mut removed = Vec::new();
    for bitmap in qemu::image_info(path, "qcow2").await?.bitmaps {
        if bitmap.name.starts_with(&inner.prefix) && !keep.iter().any(|k| k.0 == bitmap.name) {
            qemu::remove_bitmap(path, &bitmap.name).await?;
            removed.push(bitmap.name);
        }
    }
    Ok(removed)
}

/// True for the errors that tell that there is no backup job.
fn is_gone(error: &LibvirtError) -> bool {
    matches!(
        error.code,
        code::NO_DOMAIN_BACKUP | code::NO_DOMAIN | code::OPERATION_INVALID
    )
}

/// Ends a backup job and waits until it is gone. No error if there is none.
pub(super) async fn end_job(inner: &Inner, uuid: &str) -> Result<()> {
    let deadline = Instant::now() + JOB_END_LIMIT;
    let mut told = false;
    loop {
        let name = uuid.to_owned();
        let step = move |c: &Arc<super::ffi::Connection>| {
            let domain = c.domain(&name)?;
            match domain.backup_xml() {
                Err(e) if is_gone(&e) => return Ok(true),
                known => known?,
            };
            // It may end by itself between the two calls: the next look tells.
            if told {
                Ok(false)
            } else {
                domain.abort_job().map(|()| false)
            }
        };
        let error = match inner.connections.try_call(step).await {
            Ok(Ok(true)) => return Ok(()),
            Ok(Err(e)) if e.code == code::NO_DOMAIN => return Ok(()),
            Ok(Ok(false)) => {
                told = true;
                None
            }
            Ok(Err(e)) => Some(super::connection::to_error(e, &inner.config.uri)),
            Err(e) => Some(e), // the daemon may restart
        };
        if Instant::now() > deadline {
            let text = "the backup job of a server does not end";
            return Err(match error {
                Some(e) => e.context(text),
                None => Error::unavailable(text),
            });
        }
        if let Some(e) = error {
            tracing::debug!(server = uuid, "backup job does not end yet: {}", e.chain());
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Ends backup jobs that earlier processes of this service began.
pub(super) async fn end_jobs(inner: &Inner) -> Result<()> {
    let runtime = inner.runtime.clone();
    let left = inner
        .connections
        .call("list backup jobs", move |c| {
            let ours = |domain: &Domain| {
                // A domain that is off has no job.
                let socket = backup_socket(&domain.backup_xml().ok()?)?;
                runtime.is_leftover(Path::new(&socket)).then_some(())?;
                super::definition::DomainDefinition::parse(&domain.xml(0).ok()?).ok()
            };
            Ok(c.domains()?
                .iter()
                .filter_map(ours)
                .map(|d| d.uuid)
                .collect::<Vec<_>>())
        })
        .await?;
    for uuid in left {
        tracing::info!(
            server = uuid,
            "ending a backup job that a crash left behind"
        );
        end_job(inner, &uuid).await?;
    }
    Ok(())
}

/// Drops each of our epochs that is not in `keep`, except on servers that are being worked on.
pub(super) async fn drop_all_but(inner: &Arc<Inner>, keep: &[EpochName]) -> Result<()> {
    for server in disks::servers(inner).await? {
        if inner.claims.holds(&server.info.native_id) {
            continue;
        }
        let (uuid, prefix) = (server.info.native_id.clone(), inner.prefix.clone());
        let known = inner
            .connections
            .call("list epochs", move |c| {
                let found = c.domain(&uuid)?.checkpoints()?;
                let names = found.iter().map(|checkpoint| checkpoint.name());
                Ok(names
                    .filter(|name| name.starts_with(&prefix))
                    .collect::<Vec<_>>())
            })
            .await?;
        for name in known
            .iter()
            .filter(|name| !keep.iter().any(|k| k.0 == **name))
        {
            drop_on_server(inner, &server, name).await?;
        }
        if server.is_off() {
            for disk in &server.info.disks {
                drop_all_from_image(inner, disk, keep).await?;
            }
        }
    }
    for disk in disks::detached(inner).await? {
        if !inner.claims.holds(&disk.native_id) {
            drop_all_from_image(inner, &disk, keep).await?;
        }
    }
    Ok(())
}
