//! New disks and servers from backups.

use coffer_core::cbr::{Code, Operation, Refusal, ResourceType};
use coffer_core::ids::{DiskId, ServerId, TaskId};
use coffer_core::state::ProtectState;
use coffer_core::units::GIB;
use std::sync::Arc;

use coffer_engine::hypervisor::{FillRecord, Hypervisor};

use super::disks::{is_taken, taken_name};
use super::jobs::JobWork;
use super::restore::{disk_backups, restorable_by};
use super::{About, Actor, App, AppError, AppResult, During, priority};
use crate::catalog::backups::Backup;
use crate::catalog::disks::Disk;
use crate::catalog::instants::{self, Instant};
use crate::catalog::jobs::Job;
use crate::catalog::record::Json;
use crate::catalog::servers::Server;
use crate::catalog::{Tx, disks, servers, tasks, vaults};
use crate::door;
use crate::tasks::work::{NewDiskWork, NewServerWork, Work};

const OP: Operation = Operation::Restore;
/// Largest disk, in bytes: 64 TiB.
pub(super) const DISK_BYTES_MAX: u64 = 64 << 40;

/// A disk to be made.
#[derive(Debug, Clone, Default)]
pub struct NewDisk {
    /// A disk's backup, or a server's with one disk.
    pub backup_id: String,
    /// Its name; made up where absent.
    pub name: Option<String>,
    /// Size in bytes; as it was where absent.
    pub size_bytes: Option<u64>,
    /// The host; the one that the backup is from where absent.
    pub host: Option<String>,
    /// Where each stands in the request: prefix of field names.
    pub field: &'static str,
}

/// A server to be made.
#[derive(Debug, Clone, Default)]
pub struct NewServer {
    /// A server's backup.
    pub backup_id: String,
    /// Its name.
    pub name: String,
    /// The host; the one that the backup is from where absent.
    pub host: Option<String>,
    /// Keep UUID and addresses of the network cards: the old server has to be gone.
    pub keep_identity: bool,
    /// Network of all cards; as it was where absent.
    pub network: Option<String>,
    /// Start it then.
    pub power_on: bool,
    /// Start it at once from the backup, and fill its disks while it runs.
    pub instant: bool,
}

impl App {
    /// Begins to make a disk from a disk's backup: the disk's id to be, and the task.
    pub async fn create_disk(&self, actor: &Actor, new: NewDisk) -> AppResult<(DiskId, TaskId)> {
        let id = DiskId(door::new_uuid());
        let name = new.name.clone();
        let name = name.unwrap_or_else(|| format!("disk-{}", &id.to_string()[..8]));
        check_name(&format!("{}.name", new.field), &name)?;
        let host = new.host.clone();
        let (driver, _) = self.maker(actor, &new.backup_id, host, new.field).await?;
        match driver.check_new_disk(&name).await {
            Err(taken) if taken.kind == coffer_core::Kind::Conflict => {
                let text = format!("is taken on host `{}`", driver.name());
                return Err(Refusal::parameter(&format!("{}.name", new.field), text).into());
            }
            other => other.during(OP)?,
        }
        let native_id = driver.new_disk_id(&name);

        let mut tx = self.catalog.write().await.during(OP)?;
        let asked = restorable_by(&mut tx, actor, &new.backup_id).await?;
        let (top, vault) = self.readable(&mut tx, &asked).await?;
        let parts = disk_backups(&mut tx, &asked).await?;
        let [only] = parts.as_slice() else {
            return Err(Refusal::new(
                Code::SOME_DISKS_NOT_RESTORABLE,
                format!("backup {} has {} disks", new.backup_id, parts.len()),
            )
            .hint("Name one of its children.")
            .into());
        };
        let size_bytes = match new.size_bytes {
            None => only.size_bytes,
            Some(size) => check_size(&format!("{}.size", new.field), size, only.size_bytes)?,
        };
        let now = self.now();
        // The row is there before the disk is: it has its project and id from the beginning, and
        // becomes visible when the host is seen to have it.
        if is_taken(&mut tx, driver.name(), &native_id)
            .await
            .during(OP)?
        {
            return Err(AppError::Failed(OP, taken_name(&name)));
        }
        disks::free_native_id(&mut tx, driver.name(), &native_id)
            .await
            .during(OP)?;
        let row = Disk {
            id,
            project_id: actor.project,
            hypervisor: driver.name().to_owned(),
            native_id,
            server_id: None,
            device: name.clone(),
            name: name.clone(),
            size_bytes,
            path: String::new(),
            format: "qcow2".to_owned(),
            bus: String::new(),
            system: false,
            shareable: false,
            unsupported: None,
            position: 0,
            created_at: now,
            updated_at: now,
            vanished_at: Some(now),
        };
        disks::insert(&mut tx, &row).await.during(OP)?;
        let about = About {
            checkpoint_id: Some(top.checkpoint_id),
            backup_id: Some(top.id),
            resource: Some((id.0, name.clone(), ResourceType::Disk)),
            host: driver.name().to_owned(),
            lock_key: format!("disk:{id}"),
            policy_id: None,
            priority: None,
        };
        let work = Work::CreateDisk(NewDiskWork {
            source: only.disk,
            disk: id,
            name,
            size_bytes,
            made: false,
        });
        let task = self
            .enqueue(&mut tx, actor, (vault.id, &vault.name), &work, about, now)
            .await
            .during(OP)?;
        tx.commit().await.during(OP)?;
        self.bell.notify_waiters();
        Ok((id, task))
    }

    /// Begins to make a server from a server's backup: the server's id to be, and the task.
    pub async fn create_server(
        &self,
        actor: &Actor,
        new: NewServer,
    ) -> AppResult<(ServerId, TaskId)> {
        let driver = self.check_new_server(actor, &new).await?;
        // Who wants it at once is told by the host itself where the name is taken.
        if !new.instant {
            self.inventory.refresh([driver.name()].into_iter()).await;
        }

        let mut tx = self.catalog.write().await.during(OP)?;
        let asked = restorable_by(&mut tx, actor, &new.backup_id).await?;
        let (top, vault) = self.readable(&mut tx, &asked).await?;
        let parts = disk_backups(&mut tx, &asked).await?;
        let here = servers::of_hypervisor(&mut tx, driver.name())
            .await
            .during(OP)?;
        if here.iter().any(|s| s.is_there() && s.name == new.name) {
            let text = format!("is taken on host `{}`", driver.name());
            return Err(Refusal::parameter("server.name", text).into());
        }
        let old = servers::get(&mut tx, ServerId(asked.resource_id))
            .await
            .during(OP)?;
        let (native_id, known) = match (new.keep_identity, old) {
            (false, _) => (door::new_uuid().to_string(), None),
            (true, None) => {
                let text = "the old server's identity is not known any more";
                return Err(Refusal::parameter("server.keep_identity", text).into());
            }
            (true, Some(old)) => {
                let there = here
                    .iter()
                    .any(|s| s.is_there() && s.native_id == old.native_id);
                if there || old.is_there() {
                    let text = format!("server {} has that identity and is there", old.name);
                    return Err(Refusal::parameter("server.keep_identity", text)
                        .hint("Restore to it, or make a server with a new identity.")
                        .into());
                }
                let same = old.hypervisor == driver.name() && old.project_id == actor.project;
                (old.native_id.clone(), Some(old).filter(|_| same))
            }
        };
        let now = self.now();
        let id = known.as_ref().map_or(ServerId(door::new_uuid()), |s| s.id);
        let open = tasks::open_of_locks(&mut tx, &[format!("server:{id}")]).await;
        if open
            .during(OP)?
            .iter()
            .any(|task| task.kind == "create_server")
        {
            let text = "a server with that identity is just being made";
            return Err(Refusal::parameter("server.keep_identity", text).into());
        }
        if new.instant {
            let place = vaults::resource(&mut tx, asked.resource_id)
                .await
                .during(OP)?;
            if place.is_some_and(|r| r.state == ProtectState::Removing && r.vault_id == vault.id) {
                let text = "the backup's resource is just leaving its vault";
                return Err(Refusal::new(Code::RESOURCE_BEING_REMOVED, text).into());
            }
        }
        if known.is_none() {
            let row = Server {
                id,
                project_id: actor.project,
                hypervisor: driver.name().to_owned(),
                native_id: native_id.clone(),
                name: new.name.clone(),
                power: "stopped".to_owned(),
                vcpus: 0,
                memory_mib: 0,
                architecture: String::new(),
                restart_allowed: false,
                nics: Json(serde_json::Value::Array(vec![])),
                created_at: now,
                updated_at: now,
                vanished_at: Some(now),
            };
            servers::insert(&mut tx, &row).await.during(OP)?;
        }
        let about = About {
            checkpoint_id: Some(top.checkpoint_id),
            backup_id: Some(top.id),
            resource: Some((id.0, new.name.clone(), ResourceType::Server)),
            host: driver.name().to_owned(),
            lock_key: format!("server:{id}"),
            policy_id: None,
            priority: new.instant.then_some(priority::RESTORE),
        };
        let work = Work::CreateServer(NewServerWork {
            sources: parts.iter().map(|p| p.disk).collect(),
            server: id,
            row_is_new: known.is_none(),
            native_id,
            name: new.name,
            new_identity: !new.keep_identity,
            network: new.network,
            power_on: new.power_on,
            instant: new.instant,
        });
        let task = self
            .enqueue(&mut tx, actor, (vault.id, &vault.name), &work, about, now)
            .await
            .during(OP)?;
        if new.instant {
            let instant = Instant {
                task_id: task,
                server_id: id,
                backup_id: top.id,
                vault_id: vault.id,
                host: driver.name().to_owned(),
                state: "new".to_owned(),
                record: Json(FillRecord::default()),
                created_at: now,
            };
            instants::insert(&mut tx, &instant).await.during(OP)?;
        }
        tx.commit().await.during(OP)?;
        self.bell.notify_waiters();
        Ok((id, task))
    }

    /// Checks what can be checked of a server to be made before anything is begun, and says which
    /// host is to make it.
    pub async fn check_new_server(
        &self,
        actor: &Actor,
        new: &NewServer,
    ) -> AppResult<Arc<dyn Hypervisor>> {
        check_name("server.name", &new.name)?;
        if let Some(network) = &new.network
            && (network.is_empty() || network.chars().count() > 255)
        {
            return Err(
                Refusal::parameter("server.network", "must have 1 to 255 characters").into(),
            );
        }
        let (driver, asked) = self
            .maker(actor, &new.backup_id, new.host.clone(), "server")
            .await?;
        if asked.resource_type != ResourceType::Server {
            return Err(Refusal::parameter("server.backup_id", "is a disk's backup")
                .hint("Make a disk from it.")
                .into());
        }
        if new.instant && !driver.fills_servers() {
            let text = format!("is not possible on host `{}`", driver.name());
            return Err(Refusal::parameter("server.instant", text).into());
        }
        if !driver.makes_servers() {
            let text = format!("`{}` makes no servers, but disks alone", driver.name());
            return Err(Refusal::parameter("server.host", text).into());
        }
        Ok(driver)
    }

    /// A disk that an open task is about to make.
    pub async fn disk_being_made(
        &self,
        project: coffer_core::ids::ProjectId,
        id: &str,
    ) -> coffer_core::Result<Option<Disk>> {
        let Ok(key) = id.parse::<DiskId>() else {
            return Ok(None);
        };
        let mut tx = self.catalog.snapshot().await?;
        let disk = disks::find(&mut tx, project, key).await?;
        let Some(disk) = disk.filter(|disk| !disk.is_there()) else {
            return Ok(None);
        };
        let open = tasks::open_of_locks(&mut tx, &[format!("disk:{key}")]).await?;
        let makes = open.iter().any(|task| task.kind == "create_disk");
        let jobs = crate::catalog::jobs::running(&mut tx, project, Some(key)).await?;
        let is_create = |job: &Job| matches!(JobWork::of(job), Ok(JobWork::Create { .. }));
        Ok(Some(disk).filter(|_| makes || jobs.iter().any(is_create)))
    }

    /// The host that is to make something from a backup, and the backup.
    async fn maker(
        &self,
        actor: &Actor,
        backup: &str,
        host: Option<String>,
        field: &str,
    ) -> AppResult<(Arc<dyn Hypervisor>, Backup)> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let asked = restorable_by(&mut tx, actor, backup).await?;
        let origin = match asked.resource_type {
            ResourceType::Server => servers::get(&mut tx, ServerId(asked.resource_id))
                .await
                .during(OP)?
                .map(|s| s.hypervisor),
            _ => disks::get(&mut tx, DiskId(asked.resource_id))
                .await
                .during(OP)?
                .map(|d| d.hypervisor),
        };
        drop(tx);
        let named = host.clone().or(origin);
        let mut drivers = self.inventory.drivers();
        let found = match named {
            Some(name) => drivers.find(|driver| driver.name() == name).cloned(),
            None => None,
        };
        match (found, host) {
            (Some(driver), _) => Ok((driver, asked)),
            (None, Some(name)) => {
                let text = format!("there is no host `{name}`");
                Err(Refusal::parameter(&format!("{field}.host"), text).into())
            }
            (None, None) => {
                let text = "is required: the host that the backup is from is gone";
                Err(Refusal::parameter(&format!("{field}.host"), text).into())
            }
        }
    }
}

/// Names of disks and servers become names of files: 1 to 64 of `A-Z a-z 0-9 . _ -`, not beginning
/// with a dot or hyphen.
pub(super) fn check_name(field: &str, name: &str) -> Result<(), Refusal> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.is_empty()
        || name.len() > 64
        || !name.chars().all(legal)
        || name.starts_with(['.', '-'])
    {
        return Err(Refusal::parameter(
            field,
            "must have 1 to 64 of the letters A-Z and a-z, digits, `.`, `_` and `-`, and begin \
             with a letter, digit or `_`",
        ));
    }
    Ok(())
}

fn check_size(field: &str, size: u64, least: u64) -> Result<u64, Refusal> {
    if size < least {
        return Err(Refusal::new(
            Code::TARGET_TOO_SMALL,
            format!("{field}: the backup needs {} GiB", least.div_ceil(GIB)),
        ));
    }
    if size > DISK_BYTES_MAX || !size.is_multiple_of(512) {
        return Err(Refusal::parameter(
            field,
            "must be whole sectors of 512 bytes, at most 64 TiB",
        ));
    }
    Ok(size)
}

impl App {
    /// As [`App::restorable`], also while others read from the backup.
    pub(super) async fn readable(
        &self,
        tx: &mut Tx,
        asked: &Backup,
    ) -> AppResult<(Backup, crate::catalog::vaults::Vault)> {
        use coffer_core::state::{BackupState, VaultState};
        let top = match asked.parent_id {
            None => asked.clone(),
            Some(parent) => crate::catalog::backups::get(tx, parent)
                .await
                .during(OP)?
                .ok_or_else(|| super::backups::no_backup(&asked.id.to_string()))?,
        };
        if !matches!(
            top.state,
            BackupState::Available | BackupState::WaitingRestore | BackupState::Restoring
        ) {
            return Err(Refusal::new(
                Code::BACKUP_STATE_FORBIDS_RESTORE,
                format!("backup {} is {}", top.id, top.state),
            )
            .into());
        }
        let vault = crate::catalog::vaults::get(tx, top.vault_id)
            .await
            .during(OP)?;
        let vault = vault.ok_or_else(|| super::backups::no_backup(&asked.id.to_string()))?;
        if !matches!(vault.state, VaultState::Available | VaultState::Lock) {
            return Err(Refusal::new(
                Code::VAULT_STATE_FORBIDS_RESTORE,
                format!("vault {} is {}", vault.id, vault.state),
            )
            .into());
        }
        Ok((top, vault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_file_names() {
        for good in ["a", "web-2.disk_1", "_x", &"n".repeat(64)] {
            assert!(check_name("f", good).is_ok(), "{good}");
        }
        for bad in [
            "",
            ".x",
            "-x",
            "a/b",
            "a b",
            "ä",
            "..",
            &"n".repeat(65),
            "a\0",
        ] {
            assert!(check_name("f", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_are_at_least_the_backup_s() {
        assert_eq!(check_size("f", GIB, GIB), Ok(GIB));
        assert_eq!(
            check_size("f", GIB - 512, GIB).unwrap_err().code,
            Code::TARGET_TOO_SMALL
        );
        assert_eq!(
            check_size("f", GIB + 1, GIB).unwrap_err().code,
            Code::PARAMETER
        );
        assert_eq!(
            check_size("f", u64::MAX, GIB).unwrap_err().code,
            Code::PARAMETER
        );
    }
}
