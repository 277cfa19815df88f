//! Backups as files that clients take away: a disk as raw or qcow2, or all of a backup as an archive.
//!
//! Nothing is stored for that: any part of a file follows from the maps and is made when it is asked
//! for. Each answer is a reader of its backup (`app::serving`), which holds it in place.
//!
//! Memory for each answer: [`BLOCKS_AHEAD`] blocks that are read ahead and [`BLOCKS_WAITING`] that
//! wait for the client. One that takes nothing for [`STALL_LIMIT`] is let go.

mod digests;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use bytes::{Bytes, BytesMut};
use coffer_core::cbr::{Code, Operation, Refusal, ResourceType};
use coffer_core::extent::Extent;
use coffer_core::portable::{About, Resource};
use coffer_core::{Error, Result};
use coffer_engine::pipeline::{Described, Export, ExportFormat, Portable};
use futures::stream::BoxStream;
use futures::{Stream, StreamExt, stream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use digests::Digests;
use digests::{FileDigests, PieceHasher};

use super::serving::HeldBackup;
use super::{Actor, App, AppResult, During};

const OP: Operation = Operation::ShowBackup;
/// What is read and sent at once, in bytes.
const BLOCK: u64 = 1 << 20;
/// Blocks that are read at once for one answer.
const BLOCKS_AHEAD: usize = 4;
/// Blocks that wait for the client to take them.
const BLOCKS_WAITING: usize = 2;
/// A client that takes nothing for so long is gone.
const STALL_LIMIT: Duration = Duration::from_secs(600);

/// A file of a backup, and the right to read it until it is dropped.
pub struct ExportFile {
    held: HeldBackup,
    file: Arc<File>,
    digests: Arc<FileDigests>,
}

/// What a file is made of.
enum File {
    Disk(Box<Export>, ExportFormat),
    /// With the digests of its disks' files, which its tail has to say.
    Archive(Portable, Vec<Arc<FileDigests>>),
}

/// How far the digest of a file is.
#[derive(Debug, Clone)]
pub struct DigestView {
    /// Names the file's bytes.
    pub tag: String,
    /// Length of the file.
    pub size_bytes: u64,
    /// Bytes that went into it.
    pub done_bytes: u64,
    /// BLAKE3 of the file, once all did.
    pub value: Option<String>,
}

impl App {
    /// A disk of a backup as a file. `disk`: its id or that of its backup, its name on the server,
    /// its name, `system`, or its position (0 is the first).
    pub async fn export_disk(
        &self,
        actor: &Actor,
        id: &str,
        disk: &str,
        format: ExportFormat,
    ) -> AppResult<ExportFile> {
        let held = self.hold_backup(actor, id).await?;
        let found = match held.disk(disk) {
            Ok(found) => found,
            Err(refusal) => {
                held.end().await;
                return Err(refusal.into());
            }
        };
        match Export::open(held.repository.vault(), &found, format).await {
            Ok(export) => Ok(self.file(held, File::Disk(Box::new(export), format))),
            Err(error) => {
                held.end().await;
                Err(error).during(OP)
            }
        }
    }

    /// All of a backup as an archive (`coffer_core::portable`).
    pub async fn export_backup(&self, actor: &Actor, id: &str) -> AppResult<ExportFile> {
        let held = self.hold_backup(actor, id).await?;
        match archive(&held).await {
            Ok(portable) => {
                let digests = self.serving.digests();
                let of = |export: &Arc<Export>| digests.of(&export.fingerprint(), export.len());
                let disks = portable.disks().map(of).collect();
                Ok(self.file(held, File::Archive(portable, disks)))
            }
            Err(error) => {
                held.end().await;
                Err(error).during(OP)
            }
        }
    }

    fn file(&self, held: HeldBackup, file: File) -> ExportFile {
        let digests = self.serving.digests().of(&file.fingerprint(), file.len());
        ExportFile {
            held,
            file: Arc::new(file),
            digests,
        }
    }
}

/// The archive of what is held.
async fn archive(held: &HeldBackup) -> Result<Portable> {
    let (manifest, asked) = (&held.manifest, &held.asked);
    let is_server = asked.resource_type == ResourceType::Server;
    let mut disks = Vec::new();
    for disk in &manifest.disks {
        if held.wanted.iter().any(|part| part.disk == disk.disk_id) {
            let vault = held.repository.vault();
            disks.push(Arc::new(
                Export::open(vault, disk, ExportFormat::Qcow2).await?,
            ));
        }
    }
    let (definition, firmware) = match is_server {
        true => {
            let definition = &manifest.definition;
            let coded = definition.firmware_variables.as_bytes();
            let firmware = base64::engine::general_purpose::STANDARD.decode(coded);
            let firmware = firmware
                .map_err(|e| Error::data("the firmware's variables cannot be read").caused_by(e))?;
            ((definition.kind.clone(), definition.text.clone()), firmware)
        }
        false => Default::default(),
    };
    let described = Described {
        backup: About {
            id: asked.id.to_string(),
            name: asked.name.clone(),
            description: asked.description.clone().unwrap_or_default(),
            created_at: asked.created_at,
        },
        resource: Resource {
            id: asked.resource_id.to_string(),
            kind: asked.resource_type.name().to_owned(),
            name: asked.resource_name.clone(),
            architecture: asked.details.0.architecture.clone(),
        },
        instant: manifest.instant.clone(),
        definition,
        firmware_variables: firmware,
    };
    Portable::new(described, disks)
}

impl File {
    fn len(&self) -> u64 {
        match self {
            File::Disk(export, _) => export.len(),
            File::Archive(portable, _) => portable.len(),
        }
    }

    fn fingerprint(&self) -> String {
        match self {
            File::Disk(export, _) => export.fingerprint(),
            File::Archive(portable, _) => portable.fingerprint().to_owned(),
        }
    }

    /// From where on the file can only be read when what is before it was.
    fn tail(&self) -> u64 {
        match self {
            File::Disk(export, _) => export.len(),
            File::Archive(portable, _) => portable.tail(),
        }
    }

    /// Whether its tail can be read without reading everything before it.
    fn knows_tail(&self) -> bool {
        match self {
            File::Disk(..) => true,
            File::Archive(_, disks) => disks.iter().all(|disk| disk.missing(0).is_none()),
        }
    }

    async fn read(&self, extent: Extent) -> Result<Bytes> {
        let (portable, disks) = match self {
            File::Disk(export, _) => return export.read(extent).await,
            File::Archive(portable, disks) => (portable, disks),
        };
        let tail = portable.tail();
        if extent.end <= tail {
            return portable.read(extent).await;
        }
        let mut sums = Vec::new();
        for (export, digests) in portable.disks().zip(disks) {
            while let Some(piece) = digests.missing(0) {
                let mut hasher = PieceHasher::new(Arc::clone(digests), piece.start);
                let mut at = piece.start;
                while at < piece.end {
                    let end = (at + BLOCK).min(piece.end);
                    hasher.update(&export.read(Extent { start: at, end }).await?);
                    at = end;
                }
            }
            let whole = digests.whole();
            sums.push(whole.ok_or_else(|| Error::internal("a digest that was there"))?);
        }
        let bytes = portable.tail_bytes(&sums);
        let from = extent.start.saturating_sub(tail) as usize;
        let mut out = BytesMut::with_capacity(extent.len() as usize);
        if extent.start < tail {
            let end = tail;
            out.extend_from_slice(&portable.read(Extent { end, ..extent }).await?);
        }
        out.extend_from_slice(&bytes[from..(extent.end - tail) as usize]);
        Ok(out.freeze())
    }
}

/// Keeps the digests of what is sent: of the file, and of the disks' files in an archive.
struct Hashers {
    file: Arc<File>,
    at: u64,
    whole: PieceHasher,
    disks: Vec<Option<PieceHasher>>,
}

impl Hashers {
    fn new(file: Arc<File>, digests: Arc<FileDigests>, at: u64) -> Hashers {
        let disks = match &*file {
            File::Disk(..) => 0,
            File::Archive(_, disks) => disks.len(),
        };
        Hashers {
            file,
            at,
            whole: PieceHasher::new(digests, at),
            disks: (0..disks).map(|_| None).collect(),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        self.whole.update(bytes);
        let extent = Extent::from_len(self.at, bytes.len() as u64);
        self.at = extent.end;
        if let File::Archive(portable, digests) = &*self.file {
            for (disk, offset, range) in portable.disks_in(extent) {
                let begin = || PieceHasher::new(Arc::clone(&digests[disk]), offset);
                let hasher = self.disks[disk].get_or_insert_with(begin);
                hasher.update(&bytes[range]);
            }
        }
    }
}

impl ExportFile {
    /// Length of the file in bytes.
    pub fn len(&self) -> u64 {
        self.file.len()
    }

    /// True for a file without bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Strong tag of the file (RFC 9110), with its quotes: the same means the same bytes.
    pub fn tag(&self) -> String {
        format!("\"{}\"", self.file.fingerprint())
    }

    /// A name for the file: `web-vda.qcow2`.
    pub fn name(&self) -> String {
        let held = &self.held;
        plain(&match &*self.file {
            File::Archive(..) => format!("{}-{}.tar", held.asked.resource_name, held.asked.name),
            File::Disk(export, format) => {
                let resource = &held.manifest.facts.resource.name;
                let (disk, format) = (&export.disk().name, format.name());
                match disk == resource || held.manifest.disks.len() == 1 {
                    true => format!("{resource}.{format}"),
                    false => format!("{resource}-{disk}.{format}"),
                }
            }
        })
    }

    /// Media type of the file.
    pub fn media_type(&self) -> &'static str {
        match &*self.file {
            File::Disk(_, ExportFormat::Raw) => "application/octet-stream",
            File::Disk(_, ExportFormat::Qcow2) => "application/x-qemu-disk",
            File::Archive(..) => "application/x-tar",
        }
    }

    /// Ends the reading without sending anything.
    pub async fn end(self) {
        self.held.end().await;
    }

    /// Begins to send bytes of the file. The first block is read before this returns, so that what
    /// is damaged right there is an answer; what comes later ends the stream with its error.
    pub async fn send(
        self,
        range: Range<u64>,
        (background, stop): (&TaskTracker, CancellationToken),
    ) -> AppResult<impl Stream<Item = Result<Bytes>> + Send + 'static> {
        let mut blocks = self.blocks(range.clone());
        // An archive's tail may take as long as reading all of it.
        let first = match range.start < self.file.tail() || self.file.knows_tail() {
            true => blocks.next().await.transpose(),
            false => Ok(None),
        };
        let first = match first {
            Ok(first) => first,
            Err(error) => {
                drop(blocks);
                self.held.end().await;
                return Err(error).during(OP);
            }
        };
        let (sender, receiver) = mpsc::channel(BLOCKS_WAITING);
        let (file, digests) = (Arc::clone(&self.file), Arc::clone(&self.digests));
        let mut hasher = Hashers::new(file, digests, range.start);
        background.spawn(async move {
            let all = async {
                let first = stream::iter(first.map(Ok));
                let mut all = first.chain(blocks);
                while let Some(block) = all.next().await {
                    match &block {
                        Ok(bytes) => hasher.update(bytes),
                        Err(error) => {
                            tracing::error!(error = %error.chain(), "an export broke off");
                        }
                    }
                    let is_last = block.is_err();
                    let sent = tokio::time::timeout(STALL_LIMIT, sender.send(block)).await;
                    // The client has gone, or is as good as gone.
                    if is_last || !matches!(sent, Ok(Ok(()))) {
                        break;
                    }
                }
            };
            tokio::select! {
                () = all => {}
                // A tail may take reading everything before it: not for nobody.
                () = sender.closed() => {}
                () = stop.cancelled() => {}
            }
            self.held.end().await;
        });
        Ok(stream::unfold(receiver, async |mut receiver| {
            let next: Option<Result<Bytes>> = receiver.recv().await;
            next.map(|block| (block, receiver))
        }))
    }

    /// The blocks of a range, in order, several read at once; those of a tail not before the others
    /// were taken.
    fn blocks(&self, range: Range<u64>) -> BoxStream<'static, Result<Bytes>> {
        let tail = self.file.tail().clamp(range.start, range.end);
        let [before, tail] = [range.start..tail, tail..range.end].map(|range| {
            let file = Arc::clone(&self.file);
            let last = range.end;
            let parts = stream::unfold(range.start, move |start| async move {
                let end = ((start / BLOCK + 1) * BLOCK).min(last);
                (start < last).then_some((Extent { start, end }, end))
            });
            let read = parts.map(move |extent| {
                let file = Arc::clone(&file);
                async move { file.read(extent).await }
            });
            read.buffered(BLOCKS_AHEAD)
        });
        before.chain(tail).boxed()
    }

    /// Works on the digest of the file until it is there or the time is over. What was sent
    /// is not read again; ask again where there is more to do.
    pub async fn digest(self, limit: Duration) -> AppResult<DigestView> {
        let deadline = tokio::time::Instant::now() + limit;
        let worked = self.work_on_digest(deadline).await;
        let view = DigestView {
            tag: self.tag(),
            size_bytes: self.len(),
            done_bytes: self.digests.known(),
            value: self.digests.whole(),
        };
        self.held.end().await;
        worked.during(OP)?;
        Ok(view)
    }

    async fn work_on_digest(&self, deadline: tokio::time::Instant) -> Result<()> {
        let begin = |at| Hashers::new(Arc::clone(&self.file), Arc::clone(&self.digests), at);
        let mut hashers = begin(0);
        while let Some(piece) = self.digests.missing(0) {
            if piece.is_empty() {
                self.digests.keep_empty();
                break;
            }
            if hashers.at != piece.start {
                hashers = begin(piece.start);
            }
            let mut blocks = self.blocks(piece);
            while let Some(block) = blocks.next().await {
                hashers.update(&block?);
            }
            if tokio::time::Instant::now() >= deadline {
                break;
            }
        }
        Ok(())
    }
}

impl HeldBackup {
    /// The disk of what was asked for that a text names.
    pub(super) fn disk(
        &self,
        text: &str,
    ) -> Result<coffer_core::format::records::ManifestDisk, Refusal> {
        let there = self.wanted.iter().filter_map(|part| {
            let disk = self.manifest.disks.iter().find(|d| d.disk_id == part.disk);
            disk.map(|disk| (part, disk))
        });
        let there: Vec<_> = there.collect();
        let named = there.iter().find(|(part, disk)| {
            disk.disk_id.to_string().eq_ignore_ascii_case(text)
                || part.backup.to_string().eq_ignore_ascii_case(text)
                || disk.name == text
                || part.name == text
        });
        let system = || {
            there
                .iter()
                .find(|(_, disk)| text == "system" && disk.system)
        };
        let by_position = || {
            let digits = text.bytes().all(|b| b.is_ascii_digit());
            let position: usize = text.parse().ok().filter(|_| digits)?;
            there.get(position)
        };
        let found = named.or_else(system).or_else(by_position);
        found.map(|(_, disk)| (*disk).clone()).ok_or_else(|| {
            let names: Vec<&str> = there.iter().map(|(_, disk)| disk.name.as_str()).collect();
            let text: String = text.chars().take(80).collect();
            Refusal::new(
                Code::DISK_NOT_FOUND,
                format!("backup {} has no disk `{text}`", self.asked.id),
            )
            .hint(format!("Its disks are: {}.", names.join(", ")))
        })
    }
}

/// A name without what file systems or headers take for something else.
fn plain(name: &str) -> String {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name = name.chars().map(|c| if legal(c) { c } else { '_' });
    let name: String = name.take(150).collect();
    name.trim_start_matches('.').to_owned()
}
