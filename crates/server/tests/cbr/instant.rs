//! Servers that run from their backup at once, on real guests.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use coffer_engine::hypervisor::libvirt::{LibvirtConfig, LibvirtHypervisor};
use coffer_engine::hypervisor::{
    DiskName, FillKeeper, FillRecord, FillSession, FillState, Hypervisor, NewImage, NewServer,
    PowerAction, ServerDefinition,
};
use coffer_engine::nbd::server::{Figures, Served, serve};
use coffer_engine::testkit::{
    DiskSpec, Expect, Guest, GuestSpec, Image, MemorySource, Stack, check_records, wait_until,
};
use serde_json::{Value, json};

use crate::lab::{Lab, refused};
use crate::real::host;
use crate::ways::ended;

/// Bytes a second at which disks are filled in these tests: slow enough to look at it.
const RATE: u64 = 48 << 20;
const EXTRA_BYTES: u64 = 32 << 20;

/// A host that fills disks slowly.
fn slow_host(stack: &Stack) -> String {
    format!("{}limits = {{ bytes_per_second = {RATE} }}\n", host(stack))
}

/// A guest that writes records to three disks, and whose fourth one holds noise.
fn source(stack: &Arc<Stack>) -> Guest {
    let mut spec = GuestSpec::three_disks("src");
    spec.disks.push(DiskSpec::qcow2(Image::Blank {
        size_bytes: EXTRA_BYTES,
    }));
    let guest = Guest::define(stack, spec);
    guest.start_ready();
    guest.exec("dd if=/dev/urandom of=/dev/vdd bs=1M; sync");
    guest
}

/// The lab, the guest that was backed up and is off, its vault and its backup.
async fn backed_up(stack: &Arc<Stack>) -> (Lab, Guest, String, Value) {
    let guest = source(stack);
    let lab = Lab::configured(|_| {}, &slow_host(stack)).await;
    let vault = lab.server_vault("v", &["src"]).await;
    let checkpoint = lab.back_up(&vault, json!({"name": "first"})).await;
    let backup = lab.backup_of(&checkpoint).await;
    guest.power_off();
    (lab, guest, vault, backup)
}

async fn instantly(lab: &Lab, backup: &Value, name: &str) -> Value {
    let body = json!({"server": {"backup_id": backup["id"], "name": name, "instant": true}});
    let made = lab.post("coffer:/servers", body).await;
    assert_eq!(made.status, 202, "{made:?}");
    made.body
}

/// The server once it runs.
async fn running(lab: &Lab, stack: &Arc<Stack>, name: &str, task: &Value) -> Guest {
    let path = format!("coffer:/tasks/{}", task["id"].as_str().unwrap());
    let begun = Instant::now();
    loop {
        if stack
            .try_virsh(&["domstate", name])
            .is_ok_and(|state| state.trim() == "running")
        {
            break;
        }
        let task = lab.get(&path).await.body;
        assert!(task["ended_at"].is_null(), "{task}");
        assert!(begun.elapsed() < Duration::from_secs(60), "{task}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Guest::found(stack, name, &folder_of(stack, name), 4)
}

fn folder_of(stack: &Stack, name: &str) -> PathBuf {
    let images = stack.directory().join("coffer/images");
    let entries = std::fs::read_dir(&images).unwrap().flatten();
    let mut found = entries.filter(|e| {
        let file = e.file_name();
        file.to_string_lossy().starts_with(&format!("{name}-"))
    });
    found.next().unwrap().path()
}

fn left(stack: &Stack) -> Vec<String> {
    let mut names = Vec::new();
    for folder in ["coffer/images", "coffer/run"] {
        let entries = std::fs::read_dir(stack.directory().join(folder)).unwrap();
        for entry in entries.flatten() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names
}

fn xml(stack: &Stack, name: &str) -> String {
    stack.virsh(&["dumpxml", name]) + &stack.virsh(&["dumpxml", "--inactive", name])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_runs_while_it_fills_and_then_stands_alone() {
    let stack = Arc::new(Stack::start());
    let (lab, source, vault, backup) = backed_up(&stack).await;
    let then = source.copy_disks(&lab.directory.path().join("then"));
    let id = backup["id"].as_str().unwrap();

    let begun = Instant::now();
    source.start();
    let local = begun.elapsed();
    source.power_off();
    let begun = Instant::now();
    let made = instantly(&lab, &backup, "now").await;
    let task = &made["task"];
    let guest = running(&lab, &stack, "now", task).await;
    let took = begun.elapsed();
    println!("from the call to the first instruction {took:.2?}; QEMU's own start {local:.2?}");
    assert!(
        xml(&stack, "now").contains("protocol='nbd'"),
        "it runs from the backup"
    );
    let inactive = stack.virsh(&["dumpxml", "--inactive", "now"]);
    assert!(!inactive.contains("protocol='nbd'"), "{inactive}");
    assert!(inactive.contains("rerror_policy='stop'"), "{inactive}");

    // While it is filled the backup stays, and nobody else works on the server.
    refused(&lab.delete(&format!("/backups/{id}")).await, 400, "6216");
    refused(&lab.delete(&format!("/vaults/{vault}")).await, 400, "6216");
    let server = made["id"].as_str().unwrap().to_owned();
    lab.wait(&format!("coffer:/servers/{server}"), |b| {
        b["id"] == json!(server)
    })
    .await;
    let body = json!({"restore": {"server_id": server}});
    let restore = lab
        .post(&format!("coffer:/backups/{id}/restore"), body)
        .await;
    assert!(matches!(restore.status, 400 | 409), "{restore:?}");
    let other = lab.server_vault("w", &["now"]).await;
    let body = json!({"checkpoint": {"vault_id": other}});
    refused(&lab.post("/checkpoints", body).await, 400, "6215");
    let path = format!("coffer:/tasks/{}", task["id"].as_str().unwrap());
    let during = lab.get(&path).await.body;
    assert!(
        during["ended_at"].is_null(),
        "it is not whole yet: {during}"
    );

    // It writes what stays.
    guest.wait_agent();
    println!("agent after {:.2?}", begun.elapsed());
    guest.exec("dd if=/dev/zero of=/dev/vdd bs=64k seek=17 count=3 conv=notrunc; sync");
    let last = guest.last_record();
    let task = ended(&lab, task).await;
    assert_eq!(task["state"], "success", "{task}");
    println!("whole after {:.2?}", begun.elapsed());
    let xml = xml(&stack, "now");
    assert!(!xml.contains("protocol='nbd'"), "{xml}");
    let inactive = stack.virsh(&["dumpxml", "--inactive", "now"]);
    assert!(!inactive.contains("error_policy"), "{inactive}");
    assert_eq!(left(&stack).len(), 1, "{:?}", left(&stack));

    // The service and the backup may go; what the server has is the backup and its own writes.
    assert_eq!(lab.delete(&format!("/backups/{id}")).await.status, 204);
    let later = guest.last_record();
    assert!(later >= last);
    guest.stop();
    let now = guest.copy_disks(&lab.directory.path().join("now"));
    let mut expected = std::fs::read(&then[3]).unwrap();
    expected[17 << 16..20 << 16].fill(0);
    assert!(
        std::fs::read(&now[3]).unwrap() == expected,
        "the fourth disk"
    );
    let expect = Expect {
        at_least: later,
        quiesced: false,
    };
    let report = check_records(&now[..3], expect);
    assert!(report.is_consistent(), "{report}");
    assert!(later > 0, "it wrote records");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelled_while_it_fills_nothing_of_it_is_left() {
    let stack = Arc::new(Stack::start());
    let (mut lab, _source, _, backup) = backed_up(&stack).await;
    let id = backup["id"].as_str().unwrap();
    // It must last longer than any guest takes to start.
    let slow = json!({"limits": {"bytes_per_second": 3 << 20}});
    assert_eq!(lab.put("root:/hosts/real/limits", slow).await.status, 204);
    let made = instantly(&lab, &backup, "brief").await;
    let guest = running(&lab, &stack, "brief", &made["task"]).await;
    let path = format!("coffer:/tasks/{}", made["task"]["id"].as_str().unwrap());

    // A restart of the service holds the guest up at most.
    lab.kill().await;
    lab.start().await;
    guest.wait_agent();
    let during = lab.get(&path).await.body;
    assert!(during["ended_at"].is_null(), "{during}");
    // A server that is off waits, and says so; by us it is started again.
    let server = made["id"].as_str().unwrap();
    guest.power_off();
    let waits = |b: &Value| {
        let why = b["error"]["message"].as_str();
        why.is_some_and(|why| why.contains("is off"))
    };
    lab.wait(&path, waits).await;
    let power = format!("coffer:/servers/{server}/power");
    let started = lab.post(&power, json!({"action": "start"})).await;
    assert_eq!(started.status, 202, "{started:?}");
    wait_until("it runs again", 60, || guest.state() == "running");

    let cancelled = lab.post(&format!("{path}/cancel"), json!({})).await;
    assert_eq!(cancelled.status, 202, "{cancelled:?}");
    let task = ended(&lab, &made["task"]).await;
    assert_eq!(task["state"], "failed", "{task}");
    assert!(stack.try_virsh(&["domstate", "brief"]).is_err());
    assert_eq!(left(&stack), Vec::<String>::new());
    assert_eq!(
        lab.get(&format!("coffer:/servers/{server}")).await.status,
        404
    );
    assert_eq!(lab.delete(&format!("/backups/{id}")).await.status, 204);
}

#[tokio::test]
async fn other_hosts_refuse_it() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let backup = lab.backup_of(&checkpoint).await;
    let body = json!({"server": {"backup_id": backup["id"], "name": "n", "instant": true}});
    let answer = lab.post("coffer:/servers", body).await;
    refused(&answer, 400, "9900");
    assert!(answer.text().contains("server.instant"), "{answer:?}");
    let id = backup["id"].as_str().unwrap();
    assert_eq!(lab.delete(&format!("/backups/{id}")).await.status, 204);
}

#[derive(Default)]
struct Kept(Mutex<FillRecord>);

#[async_trait]
impl FillKeeper for Kept {
    async fn keep(&self, record: &FillRecord) -> coffer_core::Result<()> {
        *self.0.lock().unwrap() = record.clone();
        Ok(())
    }
}

/// Steps until a state that is wanted.
async fn reaches(session: &dyn FillSession, wanted: impl Fn(&FillState) -> bool) {
    let begun = Instant::now();
    loop {
        let fill = session.step().await.unwrap();
        if wanted(&fill.state) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{fill:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_was_not_flushed_is_laid_on_its_backup_again() {
    let stack = Arc::new(Stack::start());
    let folder = stack.directory().join("coffer");
    std::fs::create_dir_all(folder.join("images")).unwrap();
    let driver = LibvirtHypervisor::connect(LibvirtConfig {
        name: "real".into(),
        uri: stack.uri().into(),
        service: "test".into(),
        runtime_dir: folder.join("run"),
        scratch_dir: folder.join("scratch"),
        scratch_reserve: 1 << 20,
        image_dirs: vec![folder.join("images")],
    });
    let driver = driver.await.unwrap();
    let source = Guest::define(&stack, GuestSpec::three_disks("src"));
    let new = NewServer {
        name: "filled".into(),
        uuid: "11111111-2222-4333-8444-555555555555".into(),
        definition: ServerDefinition {
            kind: "libvirt-xml".into(),
            // Its disks hold no system: it stops there, and stays.
            text: stack
                .virsh(&["dumpxml", "--inactive", source.name()])
                .replace("panic=5", "panic=0"),
            firmware_variables: String::new(),
        },
        disks: vec!["vda".into(), "vdb".into()],
        new_identity: true,
        network: None,
        filling: true,
    };
    let token = "99999999-2222-4333-8444-555555555555";
    let bytes: Vec<u8> = (0..8u32 << 18).flat_map(u32::to_le_bytes).collect();
    let socket = driver.fill_socket(token).await.unwrap();
    let export = |name: &String| Served {
        name: name.clone(),
        description: String::new(),
        source: Arc::new(MemorySource::new(bytes.clone())),
    };
    let exports = new.disks.iter().map(export).collect();
    let end = tokio_util::sync::CancellationToken::new();
    let served = tokio::spawn(serve(
        socket,
        exports,
        Arc::new(Figures::default()),
        end.clone(),
    ));
    let image = |name: &String| NewImage {
        name: name.clone(),
        size_bytes: bytes.len() as u64,
    };
    let images: Vec<NewImage> = new.disks.iter().map(image).collect();
    driver.stage_overlays(token, &images).await.unwrap();
    driver.keep_server(token, &new).await.unwrap();
    driver.power(&new.uuid, PowerAction::Start).await.unwrap();
    let guest = Guest::found(&stack, "filled", &folder_of(&stack, "filled"), 2);

    let kept = Arc::new(Kept::default());
    let open = async || {
        let record = kept.0.lock().unwrap().clone();
        let session = driver.fill(token, &new, record, kept.clone(), Some(4 << 20));
        session.await.unwrap()
    };
    let session = open().await;
    reaches(&*session, |_| kept.0.lock().unwrap().run.is_some()).await;
    // Nobody else takes it in hand.
    let disk = DiskName {
        native_id: "any".into(),
        path: String::new(),
    };
    let busy = driver.extend_disk(Some(&new.uuid), &disk, 1 << 30).await;
    assert_eq!(busy.unwrap_err().kind, coffer_core::Kind::Conflict);
    // QEMU ends with what it copied, and is killed before anybody could see that it was flushed.
    let lies_on = |disk: &str| {
        let path = folder_of(&stack, "filled").join(format!("{disk}.qcow2"));
        let command = std::process::Command::new("qemu-img")
            .args(["info", "-U"])
            .arg(path)
            .output()
            .unwrap();
        String::from_utf8_lossy(&command.stdout).contains("backing file:")
    };
    drop(session);
    stack.virsh(&["blockpull", "filled", "vdb", "--wait"]);
    assert!(lies_on("vda") && !lies_on("vdb"));
    guest.kill();
    let session = open().await;
    reaches(&*session, |s| matches!(s, FillState::Waiting { .. })).await;
    assert!(
        lies_on("vda") && lies_on("vdb"),
        "it may have lost something"
    );
    for copy in guest.copy_disks(&folder.join("mended")) {
        assert!(std::fs::read(copy).unwrap() == bytes, "nothing is lost");
    }

    // Killed again, and started before anybody has looked: the start looks.
    driver.power(&new.uuid, PowerAction::Start).await.unwrap();
    drop(session);
    let pulled = stack.try_virsh(&["blockpull", "filled", "vdb", "--wait"]);
    pulled.unwrap();
    guest.kill();
    let session = open().await;
    driver.power(&new.uuid, PowerAction::Start).await.unwrap();
    assert!(lies_on("vdb"));
    // Started elsewhere after that it is not taken for whole.
    drop(session);
    let session = open().await;
    let before = kept.0.lock().unwrap().run.clone();
    reaches(&*session, |_| kept.0.lock().unwrap().run != before).await;
    drop(session);
    stack.virsh(&["blockpull", "filled", "vdb", "--wait"]);
    guest.kill();
    guest.start();
    let session = open().await;
    let may_miss = |s: &FillState| matches!(s, FillState::Waiting { reason, .. } if reason.contains("may miss"));
    reaches(&*session, may_miss).await;
    guest.power_off();
    driver.power(&new.uuid, PowerAction::Start).await.unwrap();
    assert!(lies_on("vdb"));

    // And at last it is whole: a user's change of the definition stays.
    stack.virsh(&["desc", "filled", "--config", "--new-desc", "kept"]);
    let suspect = vec!["vdb".to_owned()];
    reaches(&*session, |s| {
        *s == FillState::Whole {
            suspect: suspect.clone(),
        }
    })
    .await;
    session.finish().await.unwrap();
    session.finish().await.unwrap();
    assert!(!lies_on("vda") && !lies_on("vdb"));
    let inactive = stack.virsh(&["dumpxml", "--inactive", "filled"]);
    assert!(!inactive.contains("error_policy"), "{inactive}");
    assert!(inactive.contains(">kept<"), "{inactive}");
    end.cancel();
    served.await.unwrap();
    driver.forget_socket(token).await.unwrap();
    guest.power_off();
    for copy in guest.copy_disks(&folder.join("copies")) {
        assert!(std::fs::read(copy).unwrap() == bytes, "as it was exported");
    }
    drop(session);
    driver.remove_server(token, &new).await.unwrap();
    assert_eq!(left(&stack), Vec::<String>::new());
    assert!(stack.try_virsh(&["domstate", "filled"]).is_err());
}
