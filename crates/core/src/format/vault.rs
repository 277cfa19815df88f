//! What a repository is (`vault`) and its wrapped key (`keys/<n>.a`, `keys/<n>.b`).

use super::{Fields, FormatError, ObjectKind, Suite, TAG_BYTES, checked, finish, start};
use crate::ids::VaultId;
use crate::units::ChunkSize;

/// Object `vault` and its twin `vault.b`: written once, never changed.
///
/// | offset | size | field |
/// |-------:|-----:|-------|
/// | 0 | 8 | magic and kind 1 |
/// | 8 | 2 | version |
/// | 10 | 1 | suite |
/// | 11 | 1 | log2 of the default chunk size, 16 ..= 22 |
/// | 12 | 4 | key id of the first key domain |
/// | 16 | 16 | vault id |
/// | 32 | 4 | pack target size in bytes |
/// | 36 | 4 | pack maximum size in bytes |
/// | 40 | 8 | time of creation, milliseconds since 1970 |
/// | 48 | 16 | key check: keyed hash of bytes 0 .. 48 |
/// | 64 | 24 | zero |
/// | 88 | 8 | XXH3-64 of everything before |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultHeader {
    /// How objects are protected.
    pub suite: Suite,
    /// Chunk size of disks whose backup says nothing else.
    pub chunk_size: ChunkSize,
    /// The first key domain.
    pub key_id: u32,
    /// The vault.
    pub vault_id: VaultId,
    /// A pack is closed when it has grown to this many bytes.
    pub pack_target: u32,
    /// No pack is larger than this.
    pub pack_max: u32,
    /// Milliseconds since 1970.
    pub created_ms: i64,
    /// Keyed hash of the bytes before it: a wrong key and a forged header do not pass.
    pub key_check: [u8; 16],
}

impl VaultHeader {
    /// The bytes that the key check is made of.
    pub fn checked_bytes(&self) -> [u8; 48] {
        *self.encode().first_chunk().expect("96 bytes")
    }

    /// The object's bytes, 96 of them.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = start(ObjectKind::Vault);
        out.push(self.suite as u8);
        out.push(u8::try_from(self.chunk_size.bytes().trailing_zeros()).expect("at most 22"));
        out.extend(self.key_id.to_le_bytes());
        out.extend(self.vault_id.0.as_bytes());
        out.extend(self.pack_target.to_le_bytes());
        out.extend(self.pack_max.to_le_bytes());
        out.extend(self.created_ms.to_le_bytes());
        out.extend(self.key_check);
        out.extend([0; 24]);
        finish(out)
    }

    /// Reads the object.
    pub fn decode(bytes: &[u8]) -> Result<VaultHeader, FormatError> {
        Fields(bytes).start(ObjectKind::Vault, "vault")?;
        let mut fields = Fields(&checked(bytes, "vault header")?[10..]);
        let suite = Suite::from_u8(fields.u8()?).ok_or(FormatError::Field("suite"))?;
        let chunk_size = (1_u32.checked_shl(fields.u8()?.into()))
            .and_then(ChunkSize::new)
            .ok_or(FormatError::Field("chunk size"))?;
        let header = VaultHeader {
            suite,
            chunk_size,
            key_id: fields.u32()?,
            vault_id: VaultId(uuid::Uuid::from_bytes(fields.bytes()?)),
            pack_target: fields.u32()?,
            pack_max: fields.u32()?,
            created_ms: i64::from_le_bytes(fields.bytes()?),
            key_check: fields.bytes()?,
        };
        if fields.bytes::<24>()? != [0; 24] || !fields.0.is_empty() {
            return Err(FormatError::Length(bytes.len() as u64));
        }
        Ok(header)
    }
}

/// How the vault key is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrap {
    /// By a key of 32 bytes kept elsewhere.
    Key,
    /// By a passphrase, through Argon2id.
    Passphrase {
        /// Memory in KiB.
        memory_kib: u32,
        /// Passes.
        passes: u32,
        /// Lanes.
        lanes: u32,
    },
}

/// Object `keys/<n>.a` and its twin `.b`: one way to the vault key.
///
/// | offset | size | field |
/// |-------:|-----:|-------|
/// | 0 | 8 | magic and kind 2 |
/// | 8 | 2 | version |
/// | 10 | 1 | wrap: 1 key, 2 passphrase (Argon2id version 0x13) |
/// | 11 | 1 | zero |
/// | 12 | 4 | key id of the domain whose key is wrapped |
/// | 16 | 16 | vault id |
/// | 32 | 12 | Argon2 memory (KiB), passes, lanes; zero for a key |
/// | 44 | 32 | salt |
/// | 76 | 8 | time of creation, milliseconds since 1970 |
/// | 84 | 48 | vault key, sealed with AES-256-GCM (nonce zero; the bytes before are authenticated) |
/// | 132 | 8 | XXH3-64 of everything before |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySlot {
    /// How the key is wrapped.
    pub wrap: Wrap,
    /// The key domain.
    pub key_id: u32,
    /// The vault.
    pub vault_id: VaultId,
    /// What the wrapping key is made from, besides the secret.
    pub salt: [u8; 32],
    /// Milliseconds since 1970.
    pub created_ms: i64,
    /// The vault key, sealed.
    pub wrapped: [u8; 32 + TAG_BYTES],
}

impl KeySlot {
    /// The bytes before the wrapped key: what is authenticated with it.
    pub fn associated_data(&self) -> Vec<u8> {
        let (wrap, [memory, passes, lanes]) = match self.wrap {
            Wrap::Key => (1, [0; 3]),
            Wrap::Passphrase {
                memory_kib,
                passes,
                lanes,
            } => (2, [memory_kib, passes, lanes]),
        };
        let mut out = start(ObjectKind::KeySlot);
        out.extend([wrap, 0]);
        out.extend(self.key_id.to_le_bytes());
        out.extend(self.vault_id.0.as_bytes());
        out.extend(memory.to_le_bytes());
        out.extend(passes.to_le_bytes());
        out.extend(lanes.to_le_bytes());
        out.extend(self.salt);
        out.extend(self.created_ms.to_le_bytes());
        out
    }

    /// The object's bytes, 140 of them.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = self.associated_data();
        out.extend(self.wrapped);
        finish(out)
    }

    /// Reads the object.
    pub fn decode(bytes: &[u8]) -> Result<KeySlot, FormatError> {
        Fields(bytes).start(ObjectKind::KeySlot, "key slot")?;
        let mut fields = Fields(&checked(bytes, "key slot")?[10..]);
        let [wrap, zero] = fields.bytes()?;
        if zero != 0 {
            return Err(FormatError::Field("reserved byte"));
        }
        let key_id = fields.u32()?;
        let vault_id = VaultId(uuid::Uuid::from_bytes(fields.bytes()?));
        let (memory_kib, passes, lanes) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let wrap = match wrap {
            1 if (memory_kib, passes, lanes) == (0, 0, 0) => Wrap::Key,
            // The caps keep a forged slot from taking all memory or hours of time.
            2 if memory_kib <= 256 << 10
                && (1..=16).contains(&passes)
                && (1..=16).contains(&lanes) =>
            {
                Wrap::Passphrase {
                    memory_kib,
                    passes,
                    lanes,
                }
            }
            _ => return Err(FormatError::Field("wrap")),
        };
        let slot = KeySlot {
            wrap,
            key_id,
            vault_id,
            salt: fields.bytes()?,
            created_ms: i64::from_le_bytes(fields.bytes()?),
            wrapped: fields.bytes()?,
        };
        if !fields.0.is_empty() {
            return Err(FormatError::Length(bytes.len() as u64));
        }
        Ok(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> VaultHeader {
        VaultHeader {
            suite: Suite::Aes256Gcm,
            chunk_size: ChunkSize::DEFAULT,
            key_id: 1,
            vault_id: VaultId(uuid::Uuid::from_bytes([0x11; 16])),
            pack_target: 32 << 20,
            pack_max: 64 << 20,
            created_ms: 1_700_000_000_000,
            key_check: [0x22; 16],
        }
    }

    fn slot() -> KeySlot {
        KeySlot {
            wrap: Wrap::Passphrase {
                memory_kib: 65_536,
                passes: 3,
                lanes: 1,
            },
            key_id: 1,
            vault_id: VaultId(uuid::Uuid::from_bytes([0x11; 16])),
            salt: [0x33; 32],
            created_ms: 1_700_000_000_000,
            wrapped: [0x44; 48],
        }
    }

    #[test]
    fn a_slot_has_one_form() {
        let slot = KeySlot {
            wrap: Wrap::Key,
            ..slot()
        };
        let mut bytes = slot.encode();
        assert_eq!(KeySlot::decode(&bytes), Ok(slot));
        // Memory for Argon2, which a key file does not use.
        bytes[32] = 1;
        bytes.truncate(132);
        assert_eq!(
            KeySlot::decode(&finish(bytes)),
            Err(FormatError::Field("wrap"))
        );
    }

    #[test]
    fn version_1_bytes_stay_readable() {
        let bytes = vault().encode();
        let expected = concat!(
            "434f464645521a01",
            "0100",
            "01",
            "10",
            "01000000",
            "11111111111111111111111111111111",
            "00000002",
            "00000004",
            "0068e5cf8b010000",
            "22222222222222222222222222222222",
            "000000000000000000000000000000000000000000000000",
        );
        assert_eq!(hex::encode(&bytes[..88]), expected);
        assert_eq!(bytes.len(), 96);
        assert_eq!(VaultHeader::decode(&bytes), Ok(vault()));

        let bytes = slot().encode();
        let expected = concat!(
            "434f464645521a02",
            "0100",
            "02",
            "00",
            "01000000",
            "11111111111111111111111111111111",
            "000001000300000001000000",
            "3333333333333333333333333333333333333333333333333333333333333333",
            "0068e5cf8b010000",
        );
        assert_eq!(hex::encode(&bytes[..84]), expected);
        assert_eq!(bytes.len(), 140);
        assert_eq!(KeySlot::decode(&bytes), Ok(slot()));
    }

    #[test]
    fn damage_is_found() {
        let (vault, slot) = (vault().encode(), slot().encode());
        for at in 0..vault.len() {
            let mut bad = vault.clone();
            bad[at] ^= 0x40;
            assert!(VaultHeader::decode(&bad).is_err(), "byte {at}");
            assert!(VaultHeader::decode(&vault[..at]).is_err(), "{at} bytes");
        }
        for at in 0..slot.len() {
            let mut bad = slot.clone();
            bad[at] ^= 0x40;
            assert!(KeySlot::decode(&bad).is_err(), "byte {at}");
            assert!(KeySlot::decode(&slot[..at]).is_err(), "{at} bytes");
        }
    }

    #[test]
    fn a_newer_version_says_so() {
        let mut bytes = vault().encode();
        bytes[8] = 2;
        assert_eq!(VaultHeader::decode(&bytes), Err(FormatError::Version(2)));
    }
}
