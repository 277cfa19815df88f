//! Disks: Cinder v2 and v3, EVS v2, as far as clients of the CBR API use them.

mod change;
mod create;
mod vendor;

use std::collections::{BTreeMap, HashMap};

use axum::extract::{OriginalUri, Path, State};
use coffer_core::ids::ProjectId;
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::AnyConnection;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::api::compute::ZONE;
use crate::catalog::neighbours::{self, DiskRow};
use crate::catalog::record::Filter;
use crate::catalog::resource_tags;
use crate::http::page::{Page, Wanted};
use crate::http::{ApiError, Json, Params, PublicBase};
use crate::identity::Caller;
use crate::state::AppState;

/// The one type of disks: hosts do not say how fast theirs are.
const VOLUME_TYPE: &str = "default";
/// Most ids that a query may name.
const IDS_MAX: usize = 1000;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_v3))
        .routes(routes!(detail_v3))
        .routes(routes!(show_v3, change::delete_v3))
        .routes(routes!(types_v3))
        .routes(routes!(list_v2))
        .routes(routes!(detail_v2))
        .routes(routes!(show_v2, change::delete_v2))
        .routes(routes!(types_v2))
        .routes(routes!(cloud_detail))
        .routes(routes!(cloud_show, change::delete_cloud))
        .routes(routes!(create::create_v3))
        .routes(routes!(create::create_v2))
        .routes(routes!(vendor::tags, vendor::set_tags))
        .routes(routes!(vendor::show))
        .routes(routes!(vendor::zones))
        .routes(routes!(create::create_cloud))
        .routes(routes!(crate::api::jobs::job))
        .routes(routes!(change::act_v3))
        .routes(routes!(change::act_v2))
        .routes(routes!(change::extend_cloud_v2))
        .routes(routes!(change::extend_cloud))
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
    count: Option<u64>,
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
    /// `error_restoring` once that has ended before it was whole; `creating`, `attaching`,
    /// `detaching`, `extending`, `deleting` while that is done.
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
    tags: BTreeMap<String, String>,
}

/// What is the matter with disks of a project beyond being attached or not, by their ids. A backup
/// does not hinder whoever uses a disk, and is not told here.
async fn special(
    state: &AppState,
    project: ProjectId,
) -> Result<HashMap<String, &'static str>, ApiError> {
    let all = state.app.special_disks(project).await?.into_iter();
    let told = |status: &str| matches!(status, "restoring-backup" | "error_restoring");
    let mut special: HashMap<_, _> = all.filter(|(_, status)| told(status)).collect();
    special.extend(state.app.changing_disks(project).await?);
    Ok(special)
}

fn shown(row: DiskRow, special: &HashMap<String, &'static str>) -> Shown {
    let status = match (special.get(&row.id), &row.server_id) {
        (Some(status), _) => status,
        (None, Some(_)) => "in-use",
        (None, None) => "available",
    };
    Shown {
        row,
        status,
        tags: BTreeMap::new(),
    }
}

/// Reads the tags of disks.
async fn with_tags(db: &mut AnyConnection, disks: &mut [Shown]) -> Result<(), ApiError> {
    let id = |shown: &Shown| shown.row.id.parse::<Uuid>().ok();
    let ids: Vec<Uuid> = disks.iter().filter_map(id).collect();
    let mut tags = resource_tags::of(db, &ids).await?;
    for shown in disks {
        let of_disk = id(shown).and_then(|id| tags.remove(&id));
        shown.tags = of_disk.unwrap_or_default();
    }
    Ok(())
}

fn wire(base: &str, version: &str, project: ProjectId, caller: &Caller, disk: Shown) -> Volume {
    let Shown {
        row: disk,
        status,
        tags,
    } = disk;
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
        tags,
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

/// Which disks of a project the query asks for.
fn filter(
    project: ProjectId,
    params: &Params,
    special: &HashMap<String, &'static str>,
) -> Result<Filter, ApiError> {
    let mut filter = neighbours::there(project)
        .maybe("name", params.get("name").map(str::to_owned))
        .maybe("server_id", params.get("server_id").map(str::to_owned))
        .maybe("shareable", params.truth("multiattach")?)
        .maybe("system", params.truth("bootable")?);
    // `ids` also comes as ['a','b'].
    let ids = params.list("ids").chain(params.all("id"));
    let ids: Vec<String> = ids
        .map(|id| id.trim_matches(['[', ']', '\'', '"', ' ']).to_owned())
        .collect();
    if ids.len() > IDS_MAX {
        let text = format!("Parameter `ids` must have at most {IDS_MAX} values.");
        return Err(ApiError::bad_request(text));
    }
    filter = filter.any_of("id", &ids);
    if params
        .get("availability_zone")
        .is_some_and(|zone| zone != ZONE)
    {
        filter = filter.and("1 = 0");
    }
    if let Some(wanted) = params.get("status") {
        filter = of_status(filter, wanted, special);
    }
    Ok(filter)
}

fn of_status(filter: Filter, wanted: &str, special: &HashMap<String, &'static str>) -> Filter {
    let plain = match wanted {
        "in-use" => filter.and("server_id IS NOT NULL"),
        "available" => filter.and("server_id IS NULL"),
        _ => {
            let with = special.iter().filter(|(_, status)| **status == wanted);
            let with: Vec<String> = with.map(|(id, _)| id.clone()).collect();
            return filter.among("id IN", &with, "");
        }
    };
    let others: Vec<String> = special.keys().cloned().collect();
    plain.none_of("id", &others)
}

/// By `sort_key` and `sort_dir`, or `sort=key:dir`; newest first if nothing is said. By status
/// means the free ones before the attached ones.
fn order(params: &Params) -> Result<(&'static str, bool), ApiError> {
    let (key, direction) = match params.get("sort") {
        Some(sort) => sort.split_once(':').unwrap_or((sort, "desc")),
        None => match params.get("sort_key") {
            Some(key) => (key, params.get("sort_dir").unwrap_or("desc")),
            None => return Ok(("created_at", true)),
        },
    };
    let column = match key {
        "id" => "id",
        "name" => "name",
        "status" => "CASE WHEN server_id IS NULL THEN 0 ELSE 1 END",
        "size" => "size_bytes",
        "created_at" => "created_at",
        "updated_at" => "updated_at",
        _ => {
            return Err(ApiError::bad_request(
                "Parameter `sort_key` names no key to sort by.",
            ));
        }
    };
    match direction {
        "asc" => Ok((column, false)),
        "desc" => Ok((column, true)),
        _ => Err(ApiError::bad_request(
            "Parameter `sort_dir` must be asc or desc.",
        )),
    }
}

/// A page of the disks that the query asks for, and on request the number of all.
async fn find_all(asked: &Asked, count: bool) -> Result<(Found, ProjectId), ApiError> {
    let (params, state) = (&asked.params, &asked.state);
    let project = asked.caller.read(&asked.project)?;
    let wanted = Wanted::read(params)?;
    let order = order(params)?;
    let special = special(state, project).await?;
    let filter = filter(project, params, &special)?;
    let mut tx = state.catalog.snapshot().await?;
    if let Some(marker) = &wanted.marker {
        let known = neighbours::there(project).eq("id", marker.clone());
        if neighbours::count_disks(&mut tx, &known).await? == 0 {
            return Err(crate::http::page::no_marker());
        }
    }
    let rows = neighbours::disks(&mut tx, &filter, &[order], &wanted.rows()).await?;
    let count = match count {
        true => Some(neighbours::count_disks(&mut tx, &filter).await?),
        false => None,
    };
    let mut disks: Vec<Shown> = rows.into_iter().map(|row| shown(row, &special)).collect();
    with_tags(&mut tx, &mut disks).await?;
    let address = format!("{}{}", asked.base, asked.path);
    let page = wanted.cut(disks, |disk| &disk.row.id, params, &address);
    Ok((Found { page, count }, project))
}

/// A page of disks.
struct Found {
    page: Page<Shown>,
    count: Option<u64>,
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
    let (Found { page, count }, project) = find_all(&asked, count).await?;
    let disks = page.items.into_iter();
    let volumes = disks.map(|disk| wire(&asked.base, version, project, &asked.caller, disk));
    Ok(Json(Volumes {
        count,
        volumes: volumes.collect(),
        volumes_links: page.links,
    }))
}

async fn names(asked: Asked, version: &str) -> Result<Json<VolumeNames>, ApiError> {
    let (Found { page, .. }, project) = find_all(&asked, false).await?;
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
    let wanted = neighbours::there(project).eq("id", id.clone());
    let mut reader = state.catalog.reader().await?;
    let found = neighbours::disks(&mut reader, &wanted, &[], &Default::default()).await?;
    let disk = match found.into_iter().next() {
        Some(row) => {
            let mut disk = [shown(row, &special(state, project).await?)];
            with_tags(&mut reader, &mut disk).await?;
            let [disk] = disk;
            Some(disk)
        }
        None => None,
    };
    drop(reader);
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
