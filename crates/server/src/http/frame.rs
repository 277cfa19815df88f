//! Around every request: id, log span, caller, body limit, time limit, panics, error form.
//!
//! A handler runs in a task of its own, so a client that hangs up does not stop half-way what it
//! asked for. A request whose time is over gets its answer; one that only reads is ended, one that
//! changes something goes on to its end.

use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use coffer_core::ids::ProjectId;
use tracing::Instrument;

use super::cookie;
use super::error::{ApiError, Family, render};
use super::public::client_address;
use super::record::{Asked, journal, recorded};
use super::texts;
use crate::api::access::{self, Access};
use crate::audit::{Ended, Journal};
use crate::catalog::identity::ScopeId;
use crate::door;
use crate::identity::caller::Authentication;
use crate::identity::signature::{Authorization, SignedRequest};
use crate::identity::{Caller, Credential, Identity, SessionInfo, Signer};
use crate::state::AppState;

/// Largest body of a request without a caller (a log-in, say) in bytes.
const ANONYMOUS_BODY_BYTES: usize = 64 * 1024;
const REQUEST_ID: &str = "x-request-id";

/// Names a request in answers, logs and tasks: `req-` and a UUID.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for RequestId {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<RequestId, ApiError> {
        let id = parts.extensions.get::<RequestId>().cloned();
        id.ok_or_else(|| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "no request id"))
    }
}

/// The middleware. Outermost.
pub(crate) async fn frame(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = format!("req-{}", door::new_uuid());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("none", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", request.id = %id, %method, path);
    let response = within(&state, request, next, &id)
        .instrument(span.clone())
        .await;
    let mut response = finish(response, Family::of(&path), &id);
    if path.starts_with("/coffer/") {
        // What one user may see is nobody else's to keep.
        let none = HeaderValue::from_static("no-store");
        let headers = response.headers_mut();
        headers.entry(header::CACHE_CONTROL).or_insert(none);
    }
    let status = response.status().as_u16();
    let took = begun.elapsed();
    let metrics = &state.app.metrics;
    metrics.request(method.as_str(), &route, status, took);
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        // Probes come every few seconds.
        if matches!(path.as_str(), "/health" | "/ready") {
            tracing::debug!(status, duration_ms, "{method} {path}: {status}");
        } else {
            tracing::info!(
                status,
                duration_ms,
                "{method} {path}: {status} in {duration_ms} ms"
            );
        }
    });
    response
}

async fn within(state: &AppState, request: Request, next: Next, id: &str) -> Response {
    let limit = Duration::from_secs(state.config.http.request_timeout_seconds);
    let deadline = tokio::time::Instant::now() + limit;
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let route = request.extensions().get::<MatchedPath>();
    let route = route.and_then(|path| access::of(request.method(), path.as_str()));
    let streams = route.is_some_and(|route| route.streams);
    let prepared = tokio::time::timeout_at(deadline, prepare(state, request, id, streams)).await;
    let (request, journal) = match prepared {
        Ok(Ok(prepared)) => prepared,
        Ok(Err(error)) => return error.into_response(),
        Err(_) => {
            let message = "The request did not arrive in time.";
            return ApiError::new(StatusCode::REQUEST_TIMEOUT, message).into_response();
        }
    };
    let work = recorded(state.clone(), journal.clone(), next.run(request));
    let mut handler = tokio::spawn(work.in_current_span());
    // What takes its body as it comes looks after the client itself.
    let deadline = match streams {
        true => far_future(),
        false => deadline,
    };
    match tokio::time::timeout_at(deadline, &mut handler).await {
        Ok(Ok(response)) => response,
        Ok(Err(failed)) => {
            tracing::error!("handler panicked: {failed}");
            let error = ApiError::from(coffer_core::Error::internal("handler panicked"));
            if let Some(journal) = journal {
                let ended = Ended {
                    status: error.status.as_u16(),
                    error: Some(&error),
                    answer: None,
                };
                journal.end(&state.catalog, ended).await;
            }
            error.into_response()
        }
        Err(_) => {
            if reads {
                handler.abort();
            }
            tracing::error!("no answer within {} s", limit.as_secs());
            let message = "The service did not answer in time.";
            ApiError::new(StatusCode::SERVICE_UNAVAILABLE, message).into_response()
        }
    }
}

/// So far away that it never comes.
fn far_future() -> tokio::time::Instant {
    tokio::time::Instant::now() + Duration::from_secs(365 * 86_400)
}

/// Finds the caller and reads the body, as far as it may be read; none of one that `streams`.
async fn prepare(
    state: &AppState,
    request: Request,
    id: &str,
    streams: bool,
) -> Result<(Request, Option<Journal>), ApiError> {
    let (mut parts, body) = request.into_parts();
    let (body, stream) = match streams {
        true => (None, Some(body)),
        false => (Some(body), None),
    };
    let limit = state.config.http.body_limit_bytes;
    let authorization = match parts
        .headers
        .get(header::AUTHORIZATION)
        .map(HeaderValue::to_str)
    {
        Some(Ok(text)) => Authorization::parse(text),
        _ => None,
    };
    let mut credential = None;
    let mut proof = ("password", String::new());
    let (caller, bytes) = match (token_of(&parts), authorization) {
        (Some(token), _) => {
            let caller = match state.identity.token(token).await? {
                Some(info) => {
                    proof = ("token", info.audit_id);
                    Ok(info.caller)
                }
                None => Err(ApiError::unauthorized()),
            };
            credential = Some(Credential::Token(token.to_owned()));
            let limit = if caller.is_ok() {
                limit
            } else {
                limit.min(ANONYMOUS_BODY_BYTES)
            };
            (caller, read(&parts, body, limit).await?)
        }
        // What was signed with a body must not be taken without looking at it.
        (None, Some(_)) if streams && !Authorization::leaves_body_unsigned(&parts.headers) => {
            return Err(ApiError::bad_request(
                "A signed request leaves this body unsigned: X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD.",
            ));
        }
        (None, Some(authorization)) => {
            let scope = scope_of(&parts);
            let signer = state.identity.access_key(authorization.access, scope);
            let signer = signer.await?;
            let limit = match &signer {
                Some(_) => limit,
                None => limit.min(ANONYMOUS_BODY_BYTES),
            };
            let bytes = read(&parts, body, limit).await?;
            if !bytes.is_empty() && Authorization::leaves_body_unsigned(&parts.headers) {
                return Err(ApiError::bad_request(
                    "The body has to be signed here: leave X-Sdk-Content-Sha256 out, or give the SHA-256 of the body. UNSIGNED-PAYLOAD is for uploads.",
                ));
            }
            let caller = match signer {
                Some(signer) => {
                    signed(&state.identity, signer, &authorization, &parts, &bytes).await?
                }
                None => Err(ApiError::unauthorized()),
            };
            if let Ok(caller) = &caller {
                credential = Some(Credential::Signature(caller.user_id));
                proof = ("access_key", authorization.access.to_owned());
            }
            (caller, bytes)
        }
        (None, None) if cookie::secret(&parts).is_some() => {
            let caller = by_cookie(state, &mut parts, &mut credential).await?;
            if let Some(info) = parts.extensions.get::<SessionInfo>() {
                proof = ("session", info.id.clone());
            }
            let limit = match &caller {
                Ok(_) => limit,
                Err(_) => limit.min(ANONYMOUS_BODY_BYTES),
            };
            (caller, read(&parts, body, limit).await?)
        }
        (None, None) => {
            let limit = limit.min(ANONYMOUS_BODY_BYTES);
            (
                Err(ApiError::unauthorized()),
                read(&parts, body, limit).await?,
            )
        }
    };
    texts::check(&parts.uri, &bytes)?;
    if let Ok(caller) = &caller {
        tracing::debug!(user.id = %caller.user_id, "caller is user {}", caller.user_id);
    }
    let address = client_address(&state.config, &parts);
    let asked = Asked {
        id,
        address,
        proof,
        body: &bytes,
    };
    let journal = journal(state, &parts, caller.as_ref().ok(), asked).await?;
    let by_password = !matches!(credential, Some(Credential::Signature(_)));
    let caller = caller.and_then(|caller| admit(caller, by_password, &parts));
    if let Some(credential) = credential {
        parts.extensions.insert(credential);
    }
    parts.extensions.insert(Authentication(caller));
    parts.extensions.insert(RequestId(id.to_owned()));
    parts.extensions.insert(ClientAddress(address));
    let body = stream.unwrap_or_else(|| Body::from(bytes));
    Ok((Request::from_parts(parts, body), journal))
}

/// What those may use who have to set another password first.
const CHANGES_PASSWORD: &[&str] = &[
    "/coffer/v1/users/{user_id}/password",
    "/coffer/v1/session",
    "/v3/auth/tokens",
];

/// The one place where it is decided whether a caller may do what the route does.
/// `by_password`: the caller logged in with one, rather than sign with an access key.
fn admit(caller: Caller, by_password: bool, parts: &Parts) -> Result<Caller, ApiError> {
    let Some(path) = parts.extensions.get::<MatchedPath>() else {
        // No route: the answer is 404 whoever asks.
        return Ok(caller);
    };
    if path.as_str().starts_with("/console/") {
        // The console's files are everybody's: what they ask for is decided where it is answered.
        return Ok(caller);
    }
    if by_password && caller.must_change_password && !CHANGES_PASSWORD.contains(&path.as_str()) {
        let mut error = ApiError::forbidden();
        error.hint = Some(format!(
            "Set another password first: `coffer password`, or POST /coffer/v1/users/{}/password.",
            caller.user_id
        ));
        return Err(error);
    }
    match access::of(&parts.method, path.as_str()).map(|route| route.access) {
        Some(Access::Open | Access::Own | Access::OwnOr(_)) => Ok(caller),
        Some(Access::Action(action)) if caller.may(action) => Ok(caller),
        Some(Access::Action(action)) => Err(ApiError::not_allowed(action)),
        None => {
            let (method, path) = (&parts.method, path.as_str());
            tracing::error!("{method} {path} is not in the API document: closed to all");
            Err(ApiError::forbidden())
        }
    }
}

/// The caller of a session. What changes something must come from our own pages: the cookie alone
/// does not say so.
async fn by_cookie(
    state: &AppState,
    parts: &mut Parts,
    credential: &mut Option<Credential>,
) -> Result<Result<Caller, ApiError>, ApiError> {
    let secret = cookie::secret(parts).unwrap_or_default().to_owned();
    // What a page asks for by itself does not keep a session alive.
    let used = !parts.headers.contains_key(cookie::BACKGROUND);
    let found = state
        .identity
        .session(&secret, scope_of(parts), used)
        .await?;
    let Some((caller, info)) = found else {
        return Ok(Err(ApiError::unauthorized()));
    };
    if let Err(refused) = cookie::check_write(&state.config, parts) {
        return Ok(Err(refused));
    }
    parts.extensions.insert(info);
    *credential = Some(Credential::Session(secret));
    Ok(Ok(caller))
}

/// Where a request comes from; counted where passwords are wrong.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub std::net::IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<ClientAddress, ApiError> {
        let address = parts.extensions.get::<ClientAddress>().copied();
        Ok(address.unwrap_or(ClientAddress([0, 0, 0, 0].into())))
    }
}

fn token_of(parts: &Parts) -> Option<&str> {
    let token = parts.headers.get("x-auth-token")?.to_str().ok()?;
    Some(token).filter(|token| !token.is_empty())
}

/// The body; nothing where that is left to the handler.
async fn read(
    parts: &Parts,
    body: Option<Body>,
    limit: usize,
) -> Result<axum::body::Bytes, ApiError> {
    let Some(body) = body else {
        return Ok(axum::body::Bytes::new());
    };
    let too_large = || {
        let message = format!("The body is larger than {limit} bytes.");
        ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    };
    let length = parts
        .headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    if length
        .and_then(|length| length.parse::<usize>().ok())
        .is_some_and(|length| length > limit)
    {
        return Err(too_large());
    }
    let read = to_bytes(body, limit).await;
    read.map_err(|error| {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(error) = cause {
            if error.to_string().contains("length limit exceeded") {
                return too_large();
            }
            cause = error.source();
        }
        ApiError::bad_request("The body could not be read.")
    })
}

async fn signed(
    identity: &Identity,
    signer: Signer,
    authorization: &Authorization<'_>,
    parts: &Parts,
    body: &[u8],
) -> Result<Result<Caller, ApiError>, ApiError> {
    let request = SignedRequest {
        method: &parts.method,
        uri: &parts.uri,
        headers: &parts.headers,
        body,
    };
    let caller = identity.signed(signer, authorization, request).await?;
    Ok(caller.ok_or_else(ApiError::unauthorized))
}

/// What a request by signature or session is about: the project in the path, else the one of the
/// header.
fn scope_of(parts: &Parts) -> ScopeId {
    let path = parts.uri.path();
    let before = if path.starts_with("/coffer/") { 3 } else { 2 };
    let mut segments = path.split('/').skip(before);
    let in_path = segments
        .next()
        .and_then(|segment| segment.parse::<ProjectId>().ok());
    let header = |name: &str| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let in_header = || header("x-project-id").and_then(|id| id.parse().ok());
    if let Some(project) = in_path.or_else(in_header) {
        return ScopeId::Project(project);
    }
    match header("x-domain-id").and_then(|id| id.parse().ok()) {
        Some(domain) => ScopeId::Domain(domain),
        None => ScopeId::None,
    }
}

/// Gives errors their form and every answer its id.
fn finish(mut response: Response, family: Family, id: &str) -> Response {
    let status = response.status();
    let error = response.extensions_mut().remove::<ApiError>();
    if status.is_client_error() || status.is_server_error() {
        let is_json = response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
        // What a handler wrote itself stays; what axum wrote (a wrong path parameter, say) goes.
        if error.is_some() || !is_json {
            let error = error.unwrap_or_else(|| {
                ApiError::new(status, status.canonical_reason().unwrap_or("Error"))
            });
            let rendered = render(family, &error);
            let (mut parts, _) = response.into_parts();
            parts.headers.remove(header::CONTENT_LENGTH);
            parts.headers.extend(rendered.headers().clone());
            if status == StatusCode::UNAUTHORIZED {
                let challenge = HeaderValue::from_static("Keystone uri=\"/v3\"");
                parts.headers.insert(header::WWW_AUTHENTICATE, challenge);
            }
            response = Response::from_parts(parts, rendered.into_body());
        }
    }
    let id = HeaderValue::from_str(id).expect("a UUID is a header value");
    response.headers_mut().insert(REQUEST_ID, id);
    let no_sniff = HeaderValue::from_static("nosniff");
    response
        .headers_mut()
        .insert(header::X_CONTENT_TYPE_OPTIONS, no_sniff);
    response
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use axum::Router;
    use axum::middleware::from_fn_with_state;
    use axum::routing::{get, post};
    use tokio::sync::Notify;
    use tower::ServiceExt;

    use super::*;

    /// A router of `routes` in the frame, with a time limit of one second.
    async fn framed(directory: &tempfile::TempDir, routes: Router<AppState>) -> Router {
        let text = format!(
            "data_dir = '{}'\n[http]\nrequest_timeout_seconds = 1",
            directory.path().display()
        );
        let state = AppState::for_test(&text).await;
        routes
            .layer(from_fn_with_state(state.clone(), frame))
            .with_state(state)
    }

    async fn ask(router: &Router, method: Method, path: &str) -> (StatusCode, String, Response) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty())
            .unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        (
            parts.status,
            text,
            Response::from_parts(parts, Body::empty()),
        )
    }

    #[tokio::test]
    async fn a_panic_is_a_500_with_an_id_and_says_nothing_of_itself() {
        async fn panics() {
            panic!("secret detail");
        }
        let directory = tempfile::tempdir().unwrap();
        let router = framed(&directory, Router::new().route("/x", get(panics))).await;
        let (status, body, response) = ask(&router, Method::GET, "/x").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(
            body.contains("BackupService.9910") && !body.contains("secret detail"),
            "{body}"
        );
        assert!(response.headers().contains_key(REQUEST_ID));
    }

    #[tokio::test]
    async fn what_takes_too_long_is_answered_and_changes_go_on() {
        let (go, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let dropped = Arc::new(AtomicBool::new(false));
        struct Guard(Arc<AtomicBool>);
        impl Drop for Guard {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }
        let reads = {
            let dropped = dropped.clone();
            get(move || async move {
                let _guard = Guard(dropped);
                std::future::pending::<()>().await;
            })
        };
        let changes = {
            let (go, done) = (go.clone(), done.clone());
            post(move || async move {
                go.notified().await;
                done.notify_one();
            })
        };
        let directory = tempfile::tempdir().unwrap();
        let routes = Router::new()
            .route("/read", reads)
            .route("/change", changes);
        let router = framed(&directory, routes).await;
        let (status, ..) = ask(&router, Method::GET, "/read").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        let (status, ..) = ask(&router, Method::POST, "/change").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        go.notify_one();
        tokio::time::timeout(Duration::from_secs(20), done.notified())
            .await
            .unwrap();
        assert!(dropped.load(Ordering::SeqCst), "the read was ended");
    }
}
