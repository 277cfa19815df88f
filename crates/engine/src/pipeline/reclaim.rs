//! Reclaim: frees what no backup needs, in two phases without locks (decision F2). Its cost follows
//! what came and went, not what is stored.
//!
//! 1. List condemnations, then sessions; end those whose process is gone. Finish deletions nobody waits for.
//! 2. Read the counts and take into account what the log says since (`tally`). A blob without references
//!    is dead: the packs it lies in are *touched*. So are packs of sessions that ended without a backup.
//! 3. Judge the touched packs. Nothing referred to: the pack is condemned. Less than [`LIVE_SHARE`] of its
//!    bytes: its dead blobs are. Packs of live sessions, and of those they adopt, stay touched.
//! 4. Create the condemnation, *then* list sessions into its `.waits`. Writers among them may refer to
//!    what is condemned; whoever begins later treats it as absent.
//! 5. For each condemnation of which no such writer is left: *then* read the log to its end and count
//!    that too. What is still not referred to is settled in a verdict, whoever carries it out.
//! 6. Write the counts, so that nobody has to walk maps whose nodes are about to go.
//! 7. Packs: the log says what goes, then the generations are listed and removed. Blobs: `compact`.
//!    Then the condemnation goes.
//!
//! A writer that ended before 5 has what it committed in the log, because its session ends after that.
//! One that is still there and was not waited for began after the condemnation. So everything that can
//! refer to a condemned blob is counted in 5 (the table in `repository` has the pairs).
//!
//! Where there are no counts, they are damaged, or the log does not follow them, and where it is asked
//! for, everything is counted anew in one *full* run: list packs, then sessions, then manifests; count,
//! and mark independently of that what the manifests reach. Where the two differ, that is said, and what
//! either of them refers to stays. A full run costs a walk over every distinct node.
//!
//! A crash leaves a condemnation at most; the next reclaim carries it out. Counts that were not
//! written are made again from the log.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use coffer_core::format::name;
use coffer_core::format::pack::{TRAILER_BYTES, Trailer};
use coffer_core::format::records::{Condemnation, LogEntry, Manifest, Role, Session, Verdict};
use coffer_core::ids::{BackupId, PackId, SessionId};
use coffer_core::map::Address;
use coffer_core::{Error, Kind, Result};
use futures::future::BoxFuture;
use serde::Serialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::compact::{Compacted, compact, is_whole, remove_lower};
use super::delete::{pinning, remove_manifests};
use super::mark::{Chunks, Marks};
use super::{check_cancelled, tally};
use crate::repository::store::Listed;
use crate::repository::{
    Condemned, Counts, Needs, Repository, Survey, end_session, log_entry, owner_is_gone, read_log,
};

/// A pack is compacted when less than this share of its bytes is needed, in percent. At half, at most
/// one byte is written for each byte that is freed, and packs hold at most twice what is needed.
const LIVE_SHARE: u64 = 50;
/// Packs whose blobs one condemnation names: its record stays below 8 MiB.
const PACKS_OF_BLOBS: usize = 256;
/// How old a file without a name must be to have no writer any more: none takes that long.
const UNFINISHED_AGE: Duration = Duration::from_secs(3600);
/// Every so many tallies, unfinished files are looked for.
const UNFINISHED_PERIOD: u64 = 16;
/// While others work, reclaim rests this many times as long as it took to compact a pack.
const REST: u32 = 3;
/// Longest rest.
const REST_MAX: Duration = Duration::from_secs(5);

/// How to reclaim.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReclaimOptions {
    /// Only say what would go.
    pub dry_run: bool,
    /// Count everything anew and compare with what was counted.
    pub full: bool,
}

/// What reclaim did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReclaimReport {
    /// Packs removed.
    pub packs_removed: u64,
    /// Packs rewritten without what nobody needs.
    pub packs_compacted: u64,
    /// Bytes that the store holds less.
    pub bytes_freed: u64,
    /// Packs that stay because something in them is needed.
    pub packs_kept: u64,
    /// Packs condemned, or blobs in them, that wait for sessions to end.
    pub packs_waiting: u64,
    /// True if more goes once sessions have ended: it is worth to come again.
    pub waits: bool,
    /// Backups whose deletion was finished.
    pub backups_removed: u64,
    /// Sessions of processes that are gone.
    pub sessions_ended: u64,
    /// Backups added to the log that a crash had kept out.
    pub log_repaired: u64,
    /// Why everything was counted anew, where it was.
    pub counted_anew: Option<String>,
    /// Blobs whose counts were wrong. They are right now.
    pub wrong_counts: u64,
}

/// Frees what no backup needs. Safe beside everything else, itself included.
///
/// Fails with `Data`, and removes nothing, where a manifest or map node cannot be read: what it
/// refers to is not known.
pub fn reclaim<'a>(
    repository: &'a Repository,
    options: ReclaimOptions,
    cancel: &'a CancellationToken,
) -> BoxFuture<'a, Result<ReclaimReport>> {
    Box::pin(async move {
        repository.check_needs(Needs::Delete).await?;
        let mut run = Run {
            repository,
            options,
            cancel,
            sessions: Vec::new(),
            folders: HashMap::new(),
            report: ReclaimReport::default(),
        };
        run.all().await?;
        Ok(run.report)
    })
}

type Sessions = Vec<(SessionId, Option<Session>)>;

struct Run<'a> {
    repository: &'a Repository,
    options: ReclaimOptions,
    cancel: &'a CancellationToken,
    /// Those that live.
    sessions: Sessions,
    /// What lies in folders of packs, as far as it was asked for.
    folders: HashMap<String, Vec<Listed>>,
    report: ReclaimReport,
}

/// What shall be condemned.
#[derive(Default)]
struct Plan {
    packs: Vec<PackId>,
    blobs: BTreeMap<PackId, Vec<u32>>,
    /// Bytes of the blobs.
    blob_bytes: u64,
}

impl Run<'_> {
    async fn all(&mut self) -> Result<()> {
        let repository = self.repository;
        let found = repository.condemnations().await?;
        let mut given_up = self.live_sessions().await?;
        if !self.options.dry_run {
            self.report.backups_removed = finish_deletions(repository, &self.sessions).await?;
        }
        let why = match (self.options.full, found.unreadable.is_empty()) {
            (true, _) => Some("it was asked for".to_owned()),
            // What it named is in no list any more.
            (false, false) => Some("a condemnation cannot be read".to_owned()),
            (false, true) => None,
        };
        let up_to_date = self.up_to_date().await?;
        let mut counts = match (why, up_to_date) {
            (None, Ok(counts)) => counts,
            (Some(why), before) => self.count_anew(why, before.ok(), &mut given_up).await?,
            (None, Err(why)) => self.count_anew(why, None, &mut given_up).await?,
        };
        counts.sessions.extend(given_up);
        self.look_at_sessions(&mut counts).await?;
        let condemned = repository.condemned().await?;
        let plan = self.judge(&mut counts, &condemned).await?;
        self.report.packs_kept = counts.packs();
        if self.options.dry_run {
            return self.foresee(&mut counts, &condemned, plan).await;
        }
        check_cancelled(self.cancel)?;
        self.condemn(&mut counts, plan).await?;
        self.carry_out(&mut counts).await?;
        if counts.changed {
            counts.save(repository).await?;
        }
        self.report.waits |= self.report.packs_waiting > 0
            || !counts.touched.is_empty()
            || !counts.sessions.is_empty();
        let periodic = counts
            .number()
            .unwrap_or(0)
            .is_multiple_of(UNFINISHED_PERIOD);
        if periodic || self.report.counted_anew.is_some() {
            repository.store.remove_unfinished(UNFINISHED_AGE).await?;
        }
        Ok(())
    }

    /// Looks for the sessions that live, and ends the others: those whose owner is gone, and those
    /// that have committed and could not say so. In a dry run, returns the sessions whose packs
    /// would be nobody's then.
    async fn live_sessions(&mut self) -> Result<Vec<SessionId>> {
        let (mut given_up, mut ended) = (Vec::new(), 0);
        self.sessions.clear();
        for (id, session) in self.repository.sessions().await? {
            match &session {
                Some(session) if owner_is_gone(&session.owner) => {
                    ended += 1;
                    if !self.options.dry_run {
                        end_session(self.repository, session, "its process is gone").await?;
                    } else if let Role::Writer { adopted, .. } = &session.role
                        && self.repository.committed_by(session).await?.is_none()
                    {
                        given_up.extend(adopted);
                        given_up.push(id);
                    }
                }
                Some(session)
                    if !self.options.dry_run
                        && self.repository.end_if_committed(session).await? => {}
                _ => self.sessions.push((id, session)),
            }
        }
        match self.options.dry_run {
            true => self.report.sessions_ended = ended,
            false => self.report.sessions_ended += ended,
        }
        Ok(given_up)
    }

    /// The counts as of now, or why there are none.
    async fn up_to_date(&self) -> Result<std::result::Result<Counts, String>> {
        let mut before = None;
        loop {
            let mut counts = match Counts::read(self.repository).await {
                Ok(Some(counts)) => counts,
                Ok(None) => return Ok(Err("nothing was counted yet".to_owned())),
                Err(e) if e.kind == Kind::Data => return Ok(Err(e.chain())),
                Err(e) => return Err(e),
            };
            match tally::advance(&mut counts, self.repository, self.cancel).await {
                Ok(()) => return Ok(Ok(counts)),
                // Another program may have counted what it removed since these were read.
                Err(e) if e.kind == Kind::Data && before != counts.number() => {
                    before = counts.number();
                }
                Err(e) if e.kind == Kind::Data => return Ok(Err(e.chain())),
                Err(e) => return Err(e),
            }
        }
    }

    /// Counts everything anew, and marks it too.
    async fn count_anew(
        &mut self,
        why: String,
        before: Option<Counts>,
        given_up: &mut Vec<SessionId>,
    ) -> Result<Counts> {
        let repository = self.repository;
        let packs = list_packs(repository).await?;
        *given_up = self.live_sessions().await?;
        let head = repository.log_head().await?;
        let survey = trusted_survey(repository).await?;
        let mut counts = Counts::empty(repository, head).await?;
        let mut marks = Marks::default();
        for manifest in &survey.backups {
            check_cancelled(self.cancel)?;
            tally::add(&mut counts, repository, manifest, self.cancel).await?;
            marks
                .add(repository, manifest, Chunks::Trust, |lost| Err(lost.error))
                .await?;
        }
        let wrong = compare(repository, &mut counts, &marks).await?;
        if wrong > 0 {
            tracing::error!(
                count = wrong,
                "counting and marking differ; what either of them needs stays"
            );
        }
        if !self.options.dry_run {
            self.report.log_repaired += repair_log(repository, &survey).await?;
        }
        tally::advance(&mut counts, repository, self.cancel).await?;
        self.report.wrong_counts = wrong;
        if let Some(before) = before
            && before.seen == counts.seen
        {
            let drifted = differences(repository, before, &mut counts).await?;
            if drifted > 0 {
                tracing::error!(
                    count = drifted,
                    "references were counted wrongly; they were counted anew"
                );
            }
            self.report.wrong_counts += drifted;
        }
        tracing::info!(why, "references are counted anew");
        self.report.counted_anew = Some(why);
        let condemned = repository.condemned().await?;
        let (owned, _) = self.owned();
        for (id, generations) in packs {
            let untouched = owned.contains(&id.session()) || condemned.blobs.contains_key(&id);
            if untouched || condemned.packs.contains(&id) {
                continue;
            }
            let live = counts
                .pack(repository, id)
                .await?
                .map_or(0, |counts| counts.live());
            if live == 0 || !is_mostly_live(repository, id, &generations, live).await? {
                counts.touched.insert(id);
            }
            if live > 0 && generations.len() > 1 && !self.options.dry_run {
                self.heal(id, &generations).await?;
            }
        }
        Ok(counts)
    }

    /// Removes generations below one that is whole: a crash left them, and no condemnation.
    async fn heal(&mut self, id: PackId, generations: &[u32]) -> Result<()> {
        for generation in generations.iter().rev() {
            let directory = match self.repository.read_directory(id, *generation).await {
                Ok(Some(directory)) => directory,
                Ok(None) => continue,
                Err(e) if e.kind == Kind::Data => continue,
                Err(e) => return Err(e),
            };
            if is_whole(self.repository, id, *generation, directory.entries).await? {
                self.report.bytes_freed += remove_lower(self.repository, id, *generation).await?;
                self.repository.forget_directory(id);
                return Ok(());
            }
        }
        Ok(())
    }

    /// The live sessions with those they adopt, and whether that is all: what a session that
    /// cannot be read adopts is not known.
    fn owned(&self) -> (HashSet<SessionId>, bool) {
        let mut owned: HashSet<SessionId> = self.sessions.iter().map(|(id, _)| *id).collect();
        for (_, session) in &self.sessions {
            if let Some(Session {
                role: Role::Writer { adopted, .. },
                ..
            }) = session
            {
                owned.extend(adopted);
            }
        }
        let all_known = self.sessions.iter().all(|(_, session)| session.is_some());
        (owned, all_known)
    }

    /// What lies in the folder of a session's packs. Listed once a run.
    async fn folder(&mut self, session: SessionId) -> Result<&[Listed]> {
        let folder = name::pack_folder(session);
        if !self.folders.contains_key(&folder) {
            let listed = self.repository.store.list(&folder).await?;
            self.folders.insert(folder.clone(), listed);
        }
        Ok(&self.folders[&folder])
    }

    /// Touches the packs of sessions that ended without a backup, once nobody may take them over.
    async fn look_at_sessions(&mut self, counts: &mut Counts) -> Result<()> {
        let (owned, all_known) = self.owned();
        let due: Vec<SessionId> = counts
            .sessions
            .iter()
            .filter(|id| all_known && !owned.contains(id))
            .copied()
            .collect();
        for session in due {
            let listed = self.folder(session).await?;
            let packs = listed.iter().filter_map(|o| name::parse_pack(&o.name));
            counts
                .touched
                .extend(packs.map(|(id, _)| id).filter(|id| id.session() == session));
            counts.sessions.remove(&session);
            counts.changed = true;
        }
        Ok(())
    }

    /// Says what of the touched packs is to be condemned; those that are not to be looked at any
    /// more are touched no longer.
    async fn judge(&mut self, counts: &mut Counts, condemned: &Condemned) -> Result<Plan> {
        let (owned, all_known) = self.owned();
        let mut plan = Plan::default();
        let touched: Vec<PackId> = counts.touched.iter().copied().collect();
        for id in touched {
            check_cancelled(self.cancel)?;
            // Blobs of it that are condemned already come first.
            let waits = owned.contains(&id.session()) || condemned.blobs.contains_key(&id);
            if waits || !all_known {
                continue;
            }
            if !condemned.packs.contains(&id) {
                self.judge_pack(counts, id, &mut plan).await?;
            }
            counts.touched.remove(&id);
            counts.changed = true;
        }
        Ok(plan)
    }

    async fn judge_pack(&self, counts: &mut Counts, id: PackId, plan: &mut Plan) -> Result<()> {
        let Some(live) = counts.pack(self.repository, id).await? else {
            plan.packs.push(id);
            return Ok(());
        };
        let directory = match self.repository.directory(id).await {
            Ok(Some(directory)) => directory,
            Ok(None) => return Ok(()),
            // Verify tells of it; nothing is rewritten that cannot be read.
            Err(e) if e.kind == Kind::Data => return Ok(()),
            Err(e) => return Err(e),
        };
        let (mut all, mut dead, mut blobs) = (0, 0, Vec::new());
        for entry in &directory.entries {
            all += u64::from(entry.stored_len);
            if !live.is_live(entry.ordinal) {
                dead += u64::from(entry.stored_len);
                blobs.push(entry.ordinal);
            }
        }
        if dead * 100 > all * (100 - LIVE_SHARE) {
            plan.blobs.insert(id, blobs);
            plan.blob_bytes += dead;
        }
        Ok(())
    }

    /// Says what a run would free.
    async fn foresee(
        &mut self,
        counts: &mut Counts,
        condemned: &Condemned,
        plan: Plan,
    ) -> Result<()> {
        let mut packs: BTreeSet<PackId> = plan.packs.into_iter().collect();
        for id in &condemned.packs {
            if counts.pack(self.repository, *id).await?.is_none() {
                packs.insert(*id);
            }
        }
        for id in packs {
            let listed = self.folder(id.session()).await?;
            let of_pack = |o: &&Listed| name::parse_pack(&o.name).is_some_and(|(p, _)| p == id);
            let sizes: Vec<u64> = listed.iter().filter(of_pack).map(|o| o.size).collect();
            self.report.packs_removed += u64::from(!sizes.is_empty());
            self.report.bytes_freed += sizes.iter().sum::<u64>();
        }
        self.report.packs_compacted = plan.blobs.len() as u64;
        self.report.bytes_freed += plan.blob_bytes;
        for (id, blobs) in &condemned.blobs {
            let live = counts.pack(self.repository, *id).await?;
            let Some(directory) = self.repository.directory(*id).await? else {
                continue;
            };
            let goes = directory.entries.iter().filter(|entry| {
                blobs.contains(&entry.ordinal)
                    && live.is_none_or(|live| !live.is_live(entry.ordinal))
            });
            self.report.packs_compacted += 1;
            self.report.bytes_freed += goes.map(|e| u64::from(e.stored_len)).sum::<u64>();
        }
        Ok(())
    }

    async fn condemn(&mut self, counts: &mut Counts, plan: Plan) -> Result<()> {
        let log_seen = counts.seen.as_ref().map(|head| head.number);
        let mut condemnations = Vec::new();
        if !plan.packs.is_empty() {
            condemnations.push(Condemnation {
                packs: plan.packs,
                log_seen,
                ..Condemnation::default()
            });
        }
        if !plan.blobs.is_empty() {
            self.repository.need_compaction().await?;
        }
        let mut rest = plan.blobs.into_iter().peekable();
        while rest.peek().is_some() {
            condemnations.push(Condemnation {
                blobs: rest.by_ref().take(PACKS_OF_BLOBS).collect(),
                log_seen,
                ..Condemnation::default()
            });
        }
        for condemnation in condemnations {
            self.repository.condemn(&condemnation).await?;
        }
        Ok(())
    }

    /// Carries out all condemnations for which no writer is left that may not have seen them.
    async fn carry_out(&mut self, counts: &mut Counts) -> Result<()> {
        let repository = self.repository;
        let found = repository.condemnations().await?;
        for number in found.unreadable {
            repository.drop_unreadable(number).await?;
        }
        for number in found.remains {
            repository.sweep(number).await?;
        }
        let mut waits = Vec::new();
        for (number, _) in &found.readable {
            waits.push(repository.waits(*number).await?.sessions);
        }
        let sessions = repository.sessions().await?;
        let mut due = Vec::new();
        for ((number, record), waits) in found.readable.into_iter().zip(waits) {
            let held = |id: &BackupId| !pinning(&sessions, &waits, *id).is_empty();
            if !record.names_data() {
                if !record.backups.iter().any(held) {
                    for id in &record.backups {
                        remove_manifests(repository, *id).await?;
                    }
                    repository.lift(number).await?;
                } else {
                    self.report.waits = true;
                }
            } else if writers(&sessions, &waits).is_empty() {
                due.push((number, record));
            } else {
                self.report.packs_waiting += (record.packs.len() + record.blobs.len()) as u64;
            }
        }
        if due.is_empty() {
            return Ok(());
        }
        // After the sessions: what those that ended since have committed is in the log.
        tally::advance(counts, repository, self.cancel).await?;
        let mut settled = Vec::new();
        for (number, record) in due {
            let verdict = doomed(repository, counts, &record).await?;
            if let Some(verdict) = repository.settle(number, verdict).await? {
                settled.push((number, record.log_seen, verdict));
            }
        }
        if counts.changed && !counts.save(repository).await? {
            tracing::debug!("somebody else has counted meanwhile");
        }
        for (number, log_seen, verdict) in settled {
            self.remove_packs(verdict.packs).await?;
            for (id, blobs) in verdict.blobs {
                check_cancelled(self.cancel)?;
                let dropped = blobs.into_iter().collect();
                self.compact(counts, id, &dropped, log_seen).await?;
            }
            repository.lift(number).await?;
        }
        Ok(())
    }

    async fn remove_packs(&mut self, packs: Vec<PackId>) -> Result<()> {
        if packs.is_empty() {
            return Ok(());
        }
        let entry = LogEntry {
            packs_removed: packs.clone(),
            ..LogEntry::default()
        };
        self.repository.append_log(entry).await?;
        // After the log: who compacts one of them creates first and looks into the log afterwards.
        let folders: BTreeSet<String> = packs
            .iter()
            .map(|id| name::pack_folder(id.session()))
            .collect();
        let goes: HashSet<PackId> = packs.into_iter().collect();
        let mut removed = HashSet::new();
        for folder in folders {
            for object in self.repository.store.list(&folder).await? {
                let Some((id, _)) = name::parse_pack(&object.name) else {
                    continue;
                };
                if goes.contains(&id) {
                    self.repository.store.remove(&object.name).await?;
                    removed.insert(id);
                    self.report.bytes_freed += object.size;
                }
            }
        }
        self.report.packs_removed += removed.len() as u64;
        Ok(())
    }

    async fn compact(
        &mut self,
        counts: &mut Counts,
        id: PackId,
        dropped: &HashSet<u32>,
        log_seen: Option<u64>,
    ) -> Result<()> {
        let repository = self.repository;
        if counts.pack(repository, id).await?.is_none() {
            // Nothing in it is needed: it goes as a whole, or did. Where it did, a compaction that
            // was ended in between may have left a generation.
            let since = repository.log_after(log_seen).await?;
            if since.iter().any(|entry| entry.packs_removed.contains(&id)) {
                for generation in repository.generations(id).await? {
                    repository.store.remove(&name::pack(id, generation)).await?;
                }
            }
            return Ok(());
        }
        let begun = Instant::now();
        if let Compacted::Done { freed } =
            compact(repository, id, dropped, counts.seen.as_ref()).await?
        {
            self.report.packs_compacted += 1;
            self.report.bytes_freed += freed;
        }
        if !self.sessions.is_empty() {
            let rest = (begun.elapsed() * REST).min(REST_MAX);
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                () = self.cancel.cancelled() => {}
            }
        }
        Ok(())
    }
}

/// What of a condemnation nothing refers to.
async fn doomed(
    repository: &Repository,
    counts: &mut Counts,
    record: &Condemnation,
) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    for id in &record.packs {
        if counts.pack(repository, *id).await?.is_none() {
            verdict.packs.push(*id);
        }
    }
    for (id, blobs) in &record.blobs {
        let live = counts.pack(repository, *id).await?;
        let dead = blobs
            .iter()
            .filter(|ordinal| live.is_none_or(|live| !live.is_live(**ordinal)));
        let dead: Vec<u32> = dead.copied().collect();
        if !dead.is_empty() {
            verdict.blobs.insert(*id, dead);
        }
    }
    Ok(verdict)
}

/// All packs with their generations, ascending.
async fn list_packs(repository: &Repository) -> Result<BTreeMap<PackId, Vec<u32>>> {
    let mut packs: BTreeMap<PackId, Vec<u32>> = BTreeMap::new();
    for object in repository.store.list(name::PACKS).await? {
        if let Some((id, generation)) = name::parse_pack(&object.name) {
            packs.entry(id).or_default().push(generation);
        }
    }
    packs
        .values_mut()
        .for_each(|generations| generations.sort_unstable());
    Ok(packs)
}

/// True unless fewer blobs of the pack are live than would keep it, by its trailer alone. One that
/// cannot be read is left as it is.
async fn is_mostly_live(
    repository: &Repository,
    id: PackId,
    generations: &[u32],
    live: u32,
) -> Result<bool> {
    let Some(generation) = generations.first() else {
        return Ok(true);
    };
    let object = name::pack(id, *generation);
    let tail = repository
        .store
        .get_suffix(&object, TRAILER_BYTES as u64)
        .await?;
    let trailer = tail.and_then(|(tail, len)| Trailer::decode(&tail, len).ok());
    Ok(
        trailer
            .is_none_or(|trailer| u64::from(live) * 100 >= u64::from(trailer.blobs) * LIVE_SHARE),
    )
}

/// Compares counts with marks of the same manifests, and counts what is only marked. Returns the
/// number of blobs that differ.
async fn compare(repository: &Repository, counts: &mut Counts, marks: &Marks) -> Result<u64> {
    let mut wrong = 0;
    for pack in marks.packs() {
        for ordinal in marks.ordinals(pack) {
            if !counts.is_live(repository, pack, ordinal).await? {
                wrong += 1;
                let address = Address {
                    pack,
                    ordinal,
                    slot: 0,
                };
                counts.change(repository, address, true).await?;
            }
        }
    }
    for (pack, counted) in counts.all(repository).await? {
        let unmarked = |ordinal: &u32| !marks.reaches(pack, *ordinal);
        wrong += counted.ordinals().filter(unmarked).count() as u64;
    }
    Ok(wrong)
}

/// The first blob that some of `manifests` refers to and that is not counted, and how many there
/// are. None where all are, or the counts are not of these backups: somebody works on the vault.
pub(super) async fn uncounted(
    repository: &Repository,
    manifests: &[Manifest],
    marks: &Marks,
    cancel: &CancellationToken,
) -> Result<Option<(Address, u64)>> {
    let Some(mut counts) = Counts::read(repository).await? else {
        return Ok(None);
    };
    tally::advance(&mut counts, repository, cancel).await?;
    let counted: HashSet<_> = counts
        .maps
        .values()
        .map(|map| (map.backup_id, map.attempt, map.root.node.address))
        .collect();
    let there: HashSet<_> = manifests
        .iter()
        .flat_map(|m| m.disks.iter().map(move |disk| (m, disk)))
        .filter_map(|(m, disk)| Some((m.backup_id, m.attempt, disk.root?.node.address)))
        .collect();
    if counted != there {
        return Ok(None);
    }
    let mut first = None;
    let mut count = 0;
    for pack in marks.packs() {
        for ordinal in marks.ordinals(pack) {
            if !counts.is_live(repository, pack, ordinal).await? {
                count += 1;
                first.get_or_insert(Address {
                    pack,
                    ordinal,
                    slot: 0,
                });
            }
        }
    }
    Ok(first.map(|address| (address, count)))
}

/// Number of blobs that one counts and the other does not. Parts that cannot be read count nothing.
async fn differences(repository: &Repository, mut before: Counts, now: &mut Counts) -> Result<u64> {
    let before: HashMap<_, _> = match before.all(repository).await {
        Ok(all) => all.into_iter().collect(),
        Err(e) if e.kind == Kind::Data => return Ok(0),
        Err(e) => return Err(e),
    };
    let now: HashMap<_, _> = now.all(repository).await?.into_iter().collect();
    let packs: HashSet<&PackId> = before.keys().chain(now.keys()).collect();
    let differ = |pack: &&PackId| {
        let count = |counts: &HashMap<PackId, coffer_core::format::counts::PackCounts>, o| {
            counts.get(*pack).map_or(0, |counts| counts.count(o))
        };
        let known = before.get(*pack).into_iter().chain(now.get(*pack));
        let ordinals: BTreeSet<u32> = known.flat_map(|counts| counts.ordinals()).collect();
        ordinals
            .into_iter()
            .filter(|o| (count(&before, *o) > 0) != (count(&now, *o) > 0))
            .count() as u64
    };
    Ok(packs.iter().map(differ).sum())
}

/// All manifests; fails where one cannot be read that may be a backup's: its packs would go.
async fn trusted_survey(repository: &Repository) -> Result<Survey> {
    let mut survey = repository.survey().await?;
    let at = survey.unreadable.iter().position(|found| !found.given_up);
    if let Some(at) = at {
        let found = survey.unreadable.swap_remove(at);
        return Err(Error::data(format!("manifest {} cannot be read", found.name))
            .hint("Nothing is reclaimed while it is unknown what a backup needs. Restore the object, or delete that backup.")
            .caused_by(found.error));
    }
    Ok(survey)
}

/// The sessions among `waits` that write. One that cannot be read may.
fn writers(sessions: &Sessions, waits: &[SessionId]) -> Vec<SessionId> {
    let writes = |session: &Option<Session>| {
        session
            .as_ref()
            .is_none_or(|session| matches!(session.role, Role::Writer { .. }))
    };
    let found = sessions
        .iter()
        .filter(|(id, session)| waits.contains(id) && writes(session));
    found.map(|(id, _)| *id).collect()
}

/// Removes the manifests of condemned backups that nobody holds any more. Returns their number.
async fn finish_deletions(repository: &Repository, sessions: &Sessions) -> Result<u64> {
    let mut finished = 0;
    for (number, record) in repository.condemnations().await?.readable {
        if record.backups.is_empty() {
            continue;
        }
        let waits = repository.waits(number).await?.sessions;
        for id in record.backups {
            if pinning(sessions, &waits, id).is_empty()
                && remove_manifests(repository, id).await? > 0
            {
                finished += 1;
            }
        }
    }
    Ok(finished)
}

/// Adds backups to the log that a crash between commit and log kept out. Returns their number.
async fn repair_log(repository: &Repository, survey: &Survey) -> Result<u64> {
    let log = read_log(&repository.store).await?;
    let logged: HashSet<String> = log
        .into_iter()
        .flat_map(|entry| entry.backups_added)
        .collect();
    let name = |manifest: &Manifest| format!("{}.{}", manifest.backup_id, manifest.attempt);
    let mut repaired = 0;
    for manifest in survey.backups.iter().filter(|m| !logged.contains(&name(m))) {
        repository.append_log(log_entry(manifest)).await?;
        repaired += 1;
    }
    Ok(repaired)
}
