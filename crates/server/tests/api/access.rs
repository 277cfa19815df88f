//! Roles, groups, domains, passwords and access keys over HTTP.

use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Session, World, world, world_with};

async fn call(
    world: &World,
    session: &Session,
    method: Method,
    path: &str,
    body: Value,
    expected: u16,
) -> Value {
    let answer = world.call(session, method.clone(), path, body).await;
    assert_eq!(
        answer.status.as_u16(),
        expected,
        "{method} {path}: {}",
        answer.body
    );
    answer.body
}

#[tokio::test]
async fn roles_are_made_given_and_felt_at_once() {
    let world = world().await;
    let admin = world.admin().await;
    let other = world.other("u", "readonly").await;
    let policy = json!({"Version": "1.1", "Statement": [
        {"Effect": "Allow", "Action": ["cbr:*:get*", "cbr:*:list*", "cbr:vault:oops"]},
        {"Effect": "Deny", "Action": ["cbr:policies:*"]}]});
    let body = json!({"role": {"name": "watcher", "policy": policy}});
    let made = call(
        &world,
        &admin,
        Method::POST,
        "/coffer/v1/roles",
        body.clone(),
        201,
    )
    .await;
    assert_eq!(made["role"]["policy"], policy);
    assert_eq!(made["role"]["without_effect"], json!(["cbr:vault:oops"]));
    call(&world, &admin, Method::POST, "/coffer/v1/roles", body, 409).await;
    for name in ["admin", "administrator", "CBR FullAccess"] {
        let body = json!({"role": {"name": name, "policy": policy}});
        call(&world, &admin, Method::POST, "/coffer/v1/roles", body, 409).await;
    }
    for bad in [
        json!({"Version": "1.0", "Statement": [{"Effect": "Allow", "Action": ["cbr:*:*"]}]}),
        json!({"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["everything"]}]}),
        json!({"Version": "1.1", "Statement": []}),
        json!({"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["cbr:*:*"],
            "Condition": {}}]}),
    ] {
        let body = json!({"role": {"name": "bad", "policy": bad}});
        call(&world, &admin, Method::POST, "/coffer/v1/roles", body, 400).await;
    }
    // A custom read-only role refuses the creation of a vault with a message that says why.
    let give = |role: &str, who: &str| {
        format!(
            "/coffer/v1/projects/{}/users/{who}/roles/{role}",
            other.project
        )
    };
    call(
        &world,
        &admin,
        Method::DELETE,
        &give("readonly", &other.user),
        Value::Null,
        204,
    )
    .await;
    call(
        &world,
        &admin,
        Method::PUT,
        &give("watcher", &other.user),
        Value::Null,
        204,
    )
    .await;
    let vaults = format!("/v3/{}/vaults", other.project);
    call(&world, &other, Method::GET, &vaults, Value::Null, 200).await;
    let refused = call(&world, &other, Method::POST, &vaults, json!({}), 403).await;
    let message = refused["error_msg"].as_str().expect("a text");
    assert!(message.contains("cbr:vaults:create"), "{message}");
    let policies = format!("/v3/{}/policies", other.project);
    call(&world, &other, Method::GET, &policies, Value::Null, 403).await;
    // Changed: felt with the next request. In use: it stays.
    let role = "/coffer/v1/roles/watcher";
    let all = json!({"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["cbr:*:*"]}]});
    let body = json!({"role": {"policy": all}});
    call(&world, &admin, Method::PATCH, role, body, 200).await;
    call(&world, &other, Method::GET, &policies, Value::Null, 200).await;
    call(&world, &admin, Method::DELETE, role, Value::Null, 409).await;
    call(
        &world,
        &admin,
        Method::DELETE,
        &give("watcher", &other.user),
        Value::Null,
        204,
    )
    .await;
    call(&world, &admin, Method::DELETE, role, Value::Null, 204).await;
    call(&world, &admin, Method::GET, role, Value::Null, 404).await;
    call(
        &world,
        &admin,
        Method::PATCH,
        "/coffer/v1/roles/admin",
        json!({"role": {}}),
        409,
    )
    .await;
    let listed = world.get(&admin, "/coffer/v1/roles").await;
    assert_eq!(
        listed.body["roles"].as_array().map(Vec::len),
        Some(6),
        "{}",
        listed.body
    );
}

#[tokio::test]
async fn nobody_gives_or_gets_at_more_than_it_has() {
    let world = world().await;
    let admin = world.admin().await;
    let helper = world.other("helper", "user").await;
    let policy = json!({"Version": "1.1", "Statement": [{"Effect": "Allow",
        "Action": ["iam:*:*", "cbr:*:get*", "cbr:*:list*"]}]});
    let body = json!({"role": {"name": "desk", "policy": policy}});
    call(&world, &admin, Method::POST, "/coffer/v1/roles", body, 201).await;
    let desk = format!("/coffer/v1/domain/users/{}/roles/desk", helper.user);
    call(&world, &admin, Method::PUT, &desk, Value::Null, 204).await;
    // It administers users, and cannot make itself or anybody an administrator.
    call(
        &world,
        &helper,
        Method::GET,
        "/coffer/v1/users",
        Value::Null,
        200,
    )
    .await;
    let all = format!("/coffer/v1/domain/users/{}/roles/admin", helper.user);
    call(&world, &helper, Method::PUT, &all, Value::Null, 403).await;
    let password = format!("/coffer/v1/users/{}/password", admin.user);
    let body = json!({"password": "taken over"});
    call(&world, &helper, Method::POST, &password, body, 403).await;
    let user = format!("/coffer/v1/users/{}", admin.user);
    call(&world, &helper, Method::DELETE, &user, Value::Null, 403).await;
    let widen = json!({"role": {"policy": {"Version": "1.1",
        "Statement": [{"Effect": "Allow", "Action": ["*:*:*"]}]}}});
    call(
        &world,
        &helper,
        Method::PATCH,
        "/coffer/v1/roles/desk",
        widen,
        403,
    )
    .await;
    let body = json!({"group": {"name": "chiefs"}});
    call(
        &world,
        &helper,
        Method::POST,
        "/coffer/v1/groups",
        body,
        201,
    )
    .await;
    let chiefs = "/coffer/v1/domain/groups/chiefs/roles/admin";
    call(&world, &admin, Method::PUT, chiefs, Value::Null, 204).await;
    let join = format!("/coffer/v1/groups/chiefs/users/{}", helper.user);
    call(&world, &helper, Method::PUT, &join, Value::Null, 403).await;
    // The administrator cannot saw off its own branch.
    let own = format!("/coffer/v1/domain/users/{}/roles/admin", admin.user);
    call(&world, &admin, Method::DELETE, &own, Value::Null, 409).await;
}

#[tokio::test]
async fn members_have_the_roles_of_their_groups() {
    let world = world().await;
    let admin = world.admin().await;
    let other = world.other("u", "readonly").await;
    let body = json!({"group": {"name": "keepers", "description": "at night"}});
    let made = call(
        &world,
        &admin,
        Method::POST,
        "/coffer/v1/groups",
        body.clone(),
        201,
    )
    .await;
    let id = made["group"]["id"].as_str().expect("an id");
    call(&world, &admin, Method::POST, "/coffer/v1/groups", body, 409).await;
    let role = format!(
        "/coffer/v1/projects/{}/groups/{id}/roles/user",
        other.project
    );
    call(&world, &admin, Method::PUT, &role, Value::Null, 204).await;
    let vaults = format!("/v3/{}/vaults", other.project);
    call(&world, &other, Method::POST, &vaults, json!({}), 403).await;
    let member = format!("/coffer/v1/groups/keepers/users/{}", other.user);
    call(&world, &admin, Method::PUT, &member, Value::Null, 204).await;
    call(&world, &admin, Method::PUT, &member, Value::Null, 204).await;
    call(&world, &other, Method::POST, &vaults, json!({}), 400).await;
    let path = format!("/coffer/v1/groups/{id}");
    let shown = call(&world, &admin, Method::GET, &path, Value::Null, 200).await;
    assert_eq!(shown["group"]["members"][0]["name"], "u");
    assert_eq!(shown["group"]["roles"][0]["role"], "user");
    let assignments = format!("/coffer/v1/projects/{}/roles", other.project);
    let listed = call(&world, &admin, Method::GET, &assignments, Value::Null, 200).await;
    let listed = listed["assignments"].as_array().expect("a list").clone();
    assert!(
        listed
            .iter()
            .any(|a| a["group_id"] == id && a["role"] == "user"),
        "{listed:?}"
    );
    assert!(
        listed.iter().any(|a| a["user_id"] == other.user.as_str()),
        "{listed:?}"
    );
    call(&world, &admin, Method::DELETE, &member, Value::Null, 204).await;
    call(&world, &admin, Method::DELETE, &member, Value::Null, 404).await;
    call(&world, &other, Method::POST, &vaults, json!({}), 403).await;
    call(
        &world,
        &admin,
        Method::DELETE,
        "/coffer/v1/groups/keepers",
        Value::Null,
        204,
    )
    .await;
    call(
        &world,
        &admin,
        Method::GET,
        "/coffer/v1/groups/keepers",
        Value::Null,
        404,
    )
    .await;
}

#[tokio::test]
async fn domains_have_users_and_projects_of_their_own() {
    let world = world().await;
    let admin = world.admin().await;
    let body = json!({"domain": {"name": "tenant", "administrator":
        {"name": "chief", "password": "first password"}}});
    let made = call(
        &world,
        &admin,
        Method::POST,
        "/coffer/v1/domains",
        body.clone(),
        201,
    )
    .await;
    let id = made["domain"]["id"].as_str().expect("an id").to_owned();
    call(
        &world,
        &admin,
        Method::POST,
        "/coffer/v1/domains",
        body,
        409,
    )
    .await;
    let log_in = async |password: &str| {
        let body = json!({"auth": {"identity": {"methods": ["password"], "password": {"user":
            {"name": "chief", "password": password, "domain": {"name": "tenant"}}}},
            "scope": {"project": {"name": "eu-de"}}}});
        let request = world.request(Method::POST, "/v3/auth/tokens").json(&body);
        let answer = world.send(request).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        let text = |pointer| {
            let value = answer.body.pointer(pointer).and_then(Value::as_str);
            value.expect("the token's body has it").to_owned()
        };
        Session {
            token: answer.headers["x-subject-token"]
                .to_str()
                .expect("ASCII")
                .to_owned(),
            project: text("/token/project/id"),
            user: text("/token/user/id"),
            body: answer.body.clone(),
        }
    };
    // The first password opens nothing but its own change.
    let chief = log_in("first password").await;
    let vaults = format!("/v3/{}/vaults", chief.project);
    let refused = call(&world, &chief, Method::GET, &vaults, Value::Null, 403).await;
    assert!(
        refused["error_msg"]
            .as_str()
            .expect("a text")
            .contains("Set another password")
    );
    let path = format!("/coffer/v1/users/{}/password", chief.user);
    let body = json!({"original_password": "first password", "password": "second password"});
    call(&world, &chief, Method::POST, &path, body, 204).await;
    let chief = log_in("second password").await;
    call(&world, &chief, Method::GET, &vaults, Value::Null, 200).await;
    // It sees its own domain alone, and makes no other.
    let users = call(
        &world,
        &chief,
        Method::GET,
        "/coffer/v1/users",
        Value::Null,
        200,
    )
    .await;
    assert_eq!(users["users"].as_array().map(Vec::len), Some(1), "{users}");
    call(
        &world,
        &chief,
        Method::GET,
        "/coffer/v1/domains",
        Value::Null,
        403,
    )
    .await;
    let body = json!({"domain": {"name": "more", "administrator":
        {"name": "x", "password": "first password"}}});
    call(
        &world,
        &chief,
        Method::POST,
        "/coffer/v1/domains",
        body,
        403,
    )
    .await;
    let theirs = format!("/coffer/v1/users/{}", admin.user);
    call(&world, &chief, Method::GET, &theirs, Value::Null, 404).await;
    let own = format!("/coffer/v1/users/{}", chief.user);
    call(&world, &admin, Method::GET, &own, Value::Null, 404).await;
    // Disabled: its tokens rest, nobody logs in. Not empty: it stays.
    let path = format!("/coffer/v1/domains/{id}");
    let off = json!({"domain": {"enabled": false}});
    call(&world, &admin, Method::PATCH, &path, off, 200).await;
    call(&world, &chief, Method::GET, &vaults, Value::Null, 401).await;
    call(&world, &admin, Method::DELETE, &path, Value::Null, 409).await;
    let off = json!({"domain": {"enabled": false}});
    call(
        &world,
        &admin,
        Method::PATCH,
        "/coffer/v1/domains/Default",
        off,
        409,
    )
    .await;
}

#[tokio::test]
async fn a_locked_out_user_is_unlocked_by_an_administrator() {
    let world = world().await;
    let admin = world.admin().await;
    let other = world.other("u", "user").await;
    let scope = json!({"project": {"name": "project-u", "domain": {"name": "Default"}}});
    for _ in 0..5 {
        let refused = world.try_log_in("u", "wrong", scope.clone()).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    }
    let locked = world.try_log_in("u", "password1", scope.clone()).await;
    assert_eq!(locked.status, StatusCode::UNAUTHORIZED);
    assert!(locked.body.to_string().contains("Too many failed log-ins"));
    let path = format!("/coffer/v1/users/{}", other.user);
    let shown = world.get(&admin, &path).await;
    assert_eq!(shown.body["user"]["locked_addresses"], 1);
    let unlock = format!("{path}/unlock");
    call(&world, &other, Method::POST, &unlock, Value::Null, 403).await;
    call(&world, &admin, Method::POST, &unlock, Value::Null, 204).await;
    let free = world.try_log_in("u", "password1", scope.clone()).await;
    assert_eq!(free.status, StatusCode::CREATED, "{}", free.body);
    // Without anybody's help it ends by itself.
    for _ in 0..5 {
        world.try_log_in("u", "wrong", scope.clone()).await;
    }
    world.clock.advance(SignedDuration::from_secs(301));
    let free = world.try_log_in("u", "password1", scope).await;
    assert_eq!(free.status, StatusCode::CREATED, "{}", free.body);
}

#[tokio::test]
async fn passwords_follow_the_rules() {
    let rules = "[passwords]\nlength_min = 10\nhistory = 2\nchange_first = true";
    let world = world_with(rules, Vec::new()).await;
    // The password of the first start has to be changed first.
    let admin = world.admin().await;
    let path = format!("/coffer/v1/users/{}/password", admin.user);
    call(
        &world,
        &admin,
        Method::GET,
        "/coffer/v1/users",
        Value::Null,
        403,
    )
    .await;
    let shown = world.get(&admin, "/coffer/v1/session").await;
    assert_eq!(shown.body["must_change_password"], true, "{}", shown.body);
    let set = |old: &str, new: &str| json!({"original_password": old, "password": new});
    for bad in [
        "short",
        "the-admin-password",
        "zzzzzzzzzzzz",
        &*world.password,
    ] {
        let body = set(&world.password, bad);
        call(&world, &admin, Method::POST, &path, body, 400).await;
    }
    let body = set("wrong", "a good long one");
    call(&world, &admin, Method::POST, &path, body, 403).await;
    let body = set(&world.password, "a good long one");
    call(&world, &admin, Method::POST, &path, body, 204).await;
    let admin = world.log_in("admin", "a good long one", "eu-de").await;
    call(
        &world,
        &admin,
        Method::GET,
        "/coffer/v1/users",
        Value::Null,
        200,
    )
    .await;
    let body = set("a good long one", &world.password);
    call(&world, &admin, Method::POST, &path, body, 400).await;
}

#[tokio::test]
async fn access_keys_are_switched_off_and_seen_in_use() {
    let world = world().await;
    let admin = world.admin().await;
    let other = world.other("u", "user").await;
    let body = json!({"access_key": {}});
    let made = call(
        &world,
        &other,
        Method::POST,
        "/coffer/v1/access-keys",
        body,
        201,
    )
    .await;
    let key = &made["access_key"];
    let own = format!("/v2.1/{}/servers", other.project);
    let list = format!("/coffer/v1/users/{}/access-keys", other.user);
    let listed = world.get(&admin, &list).await;
    assert_eq!(listed.body["access_keys"][0]["last_used_at"], Value::Null);
    let signed = crate::users::signed(&world, key, &own, None).await;
    assert_eq!(signed.status, StatusCode::OK);
    let listed = world.get(&other, &list).await;
    assert!(
        listed.body["access_keys"][0]["last_used_at"].is_string(),
        "{}",
        listed.body
    );
    let path = format!("{list}/{}", key["access"].as_str().expect("a name"));
    let off = json!({"access_key": {"enabled": false}});
    call(&world, &admin, Method::PATCH, &path, off, 204).await;
    let signed = crate::users::signed(&world, key, &own, None).await;
    assert_eq!(signed.status, StatusCode::UNAUTHORIZED);
    let on = json!({"access_key": {"enabled": true}});
    call(&world, &other, Method::PATCH, &path, on, 204).await;
    let signed = crate::users::signed(&world, key, &own, None).await;
    assert_eq!(signed.status, StatusCode::OK);
    let theirs = format!("/coffer/v1/users/{}/access-keys", admin.user);
    call(&world, &other, Method::GET, &theirs, Value::Null, 403).await;
    call(&world, &admin, Method::DELETE, &path, Value::Null, 204).await;
    call(&world, &admin, Method::DELETE, &path, Value::Null, 404).await;
}

#[tokio::test]
async fn a_project_is_deleted_when_it_is_empty() {
    let world = world().await;
    let admin = world.admin().await;
    let other = world.other("u", "user").await;
    let path = format!("/coffer/v1/projects/{}", other.project);
    world.add_server(&other.project, "s", "running").await;
    let refused = call(&world, &admin, Method::DELETE, &path, Value::Null, 409).await;
    let message = refused["error_msg"].as_str().expect("a text");
    assert!(
        message.contains("1 servers") && message.contains("2 disks"),
        "{message}"
    );
    let empty = json!({"project": {"name": "empty"}});
    let made = call(
        &world,
        &admin,
        Method::POST,
        "/coffer/v1/projects",
        empty,
        201,
    )
    .await;
    let path = format!(
        "/coffer/v1/projects/{}",
        made["project"]["id"].as_str().expect("an id")
    );
    call(&world, &other, Method::DELETE, &path, Value::Null, 403).await;
    call(&world, &admin, Method::DELETE, &path, Value::Null, 204).await;
    call(&world, &admin, Method::DELETE, &path, Value::Null, 404).await;
}

#[tokio::test]
async fn unknown_users_and_wrong_passwords_look_and_last_alike() {
    let world = world_with("[limits]\nlogin_failures = 1000", Vec::new()).await;
    let scope = json!({"project": {"name": "eu-de", "domain": {"name": "Default"}}});
    let mut times = [Vec::new(), Vec::new()];
    let mut bodies = Vec::new();
    for round in 0..11 {
        for (at, user) in ["admin", "nobody"].into_iter().enumerate() {
            let begun = std::time::Instant::now();
            let answer = world
                .try_log_in(user, "wrong password", scope.clone())
                .await;
            // The first one of each is warm-up.
            if round > 0 {
                times[at].push(begun.elapsed());
            }
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
            bodies.push(answer.body);
        }
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    let [known, unknown] = times.map(|mut list| {
        list.sort();
        list[list.len() / 2]
    });
    let ratio = known.as_secs_f64() / unknown.as_secs_f64();
    assert!((0.5..2.0).contains(&ratio), "{known:?} and {unknown:?}");
}
