//! Disks of a stopped server, or detached ones, opened for a restore.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use coffer_core::{Error, Result};
use tokio::sync::Mutex;

use super::disks::{self, Server};
use super::{Claim, Inner, Use, epochs};
use crate::block::BlockTarget;
use crate::hypervisor::qemu::{self, ImageExport, QemuNbd};
use crate::hypervisor::{
    DiskInfo, EpochName, TargetDisk, TargetDiskRequest, TargetSession, changed_since,
};
use crate::nbd::NbdTarget;

struct Targets {
    inner: Arc<Inner>,
    server: Option<Server>,
    disks: Vec<TargetDisk>,
    open: Mutex<Option<(Claim, Vec<QemuNbd>)>>,
}

pub(super) async fn open_targets(
    inner: &Arc<Inner>,
    server: Option<&str>,
    requests: Vec<TargetDiskRequest>,
) -> Result<Box<dyn TargetSession>> {
    if requests.is_empty() {
        return Err(Error::invalid("a restore needs at least one disk"));
    }
    let names = match server {
        Some(server) => vec![server.to_owned()],
        None => requests.iter().map(|r| r.native_id.clone()).collect(),
    };
    let claim = inner.claims.take(names, || Use::Targets).await?;
    let server = match server {
        Some(id) => Some(disks::server(inner, id).await?),
        None => None,
    };
    if let Some(server) = server.as_ref().filter(|server| !server.is_off()) {
        return Err(
            Error::conflict(format!("server {} is not off", server.info.name))
                .hint("Stop it first."),
        );
    }
    let mut exports = Vec::new();
    let mut opened = Vec::new();
    for request in requests {
        let info = match &server {
            Some(server) => server.info.disks[server.position(&request.native_id)?].clone(),
            None => disks::detached_disk(inner, &request.native_id).await?,
        };
        if let Some(reason) = &info.unsupported {
            return Err(Error::invalid(format!("disk {}: {reason}", info.name)));
        }
        let changed = match &request.known_epoch {
            Some(epoch) => changed_since(&inner.runtime, &info, epoch).await?,
            None => None,
        };
        let export = QemuNbd::serve(
            &inner.runtime,
            ImageExport {
                image: PathBuf::from(&info.path),
                format: info.format.clone(),
                writable: true,
                bitmap: None,
                unlocked: false,
            },
        )
        .await?;
        let target = NbdTarget::connect(&export.address(), "").await?;
        exports.push(export);
        opened.push(TargetDisk {
            info: DiskInfo {
                size_bytes: target.size(),
                ..info
            },
            target: Arc::new(target),
            changed,
        });
    }
    if let Some(server) = &server {
        // Now that the images are locked nobody can start it: it must still be off.
        let now = disks::server(inner, &server.info.native_id).await?;
        if !now.is_off() {
            return Err(Error::conflict(format!(
                "server {} was started meanwhile",
                now.info.name
            )));
        }
    }
    Ok(Box::new(Targets {
        inner: Arc::clone(inner),
        server,
        disks: opened,
        open: Mutex::new(Some((claim, exports))),
    }))
}

#[async_trait]
impl TargetSession for Targets {
    fn disks(&self) -> &[TargetDisk] {
        &self.disks
    }

    async fn close(&self, new_epoch: Option<&EpochName>) -> Result<()> {
        let mut open = self.open.lock().await;
        let Some((claim, exports)) = open.take() else {
            return Ok(());
        };
        claim.ending();
        let closed = self.flush_and_stop(exports).await;
        let epoch = match &closed {
            Ok(()) => new_epoch,
            Err(_) => None, // what is on the disks is not known
        };
        let marked = self.mark(epoch).await;
        drop(claim);
        closed.and(marked)
    }
}

impl Targets {
    async fn flush_and_stop(&self, exports: Vec<QemuNbd>) -> Result<()> {
        let mut result = Ok(());
        for disk in &self.disks {
            result = result.and(disk.target.flush().await);
        }
        for export in exports {
            result = result.and(export.stop().await);
        }
        result
    }

    /// Begins the epoch on the disks written, or drops all of ours from them.
    async fn mark(&self, new_epoch: Option<&EpochName>) -> Result<()> {
        let ours = |id: &str| self.disks.iter().any(|disk| disk.info.native_id == id);
        let Some(server) = &self.server else {
            for disk in &self.disks {
                match new_epoch {
                    Some(epoch) if can_bitmap(&disk.info).await? => {
                        qemu::add_bitmap(Path::new(&disk.info.path), &epoch.0).await?;
                    }
                    Some(_) => {}
                    None => {
                        epochs::drop_all_from_image(&self.inner, &disk.info, &[]).await?;
                    }
                }
            }
            return Ok(());
        };
        let mut part: Vec<bool> = server
            .info
            .disks
            .iter()
            .map(|d| ours(&d.native_id))
            .collect();
        let Some(epoch) = new_epoch else {
            return epochs::drop_from_disks(&self.inner, server, &part).await;
        };
        for (disk, part) in server.info.disks.iter().zip(&mut part) {
            *part = *part && can_bitmap(disk).await?;
        }
        match part.contains(&true) {
            true => epochs::begin_offline(&self.inner, server, &part, &epoch.0).await,
            false => Ok(()),
        }
    }
}

async fn can_bitmap(disk: &DiskInfo) -> Result<bool> {
    if disk.format != "qcow2" {
        return Ok(false);
    }
    Ok(qemu::image_info(Path::new(&disk.path), "qcow2")
        .await?
        .can_bitmap)
}
