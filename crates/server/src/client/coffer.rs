//! Coffer's own additions to the APIs it speaks, under `/coffer/v1/{project}`.

use coffer_core::error::Context as _;
use coffer_core::{Error, Kind, Result};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::cbr::or_default;
use super::{Client, Document, Service, encoded, unwrap};

/// Bytes of a task, as far as the service counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct TaskBytes {
    /// To go through in all.
    #[serde(default, deserialize_with = "or_default")]
    pub total_bytes: u64,
    /// Dealt with.
    #[serde(default, deserialize_with = "or_default")]
    pub done_bytes: u64,
    /// Read from the source or the store.
    #[serde(default, deserialize_with = "or_default")]
    pub read_bytes: u64,
    /// Written to the store or the target.
    #[serde(default, deserialize_with = "or_default")]
    pub stored_bytes: u64,
}

/// How a backup was made.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct BackupDetails {
    /// Bytes read from the source.
    #[serde(default, deserialize_with = "or_default")]
    pub read_bytes: u64,
    /// Bytes it added to the store.
    #[serde(default, deserialize_with = "or_default")]
    pub stored_bytes: u64,
    /// `application`, `crash` or `offline`.
    #[serde(default, deserialize_with = "or_default")]
    pub consistency: String,
    /// From freeze to thaw.
    #[serde(default)]
    pub frozen_ms: Option<u64>,
    /// `bitmap` or `full_scan`.
    #[serde(default)]
    pub change_tracking: Option<Value>,
    /// Why there was no bitmap.
    #[serde(default)]
    pub fallback_reason: Option<String>,
    /// What the user should know, as sentences.
    #[serde(default, deserialize_with = "or_default")]
    pub notes: Vec<String>,
}

impl Client {
    /// The byte counters of a task; none where the service does not tell.
    pub async fn task_bytes(&self, id: &str) -> Result<Option<TaskBytes>> {
        let path = format!("/tasks/{}/progress", encoded(id));
        match self.get(Service::Coffer, &path).await {
            Ok(body) => Ok(TaskBytes::deserialize(&body["progress"]).ok()),
            Err(error) if error.kind == Kind::NotFound => Ok(None),
            Err(error) => Err(error.context("show task")),
        }
    }

    /// Asks a task to end. It leaves source and target usable.
    pub async fn cancel_task(&self, id: &str) -> Result<()> {
        let path = format!("/tasks/{}/cancel", encoded(id));
        let done = self.call(Service::Coffer, Method::POST, &path, None).await;
        done.map(drop).context("cancel task")
    }

    /// How a backup was made; none where the service does not tell.
    pub async fn backup_details(&self, id: &str) -> Result<Option<Document<BackupDetails>>> {
        let path = format!("/backups/{}/details", encoded(id));
        match self.get(Service::Coffer, &path).await {
            Ok(body) => unwrap(body, "backup").map(Some),
            Err(error) if error.kind == Kind::NotFound => Ok(None),
            Err(error) => Err(error.context("show backup")),
        }
    }

    /// Asks for a restore of one disk into a new file on the service's host; returns the task's id.
    pub async fn restore_to_file(&self, backup_id: &str, path: &str) -> Result<String> {
        let route = format!("/backups/{}/restore-file", encoded(backup_id));
        let body = json!({ "restore": { "path": path } });
        let answer = self
            .call(Service::Coffer, Method::POST, &route, Some(&body))
            .await;
        let answer = answer
            .context("restore backup to a file")?
            .unwrap_or_default();
        let id = answer["task_id"].as_str();
        id.map(String::from)
            .ok_or_else(|| Error::data("the service's answer has no `task_id`"))
    }
}
