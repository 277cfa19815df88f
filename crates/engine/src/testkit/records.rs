//! Says whether raw copies of the test guest's disks are one instant.
//!
//! The guest's writer (`testguest/guest/writer.rs`) makes record N durable on the system disk,
//! then on the data disk, then on the second data disk, then goes on to N + 1. So at one instant
//! `last(system) >= last(data) >= last(data2)`, they differ by at most one, and no record below
//! the last is missing. Copies that were made 200 ms apart differ by several records.
//!
//! Uses the standard library alone, because `xtask` includes this file too. Reads ext4 with
//! `debugfs` of e2fsprogs: no mount, no replay of the journal.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::Command;

const RECORD_BYTES: usize = 512;
const SLOTS: u64 = 2048;

/// What is asked of the copies besides being one instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expect {
    /// The last record is the same everywhere and marked by the guest's freeze hook.
    pub quiesced: bool,
    /// The last record's number is at least this on every disk.
    pub at_least: u64,
}

/// What the copies hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Number of the last record of each disk, in the order given; 0 if there is none.
    pub last: Vec<u64>,
    /// Each violation found; empty where the copies are one instant.
    pub problems: Vec<String>,
}

impl Report {
    /// True if nothing speaks against one instant.
    pub fn is_consistent(&self) -> bool {
        self.problems.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "last records {:?}: ", self.last)?;
        match self.problems.as_slice() {
            [] => f.write_str("one instant"),
            problems => f.write_str(&problems.join("; ")),
        }
    }
}

/// Checks raw copies of the system disk and its data disks, given in that order (two or three).
///
/// Fails where a copy cannot be read at all; what is wrong with its records is in the report.
pub fn check_records(copies: &[PathBuf], expect: Expect) -> io::Result<Report> {
    let names = ["sys", "data", "data2"];
    if !(2..=3).contains(&copies.len()) {
        return Err(io::Error::other(
            "two or three copies are needed: system, data, data2",
        ));
    }
    let mut disks = Vec::new();
    for (copy, name) in copies.iter().zip(names) {
        let path = if name == "sys" {
            "/srv/records"
        } else {
            "/records"
        };
        disks.push((name, parse(&read_file(copy, path)?, name)));
    }
    Ok(judge(&disks, expect))
}

/// Records of one disk: their notes by number, and what is wrong with the slots.
#[derive(Debug, Default)]
struct Records {
    notes: BTreeMap<u64, String>,
    problems: Vec<String>,
}

impl Records {
    fn last(&self) -> u64 {
        self.notes.last_key_value().map_or(0, |(number, _)| *number)
    }
}

fn parse(file: &[u8], disk: &str) -> Records {
    let mut records = Records::default();
    if file.len() as u64 != SLOTS * RECORD_BYTES as u64 {
        records
            .problems
            .push(format!("{disk}: the records file has {} bytes", file.len()));
    }
    for (slot, bytes) in file.chunks(RECORD_BYTES).enumerate() {
        if bytes.iter().all(|b| matches!(b, b'.' | b'\n')) {
            continue; // never written
        }
        match parse_record(bytes) {
            Some((number, of, note)) if of == disk && number % SLOTS == slot as u64 => {
                records.notes.insert(number, note.to_owned());
            }
            Some((number, of, _)) => {
                records
                    .problems
                    .push(format!("{disk}: slot {slot} holds record {number} of {of}"));
            }
            None => records
                .problems
                .push(format!("{disk}: slot {slot} holds no record")),
        }
    }
    records
}

/// `rec 0000000042 sys   12.34 run` as (42, `sys`, `run`).
fn parse_record(bytes: &[u8]) -> Option<(u64, &str, &str)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut words = text.strip_suffix('\n')?.split_ascii_whitespace();
    if words.next()? != "rec" {
        return None;
    }
    let (number, disk, _uptime, note) =
        (words.next()?, words.next()?, words.next()?, words.next()?);
    Some((number.parse().ok()?, disk, note))
}

fn judge(disks: &[(&str, Records)], expect: Expect) -> Report {
    let last: Vec<u64> = disks.iter().map(|(_, records)| records.last()).collect();
    let mut problems: Vec<String> = Vec::new();
    for (name, records) in disks {
        problems.extend(records.problems.iter().cloned());
        let newest = records.last();
        // One slot less than there are: the oldest may be in the middle of being replaced.
        let missing: Vec<u64> = ((newest + 2).saturating_sub(SLOTS).max(1)..=newest)
            .filter(|number| !records.notes.contains_key(number))
            .collect();
        if let Some(first) = missing.first() {
            let count = missing.len();
            problems.push(format!(
                "{name}: {count} records missing below {newest}, first {first}"
            ));
        }
        if newest < expect.at_least {
            problems.push(format!(
                "{name}: last record {newest}, expected {}",
                expect.at_least
            ));
        }
    }
    if !last.is_sorted_by(|earlier, later| earlier >= later) {
        problems.push("a later disk is ahead of an earlier one".to_owned());
    }
    let spread = last.iter().max().unwrap_or(&0) - last.iter().min().unwrap_or(&0);
    if spread > 1 {
        problems.push(format!("the disks are {spread} records apart"));
    }
    if expect.quiesced {
        let marked = |(_, records): &(&str, Records)| {
            records
                .notes
                .last_key_value()
                .is_some_and(|(_, note)| note == "QUIESCED")
        };
        if spread != 0 || !disks.iter().all(marked) {
            problems.push("not quiesced".to_owned());
        }
    }
    Report { last, problems }
}

/// Content of a file on the ext4 of a raw image: the partition `root`, or the whole disk.
fn read_file(image: &Path, path: &str) -> io::Result<Vec<u8>> {
    let offset = root_partition(image)?;
    let device = match offset {
        0 => image.display().to_string(),
        offset => format!("{}?offset={offset}", image.display()),
    };
    // `debugfs` answers 0 even where there is no such file: the size tells.
    let output = Command::new("debugfs")
        .env("PATH", "/usr/sbin:/sbin:/usr/bin:/bin")
        .args(["-R", &format!("cat {path}"), &device])
        .output()
        .map_err(|e| io::Error::new(e.kind(), format!("debugfs of e2fsprogs: {e}")))?;
    if output.stdout.is_empty() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(format!(
            "{device}: no {path}: {}",
            said.trim()
        )));
    }
    Ok(output.stdout)
}

/// Byte offset of the GPT partition named `root`; 0 where there is no partition table.
fn root_partition(image: &Path) -> io::Result<u64> {
    let with_path = |e: io::Error| io::Error::new(e.kind(), format!("{}: {e}", image.display()));
    let mut file = File::open(image).map_err(with_path)?;
    let mut header = [0; 512];
    file.seek(SeekFrom::Start(512))?;
    file.read_exact(&mut header).map_err(with_path)?;
    if header[..8] != *b"EFI PART" {
        return Ok(0);
    }
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .fold(0, |sum, b| sum << 8 | u64::from(*b))
    };
    let entry_bytes = number(&header[84..88]);
    if !(128..=4096).contains(&entry_bytes) {
        return Err(io::Error::other(format!(
            "{}: odd partition table",
            image.display()
        )));
    }
    file.seek(SeekFrom::Start(number(&header[72..80]) * 512))?;
    let mut entry = vec![0; entry_bytes as usize];
    for _ in 0..number(&header[80..84]).min(128) {
        file.read_exact(&mut entry).map_err(with_path)?;
        let name: Vec<u8> = entry[56..128].iter().copied().step_by(2).collect();
        if name.starts_with(b"root\0") {
            return Ok(number(&entry[32..40]) * 512);
        }
    }
    Err(io::Error::other(format!(
        "{}: no partition named root",
        image.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The records file of `disk` after records up to `last`, as the guest's writer leaves it.
    fn file(disk: &str, last: u64, note: &str) -> Vec<u8> {
        let mut file = [".".repeat(RECORD_BYTES - 1), "\n".to_owned()]
            .concat()
            .repeat(SLOTS as usize);
        for number in (last + 1).saturating_sub(SLOTS).max(1)..=last {
            let note = if number == last { note } else { "run" };
            let text = format!("rec {number:010} {disk:<5} {}.00 {note}", number / 50);
            let at = (number % SLOTS) as usize * RECORD_BYTES;
            file.replace_range(at..at + RECORD_BYTES, &format!("{text:<511}\n"));
        }
        file.into_bytes()
    }

    fn report(last: [u64; 3], note: &str, expect: Expect) -> Report {
        let names = ["sys", "data", "data2"];
        let disks: Vec<_> = names
            .into_iter()
            .zip(last)
            .map(|(n, last)| (n, parse(&file(n, last, note), n)))
            .collect();
        judge(&disks, expect)
    }

    #[track_caller]
    fn check(last: [u64; 3], expected: &str) {
        assert_eq!(report(last, "run", Expect::default()).to_string(), expected);
    }

    #[test]
    fn one_instant_is_accepted() {
        check([0, 0, 0], "last records [0, 0, 0]: one instant");
        check([7, 7, 7], "last records [7, 7, 7]: one instant");
        check([7, 7, 6], "last records [7, 7, 6]: one instant");
        check([7, 6, 6], "last records [7, 6, 6]: one instant");
        check(
            [9000, 9000, 8999],
            "last records [9000, 9000, 8999]: one instant",
        );
    }

    #[test]
    fn a_skew_of_200_ms_is_caught_in_either_direction() {
        // 200 ms are at least four records at the slowest rate asked of the guest, 20 a second.
        check(
            [500, 500, 496],
            "last records [500, 500, 496]: the disks are 4 records apart",
        );
        let ahead = "a later disk is ahead of an earlier one; the disks are 4 records apart";
        check(
            [496, 500, 500],
            &format!("last records [496, 500, 500]: {ahead}"),
        );
        check(
            [500, 499, 500],
            "last records [500, 499, 500]: a later disk is ahead of an earlier one",
        );
        check(
            [500, 499, 498],
            "last records [500, 499, 498]: the disks are 2 records apart",
        );
    }

    #[test]
    fn gaps_and_foreign_slots_are_caught() {
        let mut gap = file("sys", 3000, "run");
        let blank = gap[..RECORD_BYTES]
            .iter()
            .map(|b| if *b == b'\n' { b'\n' } else { b'.' });
        let blank: Vec<u8> = blank.collect();
        gap[2990 % 2048 * 512..][..512].copy_from_slice(&blank);
        gap[512..1024].fill(0);
        let disks = [
            ("sys", parse(&gap, "sys")),
            ("data", parse(&file("sys", 3000, "run"), "data")),
        ];
        let report = judge(&disks, Expect::default());
        assert!(
            report
                .problems
                .contains(&"sys: slot 1 holds no record".to_owned()),
            "{report}"
        );
        assert!(
            report
                .to_string()
                .contains("records missing below 3000, first 2049"),
            "{report}"
        );
        assert!(
            report
                .to_string()
                .contains("data: slot 0 holds record 2048 of sys"),
            "{report}"
        );
    }

    #[test]
    fn quiesced_needs_the_mark_on_every_disk() {
        let expect = Expect {
            quiesced: true,
            at_least: 5,
        };
        assert!(report([8, 8, 8], "QUIESCED", expect).is_consistent());
        assert!(!report([8, 8, 7], "QUIESCED", expect).is_consistent());
        assert!(!report([8, 8, 8], "run", expect).is_consistent());
        assert!(!report([4, 4, 4], "QUIESCED", expect).is_consistent());
    }
}
