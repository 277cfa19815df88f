//! An archive that comes from outside, as the source of a backup: read once, from its beginning to its
//! end, checked on the way, never trusted.
//!
//! The disks are [`BlockSource`]s for `back_up`, which reads them one after the other, each in its
//! order. Reads that come early wait for their turn. The digests stand at the archive's end: the
//! last block of the last disk is given only when they were compared, so that no backup is committed
//! before.
//!
//! Memory: what a read asks for, what the stream gives at once, and the tables of one disk.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use coffer_core::extent::Extent;
use coffer_core::format::records::DefinitionRecord;
use coffer_core::portable::tar::{BLOCK, Header, HeaderError, padded};
use coffer_core::portable::{MANIFEST, MANIFEST_MAX, Manifest, SUMS, sums, sums_len};
use coffer_core::qcow2::{CLUSTER, DataMap, TableReader};
use coffer_core::{Error, Result};
use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::sync::{Mutex, watch};

use crate::block::{BlockSource, Content, SourceExtent};
use crate::nbd::push_extent;

/// An archive that is waited for as long as this, and of which less than [`STALL_BYTES`] came in that
/// time, has stalled: whoever sends is gone, or holds a place that others wait for.
const STALL_LIMIT: Duration = Duration::from_secs(60);
/// About 35 kbit/s: any line that takes backups away is faster.
const STALL_BYTES: u64 = 256 << 10;
/// Most bytes of zeroes behind an archive: tar fills what it writes to 10 KiB, tapes to more.
const FILLING_MAX: u64 = 1 << 20;

/// The bytes of an archive as they come.
pub type ArchiveStream = BoxStream<'static, Result<Bytes>>;

/// An archive of which everything before its disks was read.
pub struct IncomingBackup {
    /// What it says of itself.
    pub manifest: Manifest,
    /// How the server was defined.
    pub definition: DefinitionRecord,
    input: Input,
    sums: Vec<(String, String)>,
}

impl std::fmt::Debug for IncomingBackup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IncomingBackup({:?})", self.manifest.backup)
    }
}

/// Reads the manifest and the definition.
///
/// # Errors
/// `Invalid` says what is wrong with the archive; else what the stream says.
pub async fn receive(stream: ArchiveStream) -> Result<IncomingBackup> {
    let mut input = Input {
        stream,
        buffer: BytesMut::new(),
        waited: Duration::ZERO,
        came: 0,
    };
    let mut sums = Vec::new();
    let size = input.entry(MANIFEST, None).await?;
    if size > MANIFEST_MAX {
        return Err(bad(format!("{MANIFEST} has more than 1 MiB")));
    }
    let bytes = input.content(MANIFEST, size, &mut sums).await?;
    let manifest = Manifest::read(&bytes);
    let manifest = manifest.map_err(|wrong| bad(format!("{MANIFEST}: {wrong}")))?;
    let mut definition = DefinitionRecord::default();
    if let Some(told) = &manifest.definition {
        let (file, len) = (&told.entry.file, told.entry.file_bytes);
        input.entry(file, Some(len)).await?;
        let bytes = input.content(file, len, &mut sums).await?;
        let text = String::from_utf8(bytes.to_vec());
        definition.text = text.map_err(|_| bad(format!("{file} is no text")))?;
        definition.kind.clone_from(&told.kind);
    }
    if let Some(told) = &manifest.firmware_variables {
        use base64::Engine as _;
        input.entry(&told.file, Some(told.file_bytes)).await?;
        let content = input.content(&told.file, told.file_bytes, &mut sums);
        let coded = base64::engine::general_purpose::STANDARD.encode(content.await?);
        definition.firmware_variables = coded;
    }
    Ok(IncomingBackup {
        manifest,
        definition,
        input,
        sums,
    })
}

impl IncomingBackup {
    /// The disks, in the order of the manifest. They have to be read in this order, each from its
    /// beginning to its end; the archive's end is checked with the last block.
    pub fn disks(self) -> Vec<Arc<dyn BlockSource>> {
        let shared = Arc::new(Shared {
            manifest: self.manifest,
            turn: watch::Sender::new((0, 0)),
            state: Mutex::new(State {
                input: self.input,
                sums: self.sums,
                hasher: blake3::Hasher::new(),
            }),
        });
        let count = shared.manifest.disks.len();
        let source = |number| -> Arc<dyn BlockSource> {
            Arc::new(IncomingDisk {
                shared: Arc::clone(&shared),
                number,
                map: OnceLock::new(),
            })
        };
        (0..count).map(source).collect()
    }
}

struct Shared {
    manifest: Manifest,
    /// The disk, and the number of its data clusters that were read.
    turn: watch::Sender<(usize, u64)>,
    state: Mutex<State>,
}

struct State {
    input: Input,
    /// Names and digests of the entries that were read.
    sums: Vec<(String, String)>,
    /// Over the entry that is being read.
    hasher: blake3::Hasher,
}

struct IncomingDisk {
    shared: Arc<Shared>,
    number: usize,
    map: OnceLock<DataMap>,
}

impl IncomingDisk {
    fn file(&self) -> &str {
        &self.shared.manifest.disks[self.number].entry.file
    }

    /// Where there is data; reads the tables the first time.
    async fn map(&self) -> Result<&DataMap> {
        if let Some(map) = self.map.get() {
            return Ok(map);
        }
        let mut state = self.shared.state.lock().await;
        if self.shared.turn.borrow().0 != self.number {
            return Err(Error::internal("disks of an archive out of their order"));
        }
        let disk = &self.shared.manifest.disks[self.number];
        let (file, len) = (self.file(), disk.entry.file_bytes);
        state.input.entry(file, Some(len)).await?;
        let is_bad = |what: coffer_core::qcow2::BadFile| bad(format!("{file}: {what}"));
        let mut reader = TableReader::new(disk.size_bytes, len).map_err(is_bad)?;
        let map = loop {
            let cluster = state.input.take(file, CLUSTER).await?;
            state.hasher.update(&cluster);
            if let Some(map) = reader.feed(&cluster).map_err(is_bad)? {
                break map;
            }
        };
        if map.count() == 0 {
            self.finish(&mut state).await?;
        }
        Ok(self.map.get_or_init(|| map))
    }

    /// All of the disk was read: the next one comes, or the archive's end.
    async fn finish(&self, state: &mut State) -> Result<()> {
        let digest = state.hasher.finalize().to_hex().to_string();
        state.hasher.reset();
        state.sums.push((self.file().to_owned(), digest));
        if self.number + 1 == self.shared.manifest.disks.len() {
            state.finish().await?;
        }
        self.shared.turn.send_replace((self.number + 1, 0));
        Ok(())
    }
}

#[async_trait]
impl BlockSource for IncomingDisk {
    fn size(&self) -> u64 {
        self.shared.manifest.disks[self.number].size_bytes
    }

    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>> {
        let map = self.map().await?;
        let mut found = Vec::new();
        for cluster in window.start / CLUSTER..window.end.div_ceil(CLUSTER) {
            let content = match map.holds(cluster) {
                true => Content::Data,
                false => Content::Zero,
            };
            let extent = Extent {
                start: cluster * CLUSTER,
                end: (cluster + 1) * CLUSTER,
            };
            if let Some(extent) = extent.intersect(window) {
                push_extent(&mut found, extent, content);
            }
        }
        Ok(found)
    }

    async fn read(&self, extent: Extent) -> Result<Bytes> {
        let map = self.map().await?;
        let clusters = extent.start / CLUSTER..extent.end.div_ceil(CLUSTER);
        let is_whole = extent.start.is_multiple_of(CLUSTER)
            && (extent.end.is_multiple_of(CLUSTER) || extent.end == self.size());
        let first = map.before(clusters.start);
        let end = map.before(clusters.end);
        let mut out = BytesMut::zeroed(extent.len() as usize);
        if first == end {
            return Ok(out.freeze());
        }
        let mine = (self.number, first);
        let mut turn = self.shared.turn.subscribe();
        // Its sender lives as long as this disk does.
        let came = turn.wait_for(|turn| *turn >= mine).await;
        if !is_whole || came.is_ok_and(|turn| *turn != mine) {
            return Err(Error::internal("blocks of an archive out of their order"));
        }
        let mut state = self.shared.state.lock().await;
        let mut bytes = state
            .input
            .take(self.file(), (end - first) * CLUSTER)
            .await?;
        state.hasher.update(&bytes);
        for cluster in clusters.filter(|cluster| map.holds(*cluster)) {
            let data = bytes.split_to(CLUSTER as usize);
            let start = (cluster * CLUSTER - extent.start) as usize;
            let len = out.len().min(start + CLUSTER as usize) - start;
            out[start..start + len].copy_from_slice(&data[..len]);
            if data[len..].iter().any(|byte| *byte != 0) {
                let file = self.file();
                return Err(bad(format!("{file} has data beyond the end of its disk")));
            }
        }
        match end == map.count() {
            true => self.finish(&mut state).await?,
            false => {
                self.shared.turn.send_replace((self.number, end));
            }
        }
        Ok(out.freeze())
    }
}

impl State {
    /// The digests have to be those of what was read, and the archive has to end.
    async fn finish(&mut self) -> Result<()> {
        let names = self.sums.iter().map(|(name, _)| name.as_str());
        let len = sums_len(names);
        self.input.entry(SUMS, Some(len)).await?;
        let told = self.input.filled(SUMS, len).await?;
        let here = self
            .sums
            .iter()
            .map(|(name, sum)| (name.as_str(), sum.clone()));
        let here = sums(here);
        if told[..] != *here.as_bytes() {
            let told = String::from_utf8_lossy(&told);
            let mut lines = told.lines().zip(&self.sums);
            let differs = lines.find(|(line, (name, sum))| *line != format!("{sum}  {name}"));
            let name = differs.map_or(SUMS, |(_, (name, _))| name.as_str());
            return Err(Error::invalid(format!(
                "the archive is damaged: {name} is not what {SUMS} says"
            ))
            .hint("Export the backup again."));
        }
        let mut filling = 0;
        while let Some(bytes) = self.input.rest().await? {
            filling += bytes.len() as u64;
            if filling > FILLING_MAX || bytes.iter().any(|byte| *byte != 0) {
                return Err(bad(format!("something follows behind {SUMS}")));
            }
        }
        match filling < 2 * BLOCK {
            true => Err(Error::invalid("the archive ends without its end mark")
                .hint("It is not whole: export the backup again, or go on with its download.")),
            false => Ok(()),
        }
    }
}

/// The bytes that come.
struct Input {
    stream: ArchiveStream,
    buffer: BytesMut,
    /// How long was waited for what comes, and how much came, since the last [`STALL_LIMIT`]. While
    /// nobody waits, whoever sends need not send.
    waited: Duration,
    came: u64,
}

impl Input {
    /// The next bytes of the stream; none at its end.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            let begun = tokio::time::Instant::now();
            let left = STALL_LIMIT.saturating_sub(self.waited);
            let next = tokio::time::timeout(left, self.stream.next()).await;
            if let Ok(bytes) = next {
                self.waited += begun.elapsed();
                let len = bytes.as_ref().and_then(|bytes| bytes.as_ref().ok());
                self.came += len.map_or(0, |bytes| bytes.len() as u64);
                return bytes.transpose();
            }
            if self.came < STALL_BYTES {
                return Err(stalled());
            }
            (self.waited, self.came) = (Duration::ZERO, 0);
        }
    }

    /// The next `len` bytes, which belong to `what`.
    async fn take(&mut self, what: &str, len: u64) -> Result<Bytes> {
        while (self.buffer.len() as u64) < len {
            match self.next().await? {
                Some(bytes) => self.buffer.extend_from_slice(&bytes),
                None => return Err(truncated(what)),
            }
        }
        Ok(self.buffer.split_to(len as usize).freeze())
    }

    /// What is left, as it comes.
    async fn rest(&mut self) -> Result<Option<Bytes>> {
        match self.buffer.is_empty() {
            false => Ok(Some(self.buffer.split().freeze())),
            true => self.next().await,
        }
    }

    /// The header of an entry, which has to be `name` with `size` bytes; its size.
    async fn entry(&mut self, name: &str, size: Option<u64>) -> Result<u64> {
        let block = self.take(name, BLOCK).await?;
        let block: &[u8; BLOCK as usize] = block[..].try_into().expect("a block");
        let header = match Header::read(block) {
            Ok(header) => header,
            Err(HeaderError::End) => {
                return Err(bad(format!("it ends where {name} has to be")));
            }
            Err(error) => return Err(bad(format!("{error}, where {name} has to be"))),
        };
        if header.name != name {
            let found: String = header.name.chars().take(100).collect();
            return Err(bad(format!("{found:?} lies where {name} has to be")));
        }
        match size.is_none_or(|size| size == header.size) {
            true => Ok(header.size),
            false => Err(bad(format!(
                "{name} has {} bytes, not the {} that its manifest says",
                header.size,
                size.unwrap_or_default()
            ))),
        }
    }

    /// The content of a small entry.
    async fn content(
        &mut self,
        name: &str,
        size: u64,
        sums: &mut Vec<(String, String)>,
    ) -> Result<Bytes> {
        let bytes = self.filled(name, size).await?;
        sums.push((name.to_owned(), blake3::hash(&bytes).to_hex().to_string()));
        Ok(bytes)
    }

    /// The next `size` bytes; what fills their last block is taken too.
    async fn filled(&mut self, name: &str, size: u64) -> Result<Bytes> {
        let mut bytes = self.take(name, padded(size)).await?;
        match bytes.split_off(size as usize).iter().all(|byte| *byte == 0) {
            true => Ok(bytes),
            false => Err(bad(format!("something follows behind {name}"))),
        }
    }
}

fn bad(what: String) -> Error {
    Error::invalid(format!("this is no archive of a backup: {what}"))
        .hint("Take a file that `coffer backup export` made, as it is.")
}

fn stalled() -> Error {
    Error::conflict(format!(
        "the upload has stalled: in {} seconds less than {} KiB of the archive came",
        STALL_LIMIT.as_secs(),
        STALL_BYTES >> 10
    ))
    .hint("Nothing of it is left: import the archive again over a faster connection.")
}

fn truncated(what: &str) -> Error {
    Error::invalid(format!("the archive ends in the middle of {what}"))
        .hint("It is not whole: export the backup again, or go on with its download.")
}
