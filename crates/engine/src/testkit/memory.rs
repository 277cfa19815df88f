//! Disks in memory, as sources and targets.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use coffer_core::extent::{Extent, ExtentSet};
use coffer_core::{Error, Result};

use crate::block::{BlockSource, BlockTarget, Content, SourceExtent};

/// A disk in memory at one instant.
#[derive(Debug, Clone)]
pub struct MemorySource {
    bytes: Bytes,
    changed: Option<ExtentSet>,
}

impl MemorySource {
    /// A source that knows nothing of its content: everything is data.
    pub fn new(bytes: impl Into<Bytes>) -> MemorySource {
        MemorySource {
            bytes: bytes.into(),
            changed: None,
        }
    }

    /// Says that nothing but `changed` differs from the parent, as a dirty bitmap does.
    pub fn with_changed(mut self, changed: ExtentSet) -> MemorySource {
        self.changed = Some(changed);
        self
    }
}

#[async_trait]
impl BlockSource for MemorySource {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>> {
        let data = |extent| SourceExtent {
            extent,
            content: Content::Data,
        };
        let Some(changed) = &self.changed else {
            return Ok(vec![data(window)]);
        };
        let mut out = Vec::new();
        let mut at = window.start;
        let unchanged = |from: u64, to: u64, out: &mut Vec<SourceExtent>| {
            if from < to {
                let extent = Extent {
                    start: from,
                    end: to,
                };
                out.push(SourceExtent {
                    extent,
                    content: Content::Unchanged,
                });
            }
        };
        for extent in changed.within(window) {
            unchanged(at, extent.start, &mut out);
            out.push(data(extent));
            at = extent.end;
        }
        unchanged(at, window.end, &mut out);
        Ok(out)
    }

    async fn read(&self, extent: Extent) -> Result<Bytes> {
        if extent.end > self.size() {
            return Err(Error::internal("read beyond the end"));
        }
        Ok(self.bytes.slice(extent.start as usize..extent.end as usize))
    }
}

/// A disk in memory to be written.
#[derive(Debug, Clone)]
pub struct MemoryTarget {
    bytes: Arc<Mutex<Vec<u8>>>,
    zero: bool,
}

impl MemoryTarget {
    /// A new disk of zeroes.
    pub fn zeroed(size: u64) -> MemoryTarget {
        MemoryTarget {
            bytes: Arc::new(Mutex::new(vec![0; size as usize])),
            zero: true,
        }
    }

    /// A disk that holds something already.
    pub fn holding(bytes: Vec<u8>) -> MemoryTarget {
        MemoryTarget {
            bytes: Arc::new(Mutex::new(bytes)),
            zero: false,
        }
    }

    /// What it holds now.
    pub fn content(&self) -> Vec<u8> {
        self.bytes.lock().expect("no holder panicked").clone()
    }
}

#[async_trait]
impl BlockTarget for MemoryTarget {
    fn size(&self) -> u64 {
        self.bytes.lock().expect("no holder panicked").len() as u64
    }

    async fn write(&self, offset: u64, data: Bytes) -> Result<()> {
        let mut bytes = self.bytes.lock().expect("no holder panicked");
        bytes[offset as usize..offset as usize + data.len()].copy_from_slice(&data);
        Ok(())
    }

    async fn write_zeroes(&self, extent: Extent) -> Result<()> {
        let mut bytes = self.bytes.lock().expect("no holder panicked");
        bytes[extent.start as usize..extent.end as usize].fill(0);
        Ok(())
    }

    async fn flush(&self) -> Result<()> {
        Ok(())
    }

    fn is_zero(&self) -> bool {
        self.zero
    }
}
