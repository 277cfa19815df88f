//! Archives of backups, sent.

use std::io::Read;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use coffer_core::error::Context as _;
use coffer_core::{Error, Result};
use hyper::body::{Body, Frame, SizeHint};
use serde_json::Value;

use super::{Client, Service, encoded, failure, query};

/// What is read of a file and sent at once.
const PART: usize = 256 * 1024;

/// A file that is sent, and how much of it was.
#[derive(Debug)]
pub struct Upload {
    file: std::fs::File,
    left: u64,
    sent: Arc<AtomicU64>,
}

impl Upload {
    /// Sends `file`, which has `len` bytes; `sent` says how many were.
    pub fn new(file: std::fs::File, len: u64, sent: Arc<AtomicU64>) -> Upload {
        Upload {
            file,
            left: len,
            sent,
        }
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let mut part = vec![0; PART.min(usize::try_from(self.left).unwrap_or(PART))];
        Poll::Ready(Some(match self.file.read(&mut part) {
            Ok(0) => Err(std::io::ErrorKind::UnexpectedEof.into()),
            Ok(n) => {
                part.truncate(n);
                self.left -= n as u64;
                self.sent.fetch_add(n as u64, Ordering::Relaxed);
                Ok(Frame::data(part.into()))
            }
            Err(error) => Err(error),
        }))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

impl Client {
    /// Sends an archive to a vault; ends when its backup is there. `open` is called for each
    /// attempt: a 401 leads to one new log-in.
    pub async fn import(
        &self,
        vault: &str,
        name: Option<&str>,
        open: impl Fn() -> Result<Upload>,
    ) -> Result<Value> {
        let query = query(&[("name", name)]);
        let path = format!("/vaults/{}/import{query}", encoded(vault));
        let session = self.session().await;
        let url = self.url(&session, Service::Coffer, &path)?;
        let transport = &self.0.transport;
        let answer = match transport.send_file(url, &session.token, open()?).await {
            Err(error) if failure::status_of(&error) == Some(401) => {
                let session = self.renewed(&session, error).await?;
                let url = self.url(&session, Service::Coffer, &path)?;
                transport.send_file(url, &session.token, open()?).await
            }
            other => other,
        };
        let answer = answer.context("import the backup")?;
        answer.ok_or_else(|| Error::data("the service gave no answer to the import"))
    }
}
