//! Disks with their server.

use std::collections::HashMap;

use coffer_core::Result;
use coffer_core::state::TaskState;
use uuid::Uuid;

use super::tasks::{TaskLook, foremost, of_rows};
use super::{Holders, work};
use crate::catalog::Tx;
use crate::catalog::backups::Backup;
use crate::catalog::disks::Disk;
use crate::catalog::lists::more;
use crate::catalog::servers::Server;
use crate::catalog::tasks::Task;
use crate::catalog::vaults::Vault;
use crate::tasks::work::{RestoreStep, Work};

/// A disk with what belongs to it.
#[derive(Debug, Clone)]
pub struct DiskLook {
    /// The disk.
    pub disk: Disk,
    /// The server it is attached to.
    pub server: Option<Server>,
    /// The vault it is in, by itself or with its server.
    pub vault: Option<Vault>,
    /// The vault of its server leaves it out.
    pub excluded: bool,
    /// Its newest backup that can be restored from, by itself or inside its server's.
    pub last_backup: Option<Backup>,
    /// What is done with it, or waits to be.
    pub task: Option<TaskLook>,
    /// What its state is: `available`, `in-use`, `backing-up`, `restoring-backup`,
    /// `error_restoring`.
    pub status: &'static str,
}

pub(super) async fn looks(tx: &mut Tx, disks: Vec<Disk>) -> Result<Vec<DiskLook>> {
    let mut servers: Vec<Uuid> = disks.iter().filter_map(|d| Some(d.server_id?.0)).collect();
    servers.sort_unstable();
    servers.dedup();
    let rows: Vec<Server> = more::of(tx, "id", &servers, "1 = 1", &[]).await?;
    let rows: HashMap<Uuid, Server> = rows.into_iter().map(|s| (s.id.0, s)).collect();
    let ids: Vec<Uuid> = disks.iter().map(|d| d.id.0).collect();
    let mut newest = more::last_backups(tx, &ids).await?;
    let mut all = ids;
    all.extend(&servers);
    let holders = Holders::read(tx, &all).await?;
    let tasks = more::open_tasks(tx, &all).await?;
    let tasks = of_rows(tx, tasks).await?;
    let restores = more::last_restores(tx, &all).await?;
    let looks = disks.into_iter().map(|disk| {
        let server = disk.server_id.and_then(|id| rows.get(&id.0));
        assemble(disk, server, &holders, &mut newest, &tasks, &restores)
    });
    Ok(looks.collect())
}

pub(super) fn assemble(
    disk: Disk,
    server: Option<&Server>,
    holders: &Holders,
    newest: &mut HashMap<Uuid, Backup>,
    tasks: &[TaskLook],
    restores: &HashMap<Uuid, Task>,
) -> DiskLook {
    let id = disk.id.0;
    let with_server = disk.server_id.map(|s| s.0);
    let own = holders.vault(id);
    let of_server = with_server.and_then(|s| holders.of.get(&s));
    let takes = of_server.is_none_or(|r| r.extra_info.0.takes(&id.to_string()));
    let about = |t: &Task| {
        let it_or_server =
            t.resource_id == Some(id) || with_server.is_some() && t.resource_id == with_server;
        it_or_server && concerns(t, &disk)
    };
    let task = foremost(tasks.iter().filter(|t| about(&t.task)));
    let broken = [Some(id), with_server]
        .into_iter()
        .flatten()
        .filter_map(|id| restores.get(&id))
        .max_by_key(|t| t.created_at)
        .is_some_and(|t| t.state != TaskState::Success && has_written(t) && about(t));
    let running = task.filter(|t| t.task.state == TaskState::Running);
    let status = match running.map(|t| t.task.kind.as_str()) {
        Some("backup") => "backing-up",
        Some("restore") => "restoring-backup",
        _ if broken => "error_restoring",
        _ if disk.server_id.is_some() => "in-use",
        _ => "available",
    };
    DiskLook {
        vault: own.or_else(|| holders.vault(with_server?)).cloned(),
        excluded: own.is_none() && !takes,
        last_backup: newest.remove(&id),
        task: task.cloned(),
        server: server.cloned(),
        status,
        disk,
    }
}

/// Whether a restore came as far as writing, and no further.
fn has_written(task: &Task) -> bool {
    matches!(work(task), Some(Work::Restore(work)) if work.course.step == RestoreStep::Write)
}

/// Whether a task about a disk or its server has to do with the disk.
fn concerns(task: &Task, disk: &Disk) -> bool {
    match work(task) {
        Some(Work::Backup { extra }) => {
            task.resource_id == Some(disk.id.0)
                || disk.unsupported.is_none() && extra.takes(&disk.id.to_string())
        }
        Some(Work::Restore(work)) => work.disks.iter().any(|d| d.target == disk.id),
        Some(Work::RestoreFile { .. }) => false,
        _ => task.resource_id == Some(disk.id.0),
    }
}
