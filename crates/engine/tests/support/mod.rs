//! A vault on a store that can be killed, and a plain model of what must be in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use coffer_core::extent::{Extent, ExtentSet};
use coffer_core::format::name;
use coffer_core::format::records::{
    DefinitionRecord, Facts, InstantRecord, Manifest, ManifestDisk, Resource, Role, Tracking,
};
use coffer_core::ids::{BackupId, DiskId, PackId, VaultId};
use coffer_core::{Kind, Result};
use coffer_engine::block::{BlockSource, Content};
use coffer_engine::pipeline::{
    BackupDisk, BackupJob, BackupSource, Deleted, KnownState, ReadCache, ReclaimOptions,
    ReclaimReport, Scope, back_up, delete_backup, read_range, reclaim, restore_disk, verify,
    verify_without_key,
};
use coffer_engine::progress::Progress;
use coffer_engine::repository::{
    Begun, Budget, DedupLimits, InitOptions, KeySource, Repository, Store, end_session,
};
use coffer_engine::testkit::{Faulty, MemorySource, MemoryTarget, Rates};
use object_store::memory::InMemory;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const CHUNK: u64 = 64 * 1024;

/// Every chunk is in the index, from the first one on, and the cache holds few packs.
fn limits() -> DedupLimits {
    DedupLimits {
        sampling: 0,
        index: Budget::new(1 << 20),
        cache_bytes: 64 << 10,
        look_bytes: 1,
        segment_entries_min: 1,
        segment_entries: 64,
        ..DedupLimits::default()
    }
}

/// xorshift64*, seeded.
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 8) % limit
    }

    fn uuid(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.next(), self.next())
    }
}

/// A vault in memory.
pub struct Vaulted {
    pub faulty: Arc<Faulty>,
    pub inner: Arc<InMemory>,
    pub store: Store,
    pub key: KeySource,
    pub vault_id: VaultId,
    pub repository: Repository,
    _key_file: tempfile::TempDir,
}

impl Vaulted {
    pub fn empty_store() -> Store {
        Store::from_object_store(Arc::new(InMemory::new()), "v")
    }

    async fn new(seed: u64, rates: Rates) -> Vaulted {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        coffer_engine::repository::create_key_file(&path).unwrap();
        let key = KeySource::File(path);
        let inner = Arc::new(InMemory::new());
        let vault_id = VaultId(Uuid::from_u128(u128::from(seed)));
        let sound = Store::from_object_store(inner.clone(), "v");
        Repository::init(sound.clone(), &InitOptions::new(vault_id), &key)
            .await
            .unwrap();
        let faulty = Faulty::new(inner.clone(), seed, rates);
        let store = Store::from_object_store(faulty.clone(), "v");
        let repository = Repository::open(sound, &key).await.unwrap();
        Vaulted {
            faulty,
            inner,
            store,
            key,
            vault_id,
            repository,
            _key_file: directory,
        }
    }
}

/// One server with disks, and what each of its backups must restore to.
pub struct Model {
    pub vaulted: Vaulted,
    rates: Rates,
    rng: Rng,
    /// The disks as they are now, and what changed since each backup.
    disks: Vec<(DiskId, Vec<u8>)>,
    backups: BTreeMap<BackupId, Vec<Vec<u8>>>,
    /// Backups whose deletion was asked for and failed: gone or not.
    doubtful: BTreeSet<BackupId>,
    /// A backup that failed and may yet have been committed.
    open_attempt: Option<(BackupId, Vec<Vec<u8>>)>,
    newest: Option<BackupId>,
    changed: Vec<ExtentSet>,
    sizes_changed: bool,
    working: Repository,
    pub kills_that_hit: u64,
}

impl Model {
    pub async fn new(seed: u64) -> Model {
        Model::with(seed, Rates::default()).await
    }

    pub async fn faulty(seed: u64) -> Model {
        Model::with(
            seed,
            Rates {
                error: 300,
                lost_answer: 300,
                torn: 100,
                delay: 100,
            },
        )
        .await
    }

    async fn with(seed: u64, rates: Rates) -> Model {
        Model::with_disks(seed, rates, &[70 * CHUNK, 5000 * 512, 300 * CHUNK + 4096]).await
    }

    /// A server with one disk of a few chunks, for what is done many times.
    pub async fn small(seed: u64) -> Model {
        Model::with_disks(seed, Rates::default(), &[24 * CHUNK]).await
    }

    async fn with_disks(seed: u64, rates: Rates, sizes: &[u64]) -> Model {
        println!("seed {seed}");
        let vaulted = Vaulted::new(seed, rates).await;
        let mut rng = Rng(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let disks: Vec<_> = sizes
            .iter()
            .map(|&size| (DiskId(rng.uuid()), vec![0; size as usize]))
            .collect();
        let store = vaulted.store.clone();
        let working = loop {
            match Repository::open_limited(store.clone(), &vaulted.key, limits()).await {
                Ok(repository) => break repository,
                Err(e) => assert_eq!(e.kind, Kind::Unavailable, "{}", e.chain()),
            }
        };
        let mut model = Model {
            vaulted,
            rates,
            rng,
            changed: vec![ExtentSet::default(); disks.len()],
            disks,
            backups: BTreeMap::new(),
            doubtful: BTreeSet::new(),
            open_attempt: None,
            newest: None,
            sizes_changed: false,
            working,
            kills_that_hit: 0,
        };
        model.write_some();
        model
    }

    pub fn ids(&self) -> Vec<BackupId> {
        self.backups.keys().copied().collect()
    }

    pub fn forget(&mut self, id: BackupId) {
        self.backups.remove(&id);
        self.doubtful.remove(&id);
        if self.newest == Some(id) {
            self.newest = None;
        }
    }

    /// Copies whole chunks within a disk or to another one: they are stored already.
    fn copy_some(&mut self) {
        let (from, to) = (self.rng.below(3) as usize, self.rng.below(3) as usize);
        let chunks = |at: usize| self.disks[at].1.len() as u64 / CHUNK;
        let count = (1 + self.rng.below(8)).min(chunks(from)).min(chunks(to));
        if count == 0 {
            return;
        }
        let place = |rng: &mut Rng, chunks: u64| rng.below(chunks - count + 1) * CHUNK;
        let (source, target) = (chunks(from), chunks(to));
        let source = place(&mut self.rng, source) as usize;
        let target = place(&mut self.rng, target);
        let len = count * CHUNK;
        let copied = self.disks[from].1[source..source + len as usize].to_vec();
        self.disks[to].1[target as usize..(target + len) as usize].copy_from_slice(&copied);
        self.changed[to].insert(Extent::from_len(target, len));
    }

    /// Writes like a guest: random, repetitive and zero runs of sectors, and copies.
    fn write_some(&mut self) {
        if self.rng.below(2) == 0 {
            self.copy_some();
        }
        for at in 0..self.disks.len() {
            for _ in 0..self.rng.below(6) {
                let size = self.disks[at].1.len() as u64;
                let len = (512 * (1 + self.rng.below(200))).min(size);
                let start = self.rng.below((size - len) / 512 + 1) * 512;
                let kind = self.rng.below(4);
                let mut word = self.rng.next();
                let bytes = &mut self.disks[at].1[start as usize..(start + len) as usize];
                match kind {
                    0 => bytes.fill(0),
                    1 => bytes.fill(word as u8),
                    _ => bytes.iter_mut().for_each(|byte| {
                        word = word.wrapping_mul(6364136223846793005).wrapping_add(1);
                        *byte = (word >> 56) as u8;
                    }),
                }
                self.changed[at].insert(Extent::from_len(start, len));
            }
        }
    }

    /// Writes noise over this part of each disk, in percent.
    pub fn overwrite(&mut self, percent: u64) {
        for at in 0..self.disks.len() {
            let end = self.disks[at].1.len() as u64 * percent / 100;
            let mut word = self.rng.next();
            self.disks[at].1[..end as usize]
                .iter_mut()
                .for_each(|byte| {
                    word = word.wrapping_mul(6364136223846793005).wrapping_add(1);
                    *byte = (word >> 56) as u8;
                });
            self.changed[at].insert(Extent { start: 0, end });
        }
    }

    pub async fn resize(&mut self) {
        for at in 0..self.disks.len() {
            let size = match self.rng.below(3) {
                0 => 1 + self.rng.below(100) * 512,
                1 => self.rng.below(200) * CHUNK + 512,
                _ => (4097 + self.rng.below(900)) * CHUNK / 8,
            };
            self.disks[at].1.resize(size as usize, 0);
        }
        self.sizes_changed = true;
        self.write_some();
    }

    pub async fn random_step(&mut self) {
        match self.rng.below(10) {
            0..=4 => self.back_up().await,
            5 => self.back_up_full().await,
            6 | 7 => {
                if let Some(id) = self.pick() {
                    self.delete(id).await;
                }
            }
            8 => self.reclaim().await,
            _ => {
                if let Some(id) = self.pick() {
                    self.restore_into_known(id).await;
                }
            }
        }
    }

    fn pick(&mut self) -> Option<BackupId> {
        let ids = self.ids();
        (!ids.is_empty()).then(|| ids[self.rng.below(ids.len() as u64) as usize])
    }

    pub async fn back_up(&mut self) {
        self.back_up_as(false).await;
    }

    pub async fn back_up_full(&mut self) {
        self.back_up_as(true).await;
    }

    /// Backs up in full under the id of a backup that was deleted, as a move back to a vault does.
    pub async fn back_up_again(&mut self, id: BackupId) {
        let content = self.disks.iter().map(|(_, bytes)| bytes.clone()).collect();
        self.open_attempt = Some((id, content));
        self.back_up_full().await;
    }

    async fn back_up_as(&mut self, full: bool) {
        // An attempt that failed is gone on with, at its own instant, as a retry would.
        let (id, content) = match self.open_attempt.take() {
            Some(open) => open,
            None => {
                self.write_some();
                let content = self.disks.iter().map(|(_, bytes)| bytes.clone()).collect();
                (BackupId(self.rng.uuid()), content)
            }
        };
        let retry = content
            .iter()
            .zip(&self.disks)
            .any(|(instant, (_, now))| instant != now);
        let parent = self.newest.filter(|_| !full);
        let by_bitmap = parent.is_some() && !retry && !self.sizes_changed && self.rng.below(2) == 0;
        let outcome = self.attempt(id, parent, by_bitmap, full, &content).await;
        match outcome {
            Ok(()) => {
                self.backups.insert(id, content);
                self.newest = Some(id);
                if retry {
                    // The bitmap belongs to a later time than this instant: nothing is known.
                    for (set, (_, bytes)) in self.changed.iter_mut().zip(&self.disks) {
                        set.insert(Extent {
                            start: 0,
                            end: bytes.len() as u64,
                        });
                    }
                } else {
                    self.changed
                        .iter_mut()
                        .for_each(|set| *set = ExtentSet::default());
                }
                self.sizes_changed = false;
            }
            Err(e) => {
                assert!(
                    matches!(e.kind, Kind::Unavailable | Kind::Conflict),
                    "{}",
                    e.chain()
                );
                self.open_attempt = Some((id, content));
            }
        }
    }

    async fn attempt(
        &self,
        id: BackupId,
        parent: Option<BackupId>,
        by_bitmap: bool,
        full: bool,
        content: &[Vec<u8>],
    ) -> Result<()> {
        let parents: Vec<BackupId> = parent.into_iter().collect();
        let session = match self.working.begin_backup(id, &parents).await? {
            Begun::Committed(_) => return Ok(()),
            Begun::Session(session) => session,
        };
        let usable = parent.is_some_and(|id| session.parents.contains_key(&id));
        let disks = self
            .disks
            .iter()
            .zip(content)
            .enumerate()
            .map(|(i, ((disk, _), bytes))| {
                let mut source = MemorySource::new(bytes.clone());
                let mut tracking = Tracking::FullScan {
                    reason: "test".into(),
                };
                if by_bitmap && usable {
                    source = source.with_changed(self.changed[i].clone());
                    tracking = Tracking::Bitmap { epoch: "e".into() };
                }
                BackupDisk {
                    disk_id: *disk,
                    child_backup_id: None,
                    name: format!("vd{}", (b'a' + i as u8) as char),
                    system: i == 0,
                    parent,
                    source: Arc::new(source),
                    tracking,
                    epoch: None,
                }
            });
        let job = BackupJob {
            facts: facts(),
            instant: InstantRecord {
                at: "2026-11-23T06:00:00Z".parse().unwrap(),
                consistency: "offline".into(),
                frozen_ms: None,
                moved: false,
                notes: vec![],
            },
            definition: DefinitionRecord::default(),
            independent: full,
            disks: disks.collect(),
        };
        back_up(session, job, &Progress::new(), &CancellationToken::new())
            .await
            .map(|_| ())
    }

    pub async fn delete(&mut self, id: BackupId) {
        match delete_backup(&self.working, id).await {
            Ok(Deleted::Now) => self.forget(id),
            Ok(Deleted::Later { .. }) => {
                self.doubtful.insert(id);
            }
            Err(e) if e.kind == Kind::NotFound && self.doubtful.contains(&id) => self.forget(id),
            Err(e) => {
                assert_eq!(e.kind, Kind::Unavailable, "{}", e.chain());
                self.doubtful.insert(id);
            }
        }
    }

    pub async fn reclaim(&mut self) {
        self.reclaim_with(ReclaimOptions::default()).await;
    }

    pub async fn reclaim_with(&mut self, options: ReclaimOptions) -> Option<ReclaimReport> {
        match reclaim(&self.working, options, &CancellationToken::new()).await {
            Ok(report) => Some(report),
            Err(e) => {
                // A torn manifest blocks reclaim until its backup is attempted again.
                assert!(
                    e.kind == Kind::Unavailable || e.kind == Kind::Data && self.rates.torn > 0,
                    "{}",
                    e.chain()
                );
                None
            }
        }
    }

    /// What is counted is what a walk over everything finds.
    pub async fn check_counts(&mut self) {
        let full = ReclaimOptions {
            full: true,
            ..ReclaimOptions::default()
        };
        let report = self.reclaim_with(full).await.expect("the store is sound");
        assert!(report.counted_anew.is_some());
        assert_eq!(report.wrong_counts, 0, "{report:?}");
        assert_eq!(
            (report.packs_removed, report.packs_compacted),
            (0, 0),
            "a full run finds what the others left: {report:?}"
        );
    }

    /// The number of generations of each pack, and the highest of any.
    pub async fn generations(&self) -> (BTreeMap<PackId, usize>, u32) {
        let listed = self
            .vaulted
            .repository
            .store
            .list(name::PACKS)
            .await
            .unwrap();
        let (mut packs, mut highest) = (BTreeMap::new(), 0);
        for object in listed {
            let (id, generation) = name::parse_pack(&object.name).unwrap();
            *packs.entry(id).or_default() += 1;
            highest = highest.max(generation);
        }
        (packs, highest)
    }

    /// Removes an object, or cuts it in half.
    pub async fn damage(&self, object: &str, cut: bool) {
        let store = &self.vaulted.repository.store;
        let bytes = store.get(object).await.unwrap().expect("it is there");
        store.remove(object).await.unwrap();
        if cut {
            let half = bytes.slice(..bytes.len() / 2);
            store.create(object, half).await.unwrap();
        }
    }

    /// Restores a backup by way of `repository`, with whatever that has cached.
    pub async fn check_by(&self, repository: &Repository, id: BackupId) {
        let manifest = repository.manifest(id).await.unwrap().expect("it is there");
        for (disk, expected) in manifest.disks.iter().zip(&self.backups[&id]) {
            let target = MemoryTarget::zeroed(disk.size_bytes);
            let (progress, cancel) = (Progress::new(), CancellationToken::new());
            let to = Arc::new(target.clone());
            restore_disk(repository, &manifest, disk, to, None, &progress, &cancel)
                .await
                .unwrap();
            assert!(target.content() == *expected, "disk {}", disk.name);
        }
    }

    /// Another program's view of the store, with caches of its own.
    pub async fn another(&self) -> Repository {
        let sound = Store::from_object_store(self.vaulted.inner.clone(), "v");
        Repository::open(sound, &self.vaulted.key).await.unwrap()
    }

    /// Restores one backup over another one's content, writing only what differs.
    async fn restore_into_known(&mut self, id: BackupId) {
        let Some(other) = self.pick() else { return };
        let sound = &self.vaulted.repository;
        let (Some(wanted), Some(known)) = (
            sound.manifest(id).await.unwrap(),
            sound.manifest(other).await.unwrap(),
        ) else {
            return;
        };
        for (i, disk) in wanted.disks.iter().enumerate() {
            let mut bytes = self.backups[&other][i].clone();
            bytes.resize(bytes.len().max(disk.size_bytes as usize), 0);
            let mut changed = ExtentSet::default();
            let at = self.rng.below(bytes.len() as u64 / 512 + 1) * 512;
            let end = (at + 700).min(bytes.len() as u64);
            if at < end {
                bytes[at as usize..end as usize].fill(0x5a);
                changed.insert(Extent { start: at, end });
            }
            let beyond = bytes[disk.size_bytes as usize..].to_vec();
            let target = MemoryTarget::holding(bytes);
            let state = KnownState {
                disk: known.disks[i].clone(),
                changed,
            };
            let done = restore_disk(
                &self.working,
                &wanted,
                disk,
                Arc::new(target.clone()),
                Some(state),
                &Progress::new(),
                &CancellationToken::new(),
            )
            .await;
            match done {
                Ok(_) => {
                    let content = target.content();
                    let (inside, outside) = content.split_at(disk.size_bytes as usize);
                    assert!(
                        inside == self.backups[&id][i],
                        "disk {i} of {id} over {other}"
                    );
                    assert!(outside == beyond, "what lies beyond the disk stays");
                }
                Err(e) => assert_eq!(e.kind, Kind::Unavailable, "{}", e.chain()),
            }
        }
    }

    /// Fails all requests after the next `requests`, as a kill would.
    pub fn kill_in(&mut self, requests: u64) {
        self.vaulted.faulty.die_after(requests);
    }

    /// Starts anew: a new process over the same store, which ends the sessions of the dead one.
    pub async fn revive(&mut self) {
        let hit = self.open_attempt.is_some() || !self.doubtful.is_empty();
        self.kills_that_hit += u64::from(hit);
        self.vaulted.faulty.heal();
        let seed = self.rng.next();
        let faulty = Faulty::new(self.vaulted.inner.clone(), seed, Rates::default());
        self.vaulted.faulty = faulty.clone();
        let store = Store::from_object_store(faulty, "v");
        self.working = Repository::open_limited(store, &self.vaulted.key, limits())
            .await
            .unwrap();
        let open = self.open_attempt.as_ref().map(|(id, _)| *id);
        for (_, session) in self.working.sessions().await.unwrap() {
            let Some(session) = session else { continue };
            let retried = matches!(&session.role,
                Role::Writer { backup_id, .. } if Some(*backup_id) == open);
            if !retried {
                end_session(&self.working, &session, "its process is gone")
                    .await
                    .unwrap();
            }
        }
        // Unreadable sessions were torn: an operator would remove them.
        for (id, session) in self.working.sessions().await.unwrap() {
            if session.is_none() {
                self.vaulted.store.remove(&name::session(id)).await.unwrap();
            }
        }
        if open.is_some() {
            self.back_up().await;
            assert!(
                self.open_attempt.is_none(),
                "a retry over a sound store succeeds"
            );
        }
        for id in std::mem::take(&mut self.doubtful) {
            self.doubtful.insert(id);
            self.delete(id).await;
        }
    }

    pub async fn check_manifest(&self, manifest: &Manifest) {
        self.restore_and_compare(manifest, &self.backups[&manifest.backup_id])
            .await;
    }

    async fn restore_and_compare(&self, manifest: &Manifest, expected: &[Vec<u8>]) {
        for (disk, expected) in manifest.disks.iter().zip(expected) {
            let restored = self.restore(manifest, disk).await.unwrap();
            assert!(
                restored == *expected,
                "disk {} of {}",
                disk.name,
                manifest.backup_id
            );
            let end = disk.size_bytes.min(3 * CHUNK + 77);
            let extent = Extent {
                start: end / 3,
                end,
            };
            let part = read_range(&self.vaulted.repository, disk, extent)
                .await
                .unwrap();
            assert!(part == expected[extent.start as usize..extent.end as usize]);
            self.read_as_source(disk, expected).await;
        }
    }

    /// The disk as it is served: in parts of all sizes, from several places at once.
    async fn read_as_source(&self, disk: &ManifestDisk, expected: &[u8]) {
        let vault = self.vaulted.repository.vault().clone();
        let source = BackupSource::new(vault, disk.clone(), ReadCache::new(1 << 20));
        let size = disk.size_bytes;
        let mut at = 0;
        for found in source
            .extents(Extent {
                start: 0,
                end: size,
            })
            .await
            .unwrap()
        {
            assert_eq!(found.extent.start, at);
            at = found.extent.end;
            let bytes = &expected[found.extent.start as usize..at as usize];
            let zero = bytes.iter().all(|byte| *byte == 0);
            assert!(zero || found.content == Content::Data, "{found:?}");
        }
        assert_eq!(at, size);
        let reads = (0..8).filter(|_| size > 0).map(|i| {
            let start = size * i / 8;
            let extent = Extent {
                start,
                end: size.min(start + (1 << (3 * i))),
            };
            let source = &source;
            async move {
                let part = source.read(extent).await.unwrap();
                assert!(part == expected[extent.start as usize..extent.end as usize]);
                // A part of the state is that part of the whole's.
                let told = source.extents(extent).await.unwrap();
                let told: u64 = told.iter().map(|found| found.extent.len()).sum();
                assert_eq!(told, extent.len());
            }
        });
        futures::future::join_all(reads).await;
    }

    async fn restore(&self, manifest: &Manifest, disk: &ManifestDisk) -> Result<Vec<u8>> {
        let target = MemoryTarget::zeroed(disk.size_bytes);
        let (repository, target_) = (&self.vaulted.repository, Arc::new(target.clone()));
        let (progress, cancel) = (Progress::new(), CancellationToken::new());
        restore_disk(
            repository, manifest, disk, target_, None, &progress, &cancel,
        )
        .await?;
        let snapshot = progress.snapshot();
        assert_eq!(snapshot.done_bytes, snapshot.total_bytes);
        Ok(target.content())
    }

    /// Every backup that must be there is, and restores.
    pub async fn check_all(&mut self) {
        // A fresh repository: nothing comes from a cache.
        let sound = Store::from_object_store(self.vaulted.inner.clone(), "v");
        self.vaulted.repository = Repository::open(sound, &self.vaulted.key).await.unwrap();
        let survey = self.vaulted.repository.survey().await.unwrap();
        let there: BTreeSet<BackupId> = survey.backups.iter().map(|m| m.backup_id).collect();
        for id in self.backups.keys() {
            assert!(
                there.contains(id) || self.doubtful.contains(id),
                "backup {id} is lost"
            );
        }
        for manifest in &survey.backups {
            let open = self
                .open_attempt
                .as_ref()
                .filter(|(id, _)| *id == manifest.backup_id);
            match (self.backups.get(&manifest.backup_id), open) {
                (Some(expected), _) => self.restore_and_compare(manifest, expected).await,
                (None, Some((_, expected))) => self.restore_and_compare(manifest, expected).await,
                (None, None) => panic!("backup {} came back", manifest.backup_id),
            }
        }
        let report = self.verify().await.unwrap();
        let findings: Vec<_> = report
            .findings
            .iter()
            .filter(|f| !f.problem.contains("given up"))
            .collect();
        assert!(findings.is_empty() || self.rates.torn > 0, "{findings:?}");
        assert!(report.losses.is_empty(), "{:?}", report.losses);
    }

    async fn verify(&self) -> Result<coffer_engine::pipeline::VerifyReport> {
        let (progress, cancel) = (Progress::new(), CancellationToken::new());
        verify(&self.vaulted.repository, Scope::Vault, &progress, &cancel).await
    }

    /// After reclaims, nothing is left that no backup needs. Counted by a walk of its own.
    pub async fn check_clean(&mut self) {
        for _ in 0..2 {
            self.reclaim().await;
        }
        if self.open_attempt.is_none() && self.rates.torn == 0 {
            self.check_counts().await;
        }
        let repository = &self.vaulted.repository;
        let mut needed: BTreeSet<PackId> = BTreeSet::new();
        for manifest in repository.survey().await.unwrap().backups {
            needed.extend(packs_of(repository, &manifest).await);
        }
        let listed = repository.store.list(name::PACKS).await.unwrap();
        let present: BTreeSet<PackId> = listed
            .iter()
            .map(|o| name::parse_pack(&o.name).unwrap().0)
            .collect();
        assert_eq!(
            present, needed,
            "packs that nobody needs, or needed ones that are not there"
        );
        for folder in [name::SESSIONS, name::CONDEMNATIONS] {
            let left = repository.store.list(folder).await.unwrap();
            assert!(
                left.is_empty() || self.open_attempt.is_some(),
                "{folder}: {left:?}"
            );
        }
    }

    async fn object(&self, name: &str) -> Bytes {
        self.vaulted
            .repository
            .store
            .get(name)
            .await
            .unwrap()
            .expect("it is listed")
    }

    async fn replace(&self, name: &str, bytes: Option<Bytes>) {
        let store = Store::from_object_store(self.vaulted.inner.clone(), "v");
        store.remove(name).await.unwrap();
        if let Some(bytes) = bytes {
            store.create(name, bytes).await.unwrap();
        }
    }

    async fn all_objects(&self) -> Vec<(String, u64)> {
        let mut all = Vec::new();
        for folder in [
            "vault", "vault.b", "keys", "pack", "backup", "session", "condemn", "state", "log",
            "tally", "counts", "index",
        ] {
            for object in self.vaulted.repository.store.list(folder).await.unwrap() {
                all.push((object.name, object.size));
            }
        }
        for twin in [name::VAULT, name::VAULT_TWIN] {
            let size = self.object(twin).await.len() as u64;
            if !all.iter().any(|(name, _)| name == twin) {
                all.push((twin.into(), size));
            }
        }
        all
    }

    async fn fresh(&mut self) -> Result<()> {
        let sound = Store::from_object_store(self.vaulted.inner.clone(), "v");
        self.vaulted.repository = Repository::open(sound, &self.vaulted.key).await?;
        Ok(())
    }

    /// Flips single bits, spread over all objects and over the regions of each; every one must be
    /// found with the key and without, and no restore may return other bytes.
    pub async fn flip_sample(&mut self, count: u64) -> u64 {
        let objects = self.all_objects().await;
        let mut done = 0;
        while done < count {
            for (object, size) in &objects {
                // Heads, tails and middles alike: packs have their structure at both ends.
                let at = match self.rng.below(4) {
                    0 => self.rng.below((*size).min(96)),
                    1 => size - 1 - self.rng.below((*size).min(400)),
                    _ => self.rng.below(*size),
                };
                self.flip(object, at).await;
                done += 1;
            }
        }
        done
    }

    async fn flip(&mut self, object: &str, at: u64) {
        let good = self.object(object).await;
        let mut bad = good.to_vec();
        bad[at as usize] ^= 1 << self.rng.below(8);
        self.replace(object, Some(bad.into())).await;
        let what = format!("byte {at} of {object}");
        let (progress, cancel) = (Progress::new(), CancellationToken::new());
        let store = Store::from_object_store(self.vaulted.inner.clone(), "v");
        let keyless = verify_without_key(&store, &progress, &cancel)
            .await
            .unwrap();
        assert!(!keyless.is_clean(), "{what}, without the key");
        self.fresh()
            .await
            .unwrap_or_else(|e| panic!("{what}: {}", e.chain()));
        let report = self.verify().await.unwrap();
        assert!(!report.is_clean(), "{what}, with the key");
        let survey = self.vaulted.repository.survey().await.unwrap();
        for manifest in &survey.backups {
            for (i, disk) in manifest.disks.iter().enumerate() {
                let lost = report
                    .losses
                    .iter()
                    .any(|l| l.backup_id == manifest.backup_id && l.disk == disk.name);
                match self.restore(manifest, disk).await {
                    Ok(bytes) => {
                        assert!(
                            bytes == self.backups[&manifest.backup_id][i],
                            "{what}: wrong data"
                        );
                        assert!(
                            !lost || object.starts_with("pack"),
                            "{what}: said to be lost"
                        );
                    }
                    Err(e) => {
                        assert_eq!(e.kind, Kind::Data, "{what}: {}", e.chain());
                        assert!(
                            lost,
                            "{what}: {} of {} is lost and not named",
                            disk.name, manifest.backup_id
                        );
                    }
                }
            }
        }
        self.replace(object, Some(good)).await;
    }

    /// Removes each object in turn; that must be found, with the key and without.
    pub async fn remove_each_object(&mut self) {
        let objects = self.all_objects().await;
        let newest_log = objects
            .iter()
            .filter(|(n, _)| n.starts_with("log"))
            .map(|(n, _)| n)
            .max();
        for (object, _) in &objects {
            let good = self.object(object).await;
            self.replace(object, None).await;
            let store = Store::from_object_store(self.vaulted.inner.clone(), "v");
            let (progress, cancel) = (Progress::new(), CancellationToken::new());
            let keyless = verify_without_key(&store, &progress, &cancel)
                .await
                .unwrap();
            // The end of the log is known to whoever remembers its head: the catalog. The index is
            // made anew without a word.
            if Some(object) != newest_log && !object.starts_with("index") {
                assert!(!keyless.is_clean(), "{object} is missing, without the key");
                match self.fresh().await {
                    Ok(()) => {
                        let report = self.verify().await.unwrap();
                        assert!(!report.is_clean(), "{object} is missing, with the key");
                    }
                    Err(e) => panic!("{object}: {}", e.chain()),
                }
            }
            self.replace(object, Some(good)).await;
        }
        self.fresh().await.unwrap();
        assert!(self.verify().await.unwrap().is_clean());
    }
}

/// The packs that a backup reaches, by a walk that is nobody else's.
pub async fn packs_of(repository: &Repository, manifest: &Manifest) -> BTreeSet<PackId> {
    let mut needed: BTreeSet<PackId> = BTreeSet::new();
    for disk in &manifest.disks {
        let mut nodes: Vec<_> = disk.root.iter().map(|r| (r.node, r.level)).collect();
        while let Some((node, level)) = nodes.pop() {
            needed.insert(node.address.pack);
            let loaded = repository.checked_node(&node, level).await.unwrap();
            needed.extend(loaded.base.iter().map(|(base, _)| base.address.pack));
            match &loaded.node.body {
                coffer_core::map::Body::Leaf(entries) => {
                    needed.extend(entries.iter().flatten().map(|e| e.address.pack));
                }
                coffer_core::map::Body::Inner(entries) => {
                    nodes.extend(entries.iter().flatten().map(|e| (*e, level - 1)));
                }
            }
        }
    }
    needed
}

fn facts() -> Facts {
    Facts {
        resource: Resource {
            id: "r".into(),
            kind: "OS::Nova::Server".into(),
            name: "shop".into(),
        },
        name: "manualbk_0001".into(),
        description: String::new(),
        project_id: None,
        checkpoint_id: None,
        policy_id: None,
        automatic: false,
        expires_at: None,
    }
}
