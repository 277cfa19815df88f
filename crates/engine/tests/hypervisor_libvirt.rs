//! The libvirt driver on real guests. Needs root, libvirt and a guest: `cargo xtask test`.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test ends where it fails; one of them is told by its environment what to hold"
)]

#[path = "hypervisor_support/disks.rs"]
mod disks;
mod hypervisor_support;

use std::time::{Duration, Instant};

use coffer_engine::hypervisor::{
    ChangeTracking, Consistency, Freeze, Hypervisor, Outcome, PowerAction, TargetDiskRequest,
};
use coffer_engine::testkit::long_runs;
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

/// Long enough for a busy host: after the limit QEMU may end up killed, and its bitmaps with it.
const STOP: PowerAction = PowerAction::Stop {
    limit: Duration::from_secs(300),
};

/// Waits until the guest is up again, by its console: libvirt 9.0 may take an agent that comes
/// back while a job runs for gone (decision H5).
#[track_caller]
fn wait_for_boot(guest: &Guest, before: usize) {
    wait_for("the guest is up again", 180, || boots(guest) > before);
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

/// Stops, takes an incremental of the server that is off, starts, takes one more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn epochs_go_on_over_stopped_servers() {
    let guest = Guest::start("off");
    let driver = Driver::connect().await;
    let disks = ["vda", "vdb", "vdc"];
    let mut copies = vec![Vec::new(); 3];
    take(&driver, &guest, &disks, None, "e1", &mut copies).await;
    overwrite(&guest);
    driver.hypervisor.power(&guest.uuid, STOP).await.unwrap();
    let session = take(&driver, &guest, &disks, Some("e1"), "e2", &mut copies).await;
    assert_eq!(session, Consistency::Offline);
    assert_eq!(guest.bitmaps("data.qcow2"), ["coffer-test-e2"]);
    driver
        .hypervisor
        .power(&guest.uuid, PowerAction::Start)
        .await
        .unwrap();
    guest.wait_until_up();
    overwrite(&guest);
    take(&driver, &guest, &disks, Some("e2"), "e3", &mut copies).await;
    assert_eq!(guest.epochs(), ["coffer-test-e3"]);

    // A guest that is just starting does not hear that it shall stop, until it is up.
    for action in [STOP, PowerAction::Start] {
        driver.hypervisor.power(&guest.uuid, action).await.unwrap();
    }
    let since = Instant::now();
    driver.hypervisor.power(&guest.uuid, STOP).await.unwrap();
    println!("stopped while it started in {:?}", since.elapsed());
    assert!(since.elapsed() < Duration::from_secs(120));
    assert_eq!(guest.state(), "shut off");
}

/// Brings copies up to date by one snapshot and compares them with a full read.
async fn take(
    driver: &Driver,
    guest: &Guest,
    disks: &[&str],
    parent: Option<&str>,
    new: &str,
    copies: &mut [Vec<u8>],
) -> Consistency {
    let session = open(driver, guest, disks, parent, new, FREEZE)
        .await
        .unwrap();
    println!("{new}: {:?}", session.instant());
    for (disk, copy) in session.disks().iter().zip(copies) {
        update(copy, &*disk.source).await;
        assert_same(&disk.info.name, copy, &whole(&*disk.source).await);
        let tracked = matches!(disk.tracking, ChangeTracking::Bitmap { .. });
        let expected = parent.is_some() && disk.info.format == "qcow2";
        assert_eq!(tracked, expected, "{}: {:?}", disk.info.name, disk.tracking);
    }
    session.close(Outcome::Committed).await.unwrap();
    assert_eq!(driver.left(), Vec::<String>::new());
    session.instant().consistency
}

/// Writes are on their way at each instant: a bitmap that misses one of them would leave its block
/// as it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn incrementals_of_a_writing_guest_equal_full_reads() {
    let rounds = if long_runs() { 60 } else { 8 };
    let guest = Guest::start("load");
    let driver = Driver::connect().await;
    let disks = ["vda", "vdb", "vdc"];
    let mut copies = vec![Vec::new(); 3];
    // Direct writes at random places, two at once on each disk, below the file systems.
    guest.shell(
        "for f in /srv/load /data/load; do dd if=/dev/zero of=$f bs=1M count=24; done; sync; \
         cat > /run/load.sh <<'END'\n\
         i=$2; while :; do i=$(((i * 1103 + 12345) % 5861)); \
         dd if=/dev/urandom of=$1 bs=4k count=2 seek=$i oflag=direct conv=notrunc; done\n\
         END\n\
         for f in /srv/load /data/load /dev/vdc; do for s in 1 2; do \
         sh /run/load.sh $f $s >/dev/null 2>&1 </dev/null & done; done",
    );
    let mut parent = None;
    for round in 0..rounds {
        let new = format!("e{round}");
        let session = open(
            &driver,
            &guest,
            &disks,
            parent.as_deref(),
            &new,
            Freeze::Off,
        )
        .await
        .unwrap();
        for (disk, copy) in session.disks().iter().zip(&mut copies) {
            let read = update(copy, &*disk.source).await;
            println!("{round} {}: {read} bytes", disk.info.name);
            assert_same(&disk.info.name, copy, &whole(&*disk.source).await);
            let tracked = matches!(disk.tracking, ChangeTracking::Bitmap { .. });
            assert_eq!(tracked, round > 0 && disk.info.format == "qcow2");
        }
        session.close(Outcome::Committed).await.unwrap();
        parent = Some(new);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_crash_of_qemu_the_disk_is_read_in_full() {
    let guest = Guest::start("kill");
    let driver = Driver::connect().await;
    let session = open(&driver, &guest, &["vda", "vdb"], None, "e1", FREEZE)
        .await
        .unwrap();
    let kill = || {
        let pid = rustix::process::Pid::from_raw(guest.pid()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        wait_for("the server is off", 60, || guest.state() == "shut off");
    };
    kill();
    // The instant died with QEMU: reads fail, and the session says so.
    let source = session.disks()[0].source.clone();
    let read = source
        .read(coffer_core::extent::Extent::from_len(0, 65_536))
        .await;
    assert_eq!(read.unwrap_err().kind, coffer_core::Kind::Unavailable);
    assert!(session.is_lost());
    session.close(Outcome::Abandoned).await.unwrap();
    assert_eq!(driver.left(), Vec::<String>::new());
    assert!(guest.epochs().is_empty());

    virsh(&["start", &guest.name]).unwrap();
    guest.wait_until_up();
    let session = open(&driver, &guest, &["vda", "vdb"], None, "e2", FREEZE)
        .await
        .unwrap();
    session.close(Outcome::Committed).await.unwrap();
    kill();
    virsh(&["start", &guest.name]).unwrap();
    guest.wait_until_up();
    let session = open(&driver, &guest, &["vda", "vdb"], Some("e2"), "e3", FREEZE)
        .await
        .unwrap();
    for disk in session.disks() {
        let ChangeTracking::FullScan { reason } = &disk.tracking else {
            panic!("a broken bitmap was trusted");
        };
        println!("{reason}");
        assert!(disk.new_epoch);
    }
    session.close(Outcome::Committed).await.unwrap();
    driver
        .hypervisor
        .drop_epoch(&guest.uuid, &epoch("e2"))
        .await
        .unwrap();
    assert_eq!(guest.epochs(), ["coffer-test-e3"]);
    let next = open(&driver, &guest, &["vda", "vdb"], Some("e3"), "e4", FREEZE)
        .await
        .unwrap();
    assert!(
        next.disks()
            .iter()
            .all(|d| matches!(d.tracking, ChangeTracking::Bitmap { .. }))
    );
    next.close(Outcome::Committed).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resized_and_added_disks() {
    let guest = Guest::start("size");
    let driver = Driver::connect().await;
    let mut copies = vec![Vec::new(); 2];
    take(&driver, &guest, &["vda", "vdb"], None, "e1", &mut copies).await;
    virsh(&["blockresize", &guest.name, "vdb", "300M"]).unwrap();
    overwrite(&guest);
    take(
        &driver,
        &guest,
        &["vda", "vdb"],
        Some("e1"),
        "e2",
        &mut copies,
    )
    .await;
    assert_eq!(copies[1].len(), 300 << 20);

    let added = guest.path("added.qcow2");
    run(
        "qemu-img",
        &[
            "create",
            "-q",
            "-f",
            "qcow2",
            added.to_str().unwrap(),
            "32M",
        ],
    );
    virsh(&[
        "attach-disk",
        &guest.name,
        added.to_str().unwrap(),
        "vdd",
        "--subdriver",
        "qcow2",
    ])
    .unwrap();
    let session = open(
        &driver,
        &guest,
        &["vda", "vdb", "vdd"],
        Some("e2"),
        "e3",
        FREEZE,
    )
    .await
    .unwrap();
    for disk in session.disks() {
        println!("{} {:?}", disk.info.name, disk.tracking);
        let tracked = matches!(disk.tracking, ChangeTracking::Bitmap { .. });
        assert_eq!(tracked, disk.info.name != "vdd", "{:?}", disk.tracking);
        assert!(disk.new_epoch);
        if let Some(copy) = match disk.info.name.as_str() {
            "vda" => copies.first_mut(),
            "vdb" => copies.get_mut(1),
            _ => None,
        } {
            update(copy, &*disk.source).await;
            assert_same(&disk.info.name, copy, &whole(&*disk.source).await);
        }
    }
    session.close(Outcome::Committed).await.unwrap();
    virsh(&["detach-disk", &guest.name, "vdd"]).unwrap();
    wait_for("the disk is gone", 30, || {
        !virsh(&["domblklist", &guest.name]).unwrap().contains("vdd")
    });
    take(
        &driver,
        &guest,
        &["vda", "vdb"],
        Some("e3"),
        "e4",
        &mut copies,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_writes_and_starts_an_epoch() {
    let guest = Guest::start("back");
    let driver = Driver::connect().await;
    let disks = ["vda", "vdb", "vdc"];
    let mut copies = vec![Vec::new(); 3];
    take(&driver, &guest, &disks, None, "e1", &mut copies).await;
    overwrite(&guest);
    let server = driver.hypervisor.server(&guest.uuid).await.unwrap();
    let requests = || {
        let real = server
            .disks
            .iter()
            .filter(|disk| disk.unsupported.is_none());
        real.map(|disk| TargetDiskRequest {
            native_id: disk.native_id.clone(),
            known_epoch: Some(epoch("e1")),
        })
        .collect::<Vec<_>>()
    };
    let busy = driver
        .hypervisor
        .open_targets(Some(&guest.uuid), requests())
        .await;
    assert_eq!(busy.err().unwrap().kind, coffer_core::Kind::Conflict);
    driver.hypervisor.power(&guest.uuid, STOP).await.unwrap();
    let targets = driver
        .hypervisor
        .open_targets(Some(&guest.uuid), requests())
        .await
        .unwrap();
    assert!(
        virsh(&["start", &guest.name]).is_err(),
        "nobody may start it meanwhile"
    );
    let start = driver
        .hypervisor
        .power(&guest.uuid, PowerAction::Start)
        .await;
    assert_eq!(start.unwrap_err().kind, coffer_core::Kind::Conflict);
    for (disk, copy) in targets.disks().iter().zip(&copies) {
        let size = disk.target.size();
        let all = [coffer_core::extent::Extent {
            start: 0,
            end: size,
        }]
        .into_iter()
        .collect();
        assert_eq!(disk.changed.is_some(), disk.info.format == "qcow2");
        let changed = disk.changed.as_ref().unwrap_or(&all);
        println!("{}: {} bytes changed", disk.info.name, changed.total());
        assert!(disk.info.format == "raw" || changed.total() < size / 2);
        for extent in changed.iter() {
            let mut start = extent.start;
            while start < extent.end {
                let end = extent.end.min(start + (1 << 20));
                let bytes = &copy[start as usize..end as usize];
                match bytes.iter().all(|b| *b == 0) {
                    true => {
                        disk.target
                            .write_zeroes(coffer_core::extent::Extent { start, end })
                            .await
                    }
                    false => disk.target.write(start, bytes.to_vec().into()).await,
                }
                .unwrap();
                start = end;
            }
        }
    }
    targets.close(Some(&epoch("r1"))).await.unwrap();
    assert_eq!(driver.left(), Vec::<String>::new());
    // What is on the disks is what was backed up, and the epoch continues from there.
    let session = open(&driver, &guest, &disks, Some("r1"), "e2", FREEZE)
        .await
        .unwrap();
    for (disk, copy) in session.disks().iter().zip(&mut copies) {
        assert_same(&disk.info.name, &whole(&*disk.source).await, copy);
        let read = update(copy, &*disk.source).await;
        assert!(
            disk.info.format == "raw" || read == 0,
            "{}: {read}",
            disk.info.name
        );
    }
    session.close(Outcome::Committed).await.unwrap();
    let targets = driver
        .hypervisor
        .open_targets(Some(&guest.uuid), requests())
        .await
        .unwrap();
    targets.close(None).await.unwrap();
    assert!(guest.epochs().is_empty(), "{:?}", guest.epochs());
    assert!(guest.bitmaps("data.qcow2").is_empty());
    driver
        .hypervisor
        .power(&guest.uuid, PowerAction::Start)
        .await
        .unwrap();
    guest.wait_until_up();
}

/// The process that is killed by the next test: holds a session until it dies.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn holder_of_a_session() {
    let (Ok(folder), Ok(uuid), Ok(uri)) = (
        std::env::var("COFFER_TEST_HOLD_DIR"),
        std::env::var("COFFER_TEST_HOLD_SERVER"),
        std::env::var("COFFER_TEST_HOLD_URI"),
    ) else {
        return; // run by itself there is nothing to hold
    };
    let folder = std::path::Path::new(&folder);
    let driver =
        coffer_engine::hypervisor::libvirt::LibvirtHypervisor::connect(config_at(folder, &uri))
            .await
            .unwrap();
    let server = driver.server(&uuid).await.unwrap();
    let disks = server
        .disks
        .iter()
        .filter(|disk| disk.unsupported.is_none());
    let request = coffer_engine::hypervisor::SnapshotRequest {
        server: Some(uuid),
        disks: disks
            .map(|disk| coffer_engine::hypervisor::SnapshotDiskRequest {
                native_id: disk.native_id.clone(),
                parent_epoch: None,
            })
            .collect(),
        new_epoch: Some(epoch("dead")),
        freeze: Freeze::Off,
    };
    let _session = driver.open_snapshot(request).await.unwrap();
    std::fs::write(folder.join("held"), "").unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_kill_nothing_is_left() {
    let guest = Guest::start("left");
    let driver = Driver::connect().await;
    take(
        &driver,
        &guest,
        &["vda", "vdb"],
        None,
        "keep",
        &mut vec![Vec::new(); 2],
    )
    .await;
    // A process that died between freezing and thawing left a mark, and the guest as it was.
    let mark = driver
        .folder
        .path()
        .join("run/coffer-test-00000000-1.still");
    std::fs::write(&mark, &guest.uuid).unwrap();
    virsh(&["domfsfreeze", &guest.name]).unwrap();
    virsh(&["suspend", &guest.name]).unwrap();
    driver.hypervisor.reconcile(&[epoch("keep")]).await.unwrap();
    assert_eq!(guest.state(), "running");
    assert!(!mark.exists());
    guest.shell("echo thawed >/data/thawed; sync");
    for off in [false, true] {
        if off {
            driver.hypervisor.power(&guest.uuid, STOP).await.unwrap();
        }
        let held = driver.folder.path().join("held");
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["holder_of_a_session", "--exact"])
            .env("COFFER_TEST_HOLD_DIR", driver.folder.path())
            .env("COFFER_TEST_HOLD_SERVER", &guest.uuid)
            .env("COFFER_TEST_HOLD_URI", uri())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        wait_for("the other process holds a session", 60, || held.exists());
        std::fs::remove_file(held).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!driver.left().is_empty());
        assert_eq!(guest.has_job(), !off);
        driver.hypervisor.reconcile(&[epoch("keep")]).await.unwrap();
        assert_eq!(driver.left(), Vec::<String>::new());
        assert!(!guest.has_job());
        assert_eq!(guest.epochs(), ["coffer-test-keep"]);
        let folder = driver.folder.path().to_str().unwrap();
        let exports = std::process::Command::new("pgrep")
            .args(["-f", &format!("qemu-nbd.*{folder}")])
            .output()
            .unwrap();
        assert!(exports.stdout.is_empty());
        if off {
            assert_eq!(guest.bitmaps("data.qcow2"), ["coffer-test-keep"]);
        }
    }
    // And what is kept still leads on.
    let next = open(
        &driver,
        &guest,
        &["vda", "vdb"],
        Some("keep"),
        "next",
        FREEZE,
    )
    .await
    .unwrap();
    assert!(
        next.disks()
            .iter()
            .all(|d| matches!(d.tracking, ChangeTracking::Bitmap { .. }))
    );
    // Dropped without a close, it ends all the same.
    drop(next);
    wait_for("the dropped session is closed", 30, || {
        driver.left().is_empty() && guest.bitmaps("data.qcow2") == ["coffer-test-keep"]
    });
}
