//! Jobs of the compute and volume APIs.

use coffer_core::Result;
use coffer_core::ids::{DiskId, ProjectId, ServerId};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sqlx::AnyConnection;
use uuid::Uuid;

use super::record::{self, Filter, Json, record, values};

/// How long a job that has ended can be asked for.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

record! {
    /// A job.
    Job in "jobs" {
        /// Its id.
        id: Uuid,
        /// Who asked for it.
        project_id: ProjectId,
        /// `running`, `success` or `fail`.
        state: String,
        /// The driver that does it; empty where there are several.
        host: String,
        /// The disk it changes or makes.
        disk_id: Option<DiskId>,
        /// The server that the disk comes to or goes from.
        server_id: Option<ServerId>,
        /// The disk's name.
        name: String,
        /// What is to be done, and what became of its parts.
        work: Json<Value>,
        /// The request that began it.
        request_id: String,
        /// What went wrong.
        error_message: String,
        /// When it began.
        begun_at: Timestamp,
        /// When it ended.
        ended_at: Option<Timestamp>,
    }
}

/// A job of a project.
pub async fn find(conn: &mut AnyConnection, project: ProjectId, id: Uuid) -> Result<Option<Job>> {
    let filter = Filter::new().eq("project_id", project).eq("id", id);
    record::one(conn, &filter).await
}

/// A job.
pub async fn get(conn: &mut AnyConnection, id: Uuid) -> Result<Option<Job>> {
    record::one(conn, &Filter::new().eq("id", id)).await
}

/// Jobs of a project that have not ended, the oldest first; of one disk where that is given.
pub async fn running(
    conn: &mut AnyConnection,
    project: ProjectId,
    disk: Option<DiskId>,
) -> Result<Vec<Job>> {
    let filter = Filter::new()
        .eq("project_id", project)
        .maybe("disk_id", disk)
        .and("state = 'running'");
    record::list(conn, &filter, &[("begun_at", false)]).await
}

/// All jobs that have not ended, the oldest first.
pub async fn all_running(conn: &mut AnyConnection) -> Result<Vec<Job>> {
    let filter = Filter::new().and("state = 'running'");
    record::list(conn, &filter, &[("begun_at", false)]).await
}

/// Begins a job, and forgets those that ended long ago.
pub async fn insert(conn: &mut AnyConnection, job: &Job) -> Result<()> {
    let oldest = job.begun_at.checked_sub(KEPT).unwrap_or(Timestamp::MIN);
    record::execute(
        conn,
        "DELETE FROM jobs WHERE ended_at < $1",
        values![oldest],
    )
    .await?;
    record::insert(conn, job).await
}

/// Notes how far a job has come.
pub async fn set_work(conn: &mut AnyConnection, id: Uuid, work: &Value) -> Result<()> {
    record::execute(
        conn,
        "UPDATE jobs SET work = $2 WHERE id = $1 AND state = 'running'",
        values![id, Json(work.clone())],
    )
    .await?;
    Ok(())
}

/// Ends a job, with an error's text where it failed. False where it has ended already.
pub async fn finish(
    conn: &mut AnyConnection,
    id: Uuid,
    error: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    let state = if error.is_some() { "fail" } else { "success" };
    let rows = record::execute(
        conn,
        "UPDATE jobs SET state = $2, error_message = $3, ended_at = $4 \
         WHERE id = $1 AND state = 'running'",
        values![
            id,
            state.to_owned(),
            error.unwrap_or_default().to_owned(),
            now
        ],
    )
    .await?;
    Ok(rows == 1)
}
