//! An object store that holds up one request until it is told to go on: what two parties do is
//! brought into any order.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use tokio::sync::Semaphore;

/// The wrapper.
#[derive(Debug, Clone)]
pub struct Gated {
    inner: Arc<dyn ObjectStore>,
    gate: Arc<Gate>,
}

#[derive(Debug)]
struct Gate {
    requests: AtomicU64,
    holds: AtomicU64,
    held: Semaphore,
    opened: Semaphore,
}

impl fmt::Display for Gated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gated({})", self.inner)
    }
}

impl Gated {
    /// Wraps `inner`; nothing is held up yet.
    pub fn new(inner: Arc<dyn ObjectStore>) -> Gated {
        let gate = Gate {
            requests: AtomicU64::new(0),
            holds: AtomicU64::new(u64::MAX),
            held: Semaphore::new(0),
            opened: Semaphore::new(0),
        };
        Gated {
            inner,
            gate: Arc::new(gate),
        }
    }

    /// Number of requests so far.
    pub fn requests(&self) -> u64 {
        self.gate.requests.load(Ordering::SeqCst)
    }

    /// Lets `more` requests through and holds up the one after them, before it does anything.
    pub fn hold_after(&self, more: u64) {
        let at = self.requests() + more;
        self.gate.holds.store(at, Ordering::SeqCst);
    }

    /// Waits until the request is there.
    pub async fn held(&self) {
        let permit = self.gate.held.acquire().await;
        permit.expect("it is never closed").forget();
    }

    /// Lets the request go on.
    pub fn open(&self) {
        self.gate.opened.add_permits(1);
    }
}

impl Gate {
    async fn pass(&self) {
        let before = self.requests.fetch_add(1, Ordering::SeqCst);
        if before == self.holds.load(Ordering::SeqCst) {
            self.held.add_permits(1);
            let permit = self.opened.acquire().await;
            permit.expect("it is never closed").forget();
        }
    }
}

#[async_trait]
impl ObjectStore for Gated {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        self.gate.pass().await;
        self.inner.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.gate.pass().await;
        self.inner.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.gate.pass().await;
        self.inner.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.gate.pass().await;
        self.inner.get_ranges(location, ranges).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let Gated { inner, gate } = self.clone();
        let begun = async move {
            gate.pass().await;
            inner.delete_stream(locations)
        };
        futures::stream::once(begun).flatten().boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (Gated { inner, gate }, prefix) = (self.clone(), prefix.cloned());
        let begun = async move {
            gate.pass().await;
            inner.list(prefix.as_ref())
        };
        futures::stream::once(begun).flatten().boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.gate.pass().await;
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.gate.pass().await;
        self.inner.copy_opts(from, to, options).await
    }
}
