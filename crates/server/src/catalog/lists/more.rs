//! What belongs to the rows of a page, read for all of them at once.

use std::collections::HashMap;

use coffer_core::Result;
use coffer_core::ids::{BackupId, VaultId};
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use uuid::Uuid;

use crate::catalog::backups::Backup;
use crate::catalog::failed;
use crate::catalog::record::{self, Column, Filter, Order, Record, bind};
use crate::catalog::tasks::Task;

/// Parameters of one statement at most.
const PART: usize = 500;

/// The rows whose `column` is one of `ids` and for which `and` holds.
pub async fn of<T: Record>(
    conn: &mut AnyConnection,
    column: &'static str,
    ids: &[impl Column],
    and: &'static str,
    order: Order<'_>,
) -> Result<Vec<T>> {
    let mut rows = Vec::new();
    for part in ids.chunks(PART) {
        let filter = Filter::new().any_of(column, part).and(and);
        rows.extend(record::list::<T>(conn, &filter, order).await?);
    }
    Ok(rows)
}

/// One number for each of `ids`: `sql` has `{}` for their list and gives (id, number).
async fn numbers(
    conn: &mut AnyConnection,
    sql: &'static str,
    ids: &[impl Column],
) -> Result<HashMap<String, u64>> {
    let mut numbers = HashMap::new();
    for part in ids.chunks(PART) {
        let places: Vec<String> = (1..=part.len()).map(|n| format!("${n}")).collect();
        let sql = sql.replace("{}", &places.join(", "));
        let query = part
            .iter()
            .map(Column::store)
            .fold(sqlx::query(AssertSqlSafe(sql)), bind);
        let rows = query
            .fetch_all(&mut *conn)
            .await
            .map_err(failed("count what belongs together"))?;
        for row in rows {
            let id: String = row.try_get(0).map_err(failed("read an id"))?;
            let number: i64 = row.try_get(1).map_err(failed("read a number"))?;
            numbers.insert(id, u64::try_from(number).unwrap_or(0));
        }
    }
    Ok(numbers)
}

/// How many backups there are of each of these servers or disks.
pub async fn backup_counts(
    conn: &mut AnyConnection,
    resources: &[Uuid],
) -> Result<HashMap<String, u64>> {
    let sql = "SELECT resource_id, COUNT(*) FROM backups WHERE resource_id IN ({}) \
               GROUP BY resource_id";
    numbers(conn, sql, resources).await
}

/// How many backups are in each of these vaults.
pub async fn backups_in_vaults(
    conn: &mut AnyConnection,
    vaults: &[VaultId],
) -> Result<HashMap<String, u64>> {
    let sql = "SELECT vault_id, COUNT(*) FROM backups WHERE vault_id IN ({}) \
               AND parent_id IS NULL GROUP BY vault_id";
    numbers(conn, sql, vaults).await
}

/// The newest row for each of `ids`: `inner` chooses the id of one row for `r.id`.
async fn newest<T: Record>(
    conn: &mut AnyConnection,
    inner: &'static str,
    ids: &[Uuid],
) -> Result<Vec<T>> {
    let mut rows = Vec::new();
    for part in ids.chunks(PART) {
        let places: Vec<String> = (1..=part.len()).map(|n| format!("(${n})")).collect();
        let columns: Vec<String> = T::COLUMNS.iter().map(|c| format!("t.{c} AS {c}")).collect();
        let sql = format!(
            "WITH r (id) AS (VALUES {}) SELECT {} FROM {} t \
             WHERE t.id IN (SELECT ({inner}) FROM r)",
            places.join(", "),
            columns.join(", "),
            T::TABLE,
        );
        let query = part
            .iter()
            .map(Column::store)
            .fold(sqlx::query(AssertSqlSafe(sql)), bind);
        let found = query
            .fetch_all(&mut *conn)
            .await
            .map_err(failed("read the newest rows"))?;
        for row in &found {
            rows.push(T::read(row)?);
        }
    }
    Ok(rows)
}

/// The newest backup of each of these servers or disks that can be restored from.
pub async fn last_backups(
    conn: &mut AnyConnection,
    resources: &[Uuid],
) -> Result<HashMap<Uuid, Backup>> {
    let inner = "SELECT b.id FROM backups b WHERE b.resource_id = r.id \
                 AND b.protected_at IS NOT NULL ORDER BY b.protected_at DESC, b.id DESC LIMIT 1";
    let rows = newest::<Backup>(conn, inner, resources).await?;
    Ok(rows.into_iter().map(|b| (b.resource_id, b)).collect())
}

/// The newest restore of each of these servers or disks that has ended.
pub async fn last_restores(
    conn: &mut AnyConnection,
    resources: &[Uuid],
) -> Result<HashMap<Uuid, Task>> {
    let inner = "SELECT x.id FROM tasks x WHERE x.resource_id = r.id AND x.kind = 'restore' \
                 AND x.ended_at IS NOT NULL ORDER BY x.created_at DESC, x.id DESC LIMIT 1";
    let rows = newest::<Task>(conn, inner, resources).await?;
    let of = |t: Task| t.resource_id.map(|id| (id, t));
    Ok(rows.into_iter().filter_map(of).collect())
}

/// Tasks of these servers or disks that are not done.
pub async fn open_tasks(conn: &mut AnyConnection, resources: &[Uuid]) -> Result<Vec<Task>> {
    let open = "state IN ('waiting', 'running')";
    of(
        conn,
        "resource_id",
        resources,
        open,
        &[("created_at", false)],
    )
    .await
}

/// Tasks about these backups that are not done.
pub async fn open_tasks_of_backups(
    conn: &mut AnyConnection,
    backups: &[BackupId],
) -> Result<Vec<Task>> {
    let open = "state IN ('waiting', 'running')";
    of(conn, "backup_id", backups, open, &[("created_at", false)]).await
}

/// Number and stored bytes of the backups of each resource in a vault.
pub async fn totals_in_vault(
    conn: &mut AnyConnection,
    vault: VaultId,
) -> Result<HashMap<String, (u64, u64)>> {
    let sql = "SELECT resource_id, COUNT(*), CAST(COALESCE(SUM(stored_bytes), 0) AS BIGINT) \
               FROM backups WHERE vault_id = $1 AND parent_id IS NULL GROUP BY resource_id";
    let rows = sqlx::query(sql)
        .bind(vault.to_string())
        .fetch_all(conn)
        .await
        .map_err(failed("count what a vault holds"))?;
    let mut totals = HashMap::new();
    for row in rows {
        let id: String = row.try_get(0).map_err(failed("read an id"))?;
        let number = |at: usize| -> Result<u64> {
            let n: i64 = row.try_get(at).map_err(failed("read a number"))?;
            Ok(u64::try_from(n).unwrap_or(0))
        };
        totals.insert(id, (number(1)?, number(2)?));
    }
    Ok(totals)
}

/// When the newest usable backup of each of these servers or disks was there, in milliseconds. One that
/// was imported says nothing of how a resource is protected.
pub async fn last_backup_times(
    conn: &mut AnyConnection,
    resources: &[Uuid],
) -> Result<HashMap<String, i64>> {
    let sql = "SELECT resource_id, MAX(protected_at) FROM backups WHERE resource_id IN ({}) \
               AND imported = 0 AND protected_at IS NOT NULL GROUP BY resource_id";
    let found = numbers(conn, sql, resources).await?;
    let times = found.into_iter();
    Ok(times
        .map(|(id, at)| (id, i64::try_from(at).unwrap_or(i64::MAX)))
        .collect())
}

/// Servers and disks of a project whose newest backup task that ended has failed.
pub async fn last_backup_failed(
    conn: &mut AnyConnection,
    project: coffer_core::ids::ProjectId,
) -> Result<std::collections::HashSet<String>> {
    // COALESCE hides columns from the choice of an index: so the few that failed are found by their
    // state, and not among all backups.
    let sql = "SELECT f.resource_id FROM tasks f \
               WHERE f.project_id = $1 AND f.state IN ('failed', 'timeout') \
               AND COALESCE(f.kind, '') = 'backup' AND f.cancel = 0 \
               AND COALESCE(f.resource_id, '') <> '' \
               AND NOT EXISTS (SELECT 1 FROM tasks s WHERE s.resource_id = f.resource_id \
                 AND s.kind = 'backup' AND s.state = 'success' AND s.created_at > f.created_at)";
    let rows = sqlx::query(sql)
        .bind(project.to_string())
        .fetch_all(conn)
        .await
        .map_err(failed("read failed backups"))?;
    rows.iter()
        .map(|row| row.try_get(0).map_err(failed("read an id")))
        .collect()
}
