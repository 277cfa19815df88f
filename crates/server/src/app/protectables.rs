//! What can be protected, and where it is protected.

use std::collections::HashMap;

use coffer_core::cbr::{Code, Operation, Refusal, ResourceType};
use coffer_core::ids::{DiskId, ServerId, VaultId};
use uuid::Uuid;

use super::vaults::VaultView;
use super::{Actor, App, AppError, AppResult, During, vaults as vault_app};
use crate::catalog::disks::Disk;
use crate::catalog::lists::{more, pattern};
use crate::catalog::record::{self, Filter, Page};
use crate::catalog::servers::Server;
use crate::catalog::vaults::{Resource, Vault};
use crate::catalog::{Tx, disks, servers};

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

/// Which servers or disks to list.
#[derive(Debug, Clone, Default)]
pub struct ProtectableQuery {
    /// One of these; any where there are none.
    pub ids: Vec<String>,
    /// A part of the name.
    pub name: Option<String>,
    /// State in the words of the compute and volume APIs, in any case.
    pub status: Option<String>,
    /// Disks of this server.
    pub server: Option<String>,
}

impl ProtectableQuery {
    fn filter(&self, actor: &Actor) -> Filter {
        let filter = Filter::new()
            .eq("project_id", actor.project)
            .and("vanished_at IS NULL")
            .any_of("id", &self.ids);
        match &self.name {
            Some(part) => filter.with("LOWER(name) LIKE ? ESCAPE '\\'", pattern(part)),
            None => filter,
        }
    }

    fn servers(&self, actor: &Actor) -> Filter {
        let filter = self.filter(actor);
        let Some(status) = &self.status else {
            return filter;
        };
        filter.and(match status.to_ascii_lowercase().as_str() {
            "active" => "power IN ('running', 'shutting_down')",
            "paused" => "power = 'paused'",
            "shutoff" => "power = 'stopped'",
            "error" => "power NOT IN ('running', 'shutting_down', 'paused', 'stopped')",
            _ => "1 = 0",
        })
    }

    fn disks(&self, actor: &Actor) -> Filter {
        let filter = self.filter(actor).maybe("server_id", self.server.clone());
        let Some(status) = &self.status else {
            return filter;
        };
        filter.and(match status.to_ascii_lowercase().as_str() {
            "in-use" => "server_id IS NOT NULL",
            "available" => "server_id IS NULL",
            _ => "1 = 0",
        })
    }
}

const ORDER: record::Order<'static> = &[("name", false)];

impl App {
    /// One page of the servers or disks of the project, by name, and the number of all that fit: a
    /// fixed number of statements, however many there are.
    pub async fn protectables(
        &self,
        actor: &Actor,
        kind: ResourceType,
        query: &ProtectableQuery,
        page: &Page,
    ) -> AppResult<(Vec<Protectable>, u64)> {
        if let Some(marker) = &page.marker {
            self.protectable(actor, kind, marker)
                .await
                .map_err(|error| match error {
                    AppError::Refused(_) => {
                        Refusal::parameter("marker", "names no such resource").into()
                    }
                    failed @ AppError::Failed(..) => failed,
                })?;
        }
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let (things, count) = match kind {
            ResourceType::Server => {
                let filter = query.servers(actor);
                let (list, count) = record::page_and_count::<Server>(&mut tx, &filter, ORDER, page)
                    .await
                    .during(OP)?;
                let things = with_disks(&mut tx, list).await.during(OP)?;
                (things, count)
            }
            ResourceType::Disk => {
                let filter = query.disks(actor);
                let (list, count) = record::page_and_count::<Disk>(&mut tx, &filter, ORDER, page)
                    .await
                    .during(OP)?;
                (list.into_iter().map(Thing::Disk).collect(), count)
            }
            ResourceType::Turbo => (Vec::new(), 0),
        };
        Ok((judge(&mut tx, things).await.during(OP)?, count))
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
        let mut judged = judge(&mut tx, vec![thing]).await.during(OP)?;
        Ok(judged.remove(0))
    }
}

/// Servers with their disks.
async fn with_disks(tx: &mut Tx, list: Vec<Server>) -> coffer_core::Result<Vec<Thing>> {
    let ids: Vec<ServerId> = list.iter().map(|s| s.id).collect();
    let there = "vanished_at IS NULL";
    let order = [("position", false)];
    let mut of: HashMap<ServerId, Vec<Disk>> = HashMap::new();
    for disk in more::of::<Disk>(tx, "server_id", &ids, there, &order).await? {
        if let Some(server) = disk.server_id {
            of.entry(server).or_default().push(disk);
        }
    }
    let thing = |server: Server| {
        let disks = of.remove(&server.id).unwrap_or_default();
        Thing::Server(server, disks)
    };
    Ok(list.into_iter().map(thing).collect())
}

/// Where things are protected, and why they cannot be, in the order given.
async fn judge(tx: &mut Tx, things: Vec<Thing>) -> coffer_core::Result<Vec<Protectable>> {
    let ids: Vec<Uuid> = things.iter().map(Thing::id).collect();
    let held: Vec<Resource> = more::of(tx, "resource_id", &ids, "1 = 1", &[]).await?;
    let mut holders: Vec<VaultId> = held.iter().map(|r| r.vault_id).collect();
    holders.sort_unstable();
    holders.dedup();
    let rows: Vec<Vault> = more::of(tx, "id", &holders, "1 = 1", &[]).await?;
    let views = vault_app::views(tx, rows).await?;
    let of: HashMap<Uuid, &VaultView> = held
        .iter()
        .filter_map(|r| {
            let view = views.iter().find(|v| v.vault.id == r.vault_id)?;
            Some((r.resource_id, view))
        })
        .collect();
    Ok(things
        .into_iter()
        .map(|thing| {
            let vault = of.get(&thing.id()).copied().cloned();
            let refusal = refusal(&thing, vault.is_some());
            Protectable {
                thing,
                vault,
                refusal,
            }
        })
        .collect())
}

fn refusal(thing: &Thing, protected: bool) -> Option<Refusal> {
    match thing {
        _ if protected => Some(Refusal::new(
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
    }
}
