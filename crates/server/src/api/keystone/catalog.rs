//! The service catalog.

use axum::extract::State;
use coffer_core::ids::ProjectId;

use super::wire::{CatalogAnswer, CatalogService, Endpoint, Links};
use crate::http::{ApiError, Json, PublicBase};
use crate::identity::{Caller, Scope};
use crate::state::AppState;

/// Type, name and address of each service; `{project_id}` is filled in.
const SERVICES: &[(&str, &str, &str)] = &[
    ("identity", "keystone", "/v3"),
    ("cbr", "cbr", "/v3/{project_id}"),
    ("compute", "nova", "/v2.1/{project_id}"),
    ("ecs", "ecs", "/v1/{project_id}"),
    ("volumev3", "cinderv3", "/v3/{project_id}"),
    ("volumev2", "cinderv2", "/v2/{project_id}"),
    ("block-storage", "cinder", "/v3/{project_id}"),
    // Without a version: clients look for one themselves.
    ("image", "glance", "/image"),
];

/// The services as a caller sees them; none without a scope.
pub(super) async fn of(
    state: &AppState,
    base: &str,
    caller: &Caller,
) -> Result<Option<Vec<CatalogService>>, ApiError> {
    let project = match &caller.scope {
        Scope::Project { id, .. } => Some(*id),
        Scope::Domain { .. } => state.identity.home_project(caller.user_id).await?,
        Scope::None => return Ok(None),
    };
    Ok(Some(services(base, state.config.region.as_str(), project)))
}

fn services(base: &str, region: &str, project: Option<ProjectId>) -> Vec<CatalogService> {
    let project = project.map(|id| id.to_string());
    SERVICES
        .iter()
        .filter(|(_, _, path)| project.is_some() || !path.contains('{'))
        .map(|(kind, name, path)| CatalogService {
            id: stable_id(&format!("service {region} {kind}")),
            kind: (*kind).to_owned(),
            name: (*name).to_owned(),
            endpoints: vec![Endpoint {
                id: stable_id(&format!("endpoint {region} {kind}")),
                interface: "public".to_owned(),
                region: region.to_owned(),
                region_id: region.to_owned(),
                url: format!(
                    "{base}{}",
                    path.replace("{project_id}", project.as_deref().unwrap_or_default())
                ),
            }],
        })
        .collect()
}

/// An id that stays the same over restarts: 32 hexadecimal digits.
fn stable_id(text: &str) -> String {
    hex::encode(&blake3::hash(text.as_bytes()).as_bytes()[..16])
}

/// The services, for the scope of the caller's token.
#[utoipa::path(get, path = "/v3/auth/catalog", tag = "identity", security(("token" = [])),
    extensions(("x-action" = json!("own"))),
    responses((status = 200, body = CatalogAnswer), (status = 401), (status = 403)))]
pub(super) async fn show(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    caller: Caller,
) -> Result<Json<CatalogAnswer>, ApiError> {
    let catalog = of(&state, &base, &caller)
        .await?
        .ok_or_else(ApiError::forbidden)?;
    let this = format!("{base}/v3/auth/catalog");
    Ok(Json(CatalogAnswer {
        catalog,
        links: Links {
            this,
            next: None,
            previous: None,
        },
    }))
}
