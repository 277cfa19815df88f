//! The address at which a client reaches the service.

use std::net::SocketAddr;

use axum::extract::FromRequestParts;
use axum::http::header::HOST;
use axum::http::request::Parts;

use super::error::ApiError;
use crate::config::Config;
use crate::state::AppState;

/// The other end of the connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// True if the connection is TLS.
    pub tls: bool,
}

/// Scheme, host and port, without a final `/`: from the configuration, else from what the client
/// asked for. Documents put it in front of their links.
#[derive(Debug, Clone)]
pub struct PublicBase(pub String);

impl FromRequestParts<AppState> for PublicBase {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<PublicBase, ApiError> {
        if let Some(url) = &state.config.public_url {
            return Ok(PublicBase(url.as_str().to_owned()));
        }
        request_base(&state.config, parts).map(PublicBase)
    }
}

/// Scheme, host and port that a request was sent to, as far as it says so itself.
///
/// # Errors
/// 400 where it does not, or says something that is no host.
pub(crate) fn request_base(config: &Config, parts: &Parts) -> Result<String, ApiError> {
    let peer = parts.extensions.get::<Peer>().copied();
    let header = |name: &str| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let forwarded = |name| header(name).filter(|_| is_trusted(config, peer));
    let scheme = match forwarded("x-forwarded-proto") {
        Some("https") => "https",
        Some(_) => "http",
        None if peer.is_some_and(|peer| peer.tls) => "https",
        None => "http",
    };
    let host = forwarded("x-forwarded-host").or_else(|| header(HOST.as_str()));
    let host = host.ok_or_else(|| ApiError::bad_request("The Host header is missing."))?;
    let legal = |c: char| c.is_ascii_alphanumeric() || ".-:[]_".contains(c);
    match !host.is_empty() && host.len() <= 255 && host.chars().all(legal) {
        true => Ok(format!("{scheme}://{host}")),
        false => Err(ApiError::bad_request(
            "The Host header is no host and port.",
        )),
    }
}

/// The address a request came from: the peer's, or what a trusted proxy says.
pub fn client_address(config: &Config, parts: &Parts) -> std::net::IpAddr {
    let peer = parts.extensions.get::<Peer>().copied();
    let address = peer.map_or([0, 0, 0, 0].into(), |peer| peer.address.ip());
    if !is_trusted(config, peer) {
        return address;
    }
    // The last entry is the one that our own proxy wrote.
    let forwarded = parts.headers.get_all("x-forwarded-for").iter().next_back();
    let last =
        forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    last.unwrap_or(address)
}

fn is_trusted(config: &Config, peer: Option<Peer>) -> bool {
    peer.is_some_and(|peer| config.http.trusted_proxies.contains(&peer.address.ip()))
}
