//! `coffer backup export` and `coffer image export`: files that the service makes, fetched so that a
//! broken download is gone on with.
//!
//! What has come lies in `FILE.part`, and in `FILE.part.tag` the tag of the file that it is of. Only
//! what was checked gets the file's own name.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use coffer_core::{Error, Kind, Result};
use serde_json::json;

use super::output::Output;
use super::progress::{Display, Meter, Position};
use super::{human, make, resolve};
use crate::client::{Backup, Client, RemoteFile, Resume};

/// What reads as zeroes for so long is left out of the file: it is a hole then.
const HOLE: usize = 64 * 1024;
/// Between two looks at a digest that the service is still working on.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Format of a disk's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// qcow2, without what reads as zeroes
    Qcow2,
    /// The disk, byte for byte; a sparse file here
    Raw,
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Format::Qcow2 => "qcow2",
            Format::Raw => "raw",
        }
    }
}

/// Where an exported file goes.
#[derive(Debug, Args)]
pub struct TargetArgs {
    /// File to make; what has come of it so far is in FILE.part
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Overwrite FILE, and what is in FILE.part
    #[arg(long)]
    force: bool,
}

/// Fetches one disk of a backup.
pub async fn disk(
    client: &Client,
    output: &Output,
    backup: &Backup,
    (disk, format): (Option<&str>, Format),
    target: &TargetArgs,
) -> Result<()> {
    let part = make::part(backup, disk)?;
    let file = RemoteFile::disk(false, &part.id, &part.resource_id, format.name());
    fetch(client, output, &file, target).await
}

/// Fetches all of a backup as an archive.
pub async fn backup(
    client: &Client,
    output: &Output,
    backup: &Backup,
    target: &TargetArgs,
) -> Result<()> {
    fetch(client, output, &RemoteFile::backup(&backup.id), target).await
}

/// Fetches one disk of an image.
pub async fn image_disk(
    client: &Client,
    output: &Output,
    image: &str,
    (disk, format): (Option<&str>, Format),
    target: &TargetArgs,
) -> Result<()> {
    let image = resolve::image(client, image).await?.value;
    let disk = match (disk, image.disks.as_slice()) {
        (Some(disk), _) => disk.to_owned(),
        (None, [only]) => only.id.clone(),
        (None, disks) => {
            let names: Vec<&str> = disks.iter().map(|d| d.name.as_str()).collect();
            return Err(Error::invalid("the image has several disks").hint(format!(
                "Say which one with --disk. Its disks are: {}.",
                names.join(", ")
            )));
        }
    };
    let file = RemoteFile::disk(true, &image.id, &disk, format.name());
    fetch(client, output, &file, target).await
}

/// Fetches a file, from where it broke off where it was begun before, and checks its digest.
pub async fn fetch(
    client: &Client,
    output: &Output,
    remote: &RemoteFile,
    target: &TargetArgs,
) -> Result<()> {
    let path = &target.to;
    if path.symlink_metadata().is_ok() && !target.force {
        return Err(
            Error::conflict(format!("`{}` is there already", path.display()))
                .hint("Name another file, or say --force."),
        );
    }
    let mut part = Part::open(path, target.force)?;
    let resumed = part.at;
    let label = path.file_name().map(|name| name.to_string_lossy());
    let mut meter = Display::new(output).meter(&label.unwrap_or_default());
    let fetched = tokio::select! {
        fetched = all(client, output, remote, &mut part, &mut meter) => fetched,
        _ = tokio::signal::ctrl_c() => Err(Error::cancelled("stopped")
            .hint("The same command goes on where this one stopped.")),
    };
    let checked = match fetched {
        Ok(()) => part.check(client, remote, &mut meter).await,
        Err(error) => part.keep().and(Err(error)),
    };
    meter.finish();
    let digest = checked?;
    let size = part.at;
    part.finish()?;
    let document = json!({ "file": path, "size_bytes": size, "blake3": digest,
        "resumed_at": resumed });
    output.answer(&document, || {
        format!("{}: {}, checked\n", path.display(), human::size(size))
    })
}

/// Fetches what is missing. A connection that breaks is replaced as long as each one brings
/// something.
async fn all(
    client: &Client,
    output: &Output,
    remote: &RemoteFile,
    part: &mut Part,
    meter: &mut Meter,
) -> Result<()> {
    loop {
        let before = part.at;
        match once(client, output, remote, part, meter).await {
            Ok(()) => return Ok(()),
            Err(error) if error.kind == Kind::Unavailable && part.at > before => {
                output.note(&format!("{}; going on.", error.chain()));
            }
            Err(error) => {
                return Err(error.hint("The same command goes on where this one stopped."));
            }
        }
    }
}

async fn once(
    client: &Client,
    output: &Output,
    remote: &RemoteFile,
    part: &mut Part,
    meter: &mut Meter,
) -> Result<()> {
    let from = (part.at > 0).then(|| Resume {
        have: part.at,
        tag: part.tag.clone(),
    });
    let mut download = client.download(remote, from.as_ref()).await?;
    if part.at > 0 && download.start == 0 {
        output.note("The file is another one by now: it is begun anew.");
    }
    if download.start == 0 {
        part.begin(&download.tag)?;
    }
    let total = download.total.unwrap_or(0);
    let show = |done| Position::Bytes { done, total };
    meter.update(show(part.at), "waiting");
    loop {
        match download.next().await {
            Ok(Some(bytes)) => part.write(&bytes)?,
            Ok(None) => break,
            Err(error) => {
                part.keep()?;
                return Err(error);
            }
        }
        meter.update(show(part.at), "waiting");
    }
    part.keep()?;
    match download.total {
        Some(total) if total != part.at => Err(Error::unavailable(
            "the connection ended before the file did",
        )),
        _ => Ok(()),
    }
}

/// What has come of a file.
struct Part {
    path: PathBuf,
    part: PathBuf,
    note: PathBuf,
    tag: String,
    file: File,
    /// Bytes that have come, those of `rest` included.
    at: u64,
    /// Not written yet: less than [`HOLE`].
    rest: Vec<u8>,
}

impl Part {
    fn open(path: &Path, anew: bool) -> Result<Part> {
        let with = |end: &str| {
            let mut name = path.as_os_str().to_owned();
            name.push(end);
            PathBuf::from(name)
        };
        let (part, note) = (with(".part"), with(".part.tag"));
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&part)
            .map_err(|e| failed("open", &part, e))?;
        let tag = std::fs::read_to_string(&note).unwrap_or_default();
        let tag = tag.trim().to_owned();
        let len = file.metadata().map_err(|e| failed("read", &part, e))?.len();
        let at = if anew || tag.is_empty() { 0 } else { len };
        Ok(Part {
            path: path.to_owned(),
            part,
            note,
            tag,
            file,
            at,
            rest: Vec::new(),
        })
    }

    /// Forgets what is there: the file of another tag comes.
    fn begin(&mut self, tag: &str) -> Result<()> {
        self.at = 0;
        self.rest.clear();
        tag.clone_into(&mut self.tag);
        // Emptied first: bytes must never be taken for those of another tag.
        self.file
            .set_len(0)
            .map_err(|e| failed("write", &self.part, e))?;
        std::fs::write(&self.note, tag).map_err(|e| failed("write", &self.note, e))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.at += bytes.len() as u64;
        self.rest.extend_from_slice(bytes);
        let whole = self.rest.len() / HOLE * HOLE;
        if whole > 0 {
            let start = self.at - self.rest.len() as u64;
            let rest = self.rest.split_off(whole);
            let whole = std::mem::replace(&mut self.rest, rest);
            self.put(start, &whole)?;
        }
        Ok(())
    }

    /// Writes bytes, but not those that are zero: the file is extended over them.
    fn put(&self, start: u64, bytes: &[u8]) -> Result<()> {
        let mut at = start;
        for piece in bytes.chunks(HOLE) {
            if piece.iter().any(|byte| *byte != 0) {
                let written = self.file.write_all_at(piece, at);
                written.map_err(|e| failed("write", &self.part, e))?;
            }
            at += piece.len() as u64;
        }
        let len = self.file.set_len(at);
        len.map_err(|e| failed("write", &self.part, e))
    }

    /// Everything that has come is in the part file when this returns.
    fn keep(&mut self) -> Result<()> {
        let rest = std::mem::take(&mut self.rest);
        self.put(self.at - rest.len() as u64, &rest)
    }

    /// Compares the file with the digest that the service says.
    async fn check(
        &mut self,
        client: &Client,
        remote: &RemoteFile,
        meter: &mut Meter,
    ) -> Result<String> {
        let here = self.digest()?;
        loop {
            let told = client.checksum(remote).await?;
            if told.etag != self.tag {
                return Err(Error::conflict("the file changed while it was fetched")
                    .hint("The same command begins anew."));
            }
            let done = Position::Bytes {
                done: told.done_bytes,
                total: told.size_bytes,
            };
            meter.update(done, "the service computes its digest");
            match told.value {
                None => tokio::time::sleep(LOOK_EVERY).await,
                Some(there) if there == here => return Ok(here),
                Some(there) => {
                    let part = self.part.display();
                    return Err(Error::data(format!(
                        "`{part}` is not what was sent: its BLAKE3 is {here}, not {there}"
                    ))
                    .hint("Look after the disk and memory here; --force begins anew."));
                }
            }
        }
    }

    /// Of the part file, as it lies on the disk.
    fn digest(&self) -> Result<String> {
        let opened = File::open(&self.part);
        let mut file = opened.map_err(|e| failed("read", &self.part, e))?;
        let mut hasher = blake3::Hasher::new();
        let mut buffer = vec![0; 1 << 20];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok(hasher.finalize().to_hex().to_string()),
                Ok(n) => _ = hasher.update(&buffer[..n]),
                Err(e) => return Err(failed("read", &self.part, e)),
            }
        }
    }

    /// Gives the file its name.
    fn finish(self) -> Result<()> {
        let synced = self.file.sync_all();
        synced.map_err(|e| failed("write", &self.part, e))?;
        let named = std::fs::rename(&self.part, &self.path);
        named.map_err(|e| failed("make", &self.path, e))?;
        // Without the part nobody reads it.
        let _ = std::fs::remove_file(&self.note);
        Ok(())
    }
}

/// An error of a file here.
pub fn failed(step: &str, path: &Path, error: std::io::Error) -> Error {
    let kind = match error.kind() {
        std::io::ErrorKind::NotFound => Kind::NotFound,
        std::io::ErrorKind::PermissionDenied => Kind::Invalid,
        _ => Kind::Unavailable,
    };
    Error::new(kind, format!("{step} `{}`", path.display())).caused_by(error)
}
