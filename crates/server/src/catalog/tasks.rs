//! The durable queue; what the API shows as operation logs.
//!
//! A worker owns a task as long as its lease holds and its name stands in `lease_owner`; every
//! write of a worker is `WHERE lease_owner = <me>`, so one whose lease was taken over changes
//! nothing any more.

use coffer_core::Result;
use coffer_core::ids::{BackupId, CheckpointId, PolicyId, ProjectId, TaskId, VaultId};
use coffer_core::state::TaskState;
use jiff::Timestamp;
use sqlx::AnyConnection;
use uuid::Uuid;

use super::record::{self, Filter, Json, Order, Page, record, values};

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

/// How many tasks may run at once.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// On one hypervisor.
    pub per_host: u64,
    /// In one vault.
    pub per_vault: u64,
}

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

/// Tasks of a vault that are not done.
pub async fn open_of_vault(conn: &mut AnyConnection, vault: VaultId) -> Result<Vec<Task>> {
    let filter = Filter::new()
        .eq("vault_id", vault)
        .and("state IN ('waiting', 'running')");
    record::list(conn, &filter, &[("created_at", false)]).await
}

/// Tasks with the same lock key that are not done.
pub async fn open_of_lock(conn: &mut AnyConnection, lock_key: &str) -> Result<Vec<Task>> {
    let filter = Filter::new()
        .eq("lock_key", lock_key.to_owned())
        .and("state IN ('waiting', 'running')");
    record::list(conn, &filter, &[("created_at", false)]).await
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

/// Takes the oldest task that may begin now: one that waits, or one whose lease ran out.
///
/// The write transaction must be open: it keeps two workers from choosing the same.
pub async fn claim(
    conn: &mut AnyConnection,
    worker: &str,
    limits: Limits,
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<Option<Task>> {
    let open = open(conn).await?;
    let held = |t: &Task| {
        t.state == TaskState::Running && t.lease_until > now && !t.lease_owner.is_empty()
    };
    for task in &open {
        let due = match task.state {
            TaskState::Waiting => true,
            _ => task.lease_until <= now,
        };
        let others = |f: &dyn Fn(&Task) -> bool| {
            open.iter()
                .filter(|t| t.id != task.id && held(t) && f(t))
                .count() as u64
        };
        // A task of the same key that came first goes first, also while it waits for its next try.
        let behind = open
            .iter()
            .take_while(|t| t.id != task.id)
            .any(|t| t.lock_key == task.lock_key);
        // What is to end before it began needs no place.
        let ends = task.cancel && task.state == TaskState::Waiting;
        let free = ends
            || !behind
                && others(&|t| t.lock_key == task.lock_key) == 0
                && (task.host.is_empty() || others(&|t| t.host == task.host) < limits.per_host)
                && others(&|t| t.vault_id == task.vault_id) < limits.per_vault;
        if !(due && free) {
            continue;
        }
        let rows = record::execute(
            conn,
            "UPDATE tasks SET state = 'running', lease_owner = $2, lease_until = $3, \
             attempt = attempt + 1, started_at = COALESCE(started_at, $4), updated_at = $4 \
             WHERE id = $1 AND state IN ('waiting', 'running')",
            values![task.id, worker.to_owned(), lease_until, now],
        )
        .await?;
        if rows == 1 {
            return get(conn, task.id).await;
        }
    }
    Ok(None)
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
