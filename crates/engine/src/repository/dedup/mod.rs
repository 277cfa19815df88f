//! Deduplication: what a writer need not store, because the vault holds it already.
//!
//! Two things in memory find it. The **cache** has the directories of packs that are likely to be
//! met again, by the whole digest; each chunk is looked up there. The **index** has one digest in 2^k
//! of all the vault, with its pack. Where a chunk that the cache does not know is one of these, its
//! pack's directory is read, with those of the packs that were written behind it: what follows on the
//! disk lies there. Chunks that the writer itself stores are in both from then on, so that one that
//! comes twice, on any of its disks, is stored once.
//!
//! The index is a hint and never authority. A writer refers to a chunk of another session only by what it
//! reads in this order, each from the store:
//!
//! 1. its session is there;
//! 2. what is condemned, and all of it can be read: neither pack nor ordinal is;
//! 3. which packs the log says are gone ([`Gone`]): this one is not among them, whatever lies there;
//! 4. the directory of the pack's newest generation: it has this digest with this kind and raw length.
//!
//! Before the manifest is written, what it refers to is made durable ([`Finder::settle`]): another
//! process may have been killed before it did that.
//!
//! That nothing reclaims such a chunk afterwards is argued in `docs/decisions/0010-deduplication.md`. An
//! independent backup (decision F12) finds its own chunks alone.
//!
//! What is in the index: `index/<n>`, segments that a writer writes once it is committed (a long one
//! also on its way), and that `pipeline::refresh_index` makes of directories where they are lacking.
//! After the commit, because a segment helps others alone and the backup need not wait for it; a crash
//! in between leaves packs that no segment covers, which the refresh finds. A crash before the
//! commit leaves at most segments of packs that reclaim removes, whose entries lead nowhere and go with
//! the next refresh.
//!
//! Cost: one look into a hash table for each chunk that differs from the parent's. Index and log are
//! read when a session has met new bytes in proportion to their length ([`NEW_DISK_SHARE`],
//! [`CHANGES_SHARE`]), so small backups of large vaults do not pay for them. Directories are read at most as often as pays; see
//! [`Limits::free_loads`]. Memory: [`Limits::cache_bytes`] for each writer, the process' [`Budget`]
//! for all indexes, [`Limits::segment_entries`] samples of what was stored last, and at most 18 bytes for each
//! pack that ever went from the vault (0.6 MB for a TiB).

mod cache;
mod segments;
mod table;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, RwLock, RwLockReadGuard, Weak};

use coffer_core::digest::Digest;
use coffer_core::format::index::{PackSpan, Prefix, SAMPLING, Segment};
use coffer_core::format::name;
use coffer_core::format::pack::BlobKind;
use coffer_core::ids::{PackId, SessionId};
use coffer_core::map::Address;
use coffer_core::{Error, Kind, Result};
use futures::{StreamExt, stream};

use super::session::{Adopted, Condemned};
use super::{Vault, WriteSession};

use cache::{Chunk, PackCache};
pub(crate) use segments::Read as SegmentRead;
pub use table::Budget;
use table::Table;

/// Memory of all indexes of this process: that of 11 TiB of unique data.
const INDEX_BYTES: u64 = 256 << 20;
/// Directories read at once.
const LOADS_IN_FLIGHT: usize = 8;
/// Packs behind the one that is wanted whose directories are read along.
const PACKS_AHEAD: u32 = 2;
/// Chunks after which a pack is looked for again that was not there: another writer may have it
/// under way.
const ABSENT_CHUNKS: u64 = 1024;
/// Entries added to the index at once: about a millisecond.
const INSERTED_AT_ONCE: usize = 1 << 14;
/// Packs that are tried for one chunk: as many as the index remembers.
const SAME_MAX: usize = 4;
/// Damaged packs that are remembered: 1 MiB. Beyond that nobody should back up here.
const DAMAGED_MAX: usize = 1 << 16;
/// How often the list of segments is read because one of them was merged meanwhile.
const LISTS_MAX: usize = 4;

/// Entries of the log that are read for nothing, and what each of the others costs beside the bytes of
/// the index: a request.
const LOG_ENTRIES_FREE: u64 = 1000;
const LOG_ENTRY_BYTES: u64 = 4 << 10;

/// Of a disk without a parent much is new: the index is read from half as many new bytes on as it is
/// long.
const NEW_DISK_SHARE: (u64, u64) = (1, 2);
/// What changed since a parent is mostly new to all: the index is read from four times its length on.
const CHANGES_SHARE: (u64, u64) = (4, 1);

static BUDGET: LazyLock<Budget> = LazyLock::new(|| Budget::new(INDEX_BYTES));

/// How much deduplication may take.
#[derive(Debug, Clone)]
pub struct Limits {
    /// k: one digest in 2^k is in the index.
    pub sampling: u8,
    /// Memory of all indexes.
    pub index: Budget,
    /// Memory for directories of each writer, in bytes: the chunks of 39 GiB.
    pub cache_bytes: u64,
    /// New bytes from which on a session looks for the index.
    pub look_bytes: u64,
    /// Directories that are read without having shown any use; beyond that one for each 256
    /// chunks looked at, and one for each 4 that were found.
    pub free_loads: u64,
    /// Samples that are worth a segment of their own: 16 MiB of new data. Those of smaller sessions
    /// are added by the next refresh, many at once.
    pub segment_entries_min: usize,
    /// Samples that a writer or refresh keeps before it writes a segment: those of 128 GiB.
    pub segment_entries: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            sampling: SAMPLING,
            index: BUDGET.clone(),
            cache_bytes: 48 << 20,
            look_bytes: 1 << 20,
            free_loads: 256,
            segment_entries_min: 32,
            segment_entries: 1 << 18,
        }
    }
}

/// What a vault keeps for deduplication.
pub(crate) struct Shared {
    pub limits: Limits,
    /// The index, as long as some session uses it.
    index: Mutex<Weak<Index>>,
    gone: RwLock<Gone>,
    /// One reads on in the log at a time.
    advancing: tokio::sync::Mutex<()>,
    /// One merges segments at a time.
    merging: tokio::sync::Mutex<()>,
    /// Up to where a refresh has been, and how many packs segments covered then.
    refreshed: Mutex<Refreshed>,
    /// Packs in which something was found that cannot be read.
    damaged: RwLock<HashSet<PackId>>,
}

/// How far a refresh has come in this process.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Refreshed {
    /// The newest entry of the log that was taken into account.
    pub until: Option<u64>,
    /// Packs that segments covered.
    pub covered: u64,
}

impl Shared {
    pub fn new(limits: Limits) -> Shared {
        Shared {
            limits,
            index: Mutex::default(),
            gone: RwLock::default(),
            advancing: tokio::sync::Mutex::default(),
            merging: tokio::sync::Mutex::default(),
            refreshed: Mutex::default(),
            damaged: RwLock::default(),
        }
    }
}

/// The packs that the log says were removed. A write that comes late, or a power cut, may bring one of
/// them back, and who removed it may do so again: there is nothing to refer to in it.
///
/// Known for all writers of a process. Each of them reads on where the last one ended, once its session
/// is there.
#[derive(Default)]
struct Gone {
    /// The newest entry that was read.
    until: Option<u64>,
    /// Two packs that share a word cost a chunk that is stored again.
    packs: HashSet<u64>,
}

impl Gone {
    fn has(&self, pack: PackId) -> bool {
        self.packs.contains(&word_of(pack))
    }
}

impl Shared {
    /// Reads on in the log.
    async fn advance_gone(&self, vault: &Vault) -> Result<()> {
        let _one_at_a_time = self.advancing.lock().await;
        let until = read(&self.gone).until;
        let mut behind = vault.entries_behind(until).await?;
        // The store was put back to what it once was.
        let is_other = behind.is_none();
        if is_other {
            behind = vault.entries_behind(None).await?;
        }
        let behind = behind.unwrap_or_default();
        let mut gone = write(&self.gone);
        if is_other {
            *gone = Gone::default();
        }
        for entry in behind.entries {
            gone.packs
                .extend(entry.packs_removed.into_iter().map(word_of));
        }
        gone.until = behind.until;
        Ok(())
    }
}

/// A pack in 64 bits: sessions are random.
fn word_of(pack: PackId) -> u64 {
    let session = pack.session();
    let first = session.0.first_chunk().expect("a session has 12 bytes");
    u64::from_le_bytes(*first) ^ u64::from(pack.counter()).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The index of a vault in memory.
struct Index {
    table: RwLock<Table>,
    /// Segments whose entries are in the table, with the number of these.
    loaded: tokio::sync::Mutex<BTreeMap<u64, usize>>,
}

impl Index {
    fn new(limits: &Limits) -> Index {
        Index {
            table: RwLock::new(Table::new(limits.sampling, limits.index.clone())),
            loaded: tokio::sync::Mutex::default(),
        }
    }

    /// Adds what the store's segments have that the table has not.
    async fn load(self: &Arc<Index>, vault: &Vault) -> Result<()> {
        let mut loaded = self.loaded.lock().await;
        for _ in 0..LISTS_MAX {
            let listed = vault.list_segments().await?;
            let mut is_whole = true;
            for segment in &listed {
                if loaded.contains_key(&segment.number) {
                    continue;
                }
                match vault.read_segment(segment.number).await? {
                    SegmentRead::Whole(found) => {
                        loaded.insert(segment.number, found.entries.len());
                        self.add(found).await;
                    }
                    SegmentRead::Damaged(error) => {
                        loaded.insert(segment.number, 0);
                        tracing::warn!(error = %error.chain(), "a segment of the index is damaged; the next refresh makes it anew");
                    }
                    SegmentRead::Newer => {
                        loaded.insert(segment.number, 0);
                    }
                    SegmentRead::Gone => is_whole = false,
                }
            }
            loaded.retain(|number, _| listed.iter().any(|segment| segment.number == *number));
            let backed: usize = loaded.values().sum();
            let limits = &vault.dedup.limits;
            if write(&self.table).len() > 2 * backed + limits.segment_entries {
                // Most of it is of packs that went: begin anew.
                let fresh = Table::new(limits.sampling, limits.index.clone());
                *write(&self.table) = fresh;
                loaded.clear();
            } else if is_whole {
                break;
            }
        }
        Ok(())
    }

    async fn add(self: &Arc<Index>, segment: Segment) {
        let index = self.clone();
        let insert = move || {
            let mut samples = segment.samples().peekable();
            // In parts: others look into the table meanwhile.
            while samples.peek().is_some() {
                let mut table = write(&index.table);
                samples
                    .by_ref()
                    .take(INSERTED_AT_ONCE)
                    .for_each(|(prefix, pack)| {
                        table.insert(prefix, pack);
                    });
            }
        };
        crate::cpu::run(insert).await;
    }
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().expect("no holder panicked")
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().expect("no holder panicked")
}

/// What one writer finds in the vault.
pub struct Finder {
    vault: Arc<Vault>,
    session: SessionId,
    /// What was condemned when the session began; none where only its own chunks are found.
    condemned: Option<Condemned>,
    adopted: Arc<Adopted>,
    cache: RwLock<PackCache>,
    index: OnceLock<Arc<Index>>,
    /// New bytes from which on the index is worth reading.
    open_from: AtomicU64,
    unknown_bytes: AtomicU64,
    /// The disk that is being read has no parent.
    is_new_disk: AtomicBool,
    seen: AtomicU64,
    found: AtomicU64,
    loads: AtomicU64,
    /// Packs that are not there, with the number of chunks seen when they were looked for.
    absent: RwLock<HashMap<PackId, u64>>,
    /// One reads directories at a time: others mostly want the same.
    loading: tokio::sync::Mutex<()>,
    /// One pack of others in each folder in which the map refers to some.
    referred: Mutex<BTreeMap<u8, PackId>>,
    own: Mutex<Own>,
}

/// Samples of what the session stored, not yet in a segment.
#[derive(Default)]
struct Own {
    samples: Vec<(Prefix, PackId)>,
    /// Packs before this one are covered by segments written already.
    covered: u32,
    /// The pack that is being filled.
    pack: u32,
}

/// What is missing for a decision about some chunks.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Wants {
    index: bool,
    packs: Vec<PackId>,
}

impl Wants {
    /// True if nothing is missing.
    pub fn is_nothing(&self) -> bool {
        !self.index && self.packs.is_empty()
    }
}

impl Finder {
    /// What `session` may refer to; with `independent`, only what itself and its dead attempts
    /// stored.
    pub fn new(session: &WriteSession, independent: bool) -> Finder {
        let vault = session.vault.clone();
        let limits = &vault.dedup.limits;
        // What is condemned must be known to refer to anything of others.
        let condemned = session.condemned.clone();
        let condemned = (!independent && condemned.complete).then_some(condemned);
        let index = OnceLock::new();
        if condemned.is_none() {
            index.get_or_init(|| Arc::new(Index::new(limits)));
        }
        Finder {
            session: session.id(),
            condemned,
            adopted: session.adopted.clone(),
            cache: RwLock::new(PackCache::new(limits.cache_bytes)),
            index,
            open_from: AtomicU64::new(limits.look_bytes),
            unknown_bytes: AtomicU64::new(0),
            is_new_disk: AtomicBool::new(false),
            seen: AtomicU64::new(0),
            found: AtomicU64::new(0),
            loads: AtomicU64::new(0),
            absent: RwLock::default(),
            loading: tokio::sync::Mutex::default(),
            referred: Mutex::default(),
            own: Mutex::default(),
            vault,
        }
    }

    /// Says of which kind the next disk is.
    pub fn begin_disk(&self, has_parent: bool) {
        self.is_new_disk.store(!has_parent, Ordering::Relaxed);
        let look_bytes = self.vault.dedup.limits.look_bytes;
        self.open_from.store(look_bytes, Ordering::Relaxed);
    }

    /// Looks chunks up; the lock is held as long as what is returned.
    pub fn look(&self) -> Look<'_> {
        Look {
            cache: read(&self.cache),
            adopted: &self.adopted,
        }
    }

    /// What to read before chunks that were not found are taken for new. They come with their
    /// lengths; `seen` is the number of all chunks that were looked at with them.
    pub fn wants(&self, unknown: &[(Digest, u32)], seen: usize) -> Wants {
        let add = |counter: &AtomicU64, number: u64| {
            counter.fetch_add(number, Ordering::Relaxed) + number
        };
        let seen = add(&self.seen, seen as u64);
        let bytes = unknown.iter().map(|(_, len)| u64::from(*len)).sum();
        let bytes = add(&self.unknown_bytes, bytes);
        match self.index.get() {
            _ if unknown.is_empty() => Wants::default(),
            Some(index) => Wants {
                index: false,
                packs: self.hooks(index, unknown, seen),
            },
            None => Wants {
                index: bytes >= self.open_from.load(Ordering::Relaxed),
                packs: Vec::new(),
            },
        }
    }

    /// The packs that the index names for some of the chunks, less those that were looked at.
    fn hooks(&self, index: &Index, unknown: &[(Digest, u32)], seen: u64) -> Vec<PackId> {
        let (table, cache, absent) = (read(&index.table), read(&self.cache), read(&self.absent));
        let (gone, damaged) = (
            read(&self.vault.dedup.gone),
            read(&self.vault.dedup.damaged),
        );
        let useful = |pack: &PackId| {
            !cache.holds(*pack)
                && !gone.has(*pack)
                && !damaged.contains(pack)
                && absent.get(pack).is_none_or(|at| at + ABSENT_CHUNKS <= seen)
        };
        let mut packs = Vec::new();
        let missing = unknown
            .iter()
            .filter(|(digest, len)| cache.find(digest, *len).is_none());
        for (digest, _) in missing {
            // The newest: that is where its neighbours are, too.
            if let Some(pack) = table.find(Prefix::of(digest)).filter(useful).last()
                && !packs.contains(&pack)
            {
                packs.push(pack);
            }
        }
        packs
    }

    /// Reads what is wanted for these chunks. What cannot be read is taken for absent: the chunks
    /// are stored then, and a store that does not answer fails that.
    pub async fn fetch(&self, wants: Wants, unknown: &[(Digest, u32)]) {
        let mut packs = wants.packs;
        if wants.index {
            self.open_index().await;
        }
        let Some(index) = self.index.get() else {
            return;
        };
        let _one_at_a_time = self.loading.lock().await;
        // Where a pack is not there, another one may have the chunk.
        for round in 0..SAME_MAX {
            if round > 0 || wants.index {
                packs = self.hooks(index, unknown, self.seen.load(Ordering::Relaxed));
            }
            if !self.load_all(&packs).await {
                return;
            }
        }
    }

    /// Reads the directories of packs, and of those behind them. True where one of them was not there.
    async fn load_all(&self, packs: &[PackId]) -> bool {
        let mut wanted: Vec<(PackId, bool)> = Vec::new();
        for pack in packs {
            // What this session has not stored yet need not be looked for.
            let ahead = match pack.session() == self.session {
                true => 0,
                false => PACKS_AHEAD,
            };
            for behind in 0..=ahead {
                let counter = pack.counter().saturating_add(behind);
                let pack = PackId::new(pack.session(), counter);
                if wanted.iter().all(|(known, _)| *known != pack) {
                    wanted.push((pack, behind == 0));
                }
            }
        }
        wanted.retain(|(pack, _)| !self.vault.is_gone(*pack) && !self.vault.is_damaged(*pack));
        wanted.retain(|(pack, _)| {
            let loads = self.may_load(*pack);
            self.loads.fetch_add(u64::from(loads), Ordering::Relaxed);
            loads
        });
        if wanted.is_empty() {
            return false;
        }
        let mut there = self.generations_of(&wanted).await;
        let mut is_lacking = false;
        let mut reads = Vec::new();
        for (pack, is_named) in wanted {
            match there.remove(&pack) {
                Some(generations) => reads.push(self.load(pack, generations)),
                None if is_named => {
                    is_lacking = true;
                    self.note_absent(pack);
                }
                // Behind the last pack of each session there is none.
                None => {}
            }
        }
        let mut reads = stream::iter(reads).buffer_unordered(LOADS_IN_FLIGHT);
        while let Some(is_loaded) = reads.next().await {
            is_lacking |= !is_loaded;
        }
        is_lacking
    }

    /// The generations of packs that are there, the highest first, by one list of each folder.
    async fn generations_of(&self, packs: &[(PackId, bool)]) -> HashMap<PackId, Vec<u32>> {
        let folders: BTreeSet<String> = packs
            .iter()
            .map(|(pack, _)| name::pack_folder(pack.session()))
            .collect();
        let lists = folders.into_iter().map(|folder| async move {
            let listed = self.vault.store.list(&folder).await;
            listed.unwrap_or_else(|error| {
                tracing::debug!(folder, error = %error.chain(), "packs could not be listed");
                Vec::new()
            })
        });
        let mut lists = stream::iter(lists).buffer_unordered(LOADS_IN_FLIGHT);
        let mut there: HashMap<PackId, Vec<u32>> = HashMap::new();
        while let Some(listed) = lists.next().await {
            let parsed = listed.iter().filter_map(|o| name::parse_pack(&o.name));
            for (pack, generation) in parsed {
                if packs.iter().any(|(wanted, _)| *wanted == pack) {
                    there.entry(pack).or_default().push(generation);
                }
            }
        }
        let descending = |generations: &mut Vec<u32>| generations.sort_unstable_by(|a, b| b.cmp(a));
        there.values_mut().for_each(descending);
        there
    }

    fn note_absent(&self, pack: PackId) {
        let seen = self.seen.load(Ordering::Relaxed);
        write(&self.absent).insert(pack, seen);
    }

    /// True if the pack's directory is not held, and reading one more has paid so far.
    fn may_load(&self, pack: PackId) -> bool {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let paid =
            self.vault.dedup.limits.free_loads + get(&self.seen) / 256 + get(&self.found) / 4;
        let absent = read(&self.absent).get(&pack).copied();
        get(&self.loads) < paid
            && !read(&self.cache).holds(pack)
            && absent.is_none_or(|at| at + ABSENT_CHUNKS <= get(&self.seen))
    }

    /// Reads a pack's directory from the store: of the highest of the generations that were listed.
    /// False where it is not there.
    async fn load(&self, pack: PackId, generations: Vec<u32>) -> bool {
        let condemned = match &self.condemned {
            _ if pack.session() == self.session => None,
            Some(condemned) => Some(condemned),
            None => return true,
        };
        let read = self.vault.newest_directory_of(pack, Some(generations));
        let read = read.await.unwrap_or_else(|error| {
            tracing::debug!(%pack, error = %error.chain(), "a pack's directory could not be read");
            if error.kind == Kind::Data {
                self.vault.note_damaged(pack);
            }
            None
        });
        let Some(directory) = read else {
            self.note_absent(pack);
            return false;
        };
        let chunks: Vec<Chunk> = directory
            .entries
            .iter()
            .filter(|entry| entry.kind == BlobKind::Chunk)
            .filter(|entry| {
                let address = Address {
                    pack,
                    ordinal: entry.ordinal,
                    slot: 0,
                };
                condemned.is_none_or(|condemned| !condemned.is_condemned(address))
            })
            .map(|entry| Chunk {
                digest: entry.digest,
                raw_len: entry.raw_len,
                ordinal: entry.ordinal,
            })
            .collect();
        write(&self.cache).add(pack, chunks);
        true
    }

    /// Opens the vault's index where it is worth it by now.
    async fn open_index(&self) {
        let _one_at_a_time = self.loading.lock().await;
        if self.index.get().is_some() {
            return;
        }
        let opened = match self.index_at_its_price().await {
            Ok(Some(index)) => index,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(error = %error.chain(), "the index could not be read: what other backups hold may be stored again");
                Arc::new(Index::new(&self.vault.dedup.limits))
            }
        };
        // What was stored so far is found as well.
        let own = self.own.lock().expect("no holder panicked").samples.clone();
        for (prefix, pack) in own {
            write(&opened.table).insert(prefix, pack);
        }
        self.index.get_or_init(|| opened);
    }

    async fn index_at_its_price(&self) -> Result<Option<Arc<Index>>> {
        let shared = &self.vault.dedup;
        let in_use = shared.index.lock().expect("no holder panicked").upgrade();
        if in_use.is_none() {
            let listed = self.vault.list_segments().await?;
            let (times, of) = match self.is_new_disk.load(Ordering::Relaxed) {
                true => NEW_DISK_SHARE,
                false => CHANGES_SHARE,
            };
            let len: u64 = listed.iter().map(|segment| segment.size).sum();
            let until = read(&shared.gone).until;
            let newest = self.vault.last_number(name::LOG).await?;
            let count = |last: Option<u64>| last.map_or(0, |last| last + 1);
            let unread = count(newest).saturating_sub(count(until));
            let log = unread.saturating_sub(LOG_ENTRIES_FREE) * LOG_ENTRY_BYTES;
            let price = (len + log) * times / of;
            self.open_from.fetch_max(price, Ordering::Relaxed);
            if self.unknown_bytes.load(Ordering::Relaxed) < price {
                return Ok(None);
            }
        }
        let index = {
            let mut slot = shared.index.lock().expect("no holder panicked");
            slot.upgrade().unwrap_or_else(|| {
                let made = Arc::new(Index::new(&shared.limits));
                *slot = Arc::downgrade(&made);
                made
            })
        };
        index.load(&self.vault).await?;
        // Before any directory is read.
        self.vault.read_gone().await?;
        Ok(Some(index))
    }

    /// Notes that the map refers to a chunk that was found.
    pub fn refer(&self, address: Address) {
        self.found.fetch_add(1, Ordering::Relaxed);
        let session = address.pack.session();
        if session != self.session {
            let mut referred = self.referred.lock().expect("no holder panicked");
            referred.entry(session.0[0]).or_insert(address.pack);
        }
    }

    /// Makes what the map refers to durable. To be called before the manifest is written.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn settle(&self) -> Result<()> {
        let referred = std::mem::take(&mut *self.referred.lock().expect("no holder panicked"));
        for pack in referred.into_values() {
            self.vault.store.settle(&name::pack(pack, 0)).await?;
        }
        Ok(())
    }

    /// Remembers a chunk that the session stored. Returns a segment where there is enough for one.
    pub fn stored(&self, digest: Digest, raw_len: u32, address: Address) -> Option<Segment> {
        let chunk = Chunk {
            digest,
            raw_len,
            ordinal: address.ordinal,
        };
        write(&self.cache).add(address.pack, [chunk]);
        let limits = &self.vault.dedup.limits;
        let prefix = Prefix::of(&digest);
        let mut own = self.own.lock().expect("no holder panicked");
        let pack = address.pack.counter();
        // A pack that is not filled any more has its samples complete.
        let full = own.samples.len() >= limits.segment_entries && pack != own.pack;
        let segment = full.then(|| own.take(self.session, pack, limits.sampling));
        own.pack = pack;
        if prefix.is_sampled(limits.sampling) {
            own.samples.push((prefix, address.pack));
            if let Some(index) = self.index.get() {
                write(&index.table).insert(prefix, address.pack);
            }
        }
        segment
    }

    /// The segment of what is left at the end, where it is worth one.
    pub fn finish(&self, packs: u32) -> Option<Segment> {
        let limits = &self.vault.dedup.limits;
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let index = self.index.get().map(|index| read(&index.table));
        tracing::debug!(
            chunks = get(&self.seen),
            found = get(&self.found),
            directories = get(&self.loads),
            cache_bytes = read(&self.cache).bytes(),
            index_bytes = index.as_ref().map(|table| table.bytes()),
            sampling = index.as_ref().map(|table| table.sampling()),
            "what deduplication found and took"
        );
        drop(index);
        let mut own = self.own.lock().expect("no holder panicked");
        // Those of dead attempts are in no log, so no refresh would find them.
        for (digest, address) in self.adopted.iter() {
            let prefix = Prefix::of(digest);
            if prefix.is_sampled(limits.sampling) {
                own.samples.push((prefix, address.pack));
            }
        }
        (own.samples.len() >= limits.segment_entries_min)
            .then(|| own.take(self.session, packs, limits.sampling))
    }
}

impl Own {
    fn take(&mut self, session: SessionId, end: u32, sampling: u8) -> Segment {
        let covers = vec![PackSpan {
            session,
            first: self.covered,
            count: end - self.covered,
        }];
        self.covered = end;
        Segment::new(sampling, covers, std::mem::take(&mut self.samples))
    }
}

/// Looks into what is in memory.
pub struct Look<'a> {
    cache: RwLockReadGuard<'a, PackCache>,
    adopted: &'a Adopted,
}

impl Look<'_> {
    /// Where a chunk lies that need not be stored.
    pub fn find(&self, digest: &Digest, raw_len: u32) -> Option<Address> {
        let adopted = self.adopted.get(digest).copied();
        adopted.or_else(|| self.cache.find(digest, raw_len))
    }
}

impl Vault {
    /// Writes a session's segment, and merges where there are many. What fails is made up for by the
    /// next refresh.
    pub(crate) async fn add_segment(&self, segment: Segment) {
        let done = async {
            self.write_segment(segment).await?;
            self.merge_segments().await
        };
        if let Err(error) = done.await {
            tracing::warn!(error = %error.chain(), "the index was not added to; the next refresh does it");
        }
    }

    /// Remembers that something in a pack cannot be read. Nothing in it is referred to anew by this
    /// process: what its disks hold still is stored again.
    pub(crate) fn note_damaged(&self, pack: PackId) {
        let mut damaged = write(&self.dedup.damaged);
        if damaged.len() < DAMAGED_MAX {
            damaged.insert(pack);
        }
    }

    fn is_damaged(&self, pack: PackId) -> bool {
        read(&self.dedup.damaged).contains(&pack)
    }

    /// True if the log says that a pack was removed, as far as this process has read it.
    pub(crate) fn is_gone(&self, pack: PackId) -> bool {
        read(&self.dedup.gone).has(pack)
    }

    /// Reads on in the log which packs are gone.
    pub(crate) async fn read_gone(&self) -> Result<()> {
        self.dedup.advance_gone(self).await
    }

    /// How far a refresh has come.
    pub(crate) fn refreshed(&self) -> Refreshed {
        *self.dedup.refreshed.lock().expect("no holder panicked")
    }

    /// Notes how far one has come.
    pub(crate) fn note_refreshed(&self, refreshed: Refreshed) {
        *self.dedup.refreshed.lock().expect("no holder panicked") = refreshed;
    }

    /// Limits of deduplication.
    pub(crate) fn dedup_limits(&self) -> &Limits {
        &self.dedup.limits
    }
}

/// The sampled chunks of a pack, for the index. None where the pack is not there or damaged.
pub(crate) async fn samples_of(vault: &Vault, pack: PackId) -> Result<Vec<(Prefix, PackId)>> {
    let directory = match vault.present_directory(pack).await {
        Ok(Some(directory)) => directory,
        Ok(None) => return Ok(Vec::new()),
        Err(Error {
            kind: Kind::Data, ..
        }) => return Ok(Vec::new()),
        Err(e) => return Err(e),
    };
    let chunks = directory.entries.iter();
    Ok(chunks
        .filter(|entry| entry.kind == BlobKind::Chunk)
        .map(|entry| Prefix::of(&entry.digest))
        .filter(|prefix| prefix.is_sampled(vault.dedup.limits.sampling))
        .map(|prefix| (prefix, pack))
        .collect())
}
