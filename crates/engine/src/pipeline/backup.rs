//! Backup: from the disks of one instant to a manifest.
//!
//! The source says of each range whether it is unchanged, zero or data. Data is read in groups of
//! neighbouring chunks, many at once; the CPU pool tests each chunk for zeroes, digests it,
//! compares with the parent's map at that position, looks whether the vault holds it elsewhere
//! (`repository::dedup`) and compresses what is new; the results come back in order and go into
//! packs and the map.
//!
//! Memory: [`GROUPS_IN_FLIGHT`] groups of [`GROUP_BYTES`] each twice (read and compressed), the
//! packs of `PackWriter`, what `Finder` keeps, and the caches of the vault.
//!
//! Crash at any point before the manifest: stray packs, taken over by the next attempt or freed
//! by reclaim. Crash after it: the backup exists; whoever asked finds it by its id.

use std::sync::Arc;

use bytes::Bytes;
use coffer_core::digest::Digest;
use coffer_core::extent::Extent;
use coffer_core::format::Codec;
use coffer_core::format::pack::BlobKind;
use coffer_core::format::records::{
    DefinitionRecord, Facts, InstantRecord, Manifest, ManifestDisk, Tracking,
};
use coffer_core::ids::{BackupId, DiskId};
use coffer_core::map::{ChunkRef, FANOUT, Root};
use coffer_core::units::ChunkSize;
use coffer_core::{Error, Result};
use futures::future::BoxFuture;
use futures::{StreamExt, stream};
use tokio_util::sync::CancellationToken;

use crate::block::{BlockSource, Content};
use crate::progress::{Found, Progress};
use crate::repository::crypto::Keys;
use crate::repository::{Blob, Finder, MapBuilder, PackWriter, Vault, WriteSession, chunk_digest};

/// Largest read: 16 chunks of 64 KiB; larger ones gave nothing on NBD or files.
const GROUP_BYTES: u64 = 1 << 20;
/// Groups being read or computed at once: keeps two processors busy beside a slow source.
const GROUPS_IN_FLIGHT: usize = 16;
/// How much of a disk a source is asked about at once.
const WINDOW_BYTES: u64 = 1 << 30;
/// zstd's level: level 3 saves 2 % more for half as much time again (`cargo xtask bench`).
const ZSTD_LEVEL: i32 = 1;

/// One disk to back up.
pub struct BackupDisk {
    /// The disk.
    pub disk_id: DiskId,
    /// Id of the disk's own backup in the API, where it is a server's child.
    pub child_backup_id: Option<BackupId>,
    /// Name on the server: `vda`.
    pub name: String,
    /// The disk the server boots from.
    pub system: bool,
    /// The backup to compare with. Where it is gone, everything is stored anew; the bitmap that
    /// continues from it cannot be used then.
    pub parent: Option<BackupId>,
    /// The blocks. `Unchanged` is believed where the parent has this disk, and refused otherwise.
    pub source: Arc<dyn BlockSource>,
    /// How changes are found.
    pub tracking: Tracking,
    /// The bitmap epoch that began at this instant.
    pub epoch: Option<String>,
}

/// A backup to be made.
pub struct BackupJob {
    /// The control plane's facts.
    pub facts: Facts,
    /// When the disks were what they are.
    pub instant: InstantRecord,
    /// The server's definition.
    pub definition: DefinitionRecord,
    /// A full backup was asked for: nothing that other backups stored is referred to. The disks
    /// have no parents then.
    pub independent: bool,
    /// The disks.
    pub disks: Vec<BackupDisk>,
}

/// Backs the disks up and commits.
///
/// On an error the session stays in the store: the next attempt with the same backup id takes
/// over what was stored. When cancelled, it is abandoned.
pub fn back_up<'a>(
    session: Box<WriteSession>,
    job: BackupJob,
    progress: &'a Progress,
    cancel: &'a CancellationToken,
) -> BoxFuture<'a, Result<Manifest>> {
    Box::pin(async move {
        let vault = session.vault.clone();
        let finder = Arc::new(Finder::new(&session, job.independent));
        let outcome = tokio::select! {
            outcome = run(&session, job, &finder, progress) => outcome,
            () = cancel.cancelled() => Err(Error::cancelled("the backup was cancelled")),
        };
        match outcome {
            // Cancelled at the last moment comes too late: all the work is done.
            Ok(manifest) => {
                finder.settle().await?;
                session.commit(&manifest).await?;
                if let Some(segment) = finder.finish(manifest.pack_count) {
                    vault.add_segment(segment).await;
                }
                Ok(manifest)
            }
            Err(e) => {
                if cancel.is_cancelled() {
                    session.abandon().await?;
                }
                Err(e)
            }
        }
    })
}

async fn run(
    session: &WriteSession,
    job: BackupJob,
    finder: &Arc<Finder>,
    progress: &Progress,
) -> Result<Manifest> {
    let started_at = crate::door::now();
    let vault = &session.vault;
    if job.independent && job.disks.iter().any(|disk| disk.parent.is_some()) {
        return Err(Error::internal("an independent backup with a parent"));
    }
    let mut packs = PackWriter::new(vault.clone(), session.id());
    job.disks
        .iter()
        .for_each(|disk| progress.add_total(disk.source.size()));
    let mut disks = Vec::with_capacity(job.disks.len());
    for disk in job.disks {
        let name = disk.name.clone();
        let done = back_up_disk(session, disk, &mut packs, finder, progress).await;
        disks.push(done.map_err(|e| e.context(format!("back up disk `{name}`")))?);
    }
    let pack_count = packs.finish().await?;
    Ok(Manifest {
        backup_id: session.backup_id(),
        attempt: session.attempt(),
        vault_id: vault.header.vault_id,
        session: session.id(),
        pack_count,
        packs_skipped: Vec::new(),
        adopted: session.adopted_sessions(),
        independent: job.independent,
        started_at,
        committed_at: crate::door::now(),
        facts: job.facts,
        instant: job.instant,
        definition: job.definition,
        disks,
    })
}

/// What became of a chunk.
enum Fate {
    /// The parent holds the same at this position.
    Same,
    /// It reads as zeroes.
    Zero,
    /// The vault holds it: from an earlier attempt of this backup, from another backup, or from
    /// this session itself.
    Held(ChunkRef),
    /// To be stored.
    New {
        digest: Digest,
        codec: Codec,
        raw_len: u32,
        payload: Vec<u8>,
    },
}

/// What is known of a chunk that was read, before it is compressed.
#[derive(Clone, Copy)]
enum Seen {
    Same,
    Zero,
    Held(ChunkRef),
    Unknown(Digest),
}

/// Neighbouring chunks, all within one leaf.
struct Group {
    first: u64,
    extent: Extent,
    /// The parent's digests at these positions.
    parent: Vec<Option<Digest>>,
}

enum Step {
    Read(Group),
    Zero { from: u64, to: u64 },
    Skip { from: u64, to: u64 },
}

enum Done {
    Chunks {
        first: u64,
        bytes: u64,
        fates: Vec<Fate>,
    },
    Zero {
        from: u64,
        to: u64,
    },
    Skip {
        from: u64,
        to: u64,
    },
}

async fn back_up_disk(
    session: &WriteSession,
    disk: BackupDisk,
    packs: &mut PackWriter,
    finder: &Arc<Finder>,
    progress: &Progress,
) -> Result<ManifestDisk> {
    let vault = &session.vault;
    let size = disk.source.size();
    let manifest = disk.parent.and_then(|id| session.parents.get(&id));
    let parent = manifest.and_then(|manifest| {
        manifest
            .disks
            .iter()
            .find(|known| known.disk_id == disk.disk_id)
    });
    if parent.is_none() && matches!(disk.tracking, Tracking::Bitmap { .. }) {
        return Err(
            Error::conflict("its bitmap continues from a backup that is gone")
                .hint("Back up again without the bitmap."),
        );
    }
    let chunk_size = parent.map_or(vault.header.chunk_size, |known| known.chunk_bytes);
    let chunks = chunk_size.count(size);
    let before = parent.and_then(|known| {
        known
            .root
            .map(|root| (root, chunk_size.count(known.size_bytes)))
    });
    let plan = Planner {
        vault,
        finder,
        source: disk.source.as_ref(),
        chunk_size,
        size,
        parent_root: before.map(|(root, _)| root),
        has_parent: parent.is_some(),
        must_read: parent.and_then(|known| short_chunk(chunk_size, known.size_bytes, size)),
    };

    finder.begin_disk(parent.is_some());
    let map = progress.map(disk.disk_id, &disk.name, size);
    let mut builder = MapBuilder::new(vault.clone(), before, chunks);
    let mut read_bytes = 0;
    let mut new_bytes = 0;
    let mut stored_bytes = 0;
    let mut deduplicated_bytes = 0;
    for window_start in (0..size).step_by(WINDOW_BYTES as usize) {
        let window = Extent {
            start: window_start,
            end: size.min(window_start + WINDOW_BYTES),
        };
        let steps = plan.steps(window).await?;
        let work = stream::iter(steps).map(|step| plan.carry_out(step));
        let mut results = std::pin::pin!(work.buffered(GROUPS_IN_FLIGHT));
        while let Some(done) = results.next().await {
            match done.inspect_err(|_| map.fail())? {
                Done::Skip { from, to } => {
                    let extent = plan.extent(from, to);
                    map.mark(extent, Found::Unchanged);
                    progress.add_done(extent.len());
                }
                Done::Zero { from, to } => {
                    builder.clear(packs, from, to).await?;
                    let extent = plan.extent(from, to);
                    map.mark(extent, Found::Zero);
                    progress.add_done(extent.len());
                }
                Done::Chunks {
                    first,
                    bytes,
                    fates,
                } => {
                    read_bytes += bytes;
                    progress.add_read(bytes);
                    for (chunk, mut fate) in (first..).zip(fates) {
                        let extent = plan.extent(chunk, chunk + 1);
                        // Stored by this session since it was looked at.
                        if let Fate::New {
                            digest, raw_len, ..
                        } = &fate
                            && let Some(address) = finder.look().find(digest, *raw_len)
                        {
                            let digest = *digest;
                            fate = Fate::Held(ChunkRef { address, digest });
                        }
                        let found = match &fate {
                            Fate::Same | Fate::Held(_) => Found::Deduplicated,
                            Fate::Zero => Found::Zero,
                            Fate::New { .. } => Found::New,
                        };
                        map.mark(extent, found);
                        let entry = match fate {
                            Fate::Same => continue,
                            Fate::Zero => None,
                            Fate::Held(chunk) => {
                                finder.refer(chunk.address);
                                deduplicated_bytes += extent.len();
                                progress.add_deduplicated(extent.len());
                                Some(chunk)
                            }
                            Fate::New {
                                digest,
                                codec,
                                raw_len,
                                payload,
                            } => {
                                let kind = BlobKind::Chunk;
                                let payload = payload.as_slice();
                                let blob = Blob {
                                    kind,
                                    codec,
                                    raw_len,
                                    digest,
                                    payload,
                                };
                                let (address, stored) = packs.append(blob).await?;
                                if let Some(segment) = finder.stored(digest, raw_len, address) {
                                    vault.add_segment(segment).await;
                                }
                                new_bytes += u64::from(raw_len);
                                stored_bytes += stored;
                                progress.add_new(u64::from(raw_len));
                                progress.add_stored(stored);
                                Some(ChunkRef { address, digest })
                            }
                        };
                        builder.set(packs, chunk, entry).await?;
                    }
                    progress.add_done(bytes);
                }
            }
        }
    }
    let built = builder.finish(packs).await?;
    progress.add_stored(built.metadata_bytes);
    Ok(ManifestDisk {
        disk_id: disk.disk_id,
        child_backup_id: disk.child_backup_id,
        name: disk.name,
        system: disk.system,
        parent: parent.and(disk.parent),
        size_bytes: size,
        chunk_bytes: chunk_size,
        root: built.root,
        tracking: disk.tracking,
        epoch: disk.epoch,
        allocated_bytes: built.allocated * chunk_size.bytes(),
        read_bytes,
        new_bytes,
        stored_bytes,
        metadata_bytes: built.metadata_bytes,
        deduplicated_bytes,
    })
}

/// The chunk whose length differs between two sizes of a disk: a bitmap says nothing of it.
fn short_chunk(chunk_size: ChunkSize, before: u64, now: u64) -> Option<u64> {
    let border = before.min(now);
    (before != now && !border.is_multiple_of(chunk_size.bytes()))
        .then(|| chunk_size.index_of(border).0)
}

struct Planner<'a> {
    vault: &'a Arc<Vault>,
    finder: &'a Arc<Finder>,
    source: &'a dyn BlockSource,
    chunk_size: ChunkSize,
    size: u64,
    parent_root: Option<Root>,
    has_parent: bool,
    must_read: Option<u64>,
}

/// What is known of a chunk before it is read. Ordered: the greater wins where a chunk has parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Unchanged,
    Zero,
    Read,
}

impl Planner<'_> {
    /// What to do with the chunks of `window`, in ascending order.
    async fn steps(&self, window: Extent) -> Result<Vec<Step>> {
        let mut runs: Vec<(Known, u64, u64)> = Vec::new();
        for part in self.source.extents(window).await? {
            let known = match part.content {
                Content::Unchanged if self.has_parent => Known::Unchanged,
                Content::Unchanged => {
                    return Err(Error::internal(
                        "the source calls a range unchanged, but there is no parent",
                    ));
                }
                Content::Zero => Known::Zero,
                Content::Data => Known::Read,
            };
            let Some(extent) = part.extent.intersect(window) else {
                continue;
            };
            let from = extent.start / self.chunk_size.bytes();
            let to = extent.end.div_ceil(self.chunk_size.bytes());
            push_run(&mut runs, known, from, to);
        }
        if let Some(chunk) = self.must_read {
            split_out(&mut runs, chunk);
        }
        let covered = runs
            .last()
            .map_or(window.start, |run| run.2 * self.chunk_size.bytes());
        if covered < window.end {
            return Err(Error::internal(
                "the source did not describe the whole disk",
            ));
        }
        let mut steps = Vec::new();
        for (known, from, to) in runs {
            match known {
                Known::Unchanged => steps.push(Step::Skip { from, to }),
                Known::Zero => steps.push(Step::Zero { from, to }),
                Known::Read => self.groups(from, to, &mut steps).await?,
            }
        }
        Ok(steps)
    }

    /// Where chunks lie on the disk.
    fn extent(&self, from: u64, to: u64) -> Extent {
        Extent {
            start: from * self.chunk_size.bytes(),
            end: (to * self.chunk_size.bytes()).min(self.size),
        }
    }

    async fn groups(&self, from: u64, to: u64, steps: &mut Vec<Step>) -> Result<()> {
        let per_group = (GROUP_BYTES / self.chunk_size.bytes()).max(1);
        let mut at = from;
        while at < to {
            // Groups end where the grid does, so that none lies in two leaves.
            let end = ((at / per_group + 1) * per_group).min(to);
            let leaf = self
                .vault
                .leaf(self.parent_root, at / FANOUT as u64)
                .await?;
            let parent = (at..end)
                .map(|chunk| chunk_digest(leaf.as_deref(), chunk as usize % FANOUT))
                .collect();
            let start = at * self.chunk_size.bytes();
            let extent = Extent {
                start,
                end: (end * self.chunk_size.bytes()).min(self.size),
            };
            steps.push(Step::Read(Group {
                first: at,
                extent,
                parent,
            }));
            at = end;
        }
        Ok(())
    }

    async fn carry_out(&self, step: Step) -> Result<Done> {
        match step {
            Step::Skip { from, to } => Ok(Done::Skip { from, to }),
            Step::Zero { from, to } => Ok(Done::Zero { from, to }),
            Step::Read(group) => {
                let first = group.first;
                let bytes = self.source.read(group.extent).await?;
                if bytes.len() as u64 != group.extent.len() {
                    return Err(Error::unavailable(format!(
                        "the source gave {} bytes at {}, not {}",
                        bytes.len(),
                        group.extent.start,
                        group.extent.len()
                    )));
                }
                let len = group.extent.len();
                let fates = self.judge_group(bytes, group.parent).await?;
                Ok(Done::Chunks {
                    first,
                    bytes: len,
                    fates,
                })
            }
        }
    }

    /// Decides what becomes of the chunks of a group.
    async fn judge_group(&self, bytes: Bytes, parent: Vec<Option<Digest>>) -> Result<Vec<Fate>> {
        let chunk_bytes = self.chunk_size.bytes() as usize;
        let (vault, finder) = (self.vault.clone(), self.finder.clone());
        let looked = crate::cpu::run(move || {
            let chunks = || bytes.chunks(chunk_bytes);
            let mut seen: Vec<Seen> = chunks()
                .zip(parent)
                .map(|(chunk, before)| judge(&vault.keys, chunk, before))
                .collect();
            look_up(&finder, &mut seen, chunks());
            let wants = finder.wants(&unknown(&seen, chunks()), seen.len());
            match wants.is_nothing() {
                true => finish(&seen, chunks()).map(Ok),
                false => Ok(Err((bytes, seen, wants))),
            }
        });
        let (bytes, mut seen, wants) = match looked.await? {
            Ok(fates) => return Ok(fates),
            Err(missing) => missing,
        };
        let missing = unknown(&seen, bytes.chunks(chunk_bytes));
        self.finder.fetch(wants, &missing).await;
        let finder = self.finder.clone();
        crate::cpu::run(move || {
            let chunks = || bytes.chunks(chunk_bytes);
            look_up(&finder, &mut seen, chunks());
            finish(&seen, chunks())
        })
        .await
    }
}

/// Adds a run of chunks; where it shares its first chunk with the one before, both are read.
fn push_run(runs: &mut Vec<(Known, u64, u64)>, known: Known, from: u64, to: u64) {
    let mut from = from;
    if let Some(&(last, start, end)) = runs.last()
        && from < end
    {
        if last != known {
            // The chunk has parts of two kinds.
            if last != Known::Read {
                runs.pop();
                if start < end - 1 {
                    runs.push((last, start, end - 1));
                }
                push_run(runs, Known::Read, end - 1, end);
            }
        }
        from = end;
    }
    if from >= to {
        return;
    }
    match runs.last_mut() {
        Some((last, _, end)) if *last == known && *end == from => *end = to,
        _ => runs.push((known, from, to)),
    }
}

/// Has `chunk` read, whatever was said of it.
fn split_out(runs: &mut Vec<(Known, u64, u64)>, chunk: u64) {
    let Some(at) = runs.iter().position(|run| (run.1..run.2).contains(&chunk)) else {
        return;
    };
    let (known, from, to) = runs[at];
    let parts = [
        (known, from, chunk),
        (Known::Read, chunk, chunk + 1),
        (known, chunk + 1, to),
    ];
    runs.splice(at..=at, parts.into_iter().filter(|part| part.1 < part.2));
}

/// Looks at a chunk's bytes.
fn judge(keys: &Keys, chunk: &[u8], before: Option<Digest>) -> Seen {
    if is_zero(chunk) {
        return Seen::Zero;
    }
    let digest = keys.digest(BlobKind::Chunk, chunk);
    match before == Some(digest) {
        true => Seen::Same,
        false => Seen::Unknown(digest),
    }
}

/// Finds the chunks that the vault is known to hold.
fn look_up<'a>(finder: &Finder, seen: &mut [Seen], chunks: impl Iterator<Item = &'a [u8]>) {
    let look = finder.look();
    for (seen, chunk) in seen.iter_mut().zip(chunks) {
        if let Seen::Unknown(digest) = *seen
            && let Some(address) = look.find(&digest, chunk_len(chunk))
        {
            *seen = Seen::Held(ChunkRef { address, digest });
        }
    }
}

/// The chunks that nothing is known of, with their lengths.
fn unknown<'a>(seen: &[Seen], chunks: impl Iterator<Item = &'a [u8]>) -> Vec<(Digest, u32)> {
    let unknown = seen
        .iter()
        .zip(chunks)
        .filter_map(|(seen, chunk)| match seen {
            Seen::Unknown(digest) => Some((*digest, chunk_len(chunk))),
            _ => None,
        });
    unknown.collect()
}

/// Compresses the chunks that nothing is known of.
fn finish<'a>(seen: &[Seen], chunks: impl Iterator<Item = &'a [u8]>) -> Result<Vec<Fate>> {
    let fate = |(seen, chunk): (&Seen, &[u8])| {
        Ok(match *seen {
            Seen::Same => Fate::Same,
            Seen::Zero => Fate::Zero,
            Seen::Held(chunk) => Fate::Held(chunk),
            Seen::Unknown(digest) => {
                let (codec, payload) = compress(chunk)?;
                Fate::New {
                    digest,
                    codec,
                    raw_len: chunk_len(chunk),
                    payload,
                }
            }
        })
    };
    seen.iter().zip(chunks).map(fate).collect()
}

fn chunk_len(chunk: &[u8]) -> u32 {
    u32::try_from(chunk.len()).expect("a chunk is at most 4 MiB")
}

/// Packs a chunk; as it is where compression saves less than a sixteenth.
fn compress(chunk: &[u8]) -> Result<(Codec, Vec<u8>)> {
    thread_local! {
        static COMPRESSOR: std::cell::RefCell<Option<zstd::bulk::Compressor<'static>>> =
            const { std::cell::RefCell::new(None) };
    }
    let failed = |e: std::io::Error| Error::internal("compress a chunk").caused_by(e);
    let packed = COMPRESSOR.with_borrow_mut(|slot| {
        let compressor = match slot {
            Some(compressor) => compressor,
            None => slot.insert(zstd::bulk::Compressor::new(ZSTD_LEVEL).map_err(failed)?),
        };
        compressor.compress(chunk).map_err(failed)
    })?;
    Ok(match packed.len() <= chunk.len() - chunk.len() / 16 {
        true => (Codec::Zstd, packed),
        false => (Codec::Raw, chunk.to_vec()),
    })
}

/// True if every byte is zero.
fn is_zero(bytes: &[u8]) -> bool {
    // Most data differs early: look there before going through all of it in wide steps.
    let (head, rest) = bytes.split_at(bytes.len().min(64));
    head.iter().all(|&byte| byte == 0)
        && rest
            .chunks(1024)
            .all(|part| part.iter().fold(0, |bits, byte| bits | byte) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(parts: &[(Known, u64, u64)]) -> Vec<(Known, u64, u64)> {
        let mut runs = Vec::new();
        parts
            .iter()
            .for_each(|&(known, from, to)| push_run(&mut runs, known, from, to));
        runs
    }

    #[test]
    fn a_chunk_with_parts_of_two_kinds_is_read() {
        use Known::*;
        assert_eq!(runs(&[(Zero, 0, 2), (Zero, 2, 5)]), [(Zero, 0, 5)]);
        assert_eq!(
            runs(&[(Zero, 0, 3), (Unchanged, 2, 5)]),
            [(Zero, 0, 2), (Read, 2, 3), (Unchanged, 3, 5)]
        );
        assert_eq!(
            runs(&[(Zero, 0, 3), (Read, 2, 3), (Unchanged, 2, 5)]),
            [(Zero, 0, 2), (Read, 2, 3), (Unchanged, 3, 5)]
        );
        assert_eq!(runs(&[(Read, 0, 3), (Zero, 2, 3)]), [(Read, 0, 3)]);
        assert_eq!(runs(&[(Zero, 0, 1), (Unchanged, 0, 1)]), [(Read, 0, 1)]);
    }

    #[test]
    fn one_chunk_can_be_split_out() {
        use Known::*;
        let mut all = runs(&[(Unchanged, 0, 5)]);
        split_out(&mut all, 2);
        assert_eq!(all, [(Unchanged, 0, 2), (Read, 2, 3), (Unchanged, 3, 5)]);
        split_out(&mut all, 9);
        assert_eq!(all.len(), 3);
        assert_eq!(
            short_chunk(ChunkSize::DEFAULT, 65_536 * 3, 65_536 * 9),
            None
        );
        assert_eq!(
            short_chunk(ChunkSize::DEFAULT, 65_536 * 3 + 1, 65_536 * 9),
            Some(3)
        );
    }

    #[test]
    fn zeroes_are_seen_wherever_they_end() {
        let mut bytes = vec![0; 5000];
        assert!(is_zero(&bytes) && is_zero(&[]));
        for at in [0, 63, 64, 1087, 1088, 4999] {
            bytes[at] = 1;
            assert!(!is_zero(&bytes), "byte {at}");
            bytes[at] = 0;
        }
    }
}
