//! Which resources can be backed up now, and what is known of them.

use std::collections::{BTreeSet, HashMap};

use coffer_core::cbr::{Code, Operation, Refusal, ResourceType, capacity};
use coffer_core::ids::{DiskId, ServerId};
use coffer_core::state::ProtectState;

use super::{AppResult, During};
use crate::catalog::disks::Disk;
use crate::catalog::servers::Server;
use crate::catalog::tasks::OpenOfLock;
use crate::catalog::vaults::{Resource, ResourceExtra};
use crate::catalog::{Tx, disks, servers, tasks};

/// A resource that takes part.
pub(super) struct Taking {
    pub(super) resource: Resource,
    pub(super) extra: ResourceExtra,
    pub(super) size_bytes: u64,
    /// The catalog has another size of it.
    pub(super) resized: bool,
    pub(super) system_disk: bool,
    pub(super) host: String,
    pub(super) lock_key: String,
    /// Other tasks stand before it.
    pub(super) waits: bool,
    pub(super) architecture: Option<String>,
    pub(super) restart_allowed: Option<bool>,
}

const OP: Operation = Operation::Backup;

/// Which resources can be backed up now, with what is known of them; of the others, why not.
pub(super) async fn examine(
    tx: &mut Tx,
    chosen: Vec<(Resource, ResourceExtra)>,
) -> AppResult<(Vec<Taking>, Vec<(Resource, Refusal)>)> {
    let known = Known::read(tx, chosen.iter().map(|(r, _)| r))
        .await
        .during(OP)?;
    Ok(known.examine(chosen))
}

/// What the catalog knows of the servers and disks that shall be backed up.
#[derive(Default)]
pub(super) struct Known {
    servers: HashMap<ServerId, Server>,
    /// The disks of each server that are there, in order.
    of_server: HashMap<ServerId, Vec<Disk>>,
    /// Disks that are resources themselves.
    disks: HashMap<DiskId, Disk>,
    /// Tasks that are not done, by their lock key.
    open: HashMap<String, Vec<OpenOfLock>>,
}

impl Known {
    /// Asks each question once for all resources.
    pub(super) async fn read(
        tx: &mut Tx,
        resources: impl Iterator<Item = &Resource>,
    ) -> coffer_core::Result<Known> {
        let (mut servers, mut disks) = (Vec::new(), Vec::new());
        for resource in resources {
            match resource.resource_type {
                ResourceType::Server => servers.push(ServerId(resource.resource_id)),
                ResourceType::Disk => disks.push(DiskId(resource.resource_id)),
                ResourceType::Turbo => {}
            }
        }
        let mut known = Known::default();
        for disk in disks::of_servers(tx, &servers).await? {
            if let Some(server) = disk.server_id {
                known.of_server.entry(server).or_default().push(disk);
            }
        }
        for disk in disks::of_ids(tx, &disks).await? {
            servers.extend(disk.server_id);
            known.disks.insert(disk.id, disk);
        }
        let mut keys: BTreeSet<String> = servers.iter().map(server_key).collect();
        keys.extend(known.disks.values().map(lock_key_of));
        for server in servers::of_ids(tx, &servers).await? {
            known.servers.insert(server.id, server);
        }
        let keys: Vec<String> = keys.into_iter().collect();
        for task in tasks::open_of_locks(tx, &keys).await? {
            let key = task.lock_key.clone();
            known.open.entry(key).or_default().push(task);
        }
        Ok(known)
    }

    /// As [`examine`], of resources that this was read for.
    pub(super) fn examine(
        &self,
        chosen: Vec<(Resource, ResourceExtra)>,
    ) -> (Vec<Taking>, Vec<(Resource, Refusal)>) {
        let (mut taking, mut skipped) = (Vec::new(), Vec::new());
        for (resource, extra) in chosen {
            match self.examine_one(&resource, extra) {
                Ok(take) => taking.push(take),
                Err(refusal) => skipped.push((resource, refusal)),
            }
        }
        (taking, skipped)
    }

    fn examine_one(&self, resource: &Resource, extra: ResourceExtra) -> Result<Taking, Refusal> {
        if let Some(refusal) = occupied(resource) {
            return Err(refusal);
        }
        let mut take = match resource.resource_type {
            ResourceType::Server => self.examine_server(resource, extra),
            ResourceType::Disk => self.examine_disk(resource, extra),
            ResourceType::Turbo => Err(Refusal::new(
                Code::RESOURCE_NOT_FOUND,
                "file systems are not backed up here",
            )),
        }?;
        let before = self.open.get(&take.lock_key).map_or(&[][..], Vec::as_slice);
        if let Some(refusal) = before.iter().find_map(|task| forbidden_by(task, resource)) {
            return Err(refusal);
        }
        take.waits = !before.is_empty();
        let size = capacity::gib_up(take.size_bytes);
        take.resized = size != resource.size_gib;
        take.resource.size_gib = size;
        Ok(take)
    }

    fn examine_server(&self, resource: &Resource, extra: ResourceExtra) -> Result<Taking, Refusal> {
        let id = ServerId(resource.resource_id);
        let Some(server) = self.servers.get(&id).filter(|s| s.is_there()) else {
            return Err(Refusal::new(
                Code::SERVER_NOT_FOUND,
                format!("server {} is no longer there", resource.name),
            ));
        };
        if matches!(server.power.as_str(), "faulty" | "shutting_down") {
            return Err(Refusal::new(
                Code::SERVER_STATE_FORBIDS_BACKUP,
                format!("server {} is {}", server.name, server.power),
            ));
        }
        let disks = self.of_server.get(&id).map_or(&[][..], Vec::as_slice);
        let disks: Vec<&Disk> = disks
            .iter()
            .filter(|d| d.unsupported.is_none() && extra.takes(&d.id.to_string()))
            .collect();
        if disks.is_empty() {
            return Err(Refusal::new(
                Code::SERVER_WITHOUT_DISKS,
                format!("server {} has no disk that can be backed up", server.name),
            ));
        }
        Ok(Taking {
            resource: resource.clone(),
            extra,
            size_bytes: disks.iter().map(|d| d.size_bytes).sum(),
            resized: false,
            system_disk: disks.iter().any(|d| d.system),
            host: server.hypervisor.clone(),
            lock_key: server_key(&id),
            waits: false,
            architecture: Some(server.architecture.clone()).filter(|a| !a.is_empty()),
            restart_allowed: Some(server.restart_allowed),
        })
    }

    fn examine_disk(&self, resource: &Resource, extra: ResourceExtra) -> Result<Taking, Refusal> {
        let id = DiskId(resource.resource_id);
        let Some(disk) = self.disks.get(&id).filter(|d| d.is_there()) else {
            return Err(Refusal::new(
                Code::DISK_NOT_FOUND,
                format!("disk {} is no longer there", resource.name),
            ));
        };
        if let Some(reason) = &disk.unsupported {
            return Err(Refusal::new(
                Code::DISK_STATE_FORBIDS_BACKUP,
                format!("disk {} cannot be backed up: {reason}", disk.name),
            ));
        }
        let server = disk.server_id.and_then(|id| self.servers.get(&id));
        Ok(Taking {
            resource: resource.clone(),
            extra,
            size_bytes: disk.size_bytes,
            resized: false,
            system_disk: disk.system,
            host: disk.hypervisor.clone(),
            lock_key: lock_key_of(disk),
            waits: false,
            architecture: server
                .map(|s| s.architecture.clone())
                .filter(|a| !a.is_empty()),
            restart_allowed: server.map(|s| s.restart_allowed),
        })
    }
}

/// Why a task that is open forbids a backup of what it works on.
fn forbidden_by(task: &OpenOfLock, resource: &Resource) -> Option<Refusal> {
    let name = &resource.name;
    let refusal = |text: String| Refusal::new(Code::RESOURCE_STATE_FORBIDS_BACKUP, text);
    match task.kind.as_str() {
        "create_server" => Some(
            refusal(format!("{name} is still being made from a backup"))
                .hint("Wait until its disks are filled."),
        ),
        "restore" => Some(refusal(format!("{name} is being restored"))),
        _ => None,
    }
}

fn occupied(resource: &Resource) -> Option<Refusal> {
    let name = &resource.name;
    let (code, text) = match resource.state {
        ProtectState::Available | ProtectState::Error => return None,
        ProtectState::Protecting => (
            Code::BACKUP_RUNNING,
            format!("a backup of {name} runs already"),
        ),
        ProtectState::Restoring => (
            Code::RESOURCE_STATE_FORBIDS_BACKUP,
            format!("{name} is being restored"),
        ),
        ProtectState::Removing => (
            Code::RESOURCE_BEING_REMOVED,
            format!("{name} is just being removed from the vault"),
        ),
    };
    Some(Refusal::new(code, text))
}

/// What serializes work on a disk: its server, or itself where it is detached.
pub(crate) fn lock_key_of(disk: &Disk) -> String {
    match disk.server_id {
        Some(server) => server_key(&server),
        None => format!("disk:{}", disk.id),
    }
}

fn server_key(server: &ServerId) -> String {
    format!("server:{server}")
}
