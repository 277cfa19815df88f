//! Servers and disks as the neighbouring APIs show them. Reads alone: the inventory writes them.
//!
//! All functions give what is there now (not vanished) and belongs to one project.

use coffer_core::Result;
use coffer_core::ids::ProjectId;
use coffer_engine::hypervisor::NicInfo;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::failed;

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

fn server(row: &AnyRow) -> ServerRow {
    let nics: String = row.get("nics");
    ServerRow {
        id: row.get("id"),
        hypervisor: row.get("hypervisor"),
        native_id: row.get("native_id"),
        name: row.get("name"),
        power: row.get("power"),
        vcpus: row.get("vcpus"),
        memory_mib: row.get("memory_mib"),
        // For people alone: what an older program wrote otherwise is left out.
        nics: serde_json::from_str(&nics).unwrap_or_default(),
        created_at: row.get("created_at"),
        updated_at: row.get("updated_at"),
    }
}

fn disk(row: &AnyRow) -> DiskRow {
    DiskRow {
        id: row.get("id"),
        server_id: row.get("server_id"),
        device: row.get("device"),
        name: row.get("name"),
        size_bytes: row.get("size_bytes"),
        bus: row.get("bus"),
        system: row.get::<i64, _>("system") != 0,
        shareable: row.get::<i64, _>("shareable") != 0,
        created_at: row.get("created_at"),
        updated_at: row.get("updated_at"),
    }
}

/// Servers, newest first.
pub async fn servers(db: &mut AnyConnection, project: ProjectId) -> Result<Vec<ServerRow>> {
    let rows = sqlx::query(
        "SELECT * FROM servers WHERE project_id = $1 AND vanished_at IS NULL \
         ORDER BY created_at DESC, id",
    )
    .bind(project.to_string())
    .fetch_all(db)
    .await
    .map_err(failed("list servers"))?;
    Ok(rows.iter().map(server).collect())
}

/// One server.
pub async fn server_by_id(
    db: &mut AnyConnection,
    project: ProjectId,
    id: &str,
) -> Result<Option<ServerRow>> {
    let row = sqlx::query(
        "SELECT * FROM servers WHERE project_id = $1 AND id = $2 AND vanished_at IS NULL",
    )
    .bind(project.to_string())
    .bind(id)
    .fetch_optional(db)
    .await
    .map_err(failed("read server"))?;
    Ok(row.as_ref().map(server))
}

/// Disks, newest first; those of one server in the order of its definition.
pub async fn disks(db: &mut AnyConnection, project: ProjectId) -> Result<Vec<DiskRow>> {
    let rows = sqlx::query(
        "SELECT * FROM disks WHERE project_id = $1 AND vanished_at IS NULL \
         ORDER BY created_at DESC, server_id, position, id",
    )
    .bind(project.to_string())
    .fetch_all(db)
    .await
    .map_err(failed("list disks"))?;
    Ok(rows.iter().map(disk).collect())
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
