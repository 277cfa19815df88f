//! Raw files and block devices, read and written directly.
//!
//! Nothing here looks after consistency: whoever opens a file that a running guest writes to
//! reads a smear of many instants. [`RawFileSource::is_touched`] tells afterwards.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use coffer_core::extent::{Extent, ExtentSet};
use coffer_core::{Error, Kind, Result};
use rustix::fs::{FallocateFlags, FlockOperation, OFlags, SeekFrom};
use rustix::io::Errno;

use crate::block::{BlockSource, BlockTarget, Content, DIRECT_ALIGN, SourceExtent};

/// Largest read or write of one call: what [`BlockSource`] and [`BlockTarget`] promise.
const REQUEST_BYTES_MAX: u64 = 4 << 20;

/// Written where a target cannot punch holes.
const ZEROES: &[u8] = &[0; 1 << 20];

/// A raw file or block device, read-only.
///
/// Cheap to clone: clones share the descriptor.
#[derive(Debug, Clone)]
pub struct RawFileSource {
    file: Arc<File>,
    path: Arc<Path>,
    size: u64,
    changed: Option<Arc<ExtentSet>>,
    opened: Stamp,
}

impl RawFileSource {
    /// Opens a raw file or block device.
    ///
    /// Fails with `NotFound` where there is none, `Invalid` for what is neither (a directory,
    /// say) and `Unavailable` for anything else. Blocks on the file system for a moment.
    pub fn open(path: impl AsRef<Path>) -> Result<RawFileSource> {
        let path = path.as_ref();
        let file = OpenOptions::new()
            .read(true)
            .open(path)
            .map_err(|e| io_error(path, "open", e))?;
        let size = size_of(&file, path)?;
        let opened = Stamp::of(&file, path)?;
        Ok(RawFileSource {
            file: Arc::new(file),
            path: path.into(),
            size,
            changed: None,
            opened,
        })
    }

    /// Declares everything outside `changed` as equal to the parent backup.
    ///
    /// That is the caller's word: nothing checks it here.
    #[must_use]
    pub fn with_changed(self, changed: ExtentSet) -> RawFileSource {
        RawFileSource {
            changed: Some(Arc::new(changed)),
            ..self
        }
    }

    /// Path as given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// True if the file was written to or replaced since it was opened, so that what was read
    /// belongs to no single instant. Block devices keep no such time: always false.
    pub fn is_touched(&self) -> bool {
        let now = Stamp::of(&self.file, &self.path);
        let at_path = std::fs::metadata(&self.path).map(|m| Stamp::from(&m));
        !(now.is_ok_and(|s| s == self.opened) && at_path.is_ok_and(|s| s == self.opened))
    }
}

#[async_trait]
impl BlockSource for RawFileSource {
    fn size(&self) -> u64 {
        self.size
    }

    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>> {
        check_range(window, self.size, u64::MAX)?;
        let (file, path) = (Arc::clone(&self.file), Arc::clone(&self.path));
        let changed = self.changed.clone();
        blocking(move || {
            let Some(changed) = changed else {
                return data_and_holes(&file, &path, window);
            };
            let mut found = Vec::new();
            let mut at = window.start;
            for extent in changed.within(window) {
                push(&mut found, at, extent.start, Content::Unchanged);
                found.extend(data_and_holes(&file, &path, extent)?);
                at = extent.end;
            }
            push(&mut found, at, window.end, Content::Unchanged);
            Ok(found)
        })
        .await
    }

    async fn read(&self, extent: Extent) -> Result<Bytes> {
        let len = check_range(extent, self.size, REQUEST_BYTES_MAX)?;
        let (file, path) = (Arc::clone(&self.file), Arc::clone(&self.path));
        blocking(move || {
            let mut buffer = vec![0; len];
            file.read_exact_at(&mut buffer, extent.start)
                .map_err(|e| match e.kind() {
                    ErrorKind::UnexpectedEof => Error::unavailable(format!(
                        "{} became shorter while it was read",
                        path.display()
                    )),
                    _ => io_error(&path, "read", e),
                })?;
            Ok(buffer.into())
        })
        .await
    }
}

/// A raw file or block device that is written to.
///
/// The file is locked against QEMU and other writers until the target is dropped. (The lock is
/// the process's: opening and closing the same file elsewhere in this process gives it up.)
#[derive(Debug, Clone)]
pub struct RawFileTarget {
    file: Arc<File>,
    /// The same file past the page cache, where the file system has that.
    direct: Option<Arc<Direct>>,
    path: Arc<Path>,
    size: u64,
    new: bool,
}

/// A descriptor with `O_DIRECT`.
///
/// A restore writes more than the cache holds and reads none of it again: through the cache it
/// would cost five to ten times the processor time, and push out what guests want.
#[derive(Debug)]
struct Direct {
    file: File,
    /// The file system refused a write that is aligned: it wants larger blocks.
    refused: AtomicBool,
}

impl Direct {
    /// Opens a file once more. To be done before it is locked, and dropped with the target: the
    /// lock is lost with any descriptor of the file.
    fn open(path: &Path) -> Option<Arc<Direct>> {
        let flags = i32::try_from(OFlags::DIRECT.bits()).ok()?;
        let file = OpenOptions::new()
            .write(true)
            .custom_flags(flags)
            .open(path)
            .ok()?;
        Some(Arc::new(Direct {
            file,
            refused: AtomicBool::new(false),
        }))
    }

    /// Writes what can be written directly, from the start; returns how many bytes that were.
    fn write(&self, data: &[u8], offset: u64) -> std::io::Result<usize> {
        let aligned = data.as_ptr().addr().is_multiple_of(DIRECT_ALIGN)
            && offset.is_multiple_of(DIRECT_ALIGN as u64);
        let len = data.len() / DIRECT_ALIGN * DIRECT_ALIGN;
        if !aligned || len == 0 || self.refused.load(Ordering::Relaxed) {
            return Ok(0);
        }
        match self.file.write_all_at(&data[..len], offset) {
            Ok(()) => Ok(len),
            Err(e) if e.kind() == ErrorKind::InvalidInput => {
                self.refused.store(true, Ordering::Relaxed);
                Ok(0)
            }
            Err(e) => Err(e),
        }
    }
}

impl RawFileTarget {
    /// Creates a sparse file of `size` bytes, readable by its owner only.
    ///
    /// Fails with `Conflict` if there is a file already: nothing is ever overwritten.
    pub fn create(path: impl AsRef<Path>, size: u64) -> Result<RawFileTarget> {
        let path = path.as_ref();
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(|e| match e.kind() {
                ErrorKind::AlreadyExists => {
                    Error::conflict(format!("{} exists already", path.display()))
                        .hint("Name a new file, or remove this one first.")
                }
                _ => io_error(path, "create", e),
            })?;
        let target = RawFileTarget {
            direct: Direct::open(path),
            path: path.into(),
            size,
            new: true,
            file: Arc::new(file),
        };
        let prepared = lock(&target.file, path).and_then(|()| {
            target
                .file
                .set_len(size)
                .map_err(|e| io_error(path, "extend", e))
        });
        if let Err(e) = prepared {
            // It was made a moment ago and holds nothing.
            let _ = std::fs::remove_file(path);
            return Err(e);
        }
        Ok(target)
    }

    /// Opens an existing raw file or block device; its size stays as it is.
    ///
    /// Fails with `Conflict` while QEMU or another writer has it open.
    pub fn open(path: impl AsRef<Path>) -> Result<RawFileTarget> {
        let path = path.as_ref();
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map_err(|e| io_error(path, "open", e))?;
        let direct = Direct::open(path);
        lock(&file, path)?;
        Ok(RawFileTarget {
            size: size_of(&file, path)?,
            file: Arc::new(file),
            direct,
            path: path.into(),
            new: false,
        })
    }

    /// Path as given.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[async_trait]
impl BlockTarget for RawFileTarget {
    fn size(&self) -> u64 {
        self.size
    }

    async fn write(&self, offset: u64, data: Bytes) -> Result<()> {
        let extent = Extent::from_len(offset, data.len() as u64);
        check_range(extent, self.size, REQUEST_BYTES_MAX)?;
        let (file, path) = (Arc::clone(&self.file), Arc::clone(&self.path));
        let direct = self.direct.clone();
        blocking(move || {
            let done = match direct {
                Some(direct) => direct.write(&data, offset),
                None => Ok(0),
            };
            done.and_then(|done| file.write_all_at(&data[done..], offset + done as u64))
                .map_err(|e| io_error(&path, "write", e))
        })
        .await
    }

    async fn write_zeroes(&self, extent: Extent) -> Result<()> {
        check_range(extent, self.size, u64::MAX)?;
        if extent.is_empty() {
            return Ok(());
        }
        let (file, path) = (Arc::clone(&self.file), Arc::clone(&self.path));
        blocking(move || zero(&file, &path, extent)).await
    }

    async fn flush(&self) -> Result<()> {
        let (file, path) = (Arc::clone(&self.file), Arc::clone(&self.path));
        let new = self.new;
        blocking(move || {
            file.sync_all().map_err(|e| io_error(&path, "sync", e))?;
            // A new file is durable only when its directory entry is.
            if let (true, Some(folder)) = (new, folder_of(&path)) {
                File::open(&folder)
                    .and_then(|folder| folder.sync_all())
                    .map_err(|e| io_error(&folder, "sync", e))?;
            }
            Ok(())
        })
        .await
    }

    fn is_zero(&self) -> bool {
        self.new
    }
}

/// What tells that a file is still the one that was opened, and not written to since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    modified: (i64, i64),
}

impl Stamp {
    fn of(file: &File, path: &Path) -> Result<Stamp> {
        let metadata = file.metadata().map_err(|e| io_error(path, "examine", e))?;
        Ok(Stamp::from(&metadata))
    }
}

impl From<&std::fs::Metadata> for Stamp {
    fn from(metadata: &std::fs::Metadata) -> Stamp {
        let device = metadata.file_type().is_block_device();
        Stamp {
            device: metadata.dev(),
            inode: metadata.ino(),
            modified: match device {
                true => (0, 0),
                false => (metadata.mtime(), metadata.mtime_nsec()),
            },
        }
    }
}

pub(crate) fn size_of(file: &File, path: &Path) -> Result<u64> {
    let metadata = file.metadata().map_err(|e| io_error(path, "examine", e))?;
    if metadata.is_file() {
        return Ok(metadata.len());
    }
    if metadata.file_type().is_block_device() {
        return rustix::fs::seek(file, SeekFrom::End(0))
            .map_err(|e| io_error(path, "examine", e.into()));
    }
    Err(Error::invalid(format!(
        "{} is neither a file nor a block device",
        path.display()
    )))
}

/// Takes QEMU's image lock: a write lock on the file excludes the byte locks QEMU holds.
fn lock(file: &File, path: &Path) -> Result<()> {
    match rustix::fs::fcntl_lock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(()),
        Err(Errno::AGAIN | Errno::ACCESS) => {
            Err(Error::conflict(format!("{} is in use", path.display()))
                .hint("Stop the server that uses it, or wait for the other task."))
        }
        // Some network file systems have no locks; then nobody has.
        Err(Errno::NOLCK | Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
        Err(e) => Err(io_error(path, "lock", e.into())),
    }
}

fn data_and_holes(file: &File, path: &Path, window: Extent) -> Result<Vec<SourceExtent>> {
    let mut found = Vec::new();
    let mut at = window.start;
    while at < window.end {
        let data = match rustix::fs::seek(file, SeekFrom::Data(at)) {
            Ok(start) => start.clamp(at, window.end),
            Err(Errno::NXIO) => window.end, // nothing but a hole up to the end
            Err(Errno::INVAL | Errno::OPNOTSUPP) => {
                // A device or file system that cannot tell: all of it is data.
                push(&mut found, at, window.end, Content::Data);
                return Ok(found);
            }
            Err(e) => return Err(io_error(path, "map", e.into())),
        };
        push(&mut found, at, data, Content::Zero);
        if data == window.end {
            break;
        }
        let hole = rustix::fs::seek(file, SeekFrom::Hole(data))
            .map_err(|e| io_error(path, "map", e.into()))?;
        // At least a byte, so that a file that changes under us cannot hold us here.
        at = hole.clamp(data + 1, window.end);
        push(&mut found, data, at, Content::Data);
    }
    Ok(found)
}

fn push(found: &mut Vec<SourceExtent>, start: u64, end: u64, content: Content) {
    if start < end {
        let extent = Extent { start, end };
        found.push(SourceExtent { extent, content });
    }
}

fn zero(file: &File, path: &Path, extent: Extent) -> Result<()> {
    let punch = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
    for mode in [
        punch,
        FallocateFlags::ZERO_RANGE | FallocateFlags::KEEP_SIZE,
    ] {
        match rustix::fs::fallocate(file, mode, extent.start, extent.len()) {
            Ok(()) => return Ok(()),
            Err(Errno::OPNOTSUPP | Errno::INVAL | Errno::NOSYS) => {}
            Err(e) => return Err(io_error(path, "zero", e.into())),
        }
    }
    let mut at = extent.start;
    while at < extent.end {
        let len = (extent.end - at).min(ZEROES.len() as u64);
        let part = &ZEROES[..usize::try_from(len).expect("at most a MiB")];
        file.write_all_at(part, at)
            .map_err(|e| io_error(path, "zero", e))?;
        at += len;
    }
    Ok(())
}

fn folder_of(path: &Path) -> Option<PathBuf> {
    let folder = path.parent()?;
    Some(match folder.as_os_str().is_empty() {
        true => PathBuf::from("."),
        false => folder.to_owned(),
    })
}

/// Length of `extent` if it lies within the disk and is not too long for one call.
pub(crate) fn check_range(extent: Extent, size: u64, max: u64) -> Result<usize> {
    if extent.start > extent.end || extent.end > size || extent.len() > max {
        return Err(Error::internal(format!(
            "range {}..{} does not fit a disk of {size} bytes or is too long",
            extent.start, extent.end
        )));
    }
    usize::try_from(extent.len()).map_err(|e| Error::internal("range too long").caused_by(e))
}

/// Runs blocking file work off the runtime's threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(e) => Err(Error::internal("blocking work did not end").caused_by(e)),
    }
}

/// Maps an error of the operating system; `step` is a verb.
pub(crate) fn io_error(path: &Path, step: &str, error: std::io::Error) -> Error {
    let kind = match error.kind() {
        ErrorKind::NotFound => Kind::NotFound,
        ErrorKind::AlreadyExists => Kind::Conflict,
        ErrorKind::IsADirectory | ErrorKind::NotADirectory | ErrorKind::InvalidFilename => {
            Kind::Invalid
        }
        _ => Kind::Unavailable,
    };
    let mapped = Error::new(kind, format!("cannot {step} {}: {error}", path.display()));
    let mapped = match error.kind() {
        ErrorKind::PermissionDenied => {
            mapped.hint("Run Coffer as a user who may access this path, or change its owner.")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            mapped.hint("Free space on that file system and try again.")
        }
        _ => mapped,
    };
    mapped.caused_by(error)
}

/// Removes an image that nobody has open.
pub(crate) async fn delete_file(path: PathBuf) -> Result<()> {
    blocking(move || {
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(io_error(&path, "remove", e));
            }
            _ => {}
        }
        let folder = path.parent().unwrap_or(Path::new("/"));
        std::fs::File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|e| io_error(folder, "sync", e))
    })
    .await
}

#[cfg(test)]
mod tests {
    use crate::block::AlignedBuffer;

    use super::*;

    const CLUSTER: u64 = 65_536;

    fn at(index: u64) -> Extent {
        Extent::from_len(index * CLUSTER, CLUSTER)
    }

    fn shown(extents: &[SourceExtent]) -> String {
        let one = |e: &SourceExtent| {
            let (start, end) = (e.extent.start / CLUSTER, e.extent.end / CLUSTER);
            format!("{:?} {start}..{end}", e.content)
        };
        extents.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    #[tokio::test]
    async fn what_is_written_is_read_and_holes_stay_holes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("disk.raw");
        let size = 16 * CLUSTER + 17;
        let target = RawFileTarget::create(&path, size).unwrap();
        assert!(target.is_zero());
        target
            .write(at(3).start, vec![7; CLUSTER as usize].into())
            .await
            .unwrap();
        target
            .write(at(8).start, vec![8; 2 * CLUSTER as usize].into())
            .await
            .unwrap();
        target.write(size - 17, vec![9; 17].into()).await.unwrap();
        target.write_zeroes(at(9)).await.unwrap();
        target.flush().await.unwrap();

        let source = RawFileSource::open(&path).unwrap();
        assert_eq!(source.size(), size);
        let all = source
            .extents(Extent {
                start: 0,
                end: size,
            })
            .await
            .unwrap();
        assert_eq!(
            shown(&all),
            "Zero 0..3, Data 3..4, Zero 4..8, Data 8..9, Zero 9..16, Data 16..16"
        );
        let window = Extent {
            start: at(2).start,
            end: at(4).start,
        };
        assert_eq!(
            shown(&source.extents(window).await.unwrap()),
            "Zero 2..3, Data 3..4"
        );
        assert_eq!(
            &source.read(at(8)).await.unwrap()[..],
            &[8; CLUSTER as usize][..]
        );
        assert_eq!(
            &source.read(at(9)).await.unwrap()[..],
            &[0; CLUSTER as usize][..]
        );
        assert_eq!(
            &source
                .read(Extent {
                    start: size - 17,
                    end: size
                })
                .await
                .unwrap()[..],
            &[9; 17]
        );
        assert!(
            source
                .read(Extent {
                    start: size - 1,
                    end: size + 1
                })
                .await
                .is_err()
        );
    }

    #[tokio::test]
    async fn writes_past_the_cache_and_through_it_meet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("disk.raw");
        let size = 4 * CLUSTER + 1000;
        let target = RawFileTarget::create(&path, size).unwrap();
        let mut expected = vec![0; size as usize];
        // Aligned and not, whole pages and odd ends, over each other in both orders.
        for (byte, start, len) in [
            (1, 0, 4 * CLUSTER + 1000),
            (2, CLUSTER + 512, 5000),
            (3, CLUSTER, 4096),
            (4, 2 * CLUSTER, 4096 + 7),
            (5, 2 * CLUSTER + 4096, CLUSTER),
            (6, 4 * CLUSTER, 1000),
            (7, 3 * CLUSTER - 1, 2),
        ] {
            let mut buffer = AlignedBuffer::zeroed(len as usize);
            buffer.bytes_mut().fill(byte);
            target.write(start, buffer.into_bytes()).await.unwrap();
            expected[start as usize..(start + len) as usize].fill(byte);
            assert!(std::fs::read(&path).unwrap() == expected, "write {byte}");
        }
        target.flush().await.unwrap();
        drop(target);
        // The lock went with the target, and with nothing else.
        drop(RawFileTarget::open(&path).unwrap());
        assert!(std::fs::read(&path).unwrap() == expected);
    }

    #[tokio::test]
    async fn what_is_not_declared_changed_is_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("disk.raw");
        std::fs::write(&path, vec![1; 8 * CLUSTER as usize]).unwrap();
        let changed = [at(1), at(6)].into_iter().collect();
        let source = RawFileSource::open(&path).unwrap().with_changed(changed);
        let window = Extent {
            start: 0,
            end: 8 * CLUSTER,
        };
        assert_eq!(
            shown(&source.extents(window).await.unwrap()),
            "Unchanged 0..1, Data 1..2, Unchanged 2..6, Data 6..7, Unchanged 7..8"
        );
        let inside = Extent {
            start: 2 * CLUSTER,
            end: 3 * CLUSTER,
        };
        assert_eq!(
            shown(&source.extents(inside).await.unwrap()),
            "Unchanged 2..3"
        );
    }

    #[test]
    fn wrong_paths_get_clear_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("disk.raw");
        assert_eq!(RawFileSource::open(&path).unwrap_err().kind, Kind::NotFound);
        assert_eq!(
            RawFileSource::open(folder.path()).unwrap_err().kind,
            Kind::Invalid
        );
        assert_eq!(
            RawFileTarget::open(folder.path()).unwrap_err().kind,
            Kind::Invalid
        );
        drop(RawFileTarget::create(&path, 10).unwrap());
        assert_eq!(
            RawFileTarget::create(&path, 10).unwrap_err().kind,
            Kind::Conflict
        );
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 10);
    }

    #[test]
    fn a_source_knows_that_its_file_was_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("disk.raw");
        std::fs::write(&path, b"before").unwrap();
        let source = RawFileSource::open(&path).unwrap();
        assert!(!source.is_touched());
        let other = folder.path().join("other.raw");
        std::fs::write(&other, b"before").unwrap();
        std::fs::rename(&other, &path).unwrap();
        assert!(source.is_touched());
    }
}
