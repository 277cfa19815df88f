//! Segments of the sampled index: in which pack a chunk of some digest lies. Hints, no authority.
//!
//! A segment is the body of an envelope of kind 10 (see [`super::envelope`]):
//!
//! | offset | size | field |
//! |-------:|-----:|-------|
//! | 0 | 1 | sampling, k: the segment has the digests whose sampling word ends in k zero bits |
//! | 1 | 3 | zero |
//! | 4 | 4 | number of ranges, R |
//! | 8 | 4 | number of packs, P |
//! | 12 | 4 | number of entries, N |
//! | 16 | 20 R | the packs it covers, in ranges |
//! | | 16 P | pack table: pack ids, ascending |
//! | | 12 N | entries, ascending |
//!
//! A range is the session (12), the counter of its first pack (4) and the number of packs (4): the
//! segment has all sampled chunks of these packs. An entry is the first 8 bytes of the digest and
//! the number of its pack in the table (4). The sampling word of a digest is its bytes 1 .. 5 as a
//! number, little endian.

use super::{Fields, FormatError};
use crate::digest::Digest;
use crate::ids::{PackId, SessionId};

/// The k that segments are written with: one digest of 8. With it a TiB of unique chunks of 64 KiB
/// has 2 million entries.
pub const SAMPLING: u8 = 3;
/// The largest k: the sampling word has 32 bits.
pub const SAMPLING_MAX: u8 = 32;

const HEADER_BYTES: usize = 16;
const RANGE_BYTES: usize = 20;
const PACK_BYTES: usize = 16;
const ENTRY_BYTES: usize = 12;

/// The part of a digest that the index knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix(pub [u8; 8]);

impl Prefix {
    /// The prefix of `digest`.
    pub fn of(digest: &Digest) -> Prefix {
        Prefix(*digest.0.first_chunk().expect("a digest has 32 bytes"))
    }

    /// The sampling word.
    pub fn word(self) -> u32 {
        u32::from_le_bytes([self.0[1], self.0[2], self.0[3], self.0[4]])
    }

    /// True if an index of this sampling has it.
    pub fn is_sampled(self, sampling: u8) -> bool {
        self.word().trailing_zeros() >= u32::from(sampling)
    }
}

/// Neighbouring packs of one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackSpan {
    /// The session that wrote them.
    pub session: SessionId,
    /// Counter of the first.
    pub first: u32,
    /// Their number.
    pub count: u32,
}

impl PackSpan {
    /// True if `pack` is one of them.
    pub fn contains(&self, pack: PackId) -> bool {
        let counter = pack.counter().checked_sub(self.first);
        pack.session() == self.session && counter.is_some_and(|at| at < self.count)
    }
}

/// One segment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Segment {
    /// Its k.
    pub sampling: u8,
    /// The packs whose sampled chunks it has.
    pub covers: Vec<PackSpan>,
    /// The packs that entries name, ascending.
    pub packs: Vec<PackId>,
    /// Prefixes with the numbers of their packs in `packs`, ascending.
    pub entries: Vec<(Prefix, u32)>,
}

impl Segment {
    /// A segment of entries in any order, each once, those of its sampling alone.
    pub fn new(
        sampling: u8,
        mut covers: Vec<PackSpan>,
        mut samples: Vec<(Prefix, PackId)>,
    ) -> Segment {
        join_spans(&mut covers);
        samples.retain(|(prefix, _)| prefix.is_sampled(sampling));
        let mut packs: Vec<PackId> = samples.iter().map(|(_, pack)| *pack).collect();
        packs.sort_unstable();
        packs.dedup();
        let number = |pack: &PackId| {
            let at = packs.binary_search(pack).expect("each pack was collected");
            u32::try_from(at).expect("there are no more packs than entries")
        };
        let mut entries: Vec<(Prefix, u32)> = samples
            .iter()
            .map(|(prefix, pack)| (*prefix, number(pack)))
            .collect();
        entries.sort_unstable();
        entries.dedup();
        Segment {
            sampling,
            covers,
            packs,
            entries,
        }
    }

    /// The entries with their packs.
    pub fn samples(&self) -> impl Iterator<Item = (Prefix, PackId)> + '_ {
        let pack = |number: u32| self.packs[number as usize];
        self.entries
            .iter()
            .map(move |(prefix, number)| (*prefix, pack(*number)))
    }

    /// The segment's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let len = HEADER_BYTES
            + RANGE_BYTES * self.covers.len()
            + PACK_BYTES * self.packs.len()
            + ENTRY_BYTES * self.entries.len();
        let mut out = Vec::with_capacity(len);
        out.extend([self.sampling, 0, 0, 0]);
        for count in [self.covers.len(), self.packs.len(), self.entries.len()] {
            let count = u32::try_from(count).expect("an envelope takes 64 MiB");
            out.extend(count.to_le_bytes());
        }
        for span in &self.covers {
            out.extend(span.session.0);
            out.extend(span.first.to_le_bytes());
            out.extend(span.count.to_le_bytes());
        }
        self.packs.iter().for_each(|pack| out.extend(pack.0));
        for (prefix, number) in &self.entries {
            out.extend(prefix.0);
            out.extend(number.to_le_bytes());
        }
        out
    }

    /// Reads a segment.
    pub fn decode(bytes: &[u8]) -> Result<Segment, FormatError> {
        let whole = bytes.len() as u64;
        let mut fields = Fields(bytes);
        let sampling = fields.u8()?;
        if sampling > SAMPLING_MAX {
            return Err(FormatError::Field("sampling"));
        }
        if fields.bytes::<3>()? != [0; 3] {
            return Err(FormatError::Field("reserved bytes"));
        }
        let [covers, packs, entries] = [fields.u32()?, fields.u32()?, fields.u32()?];
        let of = |count: u32, bytes: usize| u64::from(count) * bytes as u64;
        let needed = HEADER_BYTES as u64
            + of(covers, RANGE_BYTES)
            + of(packs, PACK_BYTES)
            + of(entries, ENTRY_BYTES);
        if needed != whole {
            return Err(FormatError::Length(whole));
        }
        let mut segment = Segment {
            sampling,
            covers: Vec::with_capacity(covers as usize),
            packs: Vec::with_capacity(packs as usize),
            entries: Vec::with_capacity(entries as usize),
        };
        for _ in 0..covers {
            let span = PackSpan {
                session: SessionId(fields.bytes()?),
                first: fields.u32()?,
                count: fields.u32()?,
            };
            if span.first.checked_add(span.count).is_none() {
                return Err(FormatError::Field("a range of packs"));
            }
            segment.covers.push(span);
        }
        for _ in 0..packs {
            let pack = PackId(fields.bytes()?);
            if segment.packs.last().is_some_and(|last| *last >= pack) {
                return Err(FormatError::Field("the order of packs"));
            }
            segment.packs.push(pack);
        }
        for _ in 0..entries {
            let entry = (Prefix(fields.bytes()?), fields.u32()?);
            let ascends = segment.entries.last().is_none_or(|last| *last < entry);
            if !ascends || entry.1 >= packs || !entry.0.is_sampled(sampling) {
                return Err(FormatError::Field("an entry"));
            }
            segment.entries.push(entry);
        }
        Ok(segment)
    }
}

/// Sorts ranges and joins those that touch or overlap.
pub fn join_spans(spans: &mut Vec<PackSpan>) {
    spans.retain(|span| span.count > 0);
    spans.sort_unstable();
    spans.dedup_by(|next, last| {
        let end = last.first + last.count;
        let joins = next.session == last.session && next.first <= end;
        if joins {
            last.count = end.max(next.first + next.count) - last.first;
        }
        joins
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(first: u8, word: u32) -> Prefix {
        let mut bytes = [first; 8];
        bytes[1..5].copy_from_slice(&word.to_le_bytes());
        Prefix(bytes)
    }

    fn span(session: u8, first: u32, count: u32) -> PackSpan {
        PackSpan {
            session: SessionId([session; 12]),
            first,
            count,
        }
    }

    fn sample() -> Segment {
        let pack = |counter| PackId::new(SessionId([5; 12]), counter);
        let samples = vec![
            (prefix(0x77, 8), pack(2)),
            (prefix(0x66, 16), pack(1)),
            (prefix(0x66, 16), pack(1)),
            (prefix(0x66, 4), pack(1)),
        ];
        Segment::new(3, vec![span(5, 1, 2), span(5, 0, 1)], samples)
    }

    #[test]
    fn version_1_bytes_stay_readable() {
        let expected = concat!(
            "03000000",
            "01000000",
            "02000000",
            "02000000",
            "050505050505050505050505",
            "00000000",
            "03000000",
            "05050505050505050505050500000001",
            "05050505050505050505050500000002",
            "6610000000666666",
            "00000000",
            "7708000000777777",
            "01000000",
        );
        let bytes = sample().encode();
        assert_eq!(hex::encode(&bytes), expected);
        assert_eq!(Segment::decode(&bytes), Ok(sample()));
        let samples: Vec<_> = sample().samples().collect();
        assert_eq!(samples[1].1.counter(), 2);
    }

    #[test]
    fn what_no_writer_writes_is_refused() {
        let good = sample().encode();
        for len in 0..good.len() {
            assert!(Segment::decode(&good[..len]).is_err(), "{len} bytes");
        }
        assert!(Segment::decode(&[good.as_slice(), &[0]].concat()).is_err());
        // Sampling, reserved, a number that would take much memory, packs out of order, an entry
        // that is not sampled, one of a pack that is not there.
        for (at, value) in [
            (0, 33),
            (0, 5),
            (2, 1),
            (15, 255),
            (51, 9),
            (69, 1),
            (76, 7),
        ] {
            let mut bad = good.clone();
            bad[at] = value;
            assert!(Segment::decode(&bad).is_err(), "byte {at}");
        }
        let mut bad = good.clone();
        bad[28..36].fill(0xff);
        assert!(
            Segment::decode(&bad).is_err(),
            "a range beyond all counters"
        );
    }

    #[test]
    fn ranges_are_joined() {
        let mut spans = vec![
            span(2, 0, 1),
            span(1, 5, 2),
            span(1, 0, 3),
            span(1, 3, 2),
            span(1, 1, 1),
            span(1, 9, 0),
        ];
        join_spans(&mut spans);
        assert_eq!(spans, [span(1, 0, 7), span(2, 0, 1)]);
        assert!(spans[0].contains(PackId::new(SessionId([1; 12]), 6)));
        assert!(!spans[0].contains(PackId::new(SessionId([1; 12]), 7)));
        assert!(!spans[0].contains(PackId::new(SessionId([2; 12]), 6)));
    }

    #[test]
    fn a_digest_is_sampled_by_its_word() {
        assert!(prefix(1, 0).is_sampled(SAMPLING_MAX));
        assert!(prefix(1, 8).is_sampled(3) && !prefix(1, 8).is_sampled(4));
        let digest = Digest([0x80; 32]);
        assert_eq!(Prefix::of(&digest).word(), 0x8080_8080);
    }
}
