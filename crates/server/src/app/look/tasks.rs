//! Tasks, and backups with their disks.

use std::collections::HashMap;

use coffer_core::Result;
use coffer_core::cbr::ResourceType;
use coffer_core::ids::{BackupId, VaultId};
use coffer_core::state::{BackupState, TaskState, VaultState};
use jiff::Timestamp;
use uuid::Uuid;

use super::{named_backups, safety_of, work};
use crate::catalog::Tx;
use crate::catalog::backups::{self, Backup};
use crate::catalog::disks::Disk;
use crate::catalog::lists::more;
use crate::catalog::servers::Server;
use crate::catalog::tasks::Task;
use crate::catalog::vaults::Vault;
use crate::tasks::work::{RestoreStep, Work};

/// A task and the name of its backup.
#[derive(Debug, Clone)]
pub struct TaskLook {
    /// The task.
    pub task: Task,
    /// Name of the backup, while its row is there.
    pub backup_name: Option<String>,
    /// The safety backup of a restore, while its row is there: id, name, and whether it can be
    /// restored from.
    pub safety: Option<(BackupId, String, bool)>,
}

/// Where a step of a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Not begun.
    Waiting,
    /// Begun.
    Running,
    /// Done.
    Done,
    /// It failed, or was cancelled.
    Failed,
}

impl TaskLook {
    /// `queued`, `preparing`, `copying`, `finishing` or `ended`.
    pub fn phase(&self) -> &'static str {
        let t = &self.task;
        match t.state {
            TaskState::Waiting => "queued",
            TaskState::Running if t.total_bytes == 0 => "preparing",
            TaskState::Running if t.kind == "backup" && t.progress <= 10 => "preparing",
            TaskState::Running if t.done_bytes < t.total_bytes => "copying",
            TaskState::Running => "finishing",
            _ => "ended",
        }
    }

    /// The steps of a restore, in their order.
    pub fn steps(&self) -> Vec<(RestoreStep, StepState)> {
        let Some(Work::Restore(restore)) = work(&self.task) else {
            return Vec::new();
        };
        let now = restore.course.step;
        let state = |step: RestoreStep| match self.task.state {
            TaskState::Success => StepState::Done,
            _ if step < now => StepState::Done,
            TaskState::Waiting | TaskState::Running if step == now => StepState::Running,
            _ if step == now => StepState::Failed,
            _ => StepState::Waiting,
        };
        let steps = restore.steps().into_iter();
        steps.map(|step| (step, state(step))).collect()
    }

    /// True for a restore that can be undone: it has ended, disks were written, and what they held
    /// before is there.
    pub fn can_go_back(&self) -> bool {
        let wrote = match work(&self.task) {
            Some(Work::Restore(restore)) => restore.has_begun_to_write(),
            _ => false,
        };
        wrote && self.task.state.is_final() && self.safety.as_ref().is_some_and(|s| s.2)
    }

    /// True for what can be ended by its user.
    pub fn can_cancel(&self) -> bool {
        !self.task.state.is_final()
            && !self.task.cancel
            && matches!(
                self.task.kind.as_str(),
                "backup" | "restore" | "create_disk" | "create_server" | "import" | "drill"
            )
    }

    /// True for what failed and can be tried again.
    pub fn can_retry(&self) -> bool {
        matches!(self.task.state, TaskState::Failed | TaskState::Timeout)
            && matches!(self.task.kind.as_str(), "backup" | "restore")
    }
}

/// A backup with what belongs to it.
#[derive(Debug, Clone)]
pub struct BackupLook {
    /// The backup.
    pub backup: Backup,
    /// Its disks, where it is a server's.
    pub children: Vec<Backup>,
    /// Its vault.
    pub vault: Option<Vault>,
    /// Power state of its server, or `available` / `in-use` of its disk; none where it is gone.
    pub resource_status: Option<String>,
    /// It cannot be deleted now: it is locked by itself, or by its vault.
    pub locked: bool,
    /// What is done with it, or waits to be.
    pub task: Option<TaskLook>,
}

impl BackupLook {
    /// Whether a restore from it may begin now.
    pub fn can_restore(&self) -> bool {
        let vault = self.vault.as_ref().map(|v| v.state);
        self.backup.state == BackupState::Available
            && matches!(vault, Some(VaultState::Available | VaultState::Lock))
    }
}

/// The task that matters most: one that runs before one that waits, then the oldest.
pub(super) fn foremost<'a>(tasks: impl Iterator<Item = &'a TaskLook>) -> Option<&'a TaskLook> {
    tasks.min_by_key(|t| (t.task.state != TaskState::Running, t.task.created_at))
}

pub(super) async fn of_rows(tx: &mut Tx, tasks: Vec<Task>) -> Result<Vec<TaskLook>> {
    looks(tx, tasks).await
}

pub(super) async fn looks(tx: &mut Tx, tasks: Vec<Task>) -> Result<Vec<TaskLook>> {
    let named = named_backups(tx, &tasks).await?;
    let look = |task: Task| TaskLook {
        backup_name: task
            .backup_id
            .and_then(|id| Some(named.get(&id)?.0.clone())),
        safety: safety_of(&task).and_then(|id| {
            let (name, available) = named.get(&id)?;
            Some((id, name.clone(), *available))
        }),
        task,
    };
    Ok(tasks.into_iter().map(look).collect())
}

pub(super) async fn backup_looks(
    tx: &mut Tx,
    rows: Vec<Backup>,
    now: Timestamp,
) -> Result<Vec<BackupLook>> {
    let ids: Vec<BackupId> = rows.iter().map(|b| b.id).collect();
    let mut children: HashMap<BackupId, Vec<Backup>> = HashMap::new();
    for child in backups::children_of(tx, &ids).await? {
        if let Some(parent) = child.parent_id {
            children.entry(parent).or_default().push(child);
        }
    }
    let mut vaults: Vec<VaultId> = rows.iter().map(|b| b.vault_id).collect();
    vaults.sort_unstable();
    vaults.dedup();
    let vaults: Vec<Vault> = more::of(tx, "id", &vaults, "1 = 1", &[]).await?;
    let mut resources: Vec<Uuid> = rows.iter().map(|b| b.resource_id).collect();
    resources.sort_unstable();
    resources.dedup();
    let there = "vanished_at IS NULL";
    let servers: Vec<Server> = more::of(tx, "id", &resources, there, &[]).await?;
    let disks: Vec<Disk> = more::of(tx, "id", &resources, there, &[]).await?;
    let tasks = more::open_tasks_of_backups(tx, &ids).await?;
    let tasks = looks(tx, tasks).await?;
    let look = |backup: Backup| {
        let status = match backup.resource_type {
            ResourceType::Server => servers
                .iter()
                .find(|s| s.id.0 == backup.resource_id)
                .map(|s| s.power.clone()),
            _ => disks
                .iter()
                .find(|d| d.id.0 == backup.resource_id)
                .map(|d| {
                    let attached = d.server_id.is_some();
                    if attached { "in-use" } else { "available" }.to_owned()
                }),
        };
        let vault = vaults.iter().find(|v| v.id == backup.vault_id).cloned();
        let by_vault = backup.auto_trigger && vault.as_ref().is_some_and(|v| v.locked);
        BackupLook {
            children: children.remove(&backup.id).unwrap_or_default(),
            // As `specs::backup_locked` finds them.
            locked: by_vault || backup.locked_until.is_some_and(|until| until > now),
            vault,
            resource_status: status,
            task: foremost(tasks.iter().filter(|t| t.task.backup_id == Some(backup.id))).cloned(),
            backup,
        }
    };
    Ok(rows.into_iter().map(look).collect())
}
