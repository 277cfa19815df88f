//! Agents. Inside a guest it is QEMU's that freezes file systems for a backup: whether it did is
//! known from the newest backup. Agents that back up single files are not offered: there are none,
//! and none can be registered. Nor are there policies over several accounts.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::cbr::{Code, PolicyType, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::body::{Body, length};
use super::{page, reader, writer};
use crate::app::agents::AgentState;
use crate::http::{ApiError, Json, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// Most servers of a question.
const SERVERS_MAX: usize = 256;

/// `POST /agent/check`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AgentCheckRequest {
    /// 1 to 256.
    agent_status: Vec<AgentOf>,
}

/// A server to look at.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AgentOf {
    resource_id: String,
    /// `OS::Nova::Server`.
    resource_type: Option<String>,
    #[serde(rename = "resource_name")]
    _resource_name: Option<String>,
}

/// What is known of the servers' agents.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentCheckAnswer {
    agent_status: Vec<AgentStatus>,
}

/// What is known of a server's agent.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgentStatus {
    resource_id: String,
    /// It answered when the newest backup was made.
    installed: bool,
    is_old: bool,
    version: String,
    /// 0 where it answered.
    code: i64,
    message: String,
}

/// Whether the agents of servers answered when they were backed up last.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/agent/check", tag = "protectables",
    operation_id = "check_agents", params(("project_id" = String, Path)),
    request_body = AgentCheckRequest,
    extensions(("x-action" = json!("cbr:backups:checkAgent"))),
    responses((status = 200, body = AgentCheckAnswer)))]
pub(super) async fn check(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    Body(body): Body<AgentCheckRequest>,
) -> Result<Json<AgentCheckAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    length("agent_status", body.agent_status.len(), 1, SERVERS_MAX)?;
    let is_server = |kind: &str| kind == "OS::Nova::Server";
    let mut types = body.agent_status.iter().map(|of| &of.resource_type);
    if !types.all(|kind| kind.as_deref().is_none_or(is_server)) {
        let text = "must be OS::Nova::Server: others have no agent";
        return Err(Refusal::parameter("agent_status.resource_type", text).into());
    }
    let ids: Vec<String> = body
        .agent_status
        .into_iter()
        .map(|of| of.resource_id)
        .collect();
    let states = state.app.agents(&actor, &ids).await?;
    let status = |(resource_id, state): (String, AgentState)| {
        let (installed, code, message) = match state {
            AgentState::Answered => (true, 0, ""),
            AgentState::Silent => (false, 1, "the agent did not answer during the last backup"),
            AgentState::Unknown => (false, 2, "not known before a backup of the running server"),
        };
        AgentStatus {
            resource_id,
            installed,
            is_old: false,
            version: String::new(),
            code,
            message: message.to_owned(),
        }
    };
    Ok(Json(AgentCheckAnswer {
        agent_status: ids.into_iter().zip(states).map(status).collect(),
    }))
}

/// A page of a list in which there is nothing.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoAgents {
    #[schema(value_type = Vec<Object>)]
    agents: Vec<Value>,
    count: u64,
    limit: u64,
    offset: u64,
}

/// Agents that back up files: none.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/agents", tag = "file backup",
    operation_id = "list_agents", params(("project_id" = String, Path),
        ("limit" = Option<u64>, Query), ("offset" = Option<u64>, Query)),
    extensions(("x-action" = json!("cbr:agents:list"))),
    responses((status = 200, body = NoAgents)))]
pub(super) async fn list(
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    params: Params,
) -> Result<Json<NoAgents>, ApiError> {
    reader(&caller, &project, &request)?;
    let (page, limit) = page(&params, 1000)?;
    Ok(Json(NoAgents {
        agents: vec![],
        count: 0,
        limit,
        offset: page.offset,
    }))
}

/// `POST /agents`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RegisterAgentRequest {
    #[serde(rename = "agent")]
    #[schema(value_type = Object)]
    _agent: serde_json::Map<String, Value>,
}

/// Registers an agent that backs up files: refused.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/agents", tag = "file backup",
    operation_id = "register_agent", params(("project_id" = String, Path)),
    request_body = RegisterAgentRequest,
    extensions(("x-action" = json!("cbr:agents:create"))),
    responses((status = 200, body = Object)))]
pub(super) async fn register(
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    Body(_body): Body<RegisterAgentRequest>,
) -> Result<Json<Value>, ApiError> {
    writer(&caller, &project, &request)?;
    Err(
        Refusal::new(Code::TYPE_UNKNOWN, "single files are not backed up")
            .hint("Back up the server: files can be read from its backup.")
            .into(),
    )
}

fn no_agent(id: &str) -> ApiError {
    let shown: String = id.chars().take(64).collect();
    Refusal::new(
        Code::RESOURCE_NOT_FOUND,
        format!("there is no agent {shown}"),
    )
    .into()
}

/// Routes of one thing that is never there: `$none` says so of the id `$key` in the path.
macro_rules! routes_of_none {
    ($tag:literal $key:literal $none:ident;
     $($(#[$doc:meta])* $name:ident: $method:ident $path:literal $id:literal $action:literal, $who:ident -> $answer:ty;)*) => {$(
        $(#[$doc])*
        #[utoipa::path($method, security(("token" = [])), path = $path, tag = $tag,
            operation_id = $id, params(("project_id" = String, Path), ($key = String, Path)),
            extensions(("x-action" = json!($action))),
            responses((status = 200, body = Object)))]
        pub(super) async fn $name(
            caller: Caller,
            request: RequestId,
            Path((project, id)): Path<(String, String)>,
        ) -> Result<$answer, ApiError> {
            $who(&caller, &project, &request)?;
            Err($none(&id))
        }
    )*};
}

routes_of_none! {
    "file backup" "agent_id" no_agent;
    /// An agent that backs up files: there is none.
    show: get "/v3/{project_id}/agents/{agent_id}" "show_agent" "cbr:agents:get", reader -> Json<Value>;
    /// Changes an agent that backs up files: there is none.
    update: put "/v3/{project_id}/agents/{agent_id}" "update_agent" "cbr:agents:update", writer -> Json<Value>;
    /// Removes an agent that backs up files: there is none.
    remove: delete "/v3/{project_id}/agents/{agent_id}" "unregister_agent" "cbr:agents:delete", writer -> Json<Value>;
    /// Adds paths to an agent that backs up files: there is none.
    add_path: post "/v3/{project_id}/agents/{agent_id}/add-path" "add_agent_path" "cbr:agents:update", writer -> Json<Value>;
    /// Removes paths of an agent that backs up files: there is none.
    remove_path: post "/v3/{project_id}/agents/{agent_id}/remove-path" "remove_agent_path" "cbr:agents:update", writer -> Json<Value>;
}

/// Policies over several accounts: none.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoOrganizationPolicies {
    #[schema(value_type = Vec<Object>)]
    policies: Vec<Value>,
    count: u64,
    limit: u64,
    offset: u64,
}

/// Policies over several accounts: none.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/organization-policies", tag = "policies",
    operation_id = "list_organization_policies", params(("project_id" = String, Path),
        ("operation_type" = String, Query), ("limit" = Option<u64>, Query),
        ("offset" = Option<u64>, Query)),
    extensions(("x-action" = json!("cbr:organizationPolicies:list"))),
    responses((status = 200, body = NoOrganizationPolicies)))]
pub(super) async fn organization_policies(
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    params: Params,
) -> Result<Json<NoOrganizationPolicies>, ApiError> {
    reader(&caller, &project, &request)?;
    let kind = params.get("operation_type");
    let kind = kind.ok_or_else(|| Refusal::parameter("operation_type", "is required"))?;
    PolicyType::parse("operation_type", kind)?;
    let (page, limit) = page(&params, 1000)?;
    Ok(Json(NoOrganizationPolicies {
        policies: vec![],
        count: 0,
        limit,
        offset: page.offset,
    }))
}

/// `POST /organization-policies`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct OrganizationPolicyRequest {
    #[serde(rename = "policy")]
    #[schema(value_type = Object)]
    _policy: serde_json::Map<String, Value>,
}

/// Makes a policy over several accounts: refused.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/organization-policies", tag = "policies",
    operation_id = "create_organization_policy", params(("project_id" = String, Path)),
    request_body = OrganizationPolicyRequest,
    extensions(("x-action" = json!("cbr:organizationPolicies:create"))),
    responses((status = 200, body = Object)))]
pub(super) async fn create_organization_policy(
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    Body(_body): Body<OrganizationPolicyRequest>,
) -> Result<Json<Value>, ApiError> {
    writer(&caller, &project, &request)?;
    let text = "a policy is one project's: there are none over several accounts";
    Err(Refusal::new(Code::POLICY_TYPE_UNKNOWN, text)
        .hint("Make the policy in each project (POST policies).")
        .into())
}

fn no_policy(id: &str) -> ApiError {
    let shown: String = id.chars().take(64).collect();
    let text = format!("there is no policy {shown} over several accounts");
    Refusal::new(Code::POLICY_NOT_FOUND, text).into()
}

routes_of_none! {
    "policies" "organization_policy_id" no_policy;
    /// A policy over several accounts: there is none.
    show_organization_policy: get "/v3/{project_id}/organization-policies/{organization_policy_id}"
        "show_organization_policy" "cbr:organizationPolicies:get", reader -> Json<Value>;
    /// Changes a policy over several accounts: there is none.
    update_organization_policy: put "/v3/{project_id}/organization-policies/{organization_policy_id}"
        "update_organization_policy" "cbr:organizationPolicies:update", writer -> Json<Value>;
    /// Deletes a policy over several accounts: there is none.
    delete_organization_policy: delete "/v3/{project_id}/organization-policies/{organization_policy_id}"
        "delete_organization_policy" "cbr:organizationPolicies:delete", writer -> StatusCode;
    /// Where a policy over several accounts stands: there is none.
    organization_policy_detail: get "/v3/{project_id}/organization-policies/{organization_policy_id}/policy-detail"
        "organization_policy_detail" "cbr:organizationPolicies:get", reader -> Json<Value>;
}
