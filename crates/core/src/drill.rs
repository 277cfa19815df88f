//! Recovery drills: what is asked of a server that is started from its backup for a trial, and what
//! its last words mean.
//!
//! A drill ends with a verdict. Passed: all its checks did. Failed: the guest said what is wrong, or
//! a check did not pass in time. What is no fault of the backup (no QEMU, a store that does not
//! answer) is no verdict but an error.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Longest text to wait for on the serial port, in characters.
pub const PATTERN_CHARS_MAX: usize = 200;
/// Longest script, in bytes.
pub const SCRIPT_BYTES_MAX: usize = 4096;
/// How long a guest may take, in seconds: least, usual and most.
pub const LIMIT_SECONDS: (u64, u64, u64) = (10, 300, 3600);

/// What a guest has to do until its backup counts as good. All of it, in whatever order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Checks {
    /// The guest agent answers.
    pub agent: bool,
    /// This text comes on the first serial port.
    pub serial: Option<String>,
    /// A shell script, run in the guest by its agent, ends with 0.
    pub script: Option<String>,
    /// How long all of it may take, in seconds, from the moment the guest is switched on.
    pub limit_seconds: u64,
}

impl Default for Checks {
    fn default() -> Checks {
        Checks {
            agent: true,
            serial: None,
            script: None,
            limit_seconds: LIMIT_SECONDS.1,
        }
    }
}

/// Checks that cannot be made: the field, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {what}")]
pub struct BadChecks {
    /// Name of the field.
    pub field: &'static str,
    /// What is wrong, for people.
    pub what: String,
}

impl Checks {
    /// Refuses checks that check nothing or have no bounds.
    pub fn check(&self) -> Result<(), BadChecks> {
        let bad = |field, what: String| Err(BadChecks { field, what });
        if !self.asks_agent() && self.serial.is_none() {
            return bad("agent", "something has to be checked".to_owned());
        }
        let (least, _, most) = LIMIT_SECONDS;
        if !(least..=most).contains(&self.limit_seconds) {
            return bad("limit_seconds", format!("must be {least} to {most}"));
        }
        if let Some(text) = &self.serial {
            let count = text.chars().count();
            let plain = !text.chars().any(char::is_control);
            if !(1..=PATTERN_CHARS_MAX).contains(&count) || !plain {
                let what = format!(
                    "must have 1 to {PATTERN_CHARS_MAX} characters, and no control characters"
                );
                return bad("serial", what);
            }
        }
        if let Some(script) = &self.script {
            let fits = (1..=SCRIPT_BYTES_MAX).contains(&script.len());
            if !fits || script.contains('\0') {
                return bad("script", format!("must have 1 to {SCRIPT_BYTES_MAX} bytes"));
            }
        }
        Ok(())
    }

    /// Whether the agent has to answer: a script needs it too.
    pub fn asks_agent(&self) -> bool {
        self.agent || self.script.is_some()
    }

    /// See [`Checks::limit_seconds`].
    pub fn limit(&self) -> Duration {
        Duration::from_secs(self.limit_seconds)
    }
}

/// Why a backup did not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The firmware found nothing to boot from.
    NoBootDevice,
    /// The boot loader did not find what it starts.
    BootLoader,
    /// The kernel runs and finds no root file system.
    RootNotFound,
    /// The root file system is there and cannot be used.
    RootDamaged,
    /// The kernel gave up.
    KernelPanic,
    /// The system came up for repairs alone.
    Emergency,
    /// The stored backup itself is damaged.
    BlobDamaged,
    /// The agent did not answer in time.
    AgentSilent,
    /// The text did not come in time.
    PatternMissing,
    /// The script ended with another code, or not in time.
    ScriptFailed,
    /// The guest switched itself off.
    GuestStopped,
    /// The guest restarts again and again.
    GuestRestarts,
}

impl Reason {
    /// All of them.
    pub const ALL: [Reason; 12] = [
        Reason::NoBootDevice,
        Reason::BootLoader,
        Reason::RootNotFound,
        Reason::RootDamaged,
        Reason::KernelPanic,
        Reason::Emergency,
        Reason::BlobDamaged,
        Reason::AgentSilent,
        Reason::PatternMissing,
        Reason::ScriptFailed,
        Reason::GuestStopped,
        Reason::GuestRestarts,
    ];

    /// Its name in the API and the catalog.
    pub fn name(self) -> &'static str {
        match self {
            Reason::NoBootDevice => "no_boot_device",
            Reason::BootLoader => "boot_loader",
            Reason::RootNotFound => "root_not_found",
            Reason::RootDamaged => "root_damaged",
            Reason::KernelPanic => "kernel_panic",
            Reason::Emergency => "emergency",
            Reason::BlobDamaged => "blob_damaged",
            Reason::AgentSilent => "agent_silent",
            Reason::PatternMissing => "pattern_missing",
            Reason::ScriptFailed => "script_failed",
            Reason::GuestStopped => "guest_stopped",
            Reason::GuestRestarts => "guest_restarts",
        }
    }

    /// The reason of that name.
    pub fn from_name(name: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// What it says, as the beginning of a message.
    pub fn text(self) -> &'static str {
        match self {
            Reason::NoBootDevice => "no boot device",
            Reason::BootLoader => "the boot loader stopped",
            Reason::RootNotFound => "root file system not found",
            Reason::RootDamaged => "root file system damaged",
            Reason::KernelPanic => "kernel panic",
            Reason::Emergency => "the system is in emergency mode",
            Reason::BlobDamaged => "blob damaged",
            Reason::AgentSilent => "agent silent",
            Reason::PatternMissing => "text missing on the serial port",
            Reason::ScriptFailed => "the script failed",
            Reason::GuestStopped => "the guest switched itself off",
            Reason::GuestRestarts => "the guest restarts again and again",
        }
    }

    /// What the user can do.
    pub fn hint(self) -> &'static str {
        match self {
            Reason::NoBootDevice => {
                "See that the backup has the disk the server boots from, and that it is the first one. Try an older backup."
            }
            Reason::BootLoader | Reason::RootNotFound => {
                "See which disks the backup leaves out. Start the server itself once if it was changed lately, and try an older backup."
            }
            Reason::RootDamaged | Reason::KernelPanic | Reason::Emergency => {
                "Check the server's own file systems: the backup holds what the disk held. Try an older backup."
            }
            Reason::BlobDamaged => {
                "Verify the vault (`coffer repo verify`), and make a full backup of the server."
            }
            Reason::AgentSilent => {
                "Look at the screenshot. See that the guest agent is installed and starts by itself, or give the drill more time or another check."
            }
            Reason::PatternMissing => {
                "See that the guest has a console on its first serial port, or give the drill more time or another check."
            }
            Reason::ScriptFailed => "Run the script on the server itself.",
            Reason::GuestStopped | Reason::GuestRestarts => {
                "Look at the last lines and the screenshot. Try an older backup."
            }
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// A line that says that a guest will not come up, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// What it means.
    pub reason: Reason,
    /// The line.
    pub line: String,
}

/// Longest line that is told of what a guest said, in characters.
const LINE_CHARS_MAX: usize = 300;

/// Who says a line, which decides until when it means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaker {
    /// Firmware and boot loader: nothing after the kernel's first word is theirs.
    Loader,
    /// The kernel and what it starts.
    System,
}

/// How much a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// No guest comes up after it.
    Certain,
    /// A guest that works may say it too: it explains why one did not come up in time.
    Ambiguous,
}

use Speaker::{Loader, System};
use Weight::{Ambiguous, Certain};

/// How lines begin, in lower case and without the kernel's time, and what else is in them. What is said
/// of a root file system stands before the panic that it ends in.
const SIGNS: &[(&[&str], Speaker, Weight, Reason)] = &[
    // SeaBIOS, OVMF, and boot sectors.
    (
        &["no bootable device"],
        Loader,
        Certain,
        Reason::NoBootDevice,
    ),
    (
        &["no bootable option or device"],
        Loader,
        Certain,
        Reason::NoBootDevice,
    ),
    (
        &["missing operating system"],
        Loader,
        Certain,
        Reason::NoBootDevice,
    ),
    (&["missing os"], Loader, Certain, Reason::NoBootDevice),
    (
        &["operating system not found"],
        Loader,
        Certain,
        Reason::NoBootDevice,
    ),
    (
        &["error loading operating system"],
        Loader,
        Certain,
        Reason::NoBootDevice,
    ),
    (
        &["invalid partition table"],
        Loader,
        Certain,
        Reason::NoBootDevice,
    ),
    // syslinux, GRUB, Windows. Another entry of a menu may do what one could not.
    (
        &["could not find kernel image"],
        Loader,
        Certain,
        Reason::BootLoader,
    ),
    (
        &["loading ", "failed: no such file"],
        Loader,
        Certain,
        Reason::BootLoader,
    ),
    (
        &["no configuration file found"],
        Loader,
        Certain,
        Reason::BootLoader,
    ),
    (
        &["no default or ui configuration"],
        Loader,
        Certain,
        Reason::BootLoader,
    ),
    (
        &["failed to load com32"],
        Loader,
        Ambiguous,
        Reason::BootLoader,
    ),
    (
        &["failed to load ldlinux"],
        Loader,
        Certain,
        Reason::BootLoader,
    ),
    (&["boot error"], Loader, Ambiguous, Reason::BootLoader),
    (&["grub rescue>"], Loader, Certain, Reason::BootLoader),
    (
        &["error: file ", "not found"],
        Loader,
        Ambiguous,
        Reason::BootLoader,
    ),
    (
        &["error: no such device"],
        Loader,
        Ambiguous,
        Reason::BootLoader,
    ),
    (
        &["error: no such partition"],
        Loader,
        Ambiguous,
        Reason::BootLoader,
    ),
    (
        &["error: you need to load the kernel first"],
        Loader,
        Certain,
        Reason::BootLoader,
    ),
    (&["bootmgr is missing"], Loader, Certain, Reason::BootLoader),
    // First programs: those of Debian, of dracut, of busybox systems.
    (
        &["alert!", "does not exist", "dropping to a shell"],
        System,
        Certain,
        Reason::RootNotFound,
    ),
    (
        &["alert!", "does not exist"],
        System,
        Ambiguous,
        Reason::RootNotFound,
    ),
    (
        &["unable to find root device"],
        System,
        Ambiguous,
        Reason::RootNotFound,
    ),
    (
        &["gave up waiting for root"],
        System,
        Certain,
        Reason::RootNotFound,
    ),
    (
        &["no filesystem labelled"],
        System,
        Ambiguous,
        Reason::RootNotFound,
    ),
    (
        &["kernel panic - not syncing: vfs: unable to mount root fs"],
        System,
        Certain,
        Reason::RootNotFound,
    ),
    (
        &["cannot open root device"],
        System,
        Ambiguous,
        Reason::RootNotFound,
    ),
    (
        &["mounting ", " on /root failed"],
        System,
        Certain,
        Reason::RootDamaged,
    ),
    (
        &["mounting ", " on /sysroot failed"],
        System,
        Certain,
        Reason::RootDamaged,
    ),
    (
        &["cannot mount /dev/"],
        System,
        Ambiguous,
        Reason::RootDamaged,
    ),
    (
        &["failed to mount /sysroot"],
        System,
        Certain,
        Reason::RootDamaged,
    ),
    (
        &["requires a manual fsck"],
        System,
        Ambiguous,
        Reason::RootDamaged,
    ),
    (
        &["unexpected inconsistency", "fsck manually"],
        System,
        Ambiguous,
        Reason::RootDamaged,
    ),
    (
        &["can't execute", "init"],
        System,
        Ambiguous,
        Reason::RootDamaged,
    ),
    (
        &["target filesystem doesn't have requested"],
        System,
        Certain,
        Reason::RootDamaged,
    ),
    (
        &["no init found. try passing init="],
        System,
        Certain,
        Reason::RootDamaged,
    ),
    // The kernel, and systems that come up for repairs alone.
    (
        &["kernel panic - not syncing"],
        System,
        Certain,
        Reason::KernelPanic,
    ),
    (
        &["you are in emergency mode"],
        System,
        Certain,
        Reason::Emergency,
    ),
    (
        &["entering emergency mode"],
        System,
        Certain,
        Reason::Emergency,
    ),
    (
        &["give root password for maintenance"],
        System,
        Certain,
        Reason::Emergency,
    ),
];

/// How the kernel's first lines begin.
const KERNEL: &[&str] = &["linux version ", "command line: ", "kernel command line: "];

/// Lines that say that a file system is damaged, or a disk cannot be read; the guest may come up all
/// the same.
const WARNINGS: &[&[&str]] = &[
    &["ext4-fs error"],
    &["ext4-fs (", "can't find ext4"],
    &["ext4-fs (", "corrupt"],
    &["ext4-fs (", "bad geometry"],
    &["ext4-fs (", "checksum"],
    &["xfs (", "corruption"],
    &["xfs (", "mount failed"],
    &["btrfs", "error"],
    &["i/o error, dev "],
    &["buffer i/o error"],
    &["jbd2:", "error"],
];

fn has(line: &str, parts: &[&str]) -> bool {
    parts.iter().all(|part| line.contains(part))
}

/// The lines in lower case and as they are, both without the kernel's time.
fn lines(text: &str) -> impl Iterator<Item = (String, String)> {
    text.lines().map(|line| {
        let line: String = without_time(line.trim())
            .chars()
            .filter(|c| !c.is_control())
            .take(LINE_CHARS_MAX)
            .collect();
        (line.to_lowercase(), line)
    })
}

/// A line of the kernel's without `[    1.234567] `.
fn without_time(line: &str) -> &str {
    let rest = line
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] "))
        .filter(|(time, _)| {
            time.chars()
                .all(|c| c.is_ascii_digit() || " .T".contains(c))
        });
    rest.map_or(line, |(_, rest)| rest)
}

/// True if a line begins so, or what it says does: after the name of who says it and a colon.
fn begins(line: &str, parts: &[&str]) -> bool {
    let Some((first, rest)) = parts.split_first() else {
        return false;
    };
    let said = line.split_once(": ").map(|(_, said)| said);
    let starts = |text: &str| text.starts_with(first) && has(&text[first.len()..], rest);
    starts(line) || said.is_some_and(starts)
}

/// Looks in what a firmware, a boot loader or a guest said for what ends a drill for sure.
///
/// A root file system that cannot be mounted, while the kernel complains about a file system, is a
/// damaged one rather than one that is not found.
pub fn find_sign(text: &str) -> Option<Sign> {
    look_for(text, Certain)
}

/// As [`find_sign`], for a guest that did not come up in time: also what by itself would prove
/// nothing.
pub fn explain(text: &str) -> Option<Sign> {
    look_for(text, Certain).or_else(|| look_for(text, Ambiguous))
}

fn look_for(text: &str, wanted: Weight) -> Option<Sign> {
    let all: Vec<_> = lines(text).collect();
    let kernel = all
        .iter()
        .position(|(lower, _)| KERNEL.iter().any(|first| lower.starts_with(first)));
    let found = SIGNS.iter().find_map(|(parts, speaker, weight, reason)| {
        let until = match speaker {
            Loader => kernel.unwrap_or(all.len()),
            System => all.len(),
        };
        let (_, line) = all[..until]
            .iter()
            .find(|(lower, _)| begins(lower, parts))?;
        (*weight == wanted).then(|| Sign {
            reason: *reason,
            line: line.clone(),
        })
    })?;
    if matches!(found.reason, Reason::RootNotFound | Reason::KernelPanic)
        && found.line.to_lowercase().contains("root fs")
        && let Some(warning) = warnings(text).into_iter().next()
    {
        return Some(Sign {
            reason: Reason::RootDamaged,
            line: warning,
        });
    }
    Some(found)
}

/// Lines that the user should see although the guest may have come up, at most five.
pub fn warnings(text: &str) -> Vec<String> {
    let found = lines(text).filter(|(lower, _)| WARNINGS.iter().any(|parts| has(lower, parts)));
    found.map(|(_, line)| line).take(5).collect()
}

/// The last lines of a text that say something, at most `count`, without control characters.
pub fn last_lines(text: &str, count: usize) -> Vec<String> {
    let plain = |line: &str| {
        let kept = line.chars().filter(|c| !c.is_control());
        kept.take(PATTERN_CHARS_MAX).collect::<String>()
    };
    let all: Vec<String> = text
        .lines()
        .map(|line| plain(line.trim()))
        .filter(|line| !line.is_empty())
        .collect();
    all[all.len().saturating_sub(count)..].to_vec()
}

/// How recovery times change: the median of the later half against that of the earlier half, in
/// percent of the latter; positive where recoveries take longer. None for fewer than four.
pub fn trend_percent(milliseconds: &[u64]) -> Option<i64> {
    if milliseconds.len() < 4 {
        return None;
    }
    let (earlier, later) = milliseconds.split_at(milliseconds.len() / 2);
    let (before, now) = (median(earlier)?, median(later)?);
    let (before, now) = (i64::try_from(before).ok()?, i64::try_from(now).ok()?);
    (before > 0).then(|| (now - before).saturating_mul(100) / before)
}

/// The middle one, or the lower one of the two in the middle; none of none.
pub fn median(numbers: &[u64]) -> Option<u64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, reason: Reason, line: &str) {
        let found = find_sign(text).expect("a sign");
        assert_eq!((found.reason, found.line.as_str()), (reason, line));
    }

    #[test]
    fn each_layer_of_a_boot_says_what_it_lacks() {
        check(
            "Booting from Hard Disk...\nBoot failed: not a bootable disk\n\nNo bootable device.\n",
            Reason::NoBootDevice,
            "No bootable device.",
        );
        check(
            "BdsDxe: No bootable option or device was found.",
            Reason::NoBootDevice,
            "BdsDxe: No bootable option or device was found.",
        );
        check(
            "SYSLINUX 6.04\nLoading /vmlinuz... failed: No such file or directory\nboot: ",
            Reason::BootLoader,
            "Loading /vmlinuz... failed: No such file or directory",
        );
        check(
            "error: file `/boot/vmlinuz-6.1' not found.\nerror: you need to load the kernel first.",
            Reason::BootLoader,
            "error: you need to load the kernel first.",
        );
        check(
            "ALERT!  UUID=1234 does not exist.  Dropping to a shell!",
            Reason::RootNotFound,
            "ALERT!  UUID=1234 does not exist.  Dropping to a shell!",
        );
        check(
            "[    2.1] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)",
            Reason::RootNotFound,
            "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)",
        );
        check(
            "mount: mounting /dev/vda2 on /root failed: Invalid argument",
            Reason::RootDamaged,
            "mount: mounting /dev/vda2 on /root failed: Invalid argument",
        );
        check(
            "[    9.0] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100",
            Reason::KernelPanic,
            "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100",
        );
        check(
            "You are in emergency mode. After logging in, type \"journalctl -xb\"",
            Reason::Emergency,
            "You are in emergency mode. After logging in, type \"journalctl -xb\"",
        );
    }

    #[test]
    fn a_root_that_the_kernel_complains_about_is_a_damaged_one() {
        check(
            "[1.0] EXT4-fs (vda2): VFS: Can't find ext4 filesystem\n\
             [1.1] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(254,2)",
            Reason::RootDamaged,
            "EXT4-fs (vda2): VFS: Can't find ext4 filesystem",
        );
    }

    #[test]
    fn an_ordinary_boot_has_no_sign() {
        let boot = "Booting from Hard Disk...\nSYSLINUX 6.04\nLinux version 6.1.0\n\
                    EXT4-fs (vda2): mounted filesystem with ordered data mode\nlogin: ";
        assert_eq!(find_sign(boot), None);
        assert!(warnings(boot).is_empty());
        assert_eq!(
            warnings("a\n[3.2] EXT4-fs error (device vda2): bad block\nb").len(),
            1
        );
    }

    #[test]
    fn what_a_working_guest_may_say_ends_no_drill() {
        for text in [
            // Told by a system that runs, in a log or by somebody.
            "Linux version 6.1\nMissing operating system\nlogin: ",
            "sshd: he said kernel panic - not syncing",
            "cat: error: file `x' not found",
            "fsck: no filesystem labelled data",
        ] {
            assert_eq!(find_sign(text), None, "{text}");
        }
        let late = explain("FAILED: no filesystem labelled root").expect("an explanation");
        assert_eq!(late.reason, Reason::RootNotFound);
        assert_eq!(explain("Linux version 6.1\nMissing OS"), None);
        let long = "Kernel panic - not syncing: ".to_owned() + &"x".repeat(5000);
        let line = find_sign(&long).expect("a sign").line;
        assert_eq!(line.chars().count(), LINE_CHARS_MAX);
    }

    #[test]
    fn the_last_lines_are_the_last_that_say_something() {
        assert_eq!(last_lines("a\r\n\r\nb\u{7}\r\nc\r\n\n", 2), ["b", "c"]);
        assert!(last_lines("\n\n", 3).is_empty());
    }

    #[test]
    fn reasons_have_names_of_their_own() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_name(reason.name()), Some(reason));
        }
        assert_eq!(Reason::from_name("other"), None);
    }

    #[test]
    fn a_trend_needs_four_and_compares_halves() {
        assert_eq!(trend_percent(&[10, 20, 30]), None);
        assert_eq!(trend_percent(&[10, 10, 15, 15]), Some(50));
        assert_eq!(trend_percent(&[100, 300, 100, 50, 50, 50]), Some(-50));
        assert_eq!(trend_percent(&[0, 0, 1, 1]), None);
        assert_eq!((median(&[]), median(&[3, 1, 2, 9])), (None, Some(2)));
    }

    #[test]
    fn checks_have_bounds() {
        let usual = Checks::default();
        usual.check().expect("the usual ones");
        let refused = |checks: Checks| checks.check().expect_err("refused").field;
        let with = |change: &dyn Fn(&mut Checks)| {
            let mut checks = Checks::default();
            change(&mut checks);
            refused(checks)
        };
        assert_eq!(with(&|c| c.agent = false), "agent");
        assert_eq!(with(&|c| c.limit_seconds = 9), "limit_seconds");
        assert_eq!(with(&|c| c.serial = Some(String::new())), "serial");
        assert_eq!(with(&|c| c.serial = Some("a\nb".into())), "serial");
        assert_eq!(with(&|c| c.script = Some("x".repeat(4097))), "script");
    }
}
