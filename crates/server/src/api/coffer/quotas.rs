//! What projects may have at most.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::ids::ProjectId;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::project_id;
use crate::app::quotas::QuotaKind;
use crate::http::{ApiError, Json};
use crate::identity::Caller;
use crate::state::AppState;

/// `{"quotas": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuotasAnswer {
    quotas: QuotaUses,
}

/// The quotas of a project.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuotaUses {
    vaults: QuotaUse,
    /// What the capacities of the vaults add up to.
    capacity_gib: QuotaUse,
    backups: QuotaUse,
    /// Of both types together. Whatever the quota, the service allows 32 of each type.
    policies: QuotaUse,
    images: QuotaUse,
}

/// A quota.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuotaUse {
    used: u64,
    /// Null for no quota.
    most: Option<u64>,
}

/// `{"quotas": {...}}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotasRequest {
    quotas: Quotas,
}

/// All quotas of a project: null, or absent, for no limit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Quotas {
    #[serde(default)]
    vaults: Option<u64>,
    #[serde(default)]
    capacity_gib: Option<u64>,
    #[serde(default)]
    backups: Option<u64>,
    #[serde(default)]
    policies: Option<u64>,
    /// Null for no limit; as it is where absent, unlike the others, which older clients know.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u64>)]
    images: Option<Option<u64>>,
}

/// Tells null from absent.
fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<u64>>, D::Error> {
    Option::deserialize(value).map(Some)
}

async fn read(state: &AppState, project: ProjectId) -> Result<Json<QuotasAnswer>, ApiError> {
    let list = state.app.quotas(project).await?;
    let quota = |kind: QuotaKind| {
        let found = list.iter().find(|q| q.kind == kind);
        QuotaUse {
            used: found.map_or(0, |q| q.used),
            most: found.and_then(|q| q.most),
        }
    };
    let quotas = QuotaUses {
        vaults: quota(QuotaKind::Vaults),
        capacity_gib: quota(QuotaKind::CapacityGib),
        backups: quota(QuotaKind::Backups),
        policies: quota(QuotaKind::Policies),
        images: quota(QuotaKind::Images),
    };
    Ok(Json(QuotasAnswer { quotas }))
}

/// What a project may have, and has.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/quotas", tag = "console",
    operation_id = "show_own_quotas", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path)),
    extensions(("x-action" = json!("coffer:quotas:get"))),
    responses((status = 200, body = QuotasAnswer), (status = 401), (status = 403)))]
pub(super) async fn own(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
) -> Result<Json<QuotasAnswer>, ApiError> {
    read(&state, caller.read(&project)?).await
}

/// What a project may have, and has, for administrators.
#[utoipa::path(get, path = "/coffer/v1/projects/{project_id}/quotas", tag = "administration",
    operation_id = "show_quotas", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path)),
    extensions(("x-action" = json!("iam:quotas:get"))),
    responses((status = 200, body = QuotasAnswer), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<QuotasAnswer>, ApiError> {
    let domain = caller.user_domain_id;
    let project = state.identity.project(domain, project_id(&id)?).await?;
    read(&state, project.id).await
}

/// Says what a project may have.
#[utoipa::path(put, path = "/coffer/v1/projects/{project_id}/quotas", tag = "administration",
    operation_id = "set_quotas", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path)), request_body = QuotasRequest,
    extensions(("x-action" = json!("iam:quotas:update"))),
    responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn set(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<QuotasRequest>,
) -> Result<StatusCode, ApiError> {
    let domain = caller.user_domain_id;
    let project = state.identity.project(domain, project_id(&id)?).await?;
    let q = body.quotas;
    let mut quotas = vec![
        (QuotaKind::Vaults, q.vaults),
        (QuotaKind::CapacityGib, q.capacity_gib),
        (QuotaKind::Backups, q.backups),
        (QuotaKind::Policies, q.policies),
    ];
    quotas.extend(q.images.map(|most| (QuotaKind::Images, most)));
    state.app.set_quotas(project.id, &quotas).await?;
    Ok(StatusCode::NO_CONTENT)
}
