//! Mistakes a programmer could make, planted where they show: between a party and its store. A party
//! with a mistake sees and does what its requests would be if the code had that mistake.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use coffer_engine::repository::{KeySource, Repository, Store};
use coffer_engine::testkit::simulated::SimulatedStore;
use coffer_engine::testkit::tamper::{counts_without_references, pack_without_a_blob};
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetRange, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use tokio::time::sleep;

/// What a party does at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Backup,
    Delete,
    Reclaim,
    Read,
    Refresh,
}

tokio::task_local! {
    /// What this task does.
    pub static PART: Part;
}

/// A mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// Reclaim does not look at sessions: packs of live writers are strays to it.
    ReclaimWithoutSessions,
    /// A deletion does not wait for those who hold the backup.
    DeleteIgnoresPins,
    /// What goes is written into the log after it is gone.
    LogAfterRemoval,
    /// A manifest whose write failed is taken for committed.
    DoubtIsCommit,
    /// Whatever lies under a pack's name is taken for the pack that was to be written there.
    PackInDoubtIsOurs,
    /// A writer's session ends before its manifest is there.
    SessionEndsFirst,
    /// The manifest is written while packs are still on their way.
    CommitBeforePacks,
    /// A reader makes no session.
    ReaderWithoutSession,
    /// A manifest that was read once is believed to be there for ever.
    ParentFromCache,
    /// A session of a dead process is removed without a tombstone.
    NoTombstone,
    /// A writer lists what is condemned, and then creates its session.
    CondemnedBeforeSession,
    /// The counts lose references.
    CountsLost,
    /// A condemnation is lifted before what it names is gone.
    LiftedTooEarly,
    /// Compaction drops a blob that nobody condemned.
    CompactionDropsBlob,
    /// Compaction removes the lower generation while the higher one is not durable yet.
    OldGenerationFirst,
    /// A writer without a parent does not look at what is condemned.
    RefersToCondemned,
    /// A writer believes directories of packs, and what the index says, that were read before its session.
    DirectoryFromBefore,
    /// Reclaim lifts a condemnation, and then removes what it named.
    LiftedBeforeGone,
    /// A writer takes a chunk for one that the vault holds whose digest begins alike.
    DigestPrefix,
}

impl Mistake {
    /// All of them.
    pub const ALL: [Mistake; 19] = [
        Mistake::ReclaimWithoutSessions,
        Mistake::DeleteIgnoresPins,
        Mistake::LogAfterRemoval,
        Mistake::DoubtIsCommit,
        Mistake::PackInDoubtIsOurs,
        Mistake::SessionEndsFirst,
        Mistake::CommitBeforePacks,
        Mistake::ReaderWithoutSession,
        Mistake::ParentFromCache,
        Mistake::NoTombstone,
        Mistake::CondemnedBeforeSession,
        Mistake::CountsLost,
        Mistake::LiftedTooEarly,
        Mistake::CompactionDropsBlob,
        Mistake::OldGenerationFirst,
        Mistake::RefersToCondemned,
        Mistake::DirectoryFromBefore,
        Mistake::LiftedBeforeGone,
        Mistake::DigestPrefix,
    ];

    /// True for what deduplication could get wrong.
    pub fn is_of_dedup(self) -> bool {
        let all = [
            Mistake::RefersToCondemned,
            Mistake::DirectoryFromBefore,
            Mistake::LiftedBeforeGone,
            Mistake::DigestPrefix,
        ];
        all.contains(&self)
    }
}

/// What was seen of packs, for all processes of a run.
pub type Memory = Arc<Mutex<Remembered>>;

/// What was seen of packs.
#[derive(Debug, Default)]
pub struct Remembered {
    /// What was read, by name and range.
    reads: HashMap<(String, String), GetCopy>,
    /// The generations of each pack when it was first listed.
    packs: BTreeMap<String, Vec<ObjectMeta>>,
}

/// An answer that can be given again.
#[derive(Debug, Clone)]
pub struct GetCopy {
    bytes: Bytes,
    meta: ObjectMeta,
    range: Range<u64>,
}

/// A store as a party with a mistake uses it. Without one, the store itself.
#[derive(Debug)]
pub struct Mistaken {
    store: Arc<SimulatedStore>,
    mistake: Option<Mistake>,
    /// The vault, with whose keys wrong objects are sealed.
    vault: OnceLock<Repository>,
    memory: Memory,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Lists that are answered from memory.
    lists: HashMap<String, Vec<ObjectMeta>>,
    /// Objects that are answered from memory.
    objects: HashMap<String, Bytes>,
    /// The session that this process last wrote with.
    session: Option<Path>,
    /// Log entries that are held back.
    held: Vec<(Path, Bytes)>,
    /// Packs that are taken to be there.
    packs: Vec<ObjectMeta>,
    /// Packs that are to be removed once a condemnation is lifted.
    doomed: Vec<Path>,
}

impl fmt::Display for Mistaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mistaken")
    }
}

fn part() -> Option<Part> {
    PART.try_get().ok()
}

fn create() -> PutOptions {
    PutOptions {
        mode: object_store::PutMode::Create,
        ..Default::default()
    }
}

fn done() -> PutResult {
    PutResult {
        e_tag: None,
        version: None,
        extensions: Default::default(),
    }
}

impl Mistaken {
    pub fn new(
        store: Arc<SimulatedStore>,
        mistake: Option<Mistake>,
        memory: Memory,
    ) -> Arc<Mistaken> {
        Arc::new(Mistaken {
            store,
            mistake,
            vault: OnceLock::new(),
            memory,
            state: Mutex::default(),
        })
    }

    /// Gives it the vault, as it is without a mistake.
    pub async fn open(&self, key: &KeySource) {
        let wanted = matches!(
            self.mistake,
            Some(Mistake::CountsLost | Mistake::CompactionDropsBlob)
        );
        if wanted {
            let store = Store::from_object_store(self.store.clone(), "");
            if let Ok(vault) = Repository::open(store, key).await {
                let _ = self.vault.set(vault);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder panics")
    }

    fn makes(&self, mistake: Mistake, by: Part) -> bool {
        self.mistake == Some(mistake) && part() == Some(by)
    }

    /// Begins to do something else: what was remembered for the last thing is forgotten.
    pub fn begin(&self) {
        let mut state = self.state();
        state.lists.clear();
        state.packs.clear();
        state.doomed.clear();
        if self.mistake != Some(Mistake::ParentFromCache) {
            state.objects.clear();
        }
    }

    async fn remember(&self, folder: &str) -> Result<()> {
        let listed: Vec<ObjectMeta> = self
            .store
            .list(Some(&Path::from(folder)))
            .try_collect()
            .await?;
        for object in &listed {
            if let Ok(found) = self.store.get(&object.location).await {
                let bytes = found.bytes().await?;
                let name = object.location.to_string();
                self.state().objects.insert(name, bytes);
            }
        }
        self.state().lists.insert(folder.to_owned(), listed);
        Ok(())
    }

    async fn write_held(&self) {
        let held = std::mem::take(&mut self.state().held);
        for (path, bytes) in held {
            let put = self.put_through(&path, bytes);
            // The mistake has no answer to an error.
            let _ = put.await;
        }
    }

    async fn put_through(&self, path: &Path, bytes: Bytes) -> Result<PutResult> {
        self.store.put_opts(path, bytes.into(), create()).await
    }

    async fn listed(self: Arc<Self>, folder: Option<Path>) -> Result<Vec<ObjectMeta>> {
        let name = folder.as_ref().map_or("", Path::as_ref).to_owned();
        let blind = match name.as_str() {
            "session" => {
                self.makes(Mistake::ReclaimWithoutSessions, Part::Reclaim)
                    || self.makes(Mistake::DeleteIgnoresPins, Part::Delete)
            }
            "condemn" => self.makes(Mistake::RefersToCondemned, Part::Backup),
            _ => false,
        };
        if blind {
            return Ok(Vec::new());
        }
        if self.makes(Mistake::DirectoryFromBefore, Part::Backup) && name.starts_with("pack/") {
            let listed: Vec<ObjectMeta> = self.store.list(folder.as_ref()).try_collect().await?;
            let mut now: BTreeMap<String, Vec<ObjectMeta>> = BTreeMap::new();
            for object in listed {
                let pack = object.location.as_ref().rsplit_once('.');
                let pack = pack.map_or("", |(pack, _)| pack).to_owned();
                now.entry(pack).or_default().push(object);
            }
            let mut memory = self.memory.lock().expect("no holder panics");
            for (pack, generations) in now {
                memory.packs.entry(pack).or_insert(generations);
            }
            let within = format!("{name}/");
            let packs = memory.packs.iter();
            let inside = packs.filter(|(pack, _)| pack.starts_with(&within));
            return Ok(inside.flat_map(|(_, known)| known.clone()).collect());
        }
        if let Some(known) = self.state().lists.get(&name) {
            return Ok(known.clone());
        }
        let mut found: Vec<ObjectMeta> = self.store.list(folder.as_ref()).try_collect().await?;
        if part() == Some(Part::Reclaim) {
            for pack in &self.state().packs {
                let within = pack.location.as_ref().starts_with(&format!("{name}/"));
                if within && !found.iter().any(|o| o.location == pack.location) {
                    found.push(pack.clone());
                }
            }
        }
        Ok(found)
    }

    /// Takes a pack to be there as it should have been written.
    fn believe(&self, location: &Path, bytes: &Bytes) {
        let mut state = self.state();
        state.packs.push(meta(location, bytes.len()));
        let bytes = bytes.clone();
        state.objects.insert(location.to_string(), bytes);
    }

    /// Reclaim writes a pack: it compacts.
    async fn compact(&self, location: &Path, bytes: Bytes) -> Result<PutResult> {
        match (self.mistake, self.vault.get()) {
            (Some(Mistake::OldGenerationFirst), _) => {
                self.believe(location, &bytes);
                let (store, location) = (self.store.clone(), location.clone());
                tokio::spawn(async move {
                    sleep(Duration::from_secs(2)).await;
                    let _ = store.put_opts(&location, bytes.into(), create()).await;
                });
                Ok(done())
            }
            (Some(Mistake::CompactionDropsBlob), Some(vault)) => {
                let less = pack_without_a_blob(vault, location.as_ref(), &bytes).await;
                let Ok(Some(less)) = less else {
                    return self.put_through(location, bytes).await;
                };
                let put = self.put_through(location, less).await?;
                self.believe(location, &bytes);
                Ok(put)
            }
            _ => self.put_through(location, bytes).await,
        }
    }

    /// Reclaim settles what goes.
    async fn settle(&self, location: &Path, bytes: Bytes) -> Result<PutResult> {
        let put = self.put_through(location, bytes).await?;
        if self.mistake == Some(Mistake::LiftedTooEarly) {
            let name = location.as_ref().trim_end_matches(".verdict");
            let condemned = Path::from(name);
            if let Ok(found) = self.store.get(&condemned).await {
                let bytes = found.bytes().await?;
                self.state().objects.insert(name.to_owned(), bytes);
                let _ = self.store.delete(&condemned).await;
                sleep(Duration::from_secs(2)).await;
            }
        }
        Ok(put)
    }
}

impl Mistaken {
    async fn put(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        let name = location.as_ref();
        let (folder, _) = name.split_once('/').unwrap_or((name, ""));
        match folder {
            "session" => {
                if self.makes(Mistake::ReaderWithoutSession, Part::Read) {
                    return Ok(done());
                }
                if self.makes(Mistake::CondemnedBeforeSession, Part::Backup) {
                    self.remember("condemn").await?;
                    sleep(Duration::from_millis(200)).await;
                }
                if part() == Some(Part::Backup) {
                    self.state().session = Some(location.clone());
                }
            }
            "backup" => {
                if self.mistake == Some(Mistake::NoTombstone) && part() != Some(Part::Backup) {
                    return Ok(done());
                }
                let session = self.state().session.clone();
                if self.makes(Mistake::SessionEndsFirst, Part::Backup)
                    && let Some(session) = session
                {
                    let _ = self.store.delete(&session).await;
                    sleep(Duration::from_millis(200)).await;
                }
                if self.makes(Mistake::DoubtIsCommit, Part::Backup) {
                    let _ = self.store.put_opts(location, payload, options).await;
                    return Ok(done());
                }
            }
            "log" if self.mistake == Some(Mistake::LogAfterRemoval) => {
                if matches!(part(), Some(Part::Delete | Part::Reclaim)) {
                    let bytes = payload.into();
                    self.state().held.push((location.clone(), bytes));
                    return Ok(done());
                }
            }
            "condemn" if part() == Some(Part::Reclaim) && name.ends_with(".verdict") => {
                return self.settle(location, payload.into()).await;
            }
            "counts" if self.makes(Mistake::CountsLost, Part::Reclaim) => {
                let bytes = Bytes::from(payload);
                let less = self.vault.get().map(|vault| {
                    counts_without_references(vault, name, &bytes)
                        .ok()
                        .flatten()
                });
                let bytes = less.flatten().unwrap_or(bytes);
                return self.put_through(location, bytes).await;
            }
            "pack" if part() == Some(Part::Reclaim) => {
                return self.compact(location, payload.into()).await;
            }
            "pack" => match self.mistake {
                Some(Mistake::PackInDoubtIsOurs) => {
                    return match self.store.put_opts(location, payload, options).await {
                        Err(Error::AlreadyExists { .. }) => Ok(done()),
                        put => put,
                    };
                }
                Some(Mistake::CommitBeforePacks) => {
                    let (store, location) = (self.store.clone(), location.clone());
                    tokio::spawn(async move {
                        let _ = store.put_opts(&location, payload, options).await;
                    });
                    return Ok(done());
                }
                _ => {}
            },
            _ => {}
        }
        self.store.put_opts(location, payload, options).await
    }

    async fn get(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let name = location.as_ref();
        if self.makes(Mistake::ParentFromCache, Part::Backup) && name.starts_with("backup/") {
            let known = self.state().objects.get(name).cloned();
            if let Some(bytes) = known {
                return Ok(found(location, bytes, options.range));
            }
            let read = self.store.get_opts(location, options).await?;
            let bytes = read.bytes().await?;
            let copy = bytes.clone();
            self.state().objects.insert(name.to_owned(), copy);
            return Ok(found(location, bytes, None));
        }
        if self.makes(Mistake::DirectoryFromBefore, Part::Backup) && name.starts_with("pack/") {
            return self.get_remembered(location, options).await;
        }
        let remembered = match self.mistake {
            Some(Mistake::CondemnedBeforeSession) => true,
            Some(
                Mistake::LiftedTooEarly
                | Mistake::CompactionDropsBlob
                | Mistake::OldGenerationFirst,
            ) => part() == Some(Part::Reclaim),
            _ => false,
        };
        if remembered {
            let known = self.state().objects.get(name).cloned();
            if let Some(bytes) = known {
                return Ok(found(location, bytes, options.range));
            }
        }
        self.store.get_opts(location, options).await
    }
}

impl Mistaken {
    async fn get_remembered(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let key = (location.to_string(), format!("{:?}", options.range));
        let known = {
            let memory = self.memory.lock().expect("no holder panics");
            memory.reads.get(&key).cloned()
        };
        let copy = match known {
            Some(known) => known,
            None => {
                let read = self.store.get_opts(location, options).await?;
                let (meta, range) = (read.meta.clone(), read.range.clone());
                let bytes = read.bytes().await?;
                let copy = GetCopy { bytes, meta, range };
                let mut memory = self.memory.lock().expect("no holder panics");
                memory.reads.insert(key, copy.clone());
                copy
            }
        };
        Ok(GetResult {
            meta: copy.meta,
            range: copy.range,
            ..found(location, copy.bytes, None)
        })
    }

    /// Removes an object as the party's code would.
    async fn remove(&self, location: &Path) -> Result<()> {
        let folder = location.as_ref().split_once('/').map(|(folder, _)| folder);
        if self.makes(Mistake::LiftedBeforeGone, Part::Reclaim) {
            match folder {
                Some("pack") => {
                    self.state().doomed.push(location.clone());
                    return Ok(());
                }
                Some("condemn") => {
                    self.store.delete(location).await?;
                    sleep(Duration::from_millis(200)).await;
                    let doomed = std::mem::take(&mut self.state().doomed);
                    for pack in doomed {
                        self.store.delete(&pack).await?;
                    }
                    return Ok(());
                }
                _ => {}
            }
        }
        self.store.delete(location).await?;
        if matches!(folder, Some("pack" | "backup")) {
            self.write_held().await;
        }
        Ok(())
    }
}

/// A mistaken store that can be shared: lists outlive the call that begins them.
#[derive(Debug, Clone)]
pub struct Door(pub Arc<Mistaken>);

impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Door")
    }
}

#[async_trait]
impl ObjectStore for Door {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        self.0.put(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.0.store.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.0.get(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let door = self.0.clone();
        locations
            .and_then(move |location| {
                let door = door.clone();
                async move { door.remove(&location).await.map(|()| location) }
            })
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        futures::stream::once(self.0.clone().listed(prefix.cloned()))
            .map_ok(|found| futures::stream::iter(found.into_iter().map(Ok)))
            .try_flatten()
            .boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.0.store.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.store.copy_opts(from, to, options).await
    }
}

fn meta(location: &Path, size: usize) -> ObjectMeta {
    ObjectMeta {
        location: location.clone(),
        last_modified: Default::default(),
        size: size as u64,
        e_tag: None,
        version: None,
    }
}

fn found(location: &Path, bytes: Bytes, range: Option<GetRange>) -> GetResult {
    let len = bytes.len() as u64;
    let range = match range {
        None => 0..len,
        Some(GetRange::Bounded(range)) => range.start..range.end.min(len),
        Some(GetRange::Offset(from)) => from..len,
        Some(GetRange::Suffix(count)) => len.saturating_sub(count)..len,
    };
    let part = bytes.slice(range.start as usize..range.end as usize);
    let part = futures::stream::once(std::future::ready(Ok(part))).boxed();
    GetResult {
        payload: object_store::GetResultPayload::Stream(part),
        meta: meta(location, bytes.len()),
        range,
        attributes: Default::default(),
        extensions: Default::default(),
    }
}
