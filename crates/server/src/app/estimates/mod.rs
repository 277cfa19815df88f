//! What a backup or a restore would read and write, and whether it would be refused; nothing is
//! begun.
//!
//! What is read and written is decided by the functions that decide it for the real runs
//! (`coffer_core::plan`), on what the hypervisors tell of changes now.

mod backup;
mod restore;

use std::collections::HashMap;
use std::time::Duration;

use coffer_core::cbr::Refusal;
use coffer_core::ids::DiskId;
use coffer_core::state::TaskState;
use coffer_core::units::GIB;
use coffer_engine::hypervisor::{Changes, ChangesRequest, EpochName};
use uuid::Uuid;

use super::{App, AppError, AppResult};
use crate::catalog::disks::Disk;
use crate::catalog::lists::{self, Part, Rows, specs};
use crate::catalog::record::Filter;
use crate::catalog::tasks::Task;
use crate::catalog::vaults::Vault;
use crate::catalog::{Tx, servers};

pub use backup::{BackupEstimate, DiskEstimate, Wanted};
pub use restore::{DiskWrites, RestoreDisk, RestoreEstimate};

/// How long a hypervisor may take to tell what changed; then it is not known.
const PATIENCE: Duration = Duration::from_secs(10);

/// A disk whose changes are wanted.
#[derive(Debug, Clone)]
struct Question {
    disk: DiskId,
    hypervisor: String,
    /// Native id of the disk's server.
    server: Option<String>,
    request: ChangesRequest,
}

impl Question {
    async fn about(tx: &mut Tx, disk: &Disk, epoch: &str) -> coffer_core::Result<Question> {
        let server = match disk.server_id {
            Some(id) => servers::get(tx, id).await?.map(|s| s.native_id),
            None => None,
        };
        Ok(Question {
            disk: disk.id,
            hypervisor: disk.hypervisor.clone(),
            server,
            request: ChangesRequest {
                native_id: disk.native_id.clone(),
                epoch: EpochName(epoch.to_owned()),
            },
        })
    }
}

impl App {
    /// Asks the hypervisors: one question for all disks of a server.
    async fn ask(&self, questions: Vec<Question>) -> HashMap<DiskId, Changes> {
        let mut groups: HashMap<(String, Option<String>), Vec<Question>> = HashMap::new();
        for question in questions {
            let key = (question.hypervisor.clone(), question.server.clone());
            groups.entry(key).or_default().push(question);
        }
        let mut told = HashMap::new();
        for ((host, server), group) in groups {
            let requests: Vec<ChangesRequest> = group.iter().map(|q| q.request.clone()).collect();
            let asked = async {
                let driver = self.inventory.driver(&host)?;
                // What is opened to look would be cleaned up.
                self.settled.wait_for(&host).await;
                driver.changes(server.as_deref(), &requests).await
            };
            let answers = match tokio::time::timeout(PATIENCE, asked).await {
                Ok(Ok(answers)) => answers,
                Ok(Err(error)) => vec![Changes::Unknown(error.message); group.len()],
                Err(_) => {
                    let text = format!("hypervisor `{host}` did not answer in time");
                    vec![Changes::Unknown(text); group.len()]
                }
            };
            told.extend(group.into_iter().map(|q| q.disk).zip(answers));
        }
        told
    }
}

/// The refusal in an error; other errors stay.
fn refused(error: AppError) -> AppResult<Refusal> {
    match error {
        AppError::Refused(refusal) => Ok(refusal),
        other => Err(other),
    }
}

/// How long the newest task of a kind took for a resource, in seconds.
async fn took(tx: &mut Tx, resource: Uuid, kind: &str) -> coffer_core::Result<Option<u64>> {
    let filter = Filter::new()
        .eq("t.resource_id", resource)
        .eq("t.kind", kind.to_owned())
        .eq("t.state", TaskState::Success);
    let part = Part {
        down: true,
        ..Part::first(specs::TASK_KEYS[0], 1)
    };
    let found: Rows<Task> = lists::part(tx, &filter, &part).await?;
    Ok(found.rows.first().and_then(|task| {
        let time = task.ended_at?.duration_since(task.started_at?);
        u64::try_from(time.as_secs()).ok().map(|s| s.max(1))
    }))
}

/// Room that a vault has left, in bytes.
pub fn room(vault: &Vault) -> u64 {
    vault
        .size_gib
        .saturating_mul(GIB)
        .saturating_sub(vault.used_bytes)
}
