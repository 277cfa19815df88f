//! Webhooks: one JSON document by POST, signed, to an address that may be reached.
//!
//! `X-Coffer-Signature: t=<seconds since 1970>,v1=<hex>`: HMAC-SHA256 with the subscription's secret
//! of `<t>.<body>`. A recipient compares it, and refuses what is older than some minutes.

use std::net::SocketAddr;
use std::sync::Arc;

use aws_lc_rs::hmac;
use coffer_core::cbr::Refusal;
use jiff::Timestamp;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use url::{Host, Url};

use super::{Failure, Networks};
use crate::catalog::notify::Delivery;

/// Longest address.
const URL_MAX: usize = 2048;

/// Looks names up, and gives only addresses that may be reached.
struct Guarded(Networks);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let networks = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|a| networks.allow(a.ip())).collect();
            if allowed.is_empty() {
                return Err("its addresses may not be reached from here".into());
            }
            let allowed: Addrs = Box::new(allowed.into_iter());
            Ok::<Addrs, Box<dyn std::error::Error + Send + Sync>>(allowed)
        })
    }
}

/// Checks the address of a webhook.
pub fn check_url(field: &str, text: &str) -> Result<Url, Refusal> {
    let wrong = |problem: &str| Refusal::parameter(field, problem);
    if text.len() > URL_MAX {
        return Err(wrong("is longer than 2048 characters"));
    }
    let url = Url::parse(text).map_err(|_| wrong("is no URL"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong("must be a http or https URL"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong(
            "must not hold a user or password: sign with a secret instead",
        ));
    }
    Ok(url)
}

pub(super) async fn post(
    networks: &Networks,
    target: &str,
    secret: Option<&str>,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<(), Failure> {
    let url = check_url("url", target).map_err(|refusal| Failure::Never(refusal.message))?;
    // An address instead of a name is not looked up by anybody.
    let literal = match url.host() {
        Some(Host::Ipv4(v4)) => Some(v4.into()),
        Some(Host::Ipv6(v6)) => Some(v6.into()),
        _ => None,
    };
    if literal.is_some_and(|address| !networks.allow(address)) {
        return Err(Failure::Later(
            "its address may not be reached from here (notify.allow_networks)".to_owned(),
        ));
    }
    // A client a message: connections are not kept, and each message looks the name up anew.
    let client = reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .dns_resolver(Arc::new(Guarded(networks.clone())))
        .user_agent(concat!("coffer/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|e| Failure::Later(format!("prepare the request: {e}")))?;
    let body = delivery.payload.0.to_string();
    let mut request = client
        .post(url)
        .header("Content-Type", "application/json")
        .header("X-Coffer-Event", &delivery.event)
        .header("X-Coffer-Delivery", delivery.id.to_string());
    if let Some(secret) = secret {
        request = request.header("X-Coffer-Signature", signature(secret, &body, now));
    }
    let answer = request
        .body(body)
        .send()
        .await
        // The address may hold a secret of the user's.
        .map_err(|e| Failure::Later(chain(&e.without_url())))?;
    match answer.status().as_u16() {
        200..=299 => Ok(()),
        // Gone: the recipient asks for the end of it.
        410 => Err(Failure::Never("the recipient answered 410".to_owned())),
        300..=399 => Err(Failure::Later(
            "the recipient sends elsewhere, which is not followed".to_owned(),
        )),
        status => Err(Failure::Later(format!("the recipient answered {status}"))),
    }
}

/// The header that proves who sent a body, and when.
fn signature(secret: &str, body: &str, now: Timestamp) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let at = now.as_second();
    let tag = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    format!("t={at},v1={}", hex::encode(tag.as_ref()))
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(&format!(": {cause}"));
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_what_openssl_makes() {
        // From `openssl dgst -sha256 -hmac` over `1700000000.{}`.
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        assert_eq!(
            signature("0123456789abcdef", "{}", at),
            "t=1700000000,v1=e4f8e2ecae2295b2ddb2f0b5584c8275e226c0ebe9b3b819e70156bb67122e3e"
        );
    }

    #[test]
    fn addresses_without_credentials_are_taken() {
        for (text, good) in [
            ("https://example.org/hook?x=1", true),
            ("http://10.0.0.1:8080/", true),
            ("ftp://example.org/", false),
            ("https://user@example.org/", false),
            ("https://user:password@example.org/", false),
            ("/hook", false),
            ("", false),
        ] {
            assert_eq!(check_url("url", text).is_ok(), good, "{text}");
        }
        assert!(check_url("url", &format!("https://a/{}", "x".repeat(2048))).is_err());
    }
}
