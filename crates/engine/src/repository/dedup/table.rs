//! The sampled index in memory: prefixes of digests to packs.
//!
//! Of the digests stored, one in 2^k is in it, chosen by bits of the digest: whoever reads a
//! stretch of data that a pack holds meets one of them soon, and the pack's directory has the rest.
//!
//! Memory: a slot of 8 bytes for each entry, and as many again as make the share of free ones
//! 15 to 32 %: at most 13 bytes an entry. With k = 3 a TiB of unique chunks of 64 KiB, which has 2.1
//! million entries, takes 20 to 25 MiB. All tables of the process together stay below a budget: one
//! that would grow beyond it halves its rate of sampling, and thereby itself.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use coffer_core::format::index::{Prefix, SAMPLING_MAX};
use coffer_core::ids::PackId;

/// Parts of a table that grow each by itself: growing takes little memory beside what is there.
const SHARDS: usize = 256;
/// Packs that are remembered for one prefix. Full backups store the same chunk again and again.
const SAME_MAX: usize = 4;
/// Memory for a pack's id and its number, in bytes.
const PACK_BYTES: u64 = 64;

/// What all tables that share it may take.
#[derive(Debug, Clone)]
pub struct Budget(Arc<(AtomicU64, u64)>);

impl Budget {
    /// A budget of so many bytes.
    pub fn new(bytes: u64) -> Budget {
        Budget(Arc::new((AtomicU64::new(0), bytes)))
    }

    /// Bytes in use.
    pub fn used(&self) -> u64 {
        self.0.0.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: u64) -> bool {
        let fits = |used: u64| used.checked_add(bytes).filter(|sum| *sum <= self.0.1);
        self.0
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits)
            .is_ok()
    }

    fn give(&self, bytes: u64) {
        self.0.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// A table of prefixes.
pub struct Table {
    sampling: u8,
    shards: Vec<Shard>,
    packs: Vec<PackId>,
    numbers: HashMap<PackId, u32>,
    budget: Budget,
    taken: u64,
}

/// Open addressing with linear probing; 0 is a free slot, else sampling word and pack number + 1.
#[derive(Default)]
struct Shard {
    slots: Vec<u64>,
    len: usize,
}

impl Shard {
    /// A word's first slot. Words are spread evenly by their high bits, whatever is sampled.
    fn home(&self, word: u32) -> usize {
        ((u64::from(word) * self.slots.len() as u64) >> 32) as usize
    }

    /// Slots from a word's first one to the next free one.
    fn probe(&self, word: u32) -> impl Iterator<Item = usize> + '_ {
        let home = self.home(word);
        let after = home..self.slots.len();
        after
            .chain(0..home)
            .take_while(move |at| self.slots[*at] != 0)
    }

    fn put(&mut self, slot: u64) {
        let home = self.home((slot >> 32) as u32);
        let free = |at: &usize| self.slots[*at] == 0;
        let at = (home..self.slots.len()).chain(0..home).find(free);
        self.slots[at.expect("slots are never all taken")] = slot;
        self.len += 1;
    }

    fn is_full(&self) -> bool {
        (self.len + 1) * 20 > self.slots.len() * 17
    }

    fn rebuild(&mut self, slots: usize, keep: impl Fn(u32) -> bool) {
        let before = std::mem::replace(&mut self.slots, vec![0; slots]);
        self.len = 0;
        let kept = before
            .into_iter()
            .filter(|slot| *slot != 0 && keep((slot >> 32) as u32));
        kept.for_each(|slot| self.put(slot));
    }
}

/// Slots for `len` entries such that there is room for a quarter more.
fn slots_for(len: usize) -> usize {
    len * 100 / 68 + 8
}

impl Table {
    /// An empty table.
    pub fn new(sampling: u8, budget: Budget) -> Table {
        Table {
            sampling,
            shards: (0..SHARDS).map(|_| Shard::default()).collect(),
            packs: Vec::new(),
            numbers: HashMap::new(),
            budget,
            taken: 0,
        }
    }

    /// The k that it has now.
    pub fn sampling(&self) -> u8 {
        self.sampling
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.len).sum()
    }

    /// Memory it takes, in bytes.
    pub fn bytes(&self) -> u64 {
        self.taken
    }

    /// Adds an entry, unless it is not sampled. Returns true where it was not there.
    pub fn insert(&mut self, prefix: Prefix, pack: PackId) -> bool {
        if !prefix.is_sampled(self.sampling) {
            return false;
        }
        let number = match self.numbers.get(&pack) {
            Some(number) => *number,
            None => {
                if !self.make_room(PACK_BYTES, prefix) {
                    return false;
                }
                let number = u32::try_from(self.packs.len()).expect("packs fit the budget");
                self.packs.push(pack);
                self.numbers.insert(pack, number);
                number
            }
        };
        let word = prefix.word();
        let slot = u64::from(word) << 32 | u64::from(number + 1);
        let shard = &mut self.shards[usize::from(prefix.0[0])];
        let mut last = None;
        let mut same = 0;
        for at in shard.probe(word) {
            if shard.slots[at] == slot {
                return false;
            }
            if (shard.slots[at] >> 32) as u32 == word {
                same += 1;
                last = Some(at);
            }
        }
        if same >= SAME_MAX {
            // The newest takes the place of the one before.
            shard.slots[last.expect("there are some")] = slot;
            return true;
        }
        if self.shards[usize::from(prefix.0[0])].is_full() {
            let shard = &self.shards[usize::from(prefix.0[0])];
            let more = slots_for(shard.len + 1) - shard.slots.len();
            if !self.make_room(8 * more as u64, prefix) {
                return false;
            }
            // Where room was made by halving, it is shorter than it was.
            let shard = &mut self.shards[usize::from(prefix.0[0])];
            let slots = shard.slots.len() + more;
            shard.rebuild(slots, |_| true);
        }
        self.shards[usize::from(prefix.0[0])].put(slot);
        true
    }

    /// The packs that may hold a chunk of this digest, the newest last.
    pub fn find(&self, prefix: Prefix) -> impl Iterator<Item = PackId> + '_ {
        let sampled = prefix.is_sampled(self.sampling);
        let shard = sampled.then(|| &self.shards[usize::from(prefix.0[0])]);
        let word = prefix.word();
        let slots = shard.into_iter().flat_map(move |shard| {
            let slots = shard.probe(word).map(|at| shard.slots[at]);
            slots.filter(move |slot| (slot >> 32) as u32 == word)
        });
        slots.map(move |slot| self.packs[(slot as u32 - 1) as usize])
    }

    /// Takes bytes for `prefix` out of the budget; halves the rate until there are some. False
    /// where the prefix is not sampled any more, or even the lowest rate leaves no room.
    fn make_room(&mut self, bytes: u64, prefix: Prefix) -> bool {
        while !self.budget.take(bytes) {
            // Where others have all the budget, nothing is gained by what this one gives.
            if self.sampling >= SAMPLING_MAX || self.taken / 2 < bytes {
                return false;
            }
            self.halve();
            if !prefix.is_sampled(self.sampling) {
                return false;
            }
        }
        self.taken += bytes;
        true
    }

    /// Keeps every second entry, by the next bit of the sampling word.
    fn halve(&mut self) {
        self.sampling += 1;
        let mask = (1u64 << self.sampling) - 1;
        let stays = |word: u32| u64::from(word) & mask == 0;
        for shard in &mut self.shards {
            let words = shard.slots.iter().filter(|slot| **slot != 0);
            let kept = words.filter(|slot| stays((**slot >> 32) as u32)).count();
            let slots = match kept {
                0 => 0,
                _ => slots_for(kept).min(shard.slots.len()),
            };
            let freed = 8 * (shard.slots.len() - slots) as u64;
            shard.rebuild(slots, stays);
            self.taken -= freed;
            self.budget.give(freed);
        }
        tracing::debug!(sampling = self.sampling, "the index of digests is halved");
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        self.budget.give(self.taken);
    }
}

#[cfg(test)]
mod tests {
    use coffer_core::ids::SessionId;

    use super::*;

    const MIB: u64 = 1 << 20;

    /// Digests are random, so are these; the words of all are of the sampling given.
    fn prefixes(count: u64, sampling: u8) -> impl Iterator<Item = Prefix> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        (0..count).map(move |_| {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            let random = state.wrapping_mul(0x2545_f491_4f6c_dd1d);
            let mut bytes = random.to_le_bytes();
            let word = u32::from_le_bytes([bytes[1], bytes[2], bytes[3], bytes[4]]);
            let word = word >> sampling << sampling;
            bytes[1..5].copy_from_slice(&word.to_le_bytes());
            Prefix(bytes)
        })
    }

    fn pack(number: u64) -> PackId {
        PackId::new(SessionId([7; 12]), number as u32)
    }

    /// The promise of the design: 32 MiB for each TiB of unique data in chunks of 64 KiB.
    #[test]
    fn a_tebibyte_takes_less_than_32_mib() {
        let entries = (1 << 40) / (64 * 1024) / 8;
        let budget = Budget::new(256 * MIB);
        let mut table = Table::new(3, budget.clone());
        let mut most = 0;
        // Packs of 32 MiB hold at least 512 chunks: 64 entries.
        for (i, prefix) in (0..).zip(prefixes(entries, 3)) {
            table.insert(prefix, pack(i / 64));
            most = most.max(table.bytes());
        }
        let slots: usize = table.shards.iter().map(|s| s.slots.capacity()).sum();
        assert!(8 * slots as u64 + PACK_BYTES * (entries / 64) <= table.bytes());
        println!(
            "{} entries of 1 TiB: {:.1} MiB, at most {:.1} MiB",
            table.len(),
            table.bytes() as f64 / MIB as f64,
            most as f64 / MIB as f64
        );
        assert_eq!(table.sampling(), 3);
        assert!(most <= 32 * MIB);
        // Two that agree in 40 bits are rare.
        assert!(table.len() as u64 >= entries - 10);
        for (i, prefix) in (0..).zip(prefixes(entries, 3)).step_by(1001) {
            assert!(table.find(prefix).any(|found| found == pack(i / 64)));
        }
        // What is not there is looked for by every new chunk.
        let begun = std::time::Instant::now();
        let missing = prefixes(2 * entries, 0).skip(entries as usize);
        let found = missing.filter(|prefix| table.find(*prefix).count() > 0);
        let found = found.count();
        println!("a look takes {:?}", begun.elapsed() / entries as u32);
        assert!(found < 10, "{found} that are not there");
        drop(table);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn beyond_the_budget_the_rate_halves() {
        let budget = Budget::new(MIB);
        let mut table = Table::new(0, budget.clone());
        let mut rates = vec![0];
        for (i, prefix) in (0..).zip(prefixes(1_000_000, 0)) {
            table.insert(prefix, pack(i / 1000));
            assert!(budget.used() <= MIB && table.bytes() == budget.used());
            if table.sampling() != rates[rates.len() - 1] {
                rates.push(table.sampling());
            }
        }
        // Each rate comes after the one before, and what is sampled still is all there.
        assert_eq!(rates, [0, 1, 2, 3, 4]);
        let found = |(i, prefix): (u64, Prefix)| table.find(prefix).any(|p| p == pack(i / 1000));
        let all = || (0..).zip(prefixes(1_000_000, 0));
        let sampled = all().filter(|(_, prefix)| prefix.is_sampled(4)).count();
        assert_eq!(all().filter(|one| found(*one)).count(), sampled);
        assert_eq!(table.len(), sampled);
        // A second one gets what is left.
        let mut other = Table::new(0, budget.clone());
        for prefix in prefixes(100_000, 0) {
            other.insert(prefix, pack(0));
        }
        assert!(other.sampling() > 0 && budget.used() <= MIB);
        let mut none = Table::new(0, Budget::new(10));
        assert!(!none.insert(Prefix([0; 8]), pack(0)));
        assert_eq!((none.len(), none.find(Prefix([0; 8])).count()), (0, 0));
    }

    #[test]
    fn one_prefix_may_lie_in_several_packs() {
        let mut table = Table::new(0, Budget::new(MIB));
        let prefix = Prefix([1; 8]);
        for number in 0..10 {
            assert!(table.insert(prefix, pack(number)));
            assert!(!table.insert(prefix, pack(number)));
        }
        let found: Vec<_> = table.find(prefix).map(PackId::counter).collect();
        assert_eq!(found, [0, 1, 2, 9]);
        assert_eq!(table.find(Prefix([2; 8])).count(), 0);
    }
}
