//! Deletion of a backup.
//!
//! The backup is condemned, then the sessions are listed: one that pins it was there before, or
//! will see the condemnation. Without such a session the manifest goes at once; with one, the next
//! reclaim finds the condemnation and finishes. Crash at any point: the same.
//!
//! A backup that was moved to another vault may come back under its id, with the names that its
//! manifests had here before. So whoever removes them for a condemnation looks for it again after it has
//! read them, and before each removal: it is lifted when they are gone, and its number is never used
//! twice. What is left is one request of removal that arrives after all of that has happened.
//!
//! What the backup alone referred to is freed by reclaim; other backups lose nothing.

use coffer_core::format::name;
use coffer_core::format::records::{Attempt, Condemnation, LogEntry};
use coffer_core::ids::{BackupId, SessionId};
use coffer_core::{Error, Kind, Result};
use futures::future::BoxFuture;

use crate::repository::{AttemptName, Needs, Repository, pinning};

/// What became of a deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deleted {
    /// The backup is gone.
    Now,
    /// Somebody still reads it, or builds on it: it goes when they have ended.
    Later {
        /// The sessions that hold it.
        held_by: Vec<SessionId>,
    },
}

/// Deletes a backup. `NotFound` where there is none.
pub fn delete_backup(repository: &Repository, id: BackupId) -> BoxFuture<'_, Result<Deleted>> {
    Box::pin(async move {
        repository.check_needs(Needs::Delete).await?;
        let readable = match repository.manifest(id).await {
            Ok(found) => found.is_some(),
            // A backup whose manifest is damaged can be deleted too.
            Err(e) if e.kind == Kind::Data => true,
            Err(e) => return Err(e),
        };
        if !readable {
            return Err(Error::not_found(format!("there is no backup {id}")));
        }
        let condemned = repository.condemnations().await?.readable;
        let number = match condemned.iter().find(|(_, c)| c.backups.contains(&id)) {
            Some((number, _)) => *number,
            None => {
                let condemnation = Condemnation {
                    backups: vec![id],
                    ..Condemnation::default()
                };
                repository.condemn(&condemnation).await?.0
            }
        };
        let waits = repository.waits(number).await?;
        let held_by = pinning(&repository.sessions().await?, &waits.sessions, id);
        if !held_by.is_empty() {
            return Ok(Deleted::Later { held_by });
        }
        remove_manifests(repository, id, number).await?;
        // A condemnation that reclaim wrote names packs too: it is reclaim's to lift.
        if condemned
            .iter()
            .all(|(n, c)| *n != number || !c.names_data() && c.backups.len() == 1)
        {
            repository.lift(number).await?;
        }
        Ok(Deleted::Now)
    })
}

/// Removes the manifests of an id that the condemnation `number` names, the log first: whoever lists
/// meanwhile finds either. Returns their number; nothing is removed where the condemnation is gone,
/// because then somebody else has carried it out, and what lies there has come since.
///
/// Tombstones stay for ever: a write that was under way when an attempt was declared dead may
/// arrive at any time.
pub(super) async fn remove_manifests(
    repository: &Repository,
    id: BackupId,
    number: u64,
) -> Result<usize> {
    let mut gone = Vec::new();
    // By name, not by a list of all backups: attempts have no gaps.
    for attempt in 0.. {
        let name = AttemptName { id, attempt };
        match repository.attempt(&name).await {
            Ok(Some(Attempt::Tombstone(_))) => {}
            Ok(None) => break,
            Ok(Some(Attempt::Backup(_))) => gone.push(name),
            Err(e) if e.kind == Kind::Data => gone.push(name),
            Err(e) => return Err(e),
        }
    }
    if gone.is_empty() {
        repository.settle_backups().await?;
        return Ok(0);
    }
    if !repository.stands(number).await? {
        return Ok(0);
    }
    let removed = gone.iter().map(ToString::to_string).collect();
    let entry = LogEntry {
        backups_removed: removed,
        ..LogEntry::default()
    };
    repository.append_log(entry).await?;
    // The highest first: what a crash leaves has no gap before it.
    let mut count = 0;
    for name in gone.iter().rev() {
        if !repository.stands(number).await? {
            break;
        }
        repository
            .store
            .remove(&name::backup(name.id, name.attempt))
            .await?;
        count += 1;
    }
    Ok(count)
}
