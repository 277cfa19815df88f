//! Tags of vaults (CBR API: tags). The path says `vault`, not `vaults`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::cbr::tag::{ASKED_KEY_MAX, ASKED_VALUE_MAX, Condition, Query, TAGS_MAX};
use coffer_core::cbr::{ObjectType, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, length};
use super::vault::{ObjectTypeBody, TagAnswer, TagRequest, VaultBody, tags, tags_body};
use super::{int, reader, writer};
use crate::app::tags::{Doomed, Search};
use crate::http::{ApiError, Json, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// `POST /vault/{id}/tags`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SetTagRequest {
    tag: TagRequest,
}

/// `POST /vault/{id}/tags/action`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TagsActionRequest {
    action: TagsAction,
    /// 1 to 20. Keys unique where they are created.
    tags: Vec<TagRequest>,
}

/// What to do with tags.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TagsAction {
    /// Set them; a key that is there gets the new value.
    Create,
    /// Delete them; missing ones count as deleted.
    Delete,
}

/// The tags of a vault.
#[derive(Debug, Serialize, ToSchema)]
pub struct TagsAnswer {
    tags: Vec<TagAnswer>,
    /// Tags of the system: there are none.
    sys_tags: Vec<TagAnswer>,
}

/// The tags of all vaults of a project.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectTagsAnswer {
    tags: Vec<ProjectTag>,
}

/// A key with its values.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectTag {
    key: String,
    values: Vec<String>,
}

/// `POST /vault/resource_instances/action`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct InstancesRequest {
    action: InstancesAction,
    /// Vaults without tags; the four lists do not count then.
    without_any_tag: Option<bool>,
    /// All of these.
    tags: Option<Vec<TagValues>>,
    /// One of these.
    tags_any: Option<Vec<TagValues>>,
    /// Not all of these.
    not_tags: Option<Vec<TagValues>>,
    /// None of these.
    not_tags_any: Option<Vec<TagValues>>,
    /// A number as text, 1 to 1000; 1000 where absent.
    limit: Option<String>,
    /// A number as text; 0 where absent.
    offset: Option<String>,
    /// At most one.
    matches: Option<Vec<Match>>,
    #[serde(rename = "cloud_type")]
    _cloud_type: Option<super::vault::CloudType>,
    object_type: Option<ObjectTypeBody>,
}

/// Whether to list or to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum InstancesAction {
    /// List.
    Filter,
    /// Count.
    Count,
}

/// A key and the values it may have.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TagValues {
    /// 1 to 127 characters.
    key: String,
    /// At most 20 of at most 255 characters; any value where empty.
    values: Option<Vec<String>>,
}

/// A property to match.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Match {
    #[serde(rename = "key")]
    _key: MatchKey,
    /// A part of the name, at most 255 characters.
    value: String,
}

/// The properties that can be matched.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchKey {
    /// The vault's name.
    ResourceName,
}

/// Vaults found, or their number alone.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstancesAnswer {
    #[serde(skip_serializing_if = "Option::is_none")]
    resources: Option<Vec<Instance>>,
    total_count: i64,
}

/// A vault found.
#[derive(Debug, Serialize, ToSchema)]
pub struct Instance {
    resource_id: String,
    resource_name: String,
    tags: Vec<TagAnswer>,
    resource_detail: InstanceDetail,
}

/// What it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstanceDetail {
    vault: VaultBody,
}

fn doomed(list: Vec<TagRequest>) -> Result<Vec<Doomed>, Refusal> {
    let mut checked = Vec::new();
    for (index, tag) in list.into_iter().enumerate() {
        asked_key(&format!("tags[{index}].key"), &tag.key)?;
        if let Some(value) = &tag.value {
            at_most(&format!("tags[{index}].value"), value, ASKED_VALUE_MAX)?;
        }
        checked.push(Doomed {
            key: tag.key,
            value: tag.value,
        });
    }
    Ok(checked)
}

fn asked_key(field: &str, key: &str) -> Result<(), Refusal> {
    match key.trim().is_empty() {
        true => Err(Refusal::parameter(field, "must not be empty")),
        false => at_most(field, key, ASKED_KEY_MAX),
    }
}

fn at_most(field: &str, text: &str, max: usize) -> Result<(), Refusal> {
    match text.chars().count() <= max {
        true => Ok(()),
        false => Err(Refusal::parameter(
            field,
            format_args!("must have at most {max} characters"),
        )),
    }
}

fn conditions(field: &str, list: Option<Vec<TagValues>>) -> Result<Vec<Condition>, Refusal> {
    let Some(list) = list else {
        return Ok(vec![]);
    };
    length(field, list.len(), 1, TAGS_MAX)?;
    let mut checked: Vec<Condition> = Vec::new();
    for (index, tag) in list.into_iter().enumerate() {
        let at = format!("{field}[{index}]");
        asked_key(&format!("{at}.key"), &tag.key)?;
        let key = tag.key.trim().to_owned();
        if checked.iter().any(|c| c.key == key) {
            return Err(Refusal::parameter(&format!("{at}.key"), "is given twice"));
        }
        let values = tag.values.unwrap_or_default();
        length(&format!("{at}.values"), values.len(), 0, TAGS_MAX)?;
        for (n, value) in values.iter().enumerate() {
            let at = format!("{at}.values[{n}]");
            at_most(&at, value, ASKED_VALUE_MAX)?;
            if value == "*" {
                return Err(Refusal::parameter(&at, "`*` needs a text behind it"));
            }
        }
        checked.push(Condition { key, values });
    }
    Ok(checked)
}

fn number(
    field: &str,
    text: Option<&str>,
    (min, max, absent): (u64, u64, u64),
) -> Result<usize, Refusal> {
    let number = match text {
        None => Some(absent),
        Some(text) => text.parse().ok().filter(|n| (min..=max).contains(n)),
    };
    number.and_then(|n| usize::try_from(n).ok()).ok_or_else(|| {
        Refusal::parameter(
            field,
            format_args!("must be a text with a whole number from {min} to {max}"),
        )
    })
}

/// Sets one tag of a vault.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/vault/{vault_id}/tags", tag = "tags", operation_id = "set_tag",
    params(("project_id" = String, Path), ("vault_id" = String, Path)), request_body = SetTagRequest,
    extensions(("x-action" = json!("cbr:vaults:setTags"))),
    responses((status = 204)))]
pub(super) async fn set(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    Body(body): Body<SetTagRequest>,
) -> Result<StatusCode, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let checked = tags("tag", Some(vec![body.tag]), 1)?;
    state.app.set_tags(&actor, &id, &checked).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets or deletes several tags of a vault.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/vault/{vault_id}/tags/action", tag = "tags", operation_id = "change_tags",
    params(("project_id" = String, Path), ("vault_id" = String, Path)), request_body = TagsActionRequest,
    extensions(("x-action" = json!("cbr:vaults:bulkCreateOrDeleteTags"))),
    responses((status = 204)))]
pub(super) async fn change(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    Body(body): Body<TagsActionRequest>,
) -> Result<StatusCode, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    match body.action {
        TagsAction::Create => {
            if body.tags.is_empty() {
                return Err(Refusal::parameter("tags", "must not be empty").into());
            }
            let checked = tags("tags", Some(body.tags), TAGS_MAX)?;
            state.app.set_tags(&actor, &id, &checked).await?;
        }
        TagsAction::Delete => {
            length("tags", body.tags.len(), 1, 100)?;
            let checked = doomed(body.tags)?;
            state.app.delete_tags(&actor, &id, &checked).await?;
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes one tag of a vault.
#[utoipa::path(delete, security(("token" = [])), path = "/v3/{project_id}/vault/{vault_id}/tags/{key}", tag = "tags", operation_id = "delete_tag",
    params(("project_id" = String, Path), ("vault_id" = String, Path), ("key" = String, Path)),
    extensions(("x-action" = json!("cbr:vaults:deleteTags"))),
    responses((status = 204)))]
pub(super) async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id, key)): Path<(String, String, String)>,
) -> Result<StatusCode, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    state.app.delete_tag(&actor, &id, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the tags of a vault.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/vault/{vault_id}/tags", tag = "tags", operation_id = "list_tags",
    params(("project_id" = String, Path), ("vault_id" = String, Path)),
    extensions(("x-action" = json!("cbr:vaults:getTags"))),
    responses((status = 200, body = TagsAnswer)))]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<TagsAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let tags = state.app.tags(&actor, &id).await?;
    Ok(Json(TagsAnswer {
        tags: tags_body(tags),
        sys_tags: vec![],
    }))
}

/// Lists the tags of all vaults of the project.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/vault/tags", tag = "tags", operation_id = "list_project_tags",
    params(("project_id" = String, Path)),
    extensions(("x-action" = json!("cbr:vaults:listProjectTags"))),
    responses((status = 200, body = ProjectTagsAnswer)))]
pub(super) async fn of_project(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
) -> Result<Json<ProjectTagsAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let tags = state.app.project_tags(&actor).await?;
    Ok(Json(ProjectTagsAnswer {
        tags: tags
            .into_iter()
            .map(|(key, values)| ProjectTag { key, values })
            .collect(),
    }))
}

/// Finds vaults by their tags.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/vault/resource_instances/action", tag = "tags",
    operation_id = "find_vaults_by_tags", params(("project_id" = String, Path)), request_body = InstancesRequest,
    extensions(("x-action" = json!("cbr:vaults:listResourceInstances"))),
    responses((status = 200, body = InstancesAnswer)))]
pub(super) async fn instances(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    Body(body): Body<InstancesRequest>,
) -> Result<Json<InstancesAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let limit = number("limit", body.limit.as_deref(), (1, 1000, 1000))?;
    let offset = number("offset", body.offset.as_deref(), (0, i64::MAX as u64, 0))?;
    let matches = body.matches.unwrap_or_default();
    length("matches", matches.len(), 0, 1)?;
    let name = matches.into_iter().next().map(|m| m.value);
    if let Some(name) = &name {
        at_most("matches[0].value", name, 255)?;
    }
    let search = Search {
        tags: Query {
            without_any: body.without_any_tag.unwrap_or(false),
            all: conditions("tags", body.tags)?,
            any: conditions("tags_any", body.tags_any)?,
            not_all: conditions("not_tags", body.not_tags)?,
            not_any: conditions("not_tags_any", body.not_tags_any)?,
        },
        name,
        object_type: body.object_type.map(ObjectType::from),
    };
    let part = match body.action {
        InstancesAction::Filter => (limit, offset),
        InstancesAction::Count => (0, 0),
    };
    let (views, count) = state.app.search_vaults(&actor, &search, part).await?;
    let found = views.into_iter().map(|view| Instance {
        resource_id: view.vault.id.to_string(),
        resource_name: view.vault.name.clone(),
        tags: tags_body(view.vault.tags.0.clone()),
        resource_detail: InstanceDetail { vault: view.into() },
    });
    Ok(Json(InstancesAnswer {
        resources: (body.action == InstancesAction::Filter).then(|| found.collect()),
        total_count: int(count),
    }))
}
