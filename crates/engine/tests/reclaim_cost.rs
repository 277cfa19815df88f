//! What it costs to delete one of several backups, space included, while everything else grows a
//! hundred times.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use coffer_core::Result;
use coffer_core::extent::{Extent, ExtentSet};
use coffer_core::format::records::Tracking;
use coffer_core::ids::{BackupId, DiskId, VaultId};
use coffer_engine::block::{BlockSource, Content, SourceExtent};
use coffer_engine::pipeline::{
    BackupDisk, BackupJob, Deleted, ReclaimOptions, back_up, delete_backup, reclaim,
};
use coffer_engine::progress::Progress;
use coffer_engine::repository::{Begun, InitOptions, KeySource, Repository, Store};
use coffer_engine::testkit::{Faulty, Rates, job};
use object_store::memory::InMemory;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const CHUNK: u64 = 64 * 1024;
const NOISE: u64 = 1 << 20;

/// A disk of noise, in which the chunks of some ranges belong to a later version.
struct Disk {
    noise: Bytes,
    chunks: u64,
    changed: Vec<Range<u64>>,
    version: u64,
}

impl Disk {
    fn chunk(&self, number: u64, out: &mut BytesMut) {
        let version = match self.changed.iter().any(|range| range.contains(&number)) {
            true => self.version,
            false => 0,
        };
        out.extend_from_slice(&(number << 16 | version).to_le_bytes());
        let start = (number * 4099 + version * 7919) % NOISE;
        out.extend_from_slice(&self.noise[start as usize..(start + CHUNK - 8) as usize]);
    }
}

#[async_trait]
impl BlockSource for Disk {
    fn size(&self) -> u64 {
        self.chunks * CHUNK
    }

    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>> {
        let mut changed = ExtentSet::default();
        match self.version {
            0 => changed.insert(window),
            _ => self.changed.iter().for_each(|range| {
                changed.insert(Extent {
                    start: range.start * CHUNK,
                    end: range.end * CHUNK,
                });
            }),
        }
        let (mut out, mut at) = (Vec::new(), window.start);
        let mut push = |start, end, content| {
            if start < end {
                let extent = Extent { start, end };
                out.push(SourceExtent { extent, content });
            }
        };
        for extent in changed.within(window) {
            push(at, extent.start, Content::Unchanged);
            push(extent.start, extent.end, Content::Data);
            at = extent.end;
        }
        push(at, window.end, Content::Unchanged);
        Ok(out)
    }

    async fn read(&self, extent: Extent) -> Result<Bytes> {
        let mut out = BytesMut::with_capacity(extent.len() as usize);
        for number in extent.start / CHUNK..extent.end / CHUNK {
            self.chunk(number, &mut out);
        }
        Ok(out.freeze())
    }
}

fn noise() -> Bytes {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let word = |_| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes()
    };
    (0..(NOISE + CHUNK) / 8).flat_map(word).collect()
}

fn backup_of(disk: Disk, parent: Option<BackupId>) -> BackupJob {
    let tracking = match parent {
        Some(_) => Tracking::Bitmap { epoch: "e".into() },
        None => Tracking::FullScan {
            reason: "test".into(),
        },
    };
    job(vec![BackupDisk {
        disk_id: DiskId(Uuid::from_u128(1)),
        child_backup_id: None,
        name: "vda".into(),
        system: true,
        parent,
        source: Arc::new(disk),
        tracking,
        epoch: None,
    }])
}

/// Requests and bytes of deleting one of eight backups and freeing its space, on average.
async fn cost(chunks: u64) -> (f64, f64) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key");
    coffer_engine::repository::create_key_file(&path).unwrap();
    let key = KeySource::File(path);
    let inner = Arc::new(InMemory::new());
    let sound = Store::from_object_store(inner.clone(), "v");
    let options = InitOptions::new(VaultId(Uuid::from_u128(9)));
    let repository = Repository::init(sound, &options, &key).await.unwrap();
    let (noise, cancel) = (noise(), CancellationToken::new());
    let id = |number: u64| BackupId(Uuid::from_u128(100 + u128::from(number)));
    for version in 0..8_u64 {
        let parent = version.checked_sub(1).map(id);
        let parents: Vec<BackupId> = parent.into_iter().collect();
        let begun = repository
            .begin_backup(id(version), &parents)
            .await
            .unwrap();
        let Begun::Session(session) = begun else {
            panic!("it is new")
        };
        // What the next backup changes again, and what it leaves.
        let left = 20 + version * 4;
        let disk = Disk {
            noise: noise.clone(),
            chunks,
            changed: vec![0..20, left..left + 4],
            version,
        };
        back_up(session, backup_of(disk, parent), &Progress::new(), &cancel)
            .await
            .unwrap();
    }
    let reclaim_options = ReclaimOptions::default();
    reclaim(&repository, reclaim_options, &cancel)
        .await
        .unwrap();
    let (mut requests, mut bytes) = (0, 0);
    let deleted = [2, 4, 6];
    for version in deleted {
        // A program that knows nothing yet.
        let counting = Faulty::new(inner.clone(), 1, Rates::default());
        let store = Store::from_object_store(counting.clone(), "v");
        let fresh = Repository::open(store, &key).await.unwrap();
        let before = (counting.requests(), counting.bytes());
        let deleted = delete_backup(&fresh, id(version)).await.unwrap();
        assert_eq!(deleted, Deleted::Now);
        let report = reclaim(&fresh, reclaim_options, &cancel).await.unwrap();
        assert_eq!(report.counted_anew, None);
        assert_eq!(report.packs_compacted, 1, "{report:?}");
        assert!(report.bytes_freed > 19 * CHUNK, "{report:?}");
        requests += counting.requests() - before.0;
        bytes += counting.bytes() - before.1;
    }
    let each = |sum: u64| sum as f64 / deleted.len() as f64;
    (each(requests), each(bytes))
}

#[tokio::test]
async fn deleting_costs_the_same_however_much_is_stored() {
    let mut costs = Vec::new();
    for scale in [1, 10, 100] {
        let (requests, bytes) = cost(128 * scale).await;
        println!(
            "{} MiB: {requests:.1} requests, {bytes:.0} bytes",
            8 * scale
        );
        costs.push((requests, bytes));
    }
    let (requests, bytes) = costs[0];
    for (more, other) in &costs {
        let flat = |now: f64, before: f64| (0.8..=1.2).contains(&(now / before));
        assert!(flat(*more, requests) && flat(*other, bytes), "{costs:?}");
    }
}
