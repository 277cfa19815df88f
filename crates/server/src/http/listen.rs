//! Listeners: connections in, requests to the router.
//!
//! HTTP/1.1 only, with keep-alive. A connection has so long for its TLS handshake and for each
//! request's headers; beyond the limit of connections, new ones wait in the kernel.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use coffer_core::{Error, Result};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::public::Peer;
use crate::config::{Http, Tls};

/// Time for a TLS handshake, and for the headers of a request (a connection that waits for its
/// next request included).
const HANDSHAKE: Duration = Duration::from_secs(10);
const HEADERS: Duration = Duration::from_secs(75);
/// How long a connection may say nothing before its other end is asked, and between such questions.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// How often certificate and key are looked at for changes.
const CERTIFICATE_PERIOD: Duration = Duration::from_secs(10);

/// Sockets that are bound.
pub(crate) struct Listeners {
    sockets: Vec<TcpListener>,
    tls: Option<(TlsAcceptor, Arc<Certificate>)>,
    connections: Arc<Semaphore>,
}

impl Listeners {
    /// Binds all addresses and reads certificate and key.
    pub(crate) async fn bind(http: &Http) -> Result<Listeners> {
        let tls = http.tls.as_ref().map(acceptor).transpose()?;
        let mut sockets = Vec::new();
        for address in &http.listen {
            let socket = TcpListener::bind(address).await.map_err(|e| {
                Error::unavailable(format!("listen on {address}"))
                    .hint("Choose another address in `http.listen`, or stop who uses this one.")
                    .caused_by(e)
            })?;
            sockets.push(socket);
        }
        let connections = Arc::new(Semaphore::new(http.connections));
        Ok(Listeners {
            sockets,
            tls,
            connections,
        })
    }

    /// The addresses, with the ports that the system chose where 0 was asked for.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.sockets
            .iter()
            .filter_map(|socket| socket.local_addr().ok())
            .collect()
    }

    /// Serves until `stop`; then requests under way have `grace` to end.
    pub(crate) async fn serve(self, router: Router, stop: CancellationToken, grace: Duration) {
        let open = Open::default();
        {
            let accepting = self.sockets.iter().map(|socket| {
                accept_all(
                    socket,
                    self.tls.as_ref().map(|(acceptor, _)| acceptor),
                    &self.connections,
                    &router,
                    &open,
                )
            });
            let renewing = async {
                match &self.tls {
                    Some((_, certificate)) => certificate.watch().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                _ = futures::future::join_all(accepting) => {}
                () = renewing => {}
            }
        }
        drop(self.sockets);
        open.closing.cancel();
        open.tasks.close();
        if tokio::time::timeout(grace, open.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("some requests did not end within {} s", grace.as_secs());
        }
    }
}

/// Connections that are open. One that was upgraded to another protocol is none any more.
#[derive(Default)]
struct Open {
    tasks: TaskTracker,
    /// Tells them to end after the request under way.
    closing: CancellationToken,
}

async fn accept_all(
    socket: &TcpListener,
    tls: Option<&TlsAcceptor>,
    connections: &Arc<Semaphore>,
    router: &Router,
    open: &Open,
) {
    loop {
        let permit = connections.clone().acquire_owned().await;
        let permit = permit.expect("the semaphore is never closed");
        match socket.accept().await {
            Ok((stream, address)) => {
                let (tls, router) = (tls.cloned(), router.clone());
                let closing = open.closing.clone();
                open.tasks.spawn(async move {
                    // A small answer goes out at once.
                    let _ = stream.set_nodelay(true);
                    // One whose other end is gone without a word is found out, also where nothing
                    // is due from either side for hours.
                    let _ = rustix::net::sockopt::set_socket_keepalive(&stream, true);
                    let _ = rustix::net::sockopt::set_tcp_keepidle(&stream, KEEPALIVE);
                    let _ = rustix::net::sockopt::set_tcp_keepintvl(&stream, KEEPALIVE);
                    let peer = Peer {
                        address,
                        tls: tls.is_some(),
                    };
                    match tls {
                        None => connection(stream, peer, router, closing, permit).await,
                        Some(tls) => {
                            if let Some(stream) = handshake(&tls, stream).await {
                                connection(stream, peer, router, closing, permit).await;
                            }
                        }
                    }
                });
            }
            Err(error) => {
                // Out of file descriptors, say: connections that end give some back.
                tracing::error!(%error, "accept connection: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn handshake(
    tls: &TlsAcceptor,
    stream: TcpStream,
) -> Option<tokio_rustls::server::TlsStream<TcpStream>> {
    match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
        Ok(Ok(stream)) => Some(stream),
        Ok(Err(error)) => {
            tracing::debug!(%error, "TLS handshake: {error}");
            None
        }
        Err(_) => None,
    }
}

async fn connection<S>(
    stream: S,
    peer: Peer,
    router: Router,
    closing: CancellationToken,
    _permit: OwnedSemaphorePermit,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = router.map_request(move |request: Request<hyper::body::Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer);
        request
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
        .with_upgrades();
    let mut served = std::pin::pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = closing.cancelled() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended: {error}");
    }
}

/// Whether certificate and key can be read and belong together.
///
/// # Errors
/// `Invalid` that names the file.
pub(crate) fn check_certificate(tls: &Tls) -> Result<()> {
    read(tls).map(drop)
}

fn acceptor(tls: &Tls) -> Result<(TlsAcceptor, Arc<Certificate>)> {
    let certificate = Arc::new(Certificate::load(tls)?);
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::internal("set up TLS").caused_by(e))?
        .with_no_client_auth()
        .with_cert_resolver(certificate.clone());
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), certificate))
}

fn provider() -> rustls::crypto::CryptoProvider {
    rustls::crypto::aws_lc_rs::default_provider()
}

/// The certificate that new connections get. It changes when its files do, or on SIGHUP; connections
/// that are open go on. Files that do not fit (one was replaced and the other not yet) change
/// nothing.
#[derive(Debug)]
struct Certificate {
    files: Tls,
    current: RwLock<Arc<CertifiedKey>>,
    seen: Mutex<Option<Seen>>,
    /// Listened to from the start: a hang-up that nobody listens to ends the process.
    hangup: tokio::sync::Mutex<Option<Signal>>,
}

/// What tells a file from what it was: time, size and inode of both.
type Seen = [(Option<SystemTime>, u64, u64); 2];

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(
            self.current
                .read()
                .expect("no panic holds this lock")
                .clone(),
        )
    }
}

impl Certificate {
    fn load(files: &Tls) -> Result<Certificate> {
        let seen = seen(files);
        let current = RwLock::new(Arc::new(read(files)?));
        Ok(Certificate {
            files: files.clone(),
            current,
            seen: Mutex::new(seen),
            hangup: tokio::sync::Mutex::new(signal(SignalKind::hangup()).ok()),
        })
    }

    /// Reads the files again.
    fn renew(&self) {
        match read(&self.files) {
            Ok(new) => {
                *self.current.write().expect("no panic holds this lock") = Arc::new(new);
                tracing::info!("new connections get the certificate as it is now");
            }
            Err(error) => {
                tracing::error!(error = %error.chain(), "the certificate stays as it was: {}", error.chain());
            }
        }
    }

    /// Whether the files are others than when they were looked at last.
    fn has_changed(&self) -> bool {
        let now = seen(&self.files);
        let mut before = self.seen.lock().expect("no panic holds this lock");
        let changed = now.is_some() && *before != now;
        if changed {
            *before = now;
        }
        changed
    }

    /// Looks at the files from time to time, and on SIGHUP. Ends never.
    async fn watch(&self) {
        let mut hangup = self.hangup.lock().await;
        loop {
            let told = async {
                match hangup.as_mut() {
                    Some(hangup) => drop(hangup.recv().await),
                    None => std::future::pending().await,
                }
            };
            let asked = tokio::select! {
                () = told => true,
                () = tokio::time::sleep(CERTIFICATE_PERIOD) => false,
            };
            if self.has_changed() || asked {
                self.renew();
            }
        }
    }
}

fn seen(files: &Tls) -> Option<Seen> {
    use std::os::unix::fs::MetadataExt;
    let look = |path: &std::path::Path| {
        let meta = std::fs::metadata(path).ok()?;
        Some((meta.modified().ok(), meta.len(), meta.ino()))
    };
    Some([look(&files.certificate)?, look(&files.key)?])
}

fn read(tls: &Tls) -> Result<CertifiedKey> {
    let wrong = |key: &str, path: &std::path::Path| {
        Error::invalid(format!(
            "`http.tls.{key}`: `{}` cannot be used",
            path.display()
        ))
        .hint("It must be a readable PEM file.")
    };
    let certificates: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(&tls.certificate)
            .and_then(Iterator::collect)
            .map_err(|e| wrong("certificate", &tls.certificate).caused_by(e))?;
    let key =
        PrivateKeyDer::from_pem_file(&tls.key).map_err(|e| wrong("key", &tls.key).caused_by(e))?;
    // Says too whether the key is that of the certificate.
    CertifiedKey::from_der(certificates, key, &provider())
        .map_err(|e| wrong("certificate", &tls.certificate).caused_by(e))
}
