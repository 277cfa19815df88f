//! Use cases: look at the catalog, decide through core, write the catalog, enqueue.
//!
//! Whether the caller may do it at all is settled before (the handlers ask the caller's roles);
//! everything here is inside the caller's project, and what lies outside of it is not there.

pub mod agents;
pub mod associate;
pub mod backups;
pub mod changes;
pub mod checkpoints;
pub mod create;
pub mod disks;
pub mod estimates;
mod examine;
pub mod expiry;
pub mod export;
pub mod files;
pub mod filling;
pub mod image_members;
pub mod images;
pub mod import;
pub mod jobs;
pub mod limits;
pub mod look;
pub mod maps;
pub mod members;
pub mod migrate;
pub mod notify;
pub mod overview;
pub mod policies;
pub mod preview;
pub mod protectables;
pub mod protection;
pub mod quotas;
pub mod recovery;
pub mod resource_tags;
pub mod restore;
pub mod retention;
pub mod runs;
pub mod serving;
pub mod start;
pub mod tags;
pub mod tasks;
pub mod trail;
pub mod vaults;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use coffer_core::cbr::{Code, Operation, Refusal};
use coffer_core::ids::{ProjectId, TaskId, UserId, VaultId};
use coffer_core::state::TaskState;
use coffer_core::{Error, Kind};
use jiff::Timestamp;
use serde_json::Value;

use crate::catalog::record::Json;
use crate::catalog::tasks::Task;
use crate::catalog::{Catalog, Tx, tasks as queue};
use crate::door::{self, Clock};
use crate::inventory::Inventory;
use crate::tasks::engine::Repositories;
use crate::tasks::work::Work;

/// How long a deletion is waited for before it is answered; it goes on after that.
const DELETE_PATIENCE: Duration = Duration::from_secs(5);

/// What the use cases work with. Clones share everything.
#[derive(Clone)]
pub struct App {
    /// The catalog.
    pub catalog: Catalog,
    /// The clock.
    pub clock: Clock,
    /// Servers and disks.
    pub inventory: Inventory,
    /// The vaults' repositories.
    pub repositories: Repositories,
    /// Rung when there is something in the queue.
    pub bell: Arc<tokio::sync::Notify>,
    /// How much may run at once, how fast, and when.
    pub limits: limits::LimitTable,
    /// Figures for operators.
    pub metrics: crate::metrics::Metrics,
    /// Sends what people want to know of.
    pub sender: Arc<crate::notify::Sender>,
    /// Block maps of the last tasks.
    pub maps: maps::Maps,
    /// Backups that are read over the network now.
    pub serving: serving::Serving,
    /// Backups whose files are looked at.
    pub files: files::Files,
    /// Backups that servers run from.
    pub filling: filling::Filling,
    /// Archives that are being uploaded.
    pub imports: import::Imports,
    /// Whether the hypervisors are as the last run did not leave them.
    pub settled: start::Settled,
    /// The region this service is.
    pub region: Arc<str>,
    /// Directories that administrators may restore image files into.
    pub restore_dirs: Arc<[PathBuf]>,
}

/// On whose behalf something is done.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The project.
    pub project: ProjectId,
    /// The user.
    pub user: UserId,
    /// The request.
    pub request_id: String,
}

/// What a use case ends with where it does not succeed.
#[derive(Debug)]
pub enum AppError {
    /// The request is refused with a code of CBR.
    Refused(Refusal),
    /// Something below failed during an operation.
    Failed(Operation, Error),
}

/// Result of a use case.
pub type AppResult<T> = Result<T, AppError>;

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> AppError {
        AppError::Refused(refusal)
    }
}

/// Names the operation in which an error came up.
pub(crate) trait During<T> {
    fn during(self, operation: Operation) -> AppResult<T>;
}

impl<T> During<T> for coffer_core::Result<T> {
    fn during(self, operation: Operation) -> AppResult<T> {
        self.map_err(|error| AppError::Failed(operation, error))
    }
}

impl AppError {
    /// The code the client sees.
    pub fn code(&self) -> Code {
        match self {
            AppError::Refused(refusal) => refusal.code,
            AppError::Failed(operation, error) => operation.code(error.kind),
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            AppError::Refused(refusal) => refusal.code.status(),
            AppError::Failed(operation, error) => operation.status(error.kind),
        }
    }

    /// What the client may read. Our own faults are told to the log alone.
    pub fn message(&self) -> String {
        match self {
            AppError::Refused(refusal) => refusal.message.clone(),
            AppError::Failed(_, error) => match error.kind {
                Kind::Internal => "an internal error; the service's log has it".to_owned(),
                _ => error.message.clone(),
            },
        }
    }

    /// What the user can do.
    pub fn hint(&self) -> Option<&str> {
        match self {
            AppError::Refused(refusal) => refusal.hint.as_deref(),
            AppError::Failed(_, error) => error.hint.as_deref(),
        }
    }
}

/// What stands in a task besides its work.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    pub checkpoint_id: Option<coffer_core::ids::CheckpointId>,
    pub backup_id: Option<coffer_core::ids::BackupId>,
    pub resource: Option<(uuid::Uuid, String, coffer_core::cbr::ResourceType)>,
    pub host: String,
    pub lock_key: String,
    pub policy_id: Option<coffer_core::ids::PolicyId>,
    /// Before which others it is begun; by what it does where none is given.
    pub priority: Option<u64>,
}

/// Where tasks stand in the queue, 0 (last) to 100 (first). Those of one server or disk keep their
/// order whatever their priority is; the first of them takes the highest one of those behind it.
pub mod priority {
    /// Largest.
    pub const MAX: u64 = 100;
    /// Somebody waits for a restore.
    pub const RESTORE: u64 = 80;
    /// Asked for by hand. An automatic backup that is raised to this does not wait for its window.
    pub const MANUAL: u64 = 60;
    /// Begun by a policy.
    pub const AUTOMATIC: u64 = 40;
    /// What a policy no longer keeps goes when nothing else is to be done.
    pub const CLEANUP: u64 = 20;
}

impl App {
    /// The time now, as exact as the catalog keeps it.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.clock.now_ms()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Puts work into the queue, in the transaction that changes what it works on. Ring the bell
    /// after the commit.
    pub(crate) async fn enqueue(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        vault: (VaultId, &str),
        work: &Work,
        about: About,
        now: Timestamp,
    ) -> coffer_core::Result<TaskId> {
        let task = self.task_of(actor, vault, work, about, now);
        queue::insert(tx, &task).await?;
        queue::lift(tx, &task.lock_key, now, task.priority).await?;
        tracing::info!(task.id = %task.id, kind = %task.kind, vault.id = %vault.0, "task queued");
        Ok(task.id)
    }

    /// A task that waits.
    pub(crate) fn task_of(
        &self,
        actor: &Actor,
        vault: (VaultId, &str),
        work: &Work,
        about: About,
        now: Timestamp,
    ) -> Task {
        let payload: Value = serde_json::to_value(work).expect("work is plain data");
        let usual = match (work, about.policy_id) {
            (Work::Restore { .. } | Work::RestoreFile { .. }, _) => priority::RESTORE,
            (Work::Backup { .. }, Some(_)) => priority::AUTOMATIC,
            _ => priority::MANUAL,
        };
        let (resource_id, resource_name, kind) = match about.resource {
            Some((id, name, kind)) => (Some(id), Some(name), Some(kind)),
            None => (None, None, None),
        };
        Task {
            id: TaskId(door::new_ordered_uuid()),
            project_id: actor.project,
            kind: work.kind().to_owned(),
            state: TaskState::Waiting,
            vault_id: vault.0,
            vault_name: vault.1.to_owned(),
            checkpoint_id: about.checkpoint_id,
            backup_id: about.backup_id,
            resource_id,
            resource_name,
            resource_type: kind.map(|k| k.name().to_owned()),
            provider_id: kind.map(|k| k.provider_id().to_owned()),
            payload: Json(payload),
            request_id: actor.request_id.clone(),
            host: about.host,
            lock_key: about.lock_key,
            attempt: 0,
            lease_owner: String::new(),
            lease_until: now,
            cancel: false,
            progress: 0,
            total_bytes: 0,
            done_bytes: 0,
            read_bytes: 0,
            new_bytes: 0,
            stored_bytes: 0,
            error_code: String::new(),
            error_message: String::new(),
            error_hint: String::new(),
            created_at: now,
            updated_at: now,
            started_at: None,
            ended_at: None,
            policy_id: about.policy_id,
            priority: about.priority.unwrap_or(usual),
        }
    }

    /// Waits a little for a deletion: clients such as Terraform look once and expect it gone.
    pub(crate) async fn wait_for(&self, id: TaskId) -> coffer_core::Result<()> {
        let deadline = tokio::time::Instant::now() + DELETE_PATIENCE;
        while tokio::time::Instant::now() < deadline {
            let mut tx = self.catalog.snapshot().await?;
            match queue::get(&mut tx, id).await? {
                Some(task) if !task.state.is_final() => {}
                _ => return Ok(()),
            }
            drop(tx);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}
