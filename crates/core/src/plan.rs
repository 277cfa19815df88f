//! What a backup or a restore of a disk will do, decided before anything is opened.
//!
//! Estimates and real runs ask the same functions, so that what is announced is what is done.

use std::ops::Range;

use crate::digest::Digest;
use crate::extent::{Extent, ExtentSet};
use crate::ids::BackupId;
use crate::map::ChunkRef;
use crate::units::ChunkSize;

/// What is known of a disk's past in a vault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// The newest backup of its resource that is there.
    pub newest: Option<BackupId>,
    /// The epoch that records what was written to it, and the backup whose content it had when the
    /// epoch began; only where that backup is there to be built on.
    pub epoch: Option<(String, BackupId)>,
}

/// What a backup of a disk builds on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// Nothing: all that is used is read and stored.
    Nothing,
    /// All that is used is read and compared with this backup.
    Compare(BackupId),
    /// What was written in this epoch is read and compared with this backup.
    Changes(BackupId, String),
}

impl Base {
    /// Decides it. After a restore the epoch's backup is an older one than the newest, and goes
    /// first: it is what the disk was equal to.
    pub fn of(wants_full: bool, past: Past) -> Base {
        match (wants_full, past.epoch, past.newest) {
            (true, ..) => Base::Nothing,
            (false, Some((epoch, backup)), _) => Base::Changes(backup, epoch),
            (false, None, Some(newest)) => Base::Compare(newest),
            (false, None, None) => Base::Nothing,
        }
    }

    /// The backup that it is compared with.
    pub fn backup(&self) -> Option<BackupId> {
        match self {
            Base::Nothing => None,
            Base::Compare(backup) | Base::Changes(backup, _) => Some(*backup),
        }
    }

    /// The epoch that is read.
    pub fn epoch(&self) -> Option<&str> {
        match self {
            Base::Changes(_, epoch) => Some(epoch),
            Base::Nothing | Base::Compare(_) => None,
        }
    }
}

/// Where a target may differ from the backup that it was equal to.
#[derive(Debug, Clone)]
pub struct Touched<'a> {
    /// What was written since.
    pub changed: &'a ExtentSet,
    /// Chunks of the backup that are whole: of what lies beyond nothing is known.
    pub known_chunks: u64,
    /// Size of chunks.
    pub chunk_size: ChunkSize,
}

impl Touched<'_> {
    /// Whether any of these chunks may differ.
    pub fn any(&self, chunks: Range<u64>) -> bool {
        let bytes = self.chunk_size.bytes();
        let window = Extent {
            start: chunks.start * bytes,
            end: chunks.end * bytes,
        };
        chunks.end > self.known_chunks || self.changed.within(window).next().is_some()
    }
}

/// What a restore does with a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChunkFate {
    /// Nothing: the target holds the same.
    Leave,
    /// Make it zero.
    Zero,
    /// Write it.
    Write(ChunkRef),
}

/// Decides what a restore does with a chunk of the backup. `held` is the digest that the target is
/// known to hold there (none within it for zeroes), or none where that is not known.
pub fn chunk_fate(wanted: Option<ChunkRef>, held: Option<Option<Digest>>) -> ChunkFate {
    match (wanted, held) {
        (wanted, Some(held)) if held == wanted.map(|chunk| chunk.digest) => ChunkFate::Leave,
        (None, _) => ChunkFate::Zero,
        (Some(chunk), _) => ChunkFate::Write(chunk),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::PackId;
    use crate::map::Address;

    fn id(n: u128) -> BackupId {
        BackupId(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn a_backup_builds_on_what_the_disk_was_equal_to() {
        let past = |newest: Option<u128>, epoch: Option<u128>| Past {
            newest: newest.map(id),
            epoch: epoch.map(|n| ("e".to_owned(), id(n))),
        };
        let changes = |n| Base::Changes(id(n), "e".to_owned());
        assert_eq!(Base::of(false, past(None, None)), Base::Nothing);
        assert_eq!(Base::of(false, past(Some(2), None)), Base::Compare(id(2)));
        assert_eq!(Base::of(false, past(Some(2), Some(1))), changes(1));
        assert_eq!(Base::of(true, past(Some(2), Some(1))), Base::Nothing);
    }

    #[test]
    fn a_chunk_is_left_alone_only_where_the_target_is_known_to_hold_it() {
        let digest = |n| Digest([n; 32]);
        let chunk = ChunkRef {
            address: Address {
                pack: PackId([0; 16]),
                ordinal: 0,
                slot: 0,
            },
            digest: digest(1),
        };
        let write = ChunkFate::Write(chunk);
        assert_eq!(
            chunk_fate(Some(chunk), Some(Some(digest(1)))),
            ChunkFate::Leave
        );
        assert_eq!(chunk_fate(Some(chunk), Some(Some(digest(2)))), write);
        assert_eq!(chunk_fate(Some(chunk), Some(None)), write);
        assert_eq!(chunk_fate(Some(chunk), None), write);
        assert_eq!(chunk_fate(None, Some(None)), ChunkFate::Leave);
        assert_eq!(chunk_fate(None, Some(Some(digest(1)))), ChunkFate::Zero);
        assert_eq!(chunk_fate(None, None), ChunkFate::Zero);
    }

    #[test]
    fn what_lies_beyond_the_known_backup_may_differ() {
        let changed: ExtentSet = [Extent::from_len(128 << 10, 1)].into_iter().collect();
        let touched = Touched {
            changed: &changed,
            known_chunks: 8,
            chunk_size: ChunkSize::new(64 << 10).expect("a legal size"),
        };
        assert!(!touched.any(0..2));
        assert!(touched.any(2..3));
        assert!(!touched.any(3..8));
        assert!(touched.any(7..9));
    }
}
