//! Input that no honest client sends: never a fault of ours, never another project's things.

use reqwest::Method;
use serde_json::{Value, json};

use crate::lab::Lab;

/// Legal calls with a body; `vault`, `backup` and `web` are ids.
fn calls(vault: &str, backup: &str, web: &str) -> Vec<(Method, String, Value)> {
    let create = json!({"vault": {"name": "n", "description": "d",
        "resources": [{"id": web, "type": "OS::Nova::Server", "name": "x",
            "extra_info": {"exclude_volumes": ["a"]}}],
        "billing": {"object_type": "server", "protect_type": "backup",
            "consistent_level": "crash_consistent", "size": 10, "cloud_type": "public"},
        "tags": [{"key": "k", "value": "v"}], "auto_bind": true,
        "bind_rules": {"tags": [{"key": "k", "value": "v"}]}, "threshold": 80}});
    let update = json!({"vault": {"name": "n", "billing": {"size": 10}, "threshold": 80}});
    let add = json!({"resources": [{"id": web, "type": "OS::Nova::Server"}]});
    let run = json!({"checkpoint": {"vault_id": vault, "parameters": {"name": "n",
        "description": "d", "resources": [web], "retention_duration_days": 3}}});
    let details = json!({"checkpoint": {"vault_id": vault, "parameters": {
        "first_number": 7,
        "resource_details": [{"id": web, "type": "OS::Nova::Server", "name": "x"}]}}});
    let restore = json!({"restore": {"server_id": web, "stop_timeout": 3,
        "mappings": [{"backup_id": backup, "volume_id": web}]}});
    let of = |method, path: String, body| (method, path, body);
    vec![
        of(Method::POST, "/vaults".into(), create),
        of(Method::PUT, format!("/vaults/{vault}"), update),
        of(Method::POST, format!("/vaults/{vault}/addresources"), add),
        of(
            Method::POST,
            format!("/vaults/{vault}/removeresources"),
            json!({"resource_ids": [web]}),
        ),
        of(Method::POST, "/checkpoints".into(), run),
        of(Method::POST, "/checkpoints".into(), details),
        of(Method::POST, format!("/backups/{backup}/restore"), restore),
        of(
            Method::PUT,
            format!("/backups/{backup}"),
            json!({"backup": {"name": "n"}}),
        ),
        of(
            Method::POST,
            format!("coffer:/backups/{backup}/restore-file"),
            json!({"restore": {"path": "/x"}}),
        ),
    ]
}

/// A vault, a backup in it and its server.
async fn things(lab: &Lab) -> [String; 3] {
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let backup = lab.backup_of(&checkpoint).await;
    let backup = backup["id"].as_str().expect("an id").to_owned();
    [vault, backup, lab.id("server", "web").await]
}

/// The pointers to all values of a body, itself included.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                pointers(inner, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                pointers(inner, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn odd_values_are_no_fault_of_ours() {
    let lab = Lab::new().await;
    let [vault, backup, web] = things(&lab).await;
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!([deep]);
    }
    let odd = [
        json!(null),
        json!(-1),
        json!(0),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1e308),
        json!(0.1),
        json!(""),
        json!("\u{0}"),
        json!("a\u{0}b"),
        json!("../../../etc/passwd"),
        json!("' OR 1=1; --"),
        json!("\u{202e}\u{1f4a3}\u{fffd}"),
        json!("x".repeat(300_000)),
        json!([]),
        json!({}),
        json!([[], {}, null, 1]),
        json!({"": {"": null}}),
        deep,
    ];
    let mut tried = 0;
    for (method, path, body) in calls(&vault, &backup, &web) {
        let mut all = Vec::new();
        pointers(&body, "", &mut all);
        for pointer in all {
            for bad in &odd {
                let mut broken = body.clone();
                *broken.pointer_mut(&pointer).expect("it is there") = bad.clone();
                let answer = lab.call(method.clone(), &path, Some(broken)).await;
                let shown: String = bad.to_string().chars().take(60).collect();
                assert!(
                    answer.status < 500,
                    "{method} {path} {pointer} = {shown}: {answer:?}"
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 1000, "{tried}");
}

#[tokio::test]
async fn odd_bodies_are_no_fault_of_ours() {
    let lab = Lab::new().await;
    let [vault, backup, web] = things(&lab).await;
    let calls = calls(&vault, &backup, &web);
    let mut latin = calls[0].2.to_string().into_bytes();
    let at = latin.iter().position(|b| *b == b'n').expect("it has one");
    latin[at] = 0xff;
    let name = json!({"vault": {"name": "x".repeat(1 << 20)}}).to_string();
    let bodies: Vec<Vec<u8>> = vec![
        Vec::new(),
        vec![0],
        vec![0xff, 0xfe, 0x00],
        b"{".to_vec(),
        b"null".to_vec(),
        b"{\"vault\": 1e999999}".to_vec(),
        b"{\"vault\": -99999999999999999999999999999999}".to_vec(),
        b"{\"vault\": {\"name\": \"\\ud800\"}}".to_vec(),
        b"{\"vault\": {}, \"vault\": {}}".to_vec(),
        "[".repeat(200_000).into_bytes(),
        "{\"vault\":".repeat(50_000).into_bytes(),
        latin,
        name.into_bytes(),
    ];
    for (method, path, body) in &calls {
        for bytes in &bodies {
            let status = lab
                .send_raw(method.clone(), path, "application/json", bytes.clone())
                .await;
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
            assert!(
                (400..500).contains(&status),
                "{method} {path} {shown}: {status}"
            );
        }
        for content_type in [
            "text/xml",
            "",
            "application/json; charset=utf-16",
            "\"",
            "a/b/c",
        ] {
            let status = lab
                .send_raw(method.clone(), path, content_type, body.to_string().into())
                .await;
            assert!(status < 500, "{method} {path} {content_type}: {status}");
        }
    }
}

#[tokio::test]
async fn odd_paths_and_queries_are_no_fault_of_ours() {
    let lab = Lab::new().await;
    things(&lab).await;
    let long = "9".repeat(6000);
    let odd = [
        "",
        "%00",
        "%ff",
        "%",
        "%zz",
        "-1",
        "0",
        "1e9",
        "..",
        "..%2f..%2f",
        "%27%20OR%201=1",
        "18446744073709551616",
        "%F0%9F%92%A3",
        "null",
        "00000000-0000-0000-0000-000000000000",
        &long,
    ];
    for id in odd {
        for path in [
            format!("/vaults/{id}"),
            format!("/backups/{id}"),
            format!("/checkpoints/{id}"),
            format!("/operation-logs/{id}"),
            format!("/protectables/{id}/instances"),
            format!("/protectables/server/instances/{id}"),
            format!("coffer:/tasks/{id}/progress"),
            format!("coffer:/backups/{id}/details"),
        ] {
            for method in [Method::GET, Method::DELETE, Method::PATCH] {
                if id.is_empty() && method == Method::DELETE {
                    continue;
                }
                let status = lab.send_raw(method.clone(), &path, "", Vec::new()).await;
                assert!(status < 500, "{method} {path}: {status}");
            }
        }
        for key in [
            "limit",
            "offset",
            "marker",
            "name",
            "status",
            "sort",
            "vault_id",
            "checkpoint_id",
            "resource_id",
            "resource_ids",
            "parent_id",
            "start_time",
            "end_time",
            "used_percent",
            "object_type",
            "id",
            "image_type",
            "policy_id",
        ] {
            for list in [
                "/vaults",
                "/backups",
                "/operation-logs",
                "/protectables/server/instances",
            ] {
                let path = format!("{list}?{key}={id}&{key}={id}");
                let status = lab.send_raw(Method::GET, &path, "", Vec::new()).await;
                assert!(status < 500, "{path}: {status}");
            }
        }
    }
}

/// Every id of ours in every place where a stranger may name one, in bodies that are legal.
#[tokio::test]
async fn legal_bodies_do_not_open_another_project() {
    let lab = Lab::new().await;
    let [vault, backup, web] = things(&lab).await;
    let disk = lab.id("disk", "web-vda").await;
    let (token, project) = lab.stranger().await;
    for own_path in [true, false] {
        let path_project = if own_path { &project } else { &lab.project };
        for (method, path, body) in calls(&vault, &backup, &web) {
            let answer = lab
                .call_as(&token, path_project, method.clone(), &path, Some(body))
                .await;
            // A file's place is looked at first, and is the caller's own affair.
            let allowed: &[u16] = match own_path && path.ends_with("restore-file") {
                true => &[400],
                false => &[403, 404],
            };
            assert!(
                allowed.contains(&answer.status),
                "{method} {path} in {path_project}: {answer:?}"
            );
        }
    }
    // In a vault of its own.
    let made = lab
        .call_as(
            &token,
            &project,
            Method::POST,
            "/vaults",
            Some(Lab::vault_body("own", "server", json!([]))),
        )
        .await;
    assert_eq!(made.status, 200, "{made:?}");
    let own = made.body["vault"]["id"].as_str().expect("an id");
    for (path, body) in [
        (
            format!("/vaults/{own}/addresources"),
            json!({"resources": [{"id": web, "type": "OS::Nova::Server"}]}),
        ),
        (
            format!("/vaults/{own}/addresources"),
            json!({"resources": [{"id": disk, "type": "OS::Cinder::Volume"}]}),
        ),
        (
            format!("/vaults/{own}/removeresources"),
            json!({"resource_ids": [web]}),
        ),
        (
            "/checkpoints".to_owned(),
            json!({"checkpoint": {"vault_id": own, "parameters": {"resources": [web]}}}),
        ),
        (
            "/checkpoints".to_owned(),
            json!({"checkpoint": {"vault_id": own, "parameters": {
                "resource_details": [{"id": web, "type": "OS::Nova::Server"}]}}}),
        ),
    ] {
        let answer = lab
            .call_as(&token, &project, Method::POST, &path, Some(body))
            .await;
        assert!((400..500).contains(&answer.status), "{path}: {answer:?}");
    }
    let seen = lab.get(&format!("/vaults/{vault}")).await.body;
    assert_eq!(seen["vault"]["name"], "v");
    assert_eq!(seen["vault"]["resources"][0]["protect_status"], "available");
    assert_eq!(lab.get("/backups").await.body["count"], 1);
}
