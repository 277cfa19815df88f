//! Numbers with a unit.

use serde::{Deserialize, Serialize};

/// Bytes in a KiB.
pub const KIB: u64 = 1024;
/// Bytes in a MiB.
pub const MIB: u64 = 1024 * KIB;
/// Bytes in a GiB; the API's `GB` for disks and vaults.
pub const GIB: u64 = 1024 * MIB;

/// Position of a chunk on a disk: 0 is the first chunk.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ChunkIndex(pub u64);

/// Chunk size in bytes. Invariant: a power of two, 64 KiB ..= 4 MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct ChunkSize(u32);

impl ChunkSize {
    /// 64 KiB: QEMU's dirty-bitmap granularity and qcow2's cluster size.
    pub const DEFAULT: ChunkSize = ChunkSize(64 * 1024);

    /// Takes a power of two from 64 KiB to 4 MiB.
    pub fn new(bytes: u32) -> Option<ChunkSize> {
        let fits = (64 * 1024..=4 * 1024 * 1024).contains(&bytes);
        (bytes.is_power_of_two() && fits).then_some(ChunkSize(bytes))
    }

    /// Size in bytes.
    pub fn bytes(self) -> u64 {
        u64::from(self.0)
    }

    /// The chunk that holds the byte at `offset`.
    pub fn index_of(self, offset: u64) -> ChunkIndex {
        ChunkIndex(offset / self.bytes())
    }

    /// Byte position where chunk `index` starts.
    pub fn offset_of(self, index: ChunkIndex) -> u64 {
        index.0 * self.bytes()
    }

    /// Number of chunks of a disk of `disk_bytes`, the last one possibly short.
    pub fn count(self, disk_bytes: u64) -> u64 {
        disk_bytes.div_ceil(self.bytes())
    }

    /// Length in bytes of chunk `index` on a disk of `disk_bytes`: the last one may be short.
    pub fn len_of(self, index: ChunkIndex, disk_bytes: u64) -> u64 {
        self.bytes()
            .min(disk_bytes.saturating_sub(self.offset_of(index)))
    }
}

impl TryFrom<u32> for ChunkSize {
    type Error = &'static str;
    fn try_from(bytes: u32) -> Result<Self, Self::Error> {
        ChunkSize::new(bytes).ok_or("chunk size is not a power of two from 64 KiB to 4 MiB")
    }
}

impl From<ChunkSize> for u32 {
    fn from(size: ChunkSize) -> u32 {
        size.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_chunk_may_be_short() {
        let size = ChunkSize::DEFAULT;
        assert_eq!(size.count(65_537), 2);
        assert_eq!(size.len_of(ChunkIndex(0), 65_537), 65_536);
        assert_eq!(size.len_of(ChunkIndex(1), 65_537), 1);
        assert_eq!(size.len_of(ChunkIndex(9), 65_537), 0);
    }
}
