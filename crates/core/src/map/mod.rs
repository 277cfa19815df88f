//! The block map: which blob holds each chunk of a disk.
//!
//! A tree with fixed geometry (decision F1): a leaf covers 64 chunks, an inner node has 64
//! children. A node is stored once and shared by every backup in which it is the same; a backup
//! writes only the nodes on the way to what changed. Positions without an entry are holes and
//! read as zeroes.

mod node;

pub use node::{Body, DecodeError, Node, Overlay, Stored};

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::ids::PackId;

/// Entries of a node, at every level.
pub const FANOUT: usize = 64;

/// Highest level of a root: 64^7 chunks of 64 KiB are 256 PiB.
pub const LEVEL_MAX: u8 = 6;

/// Where a blob lies. Stays valid when its pack is compacted: ordinals are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Address {
    /// The pack.
    pub pack: PackId,
    /// The blob's number in the pack.
    pub ordinal: u32,
    /// Part of the blob; 0 in version 1 (decision F8).
    pub slot: u8,
}

/// A leaf's entry: one chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkRef {
    /// Where it is stored.
    pub address: Address,
    /// Digest of its plain bytes.
    pub digest: Digest,
}

/// An inner node's entry, or a map's root: one node and what is beneath it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeRef {
    /// Where the node is stored.
    pub address: Address,
    /// Digest of the node's plain bytes.
    pub digest: Digest,
    /// Number of chunks beneath that are no holes.
    pub allocated: u64,
}

/// The map of one disk: its root and the root's level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// The root node.
    pub node: NodeRef,
    /// Its level: 0 where the root is a leaf, at most [`LEVEL_MAX`].
    #[serde(deserialize_with = "level")]
    pub level: u8,
}

fn level<'de, D: serde::Deserializer<'de>>(input: D) -> Result<u8, D::Error> {
    let level = u8::deserialize(input)?;
    match level <= LEVEL_MAX {
        true => Ok(level),
        false => Err(serde::de::Error::custom(
            "level of the root is out of range",
        )),
    }
}

/// Level of the root of a map for `chunks` chunks: the smallest whose tree covers them.
pub fn root_level(chunks: u64) -> u8 {
    (0..LEVEL_MAX)
        .find(|&level| span(level) >= chunks)
        .unwrap_or(LEVEL_MAX)
}

/// Number of chunks that one node of `level` covers.
pub fn span(level: u8) -> u64 {
    1 << (6 * (u32::from(level) + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_as_low_as_it_can_be() {
        for (chunks, level) in [
            (0, 0),
            (1, 0),
            (64, 0),
            (65, 1),
            (4096, 1),
            (4097, 2),
            (1 << 28, 4),
            (1 << 40, 6),
        ] {
            assert_eq!(root_level(chunks), level, "{chunks} chunks");
        }
    }
}
