//! Records inside envelopes: JSON documents, so that a later version can add fields and a person
//! with the key can read them.
//!
//! Readers ignore fields they do not know. Fields are never renamed or given another meaning; a
//! change that old readers must not overlook raises the envelope's version.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{BackupId, CheckpointId, DiskId, PackId, PolicyId, ProjectId, SessionId, VaultId};
use crate::map::Root;
use crate::units::ChunkSize;

/// `backup/<backup id>.<attempt>`: what an attempt at a backup came to (decision F3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Attempt {
    /// The backup exists.
    Backup(Box<Manifest>),
    /// The attempt was declared dead before it committed.
    Tombstone(Tombstone),
}

/// Declares an attempt dead: created at the manifest's name, so that it cannot commit any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// The backup.
    pub backup_id: BackupId,
    /// The attempt.
    pub attempt: u32,
    /// The session that is dead by this.
    pub session: SessionId,
    /// Who held that session. The tombstone must stay as long as this process may live.
    pub owner: Owner,
    /// Why, for people.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// A resource as it was named when it was backed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Id of the server or disk in the API.
    pub id: String,
    /// `OS::Nova::Server` or `OS::Cinder::Volume`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// What the control plane knows of a backup: enough to rebuild its catalog (decision F11).
///
/// A backup made by `coffer repo` has a resource and a name only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// What was backed up.
    pub resource: Resource,
    /// Name given at creation.
    pub name: String,
    /// Description given at creation.
    #[serde(default)]
    pub description: String,
    /// The project that owns the vault.
    #[serde(default)]
    pub project_id: Option<ProjectId>,
    /// The restore point it belongs to.
    #[serde(default)]
    pub checkpoint_id: Option<CheckpointId>,
    /// The policy that asked for it.
    #[serde(default)]
    pub policy_id: Option<PolicyId>,
    /// Made by a policy, not by hand.
    #[serde(default)]
    pub automatic: bool,
    /// When it may go, as known at creation.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// When the disks were what the backup says, and how well they fit together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstantRecord {
    /// The time, by the host's clock.
    pub at: Timestamp,
    /// `application`, `crash` or `offline`.
    pub consistency: String,
    /// From freeze to thaw, in milliseconds.
    #[serde(default)]
    pub frozen_ms: Option<u64>,
    /// True where the first instant was lost and another was taken (decision H4).
    #[serde(default)]
    pub moved: bool,
    /// What the user should know, as sentences.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// How a server was defined.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionRecord {
    /// `libvirt-xml` or `coffer-image`; empty for disks alone.
    pub kind: String,
    /// The definition.
    pub text: String,
    /// Firmware variables, base64.
    #[serde(default)]
    pub firmware_variables: String,
}

/// How changes were found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Tracking {
    /// By a dirty bitmap that continues from the parent.
    Bitmap {
        /// Its epoch.
        epoch: String,
    },
    /// Everything allocated was read.
    FullScan {
        /// Why.
        reason: String,
    },
}

/// One disk of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestDisk {
    /// The disk.
    pub disk_id: DiskId,
    /// Id of the disk's own backup in the API, where it is a server's child.
    #[serde(default)]
    pub child_backup_id: Option<BackupId>,
    /// Name on the server: `vda`.
    pub name: String,
    /// The disk the server boots from.
    pub system: bool,
    /// The backup this disk was compared with; none for a first or full one.
    #[serde(default)]
    pub parent: Option<BackupId>,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Chunk size of its map.
    pub chunk_bytes: ChunkSize,
    /// Its map; none where the disk is one hole.
    pub root: Option<Root>,
    /// How changes were found.
    pub tracking: Tracking,
    /// The bitmap epoch that began at this backup's instant, if one did.
    #[serde(default)]
    pub epoch: Option<String>,
    /// Bytes of chunks that are no holes.
    pub allocated_bytes: u64,
    /// Bytes read from the source.
    pub read_bytes: u64,
    /// Bytes of chunks that were stored by this backup, before compression.
    pub new_bytes: u64,
    /// Bytes of those chunks as stored.
    pub stored_bytes: u64,
    /// Bytes of map nodes written.
    pub metadata_bytes: u64,
    /// Bytes of chunks that were read, differ from the parent's at their position, and that the
    /// vault held already, before compression.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub deduplicated_bytes: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A committed backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The backup.
    pub backup_id: BackupId,
    /// Which attempt committed.
    pub attempt: u32,
    /// The vault.
    pub vault_id: VaultId,
    /// The session that wrote it: its packs are numbered 0 .. `pack_count`.
    pub session: SessionId,
    /// Number of pack ids used.
    pub pack_count: u32,
    /// Those of them that were given up because writing failed.
    #[serde(default)]
    pub packs_skipped: Vec<u32>,
    /// Dead sessions of earlier attempts whose packs this backup may use.
    #[serde(default)]
    pub adopted: Vec<SessionId>,
    /// True where a full backup was asked for: it shares no chunk with other backups (decision
    /// F12), but for what attempts of its own stored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub independent: bool,
    /// When work on it began.
    pub started_at: Timestamp,
    /// When it was committed.
    pub committed_at: Timestamp,
    /// The control plane's facts.
    pub facts: Facts,
    /// Its instant.
    pub instant: InstantRecord,
    /// The server's definition.
    pub definition: DefinitionRecord,
    /// Its disks, system disk first.
    pub disks: Vec<ManifestDisk>,
}

impl Manifest {
    /// Bytes that this backup added to the store, its manifest aside.
    pub fn stored_bytes(&self) -> u64 {
        self.disks
            .iter()
            .map(|disk| disk.stored_bytes + disk.metadata_bytes)
            .sum()
    }

    /// Bytes that were read, differ from the parents', and were held by the vault already.
    pub fn deduplicated_bytes(&self) -> u64 {
        self.disks.iter().map(|disk| disk.deduplicated_bytes).sum()
    }

    /// The packs that its session wrote.
    pub fn packs(&self) -> impl Iterator<Item = PackId> + '_ {
        (0..self.pack_count)
            .filter(|counter| !self.packs_skipped.contains(counter))
            .map(|counter| PackId::new(self.session, counter))
    }

    /// The disk with this id or name.
    pub fn disk(&self, id_or_name: &str) -> Option<&ManifestDisk> {
        self.disks
            .iter()
            .find(|d| d.name == id_or_name || d.disk_id.to_string() == id_or_name)
    }
}

/// Who holds a session, so that a reader on the same host can tell a dead owner from a live one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Host name.
    pub host: String,
    /// The host's machine id; empty where it has none, and then nobody can tell.
    pub machine: String,
    /// The process's pid name space: pids mean nothing outside it.
    pub pid_namespace: u64,
    /// The kernel's boot id: a new one means that the process is gone.
    pub boot_id: String,
    /// Process.
    pub pid: u32,
    /// Start of the process in clock ticks since boot: tells a reused pid.
    pub pid_start: u64,
}

/// What a session is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Role {
    /// Writes a backup.
    Writer {
        /// The backup.
        backup_id: BackupId,
        /// The attempt; the manifest will be `backup/<backup id>.<attempt>`.
        attempt: u32,
        /// Dead sessions whose packs are taken over.
        adopted: Vec<SessionId>,
    },
    /// Reads backups.
    Reader,
    /// Moves or mends stored data; reserved.
    Maintenance,
}

/// `session/<session id>`: holds backups in place while somebody works with them (decision F2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The session.
    pub id: SessionId,
    /// What it is for.
    #[serde(flatten)]
    pub role: Role,
    /// Backups that must not go while it lives.
    pub pins: Vec<BackupId>,
    /// Who holds it.
    pub owner: Owner,
    /// When it began. For people: no decision follows from it.
    pub started_at: Timestamp,
}

/// `condemn/<n>`: what shall be deleted. A writer that sees it treats it as absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condemnation {
    /// Backups whose manifests go.
    #[serde(default)]
    pub backups: Vec<BackupId>,
    /// Packs that go.
    #[serde(default)]
    pub packs: Vec<PackId>,
    /// Blobs of packs that stay: their packs are to be rewritten without them. Written only where
    /// `needs/compaction.w` keeps programs away that overlook it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub blobs: BTreeMap<PackId, Vec<u32>>,
    /// Number of the newest log entry when it was decided.
    #[serde(default)]
    pub log_seen: Option<u64>,
}

impl Condemnation {
    /// True if it names packs or blobs: then it is reclaim's to carry out.
    pub fn names_data(&self) -> bool {
        !self.packs.is_empty() || !self.blobs.is_empty()
    }
}

/// `condemn/<n>.verdict`: what of the condemned goes. Whoever carries a condemnation out acts on
/// this object alone; what is in it never comes back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Packs that go.
    pub packs: Vec<PackId>,
    /// Blobs that go from packs that stay.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub blobs: BTreeMap<PackId, Vec<u32>>,
}

/// `condemn/<n>.waits`: the sessions that were there after the condemnation was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waits {
    /// What is condemned goes when none of these is left.
    pub sessions: Vec<SessionId>,
}

/// When a backup may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expiry {
    /// Only by hand.
    Never,
    /// At this time.
    At(Timestamp),
}

/// Attributes of a backup that may change after it was committed (decision F11).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attributes {
    /// New name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// New description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// New expiry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Expiry>,
    /// Locked against deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked: Option<bool>,
    /// Images made from it, which hold it in place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<Vec<String>>,
}

/// `state/<n>`: changes of attributes; the highest number that names an attribute holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The changes.
    pub backups: BTreeMap<BackupId, Attributes>,
    /// True where this object repeats all that holds, so that lower numbers may go.
    #[serde(default)]
    pub complete: bool,
}

/// Packs of one session, as a range with exceptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackRange {
    /// The session that wrote them.
    pub session: SessionId,
    /// They are numbered 0 .. `count`.
    pub count: u32,
    /// Numbers that are not there.
    #[serde(default)]
    pub without: Vec<u32>,
}

/// `log/<n>`: readable without the key (suite 0), chained by hash (decision F9).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// BLAKE3 of the whole object `log/<n-1>`; empty in the first.
    pub previous: String,
    /// Manifests that came: `<backup id>.<attempt>`.
    #[serde(default)]
    pub backups_added: Vec<String>,
    /// Manifests that went.
    #[serde(default)]
    pub backups_removed: Vec<String>,
    /// Packs that came.
    #[serde(default)]
    pub packs_added: Vec<PackRange>,
    /// Packs that went.
    #[serde(default)]
    pub packs_removed: Vec<PackId>,
    /// Sessions that ended without a backup: their packs are nobody's, unless a later attempt has
    /// taken them over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions_given_up: Vec<SessionId>,
    /// True where the entry repeats all that is there, so that lower numbers may go.
    #[serde(default)]
    pub complete: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each record as version 1 wrote it. They must stay readable for ever.
    const SAMPLES: &str = include_str!("records-v1.json");

    #[derive(Deserialize, Serialize, Debug, PartialEq)]
    struct Samples {
        backup: Attempt,
        tombstone: Attempt,
        writer: Session,
        reader: Session,
        condemnation: Condemnation,
        waits: Waits,
        verdict: Verdict,
        state: State,
        log: LogEntry,
    }

    #[test]
    fn version_1_records_stay_readable_and_are_written_the_same() {
        let samples: Samples = serde_json::from_str(SAMPLES).expect("version 1 is readable");
        let again = serde_json::to_value(&samples).unwrap();
        let before: serde_json::Value = serde_json::from_str(SAMPLES).unwrap();
        assert_eq!(again, before);
        let Attempt::Backup(manifest) = samples.backup else {
            panic!("a backup")
        };
        assert_eq!(manifest.packs().count(), 2);
        assert_eq!(manifest.stored_bytes(), 1000);
        assert!(manifest.disk("vda").is_some());
    }
}
