//! Estimates, restores with a way back, and what the console shows: documents, mostly as they came.

use coffer_core::error::Context as _;
use coffer_core::{Error, Result};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::cbr::or_default;
use super::{Client, Document, RestoreRequest, Service, encoded, unwrap_list};

/// What is to be estimated.
#[derive(Debug, Clone, Copy)]
pub enum Estimate {
    /// A backup.
    Backup,
    /// A restore.
    Restore,
}

/// What is made from a backup.
#[derive(Debug, Clone, Copy)]
pub enum Made {
    /// A disk.
    Disk,
    /// A server.
    Server,
}

/// A session in a browser.
#[derive(Debug, Clone, Deserialize)]
pub struct OpenSession {
    /// Id.
    pub id: String,
    /// Where it was begun.
    #[serde(default, deserialize_with = "or_default")]
    pub address: String,
    /// The browser.
    #[serde(default, deserialize_with = "or_default")]
    pub agent: String,
    /// When it was begun.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: String,
    /// When it was last used.
    #[serde(default, deserialize_with = "or_default")]
    pub last_seen_at: String,
    /// When it ends at the latest.
    #[serde(default, deserialize_with = "or_default")]
    pub expires_at: String,
}

impl Client {
    /// What a backup or restore would read and write; see the API's document.
    pub async fn estimate(&self, of: Estimate, body: &Value) -> Result<Value> {
        let path = match of {
            Estimate::Backup => "/estimates/backup",
            Estimate::Restore => "/estimates/restore",
        };
        let answer = self
            .call(Service::Coffer, Method::POST, path, Some(body))
            .await;
        let answer = answer.context("estimate")?;
        answer.ok_or_else(|| Error::data("the service gave no estimate"))
    }

    /// Begins a restore, with a safety backup before it where `safety_days` is given (-1: kept for
    /// ever); the task's id.
    pub async fn restore_with_way_back(
        &self,
        backup: &str,
        request: &RestoreRequest,
        safety_days: Option<i64>,
    ) -> Result<String> {
        let mut restore = request.document();
        if let Some(days) = safety_days {
            restore["safety_backup"] = json!(true);
            restore["safety_retention_days"] = json!(days);
        }
        let path = format!("/backups/{}/restore", encoded(backup));
        let body = json!({ "restore": restore });
        let answer = self
            .call(Service::Coffer, Method::POST, &path, Some(&body))
            .await;
        task_id(answer.context("restore backup")?)
    }

    /// Undoes a restore from its safety backup; the new task's id.
    pub async fn go_back(&self, task: &str, power_on: Option<bool>) -> Result<String> {
        let path = format!("/tasks/{}/go-back", encoded(task));
        let body = json!({ "power_on": power_on });
        let answer = self
            .call(Service::Coffer, Method::POST, &path, Some(&body))
            .await;
        task_id(answer.context("undo the restore")?)
    }

    /// Begins to make a disk or server from a backup: its id to be, and the task's.
    pub async fn make(&self, what: Made, body: &Value) -> Result<(String, String)> {
        let (path, step) = match what {
            Made::Disk => ("/disks", "make a disk"),
            Made::Server => ("/servers", "make a server"),
        };
        let answer = self
            .call(Service::Coffer, Method::POST, path, Some(body))
            .await;
        let answer = answer.context(step)?.unwrap_or_default();
        let id = answer["id"].as_str().map(String::from);
        let id = id.ok_or_else(|| Error::data("the service's answer has no id"))?;
        Ok((id, task_id(Some(answer["task"].clone()))?))
    }

    /// A connection on which the service is an NBD server of the backup's disks. The backup stays
    /// in place as long as one is open.
    pub async fn read_backup(&self, backup: &str) -> Result<reqwest::Upgraded> {
        let path = format!("/backups/{}/nbd", encoded(backup));
        self.upgrade(Service::Coffer, &path, "nbd")
            .await
            .context("read backup")
    }

    /// What is safe and what is not, capacity, what runs, what failed.
    pub async fn overview(&self) -> Result<Value> {
        let answer = self.get(Service::Coffer, "/overview").await;
        answer.context("show the overview")
    }

    /// What a vault took in its store over the last days.
    pub async fn vault_history(&self, vault: &str, days: u64) -> Result<Value> {
        let path = format!("/vaults/{}/history?days={days}", encoded(vault));
        let answer = self.get(Service::Coffer, &path).await;
        answer.context("show the vault's history")
    }

    /// What a task found where on the disks.
    pub async fn task_map(&self, task: &str) -> Result<Value> {
        let path = format!("/tasks/{}/map", encoded(task));
        let answer = self.get(Service::Coffer, &path).await;
        answer.context("show the task's map")
    }

    /// The user's sessions in browsers, newest first.
    pub async fn sessions(&self) -> Result<Vec<Document<OpenSession>>> {
        let answer = self.get(Service::Root, "/sessions").await;
        unwrap_list(answer.context("list sessions")?, "sessions")
    }

    /// Ends one of the user's sessions.
    pub async fn end_session(&self, id: &str) -> Result<()> {
        let path = format!("/sessions/{}", encoded(id));
        let done = self.call(Service::Root, Method::DELETE, &path, None).await;
        done.map(drop).context("end the session")
    }

    /// Ends all of the user's sessions and tokens, this one too.
    pub async fn end_all_sessions(&self) -> Result<()> {
        let done = self
            .call(Service::Root, Method::DELETE, "/sessions", None)
            .await;
        done.map(drop).context("end all sessions")
    }
}

fn task_id(answer: Option<Value>) -> Result<String> {
    let answer = answer.unwrap_or_default();
    let id = answer["id"].as_str();
    id.map(String::from)
        .ok_or_else(|| Error::data("the service's answer has no task's id"))
}
