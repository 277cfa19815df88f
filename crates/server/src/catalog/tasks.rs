//! The durable queue; what the API shows as operation logs.
//!
//! A worker owns a task as long as its lease holds and its name stands in `lease_owner`; every
//! write of a worker is `WHERE lease_owner = <me>`, so one whose lease was taken over changes
//! nothing any more.

use coffer_core::Result;
use coffer_core::ids::{BackupId, CheckpointId, PolicyId, ProjectId, TaskId, VaultId};
use coffer_core::state::TaskState;
use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use uuid::Uuid;

use super::failed;
use super::record::{self, Filter, Json, Order, Page, record, values};
use crate::app::limits::Closed;
use crate::app::priority;

record! {
    /// A task.
    Task in "tasks" {
        /// Its id.
        id: TaskId,
        /// Who owns it.
        project_id: ProjectId,
        /// `backup`, `restore`, `delete`, `vault_delete`, `remove_resource`.
        kind: String,
        /// Its state.
        state: TaskState,
        /// The vault.
        vault_id: VaultId,
        /// Its name at that time.
        vault_name: String,
        /// The restore point, where there is one.
        checkpoint_id: Option<CheckpointId>,
        /// The backup, where there is one.
        backup_id: Option<BackupId>,
        /// The server or disk concerned.
        resource_id: Option<Uuid>,
        /// Its name.
        resource_name: Option<String>,
        /// API name of its type.
        resource_type: Option<String>,
        /// Provider of its type.
        provider_id: Option<String>,
        /// What to do (`tasks::work`), JSON.
        payload: Json<serde_json::Value>,
        /// The request it comes from.
        request_id: String,
        /// Driver whose limit counts; empty for work in the store alone.
        host: String,
        /// Tasks with the same key run one after the other.
        lock_key: String,
        /// How often it was begun.
        attempt: u64,
        /// The worker that has it; empty for none.
        lease_owner: String,
        /// Until when, or from when on it may be tried again.
        lease_until: Timestamp,
        /// Its end was asked for.
        cancel: bool,
        /// Percent done.
        progress: u64,
        /// Bytes to go through.
        total_bytes: u64,
        /// Bytes gone through.
        done_bytes: u64,
        /// Bytes read.
        read_bytes: u64,
        /// Bytes that were new.
        new_bytes: u64,
        /// Bytes written.
        stored_bytes: u64,
        /// CBR's code; empty while all is well.
        error_code: String,
        /// What happened.
        error_message: String,
        /// What the user can do.
        error_hint: String,
        /// When it was asked for.
        created_at: Timestamp,
        /// Last change.
        updated_at: Timestamp,
        /// When it was first begun.
        started_at: Option<Timestamp>,
        /// When it ended.
        ended_at: Option<Timestamp>,
        /// The policy that had it made.
        policy_id: Option<PolicyId>,
        /// 0 (last) to 100 (first).
        priority: u64,
    }
}

/// Counters of a task as they are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Percent done.
    pub percent: u64,
    /// Bytes to go through.
    pub total_bytes: u64,
    /// Bytes gone through.
    pub done_bytes: u64,
    /// Bytes read.
    pub read_bytes: u64,
    /// Bytes that were new.
    pub new_bytes: u64,
    /// Bytes written.
    pub stored_bytes: u64,
}

/// What a claim leaves alone.
#[derive(Debug, Clone, Default)]
pub struct Full {
    /// Hosts that have all the tasks they may have.
    pub hosts: Vec<String>,
    /// Vaults that have.
    pub vaults: Vec<VaultId>,
    /// Hosts and vaults whose automatic backups wait for their window.
    pub closed: Closed,
    /// There are as many drills as there may be.
    pub drills: bool,
}

/// A task that a worker has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The host; empty for work in the store alone.
    pub host: String,
    /// The vault.
    pub vault_id: VaultId,
    /// What it holds up.
    pub lock_key: String,
    /// It looks after a server whose disks are filled, and takes nobody's place.
    pub filling: bool,
}

impl Held {
    /// It tries a backup: that has a limit of its own, for it reads little and takes memory.
    pub fn is_drill(&self) -> bool {
        self.lock_key.starts_with(DRILL_KEY)
    }
}

/// How lock keys of drills begin: each has one of its own, for any number may try one backup.
pub const DRILL_KEY: &str = "drill:";

/// A task of a project.
pub async fn find(
    conn: &mut AnyConnection,
    project: ProjectId,
    id: TaskId,
) -> Result<Option<Task>> {
    let filter = Filter::new().eq("project_id", project).eq("id", id);
    record::one(conn, &filter).await
}

/// A task of any project.
pub async fn get(conn: &mut AnyConnection, id: TaskId) -> Result<Option<Task>> {
    record::one(conn, &Filter::new().eq("id", id)).await
}

/// One page of the tasks that `filter` means, and their number.
pub async fn page(
    conn: &mut AnyConnection,
    filter: &Filter,
    order: Order<'_>,
    page: &Page,
) -> Result<(Vec<Task>, u64)> {
    record::page_and_count(conn, filter, order, page).await
}

/// Tasks that are not done, oldest first.
pub async fn open(conn: &mut AnyConnection) -> Result<Vec<Task>> {
    let filter = Filter::new().and("state IN ('waiting', 'running')");
    record::list(conn, &filter, &[("created_at", false)]).await
}

/// Tasks of a kind that are not done, oldest first.
pub async fn open_of_kind(conn: &mut AnyConnection, kind: &str) -> Result<Vec<Task>> {
    let filter = Filter::new()
        .eq("kind", kind.to_owned())
        .and("state IN ('waiting', 'running')");
    record::list(conn, &filter, &[("created_at", false)]).await
}

/// Tasks of a vault that are not done.
pub async fn open_of_vault(conn: &mut AnyConnection, vault: VaultId) -> Result<Vec<Task>> {
    let filter = Filter::new()
        .eq("vault_id", vault)
        .and("state IN ('waiting', 'running')");
    record::list(conn, &filter, &[("created_at", false)]).await
}

record! {
    /// A task that is not done, as those see it that share its lock key.
    OpenOfLock in "tasks" {
        /// What it serializes with.
        lock_key: String,
        /// What it does.
        kind: String,
        /// Whether it has begun.
        state: TaskState,
    }
}

/// Tasks with some of these lock keys that are not done.
pub async fn open_of_locks(
    conn: &mut AnyConnection,
    lock_keys: &[String],
) -> Result<Vec<OpenOfLock>> {
    record::in_parts(conn, lock_keys, &[], |part| {
        Filter::new()
            .any_of("lock_key", part)
            .and("state IN ('waiting', 'running')")
    })
    .await
}

/// The open task of a kind for a backup.
pub async fn open_of_backup(conn: &mut AnyConnection, backup: BackupId) -> Result<Vec<Task>> {
    let filter = Filter::new()
        .eq("backup_id", backup)
        .and("state IN ('waiting', 'running')");
    record::list(conn, &filter, &[("created_at", false)]).await
}

/// Puts a task into the queue, in the transaction that changes what it works on.
pub async fn insert(conn: &mut AnyConnection, task: &Task) -> Result<()> {
    record::insert(conn, task).await
}

/// As [`insert`], for several at once.
pub async fn insert_all(conn: &mut AnyConnection, tasks: &[Task]) -> Result<()> {
    record::insert_all(conn, tasks).await
}

/// Raises what stands before a task of this priority under the same key: it would wait for it.
pub async fn lift(
    conn: &mut AnyConnection,
    lock_key: &str,
    before: Timestamp,
    priority: u64,
) -> Result<()> {
    record::execute(
        conn,
        "UPDATE tasks SET priority = $2 WHERE lock_key = $1 AND priority < $2 \
         AND created_at <= $3 AND state IN ('waiting', 'running')",
        values![lock_key.to_owned(), priority, before],
    )
    .await?;
    Ok(())
}

/// Sets the priority of a task that waits. False where it does not wait (any more).
pub async fn set_priority(
    conn: &mut AnyConnection,
    id: TaskId,
    priority: u64,
    now: Timestamp,
) -> Result<bool> {
    let rows = record::execute(
        conn,
        "UPDATE tasks SET priority = $2, updated_at = $3 WHERE id = $1 AND state = 'waiting'",
        values![id, priority, now],
    )
    .await?;
    Ok(rows == 1)
}

/// What the workers have: as many as may run at once, however many wait.
pub async fn held(conn: &mut AnyConnection, now: Timestamp) -> Result<Vec<Held>> {
    let rows = sqlx::query(
        "SELECT host, vault_id, lock_key, \
         (SELECT COUNT(*) FROM instants i WHERE i.task_id = tasks.id AND i.state = 'started') \
         AS filling FROM tasks \
         WHERE state = 'running' AND lease_until > $1 AND lease_owner <> ''",
    )
    .bind(now.as_millisecond())
    .fetch_all(conn)
    .await
    .map_err(failed("read the queue"))?;
    let held = |row: &AnyRow| {
        Ok(Held {
            host: record::column(row, "host")?,
            vault_id: record::column(row, "vault_id")?,
            lock_key: record::column(row, "lock_key")?,
            filling: record::column(row, "filling")?,
        })
    };
    rows.iter().map(held).collect()
}

/// The task to begin next: of those that may begin the one with the highest priority, then the
/// oldest.
///
/// One that is to end before it began comes first and needs no place. Otherwise it waits, or its
/// lease ran out or its next try is due; no older task has the same lock key; and its host and
/// vault are not `full`. Reads indexes alone, however long the queue and the history are.
pub async fn next(
    conn: &mut AnyConnection,
    held: &[Held],
    full: &Full,
    now: Timestamp,
) -> Result<Option<TaskId>> {
    let ending = Filter::new().and("t.state = 'waiting' AND t.cancel = 1");
    if let Some(id) = first(conn, &ending, "t.created_at").await? {
        return Ok(Some(id));
    }
    let next = may_begin(held, full, now);
    first(conn, &next, NEXT_FIRST).await
}

/// In which order tasks begin.
const NEXT_FIRST: &str = "t.priority DESC, t.created_at, t.id";

/// The tasks that may begin, as [`next`] says.
fn may_begin(held: &[Held], full: &Full, now: Timestamp) -> Filter {
    let keys: Vec<String> = held.iter().map(|h| h.lock_key.clone()).collect();
    let mut filter = Filter::new()
        .and("t.state IN ('waiting', 'running')")
        .with("(t.state = 'waiting' OR t.lease_until <= ?)", now)
        .none_of("t.lock_key", &keys)
        .none_of("t.host", &full.hosts)
        .none_of("t.vault_id", &full.vaults);
    if full.drills {
        filter = filter.and("t.kind <> 'drill'");
    }
    // An automatic backup waits for its window, unless it was raised or has been begun before.
    let free = format!(
        "(t.policy_id IS NULL OR t.kind <> 'backup' OR t.state = 'running' \
         OR t.priority >= {} OR t.",
        priority::MANUAL
    );
    filter = filter.unless(&free, "host", &full.closed.hosts).unless(
        &free,
        "vault_id",
        &full.closed.vaults,
    );
    filter.and(
        "NOT EXISTS (SELECT 1 FROM tasks e WHERE e.state IN ('waiting', 'running') \
         AND e.lock_key = t.lock_key AND (e.created_at < t.created_at \
         OR (e.created_at = t.created_at AND e.id < t.id)))",
    )
}

async fn first(
    conn: &mut AnyConnection,
    filter: &Filter,
    order: &'static str,
) -> Result<Option<TaskId>> {
    let query = sqlx::query(AssertSqlSafe(first_sql(filter, order)));
    let query = filter.values().iter().cloned().fold(query, record::bind);
    let row = query
        .fetch_optional(conn)
        .await
        .map_err(failed("read the queue"))?;
    row.map(|row| record::column(&row, "id")).transpose()
}

fn first_sql(filter: &Filter, order: &str) -> String {
    format!(
        "SELECT t.id FROM tasks t WHERE {} ORDER BY {order} LIMIT 1",
        filter.sql()
    )
}

/// Number of open tasks by host and state.
pub async fn open_by_host(conn: &mut AnyConnection) -> Result<Vec<(String, String, u64)>> {
    let rows = sqlx::query(
        "SELECT host, state, COUNT(*) FROM tasks WHERE state IN ('waiting', 'running') \
         GROUP BY host, state",
    )
    .fetch_all(conn)
    .await
    .map_err(failed("read the queue"))?;
    let count = |row: &AnyRow| {
        let number: i64 = row.try_get(2).map_err(failed("read a count"))?;
        Ok((
            record::column(row, "host")?,
            record::column(row, "state")?,
            u64::try_from(number).unwrap_or(0),
        ))
    };
    rows.iter().map(count).collect()
}

/// Gives a task to a worker. None where it has ended meanwhile.
///
/// In the write transaction in which [`next`] named it: it keeps two workers from choosing the
/// same.
pub async fn take(
    conn: &mut AnyConnection,
    id: TaskId,
    worker: &str,
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<Option<Task>> {
    let rows = record::execute(
        conn,
        "UPDATE tasks SET state = 'running', lease_owner = $2, lease_until = $3, \
         attempt = attempt + 1, started_at = COALESCE(started_at, $4), updated_at = $4 \
         WHERE id = $1 AND state IN ('waiting', 'running')",
        values![id, worker.to_owned(), lease_until, now],
    )
    .await?;
    match rows {
        1 => get(conn, id).await,
        _ => Ok(None),
    }
}

/// Renews the lease and writes the counters. False where the task is not this worker's any more;
/// else the cancel flag comes with it.
pub async fn heartbeat(
    conn: &mut AnyConnection,
    id: TaskId,
    worker: &str,
    counters: Counters,
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<Option<bool>> {
    let rows = record::execute(
        conn,
        "UPDATE tasks SET lease_until = $3, updated_at = $4, progress = $5, total_bytes = $6, \
         done_bytes = $7, read_bytes = $8, new_bytes = $9, stored_bytes = $10 \
         WHERE id = $1 AND lease_owner = $2 AND state = 'running'",
        values![
            id,
            worker.to_owned(),
            lease_until,
            now,
            counters.percent,
            counters.total_bytes,
            counters.done_bytes,
            counters.read_bytes,
            counters.new_bytes,
            counters.stored_bytes,
        ],
    )
    .await?;
    if rows == 0 {
        return Ok(None);
    }
    Ok(get(conn, id).await?.map(|task| task.cancel))
}

/// Ends a task. False where it is not this worker's any more.
pub async fn finish(
    conn: &mut AnyConnection,
    id: TaskId,
    worker: &str,
    to: TaskState,
    error: Option<(&str, &str, &str)>,
    now: Timestamp,
) -> Result<bool> {
    assert!(
        TaskState::Running.can_become(to),
        "no edge running -> {to} for tasks"
    );
    let (code, message, hint) = error.unwrap_or_default();
    let rows = record::execute(
        conn,
        "UPDATE tasks SET state = $3, error_code = $4, error_message = $5, error_hint = $6, \
         lease_owner = '', ended_at = $7, updated_at = $7, \
         progress = CASE WHEN $3 = 'success' THEN 100 ELSE progress END \
         WHERE id = $1 AND lease_owner = $2 AND state = 'running'",
        values![
            id,
            worker.to_owned(),
            to,
            code.to_owned(),
            message.to_owned(),
            hint.to_owned(),
            now,
        ],
    )
    .await?;
    Ok(rows == 1)
}

/// Gives a running task back to the queue, to be begun again from `not_before` on. `refund`:
/// the attempt does not count (the worker stops, the work did not fail).
pub async fn give_back(
    conn: &mut AnyConnection,
    id: TaskId,
    worker: &str,
    refund: bool,
    error: Option<(&str, &str)>,
    not_before: Timestamp,
    now: Timestamp,
) -> Result<bool> {
    let (code, message) = error.unwrap_or_default();
    let rows = record::execute(
        conn,
        "UPDATE tasks SET lease_owner = '', lease_until = $3, updated_at = $4, \
         attempt = attempt - $5, error_code = $6, error_message = $7 \
         WHERE id = $1 AND lease_owner = $2 AND state = 'running'",
        values![
            id,
            worker.to_owned(),
            not_before,
            now,
            u64::from(refund),
            code.to_owned(),
            message.to_owned(),
        ],
    )
    .await?;
    Ok(rows == 1)
}

/// Frees the leases of workers that are gone: at the start of the one service of a catalog all
/// of them are.
pub async fn free_leases(conn: &mut AnyConnection, now: Timestamp) -> Result<u64> {
    record::execute(
        conn,
        "UPDATE tasks SET lease_owner = '', lease_until = $1 WHERE state = 'running'",
        values![now],
    )
    .await
}

/// Says of a running task what it waits for: code, message and hint, all empty for nothing.
pub async fn note(
    conn: &mut AnyConnection,
    id: TaskId,
    (code, message, hint): (&str, &str, &str),
    now: Timestamp,
) -> Result<()> {
    record::execute(
        conn,
        "UPDATE tasks SET error_code = $2, error_message = $3, error_hint = $4, updated_at = $5 \
         WHERE id = $1 AND state = 'running'",
        values![
            id,
            code.to_owned(),
            message.to_owned(),
            hint.to_owned(),
            now
        ],
    )
    .await?;
    Ok(())
}

/// Asks for the end of a task. False where it has ended.
pub async fn cancel(conn: &mut AnyConnection, id: TaskId, now: Timestamp) -> Result<bool> {
    let rows = record::execute(
        conn,
        "UPDATE tasks SET cancel = 1, updated_at = $2 \
         WHERE id = $1 AND state IN ('waiting', 'running')",
        values![id, now],
    )
    .await?;
    Ok(rows == 1)
}

/// Replaces what a task has to do by what is left of it.
pub async fn set_payload(
    conn: &mut AnyConnection,
    id: TaskId,
    payload: &serde_json::Value,
) -> Result<()> {
    record::execute(
        conn,
        "UPDATE tasks SET payload = $2 WHERE id = $1",
        values![id, Json(payload.clone())],
    )
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    /// With ten thousand tasks in the queue a plan that sorts them costs a tenth of a second for each
    /// claim, in the write transaction that all others wait for.
    #[tokio::test]
    async fn the_next_task_is_found_without_reading_the_queue() {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/catalog.db", directory.path().display());
        let catalog = Catalog::open(&url).await.unwrap();
        let held = vec![Held {
            host: "h".to_owned(),
            vault_id: VaultId(Uuid::nil()),
            lock_key: "server:1".to_owned(),
            filling: false,
        }];
        let full = Full {
            hosts: vec!["g".to_owned()],
            vaults: vec![VaultId(Uuid::nil())],
            ..Full::default()
        };
        let filter = may_begin(&held, &full, Timestamp::UNIX_EPOCH);
        let sql = format!("EXPLAIN QUERY PLAN {}", first_sql(&filter, NEXT_FIRST));
        let query = sqlx::query(AssertSqlSafe(sql));
        let query = filter.values().iter().cloned().fold(query, record::bind);
        let mut tx = catalog.snapshot().await.unwrap();
        let rows = query.fetch_all(tx.connection()).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|r| r.get("detail")).collect();
        assert_eq!(
            plan[0], "SCAN t USING COVERING INDEX tasks_open",
            "{plan:?}"
        );
        assert!(!plan.iter().any(|step| step.contains("TEMP")), "{plan:?}");
        drop(tx);
        catalog.close().await;
    }
}
