//! Making servers from images, as ECS clients ask for it.

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::ZONE;
use crate::app::Actor;
use crate::app::create::NewServer;
use crate::http::{ApiError, Json, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// `{"server": {...}}`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewCloudServerRequest {
    server: NewCloudServer,
}

/// A server to be made from a whole-server image. It is what was backed up: its size and network
/// are taken from there, so that `flavorRef`, `vpcid` and `nics` are read over.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewCloudServer {
    /// 1 to 64 letters, digits, `.`, `_` and `-`.
    #[serde(default)]
    name: String,
    /// The image.
    #[serde(default, rename = "imageRef")]
    image_ref: String,
    #[serde(default)]
    availability_zone: Option<String>,
    /// 1 where it is given.
    #[serde(default)]
    count: Option<u64>,
    #[serde(default)]
    root_volume: Option<RootVolume>,
    /// Empty: the image brings its disks along.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>)]
    data_volumes: Option<Vec<Value>>,
    /// Not taken: nothing is written into a guest.
    #[serde(default, rename = "adminPass")]
    admin_pass: Option<Value>,
    /// Not taken: nothing is written into a guest.
    #[serde(default)]
    key_name: Option<Value>,
    /// Not taken: nothing is written into a guest.
    #[serde(default)]
    user_data: Option<Value>,
    /// Check the request, and make nothing.
    #[serde(default)]
    dry_run: Option<bool>,
}

/// The system disk of a server to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RootVolume {
    /// GiB; as it is in the image where absent.
    #[serde(default)]
    size: Option<u64>,
}

/// `{"job_id": "...", "serverIds": ["..."]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct CloudServerJob {
    /// For `GET /v1/{project_id}/jobs/{job_id}`; null after a dry run.
    job_id: Option<String>,
    #[serde(rename = "serverIds")]
    server_ids: Vec<String>,
}

/// Makes a server from a whole-server image, and starts it.
#[utoipa::path(post, path = "/v1/{project_id}/cloudservers", tag = "compute",
    operation_id = "create_cloud_server", security(("token" = [])),
    params(("project_id" = String, Path)), request_body = NewCloudServerRequest,
    extensions(("x-action" = json!("ecs:cloudServers:create"))),
    responses((status = 200, body = CloudServerJob), (status = 400), (status = 401),
        (status = 403), (status = 404), (status = 409)))]
pub(super) async fn create(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<NewCloudServerRequest>,
) -> Result<Json<CloudServerJob>, ApiError> {
    let actor = Actor {
        project: caller.write(&project)?,
        user: caller.user_id,
        request_id: request.0,
    };
    let new = body.server;
    let wrong = |text: &str| Err(ApiError::bad_request(text.to_owned()));
    if new.image_ref.is_empty() {
        return wrong("`server.imageRef` is required: servers are made from images here.");
    }
    let zone = new.availability_zone.filter(|zone| !zone.is_empty());
    if zone.is_some_and(|zone| zone != ZONE) {
        return wrong("`server.availability_zone` is none: there is one, `default`.");
    }
    if new.count.is_some_and(|count| count != 1) {
        return wrong("`server.count` must be 1.");
    }
    if new.data_volumes.is_some_and(|volumes| !volumes.is_empty()) {
        return wrong("`server.data_volumes` must be empty: the image brings its disks along.");
    }
    let given = |value: &Option<Value>| value.as_ref().is_some_and(|v| !v.is_null() && v != "");
    if given(&new.admin_pass) || given(&new.key_name) || given(&new.user_data) {
        return wrong(
            "`server.adminPass`, `key_name` and `user_data` are not taken: nothing is written \
             into a guest, which has the accounts that it had.",
        );
    }
    let view = state.app.image(&actor, &new.image_ref).await?;
    let system = view.disks.iter().find(|disk| disk.system_disk);
    let gib = |bytes: u64| bytes.div_ceil(1 << 30);
    if let (Some(wanted), Some(disk)) = (new.root_volume.and_then(|v| v.size), system)
        && wanted != gib(disk.size_bytes)
    {
        let text = format!(
            "`server.root_volume.size` must be {}, as it is in the image.",
            gib(disk.size_bytes)
        );
        return Err(ApiError::bad_request(text));
    }
    let server = NewServer {
        backup_id: view.backup.id.to_string(),
        name: new.name,
        host: None,
        keep_identity: false,
        network: None,
        power_on: true,
        instant: false,
    };
    if new.dry_run == Some(true) {
        state.app.check_new_server(&actor, &server).await?;
        return Ok(Json(CloudServerJob {
            job_id: None,
            server_ids: vec![],
        }));
    }
    let (id, task) = state.app.create_server(&actor, server).await?;
    Ok(Json(CloudServerJob {
        job_id: Some(task.to_string()),
        server_ids: vec![id.to_string()],
    }))
}
