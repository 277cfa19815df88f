//! What a policy is going to do: Coffer's own.

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::policy::CreatePolicy;
use super::{number, reader};
use crate::app::preview::{DAYS_MAX, Preview};
use crate::http::{ApiError, Json, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// Days looked ahead where the request names none.
const DAYS: u64 = 30;

/// A policy that need not be stored.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PreviewRequest {
    policy: CreatePolicy,
    /// The stored policy whose place it would take.
    policy_id: Option<String>,
    /// The vaults to look at; those of `policy_id` where absent.
    vault_ids: Option<Vec<String>>,
}

/// What a policy is going to do.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewAnswer {
    preview: PreviewBody,
}

/// What a policy is going to do, every run taken to succeed.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewBody {
    /// The next ten runs; none where the policy is disabled.
    next_runs: Vec<NextRunBody>,
    /// Which backups that exist would go, soonest first.
    deletions: Vec<DeletionBody>,
    /// Until when the deletions are known, UTC.
    until: String,
}

/// A run to come.
#[derive(Debug, Serialize, ToSchema)]
pub struct NextRunBody {
    /// UTC.
    at: String,
    /// With the offset of the policy's zone.
    local: String,
    /// The zone's clocks change between the run before and this one.
    clock_changed: bool,
}

/// A backup that would go.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeletionBody {
    backup_id: String,
    backup_name: String,
    vault_id: String,
    resource_id: String,
    resource_name: String,
    created_at: String,
    /// When it would go, UTC. What is too many already goes after the next run, or at the day's look
    /// at midnight UTC where that is sooner.
    at: String,
    /// `expired`, `expired_as_asked`, `surplus`, `failed_surplus` or `failed_long_ago`.
    reason: String,
    /// The reason as a sentence.
    text: String,
}

fn answer(preview: Preview) -> Json<PreviewAnswer> {
    let utc = |at: jiff::Timestamp| format!("{at:.0}");
    Json(PreviewAnswer {
        preview: PreviewBody {
            next_runs: preview
                .runs
                .into_iter()
                .map(|run| NextRunBody {
                    at: utc(run.at),
                    local: run.local,
                    clock_changed: run.clock_changed,
                })
                .collect(),
            deletions: preview
                .going
                .into_iter()
                .map(|going| DeletionBody {
                    backup_id: going.backup.id.to_string(),
                    backup_name: going.backup.name,
                    vault_id: going.backup.vault_id.to_string(),
                    resource_id: going.backup.resource_id.to_string(),
                    resource_name: going.backup.resource_name,
                    created_at: utc(going.backup.created_at),
                    at: utc(going.at),
                    reason: going.reason.word().to_owned(),
                    text: going.reason.to_string(),
                })
                .collect(),
            until: utc(preview.until),
        },
    })
}

/// Next runs of a policy, and which backups it would delete, when and why.
#[utoipa::path(get, security(("token" = [])), path = "/coffer/v1/{project_id}/policies/{policy_id}/preview", tag = "coffer",
    operation_id = "preview_policy", params(("project_id" = String, Path), ("policy_id" = String, Path),
        ("days" = Option<u64>, Query, minimum = 0, maximum = 366)),
    extensions(("x-action" = json!("cbr:policies:get"))),
    responses((status = 200, body = PreviewAnswer)))]
pub(super) async fn stored(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    params: Params,
) -> Result<Json<PreviewAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let days = number(&params, "days", 0, DAYS_MAX)?.unwrap_or(DAYS);
    let preview = state.app.preview_policy(&actor, &id, days).await?;
    Ok(answer(preview))
}

/// The same of a policy that is not stored, or of changes that are not made yet.
#[utoipa::path(post, security(("token" = [])), path = "/coffer/v1/{project_id}/policies/preview", tag = "coffer",
    operation_id = "preview_new_policy", params(("project_id" = String, Path),
        ("days" = Option<u64>, Query, minimum = 0, maximum = 366)),
    request_body = PreviewRequest,
    extensions(("x-action" = json!("cbr:policies:get"))),
    responses((status = 200, body = PreviewAnswer)))]
pub(super) async fn unstored(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    params: Params,
    Body(body): Body<PreviewRequest>,
) -> Result<Json<PreviewAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let days = number(&params, "days", 0, DAYS_MAX)?.unwrap_or(DAYS);
    let id = body.policy_id.as_deref();
    let vaults = body.vault_ids.unwrap_or_default();
    super::body::length("vault_ids", vaults.len(), 0, 256)?;
    let preview = state
        .app
        .preview_new(&actor, body.policy.try_into()?, id, vaults, days)
        .await?;
    Ok(answer(preview))
}
