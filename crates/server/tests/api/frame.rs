//! What holds for every request.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use coffer_core::Kind;
use coffer_server::config::Config;
use coffer_server::door::Clock;
use coffer_server::serve::Service;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{world, world_with};

#[tokio::test]
async fn no_text_of_a_request_has_the_character_nul() {
    let world = world().await;
    let admin = world.admin().await;
    let project = &admin.project;
    let vaults = format!("/v3/{project}/vaults");
    let named = |name: &str| json!({"vault": {"name": name, "resources": []}});
    let projects = "/coffer/v1/projects".to_owned();
    let login = |user: &str| {
        json!({"auth": {"identity": {"methods": ["password"], "password": {"user": {
            "name": user, "password": "x", "domain": {"name": "Default"}}}}}})
    };
    for (method, path, body) in [
        (Method::POST, vaults.clone(), named("a\0b")),
        (
            Method::POST,
            projects,
            json!({"project": {"name": "p", "description": "\0"}}),
        ),
        (Method::POST, vaults.clone(), json!({"vault": {"\0": 1}})),
        (Method::GET, format!("{vaults}?name=a%00"), Value::Null),
        (Method::GET, format!("{vaults}/a%00b"), Value::Null),
        (Method::POST, "/v3/auth/tokens".to_owned(), login("ad\0min")),
    ] {
        let answer = world.call(&admin, method, &path, body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
        let text = answer.body.to_string();
        assert!(text.contains("the character NUL"), "{path}: {text}");
        if !path.starts_with("/v3/auth") {
            assert_eq!(answer.body["error_code"], "BackupService.9900", "{path}");
        }
    }
    // Without a token too, and what only looks like it is a text as any other.
    let stranger = world.request(Method::POST, "/v3/auth/tokens");
    let answer = world.send(stranger.json(&login("\0"))).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let body = json!({"project": {"name": "p", "description": "\\u0000 %00"}});
    let made = world
        .call(&admin, Method::POST, "/coffer/v1/projects", body)
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
}

#[tokio::test]
async fn errors_are_json_in_the_form_of_their_family_and_carry_the_request_id() {
    let world = world().await;
    let admin = world.admin().await;
    let answer = world
        .send(world.request(Method::GET, "/nothing/here"))
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.headers["content-type"], "application/json");
    assert!(
        answer.headers["x-request-id"]
            .to_str()
            .unwrap()
            .starts_with("req-")
    );
    assert_eq!(answer.body["error_code"], "BackupService.9900");
    assert!(answer.body["error_msg"].is_string());

    let answer = world
        .send(world.request(Method::PUT, "/v3/auth/tokens"))
        .await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(answer.headers["allow"].to_str().unwrap().contains("POST"));
    assert_eq!(answer.body["error"]["code"], 405);

    let path = format!("/v2.1/{}/nothing", admin.project);
    let answer = world.get(&admin, &path).await;
    assert_eq!(answer.body["itemNotFound"]["code"], 404);

    let text = world.request(Method::POST, "/v3/auth/tokens").body("a=b");
    let answer = world.send(text.header("content-type", "text/plain")).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(answer.body["error"]["title"], "Unsupported Media Type");

    let broken = world
        .request(Method::POST, "/v3/auth/tokens")
        .body("{\"auth\": 7}");
    let answer = world
        .send(broken.header("content-type", "application/json;charset=utf-8"))
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let message = answer.body["error"]["message"].as_str().unwrap();
    assert!(message.contains("line 1"), "{message}");
}

#[tokio::test]
async fn bodies_are_limited_more_so_for_strangers() {
    let world = world().await;
    let admin = world.admin().await;
    let large = json!({"access_key": {"description": "x".repeat(1024 * 1024)}});
    let answer = world
        .call(&admin, Method::POST, "/coffer/v1/access-keys", large)
        .await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.headers["connection"], "close");
    let medium = json!({"access_key": {"description": "x".repeat(512 * 1024)}});
    let answer = world
        .call(
            &admin,
            Method::POST,
            "/coffer/v1/access-keys",
            medium.clone(),
        )
        .await;
    assert_eq!(
        answer.status,
        StatusCode::BAD_REQUEST,
        "read, and refused for its length"
    );
    let stranger = world.request(Method::POST, "/v3/auth/tokens").json(&medium);
    assert_eq!(
        world.send(stranger).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    // Without a length, too.
    let chunks = (0..100).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 1024]));
    let body = reqwest::Body::wrap_stream(futures::stream::iter(chunks));
    let stranger = world.request(Method::POST, "/v3/auth/tokens").body(body);
    assert_eq!(
        world.send(stranger).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let world = world_with(
        "[http]\nlisten = ['127.0.0.1:0']\nrequest_timeout_seconds = 1",
        vec![],
    )
    .await;
    let address = world.service.addresses()[0];
    let answer = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream
            .write_all(b"POST /v3/auth/tokens HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n")
            .unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    });
    assert_eq!(answer.await.unwrap(), "HTTP/1.1 408");
}

#[tokio::test]
async fn connections_are_kept_and_http_2_is_not_spoken() {
    let world = world().await;
    let address = world.service.addresses()[0];
    let (first, second, preface) = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let mut ask = || {
            stream
                .write_all(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n")
                .unwrap();
            let mut answer = Vec::new();
            while !answer.ends_with(b"}") {
                let mut byte = [0; 1];
                stream.read_exact(&mut byte).unwrap();
                answer.push(byte[0]);
            }
            String::from_utf8_lossy(&answer).into_owned()
        };
        let answers = (ask(), ask());
        let mut stream = TcpStream::connect(address).unwrap();
        stream
            .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            .unwrap();
        let mut preface = String::new();
        let _ = stream.read_to_string(&mut preface);
        (answers.0, answers.1, preface)
    })
    .await
    .unwrap();
    assert!(first.starts_with("HTTP/1.1 200") && second.starts_with("HTTP/1.1 200"));
    assert!(
        !preface.starts_with("HTTP/2") && !preface.contains(" 200 "),
        "{preface}"
    );
}

#[tokio::test]
async fn ready_and_healthy_until_it_stops_and_the_lock_goes_with_it() {
    let world = world().await;
    for path in ["/health", "/ready"] {
        assert_eq!(
            world.send(world.request(Method::GET, path)).await.status,
            StatusCode::OK
        );
    }
    let data_dir = world.service.state().config.data_dir.clone();
    let text = format!(
        "data_dir = '{}'\n[http]\nlisten = ['127.0.0.1:0']",
        data_dir.display()
    );
    let start = || Service::start(Config::parse(&text).unwrap(), Vec::new(), Clock::new());
    let second = start().await.map(drop).unwrap_err();
    assert_eq!(second.kind, Kind::Conflict);
    assert!(
        second.chain().contains("another service (process"),
        "{}",
        second.chain()
    );
    // Work in the background is waited for.
    let (done, mut wait) = tokio::sync::oneshot::channel();
    let stopping = world.service.state().stopping.clone();
    world.service.state().background.spawn(async move {
        stopping.cancelled().await;
        done.send(()).unwrap();
    });
    world.service.stop().await;
    assert_eq!(wait.try_recv(), Ok(()));
    start().await.unwrap().stop().await;
}

#[tokio::test]
async fn documents_name_the_host_the_client_used_and_believe_only_trusted_proxies() {
    let world = world().await;
    let link = |body: &Value| {
        body["version"]["links"][0]["href"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let ask = |name: &'static str, value: &'static str| {
        world.request(Method::GET, "/v3").header(name, value)
    };
    let answer = world.send(world.request(Method::GET, "/v3")).await;
    assert_eq!(link(&answer.body), format!("{}/v3/", world.base));
    let answer = world.send(ask("host", "backup.example:1")).await;
    assert_eq!(link(&answer.body), "http://backup.example:1/v3/");
    let answer = world.send(ask("x-forwarded-host", "evil.example")).await;
    assert_eq!(link(&answer.body), format!("{}/v3/", world.base));
    let answer = world.send(ask("host", "a\"b")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);

    let trusting = "[http]\nlisten = ['127.0.0.1:0']\ntrusted_proxies = ['127.0.0.1']";
    let world = world_with(trusting, vec![]).await;
    let request = world
        .request(Method::GET, "/v3")
        .header("x-forwarded-host", "backup.example")
        .header("x-forwarded-proto", "https");
    assert_eq!(
        link(&world.send(request).await.body),
        "https://backup.example/v3/"
    );
}

#[tokio::test]
async fn tls_serves_by_configuration_and_says_what_is_wrong_with_its_files() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
    let tls = |key: &str| {
        format!(
            "[http]\nlisten = ['127.0.0.1:0']\n[http.tls]\n\
             certificate = '{data}/localhost.crt'\nkey = '{data}/{key}'"
        )
    };
    let world = world_with(&tls("localhost.key"), vec![]).await;
    let certificate = std::fs::read(format!("{data}/localhost.crt")).unwrap();
    let certificate = reqwest::Certificate::from_pem(&certificate).unwrap();
    let client = reqwest::Client::builder()
        .tls_certs_only([certificate])
        .build()
        .unwrap();
    let base = world.base.replace("http://", "https://");
    let answer = client.get(format!("{base}/v3")).send().await.unwrap();
    assert_eq!(answer.version(), reqwest::Version::HTTP_11);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["version"]["links"][0]["href"], format!("{base}/v3/"));
    // Plain HTTP is not answered on that port.
    assert!(reqwest::get(format!("{}/v3", world.base)).await.is_err());

    let directory = tempfile::tempdir().unwrap();
    let text = format!(
        "data_dir = '{}'\n{}",
        directory.path().display(),
        tls("absent.key")
    );
    let start = Service::start(Config::parse(&text).unwrap(), Vec::new(), Clock::new()).await;
    let error = start.map(drop).unwrap_err();
    assert_eq!(error.kind, Kind::Invalid);
    assert!(
        error.message.contains("`http.tls.key`"),
        "{}",
        error.message
    );
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_without_an_end_of_connections() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
    let files = tempfile::tempdir().unwrap();
    let put = |name: &str, from: &str| {
        std::fs::copy(format!("{data}/{from}"), files.path().join(name)).unwrap();
    };
    put("tls.crt", "localhost.crt");
    put("tls.key", "localhost.key");
    let here = files.path().display();
    let config = format!(
        "[http]\nlisten = ['127.0.0.1:0']\n[http.tls]\n\
         certificate = '{here}/tls.crt'\nkey = '{here}/tls.key'"
    );
    let world = world_with(&config, vec![]).await;
    let base = world.base.replace("http://", "https://");
    let trusting = |name: &str| {
        let certificate = std::fs::read(format!("{data}/{name}")).unwrap();
        let certificate = reqwest::Certificate::from_pem(&certificate).unwrap();
        let builder = reqwest::Client::builder().tls_certs_only([certificate]);
        builder.build().unwrap()
    };
    let (old, new) = (trusting("localhost.crt"), trusting("renewed.crt"));
    let health = format!("{base}/health");
    old.get(&health).send().await.unwrap();
    assert!(new.get(&health).send().await.is_err());
    // Half of a renewal changes nothing.
    put("tls.crt", "renewed.crt");
    let hang_up =
        || rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::HUP);
    hang_up().unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(trusting("localhost.crt").get(&health).send().await.is_ok());
    put("tls.key", "renewed.key");
    hang_up().unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while new.get(&health).send().await.is_err() {
        assert!(
            std::time::Instant::now() < deadline,
            "the certificate stays as it was"
        );
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    // The connection that was open goes on; a new one that trusts the old certificate is none.
    old.get(&health).send().await.unwrap();
    assert!(trusting("localhost.crt").get(&health).send().await.is_err());
}
