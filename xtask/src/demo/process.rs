//! Processes that outlive this one, and the order to stop.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::shell::{self, Result, at};

/// Starts a program in a session of its own, so that no terminal ends it; returns its process id.
pub fn spawn_detached(program: &mut Command, log: &Path) -> Result<u32> {
    let file = at(log, File::create(log))?;
    let errors = at(log, file.try_clone())?;
    let mut command = Command::new("setsid");
    command.arg(program.get_program()).args(program.get_args());
    command.stdin(Stdio::null()).stdout(file).stderr(errors);
    // `setsid` becomes the program, because a child of ours leads no process group.
    command
        .spawn()
        .map(|child| child.id())
        .map_err(|e| format!("setsid: {e}"))
}

/// True if the process runs and has `mark` in its arguments: a process id may have been reused.
pub fn runs(pid: u32, mark: &str) -> bool {
    // The arguments of a zombie are empty.
    std::fs::read(format!("/proc/{pid}/cmdline"))
        .is_ok_and(|arguments| String::from_utf8_lossy(&arguments).contains(mark))
}

/// True if a child of ours has not ended. Its arguments say nothing while it becomes its program.
pub fn child_runs(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The state follows the name, which stands in parentheses and may hold anything.
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// Ends a process: politely, after `limit` by force.
pub fn end(pid: u32, mark: &str, limit: Duration) -> Result<()> {
    for (signal, limit) in [("-TERM", limit), ("-KILL", Duration::from_secs(20))] {
        if !runs(pid, mark) {
            return Ok(());
        }
        // It may be gone between the two.
        let _ = shell::output(Command::new("kill").args([signal, &pid.to_string()]));
        let gone = shell::wait_for("end of the process", limit, || {
            Ok((!runs(pid, mark)).then_some(()))
        });
        if gone.is_ok() {
            return Ok(());
        }
    }
    Err(format!("process {pid} does not end"))
}

static STOP: AtomicBool = AtomicBool::new(false);

/// From here on Ctrl-C and SIGTERM only set what [`stop_wanted`] returns.
pub fn catch_signals() {
    extern "C" fn on_signal(_: i32) {
        STOP.store(true, Ordering::Relaxed);
    }
    unsafe extern "C" {
        fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
    }
    for number in [2, 15] {
        // SAFETY: `signal` of the C library that std links; the handler only stores to an atomic.
        unsafe { signal(number, on_signal) };
    }
}

/// True once somebody asked for the end.
pub fn stop_wanted() -> bool {
    STOP.load(Ordering::Relaxed)
}
