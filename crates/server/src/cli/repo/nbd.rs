//! `coffer repo nbd`: the disks of a backup as read-only NBD exports, until it is told to end.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use coffer_core::format::records::{Manifest, ManifestDisk};
use coffer_core::{Error, Result};
use coffer_engine::nbd::server::{Figures, Served, SocketFile, serve};
use coffer_engine::pipeline::{BackupSource, ReadCache};
use coffer_engine::repository::Repository;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::restore::end;
use super::{Environment, Output, RepositoryArgs, disk_index, find, human};

/// What is kept of what was read.
const CACHE_BYTES: u64 = 128 << 20;

/// Serve the disks of a backup, read-only, to NBD clients at a unix socket
///
/// Each disk is an export of its name; a single one is the default export too. The socket may be
/// used by its owner only. Runs until Ctrl-C or SIGTERM; the backup cannot be reclaimed meanwhile.
#[derive(Debug, Args)]
pub struct NbdArgs {
    #[command(flatten)]
    repository: RepositoryArgs,
    /// Backup by id or name, or `latest`
    backup: String,
    /// Only this disk, by name or id; may be given several times
    #[arg(long)]
    disk: Vec<String>,
    /// Listen at this path, in a directory that exists
    #[arg(long, value_name = "PATH")]
    socket: PathBuf,
}

/// Runs `coffer repo nbd`.
pub async fn run(
    args: NbdArgs,
    environment: &Environment,
    output: &Output,
    cancel: &CancellationToken,
) -> Result<()> {
    let mut terminated = signal(SignalKind::terminate())
        .map_err(|e| Error::internal("listen to SIGTERM").caused_by(e))?;
    let repository = args.repository.open(environment).await?;
    let wanted = find(&repository, &args.backup).await?;
    let session = repository.begin_reading(&[wanted.backup_id]).await?;
    let done = async {
        let manifest = &session.manifests[0];
        let disks = chosen(&args, manifest)?;
        let exports = exports(&repository, manifest, &disks);
        let socket = SocketFile::bind(&args.socket)?;
        tell(output, manifest, &disks, &socket)?;
        let ended = CancellationToken::new();
        let served = serve(socket, exports, Arc::new(Figures::default()), ended.clone());
        let mut served = std::pin::pin!(served);
        tokio::select! {
            () = &mut served => return Ok(()),
            () = cancel.cancelled() => {}
            _ = terminated.recv() => {}
        }
        ended.cancel();
        served.await;
        Ok(())
    };
    let done = done.await;
    end(session, done).await
}

/// The disks to serve, each once.
fn chosen<'a>(args: &NbdArgs, manifest: &'a Manifest) -> Result<Vec<&'a ManifestDisk>> {
    if args.disk.is_empty() {
        return Ok(manifest.disks.iter().collect());
    }
    let places = args
        .disk
        .iter()
        .map(|disk| disk_index(manifest, Some(disk)));
    let mut places = places.collect::<Result<Vec<usize>>>()?;
    places.sort_unstable();
    places.dedup();
    Ok(places.into_iter().map(|i| &manifest.disks[i]).collect())
}

fn exports(repository: &Repository, manifest: &Manifest, disks: &[&ManifestDisk]) -> Vec<Served> {
    let cache = ReadCache::new(CACHE_BYTES);
    let served = disks.iter().map(|disk| {
        let (vault, cache) = (repository.vault().clone(), Arc::clone(&cache));
        Served {
            name: disk.name.clone(),
            description: format!(
                "disk {} of {} at {}",
                disk.name, manifest.facts.resource.name, manifest.instant.at
            ),
            source: Arc::new(BackupSource::new(vault, (*disk).clone(), cache)),
        }
    });
    served.collect()
}

fn tell(
    output: &Output,
    manifest: &Manifest,
    disks: &[&ManifestDisk],
    socket: &SocketFile,
) -> Result<()> {
    let uri = |disk: &ManifestDisk| {
        let mut uri = url::Url::parse("nbd+unix:///").expect("it is one");
        uri.set_path(&disk.name);
        // Clients take a blank for itself and nothing else, so forms' encoding will not do.
        let path = socket.path().to_string_lossy().replace('%', "%25");
        let path = path.replace('&', "%26").replace('+', "%2B");
        uri.set_query(Some(&format!("socket={path}")));
        String::from(uri)
    };
    let listed = disks.iter().map(|disk| {
        json!({
            "id": disk.disk_id, "name": disk.name, "size_bytes": disk.size_bytes, "uri": uri(disk),
        })
    });
    let document = json!({
        "backup_id": manifest.backup_id,
        "socket": socket.path(),
        "exports": listed.collect::<Vec<_>>(),
    });
    output.answer(&document, || {
        let lines = disks
            .iter()
            .map(|disk| format!("{} {}\n", uri(disk), human::size(disk.size_bytes)));
        lines.collect()
    })?;
    output.note("Serving until Ctrl-C.");
    Ok(())
}
