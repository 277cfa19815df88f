//! Servers: Nova v2.1 and ECS v1, as far as clients of the CBR API use them.

mod actions;
mod ecs;
mod flavors;
mod nova;
mod tags;

pub(super) use actions::{STOP_LIMIT, change_power};

use std::collections::BTreeMap;

use coffer_core::Error;
use coffer_core::ids::ProjectId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::catalog::neighbours::{self, DiskRow, ServerRow};
use crate::catalog::resource_tags;
use crate::http::{ApiError, Params};
use crate::state::AppState;

/// The one availability zone: hosts are not grouped.
pub(super) const ZONE: &str = "default";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(nova::list))
        .routes(routes!(nova::detail))
        .routes(routes!(nova::show))
        .routes(routes!(nova::attachments))
        .routes(routes!(nova::zones))
        .routes(routes!(actions::act))
        .routes(routes!(flavors::list))
        .routes(routes!(flavors::detail))
        .routes(routes!(flavors::show))
        .routes(routes!(ecs::detail))
        .routes(routes!(ecs::show))
        .routes(routes!(ecs::block_devices))
        .routes(routes!(tags::server))
        .routes(routes!(tags::change_server))
        .routes(routes!(tags::volume))
        .routes(routes!(tags::change_volume))
}

/// A server with its disks, system disk first.
#[derive(Debug, Clone)]
struct Server {
    row: ServerRow,
    disks: Vec<DiskRow>,
    tags: BTreeMap<String, String>,
}

/// What Nova says of a power state.
struct Status {
    status: &'static str,
    vm_state: &'static str,
    task_state: Option<&'static str>,
    power_state: u8,
}

impl Server {
    fn status(&self) -> Status {
        let state = |status, vm_state, task_state, power_state| Status {
            status,
            vm_state,
            task_state,
            power_state,
        };
        match self.row.power.as_str() {
            "running" => state("ACTIVE", "active", None, 1),
            "shutting_down" => state("ACTIVE", "active", Some("powering-off"), 1),
            "paused" => state("PAUSED", "paused", None, 3),
            "stopped" => state("SHUTOFF", "stopped", None, 4),
            _ => state("ERROR", "error", None, 0),
        }
    }

    /// Nova's time: `2024-01-01T00:00:00Z`.
    fn created(&self) -> String {
        seconds(self.row.created_at)
    }

    fn updated(&self) -> String {
        seconds(self.row.updated_at)
    }

    fn root_device(&self) -> Option<String> {
        let system = self.disks.iter().find(|disk| disk.system);
        system
            .or(self.disks.first())
            .map(|disk| format!("/dev/{}", disk.device))
    }

    /// Name of the host, the same for all servers on it, without saying which it is.
    fn host_id(&self, project: ProjectId) -> String {
        let text = format!("host {project} {}", self.row.hypervisor);
        hex::encode(&blake3::hash(text.as_bytes()).as_bytes()[..28])
    }

    fn flavor_id(&self) -> String {
        flavors::id(self.row.vcpus, self.row.memory_mib)
    }
}

fn seconds(ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Servers of a project that the query asks for, newest first.
async fn list(
    state: &AppState,
    project: ProjectId,
    params: &Params,
) -> Result<Vec<Server>, ApiError> {
    let mut tx = state.catalog.snapshot().await?;
    let rows = neighbours::servers(&mut tx, project).await?;
    let mut disks = neighbours::disks(&mut tx, project).await?;
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.id.parse().ok()).collect();
    let mut tags = resource_tags::of(&mut tx, &ids).await?;
    let mut servers = Vec::new();
    for row in rows {
        let (of_server, rest) = disks
            .into_iter()
            .partition(|disk| disk.server_id.as_deref() == Some(&*row.id));
        disks = rest;
        let id = row.id.parse::<Uuid>().ok();
        servers.push(Server {
            tags: id.and_then(|id| tags.remove(&id)).unwrap_or_default(),
            row,
            disks: of_server,
        });
    }
    if params.truth("deleted").ok().flatten() == Some(true) {
        servers.clear();
    }
    let name = params.get("name").map(str::to_lowercase);
    let id = params.get("uuid").or(params.get("server_id"));
    servers.retain(|server| {
        let addresses = || server.row.nics.iter().flat_map(|nic| &nic.addresses);
        name.as_ref()
            .is_none_or(|name| server.row.name.to_lowercase().contains(name))
            && id.is_none_or(|id| server.row.id == id)
            && params
                .get("status")
                .is_none_or(|status| status.eq_ignore_ascii_case(server.status().status))
            && params
                .get("flavor")
                .is_none_or(|flavor| server.flavor_id() == flavor)
            && params.get("image").is_none()
            && params
                .get("ip")
                .is_none_or(|ip| addresses().any(|a| a.contains(ip)))
    });
    if let Some(since) = params.get("changes-since") {
        let since: jiff::Timestamp = since.parse().map_err(|_| {
            ApiError::bad_request(
                "Parameter `changes-since` must be a time such as 2024-01-01T00:00:00Z.",
            )
        })?;
        servers.retain(|server| server.row.updated_at >= since.as_millisecond());
    }
    Ok(servers)
}

/// One server of a project.
async fn find(state: &AppState, project: ProjectId, id: &str) -> Result<Server, ApiError> {
    let mut tx = state.catalog.snapshot().await?;
    let row = neighbours::server_by_id(&mut tx, project, id).await?;
    let row = row.ok_or_else(|| ApiError::from(Error::not_found("instance could not be found")))?;
    let mut disks = neighbours::disks(&mut tx, project).await?;
    disks.retain(|disk| disk.server_id.as_deref() == Some(&*row.id));
    let id = row.id.parse::<Uuid>().unwrap_or_default();
    let mut tags = resource_tags::of(&mut tx, &[id]).await?;
    Ok(Server {
        row,
        disks,
        tags: tags.remove(&id).unwrap_or_default(),
    })
}
