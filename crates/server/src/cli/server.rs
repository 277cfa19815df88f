//! `coffer server`.

use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use coffer_core::{Error, Result};
use serde_json::{Value, json};

use super::output::{Output, with_zones};
use super::table::{Fit, Table, fields};
use super::tag::{self, TagArgs};
use super::{Context, block_on, make, resolve};
use crate::client::{Client, Disk, Document, Server, ServerAction, TagsOf};

/// A guest that takes longer to stop is waited for no more; the service goes on.
const POWER_LIMIT: Duration = Duration::from_secs(600);
/// Between two looks at the server.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Servers: list, show, switch on and off
#[derive(Debug, Args)]
pub struct ServerArgs {
    #[command(subcommand)]
    command: ServerCommand,
}

#[derive(Debug, Subcommand)]
enum ServerCommand {
    /// List the servers of the project
    #[command(visible_alias = "ls")]
    List,
    /// Show a server with its disks and the vault that protects it
    Show {
        /// Server by name or id
        server: String,
    },
    /// Show the tags of a server, set or remove some
    ///
    /// Vaults that take servers by themselves can be told by tags which ones.
    Tag {
        /// Server by name or id
        server: String,
        #[command(flatten)]
        tags: TagArgs,
    },
    Create(make::ServerCreateArgs),
    /// Switch a server on
    Start {
        #[command(flatten)]
        power: PowerArgs,
    },
    /// Shut a server down, by force if its guest does not obey in time
    Stop {
        #[command(flatten)]
        power: PowerArgs,
    },
    /// Reboot a server
    ///
    /// Above 10 % of a backup's progress a reboot does not harm it.
    Reboot {
        #[command(flatten)]
        power: PowerArgs,
        /// Reset at once, as by the button, instead of asking the guest
        #[arg(long)]
        hard: bool,
    },
}

#[derive(Debug, Args)]
struct PowerArgs {
    /// Server by name or id
    server: String,
    /// Do not wait until it is done
    #[arg(long)]
    no_wait: bool,
}

/// Runs `coffer server`.
pub fn run(args: ServerArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        let output = &context.output;
        match args.command {
            ServerCommand::List => list(&client, output).await,
            ServerCommand::Show { server } => show(&client, output, &server).await,
            ServerCommand::Tag { server, tags } => {
                let server = resolve::server(&client, &server).await?;
                let id = server.value.id.as_str();
                tag::run(&client, output, (TagsOf::Server, id), &tags).await
            }
            ServerCommand::Create(args) => make::server(&client, output, args).await,
            ServerCommand::Start { power } => {
                act(&client, output, &power, ServerAction::Start, Some("ACTIVE")).await
            }
            ServerCommand::Stop { power } => {
                act(&client, output, &power, ServerAction::Stop, Some("SHUTOFF")).await
            }
            ServerCommand::Reboot { power, hard } => {
                let action = if hard {
                    ServerAction::Reset
                } else {
                    ServerAction::Reboot
                };
                act(&client, output, &power, action, None).await
            }
        }
    })
}

async fn list(client: &Client, output: &Output) -> Result<()> {
    let servers = client.servers().await?;
    let document: Vec<Value> = servers.iter().map(|s| with_zones(s.raw.clone())).collect();
    let mut table = Table::new(&[
        ("ID", Fit::Keep),
        ("NAME", Fit::Shorten),
        ("STATE", Fit::Keep),
        ("DISKS", Fit::Right),
        ("ADDRESSES", Fit::Shorten),
    ]);
    for server in servers.iter().map(|s| &s.value) {
        table.row([
            server.id.clone(),
            server.name.clone(),
            state(&server.status),
            server.volumes.len().to_string(),
            server.addresses().join(" "),
        ]);
    }
    output.answer(&document, || table.render(output.columns))
}

async fn show(client: &Client, output: &Output, wanted: &str) -> Result<()> {
    let server = resolve::server(client, wanted).await?;
    let disks = client.disks().await?;
    let vaults = client.vaults().await?;
    let id = &server.value.id;
    let holds = |resource: &crate::client::Resource| &resource.id == id;
    let vault = vaults
        .iter()
        .find(|vault| vault.value.resources.iter().any(holds));

    let document = json!({
        "server": with_zones(server.raw.clone()),
        "vault": vault.map(|vault| json!({ "id": vault.value.id, "name": vault.value.name })),
    });
    output.answer(&document, || {
        let vault = vault.map_or("none: it is not protected".to_string(), |vault| {
            format!("{} ({})", vault.value.name, vault.value.id)
        });
        let mut rows = vec![
            ("Id", id.clone()),
            ("Name", server.value.name.clone()),
            ("State", state(&server.value.status)),
            ("Addresses", server.value.addresses().join(" ")),
            ("Vault", vault),
        ];
        let lines: Vec<String> = server
            .value
            .volumes
            .iter()
            .map(|attached| disk_line(&attached.id, id, &disks))
            .collect();
        rows.push(("Disks", lines.join("\n")));
        if !server.value.created.is_empty() {
            rows.push(("First seen", output.api_time(&server.value.created)));
        }
        fields(&rows)
    })
}

fn disk_line(id: &str, server: &str, disks: &[Document<Disk>]) -> String {
    let Some(disk) = disks.iter().map(|d| &d.value).find(|d| d.id == id) else {
        return id.to_string();
    };
    let attached = disk.attachments.iter().find(|at| at.server_id == server);
    let device = attached.map_or("", |at| at.device.as_str());
    let role = if disk.is_system() { "system" } else { "data" };
    format!("{id}  {}  {device}  {} GiB  {role}", disk.name, disk.size)
}

async fn act(
    client: &Client,
    output: &Output,
    power: &PowerArgs,
    action: ServerAction,
    wanted: Option<&str>,
) -> Result<()> {
    let server = resolve::server(client, &power.server).await?;
    let id = &server.value.id;
    client.act(id, action).await?;
    let server = match wanted.filter(|_| !power.no_wait) {
        Some(wanted) => wait_for(client, id, wanted).await?,
        None => client.server(id).await?,
    };
    let document = json!({ "server": with_zones(server.raw) });
    let (name, state) = (server.value.name, state(&server.value.status));
    output.answer(&document, || format!("Server `{name}` is {state}.\n"))
}

async fn wait_for(client: &Client, id: &str, wanted: &str) -> Result<Document<Server>> {
    let begun = Instant::now();
    let poll = async {
        loop {
            let server = client.server(id).await?;
            if server.value.status == wanted || server.value.status == "ERROR" {
                return Ok(server);
            }
            if begun.elapsed() > POWER_LIMIT {
                return Err(Error::unavailable(format!(
                    "server `{}` is still {}",
                    server.value.name,
                    state(&server.value.status)
                ))
                .hint("`coffer server show` tells when it has changed."));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::select! {
        server = poll => server,
        _ = tokio::signal::ctrl_c() => Err(Error::cancelled("stopped waiting; the request goes on")
            .hint("`coffer server show` tells when the server has changed.")),
    }
}

/// Nova's state in the words of this program.
fn state(status: &str) -> String {
    match status {
        "ACTIVE" => "running",
        "SHUTOFF" => "stopped",
        "PAUSED" => "paused",
        "ERROR" => "faulty",
        "REBOOT" | "HARD_REBOOT" => "rebooting",
        other => return other.to_lowercase(),
    }
    .to_string()
}
