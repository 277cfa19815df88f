//! The libvirt driver on real guests. Needs root, libvirt and a guest: `cargo xtask test`.

mod hypervisor_support;

use coffer_engine::hypervisor::{ChangeTracking, Consistency, Hypervisor, Outcome};
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
