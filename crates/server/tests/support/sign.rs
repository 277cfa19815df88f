//! Signs requests as the Huawei SDK does: the canonical request written out here, not computed by the
//! code under test.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use serde_json::Value;

/// What a body counts as that is not signed.
pub const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// What a body counts as.
pub fn hash(body: &[u8]) -> String {
    hex::encode(digest(&SHA256, body))
}

/// The `Authorization` of a request. `path` with its query, which has to be canonical; `payload`: the
/// body's hash, or what the request names in its place.
pub fn authorization(
    key: &Value,
    (method, host, path): (&str, &str, &str),
    date: &str,
    payload: &str,
) -> String {
    let (bare, query) = path.split_once('?').unwrap_or((path, ""));
    let canonical = format!(
        "{method}\n{bare}/\n{query}\nhost:{host}\nx-sdk-date:{date}\n\nhost;x-sdk-date\n{payload}"
    );
    let text = format!("SDK-HMAC-SHA256\n{date}\n{}", hash(canonical.as_bytes()));
    let secret = key["secret"].as_str().expect("a secret").as_bytes();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), text.as_bytes());
    let access = key["access"].as_str().expect("a name");
    let signature = hex::encode(tag);
    format!("SDK-HMAC-SHA256 Access={access}, SignedHeaders=host;x-sdk-date, Signature={signature}")
}
