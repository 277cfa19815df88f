//! Attaching disks to servers and detaching them.
//!
//! A running server has two definitions: the one it runs with and the one it starts with next.
//! Both are looked at first and brought to what is wanted one after the other, so that a call
//! which is repeated after a crash does what is left. The running one goes first when a disk is
//! detached: a guest that keeps it leaves everything as it was.
//!
//! Bitmaps stay in the image. libvirt may still list a detached disk in a checkpoint, and another
//! disk may come under its target name; the names of our epochs are never used twice, so that one's
//! image has no such bitmap, and it is read in full.

use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use coffer_core::{Error, Result};

use super::definition::{DefinedDisk, DomainDefinition, escape};
use super::disks::{self, Server};
use super::ffi::{Connection, LibvirtError, code, flag};
use super::{Inner, connection};
use crate::hypervisor::{DiskInfo, DiskName};

/// How long a guest may take to let a disk go.
const RELEASE_LIMIT: Duration = Duration::from_secs(60);
/// A guest that is just starting hears nothing: it is asked again after so long.
const ASK_AGAIN: Duration = Duration::from_secs(10);
/// Between two looks at a server whose guest lets a disk go.
const POLL: Duration = Duration::from_millis(100);
/// The server may be started or stopped by others between a look and a call.
const ROUNDS: usize = 3;

/// A disk in a server's definitions, as they are now.
struct Places {
    server: Server,
    /// In the definition it runs with; that it starts with where it is off.
    live: Option<DefinedDisk>,
    /// In the definition it starts with.
    config: Option<DefinedDisk>,
}

impl Places {
    async fn look(inner: &Inner, server: &str, disk: &DiskName) -> Result<Places> {
        let server = disks::server(inner, server).await?;
        let next = DomainDefinition::parse(&server.xml)
            .map_err(|e| Error::internal(format!("a server's definition is not known: {e}")))?;
        let is_it = |d: &&DefinedDisk| d.path.as_deref() == Some(Path::new(&disk.path));
        Ok(Places {
            live: server.defined.iter().find(is_it).cloned(),
            config: next.disks.iter().find(is_it).cloned(),
            server,
        })
    }

    /// Definitions that lack the disk.
    fn lacking(&self) -> u32 {
        let live = self.live.is_none() && !self.server.is_off();
        let config = self.config.is_none();
        (u32::from(live) * flag::AFFECT_LIVE) | (u32::from(config) * flag::AFFECT_CONFIG)
    }
}

pub(super) async fn attach(
    inner: &Arc<Inner>,
    server: &str,
    disk: &DiskName,
    device: &str,
) -> Result<DiskInfo> {
    let names = vec![server.to_owned(), disk.native_id.clone()];
    let _claim = inner.claim_for_change(names).await?;
    let mut places = Places::look(inner, server, disk).await?;
    let xml = match (&places.live, &places.config) {
        // Half done by an earlier attempt: the same in the other definition.
        (Some(there), _) | (None, Some(there)) => disk_xml(there),
        (None, None) => {
            let free = disks::detached_disk(inner, &disk.native_id).await?;
            disks::check_not_defined(inner, &free).await?;
            new_disk_xml(&places.server, &free, device)?
        }
    };
    for _ in 0..ROUNDS {
        let flags = places.lacking();
        if flags == 0 {
            break;
        }
        let (uuid, xml) = (server.to_owned(), xml.clone());
        let added = inner
            .connections
            .try_call(move |c| c.domain(&uuid)?.attach(&xml, flags))
            .await?;
        let before = places.server.is_off();
        places = Places::look(inner, server, disk).await?;
        match added {
            Err(e) if places.server.is_off() == before => return Err(refused(inner, e)),
            _ => {}
        }
    }
    let there = places.server.defined.iter().position(|d| {
        places
            .live
            .as_ref()
            .is_some_and(|live| live.target == d.target)
    });
    match there {
        Some(index) => Ok(places.server.info.disks[index].clone()),
        None => {
            Err(Error::conflict("the server was started or stopped meanwhile").hint("Try again."))
        }
    }
}

pub(super) async fn detach(inner: &Arc<Inner>, server: &str, disk: &DiskName) -> Result<()> {
    let _claim = inner.claim_for_change(vec![server.to_owned()]).await?;
    let places = Places::look(inner, server, disk).await?;
    if let Some(live) = &places.live {
        check_detachable(inner, &places.server, live).await?;
        if !places.server.is_off() {
            release(inner, server, disk, live).await?;
        }
    }
    let Some(there) = Places::look(inner, server, disk).await?.config else {
        return Ok(());
    };
    let (uuid, xml) = (server.to_owned(), disk_xml(&there));
    let removed = inner
        .connections
        .try_call(move |c| c.domain(&uuid)?.detach(&xml, flag::AFFECT_CONFIG))
        .await?;
    removed.map_err(|e| refused(inner, e))
}

/// Refuses what must not go, and what nobody would find again.
async fn check_detachable(inner: &Arc<Inner>, server: &Server, disk: &DefinedDisk) -> Result<()> {
    let index = server.defined.iter().position(|d| d.target == disk.target);
    let info = index.map(|index| &server.info.disks[index]);
    if let Some(reason) = info.and_then(|info| info.unsupported.as_ref()) {
        return Err(Error::invalid(format!("disk {}: {reason}", disk.target)));
    }
    if info.is_some_and(|info| info.system) && !server.is_off() {
        return Err(Error::conflict(format!(
            "disk {} is the system disk of server {}, which runs",
            disk.target, server.info.name
        ))
        .hint("Stop the server first."));
    }
    let path = disk.path.clone().unwrap_or_default();
    if disks::is_kept_where_disks_are_found(inner, &path).await? {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "disk {} lies in no folder that host `{}` looks into: it would be lost from sight",
        disk.target, inner.config.name
    ))
    .hint("The operator adds its folder to `image_dirs` of the host, or makes it a storage pool."))
}

/// Asks the guest to let a disk go, until it has.
async fn release(
    inner: &Inner,
    server: &str,
    disk: &DiskName,
    defined: &DefinedDisk,
) -> Result<()> {
    let deadline = Instant::now() + RELEASE_LIMIT;
    let mut asked: Option<Instant> = None;
    loop {
        if asked.is_none_or(|at| at.elapsed() > ASK_AGAIN) {
            let (uuid, xml) = (server.to_owned(), disk_xml(defined));
            let removal = inner
                .connections
                .try_call(move |c: &Arc<Connection>| {
                    c.domain(&uuid)?.detach(&xml, flag::AFFECT_LIVE)
                })
                .await?;
            match removal {
                // QEMU refuses a second time while the guest has not answered the first.
                Err(e) if asked.is_none() && still_runs(inner, server).await? => {
                    return Err(refused(inner, e));
                }
                _ => asked = Some(Instant::now()),
            }
        }
        let places = Places::look(inner, server, disk).await?;
        // A server that went off meanwhile holds it by its definition alone.
        if places.live.is_none() || places.server.is_off() {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(Error::conflict(format!(
                "the guest of server {} does not let disk {} go",
                places.server.info.name, defined.target
            ))
            .hint("Unmount it inside the guest, or stop the server, and try again."));
        }
        tokio::time::sleep(POLL).await;
    }
}

async fn still_runs(inner: &Inner, server: &str) -> Result<bool> {
    Ok(!disks::server(inner, server).await?.is_off())
}

/// A device that a new disk of no server becomes. `vd` are virtio's names, `sd` those of SCSI.
fn new_disk_xml(server: &Server, disk: &DiskInfo, device: &str) -> Result<String> {
    if let Some(other) = server.defined.iter().find(|d| d.target == device) {
        return Err(Error::conflict(format!(
            "server {} has a disk {} already",
            server.info.name, other.target
        ))
        .hint("Name another device, or none."));
    }
    let like = server
        .defined
        .iter()
        .find(|d| d.target.get(..2) == device.get(..2));
    let bus = match like.filter(|d| d.device == "disk") {
        Some(like) => like.bus.clone(),
        None if device.starts_with("sd") => "scsi".to_owned(),
        None => "virtio".to_owned(),
    };
    let path = Path::new(&disk.path);
    let is_device = path
        .metadata()
        .is_ok_and(|m| m.file_type().is_block_device());
    Ok(disk_xml(&DefinedDisk {
        target: device.to_owned(),
        bus,
        device: "disk".to_owned(),
        kind: if is_device { "block" } else { "file" }.to_owned(),
        format: disk.format.clone(),
        path: Some(path.to_owned()),
        volume: None,
        serial: None,
        shareable: false,
        read_only: false,
        boot_order: None,
    }))
}

fn disk_xml(disk: &DefinedDisk) -> String {
    let path = disk.path.clone().unwrap_or_default();
    let source = match disk.kind.as_str() {
        "block" => "dev",
        _ => "file",
    };
    let serial = disk
        .serial
        .as_ref()
        .map(|s| format!("<serial>{}</serial>", escape(s)));
    format!(
        "<disk type='{}' device='disk'><driver name='qemu' type='{}' discard='unmap'/>\
         <source {source}='{}'/><target dev='{}' bus='{}'/>{}</disk>",
        escape(&disk.kind),
        escape(&disk.format),
        escape(&path.display().to_string()),
        escape(&disk.target),
        escape(&disk.bus),
        serial.unwrap_or_default(),
    )
}

/// What libvirt or QEMU does not want is the user's matter: no slot left, a bus that takes no
/// disk while the server runs.
pub(super) fn refused(inner: &Inner, error: LibvirtError) -> Error {
    if error.is_disconnect() || matches!(error.code, code::NO_DOMAIN | code::OPERATION_TIMEOUT) {
        return connection::to_error(error, &inner.config.uri);
    }
    let message = error.message.lines().next().unwrap_or_default().to_owned();
    Error::conflict(message)
        .hint("Stop the server and try again.")
        .caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_written_as_libvirt_reads_it() {
        let disk = DefinedDisk {
            target: "vdc".into(),
            bus: "virtio".into(),
            device: "disk".into(),
            kind: "file".into(),
            format: "qcow2".into(),
            path: Some("/i/a & b.qcow2".into()),
            volume: None,
            serial: Some("S1".into()),
            shareable: false,
            read_only: false,
            boot_order: None,
        };
        let domain = format!(
            "<domain><name>n</name><uuid>u</uuid><memory>1</memory><devices>{}</devices></domain>",
            disk_xml(&disk)
        );
        let read = DomainDefinition::parse(&domain).unwrap();
        assert_eq!(read.disks, [disk]);
    }
}
