//! Archives of backups, taken in.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
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

/// When to come again where there are enough uploads, in seconds.
const COME_AGAIN: &str = "60";
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
/// are always the same for them. The vault has to have room for its disks beside those that are
/// associated, as for a backup. There are so many uploads at once, of a project and of all
/// (half of `limits.tasks`): one more is answered with 429. One of which hardly anything
/// comes for a minute is ended. Requests signed with an access key leave the body unsigned
/// (`UNSIGNED-PAYLOAD`).
#[utoipa::path(post, path = "/coffer/v1/{project_id}/vaults/{vault_id}/import", tag = "coffer",
    operation_id = "import_backup", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("vault_id" = String, Path),
        ("name" = Option<String>, Query, description = "Name of the backup; as it was where absent.")),
    request_body(content = String, content_type = "application/x-tar",
        description = "The bytes of the archive."),
    extensions(("x-action" = json!("coffer:backups:import")), ("x-stream" = json!(true))),
    responses((status = 201, body = ImportAnswer), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409), (status = 429)))]
pub(super) async fn import(
    State(state): State<AppState>,
    Path((project, vault)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    params: Params,
    body: Body,
) -> Result<Response, ApiError> {
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
    // Held until the answer: an upload takes its place from its first byte on.
    let Some(_place) = state.app.imports.enter(actor.project) else {
        return Ok(too_many());
    };
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
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

fn too_many() -> Response {
    let message = "There are as many uploads as the service takes at once.";
    let mut error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, message);
    error.hint = Some("Import the archive again when one of them has ended.".to_owned());
    let mut response = error.into_response();
    let again = HeaderValue::from_static(COME_AGAIN);
    response.headers_mut().insert(header::RETRY_AFTER, again);
    response
}

/// Hands the body on as it is taken, and reads on where it is not.
async fn pump(body: Body, sender: mpsc::Sender<coffer_core::Result<Bytes>>) {
    let mut parts = body.into_data_stream();
    if hand_on(&mut parts, sender).await {
        let rest = async { while let Some(Ok(_)) = parts.next().await {} };
        // Whoever still sends then has been told, or does not listen.
        let _ = tokio::time::timeout(READ_ON, rest).await;
    }
}

/// Hands parts of a body on. True where nobody takes them any more.
async fn hand_on(
    parts: &mut BodyDataStream,
    sender: mpsc::Sender<coffer_core::Result<Bytes>>,
) -> bool {
    loop {
        let part = tokio::select! {
            part = parts.next() => part,
            // Whoever sends may have stalled, and would hear nothing until it goes on.
            () = sender.closed() => return true,
        };
        let Some(part) = part else { return false };
        let broken = part.is_err();
        let part = part.map_err(|e| {
            Error::unavailable("the upload broke off")
                .caused_by(e)
                .hint("Nothing of it is left: import the archive again.")
        });
        if sender.send(part).await.is_err() {
            return true;
        }
        if broken {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sender_that_has_stalled_is_not_waited_for_once_nobody_takes_its_body() {
        let stalled = stream::pending::<Result<Bytes, std::io::Error>>();
        let mut parts = Body::from_stream(stalled).into_data_stream();
        let (sender, receiver) = mpsc::channel(PARTS_WAITING);
        let handing = tokio::spawn(async move { hand_on(&mut parts, sender).await });
        tokio::task::yield_now().await;
        drop(receiver);
        let handed = tokio::time::timeout(READ_ON, handing).await;
        assert!(handed.unwrap().unwrap());
    }
}
