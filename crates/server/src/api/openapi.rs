//! The API document, from the annotations of the routes.

mod complete;

use std::sync::OnceLock;

use axum::http::header;
use axum::response::IntoResponse;
use serde_json::Value;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, Info, License, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

/// The document before any route: title and ways to authenticate.
pub(super) fn base() -> OpenApi {
    let mut info = Info::new("Coffer", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Cloud backup and recovery for servers of one's own: the CBR v3 API with the parts of \
         its neighbours that its clients use."
            .to_owned(),
    );
    info.license = Some(License::new("MIT OR Apache-2.0"));
    let token = ApiKey::Header(ApiKeyValue::with_description(
        "X-Auth-Token",
        "Token from POST /v3/auth/tokens. Requests signed with an access key \
         (SDK-HMAC-SHA256) need none.",
    ));
    let session = ApiKey::Cookie(ApiKeyValue::with_description(
        crate::http::cookie::NAME,
        "Session from POST /coffer/v1/session, for pages in a browser. A request that changes \
         something needs the header `X-Coffer-Console: 1` too, and an `Origin`, where there is \
         one, that is the service's own. A request with the header `X-Coffer-Background: 1` does \
         not count as use of the session.",
    ));
    let components = ComponentsBuilder::new()
        .security_scheme("token", SecurityScheme::ApiKey(token))
        .security_scheme("session", SecurityScheme::ApiKey(session));
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components.build()))
        .build()
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// The whole document as text, as `GET /openapi.json` gives it.
pub fn document() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let mut document = super::routes().into_openapi();
        complete::complete(&mut document);
        let mut document =
            serde_json::to_value(&document).expect("the document has text keys alone");
        order_extensions(&mut document);
        let mut text = serde_json::to_string_pretty(&document).expect("a value has a text");
        text.push('\n');
        text
    })
}

/// Puts the extensions of each operation into one order: they come from a table without any, and
/// the document is compared byte for byte.
fn order_extensions(document: &mut Value) {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (_, item) in paths {
        for (_, operation) in item.as_object_mut().into_iter().flatten() {
            let Some(operation) = operation.as_object_mut() else {
                continue;
            };
            let of = |key: &&String| key.starts_with("x-");
            let mut names: Vec<String> = operation.keys().filter(of).cloned().collect();
            names.sort();
            let values: Vec<_> = names.iter().filter_map(|n| operation.remove(n)).collect();
            operation.extend(names.into_iter().zip(values));
        }
    }
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "service", security(()),
    responses((status = 200, description = "The API document.", content_type = "application/json")))]
async fn show() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], document())
}
