//! The main job: back up, change, back up again, restore, delete.

use coffer_engine::hypervisor::PowerState;
use serde_json::{Value, json};

use crate::host::write_pattern;
use crate::lab::Lab;

#[tokio::test]
async fn a_server_is_backed_up_restored_and_its_vault_deleted() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let first_state = [lab.host.bytes("web", 0), lab.host.bytes("web", 1)];

    let checkpoint = lab
        .back_up(&vault, json!({"name": "first", "description": "d"}))
        .await;
    let first = lab.backup_of(&checkpoint).await;
    assert_eq!(first["name"], "first");
    assert_eq!(first["incremental"], false);
    assert_eq!(first["extend_info"]["contain_system_disk"], true);
    let children = first["children"].as_array().unwrap();
    assert_eq!(children.len(), 2);
    assert_eq!(children[0]["name"], "first_web-vda");
    assert_eq!(children[0]["resource_type"], "OS::Cinder::Volume");
    assert_eq!(children[0]["resource_id"], lab.id("disk", "web-vda").await);
    assert_eq!(children[0]["extend_info"]["bootable"], true);
    assert_eq!(children[1]["extend_info"]["bootable"], false);
    assert_eq!(children[0]["parent_id"], first["id"]);

    // The second one reads and stores what changed alone.
    write_pattern(&lab.host.path("web", 0), 1 << 20, 128 * 1024, 9);
    let checkpoint = lab.back_up(&vault, json!({"name": "second"})).await;
    let second = lab.backup_of(&checkpoint).await;
    assert_eq!(second["incremental"], true);
    let path = format!("coffer:/backups/{}/details", second["id"].as_str().unwrap());
    let details = lab.get(&path).await.body["backup"].clone();
    assert_eq!(details["base_backup_id"], first["id"]);
    assert_eq!(details["change_tracking"], "bitmap", "{details}");
    assert_eq!(details["consistency"], "crash");
    assert_eq!(details["read_bytes"], 128 * 1024, "{details}");
    assert_eq!(details["disks"][0]["new_bytes"], 128 * 1024);
    assert!(details["notes"][0].as_str().unwrap().contains("agent"));
    assert_eq!(lab.host.epoch_count(), 2, "one epoch for each disk");

    // Back to the first: stopped, written, started; only what differs is written.
    restore(
        &lab,
        &first,
        json!({"server_id": lab.id("server", "web").await, "mappings": []}),
    )
    .await;
    assert_eq!(lab.host.bytes("web", 0), first_state[0]);
    assert_eq!(lab.host.bytes("web", 1), first_state[1]);
    assert_eq!(lab.host.state("web"), PowerState::Running);
    let task = lab.get("/operation-logs?operation_type=restore").await.body;
    let task = &task["operation_logs"][0];
    assert_eq!(task["status"], "success");
    assert_eq!(task["error_info"], json!({"code": "", "message": ""}));
    assert_eq!(task["extra_info"]["common"]["progress"], 100);
    assert_eq!(task["extra_info"]["restore"]["backup_name"], "first");
    let id = task["id"].as_str().unwrap();
    let progress = lab.get(&format!("coffer:/tasks/{id}/progress")).await.body;
    let written = progress["progress"]["new_bytes"].as_u64().unwrap();
    assert!(written <= 256 * 1024, "restored {written} bytes of 12 MiB");

    // The next one builds on the restored backup, not on the newest.
    write_pattern(&lab.host.path("web", 1), 0, 64 * 1024, 7);
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let third = lab.backup_of(&checkpoint).await;
    assert!(third["name"].as_str().unwrap().starts_with("manualbk_"));
    let path = format!("coffer:/backups/{}/details", third["id"].as_str().unwrap());
    let details = lab.get(&path).await.body["backup"].clone();
    assert_eq!(details["base_backup_id"], first["id"]);
    assert_eq!(details["change_tracking"], "bitmap", "{details}");
    assert_eq!(details["read_bytes"], 64 * 1024, "{details}");

    // Deleting the first harms none of the others.
    let path = format!("/backups/{}", first["id"].as_str().unwrap());
    assert_eq!(lab.delete(&path).await.status, 204);
    lab.wait(&path, |b| b["error_code"] == "BackupService.6200")
        .await;
    assert_eq!(
        lab.get(&format!(
            "/checkpoints/{}",
            first["checkpoint_id"].as_str().unwrap()
        ))
        .await
        .body["checkpoint"]["status"],
        "deleted"
    );
    let then = lab.host.bytes("web", 1);
    write_pattern(&lab.host.path("web", 1), 0, 1 << 20, 3);
    restore(
        &lab,
        &third,
        json!({"server_id": lab.id("server", "web").await}),
    )
    .await;
    assert_eq!(lab.host.bytes("web", 1), then);

    // The vault goes with everything in it, at once as far as clients see.
    assert_eq!(lab.delete(&format!("/vaults/{vault}")).await.status, 204);
    assert_eq!(
        lab.get(&format!("/vaults/{vault}")).await.code(),
        "BackupService.6105"
    );
    assert_eq!(lab.get("/backups").await.body["count"], 0);
    let left = walk(&lab.store());
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(lab.host.epoch_count(), 0);
}

fn walk(path: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(walk(&path)),
            false => files.push(path),
        }
    }
    files
}

pub async fn restore(lab: &Lab, backup: &Value, body: Value) {
    let id = backup["id"].as_str().unwrap();
    let answer = lab
        .post(&format!("/backups/{id}/restore"), json!({"restore": body}))
        .await;
    assert_eq!(answer.status, 202, "{answer:?}");
    lab.wait_available(id).await;
    let tasks = lab
        .get("/operation-logs?operation_type=restore&limit=1")
        .await
        .body;
    assert_eq!(tasks["operation_logs"][0]["status"], "success", "{tasks}");
}

#[tokio::test]
async fn a_full_backup_builds_on_nothing_and_disks_can_be_left_out() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    lab.backup_of(&checkpoint).await;
    let checkpoint = lab.back_up(&vault, json!({"incremental": false})).await;
    let full = lab.backup_of(&checkpoint).await;
    assert_eq!(full["incremental"], false);
    let path = format!("coffer:/backups/{}/details", full["id"].as_str().unwrap());
    let details = lab.get(&path).await.body["backup"].clone();
    assert_eq!(details["base_backup_id"], Value::Null);
    assert!(
        details["new_bytes"].as_u64().unwrap() >= 6 << 20,
        "{details}"
    );

    let data_disk = lab.id("disk", "web-vdb").await;
    let server = lab.id("server", "web").await;
    let checkpoint = lab
        .back_up(
            &vault,
            json!({"resource_details": [{"id": server, "type": "OS::Nova::Server",
            "extra_info": {"exclude_volumes": [data_disk]}}]}),
        )
        .await;
    let part = lab.backup_of(&checkpoint).await;
    assert_eq!(part["children"].as_array().unwrap().len(), 1);
    // That backup goes back alone; the other disk keeps what it has.
    let other = lab.host.bytes("web", 1);
    write_pattern(&lab.host.path("web", 0), 0, 1 << 20, 5);
    restore(&lab, &part, json!({"server_id": server, "power_on": false})).await;
    assert_eq!(lab.host.bytes("web", 1), other);
    assert_eq!(lab.host.state("web"), PowerState::Stopped);
}

#[tokio::test]
async fn a_disk_vault_takes_one_disk_and_restores_it_to_another() {
    let lab = Lab::new().await;
    let disk = lab.id("disk", "web-vdb").await;
    let resources = json!([{"id": disk, "type": "OS::Cinder::Volume"}]);
    let made = lab
        .post("/vaults", Lab::vault_body("d", "disk", resources))
        .await;
    let vault = made.body["vault"]["id"].as_str().unwrap().to_owned();
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let backup = lab.backup_of(&checkpoint).await;
    assert_eq!(backup["children"], json!([]));
    assert_eq!(backup["resource_id"], disk);
    let id = backup["id"].as_str().unwrap();
    let path = format!("/backups/{id}/restore");

    let busy = lab
        .post(&path, json!({"restore": {"volume_id": disk}}))
        .await;
    assert_eq!(busy.code(), "BackupService.2011", "{busy:?}");
    let body =
        json!({"restore": {"volume_id": lab.id("disk", "db-vda").await, "stop_server": true}});
    let system = lab.post(&path, body).await;
    assert_eq!(system.code(), "BackupService.2013", "{system:?}");
    let before = lab.host.bytes("web", 1);
    write_pattern(&lab.host.path("web", 1), 0, 4 << 20, 5);
    restore(
        &lab,
        &backup,
        json!({"volume_id": disk, "stop_server": true}),
    )
    .await;
    assert_eq!(lab.host.bytes("web", 1), before);
}

#[tokio::test]
async fn several_servers_are_numbered_and_the_broken_one_is_skipped() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web", "db"]).await;
    let checkpoint = lab.back_up(&vault, json!({"name": "run"})).await;
    lab.backup_of(&checkpoint).await;
    let list = lab.get("/backups?sort=name:asc").await.body;
    let names: Vec<&str> = list["backups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| b["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["run-0001", "run-0002"]);

    lab.host.remove_server("db");
    // A part of something larger: its numbers go on, also where it is left alone.
    let body = json!({"checkpoint": {"vault_id": vault, "parameters": {"name": "part", "first_number": 3}}});
    let made = lab.post("/checkpoints", body).await.body;
    let checkpoint = made["checkpoint"]["id"].as_str().unwrap();
    assert_eq!(lab.backup_of(checkpoint).await["name"], "part-0003");
    let skipped = &made["checkpoint"]["vault"]["skipped_resources"];
    assert_eq!(skipped[0]["code"], "BackupService.7100", "{made}");
    assert_eq!(
        made["checkpoint"]["vault"]["resources"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    lab.backup_of(made["checkpoint"]["id"].as_str().unwrap())
        .await;
    // Its backups stay, and the vault can be looked at and deleted.
    assert_eq!(lab.get("/backups?resource_name=db").await.body["count"], 1);
    assert_eq!(lab.delete(&format!("/vaults/{vault}")).await.status, 204);
    assert_eq!(lab.get(&format!("/vaults/{vault}")).await.status, 404);
}

#[tokio::test]
async fn one_disk_goes_to_a_new_file_where_that_is_allowed() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let backup = lab.backup_of(&checkpoint).await;
    let child = backup["children"][1]["id"].as_str().unwrap();
    let images = lab.directory.path().join("images");
    let file = images.join("data.raw");
    let to = async |id: &str, path: &str| {
        let path = json!({"restore": {"path": path}});
        lab.post(&format!("coffer:/backups/{id}/restore-file"), path)
            .await
    };
    for bad in [
        "data.raw",
        "/etc/x.raw",
        &format!("{}/../x.raw", images.display()),
        &format!("{}", images.display()),
        &format!("{}/no/x.raw", images.display()),
    ] {
        let answer = to(child, bad).await;
        assert_eq!(answer.code(), "BackupService.9900", "{bad}: {answer:?}");
    }
    let whole = to(backup["id"].as_str().unwrap(), &file.display().to_string()).await;
    assert_eq!(whole.code(), "BackupService.2012", "{whole:?}");
    let made = to(child, &file.display().to_string()).await;
    assert_eq!(made.status, 202, "{made:?}");
    let path = format!("/operation-logs/{}", made.body["task_id"].as_str().unwrap());
    let task = lab
        .wait(&path, |b| !b["operation_log"]["ended_at"].is_null())
        .await;
    assert_eq!(task["operation_log"]["status"], "success", "{task}");
    assert_eq!(std::fs::read(&file).unwrap(), lab.host.bytes("web", 1));
    assert_eq!(
        std::fs::read_dir(&images).unwrap().count(),
        1,
        "no partial file is left"
    );
    let again = to(child, &file.display().to_string()).await;
    assert_eq!(again.code(), "BackupService.9900", "nothing is overwritten");
}

#[tokio::test]
async fn a_backup_leaves_when_its_time_is_over() {
    let mut lab = Lab::new().await;
    let vault = lab.server_vault("v", &["db"]).await;
    let checkpoint = lab
        .back_up(&vault, json!({"retention_duration_days": 2}))
        .await;
    let short = lab.backup_of(&checkpoint).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    lab.backup_of(&checkpoint).await;
    assert!(short["expired_at"].is_string());
    lab.clock().advance(jiff::SignedDuration::from_hours(49));
    // Looked for from time to time, and at the start.
    let id = short["id"].as_str().unwrap().to_owned();
    let state = lab.clock().clone();
    lab.stop().await;
    lab.start_with(state).await;
    lab.wait(&format!("/backups/{id}"), |b| {
        b["error_code"] == "BackupService.6200"
    })
    .await;
    assert_eq!(lab.get("/backups").await.body["count"], 1);
}
