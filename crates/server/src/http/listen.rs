//! Listeners: connections in, requests to the router.
//!
//! HTTP/1.1 only, with keep-alive. A connection has so long for its TLS handshake and for each
//! request's headers; beyond the limit of connections, new ones wait in the kernel.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use coffer_core::{Error, Result};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::public::Peer;
use crate::config::{Http, Tls};

/// Time for a TLS handshake, and for the headers of a request (a connection that waits for its
/// next request included).
const HANDSHAKE: Duration = Duration::from_secs(10);
const HEADERS: Duration = Duration::from_secs(75);

/// Sockets that are bound.
pub(crate) struct Listeners {
    sockets: Vec<TcpListener>,
    tls: Option<TlsAcceptor>,
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
        let graceful = GracefulShutdown::new();
        {
            let accepting = self.sockets.iter().map(|socket| {
                accept_all(
                    socket,
                    self.tls.as_ref(),
                    &self.connections,
                    &router,
                    &graceful,
                )
            });
            tokio::select! {
                () = stop.cancelled() => {}
                _ = futures::future::join_all(accepting) => {}
            }
        }
        drop(self.sockets);
        if tokio::time::timeout(grace, graceful.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("some requests did not end within {} s", grace.as_secs());
        }
    }
}

async fn accept_all(
    socket: &TcpListener,
    tls: Option<&TlsAcceptor>,
    connections: &Arc<Semaphore>,
    router: &Router,
    graceful: &GracefulShutdown,
) {
    loop {
        let permit = connections.clone().acquire_owned().await;
        let permit = permit.expect("the semaphore is never closed");
        match socket.accept().await {
            Ok((stream, address)) => {
                let (tls, router) = (tls.cloned(), router.clone());
                let watcher = graceful.watcher();
                tokio::spawn(async move {
                    // A small answer goes out at once.
                    let _ = stream.set_nodelay(true);
                    let peer = Peer {
                        address,
                        tls: tls.is_some(),
                    };
                    match tls {
                        None => connection(stream, peer, router, watcher, permit).await,
                        Some(tls) => {
                            if let Some(stream) = handshake(&tls, stream).await {
                                connection(stream, peer, router, watcher, permit).await;
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
    watcher: hyper_util::server::graceful::Watcher,
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
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    if let Err(error) = watcher.watch(served).await {
        tracing::debug!(%error, "connection ended: {error}");
    }
}

fn acceptor(tls: &Tls) -> Result<TlsAcceptor> {
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
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::internal("set up TLS").caused_by(e))?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .map_err(|e| wrong("certificate", &tls.certificate).caused_by(e))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
