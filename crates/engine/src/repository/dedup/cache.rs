//! Directories of packs whose chunks are likely to be met again, by digest.
//!
//! Memory: 40 bytes for a chunk of a pack that is held and 17 to 39 for finding it by its digest.
//! Beyond its bound the pack that was of no use for the longest time goes.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

use coffer_core::digest::Digest;
use coffer_core::ids::PackId;
use coffer_core::map::Address;

/// Memory for one chunk, in bytes: its entry, and its place in a map that is half full or more.
const CHUNK_BYTES: u64 = 40 + 39;
/// Memory for a pack, in bytes.
const PACK_BYTES: u64 = 160;

/// A chunk of a pack.
#[derive(Debug, Clone, Copy)]
pub struct Chunk {
    /// Its digest.
    pub digest: Digest,
    /// Length of its plain bytes.
    pub raw_len: u32,
    /// Its ordinal.
    pub ordinal: u32,
}

/// Packs and their chunks.
pub struct PackCache {
    bytes_max: u64,
    bytes: u64,
    packs: HashMap<PackId, u32>,
    slots: Vec<Option<Held>>,
    free: Vec<u32>,
    chunks: HashMap<u64, Place, BuildHasherDefault<DigestHasher>>,
    clock: AtomicU64,
}

struct Held {
    id: PackId,
    chunks: Vec<Chunk>,
    used: AtomicU64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    slot: u32,
    at: u32,
}

/// Digests are random: their bytes are their hash.
#[derive(Default)]
struct DigestHasher(u64);

impl Hasher for DigestHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// The bytes of a digest that the index does not choose by.
fn key(digest: &Digest) -> u64 {
    let bytes = digest.0.last_chunk().expect("a digest has 32 bytes");
    u64::from_le_bytes(*bytes)
}

impl PackCache {
    /// An empty cache of at most so many bytes, and of one pack at least.
    pub fn new(bytes_max: u64) -> PackCache {
        PackCache {
            bytes_max,
            bytes: 0,
            packs: HashMap::new(),
            slots: Vec::new(),
            free: Vec::new(),
            chunks: HashMap::default(),
            clock: AtomicU64::new(0),
        }
    }

    /// Memory it takes, in bytes, at most.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// True if the pack is held.
    pub fn holds(&self, pack: PackId) -> bool {
        self.packs.contains_key(&pack)
    }

    /// Where a chunk of this digest and length lies.
    pub fn find(&self, digest: &Digest, raw_len: u32) -> Option<Address> {
        let place = self.chunks.get(&key(digest))?;
        let held = self.slots[place.slot as usize].as_ref()?;
        let chunk = held.chunks.get(place.at as usize)?;
        if chunk.digest != *digest || chunk.raw_len != raw_len {
            return None;
        }
        held.used
            .store(self.clock.load(Ordering::Relaxed), Ordering::Relaxed);
        Some(Address {
            pack: held.id,
            ordinal: chunk.ordinal,
            slot: 0,
        })
    }

    /// Adds chunks to a pack, which is held from now on.
    pub fn add(&mut self, pack: PackId, chunks: impl IntoIterator<Item = Chunk>) {
        let now = *self.clock.get_mut() + 1;
        *self.clock.get_mut() = now;
        let slot = match self.packs.get(&pack) {
            Some(slot) => *slot,
            None => {
                let held = Held {
                    id: pack,
                    chunks: Vec::new(),
                    used: AtomicU64::new(now),
                };
                let slot = match self.free.pop() {
                    Some(slot) => slot,
                    None => {
                        self.slots.push(None);
                        u32::try_from(self.slots.len() - 1).expect("packs fit the bound")
                    }
                };
                self.slots[slot as usize] = Some(held);
                self.packs.insert(pack, slot);
                self.bytes += PACK_BYTES;
                slot
            }
        };
        let held = self.slots[slot as usize].as_mut().expect("it is held");
        *held.used.get_mut() = now;
        for chunk in chunks {
            let at = u32::try_from(held.chunks.len()).expect("a pack is below 64 MiB");
            // The first one stays: what was referred to before is referred to again.
            self.chunks
                .entry(key(&chunk.digest))
                .or_insert(Place { slot, at });
            held.chunks.push(chunk);
            self.bytes += CHUNK_BYTES;
        }
        while self.bytes > self.bytes_max && self.packs.len() > 1 {
            self.evict(slot);
        }
    }

    /// Lets go of the pack that was of no use for the longest time, but not of `keep`.
    fn evict(&mut self, keep: u32) {
        let held = (0..).zip(&self.slots);
        let oldest = held
            .filter(|(slot, _)| *slot != keep)
            .filter_map(|(slot, held)| Some((slot, held.as_ref()?.used.load(Ordering::Relaxed))))
            .min_by_key(|(_, used)| *used);
        let Some((slot, _)) = oldest else { return };
        let Some(held) = self.slots[slot as usize].take() else {
            return;
        };
        for (at, chunk) in (0..).zip(&held.chunks) {
            let key = key(&chunk.digest);
            if self.chunks.get(&key) == Some(&Place { slot, at }) {
                self.chunks.remove(&key);
            }
        }
        self.packs.remove(&held.id);
        self.free.push(slot);
        self.bytes -= PACK_BYTES + CHUNK_BYTES * held.chunks.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use coffer_core::ids::SessionId;

    use super::*;

    fn pack(number: u32) -> PackId {
        PackId::new(SessionId([7; 12]), number)
    }

    fn chunk(number: u32) -> Chunk {
        let mut digest = [0; 32];
        digest[24..28].copy_from_slice(&number.to_le_bytes());
        Chunk {
            digest: Digest(digest),
            raw_len: 65_536,
            ordinal: number % 100,
        }
    }

    fn found(cache: &PackCache, number: u32) -> Option<(u32, u32)> {
        let at = cache.find(&chunk(number).digest, 65_536)?;
        Some((at.pack.counter(), at.ordinal))
    }

    #[test]
    fn a_chunk_is_found_by_its_whole_digest_and_length() {
        let mut cache = PackCache::new(1 << 20);
        cache.add(pack(1), (100..110).map(chunk));
        assert_eq!(found(&cache, 105), Some((1, 5)));
        assert_eq!(found(&cache, 110), None);
        assert_eq!(cache.find(&chunk(105).digest, 65_535), None);
        let mut other = chunk(105).digest;
        other.0[0] = 1;
        assert_eq!(cache.find(&other, 65_536), None);
        // Added to while it is filled.
        cache.add(pack(1), [chunk(110)]);
        assert_eq!(found(&cache, 110), Some((1, 10)));
        // A copy elsewhere does not take its place.
        cache.add(pack(2), [chunk(105)]);
        assert_eq!(found(&cache, 105), Some((1, 5)));
        assert!(cache.holds(pack(2)) && !cache.holds(pack(3)));
    }

    #[test]
    fn the_pack_of_no_use_goes_first() {
        let room = 3 * (PACK_BYTES + 100 * CHUNK_BYTES);
        let mut cache = PackCache::new(room);
        for number in 0..3 {
            cache.add(pack(number), (number * 100..number * 100 + 100).map(chunk));
        }
        assert_eq!(found(&cache, 50), Some((0, 50)));
        cache.add(pack(3), (300..400).map(chunk));
        assert!(cache.bytes() <= room);
        assert_eq!(
            found(&cache, 150),
            None,
            "pack 1 was of no use since it came"
        );
        assert_eq!(found(&cache, 50), Some((0, 50)));
        assert_eq!(found(&cache, 350), Some((3, 50)));
        for number in 4..200 {
            cache.add(pack(number), (number * 100..number * 100 + 100).map(chunk));
        }
        assert!(cache.bytes() <= room && cache.slots.len() <= 4);
        assert_eq!((cache.packs.len(), cache.chunks.len()), (3, 300));
        // One that is larger than all the room is held alone.
        cache.add(pack(200), (20_000..21_000).map(chunk));
        assert_eq!((cache.packs.len(), cache.chunks.len()), (1, 1000));
    }
}
