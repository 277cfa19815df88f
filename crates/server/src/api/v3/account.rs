//! Calls about the account rather than one project: its projects, who shared a backup, and the
//! move from the services before this one.

use axum::extract::{Path, State};
use coffer_core::cbr::{Code, Refusal};
use coffer_core::ids::ProjectId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::body::Body;
use crate::catalog::identity as rows;
use crate::http::{ApiError, Json};
use crate::identity::Caller;
use crate::state::AppState;

/// Projects of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectsAnswer {
    projects: Vec<ProjectName>,
}

/// A project.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectName {
    project_id: String,
    project_name: String,
}

/// A project and its account.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceAnswer {
    project_id: String,
    project_name: String,
    domain_id: String,
    domain_name: String,
}

/// The projects that a caller may know of: all of its account, or those it has a role in.
async fn known(state: &AppState, caller: &Caller) -> Result<Vec<rows::Project>, ApiError> {
    Ok(match caller.may("iam:projects:list") {
        true => state.identity.projects(caller.user_domain_id).await?,
        false => state.identity.projects_of(caller.user_id).await?,
    })
}

fn answer(projects: Vec<rows::Project>) -> Json<ProjectsAnswer> {
    let name = |project: rows::Project| ProjectName {
        project_id: project.id.to_string(),
        project_name: project.name,
    };
    let projects = projects.into_iter().map(name).collect();
    Json(ProjectsAnswer { projects })
}

/// The projects of the caller's account that it may know of. Other accounts are not looked into:
/// who shares with a project of theirs is told its id by them.
#[utoipa::path(get, security(("token" = [])), path = "/v3/domain/{domain_name}/projects", tag = "sharing",
    operation_id = "domain_projects", params(("domain_name" = String, Path)),
    extensions(("x-action" = json!("iam:projects:list")), ("x-own" = json!(true))),
    responses((status = 200, body = ProjectsAnswer), (status = 401), (status = 404)))]
pub(super) async fn of_domain(
    State(state): State<AppState>,
    caller: Caller,
    Path(domain): Path<String>,
) -> Result<Json<ProjectsAnswer>, ApiError> {
    if domain != caller.user_domain_name {
        return Err(ApiError::not_found("domain"));
    }
    Ok(answer(known(&state, &caller).await?))
}

/// The projects of the caller's account in this region that it may know of.
#[utoipa::path(get, security(("token" = [])), path = "/v3/region-projects", tag = "sharing",
    operation_id = "region_projects",
    extensions(("x-action" = json!("iam:projects:list")), ("x-own" = json!(true))),
    responses((status = 200, body = ProjectsAnswer), (status = 401)))]
pub(super) async fn of_region(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<ProjectsAnswer>, ApiError> {
    Ok(answer(known(&state, &caller).await?))
}

/// Whose project it is that shares a backup with the caller's, or that the caller may know of.
#[utoipa::path(get, security(("token" = [])), path = "/v3/domain/{source_project_id}", tag = "sharing",
    operation_id = "source_project", params(("source_project_id" = String, Path)),
    extensions(("x-action" = json!("iam:projects:list")), ("x-own" = json!(true))),
    responses((status = 200, body = SourceAnswer), (status = 401), (status = 404)))]
pub(super) async fn source(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<SourceAnswer>, ApiError> {
    let none = || ApiError::not_found("project");
    let wanted: ProjectId = id.parse().map_err(|_| none())?;
    let mut found = known(&state, &caller).await?;
    found.retain(|project| project.id == wanted);
    let mut reader = state.catalog.reader().await?;
    let project = match (found.pop(), caller.project_id()) {
        (Some(own), _) => own,
        (None, Some(to)) => {
            let shares = crate::catalog::members::shares(&mut reader, wanted, to).await?;
            let project = rows::project_by_id(&mut reader, wanted).await?;
            project.filter(|_| shares).ok_or_else(none)?
        }
        (None, None) => return Err(none()),
    };
    let domain = rows::domain_by_id(&mut reader, project.domain_id).await?;
    Ok(Json(SourceAnswer {
        project_id: project.id.to_string(),
        project_name: project.name,
        domain_id: project.domain_id.to_string(),
        domain_name: domain.map(|domain| domain.name).unwrap_or_default(),
    }))
}

/// `POST /v3/migrates`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct MigrationRequest {
    #[serde(rename = "all_regions")]
    _all_regions: Option<bool>,
    /// Capacity to add to the new vaults, as a share: 0 to 1.
    reservation: Option<f64>,
}

fn nothing_to_migrate() -> ApiError {
    Refusal::new(Code::MIGRATION_NOT_FOUND, "there is no migration")
        .hint("There were no older backup services here whose backups could be taken over.")
        .into()
}

/// Takes over the backups of older services: there are none.
#[utoipa::path(post, security(("token" = [])), path = "/v3/migrates", tag = "migration",
    operation_id = "migrate_domain", request_body = MigrationRequest,
    extensions(("x-action" = json!("cbr:migrates:create"))),
    responses((status = 202, body = Object), (status = 400), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn migrate(
    _caller: Caller,
    Body(body): Body<MigrationRequest>,
) -> Result<Json<Value>, ApiError> {
    if body
        .reservation
        .is_some_and(|share| !(0.0..=1.0).contains(&share))
    {
        return Err(Refusal::parameter("reservation", "must be from 0 to 1").into());
    }
    Err(nothing_to_migrate())
}

/// How far that is.
#[utoipa::path(get, security(("token" = [])), path = "/v3/migrates", tag = "migration",
    operation_id = "migration_status",
    extensions(("x-action" = json!("cbr:migrates:get"))),
    responses((status = 200, body = Object), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn migration(_caller: Caller) -> Result<Json<Value>, ApiError> {
    Err(nothing_to_migrate())
}
