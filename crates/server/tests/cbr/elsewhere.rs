//! What is answered where one's own servers have nothing of the kind; figures of a project;
//! shared disks.

use reqwest::Method;
use serde_json::{Value, json};

use crate::lab::{Lab, refused};

const NOBODY: &str = "2b076f26-391f-40fa-bf71-a798940faccf";

#[tokio::test]
async fn other_regions_bills_and_clouds_are_answered_as_documented() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let backup = lab.backup_of(&checkpoint).await;
    let backup = backup["id"].as_str().unwrap();
    assert_eq!(
        lab.get("/replication-capabilities").await.body,
        json!({"regions": []})
    );
    let to = json!({"destination_project_id": lab.project, "destination_region": "eu-nl",
        "destination_vault_id": NOBODY});
    let path = format!("/backups/{backup}/replicate");
    let answer = lab.post(&path, json!({"replicate": to})).await;
    refused(&answer, 400, "1005");
    let nowhere = format!("/backups/{NOBODY}/replicate");
    refused(
        &lab.post(&nowhere, json!({"replicate": to})).await,
        404,
        "6200",
    );
    for (field, bad) in [
        ("destination_region", json!("a b")),
        ("name", json!("a b")),
        ("description", json!("<")),
    ] {
        let mut body = json!({"replicate": to});
        body["replicate"][field] = bad;
        let answer = lab.post(&path, body).await;
        refused(&answer, 400, "9900");
        assert!(answer.text().contains(field), "{answer:?}");
    }
    let mut whole = to.clone();
    whole["vault_id"] = json!(vault);
    for body in [
        json!({"replicate": whole}),
        json!({"checkpoint": {"replicate": whole}}),
    ] {
        refused(&lab.post("/checkpoints/replicate", body).await, 400, "1005");
    }
    refused(
        &lab.post("/checkpoints/replicate", json!({})).await,
        400,
        "9900",
    );
    whole["vault_id"] = json!(NOBODY);
    let body = json!({"replicate": whole});
    refused(&lab.post("/checkpoints/replicate", body).await, 404, "6105");

    refused(
        &lab.post("/backups/sync", json!({"sync": [{}]})).await,
        400,
        "7300",
    );
    refused(
        &lab.post("/backups/sync", json!({"sync": []})).await,
        400,
        "9900",
    );
    let sync = |id: &str| json!({"sync": {"vault_id": id}});
    refused(
        &lab.post("/checkpoints/sync", sync(&vault)).await,
        400,
        "7300",
    );
    refused(
        &lab.post("/checkpoints/sync", sync(NOBODY)).await,
        404,
        "6105",
    );

    let external = format!(
        "/vaults/external?region_id=eu-nl&external_project_id={}",
        lab.project
    );
    refused(&lab.get(&external).await, 400, "1005");
    refused(&lab.get("/vaults/external").await, 400, "9900");
    assert_eq!(
        lab.get("/cbr-features").await.body["replication.enable"],
        "false"
    );
    let one = lab.get("/cbr-features/features.backup_double_az").await;
    assert_eq!(one.body, json!({"features.backup_double_az": "false"}));
    refused(&lab.get("/cbr-features/moon").await, 400, "9900");
    for (method, path, code) in [
        (Method::POST, "/vaults/order", "8400"),
        (Method::POST, "/vaults/change-charge-mode", "8400"),
        (Method::POST, "/orders/change", "8400"),
        (Method::PUT, "/orders/1", "6109"),
    ] {
        refused(&lab.call(method, path, Some(json!({}))).await, 400, code);
    }
}

#[tokio::test]
async fn figures_and_changes_of_all_vaults_of_a_project() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web", "db"]).await;
    let other = lab.server_vault("w", &[]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    lab.backup_of(&checkpoint).await;
    assert_eq!(
        lab.get("/vaults/summary").await.body,
        json!({"size": 200, "used_size": 1})
    );
    let usage = lab.get("/storage_usage").await.body;
    assert_eq!(usage["resource_count"], 2);
    assert_eq!(usage["storage_usage"][0]["resource_name"], "web");
    assert_eq!(usage["storage_usage"][0]["backup_count"], 1);
    assert!(
        usage["storage_usage"][0]["backup_size"].as_u64() >= Some(6),
        "{usage}"
    );
    let db = lab.id("server", "db").await;
    let one = lab
        .get(&format!("/storage_usage?resource_id={db}"))
        .await
        .body;
    assert_eq!(one["storage_usage"][0]["resource_id"], db.as_str());
    let page = lab.get("/storage_usage?limit=1&offset=1").await.body;
    assert_eq!(page["storage_usage"].as_array().map(Vec::len), Some(1));
    let none = lab
        .get("/storage_usage?resource_type=OS::Cinder::Volume")
        .await;
    assert_eq!(none.body["resource_count"], 0);
    refused(
        &lab.get("/storage_usage?resource_type=x").await,
        400,
        "9900",
    );

    let body = json!({"vault": {"threshold": 55, "smn_notify": false}});
    let changed = lab.put("/vaults/batch-update", body).await;
    let ids = &changed.body["updated_vaults_id"];
    assert_eq!(*ids, json!([other, vault]), "newest first");
    for id in [&vault, &other] {
        let now = lab.get(&format!("/vaults/{id}")).await.body["vault"].clone();
        assert_eq!(
            (&now["threshold"], &now["smn_notify"]),
            (&json!(55), &json!(false))
        );
    }
    let bad = json!({"vault": {"threshold": 0}});
    refused(&lab.put("/vaults/batch-update", bad).await, 400, "9900");
}

#[tokio::test]
async fn backups_get_new_names_and_descriptions() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab
        .back_up(&vault, json!({"name": "a", "description": "b"}))
        .await;
    let backup = lab.backup_of(&checkpoint).await;
    let path = format!("/backups/{}", backup["id"].as_str().unwrap());
    let put = async |fields: Value| lab.put(&path, json!({"backup": fields})).await;
    let named = put(json!({"name": "c"})).await;
    assert_eq!(named.body["backup"]["name"], "c");
    assert_eq!(named.body["backup"]["description"], "b");
    let described = put(json!({"description": ""})).await;
    assert_eq!(described.body["backup"]["name"], "c");
    assert_eq!(described.body["backup"]["description"], "");
    refused(&put(json!({})).await, 400, "9900");
    refused(&put(json!({"name": ""})).await, 400, "9900");
    refused(
        &put(json!({"description": "x".repeat(256)})).await,
        400,
        "9900",
    );
    let cloud = lab.get("/backups?dec=true").await;
    assert_eq!(cloud.body["count"], 0, "nothing is in a dedicated cloud");
}

#[tokio::test]
async fn a_shared_disk_is_protected_through_one_vault() {
    let lab = Lab::with(|host| {
        host.add_server("a", &[4, 4]);
        host.add_server("b", &[4, 4]);
        host.add_server("many", &[4; 12]);
        let path = host.path("a", 1).display().to_string();
        for name in ["a", "b"] {
            host.change(name, |s| {
                s.disks[1].shareable = true;
                s.disks[1].path.clone_from(&path);
            });
        }
        host.change("many", |s| {
            s.disks[1..].iter_mut().for_each(|d| d.shareable = true)
        });
    })
    .await;
    let first = lab.server_vault("first", &["a"]).await;
    let second = lab.server_vault("second", &[]).await;
    let b = lab.id("server", "b").await;
    let shared = lab.id("disk", "b-vdb").await;
    let add = async |vault: &str, id: &str, extra: Value| {
        let body =
            json!({"resources": [{"id": id, "type": "OS::Nova::Server", "extra_info": extra}]});
        lab.post(&format!("/vaults/{vault}/addresources"), body)
            .await
    };
    refused(&add(&second, &b, json!({})).await, 400, "6137");
    let without = json!({"exclude_volumes": [shared]});
    assert_eq!(add(&second, &b, without).await.status, 200);
    let many = lab.id("server", "many").await;
    refused(&add(&first, &many, json!({})).await, 400, "7107");
    let one = lab.id("disk", "many-vdb").await;
    let fewer = json!({"exclude_volumes": [one]});
    assert_eq!(add(&first, &many, fewer).await.status, 200);
}
