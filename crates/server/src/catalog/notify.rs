//! Subscriptions, what has to be told to them, and what is wrong at the moment.

use coffer_core::Result;
use coffer_core::ids::ProjectId;
use jiff::Timestamp;
use sqlx::AnyConnection;
use uuid::Uuid;

use super::record::{self, Filter, Json, Page, record, values};

record! {
    /// Who is told about which events of a project.
    Subscription in "subscriptions" {
        /// Its id.
        id: Uuid,
        /// Who owns it.
        project_id: ProjectId,
        /// 1 to 64 characters, unique in the project.
        name: String,
        /// `webhook` or `email`.
        kind: String,
        /// A URL, or a JSON list of addresses.
        target: String,
        /// Signs webhooks; sealed.
        sealed_secret: String,
        /// Names of events.
        events: Json<Vec<String>>,
        /// It is told.
        enabled: bool,
        /// When it was made.
        created_at: Timestamp,
        /// Last change.
        updated_at: Timestamp,
    }
}

record! {
    /// An event for a subscription.
    Delivery in "deliveries" {
        /// Its id.
        id: Uuid,
        /// The project.
        project_id: ProjectId,
        /// Who is told.
        subscription_id: Uuid,
        /// Name of the event.
        event: String,
        /// What is sent.
        payload: Json<serde_json::Value>,
        /// `waiting`, `delivered` or `failed`.
        state: String,
        /// How often it was tried.
        attempt: u64,
        /// When it is tried next.
        due_at: Timestamp,
        /// Why the last try failed.
        error: String,
        /// When the event came up.
        created_at: Timestamp,
        /// When it was delivered or given up.
        ended_at: Option<Timestamp>,
    }
}

/// The subscriptions of a project, by name.
pub async fn of_project(conn: &mut AnyConnection, project: ProjectId) -> Result<Vec<Subscription>> {
    let filter = Filter::new().eq("project_id", project);
    record::list(conn, &filter, &[("name", false)]).await
}

/// A subscription of a project.
pub async fn find(
    conn: &mut AnyConnection,
    project: ProjectId,
    id: Uuid,
) -> Result<Option<Subscription>> {
    let filter = Filter::new().eq("project_id", project).eq("id", id);
    record::one(conn, &filter).await
}

/// A subscription of any project.
pub async fn get(conn: &mut AnyConnection, id: Uuid) -> Result<Option<Subscription>> {
    record::one(conn, &Filter::new().eq("id", id)).await
}

/// Adds a subscription. `Conflict` where the project has one of that name.
pub async fn insert(conn: &mut AnyConnection, s: &Subscription) -> Result<()> {
    record::insert(conn, s).await
}

/// Writes what a user may change of a subscription. `Conflict` where its new name is taken.
pub async fn update(conn: &mut AnyConnection, s: &Subscription) -> Result<()> {
    record::execute(
        conn,
        "UPDATE subscriptions SET name = $2, target = $3, sealed_secret = $4, events = $5, \
         enabled = $6, updated_at = $7 WHERE id = $1",
        values![
            s.id,
            s.name,
            s.target,
            s.sealed_secret,
            s.events,
            s.enabled,
            s.updated_at
        ],
    )
    .await?;
    Ok(())
}

/// Removes a subscription with what was to be told to it.
pub async fn delete(conn: &mut AnyConnection, id: Uuid) -> Result<()> {
    for sql in [
        "DELETE FROM deliveries WHERE subscription_id = $1",
        "DELETE FROM subscriptions WHERE id = $1",
    ] {
        record::execute(conn, sql, values![id]).await?;
    }
    Ok(())
}

/// Adds what has to be told.
pub async fn add(conn: &mut AnyConnection, delivery: &Delivery) -> Result<()> {
    record::insert(conn, delivery).await
}

/// What is due, the most urgent first; at most `most`.
pub async fn due(conn: &mut AnyConnection, now: Timestamp, most: u64) -> Result<Vec<Delivery>> {
    let filter = Filter::new()
        .and("state = 'waiting'")
        .when("due_at", " <= ", now);
    let page = Page {
        limit: Some(most),
        ..Page::default()
    };
    record::page(conn, &filter, &[("due_at", false)], &page).await
}

/// The newest deliveries of a subscription.
pub async fn newest(conn: &mut AnyConnection, id: Uuid, most: u64) -> Result<Vec<Delivery>> {
    let filter = Filter::new().eq("subscription_id", id);
    let page = Page {
        limit: Some(most),
        ..Page::default()
    };
    record::page(conn, &filter, &[("created_at", true)], &page).await
}

/// Writes how a try ended: delivered, given up, or to be tried again at `due_at`.
pub async fn tried(conn: &mut AnyConnection, d: &Delivery) -> Result<()> {
    record::execute(
        conn,
        "UPDATE deliveries SET state = $2, attempt = $3, due_at = $4, error = $5, ended_at = $6 \
         WHERE id = $1 AND state = 'waiting'",
        values![d.id, d.state, d.attempt, d.due_at, d.error, d.ended_at],
    )
    .await?;
    Ok(())
}

/// Forgets what was told, or given up, before `before`.
pub async fn forget(conn: &mut AnyConnection, before: Timestamp) -> Result<u64> {
    record::execute(
        conn,
        "DELETE FROM deliveries WHERE created_at < $1 AND state <> 'waiting'",
        values![before],
    )
    .await
}

/// Notes that something is wrong. False where that was known already.
pub async fn raise_alert(
    conn: &mut AnyConnection,
    kind: &str,
    subject: &str,
    now: Timestamp,
) -> Result<bool> {
    let rows = record::execute(
        conn,
        "INSERT INTO alerts (kind, subject, since) VALUES ($1, $2, $3) \
         ON CONFLICT (kind, subject) DO NOTHING",
        values![kind.to_owned(), subject.to_owned(), now],
    )
    .await?;
    Ok(rows == 1)
}

/// Notes that something is right again. False where it was.
pub async fn clear_alert(conn: &mut AnyConnection, kind: &str, subject: &str) -> Result<bool> {
    let rows = record::execute(
        conn,
        "DELETE FROM alerts WHERE kind = $1 AND subject = $2",
        values![kind.to_owned(), subject.to_owned()],
    )
    .await?;
    Ok(rows == 1)
}

record! {
    /// Something that is wrong at the moment.
    Alert in "alerts" {
        /// The vault, server or disk.
        subject: String,
        /// `threshold` or `objective`.
        kind: String,
        /// Since when.
        since: Timestamp,
    }
}

/// What is wrong, of a kind.
pub async fn alerts(conn: &mut AnyConnection, kind: &str) -> Result<Vec<Alert>> {
    let filter = Filter::new().eq("kind", kind.to_owned());
    record::list(conn, &filter, &[]).await
}

record! {
    /// The longest time without a good backup.
    Objective in "objectives" {
        /// The project or vault.
        id: String,
        /// `project` or `vault`.
        scope: String,
        /// In hours.
        hours: u64,
    }
}

/// All objectives.
pub async fn objectives(conn: &mut AnyConnection) -> Result<Vec<Objective>> {
    record::list(conn, &Filter::new(), &[]).await
}

/// Sets an objective, or (none) removes it.
pub async fn set_objective(
    conn: &mut AnyConnection,
    scope: &str,
    id: &str,
    hours: Option<u64>,
) -> Result<()> {
    record::execute(
        conn,
        "DELETE FROM objectives WHERE scope = $1 AND id = $2",
        values![scope.to_owned(), id.to_owned()],
    )
    .await?;
    if let Some(hours) = hours {
        let row = Objective {
            id: id.to_owned(),
            scope: scope.to_owned(),
            hours,
        };
        record::insert(conn, &row).await?;
    }
    Ok(())
}
