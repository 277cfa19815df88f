//! The libvirt driver on real guests. Needs root, libvirt and a guest: `cargo xtask test`.

mod hypervisor_support;

use std::time::{Duration, Instant};

use coffer_engine::hypervisor::{
    ChangeTracking, Consistency, Freeze, Hypervisor, Outcome, PowerAction,
};
use hypervisor_support::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_then_incremental_equals_a_full_read() {
    let guest = Guest::start("inc");
    let driver = Driver::connect().await;
    let disks = ["vda", "vdb", "vdc"];

    let full = open(&driver, &guest, &disks, None, "e1", FREEZE)
        .await
        .unwrap();
    assert_eq!(
        full.instant().consistency,
        Consistency::Application,
        "{:?}",
        full.instant()
    );
    assert!(full.instant().frozen.is_some());
    println!("frozen for {:?}", full.instant().frozen);
    assert!(full.definition().text.contains("<domain"));
    let mut copies = Vec::new();
    for disk in full.disks() {
        let mut copy = Vec::new();
        let read = update(&mut copy, &*disk.source).await;
        assert!(
            read < disk.info.size_bytes / 2,
            "{} read {read}",
            disk.info.name
        );
        assert_same(&disk.info.name, &copy, &whole(&*disk.source).await);
        assert!(matches!(disk.tracking, ChangeTracking::FullScan { .. }));
        assert_eq!(disk.new_epoch, disk.info.format == "qcow2");
        copies.push(copy);
    }
    full.close(Outcome::Committed).await.unwrap();
    full.close(Outcome::Committed).await.unwrap();
    assert!(!guest.has_job());
    assert_eq!(driver.left(), Vec::<String>::new());
    assert_eq!(guest.epochs(), ["coffer-test-e1"]);

    guest.shell("dd if=/dev/urandom of=/data/new bs=64k count=16; rm -r /data/files/many; sync; fstrim /data; dd if=/dev/urandom of=/dev/vdc bs=1M seek=9 count=2; sync");
    let next = open(&driver, &guest, &disks, Some("e1"), "e2", FREEZE)
        .await
        .unwrap();
    for (disk, copy) in next.disks().iter().zip(&mut copies) {
        let read = update(copy, &*disk.source).await;
        println!("{}: read {read} bytes, {:?}", disk.info.name, disk.tracking);
        assert_same(&disk.info.name, copy, &whole(&*disk.source).await);
        match disk.info.format.as_str() {
            "qcow2" => assert!(
                matches!(&disk.tracking, ChangeTracking::Bitmap { epoch: e } if *e == epoch("e1"))
            ),
            _ => assert!(matches!(&disk.tracking, ChangeTracking::FullScan { .. })),
        }
        assert!(read < 32 << 20, "{} read {read}", disk.info.name);
    }
    next.close(Outcome::Abandoned).await.unwrap();
    assert_eq!(guest.epochs(), ["coffer-test-e1"]);
    assert_eq!(driver.left(), Vec::<String>::new());
    assert!(!guest.has_job());
    let server = driver.hypervisor.server(&guest.uuid).await.unwrap();
    println!("{server:#?}");
}

/// What power actions do to a snapshot that is being read.
async fn survives(name: &str, actions: impl AsyncFnOnce(&Guest, &Driver)) {
    let guest = Guest::start(name);
    let driver = Driver::connect().await;
    let disks = ["vda", "vdb", "vdc"];
    let first = open(&driver, &guest, &disks, None, "e1", FREEZE)
        .await
        .unwrap();
    first.close(Outcome::Committed).await.unwrap();
    guest.shell("dd if=/dev/urandom of=/data/new bs=64k count=32; dd if=/dev/urandom of=/dev/vdc bs=1M count=3; sync");

    let session = open(&driver, &guest, &disks, Some("e1"), "e2", FREEZE)
        .await
        .unwrap();
    let mut references = Vec::new();
    for disk in session.disks() {
        references.push(whole(&*disk.source).await);
    }
    // Readers go on all the time, from every part of the disks.
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let mut readers = Vec::new();
    for (disk, reference) in session.disks().iter().zip(&references) {
        let (source, stop) = (disk.source.clone(), stop.clone());
        let (label, reference) = (disk.info.name.clone(), reference.clone());
        readers.push(tokio::spawn(async move {
            let (mut at, mut count) = (0, 0);
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let extent = coffer_core::extent::Extent::from_len(at, 256 << 10);
                let bytes = source.read(extent).await.unwrap();
                let range = extent.start as usize..extent.end as usize;
                assert_same(&label, &bytes, &reference[range]);
                at = (at + 37 * (256 << 10)) % reference.len() as u64;
                count += 1;
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            count
        }));
    }
    actions(&guest, &driver).await;
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    for reader in readers {
        println!("{} reads", reader.await.unwrap());
    }
    assert!(!session.is_lost());
    for (disk, reference) in session.disks().iter().zip(&references) {
        assert_same(&disk.info.name, &whole(&*disk.source).await, reference);
        // The extents must still lead from the parent's content to this one.
        let size = disk.source.size();
        let all = coffer_core::extent::Extent {
            start: 0,
            end: size,
        };
        let extents = disk.source.extents(all).await.unwrap();
        let unchanged: u64 = extents
            .iter()
            .filter(|e| e.content == coffer_engine::block::Content::Unchanged)
            .map(|e| e.extent.len())
            .sum();
        assert_eq!(
            unchanged > size / 2,
            disk.info.format == "qcow2",
            "{}: {unchanged}",
            disk.info.name
        );
        for zero in extents
            .iter()
            .filter(|e| e.content == coffer_engine::block::Content::Zero)
        {
            let range = zero.extent.start as usize..zero.extent.end as usize;
            assert!(
                reference[range].iter().all(|b| *b == 0),
                "{} {zero:?}",
                disk.info.name
            );
        }
    }
    session.close(Outcome::Committed).await.unwrap();
    assert_eq!(driver.left(), Vec::<String>::new());
    assert!(!guest.has_job());
    assert_eq!(guest.epochs(), ["coffer-test-e2"]);
    // And the next one continues from it.
    if guest.state() == "shut off" {
        driver
            .hypervisor
            .power(&guest.uuid, PowerAction::Start)
            .await
            .unwrap();
    }
    let next = open(&driver, &guest, &disks, Some("e2"), "e3", Freeze::Off)
        .await
        .unwrap();
    for (disk, copy) in next.disks().iter().zip(&mut references) {
        update(copy, &*disk.source).await;
        assert_same(&disk.info.name, copy, &whole(&*disk.source).await);
        let tracked = matches!(disk.tracking, ChangeTracking::Bitmap { .. });
        assert_eq!(tracked, disk.info.format == "qcow2", "{:?}", disk.tracking);
    }
    next.close(Outcome::Abandoned).await.unwrap();
}

fn boots(guest: &Guest) -> usize {
    let serial = std::fs::read(guest.path("serial")).unwrap();
    String::from_utf8_lossy(&serial)
        .matches("TESTGUEST READY")
        .count()
}

fn overwrite(guest: &Guest) {
    guest.shell("dd if=/dev/urandom of=/data/over bs=1M count=12; dd if=/dev/urandom of=/dev/vdc bs=1M seek=2 count=8; sync");
}

const STOP: PowerAction = PowerAction::Stop {
    limit: Duration::from_secs(60),
};

/// Waits until the guest is up again, by its console: libvirt 9.0 may take an agent that comes
/// back while a job runs for gone (decision H5).
#[track_caller]
fn wait_for_boot(guest: &Guest, before: usize) {
    wait_for("the guest is up again", 60, || boots(guest) > before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_snapshot_survives_reboots_and_resets() {
    survives("boot", async |guest, driver| {
        overwrite(guest);
        let before = boots(guest);
        guest.shell("(sleep 1; reboot) >/dev/null 2>&1 &");
        wait_for_boot(guest, before);
        let before = boots(guest);
        driver
            .hypervisor
            .power(&guest.uuid, PowerAction::Reboot)
            .await
            .unwrap();
        wait_for_boot(guest, before);
        let before = boots(guest);
        driver
            .hypervisor
            .power(&guest.uuid, PowerAction::Reset)
            .await
            .unwrap();
        wait_for_boot(guest, before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_snapshot_survives_stop_and_start() {
    survives("stop", async |guest, driver| {
        overwrite(guest);
        let since = Instant::now();
        driver.hypervisor.power(&guest.uuid, STOP).await.unwrap();
        println!("stopped in {:?}", since.elapsed());
        assert_eq!(guest.state(), "shut off");
        // Somebody else cannot start it behind our back while we read.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let foreign = virsh(&["start", &guest.name]);
        assert!(foreign.is_err(), "a foreign start must be refused");
        let (since, before) = (Instant::now(), boots(guest));
        driver
            .hypervisor
            .power(&guest.uuid, PowerAction::Start)
            .await
            .unwrap();
        println!("started in {:?}", since.elapsed());
        assert_eq!(guest.state(), "running");
        wait_for_boot(guest, before);
        // And once more, by force, and by the guest itself.
        let since = Instant::now();
        driver
            .hypervisor
            .power(&guest.uuid, PowerAction::ForceOff)
            .await
            .unwrap();
        println!("switched off in {:?}", since.elapsed());
        let before = boots(guest);
        driver
            .hypervisor
            .power(&guest.uuid, PowerAction::Start)
            .await
            .unwrap();
        wait_for_boot(guest, before);
        virsh(&["shutdown", &guest.name, "--mode", "acpi"]).unwrap();
        wait_for("guest powered off", 90, || guest.state() == "shut off");
    })
    .await;
}
