//! What EVS adds to Cinder: a disk's tags as one map, and its own addresses of disks and zones.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{VolumeAnswer, one};
use crate::api::compute::ZONE;
use crate::app::resource_tags::{TagChange, Tagged};
use crate::http::{ApiError, Json, PublicBase};
use crate::identity::Caller;
use crate::state::AppState;

/// `{"tags": {"key": "value"}}`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TagMap {
    /// At most 20.
    tags: BTreeMap<String, String>,
}

/// The tags of a disk.
#[utoipa::path(get, path = "/v2/{project_id}/os-vendor-tags/volumes/{volume_id}", tag = "volume",
    operation_id = "show_vendor_tags", security(("token" = [])),
    params(("project_id" = String, Path), ("volume_id" = String, Path)),
    extensions(("x-action" = json!("evs:volumes:getTags"))),
    responses((status = 200, body = TagMap), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn tags(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<TagMap>, ApiError> {
    let project = caller.read(&project)?;
    let tags = state.app.resource_tags(project, Tagged::Disk, &id).await?;
    Ok(Json(TagMap { tags }))
}

/// Sets the tags of a disk, in place of those that users had set.
#[utoipa::path(put, path = "/v2/{project_id}/os-vendor-tags/volumes/{volume_id}", tag = "volume",
    operation_id = "set_vendor_tags", security(("token" = [])),
    params(("project_id" = String, Path), ("volume_id" = String, Path)), request_body = TagMap,
    extensions(("x-action" = json!("evs:volumes:batchSetTags"))),
    responses((status = 200, body = TagMap), (status = 400), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn set_tags(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    Json(body): Json<TagMap>,
) -> Result<Json<TagMap>, ApiError> {
    let project = caller.write(&project)?;
    let change = TagChange::Replace(body.tags.into_iter().collect());
    let app = &state.app;
    app.change_resource_tags(project, Tagged::Disk, &id, &change)
        .await?;
    let tags = app.resource_tags(project, Tagged::Disk, &id).await?;
    Ok(Json(TagMap { tags }))
}

/// A disk, as EVS shows it at another address.
#[utoipa::path(get, path = "/v2/{project_id}/os-vendor-volumes/{volume_id}", tag = "volume",
    operation_id = "show_vendor_volume", security(("token" = [])),
    params(("project_id" = String, Path), ("volume_id" = String, Path)),
    extensions(("x-action" = json!("evs:volumes:get"))),
    responses((status = 200, body = VolumeAnswer), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    Path(ids): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<VolumeAnswer>, ApiError> {
    one(&state, &base, "v2", ids, &caller).await
}

/// Zones of disks: one, hosts are not grouped.
#[utoipa::path(get, path = "/v2/{project_id}/os-availability-zone", tag = "volume",
    operation_id = "volume_zones", security(("token" = [])),
    params(("project_id" = String, Path)),
    extensions(("x-action" = json!("evs:availabilityZones:list"))),
    responses((status = 200, description = "The zones."), (status = 401), (status = 403)))]
pub(super) async fn zones(
    Path(project): Path<String>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    caller.read(&project)?;
    let zone = json!({"zoneName": ZONE, "zoneState": {"available": true}});
    Ok(Json(json!({"availabilityZoneInfo": [zone]})))
}
