//! What a backup of a test is of, where that does not matter.

use coffer_core::format::records::{DefinitionRecord, Facts, InstantRecord, Resource};
use jiff::Timestamp;

use crate::pipeline::{BackupDisk, BackupJob};

/// A backup of a server that was off, made of these disks.
pub fn job(disks: Vec<BackupDisk>) -> BackupJob {
    BackupJob {
        facts: Facts {
            resource: Resource {
                id: "r".into(),
                kind: "OS::Nova::Server".into(),
                name: "web".into(),
            },
            name: "b".into(),
            description: String::new(),
            project_id: None,
            checkpoint_id: None,
            policy_id: None,
            automatic: false,
            expires_at: None,
        },
        instant: InstantRecord {
            at: Timestamp::UNIX_EPOCH,
            consistency: "offline".into(),
            frozen_ms: None,
            moved: false,
            notes: vec![],
        },
        definition: DefinitionRecord::default(),
        independent: false,
        disks,
    }
}
