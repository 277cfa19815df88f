//! Counts of references to blobs, kept beside the packs (decision F7).
//!
//! What is counted: the maps of all backups that the log names up to one entry. Each map is compared
//! with one other map at most, and a reference counts where the two differ. So a blob that some
//! counted map refers to has a count above zero, whatever the maps are compared with: follow that map
//! and those it is compared with as long as they hold the blob in the same place; the last one counts
//! it. `pipeline::tally` changes the counts by walking what differs.
//!
//! A *tally* (`tally/<n>`, create-only, the highest that can be read holds) says up to which entry of
//! the log that is, which maps are counted, and which *parts* (`counts/...`) hold the counts. Parts are
//! written first and never changed: a tally always finds those it names, until a higher one is there.
//!
//! | crash after | left | healed by |
//! |---|---|---|
//! | some parts | parts that no tally names | a later tally, which removes all parts written for numbers up to its own that it does not name |
//! | the tally | the one before, and the parts that only it names | the same |
//!
//! Counts are never authority alone. They name candidates; what goes is condemned, waited for, and
//! judged again with all that the log says by then (`pipeline::reclaim`). Lost, damaged, or not
//! followed by the log, they are counted anew from all manifests.
//!
//! Cost of an update: the tally (96 bytes a disk of a backup) and the parts whose packs have changed
//! ([`PART_BYTES`] each). Memory: the tally, and the parts looked at: about 2 bits a blob.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use bytes::Bytes;
use coffer_core::format::counts::{
    CountedMap, CountsName, PackCounts, Tally, decode_part, encode_part, place,
};
use coffer_core::format::{ObjectKind, name};
use coffer_core::ids::{BackupId, DiskId, PackId, SessionId};
use coffer_core::map::{Address, Root};
use coffer_core::{Error, Kind, Result};

use super::crypto::random;
use super::store::Created;
use super::{LogHead, Vault, records};

/// A part above this is split: an update writes few bytes, however much is counted.
const PART_BYTES: usize = 8 << 10;
/// Every so many tallies, parts that no tally names are looked for.
const SWEEP_PERIOD: u64 = 16;

/// A disk's map in the counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    pub backup_id: BackupId,
    pub attempt: u32,
    pub disk_id: DiskId,
    pub root: Root,
    /// The map it is compared with.
    pub parent: Option<u64>,
}

/// The counts, as of one entry of the log.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// The tally they were read from.
    number: Option<u64>,
    /// The last entry of the log that is counted.
    pub seen: Option<LogHead>,
    parts: BTreeMap<u32, Part>,
    packs: u64,
    /// Counted maps, oldest first.
    pub maps: BTreeMap<u64, Counted>,
    next_map: u64,
    /// Sessions that ended without a backup and whose packs were not looked at yet.
    pub sessions: BTreeSet<SessionId>,
    /// Packs to be looked at: something in them is not referred to any more, or never was.
    pub touched: BTreeSet<PackId>,
    /// True where they differ from the tally they were read from.
    pub changed: bool,
    /// Parts that are not named any more.
    replaced: Vec<CountsName>,
    /// True where nothing of them is of an earlier tally: all parts are at hand.
    whole: bool,
}

#[derive(Debug)]
struct Part {
    stored: Option<CountsName>,
    packs: Option<BTreeMap<PackId, PackCounts>>,
    changed: bool,
}

/// The counts do not fit what they are asked to count.
fn broken(what: &str) -> Error {
    Error::data(format!("the counts of references are wrong: {what}"))
        .hint("They are counted anew by the next reclaim.")
}

impl Counts {
    /// Counts of nothing, as of `seen`. A tally that is there already keeps its number.
    pub async fn empty(vault: &Vault, seen: Option<LogHead>) -> Result<Counts> {
        Ok(Counts {
            number: vault.last_number(name::TALLIES).await?,
            seen,
            changed: true,
            whole: true,
            ..Counts::default()
        })
    }

    /// The newest counts; none where there are none. `Data` as for [`Counts::read_tally`].
    pub async fn read(vault: &Vault) -> Result<Option<Counts>> {
        match vault.newest_tally().await? {
            Some(number) => Counts::read_tally(vault, number).await.map(Some),
            None => Ok(None),
        }
    }

    /// The counts of one tally. `Data` where they cannot be read, or are of another log than the one
    /// that is there.
    pub async fn read_tally(vault: &Vault, number: u64) -> Result<Counts> {
        let object = name::numbered(name::TALLIES, number);
        // Whoever wrote it may have been killed before it was durable; what is removed by it does not
        // come back.
        vault.store.settle(&object).await?;
        let Some(raw) = vault.read_counts(&object).await? else {
            return Err(broken("a tally went away"));
        };
        let tally = Tally::decode(&raw)
            .map_err(|e| Error::from(e).context(format!("object `{object}`")))?;
        let seen = match tally.seen {
            None => None,
            Some((number, hash)) => {
                let entry = vault.store.get(&name::numbered(name::LOG, number)).await?;
                let hash = blake3::Hash::from_bytes(hash);
                if entry.is_none_or(|bytes| blake3::hash(&bytes) != hash) {
                    return Err(broken("the log is another one"));
                }
                let hash = hash.to_hex().to_string();
                Some(LogHead { number, hash })
            }
        };
        let stored = |name| Part {
            stored: Some(name),
            packs: None,
            changed: false,
        };
        let counted = |map: CountedMap| Counted {
            backup_id: map.backup_id,
            attempt: map.attempt,
            disk_id: map.disk_id,
            root: map.root,
            parent: map.parent.map(u64::from),
        };
        let next_map = tally.maps.len() as u64;
        Ok(Counts {
            number: Some(number),
            seen,
            parts: tally
                .parts
                .into_iter()
                .map(|(first, name)| (first, stored(name)))
                .collect(),
            packs: tally.packs,
            maps: (0..).zip(tally.maps.into_iter().map(counted)).collect(),
            next_map,
            sessions: tally.sessions.into_iter().collect(),
            touched: tally.touched.into_iter().collect(),
            changed: false,
            replaced: Vec::new(),
            whole: false,
        })
    }

    /// Number of packs something in which is referred to.
    pub fn packs(&self) -> u64 {
        self.packs
    }

    /// Number of the tally they were read from or written as.
    pub fn number(&self) -> Option<u64> {
        self.number
    }

    /// True where they were made anew and nothing of them is of an earlier tally.
    pub fn are_whole(&self) -> bool {
        self.whole
    }

    /// True if the maps of this attempt are counted. A backup without maps counts nothing.
    pub fn has(&self, backup_id: BackupId, attempt: u32) -> bool {
        self.maps
            .values()
            .any(|map| (map.backup_id, map.attempt) == (backup_id, attempt))
    }

    /// Puts a map among those that are counted. Its references are the caller's to add.
    pub fn insert(&mut self, map: Counted) {
        self.maps.insert(self.next_map, map);
        self.next_map += 1;
        self.changed = true;
    }

    /// What is counted of a pack; none where nothing in it is referred to.
    pub async fn pack(&mut self, vault: &Vault, id: PackId) -> Result<Option<&PackCounts>> {
        let Some(part) = self.part(vault, id).await? else {
            return Ok(None);
        };
        Ok(part.packs.as_ref().and_then(|packs| packs.get(&id)))
    }

    /// True if something refers to the blob.
    pub async fn is_live(&mut self, vault: &Vault, id: PackId, ordinal: u32) -> Result<bool> {
        let pack = self.pack(vault, id).await?;
        Ok(pack.is_some_and(|counts| counts.is_live(ordinal)))
    }

    /// All packs with what is counted of them, part by part.
    pub async fn all(&mut self, vault: &Vault) -> Result<Vec<(PackId, PackCounts)>> {
        let firsts: Vec<u32> = self.parts.keys().copied().collect();
        let mut all = Vec::new();
        for first in firsts {
            let part = self.part_from(vault, first).await?;
            let packs = part.packs.iter().flatten();
            all.extend(packs.map(|(id, counts)| (*id, counts.clone())));
        }
        Ok(all)
    }

    /// Adds a reference, or takes one away.
    pub async fn change(&mut self, vault: &Vault, address: Address, more: bool) -> Result<()> {
        let id = address.pack;
        if self.parts.is_empty() {
            let part = Part {
                stored: None,
                packs: Some(BTreeMap::new()),
                changed: true,
            };
            self.parts.insert(0, part);
        }
        let part = self.part(vault, id).await?.expect("there is a part");
        part.changed = true;
        let packs = part.packs.get_or_insert_default();
        let before = packs.len();
        let counts = packs.entry(id).or_default();
        let fits = match more {
            true => counts.add(address.ordinal),
            false => counts.subtract(address.ordinal),
        };
        let (live, ended) = (counts.live(), !more && !counts.is_live(address.ordinal));
        if live == 0 {
            packs.remove(&id);
        }
        let after = packs.len();
        self.packs = (self.packs + after as u64).saturating_sub(before as u64);
        self.changed = true;
        if !fits {
            return Err(broken("a reference is missing"));
        }
        if ended {
            self.touched.insert(id);
        }
        Ok(())
    }

    async fn part(&mut self, vault: &Vault, id: PackId) -> Result<Option<&mut Part>> {
        let first = match self.parts.range(..=place(id)).next_back() {
            Some((first, _)) => *first,
            None => return Ok(None),
        };
        self.part_from(vault, first).await.map(Some)
    }

    async fn part_from(&mut self, vault: &Vault, first: u32) -> Result<&mut Part> {
        let part = self.parts.get_mut(&first).expect("it is one of them");
        if let (None, Some(stored)) = (&part.packs, part.stored) {
            let object = name::counts(stored);
            let raw = vault.read_counts(&object).await?;
            let raw = raw.ok_or_else(|| broken("a part is missing"))?;
            let packs = decode_part(&raw)
                .map_err(|e| Error::from(e).context(format!("object `{object}`")))?;
            part.packs = Some(packs.into_iter().collect());
        }
        Ok(part)
    }

    /// Writes the changed parts, then a tally. False where somebody else has written one meanwhile
    /// that holds instead: it says what this one says by the log, earlier or later.
    ///
    /// Counts that were made anew ask for nothing of another tally. They take a number above it, unless
    /// it has seen more of the log.
    pub async fn save(&mut self, vault: &Vault) -> Result<bool> {
        loop {
            let number = self.number.map_or(0, |number| number + 1);
            self.write_parts(vault, number).await?;
            let object = name::numbered(name::TALLIES, number);
            let created = vault.create_counts(&object, self.tally()?.encode()).await?;
            // A number may be free because a higher one has replaced it: what that one names must stay.
            let newest = vault.last_number(name::TALLIES).await?;
            let newest = newest.filter(|newest| *newest > number || !created);
            let Some(newest) = newest else {
                if !created {
                    return Ok(false);
                }
                return self.saved(vault, number).await.map(|()| true);
            };
            if created {
                vault.store.remove(&object).await?;
            }
            if !self.whole || self.is_behind(vault, newest).await? {
                return Ok(false);
            }
            self.number = Some(newest);
            self.parts.values_mut().for_each(|part| part.changed = true);
        }
    }

    /// True if a tally has seen more of the log. One that cannot be read has not.
    async fn is_behind(&self, vault: &Vault, tally: u64) -> Result<bool> {
        let raw = match vault
            .read_counts(&name::numbered(name::TALLIES, tally))
            .await
        {
            Ok(raw) => raw,
            Err(e) if e.kind == Kind::Data => None,
            Err(e) => return Err(e),
        };
        let theirs = raw.and_then(|raw| Tally::decode(&raw).ok()?.seen);
        Ok(theirs.map(|(number, _)| number) > self.seen.as_ref().map(|head| head.number))
    }

    async fn write_parts(&mut self, vault: &Vault, number: u64) -> Result<()> {
        self.settle_parts();
        for part in self.parts.values_mut().filter(|part| part.changed) {
            let packs = part.packs.as_ref().expect("what is changed is here");
            let body = encode_part(packs.iter().map(|(id, counts)| (*id, counts)));
            let mut bytes = [0; 4];
            random(&mut bytes)?;
            let stored = CountsName {
                tally: number,
                random: u32::from_le_bytes(bytes),
            };
            if !vault.create_counts(&name::counts(stored), body).await? {
                return Err(Error::unavailable(
                    "a part of the counts was only partly written",
                ));
            }
            self.replaced.extend(part.stored.replace(stored));
            part.changed = false;
        }
        Ok(())
    }

    /// The tally is there: what it replaces goes.
    async fn saved(&mut self, vault: &Vault, number: u64) -> Result<()> {
        if let Some(before) = self.number.replace(number) {
            let before = name::numbered(name::TALLIES, before);
            vault.store.remove(&before).await?;
        }
        for part in std::mem::take(&mut self.replaced) {
            vault.store.remove(&name::counts(part)).await?;
        }
        self.changed = false;
        // What counts that were made anew replace is not among those above.
        if self.whole || number.is_multiple_of(SWEEP_PERIOD) {
            self.sweep(vault, number).await?;
        }
        Ok(())
    }

    /// Splits parts that are too large, and lets the neighbour of an empty one have its places.
    fn settle_parts(&mut self) {
        let mut at = self.parts.keys().next().copied();
        while let Some(first) = at {
            let behind = (Bound::Excluded(first), Bound::Unbounded);
            let end = self.parts.range(behind).next().map(|(next, _)| *next);
            let part = self.parts.get_mut(&first).expect("it is there");
            let (true, Some(packs)) = (part.changed, part.packs.as_mut()) else {
                at = end;
                continue;
            };
            let len: usize = packs.values().map(PackCounts::encoded_len).sum();
            let middle = first + (end.map_or(u32::MAX, |end| end - 1) - first) / 2 + 1;
            let fits = len <= PART_BYTES || packs.len() < 2;
            if fits || end == Some(first + 1) || first == u32::MAX {
                at = end;
                continue;
            }
            let (upper, lower) = std::mem::take(packs)
                .into_iter()
                .partition(|(id, _)| place(*id) >= middle);
            *packs = lower;
            let upper = Part {
                stored: None,
                packs: Some(upper),
                changed: true,
            };
            self.parts.insert(middle, upper);
            // Again from the same place: either half may still be too large.
        }
        let is_empty = |part: &Part| part.packs.as_ref().is_some_and(BTreeMap::is_empty);
        let replaced = &mut self.replaced;
        self.parts.retain(|_, part| {
            let keep = !is_empty(part);
            if !keep {
                replaced.extend(part.stored);
            }
            keep
        });
        // The places below the first part are its own.
        if let Some(entry) = self.parts.first_entry()
            && *entry.key() != 0
        {
            let part = entry.remove();
            self.parts.insert(0, part);
        }
    }

    fn tally(&self) -> Result<Tally> {
        let seen = match &self.seen {
            None => None,
            Some(head) => {
                let hash = blake3::Hash::from_hex(&head.hash)
                    .map_err(|e| Error::internal("the hash of a log entry").caused_by(e))?;
                Some((head.number, *hash.as_bytes()))
            }
        };
        let numbers: BTreeMap<u64, u32> = self.maps.keys().copied().zip(0..).collect();
        let counted = |map: &Counted| CountedMap {
            backup_id: map.backup_id,
            attempt: map.attempt,
            disk_id: map.disk_id,
            root: map.root,
            parent: map.parent.and_then(|parent| numbers.get(&parent).copied()),
        };
        Ok(Tally {
            seen,
            packs: self.packs,
            parts: self
                .parts
                .iter()
                .filter_map(|(first, part)| Some((*first, part.stored?)))
                .collect(),
            maps: self.maps.values().map(counted).collect(),
            sessions: self.sessions.iter().copied().collect(),
            touched: self.touched.iter().copied().collect(),
        })
    }

    /// Removes tallies below `number`, ours, and parts written for it or before that it does not
    /// name: who writes for a higher number is not done yet.
    pub async fn sweep(&self, vault: &Vault, number: u64) -> Result<()> {
        for object in vault.store.list(name::TALLIES).await? {
            let found = name::parse_numbered(name::TALLIES, &object.name);
            if found.is_some_and(|found| found < number) {
                vault.store.remove(&object.name).await?;
            }
        }
        let named: BTreeSet<CountsName> = self.parts.values().filter_map(|p| p.stored).collect();
        for object in vault.store.list(name::COUNTS).await? {
            let found = name::parse_counts(&object.name);
            if found.is_some_and(|part| part.tally <= number && !named.contains(&part)) {
                vault.store.remove(&object.name).await?;
            }
        }
        Ok(())
    }
}

impl Vault {
    /// The number of the newest tally; none where there is none.
    pub(crate) async fn newest_tally(&self) -> Result<Option<u64>> {
        self.last_number(name::TALLIES).await
    }

    async fn read_counts(&self, object: &str) -> Result<Option<Vec<u8>>> {
        let Some(bytes) = self.store.get(object).await? else {
            return Ok(None);
        };
        let (keys, suite) = (&self.keys, self.header.suite);
        records::open_bytes(keys, suite, ObjectKind::Counts, object, &bytes).map(Some)
    }

    /// False where there is an object of that name.
    async fn create_counts(&self, object: &str, body: Vec<u8>) -> Result<bool> {
        let (header, kind) = (&self.header, ObjectKind::Counts);
        let bytes: Bytes =
            records::seal_bytes(&self.keys, header.suite, header.key_id, kind, object, body)?;
        Ok(self.store.create(object, bytes).await? == Created::Yes)
    }
}
