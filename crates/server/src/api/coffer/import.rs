//! Archives of backups, taken in.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::Error;
use futures::{StreamExt, stream};
use serde::Serialize;
use tokio::sync::mpsc;
use utoipa::ToSchema;

use super::objects::Task;
use crate::app::Actor;
use crate::http::{ApiError, Json, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// Parts of the body that wait for the task.
const PARTS_WAITING: usize = 4;
/// How long a body is read on after the answer: who still sends would not see it otherwise.
const READ_ON: Duration = Duration::from_secs(10);

/// The backup that an archive became.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportAnswer {
    backup_id: String,
    task: Task,
}

/// Makes a backup of an archive that `.../backups/{backup_id}/export` gave, here or of another
/// service: the body, as it is, of any length. A task reads it as it comes and may be cancelled;
/// the answer is its end. The archive has to be whole and to fit its own digests, or nothing is made.
/// The server and disks keep their ids where the project has them; else they get ones that
/// are always the same for them. Requests signed with an access key leave the body unsigned
/// (`UNSIGNED-PAYLOAD`).
#[utoipa::path(post, path = "/coffer/v1/{project_id}/vaults/{vault_id}/import", tag = "coffer",
    operation_id = "import_backup", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("vault_id" = String, Path),
        ("name" = Option<String>, Query, description = "Name of the backup; as it was where absent.")),
    request_body(content = String, content_type = "application/x-tar",
        description = "The bytes of the archive."),
    extensions(("x-action" = json!("coffer:backups:import")), ("x-stream" = json!(true))),
    responses((status = 201, body = ImportAnswer), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn import(
    State(state): State<AppState>,
    Path((project, vault)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    params: Params,
    body: Body,
) -> Result<(StatusCode, Json<ImportAnswer>), ApiError> {
    let actor = Actor {
        project: caller.write(&project)?,
        user: caller.user_id,
        request_id: request.0,
    };
    let (sender, receiver) = mpsc::channel(PARTS_WAITING);
    let stop = state.stopping.clone();
    state.background.spawn(async move {
        tokio::select! {
            () = pump(body, sender) => {}
            () = stop.cancelled() => {}
        }
    });
    let parts = stream::unfold(receiver, async |mut receiver| {
        let next: Option<coffer_core::Result<Bytes>> = receiver.recv().await;
        next.map(|part| (part, receiver))
    });
    let import = state
        .app
        .import_backup(&actor, &vault, params.get("name"), parts.boxed());
    let (backup, task) = tokio::select! {
        made = import => made?,
        // Its task is parked, and finds no upload after the next start.
        () = state.stopping.cancelled() => {
            let message = "The service stops. Import the archive again when it is back.";
            return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, message));
        }
    };
    let task = state.app.look_at_task(&actor, task).await?.into();
    let answer = ImportAnswer {
        backup_id: backup.to_string(),
        task,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Hands the body on as it is taken.
async fn pump(body: Body, sender: mpsc::Sender<coffer_core::Result<Bytes>>) {
    let mut parts = body.into_data_stream();
    while let Some(part) = parts.next().await {
        let broken = part.is_err();
        let part = part.map_err(|e| {
            Error::unavailable("the upload broke off")
                .caused_by(e)
                .hint("Nothing of it is left: import the archive again.")
        });
        if sender.send(part).await.is_err() {
            let rest = async { while let Some(Ok(_)) = parts.next().await {} };
            // Whoever still sends then has been told, or does not listen.
            let _ = tokio::time::timeout(READ_ON, rest).await;
            return;
        }
        if broken {
            return;
        }
    }
}
