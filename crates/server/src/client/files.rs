//! Files inside backups.

use coffer_core::Result;
use coffer_core::error::Context as _;
use serde::Deserialize;
use serde_json::Value;

use super::export::{Download, RemoteFile};
use super::{Client, Document, Service, encoded, query, unwrap};

/// A disk, partition or logical volume.
#[derive(Debug, Clone, Deserialize)]
pub struct FileVolume {
    /// How it is asked for.
    pub id: String,
    /// Its length.
    pub size_bytes: u64,
    /// What is on it.
    pub content: String,
    /// Its label.
    #[serde(default)]
    pub label: Option<String>,
    /// Whether it has files that can be read.
    pub readable: bool,
}

/// What a path is.
#[derive(Debug, Clone, Deserialize)]
pub struct FileEntry {
    /// Its last part.
    pub name: String,
    /// From the top folder.
    pub path: String,
    /// `file`, `folder`, `link`, ...
    pub kind: String,
    /// Of files.
    #[serde(default)]
    pub size_bytes: Option<u64>,
    /// When its content was changed.
    #[serde(default)]
    pub modified_at: Option<String>,
    /// Octal.
    pub permissions: String,
    /// Number of its owner.
    pub user: u32,
    /// Number of its group.
    pub group: u32,
    /// Where a link leads.
    #[serde(default)]
    pub target: Option<String>,
}

/// A folder or file of a backup.
#[derive(Debug, Clone, Copy)]
pub struct InBackup<'a> {
    /// The backup.
    pub backup: &'a str,
    /// The volume.
    pub volume: &'a str,
    /// The path.
    pub path: &'a str,
}

impl InBackup<'_> {
    fn address(&self, what: &str, more: &[(&str, Option<&str>)]) -> (String, String) {
        let mut pairs = vec![("volume", Some(self.volume)), ("path", Some(self.path))];
        pairs.extend_from_slice(more);
        let path = format!("/backups/{}/files/{what}", encoded(self.backup));
        (path, query(&pairs))
    }
}

impl Client {
    /// What is on the disks of a backup.
    pub async fn file_volumes(&self, backup: &str) -> Result<Document<Vec<FileVolume>>> {
        let path = format!("/backups/{}/files", encoded(backup));
        let answer = self.get(Service::Coffer, &path).await;
        unwrap(answer.context("look at the disks")?, "volumes")
    }

    /// What a path is.
    pub async fn file_entry(&self, place: InBackup<'_>) -> Result<Document<FileEntry>> {
        let (path, query) = place.address("entry", &[]);
        let answer = self.get(Service::Coffer, &format!("{path}{query}")).await;
        unwrap(answer.context("look at the file")?, "entry")
    }

    /// A page of a folder, and where the next one begins.
    pub async fn file_entries(
        &self,
        place: InBackup<'_>,
        marker: Option<&str>,
    ) -> Result<(Document<Vec<FileEntry>>, Option<String>)> {
        let (path, query) = place.address("entries", &[("marker", marker)]);
        let answer = self.get(Service::Coffer, &format!("{path}{query}")).await;
        let answer: Value = answer.context("list the folder")?;
        let next = answer["next"].as_str().map(str::to_owned);
        Ok((unwrap(answer, "entries")?, next))
    }

    /// Some of what a search finds: its entries, where it goes on, and what it left out.
    pub async fn find_files(
        &self,
        place: InBackup<'_>,
        name: &str,
        marker: Option<&str>,
    ) -> Result<(Document<Vec<FileEntry>>, Option<String>, Vec<String>)> {
        let more = [("name", Some(name)), ("marker", marker)];
        let (path, query) = place.address("search", &more);
        let answer = self.get(Service::Coffer, &format!("{path}{query}")).await;
        let answer: Value = answer.context("search the folder")?;
        let next = answer["next"].as_str().map(str::to_owned);
        let unread = answer["unread"].as_array().cloned().unwrap_or_default();
        let unread = unread.iter().filter_map(|path| path.as_str());
        let unread = unread.map(str::to_owned).collect();
        Ok((unwrap(answer, "entries")?, next, unread))
    }

    /// What differs beneath a folder since another backup, as the service says it.
    pub async fn file_differences(&self, place: InBackup<'_>, since: &str) -> Result<Value> {
        let (path, query) = place.address("differences", &[("since", Some(since))]);
        let answer = self.get(Service::Coffer, &format!("{path}{query}")).await;
        answer.context("compare the folders")
    }

    /// Begins to fetch a file, or a folder as an archive.
    pub async fn fetch_file(&self, place: InBackup<'_>, is_archive: bool) -> Result<Download> {
        let what = if is_archive { "archive" } else { "content" };
        let (path, query) = place.address(what, &[]);
        self.download(&RemoteFile::inside(path, query), None).await
    }
}
