//! Backups that are read over the network: their disks as read-only NBD exports, or as files
//! (`app::export`).
//!
//! A reader is a connection. The first one of a backup begins a session in the repository, the last
//! one ends it; as long as it lasts the backup cannot be deleted by hand, and what is deleted all the
//! same (a vault, say, or what has expired) keeps its data until the session has ended. Nothing of
//! this is in the catalog: a service that is killed leaves a session of a process that is gone, which
//! the next reclaim removes.

use std::collections::HashMap;
use std::sync::Arc;

use coffer_core::cbr::Operation;
use coffer_core::cbr::restore::BackedUpDisk;
use coffer_core::ids::BackupId;
use coffer_core::{Error, Result};
use coffer_engine::nbd::server::{Figures, Served, serve_stream};
use coffer_engine::pipeline::{BackupSource, ReadCache};
use coffer_engine::repository::{ReadSession, Repository};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::export::Digests;
use super::restore::{disk_backups, restorable_by};
use super::{Actor, App, AppResult, During};
use crate::catalog::backups::Backup;
use crate::tasks::engine::{Manifest, ManifestDisk};

const OP: Operation = Operation::Restore;
/// What is kept of what was read, of all backups together.
const CACHE_BYTES: u64 = 128 << 20;
/// Readers at once: each may hold 7 MiB besides the cache, and a descriptor.
const READERS_MAX: usize = 64;

/// The backups that are being read. Clones share them.
#[derive(Clone)]
pub struct Serving {
    inner: Arc<Inner>,
}

struct Inner {
    cache: Arc<ReadCache>,
    readers: Arc<Semaphore>,
    figures: Figures,
    held: Mutex<HashMap<BackupId, Held>>,
    digests: Digests,
}

/// A backup that is held in place.
struct Held {
    reading: ReadSession,
    manifest: Arc<Manifest>,
    disks: Vec<(ManifestDisk, Served)>,
    readers: usize,
}

impl Default for Serving {
    fn default() -> Serving {
        Serving {
            inner: Arc::new(Inner {
                cache: ReadCache::new(CACHE_BYTES),
                readers: Arc::new(Semaphore::new(READERS_MAX)),
                figures: Figures::default(),
                held: Mutex::default(),
                digests: Digests::default(),
            }),
        }
    }
}

/// The right to read a backup, until it is dropped.
pub struct Reader {
    held: HeldBackup,
    exports: Vec<Served>,
}

/// A backup that is held in place for one reader, until it is dropped.
pub(super) struct HeldBackup {
    hold: Hold,
    /// What the store says of all of it.
    pub manifest: Arc<Manifest>,
    /// Where it is.
    pub repository: Repository,
    /// What was asked for: all of it, or one of its disks.
    pub asked: Backup,
    /// The disks of what was asked for.
    pub wanted: Vec<BackedUpDisk>,
    disks: Vec<(ManifestDisk, Served)>,
    _permit: OwnedSemaphorePermit,
}

impl HeldBackup {
    /// Lets the backup go, and waits until it is free.
    pub async fn end(self) {
        self.hold.end().await;
    }

    /// The disks of what was asked for, each under its name.
    pub fn exports(&self) -> Vec<Served> {
        let wanted = |disk: &ManifestDisk| self.wanted.iter().any(|part| part.disk == disk.disk_id);
        let disks = self.disks.iter().filter(|(disk, _)| wanted(disk));
        disks.map(|(_, export)| export.clone()).collect()
    }
}

/// What is known of a backup that is held.
type Taken = (Hold, Arc<Manifest>, Vec<(ManifestDisk, Served)>);

/// One reader's hold on a backup. Whoever drops it lets the backup go: a request may end at any
/// point where it waits, and a task of its own does then what it cannot do any more.
struct Hold {
    serving: Serving,
    /// What is held in the repository: of a disk inside a server's backup, the whole of it.
    whole: BackupId,
    /// Cleared where the backup has been let go.
    is_held: bool,
}

impl Hold {
    /// Lets the backup go, and waits until it is free.
    async fn end(mut self) {
        if let Some(task) = self.let_go() {
            // It panics only where we have a bug, and has said so.
            let _ = task.await;
        }
    }

    fn let_go(&mut self) -> Option<tokio::task::JoinHandle<()>> {
        if !std::mem::take(&mut self.is_held) {
            return None;
        }
        let (serving, whole) = (self.serving.clone(), self.whole);
        // Without a runtime the service has ended, and what is left is as after a kill.
        let runtime = tokio::runtime::Handle::try_current().ok()?;
        Some(runtime.spawn(async move { serving.let_go(whole).await }))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.let_go();
    }
}

impl Serving {
    /// What was read lately, of all backups.
    pub(super) fn cache(&self) -> &Arc<ReadCache> {
        &self.inner.cache
    }

    /// Digests of the files that were made lately, of all backups.
    pub(super) fn digests(&self) -> &Digests {
        &self.inner.digests
    }

    /// Whether somebody reads from a backup.
    pub async fn holds(&self, backup: BackupId) -> bool {
        self.inner.held.lock().await.contains_key(&backup)
    }

    /// Holds a backup in place for one more reader and says which disks it has.
    ///
    /// Cancel-safe: it is done in a task of its own, so that a session which has begun is always
    /// noted, and what nobody waits for any more is let go.
    async fn hold(&self, repository: Repository, ids: (BackupId, BackupId)) -> Result<Taken> {
        let serving = self.clone();
        let task = tokio::spawn(async move { serving.take_up(&repository, ids).await });
        match task.await {
            Ok(taken) => taken,
            Err(failed) => Err(Error::internal("hold a backup").caused_by(failed)),
        }
    }

    /// Not cancel-safe: see [`Serving::hold`].
    async fn take_up(
        &self,
        repository: &Repository,
        (whole, stored): (BackupId, BackupId),
    ) -> Result<Taken> {
        let hold = || Hold {
            serving: self.clone(),
            whole,
            is_held: true,
        };
        let mut held = self.inner.held.lock().await;
        if let Some(there) = held.get_mut(&whole) {
            there.readers += 1;
            return Ok((hold(), there.manifest.clone(), there.disks.clone()));
        }
        let reading = repository.begin_reading(&[stored]).await?;
        // There is one for each backup asked for.
        let manifest = Arc::new(reading.manifests[0].clone());
        let disks = served(repository, &manifest, &self.inner.cache);
        let there = Held {
            reading,
            manifest: Arc::clone(&manifest),
            disks: disks.clone(),
            readers: 1,
        };
        held.insert(whole, there);
        Ok((hold(), manifest, disks))
    }

    async fn let_go(&self, whole: BackupId) {
        let mut held = self.inner.held.lock().await;
        let Some(there) = held.get_mut(&whole) else {
            return;
        };
        there.readers -= 1;
        if there.readers > 0 {
            return;
        }
        // With the lock: who comes next begins a session of its own.
        if let Some(last) = held.remove(&whole)
            && let Err(error) = last.reading.end().await
        {
            tracing::warn!(error = %error.chain(), "the reading session was not ended");
        }
    }
}

fn served(
    repository: &Repository,
    manifest: &Manifest,
    cache: &Arc<ReadCache>,
) -> Vec<(ManifestDisk, Served)> {
    let resource = &manifest.facts.resource.name;
    let disks = manifest.disks.iter().map(|disk| {
        let (vault, cache) = (repository.vault().clone(), Arc::clone(cache));
        let export = Served {
            name: disk.name.clone(),
            description: format!(
                "disk {} of {resource} at {}",
                disk.name, manifest.instant.at
            ),
            source: Arc::new(BackupSource::new(vault, disk.clone(), cache)),
        };
        (disk.clone(), export)
    });
    disks.collect()
}

impl App {
    /// Holds a backup in place for one reader. Each of its disks is an export of its name; of a
    /// disk's backup there is one, which is the default export too.
    pub async fn read_backup(&self, actor: &Actor, id: &str) -> AppResult<Reader> {
        let held = self.hold_backup(actor, id).await?;
        let exports = held.exports();
        Ok(Reader { held, exports })
    }

    /// Holds a backup, or the one that a disk is part of, in place for one reader.
    pub(super) async fn hold_backup(&self, actor: &Actor, id: &str) -> AppResult<HeldBackup> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let asked = restorable_by(&mut tx, actor, id).await?;
        let (top, vault) = self.readable(&mut tx, &asked).await?;
        let wanted = disk_backups(&mut tx, &asked).await?;
        drop(tx);
        let permit = Arc::clone(&self.serving.inner.readers).try_acquire_owned();
        let permit = permit.map_err(|_| {
            Error::unavailable(format!("{READERS_MAX} readers are connected already"))
                .hint("Try again when one has ended.")
        });
        let permit = permit.during(OP)?;
        let repository = self.repositories.open(&vault).await.during(OP)?;
        let stored = (top.id, top.repository_id);
        let taken = self.serving.hold(repository.clone(), stored).await;
        let (hold, manifest, disks) = taken.during(OP)?;
        Ok(HeldBackup {
            hold,
            manifest,
            repository,
            asked,
            wanted,
            disks,
            _permit: permit,
        })
    }
}

impl Reader {
    /// Answers the reader's requests until it goes or `stop`, then lets the backup go.
    pub async fn serve<S>(self, stream: Option<S>, stop: CancellationToken)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        if let Some(stream) = stream {
            let figures = &self.held.hold.serving.inner.figures;
            tokio::select! {
                () = serve_stream(stream, &self.exports, figures) => {}
                () = stop.cancelled() => {}
            }
        }
        self.held.end().await;
    }
}
