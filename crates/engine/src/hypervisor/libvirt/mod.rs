//! The driver for QEMU/KVM hosts managed by libvirt.
//!
//! A running server is read through a pull-mode backup job: QEMU keeps the instant by copying
//! what is overwritten to scratch files, and exports it over NBD with the dirty bitmap of an
//! epoch. Epochs are libvirt's checkpoints; all of ours are named `coffer-<service>-...`, and
//! nothing else is ever touched. A stopped server, or a detached disk, is read by `qemu-nbd`.
//!
//! | after a crash of ours | left behind | who heals it |
//! |---|---|---|
//! | while a snapshot is open | backup job, scratch files, sockets, `qemu-nbd`, the new epoch | [`Hypervisor::reconcile`] |
//! | between commit and close | the parent's epochs | the same |
//!
//! | at once on one server | snapshot | targets | power |
//! |---|---|---|---|
//! | snapshot | refused: `Conflict`; waited for while it ends | the same | the snapshot survives (decision H4) |
//! | targets | the same | the same | start is refused; it is off already |
//! | its disks are changed | waits: a change is short | the same | start is refused |
//! | its disks are filled ([`fill`]) | refused: `Conflict` | the same | it goes off and on as it likes |
//!
//! A disk that is being attached or deleted is claimed by its own name too.

mod attach;
mod changed;
mod connection;
pub(crate) mod definition;
mod disks;
mod epochs;
mod extend;
mod ffi;
mod fill;
mod new;
mod open;
mod power;
mod redefine;
mod session;
mod source;
mod still;
mod target;

#[cfg(feature = "testkit")]
pub(super) mod texts;

use std::path::PathBuf;
use std::sync::{Arc, Weak};

use async_trait::async_trait;
use coffer_core::{Error, Result};

use super::claims::{self, Busy, Claims};
use super::qemu::{self, RuntimeDir};
use super::{
    Changes, ChangesRequest, DiskInfo, DiskName, EpochName, FillKeeper, FillRecord, FillSession,
    Hypervisor, NewImage, NewImages, NewServer, PowerAction, ServerInfo, SnapshotRequest,
    SnapshotSession, TargetDiskRequest, TargetSession,
};
use crate::hypervisor::file::io_error;
use crate::nbd::server::SocketFile;
use connection::Connections;
use session::Shared;

/// Space that stays free for scratch files where nothing else is said: guests' writes fill them, and
/// a full file system would end the backup, or hold up the guest.
pub const SCRATCH_RESERVE: u64 = 512 << 20;

/// Where a libvirt host is and which folders belong to us there.
#[derive(Debug, Clone)]
pub struct LibvirtConfig {
    /// Name in the configuration.
    pub name: String,
    /// `qemu:///system`, for example; the host has to be this one.
    pub uri: String,
    /// Which service this is: part of every name it gives. 1 ..= 16 characters of `a-z 0-9`.
    pub service: String,
    /// Sockets and pid files. Short; QEMU must be able to reach it.
    pub runtime_dir: PathBuf,
    /// Scratch files of open snapshots: they grow by what guests write meanwhile.
    pub scratch_dir: PathBuf,
    /// Below so many free bytes there no snapshot begins; below half of them those that are open
    /// are to end ([`SnapshotSession::check_space`]).
    pub scratch_reserve: u64,
    /// Folders whose images belong to no server, besides libvirt's storage pools.
    pub image_dirs: Vec<PathBuf>,
}

/// The driver. See the module for what it does.
pub struct LibvirtHypervisor {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for LibvirtHypervisor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LibvirtHypervisor")
            .field("config", &self.inner.config)
            .finish_non_exhaustive()
    }
}

/// What the driver's parts share.
struct Inner {
    config: LibvirtConfig,
    /// `coffer-<service>-`
    prefix: String,
    runtime: RuntimeDir,
    connections: Connections,
    claims: Claims<Use>,
}

/// What a server or detached disk is busy with.
enum Use {
    /// A snapshot is being opened.
    Opening,
    Snapshot(Weak<Shared>),
    Targets,
    /// Disks are attached, detached, extended or deleted.
    Changing,
    /// Disks are filled from a backup while the server runs.
    Filling(Weak<fill::Shared>),
}

impl Busy for Use {
    fn being(&self) -> &'static str {
        match self {
            Use::Opening | Use::Snapshot(_) => "backed up",
            Use::Targets => "restored",
            Use::Changing => "changed",
            Use::Filling(_) => "filled from its backup",
        }
    }
}

/// Holds servers or disks until it is dropped.
type Claim = claims::Claim<Use>;

impl LibvirtHypervisor {
    /// Connects to libvirt and prepares the folders.
    ///
    /// `Unavailable` if libvirt's library is missing or the daemon does not answer; `Invalid` for
    /// a service name or folder that cannot be used.
    pub async fn connect(config: LibvirtConfig) -> Result<LibvirtHypervisor> {
        let driver = LibvirtHypervisor::new(config)?;
        driver
            .inner
            .connections
            .call("connect", |c| c.ping())
            .await?;
        Ok(driver)
    }

    /// Prepares the folders; libvirt is asked when something is wanted of it.
    ///
    /// `Invalid` for a service name or folder that cannot be used.
    pub fn new(config: LibvirtConfig) -> Result<LibvirtHypervisor> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if !(1..=16).contains(&config.service.len()) || !config.service.chars().all(fits) {
            return Err(Error::invalid(format!(
                "service name {:?} is not 1 to 16 characters of a-z and 0-9",
                config.service
            )));
        }
        let prefix = format!("coffer-{}-", config.service);
        let runtime = RuntimeDir::new(&config.runtime_dir, &prefix)?;
        let scratch = &config.scratch_dir;
        qemu::make_folder(scratch)?;
        let scratch_dir = scratch
            .canonicalize()
            .map_err(|e| io_error(scratch, "find", e))?;
        let connections = Connections::new(&config.uri);
        let inner = Inner {
            config: LibvirtConfig {
                scratch_dir,
                ..config
            },
            prefix,
            runtime,
            connections,
            claims: Claims::default(),
        };
        Ok(LibvirtHypervisor {
            inner: Arc::new(inner),
        })
    }
}

impl Inner {
    /// Refuses where there is hardly any space for what guests overwrite.
    fn check_scratch(&self, reserve: u64) -> Result<()> {
        let what = format!("the scratch folder of host `{}`", self.config.name);
        crate::space::check(&what, &self.config.scratch_dir, reserve)
    }

    /// The open snapshot of a server.
    fn snapshot_of(&self, server: &str) -> Option<Arc<Shared>> {
        let found = self.claims.look(server, |what| match what {
            Use::Snapshot(session) => session.upgrade(),
            Use::Opening | Use::Targets | Use::Changing | Use::Filling(_) => None,
        });
        found.flatten()
    }

    /// The session that fills a server's disks.
    fn fill_of(&self, server: &str) -> Option<Arc<fill::Shared>> {
        let found = self.claims.look(server, |what| match what {
            Use::Filling(session) => session.upgrade(),
            _ => None,
        });
        found.flatten()
    }

    /// What keeps a server from being started, if anything does.
    fn held_off_by(&self, server: &str) -> Option<&'static str> {
        let holds = |what: &Use| matches!(what, Use::Targets | Use::Changing).then(|| what.being());
        self.claims.look(server, holds).flatten()
    }

    /// Claims a server or disks for a change. Whoever comes meanwhile waits for its end: it has
    /// limits, and a backup must not fail for it.
    async fn claim_for_change(&self, names: Vec<String>) -> Result<Claim> {
        let claim = self.claims.take(names, || Use::Changing).await?;
        claim.ending();
        Ok(claim)
    }
}

#[async_trait]
impl Hypervisor for LibvirtHypervisor {
    fn name(&self) -> &str {
        &self.inner.config.name
    }

    async fn servers(&self) -> Result<Vec<ServerInfo>> {
        let found = disks::servers(&self.inner).await?;
        Ok(found.into_iter().map(|server| server.info).collect())
    }

    async fn server(&self, native_id: &str) -> Result<ServerInfo> {
        Ok(disks::server(&self.inner, native_id).await?.info)
    }

    async fn detached_disks(&self) -> Result<Vec<DiskInfo>> {
        disks::detached(&self.inner).await
    }

    async fn power(&self, native_id: &str, action: PowerAction) -> Result<()> {
        power::power(&self.inner, native_id, action).await
    }

    async fn open_snapshot(&self, request: SnapshotRequest) -> Result<Box<dyn SnapshotSession>> {
        // In a task, because it has to come to its end: whoever stops waiting would leave the
        // guest frozen and a job running. Then the session is dropped, which closes it.
        let inner = Arc::clone(&self.inner);
        let task = tokio::spawn(async move { open::open_snapshot(&inner, request).await });
        match task.await {
            Ok(done) => done,
            Err(e) => Err(Error::internal("opening a snapshot did not end").caused_by(e)),
        }
    }

    async fn changes(
        &self,
        server: Option<&str>,
        disks: &[ChangesRequest],
    ) -> Result<Vec<Changes>> {
        changed::changes(&self.inner, server, disks).await
    }

    async fn open_targets(
        &self,
        server: Option<&str>,
        disks: Vec<TargetDiskRequest>,
    ) -> Result<Box<dyn TargetSession>> {
        target::open_targets(&self.inner, server, disks).await
    }

    fn makes_servers(&self) -> bool {
        true
    }

    async fn check_new_disk(&self, name: &str) -> Result<()> {
        new::stage(&self.inner, "check")?.check_name(name)
    }

    fn new_disk_id(&self, name: &str) -> String {
        match new::stage(&self.inner, "check") {
            Ok(stage) => disks::file_id(&stage.disk_path(name)),
            Err(_) => name.to_owned(),
        }
    }

    async fn stage(&self, token: &str, images: &[NewImage]) -> Result<Box<dyn NewImages>> {
        let stage = new::stage(&self.inner, token)?;
        stage.open(&self.inner.runtime, images).await
    }

    async fn disk_is_kept(&self, token: &str, name: &str) -> Result<bool> {
        let stage = new::stage(&self.inner, token)?;
        stage.disk_is_kept("disk", name).await
    }

    async fn server_is_kept(&self, token: &str, server: &NewServer) -> Result<bool> {
        new::server_is_kept(&self.inner, token, server).await
    }

    async fn keep_disk(&self, token: &str, name: &str) -> Result<DiskInfo> {
        new::keep_disk(&self.inner, token, name).await
    }

    async fn keep_server(&self, token: &str, server: &NewServer) -> Result<ServerInfo> {
        new::keep_server(&self.inner, token, server).await
    }

    async fn discard(&self, token: &str, server: Option<&NewServer>) -> Result<()> {
        new::discard(&self.inner, token, server).await
    }

    fn fills_servers(&self) -> bool {
        true
    }

    async fn fill_socket(&self, token: &str) -> Result<SocketFile> {
        fill::socket(&self.inner, token).await
    }

    async fn stage_overlays(&self, token: &str, images: &[NewImage]) -> Result<()> {
        fill::stage(&self.inner, token, images).await
    }

    async fn fill(
        &self,
        token: &str,
        server: &NewServer,
        record: FillRecord,
        keeper: Arc<dyn FillKeeper>,
        bytes_per_second: Option<u64>,
    ) -> Result<Box<dyn FillSession>> {
        fill::open(
            &self.inner,
            token,
            server,
            (record, keeper),
            bytes_per_second,
        )
        .await
    }

    async fn forget_socket(&self, token: &str) -> Result<()> {
        fill::forget_socket(&self.inner, token).await
    }

    async fn remove_server(&self, token: &str, server: &NewServer) -> Result<()> {
        fill::remove(&self.inner, token, server).await
    }

    fn attaches_disks(&self) -> bool {
        true
    }

    async fn attach_disk(&self, server: &str, disk: &DiskName, device: &str) -> Result<DiskInfo> {
        attach::attach(&self.inner, server, disk, device).await
    }

    async fn detach_disk(&self, server: &str, disk: &DiskName) -> Result<()> {
        attach::detach(&self.inner, server, disk).await
    }

    async fn extend_disk(
        &self,
        server: Option<&str>,
        disk: &DiskName,
        size_bytes: u64,
    ) -> Result<()> {
        extend::extend(&self.inner, server, disk, size_bytes).await
    }

    async fn delete_disk(&self, disk: &DiskName) -> Result<()> {
        extend::delete(&self.inner, disk).await
    }

    async fn drop_epoch(&self, server_or_disk: &str, epoch: &EpochName) -> Result<()> {
        epochs::drop_epoch(&self.inner, server_or_disk, epoch).await
    }

    async fn reconcile(&self, keep: &[EpochName]) -> Result<()> {
        // Guests first: they wait. Jobs then, because they write to the files that go at last.
        still::let_go_leftovers(&self.inner).await;
        epochs::end_jobs(&self.inner).await?;
        let scratch = self.inner.config.scratch_dir.clone();
        qemu::end_leftovers(self.inner.runtime.clone(), scratch).await?;
        epochs::drop_all_but(&self.inner, keep).await
    }
}
