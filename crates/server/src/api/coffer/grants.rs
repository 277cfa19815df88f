//! Roles given on projects and on the domain, to users and to groups.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::roles::check_reach;
use super::{project_id, user_id};
use crate::catalog::access::{Grant, Principal};
use crate::catalog::identity::ScopeId;
use crate::http::{ApiError, Json};
use crate::identity::{Caller, RoleInfo};
use crate::state::AppState;

/// `{"assignments": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssignmentsAnswer {
    assignments: Vec<Assignment>,
}

/// A role that a user or a group has on a project or on the domain.
#[derive(Debug, Serialize, ToSchema)]
pub struct Assignment {
    role: String,
    role_id: String,
    /// None for a group.
    user_id: Option<String>,
    /// None for a user.
    group_id: Option<String>,
    /// None for the domain: then the role holds in all of its projects.
    project_id: Option<String>,
}

impl From<Grant> for Assignment {
    fn from(grant: Grant) -> Assignment {
        let (user_id, group_id) = match grant.principal {
            Principal::User(id) => (Some(id.to_string()), None),
            Principal::Group(id) => (None, Some(id)),
        };
        Assignment {
            role: grant.role,
            role_id: grant.role_id,
            user_id,
            group_id,
            project_id: match grant.scope {
                ScopeId::Project(id) => Some(id.to_string()),
                ScopeId::Domain(_) | ScopeId::None => None,
            },
        }
    }
}

/// What a path names, all in the caller's domain: to whom, which role, on what.
struct Named {
    principal: Principal,
    role: RoleInfo,
    scope: ScopeId,
}

async fn user_named(state: &AppState, caller: &Caller, id: &str) -> Result<Principal, ApiError> {
    let user = state.identity.user(caller.user_domain_id, user_id(id)?);
    Ok(Principal::User(user.await?.id))
}

async fn group_named(state: &AppState, caller: &Caller, id: &str) -> Result<Principal, ApiError> {
    let group = state.identity.group(caller.user_domain_id, id).await?;
    Ok(Principal::Group(group.id))
}

async fn project_named(state: &AppState, caller: &Caller, id: &str) -> Result<ScopeId, ApiError> {
    let project = state
        .identity
        .project(caller.user_domain_id, project_id(id)?);
    Ok(ScopeId::Project(project.await?.id))
}

impl Named {
    async fn give(self, state: &AppState, caller: &Caller) -> Result<StatusCode, ApiError> {
        check_reach(caller, |action| self.role.allows(action))?;
        let given = state
            .identity
            .grant(&self.principal, &self.role, self.scope);
        given.await?;
        Ok(StatusCode::NO_CONTENT)
    }

    async fn take(self, state: &AppState, caller: &Caller) -> Result<StatusCode, ApiError> {
        check_reach(caller, |action| self.role.allows(action))?;
        caller.keeps_its_branch(&self.principal, self.scope, &self.role)?;
        let taken = state
            .identity
            .revoke_grant(&self.principal, &self.role, self.scope);
        taken.await?;
        Ok(StatusCode::NO_CONTENT)
    }
}

macro_rules! assignments {
    ($($path:literal, $grant:ident $grant_id:literal, $revoke:ident $revoke_id:literal,
        ($($id:ident $text:ident: $what:literal),+) => $principal:ident $who:ident, $scope:expr;)*) => {$(
        /// Gives a role, by id or name; nothing happens where it is given already.
        #[utoipa::path(put, path = $path, tag = "administration", operation_id = $grant_id,
            security(("token" = [])),
            params($(($what = String, Path),)+ ("role" = String, Path)),
            extensions(("x-action" = json!("iam:roles:grant"))),
            responses((status = 204), (status = 401), (status = 403), (status = 404)))]
        pub(super) async fn $grant(
            State(state): State<AppState>,
            Path(($($id,)+ role)): Path<($($text,)+ String)>,
            caller: Caller,
        ) -> Result<StatusCode, ApiError> {
            let scope: ScopeId = $scope(&state, &caller, ($(&$id,)+)).await?;
            let named = Named {
                principal: $principal(&state, &caller, &$who).await?,
                role: state.identity.role(caller.user_domain_id, &role).await?,
                scope,
            };
            named.give(&state, &caller).await
        }

        /// Takes a role back.
        #[utoipa::path(delete, path = $path, tag = "administration", operation_id = $revoke_id,
            security(("token" = [])),
            params($(($what = String, Path),)+ ("role" = String, Path)),
            extensions(("x-action" = json!("iam:roles:revoke"))),
            responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
        pub(super) async fn $revoke(
            State(state): State<AppState>,
            Path(($($id,)+ role)): Path<($($text,)+ String)>,
            caller: Caller,
        ) -> Result<StatusCode, ApiError> {
            let scope: ScopeId = $scope(&state, &caller, ($(&$id,)+)).await?;
            let named = Named {
                principal: $principal(&state, &caller, &$who).await?,
                role: state.identity.role(caller.user_domain_id, &role).await?,
                scope,
            };
            named.take(&state, &caller).await
        }
    )*};
}

async fn on_project(
    state: &AppState,
    caller: &Caller,
    (project, _): (&String, &String),
) -> Result<ScopeId, ApiError> {
    project_named(state, caller, project).await
}

async fn on_domain(_: &AppState, caller: &Caller, _: (&String,)) -> Result<ScopeId, ApiError> {
    Ok(ScopeId::Domain(caller.user_domain_id))
}

assignments! {
    "/coffer/v1/projects/{project_id}/users/{user_id}/roles/{role}",
        grant "grant", revoke "revoke",
        (project String: "project_id", user String: "user_id") => user_named user, on_project;
    "/coffer/v1/projects/{project_id}/groups/{group_id}/roles/{role}",
        grant_group "grant_group", revoke_group "revoke_group",
        (project String: "project_id", group String: "group_id") => group_named group, on_project;
    "/coffer/v1/domain/users/{user_id}/roles/{role}",
        grant_on_domain "grant_on_domain", revoke_on_domain "revoke_on_domain",
        (user String: "user_id") => user_named user, on_domain;
    "/coffer/v1/domain/groups/{group_id}/roles/{role}",
        grant_group_on_domain "grant_group_on_domain",
        revoke_group_on_domain "revoke_group_on_domain",
        (group String: "group_id") => group_named group, on_domain;
}

/// Who has which role on a project; those of the domain hold there too.
#[utoipa::path(get, path = "/coffer/v1/projects/{project_id}/roles", tag = "administration",
    operation_id = "list_assignments", security(("token" = [])),
    params(("project_id" = String, Path)),
    extensions(("x-action" = json!("iam:roles:listAssignments"))),
    responses((status = 200, body = AssignmentsAnswer), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn of_project(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
) -> Result<Json<AssignmentsAnswer>, ApiError> {
    let scope = project_named(&state, &caller, &project).await?;
    let mut grants = state.identity.grants_on(scope).await?;
    let domain = ScopeId::Domain(caller.user_domain_id);
    grants.extend(state.identity.grants_on(domain).await?);
    Ok(Json(AssignmentsAnswer {
        assignments: grants.into_iter().map(Assignment::from).collect(),
    }))
}

/// Who has which role on the domain.
#[utoipa::path(get, path = "/coffer/v1/domain/roles", tag = "administration",
    operation_id = "list_domain_assignments", security(("token" = [])),
    extensions(("x-action" = json!("iam:roles:listAssignments"))),
    responses((status = 200, body = AssignmentsAnswer), (status = 401), (status = 403)))]
pub(super) async fn of_domain(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<AssignmentsAnswer>, ApiError> {
    let domain = ScopeId::Domain(caller.user_domain_id);
    let grants = state.identity.grants_on(domain).await?;
    Ok(Json(AssignmentsAnswer {
        assignments: grants.into_iter().map(Assignment::from).collect(),
    }))
}
