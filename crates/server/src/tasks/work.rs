//! What a task has to do, as it is kept in its row.

use coffer_core::ids::{DiskId, ServerId, VaultId};
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
    Restore {
        /// What goes where.
        disks: Vec<DiskRestore>,
        /// The server whose disks these are; it is stopped first.
        server: Option<ServerId>,
        /// Start it afterwards.
        power_on: bool,
        /// How long the guest may take to shut down before it is switched off, in seconds.
        stop_seconds: u64,
    },
    /// Write one disk of a backup to a new image file.
    RestoreFile {
        /// The disk as the manifest names it.
        source: DiskId,
        /// The file.
        path: String,
    },
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
            Work::Restore { .. } | Work::RestoreFile { .. } => "restore",
            Work::Delete {} => "delete",
            Work::RemoveResources { .. } => "remove_resource",
            Work::Migrate { .. } => "migrate",
            Work::Associate { .. } => "associate",
            Work::VaultDelete {} => "vault_delete",
        }
    }
}
