//! Recovery drills of real backups of a real guest: good ones pass, each kind of broken one fails with
//! its own reason, and whenever one is cancelled nothing of it is left.
//!
//! `COFFER_TEST_DRILLS=20` has so many good backups tried, and all kinds of broken ones.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use coffer_core::Kind;
use coffer_core::drill::{Checks, Reason};
use coffer_core::format::records::{
    DefinitionRecord, Facts, InstantRecord, Manifest, Resource, Tracking,
};
use coffer_core::ids::{BackupId, DiskId, VaultId};
use coffer_engine::drill::{self, DrillDisk, Machine, Outcome, Place, Room, Share, Verdict};
use coffer_engine::hypervisor::ServerDefinition;
use coffer_engine::hypervisor::file::RawFileSource;
use coffer_engine::pipeline::{BackupDisk, BackupJob, BackupSource, ReadCache, back_up};
use coffer_engine::progress::Progress;
use coffer_engine::repository::{Begun, InitOptions, KeySource, Repository, Store};
use coffer_engine::testkit::{option, wait_until};
use futures::StreamExt;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Guests at once: the machines that run tests have two processors.
const AT_ONCE: usize = 2;
/// Where the root file system of the test guest's system disk begins.
const ROOT_OFFSET: u64 = 65 << 20;

/// What guests may write.
const ROOM: Room = Room {
    overlay_bytes: 512 << 20,
    reserve_bytes: 1 << 20,
};

/// A vault with backups of the test guest, good and broken.
struct Lab {
    folder: tempfile::TempDir,
    repository: Repository,
    place: Place,
}

impl Lab {
    async fn new() -> Lab {
        let folder = tempfile::tempdir().unwrap();
        // Other users may pass through, so that root's guests run as nobody.
        let passable = std::fs::Permissions::from_mode(0o711);
        std::fs::set_permissions(folder.path(), passable).unwrap();
        let key = folder.path().join("key");
        coffer_engine::repository::create_key_file(&key).unwrap();
        let location = folder.path().join("vault").display().to_string();
        let store = Store::open(&location, "v", true, &[]).unwrap();
        let options = InitOptions::new(VaultId(Uuid::from_u128(1)));
        let repository = Repository::init(store, &options, &KeySource::File(key))
            .await
            .unwrap();
        let place = Place::new(&folder.path().join("d"), "coffer-test-", ROOM).unwrap();
        let lab = Lab {
            folder,
            repository,
            place,
        };
        for disk in ["system", "data"] {
            let guest = PathBuf::from(guest_folder()).join(format!("{disk}.qcow2"));
            let raw = lab.path(&format!("{disk}.raw"));
            run(
                "qemu-img",
                &["convert", "-O", "raw", text(&guest), text(&raw)],
            );
        }
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A copy of the system disk, changed by `change`.
    fn changed(&self, name: &str, change: impl FnOnce(&Path)) -> PathBuf {
        let copy = self.path(&format!("{name}.raw"));
        run(
            "cp",
            &[
                "--sparse=always",
                text(&self.path("system.raw")),
                text(&copy),
            ],
        );
        change(&copy);
        copy
    }

    /// A backup of disks with these contents: `vda`, `vdb`.
    async fn back_up(&self, number: u128, disks: &[PathBuf]) -> Manifest {
        let id = BackupId(Uuid::from_u128(number));
        let Begun::Session(session) = self.repository.begin_backup(id, &[]).await.unwrap() else {
            panic!("it is new")
        };
        let disks = disks.iter().zip(["vda", "vdb"]).enumerate();
        let disks = disks.map(|(index, (path, name))| BackupDisk {
            disk_id: DiskId(Uuid::from_u128(index as u128 + 1)),
            child_backup_id: None,
            name: name.to_owned(),
            system: index == 0,
            parent: None,
            source: Arc::new(RawFileSource::open(path).unwrap()),
            tracking: Tracking::FullScan {
                reason: "test".into(),
            },
            epoch: None,
        });
        let (progress, cancel) = (Progress::new(), CancellationToken::new());
        let job = BackupJob {
            facts: facts(),
            instant: InstantRecord {
                at: "2026-11-23T06:00:00Z".parse().unwrap(),
                consistency: "offline".into(),
                frozen_ms: None,
                moved: false,
                notes: vec![],
            },
            definition: DefinitionRecord::default(),
            disks: disks.collect(),
        };
        back_up(session, job, &progress, &cancel).await.unwrap()
    }

    fn sources(&self, manifest: &Manifest) -> Vec<DrillDisk> {
        let cache = ReadCache::new(16 << 20);
        let disks = manifest.disks.iter().map(|disk| DrillDisk {
            name: disk.name.clone(),
            source: Arc::new(BackupSource::new(
                self.repository.vault().clone(),
                disk.clone(),
                Arc::clone(&cache),
            )),
        });
        disks.collect()
    }

    fn request(&self, name: &str, manifest: &Manifest, checks: Checks) -> drill::Request {
        let names: Vec<String> = manifest.disks.iter().map(|d| d.name.clone()).collect();
        drill::Request {
            name: name.to_owned(),
            machine: machine(&names),
            disks: self.sources(manifest),
            checks,
        }
    }

    async fn drill(&self, name: &str, manifest: &Manifest, checks: Checks) -> Outcome {
        let request = self.request(name, manifest, checks);
        let never = CancellationToken::new();
        drill::run(&self.place, request, &never).await.unwrap()
    }

    /// What drills left in their folder, and which of their guests run.
    fn left(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path("d")).unwrap();
        let files = entries.map(|entry| entry.unwrap().path().display().to_string());
        files.chain(guests(self.folder.path())).collect()
    }
}

/// Guests that have something open below a folder, by their command lines.
fn guests(folder: &Path) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let of = |pid: u32| {
        let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
        let at = std::fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
        (command.starts_with("qemu-system") && at.starts_with(folder)).then_some(command)
    };
    pids.filter_map(of).collect()
}

fn facts() -> Facts {
    Facts {
        resource: Resource {
            id: "r".into(),
            kind: "OS::Nova::Server".into(),
            name: "web".into(),
        },
        name: "b".into(),
        description: String::new(),
        project_id: None,
        checkpoint_id: None,
        policy_id: None,
        automatic: false,
        expires_at: None,
    }
}

fn machine(disks: &[String]) -> Machine {
    let share = Share {
        memory_mib: 192,
        vcpus: 1,
        kvm: false,
    };
    Machine::of(&ServerDefinition::default(), disks, share).unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by their environment"
)]
fn guest_folder() -> String {
    std::env::var("COFFER_TEST_GUEST").expect("`cargo xtask prepare` says where the guest is")
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program)
        .args(arguments)
        .env("MTOOLS_SKIP_CHECK", "1")
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
}

/// Overwrites a stretch of a file with zeroes.
fn zero(path: &Path, from: u64, len: usize) {
    use std::os::unix::fs::FileExt;
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.write_all_at(&vec![0; len], from).unwrap();
}

/// Removes a file from the root file system.
fn remove_from_root(path: &Path, file: &str) {
    let device = format!("{}?offset={ROOT_OFFSET}", text(path));
    run("debugfs", &["-w", "-R", &format!("rm {file}"), &device]);
}

/// Removes a file from the boot file system.
fn remove_from_boot(path: &Path, file: &str) {
    let image = format!("{}@@1M", text(path));
    run("mdel", &["-i", &image, &format!("::{file}")]);
}

fn within(seconds: u64) -> Checks {
    Checks {
        limit_seconds: seconds,
        ..Checks::default()
    }
}

/// Longer than any guest takes that comes up on a machine with much to do.
const AMPLE: u64 = 240;

/// What is broken, and what a drill has to say of it: reasons of which one is given, and a part of the
/// message.
struct Broken {
    name: &'static str,
    reasons: &'static [Reason],
    says: &'static str,
    limit: u64,
    /// Not in the short run.
    long: bool,
}

static BROKEN: [Broken; 10] = [
    broken(
        "boot-sector",
        &[Reason::NoBootDevice],
        "not a bootable disk",
    ),
    broken("disk-order", &[Reason::NoBootDevice], "No bootable device"),
    broken("kernel", &[Reason::BootLoader], "vmlinuz"),
    broken("blob", &[Reason::BlobDamaged], "disk vda"),
    Broken {
        long: true,
        limit: 120,
        ..broken("root-label", &[Reason::RootNotFound], "tg-sys")
    },
    Broken {
        long: true,
        ..broken("partitions", &[Reason::NoBootDevice], "Missing OS")
    },
    Broken {
        long: true,
        ..broken("initrd", &[Reason::BootLoader], "initrd")
    },
    Broken {
        long: true,
        ..broken("root-groups", &[Reason::RootDamaged], "/dev/vda2")
    },
    Broken {
        long: true,
        ..broken("init", &[Reason::RootDamaged, Reason::KernelPanic], "init")
    },
    Broken {
        long: true,
        limit: 60,
        ..broken("agent", &[Reason::AgentSilent], "after 60 s; last lines: ")
    },
];

const fn broken(name: &'static str, reasons: &'static [Reason], says: &'static str) -> Broken {
    Broken {
        name,
        reasons,
        says,
        limit: AMPLE,
        long: false,
    }
}

impl Lab {
    /// The contents of `vda` and `vdb` of a broken server.
    fn break_disks(&self, name: &str) -> Vec<PathBuf> {
        let system = match name {
            "boot-sector" => self.changed(name, |disk| zero(disk, 0, 512)),
            "partitions" => self.changed(name, |disk| zero(disk, 512, 33 * 512)),
            "kernel" => self.changed(name, |disk| remove_from_boot(disk, "vmlinuz")),
            "initrd" => self.changed(name, |disk| remove_from_boot(disk, "initrd")),
            "root-label" => self.changed(name, |disk| zero(disk, ROOT_OFFSET, 4096)),
            "root-groups" => self.changed(name, |disk| zero(disk, ROOT_OFFSET + 4096, 64 << 10)),
            "init" => self.changed(name, |disk| remove_from_root(disk, "/sbin/init")),
            "agent" => self.changed(name, |disk| remove_from_root(disk, "/usr/sbin/qemu-ga")),
            "disk-order" => return vec![self.path("data.raw"), self.path("system.raw")],
            _ => self.path("system.raw"),
        };
        vec![system]
    }

    /// Damages what the store has of the backups that are in it so far, some bytes of each pack.
    fn damage_packs(&self) {
        let mut folders = vec![self.path("vault")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => folders.push(path),
                    false if text(&path).contains("/pack/") => {
                        let len = std::fs::metadata(&path).unwrap().len();
                        // Its head and its directory stay: what lies between is what was stored.
                        zero(&path, len / 8, (len / 2) as usize);
                    }
                    false => {}
                }
            }
        }
    }
}

/// Says how long a drill took beyond what its guest needed to come up.
fn tell(name: &str, outcome: &Outcome) {
    let times = outcome.times;
    let boot = times.decided - times.started;
    println!(
        "{name}: {:?}\n    {:.2?} in all, of it {boot:.2?} the guest; beyond it: exports {:.0?}, \
         QEMU {:.0?}, clearing up {:.0?}",
        outcome.verdict,
        times.ended,
        times.exported,
        times.started - times.exported,
        times.ended - times.decided,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn good_backups_pass_and_broken_ones_fail_with_the_right_reason() {
    let wanted = option("COFFER_TEST_DRILLS");
    let lab = Lab::new().await;
    let good = wanted.unwrap_or(2);
    // What reads the packs before they are damaged would be kept in memory by no cache: each drill
    // has its own.
    let mut drills = Vec::new();
    for number in 0..good {
        let disks = [lab.path("system.raw"), lab.path("data.raw")];
        let backed_up = lab.back_up(u128::from(number) + 1, &disks[..1 + number as usize % 2]);
        drills.push((format!("good-{number}"), backed_up.await, None));
    }
    for (broken, number) in BROKEN.iter().zip(1000..) {
        if broken.name == "blob" || (broken.long && wanted.is_none()) {
            continue;
        }
        let manifest = lab.back_up(number, &lab.break_disks(broken.name)).await;
        drills.push((broken.name.to_owned(), manifest, Some(broken)));
    }
    let outcomes = futures::stream::iter(drills.iter().map(|(name, manifest, broken)| {
        let mut checks = within(broken.map_or(AMPLE, |b| b.limit));
        if broken.is_none() {
            checks.serial = Some("TESTGUEST READY".to_owned());
            checks.script = Some("test -s /etc/hostname && echo fine".to_owned());
        }
        let lab = &lab;
        async move { (name, *broken, lab.drill(name, manifest, checks).await) }
    }));
    let outcomes: Vec<_> = outcomes.buffer_unordered(AT_ONCE).collect().await;
    for (name, broken, outcome) in &outcomes {
        check(name, *broken, outcome);
    }
    assert!(lab.left().is_empty(), "{:?}", lab.left());

    // Last, for it spoils the vault for all of them.
    lab.damage_packs();
    let outcome = lab.drill("blob", &drills[0].1, within(AMPLE)).await;
    check("blob", BROKEN.iter().find(|b| b.name == "blob"), &outcome);
    assert!(lab.left().is_empty(), "{:?}", lab.left());
}

#[track_caller]
fn check(name: &str, broken: Option<&Broken>, outcome: &Outcome) {
    tell(name, outcome);
    let picture = outcome.picture.as_deref().unwrap_or_default();
    assert!(picture.starts_with(b"\x89PNG"), "{name} has no picture");
    match (broken, &outcome.verdict) {
        (None, Verdict::Passed) => {
            assert!(
                outcome.last_words.contains("TESTGUEST READY"),
                "{outcome:?}"
            );
            let times = outcome.times;
            assert!(times.passed.is_some() && times.first_output < times.passed);
        }
        (Some(broken), Verdict::Failed { reason, message }) => {
            assert!(broken.reasons.contains(reason), "{name}: {outcome:?}");
            assert!(message.contains(broken.says), "{name}: {outcome:?}");
            assert_eq!(outcome.times.passed, None);
        }
        _ => panic!("{name}: {outcome:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_that_is_cancelled_anywhere_leaves_nothing_and_the_backup_as_it_was() {
    let lab = Lab::new().await;
    let manifest = lab.back_up(1, &[lab.path("system.raw")]).await;
    // From before QEMU runs to a guest that is half up; every third one is dropped and not told.
    for (round, after) in [0, 3, 40, 150, 400, 900, 2500].into_iter().enumerate() {
        let request = lab.request("cancelled", &manifest, within(AMPLE));
        let cancel = CancellationToken::new();
        let drill = drill::run(&lab.place, request, &cancel);
        let after = tokio::time::sleep(Duration::from_millis(after));
        if round % 3 == 2 {
            let ended = tokio::time::timeout(after.deadline() - tokio::time::Instant::now(), drill);
            assert!(ended.await.is_err(), "no guest is up so soon");
        } else {
            let canceller = async {
                after.await;
                cancel.cancel();
                std::future::pending::<()>().await;
            };
            let ended = tokio::select! {
                ended = drill => ended,
                () = canceller => unreachable!(),
            };
            assert_eq!(ended.unwrap_err().kind, Kind::Cancelled);
            assert!(lab.left().is_empty(), "{:?}", lab.left());
        }
        wait_until("what was dropped is gone", 30, || lab.left().is_empty());
    }
    let disk = &lab.sources(&manifest)[0].source;
    let stored = std::fs::read(lab.path("system.raw")).unwrap();
    let mut at = 0;
    while at < disk.size() {
        let end = (at + (4 << 20)).min(disk.size());
        let extent = coffer_core::extent::Extent { start: at, end };
        let read = disk.read(extent).await.unwrap();
        assert!(read == stored[at as usize..end as usize], "bytes at {at}");
        at = end;
    }
}

#[tokio::test]
async fn what_a_killed_service_left_goes_with_the_next_start_and_another_ones_stays() {
    let folder = tempfile::tempdir().unwrap();
    let left = folder.path().join("coffer-test-0a0b0c0d-1.d");
    let other = folder.path().join("coffer-other-0a0b0c0d-1.d");
    for path in [&left, &other] {
        std::fs::create_dir(path).unwrap();
        std::fs::write(path.join("screen.png"), b"x").unwrap();
    }
    let passable = std::fs::Permissions::from_mode(0o711);
    std::fs::set_permissions(folder.path(), passable).unwrap();
    let place = Place::new(folder.path(), "coffer-test-", ROOM).unwrap();
    place.clean().await.unwrap();
    assert!(!left.exists() && other.exists());
    // Where others may write, nothing of ours is safe.
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(folder.path(), open).unwrap();
    let refused = Place::new(folder.path(), "coffer-test-", ROOM).unwrap_err();
    assert_eq!(refused.kind, Kind::Invalid, "{refused}");
}
