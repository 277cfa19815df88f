//! The image API (Glance v2, IMS v1 and v2): whole-server images made from backups.
//!
//! Bytes of disks are not given out here: an export is of one disk (`api::coffer`).

mod lists;
mod members;
mod wire;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Actor;
use crate::app::images::{ImageSource, NewImage};
use crate::http::{ApiError, Json, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(lists::list))
        .routes(routes!(lists::show, delete))
        .routes(routes!(lists::cloud_images))
        .routes(routes!(cloud_delete))
        .routes(routes!(whole_image))
        .routes(routes!(members::glance_list, members::glance_create))
        .routes(routes!(
            members::glance_show,
            members::glance_update,
            members::glance_delete
        ))
        .routes(routes!(members::ims_list, members::ims_create))
        .routes(routes!(
            members::ims_show,
            members::ims_update,
            members::ims_delete
        ))
}

/// Checks that the caller may also do another action than its route's.
///
/// # Errors
/// 403, naming it.
pub(in crate::api) fn needs(caller: &Caller, action: &str) -> Result<(), ApiError> {
    match caller.may(action) {
        true => Ok(()),
        false => Err(ApiError::not_allowed(action)),
    }
}

/// The project is the token's: there is none in the path.
fn actor(caller: &Caller, request: RequestId) -> Result<Actor, ApiError> {
    let project = caller.project_id().ok_or_else(ApiError::forbidden)?;
    Ok(Actor {
        project: caller.read(&project.to_string())?,
        user: caller.user_id,
        request_id: request.0,
    })
}

/// A whole-server image to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub struct WholeImageRequest {
    /// 1 to 128 letters, digits, `-`, `.`, `_` and spaces; no other image has it.
    #[serde(default)]
    name: String,
    /// A server's backup.
    #[serde(default)]
    backup_id: Option<String>,
    /// A server instead of a backup: it is backed up into the vault first.
    #[serde(default)]
    instance_id: Option<String>,
    /// Required with `instance_id`.
    #[serde(default)]
    vault_id: Option<String>,
    /// `CBR`, which it is where absent.
    #[serde(default)]
    whole_image_type: Option<String>,
    /// At most 1024 characters.
    #[serde(default)]
    description: Option<String>,
    /// At most 10 of 1 to 80 characters, as `key.value`.
    #[serde(default)]
    tags: Option<Vec<String>>,
    /// Instead of `tags`.
    #[serde(default)]
    image_tags: Option<Vec<ImageTag>>,
    /// MiB.
    #[serde(default)]
    min_ram: Option<u64>,
    /// MiB.
    #[serde(default)]
    max_ram: Option<u64>,
}

/// A tag.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ImageTag {
    key: String,
    #[serde(default)]
    value: String,
}

/// `{"job_id": "..."}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImageJob {
    /// For `GET /v1/{project_id}/jobs/{job_id}`. It is the image's id as well.
    job_id: String,
}

/// Makes a whole-server image of a backup, or of a server that is backed up first.
#[utoipa::path(post, path = "/v1/cloudimages/wholeimages/action", tag = "image",
    operation_id = "create_whole_image", security(("token" = [])),
    request_body = WholeImageRequest, extensions(("x-action" = json!("ims:images:create"))),
    responses((status = 200, body = ImageJob), (status = 400), (status = 401), (status = 403),
        (status = 404)))]
async fn whole_image(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<WholeImageRequest>,
) -> Result<Json<ImageJob>, ApiError> {
    let actor = actor(&caller, request)?;
    let wrong = |text: &str| Err(ApiError::bad_request(text.to_owned()));
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    if given(body.whole_image_type).is_some_and(|kind| kind != "CBR") {
        return wrong("`whole_image_type` must be CBR: there are no older backups here.");
    }
    let source = match (given(body.backup_id), given(body.instance_id)) {
        (Some(backup), None) => ImageSource::Backup(backup),
        (None, Some(server)) => {
            let Some(vault) = given(body.vault_id) else {
                return wrong("`vault_id` is required with `instance_id`.");
            };
            needs(&caller, "cbr:vaults:backup")?;
            ImageSource::Server { server, vault }
        }
        (None, None) => return wrong("`backup_id` or `instance_id` is required."),
        (Some(_), Some(_)) => return wrong("`backup_id` excludes `instance_id`."),
    };
    let tags = match (body.tags, body.image_tags) {
        (Some(_), Some(_)) => return wrong("`tags` excludes `image_tags`."),
        (tags, None) => tags.unwrap_or_default(),
        (None, Some(pairs)) => pairs
            .into_iter()
            .map(|tag| format!("{}.{}", tag.key, tag.value))
            .collect(),
    };
    let new = NewImage {
        source,
        name: body.name,
        description: body.description.unwrap_or_default(),
        tags,
        min_ram_mib: body.min_ram.unwrap_or(0),
        max_ram_mib: body.max_ram.filter(|most| *most > 0),
        field: "",
    };
    let made = state.app.create_image(&actor, new).await?;
    Ok(Json(ImageJob {
        job_id: made.image.id.to_string(),
    }))
}

/// Deletes an image; with `{"delete_backup": true}` its backup too.
#[utoipa::path(delete, path = "/image/v2/images/{image_id}", tag = "image",
    operation_id = "glance_delete_image", security(("token" = [])),
    params(("image_id" = String, Path)), request_body = Option<Deletion>,
    extensions(("x-action" = json!("ims:images:delete"))),
    responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
async fn delete(
    State(state): State<AppState>,
    Path(image_id): Path<String>,
    caller: Caller,
    request: RequestId,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    remove(&state, &image_id, &caller, request, &body).await
}

/// Deletes an image, as IMS does; with `{"delete_backup": true}` its backup too.
#[utoipa::path(delete, path = "/v2/images/{image_id}", tag = "image",
    operation_id = "ims_delete_image", security(("token" = [])),
    params(("image_id" = String, Path)), request_body = Option<Deletion>,
    extensions(("x-action" = json!("ims:images:delete"))),
    responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
async fn cloud_delete(
    State(state): State<AppState>,
    Path(image_id): Path<String>,
    caller: Caller,
    request: RequestId,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    remove(&state, &image_id, &caller, request, &body).await
}

/// The body of a deletion.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct Deletion {
    /// Delete the image's backup too; where that is refused, both stay.
    #[serde(default)]
    delete_backup: Option<bool>,
}

async fn remove(
    state: &AppState,
    id: &str,
    caller: &Caller,
    request: RequestId,
    body: &[u8],
) -> Result<StatusCode, ApiError> {
    let actor = actor(caller, request)?;
    let deletion: Deletion = match body.is_empty() {
        true => Deletion::default(),
        false => serde_json::from_slice(body)
            .map_err(|e| ApiError::bad_request(format!("The body does not fit: {e}.")))?,
    };
    let with_backup = deletion.delete_backup.unwrap_or(false);
    if with_backup {
        needs(caller, "cbr:backups:delete")?;
    }
    state.app.delete_image(&actor, id, with_backup).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An image's job, as `GET /v1/{project_id}/jobs/{job_id}` shows it; none where no image has the
/// id. An image is its own job: it is there at once, and whole when its backup is.
pub(super) async fn job(state: &AppState, actor: &Actor, id: &str) -> Option<Value> {
    let view = state.app.image(actor, id).await.ok()?;
    Some(wire::job(&view))
}
