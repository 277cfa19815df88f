//! The appliance's machine: how it is prepared once, and started for a backup.
//!
//! It boots once for each version of what it is made of, without any disk; when its program has said
//! hello, the machine is stopped and its memory written to a file. Each start after that reads this
//! memory and goes on from there, with the backup's disks plugged in: emulated too, that takes a
//! second instead of ten.
//!
//! | in the cache, a folder for each version | is |
//! |---|---|
//! | `kernel` | a copy of the host's kernel |
//! | `initramfs` | `super::initramfs` |
//! | `memory` | what QEMU writes of a stopped machine |
//!
//! The folder is made under another name and renamed when it is whole, so that whatever ends the
//! process leaves at most a folder that the next preparation removes. One that QEMU does not take
//! is made anew, once.
//!
//! What a hostile image may come to control ends up here: QEMU has no network, no file that it
//! could write but the throw-away layer over each disk (at most [`LAYER_MAX`]), no right to start a
//! program, and where the service is root it runs as nobody. Its descriptors are all it has.

use std::fs::{self, File};
use std::io::Read;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use coffer_core::{Error, Result};
use rustix::process::{Resource, Rlimit};
use serde_json::json;

use super::kernel::Kernel;
use super::qmp::Qmp;
use super::{Settings, initramfs, wire};
use crate::hypervisor::file::io_error;
use crate::hypervisor::spawn_tied;

/// Changes with what the machine is made of and not told by the files it is made from.
const VERSION: u32 = 1;
/// The machine's memory: what XFS and Btrfs need to mount, and pages of their files.
const MEMORY_MIB: u32 = 256;
/// Most bytes that are written over a disk while it is read: journals that are brought in.
const LAYER_MAX: u64 = 4 << 30;
/// How long the one boot may take: emulated on a busy machine a minute.
const BOOT_LIMIT: Duration = Duration::from_secs(300);
const QEMU: &str = "qemu-system-x86_64";
/// Whom QEMU runs as where the service is root.
const NOBODY: u32 = 65534;
/// Errors of the kernel end the machine; nothing is printed, and nothing of the hardware looked for
/// that is not there.
const COMMAND_LINE: &str = "quiet loglevel=0 panic=-1 oops=panic no_timer_check tsc=reliable \
    mitigations=off random.trust_cpu=on cryptomgr.notests raid=noautodetect";
const SANDBOX: &str = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";

/// A machine that is ready, until it is dropped.
pub(super) struct Machine {
    child: Child,
    /// Where its program answers.
    pub port: Option<UnixStream>,
    control: Option<Qmp>,
}

impl Drop for Machine {
    fn drop(&mut self) {
        // It has ended by itself where this fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Machine {
    /// What QEMU said, where it has ended.
    pub fn last_words(&mut self) -> String {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let mut text = Vec::new();
        if let Some(stderr) = self.child.stderr.take() {
            // A screenful; without its words the error is still one.
            let _ = stderr.take(4096).read_to_end(&mut text);
        }
        String::from_utf8_lossy(&text).trim().replace('\n', "; ")
    }
}

/// A machine as it was prepared.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    folder: PathBuf,
}

/// Finds the prepared machine, or prepares it. Blocks, when it is prepared for seconds.
pub(super) fn prepare(settings: &Settings) -> Result<Prepared> {
    if cfg!(not(target_arch = "x86_64")) {
        return Err(Error::unavailable(
            "files of backups are read on hosts with x86-64 processors only",
        ));
    }
    let kernel = Kernel::newest(&settings.kernel_root)?;
    let name = format!("appliance-{}", key(&kernel)?);
    let folder = settings.cache.join(&name);
    if folder.join("memory").is_file() {
        return Ok(Prepared { folder });
    }
    crate::hypervisor::make_folder(&settings.cache)?;
    // Of another kernel, or broken off.
    for entry in fs::read_dir(&settings.cache)
        .into_iter()
        .flatten()
        .flatten()
    {
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with("appliance-")
        {
            // Who reads from it has it open.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    let draft = settings.cache.join(format!("{name}.draft"));
    fs::create_dir_all(&draft).map_err(|e| io_error(&draft, "create", e))?;
    let image = fs::read(&kernel.image).map_err(|e| io_error(&kernel.image, "read", e))?;
    write(&draft.join("kernel"), &image)?;
    write(&draft.join("initramfs"), &initramfs::build(&kernel)?)?;
    boot(&draft)?;
    fs::rename(&draft, &folder).map_err(|e| io_error(&folder, "create", e))?;
    tracing::info!(folder = %folder.display(), "the appliance for files of backups is prepared");
    Ok(Prepared { folder })
}

/// Names what the machine is made of.
fn key(kernel: &Kernel) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&VERSION.to_le_bytes());
    hasher.update(initramfs::GUEST);
    hasher.update(COMMAND_LINE.as_bytes());
    hasher.update(accelerator().as_bytes());
    let programs = initramfs::PROGRAMS.iter();
    let programs = programs.filter_map(|(places, _)| initramfs::program(places));
    let files = [kernel.image.clone(), qemu()?];
    for path in files.into_iter().chain(programs) {
        let found = fs::metadata(&path).map_err(|e| io_error(&path, "find", e))?;
        hasher.update(path.as_os_str().as_encoded_bytes());
        hasher.update(&found.len().to_le_bytes());
        hasher.update(&found.mtime().to_le_bytes());
    }
    Ok(hasher.finalize().to_hex()[..16].to_owned())
}

fn qemu() -> Result<PathBuf> {
    let places = ["/usr/bin", "/usr/local/bin", "/bin"].map(|place| Path::new(place).join(QEMU));
    let found = places.into_iter().find(|path| path.is_file());
    found.ok_or_else(|| {
        Error::unavailable(format!("{QEMU} is not installed"))
            .hint("Install QEMU to read files of backups with: qemu-system-x86 on Debian.")
    })
}

/// KVM where whoever QEMU runs as may use it.
fn accelerator() -> &'static str {
    let opened = File::options().read(true).write(true).open("/dev/kvm");
    let mode = opened.and_then(|kvm| kvm.metadata());
    let may = mode.is_ok_and(|found| {
        let by_group = found.gid() != 0 && found.mode() & 0o060 == 0o060;
        !rustix::process::geteuid().is_root() || by_group || found.mode() & 0o006 == 0o006
    });
    if may { "kvm" } else { "tcg" }
}

/// Readable for everybody, as whoever QEMU runs as opens it through its descriptor.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes)
        .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o444)))
        .map_err(|e| io_error(path, "write", e))
}

/// Boots the machine of a folder and writes its memory there.
fn boot(folder: &Path) -> Result<()> {
    let path = folder.join("memory");
    let memory = File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o644)
        .open(&path)
        .map_err(|e| io_error(&path, "create", e))?;
    let mut machine = start(folder, Vec::new(), false)?;
    let mut port = machine.port.take().expect("it was just put there");
    let hello = wire::Writer::new(wire::HELLO).finish();
    let mut said = vec![0; hello.len()];
    let heard = port
        .set_read_timeout(Some(BOOT_LIMIT))
        .and_then(|()| port.read_exact(&mut said));
    if heard.is_err() || said != hello {
        let words = machine.last_words();
        return Err(Error::unavailable(format!(
            "the appliance for files of backups does not boot: {words}"
        ))
        .hint("Is the kernel one for this machine? Another may be installed beside it."));
    }
    let control = machine.control.as_mut().expect("it was just put there");
    control.execute("stop", json!({}))?;
    control.give("memory", memory.as_fd())?;
    control.execute("migrate", json!({ "uri": "fd:memory" }))?;
    control.wait_for_migration()?;
    drop(machine);
    memory.sync_all().map_err(|e| io_error(&path, "write", e))
}

impl Prepared {
    /// Starts the machine with these disks, each an NBD connection. Blocks for a moment; the
    /// connections must be served meanwhile.
    pub fn start(&self, disks: Vec<OwnedFd>) -> Result<Machine> {
        start(&self.folder, disks, true)
    }

    /// Removes it, so that it is made anew.
    pub fn discard(&self) {
        // What is left is no whole machine, and is removed with the next preparation.
        let _ = fs::remove_file(self.folder.join("memory"));
    }
}

fn start(folder: &Path, disks: Vec<OwnedFd>, is_prepared: bool) -> Result<Machine> {
    let broken = |error: std::io::Error| Error::unavailable("open a socket").caused_by(error);
    let open = |name: &str| -> Result<OwnedFd> {
        let path = folder.join(name);
        let file = File::open(&path).map_err(|e| io_error(&path, "open", e))?;
        Ok(file.into())
    };
    let (control, its_control) = UnixStream::pair().map_err(broken)?;
    let (port, its_port) = UnixStream::pair().map_err(broken)?;
    let (kernel, initramfs) = (open("kernel")?, open("initramfs")?);
    let number = |fd: &dyn AsRawFd| fd.as_raw_fd();
    let mut command = Command::new(qemu()?);
    command
        .args(["-name", "coffer-files", "-M", "pc,usb=off,vmport=off"])
        .args(["-accel", accelerator(), "-cpu", "max", "-smp", "1"])
        .args(["-m", &MEMORY_MIB.to_string()])
        .args(["-nodefaults", "-no-user-config", "-display", "none"])
        .args(["-no-reboot", "-sandbox", SANDBOX])
        .args(["-kernel", &format!("/dev/fd/{}", number(&kernel))])
        .args(["-initrd", &format!("/dev/fd/{}", number(&initramfs))])
        .args(["-append", COMMAND_LINE])
        .arg("-chardev")
        .arg(format!("socket,id=control,fd={}", number(&its_control)))
        .args(["-mon", "chardev=control,mode=control"])
        .args(["-device", "virtio-serial-pci,id=serial"])
        .arg("-chardev")
        .arg(format!("socket,id=files,fd={}", number(&its_port)))
        .args(["-device", "virtserialport,chardev=files,name=files"]);
    for (position, disk) in disks.iter().enumerate() {
        command.arg("-drive").arg(format!(
            "if=none,id=disk{position},format=raw,file.driver=nbd,file.server.type=fd,\
             file.server.str={},snapshot=on,cache=unsafe",
            number(disk)
        ));
    }
    let count = disks.len();
    let mut given = disks;
    given.extend([kernel, initramfs, its_control.into(), its_port.into()]);
    let mut memory = None;
    if is_prepared {
        let descriptor = open("memory")?;
        memory = Some(number(&descriptor));
        given.push(descriptor);
        command.args(["-incoming", "defer"]);
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .env_clear();
    if rustix::process::geteuid().is_root() {
        // Who may use KVM is told by its group.
        let kvm = fs::metadata("/dev/kvm").map_or(NOBODY, |found| found.gid());
        let group = if kvm == 0 { NOBODY } else { kvm };
        command.uid(NOBODY).gid(group);
    }
    hand_over(&mut command, given);
    let child = spawn_tied(command)
        .map_err(|e| Error::unavailable(format!("{QEMU} does not start")).caused_by(e))?;
    let mut machine = Machine {
        child,
        port: Some(port),
        control: None,
    };
    match begin(control, memory, count) {
        Ok(control) => machine.control = Some(control),
        Err(error) => {
            let words = machine.last_words();
            return Err(match words.is_empty() {
                true => error,
                false => error.context(format!("start the appliance ({words})")),
            });
        }
    }
    Ok(machine)
}

/// Reads the memory, plugs the disks in and lets the machine go on.
fn begin(control: UnixStream, memory: Option<i32>, disks: usize) -> Result<Qmp> {
    let mut control = Qmp::begin(control)?;
    let events = json!({ "capabilities": [{ "capability": "events", "state": true }] });
    control.execute("migrate-set-capabilities", events)?;
    // In one go: nothing runs meanwhile.
    control.execute(
        "migrate-set-parameters",
        json!({ "max-bandwidth": 1_u64 << 40 }),
    )?;
    if let Some(memory) = memory {
        control.execute("migrate-incoming", json!({ "uri": format!("fd:{memory}") }))?;
        control.wait_for_migration()?;
        control.execute("cont", json!({}))?;
    }
    for position in 0..disks {
        let device = json!({
            "driver": "virtio-blk-pci",
            "id": format!("device{position}"),
            "drive": format!("disk{position}"),
            "serial": position.to_string(),
        });
        control.execute("device_add", device)?;
    }
    Ok(control)
}

/// Lets a program have descriptors under the numbers that they have here.
fn hand_over(command: &mut Command, given: Vec<OwnedFd>) {
    // SAFETY: runs between fork and exec; it is system calls alone and allocates nothing.
    unsafe {
        command.pre_exec(move || {
            for descriptor in &given {
                rustix::io::fcntl_setfd(descriptor, rustix::io::FdFlags::empty())?;
            }
            let most = Rlimit {
                current: Some(LAYER_MAX),
                maximum: Some(LAYER_MAX),
            };
            rustix::process::setrlimit(Resource::Fsize, most)?;
            Ok(())
        });
    }
}
