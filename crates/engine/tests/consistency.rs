//! Every backup of a working guest is one instant over all its disks.
//!
//! The guest writes record N to its first disk, then to its second, then to its third, each
//! durably, at 20 records a second at least (5 in the short run, which other work may slow down).
//! Each backup is restored from the repository to raw files; those have to hold the records of one
//! instant. Needs guests: `cargo xtask test`.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod chain_support;

use std::sync::Arc;
use std::time::Duration;

use chain_support::{Chain, driver};
use coffer_core::extent::Extent;
use coffer_engine::hypervisor::{Consistency, DiskName, Freeze, Hypervisor, Outcome};
use coffer_engine::progress::Progress;
use coffer_engine::testkit::{
    Expect, Guest, GuestSpec, Stack, check_records, long_runs, wait_until,
};

/// With a limit that a busy host does not reach.
const FREEZE: Freeze = Freeze::Try {
    limit: Duration::from_secs(60),
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_backup_of_a_working_guest_is_one_instant() {
    let (rounds, fast_enough) = if long_runs() { (50, 20.0) } else { (6, 5.0) };
    let stack = Arc::new(Stack::start());
    let guest = Guest::define(&stack, GuestSpec::three_disks("shop-db"));
    guest.start_ready();
    let rate = guest.records_per_second(Duration::from_secs(3));
    println!("{rate:.1} records a second before");
    assert!(rate >= fast_enough, "{rate:.1} records a second");

    let driver = driver(&stack, "cons").await;
    let mut chain = Chain::new("cons", 3).await;
    let (mut frozen_for, mut stored) = (Vec::new(), Vec::new());
    let mut last = 0;
    for round in 0..2 * rounds {
        // Frozen and not in turn, so that each kind continues from the other.
        let quiesced = round % 2 == 0;
        let freeze = if quiesced { FREEZE } else { Freeze::Off };
        let session = chain.open(&driver, &guest, freeze).await;
        let instant = session.instant();
        let expected = match quiesced {
            true => Consistency::Application,
            false => Consistency::Crash,
        };
        assert_eq!(instant.consistency, expected, "{:?}", instant.notes);
        frozen_for.extend(instant.frozen);
        let progress = Progress::new();
        let backed_up = chain.back_up(&*session, |source| source, &progress).await;
        let manifest = backed_up.unwrap();
        session.close(Outcome::Committed).await.unwrap();
        if round > 0 {
            stored.push(
                manifest
                    .disks
                    .iter()
                    .map(|disk| disk.read_bytes)
                    .sum::<u64>(),
            );
        }

        let restored = chain.restore(&manifest).await;
        let expect = Expect {
            quiesced,
            // The writer goes on between two backups, or nothing is tested.
            at_least: last + 1,
        };
        let report = check_records(&restored.files, expect);
        assert!(
            report.is_consistent(),
            "backup {round}, frozen {quiesced}: {report}"
        );
        last = report.last[0];
    }
    let rate = guest.records_per_second(Duration::from_secs(3));
    frozen_for.sort();
    stored.sort();
    println!(
        "{rounds} frozen and {rounds} unfrozen backups, 0 violations, {last} records, \
         {rate:.1} a second after; freeze to thaw {:.0?} / {:.0?} / {:.0?}; \
         an incremental read {} / {} / {} KiB (min / median / max)",
        frozen_for[0],
        frozen_for[frozen_for.len() / 2],
        frozen_for[frozen_for.len() - 1],
        stored[0] >> 10,
        stored[stored.len() / 2] >> 10,
        stored[stored.len() - 1] >> 10,
    );
    assert!(rate >= fast_enough, "{rate:.1} records a second");
    skewed_instants_are_caught(&stack, &guest, &mut chain).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_extended_disk_goes_on_by_its_bitmap_and_is_restored_whole() {
    let stack = Arc::new(Stack::start());
    let guest = Guest::define(&stack, GuestSpec::three_disks("grow"));
    guest.start_ready();
    let driver = driver(&stack, "grow").await;
    let mut chain = Chain::new("grow", 3).await;
    let mut last = 0;
    for round in 0..3 {
        let session = chain.open(&driver, &guest, FREEZE).await;
        // From the second round on the chain refuses a disk that is not read by its bitmap.
        let backed_up = chain
            .back_up(&*session, |source| source, &Progress::new())
            .await;
        let manifest = backed_up.unwrap();
        let restored = chain.restore(&manifest).await;
        for (disk, file) in session.disks().iter().zip(&restored.files) {
            let size = disk.source.size();
            let bytes = tokio::fs::read(file).await.unwrap();
            assert_eq!(bytes.len() as u64, size, "{}", disk.info.name);
            for start in (0..size).step_by(1 << 20) {
                let extent = Extent {
                    start,
                    end: size.min(start + (1 << 20)),
                };
                let same = bytes[start as usize..extent.end as usize]
                    == disk.source.read(extent).await.unwrap()[..];
                assert!(same, "round {round}, {} at {start}", disk.info.name);
            }
        }
        session.close(Outcome::Committed).await.unwrap();
        let expect = Expect {
            quiesced: true,
            at_least: last + 1,
        };
        let report = check_records(&restored.files, expect);
        assert!(report.is_consistent(), "round {round}: {report}");
        last = report.last[0];
        // Each disk by another amount, none of them whole chunks.
        let server = driver.server(guest.uuid()).await.unwrap();
        for (index, disk) in server.disks.iter().enumerate() {
            let name = DiskName {
                native_id: disk.native_id.clone(),
                path: disk.path.clone(),
            };
            let size = disk.size_bytes + (index as u64 + 3) * (1 << 20) + 512;
            let extended = driver.extend_disk(Some(guest.uuid()), &name, size);
            extended.await.unwrap();
        }
        wait_until("more records", 60, || guest.last_record() >= last + 4);
    }
}

/// The third disk comes from a second snapshot, taken 200 ms of the writer's work after the first.
async fn skewed_instants_are_caught(stack: &Arc<Stack>, guest: &Guest, chain: &mut Chain) {
    let driver = driver(stack, "cons").await;
    let mut copies: Vec<Vec<std::path::PathBuf>> = Vec::new();
    let mut kept = Vec::new();
    for _ in 0..2 {
        let session = chain.open(&driver, guest, Freeze::Off).await;
        let manifest = chain
            .back_up(&*session, |source| source, &Progress::new())
            .await
            .unwrap();
        session.close(Outcome::Committed).await.unwrap();
        let restored = chain.restore(&manifest).await;
        let report = check_records(&restored.files, Expect::default());
        assert!(report.is_consistent(), "{report}");
        let then = report.last[0];
        copies.push(restored.files.clone());
        kept.push(restored);
        // At 20 records a second 4 records are 200 ms.
        wait_until("four more records", 60, || guest.last_record() >= then + 4);
    }
    for late in [&[2_usize][..], &[0, 1]] {
        let mut mixed = copies[0].clone();
        for index in late {
            mixed[*index].clone_from(&copies[1][*index]);
        }
        let report = check_records(&mixed, Expect::default());
        println!("{late:?} late: {report}");
        assert!(!report.is_consistent(), "{report}");
    }
}
