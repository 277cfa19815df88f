//! Disks whose content is cheap to make and to compare: each chunk is a hole or one of a few
//! patterns, named by a word.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use coffer_core::extent::Extent;
use coffer_core::{Error, Result};
use coffer_engine::block::{BlockSource, BlockTarget, Content, SourceExtent};
use coffer_engine::testkit::simulated::Rng;

pub const CHUNK: u64 = 64 * 1024;
/// Patterns there are: few, so that disks have chunks in common.
const WORDS: u64 = 24;

/// One disk at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    pub size: u64,
    /// What is no hole.
    pub chunks: BTreeMap<u64, u8>,
}

/// All disks of a server at one instant.
pub type Server = Arc<Vec<Disk>>;

impl Disk {
    pub fn new(rng: &mut Rng) -> Disk {
        let mut disk = Disk {
            size: size(rng),
            chunks: BTreeMap::new(),
        };
        disk.write(rng);
        disk
    }

    fn count(&self) -> u64 {
        self.size.div_ceil(CHUNK)
    }

    /// Writes like a guest, and now and then changes the size.
    pub fn write(&mut self, rng: &mut Rng) {
        if rng.below(8) == 0 {
            self.size = size(rng);
            let count = self.count();
            self.chunks.retain(|chunk, _| *chunk < count);
        }
        for _ in 0..rng.below(4) {
            // Near each other, and at the end: leaves and their borders.
            let chunk = match rng.below(4) {
                0 => self.count() - 1,
                1 => rng.below(self.count()),
                _ => rng.below(self.count().min(5)),
            };
            match rng.below(4) {
                0 => self.chunks.remove(&chunk),
                _ => self.chunks.insert(chunk, 1 + rng.below(WORDS) as u8),
            };
        }
        // What is read and compared again and again stays small.
        while self.chunks.len() > 6 {
            self.chunks.pop_last();
        }
    }
}

fn size(rng: &mut Rng) -> u64 {
    let sizes = [
        512,
        CHUNK,
        3 * CHUNK + 512,
        5 * CHUNK,
        66 * CHUNK - 4096,
        4100 * CHUNK,
    ];
    sizes[rng.below(sizes.len() as u64) as usize]
}

/// The bytes of a pattern.
fn pattern(word: u8, len: usize) -> Bytes {
    thread_local! {
        static PATTERNS: RefCell<BTreeMap<u8, Bytes>> = const { RefCell::new(BTreeMap::new()) };
    }
    let whole = PATTERNS.with_borrow_mut(|known| {
        let made = known.entry(word).or_insert_with(|| {
            let mut bytes = vec![word; CHUNK as usize];
            // No prefix of one pattern is a prefix of another, whatever the length.
            bytes.iter_mut().step_by(64).for_each(|byte| *byte ^= 0x80);
            bytes.into()
        });
        made.clone()
    });
    whole.slice(..len)
}

/// A disk to be backed up.
pub struct Source {
    server: Server,
    at: usize,
    /// What the disk held at the parent's instant, where a bitmap tells what changed since.
    before: Option<Disk>,
    /// False where a writer takes chunks for the same whose digests begin alike.
    compares_all: bool,
}

impl Source {
    pub fn new(server: Server, at: usize, before: Option<Disk>, compares_all: bool) -> Source {
        Source {
            server,
            at,
            before,
            compares_all,
        }
    }

    /// The pattern that is stored for one: with the mistake, one whose digest begins with the same two
    /// bits and that the vault holds.
    fn stored(&self, word: u8) -> u8 {
        match self.compares_all {
            true => word,
            false => word % 4 + 1,
        }
    }

    fn content(&self, chunk: u64) -> Content {
        let disk = &self.server[self.at];
        let now = disk.chunks.get(&chunk);
        let unchanged = self
            .before
            .as_ref()
            .is_some_and(|before| before.chunks.get(&chunk) == now);
        match (unchanged, now) {
            (true, _) => Content::Unchanged,
            (false, None) => Content::Zero,
            (false, Some(_)) => Content::Data,
        }
    }
}

#[async_trait]
impl BlockSource for Source {
    fn size(&self) -> u64 {
        self.server[self.at].size
    }

    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>> {
        let mut told: Vec<SourceExtent> = Vec::new();
        for chunk in window.start / CHUNK..window.end.div_ceil(CHUNK) {
            let content = self.content(chunk);
            let end = ((chunk + 1) * CHUNK).min(window.end);
            match told.last_mut() {
                Some(last) if last.content == content => last.extent.end = end,
                _ => told.push(SourceExtent {
                    extent: Extent {
                        start: (chunk * CHUNK).max(window.start),
                        end,
                    },
                    content,
                }),
            }
        }
        Ok(told)
    }

    async fn read(&self, extent: Extent) -> Result<Bytes> {
        let disk = &self.server[self.at];
        let part = |chunk: u64| {
            let len = (disk.size - chunk * CHUNK).min(CHUNK) as usize;
            match disk.chunks.get(&chunk) {
                Some(word) => pattern(self.stored(*word), len),
                None => pattern(0, len).iter().map(|_| 0).collect(),
            }
        };
        let (first, last) = (extent.start / CHUNK, (extent.end - 1) / CHUNK);
        let from = (extent.start - first * CHUNK) as usize;
        let to = (extent.end - first * CHUNK) as usize;
        if first == last {
            return Ok(part(first).slice(from..to));
        }
        let whole: Vec<u8> = (first..=last)
            .flat_map(|chunk| part(chunk).to_vec())
            .collect();
        Ok(Bytes::from(whole).slice(from..to))
    }
}

/// A disk that must become what a backup holds.
#[derive(Clone)]
pub struct Target {
    wanted: Disk,
    zero: bool,
    held: Arc<Mutex<BTreeMap<u64, u8>>>,
}

impl Target {
    /// A new disk of zeroes, or one that holds `before`.
    pub fn new(wanted: &Disk, before: Option<&Disk>) -> Target {
        let mut held = before.map_or_else(BTreeMap::new, |disk| disk.chunks.clone());
        held.retain(|chunk, _| chunk * CHUNK < wanted.size);
        Target {
            wanted: wanted.clone(),
            zero: before.is_none(),
            held: Arc::new(Mutex::new(held)),
        }
    }

    /// True once it holds what the backup held.
    pub fn is_restored(&self) -> bool {
        *self.held.lock().expect("no holder panics") == self.wanted.chunks
    }
}

#[async_trait]
impl BlockTarget for Target {
    fn size(&self) -> u64 {
        self.wanted.size
    }

    async fn write(&self, offset: u64, data: Bytes) -> Result<()> {
        if !offset.is_multiple_of(CHUNK) || offset + data.len() as u64 > self.wanted.size {
            return Err(Error::internal("a write that does not begin with a chunk"));
        }
        let mut held = self.held.lock().expect("no holder panics");
        for (part, chunk) in data.chunks(CHUNK as usize).zip(offset / CHUNK..) {
            let right = self.wanted.chunks.get(&chunk);
            match right.filter(|word| pattern(**word, part.len()) == part) {
                Some(word) => held.insert(chunk, *word),
                // What no pattern is: the target is never right again.
                None => held.insert(chunk, u8::MAX),
            };
        }
        Ok(())
    }

    async fn write_zeroes(&self, extent: Extent) -> Result<()> {
        let mut held = self.held.lock().expect("no holder panics");
        let chunks = extent.start / CHUNK..extent.end.div_ceil(CHUNK);
        held.retain(|chunk, _| !chunks.contains(chunk));
        Ok(())
    }

    async fn flush(&self) -> Result<()> {
        Ok(())
    }

    fn is_zero(&self) -> bool {
        self.zero
    }
}
