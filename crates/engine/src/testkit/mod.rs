//! What tests need besides the code under test: real guests, and sources that count and dawdle.
//!
//! The guests run under a libvirtd of the test's own. `cargo xtask test` installs what that takes,
//! builds the guest's images and says where they are: `COFFER_TEST_GUEST` and `COFFER_TEST_STACK`.
//! Everything here blocks; asynchronous tests call it from `spawn_blocking`, or do not mind.

pub mod doors;
mod faulty;
mod gate;
mod guest;
mod job;
mod memory;
mod records;
pub mod simulated;
mod source;
mod stack;
pub mod tamper;

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

pub use faulty::{Faulty, HeldRead, Rates};
pub use gate::Gated;
pub use guest::{Boot, DiskSpec, Guest, GuestSpec, Image, check_records};
pub use job::job;
pub use memory::{MemorySource, MemoryTarget};
pub use records::{Expect, Report};
pub use source::{Counting, Throttled};
pub use stack::Stack;

/// True where `cargo xtask test --long` asks for the long runs.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by their environment"
)]
pub fn long_runs() -> bool {
    std::env::var_os("COFFER_TEST_LONG").is_some()
}

/// A number that the environment gives a test: how much of something to try.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by their environment"
)]
pub fn option(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Waits until `reached`, looking ten times a second, and panics after `limit_seconds`.
///
/// This is the one place in tests that sleeps.
#[track_caller]
pub fn wait_until(what: &str, limit_seconds: u64, mut reached: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !reached() {
        let waited = begun.elapsed();
        assert!(
            waited < Duration::from_secs(limit_seconds),
            "waited {waited:.1?} in vain: {what}"
        );
        #[expect(clippy::disallowed_methods, reason = "the tests' one door to waiting")]
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by their environment"
)]
fn environment(name: &str) -> OsString {
    std::env::var_os(name).unwrap_or_else(|| {
        panic!("{name} is not set: run the tests by `cargo xtask test`, which prepares the guests")
    })
}

/// Runs a program; panics with what it said if it fails.
#[track_caller]
fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}", said.trim());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn read_pid(file: &Path) -> Option<u32> {
    std::fs::read_to_string(file).ok()?.trim().parse().ok()
}

fn lives(pid: u32) -> bool {
    // A killed child of init is gone at once; a zombie of somebody else counts as gone too.
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap_or("")
            .trim_start()
            .starts_with('Z')
    })
}

fn kill(pid: u32) {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    let pid = pid.expect("a process id is above zero");
    // Gone already is as good.
    let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
}
