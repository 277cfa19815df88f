//! What differs between two restore points.

use axum::extract::{Path, State};
use coffer_core::cbr::Refusal;
use coffer_engine::pipeline::Held;
use serde::Serialize;
use utoipa::ToSchema;

use super::objects::words;
use crate::app::Actor;
use crate::app::changes::{ChangesQuery, ChangesView, Marker, PAGE_MAX};
use crate::http::{ApiError, Json, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

words! {
    /// What a backup holds in a stretch that differs.
    ChangeState { Data = "data", Zero = "zero", }
}

/// `{"changes": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangesAnswer {
    changes: Changes,
}

/// What of a backup is not the same in another one.
#[derive(Debug, Serialize, ToSchema)]
pub struct Changes {
    backup_id: String,
    since_backup_id: String,
    /// All disks, those without changes too, and at the end those that only the other backup has.
    disks: Vec<ChangedDisk>,
    /// By disk and offset; neighbours that are alike are one.
    extents: Vec<ChangedExtent>,
    /// `marker` of the next page; null where this is the last one.
    next: Option<String>,
}

/// A disk in two backups.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedDisk {
    disk_id: String,
    /// On the server: `vda`.
    name: String,
    /// Null where the backup does not have the disk.
    size_bytes: Option<u64>,
    /// Null where the other backup does not have the disk.
    since_size_bytes: Option<u64>,
    /// Size of the chunks that are compared.
    chunk_bytes: u64,
    /// Bytes of chunks that differ and hold data; on the first page, null on others.
    changed_data_bytes: Option<u64>,
    /// Bytes of chunks that differ and read as zeroes; on the first page, null on others.
    changed_zero_bytes: Option<u64>,
}

/// A stretch that differs.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedExtent {
    disk_id: String,
    offset_bytes: u64,
    length_bytes: u64,
    /// What the backup holds there.
    #[schema(value_type = ChangeState)]
    state: &'static str,
}

impl From<ChangesView> for Changes {
    fn from(view: ChangesView) -> Changes {
        let extents = view.list.iter().map(|(disk, change)| ChangedExtent {
            disk_id: view.disks[*disk].id.to_string(),
            offset_bytes: change.extent.start,
            length_bytes: change.extent.len(),
            state: match change.held {
                Held::Data => "data",
                Held::Zero => "zero",
            },
        });
        Changes {
            backup_id: view.backup.to_string(),
            since_backup_id: view.since.to_string(),
            extents: extents.collect(),
            next: view.next.map(Marker::text),
            disks: view
                .disks
                .into_iter()
                .map(|disk| ChangedDisk {
                    disk_id: disk.id.to_string(),
                    name: disk.name,
                    size_bytes: disk.size_bytes,
                    since_size_bytes: disk.since_size_bytes,
                    chunk_bytes: disk.chunk_bytes,
                    changed_data_bytes: disk.totals.map(|(data, _)| data),
                    changed_zero_bytes: disk.totals.map(|(_, zero)| zero),
                })
                .collect(),
        }
    }
}

/// What of a backup is not the same in another one of the same server or disk, older or newer, in
/// the same vault: from the maps of both, without reading data, exact to chunks. With `exact` the
/// contents of chunks that differ are read and compared in blocks of 4 KiB; a page then covers at
/// most 128 MiB of them. What lies beyond the end of the other backup's disk differs; of a disk
/// that it does not have all data does.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/backups/{backup_id}/changes", tag = "coffer",
    operation_id = "list_changes", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("backup_id" = String, Path),
        ("since" = String, Query, description = "The backup to compare with."),
        ("disk" = Option<String>, Query, description = "This disk alone: its id or that of its backup, its name, `system`, or its position."),
        ("exact" = Option<bool>, Query, description = "Compare contents; false where absent."),
        ("limit" = Option<u64>, Query, description = "1 to 10000 stretches; 1000 where absent."),
        ("marker" = Option<String>, Query, description = "`next` of the page before.")),
    extensions(("x-action" = json!("cbr:backups:get"))),
    responses((status = 200, body = ChangesAnswer), (status = 400), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn list(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    params: Params,
) -> Result<Json<ChangesAnswer>, ApiError> {
    let actor = Actor {
        project: caller.read(&project)?,
        user: caller.user_id,
        request_id: request.0,
    };
    // What is not there is said before what is wrong with the rest.
    state.app.backup(&actor, &id).await?;
    let since = params.get("since");
    let since = since.ok_or_else(|| Refusal::parameter("since", "is required"))?;
    let marker = match params.get("marker") {
        None => None,
        Some(text) => Some(
            Marker::read(text)
                .ok_or_else(|| Refusal::parameter("marker", "is none that an answer gave"))?,
        ),
    };
    let limit = params.number("limit", 1..=PAGE_MAX as u64)?;
    let query = ChangesQuery {
        since: since.to_owned(),
        disk: params.get("disk").map(str::to_owned),
        marker,
        limit: limit.unwrap_or(1000) as usize,
        exact: params.truth("exact")?.unwrap_or(false),
    };
    let changes = state.app.backup_changes(&actor, &id, &query).await?.into();
    Ok(Json(ChangesAnswer { changes }))
}
