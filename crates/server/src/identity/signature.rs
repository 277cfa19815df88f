//! Signed requests: `SDK-HMAC-SHA256` in its two forms.
//!
//! Clients of the Huawei kind send `Access=<AK>`, those of the Go kind
//! `Credential=<AK>/<date>/<region>/<service>/sdk_request`; the canonical request is the same, the
//! key and the string to sign differ. Everything here is a pure function of the request.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use axum::http::{HeaderMap, Method, Uri};
use jiff::{SignedDuration, Timestamp, civil, tz};

/// How far the date of a request may be off.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(15);
const ALGORITHM: &str = "SDK-HMAC-SHA256";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// A request as far as its signature covers it.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    /// Method.
    pub method: &'a Method,
    /// Path and query as the client sent them.
    pub uri: &'a Uri,
    /// Headers as the client sent them.
    pub headers: &'a HeaderMap,
    /// Body as received.
    pub body: &'a [u8],
}

/// The parts of an `Authorization` header of this kind.
#[derive(Debug, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// The access key.
    pub access: &'a str,
    scope: Option<Scope<'a>>,
    signed_headers: &'a str,
    signature: &'a str,
}

/// The credential scope of the Go form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Scope<'a> {
    /// `date/region/service/sdk_request`.
    text: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
}

impl<'a> Authorization<'a> {
    /// Takes the header apart; none where it is not of this kind.
    pub fn parse(header: &'a str) -> Option<Authorization<'a>> {
        let rest = header.strip_prefix(ALGORITHM)?.trim_start();
        let (mut access, mut scope, mut signed_headers, mut signature) = (None, None, None, None);
        for part in rest.split(',') {
            let (key, value) = part.trim().split_once('=')?;
            match key {
                "Access" => access = Some(value),
                "Credential" => {
                    let (name, text) = value.split_once('/')?;
                    let mut parts = text.split('/');
                    let (date, region, service) = (parts.next()?, parts.next()?, parts.next()?);
                    if parts.next()? != "sdk_request" || parts.next().is_some() {
                        return None;
                    }
                    access = Some(name);
                    scope = Some(Scope {
                        text,
                        date,
                        region,
                        service,
                    });
                }
                "SignedHeaders" => signed_headers = Some(value),
                "Signature" => signature = Some(value),
                _ => return None,
            }
        }
        Some(Authorization {
            access: access.filter(|access| !access.is_empty())?,
            scope,
            signed_headers: signed_headers?,
            signature: signature?,
        })
    }

    /// True if the signature fits request, secret and time.
    ///
    /// Host and date must be signed, the date within 15 minutes of `now`, and the body must have
    /// the hash that the request names, if it names one.
    pub fn verify(&self, request: SignedRequest<'_>, secret: &str, now: Timestamp) -> bool {
        let Some(date) = header(request.headers, "x-sdk-date") else {
            return false;
        };
        let signed = |name| self.signed_headers.split(';').any(|signed| signed == name);
        if !signed("host") || !signed("x-sdk-date") || !is_current(date, now) {
            return false;
        }
        if self
            .scope
            .is_some_and(|scope| !date.starts_with(scope.date) || scope.date.len() != 8)
        {
            return false;
        }
        let Some(canonical) = self.canonical_request(request) else {
            return false;
        };
        let expected = self.sign(date, &canonical, secret);
        verify_slices_are_equal(expected.as_bytes(), self.signature.as_bytes()).is_ok()
    }

    fn sign(&self, date: &str, canonical: &str, secret: &str) -> String {
        let hash = sha256(canonical.as_bytes());
        match self.scope {
            None => {
                let text = format!("{ALGORITHM}\n{date}\n{hash}");
                hex::encode(hmac_sha256(secret.as_bytes(), &text))
            }
            Some(scope) => {
                let text = format!("{ALGORITHM}\n{date}\n{}\n{hash}", scope.text);
                let mut key = hmac_sha256(format!("SDK{secret}").as_bytes(), scope.date);
                for part in [scope.region, scope.service, "sdk_request"] {
                    key = hmac_sha256(key.as_ref(), part);
                }
                hex::encode(hmac_sha256(key.as_ref(), &text))
            }
        }
    }

    /// True where the request says that its body is not signed. Whether it may is the frame's to say:
    /// only an upload may, which is not read before it is known who sends it, or one without a body.
    pub fn leaves_body_unsigned(headers: &HeaderMap) -> bool {
        header(headers, "x-sdk-content-sha256").is_some_and(|named| named == UNSIGNED)
    }

    /// None where a signed header is missing or the body's hash is not the one named.
    fn canonical_request(&self, request: SignedRequest<'_>) -> Option<String> {
        let mut query = canonical_query(request.uri.query().unwrap_or_default());
        let mut payload = sha256(request.body);
        if let Some(named) = header(request.headers, "x-sdk-content-sha256") {
            if named != UNSIGNED && named != payload {
                return None;
            }
            payload = named.to_owned();
        } else if self.scope.is_some()
            && request.method == Method::POST
            && request.body.is_empty()
            && !query.is_empty()
        {
            // The Go client signs the query of a POST without body in the body's place.
            payload = sha256(query.as_bytes());
            query.clear();
        }
        let mut text = String::new();
        for line in [
            request.method.as_str(),
            &canonical_path(request.uri.path()),
            &query,
        ] {
            text.push_str(line);
            text.push('\n');
        }
        for name in self.signed_headers.split(';') {
            let value = header(request.headers, name)?;
            let value = match self.scope {
                Some(_) => value.split_ascii_whitespace().collect::<Vec<_>>().join(" "),
                None => value.trim().to_owned(),
            };
            text.push_str(&format!("{}:{value}\n", name.to_ascii_lowercase()));
        }
        text.push_str(&format!("\n{}\n{payload}", self.signed_headers));
        Some(text)
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    // Bytes beyond ASCII are let through: they are signed as they are sent.
    let value = headers.get(name)?;
    std::str::from_utf8(value.as_bytes()).ok()
}

fn is_current(date: &str, now: Timestamp) -> bool {
    let sent = civil::DateTime::strptime("%Y%m%dT%H%M%SZ", date)
        .and_then(|civil| tz::TimeZone::UTC.to_timestamp(civil));
    sent.is_ok_and(|sent| now.duration_since(sent).abs() <= TOLERANCE)
}

fn canonical_path(path: &str) -> String {
    let mut text: String = path
        .split('/')
        .map(|segment| encode(&decode(segment, false)))
        .collect::<Vec<_>>()
        .join("/");
    if !text.ends_with('/') {
        text.push('/');
    }
    text
}

fn canonical_query(query: &str) -> String {
    let parts = query.split('&').filter(|part| !part.is_empty());
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = parts
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(key, value)| (decode(key, true), decode(value, true)))
        .collect();
    pairs.sort();
    let pairs = pairs
        .iter()
        .map(|(key, value)| format!("{}={}", encode(key), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

pub(crate) fn decode(text: &str, plus_is_space: bool) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = bytes.get(at + 1..at + 3).filter(|_| byte == b'%');
        let value = hex.and_then(|hex| std::str::from_utf8(hex).ok());
        match value.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(value) => {
                decoded.push(value);
                at += 3;
            }
            None => {
                decoded.push(if byte == b'+' && plus_is_space {
                    b' '
                } else {
                    byte
                });
                at += 1;
            }
        }
    }
    decoded
}

fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                text.push(char::from(byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(digest(&SHA256, bytes))
}

fn hmac_sha256(key: &[u8], text: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "sktestsktestsktestsktestsktestsktest0001";
    const PROJECT: &str = "/v3/4229d7a45436489f8c3dc2b1d35d4987";
    const VAULT: &str = "vaults/2b076f26-391f-40fa-bf71-a798940faccf";
    const HUAWEI: &str = "Access=AKTEST0000000000001, \
        SignedHeaders=content-type;host;user-agent;x-project-id;x-sdk-date";
    const GO: &str = "Credential=AKTEST0000000000001/20261122///sdk_request, \
        SignedHeaders=accept;host;user-agent;x-sdk-date";
    const GO_BODY: &str = "Credential=AKTEST0000000000001/20261122///sdk_request, \
        SignedHeaders=accept;content-type;host;user-agent;x-sdk-date";

    struct Case {
        method: Method,
        uri: Uri,
        headers: HeaderMap,
        body: &'static str,
        authorization: String,
    }

    impl Case {
        fn new(method: Method, uri: String, body: &'static str, parts: &str, sign: &str) -> Case {
            let mut headers = HeaderMap::new();
            headers.insert("host", "127.0.0.1:18082".parse().unwrap());
            let authorization = format!("{ALGORITHM} {parts}, Signature={sign}");
            Case {
                method,
                uri: uri.parse().unwrap(),
                headers,
                body,
                authorization,
            }
        }
        fn with(mut self, name: &'static str, value: &str) -> Case {
            self.headers.insert(name, value.parse().unwrap());
            self
        }
        fn huawei(self, content_type: &str) -> Case {
            self.with("content-type", content_type)
                .with("user-agent", "huaweicloud-usdk-python/3.0; example")
                .with("x-project-id", "4229d7a45436489f8c3dc2b1d35d4987")
                .with("x-sdk-date", "20261122T152418Z")
        }
        fn go(self) -> Case {
            self.with("accept", "application/json")
                .with("user-agent", "golangsdk/2.0.0")
                .with("x-sdk-date", "20261122T152353Z")
        }
        fn request(&self) -> SignedRequest<'_> {
            SignedRequest {
                method: &self.method,
                uri: &self.uri,
                headers: &self.headers,
                body: self.body.as_bytes(),
            }
        }
        fn canonical(&self) -> String {
            let authorization = Authorization::parse(&self.authorization).unwrap();
            sha256(
                authorization
                    .canonical_request(self.request())
                    .unwrap()
                    .as_bytes(),
            )
        }
        fn verifies(&self, now: &str) -> bool {
            let authorization = Authorization::parse(&self.authorization).unwrap();
            assert_eq!(authorization.access, "AKTEST0000000000001");
            authorization.verify(self.request(), SECRET, now.parse().unwrap())
        }
    }

    fn huawei_get() -> Case {
        let uri = format!("{PROJECT}/backups?limit=2&name=a%20b%2Fc~d&status=available");
        let signature = "67f520e9dc25bb28d5e4d31fc21c0e75c515370a87ba366048d90ec8a01098b3";
        Case::new(Method::GET, uri, "", HUAWEI, signature).huawei("application/json")
    }

    fn huawei_post() -> Case {
        let body = r#"{"resources": [{"id": "94eba8b2-acc9-4d82-badc-127144cc5526", "type": "OS::Nova::Server"}]}"#;
        let signature = "fdb4c4e784d20bf0246f70f949d9d1125933b96c6479c877762ed312e9451fcc";
        let uri = format!("{PROJECT}/{VAULT}/addresources");
        Case::new(Method::POST, uri, body, HUAWEI, signature)
            .huawei("application/json;charset=utf-8")
    }

    fn go_get() -> Case {
        let uri = format!("{PROJECT}/backups?name=a+b%2Fc~d&status=available");
        let signature = "c69b2f2e05ed5af7e24311cdd520d842bdaad6112a5917299488824cfca6dae9";
        Case::new(Method::GET, uri, "", GO, signature).go()
    }

    fn go_post() -> Case {
        let body = "{\"policy_id\":\"94eba8b2-acc9-4d82-badc-127144cc5526\"}\n";
        let signature = "4d16d34bce0aefa917b735e2fc6b4e0279474ec551979b037d22245b52f49865";
        let uri = format!("{PROJECT}/{VAULT}/associatepolicy");
        Case::new(Method::POST, uri, body, GO_BODY, signature)
            .go()
            .with("content-type", "application/json")
    }

    const AT: &str = "2026-11-22T15:24:00Z";

    #[test]
    fn the_recorded_vectors_verify() {
        let check = |case: Case, canonical: &str| {
            assert_eq!(case.canonical(), canonical, "{}", case.uri);
            assert!(case.verifies(AT), "{}", case.uri);
        };
        check(
            huawei_get(),
            "8c609bf1effd286b90ca636d3b6329543cabc2e65de50842e427696f7582b2c3",
        );
        check(
            huawei_post(),
            "f10f1a40f37debbc4f1c181923bc6b2598789c4213b92ceb281ea78c45d21d0f",
        );
        check(
            go_get(),
            "582f306582cf8b80898ce46bcc0f0a7675984fa65ac2023286fecebb5989867c",
        );
        check(
            go_post(),
            "affc922a51421fc9c2c2698a27e941b2ca4cbcb59bdc511fd19cf83ff793e3bd",
        );
    }

    #[test]
    fn anything_changed_is_refused() {
        for case in [huawei_get, huawei_post, go_get, go_post] {
            assert!(!case().with("host", "127.0.0.1:1").verifies(AT));
            assert!(!case().with("user-agent", "x").verifies(AT));
            assert!(!case().with("x-sdk-date", "20261122T152419Z").verifies(AT));
            let mut other = case();
            other.body = "{}";
            assert!(!other.verifies(AT));
            let mut other = case();
            other.method = Method::PUT;
            assert!(!other.verifies(AT));
            let mut other = case();
            other.uri = format!("{PROJECT}/vaults").parse().unwrap();
            assert!(!other.verifies(AT));
        }
    }

    #[test]
    fn dates_may_be_15_minutes_off() {
        assert!(huawei_get().verifies("2026-11-22T15:39:18Z"));
        assert!(!huawei_get().verifies("2026-11-22T15:39:19Z"));
        assert!(huawei_get().verifies("2026-11-22T15:09:18Z"));
        assert!(!huawei_get().verifies("2026-11-22T15:09:17Z"));
    }

    #[test]
    fn host_and_date_must_be_signed() {
        let mut case = huawei_get();
        case.authorization = case.authorization.replace("host;", "");
        assert!(!case.verifies(AT));
        let mut case = huawei_get();
        case.authorization = case.authorization.replace(";x-sdk-date", "");
        assert!(!case.verifies(AT));
    }

    #[test]
    fn a_named_hash_is_checked_against_the_body() {
        let hash = sha256(huawei_post().body.as_bytes());
        assert!(
            huawei_post()
                .with("x-sdk-content-sha256", &hash)
                .verifies(AT)
        );
        let wrong = sha256(b"x");
        assert!(
            !huawei_post()
                .with("x-sdk-content-sha256", &wrong)
                .verifies(AT)
        );
    }

    #[test]
    fn other_headers_are_none_of_ours() {
        for header in [
            "Basic abc",
            "SDK-HMAC-SHA256",
            "SDK-HMAC-SHA256 Access=, SignedHeaders=host, Signature=00",
            "SDK-HMAC-SHA256 Credential=A/b/c, SignedHeaders=host, Signature=00",
            "SDK-HMAC-SHA256 Access=A, SignedHeaders=host",
        ] {
            assert_eq!(Authorization::parse(header), None, "{header}");
        }
    }
}
