//! The QEMU process of a drill, and its control connection.
//!
//! It is told everything over its standard input and output, which are one socket pair: there is
//! no name by which anybody else could reach it, and it cannot outlive the connection's use by much,
//! as it is killed when this is dropped and by the kernel when this process ends, however that
//! happens. It may start no process and gain no right (seccomp), and has no network.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use coffer_core::{Error, Result};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio_util::sync::CancellationToken;

use crate::hypervisor::file::{blocking, io_error};
use crate::hypervisor::qemu::{pause, spawn_tied};

const PROGRAM: &str = "qemu-system-x86_64";
/// How long QEMU may take to answer: its guest does not hold it up, a busy host does.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);
/// How long a killed process is waited for: one that waits for a device may take its time.
const END_LIMIT: Duration = Duration::from_secs(10);
/// Where it finds what it starts itself from: nothing else of our surroundings reaches it.
const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
/// What of its complaints is kept, in bytes.
const WORDS_MAX: usize = 4 << 10;
/// What a ring of the guest's output holds between two looks, in bytes.
const RING_BYTES: u64 = 1 << 18;
/// Names of the rings.
pub(super) const SERIAL: &str = "serial";
pub(super) const FIRMWARE: &str = "firmware";
/// The agent's socket, in the drill's folder.
pub(super) const AGENT: &str = "agent";
/// Longest answer: a ring in base64.
const ANSWER_MAX: u64 = RING_BYTES * 2;

/// Who a guest's process runs as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct User {
    pub uid: u32,
    pub gid: u32,
}

/// What a guest's process is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    /// None for this process's own.
    pub user: Option<User>,
    /// Most that any file of its may become, in bytes: what its guest writes to one disk.
    pub file_bytes: u64,
}

/// A process that ends, and is waited for, at the latest when this is dropped.
struct Running(Option<Child>);

impl Running {
    /// Kills it and waits until it is gone. There is nothing that it would have to write.
    fn end(&mut self) {
        let Some(mut child) = self.0.take() else {
            return;
        };
        // It may have ended by itself.
        let _ = child.kill();
        let deadline = std::time::Instant::now() + END_LIMIT;
        while matches!(child.try_wait(), Ok(None)) {
            if std::time::Instant::now() > deadline {
                // The kernel has the order, and carries it out when a device answers.
                tracing::warn!(
                    pid = child.id(),
                    "a killed guest of a drill is not gone yet"
                );
                return;
            }
            pause();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Elsewhere than in `Qemu::end` this is where a runtime ends, or a start is given up: a killed
        // process is gone within milliseconds, and whoever comes next may rely on that.
        self.end();
    }
}

/// A running QEMU.
pub(super) struct Qemu {
    running: Running,
    control: BufReader<UnixStream>,
    words: Arc<Mutex<Vec<u8>>>,
    folder: PathBuf,
    /// What QEMU told without being asked.
    events: Vec<Value>,
}

/// What every drill's QEMU is told, whatever its machine is.
fn common(name: &str) -> Vec<OsString> {
    let text = format!(
        "-name {name} -nodefaults -no-user-config -display none -vga std -nic none \
         -sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny \
         -action panic=pause,shutdown=pause \
         -chardev stdio,id=control,signal=off -mon chardev=control,mode=control \
         -chardev ringbuf,id={SERIAL},size={RING_BYTES} -device isa-serial,chardev={SERIAL} \
         -chardev ringbuf,id={FIRMWARE},size={RING_BYTES} \
         -device isa-debugcon,iobase=0x402,chardev={FIRMWARE} -device pvpanic \
         -chardev socket,id=agent,path={AGENT},server=on,wait=off -device virtio-serial-pci \
         -device virtserialport,chardev=agent,name=org.qemu.guest_agent.0"
    );
    text.split_whitespace().map(OsString::from).collect()
}

impl Qemu {
    /// Starts it in `folder`, where its files are, and waits until it takes orders; the guest runs.
    ///
    /// # Errors
    /// `Unavailable` with what QEMU said.
    pub async fn start(
        name: &str,
        folder: &Path,
        bounds: Bounds,
        machine: Vec<OsString>,
        cancel: &CancellationToken,
    ) -> Result<Qemu> {
        let failed = |e: std::io::Error| io_error(folder, "start QEMU in", e);
        let pair = || -> std::io::Result<(UnixStream, OwnedFd)> {
            let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
            ours.set_nonblocking(true)?;
            Ok((UnixStream::from_std(ours)?, OwnedFd::from(theirs)))
        };
        let (control, theirs) = pair().map_err(failed)?;
        let (mut complaints, stderr) = pair().map_err(failed)?;
        // It holds itself to its bounds, and becomes QEMU: nobody else may, who lacks rights over it.
        let mut command = Command::new("prlimit");
        command
            .arg(format!("--fsize={}", bounds.file_bytes))
            .arg(PROGRAM)
            .args(common(name))
            .args(machine)
            .current_dir(folder)
            .env_clear()
            .env("PATH", SEARCH_PATH)
            // Where it puts what the guest writes: files without names.
            .env("TMPDIR", folder)
            .env("LC_ALL", "C")
            .stdin(Stdio::from(theirs.try_clone().map_err(failed)?))
            .stdout(Stdio::from(theirs))
            .stderr(Stdio::from(stderr));
        if let Some(user) = bounds.user {
            command.uid(user.uid).gid(user.gid);
        }
        let running = blocking(move || {
            let started = spawn_tied(command).map(|child| Running(Some(child)));
            started.map_err(|e| {
                Error::unavailable(format!("{PROGRAM} could not be started"))
                    .hint("Install QEMU (Debian: `qemu-system-x86`) on the host of this service.")
                    .caused_by(e)
            })
        })
        .await?;
        let words = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&words);
        tokio::spawn(async move {
            let mut part = [0; 1024];
            // Ends with the process.
            while let Ok(count @ 1..) = complaints.read(&mut part).await {
                let mut kept = kept.lock().expect("no panic holds this lock");
                let room = WORDS_MAX.saturating_sub(kept.len());
                kept.extend_from_slice(&part[..count.min(room)]);
            }
        });
        let mut qemu = Qemu {
            running,
            control: BufReader::new(control),
            words,
            folder: folder.to_owned(),
            events: Vec::new(),
        };
        let greeted = tokio::select! {
            greeted = qemu.greet() => greeted,
            () = cancel.cancelled() => Err(Error::cancelled("the drill was cancelled")),
        };
        match greeted {
            Ok(()) => Ok(qemu),
            Err(error) => {
                qemu.end().await;
                Err(error)
            }
        }
    }

    async fn greet(&mut self) -> Result<()> {
        let greeting = self.message().await?;
        if greeting["QMP"].is_null() {
            return Err(Error::unavailable("QEMU does not greet as it should"));
        }
        self.execute("qmp_capabilities", Value::Null).await?;
        Ok(())
    }

    /// The next thing it says.
    async fn message(&mut self) -> Result<Value> {
        let mut line = Vec::new();
        let mut limited = (&mut self.control).take(ANSWER_MAX);
        let read = tokio::time::timeout(ANSWER_LIMIT, limited.read_until(b'\n', &mut line));
        match read.await {
            Ok(Ok(1..)) => serde_json::from_slice(&line)
                .map_err(|e| Error::unavailable("QEMU says what is no JSON").caused_by(e)),
            Ok(_) => Err(self.gone()),
            Err(_) => Err(Error::unavailable(format!(
                "QEMU did not answer for {} s",
                ANSWER_LIMIT.as_secs()
            ))
            .hint("The host may have too much to do: let fewer drills run at once.")),
        }
    }

    fn gone(&self) -> Error {
        let words = self.words.lock().expect("no panic holds this lock");
        let words = String::from_utf8_lossy(&words);
        let last = coffer_core::drill::last_lines(&words, 2).join(" | ");
        match last.is_empty() {
            true => Error::unavailable("QEMU ended"),
            false => Error::unavailable(format!("QEMU ended: {last}")),
        }
    }

    /// Gives an order and returns what it answers.
    pub async fn execute(&mut self, order: &str, arguments: Value) -> Result<Value> {
        let mut question = json!({ "execute": order });
        if !arguments.is_null() {
            question["arguments"] = arguments;
        }
        let line = format!("{question}\n");
        if self
            .control
            .get_mut()
            .write_all(line.as_bytes())
            .await
            .is_err()
        {
            return Err(self.gone());
        }
        loop {
            let mut message = self.message().await?;
            if !message["event"].is_null() {
                // A guest that resets itself all the time says nothing new.
                if self.events.len() < 1000 {
                    self.events.push(message);
                }
                continue;
            }
            if let Some(why) = message["error"]["desc"].as_str() {
                return Err(Error::unavailable(format!("QEMU refuses `{order}`: {why}")));
            }
            return Ok(message["return"].take());
        }
    }

    /// Whether the guest runs on KVM.
    pub async fn has_kvm(&mut self) -> Result<bool> {
        let answer = self.execute("query-kvm", Value::Null).await?;
        Ok(answer["enabled"] == json!(true))
    }

    /// What it told without being asked, since the last call.
    pub fn events(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.events)
    }

    /// What came on a ring since the last call.
    pub async fn ring(&mut self, name: &str) -> Result<Vec<u8>> {
        let arguments = json!({"device": name, "size": RING_BYTES / 2, "format": "base64"});
        let answer = self.execute("ringbuf-read", arguments).await?;
        base64::engine::general_purpose::STANDARD
            .decode(answer.as_str().unwrap_or_default())
            .map_err(|e| Error::unavailable("QEMU's answer is no base64").caused_by(e))
    }

    /// What stands on the screen, where that shows text: the 25 lines of VGA's text mode.
    pub async fn screen_text(&mut self) -> Result<String> {
        const AT: u64 = 0xb_8000;
        const SIZE: usize = 80 * 25 * 2;
        let arguments = json!({"val": AT, "size": SIZE, "filename": "screen.text"});
        self.execute("pmemsave", arguments).await?;
        let cells = self.file("screen.text", SIZE as u64).await?;
        Ok(text_of(&cells))
    }

    /// A picture of the screen, PNG.
    pub async fn screen(&mut self, most_bytes: u64) -> Result<Vec<u8>> {
        let arguments = json!({"filename": "screen.png", "format": "png"});
        self.execute("screendump", arguments).await?;
        self.file("screen.png", most_bytes).await
    }

    /// A file that QEMU has just written. Its folder is QEMU's: nothing in it is what it seems.
    async fn file(&self, name: &str, most_bytes: u64) -> Result<Vec<u8>> {
        let path = self.folder.join(name);
        blocking(move || {
            let read = read_plain(&path, most_bytes);
            read.map_err(|e| io_error(&path, "read", e))
        })
        .await
    }

    /// Kills it and waits until it is gone.
    pub async fn end(self) {
        let mut running = self.running;
        // It panics only where we have a bug, and has said so.
        let _ = tokio::task::spawn_blocking(move || running.end()).await;
    }
}

/// Reads a file that is one, and no link to one; an error where it is larger than it may be.
fn read_plain(path: &Path, most_bytes: u64) -> std::io::Result<Vec<u8>> {
    use rustix::fs::{Mode, OFlags};
    use std::io::Read;
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = std::fs::File::from(rustix::fs::open(path, flags, Mode::empty())?);
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    file.take(most_bytes + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 <= most_bytes {
        true => Ok(bytes),
        false => Err(std::io::Error::other("it is larger than it may be")),
    }
}

/// The characters of VGA's cells; empty where these cells can be no text.
fn text_of(cells: &[u8]) -> String {
    let is_text = |c: u8| c == 0 || (b' '..0x7f).contains(&c) || c >= 0xb0;
    let characters: Vec<u8> = cells.iter().copied().step_by(2).collect();
    if characters.iter().filter(|c| is_text(**c)).count() * 20 < characters.len() * 19 {
        return String::new();
    }
    let plain = |c: u8| match c {
        b' '..0x7f => char::from(c),
        _ => ' ',
    };
    let lines = characters
        .chunks(80)
        .map(|line| line.iter().map(|c| plain(*c)).collect::<String>());
    let lines: Vec<String> = lines.map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_files_are_read_and_only_so_much_of_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("f"), folder.path().join("l"));
        std::fs::write(&file, b"abc").expect("written");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        assert_eq!(read_plain(&file, 3).expect("read"), b"abc");
        assert!(read_plain(&file, 2).is_err());
        assert!(read_plain(&link, 9).is_err());
        assert!(read_plain(folder.path(), 9).is_err());
    }

    #[test]
    fn text_mode_is_read_and_graphics_are_not() {
        let mut cells = vec![0u8; 4000];
        for (at, c) in b"Boot failed".iter().enumerate() {
            cells[160 + at * 2] = *c;
            cells[160 + at * 2 + 1] = 7;
        }
        assert_eq!(text_of(&cells), "Boot failed");
        let noise: Vec<u8> = (0..4000u32).map(|i| (i * 37 % 251) as u8).collect();
        assert_eq!(text_of(&noise), "");
    }
}
