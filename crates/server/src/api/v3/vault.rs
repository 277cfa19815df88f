//! Vaults (CBR API: vaults).

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::cbr::{ObjectType, Refusal, ResourceType, capacity, name, tag};
use coffer_core::state::VaultState;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, length, range};
use super::{choice, int, page, reader, shown, writer};
use crate::app::vaults::{
    NewResource, NewVault, ResourceView, VaultChanges, VaultQuery, VaultView,
};
use crate::catalog::vaults::{IncludedVolume, ResourceExtra, Tag};
use crate::http::{ApiError, Json, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// `POST /vaults`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateVaultRequest {
    vault: CreateVault,
}

/// A vault to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateVault {
    /// 1 to 64 of letters, digits, `_`, `-`.
    name: String,
    /// What to associate; may be empty.
    resources: Vec<ResourceCreate>,
    billing: BillingCreate,
    /// At most 64 characters.
    description: Option<String>,
    backup_policy_id: Option<String>,
    /// At most 20.
    tags: Option<Vec<TagRequest>>,
    auto_bind: Option<bool>,
    bind_rules: Option<BindRules>,
    locked: Option<bool>,
    auto_expand: Option<bool>,
    /// 1 to 100, 80 where absent.
    threshold: Option<i64>,
    /// True where absent.
    smn_notify: Option<bool>,
}

/// Capacity and kind of a vault.
#[derive(Debug, Deserialize, ToSchema)]
pub struct BillingCreate {
    object_type: ObjectTypeBody,
    protect_type: ProtectType,
    consistent_level: ConsistentLevel,
    /// GB, 10 to 10485760.
    size: i64,
    #[serde(rename = "cloud_type")]
    _cloud_type: Option<CloudType>,
    #[serde(rename = "charging_mode")]
    _charging_mode: Option<ChargingMode>,
    #[serde(rename = "is_auto_renew")]
    _is_auto_renew: Option<bool>,
    #[serde(rename = "is_auto_pay")]
    _is_auto_pay: Option<bool>,
    /// 1 to 255 characters.
    console_url: Option<String>,
}

// The document needs the words told apart: it does not see those that `serde` gets from a macro.
macro_rules! wire_enum {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
        pub enum $name { $(#[serde(rename = $text)] #[schema(rename = $text)] $variant,)* }
    )*};
}

wire_enum! {
    /// What a vault takes.
    ObjectTypeBody { Server = "server", Disk = "disk", Turbo = "turbo", }
    /// Backups, or replicas of backups.
    ProtectType { Backup = "backup", Replication = "replication", }
    /// How well disks fit together.
    ConsistentLevel { Crash = "crash_consistent", App = "app_consistent", }
    /// Where it runs.
    CloudType { Public = "public", }
    /// How it is paid for.
    ChargingMode { PostPaid = "post_paid", }
    /// Types of resources.
    ResourceTypeBody { Server = "OS::Nova::Server", Disk = "OS::Cinder::Volume", Turbo = "OS::Sfs::Turbo", }
}

impl From<ObjectTypeBody> for ObjectType {
    fn from(t: ObjectTypeBody) -> ObjectType {
        match t {
            ObjectTypeBody::Server => ObjectType::Server,
            ObjectTypeBody::Disk => ObjectType::Disk,
            ObjectTypeBody::Turbo => ObjectType::Turbo,
        }
    }
}

impl From<ResourceTypeBody> for ResourceType {
    fn from(t: ResourceTypeBody) -> ResourceType {
        match t {
            ResourceTypeBody::Server => ResourceType::Server,
            ResourceTypeBody::Disk => ResourceType::Disk,
            ResourceTypeBody::Turbo => ResourceType::Turbo,
        }
    }
}

/// A resource to associate, or to back up.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ResourceCreate {
    /// The server or disk.
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: ResourceTypeBody,
    /// At most 255 characters.
    pub(super) name: Option<String>,
    pub(super) extra_info: Option<ResourceExtraRequest>,
}

/// Which disks of a server take part.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ResourceExtraRequest {
    exclude_volumes: Option<Vec<String>>,
    include_volumes: Option<Vec<IncludeVolume>>,
}

/// A disk that takes part.
#[derive(Debug, Deserialize, ToSchema)]
pub struct IncludeVolume {
    id: String,
    os_version: Option<String>,
}

/// A tag.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub struct TagRequest {
    /// 1 to 36 characters.
    pub(super) key: String,
    /// At most 43 characters.
    #[serde(default)]
    pub(super) value: Option<String>,
}

/// Which resources a vault takes by itself.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct BindRules {
    tags: Option<Vec<TagRequest>>,
}

/// `PUT /vaults/{id}`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct UpdateVaultRequest {
    vault: UpdateVault,
}

/// What shall change.
#[derive(Debug, Deserialize, ToSchema)]
pub struct UpdateVault {
    name: Option<String>,
    billing: Option<BillingUpdate>,
    auto_bind: Option<bool>,
    bind_rules: Option<BindRules>,
    auto_expand: Option<bool>,
    smn_notify: Option<bool>,
    threshold: Option<i64>,
    /// Only to true.
    locked: Option<bool>,
}

/// New capacity.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct BillingUpdate {
    /// GB, 1 to 10485760: the whole new size.
    size: Option<i64>,
    consistent_level: Option<ConsistentLevel>,
}

/// `POST .../addresources`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AddResourcesRequest {
    /// 1 to 256.
    resources: Vec<ResourceCreate>,
}

/// `POST .../removeresources`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RemoveResourcesRequest {
    /// 1 to 256.
    resource_ids: Vec<String>,
}

/// A vault.
#[derive(Debug, Serialize, ToSchema)]
pub struct VaultBody {
    id: String,
    name: String,
    description: Option<String>,
    project_id: String,
    provider_id: String,
    billing: BillingBody,
    resources: Vec<VaultResourceBody>,
    tags: Vec<TagAnswer>,
    auto_bind: bool,
    bind_rules: BindRulesBody,
    auto_expand: bool,
    locked: bool,
    user_id: String,
    created_at: String,
    enterprise_project_id: String,
    smn_notify: bool,
    threshold: i64,
    backup_policy_id: Option<String>,
    sys_lock_source_service: String,
}

/// Capacity, use and kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct BillingBody {
    /// GB.
    size: i64,
    /// MB.
    used: i64,
    /// GB.
    allocated: i64,
    status: String,
    object_type: String,
    protect_type: String,
    consistent_level: String,
    cloud_type: String,
    charging_mode: String,
    spec_code: String,
    storage_unit: Option<String>,
    order_id: Option<String>,
    product_id: Option<String>,
    frozen_scene: Option<String>,
}

/// A resource in a vault.
#[derive(Debug, Serialize, ToSchema)]
pub struct VaultResourceBody {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    /// GB.
    size: i64,
    /// MB.
    backup_size: i64,
    backup_count: i64,
    protect_status: String,
    #[schema(value_type = Object)]
    extra_info: ResourceExtra,
    auto_protect: bool,
}

/// A tag with its value.
#[derive(Debug, Serialize, ToSchema)]
pub struct TagAnswer {
    key: String,
    value: String,
}

/// Tags of the resources taken by itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct BindRulesBody {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<TagAnswer>,
}

/// One vault.
#[derive(Debug, Serialize, ToSchema)]
pub struct VaultAnswer {
    vault: VaultBody,
}

/// A page of vaults.
#[derive(Debug, Serialize, ToSchema)]
pub struct VaultsAnswer {
    vaults: Vec<VaultBody>,
    count: i64,
    limit: i64,
    offset: i64,
}

/// The resources associated.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddResourcesAnswer {
    add_resource_ids: Vec<String>,
}

/// The resources dissociated.
#[derive(Debug, Serialize, ToSchema)]
pub struct RemoveResourcesAnswer {
    remove_resource_ids: Vec<String>,
}

impl From<VaultView> for VaultBody {
    fn from(view: VaultView) -> VaultBody {
        let v = view.vault;
        let allocated = view.resources.iter().map(|r| r.resource.size_gib).sum();
        VaultBody {
            id: v.id.to_string(),
            name: v.name,
            description: v.description,
            project_id: v.project_id.to_string(),
            provider_id: v.object_type.takes().provider_id().to_owned(),
            billing: BillingBody {
                size: int(v.size_gib),
                used: int(capacity::mib_up(v.used_bytes)),
                allocated: int(allocated),
                status: v.state.to_string(),
                object_type: v.object_type.name().to_owned(),
                spec_code: v
                    .object_type
                    .spec_code(v.protect_type == "replication")
                    .to_owned(),
                protect_type: v.protect_type,
                consistent_level: v.consistent_level,
                cloud_type: "public".to_owned(),
                charging_mode: "post_paid".to_owned(),
                storage_unit: None,
                order_id: None,
                product_id: None,
                frozen_scene: None,
            },
            resources: view
                .resources
                .into_iter()
                .map(VaultResourceBody::from)
                .collect(),
            tags: tags_body(v.tags.0),
            auto_bind: v.auto_bind,
            bind_rules: BindRulesBody {
                tags: tags_body(v.bind_rules.0),
            },
            auto_expand: v.auto_expand,
            locked: v.locked,
            user_id: v.user_id.to_string(),
            created_at: shown(v.created_at),
            enterprise_project_id: "0".to_owned(),
            smn_notify: v.smn_notify,
            threshold: int(v.threshold),
            backup_policy_id: v.backup_policy_id,
            sys_lock_source_service: String::new(),
        }
    }
}

impl From<ResourceView> for VaultResourceBody {
    fn from(view: ResourceView) -> VaultResourceBody {
        let r = view.resource;
        VaultResourceBody {
            id: r.resource_id.to_string(),
            kind: r.resource_type.name().to_owned(),
            name: r.name,
            size: int(r.size_gib),
            backup_size: int(capacity::mib_up(view.backup_bytes)),
            backup_count: int(view.backup_count),
            protect_status: r.state.to_string(),
            extra_info: r.extra_info.0,
            auto_protect: r.auto_protect,
        }
    }
}

pub(super) fn tags_body(tags: Vec<Tag>) -> Vec<TagAnswer> {
    tags.into_iter()
        .map(|t| TagAnswer {
            key: t.key,
            value: t.value,
        })
        .collect()
}

/// Checks tags: keys of 1 to 36, values of at most 43 letters, digits, `_`, `-`; keys unique.
pub(super) fn tags(
    field: &str,
    list: Option<Vec<TagRequest>>,
    max: usize,
) -> Result<Vec<Tag>, Refusal> {
    let list = list.unwrap_or_default();
    if list.len() > max {
        return Err(Refusal::new(
            coffer_core::cbr::Code::TAG_LIMIT,
            format!("{field}: at most {max} tags"),
        ));
    }
    let mut tags: Vec<Tag> = Vec::new();
    for (index, tag) in list.into_iter().enumerate() {
        let at = format!("{field}[{index}]");
        let key = tag::check_key(&format!("{at}.key"), &tag.key)?;
        let value = tag.value.unwrap_or_default();
        let value = tag::check_value(&format!("{at}.value"), &value)?;
        if tags.iter().any(|t| t.key == key) {
            return Err(Refusal::parameter(&format!("{at}.key"), "is given twice"));
        }
        tags.push(Tag { key, value });
    }
    Ok(tags)
}

fn resources(field: &str, list: Vec<ResourceCreate>) -> Result<Vec<NewResource>, Refusal> {
    let mut checked = Vec::new();
    for (index, resource) in list.into_iter().enumerate() {
        let field = format!("{field}[{index}]");
        checked.push(NewResource {
            name: resource_name(&field, resource.name)?,
            extra_info: extra_info(&field, resource.extra_info)?,
            id: resource.id,
            resource_type: resource.kind.into(),
            field,
        });
    }
    Ok(checked)
}

fn resource_name(field: &str, name: Option<String>) -> Result<Option<String>, Refusal> {
    match &name {
        Some(text) if text.chars().count() > 255 => Err(Refusal::parameter(
            &format!("{field}.name"),
            "must have at most 255 characters",
        )),
        _ => Ok(name),
    }
}

pub(super) fn extra_info(
    field: &str,
    extra: Option<ResourceExtraRequest>,
) -> Result<ResourceExtra, Refusal> {
    let extra = extra.unwrap_or_default();
    let excluded = extra.exclude_volumes.as_ref().map_or(0, Vec::len);
    let included = extra.include_volumes.as_ref().map_or(0, Vec::len);
    length(
        &format!("{field}.extra_info.exclude_volumes"),
        excluded,
        0,
        256,
    )?;
    length(
        &format!("{field}.extra_info.include_volumes"),
        included,
        0,
        256,
    )?;
    Ok(ResourceExtra {
        exclude_volumes: extra.exclude_volumes,
        include_volumes: extra.include_volumes.map(|list| {
            list.into_iter()
                .map(|v| IncludedVolume {
                    id: v.id,
                    os_version: v.os_version,
                })
                .collect()
        }),
    })
}

fn level(level: ConsistentLevel) -> String {
    match level {
        ConsistentLevel::Crash => "crash_consistent",
        ConsistentLevel::App => "app_consistent",
    }
    .to_owned()
}

impl TryFrom<CreateVault> for NewVault {
    type Error = Refusal;
    fn try_from(v: CreateVault) -> Result<NewVault, Refusal> {
        name::check_name("vault.name", &v.name)?;
        if let Some(text) = &v.description {
            name::check_description("vault.description", text, name::VAULT_DESCRIPTION_MAX)?;
        }
        length("vault.resources", v.resources.len(), 0, 255)?;
        if let Some(url) = &v.billing.console_url {
            length("vault.billing.console_url", url.chars().count(), 1, 255)?;
        }
        let size = v.billing.size;
        let size_gib = u64::try_from(size)
            .ok()
            .filter(|s| (capacity::CREATE_MIN_GIB..=capacity::MAX_GIB).contains(s))
            .ok_or_else(|| size_refusal(capacity::CREATE_MIN_GIB))?;
        Ok(NewVault {
            name: v.name,
            description: v.description,
            object_type: v.billing.object_type.into(),
            protect_type: match v.billing.protect_type {
                ProtectType::Backup => "backup",
                ProtectType::Replication => "replication",
            }
            .to_owned(),
            consistent_level: level(v.billing.consistent_level),
            size_gib,
            backup_policy_id: v.backup_policy_id.filter(|id| !id.is_empty()),
            auto_bind: v.auto_bind.unwrap_or(false),
            bind_rules: tags(
                "vault.bind_rules.tags",
                v.bind_rules.and_then(|b| b.tags),
                5,
            )?,
            tags: tags("vault.tags", v.tags, tag::TAGS_MAX)?,
            auto_expand: v.auto_expand.unwrap_or(false),
            locked: v.locked.unwrap_or(false),
            smn_notify: v.smn_notify.unwrap_or(true),
            threshold: range("vault.threshold", v.threshold.unwrap_or(80), 1, 100)?,
            resources: resources("vault.resources", v.resources)?,
        })
    }
}

fn size_refusal(min: u64) -> Refusal {
    Refusal::parameter(
        "vault.billing.size",
        format_args!("must be a whole number from {min} to {}", capacity::MAX_GIB),
    )
}

impl TryFrom<UpdateVault> for VaultChanges {
    type Error = Refusal;
    fn try_from(v: UpdateVault) -> Result<VaultChanges, Refusal> {
        if let Some(text) = &v.name {
            name::check_name("vault.name", text)?;
        }
        let billing = v.billing.unwrap_or_default();
        let size_gib = billing
            .size
            .map(|size| {
                range(
                    "vault.billing.size",
                    size,
                    capacity::UPDATE_MIN_GIB,
                    capacity::MAX_GIB,
                )
            })
            .transpose()?;
        let bind_rules = v
            .bind_rules
            .map(|rules| tags("vault.bind_rules.tags", rules.tags, 5))
            .transpose()?;
        Ok(VaultChanges {
            name: v.name,
            size_gib,
            consistent_level: billing.consistent_level.map(level),
            auto_bind: v.auto_bind,
            bind_rules,
            auto_expand: v.auto_expand,
            smn_notify: v.smn_notify,
            threshold: v
                .threshold
                .map(|t| range("vault.threshold", t, 1, 100))
                .transpose()?,
            locked: v.locked,
        })
    }
}

/// Makes a vault.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/vaults", tag = "vaults", operation_id = "create_vault",
    params(("project_id" = String, Path)), request_body = CreateVaultRequest,
    extensions(("x-action" = json!("cbr:vaults:create"))),
    responses((status = 200, body = VaultAnswer)))]
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    Body(body): Body<CreateVaultRequest>,
) -> Result<Json<VaultAnswer>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let made = state
        .app
        .create_vault(&actor, body.vault.try_into()?)
        .await?;
    Ok(Json(VaultAnswer { vault: made.into() }))
}

/// Lists vaults, newest first.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/vaults", tag = "vaults", operation_id = "list_vaults",
    params(("project_id" = String, Path), ("limit" = Option<u64>, Query), ("offset" = Option<u64>, Query),
        ("marker" = Option<String>, Query), ("id" = Option<Vec<String>>, Query), ("name" = Option<String>, Query),
        ("status" = Option<String>, Query), ("object_type" = Option<String>, Query),
        ("protect_type" = Option<String>, Query), ("cloud_type" = Option<String>, Query),
        ("policy_id" = Option<String>, Query), ("resource_ids" = Option<String>, Query)),
    extensions(("x-action" = json!("cbr:vaults:list"))),
    responses((status = 200, body = VaultsAnswer)))]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    params: Params,
) -> Result<Json<VaultsAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let (page, limit) = page(&params, 1000)?;
    let known = |names: &'static [&'static str]| {
        move |text: &str| names.contains(&text).then(|| text.to_owned())
    };
    let cloud = choice(&params, "cloud_type", known(&["public", "hybrid"]))?;
    let mut resource_ids: Vec<String> = params.list("resource_ids").map(str::to_owned).collect();
    // One client can only send the misspelt key.
    resource_ids.extend(params.list("resources_ids").map(str::to_owned));
    let query = VaultQuery {
        ids: params.list("id").map(str::to_owned).collect(),
        name: params.get("name").map(str::to_owned),
        state: choice(&params, "status", |t| t.parse::<VaultState>().ok())?,
        object_type: choice(&params, "object_type", ObjectType::parse)?,
        protect_type: choice(&params, "protect_type", known(&["backup", "replication"]))?,
        policy_id: params.get("policy_id").map(str::to_owned),
        resource_ids,
        nothing: cloud.is_some_and(|c| c != "public"),
    };
    let (vaults, count) = state.app.list_vaults(&actor, &query, &page).await?;
    Ok(Json(VaultsAnswer {
        vaults: vaults.into_iter().map(VaultBody::from).collect(),
        count: int(count),
        limit: int(limit),
        offset: int(page.offset),
    }))
}

/// Shows a vault.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/vaults/{vault_id}", tag = "vaults", operation_id = "show_vault",
    params(("project_id" = String, Path), ("vault_id" = String, Path)),
    extensions(("x-action" = json!("cbr:vaults:get"))),
    responses((status = 200, body = VaultAnswer)))]
pub(super) async fn show(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<VaultAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let view = state.app.vault(&actor, &id).await?;
    Ok(Json(VaultAnswer { vault: view.into() }))
}

/// Changes a vault.
#[utoipa::path(put, security(("token" = [])), path = "/v3/{project_id}/vaults/{vault_id}", tag = "vaults", operation_id = "update_vault",
    params(("project_id" = String, Path), ("vault_id" = String, Path)), request_body = UpdateVaultRequest,
    extensions(("x-action" = json!("cbr:vaults:update"))),
    responses((status = 200, body = VaultAnswer)))]
pub(super) async fn update(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    Body(body): Body<UpdateVaultRequest>,
) -> Result<Json<VaultAnswer>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let view = state
        .app
        .update_vault(&actor, &id, body.vault.try_into()?)
        .await?;
    Ok(Json(VaultAnswer { vault: view.into() }))
}

/// Deletes a vault with everything in it.
#[utoipa::path(delete, security(("token" = [])), path = "/v3/{project_id}/vaults/{vault_id}", tag = "vaults", operation_id = "delete_vault",
    params(("project_id" = String, Path), ("vault_id" = String, Path)),
    extensions(("x-action" = json!("cbr:vaults:delete"))),
    responses((status = 204)))]
pub(super) async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    state.app.delete_vault(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Associates resources with a vault.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/vaults/{vault_id}/addresources", tag = "vaults",
    operation_id = "add_resources", params(("project_id" = String, Path), ("vault_id" = String, Path)),
    request_body = AddResourcesRequest,
    extensions(("x-action" = json!("cbr:vaults:addResources"))),
    responses((status = 200, body = AddResourcesAnswer)))]
pub(super) async fn add_resources(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    Body(body): Body<AddResourcesRequest>,
) -> Result<Json<AddResourcesAnswer>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    length(
        "resources",
        body.resources.len(),
        1,
        capacity::RESOURCES_MAX,
    )?;
    let new = resources("resources", body.resources)?;
    let add_resource_ids = state.app.add_resources(&actor, &id, &new).await?;
    Ok(Json(AddResourcesAnswer { add_resource_ids }))
}

/// Takes resources out of a vault and deletes their backups.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/vaults/{vault_id}/removeresources", tag = "vaults",
    operation_id = "remove_resources", params(("project_id" = String, Path), ("vault_id" = String, Path)),
    request_body = RemoveResourcesRequest,
    extensions(("x-action" = json!("cbr:vaults:removeResources"))),
    responses((status = 200, body = RemoveResourcesAnswer)))]
pub(super) async fn remove_resources(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    Body(body): Body<RemoveResourcesRequest>,
) -> Result<Json<RemoveResourcesAnswer>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    length(
        "resource_ids",
        body.resource_ids.len(),
        1,
        capacity::RESOURCES_MAX,
    )?;
    let remove_resource_ids = state
        .app
        .remove_resources(&actor, &id, &body.resource_ids)
        .await?;
    Ok(Json(RemoveResourcesAnswer {
        remove_resource_ids,
    }))
}

/// `POST .../migrateresources`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct MigrateResourcesRequest {
    destination_vault_id: String,
    /// 1 to 256.
    resource_ids: Vec<String>,
}

/// The resources that move.
#[derive(Debug, Serialize, ToSchema)]
pub struct MigrateResourcesAnswer {
    migrated_resources: Vec<String>,
}

/// Moves resources with their backups to another vault. That is a task.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/vaults/{vault_id}/migrateresources", tag = "vaults",
    operation_id = "migrate_resources", params(("project_id" = String, Path), ("vault_id" = String, Path)),
    request_body = MigrateResourcesRequest,
    extensions(("x-action" = json!("cbr:vaults:migrateResources"))),
    responses((status = 200, body = MigrateResourcesAnswer)))]
pub(super) async fn migrate_resources(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    Body(body): Body<MigrateResourcesRequest>,
) -> Result<Json<MigrateResourcesAnswer>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let ids = &body.resource_ids;
    length("resource_ids", ids.len(), 1, capacity::RESOURCES_MAX)?;
    let migrated_resources = state
        .app
        .migrate_resources(&actor, &id, &body.destination_vault_id, ids)
        .await?;
    Ok(Json(MigrateResourcesAnswer { migrated_resources }))
}

/// `PUT .../set-resources`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SetResourcesRequest {
    /// 1 to 256.
    resource_ids: Vec<String>,
    action: SetResourcesAction,
}

wire_enum! {
    /// Whether policies leave resources out, or take them again.
    SetResourcesAction { Suspend = "suspend", Unsuspend = "unsuspend", }
}

/// The resources changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetResourcesAnswer {
    set_resource_ids: Vec<String>,
}

/// Leaves resources out of the vault's policies, or takes them again.
#[utoipa::path(put, security(("token" = [])), path = "/v3/{project_id}/vaults/{vault_id}/set-resources", tag = "vaults",
    operation_id = "set_resources", params(("project_id" = String, Path), ("vault_id" = String, Path)),
    request_body = SetResourcesRequest,
    extensions(("x-action" = json!("cbr:vaults:setResources"))),
    responses((status = 200, body = SetResourcesAnswer)))]
pub(super) async fn set_resources(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    Body(body): Body<SetResourcesRequest>,
) -> Result<Json<SetResourcesAnswer>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let ids = &body.resource_ids;
    length("resource_ids", ids.len(), 1, capacity::RESOURCES_MAX)?;
    let take = body.action == SetResourcesAction::Unsuspend;
    let set_resource_ids = state.app.set_resources(&actor, &id, ids, take).await?;
    Ok(Json(SetResourcesAnswer { set_resource_ids }))
}
