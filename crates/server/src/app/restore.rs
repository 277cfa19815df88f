//! Restoring: to disks, or to a new image file.

use std::path::{Component, Path};

use coffer_core::cbr::restore::{BackedUpDisk, CandidateDisk, Mapping, assign};
use coffer_core::cbr::share::MemberStatus;
use coffer_core::cbr::{Code, Operation, Refusal, ResourceType};
use coffer_core::ids::{BackupId, DiskId, ServerId, TaskId};
use coffer_core::state::{BackupState, ProtectState, VaultState};

use super::examine::lock_key_of;
use super::{About, Actor, App, AppResult, During, backups as backup_app};
use crate::catalog::backups::Backup;
use crate::catalog::disks::Disk;
use crate::catalog::servers::Server;
use crate::catalog::vaults::{Resource, ResourceExtra, Vault};
use crate::catalog::{Tx, backups, disks, members, servers, tasks, vaults};
use crate::tasks::work::{Course, DiskRestore, RestoreWork, Safety, Work};

/// A restore to be started; forms are checked already.
#[derive(Debug, Clone, Default)]
pub struct NewRestore {
    /// The server, for a server's backup.
    pub server_id: Option<String>,
    /// The disk, for a disk's backup.
    pub volume_id: Option<String>,
    /// Which disk's backup goes where: (backup, disk), as the request names them.
    pub mappings: Vec<(String, String)>,
    /// Start the server afterwards.
    pub power_on: bool,
    /// Stop the server first; the default for a server's backup.
    pub stop_server: Option<bool>,
    /// How long the guest may take to shut down, in seconds.
    pub stop_seconds: u64,
    /// A way back.
    pub safety: WayBack,
}

/// Whether what is overwritten is backed up first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WayBack {
    /// No.
    #[default]
    None,
    /// Yes; the backup is kept for so many days, or for ever.
    Make(Option<i64>),
    /// An earlier attempt made it.
    Have(BackupId),
}

/// How long a safety backup is kept where nothing is said, in days.
pub const SAFETY_DAYS: i64 = 30;

/// How long a guest may take to shut down where nothing is said, in seconds.
pub const STOP_SECONDS: u64 = 180;

const OP: Operation = Operation::Restore;

impl App {
    /// Starts a restore. The backup is `waiting_restore` when this returns.
    pub async fn restore_backup(
        &self,
        actor: &Actor,
        id: &str,
        new: NewRestore,
    ) -> AppResult<TaskId> {
        self.refresh_targets(actor, id, &new).await?;
        let mut tx = self.catalog.write().await.during(OP)?;
        let asked = restorable_by(&mut tx, actor, id).await?;
        let (top, vault) = self.restorable(&mut tx, &asked).await?;
        let plan = match asked.resource_type {
            ResourceType::Server => self.plan_server(&mut tx, actor, &asked, &new).await?,
            _ => self.plan_disk(&mut tx, actor, &asked, &new).await?,
        };
        check_free(&mut tx, &plan.lock_key, &plan.what).await?;
        let safety = match new.safety {
            WayBack::None => None,
            WayBack::Have(backup) => Some(Safety {
                backup,
                extra: ResourceExtra::default(),
            }),
            WayBack::Make(days) => {
                Some(self.begin_safety(&mut tx, actor, &plan, &top, days).await?)
            }
        };
        // A received backup's resource is another project's; nothing is written to it.
        let resource = match top.project_id == actor.project {
            true => vaults::resource(&mut tx, top.resource_id)
                .await
                .during(OP)?,
            false => None,
        };
        if let Some(resource) = &resource {
            let refusal = match resource.state {
                ProtectState::Protecting => {
                    Some((Code::RESTORE_DURING_BACKUP, "is being backed up"))
                }
                ProtectState::Restoring => {
                    Some((Code::RESTORE_RUNNING, "is being restored already"))
                }
                ProtectState::Removing => Some((
                    Code::RESOURCE_BEING_REMOVED,
                    "is being removed from the vault",
                )),
                ProtectState::Available | ProtectState::Error => None,
            };
            if let Some((code, text)) = refusal {
                return Err(Refusal::new(code, format!("{} {text}", resource.name)).into());
            }
            vaults::transition_resource(
                &mut tx,
                vault.id,
                resource.resource_id,
                resource.state,
                ProtectState::Restoring,
            )
            .await
            .during(OP)?;
        }
        let now = self.now();
        backups::transition(
            &mut tx,
            top.id,
            BackupState::Available,
            BackupState::WaitingRestore,
            now,
        )
        .await
        .during(OP)?;
        let about = About {
            checkpoint_id: Some(top.checkpoint_id),
            backup_id: Some(top.id),
            resource: Some((
                top.resource_id,
                top.resource_name.clone(),
                top.resource_type,
            )),
            host: plan.host,
            lock_key: plan.lock_key,
            policy_id: None,
            priority: None,
        };
        let vault = match top.project_id == actor.project {
            true => vault,
            false => self.chosen_vault(&mut tx, actor, &top).await?,
        };
        let work = Work::Restore(RestoreWork {
            disks: plan.disks,
            server: plan.stop,
            power_on: new.power_on,
            stop_seconds: new.stop_seconds,
            safety,
            course: Course::default(),
        });
        let task = self
            .enqueue(&mut tx, actor, (vault.id, &vault.name), &work, about, now)
            .await
            .during(OP)?;
        tx.commit().await.during(OP)?;
        self.bell.notify_waiters();
        Ok(task)
    }

    /// Puts the rows of a safety backup there: of the server or disk through which the disks to be
    /// overwritten are protected.
    async fn begin_safety(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        plan: &Plan,
        top: &Backup,
        days: Option<i64>,
    ) -> AppResult<Safety> {
        let (vault, resource) = self.protector(tx, actor, plan).await?;
        let mut extra = resource.extra_info.0.clone();
        if plan
            .disks
            .iter()
            .any(|d| !extra.takes(&d.target.to_string()))
        {
            // What is overwritten has to be in it.
            extra = ResourceExtra::default();
        }
        let description = format!("Made before {} was restored.", top.name);
        let backup = self
            .begin_backup_in_task(
                tx,
                actor,
                (&vault, &resource),
                extra.clone(),
                days,
                description,
            )
            .await?;
        Ok(Safety { backup, extra })
    }

    /// The server or disk in a vault through which the disks to be written can be backed up.
    pub(super) async fn protector(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        plan: &Plan,
    ) -> AppResult<(Vault, Resource)> {
        let disk = match plan.disks.as_slice() {
            [only] => Some(only.target.0),
            _ => None,
        };
        let server = plan.stop.map(|server| server.0);
        for id in disk.into_iter().chain(server) {
            if let Some(resource) = vaults::resource(tx, id).await.during(OP)?
                && let Some(vault) = vaults::find(tx, actor.project, resource.vault_id)
                    .await
                    .during(OP)?
            {
                return Ok((vault, resource));
            }
        }
        Err(Refusal::new(
            Code::NOT_IN_VAULT,
            format!(
                "{} is in no vault, so it cannot be backed up first",
                plan.what
            ),
        )
        .hint("Associate it with a vault, or restore without a safety backup.")
        .into())
    }

    /// Undoes a restore: writes its safety backup to the disks that it wrote.
    pub async fn go_back(
        &self,
        actor: &Actor,
        task: &str,
        power_on: Option<bool>,
    ) -> AppResult<TaskId> {
        let view = self.task(actor, task).await?;
        let work = serde_json::from_value::<Work>(view.task.payload.0.clone()).ok();
        let Some(Work::Restore(work)) = work else {
            return Err(Refusal::parameter("task", "is no restore of disks").into());
        };
        let Some(safety) = &work.safety else {
            return Err(Refusal::parameter("task", "made no safety backup").into());
        };
        if !view.task.state.is_final() {
            return Err(Refusal::new(
                Code::RESTORE_RUNNING,
                format!("the restore is {}", view.task.state),
            )
            .hint("Wait for it, or cancel it.")
            .into());
        }
        if !work.has_begun_to_write() {
            return Err(Refusal::parameter("task", "wrote nothing that could be undone").into());
        }
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let top = backups::get(&mut tx, safety.backup).await.during(OP)?;
        let top = top.filter(|b| b.project_id == actor.project);
        let top = top.ok_or_else(|| {
            Refusal::new(Code::BACKUP_NOT_FOUND, "the safety backup is gone")
                .hint("Restore another backup.")
        })?;
        let parts = disk_backups(&mut tx, &top).await?;
        drop(tx);
        let of = |disk: &DiskRestore| parts.iter().find(|p| p.disk == disk.target);
        let mut mappings = Vec::new();
        for disk in &work.disks {
            let part = of(disk).ok_or_else(|| {
                Refusal::new(
                    Code::SOME_DISKS_NOT_RESTORABLE,
                    format!("the safety backup has no disk {}", disk.target),
                )
            })?;
            mappings.push((part.backup.to_string(), disk.target.to_string()));
        }
        // Disks of one server go together; a single disk's restore stopped its server, but was
        // none of the server.
        let whole = work
            .server
            .filter(|s| s.0 == top.resource_id && mappings.len() > 1);
        let (asked, new) = match (whole, mappings.as_slice()) {
            (None, [(backup, disk)]) => (
                backup.clone(),
                NewRestore {
                    volume_id: Some(disk.clone()),
                    stop_server: Some(true),
                    ..NewRestore::default()
                },
            ),
            _ => (
                top.id.to_string(),
                NewRestore {
                    server_id: work.server.map(|s| s.to_string()),
                    mappings,
                    stop_server: Some(true),
                    ..NewRestore::default()
                },
            ),
        };
        let new = NewRestore {
            power_on: power_on.unwrap_or(work.power_on),
            stop_seconds: work.stop_seconds,
            ..new
        };
        self.restore_backup(actor, &asked, new).await
    }

    /// Starts a restore of one disk to a new image file on this host, in one of the directories
    /// of the configuration. For administrators: the handler sees to that.
    pub async fn restore_file(&self, actor: &Actor, id: &str, path: &str) -> AppResult<TaskId> {
        check_path(path, &self.restore_dirs)?;
        let mut tx = self.catalog.write().await.during(OP)?;
        let asked = backup_app::find(&mut tx, actor, id).await?;
        let (top, vault) = self.restorable(&mut tx, &asked).await?;
        let parts = disk_backups(&mut tx, &asked).await?;
        let [only] = parts.as_slice() else {
            return Err(Refusal::new(
                Code::SOME_DISKS_NOT_RESTORABLE,
                format!("backup {id} has {} disks, a file takes one", parts.len()),
            )
            .hint("Name one of its children.")
            .into());
        };
        let now = self.now();
        backups::transition(
            &mut tx,
            top.id,
            BackupState::Available,
            BackupState::WaitingRestore,
            now,
        )
        .await
        .during(OP)?;
        let about = About {
            checkpoint_id: Some(top.checkpoint_id),
            backup_id: Some(top.id),
            resource: Some((
                top.resource_id,
                top.resource_name.clone(),
                top.resource_type,
            )),
            host: String::new(),
            lock_key: format!("file:{path}"),
            policy_id: None,
            priority: None,
        };
        let work = Work::RestoreFile {
            source: only.disk,
            path: path.to_owned(),
        };
        let task = self
            .enqueue(&mut tx, actor, (vault.id, &vault.name), &work, about, now)
            .await
            .during(OP)?;
        tx.commit().await.during(OP)?;
        self.bell.notify_waiters();
        Ok(task)
    }

    /// The top backup that holds what is asked for, and its vault; or why it cannot be restored.
    pub(super) async fn restorable(
        &self,
        tx: &mut Tx,
        asked: &Backup,
    ) -> AppResult<(Backup, Vault)> {
        let top = match asked.parent_id {
            None => asked.clone(),
            Some(parent) => backups::get(tx, parent)
                .await
                .during(OP)?
                .ok_or_else(|| backup_app::no_backup(&asked.id.to_string()))?,
        };
        match top.state {
            BackupState::Available => {}
            BackupState::WaitingRestore | BackupState::Restoring => {
                return Err(Refusal::new(
                    Code::RESTORE_RUNNING,
                    format!("backup {} is being restored already", top.id),
                )
                .into());
            }
            state => {
                return Err(Refusal::new(
                    Code::BACKUP_STATE_FORBIDS_RESTORE,
                    format!("backup {} is {state}", top.id),
                )
                .into());
            }
        }
        let vault = vaults::get(tx, top.vault_id).await.during(OP)?;
        let vault = vault.ok_or_else(|| backup_app::no_backup(&asked.id.to_string()))?;
        if !matches!(vault.state, VaultState::Available | VaultState::Lock) {
            return Err(Refusal::new(
                Code::VAULT_STATE_FORBIDS_RESTORE,
                format!("vault {} is {}", vault.id, vault.state),
            )
            .into());
        }
        Ok((top, vault))
    }

    /// The vault that the project put a received backup into: its tasks are told there.
    async fn chosen_vault(&self, tx: &mut Tx, actor: &Actor, top: &Backup) -> AppResult<Vault> {
        let share = members::find(tx, top.id, actor.project).await.during(OP)?;
        let vault = match share.and_then(|m| m.vault_id) {
            Some(id) => vaults::get(tx, id).await.during(OP)?,
            None => None,
        };
        vault.ok_or_else(|| backup_app::no_backup(&top.id.to_string()))
    }

    pub(super) async fn plan_server(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        backup: &Backup,
        new: &NewRestore,
    ) -> AppResult<Plan> {
        let id = new.server_id.as_deref().ok_or_else(|| {
            Refusal::parameter("restore.server_id", "is required for a server backup")
        })?;
        let none = || {
            Refusal::new(
                Code::SERVER_NOT_FOUND,
                format!("restore.server_id: there is no server {id}"),
            )
        };
        let key: ServerId = id.parse().map_err(|_| none())?;
        let server = servers::find(tx, actor.project, key)
            .await
            .during(OP)?
            .ok_or_else(none)?;
        if server.id.0 != backup.resource_id {
            return Err(Refusal::new(
                Code::RESTORE_TO_OTHER_SERVER,
                format!(
                    "the backup is of server {}, not of {}",
                    backup.resource_name, server.name
                ),
            )
            .hint("Restore its disks one by one: each goes to any disk that is large enough.")
            .into());
        }
        if !server.is_there() {
            return Err(Refusal::new(
                Code::SERVER_GONE,
                format!("server {} is no longer there", server.name),
            )
            .hint("Restore its disks to image files and define the server anew.")
            .into());
        }
        if server.power == "faulty" {
            return Err(Refusal::new(
                Code::SERVER_STATE_FORBIDS_RESTORE,
                format!("server {} is faulty", server.name),
            )
            .into());
        }
        if let Some(then) = &backup.details.0.architecture
            && *then != server.architecture
        {
            return Err(Refusal::new(
                Code::ARCHITECTURE_DIFFERS,
                format!(
                    "the backup is of a {then} server, {} is {}",
                    server.name, server.architecture
                ),
            )
            .into());
        }
        let stop = new.stop_server.unwrap_or(true);
        check_stopped(&server, stop, Code::SERVER_STATE_FORBIDS_RESTORE)?;
        let parts = disk_backups(tx, backup).await?;
        let candidates = candidates(tx, actor, &server.hypervisor).await?;
        let mappings = mappings(&new.mappings)?;
        let disks = assign(&parts, &candidates, Some(server.id), &mappings)?;
        Ok(Plan {
            disks: disks
                .iter()
                .map(|a| DiskRestore {
                    source: a.source,
                    target: a.target,
                })
                .collect(),
            stop: Some(server.id),
            lock_key: format!("server:{}", server.id),
            what: server.name,
            host: server.hypervisor,
        })
    }

    pub(super) async fn plan_disk(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        backup: &Backup,
        new: &NewRestore,
    ) -> AppResult<Plan> {
        let id = new.volume_id.as_deref().ok_or_else(|| {
            Refusal::parameter("restore.volume_id", "is required for a disk backup")
        })?;
        let none = || {
            Refusal::new(
                Code::DISK_NOT_FOUND,
                format!("restore.volume_id: there is no disk {id}"),
            )
        };
        let key: DiskId = id.parse().map_err(|_| none())?;
        let disk = disks::find(tx, actor.project, key).await.during(OP)?;
        let disk = disk.filter(Disk::is_there).ok_or_else(none)?;
        let mut stop = None;
        if let Some(server) = disk.server_id
            && let Some(server) = servers::get(tx, server).await.during(OP)?
        {
            check_stopped(
                &server,
                new.stop_server == Some(true),
                Code::DISK_STATE_FORBIDS_RESTORE,
            )?;
            stop = Some(server.id);
        }
        let parts = disk_backups(tx, backup).await?;
        let mapping: Vec<Mapping> = parts
            .iter()
            .map(|p| Mapping {
                backup: p.backup,
                target: disk.id,
            })
            .collect();
        let disks = assign(&parts, &[candidate(&disk)], None, &mapping)?;
        Ok(Plan {
            disks: disks
                .iter()
                .map(|a| DiskRestore {
                    source: a.source,
                    target: a.target,
                })
                .collect(),
            stop,
            lock_key: lock_key_of(&disk),
            what: disk.name,
            host: disk.hypervisor,
        })
    }

    /// Asks the driver of the target, so that its state, disks and sizes are of now.
    async fn refresh_targets(&self, actor: &Actor, id: &str, new: &NewRestore) -> AppResult<()> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        restorable_by(&mut tx, actor, id).await?;
        let mut host = None;
        if let Some(Ok(server)) = new.server_id.as_ref().map(|s| s.parse::<ServerId>()) {
            let found = servers::find(&mut tx, actor.project, server)
                .await
                .during(OP)?;
            host = found.map(|s| s.hypervisor);
        }
        if let Some(Ok(disk)) = new.volume_id.as_ref().map(|d| d.parse::<DiskId>()) {
            let found = disks::find(&mut tx, actor.project, disk).await.during(OP)?;
            host = host.or(found.map(|d| d.hypervisor));
        }
        drop(tx);
        self.inventory
            .refresh(host.iter().map(String::as_str))
            .await;
        Ok(())
    }
}

/// A backup of the project, or one it received and accepted.
pub(super) async fn restorable_by(tx: &mut Tx, actor: &Actor, id: &str) -> AppResult<Backup> {
    let backup = backup_app::find_or_received(tx, actor, id).await?;
    if backup.project_id == actor.project {
        return Ok(backup);
    }
    let whole = backup.parent_id.unwrap_or(backup.id);
    let share = members::find(tx, whole, actor.project).await.during(OP)?;
    match share {
        Some(share) if share.status == MemberStatus::Accepted => Ok(backup),
        _ => Err(Refusal::new(
            Code::BACKUP_STATE_FORBIDS_RESTORE,
            format!("backup {id} is shared with this project, which has not accepted it"),
        )
        .hint("Accept it first.")
        .into()),
    }
}

pub(super) struct Plan {
    pub(super) disks: Vec<DiskRestore>,
    pub(super) stop: Option<ServerId>,
    pub(super) lock_key: String,
    pub(super) what: String,
    host: String,
}

/// The disks inside a backup: its children, or itself.
pub(super) async fn disk_backups(tx: &mut Tx, backup: &Backup) -> AppResult<Vec<BackedUpDisk>> {
    let rows = match backup.resource_type {
        ResourceType::Server => backups::children(tx, backup.id).await.during(OP)?,
        _ => vec![backup.clone()],
    };
    Ok(rows
        .into_iter()
        .map(|row| BackedUpDisk {
            backup: row.id,
            disk: DiskId(row.resource_id),
            name: row.resource_name,
            size_bytes: row.size_bytes,
            system: row.system_disk,
        })
        .collect())
}

async fn candidates(tx: &mut Tx, actor: &Actor, host: &str) -> AppResult<Vec<CandidateDisk>> {
    let all = disks::of_host(tx, actor.project, host).await.during(OP)?;
    Ok(all.iter().map(candidate).collect())
}

fn candidate(disk: &Disk) -> CandidateDisk {
    CandidateDisk {
        disk: disk.id,
        name: disk.name.clone(),
        server: disk.server_id,
        size_bytes: disk.size_bytes,
        system: disk.system,
        unsupported: disk.unsupported.clone(),
    }
}

fn mappings(wanted: &[(String, String)]) -> Result<Vec<Mapping>, Refusal> {
    let mut list = Vec::new();
    for (index, (backup, disk)) in wanted.iter().enumerate() {
        let backup: BackupId = backup.parse().map_err(|_| {
            Refusal::new(
                Code::BACKUP_NOT_FOUND,
                format!("restore.mappings[{index}].backup_id: there is no backup {backup}"),
            )
        })?;
        let target: DiskId = disk.parse().map_err(|_| {
            Refusal::new(
                Code::DISK_NOT_FOUND,
                format!("restore.mappings[{index}].volume_id: there is no disk {disk}"),
            )
        })?;
        list.push(Mapping { backup, target });
    }
    Ok(list)
}

fn check_stopped(server: &Server, may_stop: bool, code: Code) -> Result<(), Refusal> {
    if may_stop || !server.is_running() {
        return Ok(());
    }
    Err(
        Refusal::new(code, format!("server {} is {}", server.name, server.power))
            .hint("Stop it first, or let the restore stop it with `stop_server`."),
    )
}

/// Backups and restores of one server or disk exclude each other, in whatever vault they are.
pub(super) async fn check_free(tx: &mut Tx, lock_key: &str, what: &str) -> AppResult<()> {
    let keys = [lock_key.to_owned()];
    for task in tasks::open_of_locks(tx, &keys).await.during(OP)? {
        let refusal = match task.kind.as_str() {
            "backup" => Refusal::new(
                Code::RESTORE_DURING_BACKUP,
                format!("{what} is being backed up"),
            )
            .hint("Wait for the backup, or cancel it."),
            "restore" => Refusal::new(
                Code::RESTORE_RUNNING,
                format!("{what} is being restored already"),
            ),
            "create_server" => Refusal::new(
                Code::RESTORE_RUNNING,
                format!("{what} is still being made from a backup"),
            )
            .hint("Wait until its disks are filled, or cancel that task."),
            _ => continue,
        };
        return Err(refusal.into());
    }
    Ok(())
}

/// A new file, right in or below one of the directories, by a plain absolute path.
fn check_path(path: &str, dirs: &[std::path::PathBuf]) -> Result<(), Refusal> {
    let field = "restore.path";
    let file = Path::new(path);
    let plain = file.is_absolute()
        && file.file_name().is_some()
        && !path.contains('\0')
        && file
            .components()
            .all(|c| matches!(c, Component::RootDir | Component::Normal(_)));
    if !plain || path.len() > 4096 {
        return Err(Refusal::parameter(
            field,
            "must be an absolute path without `..`",
        ));
    }
    // Links are resolved: the directory that the file really comes to lie in counts.
    let real = file.parent().and_then(|dir| dir.canonicalize().ok());
    let inside = |dir: &std::path::PathBuf| {
        let dir = dir.canonicalize().ok();
        matches!((&real, &dir), (Some(real), Some(dir)) if real.starts_with(dir))
    };
    if !dirs.iter().any(inside) {
        return Err(Refusal::parameter(
            field,
            "lies in no directory that the configuration allows",
        ));
    }
    if file.symlink_metadata().is_ok() {
        return Err(Refusal::parameter(
            field,
            "is there already; a restore makes a new file",
        ));
    }
    Ok(())
}
