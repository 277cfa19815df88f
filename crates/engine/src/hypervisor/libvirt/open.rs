//! Opening a snapshot: one instant over all disks.
//!
//! On an error everything begun is undone: the guest is let go, the job ended, the epoch dropped.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Instant as Clock;

use base64::Engine as _;
use coffer_core::{Error, Result};

use super::definition::{BackupDisk, BackupPart, backup_xml, checkpoint_xml, export_bitmap};
use super::disks::{self, Server};
use super::ffi::{LibvirtError, code, state};
use super::session::{Held, Job, KeptDisk, Place, Session, Shared};
use super::source::{SwitchedSource, remember_changes};
use super::still::{self, Still};
use super::{Claim, Inner, Use, connection, epochs};
use crate::hypervisor::qemu::{self, ImageExport, QemuNbd};
use crate::hypervisor::{
    ChangeTracking, Consistency, DiskInfo, EpochName, Instant, ServerDefinition, SnapshotDisk,
    SnapshotRequest, SnapshotSession,
};
use crate::nbd::NbdSource;

/// Largest file of firmware variables kept with a backup; OVMF's have 64 MiB at most.
const FIRMWARE_BYTES_MAX: u64 = 64 << 20;
/// A disk and how it will be read.
struct Planned {
    info: DiskInfo,
    target: String,
    /// Parent epoch, or why there is none.
    since: Result<EpochName, String>,
    /// It can hold a bitmap, so that a new epoch begins on it.
    epoch: bool,
}

impl Planned {
    fn kept(&self, epoch: Option<&EpochName>) -> KeptDisk {
        KeptDisk {
            target: self.target.clone(),
            path: PathBuf::from(&self.info.path),
            format: self.info.format.clone(),
            epoch: epoch.filter(|_| self.epoch).map(|epoch| epoch.0.clone()),
        }
    }

    fn tracking(&self) -> ChangeTracking {
        match self.since.clone() {
            Ok(epoch) => ChangeTracking::Bitmap { epoch },
            Err(reason) => ChangeTracking::FullScan { reason },
        }
    }
}

pub(super) async fn open_snapshot(
    inner: &Arc<Inner>,
    request: SnapshotRequest,
) -> Result<Box<dyn SnapshotSession>> {
    if request.disks.is_empty() {
        return Err(Error::invalid("a snapshot needs at least one disk"));
    }
    for epoch in request
        .disks
        .iter()
        .filter_map(|d| d.parent_epoch.as_ref())
        .chain(&request.new_epoch)
    {
        check_epoch(inner, epoch)?;
    }
    inner.check_scratch(inner.config.scratch_reserve)?;
    match &request.server {
        None => {
            let names = request.disks.iter().map(|d| d.native_id.clone()).collect();
            let claim = inner.claims.take(names, || Use::Opening).await?;
            let mut infos = Vec::new();
            for disk in &request.disks {
                infos.push(disks::detached_disk(inner, &disk.native_id).await?);
            }
            open_stopped(inner, claim, None, infos, request).await
        }
        Some(id) => {
            let claim = inner.claims.take(vec![id.clone()], || Use::Opening).await?;
            let server = disks::server(inner, id).await?;
            let mut infos = Vec::new();
            for disk in &request.disks {
                let info = server.info.disks[server.position(&disk.native_id)?].clone();
                if let Some(reason) = &info.unsupported {
                    return Err(Error::invalid(format!("disk {}: {reason}", info.name))
                        .hint("Leave this disk out of the backup."));
                }
                infos.push(info);
            }
            match server.state {
                state::SHUTOFF => open_stopped(inner, claim, Some(server), infos, request).await,
                state::RUNNING | state::BLOCKED | state::PAUSED | state::PM_SUSPENDED => {
                    open_running(inner, claim, server, infos, request).await
                }
                _ => Err(Error::conflict(format!(
                    "server {} is neither running nor off",
                    server.info.name
                ))
                .hint("Wait until it is, and try again.")),
            }
        }
    }
}

fn check_epoch(inner: &Inner, epoch: &EpochName) -> Result<()> {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = epoch.0.len() <= 64 && epoch.0.chars().all(legal);
    match fits && epoch.0.starts_with(&inner.prefix) {
        true => Ok(()),
        false => Err(Error::invalid(format!(
            "epoch {:?} does not begin with {} or is no name",
            epoch.0, inner.prefix
        ))),
    }
}

/// Decides for each disk what can be known before the instant. `images` says what their headers
/// say; `known` names the epochs libvirt knows, where a server runs.
async fn plan(
    infos: Vec<DiskInfo>,
    request: &SnapshotRequest,
    targets: impl Fn(&DiskInfo) -> String,
    known: Option<&[String]>,
) -> Result<Vec<Planned>> {
    let mut planned = Vec::new();
    for (info, asked) in infos.into_iter().zip(&request.disks) {
        let mut can_bitmap = false;
        let mut since = asked
            .parent_epoch
            .clone()
            .ok_or_else(|| "a full read was asked for".to_owned());
        if info.format == "qcow2" {
            let image = qemu::image_info(Path::new(&info.path), "qcow2").await?;
            can_bitmap = image.can_bitmap;
            if !can_bitmap {
                since = Err("the image is qcow2 of version 2, which holds no bitmaps".into());
            }
            // While a server runs, libvirt knows better than its images.
            if let (Ok(epoch), None) = (&since, known) {
                since = match image.bitmaps.iter().find(|bitmap| bitmap.name == epoch.0) {
                    Some(bitmap) if bitmap.consistent => since,
                    Some(_) => Err("the dirty bitmap is broken: QEMU or the host died".into()),
                    None => Err("the dirty bitmap is missing".into()),
                };
            }
        } else {
            since = Err(format!("{} images hold no bitmaps", info.format));
        }
        if let (Ok(epoch), Some(known)) = (&since, known)
            && !known.contains(&epoch.0)
        {
            since = Err("libvirt does not know the parent's epoch any more".into());
        }
        planned.push(Planned {
            target: targets(&info),
            info,
            since,
            epoch: can_bitmap,
        });
    }
    Ok(planned)
}

async fn open_running(
    inner: &Arc<Inner>,
    claim: Claim,
    server: Server,
    infos: Vec<DiskInfo>,
    request: SnapshotRequest,
) -> Result<Box<dyn SnapshotSession>> {
    let uuid = server.info.native_id.clone();
    let name = uuid.clone();
    let (number, known) = inner
        .connections
        .call("look at server", move |c| {
            let domain = c.domain(&name)?;
            let names = domain
                .checkpoints()?
                .iter()
                .map(|c| c.name())
                .collect::<Vec<_>>();
            Ok((domain.id().unwrap_or(u32::MAX), names))
        })
        .await?;
    let target = |info: &DiskInfo| info.name.clone();
    let mut planned = plan(infos, &request, target, Some(&known)).await?;
    let epoch = request.new_epoch.as_ref();
    let kept: Vec<KeptDisk> = planned.iter().map(|p| p.kept(epoch)).collect();
    let (job, folder) = Job::prepare(inner, number, &kept)?;

    let definition = definition_of(&server);
    let still = Still::mark(&inner.runtime, &uuid)?;
    let (frozen_at, mut notes) =
        still::freeze(inner, &uuid, server.state, request.freeze, &still).await;
    let runs = matches!(server.state, state::RUNNING | state::BLOCKED);
    let paused = runs && planned.iter().any(|p| p.since.is_ok());
    if paused && let Err(e) = still::pause(inner, &uuid).await {
        for disk in planned.iter_mut().filter(|disk| disk.since.is_ok()) {
            disk.since = Err(format!("the server could not be paused: {}", e.message));
        }
    }
    let targets: Vec<String> = server
        .defined
        .iter()
        .map(|disk| disk.target.clone())
        .collect();
    let begun = begin(inner, &uuid, &targets, &mut planned, &job, epoch).await;
    let at = crate::door::now();
    // Whatever happened: let the guest go before anything else.
    if paused {
        still::resume(inner, &uuid).await;
    }
    if frozen_at.is_some() {
        still::thaw(inner, &uuid, &mut notes, still).await;
    }
    let frozen = frozen_at.map(|since: Clock| since.elapsed());
    if let Err(e) = begun {
        // Made a moment ago, and empty but for a dead socket.
        let _ = std::fs::remove_dir_all(&folder);
        return Err(e);
    }

    // From here on the session cleans up, whatever happens.
    let (place, _) = tokio::sync::watch::channel(Place::Moving);
    let links = job.keep_links();
    let address = job.address();
    let layers = match &links {
        Ok(links) => links.iter().map(|link| vec![link.clone()]).collect(),
        Err(_) => vec![Vec::new(); kept.len()],
    };
    let held = Held {
        generation: 0,
        job: Some(job),
        exports: Vec::new(),
        layers,
        folders: vec![folder],
    };
    let shared = Arc::new(Shared {
        inner: Arc::clone(inner),
        server: Some(uuid),
        disks: kept,
        targets,
        place,
        ended_by_us: std::sync::atomic::AtomicBool::new(false),
        held: tokio::sync::Mutex::new(held),
    });
    let mut sources = Vec::new();
    let mut failed = links.err();
    for disk in &planned {
        let bitmap = disk.since.is_ok().then(|| export_bitmap(&disk.target));
        match NbdSource::connect(&address, &disk.target, bitmap.as_deref()).await {
            Ok(source) => sources.push(Arc::new(source)),
            Err(e) => {
                failed = Some(Error::from(e).context(format!("open export of {}", disk.target)))
            }
        }
    }
    let consistency = match frozen.is_some() {
        true => Consistency::Application,
        false => Consistency::Crash,
    };
    let instant = Instant {
        at,
        consistency,
        frozen,
        notes,
    };
    let parts = Parts {
        instant,
        definition,
        planned,
        sources,
        epoch: request.new_epoch,
    };
    finish(shared, claim, parts, failed).await
}

/// What a session is made of once everything is open.
struct Parts {
    instant: Instant,
    definition: ServerDefinition,
    planned: Vec<Planned>,
    sources: Vec<Arc<NbdSource>>,
    epoch: Option<EpochName>,
}

/// Makes the session; with an error it is closed at once.
async fn finish(
    shared: Arc<Shared>,
    claim: Claim,
    parts: Parts,
    failed: Option<Error>,
) -> Result<Box<dyn SnapshotSession>> {
    let begins = |disk: &Planned| parts.epoch.is_some() && disk.epoch;
    let new_epoch = parts.epoch.as_ref().map(|epoch| epoch.0.clone());
    let new_epoch = new_epoch.filter(|_| parts.planned.iter().any(begins));
    let mut disks = Vec::new();
    let mut parents = Vec::new();
    for (index, source) in parts.sources.iter().enumerate() {
        let disk = &parts.planned[index];
        let changed = Arc::new(OnceLock::new());
        if disk.since.is_ok() {
            tokio::spawn(remember_changes(Arc::clone(source), Arc::clone(&changed)));
        }
        disks.push(SnapshotDisk {
            info: DiskInfo {
                size_bytes: crate::block::BlockSource::size(&**source),
                ..disk.info.clone()
            },
            tracking: disk.tracking(),
            new_epoch: begins(disk),
            source: Arc::new(SwitchedSource {
                size: crate::block::BlockSource::size(&**source),
                shared: Arc::clone(&shared),
                index,
                changed,
                tracked: disk.since.is_ok(),
            }),
        });
    }
    for disk in &parts.planned {
        if let Ok(epoch) = &disk.since
            && Some(&epoch.0) != new_epoch.as_ref()
            && !parents.contains(&epoch.0)
        {
            parents.push(epoch.0.clone());
        }
    }
    shared.place.send_replace(Place::Open {
        generation: 0,
        sources: Arc::new(parts.sources),
    });
    let about = (parts.instant, disks, parts.definition);
    let session = Session::new(shared, claim, about, parents, new_epoch);
    match failed {
        None => Ok(Box::new(session)),
        Some(e) => {
            if let Err(undo) = session.close(crate::hypervisor::Outcome::Abandoned).await {
                tracing::warn!("snapshot that failed could not be undone: {}", undo.chain());
            }
            Err(e)
        }
    }
}

/// Begins the backup job. Where a parent's bitmap is of no use, that disk is read in full.
async fn begin(
    inner: &Arc<Inner>,
    uuid: &str,
    targets: &[String],
    planned: &mut [Planned],
    job: &Job,
    epoch: Option<&EpochName>,
) -> Result<()> {
    loop {
        let part = |target: &String| BackupDisk {
            target: target.clone(),
            part: match planned.iter().position(|p| p.target == *target) {
                None => BackupPart::No,
                Some(index) => BackupPart::Yes {
                    scratch: job.scratches[index].clone(),
                    since: planned[index]
                        .since
                        .as_ref()
                        .ok()
                        .map(|epoch| epoch.0.clone()),
                    epoch: epoch.is_some() && planned[index].epoch,
                },
            },
        };
        let disks: Vec<BackupDisk> = targets.iter().map(part).collect();
        let backup = backup_xml(&job.socket, &disks);
        let checkpoint = epoch.and_then(|epoch| checkpoint_xml(&epoch.0, &disks));
        let name = uuid.to_owned();
        let begun = inner
            .connections
            .try_call(move |c| {
                c.domain(&name)?
                    .begin_backup(&backup, checkpoint.as_deref())
            })
            .await?;
        match begun {
            Ok(()) => return Ok(()),
            Err(e) if is_useless_bitmap(&e) && planned.iter().any(|p| p.since.is_ok()) => {
                give_up_bitmaps(planned, &e);
            }
            Err(e) => return Err(begin_error(inner, e)),
        }
    }
}

fn is_useless_bitmap(error: &LibvirtError) -> bool {
    matches!(
        error.code,
        code::CHECKPOINT_INCONSISTENT | code::NO_DOMAIN_CHECKPOINT
    )
}

/// Falls back for the disk that the error names, or for all if it names none of them.
fn give_up_bitmaps(planned: &mut [Planned], error: &LibvirtError) {
    let names = |p: &Planned| p.since.is_ok() && error.message.contains(&format!("'{}'", p.target));
    let named = planned.iter().any(names);
    for disk in planned.iter_mut() {
        if disk.since.is_ok() && (!named || names(disk)) {
            disk.since = Err(format!(
                "the dirty bitmap is lost or broken: {}",
                error.message
            ));
        }
    }
}

fn begin_error(inner: &Inner, error: LibvirtError) -> Error {
    let denied = error.message.contains("Permission denied");
    let mapped = connection::to_error(error, &inner.config.uri).context("begin backup job");
    match denied {
        true => mapped.hint(format!(
            "QEMU must be allowed to make files in {} and {}: check their owner, and AppArmor's or SELinux' rules.",
            inner.config.scratch_dir.display(),
            inner.runtime.folder().display()
        )),
        false => mapped,
    }
}

fn definition_of(server: &Server) -> ServerDefinition {
    let small = |path: &PathBuf| {
        std::fs::metadata(path).is_ok_and(|m| m.is_file() && m.len() <= FIRMWARE_BYTES_MAX)
    };
    let nvram = server
        .nvram
        .as_ref()
        .filter(|path| small(path))
        .and_then(|path| std::fs::read(path).ok());
    let encode = |bytes| base64::engine::general_purpose::STANDARD.encode(bytes);
    ServerDefinition {
        kind: "libvirt-xml".into(),
        text: server.xml.clone(),
        firmware_variables: nvram.map(encode).unwrap_or_default(),
    }
}

/// Opens disks that nobody writes to: of a server that is off, or of none.
async fn open_stopped(
    inner: &Arc<Inner>,
    claim: Claim,
    server: Option<Server>,
    infos: Vec<DiskInfo>,
    request: SnapshotRequest,
) -> Result<Box<dyn SnapshotSession>> {
    let target = |info: &DiskInfo| info.name.clone();
    let mut planned = plan(infos, &request, target, None).await?;
    let at = crate::door::now();
    // The new epoch begins before the first byte is read.
    if let Some(epoch) = &request.new_epoch
        && let Err(e) = begin_epoch(inner, server.as_ref(), &planned, epoch).await
    {
        return Err(e.context("begin epoch"));
    }
    let (place, _) = tokio::sync::watch::channel(Place::Moving);
    let shared = Arc::new(Shared {
        inner: Arc::clone(inner),
        server: server.as_ref().map(|server| server.info.native_id.clone()),
        disks: planned
            .iter()
            .map(|p| p.kept(request.new_epoch.as_ref()))
            .collect(),
        targets: server
            .iter()
            .flat_map(|server| server.defined.iter().map(|disk| disk.target.clone()))
            .collect(),
        place,
        ended_by_us: std::sync::atomic::AtomicBool::new(false),
        held: tokio::sync::Mutex::new(Held {
            layers: vec![Vec::new(); planned.len()],
            ..Held::default()
        }),
    });
    let mut sources = Vec::new();
    let mut failed = None;
    for disk in &mut planned {
        match open_image(&shared, disk).await {
            Ok(source) => sources.push(Arc::new(source)),
            Err(e) => {
                failed = Some(e.context(format!("open disk {}", disk.info.name)));
                break;
            }
        }
    }
    if let (None, Some(server)) = (&failed, &server) {
        // Now that the images are locked nobody can start it: it must still be off.
        failed = match disks::server(inner, &server.info.native_id).await {
            Ok(now) if now.is_off() => None,
            Ok(now) => Some(Error::conflict(format!(
                "server {} was started meanwhile",
                now.info.name
            ))),
            Err(e) => Some(e),
        };
    }
    let instant = Instant {
        at,
        consistency: Consistency::Offline,
        frozen: None,
        notes: Vec::new(),
    };
    let definition = server.as_ref().map(definition_of).unwrap_or_default();
    let parts = Parts {
        instant,
        definition,
        planned,
        sources,
        epoch: request.new_epoch,
    };
    finish(shared, claim, parts, failed).await
}

async fn begin_epoch(
    inner: &Arc<Inner>,
    server: Option<&Server>,
    planned: &[Planned],
    epoch: &EpochName,
) -> Result<()> {
    let begins = |id: &str| planned.iter().any(|p| p.epoch && p.info.native_id == id);
    let Some(server) = server else {
        for disk in planned.iter().filter(|disk| disk.epoch) {
            qemu::add_bitmap(Path::new(&disk.info.path), &epoch.0).await?;
        }
        return Ok(());
    };
    let part: Vec<bool> = server
        .info
        .disks
        .iter()
        .map(|disk| begins(&disk.native_id))
        .collect();
    match part.contains(&true) {
        true => epochs::begin_offline(inner, server, &part, &epoch.0).await,
        false => Ok(()),
    }
}

/// Exports an image with its bitmap; without, where that turns out to be missing.
async fn open_image(shared: &Arc<Shared>, disk: &mut Planned) -> Result<NbdSource> {
    let bitmap = disk.since.as_ref().ok().map(|epoch| epoch.0.clone());
    let export = ImageExport {
        image: PathBuf::from(&disk.info.path),
        format: disk.info.format.clone(),
        writable: false,
        bitmap: bitmap.clone(),
        unlocked: false,
    };
    let served = QemuNbd::serve(&shared.inner.runtime, export).await?;
    let source = NbdSource::connect(&served.address(), "", bitmap.as_deref()).await;
    shared.held.lock().await.exports.push(served);
    Ok(source?)
}
