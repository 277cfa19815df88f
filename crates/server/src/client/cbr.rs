//! CBR v3: vaults, checkpoints, backups, operation logs.

use std::collections::BTreeSet;

use coffer_core::error::Context as _;
use coffer_core::{Error, Result};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

use super::{CBR, Client, Document, encoded, query, unwrap, unwrap_list};

/// Items per request of a list: the most the service gives.
const PAGE: usize = 1000;

/// A vault.
#[derive(Debug, Clone, Deserialize)]
pub struct Vault {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Free text.
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// Size and kind.
    pub billing: Billing,
    /// What it protects.
    #[serde(default, deserialize_with = "or_default")]
    pub resources: Vec<Resource>,
    /// When it was made.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: String,
}

/// Size and kind of a vault.
#[derive(Debug, Clone, Deserialize)]
pub struct Billing {
    /// Capacity in GiB.
    pub size: u64,
    /// Used, in MiB.
    #[serde(default)]
    pub used: u64,
    /// Sum of the sizes of what it protects, in GiB.
    #[serde(default)]
    pub allocated: u64,
    /// `available`, `lock`, `frozen`, `deleting`, `error`.
    #[serde(default, deserialize_with = "or_default")]
    pub status: String,
    /// `server` or `disk`.
    pub object_type: String,
}

/// What a vault protects, and what a request names.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Resource {
    /// Id of the server or disk.
    pub id: String,
    /// `OS::Nova::Server` or `OS::Cinder::Volume`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Number of its backups.
    #[serde(default, skip_serializing)]
    pub backup_count: Option<u64>,
    /// `available`, `error`, `protecting`, `restoring`, `removing`.
    #[serde(default, skip_serializing)]
    pub protect_status: Option<String>,
}

impl Resource {
    /// Its name, or its id where it has none.
    pub fn label(&self) -> &str {
        if self.name.is_empty() {
            &self.id
        } else {
            &self.name
        }
    }
}

/// A backup.
#[derive(Debug, Clone, Deserialize)]
pub struct Backup {
    /// Id.
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Free text.
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// `waiting_protect`, `protecting`, `available`, ...
    pub status: String,
    /// The run that made it.
    #[serde(default, deserialize_with = "or_default")]
    pub checkpoint_id: String,
    /// Where it lies.
    #[serde(default, deserialize_with = "or_default")]
    pub vault_id: String,
    /// What it is a backup of.
    #[serde(default, deserialize_with = "or_default")]
    pub resource_id: String,
    /// Its name then.
    #[serde(default, deserialize_with = "or_default")]
    pub resource_name: String,
    /// `OS::Nova::Server` or `OS::Cinder::Volume`.
    #[serde(default, deserialize_with = "or_default")]
    pub resource_type: String,
    /// Its size in GiB.
    #[serde(default, deserialize_with = "or_default")]
    pub resource_size: u64,
    /// When it was asked for.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: String,
    /// The instant it shows.
    #[serde(default)]
    pub protected_at: Option<String>,
    /// When it goes, if ever.
    #[serde(default)]
    pub expired_at: Option<String>,
    /// The disks of a server's backup.
    #[serde(default, deserialize_with = "or_default")]
    pub children: Vec<Backup>,
    /// What else is known.
    #[serde(default, deserialize_with = "or_default")]
    pub extend_info: ExtendInfo,
}

/// More about a backup.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ExtendInfo {
    /// Built upon an earlier one.
    #[serde(default, deserialize_with = "or_default")]
    pub incremental: bool,
    /// The disk a server boots from.
    #[serde(default, deserialize_with = "or_default")]
    pub system_disk: bool,
    /// The disk a server boots from, as the older field says it.
    #[serde(default, deserialize_with = "or_default")]
    pub bootable: bool,
}

/// One run of a vault.
#[derive(Debug, Clone, Deserialize)]
pub struct Checkpoint {
    /// Id.
    pub id: String,
    /// The vault, with what was taken and what was left out.
    pub vault: CheckpointVault,
}

/// What a run took and left out.
#[derive(Debug, Clone, Deserialize)]
pub struct CheckpointVault {
    /// Left out, with the reason.
    #[serde(default, deserialize_with = "or_default")]
    pub skipped_resources: Vec<Skipped>,
}

/// Something a run left out.
#[derive(Debug, Clone, Deserialize)]
pub struct Skipped {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// Why.
    #[serde(default, deserialize_with = "or_default")]
    pub reason: String,
}

/// A task (API: operation log).
#[derive(Debug, Clone, Deserialize)]
pub struct Task {
    /// Id.
    pub id: String,
    /// `waiting`, `running`, `success`, `failed`, `skipped`, `timeout`.
    pub status: String,
    /// `backup`, `restore`, `delete`, `vault_delete`, `remove_resource`, ...
    #[serde(default, deserialize_with = "or_default")]
    pub operation_type: String,
    /// The run it belongs to.
    #[serde(default, deserialize_with = "or_default")]
    pub checkpoint_id: String,
    /// Its vault.
    #[serde(default, deserialize_with = "or_default")]
    pub vault_id: String,
    /// Its vault's name.
    #[serde(default, deserialize_with = "or_default")]
    pub vault_name: String,
    /// When it was asked for.
    #[serde(default, deserialize_with = "or_default")]
    pub created_at: String,
    /// When it began.
    #[serde(default)]
    pub started_at: Option<String>,
    /// When it ended.
    #[serde(default)]
    pub ended_at: Option<String>,
    /// Why it failed.
    #[serde(default, deserialize_with = "or_default")]
    pub error_info: ErrorInfo,
    /// What it is about.
    #[serde(default, deserialize_with = "or_default")]
    pub extra_info: Map<String, Value>,
}

/// Why a task failed; empty where it did not.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ErrorInfo {
    /// CBR's code.
    #[serde(default, deserialize_with = "or_default")]
    pub code: String,
    /// In words.
    #[serde(default, deserialize_with = "or_default")]
    pub message: String,
}

impl Task {
    /// Progress in percent, as far as the service says it.
    pub fn percent(&self) -> u64 {
        let progress = self
            .extra_info
            .get("common")
            .map(|common| &common["progress"]);
        progress.and_then(Value::as_u64).unwrap_or(0).min(100)
    }

    /// True once nothing more will happen.
    pub fn ended(&self) -> bool {
        !matches!(self.status.as_str(), "waiting" | "running")
    }

    /// A text of `extra_info`: `part` is `backup`, `restore`, `resource`, ...
    pub fn about(&self, part: &str, field: &str) -> Option<&str> {
        self.extra_info.get(part)?.get(field)?.as_str()
    }

    /// What the task is about, for people.
    pub fn subject(&self) -> &str {
        let places = [
            ("resource", "name"),
            ("backup", "backup_name"),
            ("restore", "backup_name"),
            ("delete", "backup_name"),
        ];
        let mut named = places
            .iter()
            .filter_map(|(part, field)| self.about(part, field));
        named
            .find(|name| !name.is_empty())
            .unwrap_or(&self.vault_name)
    }
}

/// Asks for a vault.
#[derive(Debug, Clone)]
pub struct VaultRequest {
    /// Name.
    pub name: String,
    /// Free text.
    pub description: Option<String>,
    /// `server` or `disk`.
    pub object_type: &'static str,
    /// Capacity in GiB.
    pub size_gib: u64,
    /// What to protect from the start.
    pub resources: Vec<Resource>,
}

/// Asks to change a vault; only what is given changes.
#[derive(Debug, Clone, Default)]
pub struct VaultUpdate {
    /// New name.
    pub name: Option<String>,
    /// New capacity in GiB.
    pub size_gib: Option<u64>,
}

/// Asks for a run of a vault.
#[derive(Debug, Clone)]
pub struct CheckpointRequest {
    /// The vault.
    pub vault_id: String,
    /// Name of the backups.
    pub name: Option<String>,
    /// Number of the first of them, where this is a part of something larger (Coffer's own).
    pub first_number: Option<usize>,
    /// Free text.
    pub description: Option<String>,
    /// Copy everything again.
    pub full: bool,
    /// What to take.
    pub resources: Vec<Resource>,
}

/// One disk of a restore: a disk's backup and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The disk's backup.
    pub backup_id: String,
    /// The target disk.
    pub volume_id: String,
}

/// Asks for a restore.
#[derive(Debug, Clone)]
pub struct RestoreRequest {
    /// The target, for a server's backup.
    pub server_id: Option<String>,
    /// The target, for a disk's backup.
    pub volume_id: Option<String>,
    /// Which disk goes where, for a server's backup.
    pub mappings: Vec<Mapping>,
    /// Start the server afterwards.
    pub power_on: bool,
    /// Shut the server down first (Coffer's own).
    pub stop_server: bool,
    /// How long the guest may take to shut down (Coffer's own).
    pub stop_seconds: Option<u64>,
}

impl RestoreRequest {
    /// The request as the API takes it.
    pub fn document(&self) -> Value {
        let mappings: Vec<Value> = self
            .mappings
            .iter()
            .map(|m| json!({ "backup_id": m.backup_id, "volume_id": m.volume_id }))
            .collect();
        let mut restore = json!({
            "power_on": self.power_on,
            "stop_server": self.stop_server,
            "mappings": mappings,
        });
        if let Some(server) = &self.server_id {
            restore["server_id"] = json!(server);
        }
        if let Some(volume) = &self.volume_id {
            restore["volume_id"] = json!(volume);
        }
        if let Some(seconds) = self.stop_seconds {
            restore["stop_timeout"] = json!(seconds);
        }
        restore
    }
}

/// Narrows a list of backups.
#[derive(Debug, Clone, Copy, Default)]
pub struct BackupFilter<'a> {
    /// In this vault.
    pub vault_id: Option<&'a str>,
    /// Of this server or disk.
    pub resource_id: Option<&'a str>,
    /// Of this run.
    pub checkpoint_id: Option<&'a str>,
    /// In this state.
    pub status: Option<&'a str>,
    /// With this name.
    pub name: Option<&'a str>,
}

/// Narrows a list of tasks.
#[derive(Debug, Clone, Copy, Default)]
pub struct TaskFilter<'a> {
    /// In this state.
    pub status: Option<&'a str>,
    /// Of this kind.
    pub operation_type: Option<&'a str>,
    /// About this server or disk.
    pub resource_id: Option<&'a str>,
    /// Of this vault.
    pub vault_id: Option<&'a str>,
}

impl Client {
    /// All vaults of the project.
    pub async fn vaults(&self) -> Result<Vec<Document<Vault>>> {
        self.all("/vaults", "vaults", &[], |vault: &Vault| &vault.id)
            .await
    }

    /// One vault.
    pub async fn vault(&self, id: &str) -> Result<Document<Vault>> {
        let path = format!("/vaults/{}", encoded(id));
        unwrap(self.get(CBR, &path).await.context("show vault")?, "vault")
    }

    /// Makes a vault.
    pub async fn create_vault(&self, request: &VaultRequest) -> Result<Document<Vault>> {
        let mut vault = json!({
            "name": request.name,
            "resources": request.resources,
            "billing": {
                "object_type": request.object_type,
                "size": request.size_gib,
                "protect_type": "backup",
                "consistent_level": "crash_consistent",
                "cloud_type": "public",
                "charging_mode": "post_paid",
            },
        });
        if let Some(description) = &request.description {
            vault["description"] = json!(description);
        }
        let body = json!({ "vault": vault });
        let answer = self.send(Method::POST, "/vaults", &body).await;
        unwrap(answer.context("create vault")?, "vault")
    }

    /// Changes a vault.
    pub async fn update_vault(&self, id: &str, update: &VaultUpdate) -> Result<Document<Vault>> {
        let mut vault = Map::new();
        if let Some(name) = &update.name {
            vault.insert("name".to_string(), json!(name));
        }
        if let Some(size) = update.size_gib {
            vault.insert("billing".to_string(), json!({ "size": size }));
        }
        let path = format!("/vaults/{}", encoded(id));
        let answer = self
            .send(Method::PUT, &path, &json!({ "vault": vault }))
            .await;
        unwrap(answer.context("update vault")?, "vault")
    }

    /// Deletes a vault with all its backups.
    pub async fn delete_vault(&self, id: &str) -> Result<()> {
        let path = format!("/vaults/{}", encoded(id));
        let done = self.call(CBR, Method::DELETE, &path, None).await;
        done.map(drop).context("delete vault")
    }

    /// Puts servers or disks under a vault's protection; returns the ids that were added.
    pub async fn add_resources(&self, id: &str, resources: &[Resource]) -> Result<Value> {
        let path = format!("/vaults/{}/addresources", encoded(id));
        let body = json!({ "resources": resources });
        let answer = self.send(Method::POST, &path, &body).await;
        answer.context("add to vault")
    }

    /// Takes servers or disks out of a vault, and deletes their backups in it.
    pub async fn remove_resources(&self, id: &str, resource_ids: &[String]) -> Result<Value> {
        let path = format!("/vaults/{}/removeresources", encoded(id));
        let body = json!({ "resource_ids": resource_ids });
        let answer = self.send(Method::POST, &path, &body).await;
        answer.context("remove from vault")
    }

    /// Starts a run of a vault.
    pub async fn create_checkpoint(
        &self,
        request: &CheckpointRequest,
    ) -> Result<Document<Checkpoint>> {
        let mut parameters = json!({
            "auto_trigger": false,
            "incremental": !request.full,
            "resource_details": request.resources,
        });
        if let Some(name) = &request.name {
            parameters["name"] = json!(name);
        }
        if let Some(first) = request.first_number {
            parameters["first_number"] = json!(first);
        }
        if let Some(description) = &request.description {
            parameters["description"] = json!(description);
        }
        let body = json!({ "checkpoint": {
            "vault_id": request.vault_id,
            "parameters": parameters,
        }});
        let answer = self.send(Method::POST, "/checkpoints", &body).await;
        unwrap(answer.context("create backup")?, "checkpoint")
    }

    /// Top-level backups of the project, newest first.
    pub async fn backups(&self, filter: BackupFilter<'_>) -> Result<Vec<Document<Backup>>> {
        let filters = [
            ("vault_id", filter.vault_id),
            ("resource_id", filter.resource_id),
            ("checkpoint_id", filter.checkpoint_id),
            ("status", filter.status),
            ("name", filter.name),
        ];
        self.all("/backups", "backups", &filters, |backup: &Backup| {
            &backup.id
        })
        .await
    }

    /// One backup, with its disks.
    pub async fn backup(&self, id: &str) -> Result<Document<Backup>> {
        let path = format!("/backups/{}", encoded(id));
        unwrap(self.get(CBR, &path).await.context("show backup")?, "backup")
    }

    /// Asks for a backup's deletion; it goes on after the answer.
    pub async fn delete_backup(&self, id: &str) -> Result<()> {
        let path = format!("/backups/{}", encoded(id));
        let done = self.call(CBR, Method::DELETE, &path, None).await;
        done.map(drop).context("delete backup")
    }

    /// Tasks of the project, newest first.
    pub async fn tasks(&self, filter: TaskFilter<'_>) -> Result<Vec<Document<Task>>> {
        let filters = [
            ("status", filter.status),
            ("operation_type", filter.operation_type),
            ("resource_id", filter.resource_id),
            ("vault_id", filter.vault_id),
        ];
        let path = "/operation-logs";
        self.all(path, "operation_logs", &filters, |task: &Task| &task.id)
            .await
    }

    /// One task.
    pub async fn task(&self, id: &str) -> Result<Document<Task>> {
        let path = format!("/operation-logs/{}", encoded(id));
        let body = self.get(CBR, &path).await.context("show task")?;
        unwrap(body, "operation_log")
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Result<Value> {
        let answer = self.call(CBR, method, path, Some(body)).await?;
        answer.ok_or_else(|| Error::data("the service's answer is empty"))
    }

    /// All pages of a list.
    async fn all<T: DeserializeOwned>(
        &self,
        path: &str,
        name: &str,
        filters: &[(&str, Option<&str>)],
        id: impl Fn(&T) -> &str,
    ) -> Result<Vec<Document<T>>> {
        let step = format!("list {}", name.replace('_', " "));
        let limit = PAGE.to_string();
        let mut items: Vec<Document<T>> = Vec::new();
        let mut seen = BTreeSet::new();
        loop {
            let marker = items.last().map(|item| id(&item.value).to_string());
            let mut pairs = filters.to_vec();
            pairs.push(("limit", Some(&limit)));
            pairs.push(("marker", marker.as_deref()));
            let page = self.get(CBR, &format!("{path}{}", query(&pairs))).await;
            let page = unwrap_list::<T>(page.with_context(|| &step)?, name)?;
            let last = page.len() < PAGE;
            // A service that ignores the marker would send the same page for ever.
            let fresh = page
                .into_iter()
                .filter(|i| seen.insert(id(&i.value).to_string()));
            let before = items.len();
            items.extend(fresh);
            if last || items.len() == before {
                return Ok(items);
            }
        }
    }
}

/// Takes `null` for the default: text fields of these APIs may be null.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_examples_are_read() {
        let backup: Backup = serde_json::from_value(json!({
            "id": "b", "status": "available", "name": null, "description": null,
            "children": null, "extend_info": {"bootable": false, "incremental": null},
            "resource_size": 40, "expired_at": null,
        }))
        .expect("a backup");
        assert_eq!((backup.resource_size, backup.children.len()), (40, 0));
        let task: Task = serde_json::from_value(json!({
            "id": "t", "status": "running", "error_info": {"code": "", "message": ""},
            "extra_info": {"common": {"progress": 42}, "resource": {"name": "web"}},
        }))
        .expect("a task");
        assert_eq!(
            (task.percent(), task.subject(), task.ended()),
            (42, "web", false)
        );
    }
}
