//! Starting, stopping and rebooting several servers at once (ECS v1), and the jobs that tell how
//! that went.
//!
//! The jobs are kept in memory: they are looked at for a minute or two, and a service that was
//! restarted has nobody left who does it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use coffer_core::Error;
use coffer_core::ids::ProjectId;
use coffer_engine::hypervisor::PowerAction;
use futures::{StreamExt, stream};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use tracing::Instrument;
use utoipa::ToSchema;
use uuid::Uuid;

use super::actions::{check, parse, refresh, run};
use super::find;
use crate::door;
use crate::http::{ApiError, Json};
use crate::identity::Caller;
use crate::state::AppState;

/// Most servers of a request.
const SERVERS_MAX: usize = 200;
/// Servers worked on at a time: each may wait for its guest for minutes.
const AT_ONCE: usize = 16;
/// Jobs remembered.
const JOBS_MAX: usize = 1000;

/// Jobs of this process, the oldest first.
#[derive(Debug, Clone, Default)]
pub struct PowerJobs {
    jobs: Arc<Mutex<VecDeque<PowerJob>>>,
}

#[derive(Debug, Clone)]
struct PowerJob {
    id: Uuid,
    project: ProjectId,
    kind: &'static str,
    begun: Timestamp,
    ended: Option<Timestamp>,
    /// One entry a server: its id, and what went wrong once that is known to have.
    servers: Vec<(String, Option<Result<(), String>>)>,
}

impl PowerJobs {
    fn with<T>(&self, work: impl FnOnce(&mut VecDeque<PowerJob>) -> T) -> T {
        let mut jobs = self.jobs.lock().expect("nobody panics while holding it");
        work(&mut jobs)
    }

    fn add(&self, job: PowerJob) {
        self.with(|jobs| {
            if jobs.len() >= JOBS_MAX {
                jobs.pop_front();
            }
            jobs.push_back(job);
        });
    }

    fn note(&self, id: Uuid, server: &str, done: Result<(), String>, now: Timestamp) {
        self.with(|jobs| {
            let Some(job) = jobs.iter_mut().find(|job| job.id == id) else {
                return;
            };
            if let Some((_, state)) = job.servers.iter_mut().find(|(id, _)| id == server) {
                *state = Some(done);
            }
            if job.servers.iter().all(|(_, state)| state.is_some()) {
                job.ended = Some(now);
            }
        });
    }

    /// A project's job, as `GET /v1/{project_id}/jobs/{job_id}` shows it.
    pub(in crate::api) fn shown(&self, project: ProjectId, id: &str) -> Option<Value> {
        let id: Uuid = id.parse().ok()?;
        self.with(|jobs| {
            let mut mine = jobs.iter().filter(|job| job.project == project);
            mine.find(|job| job.id == id).map(PowerJob::shown)
        })
    }
}

impl PowerJob {
    fn shown(&self) -> Value {
        let time = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
        let status = |state: &Option<Result<(), String>>| match state {
            None => "RUNNING",
            Some(Ok(())) => "SUCCESS",
            Some(Err(_)) => "FAIL",
        };
        let failed = self.servers.iter().filter_map(|(_, state)| match state {
            Some(Err(text)) => Some(text.clone()),
            _ => None,
        });
        let failed: Vec<String> = failed.collect();
        let all = match (self.ended, failed.is_empty()) {
            (None, _) => "RUNNING",
            (Some(_), true) => "SUCCESS",
            (Some(_), false) => "FAIL",
        };
        let ended = all == "FAIL";
        let sub_jobs = self.servers.iter().map(|(id, state)| {
            json!({"job_type": self.kind, "status": status(state), "entities": {"server_id": id}})
        });
        json!({
            "job_id": self.id.to_string(),
            "job_type": self.kind,
            "status": all,
            "begin_time": time(self.begun),
            "end_time": self.ended.map(time).unwrap_or_default(),
            "error_code": ended.then_some("Ecs.0005"),
            "fail_reason": ended.then(|| failed.join("; ")),
            "entities": {
                "sub_jobs_total": self.servers.len(),
                "sub_jobs": sub_jobs.collect::<Vec<_>>(),
            },
        })
    }
}

/// `{"job_id": "..."}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct PowerJobAnswer {
    /// For `GET /v1/{project_id}/jobs/{job_id}`, until the service is restarted.
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
    let id = door::new_uuid();
    state.power_jobs.add(PowerJob {
        id,
        project,
        kind: match action {
            PowerAction::Start => "startServer",
            PowerAction::Stop { .. } | PowerAction::ForceOff => "stopServer",
            PowerAction::Reboot | PowerAction::Reset => "rebootServer",
        },
        begun: state.clock.now(),
        ended: None,
        servers: ids.into_iter().map(|id| (id, None)).collect(),
    });
    let span = tracing::info_span!("power", job.id = %id);
    let work = {
        let state = state.clone();
        async move {
            let each = stream::iter(servers).map(|server| {
                let state = state.clone();
                async move {
                    let key = server.row.id.clone();
                    let done = run(state.clone(), server, action).await;
                    let done =
                        done.map_err(|error: Error| format!("server {key}: {}", error.message));
                    state.power_jobs.note(id, &key, done, state.clock.now());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn job(n: u128, project: ProjectId) -> PowerJob {
        PowerJob {
            id: Uuid::from_u128(n),
            project,
            kind: "stopServer",
            begun: Timestamp::UNIX_EPOCH,
            ended: None,
            servers: vec![("a".into(), None), ("b".into(), None)],
        }
    }

    #[test]
    fn a_job_ends_with_its_last_server_and_belongs_to_a_project() {
        let jobs = PowerJobs::default();
        let (mine, other) = (ProjectId([1; 16]), ProjectId([2; 16]));
        jobs.add(job(1, mine));
        let id = Uuid::from_u128(1).to_string();
        let status = || jobs.shown(mine, &id).unwrap()["status"].clone();
        assert_eq!(jobs.shown(other, &id), None);
        assert_eq!(jobs.shown(mine, "1"), None);
        jobs.note(Uuid::from_u128(1), "a", Ok(()), Timestamp::UNIX_EPOCH);
        assert_eq!(status(), "RUNNING");
        jobs.note(
            Uuid::from_u128(1),
            "b",
            Err("it is on fire".into()),
            Timestamp::UNIX_EPOCH,
        );
        assert_eq!(status(), "FAIL");
        assert_eq!(
            jobs.shown(mine, &id).unwrap()["fail_reason"],
            "it is on fire"
        );
    }

    #[test]
    fn old_jobs_are_forgotten() {
        let jobs = PowerJobs::default();
        for n in 0..=JOBS_MAX {
            jobs.add(job(n as u128, ProjectId([1; 16])));
        }
        let shown = |n: u128| jobs.shown(ProjectId([1; 16]), &Uuid::from_u128(n).to_string());
        assert!(shown(0).is_none() && shown(1).is_some());
    }

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
