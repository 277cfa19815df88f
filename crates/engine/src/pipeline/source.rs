//! A disk of a backup as a source of blocks: read from anywhere, by many readers at once.
//!
//! Reading goes by groups of neighbouring chunks. A group is read once, however many ask for it at
//! the same time, its chunks are checked against their digests, and it stays in a [`ReadCache`] that
//! all disks of a process share. Where the group before it was wanted too, the next ones are read
//! ahead.
//!
//! Memory: the cache, [`GROUPS_AHEAD_IN_FLIGHT`] groups read ahead, and a group for each reader at
//! work.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use coffer_core::extent::Extent;
use coffer_core::format::records::ManifestDisk;
use coffer_core::map::{Body, FANOUT};
use coffer_core::{Error, Result};
use tokio::sync::Semaphore;

use super::restore::read_range;
use crate::block::{BlockSource, Content, SourceExtent};
use crate::nbd::push_extent;
use crate::repository::{Cursor, Part, Vault};

/// Smallest group: chunks of one disk mostly lie beside each other, so that one request reads it.
const GROUP_BYTES: u64 = 256 * 1024;
/// How far is read ahead of a reader that goes from group to group.
const AHEAD_BYTES: u64 = 2 << 20;
/// Groups read ahead at once, over all disks that share a cache.
const GROUPS_AHEAD_IN_FLIGHT: usize = 8;
/// What a group costs in the cache besides its bytes.
const GROUP_OVERHEAD: u64 = 128;

/// Keeps what was read of disks of backups lately. To be shared by all of them.
pub struct ReadCache {
    groups: quick_cache::sync::Cache<Key, Group, Weigh>,
    sources: AtomicU64,
    ahead: Arc<Semaphore>,
}

/// A source and a group of it. Sources are numbered, so that no two mix.
type Key = (u64, u64);

#[derive(Clone)]
enum Group {
    Zero,
    Data(Bytes),
}

#[derive(Clone)]
struct Weigh;

impl quick_cache::Weighter<Key, Group> for Weigh {
    fn weight(&self, _: &Key, group: &Group) -> u64 {
        match group {
            Group::Zero => GROUP_OVERHEAD,
            Group::Data(bytes) => GROUP_OVERHEAD + bytes.len() as u64,
        }
    }
}

impl std::fmt::Debug for ReadCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReadCache({} bytes)", self.groups.weight())
    }
}

impl ReadCache {
    /// A cache of at most `bytes`; below 16 MiB large chunks may not stay.
    pub fn new(bytes: u64) -> Arc<ReadCache> {
        let groups = (bytes / GROUP_BYTES).max(1) as usize;
        Arc::new(ReadCache {
            groups: quick_cache::sync::Cache::with_weighter(groups, bytes, Weigh),
            sources: AtomicU64::new(0),
            ahead: Arc::new(Semaphore::new(GROUPS_AHEAD_IN_FLIGHT)),
        })
    }
}

/// A disk of a backup. The backup must be held in place by a session as long as it is read.
///
/// Cheap to clone; clones share what was read.
#[derive(Debug, Clone)]
pub struct BackupSource(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    vault: Arc<Vault>,
    disk: ManifestDisk,
    cache: Arc<ReadCache>,
    number: u64,
    group_bytes: u64,
    /// A group of zeroes, of which every hole is a slice.
    zeroes: Bytes,
}

impl BackupSource {
    /// Reads `disk`, a disk of a backup of `vault`.
    pub fn new(vault: Arc<Vault>, disk: ManifestDisk, cache: Arc<ReadCache>) -> BackupSource {
        let group_bytes = GROUP_BYTES.max(disk.chunk_bytes.bytes());
        let number = cache.sources.fetch_add(1, Ordering::Relaxed);
        BackupSource(Arc::new(Inner {
            vault,
            disk,
            cache,
            number,
            group_bytes,
            zeroes: BytesMut::zeroed(group_bytes as usize).freeze(),
        }))
    }

    /// Begins to read the groups behind `group`, where its reader seems to go on.
    fn read_ahead(&self, group: u64) {
        let inner = &self.0;
        let cached = |group| inner.cache.groups.contains_key(&(inner.number, group));
        if group == 0 || !cached(group - 1) {
            return;
        }
        let last = inner.disk.size_bytes.div_ceil(inner.group_bytes);
        let until = (group + 1 + AHEAD_BYTES / inner.group_bytes).min(last);
        for next in (group + 1..until).filter(|next| !cached(*next)) {
            let Ok(permit) = Arc::clone(&inner.cache.ahead).try_acquire_owned() else {
                return;
            };
            let inner = Arc::clone(inner);
            tokio::spawn(async move {
                // Whoever comes to need it reads it again and is told.
                let _ = inner.group(next).await;
                drop(permit);
            });
        }
    }
}

impl Inner {
    fn group_extent(&self, group: u64) -> Extent {
        let start = group * self.group_bytes;
        Extent {
            start,
            end: (start + self.group_bytes).min(self.disk.size_bytes),
        }
    }

    /// A group from the cache or the store. Others that want it meanwhile wait for this one.
    async fn group(&self, group: u64) -> Result<Group> {
        let load = async {
            let extent = self.group_extent(group);
            Ok(match self.is_hole(extent).await? {
                true => Group::Zero,
                false => Group::Data(read_range(&self.vault, &self.disk, extent).await?),
            })
        };
        let key = (self.number, group);
        self.cache.groups.get_or_insert_async(&key, load).await
    }

    /// Whether nothing is stored for any byte of `extent`.
    async fn is_hole(&self, extent: Extent) -> Result<bool> {
        let chunk = self.disk.chunk_bytes.bytes();
        for chunk in extent.start / chunk..extent.end.div_ceil(chunk) {
            let leaf = self
                .vault
                .leaf(self.disk.root, chunk / FANOUT as u64)
                .await?;
            if let Some(leaf) = leaf
                && let Body::Leaf(entries) = &leaf.node.body
                && entries[chunk as usize % FANOUT].is_some()
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Bytes of one group.
    async fn part(&self, group: u64, extent: Extent) -> Result<Bytes> {
        let start = self.group_extent(group).start;
        let range = (extent.start - start) as usize..(extent.end - start) as usize;
        Ok(match self.group(group).await? {
            Group::Zero => self.zeroes.slice(range),
            Group::Data(bytes) => bytes.slice(range),
        })
    }

    fn check(&self, extent: Extent) -> Result<()> {
        match extent.start <= extent.end && extent.end <= self.disk.size_bytes {
            true => Ok(()),
            false => Err(Error::internal(format!(
                "bytes {}..{} of disk `{}`, which has {}",
                extent.start, extent.end, self.disk.name, self.disk.size_bytes
            ))),
        }
    }
}

#[async_trait]
impl BlockSource for BackupSource {
    fn size(&self) -> u64 {
        self.0.disk.size_bytes
    }

    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>> {
        let inner = &self.0;
        inner.check(window)?;
        let chunk = inner.disk.chunk_bytes.bytes();
        let chunks = window.start / chunk..window.end.div_ceil(chunk);
        let mut found = Vec::new();
        let mut push = |chunks: Range<u64>, content| {
            let extent = Extent {
                start: chunks.start * chunk,
                end: chunks.end * chunk,
            };
            if let Some(extent) = extent.intersect(window) {
                push_extent(&mut found, extent, content);
            }
        };
        let mut cursor =
            Cursor::new(&inner.vault, inner.disk.root, None, chunks.end).starting_at(chunks.start);
        while let Some(part) = cursor.next(|_| true).await? {
            match part {
                Part::Hole(range) | Part::Same(range) => push(range, Content::Zero),
                Part::Leaf(leaf, _) => {
                    let Body::Leaf(entries) = &leaf.node.body else {
                        unreachable!("a leaf")
                    };
                    let first = leaf.node.index * FANOUT as u64;
                    for (at, entry) in (first..).zip(entries.iter()) {
                        let content = match entry {
                            Some(_) => Content::Data,
                            None => Content::Zero,
                        };
                        push(at..at + 1, content);
                    }
                }
            }
        }
        Ok(found)
    }

    async fn read(&self, extent: Extent) -> Result<Bytes> {
        let inner = &self.0;
        inner.check(extent)?;
        if extent.start == extent.end {
            return Ok(Bytes::new());
        }
        let groups = extent.start / inner.group_bytes..extent.end.div_ceil(inner.group_bytes);
        let within = |group| {
            let part = inner.group_extent(group).intersect(extent);
            part.expect("the group is one of the extent's")
        };
        self.read_ahead(groups.end - 1);
        if groups.end - groups.start == 1 {
            return inner.part(groups.start, extent).await;
        }
        let mut out = BytesMut::with_capacity(extent.len() as usize);
        for group in groups {
            out.extend_from_slice(&inner.part(group, within(group)).await?);
        }
        Ok(out.freeze())
    }
}
