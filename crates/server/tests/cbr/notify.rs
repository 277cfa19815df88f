//! Who is told what: webhooks and mails that really arrive, once for each thing that happens.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use jiff::SignedDuration;
use reqwest::Method;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::lab::Lab;
use crate::policies::{NIGHTLY, apply, make, policy};

const LOCAL: &str = "[notify]\nallow_networks = ['127.0.0.1']\n";
const SECRET: &str = "0123456789abcdef";

/// A request as it came.
#[derive(Debug, Clone)]
struct Got {
    head: String,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A server that takes webhooks and gives the answers it is told to, then 204.
#[derive(Clone)]
struct Hook {
    url: String,
    got: Arc<Mutex<Vec<Got>>>,
    answers: Arc<Mutex<Vec<&'static str>>>,
}

impl Hook {
    async fn start() -> Hook {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hook = Hook {
            url: format!("http://{}/hook", listener.local_addr().unwrap()),
            got: Arc::default(),
            answers: Arc::default(),
        };
        let serving = hook.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move { serving.answer(stream).await });
            }
        });
        hook
    }

    async fn answer(&self, stream: TcpStream) {
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).await.unwrap_or(0) == 0 {
                return;
            }
        }
        let got = Got {
            head,
            body: String::new(),
        };
        let length = got
            .header("content-length")
            .unwrap()
            .parse::<usize>()
            .unwrap();
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.unwrap();
        let body = String::from_utf8(body).unwrap();
        self.got.lock().unwrap().push(Got { body, ..got });
        let next = self.answers.lock().unwrap().pop();
        let status = next.unwrap_or("204 No Content\r\nX: y");
        let text = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        let _ = stream.get_mut().write_all(text.as_bytes()).await;
    }

    fn all(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// Waits for so many requests.
    async fn wait(&self, number: usize) -> Vec<Got> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let all = self.all();
            if all.len() >= number {
                return all;
            }
            assert!(Instant::now() < deadline, "{all:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn subscribe(lab: &Lab, body: Value) -> String {
    let made = lab
        .post("coffer:/subscriptions", json!({"subscription": body}))
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    made.body["subscription"]["id"].as_str().unwrap().to_owned()
}

async fn wait_delivered(lab: &Lab, id: &str, state: &str) -> Value {
    let path = format!("coffer:/subscriptions/{id}");
    let done = |b: &Value| b["deliveries"][0]["state"] == state;
    lab.wait(&path, done).await["deliveries"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_have_their_rules_and_keep_their_secrets() {
    let lab = Lab::configured(|host| host.add_server("web", &[1]), LOCAL).await;
    let hook = "https://hooks.example.org/x";
    for (body, field) in [
        (json!({"name": "n"}), "subscription"),
        (
            json!({"name": "n", "url": hook, "addresses": ["a@b.example"]}),
            "subscription",
        ),
        (json!({"name": "", "url": hook}), "subscription.name"),
        (json!({"name": "n", "url": "x"}), "subscription.url"),
        (
            json!({"name": "n", "url": "https://a:b@example.org/"}),
            "subscription.url",
        ),
        (
            json!({"name": "n", "url": hook, "secret": "short"}),
            "subscription.secret",
        ),
        (
            json!({"name": "n", "url": hook, "events": ["x"]}),
            "subscription.events[0]",
        ),
        // There is no mail server in this configuration.
        (
            json!({"name": "n", "addresses": ["a@b.example"]}),
            "subscription.addresses",
        ),
        (json!({"name": "n", "url": hook, "surprise": 1}), "surprise"),
    ] {
        let answer = lab
            .post("coffer:/subscriptions", json!({"subscription": body}))
            .await;
        assert_eq!(answer.status, 400, "{answer:?}");
        assert!(answer.text().contains(field), "{answer:?}");
    }
    let id = subscribe(&lab, json!({"name": "n", "url": hook, "secret": SECRET})).await;
    let again = json!({"subscription": {"name": "n", "url": hook}});
    assert_eq!(lab.post("coffer:/subscriptions", again).await.status, 400);
    let path = format!("coffer:/subscriptions/{id}");
    let shown = lab.get(&path).await;
    assert_eq!(shown.body["subscription"]["signed"], true);
    assert!(!shown.body.to_string().contains(SECRET));
    let mut tx = lab.catalog().snapshot().await.unwrap();
    let row = coffer_server::catalog::notify::get(&mut tx, id.parse().unwrap())
        .await
        .unwrap();
    assert!(!row.unwrap().sealed_secret.contains(&hex::encode(SECRET)));
    drop(tx);
    let change =
        json!({"subscription": {"enabled": false, "events": ["task_failed"], "secret": ""}});
    let changed = lab.call(Method::PATCH, &path, Some(change)).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let s = &changed.body["subscription"];
    assert_eq!(
        (&s["enabled"], &s["events"], &s["signed"]),
        (&json!(false), &json!(["task_failed"]), &json!(false))
    );
    // Another project sees nothing of it.
    let (token, project) = lab.stranger().await;
    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::POST, format!("{path}/test")),
    ] {
        let answer = lab.call_as(&token, &project, method, &path, None).await;
        assert_eq!(answer.status, 404, "{answer:?}");
    }
    assert_eq!(lab.delete(&path).await.status, 204);
    assert_eq!(
        lab.get("coffer:/subscriptions").await.body["subscriptions"],
        json!([])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_signed_tried_again_and_survives_a_restart() {
    let mut lab = Lab::configured(|host| host.add_server("web", &[1]), LOCAL).await;
    let hook = Hook::start().await;
    hook.answers
        .lock()
        .unwrap()
        .extend(["500 No", "302 Found\r\nLocation: http://127.0.0.1:1/"]);
    let id = subscribe(
        &lab,
        json!({"name": "n", "url": hook.url, "secret": SECRET}),
    )
    .await;
    let sent = lab
        .post(&format!("coffer:/subscriptions/{id}/test"), json!({}))
        .await;
    assert_eq!(sent.status, 202, "{sent:?}");
    hook.wait(1).await;
    let path = format!("coffer:/subscriptions/{id}");
    let tried = |b: &Value| b["deliveries"][0]["attempts"] == 1;
    let first = lab.wait(&path, tried).await["deliveries"][0].clone();
    assert_eq!(first["state"], "waiting");
    assert!(
        first["error"].as_str().unwrap().contains("not followed"),
        "{first}"
    );
    lab.stop().await;
    lab.start().await;
    lab.advance(SignedDuration::from_secs(10)).await;
    hook.wait(2).await;
    lab.wait(&path, |b| b["deliveries"][0]["attempts"] == 2)
        .await;
    lab.advance(SignedDuration::from_secs(60)).await;
    let all = hook.wait(3).await;
    let delivered = wait_delivered(&lab, &id, "delivered").await;
    assert_eq!(delivered["attempts"], 3);
    // The same message each time, signed anew.
    let id_of = |got: &Got| got.header("x-coffer-delivery").unwrap().to_owned();
    assert!(
        all.iter()
            .all(|got| got.body == all[0].body && id_of(got) == id_of(&all[0]))
    );
    for got in &all {
        let header = got.header("x-coffer-signature").unwrap();
        let (at, tag) = header
            .strip_prefix("t=")
            .unwrap()
            .split_once(",v1=")
            .unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        let signed = format!("{at}.{}", got.body);
        hmac::verify(&key, signed.as_bytes(), &hex::decode(tag).unwrap()).unwrap();
    }
    assert_eq!(all[0].json()["event"], "test");
    assert_eq!(all[0].header("x-coffer-event"), Some("test"));
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_go_nowhere_but_where_they_may() {
    let lab = Lab::new().await;
    let hook = Hook::start().await;
    let local = hook.url.replace("127.0.0.1", "localhost");
    for (name, url) in [("literal", hook.url.clone()), ("named", local)] {
        let id = subscribe(&lab, json!({"name": name, "url": url})).await;
        lab.post(&format!("coffer:/subscriptions/{id}/test"), json!({}))
            .await;
        let path = format!("coffer:/subscriptions/{id}");
        let tried = |b: &Value| b["deliveries"][0]["attempts"] == 1;
        let first = lab.wait(&path, tried).await["deliveries"][0].clone();
        assert_eq!(first["state"], "waiting");
        assert!(
            first["error"]
                .as_str()
                .unwrap()
                .contains("may not be reached"),
            "{first}"
        );
    }
    assert!(hook.all().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_told_to_who_wants_to_know() {
    let fill = |host: &crate::host::FileHost| {
        host.add_server("a", &[1]);
        host.add_server("web", &[1]);
    };
    let lab = Lab::configured(fill, LOCAL).await;
    let (wants, other) = (Hook::start().await, Hook::start().await);
    let body = json!({"name": "a", "url": wants.url, "events": ["task_failed"]});
    subscribe(&lab, body).await;
    let body = json!({"name": "b", "url": other.url, "events": ["vault_threshold"]});
    subscribe(&lab, body).await;
    let vault = lab.server_vault("v", &["a", "web"]).await;
    let one = json!({"limits": {"tasks": 1}});
    assert_eq!(lab.put("root:/hosts/files/limits", one).await.status, 204);
    // While one server is backed up, the other one goes away.
    lab.host.open_gate(false);
    lab.back_up(&vault, json!({})).await;
    let listed = lab
        .wait("/operation-logs?status=running", |b| b["count"] == 1)
        .await;
    let first = listed["operation_logs"][0]["extra_info"]["resource"]["name"].clone();
    let (stays, goes) = match first.as_str() {
        Some("a") => ("a", "web"),
        Some("web") => ("web", "a"),
        _ => panic!("{listed}"),
    };
    lab.host.remove_server(goes);
    lab.host.open_gate(true);
    let all = wants.wait(1).await;
    let told = all[0].json();
    assert_eq!(told["data"]["resource_name"], goes);
    assert_eq!(told["data"]["task_type"], "backup");
    assert!(
        told["text"].as_str().unwrap().contains("no longer there"),
        "{told}"
    );
    // What a user ends is no failure.
    lab.wait("/operation-logs?status=success", |b| b["count"] == 1)
        .await;
    // Something to read, or the backup would be over before anybody can end it.
    crate::host::write_pattern(&lab.host.path(stays, 0), 0, 1 << 20, 9);
    lab.host.open_gate(false);
    let there = json!([{"id": lab.id("server", stays).await, "type": "OS::Nova::Server"}]);
    lab.back_up(&vault, json!({"resource_details": there}))
        .await;
    let listed = lab
        .wait("/operation-logs?status=running", |b| b["count"] == 1)
        .await;
    let task = listed["operation_logs"][0]["id"].as_str().unwrap();
    let ended = lab
        .post(&format!("coffer:/tasks/{task}/cancel"), json!({}))
        .await;
    assert!(ended.status < 300, "{ended:?}");
    lab.wait("/operation-logs?status=failed", |b| b["count"] == 2)
        .await;
    lab.host.open_gate(true);
    let lists = lab.get("coffer:/subscriptions").await.body["subscriptions"].clone();
    for (n, expected) in [(0, 1), (1, 0)] {
        let id = lists[n]["id"].as_str().unwrap();
        let shown = lab.get(&format!("coffer:/subscriptions/{id}")).await;
        assert_eq!(
            shown.body["deliveries"].as_array().unwrap().len(),
            expected,
            "{shown:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_cannot_begin_is_told() {
    let mut lab = Lab::configured(|host| host.add_server("web", &[1]), LOCAL).await;
    let hook = Hook::start().await;
    subscribe(
        &lab,
        json!({"name": "a", "url": hook.url, "events": ["task_failed"]}),
    )
    .await;
    let vault = lab.server_vault("v", &["web"]).await;
    let id = make(&lab, policy("p", json!({"max_backups": 2}), &[NIGHTLY])).await;
    apply(&lab, &vault, &id).await;
    lab.fill(&vault, 200 << 30, 100).await;
    lab.advance(SignedDuration::from_hours(24)).await;
    let all = hook.wait(1).await;
    let told = all[0].json();
    assert_eq!(told["event"], "task_failed");
    assert_eq!(told["project_id"], json!(lab.project));
    assert_eq!(told["data"]["vault_name"], "v");
    assert_eq!(told["data"]["policy_id"], json!(id));
    assert!(
        told["text"].as_str().unwrap().contains("capacity"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_threshold_is_told_once_for_each_crossing() {
    let mut lab = Lab::configured(|host| host.add_server("web", &[4]), LOCAL).await;
    let hook = Hook::start().await;
    subscribe(
        &lab,
        json!({"name": "a", "url": hook.url, "events": ["vault_threshold"]}),
    )
    .await;
    let vault = lab.server_vault("v", &["web"]).await;
    let path = format!("/vaults/{vault}");
    let set = |threshold: u64, size: u64, notify: bool| json!({"vault": {"threshold": threshold, "smn_notify": notify, "billing": {"size": size}}});
    // 8 of 10 GiB; changes of other things tell nothing more.
    lab.fill(&vault, 8 << 30, 10).await;
    for _ in 0..2 {
        assert_eq!(lab.put(&path, set(80, 10, true)).await.status, 200);
    }
    let all = hook.wait(1).await;
    assert_eq!(all[0].json()["data"]["percent"], 80);
    // Below again, by a larger vault; then beyond it once more, without wanting to know; then with.
    for (threshold, size, notify) in [
        (80, 100, true),
        (1, 100, false),
        (50, 100, true),
        (8, 100, true),
    ] {
        assert_eq!(
            lab.put(&path, set(threshold, size, notify)).await.status,
            200
        );
    }
    let all = hook.wait(2).await;
    assert_eq!(all[1].json()["data"]["threshold"], 8);
    // What a backup finds there counts too: the vault holds a few MiB, and the alert ends.
    let checkpoint = lab.back_up(&vault, json!({})).await;
    lab.backup_of(&checkpoint).await;
    lab.fill(&vault, 9 << 30, 100).await;
    assert_eq!(lab.put(&path, set(8, 100, true)).await.status, 200);
    hook.wait(3).await;
    lab.stop().await;
    assert_eq!(hook.all().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn missed_objectives_are_told_and_reported() {
    let mut lab = Lab::configured(|host| host.add_server("web", &[1]), LOCAL).await;
    let hook = Hook::start().await;
    let events = json!(["objective_missed", "objective_met"]);
    subscribe(
        &lab,
        json!({"name": "a", "url": hook.url, "events": events}),
    )
    .await;
    let vault = lab.server_vault("v", &["web"]).await;
    let report = async |lab: &Lab| lab.get("coffer:/report").await.body["resources"][0].clone();
    let first = report(&lab).await;
    assert_eq!(
        (&first["objective_hours"], &first["objective_met"]),
        (&Value::Null, &Value::Null)
    );
    let overview = async |lab: &Lab| lab.get("coffer:/overview").await.body;
    assert_eq!(overview(&lab).await["nothing_asked"], 1);
    let path = format!("coffer:/vaults/{vault}/objective");
    for (path, hours, status) in [
        ("coffer:/objective", json!(12), 204),
        ("coffer:/objective", json!(0), 400),
        (path.as_str(), json!(48), 204),
        (
            "coffer:/vaults/2b076f26-391f-40fa-bf71-a798940faccf/objective",
            json!(1),
            404,
        ),
    ] {
        let set = lab.put(path, json!({"hours": hours})).await;
        assert_eq!(set.status, status, "{set:?}");
    }
    assert_eq!(lab.get(&path).await.body, json!({"hours": 48}));
    assert_eq!(report(&lab).await["objective_hours"], 48);
    assert_eq!(lab.put(&path, json!({"hours": null})).await.status, 204);
    assert_eq!(report(&lab).await["objective_hours"], 12);
    // Nothing for twelve hours: told once, also over a restart.
    lab.advance(SignedDuration::from_hours(13)).await;
    let clock = lab.clock().clone();
    lab.stop().await;
    lab.start_with(clock.clone()).await;
    let all = hook.wait(1).await;
    assert_eq!(all[0].json()["data"]["resource_name"], "web");
    assert_eq!(report(&lab).await["objective_met"], false);
    let checkpoint = lab.back_up(&vault, json!({})).await;
    lab.backup_of(&checkpoint).await;
    let now = report(&lab).await;
    assert_eq!(now["objective_met"], true);
    assert!(now["last_good_at"].is_string() && now["vault_name"] == "v");
    lab.stop().await;
    lab.start_with(clock).await;
    let all = hook.wait(2).await;
    assert_eq!(all[1].json()["event"], "objective_met");
    // What is missed is not safe; where nothing is asked, a backup of yesterday is good enough.
    lab.advance(SignedDuration::from_hours(13)).await;
    let missed = overview(&lab).await;
    assert_eq!(missed["nothing_asked"], 0);
    assert_eq!(missed["unsafe"][0]["reason"], "backup_too_old");
    lab.put("coffer:/objective", json!({"hours": null})).await;
    assert_eq!(overview(&lab).await["unsafe"], json!([]));
    // By the policy: twice its pause, and an hour.
    let id = make(&lab, policy("p", json!({"max_backups": 2}), &[NIGHTLY])).await;
    apply(&lab, &vault, &id).await;
    let now = report(&lab).await;
    assert_eq!(
        (&now["objective_hours"], &now["policy_name"]),
        (&json!(49), &json!("p"))
    );
    assert!(now["next_run_at"].is_string());
    assert_eq!(lab.get("coffer:/report?format=xml").await.status, 400);
}

/// A mail server that offers STARTTLS, wants a log-in, and keeps what it was given.
async fn mail_server(got: Arc<Mutex<Vec<String>>>) -> u16 {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
    let certificates = CertificateDer::pem_file_iter(format!("{data}/localhost.crt")).unwrap();
    let certificates: Vec<CertificateDer<'static>> = certificates.map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(format!("{data}/localhost.key")).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, got) = (acceptor.clone(), got.clone());
            tokio::spawn(async move {
                let mut stream = BufReader::new(stream);
                stream.write_all(b"220 test\r\n").await.unwrap();
                let mut line = String::new();
                while stream.read_line(&mut line).await.unwrap_or(0) > 0 {
                    match line.trim().split(' ').next().unwrap() {
                        "EHLO" => stream
                            .write_all(b"250-test\r\n250 STARTTLS\r\n")
                            .await
                            .unwrap(),
                        "STARTTLS" => {
                            stream.write_all(b"220 go\r\n").await.unwrap();
                            let tls = acceptor.accept(stream.into_inner()).await.unwrap();
                            return mails(BufReader::new(tls), got).await;
                        }
                        // Nothing is taken in plain text.
                        _ => stream.write_all(b"530 STARTTLS first\r\n").await.unwrap(),
                    }
                    line.clear();
                }
            });
        }
    });
    port
}

async fn mails<S: AsyncBufReadExt + AsyncWriteExt + Unpin>(mut s: S, got: Arc<Mutex<Vec<String>>>) {
    let mut mail = String::new();
    let mut line = String::new();
    while s.read_line(&mut line).await.unwrap_or(0) > 0 {
        let command = line.trim().to_owned();
        mail.push_str(&line);
        line.clear();
        match command.split([' ', ':']).next().unwrap() {
            "EHLO" => s
                .write_all(b"250-test\r\n250 AUTH PLAIN\r\n")
                .await
                .unwrap(),
            "AUTH" => s.write_all(b"235 in\r\n").await.unwrap(),
            "MAIL" | "RCPT" => s.write_all(b"250 ok\r\n").await.unwrap(),
            "DATA" => {
                s.write_all(b"354 go\r\n").await.unwrap();
                while !mail.ends_with("\r\n.\r\n") {
                    s.read_line(&mut mail).await.unwrap();
                }
                s.write_all(b"250 taken\r\n").await.unwrap();
                got.lock().unwrap().push(std::mem::take(&mut mail));
            }
            "QUIT" => return s.write_all(b"221 bye\r\n").await.unwrap(),
            _ => s.write_all(b"500 what\r\n").await.unwrap(),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_go_over_tls_with_a_log_in() {
    let got: Arc<Mutex<Vec<String>>> = Arc::default();
    let port = mail_server(got.clone()).await;
    let files = tempfile::tempdir().unwrap();
    let password = files.path().join("password");
    std::fs::write(&password, "hunter2hunter2\n").unwrap();
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
    let config = format!(
        "[notify.smtp]\nhost = 'localhost'\nport = {port}\nuser = 'coffer'\npassword_file = '{}'\n\
         from = 'Coffer <coffer@example.org>'\nca_file = '{data}/localhost.crt'\n",
        password.display()
    );
    let lab = Lab::configured(|host| host.add_server("web", &[1]), &config).await;
    let addresses = json!(["a@example.org", "b@example.org"]);
    let bad =
        json!({"subscription": {"name": "n", "addresses": ["a@example.org\r\nBcc: c@x.org"]}});
    assert_eq!(lab.post("coffer:/subscriptions", bad).await.status, 400);
    let id = subscribe(&lab, json!({"name": "n", "addresses": addresses})).await;
    lab.post(&format!("coffer:/subscriptions/{id}/test"), json!({}))
        .await;
    wait_delivered(&lab, &id, "delivered").await;
    let mail = got.lock().unwrap()[0].clone();
    use base64::Engine;
    let login = base64::engine::general_purpose::STANDARD.encode("\0coffer\0hunter2hunter2");
    for part in [
        login.as_str(),
        "MAIL FROM:<coffer@example.org>",
        "RCPT TO:<a@example.org>",
        "RCPT TO:<b@example.org>",
        "Subject: Coffer: a test of subscription n",
        "Content-Transfer-Encoding: base64",
    ] {
        assert!(mail.contains(part), "{part}: {mail}");
    }
    let body = mail
        .rsplit_once("base64\r\n\r\n")
        .unwrap()
        .1
        .replace("\r\n.\r\n", "");
    let body = base64::engine::general_purpose::STANDARD.decode(body.replace("\r\n", ""));
    assert!(
        String::from_utf8(body.unwrap())
            .unwrap()
            .starts_with("This message was asked for")
    );
}
