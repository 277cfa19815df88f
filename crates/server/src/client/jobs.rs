//! Changes of disks, and the jobs that do them.

use coffer_core::error::Context as _;
use coffer_core::{Error, Result};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Client, ECS, EVS, encoded};

/// What to do with a disk.
#[derive(Debug, Clone, Copy)]
pub enum ChangeOfDisk<'a> {
    /// Attach it.
    Attach {
        /// Id of the server.
        server: &'a str,
        /// What it is to be called there.
        device: Option<&'a str>,
    },
    /// Detach it.
    Detach {
        /// Id of the server.
        server: &'a str,
    },
    /// Make it larger.
    Extend {
        /// Its size to be, in GiB.
        gib: u64,
    },
    /// Delete it.
    Delete,
}

/// A job of the service.
#[derive(Debug, Clone)]
pub struct Job {
    /// As it came.
    pub raw: Value,
}

impl Job {
    /// Whether it has ended, well or not.
    pub fn ended(&self) -> bool {
        matches!(self.raw["status"].as_str(), Some("SUCCESS" | "FAIL"))
    }

    /// Whether it has failed.
    pub fn failed(&self) -> bool {
        self.raw["status"] == "FAIL"
    }

    /// Why it has failed.
    pub fn reason(&self) -> String {
        let reason = self.raw["fail_reason"].as_str();
        reason.unwrap_or("the job failed").to_owned()
    }

    /// Id of its disk.
    pub fn volume(&self) -> Option<&str> {
        self.raw["entities"]["volume_id"].as_str()
    }
}

impl Client {
    /// Begins to change a disk; the job's id.
    pub async fn change_disk(&self, disk: &str, change: ChangeOfDisk<'_>) -> Result<String> {
        let disk_path = encoded(disk);
        let (step, service, method, path, body) = match change {
            ChangeOfDisk::Attach { server, device } => (
                "attach disk",
                ECS,
                Method::POST,
                format!("/cloudservers/{}/attachvolume", encoded(server)),
                Some(json!({"volumeAttachment": {"volumeId": disk, "device": device}})),
            ),
            ChangeOfDisk::Detach { server } => (
                "detach disk",
                ECS,
                Method::DELETE,
                format!("/cloudservers/{}/detachvolume/{disk_path}", encoded(server)),
                None,
            ),
            ChangeOfDisk::Extend { gib } => (
                "extend disk",
                EVS,
                Method::POST,
                format!("/cloudvolumes/{disk_path}/action"),
                Some(json!({"os-extend": {"new_size": gib}})),
            ),
            ChangeOfDisk::Delete => (
                "delete disk",
                EVS,
                Method::DELETE,
                format!("/cloudvolumes/{disk_path}"),
                None,
            ),
        };
        let answer = self.call(service, method, &path, body.as_ref()).await;
        job_id(answer.context(step)?)
    }

    /// Begins to make an empty disk; the job's id.
    pub async fn create_empty_disk(
        &self,
        name: Option<&str>,
        gib: u64,
        host: Option<&str>,
    ) -> Result<String> {
        let body = json!({"volume": {"name": name, "size": gib, "host": host}});
        let answer = self
            .call(EVS, Method::POST, "/cloudvolumes", Some(&body))
            .await;
        job_id(answer.context("make a disk")?)
    }

    /// A job.
    pub async fn job(&self, id: &str) -> Result<Job> {
        let answer = self.get(ECS, &format!("/jobs/{}", encoded(id))).await;
        Ok(Job {
            raw: answer.context("show job")?,
        })
    }
}

fn job_id(answer: Option<Value>) -> Result<String> {
    let answer = answer.unwrap_or_default();
    let id = answer["job_id"].as_str();
    id.map(String::from)
        .ok_or_else(|| Error::data("the service's answer has no job's id"))
}
