//! Writes blobs into packs.
//!
//! Small backups end as one pack: chunks and map nodes go into the same one until a pack of this
//! session has been closed. From then on nodes go into packs of their own, so that walking a map
//! does not touch the data (`docs/format.md`, "Packs").
//!
//! Memory: two open packs and [`UPLOADS`] on their way, of about `pack_target` each.

use std::sync::Arc;

use bytes::Bytes;
use coffer_core::digest::Digest;
use coffer_core::format::pack::{
    BlobEntry, BlobKind, PACK_BLOBS_MAX, PackIdentity, encode_plain, encode_sealed, encode_trailer,
};
use coffer_core::format::{
    AssociatedData, Codec, DIRECTORY_ORDINAL, ObjectKind, VERSION, checksum, name,
};
use coffer_core::ids::{PackId, SessionId};
use coffer_core::map::Address;
use coffer_core::{Error, Result};
use tokio::task::JoinSet;

use super::Vault;
use super::crypto::{ObjectKey, new_salt};
use super::pack_reader::Directory;
use super::store::Created;

/// Packs on their way to the store at once: one is written while the next one is finished.
const UPLOADS: usize = 2;

/// Unwanted bytes between two blobs that are read along when a pack is compacted.
const REWRITE_GAP_BYTES: u64 = 256 << 10;
/// Largest read when a pack is compacted: others that read and write get their turn in between.
const REWRITE_READ_BYTES: u64 = 8 << 20;
/// Context of the salt of a compacted pack.
const REWRITE_CONTEXT: &str = "coffer 2026-11 v1 compaction salt";

/// A blob ready to be sealed.
#[derive(Debug)]
pub struct Blob<'a> {
    /// What it holds.
    pub kind: BlobKind,
    /// How `payload` was packed.
    pub codec: Codec,
    /// Length of the plain bytes.
    pub raw_len: u32,
    /// Digest of the plain bytes.
    pub digest: Digest,
    /// The packed bytes.
    pub payload: &'a [u8],
}

/// The packs of one session.
pub struct PackWriter {
    vault: Arc<Vault>,
    session: SessionId,
    next: u32,
    data: Option<OpenPack>,
    nodes: Option<OpenPack>,
    closed: u64,
    uploads: JoinSet<Result<()>>,
}

struct OpenPack {
    identity: PackIdentity,
    key: ObjectKey,
    bytes: Vec<u8>,
    entries: Vec<BlobEntry>,
}

impl PackWriter {
    /// A writer whose packs belong to `session`.
    pub fn new(vault: Arc<Vault>, session: SessionId) -> PackWriter {
        let uploads = JoinSet::new();
        PackWriter {
            vault,
            session,
            next: 0,
            data: None,
            nodes: None,
            closed: 0,
            uploads,
        }
    }

    /// Seals a blob into a pack. Returns where it will lie and its length as stored.
    ///
    /// The address holds once [`PackWriter::finish`] has succeeded. Not cancel-safe: a writer whose
    /// future was dropped must not be used again.
    pub async fn append(&mut self, blob: Blob<'_>) -> Result<(Address, u64)> {
        let apart = blob.kind == BlobKind::Node && self.closed > 0;
        let target = self.vault.header.pack_target as usize;
        let slot = if apart {
            &mut self.nodes
        } else {
            &mut self.data
        };
        let open = match slot {
            Some(open) => open,
            None => {
                let id = PackId::new(self.session, self.next);
                self.next += 1;
                slot.insert(OpenPack::new(&self.vault, id, 0, new_salt()?))
            }
        };
        let ordinal = u32::try_from(open.entries.len()).expect("a pack is below 64 MiB");
        let placed = open.append(ordinal, &blob);
        // Here, not at the upload: so the progress is as even as the limit.
        self.vault.throttle.take(placed.1).await;
        if open.bytes.len() >= target || open.entries.len() == PACK_BLOBS_MAX as usize {
            let full = slot.take().expect("it was just there");
            self.upload(full).await?;
        }
        Ok(placed)
    }

    async fn upload(&mut self, pack: OpenPack) -> Result<()> {
        self.closed += 1;
        while self.uploads.len() >= UPLOADS {
            joined(self.uploads.join_next().await)?;
        }
        let vault = self.vault.clone();
        self.uploads.spawn(async move {
            let id = pack.identity.id;
            let bytes = crate::cpu::run(move || pack.finish()).await;
            let name = name::pack(id, 0);
            match vault.store.create(&name, bytes).await? {
                Created::Yes => Ok(()),
                // Only a write of ours that was torn can be there: this attempt is over, the next
                // one uses other pack ids.
                Created::Exists => Err(Error::unavailable(format!(
                    "pack `{name}` was only partly written"
                ))),
            }
        });
        Ok(())
    }

    /// Writes what is open and waits for everything. Returns the number of pack ids used.
    pub async fn finish(mut self) -> Result<u32> {
        for pack in [self.data.take(), self.nodes.take()].into_iter().flatten() {
            self.upload(pack).await?;
        }
        while let Some(done) = self.uploads.join_next().await {
            joined(Some(done))?;
        }
        Ok(self.next)
    }
}

/// What a pack will hold when it is compacted: its blobs without some, as they were packed.
pub(crate) struct Rewrite {
    id: PackId,
    salt: [u8; 32],
    blobs: Vec<(BlobEntry, Vec<u8>)>,
}

impl Rewrite {
    /// Reads what is kept of a pack. `Data` where one of its blobs is damaged: then it is left as it
    /// is. `NotFound` where that generation is gone.
    pub async fn read(
        vault: &Arc<Vault>,
        source: Arc<Directory>,
        keep: impl Fn(u32) -> bool,
    ) -> Result<Rewrite> {
        let kept: Vec<BlobEntry> = source
            .entries
            .iter()
            .filter(|entry| keep(entry.ordinal))
            .copied()
            .collect();
        let mut blobs = Vec::with_capacity(kept.len());
        let end = |entry: &BlobEntry| u64::from(entry.offset) + u64::from(entry.stored_len);
        let mut rest = kept.as_slice();
        while let Some(first) = rest.first() {
            let start = u64::from(first.offset);
            let mut until = end(first);
            let together = rest
                .iter()
                .take_while(|entry| {
                    let near = u64::from(entry.offset) <= until + REWRITE_GAP_BYTES;
                    let fits =
                        near && end(entry) - start <= REWRITE_READ_BYTES.max(end(first) - start);
                    if fits {
                        until = end(entry);
                    }
                    fits
                })
                .count();
            let (run, later) = rest.split_at(together);
            rest = later;
            vault.throttle.take(until - start).await;
            let bytes = vault.read_pack(&source, start, until).await?;
            let (run, directory) = (run.to_vec(), source.clone());
            let opened = crate::cpu::run(move || {
                let open = |entry: BlobEntry| {
                    let from = (u64::from(entry.offset) - start) as usize;
                    let stored = &bytes[from..from + entry.stored_len as usize];
                    let packed = directory.unseal(&entry, stored);
                    packed.map(|packed| (entry, packed)).ok_or(entry.ordinal)
                };
                run.into_iter().map(open).collect::<Result<Vec<_>, u32>>()
            })
            .await;
            blobs.extend(opened.map_err(|ordinal| {
                Error::data(format!("blob {ordinal} of pack {} is damaged", source.id))
                    .hint("Run \"coffer repo verify\" to see what is affected.")
            })?);
        }
        // Who rewrites the same generation without the same blobs writes the same bytes: two at once
        // do no harm, and what one of them has cached of it holds for the other's. Another content
        // has another salt, so no key seals two things.
        let mut hasher = blake3::Hasher::new_derive_key(REWRITE_CONTEXT);
        hasher.update(&source.salt);
        hasher.update(&source.id.0);
        hasher.update(&source.generation.to_le_bytes());
        for (entry, _) in &blobs {
            hasher.update(&entry.ordinal.to_le_bytes());
        }
        Ok(Rewrite {
            id: source.id,
            salt: *hasher.finalize().as_bytes(),
            blobs,
        })
    }

    /// The bytes of the pack's next generation, to be written as `generation`.
    pub async fn seal(self: &Arc<Self>, vault: &Arc<Vault>, generation: u32) -> Bytes {
        let (rewrite, vault) = (self.clone(), vault.clone());
        crate::cpu::run(move || {
            let mut open = OpenPack::new(&vault, rewrite.id, generation, rewrite.salt);
            for (entry, packed) in &rewrite.blobs {
                let blob = Blob {
                    kind: entry.kind,
                    codec: entry.codec,
                    raw_len: entry.raw_len,
                    digest: entry.digest,
                    payload: packed,
                };
                open.append(entry.ordinal, &blob);
            }
            open.finish()
        })
        .await
    }
}

fn joined(done: Option<Result<Result<()>, tokio::task::JoinError>>) -> Result<()> {
    match done {
        None => Ok(()),
        Some(Ok(result)) => result,
        Some(Err(e)) => Err(Error::internal("the upload of a pack ended early").caused_by(e)),
    }
}

impl OpenPack {
    fn new(vault: &Vault, id: PackId, generation: u32, salt: [u8; 32]) -> OpenPack {
        let header = &vault.header;
        let identity = PackIdentity {
            suite: header.suite,
            key_id: header.key_id,
            salt,
            id,
            generation,
        };
        let key = vault.keys.object(identity.suite, &salt, &id.0, generation);
        OpenPack {
            identity,
            key,
            bytes: identity.encode_header(),
            entries: Vec::new(),
        }
    }

    fn append(&mut self, ordinal: u32, blob: &Blob<'_>) -> (Address, u64) {
        let offset = self.bytes.len();
        self.bytes.extend_from_slice(blob.payload);
        let data = self.associated_data(blob.codec, ordinal, blob.raw_len);
        self.key.seal(&data, &mut self.bytes, offset);
        let stored = &self.bytes[offset..];
        let stored_len = u32::try_from(stored.len()).expect("a blob is below 5 MiB");
        self.entries.push(BlobEntry {
            ordinal,
            offset: u32::try_from(offset).expect("a pack is below 64 MiB"),
            stored_len,
            checksum: checksum(stored),
            kind: blob.kind,
            codec: blob.codec,
            raw_len: blob.raw_len,
            digest: blob.digest,
        });
        (
            Address {
                pack: self.identity.id,
                ordinal,
                slot: 0,
            },
            u64::from(stored_len),
        )
    }

    fn associated_data(&self, codec: Codec, ordinal: u32, raw_len: u32) -> AssociatedData {
        AssociatedData {
            version: VERSION,
            kind: ObjectKind::Pack,
            codec,
            key_id: self.identity.key_id,
            object_id: self.identity.id.0,
            ordinal,
            raw_len,
        }
    }

    fn finish(mut self) -> Bytes {
        let directory = self.bytes.len();
        self.bytes.extend(encode_plain(&self.entries));
        let sealed = self.bytes.len();
        self.bytes.extend(encode_sealed(&self.entries));
        let raw_len = u32::try_from(self.bytes.len() - sealed).expect("a pack is below 64 MiB");
        let data = self.associated_data(Codec::Raw, DIRECTORY_ORDINAL, raw_len);
        self.key.seal(&data, &mut self.bytes, sealed);
        let sum = checksum(&self.bytes[directory..]);
        let len = |bytes: usize| u32::try_from(bytes).expect("a pack is below 64 MiB");
        let sealed_len = len(self.bytes.len() - sealed);
        let total = len(self.bytes.len() + coffer_core::format::pack::TRAILER_BYTES);
        let blobs = len(self.entries.len());
        self.bytes.extend(encode_trailer(
            &self.identity,
            blobs,
            sealed_len,
            total,
            sum,
        ));
        self.bytes.into()
    }
}
