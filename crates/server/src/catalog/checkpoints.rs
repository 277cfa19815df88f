//! Restore points of vaults.

use coffer_core::Result;
use coffer_core::ids::{CheckpointId, ProjectId, VaultId};
use coffer_core::state::CheckpointState;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;

use super::record::{self, Filter, Json, record, values};

/// A resource as it was when the checkpoint was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenResource {
    /// The server or disk.
    pub id: String,
    /// Its name.
    pub name: String,
    /// API name of its type.
    pub resource_type: String,
    /// Size in GiB.
    pub size_gib: u64,
    /// What its backups took until then, in MiB.
    pub backup_mib: u64,
    /// Number of its backups until then.
    pub backup_count: u64,
}

/// A resource that could not take part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedResource {
    /// The server or disk.
    pub id: String,
    /// Its name.
    pub name: String,
    /// API name of its type.
    pub resource_type: String,
    /// CBR's code.
    pub code: String,
    /// Why, for people.
    pub reason: String,
}

record! {
    /// A restore point.
    Checkpoint in "checkpoints" {
        /// Its id.
        id: CheckpointId,
        /// Who owns it.
        project_id: ProjectId,
        /// The vault.
        vault_id: VaultId,
        /// The vault's name at that time.
        vault_name: String,
        /// Its state.
        state: CheckpointState,
        /// Name of the run; backups of several resources have a number behind it.
        name: String,
        /// What the user wrote.
        description: String,
        /// Days to keep, -1 for ever.
        retention_days: i64,
        /// What takes part.
        resources: Json<Vec<TakenResource>>,
        /// What does not.
        skipped: Json<Vec<SkippedResource>>,
        /// When it was asked for.
        created_at: Timestamp,
        /// Last change.
        updated_at: Timestamp,
    }
}

/// A restore point of a project.
pub async fn find(
    conn: &mut AnyConnection,
    project: ProjectId,
    id: CheckpointId,
) -> Result<Option<Checkpoint>> {
    let filter = Filter::new().eq("project_id", project).eq("id", id);
    record::one(conn, &filter).await
}

/// A restore point of any project.
pub async fn get(conn: &mut AnyConnection, id: CheckpointId) -> Result<Option<Checkpoint>> {
    record::one(conn, &Filter::new().eq("id", id)).await
}

/// Adds restore points.
pub async fn insert_all(conn: &mut AnyConnection, checkpoints: &[Checkpoint]) -> Result<()> {
    record::insert_all(conn, checkpoints).await
}

/// Adds a restore point.
pub async fn insert(conn: &mut AnyConnection, checkpoint: &Checkpoint) -> Result<()> {
    record::insert(conn, checkpoint).await
}

/// Moves a restore point along an edge. False where it was not in `from`.
pub async fn transition(
    conn: &mut AnyConnection,
    id: CheckpointId,
    from: CheckpointState,
    to: CheckpointState,
    now: Timestamp,
) -> Result<bool> {
    assert!(
        from.can_become(to),
        "no edge {from} -> {to} for checkpoints"
    );
    let rows = record::execute(
        conn,
        "UPDATE checkpoints SET state = $3, updated_at = $4 WHERE id = $1 AND state = $2",
        values![id, from, to, now],
    )
    .await?;
    Ok(rows == 1)
}
