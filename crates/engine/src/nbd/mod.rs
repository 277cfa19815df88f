//! The NBD protocol: how blocks of virtual disks are read and written, and how those of backups are
//! served.
//!
//! Every driver ends in NBD exports, by QEMU itself or by `qemu-nbd`. The subset spoken is
//! fixed newstyle with structured replies and meta contexts, as the protocol's document has it
//! (NetworkBlockDevice: `doc/proto.md`); servers without structured replies are read too, but
//! know no extents. One connection carries many requests at once.
//!
//! Nobody at the other end is trusted: every length is checked before memory is taken for it. The
//! client is in `client`; [`server`] is the other side.

mod block;
mod client;
mod handshake;
pub mod server;
mod wire;

use std::path::PathBuf;
use std::sync::Arc;

use coffer_core::{Error, Kind};

pub(crate) use block::push as push_extent;
pub use block::{NbdSource, NbdTarget};
pub use client::{NbdClient, StatusExtent};
pub use handshake::ExportInfo;

/// Where an NBD server listens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NbdAddress {
    /// A unix socket.
    Unix(PathBuf),
    /// A TCP port. Nothing is encrypted: for the loopback interface only.
    Tcp {
        /// Host name or address.
        host: String,
        /// Port.
        port: u16,
    },
}

impl std::fmt::Display for NbdAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NbdAddress::Unix(path) => write!(f, "{}", path.display()),
            NbdAddress::Tcp { host, port } => write!(f, "{host}:{port}"),
        }
    }
}

/// What can go wrong between us and an NBD server.
///
/// Cloned to every request in flight when a connection dies.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NbdError {
    /// The connection could not be made, or broke.
    #[error("connection to NBD server lost: {0}")]
    Io(#[source] Arc<std::io::Error>),
    /// The server, or we, closed the connection.
    #[error("connection to NBD server is closed")]
    Closed,
    /// The server broke the protocol; the connection is given up.
    #[error("NBD server broke the protocol: {0}")]
    Protocol(String),
    /// The server lacks something that is needed.
    #[error("NBD server lacks {0}")]
    Unsupported(&'static str),
    /// The server refused an option of the handshake.
    #[error("NBD server refused {option}: {reason}")]
    Refused {
        /// The option.
        option: &'static str,
        /// The server's words, or the error's name.
        reason: String,
    },
    /// A meta context that was asked for is not there: so there is no such bitmap.
    #[error("NBD export has no context {0}")]
    MissingContext(String),
    /// A request failed; the connection goes on.
    #[error("NBD {command} at byte {offset} failed: error {errno} {message}")]
    Request {
        /// The request.
        command: &'static str,
        /// Where.
        offset: u64,
        /// As the protocol numbers them: 5 EIO, 28 ENOSPC, ...
        errno: u32,
        /// The server's words, may be empty.
        message: String,
    },
    /// The server did not answer in time.
    #[error("NBD server did not answer within {0} s")]
    Timeout(u64),
}

impl From<std::io::Error> for NbdError {
    fn from(error: std::io::Error) -> NbdError {
        NbdError::Io(Arc::new(error))
    }
}

impl NbdError {
    /// True if the server could not read or write.
    pub fn is_io_fault(&self) -> bool {
        matches!(self, NbdError::Request { errno, .. } if *errno == wire::EIO)
    }

    /// True if the connection is of no more use.
    pub fn is_disconnect(&self) -> bool {
        match self {
            NbdError::Io(_) | NbdError::Closed | NbdError::Protocol(_) | NbdError::Timeout(_) => {
                true
            }
            // ESHUTDOWN: the server goes away and says so.
            NbdError::Request { errno, .. } => *errno == wire::ESHUTDOWN,
            NbdError::Unsupported(_) | NbdError::Refused { .. } | NbdError::MissingContext(_) => {
                false
            }
        }
    }
}

impl From<NbdError> for Error {
    fn from(error: NbdError) -> Error {
        let kind = match &error {
            NbdError::Io(_)
            | NbdError::Closed
            | NbdError::Timeout(_)
            | NbdError::Protocol(_)
            | NbdError::Request { .. } => Kind::Unavailable,
            NbdError::Refused { .. } | NbdError::MissingContext(_) => Kind::NotFound,
            NbdError::Unsupported(_) => Kind::Invalid,
        };
        let mapped = Error::new(kind, error.to_string());
        let mapped = match &error {
            NbdError::Request { errno, .. } if *errno == wire::ENOSPC => {
                mapped.hint("Free space on the file system of that disk and try again.")
            }
            _ => mapped,
        };
        mapped.caused_by(error)
    }
}
