//! What can be protected (Huawei's CBR API: protectables; the console's pickers need it).

use axum::extract::{Path, State};
use coffer_core::cbr::{Code, Refusal, ResourceType, capacity};
use serde_json::{Value, json};

use super::vault::VaultBody;
use super::{page, reader};
use crate::app::protectables::{Protectable, ProtectableQuery, Thing};
use crate::catalog::disks::Disk;
use crate::catalog::servers::Server;
use crate::http::{ApiError, Json, Params, RequestId};
use crate::identity::Caller;
use crate::state::AppState;

const LIMIT_MAX: u64 = 50;

fn kind(text: &str) -> Result<ResourceType, Refusal> {
    match text {
        "server" => Ok(ResourceType::Server),
        "disk" => Ok(ResourceType::Disk),
        "turbo" => Ok(ResourceType::Turbo),
        _ => Err(Refusal::new(
            Code::TYPE_UNKNOWN,
            "protectable_type: must be server, disk or turbo",
        )),
    }
}

/// A server's state in the words of the compute API.
fn server_status(server: &Server) -> &'static str {
    match server.power.as_str() {
        "running" | "shutting_down" => "ACTIVE",
        "paused" => "PAUSED",
        "stopped" => "SHUTOFF",
        _ => "ERROR",
    }
}

fn disk_body(disk: &Disk) -> Value {
    let status = if disk.server_id.is_some() {
        "in-use"
    } else {
        "available"
    };
    json!({
        "id": disk.id.to_string(),
        "name": disk.name,
        "type": ResourceType::Disk.name(),
        "size": capacity::gib_up(disk.size_bytes),
        "status": status,
        "children": [],
        "detail": {
            "id": disk.id.to_string(),
            "name": disk.name,
            "device": disk.device,
            "size": capacity::gib_up(disk.size_bytes),
            "size_bytes": disk.size_bytes,
            "bootable": disk.system.to_string(),
            "multiattach": disk.shareable,
            "server_id": disk.server_id.map(|id| id.to_string()),
            "unsupported": disk.unsupported,
        },
    })
}

fn body(p: Protectable) -> Value {
    let mut value = match &p.thing {
        Thing::Disk(disk) => disk_body(disk),
        Thing::Server(server, disks) => {
            let usable = disks.iter().filter(|d| d.unsupported.is_none());
            let size: u64 = usable.map(|d| capacity::gib_up(d.size_bytes)).sum();
            json!({
                "id": server.id.to_string(),
                "name": server.name,
                "type": ResourceType::Server.name(),
                "size": size,
                "status": server_status(server),
                "children": disks.iter().map(disk_body).collect::<Vec<_>>(),
                "detail": {
                    "id": server.id.to_string(),
                    "name": server.name,
                    "status": server_status(server),
                    "vcpus": server.vcpus,
                    "memory_mib": server.memory_mib,
                    "architecture": server.architecture,
                },
            })
        }
    };
    let vault = p.vault.map(|view| {
        let updated_at = super::shown(view.vault.updated_at);
        let mut vault = serde_json::to_value(VaultBody::from(view)).unwrap_or_default();
        vault["updated_at"] = json!(updated_at);
        vault["version"] = json!(3);
        vault
    });
    value["protectable"] = json!({
        "result": p.refusal.is_none(),
        "code": p.refusal.as_ref().map(|r| r.code.text()),
        "reason": p.refusal.as_ref().map(|r| r.message.clone()),
        "message": p.refusal.as_ref().map(|r| r.message.clone()),
        "vault": vault,
    });
    value
}

/// Lists servers or disks, by name.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/protectables/{protectable_type}/instances", tag = "protectables",
    operation_id = "list_protectables",
    params(("project_id" = String, Path), ("protectable_type" = String, Path),
        ("limit" = Option<u64>, Query), ("offset" = Option<u64>, Query), ("marker" = Option<String>, Query),
        ("id" = Option<String>, Query), ("name" = Option<String>, Query), ("status" = Option<String>, Query),
        ("server_id" = Option<String>, Query)),
    extensions(("x-action" = json!("cbr:vaults:listProtectables"))),
    responses((status = 200, body = Object)))]
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, type_name)): Path<(String, String)>,
    params: Params,
) -> Result<Json<Value>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let kind = kind(&type_name)?;
    let (page, limit) = page(&params, LIMIT_MAX)?;
    let text = |key: &str| params.get(key).map(str::to_owned);
    let query = ProtectableQuery {
        ids: params.list("id").map(str::to_owned).collect(),
        name: text("name"),
        status: text("status"),
        server: text("server_id"),
    };
    let (list, count) = state.app.protectables(&actor, kind, &query, &page).await?;
    let instances: Vec<Value> = list.into_iter().map(body).collect();
    Ok(Json(json!({
        "instances": instances,
        "count": count,
        "limit": limit,
        "offset": page.offset,
    })))
}

/// Shows a server or disk.
#[utoipa::path(get, security(("token" = [])), path = "/v3/{project_id}/protectables/{protectable_type}/instances/{instance_id}",
    tag = "protectables", operation_id = "show_protectable",
    params(("project_id" = String, Path), ("protectable_type" = String, Path), ("instance_id" = String, Path)),
    extensions(("x-action" = json!("cbr:vaults:getProtectables"))),
    responses((status = 200, body = Object)))]
pub(super) async fn show(
    State(state): State<AppState>,
    caller: Caller,
    request: RequestId,
    Path((project, type_name, id)): Path<(String, String, String)>,
) -> Result<Json<Value>, ApiError> {
    let actor = reader(&caller, &project, &request)?;
    let kind = kind(&type_name)?;
    let found = state.app.protectable(&actor, kind, &id).await?;
    Ok(Json(json!({"instance": body(found)})))
}
