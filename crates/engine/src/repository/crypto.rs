//! Keys, seals and digests of one vault, as `docs/format.md` has them.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use coffer_core::Result;
use coffer_core::digest::Digest;
use coffer_core::format::pack::BlobKind;
use coffer_core::format::vault::VaultHeader;
use coffer_core::format::{AssociatedData, Suite, TAG_BYTES};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The key of a key domain. Leaves memory with its owner; never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct VaultKey(pub(crate) [u8; 32]);

impl std::fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VaultKey")
    }
}

impl VaultKey {
    /// Draws a new key.
    pub fn random() -> Result<VaultKey> {
        let mut key = VaultKey([0; 32]);
        random(&mut key.0)?;
        Ok(key)
    }
}

/// Fills `bytes` from the operating system.
pub fn random(bytes: &mut [u8]) -> Result<()> {
    crate::door::random(bytes)
}

/// A new salt.
pub fn new_salt() -> Result<[u8; 32]> {
    let mut salt = [0; 32];
    random(&mut salt)?;
    Ok(salt)
}

/// The keys derived from a vault key.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Keys {
    seal: [u8; 32],
    digest: [u8; 32],
    node_digest: [u8; 32],
    tag: [u8; 32],
    check: [u8; 32],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// Derives all keys.
    pub fn new(vault_key: &VaultKey) -> Keys {
        let derive = |purpose| blake3::derive_key(purpose, &vault_key.0);
        Keys {
            seal: derive("coffer 2026-11 v1 seal"),
            digest: derive("coffer 2026-11 v1 digest"),
            node_digest: derive("coffer 2026-11 v1 node digest"),
            tag: derive("coffer 2026-11 v1 tag"),
            check: derive("coffer 2026-11 v1 key check"),
        }
    }

    /// Digest of a blob's plain bytes. Chunks hold what guests choose, so nodes have another key.
    pub fn digest(&self, kind: BlobKind, bytes: &[u8]) -> Digest {
        let key = match kind {
            BlobKind::Chunk => &self.digest,
            BlobKind::Node => &self.node_digest,
        };
        Digest(*blake3::keyed_hash(key, bytes).as_bytes())
    }

    /// The key check of `vault`.
    pub fn check(&self, header: &VaultHeader) -> [u8; 16] {
        let hash = blake3::keyed_hash(&self.check, &header.checked_bytes());
        *hash.as_bytes().first_chunk().expect("a hash has 32 bytes")
    }

    /// The sealer of one object.
    pub fn object(
        &self,
        suite: Suite,
        salt: &[u8; 32],
        object_id: &[u8; 16],
        generation: u32,
    ) -> ObjectKey {
        let mut input = Zeroizing::new([0; 52]);
        input[..32].copy_from_slice(salt);
        input[32..48].copy_from_slice(object_id);
        input[48..].copy_from_slice(&generation.to_le_bytes());
        let key = |from| Zeroizing::new(*blake3::keyed_hash(from, input.as_ref()).as_bytes());
        match suite {
            Suite::Tagged => ObjectKey::Tagged(key(&self.tag)),
            Suite::Aes256Gcm => {
                let key = UnboundKey::new(&AES_256_GCM, key(&self.seal).as_ref())
                    .expect("the key has 32 bytes");
                ObjectKey::Aes(Box::new(LessSafeKey::new(key)))
            }
        }
    }
}

/// Object id of an object that is no pack: the first half of BLAKE3 of its name.
pub fn object_id(name: &str) -> [u8; 16] {
    *blake3::hash(name.as_bytes())
        .as_bytes()
        .first_chunk()
        .expect("a hash has 32 bytes")
}

/// Seals and opens what belongs to one object.
pub enum ObjectKey {
    /// Suite 0.
    Tagged(Zeroizing<[u8; 32]>),
    /// Suite 1.
    Aes(Box<LessSafeKey>),
}

impl ObjectKey {
    /// Seals `out[start..]` in place and appends the tag.
    pub fn seal(&self, data: &AssociatedData, out: &mut Vec<u8>, start: usize) {
        let tag: [u8; TAG_BYTES] = match self {
            ObjectKey::Tagged(key) => tag(key, data, &out[start..]),
            ObjectKey::Aes(key) => {
                let nonce = Nonce::assume_unique_for_key(data.nonce());
                let aad = Aad::from(data.encode());
                let tag = key
                    .seal_in_place_separate_tag(nonce, aad, &mut out[start..])
                    .expect("far below the cipher's limit");
                tag.as_ref().try_into().expect("the tag has 16 bytes")
            }
        };
        out.extend(tag);
    }

    /// Opens sealed bytes; none where they are not what was sealed.
    pub fn open(&self, data: &AssociatedData, sealed: &[u8]) -> Option<Vec<u8>> {
        let mut plain = vec![0; sealed.len().checked_sub(TAG_BYTES)?];
        self.open_into(data, sealed, &mut plain).then_some(plain)
    }

    /// Opens sealed bytes into `plain`, which is [`TAG_BYTES`] shorter. False where they are not
    /// what was sealed; `plain` then holds nothing of use.
    pub fn open_into(&self, data: &AssociatedData, sealed: &[u8], plain: &mut [u8]) -> bool {
        let Some((body, found)) = sealed.split_last_chunk::<TAG_BYTES>() else {
            return false;
        };
        if body.len() != plain.len() {
            return false;
        }
        match self {
            ObjectKey::Tagged(key) => {
                plain.copy_from_slice(body);
                let expected = tag(key, data, body);
                aws_lc_rs::constant_time::verify_slices_are_equal(&expected, found).is_ok()
            }
            ObjectKey::Aes(key) => {
                let nonce = Nonce::assume_unique_for_key(data.nonce());
                let aad = Aad::from(data.encode());
                key.open_separate_gather(nonce, aad, body, found, plain)
                    .is_ok()
            }
        }
    }
}

fn tag(key: &[u8; 32], data: &AssociatedData, body: &[u8]) -> [u8; TAG_BYTES] {
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(&data.nonce());
    hasher.update(&data.encode());
    hasher.update(body);
    *hasher
        .finalize()
        .as_bytes()
        .first_chunk()
        .expect("a hash has 32 bytes")
}

#[cfg(test)]
mod tests {
    use coffer_core::format::{Codec, ObjectKind};

    use super::*;

    fn data(ordinal: u32) -> AssociatedData {
        AssociatedData {
            version: 1,
            kind: ObjectKind::Pack,
            codec: Codec::Raw,
            key_id: 1,
            object_id: [5; 16],
            ordinal,
            raw_len: 3,
        }
    }

    /// Known answers: the derivation is part of the stored format.
    #[test]
    fn derivation_of_version_1_stays() {
        let keys = Keys::new(&VaultKey([1; 32]));
        let header = VaultHeader {
            suite: Suite::Aes256Gcm,
            chunk_size: coffer_core::units::ChunkSize::DEFAULT,
            key_id: 1,
            vault_id: coffer_core::ids::VaultId(uuid::Uuid::nil()),
            pack_target: 1,
            pack_max: 2,
            created_ms: 3,
            key_check: [0; 16],
        };
        let seal = |suite| {
            let mut sealed = b"abc".to_vec();
            keys.object(suite, &[2; 32], &[5; 16], 0)
                .seal(&data(7), &mut sealed, 0);
            hex::encode(&sealed)
        };
        let found = [
            hex::encode(keys.check(&header)),
            keys.digest(BlobKind::Chunk, b"abc").to_string(),
            keys.digest(BlobKind::Node, b"abc").to_string(),
            seal(Suite::Aes256Gcm),
            seal(Suite::Tagged),
        ];
        assert_eq!(found, KNOWN);
    }

    const KNOWN: [&str; 5] = [
        "1586ce86c9e8a42dc35b5a48ba4e939f",
        "56c78fce4821b596ccadfd4d291d9645253bf7942fba7844e7830ea475fe1fe8",
        "769e5ad7a139e9d8b35f44f412946590e3e75a5c49857d400bdb175cf22f4cc3",
        "e12a89a0892cffbf86776bf50b5310ccb8533d",
        "616263723d66f7ac996fc2e427ba873819ebca",
    ];

    #[test]
    fn nothing_opens_that_was_not_sealed_there() {
        let keys = Keys::new(&VaultKey([1; 32]));
        for suite in [Suite::Tagged, Suite::Aes256Gcm] {
            let key = keys.object(suite, &[2; 32], &[5; 16], 0);
            let mut sealed = b"abc".to_vec();
            key.seal(&data(7), &mut sealed, 0);
            assert_eq!(
                key.open(&data(7), &sealed).as_deref(),
                Some(b"abc".as_slice())
            );
            assert_eq!(key.open(&data(8), &sealed), None, "other ordinal");
            let other = keys.object(suite, &[2; 32], &[5; 16], 1);
            assert_eq!(other.open(&data(7), &sealed), None, "other generation");
            for bit in 0..sealed.len() * 8 {
                let mut bad = sealed.clone();
                bad[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(key.open(&data(7), &bad), None, "bit {bit}");
            }
            assert_eq!(key.open(&data(7), &sealed[..10]), None);
        }
    }
}
