//! One connection to the daemon, made anew when it restarts.

use std::sync::{Arc, Mutex};

use coffer_core::{Error, Kind, Result};

use super::ffi::{self, Connection, LibvirtError, code};

pub(super) struct Connections {
    uri: Arc<str>,
    open: Arc<Mutex<Option<Arc<Connection>>>>,
}

impl Connections {
    pub fn new(uri: &str) -> Connections {
        Connections {
            uri: uri.into(),
            open: Arc::default(),
        }
    }

    /// Runs blocking calls over a connection that has just answered.
    ///
    /// `step` says what is done, in the present tense, for the error.
    pub async fn call<T: Send + 'static>(
        &self,
        step: &str,
        work: impl FnOnce(&Arc<Connection>) -> Result<T, LibvirtError> + Send + 'static,
    ) -> Result<T> {
        let done = self.try_call(work).await?;
        done.map_err(|e| to_error(e, &self.uri).context(step))
    }

    /// Like [`Connections::call`], with libvirt's error by number where libvirt answered.
    pub async fn try_call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<Connection>) -> Result<T, LibvirtError> + Send + 'static,
    ) -> Result<Result<T, LibvirtError>> {
        let (uri, open) = (Arc::clone(&self.uri), Arc::clone(&self.open));
        let done = tokio::task::spawn_blocking(move || {
            let connection = match connected(&uri, &open) {
                Ok(connection) => connection,
                Err(e) => return Err(to_error(e, &uri).context("connect to libvirt")),
            };
            Ok(work(&connection))
        });
        done.await
            .map_err(|e| Error::internal("a call of libvirt did not end").caused_by(e))?
    }
}

fn connected(
    uri: &str,
    open: &Mutex<Option<Arc<Connection>>>,
) -> Result<Arc<Connection>, LibvirtError> {
    // The lock is not held while the daemon is asked: a slow answer must not stop others.
    let held = open.lock().unwrap_or_else(|e| e.into_inner()).clone();
    if let Some(connection) = held
        && connection.ping().is_ok()
    {
        return Ok(connection);
    }
    ffi::available()?;
    let connection = Arc::new(Connection::open(uri)?);
    *open.lock().unwrap_or_else(|e| e.into_inner()) = Some(Arc::clone(&connection));
    Ok(connection)
}

/// Maps libvirt's error by what can be done about it.
pub(super) fn to_error(error: LibvirtError, uri: &str) -> Error {
    if let Err(e) = ffi::available() {
        return Error::unavailable("libvirt's library is missing")
            .hint("Install libvirt's client library: the package libvirt0 on Debian and Ubuntu.")
            .caused_by(e);
    }
    let denied = error.message.contains("Permission denied");
    let kind = match error.code {
        code::NO_DOMAIN | code::NO_DOMAIN_CHECKPOINT | code::NO_DOMAIN_BACKUP => Kind::NotFound,
        code::OPERATION_INVALID | code::OPERATION_TIMEOUT => Kind::Conflict,
        code::CONFIG_UNSUPPORTED => Kind::Invalid,
        _ => Kind::Unavailable,
    };
    let message = error.message.lines().next().unwrap_or_default().to_owned();
    let mapped = Error::new(kind, message);
    let mapped = match error.code {
        code::OPERATION_TIMEOUT => mapped.hint(
            "Another job runs on this server. Wait for it, or end it with `virsh domjobabort`.",
        ),
        code::AUTH_FAILED | code::ACCESS_DENIED => {
            mapped.hint("Run Coffer as root or as a member of the group libvirt.")
        }
        _ if error.is_disconnect() && denied => {
            mapped.hint("Run Coffer as root or as a member of the group libvirt.")
        }
        _ if error.is_disconnect() => mapped.hint(format!(
            "Check that libvirt runs and answers: virsh -c '{uri}' list"
        )),
        _ => mapped,
    };
    mapped.caused_by(error)
}
