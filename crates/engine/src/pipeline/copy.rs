//! Copy: one backup from a vault to another one, under its own id.
//!
//! Vaults have keys of their own, so the bytes are opened, checked and sealed anew. Where the
//! parent was copied before, only what differs from it is read: the maps say what that is.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use coffer_core::extent::Extent;
use coffer_core::format::records::{Manifest, ManifestDisk, Tracking};
use coffer_core::ids::BackupId;
use coffer_core::map::FANOUT;
use coffer_core::{Error, Result};
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::{BackupDisk, BackupJob, back_up, read_range};
use crate::block::{BlockSource, Content, SourceExtent};
use crate::progress::Progress;
use crate::repository::{Begun, Repository, Vault, chunk_digest};

/// Copies a backup. May run again after any interruption; where the copy is there already, its
/// manifest is the answer.
///
/// The parents of its disks should be copied first: what they hold is shared then.
///
/// # Errors
/// `NotFound` where the source has no such backup; `Unavailable` where the target is still deleting
/// an earlier copy (a reclaim ends that); `Cancelled`; else what reading and backing up
/// can meet. After an error the target keeps an attempt that the next call takes over.
pub fn copy_backup<'a>(
    source: &'a Repository,
    target: &'a Repository,
    id: BackupId,
    progress: &'a Progress,
    cancel: &'a CancellationToken,
) -> BoxFuture<'a, Result<Manifest>> {
    Box::pin(async move {
        let manifest = source.manifest(id).await?;
        let manifest =
            manifest.ok_or_else(|| Error::not_found(format!("there is no backup {id}")))?;
        let mut parents: Vec<BackupId> = manifest.disks.iter().filter_map(|d| d.parent).collect();
        parents.sort_unstable();
        parents.dedup();
        // An earlier copy that was deleted while somebody read it goes with the next reclaim, and
        // this one would go with it.
        if target.condemned().await?.backups.contains(&id) {
            return Err(Error::unavailable(format!(
                "an earlier copy of backup {id} is still on its way out of the vault"
            ))
            .hint("Run a reclaim there and try again."));
        }
        let session = match target.begin_backup(id, &parents).await? {
            Begun::Committed(copied) => return Ok(*copied),
            Begun::Session(session) => session,
        };
        let mut known = Vec::new();
        for parent in parents.iter().filter(|p| session.parents.contains_key(p)) {
            known.extend(source.manifest(*parent).await?);
        }
        let mut held: Vec<BackupId> = known.iter().map(|m| m.backup_id).collect();
        held.push(id);
        let reading = source.begin_reading(&held).await?;
        let vault = source.vault();
        let disks = manifest.disks.iter().map(|disk| {
            let before = |m: &&Manifest| Some(m.backup_id) == disk.parent;
            let before = known.iter().find(before).and_then(|m| {
                let same = |d: &&ManifestDisk| d.disk_id == disk.disk_id;
                m.disks.iter().find(same)
            });
            let than = before.filter(|d| d.chunk_bytes == disk.chunk_bytes);
            BackupDisk {
                disk_id: disk.disk_id,
                child_backup_id: disk.child_backup_id,
                name: disk.name.clone(),
                system: disk.system,
                parent: before.and(disk.parent),
                source: Arc::new(Recorded {
                    vault: vault.clone(),
                    disk: disk.clone(),
                    than: than.cloned(),
                }),
                tracking: match (&disk.tracking, before) {
                    (Tracking::Bitmap { .. }, None) => Tracking::FullScan {
                        reason: "copied from another vault without its parent".to_owned(),
                    },
                    (tracking, _) => tracking.clone(),
                },
                epoch: disk.epoch.clone(),
            }
        });
        let job = BackupJob {
            facts: manifest.facts.clone(),
            instant: manifest.instant.clone(),
            definition: manifest.definition.clone(),
            independent: manifest.independent,
            disks: disks.collect(),
        };
        let made = back_up(session, job, progress, cancel).await;
        if let Err(error) = reading.end().await {
            tracing::warn!(error = %error.chain(), "a reading session was not ended; the next start does it");
        }
        made.map_err(|e| e.context(format!("copy backup {id}")))
    })
}

/// A disk as a backup recorded it.
struct Recorded {
    vault: Arc<Vault>,
    disk: ManifestDisk,
    /// The same disk in the parent, of the same chunk size.
    than: Option<ManifestDisk>,
}

#[async_trait]
impl BlockSource for Recorded {
    fn size(&self) -> u64 {
        self.disk.size_bytes
    }

    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>> {
        let bytes = self.disk.chunk_bytes.bytes();
        let mut found: Vec<SourceExtent> = Vec::new();
        let mut chunk = window.start / bytes;
        while chunk * bytes < window.end {
            let number = chunk / FANOUT as u64;
            let end = (number + 1) * FANOUT as u64;
            let ours = self.vault.leaf(self.disk.root, number).await?;
            let theirs = match &self.than {
                Some(than) => self.vault.leaf(than.root, number).await?,
                None => None,
            };
            while chunk < end && chunk * bytes < window.end {
                let at = chunk as usize % FANOUT;
                let here = chunk_digest(ours.as_deref(), at);
                // A chunk that ends elsewhere than before was never compared with anything.
                let whole = |d: &ManifestDisk| {
                    let end = (chunk + 1) * bytes;
                    end.min(d.size_bytes) == end.min(self.disk.size_bytes)
                };
                let same = self.than.as_ref().is_some_and(whole)
                    && here == chunk_digest(theirs.as_deref(), at);
                let content = match here {
                    _ if same => Content::Unchanged,
                    None => Content::Zero,
                    Some(_) => Content::Data,
                };
                let extent = Extent {
                    start: (chunk * bytes).max(window.start),
                    end: ((chunk + 1) * bytes).min(window.end),
                };
                match found.last_mut() {
                    Some(last) if last.content == content => last.extent.end = extent.end,
                    _ => found.push(SourceExtent { extent, content }),
                }
                chunk += 1;
            }
        }
        Ok(found)
    }

    async fn read(&self, extent: Extent) -> Result<Bytes> {
        read_range(&self.vault, &self.disk, extent).await
    }
}
