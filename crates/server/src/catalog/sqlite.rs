//! The catalog in a file: SQLite.
//!
//! Writers begin with the write lock in hand (`BEGIN IMMEDIATE`), also against other processes, so
//! that none meets `SQLITE_BUSY` in the middle; readers see the last commit (WAL). A commit is on
//! disk when it returns (`synchronous = FULL`).

use std::path::{Path, PathBuf};
use std::time::Duration;

use coffer_core::{Error, Result};

/// Begins a write transaction.
pub(super) const BEGIN: &str = "BEGIN IMMEDIATE";

/// How long after a commit the log is written back. A page that many commits change is written back
/// once then.
pub(super) const WRITE_BACK: Duration = Duration::from_secs(2);

/// Writes the log back into the database file, as far as no reader needs what is there. A reader's
/// connection may do it.
pub(super) const CHECKPOINT: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// What a connection for writing is told. The cache is 16 MiB. Others write the log back
/// ([`WRITE_BACK`]), so that no commit waits for it; only where they do not get to it, and the log
/// has 256 MiB (65,536 pages), the commit does.
pub(super) const WRITER: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000; PRAGMA temp_store = MEMORY; \
    PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 65536";

/// What a connection for reading is told. The cache is 4 MiB for each; what lies beyond it comes
/// from the system's cache.
pub(super) const READER: &str = "PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000; \
    PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096; PRAGMA query_only = ON";

/// Takes `sqlite:path`, `sqlite://path` and `sqlite:///path`.
pub(super) fn path(url: &str) -> Result<PathBuf> {
    let rest = url.strip_prefix("sqlite:").unwrap_or(url);
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() || path.contains('?') {
        return Err(Error::invalid("catalog url has no plain path")
            .hint("Use sqlite:///absolute/path/catalog.db without parameters."));
    }
    Ok(PathBuf::from(path))
}

/// The URL that the driver takes.
pub(super) fn url(path: &Path) -> String {
    let mut url = String::from("sqlite://");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'%' | b'?' | b'#' => url.push_str(&format!("%{byte:02X}")),
            _ if byte.is_ascii() => url.push(char::from(*byte)),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url.push_str("?mode=rwc");
    url
}

/// Makes the file for its owner alone: it holds hashes of passwords and tokens.
pub(super) fn prepare_file(path: &Path) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map(drop)
        .map_err(|e| {
            Error::unavailable(format!("open catalog `{}`", path.display()))
                .hint("The directory must exist and belong to the service's user.")
                .caused_by(e)
        })
}

/// 5 busy, 10 disk I/O, 13 full, 14 cannot open; the low byte of the extended code.
pub(super) fn is_full_or_busy(error: &dyn sqlx::error::DatabaseError) -> bool {
    // Codes of five characters are PostgreSQL's.
    let code = error.code().filter(|code| code.len() < 5);
    let code = code.and_then(|code| code.parse::<u32>().ok());
    matches!(code.map(|code| code & 0xff), Some(5 | 10 | 13 | 14))
}
