//! What a program costs: processor seconds, wall time, memory.

use std::ffi::{c_int, c_long};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::shell::{self, Result, at};

/// Cost of one run of a program, its children included as far as it waited for them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// User and system time.
    pub cpu_seconds: f64,
    /// From start until what it wrote is on the disk, whether it waits for that itself or not.
    pub wall_seconds: f64,
    /// Largest resident set of one process.
    pub peak_mib: f64,
}

/// Drops the page cache and runs a program to its end.
///
/// Its output goes to `log`, whose path is in the error if it fails.
pub fn run_cold(command: &mut Command, log: &Path) -> Result<Cost> {
    drop_caches()?;
    run(command, log)
}

/// Runs a program to its end, with the caches as they are.
pub fn run(command: &mut Command, log: &Path) -> Result<Cost> {
    let file = at(log, File::create(log))?;
    let errors = at(log, file.try_clone())?;
    let begun = Instant::now();
    let child = command.stdout(file).stderr(errors).spawn();
    let child = child.map_err(|e| format!("{}: {e}", command.get_program().display()))?;
    let pid = c_int::try_from(child.id()).map_err(|e| e.to_string())?;
    let (status, usage) = wait(pid)?;
    // A restore that is only in memory is none. Whoever wrote it back has nothing left to wait for.
    shell::run(Command::new("sync").arg("-f").arg(log))?;
    let wall_seconds = begun.elapsed().as_secs_f64();
    if status != 0 {
        let said = std::fs::read_to_string(log).unwrap_or_default();
        let tail: Vec<&str> = said.lines().rev().take(5).collect();
        let tail: Vec<&str> = tail.into_iter().rev().collect();
        return Err(format!("{command:?}: status {status}: {}", tail.join("\n")));
    }
    let seconds = |time: Time| time.seconds as f64 + time.micros as f64 / 1e6;
    Ok(Cost {
        cpu_seconds: seconds(usage.user) + seconds(usage.system),
        wall_seconds,
        peak_mib: usage.peak_kib as f64 / 1024.0,
    })
}

/// Writes everything back and forgets what is in memory, so that runs start alike.
fn drop_caches() -> Result<()> {
    shell::run(&mut Command::new("sync"))?;
    let path = Path::new("/proc/sys/vm/drop_caches");
    at(path, std::fs::write(path, "3"))
}

/// Bytes that the files of a folder take on disk.
pub fn stored_bytes(path: &Path) -> Result<u64> {
    let mut total = 0;
    let mut folders = vec![path.to_path_buf()];
    while let Some(folder) = folders.pop() {
        if folder.is_file() {
            total += on_disk(&folder)?;
            continue;
        }
        for entry in at(&folder, std::fs::read_dir(&folder))? {
            let entry: PathBuf = at(&folder, entry)?.path();
            if entry.is_dir() {
                folders.push(entry)
            } else {
                total += on_disk(&entry)?
            }
        }
    }
    Ok(total)
}

fn on_disk(file: &Path) -> Result<u64> {
    use std::os::unix::fs::MetadataExt;
    at(file, std::fs::metadata(file)).map(|metadata| metadata.blocks() * 512)
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Time {
    seconds: c_long,
    micros: c_long,
}

/// `struct rusage` of Linux; only the first fields are of interest.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Usage {
    user: Time,
    system: Time,
    peak_kib: c_long,
    rest: [c_long; 13],
}

/// Waits for a child and takes its usage: `Child::wait` would throw the latter away.
fn wait(pid: c_int) -> Result<(c_int, Usage)> {
    unsafe extern "C" {
        fn wait4(pid: c_int, status: *mut c_int, options: c_int, usage: *mut Usage) -> c_int;
    }
    let (mut status, mut usage) = (0, Usage::default());
    loop {
        // SAFETY: `wait4` of the C library that std links; both pointers are to live values of the
        // layout that Linux has on 64-bit machines.
        let ended = unsafe { wait4(pid, &raw mut status, 0, &raw mut usage) };
        if ended == pid {
            return Ok((status, usage));
        }
        let error = std::io::Error::last_os_error();
        if error.kind() != std::io::ErrorKind::Interrupted {
            return Err(format!("wait4: {error}"));
        }
    }
}
