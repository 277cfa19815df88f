//! Servers with their disks.

use std::collections::HashMap;

use coffer_core::Result;
use uuid::Uuid;

use super::Holders;
use super::disks::{DiskLook, assemble};
use super::tasks::{TaskLook, of_rows};
use crate::catalog::Tx;
use crate::catalog::backups::Backup;
use crate::catalog::disks::Disk;
use crate::catalog::lists::more;
use crate::catalog::servers::Server;
use crate::catalog::vaults::Vault;

/// Progress in percent that a backup must have passed before its server may be restarted (CORE-18).
pub const RESTART_PERCENT: u64 = 10;

/// A server with what belongs to it.
#[derive(Debug, Clone)]
pub struct ServerLook {
    /// The server.
    pub server: Server,
    /// Its disks, in the order of its definition.
    pub disks: Vec<DiskLook>,
    /// The vault it is in.
    pub vault: Option<Vault>,
    /// Its newest backup that can be restored from.
    pub last_backup: Option<Backup>,
    /// Number of its backups.
    pub backup_count: u64,
    /// What is done with it, or waits to be.
    pub task: Option<TaskLook>,
    /// Whether it may be restarted now.
    pub restart: Restart,
}

/// Whether a server may be stopped or restarted now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restart {
    /// It may.
    Allowed,
    /// It may not, for this reason (a sentence).
    Refused(String),
}

/// Judges by the open tasks of a server and its disks.
pub(crate) fn restart<'a>(server: &Server, tasks: impl Iterator<Item = &'a TaskLook>) -> Restart {
    for look in tasks {
        let task = &look.task;
        let reason = match task.kind.as_str() {
            "restore" => "A backup is being restored to it.".to_owned(),
            "backup" if task.progress <= RESTART_PERCENT => format!(
                "Its backup is at {} %: it may be restarted above {RESTART_PERCENT} %.",
                task.progress
            ),
            "backup" if !server.restart_allowed => {
                "Its host cannot restart it while a backup of it runs.".to_owned()
            }
            _ => continue,
        };
        return Restart::Refused(reason);
    }
    Restart::Allowed
}

pub(super) async fn looks(tx: &mut Tx, servers: Vec<Server>) -> Result<Vec<ServerLook>> {
    let ids: Vec<Uuid> = servers.iter().map(|s| s.id.0).collect();
    let there = "vanished_at IS NULL";
    let disks: Vec<Disk> = more::of(tx, "server_id", &ids, there, &[("position", false)]).await?;
    let mut all = ids.clone();
    all.extend(disks.iter().map(|d| d.id.0));
    let holders = Holders::read(tx, &all).await?;
    let mut newest = more::last_backups(tx, &all).await?;
    let counts = more::backup_counts(tx, &ids).await?;
    let tasks = more::open_tasks(tx, &all).await?;
    let tasks = of_rows(tx, tasks).await?;
    let restores = more::last_restores(tx, &all).await?;
    let by_id: HashMap<Uuid, Server> = servers.iter().map(|s| (s.id.0, s.clone())).collect();
    let mut of_server: HashMap<Uuid, Vec<DiskLook>> = HashMap::new();
    for disk in disks {
        let Some(server) = disk.server_id else {
            continue;
        };
        let look = assemble(
            disk,
            by_id.get(&server.0),
            &holders,
            &mut newest,
            &tasks,
            &restores,
        );
        of_server.entry(server.0).or_default().push(look);
    }
    let looks = servers.into_iter().map(|server| {
        let id = server.id.0;
        let disks = of_server.remove(&id).unwrap_or_default();
        let concerned = |t: &&TaskLook| {
            let about = t.task.resource_id;
            about == Some(id) || disks.iter().any(|d| about == Some(d.disk.id.0))
        };
        let restart = restart(&server, tasks.iter().filter(concerned));
        let own = tasks.iter().filter(|t| t.task.resource_id == Some(id));
        ServerLook {
            vault: holders.vault(id).cloned(),
            last_backup: newest.remove(&id),
            backup_count: counts.get(&id.to_string()).copied().unwrap_or(0),
            task: super::tasks::foremost(own).cloned(),
            disks,
            restart,
            server,
        }
    });
    Ok(looks.collect())
}
