//! Reclaim: frees packs that no backup reaches, in two phases without locks (decision F2).
//!
//! 1. List packs, *then* sessions, *then* manifests, and mark what the manifests reach. In this order a
//!    pack that is listed belongs to a live session, or to a manifest that is listed, or to nobody.
//! 2. Condemn what belongs to nobody, *then* list sessions. Writers among them may refer to
//!    condemned packs. When none of them is left, mark the manifests that came since, and settle in a
//!    verdict what is still not reached: that goes, whoever carries it out.
//!
//! The log says what goes before it goes, so that a list of the store and the log together never
//! call something missing that was removed on purpose. A crash leaves a condemnation at most; the
//! next reclaim carries it out. Sessions whose owner is a process that is certainly gone are ended
//! first.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use coffer_core::format::name;
use coffer_core::format::records::{Condemnation, LogEntry, Manifest, Role, Session};
use coffer_core::ids::{BackupId, PackId, SessionId};
use coffer_core::{Error, Result};
use futures::future::BoxFuture;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::check_cancelled;
use super::delete::{pinning, remove_manifests};
use super::mark::{Chunks, Marks};
use crate::repository::{Needs, Repository, Survey, end_session, owner_is_gone, read_log};

/// How old a file without a name must be to have no writer any more: none takes that long.
const UNFINISHED_AGE: Duration = Duration::from_secs(3600);

/// How to reclaim.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReclaimOptions {
    /// Only say what would go.
    pub dry_run: bool,
}

/// What reclaim did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReclaimReport {
    /// Packs removed.
    pub packs_removed: u64,
    /// Their size.
    pub bytes_freed: u64,
    /// Packs that stay because something in them is needed.
    pub packs_kept: u64,
    /// Packs condemned that wait for sessions to end.
    pub packs_waiting: u64,
    /// Backups whose deletion was finished.
    pub backups_removed: u64,
    /// Sessions of processes that are gone.
    pub sessions_ended: u64,
    /// Backups added to the log that a crash had kept out.
    pub log_repaired: u64,
}

/// Frees what no backup needs. Safe beside everything else, itself included.
///
/// Fails with `Data`, and removes nothing, where a manifest or map node cannot be read: what it
/// refers to is not known.
pub fn reclaim<'a>(
    repository: &'a Repository,
    options: ReclaimOptions,
    cancel: &'a CancellationToken,
) -> BoxFuture<'a, Result<ReclaimReport>> {
    Box::pin(async move {
        repository.check_needs(Needs::Delete).await?;
        let mut report = ReclaimReport::default();
        let packs = list_packs(repository).await?;
        let sessions = live_sessions(repository, options, &mut report).await?;
        if !options.dry_run {
            report.backups_removed = finish_deletions(repository).await?;
        }
        let mut marked = Marked::default();
        let survey = marked.add_all(repository, cancel).await?;
        let condemned = repository.condemned().await?.packs;
        let candidates: Vec<PackId> = candidates(&packs, &sessions, &marked.marks)
            .filter(|id| !condemned.contains(id))
            .collect();
        report.packs_kept = packs
            .iter()
            .filter(|pack| marked.marks.reaches_pack(pack.id))
            .count() as u64;
        if options.dry_run {
            let goes = |pack: &&ListedPack| {
                candidates.contains(&pack.id)
                    || condemned.contains(&pack.id) && !marked.marks.reaches_pack(pack.id)
            };
            for pack in packs.iter().filter(goes) {
                report.packs_removed += 1;
                report.bytes_freed += pack.size;
            }
            return Ok(report);
        }
        check_cancelled(cancel)?;
        if !candidates.is_empty() {
            let log_seen = repository.log_head().await?.map(|head| head.number);
            let condemnation = Condemnation {
                packs: candidates,
                log_seen,
                ..Condemnation::default()
            };
            repository.condemn(&condemnation).await?;
        }
        carry_out(repository, &mut marked, &mut report, cancel).await?;
        repair_log(repository, &survey, &mut report).await?;
        repository.store.remove_unfinished(UNFINISHED_AGE).await?;
        Ok(report)
    })
}

/// The manifests seen, and all they reach.
#[derive(Default)]
struct Marked {
    marks: Marks,
    seen: HashSet<(BackupId, u32)>,
}

impl Marked {
    /// Marks the manifests that are there and were not seen before.
    async fn add_all(
        &mut self,
        repository: &Repository,
        cancel: &CancellationToken,
    ) -> Result<Survey> {
        let survey = trusted_survey(repository).await?;
        for manifest in &survey.backups {
            check_cancelled(cancel)?;
            if self.seen.insert((manifest.backup_id, manifest.attempt)) {
                self.marks
                    .add(repository, manifest, Chunks::Trust, |lost| Err(lost.error))
                    .await?;
            }
        }
        Ok(survey)
    }
}

/// Carries out all condemnations for which no writer is left that may not have seen them.
async fn carry_out(
    repository: &Repository,
    marked: &mut Marked,
    report: &mut ReclaimReport,
    cancel: &CancellationToken,
) -> Result<()> {
    let found = repository.condemnations().await?;
    for number in found.unreadable {
        repository.drop_unreadable(number).await?;
    }
    for number in found.remains {
        repository.sweep(number).await?;
    }
    let condemnations = found.readable;
    let mut due = Vec::new();
    let mut waits = Vec::new();
    for (number, _) in &condemnations {
        waits.push(repository.waits(*number).await?.sessions);
    }
    let sessions = repository.sessions().await?;
    for ((number, record), waits) in condemnations.into_iter().zip(waits) {
        let held = |id: &BackupId| !pinning(&sessions, &waits, *id).is_empty();
        if record.packs.is_empty() {
            if !record.backups.iter().any(held) {
                for id in &record.backups {
                    remove_manifests(repository, *id).await?;
                }
                repository.lift(number).await?;
            }
        } else if writers(&sessions, &waits).is_empty() {
            due.push((number, record));
        } else {
            report.packs_waiting += record.packs.len() as u64;
        }
    }
    if due.is_empty() {
        return Ok(());
    }
    // After the sessions: what those that ended since have committed is there.
    marked.add_all(repository, cancel).await?;
    for (number, record) in due {
        let doomed = |id: &PackId| !marked.marks.reaches_pack(*id);
        let doomed: Vec<PackId> = record.packs.into_iter().filter(doomed).collect();
        let Some(verdict) = repository.settle(number, doomed).await? else {
            continue;
        };
        if !verdict.packs.is_empty() {
            let entry = LogEntry {
                packs_removed: verdict.packs.clone(),
                ..LogEntry::default()
            };
            repository.append_log(entry).await?;
        }
        let goes: HashSet<PackId> = verdict.packs.into_iter().collect();
        // Listed now, not when this run began: another run may have condemned what was written since,
        // and whoever begins once the condemnation is lifted must find none of it.
        let folders: BTreeSet<String> = goes
            .iter()
            .map(|id| name::pack_folder(id.session()))
            .collect();
        for folder in folders {
            for object in repository.store.list(&folder).await? {
                if name::parse_pack(&object.name).is_some_and(|(id, _)| goes.contains(&id)) {
                    repository.store.remove(&object.name).await?;
                    report.packs_removed += 1;
                    report.bytes_freed += object.size;
                }
            }
        }
        repository.lift(number).await?;
    }
    Ok(())
}

struct ListedPack {
    id: PackId,
    size: u64,
}

async fn list_packs(repository: &Repository) -> Result<Vec<ListedPack>> {
    let listed = repository.store.list(name::PACKS).await?;
    let parse = |object: crate::repository::store::Listed| {
        let (id, _) = name::parse_pack(&object.name)?;
        let size = object.size;
        Some(ListedPack { id, size })
    };
    Ok(listed.into_iter().filter_map(parse).collect())
}

type Sessions = Vec<(SessionId, Option<Session>)>;

/// The sessions, less those whose owner is gone: these are ended.
async fn live_sessions(
    repository: &Repository,
    options: ReclaimOptions,
    report: &mut ReclaimReport,
) -> Result<Sessions> {
    let mut live = Vec::new();
    for (id, session) in repository.sessions().await? {
        match &session {
            Some(session) if owner_is_gone(&session.owner) => {
                if !options.dry_run {
                    end_session(repository, session, "its process is gone").await?;
                }
                report.sessions_ended += 1;
            }
            _ => live.push((id, session)),
        }
    }
    Ok(live)
}

/// All manifests; fails where one cannot be read that may be a backup's: its packs would go.
async fn trusted_survey(repository: &Repository) -> Result<Survey> {
    let mut survey = repository.survey().await?;
    let at = survey.unreadable.iter().position(|found| !found.given_up);
    if let Some(at) = at {
        let found = survey.unreadable.swap_remove(at);
        return Err(Error::data(format!("manifest {} cannot be read", found.name))
            .hint("Nothing is reclaimed while it is unknown what a backup needs. Restore the object, or delete that backup.")
            .caused_by(found.error));
    }
    Ok(survey)
}

/// The sessions among `waits` that write. One that cannot be read may.
fn writers(sessions: &Sessions, waits: &[SessionId]) -> Vec<SessionId> {
    let writes = |session: &Option<Session>| {
        session
            .as_ref()
            .is_none_or(|session| matches!(session.role, Role::Writer { .. }))
    };
    let found = sessions
        .iter()
        .filter(|(id, session)| waits.contains(id) && writes(session));
    found.map(|(id, _)| *id).collect()
}

/// Removes the manifests of condemned backups that nobody holds any more. Returns their number.
///
/// First what each of them waits for, then the sessions: of a list from before, somebody would be
/// missing who came since, was seen by the deletion and holds the backup.
async fn finish_deletions(repository: &Repository) -> Result<u64> {
    let mut condemned = Vec::new();
    for (number, record) in repository.condemnations().await?.readable {
        if !record.backups.is_empty() {
            let waits = repository.waits(number).await?.sessions;
            condemned.push((record.backups, waits));
        }
    }
    if condemned.is_empty() {
        return Ok(0);
    }
    let sessions = repository.sessions().await?;
    let mut finished = 0;
    for (backups, waits) in condemned {
        for id in backups {
            if pinning(&sessions, &waits, id).is_empty()
                && remove_manifests(repository, id).await? > 0
            {
                finished += 1;
            }
        }
    }
    Ok(finished)
}

/// Packs that nobody reaches and no live session may be writing or taking over.
fn candidates<'a>(
    packs: &'a [ListedPack],
    sessions: &'a Sessions,
    marks: &'a Marks,
) -> impl Iterator<Item = PackId> + 'a {
    let mut owned: HashSet<SessionId> = sessions.iter().map(|(id, _)| *id).collect();
    for (_, session) in sessions {
        if let Some(Session {
            role: Role::Writer { adopted, .. },
            ..
        }) = session
        {
            owned.extend(adopted);
        }
    }
    // What a session that cannot be read takes over is not known.
    let all_known = sessions.iter().all(|(_, session)| session.is_some());
    let mut seen = HashSet::new();
    packs
        .iter()
        .map(|pack| pack.id)
        .filter(move |id| all_known && !owned.contains(&id.session()) && !marks.reaches_pack(*id))
        .filter(move |id| seen.insert(*id))
}

/// Adds backups to the log that a crash between commit and log kept out.
async fn repair_log(
    repository: &Repository,
    survey: &Survey,
    report: &mut ReclaimReport,
) -> Result<()> {
    let mut logged: HashSet<String> = HashSet::new();
    for entry in read_log(&repository.store).await? {
        logged.retain(|name| !entry.backups_removed.contains(name));
        logged.extend(entry.backups_added);
    }
    let name = |manifest: &Manifest| format!("{}.{}", manifest.backup_id, manifest.attempt);
    for manifest in survey.backups.iter().filter(|m| !logged.contains(&name(m))) {
        if repository.log_late(manifest).await? {
            report.log_repaired += 1;
        }
    }
    Ok(())
}
