//! Changing disks: what `coffer disk attach`, `detach`, `extend`, `delete` and `create` of an empty
//! one share. Each is a job of the service, which goes on whatever happens here.

use std::time::{Duration, Instant};

use clap::Args;
use coffer_core::units::GIB;
use coffer_core::{Error, Kind, Result};
use serde_json::json;

use super::confirm::confirm;
use super::output::Output;
use super::vault::DestroyArgs;
use super::{human, resolve};
use crate::client::{ChangeOfDisk, Client, Disk, Job};

/// Between two looks at a job.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// A service that restarts is waited for this long.
const ABSENCE_MAX: Duration = Duration::from_secs(60);

/// Attach a disk to a server, also while it runs
#[derive(Debug, Args)]
pub struct AttachArgs {
    /// Disk of no server, by name or id
    disk: String,
    /// Server by name or id
    server: String,
    /// What it is to be called, such as /dev/vdc [default: the next free name]
    #[arg(long)]
    device: Option<String>,
    /// Do not wait until it is done
    #[arg(long)]
    no_wait: bool,
}

/// Detach a disk from its server, also while it runs
///
/// Unmount it inside the guest first. The system disk of a server that runs stays.
#[derive(Debug, Args)]
pub struct DetachArgs {
    /// Disk by name or id
    disk: String,
    /// Do not wait until it is done
    #[arg(long)]
    no_wait: bool,
}

/// Make a disk larger, also while its server runs
///
/// What is added is empty; partitions and file systems are made larger inside the guest.
#[derive(Debug, Args)]
pub struct ExtendArgs {
    /// Disk by name or id
    disk: String,
    /// Its new size in whole GiB, such as `40 GiB`
    #[arg(value_parser = human::parse_size)]
    size: u64,
    /// Do not wait until it is done
    #[arg(long)]
    no_wait: bool,
}

/// Delete a disk of no server, with all it holds; its backups stay
#[derive(Debug, Args)]
pub struct DeleteArgs {
    /// Disk by name or id
    disk: String,
    #[command(flatten)]
    destroy: DestroyArgs,
}

/// Runs `coffer disk attach`.
pub async fn attach(client: &Client, output: &Output, args: AttachArgs) -> Result<()> {
    let disk = resolve::disk(client, &args.disk).await?.value;
    let server = resolve::server(client, &args.server).await?.value;
    let change = ChangeOfDisk::Attach {
        server: &server.id,
        device: args.device.as_deref(),
    };
    let job = begin(client, &disk.id, change, args.no_wait).await?;
    let done = format!("attached to server `{}`", server.name);
    told(output, &disk, &job, args.no_wait, &done)
}

/// Runs `coffer disk detach`.
pub async fn detach(client: &Client, output: &Output, args: DetachArgs) -> Result<()> {
    let disk = resolve::disk(client, &args.disk).await?.value;
    let Some(server) = disk.attachments.first().map(|at| at.server_id.clone()) else {
        let text = format!("disk `{}` is not attached to a server", disk.name);
        return Err(Error::conflict(text));
    };
    let change = ChangeOfDisk::Detach { server: &server };
    let job = begin(client, &disk.id, change, args.no_wait).await?;
    told(output, &disk, &job, args.no_wait, "detached")
}

/// Runs `coffer disk extend`.
pub async fn extend(client: &Client, output: &Output, args: ExtendArgs) -> Result<()> {
    let gib = whole_gib(args.size)?;
    let disk = resolve::disk(client, &args.disk).await?.value;
    let change = ChangeOfDisk::Extend { gib };
    let job = begin(client, &disk.id, change, args.no_wait).await?;
    told(
        output,
        &disk,
        &job,
        args.no_wait,
        &format!("extended to {gib} GiB"),
    )
}

/// Runs `coffer disk delete`.
pub async fn delete(client: &Client, output: &Output, args: DeleteArgs) -> Result<()> {
    let disk = resolve::disk(client, &args.disk).await?.value;
    let destroy = args.destroy;
    let lost = format!(
        "this deletes disk `{}` ({} GiB) with all it holds",
        disk.name, disk.size
    );
    if destroy.dry_run {
        let document = json!({ "disk_id": disk.id, "dry_run": true });
        return output.answer(&document, || format!("Dry run: {lost}.\n"));
    }
    confirm(output, destroy.yes, &lost)?;
    let job = begin(client, &disk.id, ChangeOfDisk::Delete, destroy.no_wait).await?;
    told(output, &disk, &job, destroy.no_wait, "deleted")
}

/// Makes an empty disk.
pub async fn create_empty(
    client: &Client,
    output: &Output,
    (name, size, host): (Option<&str>, Option<u64>, Option<&str>),
    no_wait: bool,
) -> Result<()> {
    let size = size.ok_or_else(|| {
        Error::invalid("an empty disk needs a size")
            .hint("Give one with --size, or name the backup to make the disk from.")
    })?;
    let job = client
        .create_empty_disk(name, whole_gib(size)?, host)
        .await?;
    let job = match no_wait {
        true => client.job(&job).await?,
        false => wait(client, &job).await?,
    };
    let id = job.volume().unwrap_or_default().to_owned();
    let document = json!({ "id": id, "job": job.raw });
    output.answer(&document, || match no_wait {
        true => format!("The disk {id} is being made.\n"),
        false => format!("The disk is made: {id}\n"),
    })
}

fn whole_gib(bytes: u64) -> Result<u64> {
    match bytes.is_multiple_of(GIB) && bytes > 0 {
        true => Ok(bytes / GIB),
        false => Err(Error::invalid("the size must be whole GiB").hint("Such as `40 GiB`.")),
    }
}

async fn begin(
    client: &Client,
    disk: &str,
    change: ChangeOfDisk<'_>,
    no_wait: bool,
) -> Result<Job> {
    let job = client.change_disk(disk, change).await?;
    match no_wait {
        true => client.job(&job).await,
        false => wait(client, &job).await,
    }
}

/// Waits for a job's end; its error where it failed.
async fn wait(client: &Client, id: &str) -> Result<Job> {
    let poll = async {
        let mut seen = Instant::now();
        loop {
            match client.job(id).await {
                Ok(job) if job.failed() => return Err(Error::conflict(job.reason())),
                Ok(job) if job.ended() => return Ok(job),
                Ok(_) => seen = Instant::now(),
                Err(e) if e.kind == Kind::Unavailable && seen.elapsed() < ABSENCE_MAX => {}
                Err(e) => return Err(e),
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::select! {
        job = poll => job,
        _ = tokio::signal::ctrl_c() => Err(Error::cancelled("stopped waiting; the job goes on")
            .hint("`coffer disk show` tells what has become of the disk.")),
    }
}

fn told(output: &Output, disk: &Disk, job: &Job, no_wait: bool, done: &str) -> Result<()> {
    let document = json!({ "disk_id": disk.id, "job": job.raw });
    output.answer(&document, || match no_wait {
        true => format!("Disk `{}` is being changed.\n", disk.name),
        false => format!("Disk `{}` is {done}.\n", disk.name),
    })
}
