//! The audit trail: everything that changes something is in it, and nothing secret.

use coffer_server::api::access::{self, Access};
use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::closing::{routes, with_ids};
use crate::support::{Session, World, world};

async fn events(world: &World, session: &Session, query: &str) -> Vec<Value> {
    let answer = world
        .get(session, &format!("/coffer/v1/audit?{query}"))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.body["events"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn every_route_that_writes_leaves_one_event() {
    let world = world().await;
    let mut admin = world.admin().await;
    let mut tried = 0;
    for (method, path, _) in routes() {
        let route = access::of(&method, &path);
        let action = route.and_then(|route| route.action);
        let reads = matches!(method, Method::GET | Method::HEAD);
        let Some(action) = action.filter(|_| !reads) else {
            assert!(reads, "{method} {path} has no name in the audit trail");
            continue;
        };
        let verb = action.rsplit(':').next().unwrap_or_default();
        if ["get", "list", "query"]
            .iter()
            .any(|word| verb.starts_with(word))
        {
            continue;
        }
        let address = with_ids(&path, &admin.project);
        let answer = world
            .call(&admin, method.clone(), &address, json!({}))
            .await;
        let request = answer.headers["x-request-id"]
            .to_str()
            .expect("ASCII")
            .to_owned();
        if answer.status.is_success() && action.starts_with("iam:sessions") {
            admin = world.admin().await;
        }
        let found = events(&world, &admin, &format!("request_id={request}")).await;
        if route.is_some_and(|route| route.access == Access::Open) {
            assert!(found.is_empty(), "an empty body is no log-in: {found:?}");
            continue;
        }
        assert_eq!(found.len(), 1, "{method} {path}: {found:?}");
        let event = &found[0];
        assert_eq!(event["action"], action, "{method} {path}");
        assert_eq!(event["status"], answer.status.as_u16(), "{method} {path}");
        let result = match answer.status.as_u16() {
            ..400 => "success",
            400..500 => "refused",
            _ => "failed",
        };
        assert_eq!(event["result"], result, "{method} {path}: {event}");
        if event["kind"] == "operation" {
            assert_eq!(event["user_name"], "admin", "{method} {path}");
        }
        tried += 1;
    }
    assert!(tried > 60, "{tried}");
}

#[tokio::test]
async fn an_event_says_who_what_from_where_and_how_it_ended() {
    let world = world().await;
    let admin = world.admin().await;
    let policy = json!({"policy": {"name": "nightly", "operation_type": "backup", "enabled": true,
        "operation_definition": {"max_backups": 5}, "trigger": {"properties": {"pattern":
        ["FREQ=DAILY;INTERVAL=1;BYHOUR=2;BYMINUTE=0"]}}}});
    let path = format!("/v3/{}/policies", admin.project);
    let request = world
        .request(Method::POST, &path)
        .header("X-Auth-Token", &admin.token)
        .header("User-Agent", "the test")
        .json(&policy);
    let made = world.send(request).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let id = made.body["policy"]["id"].as_str().expect("an id");
    let found = events(&world, &admin, &format!("resource={id}")).await;
    let [event] = found.as_slice() else {
        panic!("{found:?}");
    };
    for (key, value) in [
        ("kind", "operation"),
        ("action", "cbr:policies:create"),
        ("trace_name", "createPolicy"),
        ("resource_type", "policy"),
        ("resource_name", "nightly"),
        ("user_name", "admin"),
        ("user_id", &*admin.user),
        ("project_id", &*admin.project),
        ("credential", "token"),
        ("address", "127.0.0.1"),
        ("user_agent", "the test"),
        ("result", "success"),
        ("error_code", ""),
    ] {
        assert_eq!(event[key], value, "{key}: {event}");
    }
    assert_eq!(
        event["request_id"],
        made.headers["x-request-id"].to_str().expect("ASCII")
    );
    assert_eq!(event["detail"]["body"]["policy"]["name"], "nightly");
    let token = admin.body["token"]["audit_ids"][0].as_str().expect("an id");
    assert_eq!(event["credential_id"], token);
    // Deleted: the name is known still. Again: refused, with its code.
    let gone = format!("{path}/{id}");
    let first = world.call(&admin, Method::DELETE, &gone, Value::Null).await;
    assert_eq!(first.status, StatusCode::NO_CONTENT);
    let second = world.call(&admin, Method::DELETE, &gone, Value::Null).await;
    let found = events(&world, &admin, "action=cbr:policies:delete").await;
    assert_eq!(found.len(), 2);
    assert_eq!(found[1]["resource_name"], "nightly");
    assert_eq!(found[0]["result"], "refused");
    assert_eq!(found[0]["error_code"], second.body["error_code"]);
    // What only looks leaves nothing.
    let before = events(&world, &admin, "").await.len();
    world.get(&admin, &path).await;
    assert_eq!(events(&world, &admin, "").await.len(), before);
}

#[tokio::test]
async fn log_ins_are_recorded_and_no_secret_ever_is() {
    let world = world().await;
    let other = world.other("u", "user").await;
    let scope = json!({"project": {"name": "project-u", "domain": {"name": "Default"}}});
    world.try_log_in("u", "a wrong secret", scope.clone()).await;
    world
        .try_log_in("a secret typed as a name", "x", scope)
        .await;
    let session = json!({"user": "u", "password": "password1"});
    let request = world
        .request(Method::POST, "/coffer/v1/session")
        .json(&session);
    assert_eq!(world.send(request).await.status, StatusCode::CREATED);
    let body = json!({"access_key": {"description": "k"}});
    let key = world
        .call(&other, Method::POST, "/coffer/v1/access-keys", body)
        .await;
    let secret = key.body["access_key"]["secret"]
        .as_str()
        .expect("a secret")
        .to_owned();
    let path = format!("/coffer/v1/users/{}/password", other.user);
    let body = json!({"original_password": "password1", "password": "the next secret"});
    let set = world.call(&other, Method::POST, &path, body).await;
    assert_eq!(set.status, StatusCode::NO_CONTENT);
    let admin = world.admin().await;
    let log_ins = events(&world, &admin, "kind=login&user=u").await;
    let results: Vec<(&str, &str)> = log_ins
        .iter()
        .map(|e| {
            (
                e["action"].as_str().expect("text"),
                e["result"].as_str().expect("text"),
            )
        })
        .collect();
    assert_eq!(
        results,
        [
            ("iam:sessions:create", "success"),
            ("iam:tokens:create", "refused"),
            ("iam:tokens:create", "success"),
        ]
    );
    let all = events(&world, &admin, "limit=1000").await;
    let text = serde_json::to_string(&all).expect("JSON");
    for hidden in [
        "password1",
        "a wrong secret",
        "a secret typed as a name",
        "the next secret",
        &*secret,
        &*other.token,
        &*admin.token,
        &*world.password,
    ] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    let refused = all
        .iter()
        .filter(|e| e["kind"] == "login" && e["result"] == "refused");
    assert_eq!(refused.count(), 2, "the one of nobody too");
}

#[tokio::test]
async fn the_trail_is_filtered_and_paged_and_shown_to_whom_it_concerns() {
    let world = world().await;
    let admin = world.admin().await;
    let other = world.other("u", "admin").await;
    let third = world.other("v", "user").await;
    for n in 0..25 {
        let path = format!("/v3/{}/policies/{n}", other.project);
        world.call(&other, Method::DELETE, &path, Value::Null).await;
        world.clock.advance(SignedDuration::from_secs(1));
    }
    let mut seen = Vec::new();
    let mut query = "action=cbr:policies:*&limit=10".to_owned();
    loop {
        let answer = world
            .get(&admin, &format!("/coffer/v1/audit?{query}"))
            .await;
        let page = answer.body["events"].as_array().expect("a list").clone();
        seen.extend(
            page.iter()
                .map(|e| e["resource_id"].as_str().expect("text").to_owned()),
        );
        match answer.body["next_marker"].as_str() {
            Some(marker) => query = format!("action=cbr:policies:*&limit=10&marker={marker}"),
            None => break,
        }
    }
    let expected: Vec<String> = (0..25).rev().map(|n| n.to_string()).collect();
    assert_eq!(seen, expected, "each once, newest first");
    // Of times: half-open.
    let all = events(&world, &admin, "action=cbr:policies:delete").await;
    let (from, to) = (
        all[9]["at"].as_str().expect("text"),
        all[4]["at"].as_str().expect("text"),
    );
    let query = format!("action=cbr:policies:delete&from={from}&to={to}");
    let part = events(&world, &admin, &query).await;
    assert_eq!(part.len(), 5);
    for bad in [
        "from=yesterday",
        "kind=all",
        "result=x",
        "limit=0",
        "limit=1001",
        "project_id=x",
    ] {
        let answer = world.get(&admin, &format!("/coffer/v1/audit?{bad}")).await;
        let refused = [StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND];
        assert!(refused.contains(&answer.status), "{bad}: {}", answer.status);
    }
    // The administrator of a project sees its project; others see nothing.
    let own = events(&world, &other, "limit=1000").await;
    assert!(
        own.iter()
            .all(|e| e["project_id"] == other.project.as_str()),
        "{own:?}"
    );
    assert_eq!(own.len(), 25);
    let theirs = format!("/coffer/v1/audit?project_id={}", admin.project);
    assert_eq!(
        world.get(&other, &theirs).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        world.get(&third, "/coffer/v1/audit").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn old_events_go_and_young_ones_stay() {
    let world = world().await;
    let admin = world.admin().await;
    world
        .call(&admin, Method::DELETE, "/coffer/v1/roles/x", Value::Null)
        .await;
    world.clock.advance(SignedDuration::from_hours(24 * 30));
    let admin = world.admin().await;
    world
        .call(&admin, Method::DELETE, "/coffer/v1/roles/y", Value::Null)
        .await;
    let app = &world.service.state().app;
    assert_eq!(app.forget_audit(0).await.expect("a catalog"), 0);
    let gone = app.forget_audit(30).await.expect("a catalog");
    assert!(gone > 0);
    let left = events(&world, &admin, "action=iam:roles:delete").await;
    let ids: Vec<&Value> = left.iter().map(|e| &e["resource_id"]).collect();
    assert_eq!(ids, [&json!("y")]);
}
