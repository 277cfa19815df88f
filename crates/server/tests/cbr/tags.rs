//! Tags: setting, deleting, limits, and finding vaults by them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::lab::{Answer, Lab, refused};

const NOBODY: &str = "2b076f26-391f-40fa-bf71-a798940faccf";

async fn tags_of(lab: &Lab, vault: &str) -> Value {
    let answer = lab.get(&format!("/vault/{vault}/tags")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["tags"].clone()
}

#[tokio::test]
async fn tags_are_set_changed_and_deleted() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &[]).await;
    let tags = format!("/vault/{vault}/tags");
    let action = format!("{tags}/action");
    let act = async |action_name: &str, list: Value| {
        lab.post(&action, json!({"action": action_name, "tags": list}))
            .await
    };

    assert_eq!(
        lab.get(&tags).await.body,
        json!({"tags": [], "sys_tags": []})
    );
    let set = lab
        .post(&tags, json!({"tag": {"key": " env ", "value": "prod"}}))
        .await;
    assert_eq!((set.status, set.body), (204, Value::Null));
    lab.post(&tags, json!({"tag": {"key": "env", "value": "test"}}))
        .await;
    assert_eq!(
        tags_of(&lab, &vault).await,
        json!([{"key": "env", "value": "test"}]),
        "the same key is overwritten"
    );
    let many = json!([{"key": "env", "value": "dev"}, {"key": "team"}, {"key": "x", "value": "1"}]);
    assert_eq!(act("create", many).await.status, 204);
    assert_eq!(
        lab.get(&format!("/vaults/{vault}")).await.body["vault"]["tags"],
        json!([{"key": "env", "value": "dev"}, {"key": "team", "value": ""}, {"key": "x", "value": "1"}])
    );
    // Missing ones count as deleted, doubles are allowed, a value given must fit.
    let doomed = json!([{"key": "team"}, {"key": "team"}, {"key": "not-there"}, {"key": "x", "value": "2"},
        {"key": "a=b*", "value": "<>"}]);
    assert_eq!(act("delete", doomed).await.status, 204);
    assert_eq!(
        tags_of(&lab, &vault).await,
        json!([{"key": "env", "value": "dev"}, {"key": "x", "value": "1"}])
    );
    assert_eq!(lab.delete(&format!("{tags}/x")).await.status, 204);
    refused(&lab.delete(&format!("{tags}/x")).await, 404, "6601");
    assert_eq!(
        tags_of(&lab, &vault).await,
        json!([{"key": "env", "value": "dev"}])
    );

    let full: Vec<Value> = (0..19)
        .map(|n| json!({"key": format!("k{n}"), "value": ""}))
        .collect();
    assert_eq!(act("create", json!(full)).await.status, 204);
    let again = json!([{"key": "k0", "value": "new"}, {"key": "env", "value": "y"}]);
    assert_eq!(
        act("create", again).await.status,
        204,
        "overwriting needs no room"
    );
    refused(
        &lab.post(&tags, json!({"tag": {"key": "one-more", "value": ""}}))
            .await,
        400,
        "6600",
    );
    let too_many: Vec<Value> = (0..21).map(|n| json!({"key": format!("n{n}")})).collect();
    refused(&act("create", json!(too_many)).await, 400, "6600");

    for list in [
        json!([]),
        json!([{"key": "a"}, {"key": "a"}]),
        json!([{"key": ""}]),
        json!([{"key": "a/b"}]),
        json!([{"key": "a", "value": "x".repeat(44)}]),
        json!([{"key": "x".repeat(37)}]),
    ] {
        refused(&act("create", list).await, 400, "9900");
    }
    for list in [
        json!([]),
        json!([{"key": " "}]),
        json!([{"key": "x".repeat(128)}]),
        json!([{"key": "a", "value": "x".repeat(256)}]),
    ] {
        refused(&act("delete", list).await, 400, "9900");
    }
    refused(&act("update", json!([{"key": "a"}])).await, 400, "9900");
    refused(
        &lab.post(&action, json!({"action": "delete"})).await,
        400,
        "9900",
    );
    for (method, path, body) in [
        (Method::GET, format!("/vault/{NOBODY}/tags"), None),
        (Method::GET, "/vault/x/tags".to_owned(), None),
        (
            Method::POST,
            format!("/vault/{NOBODY}/tags"),
            Some(json!({"tag": {"key": "a"}})),
        ),
        (Method::DELETE, format!("/vault/{NOBODY}/tags/a"), None),
    ] {
        refused(&lab.call(method, &path, body).await, 404, "6105");
    }
}

async fn tagged(lab: &Lab, name: &str, object_type: &str, tags: Value) {
    let mut body = Lab::vault_body(name, object_type, json!([]));
    body["vault"]["tags"] = tags;
    let made = lab.post("/vaults", body).await;
    assert_eq!(made.status, 200, "{made:?}");
}

#[tokio::test]
async fn vaults_are_found_by_their_tags() {
    let lab = Lab::new().await;
    tagged(&lab, "none", "server", json!([])).await;
    tagged(
        &lab,
        "prod-web",
        "server",
        json!([{"key": "env", "value": "prod"}, {"key": "team", "value": "web"}]),
    )
    .await;
    tagged(
        &lab,
        "test-web",
        "disk",
        json!([{"key": "env", "value": "test"}, {"key": "team", "value": "web"}]),
    )
    .await;
    tagged(
        &lab,
        "prod-db",
        "disk",
        json!([{"key": "env", "value": "prod"}, {"key": "team", "value": "db-east"}]),
    )
    .await;

    let find = async |body: Value| lab.post("/vault/resource_instances/action", body).await;
    let names = |answer: &Answer| {
        assert_eq!(answer.status, 200, "{answer:?}");
        let list = answer.body["resources"].as_array().unwrap();
        let mut names: Vec<&str> = list
            .iter()
            .map(|r| r["resource_name"].as_str().unwrap())
            .collect();
        names.sort_unstable();
        names.join(" ")
    };
    for (condition, expected) in [
        (json!({}), "none prod-db prod-web test-web"),
        (
            json!({"without_any_tag": true, "tags": [{"key": "env"}]}),
            "none",
        ),
        (
            json!({"tags": [{"key": "env", "values": ["prod"]}, {"key": "team", "values": ["web", "x"]}]}),
            "prod-web",
        ),
        (
            json!({"tags": [{"key": "env", "values": []}]}),
            "prod-db prod-web test-web",
        ),
        (
            json!({"tags_any": [{"key": "env", "values": ["test"]}, {"key": "team", "values": ["*east"]}]}),
            "prod-db test-web",
        ),
        (
            json!({"not_tags": [{"key": "env", "values": ["prod"]}, {"key": "team", "values": ["web"]}]}),
            "none prod-db test-web",
        ),
        (
            json!({"not_tags_any": [{"key": "env", "values": ["test"]}, {"key": "team", "values": ["*db"]}]}),
            "none prod-web",
        ),
        (
            json!({"tags": [{"key": "team", "values": ["web"]}], "not_tags": [{"key": "env", "values": ["test"]}]}),
            "prod-web",
        ),
        (
            json!({"object_type": "disk", "cloud_type": "public"}),
            "prod-db test-web",
        ),
        (
            json!({"matches": [{"key": "resource_name", "value": "prod"}]}),
            "prod-db prod-web",
        ),
        (
            json!({"matches": [{"key": "resource_name", "value": ""}]}),
            "",
        ),
    ] {
        let mut body = condition.clone();
        body["action"] = json!("filter");
        let found = find(body.clone()).await;
        assert_eq!(names(&found), expected, "{condition}");
        body["action"] = json!("count");
        let counted = find(body).await;
        assert_eq!(
            counted.body,
            json!({"total_count": found.body["total_count"]})
        );
    }
    let page = find(json!({"action": "filter", "limit": "2", "offset": "1"})).await;
    assert_eq!(page.body["total_count"], 4);
    assert_eq!(names(&page), "prod-web test-web", "newest first");
    let first = &page.body["resources"][0];
    assert_eq!(
        first["resource_detail"]["vault"]["id"],
        first["resource_id"]
    );
    assert_eq!(first["tags"][0], json!({"key": "env", "value": "test"}));

    let many: Vec<Value> = (0..21).map(|n| json!({"key": format!("k{n}")})).collect();
    let values: Vec<String> = (0..21).map(|n| n.to_string()).collect();
    for bad in [
        json!({"action": "look"}),
        json!({}),
        json!({"action": "filter", "limit": "0"}),
        json!({"action": "filter", "limit": "1001"}),
        json!({"action": "filter", "limit": 5}),
        json!({"action": "filter", "offset": "-1"}),
        json!({"action": "filter", "tags": []}),
        json!({"action": "filter", "tags": many}),
        json!({"action": "filter", "tags": [{"key": "a"}, {"key": "a"}]}),
        json!({"action": "filter", "tags": [{"key": ""}]}),
        json!({"action": "filter", "tags": [{"key": "x".repeat(128)}]}),
        json!({"action": "filter", "tags": [{"key": "a", "values": values}]}),
        json!({"action": "filter", "tags": [{"key": "a", "values": ["*"]}]}),
        json!({"action": "filter", "matches": [{"key": "name", "value": "a"}]}),
        json!({"action": "filter", "object_type": "moon"}),
    ] {
        refused(&find(bad).await, 400, "9900");
    }

    assert_eq!(
        lab.get("/vault/tags").await.body,
        json!({"tags": [
            {"key": "env", "values": ["prod", "test"]},
            {"key": "team", "values": ["db-east", "web"]},
        ]})
    );
    let (token, project) = lab.stranger().await;
    let theirs = lab
        .call_as(&token, &project, Method::GET, "/vault/tags", None)
        .await;
    assert_eq!(theirs.body, json!({"tags": []}), "another project's");
}
