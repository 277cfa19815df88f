//! Domains: for administrators of the service's first one.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalog::identity as rows;
use crate::http::{ApiError, Json};
use crate::identity::{Caller, NewDomain};
use crate::state::AppState;

/// `{"domains": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct DomainsAnswer {
    domains: Vec<DomainBody>,
}

/// `{"domain": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct DomainAnswer {
    domain: DomainBody,
}

/// A domain: users, groups, roles and projects of its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct DomainBody {
    id: String,
    name: String,
    description: String,
    /// False: nobody logs in to it.
    enabled: bool,
}

/// `{"domain": {...}}` to make one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateDomain {
    domain: CreateDomainBody,
}

/// A domain to be made, with its first administrator.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateDomainBody {
    /// 1 to 64 characters, unique.
    name: String,
    #[serde(default)]
    description: Option<String>,
    administrator: FirstAdministrator,
}

/// Who administers a new domain.
#[derive(Deserialize, ToSchema)]
pub struct FirstAdministrator {
    name: String,
    /// 8 characters at least, without the name. It has to be changed at the first log-in.
    password: String,
}

impl std::fmt::Debug for FirstAdministrator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The password stays out of logs.
        f.debug_struct("FirstAdministrator").finish_non_exhaustive()
    }
}

/// `{"domain": {...}}` to change one: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeDomain {
    domain: ChangeDomainBody,
}

/// What to change.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeDomainBody {
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    enabled: Option<bool>,
}

impl From<rows::Domain> for DomainBody {
    fn from(domain: rows::Domain) -> DomainBody {
        DomainBody {
            id: domain.id.to_string(),
            name: domain.name,
            description: domain.description,
            enabled: domain.enabled,
        }
    }
}

/// All domains.
#[utoipa::path(get, path = "/coffer/v1/domains", tag = "administration",
    operation_id = "list_domains", security(("token" = [])),
    extensions(("x-action" = json!("iam:domains:list"))),
    responses((status = 200, body = DomainsAnswer), (status = 401), (status = 403)))]
pub(super) async fn list(
    State(state): State<AppState>,
    _caller: Caller,
) -> Result<Json<DomainsAnswer>, ApiError> {
    let domains = state.identity.domains().await?;
    Ok(Json(DomainsAnswer {
        domains: domains.into_iter().map(DomainBody::from).collect(),
    }))
}

/// Makes a domain with a project of the region's name and an administrator.
#[utoipa::path(post, path = "/coffer/v1/domains", tag = "administration",
    operation_id = "create_domain", security(("token" = [])), request_body = CreateDomain,
    extensions(("x-action" = json!("iam:domains:create"))),
    responses((status = 201, body = DomainAnswer), (status = 400), (status = 401), (status = 403),
        (status = 409)))]
pub(super) async fn create(
    State(state): State<AppState>,
    _caller: Caller,
    Json(CreateDomain { domain }): Json<CreateDomain>,
) -> Result<(StatusCode, Json<DomainAnswer>), ApiError> {
    let new = NewDomain {
        name: domain.name,
        description: domain.description.unwrap_or_default(),
        administrator: domain.administrator.name,
        password: domain.administrator.password.into(),
    };
    let domain = state.identity.create_domain(new).await?;
    let domain = DomainBody::from(domain);
    Ok((StatusCode::CREATED, Json(DomainAnswer { domain })))
}

/// Changes a domain, by id or name. Nobody logs in to one that is disabled.
#[utoipa::path(patch, path = "/coffer/v1/domains/{domain_id}", tag = "administration",
    operation_id = "change_domain", security(("token" = [])),
    params(("domain_id" = String, Path)), request_body = ChangeDomain,
    extensions(("x-action" = json!("iam:domains:update"))),
    responses((status = 200, body = DomainAnswer), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn change(
    State(state): State<AppState>,
    Path(id): Path<String>,
    _caller: Caller,
    Json(ChangeDomain { domain: change }): Json<ChangeDomain>,
) -> Result<Json<DomainAnswer>, ApiError> {
    let mut domain = state.identity.domain_named(&id).await?;
    domain.description = change.description.unwrap_or(domain.description);
    domain.enabled = change.enabled.unwrap_or(domain.enabled);
    state.identity.update_domain(&domain).await?;
    Ok(Json(DomainAnswer {
        domain: domain.into(),
    }))
}

/// Deletes a domain without projects, users and groups.
#[utoipa::path(delete, path = "/coffer/v1/domains/{domain_id}", tag = "administration",
    operation_id = "delete_domain", security(("token" = [])),
    params(("domain_id" = String, Path)),
    extensions(("x-action" = json!("iam:domains:delete"))),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub(super) async fn delete(
    State(state): State<AppState>,
    Path(id): Path<String>,
    _caller: Caller,
) -> Result<StatusCode, ApiError> {
    let domain = state.identity.domain_named(&id).await?;
    state.identity.delete_domain(&domain).await?;
    Ok(StatusCode::NO_CONTENT)
}
