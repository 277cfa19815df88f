//! The audit trail in the catalog: rows are added, completed once, and deleted by age alone.

use coffer_core::Result;
use coffer_core::ids::{DomainId, ProjectId, UserId};
use jiff::Timestamp;
use serde_json::Value;
use sqlx::{AnyConnection, Row};

use super::failed;
use super::record::{self, Filter, Json, record, values};
use crate::door;

record! {
    /// Something that was done.
    Event in "audit_events" {
        /// Ascends with the time: see [`new_id`].
        id: String,
        /// When it began.
        at: Timestamp,
        /// `operation`, `login`, or `system` for what the service did by itself.
        kind: String,
        /// The domain it belongs to.
        domain_id: Option<DomainId>,
        /// The project it was about.
        project_id: Option<ProjectId>,
        /// Who did it; none for the service, and for users that are unknown.
        user_id: Option<UserId>,
        /// Its name.
        user_name: String,
        /// How it showed who it is: `password`, `token`, `session`, `access_key`, `command`,
        /// `service`.
        credential: String,
        /// The public part of the access key, the id of the session, or the token's audit id.
        credential_id: String,
        /// The action of the policies.
        action: String,
        /// The name of CBR's audit trail, such as `createVault`; else the action's.
        trace: String,
        /// What it was done to: `vault`, `backup`, `user`, ...
        resource_type: String,
        /// Its id.
        resource_id: String,
        /// Its name.
        resource_name: String,
        /// Where the request came from.
        address: String,
        /// What the client says it is, at most 200 characters.
        agent: String,
        /// Names the request in logs and tasks.
        request_id: String,
        /// `success`, `refused`, `failed`; `unfinished` where the service ended in between.
        result: String,
        /// Status of the answer; 0 where there was none.
        status: i64,
        /// Code of the error.
        error_code: String,
        /// Text of the error.
        error_message: String,
        /// What was asked for, without secrets.
        detail: Json<Value>,
    }
}

/// A new id for a time: ids ascend with it, so that a list is in order by them alone.
pub fn new_id(at: Timestamp) -> String {
    let ms = u64::try_from(at.as_millisecond()).unwrap_or(0);
    format!("{ms:012x}{}", hex::encode(door::random_bytes::<8>()))
}

/// The least id of a time.
fn first_id(at: Timestamp) -> String {
    let ms = u64::try_from(at.as_millisecond()).unwrap_or(0);
    format!("{ms:012x}")
}

/// Adds an event.
pub async fn insert(db: &mut AnyConnection, event: &Event) -> Result<()> {
    record::insert(db, event).await
}

/// As [`insert`], for several at once.
pub async fn insert_all(db: &mut AnyConnection, events: &[Event]) -> Result<()> {
    record::insert_all(db, events).await
}

/// Adds an unfinished event, where it is not there already.
pub async fn begin(db: &mut AnyConnection, event: &Event) -> Result<()> {
    let there = record::number(
        db,
        "SELECT COUNT(*) FROM audit_events WHERE id = $1",
        values![event.id.clone()],
    );
    match there.await? {
        0 => insert(db, event).await,
        _ => Ok(()),
    }
}

/// Completes an event that was added unfinished; false where there is none.
pub async fn complete(db: &mut AnyConnection, event: &Event) -> Result<bool> {
    let rows = record::execute(
        db,
        "UPDATE audit_events SET result = $2, status = $3, error_code = $4, error_message = $5, \
         domain_id = $6, project_id = $7, user_id = $8, user_name = $9, resource_id = $10, \
         resource_name = $11 WHERE id = $1 AND result = 'unfinished'",
        values![
            event.id.clone(),
            event.result.clone(),
            event.status,
            event.error_code.clone(),
            event.error_message.clone(),
            event.domain_id,
            event.project_id,
            event.user_id,
            event.user_name.clone(),
            event.resource_id.clone(),
            event.resource_name.clone(),
        ],
    )
    .await?;
    Ok(rows > 0)
}

/// Which events are looked for; all of it must fit.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// In this domain; none for all domains.
    pub domain: Option<DomainId>,
    /// And those of no domain: log-ins of users that are unknown.
    pub homeless: bool,
    /// About this project.
    pub project: Option<ProjectId>,
    /// At this time or later.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub to: Option<Timestamp>,
    /// By the user of this id or name.
    pub user: Option<String>,
    /// This action, or, with `*` at the end, all that begin so.
    pub action: Option<String>,
    /// CBR's name of the action.
    pub trace: Option<String>,
    /// To a resource of this type.
    pub resource_type: Option<String>,
    /// To the resource of this id or name.
    pub resource: Option<String>,
    /// `operation`, `login`, `system`.
    pub kind: Option<String>,
    /// `success`, `refused`, `failed`, `unfinished`.
    pub result: Option<String>,
    /// Of this request.
    pub request_id: Option<String>,
    /// The event after which to go on, towards the past.
    pub marker: Option<String>,
    /// Most events.
    pub limit: u64,
}

/// The events looked for, newest first.
pub async fn list(db: &mut AnyConnection, query: &Query) -> Result<Vec<Event>> {
    let mut filter = Filter::new();
    if let Some(domain) = query.domain {
        filter = match query.homeless {
            true => filter.with("(domain_id = ? OR domain_id IS NULL)", domain),
            false => filter.eq("domain_id", domain),
        };
    }
    filter = filter.maybe("project_id", query.project);
    // Ids ascend with the time: one key for range, order and marker.
    if let Some(from) = query.from {
        filter = filter.when("id", " >= ", first_id(from));
    }
    if let Some(to) = query.to {
        filter = filter.when("id", " < ", first_id(to));
    }
    if let Some(marker) = &query.marker {
        filter = filter.when("id", " < ", marker.clone());
    }
    if let Some(user) = &query.user {
        let values = values![user.clone(), user.clone()];
        filter = filter.with_all("(user_id = ? OR user_name = ?)", values);
    }
    if let Some(action) = &query.action {
        filter = match action.strip_suffix('*') {
            Some(prefix) => {
                let end = format!("{prefix}\u{10ffff}");
                filter
                    .when("action", " >= ", prefix.to_owned())
                    .when("action", " < ", end)
            }
            None => filter.eq("action", action.clone()),
        };
    }
    if let Some(resource) = &query.resource {
        let values = values![resource.clone(), resource.clone()];
        filter = filter.with_all("(resource_id = ? OR resource_name = ?)", values);
    }
    filter = filter
        .maybe("trace", query.trace.clone())
        .maybe("resource_type", query.resource_type.clone())
        .maybe("kind", query.kind.clone())
        .maybe("result", query.result.clone())
        .maybe("request_id", query.request_id.clone());
    let page = record::Page {
        limit: Some(query.limit),
        offset: 0,
        marker: None,
    };
    record::page(db, &filter, &[("id", true)], &page).await
}

/// Deletes events of before a time, `most` at once; returns how many.
pub async fn purge(db: &mut AnyConnection, before: Timestamp, most: i64) -> Result<u64> {
    record::execute(
        db,
        "DELETE FROM audit_events WHERE id IN (SELECT a.id FROM audit_events a WHERE a.at < $1 \
         ORDER BY a.at LIMIT $2)",
        values![before, most],
    )
    .await
}

/// Queries for names: the type, and what to ask with the id, the project and the domain. What is
/// not the caller's has no name for it.
const NAMES: &[(&str, &str)] = &[
    (
        "vault",
        "SELECT name FROM vaults WHERE id = $1 AND project_id = $2 AND $3 <> ''",
    ),
    (
        "backup",
        "SELECT name FROM backups WHERE id = $1 AND project_id = $2 AND $3 <> ''",
    ),
    (
        "policy",
        "SELECT name FROM policies WHERE id = $1 AND project_id = $2 AND $3 <> ''",
    ),
    (
        "server",
        "SELECT name FROM servers WHERE id = $1 AND project_id = $2 AND $3 <> ''",
    ),
    (
        "disk",
        "SELECT name FROM disks WHERE id = $1 AND project_id = $2 AND $3 <> ''",
    ),
    (
        "task",
        "SELECT kind FROM tasks WHERE id = $1 AND project_id = $2 AND $3 <> ''",
    ),
    (
        "user",
        "SELECT name FROM users WHERE id = $1 AND $2 <> '-' AND domain_id = $3",
    ),
    (
        "project",
        "SELECT name FROM projects WHERE id = $1 AND $2 <> '-' AND domain_id = $3",
    ),
    (
        "group",
        "SELECT name FROM user_groups WHERE (id = $1 OR name = $1) AND $2 <> '-' AND domain_id = $3",
    ),
    (
        "role",
        "SELECT name FROM access_roles WHERE (id = $1 OR name = $1) AND $2 <> '-' \
         AND domain_id = $3",
    ),
    (
        "domain",
        "SELECT name FROM domains WHERE (id = $1 OR name = $1) AND $2 <> '-' AND $3 <> ''",
    ),
];

/// The name of what an id means to a caller; none where it means nothing.
pub async fn name_of(
    db: &mut AnyConnection,
    kind: &str,
    id: &str,
    project: Option<ProjectId>,
    domain: DomainId,
) -> Result<Option<String>> {
    let Some((_, sql)) = NAMES.iter().find(|(name, _)| *name == kind) else {
        return Ok(None);
    };
    let row = sqlx::query(*sql)
        .bind(id.to_owned())
        .bind(project.map(|id| id.to_string()).unwrap_or_default())
        .bind(domain.to_string())
        .fetch_optional(db)
        .await
        .map_err(failed("read a name"))?;
    Ok(row.map(|row| row.get(0)))
}

/// The domain of a project.
pub async fn domain_of(db: &mut AnyConnection, project: ProjectId) -> Result<Option<DomainId>> {
    let row = sqlx::query("SELECT domain_id FROM projects WHERE id = $1")
        .bind(project.to_string())
        .fetch_optional(db)
        .await
        .map_err(failed("read a domain"))?;
    Ok(row.and_then(|row| row.get::<String, _>(0).parse().ok()))
}
