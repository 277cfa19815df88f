//! Marks what maps reach: the ground for reclaim and verify.
//!
//! Memory: one bit for each blob, and one more for each map node, of the packs reached.

use std::collections::HashMap;

use coffer_core::format::records::Manifest;
use coffer_core::ids::PackId;
use coffer_core::map::{Address, Body, NodeRef};
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

    fn contains(&self, at: u32) -> bool {
        self.0
            .get(at as usize / 64)
            .is_some_and(|word| word >> (at % 64) & 1 == 1)
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

    /// True if the blob is referred to.
    pub fn reaches(&self, pack: PackId, ordinal: u32) -> bool {
        self.referenced
            .get(&pack)
            .is_some_and(|bits| bits.contains(ordinal))
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
    /// `on_error` is told of a node that cannot be read, with disk name, level and index; where it
    /// returns `Ok`, the walk goes on without what lies beneath.
    pub async fn add(
        &mut self,
        vault: &Vault,
        manifest: &Manifest,
        mut on_error: impl FnMut(Lost<'_>) -> Result<()>,
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
                            manifest,
                            disk: &disk.name,
                            level,
                            index,
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
                        entries
                            .iter()
                            .flatten()
                            .for_each(|entry| self.refer(entry.address));
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

/// A map node that could not be read.
pub struct Lost<'a> {
    /// The backup on whose walk it was met first.
    pub manifest: &'a Manifest,
    /// Name of the disk.
    pub disk: &'a str,
    /// Its level.
    pub level: u8,
    /// Its number in its level.
    pub index: u64,
    /// Why.
    pub error: Error,
}
