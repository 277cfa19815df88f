//! One node of a block map: its entries, and its bytes.
//!
//! Plain bytes of a node (all integers little endian; `docs/format.md`, "Map nodes"):
//!
//! | offset | size | field |
//! |-------:|-----:|-------|
//! | 0 | 1 | form: 1 full, 2 delta |
//! | 1 | 1 | level: 0 leaf |
//! | 2 | 1 | packs in the table, P (0 ..= 65) |
//! | 3 | 5 | zero |
//! | 8 | 8 | index of the node in its level |
//! | 16 | 16 P | pack table: pack ids, each once |
//! | then, delta only | 38 | base: pack number, ordinal, slot, digest of a full node |
//! | then, delta only | 8 | changed: bit i set where entry i differs from the base |
//! | then | 8 | present: bit i set where entry i is stored here |
//! | then | 38 or 46 each | entries in ascending order: pack number (1), ordinal (4), slot (1), digest (32); inner nodes add the allocated count (8) |
//!
//! In a delta, a bit set in `changed` but not in `present` is an entry that became a hole;
//! `present` is a subset of `changed`.

use super::{Address, ChunkRef, FANOUT, LEVEL_MAX, NodeRef};
use crate::digest::Digest;
use crate::ids::PackId;

const FORM_FULL: u8 = 1;
const FORM_DELTA: u8 = 2;
/// A delta grows with each backup until it is written full. Over 100 scattered incrementals, this
/// limit cost the least: 9 to 13 % less than half of the entries.
const DELTA_CHANGES_MAX: u32 = 12;
const HEADER_BYTES: usize = 16;
const REFERENCE_BYTES: usize = 38;

/// Why bytes are not a map node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed map node: {0}")]
pub struct DecodeError(&'static str);

/// The 64 entries of a node. `None` is a hole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Chunks.
    Leaf(Box<[Option<ChunkRef>; FANOUT]>),
    /// Nodes of the level below.
    Inner(Box<[Option<NodeRef>; FANOUT]>),
}

/// A node with all its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// 0 for a leaf.
    pub level: u8,
    /// Number of the node in its level; it covers chunks from `index * span(level)`.
    pub index: u64,
    /// Its entries.
    pub body: Body,
}

/// The changes of a delta node: apply them to the base to get the node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlay {
    /// The full node this one is based on. `allocated` is not stored and reads as 0.
    pub base: NodeRef,
    /// Bit i: entry i differs from the base.
    changed: u64,
    entries: Node,
}

/// A node as it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// Complete in itself.
    Full(Node),
    /// To be applied to its base.
    Delta(Overlay),
}

impl Node {
    /// A node without entries.
    pub fn empty(level: u8, index: u64) -> Node {
        let body = match level {
            0 => Body::Leaf(Box::new([None; FANOUT])),
            _ => Body::Inner(Box::new([None; FANOUT])),
        };
        Node { level, index, body }
    }

    /// True if every entry is a hole.
    pub fn is_empty(&self) -> bool {
        self.present() == 0
    }

    /// Number of chunks beneath that are no holes.
    pub fn allocated(&self) -> u64 {
        match &self.body {
            Body::Leaf(entries) => entries.iter().flatten().count() as u64,
            Body::Inner(entries) => entries.iter().flatten().map(|e| e.allocated).sum(),
        }
    }

    fn present(&self) -> u64 {
        mask(|i| match &self.body {
            Body::Leaf(entries) => entries[i].is_some(),
            Body::Inner(entries) => entries[i].is_some(),
        })
    }

    /// Bits of the entries that differ from those of `other`, a node of the same level.
    pub fn differing(&self, other: &Node) -> u64 {
        match (&self.body, &other.body) {
            (Body::Leaf(a), Body::Leaf(b)) => mask(|i| a[i] != b[i]),
            (Body::Inner(a), Body::Inner(b)) => mask(|i| a[i] != b[i]),
            _ => u64::MAX,
        }
    }

    /// The node's bytes, complete in itself.
    pub fn encode_full(&self) -> Vec<u8> {
        self.encode(None, u64::MAX)
    }

    /// The node's bytes as the difference from the full node `base_node` stored at `base`, or
    /// none where too much differs for that to pay.
    pub fn encode_delta(&self, base: &NodeRef, base_node: &Node) -> Option<Vec<u8>> {
        let changed = self.differing(base_node);
        if changed.count_ones() > DELTA_CHANGES_MAX {
            return None;
        }
        let bytes = self.encode(Some(base), changed);
        let entry = REFERENCE_BYTES + if self.level == 0 { 0 } else { 8 };
        let full = HEADER_BYTES + 8 + self.present().count_ones() as usize * entry;
        (bytes.len() * 2 <= full).then_some(bytes)
    }

    fn encode(&self, base: Option<&NodeRef>, wanted: u64) -> Vec<u8> {
        let present = self.present() & wanted;
        let addresses = (0..FANOUT)
            .filter(|i| present >> i & 1 == 1)
            .map(|i| self.address(i));
        let mut packs: Vec<PackId> = base
            .iter()
            .map(|b| b.address)
            .chain(addresses)
            .map(|a| a.pack)
            .collect();
        packs.sort_unstable();
        packs.dedup();

        let mut out = Vec::with_capacity(HEADER_BYTES + 16 * packs.len() + 46 * FANOUT);
        out.push(if base.is_some() {
            FORM_DELTA
        } else {
            FORM_FULL
        });
        out.push(self.level);
        out.push(u8::try_from(packs.len()).expect("at most 64 entries and a base"));
        out.extend([0; 5]);
        out.extend(self.index.to_le_bytes());
        packs.iter().for_each(|pack| out.extend(pack.0));
        let reference = |out: &mut Vec<u8>, address: &Address, digest: &Digest| {
            let number = packs
                .binary_search(&address.pack)
                .expect("every pack is in the table");
            out.push(u8::try_from(number).expect("at most 65 packs"));
            out.extend(address.ordinal.to_le_bytes());
            out.push(address.slot);
            out.extend(digest.0);
        };
        if let Some(base) = base {
            reference(&mut out, &base.address, &base.digest);
            out.extend(wanted.to_le_bytes());
        }
        out.extend(present.to_le_bytes());
        for i in (0..FANOUT).filter(|i| present >> i & 1 == 1) {
            match &self.body {
                Body::Leaf(entries) => {
                    let entry = entries[i].as_ref().expect("present");
                    reference(&mut out, &entry.address, &entry.digest);
                }
                Body::Inner(entries) => {
                    let entry = entries[i].as_ref().expect("present");
                    reference(&mut out, &entry.address, &entry.digest);
                    out.extend(entry.allocated.to_le_bytes());
                }
            }
        }
        out
    }

    fn address(&self, i: usize) -> Address {
        match &self.body {
            Body::Leaf(entries) => entries[i].as_ref().expect("present").address,
            Body::Inner(entries) => entries[i].as_ref().expect("present").address,
        }
    }
}

impl Overlay {
    /// The node: the base with the changes applied. Fails where the base is another node's.
    pub fn apply(self, base: &Node) -> Result<Node, DecodeError> {
        let mut node = self.entries;
        if (base.level, base.index) != (node.level, node.index) {
            return Err(DecodeError("its base lies elsewhere"));
        }
        let keep = |i: usize| self.changed >> i & 1 == 0;
        match (&mut node.body, &base.body) {
            (Body::Leaf(ours), Body::Leaf(theirs)) => {
                (0..FANOUT)
                    .filter(|&i| keep(i))
                    .for_each(|i| ours[i] = theirs[i]);
            }
            (Body::Inner(ours), Body::Inner(theirs)) => {
                (0..FANOUT)
                    .filter(|&i| keep(i))
                    .for_each(|i| ours[i] = theirs[i]);
            }
            _ => return Err(DecodeError("its base is of another kind")),
        }
        Ok(node)
    }
}

impl Stored {
    /// Reads a node's bytes. The caller has checked their digest already, so a failure here means
    /// a newer format or a fault of the writer.
    pub fn decode(bytes: &[u8]) -> Result<Stored, DecodeError> {
        let mut input = Input(bytes);
        let [form, level, pack_count] = *input.take::<3>()?;
        if *input.take::<5>()? != [0; 5] {
            return Err(DecodeError("reserved bytes are not zero"));
        }
        if level > LEVEL_MAX || usize::from(pack_count) > FANOUT + 1 {
            return Err(DecodeError("level or pack table out of range"));
        }
        let index = input.u64()?;
        let packs = (0..pack_count)
            .map(|_| Ok(PackId(*input.take::<16>()?)))
            .collect::<Result<Vec<_>, DecodeError>>()?;
        let base = match form {
            FORM_FULL => None,
            FORM_DELTA => {
                let (address, digest) = input.reference(&packs)?;
                Some(NodeRef {
                    address,
                    digest,
                    allocated: 0,
                })
            }
            _ => return Err(DecodeError("unknown form")),
        };
        let changed = if base.is_some() {
            input.u64()?
        } else {
            u64::MAX
        };
        let present = input.u64()?;
        if present & !changed != 0 {
            return Err(DecodeError("an entry is present but not changed"));
        }
        let mut node = Node::empty(level, index);
        for i in (0..FANOUT).filter(|i| present >> i & 1 == 1) {
            let (address, digest) = input.reference(&packs)?;
            match &mut node.body {
                Body::Leaf(entries) => entries[i] = Some(ChunkRef { address, digest }),
                Body::Inner(entries) => {
                    entries[i] = Some(NodeRef {
                        address,
                        digest,
                        allocated: input.u64()?,
                    });
                }
            }
        }
        if !input.0.is_empty() {
            return Err(DecodeError("bytes behind the last entry"));
        }
        Ok(match base {
            None => Stored::Full(node),
            Some(base) => Stored::Delta(Overlay {
                base,
                changed,
                entries: node,
            }),
        })
    }
}

/// Bytes not read yet.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take<const N: usize>(&mut self) -> Result<&'a [u8; N], DecodeError> {
        let (head, rest) = self.0.split_first_chunk().ok_or(DecodeError("too short"))?;
        self.0 = rest;
        Ok(head)
    }

    fn u64(&mut self) -> Result<u64, DecodeError> {
        Ok(u64::from_le_bytes(*self.take()?))
    }

    fn reference(&mut self, packs: &[PackId]) -> Result<(Address, Digest), DecodeError> {
        let [number] = *self.take()?;
        let pack = *packs
            .get(usize::from(number))
            .ok_or(DecodeError("no such pack number"))?;
        let ordinal = u32::from_le_bytes(*self.take()?);
        let [slot] = *self.take()?;
        Ok((
            Address {
                pack,
                ordinal,
                slot,
            },
            Digest(*self.take()?),
        ))
    }
}

fn mask(is_set: impl Fn(usize) -> bool) -> u64 {
    (0..FANOUT)
        .filter(|&i| is_set(i))
        .fold(0, |bits, i| bits | 1 << i)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chunk(pack: u8, ordinal: u32) -> ChunkRef {
        let address = Address {
            pack: PackId([pack; 16]),
            ordinal,
            slot: 0,
        };
        ChunkRef {
            address,
            digest: Digest([ordinal as u8; 32]),
        }
    }

    fn leaf(entries: &[(usize, ChunkRef)]) -> Node {
        let mut node = Node::empty(0, 5);
        let Body::Leaf(slots) = &mut node.body else {
            unreachable!()
        };
        entries
            .iter()
            .for_each(|&(i, entry)| slots[i] = Some(entry));
        node
    }

    fn base_ref() -> NodeRef {
        let address = Address {
            pack: PackId([9; 16]),
            ordinal: 77,
            slot: 0,
        };
        NodeRef {
            address,
            digest: Digest([8; 32]),
            allocated: 0,
        }
    }

    #[test]
    fn version_1_bytes_stay_readable() {
        let node = leaf(&[(0, chunk(1, 2)), (63, chunk(3, 4))]);
        let expected = concat!(
            "0100020000000000",                 // full, leaf, two packs
            "0500000000000000",                 // index 5
            "01010101010101010101010101010101", // pack 0
            "03030303030303030303030303030303", // pack 1
            "0100000000000080",                 // present: 0 and 63
            "000200000000",
            "0202020202020202020202020202020202020202020202020202020202020202",
            "010400000000",
            "0404040404040404040404040404040404040404040404040404040404040404",
        );
        assert_eq!(hex::encode(node.encode_full()), expected);
        let bytes = hex::decode(expected).unwrap();
        assert_eq!(Stored::decode(&bytes), Ok(Stored::Full(node)));
    }

    #[test]
    fn one_change_of_64_costs_less_than_200_bytes() {
        let full: Vec<_> = (0..64).map(|i| (i, chunk(1, i as u32))).collect();
        let base = leaf(&full);
        let mut changed = full.clone();
        changed[10].1 = chunk(2, 0);
        let delta = leaf(&changed)
            .encode_delta(&base_ref(), &base)
            .expect("small");
        assert!(delta.len() < 200, "{} bytes", delta.len());
    }

    #[test]
    fn a_delta_of_more_than_half_is_not_made() {
        let base = leaf(&(0..64).map(|i| (i, chunk(1, i as u32))).collect::<Vec<_>>());
        let other = leaf(&(0..64).map(|i| (i, chunk(2, i as u32))).collect::<Vec<_>>());
        assert_eq!(other.encode_delta(&base_ref(), &base), None);
    }

    #[test]
    fn no_prefix_of_a_node_is_a_node() {
        let bytes = leaf(&[(0, chunk(1, 2)), (63, chunk(3, 4))]).encode_full();
        for len in 0..bytes.len() {
            assert!(Stored::decode(&bytes[..len]).is_err(), "{len} bytes");
        }
        assert!(Stored::decode(&[bytes.as_slice(), &[0]].concat()).is_err());
    }

    fn entries() -> impl Strategy<Value = Vec<(usize, ChunkRef)>> {
        prop::collection::vec(
            (
                0..FANOUT,
                (0u8..5, 0u32..900).prop_map(|(p, o)| chunk(p, o)),
            ),
            0..70,
        )
    }

    proptest! {
        #[test]
        fn full_and_delta_give_the_node_back(a in entries(), b in entries(), few in 0usize..6) {
            let base = leaf(&a);
            // Close to the base more often than chance would have it.
            let near: Vec<_> = a.iter().copied().chain(b.iter().copied().take(few)).collect();
            for node in [leaf(&b), leaf(&near)] {
                prop_assert_eq!(Stored::decode(&node.encode_full()), Ok(Stored::Full(node.clone())));
                if let Some(bytes) = node.encode_delta(&base_ref(), &base) {
                    let Ok(Stored::Delta(overlay)) = Stored::decode(&bytes) else {
                        panic!("not a delta");
                    };
                    prop_assert_eq!(overlay.base, base_ref());
                    prop_assert_eq!(overlay.apply(&base), Ok(node));
                }
            }
        }

        #[test]
        fn random_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = Stored::decode(&bytes);
        }
    }
}
