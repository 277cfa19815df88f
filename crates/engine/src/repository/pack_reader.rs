//! Reads blobs out of packs.
//!
//! A reader tries the generation it knows; when that is gone it lists the pack's folder and takes
//! the highest that can be read: one that was written in part never took the place of the one
//! before it. Directories are cached by pack with their generation (decision F6); a read that finds
//! its generation gone drops the directory, and whoever asked loads it anew ([`RESOLVES`] times).

use std::cell::RefCell;
use std::sync::Arc;

use bytes::Bytes;
use coffer_core::format::pack::{BlobEntry, HEADER_BYTES, TRAILER_BYTES, Trailer, join_directory};
use coffer_core::format::{
    AssociatedData, Codec, DIRECTORY_ORDINAL, FormatError, ObjectKind, TAG_BYTES, VERSION,
    checksum, name,
};
use coffer_core::ids::PackId;
use coffer_core::map::Address;
use coffer_core::{Error, Kind, Result};

use super::crypto::{Keys, ObjectKey};
use super::{Vault, damaged};

/// Bytes asked for at the end of a pack: the directory of a pack of 32 MiB at 64 KiB chunks is 80 KB.
const SUFFIX_BYTES: u64 = 128 * 1024;

/// How often a directory is loaded anew because its pack was compacted meanwhile. Twice at once is
/// rare: between two compactions lies a wait for all writers.
pub(crate) const RESOLVES: usize = 3;

/// A pack's directory and key.
pub struct Directory {
    /// The pack.
    pub id: PackId,
    /// Its generation.
    pub generation: u32,
    /// Length of the whole pack.
    pub pack_len: u64,
    /// Its blobs, ordinals ascending.
    pub entries: Vec<BlobEntry>,
    pub(super) salt: [u8; 32],
    key: ObjectKey,
    key_id: u32,
}

impl Directory {
    /// The blob with this ordinal.
    pub fn entry(&self, ordinal: u32) -> Option<&BlobEntry> {
        // Without compaction the ordinal is the position.
        match self.entries.get(ordinal as usize) {
            Some(entry) if entry.ordinal == ordinal => Some(entry),
            _ => {
                let at = self
                    .entries
                    .binary_search_by_key(&ordinal, |e| e.ordinal)
                    .ok()?;
                self.entries.get(at)
            }
        }
    }

    /// Memory it takes, in bytes.
    pub fn weight(&self) -> u64 {
        (self.entries.len() * size_of::<BlobEntry>() + 1024) as u64
    }

    /// Plain bytes of a blob from its stored bytes; checks seal, length and digest.
    ///
    /// The error says which of them failed, without naming the blob.
    pub fn open(
        &self,
        keys: &Keys,
        entry: &BlobEntry,
        stored: &[u8],
    ) -> Result<Vec<u8>, &'static str> {
        let mut plain = vec![0; entry.raw_len as usize];
        self.open_into(keys, entry, stored, &mut plain)?;
        Ok(plain)
    }

    fn associated_data(&self, entry: &BlobEntry) -> AssociatedData {
        AssociatedData {
            version: VERSION,
            kind: ObjectKind::Pack,
            codec: entry.codec,
            key_id: self.key_id,
            object_id: self.id.0,
            ordinal: entry.ordinal,
            raw_len: entry.raw_len,
        }
    }

    /// A blob's bytes as they were packed before sealing; none where the seal does not open.
    pub(super) fn unseal(&self, entry: &BlobEntry, stored: &[u8]) -> Option<Vec<u8>> {
        self.key.open(&self.associated_data(entry), stored)
    }

    /// The same into `plain`, which has the blob's length. After an error it holds nothing of use.
    pub fn open_into(
        &self,
        keys: &Keys,
        entry: &BlobEntry,
        stored: &[u8],
        plain: &mut [u8],
    ) -> Result<(), &'static str> {
        let data = self.associated_data(entry);
        // The seal covers all that the checksum does: that one is looked at only to say whether the
        // bytes are damaged or of another key.
        let damaged = "its checksum does not match";
        if stored.len() != entry.stored_len as usize {
            return Err(damaged);
        }
        let sealed = || match checksum(stored) == entry.checksum {
            true => "its seal does not open",
            false => damaged,
        };
        let packed_len = stored.len().checked_sub(TAG_BYTES).ok_or_else(sealed)?;
        match entry.codec {
            Codec::Raw if packed_len != plain.len() => return Err("its length differs"),
            Codec::Raw => {
                if !self.key.open_into(&data, stored, plain) {
                    return Err(sealed());
                }
            }
            Codec::Zstd => with_unpacker(|unpacker, packed| {
                packed.resize(packed_len, 0);
                if !self.key.open_into(&data, stored, packed) {
                    return Err(sealed());
                }
                match unpacker.decompress_to_buffer(packed, plain) {
                    Ok(len) if len == plain.len() => Ok(()),
                    Ok(_) => Err("its length differs"),
                    Err(_) => Err("it does not decompress"),
                }
            })?,
        }
        match keys.digest(entry.kind, plain) == entry.digest {
            true => Ok(()),
            false => Err("it does not match its digest"),
        }
    }
}

/// Runs `work` with the thread's decompressor and a buffer for what it reads: making either anew
/// for each blob costs more than some blobs do.
fn with_unpacker<T>(
    work: impl FnOnce(&mut zstd::bulk::Decompressor<'static>, &mut Vec<u8>) -> Result<T, &'static str>,
) -> Result<T, &'static str> {
    type Unpacker = (zstd::bulk::Decompressor<'static>, Vec<u8>);
    thread_local! {
        static UNPACKER: RefCell<Option<Unpacker>> = const { RefCell::new(None) };
    }
    UNPACKER.with_borrow_mut(|slot| {
        let unpacker = match slot {
            Some(unpacker) => unpacker,
            None => {
                let made = zstd::bulk::Decompressor::new();
                slot.insert((
                    made.map_err(|_| "there is no memory to decompress it")?,
                    Vec::new(),
                ))
            }
        };
        work(&mut unpacker.0, &mut unpacker.1)
    })
}

/// Reads the directory at the end of a pack's bytes. `tail` is the end of the pack, or all of it.
///
/// Returns none where `tail` is too short for the directory, with the number of bytes needed.
fn parse_directory(
    vault: &Vault,
    id: PackId,
    generation: u32,
    tail: &[u8],
    pack_len: u64,
) -> Result<Result<Directory, u64>, FormatError> {
    let trailer = Trailer::decode(tail, pack_len)?;
    if (trailer.identity.id, trailer.identity.generation) != (id, generation) {
        return Err(FormatError::Field("pack id: the pack is another one's"));
    }
    if trailer.identity.suite != vault.header.suite {
        return Err(FormatError::Field("suite"));
    }
    let needed = trailer.directory_len() + TRAILER_BYTES as u64;
    if (tail.len() as u64) < needed {
        return Ok(Err(needed));
    }
    let bytes = &tail[tail.len() - needed as usize..tail.len() - TRAILER_BYTES];
    let (plain, sealed) = trailer.split_directory(bytes)?;
    let identity = trailer.identity;
    let key = vault
        .keys
        .object(identity.suite, &identity.salt, &id.0, generation);
    let data = AssociatedData {
        version: VERSION,
        kind: ObjectKind::Pack,
        codec: Codec::Raw,
        key_id: identity.key_id,
        object_id: id.0,
        ordinal: DIRECTORY_ORDINAL,
        raw_len: u32::try_from(sealed.len().saturating_sub(coffer_core::format::TAG_BYTES))
            .map_err(|_| FormatError::Length(pack_len))?,
    };
    let opened = key
        .open(&data, sealed)
        .ok_or(FormatError::Checksum("sealed part of the directory"))?;
    let entries = join_directory(&plain, &opened)?;
    Ok(Ok(Directory {
        id,
        generation,
        pack_len,
        entries,
        salt: identity.salt,
        key,
        key_id: identity.key_id,
    }))
}

impl Vault {
    /// The pack's directory, from the cache or the store. None where the pack is not there.
    pub async fn directory(&self, id: PackId) -> Result<Option<Arc<Directory>>> {
        if let Some(cached) = self.directories.get(&id) {
            return Ok(Some(cached));
        }
        let Some(directory) = self.present_directory(id).await? else {
            return Ok(None);
        };
        let directory = Arc::new(directory);
        self.directories.insert(id, directory.clone());
        Ok(Some(directory))
    }

    /// The pack's directory as it is in the store now, past the cache. None where the pack is not
    /// there.
    ///
    /// For those who read what a map names. The generation of most packs is 0, so that one is tried
    /// first; where it is a lower one than others, it holds what they hold, and more.
    pub async fn present_directory(&self, id: PackId) -> Result<Option<Directory>> {
        match self.read_directory(id, 0).await {
            Ok(Some(directory)) => Ok(Some(directory)),
            Ok(None) => self.newest_directory(id).await,
            Err(e) if e.kind == Kind::Data => {
                let newest = self.newest_directory(id).await?;
                newest.map_or(Err(e), |found| Ok(Some(found)))
            }
            Err(e) => Err(e),
        }
    }

    /// The directory of the pack's highest generation that can be read, past the cache. None where
    /// the pack is not there.
    ///
    /// For those who look for blobs to refer to, or to rewrite: what a lower generation holds beyond
    /// this one has gone, though a late write may have brought it back.
    pub async fn newest_directory(&self, id: PackId) -> Result<Option<Directory>> {
        self.newest_directory_of(id, None).await
    }

    /// The same, where a list of the pack's generations is at hand, the highest first.
    pub(crate) async fn newest_directory_of(
        &self,
        id: PackId,
        mut listed: Option<Vec<u32>>,
    ) -> Result<Option<Directory>> {
        let mut damage = None;
        // A list is no snapshot: it may miss one generation because it came too early, and the one
        // before it because it came too late. Then a later list finds one.
        for look in 0..RESOLVES {
            let generations = match listed.take() {
                Some(listed) => listed,
                None => self.generations(id).await?,
            };
            if generations.is_empty() && look > 0 {
                break;
            }
            for generation in generations {
                match self.read_directory(id, generation).await {
                    Ok(Some(directory)) => return Ok(Some(directory)),
                    Ok(None) => {}
                    Err(e) if e.kind == Kind::Data => damage = Some(e),
                    Err(e) => return Err(e),
                }
            }
            if damage.is_some() {
                break;
            }
        }
        damage.map_or(Ok(None), Err)
    }

    /// Reads and checks one generation's directory, past the cache.
    pub async fn read_directory(&self, id: PackId, generation: u32) -> Result<Option<Directory>> {
        let name = name::pack(id, generation);
        let mut len = SUFFIX_BYTES;
        loop {
            let Some((tail, pack_len)) = self.store.get_suffix(&name, len).await? else {
                return Ok(None);
            };
            match parse_directory(self, id, generation, &tail, pack_len) {
                Ok(Ok(directory)) => return Ok(Some(directory)),
                Ok(Err(needed)) if needed > len => len = needed,
                Ok(Err(_)) => return Err(damaged(&name, FormatError::Length(pack_len))),
                Err(e) => return Err(damaged(&name, e)),
            }
        }
    }

    /// Reads and checks the directory of a pack whose bytes are all at hand.
    pub fn parse_pack(&self, id: PackId, generation: u32, bytes: &[u8]) -> Result<Directory> {
        let name = name::pack(id, generation);
        let header = coffer_core::format::pack::PackIdentity::decode_header(bytes)
            .map_err(|e| damaged(&name, e))?;
        let parsed = parse_directory(self, id, generation, bytes, bytes.len() as u64)
            .map_err(|e| damaged(&name, e))?;
        let directory =
            parsed.map_err(|_| damaged(&name, FormatError::Length(bytes.len() as u64)))?;
        let trailer = Trailer::decode(bytes, bytes.len() as u64).map_err(|e| damaged(&name, e))?;
        if header != trailer.identity {
            return Err(damaged(
                &name,
                FormatError::Field("header: it differs from the trailer"),
            ));
        }
        Ok(directory)
    }

    /// The generations of a pack that are there, the highest first.
    pub(crate) async fn generations(&self, id: PackId) -> Result<Vec<u32>> {
        let listed = self.store.list(&name::pack_folder(id.session())).await?;
        let parsed = listed
            .iter()
            .filter_map(|object| name::parse_pack(&object.name));
        let mut found: Vec<u32> = parsed
            .filter(|(pack, _)| *pack == id)
            .map(|(_, generation)| generation)
            .collect();
        found.sort_unstable_by(|a, b| b.cmp(a));
        Ok(found)
    }

    /// Forgets a directory: the pack has another one now.
    pub(crate) fn forget_directory(&self, id: PackId) {
        self.directories.remove(&id);
    }

    /// Stored bytes `start..end` of a pack of a directory's generation.
    ///
    /// Fails with `NotFound` where that generation is gone: load the directory anew.
    pub async fn read_pack(&self, directory: &Directory, start: u64, end: u64) -> Result<Bytes> {
        let name = name::pack(directory.id, directory.generation);
        let last = directory.pack_len.saturating_sub(TRAILER_BYTES as u64);
        debug_assert!(
            start >= HEADER_BYTES as u64 && end <= last,
            "inside the blobs"
        );
        match self.store.get_range(&name, start, end).await? {
            Some(bytes) => Ok(bytes),
            None => {
                self.directories.remove(&directory.id);
                Err(Error::not_found(format!("pack `{name}` is gone")))
            }
        }
    }

    /// Directory and entry of a blob; `Data` where either is missing.
    pub async fn locate(&self, address: Address) -> Result<(Arc<Directory>, BlobEntry)> {
        let missing = |what: &str| {
            Error::data(format!("pack {}: {what}", address.pack))
                .hint("Run \"coffer repo verify\"; restore another backup meanwhile.")
        };
        let directory = self
            .directory(address.pack)
            .await?
            .ok_or_else(|| missing("it is missing"))?;
        let entry = directory
            .entry(address.ordinal)
            .copied()
            .filter(|_| address.slot == 0);
        let entry =
            entry.ok_or_else(|| missing(&format!("blob {} is missing", address.ordinal)))?;
        Ok((directory, entry))
    }
}
