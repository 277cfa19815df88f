//! Estimates, and the way back from a restore.

use coffer_engine::hypervisor::PowerState;
use serde_json::{Value, json};

use crate::host::write_pattern;
use crate::lab::{Lab, refused};

const KIB: u64 = 1024;

pub async fn estimate(lab: &Lab, kind: &str, body: Value) -> Value {
    let answer = lab.post(&format!("coffer:/estimates/{kind}"), body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

/// Waits for the end of a task; it as lists show it.
pub async fn ended(lab: &Lab, task: &Value) -> Value {
    let path = format!("coffer:/tasks/{}", task["id"].as_str().unwrap());
    lab.wait(&path, |b| !b["ended_at"].is_null()).await
}

pub async fn details(lab: &Lab, backup: &Value) -> Value {
    let id = backup["id"].as_str().unwrap();
    let found = lab.get(&format!("coffer:/backups/{id}/details")).await;
    found.body["backup"].clone()
}

#[tokio::test]
async fn what_is_announced_is_what_is_read_and_written() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let server = lab.id("server", "web").await;
    let wanted = json!({"vault_id": vault, "resources": [{"id": server, "type": "server"}]});

    let first = estimate(&lab, "backup", wanted.clone()).await;
    assert_eq!(first["disks"][0]["changed_bytes"], Value::Null, "{first}");
    assert!(
        first["disks"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("no backup")
    );
    let checkpoint = lab.back_up(&vault, json!({"name": "first"})).await;
    let first = lab.backup_of(&checkpoint).await;

    // Two chunks and a part of a third.
    write_pattern(&lab.host.path("web", 0), 1 << 20, 129 * 1024, 9);
    let announced = estimate(&lab, "backup", wanted.clone()).await;
    assert_eq!(
        announced["disks"][0]["changed_bytes"],
        192 * KIB,
        "{announced}"
    );
    assert_eq!(announced["disks"][1]["changed_bytes"], 0);
    assert_eq!(announced["disks"][0]["reason"], Value::Null);
    assert_eq!(announced["vault"]["fits"], true);
    let mut full = wanted.clone();
    full["incremental"] = json!(false);
    let full = estimate(&lab, "backup", full).await;
    assert_eq!(full["read_bytes"], Value::Null, "{full}");

    // Of a running server it is known how much changed, not where.
    let id = first["id"].as_str().unwrap();
    let restore = json!({"backup_id": id});
    let most = estimate(&lab, "restore", restore.clone()).await;
    assert_eq!(most["write_bytes"], 192 * KIB, "{most}");
    assert_eq!(
        (&most["exact"], &most["size_bytes"]),
        (&json!(false), &json!(12 << 20))
    );
    assert_eq!(most["safety"]["read_bytes"], 192 * KIB);
    assert_eq!(most["server"]["will_stop"], true);

    let checkpoint = lab.back_up(&vault, json!({"name": "second"})).await;
    let second = lab.backup_of(&checkpoint).await;
    assert_eq!(
        details(&lab, &second).await["read_bytes"],
        announced["read_bytes"]
    );

    // The difference of the two backups, and what was written since: here in the same place.
    write_pattern(&lab.host.path("web", 0), 1 << 20, 64 * 1024, 10);
    write_pattern(&lab.host.path("web", 1), 0, 64 * 1024, 11);
    lab.host.change("web", |s| s.state = PowerState::Stopped);
    let announced = estimate(&lab, "restore", restore.clone()).await;
    assert_eq!(announced["exact"], true, "{announced}");
    assert_eq!(announced["write_bytes"], 256 * KIB, "{announced}");
    let path = format!("coffer:/backups/{id}/restore");
    let answer = lab
        .post(&path, json!({"restore": {"server_id": server}}))
        .await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let task = ended(&lab, &answer.body).await;
    assert_eq!(task["state"], "success", "{task}");
    assert_eq!(task["new_bytes"], announced["write_bytes"]);

    // Nothing differs now, and where nothing is known all is announced and written.
    lab.host.change("web", |s| s.state = PowerState::Stopped);
    let nothing = estimate(&lab, "restore", restore).await;
    assert_eq!(
        (&nothing["write_bytes"], &nothing["exact"]),
        (&json!(0), &json!(true))
    );
    let second = second["id"].as_str().unwrap();
    let gone = estimate(
        &lab,
        "restore",
        json!({"backup_id": second, "mappings": [
        {"disk_backup_id": id, "disk_id": server}]}),
    )
    .await;
    assert_eq!(gone["write_bytes"], Value::Null, "{gone}");
    assert!(!gone["refusals"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_restore_can_be_undone() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let server = lab.id("server", "web").await;
    let checkpoint = lab.back_up(&vault, json!({"name": "first"})).await;
    let first = lab.backup_of(&checkpoint).await;
    let old = [lab.host.bytes("web", 0), lab.host.bytes("web", 1)];
    write_pattern(&lab.host.path("web", 0), 2 << 20, 1 << 20, 9);
    let new = [lab.host.bytes("web", 0), lab.host.bytes("web", 1)];

    let path = format!("coffer:/backups/{}/restore", first["id"].as_str().unwrap());
    let body = json!({"restore": {"server_id": server, "safety_backup": true}});
    let begun = lab.post(&path, body).await;
    assert_eq!(begun.status, 202, "{begun:?}");
    let task = ended(&lab, &begun.body).await;
    assert_eq!(task["state"], "success", "{task}");
    assert_eq!([lab.host.bytes("web", 0), lab.host.bytes("web", 1)], old);
    assert_eq!(lab.host.state("web"), PowerState::Running);
    let steps: Vec<&str> = task["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["step"].as_str().unwrap())
        .collect();
    assert_eq!(steps, ["stop", "safety_backup", "write", "start"]);
    assert!(
        task["steps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|s| s["state"] == "done")
    );
    assert_eq!(task["can_go_back"], true);
    // Only what differs from the safety backup was written.
    assert_eq!(task["new_bytes"], 1 << 20, "{task}");
    let safety = task["safety_backup"]["id"].as_str().unwrap();
    let row = lab.get(&format!("/backups/{safety}")).await.body["backup"].clone();
    assert_eq!(row["status"], "available", "{row}");
    assert!(row["name"].as_str().unwrap().starts_with("safetybk_"));
    assert_eq!(row["incremental"], true);
    assert!(row["expired_at"].is_string());
    assert_eq!(row["children"].as_array().unwrap().len(), 2);

    let id = task["id"].as_str().unwrap();
    let back = lab
        .post(&format!("coffer:/tasks/{id}/go-back"), json!({}))
        .await;
    assert_eq!(back.status, 202, "{back:?}");
    let back = ended(&lab, &back.body).await;
    assert_eq!(back["state"], "success", "{back}");
    assert_eq!(back["new_bytes"], 1 << 20);
    assert_eq!([lab.host.bytes("web", 0), lab.host.bytes("web", 1)], new);
    assert_eq!(back["can_go_back"], false);

    // What cannot be undone.
    let id = back["id"].as_str().unwrap();
    let none = lab
        .post(&format!("coffer:/tasks/{id}/go-back"), json!({}))
        .await;
    refused(&none, 400, "9900");
    let none = lab.post("coffer:/tasks/nothing/go-back", json!({})).await;
    assert_eq!(none.status, 404, "{none:?}");
    let days = json!({"restore": {"server_id": server, "safety_backup": true,
        "safety_retention_days": 0}});
    let bad = lab.post(&path, days).await;
    refused(&bad, 400, "9900");
    assert!(bad.text().contains("safety_retention_days"), "{bad:?}");
}

#[tokio::test]
async fn one_disk_of_a_server_can_be_restored_and_undone() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let disk = lab.id("disk", "web-vdb").await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let first = lab.backup_of(&checkpoint).await;
    let old = lab.host.bytes("web", 1);
    write_pattern(&lab.host.path("web", 0), 0, 1 << 20, 8);
    write_pattern(&lab.host.path("web", 1), 0, 1 << 20, 9);
    let new = [lab.host.bytes("web", 0), lab.host.bytes("web", 1)];
    let child = first["children"][1]["id"].as_str().unwrap();
    let path = format!("coffer:/backups/{child}/restore");
    let body = json!({"restore": {"volume_id": disk, "stop_server": true, "safety_backup": true}});
    let task = lab.post(&path, body).await;
    let task = ended(&lab, &task.body).await;
    assert_eq!(task["state"], "success", "{task}");
    assert_eq!(
        lab.host.bytes("web", 0),
        new[0],
        "the other disk is left alone"
    );
    assert_eq!(lab.host.bytes("web", 1), old);
    let path = format!("coffer:/tasks/{}/go-back", task["id"].as_str().unwrap());
    let back = lab.post(&path, json!({"power_on": false})).await;
    let back = ended(&lab, &back.body).await;
    assert_eq!(back["state"], "success", "{back}");
    assert_eq!([lab.host.bytes("web", 0), lab.host.bytes("web", 1)], new);
    assert_eq!(lab.host.state("web"), PowerState::Stopped);

    // A disk that is in no vault has no way back.
    let made = lab.delete(&format!("/vaults/{vault}")).await;
    assert_eq!(made.status, 204);
    let other = lab.server_vault("w", &["db"]).await;
    let checkpoint = lab.back_up(&other, json!({})).await;
    let backup = lab.backup_of(&checkpoint).await;
    let child = backup["children"][0]["id"].as_str().unwrap();
    let target = lab.id("disk", "web-vda").await;
    let body =
        json!({"restore": {"volume_id": target, "stop_server": true, "safety_backup": true}});
    let answer = lab
        .post(&format!("coffer:/backups/{child}/restore"), body)
        .await;
    refused(&answer, 400, "6135");
}

/// Begins a restore of the whole server with a way back.
async fn begin(lab: &Lab, backup: &Value) -> Value {
    let id = backup["id"].as_str().unwrap();
    let server = lab.id("server", "web").await;
    let body = json!({"restore": {"server_id": server, "safety_backup": true}});
    let begun = lab
        .post(&format!("coffer:/backups/{id}/restore"), body)
        .await;
    assert_eq!(begun.status, 202, "{begun:?}");
    begun.body
}

/// Waits until a step runs.
async fn reaches(lab: &Lab, task: &Value, step: usize) -> Value {
    let path = format!("coffer:/tasks/{}", task["id"].as_str().unwrap());
    let far = |b: &Value| match step {
        1 => b["steps"][1]["state"] == "running" && b["progress"].as_u64() > Some(10),
        _ => b["steps"][step]["state"] == "running",
    };
    lab.wait(&path, far).await
}

#[tokio::test]
async fn killed_at_any_step_it_goes_on_and_can_be_undone() {
    for step in [1, 2] {
        let mut lab = Lab::new().await;
        let vault = lab.server_vault("v", &["web"]).await;
        let checkpoint = lab.back_up(&vault, json!({})).await;
        let first = lab.backup_of(&checkpoint).await;
        let old = [lab.host.bytes("web", 0), lab.host.bytes("web", 1)];
        write_pattern(&lab.host.path("web", 0), 0, 3 << 20, 9);
        let new = [lab.host.bytes("web", 0), lab.host.bytes("web", 1)];
        lab.host.open_gate(step != 1);
        lab.host.writes.send_replace(step != 2);
        let task = begin(&lab, &first).await;
        reaches(&lab, &task, step).await;
        lab.kill().await;
        lab.host.open_gate(true);
        lab.host.writes.send_replace(true);
        lab.start().await;
        let task = ended(&lab, &task).await;
        assert_eq!(task["state"], "success", "{task}");
        assert_eq!([lab.host.bytes("web", 0), lab.host.bytes("web", 1)], old);
        assert_eq!(lab.host.state("web"), PowerState::Running);
        let path = format!("coffer:/tasks/{}/go-back", task["id"].as_str().unwrap());
        let back = lab.post(&path, json!({})).await;
        let back = ended(&lab, &back.body).await;
        assert_eq!(back["state"], "success", "{back}");
        assert_eq!([lab.host.bytes("web", 0), lab.host.bytes("web", 1)], new);
        assert_eq!(lab.get("/backups").await.body["count"], 2);
    }
}

#[tokio::test]
async fn cancelled_while_it_backs_up_nothing_has_happened() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let first = lab.backup_of(&checkpoint).await;
    write_pattern(&lab.host.path("web", 0), 0, 3 << 20, 9);
    let new = [lab.host.bytes("web", 0), lab.host.bytes("web", 1)];
    lab.host.open_gate(false);
    let task = begin(&lab, &first).await;
    let running = reaches(&lab, &task, 1).await;
    assert_eq!(lab.host.state("web"), PowerState::Stopped);
    let safety = running["safety_backup"]["id"].as_str().unwrap().to_owned();
    let path = format!("coffer:/tasks/{}/cancel", task["id"].as_str().unwrap());
    assert_eq!(lab.post(&path, json!({})).await.status, 202);
    let task = ended(&lab, &task).await;
    lab.host.open_gate(true);
    assert_eq!(task["state"], "failed", "{task}");
    assert_eq!(
        (&task["can_go_back"], &task["can_retry"]),
        (&json!(false), &json!(true))
    );
    assert_eq!([lab.host.bytes("web", 0), lab.host.bytes("web", 1)], new);
    assert_eq!(
        lab.host.state("web"),
        PowerState::Running,
        "it runs as before"
    );
    assert_eq!(lab.get(&format!("/backups/{safety}")).await.status, 404);
    lab.wait_available(first["id"].as_str().unwrap()).await;
    // And the next backup builds on the first one still.
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let next = lab.backup_of(&checkpoint).await;
    let details = details(&lab, &next).await;
    assert_eq!(details["change_tracking"], "bitmap", "{details}");
    assert_eq!(details["read_bytes"], 3 << 20);
}

#[tokio::test]
async fn cancelled_while_it_writes_the_disks_are_marked_until_they_are_whole() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let first = lab.backup_of(&checkpoint).await;
    write_pattern(&lab.host.path("web", 0), 0, 3 << 20, 9);
    let new = [lab.host.bytes("web", 0), lab.host.bytes("web", 1)];
    lab.host.writes.send_replace(false);
    let task = begin(&lab, &first).await;
    reaches(&lab, &task, 2).await;
    let id = task["id"].as_str().unwrap();
    assert_eq!(
        lab.post(&format!("coffer:/tasks/{id}/cancel"), json!({}))
            .await
            .status,
        202
    );
    let task = ended(&lab, &task).await;
    lab.host.writes.send_replace(true);
    assert_eq!(task["state"], "failed", "{task}");
    assert!(
        task["error"]["message"]
            .as_str()
            .unwrap()
            .contains("incomplete"),
        "{task}"
    );
    assert_eq!(task["can_go_back"], true);
    assert_eq!(
        lab.host.state("web"),
        PowerState::Stopped,
        "it is not started from broken disks"
    );
    let disk = lab.id("disk", "web-vda").await;
    let look = lab.get(&format!("coffer:/disks/{disk}")).await.body;
    assert_eq!(look["status"], "error_restoring", "{look}");
    assert_eq!(lab.volume(&disk).await["status"], "error_restoring");

    // Tried again it needs no second safety backup, and can be undone all the same.
    let again = lab
        .post(&format!("coffer:/tasks/{id}/retry"), json!({}))
        .await;
    assert_eq!(again.status, 202, "{again:?}");
    let again = ended(&lab, &again.body).await;
    assert_eq!(again["state"], "success", "{again}");
    assert_eq!(again["safety_backup"], task["safety_backup"]);
    let look = lab.get(&format!("coffer:/disks/{disk}")).await.body;
    assert_eq!(look["status"], "in-use", "{look}");
    assert_eq!(lab.volume(&disk).await["status"], "in-use");
    let path = format!("coffer:/tasks/{}/go-back", again["id"].as_str().unwrap());
    let back = lab.post(&path, json!({})).await;
    let back = ended(&lab, &back.body).await;
    assert_eq!(back["state"], "success", "{back}");
    assert_eq!([lab.host.bytes("web", 0), lab.host.bytes("web", 1)], new);
}

#[tokio::test]
async fn a_full_vault_takes_no_safety_backup_and_nothing_is_overwritten() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let first = lab.backup_of(&checkpoint).await;
    lab.fill(&vault, 101 << 30, 100).await;
    let id = first["id"].as_str().unwrap();
    let server = lab.id("server", "web").await;
    let most = estimate(&lab, "restore", json!({"backup_id": id})).await;
    assert!(most["safety"]["refusal"]["message"].is_string(), "{most}");
    let body = json!({"restore": {"server_id": server, "safety_backup": true}});
    let answer = lab
        .post(&format!("coffer:/backups/{id}/restore"), body)
        .await;
    assert!(answer.status == 400 || answer.status == 409, "{answer:?}");
    assert_eq!(lab.host.state("web"), PowerState::Running);
    assert_eq!(lab.get("/backups").await.body["count"], 1);
}

#[tokio::test]
async fn a_detached_disk_is_restored_where_it_is() {
    let mut file = std::path::PathBuf::new();
    let lab = Lab::with(|host| file = host.add_detached("spare", 4)).await;
    let disk = lab.id("disk", "spare").await;
    let resources = json!([{"id": disk, "type": "OS::Cinder::Volume"}]);
    let made = lab
        .post("/vaults", Lab::vault_body("d", "disk", resources))
        .await;
    let vault = made.body["vault"]["id"].as_str().unwrap().to_owned();
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let backup = lab.backup_of(&checkpoint).await;
    let old = std::fs::read(&file).unwrap();
    write_pattern(&file, 1 << 20, 1 << 20, 6);
    let new = std::fs::read(&file).unwrap();
    let id = backup["id"].as_str().unwrap();
    let announced = estimate(&lab, "restore", json!({"backup_id": id})).await;
    assert_eq!(
        (&announced["exact"], &announced["write_bytes"]),
        (&json!(true), &json!(1 << 20))
    );
    assert_eq!(announced["server"], Value::Null);
    let body = json!({"restore": {"volume_id": disk, "safety_backup": true}});
    let task = lab
        .post(&format!("coffer:/backups/{id}/restore"), body)
        .await;
    let task = ended(&lab, &task.body).await;
    assert_eq!(task["state"], "success", "{task}");
    assert!(std::fs::read(&file).unwrap() == old);
    let path = format!("coffer:/tasks/{}/go-back", task["id"].as_str().unwrap());
    let back = lab.post(&path, json!({})).await;
    let back = ended(&lab, &back.body).await;
    assert_eq!(back["state"], "success", "{back}");
    assert!(std::fs::read(&file).unwrap() == new);
}
