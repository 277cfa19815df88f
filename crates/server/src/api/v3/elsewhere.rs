//! Calls about what one's own servers do not have: other regions, bills, agents, other clouds.
//! The request is checked as everywhere, then answered with the documented code and a hint.

use axum::extract::{Path, State};
use coffer_core::cbr::{Code, Refusal, name};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::body::{Body, length};
use super::{int, page, reader, writer};
use crate::app::vaults::ResourceView;
use crate::http::{ApiError, Json, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// The regions that backups can be replicated to.
#[derive(Debug, Serialize, ToSchema)]
pub struct CapabilitiesAnswer {
    regions: Vec<Region>,
}

/// A region.
#[derive(Debug, Serialize, ToSchema)]
pub struct Region {
    name: String,
    replication_destinations: Vec<String>,
}

/// `POST /backups/{id}/replicate`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReplicateBackupRequest {
    replicate: ReplicateBackup,
}

/// Where to.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReplicateBackup {
    destination_project_id: String,
    /// At most 255 characters.
    destination_region: String,
    destination_vault_id: String,
    name: Option<String>,
    description: Option<String>,
}

/// `POST /checkpoints/replicate`. One client wraps it once more in `checkpoint`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReplicateVaultRequest {
    replicate: Option<ReplicateVault>,
    checkpoint: Option<ReplicateVaultInner>,
}

/// The wrapped form.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReplicateVaultInner {
    replicate: ReplicateVault,
}

/// What and where to.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReplicateVault {
    vault_id: String,
    destination_project_id: String,
    /// At most 255 characters.
    destination_region: String,
    destination_vault_id: String,
    #[serde(rename = "auto_trigger")]
    _auto_trigger: Option<bool>,
}

fn no_region(region: &str) -> Refusal {
    Refusal::new(
        Code::REGION_TAKES_NO_REPLICAS,
        format!("region {region} takes no replicas"),
    )
    .hint("This installation has one region; GET replication-capabilities lists what there is.")
}

fn region(field: &str, text: &str) -> Result<(), Refusal> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    match (1..=255).contains(&text.len()) && text.chars().all(legal) {
        true => Ok(()),
        false => Err(Refusal::parameter(
            field,
            "must be 1 to 255 letters, digits, dots, underscores or hyphens",
        )),
    }
}

/// Where backups can be replicated to: nowhere, with one region.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/replication-capabilities", tag = "replication",
    operation_id = "replication_capabilities", params(("project_id" = String, Path)),
    extensions(("x-action" = json!("cbr:backups:queryReplicationCapability"))),
    responses((status = 200, body = CapabilitiesAnswer)))]
pub(super) async fn capabilities(
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
) -> Result<Json<CapabilitiesAnswer>, ApiError> {
    reader(&caller, &project, &request)?;
    Ok(Json(CapabilitiesAnswer { regions: vec![] }))
}

/// Replicates a backup to another region.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/backups/{backup_id}/replicate", tag = "replication",
    operation_id = "replicate_backup", params(("project_id" = String, Path), ("backup_id" = String, Path)),
    request_body = ReplicateBackupRequest,
    extensions(("x-action" = json!("cbr:backups:replicate"))),
    responses((status = 200, body = Object)))]
pub(super) async fn replicate_backup(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    Body(body): Body<ReplicateBackupRequest>,
) -> Result<Json<Value>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let r = body.replicate;
    region("replicate.destination_region", &r.destination_region)?;
    if let Some(text) = &r.name {
        name::check_name("replicate.name", text)?;
    }
    if let Some(text) = &r.description {
        name::check_description("replicate.description", text, name::DESCRIPTION_MAX)?;
    }
    state.app.backup(&actor, &id).await?;
    tracing::debug!(
        project = r.destination_project_id,
        vault = r.destination_vault_id,
        "no replication"
    );
    Err(no_region(&r.destination_region).into())
}

/// Replicates the backups of a vault to another region.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/checkpoints/replicate", tag = "replication",
    operation_id = "replicate_vault", params(("project_id" = String, Path)),
    request_body = ReplicateVaultRequest,
    extensions(("x-action" = json!("cbr:vaults:replicate"))),
    responses((status = 200, body = Object)))]
pub(super) async fn replicate_vault(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    Body(body): Body<ReplicateVaultRequest>,
) -> Result<Json<Value>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let wrapped = body.checkpoint.map(|c| c.replicate);
    let r = body
        .replicate
        .or(wrapped)
        .ok_or_else(|| Refusal::parameter("replicate", "is required"))?;
    region("replicate.destination_region", &r.destination_region)?;
    let view = state.app.vault(&actor, &r.vault_id).await?;
    if view.vault.protect_type != "backup" {
        return Err(Refusal::new(
            Code::VAULT_TYPE_FORBIDS_REPLICATION,
            "replicas are not replicated on",
        )
        .into());
    }
    tracing::debug!(
        project = r.destination_project_id,
        vault = r.destination_vault_id,
        "no replication"
    );
    Err(no_region(&r.destination_region).into())
}

/// `POST /backups/sync`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SyncBackupsRequest {
    /// 1 to 50.
    #[schema(value_type = Vec<Object>)]
    sync: Vec<serde_json::Map<String, Value>>,
}

/// `POST /checkpoints/sync`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SyncVaultRequest {
    sync: SyncVault,
}

/// The vault.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SyncVault {
    vault_id: String,
    #[serde(rename = "auto_trigger")]
    _auto_trigger: Option<bool>,
}

fn no_sync() -> Refusal {
    Refusal::new(
        Code::NO_SYNCHRONISATION,
        "backups of other clouds cannot be taken over",
    )
    .hint("Back the servers up here; vaults made here need no synchronisation.")
}

/// Takes over backups that another cloud made.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/backups/sync", tag = "backups", operation_id = "sync_backups",
    params(("project_id" = String, Path)), request_body = SyncBackupsRequest,
    extensions(("x-action" = json!("cbr:backups:sync"))),
    responses((status = 200, body = Object)))]
pub(super) async fn sync_backups(
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    Body(body): Body<SyncBackupsRequest>,
) -> Result<Json<Value>, ApiError> {
    writer(&caller, &project, &request)?;
    length("sync", body.sync.len(), 1, 50)?;
    Err(no_sync().into())
}

/// Takes over what another cloud put into a vault.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/checkpoints/sync", tag = "restore points", operation_id = "sync_vault",
    params(("project_id" = String, Path)), request_body = SyncVaultRequest,
    extensions(("x-action" = json!("cbr:vaults:sync"))),
    responses((status = 200, body = Object)))]
pub(super) async fn sync_vault(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    Body(body): Body<SyncVaultRequest>,
) -> Result<Json<Value>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    state.app.vault(&actor, &body.sync.vault_id).await?;
    Err(no_sync().into())
}

/// Capacity and use of all vaults of a project.
#[derive(Debug, Serialize, ToSchema)]
pub struct SummaryAnswer {
    /// GB.
    size: i64,
    /// GB, rounded up.
    used_size: i64,
}

/// Capacity and use of all vaults of the project.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/vaults/summary", tag = "vaults", operation_id = "vaults_summary",
    params(("project_id" = String, Path)),
    extensions(("x-action" = json!("cbr:vaults:list"))),
    responses((status = 200, body = SummaryAnswer)))]
pub(super) async fn summary(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
) -> Result<Json<SummaryAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let list = state.app.vaults_of(&actor).await?;
    let used: u64 = list.iter().map(|v| v.used_bytes).sum();
    Ok(Json(SummaryAnswer {
        size: int(list.iter().map(|v| v.size_gib).sum()),
        used_size: int(coffer_core::cbr::capacity::gib_up(used)),
    }))
}

/// `PUT /vaults/batch-update`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct BatchUpdateRequest {
    vault: BatchUpdate,
}

/// What shall change in all vaults of the project.
#[derive(Debug, Deserialize, ToSchema)]
pub struct BatchUpdate {
    smn_notify: Option<bool>,
    /// Percent, 1 to 100.
    threshold: Option<i64>,
}

/// The vaults changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchUpdateAnswer {
    updated_vaults_id: Vec<String>,
}

/// Changes the notification of all vaults of the project.
#[utoipa::path(put, security(("token" = [])), path = "/v3/{project_id}/vaults/batch-update", tag = "vaults", operation_id = "update_all_vaults",
    params(("project_id" = String, Path)), request_body = BatchUpdateRequest,
    extensions(("x-action" = json!("cbr:vaults:batchUpdate"))),
    responses((status = 200, body = BatchUpdateAnswer)))]
pub(super) async fn batch_update(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    Body(body): Body<BatchUpdateRequest>,
) -> Result<Json<BatchUpdateAnswer>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let v = body.vault;
    let threshold = match v.threshold {
        Some(percent) => Some(super::body::range("vault.threshold", percent, 1, 100)?),
        None => None,
    };
    let ids = state
        .app
        .update_all_vaults(&actor, v.smn_notify, threshold)
        .await?;
    Ok(Json(BatchUpdateAnswer {
        updated_vaults_id: ids.iter().map(ToString::to_string).collect(),
    }))
}

/// What the backups of each resource take.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageAnswer {
    resource_count: i64,
    storage_usage: Vec<Usage>,
}

/// What the backups of a resource take.
#[derive(Debug, Serialize, ToSchema)]
pub struct Usage {
    resource_id: String,
    resource_name: String,
    resource_type: String,
    backup_count: i64,
    /// MB.
    backup_size: i64,
    backup_size_multiaz: i64,
}

/// What the backups of each resource of the project take.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/storage_usage", tag = "vaults", operation_id = "storage_usage",
    params(("project_id" = String, Path), ("limit" = Option<u64>, Query), ("offset" = Option<u64>, Query),
        ("resource_id" = Option<String>, Query), ("resource_type" = Option<String>, Query)),
    extensions(("x-action" = json!("cbr:backups:listStorageUsage"))),
    responses((status = 200, body = UsageAnswer)))]
pub(super) async fn storage_usage(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    params: Params,
) -> Result<Json<UsageAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let (page, _) = page(&params, 1000)?;
    let kind = super::choice(
        &params,
        "resource_type",
        coffer_core::cbr::ResourceType::parse,
    )?;
    let (list, count) = state
        .app
        .resources_of(&actor, params.get("resource_id"), kind, &page)
        .await?;
    let usage = |r: ResourceView| Usage {
        resource_id: r.resource.resource_id.to_string(),
        resource_name: r.resource.name,
        resource_type: r.resource.resource_type.name().to_owned(),
        backup_count: int(r.backup_count),
        backup_size: int(coffer_core::cbr::capacity::mib_up(r.backup_bytes)),
        backup_size_multiaz: 0,
    };
    Ok(Json(UsageAnswer {
        resource_count: int(count),
        storage_usage: list.into_iter().map(usage).collect(),
    }))
}

/// Vaults of another region: there is none.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/vaults/external", tag = "replication", operation_id = "external_vaults",
    params(("project_id" = String, Path), ("region_id" = String, Query), ("external_project_id" = String, Query)),
    extensions(("x-action" = json!("cbr:vaults:listExternalVaults"))),
    responses((status = 200, body = Object)))]
pub(super) async fn external(
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    reader(&caller, &project, &request)?;
    let wanted = |key: &'static str| {
        params
            .get(key)
            .ok_or_else(|| Refusal::parameter(key, "is required"))
    };
    let to = wanted("region_id")?;
    region("region_id", to)?;
    wanted("external_project_id")?;
    Err(no_region(to).into())
}

/// What the service offers beyond vaults and backups.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/cbr-features", tag = "vaults", operation_id = "list_features",
    params(("project_id" = String, Path)),
    extensions(("x-action" = json!("cbr:features:list"))),
    responses((status = 200, body = Object)))]
pub(super) async fn features(
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
) -> Result<Json<Value>, ApiError> {
    reader(&caller, &project, &request)?;
    Ok(Json(feature_map()))
}

fn feature_map() -> Value {
    json!({
        "replication.enable": "false",
        "replication.source_region": "",
        "replication.destination_regions": "",
        "replication.destination_dgw_regions": "",
        "features.backup_double_az": "false",
    })
}

/// One of them.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/cbr-features/{feature_key}", tag = "vaults", operation_id = "show_feature",
    params(("project_id" = String, Path), ("feature_key" = String, Path)),
    extensions(("x-action" = json!("cbr:features:get"))),
    responses((status = 200, body = Object)))]
pub(super) async fn feature(
    caller: Caller,
    request: RequestId,
    Path((project, key)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    reader(&caller, &project, &request)?;
    match feature_map().get(&key) {
        Some(value) => Ok(Json(json!({key: value}))),
        None => Err(super::unknown("feature_key", &key)),
    }
}

/// Buys a pre-paid vault.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/vaults/order", tag = "billing", operation_id = "order_vault",
    params(("project_id" = String, Path)),
    extensions(("x-action" = json!("cbr:vaults:order"))),
    responses((status = 200, body = Object)))]
pub(super) async fn order_vault(
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
) -> Result<Json<Value>, ApiError> {
    writer(&caller, &project, &request)?;
    Err(nothing_to_buy())
}

/// Changes how vaults are paid for.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/vaults/change-charge-mode", tag = "billing", operation_id = "change_charge_mode",
    params(("project_id" = String, Path)),
    extensions(("x-action" = json!("cbr:vaults:order"))),
    responses((status = 200, body = Object)))]
pub(super) async fn charge_mode(
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
) -> Result<Json<Value>, ApiError> {
    writer(&caller, &project, &request)?;
    Err(nothing_to_buy())
}

/// Changes an order.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/orders/change", tag = "billing", operation_id = "change_order",
    params(("project_id" = String, Path)),
    extensions(("x-action" = json!("cbr:vaults:order"))),
    responses((status = 200, body = Object)))]
pub(super) async fn change_order(
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
) -> Result<Json<Value>, ApiError> {
    writer(&caller, &project, &request)?;
    Err(nothing_to_buy())
}

/// Updates an order.
#[utoipa::path(put, security(("token" = [])), path = "/v3/{project_id}/orders/{order_id}", tag = "billing", operation_id = "update_order",
    params(("project_id" = String, Path), ("order_id" = String, Path)),
    extensions(("x-action" = json!("cbr:vaults:order"))),
    responses((status = 200, body = Object)))]
pub(super) async fn update_order(
    caller: Caller,
    request: RequestId,
    Path((project, _order)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    writer(&caller, &project, &request)?;
    Err(
        Refusal::new(Code::BILL_NOT_FOUND, "there are no orders here")
            .hint("Vaults cost nothing here: make and expand them at will.")
            .into(),
    )
}

fn nothing_to_buy() -> ApiError {
    Refusal::new(Code::NO_PRODUCT, "there is nothing to buy here")
        .hint("Vaults cost nothing here: make and expand them at will (charging_mode post_paid).")
        .into()
}
