//! Passwords: Argon2id, off the runtime's threads, so many at once and no more.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use coffer_core::{Error, Result};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::door;

/// 19 MiB, two passes, one lane: the first choice of OWASP's password sheet (RFC 9106 needs more
/// memory than a small host can spare for each log-in).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// How long a log-in stands in line before it is told to come again.
const PATIENCE: Duration = Duration::from_secs(20);

/// Hashes and compares passwords.
#[derive(Clone)]
pub(super) struct Passwords {
    at_once: Arc<Semaphore>,
    /// Compared with where the user is unknown, so that this takes as long.
    nobody: Arc<str>,
}

impl Passwords {
    pub(super) fn new() -> Passwords {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        let nobody = hash_now(&hex::encode(door::random_bytes::<16>()));
        Passwords {
            at_once: Arc::new(Semaphore::new(threads)),
            nobody: nobody.into(),
        }
    }

    /// The hash of a password in PHC form.
    pub(super) async fn hash(&self, password: &str) -> Result<String> {
        let password = Zeroizing::new(password.to_owned());
        self.run(move || hash_now(&password)).await
    }

    /// True if the password belongs to the hash. `None` takes as long and is false.
    pub(super) async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool> {
        let known = hash.is_some_and(|hash| !hash.is_empty());
        let hash = if known {
            hash.unwrap_or_default()
        } else {
            &self.nobody
        }
        .to_owned();
        let password = Zeroizing::new(password.to_owned());
        let fits = self
            .run(move || {
                PasswordHash::new(&hash)
                    .is_ok_and(|hash| hasher().verify_password(password.as_bytes(), &hash).is_ok())
            })
            .await?;
        Ok(fits && known)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turn = tokio::time::timeout(PATIENCE, self.at_once.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(Error::unavailable("too many log-ins at once"));
        };
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        });
        done.await
            .map_err(|e| Error::internal("compare password").caused_by(e))
    }
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("constants within the limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_now(password: &str) -> String {
    let salt = SaltString::encode_b64(&door::random_bytes::<16>()).expect("16 bytes are a salt");
    let hash = hasher().hash_password(password.as_bytes(), &salt);
    hash.expect("Argon2 takes passwords below 4 GiB")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_fits() {
        let passwords = Passwords::new();
        let hash = passwords.hash("correct horse").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(
            passwords
                .verify("correct horse", Some(&hash))
                .await
                .unwrap()
        );
        assert!(!passwords.verify("correct hors", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("", Some("")).await.unwrap());
        assert!(!passwords.verify("correct horse", None).await.unwrap());
    }
}
