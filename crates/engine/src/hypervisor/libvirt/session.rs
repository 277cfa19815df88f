//! An open snapshot, and how it outlives stops and starts (decision H4).
//!
//! The instant is kept by *layers*: QEMU's scratch files of a backup job, which hold what the
//! guest has overwritten since. While the job runs, QEMU serves them. When the server goes off,
//! libvirt unlinks them; a second hard link of ours keeps them, and rebased over the disk that is
//! off they hold the instant exactly. When the server is started through this driver, it is
//! started paused, a second backup job begins, and the layers are rebased over that job's export,
//! whose own scratch file is the next layer.
//!
//! | place | blocks come from | leaves it by |
//! |---|---|---|
//! | live, no layer yet | the backup job's exports | server off, job gone, closed |
//! | off | `qemu-nbd` on the oldest layer over ... over the disk; on the disk if there is none | start through us, closed |
//! | live again | `qemu-nbd` on the oldest layer over ... over the job's export | as live |
//! | lost | nowhere: QEMU died, or somebody else started the server | closed |
//!
//! While it is off our `qemu-nbd` holds the image's lock, so nobody else can start the server.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant as Clock};

use async_trait::async_trait;
use coffer_core::{Error, Result};
use tokio::sync::{Mutex, watch};
use tokio::task::AbortHandle;

use super::definition::{BackupDisk, BackupPart, backup_xml};
use super::epochs;
use super::ffi::{code, flag, state};
use super::still::Still;
use super::{Claim, Inner, Use};
use crate::hypervisor::qemu::{self, ImageExport, QemuNbd};
use crate::hypervisor::{Instant, Outcome, ServerDefinition, SnapshotDisk, SnapshotSession};
use crate::nbd::{NbdAddress, NbdError, NbdSource};

/// How long a server may take to go off after its export went away: libvirt may hold one with
/// a backup job for 30 s.
const OFF_LIMIT: Duration = Duration::from_secs(180);
/// How long a running server may be without its backup job before that counts as ended.
const JOB_GONE_LIMIT: Duration = Duration::from_secs(5);
/// Between two looks at a server's state.
const POLL: Duration = Duration::from_millis(100);
/// Between two looks while all is well.
const WATCH: Duration = Duration::from_secs(1);

/// Where the blocks are.
pub(super) enum Place {
    /// Between two places; wait.
    Moving,
    Open {
        generation: u64,
        /// One for each disk.
        sources: Arc<Vec<Arc<NbdSource>>>,
    },
    Lost(String),
    Closed,
}

/// A disk as the session needs it.
#[derive(Debug, Clone)]
pub(super) struct KeptDisk {
    pub target: String,
    pub path: PathBuf,
    pub format: String,
    /// The epoch began on it, so that its bitmap tells whether QEMU ended well.
    pub epoch: Option<String>,
}

/// What the sources, the session and power actions share.
pub(super) struct Shared {
    pub inner: Arc<Inner>,
    /// The server; none for detached disks.
    pub server: Option<String>,
    pub disks: Vec<KeptDisk>,
    /// Names of all disks of the server, as a job has to name every one.
    pub targets: Vec<String>,
    pub place: watch::Sender<Place>,
    pub held: Mutex<Held>,
    /// We ended QEMU ourselves, and politely: then it has closed its files.
    pub ended_by_us: AtomicBool,
}

/// What there is to clean up. Whoever holds the lock moves the session.
#[derive(Default)]
pub(super) struct Held {
    pub generation: u64,
    pub job: Option<Job>,
    pub exports: Vec<QemuNbd>,
    /// For each disk the kept scratch files, the oldest first.
    pub layers: Vec<Vec<PathBuf>>,
    /// Folders with sockets.
    pub folders: Vec<PathBuf>,
}

/// A backup job of ours.
pub(super) struct Job {
    /// libvirt's number of the running domain, new at each start.
    pub domain: u32,
    pub socket: PathBuf,
    /// One for each disk, as libvirt knows them.
    pub scratches: Vec<PathBuf>,
}

impl Job {
    /// Paths for a new job. libvirt makes the files, QEMU the socket.
    pub fn prepare(inner: &Inner, domain: u32, disks: &[KeptDisk]) -> Result<(Job, PathBuf)> {
        let folder = inner.runtime.fresh_folder_for(&disks[0].path)?;
        let scratch = |_| inner.runtime.fresh_in(&inner.config.scratch_dir, "scratch");
        let job = Job {
            domain,
            socket: folder.join("s"),
            scratches: disks.iter().map(scratch).collect(),
        };
        Ok((job, folder))
    }

    pub fn address(&self) -> NbdAddress {
        NbdAddress::Unix(self.socket.clone())
    }

    /// Second links to the scratch files, which libvirt unlinks when the job ends.
    pub fn keep_links(&self) -> Result<Vec<PathBuf>> {
        let mut links = Vec::new();
        for scratch in &self.scratches {
            let link = scratch.with_extension("kept");
            if let Err(e) = std::fs::hard_link(scratch, &link) {
                remove_files(&links);
                return Err(crate::hypervisor::file::io_error(scratch, "link", e));
            }
            links.push(link);
        }
        Ok(links)
    }
}

/// Removes files that may be gone already.
pub(super) fn remove_files(paths: &[PathBuf]) {
    for path in paths {
        if let Err(e) = std::fs::remove_file(path)
            && e.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(path = %path.display(), "scratch file could not be removed: {e}");
        }
    }
}

/// What a domain is doing, as far as a session cares.
enum Doing {
    Off {
        well: bool,
    },
    /// Still the process that has our job.
    Same {
        going: bool,
        has_job: bool,
    },
    Other,
    Gone,
}

impl Shared {
    /// Finds the blocks again after the export of `generation` went away. Returns when the place
    /// is settled. Runs to its end even if the caller does not wait for it.
    pub async fn recover(self: &Arc<Self>, generation: u64) {
        let shared = Arc::clone(self);
        let task = tokio::spawn(async move {
            let mut held = shared.held.lock().await;
            if held.generation != generation
                || !matches!(*shared.place.borrow(), Place::Open { .. })
            {
                return; // somebody else has done it
            }
            shared.place.send_replace(Place::Moving);
            let next = match shared.find_again(&mut held).await {
                Ok(sources) => {
                    held.generation += 1;
                    Place::Open {
                        generation: held.generation,
                        sources: Arc::new(sources),
                    }
                }
                Err(e) => {
                    tracing::warn!(server = shared.server, "snapshot lost: {}", e.chain());
                    Place::Lost(e.chain())
                }
            };
            shared.place.send_replace(next);
        });
        if let Err(e) = task.await {
            self.place
                .send_replace(Place::Lost(format!("recovery did not end: {e}")));
        }
    }

    async fn find_again(&self, held: &mut Held) -> Result<Vec<Arc<NbdSource>>> {
        let (Some(server), Some(job)) = (&self.server, &held.job) else {
            return Err(Error::unavailable("qemu-nbd ended unexpectedly"));
        };
        let domain = job.domain;
        let deadline = Clock::now() + OFF_LIMIT;
        let mut without_job: Option<Clock> = None;
        loop {
            match self.doing(server, domain).await {
                Ok(Doing::Off { well }) => {
                    held.job = None;
                    return self.go_off(held, well).await;
                }
                Ok(Doing::Gone) => return Err(Error::unavailable("the server was removed")),
                Ok(Doing::Other) => {
                    return Err(Error::unavailable(
                        "the server was started by somebody else",
                    ));
                }
                Ok(Doing::Same {
                    going: true,
                    has_job: true,
                }) => {
                    without_job = None;
                    if let Ok(sources) = self.connect(held).await {
                        return Ok(sources);
                    }
                }
                Ok(Doing::Same {
                    going: true,
                    has_job: false,
                }) => {
                    let since = *without_job.get_or_insert_with(Clock::now);
                    if since.elapsed() > JOB_GONE_LIMIT {
                        return Err(Error::unavailable("somebody else ended the backup job"));
                    }
                }
                Ok(Doing::Same { going: false, .. }) => without_job = None,
                // The daemon may restart; the deadline bounds that too.
                Err(e) => tracing::debug!("server's state is not known: {}", e.chain()),
            }
            if Clock::now() > deadline {
                return Err(Error::unavailable("the server neither runs nor goes off"));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn doing(&self, server: &str, domain: u32) -> Result<Doing> {
        let uuid = server.to_owned();
        let step = move |c: &Arc<super::ffi::Connection>| {
            let found = match c.domain(&uuid) {
                Err(e) if e.code == code::NO_DOMAIN => return Ok(Doing::Gone),
                found => found?,
            };
            let (number, reason) = found.state()?;
            if number == state::SHUTOFF {
                return Ok(Doing::Off {
                    well: reason == state::SHUTOFF_SHUTDOWN,
                });
            }
            if found.id() != Some(domain) {
                return Ok(Doing::Other);
            }
            let has_job = match found.backup_xml() {
                Ok(_) => true,
                Err(e) if e.is_disconnect() => return Err(e),
                Err(_) => false,
            };
            Ok(Doing::Same {
                going: number != state::SHUTDOWN,
                has_job,
            })
        };
        self.inner.connections.call("look at server", step).await
    }

    /// Connects to the exports of the job, or to those of the layers over it.
    async fn connect(&self, held: &Held) -> Result<Vec<Arc<NbdSource>>, NbdError> {
        let mut sources = Vec::new();
        for (index, disk) in self.disks.iter().enumerate() {
            if let (Some(_), Some(job)) = (held.exports.get(index), &held.job) {
                // What lies below the layers must answer too.
                NbdSource::connect(&job.address(), &disk.target, None).await?;
            }
            let source = match (held.exports.get(index), &held.job) {
                (Some(export), _) => NbdSource::connect(&export.address(), "", None).await?,
                (None, Some(job)) => NbdSource::connect(&job.address(), &disk.target, None).await?,
                (None, None) => return Err(NbdError::Closed),
            };
            sources.push(Arc::new(source));
        }
        Ok(sources)
    }

    /// Serves the layers over the disks of a server that is off.
    pub async fn go_off(&self, held: &mut Held, well: bool) -> Result<Vec<Arc<NbdSource>>> {
        held.exports.clear();
        self.check_ended_well(well).await?;
        for index in 0..self.disks.len() {
            let disk = &self.disks[index];
            self.serve(held, index, disk.path.as_os_str().to_owned(), &disk.format)
                .await?;
        }
        // Nobody can start it any more: now it must still be off.
        if let Some(server) = &self.server
            && !matches!(self.doing(server, u32::MAX).await?, Doing::Off { .. })
        {
            return Err(Error::unavailable(
                "the server was started by somebody else",
            ));
        }
        Ok(self.connect(held).await?)
    }

    /// Scratch files are whole only if QEMU could close them. Then it has closed the bitmap of
    /// the epoch too; a bitmap that is marked as in use, or missing, tells that it was killed, or
    /// that the server runs again already.
    async fn check_ended_well(&self, well: bool) -> Result<()> {
        let died = || Error::unavailable("the server's process was killed");
        let mut asked = false;
        for disk in &self.disks {
            let Some(epoch) = &disk.epoch else {
                continue;
            };
            asked = true;
            let info = qemu::image_info(&disk.path, &disk.format).await?;
            if !info
                .bitmaps
                .iter()
                .any(|bitmap| bitmap.name == *epoch && bitmap.consistent)
            {
                return Err(died());
            }
        }
        match asked || well || self.ended_by_us.load(Ordering::Relaxed) {
            true => Ok(()),
            false => Err(died()),
        }
    }

    /// Exports the layers of a disk over `base`, or `base` itself where there is none.
    async fn serve(
        &self,
        held: &mut Held,
        index: usize,
        base: OsString,
        format: &str,
    ) -> Result<()> {
        let layers = &held.layers[index];
        for (below, layer) in layers.iter().enumerate() {
            match layers.get(below + 1) {
                Some(next) => qemu::rebase(layer, next.as_os_str(), "qcow2").await?,
                None => qemu::rebase(layer, &base, format).await?,
            }
        }
        let export = match layers.first() {
            Some(oldest) => ImageExport {
                image: oldest.clone(),
                format: "qcow2".into(),
                writable: false,
                bitmap: None,
                unlocked: false,
            },
            None => ImageExport {
                image: Path::new(&base).to_owned(),
                format: format.to_owned(),
                writable: false,
                bitmap: None,
                unlocked: false,
            },
        };
        held.exports
            .push(QemuNbd::serve(&self.inner.runtime, export).await?);
        Ok(())
    }

    /// Starts the server that is off, and goes on from the layers over a new backup job.
    ///
    /// The server runs when this returns without an error, even if the snapshot is lost by it.
    pub async fn start(self: &Arc<Self>) -> Result<()> {
        let shared = Arc::clone(self);
        let task = tokio::spawn(async move {
            let mut held = shared.held.lock().await;
            let is_open = matches!(*shared.place.borrow(), Place::Open { .. });
            let server = shared.server.clone().unwrap_or_default();
            if !is_open || held.job.is_some() {
                return power_on(&shared.inner, &server, 0).await;
            }
            // It must not stay paused if we are killed.
            let _still = Still::mark(&shared.inner.runtime, &server)?;
            shared.ended_by_us.store(false, Ordering::Relaxed);
            shared.place.send_replace(Place::Moving);
            for export in std::mem::take(&mut held.exports) {
                // Read-only: there is nothing it could fail to write.
                let _ = export.stop().await;
            }
            if let Err(e) = power_on(&shared.inner, &server, flag::START_PAUSED).await {
                let next = shared.go_off(&mut held, true).await;
                shared.settle(&mut held, next);
                return Err(e);
            }
            let next = shared.go_on(&mut held, &server).await;
            let resumed = shared
                .inner
                .connections
                .call("resume server", move |c| c.domain(&server)?.resume())
                .await;
            shared.settle(&mut held, next);
            resumed
        });
        match task.await {
            Ok(done) => done,
            Err(e) => Err(Error::internal("starting a server did not end").caused_by(e)),
        }
    }

    fn settle(&self, held: &mut Held, next: Result<Vec<Arc<NbdSource>>>) {
        held.generation += 1;
        self.place.send_replace(match next {
            Ok(sources) => Place::Open {
                generation: held.generation,
                sources: Arc::new(sources),
            },
            Err(e) => {
                tracing::warn!(server = self.server, "snapshot lost: {}", e.chain());
                Place::Lost(e.chain())
            }
        });
    }

    /// Begins a second job on the paused server.
    async fn go_on(&self, held: &mut Held, server: &str) -> Result<Vec<Arc<NbdSource>>> {
        let uuid = server.to_owned();
        let number = self
            .inner
            .connections
            .call("find server", move |c| {
                Ok(c.domain(&uuid)?.id().unwrap_or(u32::MAX))
            })
            .await?;
        let (job, folder) = Job::prepare(&self.inner, number, &self.disks)?;
        held.folders.push(folder);
        let part = |target: &String| {
            let index = self.disks.iter().position(|disk| disk.target == *target);
            BackupDisk {
                target: target.clone(),
                part: match index {
                    None => BackupPart::No,
                    Some(index) => BackupPart::Yes {
                        scratch: job.scratches[index].clone(),
                        since: None,
                        epoch: false,
                    },
                },
            }
        };
        let disks: Vec<BackupDisk> = self.targets.iter().map(part).collect();
        let (uuid, xml) = (server.to_owned(), backup_xml(&job.socket, &disks));
        self.inner
            .connections
            .call("begin second backup job", move |c| {
                c.domain(&uuid)?.begin_backup(&xml, None)
            })
            .await?;
        let links = job.keep_links();
        let (address, scratches) = (job.socket.clone(), job.scratches.len());
        held.job = Some(job);
        let links = links?;
        for index in 0..scratches {
            // Without a layer the new export is the instant itself.
            if !held.layers[index].is_empty() {
                let url = format!(
                    "nbd+unix:///{}?socket={}",
                    self.disks[index].target,
                    address.display()
                );
                self.serve(held, index, url.into(), "raw").await?;
            }
        }
        for (index, link) in links.into_iter().enumerate() {
            held.layers[index].push(link);
        }
        Ok(self.connect(held).await?)
    }

    /// Looks every second whether the server is still the one the job runs on: a reader that
    /// pauses would not notice that it has gone.
    async fn watch(self: Arc<Self>) {
        loop {
            tokio::time::sleep(WATCH).await;
            let generation = match &*self.place.borrow() {
                Place::Open { generation, .. } => *generation,
                Place::Moving => continue,
                Place::Lost(_) | Place::Closed => return,
            };
            let job = self.held.lock().await.job.as_ref().map(|job| job.domain);
            let (Some(server), Some(domain)) = (&self.server, job) else {
                continue;
            };
            match self.doing(server, domain).await {
                Ok(Doing::Same {
                    going: true,
                    has_job: true,
                })
                | Err(_) => {}
                Ok(_) => self.recover(generation).await,
            }
        }
    }

    /// Ends everything but the epochs.
    async fn end(&self) -> Result<()> {
        let mut held = self.held.lock().await;
        self.place.send_replace(Place::Closed);
        for export in std::mem::take(&mut held.exports) {
            // Read-only: there is nothing it could fail to write.
            let _ = export.stop().await;
        }
        let job = held.job.take();
        let ended = match (&self.server, &job) {
            (Some(server), Some(_)) => epochs::end_job(&self.inner, server).await,
            _ => Ok(()),
        };
        if let Some(job) = job {
            remove_files(&job.scratches);
        }
        for layers in std::mem::take(&mut held.layers) {
            remove_files(&layers);
        }
        for folder in std::mem::take(&mut held.folders) {
            if let Err(e) = std::fs::remove_dir_all(&folder)
                && e.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!(path = %folder.display(), "socket folder could not be removed: {e}");
            }
        }
        ended
    }
}

/// Starts a server.
pub(super) async fn power_on(inner: &Inner, server: &str, flags: u32) -> Result<()> {
    let uuid = server.to_owned();
    inner
        .connections
        .call("start server", move |c| c.domain(&uuid)?.start(flags))
        .await
}

/// See [`SnapshotSession`].
pub(super) struct Session {
    shared: Arc<Shared>,
    instant: Instant,
    disks: Vec<SnapshotDisk>,
    definition: ServerDefinition,
    /// Epochs that go once the backup is committed.
    parents: Vec<String>,
    new_epoch: Option<String>,
    /// None once it is closed.
    open: Mutex<Option<Open>>,
}

struct Open {
    claim: Claim,
    watch: AbortHandle,
}

impl Session {
    pub fn new(
        shared: Arc<Shared>,
        claim: Claim,
        about: (Instant, Vec<SnapshotDisk>, ServerDefinition),
        parents: Vec<String>,
        new_epoch: Option<String>,
    ) -> Session {
        claim.set(|| Use::Snapshot(Arc::downgrade(&shared)));
        let watch = tokio::spawn(Arc::clone(&shared).watch()).abort_handle();
        let (instant, disks, definition) = about;
        Session {
            shared,
            instant,
            disks,
            definition,
            parents,
            new_epoch,
            open: Mutex::new(Some(Open { claim, watch })),
        }
    }
}

/// Ends the session and drops the epochs that are not needed any more.
async fn close(shared: &Shared, disks: &[String], epochs: &[String]) -> Result<()> {
    let ended = shared.end().await;
    for epoch in epochs {
        match &shared.server {
            Some(server) => match super::disks::server(&shared.inner, server).await {
                Ok(server) => epochs::drop_on_server(&shared.inner, &server, epoch).await?,
                Err(e) if e.kind == coffer_core::Kind::NotFound => {}
                Err(e) => return Err(e),
            },
            None => {
                for disk in disks {
                    let epoch = crate::hypervisor::EpochName(epoch.clone());
                    epochs::drop_epoch(&shared.inner, disk, &epoch).await?;
                }
            }
        }
    }
    ended
}

#[async_trait]
impl SnapshotSession for Session {
    fn instant(&self) -> &Instant {
        &self.instant
    }

    fn disks(&self) -> &[SnapshotDisk] {
        &self.disks
    }

    fn definition(&self) -> &ServerDefinition {
        &self.definition
    }

    fn is_lost(&self) -> bool {
        matches!(*self.shared.place.borrow(), Place::Lost(_))
    }

    fn check_space(&self) -> Result<()> {
        let inner = &self.shared.inner;
        inner.check_scratch(inner.config.scratch_reserve / 2)
    }

    async fn close(&self, outcome: Outcome) -> Result<()> {
        let mut open = self.open.lock().await;
        let Some(held) = open.as_ref() else {
            return Ok(());
        };
        held.watch.abort();
        held.claim.ending();
        let epochs = match outcome {
            Outcome::Committed => self.parents.as_slice(),
            Outcome::Abandoned => self.new_epoch.as_slice(),
        };
        let ids: Vec<String> = self
            .disks
            .iter()
            .map(|d| d.info.native_id.clone())
            .collect();
        close(&self.shared, &ids, epochs).await?;
        *open = None;
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(open) = self.open.get_mut().take() else {
            return;
        };
        open.watch.abort();
        open.claim.ending();
        // Without a runtime the process ends, and reconcile cleans up at the next start.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        let shared = Arc::clone(&self.shared);
        let ids: Vec<String> = self
            .disks
            .iter()
            .map(|d| d.info.native_id.clone())
            .collect();
        let epochs = self.new_epoch.take();
        runtime.spawn(async move {
            if let Err(e) = close(&shared, &ids, epochs.as_slice()).await {
                tracing::warn!("abandoned snapshot could not be closed: {}", e.chain());
            }
            drop(open);
        });
    }
}
