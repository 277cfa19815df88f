//! Files out of backups, without restoring them and without trusting them.
//!
//! File systems of guests are hostile input, and the code that understands all of them is the
//! kernel's. So a kernel of its own reads them: an *appliance*, a small virtual machine without
//! network, whose disks are the backup's, read-only exports of ours beneath a throw-away layer. What a
//! crafted image may come to control is that machine (`docs/decisions/0012`).
//!
//! | module | is |
//! |---|---|
//! | `guest` | the program inside, compiled by `build.rs` and carried along |
//! | `wire` | what both sides say to each other |
//! | `kernel`, `initramfs` | what the machine is made of: the host's kernel, its readers of LVM and NTFS |
//! | `machine`, `qmp` | preparing and starting it |
//! | `session` | one machine with one backup's disks: questions and answers, and how it ends |
//! | `tree` | walks over folders: as an archive, for a search, beside another backup's |
//!
//! Paths count from the top folder of a volume and never leave it: `..` is refused here, and inside
//! symbolic links are not followed, whatever they say. What is neither file, folder nor link is
//! shown and not read. Nothing that comes out of the machine is believed: lengths are checked, names
//! must be names, and an answer that makes no sense ends the session.

#[cfg(test)]
#[expect(
    dead_code,
    reason = "the program inside the appliance, for its tests alone"
)]
#[path = "guest/main.rs"]
mod guest;
mod initramfs;
mod kernel;
mod machine;
mod qmp;
mod session;
mod tree;
#[expect(dead_code, reason = "each side of the protocol uses a half of it")]
mod wire;

use std::path::PathBuf;
use std::sync::Arc;

use coffer_core::{Error, Result};

pub use session::Session;
pub use tree::{Difference, Found, Search, Side, archive, differences, search};

use crate::hypervisor::file::blocking;
use crate::nbd::server::Served;

/// Most disks of one backup that are looked at: a machine's places for them.
pub const DISKS_MAX: usize = 24;
/// Most entries of a folder in one answer.
pub const ENTRIES_MAX: usize = wire::ENTRIES_MAX as usize;
/// Most bytes of a file in one answer.
pub const READ_MAX: u64 = wire::READ_MAX as u64;

/// Where things are.
#[derive(Debug, Clone)]
pub struct Settings {
    /// A folder of ours for the prepared machine, about 130 MB. It is made where it is not there.
    pub cache: PathBuf,
    /// Beneath it are `boot` and `lib/modules` with a kernel; `/` on any host.
    pub kernel_root: PathBuf,
}

/// Makes sessions. Clones share the prepared machine.
#[derive(Debug, Clone)]
pub struct Appliance {
    settings: Arc<Settings>,
    preparing: Arc<tokio::sync::Mutex<()>>,
}

/// A disk, partition or logical volume of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// How it is asked for: `vda`, `vda.2`, or `group/name` of a logical volume.
    pub id: String,
    /// The disk's name; none for a logical volume, which may lie on several.
    pub disk: Option<String>,
    /// Number of the partition; none for whole disks and logical volumes.
    pub partition: Option<u32>,
    /// First byte on the disk; 0 for a logical volume.
    pub start_bytes: u64,
    /// Length in bytes.
    pub size_bytes: u64,
    /// What is on it: a file system (`ext2`, `ext3`, `ext4`, `xfs`, `btrfs`, `ntfs`, `fat`, `exfat`),
    /// something that holds others (`lvm`, `luks`, `bitlocker`, `raid`), `swap`, `empty`, `inactive` (a
    /// logical volume that lacks a part) or `unknown`.
    pub kind: String,
    /// Label of the file system, or name of the partition; as text (`coffer_core::inner_path`).
    pub label: Option<String>,
    /// Whether its files can be read, as far as can be told without trying.
    pub is_readable: bool,
}

/// What a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A file with bytes.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A device, by block or by character.
    Device,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// Its inode cannot be read.
    Damaged,
}

impl EntryKind {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            EntryKind::File => "file",
            EntryKind::Folder => "folder",
            EntryKind::Link => "link",
            EntryKind::Device => "device",
            EntryKind::Fifo => "fifo",
            EntryKind::Socket => "socket",
            EntryKind::Damaged => "damaged",
        }
    }
}

/// A file, folder or whatever else has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name, without the path; empty for the top folder.
    pub name: Vec<u8>,
    /// What it is.
    pub kind: EntryKind,
    /// Its permissions: the lowest twelve bits of the mode.
    pub permissions: u32,
    /// Number of its owner.
    pub user: u32,
    /// Number of its group.
    pub group: u32,
    /// Length in bytes; of a folder or device it means nothing.
    pub size_bytes: u64,
    /// When its content was changed: seconds since 1970, which may be before it.
    pub modified_seconds: i64,
    /// The part of a second, in nanoseconds.
    pub modified_nanoseconds: u32,
    /// Where a symbolic link leads; it is not followed.
    pub target: Option<Vec<u8>>,
}

/// A page of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Entries in the order of their names' bytes.
    pub entries: Vec<Entry>,
    /// Whether there are others behind the last one.
    pub is_more: bool,
}

impl Appliance {
    /// Makes sessions as `settings` say. Nothing is done before the first one.
    pub fn new(settings: Settings) -> Appliance {
        Appliance {
            settings: Arc::new(settings),
            preparing: Arc::default(),
        }
    }

    /// Prepares the machine where it is not prepared: as long as a boot takes, and 130 MB.
    ///
    /// # Errors
    /// `Unavailable` where QEMU or a kernel is missing or does not work.
    pub async fn prepare(&self) -> Result<()> {
        self.prepared().await.map(drop)
    }

    async fn prepared(&self) -> Result<machine::Prepared> {
        let (settings, preparing) = (Arc::clone(&self.settings), Arc::clone(&self.preparing));
        // In a task of its own: one who goes away must not let another prepare beside it.
        let task = tokio::spawn(async move {
            let _alone = preparing.lock().await;
            blocking(move || machine::prepare(&settings)).await
        });
        match task.await {
            Ok(prepared) => prepared,
            Err(failed) => Err(Error::internal("prepare the appliance").caused_by(failed)),
        }
    }

    /// Starts an appliance with these disks, and looks at what is on them.
    ///
    /// # Errors
    /// `Invalid` for no disks or more than [`DISKS_MAX`], `Unavailable` where the machine does not
    /// start, `Data` where the disks cannot be read.
    pub async fn open(&self, disks: Vec<Served>) -> Result<Session> {
        if disks.is_empty() || disks.len() > DISKS_MAX {
            return Err(Error::invalid(format!(
                "files are read of 1 to {DISKS_MAX} disks, and there are {}",
                disks.len()
            )));
        }
        let prepared = self.prepared().await?;
        match Session::start(prepared.clone(), disks.clone()).await {
            // It may be of a QEMU that has changed since without a sign of it.
            Err(error) if error.kind == coffer_core::Kind::Unavailable => {
                tracing::warn!(error = %error.chain(), "the appliance is prepared anew");
                prepared.discard();
                let prepared = self.prepared().await?;
                Session::start(prepared, disks).await
            }
            done => done,
        }
    }
}
