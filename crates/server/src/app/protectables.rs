//! What can be protected, and where it is protected.

use coffer_core::cbr::{Code, Operation, Refusal, ResourceType};
use coffer_core::ids::{DiskId, ServerId};
use uuid::Uuid;

use super::vaults::VaultView;
use super::{Actor, App, AppResult, During, vaults as vault_app};
use crate::catalog::disks::Disk;
use crate::catalog::servers::Server;
use crate::catalog::{Tx, disks, servers, vaults};

/// A server or disk that may be protected.
#[derive(Debug, Clone)]
pub enum Thing {
    /// A server with its disks.
    Server(Server, Vec<Disk>),
    /// A disk.
    Disk(Disk),
}

impl Thing {
    /// Its id.
    pub fn id(&self) -> Uuid {
        match self {
            Thing::Server(server, _) => server.id.0,
            Thing::Disk(disk) => disk.id.0,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Thing::Server(server, _) => &server.name,
            Thing::Disk(disk) => &disk.name,
        }
    }
}

/// A thing, the vault it is in, and why it cannot be protected, if so.
#[derive(Debug, Clone)]
pub struct Protectable {
    /// The thing.
    pub thing: Thing,
    /// Its vault.
    pub vault: Option<VaultView>,
    /// Why not.
    pub refusal: Option<Refusal>,
}

const OP: Operation = Operation::Protectable;

impl App {
    /// All servers or disks of the project, by name.
    pub async fn protectables(
        &self,
        actor: &Actor,
        kind: ResourceType,
        of_server: Option<&str>,
    ) -> AppResult<Vec<Protectable>> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let mut list = Vec::new();
        match kind {
            ResourceType::Server => {
                for server in servers::of_project(&mut tx, actor.project)
                    .await
                    .during(OP)?
                {
                    let disks = disks::of_server(&mut tx, server.id).await.during(OP)?;
                    list.push(judge(&mut tx, Thing::Server(server, disks)).await?);
                }
            }
            ResourceType::Disk => {
                for disk in disks::of_project(&mut tx, actor.project).await.during(OP)? {
                    let server = disk.server_id.map(|id| id.to_string());
                    if of_server.is_none() || server.as_deref() == of_server {
                        list.push(judge(&mut tx, Thing::Disk(disk)).await?);
                    }
                }
            }
            ResourceType::Turbo => {}
        }
        Ok(list)
    }

    /// One server or disk of the project.
    pub async fn protectable(
        &self,
        actor: &Actor,
        kind: ResourceType,
        id: &str,
    ) -> AppResult<Protectable> {
        let none = || {
            Refusal::new(
                Code::RESOURCE_NOT_FOUND,
                format!("there is no such resource {id}"),
            )
        };
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let thing = match kind {
            ResourceType::Server => {
                let key: ServerId = id.parse().map_err(|_| none())?;
                let server = servers::find(&mut tx, actor.project, key)
                    .await
                    .during(OP)?;
                let server = server.filter(Server::is_there).ok_or_else(none)?;
                let disks = disks::of_server(&mut tx, server.id).await.during(OP)?;
                Thing::Server(server, disks)
            }
            ResourceType::Disk => {
                let key: DiskId = id.parse().map_err(|_| none())?;
                let disk = disks::find(&mut tx, actor.project, key).await.during(OP)?;
                Thing::Disk(disk.filter(Disk::is_there).ok_or_else(none)?)
            }
            ResourceType::Turbo => return Err(none().into()),
        };
        judge(&mut tx, thing).await
    }
}

async fn judge(tx: &mut Tx, thing: Thing) -> AppResult<Protectable> {
    let mut vault = None;
    if let Some(resource) = vaults::resource(tx, thing.id()).await.during(OP)?
        && let Some(holder) = vaults::get(tx, resource.vault_id).await.during(OP)?
    {
        vault = Some(vault_app::view(tx, holder).await.during(OP)?);
    }
    let refusal = match &thing {
        _ if vault.is_some() => Some(Refusal::new(
            Code::IN_OTHER_VAULT,
            format!("{} is in a vault already", thing.name()),
        )),
        Thing::Server(server, _) if server.power == "faulty" => Some(Refusal::new(
            Code::SERVER_STATE_FORBIDS_BACKUP,
            format!("server {} is faulty", server.name),
        )),
        Thing::Server(server, disks) if disks.iter().all(|d| d.unsupported.is_some()) => {
            Some(Refusal::new(
                Code::SERVER_WITHOUT_DISKS,
                format!("server {} has no disk that can be backed up", server.name),
            ))
        }
        Thing::Disk(disk) => disk.unsupported.as_ref().map(|reason| {
            Refusal::new(
                Code::DISK_STATE_FORBIDS_BACKUP,
                format!("disk {} cannot be backed up: {reason}", disk.name),
            )
        }),
        Thing::Server(..) => None,
    };
    Ok(Protectable {
        thing,
        vault,
        refusal,
    })
}
