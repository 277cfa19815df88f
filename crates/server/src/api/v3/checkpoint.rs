//! Restore points (CBR API: restore points).

use axum::extract::{Path, State};
use coffer_core::cbr::{Refusal, name};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, length};
use super::vault::{ResourceCreate, extra_info};
use super::{reader, shown, writer};
use crate::app::checkpoints::{Chosen, NewCheckpoint};
use crate::catalog::checkpoints::{Checkpoint, SkippedResource, TakenResource};
use crate::http::{ApiError, Json, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// `POST /checkpoints`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateCheckpointRequest {
    checkpoint: CreateCheckpoint,
}

/// A backup run.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CreateCheckpoint {
    vault_id: String,
    parameters: Option<CheckpointParameters>,
}

/// How to run it.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct CheckpointParameters {
    /// 1 to 64 of letters, digits, `_`, `-`; `manualbk_xxxx` where absent.
    name: Option<String>,
    /// Coffer's own, 1 to 9999. Backups of several resources get the suffixes `-0001`, `-0002` and so
    /// on; with this they begin at this number, and a single one gets its suffix too. So whoever backs
    /// up resources of several vaults counts on over all of them.
    #[schema(minimum = 1, maximum = 9999)]
    first_number: Option<i64>,
    /// At most 255 characters.
    description: Option<String>,
    /// False asks for a full backup.
    incremental: Option<bool>,
    auto_trigger: Option<bool>,
    /// Ids of resources; all of the vault where neither list is given.
    resources: Option<Vec<String>>,
    resource_details: Option<Vec<ResourceCreate>>,
    /// -1 for ever, or 1 to 36500.
    retention_duration_days: Option<i64>,
}

/// A restore point.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckpointBody {
    id: String,
    status: String,
    created_at: String,
    project_id: String,
    vault: CheckpointVault,
    extra_info: CheckpointExtra,
}

/// The vault and what took part.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckpointVault {
    id: String,
    name: String,
    resources: Vec<CheckpointResource>,
    skipped_resources: Vec<CheckpointSkipped>,
}

/// A resource. Sizes and counts are texts: one client breaks on numbers here.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckpointResource {
    id: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    protect_status: String,
    /// GB.
    resource_size: String,
    /// MB.
    backup_size: String,
    backup_count: String,
    extra_info: Option<String>,
}

/// A resource that did not take part.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckpointSkipped {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    code: String,
    reason: String,
}

/// What the user gave.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckpointExtra {
    name: String,
    description: String,
    retention_duration: i64,
}

/// One restore point.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckpointAnswer {
    checkpoint: CheckpointBody,
}

impl From<Checkpoint> for CheckpointBody {
    fn from(c: Checkpoint) -> CheckpointBody {
        let protect_status = match c.state.name() {
            "protecting" => "protecting",
            "error" => "error",
            _ => "available",
        };
        CheckpointBody {
            id: c.id.to_string(),
            status: c.state.to_string(),
            created_at: shown(c.created_at),
            project_id: c.project_id.to_string(),
            vault: CheckpointVault {
                id: c.vault_id.to_string(),
                name: c.vault_name,
                resources: c
                    .resources
                    .0
                    .into_iter()
                    .map(|r| resource(r, protect_status))
                    .collect(),
                skipped_resources: c.skipped.0.into_iter().map(skipped).collect(),
            },
            extra_info: CheckpointExtra {
                name: c.name,
                description: c.description,
                retention_duration: c.retention_days,
            },
        }
    }
}

fn resource(r: TakenResource, protect_status: &str) -> CheckpointResource {
    CheckpointResource {
        id: r.id,
        name: r.name,
        kind: r.resource_type,
        protect_status: protect_status.to_owned(),
        resource_size: r.size_gib.to_string(),
        backup_size: r.backup_mib.to_string(),
        backup_count: r.backup_count.to_string(),
        extra_info: None,
    }
}

fn skipped(r: SkippedResource) -> CheckpointSkipped {
    CheckpointSkipped {
        id: r.id,
        kind: r.resource_type,
        name: r.name,
        code: r.code,
        reason: r.reason,
    }
}

impl TryFrom<CreateCheckpoint> for NewCheckpoint {
    type Error = Refusal;
    fn try_from(c: CreateCheckpoint) -> Result<NewCheckpoint, Refusal> {
        let p = c.parameters.unwrap_or_default();
        let at = "checkpoint.parameters";
        // An empty name is no name: one client sends it where the user gave none.
        let wanted = p.name.filter(|n| !n.is_empty());
        if let Some(text) = &wanted {
            name::check_name(&format!("{at}.name"), text)?;
        }
        if let Some(text) = &p.description {
            name::check_description(&format!("{at}.description"), text, name::DESCRIPTION_MAX)?;
        }
        let first_number = p.first_number.map(|first| {
            let whole = u16::try_from(first).ok().filter(|n| (1..=9999).contains(n));
            whole.ok_or_else(|| {
                let text = "must be a whole number from 1 to 9999";
                Refusal::parameter(&format!("{at}.first_number"), text)
            })
        });
        let retention_days = match p.retention_duration_days {
            None | Some(-1) => None,
            Some(days @ 1..=36500) => Some(days),
            Some(_) => {
                return Err(Refusal::parameter(
                    &format!("{at}.retention_duration_days"),
                    "must be -1 or a whole number from 1 to 36500",
                ));
            }
        };
        let details = p.resource_details.unwrap_or_default();
        let ids = p.resources.unwrap_or_default();
        length(&format!("{at}.resources"), ids.len(), 0, 256)?;
        length(&format!("{at}.resource_details"), details.len(), 0, 256)?;
        let mut resources = Vec::new();
        for (index, detail) in details.into_iter().enumerate() {
            let field = format!("{at}.resource_details[{index}]");
            resources.push(Chosen {
                extra_info: extra_info(&field, detail.extra_info)?,
                id: detail.id,
                resource_type: Some(detail.kind.into()),
                field,
            });
        }
        // A resource may stand in both lists; its details count.
        for (index, id) in ids.into_iter().enumerate() {
            if !resources
                .iter()
                .any(|r| r.id == id && r.resource_type.is_some())
            {
                let field = format!("{at}.resources[{index}]");
                resources.push(Chosen {
                    id,
                    field,
                    ..Chosen::default()
                });
            }
        }
        Ok(NewCheckpoint {
            policy: None,
            vault_id: c.vault_id,
            name: wanted,
            first_number: first_number.transpose()?,
            description: p.description,
            full: p.incremental == Some(false),
            auto_trigger: p.auto_trigger.unwrap_or(false),
            resources,
            retention_days,
        })
    }
}

/// Backs up the resources of a vault.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/checkpoints", tag = "restore points",
    operation_id = "create_checkpoint", params(("project_id" = String, Path)),
    request_body = CreateCheckpointRequest,
    extensions(("x-action" = json!("cbr:vaults:backup"))),
    responses((status = 200, body = CheckpointAnswer)))]
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    Body(body): Body<CreateCheckpointRequest>,
) -> Result<Json<CheckpointAnswer>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let made = state
        .app
        .create_checkpoint(&actor, body.checkpoint.try_into()?)
        .await?;
    Ok(Json(CheckpointAnswer {
        checkpoint: made.into(),
    }))
}

/// Shows a restore point.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/checkpoints/{checkpoint_id}", tag = "restore points",
    operation_id = "show_checkpoint",
    params(("project_id" = String, Path), ("checkpoint_id" = String, Path)),
    extensions(("x-action" = json!("cbr:vaults:get"))),
    responses((status = 200, body = CheckpointAnswer)))]
pub(super) async fn show(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<CheckpointAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let checkpoint = state.app.checkpoint(&actor, &id).await?;
    Ok(Json(CheckpointAnswer {
        checkpoint: checkpoint.into(),
    }))
}
