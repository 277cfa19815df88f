//! `coffer files`: what is inside a backup, without restoring it.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use coffer_core::{Error, Result};
use serde_json::{Value, json};

use super::output::{Output, write_stdout};
use super::table::{Fit, Table, printable};
use super::{Context, block_on, export, human, resolve};
use crate::client::{Client, FileEntry, FileVolume, InBackup};

/// Look into the disks of a backup, and take files out of it
///
/// The service starts a small virtual machine that reads the backup's file systems; it stays for some
/// minutes. Paths count from the top folder of a volume. In them bytes that are no UTF-8 are
/// written \xHH and \ is written \\. Symbolic links are shown and never followed.
#[derive(Debug, Args)]
pub struct FilesArgs {
    #[command(subcommand)]
    command: FilesCommand,
}

#[derive(Debug, Subcommand)]
enum FilesCommand {
    /// List partitions, logical volumes and what is on them
    Volumes {
        /// Backup by name or id
        backup: String,
    },
    /// List a folder
    Ls(PlaceArgs),
    /// Write a file to standard output
    Cat(PlaceArgs),
    /// Fetch a file, or a folder as a tar archive
    Get(GetArgs),
    /// Look for names beneath a folder
    Find(FindArgs),
    /// Show what of a folder is not the same in another backup
    Diff(DiffArgs),
}

/// Where something is in a backup.
#[derive(Debug, Args)]
struct PlaceArgs {
    /// Backup by name or id
    backup: String,
    /// Volume, as `coffer files volumes` names it
    volume: String,
    /// Path in the volume
    #[arg(default_value = "/")]
    path: String,
}

#[derive(Debug, Args)]
struct GetArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// File to make
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Overwrite FILE
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Args)]
struct FindArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Part of a name, large or small; with * or ? in it, all of a name
    #[arg(long)]
    name: String,
}

#[derive(Debug, Args)]
struct DiffArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Backup to compare with, by name or id
    #[arg(long, value_name = "BACKUP")]
    since: String,
}

/// Runs `coffer files`.
pub fn run(args: FilesArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        let output = &context.output;
        match args.command {
            FilesCommand::Volumes { backup } => volumes(&client, output, &backup).await,
            FilesCommand::Ls(place) => list(&client, output, &place).await,
            FilesCommand::Cat(place) => cat(&client, &place).await,
            FilesCommand::Get(args) => get(&client, output, &args).await,
            FilesCommand::Find(args) => find(&client, output, &args).await,
            FilesCommand::Diff(args) => diff(&client, output, &args).await,
        }
    })
}

impl PlaceArgs {
    async fn backup(&self, client: &Client) -> Result<String> {
        Ok(resolve::backup(client, &self.backup).await?.value.id)
    }

    fn within<'a>(&'a self, backup: &'a str) -> InBackup<'a> {
        InBackup {
            backup,
            volume: &self.volume,
            path: &self.path,
        }
    }
}

async fn volumes(client: &Client, output: &Output, backup: &str) -> Result<()> {
    let backup = resolve::backup(client, backup).await?.value;
    let found = client.file_volumes(&backup.id).await?;
    let document = json!({ "volumes": found.raw });
    output.answer(&document, || volume_table(&found.value, output.columns))
}

fn volume_table(volumes: &[FileVolume], columns: Option<usize>) -> String {
    let mut table = Table::new(&[
        ("VOLUME", Fit::Shorten),
        ("CONTENT", Fit::Shorten),
        ("SIZE", Fit::Right),
        ("LABEL", Fit::Shorten),
        ("FILES", Fit::Shorten),
    ]);
    for volume in volumes {
        table.row([
            volume.id.clone(),
            volume.content.clone(),
            human::size(volume.size_bytes),
            volume.label.clone().unwrap_or_else(|| "-".to_owned()),
            if volume.readable { "yes" } else { "no" }.to_owned(),
        ]);
    }
    table.render(columns)
}

async fn list(client: &Client, output: &Output, args: &PlaceArgs) -> Result<()> {
    let backup = args.backup(client).await?;
    let mut all = Vec::new();
    let mut marker = None;
    loop {
        let place = args.within(&backup);
        let (page, next) = client.file_entries(place, marker.as_deref()).await?;
        match output.json {
            true => all.extend(page.raw.as_array().cloned().unwrap_or_default()),
            // As they come: there may be a million.
            false => write_stdout(lines(&page.value, |entry| &entry.name).as_bytes())?,
        }
        marker = next;
        if marker.is_none() {
            break;
        }
    }
    output.answer(&json!({ "entries": all }), String::new)
}

/// One line for each entry, as `ls -l` has them.
fn lines(entries: &[FileEntry], name: impl Fn(&FileEntry) -> &String) -> String {
    let line = |entry: &FileEntry| {
        let kind = match entry.kind.as_str() {
            "file" => "-",
            "folder" => "d",
            "link" => "l",
            "damaged" => "!",
            _ => "s",
        };
        let size = entry
            .size_bytes
            .map_or_else(|| "-".to_owned(), |size| size.to_string());
        let time = entry.modified_at.as_deref().unwrap_or("-");
        let target = entry.target.as_deref();
        let target = target.map_or_else(String::new, |target| format!(" -> {}", printable(target)));
        let owner = format!("{}:{}", entry.user, entry.group);
        format!(
            "{kind} {} {owner:>11} {size:>13} {time:<30} {}{target}\n",
            entry.permissions,
            printable(name(entry))
        )
    };
    entries.iter().map(line).collect()
}

async fn cat(client: &Client, args: &PlaceArgs) -> Result<()> {
    let backup = args.backup(client).await?;
    let mut download = client.fetch_file(args.within(&backup), false).await?;
    while let Some(bytes) = download.next().await? {
        write_stdout(&bytes)?;
    }
    Ok(())
}

async fn get(client: &Client, output: &Output, args: &GetArgs) -> Result<()> {
    let path = &args.to;
    if path.symlink_metadata().is_ok() && !args.force {
        return Err(
            Error::conflict(format!("`{}` is there already", path.display()))
                .hint("Name another file, or say --force."),
        );
    }
    let backup = args.place.backup(client).await?;
    let place = args.place.within(&backup);
    let entry = client.file_entry(place).await?.value;
    let is_archive = entry.kind == "folder";
    let mut download = client.fetch_file(place, is_archive).await?;
    let part = Part::open(path)?;
    let mut size = 0;
    while let Some(bytes) = download.next().await? {
        size += bytes.len() as u64;
        part.write(&bytes)?;
    }
    if download.total.is_some_and(|total| total != size) {
        return Err(Error::unavailable(
            "the connection ended before the file did",
        ));
    }
    part.finish(path)?;
    let document = json!({ "file": path, "size_bytes": size, "archive": is_archive });
    output.answer(&document, || {
        let kind = if is_archive { ", a tar archive" } else { "" };
        format!("{}: {}{kind}\n", path.display(), human::size(size))
    })
}

/// What has come of a file. It goes where it does not become the file.
struct Part {
    path: PathBuf,
    file: File,
}

impl Part {
    fn open(path: &Path) -> Result<Part> {
        let mut name = path.as_os_str().to_owned();
        name.push(".part");
        let path = PathBuf::from(name);
        let file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .open(&path)
            .map_err(|e| export::failed("open", &path, e))?;
        Ok(Part { path, file })
    }

    fn write(&self, bytes: &[u8]) -> Result<()> {
        let mut file = &self.file;
        file.write_all(bytes)
            .map_err(|e| export::failed("write", &self.path, e))
    }

    fn finish(self, path: &Path) -> Result<()> {
        self.file
            .sync_all()
            .and_then(|()| std::fs::rename(&self.path, path))
            .map_err(|e| export::failed("make", path, e))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Renamed, it is not there any more.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn find(client: &Client, output: &Output, args: &FindArgs) -> Result<()> {
    let backup = args.place.backup(client).await?;
    let (mut all, mut left_out) = (Vec::new(), Vec::new());
    let mut marker = None;
    loop {
        let place = args.place.within(&backup);
        let found = client.find_files(place, &args.name, marker.as_deref());
        let (page, next, unread) = found.await?;
        match output.json {
            true => all.extend(page.raw.as_array().cloned().unwrap_or_default()),
            false => write_stdout(lines(&page.value, |entry| &entry.path).as_bytes())?,
        }
        for path in &unread {
            output.note(&format!("{} cannot be read.", printable(path)));
        }
        left_out.extend(unread);
        marker = next;
        if marker.is_none() {
            break;
        }
    }
    output.answer(&json!({ "entries": all, "unread": left_out }), String::new)
}

async fn diff(client: &Client, output: &Output, args: &DiffArgs) -> Result<()> {
    let backup = args.place.backup(client).await?;
    let since = resolve::backup(client, &args.since).await?.value;
    let place = args.place.within(&backup);
    let found = client.file_differences(place, &since.id).await?;
    if found["more"] == true {
        output.note("There are more differences: compare a folder further down.");
    }
    let empty = Vec::new();
    let list = found["differences"].as_array().unwrap_or(&empty).clone();
    output.answer(&found, || list.iter().map(difference).collect())
}

/// `+` new, `-` gone, `*` another one.
fn difference(difference: &Value) -> String {
    let sign = match (
        difference["before"].is_null(),
        difference["after"].is_null(),
    ) {
        (true, _) => '+',
        (_, true) => '-',
        _ => '*',
    };
    let path = difference["path"].as_str().unwrap_or_default();
    format!("{sign} {}\n", printable(path))
}
