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
