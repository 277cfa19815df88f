//! Making disks and servers from backups: what `coffer disk create` and `coffer server create` share.

use clap::Args;
use coffer_core::{Error, Result};
use serde_json::{Value, json};

use super::backup::{WaitArgs, is_system};
use super::output::{Output, with_zones};
use super::{disk_change, human, resolve, wait};
use crate::client::{Backup, Client, DISK_TYPE, Made};

/// Make a disk, empty or from a backup; it belongs to no server
#[derive(Debug, Args)]
pub struct DiskCreateArgs {
    /// Backup by name or id; of a server's backup name the disk too, or use the disk's backup id
    /// [default: none, the disk is empty]
    backup: Option<String>,
    /// Which disk of a server's backup: `system`, its name or its id
    #[arg(long, requires = "backup")]
    disk: Option<String>,
    /// Name of the new disk: 1 to 64 letters, digits, `.`, `_`, `-`
    #[arg(long)]
    name: Option<String>,
    /// Its size, such as `40 GiB`, at least the backed-up disk's [default: the same]; whole GiB for
    /// an empty disk
    #[arg(long, value_parser = human::parse_size)]
    size: Option<u64>,
    /// Host to make it on [default: the one the backup is from, or the first that makes disks]
    #[arg(long)]
    host: Option<String>,
    #[command(flatten)]
    waiting: WaitArgs,
}

/// Make a server from a server's backup or from an image, with new disks, UUID and network addresses
#[derive(Debug, Args)]
pub struct ServerCreateArgs {
    /// Server's backup by name or id
    #[arg(required_unless_present = "image")]
    backup: Option<String>,
    /// Make it from this image instead, by name or id
    #[arg(long, conflicts_with = "backup")]
    image: Option<String>,
    /// Name of the new server: 1 to 64 letters, digits, `.`, `_`, `-`
    #[arg(long)]
    name: String,
    /// Host to make it on [default: the one the backup is from]
    #[arg(long)]
    host: Option<String>,
    /// Network of all its cards, by name on the host [default: as they were]
    #[arg(long)]
    network: Option<String>,
    /// Keep UUID and network addresses; only once the old server is gone
    #[arg(long)]
    keep_identity: bool,
    /// Start it then
    #[arg(long)]
    power_on: bool,
    /// Start it within seconds, straight from the backup; its disks are filled while it runs
    #[arg(long)]
    instant: bool,
    #[command(flatten)]
    waiting: WaitArgs,
}

/// Runs `coffer disk create`.
pub async fn disk(client: &Client, output: &Output, args: DiskCreateArgs) -> Result<()> {
    let Some(wanted) = &args.backup else {
        let (name, host) = (args.name.as_deref(), args.host.as_deref());
        let new = (name, args.size, host);
        return disk_change::create_empty(client, output, new, args.waiting.no_wait).await;
    };
    let backup = resolve::backup(client, wanted).await?.value;
    let backup = part(&backup, args.disk.as_deref())?;
    let body = json!({ "disk": {
        "backup_id": backup.id,
        "name": args.name,
        "size_bytes": args.size,
        "host": args.host,
    }});
    follow(client, output, Made::Disk, &body, &args.waiting).await
}

/// Runs `coffer server create`.
pub async fn server(client: &Client, output: &Output, args: ServerCreateArgs) -> Result<()> {
    let (mut backup_id, mut image_id) = (None, None);
    if let Some(wanted) = &args.backup {
        backup_id = Some(resolve::backup(client, wanted).await?.value.id);
    }
    if let Some(wanted) = &args.image {
        image_id = Some(resolve::image(client, wanted).await?.value.id);
    }
    let body = json!({ "server": {
        "backup_id": backup_id,
        "image_id": image_id,
        "name": args.name,
        "host": args.host,
        "network": args.network,
        "keep_identity": args.keep_identity,
        "power_on": args.power_on || args.instant,
        "instant": args.instant,
    }});
    follow(client, output, Made::Server, &body, &args.waiting).await
}

/// The disk's backup that is meant.
pub(super) fn part<'a>(backup: &'a Backup, disk: Option<&str>) -> Result<&'a Backup> {
    if backup.resource_type == DISK_TYPE {
        return Ok(backup);
    }
    let names = || {
        let names = backup.children.iter().map(|d| d.resource_name.as_str());
        format!("Its disks are: {}.", names.collect::<Vec<_>>().join(", "))
    };
    let known = |part: &&Backup| match disk {
        None => true,
        Some(wanted) => {
            part.id == wanted
                || part.resource_id == wanted
                || part.resource_name == wanted
                || (wanted == "system" && is_system(part))
        }
    };
    let mut found = backup.children.iter().filter(known);
    match (found.next(), found.next(), disk) {
        (Some(one), None, _) => Ok(one),
        (Some(_), Some(_), _) => Err(Error::invalid("the backup has several disks")
            .hint(format!("Say which one with --disk. {}", names()))),
        (None, _, wanted) => Err(Error::not_found(format!(
            "the backup has no disk `{}`",
            wanted.unwrap_or_default()
        ))
        .hint(names())),
    }
}

async fn follow(
    client: &Client,
    output: &Output,
    what: Made,
    body: &Value,
    waiting: &WaitArgs,
) -> Result<()> {
    let (id, task) = client.make(what, body).await?;
    let word = match what {
        Made::Disk => "disk",
        Made::Server => "server",
    };
    let task = match waiting.no_wait {
        true => client.task(&task).await?,
        false => {
            let mut ended = wait::follow(client, output, &[task]).await?;
            wait::check(&ended)?;
            ended.swap_remove(0)
        }
    };
    let document = json!({ "id": id, "task": with_zones(task.raw.clone()) });
    output.answer(&document, || match waiting.no_wait {
        true => format!(
            "The {word} {id} is being made.\nFollow with: coffer task wait {}\n",
            task.value.id
        ),
        false => format!("The {word} is made: {id}\n"),
    })
}
