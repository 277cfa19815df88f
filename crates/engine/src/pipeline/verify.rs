//! Verify: finds every flipped or missing byte, and says which backups suffer.
//!
//! 1. Walk the maps of the backups in scope: every node and every chunk referred to must lie where the
//!    map says, under the digest it says.
//! 2. Read every pack in scope as a whole: header, each blob down to its digest, directories, trailer.
//! 3. Where something is wrong, walk the maps again and name backup, disk and position of all that is lost.
//! 4. For the whole vault: every other object is read, and the log is compared with what is there.
//!
//! Without the key the checksums say the same of all that is there; what is missing is told by the
//! log. Memory: [`PACKS_IN_FLIGHT`] packs, a bit for each blob, and the caches of the vault.

use std::collections::{BTreeMap, HashMap, HashSet};

use coffer_core::format::pack::{PackIdentity, TRAILER_BYTES, Trailer};
use coffer_core::format::records::{LogEntry, Manifest};
use coffer_core::format::vault::{KeySlot, VaultHeader};
use coffer_core::format::{FormatError, ObjectKind, checksum, name};
use coffer_core::ids::{BackupId, PackId};
use coffer_core::map::{Address, Body, FANOUT, NodeRef, span};
use coffer_core::{Error, Kind, Result};
use futures::future::BoxFuture;
use futures::{StreamExt, stream};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::check_cancelled;
use super::mark::{Chunks, Marks};
use crate::progress::Progress;
use crate::repository::{Repository, Store, Vault, read_log, record_is_sound};

/// Packs read and checked at once, of up to 64 MiB each.
const PACKS_IN_FLIGHT: usize = 2;
/// Lost positions named for each disk; the rest is counted.
const POSITIONS_MAX: usize = 64;

/// What to verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything in the vault.
    Vault,
    /// What one backup needs.
    Backup(BackupId),
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The object, by its name in the store.
    pub object: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Bytes of a backup's disk that cannot be restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// The backup.
    pub backup_id: BackupId,
    /// Its name.
    pub backup_name: String,
    /// The disk.
    pub disk: String,
    /// Lost ranges in bytes, `[start, end)`; the first ones where there are many.
    pub ranges: Vec<(u64, u64)>,
    /// Bytes lost in all.
    pub bytes: u64,
}

/// What verify found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Backups walked.
    pub backups: u64,
    /// Packs read.
    pub packs: u64,
    /// Blobs opened and compared with their digests; without the key, with their checksums.
    pub blobs: u64,
    /// Bytes read.
    pub bytes: u64,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What is lost by that.
    pub losses: Vec<Loss>,
}

impl VerifyReport {
    /// True if nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    fn find(&mut self, object: impl Into<String>, problem: impl Into<String>) {
        let finding = Finding {
            object: object.into(),
            problem: problem.into(),
        };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}

/// Damage inside packs.
#[derive(Debug, Default)]
struct Damage {
    packs: HashSet<PackId>,
    blobs: HashSet<(PackId, u32)>,
}

impl Damage {
    fn hits(&self, address: Address) -> bool {
        self.packs.contains(&address.pack) || self.blobs.contains(&(address.pack, address.ordinal))
    }

    fn is_empty(&self) -> bool {
        self.packs.is_empty() && self.blobs.is_empty()
    }
}

/// Verifies with the key. Reads what is in scope completely; changes nothing.
///
/// Fails only where the store does not answer, or with `NotFound` for a backup that is not there.
pub fn verify<'a>(
    repository: &'a Repository,
    scope: Scope,
    progress: &'a Progress,
    cancel: &'a CancellationToken,
) -> BoxFuture<'a, Result<VerifyReport>> {
    Box::pin(async move {
        let mut report = VerifyReport::default();
        let mut damage = Damage::default();
        let manifests = manifests_in(repository, scope, &mut report).await?;
        let mut marks = Marks::default();
        for manifest in &manifests {
            check_cancelled(cancel)?;
            report.backups += 1;
            let mut lost = Vec::new();
            let walk = marks.add(repository, manifest, Chunks::Check, |found| {
                match found.error.kind {
                    Kind::Data => {
                        lost.push((found.address, found.error));
                        Ok(())
                    }
                    _ => Err(found.error),
                }
            });
            walk.await?;
            for (address, error) in lost {
                damage.blobs.insert((address.pack, address.ordinal));
                report.find(name::pack(address.pack, 0), error.chain());
            }
        }
        let mut present: BTreeMap<PackId, Vec<(u32, u64)>> = BTreeMap::new();
        for object in repository.store.list(name::PACKS).await? {
            match name::parse_pack(&object.name) {
                Some((id, generation)) => present
                    .entry(id)
                    .or_default()
                    .push((generation, object.size)),
                None => report.find(object.name, "it is no object of a vault"),
            }
        }
        for pack in marks.packs() {
            if present.contains_key(&pack) {
                continue;
            }
            // A list is no snapshot, and may miss a pack that was compacted meanwhile.
            match repository.present_directory(pack).await {
                Ok(Some(found)) => {
                    let generation = (found.generation, found.pack_len);
                    present.insert(pack, vec![generation]);
                }
                Ok(None) => {
                    damage.packs.insert(pack);
                    report.find(name::pack(pack, 0), "the pack is missing");
                }
                Err(e) if e.kind == Kind::Data => {
                    damage.packs.insert(pack);
                    report.find(name::pack(pack, 0), e.chain());
                }
                Err(e) => return Err(e),
            }
        }
        // Of a pack with two generations, either will do.
        let mut found: HashMap<PackId, Vec<Option<HashSet<u32>>>> = HashMap::new();
        let wanted: Vec<(PackId, u32, u64)> = present
            .iter()
            .filter(|(id, _)| scope == Scope::Vault || marks.reaches_pack(**id))
            .flat_map(|(id, all)| {
                all.iter()
                    .map(move |(generation, size)| (*id, *generation, *size))
            })
            .collect();
        progress.add_total(wanted.iter().map(|(_, _, size)| size).sum());
        let checks = stream::iter(wanted).map(|(id, generation, size)| async move {
            (
                id,
                generation,
                size,
                check_pack(repository, id, generation).await,
            )
        });
        let mut checks = std::pin::pin!(checks.buffer_unordered(PACKS_IN_FLIGHT));
        while let Some((id, generation, size, checked)) = checks.next().await {
            check_cancelled(cancel)?;
            progress.add_done(size);
            progress.add_read(size);
            report.packs += 1;
            report.bytes += size;
            let object = name::pack(id, generation);
            match checked {
                Err(e) if e.kind == Kind::Data => {
                    found.entry(id).or_default().push(None);
                    report.find(object, e.chain());
                }
                // Removed since it was listed, as reclaim may do.
                Err(e) if e.kind == Kind::NotFound => {}
                Err(e) => return Err(e),
                Ok(pack) => {
                    report.blobs += u64::from(pack.sound);
                    let mut lost = HashSet::new();
                    for (ordinal, problem) in pack.bad {
                        lost.insert(ordinal);
                        report.find(&object, format!("blob {ordinal}: {problem}"));
                    }
                    for ordinal in marks.ordinals(id).filter(|at| !pack.ordinals.contains(at)) {
                        lost.insert(ordinal);
                        report.find(&object, format!("blob {ordinal} is missing"));
                    }
                    found.entry(id).or_default().push(Some(lost));
                }
            }
        }
        for (id, generations) in found {
            let readable = generations.into_iter().flatten();
            match readable.reduce(|a, b| a.intersection(&b).copied().collect()) {
                Some(lost) => damage.blobs.extend(lost.into_iter().map(|o| (id, o))),
                None => {
                    damage.packs.insert(id);
                }
            }
        }
        for manifest in manifests.iter().filter(|_| !damage.is_empty()) {
            check_cancelled(cancel)?;
            report
                .losses
                .extend(losses_of(repository, manifest, &damage).await?);
        }
        if scope == Scope::Vault {
            check_counts(repository, &manifests, &marks, cancel, &mut report).await?;
            check_other_objects(&repository.store, Some(repository), &mut report).await?;
            check_log(
                &repository.store,
                &present.keys().copied().collect(),
                &mut report,
            )
            .await?;
        }
        Ok(report)
    })
}

async fn manifests_in(
    repository: &Repository,
    scope: Scope,
    report: &mut VerifyReport,
) -> Result<Vec<Manifest>> {
    match scope {
        Scope::Vault => {
            let survey = repository.survey().await?;
            for found in survey.unreadable {
                let object = name::backup(found.name.id, found.name.attempt);
                let note = if found.given_up {
                    " (an attempt that was given up)"
                } else {
                    ""
                };
                report.find(object, format!("{}{note}", found.error.chain()));
            }
            Ok(survey.backups)
        }
        Scope::Backup(id) => match repository.manifest(id).await? {
            Some(manifest) => Ok(vec![manifest]),
            None => Err(Error::not_found(format!("there is no backup {id}"))),
        },
    }
}

struct CheckedPack {
    sound: u32,
    bad: Vec<(u32, &'static str)>,
    ordinals: HashSet<u32>,
}

async fn check_pack(repository: &Repository, id: PackId, generation: u32) -> Result<CheckedPack> {
    let name = name::pack(id, generation);
    let bytes = repository.store.get(&name).await?;
    let bytes = bytes.ok_or_else(|| Error::not_found(format!("pack `{name}` is gone")))?;
    let vault = repository.vault().clone();
    let repository = repository.clone();
    let checked = crate::cpu::run(move || {
        let directory = repository.parse_pack(id, generation, &bytes)?;
        let mut checked = CheckedPack {
            sound: 0,
            bad: Vec::new(),
            ordinals: HashSet::new(),
        };
        for entry in &directory.entries {
            checked.ordinals.insert(entry.ordinal);
            let start = entry.offset as usize;
            let stored = &bytes[start..start + entry.stored_len as usize];
            match directory.open(&repository.keys, entry, stored) {
                Ok(_) => checked.sound += 1,
                Err(problem) => checked.bad.push((entry.ordinal, problem)),
            }
        }
        Ok::<_, Error>(checked)
    })
    .await?;
    if !checked.bad.is_empty() {
        vault.note_damaged(id);
    }
    Ok(checked)
}

/// Walks a backup's maps and collects what cannot be restored.
async fn losses_of(vault: &Vault, manifest: &Manifest, damage: &Damage) -> Result<Vec<Loss>> {
    let mut losses = Vec::new();
    for disk in &manifest.disks {
        let Some(root) = disk.root else { continue };
        let chunk = disk.chunk_bytes.bytes();
        let mut ranges = Ranges::default();
        let mut stack: Vec<(NodeRef, u8, u64)> = vec![(root.node, root.level, 0)];
        while let Some((node, level, index)) = stack.pop() {
            let start = index * span(level);
            let loaded = match vault.checked_node(&node, level).await {
                Ok(loaded)
                    if !damage.hits(node.address)
                        && !loaded
                            .base
                            .as_ref()
                            .is_some_and(|(b, _)| damage.hits(b.address)) =>
                {
                    loaded
                }
                Err(e) if e.kind != Kind::Data => return Err(e),
                _ => {
                    ranges.add(
                        start * chunk,
                        ((start + span(level)) * chunk).min(disk.size_bytes),
                    );
                    continue;
                }
            };
            match &loaded.node.body {
                Body::Leaf(entries) => {
                    for (i, entry) in entries.iter().enumerate() {
                        let Some(entry) = entry else { continue };
                        let at = (start + i as u64) * chunk;
                        if damage.hits(entry.address) {
                            ranges.add(at, (at + chunk).min(disk.size_bytes));
                        }
                    }
                }
                Body::Inner(entries) => {
                    // Reversed, so that the first child is popped first and ranges join.
                    for (i, entry) in entries.iter().enumerate().rev() {
                        if let Some(entry) = entry {
                            stack.push((*entry, level - 1, index * FANOUT as u64 + i as u64));
                        }
                    }
                }
            }
        }
        if ranges.bytes > 0 {
            losses.push(Loss {
                backup_id: manifest.backup_id,
                backup_name: manifest.facts.name.clone(),
                disk: disk.name.clone(),
                ranges: ranges.first,
                bytes: ranges.bytes,
            });
        }
    }
    Ok(losses)
}

/// Ranges in ascending order, joined; the first ones kept, all counted.
#[derive(Default)]
struct Ranges {
    first: Vec<(u64, u64)>,
    bytes: u64,
}

impl Ranges {
    fn add(&mut self, start: u64, end: u64) {
        self.bytes += end - start;
        let room = self.first.len() < POSITIONS_MAX;
        match self.first.last_mut() {
            Some(last) if last.1 == start => last.1 = end,
            _ if room => self.first.push((start, end)),
            _ => {}
        }
    }
}

/// Verifies without the key: damage in what is there, and what is missing by the log.
pub fn verify_without_key<'a>(
    store: &'a Store,
    progress: &'a Progress,
    cancel: &'a CancellationToken,
) -> BoxFuture<'a, Result<VerifyReport>> {
    Box::pin(async move {
        let mut report = VerifyReport::default();
        let listed = store.list(name::PACKS).await?;
        progress.add_total(listed.iter().map(|object| object.size).sum());
        let mut present = HashSet::new();
        for object in listed {
            check_cancelled(cancel)?;
            progress.add_done(object.size);
            let Some((id, generation)) = name::parse_pack(&object.name) else {
                report.find(object.name, "it is no object of a vault");
                continue;
            };
            let Some(bytes) = store.get(&object.name).await? else {
                continue;
            };
            present.insert(id);
            report.packs += 1;
            report.bytes += bytes.len() as u64;
            let checked = crate::cpu::run(move || check_pack_plainly(id, generation, &bytes)).await;
            match checked {
                Ok((sound, bad)) => {
                    report.blobs += sound;
                    for ordinal in bad {
                        report.find(
                            &object.name,
                            format!("blob {ordinal}: its checksum does not match"),
                        );
                    }
                }
                Err(e) => report.find(&object.name, e.to_string()),
            }
        }
        check_other_objects(store, None, &mut report).await?;
        check_log(store, &present, &mut report).await?;
        Ok(report)
    })
}

fn check_pack_plainly(
    id: PackId,
    generation: u32,
    bytes: &[u8],
) -> std::result::Result<(u64, Vec<u32>), FormatError> {
    let header = PackIdentity::decode_header(bytes)?;
    let trailer = Trailer::decode(bytes, bytes.len() as u64)?;
    if header != trailer.identity || (header.id, header.generation) != (id, generation) {
        return Err(FormatError::Field("pack id: the pack is another one's"));
    }
    let start = trailer.directory_offset() as usize;
    let (entries, _) = trailer.split_directory(&bytes[start..bytes.len() - TRAILER_BYTES])?;
    let sound = |entry: &&coffer_core::format::pack::PlainEntry| {
        let start = entry.offset as usize;
        checksum(&bytes[start..start + entry.stored_len as usize]) == entry.checksum
    };
    let bad: Vec<u32> = entries
        .iter()
        .filter(|e| !sound(e))
        .map(|e| e.ordinal)
        .collect();
    Ok(((entries.len() - bad.len()) as u64, bad))
}

/// Compares the counts of references with what the maps refer to, where both are of the same
/// backups. Counts that cannot be read are found where all objects are read.
async fn check_counts(
    repository: &Repository,
    manifests: &[Manifest],
    marks: &Marks,
    cancel: &CancellationToken,
    report: &mut VerifyReport,
) -> Result<()> {
    let before = repository.newest_tally().await?;
    let uncounted = super::reclaim::uncounted(repository, manifests, marks, cancel).await;
    match uncounted {
        Ok(Some((address, count))) => report.find(
            name::TALLIES,
            format!(
                "{count} blobs are needed and not counted, first blob {} of pack {}; the next full reclaim mends that",
                address.ordinal, address.pack
            ),
        ),
        Ok(None) => {}
        // Where somebody has counted meanwhile, what was looked at may be gone.
        Err(e) if e.kind == Kind::Data => {
            if repository.newest_tally().await? == before {
                let problem = format!("{}; the next reclaim counts anew", e.chain());
                report.find(name::TALLIES, problem);
            }
        }
        Err(e) => return Err(e),
    }
    Ok(())
}

/// Reads every object that is no pack.
async fn check_other_objects(
    store: &Store,
    repository: Option<&Repository>,
    report: &mut VerifyReport,
) -> Result<()> {
    let mut headers = HashMap::new();
    for object in [name::VAULT, name::VAULT_TWIN] {
        match store.get(object).await? {
            None => report.find(object, "it is missing"),
            Some(bytes) => match VaultHeader::decode(&bytes) {
                Ok(header) => {
                    headers.insert(object, header);
                }
                Err(e) => report.find(object, e.to_string()),
            },
        }
    }
    if headers.len() == 2 && headers[name::VAULT] != headers[name::VAULT_TWIN] {
        report.find(name::VAULT, "it differs from its twin");
    }
    let mut slots: BTreeMap<u32, Vec<Option<KeySlot>>> = BTreeMap::new();
    for object in store.list(name::KEYS).await? {
        let Some((number, _)) = name::parse_key_slot(&object.name) else {
            report.find(object.name, "it is no object of a vault");
            continue;
        };
        let Some(bytes) = store.get(&object.name).await? else {
            continue;
        };
        let slot = KeySlot::decode(&bytes)
            .map_err(|e| report.find(object.name, e.to_string()))
            .ok();
        slots.entry(number).or_default().push(slot);
    }
    for (number, copies) in slots {
        if copies.len() != 2 {
            report.find(name::key_slot(number, 'a'), "its twin is missing");
        } else if copies[0] != copies[1] && copies.iter().all(Option::is_some) {
            report.find(name::key_slot(number, 'a'), "it differs from its twin");
        }
    }
    for (folder, kind) in [
        (name::BACKUPS, ObjectKind::Manifest),
        (name::SESSIONS, ObjectKind::Session),
        (name::CONDEMNATIONS, ObjectKind::Condemnation),
        (name::STATES, ObjectKind::State),
        (name::LOG, ObjectKind::Log),
        (name::TALLIES, ObjectKind::Counts),
        (name::COUNTS, ObjectKind::Counts),
        (name::INDEX, ObjectKind::Index),
    ] {
        for object in store.list(folder).await? {
            let Some(bytes) = store.get(&object.name).await? else {
                continue;
            };
            let checked = record_is_sound(
                repository.map(|r| r.vault().as_ref()),
                kind,
                &object.name,
                &bytes,
            );
            if let Err(e) = checked {
                // A hint: the next refresh makes it anew, and nothing is lost until then.
                if kind == ObjectKind::Index {
                    tracing::warn!(object = object.name, error = %e.chain(), "a segment of the index is damaged");
                    continue;
                }
                let known = report.findings.iter().any(|f| f.object == object.name);
                if !known {
                    report.find(object.name, e.chain());
                }
            }
        }
    }
    Ok(())
}

/// Compares what the log says with what is there.
async fn check_log(
    store: &Store,
    packs: &HashSet<PackId>,
    report: &mut VerifyReport,
) -> Result<()> {
    let log = match read_log(store).await {
        Ok(log) => log,
        Err(e) if e.kind == Kind::Data => {
            report.find(name::LOG, e.chain());
            return Ok(());
        }
        Err(e) => return Err(e),
    };
    let mut expected_packs = HashSet::new();
    let mut expected_backups = HashSet::new();
    for LogEntry {
        backups_added,
        backups_removed,
        packs_added,
        packs_removed,
        ..
    } in log
    {
        expected_backups.extend(backups_added);
        backups_removed.iter().for_each(|backup| {
            expected_backups.remove(backup);
        });
        for range in packs_added {
            let numbers = (0..range.count).filter(|n| !range.without.contains(n));
            expected_packs.extend(numbers.map(|n| PackId::new(range.session, n)));
        }
        packs_removed.iter().for_each(|pack| {
            expected_packs.remove(pack);
        });
    }
    for pack in expected_packs.difference(packs) {
        report.find(name::pack(*pack, 0), "the pack is missing");
    }
    let listed = store.list(name::BACKUPS).await?;
    let present: HashSet<&str> = listed
        .iter()
        .filter_map(|o| o.name.strip_prefix("backup/"))
        .collect();
    for backup in expected_backups
        .iter()
        .filter(|backup| !present.contains(backup.as_str()))
    {
        report.find(
            format!("{}/{backup}", name::BACKUPS),
            "the manifest is missing",
        );
    }
    Ok(())
}
