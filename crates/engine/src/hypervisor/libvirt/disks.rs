//! What there is: servers, their disks, and disks of no server.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use coffer_core::{Error, Result};

use super::Inner;
use super::definition::{DefinedDisk, DefinedVolume, DomainDefinition};
use super::ffi::{Domain, LibvirtError, flag, state};
use super::fill;
use crate::hypervisor::file::blocking;
use crate::hypervisor::image_file::{chain_root, is_qcow2, read_header};
use crate::hypervisor::{DiskInfo, NicInfo, PowerState, ServerInfo};

/// Native ids of volumes in pools, by the pool's key.
pub(super) const VOLUME: &str = "volume:";
/// Native ids of images in configured folders, by path.
const FILE: &str = "file:";

/// A server with what the driver needs to know beyond its description.
#[derive(Debug, Clone)]
pub(super) struct Server {
    pub info: ServerInfo,
    /// One for each of `info.disks`.
    pub defined: Vec<DefinedDisk>,
    pub nvram: Option<PathBuf>,
    pub state: i32,
    /// The definition to keep with a backup.
    pub xml: String,
}

impl Server {
    /// Position of a disk by its native id.
    pub fn position(&self, native_id: &str) -> Result<usize> {
        let found = self
            .info
            .disks
            .iter()
            .position(|d| d.native_id == native_id);
        found.ok_or_else(|| {
            Error::not_found(format!("server {} has no disk {native_id}", self.info.name))
        })
    }

    pub fn is_off(&self) -> bool {
        self.state == state::SHUTOFF
    }
}

struct Seen {
    live: String,
    inactive: String,
    state: i32,
    /// By target name, where libvirt knows.
    capacities: Vec<(String, u64)>,
}

fn look(domain: &Domain, is_being_filled: impl Fn(&str) -> bool) -> Result<Seen, LibvirtError> {
    let (state, _) = domain.state()?;
    let live = domain.xml(0)?;
    // A transient domain has no definition apart from the one it runs with.
    let inactive = domain
        .xml(flag::XML_INACTIVE | flag::XML_SECURE)
        .or_else(|_| domain.xml(flag::XML_SECURE))?;
    let targets = DomainDefinition::parse(&live)
        .map(|d| d.disks)
        .unwrap_or_default();
    let capacities = match state {
        state::SHUTOFF => Vec::new(), // then the files tell as well
        _ if is_being_filled(&live) => Vec::new(), // the same, and QEMU must not be asked
        _ => targets
            .into_iter()
            .filter(|disk| disk.path.is_some())
            .filter_map(|disk| Some((disk.target.clone(), domain.capacity(&disk.target).ok()?)))
            .collect(),
    };
    Ok(Seen {
        live,
        inactive,
        state,
        capacities,
    })
}

pub(super) async fn servers(inner: &Inner) -> Result<Vec<Server>> {
    let mark = fill::mark(inner);
    let seen = inner
        .connections
        .call("list servers", move |c| {
            let mut seen = Vec::new();
            for domain in c.domains()? {
                match look(&domain, |live| live.contains(&mark)) {
                    Ok(one) => seen.push(one),
                    // Half an answer would say that disks are free.
                    Err(e) if e.is_disconnect() => return Err(e),
                    // One that goes away meanwhile is not there.
                    Err(_) => {}
                }
            }
            Ok(seen)
        })
        .await?;
    blocking(move || seen.into_iter().map(describe).collect()).await
}

pub(super) async fn server(inner: &Inner, native_id: &str) -> Result<Server> {
    let uuid = native_id.to_owned();
    let mark = fill::mark(inner);
    let seen = inner
        .connections
        .call("find server", move |c| {
            look(&c.domain(&uuid)?, |live| live.contains(&mark))
        })
        .await?;
    blocking(move || describe(seen)).await
}

fn describe(seen: Seen) -> Result<Server> {
    let definition = DomainDefinition::parse(&seen.live)
        .map_err(|e| Error::internal(format!("a server's definition is not known: {e}")))?;
    let mut disks = Vec::new();
    for (index, disk) in definition.disks.iter().enumerate() {
        let capacity = seen
            .capacities
            .iter()
            .find(|(target, _)| *target == disk.target);
        let mut info = describe_disk(&definition.uuid, disk, capacity.map(|(_, size)| *size));
        info.system = index == 0 && info.unsupported.is_none();
        disks.push(info);
    }
    let nics = definition.nics.iter().map(|nic| NicInfo {
        network: nic.network.clone(),
        mac: nic.mac.clone(),
        addresses: Vec::new(),
    });
    Ok(Server {
        info: ServerInfo {
            native_id: definition.uuid.clone(),
            name: definition.name.clone(),
            state: power_state(seen.state),
            vcpus: definition.vcpus,
            memory_mib: definition.memory_mib,
            architecture: definition.architecture.clone(),
            disks,
            nics: nics.collect(),
            restart_allowed: definition.reboots,
            tags: definition.tags.clone(),
        },
        defined: definition.disks,
        nvram: definition.nvram,
        state: seen.state,
        xml: seen.inactive,
    })
}

fn power_state(number: i32) -> PowerState {
    match number {
        state::RUNNING | state::BLOCKED => PowerState::Running,
        state::PAUSED | state::PM_SUSPENDED => PowerState::Paused,
        state::SHUTDOWN => PowerState::ShuttingDown,
        state::SHUTOFF => PowerState::Stopped,
        _ => PowerState::Faulty,
    }
}

fn describe_disk(uuid: &str, disk: &DefinedDisk, capacity: Option<u64>) -> DiskInfo {
    let unsupported = match (disk.device.as_str(), disk.kind.as_str()) {
        ("cdrom", _) => Some("a CD-ROM drive holds no data of the server"),
        ("floppy", _) => Some("a floppy drive holds no data of the server"),
        ("lun", _) => Some("a disk passed through to the server cannot be read at one instant"),
        (_, "file" | "block") if disk.path.is_some() => None,
        (_, "file" | "block") => Some("the disk has no file or device"),
        (_, "network") => Some("network disks are not supported"),
        (_, "volume") => Some("disks named by pool and volume are not supported: name the path"),
        _ => Some("disks of this kind are not supported"),
    };
    let mut unsupported = unsupported.map(str::to_owned);
    let path = disk.path.clone().unwrap_or_default();
    let size = match (capacity, &unsupported) {
        (_, Some(_)) => 0,
        (Some(size), None) => size,
        (None, None) => match read_header(&path, &disk.format) {
            Ok(header) => header.virtual_size,
            Err(e) => {
                unsupported = Some(e.message);
                0
            }
        },
    };
    let native_id = match &disk.serial {
        Some(serial) => format!("{uuid}/serial:{serial}"),
        None if unsupported.is_some() => format!("{uuid}/{}", disk.target),
        None => format!(
            "{uuid}/{}:{}",
            disk.target,
            chain_root(&path, &disk.format).display()
        ),
    };
    DiskInfo {
        native_id,
        name: disk.target.clone(),
        size_bytes: size,
        path: path.display().to_string(),
        format: disk.format.clone(),
        bus: disk.bus.clone(),
        system: false,
        shareable: disk.shareable,
        unsupported,
    }
}

/// Disks in pools and configured folders that no server and no overlay uses.
pub(super) async fn detached(inner: &Arc<Inner>) -> Result<Vec<DiskInfo>> {
    let used: Vec<(PathBuf, String)> = servers(inner)
        .await?
        .into_iter()
        .flat_map(|server| server.defined)
        .filter_map(|disk| Some((disk.path?, disk.format)))
        .collect();
    let volumes = inner
        .connections
        .call("list volumes", |c| {
            let mut found = Vec::new();
            // A pool or volume that goes away meanwhile, or cannot be read, is not listed.
            for pool in c.pools()? {
                let volumes = pool.volumes().unwrap_or_default();
                found.extend(
                    volumes
                        .iter()
                        .filter_map(|v| DefinedVolume::parse(&v.xml().ok()?)),
                );
            }
            Ok(found)
        })
        .await?;
    let (folders, scratch) = (
        inner.config.image_dirs.clone(),
        inner.config.scratch_dir.clone(),
    );
    blocking(move || {
        let mut hidden: HashSet<PathBuf> = HashSet::new();
        for (path, format) in used {
            hide_chain(&mut hidden, path, format);
        }
        let mut found: Vec<DiskInfo> = Vec::new();
        for volume in volumes {
            if matches!(volume.kind.as_str(), "file" | "block") {
                let id = format!("{VOLUME}{}", volume.key);
                found.extend(image(id, volume.name, &volume.path, &volume.format));
            }
        }
        for folder in folders {
            let Ok(entries) = std::fs::read_dir(&folder) else {
                continue; // the folder may come later
            };
            for entry in entries.flatten() {
                let path = entry.path();
                let name = entry.file_name().to_string_lossy().into_owned();
                let ending = path
                    .extension()
                    .and_then(|e| e.to_str())
                    .unwrap_or_default();
                let format = match ending {
                    "qcow2" => "qcow2",
                    "raw" | "img" if is_qcow2(&path) => "qcow2",
                    "raw" | "img" => "raw",
                    _ => continue,
                };
                found.extend(image(file_id(&path), name, &path, format));
            }
        }
        // What an overlay is based on must not be written to.
        for disk in &found {
            if let Ok(header) = read_header(Path::new(&disk.path), &disk.format)
                && let Some(backing) = header.backing
            {
                let format = if is_qcow2(&backing) { "qcow2" } else { "raw" };
                hide_chain(&mut hidden, backing, format.to_owned());
            }
        }
        let mut seen = HashSet::new();
        found.retain(|disk| {
            let path = real(Path::new(&disk.path));
            !hidden.contains(&path) && !path.starts_with(&scratch) && seen.insert(path)
        });
        Ok(found)
    })
    .await
}

/// Refuses a disk of no server that is in the definition of one all the same: a running server may
/// have let it go and need it at its next start, and one that names a pool's volume names no path.
pub(super) async fn check_not_defined(inner: &Inner, disk: &DiskInfo) -> Result<()> {
    let servers = servers(inner).await?;
    let (path, is_volume) = (
        PathBuf::from(&disk.path),
        disk.native_id.starts_with(VOLUME),
    );
    let name = disk.name.clone();
    blocking(move || {
        let wanted = real(&path);
        for server in servers {
            let unknown = |e| Error::internal(format!("a server's definition is not known: {e}"));
            let next = DomainDefinition::parse(&server.xml).map_err(unknown)?;
            let mut needed = HashSet::new();
            let mut is_named = false;
            for disk in next.disks.into_iter().chain(server.defined) {
                is_named |= is_volume && disk.volume.as_ref() == Some(&name);
                if let Some(path) = disk.path {
                    hide_chain(&mut needed, path, disk.format);
                }
            }
            let nvram = next.nvram.into_iter().chain(server.nvram);
            needed.extend(nvram.map(|path| real(&path)));
            if is_named || needed.contains(&wanted) {
                return Err(Error::conflict(format!(
                    "disk {name} is in the definition of server {}",
                    server.info.name
                ))
                .hint("Attach it to that server again, and detach it."));
            }
        }
        Ok(())
    })
    .await
}

/// Whether a disk with this file or device is found once no server has it, under the very path that
/// it has now: it lies in a configured folder or in a pool.
pub(super) async fn is_kept_where_disks_are_found(inner: &Arc<Inner>, path: &Path) -> Result<bool> {
    let wanted = path.to_owned();
    let folders = inner.config.image_dirs.clone();
    let in_folder = blocking(move || {
        let ending = wanted.extension().and_then(|e| e.to_str());
        let listed = ending.is_some_and(|e| matches!(e, "qcow2" | "raw" | "img"));
        let is_parent = |folder: &PathBuf| wanted.parent() == Some(folder.as_path());
        Ok(listed && folders.iter().any(is_parent))
    })
    .await?;
    if in_folder {
        return Ok(true);
    }
    let wanted = path.to_owned();
    inner
        .connections
        .call("list volumes", move |c| {
            let volumes = c
                .pools()?
                .into_iter()
                .flat_map(|p| p.volumes().unwrap_or_default());
            let mut paths =
                volumes.filter_map(|v| Some(DefinedVolume::parse(&v.xml().ok()?)?.path));
            Ok(paths.any(|path| path == wanted))
        })
        .await
}

/// Native id of an image in a configured folder.
pub(super) fn file_id(path: &Path) -> String {
    format!("{FILE}{}", path.display())
}

pub(super) fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn hide_chain(hidden: &mut HashSet<PathBuf>, path: PathBuf, format: String) {
    let (mut at, mut format) = (path, format);
    while hidden.insert(real(&at)) {
        match read_header(&at, &format)
            .ok()
            .and_then(|header| header.backing)
        {
            Some(next) => {
                format = if is_qcow2(&next) {
                    "qcow2".into()
                } else {
                    "raw".into()
                };
                at = next;
            }
            None => break,
        }
    }
}

fn image(native_id: String, name: String, path: &Path, format: &str) -> Option<DiskInfo> {
    if !matches!(format, "qcow2" | "raw") {
        return None;
    }
    let header = read_header(path, format).ok()?;
    Some(DiskInfo {
        native_id,
        name,
        size_bytes: header.virtual_size,
        path: path.display().to_string(),
        format: format.to_owned(),
        bus: String::new(),
        system: false,
        shareable: false,
        unsupported: None,
    })
}

/// One detached disk by its native id.
pub(super) async fn detached_disk(inner: &Arc<Inner>, native_id: &str) -> Result<DiskInfo> {
    let found = detached(inner).await?;
    found
        .into_iter()
        .find(|disk| disk.native_id == native_id)
        .ok_or_else(|| Error::not_found(format!("there is no detached disk {native_id}")))
}
