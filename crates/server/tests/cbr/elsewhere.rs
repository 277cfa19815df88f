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

#[tokio::test]
async fn accounts_agents_and_older_services_are_answered() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    // The account: its own projects, and nothing of others.
    let own = json!({"projects": [{"project_id": lab.project, "project_name": "eu-de"}]});
    assert_eq!(lab.root_get("/v3/region-projects").await.body, own);
    assert_eq!(lab.root_get("/v3/domain/Default/projects").await.body, own);
    for domain in ["default", "Elsewhere", "%01", "D%C3%A9faut", "a%2Fb"] {
        let path = format!("/v3/domain/{domain}/projects");
        assert_eq!(lab.root_get(&path).await.status, 404, "{domain}");
    }
    let source = lab.root_get(&format!("/v3/domain/{}", lab.project)).await;
    assert_eq!(source.body["domain_name"], "Default", "{source:?}");
    let (token, project) = lab.stranger().await;
    let as_them = async |method: Method, path: &str, body: Option<Value>| {
        lab.call_as(&token, &project, method, path, body).await
    };
    let reads = async |path: String| lab.root_as(&token, Method::GET, &path, None).await;
    let ours = format!("/v3/domain/{}", lab.project);
    assert_eq!(reads(ours.clone()).await.status, 404);
    assert_eq!(reads("/v3/domain/nobody".to_owned()).await.status, 404);
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let backup = lab.backup_of(&checkpoint).await;
    let id = backup["id"].as_str().unwrap();
    let share = json!({"members": [project]});
    let shared = lab.post(&format!("/backups/{id}/members"), share).await;
    assert_eq!(shared.status, 200, "{shared:?}");
    let told = reads(ours).await;
    assert_eq!(told.body["project_name"], "eu-de", "{told:?}");

    // What a server was like; a received backup is readable, a foreign one is not there.
    let metadata = lab.get(&format!("/backups/{id}/metadata")).await;
    assert_eq!(metadata.status, 200, "{metadata:?}");
    let server: Value = serde_json::from_str(metadata.body["server"].as_str().unwrap()).unwrap();
    assert_eq!(server["name"], "web");
    assert_eq!(metadata.body["volumes"].as_array().map(Vec::len), Some(2));
    let none = lab.get(&format!("/backups/{NOBODY}/metadata")).await;
    refused(&none, 404, "6200");

    // Agents.
    let web = lab.id("server", "web").await;
    let ask = |id: &str| {
        json!({"agent_status": [{"resource_id": id,
        "resource_type": "OS::Nova::Server"}]})
    };
    let state = lab.post("/agent/check", ask(&web)).await;
    assert_eq!(state.body["agent_status"][0]["resource_id"], web.as_str());
    assert_eq!(
        state.body["agent_status"][0]["installed"], false,
        "{state:?}"
    );
    for (body, status, code) in [
        (ask(NOBODY), 404, "6302"),
        (ask("web"), 404, "6302"),
        (json!({"agent_status": []}), 400, "9900"),
        (
            json!({"agent_status": vec![ask(&web)["agent_status"][0].clone(); 257]}),
            400,
            "9900",
        ),
        (
            json!({"agent_status": [{"resource_id": web, "resource_type": "x"}]}),
            400,
            "9900",
        ),
        (json!({}), 400, "9900"),
    ] {
        refused(&lab.post("/agent/check", body).await, status, code);
    }
    let theirs = as_them(Method::POST, "/agent/check", Some(ask(&web))).await;
    refused(&theirs, 404, "6302");
    assert_eq!(lab.get("/agents").await.body["count"], 0);
    refused(&lab.get("/agents?limit=0").await, 400, "9900");
    refused(
        &lab.post("/agents", json!({"agent": {}})).await,
        400,
        "6116",
    );
    for (method, path) in [
        (Method::GET, "/agents/x"),
        (Method::PUT, "/agents/x"),
        (Method::DELETE, "/agents/x"),
        (Method::POST, "/agents/x/add-path"),
        (Method::POST, "/agents/x/remove-path"),
    ] {
        refused(&lab.call(method, path, Some(json!({}))).await, 404, "6302");
    }
    let all = "/organization-policies?operation_type=backup";
    assert_eq!(lab.get(all).await.body["policies"], json!([]));
    refused(&lab.get("/organization-policies").await, 400, "9900");
    let make = lab
        .post("/organization-policies", json!({"policy": {}}))
        .await;
    refused(&make, 400, "6117");
    for (method, path) in [
        (Method::GET, "/organization-policies/x"),
        (Method::PUT, "/organization-policies/x"),
        (Method::DELETE, "/organization-policies/x"),
        (Method::GET, "/organization-policies/x/policy-detail"),
    ] {
        refused(&lab.call(method, path, Some(json!({}))).await, 404, "6000");
    }
    let body = Some(json!({"all_regions": true, "reservation": 0.2}));
    refused(
        &lab.root(Method::POST, "/v3/migrates", body).await,
        404,
        "4001",
    );
    let body = Some(json!({"reservation": 2}));
    refused(
        &lab.root(Method::POST, "/v3/migrates", body).await,
        400,
        "9900",
    );
    refused(&lab.root_get("/v3/migrates").await, 404, "4001");
}

#[tokio::test]
async fn backups_of_a_vault_expire_on_another_day() {
    let mut lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web", "db"]).await;
    lab.back_up(&vault, json!({"retention_duration_days": 30}))
        .await;
    lab.wait("/backups?status=available", |b| b["count"] == 2)
        .await;
    let kept = lab.back_up(&vault, json!({"name": "for-ever"})).await;
    let list = lab
        .wait("/backups?status=available", |b| b["count"] == 4)
        .await;
    let path = format!("/vaults/{vault}/update-backup-expiration-time");
    let to = |day: &str, zone: &str| json!({"expect_expiration_date": day, "time_zone": zone});
    for (body, code) in [
        (to("2000-01-01", "UTC+08:00"), "9900"),
        (to("9999-12-31", "UTC+08:00"), "9900"),
        (to("tomorrow", "UTC+08:00"), "9900"),
        (to("2030-02-30", "UTC+08:00"), "9900"),
        (to("2040-01-01", "moon"), "9900"),
        (json!({}), "9900"),
    ] {
        refused(&lab.put(&path, body).await, 400, code);
    }
    let nowhere = format!("/vaults/{NOBODY}/update-backup-expiration-time");
    let day = (lab.clock().now() + jiff::SignedDuration::from_hours(24 * 60))
        .strftime("%Y-%m-%d")
        .to_string();
    refused(&lab.put(&nowhere, to(&day, "UTC+08:00")).await, 404, "6105");
    // One of the two is locked for longer than the other day.
    let of_first = |b: &&Value| b["checkpoint_id"] != kept.as_str();
    let all = list["backups"].as_array().unwrap();
    let first: Vec<&Value> = all.iter().filter(of_first).collect();
    let until = lab.clock().now() + jiff::SignedDuration::from_hours(24 * 90);
    let lock = format!("coffer:/backups/{}/lock", first[0]["id"].as_str().unwrap());
    let locked = lab.put(&lock, json!({"until": until.to_string()})).await;
    assert_eq!(locked.status, 200, "{locked:?}");
    let moved = lab.put(&path, to(&day, "UTC+08:00")).await;
    assert_eq!(moved.status, 200, "{moved:?}");
    assert_eq!(moved.body["affected_backups_count"], 1);
    assert_eq!(moved.body["new_expiration_day"], day.as_str());
    let at = lab
        .get(&format!("/backups/{}", first[1]["id"].as_str().unwrap()))
        .await
        .body;
    let expires = at["backup"]["expired_at"].as_str().unwrap().to_owned();
    assert!(
        expires.contains("T16:00:00"),
        "the day begins at UTC+8: {expires}"
    );
    assert_eq!(at["backup"]["children"][0]["expired_at"], expires.as_str());
    // It goes then; those without an expiry and the locked one stay.
    lab.advance(jiff::SignedDuration::from_hours(24 * 61)).await;
    lab.wait("/backups?status=available", |b| b["count"] == 3)
        .await;
}
