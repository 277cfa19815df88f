//! The cookie of a session, and what protects requests that carry it.
//!
//! The cookie cannot be read by scripts (`HttpOnly`) and is not sent from other sites
//! (`SameSite=Strict`). Besides, a request that changes something must have a header that no form
//! can send, and, where the browser names the origin, ours.

use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};

use super::error::ApiError;
use super::public::request_base;
use crate::config::Config;

/// Name of the cookie.
pub(crate) const NAME: &str = "coffer_session";
/// Header that a request must have to change something, with the value `1`.
pub(crate) const HEADER: &str = "x-coffer-console";
/// Header of requests that a page makes by itself: they do not keep the session alive.
pub(crate) const BACKGROUND: &str = "x-coffer-background";

/// The session's secret that a request carries.
pub(crate) fn secret(parts: &Parts) -> Option<&str> {
    let cookies = parts.headers.get_all(header::COOKIE).iter();
    let pairs = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'));
    let mut ours = pairs.filter_map(|pair| pair.trim().strip_prefix(NAME)?.strip_prefix('='));
    ours.find(|secret| !secret.is_empty())
}

/// `Set-Cookie` that gives a secret.
pub(crate) fn give(secret: &str, config: &Config, parts: &Parts) -> HeaderValue {
    let text = format!(
        "{NAME}={secret}; HttpOnly; SameSite=Strict; Path=/{}",
        secure(config, parts)
    );
    HeaderValue::from_str(&text).expect("the secret is base64")
}

/// `Set-Cookie` that takes the secret away.
pub(crate) fn take(config: &Config, parts: &Parts) -> HeaderValue {
    let secure = secure(config, parts);
    let text = format!("{NAME}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0{secure}");
    HeaderValue::from_str(&text).expect("plain ASCII")
}

/// `; Secure` where the browser reaches the service by TLS.
fn secure(config: &Config, parts: &Parts) -> &'static str {
    let base = request_base(config, parts).unwrap_or_default();
    let host = |url: &str| url.split_once("://").map(|(_, host)| host.to_owned());
    // Behind a proxy that is not trusted to say so, the configured address tells.
    let public = config.public_url.as_ref().map(|url| url.as_str());
    let by_public =
        public.is_some_and(|url| url.starts_with("https://") && host(url) == host(&base));
    match base.starts_with("https://") || by_public {
        true => "; Secure",
        false => "",
    }
}

/// Checks that a request with a cookie may change something.
///
/// # Errors
/// 403.
pub(crate) fn check_write(config: &Config, parts: &Parts) -> Result<(), ApiError> {
    if matches!(parts.method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    let header = parts.headers.get(HEADER).map(HeaderValue::as_bytes);
    if header != Some(b"1") {
        let mut error = ApiError::forbidden();
        error.hint = Some("A request by cookie needs the header X-Coffer-Console: 1.".to_owned());
        return Err(error);
    }
    check_origin(config, parts)
}

/// Checks that a request comes from our own pages, as far as the browser says where from.
///
/// # Errors
/// 403.
pub(crate) fn check_origin(config: &Config, parts: &Parts) -> Result<(), ApiError> {
    let Some(origin) = parts.headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().unwrap_or_default();
    let own = request_base(config, parts).unwrap_or_default();
    let public = config.public_url.as_ref().map(|url| url.as_str());
    if !origin.is_empty() && (origin.eq_ignore_ascii_case(&own) || Some(origin) == public) {
        return Ok(());
    }
    let mut error = ApiError::forbidden();
    error.hint = Some("The request comes from a page of another origin.".to_owned());
    Err(error)
}
