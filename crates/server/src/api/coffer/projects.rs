//! Projects.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::project_id;
use crate::catalog::identity as rows;
use crate::http::{ApiError, Json};
use crate::identity::Caller;
use crate::state::AppState;

/// `{"project": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct AdminProjectAnswer {
    project: AdminProject,
}

/// A project.
#[derive(Debug, Serialize, ToSchema)]
pub struct AdminProject {
    id: String,
    name: String,
    domain_id: String,
    description: String,
    enabled: bool,
}

/// `{"project": {...}}` to make one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateProject {
    project: CreateProjectBody,
}

/// A project to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateProjectBody {
    name: String,
    #[serde(default)]
    description: Option<String>,
}

/// `{"project": {...}}` to change one: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeProject {
    project: ChangeProjectBody,
}

/// What to change.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeProjectBody {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    enabled: Option<bool>,
}

fn wire(project: rows::Project) -> AdminProject {
    AdminProject {
        id: project.id.to_string(),
        name: project.name,
        domain_id: project.domain_id.to_string(),
        description: project.description,
        enabled: project.enabled,
    }
}

/// Makes a project.
#[utoipa::path(post, path = "/coffer/v1/projects", tag = "administration",
    security(("token" = [])), request_body = CreateProject,
    extensions(("x-action" = json!("iam:projects:create"))),
    responses((status = 201, body = AdminProjectAnswer), (status = 400), (status = 401),
        (status = 403), (status = 409)))]
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Json(CreateProject { project }): Json<CreateProject>,
) -> Result<(StatusCode, Json<AdminProjectAnswer>), ApiError> {
    let domain = caller.user_domain_id;
    let description = project.description.unwrap_or_default();
    let project = state
        .identity
        .create_project(domain, &project.name, &description)
        .await?;
    Ok((
        StatusCode::CREATED,
        Json(AdminProjectAnswer {
            project: wire(project),
        }),
    ))
}

/// Changes a project. Nobody can log in to one that is disabled.
#[utoipa::path(patch, path = "/coffer/v1/projects/{project_id}", tag = "administration",
    security(("token" = [])), params(("project_id" = String, Path)),
    request_body = ChangeProject,
    extensions(("x-action" = json!("iam:projects:update"))),
    responses((status = 200, body = AdminProjectAnswer), (status = 400), (status = 401),
        (status = 403), (status = 404), (status = 409)))]
pub(super) async fn change(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
    Json(ChangeProject { project: change }): Json<ChangeProject>,
) -> Result<Json<AdminProjectAnswer>, ApiError> {
    let domain = caller.user_domain_id;
    let mut project = state.identity.project(domain, project_id(&id)?).await?;
    project.name = change.name.unwrap_or(project.name);
    project.description = change.description.unwrap_or(project.description);
    project.enabled = change.enabled.unwrap_or(project.enabled);
    state.identity.update_project(&project).await?;
    Ok(Json(AdminProjectAnswer {
        project: wire(project),
    }))
}

/// Deletes a project that holds nothing.
#[utoipa::path(delete, path = "/coffer/v1/projects/{project_id}", tag = "administration",
    operation_id = "delete_project", security(("token" = [])),
    params(("project_id" = String, Path)),
    extensions(("x-action" = json!("iam:projects:delete"))),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub(super) async fn delete(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let domain = caller.user_domain_id;
    let project = state.identity.project(domain, project_id(&id)?).await?;
    state.identity.delete_project(&project).await?;
    Ok(StatusCode::NO_CONTENT)
}
