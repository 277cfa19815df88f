//! Policies: made, shown, changed, applied, removed, and what is refused.

use serde_json::{Value, json};

use crate::lab::{Answer, Lab};

const NOBODY: &str = "2b076f26-391f-40fa-bf71-a798940faccf";
pub const NIGHTLY: &str = "FREQ=DAILY;INTERVAL=1;BYHOUR=2;BYMINUTE=00";

pub fn policy(name: &str, definition: Value, patterns: &[&str]) -> Value {
    json!({"policy": {"name": name, "operation_type": "backup", "operation_definition": definition,
        "trigger": {"properties": {"pattern": patterns}}}})
}

pub async fn make(lab: &Lab, body: Value) -> String {
    let made = lab.post("/policies", body).await;
    assert_eq!(made.status, 200, "{made:?}");
    made.body["policy"]["id"].as_str().unwrap().to_owned()
}

pub async fn apply(lab: &Lab, vault: &str, policy: &str) {
    let path = format!("/vaults/{vault}/associatepolicy");
    let answer = lab.post(&path, json!({"policy_id": policy})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let expected = json!({"associate_policy": {"vault_id": vault, "policy_id": policy}});
    assert_eq!(answer.body, expected);
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str, text: &str) {
    let expected = format!("BackupService.{code}");
    assert_eq!(
        (answer.status, answer.code()),
        (status, expected.as_str()),
        "{answer:?}"
    );
    assert!(answer.text().contains(text), "{answer:?}");
}

#[tokio::test]
async fn a_policy_is_given_back_as_it_was_sent() {
    let lab = Lab::new().await;
    let definition = json!({"day_backups": 0, "week_backups": 0, "month_backups": 0,
        "year_backups": 0, "retention_duration_days": 1, "max_backups": -1, "timezone": "UTC+03:00"});
    let rule = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=14;BYMINUTE=00";
    let made = lab
        .post("/policies", policy("p-1", definition.clone(), &[rule]))
        .await;
    assert_eq!(made.status, 200, "{made:?}");
    let shown = &made.body["policy"];
    let path = format!("/policies/{}", shown["id"].as_str().unwrap());
    assert_eq!(lab.get(&path).await.body, made.body);
    assert_eq!(
        lab.get("/policies").await.body,
        json!({"policies": [shown], "count": 1})
    );
    assert_eq!(shown["operation_definition"], definition);
    assert_eq!(shown["enabled"], true);
    assert_eq!(shown["associated_vaults"], json!([]));
    let trigger = &shown["trigger"];
    assert_eq!(
        (&trigger["name"], &trigger["type"]),
        (&json!("default"), &json!("time"))
    );
    assert_eq!(trigger["properties"]["pattern"], json!([rule]));
    assert_eq!(
        trigger["properties"]["start_time"].as_str().unwrap().len(),
        19
    );

    // Name and state alone leave the rest as it is; a definition takes the place of the former.
    let put = lab
        .put(&path, json!({"policy": {"name": "p-2", "enabled": false}}))
        .await;
    assert_eq!(put.status, 200, "{put:?}");
    let mut expected = shown.clone();
    expected["name"] = json!("p-2");
    expected["enabled"] = json!(false);
    assert_eq!(put.body["policy"], expected);
    let put = lab
        .put(
            &path,
            json!({"policy": {"operation_definition": {"max_backups": 5}}}),
        )
        .await;
    assert_eq!(
        put.body["policy"]["operation_definition"],
        json!({"max_backups": 5})
    );
    assert_eq!(lab.get(&path).await.body, put.body);
    assert_eq!(lab.delete(&path).await.status, 204);
    refused(&lab.get(&path).await, 404, "6000", "no policy");
    refused(&lab.delete(&path).await, 404, "6000", "no policy");
    refused(&lab.get("/policies/x").await, 404, "6000", "no policy");
}

#[tokio::test]
async fn a_vault_takes_one_policy_of_each_type() {
    let lab = Lab::new().await;
    let first = make(&lab, policy("a", json!({}), &[NIGHTLY])).await;
    let second = make(&lab, policy("b", json!({}), &[NIGHTLY])).await;
    let mut replication = policy(
        "r",
        json!({"destination_region": "eu-nl", "destination_project_id": "p"}),
        &[NIGHTLY],
    );
    replication["policy"]["operation_type"] = json!("replication");
    let replication = make(&lab, replication).await;

    let mut body = Lab::vault_body("v", "server", json!([]));
    body["vault"]["backup_policy_id"] = json!(first);
    let made = lab.post("/vaults", body).await;
    assert_eq!(
        made.body["vault"]["backup_policy_id"],
        json!(first),
        "{made:?}"
    );
    let vault = made.body["vault"]["id"].as_str().unwrap().to_owned();
    // It runs where it is applied.
    let next = |body: &Value| body["policy"]["next_run_at"].clone();
    let applied = next(&lab.get(&format!("/policies/{first}")).await.body);
    assert!(
        applied
            .as_str()
            .is_some_and(|at| at.ends_with("T02:00:00Z")),
        "{applied}"
    );
    let idle = next(&lab.get(&format!("/policies/{second}")).await.body);
    assert_eq!(idle, Value::Null);
    let path = format!("/vaults/{vault}");
    assert_eq!(lab.get(&path).await.body, made.body);
    // As Terraform does after that.
    apply(&lab, &vault, &first).await;
    apply(&lab, &vault, &replication).await;
    apply(&lab, &vault, &second).await;
    assert_eq!(
        lab.get(&path).await.body["vault"]["backup_policy_id"],
        json!(second)
    );
    let of = |policy: &str| {
        let path = format!("/policies/{policy}");
        let lab = &lab;
        async move { lab.get(&path).await.body["policy"]["associated_vaults"].clone() }
    };
    assert_eq!(of(&first).await, json!([]));
    let applied = json!([{"vault_id": vault, "destination_vault_id": null}]);
    assert_eq!(of(&second).await, applied);
    assert_eq!(of(&replication).await, applied);

    // Lists by policy and by vault.
    let count = |path: String| {
        let lab = &lab;
        async move { lab.get(&path).await.body["count"].clone() }
    };
    assert_eq!(count(format!("/vaults?policy_id={second}")).await, 1);
    assert_eq!(count(format!("/vaults?policy_id={replication}")).await, 1);
    assert_eq!(count(format!("/vaults?policy_id={first}")).await, 0);
    assert_eq!(count(format!("/policies?vault_id={vault}")).await, 2);
    assert_eq!(
        count("/policies?operation_type=replication".into()).await,
        1
    );
    assert_eq!(count("/policies".into()).await, 3);
    let page = lab
        .get(&format!("/policies?limit=1&marker={replication}"))
        .await;
    assert_eq!(page.body["policies"][0]["id"], json!(second));

    // The destination stays while it is applied.
    let moved = json!({"policy": {"operation_definition":
        {"destination_region": "eu-x", "destination_project_id": "p"}}});
    let answer = lab.put(&format!("/policies/{replication}"), moved).await;
    refused(&answer, 400, "6003", "destination_region");

    let remove = format!("/vaults/{vault}/dissociatepolicy");
    let answer = lab.post(&remove, json!({"policy_id": second})).await;
    let expected = json!({"dissociate_policy": {"vault_id": vault, "policy_id": second}});
    assert_eq!((answer.status, &answer.body), (200, &expected));
    let again = lab.post(&remove, json!({"policy_id": second})).await;
    refused(&again, 404, "6002", "not applied");
    let nobody = lab.post(&remove, json!({"policy_id": NOBODY})).await;
    refused(&nobody, 404, "6000", "no policy");
    assert_eq!(
        lab.get(&path).await.body["vault"]["backup_policy_id"],
        Value::Null
    );

    // A policy that is applied can be deleted, and so can a vault that has one.
    assert_eq!(
        lab.delete(&format!("/policies/{replication}")).await.status,
        204
    );
    apply(&lab, &vault, &first).await;
    assert_eq!(lab.delete(&path).await.status, 204);
    assert_eq!(of(&first).await, json!([]));
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_its_code() {
    let lab = Lab::new().await;
    let cases: &[(Value, &str, &str)] = &[
        (json!({"name": ""}), "9900", "policy.name"),
        (json!({"name": "a b"}), "9900", "policy.name"),
        (json!({"name": "x".repeat(65)}), "9900", "policy.name"),
        (json!({"operation_type": "copy"}), "6117", "operation_type"),
        (
            json!({"operation_type": "replication"}),
            "9900",
            "destination_region",
        ),
        (json!({"enabled": "yes"}), "9900", "policy.enabled"),
        (
            json!({"operation_definition": null}),
            "9900",
            "operation_definition",
        ),
        (
            json!({"operation_definition": {"max_backups": 100_000}}),
            "9900",
            "max_backups",
        ),
        (
            json!({"operation_definition": {"max_backups": 1.5}}),
            "9900",
            "max_backups",
        ),
        (
            json!({"operation_definition": {"max_backups": 1, "retention_duration_days": 1}}),
            "9900",
            "excludes",
        ),
        (
            json!({"operation_definition": {"day_backups": 1}}),
            "9900",
            "timezone",
        ),
        (
            json!({"operation_definition": {"timezone": "CET/x"}}),
            "9900",
            "timezone",
        ),
        (
            json!({"operation_definition": {"advanced_retention_rules": {"weekly": {}}}}),
            "9900",
            "not supported",
        ),
        (json!({"trigger": {}}), "9900", "trigger"),
        (
            json!({"trigger": {"properties": {"pattern": []}}}),
            "9900",
            "1 to 24",
        ),
        (
            json!({"trigger": {"properties": {"pattern": ["FREQ=HOURLY"]}}}),
            "9900",
            "pattern[0]",
        ),
        (
            json!({"trigger": {"properties": {"pattern": [NIGHTLY, "FREQ=DAILY;BYHOUR=2;BYMINUTE=30"]}}}),
            "9900",
            "less than an hour",
        ),
        (
            json!({"trigger": {"properties": {"pattern": [NIGHTLY], "timezone": "Mars"}}}),
            "9900",
            "timezone",
        ),
        (
            json!({"trigger": {"properties": {"pattern": [NIGHTLY], "start_window_minutes": 5}}}),
            "9900",
            "start_window_minutes",
        ),
    ];
    for (change, code, text) in cases {
        let mut body = policy("p", json!({}), &[NIGHTLY]);
        for (key, value) in change.as_object().unwrap() {
            body["policy"][key] = value.clone();
        }
        refused(&lab.post("/policies", body).await, 400, code, text);
    }
    refused(
        &lab.get("/policies?operation_type=x").await,
        400,
        "6117",
        "operation_type",
    );
    refused(&lab.get("/policies?marker=x").await, 400, "9900", "marker");

    let id = make(&lab, policy("p", json!({}), &[NIGHTLY])).await;
    let mut body = Lab::vault_body("r", "server", json!([]));
    body["vault"]["billing"]["protect_type"] = json!("replication");
    let made = lab.post("/vaults", body).await;
    let replicas = made.body["vault"]["id"].as_str().unwrap().to_owned();
    let associate = |vault: &str, body: Value| {
        let path = format!("/vaults/{vault}/associatepolicy");
        let lab = &lab;
        async move { lab.post(&path, body).await }
    };
    let answer = associate(&replicas, json!({"policy_id": id})).await;
    refused(&answer, 400, "6127", "not for that");
    let answer = associate(NOBODY, json!({"policy_id": id})).await;
    refused(&answer, 404, "6105", "no vault");
    refused(
        &associate(&replicas, json!({})).await,
        400,
        "9900",
        "exactly one",
    );
    let vault = lab.server_vault("v", &[]).await;
    refused(
        &associate(&vault, json!({"policy_id": NOBODY})).await,
        404,
        "6000",
        "no policy",
    );
    let two = json!({"add_policy_ids": [id, id]});
    refused(
        &associate(&vault, two).await,
        400,
        "9900",
        "one backup policy",
    );
    let mut body = Lab::vault_body("v2", "server", json!([]));
    body["vault"]["backup_policy_id"] = json!(NOBODY);
    refused(&lab.post("/vaults", body).await, 404, "6000", "no policy");

    for n in 1..32 {
        make(&lab, policy(&format!("p-{n}"), json!({}), &[NIGHTLY])).await;
    }
    let answer = lab
        .post("/policies", policy("p-32", json!({}), &[NIGHTLY]))
        .await;
    refused(&answer, 400, "6001", "32 backup policies");

    // Policies of others are not there.
    let (token, project) = lab.stranger().await;
    let get = reqwest::Method::GET;
    let path = format!("/policies/{id}");
    let theirs = lab
        .call_as(&token, &project, get.clone(), &path, None)
        .await;
    refused(&theirs, 404, "6000", "no policy");
    let theirs = lab.call_as(&token, &project, get, "/policies", None).await;
    assert_eq!(theirs.body["count"], 0);
}
