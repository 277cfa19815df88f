//! Disks: Cinder v2 and v3, EVS v2, as far as clients of the CBR API use them.

mod create;

use std::collections::BTreeMap;

use axum::extract::{OriginalUri, Path, State};
use coffer_core::ids::ProjectId;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::compute::ZONE;
use crate::catalog::neighbours::{self, DiskRow};
use crate::http::page::page;
use crate::http::{ApiError, Json, Params, PublicBase};
use crate::identity::Caller;
use crate::state::AppState;

/// The one type of disks: hosts do not say how fast theirs are.
const VOLUME_TYPE: &str = "default";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_v3))
        .routes(routes!(detail_v3))
        .routes(routes!(show_v3))
        .routes(routes!(types_v3))
        .routes(routes!(list_v2))
        .routes(routes!(detail_v2))
        .routes(routes!(show_v2))
        .routes(routes!(types_v2))
        .routes(routes!(cloud_detail))
        .routes(routes!(cloud_show))
        .routes(routes!(create::create_v3))
        .routes(routes!(create::create_cloud))
        .routes(routes!(create::job))
}

/// Whole GiB, rounded up: what the API calls GB.
pub(super) fn gib(bytes: i64) -> i64 {
    bytes.max(0).saturating_add((1 << 30) - 1) >> 30
}

/// `{"volumes": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Volumes {
    /// All disks that fit, whatever the page (EVS alone).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    count: Option<usize>,
    volumes: Vec<Volume>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>, nullable = false)]
    volumes_links: Option<Value>,
}

/// `{"volumes": [...]}`, short.
#[derive(Debug, Serialize, ToSchema)]
pub struct VolumeNames {
    volumes: Vec<VolumeName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>, nullable = false)]
    volumes_links: Option<Value>,
}

/// Id, name and address of a disk.
#[derive(Debug, Serialize, ToSchema)]
pub struct VolumeName {
    id: String,
    name: String,
    #[schema(value_type = Vec<Object>)]
    links: Value,
}

/// `{"volume": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct VolumeAnswer {
    volume: Volume,
}

/// A disk.
#[derive(Debug, Serialize, ToSchema)]
pub struct Volume {
    id: String,
    name: String,
    description: String,
    /// `in-use` or `available`; `restoring-backup` while a backup is written to it,
    /// `error_restoring` once that has ended before it was whole.
    status: String,
    /// GiB, rounded up.
    size: i64,
    volume_type: String,
    availability_zone: String,
    /// `"true"` or `"false"`, as text.
    bootable: String,
    multiattach: bool,
    shareable: bool,
    encrypted: bool,
    attachments: Vec<Attachment>,
    #[schema(value_type = Object)]
    metadata: BTreeMap<String, String>,
    #[schema(value_type = Object)]
    tags: BTreeMap<String, String>,
    snapshot_id: Option<String>,
    source_volid: Option<String>,
    consistencygroup_id: Option<String>,
    replication_status: Option<String>,
    user_id: String,
    #[serde(rename = "os-vol-tenant-attr:tenant_id")]
    tenant_id: String,
    /// Without a zone, as Cinder writes it.
    created_at: String,
    updated_at: String,
    #[schema(value_type = Vec<Object>)]
    links: Value,
}

/// Where a disk is attached.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VolumeAttachment)]
pub struct Attachment {
    id: String,
    attachment_id: String,
    volume_id: String,
    server_id: String,
    device: String,
    host_name: Option<String>,
    attached_at: String,
}

fn time(ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string()
}

fn links(base: &str, version: &str, project: ProjectId, id: &str) -> Value {
    json!([{"rel": "self", "href": format!("{base}/{version}/{project}/volumes/{id}")}])
}

/// A disk and what is the matter with it.
struct Shown {
    row: DiskRow,
    status: &'static str,
}

/// All disks of a project.
async fn disks(state: &AppState, project: ProjectId) -> Result<Vec<Shown>, ApiError> {
    let special = state.app.special_disks(project).await?;
    let rows = neighbours::disks(&mut *state.catalog.reader().await?, project).await?;
    let shown = |row: DiskRow| {
        let special = special.iter().find(|(id, _)| *id == row.id);
        let status = match (special.map(|(_, status)| *status), &row.server_id) {
            // A backup does not hinder whoever uses the disk.
            (Some(status @ ("restoring-backup" | "error_restoring")), _) => status,
            (_, Some(_)) => "in-use",
            (_, None) => "available",
        };
        Shown { row, status }
    };
    Ok(rows.into_iter().map(shown).collect())
}

fn wire(base: &str, version: &str, project: ProjectId, caller: &Caller, disk: Shown) -> Volume {
    let Shown { row: disk, status } = disk;
    let attachment = disk.server_id.as_ref().map(|server| Attachment {
        id: disk.id.clone(),
        attachment_id: disk.id.clone(),
        volume_id: disk.id.clone(),
        server_id: server.clone(),
        device: format!("/dev/{}", disk.device),
        host_name: None,
        attached_at: time(disk.created_at),
    });
    Volume {
        description: String::new(),
        status: status.to_owned(),
        size: gib(disk.size_bytes),
        volume_type: VOLUME_TYPE.to_owned(),
        availability_zone: ZONE.to_owned(),
        bootable: disk.system.to_string(),
        multiattach: disk.shareable,
        shareable: disk.shareable,
        encrypted: false,
        attachments: attachment.into_iter().collect(),
        metadata: BTreeMap::new(),
        tags: BTreeMap::new(),
        snapshot_id: None,
        source_volid: None,
        consistencygroup_id: None,
        replication_status: None,
        user_id: caller.user_id.to_string(),
        tenant_id: project.to_string(),
        created_at: time(disk.created_at),
        updated_at: time(disk.updated_at),
        links: links(base, version, project, &disk.id),
        id: disk.id,
        name: disk.name,
    }
}

/// Disks of a project that the query asks for.
async fn find_all(
    state: &AppState,
    project: ProjectId,
    params: &Params,
) -> Result<Vec<Shown>, ApiError> {
    let mut disks = disks(state, project).await?;
    let multiattach = params.truth("multiattach")?;
    let bootable = params.truth("bootable")?;
    let ids: Vec<&str> = params.list("ids").chain(params.all("id")).collect();
    // `ids` also comes as ['a','b'].
    let ids: Vec<&str> = ids
        .iter()
        .map(|id| id.trim_matches(['[', ']', '\'', '"', ' ']))
        .collect();
    disks.retain(|shown| {
        let disk = &shown.row;
        params.get("name").is_none_or(|name| disk.name == name)
            && params
                .get("status")
                .is_none_or(|wanted| wanted == shown.status)
            && params
                .get("availability_zone")
                .is_none_or(|zone| zone == ZONE)
            && params
                .get("server_id")
                .is_none_or(|id| disk.server_id.as_deref() == Some(id))
            && multiattach.is_none_or(|wanted| wanted == disk.shareable)
            && bootable.is_none_or(|wanted| wanted == disk.system)
            && (ids.is_empty() || ids.contains(&disk.id.as_str()))
    });
    sort(&mut disks, params)?;
    Ok(disks)
}

/// By `sort_key` and `sort_dir`, or `sort=key:dir`; newest first if nothing is said.
fn sort(disks: &mut [Shown], params: &Params) -> Result<(), ApiError> {
    let (key, direction) = match params.get("sort") {
        Some(sort) => sort.split_once(':').unwrap_or((sort, "desc")),
        None => match params.get("sort_key") {
            Some(key) => (key, params.get("sort_dir").unwrap_or("desc")),
            None => return Ok(()),
        },
    };
    match key {
        "id" => disks.sort_by(|a, b| a.row.id.cmp(&b.row.id)),
        "name" => disks.sort_by(|a, b| a.row.name.cmp(&b.row.name)),
        "status" => disks.sort_by_key(|disk| disk.status),
        "size" => disks.sort_by_key(|disk| disk.row.size_bytes),
        "created_at" => disks.sort_by_key(|disk| disk.row.created_at),
        "updated_at" => disks.sort_by_key(|disk| disk.row.updated_at),
        _ => {
            return Err(ApiError::bad_request(
                "Parameter `sort_key` names no key to sort by.",
            ));
        }
    }
    match direction {
        "asc" => {}
        "desc" => disks.reverse(),
        _ => {
            return Err(ApiError::bad_request(
                "Parameter `sort_dir` must be asc or desc.",
            ));
        }
    }
    Ok(())
}

/// What a list handler needs.
struct Asked {
    state: AppState,
    base: String,
    path: String,
    project: String,
    params: Params,
    caller: Caller,
}

async fn detail(asked: Asked, version: &str, count: bool) -> Result<Json<Volumes>, ApiError> {
    let project = asked.caller.read(&asked.project)?;
    let disks = find_all(&asked.state, project, &asked.params).await?;
    let count = count.then_some(disks.len());
    let address = format!("{}{}", asked.base, asked.path);
    let page = page(disks, |disk| &disk.row.id, &asked.params, &address)?;
    let disks = page.items.into_iter();
    let volumes = disks.map(|disk| wire(&asked.base, version, project, &asked.caller, disk));
    Ok(Json(Volumes {
        count,
        volumes: volumes.collect(),
        volumes_links: page.links,
    }))
}

async fn names(asked: Asked, version: &str) -> Result<Json<VolumeNames>, ApiError> {
    let project = asked.caller.read(&asked.project)?;
    let disks = find_all(&asked.state, project, &asked.params).await?;
    let address = format!("{}{}", asked.base, asked.path);
    let page = page(disks, |disk| &disk.row.id, &asked.params, &address)?;
    let volumes = page.items.into_iter().map(|disk| VolumeName {
        links: links(&asked.base, version, project, &disk.row.id),
        id: disk.row.id,
        name: disk.row.name,
    });
    Ok(Json(VolumeNames {
        volumes: volumes.collect(),
        volumes_links: page.links,
    }))
}

async fn one(
    state: &AppState,
    base: &str,
    version: &str,
    (project, id): (String, String),
    caller: &Caller,
) -> Result<Json<VolumeAnswer>, ApiError> {
    let project = caller.read(&project)?;
    let disks = disks(state, project).await?;
    let disk = disks.into_iter().find(|disk| disk.row.id == id);
    if disk.is_none() {
        let actor = crate::app::Actor {
            project,
            user: caller.user_id,
            request_id: String::new(),
        };
        if let Some(volume) = create::being_made(state, base, &actor, caller, &id).await? {
            return Ok(Json(VolumeAnswer { volume }));
        }
    }
    let disk = disk.ok_or_else(|| {
        ApiError::new(
            axum::http::StatusCode::NOT_FOUND,
            format!("Volume {id} could not be found."),
        )
    })?;
    Ok(Json(VolumeAnswer {
        volume: wire(base, version, project, caller, disk),
    }))
}

fn types(caller: &Caller, project: &str) -> Result<Json<Value>, ApiError> {
    caller.read(project)?;
    let id = uuid::Uuid::from_bytes([0xc0; 16]);
    Ok(Json(json!({"volume_types": [{
        "id": id,
        "name": VOLUME_TYPE,
        "description": null,
        "is_public": true,
        "extra_specs": {},
        "os-volume-type-access:is_public": true,
    }]})))
}

macro_rules! list_routes {
    ($($(#[$meta:meta])* $name:ident($path:literal) -> $answer:ty = $call:expr;)*) => {$(
        $(#[$meta])*
        #[utoipa::path(get, path = $path, tag = "volume", security(("token" = [])),
            params(("project_id" = String, Path), ("limit" = Option<u32>, Query),
                ("marker" = Option<String>, Query), ("offset" = Option<u32>, Query),
                ("name" = Option<String>, Query), ("status" = Option<String>, Query),
                ("sort_key" = Option<String>, Query), ("sort_dir" = Option<String>, Query)),
            extensions(("x-action" = json!("evs:volumes:list"))),
            responses((status = 200, body = $answer), (status = 401), (status = 403)))]
        async fn $name(
            State(state): State<AppState>,
            PublicBase(base): PublicBase,
            OriginalUri(uri): OriginalUri,
            Path(project): Path<String>,
            params: Params,
            caller: Caller,
        ) -> Result<Json<$answer>, ApiError> {
            let path = uri.path().to_owned();
            let call: fn(Asked) -> _ = $call;
            call(Asked { state, base, path, project, params, caller }).await
        }
    )*};
}

list_routes! {
    /// Disks by id and name.
    list_v3("/v3/{project_id}/volumes") -> VolumeNames = |asked| names(asked, "v3");
    /// Disks by id and name.
    list_v2("/v2/{project_id}/volumes") -> VolumeNames = |asked| names(asked, "v2");
    /// Disks.
    detail_v3("/v3/{project_id}/volumes/detail") -> Volumes = |asked| detail(asked, "v3", false);
    /// Disks.
    detail_v2("/v2/{project_id}/volumes/detail") -> Volumes = |asked| detail(asked, "v2", false);
    /// Disks, as EVS lists them.
    cloud_detail("/v2/{project_id}/cloudvolumes/detail") -> Volumes = |asked| detail(asked, "v2", true);
}

/// A disk.
#[utoipa::path(get, path = "/v3/{project_id}/volumes/{volume_id}", tag = "volume",
    security(("token" = [])),
    params(("project_id" = String, Path), ("volume_id" = String, Path)),
    extensions(("x-action" = json!("evs:volumes:get"))),
    responses((status = 200, body = VolumeAnswer), (status = 401), (status = 403), (status = 404)))]
async fn show_v3(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    Path(ids): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<VolumeAnswer>, ApiError> {
    one(&state, &base, "v3", ids, &caller).await
}

/// A disk.
#[utoipa::path(get, path = "/v2/{project_id}/volumes/{volume_id}", tag = "volume",
    security(("token" = [])),
    params(("project_id" = String, Path), ("volume_id" = String, Path)),
    extensions(("x-action" = json!("evs:volumes:get"))),
    responses((status = 200, body = VolumeAnswer), (status = 401), (status = 403), (status = 404)))]
async fn show_v2(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    Path(ids): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<VolumeAnswer>, ApiError> {
    one(&state, &base, "v2", ids, &caller).await
}

/// A disk, as EVS shows it.
#[utoipa::path(get, path = "/v2/{project_id}/cloudvolumes/{volume_id}", tag = "volume",
    security(("token" = [])),
    params(("project_id" = String, Path), ("volume_id" = String, Path)),
    extensions(("x-action" = json!("evs:volumes:get"))),
    responses((status = 200, body = VolumeAnswer), (status = 401), (status = 403), (status = 404)))]
async fn cloud_show(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    Path(ids): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<VolumeAnswer>, ApiError> {
    one(&state, &base, "v2", ids, &caller).await
}

/// Types of disks: one.
#[utoipa::path(get, path = "/v3/{project_id}/types", tag = "volume", security(("token" = [])),
    params(("project_id" = String, Path)),
    extensions(("x-action" = json!("evs:types:list"))),
    responses((status = 200, description = "The types."), (status = 401), (status = 403)))]
async fn types_v3(Path(project): Path<String>, caller: Caller) -> Result<Json<Value>, ApiError> {
    types(&caller, &project)
}

/// Types of disks: one.
#[utoipa::path(get, path = "/v2/{project_id}/types", tag = "volume", security(("token" = [])),
    params(("project_id" = String, Path)),
    extensions(("x-action" = json!("evs:types:list"))),
    responses((status = 200, description = "The types."), (status = 401), (status = 403)))]
async fn types_v2(Path(project): Path<String>, caller: Caller) -> Result<Json<Value>, ApiError> {
    types(&caller, &project)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_round_up() {
        assert_eq!(gib(0), 0);
        assert_eq!(gib(1), 1);
        assert_eq!(gib(1 << 30), 1);
        assert_eq!(gib((1 << 30) + 1), 2);
    }
}
