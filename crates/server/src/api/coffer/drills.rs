//! Recovery drills: backups that are started for a trial.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use coffer_core::cbr::Refusal;
use coffer_core::drill::Checks;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::objects::{time, words};
use crate::app::Actor;
use crate::app::drills::{Period, REPORT_DAYS, ServerDrills};
use crate::catalog::drills::{Drill as Row, Evidence};
use crate::catalog::record::{Filter, Page};
use crate::http::{ApiError, Json, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

/// Drills of one page, at most.
const PAGE_MAX: u64 = 1000;

words! {
    /// What a drill showed: `open` while it waits or runs; `none` where the backup could not be
    /// tried, or the drill was cancelled.
    DrillVerdict { Open = "open", Passed = "passed", Failed = "failed", None = "none", }
    /// Why a backup did not pass.
    DrillReason { NoBootDevice = "no_boot_device", BootLoader = "boot_loader",
        RootNotFound = "root_not_found", RootDamaged = "root_damaged",
        KernelPanic = "kernel_panic", Emergency = "emergency", BlobDamaged = "blob_damaged",
        AgentSilent = "agent_silent", PatternMissing = "pattern_missing",
        ScriptFailed = "script_failed", GuestStopped = "guest_stopped",
        GuestRestarts = "guest_restarts", }
    /// When the backups of a vault are tried by themselves.
    DrillPeriod { Off = "off", AfterBackup = "after_backup", Daily = "daily", Weekly = "weekly", }
}

/// What a guest has to do, all of it, until its backup counts as good.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DrillChecks {
    /// Its guest agent answers; true where absent.
    agent: bool,
    /// This text comes on its first serial port.
    #[schema(min_length = 1, max_length = 200)]
    serial: Option<String>,
    /// This shell script, run in the guest by its agent, ends with 0.
    #[schema(min_length = 1, max_length = 4096)]
    script: Option<String>,
    /// How long all of it may take, from the moment the guest is switched on; 300 where absent.
    #[schema(minimum = 10, maximum = 3600)]
    limit_seconds: u64,
}

impl Default for DrillChecks {
    fn default() -> DrillChecks {
        Checks::default().into()
    }
}

impl From<Checks> for DrillChecks {
    fn from(checks: Checks) -> DrillChecks {
        DrillChecks {
            agent: checks.agent,
            serial: checks.serial,
            script: checks.script,
            limit_seconds: checks.limit_seconds,
        }
    }
}

impl From<DrillChecks> for Checks {
    fn from(wire: DrillChecks) -> Checks {
        Checks {
            agent: wire.agent,
            serial: wire.serial,
            script: wire.script,
            limit_seconds: wire.limit_seconds,
        }
    }
}

/// `{"drill": {...}}`: what the guest has to do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillRequest {
    drill: DrillChecks,
}

/// When a drill had come how far, in milliseconds since it began. Null for what it did not come to.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrillTimes {
    /// The backup's disks could be read.
    exported_ms: Option<u64>,
    /// The guest ran.
    started_ms: Option<u64>,
    /// The guest's first word on its serial port.
    first_output_ms: Option<u64>,
    /// All checks had passed: what a recovery takes until the server works.
    passed_ms: Option<u64>,
    /// There was a verdict; what follows is clearing up.
    decided_ms: Option<u64>,
    /// Nothing of it was left.
    ended_ms: Option<u64>,
}

/// A drill.
#[derive(Debug, Serialize, ToSchema)]
pub struct Drill {
    /// Its task's id as well.
    id: String,
    vault_id: String,
    /// The backup may be gone by now.
    backup_id: String,
    backup_name: String,
    /// When the backup was asked for.
    backup_created_at: String,
    server_id: String,
    server_name: String,
    /// The vault's settings had it done.
    automatic: bool,
    checks: DrillChecks,
    #[schema(value_type = DrillVerdict)]
    verdict: String,
    /// Null unless it failed.
    #[schema(value_type = Option<DrillReason>)]
    reason: Option<String>,
    /// What was wrong; null where nothing was.
    message: Option<String>,
    /// What can be done about it; null where it did not fail.
    hint: Option<&'static str>,
    times: DrillTimes,
    /// What the user should know, as sentences.
    notes: Vec<String>,
    created_at: String,
    ended_at: Option<String>,
}

/// `{"drill": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrillAnswer {
    drill: Drill,
}

/// A drill with what was seen at its end.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrillShown {
    drill: Drill,
    /// End of the guest's output: of its serial port, else of its screen, else of its firmware. Null
    /// where the drill has not ended, or that is too long ago.
    last_words: Option<String>,
    /// There is a picture of its screen (`.../screenshot`).
    has_screenshot: bool,
}

/// `{"drills": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrillsAnswer {
    /// The newest first.
    drills: Vec<Drill>,
}

/// What drills of one server showed.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrilledServer {
    server_id: String,
    server_name: String,
    vault_id: String,
    /// The last one that has ended, else the last one.
    last: Drill,
    /// When a backup of it last passed.
    passed_at: Option<String>,
    passed: u64,
    failed: u64,
    /// Drills without a verdict.
    none: u64,
    /// Middle of the recovery times of those that passed.
    median_passed_ms: Option<u64>,
    /// How recovery times change, in percent: the median of the later half against that of the
    /// earlier half. Positive where recoveries take longer; null for fewer than four.
    trend_percent: Option<i64>,
    /// The oldest first.
    history: Vec<DrillPoint>,
}

/// A drill in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrillPoint {
    id: String,
    created_at: String,
    #[schema(value_type = DrillVerdict)]
    verdict: String,
    passed_ms: Option<u64>,
}

/// `{"servers": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrillReport {
    at: String,
    /// How far back it looks.
    days: i64,
    /// By name.
    servers: Vec<DrilledServer>,
}

/// When the backups of a vault are tried by themselves.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillSetting {
    period: DrillPeriod,
    /// What guests have to do.
    #[serde(default)]
    checks: DrillChecks,
}

/// `{"drills": {...}}`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillSettingDocument {
    drills: DrillSetting,
}

impl From<Row> for Drill {
    fn from(row: Row) -> Drill {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        let reason = coffer_core::drill::Reason::from_name(&row.reason);
        Drill {
            id: row.task_id.to_string(),
            vault_id: row.vault_id.to_string(),
            backup_id: row.backup_id.to_string(),
            backup_name: row.backup_name,
            backup_created_at: time(row.backup_at),
            server_id: row.resource_id.to_string(),
            server_name: row.resource_name,
            automatic: row.automatic,
            checks: row.checks.0.into(),
            verdict: row.verdict,
            reason: some(row.reason),
            message: some(row.message),
            hint: reason.map(coffer_core::drill::Reason::hint),
            times: DrillTimes {
                exported_ms: row.exported_ms,
                started_ms: row.started_ms,
                first_output_ms: row.first_output_ms,
                passed_ms: row.passed_ms,
                decided_ms: row.decided_ms,
                ended_ms: row.ended_ms,
            },
            notes: row.notes.0,
            created_at: time(row.created_at),
            ended_at: row.ended_at.map(time),
        }
    }
}

impl From<ServerDrills> for DrilledServer {
    fn from(server: ServerDrills) -> DrilledServer {
        let point = |row: Row| DrillPoint {
            id: row.task_id.to_string(),
            created_at: time(row.created_at),
            verdict: row.verdict,
            passed_ms: row.passed_ms,
        };
        let [passed, failed, none] = server.counts;
        DrilledServer {
            server_id: server.resource_id.to_string(),
            server_name: server.last.resource_name.clone(),
            vault_id: server.last.vault_id.to_string(),
            last: server.last.into(),
            passed_at: server.passed_at.map(time),
            passed,
            failed,
            none,
            median_passed_ms: server.median_ms,
            trend_percent: server.trend_percent,
            history: server.history.into_iter().map(point).collect(),
        }
    }
}

fn actor(caller: &Caller, project: coffer_core::ids::ProjectId, request: RequestId) -> Actor {
    Actor {
        project,
        user: caller.user_id,
        request_id: request.0,
    }
}

/// Starts a server's backup for a trial: on throw-away overlays, without any network, seen by no
/// hypervisor. Its task ends with `success` where all checks passed, and failed where they did not,
/// with the reason. Several may try one backup, which stays in place meanwhile.
#[utoipa::path(post, path = "/coffer/v1/{project_id}/backups/{backup_id}/drill", tag = "coffer",
    operation_id = "drill_backup", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("backup_id" = String, Path)),
    request_body = DrillRequest,
    extensions(("x-action" = json!("coffer:drills:create"))),
    responses((status = 202, body = DrillAnswer), (status = 400), (status = 401), (status = 403),
        (status = 404), (status = 409)))]
pub(super) async fn run(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<DrillRequest>,
) -> Result<(StatusCode, Json<DrillAnswer>), ApiError> {
    let actor = actor(&caller, caller.write(&project)?, request);
    let drill = state
        .app
        .drill_backup(&actor, &id, body.drill.into())
        .await?;
    let drill = drill.into();
    Ok((StatusCode::ACCEPTED, Json(DrillAnswer { drill })))
}

/// Drills of the project, the newest first.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/drills", tag = "coffer",
    operation_id = "list_drills", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path),
        ("backup_id" = Option<String>, Query, description = "Of this backup."),
        ("server_id" = Option<String>, Query, description = "Of this server."),
        ("vault_id" = Option<String>, Query, description = "Of this vault."),
        ("verdict" = Option<String>, Query, description = "`open`, `passed`, `failed` or `none`."),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 1000),
        ("marker" = Option<String>, Query, description = "Id of the drill after which to go on.")),
    extensions(("x-action" = json!("coffer:drills:list"))),
    responses((status = 200, body = DrillsAnswer), (status = 400), (status = 401), (status = 403)))]
pub(super) async fn list(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    params: Params,
) -> Result<Json<DrillsAnswer>, ApiError> {
    let project = caller.read(&project)?;
    let limit = params.number("limit", 1..=PAGE_MAX)?;
    let of = |name: &str| params.get(name).map(str::to_owned);
    let filter = Filter::new()
        .eq("project_id", project)
        .maybe("backup_id", of("backup_id"))
        .maybe("resource_id", of("server_id"))
        .maybe("vault_id", of("vault_id"))
        .maybe("verdict", of("verdict"));
    let marker = of("marker");
    if let Some(marker) = &marker {
        let known = state.app.drill(project, marker).await;
        known.map_err(|_| crate::http::page::no_marker())?;
    }
    let page = Page {
        limit: Some(limit.unwrap_or(PAGE_MAX)),
        offset: 0,
        marker,
    };
    let drills = state.app.drills(&filter, &page).await?;
    let drills = drills.into_iter().map(Into::into).collect();
    Ok(Json(DrillsAnswer { drills }))
}

/// A drill, with the end of what its guest said.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/drills/{task_id}", tag = "coffer",
    operation_id = "show_drill", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("task_id" = String, Path)),
    extensions(("x-action" = json!("coffer:drills:get"))),
    responses((status = 200, body = DrillShown), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<DrillShown>, ApiError> {
    let (row, evidence) = state.app.drill(caller.read(&project)?, &id).await?;
    Ok(Json(DrillShown {
        drill: row.into(),
        has_screenshot: evidence.as_ref().is_some_and(|e| !e.picture.is_empty()),
        last_words: evidence.map(|e| e.last_words),
    }))
}

/// The screen of a drill's guest at its end.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/drills/{task_id}/screenshot", tag = "coffer",
    operation_id = "drill_screenshot", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("task_id" = String, Path)),
    extensions(("x-action" = json!("coffer:drills:get"))),
    responses((status = 200, description = "The picture.", content_type = "image/png"),
        (status = 401), (status = 403), (status = 404)))]
pub(super) async fn screenshot(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Response, ApiError> {
    let (_, evidence) = state.app.drill(caller.read(&project)?, &id).await?;
    let picture = |e: Evidence| {
        let bytes = base64::engine::general_purpose::STANDARD.decode(e.picture);
        bytes.ok().filter(|bytes| !bytes.is_empty())
    };
    let picture = evidence.and_then(picture);
    let picture = picture.ok_or_else(|| ApiError::not_found("screenshot"))?;
    let kind = HeaderValue::from_static("image/png");
    Ok(([(header::CONTENT_TYPE, kind)], picture).into_response())
}

/// What drills of each server showed lately: history, recovery times and how they change.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/drill-report", tag = "coffer",
    operation_id = "drill_report", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path),
        ("vault_id" = Option<String>, Query, description = "Of this vault alone.")),
    extensions(("x-action" = json!("coffer:drills:list"))),
    responses((status = 200, body = DrillReport), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn report(
    State(state): State<AppState>,
    Path(project): Path<String>,
    caller: Caller,
    request: RequestId,
    params: Params,
) -> Result<Json<DrillReport>, ApiError> {
    let actor = actor(&caller, caller.read(&project)?, request);
    let servers = state
        .app
        .drill_report(&actor, params.get("vault_id"))
        .await?;
    Ok(Json(DrillReport {
        at: time(state.app.now()),
        days: REPORT_DAYS,
        servers: servers.into_iter().map(Into::into).collect(),
    }))
}

/// When the backups of a vault are tried by themselves, and what their guests have to do.
#[utoipa::path(get, path = "/coffer/v1/{project_id}/vaults/{vault_id}/drills", tag = "coffer",
    operation_id = "show_vault_drills", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("vault_id" = String, Path)),
    extensions(("x-action" = json!("coffer:drills:get"))),
    responses((status = 200, body = DrillSettingDocument), (status = 401), (status = 403),
        (status = 404)))]
pub(super) async fn setting(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
) -> Result<Json<DrillSettingDocument>, ApiError> {
    let actor = actor(&caller, caller.read(&project)?, request);
    let (period, checks) = state.app.drill_setting(&actor, &id).await?;
    let period = match period {
        Period::Off => DrillPeriod::Off,
        Period::AfterBackup => DrillPeriod::AfterBackup,
        Period::Daily => DrillPeriod::Daily,
        Period::Weekly => DrillPeriod::Weekly,
    };
    let checks = checks.into();
    let drills = DrillSetting { period, checks };
    Ok(Json(DrillSettingDocument { drills }))
}

/// Says when the backups of a vault are tried by themselves: each server's newest one, after it was
/// made, or a day or week after the server's last drill.
#[utoipa::path(put, path = "/coffer/v1/{project_id}/vaults/{vault_id}/drills", tag = "coffer",
    operation_id = "set_vault_drills", security(("token" = []), ("session" = [])),
    params(("project_id" = String, Path), ("vault_id" = String, Path)),
    request_body = DrillSettingDocument,
    extensions(("x-action" = json!("coffer:drills:update"))),
    responses((status = 204), (status = 400), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn set(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    request: RequestId,
    Json(body): Json<DrillSettingDocument>,
) -> Result<StatusCode, ApiError> {
    let actor = actor(&caller, caller.write(&project)?, request);
    let period = Period::parse(body.drills.period.word())
        .ok_or_else(|| Refusal::parameter("drills.period", "is no period"))?;
    let to = (period, body.drills.checks.into());
    state.app.set_drill_setting(&actor, &id, to).await?;
    Ok(StatusCode::NO_CONTENT)
}
