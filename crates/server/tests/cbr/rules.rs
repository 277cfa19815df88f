//! What is refused, with which code; envelopes, lists, isolation.

use reqwest::Method;
use serde_json::{Value, json};

use crate::host::write_pattern;
use crate::lab::{Lab, refused};

const NOBODY: &str = "2b076f26-391f-40fa-bf71-a798940faccf";

#[tokio::test]
async fn what_is_made_is_what_is_shown() {
    let lab = Lab::new().await;
    let server = lab.id("server", "web").await;
    let disk = lab.id("disk", "web-vdb").await;
    let body = json!({"vault": {
        "name": "v-1", "description": "text", "auto_bind": true, "auto_expand": true,
        "bind_rules": {"tags": [{"key": "k", "value": "v"}]},
        "tags": [{"key": "a", "value": "b"}, {"key": "c"}], "threshold": 70, "smn_notify": false,
        "enterprise_project_id": "0", "unknown": [1],
        "resources": [{"id": server, "type": "OS::Nova::Server", "name": "mine",
            "extra_info": {"exclude_volumes": [disk]}}],
        "billing": {"object_type": "server", "protect_type": "backup", "size": 10,
            "consistent_level": "crash_consistent", "cloud_type": "public",
            "charging_mode": "post_paid", "is_auto_pay": true, "is_auto_renew": true,
            "period_type": "month", "period_num": 1}}});
    let made = lab.post("/vaults", body).await;
    assert_eq!(made.status, 200, "{made:?}");
    let vault = &made.body["vault"];
    let path = format!("/vaults/{}", vault["id"].as_str().unwrap());
    assert_eq!(made.body, lab.get(&path).await.body);
    assert_eq!(lab.get("/vaults").await.body["vaults"][0], *vault);
    assert_eq!(vault["billing"]["status"], "available");
    assert_eq!(vault["billing"]["allocated"], 1);
    assert_eq!(vault["billing"]["spec_code"], "vault.backup.server.normal");
    assert_eq!(vault["tags"][1], json!({"key": "c", "value": ""}));
    assert_eq!(vault["resources"][0]["name"], "mine");
    assert_eq!(
        vault["resources"][0]["extra_info"],
        json!({"exclude_volumes": [disk]})
    );
    assert_eq!(vault["provider_id"], "0daac4c5-6707-4851-97ba-169e36266b66");
    assert_eq!(
        vault["created_at"].as_str().unwrap().len(),
        "2020-02-05T10:38:34.209782".len()
    );

    let put = lab
        .put(
            &path,
            json!({"vault": {"name": "v-2", "billing": {"size": 20}, "bind_rules": {"tags": []}}}),
        )
        .await;
    assert_eq!((put.status, &put.body), (200, &lab.get(&path).await.body));
    assert_eq!(put.body["vault"]["bind_rules"], json!({}));
    assert_eq!(
        put.body["vault"]["auto_bind"], true,
        "what is not named stays"
    );
    let nothing = lab.put(&path, json!({"vault": {"billing": {}}})).await;
    assert_eq!(nothing.body, put.body);
    let locked = lab.put(&path, json!({"vault": {"locked": true}})).await;
    assert_eq!(locked.body["vault"]["locked"], true);
    refused(
        &lab.put(&path, json!({"vault": {"locked": false}})).await,
        400,
        "6110",
    );
    let remove = json!({"resource_ids": [server]});
    refused(
        &lab.post(&format!("{path}/removeresources"), remove).await,
        400,
        "6220",
    );
}

#[tokio::test]
async fn association_has_its_rules() {
    let lab = Lab::with(|host| {
        host.add_server("web", &[4]);
        host.add_server("db", &[4]);
        host.add_server("bare", &[4]);
        host.add_server("sick", &[4]);
        host.change("bare", |s| s.disks.clear());
        host.change("sick", |s| {
            s.state = coffer_engine::hypervisor::PowerState::Faulty;
        });
    })
    .await;
    let v = lab.server_vault("v", &["web"]).await;
    let other = lab.server_vault("w", &[]).await;
    let disks = lab
        .post("/vaults", Lab::vault_body("d", "disk", json!([])))
        .await
        .body;
    let disks = disks["vault"]["id"].as_str().unwrap().to_owned();
    let web = lab.id("server", "web").await;
    let db = lab.id("server", "db").await;
    let add = async |vault: &str, ids: &[&str]| {
        let list: Vec<Value> = ids
            .iter()
            .map(|id| json!({"id": id, "type": "OS::Nova::Server"}))
            .collect();
        lab.post(
            &format!("/vaults/{vault}/addresources"),
            json!({"resources": list}),
        )
        .await
    };
    refused(&add(&v, &[&web]).await, 400, "7116");
    refused(&add(&other, &[&web]).await, 400, "6103");
    refused(&add(&disks, &[&db]).await, 400, "6102");
    refused(&add(&v, &[&db, &db]).await, 400, "6104");
    refused(&add(&v, &[NOBODY]).await, 404, "7100");
    refused(&add(&v, &["not-an-id"]).await, 404, "7100");
    refused(&add(NOBODY, &[&db]).await, 404, "6105");
    refused(
        &add(&v, &[&lab.id("server", "bare").await]).await,
        400,
        "7108",
    );
    refused(
        &add(&v, &[&lab.id("server", "sick").await]).await,
        400,
        "7101",
    );
    refused(&add(&v, &[]).await, 400, "9900");
    let unknown = json!({"resources": [{"id": db, "type": "OS::Nova::Server",
        "extra_info": {"exclude_volumes": [NOBODY]}}]});
    refused(
        &lab.post(&format!("/vaults/{v}/addresources"), unknown)
            .await,
        404,
        "7000",
    );
    let turbo = lab
        .post(
            "/vaults",
            Lab::vault_body(
                "t",
                "turbo",
                json!([{"id": NOBODY, "type": "OS::Sfs::Turbo"}]),
            ),
        )
        .await;
    refused(&turbo, 404, "6302");

    let added = add(&other, &[&db]).await;
    assert_eq!(added.body, json!({"add_resource_ids": [db]}));
    let path = format!("/vaults/{other}/removeresources");
    refused(
        &lab.post(&path, json!({"resource_ids": [web]})).await,
        400,
        "6135",
    );
    let removed = lab.post(&path, json!({"resource_ids": [db]})).await;
    assert_eq!(removed.body, json!({"remove_resource_ids": [db]}));
    assert_eq!(add(&v, &[&db]).await.status, 200, "free again at once");

    let big = Lab::with(|host| host.add_server("big", &[10])).await;
    big.host.change("big", |s| s.disks[0].size_bytes = 11 << 30);
    let id = big.id("server", "big").await;
    let mut body = Lab::vault_body(
        "v",
        "server",
        json!([{"id": id, "type": "OS::Nova::Server"}]),
    );
    body["vault"]["billing"]["size"] = json!(10);
    let answer = big.post("/vaults", body).await;
    refused(&answer, 400, "6108");
    assert!(answer.text().contains("11 GiB"), "{answer:?}");
    assert_eq!(
        big.get("/vaults").await.body["count"],
        0,
        "nothing half-done"
    );
}

#[tokio::test]
async fn backups_and_restores_have_their_rules() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let empty = lab.server_vault("w", &[]).await;
    let web = lab.id("server", "web").await;
    let db = lab.id("server", "db").await;
    let run = async |body: Value| lab.post("/checkpoints", json!({"checkpoint": body})).await;
    refused(&run(json!({"vault_id": empty})).await, 400, "0001");
    refused(&run(json!({"vault_id": NOBODY})).await, 404, "6105");
    refused(
        &run(json!({"vault_id": vault, "parameters": {"resources": [db]}})).await,
        400,
        "6135",
    );
    refused(
        &run(json!({"vault_id": vault, "parameters": {"resources": [web, web]}})).await,
        400,
        "6104",
    );
    let mut replica = Lab::vault_body("r", "server", json!([]));
    replica["vault"]["billing"]["protect_type"] = json!("replication");
    let replica = lab.post("/vaults", replica).await.body["vault"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    refused(&run(json!({"vault_id": replica})).await, 400, "6124");
    let policy = json!({"vault": {"name": "p", "backup_policy_id": NOBODY, "resources": [], "billing":
        {"object_type": "server", "protect_type": "backup", "consistent_level": "crash_consistent", "size": 10}}});
    refused(&lab.post("/vaults", policy).await, 404, "6000");

    // While a backup runs.
    lab.host.open_gate(false);
    let checkpoint = lab.back_up(&vault, json!({"name": "b"})).await;
    lab.wait("/backups", |b| {
        b["backups"][0]["extend_info"]["progress"].as_u64() > Some(10)
    })
    .await;
    let list = lab.get("/backups").await.body;
    assert_eq!(list["backups"][0]["status"], "protecting");
    let id = list["backups"][0]["id"].as_str().unwrap().to_owned();
    refused(&run(json!({"vault_id": vault})).await, 400, "6125");
    refused(&lab.delete(&format!("/backups/{id}")).await, 400, "6201");
    let restore = format!("/backups/{id}/restore");
    refused(
        &lab.post(&restore, json!({"restore": {"server_id": web}}))
            .await,
        400,
        "2005",
    );
    refused(&lab.delete(&format!("/vaults/{vault}")).await, 400, "6111");
    let remove = json!({"resource_ids": [web]});
    refused(
        &lab.post(&format!("/vaults/{vault}/removeresources"), remove)
            .await,
        400,
        "6203",
    );
    let resource = lab.get(&format!("/vaults/{vault}")).await.body["vault"]["resources"][0].clone();
    assert_eq!(resource["protect_status"], "protecting");
    lab.host.open_gate(true);
    let backup = lab.backup_of(&checkpoint).await;
    let resource = lab.get(&format!("/vaults/{vault}")).await.body["vault"]["resources"][0].clone();
    assert_eq!(resource["protect_status"], "available");
    assert_eq!(resource["backup_count"], 1);
    assert!(resource["backup_size"].as_u64() >= Some(6), "{resource}");

    // While the next one runs: the newest stays, and no restore.
    lab.host.open_gate(false);
    write_pattern(&lab.host.path("web", 0), 0, 1 << 20, 77);
    let next = lab.back_up(&vault, json!({})).await;
    refused(&lab.delete(&format!("/backups/{id}")).await, 400, "6216");
    refused(
        &lab.post(&restore, json!({"restore": {"server_id": web}}))
            .await,
        400,
        "2002",
    );
    lab.host.open_gate(true);
    lab.backup_of(&next).await;

    let child = backup["children"][0]["id"].as_str().unwrap();
    let data_child = backup["children"][1]["id"].as_str().unwrap();
    let system_disk = lab.id("disk", "web-vda").await;
    let data_disk = lab.id("disk", "web-vdb").await;
    refused(&lab.delete(&format!("/backups/{child}")).await, 400, "6201");
    let to = async |body: Value| lab.post(&restore, json!({"restore": body})).await;
    let mapped = |backup: &str, disk: &str| json!({"server_id": web, "mappings": [{"backup_id": backup, "volume_id": disk}]});
    refused(&to(json!({})).await, 400, "9900");
    refused(&to(json!({"server_id": NOBODY})).await, 404, "7100");
    refused(&to(json!({"server_id": db})).await, 400, "2003");
    refused(&to(mapped(data_child, &system_disk)).await, 400, "2013");
    refused(&to(mapped(child, &data_disk)).await, 400, "2001");
    refused(&to(mapped(NOBODY, &data_disk)).await, 404, "6200");
    refused(&to(mapped(child, NOBODY)).await, 404, "7000");
    refused(
        &to(mapped(data_child, &lab.id("disk", "db-vda").await)).await,
        400,
        "2003",
    );
    refused(
        &to(json!({"server_id": web, "stop_server": false})).await,
        400,
        "2008",
    );
    refused(
        &lab.post(
            &format!("/backups/{NOBODY}/restore"),
            json!({"restore": {"server_id": web}}),
        )
        .await,
        404,
        "6200",
    );
    lab.host
        .change("web", |s| s.architecture = "aarch64".into());
    refused(&to(json!({"server_id": web})).await, 400, "2015");
    lab.host.change("web", |s| s.architecture = "x86_64".into());
    lab.host.remove_server("web");
    refused(&to(json!({"server_id": web})).await, 400, "2007");

    for (path, code) in [
        (format!("/vaults/{NOBODY}"), "6105"),
        ("/vaults/my-vault".into(), "6105"),
        (format!("/backups/{NOBODY}"), "6200"),
        ("/backups/x".into(), "6200"),
        (format!("/checkpoints/{NOBODY}"), "6217"),
        (format!("/operation-logs/{NOBODY}"), "6500"),
        (format!("/protectables/server/instances/{NOBODY}"), "6302"),
    ] {
        refused(&lab.get(&path).await, 404, code);
    }
    refused(&lab.get("/protectables/moon/instances").await, 400, "6116");
    let renamed = lab
        .put(
            &format!("/backups/{id}"),
            json!({"backup": {"name": "other"}}),
        )
        .await;
    assert_eq!(renamed.body["backup"]["name"], "other");
}

/// Each field of each call with values that do not fit: 400 with the field named.
#[tokio::test]
async fn bad_input_is_named() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let web = lab.id("server", "web").await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let backup = lab.backup_of(&checkpoint).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let create = json!({"vault": {"name": "n", "description": "d", "resources": [
            {"id": web, "type": "OS::Nova::Server", "name": "x", "extra_info":
                {"exclude_volumes": ["a"], "include_volumes": [{"id": "a", "os_version": "b"}]}}],
        "billing": {"object_type": "server", "protect_type": "backup", "consistent_level": "crash_consistent",
            "size": 10, "cloud_type": "public", "charging_mode": "post_paid", "is_auto_renew": true,
            "is_auto_pay": true, "console_url": "u"},
        "backup_policy_id": "p", "tags": [{"key": "k", "value": "v"}], "auto_bind": true,
        "bind_rules": {"tags": [{"key": "k", "value": "v"}]}, "locked": false, "auto_expand": false,
        "threshold": 80, "smn_notify": true}});
    let update = json!({"vault": {"name": "n", "billing": {"size": 10, "consistent_level": "crash_consistent"},
        "auto_bind": true, "bind_rules": {"tags": [{"key": "k", "value": "v"}]}, "auto_expand": true,
        "smn_notify": true, "threshold": 80, "locked": false}});
    let add = json!({"resources": [{"id": web, "type": "OS::Nova::Server", "name": "x",
        "extra_info": {"exclude_volumes": ["a"]}}]});
    let remove = json!({"resource_ids": [web]});
    let run = json!({"checkpoint": {"vault_id": vault, "parameters": {"name": "n", "description": "d",
        "incremental": true, "auto_trigger": false, "resources": [web], "resource_details":
        [{"id": web, "type": "OS::Nova::Server", "name": "x"}], "retention_duration_days": 3}}});
    let restore = json!({"restore": {"server_id": web, "volume_id": "v", "power_on": true, "stop_server": true,
        "stop_timeout": 3, "mappings": [{"backup_id": "a", "volume_id": "b"}]}});
    let rename = json!({"backup": {"name": "n"}});
    let calls = [
        (Method::POST, "/vaults".to_owned(), create),
        (Method::PUT, format!("/vaults/{vault}"), update),
        (Method::POST, format!("/vaults/{vault}/addresources"), add),
        (
            Method::POST,
            format!("/vaults/{vault}/removeresources"),
            remove,
        ),
        (Method::POST, "/checkpoints".to_owned(), run),
        (Method::POST, format!("/backups/{backup}/restore"), restore),
        (Method::PUT, format!("/backups/{backup}"), rename),
    ];
    let mut tried = 0;
    for (method, path, body) in &calls {
        for (pointer, bad) in mutations(body, "") {
            let mut broken = body.clone();
            *broken.pointer_mut(&pointer).unwrap() = bad.clone();
            let answer = lab.call(method.clone(), path, Some(broken)).await;
            assert_eq!(
                answer.status, 400,
                "{method} {path} {pointer} = {bad}: {answer:?}"
            );
            let name = pointer
                .split('/')
                .rfind(|part| part.parse::<usize>().is_err())
                .unwrap();
            assert!(
                answer.text().contains(name),
                "{method} {path} {pointer} = {bad} does not name {name}: {answer:?}"
            );
            tried += 1;
        }
    }
    assert!(tried > 150, "{tried}");

    let check = async |method: Method, path: &str, body: Value, field: &str| {
        let answer = lab.call(method, path, Some(body.clone())).await;
        refused(&answer, 400, "9900");
        assert!(answer.text().contains(field), "{path} {body}: {answer:?}");
    };
    let vault_with = |field: &str, value: Value| {
        let mut body = Lab::vault_body("n", "server", json!([]));
        body["vault"][field] = value;
        body
    };
    let billed = |field: &str, value: Value| {
        let mut body = Lab::vault_body("n", "server", json!([]));
        body["vault"]["billing"][field] = value;
        body
    };
    for (body, field) in [
        (vault_with("name", json!("")), "vault.name"),
        (vault_with("name", json!("a b")), "vault.name"),
        (vault_with("name", json!("x".repeat(65))), "vault.name"),
        (
            vault_with("description", json!("x".repeat(65))),
            "vault.description",
        ),
        (vault_with("description", json!("<b>")), "vault.description"),
        (vault_with("threshold", json!(0)), "vault.threshold"),
        (vault_with("threshold", json!(101)), "vault.threshold"),
        (
            vault_with("tags", json!([{"key": "a=b", "value": ""}])),
            "vault.tags[0].key",
        ),
        (
            vault_with("tags", json!([{"key": "a"}, {"key": "a"}])),
            "vault.tags[1].key",
        ),
        (
            vault_with("tags", json!([{"key": "a", "value": "x".repeat(44)}])),
            "vault.tags[0].value",
        ),
        (billed("size", json!(9)), "vault.billing.size"),
        (billed("size", json!(10_485_761)), "vault.billing.size"),
        (billed("size", json!(-1)), "vault.billing.size"),
        (billed("size", json!(1e30)), "vault.billing.size"),
        (billed("size", json!(10.5)), "vault.billing.size"),
        (
            billed("object_type", json!("moon")),
            "vault.billing.object_type",
        ),
        (
            billed("protect_type", json!("")),
            "vault.billing.protect_type",
        ),
        (
            billed("consistent_level", json!("x")),
            "vault.billing.consistent_level",
        ),
        (
            billed("cloud_type", json!("hybrid")),
            "vault.billing.cloud_type",
        ),
        (
            billed("charging_mode", json!("pre_paid")),
            "vault.billing.charging_mode",
        ),
    ] {
        check(Method::POST, "/vaults", body, field).await;
    }
    let parameters = |p: Value| json!({"checkpoint": {"vault_id": vault, "parameters": p}});
    for (p, field) in [
        (json!({"name": "a b"}), "checkpoint.parameters.name"),
        (
            json!({"description": "x".repeat(256)}),
            "checkpoint.parameters.description",
        ),
        (
            json!({"retention_duration_days": 0}),
            "retention_duration_days",
        ),
        (
            json!({"retention_duration_days": 36501}),
            "retention_duration_days",
        ),
        (json!({"first_number": 0}), "first_number"),
        (json!({"first_number": 10000}), "first_number"),
        (json!({"first_number": "1"}), "first_number"),
        (
            json!({"resource_details": [{"id": web, "type": "x"}]}),
            "resource_details[0].type",
        ),
    ] {
        check(Method::POST, "/checkpoints", parameters(p), field).await;
    }
    let path = format!("/backups/{backup}/restore");
    check(
        Method::POST,
        &path,
        json!({"restore": {"server_id": web, "stop_timeout": 3601}}),
        "restore.stop_timeout",
    )
    .await;
    for missing in ["name", "resources", "billing"] {
        let mut body = Lab::vault_body("n", "server", json!([]));
        body["vault"].as_object_mut().unwrap().remove(missing);
        check(Method::POST, "/vaults", body, missing).await;
    }
    for (query, field) in [
        ("/vaults?limit=0", "limit"),
        ("/vaults?limit=1001", "limit"),
        ("/vaults?limit=x", "limit"),
        ("/vaults?offset=-1", "offset"),
        ("/vaults?marker=x", "marker"),
        ("/vaults?status=fine", "status"),
        ("/vaults?object_type=x", "object_type"),
        ("/backups?status=fine", "status"),
        ("/backups?sort=size", "sort"),
        ("/backups?start_time=now", "start_time"),
        ("/backups?used_percent=0", "used_percent"),
        ("/backups?own_type=x", "own_type"),
        ("/backups?resource_type=x", "resource_type"),
        ("/operation-logs?operation_type=x", "operation_type"),
        ("/operation-logs?status=x", "status"),
        ("/operation-logs?limit=1001", "limit"),
        ("/protectables/server/instances?limit=51", "limit"),
    ] {
        let answer = lab.get(query).await;
        refused(&answer, 400, "9900");
        assert!(answer.text().contains(field), "{query}: {answer:?}");
    }
}

/// Every value of a body, replaced by values of other types.
fn mutations(value: &Value, at: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let wrong: Vec<Value> = match value {
        Value::String(_) => vec![json!(7), json!({}), json!([]), json!(true)],
        Value::Number(_) => vec![json!("x"), json!({}), json!(true), json!(1.5)],
        Value::Bool(_) => vec![json!("true"), json!(1), json!([])],
        Value::Array(_) => vec![json!("x"), json!({"x": 1}), json!(5)],
        // An array stands for an object's fields in order to serde; an object is asked for.
        Value::Object(_) => vec![json!("x"), json!(5)],
        Value::Null => vec![],
    };
    if !at.is_empty() {
        found.extend(wrong.into_iter().map(|bad| (at.to_owned(), bad)));
    }
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                found.extend(mutations(inner, &format!("{at}/{key}")));
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                found.extend(mutations(inner, &format!("{at}/{index}")));
            }
        }
        _ => {}
    }
    found
}

#[tokio::test]
async fn another_project_sees_nothing() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let backup = lab.backup_of(&checkpoint).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let task = lab.get("/operation-logs").await.body["operation_logs"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let web = lab.id("server", "web").await;
    let (token, project) = lab.stranger().await;
    let as_stranger = async |method: Method, path: &str, body: Option<Value>| {
        lab.call_as(&token, &project, method, path, body).await
    };
    for (method, path, body, code) in [
        (Method::GET, format!("/vaults/{vault}"), None, "6105"),
        (
            Method::PUT,
            format!("/vaults/{vault}"),
            Some(json!({"vault": {"name": "x"}})),
            "6105",
        ),
        (Method::DELETE, format!("/vaults/{vault}"), None, "6105"),
        (
            Method::POST,
            format!("/vaults/{vault}/addresources"),
            Some(json!({"resources": [{"id": web, "type": "OS::Nova::Server"}]})),
            "6105",
        ),
        (
            Method::POST,
            format!("/vaults/{vault}/removeresources"),
            Some(json!({"resource_ids": [web]})),
            "6105",
        ),
        (
            Method::POST,
            "/checkpoints".into(),
            Some(json!({"checkpoint": {"vault_id": vault}})),
            "6105",
        ),
        (
            Method::GET,
            format!("/checkpoints/{checkpoint}"),
            None,
            "6217",
        ),
        (Method::GET, format!("/backups/{backup}"), None, "6200"),
        (
            Method::PUT,
            format!("/backups/{backup}"),
            Some(json!({"backup": {"name": "x"}})),
            "6200",
        ),
        (Method::DELETE, format!("/backups/{backup}"), None, "6200"),
        (
            Method::POST,
            format!("/backups/{backup}/restore"),
            Some(json!({"restore": {"server_id": web}})),
            "6200",
        ),
        (Method::GET, format!("/operation-logs/{task}"), None, "6500"),
        (
            Method::GET,
            format!("/protectables/server/instances/{web}"),
            None,
            "6302",
        ),
        (
            Method::GET,
            format!("coffer:/tasks/{task}/progress"),
            None,
            "6500",
        ),
        (
            Method::POST,
            format!("coffer:/tasks/{task}/cancel"),
            None,
            "6500",
        ),
        (
            Method::GET,
            format!("coffer:/backups/{backup}/details"),
            None,
            "6200",
        ),
        (
            Method::POST,
            format!("coffer:/backups/{backup}/restore-file"),
            Some(json!({"restore": {"path": "/x"}})),
            "9900",
        ),
    ] {
        let answer = as_stranger(method.clone(), &path, body).await;
        let status = if code == "9900" { 400 } else { 404 };
        refused(&answer, status, code);
    }
    for (path, list) in [
        ("/vaults", "vaults"),
        ("/backups", "backups"),
        ("/operation-logs", "operation_logs"),
        ("/protectables/server/instances", "instances"),
        ("/protectables/disk/instances", "instances"),
    ] {
        let answer = as_stranger(Method::GET, path, None).await;
        assert_eq!(
            (&answer.body[list], &answer.body["count"]),
            (&json!([]), &json!(0)),
            "{path}"
        );
    }
    // Its own vault takes none of our servers, and no filter finds ours.
    let body = Lab::vault_body(
        "n",
        "server",
        json!([{"id": web, "type": "OS::Nova::Server"}]),
    );
    refused(
        &as_stranger(Method::POST, "/vaults", Some(body)).await,
        404,
        "7100",
    );
    let found = as_stranger(Method::GET, &format!("/vaults?resource_ids={web}"), None).await;
    assert_eq!(found.body["count"], 0);
    // In the path of a project that is not its own.
    let answer = lab
        .call_as(&token, &lab.project, Method::GET, "/vaults", None)
        .await;
    assert!(matches!(answer.status, 403 | 404), "{answer:?}");
}

#[tokio::test]
async fn lists_are_paged_by_marker_and_offset() {
    let lab = Lab::new().await;
    let mut made = Vec::new();
    for n in 0..5 {
        made.insert(0, lab.server_vault(&format!("v{n}"), &[]).await);
    }
    let mut seen = Vec::new();
    let mut path = "/vaults?limit=2".to_owned();
    loop {
        let page = lab.get(&path).await.body;
        assert_eq!((&page["count"], &page["limit"]), (&json!(5), &json!(2)));
        let ids: Vec<String> = page["vaults"]
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v["id"].as_str().unwrap().to_owned())
            .collect();
        let Some(last) = ids.last() else { break };
        path = format!("/vaults?limit=2&marker={last}");
        seen.extend(ids);
    }
    let newest_first = |ids: &[String]| {
        let mut sorted = ids.to_vec();
        sorted.sort();
        sorted
    };
    assert_eq!(newest_first(&seen), newest_first(&made));
    assert_eq!(seen.len(), 5);
    let rest = lab.get("/vaults?offset=4").await.body;
    assert_eq!(rest["vaults"].as_array().unwrap().len(), 1);
    assert_eq!(rest["limit"], 1000);
    let named = lab.get("/vaults?name=v3").await.body;
    assert_eq!(
        (&named["count"], &named["vaults"][0]["name"]),
        (&json!(1), &json!("v3"))
    );
    let two = lab
        .get(&format!("/vaults?id={}&id={}", made[0], made[4]))
        .await
        .body;
    assert_eq!(two["count"], 2);
    assert_eq!(lab.get("/vaults?object_type=disk").await.body["count"], 0);
    // A filter that the marker does not fit goes on behind the marker's place.
    let path = format!("/vaults?name={}&marker={}", "v0", seen[0]);
    assert_eq!(
        lab.get(&path).await.body["vaults"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_full_vault_takes_no_backup_and_does_not_shrink_below_its_use() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["db"]).await;
    let path = format!("/vaults/{vault}");
    lab.fill(&vault, (20 << 30) + 1, 20).await;
    let shown = lab.get(&path).await.body["vault"]["billing"].clone();
    assert_eq!(
        (&shown["used"], &shown["size"]),
        (&json!(20 * 1024 + 1), &json!(20))
    );
    let body = json!({"checkpoint": {"vault_id": vault}});
    refused(&lab.post("/checkpoints", body).await, 400, "6114");
    assert_eq!(lab.get("/backups").await.body["count"], 0);
    let size = |size: u64| json!({"vault": {"billing": {"size": size}}});
    refused(&lab.put(&path, size(20)).await, 400, "6101");
    assert_eq!(lab.put(&path, size(21)).await.status, 200);
    // A backup tells how much the vault really takes.
    let checkpoint = lab.back_up(&vault, json!({})).await;
    lab.backup_of(&checkpoint).await;
    let shown = lab.get(&path).await.body["vault"]["billing"].clone();
    assert!(shown["used"].as_u64() <= Some(3), "{shown}");
}

#[tokio::test]
async fn lists_of_backups_are_filtered() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["db"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    lab.backup_of(&checkpoint).await;
    lab.fill(&vault, 9 << 30, 10).await;
    assert_eq!(lab.get("/backups?used_percent=90").await.body["count"], 1);
    assert_eq!(lab.get("/backups?used_percent=91").await.body["count"], 0);
    assert_eq!(
        lab.get("/backups?start_time=2020-01-01T00:00:00Z")
            .await
            .body["count"],
        1
    );
    assert_eq!(
        lab.get("/backups?end_time=2020-01-01T00:00:00Z").await.body["count"],
        0
    );
    assert_eq!(
        lab.get("/backups?status=error&status=available").await.body["count"],
        1
    );
    assert_eq!(lab.get("/backups?own_type=shared").await.body["count"], 0);
    let parent = lab.get("/backups").await.body["backups"][0]["id"].clone();
    let children = lab
        .get(&format!("/backups?parent_id={}", parent.as_str().unwrap()))
        .await;
    assert_eq!(children.body["count"], 1);
}
