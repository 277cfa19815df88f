//! Looking at what there is: lists and single objects with all that a person wants to see of them.
//!
//! A page is read in a fixed number of statements, whatever its length.

mod disks;
mod servers;
mod tasks;
mod vaults;

use std::collections::HashMap;

use coffer_core::Result;
use coffer_core::cbr::ResourceType;
use coffer_core::ids::{BackupId, ProjectId, VaultId};
use coffer_core::state::BackupState;
use uuid::Uuid;

use super::App;
use crate::catalog::Tx;
use crate::catalog::backups::Backup;
use crate::catalog::disks::Disk;
use crate::catalog::lists::{Part, Rows, more};
use crate::catalog::record::Filter;
use crate::catalog::servers::Server;
use crate::catalog::tasks::Task;
use crate::catalog::vaults::{Resource, Vault};
use crate::tasks::work::Work;

pub use disks::DiskLook;
pub use servers::{Restart, ServerLook};
pub use tasks::{BackupLook, StepState, TaskLook};
pub use vaults::{HeldLook, VaultLook};

/// A part of a list, as [`App`] gives it.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// The objects.
    pub items: Vec<T>,
    /// The last one's place, where there are more behind it.
    pub next: Option<crate::catalog::lists::Place>,
    /// Number of all that fit.
    pub total: u64,
}

impl<T> Listed<T> {
    fn of<R>(rows: Rows<R>, items: Vec<T>) -> Listed<T> {
        Listed {
            items,
            next: rows.next,
            total: rows.total,
        }
    }
}

impl App {
    /// Servers that `filter` means.
    pub async fn look_at_servers(
        &self,
        filter: &Filter,
        part: &Part,
    ) -> Result<Listed<ServerLook>> {
        let mut tx = self.catalog.snapshot().await?;
        let mut rows = crate::catalog::lists::part::<Server>(&mut tx, filter, part).await?;
        let items = servers::looks(&mut tx, std::mem::take(&mut rows.rows)).await?;
        Ok(Listed::of(rows, items))
    }

    /// Disks that `filter` means.
    pub async fn look_at_disks(&self, filter: &Filter, part: &Part) -> Result<Listed<DiskLook>> {
        let mut tx = self.catalog.snapshot().await?;
        let mut rows = crate::catalog::lists::part::<Disk>(&mut tx, filter, part).await?;
        let items = disks::looks(&mut tx, std::mem::take(&mut rows.rows)).await?;
        Ok(Listed::of(rows, items))
    }

    /// Vaults that `filter` means.
    pub async fn look_at_vaults(&self, filter: &Filter, part: &Part) -> Result<Listed<VaultLook>> {
        let mut tx = self.catalog.snapshot().await?;
        let mut rows = crate::catalog::lists::part::<Vault>(&mut tx, filter, part).await?;
        let items = vaults::looks(&mut tx, std::mem::take(&mut rows.rows)).await?;
        Ok(Listed::of(rows, items))
    }

    /// What a vault holds, with what its backups take.
    pub async fn look_into_vault(&self, vault: VaultId) -> Result<Vec<HeldLook>> {
        let mut tx = self.catalog.snapshot().await?;
        vaults::held(&mut tx, vault).await
    }

    /// Backups that `filter` means.
    pub async fn look_at_backups(
        &self,
        filter: &Filter,
        part: &Part,
    ) -> Result<Listed<BackupLook>> {
        let mut tx = self.catalog.snapshot().await?;
        let mut rows = crate::catalog::lists::part::<Backup>(&mut tx, filter, part).await?;
        let items =
            tasks::backup_looks(&mut tx, std::mem::take(&mut rows.rows), self.now()).await?;
        Ok(Listed::of(rows, items))
    }

    /// Tasks that `filter` means.
    pub async fn look_at_tasks(&self, filter: &Filter, part: &Part) -> Result<Listed<TaskLook>> {
        let mut tx = self.catalog.snapshot().await?;
        let mut rows = crate::catalog::lists::part::<Task>(&mut tx, filter, part).await?;
        let items = tasks::looks(&mut tx, std::mem::take(&mut rows.rows)).await?;
        Ok(Listed::of(rows, items))
    }

    /// A task of the project.
    pub async fn look_at_task(
        &self,
        actor: &super::Actor,
        id: coffer_core::ids::TaskId,
    ) -> Result<TaskLook> {
        let filter = crate::catalog::lists::specs::all(actor.project).eq("t.id", id);
        let part = Part::first(crate::catalog::lists::specs::TASK_KEYS[0], 1);
        let mut listed = self.look_at_tasks(&filter, &part).await?;
        let none = || coffer_core::Error::not_found(format!("there is no task {id}"));
        listed.items.pop().ok_or_else(none)
    }

    /// The disks that are more than attached or not: ids, and what happens to them.
    pub async fn special_disks(&self, project: ProjectId) -> Result<Vec<(String, &'static str)>> {
        let mut tx = self.catalog.snapshot().await?;
        let mut tasks: Vec<Task> = Vec::new();
        // Each by its own index: a project has a task for each of its backups.
        for clause in [
            "state = 'running' AND kind IN ('backup', 'restore')",
            "kind = 'restore' AND state IN ('failed', 'timeout')",
        ] {
            let filter = Filter::new().eq("project_id", project).and(clause);
            tasks.extend(crate::catalog::record::list::<Task>(&mut tx, &filter, &[]).await?);
        }
        let mut ids: Vec<Uuid> = tasks.iter().filter_map(|t| t.resource_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let there = "vanished_at IS NULL";
        let mut disks: Vec<Disk> = more::of(&mut tx, "server_id", &ids, there, &[]).await?;
        disks.extend(more::of::<Disk>(&mut tx, "id", &ids, there, &[]).await?);
        disks.sort_by_key(|d| d.id);
        disks.dedup_by_key(|d| d.id);
        let looks = disks::looks(&mut tx, disks).await?;
        let special = |l: &DiskLook| !matches!(l.status, "in-use" | "available");
        let looks = looks.into_iter().filter(special);
        Ok(looks.map(|l| (l.disk.id.to_string(), l.status)).collect())
    }

    /// Ids of the disks that the vaults of their servers leave out.
    pub async fn left_out_disks(&self, project: ProjectId) -> Result<Vec<String>> {
        let mut tx = self.catalog.snapshot().await?;
        let filter = Filter::new()
            .with(
                "vault_id IN (SELECT id FROM vaults WHERE project_id = ?)",
                project,
            )
            .eq("resource_type", ResourceType::Server)
            .and("extra_info <> '{}'");
        let held: Vec<Resource> = crate::catalog::record::list(&mut tx, &filter, &[]).await?;
        let ids: Vec<Uuid> = held.iter().map(|r| r.resource_id).collect();
        let disks: Vec<Disk> =
            more::of(&mut tx, "server_id", &ids, "vanished_at IS NULL", &[]).await?;
        let mut left_out = Vec::new();
        for disk in disks {
            let of = |r: &&Resource| disk.server_id.is_some_and(|s| s.0 == r.resource_id);
            let id = disk.id.to_string();
            if held
                .iter()
                .find(of)
                .is_some_and(|r| !r.extra_info.0.takes(&id))
            {
                left_out.push(id);
            }
        }
        Ok(left_out)
    }
}

/// What holds servers and disks, and the vaults concerned.
struct Holders {
    of: HashMap<Uuid, Resource>,
    vaults: HashMap<VaultId, Vault>,
}

impl Holders {
    async fn read(tx: &mut Tx, resources: &[Uuid]) -> Result<Holders> {
        let held: Vec<Resource> = more::of(tx, "resource_id", resources, "1 = 1", &[]).await?;
        let mut ids: Vec<VaultId> = held.iter().map(|r| r.vault_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let vaults: Vec<Vault> = more::of(tx, "id", &ids, "1 = 1", &[]).await?;
        Ok(Holders {
            of: held.into_iter().map(|r| (r.resource_id, r)).collect(),
            vaults: vaults.into_iter().map(|v| (v.id, v)).collect(),
        })
    }

    fn vault(&self, resource: Uuid) -> Option<&Vault> {
        self.vaults.get(&self.of.get(&resource)?.vault_id)
    }
}

/// What a task works on.
fn work(task: &Task) -> Option<Work> {
    serde_json::from_value(task.payload.0.clone()).ok()
}

/// The safety backup of a restore.
fn safety_of(task: &Task) -> Option<BackupId> {
    match work(task)? {
        Work::Restore(restore) => Some(restore.safety?.backup),
        _ => None,
    }
}

/// Names of the backups that tasks are about, and whether they are available.
async fn named_backups(tx: &mut Tx, tasks: &[Task]) -> Result<HashMap<BackupId, (String, bool)>> {
    let mut ids: Vec<BackupId> = tasks
        .iter()
        .flat_map(|t| [t.backup_id, safety_of(t)])
        .flatten()
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let rows: Vec<Backup> = more::of(tx, "id", &ids, "1 = 1", &[]).await?;
    let name = |b: Backup| (b.id, (b.name, b.state == BackupState::Available));
    Ok(rows.into_iter().map(name).collect())
}
