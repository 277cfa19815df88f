//! ECS v1: servers as the Huawei SDK and the console's flows ask for them.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use coffer_core::ids::ProjectId;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Server, ZONE};
use crate::http::page::Wanted;
use crate::http::{ApiError, Json, Params};
use crate::identity::Caller;
use crate::state::AppState;

/// Records of a page where nothing is said.
const LIMIT: u64 = 25;
/// How many more disks one server may have: virtio's buses end there.
const ATTACHABLE: usize = 24;

/// `{"count", "servers"}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct EcsServers {
    /// All servers that fit, whatever the page.
    count: u64,
    servers: Vec<EcsServer>,
}

/// `{"server": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct EcsAnswer {
    server: EcsServer,
}

/// A server as ECS v1 shows it: numbers as text.
#[derive(Debug, Serialize, ToSchema)]
pub struct EcsServer {
    id: String,
    name: String,
    status: String,
    tenant_id: String,
    user_id: String,
    #[serde(rename = "hostId")]
    host_id: String,
    created: String,
    updated: String,
    #[schema(value_type = Object)]
    addresses: BTreeMap<String, Vec<Value>>,
    #[schema(value_type = Object)]
    flavor: Value,
    #[schema(value_type = Object)]
    image: Value,
    #[schema(value_type = Object)]
    metadata: BTreeMap<String, String>,
    tags: Vec<String>,
    description: String,
    locked: bool,
    progress: u8,
    config_drive: String,
    key_name: Option<String>,
    #[serde(rename = "accessIPv4")]
    access_ipv4: String,
    #[serde(rename = "accessIPv6")]
    access_ipv6: String,
    enterprise_project_id: String,
    #[schema(value_type = Vec<Object>)]
    security_groups: Vec<Value>,
    #[serde(rename = "OS-DCF:diskConfig")]
    disk_config: String,
    #[serde(rename = "OS-EXT-AZ:availability_zone")]
    availability_zone: String,
    #[serde(rename = "OS-EXT-STS:vm_state")]
    vm_state: String,
    #[serde(rename = "OS-EXT-STS:task_state")]
    task_state: Option<String>,
    #[serde(rename = "OS-EXT-STS:power_state")]
    power_state: u8,
    #[serde(rename = "OS-EXT-SRV-ATTR:root_device_name")]
    root_device_name: Option<String>,
    #[serde(rename = "os-extended-volumes:volumes_attached")]
    #[schema(value_type = Vec<Object>)]
    volumes_attached: Vec<Value>,
}

fn wire(project: ProjectId, caller: &Caller, server: Server) -> EcsServer {
    let status = server.status();
    let mut addresses: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for nic in &server.row.nics {
        for address in &nic.addresses {
            addresses
                .entry(nic.network.clone())
                .or_default()
                .push(json!({
                    "addr": address,
                    "version": if address.contains(':') { "6" } else { "4" },
                    "OS-EXT-IPS:type": "fixed",
                    "OS-EXT-IPS-MAC:mac_addr": nic.mac,
                }));
        }
    }
    let flavor = server.flavor_id();
    let disks = server.disks.iter().enumerate();
    EcsServer {
        status: status.status.to_owned(),
        tenant_id: project.to_string(),
        user_id: caller.user_id.to_string(),
        host_id: server.host_id(project),
        created: server.created(),
        updated: server.updated(),
        addresses,
        flavor: json!({
            "id": flavor,
            "name": flavor,
            "vcpus": server.row.vcpus.to_string(),
            "ram": server.row.memory_mib.to_string(),
            "disk": "0",
        }),
        image: json!({"id": ""}),
        metadata: BTreeMap::new(),
        tags: server
            .tags
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect(),
        description: String::new(),
        locked: false,
        progress: 0,
        config_drive: String::new(),
        key_name: None,
        access_ipv4: String::new(),
        access_ipv6: String::new(),
        enterprise_project_id: "0".to_owned(),
        security_groups: Vec::new(),
        disk_config: "MANUAL".to_owned(),
        availability_zone: ZONE.to_owned(),
        vm_state: status.vm_state.to_owned(),
        task_state: status.task_state.map(str::to_owned),
        power_state: status.power_state,
        root_device_name: server.root_device(),
        volumes_attached: disks
            .map(|(at, disk)| {
                json!({
                    "id": disk.id,
                    "device": format!("/dev/{}", disk.device),
                    "bootIndex": if disk.system { "0".to_owned() } else { at.max(1).to_string() },
                    "delete_on_termination": "false",
                })
            })
            .collect(),
        id: server.row.id,
        name: server.row.name,
    }
}

/// Servers, by pages: `offset` is the page's number, from 1 on.
#[utoipa::path(get, path = "/v1/{project_id}/cloudservers/detail", tag = "compute",
    security(("token" = [])), params(("project_id" = String, Path),
        ("limit" = Option<u32>, Query), ("offset" = Option<u32>, Query),
        ("name" = Option<String>, Query), ("status" = Option<String>, Query),
        ("flavor" = Option<String>, Query), ("ip" = Option<String>, Query)),
    extensions(("x-action" = json!("ecs:cloudServers:list"))),
    responses((status = 200, body = EcsServers), (status = 401), (status = 403)))]
pub(super) async fn detail(
    State(state): State<AppState>,
    Path(project): Path<String>,
    params: Params,
    caller: Caller,
) -> Result<Json<EcsServers>, ApiError> {
    let project = caller.read(&project)?;
    let limit = params.number("limit", 0..=1000)?.unwrap_or(LIMIT);
    let number = params
        .number("offset", 0..=u64::from(u32::MAX))?
        .unwrap_or(1)
        .max(1);
    let wanted = Wanted {
        limit,
        offset: (number - 1) * limit,
        marker: None,
    };
    let (mut servers, count) = super::list(&state, project, &params, &wanted, true).await?;
    servers.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let servers = servers.into_iter();
    let servers = servers
        .map(|server| wire(project, &caller, server))
        .collect();
    Ok(Json(EcsServers { count, servers }))
}

/// A server.
#[utoipa::path(get, path = "/v1/{project_id}/cloudservers/{server_id}", tag = "compute",
    security(("token" = [])),
    params(("project_id" = String, Path), ("server_id" = String, Path)),
    extensions(("x-action" = json!("ecs:cloudServers:get"))),
    responses((status = 200, body = EcsAnswer), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<EcsAnswer>, ApiError> {
    let project = caller.read(&project)?;
    let server = super::find(&state, project, &id).await?;
    Ok(Json(EcsAnswer {
        server: wire(project, &caller, server),
    }))
}

/// `{"volumeAttachments", "attachableQuantity"}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct BlockDevices {
    #[serde(rename = "attachableQuantity")]
    #[schema(value_type = Object)]
    attachable: Value,
    #[serde(rename = "volumeAttachments")]
    attachments: Vec<BlockDevice>,
}

/// A disk of a server.
#[derive(Debug, Serialize, ToSchema)]
pub struct BlockDevice {
    id: String,
    #[serde(rename = "volumeId")]
    volume_id: String,
    #[serde(rename = "serverId")]
    server_id: String,
    device: String,
    /// GiB, rounded up.
    size: i64,
    /// 0 for the system disk.
    #[serde(rename = "bootIndex")]
    boot_index: usize,
    bus: String,
    #[serde(rename = "pciAddress")]
    pci_address: String,
}

/// The disks of a server.
#[utoipa::path(get, path = "/v1/{project_id}/cloudservers/{server_id}/block_device",
    tag = "compute", security(("token" = [])),
    params(("project_id" = String, Path), ("server_id" = String, Path)),
    extensions(("x-action" = json!("ecs:cloudServers:listServerBlockDevices"))),
    responses((status = 200, body = BlockDevices), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn block_devices(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<BlockDevices>, ApiError> {
    let project = caller.read(&project)?;
    let server = super::find(&state, project, &id).await?;
    let free = ATTACHABLE.saturating_sub(server.disks.len());
    let attachments = server
        .disks
        .into_iter()
        .enumerate()
        .map(|(at, disk)| BlockDevice {
            id: disk.id.clone(),
            volume_id: disk.id,
            server_id: server.row.id.clone(),
            device: format!("/dev/{}", disk.device),
            size: crate::api::volume::gib(disk.size_bytes),
            boot_index: if disk.system { 0 } else { at.max(1) },
            bus: disk.bus,
            pci_address: String::new(),
        });
    Ok(Json(BlockDevices {
        attachable: json!({"free_blk": free, "free_scsi": free}),
        attachments: attachments.collect(),
    }))
}
