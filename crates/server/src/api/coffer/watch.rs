//! Tells those who watch what changed.
//!
//! Each commit of the catalog wakes it. It reads what was written lately and what belongs to that
//! (the backup, vault and server of a task, ...), and sends what looks different from what it sent
//! before, each object at most once a second.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use coffer_core::Result;
use coffer_core::ids::ProjectId;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::json;

use super::objects::{Backup, Disk, Server, Task, Vault};
use crate::catalog::backups::Backup as BackupRow;
use crate::catalog::disks::Disk as DiskRow;
use crate::catalog::lists::{Part, specs};
use crate::catalog::record::{self, Filter};
use crate::catalog::servers::Server as ServerRow;
use crate::catalog::tasks::Task as TaskRow;
use crate::catalog::vaults::{Resource, Vault as VaultRow};
use crate::live::{Event, Live};
use crate::state::AppState;
use crate::tasks::work::Work;

/// The least time between two looks, and so between two events about one object.
const PERIOD: Duration = Duration::from_secs(1);
/// How far back a look goes beyond the last one: commits are not in the order of their times.
const OVERLAP: SignedDuration = SignedDuration::from_secs(5);
/// More changes than this at once are not told one by one.
const CHANGES_MAX: usize = 1000;
/// Objects whose last form is remembered.
const SENT_MAX: usize = 50_000;

type Key = (&'static str, String);

/// Runs until the service stops. Works while somebody watches.
pub(crate) async fn run(state: AppState) {
    let mut commits = state.catalog.commits();
    let mut readers = state.live.readers();
    let mut watcher = Watcher {
        live: state.live.clone(),
        since: state.app.now(),
        sent: HashMap::new(),
    };
    loop {
        let changed = async {
            if readers.wait_for(|count| *count > 0).await.is_ok() {
                let _ = commits.changed().await;
            }
        };
        tokio::select! {
            () = state.stopping.cancelled() => return,
            () = changed => {}
        }
        if let Err(error) = watcher.look(&state).await {
            tracing::warn!(error = %error.chain(), "changes could not be read");
            watcher.live.resync();
        }
        tokio::select! {
            () = state.stopping.cancelled() => return,
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
}

struct Watcher {
    live: Live,
    since: Timestamp,
    /// Hash of what was last sent of each object.
    sent: HashMap<Key, u64>,
}

/// Ids of what may have changed.
#[derive(Default)]
struct Changed {
    servers: BTreeSet<String>,
    disks: BTreeSet<String>,
    vaults: BTreeSet<String>,
    backups: BTreeSet<String>,
    tasks: BTreeSet<String>,
    /// Whose project is known beforehand: their rows may be gone.
    projects: HashMap<Key, ProjectId>,
}

impl Watcher {
    async fn look(&mut self, state: &AppState) -> Result<()> {
        let now = state.app.now();
        let since = self.since.saturating_sub(OVERLAP).unwrap_or(self.since);
        // Nobody watched for a while: who comes has looked at everything by itself.
        let floor = now.saturating_sub(OVERLAP * 12).unwrap_or(now);
        if since < floor {
            self.live.resync();
        }
        let changed = changed(state, since.max(floor)).await?;
        self.since = now;
        let count = changed.servers.len() + changed.disks.len() + changed.backups.len();
        if count + changed.tasks.len() > CHANGES_MAX {
            self.live.resync();
            return Ok(());
        }
        let events = self.events(state, &changed).await?;
        self.live.send(events);
        if self.sent.len() > SENT_MAX {
            self.sent.clear();
        }
        Ok(())
    }

    async fn events(&mut self, state: &AppState, changed: &Changed) -> Result<Vec<Event>> {
        let mut events = Vec::new();
        let ids = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>();
        for part in ids(&changed.tasks).chunks(200) {
            let listed = state
                .app
                .look_at_tasks(&with(part), &all(specs::TASK_KEYS))
                .await?;
            for look in listed.items {
                let (project, id) = (look.task.project_id, look.task.id.to_string());
                self.add(&mut events, project, ("task", id), &Task::from(look));
            }
        }
        let mut missing = Vec::new();
        for part in ids(&changed.backups).chunks(200) {
            let filter = with(part).and("t.parent_id IS NULL");
            let listed = state
                .app
                .look_at_backups(&filter, &all(specs::BACKUP_KEYS))
                .await?;
            let found: BTreeSet<String> = listed
                .items
                .iter()
                .map(|l| l.backup.id.to_string())
                .collect();
            missing.extend(
                part.iter()
                    .filter(|id| !found.contains(*id))
                    .map(|id| ("backup", id.clone())),
            );
            for look in listed.items {
                let (project, id) = (look.backup.project_id, look.backup.id.to_string());
                self.add(&mut events, project, ("backup", id), &Backup::from(look));
            }
        }
        for part in ids(&changed.vaults).chunks(200) {
            let listed = state
                .app
                .look_at_vaults(&with(part), &all(specs::VAULT_KEYS))
                .await?;
            let found: BTreeSet<String> = listed
                .items
                .iter()
                .map(|l| l.vault.id.to_string())
                .collect();
            missing.extend(
                part.iter()
                    .filter(|id| !found.contains(*id))
                    .map(|id| ("vault", id.clone())),
            );
            for look in listed.items {
                let (project, id) = (look.vault.project_id, look.vault.id.to_string());
                self.add(&mut events, project, ("vault", id), &Vault::from(look));
            }
        }
        for part in ids(&changed.servers).chunks(200) {
            let listed = state
                .app
                .look_at_servers(&with(part), &all(specs::SERVER_KEYS))
                .await?;
            for look in listed.items {
                let (project, key) = (
                    look.server.project_id,
                    ("server", look.server.id.to_string()),
                );
                match look.server.is_there() {
                    true => self.add(&mut events, project, key, &Server::from(look)),
                    false => self.remove(&mut events, project, key),
                }
            }
        }
        for part in ids(&changed.disks).chunks(200) {
            let listed = state
                .app
                .look_at_disks(&with(part), &all(specs::DISK_KEYS))
                .await?;
            for look in listed.items {
                let (project, key) = (look.disk.project_id, ("disk", look.disk.id.to_string()));
                match look.disk.is_there() {
                    true => self.add(&mut events, project, key, &Disk::from(look)),
                    false => self.remove(&mut events, project, key),
                }
            }
        }
        for key in missing {
            if let Some(project) = changed.projects.get(&key) {
                self.remove(&mut events, *project, key);
            }
        }
        Ok(events)
    }

    fn add(
        &mut self,
        events: &mut Vec<Event>,
        project: ProjectId,
        key: Key,
        object: &impl Serialize,
    ) {
        let data = json!({"id": key.1, "object": object}).to_string();
        self.send(events, project, key, data);
    }

    fn remove(&mut self, events: &mut Vec<Event>, project: ProjectId, key: Key) {
        let data = json!({"id": key.1, "removed": true}).to_string();
        self.send(events, project, key, data);
    }

    fn send(&mut self, events: &mut Vec<Event>, project: ProjectId, key: Key, data: String) {
        let mut hasher = DefaultHasher::new();
        data.hash(&mut hasher);
        let hash = hasher.finish();
        let kind = key.0;
        if self.sent.insert(key, hash) != Some(hash) {
            events.push(Event {
                project,
                kind,
                data: data.into(),
            });
        }
    }
}

fn with(ids: &[String]) -> Filter {
    Filter::new().any_of("t.id", ids)
}

fn all(keys: &[crate::catalog::lists::Key]) -> Part {
    let id = keys.iter().find(|key| key.name == "id");
    Part::first(*id.expect("every list is sorted by id too"), 1000)
}

/// What was written since then, and what belongs to it.
async fn changed(state: &AppState, since: Timestamp) -> Result<Changed> {
    let mut tx = state.catalog.snapshot().await?;
    let mut changed = Changed::default();
    let lately = || Filter::new().when("updated_at", " >= ", since);
    let tasks: Vec<TaskRow> = record::list(&mut tx, &lately(), &[]).await?;
    for task in &tasks {
        changed.tasks.insert(task.id.to_string());
        let vault = task.vault_id.to_string();
        changed
            .projects
            .insert(("vault", vault.clone()), task.project_id);
        changed.vaults.insert(vault);
        if let Some(backup) = task.backup_id {
            let backup = backup.to_string();
            changed
                .projects
                .insert(("backup", backup.clone()), task.project_id);
            changed.backups.insert(backup);
        }
        if let Some(resource) = task.resource_id {
            changed.servers.insert(resource.to_string());
            changed.disks.insert(resource.to_string());
        }
        let work = serde_json::from_value::<Work>(task.payload.0.clone()).ok();
        match work {
            Some(Work::Restore(work)) => {
                changed
                    .disks
                    .extend(work.disks.iter().map(|d| d.target.to_string()));
                if let Some(safety) = work.safety {
                    changed.backups.insert(safety.backup.to_string());
                }
            }
            Some(Work::RemoveResources { resources }) => {
                let ids: Vec<String> = resources.iter().map(ToString::to_string).collect();
                changed.disks.extend(ids.iter().cloned());
                changed.servers.extend(ids);
            }
            _ => {}
        }
    }
    let backups: Vec<BackupRow> = record::list(&mut tx, &lately(), &[]).await?;
    for backup in &backups {
        let top = backup.parent_id.unwrap_or(backup.id).to_string();
        changed
            .projects
            .insert(("backup", top.clone()), backup.project_id);
        changed.backups.insert(top);
        changed.vaults.insert(backup.vault_id.to_string());
        changed.servers.insert(backup.resource_id.to_string());
        changed.disks.insert(backup.resource_id.to_string());
    }
    let vaults: Vec<VaultRow> = record::list(&mut tx, &lately(), &[]).await?;
    changed
        .vaults
        .extend(vaults.iter().map(|v| v.id.to_string()));
    let new = Filter::new().when("created_at", " >= ", since);
    let held: Vec<Resource> = record::list(&mut tx, &new, &[]).await?;
    for resource in &held {
        changed.vaults.insert(resource.vault_id.to_string());
        changed.servers.insert(resource.resource_id.to_string());
        changed.disks.insert(resource.resource_id.to_string());
    }
    let servers: Vec<ServerRow> = record::list(&mut tx, &lately(), &[]).await?;
    changed
        .servers
        .extend(servers.iter().map(|s| s.id.to_string()));
    let disks: Vec<DiskRow> = record::list(&mut tx, &lately(), &[]).await?;
    for disk in &disks {
        changed.disks.insert(disk.id.to_string());
        changed
            .servers
            .extend(disk.server_id.map(|id| id.to_string()));
    }
    // A server shows its disks, and its disks show it.
    let ids: Vec<String> = changed.servers.iter().cloned().collect();
    let of_servers: Vec<DiskRow> =
        crate::catalog::lists::more::of(&mut tx, "server_id", &ids, "1 = 1", &[]).await?;
    changed
        .disks
        .extend(of_servers.iter().map(|d| d.id.to_string()));
    Ok(changed)
}
