//! `coffer image`.

use clap::{Args, Subcommand};
use coffer_core::{Error, Result};
use serde_json::{Value, json};
use std::time::Duration;

use super::backup::WaitArgs;
use super::confirm::confirm;
use super::output::{Output, with_zones};
use super::table::{Fit, Table, fields};
use super::{Context, block_on, export, human, resolve};
use crate::client::{Client, Document, Image};

/// Between two looks at an image whose backup runs.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Images: server backups that stay, and that servers are made from
#[derive(Debug, Args)]
pub struct ImageArgs {
    #[command(subcommand)]
    command: ImageCommand,
}

#[derive(Debug, Subcommand)]
enum ImageCommand {
    /// Make an image of a server's backup, or of a server that is backed up first
    ///
    /// It copies nothing: the backup stays for it, and cannot be deleted before it. Make servers
    /// of it with `coffer server create --image`.
    Create(CreateArgs),
    /// List the images of the project, newest first
    #[command(visible_alias = "ls")]
    List,
    /// Show an image and its disks
    Show {
        /// Image by name or id
        image: String,
    },
    /// Fetch one disk of an image as a qcow2 or raw file, as `coffer backup export` does
    Export {
        /// Image by name or id
        image: String,
        /// Which of its disks: `system`, its name or its id
        #[arg(long)]
        disk: Option<String>,
        /// Format of the file
        #[arg(long, value_enum, default_value = "qcow2")]
        format: export::Format,
        #[command(flatten)]
        target: export::TargetArgs,
    },
    /// Delete an image; its backup stays
    Delete {
        /// Image by name or id
        image: String,
        /// Delete its backup too
        #[arg(long)]
        delete_backup: bool,
        /// Do not ask before
        #[arg(long, short)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
struct CreateArgs {
    /// Server's backup by name or id; one that still runs may be above 10 %
    #[arg(required_unless_present = "server")]
    backup: Option<String>,
    /// Back up this server instead, by name or id
    #[arg(long, conflicts_with = "backup")]
    server: Option<String>,
    /// Vault for that backup, by name or id [default: the one that protects the server]
    #[arg(long, requires = "server")]
    vault: Option<String>,
    /// Name: 1 to 128 letters, digits, `-`, `.`, `_` and spaces
    #[arg(long)]
    name: String,
    /// Free text, at most 1024 characters
    #[arg(long)]
    description: Option<String>,
    /// Tag such as `stage.test`; may be repeated
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    #[command(flatten)]
    waiting: WaitArgs,
}

/// Runs `coffer image`.
pub fn run(args: ImageArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        let output = &context.output;
        match args.command {
            ImageCommand::Create(args) => create(&client, output, args).await,
            ImageCommand::List => list(&client, output).await,
            ImageCommand::Show { image } => one(output, &resolve::image(&client, &image).await?),
            ImageCommand::Export {
                image,
                disk,
                format,
                target,
            } => {
                let which = (disk.as_deref(), format);
                export::image_disk(&client, output, &image, which, &target).await
            }
            ImageCommand::Delete {
                image,
                delete_backup,
                yes,
            } => {
                let image = resolve::image(&client, &image).await?.value;
                if delete_backup {
                    let lost = format!("this deletes the backup of image `{}` too", image.name);
                    confirm(output, yes, &lost)?;
                }
                client.delete_image(&image.id, delete_backup).await?;
                output.answer(&json!({ "image_id": image.id }), || {
                    format!("Image `{}` is deleted.\n", image.name)
                })
            }
        }
    })
}

async fn create(client: &Client, output: &Output, args: CreateArgs) -> Result<()> {
    let mut body = json!({ "name": args.name, "description": args.description,
        "tags": args.tags });
    if let Some(wanted) = &args.backup {
        body["backup_id"] = json!(resolve::backup(client, wanted).await?.value.id);
    }
    if let Some(wanted) = &args.server {
        let server = resolve::server(client, wanted).await?.value.id;
        let vault = match &args.vault {
            Some(vault) => resolve::vault(client, vault).await?.value.id,
            None => protecting(client, &server, wanted).await?,
        };
        body["server_id"] = json!(server);
        body["vault_id"] = json!(vault);
    }
    let mut image = client.create_image(&json!({ "image": body })).await?;
    if !args.waiting.no_wait {
        image = finished(client, image).await?;
    }
    one(output, &image)
}

/// The vault that protects a server.
async fn protecting(client: &Client, server: &str, name: &str) -> Result<String> {
    let vaults = client.vaults().await?;
    let mut found = vaults
        .iter()
        .filter(|vault| vault.value.resources.iter().any(|r| r.id == server));
    found
        .next()
        .map(|vault| vault.value.id.clone())
        .ok_or_else(|| {
            Error::invalid(format!("no vault protects server `{name}`"))
                .hint("Add it to one with `coffer vault add`, or use one of its backups.")
        })
}

/// The image once its backup has ended.
async fn finished(client: &Client, begun: Document<Image>) -> Result<Document<Image>> {
    let id = begun.value.id.clone();
    let poll = async {
        let mut image = begun;
        while matches!(image.value.status.as_str(), "queued" | "saving") {
            tokio::time::sleep(LOOK_EVERY).await;
            image = client.image(&id).await?;
        }
        match image.value.status.as_str() {
            "active" => Ok(image),
            _ => Err(
                Error::conflict(format!("image `{}`: its backup failed", image.value.name))
                    .hint("`coffer task list` says why; delete the image and try again."),
            ),
        }
    };
    tokio::select! {
        image = poll => image,
        _ = tokio::signal::ctrl_c() => Err(Error::cancelled("stopped waiting; the backup goes on")
            .hint(format!("`coffer image show {id}` tells when the image is there."))),
    }
}

async fn list(client: &Client, output: &Output) -> Result<()> {
    let images = client.images().await?;
    let document: Vec<Value> = images.iter().map(|i| with_zones(i.raw.clone())).collect();
    let mut table = Table::new(&[
        ("ID", Fit::Keep),
        ("NAME", Fit::Shorten),
        ("STATE", Fit::Keep),
        ("SERVER", Fit::Shorten),
        ("SIZE", Fit::Right),
        ("CREATED", Fit::Keep),
    ]);
    for image in images.iter().map(|i| &i.value) {
        table.row([
            image.id.clone(),
            image.name.clone(),
            image.status.clone(),
            image.server.name.clone(),
            human::size(image.size_bytes),
            output.api_time(&image.created_at),
        ]);
    }
    output.answer(&document, || table.render(output.columns))
}

fn one(output: &Output, image: &Document<Image>) -> Result<()> {
    let document = json!({ "image": with_zones(image.raw.clone()) });
    output.answer(&document, || {
        let image = &image.value;
        let disks = image.disks.iter().map(|d| {
            let role = if d.system { "system" } else { "data" };
            let size = human::size(d.size_bytes);
            format!("{}  {}  {size}  {role}", d.id, d.name)
        });
        let disks: Vec<String> = disks.collect();
        fields(&[
            ("Id", image.id.clone()),
            ("Name", image.name.clone()),
            ("Description", image.description.clone()),
            ("State", image.status.clone()),
            ("Server", image.server.name.clone()),
            (
                "Backup",
                format!("{} ({})", image.backup.name, image.backup.id),
            ),
            ("Disks", disks.join("\n")),
            ("Created", output.api_time(&image.created_at)),
        ])
    })
}
