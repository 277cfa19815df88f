//! Disks attached, detached, extended and deleted, with guests that work on them; the next
//! incremental backup has to be right each time.

use coffer_core::Kind;
use coffer_engine::hypervisor::{
    ChangeTracking, DiskInfo, DiskName, Freeze, Hypervisor, Outcome, PowerAction, SnapshotSession,
};

use crate::hypervisor_support::*;

const MIB: u64 = 1 << 20;

async fn disk(driver: &Driver, guest: &Guest, name: &str) -> Option<DiskInfo> {
    let server = driver.hypervisor.server(&guest.uuid).await.unwrap();
    server.disks.into_iter().find(|disk| disk.name == name)
}

async fn free(driver: &Driver) -> Vec<DiskInfo> {
    driver.hypervisor.detached_disks().await.unwrap()
}

fn named(disk: &DiskInfo) -> DiskName {
    DiskName {
        native_id: disk.native_id.clone(),
        path: disk.path.clone(),
    }
}

/// How a backup of a disk found what changed, after bringing a copy of it up to date.
async fn next_copy(session: &dyn SnapshotSession, index: usize, copy: &mut Vec<u8>) -> bool {
    let disk = &session.disks()[index];
    update(copy, &*disk.source).await;
    assert_same(&disk.info.name, copy, &whole(&*disk.source).await);
    matches!(disk.tracking, ChangeTracking::Bitmap { .. })
}

/// A guest with its data disk not mounted, so that it can go.
fn unmount(guest: &Guest) {
    guest.shell("sync; umount /data || umount -l /data");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_of_a_working_guest_grows_goes_and_comes_back() {
    let guest = Guest::start("plug");
    let driver = Driver::finding(&[guest.folder.path()]).await;
    let hypervisor = &driver.hypervisor;
    let (mut system, mut data) = (Vec::new(), Vec::new());
    let both = ["vda", "vdb"];
    let first = open(&driver, &guest, &both, None, "e1", Freeze::Off)
        .await
        .unwrap();
    next_copy(&*first, 0, &mut system).await;
    next_copy(&*first, 1, &mut data).await;
    // Nothing changes under a backup.
    let vdb = disk(&driver, &guest, "vdb").await.unwrap();
    let larger = vdb.size_bytes + 48 * MIB + 1536;
    let uuid = Some(guest.uuid.as_str());
    for refused in [
        hypervisor.extend_disk(uuid, &named(&vdb), larger).await,
        hypervisor.detach_disk(&guest.uuid, &named(&vdb)).await,
    ] {
        assert_eq!(refused.unwrap_err().kind, Kind::Conflict);
    }
    first.close(Outcome::Committed).await.unwrap();

    // It grows; what the guest writes beyond its old end is in the next backup.
    hypervisor
        .extend_disk(uuid, &named(&vdb), larger)
        .await
        .unwrap();
    hypervisor
        .extend_disk(uuid, &named(&vdb), larger)
        .await
        .unwrap();
    assert_eq!(
        disk(&driver, &guest, "vdb").await.unwrap().size_bytes,
        larger
    );
    let smaller = hypervisor.extend_disk(uuid, &named(&vdb), MIB).await;
    assert_eq!(smaller.unwrap_err().kind, Kind::Invalid);
    let beyond = vdb.size_bytes / MIB + 8;
    guest.shell(&format!(
        "test $(cat /sys/block/vdb/size) -eq {} && \
         dd if=/dev/urandom of=/dev/vdb bs=1M seek={beyond} count=2 conv=fsync && \
         dd if=/dev/urandom of=/data/new bs=64k count=8; sync",
        larger / 512
    ));
    let grown = open(&driver, &guest, &both, Some("e1"), "e2", Freeze::Off)
        .await
        .unwrap();
    assert!(next_copy(&*grown, 0, &mut system).await);
    assert!(next_copy(&*grown, 1, &mut data).await, "its bitmap goes on");
    assert_eq!(data.len() as u64, larger);
    grown.close(Outcome::Committed).await.unwrap();

    // It goes, and is found as a disk of no server.
    let vda = disk(&driver, &guest, "vda").await.unwrap();
    let refused = hypervisor.detach_disk(&guest.uuid, &named(&vda)).await;
    assert_eq!(refused.unwrap_err().kind, Kind::Conflict);
    unmount(&guest);
    let vdb = disk(&driver, &guest, "vdb").await.unwrap();
    hypervisor
        .detach_disk(&guest.uuid, &named(&vdb))
        .await
        .unwrap();
    hypervisor
        .detach_disk(&guest.uuid, &named(&vdb))
        .await
        .unwrap();
    assert_eq!(disk(&driver, &guest, "vdb").await, None);
    let loose = free(&driver).await;
    assert_eq!(loose.len(), 1, "{loose:?}");
    assert_eq!((&loose[0].path, loose[0].size_bytes), (&vdb.path, larger));
    let alone = open(&driver, &guest, &["vda"], Some("e2"), "e3", Freeze::Off)
        .await
        .unwrap();
    assert!(next_copy(&*alone, 0, &mut system).await);
    alone.close(Outcome::Committed).await.unwrap();
    assert_eq!(guest.epochs(), ["coffer-test-e3"]);

    // It comes back, to the server that runs and to its definition.
    let taken = hypervisor
        .attach_disk(&guest.uuid, &named(&loose[0]), "vda")
        .await;
    assert_eq!(taken.unwrap_err().kind, Kind::Conflict);
    let back = hypervisor
        .attach_disk(&guest.uuid, &named(&loose[0]), "vdb")
        .await
        .unwrap();
    assert_eq!((&*back.name, &back.path), ("vdb", &vdb.path));
    assert_eq!(back.native_id, vdb.native_id);
    let again = hypervisor
        .attach_disk(&guest.uuid, &named(&loose[0]), "vdb")
        .await
        .unwrap();
    assert_eq!(again, back);
    assert_eq!(free(&driver).await, []);
    let next = virsh(&["dumpxml", "--inactive", &guest.name]).unwrap();
    assert!(next.contains(&vdb.path));
    let deleted = hypervisor.delete_disk(&named(&loose[0])).await;
    assert_eq!(deleted.unwrap_err().kind, Kind::Conflict);
    guest.shell(&format!(
        "for i in $(seq 600); do for b in /sys/block/vd*; do \
         test $(cat $b/size) -eq {} && d=${{b##*/}}; done; test -n \"$d\" && break; \
         sleep 0.1; done; test -n \"$d\" || {{ cat /proc/partitions >&2; exit 9; }}; \
         test -b /dev/$d || mknod /dev/$d b $(tr : ' ' < /sys/block/$d/dev); \
         mount /dev/$d /data && dd if=/dev/urandom of=/data/later bs=64k count=9 && sync",
        larger / 512
    ));
    // libvirt knows no epoch of it any more: it is read in full, and right.
    let full = open(&driver, &guest, &both, Some("e3"), "e4", Freeze::Off)
        .await
        .unwrap();
    assert!(next_copy(&*full, 0, &mut system).await);
    assert!(!next_copy(&*full, 1, &mut data).await);
    full.close(Outcome::Committed).await.unwrap();
    guest.shell("dd if=/dev/urandom of=/data/last bs=64k count=9; sync");
    let last = open(&driver, &guest, &both, Some("e4"), "e5", Freeze::Off)
        .await
        .unwrap();
    assert!(
        next_copy(&*last, 1, &mut data).await,
        "and by its bitmap from then on"
    );
    last.close(Outcome::Abandoned).await.unwrap();
    assert_eq!(driver.left(), Vec::<String>::new());

    // Let go by the guest alone, the definition for its next start still needs it.
    let vdb = disk(&driver, &guest, "vdb").await.unwrap();
    unmount(&guest);
    virsh(&["detach-disk", &guest.name, "vdb", "--live"]).unwrap();
    while disk(&driver, &guest, "vdb").await.is_some() {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let loose = free(&driver).await.pop().unwrap();
    assert_eq!(loose.path, vdb.path);
    let refused = hypervisor.delete_disk(&named(&loose)).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Conflict);
    assert!(refused.message.contains("definition"), "{refused:?}");
    assert!(std::path::Path::new(&vdb.path).exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_of_a_stopped_server_grows_goes_and_comes_back() {
    let guest = Guest::define("plugoff");
    let driver = Driver::finding(&[guest.folder.path()]).await;
    let hypervisor = &driver.hypervisor;
    let (mut system, mut data) = (Vec::new(), Vec::new());
    let both = ["vda", "vdb"];
    let first = open(&driver, &guest, &both, None, "e1", Freeze::Off)
        .await
        .unwrap();
    next_copy(&*first, 0, &mut system).await;
    next_copy(&*first, 1, &mut data).await;
    first.close(Outcome::Committed).await.unwrap();

    let vdb = disk(&driver, &guest, "vdb").await.unwrap();
    let vdc = disk(&driver, &guest, "vdc").await.unwrap();
    let uuid = Some(guest.uuid.as_str());
    for (disk, name) in [(&vdb, "vdb"), (&vdc, "vdc")] {
        let larger = disk.size_bytes + 16 * MIB;
        hypervisor
            .extend_disk(uuid, &named(disk), larger)
            .await
            .unwrap();
        let now = self::disk(&driver, &guest, name).await.unwrap();
        assert_eq!(now.size_bytes, larger, "{name}");
    }
    hypervisor
        .detach_disk(&guest.uuid, &named(&vdb))
        .await
        .unwrap();
    let loose = free(&driver).await;
    assert_eq!(loose.len(), 1, "{loose:?}");
    // As a disk of no server it grows too, and its epoch stays.
    let size = loose[0].size_bytes + 16 * MIB;
    hypervisor
        .extend_disk(None, &named(&loose[0]), size)
        .await
        .unwrap();
    assert_eq!(free(&driver).await[0].size_bytes, size);
    assert_eq!(guest.bitmaps("data.qcow2"), ["coffer-test-e1"]);
    hypervisor
        .attach_disk(&guest.uuid, &named(&loose[0]), "vdb")
        .await
        .unwrap();
    assert_eq!(free(&driver).await, []);

    hypervisor
        .power(&guest.uuid, PowerAction::Start)
        .await
        .unwrap();
    guest.wait_until_up();
    let beyond = vdb.size_bytes / MIB + 20;
    guest.shell(&format!(
        "dd if=/dev/urandom of=/dev/vdb bs=1M seek={beyond} count=2 conv=fsync && \
         dd if=/dev/urandom of=/data/new bs=64k count=8; sync"
    ));
    let next = open(&driver, &guest, &both, Some("e1"), "e2", Freeze::Off)
        .await
        .unwrap();
    assert!(next_copy(&*next, 0, &mut system).await);
    next_copy(&*next, 1, &mut data).await;
    println!("after it came back: {:?}", next.disks()[1].tracking);
    assert_eq!(next.disks()[1].source.size(), size);
    next.close(Outcome::Committed).await.unwrap();
    guest.shell("dd if=/dev/urandom of=/data/more bs=64k count=8; sync");
    let last = open(&driver, &guest, &both, Some("e2"), "e3", Freeze::Off)
        .await
        .unwrap();
    assert!(next_copy(&*last, 1, &mut data).await);
    last.close(Outcome::Abandoned).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_of_no_server_is_deleted_and_others_are_not() {
    let guest = Guest::define("erase");
    let driver = Driver::finding(&[guest.folder.path()]).await;
    let hypervisor = &driver.hypervisor;
    let path = guest.path("loose.qcow2");
    let file = path.to_str().unwrap();
    run("qemu-img", &["create", "-q", "-f", "qcow2", file, "8M"]);
    let loose = free(&driver).await.pop().unwrap();
    // Somebody who is not known to libvirt has it open.
    let session = hypervisor.open_targets(
        None,
        vec![coffer_engine::hypervisor::TargetDiskRequest {
            native_id: loose.native_id.clone(),
            known_epoch: None,
        }],
    );
    let session = session.await.unwrap();
    let refused = hypervisor.delete_disk(&named(&loose)).await;
    assert_eq!(refused.unwrap_err().kind, Kind::Conflict);
    session.close(None).await.unwrap();
    // An overlay hides what it is based on, and keeps it.
    let over = guest.path("over.qcow2");
    run(
        "qemu-img",
        &[
            "create",
            "-q",
            "-f",
            "qcow2",
            "-F",
            "qcow2",
            "-b",
            file,
            over.to_str().unwrap(),
        ],
    );
    let refused = hypervisor.delete_disk(&named(&loose)).await;
    assert_eq!(refused.unwrap_err().kind, Kind::Conflict);
    let top = free(&driver).await.pop().unwrap();
    hypervisor.delete_disk(&named(&top)).await.unwrap();
    hypervisor.delete_disk(&named(&loose)).await.unwrap();
    hypervisor.delete_disk(&named(&loose)).await.unwrap();
    assert!(!path.exists() && !over.exists());
    // Detached, it would be lost from sight: its folder is nowhere looked into.
    let blind = Driver::connect().await;
    let vdb = disk(&blind, &guest, "vdb").await.unwrap();
    let refused = blind
        .hypervisor
        .detach_disk(&guest.uuid, &named(&vdb))
        .await;
    assert_eq!(refused.unwrap_err().kind, Kind::Conflict);
    assert!(disk(&blind, &guest, "vdb").await.is_some());
}
