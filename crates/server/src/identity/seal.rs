//! Secrets that must be readable again: sealed with a key of this server.
//!
//! `server.key` in the data directory, 32 random bytes, readable for its owner alone. Losing it
//! makes access keys useless (they are made anew); backups do not depend on it.

use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use coffer_core::{Error, Result};
use zeroize::Zeroizing;

use crate::door;

const CONTEXT: &str = "coffer server 2026 access key secrets v1";

/// Seals and opens small secrets.
pub(crate) struct Sealer {
    key: LessSafeKey,
}

impl Sealer {
    /// Reads the server key, and makes it where there is none.
    pub(crate) fn open(data_dir: &Path) -> Result<Sealer> {
        let path = data_dir.join("server.key");
        let failed = |e| Error::unavailable("read server.key in data_dir").caused_by(e);
        if !path.try_exists().map_err(failed)? {
            let new = Zeroizing::new(door::random_bytes::<32>());
            // Another process may be faster: then its key counts.
            write_private(&path, &new[..], Existing::Keep)?;
        }
        let mut key = Zeroizing::new([0_u8; 32]);
        let mut file = std::fs::File::open(&path).map_err(failed)?;
        file.read_exact(&mut key[..]).map_err(failed)?;
        Ok(Sealer::new(&key))
    }

    fn new(server_key: &[u8; 32]) -> Sealer {
        let key = Zeroizing::new(blake3::derive_key(CONTEXT, server_key));
        let key = UnboundKey::new(&AES_256_GCM, &key[..]).expect("32 bytes are an AES-256 key");
        Sealer {
            key: LessSafeKey::new(key),
        }
    }

    /// Seals `secret` for `name`: it opens for that name alone.
    pub(crate) fn seal(&self, name: &str, secret: &str) -> String {
        let nonce: [u8; NONCE_LEN] = door::random_bytes();
        let mut sealed = secret.as_bytes().to_vec();
        let tag = self.key.seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(name.as_bytes()),
            &mut sealed,
        );
        let tag = tag.expect("a secret is shorter than 64 GiB");
        hex::encode([&nonce[..], &sealed, tag.as_ref()].concat())
    }

    /// Opens what [`Sealer::seal`] made. `Data` where key, name or bytes do not fit.
    pub(crate) fn open_secret(&self, name: &str, sealed: &str) -> Result<Zeroizing<String>> {
        let wrong = || Error::data("open an access key's secret");
        let bytes = hex::decode(sealed).map_err(|_| wrong())?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN).ok_or_else(wrong)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| wrong())?;
        let mut sealed = sealed.to_vec();
        let plain = self
            .key
            .open_in_place(nonce, Aad::from(name.as_bytes()), &mut sealed);
        let plain = plain.map_err(|_| wrong())?.to_vec();
        String::from_utf8(plain)
            .map(Zeroizing::new)
            .map_err(|_| wrong())
    }
}

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It stays, and nothing is written.
    Keep,
    /// It is replaced.
    Replace,
}

/// Writes a file for its owner alone, whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8], existing: Existing) -> Result<()> {
    let shown = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let failed = |e| Error::unavailable(format!("write `{shown}` in data_dir")).caused_by(e);
    let temporary = path.with_extension(hex::encode(door::random_bytes::<4>()));
    let write = || {
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        match existing {
            Existing::Replace => std::fs::rename(&temporary, path)?,
            Existing::Keep => {
                match std::fs::hard_link(&temporary, path) {
                    Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
                    linked => linked?,
                }
                std::fs::remove_file(&temporary)?;
            }
        }
        path.parent()
            .map_or(Ok(()), |dir| std::fs::File::open(dir)?.sync_all())
    };
    write().map_err(|e| {
        // Best effort: the error to report is the first one.
        let _ = std::fs::remove_file(&temporary);
        failed(e)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_open_for_their_name_and_key_alone() {
        let dir = tempfile::tempdir().unwrap();
        let sealer = Sealer::open(dir.path()).unwrap();
        let sealed = sealer.seal("AK1", "secret");
        assert!(!sealed.contains(&hex::encode("secret")));
        let again = Sealer::open(dir.path()).unwrap();
        assert_eq!(*again.open_secret("AK1", &sealed).unwrap(), "secret");
        assert!(again.open_secret("AK2", &sealed).is_err());
        assert!(again.open_secret("AK1", "00").is_err());
        assert!(Sealer::new(&[1; 32]).open_secret("AK1", &sealed).is_err());
    }

    #[test]
    fn private_files_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        write_private(&path, b"1", Existing::Keep).unwrap();
        write_private(&path, b"2", Existing::Replace).unwrap();
        write_private(&path, b"3", Existing::Keep).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read(&path).unwrap(), b"2");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
