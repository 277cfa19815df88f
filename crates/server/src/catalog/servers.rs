//! Servers.

use coffer_core::Result;
use coffer_core::ids::{ProjectId, ServerId};
use jiff::Timestamp;
use sqlx::AnyConnection;

use super::record::{self, Filter, Json, record, values};

record! {
    /// A server as it was last seen.
    Server in "servers" {
        /// Given at first sight.
        id: ServerId,
        /// Who may use it.
        project_id: ProjectId,
        /// Name of the driver in the configuration.
        hypervisor: String,
        /// The driver's name for it.
        native_id: String,
        /// Its name.
        name: String,
        /// Whether it runs: the driver's power state (`running`, `stopped`, ...).
        power: String,
        /// Virtual processors.
        vcpus: u64,
        /// Memory in MiB.
        memory_mib: u64,
        /// Processor architecture.
        architecture: String,
        /// It may be restarted while a backup runs.
        restart_allowed: bool,
        /// Network cards, as the driver gives them.
        nics: Json<serde_json::Value>,
        /// First sight.
        created_at: Timestamp,
        /// Last change.
        updated_at: Timestamp,
        /// When it was found gone.
        vanished_at: Option<Timestamp>,
    }
}

record! {
    /// A server as far as somebody looks who counts thousands of them.
    ServerBrief in "servers" {
        /// Its id.
        id: ServerId,
        /// Its name.
        name: String,
    }
}

impl Server {
    /// True while it exists.
    pub fn is_there(&self) -> bool {
        self.vanished_at.is_none()
    }

    /// True while it runs or is on its way up or down.
    pub fn is_running(&self) -> bool {
        self.power != "stopped"
    }
}

/// Servers of a project that are there, in short, by name.
pub async fn of_project(conn: &mut AnyConnection, project: ProjectId) -> Result<Vec<ServerBrief>> {
    let filter = Filter::new()
        .eq("project_id", project)
        .and("vanished_at IS NULL");
    record::list(conn, &filter, &[("name", false)]).await
}

/// All servers of a driver, vanished ones too.
pub async fn of_hypervisor(conn: &mut AnyConnection, hypervisor: &str) -> Result<Vec<Server>> {
    let filter = Filter::new().eq("hypervisor", hypervisor.to_owned());
    record::list(conn, &filter, &[]).await
}

/// A server of a project, vanished or not.
pub async fn find(
    conn: &mut AnyConnection,
    project: ProjectId,
    id: ServerId,
) -> Result<Option<Server>> {
    let filter = Filter::new().eq("project_id", project).eq("id", id);
    record::one(conn, &filter).await
}

/// A server of any project, vanished or not.
pub async fn get(conn: &mut AnyConnection, id: ServerId) -> Result<Option<Server>> {
    record::one(conn, &Filter::new().eq("id", id)).await
}

/// Servers of any project, vanished or not; of ids that are unknown, none.
pub async fn of_ids(conn: &mut AnyConnection, ids: &[ServerId]) -> Result<Vec<Server>> {
    record::in_parts(conn, ids, &[], |part| Filter::new().any_of("id", part)).await
}

/// Adds a server seen for the first time.
pub async fn insert(conn: &mut AnyConnection, server: &Server) -> Result<()> {
    record::insert(conn, server).await
}

/// Removes the row of a server that was to be made and was never seen: one that was has disks.
pub async fn delete_never_seen(conn: &mut AnyConnection, id: ServerId) -> Result<()> {
    record::execute(
        conn,
        "DELETE FROM servers WHERE id = $1 AND vanished_at IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM disks d WHERE d.server_id = servers.id)",
        values![id],
    )
    .await?;
    Ok(())
}

/// Writes what the driver said of a server.
pub async fn update(conn: &mut AnyConnection, s: &Server) -> Result<()> {
    record::execute(
        conn,
        "UPDATE servers SET name = $2, power = $3, vcpus = $4, memory_mib = $5, \
         architecture = $6, restart_allowed = $7, nics = $8, updated_at = $9, vanished_at = $10 \
         WHERE id = $1",
        values![
            s.id,
            s.name,
            s.power,
            s.vcpus,
            s.memory_mib,
            s.architecture,
            s.restart_allowed,
            s.nics,
            s.updated_at,
            s.vanished_at,
        ],
    )
    .await?;
    Ok(())
}

/// Gives a server and its disks to a project (`coffer server assign`).
pub async fn assign(
    conn: &mut AnyConnection,
    id: ServerId,
    project: ProjectId,
    now: Timestamp,
) -> Result<()> {
    record::execute(
        conn,
        "UPDATE servers SET project_id = $2, updated_at = $3 WHERE id = $1",
        values![id, project, now],
    )
    .await?;
    record::execute(
        conn,
        "UPDATE disks SET project_id = $2, updated_at = $3 WHERE server_id = $1",
        values![id, project, now],
    )
    .await?;
    Ok(())
}
