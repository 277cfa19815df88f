//! What a task has to do, as it is kept in its row.

use coffer_core::drill::Checks;
use coffer_core::ids::{BackupId, DiskId, ServerId, VaultId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::app::associate::Associated;
use crate::catalog::vaults::ResourceExtra;

/// One disk of a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskRestore {
    /// The disk as the manifest names it.
    pub source: DiskId,
    /// The disk to write.
    pub target: DiskId,
}

/// Writing a backup to disks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreWork {
    /// What goes where.
    pub disks: Vec<DiskRestore>,
    /// The server whose disks these are; it is stopped first.
    pub server: Option<ServerId>,
    /// Start it afterwards.
    pub power_on: bool,
    /// How long the guest may take to shut down before it is switched off, in seconds.
    pub stop_seconds: u64,
    /// The backup of what is on the disks, made first: the way back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safety: Option<Safety>,
    /// How far it has come.
    #[serde(default)]
    pub course: Course,
}

/// A backup made before disks are overwritten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Safety {
    /// Its id; the row is there from the beginning.
    pub backup: BackupId,
    /// Which disks of the server take part.
    #[serde(default)]
    pub extra: ResourceExtra,
}

/// How far a restore has come. Written before each step is begun, so that the next attempt, or
/// whoever clears up, knows what may have happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// The step that was begun last.
    pub step: RestoreStep,
    /// The server ran before the restore stopped it.
    pub was_running: bool,
}

/// Steps of a restore, in their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestoreStep {
    /// Nothing was done yet.
    #[default]
    Queued,
    /// The server is shut down.
    Stop,
    /// What is on the disks is backed up.
    SafetyBackup,
    /// The disks are written; until this ends they hold neither the one nor the other.
    Write,
    /// The disks are complete; the server is started.
    Start,
}

impl RestoreStep {
    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            RestoreStep::Queued => "queued",
            RestoreStep::Stop => "stop",
            RestoreStep::SafetyBackup => "safety_backup",
            RestoreStep::Write => "write",
            RestoreStep::Start => "start",
        }
    }
}

impl RestoreWork {
    /// The steps it takes.
    pub fn steps(&self) -> Vec<RestoreStep> {
        let server = self.server.is_some();
        let wanted = [
            (RestoreStep::Stop, server),
            (RestoreStep::SafetyBackup, self.safety.is_some()),
            (RestoreStep::Write, true),
            (RestoreStep::Start, server && self.power_on),
        ];
        let wanted = wanted.into_iter().filter(|(_, wanted)| *wanted);
        wanted.map(|(step, _)| step).collect()
    }

    /// Whether a byte of a disk may have been written.
    pub fn has_begun_to_write(&self) -> bool {
        self.course.step >= RestoreStep::Write
    }
}

/// Making a disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewDiskWork {
    /// The disk as the manifest names it.
    pub source: DiskId,
    /// The disk to be; its row is there, as one that is not seen.
    pub disk: DiskId,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// The disk is there: an attempt that finds this has nothing left to make.
    #[serde(default)]
    pub made: bool,
}

/// Making a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewServerWork {
    /// The disks as the manifest names them.
    pub sources: Vec<DiskId>,
    /// The server to be; its row is there, as one that is not seen.
    pub server: ServerId,
    /// The row was made for it.
    pub row_is_new: bool,
    /// Its native id to be.
    pub native_id: String,
    /// Its name.
    pub name: String,
    /// Its network cards get new addresses.
    pub new_identity: bool,
    /// Network of all its cards, where it is another one.
    pub network: Option<String>,
    /// Start it then.
    pub power_on: bool,
    /// Start it from the backup, and fill its disks while it runs (`tasks::instant`).
    #[serde(default)]
    pub instant: bool,
}

/// Trying a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillWork {
    /// What the guest has to do.
    pub checks: Checks,
}

/// Work of a task. The backup concerned stands in the task's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum Work {
    /// Make a backup.
    Backup {
        /// Which disks of the server take part.
        extra: ResourceExtra,
    },
    /// Write a backup to disks.
    Restore(RestoreWork),
    /// Write one disk of a backup to a new image file.
    RestoreFile {
        /// The disk as the manifest names it.
        source: DiskId,
        /// The file.
        path: String,
    },
    /// Make a disk from a disk's backup.
    CreateDisk(NewDiskWork),
    /// Make a server from a server's backup.
    CreateServer(NewServerWork),
    /// Delete a backup.
    Delete {},
    /// Take resources out of the vault, with their backups.
    RemoveResources {
        /// The resources.
        resources: Vec<Uuid>,
    },
    /// Move resources with their backups to another vault.
    Migrate {
        /// The resources.
        resources: Vec<Uuid>,
        /// The vault.
        destination: VaultId,
    },
    /// Make a backup of an archive that is being uploaded (`app::import`).
    Import {},
    /// Start a backup for a trial (`tasks::drill`).
    Drill(DrillWork),
    /// Nothing any more: says what a vault took by itself. Such a task has ended when it is made.
    Associate {
        /// Taken into the vault.
        taken: Vec<Associated>,
        /// Passed over, each with its reason.
        passed: Vec<Associated>,
    },
    /// Delete a vault and all that is in it.
    VaultDelete {},
}

impl Work {
    /// The API's `operation_type`.
    pub fn kind(&self) -> &'static str {
        match self {
            Work::Backup { .. } => "backup",
            Work::Restore(_) | Work::RestoreFile { .. } => "restore",
            Work::CreateDisk(_) => "create_disk",
            Work::CreateServer(_) => "create_server",
            Work::Delete {} => "delete",
            Work::RemoveResources { .. } => "remove_resource",
            Work::Import {} => "import",
            Work::Drill(_) => "drill",
            Work::Migrate { .. } => "migrate",
            Work::Associate { .. } => "associate",
            Work::VaultDelete {} => "vault_delete",
        }
    }
}
