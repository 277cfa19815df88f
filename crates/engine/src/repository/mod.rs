//! The repository of one vault: packs, block maps, manifests, sessions.
//!
//! A backup exists from the moment its manifest exists. What is written, in which order, and what
//! each crash leaves is in `docs/format.md`, "How it is written".
//!
//! What may run beside what, and why it is safe. "Pin" is a session naming a backup; every party
//! writes its own object first and lists the others' afterwards (decision F2).
//!
//! | | backup | restore, verify | delete | reclaim |
//! |---|---|---|---|---|
//! | **backup** | own packs, own session | reads committed backups only | a pinned parent's manifest stays until the session ends; a condemned parent is not used | packs of live sessions, and those they adopt, are no candidates. Whatever else the backup refers to (adopted, or any chunk that is not condemned): it began before the condemnation, and reclaim waits for its end and counts its map; or it began later, and treats what is condemned as absent |
//! | **restore, verify** | | read only | the pinned manifest stays until the session ends | a pinned backup has its manifest, and the log does not say that it went: its blobs are counted |
//! | **delete** | | | both write a condemnation; removing twice is no error | the log tells of the removal, then the manifest goes; its references are counted until reclaim finds it gone, and its nodes stay as long |
//! | **reclaim** | | | | both condemn and count by themselves; who settles first decides what goes; removing twice is no error; tallies are create-only, the slower one's is dropped, and it removes nothing in that run |
//!
//! Compaction is a part of reclaim that needs pairs of its own, because a pack changes its bytes:
//!
//! | | compaction |
//! |---|---|
//! | **backup** | the blobs that go were condemned and waited for like packs. A backup that begins once the condemnation is lifted looks for blobs in the highest generation alone, from the store ([`Vault::newest_directory`]), never in what was cached before its session: there the blobs are gone, because the condemnation goes after them |
//! | **restore, verify** | what they read stays, under the same ordinals. A generation that is gone is `NotFound`; the directory is loaded anew and the read repeated |
//! | **delete** | it changes manifests only |
//! | **reclaim, of the same pack** | who removes a pack writes the log, then lists its generations; who compacts creates one, then reads the log: one of them sees the other, and removes it |
//! | **compaction of the same pack** | the same verdict makes the same bytes under the same name; where the name holds something else, the slower one begins again from there. One that comes late, when there is a higher generation already, takes a free number below that: nobody looks for blobs in it, and the highest one holds |
//!
//! A backup also refers to chunks that neither its parents nor itself stored (`dedup`), in packs to which
//! perhaps nobody else refers: the backup they were of is deleted, or never came to be. Nothing holds them for it;
//! it is safe by the order in which it looks, after its session is there: what is condemned, what the log
//! says is gone, the newest generation. `docs/decisions/0010-deduplication.md` goes through the cases. The index itself (`index/`)
//! takes no part in this: nobody keeps or removes a pack because of it.

mod counts;
pub mod crypto;
mod dedup;
pub mod directory;
pub mod keys;
mod log;
mod map_builder;
mod map_reader;
mod pack_reader;
mod pack_writer;
mod records;
mod session;
pub mod store;
mod store_counters;

use std::collections::HashSet;
use std::sync::Arc;

use coffer_core::format::records::{Attempt, Manifest, Tombstone};
use coffer_core::format::vault::VaultHeader;
use coffer_core::format::{FormatError, ObjectKind, Suite, name};
use coffer_core::ids::{BackupId, PackId, VaultId};
use coffer_core::map::Address;
use coffer_core::units::ChunkSize;
use coffer_core::{Error, Kind, Result};
use futures::StreamExt;
use futures::future::BoxFuture;
use jiff::Timestamp;

pub(crate) use counts::{Counted, Counts};
pub use dedup::{Budget, Finder, Limits as DedupLimits};
pub(crate) use dedup::{Refreshed, SegmentRead, samples_of};
pub use keys::{KeySource, RecoveryKey, create_key_file};
pub(crate) use log::Late;
pub use log::{LogHead, read_log};
pub use map_builder::{Built, MapBuilder};
pub use map_reader::{Cursor, Loaded, Part, chunk_digest};
pub use pack_reader::Directory;
pub(crate) use pack_reader::RESOLVES;
pub(crate) use pack_writer::Rewrite;
pub use pack_writer::{Blob, PackWriter};
pub use records::record_is_sound;
#[cfg(feature = "testkit")]
pub(crate) use records::{open_bytes, seal_bytes};
pub use session::{Begun, Condemned, ReadSession, WriteSession, end_session, owner_is_gone};
pub(crate) use session::{log_entry, pinning};
pub use store::Store;

use crypto::{Keys, VaultKey};
use store::Created;

/// Packs are closed at this size: large enough that object count does not follow chunk count.
const PACK_TARGET: u32 = 32 << 20;
/// Memory for pack directories: those of about 30 GiB of stored chunks.
const DIRECTORY_CACHE_BYTES: u64 = 64 << 20;
/// Memory for map nodes: the leaves of about 30 GiB of disk.
const NODE_CACHE_BYTES: u64 = 32 << 20;
/// Features this version knows.
const FEATURES: [&str; 1] = [COMPACTION];
/// Single blobs may be condemned: whoever writes or removes must know.
const COMPACTION: &str = "compaction";
/// Manifests read at once where many are looked at.
const READS: usize = 16;
/// Memory for stretches of packs that hold nodes.
const WINDOW_CACHE_BYTES: u64 = 16 << 20;

/// An opened vault: its store, its keys, and what was read of it lately.
pub struct Vault {
    /// Where its objects are.
    pub store: Store,
    /// What it is.
    pub header: VaultHeader,
    /// Its keys.
    pub keys: Keys,
    /// Limit of what goes to and comes from its packs, in bytes as stored. For writing it holds on
    /// the average of a pack: packs are uploaded whole.
    pub throttle: crate::throttle::Throttle,
    vault_key: VaultKey,
    dedup: dedup::Shared,
    directories: Cache<PackId, Directory>,
    nodes: Cache<Address, Loaded>,
    windows: Cache<(PackId, u32, u64), map_reader::Window>,
    /// Attempts known to have come to nothing.
    tombstones: std::sync::Mutex<HashSet<AttemptName>>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({})", self.header.vault_id)
    }
}

type Cache<K, V> = quick_cache::sync::Cache<K, Arc<V>, Weigh>;

/// Weighs cached things by the memory they take.
#[derive(Clone)]
struct Weigh;

macro_rules! weigh {
    ($($key:ty => $value:ty),*) => {$(
        impl quick_cache::Weighter<$key, Arc<$value>> for Weigh {
            fn weight(&self, _: &$key, value: &Arc<$value>) -> u64 {
                value.weight()
            }
        }
    )*};
}
weigh!(PackId => Directory, Address => Loaded, (PackId, u32, u64) => map_reader::Window);

/// What a new vault shall be.
#[derive(Debug, Clone)]
pub struct InitOptions {
    /// Its id.
    pub vault_id: VaultId,
    /// Chunk size of its disks.
    pub chunk_size: ChunkSize,
    /// How its objects are protected.
    pub suite: Suite,
    /// Size at which its packs are closed, in bytes.
    pub pack_target: u32,
}

impl InitOptions {
    /// 64 KiB chunks, AES-256-GCM, packs of 32 MiB.
    pub fn new(vault_id: VaultId) -> InitOptions {
        InitOptions {
            vault_id,
            chunk_size: ChunkSize::DEFAULT,
            suite: Suite::Aes256Gcm,
            pack_target: PACK_TARGET,
        }
    }
}

/// An opened vault, to be shared. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Repository {
    vault: Arc<Vault>,
}

impl std::ops::Deref for Repository {
    type Target = Vault;
    fn deref(&self) -> &Vault {
        &self.vault
    }
}

/// One object below `backup/`: a backup, or an attempt that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AttemptName {
    /// The backup.
    pub id: BackupId,
    /// The attempt.
    pub attempt: u32,
}

impl Repository {
    /// Makes a vault in an empty place. Fails with `Conflict` where anything lies there already.
    pub fn init<'a>(
        store: Store,
        options: &'a InitOptions,
        source: &'a KeySource,
    ) -> BoxFuture<'a, Result<Repository>> {
        Box::pin(async move {
            if store.get(name::VAULT).await?.is_some() {
                return Err(Error::conflict("there is a vault already"));
            }
            if !store.is_empty().await? {
                return Err(
                    Error::conflict("the store's place for the vault is not empty")
                        .hint("Name an empty directory or another prefix."),
                );
            }
            let vault_key = VaultKey::random()?;
            let keys = Keys::new(&vault_key);
            let created_ms = now().as_millisecond();
            let header = VaultHeader {
                suite: options.suite,
                chunk_size: options.chunk_size,
                key_id: 1,
                vault_id: options.vault_id,
                pack_target: options.pack_target,
                pack_max: coffer_core::format::pack::PACK_BYTES_MAX,
                created_ms,
                key_check: [0; 16],
            };
            let header = VaultHeader {
                key_check: keys.check(&header),
                ..header
            };
            // The key first: a vault that can be seen can be opened.
            keys::add_slot(&store, &header, 0, &vault_key, source, created_ms).await?;
            let bytes = bytes::Bytes::from(header.encode());
            for name in [name::VAULT_TWIN, name::VAULT] {
                if store.create(name, bytes.clone()).await? == Created::Exists {
                    return Err(Error::conflict(
                        "somebody else made a vault here at the same time",
                    ));
                }
            }
            let limits = DedupLimits::default();
            Ok(Repository::from_parts(store, header, vault_key, limits))
        })
    }

    /// Opens a vault.
    pub fn open(store: Store, source: &KeySource) -> BoxFuture<'_, Result<Repository>> {
        Repository::open_limited(store, source, DedupLimits::default())
    }

    /// Opens a vault with other limits of deduplication.
    pub fn open_limited(
        store: Store,
        source: &KeySource,
        limits: DedupLimits,
    ) -> BoxFuture<'_, Result<Repository>> {
        Box::pin(async move {
            let header = read_header(&store).await?;
            let vault_key = keys::open_key(&store, &header, source).await?;
            let repository = Repository::from_parts(store, header, vault_key, limits);
            repository.check_needs(Needs::Read).await?;
            Ok(repository)
        })
    }

    fn from_parts(
        store: Store,
        header: VaultHeader,
        vault_key: VaultKey,
        limits: DedupLimits,
    ) -> Repository {
        let keys = Keys::new(&vault_key);
        let cache = |bytes: u64| (bytes / 4096) as usize;
        let vault = Vault {
            store,
            header,
            keys,
            throttle: crate::throttle::Throttle::unlimited(),
            vault_key,
            dedup: dedup::Shared::new(limits),
            directories: Cache::with_weighter(
                cache(DIRECTORY_CACHE_BYTES),
                DIRECTORY_CACHE_BYTES,
                Weigh,
            ),
            nodes: Cache::with_weighter(cache(NODE_CACHE_BYTES), NODE_CACHE_BYTES, Weigh),
            windows: Cache::with_weighter(64, WINDOW_CACHE_BYTES, Weigh),
            tombstones: std::sync::Mutex::default(),
        };
        Repository {
            vault: Arc::new(vault),
        }
    }

    /// The shared part.
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// Adds another way to the key: a slot for another key file or passphrase.
    pub async fn add_key(&self, source: &KeySource) -> Result<u32> {
        let slots = self.store.list(name::KEYS).await?;
        let numbers = slots
            .iter()
            .filter_map(|o| name::parse_key_slot(&o.name))
            .map(|(n, _)| n);
        let next = numbers.max().map_or(0, |n| n + 1);
        let at = now().as_millisecond();
        keys::add_slot(&self.store, &self.header, next, &self.vault_key, source, at).await?;
        Ok(next)
    }

    /// Everything below `backup/`, tombstones too, ordered by backup and attempt.
    pub async fn attempts(&self) -> Result<Vec<AttemptName>> {
        let listed = self.store.list(name::BACKUPS).await?;
        let mut names: Vec<AttemptName> = listed
            .iter()
            .filter_map(|object| name::parse_backup(&object.name))
            .map(|(id, attempt)| AttemptName { id, attempt })
            .collect();
        names.sort_by_key(|n| (n.id, n.attempt));
        Ok(names)
    }

    /// What one attempt came to; none where the object is gone.
    pub async fn attempt(&self, attempt: &AttemptName) -> Result<Option<Attempt>> {
        let name = name::backup(attempt.id, attempt.attempt);
        self.read_record(ObjectKind::Manifest, &name).await
    }

    /// The backups among attempts; none where the object is gone, cannot be read or is a tombstone. Those
    /// stay for ever, and are read once only.
    pub(crate) async fn committed_among<'a>(
        &self,
        attempts: impl Iterator<Item = &'a AttemptName>,
    ) -> Result<Vec<Manifest>> {
        let unknown: Vec<AttemptName> = {
            let tombstones = self.tombstones.lock().expect("no panic holds this lock");
            attempts
                .filter(|name| !tombstones.contains(name))
                .cloned()
                .collect()
        };
        let read = |name: AttemptName| async move { (self.attempt(&name).await, name) };
        let mut found = futures::stream::iter(unknown).map(read).buffered(READS);
        let mut committed = Vec::new();
        while let Some((attempt, name)) = found.next().await {
            match attempt {
                Ok(Some(Attempt::Backup(manifest))) => committed.push(*manifest),
                Ok(Some(Attempt::Tombstone(_))) => {
                    let mut tombstones = self.tombstones.lock().expect("no panic holds this lock");
                    tombstones.insert(name);
                }
                Ok(None) => {}
                Err(e) if e.kind == Kind::Data => {}
                Err(e) => return Err(e),
            }
        }
        Ok(committed)
    }

    /// All backups, oldest first, and the attempts whose object cannot be read. No power cut makes
    /// more or fewer of them.
    pub fn survey(&self) -> BoxFuture<'_, Result<Survey>> {
        Box::pin(async move {
            // A list is no snapshot: what was committed while it went on may be missing, and what it
            // was built on deleted before the list came there. All that was committed meanwhile is in
            // the log, because sessions end only after that.
            let before = self.last_number(name::LOG).await?;
            let mut names = self.attempts().await?;
            for entry in self.log_after(before).await? {
                names.extend(entry.backups_added.iter().filter_map(|n| parse_attempt(n)));
            }
            names.sort_by_key(|n| (n.id, n.attempt));
            names.dedup();
            self.settle_backups().await?;
            let mut survey = Survey::default();
            for (i, name) in names.iter().enumerate() {
                match self.attempt(name).await {
                    Ok(Some(Attempt::Backup(manifest))) => survey.backups.push(*manifest),
                    Ok(Some(Attempt::Tombstone(_)) | None) => {}
                    // The next number is taken only when this one came to nothing.
                    Err(e) if e.kind == Kind::Data => {
                        let given_up = names.get(i + 1).is_some_and(|next| next.id == name.id);
                        survey.unreadable.push(Unreadable {
                            name: name.clone(),
                            given_up,
                            error: e,
                        });
                    }
                    Err(e) => return Err(e),
                }
            }
            survey
                .backups
                .sort_by_key(|m| (m.committed_at, m.backup_id));
            Ok(survey)
        })
    }

    /// What was seen of the backups until now stays so. Whoever wrote or removed a manifest may have
    /// been killed before that was durable.
    pub(crate) async fn settle_backups(&self) -> Result<()> {
        let any = format!("{}/any", name::BACKUPS);
        self.store.settle(&any).await
    }

    /// The backup with this id; none where there is none. Either is so for good.
    ///
    /// Attempts have no gaps: a number is taken only when the one before it came to an end.
    pub async fn manifest(&self, id: BackupId) -> Result<Option<Manifest>> {
        let mut unreadable = None;
        for attempt in 0.. {
            match self.attempt(&AttemptName { id, attempt }).await {
                Ok(Some(Attempt::Backup(manifest))) => {
                    self.settle_backups().await?;
                    return Ok(Some(*manifest));
                }
                Ok(Some(Attempt::Tombstone(_))) => {}
                Ok(None) => break,
                Err(e) if e.kind == Kind::Data => unreadable = Some(e),
                Err(e) => return Err(e),
            }
        }
        match unreadable {
            Some(e) => Err(e),
            None => self.settle_backups().await.map(|()| None),
        }
    }
}

/// What lies below `backup/`.
#[derive(Debug, Default)]
pub struct Survey {
    /// The backups, oldest first.
    pub backups: Vec<Manifest>,
    /// Objects that hold neither a backup nor a tombstone.
    pub unreadable: Vec<Unreadable>,
}

/// An object below `backup/` that cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Its name.
    pub name: AttemptName,
    /// True where a later attempt exists: then this one was never committed.
    pub given_up: bool,
    /// Why.
    pub error: Error,
}

impl Vault {
    /// Reads a sealed record; none where the object is not there.
    async fn read_record<T: serde::de::DeserializeOwned>(
        &self,
        kind: ObjectKind,
        name: &str,
    ) -> Result<Option<T>> {
        let Some(bytes) = self.store.get(name).await? else {
            return Ok(None);
        };
        records::open_record(&self.keys, self.header.suite, kind, name, &bytes).map(Some)
    }

    /// Writes a sealed record under a name that nobody has yet.
    async fn create_record<T: serde::Serialize>(
        &self,
        kind: ObjectKind,
        name: &str,
        record: &T,
    ) -> Result<Created> {
        let header = &self.header;
        let bytes =
            records::seal_record(&self.keys, header.suite, header.key_id, kind, name, record)?;
        self.store.create(name, bytes).await
    }

    /// Refuses what a vault needs that this program does not know: whoever gives a vault a feature
    /// puts `needs/<feature>.<r|w|d>` there first.
    pub(crate) async fn check_needs(&self, what: Needs) -> Result<()> {
        if what > Needs::Read {
            self.check_place().await?;
        }
        for object in self.store.list(name::NEEDS).await? {
            let Some((feature, letter)) = object.name.rsplit_once('.') else {
                continue;
            };
            let concerns = match letter {
                "r" => true,
                "w" => what >= Needs::Write,
                _ => what >= Needs::Delete,
            };
            let feature = feature.trim_start_matches("needs/");
            if concerns && !FEATURES.contains(&feature) {
                return Err(
                    Error::conflict(format!("the vault needs the feature `{feature}`"))
                        .hint("Use a newer version of coffer."),
                );
            }
        }
        Ok(())
    }

    /// Refuses a place where this vault is not, or not any more. A directory whose file system was
    /// unmounted takes writes like any other: what is put there would be lost.
    pub(crate) async fn check_place(&self) -> Result<()> {
        let gone = |text: &str| {
            Error::unavailable(format!("the store does not hold the vault: {text}"))
                .hint("See that the store's directory is there and mounted.")
        };
        match read_header(&self.store).await {
            Ok(header) if header.vault_id == self.header.vault_id => Ok(()),
            Ok(_) => Err(gone("another one is there")),
            Err(e) if e.kind == Kind::NotFound => Err(gone("it is not there").caused_by(e)),
            Err(e) => Err(e),
        }
    }

    /// Says in the vault that single blobs may be condemned, before the first one is.
    pub(crate) async fn need_compaction(&self) -> Result<()> {
        let name = format!("{}/{COMPACTION}.w", name::NEEDS);
        // Empty, so whoever wrote it wrote the same.
        self.store.create(&name, bytes::Bytes::new()).await?;
        Ok(())
    }

    async fn last_number(&self, folder: &str) -> Result<Option<u64>> {
        let listed = self.store.list(folder).await?;
        Ok(listed
            .iter()
            .filter_map(|o| name::parse_numbered(folder, &o.name))
            .max())
    }
}

/// What one is about to do with a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Needs {
    /// Read.
    Read,
    /// Add.
    Write,
    /// Remove.
    Delete,
}

/// Reads the object that says what the repository is, or its twin; needs no key.
pub async fn read_header(store: &Store) -> Result<VaultHeader> {
    let mut damage = None;
    for name in [name::VAULT, name::VAULT_TWIN] {
        let Some(bytes) = store.get(name).await? else {
            continue;
        };
        match VaultHeader::decode(&bytes) {
            Ok(header) => return Ok(header),
            Err(e) => damage = Some(Error::from(e).context(format!("object `{name}`"))),
        }
    }
    let Some(error) = damage else {
        let empty = store.is_empty().await?;
        let text = if empty {
            "there is no vault: the place is empty"
        } else {
            "there is no vault"
        };
        return Err(Error::not_found(text).hint(match empty {
            true => "Make one with \"coffer repo init\".",
            false => "What lies there was not made by coffer, or the prefix is wrong.",
        }));
    };
    Err(error)
}

fn damaged(name: &str, error: FormatError) -> Error {
    Error::from(error).context(format!("pack `{name}`"))
}

/// The time, for records. Nothing in the repository decides by it.
fn now() -> Timestamp {
    crate::door::now()
}

impl std::fmt::Display for AttemptName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.id, self.attempt)
    }
}

/// Reads an attempt's name as log entries have it.
pub(crate) fn parse_attempt(text: &str) -> Option<AttemptName> {
    let (id, attempt) = name::parse_backup(&format!("{}/{text}", name::BACKUPS))?;
    Some(AttemptName { id, attempt })
}

/// A tombstone for `session`'s attempt.
fn tombstone(session: &coffer_core::format::records::Session, reason: &str) -> Option<Tombstone> {
    let coffer_core::format::records::Role::Writer {
        backup_id, attempt, ..
    } = &session.role
    else {
        return None;
    };
    Some(Tombstone {
        backup_id: *backup_id,
        attempt: *attempt,
        session: session.id,
        owner: session.owner.clone(),
        reason: reason.to_owned(),
        at: now(),
    })
}
