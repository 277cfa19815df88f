//! Bandwidth limits: one rate shared by all who hold a clone, changeable while it is in use.
//!
//! A bucket of tokens, one a byte. Who takes waits until the bucket is not empty, then takes all
//! it needs at once and may leave a debt that those behind it wait for. So a piece of any size
//! passes, the average is the rate, and a burst is at most [`BURST`] of it plus one piece.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as SyncMutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use coffer_core::Result;
use coffer_core::extent::Extent;
use tokio::sync::{Mutex, Notify};
use tokio::time::Instant;

use crate::block::{BlockSource, BlockTarget, SourceExtent};

/// How much of an idle time counts: after a pause no more than this passes at once.
const BURST: Duration = Duration::from_millis(250);
/// Longest sleep before the rate is looked at again; a change of the rate ends a sleep at once.
const NAP: Duration = Duration::from_secs(1);

/// A limit in bytes a second. Clones share it. Without a rate it costs one atomic read.
#[derive(Debug, Clone, Default)]
pub struct Throttle(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// Bytes a second; 0 for no limit.
    rate: AtomicU64,
    changed: Notify,
    /// Those who wait stand in line here: the lock is fair.
    line: Mutex<()>,
    bucket: SyncMutex<Bucket>,
}

#[derive(Debug, Default)]
struct Bucket {
    /// Bytes that may pass; below zero where more passed than was there.
    tokens: f64,
    filled_at: Option<Instant>,
}

impl Throttle {
    /// No limit, until one is set.
    pub fn unlimited() -> Throttle {
        Throttle::default()
    }

    /// A limit from the start, in bytes a second.
    pub fn new(bytes_per_second: Option<u64>) -> Throttle {
        let throttle = Throttle::default();
        throttle.set(bytes_per_second);
        throttle
    }

    /// The limit in bytes a second; none where there is none.
    pub fn rate(&self) -> Option<u64> {
        Some(self.0.rate.load(Ordering::Relaxed)).filter(|rate| *rate > 0)
    }

    /// Sets the limit, also for those who wait already. 0 counts as none.
    pub fn set(&self, bytes_per_second: Option<u64>) {
        let rate = bytes_per_second.unwrap_or(0);
        if self.0.rate.swap(rate, Ordering::Relaxed) == rate {
            return;
        }
        // What was owed at another rate is forgiven, and nothing was saved up.
        *self.0.bucket.lock().expect("no panic holds this lock") = Bucket::default();
        self.0.changed.notify_waiters();
    }

    /// Waits until `bytes` may pass. Cancel-safe: who is dropped while waiting has taken nothing.
    pub async fn take(&self, bytes: u64) {
        if self.rate().is_none() || bytes == 0 {
            return;
        }
        let _turn = self.0.line.lock().await;
        loop {
            // Listening before looking: no change in between is missed.
            let changed = self.0.changed.notified();
            let Some(rate) = self.rate() else { return };
            let Some(wait) = self.try_take(bytes, rate) else {
                return;
            };
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep(wait.min(NAP)) => {}
            }
        }
    }

    /// Takes where the bucket is not empty; else says how long that lasts.
    fn try_take(&self, bytes: u64, rate: u64) -> Option<Duration> {
        let rate = rate as f64;
        let now = Instant::now();
        let mut bucket = self.0.bucket.lock().expect("no panic holds this lock");
        let idle = bucket.filled_at.map_or(Duration::ZERO, |at| now - at);
        bucket.filled_at = Some(now);
        bucket.tokens = (bucket.tokens + idle.as_secs_f64() * rate).min(rate * BURST.as_secs_f64());
        if bucket.tokens < 0.0 {
            // Not shorter than the timer's grain, so that nobody spins.
            let wait = Duration::from_secs_f64(-bucket.tokens / rate);
            return Some(wait.max(Duration::from_millis(1)));
        }
        bucket.tokens -= bytes as f64;
        None
    }
}

/// A source whose reads pass limits.
pub struct ThrottledSource {
    inner: Arc<dyn BlockSource>,
    limit: Throttle,
}

impl ThrottledSource {
    /// Lets the reads of `inner` pass `limit`.
    pub fn new(inner: Arc<dyn BlockSource>, limit: Throttle) -> ThrottledSource {
        ThrottledSource { inner, limit }
    }
}

#[async_trait]
impl BlockSource for ThrottledSource {
    fn size(&self) -> u64 {
        self.inner.size()
    }

    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>> {
        self.inner.extents(window).await
    }

    async fn read(&self, extent: Extent) -> Result<Bytes> {
        self.limit.take(extent.len()).await;
        self.inner.read(extent).await
    }
}

/// A target whose writes pass limits. Zeroes cost next to nothing and pass freely.
pub struct ThrottledTarget {
    inner: Arc<dyn BlockTarget>,
    limit: Throttle,
}

impl ThrottledTarget {
    /// Lets the writes of `inner` pass `limit`.
    pub fn new(inner: Arc<dyn BlockTarget>, limit: Throttle) -> ThrottledTarget {
        ThrottledTarget { inner, limit }
    }
}

#[async_trait]
impl BlockTarget for ThrottledTarget {
    fn size(&self) -> u64 {
        self.inner.size()
    }

    async fn write(&self, offset: u64, data: Bytes) -> Result<()> {
        self.limit.take(data.len() as u64).await;
        self.inner.write(offset, data).await
    }

    async fn write_zeroes(&self, extent: Extent) -> Result<()> {
        self.inner.write_zeroes(extent).await
    }

    async fn flush(&self) -> Result<()> {
        self.inner.flush().await
    }

    fn is_zero(&self) -> bool {
        self.inner.is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    async fn seconds(throttle: &Throttle, pieces: u64) -> f64 {
        let begun = Instant::now();
        for _ in 0..pieces {
            throttle.take(MIB).await;
        }
        begun.elapsed().as_secs_f64()
    }

    #[tokio::test(start_paused = true)]
    async fn the_average_is_the_rate_whoever_takes() {
        let throttle = Throttle::new(Some(4 * MIB));
        let many = (0..4).map(|_| {
            let throttle = throttle.clone();
            tokio::spawn(async move { seconds(&throttle, 10).await })
        });
        let begun = Instant::now();
        for one in many.collect::<Vec<_>>() {
            one.await.unwrap();
        }
        // 40 MiB at 4 MiB/s; the last piece's debt is not waited for.
        let took = begun.elapsed().as_secs_f64();
        assert!((9.5..=10.1).contains(&took), "{took}");
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_are_not_saved_up() {
        let throttle = Throttle::new(Some(MIB));
        throttle.take(1).await;
        tokio::time::sleep(Duration::from_secs(3600)).await;
        let took = seconds(&throttle, 11).await;
        assert!(took >= 9.0, "{took}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_reaches_those_who_wait() {
        let throttle = Throttle::new(Some(1));
        throttle.take(MIB).await;
        let waiting = tokio::spawn({
            let throttle = throttle.clone();
            async move { seconds(&throttle, 5).await }
        });
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(!waiting.is_finished());
        throttle.set(Some(MIB));
        let took = waiting.await.unwrap();
        assert!((8.0..=10.5).contains(&took), "{took}");
        throttle.set(None);
        assert!(seconds(&throttle, 1000).await < 0.1);
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_has_taken_nothing() {
        let throttle = Throttle::new(Some(MIB));
        throttle.take(MIB).await;
        let soon = Duration::from_millis(10);
        for _ in 0..50 {
            assert!(
                tokio::time::timeout(soon, throttle.take(100 * MIB))
                    .await
                    .is_err()
            );
        }
        let took = seconds(&throttle, 2).await;
        assert!(took < 2.0, "{took}");
    }
}
