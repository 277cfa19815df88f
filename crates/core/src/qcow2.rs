//! Where everything lies in a qcow2 file that is made on the fly, so that any part of it can be
//! asked for (QEMU: docs/interop/qcow2.txt, version 3).
//!
//! | clusters of 64 KiB, in this order | holds |
//! |---|---|
//! | 1 | header |
//! | as many as it takes | refcount table |
//! | one for each 32,768 clusters | refcount blocks; every count is 1 |
//! | as many as it takes | L1 table |
//! | one for each 512 MiB of the disk that has data | L2 tables |
//! | the rest | data, in the order of the disk |

use std::ops::Range;

use crate::extent::Extent;

/// Size of a cluster in bytes.
pub const CLUSTER: u64 = 1 << 16;
/// Clusters that one L2 table covers.
const PER_L2: u64 = CLUSTER / 8;
/// Clusters that one refcount block counts: 16 bits each.
const PER_REFBLOCK: u64 = CLUSTER / 2;
/// No other entry refers to the cluster.
const COPIED: u64 = 1 << 63;
/// Length of the header of version 3 without optional fields.
const HEADER_BYTES: u32 = 104;

/// A file's layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    size: u64,
    /// Clusters of the disk that hold data, ascending and disjoint, each with the number of data
    /// clusters before it.
    data: Vec<(Range<u64>, u64)>,
    /// Numbers of the L2 tables that there are.
    tables: Vec<u64>,
    refcount_table: u64,
    refcount_blocks: u64,
    l1_entries: u64,
    total: u64,
}

/// What one cluster of the file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cluster {
    /// These bytes, followed by zeroes.
    Table(Vec<u8>),
    /// Bytes of the disk, followed by zeroes where it ends.
    Data(Extent),
}

impl Layout {
    /// Lays out a disk of `size` bytes with data in these clusters, ascending and disjoint.
    pub fn new(size: u64, data: impl IntoIterator<Item = Range<u64>>) -> Layout {
        let mut ranges: Vec<(Range<u64>, u64)> = Vec::new();
        let mut tables: Vec<u64> = Vec::new();
        let mut count = 0;
        for range in data {
            if range.is_empty() {
                continue;
            }
            for table in range.start / PER_L2..=(range.end - 1) / PER_L2 {
                if tables.last() != Some(&table) {
                    tables.push(table);
                }
            }
            let len = range.end - range.start;
            match ranges.last_mut() {
                Some((last, _)) if last.end == range.start => last.end = range.end,
                _ => ranges.push((range, count)),
            }
            count += len;
        }
        let l1_entries = size.div_ceil(CLUSTER * PER_L2).max(1);
        let fixed = 1 + (l1_entries * 8).div_ceil(CLUSTER) + tables.len() as u64 + count;
        // The tables of counts count themselves.
        let (mut refcount_table, mut refcount_blocks) = (1, 1);
        let total = loop {
            let total = fixed + refcount_table + refcount_blocks;
            let blocks = total.div_ceil(PER_REFBLOCK);
            let table = (blocks * 8).div_ceil(CLUSTER);
            if (table, blocks) == (refcount_table, refcount_blocks) {
                break total;
            }
            (refcount_table, refcount_blocks) =
                (table.max(refcount_table), blocks.max(refcount_blocks));
        };
        Layout {
            size,
            data: ranges,
            tables,
            refcount_table,
            refcount_blocks,
            l1_entries,
            total,
        }
    }

    /// Length of the file in bytes.
    pub fn len(&self) -> u64 {
        self.total * CLUSTER
    }

    /// True for no file: there is always a header.
    pub fn is_empty(&self) -> bool {
        false
    }

    fn l1_start(&self) -> u64 {
        1 + self.refcount_table + self.refcount_blocks
    }

    fn l2_start(&self) -> u64 {
        self.l1_start() + (self.l1_entries * 8).div_ceil(CLUSTER)
    }

    fn data_start(&self) -> u64 {
        self.l2_start() + self.tables.len() as u64
    }

    /// What cluster `number` of the file holds.
    ///
    /// # Panics
    /// Beyond the end.
    pub fn cluster(&self, number: u64) -> Cluster {
        assert!(number < self.total, "the file has {} clusters", self.total);
        if number == 0 {
            return Cluster::Table(self.header());
        }
        let blocks = 1 + self.refcount_table;
        if number < blocks {
            return Cluster::Table(entries(number - 1, self.refcount_blocks, |i| {
                (blocks + i) * CLUSTER
            }));
        }
        if number < self.l1_start() {
            return Cluster::Table(self.refcounts(number - blocks));
        }
        if number < self.l2_start() {
            return Cluster::Table(entries(
                number - self.l1_start(),
                self.l1_entries,
                |table| match self.tables.binary_search(&table) {
                    Ok(at) => ((self.l2_start() + at as u64) * CLUSTER) | COPIED,
                    Err(_) => 0,
                },
            ));
        }
        if number < self.data_start() {
            return Cluster::Table(self.l2(self.tables[(number - self.l2_start()) as usize]));
        }
        let index = number - self.data_start();
        let at = self.data.partition_point(|(_, before)| *before <= index) - 1;
        let (range, before) = &self.data[at];
        let start = (range.start + index - before) * CLUSTER;
        Cluster::Data(Extent {
            start,
            end: (start + CLUSTER).min(self.size),
        })
    }

    fn header(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(112);
        out.extend(b"QFI\xfb");
        let be32 = |out: &mut Vec<u8>, value: u32| out.extend(value.to_be_bytes());
        let be64 = |out: &mut Vec<u8>, value: u64| out.extend(value.to_be_bytes());
        be32(&mut out, 3);
        be64(&mut out, 0); // no backing file
        be32(&mut out, 0);
        be32(&mut out, CLUSTER.trailing_zeros());
        be64(&mut out, self.size);
        be32(&mut out, 0); // not encrypted
        be32(
            &mut out,
            u32::try_from(self.l1_entries).expect("a disk of 2 EiB is too large"),
        );
        be64(&mut out, self.l1_start() * CLUSTER);
        be64(&mut out, CLUSTER);
        be32(
            &mut out,
            u32::try_from(self.refcount_table).expect("smaller than the L1 table"),
        );
        be32(&mut out, 0); // no snapshots
        be64(&mut out, 0);
        be64(&mut out, 0); // no features
        be64(&mut out, 0);
        be64(&mut out, 0);
        be32(&mut out, 4); // 16 bits a count
        be32(&mut out, HEADER_BYTES);
        out.extend([0; 8]); // no extensions
        out
    }

    fn refcounts(&self, block: u64) -> Vec<u8> {
        let counted = (self.total - block * PER_REFBLOCK).min(PER_REFBLOCK);
        [0, 1].repeat(counted as usize)
    }

    fn l2(&self, table: u64) -> Vec<u8> {
        let covered = table * PER_L2..(table + 1) * PER_L2;
        let mut out = vec![0; CLUSTER as usize];
        let first = self
            .data
            .partition_point(|(range, _)| range.end <= covered.start);
        for (range, before) in &self.data[first..] {
            if range.start >= covered.end {
                break;
            }
            for cluster in range.start.max(covered.start)..range.end.min(covered.end) {
                let at = ((self.data_start() + before + cluster - range.start) * CLUSTER) | COPIED;
                let slot = (cluster - covered.start) as usize * 8;
                out[slot..slot + 8].copy_from_slice(&at.to_be_bytes());
            }
        }
        out
    }
}

/// One cluster of a table of 64-bit entries.
fn entries(cluster: u64, count: u64, entry: impl Fn(u64) -> u64) -> Vec<u8> {
    let first = cluster * PER_L2;
    let last = (first + PER_L2).min(count);
    (first..last).flat_map(|i| entry(i).to_be_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_disk_is_a_header_and_its_tables() {
        let layout = Layout::new(1 << 30, []);
        assert_eq!(layout.len(), 4 * CLUSTER);
        let Cluster::Table(header) = layout.cluster(0) else {
            panic!("a header")
        };
        assert_eq!(header.len(), HEADER_BYTES as usize + 8);
        assert_eq!(&header[24..32], (1_u64 << 30).to_be_bytes());
        let Cluster::Table(counts) = layout.cluster(2) else {
            panic!("counts")
        };
        assert_eq!(counts, [0, 1, 0, 1, 0, 1, 0, 1]);
    }

    #[test]
    fn data_lies_where_its_entries_say() {
        let data = [
            1..3,
            3..4,
            PER_L2 - 1..PER_L2 + 2,
            5 * PER_L2..5 * PER_L2 + 1,
        ];
        let size = 5 * PER_L2 * CLUSTER + 100;
        let layout = Layout::new(size, data.clone());
        let Cluster::Table(l1) = layout.cluster(layout.l1_start()) else {
            panic!("L1")
        };
        assert_eq!(l1.len(), 6 * 8);
        for cluster in data.into_iter().flatten() {
            let read = |bytes: &[u8], at: u64| {
                let at = at as usize * 8;
                u64::from_be_bytes(bytes[at..at + 8].try_into().expect("eight")) & !COPIED
            };
            let table = read(&l1, cluster / PER_L2);
            let Cluster::Table(l2) = layout.cluster(table / CLUSTER) else {
                panic!("L2")
            };
            let at = read(&l2, cluster % PER_L2);
            let start = cluster * CLUSTER;
            let end = (start + CLUSTER).min(size);
            assert_eq!(
                layout.cluster(at / CLUSTER),
                Cluster::Data(Extent { start, end })
            );
        }
        let last = layout.cluster(layout.total - 1);
        assert!(
            matches!(last, Cluster::Data(extent) if extent.len() == 100),
            "{last:?}"
        );
    }

    #[test]
    fn counts_cover_large_files_and_themselves() {
        for clusters in [
            PER_REFBLOCK - 6,
            PER_REFBLOCK,
            3 * PER_REFBLOCK,
            300_000_000,
        ] {
            let layout = Layout::new(clusters * CLUSTER, std::iter::once(0..clusters));
            assert!(layout.refcount_blocks * PER_REFBLOCK >= layout.total);
            assert!(layout.refcount_table * PER_L2 >= layout.refcount_blocks);
            assert!(matches!(layout.cluster(layout.total - 1), Cluster::Data(_)));
        }
    }
}
