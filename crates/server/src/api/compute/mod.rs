//! Servers: Nova v2.1 and ECS v1, as far as clients of the CBR API use them.

mod actions;
mod attach;
mod batch;
mod create;
mod ecs;
mod flavors;
mod nova;
mod tags;

pub(super) use actions::{STOP_LIMIT, change_power};
pub use batch::{left as power_jobs_left, settle as settle_power_jobs};

use std::collections::BTreeMap;

use coffer_core::Error;
use coffer_core::ids::ProjectId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::catalog::neighbours::{self, DiskRow, ServerRow};
use crate::catalog::record::Filter;
use crate::catalog::{Tx, resource_tags};
use crate::http::page::Wanted;
use crate::http::{ApiError, Params};
use crate::state::AppState;

/// The one availability zone: hosts are not grouped.
pub(super) const ZONE: &str = "default";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(nova::list))
        .routes(routes!(nova::detail))
        .routes(routes!(nova::show))
        .routes(routes!(nova::attachments, attach::attach))
        .routes(routes!(attach::show, attach::detach))
        .routes(routes!(attach::attach_ecs))
        .routes(routes!(attach::detach_ecs))
        .routes(routes!(nova::zones))
        .routes(routes!(actions::act))
        .routes(routes!(batch::act_on_many))
        .routes(routes!(create::create))
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

/// Which servers of a project the query asks for, but for [`has_address`].
fn filter(project: ProjectId, params: &Params) -> Result<Filter, ApiError> {
    let mut filter = neighbours::there(project);
    // There are no deleted ones to be seen, and none that an image is known of.
    if params.truth("deleted").ok().flatten() == Some(true) || params.get("image").is_some() {
        filter = filter.and("1 = 0");
    }
    if let Some(name) = params.get("name") {
        filter = neighbours::named_like(filter, name);
    }
    if let Some(id) = params.get("uuid").or(params.get("server_id")) {
        filter = filter.eq("id", id.to_owned());
    }
    if let Some(status) = params.get("status") {
        filter = match status.to_ascii_uppercase().as_str() {
            "ACTIVE" => filter.and("power IN ('running', 'shutting_down')"),
            "PAUSED" => filter.and("power = 'paused'"),
            "SHUTOFF" => filter.and("power = 'stopped'"),
            "ERROR" => filter.and("power NOT IN ('running', 'shutting_down', 'paused', 'stopped')"),
            _ => filter.and("1 = 0"),
        };
    }
    if let Some(flavor) = params.get("flavor") {
        filter = match flavors::size(flavor) {
            Some((vcpus, memory)) => filter.eq("vcpus", vcpus).eq("memory_mib", memory),
            None => filter.and("1 = 0"),
        };
    }
    if let Some(ip) = params.get("ip") {
        filter = neighbours::perhaps_addressed(filter, ip);
    }
    if let Some(since) = params.get("changes-since") {
        let since: jiff::Timestamp = since.parse().map_err(|_| {
            ApiError::bad_request(
                "Parameter `changes-since` must be a time such as 2024-01-01T00:00:00Z.",
            )
        })?;
        filter = filter.when("updated_at", " >= ", since.as_millisecond());
    }
    Ok(filter)
}

/// Whether a server has an address that the query asks for, if it does.
fn has_address(row: &ServerRow, params: &Params) -> bool {
    let mut addresses = row.nics.iter().flat_map(|nic| &nic.addresses);
    let wanted = params.get("ip");
    wanted.is_none_or(|ip| addresses.any(|address| address.contains(ip)))
}

/// Servers of a project that the query asks for, newest first: of `wanted` one more than its
/// limit, where there are more; and on request the number of all.
async fn list(
    state: &AppState,
    project: ProjectId,
    params: &Params,
    wanted: &Wanted,
    count: bool,
) -> Result<(Vec<Server>, u64), ApiError> {
    let filter = filter(project, params)?;
    let mut tx = state.catalog.snapshot().await?;
    if let Some(marker) = &wanted.marker {
        let known = neighbours::server_by_id(&mut tx, project, marker).await?;
        known.ok_or_else(crate::http::page::no_marker)?;
    }
    // Addresses are inside a text: what SQL finds is looked at again, and cut into pages here.
    let by_hand = params.get("ip").is_some();
    let mut page = wanted.rows();
    if by_hand {
        (page.limit, page.offset) = (None, 0);
    }
    let mut rows = neighbours::servers(&mut tx, &filter, &page).await?;
    let mut total = 0;
    if by_hand {
        rows.retain(|row| has_address(row, params));
        total = rows.len() as u64;
        let skip = usize::try_from(wanted.offset).unwrap_or(usize::MAX);
        let take = usize::try_from(wanted.limit + 1).unwrap_or(usize::MAX);
        rows = rows.into_iter().skip(skip).take(take).collect();
    } else if count {
        total = neighbours::count_servers(&mut tx, &filter).await?;
    }
    Ok((whole(&mut tx, rows).await?, total))
}

/// Servers with what belongs to them.
async fn whole(tx: &mut Tx, rows: Vec<ServerRow>) -> Result<Vec<Server>, ApiError> {
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.id.parse().ok()).collect();
    let mut disks = neighbours::disks_of(tx, &ids).await?;
    let mut tags = resource_tags::of(tx, &ids).await?;
    let server = |row: ServerRow| {
        let id = row.id.parse::<Uuid>().ok();
        Server {
            tags: id.and_then(|id| tags.remove(&id)).unwrap_or_default(),
            disks: disks.remove(&row.id).unwrap_or_default(),
            row,
        }
    };
    Ok(rows.into_iter().map(server).collect())
}

/// One server of a project.
async fn find(state: &AppState, project: ProjectId, id: &str) -> Result<Server, ApiError> {
    let none = || ApiError::from(Error::not_found("instance could not be found"));
    let mut tx = state.catalog.snapshot().await?;
    let row = neighbours::server_by_id(&mut tx, project, id).await?;
    let found = whole(&mut tx, vec![row.ok_or_else(none)?]).await?;
    found.into_iter().next().ok_or_else(none)
}
