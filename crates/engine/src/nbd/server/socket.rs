//! A unix socket with a name, for its owner alone.
//!
//! It appears under its name when it listens and may be used by its owner only, never before. What a
//! killed process left there is replaced; what somebody listens at is not, nor is anything that is no
//! socket.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream as Probe;
use std::path::{Path, PathBuf};

use coffer_core::{Error, Result};
use tokio::net::{UnixListener, UnixStream};

/// A socket that listens. Its name goes when it is dropped, unless it is another one's by then.
#[derive(Debug)]
pub struct SocketFile {
    listener: UnixListener,
    path: PathBuf,
    /// Device and number of the file.
    identity: (u64, u64),
}

/// Longest name of a socket that the system takes, with ".new" behind it while it is made.
const PATH_BYTES_MAX: usize = 107 - ".new".len();

impl SocketFile {
    /// Listens at `path`, in a directory that is there. Needs a runtime.
    pub fn bind(path: &Path) -> Result<SocketFile> {
        let shown = path.display();
        if path.as_os_str().len() > PATH_BYTES_MAX {
            return Err(
                Error::invalid(format!("the socket's path `{shown}` is too long"))
                    .hint(format!("The system takes paths of {PATH_BYTES_MAX} bytes.")),
            );
        }
        let failed = |e: std::io::Error| {
            Error::invalid(format!("make the socket `{shown}`"))
                .hint("Name a path in a directory that exists and that you may write to.")
                .caused_by(e)
        };
        check_free(path)?;
        let mut draft = OsString::from(path);
        draft.push(".new");
        let draft = PathBuf::from(draft);
        // Left by a kill between here and the new name.
        check_free(&draft)?;
        match fs::remove_file(&draft) {
            Ok(()) => {}
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(failed(e)),
        }
        let listener = UnixListener::bind(&draft).map_err(failed)?;
        // Nobody knows the name yet; connecting takes the right to write.
        fs::set_permissions(&draft, Permissions::from_mode(0o600)).map_err(failed)?;
        let made = fs::symlink_metadata(&draft).map_err(failed)?;
        fs::rename(&draft, path).map_err(failed)?;
        Ok(SocketFile {
            listener,
            path: path.to_owned(),
            identity: (made.dev(), made.ino()),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The next connection. Nothing is lost where the call is dropped.
    pub async fn accept(&self) -> std::io::Result<UnixStream> {
        self.listener.accept().await.map(|(stream, _)| stream)
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let found = fs::symlink_metadata(&self.path);
        if found.is_ok_and(|meta| (meta.dev(), meta.ino()) == self.identity) {
            // A name that stays is replaced by whoever comes next.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Refuses a path that is in use.
fn check_free(path: &Path) -> Result<()> {
    let shown = path.display();
    let Ok(found) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !found.file_type().is_socket() {
        return Err(
            Error::conflict(format!("`{shown}` exists and is no socket"))
                .hint("Name a path that is free."),
        );
    }
    match Probe::connect(path) {
        Err(e) if e.kind() == ErrorKind::ConnectionRefused => Ok(()),
        _ => Err(
            Error::conflict(format!("somebody listens at the socket `{shown}`"))
                .hint("Name a path that is free, or end who listens there."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(path: &Path, expected: &str) {
        let error = SocketFile::bind(path).expect_err("refused").to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[tokio::test]
    async fn a_dead_socket_is_replaced_and_a_living_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let socket = SocketFile::bind(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        refused(&path, "somebody listens");
        drop(socket);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn what_is_no_socket_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        fs::write(&path, b"mine").unwrap();
        refused(&path, "is no socket");
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        refused(&folder.path().join("no/s"), "make the socket");
        refused(&folder.path().join("x".repeat(120)), "too long");
    }

    #[tokio::test]
    async fn a_name_that_is_another_ones_by_now_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let socket = SocketFile::bind(&path).unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&path, b"mine").unwrap();
        drop(socket);
        assert_eq!(fs::read(&path).unwrap(), b"mine");
    }
}
