//! The one place that names the HTTP client: requests with limits, answers with errors read.

use std::time::Duration;

use coffer_core::{Error, Result};
use reqwest::header::{CONNECTION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, UPGRADE};
use reqwest::{Certificate, Method};
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use super::import::Upload;
use super::{ApiFailure, Endpoint};

/// A host that does not answer within this is taken for gone.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// A large answer of which nothing comes for so long has broken off.
pub(super) const SILENCE_LIMIT: Duration = Duration::from_secs(300);
/// How long a large answer may take in all: a year, which is to say that there is no limit.
const WHOLE_LIMIT: Duration = Duration::from_secs(365 * 86_400);
/// Larger answers are refused: a list of 1,000 backups with children is about 3 MB.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Header that carries a token.
const AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
/// Header that carries the token spoken about.
const SUBJECT_TOKEN: HeaderName = HeaderName::from_static("x-subject-token");
const REQUEST_ID: &str = "x-request-id";

/// Connections to one service.
pub(super) struct Transport {
    http: reqwest::Client,
}

/// An answer that is not a refusal.
pub(super) struct Answer {
    /// The token a log-in gave.
    pub subject_token: Option<Zeroizing<String>>,
    /// The document; none where there is no body.
    pub body: Option<Value>,
}

impl Transport {
    /// Prepares connections; nothing is sent yet.
    pub fn new(endpoint: &Endpoint) -> Result<Transport> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("coffer/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_LIMIT)
            .timeout(endpoint.timeout)
            // A redirect would carry the token to whoever is named.
            .redirect(reqwest::redirect::Policy::none());
        if let Some(path) = &endpoint.ca_file {
            let shown = path.display();
            let pem = std::fs::read(path)
                .map_err(|e| Error::invalid(format!("read certificates `{shown}`")).caused_by(e))?;
            let certificates = Certificate::from_pem_bundle(&pem)
                .ok()
                .filter(|list| !list.is_empty())
                .ok_or_else(|| {
                    Error::invalid(format!("`{shown}` holds no certificate"))
                        .hint("Name a file with one or more PEM certificates.")
                })?;
            builder = builder.tls_certs_only(certificates);
        } else if endpoint.auth_url.scheme() == "http" {
            // Reading the system's certificates takes longer than the request.
            builder = builder.tls_certs_only([]);
        }
        let http = builder
            .build()
            .map_err(|e| Error::unavailable("prepare the HTTP client").caused_by(e))?;
        Ok(Transport { http })
    }

    /// Sends a request and returns the body of the answer.
    pub async fn send(
        &self,
        method: Method,
        url: Url,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Option<Value>> {
        let answer = self.exchange(method, url, token, None, body).await?;
        Ok(answer.body)
    }

    /// Asks for a text that is no JSON.
    pub async fn text(&self, url: Url, token: &str) -> Result<String> {
        let bytes = self.bytes(url, token).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Asks for what is no JSON.
    pub async fn bytes(&self, url: Url, token: &str) -> Result<Vec<u8>> {
        let place = format!("{}://{}", url.scheme(), url.authority());
        let request = self.http.get(url).header(AUTH_TOKEN, token);
        let response = request.send().await.map_err(|e| no_answer(&place, e))?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(|e| no_answer(&place, e))?;
        match status.is_success() {
            true => Ok(bytes.to_vec()),
            false => Err(ApiFailure::read(status.as_u16(), &bytes, None).into_error()),
        }
    }

    /// Makes a connection of its own that speaks another protocol once the service has agreed.
    pub async fn upgrade(
        &self,
        url: Url,
        token: &str,
        protocol: &str,
    ) -> Result<reqwest::Upgraded> {
        let place = format!("{}://{}", url.scheme(), url.authority());
        let request = self.http.post(url).header(AUTH_TOKEN, token);
        let request = request
            .header(CONNECTION, "upgrade")
            .header(UPGRADE, protocol);
        let response = request.send().await.map_err(|e| no_answer(&place, e))?;
        let status = response.status();
        if status == reqwest::StatusCode::SWITCHING_PROTOCOLS {
            return response.upgrade().await.map_err(|e| no_answer(&place, e));
        }
        let bytes = response.bytes().await.map_err(|e| no_answer(&place, e))?;
        match status.is_success() {
            true => Err(Error::invalid(format!("{place} does not speak {protocol}"))
                .hint("A proxy before the service has to pass upgrades on.")),
            false => Err(ApiFailure::read(status.as_u16(), &bytes, None).into_error()),
        }
    }

    /// Asks for something large: the answer itself, of which the body may take as long as it takes
    /// where something comes at least every [`SILENCE_LIMIT`]: whoever reads it looks at that.
    ///
    /// # Errors
    /// What the service refused, but for 416, which says that there is no more of it.
    pub async fn fetch(
        &self,
        url: Url,
        token: &str,
        headers: HeaderMap,
    ) -> Result<reqwest::Response> {
        let place = format!("{}://{}", url.scheme(), url.authority());
        let request = self.http.get(url).header(AUTH_TOKEN, token);
        let request = request.headers(headers).timeout(WHOLE_LIMIT);
        let response = tokio::time::timeout(SILENCE_LIMIT, request.send()).await;
        let response = response.map_err(|_| {
            Error::unavailable(format!("{place} did not answer in time"))
                .hint("Check that `coffer serve` is running there.")
        })?;
        let response = response.map_err(|e| no_answer(&place, e))?;
        let status = response.status();
        if status.is_success() || status == reqwest::StatusCode::RANGE_NOT_SATISFIABLE {
            return Ok(response);
        }
        let bytes = response.bytes().await.map_err(|e| no_answer(&place, e))?;
        Err(ApiFailure::read(status.as_u16(), &bytes, None).into_error())
    }

    /// Sends a file, which may take as long as it takes, and returns the body of the answer.
    pub async fn send_file(&self, url: Url, token: &str, file: Upload) -> Result<Option<Value>> {
        let place = format!("{}://{}", url.scheme(), url.authority());
        let request = self.http.post(url).header(AUTH_TOKEN, token);
        let request = request
            .header(CONTENT_TYPE, "application/x-tar")
            .timeout(WHOLE_LIMIT)
            .body(reqwest::Body::wrap(file));
        let response = request.send().await.map_err(|e| no_answer(&place, e))?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(|e| no_answer(&place, e))?;
        if !status.is_success() {
            return Err(ApiFailure::read(status.as_u16(), &bytes, None).into_error());
        }
        Ok(serde_json::from_slice(&bytes).ok())
    }

    /// Sends a request; `subject` is the token spoken about.
    pub async fn exchange(
        &self,
        method: Method,
        url: Url,
        token: Option<&str>,
        subject: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer> {
        let mut headers = HeaderMap::new();
        for (name, value) in [(AUTH_TOKEN, token), (SUBJECT_TOKEN, subject)] {
            if let Some(value) = value {
                let mut value = HeaderValue::from_str(value)
                    .map_err(|_| Error::invalid("the token holds characters no token has"))?;
                value.set_sensitive(true);
                headers.insert(name, value);
            }
        }
        let place = format!("{}://{}", url.scheme(), url.authority());
        let mut request = self.http.request(method, url).headers(headers);
        if let Some(body) = body {
            let bytes = serde_json::to_vec(body)
                .map_err(|e| Error::internal("write the request").caused_by(e))?;
            request = request.header(CONTENT_TYPE, "application/json").body(bytes);
        }
        let mut response = request.send().await.map_err(|e| no_answer(&place, e))?;
        let status = response.status();
        let header = |name: &str| -> Option<String> {
            let value = response.headers().get(name)?;
            value.to_str().ok().map(String::from)
        };
        let request_id = header(REQUEST_ID);
        let subject_token = header(SUBJECT_TOKEN.as_str()).map(Zeroizing::new);
        let mut bytes = Vec::new();
        while let Some(part) = response.chunk().await.map_err(|e| no_answer(&place, e))? {
            if bytes.len() + part.len() > ANSWER_BYTES_MAX {
                return Err(Error::data(format!("the answer of {place} is too long")));
            }
            bytes.extend_from_slice(&part);
        }
        if !status.is_success() {
            return Err(ApiFailure::read(status.as_u16(), &bytes, request_id).into_error());
        }
        let body = if bytes.is_empty() {
            None
        } else {
            let body = serde_json::from_slice(&bytes).map_err(|e| {
                Error::invalid(format!("{place} does not answer in JSON"))
                    .caused_by(e)
                    .hint("Check the address: it may belong to something else than Coffer.")
            })?;
            Some(body)
        };
        Ok(Answer {
            subject_token,
            body,
        })
    }
}

fn no_answer(place: &str, error: reqwest::Error) -> Error {
    let message = if error.is_timeout() {
        format!("{place} did not answer in time")
    } else if error.is_connect() {
        format!("cannot connect to {place}")
    } else {
        format!("the connection to {place} broke")
    };
    // The URL may hold names of the user's; the place says enough.
    Error::unavailable(message)
        .caused_by(error.without_url())
        .hint("Check the address and that `coffer serve` is running there.")
}
