//! Walks block maps.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use coffer_core::digest::Digest;
use coffer_core::format::pack::{BlobEntry, BlobKind, TRAILER_BYTES};
use coffer_core::ids::PackId;
use coffer_core::map::{Body, FANOUT, Node, NodeRef, Root, Stored, span};
use coffer_core::{Error, Kind, Result};

use super::Vault;
use super::pack_reader::{Directory, RESOLVES};

/// Bytes read around a node: its neighbours were written next to it and are wanted next.
const READ_AHEAD: u64 = 256 * 1024;

/// A node with what is needed to write its successor.
#[derive(Debug)]
pub struct Loaded {
    /// Its entries.
    pub node: Node,
    /// The full node it was stored as a delta to; none where it is stored full.
    pub base: Option<(NodeRef, Arc<Loaded>)>,
}

impl Loaded {
    /// Memory it takes, in bytes.
    pub fn weight(&self) -> u64 {
        (size_of::<Loaded>() + FANOUT * 64) as u64
    }
}

/// A stretch of a pack read at once.
pub struct Window {
    start: u64,
    bytes: Bytes,
}

impl Window {
    /// Memory it takes, in bytes.
    pub fn weight(&self) -> u64 {
        self.bytes.len() as u64 + 128
    }

    fn get(&self, entry: &BlobEntry) -> Option<&[u8]> {
        let from = u64::from(entry.offset).checked_sub(self.start)?;
        self.bytes
            .get(from as usize..from as usize + entry.stored_len as usize)
    }
}

/// Says in an error which node it is.
fn node_error(node: &NodeRef, what: &str) -> Error {
    let address = node.address;
    Error::data(format!(
        "map node {}/{}: {what}",
        address.pack, address.ordinal
    ))
    .hint("Run \"coffer repo verify\"; restore another backup meanwhile.")
}

impl Vault {
    /// A node with all its entries, from the cache or the store.
    pub async fn node(&self, node: &NodeRef) -> Result<Arc<Loaded>> {
        match self.node_or_base(node).await? {
            Ok(loaded) => Ok(loaded),
            Err(overlay) => {
                let base_ref = overlay.base;
                let base = match self.node_or_base(&base_ref).await? {
                    Ok(base) if base.base.is_none() => base,
                    _ => return Err(node_error(&base_ref, "it is no full node, but a base")),
                };
                let applied = overlay
                    .apply(&base.node)
                    .map_err(|e| node_error(node, "it cannot be decoded").caused_by(e))?;
                let loaded = Arc::new(Loaded {
                    node: applied,
                    base: Some((base_ref, base)),
                });
                self.nodes.insert(node.address, loaded.clone());
                Ok(loaded)
            }
        }
    }

    async fn node_or_base(
        &self,
        node: &NodeRef,
    ) -> Result<std::result::Result<Arc<Loaded>, coffer_core::map::Overlay>> {
        if let Some(cached) = self.nodes.get(&node.address) {
            return Ok(Ok(cached));
        }
        let mut tries = 0..RESOLVES;
        let plain = loop {
            let (directory, entry) = self.locate(node.address).await?;
            if entry.kind != BlobKind::Node || entry.digest != node.digest {
                return Err(node_error(node, "another blob lies in its place"));
            }
            match self.read_node(&directory, &entry, node).await {
                // Compacted since the directory was read.
                Err(e) if e.kind == Kind::NotFound && tries.next().is_some() => {}
                Err(e) if e.kind == Kind::NotFound => {
                    return Err(node_error(node, "its pack is missing"));
                }
                read => break read?,
            }
        };
        let stored = Stored::decode(&plain)
            .map_err(|e| node_error(node, "it cannot be decoded").caused_by(e))?;
        Ok(match stored {
            Stored::Full(full) => {
                let loaded = Arc::new(Loaded {
                    node: full,
                    base: None,
                });
                self.nodes.insert(node.address, loaded.clone());
                Ok(loaded)
            }
            Stored::Delta(overlay) => Err(overlay),
        })
    }

    async fn read_node(
        &self,
        directory: &Directory,
        entry: &BlobEntry,
        node: &NodeRef,
    ) -> Result<Vec<u8>> {
        let open = |bytes: &[u8]| {
            directory
                .open(&self.keys, entry, bytes)
                .map_err(|what| node_error(node, what))
        };
        let start = u64::from(entry.offset);
        let key: (PackId, u32, u64) = (directory.id, directory.generation, start / READ_AHEAD);
        if let Some(window) = self.windows.get(&key)
            && let Some(bytes) = window.get(entry)
        {
            return open(bytes);
        }
        // From the node to the end of its stretch, or of the node where that is further.
        let blobs_end = directory
            .entries
            .last()
            .map_or(0, |e| u64::from(e.offset + e.stored_len));
        let end = ((key.2 + 1) * READ_AHEAD)
            .min(blobs_end)
            .max(start + u64::from(entry.stored_len));
        debug_assert!(
            end <= directory.pack_len - TRAILER_BYTES as u64,
            "inside the blobs"
        );
        let bytes = self.read_pack(directory, start, end).await?;
        let plain = open(&bytes[..entry.stored_len as usize]);
        self.windows.insert(key, Arc::new(Window { start, bytes }));
        plain
    }

    /// The leaf that covers chunks from `leaf * 64`; none where all of them are holes.
    pub async fn leaf(&self, root: Option<Root>, leaf: u64) -> Result<Option<Arc<Loaded>>> {
        let Some(root) = root else { return Ok(None) };
        if leaf * FANOUT as u64 >= span(root.level) {
            return Ok(None);
        }
        let mut at = root.node;
        for level in (1..=root.level).rev() {
            let loaded = self.checked_node(&at, level).await?;
            let child = (leaf >> (6 * (u32::from(level) - 1))) as usize % FANOUT;
            let Body::Inner(entries) = &loaded.node.body else {
                unreachable!("level checked")
            };
            match entries[child] {
                Some(next) => at = next,
                None => return Ok(None),
            }
        }
        Ok(Some(self.checked_node(&at, 0).await?))
    }

    /// A node that must be of `level`.
    pub async fn checked_node(&self, node: &NodeRef, level: u8) -> Result<Arc<Loaded>> {
        let loaded = self.node(node).await?;
        match loaded.node.level == level {
            true => Ok(loaded),
            false => Err(node_error(node, "it is of another level")),
        }
    }
}

/// What two maps, or one, hold in a range of chunks.
#[derive(Debug, Clone)]
pub enum Part {
    /// Both maps hold the same.
    Same(Range<u64>),
    /// The map holds nothing here; the other one may.
    Hole(Range<u64>),
    /// A leaf, and the other map's leaf in the same place.
    Leaf(Arc<Loaded>, Option<Arc<Loaded>>),
}

/// Walks a map from the first chunk to the last, beside another one where there is one.
///
/// Subtrees that both share are passed over as one [`Part::Same`], unless `look_into` asks for
/// what is inside.
pub struct Cursor<'a> {
    vault: &'a Vault,
    compare: bool,
    first: u64,
    chunks: u64,
    stack: Vec<Place>,
}

#[derive(Clone, Copy)]
struct Place {
    level: u8,
    index: u64,
    ours: Option<Root>,
    theirs: Option<Root>,
}

impl<'a> Cursor<'a> {
    /// Walks `chunks` chunks of the map under `root`; with `other`, beside that map.
    pub fn new(
        vault: &'a Vault,
        root: Option<Root>,
        other: Option<Option<Root>>,
        chunks: u64,
    ) -> Cursor<'a> {
        let theirs = other.flatten();
        let level = [root, theirs]
            .into_iter()
            .flatten()
            .map(|r| r.level)
            .max()
            .unwrap_or(0)
            .max(coffer_core::map::root_level(chunks));
        let place = Place {
            level,
            index: 0,
            ours: root,
            theirs,
        };
        Cursor {
            vault,
            compare: other.is_some(),
            first: 0,
            chunks,
            stack: vec![place],
        }
    }

    /// Begins at chunk `first`. Of what lies before it nothing is read; a leaf that covers it comes
    /// whole.
    #[must_use]
    pub fn starting_at(self, first: u64) -> Cursor<'a> {
        Cursor { first, ..self }
    }

    /// The next part; none at the end. `look_into` is asked for ranges of chunks that are the same.
    pub async fn next(&mut self, look_into: impl Fn(Range<u64>) -> bool) -> Result<Option<Part>> {
        while let Some(place) = self.stack.pop() {
            let start = place.index * span(place.level);
            let range = start.max(self.first)..(start + span(place.level)).min(self.chunks);
            if range.is_empty() {
                continue;
            }
            if self.compare && place.ours == place.theirs && !look_into(range.clone()) {
                return Ok(Some(Part::Same(range)));
            }
            if place.ours.is_none() {
                return Ok(Some(Part::Hole(range)));
            }
            if place.level == 0 {
                let ours = self.load(place.ours).await?.expect("it is some");
                let theirs = self.load(place.theirs).await?;
                return Ok(Some(Part::Leaf(ours, theirs)));
            }
            let ours = self.children(place.ours, place).await?;
            let theirs = match self.compare && place.ours != place.theirs {
                true => self.children(place.theirs, place).await?,
                false if self.compare => ours,
                false => [None; FANOUT],
            };
            for child in (0..FANOUT).rev() {
                self.stack.push(Place {
                    level: place.level - 1,
                    index: place.index * FANOUT as u64 + child as u64,
                    ours: ours[child],
                    theirs: theirs[child],
                });
            }
        }
        Ok(None)
    }

    async fn load(&self, root: Option<Root>) -> Result<Option<Arc<Loaded>>> {
        match root {
            Some(root) => Ok(Some(self.vault.checked_node(&root.node, root.level).await?)),
            None => Ok(None),
        }
    }

    /// The 64 subtrees of a place. A root below the place's level is its first child's.
    async fn children(&self, root: Option<Root>, place: Place) -> Result<[Option<Root>; FANOUT]> {
        let mut out = [None; FANOUT];
        let Some(root) = root else { return Ok(out) };
        if root.level < place.level {
            out[0] = Some(root);
            return Ok(out);
        }
        let loaded = self.vault.checked_node(&root.node, place.level).await?;
        if let Body::Inner(entries) = &loaded.node.body {
            let below = place.level - 1;
            for (slot, entry) in out.iter_mut().zip(entries.iter()) {
                *slot = entry.map(|node| Root { node, level: below });
            }
        }
        Ok(out)
    }
}

/// Digest of chunk `i` of a leaf, where there is a leaf and no hole.
pub fn chunk_digest(leaf: Option<&Loaded>, i: usize) -> Option<Digest> {
    match leaf.map(|loaded| &loaded.node.body) {
        Some(Body::Leaf(entries)) => entries[i].as_ref().map(|entry| entry.digest),
        _ => None,
    }
}
