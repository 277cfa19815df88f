//! What the web console asks of the service: sessions, lists, events, its own files.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod support;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use support::{Answer, Session, World, world};

/// Logs in as a browser does; gives the cookie.
async fn browser(world: &World, user: &str, password: &str) -> (String, Answer) {
    let body = json!({"user": user, "password": password});
    let request = world
        .request(Method::POST, "/coffer/v1/session")
        .json(&body);
    let answer = world.send(request).await;
    let cookie = answer.headers.get("set-cookie");
    let cookie = cookie.map(|value| value.to_str().unwrap().to_owned());
    (cookie.unwrap_or_default(), answer)
}

fn with(world: &World, cookie: &str, method: Method, path: &str) -> RequestBuilder {
    let pair = cookie.split(';').next().unwrap();
    world.request(method, path).header("Cookie", pair)
}

#[tokio::test]
async fn a_session_is_a_cookie_that_scripts_cannot_read() {
    let world = world().await;
    let (cookie, answer) = browser(&world, "admin", &world.password).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    for part in ["; HttpOnly", "; SameSite=Strict", "; Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "plain HTTP: {cookie}");
    assert_eq!(answer.body["projects"][0]["roles"], json!(["admin"]));
    let project = answer.body["projects"][0]["id"].as_str().unwrap();

    let path = format!("/coffer/v1/{project}/servers");
    let list = world.send(with(&world, &cookie, Method::GET, &path)).await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.body);
    assert_eq!(list.headers["cache-control"], "no-store");
    // The routes of the CBR API take it too.
    let v3 = format!("/v3/{project}/vaults");
    let list = world.send(with(&world, &cookie, Method::GET, &v3)).await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.body);

    let out = |cookie: &str| {
        with(&world, cookie, Method::DELETE, "/coffer/v1/session").header("X-Coffer-Console", "1")
    };
    let answer = world.send(out(&cookie)).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert!(
        answer.headers["set-cookie"]
            .to_str()
            .unwrap()
            .contains("Max-Age=0")
    );
    let list = world.send(with(&world, &cookie, Method::GET, &path)).await;
    assert_eq!(list.status, StatusCode::UNAUTHORIZED);
    let (_, wrong) = browser(&world, "admin", "wrong").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn writes_by_cookie_come_from_our_own_pages() {
    let world = world().await;
    let (cookie, answer) = browser(&world, "admin", &world.password).await;
    let project = answer.body["projects"][0]["id"].as_str().unwrap();
    let path = format!("/coffer/v1/{project}/estimates/restore");
    let body = json!({"backup_id": "x"});
    let write = || with(&world, &cookie, Method::POST, &path).json(&body);
    let check = async |request: RequestBuilder, status: StatusCode| {
        let answer = world.send(request).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    };
    check(write(), StatusCode::FORBIDDEN).await;
    let console = || write().header("X-Coffer-Console", "1");
    check(
        console().header("Origin", "https://elsewhere.example"),
        StatusCode::FORBIDDEN,
    )
    .await;
    check(console().header("Origin", "null"), StatusCode::FORBIDDEN).await;
    check(
        console().header("Origin", &world.base),
        StatusCode::NOT_FOUND,
    )
    .await;
    check(console(), StatusCode::NOT_FOUND).await;
    // A log-in from another page is none.
    let body = json!({"user": "admin", "password": world.password});
    let login = world
        .request(Method::POST, "/coffer/v1/session")
        .json(&body);
    check(
        login.header("Origin", "https://elsewhere.example"),
        StatusCode::FORBIDDEN,
    )
    .await;
}

#[tokio::test]
async fn sessions_end_when_left_alone_when_over_and_everywhere_at_once() {
    let world = world().await;
    let status = async |cookie: &str, background: bool| {
        let mut request = with(&world, cookie, Method::GET, "/coffer/v1/session");
        if background {
            request = request.header("X-Coffer-Background", "1");
        }
        world.send(request).await.status
    };
    let minutes = |n| world.clock.advance(SignedDuration::from_mins(n));
    let (idle, _) = browser(&world, "admin", &world.password).await;
    minutes(29);
    assert_eq!(status(&idle, true).await, StatusCode::OK);
    minutes(2);
    // What the page asked for by itself has not kept it alive.
    assert_eq!(status(&idle, false).await, StatusCode::UNAUTHORIZED);

    let (busy, _) = browser(&world, "admin", &world.password).await;
    for _ in 0..35 {
        minutes(20);
        assert_eq!(status(&busy, false).await, StatusCode::OK);
    }
    minutes(20);
    assert_eq!(status(&busy, false).await, StatusCode::UNAUTHORIZED);

    let (one, _) = browser(&world, "admin", &world.password).await;
    let (other, _) = browser(&world, "admin", &world.password).await;
    let token = world.admin().await;
    let all = with(&world, &one, Method::DELETE, "/coffer/v1/sessions");
    let ended = world.send(all.header("X-Coffer-Console", "1")).await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    assert_eq!(status(&one, false).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&other, false).await, StatusCode::UNAUTHORIZED);
    let by_token = world.get(&token, "/coffer/v1/session").await;
    assert_eq!(by_token.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn readers_read_and_strangers_see_nothing() {
    let world = world().await;
    let admin = world.admin().await;
    let reader = world.other("reader", "readonly").await;
    let own = &reader.project;
    let [server, ..] = world.add_server(own, "web", "running").await;
    for path in ["servers", "disks", "vaults", "backups", "tasks", "overview"] {
        let path = format!("/coffer/v1/{own}/{path}");
        assert_eq!(
            world.get(&reader, &path).await.status,
            StatusCode::OK,
            "{path}"
        );
        assert_eq!(
            world.get(&admin, &path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    let path = format!("/coffer/v1/{own}/servers/{server}/power");
    let body = json!({"action": "stop"});
    let answer = world.call(&reader, Method::POST, &path, body).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let path = format!("/coffer/v1/{}/servers/{server}", admin.project);
    assert_eq!(world.get(&admin, &path).await.status, StatusCode::NOT_FOUND);
}

/// Walks a list page by page; gives the ids in order.
async fn walk(world: &World, session: &Session, list: &str, query: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut marker = String::new();
    loop {
        let path = format!("/coffer/v1/{}/{list}?{query}{marker}", session.project);
        let answer = world.get(session, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        for item in answer.body[list].as_array().unwrap() {
            ids.push(item["id"].as_str().unwrap().to_owned());
        }
        match answer.body["next"].as_str() {
            Some(next) => marker = format!("&marker={next}"),
            None => {
                assert_eq!(answer.body["total"], ids.len(), "{path}");
                return ids;
            }
        }
    }
}

#[tokio::test]
async fn lists_are_filtered_sorted_and_paged() {
    let world = world().await;
    let admin = world.admin().await;
    let mut servers = Vec::new();
    for n in 0..23 {
        let power = ["running", "stopped", "faulty"][n % 3];
        let name = format!("{}-{}", ["Web", "db", "ci_%"][n % 3], 100 - n / 2);
        let [id, ..] = world.add_server(&admin.project, &name, power).await;
        servers.push((name, id, power));
    }
    let mut by_name = servers.clone();
    by_name.sort_by_key(|(name, id, _)| (name.to_lowercase(), id.clone()));
    let ids = |list: &[(String, String, &str)]| -> Vec<String> {
        list.iter().map(|(_, id, _)| id.clone()).collect()
    };
    assert_eq!(
        walk(&world, &admin, "servers", "limit=4&sort=name").await,
        ids(&by_name)
    );
    by_name.reverse();
    assert_eq!(
        walk(&world, &admin, "servers", "limit=7&sort=-name").await,
        ids(&by_name)
    );
    let set = |list: Vec<String>| list.into_iter().collect::<BTreeSet<_>>();
    let wanted = |fits: &dyn Fn(&(String, String, &str)) -> bool| {
        let fitting = servers.iter().filter(|s| fits(s));
        fitting
            .map(|(_, id, _)| id.clone())
            .collect::<BTreeSet<_>>()
    };
    let found = walk(
        &world,
        &admin,
        "servers",
        "status=ACTIVE&status=ERROR&limit=5",
    )
    .await;
    assert_eq!(set(found), wanted(&|s| s.2 != "stopped"));
    let found = walk(
        &world,
        &admin,
        "servers",
        "q=WEB-9&limit=2&sort=-disk_bytes",
    )
    .await;
    assert_eq!(set(found), wanted(&|s| s.0.starts_with("Web-9")));
    // Signs of the pattern language are plain text.
    let found = walk(
        &world,
        &admin,
        "servers",
        "q=i_%25-&sort=last_backup&limit=3",
    )
    .await;
    assert_eq!(set(found), wanted(&|s| s.0.starts_with("ci_%")));
    let found = walk(
        &world,
        &admin,
        "servers",
        &format!("q={}", &servers[4].1[..9]),
    )
    .await;
    assert!(found.contains(&servers[4].1));
    assert_eq!(
        walk(&world, &admin, "servers", "protected=yes").await,
        [""; 0]
    );
    assert_eq!(
        walk(&world, &admin, "disks", "protected=no&limit=10")
            .await
            .len(),
        46
    );
    let of_one = format!("server_id={}&status=in-use", servers[0].1);
    assert_eq!(walk(&world, &admin, "disks", &of_one).await.len(), 2);
    // Every column of every list sorts.
    for (list, keys) in [
        (
            "servers",
            "name id status host architecture vcpus memory_mib created_at updated_at disk_count disk_bytes vault last_backup backup_count",
        ),
        (
            "disks",
            "name id host format bus device size_bytes system created_at server vault last_backup",
        ),
        (
            "vaults",
            "created_at name id type state store locked size_bytes used_bytes updated_at resource_count backup_count",
        ),
        (
            "backups",
            "created_at name id state type resource_name size_bytes read_bytes new_bytes stored_bytes incremental auto_trigger protected_at expires_at vault",
        ),
        (
            "tasks",
            "created_at id kind state resource_name vault progress total_bytes read_bytes new_bytes stored_bytes started_at ended_at",
        ),
    ] {
        for key in keys.split(' ') {
            walk(&world, &admin, list, &format!("sort={key}&limit=1000")).await;
            walk(&world, &admin, list, &format!("sort=-{key}&limit=1000")).await;
        }
    }
    for bad in [
        "sort=x",
        "limit=0",
        "limit=x",
        "marker=x",
        "status=x",
        "protected=x",
    ] {
        let path = format!("/coffer/v1/{}/servers?{bad}", admin.project);
        assert_eq!(
            world.get(&admin, &path).await.status,
            StatusCode::BAD_REQUEST,
            "{bad}"
        );
    }
}

/// Reads events until `fits`, or panics after half a minute.
async fn listen_for(response: &mut reqwest::Response, fits: impl Fn(&str) -> bool) -> String {
    let mut text = String::new();
    let reading = async {
        while let Some(chunk) = response.chunk().await.expect("the stream goes on") {
            text.push_str(&String::from_utf8_lossy(&chunk));
            if fits(&text) {
                return true;
            }
        }
        false
    };
    let found = tokio::time::timeout(Duration::from_secs(30), reading).await;
    assert!(matches!(found, Ok(true)), "not seen: {text}");
    text
}

#[tokio::test]
async fn two_listeners_see_a_change_and_a_stranger_does_not() {
    let world = world().await;
    let admin = world.admin().await;
    let stranger = world.other("stranger", "admin").await;
    let listen = async |session: &Session, last: Option<&str>| {
        let path = format!("/coffer/v1/{}/events", session.project);
        let mut request = world.request(Method::GET, &path);
        request = request.header("X-Auth-Token", &session.token);
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        response
    };
    let mut one = listen(&admin, None).await;
    let mut two = listen(&admin, None).await;
    let mut other = listen(&stranger, None).await;
    listen_for(&mut one, |text| text.contains("id: ")).await;
    let [server, ..] = world.add_server(&admin.project, "seen", "running").await;
    let shows = |text: &str| {
        text.contains("event: server") && text.contains(&server) && text.contains("\n\nid: ")
    };
    let text = listen_for(&mut one, shows).await;
    listen_for(&mut two, shows).await;
    let data = text
        .lines()
        .find_map(|line| line.strip_prefix("data: {\"id\":\"").map(|_| &line[6..]));
    let event: Value = serde_json::from_str(data.unwrap()).unwrap();
    assert!(event["object"]["id"].is_string(), "{event}");
    // The stranger sees its own change, and nothing before it.
    let [own, ..] = world.add_server(&stranger.project, "own", "running").await;
    let text = listen_for(&mut other, |text| text.contains(&own)).await;
    assert!(!text.contains(&server), "{text}");
    // Who comes back after too long is told to look anew.
    let mut late = listen(&admin, Some("000000000000-7")).await;
    listen_for(&mut late, |text| text.contains("event: resync")).await;
    // The end of the token is the end of the stream.
    let revoke = world.request(Method::DELETE, "/v3/auth/tokens");
    let revoke = revoke
        .header("X-Auth-Token", &admin.token)
        .header("X-Subject-Token", &admin.token);
    assert_eq!(world.send(revoke).await.status, StatusCode::NO_CONTENT);
    let ended = async { while one.chunk().await.unwrap_or(None).is_some() {} };
    tokio::time::timeout(Duration::from_secs(20), ended)
        .await
        .expect("it ends");
}

#[tokio::test]
async fn the_console_is_closed_to_other_origins_and_missing_files() {
    let world = world().await;
    let client = reqwest::Client::builder();
    let client = client
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let get = async |path: &str, accept: &str| {
        let request = client
            .get(format!("{}{path}", world.base))
            .header("Accept", accept);
        request.send().await.unwrap()
    };
    let door = get("/", "text/html").await;
    assert_eq!(door.headers()["location"], "/console/");
    assert_eq!(get("/", "application/json").await.status(), 300);
    let page = get("/console/servers", "text/html").await;
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert_eq!(page.headers()["x-content-type-options"], "nosniff");
    assert_eq!(page.headers()["referrer-policy"], "same-origin");
    for (path, accept) in [
        ("/console/assets/x.js", "text/html"),
        ("/console/x", "*/*"),
        ("/x", "text/html"),
    ] {
        assert_eq!(get(path, accept).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn the_first_pages_of_large_lists_come_at_once() {
    let world = world().await;
    let admin = world.admin().await;
    let mut tx = world.service.state().catalog.write().await.unwrap();
    let rows = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {})";
    let id = "printf('%08x-0000-4000-8000-%012x', i * 7919 % 1000003, i)";
    let servers = format!(
        "INSERT INTO servers (id, project_id, hypervisor, native_id, name, power, vcpus, memory_mib, \
         architecture, restart_allowed, nics, created_at, updated_at) {} SELECT {id}, '{}', 'host', \
         'n' || i, 'server-' || i, 'running', 2, 512, 'x86_64', 1, '[]', i, i FROM n",
        rows.replace("{}", "9999"),
        admin.project
    );
    let backup = "printf('%08x-0000-4000-9000-%012x', i * 7919 % 1000003, i)";
    let of = id
        .replace("i * 7919", "(i % 10000) * 7919")
        .replace("1000003, i)", "1000003, i % 10000)");
    let backups = format!(
        "INSERT INTO backups (id, checkpoint_id, vault_id, project_id, name, state, resource_id, \
         resource_name, resource_type, size_bytes, position, repository_id, wants_full, incremental, \
         auto_trigger, system_disk, progress, allocated_bytes, read_bytes, new_bytes, stored_bytes, \
         details, created_at, updated_at, protected_at) {} SELECT {backup}, {id}, {id}, '{}', \
         'backup-' || i, 'available', {of}, 'server-' || (i % 10000), 'OS::Nova::Server', 1, 0, {id}, \
         0, 1, 0, 1, 100, 1, 1, 1, 1, '{{}}', i, i, i FROM n",
        rows.replace("{}", "99999"),
        admin.project
    );
    for sql in [servers, backups] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
            .execute(tx.connection())
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let time = async |path: &str, limit_ms: u128| {
        let path = format!("/coffer/v1/{}/{path}", admin.project);
        let mut best = u128::MAX;
        for _ in 0..5 {
            let begun = Instant::now();
            let answer = world.get(&admin, &path).await;
            best = best.min(begun.elapsed().as_millis());
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        }
        println!("{path}: {best} ms");
        assert!(best < limit_ms, "{path}: {best} ms");
    };
    time("servers", 100).await;
    time("backups", 100).await;
    time("servers?q=server-77", 150).await;
    time("servers?sort=-last_backup", 500).await;
    time("backups?q=backup-777", 500).await;
    time("backups?sort=name", 150).await;
    time("overview", 2000).await;
}
