//! Version documents, health and readiness: what is asked for without a token.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::{Json, PublicBase};
use crate::state::AppState;

/// When the documents last changed their meaning.
const UPDATED: &str = "2026-11-01T00:00:00Z";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(root))
        .routes(routes!(keystone))
        .routes(routes!(keystone_slash))
        .routes(routes!(cbr))
        .routes(routes!(compute))
        .routes(routes!(compute_slash))
        .routes(routes!(image))
        .routes(routes!(image_slash))
        .routes(routes!(health))
        .routes(routes!(ready))
}

fn keystone_version(base: &str) -> Value {
    json!({
        "id": "v3.14",
        "status": "stable",
        "updated": UPDATED,
        "links": [{"rel": "self", "href": format!("{base}/v3/")}],
        "media-types": [{
            "base": "application/json",
            "type": "application/vnd.openstack.identity-v3+json",
        }],
    })
}

/// Versions of the identity API, in the form that clients read at the authentication address.
#[utoipa::path(get, path = "/", tag = "discovery", security(()),
    responses((status = 300, description = "The versions.")))]
async fn root(PublicBase(base): PublicBase) -> (StatusCode, Json<Value>) {
    let body = json!({"versions": {"values": [keystone_version(&base)]}});
    (StatusCode::MULTIPLE_CHOICES, Json(body))
}

/// The identity API's version.
#[utoipa::path(get, path = "/v3", tag = "discovery", security(()),
    responses((status = 200, description = "The version.")))]
async fn keystone(PublicBase(base): PublicBase) -> Json<Value> {
    Json(json!({"version": keystone_version(&base)}))
}

/// The identity API's version.
#[utoipa::path(get, path = "/v3/", tag = "discovery", security(()),
    responses((status = 200, description = "The version.")))]
async fn keystone_slash(base: PublicBase) -> Json<Value> {
    keystone(base).await
}

/// Versions of the CBR API.
#[utoipa::path(get, path = "/cbr", tag = "discovery", security(()),
    responses((status = 300, description = "The versions.")))]
async fn cbr(PublicBase(base): PublicBase) -> (StatusCode, Json<Value>) {
    let body = json!({"versions": [{
        "id": "v3",
        "status": "CURRENT",
        "links": [{"rel": "self", "href": format!("{base}/v3/")}],
    }]});
    (StatusCode::MULTIPLE_CHOICES, Json(body))
}

/// The compute API's version. Only 2.1 is offered: its bodies are the ones served.
#[utoipa::path(get, path = "/v2.1", tag = "discovery", security(()),
    responses((status = 200, description = "The version.")))]
async fn compute(PublicBase(base): PublicBase) -> Json<Value> {
    Json(json!({"version": {
        "id": "v2.1",
        "status": "CURRENT",
        "version": "2.1",
        "min_version": "2.1",
        "updated": UPDATED,
        "links": [{"rel": "self", "href": format!("{base}/v2.1/")}],
        "media-types": [{
            "base": "application/json",
            "type": "application/vnd.openstack.compute+json;version=2.1",
        }],
    }}))
}

/// The compute API's version.
#[utoipa::path(get, path = "/v2.1/", tag = "discovery", security(()),
    responses((status = 200, description = "The version.")))]
async fn compute_slash(base: PublicBase) -> Json<Value> {
    compute(base).await
}

/// Versions of the image API.
#[utoipa::path(get, path = "/image", tag = "discovery", security(()),
    responses((status = 200, description = "The versions.")))]
async fn image(PublicBase(base): PublicBase) -> Json<Value> {
    Json(json!({"versions": [{
        "id": "v2.9",
        "status": "CURRENT",
        "links": [{"rel": "self", "href": format!("{base}/image/v2/")}],
    }]}))
}

/// Versions of the image API.
#[utoipa::path(get, path = "/image/", tag = "discovery", security(()),
    responses((status = 200, description = "The versions.")))]
async fn image_slash(base: PublicBase) -> Json<Value> {
    image(base).await
}

/// Says that the process answers.
#[utoipa::path(get, path = "/health", tag = "service", security(()),
    responses((status = 200, description = "The process answers.")))]
async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// Says whether requests can be served: the catalog answers, the hypervisors were asked after the
/// start, and the service is not stopping.
#[utoipa::path(get, path = "/ready", tag = "service", security(()),
    responses(
        (status = 200, description = "Requests can be served."),
        (status = 503, description = "They cannot; `reason` says why.")))]
async fn ready(State(state): State<AppState>) -> Response {
    let reason = match state.stopping.is_cancelled() {
        true => Some("the service is stopping"),
        false if !state.catalog.is_ready().await => Some("the catalog does not answer"),
        false if !state.app.settled.is() => Some("the hypervisors are being asked after the start"),
        false => None,
    };
    match reason {
        None => Json(json!({"status": "ready"})).into_response(),
        Some(reason) => {
            let body = Json(json!({"status": "not ready", "reason": reason}));
            (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
        }
    }
}
