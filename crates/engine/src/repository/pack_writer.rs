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
use super::store::Created;

/// Packs on their way to the store at once: one is written while the next one is finished.
const UPLOADS: usize = 2;

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
                slot.insert(OpenPack::new(&self.vault, id)?)
            }
        };
        let placed = open.append(&blob);
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

fn joined(done: Option<Result<Result<()>, tokio::task::JoinError>>) -> Result<()> {
    match done {
        None => Ok(()),
        Some(Ok(result)) => result,
        Some(Err(e)) => Err(Error::internal("the upload of a pack ended early").caused_by(e)),
    }
}

impl OpenPack {
    fn new(vault: &Vault, id: PackId) -> Result<OpenPack> {
        let header = &vault.header;
        let salt = new_salt()?;
        let identity = PackIdentity {
            suite: header.suite,
            key_id: header.key_id,
            salt,
            id,
            generation: 0,
        };
        let key = vault.keys.object(identity.suite, &salt, &id.0, 0);
        Ok(OpenPack {
            identity,
            key,
            bytes: identity.encode_header(),
            entries: Vec::new(),
        })
    }

    fn append(&mut self, blob: &Blob<'_>) -> (Address, u64) {
        let ordinal = u32::try_from(self.entries.len()).expect("a pack is below 64 MiB");
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
