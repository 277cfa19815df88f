//! Disks.

use coffer_core::Result;
use coffer_core::ids::{DiskId, ProjectId, ServerId};
use jiff::Timestamp;
use sqlx::AnyConnection;

use super::record::{self, Filter, record, values};

record! {
    /// A disk as it was last seen.
    Disk in "disks" {
        /// Given at first sight (decision H3).
        id: DiskId,
        /// Who may use it.
        project_id: ProjectId,
        /// Name of the driver in the configuration.
        hypervisor: String,
        /// The driver's name for it.
        native_id: String,
        /// The server it is attached to.
        server_id: Option<ServerId>,
        /// Name on the server (`vda`), or of the volume where it is detached.
        device: String,
        /// Name for people: the server's and the device's.
        name: String,
        /// Size in bytes as the guest sees it.
        size_bytes: u64,
        /// File or device on the host. Not for other tenants' eyes.
        path: String,
        /// `qcow2`, `raw`.
        format: String,
        /// `virtio`, `scsi`, ...; empty where detached.
        bus: String,
        /// The disk its server boots from.
        system: bool,
        /// Several servers may write to it.
        shareable: bool,
        /// Why it cannot be backed up, if so.
        unsupported: Option<String>,
        /// Place in the server's definition.
        position: i64,
        /// First sight.
        created_at: Timestamp,
        /// Last change.
        updated_at: Timestamp,
        /// When it was found gone.
        vanished_at: Option<Timestamp>,
    }
}

record! {
    /// A disk as far as somebody looks who counts thousands of them.
    DiskBrief in "disks" {
        /// Its id.
        id: DiskId,
        /// The server it is attached to.
        server_id: Option<ServerId>,
        /// Name for people.
        name: String,
    }
}

impl Disk {
    /// True while it exists.
    pub fn is_there(&self) -> bool {
        self.vanished_at.is_none()
    }
}

/// Disks of a project that are there, can be backed up, and are not simply their protected server's:
/// they are on no server, are in a vault by themselves, or their server is in none. In short, by
/// name.
pub async fn on_their_own(conn: &mut AnyConnection, project: ProjectId) -> Result<Vec<DiskBrief>> {
    let filter = Filter::new()
        .eq("project_id", project)
        .and("vanished_at IS NULL AND unsupported IS NULL")
        .and(
            "(server_id IS NULL OR id IN (SELECT resource_id FROM vault_resources) \
             OR server_id NOT IN (SELECT resource_id FROM vault_resources))",
        );
    record::list(conn, &filter, &[("name", false)]).await
}

/// Disks of a project that are there on one host, by name.
pub async fn of_host(
    conn: &mut AnyConnection,
    project: ProjectId,
    hypervisor: &str,
) -> Result<Vec<Disk>> {
    let filter = Filter::new()
        .eq("project_id", project)
        .eq("hypervisor", hypervisor.to_owned())
        .and("vanished_at IS NULL");
    record::list(conn, &filter, &[("name", false)]).await
}

/// The disks of all servers that are this file or device.
pub async fn of_path(conn: &mut AnyConnection, hypervisor: &str, path: &str) -> Result<Vec<Disk>> {
    let filter = Filter::new()
        .eq("hypervisor", hypervisor.to_owned())
        .eq("path", path.to_owned())
        .and("vanished_at IS NULL");
    record::list(conn, &filter, &[]).await
}

/// Disks of a server that are there, in the order of its definition.
pub async fn of_server(conn: &mut AnyConnection, server: ServerId) -> Result<Vec<Disk>> {
    let filter = Filter::new()
        .eq("server_id", server)
        .and("vanished_at IS NULL");
    record::list(conn, &filter, &[("position", false)]).await
}

/// Disks of several servers that are there, those of each in the order of its definition.
pub async fn of_servers(conn: &mut AnyConnection, servers: &[ServerId]) -> Result<Vec<Disk>> {
    let there = || Filter::new().and("vanished_at IS NULL");
    record::in_parts(conn, servers, &[("position", false)], |part| {
        there().any_of("server_id", part)
    })
    .await
}

/// Disks of any project, vanished or not; of ids that are unknown, none.
pub async fn of_ids(conn: &mut AnyConnection, ids: &[DiskId]) -> Result<Vec<Disk>> {
    record::in_parts(conn, ids, &[], |part| Filter::new().any_of("id", part)).await
}

/// All disks of a driver, vanished ones too.
pub async fn of_hypervisor(conn: &mut AnyConnection, hypervisor: &str) -> Result<Vec<Disk>> {
    let filter = Filter::new().eq("hypervisor", hypervisor.to_owned());
    record::list(conn, &filter, &[]).await
}

/// A disk of a project, vanished or not.
pub async fn find(
    conn: &mut AnyConnection,
    project: ProjectId,
    id: DiskId,
) -> Result<Option<Disk>> {
    let filter = Filter::new().eq("project_id", project).eq("id", id);
    record::one(conn, &filter).await
}

/// A disk of any project, vanished or not.
pub async fn get(conn: &mut AnyConnection, id: DiskId) -> Result<Option<Disk>> {
    record::one(conn, &Filter::new().eq("id", id)).await
}

/// Adds a disk seen for the first time.
pub async fn insert(conn: &mut AnyConnection, disk: &Disk) -> Result<()> {
    record::insert(conn, disk).await
}

/// The disk that a driver calls so, or called so.
pub async fn named(
    conn: &mut AnyConnection,
    hypervisor: &str,
    native_id: &str,
) -> Result<Option<Disk>> {
    let filter = Filter::new()
        .eq("hypervisor", hypervisor.to_owned())
        .eq("native_id", native_id.to_owned());
    record::one(conn, &filter).await
}

/// Frees a native id of a disk that is gone, for another disk that comes in its place.
pub async fn free_native_id(
    conn: &mut AnyConnection,
    hypervisor: &str,
    native_id: &str,
) -> Result<()> {
    record::execute(
        conn,
        "UPDATE disks SET native_id = 'gone:' || id \
         WHERE hypervisor = $1 AND native_id = $2 AND vanished_at IS NOT NULL",
        values![hypervisor.to_owned(), native_id.to_owned()],
    )
    .await?;
    Ok(())
}

/// Removes the row of a disk that was to be made and was never seen.
pub async fn delete_never_seen(conn: &mut AnyConnection, id: DiskId) -> Result<()> {
    record::execute(
        conn,
        "DELETE FROM disks WHERE id = $1 AND vanished_at IS NOT NULL",
        values![id],
    )
    .await?;
    Ok(())
}

/// Writes what the driver said of a disk.
pub async fn update(conn: &mut AnyConnection, d: &Disk) -> Result<()> {
    record::execute(
        conn,
        "UPDATE disks SET server_id = $2, device = $3, name = $4, size_bytes = $5, path = $6, \
         format = $7, bus = $8, system = $9, shareable = $10, unsupported = $11, position = $12, \
         project_id = $13, updated_at = $14, vanished_at = $15, native_id = $16 WHERE id = $1",
        values![
            d.id,
            d.server_id,
            d.device,
            d.name,
            d.size_bytes,
            d.path,
            d.format,
            d.bus,
            d.system,
            d.shareable,
            d.unsupported,
            d.position,
            d.project_id,
            d.updated_at,
            d.vanished_at,
            d.native_id,
        ],
    )
    .await?;
    Ok(())
}
