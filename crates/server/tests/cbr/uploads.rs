//! Archives that are uploaded and files that are taken away, where something is in short supply: places,
//! space, time.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use bytes::Bytes;
use coffer_core::ids::VaultId;
use coffer_engine::testkit::wait_until;
use coffer_server::catalog::backups;
use jiff::SignedDuration;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::export::{backed_up, empty_vault, fetch, import, left, sessions, text, whole};
use crate::host::FileHost;
use crate::lab::{Lab, refused};
use crate::sign;
use crate::survive::objects;

/// A body that comes as it is told.
struct Upload {
    parts: mpsc::Sender<Result<Bytes, std::io::Error>>,
    answer: JoinHandle<reqwest::Result<Response>>,
}

impl Upload {
    fn begin(lab: &Lab, vault: &str) -> Upload {
        let (parts, receiver) = mpsc::channel(1);
        let body = futures::stream::unfold(receiver, async |mut receiver| {
            let part: Option<Result<Bytes, std::io::Error>> = receiver.recv().await;
            part.map(|part| (part, receiver))
        });
        let url = format!(
            "{}/coffer/v1/{}/vaults/{vault}/import",
            lab.base, lab.project
        );
        let request = reqwest::Client::new().post(url);
        let request = request.header("X-Auth-Token", &lab.token);
        let request = request.body(reqwest::Body::wrap_stream(body));
        Upload {
            parts,
            answer: tokio::spawn(request.send()),
        }
    }

    async fn send(&self, bytes: Bytes) {
        self.parts.send(Ok(bytes)).await.unwrap();
    }
}

/// Waits until an import runs.
async fn running(lab: &Lab) {
    let path = "/operation-logs?operation_type=import&status=running";
    let is_there = |b: &Value| b["operation_logs"][0]["id"].is_string();
    lab.wait(path, is_there).await;
}

async fn archive_of(lab: &Lab, backup: &Value) -> Bytes {
    let path = format!("/backups/{}/export", text(&backup["id"]));
    whole(lab, &path).await.1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_was_committed_is_seen_or_gone_after_a_kill() {
    let lab = Lab::new().await;
    let backup = backed_up(&lab).await;
    let archive = archive_of(&lab, &backup).await;
    for cancelled in [false, true] {
        let mut other = Lab::with(|host| host.add_server("x", &[4])).await;
        let vault = empty_vault(&other, "server").await;
        let upload = Upload::begin(&other, &vault);
        upload.send(archive.slice(..archive.len() / 2)).await;
        running(&other).await;
        // From here on nobody can write to the catalog: the manifest comes, and its row does not.
        let catalog = other.catalog().clone();
        let mut tx = catalog.write().await.unwrap();
        upload.send(archive.slice(archive.len() / 2..)).await;
        drop(upload.parts);
        wait_until("it is committed", 20, || objects(&other, "backup") == 1);
        other.kill().await;
        assert!(upload.answer.await.unwrap().is_err());
        match cancelled {
            true => {
                let cancel = sqlx::query("UPDATE tasks SET cancel = 1 WHERE kind = 'import'");
                cancel.execute(tx.connection()).await.unwrap();
                tx.commit().await.unwrap();
            }
            false => drop(tx),
        }
        drop(catalog);
        other.start().await;
        let ended = |b: &Value| !b["operation_logs"][0]["ended_at"].is_null();
        let list = other
            .wait("/operation-logs?operation_type=import", ended)
            .await;
        let status = text(&list["operation_logs"][0]["status"]).to_owned();
        if cancelled {
            assert_eq!(status, "failed", "{list}");
            assert_eq!(left(&other).await, (0, 0));
            assert_eq!(objects(&other, "backup"), 0);
            let gone = |b: &Value| b["vaults"][0]["billing"]["used"].as_u64() <= Some(1);
            other.wait("/vaults", gone).await;
        } else {
            assert_eq!(status, "success", "{list}");
            assert_eq!(left(&other).await, (1, 0));
            let list = other.get("/backups").await;
            let there = &list.body["backups"][0];
            assert_eq!(there["status"], "available", "{there}");
            let path = format!(
                "/backups/{}/disks/vda/export?format=raw",
                text(&there["id"])
            );
            assert!(whole(&other, &path).await.1 == lab.host.bytes("web", 0));
        }
        let again = import(&other, &vault, "", archive.clone()).await;
        assert_eq!(again.status, 201, "{again:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_are_so_many_at_once_and_others_are_told_to_come_again() {
    let lab = Lab::with(|host| host.add_server("x", &[4])).await;
    let vault = empty_vault(&lab, "server").await;
    // Of eight tasks four, and of one project half of these.
    let uploads = [(); 2].map(|()| Upload::begin(&lab, &vault));
    for upload in &uploads {
        upload.send(Bytes::from_static(b"x")).await;
    }
    let until = async |status: u16| {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let answer = import(&lab, &vault, "", vec![b'x'; 9999]).await;
            if answer.status == status {
                return answer;
            }
            assert!(Instant::now() < deadline, "{answer:?}");
        }
    };
    let answer = until(429).await;
    refused(&answer, 429, "9900");
    assert!(answer.text().contains("as many uploads"), "{answer:?}");
    let url = format!(
        "{}/coffer/v1/{}/vaults/{vault}/import",
        lab.base, lab.project
    );
    let request = reqwest::Client::new().post(url).body("x");
    let request = request.header("X-Auth-Token", &lab.token);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["retry-after"], "60");
    // Another project has places of its own.
    let (token, project) = lab.stranger().await;
    let path = format!("coffer:/vaults/{vault}/import");
    let foreign = lab.call_as(&token, &project, Method::POST, &path, Some(json!({})));
    refused(&foreign.await, 404, "6105");
    // A place is free when its upload has ended, however it did.
    let [first, second] = uploads;
    first.answer.abort();
    drop(first.parts);
    refused(&until(400).await, 400, "9900");
    drop(second.parts);
    assert_eq!(second.answer.await.unwrap().unwrap().status(), 400);
    assert_eq!(left(&lab).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_stands_still_leaves_the_others_their_tasks() {
    let fill = |host: &FileHost| host.add_server("web", &[8]);
    let lab = Lab::configured(fill, "[limits]\ntasks = 2\n").await;
    let backup = backed_up(&lab).await;
    let archive = archive_of(&lab, &backup).await;
    let vault = text(&backup["vault_id"]);
    let upload = Upload::begin(&lab, vault);
    upload.send(archive.slice(..archive.len() / 2)).await;
    running(&lab).await;
    refused(&import(&lab, vault, "", archive.clone()).await, 429, "9900");
    let checkpoint = lab.back_up(vault, json!({"name": "beside"})).await;
    lab.backup_of(&checkpoint).await;
    upload.send(archive.slice(archive.len() / 2..)).await;
    drop(upload.parts);
    assert_eq!(upload.answer.await.unwrap().unwrap().status(), 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_is_not_worked_on_for_a_client_that_has_gone() {
    let lab = Lab::with(|host| host.add_server("web", &[64])).await;
    let backup = backed_up(&lab).await;
    let path = format!("/backups/{}/export", text(&backup["id"]));
    let head = fetch(&lab, Method::HEAD, &path, &[]).await;
    let len: u64 = head.headers()["content-length"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    wait_until("the session ends", 10, || sessions(&lab) == 0);
    // The digests of all 32 MiB are in the tail: that takes half a minute now.
    let limits = format!("coffer:/vaults/{}/limits", text(&backup["vault_id"]));
    let slow = json!({"limits": {"bytes_per_second": 1 << 20}});
    assert_eq!(lab.put(&limits, slow).await.status, 204);
    let range = format!("bytes={}-{}", len - 1500, len - 1);
    let answer = fetch(&lab, Method::GET, &path, &[("Range", &range)]).await;
    assert_eq!(answer.status(), 206);
    assert_eq!(sessions(&lab), 1);
    drop(answer);
    wait_until("nothing is read for it", 10, || sessions(&lab) == 0);
    assert_eq!(lab.delete(&limits).await.status, 204);
    let answer = fetch(&lab, Method::GET, &path, &[("Range", &range)]).await;
    assert_eq!(answer.bytes().await.unwrap().len(), 1500);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_has_to_fit_into_the_vault_and_the_quota() {
    let lab = Lab::new().await;
    let backup = backed_up(&lab).await;
    let archive = archive_of(&lab, &backup).await;
    let other = Lab::with(|host| host.add_server("x", &[4])).await;
    let vault = other.server_vault("in", &["x"]).await;
    // A GiB is associated, and another one is to come.
    other.fill(&vault, 0, 1).await;
    let full = import(&other, &vault, "", archive.clone()).await;
    refused(&full, 400, "6114");
    assert!(full.text().contains("1 GiB are associated"), "{full:?}");
    assert_eq!(left(&other).await, (0, 0));
    other.fill(&vault, 0, 2).await;
    let made = import(&other, &vault, "", archive.clone()).await;
    assert_eq!(made.status, 201, "{made:?}");
    // What is associated already needs no more than it has.
    let own = text(&backup["vault_id"]);
    lab.fill(own, 0, 1).await;
    let made = import(&lab, own, "", archive.clone()).await;
    assert_eq!(made.status, 201, "{made:?}");

    let quotas = format!("root:/projects/{}/quotas", other.project);
    let set = json!({"quotas": {"backups": 1}});
    assert_eq!(other.put(&quotas, set).await.status, 204);
    let full = import(&other, &vault, "", archive.clone()).await;
    assert_eq!(full.status, 400, "{full:?}");
    assert!(full.text().contains("may have 1 backups"), "{full:?}");
    assert_eq!(left(&other).await, (1, 0));
    // While one is on its way another backup takes the last place.
    let set = json!({"quotas": {"backups": 2}});
    assert_eq!(other.put(&quotas, set).await.status, 204);
    let upload = Upload::begin(&other, &vault);
    upload.send(archive.slice(..100)).await;
    let project = other.project.parse().unwrap();
    let imports = &other.app().imports;
    let is_there = || {
        imports
            .enter(project)
            .and_then(|_one| imports.enter(project))
            .is_none()
    };
    wait_until("it has its place", 10, is_there);
    let checkpoint = other.back_up(&vault, json!({})).await;
    other.backup_of(&checkpoint).await;
    upload.send(archive.slice(100..)).await;
    drop(upload.parts);
    let answer = upload.answer.await.unwrap().unwrap();
    assert_eq!(answer.status(), 400);
    let body: Value = answer.json().await.unwrap();
    assert!(
        text(&body["error_msg"]).contains("may have 2 backups"),
        "{body}"
    );
    assert_eq!(left(&other).await, (2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_backup_does_not_stand_for_one_that_was_made_here() {
    let mut lab = Lab::with(|host| host.add_server("web", &[8])).await;
    let backup = backed_up(&lab).await;
    let archive = archive_of(&lab, &backup).await;
    let vault: VaultId = text(&backup["vault_id"]).parse().unwrap();
    let resource = text(&backup["resource_id"]).parse().unwrap();
    let good_at = async |lab: &Lab| {
        let all = lab.app().protection(None).await.unwrap();
        let found = all.iter().find(|p| p.held.resource_id == resource);
        found.unwrap().held.good_at
    };
    let before = good_at(&lab).await;
    assert!(before.is_some());
    lab.advance(SignedDuration::from_hours(48)).await;
    let made = import(&lab, &vault.to_string(), "", archive).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(
        good_at(&lab).await,
        before,
        "objectives ask for one made here"
    );

    // Its time is over, and it is the last good one all the same.
    let id = text(&backup["id"]);
    let mut tx = lab.catalog().write().await.unwrap();
    let expire = "UPDATE backups SET auto_trigger = 1, expired_at = $2 WHERE id = $1";
    let past = lab.clock().now_ms() - 1000;
    let expire = sqlx::query(expire).bind(id).bind(past);
    expire.execute(tx.connection()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(lab.app().retain(vault, None).await.unwrap(), 0);
    let mut tx = lab.catalog().snapshot().await.unwrap();
    let newest = backups::newest_available(&mut tx, vault, resource).await;
    assert_eq!(newest.unwrap().unwrap().id.to_string(), id);
    drop(tx);
    // Without it no full backup is there.
    let gone = lab.delete(&format!("/backups/{id}")).await;
    assert!(gone.status < 300, "{gone:?}");
    let one = |b: &Value| b["backups"].as_array().map(Vec::len) == Some(1);
    lab.wait("/backups", one).await;
    let mut tx = lab.catalog().snapshot().await.unwrap();
    let since = backups::since_full(&mut tx, vault, resource).await;
    assert_eq!(since.unwrap(), None);
    drop(tx);
    assert_eq!(good_at(&lab).await, None);
}

/// A file system of its own in memory, unmounted when it is dropped.
struct Mounted(PathBuf);

impl Mounted {
    fn new(at: &Path, size: &str) -> Mounted {
        std::fs::create_dir_all(at).unwrap();
        let options = format!("size={size}");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "coffer-test"]);
        assert!(mount.arg(at).status().unwrap().success());
        Mounted(at.to_owned())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fills_up_ends_an_import_and_takes_the_next_one_that_fits() {
    let lab = Lab::with(|host| {
        host.add_server("large", &[192]);
        host.add_server("small", &[8]);
    })
    .await;
    let vault = lab.server_vault("v", &["large", "small"]).await;
    let checkpoint = lab.back_up(&vault, json!({"name": "both"})).await;
    lab.backup_of(&checkpoint).await;
    let list = lab.get("/backups").await.body["backups"].clone();
    let of = |name: &str| {
        let mut list = list.as_array().unwrap().iter();
        list.find(|b| b["resource_name"] == name).unwrap().clone()
    };
    let large = archive_of(&lab, &of("large")).await;
    let small = archive_of(&lab, &of("small")).await;
    let mut mounted = None;
    let fill = |host: &FileHost| {
        host.add_server("x", &[4]);
        let disks = host.path("x", 0);
        let root = disks.parent().and_then(Path::parent).unwrap();
        mounted = Some(Mounted::new(&root.join("store"), "64m"));
    };
    let other = Lab::configured(fill, "[limits]\nstore_reserve_mib = 16\n").await;
    let _mounted = mounted;
    let vault = empty_vault(&other, "server").await;
    let full = import(&other, &vault, "", large).await;
    refused(&full, 503, "9910");
    assert_eq!(left(&other).await, (0, 0), "{full:?}");
    wait_until("its space is free", 20, || objects(&other, "pack") == 0);
    let made = import(&other, &vault, "", small).await;
    assert_eq!(made.status, 201, "{made:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_take_one_file_away_at_once() {
    let lab = Lab::with(|host| host.add_server("web", &[24])).await;
    let backup = backed_up(&lab).await;
    let path = format!(
        "/backups/{}/disks/vda/export?format=raw",
        text(&backup["id"])
    );
    let wanted = lab.host.bytes("web", 0);
    // More than what buffers on the way take: all of them wait for their clients.
    let answers = (0..64).map(|_| fetch(&lab, Method::GET, &path, &[]));
    let answers = futures::future::join_all(answers).await;
    assert!(answers.iter().all(|answer| answer.status() == 200));
    assert_eq!(sessions(&lab), 1, "they share one");
    let more = fetch(&lab, Method::GET, &path, &[]).await;
    assert_eq!(more.status(), 503);
    let body: Value = more.json().await.unwrap();
    assert!(text(&body["error_msg"]).contains("64 readers"), "{body}");
    let same = answers.into_iter().map(async |mut answer| {
        let mut at = 0;
        while let Some(part) = answer.chunk().await.unwrap() {
            assert!(wanted[at..at + part.len()] == part[..], "at {at}");
            at += part.len();
        }
        at == wanted.len()
    });
    let whole = futures::future::join_all(same).await;
    assert!(whole.iter().all(|whole| *whole));
    wait_until("the session ends", 10, || sessions(&lab) == 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_signed_with_an_access_key() {
    let lab = Lab::with(|host| host.add_server("web", &[4])).await;
    let backup = backed_up(&lab).await;
    let archive = archive_of(&lab, &backup).await;
    let body = json!({"access_key": {"description": "uploads"}});
    let made = lab.post("root:/access-keys", body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let mut key = made.body["access_key"].clone();
    let path = format!(
        "/coffer/v1/{}/vaults/{}/import",
        lab.project,
        text(&backup["vault_id"])
    );
    let send = async |key: &Value, payload: &str| {
        let date = lab.clock().now().strftime("%Y%m%dT%H%M%SZ").to_string();
        let host = lab.base.trim_start_matches("http://");
        let header = sign::authorization(key, ("POST", host, &path), &date, payload);
        let request = reqwest::Client::new()
            .post(format!("{}{path}", lab.base))
            .header("Authorization", header)
            .header("X-Sdk-Date", date)
            .header("X-Sdk-Content-Sha256", payload)
            .body(archive.clone());
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json::<Value>().await.unwrap())
    };
    let (status, body) = send(&key, sign::UNSIGNED).await;
    assert_eq!(status, 201, "{body}");
    assert_eq!(body["task"]["state"], "success", "{body}");
    // A hash of all of it would have to be looked at before anything is believed.
    let (status, body) = send(&key, &sign::hash(&archive)).await;
    assert_eq!(status, 400, "{body}");
    assert!(
        text(&body["error_msg"]).contains("UNSIGNED-PAYLOAD"),
        "{body}"
    );
    key["secret"] = json!("another");
    assert_eq!(send(&key, sign::UNSIGNED).await.0, 401);
    assert_eq!(left(&lab).await, (2, 0));
}
