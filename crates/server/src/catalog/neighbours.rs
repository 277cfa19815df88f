//! Servers and disks as the neighbouring APIs show them. Reads alone: the inventory writes them.
//!
//! All functions give what is there now (not vanished) and belongs to one project.

use std::collections::{BTreeSet, HashMap};

use coffer_core::Result;
use coffer_core::ids::ProjectId;
use coffer_engine::hypervisor::NicInfo;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use uuid::Uuid;

use super::disks::Disk;
use super::failed;
use super::lists::{more, pattern};
use super::record::{self, Filter, Order, Page};
use super::servers::Server;

/// A server.
#[derive(Debug, Clone)]
pub struct ServerRow {
    /// Its id.
    pub id: String,
    /// The driver that knows it.
    pub hypervisor: String,
    /// The driver's name for it.
    pub native_id: String,
    /// Its name.
    pub name: String,
    /// The driver's power state: `running`, `stopped`, ...
    pub power: String,
    /// Virtual processors.
    pub vcpus: i64,
    /// Memory in MiB.
    pub memory_mib: i64,
    /// Network cards.
    pub nics: Vec<NicInfo>,
    /// First sight, in milliseconds.
    pub created_at: i64,
    /// Last change, in milliseconds.
    pub updated_at: i64,
}

/// A disk.
#[derive(Debug, Clone)]
pub struct DiskRow {
    /// Its id.
    pub id: String,
    /// The server it is attached to.
    pub server_id: Option<String>,
    /// Name on the server (`vda`).
    pub device: String,
    /// Name for people.
    pub name: String,
    /// Size in bytes.
    pub size_bytes: i64,
    /// `virtio`, `scsi`, ...
    pub bus: String,
    /// Its server boots from it.
    pub system: bool,
    /// Several servers may write to it.
    pub shareable: bool,
    /// First sight, in milliseconds.
    pub created_at: i64,
    /// Last change, in milliseconds.
    pub updated_at: i64,
}

impl From<Server> for ServerRow {
    fn from(server: Server) -> ServerRow {
        ServerRow {
            id: server.id.to_string(),
            hypervisor: server.hypervisor,
            native_id: server.native_id,
            name: server.name,
            power: server.power,
            vcpus: i64::try_from(server.vcpus).unwrap_or(i64::MAX),
            memory_mib: i64::try_from(server.memory_mib).unwrap_or(i64::MAX),
            // For people alone: what an older program wrote otherwise is left out.
            nics: serde_json::from_value(server.nics.0).unwrap_or_default(),
            created_at: server.created_at.as_millisecond(),
            updated_at: server.updated_at.as_millisecond(),
        }
    }
}

impl From<Disk> for DiskRow {
    fn from(disk: Disk) -> DiskRow {
        DiskRow {
            id: disk.id.to_string(),
            server_id: disk.server_id.map(|id| id.to_string()),
            device: disk.device,
            name: disk.name,
            size_bytes: i64::try_from(disk.size_bytes).unwrap_or(i64::MAX),
            bus: disk.bus,
            system: disk.system,
            shareable: disk.shareable,
            created_at: disk.created_at.as_millisecond(),
            updated_at: disk.updated_at.as_millisecond(),
        }
    }
}

/// What there is of a project; to be narrowed down.
pub fn there(project: ProjectId) -> Filter {
    Filter::new()
        .eq("project_id", project)
        .and("vanished_at IS NULL")
}

/// Servers whose name holds a text, whatever its case.
pub fn named_like(filter: Filter, text: &str) -> Filter {
    filter.with("LOWER(name) LIKE ? ESCAPE '\\'", pattern(text))
}

/// Servers that may have a network card whose address holds a text: all that do, and some more.
pub fn perhaps_addressed(filter: Filter, text: &str) -> Filter {
    filter.with("LOWER(nics) LIKE ? ESCAPE '\\'", pattern(text))
}

/// A page of the servers that `filter` means, newest first.
pub async fn servers(
    db: &mut AnyConnection,
    filter: &Filter,
    page: &Page,
) -> Result<Vec<ServerRow>> {
    let rows = record::page::<Server>(db, filter, &[("created_at", true)], page).await?;
    Ok(rows.into_iter().map(ServerRow::from).collect())
}

/// Number of the servers that `filter` means.
pub async fn count_servers(db: &mut AnyConnection, filter: &Filter) -> Result<u64> {
    record::count::<Server>(db, filter).await
}

/// Processors and MiB of memory that servers of a project have, each pair once.
pub async fn sizes(db: &mut AnyConnection, project: ProjectId) -> Result<BTreeSet<(i64, i64)>> {
    let rows = sqlx::query(
        "SELECT DISTINCT vcpus, memory_mib FROM servers \
         WHERE project_id = $1 AND vanished_at IS NULL",
    )
    .bind(project.to_string())
    .fetch_all(db)
    .await
    .map_err(failed("list sizes of servers"))?;
    let size = |row: &AnyRow| (row.get("vcpus"), row.get("memory_mib"));
    Ok(rows.iter().map(size).collect())
}

/// One server.
pub async fn server_by_id(
    db: &mut AnyConnection,
    project: ProjectId,
    id: &str,
) -> Result<Option<ServerRow>> {
    let filter = there(project).eq("id", id.to_owned());
    let found: Option<Server> = record::one(db, &filter).await?;
    Ok(found.map(ServerRow::from))
}

/// The disks of these servers, by server, in the order of its definition.
pub async fn disks_of(
    db: &mut AnyConnection,
    servers: &[Uuid],
) -> Result<HashMap<String, Vec<DiskRow>>> {
    let order = [("position", false)];
    let rows: Vec<Disk> = more::of(db, "server_id", servers, "vanished_at IS NULL", &order).await?;
    let mut disks: HashMap<String, Vec<DiskRow>> = HashMap::new();
    for row in rows.into_iter().map(DiskRow::from) {
        if let Some(server) = row.server_id.clone() {
            disks.entry(server).or_default().push(row);
        }
    }
    Ok(disks)
}

/// A page of the disks that `filter` means.
pub async fn disks(
    db: &mut AnyConnection,
    filter: &Filter,
    order: Order<'_>,
    page: &Page,
) -> Result<Vec<DiskRow>> {
    let rows = record::page::<Disk>(db, filter, order, page).await?;
    Ok(rows.into_iter().map(DiskRow::from).collect())
}

/// Number of the disks that `filter` means.
pub async fn count_disks(db: &mut AnyConnection, filter: &Filter) -> Result<u64> {
    record::count::<Disk>(db, filter).await
}

/// Notes that a server was switched on or off through us, before the next look at the host.
pub async fn set_power(db: &mut AnyConnection, id: &str, power: &str, now: i64) -> Result<()> {
    sqlx::query("UPDATE servers SET power = $1, updated_at = $2 WHERE id = $3")
        .bind(power)
        .bind(now)
        .bind(id)
        .execute(db)
        .await
        .map_err(failed("note power state"))?;
    Ok(())
}
