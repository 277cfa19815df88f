//! What changes, as it changes: events, and the block map of a task.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use coffer_core::cbr::Code;
use coffer_core::ids::ProjectId;
use serde::Serialize;
use utoipa::ToSchema;

use super::objects::{Backup, Disk, Server, Task, Vault};
use super::session::Proof;
use crate::catalog::identity::ScopeId;
use crate::catalog::lists::{Part, specs};
use crate::http::{ApiError, Json};
use crate::identity::{Caller, Credential};
use crate::live::{Next, Reader};
use crate::state::AppState;

/// Without events, something goes out this often, so that both ends know the other is there.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often it is looked at whether the listener may go on.
const CHECK: Duration = Duration::from_secs(3);
/// Listeners of the process at once.
const LISTENERS_MAX: usize = 1000;

/// The data of an event about an object that is there: its name says which kind it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "for the document: the watcher writes them")]
pub enum EventObject {
    /// Of `event: task`.
    Task(Task),
    /// Of `event: backup`.
    Backup(Backup),
    /// Of `event: vault`.
    Vault(Vault),
    /// Of `event: server`.
    Server(Server),
    /// Of `event: disk`.
    Disk(Disk),
}

/// The data of an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    /// The object.
    id: String,
    /// As its list shows it; absent where it is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    object: Option<EventObject>,
    /// It is not there any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    removed: Option<bool>,
}

/// The block map of a task.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskMap {
    disks: Vec<DiskMap>,
}

/// A disk's part of a block map.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiskMap {
    disk_id: String,
    name: String,
    /// Number of cells, at most 1600.
    cells: u64,
    /// Bytes of the disk that a cell stands for; the last one may stand for less.
    cell_bytes: u64,
    /// One character for each cell: `.` pending, `0` zero, `=` unchanged, `d` deduplicated, `n`
    /// new, `!` failed. Where several fit, the last of them in this order.
    states: String,
}

/// Changes as they happen (server-sent events): `task`, `backup`, `vault`, `server`, `disk`, each
/// with the object as its list shows it, at most one a second for each object; `resync` where
/// events were missed. Ends with the session.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/events", tag = "console",
    operation_id = "events", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("Last-Event-ID" = Option<String>, Header)),
    extensions(("x-action" = json!("coffer:events:list"))),
    responses((status = 200, body = Event, content_type = "text/event-stream"), (status = 401),
        (status = 403)))]
pub(super) async fn events(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    proof: Proof,
) -> Result<Response, ApiError> {
    let project = caller.read(&project)?;
    let credential = proof.credential.ok_or_else(ApiError::unauthorized)?;
    let last = proof.parts.headers.get("last-event-id");
    let last = last.and_then(|value| value.to_str().ok());
    if *state.live.readers().borrow() >= LISTENERS_MAX {
        let text = "Too many listen to events already.";
        return Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, text));
    }
    let reader = state.live.read(last);
    let stream = Stream {
        state,
        project,
        credential,
        reader,
        begun: false,
    };
    let chunks = futures::stream::unfold(stream, |mut stream| async move {
        let chunk = stream.next().await?;
        Some((
            Ok::<_, std::convert::Infallible>(Bytes::from(chunk)),
            stream,
        ))
    });
    let mut response = Response::new(Body::from_stream(chunks));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies such as nginx hold answers back otherwise.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// One listener. Nothing is taken from the ring before its connection takes it.
struct Stream {
    state: AppState,
    project: ProjectId,
    credential: Credential,
    reader: Reader,
    begun: bool,
}

impl Stream {
    /// The next piece of the answer; none where it ends: the service stops, or the session or the
    /// right to look is gone.
    async fn next(&mut self) -> Option<String> {
        if !std::mem::replace(&mut self.begun, true) {
            // An id without data: the browser names it when it comes back.
            return Some(format!("retry: 2000\nid: {}\n\n", self.reader.id()));
        }
        let quiet = tokio::time::Instant::now() + HEARTBEAT;
        loop {
            tokio::select! {
                () = self.state.stopping.cancelled() => return None,
                next = self.reader.next(self.project) => {
                    if !self.may_go_on().await {
                        return None;
                    }
                    return Some(self.text(next));
                }
                () = tokio::time::sleep(CHECK) => {
                    if !self.may_go_on().await {
                        return None;
                    }
                    if tokio::time::Instant::now() >= quiet {
                        return Some(":\n\n".to_owned());
                    }
                }
            }
        }
    }

    fn text(&self, next: Next) -> String {
        let id = self.reader.id();
        match next {
            Next::Resync => format!("id: {id}\nevent: resync\ndata: {{}}\n\n"),
            Next::Events(events) => {
                let mut text = String::new();
                for event in events {
                    // All of a batch have its end's id: it is read as a whole or again.
                    text.push_str(&format!("event: {}\ndata: {}\n\n", event.kind, event.data));
                }
                text.push_str(&format!("id: {id}\n\n"));
                text
            }
        }
    }

    async fn may_go_on(&self) -> bool {
        let scope = ScopeId::Project(self.project);
        let caller = self.state.identity.still(&self.credential, scope).await;
        match caller {
            Ok(Some(caller)) => {
                caller.may("coffer:events:list") && caller.read(&self.project.to_string()).is_ok()
            }
            Ok(None) => false,
            Err(error) => {
                tracing::warn!(error = %error.chain(), "a listener could not be checked");
                false
            }
        }
    }
}

/// What a backup or restore found where on the disks, while it runs and as long as the service
/// keeps it.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/tasks/{task_id}/map", tag = "console",
    operation_id = "task_map", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("task_id" = String, Path)),
    extensions(("x-action" = json!("cbr:tasks:get"))),
    responses((status = 200, body = TaskMap), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn map(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<TaskMap>, ApiError> {
    let project = caller.read(&project)?;
    let filter = specs::all(project).eq("t.id", id);
    let part = Part::first(specs::TASK_KEYS[0], 1);
    let listed = state.app.look_at_tasks(&filter, &part).await?;
    let none = || ApiError::not_found("task").with_code(Code::TASK_NOT_FOUND.text());
    let look = listed.items.first().ok_or_else(none)?;
    // A task without a map is no error: it moves no blocks, or is older than the process.
    let maps = state.app.maps.of(look.task.id).unwrap_or_default();
    let disks = maps.into_iter().map(|map| DiskMap {
        disk_id: map.disk_id.to_string(),
        cells: map.states.len() as u64,
        cell_bytes: map.cell_bytes,
        name: map.name,
        states: map.states,
    });
    Ok(Json(TaskMap {
        disks: disks.collect(),
    }))
}
