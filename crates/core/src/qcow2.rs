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
//!
//! A layout knows of each L2 table how much data there is below it, and not where: that is asked
//! for when the table or its data is read. So it takes 16 bytes of memory for 512 MiB of disk.

use std::ops::Range;

/// Size of a cluster in bytes.
pub const CLUSTER: u64 = 1 << 16;
/// Clusters that one L2 table covers.
pub const PER_L2: u64 = CLUSTER / 8;
/// Clusters that one refcount block counts: 16 bits each.
const PER_REFBLOCK: u64 = CLUSTER / 2;
/// No other entry refers to the cluster.
const COPIED: u64 = 1 << 63;
/// Length of the header of version 3 without optional fields.
const HEADER_BYTES: u32 = 104;
/// Largest L1 table that QEMU opens, in entries: 32 MiB, for disks of 2 PiB.
const L1_ENTRIES_MAX: u64 = (32 << 20) / 8;

/// A file's layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    size: u64,
    /// The L2 tables that there are, ascending.
    tables: Vec<L2Table>,
    refcount_table: u64,
    refcount_blocks: u64,
    l1_entries: u64,
    total: u64,
}

/// One L2 table of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct L2Table {
    /// It covers the 8,192 clusters of the disk from 8,192 times this on.
    number: u64,
    /// Data clusters of the tables before it.
    before: u64,
}

/// What one cluster of the file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cluster {
    /// These bytes, followed by zeroes.
    Table(Vec<u8>),
    /// The L2 table in this place: see [`Layout::l2`].
    L2(usize),
    /// Data below the L2 table in this place.
    Data {
        /// The table's place.
        table: usize,
        /// Which of the data clusters below it, in the order of the disk; 0 is the first.
        nth: u64,
    },
}

impl Layout {
    /// Lays out a disk of `size` bytes. `tables` are the numbers of the L2 tables below which there
    /// is data, ascending, each with the number of its data clusters, which is not 0.
    ///
    /// None for a disk that is larger than the 2 PiB that QEMU opens in this format.
    pub fn new(size: u64, tables: impl IntoIterator<Item = (u64, u64)>) -> Option<Layout> {
        let l1_entries = size.div_ceil(CLUSTER * PER_L2).max(1);
        if l1_entries > L1_ENTRIES_MAX {
            return None;
        }
        let mut count = 0;
        let with_before = |(number, clusters): (u64, u64)| {
            let before = count;
            count += clusters;
            L2Table { number, before }
        };
        let tables: Vec<L2Table> = tables.into_iter().map(with_before).collect();
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
        Some(Layout {
            size,
            tables,
            refcount_table,
            refcount_blocks,
            l1_entries,
            total,
        })
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

    /// Number of the first cluster of the file that holds data; its length in clusters where there
    /// is none.
    pub fn data_start(&self) -> u64 {
        self.l2_start() + self.tables.len() as u64
    }

    /// Number of L2 tables.
    pub fn table_count(&self) -> usize {
        self.tables.len()
    }

    /// The clusters of the disk that the L2 table in a place covers.
    ///
    /// # Panics
    /// Where there is no such table.
    pub fn covered(&self, table: usize) -> Range<u64> {
        let number = self.tables[table].number;
        number * PER_L2..((number + 1) * PER_L2).min(self.size.div_ceil(CLUSTER))
    }

    /// Number of data clusters below the L2 table in a place.
    ///
    /// # Panics
    /// Where there is no such table.
    pub fn clusters_of(&self, table: usize) -> u64 {
        let next = self.tables.get(table + 1);
        let end = next.map_or(self.total - self.data_start(), |next| next.before);
        end - self.tables[table].before
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
                |wanted| match self.tables.binary_search_by_key(&wanted, |t| t.number) {
                    Ok(at) => ((self.l2_start() + at as u64) * CLUSTER) | COPIED,
                    Err(_) => 0,
                },
            ));
        }
        if number < self.data_start() {
            return Cluster::L2((number - self.l2_start()) as usize);
        }
        let index = number - self.data_start();
        let table = self.tables.partition_point(|t| t.before <= index) - 1;
        Cluster::Data {
            table,
            nth: index - self.tables[table].before,
        }
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

    /// The L2 table in a place. `data` are the clusters of the disk below it that hold data,
    /// ascending and disjoint: [`Layout::clusters_of`] of them, inside [`Layout::covered`].
    ///
    /// # Panics
    /// Where there is no such table, or a cluster is not below it.
    pub fn l2(&self, table: usize, data: impl IntoIterator<Item = Range<u64>>) -> Vec<u8> {
        let covered = self.covered(table);
        let first = self.data_start() + self.tables[table].before;
        let mut out = vec![0; CLUSTER as usize];
        for (at, cluster) in (first..).zip(data.into_iter().flatten()) {
            let slot = (cluster - covered.start) as usize * 8;
            out[slot..slot + 8].copy_from_slice(&((at * CLUSTER) | COPIED).to_be_bytes());
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

/// Why a file is not laid out as here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadFile(String);

/// Reads the tables of a file that anybody may have written and that has to be laid out as here:
/// cluster by cluster from its beginning, without going back.
///
/// Memory: what the tables say, 1 KiB for 512 MiB of disk that has data.
#[derive(Debug)]
pub struct TableReader {
    /// All but the tables.
    layout: Layout,
    at: u64,
    data: DataMap,
    next_data: u64,
}

/// Which clusters of a disk hold data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataMap {
    tables: Vec<(L2Table, Box<[u64; PER_L2 as usize / 64]>)>,
    count: u64,
}

impl DataMap {
    /// Number of clusters that hold data.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Number of clusters before `cluster` that hold data.
    pub fn before(&self, cluster: u64) -> u64 {
        let (number, at) = (cluster / PER_L2, (cluster % PER_L2) as usize);
        let place = self
            .tables
            .partition_point(|(table, _)| table.number < number);
        match self.tables.get(place) {
            None => self.count,
            Some((table, _)) if table.number > number => table.before,
            Some((table, bits)) => {
                let whole: u32 = bits[..at / 64].iter().map(|word| word.count_ones()).sum();
                let mask = (1_u64 << (at % 64)) - 1;
                table.before + u64::from(whole + (bits[at / 64] & mask).count_ones())
            }
        }
    }

    /// Whether a cluster holds data.
    pub fn holds(&self, cluster: u64) -> bool {
        self.before(cluster + 1) > self.before(cluster)
    }
}

impl TableReader {
    /// A file of `file_bytes` for a disk of `size` bytes, which are what its header has to say.
    ///
    /// # Errors
    /// Where no file of this length is one of such a disk.
    pub fn new(size: u64, file_bytes: u64) -> Result<TableReader, BadFile> {
        let short = || BadFile("it is too short for its disk".to_owned());
        let total = file_bytes / CLUSTER;
        let l1_entries = size.div_ceil(CLUSTER * PER_L2).max(1);
        if l1_entries > L1_ENTRIES_MAX || !file_bytes.is_multiple_of(CLUSTER) {
            return Err(short());
        }
        let refcount_blocks = total.div_ceil(PER_REFBLOCK);
        let layout = Layout {
            size,
            tables: Vec::new(),
            refcount_table: (refcount_blocks * 8).div_ceil(CLUSTER),
            refcount_blocks,
            l1_entries,
            total,
        };
        match layout.l2_start() <= total {
            true => Ok(TableReader {
                layout,
                at: 0,
                data: DataMap::default(),
                next_data: 0,
            }),
            false => Err(short()),
        }
    }

    /// Takes the next cluster; gives where the data is once it was the last one of a table. What
    /// follows are the clusters with data, in the order of the disk.
    ///
    /// # Errors
    /// Where it is not what has to be there.
    ///
    /// # Panics
    /// Where it is no whole cluster.
    pub fn feed(&mut self, cluster: &[u8]) -> Result<Option<DataMap>, BadFile> {
        assert_eq!(cluster.len() as u64, CLUSTER, "a cluster");
        let at = self.at;
        self.at += 1;
        if at < self.layout.l1_start() {
            let Cluster::Table(expected) = self.layout.cluster(at) else {
                unreachable!("tables lie before the data")
            };
            let (there, rest) = cluster.split_at(expected.len());
            if there != expected || rest.iter().any(|byte| *byte != 0) {
                return Err(match at {
                    0 => bad_header(cluster, self.layout.size),
                    _ => BadFile("its reference counts are not 1 each".to_owned()),
                });
            }
        } else if at < self.layout.l2_start() {
            self.l1(at - self.layout.l1_start(), cluster)?;
        } else {
            self.l2((at - self.layout.l2_start()) as usize, cluster)?;
        }
        let data_start = self.data_start();
        if self.at < self.layout.l2_start() || self.at < data_start {
            return Ok(None);
        }
        match data_start + self.next_data == self.layout.total {
            true => Ok(Some(std::mem::take(&mut self.data))),
            false => Err(BadFile("it has clusters that no table names".to_owned())),
        }
    }

    fn data_start(&self) -> u64 {
        self.layout.l2_start() + self.data.tables.len() as u64
    }

    fn l1(&mut self, cluster: u64, bytes: &[u8]) -> Result<(), BadFile> {
        for (number, entry) in (cluster * PER_L2..).zip(numbers(bytes)) {
            if entry == 0 {
                continue;
            }
            let expected = (self.data_start() * CLUSTER) | COPIED;
            if number >= self.layout.l1_entries || entry != expected {
                return Err(BadFile("its L1 table is not in order".to_owned()));
            }
            let table = L2Table { number, before: 0 };
            self.data.tables.push((table, Box::new([0; _])));
        }
        match self.data_start() <= self.layout.total {
            true => Ok(()),
            false => Err(BadFile("it is too short for its tables".to_owned())),
        }
    }

    fn l2(&mut self, place: usize, bytes: &[u8]) -> Result<(), BadFile> {
        let data_start = self.data_start();
        let clusters = self.layout.size.div_ceil(CLUSTER);
        let (table, bits) = &mut self.data.tables[place];
        table.before = self.next_data;
        for (at, entry) in numbers(bytes).enumerate() {
            if entry == 0 {
                continue;
            }
            let expected = ((data_start + self.next_data) * CLUSTER) | COPIED;
            let is_beyond = table.number * PER_L2 + at as u64 >= clusters;
            if entry != expected || is_beyond {
                return Err(BadFile(
                    match entry & (1 << 62) {
                        0 => "its clusters are not in the order of the disk",
                        _ => "it has compressed clusters",
                    }
                    .to_owned(),
                ));
            }
            bits[at / 64] |= 1 << (at % 64);
            self.next_data += 1;
        }
        self.data.count = self.next_data;
        match self.next_data > table.before {
            true => Ok(()),
            false => Err(BadFile("it has an L2 table without data".to_owned())),
        }
    }
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u64> {
    let eight = |bytes: &[u8]| u64::from_be_bytes(bytes.try_into().expect("eight bytes"));
    bytes.chunks_exact(8).map(eight)
}

/// What is wrong with a header: what people try, or are made to try, by name.
fn bad_header(header: &[u8], size: u64) -> BadFile {
    let be32 = |at: usize| u32::from_be_bytes(header[at..at + 4].try_into().expect("four"));
    let be64 = |at: usize| u64::from_be_bytes(header[at..at + 8].try_into().expect("eight"));
    BadFile(if header[..4] != *b"QFI\xfb" {
        "it is no qcow2 file".to_owned()
    } else if be32(4) != 3 {
        format!("it is qcow2 of version {}, not 3", be32(4))
    } else if be64(8) != 0 || be32(16) != 0 {
        "it has a backing file".to_owned()
    } else if be32(32) != 0 {
        "it is encrypted".to_owned()
    } else if be64(24) != size {
        format!("its disk has {} bytes, not {size}", be64(24))
    } else if be32(60) != 0 {
        "it has snapshots".to_owned()
    } else if be64(72) & 4 != 0 {
        "its data lies in another file".to_owned()
    } else if be64(72) != 0 {
        "it needs features that exported files do not have".to_owned()
    } else {
        "its header is not that of an exported file".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_disk_is_a_header_and_its_tables() {
        let layout = Layout::new(1 << 30, []).expect("small enough");
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
    #[expect(
        clippy::single_range_in_vec_init,
        reason = "data of one run is a list of one range"
    )]
    fn data_lies_where_its_entries_say() {
        // Data below tables 0, 1 and 5, in runs.
        let data = [
            vec![1..4, PER_L2 - 1..PER_L2],
            vec![PER_L2..PER_L2 + 2],
            vec![5 * PER_L2..5 * PER_L2 + 1],
        ];
        let counts = [(0, 4), (1, 2), (5, 1)];
        let size = 5 * PER_L2 * CLUSTER + 100;
        let layout = Layout::new(size, counts).expect("small enough");
        assert_eq!(layout.covered(2), 5 * PER_L2..5 * PER_L2 + 1);
        let Cluster::Table(l1) = layout.cluster(layout.l1_start()) else {
            panic!("L1")
        };
        assert_eq!(l1.len(), 6 * 8);
        for (place, ranges) in data.into_iter().enumerate() {
            assert_eq!(layout.clusters_of(place), counts[place].1);
            let clusters = ranges.iter().cloned().flatten();
            for (nth, cluster) in (0..).zip(clusters) {
                let read = |bytes: &[u8], at: u64| {
                    let at = at as usize * 8;
                    u64::from_be_bytes(bytes[at..at + 8].try_into().expect("eight")) & !COPIED
                };
                let table = read(&l1, cluster / PER_L2);
                assert_eq!(layout.cluster(table / CLUSTER), Cluster::L2(place));
                let l2 = layout.l2(place, ranges.clone());
                let at = read(&l2, cluster % PER_L2);
                let table = place;
                assert_eq!(layout.cluster(at / CLUSTER), Cluster::Data { table, nth });
            }
        }
        let last = layout.cluster(layout.total - 1);
        assert_eq!(last, Cluster::Data { table: 2, nth: 0 });
    }

    #[test]
    fn counts_cover_large_files_and_themselves() {
        for tables in [1, 4, 5, 40_000] {
            let size = tables * PER_L2 * CLUSTER;
            let full = (0..tables).map(|table| (table, PER_L2));
            let layout = Layout::new(size, full).expect("small enough");
            assert!(layout.refcount_blocks * PER_REFBLOCK >= layout.total);
            assert!(layout.refcount_table * PER_L2 >= layout.refcount_blocks);
            let last = layout.cluster(layout.total - 1);
            assert!(matches!(last, Cluster::Data { nth, .. } if nth == PER_L2 - 1));
        }
    }

    #[test]
    fn a_disk_beyond_what_qemu_opens_is_none() {
        assert!(Layout::new(2 << 50, []).is_some());
        assert_eq!(Layout::new((2 << 50) + 1, []), None);
    }

    /// The tables of a file, cluster by cluster.
    fn tables(layout: &Layout, data: &[Vec<Range<u64>>]) -> Vec<Vec<u8>> {
        let clusters = (0..layout.data_start()).map(|number| {
            let mut bytes = match layout.cluster(number) {
                Cluster::Table(bytes) => bytes,
                Cluster::L2(place) => layout.l2(place, data[place].clone()),
                Cluster::Data { .. } => panic!("behind the tables"),
            };
            bytes.resize(CLUSTER as usize, 0);
            bytes
        });
        clusters.collect()
    }

    #[test]
    #[expect(
        clippy::single_range_in_vec_init,
        reason = "data of one run is a list of one range"
    )]
    fn tables_are_read_as_they_were_written() {
        let data = [
            vec![1..4, PER_L2 - 1..PER_L2],
            vec![PER_L2..PER_L2 + 2],
            vec![5 * PER_L2..5 * PER_L2 + 1],
        ];
        let size = 5 * PER_L2 * CLUSTER + 100;
        let layout = Layout::new(size, [(0, 4), (1, 2), (5, 1)]).expect("small enough");
        let clusters = tables(&layout, &data);
        let mut reader = TableReader::new(size, layout.len()).expect("long enough");
        let (last, before) = clusters.split_last().expect("some");
        for cluster in before {
            assert_eq!(reader.feed(cluster), Ok(None));
        }
        let map = reader.feed(last).expect("in order").expect("the last one");
        assert_eq!(map.count(), 7);
        let held: Vec<u64> = (0..5 * PER_L2 + 1).filter(|c| map.holds(*c)).collect();
        let expected: Vec<u64> = data.iter().flatten().cloned().flatten().collect();
        assert_eq!(held, expected);
        assert_eq!(map.before(6 * PER_L2), 7);
        // Every byte of the tables counts.
        for number in 0..clusters.len() {
            for at in (0..CLUSTER as usize).step_by(997).chain(0..120) {
                let mut reader = TableReader::new(size, layout.len()).expect("long enough");
                let mut clusters = clusters.clone();
                clusters[number][at] ^= 1;
                let read = clusters.iter().map(|c| reader.feed(c));
                let found = read.collect::<Result<Vec<_>, _>>();
                assert!(found.is_err(), "cluster {number}, byte {at}");
            }
        }
        assert!(TableReader::new(size, layout.len() + 1).is_err());
        assert!(TableReader::new(size, 3 * CLUSTER).is_err());
        let empty = Layout::new(size, []).expect("small enough");
        let mut reader = TableReader::new(size, empty.len()).expect("long enough");
        let found = tables(&empty, &[]).iter().map(|c| reader.feed(c)).last();
        assert_eq!(found, Some(Ok(Some(DataMap::default()))));
    }

    #[test]
    fn a_header_that_asks_for_other_files_is_refused_by_name() {
        let layout = Layout::new(1 << 30, []).expect("small enough");
        let mut header = layout.header();
        header.resize(CLUSTER as usize, 0);
        for (at, byte, expected) in [
            (0, 0, "no qcow2"),
            (7, 2, "version 2"),
            (15, 200, "backing file"),
            (35, 1, "encrypted"),
            (27, 9, "bytes, not"),
            (63, 1, "snapshots"),
            (79, 4, "another file"),
            (79, 8, "features"),
            (300, 1, "not that of an exported"),
        ] {
            let mut bad = header.clone();
            bad[at] = byte;
            let mut reader = TableReader::new(1 << 30, layout.len()).expect("long enough");
            let error = reader.feed(&bad).expect_err(expected);
            assert!(error.0.contains(expected), "{expected}: {error}");
        }
    }
}
