//! A hypervisor of plain files for tests: what its disks hold is really read and written, its
//! epochs really say what changed (by comparing with a copy), and it can be slow, fail and lose
//! an instant.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use coffer_core::extent::{Extent, ExtentSet};
use coffer_core::{Error, Result};
use coffer_engine::block::{BlockSource, BlockTarget, SourceExtent};
use coffer_engine::hypervisor::file::{RawFileSource, RawFileTarget};
use coffer_engine::hypervisor::*;
use tokio::sync::watch;

const GRAIN: usize = 64 * 1024;

/// The host. Survives restarts of the service, as a real one does.
pub struct FileHost {
    name: &'static str,
    directory: PathBuf,
    servers: Mutex<Vec<ServerInfo>>,
    detached: Mutex<Vec<DiskInfo>>,
    epochs: Mutex<HashMap<(String, String), Vec<u8>>>,
    gate: watch::Sender<bool>,
    lost: Arc<AtomicBool>,
    /// There is hardly any space for what the guests overwrite.
    pub crowded: AtomicBool,
    copies: AtomicU32,
    /// How many of the next instants fail with `Unavailable`.
    pub failures: AtomicU32,
    /// What servers there are is not told while this is false.
    pub answers: watch::Sender<bool>,
    /// Writes to disks wait while this is false.
    pub writes: watch::Sender<bool>,
    /// Times a server was switched off.
    pub stops: AtomicU32,
    /// Disks are changed and servers switched only while this is true.
    pub changes: watch::Sender<bool>,
}

pub fn disk(name: &str, path: &Path, size: u64, system: bool) -> DiskInfo {
    DiskInfo {
        native_id: path.display().to_string(),
        name: name.to_owned(),
        size_bytes: size,
        path: path.display().to_string(),
        format: "raw".into(),
        bus: "virtio".into(),
        system,
        shareable: false,
        unsupported: None,
    }
}

impl FileHost {
    pub fn new(name: &'static str, directory: &Path) -> Arc<FileHost> {
        Arc::new(FileHost {
            name,
            directory: directory.to_owned(),
            servers: Mutex::default(),
            detached: Mutex::default(),
            epochs: Mutex::default(),
            gate: watch::channel(true).0,
            lost: Arc::default(),
            crowded: AtomicBool::new(false),
            copies: AtomicU32::new(0),
            failures: AtomicU32::new(0),
            answers: watch::channel(true).0,
            writes: watch::channel(true).0,
            stops: AtomicU32::new(0),
            changes: watch::channel(true).0,
        })
    }

    /// Adds a running server with disks of these sizes in MiB, filled with data; the first is the
    /// system disk.
    pub fn add_server(&self, name: &str, sizes_mib: &[u64]) {
        let mut disks = Vec::new();
        for (n, mib) in sizes_mib.iter().enumerate() {
            let path = self.directory.join(format!("{name}-{n}.raw"));
            let size = mib << 20;
            let file = std::fs::File::create(&path).unwrap();
            file.set_len(size).unwrap();
            let device = format!("vd{}", char::from(b'a' + u8::try_from(n).unwrap()));
            disks.push(disk(&device, &path, size, n == 0));
            write_pattern(&path, 0, (size / 2) as usize, n as u8 + 1);
        }
        self.servers.lock().unwrap().push(ServerInfo {
            native_id: format!("native-{name}"),
            name: name.to_owned(),
            state: PowerState::Running,
            vcpus: 1,
            memory_mib: 256,
            architecture: "x86_64".into(),
            disks,
            nics: vec![],
            restart_allowed: true,
            tags: vec![],
        });
    }

    /// Adds a disk of no server, filled with data; its file.
    pub fn add_detached(&self, name: &str, mib: u64) -> PathBuf {
        let path = self.directory.join(format!("{name}.raw"));
        write_pattern_to_new(&path, mib << 20);
        let mut info = disk(name, &path, mib << 20, false);
        info.bus = String::new();
        self.detached.lock().unwrap().push(info);
        path
    }

    pub fn path(&self, server: &str, disk: usize) -> PathBuf {
        self.directory.join(format!("{server}-{disk}.raw"))
    }

    pub fn bytes(&self, server: &str, disk: usize) -> Vec<u8> {
        std::fs::read(self.path(server, disk)).unwrap()
    }

    pub fn change(&self, name: &str, change: impl FnOnce(&mut ServerInfo)) {
        let mut servers = self.servers.lock().unwrap();
        change(servers.iter_mut().find(|s| s.name == name).unwrap());
    }

    pub fn remove_server(&self, name: &str) {
        self.servers.lock().unwrap().retain(|s| s.name != name);
    }

    pub fn state(&self, name: &str) -> PowerState {
        let servers = self.servers.lock().unwrap();
        servers.iter().find(|s| s.name == name).unwrap().state
    }

    /// Stops or lets go the reading of all instants.
    pub fn open_gate(&self, open: bool) {
        self.gate.send_replace(open);
    }

    /// Every open instant is lost.
    pub fn lose_instants(&self) {
        self.lost.store(true, Ordering::SeqCst);
    }

    /// Number of instants that are open.
    pub fn instant_count(&self) -> usize {
        let names = std::fs::read_dir(&self.directory).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name());
        names
            .filter(|n| n.to_string_lossy().starts_with("instant-"))
            .count()
    }

    pub fn epoch_count(&self) -> usize {
        self.epochs.lock().unwrap().len()
    }

    /// Waits until changes are let through.
    async fn let_through(&self) {
        let mut gate = self.changes.subscribe();
        while !*gate.borrow_and_update() {
            if gate.changed().await.is_err() {
                break;
            }
        }
    }

    fn changed(&self, disk: &str, epoch: &EpochName) -> Option<ExtentSet> {
        let epochs = self.epochs.lock().unwrap();
        let before = epochs.get(&(disk.to_owned(), epoch.0.clone()))?;
        let now = std::fs::read(disk).ok()?;
        let mut set = ExtentSet::default();
        for (n, (a, b)) in before.chunks(GRAIN).zip(now.chunks(GRAIN)).enumerate() {
            if a != b {
                set.insert(Extent::from_len((n * GRAIN) as u64, b.len() as u64));
            }
        }
        Some(set)
    }

    fn begin_epoch(&self, disk: &str, epoch: &EpochName) {
        let now = std::fs::read(disk).unwrap();
        self.epochs
            .lock()
            .unwrap()
            .insert((disk.to_owned(), epoch.0.clone()), now);
    }
}

/// Writes `len` bytes that look like data, not like zeroes.
pub fn write_pattern(path: &Path, offset: usize, len: usize, seed: u8) {
    use std::os::unix::fs::FileExt;
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    let mut reader = blake3::Hasher::new()
        .update(&[seed])
        .update(&offset.to_le_bytes())
        .finalize_xof();
    let mut bytes = vec![0; len];
    reader.fill(&mut bytes);
    file.write_all_at(&bytes, offset as u64).unwrap();
}

/// A new file of that size, its first half data.
pub fn write_pattern_to_new(path: &Path, size: u64) {
    let file = std::fs::File::create(path).unwrap();
    file.set_len(size).unwrap();
    write_pattern(path, 0, (size / 2) as usize, 77);
}

struct Gated {
    inner: RawFileSource,
    gate: watch::Receiver<bool>,
    lost: Arc<AtomicBool>,
}

#[async_trait]
impl BlockSource for Gated {
    fn size(&self) -> u64 {
        self.inner.size()
    }
    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>> {
        self.inner.extents(window).await
    }
    async fn read(&self, extent: Extent) -> Result<Bytes> {
        let mut gate = self.gate.clone();
        while !*gate.borrow() {
            if self.lost.load(Ordering::SeqCst) {
                return Err(Error::unavailable("the instant is gone"));
            }
            let _ = tokio::time::timeout(Duration::from_millis(20), gate.changed()).await;
        }
        self.inner.read(extent).await
    }
}

/// Lets a MiB through, and what is beyond only while the gate is open.
struct GatedTarget {
    inner: RawFileTarget,
    gate: watch::Receiver<bool>,
    written: std::sync::atomic::AtomicU64,
}

#[async_trait]
impl BlockTarget for GatedTarget {
    fn size(&self) -> u64 {
        self.inner.size()
    }
    async fn write(&self, offset: u64, data: Bytes) -> Result<()> {
        let before = self.written.fetch_add(data.len() as u64, Ordering::SeqCst);
        let mut gate = self.gate.clone();
        while before > 0 && !*gate.borrow_and_update() {
            if gate.changed().await.is_err() {
                break;
            }
        }
        self.inner.write(offset, data).await
    }
    async fn write_zeroes(&self, extent: Extent) -> Result<()> {
        self.inner.write_zeroes(extent).await
    }
    async fn flush(&self) -> Result<()> {
        self.inner.flush().await
    }
}

struct Snapshot {
    host: Arc<FileHost>,
    instant: Instant,
    disks: Vec<SnapshotDisk>,
    definition: ServerDefinition,
    lost: Arc<AtomicBool>,
    request: SnapshotRequest,
    files: Vec<PathBuf>,
}

#[async_trait]
impl SnapshotSession for Snapshot {
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
        self.lost.load(Ordering::SeqCst)
    }
    fn check_space(&self) -> Result<()> {
        match self.host.crowded.load(Ordering::SeqCst) {
            true => Err(Error::unavailable("no space for what the guest overwrites")
                .hint("Free space there.")),
            false => Ok(()),
        }
    }
    async fn close(&self, outcome: Outcome) -> Result<()> {
        let mut epochs = self.host.epochs.lock().unwrap();
        for disk in &self.request.disks {
            let gone = match outcome {
                Outcome::Committed => &disk.parent_epoch,
                Outcome::Abandoned => &self.request.new_epoch,
            };
            if let Some(epoch) = gone {
                epochs.remove(&(disk.native_id.clone(), epoch.0.clone()));
            }
        }
        for file in &self.files {
            let _ = std::fs::remove_file(file);
        }
        Ok(())
    }
}

struct Targets {
    host: Arc<FileHost>,
    disks: Vec<TargetDisk>,
}

#[async_trait]
impl TargetSession for Targets {
    fn disks(&self) -> &[TargetDisk] {
        &self.disks
    }
    async fn close(&self, new_epoch: Option<&EpochName>) -> Result<()> {
        for disk in &self.disks {
            let native = &disk.info.native_id;
            self.host
                .epochs
                .lock()
                .unwrap()
                .retain(|(d, _), _| d != native);
            if let Some(epoch) = new_epoch {
                self.host.begin_epoch(native, epoch);
            }
        }
        Ok(())
    }
}

/// The driver of a host: `Arc<FileHost>` with the trait on it.
pub struct Driver(pub Arc<FileHost>);

#[async_trait]
impl Hypervisor for Driver {
    fn name(&self) -> &str {
        self.0.name
    }
    async fn servers(&self) -> Result<Vec<ServerInfo>> {
        let mut answers = self.0.answers.subscribe();
        answers.wait_for(|answers| *answers).await.unwrap();
        Ok(self.0.servers.lock().unwrap().clone())
    }
    async fn server(&self, native_id: &str) -> Result<ServerInfo> {
        let servers = self.0.servers.lock().unwrap();
        let found = servers.iter().find(|s| s.native_id == native_id).cloned();
        found.ok_or_else(|| Error::not_found("no such server"))
    }
    async fn detached_disks(&self) -> Result<Vec<DiskInfo>> {
        Ok(self.0.detached.lock().unwrap().clone())
    }
    fn attaches_disks(&self) -> bool {
        true
    }
    async fn attach_disk(&self, server: &str, disk: &DiskName, device: &str) -> Result<DiskInfo> {
        self.0.let_through().await;
        let mut servers = self.0.servers.lock().unwrap();
        let server = servers.iter_mut().find(|s| s.native_id == server);
        let server = server.ok_or_else(|| Error::not_found("no such server"))?;
        if let Some(there) = server.disks.iter().find(|d| d.path == disk.path) {
            return Ok(there.clone());
        }
        let mut detached = self.0.detached.lock().unwrap();
        let at = detached.iter().position(|d| d.native_id == disk.native_id);
        let mut info = detached.remove(at.ok_or_else(|| Error::not_found("no such disk"))?);
        info.name = device.to_owned();
        info.bus = "virtio".into();
        server.disks.push(info.clone());
        Ok(info)
    }
    async fn detach_disk(&self, server: &str, disk: &DiskName) -> Result<()> {
        self.0.let_through().await;
        let mut servers = self.0.servers.lock().unwrap();
        let server = servers.iter_mut().find(|s| s.native_id == server);
        let server = server.ok_or_else(|| Error::not_found("no such server"))?;
        if let Some(at) = server.disks.iter().position(|d| d.path == disk.path) {
            let mut info = server.disks.remove(at);
            info.bus = String::new();
            self.0.detached.lock().unwrap().push(info);
        }
        Ok(())
    }
    async fn extend_disk(&self, _: Option<&str>, disk: &DiskName, size_bytes: u64) -> Result<()> {
        self.0.let_through().await;
        let mut servers = self.0.servers.lock().unwrap();
        let mut detached = self.0.detached.lock().unwrap();
        let attached = servers.iter_mut().flat_map(|s| &mut s.disks);
        let mut all = attached.chain(detached.iter_mut());
        let info = all.find(|d| d.native_id == disk.native_id);
        let info = info.ok_or_else(|| Error::not_found("no such disk"))?;
        let file = std::fs::OpenOptions::new().write(true).open(&info.path);
        file.unwrap().set_len(size_bytes).unwrap();
        info.size_bytes = size_bytes;
        Ok(())
    }
    async fn delete_disk(&self, disk: &DiskName) -> Result<()> {
        self.0.let_through().await;
        let mut detached = self.0.detached.lock().unwrap();
        if let Some(at) = detached.iter().position(|d| d.native_id == disk.native_id) {
            std::fs::remove_file(&detached.remove(at).path).unwrap();
        }
        Ok(())
    }
    async fn power(&self, native_id: &str, action: PowerAction) -> Result<()> {
        self.0.let_through().await;
        let mut servers = self.0.servers.lock().unwrap();
        let server = servers.iter_mut().find(|s| s.native_id == native_id);
        let server = server.ok_or_else(|| Error::not_found("no such server"))?;
        server.state = match action {
            PowerAction::Start | PowerAction::Reboot | PowerAction::Reset => PowerState::Running,
            PowerAction::Stop { .. } | PowerAction::ForceOff => {
                self.0.stops.fetch_add(1, Ordering::SeqCst);
                PowerState::Stopped
            }
        };
        Ok(())
    }
    async fn open_snapshot(&self, request: SnapshotRequest) -> Result<Box<dyn SnapshotSession>> {
        let host = &self.0;
        let fails = host.failures.load(Ordering::SeqCst);
        if fails > 0 {
            host.failures.store(fails - 1, Ordering::SeqCst);
            return Err(Error::unavailable("the host does not answer"));
        }
        host.lost.store(false, Ordering::SeqCst);
        let known: Vec<DiskInfo> = {
            let servers = host.servers.lock().unwrap();
            let loose = host.detached.lock().unwrap().clone();
            servers
                .iter()
                .flat_map(|s| s.disks.clone())
                .chain(loose)
                .collect()
        };
        let (mut disks, mut files) = (Vec::new(), Vec::new());
        for wanted in &request.disks {
            let info = known.iter().find(|d| d.native_id == wanted.native_id);
            let info = info
                .ok_or_else(|| Error::not_found("no such disk"))?
                .clone();
            let copy = host.copies.fetch_add(1, Ordering::SeqCst);
            let copy = host.directory.join(format!("instant-{copy}"));
            std::fs::copy(&info.path, &copy).unwrap();
            let mut source = RawFileSource::open(&copy)?;
            let changed = wanted
                .parent_epoch
                .as_ref()
                .and_then(|e| host.changed(&wanted.native_id, e));
            let tracking = match (changed, &wanted.parent_epoch) {
                (Some(changed), Some(epoch)) => {
                    source = source.with_changed(changed);
                    ChangeTracking::Bitmap {
                        epoch: epoch.clone(),
                    }
                }
                _ => ChangeTracking::FullScan {
                    reason: "there is no epoch to build on".into(),
                },
            };
            if let Some(epoch) = &request.new_epoch {
                host.begin_epoch(&wanted.native_id, epoch);
            }
            let gated = Gated {
                inner: source,
                gate: host.gate.subscribe(),
                lost: host.lost.clone(),
            };
            disks.push(SnapshotDisk {
                info,
                tracking,
                new_epoch: true,
                source: Arc::new(gated),
            });
            files.push(copy);
        }
        Ok(Box::new(Snapshot {
            host: host.clone(),
            instant: Instant {
                at: "2026-01-02T03:04:05Z".parse().unwrap(),
                consistency: Consistency::Crash,
                frozen: None,
                notes: vec!["The guest has no agent.".into()],
            },
            disks,
            definition: ServerDefinition {
                kind: "test".into(),
                text: "<x/>".into(),
                ..Default::default()
            },
            lost: host.lost.clone(),
            request,
            files,
        }))
    }
    async fn changes(
        &self,
        server: Option<&str>,
        disks: &[ChangesRequest],
    ) -> Result<Vec<Changes>> {
        let runs = match server {
            Some(server) => self.server(server).await?.state == PowerState::Running,
            None => false,
        };
        let told = disks.iter().map(
            |asked| match self.0.changed(&asked.native_id, &asked.epoch) {
                Some(changed) if runs => Changes::Bytes(changed.total()),
                Some(changed) => Changes::Extents(changed),
                None => Changes::Unknown("there is no epoch to build on".into()),
            },
        );
        Ok(told.collect())
    }
    async fn open_targets(
        &self,
        server: Option<&str>,
        disks: Vec<TargetDiskRequest>,
    ) -> Result<Box<dyn TargetSession>> {
        if let Some(server) = server
            && self.server(server).await?.state != PowerState::Stopped
        {
            return Err(Error::conflict("the server runs"));
        }
        let mut opened = Vec::new();
        for wanted in disks {
            let changed = wanted
                .known_epoch
                .as_ref()
                .and_then(|e| self.0.changed(&wanted.native_id, e));
            let target = GatedTarget {
                inner: RawFileTarget::open(&wanted.native_id)?,
                gate: self.0.writes.subscribe(),
                written: std::sync::atomic::AtomicU64::new(0),
            };
            let info = disk("x", Path::new(&wanted.native_id), 0, false);
            opened.push(TargetDisk {
                info,
                target: Arc::new(target),
                changed,
            });
        }
        Ok(Box::new(Targets {
            host: self.0.clone(),
            disks: opened,
        }))
    }
    async fn drop_epoch(&self, _: &str, epoch: &EpochName) -> Result<()> {
        self.0
            .epochs
            .lock()
            .unwrap()
            .retain(|(_, e), _| *e != epoch.0);
        Ok(())
    }
    async fn reconcile(&self, keep: &[EpochName]) -> Result<()> {
        self.0
            .epochs
            .lock()
            .unwrap()
            .retain(|(_, e), _| keep.iter().any(|k| k.0 == *e));
        Ok(())
    }
}
