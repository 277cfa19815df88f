//! Objects that hold one sealed record: manifests, sessions, condemnations, state, log, index.
//!
//! | offset | size | field |
//! |-------:|-----:|-------|
//! | 0 | 8 | magic and kind |
//! | 8 | 2 | version |
//! | 10 | 1 | suite |
//! | 11 | 1 | codec of the body |
//! | 12 | 4 | key id |
//! | 16 | 32 | salt |
//! | 48 | 16 | object id: the first half of BLAKE3 of the object's name |
//! | 64 | 4 | raw length of the body |
//! | 68 | 4 | sealed length of the body, B |
//! | 72 | B | body, sealed |
//! | 72 + B | 32 | the salt again |
//! | 104 + B | 8 | XXH3-64 of everything before |

use super::{Codec, Fields, FormatError, ObjectKind, Suite, checked, finish, start};

/// Largest record that is read or written, before sealing.
pub const RAW_MAX: u32 = 64 << 20;

const HEADER_BYTES: usize = 72;

/// An object that holds one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// What it is.
    pub kind: ObjectKind,
    /// Version it was written with.
    pub version: u16,
    /// How the body is protected.
    pub suite: Suite,
    /// How the body was packed before.
    pub codec: Codec,
    /// Key domain.
    pub key_id: u32,
    /// What the object's key is made from.
    pub salt: [u8; 32],
    /// Which object it is: tells exchanged objects without the key.
    pub object_id: [u8; 16],
    /// Length of the plain body.
    pub raw_len: u32,
    /// The body, sealed.
    pub body: Vec<u8>,
}

impl Envelope {
    /// The object's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = start(self.kind);
        out.reserve(self.body.len() + HEADER_BYTES + 40);
        out.push(self.suite as u8);
        out.push(self.codec as u8);
        out.extend(self.key_id.to_le_bytes());
        out.extend(self.salt);
        out.extend(self.object_id);
        out.extend(self.raw_len.to_le_bytes());
        out.extend(
            u32::try_from(self.body.len())
                .expect("capped by RAW_MAX")
                .to_le_bytes(),
        );
        out.extend(&self.body);
        out.extend(self.salt);
        finish(out)
    }

    /// Reads an object of `kind`; `what` names it in errors.
    pub fn decode(
        bytes: &[u8],
        kind: ObjectKind,
        what: &'static str,
    ) -> Result<Envelope, FormatError> {
        let mut fields = Fields(bytes);
        let version = fields.start(kind, what)?;
        let mut fields = Fields(&checked(bytes, what)?[10..]);
        let suite = Suite::from_u8(fields.u8()?).ok_or(FormatError::Field("suite"))?;
        let codec = Codec::from_u8(fields.u8()?).ok_or(FormatError::Field("codec"))?;
        let key_id = fields.u32()?;
        let salt = fields.bytes()?;
        let object_id = fields.bytes()?;
        let raw_len = fields.u32()?;
        if raw_len > RAW_MAX {
            return Err(FormatError::Field("raw length"));
        }
        let len = fields.u32()? as usize;
        let body = fields.slice(len)?.to_vec();
        if fields.bytes::<32>()? != salt {
            return Err(FormatError::Field("the second salt"));
        }
        if !fields.0.is_empty() {
            return Err(FormatError::Length(bytes.len() as u64));
        }
        Ok(Envelope {
            kind,
            version,
            suite,
            codec,
            key_id,
            salt,
            object_id,
            raw_len,
            body,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Envelope {
        Envelope {
            kind: ObjectKind::Manifest,
            version: 1,
            suite: Suite::Aes256Gcm,
            codec: Codec::Zstd,
            key_id: 7,
            salt: [3; 32],
            object_id: [9; 16],
            raw_len: 99,
            body: vec![1, 2, 3, 4],
        }
    }

    #[test]
    fn version_1_bytes_stay_readable() {
        let expected = concat!(
            "434f464645521a05",
            "0100",
            "01",
            "01",
            "07000000",
            "0303030303030303030303030303030303030303030303030303030303030303",
            "09090909090909090909090909090909",
            "63000000",
            "04000000",
            "01020304",
            "0303030303030303030303030303030303030303030303030303030303030303",
        );
        let bytes = sample().encode();
        assert_eq!(hex::encode(&bytes[..bytes.len() - 8]), expected);
        assert_eq!(
            Envelope::decode(&bytes, ObjectKind::Manifest, "manifest"),
            Ok(sample())
        );
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let good = sample().encode();
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(
                Envelope::decode(&bad, ObjectKind::Manifest, "manifest").is_err(),
                "bit {bit}"
            );
        }
        for len in 0..good.len() {
            assert!(Envelope::decode(&good[..len], ObjectKind::Manifest, "manifest").is_err());
        }
    }
}
