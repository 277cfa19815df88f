//! Recovery drills through the service: verdicts, cancellations and kills, schedules and the report.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use coffer_engine::testkit::{Boot, DiskSpec, Guest, GuestSpec, Image, Stack, wait_until};
use serde_json::{Value, json};

use crate::lab::{Lab, refused};
use crate::ways::ended;

/// A service with a folder for drills of the test's own.
async fn lab(folder: &Path, more: &str) -> Lab {
    let config = format!(
        "{more}[drills]\nfolder = '{}'\nmemory_mib = 192\nvcpus = 1\nreserve_mib = 1\n",
        folder.display()
    );
    let fill: fn(&crate::host::FileHost) = match more {
        "" => |host| host.add_server("web", &[8, 4]),
        _ => |_| {},
    };
    Lab::configured(fill, &config).await
}

/// A folder through which other users may pass, as guests of root do.
fn passable() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mode = std::fs::Permissions::from_mode(0o711);
    std::fs::set_permissions(folder.path(), mode).unwrap();
    folder
}

/// Begins a drill; its id.
async fn begin(lab: &Lab, backup: &str, checks: Value) -> String {
    let path = format!("coffer:/backups/{backup}/drill");
    let begun = lab.post(&path, json!({ "drill": checks })).await;
    assert_eq!(begun.status, 202, "{begun:?}");
    assert_eq!(begun.body["drill"]["verdict"], "open");
    begun.body["drill"]["id"].as_str().unwrap().to_owned()
}

async fn drill(lab: &Lab, id: &str) -> Value {
    let path = format!("coffer:/drills/{id}");
    let path = path.as_str();
    let deadline = Instant::now() + Duration::from_secs(300);
    loop {
        let shown = lab.get(path).await;
        assert_eq!(shown.status, 200, "{shown:?}");
        if !shown.body["drill"]["ended_at"].is_null() {
            return shown.body;
        }
        assert!(Instant::now() < deadline, "{shown:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Guests whose files are in a folder, by their process ids.
fn guests(folder: &Path) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_ours = |pid: &u32| {
        let at = std::fs::read_link(format!("/proc/{pid}/cwd"));
        at.is_ok_and(|at| at.starts_with(folder))
    };
    pids.filter(is_ours).collect()
}

/// What drills have in their folder.
fn left(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_does_not_boot_fails_and_whatever_ends_a_drill_leaves_nothing() {
    let root = passable();
    let folder = root.path().join("d");
    let mut lab = lab(&folder, "").await;
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({"name": "first"})).await;
    let backup = lab.backup_of(&checkpoint).await;
    let id = backup["id"].as_str().unwrap();

    // The disks hold a pattern and no boot sector: the reason, and that the task failed by it.
    let first = begin(&lab, id, json!({"limit_seconds": 240})).await;
    let shown = drill(&lab, &first).await;
    let verdict = &shown["drill"];
    assert_eq!(verdict["verdict"], "failed", "{shown}");
    assert_eq!(verdict["reason"], "no_boot_device", "{shown}");
    assert_eq!(shown["has_screenshot"], true);
    assert!(verdict["times"]["passed_ms"].is_null() && verdict["times"]["ended_ms"].is_u64());
    assert_eq!(verdict["automatic"], false);
    let task = lab.get(&format!("coffer:/tasks/{first}")).await.body;
    assert_eq!(
        (&task["state"], &task["kind"]),
        (&json!("failed"), &json!("drill"))
    );
    let said = task["error"]["message"].as_str().unwrap();
    assert!(said.starts_with("no boot device: "), "{task}");
    assert!(left(&folder).is_empty() && guests(&folder).is_empty());

    // A boot that never ends, as far as the firmware lets it: cancelled while its guest runs.
    let more = json!({"agent": false, "serial": "never", "limit_seconds": 240});
    let cancelled = begin(&lab, id, more.clone()).await;
    lab.wait(&format!("coffer:/tasks/{cancelled}"), |t| {
        t["state"] != "waiting"
    })
    .await;
    let asked = lab
        .post(&format!("coffer:/tasks/{cancelled}/cancel"), json!({}))
        .await;
    assert!(asked.status < 300 || asked.status == 409, "{asked:?}");
    let shown = drill(&lab, &cancelled).await;
    assert_ne!(shown["drill"]["verdict"], "passed", "{shown}");
    wait_until("the guest is gone", 30, || {
        left(&folder).is_empty() && guests(&folder).is_empty()
    });

    // Killed in the middle, the service leaves no guest; the next one does the drill again.
    let interrupted = begin(&lab, id, more).await;
    lab.wait(&format!("coffer:/tasks/{interrupted}"), |t| {
        t["state"] != "waiting"
    })
    .await;
    let service = coffer_server::app::start::service_name(lab.catalog()).await;
    let stale = folder.join(format!("coffer-{}-00000000-1.d", service.unwrap()));
    lab.kill().await;
    wait_until("the guest is gone", 30, || guests(&folder).is_empty());
    std::fs::create_dir(&stale).unwrap();
    lab.start().await;
    assert!(!stale.exists());
    let shown = drill(&lab, &interrupted).await;
    assert_eq!(shown["drill"]["verdict"], "failed", "{shown}");

    // The backup is as it was, and goes when it is told to.
    let gone = lab.delete(&format!("/backups/{id}")).await;
    assert_eq!(gone.status, 204, "{gone:?}");
    let list = lab.get("coffer:/drills?verdict=failed").await.body;
    let drills = list["drills"].as_array().unwrap();
    assert!(drills.iter().any(|d| d["id"] == first.as_str()), "{list}");
    assert!(left(&folder).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vaults_have_their_backups_tried_and_the_report_says_what_came_of_it() {
    let root = passable();
    let folder = root.path().join("d");
    let mut lab = lab(&folder, "").await;
    let vault = lab.server_vault("v", &["web"]).await;
    let old = lab.back_up(&vault, json!({"name": "old"})).await;
    lab.backup_of(&old).await;

    let path = format!("coffer:/vaults/{vault}/drills");
    assert_eq!(lab.get(&path).await.body["drills"]["period"], "off");
    let setting = json!({"drills": {"period": "after_backup", "checks": {"limit_seconds": 240}}});
    assert_eq!(lab.put(&path, setting.clone()).await.status, 204);
    let shown = lab.get(&path).await.body;
    assert_eq!(shown["drills"]["period"], "after_backup");
    assert_eq!(shown["drills"]["checks"]["limit_seconds"], 240);
    assert_eq!(shown["drills"]["checks"]["agent"], true);

    // The backup that was there before is left alone; the next one is tried, once.
    lab.clock().advance(jiff::SignedDuration::from_secs(1));
    let new = lab.back_up(&vault, json!({"name": "new"})).await;
    let new = lab.backup_of(&new).await;
    let drills = lab
        .wait("coffer:/drills", |b| b["drills"][0]["ended_at"].is_string())
        .await;
    let only = &drills["drills"][0];
    assert_eq!(drills["drills"].as_array().unwrap().len(), 1, "{drills}");
    assert_eq!(only["backup_id"], new["id"]);
    assert_eq!(
        (&only["automatic"], &only["verdict"]),
        (&json!(true), &json!("failed"))
    );

    // Daily, the same backup comes again a day later.
    let daily = json!({"drills": {"period": "daily", "checks": {"limit_seconds": 240}}});
    assert_eq!(lab.put(&path, daily).await.status, 204);
    lab.advance(jiff::SignedDuration::from_hours(25)).await;
    let drills = lab
        .wait("coffer:/drills", |b| {
            b["drills"]
                .as_array()
                .is_some_and(|all| all.len() == 2 && all.iter().all(|d| d["ended_at"].is_string()))
        })
        .await;
    assert_eq!(drills["drills"][0]["backup_id"], new["id"], "{drills}");
    let off = json!({"drills": {"period": "off"}});
    assert_eq!(lab.put(&path, off).await.status, 204);

    let report = lab
        .get(&format!("coffer:/drill-report?vault_id={vault}"))
        .await;
    let server = &report.body["servers"][0];
    assert_eq!(server["server_name"], "web", "{report:?}");
    assert_eq!(
        (&server["passed"], &server["failed"]),
        (&json!(0), &json!(2))
    );
    assert_eq!(server["history"].as_array().unwrap().len(), 2);
    assert!(server["passed_at"].is_null() && server["trend_percent"].is_null());
    assert_eq!(server["last"]["reason"], "no_boot_device");
}

#[tokio::test]
async fn what_cannot_be_tried_is_refused_at_once() {
    let root = passable();
    let lab = lab(&root.path().join("d"), "").await;
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({"name": "first"})).await;
    let backup = lab.backup_of(&checkpoint).await;
    let id = backup["id"].as_str().unwrap();
    let disk = backup["children"][0]["id"].as_str().unwrap();
    let ask = async |id: &str, checks: Value| {
        let path = format!("coffer:/backups/{id}/drill");
        lab.post(&path, json!({ "drill": checks })).await
    };
    let answer = ask(disk, json!({})).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(
        answer.text().contains("backup_id: is a disk's backup"),
        "{answer:?}"
    );
    for (checks, field) in [
        (json!({"agent": false}), "drill.agent"),
        (json!({"limit_seconds": 5}), "drill.limit_seconds"),
        (json!({"serial": ""}), "drill.serial"),
        (json!({"script": "x".repeat(5000)}), "drill.script"),
    ] {
        let answer = ask(id, checks).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        assert!(answer.text().contains(field), "{answer:?}");
    }
    let answer = ask("00000000-0000-4000-8000-000000000000", json!({})).await;
    assert_eq!(answer.status, 404, "{answer:?}");
    let none = lab
        .get("coffer:/drills/00000000-0000-4000-8000-000000000000")
        .await;
    refused(&none, 404, "6500");
    let path = format!("coffer:/vaults/{vault}/drills");
    let answer = lab
        .put(&path, json!({"drills": {"period": "hourly"}}))
        .await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(lab.get("coffer:/drills").await.body, json!({"drills": []}));
    assert_eq!(lab.get("coffer:/drills?marker=x").await.status, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_server_passes_by_its_agent_and_is_seen_by_no_host() {
    let stack = Arc::new(Stack::start());
    let spec = GuestSpec {
        name: "shop".to_owned(),
        disks: vec![DiskSpec::qcow2(Image::System)],
        boot: Boot::Disk,
        on_reboot: "restart",
        agent: true,
    };
    let _off = Guest::define(&stack, spec);
    let root = passable();
    let folder = root.path().join("d");
    let lab = lab(&folder, &crate::real::host(&stack)).await;
    let vault = lab.server_vault("v", &["shop"]).await;
    let checkpoint = lab.back_up(&vault, json!({"name": "first"})).await;
    let backup = lab.backup_of(&checkpoint).await;
    let id = backup["id"].as_str().unwrap();
    let checks = json!({"serial": "TESTGUEST READY host=shop", "limit_seconds": 240,
        "script": "test ! -e /sys/class/net/eth0"});
    let begun = begin(&lab, id, checks).await;
    wait_until("its guest runs", 60, || !guests(&folder).is_empty());
    let domains = stack.virsh(&["list", "--all", "--name"]);
    assert_eq!(domains.split_whitespace().collect::<Vec<_>>(), ["shop"]);
    let path = format!("coffer:/backups/{id}/drill");
    let again = lab.post(&path, json!({"drill": {}})).await;
    assert_eq!(again.status, 400, "{again:?}");
    assert!(again.text().contains("waits or runs"), "{again:?}");
    let busy = lab.delete(&format!("/backups/{id}")).await;
    refused(&busy, 400, "6216");
    let shown = drill(&lab, &begun).await;
    assert_eq!(shown["drill"]["verdict"], "passed", "{shown}");
    let times = &shown["drill"]["times"];
    println!(
        "recovered after {} ms, all gone after {} ms",
        times["passed_ms"], times["ended_ms"]
    );
    let task = ended(&lab, &json!({ "id": begun })).await;
    assert_eq!(task["state"], "success", "{task}");
    assert!(left(&folder).is_empty() && guests(&folder).is_empty());
    let report = lab.get("coffer:/drill-report").await.body;
    let server = &report["servers"][0];
    assert_eq!(
        (&server["passed"], &server["failed"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(server["median_passed_ms"], times["passed_ms"]);
}
