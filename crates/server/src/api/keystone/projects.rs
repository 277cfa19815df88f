//! Projects and domains as callers see them.

use axum::extract::{OriginalUri, Path, State};
use serde_json::json;

use super::wire::{Domain, Domains, Links, Project, ProjectAnswer, Projects};
use crate::catalog::identity as rows;
use crate::http::{ApiError, Json, Params, PublicBase};
use crate::identity::Caller;
use crate::state::AppState;

fn wire(base: &str, project: rows::Project) -> Project {
    Project {
        id: project.id.to_string(),
        name: project.name,
        domain_id: project.domain_id.to_string(),
        parent_id: project.domain_id.to_string(),
        enabled: project.enabled,
        is_domain: false,
        description: project.description,
        links: json!({"self": format!("{base}/v3/projects/{}", project.id)}),
    }
}

/// The page of a list that `page` and `per_page` ask for, with links to its neighbours.
pub(super) fn page<T>(
    items: Vec<T>,
    base: &str,
    uri: &axum::http::Uri,
    params: &Params,
) -> Result<(Vec<T>, Links), ApiError> {
    let this = format!(
        "{base}{}",
        uri.path_and_query()
            .map_or(uri.path(), |both| both.as_str())
    );
    let per_page = params.number("per_page", 1..=5000)?;
    let number = params.number("page", 1..=u64::from(u32::MAX))?;
    let Some(per_page) = per_page else {
        return Ok((
            items,
            Links {
                this,
                next: None,
                previous: None,
            },
        ));
    };
    let number = number.unwrap_or(1);
    let total = items.len() as u64;
    let link = |number: u64| {
        let kept = params.pairs().filter(|(key, _)| *key != "page");
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept)
            .append_pair("page", &number.to_string())
            .finish();
        format!("{base}{}?{query}", uri.path())
    };
    let next = (number.saturating_mul(per_page) < total).then(|| link(number + 1));
    let previous = (number > 1).then(|| link(number - 1));
    let skip = usize::try_from((number - 1).saturating_mul(per_page)).unwrap_or(usize::MAX);
    let items = items
        .into_iter()
        .skip(skip)
        .take(per_page as usize)
        .collect();
    Ok((
        items,
        Links {
            this,
            next,
            previous,
        },
    ))
}

/// The caller's projects: those in which it has a role; for administrators all of their domain.
#[utoipa::path(get, path = "/v3/projects", tag = "identity", security(("token" = [])),
    params(("name" = Option<String>, Query), ("domain_id" = Option<String>, Query),
        ("parent_id" = Option<String>, Query), ("enabled" = Option<bool>, Query),
        ("page" = Option<u32>, Query), ("per_page" = Option<u32>, Query)),
    extensions(("x-action" = json!("iam:projects:list")), ("x-own" = json!(true))),
    responses((status = 200, body = Projects), (status = 401)))]
pub(super) async fn list(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    OriginalUri(uri): OriginalUri,
    params: Params,
    caller: Caller,
) -> Result<Json<Projects>, ApiError> {
    let projects = match caller.may("iam:projects:list") {
        true => state.identity.projects(caller.user_domain_id).await?,
        false => state.identity.projects_of(caller.user_id).await?,
    };
    answer(projects, &base, &uri, &params)
}

/// The projects in which the caller has a role.
#[utoipa::path(get, path = "/v3/auth/projects", tag = "identity", security(("token" = [])),
    params(("name" = Option<String>, Query)),
    extensions(("x-action" = json!("own"))),
    responses((status = 200, body = Projects), (status = 401)))]
pub(super) async fn own(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    OriginalUri(uri): OriginalUri,
    params: Params,
    caller: Caller,
) -> Result<Json<Projects>, ApiError> {
    let projects = state.identity.projects_of(caller.user_id).await?;
    answer(projects, &base, &uri, &params)
}

fn answer(
    mut projects: Vec<rows::Project>,
    base: &str,
    uri: &axum::http::Uri,
    params: &Params,
) -> Result<Json<Projects>, ApiError> {
    let fits = |key: &str, value: &str| params.get(key).is_none_or(|wanted| wanted == value);
    let enabled = params.truth("enabled")?;
    projects.retain(|project| {
        let domain = project.domain_id.to_string();
        fits("name", &project.name)
            && fits("domain_id", &domain)
            && fits("parent_id", &domain)
            && enabled.is_none_or(|enabled| enabled == project.enabled)
    });
    let (projects, links) = page(projects, base, uri, params)?;
    let projects = projects
        .into_iter()
        .map(|project| wire(base, project))
        .collect();
    Ok(Json(Projects { projects, links }))
}

/// A project.
#[utoipa::path(get, path = "/v3/projects/{project_id}", tag = "identity",
    security(("token" = [])), params(("project_id" = String, Path)),
    extensions(("x-action" = json!("iam:projects:list")), ("x-own" = json!(true))),
    responses((status = 200, body = ProjectAnswer), (status = 401), (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<ProjectAnswer>, ApiError> {
    let projects = match caller.may("iam:projects:list") {
        true => state.identity.projects(caller.user_domain_id).await?,
        false => state.identity.projects_of(caller.user_id).await?,
    };
    let project = projects
        .into_iter()
        .find(|project| project.id.to_string() == id);
    let project = project.ok_or_else(|| ApiError::not_found("project"))?;
    Ok(Json(ProjectAnswer {
        project: wire(&base, project),
    }))
}

/// The caller's domain.
#[utoipa::path(get, path = "/v3/auth/domains", tag = "identity", security(("token" = [])),
    params(("name" = Option<String>, Query)),
    extensions(("x-action" = json!("own"))),
    responses((status = 200, body = Domains), (status = 401)))]
pub(super) async fn domains(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    OriginalUri(uri): OriginalUri,
    params: Params,
    caller: Caller,
) -> Result<Json<Domains>, ApiError> {
    let domain = state.identity.domain(caller.user_domain_id).await?;
    let fits = |domain: &rows::Domain| params.get("name").is_none_or(|name| name == domain.name);
    let domains: Vec<Domain> = domain
        .into_iter()
        .filter(fits)
        .map(|domain| Domain {
            id: domain.id.to_string(),
            links: json!({"self": format!("{base}/v3/domains/{}", domain.id)}),
            name: domain.name,
            description: domain.description,
            enabled: domain.enabled,
        })
        .collect();
    let (domains, links) = page(domains, &base, &uri, &params)?;
    Ok(Json(Domains { domains, links }))
}
