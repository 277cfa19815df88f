//! Files that the service makes of backups.

use coffer_core::error::Context as _;
use coffer_core::{Error, Result};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, IF_RANGE, RANGE};
use serde::Deserialize;

use super::transport::SILENCE_LIMIT;
use super::{Client, Service, encoded, failure, unwrap};

/// A file of the service: its path under `/coffer/v1/{project}`, and the query with it.
#[derive(Debug, Clone)]
pub struct RemoteFile {
    path: String,
    query: String,
}

impl RemoteFile {
    /// All of a backup as an archive.
    pub fn backup(id: &str) -> RemoteFile {
        RemoteFile {
            path: format!("/backups/{}/export", encoded(id)),
            query: String::new(),
        }
    }

    /// A disk of a backup or (`images`) an image, in a format.
    pub fn disk(of_image: bool, id: &str, disk: &str, format: &str) -> RemoteFile {
        let kind = if of_image { "images" } else { "backups" };
        RemoteFile {
            path: format!("/{kind}/{}/disks/{}/export", encoded(id), encoded(disk)),
            query: format!("?format={format}"),
        }
    }
}

impl RemoteFile {
    /// A file inside a backup, or (`archive`) a folder of it as tar.
    pub(super) fn inside(path: String, query: String) -> RemoteFile {
        RemoteFile { path, query }
    }
}

/// What is known of how a file is to be gone on with.
#[derive(Debug, Clone)]
pub struct Resume {
    /// Bytes that are there already.
    pub have: u64,
    /// The tag of the file that they are of.
    pub tag: String,
}

/// A file that is on its way.
#[derive(Debug)]
pub struct Download {
    /// Where its bytes begin: 0 where the file is another one than that which was begun with.
    pub start: u64,
    /// Length of the whole file; none where the service does not say.
    pub total: Option<u64>,
    /// Its tag.
    pub tag: String,
    response: Option<reqwest::Response>,
}

impl Download {
    /// The next bytes; none at the end.
    pub async fn next(&mut self) -> Result<Option<bytes::Bytes>> {
        match &mut self.response {
            None => Ok(None),
            Some(response) => match tokio::time::timeout(SILENCE_LIMIT, response.chunk()).await {
                Ok(Ok(bytes)) => Ok(bytes),
                Ok(Err(e)) => {
                    Err(Error::unavailable("the connection broke off").caused_by(e.without_url()))
                }
                Err(_) => Err(Error::unavailable("nothing came any more")),
            },
        }
    }
}

/// The digest of a file.
#[derive(Debug, Clone, Deserialize)]
pub struct Checksum {
    /// Tag of the file that it is of.
    pub etag: String,
    /// Length of the file.
    pub size_bytes: u64,
    /// Bytes that went into it.
    pub done_bytes: u64,
    /// BLAKE3 in hexadecimal, once all did.
    #[serde(default)]
    pub value: Option<String>,
}

impl Client {
    /// Begins to fetch a file, or goes on with it.
    pub async fn download(&self, file: &RemoteFile, from: Option<&Resume>) -> Result<Download> {
        let path = format!("{}{}", file.path, file.query);
        let mut headers = HeaderMap::new();
        if let Some(from) = from {
            let text = |text: &str| {
                HeaderValue::from_str(text)
                    .map_err(|e| Error::invalid("a tag that no file has").caused_by(e))
            };
            headers.insert(RANGE, text(&format!("bytes={}-", from.have))?);
            headers.insert(IF_RANGE, text(&from.tag)?);
        }
        let response = self.fetch(&path, headers).await.context("fetch the file")?;
        let header = |name| response.headers().get(name)?.to_str().ok();
        let tag = header(ETAG).unwrap_or_default().to_owned();
        let range = header(CONTENT_RANGE).and_then(|text| text.strip_prefix("bytes "));
        let (range, total) = match range.and_then(|text| text.split_once('/')) {
            Some((range, total)) => (Some(range.to_owned()), total.parse().ok()),
            None => (None, response.content_length()),
        };
        match (response.status(), from) {
            (StatusCode::OK, _) => Ok(Download {
                start: 0,
                total,
                tag,
                response: Some(response),
            }),
            // All of it is there.
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(from))
                if total == Some(from.have) && tag == from.tag =>
            {
                Ok(Download {
                    start: from.have,
                    total,
                    tag,
                    response: None,
                })
            }
            (StatusCode::PARTIAL_CONTENT, Some(from))
                if range
                    .as_deref()
                    .is_some_and(|r| r.starts_with(&format!("{}-", from.have))) =>
            {
                Ok(Download {
                    start: from.have,
                    total,
                    tag,
                    response: Some(response),
                })
            }
            (status, _) => Err(Error::data(format!(
                "the service answered {status}, which does not fit what was asked for"
            ))),
        }
    }

    /// The digest of a file, or how far it is.
    pub async fn checksum(&self, file: &RemoteFile) -> Result<Checksum> {
        let path = format!("{}/checksum{}", file.path, file.query);
        let answer = self.get(Service::Coffer, &path).await;
        let document = unwrap::<Checksum>(answer.context("check the file")?, "checksum")?;
        Ok(document.value)
    }

    /// Asks for something that may take as long as it takes; a 401 leads to one new log-in.
    async fn fetch(&self, path: &str, headers: HeaderMap) -> Result<reqwest::Response> {
        let session = self.session().await;
        let url = self.url(&session, Service::Coffer, path)?;
        let transport = &self.0.transport;
        match transport.fetch(url, &session.token, headers.clone()).await {
            Err(error) if failure::status_of(&error) == Some(401) => {
                let session = self.renewed(&session, error).await?;
                let url = self.url(&session, Service::Coffer, path)?;
                transport.fetch(url, &session.token, headers).await
            }
            other => other,
        }
    }
}
