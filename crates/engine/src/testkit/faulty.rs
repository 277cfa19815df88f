//! An object store that fails, delays, tears and lies about success, from a seed.
//!
//! What must be survived (and so is injected): any request may fail before or after it took
//! effect; a write may leave a torn object under its name, which a store whose writes are atomic
//! would not; requests may be slow. The same seed gives the same faults for the same requests.

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use tokio::sync::Notify;

/// How often what goes wrong, in requests of 10,000.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rates {
    /// The request fails and did nothing.
    pub error: u64,
    /// A write or removal took effect, but its answer is lost.
    pub lost_answer: u64,
    /// A write left a part of the object under its name, and fails.
    pub torn: u64,
    /// The request takes a few milliseconds longer.
    pub delay: u64,
}

/// The wrapper.
#[derive(Debug)]
pub struct Faulty {
    inner: Arc<dyn ObjectStore>,
    rates: Rates,
    state: AtomicU64,
    requests: AtomicU64,
    bytes: AtomicU64,
    /// The request after this number, and all later ones, fail: the process was killed there.
    dies_at: AtomicU64,
    off: AtomicBool,
    held: Mutex<Option<(String, Arc<HeldRead>)>>,
}

/// A read whose answer is held back: whoever asked has stalled.
#[derive(Debug, Default)]
pub struct HeldRead {
    reached: Notify,
    goes_on: Notify,
}

impl HeldRead {
    /// Waits until the answer is there and held.
    pub async fn reached(&self) {
        self.reached.notified().await;
    }

    /// Gives the answer.
    pub fn go_on(&self) {
        self.goes_on.notify_one();
    }
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Faulty({})", self.inner)
    }
}

enum Fault {
    None,
    Error,
    LostAnswer,
    Torn,
}

impl Faulty {
    /// Wraps `inner`; `seed` decides which requests fail.
    pub fn new(inner: Arc<dyn ObjectStore>, seed: u64, rates: Rates) -> Arc<Faulty> {
        Arc::new(Faulty {
            inner,
            rates,
            state: AtomicU64::new(seed.wrapping_mul(2).wrapping_add(1)),
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            dies_at: AtomicU64::new(u64::MAX),
            off: AtomicBool::new(false),
            held: Mutex::default(),
        })
    }

    /// Number of requests so far.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }

    /// Number of bytes read and written so far, names of objects that were listed included.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::SeqCst)
    }

    /// Lets `more` requests through, then fails all.
    pub fn die_after(&self, more: u64) {
        self.dies_at.store(self.requests() + more, Ordering::SeqCst);
    }

    /// Holds the answer to the next read of an object whose name ends in `name`.
    pub fn hold_read(&self, name: &str) -> Arc<HeldRead> {
        let held = Arc::new(HeldRead::default());
        let mut next = self.held.lock().expect("no panic holds this lock");
        *next = Some((name.to_owned(), Arc::clone(&held)));
        held
    }

    async fn hold(&self, location: &Path) {
        let held = {
            let mut next = self.held.lock().expect("no panic holds this lock");
            next.take_if(|(name, _)| location.as_ref().ends_with(name.as_str()))
        };
        if let Some((_, held)) = held {
            held.reached.notify_one();
            held.goes_on.notified().await;
        }
    }

    /// Ends all faults.
    pub fn heal(&self) {
        self.off.store(true, Ordering::SeqCst);
    }

    /// True unless a request came after the last one that [`Faulty::die_after`] lets through.
    pub fn lives(&self) -> bool {
        !self.dead()
    }

    fn dead(&self) -> bool {
        !self.off.load(Ordering::SeqCst) && self.requests() > self.dies_at.load(Ordering::SeqCst)
    }

    /// xorshift64*: enough for tests, and the same everywhere.
    fn random(&self) -> u64 {
        let step = |mut x: u64| {
            x ^= x >> 12;
            x ^= x << 25;
            x ^ x >> 27
        };
        let previous = self
            .state
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |x| Some(step(x)))
            .expect("always some");
        step(previous).wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    async fn fault(&self, writes: bool) -> Result<Fault> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        if self.off.load(Ordering::SeqCst) {
            return Ok(Fault::None);
        }
        if self.dead() {
            return Err(injected("dead"));
        }
        let Rates {
            error,
            lost_answer,
            torn,
            delay,
        } = self.rates;
        if self.random() % 10_000 < delay {
            tokio::time::sleep(Duration::from_millis(self.random() % 5)).await;
        }
        let at = self.random() % 10_000;
        Ok(match at {
            _ if at < error => Fault::Error,
            _ if writes && at < error + lost_answer => Fault::LostAnswer,
            _ if writes && at < error + lost_answer + torn => Fault::Torn,
            _ => Fault::None,
        })
    }
}

fn injected(what: &str) -> object_store::Error {
    let source = std::io::Error::other(format!("injected fault: {what}")).into();
    object_store::Error::Generic {
        store: "faulty",
        source,
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        let len = payload.content_length() as u64;
        self.bytes.fetch_add(len, Ordering::SeqCst);
        match self.fault(true).await? {
            Fault::None => self.inner.put_opts(location, payload, options).await,
            Fault::Error => Err(injected("error")),
            Fault::LostAnswer => {
                self.inner.put_opts(location, payload, options).await?;
                Err(injected("lost answer"))
            }
            Fault::Torn => {
                let bytes = Bytes::from(payload);
                let half = bytes.slice(..bytes.len() / 2);
                self.inner.put_opts(location, half.into(), options).await?;
                Err(injected("torn"))
            }
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        match self.fault(false).await? {
            Fault::None => {
                let found = self.inner.get_opts(location, options).await?;
                let len = found.range.end - found.range.start;
                self.bytes.fetch_add(len, Ordering::SeqCst);
                self.hold(location).await;
                Ok(found)
            }
            _ => Err(injected("error")),
        }
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        match self.fault(false).await? {
            Fault::None => self.inner.get_ranges(location, ranges).await,
            _ => Err(injected("error")),
        }
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        // Decided once for the whole stream: callers here remove one object at a time.
        self.requests.fetch_add(1, Ordering::SeqCst);
        if self.dead() {
            return futures::stream::once(async { Err(injected("dead")) }).boxed();
        }
        let off = self.off.load(Ordering::SeqCst);
        let at = self.random() % 10_000;
        if !off && at < self.rates.error {
            return futures::stream::once(async { Err(injected("error")) }).boxed();
        }
        let done = self.inner.delete_stream(locations);
        if !off && at < self.rates.error + self.rates.lost_answer {
            return done
                .and_then(|_| async { Err(injected("lost answer")) })
                .boxed();
        }
        done
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let off = self.off.load(Ordering::SeqCst);
        if self.dead() || !off && self.random() % 10_000 < self.rates.error {
            return futures::stream::once(async { Err(injected("error")) }).boxed();
        }
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}
