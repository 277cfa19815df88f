//! Where blocks come from and where they go.

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
}

impl AlignedBuffer {
    /// So many zeroes.
    pub fn zeroed(len: usize) -> AlignedBuffer {
        let memory = vec![0; len + DIRECT_ALIGN];
        // Where an address cannot be told, any will do: the target looks at it again.
        let start = memory.as_ptr().align_offset(DIRECT_ALIGN).min(DIRECT_ALIGN);
        AlignedBuffer { memory, start, len }
    }

    /// All of it.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.memory[self.start..self.start + self.len]
    }

    /// The bytes, where they are.
    pub fn into_bytes(self) -> Bytes {
        Bytes::from(self.memory).slice(self.start..self.start + self.len)
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
}
