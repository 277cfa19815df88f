//! Looking at tasks, and ending them.

use coffer_core::cbr::{Code, Operation, Refusal};
use coffer_core::ids::TaskId;
use coffer_core::state::TaskState;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::checkpoints::{Chosen, NewCheckpoint};
use super::restore::{NewRestore, SAFETY_DAYS, WayBack};
use super::{Actor, App, AppError, AppResult, During, priority};
use crate::catalog::backups::Backup;
use crate::catalog::lists::Part;
use crate::catalog::record::{Filter, Page};
use crate::catalog::tasks::Task;
use crate::catalog::{Tx, backups, tasks};
use crate::tasks::work::{RestoreWork, Work};

/// A task and the backup it is about.
#[derive(Debug, Clone)]
pub struct TaskView {
    /// The task.
    pub task: Task,
    /// The backup, while its row is there.
    pub backup: Option<Backup>,
}

impl TaskView {
    /// Name of the backup, while its row is there.
    pub fn backup_name(&self) -> Option<&str> {
        self.backup.as_ref().map(|b| b.name.as_str())
    }

    /// How many of the things to be deleted there were, and how many stayed.
    pub fn counts(&self) -> Value {
        let work = serde_json::from_value::<Work>(self.task.payload.0.clone()).ok();
        let failed = matches!(self.task.state, TaskState::Failed | TaskState::Timeout);
        match work {
            Some(Work::RemoveResources { resources }) => {
                let ids: Vec<Value> = resources
                    .iter()
                    .map(|id| json!({"id": id.to_string()}))
                    .collect();
                let fail = if failed { resources.len() } else { 0 };
                json!({"fail_count": fail, "total_count": resources.len(), "resources": ids})
            }
            Some(Work::Migrate {
                resources,
                destination,
            }) => {
                let ids: Vec<Value> = resources
                    .iter()
                    .map(|id| json!({"id": id.to_string()}))
                    .collect();
                json!({"destination_vault_id": destination.to_string(), "resources": ids})
            }
            Some(Work::Associate { taken, passed }) => {
                json!({"fail_count": passed.len(), "total_count": taken.len() + passed.len(),
                    "resources": taken, "failures": passed})
            }
            _ => json!({"fail_count": u8::from(failed), "total_count": 1}),
        }
    }
}

/// Which tasks to list.
#[derive(Debug, Clone, Default)]
pub struct TaskQuery {
    /// `operation_type`.
    pub kind: Option<String>,
    /// Any of these states.
    pub states: Vec<TaskState>,
    /// Provider of the resource's type.
    pub provider_id: Option<String>,
    /// The resource.
    pub resource_id: Option<String>,
    /// Exactly this name.
    pub resource_name: Option<String>,
    /// The vault.
    pub vault_id: Option<String>,
    /// Exactly this name.
    pub vault_name: Option<String>,
    /// Asked for at or after.
    pub start: Option<Timestamp>,
    /// Asked for at or before.
    pub end: Option<Timestamp>,
}

const OP: Operation = Operation::Task;

fn no_task(id: &str) -> AppError {
    Refusal::new(Code::TASK_NOT_FOUND, format!("there is no task {id}")).into()
}

async fn view(tx: &mut Tx, task: Task) -> coffer_core::Result<TaskView> {
    let backup = match task.backup_id {
        Some(id) => backups::get(tx, id).await?,
        None => None,
    };
    Ok(TaskView { task, backup })
}

impl App {
    /// A task by the id in a path.
    pub async fn task(&self, actor: &Actor, id: &str) -> AppResult<TaskView> {
        let key: TaskId = id.parse().map_err(|_| no_task(id))?;
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let task = tasks::find(&mut tx, actor.project, key).await.during(OP)?;
        view(&mut tx, task.ok_or_else(|| no_task(id))?)
            .await
            .during(OP)
    }

    /// One page of the tasks, newest first, and the number of all that fit.
    pub async fn list_tasks(
        &self,
        actor: &Actor,
        query: &TaskQuery,
        page: &Page,
    ) -> AppResult<(Vec<TaskView>, u64)> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        if let Some(marker) = &page.marker {
            let known = match marker.parse() {
                Ok(id) => tasks::find(&mut tx, actor.project, id).await.during(OP)?,
                Err(_) => None,
            };
            known.ok_or_else(|| Refusal::parameter("marker", "names no task"))?;
        }
        let mut filter = Filter::new()
            .eq("project_id", actor.project)
            .maybe("kind", query.kind.clone())
            .maybe("provider_id", query.provider_id.clone())
            .maybe("resource_id", query.resource_id.clone())
            .maybe("resource_name", query.resource_name.clone())
            .maybe("vault_id", query.vault_id.clone())
            .maybe("vault_name", query.vault_name.clone())
            .any_of("state", &query.states);
        if let Some(start) = query.start {
            filter = filter.when("created_at", " >= ", start);
        }
        if let Some(end) = query.end {
            filter = filter.when("created_at", " <= ", end);
        }
        let order = [("created_at", true)];
        let (list, count) = tasks::page(&mut tx, &filter, &order, page)
            .await
            .during(OP)?;
        let mut views = Vec::new();
        for task in list {
            views.push(view(&mut tx, task).await.during(OP)?);
        }
        Ok((views, count))
    }

    /// Asks for the end of a task. It ends soon after, or has just ended by itself.
    pub async fn cancel_task(&self, actor: &Actor, id: &str) -> AppResult<()> {
        let key: TaskId = id.parse().map_err(|_| no_task(id))?;
        let mut tx = self.catalog.write().await.during(OP)?;
        let task = tasks::find(&mut tx, actor.project, key).await.during(OP)?;
        let task = task.ok_or_else(|| no_task(id))?;
        if matches!(
            task.kind.as_str(),
            "delete" | "vault_delete" | "remove_resource"
        ) {
            return Err(Refusal::parameter("task", "a deletion cannot be cancelled").into());
        }
        if !tasks::cancel(&mut tx, key, self.now()).await.during(OP)? {
            let text = format!("it has ended already: {}", task.state);
            return Err(Refusal::parameter("task", text).into());
        }
        tx.commit().await.during(OP)?;
        self.bell.notify_waiters();
        Ok(())
    }

    /// Sets the priority of a task that waits, and of those that it waits for.
    pub async fn set_task_priority(&self, actor: &Actor, id: &str, priority: u64) -> AppResult<()> {
        if priority > priority::MAX {
            let text = format!("must be 0 to {}", priority::MAX);
            return Err(Refusal::parameter("priority", text).into());
        }
        let key: TaskId = id.parse().map_err(|_| no_task(id))?;
        let mut tx = self.catalog.write().await.during(OP)?;
        let task = tasks::find(&mut tx, actor.project, key).await.during(OP)?;
        let task = task.ok_or_else(|| no_task(id))?;
        let set = tasks::set_priority(&mut tx, key, priority, self.now());
        if !set.await.during(OP)? {
            let text = format!(
                "only a task that waits has a place in the queue: it is {}",
                task.state
            );
            return Err(Refusal::parameter("task", text).into());
        }
        tasks::lift(&mut tx, &task.lock_key, task.created_at, priority)
            .await
            .during(OP)?;
        tx.commit().await.during(OP)?;
        self.bell.notify_waiters();
        Ok(())
    }

    /// Tries a backup or restore again that failed, as its user asked for it. Gives the new task.
    pub async fn retry_task(&self, actor: &Actor, id: &str) -> AppResult<super::look::TaskLook> {
        let view = self.task(actor, id).await?;
        let task = view.task;
        if !matches!(task.state, TaskState::Failed | TaskState::Timeout) {
            let text = format!("it has not failed: it is {}", task.state);
            return Err(Refusal::parameter("task", text).into());
        }
        let work = serde_json::from_value::<Work>(task.payload.0.clone()).ok();
        let resource = task.resource_id.map(|id| id.to_string());
        match (work, resource) {
            (Some(Work::Backup { extra }), Some(resource)) => {
                let backup = view.backup;
                self.create_checkpoint(
                    actor,
                    NewCheckpoint {
                        vault_id: task.vault_id.to_string(),
                        name: backup.as_ref().map(|b| b.name.clone()),
                        first_number: None,
                        description: backup.as_ref().and_then(|b| b.description.clone()),
                        full: backup.as_ref().is_some_and(|b| b.wants_full),
                        auto_trigger: false,
                        policy: None,
                        resources: vec![Chosen {
                            id: resource,
                            resource_type: None,
                            extra_info: extra,
                            field: "task".to_owned(),
                        }],
                        retention_days: backup.as_ref().and_then(|b| {
                            let kept = b.expired_at?.duration_since(b.created_at);
                            Some((kept.as_hours() / 24).max(1))
                        }),
                    },
                )
                .await?;
            }
            (Some(Work::Restore(work)), _) => {
                let RestoreWork { disks, server, .. } = work;
                let backup = view
                    .backup
                    .ok_or_else(|| Refusal::new(Code::BACKUP_NOT_FOUND, "the backup is gone"))?;
                let mut tx = self.catalog.snapshot().await.during(OP)?;
                let children = backups::children(&mut tx, backup.id).await.during(OP)?;
                let made = match &work.safety {
                    Some(safety) => backups::get(&mut tx, safety.backup).await.during(OP)?,
                    None => None,
                };
                drop(tx);
                // What a failed restore left on the disks is no way back; what was there before is.
                let safety = match (&work.safety, made.filter(|b| b.protected_at.is_some())) {
                    (None, _) => WayBack::None,
                    (Some(_), Some(made)) => WayBack::Have(made.id),
                    (Some(_), None) => WayBack::Make(Some(SAFETY_DAYS)),
                };
                let is_server = backup.resource_type == coffer_core::cbr::ResourceType::Server;
                let of = |d: &crate::tasks::work::DiskRestore| {
                    let child = children.iter().find(|c| c.resource_id == d.source.0)?;
                    Some((child.id.to_string(), d.target.to_string()))
                };
                // A disk out of a server's backup is restored by itself, as it was.
                let single = !is_server || server.is_none_or(|s| s.0 != backup.resource_id);
                let asked = match disks.as_slice() {
                    [only] if single => of(only).map_or(backup.id.to_string(), |(id, _)| id),
                    _ => backup.id.to_string(),
                };
                let new = NewRestore {
                    server_id: (!single).then(|| backup.resource_id.to_string()),
                    volume_id: disks
                        .first()
                        .filter(|_| single)
                        .map(|d| d.target.to_string()),
                    mappings: match single {
                        true => vec![],
                        false => disks.iter().filter_map(of).collect(),
                    },
                    power_on: work.power_on,
                    stop_server: Some(server.is_some()),
                    stop_seconds: work.stop_seconds,
                    safety,
                };
                self.restore_backup(actor, &asked, new).await?;
            }
            _ => {
                let text = "only backups and restores can be tried again";
                return Err(Refusal::parameter("task", text).into());
            }
        }
        let filter = crate::catalog::lists::specs::all(actor.project)
            .eq("t.kind", task.kind)
            .maybe("t.resource_id", task.resource_id);
        let part = Part {
            down: true,
            ..Part::first(crate::catalog::lists::specs::TASK_KEYS[0], 1)
        };
        let mut listed = self.look_at_tasks(&filter, &part).await.during(OP)?;
        listed.items.pop().ok_or_else(|| no_task(id))
    }
}
