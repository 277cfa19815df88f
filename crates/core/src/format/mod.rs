//! Stored formats, version 1: bytes in, values out. The tables are in `docs/format.md` too.
//!
//! Nothing here encrypts: the engine hands in plain or sealed bytes. Every length that comes from
//! storage is checked against what is there before anything is allocated for it.

pub mod counts;
pub mod envelope;
pub mod index;
pub mod name;
pub mod pack;
pub mod records;
pub mod vault;

use crate::error::Error;

/// The version written now. Readers take 1 ..= this.
pub const VERSION: u16 = 1;

/// First bytes of every stored object, before the kind.
pub const MAGIC: [u8; 7] = *b"COFFER\x1a";

/// What a stored object is; the eighth byte of its magic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ObjectKind {
    /// `vault`: what the repository is.
    Vault = 1,
    /// `keys/...`: the wrapped vault key.
    KeySlot = 2,
    /// `pack/...`: blobs.
    Pack = 3,
    /// The last bytes of a pack.
    PackTrailer = 4,
    /// `backup/...`: a manifest or a tombstone.
    Manifest = 5,
    /// `session/...`: somebody is writing or reading.
    Session = 6,
    /// `condemn/...`: what reclaim is about to delete.
    Condemnation = 7,
    /// `state/...`: changed attributes of backups.
    State = 8,
    /// `log/...`: packs and backups added and removed.
    Log = 9,
    /// `index/...`: sampled digests and the packs of their chunks.
    Index = 10,
    /// `alias/...`: moved packs; reserved.
    Alias = 11,
    /// `tally/...` and `counts/...`: how often blobs are referred to.
    Counts = 12,
}

impl ObjectKind {
    /// The kind with this number.
    pub fn from_u8(number: u8) -> Option<ObjectKind> {
        use ObjectKind::*;
        [
            Vault,
            KeySlot,
            Pack,
            PackTrailer,
            Manifest,
            Session,
            Condemnation,
            State,
            Log,
            Index,
            Alias,
            Counts,
        ]
        .into_iter()
        .find(|&kind| kind as u8 == number)
    }
}

/// How objects are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Suite {
    /// Readable, with a keyed BLAKE3 tag of 16 bytes in the place of the AEAD's.
    Tagged = 0,
    /// AES-256-GCM, tag of 16 bytes.
    Aes256Gcm = 1,
}

impl Suite {
    /// The suite with this number.
    pub fn from_u8(number: u8) -> Option<Suite> {
        [Suite::Tagged, Suite::Aes256Gcm]
            .into_iter()
            .find(|&suite| suite as u8 == number)
    }
}

/// How plain bytes were packed before sealing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Codec {
    /// As they are.
    Raw = 0,
    /// One zstd frame.
    Zstd = 1,
}

impl Codec {
    /// The codec with this number.
    pub fn from_u8(number: u8) -> Option<Codec> {
        [Codec::Raw, Codec::Zstd]
            .into_iter()
            .find(|&codec| codec as u8 == number)
    }
}

/// Bytes that both suites add to what they seal.
pub const TAG_BYTES: usize = 16;

/// Why stored bytes cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Shorter than its own lengths say, or longer.
    #[error("{0} bytes do not fit what the object says of itself")]
    Length(u64),
    /// Not an object of this kind.
    #[error("not a {0}")]
    Magic(&'static str),
    /// Written by a newer version.
    #[error("format version {0} is newer than this program")]
    Version(u16),
    /// A checksum does not match: the bytes are damaged.
    #[error("the checksum of the {0} does not match")]
    Checksum(&'static str),
    /// A field holds what no writer writes.
    #[error("{0} is out of range")]
    Field(&'static str),
}

impl From<FormatError> for Error {
    fn from(error: FormatError) -> Error {
        let text = Error::data(error.to_string());
        match error {
            FormatError::Version(_) => text.hint("Use a newer version of coffer."),
            FormatError::Magic(_) => {
                text.hint("Check that the store and prefix are a coffer vault's.")
            }
            _ => text.hint("Run \"coffer repo verify\" to see what is affected."),
        }
    }
}

/// XXH3-64 of `bytes`: finds damage without a key, at memory speed. Proves nothing against malice.
pub fn checksum(bytes: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64(bytes)
}

/// True if an object of this kind says that it is of a version above [`VERSION`].
pub fn is_newer(bytes: &[u8], kind: ObjectKind) -> bool {
    matches!(Fields(bytes).start(kind, ""), Err(FormatError::Version(_)))
}

/// What is bound to sealed bytes besides their key (decision F5).
///
/// | offset | size | field |
/// |-------:|-----:|-------|
/// | 0 | 2 | version |
/// | 2 | 1 | object kind |
/// | 3 | 1 | codec |
/// | 4 | 4 | key id |
/// | 8 | 16 | object id: of a pack its id, else the first half of BLAKE3 of the object's name |
/// | 24 | 4 | ordinal: 0 for objects that hold one thing, 2^32-1 for a pack's directory |
/// | 28 | 4 | raw length |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssociatedData {
    /// Format version of the object.
    pub version: u16,
    /// Kind of the object.
    pub kind: ObjectKind,
    /// How the plain bytes were packed.
    pub codec: Codec,
    /// Key domain.
    pub key_id: u32,
    /// Which object.
    pub object_id: [u8; 16],
    /// Which part of it.
    pub ordinal: u32,
    /// Length of the plain bytes.
    pub raw_len: u32,
}

/// The ordinal whose nonce belongs to a pack's directory.
pub const DIRECTORY_ORDINAL: u32 = u32::MAX;

impl AssociatedData {
    /// The bytes that are authenticated.
    pub fn encode(&self) -> [u8; 32] {
        let mut out = [0; 32];
        out[0..2].copy_from_slice(&self.version.to_le_bytes());
        out[2] = self.kind as u8;
        out[3] = self.codec as u8;
        out[4..8].copy_from_slice(&self.key_id.to_le_bytes());
        out[8..24].copy_from_slice(&self.object_id);
        out[24..28].copy_from_slice(&self.ordinal.to_le_bytes());
        out[28..32].copy_from_slice(&self.raw_len.to_le_bytes());
        out
    }

    /// The AEAD's nonce: the ordinal, then zeroes. Unique because every key is used for one object.
    pub fn nonce(&self) -> [u8; 12] {
        let mut out = [0; 12];
        out[..4].copy_from_slice(&self.ordinal.to_le_bytes());
        out
    }
}

/// A cursor over fixed-size fields.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let len = self.0.len() as u64;
        let (head, rest) = self.0.split_first_chunk().ok_or(FormatError::Length(len))?;
        self.0 = rest;
        Ok(*head)
    }

    pub(crate) fn slice(&mut self, len: usize) -> Result<&'a [u8], FormatError> {
        let (head, rest) = self
            .0
            .split_at_checked(len)
            .ok_or(FormatError::Length(self.0.len() as u64))?;
        self.0 = rest;
        Ok(head)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, FormatError> {
        Ok(self.bytes::<1>()?[0])
    }

    pub(crate) fn u16(&mut self) -> Result<u16, FormatError> {
        Ok(u16::from_le_bytes(self.bytes()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, FormatError> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, FormatError> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    /// Magic and version.
    pub(crate) fn start(
        &mut self,
        kind: ObjectKind,
        what: &'static str,
    ) -> Result<u16, FormatError> {
        let magic: [u8; 8] = self.bytes().map_err(|_| FormatError::Magic(what))?;
        if magic[..7] != MAGIC || magic[7] != kind as u8 {
            return Err(FormatError::Magic(what));
        }
        match self.u16()? {
            0 => Err(FormatError::Field("version 0")),
            version if version > VERSION => Err(FormatError::Version(version)),
            version => Ok(version),
        }
    }
}

pub(crate) fn start(kind: ObjectKind) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    out.extend(MAGIC);
    out.push(kind as u8);
    out.extend(VERSION.to_le_bytes());
    out
}

/// Appends the checksum of everything before it.
pub(crate) fn finish(mut out: Vec<u8>) -> Vec<u8> {
    let sum = checksum(&out);
    out.extend(sum.to_le_bytes());
    out
}

/// Splits off the checksum at the end and checks it.
pub(crate) fn checked<'a>(bytes: &'a [u8], what: &'static str) -> Result<&'a [u8], FormatError> {
    let (body, sum) = bytes
        .split_last_chunk()
        .ok_or(FormatError::Length(bytes.len() as u64))?;
    if checksum(body) != u64::from_le_bytes(*sum) {
        return Err(FormatError::Checksum(what));
    }
    Ok(body)
}
