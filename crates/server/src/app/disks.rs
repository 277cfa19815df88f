//! Disks that are changed: attached, detached, extended, deleted, made empty.
//!
//! Here it is decided whether that can be, and the job begins that does it (`app::jobs`). The
//! driver decides again with the server or disk in hand: a backup or restore that runs refuses it.

use std::sync::Arc;

use coffer_core::ids::{DiskId, ProjectId, ServerId};
use coffer_core::state::TaskState;
use coffer_core::units::GIB;
use coffer_core::{Error, Kind, Result};
use coffer_engine::hypervisor::{DiskName, Hypervisor};

use super::create::{DISK_BYTES_MAX, check_name};
use super::jobs::JobWork;
use super::{Actor, App};
use crate::catalog::disks::Disk;
use crate::catalog::jobs::{self, Job};
use crate::catalog::record::Json;
use crate::catalog::servers::Server;
use crate::catalog::tasks;
use crate::catalog::{Tx, disks, servers};
use crate::door;

/// Most disks of one name's beginning that a server has: `vda` to `vdz`.
const LETTERS: std::ops::RangeInclusive<u8> = b'a'..=b'z';

/// An empty disk to be made.
#[derive(Debug, Clone, Default)]
pub struct EmptyDisk {
    /// Its name; made up where absent.
    pub name: Option<String>,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// The host; the first that makes disks where absent.
    pub host: Option<String>,
}

impl App {
    /// Begins to attach a disk to a server; as `device` (`/dev/vdb`), or under the next free name.
    ///
    /// # Errors
    /// `NotFound` where there is no such server or disk in the project; `Conflict` where the disk
    /// is attached, or either is being worked on; `Invalid` where they cannot come together.
    pub async fn attach_disk(
        &self,
        actor: &Actor,
        server: &str,
        disk: &str,
        device: Option<&str>,
    ) -> Result<Job> {
        let wanted = device.map(device_name).transpose()?.flatten();
        self.look_again(actor.project, disk).await?;
        let mut tx = self.catalog.write().await?;
        let disk = disk_of(&mut tx, actor.project, disk).await?;
        let server = server_of(&mut tx, actor.project, server).await?;
        if disk.server_id.is_some() {
            return Err(Error::conflict(format!("disk {} is attached", disk.name))
                .hint("Detach it from its server first."));
        }
        if let Some(reason) = &disk.unsupported {
            return Err(Error::invalid(format!("disk {}: {reason}", disk.name)));
        }
        let driver = self.host_of(&server.hypervisor)?;
        if disk.hypervisor != server.hypervisor {
            return Err(Error::invalid(format!(
                "disk {} and server {} are on different hosts",
                disk.name, server.name
            )));
        }
        if !driver.attaches_disks() {
            return Err(driver.changes_nothing());
        }
        check_free(&mut tx, &disk).await?;
        // A restore starts the server when it is done, and expects the disks that it has now.
        let keys = [format!("server:{}", server.id)];
        if let Some(task) = tasks::open_of_locks(&mut tx, &keys)
            .await?
            .iter()
            .find(in_the_way)
        {
            return Err(Error::conflict(format!(
                "server {} is used by a task ({})",
                server.name, task.kind
            ))
            .hint("Wait for that to end."));
        }
        let device = place(&mut tx, &server, wanted).await?;
        let work = JobWork::Attach {
            server: server.native_id.clone(),
            disk: name_of(&disk),
            device,
        };
        self.insert_job(tx, actor, &disk, Some(server.id), work)
            .await
    }

    /// Begins to detach a disk from a server.
    ///
    /// # Errors
    /// `NotFound` where it is not attached to it; `Conflict` for the system disk of a server that
    /// runs, and where either is being worked on.
    pub async fn detach_disk(&self, actor: &Actor, server: &str, disk: &str) -> Result<Job> {
        self.look_again(actor.project, disk).await?;
        let mut tx = self.catalog.write().await?;
        let server = server_of(&mut tx, actor.project, server).await?;
        let disk = disk_of(&mut tx, actor.project, disk).await?;
        if disk.server_id != Some(server.id) {
            return Err(Error::not_found(format!(
                "disk {} is not attached to server {}",
                disk.name, server.name
            )));
        }
        if let Some(reason) = &disk.unsupported {
            return Err(Error::invalid(format!("disk {}: {reason}", disk.name)));
        }
        if disk.system && server.power != "stopped" {
            return Err(Error::conflict(format!(
                "disk {} is the system disk of a server that is not off",
                disk.name
            ))
            .hint("Stop the server first."));
        }
        let driver = self.host_of(&server.hypervisor)?;
        if !driver.attaches_disks() {
            return Err(driver.changes_nothing());
        }
        check_free(&mut tx, &disk).await?;
        let work = JobWork::Detach {
            server: server.native_id.clone(),
            disk: name_of(&disk),
        };
        self.insert_job(tx, actor, &disk, Some(server.id), work)
            .await
    }

    /// Begins to make a disk larger.
    ///
    /// # Errors
    /// `Invalid` for a size that is not larger, or too large; `Conflict` where the disk is being
    /// worked on.
    pub async fn extend_disk(&self, actor: &Actor, disk: &str, size_bytes: u64) -> Result<Job> {
        self.look_again(actor.project, disk).await?;
        let mut tx = self.catalog.write().await?;
        let disk = disk_of(&mut tx, actor.project, disk).await?;
        check_new_size(size_bytes)?;
        if size_bytes <= disk.size_bytes {
            return Err(Error::invalid(format!(
                "the new size must be more than the {} GiB that disk {} has",
                disk.size_bytes.div_ceil(GIB),
                disk.name
            )));
        }
        if disk.shareable {
            return Err(Error::invalid(
                "a disk that several servers share cannot be extended",
            ));
        }
        check_free(&mut tx, &disk).await?;
        let server = match disk.server_id {
            Some(id) => servers::get(&mut tx, id).await?,
            None => None,
        };
        let work = JobWork::Extend {
            server: server.map(|server| server.native_id),
            disk: name_of(&disk),
            size_bytes,
        };
        self.insert_job(tx, actor, &disk, None, work).await
    }

    /// Begins to delete a disk that no server has. Its backups stay.
    ///
    /// # Errors
    /// `Conflict` where a server has it, or it is being worked on or waits to be.
    pub async fn delete_disk(&self, actor: &Actor, disk: &str) -> Result<Job> {
        self.look_again(actor.project, disk).await?;
        let mut tx = self.catalog.write().await?;
        let disk = disk_of(&mut tx, actor.project, disk).await?;
        if disk.server_id.is_some() {
            return Err(Error::conflict(format!("disk {} is attached", disk.name))
                .hint("Detach it from its server first."));
        }
        check_free(&mut tx, &disk).await?;
        if !tasks::open_of_locks(&mut tx, &[format!("disk:{}", disk.id)])
            .await?
            .is_empty()
        {
            return Err(
                Error::conflict(format!("a task waits for disk {}", disk.name))
                    .hint("Wait for it to end, or cancel it."),
            );
        }
        let work = JobWork::Delete {
            disk: name_of(&disk),
        };
        self.insert_job(tx, actor, &disk, None, work).await
    }

    /// Begins to make an empty disk; its id to be is in the job.
    ///
    /// # Errors
    /// `Invalid` for a name or size that cannot be, `Conflict` where the name is taken.
    pub async fn create_empty_disk(&self, actor: &Actor, new: EmptyDisk) -> Result<Job> {
        let id = DiskId(door::new_uuid());
        let name = new
            .name
            .unwrap_or_else(|| format!("disk-{}", &id.to_string()[..8]));
        check_name("name", &name).map_err(|refusal| Error::invalid(refusal.message))?;
        check_new_size(new.size_bytes)?;
        let driver = self.maker_of_disks(new.host.as_deref(), &name).await?;
        let native_id = driver.new_disk_id(&name);
        let now = self.now();
        let row = Disk {
            id,
            project_id: actor.project,
            hypervisor: driver.name().to_owned(),
            native_id,
            server_id: None,
            device: name.clone(),
            name: name.clone(),
            size_bytes: new.size_bytes,
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
        let mut tx = self.catalog.write().await?;
        // The row is there before the disk is: it has its project and id from the beginning, and
        // becomes visible when the host is seen to have it.
        if is_taken(&mut tx, driver.name(), &row.native_id).await? {
            return Err(taken_name(&row.name));
        }
        disks::free_native_id(&mut tx, driver.name(), &row.native_id).await?;
        disks::insert(&mut tx, &row).await?;
        let work = JobWork::Create {
            name,
            size_bytes: new.size_bytes,
            made: false,
        };
        self.insert_job(tx, actor, &row, None, work).await
    }

    /// What jobs are doing to disks of a project: ids, and the volume API's words.
    pub async fn changing_disks(&self, project: ProjectId) -> Result<Vec<(String, &'static str)>> {
        let mut tx = self.catalog.snapshot().await?;
        let running = jobs::running(&mut tx, project, None).await?;
        let told = running.iter().filter_map(|job| {
            let status = JobWork::of(job).ok()?.disk_status()?;
            Some((job.disk_id?.to_string(), status))
        });
        Ok(told.collect())
    }

    /// The host that is to make an empty disk of that name.
    async fn maker_of_disks(&self, host: Option<&str>, name: &str) -> Result<Arc<dyn Hypervisor>> {
        let mut last = match host {
            Some(host) => Error::invalid(format!("there is no host `{host}`")),
            None => Error::invalid("no host makes disks")
                .hint("The operator names a folder for them in the configuration."),
        };
        for driver in self.inventory.drivers() {
            if host.is_some_and(|host| host != driver.name()) {
                continue;
            }
            match driver.check_new_disk(name).await {
                Ok(()) => return Ok(driver.clone()),
                Err(e) if e.kind == Kind::Conflict => return Err(e),
                Err(e) if host.is_some() => last = e,
                Err(_) => {}
            }
        }
        Err(last)
    }

    /// Asks the driver that holds a disk, before something is decided about it.
    async fn look_again(&self, project: ProjectId, disk: &str) -> Result<()> {
        let mut tx = self.catalog.snapshot().await?;
        let host = disk_of(&mut tx, project, disk).await?.hypervisor;
        drop(tx);
        self.inventory.refresh([host.as_str()].into_iter()).await;
        Ok(())
    }

    /// The driver of a host; one that is gone from the configuration changes nothing.
    fn host_of(&self, name: &str) -> Result<Arc<dyn Hypervisor>> {
        self.inventory
            .driver(name)
            .map_err(|_| Error::conflict("the disk's host is not in the configuration any more"))
    }

    async fn insert_job(
        &self,
        mut tx: Tx,
        actor: &Actor,
        disk: &Disk,
        server: Option<ServerId>,
        work: JobWork,
    ) -> Result<Job> {
        let job = Job {
            id: door::new_uuid(),
            project_id: actor.project,
            state: "running".to_owned(),
            host: disk.hypervisor.clone(),
            disk_id: Some(disk.id),
            server_id: server,
            name: disk.name.clone(),
            work: Json(work.stored()),
            request_id: actor.request_id.clone(),
            error_message: String::new(),
            begun_at: self.now(),
            ended_at: None,
        };
        // A host that is gone from the configuration would leave the job open for ever.
        self.inventory
            .driver(&job.host)
            .map_err(|_| Error::conflict("the disk's host is not in the configuration any more"))?;
        jobs::insert(&mut tx, &job).await?;
        tx.commit().await?;
        tracing::info!(job.id = %job.id, "{} of disk {} begun", work.kind(), disk.name);
        Ok(job)
    }
}

fn name_of(disk: &Disk) -> DiskName {
    DiskName {
        native_id: disk.native_id.clone(),
        path: disk.path.clone(),
    }
}

/// A disk of a project that is there.
async fn disk_of(tx: &mut Tx, project: ProjectId, id: &str) -> Result<Disk> {
    let none = || Error::not_found(format!("volume {id} could not be found"));
    let key: DiskId = id.parse().map_err(|_| none())?;
    let disk = disks::find(tx, project, key).await?;
    disk.filter(Disk::is_there).ok_or_else(none)
}

/// A server of a project that is there.
async fn server_of(tx: &mut Tx, project: ProjectId, id: &str) -> Result<Server> {
    let none = || Error::not_found("instance could not be found");
    let key: ServerId = id.parse().map_err(|_| none())?;
    let server = servers::find(tx, project, key).await?;
    server.filter(Server::is_there).ok_or_else(none)
}

/// Refuses a disk that a job changes, or a task backs up or restores now.
async fn check_free(tx: &mut Tx, disk: &Disk) -> Result<()> {
    let wait = |text: String| Err(Error::conflict(text).hint("Wait for that to end."));
    if let Some(job) = jobs::running(tx, disk.project_id, Some(disk.id))
        .await?
        .first()
    {
        let doing = JobWork::of(job)?.disk_status().unwrap_or("changing");
        return wait(format!("disk {} is {doing}", disk.name));
    }
    let mut keys = vec![format!("disk:{}", disk.id)];
    keys.extend(disk.server_id.map(|server| format!("server:{server}")));
    let open = tasks::open_of_locks(tx, &keys).await?;
    match open.iter().find(in_the_way) {
        Some(task) => wait(format!(
            "disk {} is used by a task ({})",
            disk.name, task.kind
        )),
        None => Ok(()),
    }
}

/// A backup that waits meets a disk as it will be then; whatever else is open was decided on the disk
/// as it is.
fn in_the_way(task: &&tasks::OpenOfLock) -> bool {
    task.kind != "backup" || task.state == TaskState::Running
}

/// Whether a disk that a driver calls so is there, or is being made.
pub(super) async fn is_taken(tx: &mut Tx, host: &str, native_id: &str) -> Result<bool> {
    let Some(disk) = disks::named(tx, host, native_id).await? else {
        return Ok(false);
    };
    if disk.is_there() {
        return Ok(true);
    }
    let jobs = jobs::running(tx, disk.project_id, Some(disk.id)).await?;
    let tasks = tasks::open_of_locks(tx, &[format!("disk:{}", disk.id)]).await?;
    Ok(!jobs.is_empty() || !tasks.is_empty())
}

/// The error of a name that [`is_taken`].
pub(super) fn taken_name(name: &str) -> Error {
    Error::conflict(format!(
        "there is a disk {name} already, or it is being made"
    ))
    .hint("Choose another name.")
}

fn check_new_size(size_bytes: u64) -> Result<()> {
    if size_bytes == 0 || size_bytes > DISK_BYTES_MAX || !size_bytes.is_multiple_of(512) {
        return Err(Error::invalid(
            "the size must be whole sectors of 512 bytes, at most 64 TiB",
        ));
    }
    Ok(())
}

/// `vdb` of `/dev/vdb`; none of `auto` and of nothing.
fn device_name(device: &str) -> Result<Option<&str>> {
    let name = device.strip_prefix("/dev/").unwrap_or(device);
    if matches!(name, "" | "auto") {
        return Ok(None);
    }
    let letters = name.strip_prefix("vd").or_else(|| name.strip_prefix("sd"));
    let plain = |letters: &str| {
        (1..=2).contains(&letters.len()) && letters.bytes().all(|b| b.is_ascii_lowercase())
    };
    match letters.is_some_and(plain) {
        true => Ok(Some(name)),
        false => Err(Error::invalid(
            "the device must be a name such as /dev/vdb or /dev/sdb",
        )),
    }
}

/// What a new disk is called on a server. The names of its other disks, and of those on their way
/// to it, are taken.
async fn place(tx: &mut Tx, server: &Server, wanted: Option<&str>) -> Result<String> {
    let rows = disks::of_server(tx, server.id).await?;
    let scsi = rows.iter().any(|disk| disk.system && disk.bus == "scsi");
    let mut taken: Vec<String> = rows.into_iter().map(|disk| disk.device).collect();
    for job in jobs::running(tx, server.project_id, None).await? {
        if let (Some(id), Ok(JobWork::Attach { device, .. })) = (job.server_id, JobWork::of(&job))
            && id == server.id
        {
            taken.push(device);
        }
    }
    if let Some(wanted) = wanted {
        return match taken.iter().any(|name| name == wanted) {
            true => Err(Error::conflict(format!(
                "server {} has a disk {wanted} already",
                server.name
            ))
            .hint("Name another device, or none.")),
            false => Ok(wanted.to_owned()),
        };
    }
    let start = if scsi { "sd" } else { "vd" };
    let names = LETTERS.map(|letter| format!("{start}{}", char::from(letter)));
    let mut free = names.filter(|name| !taken.contains(name));
    free.next().ok_or_else(|| {
        Error::conflict(format!(
            "server {} has no place for another disk",
            server.name
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_names_of_disks() {
        let check = |text: &str, expected: Option<Option<&str>>| {
            assert_eq!(device_name(text).ok(), expected, "{text}");
        };
        check("/dev/vdb", Some(Some("vdb")));
        check("sdaa", Some(Some("sdaa")));
        check("", Some(None));
        check("auto", Some(None));
        for wrong in [
            "/dev/vd",
            "vdB",
            "vd1",
            "xvda",
            "hda",
            "vdabc",
            "/dev/vd/b",
            "vd'",
        ] {
            check(wrong, None);
        }
    }
}
