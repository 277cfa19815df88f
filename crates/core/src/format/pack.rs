//! Packs: sealed blobs one after the other, then a directory.
//!
//! Header, 80 bytes:
//!
//! | offset | size | field |
//! |-------:|-----:|-------|
//! | 0 | 8 | magic and kind 3 |
//! | 8 | 2 | version |
//! | 10 | 1 | suite |
//! | 11 | 1 | zero |
//! | 12 | 4 | key id |
//! | 16 | 32 | salt |
//! | 48 | 16 | pack id |
//! | 64 | 4 | generation |
//! | 68 | 4 | zero |
//! | 72 | 8 | XXH3-64 of everything before |
//!
//! Then the blobs without gaps, then the directory, then the trailer. The plain directory has 20
//! bytes for each blob, in the order of the blobs: ordinal (4), offset in the pack (4), stored
//! length (4), XXH3-64 of the stored bytes (8). The sealed directory has 40 for each, in the same
//! order: kind (1), codec (1), zero (2), raw length (4), digest (32); it is sealed as a whole with
//! ordinal 2^32-1.
//!
//! Trailer, 96 bytes:
//!
//! | offset | size | field |
//! |-------:|-----:|-------|
//! | 0 | 8 | magic and kind 4 |
//! | 8 | 2 | version |
//! | 10 | 1 | suite |
//! | 11 | 1 | zero |
//! | 12 | 4 | key id |
//! | 16 | 32 | salt, as in the header |
//! | 48 | 16 | pack id |
//! | 64 | 4 | generation |
//! | 68 | 4 | number of blobs, N |
//! | 72 | 4 | length of the sealed directory: 40 N + 16 |
//! | 76 | 4 | length of the whole pack |
//! | 80 | 8 | XXH3-64 of both directories |
//! | 88 | 8 | XXH3-64 of the trailer before this |

use super::{
    Codec, Fields, FormatError, ObjectKind, Suite, TAG_BYTES, checked, checksum, finish, start,
};
use crate::digest::Digest;
use crate::ids::PackId;

/// Length of a pack's header.
pub const HEADER_BYTES: usize = 80;
/// Length of a pack's trailer.
pub const TRAILER_BYTES: usize = 96;
/// Bytes of the plain directory for each blob.
pub const PLAIN_ENTRY_BYTES: usize = 20;
/// Bytes of the sealed directory for each blob.
pub const SEALED_ENTRY_BYTES: usize = 40;
/// No pack is larger than this, whatever it says.
pub const PACK_BYTES_MAX: u32 = 64 << 20;
/// No pack holds more blobs than this: its directory stays below 1 MiB.
pub const PACK_BLOBS_MAX: u32 = 16_384;

/// What a blob holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum BlobKind {
    /// A chunk of a disk.
    Chunk = 1,
    /// A node of a block map.
    Node = 2,
}

/// What identifies a pack; in its header and trailer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackIdentity {
    /// How blobs are protected.
    pub suite: Suite,
    /// Key domain.
    pub key_id: u32,
    /// What the pack's key is made from.
    pub salt: [u8; 32],
    /// The pack.
    pub id: PackId,
    /// 0 as written first, one more after each compaction.
    pub generation: u32,
}

impl PackIdentity {
    fn put(&self, kind: ObjectKind) -> Vec<u8> {
        let mut out = start(kind);
        out.extend([self.suite as u8, 0]);
        out.extend(self.key_id.to_le_bytes());
        out.extend(self.salt);
        out.extend(self.id.0);
        out.extend(self.generation.to_le_bytes());
        out
    }

    fn get(fields: &mut Fields<'_>) -> Result<PackIdentity, FormatError> {
        let suite = Suite::from_u8(fields.u8()?).ok_or(FormatError::Field("suite"))?;
        if fields.u8()? != 0 {
            return Err(FormatError::Field("reserved byte"));
        }
        Ok(PackIdentity {
            suite,
            key_id: fields.u32()?,
            salt: fields.bytes()?,
            id: PackId(fields.bytes()?),
            generation: fields.u32()?,
        })
    }

    /// The pack's first 80 bytes.
    pub fn encode_header(&self) -> Vec<u8> {
        let mut out = self.put(ObjectKind::Pack);
        out.extend([0; 4]);
        finish(out)
    }

    /// Reads the first 80 bytes of a pack.
    pub fn decode_header(bytes: &[u8]) -> Result<PackIdentity, FormatError> {
        Fields(bytes).start(ObjectKind::Pack, "pack")?;
        let header = bytes
            .get(..HEADER_BYTES)
            .ok_or(FormatError::Length(bytes.len() as u64))?;
        let mut fields = Fields(&checked(header, "pack header")?[10..]);
        let identity = PackIdentity::get(&mut fields)?;
        match fields.u32()? {
            0 => Ok(identity),
            _ => Err(FormatError::Field("reserved bytes")),
        }
    }
}

/// One blob, as the directory has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobEntry {
    /// Number of the blob; ascending, not always without gaps.
    pub ordinal: u32,
    /// Where it starts in the pack.
    pub offset: u32,
    /// Length of the sealed bytes.
    pub stored_len: u32,
    /// XXH3-64 of the sealed bytes.
    pub checksum: u64,
    /// What it holds.
    pub kind: BlobKind,
    /// How its plain bytes were packed.
    pub codec: Codec,
    /// Length of its plain bytes.
    pub raw_len: u32,
    /// Keyed digest of its plain bytes.
    pub digest: Digest,
}

/// The part of a blob's entry that needs no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlainEntry {
    /// Number of the blob.
    pub ordinal: u32,
    /// Where it starts in the pack.
    pub offset: u32,
    /// Length of the sealed bytes.
    pub stored_len: u32,
    /// XXH3-64 of the sealed bytes.
    pub checksum: u64,
}

/// The plain directory's bytes.
pub fn encode_plain(entries: &[BlobEntry]) -> Vec<u8> {
    let mut out = Vec::with_capacity(entries.len() * PLAIN_ENTRY_BYTES);
    for entry in entries {
        out.extend(entry.ordinal.to_le_bytes());
        out.extend(entry.offset.to_le_bytes());
        out.extend(entry.stored_len.to_le_bytes());
        out.extend(entry.checksum.to_le_bytes());
    }
    out
}

/// The sealed directory's bytes, before sealing.
pub fn encode_sealed(entries: &[BlobEntry]) -> Vec<u8> {
    let mut out = Vec::with_capacity(entries.len() * SEALED_ENTRY_BYTES + TAG_BYTES);
    for entry in entries {
        out.extend([entry.kind as u8, entry.codec as u8, 0, 0]);
        out.extend(entry.raw_len.to_le_bytes());
        out.extend(entry.digest.0);
    }
    out
}

/// The trailer's bytes.
pub fn encode_trailer(
    identity: &PackIdentity,
    blobs: u32,
    sealed_len: u32,
    pack_len: u32,
    directory_checksum: u64,
) -> Vec<u8> {
    let mut out = identity.put(ObjectKind::PackTrailer);
    out.extend(blobs.to_le_bytes());
    out.extend(sealed_len.to_le_bytes());
    out.extend(pack_len.to_le_bytes());
    out.extend(directory_checksum.to_le_bytes());
    finish(out)
}

/// A pack's trailer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trailer {
    /// Which pack.
    pub identity: PackIdentity,
    /// Number of blobs.
    pub blobs: u32,
    /// Length of the whole pack.
    pub pack_len: u32,
    directory_checksum: u64,
}

impl Trailer {
    /// Reads the trailer from the last bytes of a pack that is `pack_len` bytes long.
    pub fn decode(tail: &[u8], pack_len: u64) -> Result<Trailer, FormatError> {
        let at = tail
            .len()
            .checked_sub(TRAILER_BYTES)
            .ok_or(FormatError::Length(pack_len))?;
        let bytes = &tail[at..];
        Fields(bytes).start(ObjectKind::PackTrailer, "pack with its trailer")?;
        let mut fields = Fields(&checked(bytes, "pack trailer")?[10..]);
        let identity = PackIdentity::get(&mut fields)?;
        let (blobs, sealed_len, len) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let trailer = Trailer {
            identity,
            blobs,
            pack_len: len,
            directory_checksum: fields.u64()?,
        };
        let directory = trailer.directory_len();
        let fits = u64::from(len) == pack_len
            && len <= PACK_BYTES_MAX
            && blobs <= PACK_BLOBS_MAX
            && u64::from(sealed_len) == trailer.sealed_len()
            && directory + (HEADER_BYTES + TRAILER_BYTES) as u64 <= pack_len;
        if !fits {
            return Err(FormatError::Length(pack_len));
        }
        Ok(trailer)
    }

    fn sealed_len(&self) -> u64 {
        u64::from(self.blobs) * SEALED_ENTRY_BYTES as u64 + TAG_BYTES as u64
    }

    /// Length of both directories together.
    pub fn directory_len(&self) -> u64 {
        u64::from(self.blobs) * PLAIN_ENTRY_BYTES as u64 + self.sealed_len()
    }

    /// Where the directories start in the pack: the end of the last blob.
    pub fn directory_offset(&self) -> u64 {
        u64::from(self.pack_len) - TRAILER_BYTES as u64 - self.directory_len()
    }

    /// Splits the directories' bytes into the plain entries and the sealed part, checked.
    pub fn split_directory<'a>(
        &self,
        bytes: &'a [u8],
    ) -> Result<(Vec<PlainEntry>, &'a [u8]), FormatError> {
        if bytes.len() as u64 != self.directory_len() {
            return Err(FormatError::Length(bytes.len() as u64));
        }
        if checksum(bytes) != self.directory_checksum {
            return Err(FormatError::Checksum("pack directory"));
        }
        let (plain, sealed) = bytes.split_at(self.blobs as usize * PLAIN_ENTRY_BYTES);
        let mut fields = Fields(plain);
        let mut entries: Vec<PlainEntry> = Vec::with_capacity(self.blobs as usize);
        let mut end = HEADER_BYTES as u64;
        for _ in 0..self.blobs {
            let entry = PlainEntry {
                ordinal: fields.u32()?,
                offset: fields.u32()?,
                stored_len: fields.u32()?,
                checksum: fields.u64()?,
            };
            let ascending = entries
                .last()
                .is_none_or(|last| last.ordinal < entry.ordinal);
            let long_enough = entry.stored_len as usize >= TAG_BYTES;
            if !ascending || !long_enough || u64::from(entry.offset) != end {
                return Err(FormatError::Field("a directory entry"));
            }
            end += u64::from(entry.stored_len);
            entries.push(entry);
        }
        if end != self.directory_offset() {
            return Err(FormatError::Field("the end of the last blob"));
        }
        Ok((entries, sealed))
    }
}

/// Joins the plain entries with the opened sealed part.
pub fn join_directory(plain: &[PlainEntry], opened: &[u8]) -> Result<Vec<BlobEntry>, FormatError> {
    if opened.len() != plain.len() * SEALED_ENTRY_BYTES {
        return Err(FormatError::Length(opened.len() as u64));
    }
    let mut fields = Fields(opened);
    plain
        .iter()
        .map(|plain| {
            let kind = match fields.u8()? {
                1 => BlobKind::Chunk,
                2 => BlobKind::Node,
                _ => return Err(FormatError::Field("blob kind")),
            };
            let codec = Codec::from_u8(fields.u8()?).ok_or(FormatError::Field("codec"))?;
            if fields.u16()? != 0 {
                return Err(FormatError::Field("reserved bytes"));
            }
            let raw_len = fields.u32()?;
            if raw_len > 4 << 20 {
                return Err(FormatError::Field("raw length"));
            }
            Ok(BlobEntry {
                ordinal: plain.ordinal,
                offset: plain.offset,
                stored_len: plain.stored_len,
                checksum: plain.checksum,
                kind,
                codec,
                raw_len,
                digest: Digest(fields.bytes()?),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> PackIdentity {
        PackIdentity {
            suite: Suite::Aes256Gcm,
            key_id: 1,
            salt: [0x55; 32],
            id: PackId([0x66; 16]),
            generation: 0,
        }
    }

    fn entries() -> Vec<BlobEntry> {
        let entry = |ordinal, offset, stored_len| BlobEntry {
            ordinal,
            offset,
            stored_len,
            checksum: 0x0102_0304_0506_0708,
            kind: BlobKind::Chunk,
            codec: Codec::Zstd,
            raw_len: 65_536,
            digest: Digest([0x77; 32]),
        };
        vec![entry(0, 80, 100), entry(2, 180, 16)]
    }

    /// A pack with two blobs; the "sealed" directory is the plain one and a tag of zeroes.
    fn sample() -> Vec<u8> {
        let mut pack = identity().encode_header();
        pack.extend([0xee; 116]);
        let mut directory = encode_plain(&entries());
        directory.extend(encode_sealed(&entries()));
        directory.extend([0; TAG_BYTES]);
        let sealed_len = (2 * SEALED_ENTRY_BYTES + TAG_BYTES) as u32;
        let len = (pack.len() + directory.len() + TRAILER_BYTES) as u32;
        let sum = checksum(&directory);
        pack.extend(directory);
        pack.extend(encode_trailer(&identity(), 2, sealed_len, len, sum));
        pack
    }

    fn decode(pack: &[u8]) -> Result<Vec<BlobEntry>, FormatError> {
        PackIdentity::decode_header(pack)?;
        let trailer = Trailer::decode(pack, pack.len() as u64)?;
        let start = trailer.directory_offset() as usize;
        let end = pack.len() - TRAILER_BYTES;
        let (plain, sealed) = trailer.split_directory(&pack[start..end])?;
        join_directory(&plain, &sealed[..sealed.len() - TAG_BYTES])
    }

    #[test]
    fn version_1_bytes_stay_readable() {
        let pack = sample();
        let header = concat!(
            "434f464645521a03",
            "0100",
            "01",
            "00",
            "01000000",
            "5555555555555555555555555555555555555555555555555555555555555555",
            "66666666666666666666666666666666",
            "00000000",
            "00000000",
        );
        let directory = concat!(
            "00000000",
            "50000000",
            "64000000",
            "0807060504030201",
            "02000000",
            "b4000000",
            "10000000",
            "0807060504030201",
            "01010000",
            "00000100",
            "7777777777777777777777777777777777777777777777777777777777777777",
        );
        assert_eq!(hex::encode(&pack[..72]), header);
        assert_eq!(hex::encode(&pack[196..276]), directory);
        assert_eq!(decode(&pack), Ok(entries()));
    }

    #[test]
    fn damage_outside_the_blobs_is_found() {
        let good = sample();
        for at in (0..80).chain(196..good.len()) {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            assert!(decode(&bad).is_err(), "byte {at}");
        }
        for len in 0..good.len() {
            assert!(decode(&good[..len]).is_err(), "{len} bytes");
        }
        assert!(decode(&[good.as_slice(), &[0]].concat()).is_err());
    }
}
