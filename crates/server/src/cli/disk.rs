//! `coffer disk`.

use clap::{Args, Subcommand};
use coffer_core::Result;
use serde_json::{Value, json};

use super::output::{Output, with_zones};
use super::table::{Fit, Table, fields};
use super::tag::{self, TagArgs};
use super::{Context, block_on, disk_change, make, resolve};
use crate::client::{Client, Disk, Document, Server, TagsOf};

/// Disks: list, show, make, attach, extend, delete
#[derive(Debug, Args)]
pub struct DiskArgs {
    #[command(subcommand)]
    command: DiskCommand,
}

#[derive(Debug, Subcommand)]
enum DiskCommand {
    /// List the disks of the project
    #[command(visible_alias = "ls")]
    List {
        /// Only the disks of this server, by name or id
        #[arg(long)]
        server: Option<String>,
    },
    Create(make::DiskCreateArgs),
    Attach(disk_change::AttachArgs),
    Detach(disk_change::DetachArgs),
    Extend(disk_change::ExtendArgs),
    #[command(visible_alias = "rm")]
    Delete(disk_change::DeleteArgs),
    /// Show a disk and the vault that protects it
    Show {
        /// Disk by name or id
        disk: String,
    },
    /// Show the tags of a disk, set or remove some
    Tag {
        /// Disk by name or id
        disk: String,
        #[command(flatten)]
        tags: TagArgs,
    },
}

/// Runs `coffer disk`.
pub fn run(args: DiskArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        match args.command {
            DiskCommand::List { server } => list(&client, &context.output, server.as_deref()).await,
            DiskCommand::Create(args) => make::disk(&client, &context.output, args).await,
            DiskCommand::Attach(args) => disk_change::attach(&client, &context.output, args).await,
            DiskCommand::Detach(args) => disk_change::detach(&client, &context.output, args).await,
            DiskCommand::Extend(args) => disk_change::extend(&client, &context.output, args).await,
            DiskCommand::Delete(args) => disk_change::delete(&client, &context.output, args).await,
            DiskCommand::Show { disk } => show(&client, &context.output, &disk).await,
            DiskCommand::Tag { disk, tags } => {
                let disk = resolve::disk(&client, &disk).await?;
                let id = disk.value.id.as_str();
                tag::run(&client, &context.output, (TagsOf::Disk, id), &tags).await
            }
        }
    })
}

async fn list(client: &Client, output: &Output, server: Option<&str>) -> Result<()> {
    let servers = client.servers().await?;
    let mut disks = client.disks().await?;
    if let Some(wanted) = server {
        let server = resolve::pick(wanted, servers.clone())?.value.id;
        disks.retain(|disk| {
            disk.value
                .attachments
                .iter()
                .any(|at| at.server_id == server)
        });
    }
    let document: Vec<Value> = disks
        .iter()
        .map(|disk| with_zones(disk.raw.clone()))
        .collect();
    let mut table = Table::new(&[
        ("ID", Fit::Keep),
        ("NAME", Fit::Shorten),
        ("SIZE", Fit::Right),
        ("STATE", Fit::Keep),
        ("SERVER", Fit::Shorten),
        ("DEVICE", Fit::Keep),
        ("ROLE", Fit::Keep),
    ]);
    for disk in disks.iter().map(|disk| &disk.value) {
        let (server, device) = place(disk, &servers);
        table.row([
            disk.id.clone(),
            disk.name.clone(),
            format!("{} GiB", disk.size),
            disk.status.clone(),
            server,
            device,
            role(disk).to_string(),
        ]);
    }
    output.answer(&document, || table.render(output.columns))
}

async fn show(client: &Client, output: &Output, wanted: &str) -> Result<()> {
    let disk = resolve::disk(client, wanted).await?;
    let servers = client.servers().await?;
    let vaults = client.vaults().await?;
    // A disk is protected by a disk vault, or with its server by a server vault.
    let protects = |id: &str| {
        id == disk.value.id || disk.value.attachments.iter().any(|at| at.server_id == id)
    };
    let vaults: Vec<_> = vaults
        .iter()
        .filter(|vault| vault.value.resources.iter().any(|r| protects(&r.id)))
        .map(|vault| &vault.value)
        .collect();
    let named = |v: &&crate::client::Vault| json!({ "id": v.id, "name": v.name });
    let document = json!({
        "disk": with_zones(disk.raw.clone()),
        "vaults": vaults.iter().map(named).collect::<Vec<_>>(),
    });
    output.answer(&document, || {
        let (server, device) = place(&disk.value, &servers);
        let vaults = vaults.iter().map(|v| format!("{} ({})", v.name, v.id));
        let vaults: Vec<String> = vaults.collect();
        let vaults = match vaults.is_empty() {
            true => "none: it is not protected".to_string(),
            false => vaults.join("\n"),
        };
        fields(&[
            ("Id", disk.value.id.clone()),
            ("Name", disk.value.name.clone()),
            ("Size", format!("{} GiB", disk.value.size)),
            ("State", disk.value.status.clone()),
            ("Server", server),
            ("Device", device),
            ("Role", role(&disk.value).to_string()),
            ("Vaults", vaults),
        ])
    })
}

fn role(disk: &Disk) -> &'static str {
    if disk.is_system() { "system" } else { "data" }
}

/// Server's name and device of a disk; empty where it is attached to none.
fn place(disk: &Disk, servers: &[Document<Server>]) -> (String, String) {
    let Some(at) = disk.attachments.first() else {
        return Default::default();
    };
    let server = servers
        .iter()
        .map(|s| &s.value)
        .find(|s| s.id == at.server_id);
    let name = server.map_or(&at.server_id, |server| &server.name);
    (name.clone(), at.device.clone())
}
