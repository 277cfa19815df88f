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
//!    that too, and compare what is counted with the manifests that are there (`reconcile`). What is still
//!    not referred to is settled in a verdict, whoever carries it out.
//! 6. Write the counts, so that nobody has to walk maps whose nodes are about to go. Where another
//!    program has written some meanwhile, what was settled is left to the next run.
//! 7. Packs: the log says what goes, then the generations are listed and removed. Blobs: `compact`.
//!    Then the condemnation goes, unless something of what it names may still be there.
//!
//! A writer that ended before 5 has what it committed in the log, because its session ends after that.
//! One that is still there and was not waited for began after the condemnation. So everything that can
//! refer to a condemned blob is counted in 5 (the table in `repository` has the pairs).
//!
//! Where there are no counts, they are damaged, or the log does not follow them, where it is asked for,
//! and now and then ([`FULL_PERIOD`]), everything is counted anew in one *full* run: list packs, then
//! sessions, then manifests; count, and mark independently of that what the manifests reach. Where the
//! two differ, that is said, and what either of them refers to stays. A full run costs a walk over every
//! distinct node. What is wrong with the log does not stop it: then the manifests that are there decide.
//!
//! A crash leaves a condemnation at most; the next reclaim carries it out. Counts that were not
//! written are made again from the log.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use coffer_core::format::name;
use coffer_core::format::pack::{TRAILER_BYTES, Trailer};
use coffer_core::format::records::{
    Attempt, Condemnation, LogEntry, Manifest, Role, Session, Verdict,
};
use coffer_core::ids::{BackupId, PackId, SessionId};
use coffer_core::map::Address;
use coffer_core::{Error, Kind, Result};
use futures::future::BoxFuture;
use serde::Serialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::compact::{Compacted, compact};
use super::delete::remove_manifests;
use super::mark::{Chunks, Marks};
use super::{check_cancelled, tally};
use crate::repository::store::Listed;
use crate::repository::{
    AttemptName, Condemned, Counts, Late, LogHead, Needs, Repository, Survey, owner_is_gone,
    pinning,
};

/// A pack is compacted when less than this share of its bytes is needed, in percent. At half, at most
/// one byte is written for each byte that is freed, and packs hold at most twice what is needed.
const LIVE_SHARE: u64 = 50;
/// Packs whose blobs one condemnation names: its record stays below 8 MiB.
const PACKS_OF_BLOBS: usize = 256;
/// How old a file without a name must be to have no writer any more: none takes that long.
const UNFINISHED_AGE: Duration = Duration::from_secs(3600);
/// Every so many tallies, everything is counted anew: counts are never believed for ever.
const FULL_PERIOD: u64 = 256;
/// How often a run begins again because somebody else went on with what it works on.
const TRIES: u32 = 8;
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
    /// Packs that are damaged and stay as they are, with what nobody needs in them: `coffer repo verify`
    /// says what is lost. They go once no backup needs anything in them.
    pub packs_damaged: u64,
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
            tally: None,
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
    /// The tally that was read or written last.
    tally: Option<u64>,
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

/// What became of blobs that a verdict names.
enum Dropped {
    /// They are gone.
    Now,
    /// Their pack goes as a whole with a later run.
    Later,
    /// Their pack is damaged and stays.
    Damaged,
}

impl Run<'_> {
    async fn all(&mut self) -> Result<()> {
        let mut why = self.options.full.then(|| "it was asked for".to_owned());
        for _ in 0..TRIES {
            self.folders.clear();
            self.report.packs_waiting = 0;
            self.report.packs_damaged = 0;
            let broken = match self.once(why.clone()).await {
                Err(e) if e.kind == Kind::Data => e,
                done => return done,
            };
            // Another program may have replaced the counts, and removed what these ones were of.
            // Otherwise something is wrong by the counts, which the manifests need not know of.
            if self.repository.newest_tally().await? == self.tally {
                if why.is_some() {
                    return Err(broken);
                }
                why = Some(broken.chain());
            }
        }
        Err(Error::unavailable("others reclaim at the same time").hint("Try again later."))
    }

    /// One run. `why` says why everything is counted anew.
    async fn once(&mut self, why: Option<String>) -> Result<()> {
        let repository = self.repository;
        let found = repository.condemnations().await?;
        let mut given_up = self.live_sessions().await?;
        if !self.options.dry_run {
            self.report.backups_removed += finish_deletions(repository).await?;
        }
        let why = why.or_else(|| {
            // What it named is in no list any more.
            let lost = !found.unreadable.is_empty();
            lost.then(|| "a condemnation cannot be read".to_owned())
        });
        self.tally = repository.newest_tally().await?;
        let before = match self.tally {
            Some(number) => Counts::read_tally(repository, number).await.map(Some),
            None => Ok(None),
        };
        let mut counts = match (why, before) {
            (Some(why), Ok(before)) => self.count_anew(why, before, &mut given_up).await?,
            (Some(why), Err(e)) if e.kind == Kind::Data => {
                self.count_anew(why, None, &mut given_up).await?
            }
            (None, Ok(None)) => {
                let why = "nothing was counted yet".to_owned();
                self.count_anew(why, None, &mut given_up).await?
            }
            (None, Ok(Some(counts))) if is_due(&counts) => {
                let why = "it is time to".to_owned();
                self.count_anew(why, Some(counts), &mut given_up).await?
            }
            (None, Ok(Some(mut counts))) => {
                tally::advance(&mut counts, repository, self.cancel).await?;
                counts
            }
            (_, Err(e)) => return Err(e),
        };
        reconcile(repository, &mut counts, self.cancel).await?;
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
            self.save(&mut counts).await?;
        }
        self.report.waits |= self.report.packs_waiting > 0
            || !counts.touched.is_empty()
            || !counts.sessions.is_empty();
        repository.store.remove_unfinished(UNFINISHED_AGE).await?;
        Ok(())
    }

    /// Writes the counts. False where those of somebody else hold instead.
    async fn save(&mut self, counts: &mut Counts) -> Result<bool> {
        for _ in 0..TRIES {
            if counts.save(self.repository).await? {
                self.tally = counts.number();
                return Ok(true);
            }
            // Counts made anew give way only to what has seen more of the log.
            if !counts.are_whole() || !tally::advance(counts, self.repository, self.cancel).await? {
                return Ok(false);
            }
        }
        Ok(false)
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
                        let reason = "its process is gone";
                        if !self.repository.end_dead(session, reason).await? {
                            ended -= 1;
                            self.sessions.push((id, Some(session.clone())));
                        }
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

    /// Counts everything anew, and marks it too.
    async fn count_anew(
        &mut self,
        why: String,
        mut before: Option<Counts>,
        given_up: &mut Vec<SessionId>,
    ) -> Result<Counts> {
        let repository = self.repository;
        tracing::info!(why, "references are counted anew");
        self.report.counted_anew = Some(why);
        // Before the sessions: what those say that end from now on is counted.
        let head = repository.log_head().await?;
        let packs = list_packs(repository).await?;
        *given_up = self.live_sessions().await?;
        let (mut counts, survey) = self.count_all(head.as_ref()).await?;
        if !self.options.dry_run {
            self.report.log_repaired += repair_log(repository, &survey).await?;
        }
        if let Some(before) = &mut before {
            // What it says is compared as of now; where it leads nowhere, there is nothing to compare.
            match tally::advance(before, repository, self.cancel).await {
                Ok(_) => {}
                Err(e) if e.kind == Kind::Data => before.seen = None,
                Err(e) => return Err(e),
            }
        }
        tally::advance(&mut counts, repository, self.cancel).await?;
        if let Some(before) = before
            && before.seen == counts.seen
            && roots(&before) == roots(&counts)
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
        let condemned = repository.condemned().await?;
        let (owned, _) = self.owned();
        for (id, generations) in packs {
            if owned.contains(&id.session()) || condemned.packs.contains(&id) {
                continue;
            }
            let live = counts
                .pack(repository, id)
                .await?
                .map_or(0, |counts| counts.live());
            if live > 0 && condemned.blobs.contains_key(&id) {
                continue;
            }
            if live == 0 || !is_mostly_live(repository, id, &generations, live).await? {
                counts.touched.insert(id);
            }
            if live > 0 && generations.len() > 1 && !self.options.dry_run {
                // A crash left them, and no condemnation.
                let seen = counts.seen.as_ref().map(|head| head.number);
                let live = counts.pack(repository, id).await?;
                let none = HashSet::new();
                let healed = compact(repository, id, &none, live, seen).await?;
                if let Compacted::Done { freed } = healed {
                    self.report.bytes_freed += freed;
                }
            }
        }
        Ok(counts)
    }

    /// Counts and marks all manifests, as of an entry of the log that was the newest one before.
    async fn count_all(&mut self, head: Option<&LogHead>) -> Result<(Counts, Survey)> {
        let repository = self.repository;
        for _ in 0..TRIES {
            let survey = trusted_survey(repository).await?;
            let mut counts = Counts::empty(repository, head.cloned()).await?;
            let mut marks = Marks::default();
            let mut lost = None;
            for manifest in &survey.backups {
                check_cancelled(self.cancel)?;
                let counted = tally::add(&mut counts, repository, manifest, self.cancel).await;
                let marked = match counted {
                    Ok(()) => {
                        let on_error = |lost: super::mark::Lost| Err(lost.error);
                        marks
                            .add(repository, manifest, Chunks::Trust, on_error)
                            .await
                    }
                    failed => failed,
                };
                match marked {
                    Err(e) if e.kind == Kind::Data => lost = Some((manifest, e)),
                    marked => marked?,
                }
                if lost.is_some() {
                    break;
                }
            }
            if let Some((manifest, error)) = lost {
                // It may have been deleted and reclaimed since the survey.
                if is_there(repository, manifest).await? {
                    return Err(error);
                }
                continue;
            }
            self.report.wrong_counts = compare(repository, &mut counts, &marks).await?;
            if self.report.wrong_counts > 0 {
                tracing::error!(
                    count = self.report.wrong_counts,
                    "counting and marking differ; what either of them needs stays"
                );
            }
            return Ok((counts, survey));
        }
        Err(Error::unavailable("backups go while they are counted").hint("Try again later."))
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
            if owned.contains(&id.session()) || !all_known {
                continue;
            }
            // Blobs of it that are condemned already come first, unless all of it goes.
            let is_live = counts.pack(self.repository, id).await?.is_some();
            if is_live && condemned.blobs.contains_key(&id) {
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
        let directory = match self.repository.newest_directory(id).await {
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
            if record.backups.iter().any(held) {
                self.report.waits = true;
                continue;
            }
            for id in &record.backups {
                remove_manifests(repository, *id, number).await?;
            }
            if !record.names_data() {
                repository.lift(number).await?;
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
        let complete = tally::advance(counts, repository, self.cancel).await?
            && reconcile(repository, counts, self.cancel).await?;
        if !complete {
            self.report.waits = true;
            return Ok(());
        }
        let mut settled = Vec::new();
        for (number, record) in due {
            let verdict = doomed(repository, counts, &record).await?;
            if let Some(verdict) = repository.settle(number, verdict).await? {
                // Something in what stays is needed now, and the rest of it is dead.
                let stays = record.packs.iter().filter(|id| !verdict.packs.contains(id));
                for id in stays {
                    counts.changed |= counts.touched.insert(*id);
                }
                settled.push((number, record.log_seen, verdict));
            }
        }
        if counts.changed && !self.save(counts).await? {
            self.report.waits = true;
            return Ok(());
        }
        // No power cut brings a backup back that was found gone.
        repository.settle_backups().await?;
        // Whole packs first: blobs that are condemned in one of them are gone then.
        for (_, _, verdict) in &settled {
            self.remove_packs(&verdict.packs).await?;
        }
        for (number, log_seen, verdict) in settled {
            let mut done = true;
            for (id, blobs) in verdict.blobs {
                check_cancelled(self.cancel)?;
                let dropped = blobs.into_iter().collect();
                match self.compact(counts, id, &dropped, log_seen).await? {
                    Dropped::Now => {}
                    Dropped::Later => {
                        done = false;
                        self.report.waits = true;
                    }
                    // Coming again changes nothing: it is told.
                    Dropped::Damaged => {
                        done = false;
                        self.report.packs_damaged += 1;
                    }
                }
            }
            // Else what it names may still be there, and nobody must refer to it.
            if done {
                repository.lift(number).await?;
            }
        }
        Ok(())
    }

    async fn remove_packs(&mut self, packs: &[PackId]) -> Result<()> {
        if packs.is_empty() {
            return Ok(());
        }
        let entry = LogEntry {
            packs_removed: packs.to_vec(),
            ..LogEntry::default()
        };
        self.repository.append_log(entry).await?;
        // After the log: who compacts one of them creates first and looks into the log afterwards.
        let folders: BTreeSet<String> = packs
            .iter()
            .map(|id| name::pack_folder(id.session()))
            .collect();
        let goes: HashSet<PackId> = packs.iter().copied().collect();
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

    /// Rewrites a pack without `dropped`.
    async fn compact(
        &mut self,
        counts: &mut Counts,
        id: PackId,
        dropped: &HashSet<u32>,
        log_seen: Option<u64>,
    ) -> Result<Dropped> {
        let repository = self.repository;
        let live = counts.pack(repository, id).await?;
        if live.is_none() && !repository.generations(id).await?.is_empty() {
            // Nothing in it is needed: it goes as a whole, with the next run at the latest, and this
            // condemnation after it.
            counts.touched.insert(id);
            counts.changed = true;
            return Ok(Dropped::Later);
        }
        let begun = Instant::now();
        let done = match compact(repository, id, dropped, live, log_seen).await? {
            Compacted::Done { freed } => {
                self.report.packs_compacted += 1;
                self.report.bytes_freed += freed;
                Dropped::Now
            }
            Compacted::Gone => Dropped::Now,
            Compacted::Damaged => {
                repository.note_damaged(id);
                Dropped::Damaged
            }
        };
        if !self.sessions.is_empty() {
            let rest = (begun.elapsed() * REST).min(REST_MAX);
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                () = self.cancel.cancelled() => {}
            }
        }
        Ok(done)
    }
}

/// The counted maps.
fn roots(counts: &Counts) -> HashSet<(BackupId, u32, Address)> {
    let maps = counts.maps.values();
    maps.map(|map| (map.backup_id, map.attempt, map.root.node.address))
        .collect()
}

/// True where counts have been believed for long enough.
fn is_due(counts: &Counts) -> bool {
    let number = counts.number().unwrap_or(0);
    number > 0 && number.is_multiple_of(FULL_PERIOD)
}

/// True if a backup is still there.
async fn is_there(repository: &Repository, manifest: &Manifest) -> Result<bool> {
    let name = AttemptName {
        id: manifest.backup_id,
        attempt: manifest.attempt,
    };
    Ok(match repository.attempt(&name).await {
        Ok(Some(Attempt::Backup(found))) => found.session == manifest.session,
        Ok(_) => false,
        Err(e) if e.kind == Kind::Data => true,
        Err(e) => return Err(e),
    })
}

/// Compares the backups that are counted with the manifests that are there, independently of the log. A
/// few requests, however much is stored. False where that cannot be told for now.
///
/// One that is there, whose session is gone, and that is not counted is `Data`: the counts are not to be
/// believed. Where it is about to go, that is waited for. One that is counted and gone, as the log said
/// before, is counted no longer.
async fn reconcile(
    repository: &Repository,
    counts: &mut Counts,
    cancel: &CancellationToken,
) -> Result<bool> {
    let listed = repository.attempts().await?;
    // Attempts before one that is counted came to nothing, and there are none behind it.
    let counted: HashSet<BackupId> = counts.maps.values().map(|map| map.backup_id).collect();
    let missing = listed.iter().filter(|name| !counted.contains(&name.id));
    let mut complete = true;
    for manifest in repository.committed_among(missing).await? {
        match is_uncounted(repository, counts, &manifest, cancel).await? {
            Some(true) => {}
            Some(false) => continue,
            None => {
                complete = false;
                continue;
            }
        }
        let condemned = repository.condemned().await?.backups;
        if !is_there(repository, &manifest).await? {
            continue;
        }
        if !condemned.contains(&manifest.backup_id) {
            return Err(Error::data(format!(
                "backup {} is there, and what it needs is not counted",
                manifest.backup_id
            )));
        }
        complete = false;
    }
    let known: BTreeSet<(BackupId, u32)> = counts
        .maps
        .values()
        .map(|map| (map.backup_id, map.attempt))
        .collect();
    let there: HashSet<(BackupId, u32)> = listed.iter().map(|n| (n.id, n.attempt)).collect();
    for (id, attempt) in known.into_iter().filter(|known| !there.contains(known)) {
        let name = AttemptName { id, attempt };
        if repository.attempt(&name).await?.is_some() {
            continue;
        }
        if !tally::advance(counts, repository, cancel).await? {
            return Ok(false);
        }
        if counts.has(id, attempt) && went_before(repository, counts, &name).await? {
            tally::remove(counts, repository, &name, cancel).await?;
        }
    }
    Ok(complete)
}

/// True if the log should have told of a backup, and it is not counted. None where the log cannot be
/// read to its end for now.
async fn is_uncounted(
    repository: &Repository,
    counts: &mut Counts,
    manifest: &Manifest,
    cancel: &CancellationToken,
) -> Result<Option<bool>> {
    if manifest.disks.iter().all(|disk| disk.root.is_none()) {
        return Ok(Some(false));
    }
    // While its session is there, it need not be in the log.
    let session = name::session(manifest.session);
    if repository.store.get(&session).await?.is_some() {
        return Ok(Some(false));
    }
    let complete = tally::advance(counts, repository, cancel).await?;
    Ok(complete.then(|| !counts.has(manifest.backup_id, manifest.attempt)))
}

/// True if the last that the counted part of the log says of a backup is that it went.
async fn went_before(repository: &Repository, counts: &Counts, name: &AttemptName) -> Result<bool> {
    let name = name.to_string();
    let seen = counts.seen.as_ref().map(|head| head.number);
    let (log, _) = repository.readable_log().await?;
    let mut went = false;
    for (_, entry) in log.iter().filter(|(number, _)| Some(*number) <= seen) {
        went |= entry.backups_removed.contains(&name);
        went &= !entry.backups_added.contains(&name);
    }
    Ok(went)
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
    if !tally::advance(&mut counts, repository, cancel).await? {
        return Ok(None);
    }
    reconcile(repository, &mut counts, cancel).await?;
    let counted = roots(&counts);
    let there: HashSet<_> = manifests
        .iter()
        .flat_map(|m| m.disks.iter().map(move |disk| (m, disk)))
        .filter_map(|(m, disk)| Some((m.backup_id, m.attempt, disk.root?.node.address)))
        .collect();
    if !there.is_subset(&counted) {
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
///
/// First what each of them waits for, then the sessions: of a list from before, somebody would be
/// missing who came since, was seen by the deletion and holds the backup.
async fn finish_deletions(repository: &Repository) -> Result<u64> {
    let mut condemned = Vec::new();
    for (number, record) in repository.condemnations().await?.readable {
        if !record.backups.is_empty() {
            let waits = repository.waits(number).await?.sessions;
            condemned.push((number, record.backups, waits));
        }
    }
    if condemned.is_empty() {
        return Ok(0);
    }
    let sessions = repository.sessions().await?;
    let mut finished = 0;
    for (number, backups, waits) in condemned {
        for id in backups {
            if pinning(&sessions, &waits, id).is_empty()
                && remove_manifests(repository, id, number).await? > 0
            {
                finished += 1;
            }
        }
    }
    Ok(finished)
}

/// Adds backups to the log that a crash between commit and log kept out, or whose entries are lost.
/// Returns their number.
async fn repair_log(repository: &Repository, survey: &Survey) -> Result<u64> {
    let (log, broken) = repository.readable_log().await?;
    if let Some(error) = broken {
        tracing::error!(error = %error.chain(), "the log is damaged; the manifests decide what is needed");
    }
    let mut logged: HashSet<String> = HashSet::new();
    for (_, entry) in log {
        logged.retain(|name| !entry.backups_removed.contains(name));
        logged.extend(entry.backups_added);
    }
    let name = |manifest: &Manifest| format!("{}.{}", manifest.backup_id, manifest.attempt);
    let mut repaired = 0;
    for manifest in survey.backups.iter().filter(|m| !logged.contains(&name(m))) {
        let late = repository.log_late(manifest).await?;
        repaired += u64::from(late == Late::Logged);
    }
    Ok(repaired)
}
