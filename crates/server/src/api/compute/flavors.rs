//! Flavors: sizes of servers. There is one for each size that a server of the project has; its id
//! says it (`c2-m4096`: 2 processors, 4096 MiB).

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use coffer_core::ids::ProjectId;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::catalog::neighbours;
use crate::http::{ApiError, Json, PublicBase};
use crate::identity::Caller;
use crate::state::AppState;

/// `{"flavors": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Flavors {
    flavors: Vec<Flavor>,
}

/// `{"flavor": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlavorAnswer {
    flavor: Flavor,
}

/// A size of servers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Flavor {
    id: String,
    name: String,
    vcpus: i64,
    /// MiB.
    ram: i64,
    disk: i64,
    swap: String,
    rxtx_factor: f32,
    #[serde(rename = "OS-FLV-EXT-DATA:ephemeral")]
    ephemeral: i64,
    #[serde(rename = "OS-FLV-DISABLED:disabled")]
    disabled: bool,
    #[serde(rename = "os-flavor-access:is_public")]
    is_public: bool,
    #[schema(value_type = Vec<Object>)]
    links: Value,
}

/// The id of a size.
pub(super) fn id(vcpus: i64, memory_mib: i64) -> String {
    format!("c{vcpus}-m{memory_mib}")
}

/// The size that an id names.
pub(super) fn size(id: &str) -> Option<(i64, i64)> {
    let (vcpus, memory) = id.strip_prefix('c')?.split_once("-m")?;
    let size = (vcpus.parse().ok()?, memory.parse().ok()?);
    // `c+2-m512` reads as a number too, and is no id.
    (self::id(size.0, size.1) == id).then_some(size)
}

fn wire(base: &str, project: ProjectId, (vcpus, ram): (i64, i64)) -> Flavor {
    let id = id(vcpus, ram);
    Flavor {
        name: id.clone(),
        vcpus,
        ram,
        disk: 0,
        swap: String::new(),
        rxtx_factor: 1.0,
        ephemeral: 0,
        disabled: false,
        is_public: true,
        links: json!([
            {"rel": "self", "href": format!("{base}/v2.1/{project}/flavors/{id}")},
            {"rel": "bookmark", "href": format!("{base}/{project}/flavors/{id}")},
        ]),
        id,
    }
}

async fn sizes(state: &AppState, project: ProjectId) -> Result<BTreeSet<(i64, i64)>, ApiError> {
    let mut reader = state.catalog.reader().await?;
    Ok(neighbours::sizes(&mut reader, project).await?)
}

/// Flavors.
#[utoipa::path(get, path = "/v2.1/{project_id}/flavors", tag = "compute",
    security(("token" = [])), params(("project_id" = String, Path)),
    extensions(("x-action" = json!("ecs:flavors:list"))),
    responses((status = 200, body = Flavors), (status = 401), (status = 403)))]
pub(super) async fn list(
    state: State<AppState>,
    base: PublicBase,
    project: Path<String>,
    caller: Caller,
) -> Result<Json<Flavors>, ApiError> {
    detail(state, base, project, caller).await
}

/// Flavors.
#[utoipa::path(get, path = "/v2.1/{project_id}/flavors/detail", tag = "compute",
    security(("token" = [])), params(("project_id" = String, Path)),
    extensions(("x-action" = json!("ecs:flavors:list"))),
    responses((status = 200, body = Flavors), (status = 401), (status = 403)))]
pub(super) async fn detail(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    Path(project): Path<String>,
    caller: Caller,
) -> Result<Json<Flavors>, ApiError> {
    let project = caller.read(&project)?;
    let sizes = sizes(&state, project).await?;
    let flavors = sizes
        .into_iter()
        .map(|size| wire(&base, project, size))
        .collect();
    Ok(Json(Flavors { flavors }))
}

/// A flavor.
#[utoipa::path(get, path = "/v2.1/{project_id}/flavors/{flavor_id}", tag = "compute",
    security(("token" = [])),
    params(("project_id" = String, Path), ("flavor_id" = String, Path)),
    extensions(("x-action" = json!("ecs:flavors:get"))),
    responses((status = 200, body = FlavorAnswer), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    Path((project, wanted)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<FlavorAnswer>, ApiError> {
    let project = caller.read(&project)?;
    let sizes = sizes(&state, project).await?;
    let size = sizes
        .into_iter()
        .find(|(vcpus, memory)| id(*vcpus, *memory) == wanted);
    let size = size.ok_or_else(|| ApiError::not_found("flavor"))?;
    Ok(Json(FlavorAnswer {
        flavor: wire(&base, project, size),
    }))
}
