//! Tags of servers and disks (ECS API: tags of a server; EVS API: tags of a disk).

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::ids::ProjectId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::resource_tags::{TagChange, TagError, Tagged};
use crate::http::{ApiError, Json};
use crate::identity::Caller;
use crate::state::AppState;

/// A tag.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ResourceTag {
    /// 1 to 36 letters, digits, `_`, `-`.
    key: String,
    /// At most 43 letters, digits, `_`, `-`, `.`.
    #[serde(default)]
    value: String,
}

/// `{"tags": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResourceTags {
    /// By key.
    tags: Vec<ResourceTag>,
}

/// What to do with tags.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ResourceTagAction {
    /// Set them; a key that is there gets the new value.
    Create,
    /// Delete them; missing ones count as deleted.
    Delete,
}

/// `{"action": "create", "tags": [...]}`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ResourceTagRequest {
    action: ResourceTagAction,
    /// At most 20.
    tags: Vec<ResourceTag>,
}

impl From<TagError> for ApiError {
    fn from(error: TagError) -> ApiError {
        match error {
            TagError::NotFound => ApiError::not_found("resource"),
            TagError::Refused(refusal) => refusal.into(),
            TagError::Failed(error) => error.into(),
        }
    }
}

async fn read(
    state: &AppState,
    project: ProjectId,
    kind: Tagged,
    id: &str,
) -> Result<Json<ResourceTags>, ApiError> {
    let tags: BTreeMap<String, String> = state.app.resource_tags(project, kind, id).await?;
    let tag = |(key, value)| ResourceTag { key, value };
    Ok(Json(ResourceTags {
        tags: tags.into_iter().map(tag).collect(),
    }))
}

async fn write(
    state: &AppState,
    project: ProjectId,
    (kind, id): (Tagged, &str),
    body: ResourceTagRequest,
) -> Result<StatusCode, ApiError> {
    let tags = body.tags.into_iter();
    let change = match body.action {
        ResourceTagAction::Create => TagChange::Set(tags.map(|t| (t.key, t.value)).collect()),
        ResourceTagAction::Delete => TagChange::Remove(tags.map(|t| t.key).collect()),
    };
    let changed = state.app.change_resource_tags(project, kind, id, &change);
    changed.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The tags of a server: those that users set, and those of the hypervisor.
#[utoipa::path(get, path = "/v1/{project_id}/cloudservers/{server_id}/tags", tag = "compute",
    operation_id = "show_server_tags", security(("token" = [])),
    params(("project_id" = String, Path), ("server_id" = String, Path)),
    extensions(("x-action" = json!("ecs:cloudServers:getTags"))),
    responses((status = 200, body = ResourceTags), (status = 401), (status = 403),
        (status = 404)))]
pub(in crate::api) async fn server(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<ResourceTags>, ApiError> {
    let project = caller.read(&project)?;
    read(&state, project, Tagged::Server, &id).await
}

/// Sets or deletes tags of a server.
#[utoipa::path(post, path = "/v1/{project_id}/cloudservers/{server_id}/tags/action",
    tag = "compute", operation_id = "change_server_tags", security(("token" = [])),
    params(("project_id" = String, Path), ("server_id" = String, Path)),
    request_body = ResourceTagRequest,
    extensions(("x-action" = json!("ecs:cloudServers:batchSetTags"))),
    responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub(in crate::api) async fn change_server(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    Json(body): Json<ResourceTagRequest>,
) -> Result<StatusCode, ApiError> {
    let project = caller.write(&project)?;
    write(&state, project, (Tagged::Server, &id), body).await
}

/// The tags of a disk.
#[utoipa::path(get, path = "/v2/{project_id}/cloudvolumes/{volume_id}/tags", tag = "volume",
    operation_id = "show_volume_tags", security(("token" = [])),
    params(("project_id" = String, Path), ("volume_id" = String, Path)),
    extensions(("x-action" = json!("evs:volumes:getTags"))),
    responses((status = 200, body = ResourceTags), (status = 401), (status = 403),
        (status = 404)))]
pub(in crate::api) async fn volume(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<ResourceTags>, ApiError> {
    let project = caller.read(&project)?;
    read(&state, project, Tagged::Disk, &id).await
}

/// Sets or deletes tags of a disk.
#[utoipa::path(post, path = "/v2/{project_id}/cloudvolumes/{volume_id}/tags/action",
    tag = "volume", operation_id = "change_volume_tags", security(("token" = [])),
    params(("project_id" = String, Path), ("volume_id" = String, Path)),
    request_body = ResourceTagRequest,
    extensions(("x-action" = json!("evs:volumes:batchSetTags"))),
    responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub(in crate::api) async fn change_volume(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    Json(body): Json<ResourceTagRequest>,
) -> Result<StatusCode, ApiError> {
    let project = caller.write(&project)?;
    write(&state, project, (Tagged::Disk, &id), body).await
}
