//! The log: which packs and backups came and went, chained by hash and readable without the key
//! (decision F9).

use std::collections::HashSet;

use coffer_core::format::records::{Attempt, LogEntry, Manifest};
use coffer_core::format::{ObjectKind, Suite, name};
use coffer_core::ids::PackId;
use coffer_core::{Error, Kind, Result};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};

use super::store::{Created, Store};
use super::{AttemptName, READS, Repository, Vault, log_entry, pinning, records};

/// More entries than this do not come while the log is listed.
const GAP: u64 = 4096;

/// The newest entry: whoever remembers it elsewhere sees a store that was rolled back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogHead {
    /// Its number.
    pub number: u64,
    /// BLAKE3 of the object.
    pub hash: String,
}

impl Vault {
    /// The newest entry of the log; none in a vault without backups.
    pub async fn log_head(&self) -> Result<Option<LogHead>> {
        loop {
            let Some(number) = self.last_number(name::LOG).await? else {
                return Ok(None);
            };
            // Gone since it was listed: a complete entry with a higher number replaced it.
            if let Some(bytes) = self.store.get(&name::numbered(name::LOG, number)).await? {
                let hash = blake3::hash(&bytes).to_hex().to_string();
                return Ok(Some(LogHead { number, hash }));
            }
        }
    }

    /// Adds an entry behind the newest one. Whoever is second at a number takes the next.
    pub(crate) async fn append_log(&self, entry: LogEntry) -> Result<LogHead> {
        loop {
            let head = self.log_head().await?;
            if let Some(appended) = self.append_behind(entry.clone(), head).await? {
                return Ok(appended);
            }
        }
    }

    /// Adds an entry behind `head`; none where there is another one by now.
    async fn append_behind(
        &self,
        mut entry: LogEntry,
        head: Option<LogHead>,
    ) -> Result<Option<LogHead>> {
        let number = head.as_ref().map_or(0, |head| head.number + 1);
        entry.previous = head.map_or(String::new(), |head| head.hash);
        let name = name::numbered(name::LOG, number);
        // The entry before may be of one who was killed before it was durable: lost later than
        // its successor is there, it would break the chain for ever.
        self.store.settle(&name).await?;
        let key_id = self.header.key_id;
        let (suite, kind) = (Suite::Tagged, ObjectKind::Log);
        let bytes = records::seal_record(&self.keys, suite, key_id, kind, &name, &entry)?;
        let hash = blake3::hash(&bytes).to_hex().to_string();
        if self.store.create(&name, bytes).await? == Created::Exists {
            return Ok(None);
        }
        // A number that was free because the log was shortened is behind the newest entry,
        // where nobody looks: the entry is written again.
        let newest = self.last_number(name::LOG).await?;
        if newest.is_none_or(|newest| newest == number) || self.follows(number, &hash).await? {
            return Ok(Some(LogHead { number, hash }));
        }
        self.store.remove(&name).await?;
        Ok(None)
    }

    /// True if the entry behind `number` names `hash` as its predecessor.
    async fn follows(&self, number: u64, hash: &str) -> Result<bool> {
        let name = name::numbered(name::LOG, number + 1);
        let Some(bytes) = self.store.get(&name).await? else {
            return Ok(false);
        };
        let entry: LogEntry = records::read_tagged(ObjectKind::Log, &name, &bytes)?;
        Ok(entry.previous == hash)
    }

    /// The entries behind `head` with their heads, by their numbers and not by a list. `Data` where
    /// one does not follow the one before it.
    pub(crate) async fn log_behind(
        &self,
        head: Option<&LogHead>,
    ) -> Result<Vec<(LogHead, LogEntry)>> {
        let mut entries: Vec<(LogHead, LogEntry)> = Vec::new();
        let mut previous = head.map_or(String::new(), |head| head.hash.clone());
        let mut number = head.map_or(0, |head| head.number + 1);
        let mut missed = None;
        loop {
            let name = name::numbered(name::LOG, number);
            let Some(bytes) = self.store.get(&name).await? else {
                // The end, unless entries lie behind a hole: what they say must not be overlooked.
                let newest = self.last_number(name::LOG).await?;
                if newest.is_none_or(|newest| newest < number) {
                    break;
                }
                if missed == Some(number) {
                    return Err(Error::data(format!("`{name}` is missing")));
                }
                missed = Some(number);
                continue;
            };
            let (suite, kind) = (Suite::Tagged, ObjectKind::Log);
            let entry: LogEntry = records::open_record(&self.keys, suite, kind, &name, &bytes)?;
            if entry.previous != previous {
                return Err(Error::data(format!(
                    "`{name}` does not follow the entry before it"
                )));
            }
            let hash = blake3::hash(&bytes).to_hex().to_string();
            previous.clone_from(&hash);
            entries.push((LogHead { number, hash }, entry));
            number += 1;
        }
        Ok(entries)
    }

    /// The entries behind `number`, up to the newest, by their numbers and not by a list. One that
    /// is missing is passed over: what lies behind a hole must not be overlooked.
    pub(crate) async fn log_after(&self, number: Option<u64>) -> Result<Vec<LogEntry>> {
        let entries = self.entries_after(number).await?.into_iter();
        entries.collect()
    }

    /// The packs that the log says were removed behind `number`, as far as it can be read. An entry
    /// that was only partly written is none: nobody acted on it.
    pub(crate) async fn packs_removed_after(&self, number: Option<u64>) -> Result<HashSet<PackId>> {
        let mut removed = HashSet::new();
        for entry in self.entries_after(number).await? {
            match entry {
                Ok(entry) => removed.extend(entry.packs_removed),
                Err(e) if e.kind == Kind::Data => {}
                Err(e) => return Err(e),
            }
        }
        Ok(removed)
    }

    /// The entries behind `number`, many read at once, for those who look through much of the log; none
    /// where it ends before `number`: it is not the log that it was. One that was only partly written
    /// is none: nobody acted on it.
    pub(crate) async fn entries_behind(&self, number: Option<u64>) -> Result<Option<Behind>> {
        let numbers = numbers(&self.store).await?;
        if numbers.last().copied() < number {
            return Ok(None);
        }
        let read = |number: u64| async move {
            let name = name::numbered(name::LOG, number);
            let Some(bytes) = self.store.get(&name).await? else {
                return Ok((number, None));
            };
            let (suite, kind) = (Suite::Tagged, ObjectKind::Log);
            match records::open_record::<LogEntry>(&self.keys, suite, kind, &name, &bytes) {
                Ok(entry) => Ok((number, Some(entry))),
                Err(e) if e.kind == Kind::Data => Ok((number, Some(LogEntry::default()))),
                Err(e) => Err(e),
            }
        };
        let later = numbers.into_iter().filter(|at| Some(*at) > number);
        let mut reads = stream::iter(later).map(read).buffered(READS);
        let mut behind = Behind {
            until: number,
            entries: Vec::new(),
        };
        let mut is_whole = true;
        while let Some(read) = reads.next().await {
            let (number, entry) = read?;
            // Who goes on from there looks again for one that was missing.
            is_whole &= entry.is_some();
            if is_whole {
                behind.until = Some(number);
            }
            behind.entries.extend(entry);
        }
        Ok(Some(behind))
    }

    async fn entries_after(&self, number: Option<u64>) -> Result<Vec<Result<LogEntry>>> {
        let mut entries = Vec::new();
        let mut next = number.map_or(0, |number| number + 1);
        let mut missed = None;
        loop {
            let name = name::numbered(name::LOG, next);
            let Some(bytes) = self.store.get(&name).await? else {
                let listed = numbers(&self.store).await?;
                match listed.into_iter().find(|number| *number >= next) {
                    None => return Ok(entries),
                    Some(listed) if listed > next => next = listed,
                    // It came since, or it went since.
                    Some(_) if missed == Some(next) => next += 1,
                    Some(_) => missed = Some(next),
                }
                continue;
            };
            let (suite, kind) = (Suite::Tagged, ObjectKind::Log);
            entries.push(records::open_record(&self.keys, suite, kind, &name, &bytes));
            next += 1;
        }
    }

    /// All entries that can be read, ascending, and what is wrong with the others or with their
    /// order: for whoever has to go on with a log that is damaged.
    pub(crate) async fn readable_log(&self) -> Result<(Vec<(u64, LogEntry)>, Option<Error>)> {
        let broken = match read_log(&self.store).await {
            Ok(_) => None,
            Err(e) if e.kind == Kind::Data => Some(e),
            Err(e) => return Err(e),
        };
        let numbers = numbers(&self.store).await?;
        let mut entries = Vec::new();
        for number in numbers {
            let name = name::numbered(name::LOG, number);
            let Some(bytes) = self.store.get(&name).await? else {
                continue;
            };
            let (suite, kind) = (Suite::Tagged, ObjectKind::Log);
            match records::open_record(&self.keys, suite, kind, &name, &bytes) {
                Ok(entry) => entries.push((number, entry)),
                Err(e) if e.kind == Kind::Data => {}
                Err(e) => return Err(e),
            }
        }
        Ok((entries, broken))
    }
}

impl Repository {
    /// Adds that a backup came, where a crash kept it out of the log.
    ///
    /// It may be going at the same time, and the log must not end with what is no longer true: one
    /// that is condemned is left out, and it is said only behind entries of which none removes it.
    pub(crate) async fn log_late(&self, manifest: &Manifest) -> Result<Late> {
        let name = AttemptName {
            id: manifest.backup_id,
            attempt: manifest.attempt,
        };
        let before = self.log_head().await?.map(|head| head.number);
        for (number, record) in self.condemnations().await?.readable {
            if record.backups.contains(&name.id) {
                let waits = self.waits(number).await?.sessions;
                let held = !pinning(&self.sessions().await?, &waits, name.id).is_empty();
                return Ok(if held { Late::Held } else { Late::Gone });
            }
        }
        match self.attempt(&name).await? {
            Some(Attempt::Backup(found)) if found.session == manifest.session => {}
            _ => return Ok(Late::Gone),
        }
        let name = name.to_string();
        loop {
            let head = self.log_head().await?;
            // Up to that entry at least: and whoever is second at the next number looks again.
            let since = self.log_after(before).await?;
            if since.iter().any(|e| e.backups_removed.contains(&name)) {
                return Ok(Late::Gone);
            }
            let entry = log_entry(manifest);
            if self.append_behind(entry, head).await?.is_some() {
                return Ok(Late::Logged);
            }
        }
    }
}

/// What lies behind an entry of the log.
#[derive(Debug, Default)]
pub(crate) struct Behind {
    /// Up to there every entry was read.
    pub until: Option<u64>,
    /// The entries, ascending.
    pub entries: Vec<LogEntry>,
}

/// What became of a backup that the log did not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Late {
    /// It is in the log.
    Logged,
    /// It is gone, or about to go.
    Gone,
    /// It is about to go once those have ended who hold it: until then nothing it needs may go, and
    /// its writer's session must stay.
    Held,
}

/// The numbers of the entries, ascending. A list is no snapshot, and may miss some of what came
/// meanwhile: numbers between two that are listed are among them, unless there are too many.
async fn numbers(store: &Store) -> Result<Vec<u64>> {
    let listed = store.list(name::LOG).await?;
    let mut found: Vec<u64> = listed
        .iter()
        .filter_map(|o| name::parse_numbered(name::LOG, &o.name))
        .collect();
    found.sort_unstable();
    let mut all: Vec<u64> = Vec::with_capacity(found.len());
    for number in found {
        let first = all.last().map_or(number, |before| before + 1);
        all.extend(match number - first <= GAP {
            true => first..=number,
            false => number..=number,
        });
    }
    Ok(all)
}

/// Reads the whole log in order, without the key, and checks its chain.
///
/// `Data` where an entry is missing, damaged or not the successor of the one before.
pub async fn read_log(store: &Store) -> Result<Vec<LogEntry>> {
    let mut entries: Vec<LogEntry> = Vec::new();
    let mut previous: Option<(u64, String)> = None;
    for number in numbers(store).await? {
        let name = name::numbered(name::LOG, number);
        let Some(bytes) = store.get(&name).await? else {
            continue;
        };
        let entry: LogEntry = records::read_tagged(ObjectKind::Log, &name, &bytes)?;
        let follows = match &previous {
            Some((before, hash)) => *before + 1 == number && *hash == entry.previous,
            None => entry.complete || number == 0 && entry.previous.is_empty(),
        };
        if !follows {
            return Err(Error::data(format!("`{name}` does not follow the entry before it"))
                .hint("Log entries are missing or were exchanged: the store was tampered with or rolled back."));
        }
        previous = Some((number, blake3::hash(&bytes).to_hex().to_string()));
        entries.push(entry);
    }
    Ok(entries)
}
