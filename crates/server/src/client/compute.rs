//! Servers (Nova) and disks (Cinder) as the neighbouring APIs show them.

use coffer_core::Result;
use coffer_core::error::Context as _;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::cbr::or_default;
use super::{COMPUTE, Client, Document, VOLUME, encoded, unwrap, unwrap_list};

/// A server.
#[derive(Debug, Clone, Deserialize)]
pub struct Server {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// `ACTIVE`, `SHUTOFF`, `PAUSED`, `ERROR`, ...
    pub status: String,
    /// Its disks, system disk first.
    #[serde(
        default,
        rename = "os-extended-volumes:volumes_attached",
        deserialize_with = "or_default"
    )]
    pub volumes: Vec<Attached>,
    /// Networks and the addresses in each.
    #[serde(default, deserialize_with = "or_default")]
    pub addresses: serde_json::Map<String, Value>,
    /// When it was first seen.
    #[serde(default, deserialize_with = "or_default")]
    pub created: String,
}

/// A disk of a server.
#[derive(Debug, Clone, Deserialize)]
pub struct Attached {
    /// The disk's id.
    pub id: String,
}

impl Server {
    /// True unless it is off, so that a stop would be needed.
    pub fn is_on(&self) -> bool {
        self.status != "SHUTOFF"
    }

    /// Its addresses, without their networks.
    pub fn addresses(&self) -> Vec<&str> {
        let lists = self.addresses.values().filter_map(Value::as_array);
        lists.flatten().filter_map(|a| a["addr"].as_str()).collect()
    }
}

/// A disk.
#[derive(Debug, Clone, Deserialize)]
pub struct Disk {
    /// Id.
    pub id: String,
    /// Name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// `in-use`, `available`, ...
    pub status: String,
    /// Size in GiB, rounded up.
    pub size: u64,
    /// `"true"` for a disk that a server boots from.
    #[serde(default, deserialize_with = "or_default")]
    pub bootable: String,
    /// Where it is attached.
    #[serde(default, deserialize_with = "or_default")]
    pub attachments: Vec<Attachment>,
}

/// Where a disk is attached.
#[derive(Debug, Clone, Deserialize)]
pub struct Attachment {
    /// The server.
    pub server_id: String,
    /// Its name there: `/dev/vda`.
    #[serde(default, deserialize_with = "or_default")]
    pub device: String,
}

impl Disk {
    /// True for a disk that a server boots from.
    pub fn is_system(&self) -> bool {
        self.bootable == "true"
    }
}

/// What to do with a server's power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerAction {
    /// Switch on.
    Start,
    /// Shut the guest down; by force after the service's limit.
    Stop,
    /// Ask the guest to reboot.
    Reboot,
    /// Reset, as by the button.
    Reset,
}

impl Client {
    /// All servers of the project.
    pub async fn servers(&self) -> Result<Vec<Document<Server>>> {
        let body = self.get(COMPUTE, "/servers/detail").await;
        unwrap_list(body.context("list servers")?, "servers")
    }

    /// One server.
    pub async fn server(&self, id: &str) -> Result<Document<Server>> {
        let body = self
            .get(COMPUTE, &format!("/servers/{}", encoded(id)))
            .await;
        unwrap(body.context("show server")?, "server")
    }

    /// Changes whether a server runs; returns when that has begun.
    pub async fn act(&self, id: &str, action: ServerAction) -> Result<()> {
        let (step, body) = match action {
            ServerAction::Start => ("start server", json!({ "os-start": null })),
            ServerAction::Stop => ("stop server", json!({ "os-stop": null })),
            ServerAction::Reboot => ("reboot server", json!({ "reboot": { "type": "SOFT" } })),
            ServerAction::Reset => ("reset server", json!({ "reboot": { "type": "HARD" } })),
        };
        let path = format!("/servers/{}/action", encoded(id));
        let done = self.call(COMPUTE, Method::POST, &path, Some(&body)).await;
        done.map(drop).context(step)
    }

    /// All disks of the project.
    pub async fn disks(&self) -> Result<Vec<Document<Disk>>> {
        let body = self.get(VOLUME, "/volumes/detail").await;
        unwrap_list(body.context("list disks")?, "volumes")
    }
}
