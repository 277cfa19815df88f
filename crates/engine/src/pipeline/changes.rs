//! What differs between two backups of a disk, from their maps alone: subtrees that both share are
//! passed over, so that the cost follows from what changed.
//!
//! A chunk differs where its digest does, so that the answer is exact to chunks. On request the
//! contents of those that differ are read and compared in blocks of [`BLOCK`].

use std::ops::Range;

use bytes::Bytes;
use coffer_core::Result;
use coffer_core::extent::Extent;
use coffer_core::format::records::ManifestDisk;
use coffer_core::map::{Body, FANOUT};
use futures::future::BoxFuture;

use super::restore::read_range;
use crate::repository::{Cursor, Loaded, Part, Vault, chunk_digest};

/// Size of the blocks in which contents are compared, in bytes: a page of most file systems.
pub const BLOCK: u64 = 4096;
/// Most bytes whose contents are compared for one page of an answer.
pub const COMPARE_MAX: u64 = 128 << 20;
/// Read and compared at once.
const COMPARE_BYTES: u64 = 2 << 20;

/// What the newer backup holds in a stretch that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Data.
    Data,
    /// Nothing: it reads as zeroes.
    Zero,
}

/// A stretch of the disk that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub extent: Extent,
    /// What the newer backup holds there.
    pub held: Held,
}

/// Which changes are wanted.
#[derive(Debug, Clone, Copy)]
pub struct ChangesWanted {
    /// From this byte of the disk on.
    pub from: u64,
    /// At most so many.
    pub limit: usize,
    /// Compare the contents of chunks that differ.
    pub by_content: bool,
    /// Go on to the end of the disk for the totals. Those are of chunks, also where contents are
    /// compared.
    pub totals: bool,
}

/// A page of changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Ascending, neighbours that are alike merged.
    pub list: Vec<Change>,
    /// Where the next page begins; none where this is the last one.
    pub next: Option<u64>,
    /// Bytes that differ and hold data, where totals were wanted.
    pub data_bytes: u64,
    /// Bytes that differ and read as zeroes, where totals were wanted.
    pub zero_bytes: u64,
}

/// What of `newer` is not the same in `older`, a backup of the same disk in the same vault. What
/// lies beyond the end of `older` differs, and so may all of the chunk in which one of them ends and
/// the other goes on. Without `older` all data of `newer` differs.
///
/// # Errors
/// `Data` for a damaged map or chunk; else what the store says.
pub fn changes<'a>(
    vault: &'a Vault,
    older: Option<&'a ManifestDisk>,
    newer: &'a ManifestDisk,
    wanted: ChangesWanted,
) -> BoxFuture<'a, Result<Changes>> {
    Box::pin(async move {
        let comparison = Comparison {
            vault,
            older,
            newer,
            chunk: newer.chunk_bytes.bytes(),
            old_end: older.map_or(u64::MAX, |disk| disk.size_bytes),
        };
        let mut page = Page::new(wanted);
        comparison.walk(wanted, &mut page).await?;
        if wanted.by_content {
            comparison.look_into(&mut page).await?;
        }
        Ok(page.found)
    })
}

struct Comparison<'a> {
    vault: &'a Vault,
    older: Option<&'a ManifestDisk>,
    newer: &'a ManifestDisk,
    chunk: u64,
    /// Where the older disk ends.
    old_end: u64,
}

/// Changes as they are found, in the order of the disk.
struct Page {
    wanted: ChangesWanted,
    found: Changes,
}

impl Page {
    fn new(wanted: ChangesWanted) -> Page {
        Page {
            wanted,
            found: Changes::default(),
        }
    }

    /// Adds a stretch that differs.
    fn add(&mut self, extent: Extent, held: Held) {
        if extent.start >= extent.end {
            return;
        }
        if self.wanted.totals {
            match held {
                Held::Data => self.found.data_bytes += extent.len(),
                Held::Zero => self.found.zero_bytes += extent.len(),
            }
        }
        let start = extent.start.max(self.wanted.from);
        if self.found.next.is_some() || start >= extent.end {
            return;
        }
        let extent = Extent { start, ..extent };
        let is_full = self.found.list.len() >= self.wanted.limit;
        match self.found.list.last_mut() {
            Some(last) if last.held == held && last.extent.end == start => {
                last.extent.end = extent.end;
            }
            _ if is_full => self.found.next = Some(start),
            _ => self.found.list.push(Change { extent, held }),
        }
    }

    fn is_done(&self) -> bool {
        self.found.next.is_some() && !self.wanted.totals
    }
}

impl Comparison<'_> {
    fn extent(&self, chunks: &Range<u64>) -> Extent {
        Extent {
            start: chunks.start * self.chunk,
            end: (chunks.end * self.chunk).min(self.newer.size_bytes),
        }
    }

    async fn walk(&self, wanted: ChangesWanted, page: &mut Page) -> Result<()> {
        let chunks = self.newer.chunk_bytes.count(self.newer.size_bytes);
        // Totals are of the whole disk.
        let first = if wanted.totals {
            0
        } else {
            wanted.from / self.chunk
        };
        let other = Some(self.older.and_then(|disk| disk.root));
        let mut cursor = Cursor::new(self.vault, self.newer.root, other, chunks).starting_at(first);
        while let Some(part) = cursor.next(|_| false).await? {
            match part {
                Part::Same(range) => self.same(&range, page),
                Part::Hole(range) => self.hole(&range, page).await?,
                Part::Leaf(ours, theirs) => {
                    let start = ours.node.index * FANOUT as u64;
                    let covered = start.max(first)..(start + FANOUT as u64).min(chunks);
                    for chunk in covered {
                        let at = (chunk - start) as usize;
                        let here = chunk_digest(Some(&ours), at);
                        let there = chunk_digest(theirs.as_deref(), at);
                        let range = chunk..chunk + 1;
                        match here {
                            _ if here == there => self.same(&range, page),
                            Some(_) => page.add(self.extent(&range), Held::Data),
                            None => page.add(self.extent(&range), Held::Zero),
                        }
                    }
                }
            }
            if page.is_done() {
                break;
            }
        }
        Ok(())
    }

    /// Chunks that are the same differ beyond the end of the older disk all the same.
    fn same(&self, range: &Range<u64>, page: &mut Page) {
        let extent = self.extent(range);
        let start = extent.start.max(self.old_end);
        page.add(Extent { start, ..extent }, Held::Zero);
    }

    /// The newer map holds nothing here: what the older one holds differs.
    async fn hole(&self, range: &Range<u64>, page: &mut Page) -> Result<()> {
        let Some(older) = self.older else {
            return Ok(());
        };
        let mut cursor =
            Cursor::new(self.vault, older.root, None, range.end).starting_at(range.start);
        while let Some(part) = cursor.next(|_| true).await? {
            match part {
                Part::Hole(holes) | Part::Same(holes) => self.same(&holes, page),
                Part::Leaf(leaf, _) => {
                    let start = leaf.node.index * FANOUT as u64;
                    let covered = start.max(range.start)..(start + FANOUT as u64).min(range.end);
                    for chunk in covered {
                        match is_held(&leaf, (chunk - start) as usize) {
                            true => page.add(self.extent(&(chunk..chunk + 1)), Held::Zero),
                            false => self.same(&(chunk..chunk + 1), page),
                        }
                    }
                }
            }
            if page.is_done() {
                break;
            }
        }
        Ok(())
    }

    /// Compares the contents of what differs by its digests.
    async fn look_into(&self, page: &mut Page) -> Result<()> {
        let candidates = std::mem::take(&mut page.found.list);
        let beyond = page.found.next.take();
        let mut exact = Page::new(ChangesWanted {
            totals: false,
            ..page.wanted
        });
        let mut compared = 0;
        'all: for change in &candidates {
            let mut at = change.extent.start;
            while at < change.extent.end {
                if compared >= COMPARE_MAX {
                    exact.found.next.get_or_insert(at);
                    break 'all;
                }
                let end = change.extent.end.min(at + COMPARE_BYTES);
                let part = Extent { start: at, end };
                compared += part.len();
                self.compare(part, change.held, &mut exact).await?;
                if exact.found.next.is_some() {
                    break 'all;
                }
                at = end;
            }
        }
        page.found.list = exact.found.list;
        page.found.next = exact.found.next.or(beyond);
        Ok(())
    }

    async fn compare(&self, part: Extent, held: Held, page: &mut Page) -> Result<()> {
        let new = match held {
            Held::Data => read_range(self.vault, self.newer, part).await?,
            Held::Zero => Bytes::from(vec![0; part.len() as usize]),
        };
        let there = part.intersect(Extent {
            start: 0,
            end: self.older.map_or(0, |disk| disk.size_bytes),
        });
        let old = match (self.older, there) {
            (Some(older), Some(there)) => read_range(self.vault, older, there).await?,
            _ => Bytes::new(),
        };
        let mut start = part.start;
        while start < part.end {
            let end = ((start / BLOCK + 1) * BLOCK).min(part.end);
            let within = |bytes: &Bytes| {
                let at = |position: u64| ((position - part.start) as usize).min(bytes.len());
                bytes.slice(at(start)..at(end))
            };
            let (now, then) = (within(&new), within(&old));
            let zero = is_zero(&now);
            if now != then && !(zero && self.older.is_none()) {
                // What the older disk did not have differs, but not what is before its end.
                let same = if zero && is_zero(&then) {
                    then.len() as u64
                } else {
                    0
                };
                let held = if zero { Held::Zero } else { Held::Data };
                let start = start + same;
                page.add(Extent { start, end }, held);
            }
            start = end;
        }
        Ok(())
    }
}

fn is_held(leaf: &Loaded, at: usize) -> bool {
    matches!(&leaf.node.body, Body::Leaf(entries) if entries[at].is_some())
}

fn is_zero(block: &[u8]) -> bool {
    block.iter().all(|byte| *byte == 0)
}
