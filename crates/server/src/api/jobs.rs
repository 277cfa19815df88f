//! Jobs of the compute and volume APIs: begun, and looked at.

use std::time::Duration;

use axum::extract::{Path, State};
use coffer_core::{Error, Kind};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::app::Actor;
use crate::app::jobs::{JobWork, Switch};
use crate::catalog::jobs::Job;
use crate::http::{ApiError, Json, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// How long the answer of a call without a job waits for what fails at once.
const AT_ONCE: Duration = Duration::from_secs(2);

/// `{"job_id": "..."}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobId {
    /// For `GET /v1/{project_id}/jobs/{job_id}`.
    pub(in crate::api) job_id: String,
}

/// On whose behalf something is changed.
pub(in crate::api) fn actor(
    caller: &Caller,
    project: &str,
    request: RequestId,
) -> Result<Actor, ApiError> {
    Ok(Actor {
        project: caller.write(project)?,
        user: caller.user_id,
        request_id: request.0,
    })
}

/// Lets a job be done; its id tells how it went.
pub(in crate::api) fn begun(state: &AppState, job: Job) -> Json<JobId> {
    let job_id = job.id.to_string();
    let stop = state.stopping.clone();
    drop(state.app.begin_job(job, &state.background, stop));
    Json(JobId { job_id })
}

/// Lets a job be done that nobody can ask for: what fails at once is answered.
pub(in crate::api) async fn done_or_begun(state: &AppState, job: Job) -> Result<(), ApiError> {
    let stop = state.stopping.clone();
    let work = state.app.begin_job(job, &state.background, stop);
    match tokio::time::timeout(AT_ONCE, work).await {
        Ok(Ok(Err(error))) if error.kind == Kind::Cancelled => Ok(()),
        Ok(Ok(done)) => done.map_err(ApiError::from),
        Ok(Err(failed)) => Err(Error::internal("do a job").caused_by(failed).into()),
        Err(_) => Ok(()),
    }
}

/// How far a job is: a disk, server or image that is being made, a disk that is attached, detached,
/// extended or deleted, servers switched on or off.
#[utoipa::path(get, path = "/v1/{project_id}/jobs/{job_id}", tag = "volume", security(("token" = [])),
    params(("project_id" = String, Path), ("job_id" = String, Path)),
    extensions(("x-action" = json!("ecs:jobs:get"))),
    responses((status = 200, body = Object), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn job(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
) -> Result<Json<Value>, ApiError> {
    let actor = Actor {
        project: caller.read(&project)?,
        user: caller.user_id,
        request_id: request.0,
    };
    let none = || ApiError::not_found("job");
    if let Some(job) = super::image::job(&state, &actor, &id).await {
        return Ok(Json(job));
    }
    if let Some(job) = state.app.job(actor.project, &id).await? {
        return Ok(Json(shown(&job)?));
    }
    let view = state.app.task(&actor, &id).await.map_err(|_| none())?;
    let task = view.task;
    let name = task.resource_name.clone().unwrap_or_default();
    let made = task.resource_id.map(|id| id.to_string());
    let (kind, entities) = match task.kind.as_str() {
        "create_disk" => ("createVolume", json!({"volume_id": made, "name": name})),
        "create_server" => ("createServer", json!({"server_id": made, "name": name})),
        _ => return Err(none()),
    };
    let status = match task.state {
        coffer_core::state::TaskState::Waiting => "INIT",
        coffer_core::state::TaskState::Running => "RUNNING",
        coffer_core::state::TaskState::Success => "SUCCESS",
        _ => "FAIL",
    };
    Ok(Json(json!({
        "job_id": task.id.to_string(),
        "job_type": kind,
        "status": status,
        "begin_time": time(task.created_at),
        "end_time": task.ended_at.map(time).unwrap_or_default(),
        "error_code": Some(task.error_code).filter(|code| !code.is_empty()),
        "fail_reason": Some(task.error_message).filter(|text| !text.is_empty()),
        "entities": entities,
    })))
}

fn time(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

fn shown(job: &Job) -> Result<Value, ApiError> {
    let work = JobWork::of(job)?;
    let status = match job.state.as_str() {
        "running" => "RUNNING",
        "success" => "SUCCESS",
        _ => "FAIL",
    };
    let failed = status == "FAIL";
    Ok(json!({
        "job_id": job.id.to_string(),
        "job_type": work.kind(),
        "status": status,
        "begin_time": time(job.begun_at),
        "end_time": job.ended_at.map(time).unwrap_or_default(),
        "error_code": failed.then_some(error_code(&work)),
        "fail_reason": failed.then_some(&job.error_message),
        "entities": entities(job, &work),
    }))
}

/// The general code of the service that the job would belong to.
fn error_code(work: &JobWork) -> &'static str {
    match work {
        JobWork::Power { .. } | JobWork::Attach { .. } | JobWork::Detach { .. } => "Ecs.0005",
        JobWork::Extend { .. } | JobWork::Delete { .. } | JobWork::Create { .. } => "EVS.2024",
    }
}

fn entities(job: &Job, work: &JobWork) -> Value {
    let volume = job.disk_id.map(|id| id.to_string());
    let server = job.server_id.map(|id| id.to_string());
    match work {
        JobWork::Attach { device, .. } => json!({
            "volume_id": volume, "server_id": server, "device": format!("/dev/{device}"),
        }),
        JobWork::Detach { .. } => json!({"volume_id": volume, "server_id": server}),
        JobWork::Extend { .. } | JobWork::Delete { .. } => json!({"volume_id": volume}),
        JobWork::Create { size_bytes, .. } => json!({
            "volume_id": volume, "name": job.name, "size": size_bytes.div_ceil(1 << 30),
        }),
        JobWork::Power { switch, servers } => power_entities(*switch, servers),
    }
}

fn power_entities(switch: Switch, servers: &[crate::app::jobs::Switched]) -> Value {
    let kind = match switch {
        Switch::Start => "startServer",
        Switch::Stop => "stopServer",
        Switch::Reboot => "rebootServer",
    };
    let sub_jobs = servers.iter().map(|server| {
        let status = match (server.done, &server.error) {
            (false, _) => "RUNNING",
            (true, None) => "SUCCESS",
            (true, Some(_)) => "FAIL",
        };
        json!({"job_type": kind, "status": status, "entities": {"server_id": server.id}})
    });
    json!({"sub_jobs_total": servers.len(), "sub_jobs": sub_jobs.collect::<Vec<_>>()})
}
