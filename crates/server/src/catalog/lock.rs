//! One service for one catalog.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use coffer_core::{Error, Result};
use rustix::fs::{FlockOperation, flock};

/// Held as long as the service lives; the kernel, or the database server, gives it back if the
/// process dies.
#[derive(Debug)]
pub struct ServiceLock {
    _file: Option<File>,
    claimed: Option<Arc<AtomicBool>>,
}

impl Drop for ServiceLock {
    fn drop(&mut self) {
        if let Some(claimed) = &self.claimed {
            claimed.store(false, Ordering::SeqCst);
        }
    }
}

impl ServiceLock {
    /// The lock that the connection for writing holds as long as it lives.
    pub(super) fn of_connection(claimed: Arc<AtomicBool>) -> ServiceLock {
        ServiceLock {
            _file: None,
            claimed: Some(claimed),
        }
    }

    /// Takes the lock beside a database file.
    ///
    /// # Errors
    /// `Conflict` where another process holds it; its id is named.
    pub(super) fn take(database: &Path) -> Result<ServiceLock> {
        let mut name = database.as_os_str().to_owned();
        name.push(".lock");
        let path = Path::new(&name);
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(path)
            .map_err(|e| Error::unavailable("open the catalog's lock file").caused_by(e))?;
        if let Err(error) = flock(&file, FlockOperation::NonBlockingLockExclusive) {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            let message = match holder.trim() {
                "" => "another service works on this catalog".to_owned(),
                pid => format!("another service (process {pid}) works on this catalog"),
            };
            return Err(Error::conflict(message)
                .hint("Stop it first, or give this service a data_dir of its own.")
                .caused_by(error));
        }
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        written.map_err(|e| Error::unavailable("write the catalog's lock file").caused_by(e))?;
        Ok(ServiceLock {
            _file: Some(file),
            claimed: None,
        })
    }
}
