//! Images.

use coffer_core::Result;
use coffer_core::error::Context as _;
use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::cbr::or_default;
use super::{Client, Document, Service, encoded, query, unwrap, unwrap_list};

/// An image.
#[derive(Debug, Clone, Deserialize)]
pub struct Image {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// `queued`, `saving`, `active` or `killed`.
    #[serde(default, deserialize_with = "or_default")]
    pub status: String,
    /// What its maker wrote.
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// Its backup.
    pub backup: NamedObject,
    /// The server it shows.
    pub server: NamedObject,
    /// Size of its disks.
    #[serde(default, deserialize_with = "or_default")]
    pub size_bytes: u64,
    /// Its disks.
    #[serde(default, deserialize_with = "or_default")]
    pub disks: Vec<ImageDisk>,
    /// When it was made.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: String,
}

/// Id and name.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct NamedObject {
    /// Id.
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
}

/// A disk of an image.
#[derive(Debug, Clone, Deserialize)]
pub struct ImageDisk {
    /// Id of the disk's backup.
    pub id: String,
    /// Its name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Its size.
    #[serde(default, deserialize_with = "or_default")]
    pub size_bytes: u64,
    /// The disk the server boots from.
    #[serde(default, deserialize_with = "or_default")]
    pub system: bool,
}

impl Client {
    /// Makes an image of a backup, or of a server that is backed up first.
    pub async fn create_image(&self, body: &Value) -> Result<Document<Image>> {
        let answer = self
            .call(Service::Coffer, Method::POST, "/images", Some(body))
            .await;
        unwrap(answer.context("create image")?.unwrap_or_default(), "image")
    }

    /// The images of the project, newest first.
    pub async fn images(&self) -> Result<Vec<Document<Image>>> {
        let mut all = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let path = format!("/images{}", query(&[("marker", marker.as_deref())]));
            let answer = self.get(Service::Coffer, &path).await;
            let answer = answer.context("list images")?;
            marker = answer["next"].as_str().map(String::from);
            all.extend(unwrap_list(answer, "images")?);
            if marker.is_none() {
                return Ok(all);
            }
        }
    }

    /// An image.
    pub async fn image(&self, id: &str) -> Result<Document<Image>> {
        let answer = self
            .get(Service::Coffer, &format!("/images/{}", encoded(id)))
            .await;
        unwrap(answer.context("show image")?, "image")
    }

    /// Deletes an image; on request its backup with it.
    pub async fn delete_image(&self, id: &str, delete_backup: bool) -> Result<()> {
        let path = format!("/images/{}?delete_backup={delete_backup}", encoded(id));
        let done = self
            .call(Service::Coffer, Method::DELETE, &path, None)
            .await;
        done.map(drop).context("delete image")
    }
}
