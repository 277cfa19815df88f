//! Progress of one piece of work, shared between the pipeline and whoever shows it.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use coffer_core::extent::Extent;
use coffer_core::ids::DiskId;

/// Most cells of a disk's map.
const CELLS_MAX: u64 = 1600;

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
    deduplicated: AtomicU64,
    deduplicated_chunks: AtomicU64,
    maps: Mutex<Vec<Arc<Map>>>,
}

/// What was found where on a disk, in at most 1600 cells.
#[derive(Debug)]
pub struct Map {
    disk_id: DiskId,
    name: String,
    cell_bytes: u64,
    cells: Vec<AtomicU8>,
}

/// What was found in a part of a disk. Where a cell has several, the greatest shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// Not looked at yet.
    Pending,
    /// Zeroes.
    Zero,
    /// The same as before, without reading it.
    Unchanged,
    /// Read, and held by the store already.
    Deduplicated,
    /// Stored, or written to the target.
    New,
    /// Neither could be read nor written.
    Failed,
}

impl Found {
    /// All, in ascending order.
    const ALL: [Found; 6] = [
        Found::Pending,
        Found::Zero,
        Found::Unchanged,
        Found::Deduplicated,
        Found::New,
        Found::Failed,
    ];

    /// One character: `.0=dn!`.
    fn sign(self) -> char {
        match self {
            Found::Pending => '.',
            Found::Zero => '0',
            Found::Unchanged => '=',
            Found::Deduplicated => 'd',
            Found::New => 'n',
            Found::Failed => '!',
        }
    }
}

/// What a map said at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapView {
    /// The disk.
    pub disk_id: DiskId,
    /// Its name on the server.
    pub name: String,
    /// Bytes that a cell stands for.
    pub cell_bytes: u64,
    /// One character for each cell: `.` pending, `0` zero, `=` unchanged, `d` deduplicated, `n`
    /// new, `!` failed.
    pub states: String,
}

impl Map {
    fn new(disk_id: DiskId, name: &str, size: u64) -> Map {
        let cell_bytes = size
            .div_ceil(CELLS_MAX)
            .next_multiple_of(1 << 16)
            .max(1 << 16);
        let count = size.div_ceil(cell_bytes);
        Map {
            disk_id,
            name: name.to_owned(),
            cell_bytes,
            cells: (0..count).map(|_| AtomicU8::new(0)).collect(),
        }
    }

    /// Notes what was found in a part of the disk.
    pub fn mark(&self, extent: Extent, found: Found) {
        if extent.start >= extent.end {
            return;
        }
        let last = (extent.end - 1) / self.cell_bytes;
        for cell in extent.start / self.cell_bytes..=last {
            if let Some(cell) = self.cells.get(cell as usize) {
                cell.fetch_max(found as u8, Ordering::Relaxed);
            }
        }
    }

    /// Notes that the first part not looked at yet failed.
    pub fn fail(&self) {
        let pending = |cell: &&AtomicU8| cell.load(Ordering::Relaxed) == Found::Pending as u8;
        if let Some(cell) = self.cells.iter().find(pending).or(self.cells.last()) {
            cell.fetch_max(Found::Failed as u8, Ordering::Relaxed);
        }
    }

    fn view(&self) -> MapView {
        let sign = |cell: &AtomicU8| Found::ALL[usize::from(cell.load(Ordering::Relaxed))].sign();
        MapView {
            disk_id: self.disk_id,
            name: self.name.clone(),
            cell_bytes: self.cell_bytes,
            states: self.cells.iter().map(sign).collect(),
        }
    }
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
    /// Bytes of chunks that differ from the parent's and that the vault held already.
    pub deduplicated_bytes: u64,
    /// Number of these chunks.
    pub deduplicated_chunks: u64,
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

    /// Sets all counters to zero, where one stage of a task follows another. Nothing may count
    /// meanwhile.
    pub fn restart(&self) {
        let all = &self.0;
        let counters = [&all.total, &all.done, &all.read, &all.new, &all.stored];
        for counter in counters
            .into_iter()
            .chain([&all.deduplicated, &all.deduplicated_chunks])
        {
            counter.store(0, Ordering::Relaxed);
        }
    }

    /// Reads all counters.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            total_bytes: self.0.total.load(Ordering::Relaxed),
            done_bytes: self.0.done.load(Ordering::Relaxed),
            read_bytes: self.0.read.load(Ordering::Relaxed),
            new_bytes: self.0.new.load(Ordering::Relaxed),
            stored_bytes: self.0.stored.load(Ordering::Relaxed),
            deduplicated_bytes: self.0.deduplicated.load(Ordering::Relaxed),
            deduplicated_chunks: self.0.deduplicated_chunks.load(Ordering::Relaxed),
        }
    }

    /// Begins a map of a disk; one of the same disk is begun anew.
    pub fn map(&self, disk_id: DiskId, name: &str, size: u64) -> Arc<Map> {
        let map = Arc::new(Map::new(disk_id, name, size));
        let mut maps = self.0.maps.lock().expect("no panic holds this lock");
        maps.retain(|known| known.disk_id != disk_id);
        maps.push(map.clone());
        map
    }

    /// What the maps say.
    pub fn maps(&self) -> Vec<MapView> {
        let maps = self.0.maps.lock().expect("no panic holds this lock");
        maps.iter().map(|map| map.view()).collect()
    }

    /// Says how far work is that is done elsewhere: bytes in all, and done of them.
    pub fn set(&self, total: u64, done: u64) {
        self.0.total.store(total, Ordering::Relaxed);
        self.0.done.store(done.min(total), Ordering::Relaxed);
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

    /// Adds a chunk to those that the vault held already.
    pub fn add_deduplicated(&self, bytes: u64) {
        self.0.deduplicated.fetch_add(bytes, Ordering::Relaxed);
        self.0.deduplicated_chunks.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds to the bytes written.
    pub fn add_stored(&self, bytes: u64) {
        self.0.stored.fetch_add(bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_show_the_greatest_of_each_cell() {
        let progress = Progress::new();
        let id = DiskId(uuid::Uuid::nil());
        let map = progress.map(id, "vda", 3 << 16);
        let extent = |start, end| Extent { start, end };
        map.mark(extent(0, 1), Found::New);
        map.mark(extent(0, 70_000), Found::Zero);
        assert_eq!(progress.maps()[0].states, "n0.");
        map.fail();
        assert_eq!(progress.maps()[0].states, "n0!");
        let large = progress.map(id, "vda", 1 << 40);
        large.mark(extent(0, 1 << 40), Found::Unchanged);
        let view = progress.maps().remove(0);
        assert!(view.states.len() <= 1600 && view.states.chars().all(|c| c == '='));
    }
}
