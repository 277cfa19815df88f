//! What has to be done to a target so that it equals a backup, in the order of the disk.
//!
//! A restore carries it out, an estimate counts it, a comparison lists it.

use std::collections::VecDeque;
use std::ops::Range;

use coffer_core::Result;
use coffer_core::extent::Extent;
use coffer_core::format::records::ManifestDisk;
use coffer_core::map::{Body, ChunkRef, FANOUT};
use coffer_core::plan::{ChunkFate, Touched, chunk_fate};
use coffer_core::units::ChunkSize;
use futures::future::BoxFuture;

use super::restore::{KnownState, RestoreReport};
use crate::repository::{Cursor, Part, Vault, chunk_digest};

/// One step, over chunks.
#[derive(Debug, Clone)]
pub enum Step {
    /// The target holds the same.
    Leave(Range<u64>),
    /// They are to read as zeroes.
    Zero(Range<u64>),
    /// The chunk is to be written.
    Write(u64, ChunkRef),
}

/// Walks a backup's map beside what is known of the target.
pub struct Walk<'a> {
    cursor: Cursor<'a>,
    known: Option<KnownState>,
    chunk_size: ChunkSize,
    size: u64,
    ready: VecDeque<Step>,
}

impl<'a> Walk<'a> {
    /// Walks `disk`. A known state whose map has another chunk size cannot be compared and is not
    /// used.
    pub fn new(vault: &'a Vault, disk: &ManifestDisk, known: Option<KnownState>) -> Walk<'a> {
        let chunk_size = disk.chunk_bytes;
        let known = known.filter(|state| state.disk.chunk_bytes == chunk_size);
        let other = known.as_ref().map(|state| state.disk.root);
        Walk {
            cursor: Cursor::new(vault, disk.root, other, chunk_size.count(disk.size_bytes)),
            known,
            chunk_size,
            size: disk.size_bytes,
            ready: VecDeque::new(),
        }
    }

    /// Where chunks lie on the disk.
    pub fn extent(&self, chunks: Range<u64>) -> Extent {
        Extent {
            start: chunks.start * self.chunk_size.bytes(),
            end: (chunks.end * self.chunk_size.bytes()).min(self.size),
        }
    }

    /// The next step; none at the end.
    pub async fn next(&mut self) -> Result<Option<Step>> {
        if let Some(step) = self.ready.pop_front() {
            return Ok(Some(step));
        }
        let touched = self.known.as_ref().map(|state| Touched {
            changed: &state.changed,
            known_chunks: state.disk.size_bytes / self.chunk_size.bytes(),
            chunk_size: self.chunk_size,
        });
        let differs = |chunks: Range<u64>| touched.as_ref().is_none_or(|t| t.any(chunks));
        Ok(match self.cursor.next(differs).await? {
            None => None,
            Some(Part::Same(range)) => Some(Step::Leave(range)),
            Some(Part::Hole(range)) => Some(Step::Zero(range)),
            Some(Part::Leaf(ours, theirs)) => {
                let Body::Leaf(entries) = &ours.node.body else {
                    unreachable!("a leaf")
                };
                let first = ours.node.index * FANOUT as u64;
                let chunks = self.chunk_size.count(self.size);
                for (i, entry) in entries.iter().enumerate() {
                    let chunk = first + i as u64;
                    if chunk >= chunks {
                        break;
                    }
                    let held =
                        (!differs(chunk..chunk + 1)).then(|| chunk_digest(theirs.as_deref(), i));
                    self.ready.push_back(match chunk_fate(*entry, held) {
                        ChunkFate::Leave => Step::Leave(chunk..chunk + 1),
                        ChunkFate::Zero => Step::Zero(chunk..chunk + 1),
                        ChunkFate::Write(entry) => Step::Write(chunk, entry),
                    });
                }
                self.ready.pop_front()
            }
        })
    }
}

/// What a restore would do, by the same walk. Nothing is read but map nodes.
///
/// `zero` says that the target is known to read as zeroes.
pub fn estimate_restore<'a>(
    vault: &'a Vault,
    disk: &'a ManifestDisk,
    zero: bool,
    known: Option<KnownState>,
) -> BoxFuture<'a, Result<RestoreReport>> {
    Box::pin(async move {
        let mut report = RestoreReport::default();
        let mut walk = Walk::new(vault, disk, known);
        while let Some(step) = walk.next().await? {
            match step {
                Step::Leave(range) => report.skipped_bytes += walk.extent(range).len(),
                Step::Zero(_) if zero => {}
                Step::Zero(range) => report.zeroed_bytes += walk.extent(range).len(),
                Step::Write(chunk, _) => {
                    report.written_bytes += walk.extent(chunk..chunk + 1).len();
                }
            }
        }
        Ok(report)
    })
}
