//! `coffer repo restore` and `coffer repo read`.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use coffer_core::extent::Extent;
use coffer_core::format::records::{Manifest, ManifestDisk};
use coffer_core::{Error, Kind, Result};
use coffer_engine::hypervisor::file::RawFileTarget;
use coffer_engine::pipeline::{RestoreReport, read_range, restore_disk};
use coffer_engine::progress::Progress;
use coffer_engine::repository::{ReadSession, Repository};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Environment, Output, RepositoryArgs, disk_index, find, human, with_progress};
use crate::cli::confirm::confirm;
use crate::cli::output::write_stdout;

/// Read at once: bounded memory, and few requests.
const READ_BYTES: u64 = 16 << 20;

/// Restore a backup to new image files, or over an existing file or device
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("target").required(true))]
pub struct RestoreArgs {
    #[command(flatten)]
    repository: RepositoryArgs,
    /// Backup by id or name, or `latest`
    backup: String,
    /// Only this disk, by name or id; needed for --to where the backup has several
    #[arg(long)]
    disk: Option<String>,
    /// Write the disk to this file or device
    #[arg(long, value_name = "PATH", group = "target")]
    to: Option<PathBuf>,
    /// Write every disk to a new file NAME.raw in this directory (made where it is missing)
    #[arg(long, value_name = "DIRECTORY", group = "target")]
    to_dir: Option<PathBuf>,
    /// Write over an existing file or device
    #[arg(long, requires = "to")]
    overwrite: bool,
    /// Do not ask before overwriting
    #[arg(long, short)]
    yes: bool,
}

/// Read bytes of a backed-up disk to standard output or a file
#[derive(Debug, Args)]
pub struct ReadArgs {
    #[command(flatten)]
    repository: RepositoryArgs,
    /// Backup by id or name, or `latest`
    backup: String,
    /// Disk by name or id; needed where the backup has several
    #[arg(long)]
    disk: Option<String>,
    /// First byte, such as 1048576 or 1MiB
    #[arg(long, value_name = "SIZE", default_value = "0", value_parser = human::parse_size)]
    offset: u64,
    /// Number of bytes [default: to the end of the disk]
    #[arg(long, value_name = "SIZE", value_parser = human::parse_size)]
    length: Option<u64>,
    /// Write to this new file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// One disk and where it goes.
struct Job<'a> {
    disk: &'a ManifestDisk,
    path: PathBuf,
}

/// Runs `coffer repo restore`.
pub async fn run(
    args: RestoreArgs,
    environment: &Environment,
    output: &Output,
    cancel: &CancellationToken,
) -> Result<()> {
    let repository = args.repository.open(environment).await?;
    let wanted = find(&repository, &args.backup).await?;
    let session = repository.begin_reading(&[wanted.backup_id]).await?;
    let done = restore(&args, &repository, &session.manifests[0], output, cancel).await;
    end(session, done).await
}

async fn restore(
    args: &RestoreArgs,
    repository: &Repository,
    manifest: &Manifest,
    output: &Output,
    cancel: &CancellationToken,
) -> Result<()> {
    let jobs = jobs(args, manifest)?;
    let mut targets = Vec::new();
    for job in &jobs {
        targets.push(open_target(job, args, output)?);
    }
    let progress = Progress::new();
    let mut reports = Vec::new();
    for (job, target) in jobs.iter().zip(targets) {
        let work = restore_disk(
            repository.vault(),
            manifest,
            job.disk,
            Arc::new(target),
            None,
            &progress,
            cancel,
        );
        let label = format!("restore {}", job.disk.name);
        let done = with_progress(output, &label, &progress, work).await;
        let report = done.map_err(|e| incomplete(e, args.overwrite, &job.path))?;
        if let Some(directory) = job.path.parent() {
            // The file is durable; so is its name once its directory is.
            let _ = fs::File::open(directory).and_then(|directory| directory.sync_all());
        }
        reports.push(report);
    }
    let disks = jobs.iter().zip(&reports).map(|(job, report)| {
        json!({ "id": job.disk.disk_id, "name": job.disk.name, "path": job.path, "report": report })
    });
    let document = json!({ "backup_id": manifest.backup_id, "disks": disks.collect::<Vec<_>>() });
    output.answer(&document, || {
        let lines = jobs
            .iter()
            .zip(&reports)
            .map(|(job, report)| line(job, report));
        lines.collect()
    })
}

fn line(job: &Job<'_>, report: &RestoreReport) -> String {
    let (size, written) = (
        human::size(job.disk.size_bytes),
        human::size(report.written_bytes),
    );
    let (name, path) = (&job.disk.name, job.path.display());
    format!("Disk {name} ({size}, {written} written) is restored to {path}.\n")
}

/// Which disks go where.
fn jobs<'a>(args: &RestoreArgs, manifest: &'a Manifest) -> Result<Vec<Job<'a>>> {
    if let Some(path) = &args.to {
        let index = disk_index(manifest, args.disk.as_deref()).map_err(|e| match e.kind {
            Kind::Invalid if args.disk.is_none() => {
                let hint = e.hint.clone().unwrap_or_default();
                e.hint(format!("{hint} Or restore all of them with --to-dir."))
            }
            _ => e,
        })?;
        let disk = &manifest.disks[index];
        return Ok(vec![Job {
            disk,
            path: path.clone(),
        }]);
    }
    let directory = args
        .to_dir
        .as_ref()
        .ok_or_else(|| Error::internal("no target was given"))?;
    let disks = match &args.disk {
        Some(wanted) => vec![&manifest.disks[disk_index(manifest, Some(wanted))?]],
        None => manifest.disks.iter().collect(),
    };
    fs::create_dir_all(directory).map_err(|e| {
        Error::invalid(format!("make directory `{}`", directory.display())).caused_by(e)
    })?;
    let job = |disk: &'a ManifestDisk| {
        let path = directory.join(format!("{}.raw", file_name(&disk.name)));
        Job { disk, path }
    };
    let jobs: Vec<Job<'_>> = disks.into_iter().map(job).collect();
    // Nothing is begun that cannot be finished.
    match jobs.iter().find(|job| job.path.symlink_metadata().is_ok()) {
        Some(job) => {
            Err(exists(&job.path).hint("Name another directory, or remove the file first."))
        }
        None => Ok(jobs),
    }
}

/// A disk's name as the name of a file: names of disks come from elsewhere.
fn file_name(name: &str) -> String {
    let legal = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    let text: String = name
        .chars()
        .map(|c| if legal(c) { c } else { '_' })
        .collect();
    match text.starts_with('.') || text.is_empty() {
        true => format!("_{text}"),
        false => text,
    }
}

fn exists(path: &Path) -> Error {
    Error::conflict(format!("`{}` exists", path.display()))
}

fn open_target(job: &Job<'_>, args: &RestoreArgs, output: &Output) -> Result<RawFileTarget> {
    let path = &job.path;
    if !args.overwrite {
        let created = RawFileTarget::create(path, job.disk.size_bytes);
        return created.map_err(|e| match e.kind {
            Kind::Conflict if args.to.is_some() => {
                e.hint("Name a new file, or add --overwrite to lose what is in it.")
            }
            _ => e,
        });
    }
    let target = RawFileTarget::open(path)?;
    confirm(
        output,
        args.yes,
        &format!("this overwrites `{}`", path.display()),
    )?;
    Ok(target)
}

/// What a restore that failed leaves behind.
fn incomplete(error: Error, overwrite: bool, path: &Path) -> Error {
    let shown = path.display();
    if overwrite {
        let hint = error
            .hint
            .clone()
            .map(|hint| format!("{hint} "))
            .unwrap_or_default();
        return error.hint(format!("{hint}`{shown}` is incomplete: do not use it."));
    }
    // The file was made by this restore: half of it is no use to anybody.
    let _ = fs::remove_file(path);
    error
}

/// Ends the session, whatever came of the work.
pub(super) async fn end(session: ReadSession, done: Result<()>) -> Result<()> {
    let ended = session.end().await;
    done.and(ended)
}

/// Runs `coffer repo read`.
pub async fn read(
    args: ReadArgs,
    environment: &Environment,
    output: &Output,
    cancel: &CancellationToken,
) -> Result<()> {
    let repository = args.repository.open(environment).await?;
    let wanted = find(&repository, &args.backup).await?;
    let session = repository.begin_reading(&[wanted.backup_id]).await?;
    let done = copy(&args, &repository, &session.manifests[0], output, cancel).await;
    end(session, done).await
}

async fn copy(
    args: &ReadArgs,
    repository: &Repository,
    manifest: &Manifest,
    output: &Output,
    cancel: &CancellationToken,
) -> Result<()> {
    let disk = &manifest.disks[disk_index(manifest, args.disk.as_deref())?];
    let size = disk.size_bytes;
    let beyond = || {
        Error::invalid(format!("disk `{}` ends at byte {size}", disk.name))
            .hint("Ask for bytes inside the disk.")
    };
    let rest = size.checked_sub(args.offset).ok_or_else(beyond)?;
    let length = args.length.unwrap_or(rest);
    if length > rest {
        return Err(beyond());
    }
    let whole = Extent::from_len(args.offset, length);
    let file = match &args.output {
        Some(path) => Some((path, create(path)?)),
        None if output.json => {
            return Err(Error::invalid(
                "--json needs -o: the bytes would mix with the document",
            ));
        }
        None => None,
    };
    let progress = Progress::new();
    progress.add_total(length);
    let work = async {
        for start in (whole.start..whole.end).step_by(usize::try_from(READ_BYTES).expect("fits")) {
            if cancel.is_cancelled() {
                return Err(Error::cancelled("reading was cancelled"));
            }
            let extent = Extent {
                start,
                end: whole.end.min(start + READ_BYTES),
            };
            let bytes = read_range(repository.vault(), disk, extent).await?;
            match &file {
                Some((path, file)) => {
                    let mut file = file;
                    file.write_all(&bytes).map_err(|e| {
                        Error::unavailable(format!("write `{}`", path.display())).caused_by(e)
                    })?;
                }
                None => write_stdout(&bytes)?,
            }
            progress.add_done(extent.len());
        }
        Ok(())
    };
    let done = match &file {
        Some(_) => with_progress(output, &format!("read {}", disk.name), &progress, work).await,
        None => work.await,
    };
    let Some((path, file)) = &file else {
        return done;
    };
    let synced = done.and_then(|()| {
        file.sync_all()
            .map_err(|e| Error::unavailable(format!("write `{}`", path.display())).caused_by(e))
    });
    synced.inspect_err(|_| {
        let _ = fs::remove_file(path);
    })?;
    let document = json!({
        "backup_id": manifest.backup_id, "disk": disk.name, "path": path,
        "offset": args.offset, "length": length,
    });
    output.answer(&document, || {
        format!("{} are in {}.\n", human::size(length), path.display())
    })
}

fn create(path: &Path) -> Result<fs::File> {
    let mut options = OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(0o600).open(path);
    opened.map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => exists(path).hint("Name a new file."),
        _ => Error::invalid(format!("create `{}`", path.display())).caused_by(e),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_disks_stay_in_their_directory() {
        for (name, expected) in [
            ("vda", "vda"),
            ("../../etc/passwd", "_.._.._etc_passwd"),
            ("a b/c", "a_b_c"),
            ("", "_"),
            ("数据", "数据"),
        ] {
            assert_eq!(file_name(name), expected);
        }
    }
}
