//! A disk's blocks, wherever they are served from at the moment.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use bytes::Bytes;
use coffer_core::extent::{Extent, ExtentSet};
use coffer_core::{Error, Result};

use super::session::{Place, Shared};
use crate::block::{BlockSource, Content, SourceExtent};
use crate::hypervisor::changes::changes;
use crate::nbd::{NbdError, NbdSource};

/// How often an IO error is taken for an export that goes away before it is believed.
const FAULTS_MAX: u32 = 5;

/// Reads over the export that is open now, waits while there is none, and tries again when one
/// went away in the middle: all exports of a session hold the same bytes.
pub(super) struct SwitchedSource {
    pub shared: Arc<Shared>,
    pub index: usize,
    pub size: u64,
    /// Said by the first export only; see [`remember_changes`].
    pub changed: Arc<OnceLock<ExtentSet>>,
    pub tracked: bool,
}

impl SwitchedSource {
    /// Runs a request on the export of the moment, until one answers.
    async fn ask<T, F>(&self, request: impl Fn(Arc<NbdSource>, bool) -> F) -> Result<T>
    where
        F: Future<Output = Result<T, NbdError>>,
    {
        let mut faults = 0;
        loop {
            let (generation, source) = self.current().await?;
            // Only the first export has the bitmap of the epoch.
            match request(source, generation == 0).await {
                Ok(answer) => return Ok(answer),
                // `qemu-nbd` gives an IO error when what it reads over NBD itself goes away.
                Err(e) if e.is_disconnect() || (e.is_io_fault() && faults < FAULTS_MAX) => {
                    faults += 1;
                    tracing::debug!(index = self.index, "export went away: {e}");
                    self.shared.recover(generation).await;
                }
                Err(e) => return Err(e.into()),
            }
        }
    }

    async fn current(&self) -> Result<(u64, Arc<NbdSource>)> {
        let mut place = self.shared.place.subscribe();
        let settled = place
            .wait_for(|place| !matches!(place, Place::Moving))
            .await
            .map_err(|_| Error::unavailable("the snapshot is closed"))?;
        match &*settled {
            Place::Open {
                generation,
                sources,
            } => Ok((*generation, Arc::clone(&sources[self.index]))),
            Place::Lost(reason) => Err(Error::unavailable(format!(
                "the snapshot is lost: {reason}"
            ))
            .hint("Take a new backup of this server.")),
            Place::Closed | Place::Moving => Err(Error::unavailable("the snapshot is closed")),
        }
    }
}

#[async_trait]
impl BlockSource for SwitchedSource {
    fn size(&self) -> u64 {
        self.size
    }

    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>> {
        let answer =
            self.ask(|source, first| async move { Ok((source.try_extents(window).await?, first)) });
        let (found, first) = answer.await?;
        match self.changed.get() {
            Some(changed) if self.tracked && !first => Ok(only_changed(found, changed, window)),
            _ => Ok(found),
        }
    }

    async fn read(&self, extent: Extent) -> Result<Bytes> {
        self.ask(|source, _| async move { source.try_read(extent).await })
            .await
    }
}

/// Marks as unchanged what is not in `changed`.
fn only_changed(
    found: Vec<SourceExtent>,
    changed: &ExtentSet,
    window: Extent,
) -> Vec<SourceExtent> {
    let mut marked = Vec::new();
    let mut put = |start, end, content| {
        crate::nbd::push_extent(&mut marked, Extent { start, end }, content);
    };
    let mut at = window.start;
    for one in found {
        for part in changed.within(one.extent) {
            put(at, part.start, Content::Unchanged);
            put(part.start, part.end, one.content);
            at = part.end;
        }
        put(at, one.extent.end, Content::Unchanged);
        at = one.extent.end;
    }
    marked
}

/// Reads the whole bitmap, so that it is known after the export went away.
pub(super) async fn remember_changes(source: Arc<NbdSource>, into: Arc<OnceLock<ExtentSet>>) {
    match changes(&source).await {
        Ok(Some(changed)) => {
            // Nobody else sets it.
            let _ = into.set(changed);
        }
        Ok(None) => tracing::debug!("too many changed extents to remember"),
        Err(e) => tracing::debug!("changed extents could not be remembered: {e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_change_is_marked() {
        let extent = |start, end| Extent { start, end };
        let found = vec![
            SourceExtent {
                extent: extent(10, 20),
                content: Content::Data,
            },
            SourceExtent {
                extent: extent(20, 40),
                content: Content::Zero,
            },
        ];
        let changed = [extent(0, 12), extent(18, 25), extent(30, 31)]
            .into_iter()
            .collect();
        let shown: Vec<_> = only_changed(found, &changed, extent(10, 40))
            .into_iter()
            .map(|e| (e.extent.start, e.extent.end, e.content))
            .collect();
        use Content::{Data, Unchanged, Zero};
        assert_eq!(
            shown,
            [
                (10, 12, Data),
                (12, 18, Unchanged),
                (18, 20, Data),
                (20, 25, Zero),
                (25, 30, Unchanged),
                (30, 31, Zero),
                (31, 40, Unchanged),
            ]
        );
    }
}
