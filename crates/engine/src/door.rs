//! The one door to the clock, to randomness and to what the operating system says of this process.

use coffer_core::format::records::Owner;
use coffer_core::{Error, Result};
use jiff::Timestamp;

/// Fills `bytes` from the operating system.
#[expect(clippy::disallowed_methods, reason = "this is the door")]
pub fn random(bytes: &mut [u8]) -> Result<()> {
    #[cfg(feature = "testkit")]
    if crate::testkit::doors::with(|doors| doors.random(bytes)).is_some() {
        return Ok(());
    }
    getrandom::fill(bytes).map_err(|e| {
        Error::unavailable("the operating system gives no random bytes").caused_by(e.to_string())
    })
}

/// The time now.
#[expect(clippy::disallowed_methods, reason = "this is the door")]
pub fn now() -> Timestamp {
    #[cfg(feature = "testkit")]
    if let Some(now) = crate::testkit::doors::with(|doors| doors.now()) {
        return now;
    }
    Timestamp::now()
}

/// This process, as sessions name it.
pub fn owner() -> Owner {
    #[cfg(feature = "testkit")]
    if let Some(owner) = crate::testkit::doors::with(|doors| doors.owner()) {
        return owner;
    }
    let pid = std::process::id();
    Owner {
        host: host(),
        machine: machine(),
        pid_namespace: pid_namespace(),
        boot_id: boot_id(),
        pid,
        pid_start: process_start(pid).unwrap_or_default(),
    }
}

/// Name of this host.
pub fn host() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

/// The host's machine id; empty where it has none.
pub fn machine() -> String {
    let read = std::fs::read_to_string("/etc/machine-id");
    read.map(|text| text.trim().to_owned()).unwrap_or_default()
}

/// The pid name space of this process; 0 where it cannot be told.
pub fn pid_namespace() -> u64 {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self/ns/pid").map_or(0, |meta| meta.ino())
}

/// The kernel's boot id; empty where it cannot be read.
pub fn boot_id() -> String {
    let read = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    read.map(|text| text.trim().to_owned()).unwrap_or_default()
}

/// When a process of this host started, in clock ticks since boot; none where there is none.
pub fn process_start(pid: u32) -> Option<u64> {
    #[cfg(feature = "testkit")]
    if let Some(start) = crate::testkit::doors::with(|doors| doors.process_start(pid)) {
        return start;
    }
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The command's name stands in parentheses and may hold anything: fields count from behind it.
    // Field 22 of the whole is the 20th behind the name.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next()?;
    (state != "Z")
        .then(|| fields.nth(18)?.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives() {
        let owner = owner();
        assert_eq!(process_start(owner.pid), Some(owner.pid_start));
        assert!(owner.pid_start > 0 && !owner.boot_id.is_empty() && !owner.host.is_empty());
        assert_eq!(process_start(u32::MAX), None);
    }
}
