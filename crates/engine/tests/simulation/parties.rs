//! Who works with the vault, and what they do to it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use coffer_core::format::Suite;
use coffer_core::format::name;
use coffer_core::format::records::{
    DefinitionRecord, Facts, InstantRecord, Resource, Role, Tracking,
};
use coffer_core::ids::{BackupId, DiskId, PackId, VaultId};
use coffer_core::{Error, Kind};
use coffer_engine::pipeline::{
    BackupDisk, BackupJob, Deleted, KnownState, ReclaimOptions, ReclaimReport, Scope, back_up,
    delete_backup, reclaim, refresh_index, restore_disk, verify,
};
use coffer_engine::progress::Progress;
use coffer_engine::repository::{
    Begun, Budget, DedupLimits, InitOptions, KeySource, RecoveryKey, Repository, Store, end_session,
};
use coffer_engine::testkit::simulated::{Faults, Process, Rng, World};
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::contents::{CHUNK, Disk, Server, Source, Target};
use super::mistakes::{Door, Memory, Mistake, Mistaken, PART, Part};
use super::model::{
    Checked, Entry, Model, State, Strictness, Violation, check_end, check_now, packs_of, restore,
    violated,
};

/// Servers that are backed up.
const LINEAGES: usize = 2;
/// Parties at once.
const PARTIES: usize = 3;

/// What one run is made of.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub seed: u64,
    pub faults: Faults,
    /// What all parties do altogether.
    pub operations: u32,
    /// Processes are killed in this many of 100 of their lives.
    pub kills: u64,
    pub mistake: Option<Mistake>,
    pub keep_trace: bool,
}

impl Plan {
    /// The plan of a seed: half of them without faults of the store, so that what is seen there is
    /// the work of what runs beside what and of kills alone.
    pub fn of(seed: u64) -> Plan {
        let quiet = Faults {
            slow: true,
            late: 60,
            clock: 20,
            ..Faults::default()
        };
        let faults = match seed % 8 {
            0..=3 => quiet,
            4 | 5 => Faults {
                error: 60,
                lost_answer: 60,
                ..quiet
            },
            6 => Faults {
                error: 300,
                lost_answer: 200,
                throttle: 30,
                ..quiet
            },
            _ => Faults {
                error: 50,
                lost_answer: 50,
                torn: 100,
                ..quiet
            },
        };
        Plan {
            seed,
            faults,
            operations: 14,
            kills: 50,
            mistake: None,
            keep_trace: false,
        }
    }

    fn strict(&self) -> Strictness {
        Strictness {
            torn: self.faults.torn > 0,
        }
    }

    /// True where requests can fail for so long that an operation does.
    fn faulty(&self) -> bool {
        self.faults.error > 0
    }
}

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    pub violation: Option<String>,
    pub requests: u64,
    pub fingerprint: u64,
    pub committed: u64,
    pub adopted: u64,
    pub deleted: u64,
    pub held: u64,
    pub kills: u64,
    pub restores: u64,
    pub packs_freed: u64,
    pub packs_compacted: u64,
    pub counted_anew: u64,
    /// Packs that only a full run found.
    pub strays: u64,
    /// Chunks that the vault held already.
    pub deduplicated: u64,
    /// Packs of others that backups without a parent refer to at the end.
    pub foreign: u64,
    /// Segments of the index that were taken away, cut or brought back.
    pub meddled: u64,
    /// Packs that were there again after they had gone.
    pub returned: u64,
    pub trace: String,
}

impl Told {
    /// Adds what another run counted; the first violation stays.
    pub fn add(&mut self, other: Told) {
        self.violation = self.violation.take().or(other.violation);
        self.requests += other.requests;
        self.committed += other.committed;
        self.adopted += other.adopted;
        self.deleted += other.deleted;
        self.held += other.held;
        self.kills += other.kills;
        self.restores += other.restores;
        self.packs_freed += other.packs_freed;
        self.packs_compacted += other.packs_compacted;
        self.counted_anew += other.counted_anew;
        self.strays += other.strays;
        self.deduplicated += other.deduplicated;
        self.foreign += other.foreign;
        self.meddled += other.meddled;
        self.returned += other.returned;
    }
}

struct Lineage {
    disks: Vec<DiskId>,
    now: Server,
    newest: Option<BackupId>,
}

/// A backup whose attempt came to nothing, or whose worker lost its lease.
struct Open {
    id: BackupId,
    lineage: usize,
    /// The process whose session is not there yet. At most one works on a backup: while it lives,
    /// nobody else may begin.
    begins: Option<Process>,
}

struct Shared {
    plan: Plan,
    world: World,
    key: KeySource,
    /// What a mistake remembers beyond the life of a process.
    memory: Memory,
    state: Mutex<Inner>,
}

struct Inner {
    model: Model,
    lineages: Vec<Lineage>,
    open: Vec<Open>,
    left: u32,
    told: Told,
    /// Work that goes on beside its process's next operations.
    beside: HashMap<Process, Vec<JoinHandle<()>>>,
    /// The same, to be ended with their process, whoever waits for them.
    killed_with: HashMap<Process, Vec<AbortHandle>>,
    /// Segments of the index as they once were, to be brought back when they are stale.
    segments: Vec<(String, Bytes)>,
    /// Packs that once were.
    packs: BTreeMap<String, Bytes>,
}

/// Every chunk is in the index from the first one on, and every commit writes a segment: what the product
/// does with GiB happens here with a few chunks.
fn limits() -> DedupLimits {
    DedupLimits {
        sampling: 0,
        index: Budget::new(1 << 20),
        cache_bytes: 4 << 10,
        look_bytes: 1,
        segment_entries_min: 1,
        segment_entries: 3,
        ..DedupLimits::default()
    }
}

#[derive(Clone)]
struct Run(Arc<Shared>);

/// Somebody works on a backup; until it is dropped.
struct Working(Run, BackupId);

impl Drop for Working {
    fn drop(&mut self) {
        let mut inner = self.0.inner();
        let entry = inner.model.backups.get_mut(&self.1);
        entry.expect("it is never removed").working -= 1;
    }
}

/// A process and its vault.
#[derive(Clone)]
struct Here {
    process: Process,
    repository: Repository,
    mistaken: Arc<Mistaken>,
}

/// Runs a plan to its end. All of it happens on this thread.
pub fn run(plan: Plan) -> Told {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without drivers");
    runtime.block_on(async {
        let world = World::new(plan.seed, plan.faults, plan.keep_trace);
        let _doors = coffer_engine::testkit::doors::install(Arc::new(world.clone()));
        let run = Run::new(plan, world).await;
        let outcome = run.all().await;
        let mut inner = run.inner();
        if let Err(Violation(text)) = outcome {
            inner.told.violation.get_or_insert(text);
        }
        let mut told = std::mem::take(&mut inner.told);
        (told.requests, told.fingerprint) = run.0.world.fingerprint();
        told.trace = run.0.world.trace(400);
        told
    })
}

impl Run {
    async fn new(plan: Plan, world: World) -> Run {
        let mut rng = Rng::new(plan.seed ^ 0x5eed);
        let key = KeySource::Recovery(RecoveryKey::random().expect("the world has randomness"));
        let options = InitOptions {
            suite: match plan.seed % 3 {
                0 => Suite::Aes256Gcm,
                _ => Suite::Tagged,
            },
            // A few chunks each, so that a backup has several; or all of a backup, so that packs are
            // needed in part.
            pack_target: if plan.seed % 5 < 2 { 700 } else { 4000 },
            ..InitOptions::new(VaultId(uuid(&mut rng)))
        };
        let quiet = World::quiet(Default::default());
        let store = Store::from_object_store(quiet.store(world.start(9, false)), "");
        let made = Repository::init(store, &options, &key).await;
        made.expect("an empty store takes a vault");
        for (name, bytes) in quiet.objects() {
            world.place(name, bytes);
        }
        let lineage = |rng: &mut Rng| {
            let count = 1 + rng.below(2);
            Lineage {
                disks: (0..count).map(|_| DiskId(uuid(rng))).collect(),
                now: Arc::new((0..count).map(|_| Disk::new(rng)).collect()),
                newest: None,
            }
        };
        let lineages = (0..LINEAGES).map(|_| lineage(&mut rng)).collect();
        let inner = Inner {
            model: Model::default(),
            lineages,
            open: Vec::new(),
            left: plan.operations,
            told: Told::default(),
            beside: HashMap::new(),
            killed_with: HashMap::new(),
            segments: Vec::new(),
            packs: BTreeMap::new(),
        };
        Run(Arc::new(Shared {
            plan,
            world,
            key,
            memory: Memory::default(),
            state: Mutex::new(inner),
        }))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn violate(&self, Violation(text): Violation) {
        self.0.world.note(NOBODY, "VIOLATION", &text);
        self.inner().told.violation.get_or_insert(text);
    }

    fn is_over(&self) -> bool {
        let inner = self.inner();
        inner.left == 0 || inner.told.violation.is_some()
    }

    async fn all(&self) -> Checked {
        let parties = (0..PARTIES).map(|at| {
            let run = self.clone();
            tokio::spawn(async move { run.party(at).await })
        });
        for party in parties.collect::<Vec<_>>() {
            party.await.map_err(|e| violated(format!("a party: {e}")))?;
        }
        if let Some(found) = self.inner().told.violation.clone() {
            return Err(Violation(found));
        }
        self.check_now().await?;
        self.end().await
    }

    /// Processes of one party, one after the other, until all work is done.
    async fn party(&self, at: usize) {
        let mut rng = Rng::new(self.0.plan.seed.wrapping_mul(31) + at as u64);
        // Two parties share a machine.
        let host = (at / 2) as u8;
        while !self.is_over() {
            let reboot = rng.below(12) == 0;
            let process = match reboot {
                // Whoever else runs there is killed by its own party: here the machine is its own.
                true if host > 0 => self.0.world.start(host, true),
                _ => self.0.world.start(host, false),
            };
            let doomed = rng.below(100) < self.0.plan.kills;
            let killed = match doomed {
                true => self.0.world.doom(process, 1 + rng.below(120)),
                false => Arc::default(),
            };
            let life = self.clone().live(process, rng.next());
            let mut life = tokio::spawn(self.0.world.run_as(process, life));
            tokio::select! {
                biased;
                () = self.join(&mut life) => {}
                () = killed.notified() => {
                    life.abort();
                    let _ = life.await;
                    let works = self.inner().killed_with.remove(&process);
                    for work in works.unwrap_or_default() {
                        work.abort();
                        while !work.is_finished() {
                            tokio::task::yield_now().await;
                        }
                    }
                    self.inner().told.kills += 1;
                }
            }
            self.0.world.end(process);
            self.note_packs();
            // As after a power cut: whatever is in the store at this moment.
            if self.0.plan.mistake.is_some() || rng.below(4) == 0 {
                let checked = self.check_now().await;
                let _ = checked.map_err(|found| self.violate(found));
            }
        }
    }

    async fn join(&self, work: &mut JoinHandle<()>) {
        if let Err(e) = work.await
            && e.is_panic()
        {
            self.violate(violated(format!("a panic: {e}")));
        }
    }

    fn spawn_beside(&self, here: &Here, work: impl Future<Output = Checked> + Send + 'static) {
        let run = self.clone();
        let work = async move {
            if let Err(found) = work.await {
                run.violate(found);
            }
        };
        let work = tokio::spawn(self.0.world.run_as(here.process, work));
        let mut inner = self.inner();
        let killed = inner.killed_with.entry(here.process).or_default();
        killed.push(work.abort_handle());
        inner.beside.entry(here.process).or_default().push(work);
    }

    async fn live(self, process: Process, seed: u64) {
        let mut rng = Rng::new(seed);
        let here = loop {
            match self.open(process).await {
                Ok(here) => break here,
                Err(e) if e.kind == Kind::Unavailable => {}
                Err(e) => return self.violate(violated(format!("open: {}", e.chain()))),
            }
        };
        // Most processes do one or two things, so that few know what there is from before.
        for _ in 0..1 + rng.below(4) {
            {
                let mut inner = self.inner();
                if inner.left == 0 || inner.told.violation.is_some() {
                    break;
                }
                inner.left -= 1;
            }
            if let Err(found) = self.operation(&here, &mut rng).await {
                return self.violate(found);
            }
        }
        // A process lives as long as it has work.
        loop {
            let Some(mut work) = self.next_beside(process) else {
                return;
            };
            self.join(&mut work).await;
        }
    }

    fn next_beside(&self, process: Process) -> Option<JoinHandle<()>> {
        self.inner().beside.get_mut(&process)?.pop()
    }

    async fn open(&self, process: Process) -> Result<Here, Error> {
        let store = self.0.world.store(process);
        let mistaken = Mistaken::new(store, self.0.plan.mistake, self.0.memory.clone());
        let store = Store::from_object_store(Arc::new(Door(mistaken.clone())), "");
        let repository = Repository::open_limited(store, &self.0.key, limits()).await?;
        mistaken.open(&self.0.key).await;
        Ok(Here {
            process,
            repository,
            mistaken,
        })
    }

    async fn operation(&self, here: &Here, rng: &mut Rng) -> Checked {
        match rng.below(22) {
            0..=7 => {
                let backup = self
                    .clone()
                    .backup(here.clone(), Rng::new(rng.next()), None);
                let backup = PART.scope(Part::Backup, backup);
                match rng.below(6) {
                    // Its lease is lost: it goes on, and somebody may begin anew.
                    0 => self.spawn_beside(here, backup),
                    _ => backup.await?,
                }
            }
            8..=11 => PART.scope(Part::Delete, self.delete(here, rng)).await?,
            12..=15 => {
                let options = ReclaimOptions {
                    full: rng.below(10) == 0,
                    dry_run: rng.below(10) == 0,
                };
                PART.scope(Part::Reclaim, self.reclaim(here, options))
                    .await?;
            }
            16 => PART.scope(Part::Refresh, self.refresh(here)).await?,
            17 if rng.below(2) == 0 => self.bring_back(here, rng).await?,
            17 => self.meddle(here, rng).await?,
            _ => {
                let read = self.clone().read(here.clone(), Rng::new(rng.next()));
                let read = PART.scope(Part::Read, read);
                match rng.below(2) {
                    0 => self.spawn_beside(here, read),
                    _ => read.await?,
                }
            }
        }
        Ok(())
    }

    /// Refuses what no fault excuses.
    fn excused(&self, what: &str, error: &Error) -> Checked {
        let fine = match error.kind {
            Kind::Unavailable => true,
            Kind::Cancelled => what == "back up",
            Kind::Data => self.strict().torn,
            _ => false,
        };
        // Declared dead by another attempt, or outrun by it.
        match fine {
            true => Ok(()),
            false => Err(violated(format!("{what}: {}", error.chain()))),
        }
    }

    async fn backup(self, here: Here, mut rng: Rng, given: Option<Open>) -> Checked {
        here.mistaken.begin();
        let (id, lineage, server, parent, disks) = {
            let mut inner = self.inner();
            let open = given.or_else(|| {
                let free = inner.open.iter().position(|open| {
                    open.begins
                        .is_none_or(|process| !self.0.world.lives(process))
                });
                free.filter(|_| rng.below(3) > 0)
                    .map(|at| inner.open.remove(at))
            });
            let (id, lineage) = match open {
                Some(open) => (open.id, open.lineage),
                None => {
                    let id = BackupId(uuid(&mut rng));
                    (id, rng.below(LINEAGES as u64) as usize)
                }
            };
            // A new instant, also for a new attempt.
            let mut server = (*inner.lineages[lineage].now).clone();
            server.iter_mut().for_each(|disk| disk.write(&mut rng));
            let server: Server = Arc::new(server);
            inner.lineages[lineage].now = server.clone();
            inner.model.backups.entry(id).or_insert_with(|| Entry {
                state: State::Tried,
                contents: HashMap::new(),
                committed: None,
                working: 0,
                deleting: 0,
            });
            inner
                .model
                .backups
                .get_mut(&id)
                .expect("just there")
                .working += 1;
            inner.open.retain(|open| open.id != id);
            inner.open.push(Open {
                id,
                lineage,
                begins: Some(here.process),
            });
            let newest = inner.lineages[lineage].newest.filter(|_| rng.below(5) > 0);
            // Only what is found in the vault: what is shown of the parent is shown elsewhere.
            let newest = newest.filter(|_| !self.0.plan.mistake.is_some_and(Mistake::is_of_dedup));
            let disks = inner.lineages[lineage].disks.clone();
            (id, lineage, server, newest.filter(|p| *p != id), disks)
        };
        let _working = Working(self.clone(), id);
        let parents: Vec<BackupId> = parent.into_iter().collect();
        let begun = here.repository.begin_backup(id, &parents).await;
        // Its lease may be lost from here on: whoever comes next finds its session.
        {
            let mut inner = self.inner();
            let mine = inner.open.iter_mut().filter(|open| open.id == id);
            mine.for_each(|open| open.begins = None);
        }
        let session = match begun {
            Ok(Begun::Committed(manifest)) => return self.committed(id, manifest.session, lineage),
            Ok(Begun::Session(session)) => session,
            Err(e) => return self.excused("begin", &e),
        };
        let before = {
            let mut inner = self.inner();
            let known = parent.filter(|id| session.parents.contains_key(id));
            let entry = known.and_then(|id| inner.model.backups.get(&id));
            let before = entry.and_then(|entry| entry.content().cloned());
            if !session.adopted_sessions().is_empty() {
                inner.told.adopted += 1;
            }
            let entry = inner
                .model
                .backups
                .get_mut(&id)
                .expect("it is never removed");
            entry.contents.insert(session.id(), server.clone());
            before.filter(|_| rng.below(2) == 0)
        };
        let independent = parent.is_none() && rng.below(4) == 0;
        let compares_all = self.0.plan.mistake != Some(Mistake::DigestPrefix);
        let disks = disks.into_iter().enumerate().map(|(at, disk_id)| {
            let before = before.as_ref().map(|server| server[at].clone());
            let tracking = match before {
                Some(_) => Tracking::Bitmap { epoch: "e".into() },
                None => Tracking::FullScan {
                    reason: "simulated".into(),
                },
            };
            BackupDisk {
                disk_id,
                child_backup_id: None,
                name: format!("vd{at}"),
                system: at == 0,
                parent,
                source: Arc::new(Source::new(server.clone(), at, before, compares_all)),
                tracking,
                epoch: None,
            }
        });
        let job = BackupJob {
            facts: facts(),
            instant: InstantRecord {
                at: jiff::Timestamp::UNIX_EPOCH,
                consistency: "offline".into(),
                frozen_ms: None,
                moved: false,
                notes: vec![],
            },
            definition: DefinitionRecord::default(),
            independent,
            disks: disks.collect(),
        };
        let id_of_session = session.id();
        let (progress, cancel) = (Progress::new(), CancellationToken::new());
        match back_up(session, job, &progress, &cancel).await {
            Ok(manifest) => {
                self.inner().told.deduplicated += manifest.deduplicated_bytes().div_ceil(CHUNK);
                self.committed(id, id_of_session, lineage)
            }
            // The next attempt has ended this one's session: nothing holds its parent any more.
            Err(e) if e.kind == Kind::Data && self.attempts_at(id) > 1 => Ok(()),
            Err(e) => self.excused("back up", &e),
        }
    }

    fn attempts_at(&self, id: BackupId) -> usize {
        self.inner().model.backups[&id].contents.len()
    }

    fn committed(
        &self,
        id: BackupId,
        session: coffer_core::ids::SessionId,
        lineage: usize,
    ) -> Checked {
        self.0.world.note(NOBODY, "committed", &id.to_string());
        let mut inner = self.inner();
        inner.open.retain(|open| open.id != id);
        let entry = inner
            .model
            .backups
            .get_mut(&id)
            .expect("it is never removed");
        if entry.committed.is_some_and(|known| known != session) {
            return Err(violated(format!("two attempts at {id} committed")));
        }
        entry.committed = Some(session);
        if entry.state == State::Tried {
            entry.state = State::Committed;
            inner.told.committed += 1;
            inner.lineages[lineage].newest = Some(id);
        }
        Ok(())
    }

    fn pick(&self, rng: &mut Rng, states: &[State]) -> Option<BackupId> {
        let inner = self.inner();
        let all = inner.model.backups.iter();
        let fit: Vec<BackupId> = all
            .filter(|(_, entry)| states.contains(&entry.state) && entry.working == 0)
            .map(|(id, _)| *id)
            .collect();
        (!fit.is_empty()).then(|| fit[rng.below(fit.len() as u64) as usize])
    }

    fn state_of(&self, id: BackupId) -> State {
        self.inner().model.backups[&id].state
    }

    async fn delete(&self, here: &Here, rng: &mut Rng) -> Checked {
        here.mistaken.begin();
        let Some(id) = self.pick(rng, &[State::Committed, State::Committed, State::Going]) else {
            return Ok(());
        };
        self.delete_one(here, id).await
    }

    async fn delete_one(&self, here: &Here, id: BackupId) -> Checked {
        {
            let mut inner = self.inner();
            let entry = inner
                .model
                .backups
                .get_mut(&id)
                .expect("it is never removed");
            entry.deleting += 1;
            entry.state = State::Going;
        }
        let gone = match delete_backup(&here.repository, id).await {
            Ok(Deleted::Now) => true,
            Ok(Deleted::Later { .. }) => {
                self.inner().told.held += 1;
                false
            }
            Err(e) if e.kind == Kind::NotFound && asked_before(&self.inner().model, id) => true,
            Err(e) => {
                self.excused("delete", &e)?;
                false
            }
        };
        if gone {
            self.0.world.note(NOBODY, "deleted", &id.to_string());
            let mut inner = self.inner();
            inner.told.deleted += 1;
            let entry = inner
                .model
                .backups
                .get_mut(&id)
                .expect("it is never removed");
            entry.state = State::Gone;
        }
        Ok(())
    }

    async fn reclaim(&self, here: &Here, options: ReclaimOptions) -> Checked {
        here.mistaken.begin();
        let cancel = CancellationToken::new();
        match reclaim(&here.repository, options, &cancel).await {
            Ok(report) => self.reclaimed(&report),
            Err(e) => self.excused("reclaim", &e),
        }
    }

    fn reclaimed(&self, report: &ReclaimReport) -> Checked {
        let told = &mut self.inner().told;
        told.packs_freed += report.packs_removed;
        told.packs_compacted += report.packs_compacted;
        told.counted_anew += u64::from(report.counted_anew.is_some());
        match report.wrong_counts {
            0 => Ok(()),
            wrong => Err(violated(format!("{wrong} blobs were counted wrongly"))),
        }
    }

    async fn refresh(&self, here: &Here) -> Checked {
        here.mistaken.begin();
        match refresh_index(&here.repository, &CancellationToken::new()).await {
            Ok(_) => Ok(()),
            Err(e) => self.excused("refresh", &e),
        }
    }

    /// Remembers the packs that are there.
    fn note_packs(&self) {
        let objects = self.0.world.objects().into_iter();
        let packs = objects.filter(|(name, _)| name::parse_pack(name).is_some());
        self.inner().packs.extend(packs);
    }

    /// A pack that went is there again: its write came twice, and late, or its removal was not durable.
    async fn bring_back(&self, here: &Here, rng: &mut Rng) -> Checked {
        self.note_packs();
        let objects = self.0.world.objects();
        let gone: Vec<(String, Bytes)> = {
            let inner = self.inner();
            let known = inner.packs.iter();
            known
                .filter(|(name, _)| !objects.contains_key(*name))
                .map(|(name, bytes)| (name.clone(), bytes.clone()))
                .collect()
        };
        if gone.is_empty() {
            return Ok(());
        }
        let (name, bytes) = &gone[rng.below(gone.len() as u64) as usize];
        if let Err(e) = here.repository.store.create(name, bytes.clone()).await {
            return self.excused("bring back", &e);
        }
        self.inner().told.returned += 1;
        Ok(())
    }

    /// What may become of an index: a segment is lost, cut, or put back as it was when packs that it
    /// names were still there.
    async fn meddle(&self, here: &Here, rng: &mut Rng) -> Checked {
        let objects = self.0.world.objects();
        let within = format!("{}/", name::INDEX);
        let there: Vec<_> = objects
            .iter()
            .filter(|(name, _)| name.starts_with(&within))
            .collect();
        let (known, chosen) = {
            let mut inner = self.inner();
            for (name, bytes) in &there {
                if inner.segments.iter().all(|(known, _)| known != *name) {
                    let segment = ((*name).clone(), (*bytes).clone());
                    inner.segments.push(segment);
                }
            }
            let count = inner.segments.len() as u64;
            let known = (count > 0).then(|| inner.segments[rng.below(count) as usize].clone());
            let count = there.len() as u64;
            let chosen = (count > 0).then(|| there[rng.below(count) as usize]);
            (known, chosen)
        };
        let what = rng.below(3);
        let (name, bytes) = match (what, known, chosen) {
            (0, Some((name, bytes)), _) => (name, Some(bytes)),
            (1, _, Some((name, bytes))) => {
                self.inner().model.index_is_damaged = true;
                let len = rng.below(bytes.len() as u64) as usize;
                (name.clone(), Some(bytes.slice(..len)))
            }
            (2, _, Some((name, _))) => (name.clone(), None),
            _ => return Ok(()),
        };
        let store = &here.repository.store;
        let meddled = async {
            store.remove(&name).await?;
            match bytes {
                Some(bytes) => store.create(&name, bytes).await.map(|_| ()),
                None => Ok(()),
            }
        };
        if let Err(e) = meddled.await {
            return self.excused("meddle", &e);
        }
        self.inner().told.meddled += 1;
        Ok(())
    }

    /// Holds a backup for a while, and restores and verifies it meanwhile.
    async fn read(self, here: Here, mut rng: Rng) -> Checked {
        here.mistaken.begin();
        let Some(id) = self.pick(&mut rng, &[State::Committed]) else {
            return Ok(());
        };
        let session = match here.repository.begin_reading(&[id]).await {
            Ok(session) => session,
            Err(e) if e.kind == Kind::NotFound => {
                return match self.state_of(id) {
                    State::Going | State::Gone => Ok(()),
                    _ => Err(violated(format!("backup {id} cannot be found"))),
                };
            }
            Err(e) => return self.excused("begin to read", &e),
        };
        let server = {
            let inner = self.inner();
            let entry = &inner.model.backups[&id];
            entry.content().cloned().expect("it was committed")
        };
        for _ in 0..1 + rng.below(3) {
            sleep(Duration::from_millis(rng.below(3000))).await;
            let held = &session.manifests[0];
            let read = self.read_once(&here, held, &server, &mut rng).await;
            self.inner().told.restores += 1;
            // Where the store took no session, nothing holds the backup.
            let unheld = self.0.plan.faulty() && self.state_of(id) != State::Committed;
            match read {
                Err(_) if unheld => {}
                read => read?,
            }
        }
        match session.end().await {
            Ok(()) => Ok(()),
            Err(e) => self.excused("end reading", &e),
        }
    }

    async fn read_once(
        &self,
        here: &Here,
        manifest: &coffer_core::format::records::Manifest,
        server: &Server,
        rng: &mut Rng,
    ) -> Checked {
        let id = manifest.backup_id;
        let (progress, cancel) = (Progress::new(), CancellationToken::new());
        if rng.below(4) == 0 {
            let scope = Scope::Backup(id);
            let report = match verify(&here.repository, scope, &progress, &cancel).await {
                Ok(report) => report,
                // Verify looks for the manifest; it may be gone where nothing holds it.
                Err(e) => return self.excused("verify", &e),
            };
            return match report.findings.first() {
                Some(finding) => Err(violated(format!("verify of {id} finds {finding:?}"))),
                None => Ok(()),
            };
        }
        // Over what another backup left on the disk, or onto a new one.
        let other = self.pick(rng, &[State::Committed]);
        let other = other.filter(|other| rng.below(3) == 0 && *other != id);
        let known = match other {
            Some(other) => here.repository.manifest(other).await.ok().flatten(),
            None => None,
        };
        for (at, (disk, wanted)) in manifest.disks.iter().zip(server.iter()).enumerate() {
            let known = known.as_ref().and_then(|known| {
                let disk = known.disks.iter().find(|d| d.disk_id == disk.disk_id)?;
                let inner = self.inner();
                let entry = inner.model.backups.get(&known.backup_id)?;
                let server = entry.contents.get(&known.session)?;
                Some((disk.clone(), server[at].clone()))
            });
            let state = known.as_ref().map(|(disk, _)| KnownState {
                disk: disk.clone(),
                changed: Default::default(),
            });
            let target = Target::new(wanted, known.as_ref().map(|(_, content)| content));
            let to = Arc::new(target.clone());
            let done = restore_disk(
                &here.repository,
                manifest,
                disk,
                to,
                state,
                &progress,
                &cancel,
            );
            match done.await {
                Ok(_) if target.is_restored() => {}
                Ok(_) => return Err(violated(format!("{} of {id} has other bytes", disk.name))),
                Err(e) if e.kind == Kind::Unavailable => {}
                // The other backup is not held and may go, with what tells what the disk holds.
                Err(_) if known.is_some() => {}
                Err(e) => {
                    return Err(violated(format!("restore of {id}: {}", e.chain())));
                }
            }
        }
        Ok(())
    }

    fn strict(&self) -> Strictness {
        self.0.plan.strict()
    }

    async fn check_now(&self) -> Checked {
        // Both of one moment: nothing is waited for in between.
        let objects = self.0.world.objects();
        let model = self.inner().model.clone();
        check_now(objects, &model, &self.0.key, self.strict()).await
    }

    /// Everybody has ended. What is open is brought to its end, then one reclaim follows.
    async fn end(&self) -> Checked {
        self.0.world.heal();
        let process = self.0.world.start(5, false);
        let run = self.clone();
        let work = async move { run.bring_to_end(process).await };
        let reclaimed = self.0.world.run_as(process, work).await?;
        if !reclaimed {
            return self.check_now().await;
        }
        // What was on its way when its sender was killed has arrived by now.
        let objects = self.0.world.objects();
        let model = self.inner().model.clone();
        check_end(objects, &model, &self.0.key, self.strict()).await
    }

    /// A full run finds that the counts are what a walk over everything finds. Of packs it finds those
    /// alone that came late from writers that were declared dead.
    async fn reclaim_fully(&self, here: &Here) -> Checked {
        let cancel = CancellationToken::new();
        let options = ReclaimOptions {
            full: true,
            dry_run: false,
        };
        let again = PART.scope(Part::Reclaim, reclaim(&here.repository, options, &cancel));
        match again.await {
            Ok(report) => {
                self.inner().told.strays += report.packs_removed;
                self.reclaimed(&report)
            }
            Err(e) if self.strict().torn && e.kind == Kind::Data => Ok(()),
            Err(e) => Err(violated(format!("at the end, in full: {}", e.chain()))),
        }
    }

    async fn bring_to_end(&self, process: Process) -> Result<bool, Violation> {
        sleep(Duration::from_secs(10)).await;
        let failed = |what: &str, e: Error| violated(format!("at the end, {what}: {}", e.chain()));
        let here = self.open(process).await.map_err(|e| failed("open", e))?;
        // What a restart of the control plane does: it goes on with what it knows to be open, and
        // a person ends the sessions of machines that are gone.
        let store = Store::from_object_store(self.0.world.store(process), "");
        let sessions = here.repository.sessions().await;
        for (id, session) in sessions.map_err(|e| failed("sessions", e))? {
            let Some(session) = session else {
                let removed = store.remove(&name::session(id)).await;
                removed.map_err(|e| failed("remove a session", e))?;
                continue;
            };
            let open = match &session.role {
                Role::Writer { backup_id, .. } => {
                    let inner = self.inner();
                    inner.open.iter().any(|open| open.id == *backup_id)
                }
                _ => false,
            };
            if !open {
                let ended = end_session(&here.repository, &session, "its process is gone").await;
                ended.map_err(|e| failed("end a session", e))?;
            }
        }
        let open = std::mem::take(&mut self.inner().open);
        for open in open {
            let id = open.id;
            let backup = self.clone().backup(here.clone(), Rng::new(1), Some(open));
            PART.scope(Part::Backup, backup).await?;
            if self.state_of(id) == State::Tried {
                return Err(violated(format!("backup {id} fails over a sound store")));
            }
        }
        while let Some(id) = self.pick(&mut Rng::new(1), &[State::Going]) {
            PART.scope(Part::Delete, self.delete_one(&here, id)).await?;
            if self.state_of(id) != State::Gone {
                return Err(violated(format!("backup {id} is held by nobody and stays")));
            }
        }
        here.mistaken.begin();
        let cancel = CancellationToken::new();
        let done = reclaim(&here.repository, ReclaimOptions::default(), &cancel);
        let done = PART.scope(Part::Reclaim, done);
        let report = match done.await {
            Err(e) if e.kind == Kind::Data && self.strict().torn => return Ok(false),
            done => done.map_err(|e| failed("reclaim", e))?,
        };
        self.reclaimed(&report)?;
        self.reclaim_fully(&here).await?;
        let refreshed = refresh_index(&here.repository, &cancel).await;
        refreshed.map_err(|e| failed("refresh", e))?;
        self.inner().model.index_is_damaged = false;
        let survey = here.repository.survey().await;
        for manifest in survey.map_err(|e| failed("survey", e))?.backups {
            if manifest.disks.iter().all(|disk| disk.parent.is_none()) {
                let packs = packs_of(&here.repository, &manifest).await?;
                let own = |pack: &PackId| {
                    let session = pack.session();
                    session == manifest.session || manifest.adopted.contains(&session)
                };
                let foreign = packs.iter().filter(|pack| !own(pack)).count() as u64;
                if manifest.independent && foreign > 0 {
                    let id = manifest.backup_id;
                    return Err(violated(format!(
                        "{id} is independent and refers to others"
                    )));
                }
                self.inner().told.foreign += foreign;
            }
            let server = {
                let inner = self.inner();
                let entry = inner.model.backups.get(&manifest.backup_id);
                entry.and_then(|entry| entry.contents.get(&manifest.session).cloned())
            };
            let server = server.ok_or_else(|| violated("a backup that nobody made"))?;
            restore(&here.repository, &manifest, &server).await?;
        }
        Ok(true)
    }
}

/// True where a backup's deletion was asked for more than once, by one after or beside the other.
fn asked_before(model: &Model, id: BackupId) -> bool {
    model.backups[&id].deleting > 1
}

const NOBODY: Process = Process {
    host: 0,
    boot: 0,
    pid: 0,
};

fn uuid(rng: &mut Rng) -> Uuid {
    Uuid::from_u64_pair(rng.next(), rng.next())
}

fn facts() -> Facts {
    Facts {
        resource: Resource {
            id: "r".into(),
            kind: "OS::Nova::Server".into(),
            name: "shop".into(),
        },
        name: "b".into(),
        description: String::new(),
        project_id: None,
        checkpoint_id: None,
        policy_id: None,
        automatic: false,
        expires_at: None,
    }
}
