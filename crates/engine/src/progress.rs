//! Progress of one piece of work, shared between the pipeline and whoever shows it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of one task, in bytes of the disks concerned. Cheap to clone and to read.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    total: AtomicU64,
    done: AtomicU64,
    read: AtomicU64,
    new: AtomicU64,
    stored: AtomicU64,
}

/// What the counters said at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Bytes to go through in all: disk sizes, holes included.
    pub total_bytes: u64,
    /// Bytes dealt with, whether read, skipped or zero.
    pub done_bytes: u64,
    /// Bytes read from the source (backup) or from the store (restore).
    pub read_bytes: u64,
    /// Bytes of chunks that the store did not hold yet, or that the target had to be given.
    pub new_bytes: u64,
    /// Bytes written to the store or target, after compression.
    pub stored_bytes: u64,
}

impl Snapshot {
    /// Share done in percent, 0 ..= 100; 0 while the total is not known.
    pub fn percent(self) -> u8 {
        if self.total_bytes == 0 {
            return 0;
        }
        let share = u128::from(self.done_bytes) * 100 / u128::from(self.total_bytes);
        u8::try_from(share.min(100)).unwrap_or(100)
    }
}

impl Progress {
    /// Counters at zero.
    pub fn new() -> Progress {
        Progress::default()
    }

    /// Reads all counters.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            total_bytes: self.0.total.load(Ordering::Relaxed),
            done_bytes: self.0.done.load(Ordering::Relaxed),
            read_bytes: self.0.read.load(Ordering::Relaxed),
            new_bytes: self.0.new.load(Ordering::Relaxed),
            stored_bytes: self.0.stored.load(Ordering::Relaxed),
        }
    }

    /// Adds to the bytes to go through.
    pub fn add_total(&self, bytes: u64) {
        self.0.total.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Adds to the bytes dealt with.
    pub fn add_done(&self, bytes: u64) {
        self.0.done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Adds to the bytes read.
    pub fn add_read(&self, bytes: u64) {
        self.0.read.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Adds to the bytes that were new.
    pub fn add_new(&self, bytes: u64) {
        self.0.new.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Adds to the bytes written.
    pub fn add_stored(&self, bytes: u64) {
        self.0.stored.fetch_add(bytes, Ordering::Relaxed);
    }
}
