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

/// Whose tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagsOf {
    /// A server's.
    Server,
    /// A disk's.
    Disk,
}

fn put_or_delete(body: Option<&Value>) -> Method {
    match body {
        Some(_) => Method::PUT,
        None => Method::DELETE,
    }
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

    /// Sets before which others a waiting task is begun, 0 (last) to 100 (first).
    pub async fn set_priority(&self, id: &str, priority: u64) -> Result<()> {
        let path = format!("/tasks/{}/priority", encoded(id));
        let body = json!({ "priority": priority });
        let done = self.call(Service::Coffer, Method::PUT, &path, Some(&body));
        done.await.map(drop).context("set the priority of a task")
    }

    /// Sends a request to Coffer's own additions of the project; the answer's document, or null.
    pub async fn own(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let answer = self.call(Service::Coffer, method, path, body).await?;
        Ok(answer.unwrap_or_default())
    }

    /// As [`Client::own`], to those that belong to no project.
    pub async fn root(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        let answer = self.call(Service::Root, method, path, body).await?;
        Ok(answer.unwrap_or_default())
    }

    /// A text of Coffer's own additions.
    pub async fn own_text(&self, path: &str) -> Result<String> {
        let session = self.session().await;
        let url = self.url(&session, Service::Coffer, path)?;
        self.0.transport.text(url, &session.token).await
    }

    /// A small file of Coffer's own additions.
    pub async fn own_bytes(&self, path: &str) -> Result<Vec<u8>> {
        let session = self.session().await;
        let url = self.url(&session, Service::Coffer, path)?;
        self.0.transport.bytes(url, &session.token).await
    }

    /// The tags of a server (`cloudservers`) or a disk (`cloudvolumes`).
    pub async fn tags(&self, kind: TagsOf, id: &str) -> Result<Value> {
        let path = self.tags_path(kind, id).await?;
        let answer = self.get(Service::Bare, &path).await;
        answer.context("show tags")
    }

    /// Sets tags of a server or disk (`create`), or deletes them (`delete`).
    pub async fn change_tags(
        &self,
        kind: TagsOf,
        id: &str,
        action: &str,
        tags: &[(String, String)],
    ) -> Result<()> {
        let path = format!("{}/action", self.tags_path(kind, id).await?);
        let tag = |(key, value): &(String, String)| json!({ "key": key, "value": value });
        let tags: Vec<Value> = tags.iter().map(tag).collect();
        let body = json!({ "action": action, "tags": tags });
        let done = self.call(Service::Bare, Method::POST, &path, Some(&body));
        done.await.map(drop).context("change tags")
    }

    async fn tags_path(&self, kind: TagsOf, id: &str) -> Result<String> {
        let session = self.session().await;
        let project = session.project_id()?;
        let id = encoded(id);
        Ok(match kind {
            TagsOf::Server => format!("/v1/{project}/cloudservers/{id}/tags"),
            TagsOf::Disk => format!("/v2/{project}/cloudvolumes/{id}/tags"),
        })
    }

    /// The hosts of the service.
    pub async fn hosts(&self) -> Result<Vec<Value>> {
        let answer = self.get(Service::Root, "/hosts").await;
        match answer.context("list hosts")?["hosts"].take() {
            Value::Array(hosts) => Ok(hosts),
            _ => Err(Error::data("the service's answer has no list `hosts`")),
        }
    }

    /// Sets the limits of a host, or (none) lets the configuration's hold again.
    pub async fn limit_host(&self, name: &str, limits: Option<&Value>) -> Result<()> {
        let path = format!("/hosts/{}/limits", encoded(name));
        let done = self.call(Service::Root, put_or_delete(limits), &path, limits);
        done.await.map(drop).context("set the limits of a host")
    }

    /// The limits of a vault.
    pub async fn vault_limits(&self, id: &str) -> Result<Value> {
        let path = format!("/vaults/{}/limits", encoded(id));
        let answer = self.get(Service::Coffer, &path).await;
        answer.context("show the limits of a vault")
    }

    /// Sets the limits of a vault, or (none) removes them.
    pub async fn limit_vault(&self, id: &str, limits: Option<&Value>) -> Result<()> {
        let path = format!("/vaults/{}/limits", encoded(id));
        let done = self.call(Service::Coffer, put_or_delete(limits), &path, limits);
        done.await.map(drop).context("set the limits of a vault")
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
