//! Mistakes a programmer could make, planted where they show: between a party and its store. A party
//! with a mistake sees and does what its requests would be if the code had that mistake.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use coffer_engine::testkit::simulated::SimulatedStore;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
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
    /// Reclaim lists sessions before packs, and marks once: it takes what it saw at first for what
    /// is there when it removes.
    ReclaimMarksOnce,
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
    /// A writer without a parent does not look at what is condemned.
    RefersToCondemned,
    /// A writer believes directories of packs, and what the index says, that were read before its session.
    DirectoryFromBefore,
    /// Reclaim lifts a condemnation, and then removes what it named.
    LiftedBeforeGone,
    /// Reclaim removes the packs of a verdict that it listed at its beginning, and lifts the condemnation.
    PacksFromBefore,
    /// A writer takes a chunk for one that the vault holds whose digest begins alike.
    DigestPrefix,
}

impl Mistake {
    /// All of them.
    pub const ALL: [Mistake; 17] = [
        Mistake::ReclaimWithoutSessions,
        Mistake::ReclaimMarksOnce,
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
        Mistake::RefersToCondemned,
        Mistake::DirectoryFromBefore,
        Mistake::LiftedBeforeGone,
        Mistake::PacksFromBefore,
        Mistake::DigestPrefix,
    ];

    /// True for what deduplication could get wrong.
    pub fn is_of_dedup(self) -> bool {
        let all = [
            Mistake::RefersToCondemned,
            Mistake::DirectoryFromBefore,
            Mistake::LiftedBeforeGone,
            Mistake::PacksFromBefore,
            Mistake::DigestPrefix,
        ];
        all.contains(&self)
    }
}

/// What was read of packs, by name and range, for all processes of a run.
pub type Memory = Arc<Mutex<HashMap<(String, String), GetCopy>>>;

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
            memory,
            state: Mutex::default(),
        })
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
        let options = PutOptions {
            mode: object_store::PutMode::Create,
            ..Default::default()
        };
        self.store.put_opts(path, bytes.into(), options).await
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
        if self.makes(Mistake::ReclaimMarksOnce, Part::Reclaim) && name == "pack" {
            for first in ["session", "backup", "log"] {
                self.remember(first).await?;
            }
        }
        if self.makes(Mistake::PacksFromBefore, Part::Reclaim) {
            let known = self.state().lists.get("pack").cloned();
            let known = match known {
                Some(known) => known,
                None => {
                    let packs = self.store.list(Some(&Path::from("pack")));
                    let packs: Vec<ObjectMeta> = packs.try_collect().await?;
                    self.state().lists.insert("pack".to_owned(), packs.clone());
                    packs
                }
            };
            if name.starts_with("pack/") {
                let within = format!("{name}/");
                let inside = |object: &ObjectMeta| object.location.as_ref().starts_with(&within);
                return Ok(known.into_iter().filter(inside).collect());
            }
        }
        if let Some(known) = self.state().lists.get(&name) {
            return Ok(known.clone());
        }
        self.store.list(folder.as_ref()).try_collect().await
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
                return Ok(found(location, bytes));
            }
            let read = self.store.get_opts(location, options).await?;
            let bytes = read.bytes().await?;
            let copy = bytes.clone();
            self.state().objects.insert(name.to_owned(), copy);
            return Ok(found(location, bytes));
        }
        if self.makes(Mistake::DirectoryFromBefore, Part::Backup) && name.starts_with("pack/") {
            return self.get_remembered(location, options).await;
        }
        let remembered = matches!(
            self.mistake,
            Some(Mistake::ReclaimMarksOnce | Mistake::CondemnedBeforeSession)
        );
        if remembered {
            let known = self.state().objects.get(name).cloned();
            if let Some(bytes) = known {
                return Ok(found(location, bytes));
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
            memory.get(&key).cloned()
        };
        let copy = match known {
            Some(known) => known,
            None => {
                let read = self.store.get_opts(location, options).await?;
                let (meta, range) = (read.meta.clone(), read.range.clone());
                let bytes = read.bytes().await?;
                let copy = GetCopy { bytes, meta, range };
                let mut memory = self.memory.lock().expect("no holder panics");
                memory.insert(key, copy.clone());
                copy
            }
        };
        Ok(GetResult {
            meta: copy.meta,
            range: copy.range,
            ..found(location, copy.bytes)
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

fn found(location: &Path, bytes: Bytes) -> GetResult {
    let len = bytes.len() as u64;
    let whole = futures::stream::once(std::future::ready(Ok(bytes))).boxed();
    GetResult {
        payload: object_store::GetResultPayload::Stream(whole),
        meta: ObjectMeta {
            location: location.clone(),
            last_modified: Default::default(),
            size: len,
            e_tag: None,
            version: None,
        },
        range: 0..len,
        attributes: Default::default(),
        extensions: Default::default(),
    }
}
