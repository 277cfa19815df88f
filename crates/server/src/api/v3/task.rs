//! Tasks (CBR API: operation logs).

use axum::extract::{Path, State};
use coffer_core::state::TaskState;
use serde_json::{Map, Value, json};

use super::{choice, int, page, reader, shown, time, unknown};
use crate::app::tasks::{TaskQuery, TaskView};
use crate::http::{ApiError, Json, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

const KINDS: &[&str] = &[
    "backup",
    "delete",
    "restore",
    "vault_delete",
    "remove_resource",
    "sync",
    "replication",
    "copy",
    // Ours: none of the documented ones says that resources move to another vault.
    "migrate",
    // Ours: what a vault took by itself when its policy ran.
    "associate",
    // Ours: a backup made of an archive.
    "import",
];

/// The task as the API shows it. Its parts depend on what it does.
pub(super) fn body(view: &TaskView) -> Value {
    let t = &view.task;
    let mut extra = Map::new();
    extra.insert(
        "common".into(),
        json!({"progress": t.progress, "request_id": t.request_id, "task_id": t.id.to_string()}),
    );
    if let (Some(id), Some(name)) = (&t.resource_id, &t.resource_name) {
        extra.insert(
            "resource".into(),
            json!({"id": id.to_string(), "name": name, "type": t.resource_type, "extra_info": {}}),
        );
    }
    let backup_id = t.backup_id.map(|id| id.to_string());
    match t.kind.as_str() {
        "backup" => {
            let incremental = view.backup.as_ref().is_none_or(|b| !b.wants_full);
            extra.insert(
                "backup".into(),
                json!({
                    "backup_id": backup_id,
                    "backup_name": view.backup_name(),
                    "incremental": incremental.to_string(),
                }),
            );
        }
        "import" => {
            extra.insert(
                "backup".into(),
                json!({"backup_id": backup_id, "backup_name": view.backup_name()}),
            );
        }
        "restore" => {
            extra.insert(
                "restore".into(),
                json!({
                    "backup_id": backup_id,
                    "backup_name": view.backup_name(),
                    "target_resource_id": t.resource_id.map(|id| id.to_string()),
                    "target_resource_name": t.resource_name,
                }),
            );
        }
        "delete" => {
            extra.insert(
                "delete".into(),
                json!({"backup_id": backup_id, "backup_name": view.backup_name()}),
            );
        }
        "vault_delete" => {
            extra.insert("vault_delete".into(), view.counts());
        }
        "remove_resource" => {
            extra.insert("remove_resources".into(), view.counts());
        }
        "migrate" => {
            extra.insert("migrate_resources".into(), view.counts());
        }
        "associate" => {
            extra.insert("associate_resources".into(), view.counts());
        }
        _ => {}
    }
    let message = match t.error_hint.as_str() {
        "" => t.error_message.clone(),
        hint => format!("{}. {hint}", t.error_message),
    };
    json!({
        "id": t.id.to_string(),
        "project_id": t.project_id.to_string(),
        "provider_id": t.provider_id,
        "checkpoint_id": t.checkpoint_id.map(|id| id.to_string()),
        "policy_id": t.policy_id.map(|id| id.to_string()),
        "vault_id": t.vault_id.to_string(),
        "vault_name": t.vault_name,
        "operation_type": t.kind,
        "status": t.state.to_string(),
        "created_at": shown(t.created_at),
        "started_at": t.started_at.map(shown),
        "ended_at": t.ended_at.map(shown),
        "updated_at": shown(t.updated_at),
        "error_info": {"code": t.error_code, "message": message},
        "extra_info": extra,
    })
}

/// Lists tasks, newest first.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/operation-logs", tag = "tasks", operation_id = "list_tasks",
    params(("project_id" = String, Path), ("limit" = Option<u64>, Query), ("offset" = Option<u64>, Query),
        ("marker" = Option<String>, Query), ("operation_type" = Option<String>, Query),
        ("status" = Option<Vec<String>>, Query), ("provider_id" = Option<String>, Query),
        ("resource_id" = Option<String>, Query), ("resource_name" = Option<String>, Query),
        ("vault_id" = Option<String>, Query), ("vault_name" = Option<String>, Query),
        ("start_time" = Option<String>, Query), ("end_time" = Option<String>, Query)),
    extensions(("x-action" = json!("cbr:tasks:list"))),
    responses((status = 200, body = Object)))]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path(project): Path<String>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let (page, limit) = page(&params, 1000)?;
    let text = |key: &str| params.get(key).map(str::to_owned);
    let mut states = Vec::new();
    for status in params.list("status") {
        states.push(
            status
                .parse::<TaskState>()
                .map_err(|_| unknown("status", status))?,
        );
    }
    let query = TaskQuery {
        kind: choice(&params, "operation_type", |t| {
            KINDS.contains(&t).then(|| t.to_owned())
        })?,
        states,
        provider_id: text("provider_id"),
        resource_id: text("resource_id"),
        resource_name: text("resource_name"),
        vault_id: text("vault_id"),
        vault_name: text("vault_name"),
        start: time(&params, "start_time")?,
        end: time(&params, "end_time")?,
    };
    let (tasks, count) = state.app.list_tasks(&actor, &query, &page).await?;
    Ok(Json(json!({
        "operation_logs": tasks.iter().map(body).collect::<Vec<_>>(),
        "count": int(count),
        "limit": int(limit),
        "offset": int(page.offset),
    })))
}

/// Shows a task.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/operation-logs/{operation_log_id}", tag = "tasks",
    operation_id = "show_task",
    params(("project_id" = String, Path), ("operation_log_id" = String, Path)),
    extensions(("x-action" = json!("cbr:tasks:get"))),
    responses((status = 200, body = Object)))]
pub(super) async fn show(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, id)): Path<(String, String)>,
) -> Result<Json<Value>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let view = state.app.task(&actor, &id).await?;
    Ok(Json(json!({"operation_log": body(&view)})))
}
