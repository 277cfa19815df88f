//! A disk of a backup as a file that can be read from anywhere: raw or qcow2, made on the fly.

use bytes::{Bytes, BytesMut};
use coffer_core::extent::Extent;
use coffer_core::format::records::ManifestDisk;
use coffer_core::qcow2::{CLUSTER, Cluster, Layout};
use coffer_core::{Error, Result};
use futures::future::BoxFuture;

use super::restore::read_range;
use super::walk::{Step, Walk};
use crate::repository::Vault;

/// Largest part that is read at once, in bytes.
pub const EXPORT_READ_MAX: u64 = 16 << 20;

/// A file to be read. The backup must be held in place by a session.
#[derive(Debug)]
pub struct Export {
    disk: ManifestDisk,
    layout: Option<Layout>,
}

impl Export {
    /// The disk as it was, byte for byte.
    pub fn raw(disk: &ManifestDisk) -> Export {
        Export {
            disk: disk.clone(),
            layout: None,
        }
    }

    /// The disk as a qcow2 file without holes' content. Reads the map.
    pub fn qcow2<'a>(vault: &'a Vault, disk: &'a ManifestDisk) -> BoxFuture<'a, Result<Export>> {
        Box::pin(async move {
            let mut walk = Walk::new(vault, disk, None);
            let mut data: Vec<std::ops::Range<u64>> = Vec::new();
            while let Some(step) = walk.next().await? {
                let Step::Write(chunk, _) = step else {
                    continue;
                };
                let extent = walk.extent(chunk..chunk + 1);
                let (start, end) = (extent.start / CLUSTER, extent.end.div_ceil(CLUSTER));
                match data.last_mut() {
                    Some(last) if last.end == start => last.end = end,
                    _ => data.push(start..end),
                }
            }
            Ok(Export {
                disk: disk.clone(),
                layout: Some(Layout::new(disk.size_bytes, data)),
            })
        })
    }

    /// Length of the file in bytes.
    pub fn len(&self) -> u64 {
        match &self.layout {
            None => self.disk.size_bytes,
            Some(layout) => layout.len(),
        }
    }

    /// True for a disk of no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of the file; at most [`EXPORT_READ_MAX`] of them. Each chunk is checked against its
    /// digest on the way.
    pub fn read<'a>(&'a self, vault: &'a Vault, extent: Extent) -> BoxFuture<'a, Result<Bytes>> {
        Box::pin(async move {
            if extent.end > self.len() || extent.len() > EXPORT_READ_MAX {
                return Err(Error::internal("a part of an export that is too long"));
            }
            let Some(layout) = &self.layout else {
                return read_range(vault, &self.disk, extent).await;
            };
            let mut out = BytesMut::with_capacity(extent.len() as usize);
            let mut at = extent.start;
            while at < extent.end {
                let number = at / CLUSTER;
                let from = at % CLUSTER;
                match layout.cluster(number) {
                    Cluster::Table(bytes) => {
                        let to = CLUSTER.min(from + extent.end - at);
                        push(&mut out, &bytes, from, to);
                        at += to - from;
                    }
                    Cluster::Data(first) => {
                        // Neighbours on the disk lie beside each other in the file: read together.
                        let mut run = first;
                        let mut next = number + 1;
                        while next * CLUSTER < extent.end
                            && run.len() == (next - number) * CLUSTER
                            && let Cluster::Data(more) = layout.cluster(next)
                            && more.start == run.end
                        {
                            run.end = more.end;
                            next += 1;
                        }
                        let bytes = read_range(vault, &self.disk, run).await?;
                        let to = ((next - number) * CLUSTER).min(from + extent.end - at);
                        push(&mut out, &bytes, from, to);
                        at += to - from;
                    }
                }
            }
            Ok(out.freeze())
        })
    }
}

/// Adds bytes `from..to` of what is `bytes` and then zeroes.
fn push(out: &mut BytesMut, bytes: &[u8], from: u64, to: u64) {
    let (from, to) = (from as usize, to as usize);
    let there = &bytes[from.min(bytes.len())..to.min(bytes.len())];
    out.extend_from_slice(there);
    out.resize(out.len() + (to - from) - there.len(), 0);
}
