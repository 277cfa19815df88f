//! Whole-server images.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::cbr::Refusal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::objects::{Named, time, words};
use crate::api::image::needs;
use crate::app::Actor;
use crate::app::images::{ImageSource, ImageView, NewImage};
use crate::catalog::images::Wanted;
use crate::http::{ApiError, Json, Params, RequestId, page};
use crate::identity::Caller;
use crate::state::AppState;

words! {
    /// State of an image.
    ImageStatus {
        Queued = "queued", Saving = "saving", Active = "active", Killed = "killed",
    }
}

/// `{"image": {...}}`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewImageRequest {
    image: NewImageBody,
}

/// An image to be made of a backup, or of a server that is backed up first.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewImageBody {
    /// A server's backup that holds its system disk. It has one image at most.
    #[serde(default)]
    backup_id: Option<String>,
    /// A server instead of a backup; `vault_id` is required then.
    #[serde(default)]
    server_id: Option<String>,
    /// The vault that the server's backup goes into.
    #[serde(default)]
    vault_id: Option<String>,
    /// 1 to 128 letters, digits, `-`, `.`, `_` and spaces; no other image of the project has it.
    name: String,
    /// At most 1024 characters.
    #[serde(default)]
    description: Option<String>,
    /// At most 10, of 1 to 80 characters.
    #[serde(default)]
    tags: Option<Vec<String>>,
}

/// `{"images": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImagesAnswer {
    /// Newest first.
    images: Vec<Image>,
    /// `marker` of the next page; null where there is none.
    next: Option<String>,
}

/// `{"image": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImageAnswer {
    image: Image,
}

/// An image: a server's backup that stays.
#[derive(Debug, Serialize, ToSchema)]
pub struct Image {
    id: String,
    name: String,
    description: String,
    /// `queued` and `saving` while its backup is made, `killed` where that came to nothing.
    #[schema(value_type = ImageStatus)]
    status: &'static str,
    backup: Named,
    /// The server that it shows.
    server: Named,
    tags: Vec<String>,
    size_bytes: u64,
    /// What its backup added to the store.
    stored_bytes: u64,
    architecture: Option<String>,
    /// Empty until its backup is made.
    disks: Vec<ImageDisk>,
    /// The time whose content it holds.
    instant: Option<String>,
    created_at: String,
}

/// A disk of an image.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImageDisk {
    /// Id of the disk's backup.
    id: String,
    disk_id: String,
    name: String,
    size_bytes: u64,
    /// The disk the server boots from.
    system: bool,
}

impl From<ImageView> for Image {
    fn from(view: ImageView) -> Image {
        let status = view.status();
        let backup = view.backup;
        Image {
            id: view.image.id.to_string(),
            name: view.image.name,
            description: view.image.description,
            status,
            server: Named {
                id: backup.resource_id.to_string(),
                name: backup.resource_name,
            },
            backup: Named {
                id: backup.id.to_string(),
                name: backup.name,
            },
            tags: view.image.tags.0,
            size_bytes: backup.size_bytes,
            stored_bytes: backup.stored_bytes,
            architecture: backup.details.0.architecture,
            disks: view
                .disks
                .into_iter()
                .map(|d| ImageDisk {
                    id: d.id.to_string(),
                    disk_id: d.resource_id.to_string(),
                    name: d.resource_name,
                    size_bytes: d.size_bytes,
                    system: d.system_disk,
                })
                .collect(),
            instant: backup.details.0.instant,
            created_at: time(view.image.created_at),
        }
    }
}

fn reader(caller: &Caller, project: &str, request: RequestId) -> Result<Actor, ApiError> {
    Ok(Actor {
        project: caller.read(project)?,
        user: caller.user_id,
        request_id: request.0,
    })
}

fn writer(caller: &Caller, project: &str, request: RequestId) -> Result<Actor, ApiError> {
    Ok(Actor {
        project: caller.write(project)?,
        user: caller.user_id,
        request_id: request.0,
    })
}

/// Makes an image of a server's backup, also of one that still runs but whose instant is settled.
/// It copies nothing: the backup stays for it, and is not deleted before it.
#[utoipa::path(post, path = "/coffer/v1/{project_id}/images", tag = "coffer",
    operation_id = "create_image", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path)), request_body = NewImageRequest,
    extensions(("x-action" = json!("ims:images:create"))),
    responses((status = 201, body = ImageAnswer), (status = 400), (status = 401),
        (status = 403), (status = 404)))]
pub(super) async fn create(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<NewImageRequest>,
) -> Result<(StatusCode, Json<ImageAnswer>), ApiError> {
    let actor = writer(&caller, &project, request)?;
    let body = body.image;
    let source = match (body.backup_id, body.server_id, body.vault_id) {
        (Some(backup), None, None) => ImageSource::Backup(backup),
        (None, Some(server), Some(vault)) => {
            needs(&caller, "cbr:vaults:backup")?;
            ImageSource::Server { server, vault }
        }
        (None, Some(_), None) => {
            let text = "is required: the server is backed up into it";
            return Err(Refusal::parameter("image.vault_id", text).into());
        }
        _ => {
            let text = "is required, or else `image.server_id` with `image.vault_id`";
            return Err(Refusal::parameter("image.backup_id", text).into());
        }
    };
    let new = NewImage {
        source,
        name: body.name,
        description: body.description.unwrap_or_default(),
        tags: body.tags.unwrap_or_default(),
        min_ram_mib: 0,
        max_ram_mib: None,
        field: "image.",
    };
    let image = state.app.create_image(&actor, new).await?.into();
    Ok((StatusCode::CREATED, Json(ImageAnswer { image })))
}

/// Images of the project.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/images", tag = "coffer",
    operation_id = "list_images", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path),
        ("name" = Option<String>, Query, description = "Exactly this name."),
        ("backup_id" = Option<String>, Query, description = "Of this backup."),
        ("limit" = Option<u64>, Query, description = "1 to 1000, which it is where absent."),
        ("marker" = Option<String>, Query, description = "The last image seen.")),
    extensions(("x-action" = json!("ims:images:list"))),
    responses((status = 200, body = ImagesAnswer), (status = 400), (status = 401),
        (status = 403)))]
pub(super) async fn list(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    request: RequestId,
    params: Params,
) -> Result<Json<ImagesAnswer>, ApiError> {
    let actor = reader(&caller, &project, request)?;
    params.number("limit", 1..=1000)?;
    let part = page::Wanted::read(&params)?;
    if let Some(marker) = &part.marker {
        let known = state.app.image(&actor, marker).await;
        known.map_err(|_| page::no_marker())?;
    }
    let wanted = Wanted {
        name: params.get("name").map(str::to_owned),
        backup_id: params.get("backup_id").map(str::to_owned),
        ..Wanted::default()
    };
    let order = [("created_at", true)];
    let images = state
        .app
        .images(&actor, &wanted, &order, &part.rows())
        .await?;
    let images = images.into_iter().map(Image::from).collect();
    let page = part.cut(images, |image| &image.id, &params, "");
    let more = page.links.is_some();
    Ok(Json(ImagesAnswer {
        next: page.items.last().filter(|_| more).map(|i| i.id.clone()),
        images: page.items,
    }))
}

/// An image.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/images/{image_id}", tag = "coffer",
    operation_id = "show_image", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("image_id" = String, Path)),
    extensions(("x-action" = json!("ims:images:get"))),
    responses((status = 200, body = ImageAnswer), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
) -> Result<Json<ImageAnswer>, ApiError> {
    let actor = reader(&caller, &project, request)?;
    let image = state.app.image(&actor, &id).await?.into();
    Ok(Json(ImageAnswer { image }))
}

/// Deletes an image. Its backup stays, unless it is to be deleted too; where that is refused, both
/// stay.
#[utoipa::path(delete, path = "/coffer/v1/{project_id}/images/{image_id}", tag = "coffer",
    operation_id = "delete_image", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("image_id" = String, Path),
        ("delete_backup" = Option<bool>, Query, description = "False where absent.")),
    extensions(("x-action" = json!("ims:images:delete"))),
    responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn delete(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    params: Params,
) -> Result<StatusCode, ApiError> {
    let actor = writer(&caller, &project, request)?;
    let backup = params.truth("delete_backup")?.unwrap_or(false);
    if backup {
        needs(&caller, "cbr:backups:delete")?;
    }
    state.app.delete_image(&actor, &id, backup).await?;
    Ok(StatusCode::NO_CONTENT)
}
