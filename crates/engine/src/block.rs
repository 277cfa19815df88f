//! Where blocks come from and where they go.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use coffer_core::Result;
use coffer_core::extent::Extent;

/// What a source knows about a range without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Equal to the parent backup: said only by a dirty bitmap that continues from it.
    Unchanged,
    /// Reads as zeroes.
    Zero,
    /// Has to be read.
    Data,
}

/// A range of a source and what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceExtent {
    /// The bytes meant.
    pub extent: Extent,
    /// What they are.
    pub content: Content,
}

/// One disk at one instant, read-only.
///
/// All calls may run concurrently and in any order.
#[async_trait]
pub trait BlockSource: Send + Sync {
    /// Size in bytes.
    fn size(&self) -> u64;

    /// What lies in `window`: ascending extents that cover it exactly.
    ///
    /// Callers ask for windows of at most a few GiB, so that the answer stays small.
    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>>;

    /// The bytes of `extent`, at most 4 MiB of them and none beyond the end.
    ///
    /// Fails with `Unavailable` when the source is gone; the session says whether the instant is
    /// lost with it.
    async fn read(&self, extent: Extent) -> Result<Bytes>;
}

/// A disk that is written to.
#[async_trait]
pub trait BlockTarget: Send + Sync {
    /// Size in bytes.
    fn size(&self) -> u64;

    /// Writes `data` at byte `offset`; at most 4 MiB. Calls may run concurrently.
    async fn write(&self, offset: u64, data: Bytes) -> Result<()>;

    /// Makes `extent` read as zeroes, without allocating where the target can do that.
    async fn write_zeroes(&self, extent: Extent) -> Result<()>;

    /// Makes everything written so far durable.
    async fn flush(&self) -> Result<()>;

    /// True if the whole target is known to read as zeroes, as a new file does.
    fn is_zero(&self) -> bool {
        false
    }
}

/// Alignment, in bytes, of memory, offsets and lengths that direct I/O takes everywhere: a page,
/// and the largest logical block of disks.
pub const DIRECT_ALIGN: usize = 4096;

/// Bytes whose address is a multiple of [`DIRECT_ALIGN`], so that a target may write them without
/// a copy through the page cache.
#[derive(Debug)]
pub struct AlignedBuffer {
    memory: Vec<u8>,
    start: usize,
    len: usize,
    home: Option<Arc<Mutex<Vec<Vec<u8>>>>>,
}

impl AlignedBuffer {
    /// So many zeroes.
    pub fn zeroed(len: usize) -> AlignedBuffer {
        AlignedBuffer::of(vec![0; len + DIRECT_ALIGN], len)
    }

    /// In memory that is longer by [`DIRECT_ALIGN`].
    fn of(memory: Vec<u8>, len: usize) -> AlignedBuffer {
        // Where an address cannot be told, any will do: the target looks at it again.
        let start = memory.as_ptr().align_offset(DIRECT_ALIGN).min(DIRECT_ALIGN);
        AlignedBuffer {
            memory,
            start,
            len,
            home: None,
        }
    }

    /// All of it.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.memory[self.start..self.start + self.len]
    }

    /// The bytes, where they are.
    pub fn into_bytes(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for AlignedBuffer {
    fn as_ref(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.len]
    }
}

impl Drop for AlignedBuffer {
    fn drop(&mut self) {
        if let Some(home) = self.home.take() {
            let memory = std::mem::take(&mut self.memory);
            home.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(memory);
        }
    }
}

/// Aligned buffers of one size that are used again: fresh ones would be filled with zeroes each
/// time, which costs a twentieth of a restore.
///
/// Holds as many as were in use at once.
#[derive(Debug, Clone)]
pub struct AlignedBuffers {
    len: usize,
    idle: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl AlignedBuffers {
    /// Buffers of so many bytes.
    pub fn new(len: usize) -> AlignedBuffers {
        let idle = Arc::default();
        AlignedBuffers { len, idle }
    }

    /// A buffer of `len` bytes, to be filled whole: it holds what was in it before. Of another
    /// length than the others it is a fresh one.
    pub fn take(&self, len: usize) -> AlignedBuffer {
        if len != self.len {
            return AlignedBuffer::zeroed(len);
        }
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut buffer = match idle {
            Some(memory) => AlignedBuffer::of(memory, len),
            None => AlignedBuffer::zeroed(len),
        };
        buffer.home = Some(Arc::clone(&self.idle));
        buffer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_aligned_and_stay_where_they_are() {
        for len in [0, 1, 4096, 100_000, 4 << 20] {
            let mut buffer = AlignedBuffer::zeroed(len);
            let before = buffer.bytes_mut().as_ptr().addr();
            assert_eq!(buffer.bytes_mut().len(), len);
            let bytes = buffer.into_bytes();
            assert_eq!(before % DIRECT_ALIGN, 0);
            assert!(bytes.is_empty() || bytes.as_ptr().addr() == before);
        }
    }

    #[test]
    fn buffers_are_used_again_once_nobody_holds_them() {
        let buffers = AlignedBuffers::new(8192);
        let mut first = buffers.take(8192);
        first.bytes_mut().fill(7);
        let place = first.bytes_mut().as_ptr().addr();
        let held = first.into_bytes();
        let part = held.slice(..1);
        drop(held);
        let mut second = buffers.take(8192);
        assert_ne!(second.bytes_mut().as_ptr().addr(), place);
        drop(part);
        let mut third = buffers.take(8192);
        assert_eq!(third.bytes_mut().as_ptr().addr(), place);
        // Of another length: fresh.
        assert!(buffers.take(4096).bytes_mut().iter().all(|byte| *byte == 0));
    }
}
