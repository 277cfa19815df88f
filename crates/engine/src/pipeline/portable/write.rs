//! An archive of a backup as a file that can be read from anywhere.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use coffer_core::extent::Extent;
use coffer_core::format::records::InstantRecord;
use coffer_core::portable::tar::{END, Header, padded};
use coffer_core::portable::{
    About, DEFINITION_MAX, DISKS_MAX, Definition, Disk, Entry, FIRMWARE, FIRMWARE_MAX, FORMAT,
    MANIFEST, Manifest, Resource, SUMS, VERSION, definition_file, disk_file, sums, sums_len,
};
use coffer_core::{Error, Result};
use futures::future::BoxFuture;

use crate::pipeline::Export;

/// What an archive says of its backup.
#[derive(Debug, Clone)]
pub struct Described {
    /// The backup.
    pub backup: About,
    /// What it is of.
    pub resource: Resource,
    /// Its instant.
    pub instant: InstantRecord,
    /// Kind and text of the server's definition; both empty for disks alone.
    pub definition: (String, String),
    /// The firmware's variables; empty where there are none.
    pub firmware_variables: Vec<u8>,
}

/// An archive to be read, by many at once. The backup must be held in place by a session meanwhile.
#[derive(Debug)]
pub struct Portable {
    parts: Vec<Part>,
    /// Names and digests of the entries before the disks.
    small: Vec<(String, String)>,
    disks: Vec<(String, Arc<Export>)>,
    /// Where the last entry begins.
    tail: u64,
    modified: u64,
    sums_len: u64,
    fingerprint: String,
}

#[derive(Debug)]
struct Part {
    start: u64,
    /// Its bytes, with what fills their last block.
    len: u64,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Bytes(Bytes),
    Disk(usize),
}

impl Portable {
    /// An archive of these disks, each as a qcow2 file, in the order of the backup.
    ///
    /// # Errors
    /// `Invalid` for what no archive takes: too many disks, a definition of more than 1 MiB.
    pub fn new(described: Described, disks: Vec<Arc<Export>>) -> Result<Portable> {
        let too_large = |what: &str| Error::invalid(format!("{what} is too large for an archive"));
        let (kind, text) = described.definition;
        let firmware = described.firmware_variables;
        if text.len() as u64 > DEFINITION_MAX {
            return Err(too_large("the definition"));
        }
        if firmware.len() as u64 > FIRMWARE_MAX {
            return Err(too_large("the firmware's variables"));
        }
        if disks.len() > DISKS_MAX {
            return Err(Error::invalid(format!(
                "an archive takes {DISKS_MAX} disks, the backup has {}",
                disks.len()
            ))
            .hint("Export its disks one by one."));
        }
        let entry = |file: &str, bytes: u64| Entry {
            file: file.to_owned(),
            file_bytes: bytes,
        };
        let of_disk = |(position, export): (usize, &Arc<Export>)| {
            let disk = export.disk();
            Disk {
                id: disk.disk_id.to_string(),
                name: disk.name.clone(),
                system: disk.system,
                size_bytes: disk.size_bytes,
                entry: entry(&disk_file(position, &disk.name), export.len()),
            }
        };
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            version: VERSION,
            backup: described.backup,
            resource: described.resource,
            instant: described.instant,
            definition: (!text.is_empty()).then(|| Definition {
                entry: entry(definition_file(&kind), text.len() as u64),
                kind,
            }),
            firmware_variables: (!firmware.is_empty())
                .then(|| entry(FIRMWARE, firmware.len() as u64)),
            disks: disks.iter().enumerate().map(of_disk).collect(),
        };
        let seconds = manifest.instant.at.as_second();
        let mut archive = Portable {
            parts: Vec::new(),
            small: Vec::new(),
            disks: Vec::new(),
            tail: 0,
            modified: u64::try_from(seconds).unwrap_or(0),
            sums_len: 0,
            fingerprint: String::new(),
        };
        archive.add(MANIFEST, manifest.bytes());
        if let Some(definition) = &manifest.definition {
            archive.add(&definition.entry.file, text.into_bytes());
        }
        if let Some(entry) = &manifest.firmware_variables {
            archive.add(&entry.file, firmware);
        }
        for (disk, export) in manifest.disks.iter().zip(disks) {
            let header = archive.header(&disk.entry.file, export.len());
            archive.push(header.len() as u64, Content::Bytes(header));
            let content = Content::Disk(archive.disks.len());
            archive.push(export.len(), content);
            archive.disks.push((disk.entry.file.clone(), export));
        }
        archive.sums_len = sums_len(archive.names());
        let mut hasher = blake3::Hasher::new_derive_key("coffer 2026-11 bytes of an archive");
        for (_, digest) in &archive.small {
            hasher.update(digest.as_bytes());
        }
        for (_, export) in &archive.disks {
            hasher.update(export.fingerprint().as_bytes());
        }
        archive.fingerprint = hasher.finalize().to_hex()[..32].to_owned();
        Ok(archive)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let small = self.small.iter().map(|(name, _)| name.as_str());
        small.chain(self.disks.iter().map(|(name, _)| name.as_str()))
    }

    fn header(&self, name: &str, size: u64) -> Bytes {
        let header = Header {
            name: name.to_owned(),
            size,
            modified: self.modified,
        };
        Bytes::copy_from_slice(&header.block())
    }

    /// Adds a small entry.
    fn add(&mut self, name: &str, bytes: Vec<u8>) {
        let header = self.header(name, bytes.len() as u64);
        self.push(header.len() as u64, Content::Bytes(header));
        let digest = blake3::hash(&bytes).to_hex().to_string();
        self.small.push((name.to_owned(), digest));
        self.push(padded(bytes.len() as u64), Content::Bytes(bytes.into()));
    }

    fn push(&mut self, len: u64, content: Content) {
        let start = self.tail;
        self.parts.push(Part {
            start,
            len,
            content,
        });
        self.tail += len;
    }

    /// Length of the archive in bytes.
    pub fn len(&self) -> u64 {
        self.tail() + (self.header(SUMS, 0).len() as u64) + padded(self.sums_len) + END
    }

    /// True for no archive: there is always a manifest.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Where the tail begins: the digests and the archive's end.
    pub fn tail(&self) -> u64 {
        self.tail
    }

    /// Names the archive's bytes: the same name means the same bytes. 32 hexadecimal digits.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The disks' files, in their order.
    pub fn disks(&self) -> impl Iterator<Item = &Arc<Export>> {
        self.disks.iter().map(|(_, export)| export)
    }

    /// The tail, from the digests of the disks' files in hexadecimal.
    pub fn tail_bytes(&self, digests: &[String]) -> Bytes {
        let small = self.small.iter();
        let small = small.map(|(name, digest)| (name.as_str(), digest.clone()));
        let disks = self.disks.iter().zip(digests);
        let disks = disks.map(|((name, _), digest)| (name.as_str(), digest.clone()));
        let text = sums(small.chain(disks));
        let mut out = BytesMut::from(&self.header(SUMS, text.len() as u64)[..]);
        out.extend_from_slice(text.as_bytes());
        out.resize((self.len() - self.tail) as usize, 0);
        out.freeze()
    }

    /// Which bytes of disks lie in a part of the archive: the disk's position, where in its file they
    /// begin, and where they lie in the part.
    pub fn disks_in(&self, extent: Extent) -> Vec<(usize, u64, Range<usize>)> {
        let inside = self.parts_in(extent).filter_map(|part| match part.content {
            Content::Bytes(_) => None,
            Content::Disk(disk) => {
                let (start, end) = within(part, extent);
                let at = (start - extent.start) as usize..(end - extent.start) as usize;
                Some((disk, start - part.start, at))
            }
        });
        inside.collect()
    }

    fn parts_in(&self, extent: Extent) -> impl Iterator<Item = &Part> {
        let first = self
            .parts
            .partition_point(|p| p.start + p.len <= extent.start);
        let parts = self.parts[first..].iter();
        parts.take_while(move |part| part.start < extent.end)
    }

    /// Bytes of the archive before its tail; at most `EXPORT_READ_MAX` of them.
    pub fn read(&self, extent: Extent) -> BoxFuture<'_, Result<Bytes>> {
        Box::pin(async move {
            if extent.end > self.tail {
                return Err(Error::internal("a part of an archive that is its tail"));
            }
            let mut out = BytesMut::with_capacity(extent.len() as usize);
            for part in self.parts_in(extent) {
                let (start, end) = within(part, extent);
                let (from, to) = (start - part.start, end - part.start);
                match &part.content {
                    Content::Bytes(bytes) => {
                        let len = bytes.len() as u64;
                        let there = from.min(len) as usize..to.min(len) as usize;
                        out.extend_from_slice(&bytes[there]);
                        out.resize((end - extent.start) as usize, 0);
                    }
                    Content::Disk(disk) => {
                        let inside = Extent {
                            start: from,
                            end: to,
                        };
                        out.extend_from_slice(&self.disks[*disk].1.read(inside).await?);
                    }
                }
            }
            Ok(out.freeze())
        })
    }
}

/// Where a part and an extent meet.
fn within(part: &Part, extent: Extent) -> (u64, u64) {
    let end = extent.end.min(part.start + part.len);
    (extent.start.max(part.start), end)
}
