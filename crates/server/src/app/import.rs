//! Archives of backups that come from outside (`coffer_core::portable`), as backups of a vault.
//!
//! The upload is the source of an ordinary backup: a task in the queue reads it as it comes, and
//! takes no more of it than it can store. Whatever ends the upload, the task or the service before
//! the archive was whole leaves nothing: no row, and nothing in the store once it was reclaimed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use coffer_core::cbr::name::{check_name, default_backup_name};
use coffer_core::cbr::{Code, Operation, Refusal, ResourceType, capacity};
use coffer_core::ids::{BackupId, CheckpointId, DiskId, ProjectId, ServerId, TaskId};
use coffer_core::portable::Manifest;
use coffer_core::state::{BackupState, CheckpointState, ProtectState, TaskState};
use coffer_core::{Error, Kind};
use coffer_engine::pipeline::{ArchiveStream, IncomingBackup, receive};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::checkpoints::check_vault;
use super::quotas::{self, QuotaKind};
use super::{About, Actor, App, AppError, AppResult, During, vaults as vault_app};
use crate::catalog::backups::{Backup, Details};
use crate::catalog::checkpoints::{Checkpoint, TakenResource};
use crate::catalog::record::Json;
use crate::catalog::vaults::Vault;
use crate::catalog::{Tx, backups, checkpoints, disks, servers, tasks, vaults};
use crate::door;
use crate::tasks::work::Work;

const OP: Operation = Operation::Backup;
/// How long a failed import's rows and objects are waited for, after which the answer goes out.
const END_LIMIT: std::time::Duration = std::time::Duration::from_secs(30);
/// Between two looks at a task whose work has ended.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(50);

/// Uploads: those that came, and those whose tasks are in the queue. Clones share them.
///
/// An upload may take as long as its sender likes, and holds a task as long. So there are fewer of them
/// than there are tasks at once, and of one project fewer than of all.
#[derive(Clone)]
pub struct Imports {
    waiting: Arc<Mutex<HashMap<TaskId, Import>>>,
    open: Arc<Mutex<HashMap<ProjectId, usize>>>,
    most: usize,
    most_of_project: usize,
}

/// An upload's place among those that there may be at once, until it is dropped.
pub struct Place {
    imports: Imports,
    project: ProjectId,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.imports.open.lock().expect("no panic holds this lock");
        if let Some(count) = open.get_mut(&self.project) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.project);
            }
        }
    }
}

/// An upload.
pub struct Import {
    /// What was read of it, and what is to come.
    pub incoming: IncomingBackup,
    /// Its disks, by the ids that they get here.
    pub disks: Vec<DiskId>,
    /// Told why it came to nothing.
    pub failed: oneshot::Sender<Error>,
}

impl Imports {
    /// Uploads beside so many tasks at once: half as many, and half of those of one project.
    pub fn beside(tasks: usize) -> Imports {
        let most = (tasks / 2).max(1);
        Imports {
            waiting: Arc::default(),
            open: Arc::default(),
            most,
            most_of_project: most.div_ceil(2),
        }
    }

    /// Takes a place for an upload of a project; none where there are as many as there may be.
    pub fn enter(&self, project: ProjectId) -> Option<Place> {
        let mut open = self.open.lock().expect("no panic holds this lock");
        let all: usize = open.values().sum();
        let own = open.get(&project).copied().unwrap_or_default();
        if all >= self.most || own >= self.most_of_project {
            return None;
        }
        open.insert(project, own + 1);
        Some(Place {
            imports: self.clone(),
            project,
        })
    }

    /// Takes the upload of a task; none where it ended with the service that took it, or was taken
    /// before.
    pub fn take(&self, task: TaskId) -> Option<Import> {
        let mut waiting = self.waiting.lock().expect("no panic holds this lock");
        waiting.remove(&task)
    }

    fn put(&self, task: TaskId, import: Import) {
        let mut waiting = self.waiting.lock().expect("no panic holds this lock");
        waiting.insert(task, import);
    }
}

impl App {
    /// Makes a backup of an archive, by a task. The backup, once it is whole.
    pub async fn import_backup(
        &self,
        actor: &Actor,
        vault: &str,
        name: Option<&str>,
        stream: ArchiveStream,
    ) -> AppResult<(BackupId, TaskId)> {
        if let Some(name) = name {
            check_name("name", name)?;
        }
        // Who may not, or has no room, is told before anything is read.
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let found = vault_app::find(&mut tx, actor, vault).await?;
        check_vault(&found)?;
        quotas::check(&mut tx, actor.project, QuotaKind::Backups, 1).await?;
        drop(tx);
        self.repositories.check_space(&found).during(OP)?;
        let incoming = receive(stream).await.during(OP)?;
        let (failed, told) = oneshot::channel();
        let (backup, task) = self
            .begin_import(actor, vault, name, (incoming, failed))
            .await?;
        // Its sender goes when the work on it has ended, however that was.
        let told = told.await.ok();
        let begun = tokio::time::Instant::now();
        let ended = loop {
            let mut tx = self.catalog.snapshot().await.during(OP)?;
            match tasks::get(&mut tx, task).await.during(OP)? {
                // A store that does not answer keeps what is to be cleared away.
                Some(_) if told.is_some() && begun.elapsed() > END_LIMIT => break None,
                Some(task) if !task.state.is_final() => {}
                other => break other,
            }
            drop(tx);
            tokio::time::sleep(LOOK_EVERY).await;
        };
        match (ended, told) {
            (Some(task), _) if task.state == TaskState::Success => Ok((backup, task.id)),
            (_, Some(error)) if error.kind != Kind::Cancelled => {
                tracing::info!(task.id = %task, "import failed");
                Err(AppError::Failed(OP, error))
            }
            _ => Err(AppError::Failed(
                OP,
                Error::cancelled("the import was cancelled; nothing of it is left"),
            )),
        }
    }

    /// Puts restore point, backup and task there.
    async fn begin_import(
        &self,
        actor: &Actor,
        vault: &str,
        name: Option<&str>,
        (incoming, failed): (IncomingBackup, oneshot::Sender<Error>),
    ) -> AppResult<(BackupId, TaskId)> {
        let manifest = &incoming.manifest;
        let kind = match ResourceType::parse(&manifest.resource.kind) {
            Some(kind) => kind,
            None => return Err(Error::internal("a manifest without a type")).during(OP),
        };
        let mut tx = self.catalog.write().await.during(OP)?;
        let vault = vault_app::find(&mut tx, actor, vault).await?;
        check_vault(&vault)?;
        vault.object_type.check_takes(kind).map_err(|refusal| {
            refusal.hint("Import it into a vault for what the archive is of: servers, or disks.")
        })?;
        quotas::check(&mut tx, actor.project, QuotaKind::Backups, 1).await?;
        let (resource_id, disk_ids) = identities(&mut tx, actor, kind, manifest).await?;
        let held = vaults::resource(&mut tx, resource_id).await.during(OP)?;
        if held.is_some_and(|r| r.vault_id == vault.id && r.state == ProtectState::Removing) {
            // Its backups are being copied or deleted: this one would be missed.
            let text = format!("{} is just leaving the vault", manifest.resource.name);
            return Err(Refusal::new(Code::RESOURCE_BEING_REMOVED, text)
                .hint("Import it once that has ended.")
                .into());
        }
        let size_bytes = manifest.disks.iter().map(|disk| disk.size_bytes).sum();
        check_size(&mut tx, &vault, resource_id, capacity::gib_up(size_bytes)).await?;
        let now = self.now();
        let name = match name {
            Some(name) => name.to_owned(),
            None if check_name("name", &manifest.backup.name).is_ok() => {
                manifest.backup.name.clone()
            }
            None => default_backup_name(u16::from_le_bytes(door::random_bytes())),
        };
        let description: String = manifest.backup.description.chars().take(255).collect();
        let taken = TakenResource {
            id: resource_id.to_string(),
            name: manifest.resource.name.clone(),
            resource_type: kind.name().to_owned(),
            size_gib: capacity::gib_up(size_bytes),
            backup_mib: 0,
            backup_count: 0,
        };
        let checkpoint = Checkpoint {
            id: CheckpointId(door::new_ordered_uuid()),
            project_id: actor.project,
            vault_id: vault.id,
            vault_name: vault.name.clone(),
            state: CheckpointState::Protecting,
            name: name.clone(),
            description: description.clone(),
            retention_days: -1,
            resources: Json(vec![taken]),
            skipped: Json(vec![]),
            created_at: now,
            updated_at: now,
        };
        checkpoints::insert(&mut tx, &checkpoint).await.during(OP)?;
        let id = BackupId(door::new_ordered_uuid());
        let backup = Backup {
            id,
            parent_id: None,
            checkpoint_id: checkpoint.id,
            vault_id: vault.id,
            project_id: actor.project,
            name,
            description: Some(description),
            state: BackupState::WaitingProtect,
            resource_id,
            resource_name: manifest.resource.name.clone(),
            resource_type: kind,
            size_bytes,
            position: 0,
            repository_id: id,
            base_id: None,
            wants_full: true,
            incremental: false,
            auto_trigger: false,
            imported: true,
            system_disk: manifest.disks.iter().any(|disk| disk.system),
            progress: 0,
            allocated_bytes: 0,
            read_bytes: 0,
            new_bytes: 0,
            stored_bytes: 0,
            details: Json(Details {
                architecture: manifest.resource.architecture.clone(),
                ..Details::default()
            }),
            created_at: now,
            updated_at: now,
            protected_at: None,
            expired_at: None,
            locked_until: None,
        };
        backups::insert(&mut tx, &backup).await.during(OP)?;
        let about = About {
            checkpoint_id: Some(checkpoint.id),
            backup_id: Some(id),
            resource: Some((resource_id, backup.resource_name.clone(), kind)),
            lock_key: format!("import:{id}"),
            ..About::default()
        };
        let of_vault = (vault.id, vault.name.as_str());
        let task = self
            .enqueue(&mut tx, actor, of_vault, &Work::Import {}, about, now)
            .await
            .during(OP)?;
        let import = Import {
            incoming,
            disks: disk_ids,
            failed,
        };
        // There before anybody can claim the task.
        self.imports.put(task, import);
        if let Err(error) = tx.commit().await {
            self.imports.take(task);
            return Err(error).during(OP);
        }
        self.bell.notify_waiters();
        Ok((id, task))
    }
}

/// Refuses what a vault could not take as a resource: a backup here is of something that is associated,
/// and all that is may not be larger than the vault.
async fn check_size(tx: &mut Tx, vault: &Vault, resource: Uuid, size_gib: u64) -> AppResult<()> {
    let present = vaults::resources(tx, vault.id).await.during(OP)?;
    let others = present.iter().filter(|held| held.resource_id != resource);
    let others: u64 = others.map(|held| held.size_gib).sum();
    Ok(capacity::check_import(size_gib, others, vault.size_gib)?)
}

/// The ids that a server and its disks get here: their own where the project has them, so that the
/// backup can be restored to them; else ones that follow from the project and theirs, so that
/// backups of one server belong together. An archive may name any id: those of other projects
/// mean nothing.
async fn identities(
    tx: &mut Tx,
    actor: &Actor,
    kind: ResourceType,
    manifest: &Manifest,
) -> AppResult<(Uuid, Vec<DiskId>)> {
    let made = |kind: &str, id: &str| {
        let mut hasher =
            blake3::Hasher::new_derive_key("coffer 2026-11 id of an imported resource");
        for part in [kind.as_bytes(), &actor.project.0, id.as_bytes()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    };
    let mut ids = Vec::new();
    for disk in &manifest.disks {
        let own = match disk.id.parse::<DiskId>() {
            Ok(id) => disks::find(tx, actor.project, id).await.during(OP)?,
            Err(_) => None,
        };
        let id = own.map_or_else(|| DiskId(made("disk", &disk.id)), |disk| disk.id);
        if ids.contains(&id) {
            return Err(Refusal::new(
                Code::PARAMETER,
                format!(
                    "{}: disk {id} is there twice",
                    coffer_core::portable::MANIFEST
                ),
            )
            .into());
        }
        ids.push(id);
    }
    let id = &manifest.resource.id;
    let resource = match (kind, ids.as_slice()) {
        (ResourceType::Server, _) => {
            let own = match id.parse::<ServerId>() {
                Ok(id) => servers::find(tx, actor.project, id).await.during(OP)?,
                Err(_) => None,
            };
            own.map_or_else(|| made("server", id), |server| server.id.0)
        }
        (_, [disk]) => disk.0,
        (_, _) => return Err(Error::internal("a disk's backup with several disks")).during(OP),
    };
    Ok((resource, ids))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploads_take_half_of_the_tasks_and_of_one_project_half_of_that() {
        let projects = [1, 2, 3].map(|byte| ProjectId([byte; 16]));
        let [a, b, c] = projects;
        for (tasks, all, of_one) in [(1, 1, 1), (2, 1, 1), (3, 1, 1), (8, 4, 2), (10, 5, 3)] {
            let imports = Imports::beside(tasks);
            let mut of_a: Vec<_> = (0..100).map_while(|_| imports.enter(a)).collect();
            assert_eq!(of_a.len(), of_one, "{tasks}");
            let mut others = Vec::new();
            for project in [b, c, b, c, b, c] {
                others.extend(imports.enter(project));
            }
            assert_eq!(of_a.len() + others.len(), all, "{tasks}");
            // A place that is given back is another one's.
            of_a.pop();
            assert!(imports.enter(c).is_some(), "{tasks}");
            drop((of_a, others));
            assert!(imports.open.lock().unwrap().is_empty());
        }
    }
}
