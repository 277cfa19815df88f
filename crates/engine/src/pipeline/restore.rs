//! Restore: from a backup's map to a disk.
//!
//! The map is walked in the order of the disk. What has to be written is collected into batches,
//! each batch's blobs are sorted by pack and offset, neighbours are read together, opened on the
//! CPU pool, and written where they belong. Holes are skipped on targets known to be zero and
//! zeroed on others. With a known state of the target only what differs is written.
//!
//! Memory: [`READS_IN_FLIGHT`] reads of [`READ_BYTES`], each with the plain bytes made of it (at most
//! [`BATCH_BYTES`] altogether), as many buffers kept for the next as were in use at once, and the
//! caches of the vault.
//!
//! A bad blob stops the disk and is named; what was written until then stays, and the target must
//! be taken for incomplete.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use coffer_core::extent::{Extent, ExtentSet};
use coffer_core::format::pack::{BlobEntry, BlobKind};
use coffer_core::format::records::{Manifest, ManifestDisk};
use coffer_core::ids::PackId;
use coffer_core::map::{Address, Body, ChunkRef, FANOUT};
use coffer_core::units::ChunkSize;
use coffer_core::{Error, Kind, Result};
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::block::{AlignedBuffers, BlockTarget};
use crate::progress::{Found, Map, Progress};
use crate::repository::{Directory, RESOLVES, Vault};

use super::walk::{Step, Walk};

/// Largest read from a pack.
const READ_BYTES: u64 = 4 << 20;
/// Unwanted bytes between two blobs that are read along rather than asked for separately.
const GAP_BYTES: u64 = 64 * 1024;
/// Reads, with the work and writes that follow from them, at once.
const READS_IN_FLIGHT: usize = 6;
/// Writes of one read at once. One after the other they leave the disk idle while the processors
/// work: a restore took a fifth longer.
const WRITES_IN_FLIGHT: usize = 4;
/// Disk bytes collected before they are sorted.
const BATCH_BYTES: u64 = 64 << 20;
/// Largest write to a target.
const WRITE_BYTES: usize = 1 << 20;

/// What is known of a target before a restore.
#[derive(Debug, Clone)]
pub struct KnownState {
    /// A backup of the same disk that the target was equal to.
    pub disk: ManifestDisk,
    /// What was written to it since.
    pub changed: ExtentSet,
}

/// What a restore did, in bytes of the disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RestoreReport {
    /// Written with data.
    pub written_bytes: u64,
    /// Made zero.
    pub zeroed_bytes: u64,
    /// Left alone because the target holds the same.
    pub skipped_bytes: u64,
    /// Read from the store.
    pub read_bytes: u64,
}

/// Writes a backed-up disk to `target` and flushes it.
///
/// The backup must be held in place by a session. A target larger than the disk keeps what lies
/// beyond; a smaller one is refused.
pub fn restore_disk<'a>(
    vault: &'a Vault,
    manifest: &'a Manifest,
    disk: &'a ManifestDisk,
    target: Arc<dyn BlockTarget>,
    known: Option<KnownState>,
    progress: &'a Progress,
    cancel: &'a CancellationToken,
) -> BoxFuture<'a, Result<RestoreReport>> {
    Box::pin(async move {
        if target.size() < disk.size_bytes {
            return Err(Error::invalid(format!(
                "the target has {} bytes, the disk `{}` of the backup {}",
                target.size(),
                disk.name,
                disk.size_bytes
            ))
            .hint("Choose a target of at least the disk's size."));
        }
        progress.add_total(disk.size_bytes);
        let run = Run {
            vault,
            chunk_size: disk.chunk_bytes,
            size: disk.size_bytes,
            target,
            progress,
            map: progress.map(disk.disk_id, &disk.name, disk.size_bytes),
            report: Mutex::default(),
            buffers: AlignedBuffers::new(WRITE_BYTES),
        };
        let outcome = tokio::select! {
            outcome = run.all(disk, known) => outcome,
            () = cancel.cancelled() => Err(Error::cancelled("the restore was cancelled")),
        };
        let name = &disk.name;
        outcome
            .map_err(|e| e.context(format!("restore disk `{name}` of {}", manifest.backup_id)))?;
        let report = *run.report();
        Ok(report)
    })
}

struct Run<'a> {
    vault: &'a Vault,
    chunk_size: ChunkSize,
    size: u64,
    target: Arc<dyn BlockTarget>,
    progress: &'a Progress,
    map: Arc<Map>,
    report: Mutex<RestoreReport>,
    buffers: AlignedBuffers,
}

impl Run<'_> {
    async fn all(&self, disk: &ManifestDisk, known: Option<KnownState>) -> Result<()> {
        let plan = Plan {
            run: self,
            walk: Walk::new(self.vault, disk, known),
            holes: None,
            ended: false,
        };
        // While the last reads of a batch are worked on, those of the next begin.
        plan.batches()
            .map_ok(|fetches| stream::iter(fetches.into_iter().map(Ok::<_, Error>)))
            .try_flatten()
            .map_ok(|fetch| self.carry_out(fetch))
            .try_buffer_unordered(READS_IN_FLIGHT)
            .try_for_each(|()| std::future::ready(Ok(())))
            .await?;
        self.target.flush().await
    }

    fn report(&self) -> MutexGuard<'_, RestoreReport> {
        // A poisoned lock means a panic in an addition; the numbers are whole.
        self.report.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn extent(&self, range: Range<u64>) -> Extent {
        let start = range.start * self.chunk_size.bytes();
        Extent {
            start,
            end: (range.end * self.chunk_size.bytes()).min(self.size),
        }
    }

    fn skip(&self, range: Range<u64>) {
        let extent = self.extent(range);
        self.map.mark(extent, Found::Unchanged);
        self.report().skipped_bytes += extent.len();
        self.progress.add_done(extent.len());
    }

    async fn zero(&self, range: Range<u64>) -> Result<()> {
        let extent = self.extent(range);
        if !self.target.is_zero() {
            self.target.write_zeroes(extent).await?;
            self.report().zeroed_bytes += extent.len();
        }
        self.map.mark(extent, Found::Zero);
        self.progress.add_done(extent.len());
        Ok(())
    }

    /// Reads, opens and writes.
    async fn carry_out(&self, fetch: Fetch) -> Result<()> {
        let read = fetch.end - fetch.start;
        let first = fetch.blobs.first().map_or(0, |(chunk, _)| *chunk);
        let start = first * self.chunk_size.bytes();
        let failed = |_: &Error| {
            let end = start + 1;
            self.map.mark(Extent { start, end }, Found::Failed);
        };
        let runs = fetch
            .carry_out(self.vault, self.chunk_size, self.size, &self.buffers)
            .await;
        let runs = runs.inspect_err(failed)?;
        self.progress.add_read(read);
        self.report().read_bytes += read;
        stream::iter(runs.into_iter().map(Ok))
            .try_for_each_concurrent(WRITES_IN_FLIGHT, |(offset, bytes)| {
                self.write(offset, bytes)
            })
            .await
    }

    async fn write(&self, offset: u64, bytes: Bytes) -> Result<()> {
        let len = bytes.len() as u64;
        self.target.write(offset, bytes).await?;
        let end = offset + len;
        self.map.mark(Extent { start: offset, end }, Found::New);
        self.report().written_bytes += len;
        self.progress.add_done(len);
        self.progress.add_new(len);
        self.progress.add_stored(len);
        Ok(())
    }
}

/// The walk over the map. What has to be read comes out of it; what needs no reading is done on
/// the way.
struct Plan<'a> {
    run: &'a Run<'a>,
    walk: Walk<'a>,
    /// Neighbouring holes not yet zeroed.
    holes: Option<Range<u64>>,
    ended: bool,
}

impl<'a> Plan<'a> {
    fn batches(self) -> BoxStream<'a, Result<Vec<Fetch>>> {
        let next = |mut plan: Plan<'a>| async move {
            let batch = plan.next().await?;
            Ok(batch.map(|batch| (batch, plan)))
        };
        stream::try_unfold(self, next).boxed()
    }

    /// The reads for the next [`BATCH_BYTES`]; none at the end.
    async fn next(&mut self) -> Result<Option<Vec<Fetch>>> {
        if self.ended {
            return Ok(None);
        }
        let mut batch = Vec::new();
        while batch.len() as u64 * self.run.chunk_size.bytes() < BATCH_BYTES {
            match self.walk.next().await? {
                Some(Step::Leave(range)) => self.run.skip(range),
                Some(Step::Zero(range)) => self.hole(range).await?,
                Some(Step::Write(chunk, entry)) => batch.push((chunk, entry)),
                None => {
                    self.ended = true;
                    self.zero_holes().await?;
                    break;
                }
            }
        }
        plan_fetches(self.run.vault, batch).await.map(Some)
    }

    async fn hole(&mut self, range: Range<u64>) -> Result<()> {
        match &mut self.holes {
            Some(holes) if holes.end == range.start => holes.end = range.end,
            _ => {
                self.zero_holes().await?;
                self.holes = Some(range);
            }
        }
        Ok(())
    }

    async fn zero_holes(&mut self) -> Result<()> {
        match self.holes.take() {
            Some(range) => self.run.zero(range).await,
            None => Ok(()),
        }
    }
}

/// One read from a pack and the chunks in it.
struct Fetch {
    directory: Arc<Directory>,
    start: u64,
    end: u64,
    blobs: Vec<(u64, BlobEntry)>,
}

/// Sorts chunks by pack and offset and joins neighbours into reads.
async fn plan_fetches(vault: &Vault, batch: Vec<(u64, ChunkRef)>) -> Result<Vec<Fetch>> {
    let mut by_pack: BTreeMap<PackId, Vec<(u64, ChunkRef)>> = BTreeMap::new();
    for (chunk, entry) in batch {
        by_pack
            .entry(entry.address.pack)
            .or_default()
            .push((chunk, entry));
    }
    let mut fetches: Vec<Fetch> = Vec::new();
    for wanted in by_pack.into_values() {
        let Some(&(first, any)) = wanted.first() else {
            continue;
        };
        // One directory for all: offsets of two generations must not mix.
        let (directory, _) = vault
            .locate(any.address)
            .await
            .map_err(|e| at_chunk(e, first))?;
        let mut blobs = Vec::with_capacity(wanted.len());
        for (chunk, entry) in wanted {
            let blob = blob_at(&directory, entry.address).map_err(|e| at_chunk(e, chunk))?;
            if blob.kind != BlobKind::Chunk || blob.digest != entry.digest {
                return Err(at_chunk(
                    bad_blob(&directory, &blob, "another blob lies there"),
                    chunk,
                ));
            }
            blobs.push((chunk, blob));
        }
        blobs.sort_unstable_by_key(|(chunk, blob)| (blob.offset, *chunk));
        let mut open: Option<Fetch> = None;
        for (chunk, blob) in blobs {
            let start = u64::from(blob.offset);
            let end = start + u64::from(blob.stored_len);
            match &mut open {
                Some(fetch)
                    if start <= fetch.end + GAP_BYTES && end - fetch.start <= READ_BYTES =>
                {
                    fetch.end = fetch.end.max(end);
                    fetch.blobs.push((chunk, blob));
                }
                _ => {
                    fetches.extend(open.take());
                    let directory = directory.clone();
                    open = Some(Fetch {
                        directory,
                        start,
                        end,
                        blobs: vec![(chunk, blob)],
                    });
                }
            }
        }
        fetches.extend(open);
    }
    Ok(fetches)
}

fn blob_at(directory: &Directory, address: Address) -> Result<BlobEntry> {
    let blob = directory.entry(address.ordinal).copied();
    blob.filter(|_| address.slot == 0).ok_or_else(|| {
        Error::data(format!(
            "pack {}: blob {} is missing",
            address.pack, address.ordinal
        ))
        .hint("Run \"coffer repo verify\"; restore another backup meanwhile.")
    })
}

fn bad_blob(directory: &Directory, blob: &BlobEntry, what: &str) -> Error {
    Error::data(format!(
        "blob {} of pack {}: {what}",
        blob.ordinal, directory.id
    ))
    .hint("Restore an older or newer backup, and run \"coffer repo verify\".")
}

fn at_chunk(error: Error, chunk: u64) -> Error {
    error.context(format!("chunk {chunk}"))
}

impl Fetch {
    /// Reads and opens the chunks of a disk of `size` bytes: runs of neighbours in the order of
    /// the disk, each with its byte offset.
    async fn carry_out(
        mut self,
        vault: &Vault,
        chunk_size: ChunkSize,
        size: u64,
        buffers: &AlignedBuffers,
    ) -> Result<Vec<(u64, Bytes)>> {
        vault.throttle.take(self.end - self.start).await;
        self.blobs.sort_unstable_by_key(|(chunk, _)| *chunk);
        let bytes = match vault.read_pack(&self.directory, self.start, self.end).await {
            // Compacted since the directory was read: the ordinals hold, the offsets do not.
            Err(e) if e.kind == Kind::NotFound => {
                return Box::pin(self.again(vault, chunk_size, size, buffers)).await;
            }
            read => read?,
        };
        let (keys, buffers) = (vault.keys.clone(), buffers.clone());
        let pack = self.directory.id;
        let opened = crate::cpu::run(move || {
            let Fetch {
                directory,
                start,
                blobs,
                ..
            } = &self;
            fill_runs(blobs, chunk_size, size, &buffers, |chunk, blob, plain| {
                let from = (u64::from(blob.offset) - start) as usize;
                let stored = &bytes[from..from + blob.stored_len as usize];
                directory
                    .open_into(&keys, blob, stored, plain)
                    .map_err(|what| at_chunk(bad_blob(directory, blob, what), chunk))
            })
        });
        // What else its backup needs of it may be restored; nobody shall refer to it anew.
        opened.await.inspect_err(|error| {
            if error.kind == Kind::Data {
                vault.note_damaged(pack);
            }
        })
    }

    /// Reads the same chunks one by one from the pack's present generation.
    async fn again(
        self,
        vault: &Vault,
        chunk_size: ChunkSize,
        size: u64,
        buffers: &AlignedBuffers,
    ) -> Result<Vec<(u64, Bytes)>> {
        let mut opened = BTreeMap::new();
        for (chunk, blob) in &self.blobs {
            let chunk = *chunk;
            let address = Address {
                pack: self.directory.id,
                ordinal: blob.ordinal,
                slot: 0,
            };
            let mut tries = 1..RESOLVES;
            let (directory, now, stored) = loop {
                let (directory, now) = vault
                    .locate(address)
                    .await
                    .map_err(|e| at_chunk(e, chunk))?;
                if now.digest != blob.digest {
                    let what = "another blob lies there";
                    return Err(at_chunk(bad_blob(&directory, &now, what), chunk));
                }
                let start = u64::from(now.offset);
                let end = start + u64::from(now.stored_len);
                match vault.read_pack(&directory, start, end).await {
                    Err(e) if e.kind == Kind::NotFound && tries.next().is_some() => {}
                    read => break (directory, now, read?),
                }
            };
            let plain = directory
                .open(&vault.keys, &now, &stored)
                .map_err(|what| at_chunk(bad_blob(&directory, &now, what), chunk))?;
            opened.insert(chunk, plain);
        }
        // Both have the digest, and so the length.
        fill_runs(&self.blobs, chunk_size, size, buffers, |chunk, _, plain| {
            plain.copy_from_slice(&opened[&chunk]);
            Ok(())
        })
    }
}

/// Makes runs of neighbouring chunks, at most [`WRITE_BYTES`] each, and lets `open` fill in each
/// chunk where it belongs. `blobs` are in the order of the disk.
///
/// A chunk stored shorter than its place is followed by zeroes; what a shorter disk cuts off goes.
fn fill_runs(
    blobs: &[(u64, BlobEntry)],
    chunk_size: ChunkSize,
    size: u64,
    buffers: &AlignedBuffers,
    mut open: impl FnMut(u64, &BlobEntry, &mut [u8]) -> Result<()>,
) -> Result<Vec<(u64, Bytes)>> {
    let chunk_bytes = chunk_size.bytes();
    let longest = (WRITE_BYTES as u64 / chunk_bytes).max(1) as usize;
    let mut runs = Vec::new();
    let mut rest = blobs;
    while let Some((first, _)) = rest.first().copied() {
        let together = rest
            .iter()
            .zip(first..)
            .take(longest)
            .take_while(|((chunk, _), expected)| chunk == expected)
            .count();
        let (run, later) = rest.split_at(together);
        rest = later;
        let offset = first * chunk_bytes;
        let len = (together as u64 * chunk_bytes).min(size - offset);
        let mut buffer = buffers.take(len as usize);
        for ((chunk, blob), place) in run
            .iter()
            .zip(buffer.bytes_mut().chunks_mut(chunk_bytes as usize))
        {
            match place.split_at_mut_checked(blob.raw_len as usize) {
                Some((plain, beyond)) => {
                    open(*chunk, blob, plain)?;
                    beyond.fill(0);
                }
                None => {
                    let mut plain = vec![0; blob.raw_len as usize];
                    open(*chunk, blob, &mut plain)?;
                    place.copy_from_slice(&plain[..place.len()]);
                }
            }
        }
        runs.push((offset, buffer.into_bytes()));
    }
    Ok(runs)
}

/// Reads bytes of a backed-up disk; at most 64 MiB at once.
pub fn read_range<'a>(
    vault: &'a Vault,
    disk: &'a ManifestDisk,
    extent: Extent,
) -> BoxFuture<'a, Result<Bytes>> {
    Box::pin(async move {
        const READ_RANGE_MAX: u64 = 64 << 20;
        if extent.end > disk.size_bytes || extent.len() > READ_RANGE_MAX {
            return Err(Error::invalid(format!(
                "bytes {}..{} of disk `{}`, which has {}",
                extent.start, extent.end, disk.name, disk.size_bytes
            ))
            .hint("Ask for bytes inside the disk, at most 64 MiB at once."));
        }
        let chunk_size = disk.chunk_bytes;
        let chunks = extent.start / chunk_size.bytes()..extent.end.div_ceil(chunk_size.bytes());
        let mut wanted = Vec::new();
        for chunk in chunks {
            let leaf = vault.leaf(disk.root, chunk / FANOUT as u64).await?;
            if let Some(leaf) = leaf
                && let Body::Leaf(entries) = &leaf.node.body
                && let Some(entry) = entries[chunk as usize % FANOUT]
            {
                wanted.push((chunk, entry));
            }
        }
        let buffers = AlignedBuffers::new(WRITE_BYTES);
        let mut out = vec![0; extent.len() as usize];
        for fetch in plan_fetches(vault, wanted).await? {
            let runs = fetch.carry_out(vault, chunk_size, disk.size_bytes, &buffers);
            for (offset, bytes) in runs.await? {
                let Some(part) = Extent::from_len(offset, bytes.len() as u64).intersect(extent)
                else {
                    continue;
                };
                let from = (part.start - offset) as usize;
                let to = (part.start - extent.start) as usize;
                let len = part.len() as usize;
                out[to..to + len].copy_from_slice(&bytes[from..from + len]);
            }
        }
        Ok(out.into())
    })
}
