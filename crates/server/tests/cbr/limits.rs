//! Limits: how fast, how many at once, when, and how much space stays free.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::lab::{Lab, refused};
use crate::policies::{NIGHTLY, apply, make, policy};

const HOST: &str = "root:/hosts/files/limits";

async fn limit(lab: &Lab, path: &str, limits: Value) {
    let set = lab.put(path, json!({"limits": limits})).await;
    assert_eq!(set.status, 204, "{set:?}");
}

async fn host(lab: &Lab) -> Value {
    let list = lab.get("root:/hosts").await;
    assert_eq!(list.status, 200, "{list:?}");
    let hosts = list.body["hosts"].as_array().unwrap();
    hosts.iter().find(|h| h["name"] == "files").unwrap().clone()
}

/// The backup tasks, oldest first.
async fn tasks(lab: &Lab) -> Vec<Value> {
    let list = lab
        .get("coffer:/tasks?kind=backup&sort=created_at&limit=100")
        .await;
    assert_eq!(list.status, 200, "{list:?}");
    list.body["tasks"].as_array().unwrap().clone()
}

async fn wait_for(lab: &Lab, done: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let list = tasks(lab).await;
        if done(&list) {
            return list;
        }
        assert!(Instant::now() < deadline, "{list:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn in_state(list: &[Value], state: &str) -> usize {
    list.iter().filter(|t| t["state"] == state).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_takes_as_long_as_its_bandwidth_allows() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let limits = format!("coffer:/vaults/{vault}/limits");
    for path in [HOST, limits.as_str()] {
        limit(&lab, path, json!({"bytes_per_second": 1024})).await;
        let checkpoint = lab.back_up(&vault, json!({"incremental": false})).await;
        // It has begun, stands still for a second, and goes on as soon as it may.
        let reads = |t: &Value| t["state"] == "running" && t["total_bytes"] == 12 << 20;
        wait_for(&lab, |list| list.iter().any(reads)).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let list = tasks(&lab).await;
        let task = list.iter().find(|t| t["state"] == "running").unwrap();
        assert!(task["done_bytes"].as_u64().unwrap() < 12 << 20, "{task}");
        match path {
            HOST => limit(&lab, path, json!({"bytes_per_second": 4 << 20})).await,
            _ => assert_eq!(lab.delete(path).await.status, 204),
        }
        let begun = Instant::now();
        lab.backup_of(&checkpoint).await;
        if path == HOST {
            // About 6 MiB are left to read at 4 MiB/s; the first and the last of them pass freely.
            assert!(
                begun.elapsed() > Duration::from_millis(700),
                "{:?}",
                begun.elapsed()
            );
            assert_eq!(lab.delete(path).await.status, 204);
        }
    }
    // A restore is held up too, and can be cancelled where it stands.
    let list = lab.get("/backups").await;
    let backup = list.body["backups"][0]["id"].as_str().unwrap().to_owned();
    crate::host::write_pattern(&lab.host.path("web", 0), 0, 4 << 20, 9);
    limit(&lab, HOST, json!({"bytes_per_second": 1024})).await;
    let body = json!({"restore": {"server_id": lab.id("server", "web").await, "power_on": false}});
    let begun = lab.post(&format!("/backups/{backup}/restore"), body).await;
    assert_eq!(begun.status, 202, "{begun:?}");
    let running = |b: &Value| b["tasks"][0]["phase"] == "copying";
    let shown = lab.wait("coffer:/tasks?kind=restore", running).await;
    let id = shown["tasks"][0]["id"].as_str().unwrap().to_owned();
    let ended = lab
        .post(&format!("coffer:/tasks/{id}/cancel"), json!({}))
        .await;
    assert!(ended.status < 300, "{ended:?}");
    let over = |b: &Value| b["tasks"][0]["state"] == "failed";
    lab.wait("coffer:/tasks?kind=restore", over).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_checked_kept_and_reset() {
    let mut lab = Lab::configured(
        |host| host.add_server("web", &[1]),
        "limits = { bytes_per_second = 5000000, windows = ['sat 01:00-02:00'] }",
    )
    .await;
    let vault = lab.server_vault("v", &["web"]).await;
    let of_vault = format!("coffer:/vaults/{vault}/limits");
    let other = "coffer:/vaults/2b076f26-391f-40fa-bf71-a798940faccf/limits";
    for path in [HOST, of_vault.as_str()] {
        for (body, field) in [
            (json!({"bytes_per_second": 1023}), "limits.bytes_per_second"),
            (json!({"tasks": 0}), "limits.tasks"),
            (json!({"tasks": 1001}), "limits.tasks"),
            (
                json!({"windows": ["01:00-02:00", "x"]}),
                "limits.windows[1]",
            ),
            (
                json!({"windows": vec!["01:00-02:00"; 25]}),
                "limits.windows",
            ),
            (json!({"zone": "Mars"}), "limits.zone"),
            (json!({"speed": 1}), "speed"),
        ] {
            let answer = lab.put(path, json!({"limits": body})).await;
            assert_eq!(answer.status, 400, "{answer:?}");
            assert!(answer.text().contains(field), "{answer:?}");
        }
    }
    assert_eq!(
        lab.put("root:/hosts/nowhere/limits", json!({"limits": {}}))
            .await
            .status,
        404
    );
    refused(&lab.put(other, json!({"limits": {}})).await, 404, "6105");

    let limits = json!({"bytes_per_second": 4096, "tasks": 7, "zone": "Europe/Berlin",
        "windows": ["mon,tue 22:00-06:00"]});
    limit(&lab, HOST, limits.clone()).await;
    limit(&lab, &of_vault, limits.clone()).await;
    lab.stop().await;
    lab.start().await;
    let host_now = host(&lab).await;
    assert_eq!(host_now["limits"], limits);
    assert_eq!(
        (&host_now["limits_set"], &host_now["tasks_in_force"]),
        (&json!(true), &json!(7))
    );
    assert_eq!(lab.get(&of_vault).await.body["limits"], limits);
    assert_eq!(lab.get(&of_vault).await.body["tasks_in_force"], 7);
    for path in [HOST, of_vault.as_str()] {
        assert_eq!(lab.delete(path).await.status, 204);
    }
    assert_eq!(host(&lab).await["limits"]["bytes_per_second"], Value::Null);
    assert_eq!(
        lab.get(&of_vault).await.body["limits"]["windows"],
        json!([])
    );
    // The configuration's own limits are those of its host.
    let list = lab.get("root:/hosts").await.body["hosts"].clone();
    assert!(
        list.as_array()
            .unwrap()
            .iter()
            .all(|h| h["limits_set"] == false),
        "{list}"
    );
    let (stranger, project) = lab.stranger().await;
    let shown = lab
        .call_as(&stranger, &project, Method::GET, "root:/hosts", None)
        .await;
    assert_eq!(shown.status, 403, "{shown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_and_vaults_have_their_number_of_tasks() {
    let lab = Lab::with(|host| {
        ["a", "b", "c"]
            .iter()
            .for_each(|n| host.add_server(n, &[1]))
    })
    .await;
    let vault = lab.server_vault("v", &["a", "b", "c"]).await;
    let of_vault = format!("coffer:/vaults/{vault}/limits");
    lab.host.open_gate(false);
    limit(&lab, &of_vault, json!({"tasks": 1})).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    wait_for(&lab, |list| in_state(list, "running") == 1).await;
    // The host's first: as soon as the vault takes three, nothing else would keep one back.
    limit(&lab, HOST, json!({"tasks": 2})).await;
    limit(&lab, &of_vault, json!({"tasks": 3})).await;
    wait_for(&lab, |list| in_state(list, "running") == 2).await;
    let host = host(&lab).await;
    assert_eq!(
        (&host["running_tasks"], &host["waiting_tasks"]),
        (&json!(2), &json!(1))
    );
    // However often the queue is looked at, the third waits.
    let body = json!({"limits": {"tasks": 2}});
    for _ in 0..5 {
        lab.put(HOST, body.clone()).await;
        assert_eq!(in_state(&tasks(&lab).await, "waiting"), 1);
    }
    lab.host.open_gate(true);
    lab.backup_of(&checkpoint).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raised_task_overtakes_the_others() {
    let names = ["a", "b", "c", "d"];
    let lab = Lab::with(|host| names.iter().for_each(|n| host.add_server(n, &[1]))).await;
    let vault = lab.server_vault("v", &names).await;
    limit(&lab, HOST, json!({"tasks": 1})).await;
    lab.host.open_gate(false);
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let list = wait_for(&lab, |list| {
        in_state(list, "running") == 1 && list.len() == 4
    })
    .await;
    let waiting: Vec<&str> = list
        .iter()
        .filter(|t| t["state"] == "waiting")
        .map(|t| t["id"].as_str().unwrap())
        .collect();
    let path = |id: &str| format!("coffer:/tasks/{id}/priority");
    for (id, priority, status) in [
        (waiting[2], json!(90), 204),
        (waiting[0], json!(10), 204),
        (waiting[0], json!(101), 400),
        (waiting[0], json!(-1), 400),
        ("2b076f26-391f-40fa-bf71-a798940faccf", json!(1), 404),
    ] {
        let set = lab.put(&path(id), json!({"priority": priority})).await;
        assert_eq!(set.status, status, "{set:?}");
    }
    let running = list.iter().find(|t| t["state"] == "running").unwrap();
    let late = lab
        .put(
            &path(running["id"].as_str().unwrap()),
            json!({"priority": 1}),
        )
        .await;
    assert_eq!(late.status, 400, "{late:?}");
    lab.host.open_gate(true);
    lab.backup_of(&checkpoint).await;
    let mut begun: Vec<(String, String)> = tasks(&lab)
        .await
        .iter()
        .map(|t| {
            let text = |name: &str| t[name].as_str().unwrap().to_owned();
            (text("started_at"), text("id"))
        })
        .collect();
    begun.sort();
    let order: Vec<&str> = begun[1..].iter().map(|(_, id)| id.as_str()).collect();
    assert_eq!(order, [waiting[2], waiting[1], waiting[0]]);
}

/// A window of an hour that begins so many hours from now.
fn window_in(now: Timestamp, hours: i64) -> String {
    let at = |hours: i64| {
        let at = now + SignedDuration::from_hours(hours);
        at.strftime("%H:%M").to_string()
    };
    format!("{}-{}", at(hours), at(hours + 1))
}

#[tokio::test(flavor = "multi_thread")]
async fn automatic_backups_wait_for_their_window() {
    let mut lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web", "db"]).await;
    let id = make(&lab, policy("p", json!({"max_backups": 9}), &[NIGHTLY])).await;
    apply(&lab, &vault, &id).await;
    let path = format!("coffer:/vaults/{vault}/limits");
    let window = window_in(lab.clock().now(), 2);
    limit(&lab, &path, json!({"windows": [window]})).await;
    assert_eq!(lab.get(&path).await.body["open"], false);
    lab.advance(SignedDuration::from_hours(24)).await;
    let list = wait_for(&lab, |list| list.len() == 2).await;
    assert_eq!(in_state(&list, "waiting"), 2);
    // Nobody who asks by hand waits, nor does what is raised to that.
    let raised = list[0]["id"].as_str().unwrap();
    let path = format!("coffer:/tasks/{raised}/priority");
    let set = lab.put(&path, json!({"priority": 60})).await;
    assert_eq!(set.status, 204);
    let list = wait_for(&lab, |list| in_state(list, "success") == 1).await;
    let done = list.iter().find(|t| t["state"] == "success").unwrap();
    assert_eq!(done["id"], raised);
    let resource = done["resource"]["id"].as_str().unwrap();
    let body = json!({"checkpoint": {"vault_id": vault, "parameters": {
        "resource_details": [{"id": resource, "type": "OS::Nova::Server"}]}}});
    assert_eq!(lab.post("/checkpoints", body).await.status, 200);
    let list = wait_for(&lab, |list| in_state(list, "success") == 2).await;
    assert_eq!(in_state(&list, "waiting"), 1);
    lab.advance(SignedDuration::from_hours(2)).await;
    wait_for(&lab, |list| {
        in_state(list, "waiting") == 0 && in_state(list, "running") == 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_ends_before_a_file_system_is_full() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    lab.host.open_gate(false);
    let checkpoint = lab.back_up(&vault, json!({})).await;
    wait_for(&lab, |list| {
        in_state(list, "running") == 1 && list[0]["total_bytes"] != 0
    })
    .await;
    lab.host.crowded.store(true, Ordering::SeqCst);
    // It lets the guest go at once, and says why while it waits for its next try.
    let text = |t: &Value| {
        t["error"]["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let list = wait_for(&lab, |list| text(&list[0]).contains("no space")).await;
    assert_eq!(list[0]["state"], "running");
    assert_eq!(lab.host.instant_count(), 0);
    lab.host.crowded.store(false, Ordering::SeqCst);
    lab.host.open_gate(true);
    lab.backup_of(&checkpoint).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_backup_begins_in_a_store_without_space() {
    let fill = |host: &crate::host::FileHost| host.add_server("web", &[1]);
    let lab = Lab::configured(fill, "[limits]\nstore_reserve_mib = 1099511627776").await;
    let vault = lab.server_vault("v", &["web"]).await;
    lab.back_up(&vault, json!({})).await;
    let text = |t: &Value| {
        t["error"]["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let list = wait_for(&lab, |list| text(&list[0]).contains("MiB free")).await;
    assert!(
        !text(&list[0]).contains(lab.store().to_str().unwrap_or("?")),
        "{list:?}"
    );
    assert_eq!(lab.host.instant_count(), 0);
    let id = list[0]["id"].as_str().unwrap();
    lab.post(&format!("coffer:/tasks/{id}/cancel"), json!({}))
        .await;
    wait_for(&lab, |list| in_state(list, "failed") == 1).await;
}
