//! Roles: the predefined ones and those of the domain's own.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::access::{Effect, Policy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::objects::time;
use crate::api::access;
use crate::http::{ApiError, Json};
use crate::identity::{Caller, RoleChanges, RoleInfo};
use crate::state::AppState;

/// `{"roles": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct RolesAnswer {
    roles: Vec<RoleBody>,
}

/// `{"role": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleAnswer {
    role: RoleBody,
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleBody {
    id: String,
    name: String,
    /// One that every domain has; it cannot be changed.
    predefined: bool,
    description: String,
    policy: PolicyDocument,
    /// Patterns of the policy that cover no action of this service: spelt wrongly, or meant for
    /// another service.
    without_effect: Vec<String>,
    /// None for a predefined role.
    created_at: Option<String>,
    /// None for a predefined role.
    updated_at: Option<String>,
}

/// A policy: what it denies is denied, whatever is allowed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyDocument {
    /// `1.1`.
    #[serde(rename = "Version")]
    version: String,
    /// 1 to 8.
    #[serde(rename = "Statement")]
    statement: Vec<PolicyStatement>,
}

/// What to do with some actions.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyStatement {
    /// `Allow` or `Deny`.
    #[serde(rename = "Effect")]
    #[schema(value_type = PolicyEffect)]
    effect: Effect,
    /// 1 to 100 actions, `service:type:operation`; `*` stands for any characters in a part.
    #[serde(rename = "Action")]
    action: Vec<String>,
}

/// What a statement does.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the document's name for `Effect`")]
pub enum PolicyEffect {
    /// They may be done.
    Allow,
    /// They may not, whatever else is allowed.
    Deny,
}

/// `{"role": {...}}` to make one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateRole {
    role: CreateRoleBody,
}

/// A role to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateRoleBody {
    /// 1 to 64 characters, unique in the domain.
    name: String,
    #[serde(default)]
    description: Option<String>,
    policy: PolicyDocument,
}

/// `{"role": {...}}` to change one: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeRole {
    role: ChangeRoleBody,
}

/// What to change.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeRoleBody {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    policy: Option<PolicyDocument>,
}

/// `{"actions": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActionsAnswer {
    /// All actions that policies can name, in order.
    actions: Vec<&'static str>,
}

impl From<PolicyDocument> for Policy {
    fn from(wire: PolicyDocument) -> Policy {
        let statements = wire.statement.into_iter();
        Policy {
            version: wire.version,
            statement: statements
                .map(|wire| coffer_core::access::Statement {
                    effect: wire.effect,
                    action: wire.action,
                })
                .collect(),
        }
    }
}

impl From<Policy> for PolicyDocument {
    fn from(policy: Policy) -> PolicyDocument {
        let statements = policy.statement.into_iter();
        PolicyDocument {
            version: policy.version,
            statement: statements
                .map(|statement| PolicyStatement {
                    effect: statement.effect,
                    action: statement.action,
                })
                .collect(),
        }
    }
}

impl From<RoleInfo> for RoleBody {
    fn from(role: RoleInfo) -> RoleBody {
        let rights = role.policy.rights().unwrap_or_default();
        let idle = |pattern: &&coffer_core::access::Pattern| {
            !access::actions().any(|action| pattern.covers(action))
        };
        let own = role.domain_id.is_some();
        let all = rights.allow.iter().chain(&rights.deny);
        RoleBody {
            id: role.id,
            name: role.name,
            predefined: !own,
            description: role.description,
            without_effect: all
                .filter(|pattern| own && idle(pattern))
                .map(ToString::to_string)
                .collect(),
            policy: role.policy.into(),
            created_at: role.created_at.map(time),
            updated_at: role.updated_at.map(time),
        }
    }
}

/// Checks that nobody gives away what it does not have: each action that `allows` lets through
/// must be the caller's in the whole domain.
pub(in crate::api) fn check_reach(
    caller: &Caller,
    allows: impl Fn(&str) -> bool,
) -> Result<(), ApiError> {
    let beyond = access::actions().find(|action| {
        let own = match action.starts_with("iam:") {
            true => caller.may(action),
            false => caller.domain_power.allows(action),
        };
        // What only the service's domain may do comes to nothing elsewhere.
        let idle = crate::identity::caller::is_of_service(action) && !caller.of_service;
        allows(action) && !own && !idle
    });
    match beyond {
        None => Ok(()),
        Some(action) => {
            let mut error = ApiError::not_allowed(action);
            error.hint = Some(format!(
                "Nobody gives or changes rights that it does not have itself: {action}."
            ));
            Err(error)
        }
    }
}

/// The roles of the domain: the predefined ones and its own.
#[utoipa::path(get, path = "/coffer/v1/roles", tag = "administration",
    operation_id = "list_roles", security(("token" = [])),
    extensions(("x-action" = json!("iam:roles:list"))),
    responses((status = 200, body = RolesAnswer), (status = 401), (status = 403)))]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<RolesAnswer>, ApiError> {
    let roles = state.identity.roles(caller.user_domain_id).await?;
    Ok(Json(RolesAnswer {
        roles: roles.into_iter().map(RoleBody::from).collect(),
    }))
}

/// Makes a role of the domain's own.
#[utoipa::path(post, path = "/coffer/v1/roles", tag = "administration",
    operation_id = "create_role", security(("token" = [])), request_body = CreateRole,
    extensions(("x-action" = json!("iam:roles:create"))),
    responses((status = 201, body = RoleAnswer), (status = 400), (status = 401), (status = 403),
        (status = 409)))]
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Json(CreateRole { role }): Json<CreateRole>,
) -> Result<(StatusCode, Json<RoleAnswer>), ApiError> {
    let description = role.description.unwrap_or_default();
    let policy = Policy::from(role.policy);
    let made = state
        .identity
        .create_role(caller.user_domain_id, &role.name, &description, &policy)
        .await?;
    let role = RoleBody::from(made);
    Ok((StatusCode::CREATED, Json(RoleAnswer { role })))
}

/// A role, by id or name.
#[utoipa::path(get, path = "/coffer/v1/roles/{role_id}", tag = "administration",
    operation_id = "show_role", security(("token" = [])), params(("role_id" = String, Path)),
    extensions(("x-action" = json!("iam:roles:get"))),
    responses((status = 200, body = RoleAnswer), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<RoleAnswer>, ApiError> {
    let role = state.identity.role(caller.user_domain_id, &id).await?;
    Ok(Json(RoleAnswer { role: role.into() }))
}

/// Changes a role of the domain's own. Whoever has it feels it with the next request.
#[utoipa::path(patch, path = "/coffer/v1/roles/{role_id}", tag = "administration",
    operation_id = "change_role", security(("token" = [])),
    params(("role_id" = String, Path)), request_body = ChangeRole,
    extensions(("x-action" = json!("iam:roles:update"))),
    responses((status = 200, body = RoleAnswer), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn change(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
    Json(ChangeRole { role }): Json<ChangeRole>,
) -> Result<Json<RoleAnswer>, ApiError> {
    let policy = role.policy.map(Policy::from);
    if let Some(policy) = &policy {
        // Somebody may have the role already.
        let rights = policy.rights()?;
        check_reach(&caller, |action| rights.allows(action))?;
    }
    let changes = RoleChanges {
        name: role.name,
        description: role.description,
        policy,
    };
    let role = state
        .identity
        .update_role(caller.user_domain_id, &id, changes)
        .await?;
    Ok(Json(RoleAnswer { role: role.into() }))
}

/// Deletes a role of the domain's own that nobody has.
#[utoipa::path(delete, path = "/coffer/v1/roles/{role_id}", tag = "administration",
    operation_id = "delete_role", security(("token" = [])), params(("role_id" = String, Path)),
    extensions(("x-action" = json!("iam:roles:delete"))),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 409)))]
pub(super) async fn delete(
    State(state): State<AppState>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let domain = caller.user_domain_id;
    state.identity.delete_role(domain, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The actions that policies can name.
#[utoipa::path(get, path = "/coffer/v1/actions", tag = "administration",
    operation_id = "list_actions", security(("token" = [])),
    extensions(("x-action" = json!("own"))),
    responses((status = 200, body = ActionsAnswer), (status = 401)))]
pub(super) async fn actions(_caller: Caller) -> Json<ActionsAnswer> {
    Json(ActionsAnswer {
        actions: access::actions().collect(),
    })
}
