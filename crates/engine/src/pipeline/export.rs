//! A disk of a backup as a file that can be read from anywhere: raw or qcow2, made on the fly.
//!
//! The file follows from the block map alone: how many chunks lie where stands in its inner nodes, so
//! that not even the leaves are read to say how long the file is and where its tables lie. Nothing
//! of it is stored.
//!
//! Memory: 16 bytes for 512 MiB of disk, and what [`TABLES_KEPT`] L2 tables cover.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use bytes::{Bytes, BytesMut};
use coffer_core::extent::Extent;
use coffer_core::format::records::ManifestDisk;
use coffer_core::map::{Body, FANOUT, Root, span};
use coffer_core::qcow2::{CLUSTER, Cluster, Layout, PER_L2};
use coffer_core::{Error, Result};
use futures::future::BoxFuture;

use super::restore::read_range;
use crate::repository::{Cursor, Part, Vault};

/// Largest part that is read at once, in bytes.
pub const EXPORT_READ_MAX: u64 = 16 << 20;
/// L2 tables of which it is remembered what they cover: readers go from one to the next.
const TABLES_KEPT: usize = 8;

/// Format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExportFormat {
    /// The disk, byte for byte.
    Raw,
    /// qcow2 version 3, without what reads as zeroes.
    Qcow2,
}

impl ExportFormat {
    /// Its name, as QEMU has it.
    pub fn name(self) -> &'static str {
        match self {
            ExportFormat::Raw => "raw",
            ExportFormat::Qcow2 => "qcow2",
        }
    }
}

/// A file to be read, by many at once. The backup must be held in place by a session meanwhile.
#[derive(Debug)]
pub struct Export {
    vault: Arc<Vault>,
    disk: ManifestDisk,
    layout: Option<Layout>,
    known: Mutex<VecDeque<(usize, Arc<Data>)>>,
}

/// Clusters of the disk below one L2 table that hold data: ranges, each with the number of data
/// clusters before it.
#[derive(Debug)]
struct Data(Vec<(Range<u64>, u64)>);

impl Data {
    fn count(&self) -> u64 {
        let last = self.0.last();
        last.map_or(0, |(range, before)| before + range.end - range.start)
    }

    /// From the `nth` cluster with data to the end of its range.
    fn from(&self, nth: u64) -> Range<u64> {
        let at = self.0.partition_point(|(_, before)| *before <= nth) - 1;
        let (range, before) = &self.0[at];
        range.start + nth - before..range.end
    }
}

impl Export {
    /// `disk`, a disk of a backup of `vault`, as a file. Reads inner nodes of its map.
    ///
    /// # Errors
    /// `Invalid` for a disk that is too large for the format; `Data` for a damaged map.
    pub fn open(
        vault: &Arc<Vault>,
        disk: &ManifestDisk,
        format: ExportFormat,
    ) -> BoxFuture<'static, Result<Export>> {
        let (vault, disk) = (Arc::clone(vault), disk.clone());
        Box::pin(async move {
            let layout = match format {
                ExportFormat::Raw => None,
                ExportFormat::Qcow2 => {
                    let tables = tables(&vault, &disk).await?;
                    let layout = Layout::new(disk.size_bytes, tables);
                    Some(layout.ok_or_else(|| {
                        Error::invalid(format!("disk `{}` is too large for qcow2", disk.name))
                            .hint("Export it as raw.")
                    })?)
                }
            };
            Ok(Export {
                vault,
                disk,
                layout,
                known: Mutex::default(),
            })
        })
    }

    /// The disk.
    pub fn disk(&self) -> &ManifestDisk {
        &self.disk
    }

    /// Length of the file in bytes.
    pub fn len(&self) -> u64 {
        match &self.layout {
            None => self.disk.size_bytes,
            Some(layout) => layout.len(),
        }
    }

    /// True for a raw file of a disk of no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Names the file's bytes: the same name means the same bytes, in whatever process they are
    /// made. 32 hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        let disk = &self.disk;
        let mut hasher = blake3::Hasher::new_derive_key("coffer 2026-11 bytes of an exported disk");
        let format = match self.layout {
            None => ExportFormat::Raw,
            Some(_) => ExportFormat::Qcow2,
        };
        hasher.update(format.name().as_bytes());
        // Where everything lies follows from these; a new layout has to be named anew.
        hasher.update(&disk.size_bytes.to_le_bytes());
        hasher.update(&disk.chunk_bytes.bytes().to_le_bytes());
        if let Some(root) = &disk.root {
            hasher.update(&root.node.digest.0);
        }
        hasher.finalize().to_hex()[..32].to_owned()
    }

    /// Bytes of the file; at most [`EXPORT_READ_MAX`] of them. Each chunk is checked against its
    /// digest on the way.
    pub fn read(&self, extent: Extent) -> BoxFuture<'_, Result<Bytes>> {
        Box::pin(async move {
            if extent.end > self.len() || extent.len() > EXPORT_READ_MAX {
                return Err(Error::internal("a part of an export that is too long"));
            }
            let Some(layout) = &self.layout else {
                return read_range(&self.vault, &self.disk, extent).await;
            };
            let mut out = BytesMut::with_capacity(extent.len() as usize);
            let mut at = extent.start;
            while at < extent.end {
                let from = at % CLUSTER;
                let left = extent.end - at;
                let to = CLUSTER.min(from + left);
                match layout.cluster(at / CLUSTER) {
                    Cluster::Table(bytes) => push(&mut out, &bytes, from, to),
                    Cluster::L2(table) => {
                        let data = self.data(layout, table).await?;
                        let ranges = data.0.iter().map(|(range, _)| range.clone());
                        push(&mut out, &layout.l2(table, ranges), from, to);
                    }
                    Cluster::Data { table, nth } => {
                        // Neighbours on the disk lie beside each other in the file: read together.
                        let run = self.data(layout, table).await?.from(nth);
                        let start = run.start * CLUSTER + from;
                        let wanted = (run.end * CLUSTER).min(start + left);
                        let end = wanted.min(self.disk.size_bytes);
                        let bytes = match start < end {
                            true => {
                                let part = Extent { start, end };
                                read_range(&self.vault, &self.disk, part).await?
                            }
                            // What the last cluster has beyond the end of the disk.
                            false => Bytes::new(),
                        };
                        push(&mut out, &bytes, 0, wanted - start);
                    }
                }
                at = extent.start + out.len() as u64;
            }
            Ok(out.freeze())
        })
    }

    /// Where there is data below an L2 table: from the leaves of the map.
    async fn data(&self, layout: &Layout, table: usize) -> Result<Arc<Data>> {
        let known = || self.known.lock().expect("no panic holds this lock");
        if let Some((_, data)) = known().iter().find(|(place, _)| *place == table) {
            return Ok(Arc::clone(data));
        }
        let covered = layout.covered(table);
        let chunk = self.disk.chunk_bytes.bytes();
        let chunks = covered.start * CLUSTER / chunk
            ..(covered.end * CLUSTER)
                .min(self.disk.size_bytes)
                .div_ceil(chunk);
        let per_chunk = chunk / CLUSTER;
        let mut data = Data(Vec::new());
        let mut cursor =
            Cursor::new(&self.vault, self.disk.root, None, chunks.end).starting_at(chunks.start);
        while let Some(part) = cursor.next(|_| true).await? {
            let Part::Leaf(leaf, _) = part else { continue };
            let Body::Leaf(entries) = &leaf.node.body else {
                unreachable!("a leaf")
            };
            let first = leaf.node.index * FANOUT as u64;
            for (at, _) in (first..)
                .zip(entries.iter())
                .filter(|(_, entry)| entry.is_some())
            {
                if !chunks.contains(&at) {
                    continue;
                }
                let range = at * per_chunk..((at + 1) * per_chunk).min(covered.end);
                let before = data.count();
                match data.0.last_mut() {
                    Some((last, _)) if last.end == range.start => last.end = range.end,
                    _ => data.0.push((range, before)),
                }
            }
        }
        if data.count() != layout.clusters_of(table) {
            return Err(damaged(&self.disk));
        }
        let data = Arc::new(data);
        let mut kept = known();
        if kept.len() == TABLES_KEPT {
            kept.pop_front();
        }
        kept.push_back((table, Arc::clone(&data)));
        Ok(data)
    }
}

/// Numbers of the L2 tables below which there is data, each with the number of its data clusters:
/// the inner nodes of the map say how many chunks lie beneath them.
async fn tables(vault: &Vault, disk: &ManifestDisk) -> Result<Vec<(u64, u64)>> {
    let chunk = disk.chunk_bytes.bytes();
    // A power of two from 128 to 8,192: whole leaves.
    let per_table = PER_L2 * CLUSTER / chunk;
    let per_chunk = chunk / CLUSTER;
    let chunks = disk.chunk_bytes.count(disk.size_bytes);
    let mut tables: Vec<(u64, u64)> = Vec::new();
    let mut stack: Vec<(Root, u64)> = disk.root.into_iter().map(|root| (root, 0)).collect();
    while let Some((root, index)) = stack.pop() {
        let start = index * span(root.level);
        if start >= chunks {
            return Err(damaged(disk));
        }
        if span(root.level) <= per_table {
            let table = start / per_table;
            let clusters = root.node.allocated * per_chunk;
            match tables.last_mut() {
                _ if clusters == 0 => {}
                Some((last, count)) if *last == table => *count += clusters,
                _ => tables.push((table, clusters)),
            }
            continue;
        }
        let loaded = vault.checked_node(&root.node, root.level).await?;
        let Body::Inner(entries) = &loaded.node.body else {
            unreachable!("level checked")
        };
        for (child, entry) in entries.iter().enumerate().rev() {
            let level = root.level - 1;
            let at = index * FANOUT as u64 + child as u64;
            stack.extend(entry.map(|node| (Root { node, level }, at)));
        }
    }
    // The last chunk ends with the disk.
    let beyond = chunks * per_chunk - disk.size_bytes.div_ceil(CLUSTER);
    if beyond > 0 {
        let last = chunks - 1;
        let leaf = vault.leaf(disk.root, last / FANOUT as u64).await?;
        if let Some(leaf) = leaf
            && let Body::Leaf(entries) = &leaf.node.body
            && entries[last as usize % FANOUT].is_some()
        {
            let count = tables.last_mut().map(|(_, count)| count);
            let count = count.filter(|count| **count > beyond);
            *count.ok_or_else(|| damaged(disk))? -= beyond;
        }
    }
    Ok(tables)
}

fn damaged(disk: &ManifestDisk) -> Error {
    Error::data(format!(
        "the map of disk `{}` contradicts itself",
        disk.name
    ))
    .hint("Run \"coffer repo verify\"; use another backup meanwhile.")
}

/// Adds bytes `from..to` of what is `bytes` and then zeroes.
fn push(out: &mut BytesMut, bytes: &[u8], from: u64, to: u64) {
    let (from, to) = (from as usize, to as usize);
    let there = &bytes[from.min(bytes.len())..to.min(bytes.len())];
    out.extend_from_slice(there);
    out.resize(out.len() + (to - from) - there.len(), 0);
}
