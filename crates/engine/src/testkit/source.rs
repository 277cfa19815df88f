//! Sources that watch or slow down another source.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use coffer_core::Result;
use coffer_core::extent::Extent;
use tokio::sync::Mutex;

use crate::block::{BlockSource, SourceExtent};

/// Counts what is read from a source.
#[derive(Debug)]
pub struct Counting<S> {
    inner: S,
    reads: AtomicU64,
    bytes: AtomicU64,
}

impl<S: BlockSource> Counting<S> {
    /// Wraps `inner`, with the counters at zero.
    pub fn new(inner: S) -> Counting<S> {
        Counting {
            inner,
            reads: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    /// Number of reads asked for.
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// Bytes asked for.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl<S: BlockSource> BlockSource for Counting<S> {
    fn size(&self) -> u64 {
        self.inner.size()
    }

    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>> {
        self.inner.extents(window).await
    }

    async fn read(&self, extent: Extent) -> Result<Bytes> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.bytes
            .fetch_add(extent.end - extent.start, Ordering::Relaxed);
        self.inner.read(extent).await
    }
}

/// Lets at most so many bytes a second out of a source.
#[derive(Debug)]
pub struct Throttled<S> {
    inner: S,
    bytes_per_second: u64,
    /// When the next read may start.
    free_at: Mutex<tokio::time::Instant>,
}

impl<S: BlockSource> Throttled<S> {
    /// Wraps `inner`.
    pub fn new(inner: S, bytes_per_second: u64) -> Throttled<S> {
        let free_at = Mutex::new(tokio::time::Instant::now());
        Throttled {
            inner,
            bytes_per_second,
            free_at,
        }
    }
}

#[async_trait]
impl<S: BlockSource> BlockSource for Throttled<S> {
    fn size(&self) -> u64 {
        self.inner.size()
    }

    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>> {
        self.inner.extents(window).await
    }

    async fn read(&self, extent: Extent) -> Result<Bytes> {
        let bytes = (extent.end - extent.start) as f64;
        let turn = {
            let mut free_at = self.free_at.lock().await;
            let turn = (*free_at).max(tokio::time::Instant::now());
            *free_at = turn + Duration::from_secs_f64(bytes / self.bytes_per_second as f64);
            turn
        };
        tokio::time::sleep_until(turn).await;
        self.inner.read(extent).await
    }
}
