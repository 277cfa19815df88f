//! Builds the next map of a disk from its parent's: only nodes on the way to a change are written.
//!
//! Changes come in ascending order. One node of each level is open at a time; a node is written
//! when a change lies beyond it. A node is written full, or as a delta to the full node that its
//! predecessor was or was a delta to (decision F1).

use std::sync::Arc;

use coffer_core::format::Codec;
use coffer_core::format::pack::BlobKind;
use coffer_core::map::{Body, ChunkRef, FANOUT, Node, NodeRef, Root, root_level, span};
use coffer_core::{Error, Result};

use super::Vault;
use super::map_reader::Loaded;
use super::pack_writer::{Blob, PackWriter};

/// A map under construction.
pub struct MapBuilder {
    vault: Arc<Vault>,
    parent: Option<(Root, u64)>,
    chunks: u64,
    level: u8,
    /// One open node for each level, leaf first.
    open: Vec<Option<Open>>,
    metadata_bytes: u64,
    done_to: u64,
}

struct Open {
    node: Node,
    before: Option<(NodeRef, Arc<Loaded>)>,
    changed: bool,
}

/// A finished map.
#[derive(Debug, Clone, Copy)]
pub struct Built {
    /// Its root; none where it is one hole.
    pub root: Option<Root>,
    /// Chunks that are no holes.
    pub allocated: u64,
    /// Bytes of nodes written, as stored.
    pub metadata_bytes: u64,
}

impl MapBuilder {
    /// Begins a map of `chunks` chunks that equals the parent's until it is changed.
    ///
    /// The parent comes with its number of chunks; what lies beyond the new end is left out.
    pub fn new(vault: Arc<Vault>, parent: Option<(Root, u64)>, chunks: u64) -> MapBuilder {
        let level = root_level(chunks);
        let open = (0..=level).map(|_| None).collect();
        MapBuilder {
            vault,
            parent,
            chunks,
            level,
            open,
            metadata_bytes: 0,
            done_to: 0,
        }
    }

    /// Says what `chunk` is. Chunks come in ascending order, each at most once.
    pub async fn set(
        &mut self,
        packs: &mut PackWriter,
        chunk: u64,
        entry: Option<ChunkRef>,
    ) -> Result<()> {
        assert!(
            chunk >= self.done_to && chunk < self.chunks,
            "chunks come in order"
        );
        self.done_to = chunk + 1;
        self.go_to(packs, 0, chunk / FANOUT as u64).await?;
        let open = self.open[0].as_mut().expect("just opened");
        let Body::Leaf(entries) = &mut open.node.body else {
            unreachable!("level 0")
        };
        let slot = &mut entries[chunk as usize % FANOUT];
        if *slot != entry {
            *slot = entry;
            open.changed = true;
        }
        Ok(())
    }

    /// Makes `from..to` holes.
    pub async fn clear(&mut self, packs: &mut PackWriter, from: u64, to: u64) -> Result<()> {
        assert!(from >= self.done_to, "chunks come in order");
        self.done_to = to;
        if self.parent.is_none() {
            return Ok(()); // nothing there yet, and nothing was set from here on
        }
        let mut at = from;
        while at < to {
            // The largest subtree that begins here and ends in the range.
            let level = (0..=self.level)
                .rev()
                .find(|&level| at.is_multiple_of(span(level)) && at + span(level) <= to);
            let above = level.map_or(0, |level| level + 1);
            if above > self.level {
                self.open[usize::from(self.level)] = Some(Open {
                    node: Node::empty(self.level, 0),
                    before: None,
                    changed: true,
                });
                self.open[..usize::from(self.level)]
                    .iter_mut()
                    .for_each(|o| *o = None);
                return Ok(());
            }
            self.go_to(packs, above, at / span(above)).await?;
            let open = self.open[usize::from(above)].as_mut().expect("just opened");
            let below = level.map_or(1, span);
            let slot = (at / below) as usize % FANOUT;
            let had = match &mut open.node.body {
                Body::Leaf(entries) => entries[slot].take().is_some(),
                Body::Inner(entries) => entries[slot].take().is_some(),
            };
            open.changed |= had;
            at += below;
        }
        Ok(())
    }

    /// Writes what is open and returns the root.
    pub async fn finish(mut self, packs: &mut PackWriter) -> Result<Built> {
        if let Some((_, parent_chunks)) = self.parent
            && parent_chunks > self.chunks
        {
            let from = self.chunks.max(self.done_to);
            self.clear(packs, from, span(self.level)).await?;
        }
        if self.open[usize::from(self.level)].is_none() {
            self.go_to(packs, self.level, 0).await?;
        }
        for level in 0..self.level {
            self.close(packs, level).await?;
        }
        let top = self.open[usize::from(self.level)]
            .take()
            .expect("opened above");
        let node = self.write(packs, top).await?;
        let root = node.map(|node| Root {
            node,
            level: self.level,
        });
        let allocated = node.map_or(0, |node| node.allocated);
        Ok(Built {
            root,
            allocated,
            metadata_bytes: self.metadata_bytes,
        })
    }

    /// Opens node `index` of `level`, closing what lies before it or beneath it.
    async fn go_to(&mut self, packs: &mut PackWriter, level: u8, index: u64) -> Result<()> {
        self.open_lifted();
        let wanted = |l: u8| index >> (6 * u32::from(l - level));
        for l in 0..level {
            self.close(packs, l).await?;
        }
        let mut first = level;
        while first <= self.level {
            match &self.open[usize::from(first)] {
                Some(open) if open.node.index == wanted(first) => break,
                _ => self.close(packs, first).await?,
            }
            first += 1;
        }
        for l in (level..first).rev() {
            let opened = self.open_node(l, wanted(l)).await?;
            self.open[usize::from(l)] = Some(opened);
        }
        Ok(())
    }

    /// A map higher than the parent's begins with new nodes above the parent's root, open before
    /// all others.
    fn open_lifted(&mut self) {
        let Some((parent, _)) = self.parent else {
            return;
        };
        if parent.level >= self.level || self.open[usize::from(self.level)].is_some() {
            return;
        }
        for level in parent.level + 1..=self.level {
            let mut node = Node::empty(level, 0);
            if level == parent.level + 1
                && let Body::Inner(entries) = &mut node.body
            {
                entries[0] = Some(parent.node);
            }
            self.open[usize::from(level)] = Some(Open {
                node,
                before: None,
                changed: true,
            });
        }
    }

    async fn open_node(&self, level: u8, index: u64) -> Result<Open> {
        let reference = match &self.open.get(usize::from(level) + 1) {
            Some(above) => match &above.as_ref().expect("opened from the top").node.body {
                Body::Inner(entries) => entries[index as usize % FANOUT],
                Body::Leaf(_) => unreachable!("above a node is no leaf"),
            },
            None => match self.parent {
                Some((parent, _)) => self.first_of(parent, level).await?,
                None => None,
            },
        };
        let Some(reference) = reference else {
            return Ok(Open {
                node: Node::empty(level, index),
                before: None,
                changed: false,
            });
        };
        let loaded = self.vault.checked_node(&reference, level).await?;
        if loaded.node.index != index {
            return Err(Error::data(format!(
                "map node {index} of level {level} lies elsewhere"
            )));
        }
        let node = loaded.node.clone();
        Ok(Open {
            node,
            before: Some((reference, loaded)),
            changed: false,
        })
    }

    /// The parent's node 0 of `level`, below its root.
    async fn first_of(&self, parent: Root, level: u8) -> Result<Option<NodeRef>> {
        let mut at = Some(parent.node);
        for l in (level + 1..=parent.level).rev() {
            let Some(node) = at else { break };
            let loaded = self.vault.checked_node(&node, l).await?;
            at = match &loaded.node.body {
                Body::Inner(entries) => entries[0],
                Body::Leaf(_) => None,
            };
        }
        Ok(at)
    }

    /// Writes the open node of `level`, if there is one, and puts it into the one above.
    async fn close(&mut self, packs: &mut PackWriter, level: u8) -> Result<()> {
        let Some(open) = self.open[usize::from(level)].take() else {
            return Ok(());
        };
        let slot = open.node.index as usize % FANOUT;
        let written = self.write(packs, open).await?;
        let above = self.open[usize::from(level) + 1]
            .as_mut()
            .expect("opened from the top");
        let Body::Inner(entries) = &mut above.node.body else {
            unreachable!("an inner node")
        };
        if entries[slot] != written {
            entries[slot] = written;
            above.changed = true;
        }
        Ok(())
    }

    async fn write(&mut self, packs: &mut PackWriter, open: Open) -> Result<Option<NodeRef>> {
        let Open {
            node,
            before,
            changed,
        } = open;
        if node.is_empty() {
            return Ok(None);
        }
        let mut base = None;
        if let Some((reference, loaded)) = &before {
            if !changed || loaded.node == node {
                return Ok(Some(*reference));
            }
            base = Some(match &loaded.base {
                Some((base_ref, base)) => (*base_ref, base.clone()),
                None => (*reference, loaded.clone()),
            });
        }
        let delta = base
            .as_ref()
            .and_then(|(base_ref, base)| node.encode_delta(base_ref, &base.node));
        let bytes = delta.unwrap_or_else(|| node.encode_full());
        let digest = self.vault.keys.digest(BlobKind::Node, &bytes);
        let blob = Blob {
            kind: BlobKind::Node,
            codec: Codec::Raw,
            raw_len: u32::try_from(bytes.len()).expect("a node is below 4 KiB"),
            digest,
            payload: &bytes,
        };
        let (address, stored) = packs.append(blob).await?;
        self.metadata_bytes += stored;
        let reference = NodeRef {
            address,
            digest,
            allocated: node.allocated(),
        };
        Ok(Some(reference))
    }
}
