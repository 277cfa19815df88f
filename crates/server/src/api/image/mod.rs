//! The image API (Glance v2, IMS v2): lists of the images made from backups.
//!
//! Backups cannot be made into images yet, so the lists are empty and every id is unknown.

use axum::extract::Path;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::{ApiError, Json, Params};
use crate::identity::Caller;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(cloud_images))
}

/// Images.
#[utoipa::path(get, path = "/image/v2/images", tag = "image", security(("token" = [])),
    params(("limit" = Option<u32>, Query), ("marker" = Option<String>, Query)),
    extensions(("x-action" = json!("ims:images:list"))),
    responses((status = 200, description = "The images."), (status = 401)))]
async fn list(params: Params, caller: Caller) -> Result<Json<Value>, ApiError> {
    may_read(&caller)?;
    params.number("limit", 0..=1000)?;
    Ok(Json(
        json!({"images": [], "schema": "/v2/schemas/images", "first": "/v2/images"}),
    ))
}

/// An image.
#[utoipa::path(get, path = "/image/v2/images/{image_id}", tag = "image",
    security(("token" = [])), params(("image_id" = String, Path)),
    extensions(("x-action" = json!("ims:images:get"))),
    responses((status = 404, description = "There is none."), (status = 401)))]
async fn show(Path(image_id): Path<String>, caller: Caller) -> Result<Json<Value>, ApiError> {
    may_read(&caller)?;
    tracing::debug!(image_id, "no such image");
    Err(ApiError::not_found("image"))
}

/// Images, as IMS lists them.
#[utoipa::path(get, path = "/v2/cloudimages", tag = "image", security(("token" = [])),
    params(("limit" = Option<u32>, Query), ("marker" = Option<String>, Query)),
    extensions(("x-action" = json!("ims:images:list"))),
    responses((status = 200, description = "The images."), (status = 401)))]
async fn cloud_images(params: Params, caller: Caller) -> Result<Json<Value>, ApiError> {
    may_read(&caller)?;
    params.number("limit", 0..=1000)?;
    Ok(Json(json!({"images": []})))
}

/// The project is the token's: there is none in the path.
fn may_read(caller: &Caller) -> Result<(), ApiError> {
    match caller.project_id() {
        Some(id) => caller.read(&id.to_string()).map(drop),
        None => Err(ApiError::forbidden()),
    }
}
