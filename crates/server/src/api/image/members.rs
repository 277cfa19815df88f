//! Projects that an image is shared with (Glance v2 and IMS v2: image members). Accepting takes a
//! `vault_id`, as IMS has it for whole-server images.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::cbr::share::MemberStatus;
use coffer_core::cbr::{Code, Refusal};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actor;
use crate::catalog::members::Member;
use crate::http::{ApiError, Json, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// `{"member": "..."}`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ImageMemberRequest {
    /// A project.
    member: String,
}

/// What the recipient says.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ImageMemberAnswer {
    /// `accepted`, `rejected` or `pending`.
    status: String,
    /// The vault that takes the image's backup; required to accept.
    #[serde(default)]
    vault_id: Option<String>,
}

/// A project that an image is shared with.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImageMember {
    image_id: String,
    member_id: String,
    status: String,
    created_at: String,
    updated_at: String,
    /// The recipient's own image, once it accepted.
    own_image_id: Option<String>,
    schema: String,
}

/// `{"members": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImageMembers {
    members: Vec<ImageMember>,
    schema: String,
}

fn wire(image: &str, member: Member) -> ImageMember {
    let time = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    ImageMember {
        image_id: image.to_owned(),
        member_id: member.dest_project_id.to_string(),
        status: member.status.name().to_owned(),
        created_at: time(member.created_at),
        updated_at: time(member.updated_at),
        own_image_id: member.image_id.map(|id| id.to_string()),
        schema: "/v2/schemas/member".to_owned(),
    }
}

macro_rules! member_routes {
    ($(($all:literal, $one:literal, $tag:literal): $list:ident, $create:ident, $show:ident,
        $update:ident, $delete:ident;)*) => {$(
        /// The projects that an image is shared with. A recipient sees itself.
        #[utoipa::path(get, path = $all, tag = "image", operation_id = concat!($tag, "_members"),
            security(("token" = [])), params(("image_id" = String, Path)),
            extensions(("x-action" = json!("ims:images:listMembers"))),
            responses((status = 200, body = ImageMembers), (status = 401), (status = 403),
                (status = 404)))]
        pub(super) async fn $list(
            State(state): State<AppState>,
            Path(image): Path<String>,
            caller: Caller,
            request: RequestId,
        ) -> Result<Json<ImageMembers>, ApiError> {
            let actor = actor(&caller, request)?;
            let members = state.app.image_members(&actor, &image).await?;
            let members = members.into_iter().map(|member| wire(&image, member));
            Ok(Json(ImageMembers {
                members: members.collect(),
                schema: "/v2/schemas/members".to_owned(),
            }))
        }

        /// Shares an image, and so its backup, with a project.
        #[utoipa::path(post, path = $all, tag = "image", operation_id = concat!($tag, "_add_member"),
            security(("token" = [])), params(("image_id" = String, Path)),
            request_body = ImageMemberRequest,
            extensions(("x-action" = json!("cbr:member:create"))),
            responses((status = 200, body = ImageMember), (status = 400), (status = 401),
                (status = 403), (status = 404)))]
        pub(super) async fn $create(
            State(state): State<AppState>,
            Path(image): Path<String>,
            caller: Caller,
            request: RequestId,
            Json(body): Json<ImageMemberRequest>,
        ) -> Result<Json<ImageMember>, ApiError> {
            let actor = actor(&caller, request)?;
            let made = state.app.share_image(&actor, &image, &body.member).await?;
            Ok(Json(wire(&image, made)))
        }

        /// A project that an image is shared with.
        #[utoipa::path(get, path = $one, tag = "image", operation_id = concat!($tag, "_member"),
            security(("token" = [])),
            params(("image_id" = String, Path), ("member_id" = String, Path)),
            extensions(("x-action" = json!("ims:images:getMember"))),
            responses((status = 200, body = ImageMember), (status = 401), (status = 403),
                (status = 404)))]
        pub(super) async fn $show(
            State(state): State<AppState>,
            Path((image, member)): Path<(String, String)>,
            caller: Caller,
            request: RequestId,
        ) -> Result<Json<ImageMember>, ApiError> {
            let actor = actor(&caller, request)?;
            let found = state.app.image_member(&actor, &image, &member).await?;
            Ok(Json(wire(&image, found)))
        }

        /// Accepts or rejects an image. Accepted, it becomes an image of the recipient's own, of
        /// another id (`own_image_id`).
        #[utoipa::path(put, path = $one, tag = "image", operation_id = concat!($tag, "_answer_member"),
            security(("token" = [])),
            params(("image_id" = String, Path), ("member_id" = String, Path)),
            request_body = ImageMemberAnswer,
            extensions(("x-action" = json!("cbr:member:update"))),
            responses((status = 200, body = ImageMember), (status = 400), (status = 401),
                (status = 403), (status = 404)))]
        pub(super) async fn $update(
            State(state): State<AppState>,
            Path((image, member)): Path<(String, String)>,
            caller: Caller,
            request: RequestId,
            Json(body): Json<ImageMemberAnswer>,
        ) -> Result<Json<ImageMember>, ApiError> {
            let actor = actor(&caller, request)?;
            let status = MemberStatus::parse(&body.status).ok_or_else(|| {
                let text = "status: must be accepted, rejected or pending";
                Refusal::new(Code::MEMBER_VALUE, text)
            })?;
            if status == MemberStatus::Accepted {
                super::needs(&caller, "ims:images:create")?;
            }
            let vault = body.vault_id.as_deref().filter(|id| !id.is_empty());
            let answered = state
                .app
                .answer_image(&actor, &image, &member, status, vault)
                .await?;
            Ok(Json(wire(&image, answered)))
        }

        /// Ends the sharing of an image: by its owner, or by the recipient.
        #[utoipa::path(delete, path = $one, tag = "image", operation_id = concat!($tag, "_remove_member"),
            security(("token" = [])),
            params(("image_id" = String, Path), ("member_id" = String, Path)),
            extensions(("x-action" = json!("cbr:member:delete"))),
            responses((status = 204), (status = 400), (status = 401), (status = 403),
                (status = 404)))]
        pub(super) async fn $delete(
            State(state): State<AppState>,
            Path((image, member)): Path<(String, String)>,
            caller: Caller,
            request: RequestId,
        ) -> Result<StatusCode, ApiError> {
            let actor = actor(&caller, request)?;
            state.app.unshare_image(&actor, &image, &member).await?;
            Ok(StatusCode::NO_CONTENT)
        }
    )*};
}

member_routes! {
    ("/image/v2/images/{image_id}/members", "/image/v2/images/{image_id}/members/{member_id}",
        "glance"): glance_list, glance_create, glance_show, glance_update, glance_delete;
    ("/v2/images/{image_id}/members", "/v2/images/{image_id}/members/{member_id}",
        "ims"): ims_list, ims_create, ims_show, ims_update, ims_delete;
}
