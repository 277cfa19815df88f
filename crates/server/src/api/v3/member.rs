//! Sharing (CBR API: backup sharing). A path names a share by its recipient's project; the
//! share's own id is taken too.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::cbr::share::{MEMBERS_MAX, MemberStatus};
use coffer_core::cbr::{Code, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, length};
use super::{choice, int, page, reader, shown, writer};
use crate::app::members::MemberQuery;
use crate::catalog::members::Member;
use crate::http::{ApiError, Json, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// `POST /backups/{id}/members`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ShareRequest {
    /// 1 to 10 projects.
    members: Vec<String>,
}

/// `PUT /backups/{id}/members/{member_id}`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct AnswerShareRequest {
    /// `accepted`, `rejected` or `pending`.
    status: String,
    /// The vault that takes the backup; required to accept.
    vault_id: Option<String>,
}

/// A share.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberBody {
    id: String,
    backup_id: String,
    dest_project_id: String,
    status: String,
    created_at: String,
    updated_at: String,
    vault_id: Option<String>,
    image_id: Option<String>,
}

/// Shares.
#[derive(Debug, Serialize, ToSchema)]
pub struct MembersAnswer {
    members: Vec<MemberBody>,
    count: i64,
}

/// One share.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberAnswer {
    member: MemberBody,
}

impl From<Member> for MemberBody {
    fn from(m: Member) -> MemberBody {
        MemberBody {
            id: m.id.to_string(),
            backup_id: m.backup_id.to_string(),
            dest_project_id: m.dest_project_id.to_string(),
            status: m.status.to_string(),
            created_at: shown(m.created_at),
            updated_at: shown(m.updated_at),
            vault_id: m.vault_id.map(|id| id.to_string()),
            image_id: m.image_id.map(|id| id.to_string()),
        }
    }
}

const SORT_KEYS: &[&str] = &[
    "created_at",
    "updated_at",
    "status",
    "dest_project_id",
    "id",
];

/// Shares a backup with projects.
#[utoipa::path(post, security(("token" = [])), path = "/v3/{project_id}/backups/{backup_id}/members", tag = "sharing", operation_id = "share_backup",
    params(("project_id" = String, Path), ("backup_id" = String, Path)), request_body = ShareRequest,
    extensions(("x-action" = json!("cbr:member:create"))),
    responses((status = 200, body = MembersAnswer)))]
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    Body(body): Body<ShareRequest>,
) -> Result<Json<MembersAnswer>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    length("members", body.members.len(), 1, MEMBERS_MAX)?;
    let made = state.app.share_backup(&actor, &id, &body.members).await?;
    Ok(Json(MembersAnswer {
        count: int(made.len() as u64),
        members: made.into_iter().map(MemberBody::from).collect(),
    }))
}

/// Lists with whom a backup is shared.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/backups/{backup_id}/members", tag = "sharing", operation_id = "list_members",
    params(("project_id" = String, Path), ("backup_id" = String, Path), ("limit" = Option<u64>, Query),
        ("offset" = Option<u64>, Query), ("marker" = Option<String>, Query), ("sort" = Option<String>, Query),
        ("dest_project_id" = Option<String>, Query), ("image_id" = Option<String>, Query),
        ("status" = Option<String>, Query), ("vault_id" = Option<String>, Query)),
    extensions(("x-action" = json!("cbr:member:list"))),
    responses((status = 200, body = MembersAnswer)))]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
    params: Params,
) -> Result<Json<MembersAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let (page, _) = page(&params, 1000)?;
    let order = super::backup::sort_by(&params, SORT_KEYS)?;
    let text = |key: &str| params.get(key).map(str::to_owned);
    let query = MemberQuery {
        project: text("dest_project_id"),
        status: choice(&params, "status", MemberStatus::parse)?,
        vault_id: text("vault_id"),
        image_id: text("image_id"),
    };
    let (list, count) = state
        .app
        .members(&actor, &id, &query, &order, &page)
        .await?;
    Ok(Json(MembersAnswer {
        members: list.into_iter().map(MemberBody::from).collect(),
        count: int(count),
    }))
}

/// Shows a share.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/backups/{backup_id}/members/{member_id}", tag = "sharing", operation_id = "show_member",
    params(("project_id" = String, Path), ("backup_id" = String, Path), ("member_id" = String, Path)),
    extensions(("x-action" = json!("cbr:member:get"))),
    responses((status = 200, body = MemberAnswer)))]
pub(super) async fn show(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id, member)): Path<(String, String, String)>,
) -> Result<Json<MemberAnswer>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let member = state.app.member(&actor, &id, &member).await?;
    Ok(Json(MemberAnswer {
        member: member.into(),
    }))
}

/// Accepts or rejects a backup that another project shares.
#[utoipa::path(put, security(("token" = [])), path = "/v3/{project_id}/backups/{backup_id}/members/{member_id}", tag = "sharing", operation_id = "answer_share",
    params(("project_id" = String, Path), ("backup_id" = String, Path), ("member_id" = String, Path)),
    request_body = AnswerShareRequest,
    extensions(("x-action" = json!("cbr:member:update"))),
    responses((status = 200, body = MemberAnswer)))]
pub(super) async fn update(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id, member)): Path<(String, String, String)>,
    Body(body): Body<AnswerShareRequest>,
) -> Result<Json<MemberAnswer>, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    let status = MemberStatus::parse(&body.status).ok_or_else(|| {
        Refusal::new(
            Code::MEMBER_VALUE,
            "status: must be accepted, rejected or pending",
        )
    })?;
    let member = state
        .app
        .answer_share(&actor, &id, &member, status, body.vault_id.as_deref())
        .await?;
    Ok(Json(MemberAnswer {
        member: member.into(),
    }))
}

/// Ends a share.
#[utoipa::path(delete, security(("token" = [])), path = "/v3/{project_id}/backups/{backup_id}/members/{member_id}", tag = "sharing", operation_id = "unshare_backup",
    params(("project_id" = String, Path), ("backup_id" = String, Path), ("member_id" = String, Path)),
    extensions(("x-action" = json!("cbr:member:delete"))),
    responses((status = 204)))]
pub(super) async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id, member)): Path<(String, String, String)>,
) -> Result<StatusCode, ApiError> {
    let actor = writer(&caller, &project, &request)?;
    state.app.unshare(&actor, &id, &member).await?;
    Ok(StatusCode::NO_CONTENT)
}
