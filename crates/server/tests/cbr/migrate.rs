//! Moving resources between vaults, and what policies leave out.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::host::write_pattern;
use crate::job::restore;
use crate::lab::{Answer, Lab, refused};

const NOBODY: &str = "2b076f26-391f-40fa-bf71-a798940faccf";

async fn move_to(lab: &Lab, from: &str, to: &str, ids: &[&str]) -> Answer {
    let body = json!({"destination_vault_id": to, "resource_ids": ids});
    lab.post(&format!("/vaults/{from}/migrateresources"), body)
        .await
}

async fn vault(lab: &Lab, id: &str) -> Value {
    lab.get(&format!("/vaults/{id}")).await.body["vault"].clone()
}

#[tokio::test]
async fn a_resource_moves_with_its_backups() {
    let lab = Lab::new().await;
    let from = lab.server_vault("from", &["web", "db"]).await;
    let to = lab.server_vault("to", &[]).await;
    let web = lab.id("server", "web").await;
    let first_state = [lab.host.bytes("web", 0), lab.host.bytes("web", 1)];
    let checkpoint = lab.back_up(&from, json!({"name": "first"})).await;
    lab.backup_of(&checkpoint).await;
    write_pattern(&lab.host.path("web", 0), 1 << 20, 128 * 1024, 9);
    let only = json!({"name": "second", "resources": [web]});
    let checkpoint = lab.back_up(&from, only).await;
    let second = lab.backup_of(&checkpoint).await;
    let second_state = lab.host.bytes("web", 0);
    let path = format!("/backups?resource_id={web}&sort=created_at:asc");
    let first = lab.get(&path).await.body["backups"][0].clone();
    let used_before = vault(&lab, &from).await["billing"]["used"].as_u64();

    let moved = move_to(&lab, &from, &to, &[&web]).await;
    assert_eq!(moved.status, 200, "{moved:?}");
    assert_eq!(moved.body, json!({"migrated_resources": [web]}));
    let task = lab
        .wait("/operation-logs?operation_type=migrate", |b| {
            b["operation_logs"][0]["status"] != "running"
        })
        .await;
    let task = &task["operation_logs"][0];
    assert_eq!(task["status"], "success", "{task}");
    assert_eq!(
        task["extra_info"]["migrate_resources"]["destination_vault_id"],
        to.as_str()
    );

    let old = vault(&lab, &from).await;
    let new = vault(&lab, &to).await;
    assert_eq!(old["resources"].as_array().unwrap().len(), 1);
    assert_eq!(old["resources"][0]["name"], "db");
    assert_eq!(new["resources"][0]["id"], web.as_str());
    assert_eq!(new["resources"][0]["backup_count"], 2);
    assert_eq!(new["resources"][0]["protect_status"], "available");
    assert!(new["billing"]["used"].as_u64() >= Some(6), "{new}");
    assert!(
        old["billing"]["used"].as_u64() < used_before,
        "space is free again: {old}"
    );
    for backup in [&first, &second] {
        let id = backup["id"].as_str().unwrap();
        let now = lab.get(&format!("/backups/{id}")).await.body["backup"].clone();
        assert_eq!(now["vault_id"], to.as_str());
        assert_eq!(now["children"][0]["vault_id"], to.as_str());
        assert_eq!(now["created_at"], backup["created_at"]);
    }
    // What the second one did not change was not stored twice.
    let details = format!("coffer:/backups/{}/details", second["id"].as_str().unwrap());
    let details = lab.get(&details).await.body["backup"].clone();
    assert!(
        details["stored_bytes"].as_u64() < Some(1 << 20),
        "{details}"
    );

    // The chain goes on in the new vault, by its bitmap.
    write_pattern(&lab.host.path("web", 1), 0, 64 * 1024, 7);
    let third = lab.back_up(&to, json!({})).await;
    let third = lab.backup_of(&third).await;
    let details = format!("coffer:/backups/{}/details", third["id"].as_str().unwrap());
    let details = lab.get(&details).await.body["backup"].clone();
    assert_eq!(details["base_backup_id"], second["id"]);
    assert_eq!(details["change_tracking"], "bitmap", "{details}");
    assert_eq!(details["read_bytes"], 64 * 1024, "{details}");

    // Nothing in the new vault needs the old one.
    assert_eq!(lab.delete(&format!("/vaults/{from}")).await.status, 204);
    lab.wait(&format!("/vaults/{from}"), |b| {
        b["error_code"] == "BackupService.6105"
    })
    .await;
    write_pattern(&lab.host.path("web", 0), 0, 2 << 20, 99);
    restore(&lab, &first, json!({"server_id": web})).await;
    assert_eq!(lab.host.bytes("web", 0), first_state[0]);
    assert_eq!(lab.host.bytes("web", 1), first_state[1]);
    restore(&lab, &second, json!({"server_id": web})).await;
    assert_eq!(lab.host.bytes("web", 0), second_state);
}

#[tokio::test]
async fn moves_have_their_rules() {
    let lab = Lab::new().await;
    let from = lab.server_vault("from", &["web"]).await;
    let to = lab.server_vault("to", &["db"]).await;
    let web = lab.id("server", "web").await;
    let db = lab.id("server", "db").await;
    let made = async |name: &str, kind: &str, protect: &str, size: u64| {
        let mut body = Lab::vault_body(name, kind, json!([]));
        body["vault"]["billing"]["protect_type"] = json!(protect);
        body["vault"]["billing"]["size"] = json!(size);
        let made = lab.post("/vaults", body).await;
        made.body["vault"]["id"].as_str().unwrap().to_owned()
    };
    let disks = made("disks", "disk", "backup", 100).await;
    let replicas = made("replicas", "server", "replication", 100).await;
    let checkpoint = lab.back_up(&from, json!({})).await;
    lab.backup_of(&checkpoint).await;

    refused(&move_to(&lab, NOBODY, &to, &[&web]).await, 404, "6105");
    refused(&move_to(&lab, &from, NOBODY, &[&web]).await, 400, "6120");
    refused(&move_to(&lab, &from, "x", &[&web]).await, 400, "6120");
    refused(&move_to(&lab, &from, &from, &[&web]).await, 400, "6118");
    refused(&move_to(&lab, &from, &disks, &[&web]).await, 400, "6102");
    refused(&move_to(&lab, &from, &replicas, &[&web]).await, 400, "6118");
    refused(&move_to(&lab, &from, &to, &[&db]).await, 400, "6135");
    refused(&move_to(&lab, &from, &to, &[&web, &web]).await, 400, "6104");
    refused(&move_to(&lab, &from, &to, &[]).await, 400, "9900");
    lab.fill(&to, 100 << 30, 100).await;
    refused(&move_to(&lab, &from, &to, &[&web]).await, 400, "6129");
    lab.fill(&to, 0, 1).await;
    refused(&move_to(&lab, &from, &to, &[&web]).await, 400, "6108");
    lab.fill(&to, 0, 100).await;

    lab.host.open_gate(false);
    let running = lab.back_up(&to, json!({})).await;
    refused(&move_to(&lab, &from, &to, &[&web]).await, 400, "6112");
    refused(&move_to(&lab, &to, &from, &[&db]).await, 400, "6112");
    lab.host.open_gate(true);
    lab.backup_of(&running).await;
    assert_eq!(
        vault(&lab, &from).await["resources"][0]["protect_status"],
        "available",
        "a refusal changes nothing"
    );

    // There and back again.
    for (from, to) in [(&from, &to), (&to, &from)] {
        assert_eq!(move_to(&lab, from, to, &[&web]).await.status, 200);
        lab.wait(&format!("/vaults/{to}"), |b| {
            let mut list = b["vault"]["resources"].as_array().unwrap().iter();
            list.any(|r| r["id"] == web.as_str() && r["backup_count"] == 1)
        })
        .await;
        lab.wait("/operation-logs?status=running&status=waiting", |b| {
            b["count"] == 0
        })
        .await;
    }

    let lock = json!({"vault": {"locked": true}});
    lab.put(&format!("/vaults/{from}"), lock).await;
    refused(&move_to(&lab, &from, &to, &[&web]).await, 400, "6220");
    assert_eq!(
        move_to(&lab, &to, &from, &[&db]).await.status,
        200,
        "a locked vault takes resources"
    );
}

#[tokio::test]
async fn a_move_goes_on_after_a_kill() {
    let mut lab = Lab::new().await;
    let mut from = lab.server_vault("a", &["web"]).await;
    let mut to = lab.server_vault("b", &[]).await;
    let web = lab.id("server", "web").await;
    let state = lab.host.bytes("web", 0);
    let checkpoint = lab.back_up(&from, json!({})).await;
    let backup = lab.backup_of(&checkpoint).await;
    write_pattern(&lab.host.path("web", 0), 0, 2 << 20, 5);
    let checkpoint = lab.back_up(&from, json!({})).await;
    lab.backup_of(&checkpoint).await;
    for (round, milliseconds) in [1, 10, 25, 40, 55, 70, 90, 120].into_iter().enumerate() {
        let url = format!(
            "{}/v3/{}/vaults/{from}/migrateresources",
            lab.base, lab.project
        );
        let request = reqwest::Client::new()
            .request(Method::POST, url)
            .header("X-Auth-Token", &lab.token)
            .json(&json!({"destination_vault_id": to, "resource_ids": [web]}));
        let call = tokio::spawn(request.send());
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        lab.kill().await;
        call.abort();
        lab.start().await;
        let tasks = lab
            .wait("/operation-logs?operation_type=migrate", |b| {
                let list = b["operation_logs"].as_array().unwrap();
                list.iter()
                    .all(|t| t["status"] != "running" && t["status"] != "waiting")
            })
            .await;
        let list = tasks["operation_logs"].as_array().unwrap();
        assert!(list.iter().all(|t| t["status"] == "success"), "{tasks}");
        // It was queued before the kill, or it was not; nothing in between.
        let new = vault(&lab, &to).await;
        if new["resources"] != json!([]) {
            // A new vault each time: within one process, what the kill left reading still counts
            // as alive, and holds the originals in place.
            from = to;
            to = lab.server_vault(&format!("v{round}"), &[]).await;
        }
        let holder = vault(&lab, &from).await;
        assert_eq!(holder["resources"][0]["backup_count"], 2, "{holder}");
        assert_eq!(holder["resources"][0]["protect_status"], "available");
    }
    restore(&lab, &backup, json!({"server_id": web})).await;
    assert_eq!(lab.host.bytes("web", 0), state);
}

#[tokio::test]
async fn resources_are_left_out_of_policies_and_taken_again() {
    let lab = Lab::new().await;
    let id = lab.server_vault("v", &["web", "db"]).await;
    let web = lab.id("server", "web").await;
    let path = format!("/vaults/{id}/set-resources");
    let set = async |ids: Value, action: &str| {
        lab.put(&path, json!({"resource_ids": ids, "action": action}))
            .await
    };
    let suspended = set(json!([web]), "suspend").await;
    assert_eq!(suspended.body, json!({"set_resource_ids": [web]}));
    assert_eq!(
        vault(&lab, &id).await["resources"][0]["auto_protect"],
        false
    );
    let run =
        |auto: bool| json!({"checkpoint": {"vault_id": id, "parameters": {"auto_trigger": auto}}});
    let automatic = lab.post("/checkpoints", run(true)).await;
    let taken = &automatic.body["checkpoint"]["vault"]["resources"];
    assert_eq!(taken.as_array().map(Vec::len), Some(1), "{automatic:?}");
    assert_eq!(taken[0]["name"], "db");
    let checkpoint = automatic.body["checkpoint"]["id"].as_str().unwrap();
    lab.backup_of(checkpoint).await;
    let by_hand = lab.post("/checkpoints", run(false)).await;
    let taken = &by_hand.body["checkpoint"]["vault"]["resources"];
    assert_eq!(
        taken.as_array().map(Vec::len),
        Some(2),
        "by hand, all of them"
    );
    assert_eq!(set(json!([web]), "unsuspend").await.status, 200);
    assert_eq!(vault(&lab, &id).await["resources"][0]["auto_protect"], true);

    refused(&set(json!([NOBODY]), "suspend").await, 400, "6135");
    refused(&set(json!([]), "suspend").await, 400, "9900");
    refused(&set(json!([web]), "stop").await, 400, "9900");
    let nowhere = format!("/vaults/{NOBODY}/set-resources");
    let body = json!({"resource_ids": [web], "action": "suspend"});
    refused(&lab.put(&nowhere, body).await, 404, "6105");
}
