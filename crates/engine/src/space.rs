//! Free space of file systems: nothing of ours fills one to the end.

use std::path::Path;

use coffer_core::{Error, Result};

/// Bytes that a process without privileges may still write to the file system of `folder`.
pub fn free_bytes(folder: &Path) -> Result<u64> {
    let stat = rustix::fs::statvfs(folder)
        .map_err(|e| crate::hypervisor::file::io_error(folder, "examine", e.into()))?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Refuses where less than `reserve` bytes are free. `what` names the folder for those who may not
/// know paths.
///
/// # Errors
/// `Unavailable`, with what is there and what there should be.
pub fn check(what: &str, folder: &Path, reserve: u64) -> Result<()> {
    let free = free_bytes(folder)?;
    match free >= reserve {
        true => Ok(()),
        false => Err(Error::unavailable(format!(
            "{what} has {} MiB free, less than the {} MiB that stay free",
            free >> 20,
            reserve >> 20
        ))
        .hint("Free space there; it is tried again.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coffer_core::Kind;

    #[test]
    fn too_little_space_is_told() {
        let dir = tempfile::tempdir().unwrap();
        check("x", dir.path(), 1).unwrap();
        let error = check("store `x`", dir.path(), u64::MAX).unwrap_err();
        assert_eq!(error.kind, Kind::Unavailable);
        assert!(error.message.starts_with("store `x` has "), "{error}");
        assert!(check("x", &dir.path().join("none"), 1).is_err());
    }
}
