//! The tests' own tools on a real guest: if these lie, no other test means anything.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use coffer_engine::testkit::{
    DiskSpec, Expect, Guest, GuestSpec, Image, Stack, check_records, wait_until,
};

/// A guest on raw disks, so that its files can be looked at while it runs.
fn raw_guest(stack: &Arc<Stack>) -> Guest {
    let mut spec = GuestSpec::three_disks("shop-db");
    spec.disks = [Image::System, Image::Data, Image::Data2]
        .map(DiskSpec::raw)
        .into();
    let guest = Guest::define(stack, spec);
    guest.start_ready();
    guest
}

#[test]
fn the_guest_writes_20_records_a_second_and_the_checker_sees_a_skew_of_200_ms() {
    let stack = Arc::new(Stack::start());
    let guest = raw_guest(&stack);
    let rate = guest.records_per_second(Duration::from_secs(5));
    println!("{rate:.1} records a second");
    assert!(rate >= 20.0, "{rate:.1} records a second");

    // Paused, the disks stand at one instant.
    let copies = guest.directory().join("copies");
    stack.virsh(&["suspend", guest.name()]);
    let report = check_records(
        &guest.copy_disks(&copies),
        Expect {
            at_least: 50,
            quiesced: false,
        },
    );
    assert!(report.is_consistent(), "{report}");
    stack.virsh(&["resume", guest.name()]);

    // The data disks are copied while the guest is paused, the system disk 200 ms of work later
    // and then the other way round.
    for late in [&[0_usize][..], &[1, 2]] {
        stack.virsh(&["suspend", guest.name()]);
        let mut mixed = guest.copy_disks(&copies);
        let then = last_on_disk(&guest);
        stack.virsh(&["resume", guest.name()]);
        // 200 ms at the slowest rate asked of the guest.
        wait_until("four more records", 30, || last_on_disk(&guest) >= then + 4);
        stack.virsh(&["suspend", guest.name()]);
        let later = guest.copy_disks(&guest.directory().join("later"));
        for index in late {
            mixed[*index] = later[*index].clone();
        }
        let report = check_records(&mixed, Expect::default());
        assert!(!report.is_consistent(), "{report}");
        stack.virsh(&["resume", guest.name()]);
    }
}

#[test]
fn a_freeze_quiesces_all_disks_and_a_killed_guest_goes_on_in_order() {
    let stack = Arc::new(Stack::start());
    let guest = raw_guest(&stack);
    let before = guest.last_record();
    stack.virsh(&["domfsfreeze", guest.name()]);
    let copies = guest.copy_disks(&guest.directory().join("copies"));
    stack.virsh(&["domfsthaw", guest.name()]);
    let report = check_records(
        &copies,
        Expect {
            quiesced: true,
            at_least: before,
        },
    );
    assert!(report.is_consistent(), "{report}");
    wait_until("the writer goes on", 30, || {
        guest.last_record() > report.last[0]
    });

    guest.kill();
    let report = check_records(
        &copy(&guest),
        Expect {
            quiesced: false,
            at_least: before,
        },
    );
    assert!(report.is_consistent(), "after kill -9: {report}");
    guest.start();
    let ready = guest.wait_ready();
    assert!(
        ready.contains("host=shop-db") && ready.contains("disks=3"),
        "{ready}"
    );
    guest.stop();
    let after = check_records(
        &copy(&guest),
        Expect {
            quiesced: false,
            at_least: report.last[0],
        },
    );
    assert!(after.is_consistent(), "after a clean stop: {after}");
}

#[test]
fn a_stopped_stack_leaves_nothing() {
    let stack = Arc::new(Stack::start());
    let directory = stack.directory().to_owned();
    let guest = Guest::define(&stack, GuestSpec::three_disks("archive"));
    guest.start();
    let pid = guest.qemu_pid();
    drop(guest);
    assert!(
        !stack
            .virsh(&["list", "--all", "--name"])
            .contains("archive")
    );
    drop(stack);
    assert!(!directory.exists());
    assert!(!PathBuf::from(format!("/proc/{pid}")).exists());
    let mounts = std::fs::read_to_string("/proc/self/mounts").expect("Linux has it");
    assert!(
        !mounts.contains(&directory.display().to_string()),
        "{mounts}"
    );
}

fn copy(guest: &Guest) -> Vec<PathBuf> {
    guest.copy_disks(&guest.directory().join("copies"))
}

fn last_on_disk(guest: &Guest) -> u64 {
    let disks = guest.disks().to_vec();
    check_records(&disks, Expect::default()).last[0]
}
