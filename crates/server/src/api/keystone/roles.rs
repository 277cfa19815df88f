//! Roles and who has them, as the identity API shows them.

use axum::extract::{OriginalUri, Path, State};
use axum::http::StatusCode;
use coffer_core::ids::ProjectId;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::projects::page;
use super::wire::Links;
use crate::api::coffer::roles::check_reach;
use crate::catalog::access::{Grant, Principal};
use crate::catalog::identity::ScopeId;
use crate::http::{ApiError, Json, Params, PublicBase};
use crate::identity::{Caller, RoleInfo};
use crate::state::AppState;

/// `{"roles": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeystoneRoles {
    roles: Vec<KeystoneRole>,
    links: Links,
}

/// `{"role": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeystoneRoleAnswer {
    role: KeystoneRole,
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeystoneRole {
    id: String,
    name: String,
    /// None for a predefined role.
    domain_id: Option<String>,
    description: String,
    #[schema(value_type = Object)]
    links: Value,
}

/// `{"role_assignments": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeystoneAssignments {
    #[schema(value_type = Vec<Object>)]
    role_assignments: Vec<Value>,
    links: Links,
}

fn wire(base: &str, role: RoleInfo) -> KeystoneRole {
    KeystoneRole {
        links: json!({"self": format!("{base}/v3/roles/{}", role.id)}),
        id: role.id,
        name: role.name,
        domain_id: role.domain_id.map(|id| id.to_string()),
        description: role.description,
    }
}

/// The roles of the caller's domain, the predefined ones included.
#[utoipa::path(get, path = "/v3/roles", tag = "identity", operation_id = "keystone_roles",
    security(("token" = [])),
    params(("name" = Option<String>, Query), ("page" = Option<u32>, Query),
        ("per_page" = Option<u32>, Query)),
    extensions(("x-action" = json!("iam:roles:list"))),
    responses((status = 200, body = KeystoneRoles), (status = 401), (status = 403)))]
pub(super) async fn list(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    OriginalUri(uri): OriginalUri,
    params: Params,
    caller: Caller,
) -> Result<Json<KeystoneRoles>, ApiError> {
    let mut roles = state.identity.roles(caller.user_domain_id).await?;
    roles.retain(|role| params.get("name").is_none_or(|name| name == role.name));
    let (roles, links) = page(roles, &base, &uri, &params)?;
    let roles = roles.into_iter().map(|role| wire(&base, role)).collect();
    Ok(Json(KeystoneRoles { roles, links }))
}

/// A role.
#[utoipa::path(get, path = "/v3/roles/{role_id}", tag = "identity",
    operation_id = "keystone_role", security(("token" = [])),
    params(("role_id" = String, Path)),
    extensions(("x-action" = json!("iam:roles:get"))),
    responses((status = 200, body = KeystoneRoleAnswer), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<KeystoneRoleAnswer>, ApiError> {
    let role = state.identity.role(caller.user_domain_id, &id).await?;
    Ok(Json(KeystoneRoleAnswer {
        role: wire(&base, role),
    }))
}

/// Who has which role in the caller's domain and its projects.
#[utoipa::path(get, path = "/v3/role_assignments", tag = "identity",
    operation_id = "keystone_role_assignments", security(("token" = [])),
    params(("user.id" = Option<String>, Query), ("group.id" = Option<String>, Query),
        ("role.id" = Option<String>, Query), ("scope.project.id" = Option<String>, Query),
        ("scope.domain.id" = Option<String>, Query), ("page" = Option<u32>, Query),
        ("per_page" = Option<u32>, Query)),
    extensions(("x-action" = json!("iam:roles:listAssignments"))),
    responses((status = 200, body = KeystoneAssignments), (status = 401), (status = 403)))]
pub(super) async fn assignments(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    OriginalUri(uri): OriginalUri,
    params: Params,
    caller: Caller,
) -> Result<Json<KeystoneAssignments>, ApiError> {
    let grants = state.identity.grants_in(caller.user_domain_id).await?;
    let found = grants.into_iter().map(|grant| assignment(&grant));
    let fits = |value: &Value| {
        [
            ("user.id", "/user/id"),
            ("group.id", "/group/id"),
            ("role.id", "/role/id"),
            ("scope.project.id", "/scope/project/id"),
            ("scope.domain.id", "/scope/domain/id"),
        ]
        .iter()
        .all(|(key, pointer)| {
            let wanted = params.get(key);
            wanted.is_none_or(|wanted| value.pointer(pointer) == Some(&json!(wanted)))
        })
    };
    let kept = found.filter(fits).collect();
    let (role_assignments, links) = page(kept, &base, &uri, &params)?;
    Ok(Json(KeystoneAssignments {
        role_assignments,
        links,
    }))
}

fn assignment(grant: &Grant) -> Value {
    let scope = match grant.scope {
        ScopeId::Project(id) => json!({"project": {"id": id}}),
        ScopeId::Domain(id) => json!({"domain": {"id": id}}),
        ScopeId::None => json!({}),
    };
    let mut value = json!({"role": {"id": grant.role_id}, "scope": scope, "links": {}});
    match &grant.principal {
        Principal::User(id) => value["user"] = json!({"id": id}),
        Principal::Group(id) => value["group"] = json!({"id": id}),
    }
    value
}

/// On what and to whom a path gives a role, all in the caller's domain.
struct Place {
    scope: ScopeId,
    principal: Principal,
}

impl Place {
    async fn find(
        state: &AppState,
        caller: &Caller,
        (on, place): (&str, &str),
        (who, id): (&str, &str),
    ) -> Result<Place, ApiError> {
        let domain = caller.user_domain_id;
        let scope = match on {
            "projects" => {
                let id: ProjectId = place.parse().map_err(|_| ApiError::not_found("project"))?;
                ScopeId::Project(state.identity.project(domain, id).await?.id)
            }
            _ if place == domain.to_string() => ScopeId::Domain(domain),
            _ => return Err(ApiError::not_found("domain")),
        };
        let principal = match who {
            "users" => {
                let id = id.parse().map_err(|_| ApiError::not_found("user"))?;
                Principal::User(state.identity.user(domain, id).await?.id)
            }
            _ => Principal::Group(state.identity.group(domain, id).await?.id),
        };
        Ok(Place { scope, principal })
    }

    async fn held(&self, state: &AppState) -> Result<Vec<Grant>, ApiError> {
        let mut grants = state.identity.grants(&self.principal).await?;
        grants.retain(|grant| grant.scope == self.scope);
        Ok(grants)
    }
}

macro_rules! places {
    ($($on:literal $place:literal $who:literal $id:literal: $list:ident $list_id:literal,
        $check:ident $check_id:literal, $grant:ident $grant_id:literal,
        $revoke:ident $revoke_id:literal, $path:literal, $one:literal;)*) => {$(
        /// The roles given there.
        #[utoipa::path(get, path = $path, tag = "identity", operation_id = $list_id,
            security(("token" = [])), params(($place = String, Path), ($id = String, Path)),
            extensions(("x-action" = json!("iam:roles:listAssignments"))),
            responses((status = 200, body = KeystoneRoles), (status = 401), (status = 403),
                (status = 404)))]
        pub(super) async fn $list(
            State(state): State<AppState>,
            PublicBase(base): PublicBase,
            OriginalUri(uri): OriginalUri,
            Path((place, id)): Path<(String, String)>,
            params: Params,
            caller: Caller,
        ) -> Result<Json<KeystoneRoles>, ApiError> {
            let place = Place::find(&state, &caller, ($on, &place), ($who, &id)).await?;
            let held = place.held(&state).await?;
            let mut roles = state.identity.roles(caller.user_domain_id).await?;
            roles.retain(|role| held.iter().any(|grant| grant.role_id == role.id));
            let (roles, links) = page(roles, &base, &uri, &params)?;
            let roles = roles.into_iter().map(|role| wire(&base, role)).collect();
            Ok(Json(KeystoneRoles { roles, links }))
        }

        /// Says whether a role is given there.
        #[utoipa::path(head, path = $one, tag = "identity", operation_id = $check_id,
            security(("token" = [])),
            params(($place = String, Path), ($id = String, Path), ("role_id" = String, Path)),
            extensions(("x-action" = json!("iam:roles:listAssignments"))),
            responses((status = 204), (status = 401), (status = 403), (status = 404)))]
        pub(super) async fn $check(
            State(state): State<AppState>,
            Path((place, id, role)): Path<(String, String, String)>,
            caller: Caller,
        ) -> Result<StatusCode, ApiError> {
            let place = Place::find(&state, &caller, ($on, &place), ($who, &id)).await?;
            let role = state.identity.role(caller.user_domain_id, &role).await?;
            let held = place.held(&state).await?;
            match held.iter().any(|grant| grant.role_id == role.id) {
                true => Ok(StatusCode::NO_CONTENT),
                false => Err(ApiError::not_found("role assignment")),
            }
        }

        /// Gives a role there.
        #[utoipa::path(put, path = $one, tag = "identity", operation_id = $grant_id,
            security(("token" = [])),
            params(($place = String, Path), ($id = String, Path), ("role_id" = String, Path)),
            extensions(("x-action" = json!("iam:roles:grant"))),
            responses((status = 204), (status = 401), (status = 403), (status = 404)))]
        pub(super) async fn $grant(
            State(state): State<AppState>,
            Path((place, id, role)): Path<(String, String, String)>,
            caller: Caller,
        ) -> Result<StatusCode, ApiError> {
            let place = Place::find(&state, &caller, ($on, &place), ($who, &id)).await?;
            let role = state.identity.role(caller.user_domain_id, &role).await?;
            check_reach(&caller, |action| role.allows(action))?;
            state.identity.grant(&place.principal, &role, place.scope).await?;
            Ok(StatusCode::NO_CONTENT)
        }

        /// Takes a role back there.
        #[utoipa::path(delete, path = $one, tag = "identity", operation_id = $revoke_id,
            security(("token" = [])),
            params(($place = String, Path), ($id = String, Path), ("role_id" = String, Path)),
            extensions(("x-action" = json!("iam:roles:revoke"))),
            responses((status = 204), (status = 401), (status = 403), (status = 404),
                (status = 409)))]
        pub(super) async fn $revoke(
            State(state): State<AppState>,
            Path((place, id, role)): Path<(String, String, String)>,
            caller: Caller,
        ) -> Result<StatusCode, ApiError> {
            let place = Place::find(&state, &caller, ($on, &place), ($who, &id)).await?;
            let role = state.identity.role(caller.user_domain_id, &role).await?;
            check_reach(&caller, |action| role.allows(action))?;
            caller.keeps_its_branch(&place.principal, place.scope, &role)?;
            state.identity.revoke_grant(&place.principal, &role, place.scope).await?;
            Ok(StatusCode::NO_CONTENT)
        }
    )*};
}

places! {
    "projects" "project_id" "users" "user_id":
        on_project_of_user "keystone_roles_on_project_of_user",
        check_project_user "keystone_check_project_user",
        grant_project_user "keystone_grant_project_user",
        revoke_project_user "keystone_revoke_project_user",
        "/v3/projects/{project_id}/users/{user_id}/roles",
        "/v3/projects/{project_id}/users/{user_id}/roles/{role_id}";
    "projects" "project_id" "groups" "group_id":
        on_project_of_group "keystone_roles_on_project_of_group",
        check_project_group "keystone_check_project_group",
        grant_project_group "keystone_grant_project_group",
        revoke_project_group "keystone_revoke_project_group",
        "/v3/projects/{project_id}/groups/{group_id}/roles",
        "/v3/projects/{project_id}/groups/{group_id}/roles/{role_id}";
    "domains" "domain_id" "users" "user_id":
        on_domain_of_user "keystone_roles_on_domain_of_user",
        check_domain_user "keystone_check_domain_user",
        grant_domain_user "keystone_grant_domain_user",
        revoke_domain_user "keystone_revoke_domain_user",
        "/v3/domains/{domain_id}/users/{user_id}/roles",
        "/v3/domains/{domain_id}/users/{user_id}/roles/{role_id}";
    "domains" "domain_id" "groups" "group_id":
        on_domain_of_group "keystone_roles_on_domain_of_group",
        check_domain_group "keystone_check_domain_group",
        grant_domain_group "keystone_grant_domain_group",
        revoke_domain_group "keystone_revoke_domain_group",
        "/v3/domains/{domain_id}/groups/{group_id}/roles",
        "/v3/domains/{domain_id}/groups/{group_id}/roles/{role_id}";
}
