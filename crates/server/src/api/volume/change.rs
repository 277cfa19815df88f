//! Extending and deleting disks, as Cinder and EVS clients ask for it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::jobs::{self, JobId, actor};
use crate::catalog::jobs::Job;
use crate::http::{ApiError, Json, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// `{"os-extend": {"new_size": 40}}`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct VolumeAction {
    #[serde(rename = "os-extend")]
    extend: Extension,
}

/// A disk's size to be.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Extension {
    /// GiB; more than it has.
    new_size: u64,
}

async fn extend(
    state: &AppState,
    (project, id): (String, String),
    caller: &Caller,
    request: RequestId,
    body: &VolumeAction,
) -> Result<Job, ApiError> {
    let actor = actor(caller, &project, request)?;
    let bytes = body.extend.new_size.checked_mul(1 << 30);
    let bytes = bytes.ok_or_else(|| ApiError::bad_request("`new_size` is too large."))?;
    Ok(state.app.extend_disk(&actor, &id, bytes).await?)
}

async fn delete(
    state: &AppState,
    (project, id): (String, String),
    caller: &Caller,
    request: RequestId,
) -> Result<Job, ApiError> {
    let actor = actor(caller, &project, request)?;
    Ok(state.app.delete_disk(&actor, &id).await?)
}

macro_rules! extensions {
    ($($(#[$meta:meta])* $name:ident($path:literal) = $id:literal;)*) => {$(
        $(#[$meta])*
        #[utoipa::path(post, path = $path, tag = "volume", operation_id = $id,
            security(("token" = [])),
            params(("project_id" = String, Path), ("volume_id" = String, Path)),
            request_body = VolumeAction,
            extensions(("x-action" = json!("evs:volumes:extend"))),
            responses((status = 202, description = "It is being done."), (status = 400),
                (status = 401), (status = 403), (status = 404), (status = 409)))]
        pub(super) async fn $name(
            State(state): State<AppState>,
            Path(ids): Path<(String, String)>,
            caller: Caller,
            request: RequestId,
            Json(body): Json<VolumeAction>,
        ) -> Result<StatusCode, ApiError> {
            let job = extend(&state, ids, &caller, request, &body).await?;
            jobs::done_or_begun(&state, job).await?;
            Ok(StatusCode::ACCEPTED)
        }
    )*};
}

extensions! {
    /// Makes a disk larger, also while its server runs.
    act_v3("/v3/{project_id}/volumes/{volume_id}/action") = "extend_volume_v3";
    /// Makes a disk larger, also while its server runs.
    act_v2("/v2/{project_id}/volumes/{volume_id}/action") = "extend_volume_v2";
}

macro_rules! cloud_extensions {
    ($($(#[$meta:meta])* $name:ident($path:literal) = $id:literal;)*) => {$(
        $(#[$meta])*
        #[utoipa::path(post, path = $path, tag = "volume", operation_id = $id,
            security(("token" = [])),
            params(("project_id" = String, Path), ("volume_id" = String, Path)),
            request_body = VolumeAction,
            extensions(("x-action" = json!("evs:volumes:extend"))),
            responses((status = 202, body = JobId), (status = 400), (status = 401),
                (status = 403), (status = 404), (status = 409)))]
        pub(super) async fn $name(
            State(state): State<AppState>,
            Path(ids): Path<(String, String)>,
            caller: Caller,
            request: RequestId,
            Json(body): Json<VolumeAction>,
        ) -> Result<(StatusCode, Json<JobId>), ApiError> {
            let job = extend(&state, ids, &caller, request, &body).await?;
            Ok((StatusCode::ACCEPTED, jobs::begun(&state, job)))
        }
    )*};
}

cloud_extensions! {
    /// Makes a disk larger, as EVS does.
    extend_cloud("/v2.1/{project_id}/cloudvolumes/{volume_id}/action") = "extend_cloud_volume";
    /// Makes a disk larger, as EVS did before.
    extend_cloud_v2("/v2/{project_id}/cloudvolumes/{volume_id}/action") = "extend_cloud_volume_v2";
}

macro_rules! deletions {
    ($($(#[$meta:meta])* $name:ident($path:literal) = $id:literal;)*) => {$(
        $(#[$meta])*
        #[utoipa::path(delete, path = $path, tag = "volume", operation_id = $id,
            security(("token" = [])),
            params(("project_id" = String, Path), ("volume_id" = String, Path)),
            extensions(("x-action" = json!("evs:volumes:delete"))),
            responses((status = 202, description = "It is being done."), (status = 401),
                (status = 403), (status = 404), (status = 409)))]
        pub(super) async fn $name(
            State(state): State<AppState>,
            Path(ids): Path<(String, String)>,
            caller: Caller,
            request: RequestId,
        ) -> Result<StatusCode, ApiError> {
            let job = delete(&state, ids, &caller, request).await?;
            jobs::done_or_begun(&state, job).await?;
            Ok(StatusCode::ACCEPTED)
        }
    )*};
}

deletions! {
    /// Deletes a disk that no server has. Its backups stay.
    delete_v3("/v3/{project_id}/volumes/{volume_id}") = "delete_volume_v3";
    /// Deletes a disk that no server has. Its backups stay.
    delete_v2("/v2/{project_id}/volumes/{volume_id}") = "delete_volume_v2";
}

/// Deletes a disk that no server has, as EVS does. Its backups stay.
#[utoipa::path(delete, path = "/v2/{project_id}/cloudvolumes/{volume_id}", tag = "volume",
    operation_id = "delete_cloud_volume", security(("token" = [])),
    params(("project_id" = String, Path), ("volume_id" = String, Path)),
    extensions(("x-action" = json!("evs:volumes:delete"))),
    responses((status = 200, body = JobId), (status = 401), (status = 403), (status = 404),
        (status = 409)))]
pub(super) async fn delete_cloud(
    State(state): State<AppState>,
    Path(ids): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
) -> Result<Json<JobId>, ApiError> {
    let job = delete(&state, ids, &caller, request).await?;
    Ok(jobs::begun(&state, job))
}
