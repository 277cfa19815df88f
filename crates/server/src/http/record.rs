//! The audit event of a request: begun before the handler, completed before the answer goes out.

use std::net::IpAddr;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::MatchedPath;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::Response;

use super::error::ApiError;
use crate::api::access::{self, Access};
use crate::audit::{self, Ended, Journal};
use crate::catalog::audit as rows;
use crate::identity::Caller;
use crate::identity::signature::decode;
use crate::state::AppState;

/// Largest answer that is looked into for what was made, in bytes.
const ANSWER_BYTES: u64 = 64 * 1024;

/// Answers, and completes the audit event before the answer goes out.
pub(super) async fn recorded(
    state: AppState,
    journal: Option<Journal>,
    answer: impl Future<Output = Response>,
) -> Response {
    let Some(journal) = journal else {
        return answer.await;
    };
    let response = journal.during(answer).await;
    let (parts, body) = response.into_parts();
    let small = body
        .size_hint()
        .upper()
        .is_some_and(|most| most <= ANSWER_BYTES);
    let (body, answer) = match small && parts.status.is_success() {
        true => {
            let bytes = to_bytes(body, ANSWER_BYTES as usize)
                .await
                .unwrap_or_default();
            let answer = serde_json::from_slice(&bytes).ok();
            (Body::from(bytes), answer)
        }
        false => (body, None),
    };
    // What is no log-in at all (a body that does not fit) is none that failed.
    let malformed = parts.status.is_client_error()
        && !matches!(
            parts.status,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
        );
    if malformed && journal.is_log_in() {
        return Response::from_parts(parts, body);
    }
    let ended = Ended {
        status: parts.status.as_u16(),
        error: parts.extensions.get::<ApiError>(),
        answer: answer.as_ref(),
    };
    journal.end(&state.catalog, ended).await;
    Response::from_parts(parts, body)
}

/// What the audit trail keeps of a request.
pub(super) struct Asked<'a> {
    /// The request's id.
    pub id: &'a str,
    /// Where it came from.
    pub address: IpAddr,
    /// How the caller showed who it is, and which key or session of its own.
    pub proof: (&'static str, String),
    /// The body.
    pub body: &'a [u8],
}

/// The journal of a request that may change something, or logs in; none for others, and for
/// strangers.
pub(super) async fn journal(
    state: &AppState,
    parts: &Parts,
    caller: Option<&Caller>,
    asked: Asked<'_>,
) -> Result<Option<Journal>, ApiError> {
    let Some(path) = parts.extensions.get::<MatchedPath>() else {
        return Ok(None);
    };
    let Some(route) = access::of(&parts.method, path.as_str()) else {
        return Ok(None);
    };
    let Some(action) = route.action else {
        return Ok(None);
    };
    let open = route.access == Access::Open;
    if !audit::is_change(&parts.method, action) || (caller.is_none() && !open) {
        return Ok(None);
    }
    let agent = parts.headers.get(header::USER_AGENT);
    let journal = Journal::begin(audit::Beginning {
        at: state.clock.now(),
        kind: if open { "login" } else { "operation" },
        action,
        credential: asked.proof,
        address: asked.address.to_string(),
        agent: agent
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
            .to_owned(),
        request_id: asked.id.to_owned(),
    });
    if open {
        return Ok(Some(journal));
    }
    let ids = path_ids(path.as_str(), parts.uri.path());
    if let Some(caller) = caller {
        journal.caller(caller);
        if let Some((kind, id)) = subject(path.as_str(), &ids) {
            let mut db = state.catalog.reader().await?;
            let (project, domain) = (caller.project_id(), caller.user_domain_id);
            let name = rows::name_of(&mut db, kind, id, project, domain).await?;
            journal.resource(kind, id, name);
        }
    }
    let told = ids.into_iter().map(|(key, id)| (key, id.into())).collect();
    journal.asked(told, asked.body);
    Ok(Some(journal))
}

/// The parameters of a path, by the names of its template.
fn path_ids(template: &str, path: &str) -> Vec<(String, String)> {
    let name = |segment: &str| Some(segment.strip_prefix('{')?.strip_suffix('}')?.to_owned());
    let decoded = |text: &str| String::from_utf8_lossy(&decode(text, false)).into_owned();
    let both = template.split('/').zip(path.split('/'));
    both.filter_map(|(template, value)| Some((name(template)?, decoded(value))))
        .collect()
}

/// Type and id of what a path is about: the first of its objects that is no project. A project in
/// front of a collection is where something is done, not what it is done to.
fn subject<'a>(template: &str, ids: &'a [(String, String)]) -> Option<(&'a str, &'a str)> {
    let is_project = |name: &str| name == "project_id";
    let found = ids.iter().find(|(name, _)| !is_project(name));
    let itself = || ids.first().filter(|_| template.ends_with("/{project_id}"));
    let (name, id) = found.or_else(itself)?;
    let kind = match name.strip_suffix("_id").unwrap_or(name) {
        "volume" => "disk",
        "operation_log" => "task",
        "access" => "access_key",
        kind => kind,
    };
    Some((kind, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_say_what_they_are_about() {
        let check = |template: &str, path: &str, expected: Option<(&str, &str)>| {
            let ids = path_ids(template, path);
            assert_eq!(subject(template, &ids), expected, "{template}");
        };
        check("/v3/{project_id}/vaults", "/v3/p/vaults", None);
        check(
            "/v3/{project_id}/vaults/{vault_id}",
            "/v3/p/vaults/v",
            Some(("vault", "v")),
        );
        check(
            "/v3/{project_id}/vault/{vault_id}/tags/{key}",
            "/v3/p/vault/v/tags/a%20b",
            Some(("vault", "v")),
        );
        check(
            "/coffer/v1/projects/{project_id}",
            "/coffer/v1/projects/p",
            Some(("project", "p")),
        );
        check(
            "/coffer/v1/projects/{project_id}/users/{user_id}/roles/{role}",
            "/coffer/v1/projects/p/users/u/roles/CBR%20FullAccess",
            Some(("user", "u")),
        );
        let ids = path_ids("/roles/{role}", "/roles/CBR%20FullAccess");
        assert_eq!(ids, [("role".to_owned(), "CBR FullAccess".to_owned())]);
    }
}
