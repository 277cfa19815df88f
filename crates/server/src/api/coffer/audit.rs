//! The audit trail.

use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::objects::{time, words};
use crate::catalog::audit::{self as rows, Event, Query};
use crate::http::{ApiError, Json, Params};
use crate::identity::Caller;
use crate::state::AppState;

words! {
    /// Whose doing an event was.
    AuditKind { Operation = "operation", Login = "login", System = "system", }
    /// How it ended; `unfinished` where the service ended in between.
    AuditResult { Success = "success", Refused = "refused", Failed = "failed",
        Unfinished = "unfinished", }
    /// How somebody showed who it is.
    AuditCredential { Password = "password", Token = "token", Session = "session",
        AccessKey = "access_key", Command = "command", Service = "service", }
}

/// A page of the audit trail, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditAnswer {
    events: Vec<AuditEvent>,
    /// `marker` of the next page; none on the last one.
    next_marker: Option<String>,
}

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEvent {
    id: String,
    /// When it began.
    at: String,
    #[schema(value_type = AuditKind)]
    kind: String,
    /// None where the user is unknown.
    domain_id: Option<String>,
    project_id: Option<String>,
    /// None for what the service did by itself, and for log-ins of nobody.
    user_id: Option<String>,
    user_name: String,
    #[schema(value_type = AuditCredential)]
    credential: String,
    /// Public part of the access key, id of the session, or audit id of the token.
    credential_id: String,
    /// As the policies name it, such as `cbr:vaults:create`.
    action: String,
    /// As CBR's audit trail names it, such as `createVault`.
    trace_name: String,
    /// `vault`, `backup`, `policy`, `server`, `disk`, `task`, `user`, `group`, `role`, ...
    resource_type: String,
    resource_id: String,
    resource_name: String,
    /// Where the request came from.
    address: String,
    /// What the client says it is.
    user_agent: String,
    /// Names the request in answers, logs and tasks.
    request_id: String,
    #[schema(value_type = AuditResult)]
    result: String,
    /// Status of the answer; 0 where there was none.
    status: i64,
    error_code: String,
    error_message: String,
    /// What was asked for, without secrets.
    #[schema(value_type = Object)]
    detail: Value,
}

impl From<Event> for AuditEvent {
    fn from(event: Event) -> AuditEvent {
        AuditEvent {
            id: event.id,
            at: time(event.at),
            kind: event.kind,
            domain_id: event.domain_id.map(|id| id.to_string()),
            project_id: event.project_id.map(|id| id.to_string()),
            user_id: event.user_id.map(|id| id.to_string()),
            user_name: event.user_name,
            credential: event.credential,
            credential_id: event.credential_id,
            action: event.action,
            trace_name: event.trace,
            resource_type: event.resource_type,
            resource_id: event.resource_id,
            resource_name: event.resource_name,
            address: event.address,
            user_agent: event.agent,
            request_id: event.request_id,
            result: event.result,
            status: event.status,
            error_code: event.error_code,
            error_message: event.error_message,
            detail: match event.detail.0 {
                Value::Null => Value::Object(serde_json::Map::new()),
                detail => detail,
            },
        }
    }
}

/// What was done, newest first: in the caller's domain for those who have the action there, else
/// in the project that the request is for.
#[utoipa::path(get, path = "/coffer/v1/audit", tag = "administration", operation_id = "list_audit",
    security(("token" = []), ("session" = [])),
    params(
        ("from" = Option<String>, Query, description = "At this time or later: RFC 3339."),
        ("to" = Option<String>, Query, description = "Before this time."),
        ("user" = Option<String>, Query, description = "Id or name of who did it."),
        ("action" = Option<String>, Query,
            description = "An action, or the beginning of one with `*` at the end."),
        ("trace_name" = Option<String>, Query, description = "CBR's name of the action."),
        ("resource_type" = Option<String>, Query),
        ("resource" = Option<String>, Query, description = "Id or name of what it was done to."),
        ("kind" = Option<AuditKind>, Query),
        ("result" = Option<AuditResult>, Query),
        ("project_id" = Option<String>, Query),
        ("request_id" = Option<String>, Query),
        ("limit" = Option<u32>, Query, description = "1 to 1000; 100 if absent."),
        ("marker" = Option<String>, Query, description = "`next_marker` of the page before.")),
    extensions(("x-action" = json!("coffer:audit:list"))),
    responses((status = 200, body = AuditAnswer), (status = 400), (status = 401), (status = 403)))]
pub(super) async fn list(
    State(state): State<AppState>,
    params: Params,
    caller: Caller,
) -> Result<Json<AuditAnswer>, ApiError> {
    let limit = params.number("limit", 1..=1000)?.unwrap_or(100);
    let own = |key: &str| params.get(key).map(str::to_owned);
    let of_domain = caller.domain_power.allows("coffer:audit:list");
    let project = params
        .get("project_id")
        .map(super::project_id)
        .transpose()?;
    if !of_domain && project.is_some_and(|id| Some(id) != caller.project_id()) {
        return Err(ApiError::forbidden());
    }
    let query = Query {
        domain: of_domain.then_some(caller.user_domain_id),
        homeless: caller.of_service,
        project: project.or_else(|| caller.project_id().filter(|_| !of_domain)),
        from: moment(&params, "from")?,
        to: moment(&params, "to")?,
        user: own("user"),
        action: own("action"),
        trace: own("trace_name"),
        resource_type: own("resource_type"),
        resource: own("resource"),
        kind: word(&params, "kind", &["operation", "login", "system"])?,
        result: word(
            &params,
            "result",
            &["success", "refused", "failed", "unfinished"],
        )?,
        request_id: own("request_id"),
        marker: own("marker"),
        // One more tells whether there is another page.
        limit: limit + 1,
    };
    if query.domain.is_none() && query.project.is_none() {
        return Err(ApiError::forbidden());
    }
    let mut events = rows::list(&mut *state.catalog.reader().await?, &query).await?;
    let more = events.len() as u64 > limit;
    events.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(Json(AuditAnswer {
        next_marker: events.last().filter(|_| more).map(|event| event.id.clone()),
        events: events.into_iter().map(AuditEvent::from).collect(),
    }))
}

fn moment(params: &Params, key: &str) -> Result<Option<Timestamp>, ApiError> {
    let parsed = params.get(key).map(str::parse::<Timestamp>).transpose();
    parsed.map_err(|_| {
        ApiError::bad_request(format!(
            "Parameter `{key}` must be a time such as 2026-11-28T10:00:00Z."
        ))
    })
}

fn word(params: &Params, key: &str, known: &[&str]) -> Result<Option<String>, ApiError> {
    match params.get(key) {
        Some(word) if known.contains(&word) => Ok(Some(word.to_owned())),
        None => Ok(None),
        Some(_) => Err(ApiError::bad_request(format!(
            "Parameter `{key}` must be one of {}.",
            known.join(", ")
        ))),
    }
}
