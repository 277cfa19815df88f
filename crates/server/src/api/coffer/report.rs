//! The protection report, and what is asked of the resources in it.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::objects::{kind, time};
use crate::app::protection::Protection;
use crate::http::{ApiError, Json, Params};
use crate::identity::Caller;
use crate::state::AppState;

/// `{"resources": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProtectionReport {
    /// When it was made.
    at: String,
    project_id: String,
    /// Resources that are asked for something.
    asked: u64,
    /// Those of them that have it.
    met: u64,
    /// By name.
    resources: Vec<ProtectedResource>,
}

/// A protected resource.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProtectedResource {
    id: String,
    name: String,
    /// `server` or `disk`.
    r#type: &'static str,
    vault_id: String,
    vault_name: String,
    policy_id: Option<String>,
    policy_name: Option<String>,
    policy_enabled: Option<bool>,
    /// When its newest good backup was there.
    last_good_at: Option<String>,
    /// The longest time without a good backup that is allowed; null where nothing is asked.
    objective_hours: Option<i64>,
    /// Null where nothing is asked.
    objective_met: Option<bool>,
    next_run_at: Option<String>,
}

/// `{"hours": 24}`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// The longest time without a good backup, 1 to 87600 hours; null where what the policy says
    /// holds.
    #[schema(minimum = 1, maximum = 87600)]
    hours: Option<u64>,
}

impl From<Protection> for ProtectedResource {
    fn from(p: Protection) -> ProtectedResource {
        ProtectedResource {
            id: p.held.resource_id.to_string(),
            name: p.held.name,
            r#type: kind(p.held.resource_type),
            vault_id: p.held.vault_id.to_string(),
            vault_name: p.vault_name,
            policy_id: p.policy.as_ref().map(|policy| policy.id.to_string()),
            policy_enabled: p.policy.as_ref().map(|policy| policy.enabled),
            policy_name: p.policy.map(|policy| policy.name),
            last_good_at: p.held.good_at.map(time),
            objective_hours: p.objective.map(|objective| objective.as_hours()),
            objective_met: p.met,
            next_run_at: p.next_run.map(time),
        }
    }
}

/// A cell of a CSV file: quoted, and never a formula for a spreadsheet that opens it.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

fn csv(resources: &[ProtectedResource]) -> String {
    let mut text = String::from(
        "id,name,type,vault_id,vault_name,policy_name,last_good_at,objective_hours,objective_met,\
         next_run_at\r\n",
    );
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    for r in resources {
        let cells = [
            r.id.clone(),
            r.name.clone(),
            r.r#type.to_owned(),
            r.vault_id.clone(),
            r.vault_name.clone(),
            optional(&r.policy_name),
            optional(&r.last_good_at),
            r.objective_hours.map(|h| h.to_string()).unwrap_or_default(),
            r.objective_met
                .map(|met| met.to_string())
                .unwrap_or_default(),
            optional(&r.next_run_at),
        ];
        let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// How well the resources in vaults are protected: by JSON, or with `format=csv` as a table.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/report", tag = "console",
    operation_id = "protection_report", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("format" = Option<String>, Query)),
    extensions(("x-action" = json!("coffer:report:get"))),
    responses((status = 200, body = ProtectionReport), (status = 400), (status = 401),
        (status = 403)))]
pub(super) async fn show(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    params: Params,
) -> Result<Response, ApiError> {
    let project = caller.read(&project)?;
    let format = params.get("format").unwrap_or("json");
    if !matches!(format, "json" | "csv") {
        return Err(ApiError::bad_request(
            "Parameter `format` must be json or csv.",
        ));
    }
    let list = state.app.protection(Some(project)).await?;
    let resources: Vec<ProtectedResource> = list.into_iter().map(Into::into).collect();
    if format == "csv" {
        let headers = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"protection.csv\"",
            ),
        ];
        return Ok((headers, csv(&resources)).into_response());
    }
    let count = |met: bool| {
        resources
            .iter()
            .filter(|r| r.objective_met == Some(met))
            .count() as u64
    };
    Ok(Json(ProtectionReport {
        at: time(state.app.now()),
        project_id: project.to_string(),
        asked: count(true) + count(false),
        met: count(true),
        resources,
    })
    .into_response())
}

/// What is asked of all resources of a project.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/objective", tag = "console",
    operation_id = "show_objective", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path)),
    extensions(("x-action" = json!("coffer:objectives:get"))),
    responses((status = 200, body = Objective), (status = 401), (status = 403)))]
pub(super) async fn objective(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
) -> Result<Json<Objective>, ApiError> {
    let project = caller.read(&project)?;
    let hours = state.app.objective(project, None).await?;
    Ok(Json(Objective { hours }))
}

/// Says what is asked of all resources of a project.
#[utoipa::path(put, path = "/coffer/v1/{project_id}/objective", tag = "console",
    operation_id = "set_objective", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path)), request_body = Objective,
    extensions(("x-action" = json!("coffer:objectives:update"))),
    responses((status = 204), (status = 400), (status = 401), (status = 403)))]
pub(super) async fn set_objective(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    Json(body): Json<Objective>,
) -> Result<StatusCode, ApiError> {
    let project = caller.write(&project)?;
    state.app.set_objective(project, None, body.hours).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is asked of the resources of a vault, in place of what is asked of all.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/vaults/{vault_id}/objective", tag = "console",
    operation_id = "show_vault_objective", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("vault_id" = String, Path)),
    extensions(("x-action" = json!("coffer:objectives:get"))),
    responses((status = 200, body = Objective), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn vault_objective(
    State(state): State<AppState>,
    Path((project, vault)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<Objective>, ApiError> {
    let project = caller.read(&project)?;
    let hours = state.app.objective(project, Some(&vault)).await?;
    Ok(Json(Objective { hours }))
}

/// Says what is asked of the resources of a vault.
#[utoipa::path(put, path = "/coffer/v1/{project_id}/vaults/{vault_id}/objective", tag = "console",
    operation_id = "set_vault_objective", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("vault_id" = String, Path)),
    request_body = Objective,
    extensions(("x-action" = json!("coffer:objectives:update"))),
    responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn set_vault_objective(
    State(state): State<AppState>,
    Path((project, vault)): Path<(String, String)>,
    caller: Caller,
    Json(body): Json<Objective>,
) -> Result<StatusCode, ApiError> {
    let project = caller.write(&project)?;
    let set = state.app.set_objective(project, Some(&vault), body.hours);
    set.await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_no_formulas() {
        for (text, expected) in [
            ("web", "\"web\""),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
            ("=1+1", "\"'=1+1\""),
            ("-x", "\"'-x\""),
            ("", "\"\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
