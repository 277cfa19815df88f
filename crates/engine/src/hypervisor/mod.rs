//! Hypervisors: what there is to protect, and how to get at its blocks.
//!
//! The trait is the whole border. A driver names servers and disks by *native ids*: texts that
//! stay the same as long as the thing is the same. The control plane maps them to the ids of the
//! API at first sight (decision H3).

mod changes;
mod claims;
pub mod file;
pub mod image;
mod image_file;
pub mod libvirt;
mod qemu;
mod stage;

/// What others tell, to whoever reads it: tests feed it broken. Each says whether it was understood.
#[cfg(feature = "testkit")]
pub mod texts {
    pub use super::libvirt::texts::{backup, capabilities, checkpoint, domain, volume};

    /// What `qemu-img info` answers.
    pub fn image_info(answer: &[u8]) -> bool {
        super::qemu::parse_image_info(answer).is_ok()
    }

    /// The header of a qcow2 image.
    pub fn image_header(image: &std::path::Path) -> bool {
        super::image_file::read_header(image, "qcow2").is_ok()
    }
}

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use coffer_core::Result;
use coffer_core::extent::ExtentSet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::block::{BlockSource, BlockTarget};
use crate::nbd::server::SocketFile;
use changes::{changed_since, look_at_changes};
pub(crate) use qemu::{make_folder, spawn_tied};

/// Whether a server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PowerState {
    /// The guest runs.
    Running,
    /// It is halted in memory.
    Paused,
    /// It is on its way down.
    ShuttingDown,
    /// It is off.
    Stopped,
    /// It stopped by a fault, or the driver cannot tell.
    Faulty,
}

/// A network card of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NicInfo {
    /// Name of the network or bridge.
    pub network: String,
    /// MAC address, lower case with colons.
    pub mac: String,
    /// Addresses, as far as the hypervisor knows them.
    pub addresses: Vec<String>,
}

/// A disk, attached or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskInfo {
    /// Stays the same as long as the disk is the same (decision H3).
    pub native_id: String,
    /// Name on the server (`vda`), or of the volume where it is detached.
    pub name: String,
    /// Size in bytes as the guest sees it.
    pub size_bytes: u64,
    /// File or device on the host, for people.
    pub path: String,
    /// `qcow2`, `raw`.
    pub format: String,
    /// `virtio`, `scsi`, `sata`, ...; empty where detached.
    pub bus: String,
    /// The disk the server boots from.
    pub system: bool,
    /// Several servers may write to it.
    pub shareable: bool,
    /// Why this disk cannot be backed up (CD-ROM, passed-through, network, ...), if so.
    pub unsupported: Option<String>,
}

/// A server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerInfo {
    /// Stays the same as long as the server is the same: the domain's UUID.
    pub native_id: String,
    /// Its name on the hypervisor.
    pub name: String,
    /// Whether it runs.
    pub state: PowerState,
    /// Number of virtual processors.
    pub vcpus: u32,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// `x86_64`, `aarch64`, ...
    pub architecture: String,
    /// Its disks in the order of its definition, system disk first.
    pub disks: Vec<DiskInfo>,
    /// Its network cards.
    pub nics: Vec<NicInfo>,
    /// False where a reboot of the guest would end the server's process (`on_reboot` is not
    /// restart): then it may not be restarted while a backup runs (decision H4).
    pub restart_allowed: bool,
    /// Tags that the hypervisor keeps for it, at most 20; those that no tag of the API could be are
    /// left out.
    pub tags: Vec<(String, String)>,
}

/// Asks a driver to change whether a server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerAction {
    /// Switch on.
    Start,
    /// Ask the guest to shut down; switch off by force after the limit.
    Stop {
        /// How long the guest may take.
        limit: Duration,
    },
    /// Switch off at once.
    ForceOff,
    /// Ask the guest to reboot.
    Reboot,
    /// Reset, as by the button.
    Reset,
}

/// Name of a dirty bitmap's epoch: `coffer-<service>-<vault>-<backup>`.
///
/// Invariant: 1 ..= 64 characters of `a-z 0-9 -`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EpochName(pub String);

/// Whether to freeze the guest's file systems around the instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freeze {
    /// Try; go on crash-consistent where the agent does not answer within the limit.
    Try {
        /// How long freezing may take before it is given up and undone.
        limit: Duration,
    },
    /// Do not ask the agent.
    Off,
}

/// One disk to be read.
#[derive(Debug, Clone)]
pub struct SnapshotDiskRequest {
    /// The disk.
    pub native_id: String,
    /// Epoch that began with the parent backup; none asks for a full read.
    pub parent_epoch: Option<EpochName>,
}

/// Asks for all disks named at one instant.
#[derive(Debug, Clone)]
pub struct SnapshotRequest {
    /// The server, or none for disks that are attached to no server.
    pub server: Option<String>,
    /// The disks to read.
    pub disks: Vec<SnapshotDiskRequest>,
    /// Epoch to begin at this instant. Drivers without bitmaps ignore it.
    pub new_epoch: Option<EpochName>,
    /// Quiescing.
    pub freeze: Freeze,
}

/// How well the instant fits together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consistency {
    /// The guest's file systems were frozen, its hooks ran.
    Application,
    /// As after a power cut: one instant over all disks.
    Crash,
    /// The server was off.
    Offline,
}

/// How the changed parts of a disk were found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChangeTracking {
    /// By a dirty bitmap that continues from the parent backup.
    Bitmap {
        /// The epoch it was read from.
        epoch: EpochName,
    },
    /// Everything allocated was read and compared.
    FullScan {
        /// Why there was no bitmap, for people.
        reason: String,
    },
}

/// A disk of an open snapshot.
pub struct SnapshotDisk {
    /// What the disk is.
    pub info: DiskInfo,
    /// How changes are found.
    pub tracking: ChangeTracking,
    /// True if the epoch asked for has begun on this disk.
    pub new_epoch: bool,
    /// The blocks.
    pub source: Arc<dyn BlockSource>,
}

/// When and how the instant was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instant {
    /// The time, by the host's clock.
    pub at: Timestamp,
    /// How well it fits together.
    pub consistency: Consistency,
    /// From freeze to thaw, where the guest was frozen.
    pub frozen: Option<Duration>,
    /// What the user should know, as sentences: why it is not application-consistent, say.
    pub notes: Vec<String>,
}

/// What a server's backup holds besides its disks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerDefinition {
    /// `libvirt-xml` or `coffer-image`.
    pub kind: String,
    /// The definition itself.
    pub text: String,
    /// Firmware variables (NVRAM file), base64; empty where there are none.
    pub firmware_variables: String,
}

/// How a snapshot ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The backup is committed: the parent's epochs may go, the new one stays.
    Committed,
    /// It is not: the new epoch goes, the parent's stay.
    Abandoned,
}

/// All disks asked for, at one instant.
///
/// The guest is thawed before this exists. The session outlives reboots and resets of the guest,
/// and stops and starts made through the same driver (decision H4).
#[async_trait]
pub trait SnapshotSession: Send + Sync {
    /// When and how the instant was taken.
    fn instant(&self) -> &Instant;
    /// The disks, in the order asked for.
    fn disks(&self) -> &[SnapshotDisk];
    /// The server's definition at that time; empty for detached disks.
    fn definition(&self) -> &ServerDefinition;
    /// True once the instant cannot be read any more: take a new one (`instant_moved`).
    fn is_lost(&self) -> bool;
    /// Fails while the file system that keeps the instant is nearly full: what the guest
    /// overwrites goes there, and a guest must not suffer. To be asked again and again.
    fn check_space(&self) -> Result<()> {
        Ok(())
    }
    /// Ends the session and leaves the source clean. Idempotent.
    async fn close(&self, outcome: Outcome) -> Result<()>;
}

/// Asks what changed on a disk since an epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangesRequest {
    /// The disk.
    pub native_id: String,
    /// The epoch.
    pub epoch: EpochName,
}

/// What changed on a disk since an epoch, as far as that can be told beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changes {
    /// These bytes. Nobody writes to the disk now.
    Extents(ExtentSet),
    /// So many bytes, wherever they are, counted in the bitmap's granules: the server runs, and
    /// goes on writing.
    Bytes(u64),
    /// It cannot be told, and a backup would not build on the epoch: why, for people.
    Unknown(String),
}

impl Changes {
    /// Number of bytes, where it is known.
    pub fn bytes(&self) -> Option<u64> {
        match self {
            Changes::Extents(set) => Some(set.total()),
            Changes::Bytes(bytes) => Some(*bytes),
            Changes::Unknown(_) => None,
        }
    }
}

/// One disk to be written.
#[derive(Debug, Clone)]
pub struct TargetDiskRequest {
    /// The disk.
    pub native_id: String,
    /// Epoch of a backup whose content is known: what changed since is wanted.
    pub known_epoch: Option<EpochName>,
}

/// A disk opened for writing.
pub struct TargetDisk {
    /// What the disk is.
    pub info: DiskInfo,
    /// Where to write.
    pub target: Arc<dyn BlockTarget>,
    /// What changed since the known epoch; none where that cannot be told.
    pub changed: Option<ExtentSet>,
}

/// Disks of a stopped server, opened for a restore. Nobody can start it meanwhile.
#[async_trait]
pub trait TargetSession: Send + Sync {
    /// The disks, in the order asked for.
    fn disks(&self) -> &[TargetDisk];
    /// Flushes and closes. With an epoch, the restore was complete and the epoch begins on every
    /// disk written; without, all of our epochs on these disks are dropped (decision H2).
    async fn close(&self, new_epoch: Option<&EpochName>) -> Result<()>;
}

/// An image to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewImage {
    /// Name among those made together: `vda`; of a disk that belongs to no server `disk`.
    pub name: String,
    /// Size in bytes as a guest sees it.
    pub size_bytes: u64,
}

/// Images that are being written; nobody sees them yet.
#[async_trait]
pub trait NewImages: Send + Sync {
    /// Where to write, in the order asked for. They read as zeroes at first.
    fn targets(&self) -> &[Arc<dyn BlockTarget>];
    /// Makes what was written durable and closes the images. Idempotent.
    async fn close(&self) -> Result<()>;
}

/// A server to be made from images and a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewServer {
    /// Its name on the hypervisor.
    pub name: String,
    /// Its native id to be: a UUID.
    pub uuid: String,
    /// The definition of the server that was backed up.
    pub definition: ServerDefinition,
    /// Names of its images, which are those of its disks: `vda`. Disks without one are left out.
    pub disks: Vec<String>,
    /// Its network cards get new addresses, and what names the old server goes.
    pub new_identity: bool,
    /// Network of all its cards; none for the old server's.
    pub network: Option<String>,
    /// Its disks read from exports of ours until they are filled: a fault there stops the guest,
    /// rather than that the guest is told of it.
    pub filling: bool,
}

/// What has to be remembered of disks that are being filled, over restarts of ours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillRecord {
    /// The run of the server in which its disks were seen to lie on the backup.
    pub run: Option<String>,
    /// Names of the disks that are whole, durably.
    pub filled: Vec<String>,
    /// Names of disks that their guest has used while they may have missed parts of the backup.
    #[serde(default)]
    pub suspect: Vec<String>,
}

/// Keeps a [`FillRecord`] durably.
#[async_trait]
pub trait FillKeeper: Send + Sync {
    /// Returns when it is kept.
    async fn keep(&self, record: &FillRecord) -> Result<()>;
}

/// How far the disks of a server are filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fill {
    /// Bytes of its disks that were looked at.
    pub done_bytes: u64,
    /// Bytes of its disks.
    pub total_bytes: u64,
    /// What is happening.
    pub state: FillState,
}

/// See [`Fill`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FillState {
    /// It goes on.
    Filling,
    /// It does not go on by itself: why, for people, and what they can do about it.
    Waiting {
        /// As an error's message.
        reason: String,
        /// As an error's hint.
        hint: &'static str,
    },
    /// All disks are whole, durably, and need the exports no more.
    Whole {
        /// See [`FillRecord::suspect`].
        suspect: Vec<String>,
    },
}

/// The disks of a running server while they are filled. Nobody backs them up, restores to them or
/// changes them meanwhile; the server may be switched off and on.
///
/// Dropping it leaves all as it is: what QEMU has begun it goes on with.
#[async_trait]
pub trait FillSession: Send + Sync {
    /// Does what is to be done next, and says how far it is. To be called again and again.
    ///
    /// `NotFound` where the server is gone.
    async fn step(&self) -> Result<Fill>;
    /// Gives the server the definition that it has without the exports. May be called again.
    async fn finish(&self) -> Result<()>;
}

/// A disk that is to be changed: what it is called now, and the file or device that it stays
/// whatever it is called. A call that is repeated after a crash finds it by that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskName {
    /// Its native id when the change was asked for.
    pub native_id: String,
    /// Its file or device on the host.
    pub path: String,
}

/// A host, or a set of images, whose servers are protected.
#[async_trait]
pub trait Hypervisor: Send + Sync {
    /// Name from the configuration.
    fn name(&self) -> &str;

    /// All servers, with their disks.
    async fn servers(&self) -> Result<Vec<ServerInfo>>;

    /// One server; `NotFound` if it is gone.
    async fn server(&self, native_id: &str) -> Result<ServerInfo>;

    /// Disks that belong to no server.
    async fn detached_disks(&self) -> Result<Vec<DiskInfo>>;

    /// Changes whether a server runs, and returns when it does or does not.
    ///
    /// Open snapshots of the server survive this, as [`SnapshotSession`] says.
    async fn power(&self, native_id: &str, action: PowerAction) -> Result<()>;

    /// False where servers are started and stopped elsewhere, and [`Hypervisor::power`] always
    /// fails.
    fn controls_power(&self) -> bool {
        true
    }

    /// Opens a snapshot. On an error nothing is left behind and the guest is thawed.
    async fn open_snapshot(&self, request: SnapshotRequest) -> Result<Box<dyn SnapshotSession>>;

    /// Tells what changed since epochs, in the order asked for. Opens nothing for others to meet:
    /// backups, restores and starts go on as if nobody had asked.
    async fn changes(
        &self,
        server: Option<&str>,
        disks: &[ChangesRequest],
    ) -> Result<Vec<Changes>> {
        let _ = server;
        let unknown =
            || Changes::Unknown(format!("{} cannot tell changes beforehand", self.name()));
        Ok(disks.iter().map(|_| unknown()).collect())
    }

    /// Opens disks of a stopped server, or detached ones, for writing.
    ///
    /// `Conflict` while the server runs.
    async fn open_targets(
        &self,
        server: Option<&str>,
        disks: Vec<TargetDiskRequest>,
    ) -> Result<Box<dyn TargetSession>>;

    /// Whether it can make servers, and not disks alone.
    fn makes_servers(&self) -> bool {
        false
    }

    /// Why it can make no disks, or no disk of that name. Looked at before a task is begun.
    async fn check_new_disk(&self, name: &str) -> Result<()> {
        let _ = name;
        Err(self.makes_nothing())
    }

    /// Native id of a disk of that name once it is made.
    fn new_disk_id(&self, name: &str) -> String {
        name.to_owned()
    }

    /// Makes empty images and opens them. `token` names the task, and what it made before goes.
    async fn stage(&self, token: &str, images: &[NewImage]) -> Result<Box<dyn NewImages>> {
        let _ = (token, images);
        Err(self.makes_nothing())
    }

    /// Whether an earlier attempt of a task got as far as putting its disk in its place: then the
    /// image is whole, and has only to be kept again.
    async fn disk_is_kept(&self, token: &str, name: &str) -> Result<bool> {
        let _ = (token, name);
        Ok(false)
    }

    /// Whether an earlier attempt of a task got as far as putting the images of its server in
    /// their place: then they are whole, and the server has only to be kept again.
    async fn server_is_kept(&self, token: &str, server: &NewServer) -> Result<bool> {
        let _ = (token, server);
        Ok(false)
    }

    /// Makes the one image of a task a disk of no server, named `name`. May be called again until
    /// the caller, having recorded it, calls [`discard`](Self::discard).
    ///
    /// `Conflict` where the name is taken.
    async fn keep_disk(&self, token: &str, name: &str) -> Result<DiskInfo> {
        let _ = (token, name);
        Err(self.makes_nothing())
    }

    /// Makes the images of a task a server, which is off. May be called again.
    ///
    /// `Conflict` where its name or identity is taken.
    async fn keep_server(&self, token: &str, server: &NewServer) -> Result<ServerInfo> {
        let _ = (token, server);
        Err(self.makes_nothing())
    }

    /// Removes what a task made that ends without success; a server or disk that is there already
    /// stays. No error where there is nothing.
    async fn discard(&self, token: &str, server: Option<&NewServer>) -> Result<()> {
        let _ = (token, server);
        Ok(())
    }

    /// Whether it can make servers that run before their disks are filled.
    fn fills_servers(&self) -> bool {
        false
    }

    /// Where QEMU will look for the exports of a task: a socket that it may use, listening from now
    /// on. Made anew after each start of ours, always in the same place.
    async fn fill_socket(&self, token: &str) -> Result<SocketFile> {
        let _ = token;
        Err(self.makes_nothing())
    }

    /// Makes images that read as the exports of their names at the task's socket until they are
    /// written. What the task made before goes.
    async fn stage_overlays(&self, token: &str, images: &[NewImage]) -> Result<()> {
        let _ = (token, images);
        Err(self.makes_nothing())
    }

    /// Takes the disks of a server that [`stage_overlays`](Self::stage_overlays) made in hand, to
    /// fill them at most at this rate.
    async fn fill(
        &self,
        token: &str,
        server: &NewServer,
        record: FillRecord,
        keeper: Arc<dyn FillKeeper>,
        bytes_per_second: Option<u64>,
    ) -> Result<Box<dyn FillSession>> {
        let _ = (token, server, record, keeper, bytes_per_second);
        Err(self.makes_nothing())
    }

    /// Removes the socket's place of a task. No error where there is none.
    async fn forget_socket(&self, token: &str) -> Result<()> {
        let _ = token;
        Ok(())
    }

    /// Ends and removes a server that a task made, with its disks and whatever else the task made.
    /// No error where there is nothing; one that the task did not make stays.
    async fn remove_server(&self, token: &str, server: &NewServer) -> Result<()> {
        self.discard(token, Some(server)).await
    }

    /// Whether disks can be attached to its servers and detached from them.
    fn attaches_disks(&self) -> bool {
        false
    }

    /// Attaches a disk of no server as `device` (`vdb`), whether the server runs or not, and says
    /// what it is called from then on. Nothing to do where it is attached to this server already.
    ///
    /// `Conflict` where the disk or the device name is in use, or the server has no place left.
    async fn attach_disk(&self, server: &str, disk: &DiskName, device: &str) -> Result<DiskInfo> {
        let _ = (server, disk, device);
        Err(self.changes_nothing())
    }

    /// Detaches a disk from a server; returns when the guest has let it go. Nothing to do where
    /// it is not attached.
    ///
    /// `Conflict` for the system disk of a running server, for a disk that would not be found
    /// again afterwards, and where the guest does not let it go in time: then it stays attached.
    async fn detach_disk(&self, server: &str, disk: &DiskName) -> Result<()> {
        let _ = (server, disk);
        Err(self.changes_nothing())
    }

    /// Makes a disk larger, whether its server runs or not. What is added reads as zeroes; bitmaps
    /// stay right. Nothing to do where it has that size.
    ///
    /// `Invalid` where it is larger, or of a kind that cannot grow.
    async fn extend_disk(
        &self,
        server: Option<&str>,
        disk: &DiskName,
        size_bytes: u64,
    ) -> Result<()> {
        let _ = (server, disk, size_bytes);
        Err(self.changes_nothing())
    }

    /// Deletes a disk of no server, with all it holds. No error where it is gone.
    ///
    /// `Conflict` where a server, an overlay or a task uses it.
    async fn delete_disk(&self, disk: &DiskName) -> Result<()> {
        let _ = disk;
        Err(self.changes_nothing())
    }

    /// The error of a host whose disks are changed elsewhere.
    fn changes_nothing(&self) -> coffer_core::Error {
        coffer_core::Error::invalid(format!(
            "disks of host `{}` cannot be changed from here",
            self.name()
        ))
        .hint("Change them where their servers are declared.")
    }

    /// The error of a host that makes no disks.
    fn makes_nothing(&self) -> coffer_core::Error {
        coffer_core::Error::invalid(format!("host `{}` cannot make that", self.name()))
            .hint("Choose another host.")
    }

    /// Drops one of our epochs from a server, or from a detached disk. No error if it is gone.
    async fn drop_epoch(&self, server_or_disk: &str, epoch: &EpochName) -> Result<()>;

    /// Cleans up after a crash of ours: ends jobs and exports of this service, removes its scratch
    /// files, and drops each of its epochs that is not in `keep`.
    async fn reconcile(&self, keep: &[EpochName]) -> Result<()>;
}
