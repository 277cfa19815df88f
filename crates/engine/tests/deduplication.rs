//! Deduplication: what the vault holds is not stored again, whatever becomes of the index; and
//! nothing that a backup refers to goes, in whichever order a writer and a reclaim do their steps.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use coffer_core::digest::Digest;
use coffer_core::format::name;
use coffer_core::format::records::{
    DefinitionRecord, Facts, InstantRecord, Manifest, Resource, Tracking,
};
use coffer_core::ids::{BackupId, DiskId, PackId, VaultId};
use coffer_core::map::Address;
use coffer_engine::pipeline::{
    BackupDisk, BackupJob, ReclaimOptions, ReclaimReport, Scope, back_up, delete_backup, reclaim,
    refresh_index, restore_disk, verify,
};
use coffer_engine::progress::Progress;
use coffer_engine::repository::{
    Begun, Budget, DedupLimits, Finder, InitOptions, KeySource, Repository, Store, WriteSession,
};
use coffer_engine::testkit::{Faulty, Gated, MemorySource, MemoryTarget, Rates};
use object_store::ObjectStore;
use object_store::memory::InMemory;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const CHUNK: usize = 64 * 1024;

/// A vault in memory.
struct Place {
    objects: Arc<InMemory>,
    key: KeySource,
    limits: DedupLimits,
    _folder: tempfile::TempDir,
}

/// Everything is in the index, from the first chunk on.
fn eager() -> DedupLimits {
    DedupLimits {
        sampling: 0,
        index: Budget::new(8 << 20),
        look_bytes: 1,
        segment_entries_min: 1,
        ..DedupLimits::default()
    }
}

impl Place {
    async fn new(limits: DedupLimits, pack_target: u32) -> Place {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        coffer_engine::repository::create_key_file(&path).unwrap();
        let place = Place {
            objects: Arc::new(InMemory::new()),
            key: KeySource::File(path),
            limits,
            _folder: folder,
        };
        let options = InitOptions {
            pack_target,
            ..InitOptions::new(VaultId(Uuid::from_u128(1)))
        };
        Repository::init(place.store(), &options, &place.key)
            .await
            .unwrap();
        place
    }

    fn store(&self) -> Store {
        Store::from_object_store(self.objects.clone(), "v")
    }

    /// As a new process would open it.
    async fn open(&self) -> Repository {
        self.open_over(self.objects.clone()).await
    }

    async fn open_over(&self, objects: Arc<dyn ObjectStore>) -> Repository {
        let store = Store::from_object_store(objects, "v");
        Repository::open_limited(store, &self.key, self.limits.clone())
            .await
            .unwrap()
    }

    async fn count(&self, folder: &str) -> usize {
        self.store().list(folder).await.unwrap().len()
    }

    async fn packs(&self) -> Vec<String> {
        let listed = self.store().list(name::PACKS).await.unwrap();
        let mut names: Vec<String> = listed.into_iter().map(|object| object.name).collect();
        names.sort();
        names
    }

    async fn index(&self) -> Vec<String> {
        let listed = self.store().list(name::INDEX).await.unwrap();
        listed.into_iter().map(|object| object.name).collect()
    }

    async fn replace(&self, name: &str, bytes: Vec<u8>) {
        self.store().remove(name).await.unwrap();
        self.store().create(name, bytes.into()).await.unwrap();
    }
}

/// A disk of chunks: the same number is the same random bytes, 0 is a hole.
fn disk(chunks: impl IntoIterator<Item = u32>) -> Bytes {
    let mut out = Vec::new();
    for number in chunks {
        let mut state = u64::from(number) << 32 | 1;
        for _ in 0..CHUNK / 8 {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            let word = match number {
                0 => 0,
                _ => state.wrapping_mul(0x2545_f491_4f6c_dd1d),
            };
            out.extend(word.to_le_bytes());
        }
    }
    out.into()
}

fn id(number: u128) -> BackupId {
    BackupId(Uuid::from_u128(number))
}

async fn begin(repository: &Repository, number: u128) -> Box<WriteSession> {
    match repository.begin_backup(id(number), &[]).await.unwrap() {
        Begun::Session(session) => session,
        Begun::Committed(_) => panic!("it is a new backup"),
    }
}

fn job(disks: &[Bytes], independent: bool) -> BackupJob {
    let disks = disks.iter().enumerate().map(|(at, bytes)| BackupDisk {
        disk_id: DiskId(Uuid::from_u128(at as u128)),
        child_backup_id: None,
        name: format!("vd{at}"),
        system: at == 0,
        parent: None,
        source: Arc::new(MemorySource::new(bytes.clone())),
        tracking: Tracking::FullScan {
            reason: "test".into(),
        },
        epoch: None,
    });
    BackupJob {
        facts: Facts {
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
        },
        instant: InstantRecord {
            at: "2026-11-23T06:00:00Z".parse().unwrap(),
            consistency: "offline".into(),
            frozen_ms: None,
            moved: false,
            notes: vec![],
        },
        definition: DefinitionRecord::default(),
        independent,
        disks: disks.collect(),
    }
}

async fn go_on(session: Box<WriteSession>, disks: &[Bytes]) -> Manifest {
    let progress = Progress::new();
    let manifest = back_up(
        session,
        job(disks, false),
        &progress,
        &CancellationToken::new(),
    )
    .await
    .unwrap();
    let seen = progress.snapshot();
    assert_eq!(seen.deduplicated_bytes, deduplicated(&manifest));
    let least = seen.deduplicated_bytes.div_ceil(CHUNK as u64);
    assert!(seen.deduplicated_chunks >= least);
    manifest
}

async fn make(repository: &Repository, number: u128, disks: &[Bytes]) -> Manifest {
    go_on(begin(repository, number).await, disks).await
}

fn new_chunks(manifest: &Manifest) -> u64 {
    manifest.disks.iter().map(|d| d.new_bytes).sum::<u64>() / CHUNK as u64
}

fn deduplicated(manifest: &Manifest) -> u64 {
    manifest.disks.iter().map(|d| d.deduplicated_bytes).sum()
}

async fn check(place: &Place, manifest: &Manifest, disks: &[Bytes]) {
    let repository = place.open().await;
    for (disk, expected) in manifest.disks.iter().zip(disks) {
        let target = MemoryTarget::zeroed(disk.size_bytes);
        restore(&repository, manifest, disk, &target).await;
        assert!(target.content() == *expected, "disk {}", disk.name);
    }
}

async fn restore(
    repository: &Repository,
    manifest: &Manifest,
    disk: &coffer_core::format::records::ManifestDisk,
    target: &MemoryTarget,
) {
    let target = Arc::new(target.clone());
    let (progress, cancel) = (Progress::new(), CancellationToken::new());
    restore_disk(repository, manifest, disk, target, None, &progress, &cancel)
        .await
        .unwrap();
}

async fn check_clean(place: &Place) {
    let repository = place.open().await;
    let (progress, cancel) = (Progress::new(), CancellationToken::new());
    let report = verify(&repository, Scope::Vault, &progress, &cancel)
        .await
        .unwrap();
    assert!(report.is_clean(), "{:?}", report.findings);
}

async fn reclaimed(repository: &Repository) -> ReclaimReport {
    let cancel = CancellationToken::new();
    reclaim(repository, ReclaimOptions::default(), &cancel)
        .await
        .unwrap()
}

async fn refreshed(repository: &Repository) -> coffer_engine::pipeline::RefreshReport {
    refresh_index(repository, &CancellationToken::new())
        .await
        .unwrap()
}

struct Rng(u64);

impl Rng {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 8) % limit
    }
}

/// Two systems made of the same files but for one in ten, in another order and with other gaps:
/// the files have the sizes that files have, most of them small.
fn installations(chunks: u32) -> (Vec<u32>, Vec<u32>) {
    let mut rng = Rng(42);
    let (mut files, mut next) = (Vec::new(), 1);
    while next < chunks {
        let longest = [1, 1, 2, 4, 16, 64][rng.below(6) as usize];
        let len = 1 + rng.below(longest) as u32;
        files.push(next..next + len);
        next += len;
    }
    let first: Vec<u32> = files.iter().cloned().flatten().collect();
    for at in (1..files.len()).rev() {
        files.swap(at, rng.below(at as u64 + 1) as usize);
    }
    let mut second = Vec::new();
    for file in files {
        let changed = rng.below(10) == 0;
        second.extend(file.map(|n| if changed { n + 1_000_000 } else { n }));
        second.extend((0..rng.below(2)).map(|_| 0));
    }
    (first, second)
}

/// With the product's own sampling, packs and limits.
#[tokio::test]
async fn a_second_installation_stores_what_is_its_own() {
    let place = Place::new(DedupLimits::default(), 32 << 20).await;
    let (first, second) = installations(2400);
    let (first_disk, second_disk) = (disk(first.clone()), disk(second.clone()));
    let made = make(&place.open().await, 1, &[first_disk]).await;
    assert_eq!(new_chunks(&made) as usize, first.len());
    assert_eq!(place.count(name::INDEX).await, 1);

    let known: HashSet<u32> = first.into_iter().collect();
    let exact = second.iter().filter(|n| **n > 0 && !known.contains(n));
    let exact = exact.count() as u64;
    let made = make(&place.open().await, 2, std::slice::from_ref(&second_disk)).await;
    let stored = new_chunks(&made);
    println!(
        "{stored} chunks stored, {exact} are new of {}",
        second.len()
    );
    // The first MiB is stored before the index is worth reading; of the rest one chunk in 200 may be
    // missed.
    let shared = second.iter().filter(|n| **n > 0).count() as u64 - exact;
    let missed = stored - exact;
    assert!(missed <= 16 + shared / 200, "{missed} of {shared}");
    // The rest of it is all said to be deduplicated.
    let disk = &made.disks[0];
    assert_eq!(
        disk.new_bytes + disk.deduplicated_bytes,
        disk.allocated_bytes
    );
    check(&place, &made, std::slice::from_ref(&second_disk)).await;
    check_clean(&place).await;

    // A copy of a copy: nothing but its map, once the little that the second one stored is in the index.
    assert!(refreshed(&place.open().await).await.packs_read > 0);
    let made = make(&place.open().await, 3, &[second_disk]).await;
    assert!(new_chunks(&made) <= 16, "{}", new_chunks(&made));

    // Restored, what is scattered over packs is read together: by pack, neighbours at once.
    let faulty = Faulty::new(place.objects.clone(), 1, Rates::default());
    let counted = place.open_over(faulty.clone()).await;
    let mut reads = Vec::new();
    for number in [1, 2] {
        let manifest = counted.manifest(id(number)).await.unwrap().unwrap();
        let target = MemoryTarget::zeroed(manifest.disks[0].size_bytes);
        let before = faulty.requests();
        restore(&counted, &manifest, &manifest.disks[0], &target).await;
        reads.push(faulty.requests() - before);
    }
    println!("reads of the first and the second: {reads:?}");
    assert!(reads[1] <= 3 * reads[0] && reads[1] * 16 < second.len() as u64);
}

#[tokio::test]
async fn what_comes_twice_is_stored_once() {
    let place = Place::new(eager(), 1 << 20).await;
    // In a group, in a disk, and across the disks of a server; more than the packs in memory.
    let first = disk((1..100).chain([5, 5, 0, 7]).chain(1..100));
    let second = disk((50..150).rev());
    let disks = [first, second];
    let made = make(&place.open().await, 1, &disks).await;
    assert_eq!(new_chunks(&made), 149);
    check(&place, &made, &disks).await;
    check_clean(&place).await;

    // The cache has room for one pack: what went out of it is found by the index.
    let small = DedupLimits {
        cache_bytes: 1,
        ..eager()
    };
    let place = Place::new(small, 1 << 20).await;
    let made = make(&place.open().await, 1, &disks).await;
    // What is not in the store yet cannot be found there: how much depends on how fast it comes there.
    assert!(
        (149..300).contains(&new_chunks(&made)),
        "{}",
        new_chunks(&made)
    );
    check(&place, &made, &disks).await;
}

#[tokio::test]
async fn an_independent_backup_refers_to_its_own_chunks_alone() {
    let place = Place::new(eager(), 1 << 20).await;
    let disks = [disk((1..60).chain(1..60))];
    let repository = place.open().await;
    make(&repository, 1, &disks).await;
    let session = begin(&repository, 2).await;
    let cancel = CancellationToken::new();
    let full = back_up(session, job(&disks, true), &Progress::new(), &cancel)
        .await
        .unwrap();
    assert!(full.independent);
    assert_eq!(new_chunks(&full), 59, "each of its chunks once");
    // The other one may lose all it has.
    delete_backup(&repository, id(1)).await.unwrap();
    reclaimed(&repository).await;
    check(&place, &full, &disks).await;
    // Others refer to it.
    assert_eq!(new_chunks(&make(&place.open().await, 3, &disks).await), 0);
}

#[tokio::test]
async fn small_backups_do_not_look_for_the_index() {
    let place = Place::new(DedupLimits::default(), 32 << 20).await;
    make(&place.open().await, 1, &[disk(1..600)]).await;
    let faulty = Faulty::new(place.objects.clone(), 1, Rates::default());
    let repository = place.open_over(faulty.clone()).await;
    let session = begin(&repository, 2).await;
    let before = faulty.requests();
    go_on(session, &[disk([1, 2, 3])]).await;
    // The pack; looking for the vault; the manifest; the log: list, head, entry, list; the session.
    assert_eq!(faulty.requests() - before, 8);
}

#[tokio::test]
async fn an_index_that_is_lost_is_made_again() {
    let place = Place::new(eager(), 1 << 20).await;
    let disks = [disk(1..100)];
    make(&place.open().await, 1, &disks).await;
    for name in place.index().await {
        place.store().remove(&name).await.unwrap();
    }
    let made = make(&place.open().await, 2, &disks).await;
    assert_eq!(
        new_chunks(&made),
        99,
        "without an index all is stored again"
    );
    for name in place.index().await {
        place.store().remove(&name).await.unwrap();
    }
    let repository = place.open().await;
    let packs = place.count(name::PACKS).await as u64;
    let report = refreshed(&repository).await;
    assert_eq!((report.packs_read, report.entries_added), (packs, 198));
    assert_eq!(place.count(name::INDEX).await, 1);
    assert_eq!(refreshed(&repository).await, Default::default());
    let made = make(&place.open().await, 3, &disks).await;
    assert_eq!(new_chunks(&made), 0);
    check(&place, &made, &disks).await;
}

#[tokio::test]
async fn an_index_that_is_damaged_or_foreign_is_left_aside() {
    let place = Place::new(eager(), 1 << 20).await;
    let other = Place::new(eager(), 1 << 20).await;
    let disks = [disk(1..100)];
    make(&place.open().await, 1, &disks).await;
    make(&other.open().await, 1, &disks).await;
    let name = place.index().await.remove(0);
    let good = place.store().get(&name).await.unwrap().unwrap().to_vec();
    let foreign = other.index().await.remove(0);
    let foreign = other.store().get(&foreign).await.unwrap().unwrap();
    let mut flipped = good.clone();
    flipped[100] ^= 1;
    let mut newer = good.clone();
    newer[8] = 2;
    let mut number = 2;
    let bad = [
        (flipped, 1),
        (foreign.to_vec(), 1),
        (good[..50].to_vec(), 1),
        (Vec::new(), 1),
        (newer.clone(), 0),
    ];
    for (bytes, removed) in bad {
        place.replace(&name, bytes).await;
        let made = make(&place.open().await, number, &disks).await;
        assert_eq!(new_chunks(&made), 99);
        check(&place, &made, &disks).await;
        // Its own segment goes with it, so that the next one starts alike.
        delete_backup(&place.open().await, id(number))
            .await
            .unwrap();
        reclaimed(&place.open().await).await;
        for own in place.index().await.into_iter().filter(|n| *n != name) {
            place.store().remove(&own).await.unwrap();
        }
        let report = refreshed(&place.open().await).await;
        assert_eq!(report.segments_removed, removed);
        let made = make(&place.open().await, number + 1, &disks).await;
        assert_eq!(new_chunks(&made), 0, "it was made anew");
        for own in place.index().await.into_iter().filter(|n| *n != name) {
            place.store().remove(&own).await.unwrap();
        }
        number += 2;
    }
    assert_eq!(place.store().get(&name).await.unwrap().unwrap(), newer);
}

#[tokio::test]
async fn entries_of_packs_that_are_gone_lead_nowhere_and_go() {
    let place = Place::new(eager(), 1 << 20).await;
    let disks = [disk(1..100)];
    let repository = place.open().await;
    make(&repository, 1, &disks).await;
    make(&repository, 2, &[disk(200..240)]).await;
    delete_backup(&repository, id(1)).await.unwrap();
    assert!(reclaimed(&repository).await.packs_removed > 0);
    let made = make(&place.open().await, 3, &disks).await;
    assert_eq!(new_chunks(&made), 99, "the index still names what is gone");
    check(&place, &made, &disks).await;
    assert_eq!(place.count(name::INDEX).await, 3);
    assert_eq!(refreshed(&repository).await.segments_removed, 1);
    assert_eq!(place.count(name::INDEX).await, 2);
    let again = make(&place.open().await, 4, &disks).await;
    assert_eq!(new_chunks(&again), 0);
}

#[tokio::test]
async fn nothing_is_shared_across_keys() {
    let place = Place::new(eager(), 1 << 20).await;
    let other = Place::new(eager(), 1 << 20).await;
    let disks = [disk(1..100)];
    make(&place.open().await, 1, &disks).await;
    make(&other.open().await, 1, &disks).await;
    // The other vault's index beside this one's, and its packs in the place of those that this one's
    // index names.
    for object in other.store().list(name::INDEX).await.unwrap() {
        let bytes = other.store().get(&object.name).await.unwrap().unwrap();
        place.store().create(&object.name, bytes).await.unwrap();
    }
    let theirs = other.packs().await;
    for (own, name) in place.packs().await.into_iter().zip(&theirs) {
        let bytes = other.store().get(name).await.unwrap().unwrap();
        place.replace(&own, bytes.to_vec()).await;
        let bytes = other.store().get(name).await.unwrap().unwrap();
        place.store().create(name, bytes).await.unwrap();
    }
    let made = make(&place.open().await, 2, &disks).await;
    assert_eq!((new_chunks(&made), deduplicated(&made)), (99, 0));
    check(&place, &made, &disks).await;
}

#[tokio::test]
async fn a_pack_that_came_back_is_not_referred_to() {
    let place = Place::new(eager(), 1 << 20).await;
    let disks = [disk(1..100)];
    let repository = place.open().await;
    make(&repository, 1, &disks).await;
    let mut packs = Vec::new();
    for name in place.packs().await {
        packs.push((
            name.clone(),
            place.store().get(&name).await.unwrap().unwrap(),
        ));
    }
    delete_backup(&repository, id(1)).await.unwrap();
    assert_eq!(
        reclaimed(&repository).await.packs_removed as usize,
        packs.len()
    );
    // Their writes come again, late. Whoever removed them may be about to do so once more.
    for (name, bytes) in &packs {
        place.store().create(name, bytes.clone()).await.unwrap();
    }
    let first = place.index().await;
    // A process that has read the log before, and one that has not. Each knows the first segment alone.
    for (number, repository) in [(2, repository), (3, place.open().await)] {
        let made = make(&repository, number, &disks).await;
        assert_eq!(
            (new_chunks(&made), deduplicated(&made)),
            (99, 0),
            "{number}"
        );
        let later = place.index().await.into_iter();
        for own in later.filter(|name| !first.contains(name)) {
            place.store().remove(&own).await.unwrap();
        }
    }
    let made = make(&place.open().await, 4, &disks).await;
    for (name, _) in &packs {
        place.store().remove(name).await.unwrap();
    }
    check(&place, &made, &disks).await;
}

#[tokio::test]
async fn chunks_of_a_lower_generation_are_not_referred_to() {
    let place = Place::new(eager(), 32 << 20).await;
    let disks = [disk(1..100)];
    let repository = place.open().await;
    make(&repository, 1, &disks).await;
    let few = [disk(1..10)];
    assert_eq!(new_chunks(&make(&repository, 2, &few).await), 0);
    let pack = place.packs().await.into_iter();
    let mut largest = (String::new(), Bytes::new());
    for name in pack {
        let bytes = place.store().get(&name).await.unwrap().unwrap();
        if bytes.len() > largest.1.len() {
            largest = (name, bytes);
        }
    }
    delete_backup(&repository, id(1)).await.unwrap();
    assert_eq!(reclaimed(&repository).await.packs_compacted, 1);
    let (name, bytes) = largest;
    assert!(name.ends_with(".0") && !place.packs().await.contains(&name));
    // It is there again, and goes when the next one looks.
    place.store().create(&name, bytes).await.unwrap();
    let made = make(&place.open().await, 3, &disks).await;
    assert_eq!(new_chunks(&made), 90, "what was dropped is stored anew");
    assert_eq!(deduplicated(&made) / CHUNK as u64, 9);
    place.store().remove(&name).await.unwrap();
    check(&place, &made, &disks).await;
    check_clean(&place).await;
}

#[tokio::test]
async fn segments_stay_few_and_complete() {
    let place = Place::new(eager(), 1 << 20).await;
    let repository = place.open().await;
    for number in 0..60 {
        let from = 1 + number as u32 * 10;
        make(&repository, 1 + number, &[disk(from..from + 10)]).await;
        assert!(place.count(name::INDEX).await <= 17);
    }
    let all = [disk(1..601)];
    let made = make(&place.open().await, 100, &all).await;
    assert_eq!(new_chunks(&made), 0);
    assert_eq!(
        refreshed(&repository).await.packs_read,
        1,
        "that of the last map"
    );
    check(&place, &made, &all).await;
}

#[tokio::test]
async fn writers_that_commit_at_once_leave_a_whole_index() {
    let place = Place::new(eager(), 1 << 20).await;
    let one = place.open().await;
    for round in 0..4u32 {
        // Of two processes, several in each.
        let other = place.open().await;
        let mut writers = tokio::task::JoinSet::new();
        for number in 0..12u32 {
            let repository = match number % 2 {
                0 => one.clone(),
                _ => other.clone(),
            };
            let from = 1 + (round * 12 + number) * 5;
            let id = u128::from(round * 12 + number);
            writers.spawn(async move { make(&repository, id, &[disk(from..from + 5)]).await });
        }
        while let Some(made) = writers.join_next().await {
            made.unwrap();
        }
    }
    let all = [disk(1..241)];
    let made = make(&place.open().await, 100, &all).await;
    assert_eq!(new_chunks(&made), 0, "no entry was lost");
    check(&place, &made, &all).await;
}

#[tokio::test]
async fn what_is_known_to_be_damaged_is_stored_again() {
    let place = Place::new(eager(), 32 << 20).await;
    let disks = [disk(1..20)];
    let repository = place.open().await;
    let first = make(&repository, 1, &disks).await;
    let name = place.packs().await.remove(0);
    let mut bytes = place.store().get(&name).await.unwrap().unwrap().to_vec();
    bytes[100_000] ^= 1;
    place.replace(&name, bytes).await;
    let target = Arc::new(MemoryTarget::zeroed(first.disks[0].size_bytes));
    let (progress, cancel) = (Progress::new(), CancellationToken::new());
    let disk = &first.disks[0];
    let restored = restore_disk(&repository, &first, disk, target, None, &progress, &cancel);
    assert_eq!(restored.await.unwrap_err().kind, coffer_core::Kind::Data);
    let made = make(&repository, 2, &disks).await;
    assert_eq!(new_chunks(&made), 19);
    check(&place, &made, &disks).await;
}

#[tokio::test]
async fn beyond_the_budget_less_is_found_and_nothing_is_wrong() {
    let limits = DedupLimits {
        index: Budget::new(30 << 10),
        ..eager()
    };
    let place = Place::new(limits.clone(), 1 << 20).await;
    let (first, second) = installations(1500);
    let disks = [disk(first), disk(second)];
    make(&place.open().await, 1, &disks).await;
    let made = make(&place.open().await, 2, &[disks[1].clone()]).await;
    println!("{} of 1500 chunks are stored again", new_chunks(&made));
    assert!(new_chunks(&made) < 500 && limits.index.used() <= 30 << 10);
    check(&place, &made, &disks[1..]).await;
}

/// Chunks of numbers and words, each different: they compress by half.
fn texts(seed: u64, chunks: u64) -> Bytes {
    let mut out = Vec::with_capacity(chunks as usize * CHUNK);
    let mut rng = Rng(seed);
    while out.len() < chunks as usize * CHUNK {
        let word = rng.below(1 << 40);
        out.extend(format!("{:x} {:x};", word % 5000, word).bytes());
    }
    out.truncate(chunks as usize * CHUNK);
    out.into()
}

/// Looked up, missed, looked for in the index and remembered: all that a chunk costs that nobody has.
#[tokio::test]
async fn unique_data_costs_less_than_3_percent_more() {
    let place = Place::new(DedupLimits::default(), 32 << 20).await;
    let repository = place.open().await;
    make(&repository, 1, &[disk(1..600)]).await;
    let (chunks, rounds) = (800, 3);
    // Least of some rounds, one kind after the other: others use this machine as well.
    let (mut whole, mut beside) = (Duration::MAX, Duration::MAX);
    for number in 0..2 * rounds {
        let independent = number % 2 == 0;
        let disks = [texts(number + 1, chunks)];
        let session = begin(&repository, 10 + u128::from(number)).await;
        let (progress, cancel) = (Progress::new(), CancellationToken::new());
        let begun = Instant::now();
        let made = back_up(session, job(&disks, independent), &progress, &cancel);
        assert_eq!(new_chunks(&made.await.unwrap()), chunks);
        let best = match independent {
            true => &mut whole,
            false => &mut beside,
        };
        *best = begun.elapsed().min(*best);
    }
    println!("{chunks} chunks: independent {whole:?}, looked for in the vault {beside:?}");
    let whole = whole / chunks as u32;

    let session = begin(&repository, 20).await;
    let mut rng = Rng(7);
    let mut digest = move || {
        let mut bytes = [0; 32];
        bytes
            .chunks_mut(4)
            .for_each(|part| part.copy_from_slice(&(rng.below(1 << 32) as u32).to_le_bytes()));
        Digest(bytes)
    };
    let mut part = Duration::MAX;
    let groups: u32 = 2000;
    for _ in 0..rounds {
        let finder = Finder::new(&session, false);
        finder.begin_disk(false);
        let all: Vec<Vec<(Digest, u32)>> = (0..groups)
            .map(|_| (0..16).map(|_| (digest(), CHUNK as u32)).collect())
            .collect();
        let begun = Instant::now();
        for (number, group) in (0..).zip(&all) {
            let found = |(digest, len): &(Digest, u32)| finder.look().find(digest, *len).is_some();
            assert!(!group.iter().any(found));
            let wants = finder.wants(group, group.len());
            if !wants.is_nothing() {
                finder.fetch(wants, group).await;
            }
            for (digest, len) in group {
                let pack = PackId::new(session.id(), number / 32);
                let address = Address {
                    pack,
                    ordinal: number % 32,
                    slot: 0,
                };
                assert!(finder.stored(*digest, *len, address).is_none());
            }
        }
        part = part.min(begun.elapsed());
    }
    let part = part / (groups * 16);
    println!("a chunk takes {whole:?}, of which deduplication {part:?}");
    assert!(part * 100 < whole * 3, "{part:?} of {whole:?}");
}

/// What a writer does while a reclaim is held up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writer {
    /// It refers to what the deleted backup stored.
    Refers,
    /// It stores something else.
    StoresOther,
    /// It refers, and gives up.
    GivesUp,
}

/// A backup was deleted, so nothing reaches its packs. A reclaim is held up before its request
/// `begin`, where a writer begins, and before its request `commit`, where the writer goes on to its
/// end. With `condemned`, an earlier reclaim has condemned the packs and waits for another writer,
/// which has ended since. False where the reclaim makes fewer requests.
async fn interleave(begin_at: u64, commit_at: u64, writer: Writer, condemned: bool) -> bool {
    let what = format!("{writer:?} at {begin_at} and {commit_at}, condemned: {condemned}");
    let place = Place::new(eager(), 32 << 20).await;
    let sound = place.open().await;
    let old = [disk(1..5)];
    make(&sound, 1, &old).await;
    let other = match condemned {
        true => Some(begin(&sound, 9).await),
        false => None,
    };
    delete_backup(&sound, id(1)).await.unwrap();
    if let Some(other) = other {
        assert_eq!(reclaimed(&sound).await.packs_waiting, 1, "{what}");
        other.abandon().await.unwrap();
    }
    let gated = Gated::new(place.objects.clone());
    let held_up = place.open_over(Arc::new(gated.clone())).await;
    gated.hold_after(begin_at);
    let mut reclaiming = tokio::spawn(async move { reclaimed(&held_up).await });
    let is_held = async |reclaiming: &mut tokio::task::JoinHandle<ReclaimReport>| {
        tokio::select! {
            () = gated.held() => true,
            done = reclaiming => { done.unwrap(); false }
        }
    };
    if !is_held(&mut reclaiming).await {
        return false;
    }
    let session = begin(&place.open().await, 2).await;
    if commit_at > begin_at {
        gated.hold_after(commit_at - begin_at - 1);
        gated.open();
        if !is_held(&mut reclaiming).await {
            return false;
        }
    }
    let new = match writer {
        Writer::StoresOther => [disk(11..15)],
        Writer::Refers | Writer::GivesUp => old,
    };
    let mut made = None;
    if writer == Writer::GivesUp {
        let cancel = CancellationToken::new();
        let progress = Progress::new();
        let begun = back_up(session, job(&new, false), &progress, &cancel);
        // All is done but the commit, which finds that it is too late.
        let sessions = sound.sessions().await.unwrap();
        let ours = sessions.into_iter().find_map(|(_, session)| session);
        coffer_engine::repository::end_session(&sound, &ours.unwrap(), "test")
            .await
            .unwrap();
        assert!(begun.await.is_err(), "{what}");
    } else {
        made = Some(go_on(session, &new).await);
    }
    gated.open();
    reclaiming.await.unwrap();
    for round in 0..2 {
        if let Some(made) = &made {
            check(&place, made, &new).await;
            check_clean(&place).await;
        }
        if round == 0 {
            reclaimed(&sound).await;
            reclaimed(&sound).await;
        }
    }
    // What nobody refers to is gone.
    let expected = match made {
        None => 0,
        Some(made) if deduplicated(&made) > 0 => 2,
        Some(_) => 1,
    };
    assert_eq!(place.count(name::PACKS).await, expected, "{what}");
    assert_eq!(place.count(name::CONDEMNATIONS).await, 0, "{what}");
    true
}

async fn all_interleavings(writer: Writer, condemned: bool) {
    let mut count = 0;
    for begin_at in 0.. {
        let mut reached = false;
        for commit_at in begin_at.. {
            if !interleave(begin_at, commit_at, writer, condemned).await {
                break;
            }
            reached = true;
            count += 1;
        }
        if !reached {
            break;
        }
    }
    println!("{writer:?}, condemned {condemned}: {count} orders");
    assert!(count > 100);
}

#[tokio::test]
async fn what_a_writer_refers_to_survives_a_reclaim_beside_it() {
    all_interleavings(Writer::Refers, false).await;
}

#[tokio::test]
async fn what_was_condemned_before_is_absent_to_a_writer() {
    all_interleavings(Writer::Refers, true).await;
}

#[tokio::test]
async fn what_a_writer_does_not_refer_to_goes() {
    all_interleavings(Writer::StoresOther, false).await;
    all_interleavings(Writer::GivesUp, false).await;
}
