//! NBD exports as sources and targets.

use std::collections::HashMap;

use async_trait::async_trait;
use bytes::Bytes;
use coffer_core::extent::Extent;
use coffer_core::{Error, Result};

use super::client::{NbdClient, RANGE_BYTES_MAX, StatusExtent};
use super::wire::{ALLOCATION, allocation};
use super::{NbdAddress, NbdError};
use crate::block::{BlockSource, BlockTarget, Content, SourceExtent};

/// In `qemu:dirty-bitmap:`: written to since the epoch began.
const FLAG_DIRTY: u32 = 1;

/// An export that is read.
#[derive(Debug, Clone)]
pub struct NbdSource {
    client: NbdClient,
    allocation: Option<u32>,
    dirty: Option<u32>,
}

impl NbdSource {
    /// Connects to an export, with the dirty bitmap `bitmap` where one is named.
    ///
    /// A bitmap that was asked for and is not there is `NbdError::MissingContext`: whoever
    /// asked must not take the whole disk for unchanged.
    pub async fn connect(
        address: &NbdAddress,
        export: &str,
        bitmap: Option<&str>,
    ) -> Result<NbdSource, NbdError> {
        let dirty = bitmap.map(|name| format!("qemu:dirty-bitmap:{name}"));
        let contexts: Vec<String> = [ALLOCATION.to_owned()]
            .into_iter()
            .chain(dirty.clone())
            .collect();
        let client = NbdClient::connect(address, export, &contexts).await?;
        let id_of = |name: &str| {
            let found = client.info().contexts.iter().find(|(_, n)| n == name);
            found.map(|(id, _)| *id)
        };
        let dirty = match dirty {
            None => None,
            Some(name) => Some(id_of(&name).ok_or(NbdError::MissingContext(name))?),
        };
        Ok(NbdSource {
            allocation: id_of(ALLOCATION),
            dirty,
            client,
        })
    }

    /// The connection.
    pub fn client(&self) -> &NbdClient {
        &self.client
    }

    /// Like [`BlockSource::extents`], with the protocol's error.
    pub async fn try_extents(&self, window: Extent) -> Result<Vec<SourceExtent>, NbdError> {
        let mut found = Vec::new();
        if self.allocation.is_none() && self.dirty.is_none() {
            push(&mut found, window, Content::Data);
            return Ok(found);
        }
        let mut at = window.start;
        while at < window.end {
            let end = window.end.min(at + RANGE_BYTES_MAX);
            let lists = self.client.block_status(Extent { start: at, end }).await?;
            let next = self.combine(at, &lists, &mut found)?;
            if next <= at {
                return Err(NbdError::Protocol("block status of nothing".into()));
            }
            at = next;
        }
        Ok(found)
    }

    /// Like [`BlockSource::read`], with the protocol's error.
    pub async fn try_read(&self, extent: Extent) -> Result<Bytes, NbdError> {
        let max = u64::from(self.client.info().request_bytes_max);
        if extent.len() <= max {
            return self.client.read(extent).await;
        }
        let mut joined = Vec::with_capacity(usize::try_from(extent.len()).unwrap_or_default());
        for part in pieces(extent, max) {
            joined.extend_from_slice(&self.client.read(part).await?);
        }
        Ok(joined.into())
    }

    /// Joins the lists of both contexts from byte `at` up to where the shorter one ends.
    fn combine(
        &self,
        at: u64,
        lists: &HashMap<u32, Vec<StatusExtent>>,
        found: &mut Vec<SourceExtent>,
    ) -> Result<u64, NbdError> {
        let list = |id: Option<u32>| match id {
            None => Ok(None),
            Some(id) => match lists.get(&id) {
                Some(list) => Ok(Some(Walk::new(list))),
                None => Err(NbdError::Protocol(
                    "block status leaves out a context".into(),
                )),
            },
        };
        let (mut allocation, mut dirty) = (list(self.allocation)?, list(self.dirty)?);
        let mut at = at;
        loop {
            let step = |walk: &Option<Walk<'_>>| walk.as_ref().map(Walk::now);
            let (allocated, written) = (step(&allocation), step(&dirty));
            // A context that was not negotiated has no end; one that was ends the answer.
            let left = match (allocated, written) {
                (Some(None), _) | (_, Some(None)) | (None, None) => return Ok(at),
                (Some(Some(a)), Some(Some(w))) => a.len.min(w.len),
                (Some(Some(a)), None) => a.len,
                (None, Some(Some(w))) => w.len,
            };
            let zero = allocated
                .flatten()
                .is_some_and(|s| s.flags & allocation::ZERO != 0);
            let clean = written.flatten().is_some_and(|s| s.flags & FLAG_DIRTY == 0);
            let content = match (clean, zero) {
                (true, _) => Content::Unchanged,
                (false, true) => Content::Zero,
                (false, false) => Content::Data,
            };
            push(found, Extent::from_len(at, left), content);
            at += left;
            for walk in [&mut allocation, &mut dirty].into_iter().flatten() {
                walk.advance(left);
            }
        }
    }
}

/// A place in a list of extents.
struct Walk<'a> {
    rest: &'a [StatusExtent],
    used: u64,
}

impl<'a> Walk<'a> {
    fn new(rest: &'a [StatusExtent]) -> Walk<'a> {
        Walk { rest, used: 0 }
    }

    /// What is left of the extent here; none at the end of the list.
    fn now(&self) -> Option<StatusExtent> {
        self.rest.first().map(|first| StatusExtent {
            len: first.len - self.used,
            flags: first.flags,
        })
    }

    /// Goes on by at most what [`Walk::now`] has left.
    fn advance(&mut self, len: u64) {
        self.used += len;
        if let Some((first, rest)) = self.rest.split_first()
            && first.len == self.used
        {
            (self.rest, self.used) = (rest, 0);
        }
    }
}

/// Adds an extent, joining it with the one before where both are alike.
pub(crate) fn push(found: &mut Vec<SourceExtent>, extent: Extent, content: Content) {
    if extent.is_empty() {
        return;
    }
    match found.last_mut() {
        Some(last) if last.content == content && last.extent.end == extent.start => {
            last.extent.end = extent.end;
        }
        _ => found.push(SourceExtent { extent, content }),
    }
}

fn pieces(extent: Extent, max: u64) -> impl Iterator<Item = Extent> {
    (0..extent.len().div_ceil(max)).map(move |i| {
        let start = extent.start + i * max;
        Extent {
            start,
            end: extent.end.min(start + max),
        }
    })
}

#[async_trait]
impl BlockSource for NbdSource {
    fn size(&self) -> u64 {
        self.client.info().size
    }

    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>> {
        self.try_extents(window).await.map_err(Error::from)
    }

    async fn read(&self, extent: Extent) -> Result<Bytes> {
        self.try_read(extent).await.map_err(Error::from)
    }
}

/// An export that is written to.
#[derive(Debug, Clone)]
pub struct NbdTarget {
    client: NbdClient,
}

impl NbdTarget {
    /// Connects to an export for writing; a read-only one is refused.
    pub async fn connect(address: &NbdAddress, export: &str) -> Result<NbdTarget, NbdError> {
        let client = NbdClient::connect(address, export, &[]).await?;
        if client.info().read_only {
            return Err(NbdError::Unsupported("the right to write to this export"));
        }
        Ok(NbdTarget { client })
    }

    async fn write_pieces(&self, offset: u64, data: Bytes) -> Result<(), NbdError> {
        let max = u64::from(self.client.info().request_bytes_max);
        for part in pieces(Extent::from_len(offset, data.len() as u64), max) {
            let index = |n: u64| usize::try_from(n - offset).expect("within a buffer");
            let piece = data.slice(index(part.start)..index(part.end));
            self.client.write(part.start, piece).await?;
        }
        Ok(())
    }

    async fn zero_pieces(&self, extent: Extent) -> Result<(), NbdError> {
        if self.client.info().can_zero {
            for part in pieces(extent, RANGE_BYTES_MAX) {
                self.client.write_zeroes(part).await?;
            }
            return Ok(());
        }
        let max = u64::from(self.client.info().request_bytes_max).min(1 << 20);
        for part in pieces(extent, max) {
            let zeroes = vec![0; usize::try_from(part.len()).expect("a MiB at most")];
            self.client.write(part.start, zeroes.into()).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl BlockTarget for NbdTarget {
    fn size(&self) -> u64 {
        self.client.info().size
    }

    async fn write(&self, offset: u64, data: Bytes) -> Result<()> {
        self.write_pieces(offset, data).await.map_err(Error::from)
    }

    async fn write_zeroes(&self, extent: Extent) -> Result<()> {
        self.zero_pieces(extent).await.map_err(Error::from)
    }

    async fn flush(&self) -> Result<()> {
        self.client.flush().await.map_err(Error::from)
    }
}
