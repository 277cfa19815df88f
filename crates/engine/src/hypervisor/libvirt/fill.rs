//! Servers that run from a backup while their disks are filled.
//!
//! Each disk is an ordinary qcow2 file. As long as it is not filled its header names an export of
//! ours as what lies below it, on a socket whose path stays the same over our restarts. The server's
//! definition never names the export: libvirt reads the header at each start. So no definition can
//! tell of a backing that is gone, or of none where there is one, whoever changes it. The definition
//! differs from the final one in what a fault does: it stops the guest, which goes on when the
//! export is there again.
//!
//! QEMU itself copies what is missing (`block-stream`) and takes the export out of the header. It
//! may hold metadata of what it copied in memory then: killed at that moment, the file would lie on
//! nothing and miss parts of the backup. So a disk is whole only when QEMU has flushed after that,
//! which pausing the guest for a moment makes it do. A disk of a server that goes off before is
//! laid on the export again. That is right whatever was lost: each cluster that the guest wrote and
//! flushed is in the file, and all that was copied is there again below it.
//!
//! | crash | left behind | who heals it |
//! |---|---|---|
//! | of ours | the guest runs until it reads what is missing, then it is stopped; QEMU's job ends with an error | [`FillSession::step`] lets the guest go on, and begins the job again |
//! | of QEMU, or the server is switched off | the file with what was written and copied | the next start, which reads the header; the job is begun again |
//! | of QEMU, between the end of its job and the flush | a file that lies on nothing | the same step finds the disk unflushed and lays it on the export again, before our next start of the server |
//! | of ours, while the guest is paused for the flush | a paused guest, and a mark beside the socket | the next step finds the mark |
//!
//! Which run of the server was seen to begin on the export is recorded before a job is begun: where
//! somebody else starts a server whose disk was not flushed, that is told, and not taken for whole.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use coffer_core::{Error, Result};
use roxmltree::{Document, Node};
use tokio::sync::Mutex;

use super::definition::escape;
use super::ffi::{Domain, LibvirtError, code, flag, state};
use super::redefine::finished;
use super::{Claim, Inner, Use, new};
use crate::hypervisor::file::{blocking, io_error};
use crate::hypervisor::image_file::read_header;
use crate::hypervisor::{
    Fill, FillKeeper, FillRecord, FillSession, FillState, NewImage, NewServer, qemu,
};
use crate::nbd::server::SocketFile;

/// Disks of one server that are copied at once. When a copy has ended libvirt asks QEMU for all its
/// nodes, which QEMU 7.2 does not survive where another one has just ended too: see [`mark`].
const PULLS_MAX: usize = 1;
/// Between two tries to copy a disk.
const PULL_AGAIN: Duration = Duration::from_secs(2);
/// How long a newer QEMU waits for the export before a read fails, in seconds.
const RECONNECT_SECONDS: u64 = 60;
/// Beside the socket while a guest is paused for a flush.
const FLUSHING: &str = "flushing";

fn socket_path(folder: &Path) -> PathBuf {
    folder.join("s")
}

/// What QEMU calls the export of a disk.
fn backing(socket: &Path, name: &str) -> String {
    let node = serde_json::json!({"driver": "raw", "file": {
        "driver": "nbd", "export": name, "reconnect-delay": RECONNECT_SECONDS,
        "server": {"type": "unix", "path": socket},
    }});
    format!("json:{node}")
}

/// See [`Hypervisor::fill_socket`](crate::hypervisor::Hypervisor::fill_socket).
pub(super) async fn socket(inner: &Inner, token: &str) -> Result<SocketFile> {
    // Checks the token too.
    new::stage(inner, token)?;
    let folder = inner.runtime.lasting(token);
    let made = folder.clone();
    blocking(move || qemu::make_folder(&made)).await?;
    let socket = SocketFile::bind(&socket_path(&folder))?;
    let capabilities = inner
        .connections
        .call("ask whom guests run as", |c| c.capabilities())
        .await?;
    let ours = rustix::process::geteuid().as_raw();
    if let Some((user, group)) = guest_owner(&capabilities)
        && user != ours
        && user != 0
    {
        let path = socket.path();
        std::os::unix::fs::chown(path, Some(user), Some(group)).map_err(|e| {
            io_error(path, "give to QEMU's user", e)
                .hint("Run Coffer as root, or as the user that libvirt runs guests as.")
        })?;
    }
    Ok(socket)
}

/// User and group that QEMU runs as: `+64055:+64055` of the security model `dac`.
pub(super) fn guest_owner(capabilities: &str) -> Option<(u32, u32)> {
    let document = Document::parse(capabilities).ok()?;
    let models = document
        .descendants()
        .filter(|n| n.has_tag_name("secmodel"));
    let is_dac = |model: &Node<'_, '_>| {
        let mut names = model.children().filter(|c| c.has_tag_name("model"));
        names.any(|name| name.text() == Some("dac"))
    };
    let labels = models
        .filter(is_dac)
        .flat_map(|model| model.children().filter(|c| c.has_tag_name("baselabel")));
    let mut owners = labels.filter_map(|label| {
        let (user, group) = label.text()?.split_once(':')?;
        let number = |text: &str| text.trim_start_matches('+').parse().ok();
        Some((number(user)?, number(group)?))
    });
    owners.next()
}

/// See [`Hypervisor::stage_overlays`](crate::hypervisor::Hypervisor::stage_overlays).
pub(super) async fn stage(inner: &Inner, token: &str, images: &[NewImage]) -> Result<()> {
    let socket = socket_path(&inner.runtime.lasting(token));
    let overlays: Vec<(NewImage, String)> = images
        .iter()
        .map(|image| (image.clone(), backing(&socket, &image.name)))
        .collect();
    new::stage(inner, token)?.overlay(&overlays).await
}

/// See [`Hypervisor::forget_socket`](crate::hypervisor::Hypervisor::forget_socket).
pub(super) async fn forget_socket(inner: &Inner, token: &str) -> Result<()> {
    let folder = inner.runtime.lasting(token);
    blocking(move || match std::fs::remove_dir_all(&folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(io_error(&folder, "remove", e)),
        _ => Ok(()),
    })
    .await
}

/// See [`Hypervisor::remove_server`](crate::hypervisor::Hypervisor::remove_server).
pub(super) async fn remove(inner: &Arc<Inner>, token: &str, server: &NewServer) -> Result<()> {
    if new::is_made_here(inner, token, server).await? {
        let uuid = server.uuid.clone();
        let removed = inner
            .connections
            .try_call(move |c| {
                let domain = c.domain(&uuid)?;
                // First of all nobody can start it again; then it ends, and is gone with that.
                if domain.is_persistent()? {
                    domain.undefine(flag::UNDEFINE_ALL)?;
                }
                match domain.destroy(0) {
                    Err(e) if e.code == code::OPERATION_INVALID => Ok(()),
                    other => other,
                }
            })
            .await?;
        match removed {
            Err(e) if e.code != code::NO_DOMAIN => {
                let uri = &inner.config.uri;
                return Err(super::connection::to_error(e, uri).context("remove server"));
            }
            _ => {}
        }
    }
    // Refuses nothing, but leaves the files of a server that is there.
    new::discard(inner, token, Some(server)).await?;
    forget_socket(inner, token).await
}

/// What the live definition of a running domain holds whose disks are being filled. While QEMU ends
/// such a job nobody may ask it for all its nodes: version 7.2 has one without children then, which
/// it does not survive. libvirt does that to tell a disk's size.
pub(super) fn mark(inner: &Inner) -> String {
    let ours = inner.runtime.lasting("").display().to_string();
    format!("socket='{}", escape(&ours))
}

/// What the steps of a session share with starts of the server.
pub(super) struct Shared {
    inner: Arc<Inner>,
    server: String,
    /// Names of the disks, and the files that were made for them.
    files: Vec<(String, PathBuf)>,
    folder: PathBuf,
    keeper: Arc<dyn FillKeeper>,
    bytes_per_second: Option<u64>,
    record: Mutex<FillRecord>,
    /// When jobs were begun last, by target.
    begun: std::sync::Mutex<HashMap<String, tokio::time::Instant>>,
    /// The server's process, and when it started: one that was found is looked at first.
    process: std::sync::Mutex<Option<(u32, u64)>>,
}

struct Session {
    shared: Arc<Shared>,
    _claim: Claim,
}

/// See [`Hypervisor::fill`](crate::hypervisor::Hypervisor::fill).
pub(super) async fn open(
    inner: &Arc<Inner>,
    token: &str,
    server: &NewServer,
    (record, keeper): (FillRecord, Arc<dyn FillKeeper>),
    bytes_per_second: Option<u64>,
) -> Result<Box<dyn FillSession>> {
    let place = new::stage(inner, token)?.server_folder(&server.name, &server.uuid);
    let file = |name: &String| (name.clone(), place.join(format!("{name}.qcow2")));
    let shared = Arc::new(Shared {
        inner: Arc::clone(inner),
        server: server.uuid.clone(),
        files: server.disks.iter().map(file).collect(),
        folder: inner.runtime.lasting(token),
        keeper,
        bytes_per_second,
        record: Mutex::new(record),
        begun: std::sync::Mutex::default(),
        process: std::sync::Mutex::default(),
    });
    let what = || Use::Filling(Arc::downgrade(&shared));
    let claim = inner.claims.take(vec![server.uuid.clone()], what).await?;
    Ok(Box::new(Session {
        shared,
        _claim: claim,
    }))
}

/// What a look at the server tells.
struct Seen {
    state: i32,
    reason: i32,
    /// Names this run of the server; none while it is off.
    run: Option<String>,
    disks: Vec<SeenDisk>,
    out_of_space: bool,
}

/// A disk that was made for the server, as it has it now.
pub(super) struct SeenDisk {
    /// Its name when it was made.
    name: String,
    /// Its name on the server.
    target: String,
    path: PathBuf,
    /// The running server reads what is missing from the export.
    backed: bool,
    /// Done and all, of a job that copies.
    job: Option<(u64, u64)>,
}

fn look(domain: &Domain, files: &[(String, PathBuf)], socket: &str) -> Result<Seen, LibvirtError> {
    let (mut state, reason) = domain.state()?;
    let xml = domain.xml(0)?;
    let mut disks = disks_of(&xml, files, socket);
    if matches!(state, state::RUNNING | state::BLOCKED | state::PAUSED) {
        for disk in &mut disks {
            match domain.block_job(&disk.target) {
                Ok(job) => disk.job = job,
                // It is just going off.
                Err(e) if e.code == code::OPERATION_INVALID => state = state::SHUTDOWN,
                Err(e) => return Err(e),
            }
        }
    }
    let stopped = (state, reason) == (state::PAUSED, state::PAUSED_IO_ERROR);
    Ok(Seen {
        state,
        reason,
        run: domain.id().map(|id| id.to_string()),
        disks,
        out_of_space: stopped && domain.is_out_of_space().unwrap_or(false),
    })
}

/// Those of the files that a definition has as disks, by whatever names, and whether something
/// below them is read from the socket. A file that lies below another one is not among them.
pub(super) fn disks_of(xml: &str, files: &[(String, PathBuf)], socket: &str) -> Vec<SeenDisk> {
    let Ok(document) = Document::parse(xml) else {
        return Vec::new();
    };
    let disks = document.descendants().filter(|n| n.has_tag_name("disk"));
    let found = disks.filter_map(|disk| {
        let part = |name: &str| disk.children().find(|c| c.has_tag_name(name));
        let target = part("target")?.attribute("dev")?.to_owned();
        let path = Path::new(part("source")?.attribute("file")?);
        let (name, file) = files.iter().find(|(_, file)| file == path)?;
        let backed = disk
            .descendants()
            .any(|n| n.has_tag_name("host") && n.attribute("socket") == Some(socket));
        Some(SeenDisk {
            name: name.clone(),
            target,
            path: file.clone(),
            backed,
            job: None,
        })
    });
    found.collect()
}

/// The process that runs a server, and when it started: QEMU has the UUID among its arguments.
fn find_process(uuid: &str) -> Option<(u32, u64)> {
    let all = std::fs::read_dir("/proc").ok()?.flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let mut found = pids.filter(|pid| {
        let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let mut words = command.split(|byte| *byte == 0);
        words.any(|word| word == b"-uuid") && words.next() == Some(uuid.as_bytes())
    });
    let pid = found.next()?;
    Some((pid, crate::door::process_start(pid)?))
}

impl Shared {
    async fn look(&self) -> Result<Seen> {
        let (uuid, files) = (self.server.clone(), self.files.clone());
        let socket = socket_path(&self.folder).display().to_string();
        let known = *self.process.lock().unwrap_or_else(|e| e.into_inner());
        let looked = self
            .inner
            .connections
            .call("look at server", move |c| {
                let mut seen = look(&c.domain(&uuid)?, &files, &socket)?;
                // libvirt's numbers begin anew with it: another run may have the same one.
                let lives = |(pid, start)| crate::door::process_start(pid) == Some(start);
                let process = match seen.run {
                    Some(_) => known.filter(|p| lives(*p)).or_else(|| find_process(&uuid)),
                    None => None,
                };
                seen.run = seen.run.map(|id| {
                    let (pid, start) = process.unwrap_or_default();
                    format!("{}/{id}/{pid}/{start}", crate::door::boot_id())
                });
                Ok((seen, process))
            })
            .await;
        let (seen, process) = looked?;
        *self.process.lock().unwrap_or_else(|e| e.into_inner()) = process;
        Ok(seen)
    }

    async fn ask(
        &self,
        step: &str,
        what: impl FnOnce(&Domain) -> Result<(), LibvirtError> + Send + 'static,
    ) -> Result<()> {
        let uuid = self.server.clone();
        self.inner
            .connections
            .call(step, move |c| what(&c.domain(&uuid)?))
            .await
    }

    /// Lays disks on the export again that may miss parts of the backup. The server is off.
    async fn mend(&self, record: &FillRecord, disks: &[SeenDisk]) -> Result<()> {
        let socket = socket_path(&self.folder);
        for disk in disks {
            if record.filled.contains(&disk.name) {
                continue;
            }
            let path = disk.path.clone();
            let header = blocking(move || read_header(&path, "qcow2")).await?;
            if header.backing.is_none() {
                tracing::info!(path = %disk.path.display(), "disk laid on its backup again");
                let backing = backing(&socket, &disk.name);
                qemu::rebase(&disk.path, backing.as_ref(), "raw").await?;
            }
        }
        Ok(())
    }

    /// To be called before a start of ours.
    pub async fn before_start(&self) -> Result<()> {
        let record = self.record.lock().await;
        let seen = self.look().await?;
        match seen.state {
            state::SHUTOFF => self.mend(&record, &seen.disks).await,
            _ => Ok(()),
        }
    }

    async fn keep(&self, record: &mut FillRecord, changed: FillRecord) -> Result<()> {
        self.keeper.keep(&changed).await?;
        *record = changed;
        Ok(())
    }

    async fn step(&self) -> Result<Fill> {
        let mut record = self.record.lock().await;
        let seen = self.look().await?;
        let (mut total_bytes, mut done_bytes) = (0, 0);
        for (name, file) in &self.files {
            let file = file.clone();
            let size = blocking(move || Ok(read_header(&file, "qcow2")?.virtual_size)).await?;
            let job = seen.disks.iter().find(|disk| disk.name == *name);
            total_bytes += size;
            done_bytes += match job.and_then(|disk| disk.job) {
                _ if record.filled.contains(name) => size,
                Some((done, end)) if end > 0 => (size as f64 * done as f64 / end as f64) as u64,
                _ => 0,
            };
        }
        let state = self.act(&mut record, seen).await?;
        Ok(Fill {
            done_bytes,
            total_bytes,
            state,
        })
    }

    /// The end, where all disks are whole.
    fn whole(&self, record: &FillRecord) -> Option<FillState> {
        let mut names = self.files.iter().map(|(name, _)| name);
        let whole = names.all(|name| record.filled.contains(name));
        whole.then(|| FillState::Whole {
            suspect: record.suspect.clone(),
        })
    }

    async fn act(&self, record: &mut FillRecord, mut seen: Seen) -> Result<FillState> {
        if let Some(whole) = self.whole(record) {
            return Ok(whole);
        }
        seen.disks
            .retain(|disk| !record.filled.contains(&disk.name));
        let is_there = |name: &String| seen.disks.iter().any(|disk| disk.name == *name);
        let mut missing = self.files.iter().map(|(name, _)| name);
        let missing = missing.find(|name| !record.filled.contains(name) && !is_there(name));
        let missing = missing.map(|name| FillState::Waiting {
            reason: format!(
                "disk {name} is not attached to the server, or lies below another image"
            ),
            hint: "It is filled when the server has it again, as its own disk.",
        });
        match seen.state {
            state::SHUTOFF => {
                self.mend(record, &seen.disks).await?;
                if record.run.is_none() && missing.is_none() {
                    // It was to be started, and nobody has seen it run.
                    self.ask("start server", |d| d.start(0)).await?;
                    return Ok(FillState::Filling);
                }
                return Ok(missing.unwrap_or(waiting(
                    "the server is off",
                    "The rest is filled when it is started again.",
                )));
            }
            state::RUNNING | state::BLOCKED | state::PAUSED => {}
            _ => return Ok(FillState::Filling),
        }
        // Nothing is done in a run that is not recorded.
        if record.run != seen.run {
            return self.enter(record, &seen).await;
        }
        let wait = self.go_on(&seen).await?;
        let pulling = seen.disks.iter().filter(|disk| disk.job.is_some()).count();
        let to_begin = seen
            .disks
            .iter()
            .filter(|disk| disk.backed && disk.job.is_none() && self.may_begin(&disk.name))
            .take(PULLS_MAX.saturating_sub(pulling));
        for disk in to_begin {
            let (target, rate) = (disk.target.clone(), self.bytes_per_second);
            self.ask("fill disk", move |d| d.pull(&target, rate))
                .await?;
        }
        if let Some(wait) = wait.or(missing) {
            return Ok(wait);
        }
        let is_copied = |disk: &SeenDisk| !disk.backed && disk.job.is_none();
        let copied: Vec<SeenDisk> = seen.disks.into_iter().filter(is_copied).collect();
        if copied.is_empty() {
            return Ok(FillState::Filling);
        }
        if seen.state == state::PAUSED {
            return Ok(waiting(
                "the server is paused",
                "Its disks are whole when it goes on.",
            ));
        }
        if !self.flush(&copied, seen.run.as_deref()).await? {
            return Ok(FillState::Filling);
        }
        let mut changed = record.clone();
        let names = copied.into_iter().map(|disk| disk.name);
        changed.filled.extend(names);
        self.keep(record, changed).await?;
        Ok(self.whole(record).unwrap_or(FillState::Filling))
    }

    /// Records a run that was not seen before.
    async fn enter(&self, record: &mut FillRecord, seen: &Seen) -> Result<FillState> {
        let lost = seen.disks.iter().find(|disk| !disk.backed);
        let Some(disk) = lost.filter(|_| record.run.is_some()) else {
            let changed = FillRecord {
                run: seen.run.clone(),
                ..record.clone()
            };
            self.keep(record, changed).await?;
            return Ok(FillState::Filling);
        };
        if !record.suspect.contains(&disk.name) {
            let mut changed = record.clone();
            changed.suspect.push(disk.name.clone());
            self.keep(record, changed).await?;
        }
        Ok(FillState::Waiting {
            reason: format!(
                "disk {} may miss parts of the backup: the server was started elsewhere after its \
                 process had been killed",
                disk.name
            ),
            hint: "Switch the server off at once. Cancel the task and make the server anew, or start \
                   it by Coffer where what it wrote meanwhile is not trusted, but wanted.",
        })
    }

    /// Whether a job may be begun now, which is noted.
    fn may_begin(&self, target: &str) -> bool {
        let now = tokio::time::Instant::now();
        // A poisoned lock means a panic between two map operations; the map is whole.
        let mut begun = self.begun.lock().unwrap_or_else(|e| e.into_inner());
        let last = begun.get(target);
        let may = last.is_none_or(|at| now.duration_since(*at) >= PULL_AGAIN);
        if may {
            begun.insert(target.to_owned(), now);
        }
        may
    }

    /// Lets a guest go on that a fault has stopped, or we. What keeps it, if anything does.
    async fn go_on(&self, seen: &Seen) -> Result<Option<FillState>> {
        let mark = self.folder.join(FLUSHING);
        match (seen.state, seen.reason) {
            (state::PAUSED, state::PAUSED_IO_ERROR) => {
                // QEMU connects to an export that came again at the second try.
                self.ask("let server go on", |d| d.resume()).await?;
                Ok(Some(match seen.out_of_space {
                    true => waiting(
                        "the host has no space left for the server's disks, which is stopped",
                        "Make room: it goes on by itself.",
                    ),
                    false => waiting(
                        "a disk of the server could not be read or written, which is stopped",
                        "It is tried again. Where the backup itself is damaged, cancel the task \
                         and use another backup.",
                    ),
                }))
            }
            (state::PAUSED, state::PAUSED_USER) if mark.exists() => {
                self.ask("let server go on", |d| d.resume()).await?;
                // It stays where the folder is gone.
                let _ = std::fs::remove_file(&mark);
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// Makes QEMU write all that it holds, durably. False where it has been another process.
    async fn flush(&self, disks: &[SeenDisk], run: Option<&str>) -> Result<bool> {
        // The greater part without holding the guest up.
        for disk in disks {
            let path = disk.path.clone();
            blocking(move || {
                std::fs::File::open(&path)
                    .and_then(|file| file.sync_all())
                    .map_err(|e| io_error(&path, "sync", e))
            })
            .await?;
        }
        let mark = self.folder.join(FLUSHING);
        std::fs::write(&mark, b"").map_err(|e| io_error(&mark, "write", e))?;
        let begun = tokio::time::Instant::now();
        let (uuid, run) = (self.server.clone(), run.map(str::to_owned));
        let done = self
            .inner
            .connections
            .call("flush disks", move |c| {
                let domain = c.domain(&uuid)?;
                if domain.state()?.0 == state::PAUSED {
                    return Ok(false);
                }
                // QEMU flushes all disks when it pauses a guest.
                domain.suspend()?;
                let paused = domain.state();
                domain.resume()?;
                // One that a fault stopped before was not flushed by this.
                Ok(paused? == (state::PAUSED, state::PAUSED_USER))
            })
            .await;
        // Another process would have forgotten what this one held.
        let done = match done {
            Ok(true) => self.look().await.map(|seen| seen.run == run),
            other => other,
        };
        if done.is_ok() {
            // A mark that stays lets a guest go on once too often at worst.
            let _ = std::fs::remove_file(&mark);
            tracing::debug!(
                took_ms = begun.elapsed().as_millis() as u64,
                "disks flushed"
            );
        }
        done
    }
}

fn waiting(reason: &str, hint: &'static str) -> FillState {
    FillState::Waiting {
        reason: reason.to_owned(),
        hint,
    }
}

#[async_trait]
impl FillSession for Session {
    async fn step(&self) -> Result<Fill> {
        self.shared.step().await
    }

    async fn finish(&self) -> Result<()> {
        let shared = &self.shared;
        let (uuid, files) = (shared.server.clone(), shared.files.clone());
        let socket = socket_path(&shared.folder).display().to_string();
        let changed = shared
            .inner
            .connections
            .call("give the server its definition", move |c| {
                let domain = c.domain(&uuid)?;
                if !domain.is_persistent()? {
                    return Ok(Ok(()));
                }
                // The one of now: what its user changed meanwhile stays.
                let xml = domain.xml(flag::XML_INACTIVE | flag::XML_SECURE)?;
                Ok(match finished(&xml, &files, &socket) {
                    Ok(Some(xml)) => c.define(&xml).map(|_| Ok(()))?,
                    Ok(None) => Ok(()),
                    Err(e) => Err(e),
                })
            })
            .await?;
        changed.map_err(|e| Error::internal("a server's definition is not known").caused_by(e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_on_the_export_is_told_from_what_does_not() {
        let chain = "<backingStore type='file'><source file='/low'/><backingStore type='network'>\
            <source protocol='nbd' name='vda'><host transport='unix' socket='/r/s'/></source>\
            </backingStore></backingStore>";
        let xml = format!(
            "<domain><devices><disk><source file='/a'/>{chain}<target dev='sda'/></disk>\
             <disk><source file='/b'/><backingStore/><target dev='vdb'/></disk>\
             <disk><source file='/c'/><target dev='vdc'/></disk></devices></domain>"
        );
        let files = [("vda", "/a"), ("vdb", "/b"), ("vdd", "/low")];
        let files = files.map(|(name, file)| (name.to_owned(), PathBuf::from(file)));
        let shown = |xml: &str, socket: &str| -> Vec<(String, String, bool)> {
            let found = disks_of(xml, &files, socket).into_iter();
            found.map(|d| (d.name, d.target, d.backed)).collect()
        };
        let disk = |name: &str, target: &str, backed| (name.to_owned(), target.to_owned(), backed);
        let expected = [disk("vda", "sda", true), disk("vdb", "vdb", false)];
        assert_eq!(shown(&xml, "/r/s"), expected);
        assert!(!shown(&xml, "/other")[0].2);
        assert_eq!(shown("<", "/r/s"), []);
    }

    #[test]
    fn guests_run_as_whom_libvirt_says() {
        let xml = "<capabilities><host><secmodel><model>apparmor</model></secmodel>\
            <secmodel><model>dac</model><doi>0</doi><baselabel type='kvm'>+64055:+994</baselabel>\
            </secmodel></host></capabilities>";
        assert_eq!(guest_owner(xml), Some((64055, 994)));
        assert_eq!(guest_owner("<capabilities/>"), None);
        assert_eq!(guest_owner("no XML"), None);
    }
}
