//! Refresh: makes the index of digests what it should be (`repository::dedup`).
//!
//! 1. List and read the segments: which packs they cover, and which are damaged. *Then* read the
//!    log: which packs came and went. In this order a pack that a segment covers and that is there
//!    is in the log, or its session lives.
//! 2. Remove damaged segments, and rewrite those of whose packs many are gone.
//! 3. Read the directories of packs that no segment covers, and write segments of them. Then merge.
//!
//! Where the index is lost as a whole this reads every pack's directory: 80 KiB for 32 MiB. Else it
//! reads what small sessions stored since the last time. Of the log it reads what lies behind the entry
//! that this process had come to, and all of it the first time or where segments cover less than then. A crash leaves segments that are whole;
//! two at once write some entries twice, until those are merged.
//!
//! Memory: the covered ranges and the packs that went, and `segment_entries` samples.

use std::collections::{HashMap, HashSet};

use coffer_core::Result;
use coffer_core::format::index::{PackSpan, Prefix, Segment, join_spans};
use coffer_core::format::name;
use coffer_core::ids::{PackId, SessionId};
use futures::future::BoxFuture;
use futures::{StreamExt, stream};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::check_cancelled;
use crate::repository::{Needs, Refreshed, Repository, SegmentRead, samples_of};

/// Directories read at once.
const LOADS_IN_FLIGHT: usize = 8;
/// A segment is rewritten where one of so many of its packs is gone.
const GONE_SHARE: usize = 4;

/// What a refresh did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RefreshReport {
    /// Packs whose directories were read because no segment covered them.
    pub packs_read: u64,
    /// Entries written for them.
    pub entries_added: u64,
    /// Segments removed: damaged ones, and those that were rewritten.
    pub segments_removed: u64,
}

/// Adds to the index what it lacks, and drops what leads nowhere. Safe beside everything else.
///
/// Fails where the store does not answer, and with `Cancelled`.
pub fn refresh_index<'a>(
    repository: &'a Repository,
    cancel: &'a CancellationToken,
) -> BoxFuture<'a, Result<RefreshReport>> {
    Box::pin(async move {
        repository.check_needs(Needs::Write).await?;
        let mut report = RefreshReport::default();
        let found = survey(repository, cancel).await?;
        for number in found.damaged {
            let name = name::numbered(name::INDEX, number);
            repository.store.remove(&name).await?;
            report.segments_removed += 1;
        }
        let covered = Covered::new(found.covers);
        // Where segments were lost, what they covered lacks again.
        let before = repository.refreshed();
        let from = before.until.filter(|_| covered.count() >= before.covered);
        let behind = match repository.entries_behind(from).await? {
            Some(behind) => behind,
            None => repository.entries_behind(None).await?.unwrap_or_default(),
        };
        let mut gone = HashSet::new();
        let mut added = Vec::new();
        for entry in behind.entries {
            check_cancelled(cancel)?;
            gone.extend(entry.packs_removed);
            added.extend(entry.packs_added);
        }
        // Also those that went before, and of which too few were in one segment then.
        repository.read_gone().await?;
        let named = found.packs.iter().flat_map(|(_, packs)| packs);
        gone.extend(named.filter(|pack| repository.is_gone(**pack)));
        for (number, packs) in found.packs {
            check_cancelled(cancel)?;
            let lost = packs.iter().filter(|pack| gone.contains(pack)).count();
            if lost > 0 && lost * GONE_SHARE >= packs.len() {
                report.segments_removed += repository.rewrite_segments(&[number], &gone).await?;
            }
        }
        let lacking = added.into_iter().flat_map(|range| {
            let session = range.session;
            let counters = (0..range.count).filter(move |n| !range.without.contains(n));
            counters.map(move |counter| PackId::new(session, counter))
        });
        let lacking = lacking.filter(|pack| !covered.has(*pack) && !gone.contains(pack));
        add(repository, lacking, &mut report, cancel).await?;
        repository.merge_segments().await?;
        repository.note_refreshed(Refreshed {
            until: behind.until,
            covered: covered.count() + report.packs_read,
        });
        Ok(report)
    })
}

/// What the segments say of themselves.
#[derive(Default)]
struct Survey {
    covers: Vec<PackSpan>,
    damaged: Vec<u64>,
    /// The packs that each segment names.
    packs: Vec<(u64, Vec<PackId>)>,
}

async fn survey(repository: &Repository, cancel: &CancellationToken) -> Result<Survey> {
    let mut survey = Survey::default();
    for listed in repository.list_segments().await? {
        check_cancelled(cancel)?;
        match repository.read_segment(listed.number).await? {
            SegmentRead::Whole(segment) => {
                survey.covers.extend(segment.covers);
                join_spans(&mut survey.covers);
                survey.packs.push((listed.number, segment.packs));
            }
            SegmentRead::Damaged(_) => survey.damaged.push(listed.number),
            // Merged meanwhile: at worst its packs are read again.
            SegmentRead::Gone | SegmentRead::Newer => {}
        }
    }
    Ok(survey)
}

/// Ranges of packs by their session.
struct Covered(HashMap<SessionId, Vec<PackSpan>>);

impl Covered {
    fn new(spans: Vec<PackSpan>) -> Covered {
        let mut all: HashMap<_, Vec<PackSpan>> = HashMap::new();
        for span in spans {
            all.entry(span.session).or_default().push(span);
        }
        Covered(all)
    }

    fn count(&self) -> u64 {
        let spans = self.0.values().flatten();
        spans.map(|span| u64::from(span.count)).sum()
    }

    fn has(&self, pack: PackId) -> bool {
        let spans = self.0.get(&pack.session());
        spans.is_some_and(|spans| spans.iter().any(|span| span.contains(pack)))
    }
}

/// Writes segments of packs that no segment covers.
async fn add(
    repository: &Repository,
    packs: impl Iterator<Item = PackId> + Send,
    report: &mut RefreshReport,
    cancel: &CancellationToken,
) -> Result<()> {
    let limits = repository.dedup_limits();
    let (sampling, most) = (limits.sampling, limits.segment_entries);
    let mut covers: Vec<PackSpan> = Vec::new();
    let mut samples: Vec<(Prefix, PackId)> = Vec::new();
    let reads = stream::iter(packs).map(|pack| async move {
        let found = samples_of(repository, pack).await?;
        Ok::<_, coffer_core::Error>((pack, found))
    });
    let mut reads = std::pin::pin!(reads.buffered(LOADS_IN_FLIGHT));
    while let Some(read) = reads.next().await {
        check_cancelled(cancel)?;
        let (pack, found) = read?;
        report.packs_read += 1;
        report.entries_added += found.len() as u64;
        samples.extend(found);
        covers.push(PackSpan {
            session: pack.session(),
            first: pack.counter(),
            count: 1,
        });
        if samples.len() >= most {
            let segment = Segment::new(
                sampling,
                std::mem::take(&mut covers),
                std::mem::take(&mut samples),
            );
            repository.write_segment(segment).await?;
        }
    }
    if !covers.is_empty() {
        let segment = Segment::new(sampling, covers, samples);
        repository.write_segment(segment).await?;
    }
    Ok(())
}
