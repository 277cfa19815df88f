//! Actions of servers: start, stop, reboot.
//!
//! They go through the driver, so that backups under way survive them. The work goes on beside the
//! request; what fails at once is answered, what takes longer is logged.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use coffer_core::ids::ProjectId;
use coffer_core::{Error, Kind, Result};
use coffer_engine::hypervisor::PowerAction;
use serde_json::Value;
use tracing::Instrument;

use super::Server;
use crate::catalog::neighbours;
use crate::http::{ApiError, Json};
use crate::identity::Caller;
use crate::state::AppState;

/// How long a guest may take to shut down before it is switched off.
pub(in crate::api) const STOP_LIMIT: Duration = Duration::from_secs(120);
/// How long the answer waits for what fails at once.
const AT_ONCE: Duration = Duration::from_secs(2);

/// Reads `{"os-start": null}`, `{"os-stop": {"type": "SOFT"|"HARD"}}` or
/// `{"reboot": {"type": "SOFT"|"HARD"}}`.
pub(super) fn parse(body: &Value) -> Result<PowerAction, ApiError> {
    let wrong = || {
        ApiError::bad_request(
            "The body must be one of os-start, os-stop, reboot; `type` SOFT or HARD.",
        )
    };
    let object = body
        .as_object()
        .filter(|object| object.len() == 1)
        .ok_or_else(wrong)?;
    let (name, parameters) = object.iter().next().ok_or_else(wrong)?;
    let hard = match parameters.get("type") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.eq_ignore_ascii_case("soft") => Some(false),
        Some(Value::String(text)) if text.eq_ignore_ascii_case("hard") => Some(true),
        Some(_) => return Err(wrong()),
    };
    match (name.as_str(), hard) {
        ("os-start", None) => Ok(PowerAction::Start),
        ("os-stop", None | Some(false)) => Ok(PowerAction::Stop { limit: STOP_LIMIT }),
        ("os-stop", Some(true)) => Ok(PowerAction::ForceOff),
        ("reboot", Some(false)) => Ok(PowerAction::Reboot),
        ("reboot", Some(true)) => Ok(PowerAction::Reset),
        _ => Err(wrong()),
    }
}

/// Refuses what makes no sense in the state the server is in.
pub(super) fn check(action: PowerAction, server: &Server) -> Result<(), ApiError> {
    let power = server.row.power.as_str();
    let fits = match action {
        PowerAction::Start => matches!(power, "stopped" | "faulty"),
        PowerAction::Stop { .. } | PowerAction::Reboot => power == "running",
        PowerAction::ForceOff | PowerAction::Reset => power != "stopped",
    };
    match fits {
        true => Ok(()),
        false => {
            let status = server.status();
            let text = format!("Cannot do this while the server is {}.", status.vm_state);
            Err(ApiError::new(StatusCode::CONFLICT, text))
        }
    }
}

/// Starts, stops or reboots a server. Backups of it that are under way go on.
#[utoipa::path(post, path = "/v2.1/{project_id}/servers/{server_id}/action", tag = "compute",
    security(("token" = [])),
    params(("project_id" = String, Path), ("server_id" = String, Path)),
    request_body(content = Object, description =
        "One of `os-start`, `os-stop` (`type` SOFT or HARD), `reboot` (`type` SOFT or HARD)."),
    extensions(("x-action" = json!("ecs:servers:action"))),
    responses((status = 202, description = "It is being done."), (status = 400), (status = 401),
        (status = 403), (status = 404), (status = 409)))]
pub(super) async fn act(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
    Json(body): Json<Value>,
) -> Result<StatusCode, ApiError> {
    let project = caller.write(&project)?;
    let action = parse(&body)?;
    change_power(&state, project, &id, action).await
}

/// Starts, stops or reboots a server of a project, as far as its state lets it.
pub(in crate::api) async fn change_power(
    state: &AppState,
    project: ProjectId,
    id: &str,
    action: PowerAction,
) -> Result<StatusCode, ApiError> {
    let server = super::find(state, project, id).await?;
    // The catalog may be a while behind the host: ask it where it answers.
    let server = refresh(state, server).await?;
    check(action, &server)?;
    let span = tracing::info_span!("power", server.id = %server.row.id);
    let work = run(state.clone(), server, action).instrument(span);
    let mut work = state.background.spawn(work);
    match tokio::time::timeout(AT_ONCE, &mut work).await {
        Ok(Ok(result)) => result
            .map(|()| StatusCode::ACCEPTED)
            .map_err(ApiError::from),
        Ok(Err(failed)) => Err(Error::internal("change power state")
            .caused_by(failed)
            .into()),
        Err(_) => Ok(StatusCode::ACCEPTED),
    }
}

pub(super) async fn run(state: AppState, server: Server, action: PowerAction) -> Result<()> {
    let hypervisor = driver(&state, &server)?;
    if action == PowerAction::Start
        && let Ok(id) = server.row.id.parse()
    {
        state.app.before_start(id).await?;
    }
    let done = hypervisor.power(&server.row.native_id, action).await;
    // Whatever happened, say what is true now.
    if let Err(error) = refresh(&state, server.clone()).await {
        tracing::warn!("power state not noted: {}", error.text());
    }
    match &done {
        Ok(()) => tracing::info!("server {}: {action:?} done", server.row.id),
        Err(error) => {
            tracing::error!(
                "server {}: {action:?} failed: {}",
                server.row.id,
                error.chain()
            );
        }
    }
    done
}

fn driver(
    state: &AppState,
    server: &Server,
) -> Result<std::sync::Arc<dyn coffer_engine::hypervisor::Hypervisor>> {
    let driver = state.hypervisor(&server.row.hypervisor).cloned();
    driver.ok_or_else(|| {
        Error::new(
            Kind::Conflict,
            "the server's host is not in the configuration any more",
        )
    })
}

/// Asks the host for the power state and notes it where it changed.
pub(super) async fn refresh(state: &AppState, mut server: Server) -> Result<Server, ApiError> {
    let info = driver(state, &server)?
        .server(&server.row.native_id)
        .await?;
    let power = serde_json::to_value(info.state).ok();
    let power = power.as_ref().and_then(Value::as_str).unwrap_or("faulty");
    if power != server.row.power {
        let mut tx = state.catalog.write().await?;
        neighbours::set_power(tx.connection(), &server.row.id, power, state.clock.now_ms()).await?;
        tx.commit().await?;
        server.row.power = power.to_owned();
    }
    Ok(server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_name_one_action() {
        let check = |text: &str, expected: Option<PowerAction>| {
            let body = serde_json::from_str(text).unwrap();
            assert_eq!(parse(&body).ok(), expected, "{text}");
        };
        check(r#"{"os-start": null}"#, Some(PowerAction::Start));
        check(r#"{"os-start": {}}"#, Some(PowerAction::Start));
        check(
            r#"{"os-stop": null}"#,
            Some(PowerAction::Stop { limit: STOP_LIMIT }),
        );
        check(
            r#"{"os-stop": {"type": "HARD"}}"#,
            Some(PowerAction::ForceOff),
        );
        check(r#"{"reboot": {"type": "SOFT"}}"#, Some(PowerAction::Reboot));
        check(r#"{"reboot": {"type": "hard"}}"#, Some(PowerAction::Reset));
        check(r#"{"reboot": null}"#, None);
        check(r#"{"reboot": {"type": 1}}"#, None);
        check(r#"{"os-start": null, "os-stop": null}"#, None);
        check(r#"{"evacuate": {}}"#, None);
        check("[]", None);
    }
}
