//! Recovery drills: a backup is started for a trial, and shows whether it can be recovered.
//!
//! The guest is a QEMU process of ours, on throw-away overlays over exports of the backup. No
//! hypervisor knows of it: no server of an inventory, nothing to back up, nothing to attach to.
//! Nothing is copied, and nothing of the backup can be written: the exports are read-only, and what
//! the guest writes goes to files that have no names from the beginning.
//!
//! | ended by | QEMU | overlays | sockets and folder |
//! |---|---|---|---|
//! | a verdict, an error, a cancellation | killed and waited for | gone with it | removed |
//! | the caller's future is dropped | killed | gone with it | removed |
//! | `kill -9` of this process | killed by the kernel | gone with it | removed by the next start: [`Place::clean`] |
//!
//! What a guest may cost: memory and processors of its [`Share`], the time of its limit, and in the
//! folder of its place what it writes while it comes up. Its output is kept to the last [`KEPT_BYTES`].

mod agent;
mod machine;
mod process;
mod sources;

use std::path::{Path, PathBuf};
use std::time::Duration;

use coffer_core::drill::{self, Checks, Reason, Sign};
use coffer_core::{Error, Kind, Result};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::hypervisor::file::{blocking, io_error};
use crate::hypervisor::qemu::RuntimeDir;
use agent::{Agent, Talk};
pub use machine::{Machine, Share};
use process::{Bounds, Qemu, User};
pub use sources::DrillDisk;
use sources::Exports;

/// Between two looks at the guest.
const LOOK: Duration = Duration::from_millis(200);
/// Between two looks at the screen.
const SCREEN_LOOK: Duration = Duration::from_secs(1);
/// What is kept of what a guest says, in bytes, of each port.
pub const KEPT_BYTES: usize = 64 << 10;
/// Largest picture, in bytes.
pub const PICTURE_BYTES_MAX: u64 = 1 << 20;
/// So many restarts are no part of coming up: a first boot or a relabelling takes one or two.
const RESTARTS_MAX: usize = 3;
/// First of the users that guests run as where this process is root: each drill has one of its own out
/// of [`USERS`], far from those that people and services have.
const FIRST_USER: u32 = 0x7000_0000;
const USERS: u32 = 1 << 24;

/// Where drills have their sockets, and QEMU what guests write.
#[derive(Debug, Clone)]
pub struct Place {
    runtime: RuntimeDir,
    room: Room,
}

/// How much of the file system of a place drills may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Most that a guest may write to one of its disks, in bytes.
    pub overlay_bytes: u64,
    /// What stays free there, in bytes: with less no drill begins, and those that run end.
    pub reserve_bytes: u64,
}

impl Place {
    /// Uses a folder, and makes it where it is not there. `prefix` (`coffer-<service>-`) tells the
    /// drills of several services apart.
    ///
    /// # Errors
    /// `Invalid` where the folder's path is too long for sockets, where somebody else may write
    /// there, or where this process is root and other users cannot pass through: guests never run
    /// as root.
    pub fn new(folder: &Path, prefix: &str, room: Room) -> Result<Place> {
        let runtime = RuntimeDir::new(folder, prefix)?;
        check_folder(runtime.folder())?;
        Ok(Place { runtime, room })
    }

    /// Removes what drills of earlier processes left. Their guests ended with these processes.
    ///
    /// # Errors
    /// `Unavailable` where something cannot be removed.
    pub async fn clean(&self) -> Result<()> {
        let left = self.runtime.leftovers_in();
        blocking(move || {
            for path in left {
                match std::fs::remove_dir_all(&path) {
                    Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                        return Err(io_error(&path, "remove", e));
                    }
                    _ => {}
                }
            }
            Ok(())
        })
        .await
    }

    fn check_space(&self) -> Result<()> {
        let what = "the folder for drills";
        crate::space::check(what, self.runtime.folder(), self.room.reserve_bytes)
    }
}

/// Refuses a folder in which others could put something, or that guests' users cannot reach.
fn check_folder(folder: &Path) -> Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let refused = |text: &str| {
        let text = format!("{} cannot have drills: {text}", folder.display());
        Err(Error::invalid(text).hint("Name another folder: `drills.folder` of the configuration."))
    };
    let own = rustix::process::geteuid();
    let found = std::fs::symlink_metadata(folder).map_err(|e| io_error(folder, "look at", e))?;
    if found.uid() != own.as_raw() || found.permissions().mode() & 0o022 != 0 {
        return refused("it belongs to others, or they may write there");
    }
    let passes = |path: &Path| {
        std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o001 != 0)
    };
    match own.is_root() && !folder.ancestors().all(passes) {
        true => refused("guests of root run as another user, who cannot pass through to it"),
        false => Ok(()),
    }
}

/// Whom the next guest runs as: of root's, each as a user of its own, with the group that may use KVM.
fn next_user() -> Result<Option<User>> {
    use std::os::unix::fs::MetadataExt;
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let mut random = [0; 4];
    crate::repository::crypto::random(&mut random)?;
    let uid = FIRST_USER + u32::from_le_bytes(random) % USERS;
    let kvm = std::fs::metadata("/dev/kvm").map(|found| found.gid());
    // Root's own group would be no step down.
    let gid = kvm.ok().filter(|gid| *gid != 0).unwrap_or(uid);
    Ok(Some(User { uid, gid }))
}

/// Lets the guest's user have a file of a drill.
fn give(path: &Path, user: Option<User>) -> Result<()> {
    match user {
        None => Ok(()),
        Some(user) => std::os::unix::fs::lchown(path, Some(user.uid), Some(user.gid))
            .map_err(|e| io_error(path, "give away", e)),
    }
}

/// A drill to be done.
pub struct Request {
    /// Names its process in lists, letters, digits and `-`.
    pub name: String,
    /// The guest's hardware.
    pub machine: Machine,
    /// The backup's disks.
    pub disks: Vec<DrillDisk>,
    /// What it has to do.
    pub checks: Checks,
}

/// When a drill had come how far, since it began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// The disks could be read.
    pub exported: Duration,
    /// The guest's processor ran.
    pub started: Duration,
    /// The guest's first word on its serial port.
    pub first_output: Option<Duration>,
    /// All checks had passed: what a recovery takes until the server works.
    pub passed: Option<Duration>,
    /// The verdict was there; what follows is clearing up.
    pub decided: Duration,
    /// Nothing of it was left.
    pub ended: Duration,
}

/// What a drill showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The backup can be recovered.
    Passed,
    /// It cannot, or not in time.
    Failed {
        /// In short.
        reason: Reason,
        /// In full: what was wrong, with the last words where they are all that is known.
        message: String,
    },
}

/// How a drill ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What it showed.
    pub verdict: Verdict,
    /// How long things took.
    pub times: Times,
    /// End of what came on the serial port; of the screen where nothing came there; of the
    /// firmware's log where there was no text at all.
    pub last_words: String,
    /// Picture of the screen at the end, PNG, where QEMU could make one.
    pub picture: Option<Vec<u8>>,
    /// What the user should know, as sentences.
    pub notes: Vec<String>,
}

/// Starts a backup for a trial and watches it until there is a verdict.
///
/// # Errors
/// `Cancelled` where `cancel` fires. `Unavailable` for what is no fault of the backup: QEMU cannot
/// be started or ends, the store does not answer.
pub async fn run(place: &Place, request: Request, cancel: &CancellationToken) -> Result<Outcome> {
    let begun = Instant::now();
    let mut times = Times::default();
    place.check_space()?;
    let user = next_user()?;
    let folder = Folder::make(place)?;
    if let Some((name, content)) = request.machine.files() {
        let path = folder.path.join(name);
        std::fs::write(&path, content).map_err(|e| io_error(&path, "write", e))?;
        give(&path, user)?;
    }
    let exports = Exports::open(&folder.path, &request.disks)?;
    give(exports.socket(), user)?;
    // Last of all: from now on others may put there what they like.
    give(&folder.path, user)?;
    times.exported = begun.elapsed();
    let bounds = Bounds {
        user,
        file_bytes: place.room.overlay_bytes,
    };
    let arguments = request.machine.arguments(|name| exports.blocks(name));
    let name = format!("drill-{}", request.name);
    let started = Qemu::start(&name, &folder.path, bounds, arguments, cancel).await;
    let qemu = match started {
        Ok(qemu) => qemu,
        Err(error) => {
            exports.close().await;
            return Err(error);
        }
    };
    times.started = begun.elapsed();
    let mut watch = Watch {
        begun,
        started: Instant::now(),
        place,
        qemu,
        agent: Agent::new(
            folder.path.join(process::AGENT),
            request.checks.script.clone(),
        ),
        checks: &request.checks,
        exports: &exports,
        serial: Vec::new(),
        firmware: Vec::new(),
        screen: String::new(),
        seen_pattern: false,
        restarts: 0,
        times,
    };
    let decided = tokio::select! {
        decided = watch.until_decided() => decided,
        () = cancel.cancelled() => Err(cancelled()),
    };
    watch.times.decided = begun.elapsed();
    let picture = match &decided {
        Ok(_) => watch.qemu.screen(PICTURE_BYTES_MAX).await.ok(),
        Err(_) => None,
    };
    let has_kvm = match &decided {
        Ok(_) => watch.qemu.has_kvm().await.ok(),
        Err(_) => None,
    };
    let last_words = watch.last_words();
    let mut notes = request.machine.notes.clone();
    let warned = drill::warnings(&lossy(&watch.serial));
    notes.extend(
        warned
            .into_iter()
            .map(|line| format!("The guest says: {line}")),
    );
    if request.machine.wants_kvm() && has_kvm == Some(false) {
        notes.push("The guest ran without KVM, many times slower than its server.".to_owned());
    }
    let Watch {
        qemu, mut times, ..
    } = watch;
    qemu.end().await;
    exports.close().await;
    drop(folder);
    times.ended = begun.elapsed();
    Ok(Outcome {
        verdict: decided?,
        times,
        last_words,
        picture,
        notes,
    })
}

fn cancelled() -> Error {
    Error::cancelled("the drill was cancelled")
}

/// The folder of one drill, until it is dropped.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn make(place: &Place) -> Result<Folder> {
        use std::os::unix::fs::DirBuilderExt;
        let path = place.runtime.fresh("d");
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|e| io_error(&path, "create", e))?;
        Ok(Folder { path })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(e) = std::fs::remove_dir_all(&self.path) {
            tracing::warn!("{}", io_error(&self.path, "remove", e));
        }
    }
}

/// A guest that is watched.
struct Watch<'a> {
    begun: Instant,
    started: Instant,
    place: &'a Place,
    qemu: Qemu,
    agent: Agent,
    checks: &'a Checks,
    exports: &'a Exports,
    serial: Vec<u8>,
    firmware: Vec<u8>,
    screen: String,
    seen_pattern: bool,
    restarts: usize,
    times: Times,
}

impl Watch<'_> {
    async fn until_decided(&mut self) -> Result<Verdict> {
        let mut looked: Option<Instant> = None;
        loop {
            if let Some(verdict) = self.look().await? {
                return Ok(verdict);
            }
            // The last look at a screen comes before the verdict that time is up.
            let is_over = self.started.elapsed() >= self.checks.limit();
            if is_over || looked.is_none_or(|at| at.elapsed() >= SCREEN_LOOK) {
                looked = Some(Instant::now());
                self.place.check_space()?;
                self.screen = self.qemu.screen_text().await?;
                if let Some(sign) = drill::find_sign(&self.screen) {
                    return Ok(self.failed_by(sign));
                }
            }
            if is_over {
                return Ok(self.too_late().await);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Looks at everything but the screen.
    async fn look(&mut self) -> Result<Option<Verdict>> {
        let serial = self.qemu.ring(process::SERIAL).await?;
        if !serial.is_empty() && self.times.first_output.is_none() {
            self.times.first_output = Some(self.begun.elapsed());
        }
        keep(&mut self.serial, &serial);
        let firmware = self.qemu.ring(process::FIRMWARE).await?;
        keep(&mut self.firmware, &firmware);
        // What cannot be read decides, whatever the guest makes of it.
        if let Some(error) = self.exports.trouble() {
            return match error.kind {
                Kind::Data => Ok(Some(Verdict::Failed {
                    reason: Reason::BlobDamaged,
                    message: format!("{}: {}", Reason::BlobDamaged, error.chain()),
                })),
                _ => Err(error.context("read the backup for its drill")),
            };
        }
        let said = lossy(&self.serial);
        let sign = drill::find_sign(&said).or_else(|| drill::find_sign(&lossy(&self.firmware)));
        if let Some(sign) = sign {
            return Ok(Some(self.failed_by(sign)));
        }
        for event in self.qemu.events() {
            if let Some(verdict) = self.judge(&event)? {
                return Ok(Some(verdict));
            }
        }
        if let Some(text) = &self.checks.serial {
            self.seen_pattern = self.seen_pattern || said.contains(text.as_str());
        }
        let talk = match self.checks.asks_agent() {
            true => self.agent.step().await,
            false => Talk::Passed,
        };
        match talk {
            Talk::Failed(how) => Ok(Some(Verdict::Failed {
                reason: Reason::ScriptFailed,
                message: format!("{}: {how}", Reason::ScriptFailed),
            })),
            Talk::Passed if self.checks.serial.is_none() || self.seen_pattern => {
                self.times.passed = Some(self.begun.elapsed());
                Ok(Some(Verdict::Passed))
            }
            _ => Ok(None),
        }
    }

    /// What an event means. An error where QEMU could not keep what the guest wrote: that is no
    /// fault of the backup.
    fn judge(&mut self, event: &serde_json::Value) -> Result<Option<Verdict>> {
        let by_guest = event["data"]["guest"].as_bool().unwrap_or_default();
        let reason = match event["event"].as_str().unwrap_or_default() {
            "RESET" if by_guest => {
                self.restarts += 1;
                match self.restarts > RESTARTS_MAX {
                    true => Reason::GuestRestarts,
                    false => return Ok(None),
                }
            }
            "SHUTDOWN" if by_guest => Reason::GuestStopped,
            "GUEST_PANICKED" => Reason::KernelPanic,
            "BLOCK_IO_ERROR" | "STOP" => {
                return Err(Error::unavailable(
                    "what the guest of the drill wrote could not be kept, or its backup not be read",
                )
                .hint("See that `drills.folder` has space, and that guests may write enough there."));
            }
            _ => return Ok(None),
        };
        Ok(Some(self.failed(reason, None)))
    }

    fn failed_by(&self, sign: Sign) -> Verdict {
        let detail = match sign.reason {
            // SeaBIOS says of the disk it tried why, one line before.
            Reason::NoBootDevice => {
                let said = lossy(&self.firmware);
                let before = said.lines().rev().find(|line| line.contains("Boot failed"));
                let before = before.map(|line| format!("{} ", line.trim()));
                format!("{}{}", before.unwrap_or_default(), sign.line)
            }
            _ => sign.line,
        };
        Verdict::Failed {
            reason: sign.reason,
            message: format!("{}: {detail}", sign.reason),
        }
    }

    fn failed(&self, reason: Reason, time: Option<u64>) -> Verdict {
        let words = drill::last_lines(&self.last_words(), 3).join(" | ");
        let after = time.map_or(String::new(), |seconds| format!(" after {seconds} s"));
        let words = match words.is_empty() {
            true => "; the guest said nothing".to_owned(),
            false => format!("; last lines: {words}"),
        };
        Verdict::Failed {
            reason,
            message: format!("{reason}{after}{words}"),
        }
    }

    async fn too_late(&mut self) -> Verdict {
        let seconds = self.checks.limit_seconds;
        let talk = match self.checks.asks_agent() {
            true => self.agent.step().await,
            false => Talk::Passed,
        };
        let reason = match talk {
            Talk::Silent => Reason::AgentSilent,
            Talk::Answers => Reason::ScriptFailed,
            _ => Reason::PatternMissing,
        };
        let said = [
            lossy(&self.firmware),
            lossy(&self.serial),
            self.screen.clone(),
        ];
        match said.iter().rev().find_map(|text| drill::explain(text)) {
            Some(sign) if reason == Reason::AgentSilent => self.failed_by(sign),
            _ => self.failed(reason, Some(seconds)),
        }
    }

    fn last_words(&self) -> String {
        let serial = lossy(&self.serial);
        if serial.trim().is_empty() {
            match self.screen.is_empty() {
                true => lossy(&self.firmware),
                false => self.screen.clone(),
            }
        } else {
            serial
        }
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Appends, and keeps the end.
fn keep(kept: &mut Vec<u8>, more: &[u8]) {
    kept.extend_from_slice(more);
    let over = kept.len().saturating_sub(KEPT_BYTES);
    kept.drain(..over);
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Request({}, {} disks)", self.name, self.disks.len())
    }
}
