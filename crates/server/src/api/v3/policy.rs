//! Policies (CBR API: policies; vaults: applying and removing a policy).

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::cbr::policy::{Definition, WINDOW_MINUTES};
use coffer_core::cbr::{PolicyType, Refusal, name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::body::{Body, length};
use super::{int, number, reader, writer};
use crate::app::policies::{
    Association, NewPolicy, NewTrigger, PolicyChanges, PolicyQuery, PolicyView,
};
use crate::http::{ApiError, Json, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// `POST /policies`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreatePolicyRequest {
    pub(crate) policy: CreatePolicy,
}

/// A policy to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreatePolicy {
    /// 1 to 64 of letters, digits, `_`, `-`.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_-]+$")]
    name: String,
    /// `backup` or `replication`.
    #[schema(pattern = "^(backup|replication)$")]
    operation_type: String,
    /// True where absent.
    enabled: Option<bool>,
    operation_definition: DefinitionBody,
    trigger: TriggerRequest,
}

/// How a policy keeps what it makes. 0 and -1 mean "not set".
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
pub struct DefinitionBody {
    /// Automatic backups kept of each resource: -1, or up to 99999. Excludes
    /// `retention_duration_days`.
    #[schema(minimum = -1, maximum = 99999)]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_backups: Option<i64>,
    /// Days each backup is kept: -1, or up to 99999. Excludes all counters.
    #[schema(minimum = -1, maximum = 99999)]
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_duration_days: Option<i64>,
    /// Days of which the newest backup is kept, up to 100.
    #[schema(minimum = -1, maximum = 100)]
    #[serde(skip_serializing_if = "Option::is_none")]
    day_backups: Option<i64>,
    /// Weeks of which the newest backup is kept, up to 100.
    #[schema(minimum = -1, maximum = 100)]
    #[serde(skip_serializing_if = "Option::is_none")]
    week_backups: Option<i64>,
    /// Months of which the newest backup is kept, up to 100.
    #[schema(minimum = -1, maximum = 100)]
    #[serde(skip_serializing_if = "Option::is_none")]
    month_backups: Option<i64>,
    /// Years of which the newest backup is kept, up to 100.
    #[schema(minimum = -1, maximum = 100)]
    #[serde(skip_serializing_if = "Option::is_none")]
    year_backups: Option<i64>,
    /// Whose days, weeks, months and years: `UTC+08:00`, or a zone such as `Europe/Berlin`. Needed
    /// with their counters.
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<String>,
    /// Where replicas go; needed for replication.
    #[schema(max_length = 255)]
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_region: Option<String>,
    /// Whose they are there; needed for replication.
    #[schema(max_length = 255)]
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_project_id: Option<String>,
    /// Kept and given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_acceleration: Option<bool>,
    /// One backup of so many is a full one, up to 100; -1: none after the first.
    #[schema(minimum = -1, maximum = 100)]
    #[serde(skip_serializing_if = "Option::is_none")]
    full_backup_interval: Option<i64>,
    /// Coffer's own. False lets retention delete the newest good backup of a resource too.
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_last_backup: Option<bool>,
    /// Not supported: refused where it is not empty.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing)]
    advanced_retention_rules: Option<Value>,
}

/// When a policy runs.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TriggerRequest {
    properties: TriggerPropertiesRequest,
    /// As in `properties`.
    #[schema(minimum = 60, maximum = 480)]
    start_window_minutes: Option<i64>,
}

/// When a policy runs.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TriggerPropertiesRequest {
    /// 1 to 24 iCalendar rules with FREQ=DAILY or WEEKLY, INTERVAL, BYDAY, BYHOUR, BYMINUTE. Runs
    /// are at least an hour apart.
    #[schema(min_items = 1, max_items = 24)]
    pattern: Vec<String>,
    /// Coffer's own. The zone in which BYHOUR and BYMINUTE are meant: `UTC+08:00`, or a zone such
    /// as `Europe/Berlin`. UTC where absent.
    timezone: Option<String>,
    /// Minutes after its time in which a run may begin.
    #[schema(minimum = 60, maximum = 480)]
    start_window_minutes: Option<i64>,
}

/// `PUT /policies/{id}`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct UpdatePolicyRequest {
    policy: UpdatePolicy,
}

/// What shall change.
#[derive(Debug, Deserialize, ToSchema)]
pub struct UpdatePolicy {
    /// 1 to 64 of letters, digits, `_`, `-`.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_-]+$")]
    name: Option<String>,
    enabled: Option<bool>,
    /// Only what it is.
    operation_type: Option<String>,
    /// Takes the place of the former one.
    operation_definition: Option<DefinitionBody>,
    /// Takes the place of the former one.
    trigger: Option<TriggerRequest>,
}

/// A policy.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyBody {
    id: String,
    name: String,
    enabled: bool,
    operation_type: String,
    operation_definition: DefinitionBody,
    trigger: TriggerBody,
    associated_vaults: Vec<AssociatedVault>,
    policy_type: String,
    /// Coffer's own. When it runs next, UTC; null where it is disabled or applied to no vault.
    next_run_at: Option<String>,
}

/// When a policy runs.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriggerBody {
    id: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    properties: TriggerProperties,
}

/// When a policy runs.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriggerProperties {
    pattern: Vec<String>,
    /// When the rules were set, in UTC: `2020-01-08 09:59:49`.
    start_time: String,
    /// The zone of the rules; UTC where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_window_minutes: Option<i64>,
}

/// A vault that a policy is applied to.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssociatedVault {
    vault_id: String,
    destination_vault_id: Option<String>,
}

/// One policy.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyAnswer {
    policy: PolicyBody,
}

/// Policies.
#[derive(Debug, Serialize, ToSchema)]
pub struct PoliciesAnswer {
    policies: Vec<PolicyBody>,
    count: i64,
}

/// `POST .../associatepolicy`. Exactly one of `policy_id` and `add_policy_ids`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AssociatePolicyRequest {
    policy_id: Option<String>,
    add_policy_ids: Option<Vec<String>>,
    /// Where replicas go, for a replication policy.
    destination_vault_id: Option<String>,
}

/// A policy that was applied.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssociatePolicyAnswer {
    associate_policy: AppliedPolicy,
}

/// A policy and a vault.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppliedPolicy {
    vault_id: String,
    policy_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_vault_id: Option<String>,
}

/// `POST .../dissociatepolicy`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct DissociatePolicyRequest {
    policy_id: String,
}

/// A policy that was removed.
#[derive(Debug, Serialize, ToSchema)]
pub struct DissociatePolicyAnswer {
    dissociate_policy: AppliedPolicy,
}

impl TryFrom<DefinitionBody> for Definition {
    type Error = Refusal;
    fn try_from(d: DefinitionBody) -> Result<Definition, Refusal> {
        let empty = |value: &Value| match value {
            Value::Null => true,
            Value::Object(map) => map.values().all(Value::is_null),
            _ => false,
        };
        if !d.advanced_retention_rules.as_ref().is_none_or(empty) {
            return Err(Refusal::parameter(
                "policy.operation_definition.advanced_retention_rules",
                "is not supported",
            )
            .hint("Use day_backups, week_backups, month_backups and year_backups."));
        }
        Ok(Definition {
            max_backups: d.max_backups,
            retention_duration_days: d.retention_duration_days,
            day_backups: d.day_backups,
            week_backups: d.week_backups,
            month_backups: d.month_backups,
            year_backups: d.year_backups,
            timezone: d.timezone,
            destination_region: d.destination_region,
            destination_project_id: d.destination_project_id,
            enable_acceleration: d.enable_acceleration,
            full_backup_interval: d.full_backup_interval,
            keep_last_backup: d.keep_last_backup,
        })
    }
}

impl From<Definition> for DefinitionBody {
    fn from(d: Definition) -> DefinitionBody {
        DefinitionBody {
            max_backups: d.max_backups,
            retention_duration_days: d.retention_duration_days,
            day_backups: d.day_backups,
            week_backups: d.week_backups,
            month_backups: d.month_backups,
            year_backups: d.year_backups,
            timezone: d.timezone,
            destination_region: d.destination_region,
            destination_project_id: d.destination_project_id,
            enable_acceleration: d.enable_acceleration,
            full_backup_interval: d.full_backup_interval,
            keep_last_backup: d.keep_last_backup,
            advanced_retention_rules: None,
        }
    }
}

impl TryFrom<TriggerRequest> for NewTrigger {
    type Error = Refusal;
    fn try_from(trigger: TriggerRequest) -> Result<NewTrigger, Refusal> {
        let properties = trigger.properties;
        let window = properties
            .start_window_minutes
            .or(trigger.start_window_minutes);
        if window.is_some_and(|minutes| !WINDOW_MINUTES.contains(&minutes)) {
            return Err(Refusal::parameter(
                "policy.trigger.properties.start_window_minutes",
                format_args!(
                    "must be a whole number from {} to {}",
                    WINDOW_MINUTES.start(),
                    WINDOW_MINUTES.end()
                ),
            ));
        }
        Ok(NewTrigger {
            patterns: properties.pattern,
            zone: properties.timezone.filter(|text| !text.is_empty()),
            window_minutes: window,
        })
    }
}

impl TryFrom<CreatePolicy> for NewPolicy {
    type Error = Refusal;
    fn try_from(p: CreatePolicy) -> Result<NewPolicy, Refusal> {
        name::check_name("policy.name", &p.name)?;
        Ok(NewPolicy {
            name: p.name,
            enabled: p.enabled.unwrap_or(true),
            operation_type: PolicyType::parse("policy.operation_type", &p.operation_type)?,
            definition: p.operation_definition.try_into()?,
            trigger: p.trigger.try_into()?,
        })
    }
}

impl TryFrom<UpdatePolicy> for PolicyChanges {
    type Error = Refusal;
    fn try_from(p: UpdatePolicy) -> Result<PolicyChanges, Refusal> {
        if let Some(text) = &p.name {
            name::check_name("policy.name", text)?;
        }
        let kind = |text: String| PolicyType::parse("policy.operation_type", &text);
        Ok(PolicyChanges {
            name: p.name,
            enabled: p.enabled,
            operation_type: p.operation_type.map(kind).transpose()?,
            definition: p.operation_definition.map(TryInto::try_into).transpose()?,
            trigger: p.trigger.map(TryInto::try_into).transpose()?,
        })
    }
}

impl From<PolicyView> for PolicyBody {
    fn from(view: PolicyView) -> PolicyBody {
        let p = view.policy;
        PolicyBody {
            id: p.id.to_string(),
            name: p.name,
            enabled: p.enabled,
            operation_type: p.operation_type.to_string(),
            operation_definition: p.definition.0.into(),
            trigger: TriggerBody {
                id: p.trigger_id,
                name: "default".to_owned(),
                kind: "time".to_owned(),
                properties: TriggerProperties {
                    pattern: p.patterns.0,
                    start_time: start_time(p.start_at),
                    timezone: p.zone,
                    start_window_minutes: p.window_minutes,
                },
            },
            associated_vaults: view
                .bindings
                .into_iter()
                .map(|binding| AssociatedVault {
                    vault_id: binding.vault_id.to_string(),
                    destination_vault_id: binding.destination_vault_id,
                })
                .collect(),
            policy_type: "custom_policy".to_owned(),
            next_run_at: view.next_run.map(|at| format!("{at:.0}")),
        }
    }
}

/// A time as triggers show it.
fn start_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Makes a policy.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/policies", tag = "policies", operation_id = "create_policy",
    params(("project_id" = String, Path)), request_body = CreatePolicyRequest,
    extensions(("x-action" = json!("cbr:policies:create"))),
    responses((status = 200, body = PolicyAnswer)))]
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    Body(body): Body<CreatePolicyRequest>,
) -> Result<Json<PolicyAnswer>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let view = state
        .app
        .create_policy(&actor, body.policy.try_into()?)
        .await?;
    Ok(Json(PolicyAnswer {
        policy: view.into(),
    }))
}

/// Lists policies, newest first.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/policies", tag = "policies", operation_id = "list_policies",
    params(("project_id" = String, Path), ("operation_type" = Option<String>, Query),
        ("vault_id" = Option<String>, Query), ("limit" = Option<u64>, Query), ("marker" = Option<String>, Query)),
    extensions(("x-action" = json!("cbr:policies:list"))),
    responses((status = 200, body = PoliciesAnswer)))]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    params: Params,
) -> Result<Json<PoliciesAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let kind = params
        .get("operation_type")
        .map(|text| PolicyType::parse("operation_type", text))
        .transpose()?;
    let query = PolicyQuery {
        operation_type: kind,
        vault_id: params.get("vault_id").map(str::to_owned),
        marker: params.get("marker").map(str::to_owned),
        limit: number(&params, "limit", 1, 1000)?,
    };
    let (views, count) = state.app.list_policies(&actor, &query).await?;
    Ok(Json(PoliciesAnswer {
        policies: views.into_iter().map(PolicyBody::from).collect(),
        count: int(count),
    }))
}

/// Shows a policy.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/policies/{policy_id}", tag = "policies", operation_id = "show_policy",
    params(("project_id" = String, Path), ("policy_id" = String, Path)),
    extensions(("x-action" = json!("cbr:policies:get"))),
    responses((status = 200, body = PolicyAnswer)))]
pub(super) async fn show(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<PolicyAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let view = state.app.policy(&actor, &id).await?;
    Ok(Json(PolicyAnswer {
        policy: view.into(),
    }))
}

/// Changes a policy.
#[utoipa::path(put, security(("token" = [])), path = "/v3/{project_id}/policies/{policy_id}", tag = "policies", operation_id = "update_policy",
    params(("project_id" = String, Path), ("policy_id" = String, Path)), request_body = UpdatePolicyRequest,
    extensions(("x-action" = json!("cbr:policies:update"))),
    responses((status = 200, body = PolicyAnswer)))]
pub(super) async fn update(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    Body(body): Body<UpdatePolicyRequest>,
) -> Result<Json<PolicyAnswer>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let changes = body.policy.try_into()?;
    let view = state.app.update_policy(&actor, &id, changes).await?;
    Ok(Json(PolicyAnswer {
        policy: view.into(),
    }))
}

/// Deletes a policy, also from the vaults it is applied to. Its backups stay.
#[utoipa::path(delete, security(("token" = [])), path = "/v3/{project_id}/policies/{policy_id}", tag = "policies", operation_id = "delete_policy",
    params(("project_id" = String, Path), ("policy_id" = String, Path)),
    extensions(("x-action" = json!("cbr:policies:delete"))),
    responses((status = 204)))]
pub(super) async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    state.app.delete_policy(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Applies a policy to a vault, in place of another one of its type.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/vaults/{vault_id}/associatepolicy", tag = "vaults",
    operation_id = "associate_policy", params(("project_id" = String, Path), ("vault_id" = String, Path)),
    request_body = AssociatePolicyRequest,
    extensions(("x-action" = json!("cbr:vaults:associatePolicy"))),
    responses((status = 200, body = AssociatePolicyAnswer)))]
pub(super) async fn associate(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    Body(body): Body<AssociatePolicyRequest>,
) -> Result<Json<AssociatePolicyAnswer>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let policy_ids = match (body.policy_id, body.add_policy_ids) {
        (Some(id), None) => vec![id],
        (None, Some(ids)) => {
            length("add_policy_ids", ids.len(), 1, 2)?;
            ids
        }
        (Some(_), Some(_)) | (None, None) => {
            return Err(Refusal::parameter(
                "policy_id",
                "exactly one of policy_id and add_policy_ids is needed",
            )
            .into());
        }
    };
    let wanted = Association {
        policy_ids,
        destination_vault_id: body.destination_vault_id.filter(|id| !id.is_empty()),
    };
    state.app.associate_policies(&actor, &id, &wanted).await?;
    let first = wanted.policy_ids.into_iter().next();
    Ok(Json(AssociatePolicyAnswer {
        associate_policy: AppliedPolicy {
            vault_id: id,
            policy_id: first.unwrap_or_default(),
            destination_vault_id: wanted.destination_vault_id,
        },
    }))
}

/// Removes a policy from a vault. What runs goes on, and backups stay.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/vaults/{vault_id}/dissociatepolicy", tag = "vaults",
    operation_id = "dissociate_policy", params(("project_id" = String, Path), ("vault_id" = String, Path)),
    request_body = DissociatePolicyRequest,
    extensions(("x-action" = json!("cbr:vaults:dissociatePolicy"))),
    responses((status = 200, body = DissociatePolicyAnswer)))]
pub(super) async fn dissociate(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    Body(body): Body<DissociatePolicyRequest>,
) -> Result<Json<DissociatePolicyAnswer>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let policy_id = body.policy_id;
    state.app.dissociate_policy(&actor, &id, &policy_id).await?;
    Ok(Json(DissociatePolicyAnswer {
        dissociate_policy: AppliedPolicy {
            vault_id: id,
            policy_id,
            destination_vault_id: None,
        },
    }))
}
