//! The most a project may have.

use std::collections::BTreeMap;

use coffer_core::Result;
use coffer_core::ids::ProjectId;
use sqlx::AnyConnection;

use super::record::{self, Filter, record, values};

record! {
    /// A quota.
    Quota in "quotas" {
        /// The project.
        project_id: ProjectId,
        /// `vaults`, `capacity_gib`, `backups`, `policies` or `images`.
        kind: String,
        /// The most.
        most: u64,
    }
}

/// The quotas of a project, by kind; what has none has no limit.
pub async fn of(conn: &mut AnyConnection, project: ProjectId) -> Result<BTreeMap<String, u64>> {
    let filter = Filter::new().eq("project_id", project);
    let rows: Vec<Quota> = record::list(conn, &filter, &[]).await?;
    Ok(rows.into_iter().map(|q| (q.kind, q.most)).collect())
}

/// One quota of a project.
pub async fn get(conn: &mut AnyConnection, project: ProjectId, kind: &str) -> Result<Option<u64>> {
    let filter = Filter::new()
        .eq("project_id", project)
        .eq("kind", kind.to_owned());
    let found: Option<Quota> = record::one(conn, &filter).await?;
    Ok(found.map(|q| q.most))
}

/// Sets a quota, or (none) removes it.
pub async fn set(
    conn: &mut AnyConnection,
    project: ProjectId,
    kind: &str,
    most: Option<u64>,
) -> Result<()> {
    record::execute(
        conn,
        "DELETE FROM quotas WHERE project_id = $1 AND kind = $2",
        values![project, kind.to_owned()],
    )
    .await?;
    if let Some(most) = most {
        let row = Quota {
            project_id: project,
            kind: kind.to_owned(),
            most,
        };
        record::insert(conn, &row).await?;
    }
    Ok(())
}

/// What is counted for each quota, in the order of `app::quotas::QuotaKind`.
const USED: [&str; 5] = [
    "SELECT COUNT(*) FROM vaults WHERE project_id = $1",
    "SELECT CAST(COALESCE(SUM(size_gib), 0) AS BIGINT) FROM vaults WHERE project_id = $1",
    "SELECT COUNT(*) FROM backups WHERE project_id = $1 AND parent_id IS NULL",
    "SELECT COUNT(*) FROM policies WHERE project_id = $1",
    "SELECT COUNT(*) FROM images WHERE project_id = $1",
];

/// What a project has of what one quota is about: vaults, their capacity in GiB, backups (those of
/// a server's disks not counted by themselves), policies, images.
pub async fn used_of(conn: &mut AnyConnection, project: ProjectId, quota: usize) -> Result<u64> {
    let found = record::number(conn, USED[quota], values![project]).await?;
    Ok(u64::try_from(found).unwrap_or(0))
}

/// As [`used_of`], of all quotas.
pub async fn used(conn: &mut AnyConnection, project: ProjectId) -> Result<[u64; 5]> {
    let mut used = [0; 5];
    for (quota, number) in used.iter_mut().enumerate() {
        *number = used_of(conn, project, quota).await?;
    }
    Ok(used)
}
