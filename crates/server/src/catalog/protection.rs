//! Protected resources with their newest good backup: one statement, however many there are.

use coffer_core::Result;
use coffer_core::cbr::ResourceType;
use coffer_core::ids::{ProjectId, VaultId};
use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};
use uuid::Uuid;

use super::failed;
use super::record::column;

/// A resource in a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The server or disk.
    pub resource_id: Uuid,
    /// Its name.
    pub name: String,
    /// Server or disk.
    pub resource_type: ResourceType,
    /// Its vault.
    pub vault_id: VaultId,
    /// The vault's project.
    pub project_id: ProjectId,
    /// When it was associated.
    pub since: Timestamp,
    /// When its newest good backup was there. Imported ones do not count.
    pub good_at: Option<Timestamp>,
}

const HELD: &str = "SELECT r.resource_id, r.name, r.resource_type, r.vault_id, v.project_id, \
    r.created_at, (SELECT MAX(b.protected_at) FROM backups b WHERE b.resource_id = r.resource_id \
    AND b.imported = 0 AND b.protected_at IS NOT NULL) AS good_at FROM vault_resources r \
    JOIN vaults v ON v.id = r.vault_id";

fn held_of(row: &AnyRow) -> Result<Held> {
    Ok(Held {
        resource_id: column(row, "resource_id")?,
        name: column(row, "name")?,
        resource_type: column(row, "resource_type")?,
        vault_id: column(row, "vault_id")?,
        project_id: column(row, "project_id")?,
        since: column(row, "created_at")?,
        good_at: column(row, "good_at")?,
    })
}

/// The protected resources of a project, or of all, by name.
pub async fn held(conn: &mut AnyConnection, project: Option<ProjectId>) -> Result<Vec<Held>> {
    let narrow = if project.is_some() {
        " WHERE v.project_id = $1"
    } else {
        ""
    };
    let sql = format!("{HELD}{narrow} ORDER BY r.name, r.resource_id");
    let query = sqlx::query(AssertSqlSafe(sql));
    let query = match project {
        Some(project) => query.bind(project.to_string()),
        None => query,
    };
    let rows = query
        .fetch_all(conn)
        .await
        .map_err(failed("read protected resources"))?;
    rows.iter().map(held_of).collect()
}
