//! Marks what maps reach: the ground for reclaim and verify.
//!
//! Memory: one bit for each blob, and one more for each map node, of the packs reached.

use std::collections::HashMap;

use coffer_core::format::pack::BlobKind;
use coffer_core::format::records::Manifest;
use coffer_core::ids::PackId;
use coffer_core::map::{Address, Body, ChunkRef, NodeRef};
use coffer_core::{Error, Result};

use crate::repository::Vault;

/// A set of ordinals.
#[derive(Debug, Default, Clone)]
struct Bits(Vec<u64>);

impl Bits {
    /// Adds `at`; false where it was there already.
    fn insert(&mut self, at: u32) -> bool {
        let (word, bit) = (at as usize / 64, 1 << (at % 64));
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        let fresh = self.0[word] & bit == 0;
        self.0[word] |= bit;
        fresh
    }

    fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let words = (0..).step_by(64).zip(&self.0);
        words.flat_map(|(from, word)| {
            (0..64)
                .filter(move |i| word >> i & 1 == 1)
                .map(move |i| from + i)
        })
    }
}

/// The blobs that something refers to.
#[derive(Debug, Default)]
pub struct Marks {
    referenced: HashMap<PackId, Bits>,
    /// Nodes whose entries are marked. A base is referenced without being walked: not all that it
    /// names is reached through its delta.
    walked: HashMap<PackId, Bits>,
}

impl Marks {
    /// True if some blob of the pack is referred to.
    pub fn reaches_pack(&self, pack: PackId) -> bool {
        self.referenced.contains_key(&pack)
    }

    /// True if something refers to the blob.
    pub fn reaches(&self, pack: PackId, ordinal: u32) -> bool {
        let (word, bit) = (ordinal as usize / 64, 1 << (ordinal % 64));
        let bits = self.referenced.get(&pack);
        bits.is_some_and(|bits| bits.0.get(word).is_some_and(|found| found & bit != 0))
    }

    /// The blobs of the pack that are referred to.
    pub fn ordinals(&self, pack: PackId) -> impl Iterator<Item = u32> + '_ {
        self.referenced.get(&pack).into_iter().flat_map(Bits::iter)
    }

    /// The packs that hold something referred to.
    pub fn packs(&self) -> impl Iterator<Item = PackId> + '_ {
        self.referenced.keys().copied()
    }

    fn refer(&mut self, address: Address) {
        self.referenced
            .entry(address.pack)
            .or_default()
            .insert(address.ordinal);
    }

    /// Refers to a node; true where its entries have not been walked yet.
    fn enter(&mut self, address: Address) -> bool {
        self.refer(address);
        self.walked
            .entry(address.pack)
            .or_default()
            .insert(address.ordinal)
    }

    /// Marks all that a backup reaches; shared subtrees are visited once.
    ///
    /// `on_error` is told of a node that cannot be read, or of a chunk that is not where it should be; where it returns `Ok`, the walk goes on
    /// without what lies beneath.
    pub async fn add(
        &mut self,
        vault: &Vault,
        manifest: &Manifest,
        chunks: Chunks,
        mut on_error: impl FnMut(Lost) -> Result<()>,
    ) -> Result<()> {
        for disk in &manifest.disks {
            let Some(root) = disk.root else { continue };
            let mut stack: Vec<(NodeRef, u8, u64)> = vec![(root.node, root.level, 0)];
            while let Some((node, level, index)) = stack.pop() {
                if !self.enter(node.address) {
                    continue;
                }
                let loaded = match vault.checked_node(&node, level).await {
                    Ok(loaded) => loaded,
                    Err(error) => {
                        on_error(Lost {
                            address: node.address,
                            error,
                        })?;
                        continue;
                    }
                };
                if let Some((base, _)) = &loaded.base {
                    self.refer(base.address);
                }
                match &loaded.node.body {
                    Body::Leaf(entries) => {
                        for entry in entries.iter().flatten() {
                            self.refer(entry.address);
                            if chunks == Chunks::Check
                                && let Err(error) = check_chunk(vault, entry).await
                            {
                                on_error(Lost {
                                    address: entry.address,
                                    error,
                                })?;
                            }
                        }
                    }
                    Body::Inner(entries) => {
                        for (i, entry) in entries.iter().enumerate() {
                            if let Some(entry) = entry {
                                let below = index * entries.len() as u64 + i as u64;
                                stack.push((*entry, level - 1, below));
                            }
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

/// Whether a walk looks the chunks up in their packs' directories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chunks {
    /// Only refer to them.
    Trust,
    /// Look each of them up, once for all backups that share its leaf.
    Check,
}

async fn check_chunk(vault: &Vault, chunk: &ChunkRef) -> Result<()> {
    let (_, blob) = vault.locate(chunk.address).await?;
    match blob.digest == chunk.digest && blob.kind == BlobKind::Chunk {
        true => Ok(()),
        false => Err(Error::data(format!(
            "blob {} is not what the map says",
            blob.ordinal
        ))),
    }
}

/// A map node that could not be read, or a chunk that is not there.
pub struct Lost {
    /// Where it lies.
    pub address: Address,
    /// Why.
    pub error: Error,
}
