//! How often blobs are referred to: a tally, and the parts that it names.
//!
//! Both are the body of an envelope of kind 12 (see [`super::envelope`]). A tally says up to which
//! entry of the log the references are counted, which maps are in the counts, what is still to be
//! looked at, and in which parts the counts are:
//!
//! | offset | size | field |
//! |-------:|-----:|-------|
//! | 0 | 1 | 1: a tally |
//! | 1 | 3 | zero |
//! | 4 | 4 | number of parts, S |
//! | 8 | 4 | number of maps, T |
//! | 12 | 4 | number of sessions, Q |
//! | 16 | 4 | number of packs to be looked at, R |
//! | 20 | 4 | zero |
//! | 24 | 8 | number of the last log entry that is counted, plus 1; 0 for none |
//! | 32 | 32 | BLAKE3 of that log object; zero for none |
//! | 64 | 8 | number of packs in the counts |
//! | 72 | 16 S | parts: first place (4), tally it was written for (8), random number (4) |
//! | | 96 T | maps, see below |
//! | | 12 Q | sessions that ended without a backup and whose packs are to be looked at |
//! | | 16 R | packs some blobs of which are not referred to any more |
//!
//! The *place* of a pack is the first 4 bytes of its session's id as a number, big endian, xor its
//! counter times 0x9e3779b1 (modulo 2^32). A part has the packs from its first place to that of the
//! next part; the first one's is 0, and they ascend.
//!
//! | map offset | size | field |
//! |-------:|-----:|-------|
//! | 0 | 16 | backup id |
//! | 16 | 4 | attempt |
//! | 20 | 16 | disk id |
//! | 36 | 16 | root: pack |
//! | 52 | 4 | root: ordinal |
//! | 56 | 1 | root: slot |
//! | 57 | 1 | root: level |
//! | 58 | 2 | zero |
//! | 60 | 32 | root: digest |
//! | 92 | 4 | number of the map it is compared with; 2^32-1 for none |
//!
//! A part:
//!
//! | offset | size | field |
//! |-------:|-----:|-------|
//! | 0 | 1 | 2: a part |
//! | 1 | 3 | zero |
//! | 4 | 4 | number of packs |
//! | 8 | | packs, ascending |
//!
//! A pack is its id (16), the number of ordinals covered, N (4), the number of exceptions, E (4), a
//! bit for each ordinal, 1 where something refers to it (⌈N / 8⌉ bytes, lowest bit first), and the
//! exceptions: ordinal (4), and how many references more than one there are (4). Blobs that are not
//! covered are not referred to.

use super::pack::PACK_BLOBS_MAX;
use super::{Fields, FormatError};
use crate::digest::Digest;
use crate::ids::{BackupId, DiskId, PackId, SessionId};
use crate::map::{Address, LEVEL_MAX, NodeRef, Root};

const TALLY: u8 = 1;
const PART: u8 = 2;
const TALLY_BYTES: u64 = 72;
const PART_NAME_BYTES: u64 = 16;
const MAP_BYTES: u64 = 96;
const NO_MAP: u32 = u32::MAX;
/// Bytes of a pack in a part, its bits and exceptions aside.
const PACK_BYTES: usize = 24;

/// Name of a part: the tally it was written for, and a random number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountsName {
    /// Number of the tally.
    pub tally: u64,
    /// Two programs that write the same tally do not meet.
    pub random: u32,
}

/// Where a pack is in the order of the parts.
pub fn place(pack: PackId) -> u32 {
    let [a, b, c, d, ..] = pack.0;
    u32::from_be_bytes([a, b, c, d]) ^ pack.counter().wrapping_mul(0x9e37_79b1)
}

/// A disk's map whose references are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedMap {
    /// Its backup.
    pub backup_id: BackupId,
    /// The attempt that committed.
    pub attempt: u32,
    /// Its disk.
    pub disk_id: DiskId,
    /// Its root; the number of allocated chunks is not kept and reads as 0.
    pub root: Root,
    /// Number of the map it is compared with: a reference is counted where the two differ.
    pub parent: Option<u32>,
}

/// Up to where references are counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Number and BLAKE3 of the last log entry that is counted.
    pub seen: Option<(u64, [u8; 32])>,
    /// Number of packs in the counts.
    pub packs: u64,
    /// The parts by their first places.
    pub parts: Vec<(u32, CountsName)>,
    /// The maps that are counted.
    pub maps: Vec<CountedMap>,
    /// Sessions whose packs are to be looked at.
    pub sessions: Vec<SessionId>,
    /// Packs to be looked at.
    pub touched: Vec<PackId>,
}

/// The blobs of a pack that something refers to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackCounts {
    bits: Vec<u8>,
    covered: u32,
    /// Ascending by ordinal.
    more: Vec<(u32, u32)>,
    live: u32,
}

impl PackCounts {
    /// True if something refers to the blob.
    pub fn is_live(&self, ordinal: u32) -> bool {
        let byte = self.bits.get(ordinal as usize / 8);
        byte.is_some_and(|byte| byte >> (ordinal % 8) & 1 == 1)
    }

    /// Number of blobs that something refers to.
    pub fn live(&self) -> u32 {
        self.live
    }

    /// The blobs that something refers to, ascending.
    pub fn ordinals(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.covered).filter(|ordinal| self.is_live(*ordinal))
    }

    /// References to the blob.
    pub fn count(&self, ordinal: u32) -> u32 {
        match self.more.binary_search_by_key(&ordinal, |(o, _)| *o) {
            Ok(at) => self.more[at].1 + 1,
            Err(_) => u32::from(self.is_live(ordinal)),
        }
    }

    /// Adds a reference. False where no pack has such a blob, or there are too many.
    #[must_use]
    pub fn add(&mut self, ordinal: u32) -> bool {
        if ordinal >= PACK_BLOBS_MAX {
            return false;
        }
        if self.is_live(ordinal) {
            match self.more.binary_search_by_key(&ordinal, |(o, _)| *o) {
                Ok(at) => match self.more[at].1.checked_add(1) {
                    Some(more) if more < u32::MAX => self.more[at].1 = more,
                    _ => return false,
                },
                Err(at) => self.more.insert(at, (ordinal, 1)),
            }
            return true;
        }
        if ordinal >= self.covered {
            self.covered = ordinal + 1;
            self.bits.resize(self.covered.div_ceil(8) as usize, 0);
        }
        self.bits[ordinal as usize / 8] |= 1 << (ordinal % 8);
        self.live += 1;
        true
    }

    /// Takes a reference away. False where there is none.
    #[must_use]
    pub fn subtract(&mut self, ordinal: u32) -> bool {
        if !self.is_live(ordinal) {
            return false;
        }
        match self.more.binary_search_by_key(&ordinal, |(o, _)| *o) {
            Ok(at) if self.more[at].1 > 1 => self.more[at].1 -= 1,
            Ok(at) => {
                self.more.remove(at);
            }
            Err(_) => {
                self.bits[ordinal as usize / 8] &= !(1 << (ordinal % 8));
                self.live -= 1;
            }
        }
        true
    }

    /// Length of its bytes in a part.
    pub fn encoded_len(&self) -> usize {
        PACK_BYTES + self.bits.len() + 8 * self.more.len()
    }
}

impl Tally {
    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![TALLY, 0, 0, 0];
        for len in [
            self.parts.len(),
            self.maps.len(),
            self.sessions.len(),
            self.touched.len(),
            0,
        ] {
            out.extend(count(len));
        }
        let (number, hash) = self.seen.map_or((0, [0; 32]), |(n, hash)| (n + 1, hash));
        out.extend(number.to_le_bytes());
        out.extend(hash);
        out.extend(self.packs.to_le_bytes());
        for (first, name) in &self.parts {
            out.extend(first.to_le_bytes());
            out.extend(name.tally.to_le_bytes());
            out.extend(name.random.to_le_bytes());
        }
        for map in &self.maps {
            out.extend(map.backup_id.0.into_bytes());
            out.extend(map.attempt.to_le_bytes());
            out.extend(map.disk_id.0.into_bytes());
            let node = &map.root.node;
            out.extend(node.address.pack.0);
            out.extend(node.address.ordinal.to_le_bytes());
            out.extend([node.address.slot, map.root.level, 0, 0]);
            out.extend(node.digest.0);
            out.extend(map.parent.unwrap_or(NO_MAP).to_le_bytes());
        }
        self.sessions.iter().for_each(|id| out.extend(id.0));
        self.touched.iter().for_each(|id| out.extend(id.0));
        out
    }

    /// Reads a tally.
    pub fn decode(bytes: &[u8]) -> Result<Tally, FormatError> {
        let mut fields = Fields(bytes);
        start(&mut fields, TALLY, "tally")?;
        let [parts, maps, sessions, touched, zero] = [(); 5].map(|()| fields.u32());
        let (parts, maps, sessions, touched) = (parts?, maps?, sessions?, touched?);
        if zero? != 0 {
            return Err(FormatError::Field("reserved bytes"));
        }
        let expected = TALLY_BYTES
            + PART_NAME_BYTES * u64::from(parts)
            + MAP_BYTES * u64::from(maps)
            + 12 * u64::from(sessions)
            + 16 * u64::from(touched);
        if bytes.len() as u64 != expected {
            return Err(FormatError::Length(bytes.len() as u64));
        }
        let (number, hash) = (fields.u64()?, fields.bytes()?);
        let mut tally = Tally {
            seen: number.checked_sub(1).map(|number| (number, hash)),
            packs: fields.u64()?,
            ..Tally::default()
        };
        for _ in 0..parts {
            let first = fields.u32()?;
            let name = CountsName {
                tally: fields.u64()?,
                random: fields.u32()?,
            };
            let ascends = match tally.parts.last() {
                None => first == 0,
                Some((before, _)) => *before < first,
            };
            if !ascends {
                return Err(FormatError::Field("the first place of a part"));
            }
            tally.parts.push((first, name));
        }
        for number in 0..maps {
            let map = decode_map(&mut fields)?;
            if map.parent.is_some_and(|p| p >= maps || p == number) {
                return Err(FormatError::Field("the map that one is compared with"));
            }
            tally.maps.push(map);
        }
        for _ in 0..sessions {
            tally.sessions.push(SessionId(fields.bytes()?));
        }
        for _ in 0..touched {
            tally.touched.push(PackId(fields.bytes()?));
        }
        Ok(tally)
    }
}

fn decode_map(fields: &mut Fields<'_>) -> Result<CountedMap, FormatError> {
    let uuid = uuid::Uuid::from_bytes;
    let backup_id = BackupId(uuid(fields.bytes()?));
    let attempt = fields.u32()?;
    let disk_id = DiskId(uuid(fields.bytes()?));
    let address = Address {
        pack: PackId(fields.bytes()?),
        ordinal: fields.u32()?,
        slot: fields.u8()?,
    };
    let level = fields.u8()?;
    if level > LEVEL_MAX {
        return Err(FormatError::Field("level of the root"));
    }
    if fields.u16()? != 0 {
        return Err(FormatError::Field("reserved bytes"));
    }
    let node = NodeRef {
        address,
        digest: Digest(fields.bytes()?),
        allocated: 0,
    };
    let parent = fields.u32()?;
    Ok(CountedMap {
        backup_id,
        attempt,
        disk_id,
        root: Root { node, level },
        parent: (parent != NO_MAP).then_some(parent),
    })
}

/// The bytes of a part with these packs, which ascend.
pub fn encode_part<'a>(packs: impl ExactSizeIterator<Item = (PackId, &'a PackCounts)>) -> Vec<u8> {
    let mut out = vec![PART, 0, 0, 0];
    out.extend(count(packs.len()));
    for (id, counts) in packs {
        out.extend(id.0);
        out.extend(counts.covered.to_le_bytes());
        out.extend(count(counts.more.len()));
        out.extend(&counts.bits);
        for (ordinal, more) in &counts.more {
            out.extend(ordinal.to_le_bytes());
            out.extend(more.to_le_bytes());
        }
    }
    out
}

/// Reads a part.
pub fn decode_part(bytes: &[u8]) -> Result<Vec<(PackId, PackCounts)>, FormatError> {
    let mut fields = Fields(bytes);
    start(&mut fields, PART, "part of the counts")?;
    let packs = fields.u32()?;
    if u64::from(packs) * PACK_BYTES as u64 > fields.0.len() as u64 {
        return Err(FormatError::Length(bytes.len() as u64));
    }
    let mut out: Vec<(PackId, PackCounts)> = Vec::with_capacity(packs as usize);
    for _ in 0..packs {
        let id = PackId(fields.bytes()?);
        if out.last().is_some_and(|(before, _)| *before >= id) {
            return Err(FormatError::Field("the order of packs"));
        }
        let covered = fields.u32()?;
        let exceptions = fields.u32()?;
        if covered > PACK_BLOBS_MAX || exceptions > covered {
            return Err(FormatError::Field("number of ordinals"));
        }
        let bits = fields.slice(covered.div_ceil(8) as usize)?.to_vec();
        let live = bits.iter().map(|byte| byte.count_ones()).sum();
        let mut counts = PackCounts {
            bits,
            covered,
            more: Vec::with_capacity(exceptions as usize),
            live,
        };
        for _ in 0..exceptions {
            let (ordinal, more) = (fields.u32()?, fields.u32()?);
            let ascends = counts.more.last().is_none_or(|(o, _)| *o < ordinal);
            if !ascends || !counts.is_live(ordinal) || more == 0 || more == u32::MAX {
                return Err(FormatError::Field("an exception"));
            }
            counts.more.push((ordinal, more));
        }
        let beyond = (covered..counts.bits.len() as u32 * 8).any(|o| counts.is_live(o));
        if beyond {
            return Err(FormatError::Field("a bit beyond the last ordinal"));
        }
        out.push((id, counts));
    }
    match fields.0.is_empty() {
        true => Ok(out),
        false => Err(FormatError::Length(bytes.len() as u64)),
    }
}

fn start(fields: &mut Fields<'_>, form: u8, what: &'static str) -> Result<(), FormatError> {
    if fields.bytes()? != [form, 0, 0, 0] {
        return Err(FormatError::Magic(what));
    }
    Ok(())
}

fn count(len: usize) -> [u8; 4] {
    u32::try_from(len)
        .expect("an envelope takes far fewer")
        .to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(byte: u8) -> PackId {
        PackId([byte; 16])
    }

    fn sample() -> Tally {
        Tally {
            seen: Some((6, [0xaa; 32])),
            packs: 2,
            parts: vec![(
                0,
                CountsName {
                    tally: 3,
                    random: 9,
                },
            )],
            maps: vec![CountedMap {
                backup_id: BackupId(uuid::Uuid::from_bytes([1; 16])),
                attempt: 2,
                disk_id: DiskId(uuid::Uuid::from_bytes([3; 16])),
                root: Root {
                    node: NodeRef {
                        address: Address {
                            pack: pack(4),
                            ordinal: 5,
                            slot: 0,
                        },
                        digest: Digest([6; 32]),
                        allocated: 0,
                    },
                    level: 1,
                },
                parent: None,
            }],
            sessions: vec![SessionId([7; 12])],
            touched: vec![pack(8)],
        }
    }

    fn counts() -> PackCounts {
        let mut counts = PackCounts::default();
        for ordinal in [0, 9, 9, 9] {
            assert!(counts.add(ordinal));
        }
        counts
    }

    #[test]
    fn version_1_tallies_stay_readable() {
        let expected = concat!(
            "01000000",
            "01000000",
            "01000000",
            "01000000",
            "01000000",
            "00000000",
            "0700000000000000",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "0200000000000000",
            "00000000",
            "0300000000000000",
            "09000000",
            "01010101010101010101010101010101",
            "02000000",
            "03030303030303030303030303030303",
            "04040404040404040404040404040404",
            "05000000",
            "00",
            "01",
            "0000",
            "0606060606060606060606060606060606060606060606060606060606060606",
            "ffffffff",
            "070707070707070707070707",
            "08080808080808080808080808080808",
        );
        assert_eq!(hex::encode(sample().encode()), expected);
        let bytes = hex::decode(expected).unwrap();
        assert_eq!(Tally::decode(&bytes), Ok(sample()));
        assert_eq!(
            Tally::decode(&Tally::default().encode()),
            Ok(Tally::default())
        );
    }

    #[test]
    fn version_1_parts_stay_readable() {
        let expected = concat!(
            "02000000",
            "01000000",
            "04040404040404040404040404040404",
            "0a000000",
            "01000000",
            "0102",
            "09000000",
            "02000000",
        );
        let counts = counts();
        let part = [(pack(4), &counts)];
        assert_eq!(hex::encode(encode_part(part.into_iter())), expected);
        let bytes = hex::decode(expected).unwrap();
        assert_eq!(decode_part(&bytes), Ok(vec![(pack(4), counts.clone())]));
        assert_eq!(bytes.len() - 8, counts.encoded_len());
    }

    #[test]
    fn whatever_is_read_panics_nowhere() {
        let counts = counts();
        for good in [
            sample().encode(),
            encode_part([(pack(4), &counts)].into_iter()),
        ] {
            for len in 0..good.len() {
                assert!(Tally::decode(&good[..len]).is_err());
                assert!(decode_part(&good[..len]).is_err());
            }
            for bit in 0..good.len() * 8 {
                let mut bad = good.clone();
                bad[bit / 8] ^= 1 << (bit % 8);
                if let Ok(tally) = Tally::decode(&bad) {
                    assert_eq!(tally.encode(), bad, "bit {bit}");
                }
                if let Ok(part) = decode_part(&bad) {
                    let again = encode_part(part.iter().map(|(id, counts)| (*id, counts)));
                    assert_eq!(again, bad, "bit {bit}");
                }
            }
        }
    }

    #[test]
    fn references_are_counted() {
        let mut counts = counts();
        assert_eq!([0, 1, 9, 10].map(|o| counts.count(o)), [1, 0, 3, 0]);
        assert_eq!(counts.ordinals().collect::<Vec<_>>(), [0, 9]);
        for left in [2, 1, 0] {
            assert!(counts.subtract(9));
            assert_eq!(counts.count(9), left);
        }
        assert!(!counts.subtract(9) && !counts.subtract(1) && !counts.subtract(77));
        assert_eq!(counts.live(), 1);
        assert!(!counts.add(PACK_BLOBS_MAX));
    }

    #[test]
    fn packs_of_a_session_are_spread() {
        let places: std::collections::BTreeSet<u32> = (0..256)
            .map(|counter| place(PackId::new(SessionId([5; 12]), counter)) >> 24)
            .collect();
        assert!(places.len() > 200, "{}", places.len());
    }
}
