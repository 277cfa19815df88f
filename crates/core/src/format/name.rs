//! Names of a repository's objects, below the vault's prefix.

use super::counts::CountsName;
use crate::ids::{BackupId, PackId, SessionId};

/// The object that says what the repository is.
pub const VAULT: &str = "vault";
/// Its twin, for when the first is damaged.
pub const VAULT_TWIN: &str = "vault.b";
/// Folder of what a program must know to work with the vault: `<feature>.<r|w|d>`.
pub const NEEDS: &str = "needs";
/// Folder of the wrapped keys.
pub const KEYS: &str = "keys";
/// Folder of the packs.
pub const PACKS: &str = "pack";
/// Folder of the manifests.
pub const BACKUPS: &str = "backup";
/// Folder of the sessions.
pub const SESSIONS: &str = "session";
/// Folder of the condemnations.
pub const CONDEMNATIONS: &str = "condemn";
/// Folder of the changed attributes.
pub const STATES: &str = "state";
/// Folder of the log.
pub const LOG: &str = "log";
/// Folder of the tallies: up to where references are counted, and in which parts the counts are.
pub const TALLIES: &str = "tally";
/// Folder of the parts of the counts.
pub const COUNTS: &str = "counts";
/// Folder of the sampled index: segments, numbered at random.
pub const INDEX: &str = "index";

/// `pack/<xx>/<pack id>.<generation>`, where `xx` is the first byte of the session.
pub fn pack(id: PackId, generation: u32) -> String {
    let text = id.to_string();
    format!("{PACKS}/{}/{text}.{generation}", &text[..2])
}

/// Folder of all packs of `session`, shared with the sessions that begin alike.
pub fn pack_folder(session: SessionId) -> String {
    format!("{PACKS}/{}", &session.to_string()[..2])
}

/// Pack id and generation of an object below [`PACKS`].
pub fn parse_pack(name: &str) -> Option<(PackId, u32)> {
    let (folder, file) = name
        .strip_prefix(PACKS)?
        .strip_prefix('/')?
        .split_once('/')?;
    let (id, generation) = file.split_once('.')?;
    let parsed = (id.parse().ok()?, generation.parse().ok()?);
    (id.starts_with(folder) && pack(parsed.0, parsed.1) == name).then_some(parsed)
}

/// `backup/<backup id>.<attempt>`.
pub fn backup(id: BackupId, attempt: u32) -> String {
    format!("{BACKUPS}/{id}.{attempt}")
}

/// Backup id and attempt of an object below [`BACKUPS`].
pub fn parse_backup(name: &str) -> Option<(BackupId, u32)> {
    let (id, attempt) = name
        .strip_prefix(BACKUPS)?
        .strip_prefix('/')?
        .split_once('.')?;
    let parsed = (id.parse().ok()?, attempt.parse().ok()?);
    (backup(parsed.0, parsed.1) == name).then_some(parsed)
}

/// `session/<session id>`.
pub fn session(id: SessionId) -> String {
    format!("{SESSIONS}/{id}")
}

/// Session of an object below [`SESSIONS`].
pub fn parse_session(name: &str) -> Option<SessionId> {
    name.strip_prefix(SESSIONS)?.strip_prefix('/')?.parse().ok()
}

/// `<folder>/<number as 16 hexadecimal digits>`: numbered objects sort by number.
pub fn numbered(folder: &str, number: u64) -> String {
    format!("{folder}/{number:016x}")
}

/// Number of an object made by [`numbered`].
pub fn parse_numbered(folder: &str, name: &str) -> Option<u64> {
    let number = name.strip_prefix(folder)?.strip_prefix('/')?;
    let parsed = u64::from_str_radix(number, 16).ok()?;
    (numbered(folder, parsed) == name).then_some(parsed)
}

/// `condemn/<number>.waits`: the sessions a condemnation waits for.
pub fn waits(number: u64) -> String {
    format!("{}.waits", numbered(CONDEMNATIONS, number))
}

/// `condemn/<number>.verdict`: what of the condemned goes.
pub fn verdict(number: u64) -> String {
    format!("{}.verdict", numbered(CONDEMNATIONS, number))
}

/// Number of an object made by [`waits`] or [`verdict`].
pub fn parse_beside_condemned(name: &str) -> Option<u64> {
    let (condemned, _) = name
        .rsplit_once('.')
        .filter(|(_, what)| matches!(*what, "waits" | "verdict"))?;
    parse_numbered(CONDEMNATIONS, condemned)
}

/// `counts/<number of the tally>.<8 hexadecimal digits>`: a part that was written for a tally.
pub fn counts(part: CountsName) -> String {
    format!("{}.{:08x}", numbered(COUNTS, part.tally), part.random)
}

/// The part in an object below [`COUNTS`].
pub fn parse_counts(name: &str) -> Option<CountsName> {
    let (tally, random) = name.rsplit_once('.')?;
    let part = CountsName {
        tally: parse_numbered(COUNTS, tally)?,
        random: u32::from_str_radix(random, 16).ok()?,
    };
    (counts(part) == name).then_some(part)
}

/// `keys/<n>.a` and `keys/<n>.b`.
pub fn key_slot(number: u32, copy: char) -> String {
    format!("{KEYS}/{number}.{copy}")
}

/// Number and copy of an object below [`KEYS`].
pub fn parse_key_slot(name: &str) -> Option<(u32, char)> {
    let (number, copy) = name
        .strip_prefix(KEYS)?
        .strip_prefix('/')?
        .split_once('.')?;
    let number = number.parse().ok()?;
    match copy {
        "a" => Some((number, 'a')),
        "b" => Some((number, 'b')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        let id = PackId([0xab; 16]);
        assert_eq!(pack(id, 3), "pack/ab/abababababababababababababababab.3");
        assert_eq!(parse_pack(&pack(id, 3)), Some((id, 3)));
        assert_eq!(
            parse_pack("pack/cd/abababababababababababababababab.3"),
            None
        );
        assert_eq!(
            parse_pack("pack/ab/abababababababababababababababab.03"),
            None
        );
        assert_eq!(parse_numbered(LOG, &numbered(LOG, 255)), Some(255));
        assert_eq!(parse_numbered(CONDEMNATIONS, &waits(255)), None);
        assert_eq!(parse_beside_condemned(&waits(255)), Some(255));
        assert_eq!(parse_beside_condemned(&verdict(255)), Some(255));
        assert_eq!(parse_beside_condemned(&numbered(CONDEMNATIONS, 255)), None);
        let part = CountsName {
            tally: 255,
            random: 7,
        };
        assert_eq!(counts(part), "counts/00000000000000ff.00000007");
        assert_eq!(parse_counts(&counts(part)), Some(part));
        assert_eq!(parse_counts("counts/00000000000000ff.7"), None);
        assert_eq!(parse_key_slot("keys/12.b"), Some((12, 'b')));
    }
}
