//! An NBD server: sources of blocks as read-only exports.
//!
//! What is spoken: fixed newstyle, GO, INFO, LIST, the old EXPORT_NAME, structured replies, block
//! status with `base:allocation`, several connections to one export (NetworkBlockDevice:
//! `doc/proto.md`). Nothing can be written.
//!
//! Clients are not trusted. One that breaks the protocol loses its connection and nothing else; what
//! it may cost is bounded:
//!
//! | what | limit |
//! |---|---|
//! | connections | [`CONNECTIONS_MAX`] at a server; the next one is closed at once |
//! | handshake | [`HANDSHAKE_LIMIT`] and a number of options of at most 64 KiB each |
//! | requests at work in a connection | 16; the next one is read when one has ended |
//! | bytes read for a connection and not yet taken by it | 4 MiB, in pieces of 256 KiB |
//!
//! A client that does not read its replies holds up nobody but itself.

mod handshake;
mod socket;
mod transmission;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use socket::SocketFile;

use crate::block::BlockSource;

/// Connections of one server: QEMU takes up to 16 for an export, `nbdcopy` 4.
pub const CONNECTIONS_MAX: usize = 32;
/// How long a client may take to choose an export.
pub const HANDSHAKE_LIMIT: Duration = Duration::from_secs(30);
/// Between two tries to take a connection where the system has no more descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// One export.
#[derive(Clone)]
pub struct Served {
    /// How clients name it, at most 4096 bytes. A server's only export is its default one too.
    pub name: String,
    /// What it is, for people who list the exports.
    pub description: String,
    /// Its blocks. They may not change as long as they are served.
    pub source: Arc<dyn BlockSource>,
}

impl std::fmt::Debug for Served {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Served({}, {} bytes)", self.name, self.source.size())
    }
}

/// What a server has done until now.
#[derive(Debug, Default)]
pub struct Figures {
    connections: AtomicU64,
    read_bytes: AtomicU64,
}

impl Figures {
    /// Connections that are open.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Bytes of disks that clients have read, zeroes among them.
    pub fn read_bytes(&self) -> u64 {
        self.read_bytes.load(Ordering::Relaxed)
    }
}

/// Why a connection ended before its client said so.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("connection lost: {0}")]
    Io(#[from] std::io::Error),
    #[error("the client broke the protocol: {0}")]
    Protocol(&'static str),
    #[error("no export was chosen in time")]
    Slow,
}

/// Serves `exports` at `socket` until `end`; then every connection is closed and the socket is gone.
///
/// Connections are closed rather than answered with errors, so that clients that can connect anew
/// wait for a successor instead of failing.
pub async fn serve(
    socket: SocketFile,
    exports: Vec<Served>,
    figures: Arc<Figures>,
    end: CancellationToken,
) {
    let exports: Arc<[Served]> = exports.into();
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = end.cancelled() => break,
            accepted = socket.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        let stream = match accepted {
            Ok(stream) => stream,
            Err(error) => {
                tracing::warn!(%error, "an NBD connection could not be taken");
                tokio::time::sleep(ACCEPT_AGAIN).await;
                continue;
            }
        };
        if connections.len() >= CONNECTIONS_MAX {
            tracing::warn!(
                limit = CONNECTIONS_MAX,
                "too many NBD connections: one is refused"
            );
            continue;
        }
        let (exports, figures) = (Arc::clone(&exports), Arc::clone(&figures));
        connections.spawn(async move {
            let open = Open::new(&figures);
            if let Err(fault) = connection(stream, &exports, &figures).await {
                tracing::debug!(%fault, "an NBD connection ended");
            }
            drop(open);
        });
    }
    connections.shutdown().await;
}

/// Serves one connection that was made elsewhere, by somebody who may read the exports: it may take
/// as long as it likes to choose one. Returns when it ends, and gives it up when dropped.
pub async fn serve_stream<S>(mut stream: S, exports: &[Served], figures: &Figures)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let open = Open::new(figures);
    let served = async {
        match handshake::agree(&mut stream, exports).await? {
            Some(chosen) => transmission::answer(stream, chosen, figures).await,
            None => Ok(()),
        }
    };
    if let Err(fault) = served.await {
        tracing::debug!(%fault, "an NBD connection ended");
    }
    drop(open);
}

/// Counts a connection as long as it is open, however it ends.
struct Open<'a>(&'a Figures);

impl Open<'_> {
    fn new(figures: &Figures) -> Open<'_> {
        figures.connections.fetch_add(1, Ordering::Relaxed);
        Open(figures)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One connection from the greeting to its end.
async fn connection<S>(mut stream: S, exports: &[Served], figures: &Figures) -> Result<(), Fault>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let agreed = tokio::time::timeout(HANDSHAKE_LIMIT, handshake::agree(&mut stream, exports));
    match agreed.await.unwrap_or(Err(Fault::Slow))? {
        Some(chosen) => transmission::answer(stream, chosen, figures).await,
        None => Ok(()),
    }
}
