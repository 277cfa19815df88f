//! Vaults that take unprotected servers and disks by themselves, and tags that say which ones.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::host::FileHost;
use crate::lab::Lab;
use crate::policies::{NIGHTLY, apply, make, policy};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn fill(host: &FileHost) {
    for name in ["a", "b", "c"] {
        host.add_server(name, &[1]);
    }
    host.change("a", |s| s.tags = vec![("tier".into(), "gold".into())]);
}

async fn taking(lab: &Lab, name: &str, kind: &str, size: u64, tags: Value) -> String {
    let mut body = Lab::vault_body(name, kind, json!([]));
    body["vault"]["billing"]["size"] = json!(size);
    body["vault"]["auto_bind"] = json!(true);
    body["vault"]["bind_rules"] = json!({"tags": tags});
    let made = lab.post("/vaults", body).await;
    assert_eq!(made.status, 200, "{made:?}");
    made.body["vault"]["id"].as_str().unwrap().to_owned()
}

async fn names(lab: &Lab, vault: &str) -> Vec<String> {
    let shown = lab.get(&format!("/vaults/{vault}")).await;
    let list = shown.body["vault"]["resources"].as_array().unwrap().clone();
    let mut names: Vec<String> = list
        .iter()
        .map(|r| r["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// Waits until so many backups are there, all of them available.
async fn backups(lab: &Lab, number: usize) {
    let done = |body: &Value| {
        let list = body["backups"].as_array().unwrap();
        list.len() == number && list.iter().all(|b| b["status"] == "available")
    };
    lab.wait("/backups", done).await;
}

async fn associations(lab: &Lab) -> Vec<Value> {
    let list = lab.get("/operation-logs?operation_type=associate").await;
    assert_eq!(list.status, 200, "{list:?}");
    list.body["operation_logs"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_takes_what_is_unprotected_and_backs_it_up() {
    let mut lab = Lab::with(fill).await;
    let vault = taking(&lab, "all", "server", 800, json!([])).await;
    assert_eq!(
        lab.get(&format!("/vaults/{vault}")).await.body["vault"]["auto_bind"],
        true
    );
    // Without a policy nothing is taken.
    lab.advance(DAY).await;
    let id = make(&lab, policy("p", json!({"max_backups": 9}), &[NIGHTLY])).await;
    assert!(names(&lab, &vault).await.is_empty());
    apply(&lab, &vault, &id).await;
    lab.advance(DAY).await;
    backups(&lab, 3).await;
    assert_eq!(names(&lab, &vault).await, ["a", "b", "c"]);
    let tasks = associations(&lab).await;
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    assert_eq!(
        (&tasks[0]["status"], &tasks[0]["policy_id"]),
        (&json!("success"), &json!(id))
    );
    let info = &tasks[0]["extra_info"]["associate_resources"];
    assert_eq!(
        (&info["total_count"], &info["fail_count"]),
        (&json!(3), &json!(0))
    );
    // A disk that is added to a server is detected and backed up with the next run.
    let extra = lab.directory.path().join("disks/extra.raw");
    std::fs::write(&extra, vec![7; 1 << 20]).unwrap();
    lab.host.change("a", |s| {
        s.disks
            .push(crate::host::disk("vdb", &extra, 1 << 20, false))
    });
    // Switched off, it takes nothing new; what it has stays.
    let off = lab
        .put(
            &format!("/vaults/{vault}"),
            json!({"vault": {"auto_bind": false}}),
        )
        .await;
    assert_eq!(off.status, 200, "{off:?}");
    lab.host.add_server("d", &[1]);
    lab.advance(DAY).await;
    backups(&lab, 6).await;
    assert_eq!(names(&lab, &vault).await, ["a", "b", "c"]);
    let list = lab.get("/backups?resource_name=a").await;
    assert_eq!(
        list.body["backups"][0]["children"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_say_what_a_vault_takes() {
    let mut lab = Lab::with(fill).await;
    let (b, c) = (lab.id("server", "b").await, lab.id("server", "c").await);
    let of = |id: &str| format!("ecs:/cloudservers/{id}/tags");
    let set = |tags: Value| json!({"action": "create", "tags": tags});
    for (id, tags, status) in [
        (b.as_str(), json!([{"key": "env", "value": "prod"}]), 204),
        (
            c.as_str(),
            json!([{"key": "env", "value": "test"}, {"key": "x"}]),
            204,
        ),
        (c.as_str(), json!([{"key": "a b", "value": ""}]), 400),
        ("2b076f26-391f-40fa-bf71-a798940faccf", json!([]), 404),
        ("none", json!([]), 404),
    ] {
        let answer = lab.post(&format!("{}/action", of(id)), set(tags)).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    let many: Vec<Value> = (0..21)
        .map(|n| json!({"key": format!("k{n}"), "value": ""}))
        .collect();
    let answer = lab
        .post(&format!("{}/action", of(&b)), set(json!(many)))
        .await;
    assert_eq!(answer.status, 400, "{answer:?}");
    let gone = json!({"action": "delete", "tags": [{"key": "x"}, {"key": "none"}]});
    assert_eq!(
        lab.post(&format!("{}/action", of(&c)), gone).await.status,
        204
    );
    let shown = lab.get(&of(&c)).await;
    assert_eq!(
        shown.body,
        json!({"tags": [{"key": "env", "value": "test"}]})
    );
    // What the hypervisor says is there too, until a user says otherwise.
    let a = lab.id("server", "a").await;
    assert_eq!(
        lab.get(&of(&a)).await.body["tags"],
        json!([{"key": "tier", "value": "gold"}])
    );
    let listed = lab.get(&format!("ecs:/cloudservers/{a}")).await;
    assert_eq!(listed.body["server"]["tags"], json!(["tier=gold"]));

    let gold = json!([{"key": "tier", "value": "gold"}, {"key": "env", "value": "prod"}]);
    let vault = taking(&lab, "some", "server", 800, gold).await;
    // Half a day from now: the hour in between crosses no other run.
    let now = lab.clock().now().to_zoned(jiff::tz::TimeZone::UTC);
    let rule = format!(
        "FREQ=DAILY;INTERVAL=1;BYHOUR={:02};BYMINUTE=00",
        (now.hour() + 12) % 24
    );
    let id = make(&lab, policy("p", json!({"max_backups": 9}), &[&rule])).await;
    apply(&lab, &vault, &id).await;
    lab.advance(DAY).await;
    backups(&lab, 2).await;
    assert_eq!(names(&lab, &vault).await, ["a", "b"]);
    // A user's tag hides the hypervisor's of the same key.
    lab.host.add_server("e", &[1]);
    lab.host
        .change("e", |s| s.tags = vec![("tier".into(), "gold".into())]);
    lab.advance(SignedDuration::from_hours(1)).await;
    let known = |body: &Value| body["instances"].as_array().unwrap().len() == 4;
    lab.wait("/protectables/server/instances", known).await;
    let e = lab.id("server", "e").await;
    let silver = set(json!([{"key": "tier", "value": "silver"}]));
    assert_eq!(
        lab.post(&format!("{}/action", of(&e)), silver).await.status,
        204
    );
    assert_eq!(
        lab.get(&of(&e)).await.body["tags"],
        json!([{"key": "tier", "value": "silver"}])
    );
    lab.advance(DAY).await;
    backups(&lab, 4).await;
    assert_eq!(names(&lab, &vault).await, ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_earliest_run_takes_and_the_next_one_where_there_is_no_room() {
    let mut lab = Lab::with(fill).await;
    let late = taking(&lab, "late", "server", 800, json!([])).await;
    let early = taking(&lab, "early", "server", 42, json!([])).await;
    // Of this hour and not of a fixed one: no other run may lie before them.
    let now = lab.clock().now().to_zoned(jiff::tz::TimeZone::UTC);
    for (vault, later) in [(&early, 2), (&late, 4)] {
        let hour = (now.hour() + later) % 24;
        let rule = format!("FREQ=DAILY;INTERVAL=1;BYHOUR={hour:02};BYMINUTE=00");
        let name = format!("p{later}");
        let id = make(&lab, policy(&name, json!({"max_backups": 9}), &[&rule])).await;
        apply(&lab, vault, &id).await;
    }
    // The first run comes two hours before the second: 42 GiB have room for two of them.
    let between = now.round(
        jiff::ZonedRound::new()
            .smallest(jiff::Unit::Hour)
            .mode(jiff::RoundMode::Trunc),
    );
    let between = between.unwrap().timestamp() + SignedDuration::from_mins(150);
    lab.advance(between.duration_since(lab.clock().now())).await;
    backups(&lab, 2).await;
    assert_eq!(names(&lab, &early).await.len(), 2);
    assert_eq!(names(&lab, &late).await.len(), 0);
    lab.advance(SignedDuration::from_hours(2)).await;
    backups(&lab, 3).await;
    assert_eq!(names(&lab, &late).await.len(), 1);
    let tasks = associations(&lab).await;
    assert_eq!(tasks.len(), 2, "{tasks:?}");
    let first = &tasks[1];
    assert!(
        first["error_info"]["message"]
            .as_str()
            .unwrap()
            .contains("is unprotected"),
        "{first}"
    );
    let failures = &first["extra_info"]["associate_resources"]["failures"];
    assert_eq!(failures.as_array().unwrap().len(), 1, "{first}");
}

#[tokio::test(flavor = "multi_thread")]
async fn disks_of_protected_servers_are_not_taken_once_more() {
    let mut lab = Lab::with(fill).await;
    lab.server_vault("v", &["a"]).await;
    let vault = taking(&lab, "disks", "disk", 100, json!([])).await;
    let id = make(&lab, policy("p", json!({"max_backups": 9}), &[NIGHTLY])).await;
    apply(&lab, &vault, &id).await;
    lab.advance(DAY).await;
    backups(&lab, 2).await;
    assert_eq!(names(&lab, &vault).await, ["b-vda", "c-vda"]);
}
