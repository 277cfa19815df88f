//! Power cuts: what the directory store does to the file system is recorded, and then replayed up to
//! every event, with all that a file system may have lost at that moment. Whatever was reported
//! committed restores, whatever was reported deleted stays away, and work goes on. Some of what is left
//! is put into a directory again, with all unfinished files, the rest into the simulated store.
//!
//! `COFFER_TEST_CUTS=n` makes n cuts after each event instead of 3.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod disk;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use coffer_core::Kind;
use coffer_core::format::records::{Manifest, Tracking};
use coffer_core::format::{checksum, name};
use coffer_core::ids::{BackupId, DiskId, VaultId};
use coffer_engine::pipeline::{
    BackupDisk, BackupJob, ReclaimOptions, back_up, delete_backup, reclaim, restore_disk,
    verify_without_key,
};
use coffer_engine::progress::Progress;
use coffer_engine::repository::{
    Begun, Budget, DedupLimits, InitOptions, KeySource, RecoveryKey, Repository, Store,
};
use coffer_engine::testkit::simulated::{Faults, Rng, World};
use coffer_engine::testkit::{MemorySource, MemoryTarget, job, option};
use disk::{ABOVE, Death, Disk, Event, Luck, Mistake, Recorder, Safe, Tape, within};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Cuts after each event: one that loses all that is not sure, the others what comes.
const CUTS: u64 = 3;

/// More processes than a history has.
const PROCESSES_MAX: u32 = 100;

/// Of so many cuts, one is looked at in a directory.
const IN_DIRECTORY: u64 = 10;

/// What somebody was told at a point of the tape.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    /// The vault is there.
    Made,
    /// A backup's content is known from here on, whether or not it is committed.
    Tried(BackupId, Vec<u8>),
    Committed(BackupId),
    Deleting(BackupId),
    Deleted(BackupId),
}

/// A recorded history.
struct History {
    /// The folder in which everything is.
    base: PathBuf,
    /// That of the store, which the store made.
    root: PathBuf,
    key: KeySource,
    tape: Vec<Event>,
    told: Vec<Told>,
    _folder: tempfile::TempDir,
}

struct Author {
    world: World,
    root: PathBuf,
    key: KeySource,
    tape: Tape,
    told: Vec<Told>,
    mistake: Option<Mistake>,
}

impl Author {
    fn tell(&mut self, told: Told) {
        let at = self.told.len() as u32;
        self.told.push(told);
        self.tape.lock().unwrap().push(Event::Told(at));
    }

    fn store(&self, death: Option<Death>) -> (Store, Arc<Recorder>) {
        let recorder = Recorder::new(self.tape.clone(), self.mistake, death);
        let root = self.root.to_str().unwrap();
        let store = Store::open_recorded(root, "v", recorder.clone()).unwrap();
        (store, recorder)
    }

    /// A process of its own backs up, and may be killed. True if it was not.
    async fn back_up(&mut self, number: u128, content: &[u8], death: Option<Death>) -> bool {
        let parent = self.newest();
        self.back_up_on(number, parent, content, death).await
    }

    /// The same, building on `parent`.
    async fn back_up_on(
        &mut self,
        number: u128,
        parent: Option<BackupId>,
        content: &[u8],
        death: Option<Death>,
    ) -> bool {
        let id = BackupId(Uuid::from_u128(number));
        let process = self.world.start(0, false);
        let (store, recorder) = self.store(death);
        let key = self.key.clone();
        self.tell(Told::Tried(id, content.to_vec()));
        let content = content.to_vec();
        let work = async move {
            let repository = Repository::open_limited(store, &key, limits()).await?;
            write(&repository, id, parent, &content).await
        };
        let done = self.world.run_as(process, work).await;
        self.world.end(process);
        match done {
            Ok(()) => self.tell(Told::Committed(id)),
            Err(e) => assert!(recorder.is_dead(), "{}", e.chain()),
        }
        !recorder.is_dead()
    }

    fn newest(&self) -> Option<BackupId> {
        self.told.iter().rev().find_map(|told| match told {
            Told::Committed(id) if !self.told.contains(&Told::Deleting(*id)) => Some(*id),
            _ => None,
        })
    }

    async fn delete(&mut self, number: u128, death: Option<Death>) {
        let id = BackupId(Uuid::from_u128(number));
        let process = self.world.start(0, false);
        let (store, recorder) = self.store(death);
        let key = self.key.clone();
        self.tell(Told::Deleting(id));
        let work = async move {
            let repository = Repository::open(store, &key).await?;
            delete_backup(&repository, id).await
        };
        let done = self.world.run_as(process, work).await;
        self.world.end(process);
        match done {
            Ok(_) => self.tell(Told::Deleted(id)),
            // An earlier try came that far.
            Err(e) if e.kind == Kind::NotFound => self.tell(Told::Deleted(id)),
            Err(e) => assert!(recorder.is_dead(), "{}", e.chain()),
        }
    }

    /// Looks whether a backup is there, as a service does that was killed while it was made.
    async fn look(&mut self, number: u128) -> bool {
        let id = BackupId(Uuid::from_u128(number));
        let process = self.world.start(0, false);
        let (store, _) = self.store(None);
        let key = self.key.clone();
        let work = async move {
            let repository = Repository::open(store, &key).await?;
            repository.manifest(id).await
        };
        let found = self.world.run_as(process, work).await.unwrap();
        self.world.end(process);
        if found.is_some() {
            self.tell(Told::Committed(id));
        }
        found.is_some()
    }

    async fn reclaim(&mut self, death: Option<Death>) {
        let process = self.world.start(0, false);
        let (store, recorder) = self.store(death);
        let key = self.key.clone();
        let work = async move {
            let repository = Repository::open(store, &key).await?;
            let cancel = CancellationToken::new();
            reclaim(&repository, ReclaimOptions::default(), &cancel).await
        };
        let done = self.world.run_as(process, work).await;
        self.world.end(process);
        if let Err(e) = done {
            assert!(recorder.is_dead(), "{}", e.chain());
        }
    }
}

/// Records a history: backups, deletions and reclaims, with processes killed in the midst of it.
async fn record(mistake: Option<Mistake>) -> History {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().canonicalize().unwrap();
    let root = base.join(ABOVE).join("store");
    let world = World::quiet(BTreeMap::new());
    let _doors = coffer_engine::testkit::doors::install(Arc::new(world.clone()));
    let key = KeySource::Recovery(RecoveryKey::random().unwrap());
    let mut author = Author {
        world,
        root: root.clone(),
        key: key.clone(),
        tape: Arc::default(),
        told: Vec::new(),
        mistake,
    };
    let (store, _) = author.store(None);
    let options = InitOptions {
        pack_target: 3000,
        ..InitOptions::new(VaultId(Uuid::from_u128(7)))
    };
    Repository::init(store, &options, &key).await.unwrap();
    author.tell(Told::Made);

    let linked_manifest: Death =
        |event| matches!(event, Event::Link(_, to) if within(to, "backup"));
    let linked_pack: Death = |event| matches!(event, Event::Link(_, to) if within(to, "pack"));
    let linked_log: Death = |event| matches!(event, Event::Link(_, to) if within(to, "log"));
    let made_folder: Death = |event| matches!(event, Event::Folder(_));
    let removed_manifest: Death =
        |event| matches!(event, Event::Remove(at) if object(at, "backup"));
    let removed_pack: Death = |event| matches!(event, Event::Remove(at) if object(at, "pack"));
    let mut rng = Rng::new(5);
    let mut content = vec![0; 200_000];
    for number in 1..=12 {
        for _ in 0..3 {
            let at = rng.below(content.len() as u64 - 9000) as usize;
            let mut word = rng.next();
            content[at..at + 9000].iter_mut().for_each(|byte| {
                word = word.wrapping_mul(6364136223846793005).wrapping_add(1);
                *byte = (word >> 56) as u8;
            });
        }
        let death = match number {
            3 => Some(linked_manifest),
            4 => Some(linked_pack),
            5 => Some(made_folder),
            6 => Some(linked_log),
            8 => Some(linked_manifest),
            _ => None,
        };
        let done = author.back_up(number, &content, death).await;
        let done = done || number == 8 && author.look(number).await;
        if !done {
            // The next attempt: of another instant, or, where there are packs to take over, of the same.
            if number != 4 && number % 2 == 0 {
                content[100] ^= 1;
            }
            assert!(author.back_up(number, &content, None).await);
        }
        match number {
            2 => author.delete(1, None).await,
            5 => author.reclaim(None).await,
            7 => {
                author.delete(2, Some(removed_manifest)).await;
                author.reclaim(Some(removed_pack)).await;
                author.reclaim(None).await;
            }
            9 => author.delete(9, None).await,
            10 => author.reclaim(None).await,
            11 => {
                author.delete(4, Some(removed_manifest)).await;
                author.delete(4, None).await;
            }
            _ => {}
        }
    }
    // Its third pack is there and not durable when it is killed. Another backup finds it behind the
    // first one, which the index names, and refers to it.
    let third_pack: Death = |event| matches!(event, Event::Link(_, to) if within(to, "pack") && to.to_string_lossy().ends_with("00000002.0"));
    let (whole, part) = (noise([1, 2, 3, 4]), noise([3, 1, 2]));
    let killed = author.back_up_on(21, None, &whole, Some(third_pack));
    assert!(!killed.await);
    assert!(author.back_up_on(22, None, &part, None).await);
    author.reclaim(None).await;
    let tape = author.tape.lock().unwrap().clone();
    History {
        base,
        root,
        key,
        tape,
        told: author.told,
        _folder: folder,
    }
}

/// Every chunk is in the index, as soon as its pack is full.
fn limits() -> DedupLimits {
    DedupLimits {
        sampling: 0,
        index: Budget::new(1 << 20),
        look_bytes: 1,
        segment_entries_min: 1,
        segment_entries: 1,
        ..DedupLimits::default()
    }
}

/// Chunks that do not compress, in the order of their numbers.
fn noise(chunks: impl IntoIterator<Item = u64>) -> Vec<u8> {
    let mut out = Vec::new();
    for number in chunks {
        let mut rng = Rng::new(1000 + number);
        (0..65_536 / 8).for_each(|_| out.extend(rng.next().to_le_bytes()));
    }
    out
}

fn object(path: &Path, folder: &str) -> bool {
    within(path, folder) && !path.to_string_lossy().contains('#')
}

fn backup_of(content: &[u8], parent: Option<BackupId>) -> BackupJob {
    job(vec![BackupDisk {
        disk_id: DiskId(Uuid::from_u128(3)),
        child_backup_id: None,
        name: "vda".into(),
        system: true,
        parent,
        source: Arc::new(MemorySource::new(content.to_vec())),
        tracking: Tracking::FullScan {
            reason: "test".into(),
        },
        epoch: None,
    }])
}

async fn write(
    repository: &Repository,
    id: BackupId,
    parent: Option<BackupId>,
    content: &[u8],
) -> coffer_core::Result<()> {
    let parents: Vec<BackupId> = parent.into_iter().collect();
    let session = match repository.begin_backup(id, &parents).await? {
        Begun::Committed(_) => return Ok(()),
        Begun::Session(session) => session,
    };
    let (progress, cancel) = (Progress::new(), CancellationToken::new());
    let done = back_up(session, backup_of(content, parent), &progress, &cancel);
    done.await.map(|_| ())
}

async fn restored(repository: &Repository, manifest: &Manifest) -> Result<Vec<u8>, String> {
    let disk = &manifest.disks[0];
    let target = MemoryTarget::zeroed(disk.size_bytes);
    let (progress, cancel) = (Progress::new(), CancellationToken::new());
    let to = Arc::new(target.clone());
    let done = restore_disk(repository, manifest, disk, to, None, &progress, &cancel).await;
    done.map_err(|e| format!("{} does not restore: {}", manifest.backup_id, e.chain()))?;
    Ok(target.content())
}

/// Opens what a cut left, looks at it, and goes on with it: in a directory or in the simulated store.
async fn check(
    history: &History,
    told: &[Told],
    found: BTreeMap<PathBuf, Vec<u8>>,
    in_directory: bool,
) -> Result<(), String> {
    let chain = |what: &str, e: coffer_core::Error| format!("{what}: {}", e.chain());
    let prefix = history.root.join("v");
    let named = found.into_iter().filter_map(|(path, bytes)| {
        let name = path.strip_prefix(&prefix).ok()?.to_str()?.to_owned();
        Some((name, bytes))
    });
    let directory = in_directory.then(|| tempfile::tempdir().unwrap());
    let mut objects: BTreeMap<String, bytes::Bytes> = BTreeMap::new();
    for (name, bytes) in named {
        match &directory {
            Some(directory) => {
                let path = directory.path().join("v").join(name);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, bytes).unwrap();
            }
            // As a list shows them: what was never finished has no object's name.
            None if name.contains('#') => {}
            None => drop(objects.insert(name, bytes.into())),
        }
    }
    let world = World::holding(objects, 1, Faults::default(), false);
    let _doors = coffer_engine::testkit::doors::install(Arc::new(world.clone()));
    // The machine was started again, and no process has the number of one that was recorded.
    for _ in 0..PROCESSES_MAX {
        world.start(0, true);
    }
    let process = world.start(0, true);
    let check = async {
        let store = match &directory {
            Some(directory) => {
                let path = directory.path().to_str().unwrap();
                Store::open_recorded(path, "v", Arc::new(Safe)).map_err(|e| chain("open", e))?
            }
            None => Store::from_object_store(world.store(process), ""),
        };
        let opened = Repository::open(store, &history.key).await;
        let repository = opened.map_err(|e| chain("open", e))?;
        let survey = repository.survey().await.map_err(|e| chain("survey", e))?;
        for manifest in &survey.backups {
            let id = manifest.backup_id;
            if told.contains(&Told::Deleted(id)) {
                return Err(format!("{id} was deleted and is there"));
            }
            let content = restored(&repository, manifest).await?;
            if !told.contains(&Told::Tried(id, content)) {
                return Err(format!("{id} has other bytes"));
            }
        }
        let there = |id: BackupId| survey.backups.iter().any(|m| m.backup_id == id);
        for told_of in told {
            if let Told::Committed(id) = told_of
                && !told.contains(&Told::Deleting(*id))
                && !there(*id)
            {
                return Err(format!("{id} was committed and is lost"));
            }
        }
        sound(&repository).await?;
        // Work goes on: garbage goes, a backup is made, and all is well.
        let cancel = CancellationToken::new();
        let done = reclaim(&repository, ReclaimOptions::default(), &cancel).await;
        done.map_err(|e| chain("reclaim", e))?;
        let next = BackupId(Uuid::from_u128(999));
        let newest = survey.backups.last().map(|manifest| manifest.backup_id);
        let content = vec![7; 70_000];
        let done = write(&repository, next, newest, &content).await;
        done.map_err(|e| chain("back up", e))?;
        let again = repository.survey().await.map_err(|e| chain("survey", e))?;
        if again.backups.len() < survey.backups.len() {
            return Err("a backup was lost when work went on".into());
        }
        for manifest in &again.backups {
            restored(&repository, manifest).await?;
        }
        sound(&repository).await?;
        let left = repository.store.list(name::SESSIONS).await;
        match left.map_err(|e| chain("list", e))?.is_empty() {
            true => Ok(()),
            false => Err("a session is left".into()),
        }
    };
    world.run_as(process, check).await
}

async fn sound(repository: &Repository) -> Result<(), String> {
    let (progress, cancel) = (Progress::new(), CancellationToken::new());
    let report = verify_without_key(&repository.store, &progress, &cancel).await;
    match report.map_err(|e| e.chain().to_string())?.findings.first() {
        None => Ok(()),
        Some(found) => Err(format!("{}: {}", found.object, found.problem)),
    }
}

fn on_a_runtime<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(work)
}

/// Of the objects that a cut left, and of how much was told before it.
fn fingerprint(found: &BTreeMap<PathBuf, Vec<u8>>, told: usize) -> u64 {
    let mut bytes = told.to_le_bytes().to_vec();
    for (path, content) in found {
        let name = path.to_string_lossy();
        if !name.contains('#') {
            bytes.extend(name.as_bytes());
            bytes.extend(checksum(content).to_le_bytes());
        }
    }
    checksum(&bytes)
}

/// Cuts the power after each event. Returns the number of cuts that left other objects than
/// those before, and the first that did harm.
fn cut_everywhere(history: &History, cuts: u64) -> (u64, Option<String>) {
    let made = history
        .tape
        .iter()
        .position(|e| matches!(e, Event::Told(0)));
    let made = made.unwrap();
    let next = Mutex::new(made as u64 + 1);
    let harm: Mutex<Option<(usize, String)>> = Mutex::new(None);
    let total = std::sync::atomic::AtomicU64::new(0);
    let seen: Mutex<HashSet<u64>> = Mutex::default();
    let work = || {
        let mut disk = Disk::default();
        let mut done = 0;
        loop {
            let at = {
                let mut next = next.lock().unwrap();
                let at = *next as usize;
                if at > history.tape.len() || harm.lock().unwrap().is_some() {
                    return;
                }
                *next += 1;
                at
            };
            for event in &history.tape[done..at] {
                disk.apply(event);
            }
            done = at;
            let known = history.tape[..at].iter().filter_map(|event| match event {
                Event::Told(told) => Some(history.told[*told as usize].clone()),
                _ => None,
            });
            let known: Vec<Told> = known.collect();
            for cut in 0..cuts {
                let luck = match cut {
                    0 => Luck::None,
                    _ => Luck::Some,
                };
                let mut rng = Rng::new(at as u64 * 1000 + cut);
                let found = disk.cut(&history.base, luck, &mut rng);
                // What is left is often the same, and then so is what becomes of it.
                if !seen
                    .lock()
                    .unwrap()
                    .insert(fingerprint(&found, known.len()))
                {
                    continue;
                }
                let in_directory = (at as u64 + cut).is_multiple_of(IN_DIRECTORY);
                total.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if let Err(e) = on_a_runtime(check(history, &known, found, in_directory)) {
                    let before = history.tape[at.saturating_sub(3)..at].iter();
                    let before: Vec<_> = before.map(|event| event.to_string()).collect();
                    let text = format!("cut {cut} after event {at} ({}): {e}", before.join(", "));
                    let mut harm = harm.lock().unwrap();
                    if harm.as_ref().is_none_or(|(earlier, _)| *earlier > at) {
                        *harm = Some((at, text));
                    }
                    return;
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, |n| n.get()) {
            scope.spawn(work);
        }
    });
    let harm = harm.into_inner().unwrap();
    (total.into_inner(), harm.map(|(_, text)| text))
}

#[test]
fn what_was_acknowledged_survives_every_power_cut() {
    let begun = std::time::Instant::now();
    let history = on_a_runtime(record(None));
    let (cuts, harm) = cut_everywhere(&history, option("COFFER_TEST_CUTS").unwrap_or(CUTS));
    println!(
        "{} events, {cuts} cuts, {:.1?}",
        history.tape.len(),
        begun.elapsed()
    );
    assert_eq!(harm, None);
    assert!(cuts >= 1000, "{cuts}");
}

#[test]
fn planted_mistakes_are_found_by_power_cuts() {
    for mistake in Mistake::ALL {
        let history = on_a_runtime(record(Some(mistake)));
        let (cuts, harm) = cut_everywhere(&history, 4);
        match harm {
            Some(harm) => println!("{mistake:?}: after {cuts} cuts: {harm}"),
            None => panic!("{mistake:?} does no harm in {cuts} cuts"),
        }
    }
}
