//! Numbers of what there is, for metrics.

use coffer_core::Result;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::failed;
use super::record::{self, values};

fn number(row: &AnyRow, at: usize) -> Result<u64> {
    let number: i64 = row.try_get(at).map_err(failed("read a count"))?;
    Ok(u64::try_from(number).unwrap_or(0))
}

fn text(row: &AnyRow, at: usize) -> Result<String> {
    row.try_get(at).map_err(failed("read a text"))
}

/// Open tasks by kind and state.
pub async fn queue(conn: &mut AnyConnection) -> Result<Vec<(String, String, u64)>> {
    let rows = sqlx::query(
        "SELECT kind, state, COUNT(*) FROM tasks WHERE state IN ('waiting', 'running') \
         GROUP BY kind, state ORDER BY kind, state",
    )
    .fetch_all(conn)
    .await
    .map_err(failed("count tasks"))?;
    let count = |row: &AnyRow| Ok((text(row, 0)?, text(row, 1)?, number(row, 2)?));
    rows.iter().map(count).collect()
}

/// Number of backups by project, those of a server's disks not counted by themselves.
pub async fn backups_by_project(conn: &mut AnyConnection) -> Result<Vec<(String, u64)>> {
    let rows = sqlx::query(
        "SELECT project_id, COUNT(*) FROM backups WHERE parent_id IS NULL \
         GROUP BY project_id ORDER BY project_id",
    )
    .fetch_all(conn)
    .await
    .map_err(failed("count backups"))?;
    rows.iter()
        .map(|row| Ok((text(row, 0)?, number(row, 1)?)))
        .collect()
}

/// Number of messages to be sent.
pub async fn waiting_messages(conn: &mut AnyConnection) -> Result<u64> {
    let sql = "SELECT COUNT(*) FROM deliveries WHERE state = 'waiting'";
    let number = record::number(conn, sql, values![]).await?;
    Ok(u64::try_from(number).unwrap_or(0))
}
