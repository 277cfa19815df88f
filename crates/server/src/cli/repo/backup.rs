//! `coffer repo backup`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use clap::Args;
use coffer_core::error::Context as _;
use coffer_core::extent::Extent;
use coffer_core::format::records::{
    DefinitionRecord, Facts, InstantRecord, Manifest, Resource, Tracking,
};
use coffer_core::ids::{BackupId, DiskId, VaultId};
use coffer_core::{Error, Result};
use coffer_engine::block::{BlockSource, SourceExtent};
use coffer_engine::hypervisor::file::RawFileSource;
use coffer_engine::pipeline::{BackupDisk, BackupJob, back_up};
use coffer_engine::progress::Progress;
use coffer_engine::repository::{Begun, Repository};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Environment, Output, RepositoryArgs, extents, find, human, list, with_progress};
use crate::client::SERVER_TYPE;

/// First bytes of a qcow2 image.
const QCOW2: [u8; 4] = *b"QFI\xfb";

/// Back up raw image files or block devices
///
/// All disks named belong to one backup. Nobody may write to them meanwhile: take a snapshot first
/// (LVM, for instance) where somebody does. Without --parent the newest backup of the same server
/// name is compared with; every backup restores by itself all the same.
#[derive(Debug, Args)]
pub struct BackupArgs {
    #[command(flatten)]
    repository: RepositoryArgs,
    /// A disk: its name in the backup and its file or device; may be repeated, system disk first
    #[arg(long = "disk", value_name = "NAME=PATH", required = true, value_parser = named_path)]
    disks: Vec<NamedPath>,
    /// What the disks belong to: backups of the same name follow one another
    #[arg(long, value_name = "NAME", default_value = "server")]
    server: String,
    /// Compare with this backup, by id or name, or `latest` [default: the newest of that server]
    #[arg(long, value_name = "BACKUP")]
    parent: Option<String>,
    /// Store everything again, independent of earlier backups
    #[arg(long, conflicts_with_all = ["parent", "changed"])]
    full: bool,
    /// Read only what changed since the parent: `offset length` in bytes, one a line
    ///
    /// Whatever lies outside is taken from the parent without being read, so the file must name
    /// every write since then. May be given for each disk.
    #[arg(long, value_name = "NAME=FILE", requires = "parent", value_parser = named_path)]
    changed: Vec<NamedPath>,
    /// Name of the backup
    #[arg(long, default_value = "")]
    name: String,
    /// Free text
    #[arg(long, default_value = "")]
    description: String,
    /// Take images that look like qcow2 for raw disks
    #[arg(long)]
    as_raw: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct NamedPath {
    name: String,
    path: PathBuf,
}

fn named_path(text: &str) -> Result<NamedPath, String> {
    let (name, path) = text.split_once('=').ok_or("write it as NAME=PATH")?;
    let legal = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    if name.is_empty() || name.len() > 64 || name.starts_with('.') || !name.chars().all(legal) {
        return Err(format!(
            "`{name}` is no disk name: 1 to 64 letters, digits, `_`, `-`, `.`"
        ));
    }
    if path.is_empty() {
        return Err(format!("no path for disk `{name}`"));
    }
    Ok(NamedPath {
        name: name.to_string(),
        path: PathBuf::from(path),
    })
}

/// Runs `coffer repo backup`.
pub async fn run(
    args: BackupArgs,
    environment: &Environment,
    output: &Output,
    cancel: &CancellationToken,
) -> Result<()> {
    check_names(&args)?;
    // Missing files are told before anything is opened or asked for.
    let sources = args.disks.iter().map(|disk| open_source(disk, args.as_raw));
    let sources = sources.collect::<Result<Vec<RawFileSource>>>()?;
    let repository = args.repository.open(environment).await?;
    let earlier = earlier(&args, &repository).await?;
    let disks = disks(&args, sources, repository.header.vault_id, &earlier)?;
    let parents: BTreeSet<BackupId> = disks.iter().filter_map(|disk| disk.parent).collect();
    let parents: Vec<BackupId> = parents.into_iter().collect();
    let names: Vec<&str> = args.disks.iter().map(|disk| disk.name.as_str()).collect();
    let job = BackupJob {
        facts: facts(&args, &earlier),
        instant: InstantRecord {
            at: coffer_server::door::now(),
            consistency: "offline".to_string(),
            frozen_ms: None,
            moved: false,
            notes: Vec::new(),
        },
        definition: DefinitionRecord::default(),
        independent: args.full,
        disks,
    };
    let id = BackupId(coffer_server::door::new_uuid());
    let session = match repository.begin_backup(id, &parents).await? {
        Begun::Session(session) => session,
        Begun::Committed(_) => return Err(Error::internal(format!("backup {id} exists already"))),
    };
    let progress = Progress::new();
    let work = back_up(session, job, &progress, cancel);
    let label = format!("backup {}", names.join(" "));
    let manifest = with_progress(output, &label, &progress, work).await?;
    output.answer(&json!({ "backup": list::document(&manifest) }), || {
        let read: u64 = manifest.disks.iter().map(|disk| disk.read_bytes).sum();
        format!(
            "Backup {id} is complete: {} read, {} held already, {} stored.\n",
            human::size(read),
            human::size(manifest.deduplicated_bytes()),
            human::size(manifest.stored_bytes()),
        )
    })
}

fn check_names(args: &BackupArgs) -> Result<()> {
    for (index, disk) in args.disks.iter().enumerate() {
        if args.disks[..index]
            .iter()
            .any(|other| other.name == disk.name)
        {
            return Err(Error::invalid(format!(
                "disk `{}` is named twice",
                disk.name
            )));
        }
    }
    for (index, changed) in args.changed.iter().enumerate() {
        let name = &changed.name;
        if !args.disks.iter().any(|disk| &disk.name == name) {
            return Err(Error::invalid(format!(
                "--changed {name}: there is no --disk {name}"
            )));
        }
        if args.changed[..index]
            .iter()
            .any(|other| &other.name == name)
        {
            return Err(Error::invalid(format!("--changed {name} is given twice")));
        }
    }
    Ok(())
}

fn open_source(disk: &NamedPath, as_raw: bool) -> Result<RawFileSource> {
    let step = || format!("disk `{}`", disk.name);
    let source = RawFileSource::open(&disk.path).with_context(step)?;
    if !as_raw && is_qcow2(&disk.path) {
        let path = disk.path.display();
        return Err(
            Error::invalid(format!("disk `{}`: `{path}` is a qcow2 image", disk.name)).hint(
                "Only raw images are read directly: attach it with `qemu-nbd -r -c /dev/nbd0` and \
                 name the device, or add --as-raw if a raw disk only looks like qcow2.",
            ),
        );
    }
    Ok(source)
}

fn is_qcow2(path: &Path) -> bool {
    use std::io::Read;
    let mut head = [0; 4];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head == QCOW2
}

/// The backups that may be compared with, oldest first.
async fn earlier(args: &BackupArgs, repository: &Repository) -> Result<Vec<Manifest>> {
    if args.full {
        return Ok(Vec::new());
    }
    if let Some(wanted) = &args.parent {
        let found = find(repository, wanted).await;
        return found.map(|parent| vec![parent]).context("--parent");
    }
    let mut manifests = repository.survey().await?.backups;
    manifests.retain(|manifest| manifest.facts.resource.name == args.server);
    Ok(manifests)
}

/// The disks with what is known of their changes.
fn disks(
    args: &BackupArgs,
    sources: Vec<RawFileSource>,
    vault_id: VaultId,
    earlier: &[Manifest],
) -> Result<Vec<BackupDisk>> {
    let mut disks = Vec::new();
    for (disk, source) in args.disks.iter().zip(sources) {
        let name = &disk.name;
        // Each disk goes on from the newest backup that has it.
        let find = |manifest: &'_ Manifest| {
            let before = manifest.disks.iter().find(|before| &before.name == name)?;
            Some((manifest.backup_id, before.clone()))
        };
        let known = earlier.iter().rev().find_map(find);
        let before = known.as_ref().map(|(_, before)| before);
        let changed = args.changed.iter().find(|changed| &changed.name == name);
        let (source, tracking) = match (changed, before) {
            (Some(changed), Some(before)) => {
                let size = source.size();
                let mut set = extents::load(&changed.path, size)?;
                // The list is about the disk as it was: what was added since is all new.
                set.insert(Extent {
                    start: before.size_bytes.min(size),
                    end: size,
                });
                let epoch = changed.path.display().to_string();
                (source.with_changed(set), Tracking::Bitmap { epoch })
            }
            (Some(_), None) => {
                return Err(Error::invalid(format!(
                    "--changed {name}: the parent has no disk `{name}`"
                ))
                .hint("Leave --changed out for a disk that is new."));
            }
            (None, _) => {
                let reason = "no list of changes was given".to_string();
                (source, Tracking::FullScan { reason })
            }
        };
        disks.push(BackupDisk {
            disk_id: before.map_or_else(|| disk_id(vault_id, &args.server, name), |b| b.disk_id),
            child_backup_id: None,
            name: name.clone(),
            system: disks.is_empty(),
            source: Arc::new(Unchanging(source)),
            tracking,
            parent: known.as_ref().map(|(parent, _)| *parent),
            epoch: None,
        });
    }
    Ok(disks)
}

/// The same disk of the same server has the same id in every backup of a vault.
fn disk_id(vault: VaultId, server: &str, disk: &str) -> DiskId {
    DiskId(named_uuid(&format!("{vault}\0{server}\0{disk}")))
}

/// A UUID made from a text (version 8: of our own making).
fn named_uuid(text: &str) -> uuid::Uuid {
    let hash = blake3::derive_key("coffer 2026-11 v1 repo ids", text.as_bytes());
    let bytes = *hash.first_chunk().expect("a hash has 32 bytes");
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn facts(args: &BackupArgs, earlier: &[Manifest]) -> Facts {
    let same = |manifest: &&Manifest| manifest.facts.resource.name == args.server;
    let resource = earlier
        .iter()
        .rev()
        .find(same)
        .map(|manifest| manifest.facts.resource.clone());
    Facts {
        resource: resource.unwrap_or_else(|| Resource {
            id: named_uuid(&args.server).to_string(),
            kind: SERVER_TYPE.to_string(),
            name: args.server.clone(),
        }),
        name: args.name.clone(),
        description: args.description.clone(),
        project_id: None,
        checkpoint_id: None,
        policy_id: None,
        automatic: false,
        expires_at: None,
    }
}

/// A file that must not change while it is read: every read asks whether it did.
struct Unchanging(RawFileSource);

#[async_trait]
impl BlockSource for Unchanging {
    fn size(&self) -> u64 {
        self.0.size()
    }

    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>> {
        let extents = self.0.extents(window).await?;
        self.check()?;
        Ok(extents)
    }

    async fn read(&self, extent: Extent) -> Result<Bytes> {
        let bytes = self.0.read(extent).await?;
        self.check()?;
        Ok(bytes)
    }
}

impl Unchanging {
    fn check(&self) -> Result<()> {
        if !self.0.is_touched() {
            return Ok(());
        }
        let path = self.0.path().display();
        Err(
            Error::conflict(format!("`{path}` was written to while it was read"))
                .hint("Stop whoever writes to it, or back up a snapshot of it."),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_are_named() {
        for (text, expected) in [
            ("vda=/images/a.raw", Ok(("vda", "/images/a.raw"))),
            ("a.b-c_9=x=y", Ok(("a.b-c_9", "x=y"))),
            ("/images/a.raw", Err("NAME=PATH")),
            ("=x", Err("no disk name")),
            ("..=x", Err("no disk name")),
            ("a/b=x", Err("no disk name")),
            ("vda=", Err("no path")),
        ] {
            match (named_path(text), expected) {
                (Ok(found), Ok((name, path))) => {
                    assert_eq!(
                        (found.name.as_str(), found.path),
                        (name, PathBuf::from(path))
                    );
                }
                (Err(error), Err(expected)) => assert!(error.contains(expected), "{error}"),
                (found, _) => panic!("{text}: {found:?}"),
            }
        }
    }

    #[test]
    fn a_disk_keeps_its_id() {
        let vault = VaultId(uuid::Uuid::from_bytes([1; 16]));
        let id = disk_id(vault, "web", "vda");
        assert_eq!(id, disk_id(vault, "web", "vda"));
        assert_ne!(id, disk_id(vault, "web", "vdb"));
        assert_ne!(id, disk_id(vault, "db", "vda"));
        assert_eq!(id.0.get_version_num(), 8);
    }
}
