//! Disks of backups and images as files to be taken away.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use coffer_core::cbr::Refusal;
use coffer_engine::pipeline::ExportFormat;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Actor;
use crate::app::export::{DigestView, ExportFile};
use crate::audit;
use crate::http::range::{self, Wanted};
use crate::http::{ApiError, Json, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// How long one request works on a digest, at most.
const DIGEST_LIMIT: Duration = Duration::from_secs(20);

/// `{"checksum": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChecksumAnswer {
    checksum: Checksum,
}

/// The digest of an exported file.
#[derive(Debug, Serialize, ToSchema)]
pub struct Checksum {
    /// `blake3`.
    algorithm: &'static str,
    /// The `ETag` of the file that it is of.
    etag: String,
    size_bytes: u64,
    /// Bytes that went into it.
    done_bytes: u64,
    /// Hexadecimal; null until all bytes did: ask again.
    value: Option<String>,
}

fn actor(caller: &Caller, project: &str, request: RequestId) -> Result<Actor, ApiError> {
    Ok(Actor {
        project: caller.write(project)?,
        user: caller.user_id,
        request_id: request.0,
    })
}

fn format(params: &Params) -> Result<ExportFormat, Refusal> {
    match params.get("format") {
        None | Some("qcow2") => Ok(ExportFormat::Qcow2),
        Some("raw") => Ok(ExportFormat::Raw),
        Some(_) => Err(Refusal::parameter("format", "must be `raw` or `qcow2`")),
    }
}

/// A disk of a backup as a file: qcow2 without what reads as zeroes, or raw. It is made while it is
/// sent, always the same bytes for the same `ETag`, so that a broken download is gone on with by
/// `Range` and `If-Range`, and parts may be asked for at once. Each chunk is checked against its
/// digest on the way; what is damaged breaks the connection off. As long as it is read the backup
/// cannot be deleted. `.../export/checksum` says the digest of the whole.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/backups/{backup_id}/disks/{disk}/export",
    tag = "coffer", operation_id = "export_disk", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("backup_id" = String, Path),
        ("disk" = String, Path, description = "Id of the disk or of its backup, its name, `system`, or its position; 0 is the first."),
        ("format" = Option<String>, Query, description = "`qcow2`, which it is where absent, or `raw`."),
        ("Range" = Option<String>, Header, description = "One range of bytes."),
        ("If-Range" = Option<String>, Header, description = "The `ETag` of what is there already.")),
    extensions(("x-action" = json!("coffer:backups:export"))),
    responses((status = 200, description = "The file.", content_type = "application/octet-stream"),
        (status = 206, description = "A part of it."), (status = 304), (status = 400), (status = 401),
        (status = 403), (status = 404), (status = 412), (status = 416)))]
pub(super) async fn disk(
    State(state): State<AppState>,
    Path((project, id, disk)): Path<(String, String, String)>,
    caller: Caller,
    request: RequestId,
    params: Params,
    asked: Asked,
) -> Result<Response, ApiError> {
    let actor = actor(&caller, &project, request)?;
    let format = format(&params)?;
    let file = state.app.export_disk(&actor, &id, &disk, format).await?;
    answer(&state, file, asked).await
}

/// The digest of an exported file, BLAKE3: put together from the pieces that were sent, so that after
/// a download hardly anything is left to do; what was never sent is read for it. Answers 202 with
/// what is done until then: ask again.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/backups/{backup_id}/disks/{disk}/export/checksum",
    tag = "coffer", operation_id = "export_disk_checksum",
    security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("backup_id" = String, Path), ("disk" = String, Path),
        ("format" = Option<String>, Query, description = "As for the file.")),
    extensions(("x-action" = json!("coffer:backups:export"))),
    responses((status = 200, body = ChecksumAnswer), (status = 202, body = ChecksumAnswer),
        (status = 400), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn disk_checksum(
    State(state): State<AppState>,
    Path((project, id, disk)): Path<(String, String, String)>,
    caller: Caller,
    request: RequestId,
    params: Params,
) -> Result<(StatusCode, Json<ChecksumAnswer>), ApiError> {
    let actor = actor(&caller, &project, request)?;
    let format = format(&params)?;
    let file = state.app.export_disk(&actor, &id, &disk, format).await?;
    checksum(&state, file).await
}

/// All of a backup as a tar archive that anybody can read: what it is, the server's definition, and each
/// disk as a qcow2 file. Another service makes a backup of it again (`.../vaults/{vault_id}/import`).
/// It is made while it is sent, as the files of single disks are.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/backups/{backup_id}/export", tag = "coffer",
    operation_id = "export_backup", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("backup_id" = String, Path),
        ("Range" = Option<String>, Header, description = "One range of bytes."),
        ("If-Range" = Option<String>, Header, description = "The `ETag` of what is there already.")),
    extensions(("x-action" = json!("coffer:backups:export"))),
    responses((status = 200, description = "The archive.", content_type = "application/x-tar"),
        (status = 206, description = "A part of it."), (status = 304), (status = 400), (status = 401),
        (status = 403), (status = 404), (status = 412), (status = 416)))]
pub(super) async fn backup(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    asked: Asked,
) -> Result<Response, ApiError> {
    let actor = actor(&caller, &project, request)?;
    let file = state.app.export_backup(&actor, &id).await?;
    answer(&state, file, asked).await
}

/// The digest of an exported backup, as that of a disk's file.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/backups/{backup_id}/export/checksum",
    tag = "coffer", operation_id = "export_backup_checksum",
    security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("backup_id" = String, Path)),
    extensions(("x-action" = json!("coffer:backups:export"))),
    responses((status = 200, body = ChecksumAnswer), (status = 202, body = ChecksumAnswer),
        (status = 400), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn backup_checksum(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
) -> Result<(StatusCode, Json<ChecksumAnswer>), ApiError> {
    let actor = actor(&caller, &project, request)?;
    let file = state.app.export_backup(&actor, &id).await?;
    checksum(&state, file).await
}

/// A disk of an image as a file, as that of a backup.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/images/{image_id}/disks/{disk}/export",
    tag = "coffer", operation_id = "export_image_disk",
    security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("image_id" = String, Path), ("disk" = String, Path),
        ("format" = Option<String>, Query, description = "`qcow2`, which it is where absent, or `raw`."),
        ("Range" = Option<String>, Header, description = "One range of bytes."),
        ("If-Range" = Option<String>, Header, description = "The `ETag` of what is there already.")),
    extensions(("x-action" = json!("ims:images:export"))),
    responses((status = 200, description = "The file.", content_type = "application/octet-stream"),
        (status = 206, description = "A part of it."), (status = 304), (status = 400), (status = 401),
        (status = 403), (status = 404), (status = 412), (status = 416)))]
pub(super) async fn image_disk(
    State(state): State<AppState>,
    Path((project, id, disk)): Path<(String, String, String)>,
    caller: Caller,
    request: RequestId,
    params: Params,
    asked: Asked,
) -> Result<Response, ApiError> {
    let actor = actor(&caller, &project, request)?;
    let format = format(&params)?;
    let backup = state.app.image(&actor, &id).await?.backup.id.to_string();
    let file = state.app.export_disk(&actor, &backup, &disk, format);
    answer(&state, file.await?, asked).await
}

/// The digest of an image's exported disk, as that of a backup's.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/images/{image_id}/disks/{disk}/export/checksum",
    tag = "coffer", operation_id = "export_image_disk_checksum",
    security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("image_id" = String, Path), ("disk" = String, Path),
        ("format" = Option<String>, Query, description = "As for the file.")),
    extensions(("x-action" = json!("ims:images:export"))),
    responses((status = 200, body = ChecksumAnswer), (status = 202, body = ChecksumAnswer),
        (status = 400), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn image_disk_checksum(
    State(state): State<AppState>,
    Path((project, id, disk)): Path<(String, String, String)>,
    caller: Caller,
    request: RequestId,
    params: Params,
) -> Result<(StatusCode, Json<ChecksumAnswer>), ApiError> {
    let actor = actor(&caller, &project, request)?;
    let format = format(&params)?;
    let backup = state.app.image(&actor, &id).await?.backup.id.to_string();
    let file = state.app.export_disk(&actor, &backup, &disk, format);
    checksum(&state, file.await?).await
}

/// What of a file a request wants, by its method and headers.
pub(super) struct Asked {
    pub method: Method,
    pub headers: HeaderMap,
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        _: &S,
    ) -> Result<Asked, Self::Rejection> {
        Ok(Asked {
            method: parts.method.clone(),
            headers: parts.headers.clone(),
        })
    }
}

/// The file, or the part of it that is wanted.
async fn answer(state: &AppState, file: ExportFile, asked: Asked) -> Result<Response, ApiError> {
    let (tag, len) = (file.tag(), file.len());
    let text = |text: String| HeaderValue::try_from(text).expect("letters, digits and signs");
    let mut head = HeaderMap::new();
    head.insert(header::ETAG, text(tag.clone()));
    head.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(status) = range::refused(&asked.headers, &tag) {
        file.end().await;
        let mut response = match status {
            StatusCode::NOT_MODIFIED => status.into_response(),
            _ => ApiError::new(status, "The file is another one by now.").into_response(),
        };
        response.headers_mut().extend(head);
        return Ok(response);
    }
    let (status, part) = match range::wanted(&asked.headers, &tag, len) {
        Wanted::Whole => (StatusCode::OK, 0..len),
        Wanted::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Wanted::Unsatisfiable => {
            file.end().await;
            let message = format!("The file has {len} bytes, and none of the range.");
            let mut error = ApiError::new(StatusCode::RANGE_NOT_SATISFIABLE, message);
            error.hint = Some("Ask for one range of bytes inside the file.".to_owned());
            let mut response = error.into_response();
            head.insert(header::CONTENT_RANGE, text(format!("bytes */{len}")));
            response.headers_mut().extend(head);
            return Ok(response);
        }
    };
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {}-{}/{len}", part.start, part.end - 1);
        head.insert(header::CONTENT_RANGE, text(range));
    }
    let length = part.end - part.start;
    head.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    let media = HeaderValue::from_static(file.media_type());
    head.insert(header::CONTENT_TYPE, media);
    let name = format!("attachment; filename=\"{}\"", file.name());
    head.insert(header::CONTENT_DISPOSITION, text(name));
    let body = match asked.method {
        Method::HEAD => {
            file.end().await;
            Body::empty()
        }
        _ => {
            let run = (&state.background, state.stopping.clone());
            Body::from_stream(file.send(part, run).await?)
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = head;
    Ok(response)
}

async fn checksum(
    state: &AppState,
    file: ExportFile,
) -> Result<(StatusCode, Json<ChecksumAnswer>), ApiError> {
    // One of many alike, of which the download itself is recorded.
    audit::silence();
    let most = Duration::from_secs(state.config.http.request_timeout_seconds) / 3;
    let view: DigestView = file.digest(DIGEST_LIMIT.min(most)).await?;
    let status = match view.value {
        Some(_) => StatusCode::OK,
        None => StatusCode::ACCEPTED,
    };
    let checksum = Checksum {
        algorithm: "blake3",
        etag: view.tag,
        size_bytes: view.size_bytes,
        done_bytes: view.done_bytes,
        value: view.value,
    };
    Ok((status, Json(ChecksumAnswer { checksum })))
}
