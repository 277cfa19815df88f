//! Identifiers, each its own type.
//!
//! API: resources carry UUIDs with dashes; projects, users and domains 32 lower-case hexadecimal
//! digits. Repository: sessions are 12 random bytes, packs a session and a counter
//! (`docs/format.md`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is not an identifier of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a {0}")]
pub struct ParseIdError(&'static str);

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident, $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0.hyphenated())
            }
        }
        impl FromStr for $name {
            type Err = ParseIdError;
            /// Takes the form with dashes only.
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                match Uuid::try_parse(text) {
                    Ok(id) if text.len() == 36 => Ok($name(id)),
                    _ => Err(ParseIdError($what)),
                }
            }
        }
    )*};
}

uuid_id! {
    /// A vault, and the repository that holds its backups.
    VaultId, "vault id";
    /// A backup of one resource at one checkpoint.
    BackupId, "backup id";
    /// A restore point of a vault (CBR's *checkpoint*).
    CheckpointId, "checkpoint id";
    /// A backup or replication policy.
    PolicyId, "policy id";
    /// A task (API: operation log).
    TaskId, "task id";
    /// A server.
    ServerId, "server id";
    /// A disk.
    DiskId, "disk id";
    /// A whole-server image.
    ImageId, "image id";
}

macro_rules! hex_id {
    ($($(#[$doc:meta])* $name:ident, $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }
        impl FromStr for $name {
            type Err = ParseIdError;
            /// Takes 32 lower-case hexadecimal digits.
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                parse_hex(text).map($name).ok_or(ParseIdError($what))
            }
        }
        serde_as_text!($name);
    )*};
}

macro_rules! serde_as_text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

hex_id! {
    /// A project (tenant).
    ProjectId, "project id";
    /// A user.
    UserId, "user id";
    /// A domain: the owner of projects and users.
    DomainId, "domain id";
}

fn parse_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let lower = !text.bytes().any(|b| b.is_ascii_uppercase());
    (lower && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(bytes)
}

/// A writer's or reader's session in a repository: 12 random bytes, 24 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub [u8; 12]);

/// A pack: the session that wrote it, then a counter (big endian).
///
/// 32 hexadecimal digits; the first 24 are the session's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackId(pub [u8; 16]);

impl PackId {
    /// The `counter`th pack of `session`.
    pub fn new(session: SessionId, counter: u32) -> PackId {
        let mut bytes = [0; 16];
        bytes[..12].copy_from_slice(&session.0);
        bytes[12..].copy_from_slice(&counter.to_be_bytes());
        PackId(bytes)
    }

    /// The session that wrote this pack.
    pub fn session(self) -> SessionId {
        let mut bytes = [0; 12];
        bytes.copy_from_slice(&self.0[..12]);
        SessionId(bytes)
    }

    /// Its number among the packs of its session.
    pub fn counter(self) -> u32 {
        let [.., a, b, c, d] = self.0;
        u32::from_be_bytes([a, b, c, d])
    }
}

macro_rules! hex_text {
    ($($name:ident, $what:literal;)*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }
        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                parse_hex(text).map($name).ok_or(ParseIdError($what))
            }
        }
        serde_as_text!($name);
    )*};
}

hex_text! {
    SessionId, "session id";
    PackId, "pack id";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_need_their_dashes() {
        assert!(
            "2b076f26-391f-40fa-bf71-a798940faccf"
                .parse::<VaultId>()
                .is_ok()
        );
        assert!(
            "2b076f26391f40fabf71a798940faccf"
                .parse::<VaultId>()
                .is_err()
        );
        assert!("my-vault".parse::<VaultId>().is_err());
    }

    #[test]
    fn projects_are_lower_case_hex() {
        assert!(
            "4229d7a45436489f8c3dc2b1d35d4987"
                .parse::<ProjectId>()
                .is_ok()
        );
        assert!(
            "4229D7A45436489F8C3DC2B1D35D4987"
                .parse::<ProjectId>()
                .is_err()
        );
        assert!(
            "4229d7a45436489f8c3dc2b1d35d498"
                .parse::<ProjectId>()
                .is_err()
        );
    }

    #[test]
    fn a_pack_names_its_session() {
        let session = SessionId([7; 12]);
        let pack = PackId::new(session, 258);
        assert_eq!(pack.session(), session);
        assert_eq!(pack.to_string(), format!("{session}00000102"));
        assert_eq!(pack.to_string().parse(), Ok(pack));
    }
}
