//! Calls of the kernel that std has no name for.

use std::ffi::{CString, OsStr, c_char, c_int, c_long, c_ulong, c_void};
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

unsafe extern "C" {
    fn mount(
        source: *const c_char,
        target: *const c_char,
        kind: *const c_char,
        flags: c_ulong,
        data: *const c_void,
    ) -> c_int;
    fn ioctl(fd: c_int, request: c_ulong, ...) -> c_int;
    fn syscall(number: c_long, ...) -> c_long;
    fn reboot(command: c_int) -> c_int;
}

/// Read-only, without devices, set-uid and programs.
const MOUNT_FLAGS: c_ulong = 1 | 2 | 4 | 8;
const SYS_FINIT_MODULE: c_long = if cfg!(target_arch = "x86_64") {
    313
} else {
    273
};
const SYS_OPENAT2: c_long = 437;
const BLKRRPART: c_ulong = 0x125f;
const BTRFS_IOC_SCAN_DEV: c_ulong = 0x5000_9404;
const EBUSY: i32 = 16;
/// `RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH`.
const RESOLVE: u64 = 1 | 2 | 4 | 8;
const O_NONBLOCK: u64 = 0o4000;
const O_NOFOLLOW: u64 = 0o400_000;
const O_CLOEXEC: u64 = 0o2_000_000;
const O_PATH: u64 = 0o10_000_000;

fn text(value: impl AsRef<OsStr>) -> io::Result<CString> {
    CString::new(value.as_ref().as_bytes()).map_err(|_| io::ErrorKind::InvalidInput.into())
}

fn done(result: c_int) -> io::Result<()> {
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Mounts what a running system has.
pub fn mount_own() {
    for (kind, at) in [("proc", "/proc"), ("devtmpfs", "/dev"), ("sysfs", "/sys")] {
        let (kind, at) = (text(kind), text(at));
        let (kind, at) = (kind.expect("no zero in it"), at.expect("no zero in it"));
        // SAFETY: three texts that end in a zero and outlive the call; no data.
        unsafe {
            mount(
                kind.as_ptr(),
                at.as_ptr(),
                kind.as_ptr(),
                0,
                std::ptr::null(),
            )
        };
    }
}

/// Mounts a file system of an image.
pub fn mount_image(device: &str, at: &str, kind: &str, options: &str) -> io::Result<()> {
    let (device, at, kind, options) = (text(device)?, text(at)?, text(kind)?, text(options)?);
    // SAFETY: four texts that end in a zero and outlive the call.
    done(unsafe {
        mount(
            device.as_ptr(),
            at.as_ptr(),
            kind.as_ptr(),
            MOUNT_FLAGS,
            options.as_ptr().cast(),
        )
    })
}

/// Loads a module of the kernel.
pub fn load_module(path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    // SAFETY: an open descriptor, a text that ends in a zero, no flags.
    match unsafe { syscall(SYS_FINIT_MODULE, file.as_raw_fd(), c"".as_ptr(), 0) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Reads a disk's partition table anew, so that its partitions are there when this returns.
pub fn read_partitions(disk: &File) -> io::Result<()> {
    loop {
        // SAFETY: an open descriptor; the request takes nothing.
        let done = done(unsafe { ioctl(disk.as_raw_fd(), BLKRRPART) });
        match done {
            // The kernel's own first look is not over.
            Err(error) if error.raw_os_error() == Some(EBUSY) => pause(),
            done => return done,
        }
    }
}

/// Tells Btrfs of a device, so that file systems on several are found.
pub fn register_btrfs(device: &str) -> io::Result<()> {
    let control = File::open("/dev/btrfs-control")?;
    let mut arguments = [0_u8; 4096];
    let name = device.as_bytes();
    arguments[8..8 + name.len()].copy_from_slice(name);
    // SAFETY: the request reads `struct btrfs_ioctl_vol_args`, which has these 4096 bytes.
    done(unsafe { ioctl(control.as_raw_fd(), BTRFS_IOC_SCAN_DEV, arguments.as_ptr()) })
}

/// Where a path is opened for.
pub enum Purpose {
    /// To look at what it is, a symbolic link itself too.
    Look,
    /// To read it.
    Read,
}

/// Opens a path beneath a folder. No symbolic link is followed, and no way leads out: not by `..`,
/// not by what is mounted elsewhere.
pub fn open_beneath(folder: &File, path: &[u8], purpose: Purpose) -> io::Result<File> {
    #[repr(C)]
    struct How {
        flags: u64,
        mode: u64,
        resolve: u64,
    }
    let flags = match purpose {
        Purpose::Look => O_PATH | O_NOFOLLOW,
        // Of a fifo it would wait for a writer.
        Purpose::Read => O_NONBLOCK | O_NOFOLLOW,
    };
    let how = How {
        flags: flags | O_CLOEXEC,
        mode: 0,
        resolve: RESOLVE,
    };
    let path = match path {
        [] => c".".to_owned(),
        path => text(OsStr::from_bytes(path))?,
    };
    // SAFETY: an open descriptor, a text that ends in a zero, and `struct open_how` with its size.
    let fd = unsafe {
        syscall(
            SYS_OPENAT2,
            folder.as_raw_fd(),
            path.as_ptr(),
            &raw const how,
            size_of::<How>(),
        )
    };
    match c_int::try_from(fd) {
        // SAFETY: it was opened just now, and nobody else has it.
        Ok(fd) if fd >= 0 => Ok(unsafe { File::from_raw_fd(fd) }),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Fills free memory with zeroes: the image of the machine leaves them out.
pub fn clear_free_memory() {
    let info = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let free = info.lines().find_map(|line| {
        let rest = line.strip_prefix("MemFree:")?;
        rest.trim().trim_end_matches(" kB").parse::<usize>().ok()
    });
    // The rest is for whoever needs memory meanwhile.
    let kib = free.unwrap_or(0).saturating_sub(16 << 10);
    let mut memory = vec![0_u8; kib << 10];
    for page in memory.chunks_mut(4096) {
        // Pages come with their first write.
        page[0] = std::hint::black_box(0);
    }
    std::hint::black_box(&memory);
}

/// Between two looks at something that comes soon.
pub fn pause() {
    std::thread::sleep(std::time::Duration::from_millis(2));
}

/// What the kernel said last, for the reader of an error: its last lines since `mark`.
pub fn kernel_log_since(mark: usize) -> String {
    let log = kernel_log();
    let new = log.get(mark.min(log.len())..).unwrap_or_default();
    let lines = new.lines().map(|line| match line.split_once("] ") {
        Some((time, rest)) if time.starts_with('<') => rest,
        _ => line,
    });
    let lines: Vec<&str> = lines.filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(2)..].join("; ")
}

/// Length of what the kernel has said.
pub fn kernel_log_mark() -> usize {
    kernel_log().len()
}

fn kernel_log() -> String {
    unsafe extern "C" {
        fn klogctl(action: c_int, buffer: *mut c_char, len: c_int) -> c_int;
    }
    let mut buffer = vec![0_u8; 256 << 10];
    // SAFETY: action 3 reads into the buffer, which has this length.
    let len = unsafe { klogctl(3, buffer.as_mut_ptr().cast(), 256 << 10) };
    buffer.truncate(usize::try_from(len).unwrap_or(0));
    String::from_utf8_lossy(&buffer).into_owned()
}

/// Ends the machine.
pub fn power_off() {
    // SAFETY: takes a number, and does not come back where it works.
    unsafe { reboot(0x4321_fedc) };
}
