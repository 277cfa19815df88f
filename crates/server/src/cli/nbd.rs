//! `coffer nbd`: a socket on this machine at which clients read the disks of a backup that the
//! service holds.

use std::path::{Path, PathBuf};

use clap::Args;
use coffer_core::{Error, Result};
use coffer_engine::nbd::server::SocketFile;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use super::make::part;
use super::output::Output;
use super::{Context, block_on, resolve};
use crate::client::{Backup, Client, DISK_TYPE};

/// Read the disks of a backup, read-only, by NBD clients at a unix socket on this machine
///
/// The service reads the backup; what goes over the network is the log-in's connection, encrypted
/// where that is. Each disk is an export of its name (`nbdinfo --list` shows them); with --disk, or
/// for a disk's backup, there is one, which is the default export too. The socket may be used by
/// its owner only. Runs until Ctrl-C or SIGTERM; the backup cannot be deleted meanwhile.
#[derive(Debug, Args)]
pub struct NbdArgs {
    /// Backup by name or id
    backup: String,
    /// Only this disk of a server's backup: `system`, its name or its id
    #[arg(long)]
    disk: Option<String>,
    /// Listen at this path, in a directory that exists
    #[arg(long, value_name = "PATH")]
    socket: PathBuf,
}

/// Runs `coffer nbd`.
pub fn run(args: NbdArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        let backup = resolve::backup(&client, &args.backup).await?.value;
        let wanted = match &args.disk {
            None => &backup,
            Some(disk) => part(&backup, Some(disk))?,
        };
        serve(&client, &context.output, wanted, &args.socket).await
    })
}

async fn serve(client: &Client, output: &Output, backup: &Backup, path: &Path) -> Result<()> {
    let mut terminated = signal(SignalKind::terminate())
        .map_err(|e| Error::internal("listen to SIGTERM").caused_by(e))?;
    // It asks for nothing: it holds the backup in place while no other connection does, and it
    // ends when the service does.
    let mut holder = client.read_backup(&backup.id).await?;
    let socket = SocketFile::bind(path)?;
    tell(output, backup, &socket)?;
    let ended = async {
        let mut bytes = [0; 64];
        while matches!(holder.read(&mut bytes).await, Ok(1..)) {}
    };
    let mut ended = std::pin::pin!(ended);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = socket.accept() => {
                let accepted = accepted.map_err(|e| {
                    Error::unavailable(format!("listen at `{}`", path.display())).caused_by(e)
                })?;
                let (client, id) = (client.clone(), backup.id.clone());
                connections.spawn(pass_on(client, id, accepted));
            }
            Some(passed) = connections.join_next() => {
                if let Ok(Err(error)) = passed {
                    output.note(&format!("A connection could not be made: {}", error.chain()));
                }
            }
            () = &mut ended => {
                return Err(Error::unavailable("the service ended the connection")
                    .hint("Start again when the service is there again."));
            }
            _ = tokio::signal::ctrl_c() => return Ok(()),
            _ = terminated.recv() => return Ok(()),
        }
    }
}

/// Copies bytes between a client here and the service, until either ends.
async fn pass_on(client: Client, backup: String, mut here: tokio::net::UnixStream) -> Result<()> {
    let mut there = client.read_backup(&backup).await?;
    // Either may go away without a word; the other is told by the end of its connection.
    let _ = tokio::io::copy_bidirectional(&mut here, &mut there).await;
    Ok(())
}

fn tell(output: &Output, backup: &Backup, socket: &SocketFile) -> Result<()> {
    let path = socket.path().to_string_lossy().replace('%', "%25");
    let path = path
        .replace('&', "%26")
        .replace('+', "%2B")
        .replace(' ', "%20");
    let uri = format!("nbd+unix:///?socket={path}");
    let document = json!({ "backup_id": backup.id, "socket": socket.path(), "uri": uri });
    output.answer(&document, || format!("{uri}\n"))?;
    if backup.resource_type != DISK_TYPE {
        output.note("Its disks are exports: put their names before the `?`.");
    }
    output.note("Serving until Ctrl-C.");
    Ok(())
}
