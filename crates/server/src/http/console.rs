//! The web console's files, which lie in the executable.
//!
//! Assets have their content's hash in their names and may be kept for a year; the page itself is
//! asked for each time. Each file may have a `.br` and a `.gz` beside it. Without a built console
//! a page says how to build it.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::error::ApiError;
use crate::state::AppState;

#[derive(RustEmbed)]
#[folder = "../../console/dist"]
#[allow_missing = true]
struct Dist;

/// Where the console is.
const ROOT: &str = "/console/";
const INDEX: &str = "index.html";

/// What a page of ours may load and do: its own scripts, styles and the API, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
    <title>Coffer</title></head>\n<body>\n<h1>The console is not in this build</h1>\n\
    <p>Build it with <code>cargo xtask console</code>, then build the executable again. \
    The API and the command line work without it.</p>\n</body>\n</html>\n";

/// The console's routes. They are no part of the API's document.
pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/console", get(async || Redirect::permanent(ROOT)))
        .route(ROOT, get(serve))
        .route("/console/{*path}", get(serve))
        .layer(axum::middleware::from_fn(guard))
}

/// Sends browsers that ask for `/` to the console; programs get the version document.
pub(crate) async fn front_door(
    State(_): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads && request.uri().path() == "/" && wants_page(request.headers()) {
        let mut response = Redirect::temporary(ROOT).into_response();
        let vary = HeaderValue::from_static("accept");
        response.headers_mut().insert(header::VARY, vary);
        return response;
    }
    next.run(request).await
}

fn wants_page(headers: &HeaderMap) -> bool {
    let mut accepted = headers.get_all(header::ACCEPT).iter();
    accepted.any(|value| value.to_str().is_ok_and(|text| text.contains("text/html")))
}

/// Headers of every answer below `/console`, errors included.
async fn guard(request: Request, next: Next) -> Response {
    const HEADERS: [(HeaderName, &str); 5] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

async fn serve(request: Request) -> Response {
    let headers = request.headers();
    let path = request.uri().path();
    let path = path.strip_prefix(ROOT).unwrap_or_default();
    if Dist::get(INDEX).is_none() {
        let asks = wants_page(headers) && !path.starts_with("assets/");
        return match path.is_empty() || asks {
            true => page(NOT_BUILT),
            false => ApiError::not_found("file").into_response(),
        };
    }
    // The compressed copies are reached by negotiation alone.
    let hidden = path.ends_with(".br") || path.ends_with(".gz");
    let name = match path {
        "" => INDEX,
        path if !hidden && Dist::get(path).is_some() => path,
        path if wants_page(headers) && !path.starts_with("assets/") => INDEX,
        _ => return ApiError::not_found("file").into_response(),
    };
    file(name, headers)
}

fn page(text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    let fresh = HeaderValue::from_static("no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, fresh);
    response
}

/// A file that is there, in the best form that the client takes.
fn file(name: &str, headers: &HeaderMap) -> Response {
    let mut chosen: Option<(EmbeddedFile, &'static str)> = None;
    for (coding, suffix) in [("br", ".br"), ("gzip", ".gz")] {
        if chosen.is_none() && takes(headers, coding) {
            chosen = Dist::get(&format!("{name}{suffix}")).map(|file| (file, coding));
        }
    }
    let Some((file, coding)) = chosen.or_else(|| Dist::get(name).map(|file| (file, ""))) else {
        return ApiError::not_found("file").into_response();
    };
    let hash = hex::encode(&file.metadata.sha256_hash()[..16]);
    let tag = format!("\"{hash}\"");
    let fresh = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == "*" || known == tag);
    let body = match (fresh, file.data) {
        (true, _) => Body::empty(),
        (false, std::borrow::Cow::Borrowed(bytes)) => Body::from(Bytes::from_static(bytes)),
        (false, std::borrow::Cow::Owned(bytes)) => Body::from(bytes),
    };
    let mut response = Response::new(body);
    if fresh {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let kept = match name.starts_with("assets/") {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let mut set = |name: HeaderName, value: &str| {
        let value = HeaderValue::from_str(value).expect("hashes and constants are ASCII");
        response.headers_mut().insert(name, value);
    };
    set(header::CACHE_CONTROL, kept);
    set(header::ETAG, &tag);
    set(header::VARY, "accept-encoding, accept");
    if !fresh {
        set(header::CONTENT_TYPE, content_type(name));
        if !coding.is_empty() {
            set(header::CONTENT_ENCODING, coding);
        }
    }
    response
}

/// Whether a client takes a coding: it names it (or `*`), and not with a weight of zero.
fn takes(headers: &HeaderMap, coding: &str) -> bool {
    let all = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut parts = all
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','));
    parts.any(|part| {
        let mut words = part.split(';').map(str::trim);
        let name = words.next().unwrap_or_default();
        let refused = words.any(|word| {
            let weight = word.strip_prefix("q=").map(str::parse::<f32>);
            matches!(weight, Some(Ok(weight)) if weight <= 0.0)
        });
        name.eq_ignore_ascii_case(coding) && !refused
    })
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codings_are_taken_where_they_are_named_and_not_refused() {
        let check = |text: &str, expected: (bool, bool)| {
            let mut headers = HeaderMap::new();
            let value = HeaderValue::from_str(text).unwrap();
            headers.insert(header::ACCEPT_ENCODING, value);
            let found = (takes(&headers, "br"), takes(&headers, "gzip"));
            assert_eq!(found, expected, "{text}");
        };
        check("gzip, deflate, br", (true, true));
        check("br;q=0, gzip;q=0.5", (false, true));
        check("identity", (false, false));
        check("", (false, false));
    }
}
