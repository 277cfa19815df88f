//! Backups that servers run from: their disks as exports on sockets of their hosts.
//!
//! What is here is of this process alone; what has to last is in the catalog (`instants`). Exports
//! are opened at the start of the service as soon as the catalog is there, beside everything else:
//! guests wait for them. They end when the disks are whole, when the server is removed, and with the
//! process.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex as Plain};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use coffer_core::cbr::{Code, Refusal};
use coffer_core::extent::Extent;
use coffer_core::ids::{BackupId, ServerId, TaskId};
use coffer_core::{Error, Result};
use coffer_engine::block::{BlockSource, SourceExtent};
use coffer_engine::hypervisor::Hypervisor;
use coffer_engine::nbd::server::{Figures, Served, serve};
use coffer_engine::pipeline::BackupSource;
use coffer_engine::repository::{ReadSession, Repository};
use futures::StreamExt;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::App;
use crate::catalog::backups::Backup;
use crate::catalog::instants::{self, Instant};
use crate::catalog::{Tx, backups, servers, vaults};
use crate::tasks::engine::Manifest;

/// How long a start waits for a server to be taken up again after a start of the service.
const ATTENDED_LIMIT: Duration = Duration::from_secs(20);
/// How long a read that failed is told of: who meets it tries again before that.
const TROUBLE_SHOWN: Duration = Duration::from_secs(15);
/// Servers whose exports are opened at once after a start.
const OPENED_AT_ONCE: usize = 8;

/// The exports. Clones share them.
#[derive(Clone, Default)]
pub struct Filling {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    open: Plain<HashMap<TaskId, Arc<Mutex<Option<Open>>>>>,
    /// Tasks that look after their servers: these may be started.
    attended: watch::Sender<HashSet<TaskId>>,
}

/// The exports of one backup.
struct Open {
    reading: ReadSession,
    end: CancellationToken,
    served: JoinHandle<()>,
    trouble: Arc<Trouble>,
}

/// What went wrong with a read of a backup last, and when.
#[derive(Default)]
struct Trouble(Plain<Option<(String, tokio::time::Instant)>>);

/// A disk of a backup that notes why it could not be read.
struct Noted {
    source: BackupSource,
    name: String,
    trouble: Arc<Trouble>,
}

impl Noted {
    fn note<T>(&self, result: Result<T>) -> Result<T> {
        if let Err(error) = &result {
            let text = format!("disk {} of the backup: {}", self.name, error.chain());
            let now = tokio::time::Instant::now();
            *self.trouble.0.lock().expect("no panic holds this lock") = Some((text, now));
        }
        result
    }
}

#[async_trait]
impl BlockSource for Noted {
    fn size(&self) -> u64 {
        self.source.size()
    }

    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>> {
        self.note(self.source.extents(window).await)
    }

    async fn read(&self, extent: Extent) -> Result<Bytes> {
        self.note(self.source.read(extent).await)
    }
}

impl Filling {
    fn place(&self, task: TaskId) -> Arc<Mutex<Option<Open>>> {
        let mut open = self.inner.open.lock().expect("no panic holds this lock");
        Arc::clone(open.entry(task).or_default())
    }

    /// Number of servers whose disks are being filled.
    pub fn count(&self) -> usize {
        self.inner.attended.borrow().len()
    }

    /// Notes that a task looks after its server, or does so no more.
    pub fn attend(&self, task: TaskId, is_attended: bool) {
        self.inner.attended.send_modify(|attended| {
            match is_attended {
                true => attended.insert(task),
                false => attended.remove(&task),
            };
        });
    }

    /// Why the backup could not be read lately.
    pub async fn trouble(&self, task: TaskId) -> Option<String> {
        let place = self.place(task);
        let open = place.lock().await;
        let trouble = &open.as_ref()?.trouble.0;
        let trouble = trouble.lock().expect("no panic holds this lock");
        let (text, at) = trouble.as_ref()?;
        (at.elapsed() < TROUBLE_SHOWN).then(|| text.clone())
    }

    /// Ends the exports of a task, if there are any, and lets the backup go. To be called when
    /// nobody needs them any more.
    pub async fn close(&self, task: TaskId) {
        let place = self.place(task);
        let mut there = place.lock().await;
        if let Some(open) = there.take() {
            open.end.cancel();
            // It panics only where we have a bug, and has said so.
            let _ = open.served.await;
            if let Err(error) = open.reading.end().await {
                tracing::warn!(error = %error.chain(), "the reading session was not ended");
            }
        }
        let mut all = self.inner.open.lock().expect("no panic holds this lock");
        all.remove(&task);
    }
}

impl App {
    /// Opens the exports of a backup for the server of a task, if they are not open yet. The
    /// backup's manifest.
    pub(crate) async fn open_exports(
        &self,
        task: TaskId,
        driver: &dyn Hypervisor,
        (repository, backup): (&Repository, BackupId),
    ) -> Result<Manifest> {
        let place = self.filling.place(task);
        let mut open = place.lock().await;
        if let Some(open) = open.as_ref() {
            return manifest_of(&open.reading);
        }
        let reading = repository.begin_reading(&[backup]).await?;
        let socket = match driver.fill_socket(&task.to_string()).await {
            Ok(socket) => socket,
            Err(error) => {
                if let Err(error) = reading.end().await {
                    tracing::warn!(error = %error.chain(), "the reading session was not ended");
                }
                return Err(error.context("open the backup to its server"));
            }
        };
        let manifest = manifest_of(&reading)?;
        let trouble = Arc::new(Trouble::default());
        let exports = manifest.disks.iter().map(|disk| Served {
            name: disk.name.clone(),
            description: format!("disk {} of {}", disk.name, manifest.facts.resource.name),
            source: Arc::new(Noted {
                source: BackupSource::new(
                    repository.vault().clone(),
                    disk.clone(),
                    Arc::clone(self.serving.cache()),
                ),
                name: disk.name.clone(),
                trouble: Arc::clone(&trouble),
            }),
        });
        let end = CancellationToken::new();
        let exports: Vec<Served> = exports.collect();
        let served = serve(socket, exports, Arc::new(Figures::default()), end.clone());
        *open = Some(Open {
            reading,
            end,
            served: tokio::spawn(served),
            trouble,
        });
        Ok(manifest)
    }

    /// Opens the exports of all servers that run from backups: to be called at the start.
    pub(super) async fn reopen_exports(self, stop: CancellationToken) {
        let open = async |instant: Instant| {
            if let Err(error) = self.reopen(&instant).await {
                let server = instant.server_id;
                tracing::warn!(%server, error = %error.chain(), "a server's backup was not opened; its task tries again");
            }
        };
        let all = async {
            let mut tx = self.catalog.snapshot().await?;
            let all = instants::all(&mut tx).await?;
            drop(tx);
            futures::stream::iter(all.into_iter().filter(Instant::is_started))
                .for_each_concurrent(OPENED_AT_ONCE, open)
                .await;
            Ok::<(), Error>(())
        };
        tokio::select! {
            () = stop.cancelled() => {}
            done = all => if let Err(error) = done {
                tracing::warn!(error = %error.chain(), "servers that run from backups could not be read");
            }
        }
    }

    async fn reopen(&self, instant: &Instant) -> Result<()> {
        let driver = self.inventory.driver(&instant.host)?;
        let mut tx = self.catalog.snapshot().await?;
        let backup = backups::get(&mut tx, instant.backup_id).await?;
        let backup = backup.ok_or_else(|| Error::not_found("the backup is gone"))?;
        let vault = vaults::get(&mut tx, backup.vault_id).await?;
        let vault = vault.ok_or_else(|| Error::not_found("the vault is gone"))?;
        drop(tx);
        let repository = self.repositories.open(&vault).await?;
        let source = (&repository, backup.repository_id);
        self.open_exports(instant.task_id, driver.as_ref(), source)
            .await?;
        // It may have been ended meanwhile.
        let mut tx = self.catalog.snapshot().await?;
        let row = instants::get(&mut tx, instant.task_id).await?;
        drop(tx);
        if row.is_none() {
            self.filling.close(instant.task_id).await;
            driver.forget_socket(&instant.task_id.to_string()).await?;
        }
        Ok(())
    }

    /// Waits until a server may be started: one that is being filled needs its backup, and somebody
    /// who has looked at its disks after the last run.
    pub async fn before_start(&self, server: ServerId) -> Result<()> {
        let mut tx = self.catalog.snapshot().await?;
        let found = instants::of_server(&mut tx, server).await?;
        drop(tx);
        let Some(instant) = found else { return Ok(()) };
        let mut attended = self.filling.inner.attended.subscribe();
        let is_ready = attended.wait_for(|tasks| tasks.contains(&instant.task_id));
        match tokio::time::timeout(ATTENDED_LIMIT, is_ready).await {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::unavailable(
                "the server is being filled from its backup, which is not open yet",
            )
            .hint("Try again in a moment. The task that makes the server says what it waits for.")),
        }
    }
}

fn manifest_of(reading: &ReadSession) -> Result<Manifest> {
    let manifest = reading.manifests.first();
    manifest
        .cloned()
        .ok_or_else(|| Error::data("the store does not have the backup"))
}

/// Refuses to delete a backup that a server runs from.
pub(super) async fn check_not_running_from(tx: &mut Tx, backup: &Backup) -> super::AppResult<()> {
    use super::During;
    let of = backup.parent_id.unwrap_or(backup.id);
    let running = instants::of_backup(tx, of)
        .await
        .during(coffer_core::cbr::Operation::DeleteBackup)?;
    match running.first() {
        None => Ok(()),
        Some(instant) => {
            let server = servers::get(tx, instant.server_id)
                .await
                .during(coffer_core::cbr::Operation::DeleteBackup)?;
            let own = server.filter(|server| server.project_id == backup.project_id);
            let text = match own {
                Some(server) => format!("server {} runs from backup {of}", server.name),
                None => {
                    format!("a server of a project that it is shared with runs from backup {of}")
                }
            };
            Err(Refusal::new(Code::BACKUP_IN_USE, text)
                .hint("Wait until its disks are filled, or cancel the task that fills them.")
                .into())
        }
    }
}
