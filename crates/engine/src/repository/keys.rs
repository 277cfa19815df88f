//! Key slots: how a secret kept elsewhere opens the vault key.

use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use coffer_core::format::name;
use coffer_core::format::vault::{KeySlot, VaultHeader, Wrap};
use coffer_core::ids::VaultId;
use coffer_core::{Error, Kind, Result};
use zeroize::Zeroizing;

use super::crypto::{Keys, VaultKey, new_salt, random};
use super::store::{Created, Store};

/// Where the secret comes from that opens a vault.
#[derive(Clone)]
pub enum KeySource {
    /// A file of exactly 32 bytes.
    File(PathBuf),
    /// A passphrase.
    Passphrase(Zeroizing<String>),
    /// A recovery key that was just made.
    Recovery(RecoveryKey),
}

/// A key of its own for one vault, to be kept apart from everything else: with it and the store
/// alone the vault is read.
#[derive(Clone)]
pub struct RecoveryKey(Zeroizing<[u8; 32]>);

/// First line of a recovery key's file.
const RECOVERY_HEAD: &str = "coffer recovery key 1";

impl RecoveryKey {
    /// A new one.
    pub fn random() -> Result<RecoveryKey> {
        let mut key = Zeroizing::new([0; 32]);
        random(key.as_mut())?;
        Ok(RecoveryKey(key))
    }

    /// What tells it from others, without telling anything of it: 16 hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        let hash = blake3::derive_key("coffer 2026-11 v1 recovery key fingerprint", &self.0[..]);
        hex::encode(&hash[..8])
    }

    /// The text to be kept: a file of it is a key file (`coffer repo --key-file`).
    pub fn text(&self, vault: VaultId, name: &str) -> Zeroizing<String> {
        // A name cannot begin a line of its own: it has letters, digits, `_` and `-` alone.
        Zeroizing::new(format!(
            "{RECOVERY_HEAD}\nvault {vault} {name}\nkey {}\nfingerprint {}\n",
            hex::encode(&self.0[..]),
            self.fingerprint()
        ))
    }

    /// Reads what [`RecoveryKey::text`] wrote; none for another text.
    ///
    /// # Errors
    /// `Invalid` for a text that begins like one and is damaged.
    pub fn parse(text: &str) -> Result<Option<RecoveryKey>> {
        let mut lines = text.lines().map(str::trim);
        if lines.next() != Some(RECOVERY_HEAD) {
            return Ok(None);
        }
        let (mut key, mut fingerprint) = (None, None);
        for line in lines {
            match line.split_once(' ') {
                Some(("key", value)) => key = Some(value),
                Some(("fingerprint", value)) => fingerprint = Some(value),
                _ => {}
            }
        }
        let mut bytes = Zeroizing::new([0; 32]);
        let read = key.is_some_and(|key| hex::decode_to_slice(key, bytes.as_mut()).is_ok());
        let key = RecoveryKey(bytes);
        match read && fingerprint == Some(key.fingerprint().as_str()) {
            true => Ok(Some(key)),
            false => Err(Error::invalid("the recovery key is damaged or cut off")
                .hint("Compare it with another copy: its fingerprint does not fit.")),
        }
    }
}

impl std::fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "recovery key {}", self.fingerprint())
    }
}

impl std::fmt::Debug for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            KeySource::File(path) => write!(f, "key file {}", path.display()),
            KeySource::Passphrase(_) => f.write_str("passphrase"),
            KeySource::Recovery(key) => key.fmt(f),
        }
    }
}

/// Argon2id for new slots: 64 MiB, 3 passes, 1 lane (RFC 9106's second recommendation, one lane).
const PASSPHRASE: Wrap = Wrap::Passphrase {
    memory_kib: 64 * 1024,
    passes: 3,
    lanes: 1,
};

/// Makes a key file: 32 random bytes, readable by its owner only. Fails where the file exists.
pub fn create_key_file(path: &Path) -> Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut key = Zeroizing::new([0; 32]);
    random(key.as_mut())?;
    let failed = |e: std::io::Error| {
        let kind = match e.kind() {
            std::io::ErrorKind::AlreadyExists => Kind::Conflict,
            _ => Kind::Unavailable,
        };
        Error::new(kind, format!("create key file `{}`", path.display())).caused_by(e)
    };
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    file.write_all(key.as_ref())
        .and_then(|()| file.sync_all())
        .map_err(failed)
}

fn file_key(bytes: &[u8], salt: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    let secret = Zeroizing::new(blake3::derive_key("coffer 2026-11 v1 key file", bytes));
    Zeroizing::new(*blake3::keyed_hash(&secret, salt).as_bytes())
}

fn wrapping_key(source: &KeySource, wrap: Wrap, salt: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>> {
    match (source, wrap) {
        (KeySource::File(path), Wrap::Key) => {
            let shown = path.display();
            let bytes = std::fs::read(path).map(Zeroizing::new).map_err(|e| {
                Error::new(Kind::Invalid, format!("read key file `{shown}`")).caused_by(e)
            })?;
            if let Ok(text) = std::str::from_utf8(&bytes)
                && let Some(key) = RecoveryKey::parse(text)
                    .map_err(|e| e.context(format!("read key file `{shown}`")))?
            {
                return Ok(file_key(&key.0[..], salt));
            }
            if bytes.len() != 32 {
                let text = format!("key file `{shown}` has {} bytes, not 32", bytes.len());
                return Err(
                    Error::invalid(text).hint("Make a key file with \"coffer repo key new FILE\".")
                );
            }
            Ok(file_key(&bytes, salt))
        }
        (KeySource::Recovery(key), Wrap::Key) => Ok(file_key(&key.0[..], salt)),
        (
            KeySource::Passphrase(text),
            Wrap::Passphrase {
                memory_kib,
                passes,
                lanes,
            },
        ) => {
            let broken = |e: argon2::Error| Error::data("key slot").caused_by(e.to_string());
            let params =
                argon2::Params::new(memory_kib, passes, lanes, Some(32)).map_err(broken)?;
            let argon2 =
                argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
            let mut key = Zeroizing::new([0; 32]);
            argon2
                .hash_password_into(text.as_bytes(), salt, key.as_mut())
                .map_err(broken)?;
            Ok(key)
        }
        _ => Err(Error::invalid("the key slot wants another kind of secret")),
    }
}

fn aead(key: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("the key has 32 bytes"))
}

/// Wraps `vault_key` and stores it as slot `number`: `.a`, read back, then `.b`.
pub async fn add_slot(
    store: &Store,
    header: &VaultHeader,
    number: u32,
    vault_key: &VaultKey,
    source: &KeySource,
    created_ms: i64,
) -> Result<()> {
    let wrap = match source {
        KeySource::File(_) | KeySource::Recovery(_) => Wrap::Key,
        KeySource::Passphrase(_) => PASSPHRASE,
    };
    let salt = new_salt()?;
    let source = source.clone();
    let key = crate::cpu::run(move || wrapping_key(&source, wrap, &salt)).await?;
    let mut slot = KeySlot {
        wrap,
        key_id: header.key_id,
        vault_id: header.vault_id,
        salt,
        created_ms,
        wrapped: [0; 48],
    };
    let mut wrapped = Zeroizing::new(vault_key.0);
    let aad = Aad::from(slot.associated_data());
    let nonce = Nonce::assume_unique_for_key([0; 12]); // the salt makes the key one of its own
    let tag = aead(&key)
        .seal_in_place_separate_tag(nonce, aad, wrapped.as_mut())
        .expect("far below the cipher's limit");
    slot.wrapped[..32].copy_from_slice(wrapped.as_ref());
    slot.wrapped[32..].copy_from_slice(tag.as_ref());
    let bytes = bytes::Bytes::from(slot.encode());
    for copy in ['a', 'b'] {
        let name = name::key_slot(number, copy);
        if store.create(&name, bytes.clone()).await? == Created::Exists {
            return Err(Error::conflict(format!("key slot {number} exists already")));
        }
        if store.get(&name).await?.as_ref() != Some(&bytes) {
            return Err(Error::unavailable(format!(
                "key slot `{name}` does not read back"
            )));
        }
    }
    Ok(())
}

/// Finds the slot that `source` opens and returns the vault key.
pub async fn open_key(store: &Store, header: &VaultHeader, source: &KeySource) -> Result<VaultKey> {
    let mut names: Vec<String> = store
        .list(name::KEYS)
        .await?
        .into_iter()
        .map(|o| o.name)
        .collect();
    names.sort();
    let (mut wanted, mut damaged, mut last) = (0, 0, None);
    for object in names.iter().filter(|n| name::parse_key_slot(n).is_some()) {
        let Some(bytes) = store.get(object).await? else {
            continue;
        };
        let slot = match KeySlot::decode(&bytes) {
            Ok(slot) if slot.vault_id == header.vault_id => slot,
            _ => {
                damaged += 1;
                continue;
            }
        };
        if matches!(slot.wrap, Wrap::Key) == matches!(source, KeySource::Passphrase(_)) {
            continue;
        }
        // The twin wraps the same key with the same salt: trying it again tells nothing new.
        if last.replace(bytes.clone()) == Some(bytes) {
            continue;
        }
        wanted += 1;
        if let Some(key) = open_slot(header, slot, source).await? {
            return Ok(key);
        }
    }
    if wanted == 0 && damaged > 0 {
        return Err(
            Error::data(format!("no key slot is readable, {damaged} are damaged"))
                .hint("Restore the folder `keys` of the vault from a copy."),
        );
    }
    if wanted == 0 {
        let other = match source {
            KeySource::Passphrase(_) => "key file",
            KeySource::File(_) | KeySource::Recovery(_) => "passphrase",
        };
        return Err(
            Error::invalid("the vault has no key slot for this kind of secret")
                .hint(format!("Give the {other}.")),
        );
    }
    Err(Error::new(
        Kind::Invalid,
        format!("the {} is not this vault's", describe(source)),
    )
    .hint("Check which key belongs to this vault; each vault has its own key slots."))
}

fn describe(source: &KeySource) -> &'static str {
    match source {
        KeySource::File(_) => "key file",
        KeySource::Passphrase(_) => "passphrase",
        KeySource::Recovery(_) => "recovery key",
    }
}

async fn open_slot(
    header: &VaultHeader,
    slot: KeySlot,
    source: &KeySource,
) -> Result<Option<VaultKey>> {
    let source = source.clone();
    let (wrap, salt) = (slot.wrap, slot.salt);
    let key = crate::cpu::run(move || wrapping_key(&source, wrap, &salt)).await?;
    let mut wrapped = Zeroizing::new(slot.wrapped);
    let nonce = Nonce::assume_unique_for_key([0; 12]);
    let aad = Aad::from(slot.associated_data());
    let Ok(opened) = aead(&key).open_in_place(nonce, aad, wrapped.as_mut()) else {
        return Ok(None);
    };
    let vault_key = VaultKey(opened.as_ref().try_into().expect("48 bytes less the tag"));
    let fits = Keys::new(&vault_key).check(header) == header.key_check;
    Ok(fits.then_some(vault_key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovery_keys_are_read_as_they_were_written() {
        let key = RecoveryKey::random().unwrap();
        let vault = VaultId(uuid::Uuid::nil());
        let text = key.text(vault, "v-1");
        let read = RecoveryKey::parse(&text).unwrap().unwrap();
        assert_eq!(read.0, key.0);
        let padded = text.replace('\n', " \r\n");
        assert!(RecoveryKey::parse(&padded).unwrap().is_some());
        assert!(RecoveryKey::parse("x").unwrap().is_none());
        for damaged in [
            &text[..60],
            &text.replace("\nkey ", "\nkey 0"),
            RECOVERY_HEAD,
        ] {
            assert!(RecoveryKey::parse(damaged).is_err(), "{damaged}");
        }
        let shown = format!("{key:?}");
        assert!(!shown.contains(&hex::encode(&key.0[..])));
    }
}
