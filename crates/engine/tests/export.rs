//! Disks of backups as files, and what differs between two backups: against QEMU's own tools and
//! against comparing every byte, over random disks from a seed.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use coffer_core::extent::Extent;
use coffer_core::format::records::{Manifest, ManifestDisk, Tracking};
use coffer_core::ids::{BackupId, DiskId, VaultId};
use coffer_core::portable::{About, Resource as PortableResource};
use coffer_core::units::ChunkSize;
use coffer_core::{Error, Kind};
use coffer_engine::block::{BlockSource, Content, SourceExtent};
use coffer_engine::pipeline::{
    BLOCK, BackupDisk, ChangesWanted, Described, Export, ExportFormat, Held, Portable, back_up,
    changes, receive,
};
use coffer_engine::progress::Progress;
use coffer_engine::repository::{Begun, InitOptions, KeySource, Repository, Store};
use coffer_engine::testkit::{MemorySource, job};
use futures::StreamExt;
use object_store::memory::InMemory;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// xorshift64*, seeded.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 8) % limit
    }

    /// Overwrites random stretches of a disk, some of them with zeroes.
    fn scribble(&mut self, disk: &mut [u8], times: u64) {
        for _ in 0..times {
            let size = disk.len() as u64;
            let start = self.below(size);
            let len = (1 + self.below(300_000)).min(size - start);
            let part = &mut disk[start as usize..(start + len) as usize];
            match self.below(3) {
                0 => part.fill(0),
                _ => part.fill_with(|| (self.next() >> 40) as u8),
            }
        }
    }
}

async fn vault(chunk: u32) -> (Repository, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key");
    coffer_engine::repository::create_key_file(&path).unwrap();
    let store = Store::from_object_store(Arc::new(InMemory::new()), "v");
    let options = InitOptions {
        chunk_size: ChunkSize::new(chunk).unwrap(),
        ..InitOptions::new(VaultId(Uuid::from_u128(1)))
    };
    let key = KeySource::File(path);
    let repository = Repository::init(store, &options, &key).await.unwrap();
    (repository, directory)
}

async fn backed_up(
    repository: &Repository,
    number: u128,
    parent: Option<BackupId>,
    disks: &[Vec<u8>],
) -> Manifest {
    let parents: Vec<BackupId> = parent.into_iter().collect();
    let id = BackupId(Uuid::from_u128(number));
    let Begun::Session(session) = repository.begin_backup(id, &parents).await.unwrap() else {
        panic!("it is new")
    };
    let disks = disks.iter().zip(1..).map(|(bytes, at)| {
        let source = Arc::new(MemorySource::new(bytes.clone()));
        disk(at, &format!("vd{at}"), parent, source)
    });
    let (progress, cancel) = (Progress::new(), CancellationToken::new());
    let job = job(disks.collect());
    back_up(session, job, &progress, &cancel).await.unwrap()
}

fn disk(
    at: u128,
    name: &str,
    parent: Option<BackupId>,
    source: Arc<dyn BlockSource>,
) -> BackupDisk {
    BackupDisk {
        disk_id: DiskId(Uuid::from_u128(at)),
        child_backup_id: None,
        name: name.to_owned(),
        system: at == 1,
        parent,
        source,
        tracking: Tracking::FullScan {
            reason: "test".into(),
        },
        epoch: None,
    }
}

/// A file read from its beginning to its end, in parts of random lengths.
async fn whole(export: &Export, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < export.len() {
        let start = bytes.len() as u64;
        let end = (start + 1 + dice.below(700_000)).min(export.len());
        bytes.extend_from_slice(&export.read(Extent { start, end }).await.unwrap());
    }
    bytes
}

/// Whether QEMU reads these bytes, and no more, of a qcow2 file.
fn same_bytes(file: &str, bytes: &[u8], directory: &Path) {
    qemu_img(
        &["convert", "-f", "qcow2", "-O", "raw", file, "read.raw"],
        directory,
    );
    let read = std::fs::read(directory.join("read.raw")).unwrap();
    assert!(read == bytes, "{file}: {} bytes", read.len());
}

fn qemu_img(words: &[&str], directory: &Path) {
    let output = Command::new("qemu-img")
        .args(words)
        .current_dir(directory)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "qemu-img {words:?}: {text}");
}

#[tokio::test]
async fn files_are_what_qemu_reads_and_any_part_of_them_can_be_asked_for() {
    let mut dice = Dice(0xfeed);
    for (round, chunk) in [64 << 10, 128 << 10, 1 << 20, 4 << 20, 64 << 10]
        .into_iter()
        .enumerate()
    {
        let (repository, place) = vault(chunk).await;
        // One that ends inside a cluster, a full one, an empty one.
        let mut odd = vec![0; (9 << 20) + 512 * (1 + dice.below(400) as usize)];
        dice.scribble(&mut odd, 12);
        let mut full = vec![0; 3 << 20];
        full.fill_with(|| (dice.next() >> 30) as u8);
        let disks = match round {
            0 => vec![odd, full, vec![0; 5 << 20]],
            _ => vec![odd, full],
        };
        let manifest = backed_up(&repository, 1, None, &disks).await;
        for (disk, bytes) in manifest.disks.iter().zip(&disks) {
            let open = |format| Export::open(repository.vault(), disk, format);
            let raw = open(ExportFormat::Raw).await.unwrap();
            assert_eq!(raw.len(), bytes.len() as u64);
            let dir = place.path();
            assert!(whole(&raw, &mut dice).await == *bytes);
            let qcow2 = open(ExportFormat::Qcow2).await.unwrap();
            let file = whole(&qcow2, &mut dice).await;
            std::fs::write(dir.join("d.qcow2"), &file).unwrap();
            qemu_img(&["check", "-q", "-f", "qcow2", "d.qcow2"], dir);
            same_bytes("d.qcow2", bytes, dir);
            for _ in 0..50 {
                let start = dice.below(qcow2.len());
                let end = (start + 1 + dice.below(300_000)).min(qcow2.len());
                let part = qcow2.read(Extent { start, end }).await.unwrap();
                assert!(
                    part[..] == file[start as usize..end as usize],
                    "{start}..{end}"
                );
            }
            let again = open(ExportFormat::Qcow2).await.unwrap();
            assert_eq!(again.fingerprint(), qcow2.fingerprint());
            assert_ne!(raw.fingerprint(), qcow2.fingerprint());
        }
    }
}

/// A large disk with data in a few places.
struct Sparse {
    size: u64,
    pieces: Vec<(u64, Vec<u8>)>,
}

#[async_trait::async_trait]
impl BlockSource for Sparse {
    fn size(&self) -> u64 {
        self.size
    }

    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>, Error> {
        let grains = (window.start..window.end).step_by(64 << 10);
        let told = grains.map(|start| {
            let extent = Extent {
                start,
                end: (start + (64 << 10)).min(window.end),
            };
            let touches = |(at, bytes): &(u64, Vec<u8>)| {
                *at < extent.end && at + bytes.len() as u64 > extent.start
            };
            let content = match self.pieces.iter().any(touches) {
                true => Content::Data,
                false => Content::Zero,
            };
            SourceExtent { extent, content }
        });
        Ok(told.collect())
    }

    async fn read(&self, extent: Extent) -> Result<Bytes, Error> {
        let mut out = vec![0; extent.len() as usize];
        for (at, bytes) in &self.pieces {
            let piece = Extent::from_len(*at, bytes.len() as u64);
            if let Some(both) = piece.intersect(extent) {
                let from = &bytes[(both.start - at) as usize..(both.end - at) as usize];
                let to = (both.start - extent.start) as usize;
                out[to..to + from.len()].copy_from_slice(from);
            }
        }
        Ok(out.into())
    }
}

#[tokio::test]
async fn a_large_disk_with_little_in_it_has_a_small_file() {
    use std::os::unix::fs::FileExt;
    let mut dice = Dice(0x1a26e);
    for chunk in [64 << 10, 1 << 20] {
        let (repository, place) = vault(chunk).await;
        // Data below five of 41 L2 tables, across the border of two of them, and at the very end.
        let size = (20_u64 << 30) + 65_536 + 1024;
        let at = [
            0,
            (512 << 20) - 100_000,
            9 << 30,
            (13 << 30) + 4096,
            size - 1500,
        ];
        let pieces = at.map(|at| {
            let mut bytes = vec![0; 200_000.min((size - at) as usize)];
            bytes.fill_with(|| (dice.next() >> 20) as u8 | 1);
            (at, bytes)
        });
        let file = std::fs::File::create(place.path().join("d.raw")).unwrap();
        file.set_len(size).unwrap();
        for (at, bytes) in &pieces {
            file.write_all_at(bytes, *at).unwrap();
        }
        let source = Sparse {
            size,
            pieces: pieces.to_vec(),
        };
        let id = BackupId(Uuid::from_u128(9));
        let Begun::Session(session) = repository.begin_backup(id, &[]).await.unwrap() else {
            panic!("it is new")
        };
        let job = job(vec![disk(1, "vda", None, Arc::new(source))]);
        let (progress, cancel) = (Progress::new(), CancellationToken::new());
        let manifest = back_up(session, job, &progress, &cancel).await.unwrap();
        let export = Export::open(repository.vault(), &manifest.disks[0], ExportFormat::Qcow2);
        let export = export.await.unwrap();
        assert!(export.len() < 12 << 20, "{}", export.len());
        let bytes = whole(&export, &mut dice).await;
        std::fs::write(place.path().join("d.qcow2"), bytes).unwrap();
        qemu_img(&["check", "-q", "-f", "qcow2", "d.qcow2"], place.path());
        let compare = [
            "compare", "-q", "-f", "qcow2", "-F", "raw", "d.qcow2", "d.raw",
        ];
        qemu_img(&compare, place.path());
    }
}

/// What differs by comparing every byte, in blocks of so many bytes.
fn by_hand(old: &[u8], new: &[u8], block: usize) -> Vec<(Extent, Held)> {
    let mut found: Vec<(Extent, Held)> = Vec::new();
    let is_zero = |bytes: &[u8]| bytes.iter().all(|b| *b == 0);
    for at in (0..new.len()).step_by(block) {
        let end = (at + block).min(new.len());
        let now = &new[at..end];
        // Of a chunk in which the new disk ends the old one may have more; of contents, what both
        // have is compared.
        let reach = if block as u64 > BLOCK {
            at + block
        } else {
            end
        };
        let then = &old[at.min(old.len())..reach.min(old.len())];
        if now == then {
            continue;
        }
        let held = if is_zero(now) { Held::Zero } else { Held::Data };
        // Where both are empty only what the old disk did not have differs.
        let same = if is_zero(now) && is_zero(then) {
            then.len()
        } else {
            0
        };
        let (start, end) = ((at + same) as u64, end as u64);
        match found.last_mut() {
            _ if start >= end => {}
            Some((last, same)) if *same == held && last.end == start => last.end = end,
            _ => found.push((Extent { start, end }, held)),
        }
    }
    found
}

/// All pages of the changes, and the totals of the first.
async fn pages(
    repository: &Repository,
    (old, new): (Option<&ManifestDisk>, &ManifestDisk),
    limit: usize,
    by_content: bool,
) -> (Vec<(Extent, Held)>, u64, u64) {
    let mut all: Vec<(Extent, Held)> = Vec::new();
    let (mut from, mut first) = (0, None);
    loop {
        let wanted = ChangesWanted {
            from,
            limit,
            by_content,
            totals: first.is_none(),
        };
        let page = changes(repository.vault(), old, new, wanted).await.unwrap();
        assert!(page.list.len() <= limit);
        for change in &page.list {
            match all.last_mut() {
                Some((last, held)) if *held == change.held && last.end == change.extent.start => {
                    last.end = change.extent.end;
                }
                _ => all.push((change.extent, change.held)),
            }
        }
        first.get_or_insert((page.data_bytes, page.zero_bytes));
        match page.next {
            Some(next) => {
                assert!(next > from, "it goes on");
                from = next;
            }
            None => break,
        }
    }
    let (data, zero) = first.unwrap();
    (all, data, zero)
}

#[tokio::test]
async fn changes_are_what_a_comparison_of_every_byte_finds() {
    let mut dice = Dice(0xc0ffee);
    for chunk in [64 << 10, 256 << 10] {
        for round in 0..12 {
            let (repository, _place) = vault(chunk).await;
            let size = (1 + dice.below(24)) * 512 * 1024 + 512 * dice.below(100);
            let mut disk = vec![0; size as usize];
            dice.scribble(&mut disk, 20);
            let before = disk.clone();
            let first = backed_up(&repository, 1, None, std::slice::from_ref(&before)).await;
            let times = dice.below(8);
            dice.scribble(&mut disk, times);
            match dice.below(4) {
                0 => disk.resize(disk.len() + 512 * (1 + dice.below(4000) as usize), 0),
                1 => disk.truncate((disk.len() / 2).next_multiple_of(512)),
                _ => {}
            }
            // On the first one and by itself: what is shared is found by its digests alone.
            let parent = (round % 2 == 0).then_some(first.backup_id);
            let second = backed_up(&repository, 2, parent, &[disk.clone()]).await;
            let (a, b) = (&first.disks[0], &second.disks[0]);
            for (old, new, then, now) in [(a, b, &before, &disk), (b, a, &disk, &before)] {
                let limit = 1 + dice.below(6) as usize;
                let expected = by_hand(then, now, chunk as usize);
                let found = pages(&repository, (Some(old), new), limit, false).await;
                assert_eq!(found.0, expected, "round {round} of {chunk}");
                let sum = |wanted| {
                    let list = expected.iter().filter(|(_, held)| *held == wanted);
                    list.map(|(extent, _)| extent.len()).sum::<u64>()
                };
                assert_eq!((found.1, found.2), (sum(Held::Data), sum(Held::Zero)));
                let exact = pages(&repository, (Some(old), new), limit, true).await;
                assert_eq!(
                    exact.0,
                    by_hand(then, now, BLOCK as usize),
                    "{round} of {chunk}"
                );
            }
            let none = pages(&repository, (Some(b), b), 3, false).await;
            assert_eq!(none, (vec![], 0, 0));
            let all = pages(&repository, (None, b), 3, false).await;
            let zeroes = vec![0; disk.len()];
            assert_eq!(all.0, by_hand(&zeroes, &disk, chunk as usize));
        }
    }
}

/// An archive with everything in it, as a file.
async fn archive(repository: &Repository, manifest: &Manifest, dice: &mut Dice) -> Vec<u8> {
    let mut disks = Vec::new();
    for disk in &manifest.disks {
        let export = Export::open(repository.vault(), disk, ExportFormat::Qcow2).await;
        disks.push(Arc::new(export.unwrap()));
    }
    let described = Described {
        backup: About {
            id: manifest.backup_id.to_string(),
            name: "nightly".into(),
            description: String::new(),
            created_at: manifest.instant.at,
        },
        resource: PortableResource {
            id: "a".into(),
            kind: "OS::Nova::Server".into(),
            name: "web".into(),
            architecture: None,
        },
        instant: manifest.instant.clone(),
        definition: ("libvirt-xml".into(), "<domain/>".into()),
        firmware_variables: vec![7; 1000],
    };
    let portable = Portable::new(described, disks).unwrap();
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < portable.tail() {
        let start = bytes.len() as u64;
        let end = (start + 1 + dice.below(900_000)).min(portable.tail());
        let part = portable.read(Extent { start, end }).await.unwrap();
        assert_eq!(part.len() as u64, end - start);
        bytes.extend_from_slice(&part);
    }
    let mut sums = Vec::new();
    for export in portable.disks() {
        let file = whole(export, dice).await;
        sums.push(blake3::hash(&file).to_hex().to_string());
    }
    bytes.extend_from_slice(&portable.tail_bytes(&sums));
    assert_eq!(bytes.len() as u64, portable.len());
    bytes
}

/// Makes a backup of an archive in a vault.
async fn taken_in(
    repository: &Repository,
    number: u128,
    bytes: &[u8],
    dice: &mut Dice,
) -> Result<Manifest, Error> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = (at + 1 + dice.below(200_000) as usize).min(bytes.len());
        parts.push(Ok(Bytes::copy_from_slice(&bytes[at..end])));
        at = end;
    }
    let incoming = receive(futures::stream::iter(parts).boxed()).await?;
    assert_eq!(incoming.definition.text, "<domain/>");
    assert!(incoming.definition.firmware_variables.starts_with("BwcHBw"));
    let names: Vec<String> = incoming
        .manifest
        .disks
        .iter()
        .map(|d| d.name.clone())
        .collect();
    let sources = incoming.disks();
    let disks = (1..).zip(&names).zip(sources);
    let disks = disks.map(|((at, name), source)| disk(at, name, None, source));
    let id = BackupId(Uuid::from_u128(number));
    let Begun::Session(session) = repository.begin_backup(id, &[]).await? else {
        panic!("it is new")
    };
    let (progress, cancel) = (Progress::new(), CancellationToken::new());
    back_up(session, job(disks.collect()), &progress, &cancel).await
}

#[tokio::test]
async fn an_archive_is_read_by_other_programs_and_becomes_the_same_backup_again() {
    let mut dice = Dice(0xa5a5);
    for (chunk, other) in [
        (64 << 10, 64 << 10),
        (64 << 10, 1 << 20),
        (1 << 20, 64 << 10),
    ] {
        let (repository, place) = vault(chunk).await;
        let mut odd = vec![0; (9 << 20) + 512 * (1 + dice.below(400) as usize)];
        dice.scribble(&mut odd, 12);
        let mut full = vec![0; 3 << 20];
        full.fill_with(|| (dice.next() >> 30) as u8);
        let disks = vec![odd, vec![0; 2 << 20], full, vec![0; 1 << 20]];
        let manifest = backed_up(&repository, 1, None, &disks).await;
        let bytes = archive(&repository, &manifest, &mut dice).await;
        std::fs::write(place.path().join("a.tar"), &bytes).unwrap();
        let untarred = Command::new("tar")
            .args(["xf", "a.tar"])
            .current_dir(place.path())
            .output()
            .unwrap();
        assert!(
            untarred.status.success() && untarred.stderr.is_empty(),
            "{untarred:?}"
        );
        let sums = std::fs::read_to_string(place.path().join("BLAKE3SUMS")).unwrap();
        assert_eq!(sums.lines().count(), 3 + disks.len());
        for line in sums.lines() {
            let (digest, name) = line.split_once("  ").unwrap();
            let file = std::fs::read(place.path().join(name)).unwrap();
            assert_eq!(blake3::hash(&file).to_hex().as_str(), digest, "{name}");
        }
        for (at, disk) in disks.iter().enumerate() {
            let file = format!("disks/{at}-vd{}.qcow2", at + 1);
            same_bytes(&file, disk, place.path());
        }
        let (second, _place) = vault(other).await;
        let made = taken_in(&second, 5, &bytes, &mut dice).await.unwrap();
        for (disk, bytes) in made.disks.iter().zip(&disks) {
            let raw = Export::open(second.vault(), disk, ExportFormat::Raw)
                .await
                .unwrap();
            assert!(whole(&raw, &mut dice).await == *bytes, "{}", disk.name);
        }
        // What other programs fill up is no harm.
        let mut longer = bytes.clone();
        longer.resize(bytes.len() + 9216, 0);
        taken_in(&second, 6, &longer, &mut dice).await.unwrap();
    }
}

#[tokio::test]
async fn an_archive_that_is_not_whole_becomes_nothing() {
    let mut dice = Dice(0xbad);
    let (repository, _place) = vault(64 << 10).await;
    let mut odd = vec![0; (2 << 20) + 512];
    dice.scribble(&mut odd, 5);
    let manifest = backed_up(&repository, 1, None, &[odd, vec![0; 1 << 20]]).await;
    let bytes = archive(&repository, &manifest, &mut dice).await;
    let (target, _place) = vault(64 << 10).await;
    let mut number = 100;
    let mut refused = async |bytes: &[u8], what: String| {
        number += 1;
        let mut dice = Dice(7);
        let error = taken_in(&target, number, bytes, &mut dice).await;
        let error = error.expect_err(&what);
        assert_eq!(error.kind, Kind::Invalid, "{what}: {}", error.chain());
        let made = target
            .manifest(BackupId(Uuid::from_u128(number)))
            .await
            .unwrap();
        assert!(made.is_none(), "{what}");
        error.message
    };
    // What each entry holds is told by digests or compared; of headers name, kind and length count,
    // and so does their sum.
    for _ in 0..120 {
        let at = dice.below(bytes.len() as u64 - 1024) as usize;
        let mut torn = bytes.clone();
        torn[at] ^= 1 << dice.below(8);
        refused(&torn, format!("byte {at}")).await;
    }
    for _ in 0..40 {
        let len = dice.below(bytes.len() as u64 - 1023) as usize;
        let text = refused(&bytes[..len], format!("{len} bytes")).await;
        assert!(text.contains("ends"), "{text}");
    }
    let mut more = bytes.clone();
    more.extend_from_slice(&bytes);
    assert!(refused(&more, "twice".into()).await.contains("follows"));
    let text = refused(b"PK\x03\x04 no tar at all", "a zip".into()).await;
    assert!(text.contains("ends"), "{text}");
    let text = refused(&[b'x'; 4096], "letters".into()).await;
    assert!(text.contains("no header of tar"), "{text}");
    let text = refused(&[0; 4096], "zeroes".into()).await;
    assert!(text.contains("it ends where manifest.json"), "{text}");
}

/// Makes a backup of an archive of which `bytes` come at a time, so many seconds apart.
async fn trickled(archive: Vec<u8>, bytes: usize, seconds: u64) -> Result<Manifest, Error> {
    let (target, _place) = vault(64 << 10).await;
    let stream = futures::stream::unfold(Bytes::from(archive), move |mut left| async move {
        if left.is_empty() {
            return None;
        }
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        let part = left.split_to(bytes.min(left.len()));
        Some((Ok(part), left))
    });
    let incoming = receive(stream.boxed()).await?;
    let names = incoming.manifest.disks.clone();
    let disks = (1..).zip(names).zip(incoming.disks());
    let disks = disks.map(|((at, told), source)| disk(at, &told.name, None, source));
    let id = BackupId(Uuid::from_u128(5));
    let Begun::Session(session) = target.begin_backup(id, &[]).await? else {
        panic!("it is new")
    };
    let (progress, cancel) = (Progress::new(), CancellationToken::new());
    back_up(session, job(disks.collect()), &progress, &cancel).await
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_trickles_ends_and_a_slow_one_does_not() {
    let mut dice = Dice(0x5107);
    let (repository, _place) = vault(64 << 10).await;
    let mut full = vec![0; 2 << 20];
    full.fill_with(|| (dice.next() >> 30) as u8);
    let manifest = backed_up(&repository, 1, None, &[full]).await;
    let bytes = archive(&repository, &manifest, &mut dice).await;
    for (at_once, seconds) in [(1, 1), (200 << 10, 59), (bytes.len() / 2, 3600)] {
        let begun = tokio::time::Instant::now();
        let error = trickled(bytes.clone(), at_once, seconds).await;
        let error = error.expect_err("it stalls");
        assert!(error.message.contains("has stalled"), "{}", error.chain());
        assert_eq!(error.kind, Kind::Conflict);
        assert!(begun.elapsed() < Duration::from_secs(400), "{at_once}");
    }
    trickled(bytes.clone(), 64 << 10, 10).await.unwrap();
    trickled(bytes, 300 << 10, 59).await.unwrap();
}
