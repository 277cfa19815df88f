//! What projects may have at most, backups that nobody can delete, and recovery keys.

use coffer_engine::repository::{KeySource, Repository, Store};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::lab::{Lab, refused};
use crate::policies::{NIGHTLY, make, policy};

#[tokio::test(flavor = "multi_thread")]
async fn quotas_limit_what_a_project_may_have() {
    let lab = Lab::new().await;
    let of = format!("root:/projects/{}/quotas", lab.project);
    let set = |vaults: Value, capacity: Value, backups: Value, policies: Value| {
        json!({"quotas": {"vaults": vaults, "capacity_gib": capacity, "backups": backups,
            "policies": policies}})
    };
    for (path, body, status) in [
        (
            of.as_str(),
            set(json!(2), json!(250), json!(2), json!(1)),
            204,
        ),
        (of.as_str(), json!({"quotas": {"vaults": -1}}), 400),
        (of.as_str(), json!({"quotas": {"things": 1}}), 400),
        (of.as_str(), json!({"quotas": {"vaults": u64::MAX}}), 400),
        (
            "root:/projects/4229d7a45436489f8c3dc2b1d35d4987/quotas",
            json!({"quotas": {}}),
            404,
        ),
    ] {
        let answer = lab.put(path, body).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    let vault = lab.server_vault("one", &["web", "db"]).await;
    // 100 of 250 GiB: expanding goes to 250 and no further.
    let size = |gib: u64| json!({"vault": {"billing": {"size": gib}}});
    let path = format!("/vaults/{vault}");
    refused(&lab.put(&path, size(251)).await, 400, "6133");
    assert_eq!(lab.put(&path, size(160)).await.status, 200);
    refused(
        &lab.post("/vaults", Lab::vault_body("two", "server", json!([])))
            .await,
        400,
        "6133",
    );
    assert_eq!(lab.put(&path, size(150)).await.status, 200);
    let two = lab
        .post("/vaults", Lab::vault_body("two", "disk", json!([])))
        .await;
    assert_eq!(two.status, 200, "{two:?}");
    assert_eq!(lab.put(&path, size(10)).await.status, 200);
    let three = lab
        .post("/vaults", Lab::vault_body("three", "disk", json!([])))
        .await;
    refused(&three, 400, "6133");
    assert!(three.text().contains("may have 2 vaults"), "{three:?}");
    make(&lab, policy("p", json!({"max_backups": 2}), &[NIGHTLY])).await;
    refused(
        &lab.post("/policies", policy("q", json!({}), &[NIGHTLY]))
            .await,
        400,
        "6001",
    );
    let checkpoint = lab.back_up(&vault, json!({})).await;
    lab.backup_of(&checkpoint).await;
    let body = json!({"checkpoint": {"vault_id": vault}});
    let full = lab.post("/checkpoints", body.clone()).await;
    assert_eq!(full.status, 400, "{full:?}");
    assert!(full.text().contains("may have 2 backups"), "{full:?}");
    let shown = lab.get("coffer:/quotas").await.body["quotas"].clone();
    assert_eq!(
        shown,
        json!({"vaults": {"used": 2, "most": 2}, "backups": {"used": 2, "most": 2},
        "capacity_gib": {"used": 110, "most": 250}, "policies": {"used": 1, "most": 1},
        "images": {"used": 0, "most": null}})
    );
    // Without quotas there is no limit; nobody but an administrator says so.
    let (token, project) = lab.stranger().await;
    let other = format!("root:/projects/{}/quotas", lab.project);
    for method in [Method::GET, Method::PUT] {
        let answer = lab
            .call_as(
                &token,
                &project,
                method,
                &other,
                Some(json!({"quotas": {}})),
            )
            .await;
        assert!([403, 404].contains(&answer.status), "{answer:?}");
    }
    assert_eq!(lab.put(&of, json!({"quotas": {}})).await.status, 204);
    assert_eq!(lab.post("/checkpoints", body).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_backup_stays_until_its_time() {
    let mut lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let backup = lab.backup_of(&checkpoint).await;
    let id = backup["id"].as_str().unwrap();
    let child = backup["children"][0]["id"].as_str().unwrap();
    let now = lab.clock().now();
    let at = |hours: i64| (now + SignedDuration::from_hours(hours)).to_string();
    let path = format!("coffer:/backups/{id}/lock");
    for (path, until, status) in [
        (path.clone(), at(-1), 400),
        (path.clone(), at(24 * 366 * 101), 400),
        (path.clone(), "tomorrow".to_owned(), 400),
        (format!("coffer:/backups/{child}/lock"), at(48), 400),
        (
            "coffer:/backups/2b076f26-391f-40fa-bf71-a798940faccf/lock".to_owned(),
            at(48),
            404,
        ),
        (path.clone(), at(48), 200),
        (path.clone(), at(24), 400),
        (path.clone(), at(72), 200),
    ] {
        let answer = lab.put(&path, json!({"until": until})).await;
        assert_eq!(answer.status, status, "{path} {until} {answer:?}");
    }
    let shown = lab.get(&format!("coffer:/backups/{id}")).await;
    assert_eq!(shown.body["locked"], true);
    // Neither by itself, nor with its resource, nor with its vault.
    refused(&lab.delete(&format!("/backups/{id}")).await, 400, "6220");
    let web = lab.id("server", "web").await;
    let body = json!({"resource_ids": [web]});
    refused(
        &lab.post(&format!("/vaults/{vault}/removeresources"), body)
            .await,
        400,
        "6220",
    );
    refused(&lab.delete(&format!("/vaults/{vault}")).await, 400, "6220");
    lab.advance(SignedDuration::from_hours(73)).await;
    assert_eq!(lab.delete(&format!("/backups/{id}")).await.status, 204);
    lab.wait("/backups", |b| b["count"] == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_moves_the_expiry() {
    let mut lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let kept =
        json!({"checkpoint": {"vault_id": vault, "parameters": {"retention_duration_days": 1}}});
    let made = lab.post("/checkpoints", kept).await;
    let checkpoint = made.body["checkpoint"]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{made:?}"));
    let backup = lab.backup_of(checkpoint).await;
    let id = backup["id"].as_str().unwrap().to_owned();
    let until = lab.clock().now() + SignedDuration::from_hours(72);
    let path = format!("coffer:/backups/{id}/lock");
    let locked = lab.put(&path, json!({"until": until.to_string()})).await;
    assert_eq!(locked.status, 200, "{locked:?}");
    assert_eq!(locked.body["expires_at"], locked.body["locked_until"]);
    lab.advance(SignedDuration::from_hours(48)).await;
    let clock = lab.clock().clone();
    lab.stop().await;
    lab.start_with(clock).await;
    assert_eq!(
        lab.get(&format!("/backups/{id}")).await.body["backup"]["status"],
        "available"
    );
    lab.advance(SignedDuration::from_hours(30)).await;
    let clock = lab.clock().clone();
    lab.stop().await;
    lab.start_with(clock).await;
    lab.wait("/backups", |b| b["count"] == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_key_opens_the_vault_alone() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let path = format!("coffer:/vaults/{vault}/recovery-key");
    let unconfirmed = async || {
        let overview = lab.get("coffer:/overview").await;
        let list = overview.body["recovery_keys_unconfirmed"]
            .as_array()
            .unwrap()
            .clone();
        list.len()
    };
    assert_eq!(lab.get(&path).await.body["fingerprint"], Value::Null);
    assert_eq!(unconfirmed().await, 1);
    let first = lab.post(&path, json!({})).await;
    assert_eq!(first.status, 201, "{first:?}");
    let second = lab.post(&path, json!({})).await;
    let fingerprint = second.body["fingerprint"].clone();
    assert_eq!(lab.get(&path).await.body["fingerprint"], fingerprint);
    // That of an earlier key does not end the reminder, that of the last one does.
    let old = json!({"fingerprint": first.body["fingerprint"]});
    assert_eq!(lab.put(&path, old).await.status, 400);
    assert_eq!(unconfirmed().await, 1);
    let new = json!({"fingerprint": fingerprint});
    assert_eq!(lab.put(&path, new).await.status, 204);
    assert_eq!(unconfirmed().await, 0);

    // Both open the vault with nothing but the store; one that is cut off does not.
    let location = lab.store().display().to_string();
    for (answer, opens) in [(&first, true), (&second, true), (&second, false)] {
        let text = answer.body["text"].as_str().unwrap();
        assert!(text.contains(&vault) && text.contains("v\n"), "{text}");
        let file = lab.directory.path().join("recovery.txt");
        let text = if opens { text } else { &text[..text.len() / 2] };
        std::fs::write(&file, text).unwrap();
        let store = Store::open(&location, &vault, false, &[]).unwrap();
        let opened = Repository::open(store, &KeySource::File(file)).await;
        assert_eq!(opened.is_ok(), opens);
    }
    let (token, project) = lab.stranger().await;
    let answer = lab
        .call_as(&token, &project, Method::POST, &path, Some(json!({})))
        .await;
    assert_eq!(answer.status, 404, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_of_images_is_set_by_those_who_know_it() {
    let lab = Lab::new().await;
    let of = format!("root:/projects/{}/quotas", lab.project);
    let vault = lab.server_vault("v", &["web", "db"]).await;
    lab.back_up(&vault, json!({})).await;
    let backups = lab
        .wait("/backups?status=available", |b| b["count"] == 2)
        .await;
    let make = async |n: usize| {
        let backup = &backups["backups"][n]["id"];
        let body = json!({"image": {"backup_id": backup, "name": format!("i{n}")}});
        lab.post("coffer:/images", body).await
    };
    let set = lab.put(&of, json!({"quotas": {"images": 1}})).await;
    assert_eq!(set.status, 204, "{set:?}");
    assert_eq!(make(0).await.status, 201);
    let second = make(1).await;
    assert_eq!(second.status, 400, "{second:?}");
    assert!(second.text().contains("may have 1 images"), "{second:?}");
    // Who does not know it leaves it as it was.
    assert_eq!(
        lab.put(&of, json!({"quotas": {"vaults": 9}})).await.status,
        204
    );
    let shown = lab.get("coffer:/quotas").await.body["quotas"].clone();
    assert_eq!(shown["images"], json!({"used": 1, "most": 1}));
    let bad = lab.put(&of, json!({"quotas": {"images": "many"}})).await;
    assert_eq!(bad.status, 400, "{bad:?}");
    assert_eq!(
        lab.put(&of, json!({"quotas": {"images": null}}))
            .await
            .status,
        204
    );
    assert_eq!(make(1).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn locked_backups_are_found_until_their_time() {
    let mut lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web", "db"]).await;
    lab.back_up(&vault, json!({})).await;
    let backups = lab
        .wait("/backups?status=available", |b| b["count"] == 2)
        .await;
    let ids = [0, 1].map(|n| backups["backups"][n]["id"].as_str().unwrap().to_owned());
    let found = async |lab: &Lab, query: &str| {
        let list = lab.get(&format!("coffer:/backups?{query}")).await.body;
        let all = list["backups"].as_array().unwrap().iter();
        let mut ids: Vec<String> = all.map(|b| b["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(list["total"], ids.len());
        ids.sort();
        ids
    };
    assert_eq!(found(&lab, "locked=true").await, Vec::<String>::new());
    let until = lab.clock().now() + SignedDuration::from_hours(48);
    let path = format!("coffer:/backups/{}/lock", ids[0]);
    let locked = lab.put(&path, json!({"until": until.to_string()})).await;
    assert_eq!(locked.status, 200, "{locked:?}");
    assert_eq!(found(&lab, "locked=true").await, [ids[0].clone()]);
    assert_eq!(found(&lab, "locked=false").await, [ids[1].clone()]);
    assert_eq!(found(&lab, "locked=true&locked=false").await.len(), 2);
    let bad = lab.get("coffer:/backups?locked=perhaps").await;
    refused(&bad, 400, "9900");
    // A locked vault holds what policies made in it.
    let mut tx = lab.catalog().write().await.unwrap();
    sqlx::query("UPDATE backups SET auto_trigger = 1 WHERE id = $1")
        .bind(ids[1].clone())
        .execute(tx.connection())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let lock = json!({"vault": {"locked": true}});
    assert_eq!(lab.put(&format!("/vaults/{vault}"), lock).await.status, 200);
    assert_eq!(found(&lab, "locked=true").await.len(), 2);
    // The lock of the first ends; the list and the backup itself say the same.
    lab.advance(SignedDuration::from_hours(49)).await;
    assert_eq!(found(&lab, "locked=true").await, [ids[1].clone()]);
    let free = lab.get(&format!("coffer:/backups/{}", ids[0])).await.body;
    assert_eq!(free["locked"], false);
    assert!(free["locked_until"].is_string());
}
