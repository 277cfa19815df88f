//! `coffer repo`: the user's last resort. Nothing but a store and a key: no service, no database,
//! no hypervisor.

mod backup;
mod extents;
mod init;
mod key;
mod list;
mod maintain;
mod nbd;
mod restore;
mod verify;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use coffer_core::error::Context as _;
use coffer_core::format::records::Manifest;
use coffer_core::{Error, Kind, Result};
use coffer_engine::progress::Progress;
use coffer_engine::repository::{KeySource, Repository, Store};
use tokio_util::sync::CancellationToken;

use super::output::Output;
use super::progress::{Display, Position};
use super::{Context, Environment, human, secret};

/// Between two looks at the counters.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// The newest backup, wherever a backup is asked for.
const LATEST: &str = "latest";

/// Work on a repository without any service: needs its store and its key only
///
/// STORE is a directory, a file:// URL or s3://bucket/prefix (credentials in AWS_* variables). The
/// key comes from --key-file or COFFER_KEY_FILE, from --passphrase-file or COFFER_PASSPHRASE_FILE,
/// or is asked for.
#[derive(Debug, Args)]
pub struct RepoArgs {
    #[command(subcommand)]
    command: RepoCommand,
}

#[derive(Debug, Subcommand)]
enum RepoCommand {
    Init(init::InitArgs),
    Backup(backup::BackupArgs),
    Ls(list::ListArgs),
    Read(restore::ReadArgs),
    Restore(restore::RestoreArgs),
    Nbd(nbd::NbdArgs),
    Verify(verify::VerifyArgs),
    Delete(maintain::DeleteArgs),
    Reclaim(maintain::ReclaimArgs),
    Sessions(maintain::SessionsArgs),
    Key(key::KeyArgs),
}

/// Which repository, and how to open it.
#[derive(Debug, Args)]
struct RepositoryArgs {
    /// Directory, file:// URL or s3://bucket/prefix
    store: String,
    #[command(flatten)]
    key: SecretArgs,
}

/// Where the secret comes from that opens a repository.
#[derive(Debug, Args)]
struct SecretArgs {
    /// Open with this key file [default: COFFER_KEY_FILE]
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Open with the passphrase in the first line of this file [default: COFFER_PASSPHRASE_FILE]
    #[arg(long, value_name = "FILE", conflicts_with = "key_file")]
    passphrase_file: Option<PathBuf>,
}

/// Runs `coffer repo`.
pub fn run(args: RepoArgs, context: &Context<'_>) -> Result<()> {
    let output = &context.output;
    let environment = context.environment;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Error::internal("start the runtime").caused_by(e))?;
    let cancel = &CancellationToken::new();
    let work = async {
        match args.command {
            RepoCommand::Init(args) => init::run(args, environment, output).await,
            RepoCommand::Backup(args) => backup::run(args, environment, output, cancel).await,
            RepoCommand::Ls(args) => list::run(args, environment, output).await,
            RepoCommand::Read(args) => restore::read(args, environment, output, cancel).await,
            RepoCommand::Restore(args) => restore::run(args, environment, output, cancel).await,
            RepoCommand::Nbd(args) => nbd::run(args, environment, output, cancel).await,
            RepoCommand::Verify(args) => verify::run(args, environment, output, cancel).await,
            RepoCommand::Delete(args) => maintain::delete(args, environment, output).await,
            RepoCommand::Reclaim(args) => {
                maintain::reclaim(args, environment, output, cancel).await
            }
            RepoCommand::Sessions(args) => maintain::sessions(args, environment, output).await,
            RepoCommand::Key(args) => key::run(args, environment, output).await,
        }
    };
    let done = runtime.block_on(async {
        tokio::select! {
            done = work => done,
            () = interrupted_twice(cancel, output) => Err(Error::cancelled("stopped at once")),
        }
    });
    // After the second Ctrl-C nobody waits for what still runs: it leaves what a crash leaves,
    // and reclaim removes that.
    runtime.shutdown_background();
    done
}

/// The first Ctrl-C asks the work to end cleanly; returns at the second.
async fn interrupted_twice(cancel: &CancellationToken, output: &Output) {
    if tokio::signal::ctrl_c().await.is_err() {
        return std::future::pending().await;
    }
    cancel.cancel();
    output.note("Ending; press Ctrl-C again to stop at once.");
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

impl RepositoryArgs {
    /// Opens the repository.
    async fn open(&self, environment: &Environment) -> Result<Repository> {
        let store = open_store(&self.store, false)?;
        // A wrong place is told before a passphrase is asked for.
        let header = coffer_engine::repository::read_header(&store).await;
        header.with_context(|| format!("open `{}`", self.store))?;
        let key = self.key.secret(environment, false)?;
        let opened = Repository::open(store, &key).await;
        opened.with_context(|| format!("open `{}`", self.store))
    }
}

impl SecretArgs {
    /// The secret: from files, else asked for; twice where it is `new`.
    fn secret(&self, environment: &Environment, new: bool) -> Result<KeySource> {
        let variable = |name: &str| environment.get(name).map(PathBuf::from);
        if let Some(path) = &self.key_file {
            return Ok(KeySource::File(path.clone()));
        }
        if let Some(path) = &self.passphrase_file {
            return Ok(KeySource::Passphrase(secret::from_file(path)?));
        }
        if let Some(path) = variable("COFFER_KEY_FILE") {
            return Ok(KeySource::File(path));
        }
        if let Some(path) = variable("COFFER_PASSPHRASE_FILE") {
            return Ok(KeySource::Passphrase(secret::from_file(&path)?));
        }
        if !environment.stdin_terminal {
            return Err(
                Error::invalid("no key was given, and nobody can be asked for one")
                    .hint("Add --key-file or --passphrase-file."),
            );
        }
        let passphrase = match new {
            true => secret::ask_new("Passphrase of the repository")?,
            false => secret::ask("Passphrase of the repository")?,
        };
        Ok(KeySource::Passphrase(passphrase))
    }
}

/// Opens a place for objects; with `create`, a missing directory is made.
fn open_store(location: &str, create: bool) -> Result<Store> {
    if location.is_empty() || location.starts_with("memory:") {
        return Err(Error::invalid(format!("`{location}` is no store"))
            .hint("Name a directory, a file:// URL or s3://bucket/prefix."));
    }
    Store::open(location, "", create, &[]).map_err(|e| match e.kind {
        Kind::NotFound => e.hint("Make a repository with `coffer repo init`."),
        _ => e,
    })
}

/// The backup that a text means: an id, a name that only one has, or `latest`.
async fn find(repository: &Repository, wanted: &str) -> Result<Manifest> {
    if let Ok(id) = wanted.parse() {
        let manifest = repository.manifest(id).await?;
        return manifest.ok_or_else(|| none_such(wanted));
    }
    let survey = repository.survey().await?;
    let damaged = survey
        .unreadable
        .iter()
        .filter(|attempt| !attempt.given_up)
        .count();
    choose(survey.backups, wanted).map_err(|e| match damaged {
        // It may be one of those.
        1.. if e.kind == Kind::NotFound => {
            let damaged = human::count(damaged, "backup");
            Error::data(format!("{}, but {damaged} cannot be read", e.message))
                .hint("`coffer repo verify` shows what is damaged.")
        }
        _ => e,
    })
}

fn none_such(wanted: &str) -> Error {
    Error::not_found(format!("there is no backup `{wanted}`"))
        .hint("`coffer repo ls` shows what there is.")
}

fn choose(mut manifests: Vec<Manifest>, wanted: &str) -> Result<Manifest> {
    if wanted == LATEST {
        return manifests.pop().ok_or_else(|| none_such(wanted));
    }
    manifests.retain(|manifest| manifest.facts.name == wanted);
    let number = manifests.len();
    match (manifests.pop(), number) {
        (Some(one), 1) => Ok(one),
        (Some(last), _) => {
            manifests.push(last);
            let lines = manifests
                .iter()
                .map(|m| format!("\n  {}  {}", m.backup_id, m.instant.at));
            Err(
                Error::invalid(format!("{number} backups are named `{wanted}`"))
                    .hint(format!("Use one of the ids:{}", lines.collect::<String>())),
            )
        }
        (None, _) => Err(none_such(wanted)),
    }
}

/// Does `work` while its counters are shown.
async fn with_progress<T>(
    output: &Output,
    label: &str,
    progress: &Progress,
    work: impl Future<Output = T>,
) -> T {
    let display = Display::new(output);
    let mut meter = display.meter(label);
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    let mut work = std::pin::pin!(work);
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            _ = ticks.tick() => {
                let now = progress.snapshot();
                let position = Position::Bytes { done: now.done_bytes, total: now.total_bytes };
                meter.update(position, "starting");
            }
        }
    };
    meter.finish();
    done
}

/// The sum of the sizes of a backup's disks, in bytes.
fn size_of(manifest: &Manifest) -> u64 {
    manifest.disks.iter().map(|disk| disk.size_bytes).sum()
}

/// Names of a backup's disks, for hints.
fn disk_names(manifest: &Manifest) -> String {
    let names: Vec<&str> = manifest
        .disks
        .iter()
        .map(|disk| disk.name.as_str())
        .collect();
    names.join(", ")
}

/// The disk of a backup by position: the one named, or the only one there is.
fn disk_index(manifest: &Manifest, wanted: Option<&str>) -> Result<usize> {
    let is = |text: &str| {
        let mut disks = manifest.disks.iter();
        disks.position(|disk| disk.name == text || disk.disk_id.to_string() == text)
    };
    match (wanted, manifest.disks.len()) {
        (Some(text), _) => is(text).ok_or_else(|| {
            Error::not_found(format!("the backup has no disk `{text}`"))
                .hint(format!("Its disks are: {}.", disk_names(manifest)))
        }),
        (None, 1) => Ok(0),
        (None, _) => Err(Error::invalid("the backup has several disks")
            .hint(format!("Name one with --disk: {}.", disk_names(manifest)))),
    }
}
