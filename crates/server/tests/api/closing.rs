//! Lists that close: every route of the document asks who is there, and the document is the one
//! that was reviewed.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::support::world;

/// Routes that answer everybody. Each has its reason.
const OPEN: &[&str] = &[
    "GET /", // version documents are asked for before a log-in
    "GET /v3",
    "GET /v3/",
    "GET /cbr",
    "GET /v2.1",
    "GET /v2.1/",
    "GET /image",
    "GET /image/",
    "POST /v3/auth/tokens", // the log-in itself
    "GET /health",          // probes
    "GET /ready",
    "GET /openapi.json",
    "GET /coffer/v1/info",     // what the log-in page shows
    "POST /coffer/v1/session", // the log-in itself
];

/// Every route: method, path, and whether the document says it needs no token.
pub fn routes() -> Vec<(Method, String, bool)> {
    let document: Value =
        serde_json::from_str(coffer_server::api::openapi::document()).expect("it is JSON");
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            if let Ok(method) = method.to_uppercase().parse::<Method>() {
                let security = operation["security"].as_array();
                let open = security.is_some_and(|list| {
                    list.iter()
                        .any(|way| way.as_object().is_some_and(|way| way.is_empty()))
                });
                assert!(
                    security.is_some(),
                    "{method} {path} does not say who may use it"
                );
                routes.push((method, path.clone(), open));
            }
        }
    }
    routes
}

pub fn with_ids(path: &str, project: &str) -> String {
    let path = path.replace("{project_id}", project);
    let mut text = String::new();
    for segment in path.split('/').skip(1) {
        text.push('/');
        match segment.starts_with('{') {
            true => text.push_str("2b076f26-391f-40fa-bf71-a798940faccf"),
            false => text.push_str(segment),
        }
    }
    text
}

#[test]
fn the_open_routes_are_the_ones_reviewed() {
    let mut open: Vec<String> = routes()
        .into_iter()
        .filter(|(.., open)| *open)
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    open.sort();
    let mut expected = OPEN.to_vec();
    expected.sort_unstable();
    assert_eq!(open, expected);
}

#[tokio::test]
async fn every_other_route_answers_401_without_a_token_and_with_a_wrong_one() {
    let world = world().await;
    let project = "4229d7a45436489f8c3dc2b1d35d4987";
    let mut tried = 0;
    for (method, path, open) in routes() {
        if open {
            continue;
        }
        let address = with_ids(&path, project);
        let bare = world.send(world.request(method.clone(), &address)).await;
        assert_eq!(bare.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        let wrong = world
            .request(method.clone(), &address)
            .header("X-Auth-Token", "x");
        assert_eq!(
            world.send(wrong).await.status,
            StatusCode::UNAUTHORIZED,
            "{method} {path}"
        );
        tried += 1;
    }
    assert!(tried > 30, "{tried}");
}

#[tokio::test]
async fn every_route_of_another_project_is_closed() {
    let world = world().await;
    let other = world.other("u", "admin").await;
    let admin = world.admin().await;
    let mut tried = 0;
    for (method, path, open) in routes() {
        let administration = path.starts_with("/coffer/v1/projects/")
            || path.starts_with("/v3/projects/{project_id}/");
        if open || !path.contains("{project_id}") || administration {
            continue;
        }
        let address = with_ids(&path, &admin.project);
        let body = serde_json::json!({});
        let answer = world.call(&other, method.clone(), &address, body).await;
        let closed = [
            StatusCode::FORBIDDEN,
            StatusCode::NOT_FOUND,
            StatusCode::BAD_REQUEST,
        ];
        assert!(
            closed.contains(&answer.status),
            "{method} {path}: {}",
            answer.status
        );
        // A project that is none gives 404, never 500.
        let none = with_ids(&path, "no-project");
        let answer = world
            .call(&other, method.clone(), &none, serde_json::json!({}))
            .await;
        let closed = [StatusCode::NOT_FOUND, StatusCode::BAD_REQUEST];
        assert!(
            closed.contains(&answer.status),
            "{method} {path}: {}",
            answer.status
        );
        tried += 1;
    }
    assert!(tried > 20, "{tried}");
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "whether to write the golden file anew"
)]
fn the_document_is_the_one_reviewed() {
    let permissions = coffer_server::api::access::permissions();
    for (path, document) in [
        (
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/openapi.json"),
            coffer_server::api::openapi::document(),
        ),
        // Which route needs which action, and who has it.
        (
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/permissions.md"),
            &*permissions,
        ),
    ] {
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(path, document).unwrap();
        }
        let golden = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            golden == document,
            "{path} differs: run with UPDATE_GOLDEN=1"
        );
    }
}
