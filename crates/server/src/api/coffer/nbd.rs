//! Reading backups over NBD: a connection to the service becomes one of that protocol.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use coffer_core::cbr::Refusal;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;

use crate::app::Actor;
use crate::http::{ApiError, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// Name of the protocol in `Upgrade`.
const PROTOCOL: &str = "nbd";

/// Reads the disks of a backup: with `Connection: upgrade` and `Upgrade: nbd` the connection goes on
/// as one of the NBD protocol, of which this is the server. Each disk is a read-only export of its
/// name (`vda`); of a disk's backup there is one, which is the default export too. As long as a
/// connection is open the backup cannot be deleted. `coffer nbd` makes a socket of it for clients such as `qemu-img`.
#[utoipa::path(post, path = "/coffer/v1/{project_id}/backups/{backup_id}/nbd", tag = "coffer",
    operation_id = "read_backup", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("backup_id" = String, Path),
        ("Upgrade" = Option<String>, Header, description = "`nbd`")),
    extensions(("x-action" = json!("coffer:backups:read"))),
    responses((status = 101, description = "The connection is one of NBD now."), (status = 400),
        (status = 401), (status = 403), (status = 404), (status = 409)))]
pub(super) async fn read(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    upgrade: Upgrade,
) -> Result<Response, ApiError> {
    let actor = Actor {
        project: caller.write(&project)?,
        user: caller.user_id,
        request_id: request.0,
    };
    let reader = state.app.read_backup(&actor, &id).await?;
    let stop = state.stopping.clone();
    let Some(upgrade) = upgrade.0 else {
        reader.serve(None::<tokio::io::Empty>, stop).await;
        let text = "must be `nbd`, with `Connection: upgrade`";
        return Err(Refusal::parameter("Upgrade", text).into());
    };
    tracing::info!(backup.id = id, "backup is read over NBD");
    state.background.spawn(async move {
        // It becomes one when the answer is out; where that fails there is nobody to serve.
        let stream = tokio::select! {
            upgraded = upgrade => upgraded.ok().map(TokioIo::new),
            () = stop.cancelled() => None,
        };
        reader.serve(stream, stop).await;
        tracing::info!(backup.id = id, "a reader over NBD has ended");
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static(PROTOCOL));
    Ok(response)
}

/// The connection to be, where the request asks for the protocol.
pub(super) struct Upgrade(Option<OnUpgrade>);

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Upgrade {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Upgrade, Self::Rejection> {
        let asked = names(&parts.headers, header::UPGRADE, PROTOCOL)
            && names(&parts.headers, header::CONNECTION, "upgrade");
        let upgrade = parts.extensions.remove::<OnUpgrade>();
        Ok(Upgrade(upgrade.filter(|_| asked)))
    }
}

/// Whether a header's list has a word, in whatever case.
fn names(headers: &HeaderMap, name: header::HeaderName, word: &str) -> bool {
    let values = headers.get_all(name).into_iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    let mut words = texts.flat_map(|text| text.split(','));
    words.any(|found| found.trim().eq_ignore_ascii_case(word))
}
