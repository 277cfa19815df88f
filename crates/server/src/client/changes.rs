//! What differs between two backups.

use coffer_core::Result;
use coffer_core::error::Context as _;
use serde::Deserialize;

use super::{Client, Document, Service, encoded, query, unwrap};

/// A page of what differs.
#[derive(Debug, Clone, Deserialize)]
pub struct ChangesPage {
    /// All disks.
    pub disks: Vec<ChangedDisk>,
    /// What differs.
    pub extents: Vec<ChangedExtent>,
    /// Where the next page begins.
    #[serde(default)]
    pub next: Option<String>,
}

/// A disk in two backups.
#[derive(Debug, Clone, Deserialize)]
pub struct ChangedDisk {
    /// The disk.
    pub disk_id: String,
    /// Its name on the server.
    pub name: String,
    /// Its size; none where the backup does not have it.
    #[serde(default)]
    pub size_bytes: Option<u64>,
    /// Its size in the other backup; none where that does not have it.
    #[serde(default)]
    pub since_size_bytes: Option<u64>,
    /// Bytes that differ and hold data; on the first page.
    #[serde(default)]
    pub changed_data_bytes: Option<u64>,
    /// Bytes that differ and read as zeroes; on the first page.
    #[serde(default)]
    pub changed_zero_bytes: Option<u64>,
}

/// A stretch that differs.
#[derive(Debug, Clone, Deserialize)]
pub struct ChangedExtent {
    /// The disk.
    pub disk_id: String,
    /// Where.
    pub offset_bytes: u64,
    /// How long.
    pub length_bytes: u64,
    /// `data` or `zero`.
    pub state: String,
}

/// Which changes are wanted.
#[derive(Debug, Clone, Copy)]
pub struct ChangesFilter<'a> {
    /// The backup to compare with.
    pub since: &'a str,
    /// Of this disk alone.
    pub disk: Option<&'a str>,
    /// Compare contents.
    pub exact: bool,
}

impl Client {
    /// A page of what of a backup is not the same in another one.
    pub async fn changes(
        &self,
        backup: &str,
        filter: ChangesFilter<'_>,
        marker: Option<&str>,
    ) -> Result<Document<ChangesPage>> {
        let pairs = query(&[
            ("since", Some(filter.since)),
            ("disk", filter.disk),
            ("exact", filter.exact.then_some("true")),
            ("limit", Some("10000")),
            ("marker", marker),
        ]);
        let path = format!("/backups/{}/changes{pairs}", encoded(backup));
        let answer = self.get(Service::Coffer, &path).await;
        unwrap(answer.context("compare backups")?, "changes")
    }
}
