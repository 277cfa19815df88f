//! The driver for images and block devices that are declared in the configuration: servers
//! without a hypervisor.
//!
//! Raw files and devices are read and written directly, qcow2 images by `qemu-nbd`, which
//! respects the locks of whoever runs a server on them and offers their dirty bitmaps. Nothing
//! here can freeze or stop anything: a raw file that is written to while it is read loses its
//! snapshot (decision H6); for block devices that is the user's matter.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use coffer_core::{Error, Kind, Result};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::claims::{self, Busy, Claims};
use super::file::{RawFileSource, RawFileTarget, blocking, delete_file};
use super::image_file::{is_qcow2, read_header};
use super::qemu::{self, ImageExport, QemuNbd, RuntimeDir};
use super::stage::Stage;
use super::{
    ChangeTracking, Changes, ChangesRequest, Consistency, DiskInfo, DiskName, EpochName,
    Hypervisor, Instant, NewImage, NewImages, NewServer, Outcome, PowerAction, PowerState,
    ServerDefinition, ServerInfo, SnapshotDisk, SnapshotRequest, SnapshotSession, TargetDisk,
    TargetDiskRequest, TargetSession, changed_since, look_at_changes,
};
use crate::block::{BlockSource, BlockTarget};
use crate::nbd::{NbdSource, NbdTarget};

/// A server that is declared rather than found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageServer {
    /// Stays the same as long as the server is the same.
    pub id: String,
    /// For people.
    pub name: String,
    /// System disk first.
    pub disks: Vec<ImageDisk>,
    /// Its tags.
    pub tags: Vec<(String, String)>,
}

/// An image or block device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageDisk {
    /// Name on the server, unique there: part of the disk's native id.
    pub name: String,
    /// File or device.
    pub path: PathBuf,
    /// `raw` or `qcow2`.
    pub format: String,
}

/// The driver. See the module for what it does.
#[derive(Debug)]
pub struct ImageHypervisor {
    name: String,
    /// `coffer-<service>-`
    prefix: String,
    servers: Vec<ImageServer>,
    /// Where new images are made; what lies there belongs to no server.
    folder: Option<PathBuf>,
    runtime: RuntimeDir,
    claims: Claims<InUse>,
}

impl ImageHypervisor {
    /// Takes the servers as declared. `service` is part of the names of sockets and epochs;
    /// `runtime_dir` holds the sockets.
    ///
    /// `Invalid` for ids or names given twice and for formats other than `raw` and `qcow2`. That
    /// an image is missing shows when it is listed or used.
    pub fn new(
        name: impl Into<String>,
        servers: Vec<ImageServer>,
        service: &str,
        runtime_dir: &Path,
    ) -> Result<ImageHypervisor> {
        let mut ids = HashSet::new();
        for server in &servers {
            if !ids.insert(&server.id) {
                return Err(Error::invalid(format!(
                    "server id {} is given twice",
                    server.id
                )));
            }
            let mut names = HashSet::new();
            for disk in &server.disks {
                if !names.insert(&disk.name) {
                    let text = format!("server {} has two disks {}", server.name, disk.name);
                    return Err(Error::invalid(text));
                }
                if !matches!(disk.format.as_str(), "raw" | "qcow2") {
                    return Err(Error::invalid(format!(
                        "disk {} of server {}: format {:?} is neither raw nor qcow2",
                        disk.name, server.name, disk.format
                    )));
                }
            }
        }
        let prefix = format!("coffer-{service}-");
        Ok(ImageHypervisor {
            name: name.into(),
            runtime: RuntimeDir::new(runtime_dir, &prefix)?,
            prefix,
            servers,
            folder: None,
            claims: Claims::default(),
        })
    }

    /// With a folder whose qcow2 images belong to no server: new disks are made there.
    #[must_use]
    pub fn with_folder(mut self, folder: Option<PathBuf>) -> ImageHypervisor {
        self.folder = folder;
        self
    }

    fn stage_of(&self, token: &str) -> Result<Stage> {
        match &self.folder {
            Some(folder) => Stage::new(folder, &self.prefix, token),
            None => Err(Error::invalid(format!(
                "host `{}` has no folder for new images",
                self.name
            ))
            .hint("The operator names one in the configuration: `image_dir`.")),
        }
    }

    /// The images in the folder that no declared server has.
    fn loose(&self) -> Vec<DiskInfo> {
        let Some(entries) = self.folder.as_ref().and_then(|f| std::fs::read_dir(f).ok()) else {
            return Vec::new();
        };
        let declared = |path: &Path| {
            let real = |path: &Path| path.canonicalize().ok();
            let disks = self.servers.iter().flat_map(|server| &server.disks);
            disks.into_iter().any(|disk| real(&disk.path) == real(path))
        };
        let paths = entries.flatten().map(|entry| entry.path());
        let ours = |path: &PathBuf| {
            path.extension().is_some_and(|e| e == "qcow2") && path.is_file() && !declared(path)
        };
        let mut found: Vec<DiskInfo> = paths
            .filter(ours)
            .map(|path| {
                let header = read_header(&path, "qcow2");
                let name = path.file_stem().unwrap_or_default();
                DiskInfo {
                    native_id: file_id(&path),
                    name: name.to_string_lossy().into_owned(),
                    size_bytes: header.as_ref().map_or(0, |header| header.virtual_size),
                    path: path.display().to_string(),
                    format: "qcow2".into(),
                    bus: String::new(),
                    system: false,
                    shareable: false,
                    unsupported: header.err().map(|e| e.message),
                }
            })
            .collect();
        found.sort_by(|a, b| a.native_id.cmp(&b.native_id));
        found
    }

    fn loose_disk(&self, native_id: &str) -> Result<DiskInfo> {
        let found = self.loose().into_iter().find(|d| d.native_id == native_id);
        found.ok_or_else(|| Error::not_found(format!("there is no disk {native_id}")))
    }

    /// Refuses an image that another one of this host is based on.
    fn check_no_overlay(&self, path: &Path) -> Result<()> {
        let declared = self.servers.iter().flat_map(|server| &server.disks);
        let declared = declared.map(|disk| (disk.path.clone(), disk.format.clone()));
        let loose = self.loose().into_iter();
        let loose = loose.map(|disk| (PathBuf::from(disk.path), disk.format));
        let real = |path: &Path| path.canonicalize().ok();
        for (other, format) in declared.chain(loose) {
            let mut seen = HashSet::new();
            let (mut at, mut format) = (other, format);
            while let Some(next) = read_header(&at, &format).ok().and_then(|h| h.backing) {
                if real(&next) == real(path) {
                    return Err(Error::conflict("another image is based on this one")
                        .hint("Delete that one first."));
                }
                if !seen.insert(next.clone()) {
                    break;
                }
                format = if is_qcow2(&next) { "qcow2" } else { "raw" }.to_owned();
                at = next;
            }
        }
        Ok(())
    }

    fn declared(&self, native_id: &str) -> Result<&ImageServer> {
        let found = self.servers.iter().find(|server| server.id == native_id);
        found.ok_or_else(|| Error::not_found(format!("there is no server {native_id}")))
    }

    /// The server asked for, and the disks with these ids, all of which can be used.
    async fn pick(
        &self,
        server: Option<&str>,
        ids: &[&str],
    ) -> Result<(ServerInfo, Vec<DiskInfo>)> {
        let info = match server {
            Some(id) => self.server(id).await?,
            // Images of no server are one by one what is claimed and described.
            None => ServerInfo {
                disks: self.loose(),
                ..describe(&ImageServer {
                    id: ids.join(" "),
                    name: ids.join(" "),
                    tags: Vec::new(),
                    disks: Vec::new(),
                })
            },
        };
        let mut disks = Vec::new();
        for id in ids {
            let found = info.disks.iter().find(|disk| disk.native_id == **id);
            let disk = found.ok_or_else(|| {
                Error::not_found(format!("server {} has no disk {id}", info.name))
            })?;
            if let Some(reason) = &disk.unsupported {
                return Err(Error::unavailable(format!("disk {}: {reason}", disk.name)));
            }
            disks.push(disk.clone());
        }
        match disks.is_empty() {
            true => Err(Error::invalid("at least one disk has to be named")),
            false => Ok((info, disks)),
        }
    }

    async fn open_disk(
        &self,
        info: &DiskInfo,
        parent: Option<&EpochName>,
        new_epoch: Option<&EpochName>,
        kept: &mut Kept,
    ) -> Result<SnapshotDisk> {
        let path = PathBuf::from(&info.path);
        let full = |reason: &str| ChangeTracking::FullScan {
            reason: reason.to_owned(),
        };
        if info.format == "raw" {
            let source = blocking(move || RawFileSource::open(path)).await?;
            kept.raw.push(source.clone());
            return Ok(SnapshotDisk {
                info: info.clone(),
                tracking: full("raw images hold no bitmaps"),
                new_epoch: false,
                source: Arc::new(source),
            });
        }
        let image = qemu::image_info(&path, "qcow2").await?;
        let bitmap = |name: &EpochName| image.bitmaps.iter().find(|b| b.name == name.0);
        let (since, tracking) = match parent {
            None => (None, full("a full read was asked for")),
            Some(epoch) => match bitmap(epoch) {
                Some(found) if found.consistent => (
                    Some(epoch),
                    ChangeTracking::Bitmap {
                        epoch: epoch.clone(),
                    },
                ),
                Some(_) => (
                    None,
                    full("the dirty bitmap is broken: QEMU or the host died"),
                ),
                None => (None, full("the dirty bitmap is missing")),
            },
        };
        // The new epoch begins before the first byte is read.
        let begun = new_epoch.filter(|_| image.can_bitmap);
        if let Some(epoch) = begun {
            qemu::add_bitmap(&path, &epoch.0).await?;
            kept.begun.push((path.clone(), epoch.0.clone()));
        }
        if let Some(epoch) = since.filter(|epoch| Some(*epoch) != new_epoch) {
            kept.parents.push((path.clone(), epoch.0.clone()));
        }
        let export = ImageExport {
            image: path,
            format: "qcow2".into(),
            writable: false,
            bitmap: since.map(|epoch| epoch.0.clone()),
            unlocked: false,
        };
        let export = QemuNbd::serve(&self.runtime, export).await?;
        let bitmap = since.map(|epoch| epoch.0.as_str());
        let source = NbdSource::connect(&export.address(), "", bitmap).await;
        kept.exports.push(export);
        let source = source?;
        Ok(SnapshotDisk {
            info: DiskInfo {
                size_bytes: source.size(),
                ..info.clone()
            },
            tracking,
            new_epoch: begun.is_some(),
            source: Arc::new(source),
        })
    }

    async fn open_target(
        &self,
        info: DiskInfo,
        known: Option<&EpochName>,
        exports: &mut Vec<QemuNbd>,
    ) -> Result<TargetDisk> {
        let path = PathBuf::from(&info.path);
        if info.format == "raw" {
            let target = blocking(move || RawFileTarget::open(path)).await?;
            let target: Arc<dyn BlockTarget> = Arc::new(target);
            return Ok(TargetDisk {
                info,
                target,
                changed: None,
            });
        }
        let changed = match known {
            Some(epoch) => changed_since(&self.runtime, &info, epoch).await?,
            None => None,
        };
        let export = ImageExport {
            image: path,
            format: "qcow2".into(),
            writable: true,
            bitmap: None,
            unlocked: false,
        };
        let export = QemuNbd::serve(&self.runtime, export).await?;
        let target = NbdTarget::connect(&export.address(), "").await;
        exports.push(export);
        let target: Arc<dyn BlockTarget> = Arc::new(target?);
        Ok(TargetDisk {
            info,
            target,
            changed,
        })
    }
}

/// Native id of an image of no server.
fn file_id(path: &Path) -> String {
    format!("file:{}", path.display())
}

/// Of a server, or of an image of none.
#[derive(Debug, Clone, Copy)]
struct InUse;

impl Busy for InUse {
    fn being(&self) -> &'static str {
        "backed up or restored"
    }
}

/// Holds a server until it is dropped.
type Claim = claims::Claim<InUse>;

fn describe(server: &ImageServer) -> ServerInfo {
    let disk = |(index, disk): (usize, &ImageDisk)| {
        let header = read_header(&disk.path, &disk.format);
        DiskInfo {
            native_id: format!("{}/{}", server.id, disk.name),
            name: disk.name.clone(),
            size_bytes: header.as_ref().map_or(0, |header| header.virtual_size),
            path: disk.path.display().to_string(),
            format: disk.format.clone(),
            bus: String::new(),
            system: index == 0,
            shareable: false,
            unsupported: header.err().map(|e| e.message),
        }
    };
    ServerInfo {
        native_id: server.id.clone(),
        name: server.name.clone(),
        state: PowerState::Stopped,
        vcpus: 0,
        memory_mib: 0,
        architecture: String::new(),
        disks: server.disks.iter().enumerate().map(disk).collect(),
        nics: Vec::new(),
        restart_allowed: false,
        tags: server.tags.clone(),
    }
}

#[async_trait]
impl Hypervisor for ImageHypervisor {
    fn name(&self) -> &str {
        &self.name
    }

    async fn servers(&self) -> Result<Vec<ServerInfo>> {
        let servers = self.servers.clone();
        blocking(move || Ok(servers.iter().map(describe).collect())).await
    }

    async fn server(&self, native_id: &str) -> Result<ServerInfo> {
        let server = self.declared(native_id)?.clone();
        blocking(move || Ok(describe(&server))).await
    }

    async fn detached_disks(&self) -> Result<Vec<DiskInfo>> {
        Ok(self.loose())
    }

    async fn check_new_disk(&self, name: &str) -> Result<()> {
        self.stage_of("check")?.check_name(name)
    }

    fn new_disk_id(&self, name: &str) -> String {
        match self.stage_of("check") {
            Ok(stage) => file_id(&stage.disk_path(name)),
            Err(_) => name.to_owned(),
        }
    }

    async fn stage(&self, token: &str, images: &[NewImage]) -> Result<Box<dyn NewImages>> {
        self.stage_of(token)?.open(&self.runtime, images).await
    }

    async fn disk_is_kept(&self, token: &str, name: &str) -> Result<bool> {
        self.stage_of(token)?.disk_is_kept("disk", name).await
    }

    async fn keep_disk(&self, token: &str, name: &str) -> Result<DiskInfo> {
        let path = self.stage_of(token)?.keep_disk("disk", name).await?;
        let path = path.display().to_string();
        let found = self.loose().into_iter().find(|disk| disk.path == path);
        found.ok_or_else(|| Error::internal("a disk that was made is not there"))
    }

    async fn discard(&self, token: &str, _: Option<&NewServer>) -> Result<()> {
        match self.stage_of(token) {
            Ok(stage) => stage.discard().await,
            Err(_) => Ok(()),
        }
    }

    async fn extend_disk(
        &self,
        server: Option<&str>,
        disk: &DiskName,
        size_bytes: u64,
    ) -> Result<()> {
        if server.is_some() {
            return Err(self.changes_nothing());
        }
        let _claim = self
            .claims
            .take(vec![disk.native_id.clone()], || InUse)
            .await?;
        let info = self.loose_disk(&disk.native_id)?;
        match size_bytes.cmp(&info.size_bytes) {
            std::cmp::Ordering::Less => Err(Error::invalid(format!(
                "disk {}: a disk can only be made larger",
                info.name
            ))),
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Greater => {
                qemu::resize_image(Path::new(&info.path), &info.format, size_bytes).await
            }
        }
    }

    async fn delete_disk(&self, disk: &DiskName) -> Result<()> {
        let _claim = self
            .claims
            .take(vec![disk.native_id.clone()], || InUse)
            .await?;
        match self.loose_disk(&disk.native_id) {
            Ok(info) => {
                let path = PathBuf::from(&info.path);
                self.check_no_overlay(&path)?;
                qemu::check_unused(&self.runtime, &path, &info.format).await?;
                delete_file(path).await
            }
            Err(_) if Path::new(&disk.path).symlink_metadata().is_err() => Ok(()),
            Err(_) => Err(self.changes_nothing()),
        }
    }

    async fn power(&self, native_id: &str, _: PowerAction) -> Result<()> {
        let server = self.declared(native_id)?;
        Err(Error::conflict(format!(
            "server {} is declared by its images: it cannot be started or stopped from here",
            server.name
        ))
        .hint("Start and stop it where it runs."))
    }

    fn controls_power(&self) -> bool {
        false
    }

    async fn open_snapshot(&self, request: SnapshotRequest) -> Result<Box<dyn SnapshotSession>> {
        let ids: Vec<&str> = request
            .disks
            .iter()
            .map(|disk| disk.native_id.as_str())
            .collect();
        let (info, infos) = self.pick(request.server.as_deref(), &ids).await?;
        let claim = self
            .claims
            .take(vec![info.native_id.clone()], || InUse)
            .await?;
        let at = crate::door::now();
        let mut kept = Kept::default();
        let mut disks = Vec::new();
        for (info, asked) in infos.iter().zip(&request.disks) {
            let parent = asked.parent_epoch.as_ref();
            match self
                .open_disk(info, parent, request.new_epoch.as_ref(), &mut kept)
                .await
            {
                Ok(disk) => disks.push(disk),
                Err(e) => {
                    drop(disks);
                    if let Err(undo) = kept.close(Outcome::Abandoned).await {
                        tracing::warn!(
                            "snapshot that failed could not be undone: {}",
                            undo.chain()
                        );
                    }
                    return Err(e.context(format!("open disk {}", info.name)));
                }
            }
        }
        let text = match request.server.is_some() {
            true => serde_json::to_string(self.declared(&info.native_id)?)
                .map_err(|e| Error::internal("a declared server is no JSON").caused_by(e))?,
            false => String::new(),
        };
        Ok(Box::new(ImageSession {
            raw: kept.raw.clone(),
            instant: Instant {
                at,
                consistency: Consistency::Offline,
                frozen: None,
                notes: Vec::new(),
            },
            disks,
            definition: ServerDefinition {
                kind: "coffer-image".into(),
                text,
                firmware_variables: String::new(),
            },
            open: Mutex::new(Some((claim, kept))),
        }))
    }

    async fn changes(
        &self,
        server: Option<&str>,
        disks: &[ChangesRequest],
    ) -> Result<Vec<Changes>> {
        let ids: Vec<&str> = disks.iter().map(|disk| disk.native_id.as_str()).collect();
        let (_, infos) = self.pick(server, &ids).await?;
        let mut told = Vec::new();
        for (info, asked) in infos.iter().zip(disks) {
            told.push(look_at_changes(&self.runtime, info, &asked.epoch).await);
        }
        Ok(told)
    }

    async fn open_targets(
        &self,
        server: Option<&str>,
        disks: Vec<TargetDiskRequest>,
    ) -> Result<Box<dyn TargetSession>> {
        let ids: Vec<&str> = disks.iter().map(|disk| disk.native_id.as_str()).collect();
        let (info, infos) = self.pick(server, &ids).await?;
        let claim = self
            .claims
            .take(vec![info.native_id.clone()], || InUse)
            .await?;
        let mut exports = Vec::new();
        let mut opened = Vec::new();
        for (info, asked) in infos.into_iter().zip(&disks) {
            let name = info.name.clone();
            let disk = self
                .open_target(info, asked.known_epoch.as_ref(), &mut exports)
                .await;
            opened.push(disk.map_err(|e| e.context(format!("open disk {name}")))?);
        }
        Ok(Box::new(ImageTargets {
            prefix: self.prefix.clone(),
            disks: opened,
            open: Mutex::new(Some((claim, exports))),
        }))
    }

    async fn drop_epoch(&self, server_or_disk: &str, epoch: &EpochName) -> Result<()> {
        let of = |server: &&ImageServer| {
            server_or_disk == server.id || server_or_disk.starts_with(&format!("{}/", server.id))
        };
        for disk in self
            .servers
            .iter()
            .filter(of)
            .flat_map(|server| &server.disks)
        {
            if disk.format == "qcow2" {
                remove(&disk.path, &epoch.0).await?;
            }
        }
        for disk in self
            .loose()
            .iter()
            .filter(|d| d.native_id == server_or_disk)
        {
            remove(Path::new(&disk.path), &epoch.0).await?;
        }
        Ok(())
    }

    async fn reconcile(&self, keep: &[EpochName]) -> Result<()> {
        // The scratch folder is the runtime folder: this driver has no scratch files.
        let folder = self.runtime.folder().to_owned();
        qemu::end_leftovers(self.runtime.clone(), folder).await?;
        for disk in self.servers.iter().flat_map(|server| &server.disks) {
            if disk.format == "qcow2" {
                remove_all(&disk.path, &self.prefix, keep).await?;
            }
        }
        for disk in self.loose() {
            remove_all(Path::new(&disk.path), &self.prefix, keep).await?;
        }
        Ok(())
    }
}

/// Removes a bitmap; nothing to do where the image is gone.
async fn remove(path: &Path, name: &str) -> Result<()> {
    match qemu::remove_bitmap(path, name).await {
        Err(e) if e.kind == Kind::NotFound => Ok(()),
        done => done,
    }
}

/// Removes all bitmaps with a prefix but those in `keep`. One that is in use stays.
async fn remove_all(path: &Path, prefix: &str, keep: &[EpochName]) -> Result<()> {
    let info = match qemu::image_info(path, "qcow2").await {
        Err(e) if e.kind == Kind::NotFound => return Ok(()),
        info => info?,
    };
    for bitmap in info
        .bitmaps
        .iter()
        .filter(|bitmap| bitmap.name.starts_with(prefix))
    {
        if !keep.iter().any(|epoch| epoch.0 == bitmap.name) {
            match remove(path, &bitmap.name).await {
                Err(e) if e.kind == Kind::Conflict => {
                    tracing::info!(path = %path.display(), "image is in use, its epochs stay");
                }
                done => done?,
            }
        }
    }
    Ok(())
}

/// What a snapshot has to end.
#[derive(Default)]
struct Kept {
    exports: Vec<QemuNbd>,
    raw: Vec<RawFileSource>,
    /// Epochs begun, and those of the parent, by image.
    begun: Vec<(PathBuf, String)>,
    parents: Vec<(PathBuf, String)>,
}

impl Kept {
    async fn close(self, outcome: Outcome) -> Result<()> {
        for export in self.exports {
            // Read-only: there is nothing it could fail to write.
            let _ = export.stop().await;
        }
        let dropped = match outcome {
            Outcome::Committed => self.parents,
            Outcome::Abandoned => self.begun,
        };
        for (path, epoch) in dropped {
            remove(&path, &epoch).await?;
        }
        Ok(())
    }
}

struct ImageSession {
    instant: Instant,
    disks: Vec<SnapshotDisk>,
    definition: ServerDefinition,
    raw: Vec<RawFileSource>,
    open: Mutex<Option<(Claim, Kept)>>,
}

#[async_trait]
impl SnapshotSession for ImageSession {
    fn instant(&self) -> &Instant {
        &self.instant
    }

    fn disks(&self) -> &[SnapshotDisk] {
        &self.disks
    }

    fn definition(&self) -> &ServerDefinition {
        &self.definition
    }

    fn is_lost(&self) -> bool {
        self.raw.iter().any(RawFileSource::is_touched)
    }

    async fn close(&self, outcome: Outcome) -> Result<()> {
        match self.open.lock().await.take() {
            Some((claim, kept)) => {
                claim.ending();
                kept.close(outcome).await
            }
            None => Ok(()),
        }
    }
}

impl Drop for ImageSession {
    fn drop(&mut self) {
        let Some((claim, kept)) = self.open.get_mut().take() else {
            return;
        };
        claim.ending();
        // Without a runtime the process ends, and reconcile cleans up at the next start.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(e) = kept.close(Outcome::Abandoned).await {
                    tracing::warn!("abandoned snapshot could not be closed: {}", e.chain());
                }
                drop(claim);
            });
        }
    }
}

struct ImageTargets {
    prefix: String,
    disks: Vec<TargetDisk>,
    open: Mutex<Option<(Claim, Vec<QemuNbd>)>>,
}

#[async_trait]
impl TargetSession for ImageTargets {
    fn disks(&self) -> &[TargetDisk] {
        &self.disks
    }

    async fn close(&self, new_epoch: Option<&EpochName>) -> Result<()> {
        let Some((claim, exports)) = self.open.lock().await.take() else {
            return Ok(());
        };
        claim.ending();
        let mut written = Ok(());
        for disk in &self.disks {
            written = written.and(disk.target.flush().await);
        }
        for export in exports {
            written = written.and(export.stop().await);
        }
        // What is on the disks is known only if all was written.
        let epoch = new_epoch.filter(|_| written.is_ok());
        for disk in self.disks.iter().filter(|disk| disk.info.format == "qcow2") {
            let path = Path::new(&disk.info.path);
            match epoch {
                None => remove_all(path, &self.prefix, &[]).await?,
                Some(epoch) if qemu::image_info(path, "qcow2").await?.can_bitmap => {
                    qemu::add_bitmap(path, &epoch.0).await?;
                }
                Some(_) => {}
            }
        }
        written
    }
}
