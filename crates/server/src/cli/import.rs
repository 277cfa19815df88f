//! `coffer backup import`.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use clap::Args;
use coffer_core::{Error, Result};

use super::output::{Output, with_zones};
use super::progress::{Display, Position};
use super::{export, resolve};
use crate::client::{Client, Upload};

/// Between two looks at how much was sent.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Make a backup of an archive that `coffer backup export` made, of this or another service
///
/// The archive is checked while it is sent; what is not whole leaves nothing behind. Its backup
/// restores as any other: to new disks and servers, and to those it is of where they are here.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The archive
    file: PathBuf,
    /// Vault for it, by name or id: of servers or disks, as the archive is
    #[arg(long)]
    vault: String,
    /// Name of the backup [default: as it was]
    #[arg(long)]
    name: Option<String>,
}

/// Runs `coffer backup import`.
pub async fn run(client: &Client, output: &Output, args: &ImportArgs) -> Result<()> {
    let path = &args.file;
    let open = || -> Result<(std::fs::File, u64)> {
        let file = std::fs::File::open(path).map_err(|e| export::failed("read", path, e))?;
        let meta = file.metadata();
        let meta = meta.map_err(|e| export::failed("read", path, e))?;
        match meta.is_file() {
            true => Ok((file, meta.len())),
            false => Err(Error::invalid(format!("`{}` is no file", path.display()))),
        }
    };
    let (_, total) = open()?;
    let vault = resolve::vault(client, &args.vault).await?.value;
    let label = path.file_name().map(|name| name.to_string_lossy());
    let mut meter = Display::new(output).meter(&label.unwrap_or_default());
    let sent = Arc::new(AtomicU64::new(0));
    let import = client.import(&vault.id, args.name.as_deref(), || {
        let (file, len) = open()?;
        sent.store(0, Ordering::Relaxed);
        Ok(Upload::new(file, len, Arc::clone(&sent)))
    });
    let mut import = std::pin::pin!(import);
    let made = loop {
        tokio::select! {
            made = &mut import => break made,
            () = tokio::time::sleep(LOOK_EVERY) => {
                let done = sent.load(Ordering::Relaxed);
                meter.update(Position::Bytes { done, total }, "waiting");
            }
            _ = tokio::signal::ctrl_c() => {
                break Err(Error::cancelled("stopped; nothing of the import is left"));
            }
        }
    };
    meter.finish();
    let answer = with_zones(made?);
    output.answer(&answer, || {
        let id = answer["backup_id"].as_str().unwrap_or_default();
        format!("The backup is made: {id}\n")
    })
}
