//! Segments of the index in the store: read, written, merged.
//!
//! A segment is written under a random number and never changed. Merging writes the new one before
//! it removes those it was made of; a crash between leaves the same entries twice, and so does
//! another program that merges at the same time. Whoever finds a segment gone that it had listed
//! lists again. None of this needs care beyond that: an entry is a hint, looked at in the pack's
//! directory before anything follows from it, and what is lost is found again by
//! `pipeline::refresh_index`.

use std::collections::HashSet;

use coffer_core::format::index::{PackSpan, SAMPLING_MAX, Segment, join_spans};
use coffer_core::format::{ObjectKind, is_newer, name};
use coffer_core::ids::PackId;
use coffer_core::{Error, Kind, Result};

use crate::repository::crypto::random;
use crate::repository::store::Created;
use crate::repository::{Vault, records};

/// Most segments that are worth merging: more are merged, so that the number of objects follows
/// the number of chunks, not of backups.
const SMALL_SEGMENTS_MAX: usize = 16;
/// Small segments that a merge leaves alone, if they are larger than all that is merged together:
/// so an entry is written again a few times, not with each merge.
const SMALL_SEGMENTS_LEFT: usize = 8;
/// A segment of this size is not merged any more: 6 MiB.
const FULL_BYTES: u64 = 6 << 20;
/// Bytes of segments that one merge takes: about four times as much memory.
const MERGE_BYTES: u64 = 2 * FULL_BYTES;
/// Largest object that is read as a segment: an envelope takes 64 MiB.
const READ_MAX: u64 = 65 << 20;

/// A segment as it is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ListedSegment {
    /// Its number.
    pub number: u64,
    /// Its size in bytes.
    pub size: u64,
}

/// What a segment's object holds.
pub(crate) enum Read {
    /// A segment.
    Whole(Segment),
    /// Nothing: it was merged meanwhile.
    Gone,
    /// Damage, or what another vault wrote.
    Damaged(Error),
    /// What a newer version of the program wrote; it is left alone.
    Newer,
}

impl Vault {
    /// The segments that are there.
    pub(crate) async fn list_segments(&self) -> Result<Vec<ListedSegment>> {
        let listed = self.store.list(name::INDEX).await?;
        let parse = |object: &crate::repository::store::Listed| {
            let number = name::parse_numbered(name::INDEX, &object.name)?;
            let size = object.size;
            Some(ListedSegment { number, size })
        };
        Ok(listed.iter().filter_map(parse).collect())
    }

    /// Reads a segment.
    pub(crate) async fn read_segment(&self, number: u64) -> Result<Read> {
        let name = name::numbered(name::INDEX, number);
        let Some((bytes, len)) = self.store.get_suffix(&name, READ_MAX).await? else {
            return Ok(Read::Gone);
        };
        if len > READ_MAX {
            let error = Error::data(format!("object `{name}` is too long: {len} bytes"));
            return Ok(Read::Damaged(error));
        }
        if is_newer(&bytes, ObjectKind::Index) {
            return Ok(Read::Newer);
        }
        let (keys, suite) = (self.keys.clone(), self.header.suite);
        let opened = crate::cpu::run(move || {
            let raw = records::open_bytes(&keys, suite, ObjectKind::Index, &name, &bytes)?;
            Segment::decode(&raw).map_err(|e| Error::from(e).context(format!("object `{name}`")))
        });
        Ok(match opened.await {
            Ok(segment) => Read::Whole(segment),
            Err(e) if e.kind == Kind::Data => Read::Damaged(e),
            Err(e) => return Err(e),
        })
    }

    /// Writes a segment. Returns its number.
    pub(crate) async fn write_segment(&self, segment: Segment) -> Result<u64> {
        let mut bytes = [0; 8];
        random(&mut bytes)?;
        let number = u64::from_be_bytes(bytes);
        let name = name::numbered(name::INDEX, number);
        let (keys, suite, key_id) = (self.keys.clone(), self.header.suite, self.header.key_id);
        let name_ = name.clone();
        let sealed = crate::cpu::run(move || {
            let kind = ObjectKind::Index;
            records::seal_bytes(&keys, suite, key_id, kind, &name_, segment.encode())
        });
        match self.store.create(&name, sealed.await?).await? {
            Created::Yes => Ok(number),
            // Only a write of ours that was torn can be there.
            Created::Exists => {
                self.store.remove(&name).await?;
                Err(Error::unavailable("a segment was only partly written"))
            }
        }
    }

    /// Merges the smallest segments where there are many, unless somebody in this process does.
    pub(crate) async fn merge_segments(&self) -> Result<()> {
        let Ok(_alone) = self.dedup.merging.try_lock() else {
            return Ok(());
        };
        let mut small = self.list_segments().await?;
        small.retain(|segment| segment.size < FULL_BYTES);
        if small.len() <= SMALL_SEGMENTS_MAX {
            return Ok(());
        }
        self.rewrite_segments(&choose(small), &HashSet::new())
            .await
            .map(|_| ())
    }

    /// Writes one segment in the place of several, without entries of packs that are gone. Returns
    /// how many are not there any more. Where one of them goes meanwhile, another program is at it, and
    /// all is left as it is.
    pub(crate) async fn rewrite_segments(
        &self,
        numbers: &[u64],
        gone: &HashSet<PackId>,
    ) -> Result<u64> {
        let mut merged = Vec::new();
        let mut covers: Vec<PackSpan> = Vec::new();
        let mut samples = Vec::new();
        let mut sampling = 0;
        for number in numbers {
            match self.read_segment(*number).await? {
                Read::Whole(segment) => {
                    // What a sparser one lacks is found by other entries of the same packs.
                    sampling = segment.sampling.max(sampling).min(SAMPLING_MAX);
                    let there = segment.samples().filter(|(_, pack)| !gone.contains(pack));
                    samples.extend(there);
                    covers.extend(segment.covers.iter().filter(|span| is_needed(span, gone)));
                    join_spans(&mut covers);
                    merged.push(*number);
                }
                Read::Damaged(error) => {
                    tracing::warn!(error = %error.chain(), "a damaged segment of the index is dropped");
                    merged.push(*number);
                }
                Read::Gone => return Ok(0),
                Read::Newer => {}
            }
        }
        let removed = merged.len() as u64;
        if !covers.is_empty() || !samples.is_empty() {
            let segment = crate::cpu::run(move || Segment::new(sampling, covers, samples)).await;
            let written = self.write_segment(segment).await?;
            // Of two that come here, at most one has removed anything: the other one takes its own back.
            let there = self.list_segments().await?;
            let is_there = |number: &u64| there.iter().any(|found| found.number == *number);
            if !merged.iter().all(is_there) {
                let name = name::numbered(name::INDEX, written);
                self.store.remove(&name).await?;
                return Ok(0);
            }
        }
        for number in merged {
            let name = name::numbered(name::INDEX, number);
            self.store.remove(&name).await?;
        }
        Ok(removed)
    }
}

/// True if some pack of the range may be there. Ranges that no backup needs any more would add up.
fn is_needed(span: &PackSpan, gone: &HashSet<PackId>) -> bool {
    let mut packs = (span.first..span.first + span.count).map(|n| PackId::new(span.session, n));
    gone.is_empty() || packs.any(|pack| !gone.contains(&pack))
}

/// The segments to merge: enough of the smallest, and then those that are not larger than all
/// smaller ones together.
fn choose(mut small: Vec<ListedSegment>) -> Vec<u64> {
    small.sort_by_key(|segment| (segment.size, segment.number));
    let least = small.len().saturating_sub(SMALL_SEGMENTS_LEFT);
    let mut sum = 0;
    let taken = (0..).zip(&small).take_while(|(at, segment)| {
        let fits = *at < 2 || sum + segment.size <= MERGE_BYTES;
        let joins = *at < least || segment.size <= sum;
        sum += segment.size;
        fits && joins
    });
    taken.map(|(_, segment)| segment.number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(sizes: &[u64]) -> Vec<u64> {
        let listed = (0..).zip(sizes);
        choose(
            listed
                .map(|(number, size)| ListedSegment {
                    number,
                    size: *size,
                })
                .collect(),
        )
    }

    #[test]
    fn merges_take_the_smallest() {
        // Nine of seventeen, and no larger ones.
        let mut sizes = vec![100; 9];
        sizes.extend([10_000; 8]);
        assert_eq!(chosen(&sizes), (0..9).collect::<Vec<_>>());
        // All of one size are merged at once.
        assert_eq!(chosen(&[100; 17]).len(), 17);
        // Not more than memory allows.
        assert_eq!(chosen(&[FULL_BYTES - 1; 17]).len(), 4);
    }

    #[test]
    fn a_thousand_segments_of_one_size_are_rewritten_few_times() {
        let (mut segments, mut written) = (Vec::new(), 0);
        for number in 0..1000 {
            segments.push(ListedSegment { number, size: 100 });
            if segments.len() > SMALL_SEGMENTS_MAX {
                let chosen = choose(segments.clone());
                let goes = |s: &ListedSegment| chosen.contains(&s.number);
                let size = segments.iter().filter(|s| goes(s)).map(|s| s.size).sum();
                segments.retain(|s| !goes(s));
                let number = 10_000 + number;
                segments.push(ListedSegment { number, size });
                written += size;
            }
        }
        assert!(segments.len() <= SMALL_SEGMENTS_MAX);
        assert!(written < 5 * 100_000, "{written} bytes for 100,000");
    }
}
