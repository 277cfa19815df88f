//! QEMU's tools: `qemu-nbd` processes that export images, and `qemu-img`.
//!
//! The only module that starts processes, but for `crate::files`, whose appliance comes from
//! [`spawn_tied`] too. A `qemu-nbd` holds its image's lock, so that no
//! hypervisor can start a server on it meanwhile; it ends with its [`QemuNbd`], and with this
//! process however that ends. A `qemu-img` that outlives this process finishes what it does to an
//! image; [`end_leftovers`] of the next process waits for it.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use coffer_core::{Error, Result};
use serde::Deserialize;

use super::file::{blocking, io_error};
use crate::nbd::NbdAddress;

/// How long `qemu-nbd` may take to open its image and socket.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long it may take to write back what it holds when it is told to end.
const STOP_LIMIT: Duration = Duration::from_secs(60);
/// How long `qemu-img` may take; nothing asked of it here reads data.
const TOOL_LIMIT: Duration = Duration::from_secs(120);
/// Between two looks at a process that starts or ends.
const POLL: Duration = Duration::from_millis(10);
/// A unix socket's path may have 107 bytes.
const SOCKET_PATH_MAX: usize = 107;

/// A folder for sockets and pid files whose names begin with one service's prefix.
#[derive(Debug, Clone)]
pub(crate) struct RuntimeDir {
    folder: PathBuf,
    prefix: String,
    nonce: String,
}

static COUNTER: AtomicU64 = AtomicU64::new(1);

impl RuntimeDir {
    /// Makes the folder if it is not there. `prefix` is `coffer-<service>-`.
    pub fn new(folder: &Path, prefix: &str) -> Result<RuntimeDir> {
        make_folder(folder)?;
        let folder = folder
            .canonicalize()
            .map_err(|e| io_error(folder, "find", e))?;
        let mut random = [0; 4];
        crate::repository::crypto::random(&mut random)?;
        let dir = RuntimeDir {
            folder,
            prefix: prefix.to_owned(),
            nonce: hex::encode(random),
        };
        let longest = dir.folder.as_os_str().len() + prefix.len() + 32;
        if longest > SOCKET_PATH_MAX {
            return Err(Error::invalid(format!(
                "{} is too long for sockets: their paths may have {SOCKET_PATH_MAX} bytes",
                dir.folder.display()
            ))
            .hint("Configure a shorter runtime folder, such as /run/coffer."));
        }
        Ok(dir)
    }

    /// The folder, absolute.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A path in the folder that nobody else uses.
    pub fn fresh(&self, suffix: &str) -> PathBuf {
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        self.folder
            .join(format!("{}{}-{count}.{suffix}", self.prefix, self.nonce))
    }

    /// A path in another folder that nobody else uses.
    pub fn fresh_in(&self, folder: &Path, suffix: &str) -> PathBuf {
        let path = self.fresh(suffix);
        folder.join(path.file_name().expect("it ends in a name"))
    }

    /// A new folder in this one, for sockets that a process of `like`'s owner makes.
    pub fn fresh_folder_for(&self, like: &Path) -> Result<PathBuf> {
        use std::os::unix::fs::{DirBuilderExt, MetadataExt};
        let path = self.fresh("d");
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|e| io_error(&path, "create", e))?;
        if let Ok(owner) = std::fs::metadata(like)
            && owner.uid() != rustix::process::geteuid().as_raw()
        {
            // Where we may not give it away, QEMU runs as us or the backup says why it fails.
            let _ = std::os::unix::fs::chown(&path, Some(owner.uid()), Some(owner.gid()));
        }
        Ok(path)
    }

    /// The folder of sockets that a task keeps over restarts: no start takes it for left behind.
    pub fn lasting(&self, token: &str) -> PathBuf {
        let service = self.prefix.strip_prefix("coffer-").unwrap_or(&self.prefix);
        // The end of a UUID is random whatever its version, and a socket's path is short.
        let short = &token[token.len().saturating_sub(12)..];
        self.folder.join(format!("fill-{service}{short}"))
    }

    /// Files and folders that earlier processes of this service made in a folder.
    fn leftovers(&self, folder: &Path) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return Vec::new();
        };
        let ours = format!("{}{}-", self.prefix, self.nonce);
        let is_left = |name: &str| name.starts_with(&self.prefix) && !name.starts_with(&ours);
        entries
            .flatten()
            .filter(|entry| entry.file_name().to_str().is_some_and(is_left))
            .map(|entry| entry.path())
            .collect()
    }

    /// Files and folders that earlier processes of this service left in this folder.
    pub fn leftovers_in(&self) -> Vec<PathBuf> {
        self.leftovers(&self.folder)
    }

    /// True if a path was made by an earlier process of this service in this folder.
    pub fn is_leftover(&self, path: &Path) -> bool {
        let rest = path
            .strip_prefix(&self.folder)
            .ok()
            .and_then(|rest| rest.to_str());
        let ours = format!("{}{}-", self.prefix, self.nonce);
        rest.is_some_and(|rest| rest.starts_with(&self.prefix) && !rest.starts_with(&ours))
    }
}

/// Makes a folder, and those above it, that other users may pass through.
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o711)
        .create(folder)
        .map_err(|e| io_error(folder, "create", e))
}

/// What to export, and how.
#[derive(Debug, Clone)]
pub(crate) struct ImageExport {
    pub image: PathBuf,
    /// `raw`, `qcow2`, ...: never guessed, as a guest could write another format's header.
    pub format: String,
    pub writable: bool,
    /// Dirty bitmap to offer beside the allocation.
    pub bitmap: Option<String>,
    /// Take no locks: others may open and write the image meanwhile, so that what is read may be
    /// torn. For a look that nothing is built on; read-only.
    pub unlocked: bool,
}

/// A `qemu-nbd` that serves one image on a unix socket under the empty export name.
#[derive(Debug)]
pub(crate) struct QemuNbd {
    child: Option<Child>,
    socket: PathBuf,
    pid_file: PathBuf,
    image: PathBuf,
}

impl QemuNbd {
    /// Starts it and waits until it listens.
    ///
    /// `Conflict` if the image is in use.
    pub async fn serve(runtime: &RuntimeDir, export: ImageExport) -> Result<QemuNbd> {
        let socket = runtime.fresh("sock");
        let pid_file = socket.with_extension("pid");
        let mut command = Command::new("qemu-nbd");
        command.args(["--persistent", "--shared=16"]);
        command
            .arg("--socket")
            .arg(&socket)
            .arg("--pid-file")
            .arg(&pid_file);
        match export.writable {
            true => command.args(["--discard=unmap", "--detect-zeroes=unmap"]),
            false => command.arg("--read-only"),
        };
        if let Some(bitmap) = &export.bitmap {
            command.args(["--bitmap", bitmap]);
        }
        match export.unlocked {
            true => command
                .arg("--image-opts")
                .arg(unlocked_options(&export.image, &export.format)),
            false => command
                .args(["--format", &export.format])
                .arg(&export.image),
        };
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command.env("LC_ALL", "C");
        blocking(move || {
            let child = spawn_tied(command).map_err(|e| missing_tool("qemu-nbd", e))?;
            let mut served = QemuNbd {
                child: Some(child),
                socket,
                pid_file,
                image: export.image,
            };
            served.wait_until_it_listens()?;
            Ok(served)
        })
        .await
    }

    /// Where it listens.
    pub fn address(&self) -> NbdAddress {
        NbdAddress::Unix(self.socket.clone())
    }

    /// Ends it and waits until the image is closed and its lock released.
    ///
    /// Fails if it ended by a fault, so that what was written may not be in the image.
    pub async fn stop(mut self) -> Result<()> {
        blocking(move || self.end()).await
    }

    fn wait_until_it_listens(&mut self) -> Result<()> {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            if std::os::unix::net::UnixStream::connect(&self.socket).is_ok() {
                return Ok(());
            }
            let child = self.child.as_mut().expect("it was started and not ended");
            let ended = child
                .try_wait()
                .map_err(|e| io_error(&self.image, "export", e))?;
            if ended.is_some() {
                let mut text = String::new();
                if let Some(stderr) = child.stderr.as_mut() {
                    // Without its words the error is still one.
                    let _ = stderr.read_to_string(&mut text);
                }
                return Err(tool_error("qemu-nbd", &self.image, &text));
            }
            if Instant::now() > deadline {
                return Err(Error::unavailable(format!(
                    "qemu-nbd did not open {} within {} s",
                    self.image.display(),
                    START_LIMIT.as_secs()
                )));
            }
            pause();
        }
    }

    fn end(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else {
            return Ok(());
        };
        let pid = rustix::process::Pid::from_child(&child);
        // It may have ended already, which `wait` tells.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        let deadline = Instant::now() + STOP_LIMIT;
        let ended = loop {
            match child.try_wait() {
                Ok(Some(status)) => break Some(status),
                Ok(None) if Instant::now() < deadline => pause(),
                _ => {
                    let _ = child.kill();
                    let _ = child.wait();
                    break None;
                }
            }
        };
        // Either may be gone with the process.
        let _ = std::fs::remove_file(&self.socket);
        let _ = std::fs::remove_file(&self.pid_file);
        match ended {
            Some(status) if status.success() => Ok(()),
            _ => Err(Error::unavailable(format!(
                "qemu-nbd did not close {} properly",
                self.image.display()
            ))),
        }
    }
}

impl Drop for QemuNbd {
    fn drop(&mut self) {
        if self.child.is_none() {
            return;
        }
        let mut rest = QemuNbd {
            child: self.child.take(),
            socket: self.socket.clone(),
            pid_file: self.pid_file.clone(),
            image: self.image.clone(),
        };
        // Waiting for it to write back may take a while: not on a runtime's thread.
        std::thread::spawn(move || {
            if let Err(e) = rest.end() {
                tracing::warn!(image = %rest.image.display(), "{}", e.chain());
            }
        });
    }
}

/// QEMU's options for an image that is opened without locks. Commas in its name are doubled.
fn unlocked_options(image: &Path, format: &str) -> OsString {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    use std::os::unix::fs::FileTypeExt;
    let is_device = std::fs::metadata(image).is_ok_and(|m| m.file_type().is_block_device());
    let driver = if is_device { "host_device" } else { "file" };
    let head = format!(
        "driver={format},force-share=on,file.driver={driver},file.force-share=on,file.filename="
    );
    let mut options = head.into_bytes();
    for &byte in image.as_os_str().as_bytes() {
        options.push(byte);
        if byte == b',' {
            options.push(byte);
        }
    }
    OsString::from_vec(options)
}

/// Waits for a state that has no event, on a thread that may block.
#[expect(
    clippy::disallowed_methods,
    reason = "polls a process; never on a runtime's thread"
)]
fn pause() {
    std::thread::sleep(POLL);
}

/// Starts a process that is told to end when this one does.
///
/// The kernel ties it to the *thread* that forks, so one thread does it all and never ends.
pub(crate) fn spawn_tied(mut command: Command) -> std::io::Result<Child> {
    type Job = (Command, mpsc::SyncSender<std::io::Result<Child>>);
    static SPAWNER: OnceLock<mpsc::Sender<Job>> = OnceLock::new();
    let spawner = SPAWNER.get_or_init(|| {
        let (jobs, queue) = mpsc::channel::<Job>();
        std::thread::spawn(move || {
            for (mut command, answer) in queue {
                // The asker waits for it.
                let _ = answer.send(command.spawn());
            }
        });
        jobs
    });
    // Not SIGTERM: qemu-nbd forgets one that comes while it starts, and would outlive us. What is
    // lost are the bitmaps of an image that was being overwritten: they are said to be in use then,
    // and the next backup reads that disk in full.
    let signal = rustix::process::Signal::KILL;
    let parent = rustix::process::getpid();
    // SAFETY: runs between fork and exec; it is two system calls and allocates nothing.
    unsafe {
        command.pre_exec(move || {
            rustix::process::set_parent_process_death_signal(Some(signal))?;
            // A parent that is gone already sends no signal any more.
            match rustix::process::getppid() {
                found if found == Some(parent) => Ok(()),
                _ => Err(std::io::Error::from_raw_os_error(3)),
            }
        });
    }
    let gone = || std::io::Error::other("the thread that starts processes is gone");
    let (answer, started) = mpsc::sync_channel(1);
    spawner.send((command, answer)).map_err(|_| gone())?;
    started.recv().map_err(|_| gone())?
}

/// Ends `qemu-nbd` processes that earlier processes of this service left, and removes their
/// files from the runtime folder and from `scratch`.
pub(crate) async fn end_leftovers(runtime: RuntimeDir, scratch: PathBuf) -> Result<()> {
    blocking(move || {
        let left = runtime.leftovers(&runtime.folder);
        for path in left
            .iter()
            .filter(|path| path.extension() == Some(OsStr::new("pid")))
        {
            end_recorded(path);
        }
        for path in left.into_iter().chain(runtime.leftovers(&scratch)) {
            let removed = match path.is_dir() {
                true => std::fs::remove_dir_all(&path),
                false => std::fs::remove_file(&path),
            };
            match removed {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(io_error(&path, "remove", e));
                }
                _ => {}
            }
        }
        await_orphans()
    })
    .await
}

/// Names the process that started a `qemu-img`, in that one's environment.
const PARENT: &str = "COFFER_PARENT";

/// This process, as its children's environment names it.
fn parent_mark() -> String {
    let pid = std::process::id();
    let start = crate::door::process_start(pid).unwrap_or_default();
    format!("{pid}.{start}")
}

/// The processes whose parent named itself in their environment and is gone.
fn orphans() -> Vec<u32> {
    let is_orphan = |pid: &u32| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        let mark = environment.split(|byte| *byte == 0).find_map(|entry| {
            let value = entry.strip_prefix(PARENT.as_bytes())?.strip_prefix(b"=")?;
            let (parent, start) = std::str::from_utf8(value).ok()?.split_once('.')?;
            Some((parent.parse().ok()?, start.parse().ok()?))
        });
        mark.is_some_and(|(parent, start): (u32, u64)| {
            crate::door::process_start(parent) != Some(start)
        })
    };
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(is_orphan).collect()
}

/// Waits until each `qemu-img` of a process that is gone has ended: it holds its image's lock, and
/// killed in the middle it would spoil the image's bitmaps.
fn await_orphans() -> Result<()> {
    let deadline = Instant::now() + TOOL_LIMIT;
    loop {
        let left = orphans();
        if left.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(Error::unavailable(format!(
                "qemu-img of an earlier start still runs: {left:?}"
            ))
            .hint("It may wait for storage that does not answer. End these processes."));
        }
        pause();
    }
}

fn end_recorded(pid_file: &Path) {
    let pid = std::fs::read_to_string(pid_file).unwrap_or_default();
    let Some(pid) = pid
        .trim()
        .parse()
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    else {
        return;
    };
    // The number may belong to somebody else by now.
    let is_ours = || {
        let command = std::fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero()));
        let command = command.unwrap_or_default();
        let mut words = command.split(|byte| *byte == 0);
        let program = words.next().unwrap_or_default();
        program.ends_with(b"qemu-nbd")
            && words.any(|word| word == pid_file.as_os_str().as_encoded_bytes())
    };
    let deadline = Instant::now() + STOP_LIMIT;
    let mut signal = rustix::process::Signal::TERM;
    while is_ours() {
        // It may end between the look and the signal.
        let _ = rustix::process::kill_process(pid, signal);
        if Instant::now() > deadline {
            signal = rustix::process::Signal::KILL;
        }
        pause();
    }
}

/// A persistent dirty bitmap in a qcow2 file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BitmapInfo {
    pub name: String,
    /// False where QEMU died while it was recording: it lies.
    pub consistent: bool,
}

/// What `qemu-img info` says of an image.
#[derive(Debug, Clone)]
pub(crate) struct ImageInfo {
    pub bitmaps: Vec<BitmapInfo>,
    /// False for qcow2 of version 2 and other formats without persistent bitmaps.
    pub can_bitmap: bool,
}

/// Reads an image's header, also while it is in use.
pub(crate) async fn image_info(image: &Path, format: &str) -> Result<ImageInfo> {
    let words = ["info", "--force-share", "--output=json", "-f", format].map(OsString::from);
    let output = qemu_img(image, words.into_iter().chain([image.into()])).await?;
    parse_image_info(&output).map_err(|e| {
        Error::internal(format!(
            "qemu-img's answer on {} is not known",
            image.display()
        ))
        .caused_by(e)
    })
}

/// Reads what `qemu-img info` answers.
pub(crate) fn parse_image_info(answer: &[u8]) -> serde_json::Result<ImageInfo> {
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    struct Answer {
        format: String,
        format_specific: Option<Specific>,
    }
    #[derive(Deserialize)]
    struct Specific {
        #[serde(default)]
        data: Data,
    }
    #[derive(Deserialize, Default)]
    struct Data {
        compat: Option<String>,
        #[serde(default)]
        bitmaps: Vec<Bitmap>,
    }
    #[derive(Deserialize)]
    struct Bitmap {
        name: String,
        flags: Vec<String>,
    }
    let answer: Answer = serde_json::from_slice(answer)?;
    let data = answer.format_specific.map(|s| s.data).unwrap_or_default();
    Ok(ImageInfo {
        can_bitmap: answer.format == "qcow2" && data.compat.is_some_and(|c| c != "0.10"),
        bitmaps: data
            .bitmaps
            .into_iter()
            .map(|bitmap| BitmapInfo {
                name: bitmap.name,
                consistent: !bitmap.flags.iter().any(|flag| flag == "in-use"),
            })
            .collect(),
    })
}

/// Makes an empty qcow2 file; it must not be there yet.
pub(crate) async fn create_image(image: &Path, size_bytes: u64) -> Result<()> {
    let words = ["create", "-q", "-f", "qcow2"].map(OsString::from);
    let rest = [image.into(), OsString::from(size_bytes.to_string())];
    qemu_img(image, words.into_iter().chain(rest))
        .await
        .map(|_| ())
}

/// Makes a qcow2 file that holds nothing of its own yet and reads as `backing`, a raw source that
/// QEMU names so; that is not opened.
pub(crate) async fn create_overlay(image: &Path, size_bytes: u64, backing: &str) -> Result<()> {
    let words = [
        "create", "-q", "-u", "-f", "qcow2", "-F", "raw", "-b", backing,
    ];
    let words = words.map(OsString::from);
    let rest = [image.into(), OsString::from(size_bytes.to_string())];
    qemu_img(image, words.into_iter().chain(rest))
        .await
        .map(|_| ())
}

/// Makes an image that nobody has open larger, or smaller. Its bitmaps stay, and call what was
/// added unchanged: it reads as zeroes.
pub(crate) async fn resize_image(image: &Path, format: &str, size_bytes: u64) -> Result<()> {
    let words = ["resize", "-q", "-f", format].map(OsString::from);
    let rest = [image.into(), OsString::from(size_bytes.to_string())];
    qemu_img(image, words.into_iter().chain(rest))
        .await
        .map(|_| ())
}

/// Refuses an image that somebody has open, whoever that is. Images that are no qcow2 or raw
/// files of QEMU's have no locks to tell.
pub(crate) async fn check_unused(runtime: &RuntimeDir, image: &Path, format: &str) -> Result<()> {
    let export = ImageExport {
        image: image.to_owned(),
        format: format.to_owned(),
        writable: true,
        bitmap: None,
        unlocked: false,
    };
    let export = QemuNbd::serve(runtime, export).await?;
    // Told to end before it has answered anybody, it may not hear that.
    let target = crate::nbd::NbdTarget::connect(&export.address(), "").await;
    drop(target?);
    export.stop().await
}

/// Adds an empty bitmap that records from now on to a qcow2 file that nobody has open.
pub(crate) async fn add_bitmap(image: &Path, name: &str) -> Result<()> {
    bitmap(image, "--add", name).await
}

/// Removes a bitmap from a qcow2 file that nobody has open; no error if it is not there.
pub(crate) async fn remove_bitmap(image: &Path, name: &str) -> Result<()> {
    let info = image_info(image, "qcow2").await?;
    match info.bitmaps.iter().any(|bitmap| bitmap.name == name) {
        true => bitmap(image, "--remove", name).await,
        false => Ok(()),
    }
}

async fn bitmap(image: &Path, action: &str, name: &str) -> Result<()> {
    let words = ["bitmap", action, "-f", "qcow2"].map(OsString::from);
    let rest = [image.into(), OsString::from(name)];
    qemu_img(image, words.into_iter().chain(rest))
        .await
        .map(|_| ())
}

/// Sets an overlay's backing file without looking at the data.
pub(crate) async fn rebase(overlay: &Path, backing: &OsStr, format: &str) -> Result<()> {
    let words = ["rebase", "-u", "-f", "qcow2", "-F", format, "-b"].map(OsString::from);
    let rest = [backing.to_owned(), overlay.into()];
    qemu_img(overlay, words.into_iter().chain(rest))
        .await
        .map(|_| ())
}

async fn qemu_img(image: &Path, words: impl IntoIterator<Item = OsString>) -> Result<Vec<u8>> {
    let mut command = tokio::process::Command::new("qemu-img");
    command
        .args(words)
        .stdin(Stdio::null())
        .env("LC_ALL", "C")
        .env(PARENT, parent_mark())
        .kill_on_drop(true);
    let output = tokio::time::timeout(TOOL_LIMIT, command.output())
        .await
        .map_err(|_| {
            let seconds = TOOL_LIMIT.as_secs();
            Error::unavailable(format!(
                "qemu-img took over {seconds} s on {}",
                image.display()
            ))
        })?;
    let output = output.map_err(|e| missing_tool("qemu-img", e))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => {
            let text = String::from_utf8_lossy(&output.stderr);
            Err(tool_error("qemu-img", image, &text))
        }
    }
}

fn missing_tool(tool: &str, error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::NotFound => Error::unavailable(format!("{tool} is not installed"))
            .hint("Install QEMU's tools: the package qemu-utils on Debian and Ubuntu."),
        _ => Error::unavailable(format!("{tool} does not start")).caused_by(error),
    }
}

fn tool_error(tool: &str, image: &Path, text: &str) -> Error {
    let text = text.trim().replace('\n', "; ");
    if text.contains("lock") {
        return Error::conflict(format!("{} is in use", image.display()))
            .hint("Stop the server that uses it, or wait for the other task.")
            .caused_by(Error::conflict(text));
    }
    if text.contains("No such file") {
        return Error::not_found(format!("{tool} does not find {}: {text}", image.display()));
    }
    Error::unavailable(format!("{tool} failed on {}: {text}", image.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::wait_until;

    const FOLDER: &str = "COFFER_TEST_TIED_FOLDER";

    #[expect(
        clippy::disallowed_methods,
        reason = "a test that runs itself as a child"
    )]
    fn folder_of_child() -> Option<PathBuf> {
        std::env::var_os(FOLDER).map(PathBuf::from)
    }

    /// Command lines of processes that name `folder`.
    fn exports(folder: &Path) -> usize {
        let all = std::fs::read_dir("/proc").unwrap().flatten();
        let commands = all.filter_map(|e| std::fs::read(e.path().join("cmdline")).ok());
        let ours = |command: &Vec<u8>| {
            let command = String::from_utf8_lossy(command);
            command.starts_with("qemu-nbd") && command.contains(folder.to_str().unwrap())
        };
        commands.filter(ours).count()
    }

    /// The child's part: starts a writing export after the other until it is killed.
    #[tokio::test]
    async fn tied_child() {
        let Some(folder) = folder_of_child() else {
            return;
        };
        let runtime = RuntimeDir::new(&folder, "coffer-t-").unwrap();
        let image = folder.join("image");
        loop {
            let export = ImageExport {
                image: image.clone(),
                format: "raw".into(),
                writable: true,
                bitmap: None,
                unlocked: false,
            };
            let served = QemuNbd::serve(&runtime, export).await.unwrap();
            served.stop().await.unwrap();
        }
    }

    #[test]
    fn an_export_that_writes_and_is_still_starting_ends_with_its_process() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        std::fs::File::create(folder.join("image"))
            .and_then(|file| file.set_len(1 << 20))
            .unwrap();
        for _ in 0..6 {
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "hypervisor::qemu::tests::tied_child"])
                .env(FOLDER, &folder)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let deadline = Instant::now() + Duration::from_secs(60);
            while exports(&folder) == 0 {
                assert!(Instant::now() < deadline, "no export was started");
            }
            // At this moment it has just begun: it forgets a signal that asks it to end.
            child.kill().unwrap();
            child.wait().unwrap();
            wait_until("the export to end with its process", 20, || {
                exports(&folder) == 0
            });
        }
    }

    #[test]
    fn a_tool_that_outlives_its_parent_is_waited_for() {
        let tool = |mark: &str| {
            let mut command = Command::new("sleep");
            command.arg("60").env(PARENT, mark).spawn().unwrap()
        };
        let mut ours = tool(&parent_mark());
        // No process began at tick 1.
        let mut orphan = tool(&format!("{}.1", std::process::id()));
        // Of a process that has just begun the kernel shows no environment for a moment.
        wait_until("the orphan to be seen", 20, || {
            orphans().contains(&orphan.id())
        });
        assert!(!orphans().contains(&ours.id()));
        orphan.kill().unwrap();
        orphan.wait().unwrap();
        assert!(!orphans().contains(&orphan.id()));
        ours.kill().unwrap();
        ours.wait().unwrap();
    }
}
