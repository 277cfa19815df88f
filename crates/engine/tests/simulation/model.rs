//! What must be in the vault, and the checks that it is.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use coffer_core::Kind;
use coffer_core::format::name;
use coffer_core::format::records::Manifest;
use coffer_core::ids::{BackupId, PackId, SessionId};
use coffer_core::map::Body;
use coffer_engine::pipeline::{Scope, restore_disk, verify, verify_without_key};
use coffer_engine::progress::Progress;
use coffer_engine::repository::{KeySource, Repository, Store};
use coffer_engine::testkit::simulated::{Process, World};
use tokio_util::sync::CancellationToken;

use super::contents::{Server, Target};

/// What is known of a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Attempts were made; none was reported committed.
    Tried,
    /// Reported committed.
    Committed,
    /// Its deletion was asked for: it may be there or not.
    Going,
    /// Reported deleted.
    Gone,
}

#[derive(Debug, Clone)]
pub struct Entry {
    pub state: State,
    /// What it holds if the attempt of this session is the one that committed.
    pub contents: HashMap<SessionId, Server>,
    /// The session that committed it, once that was reported.
    pub committed: Option<SessionId>,
    /// How many work on it; while somebody does, nobody deletes it.
    pub working: u32,
    /// How often its deletion was begun.
    pub deleting: u32,
}

impl Entry {
    pub fn content(&self) -> Option<&Server> {
        self.contents.get(self.committed.as_ref()?)
    }
}

/// What must be in the vault.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub backups: BTreeMap<BackupId, Entry>,
    /// Somebody damaged the index, and it was not refreshed since.
    pub index_is_damaged: bool,
}

/// Something that must never be.
#[derive(Debug, Clone)]
pub struct Violation(pub String);

pub type Checked = Result<(), Violation>;

pub fn violated(text: impl Into<String>) -> Violation {
    Violation(text.into())
}

/// How strict the checks are.
#[derive(Debug, Clone, Copy)]
pub struct Strictness {
    /// Writes may have left parts of objects: they are found, and no loss.
    pub torn: bool,
}

/// Opens the vault as it would be found if all power went now.
async fn open(objects: BTreeMap<String, Bytes>, key: &KeySource) -> Result<Repository, Violation> {
    let world = World::quiet(objects);
    let nobody = Process {
        host: 0,
        boot: 0,
        pid: 0,
    };
    let store = Store::from_object_store(world.store(nobody), "");
    let opened = Repository::open(store, key).await;
    opened.map_err(|e| violated(format!("the vault does not open: {}", e.chain())))
}

/// Restores all disks of a backup and compares them.
pub async fn restore(repository: &Repository, manifest: &Manifest, server: &Server) -> Checked {
    let id = manifest.backup_id;
    if manifest.disks.len() != server.len() {
        return Err(violated(format!("backup {id} has another number of disks")));
    }
    for (disk, wanted) in manifest.disks.iter().zip(server.iter()) {
        if disk.size_bytes != wanted.size {
            return Err(violated(format!("{} of {id} has another size", disk.name)));
        }
        let target = Target::new(wanted, None);
        let (progress, cancel) = (Progress::new(), CancellationToken::new());
        let to = Arc::new(target.clone());
        restore_disk(repository, manifest, disk, to, None, &progress, &cancel)
            .await
            .map_err(|e| violated(format!("backup {id} does not restore: {}", e.chain())))?;
        if !target.is_restored() {
            return Err(violated(format!("{} of {id} has other bytes", disk.name)));
        }
    }
    Ok(())
}

/// What must hold at every moment, with whatever sessions and condemnations there are.
///
/// Backups that are about to go are not looked at beyond that they never come back.
pub async fn check_now(
    objects: BTreeMap<String, Bytes>,
    model: &Model,
    key: &KeySource,
    strict: Strictness,
) -> Checked {
    let repository = open(objects, key).await?;
    let survey = match repository.survey().await {
        // A part of a log entry is found, and stops what needs the log.
        Err(e) if e.kind == Kind::Data && strict.torn => return Ok(()),
        survey => survey.map_err(|e| violated(format!("no survey: {}", e.chain())))?,
    };
    let mut there = BTreeSet::new();
    for manifest in &survey.backups {
        let id = manifest.backup_id;
        there.insert(id);
        let Some(entry) = model.backups.get(&id) else {
            return Err(violated(format!("nobody made backup {id}")));
        };
        if entry.state == State::Gone {
            return Err(violated(format!("backup {id} was deleted and is there")));
        }
        let Some(server) = entry.contents.get(&manifest.session) else {
            return Err(violated(format!("no attempt at {id} had that session")));
        };
        if entry.committed.is_some_and(|told| told != manifest.session) {
            return Err(violated(format!("backup {id} is another attempt's")));
        }
        restore(&repository, manifest, server).await?;
    }
    for (id, entry) in &model.backups {
        if entry.state == State::Committed && !there.contains(id) {
            return Err(violated(format!("backup {id} was committed and is lost")));
        }
    }
    if strict.torn {
        return Ok(());
    }
    if let Some(torn) = survey.unreadable.first() {
        return Err(violated(format!("{} cannot be read", torn.name)));
    }
    let (progress, cancel) = (Progress::new(), CancellationToken::new());
    let found = verify_without_key(&repository.store, &progress, &cancel).await;
    let found = found.map_err(|e| violated(format!("no verify: {}", e.chain())))?;
    let index = format!("{}/", name::INDEX);
    let told = |object: &str| model.index_is_damaged && object.starts_with(&index);
    match found.findings.iter().find(|found| !told(&found.object)) {
        None => Ok(()),
        Some(finding) => Err(violated(format!(
            "found without the key: {}: {}",
            finding.object, finding.problem
        ))),
    }
}

/// What must hold when everybody has ended and a reclaim has been.
pub async fn check_end(
    objects: BTreeMap<String, Bytes>,
    model: &Model,
    key: &KeySource,
    strict: Strictness,
) -> Checked {
    check_now(objects.clone(), model, key, strict).await?;
    let repository = open(objects.clone(), key).await?;
    let (progress, cancel) = (Progress::new(), CancellationToken::new());
    let report = verify(&repository, Scope::Vault, &progress, &cancel).await;
    let report = report.map_err(|e| violated(format!("no verify: {}", e.chain())))?;
    if let Some(loss) = report.losses.first() {
        return Err(violated(format!("verify finds a loss: {loss:?}")));
    }
    if let Some(finding) = report.findings.first().filter(|_| !strict.torn) {
        return Err(violated(format!("verify finds {finding:?}")));
    }
    let needed = needed(&repository).await?;
    let packs = objects.keys().filter_map(|name| name::parse_pack(name));
    let present: BTreeSet<PackId> = packs.map(|(id, _)| id).collect();
    if let Some(stray) = present.difference(&needed).next() {
        return Err(violated(format!("pack {stray} is left and nobody's")));
    }
    for folder in [name::SESSIONS, name::CONDEMNATIONS] {
        let within = format!("{folder}/");
        if let Some(left) = objects.keys().find(|name| name.starts_with(&within)) {
            return Err(violated(format!("{left} is left")));
        }
    }
    Ok(())
}

/// The packs that some backup needs, by a walk that has nothing in common with reclaim's.
async fn needed(repository: &Repository) -> Result<BTreeSet<PackId>, Violation> {
    let failed = |e: coffer_core::Error| violated(format!("no walk: {}", e.chain()));
    let mut needed = BTreeSet::new();
    for manifest in repository.survey().await.map_err(failed)?.backups {
        needed.extend(packs_of(repository, &manifest).await?);
    }
    Ok(needed)
}

/// The packs that one backup needs.
pub async fn packs_of(
    repository: &Repository,
    manifest: &Manifest,
) -> Result<BTreeSet<PackId>, Violation> {
    let failed = |e: coffer_core::Error| violated(format!("no walk: {}", e.chain()));
    let mut needed = BTreeSet::new();
    for disk in &manifest.disks {
        let mut nodes: Vec<_> = disk.root.iter().map(|r| (r.node, r.level)).collect();
        while let Some((node, level)) = nodes.pop() {
            needed.insert(node.address.pack);
            let loaded = repository.checked_node(&node, level).await;
            let loaded = loaded.map_err(failed)?;
            needed.extend(loaded.base.iter().map(|(base, _)| base.address.pack));
            match &loaded.node.body {
                Body::Leaf(entries) => {
                    needed.extend(entries.iter().flatten().map(|e| e.address.pack));
                }
                Body::Inner(entries) => {
                    nodes.extend(entries.iter().flatten().map(|e| (*e, level - 1)));
                }
            }
        }
    }
    Ok(needed)
}
