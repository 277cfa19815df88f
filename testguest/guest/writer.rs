//! Writes ordered records inside the test guest.
//!
//! Record N goes to the system disk and is made durable, then to the data disk, then to the
//! second data disk, if there is one; then comes N + 1. So at every true instant
//!
//! ```text
//! last(system) >= last(data) >= last(data2) >= last(system) - 1
//! ```
//!
//! Records are 512 bytes in files whose blocks are allocated and written already, so a record
//! becomes durable without a change of metadata, and a checker may read the files without
//! replaying the journal. Record N lies in slot N modulo 2048.
//!
//! The freeze hook makes `/run/writer.pause`; the writer then puts one record marked `QUIESCED`
//! on every disk, makes `/run/writer.paused` and waits for the first file to go.
//!
//! Not a shell script, because a guest under emulation forks too slowly for 20 records a second.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

const RECORD_BYTES: usize = 512;
const SLOTS: u64 = 2048;
/// At most 50 records a second: the host shall keep time for others.
const PACE: Duration = Duration::from_millis(20);
const PAUSE: &str = "/run/writer.pause";
const PAUSED: &str = "/run/writer.paused";

struct Disk {
    name: &'static str,
    file: File,
}

fn open(path: &str, name: &'static str) -> Option<Disk> {
    let file = OpenOptions::new().read(true).write(true).open(path).ok()?;
    Some(Disk { name, file })
}

/// Makes record `number` durable on `disk`.
fn put(disk: &Disk, number: u64, note: &str) {
    let uptime = fs::read_to_string("/proc/uptime").unwrap_or_default();
    let uptime = uptime.split(' ').next().unwrap_or("0");
    let mut record = format!("rec {number:010} {:<5} {uptime} {note}", disk.name).into_bytes();
    record.resize(RECORD_BYTES - 1, b' ');
    record.push(b'\n');
    let offset = (number % SLOTS) * RECORD_BYTES as u64;
    let done = disk.file.write_all_at(&record, offset).and_then(|()| disk.file.sync_data());
    if let Err(error) = done {
        // A record that may be missing on one disk must not be followed by another.
        eprintln!("writer: record {number} on {}: {error}", disk.name);
        std::process::exit(1);
    }
}

/// Number of the newest record on `disk`, 0 if there is none.
fn last(disk: &Disk) -> u64 {
    let mut slots = vec![0; RECORD_BYTES * SLOTS as usize];
    disk.file.read_exact_at(&mut slots, 0).expect("the image was built with all slots");
    let numbers = slots.chunks(RECORD_BYTES).filter_map(|slot| {
        std::str::from_utf8(slot.strip_prefix(b"rec ")?.get(..10)?).ok()?.parse().ok()
    });
    numbers.max().unwrap_or(0)
}

fn main() {
    let disks: Vec<Disk> = [
        ("/srv/records", "sys"),
        ("/data/records", "data"),
        ("/data2/records", "data2"),
    ]
    .into_iter()
    .filter_map(|(path, name)| open(path, name))
    .collect();
    if disks.len() < 2 {
        // The system disk alone: records here would put it ahead of data disks that are
        // attached later.
        loop {
            sleep(Duration::from_secs(3600));
        }
    }
    let mut number = last(&disks[0]);
    let oldest = disks.iter().map(last).min().unwrap_or(number);
    // After a hard stop later disks may lack the newest record: write it now.
    for disk in &disks[1..] {
        if number > last(disk) {
            put(disk, number, "run");
        }
    }
    let _ = fs::remove_file(PAUSED);
    let start = format!("disks={} last={number} skew={}\n", disks.len(), number - oldest);
    fs::write("/run/writer.start", start).expect("/run is in memory");

    loop {
        let begun = Instant::now();
        number += 1;
        if Path::new(PAUSE).exists() {
            for disk in &disks {
                put(disk, number, "QUIESCED");
            }
            fs::write(PAUSED, "").expect("/run is in memory");
            while Path::new(PAUSE).exists() {
                sleep(Duration::from_millis(10));
            }
            let _ = fs::remove_file(PAUSED);
            continue;
        }
        for disk in &disks {
            put(disk, number, "run");
        }
        // In one step: a reader shall never find the file empty.
        fs::write("/run/writer.new", format!("{number}\n")).expect("/run is in memory");
        fs::rename("/run/writer.new", "/run/writer.last").expect("/run is in memory");
        sleep(PACE.saturating_sub(begun.elapsed()));
    }
}
