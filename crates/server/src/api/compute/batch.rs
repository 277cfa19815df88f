//! Starting, stopping and rebooting several servers at once (ECS v1), and the jobs that tell how
//! that went.
//!
//! A job's row says of each server whether it is done. Servers that a service which ended has left
//! are not switched again at the next start: somebody may have done it by hand. What they are then
//! tells whether it went well.

use axum::extract::{Path, State};
use coffer_core::{Error, Result};
use coffer_engine::hypervisor::PowerAction;
use futures::{StreamExt, stream};
use serde::Serialize;
use serde_json::Value;
use tracing::Instrument;
use utoipa::ToSchema;
use uuid::Uuid;

use super::actions::{check, parse, refresh, run};
use super::find;
use crate::app::jobs::{JobWork, Switch, Switched, told};
use crate::catalog::jobs::{self, Job};
use crate::catalog::record;
use crate::door;
use crate::http::{ApiError, Json, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// Most servers of a request.
const SERVERS_MAX: usize = 200;
/// Servers worked on at a time: each may wait for its guest for minutes.
const AT_ONCE: usize = 16;

/// Notes what became of a server of a job; with the last one the job ends.
async fn note(state: &AppState, id: Uuid, server: &str, error: Option<String>) -> Result<()> {
    let mut tx = state.catalog.write().await?;
    let Some(job) = jobs::get(&mut tx, id).await? else {
        return Ok(());
    };
    let JobWork::Power {
        switch,
        mut servers,
    } = JobWork::of(&job)?
    else {
        return Err(Error::internal("a job of disks is asked about servers"));
    };
    if let Some(found) = servers.iter_mut().find(|found| found.id == server) {
        found.done = true;
        found.error = error;
    }
    let ended = servers.iter().all(|server| server.done);
    let failed: Vec<&str> = servers.iter().filter_map(|s| s.error.as_deref()).collect();
    let text = (!failed.is_empty()).then(|| failed.join("; "));
    let work = JobWork::Power { switch, servers };
    jobs::set_work(&mut tx, id, &work.stored()).await?;
    if ended {
        jobs::finish(&mut tx, id, text.as_deref(), state.app.now()).await?;
    }
    tx.commit().await
}

/// As [`note`], where nobody is left to tell if that fails: the next start looks again.
async fn note_or_log(state: &AppState, id: Uuid, server: &str, error: Option<String>) {
    if let Err(error) = note(state, id, server, error).await {
        tracing::warn!(error = %error.chain(), "what became of server {server} was not noted");
    }
}

/// The jobs that the last process left. To be asked before requests are let in, which begin more.
pub async fn left(state: &AppState) -> Result<Vec<Job>> {
    let mut tx = state.catalog.snapshot().await?;
    let mut running = jobs::all_running(&mut tx).await?;
    running.retain(|job| job.disk_id.is_none());
    Ok(running)
}

/// Ends jobs that the last process left: what the servers are now says how they went.
pub async fn settle(state: AppState, left: Vec<Job>) {
    for job in &left {
        let Ok(JobWork::Power { switch, servers }) = JobWork::of(job) else {
            continue;
        };
        for server in servers.iter().filter(|server| !server.done) {
            let error = became(&state, job, switch, &server.id).await;
            note_or_log(&state, job.id, &server.id, error).await;
        }
    }
}

/// What went wrong with a server that a process which ended was to switch.
async fn became(state: &AppState, job: &Job, switch: Switch, id: &str) -> Option<String> {
    let failed = |text: &str| Some(format!("server {id}: {text}"));
    let found = match find(state, job.project_id, id).await {
        Ok(found) => refresh(state, found).await,
        Err(error) => Err(error),
    };
    let power = match found {
        Ok(server) => server.row.power,
        Err(error) => return failed(&error.text()),
    };
    match (switch, power.as_str()) {
        (Switch::Start, "running") | (Switch::Stop, "stopped") => None,
        (Switch::Reboot, _) => failed("the service was restarted, and does not know if this was"),
        _ => failed("the service was restarted before it was done; ask for it again"),
    }
}

/// `{"job_id": "..."}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct PowerJobAnswer {
    /// For `GET /v1/{project_id}/jobs/{job_id}`.
    job_id: String,
}

/// The ids in `servers` of the one action of a body.
fn servers_of(body: &Value) -> Option<Vec<String>> {
    let action = body.as_object()?.values().next()?;
    let servers = action["servers"].as_array()?;
    let ids = servers
        .iter()
        .map(|server| server["id"].as_str().map(str::to_owned));
    let mut ids: Vec<String> = ids.collect::<Option<_>>()?;
    ids.sort_unstable();
    ids.dedup();
    Some(ids)
}

/// Starts, stops or reboots servers: all of them have to be there and in a fitting state, or none
/// is touched. Backups of them that are under way go on.
#[utoipa::path(post, path = "/v1/{project_id}/cloudservers/action", tag = "compute",
    security(("token" = [])), params(("project_id" = String, Path)),
    request_body(content = Object, description =
        "One of `os-start`, `os-stop`, `reboot`, each with `servers` ([{`id`}], 1 to 200) and the \
         latter two with `type` SOFT or HARD."),
    extensions(("x-action" = json!("ecs:servers:action"))),
    responses((status = 200, body = PowerJobAnswer), (status = 400), (status = 401),
        (status = 403), (status = 404), (status = 409)))]
pub(super) async fn act_on_many(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<Value>,
) -> Result<Json<PowerJobAnswer>, ApiError> {
    let project = caller.write(&project)?;
    let action = parse(&body)?;
    let ids = servers_of(&body).filter(|ids| (1..=SERVERS_MAX).contains(&ids.len()));
    let ids = ids.ok_or_else(|| {
        let text = format!("`servers` must name 1 to {SERVERS_MAX} servers by `id`.");
        ApiError::bad_request(text)
    })?;
    let mut servers = Vec::with_capacity(ids.len());
    for id in &ids {
        servers.push(find(&state, project, id).await?);
    }
    // Hosts are asked only when all are known to be there.
    for server in &mut servers {
        *server = refresh(&state, server.clone()).await?;
        check(action, server)?;
    }
    let id = begin(&state, project, action, ids, request.0).await?;
    let span = tracing::info_span!("power", job.id = %id);
    let work = {
        let state = state.clone();
        async move {
            let each = stream::iter(servers).map(|server| {
                let state = state.clone();
                async move {
                    let key = server.row.id.clone();
                    let done = run(state.clone(), server, action).await;
                    let error = done.err().map(|e| format!("server {key}: {}", told(&e)));
                    note_or_log(&state, id, &key, error).await;
                }
            });
            each.buffer_unordered(AT_ONCE).collect::<()>().await;
        }
    };
    state.background.spawn(work.instrument(span));
    Ok(Json(PowerJobAnswer {
        job_id: id.to_string(),
    }))
}

async fn begin(
    state: &AppState,
    project: coffer_core::ids::ProjectId,
    action: PowerAction,
    ids: Vec<String>,
    request_id: String,
) -> Result<Uuid> {
    let servers = ids.into_iter().map(|id| Switched {
        id,
        done: false,
        error: None,
    });
    let work = JobWork::Power {
        switch: match action {
            PowerAction::Start => Switch::Start,
            PowerAction::Stop { .. } | PowerAction::ForceOff => Switch::Stop,
            PowerAction::Reboot | PowerAction::Reset => Switch::Reboot,
        },
        servers: servers.collect(),
    };
    let job = Job {
        id: door::new_uuid(),
        project_id: project,
        state: "running".to_owned(),
        host: String::new(),
        disk_id: None,
        server_id: None,
        name: String::new(),
        work: record::Json(work.stored()),
        request_id,
        error_message: String::new(),
        begun_at: state.app.now(),
        ended_at: None,
    };
    let mut tx = state.catalog.write().await?;
    jobs::insert(&mut tx, &job).await?;
    tx.commit().await?;
    Ok(job.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_named_once() {
        let read = |text: &str| servers_of(&serde_json::from_str(text).unwrap());
        let ids = read(r#"{"os-start": {"servers": [{"id": "b"}, {"id": "a"}, {"id": "b"}]}}"#);
        assert_eq!(ids, Some(vec!["a".to_owned(), "b".to_owned()]));
        for wrong in [
            "[]",
            "{}",
            r#"{"os-start": null}"#,
            r#"{"os-start": {"servers": [1]}}"#,
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
