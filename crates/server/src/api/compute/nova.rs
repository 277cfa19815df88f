//! Nova v2.1: servers and the disks attached to them.

use std::collections::BTreeMap;

use axum::extract::{OriginalUri, Path, State};
use coffer_core::ids::ProjectId;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Server, ZONE};
use crate::http::page::Wanted;
use crate::http::{ApiError, Json, Params, PublicBase};
use crate::identity::Caller;
use crate::state::AppState;

/// `{"servers": [...]}`, short.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServerNames {
    servers: Vec<ServerName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>, nullable = false)]
    servers_links: Option<Value>,
}

/// Id, name and address of a server.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServerName {
    id: String,
    name: String,
    #[schema(value_type = Vec<Object>)]
    links: Value,
}

/// `{"servers": [...]}`, in full.
#[derive(Debug, Serialize, ToSchema)]
pub struct Servers {
    servers: Vec<NovaServer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>, nullable = false)]
    servers_links: Option<Value>,
}

/// `{"server": {...}}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServerAnswer {
    server: NovaServer,
}

/// A server as Nova 2.1 shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct NovaServer {
    id: String,
    name: String,
    /// `ACTIVE`, `SHUTOFF`, `PAUSED`, `ERROR`.
    status: String,
    tenant_id: String,
    user_id: String,
    #[serde(rename = "hostId")]
    host_id: String,
    created: String,
    updated: String,
    #[schema(value_type = Object)]
    addresses: BTreeMap<String, Vec<Address>>,
    #[schema(value_type = Object)]
    flavor: Value,
    /// Empty: servers boot from their disks.
    image: String,
    #[schema(value_type = Object)]
    metadata: BTreeMap<String, String>,
    progress: u8,
    #[serde(rename = "accessIPv4")]
    access_ipv4: String,
    #[serde(rename = "accessIPv6")]
    access_ipv6: String,
    key_name: Option<String>,
    config_drive: String,
    #[schema(value_type = Vec<Object>)]
    security_groups: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    links: Value,
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
    #[serde(rename = "OS-SRV-USG:launched_at")]
    launched_at: Option<String>,
    #[serde(rename = "OS-SRV-USG:terminated_at")]
    terminated_at: Option<String>,
    #[serde(rename = "OS-EXT-SRV-ATTR:root_device_name")]
    root_device_name: Option<String>,
    #[serde(rename = "os-extended-volumes:volumes_attached")]
    volumes_attached: Vec<Attached>,
}

/// An address of a server.
#[derive(Debug, Serialize, ToSchema)]
pub struct Address {
    addr: String,
    /// 4 or 6.
    version: u8,
    #[serde(rename = "OS-EXT-IPS:type")]
    kind: String,
    #[serde(rename = "OS-EXT-IPS-MAC:mac_addr")]
    mac: String,
}

/// A disk attached to a server.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attached {
    id: String,
    delete_on_termination: bool,
}

/// Addresses by network. A card whose address nobody knows is left out.
fn addresses(server: &Server) -> BTreeMap<String, Vec<Address>> {
    let mut networks: BTreeMap<String, Vec<Address>> = BTreeMap::new();
    for nic in &server.row.nics {
        for address in &nic.addresses {
            networks
                .entry(nic.network.clone())
                .or_default()
                .push(Address {
                    addr: address.clone(),
                    version: if address.contains(':') { 6 } else { 4 },
                    kind: "fixed".to_owned(),
                    mac: nic.mac.clone(),
                });
        }
    }
    networks
}

fn links(base: &str, project: ProjectId, id: &str) -> Value {
    json!([
        {"rel": "self", "href": format!("{base}/v2.1/{project}/servers/{id}")},
        {"rel": "bookmark", "href": format!("{base}/{project}/servers/{id}")},
    ])
}

fn wire(base: &str, project: ProjectId, caller: &Caller, server: Server) -> NovaServer {
    let status = server.status();
    let flavor = server.flavor_id();
    NovaServer {
        status: status.status.to_owned(),
        tenant_id: project.to_string(),
        user_id: caller.user_id.to_string(),
        host_id: server.host_id(project),
        created: server.created(),
        updated: server.updated(),
        addresses: addresses(&server),
        flavor: json!({
            "id": flavor,
            "links": [{"rel": "bookmark", "href": format!("{base}/{project}/flavors/{flavor}")}],
        }),
        image: String::new(),
        metadata: BTreeMap::new(),
        progress: 0,
        access_ipv4: String::new(),
        access_ipv6: String::new(),
        key_name: None,
        config_drive: String::new(),
        security_groups: Vec::new(),
        links: links(base, project, &server.row.id),
        disk_config: "MANUAL".to_owned(),
        availability_zone: ZONE.to_owned(),
        vm_state: status.vm_state.to_owned(),
        task_state: status.task_state.map(str::to_owned),
        power_state: status.power_state,
        launched_at: None,
        terminated_at: None,
        root_device_name: server.root_device(),
        volumes_attached: server
            .disks
            .iter()
            .map(|disk| Attached {
                id: disk.id.clone(),
                delete_on_termination: false,
            })
            .collect(),
        id: server.row.id,
        name: server.row.name,
    }
}

/// Servers by id and name.
#[utoipa::path(get, path = "/v2.1/{project_id}/servers", tag = "compute",
    security(("token" = [])), params(("project_id" = String, Path),
        ("limit" = Option<u32>, Query), ("marker" = Option<String>, Query),
        ("name" = Option<String>, Query), ("status" = Option<String>, Query)),
    extensions(("x-action" = json!("ecs:servers:list"))),
    responses((status = 200, body = ServerNames), (status = 401), (status = 403)))]
pub(super) async fn list(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    OriginalUri(uri): OriginalUri,
    Path(project): Path<String>,
    params: Params,
    caller: Caller,
) -> Result<Json<ServerNames>, ApiError> {
    let project = caller.read(&project)?;
    let wanted = Wanted::read(&params)?;
    let (servers, _) = super::list(&state, project, &params, &wanted, false).await?;
    let address = format!("{base}{}", uri.path());
    let page = wanted.cut(servers, |server| &server.row.id, &params, &address);
    let servers = page.items.into_iter().map(|server| ServerName {
        links: links(&base, project, &server.row.id),
        id: server.row.id,
        name: server.row.name,
    });
    Ok(Json(ServerNames {
        servers: servers.collect(),
        servers_links: page.links,
    }))
}

/// Servers.
#[utoipa::path(get, path = "/v2.1/{project_id}/servers/detail", tag = "compute",
    security(("token" = [])), params(("project_id" = String, Path),
        ("limit" = Option<u32>, Query), ("marker" = Option<String>, Query),
        ("name" = Option<String>, Query), ("status" = Option<String>, Query),
        ("flavor" = Option<String>, Query), ("ip" = Option<String>, Query),
        ("changes-since" = Option<String>, Query)),
    extensions(("x-action" = json!("ecs:servers:list"))),
    responses((status = 200, body = Servers), (status = 401), (status = 403)))]
pub(super) async fn detail(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    OriginalUri(uri): OriginalUri,
    Path(project): Path<String>,
    params: Params,
    caller: Caller,
) -> Result<Json<Servers>, ApiError> {
    let project = caller.read(&project)?;
    let wanted = Wanted::read(&params)?;
    let (servers, _) = super::list(&state, project, &params, &wanted, false).await?;
    let address = format!("{base}{}", uri.path());
    let page = wanted.cut(servers, |server| &server.row.id, &params, &address);
    let servers = page
        .items
        .into_iter()
        .map(|server| wire(&base, project, &caller, server));
    Ok(Json(Servers {
        servers: servers.collect(),
        servers_links: page.links,
    }))
}

/// A server.
#[utoipa::path(get, path = "/v2.1/{project_id}/servers/{server_id}", tag = "compute",
    security(("token" = [])),
    params(("project_id" = String, Path), ("server_id" = String, Path)),
    extensions(("x-action" = json!("ecs:servers:get"))),
    responses((status = 200, body = ServerAnswer), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn show(
    State(state): State<AppState>,
    PublicBase(base): PublicBase,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<ServerAnswer>, ApiError> {
    let project = caller.read(&project)?;
    let server = super::find(&state, project, &id).await?;
    Ok(Json(ServerAnswer {
        server: wire(&base, project, &caller, server),
    }))
}

/// `{"volumeAttachments": [...]}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attachments {
    #[serde(rename = "volumeAttachments")]
    attachments: Vec<Attachment>,
}

/// A disk of a server.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attachment {
    id: String,
    #[serde(rename = "volumeId")]
    volume_id: String,
    #[serde(rename = "serverId")]
    server_id: String,
    device: String,
}

impl Attachment {
    /// A disk that a server has as `device` (`vdb`).
    pub(super) fn of(server: &str, volume: &str, device: &str) -> Attachment {
        Attachment {
            id: volume.to_owned(),
            volume_id: volume.to_owned(),
            server_id: server.to_owned(),
            device: format!("/dev/{device}"),
        }
    }
}

/// The disks of a server.
#[utoipa::path(get, path = "/v2.1/{project_id}/servers/{server_id}/os-volume_attachments",
    tag = "compute", security(("token" = [])),
    params(("project_id" = String, Path), ("server_id" = String, Path)),
    extensions(("x-action" = json!("ecs:serverVolumeAttachments:list"))),
    responses((status = 200, body = Attachments), (status = 401), (status = 403), (status = 404)))]
pub(super) async fn attachments(
    State(state): State<AppState>,
    Path((project, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<Attachments>, ApiError> {
    let project = caller.read(&project)?;
    let server = super::find(&state, project, &id).await?;
    let id = &server.row.id;
    let attachments = server.disks.iter();
    let attachments = attachments.map(|disk| Attachment::of(id, &disk.id, &disk.device));
    Ok(Json(Attachments {
        attachments: attachments.collect(),
    }))
}

/// Availability zones: one, hosts are not grouped.
#[utoipa::path(get, path = "/v2.1/{project_id}/os-availability-zone", tag = "compute",
    security(("token" = [])), params(("project_id" = String, Path)),
    extensions(("x-action" = json!("ecs:availabilityZones:list"))),
    responses((status = 200, description = "The zones."), (status = 401), (status = 403)))]
pub(super) async fn zones(
    Path(project): Path<String>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    caller.read(&project)?;
    let zone = json!({"zoneName": ZONE, "zoneState": {"available": true}, "hosts": null});
    Ok(Json(json!({"availabilityZoneInfo": [zone]})))
}
