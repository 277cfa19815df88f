//! Backups as files: parts at random, broken downloads, archives into another installation, and what
//! differs between two restore points.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use bytes::Bytes;
use coffer_engine::testkit::wait_until;
use coffer_server::identity::PASSWORD_FILE;
use futures::StreamExt;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::create::{Images, content};
use crate::host::write_pattern;
use crate::lab::{Answer, Lab, refused};
use crate::ways::ended;

/// A question with headers, its answer as it comes.
pub async fn fetch(lab: &Lab, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let url = format!("{}/coffer/v1/{}{path}", lab.base, lab.project);
    let client = reqwest::Client::new();
    let mut request = client
        .request(method, url)
        .header("X-Auth-Token", &lab.token);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

pub async fn whole(lab: &Lab, path: &str) -> (String, Bytes) {
    let answer = fetch(lab, Method::GET, path, &[]).await;
    assert_eq!(answer.status(), 200);
    let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
    (tag, answer.bytes().await.unwrap())
}

/// Sessions of readers and writers in the stores of all vaults.
pub fn sessions(lab: &Lab) -> usize {
    let vaults = std::fs::read_dir(lab.store()).unwrap();
    let folders = vaults.map(|vault| vault.unwrap().path().join("session"));
    folders
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flatten()
        .count()
}

pub async fn backed_up(lab: &Lab) -> Value {
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({"name": "first"})).await;
    lab.backup_of(&checkpoint).await
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Runs the command line in the lab's directory.
pub fn coffer(lab: &Lab, words: &[&str]) -> Command {
    let password = lab.directory.path().join("data").join(PASSWORD_FILE);
    let password = std::fs::read_to_string(password).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_coffer"));
    command
        .args(["--json", "--quiet"])
        .args(words)
        .current_dir(lab.directory.path())
        .env_clear()
        .env("OS_AUTH_URL", format!("{}/v3", lab.base))
        .env("OS_USERNAME", "admin")
        .env("OS_PASSWORD", password.trim())
        .env("OS_PROJECT_NAME", "eu-de")
        .stdin(Stdio::null());
    command
}

#[track_caller]
pub fn told(output: &Output) -> Value {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Whether a qcow2 file is sound and holds what a raw file does.
fn same(directory: &Path, qcow2: &[u8], raw: &Path) {
    std::fs::write(directory.join("same.qcow2"), qcow2).unwrap();
    for words in [
        &["check", "-q", "-f", "qcow2", "same.qcow2"][..],
        &[
            "convert",
            "-f",
            "qcow2",
            "-O",
            "raw",
            "same.qcow2",
            "same.raw",
        ],
    ] {
        let done = Command::new("qemu-img")
            .args(words)
            .current_dir(directory)
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{words:?}: {error}");
    }
    let read = std::fs::read(directory.join("same.raw")).unwrap();
    assert!(read == std::fs::read(raw).unwrap(), "{} bytes", read.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_comes_as_a_file_whole_and_in_parts() {
    let lab = Lab::new().await;
    let backup = backed_up(&lab).await;
    let id = text(&backup["id"]);
    let old = [0, 1].map(|disk| lab.host.bytes("web", disk));
    write_pattern(&lab.host.path("web", 0), 0, 4096, 99);

    let path = format!("/backups/{id}/disks/vda/export");
    let raw = format!("{path}?format=raw");
    let answer = fetch(&lab, Method::GET, &raw, &[]).await;
    for (name, value) in [
        ("content-length", "8388608"),
        ("accept-ranges", "bytes"),
        ("content-type", "application/octet-stream"),
        (
            "content-disposition",
            "attachment; filename=\"web-vda.raw\"",
        ),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.headers()[name], value);
    }
    assert!(answer.bytes().await.unwrap() == old[0]);
    let (tag, file) = whole(&lab, &path).await;
    assert!(
        tag.starts_with('"') && tag.ends_with('"') && tag.len() == 34,
        "{tag}"
    );
    let copy = lab.directory.path().join("old.raw");
    std::fs::write(&copy, &old[0]).unwrap();
    same(lab.directory.path(), &file, &copy);
    assert!(file.len() < 5 << 20, "holes are left out: {}", file.len());

    // Parts of random length, several at once, are the file.
    let mut cuts = vec![0, file.len()];
    let mut random = 12_345_usize;
    for _ in 0..30 {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        cuts.push((random >> 20) % file.len());
    }
    cuts.sort_unstable();
    cuts.dedup();
    let parts = cuts.windows(2).map(|cut| {
        let (lab, path, tag) = (&lab, &path, &tag);
        let (start, end) = (cut[0], cut[1]);
        async move {
            let range = format!("bytes={start}-{}", end - 1);
            let headers = [("Range", range.as_str()), ("If-Range", tag.as_str())];
            let answer = fetch(lab, Method::GET, path, &headers).await;
            assert_eq!(answer.status(), 206);
            let told = answer.headers()["content-range"].to_str().unwrap();
            assert!(
                told.starts_with(&format!("bytes {start}-{}/", end - 1)),
                "{told}"
            );
            answer.bytes().await.unwrap()
        }
    });
    let parts: Vec<Bytes> = futures::stream::iter(parts).buffered(8).collect().await;
    assert!(parts.concat() == file);

    // Each name of the disk means the same file; another disk is another one.
    let child = &backup["children"][0];
    for name in [
        "system",
        "0",
        text(&child["id"]),
        text(&child["resource_id"]),
    ] {
        let path = format!("/backups/{id}/disks/{name}/export");
        let head = fetch(&lab, Method::HEAD, &path, &[]).await;
        assert_eq!(head.headers()["etag"], tag, "{name}");
        assert_eq!(head.headers()["content-length"], file.len().to_string());
    }
    let own = format!("/backups/{}/disks/vda/export", text(&child["id"]));
    assert_eq!(whole(&lab, &own).await.0, tag);
    let other = whole(&lab, &format!("/backups/{id}/disks/1/export?format=raw")).await;
    assert!(other.1 == old[1]);

    // The digest is that of the file; of one that nobody fetched too.
    let sum = lab.get(&format!("coffer:{path}/checksum")).await;
    assert_eq!(sum.status, 200, "{sum:?}");
    let sum = &sum.body["checksum"];
    assert_eq!(sum["value"], blake3::hash(&file).to_hex().as_str());
    assert_eq!(
        (&sum["etag"], &sum["size_bytes"]),
        (&json!(tag), &json!(file.len()))
    );
    let sum = lab
        .get(&format!("coffer:/backups/{id}/disks/vdb/export/checksum"))
        .await;
    let unseen = whole(&lab, &format!("/backups/{id}/disks/vdb/export"))
        .await
        .1;
    assert_eq!(
        sum.body["checksum"]["value"],
        blake3::hash(&unseen).to_hex().as_str()
    );

    wait_until("the sessions end", 10, || sessions(&lab) == 0);
    // Who took it is in the audit trail, once for each answer.
    let events = lab.get("root:/audit?action=coffer:backups:export").await;
    let events = events.body["events"].as_array().unwrap();
    assert!(events.len() > 30, "{}", events.len());
    assert!(
        events.iter().all(|e| e["result"] == "success"),
        "{events:?}"
    );
    assert_eq!(events[0]["resource_name"], "first");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_a_file_wrongly_is_told() {
    let lab = Lab::new().await;
    let backup = backed_up(&lab).await;
    let id = text(&backup["id"]);
    let path = format!("/backups/{id}/disks/vda/export");
    let at = |path: String| {
        let lab = &lab;
        async move { lab.get(&format!("coffer:{path}")).await }
    };
    refused(&at(format!("{path}?format=vmdk")).await, 400, "9900");
    let none = at(format!("/backups/{id}/disks/vdz/export")).await;
    refused(&none, 404, "7000");
    assert!(none.text().contains("vda, vdb"), "{none:?}");
    refused(
        &at(format!("/backups/{id}/disks/2/export")).await,
        404,
        "7000",
    );
    refused(
        &at("/backups/none/disks/vda/export".to_owned()).await,
        404,
        "6200",
    );
    refused(&at("/backups/none/export".to_owned()).await, 404, "6200");
    refused(
        &at("/images/none/disks/vda/export".to_owned()).await,
        404,
        "6200",
    );
    let (token, project) = lab.stranger().await;
    for path in [
        path.clone(),
        format!("/backups/{id}/export"),
        format!("{path}/checksum"),
    ] {
        let path = format!("coffer:{path}");
        let foreign = lab
            .call_as(&token, &project, Method::GET, &path, None)
            .await;
        refused(&foreign, 404, "6200");
    }

    let len = fetch(&lab, Method::HEAD, &path, &[]).await;
    let (tag, len) = (
        &len.headers()["etag"],
        len.headers()["content-length"].to_str().unwrap(),
    );
    let beyond = format!("bytes={len}-");
    for range in [beyond.as_str(), "bytes=-0", "bytes=0-1,4-5"] {
        let answer = fetch(&lab, Method::GET, &path, &[("Range", range)]).await;
        assert_eq!(answer.status(), 416, "{range}");
        assert_eq!(answer.headers()["content-range"], format!("bytes */{len}"));
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error_code"], "BackupService.9900", "{body}");
    }
    for (headers, status) in [
        ([("Range", "bytes=0-9"), ("If-Range", "\"other\"")], 200),
        ([("Range", "bytes=0-9"), ("If-Match", "\"other\"")], 412),
        (
            [
                ("Range", "bytes=0-9"),
                ("If-None-Match", tag.to_str().unwrap()),
            ],
            304,
        ),
        ([("Range", "words=0-9"), ("Accept", "*/*")], 200),
    ] {
        let answer = fetch(&lab, Method::GET, &path, &headers).await;
        assert_eq!(answer.status(), status, "{headers:?}");
    }
    wait_until("the sessions end", 10, || sessions(&lab) == 0);

    // One that is being made is none yet.
    lab.host.open_gate(false);
    let vault = lab.get("/vaults").await.body["vaults"][0]["id"].clone();
    let run = lab.back_up(text(&vault), json!({"name": "second"})).await;
    let list = lab.get(&format!("/backups?checkpoint_id={run}")).await;
    let made = text(&list.body["backups"][0]["id"]).to_owned();
    let early = at(format!("/backups/{made}/export")).await;
    refused(&early, 400, "2005");
    let early = at(format!("/backups/{id}/changes?since={made}")).await;
    refused(&early, 400, "2005");
    lab.host.open_gate(true);
    lab.backup_of(&run).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_fetched_stays_until_the_client_goes() {
    let lab = Lab::with(|host| host.add_server("web", &[192])).await;
    let backup = backed_up(&lab).await;
    let path = format!("/backups/{}", text(&backup["id"]));
    let export = format!("{path}/disks/vda/export?format=raw");
    // More than what buffers on the way take: it waits for its client.
    let mut answer = fetch(&lab, Method::GET, &export, &[]).await;
    let first = answer.chunk().await.unwrap().unwrap();
    assert!(first == lab.host.bytes("web", 0)[..first.len()]);
    assert_eq!(sessions(&lab), 1);
    let second = fetch(&lab, Method::GET, &export, &[]).await;
    refused(&lab.delete(&path).await, 400, "6216");
    drop(answer);
    drop(second);
    wait_until("the session ends", 10, || sessions(&lab) == 0);
    let gone = lab.delete(&path).await;
    assert!(gone.status < 300, "{gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_is_an_answer_or_breaks_the_connection_off() {
    let lab = Lab::with(|host| host.add_server("web", &[64])).await;
    let backup = backed_up(&lab).await;
    let path = format!(
        "/backups/{}/disks/vda/export?format=raw",
        text(&backup["id"])
    );
    let healthy = whole(&lab, &path).await.1;
    // The last of the large packs: it holds what is read last.
    let vault = std::fs::read_dir(lab.store())
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let mut packs: Vec<std::path::PathBuf> = Vec::new();
    let mut folders = vec![vault.path().join("pack")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap().path();
            if entry.is_dir() {
                folders.push(entry)
            } else {
                packs.push(entry)
            }
        }
    }
    let pack = packs
        .iter()
        .max_by_key(|p| p.metadata().unwrap().len())
        .unwrap();
    let mut bytes = std::fs::read(pack).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(pack, bytes).unwrap();
    let answer = fetch(&lab, Method::GET, &path, &[]).await;
    assert_eq!(answer.status(), 200);
    let mut got = Vec::new();
    let mut parts = answer.bytes_stream();
    let broken = loop {
        match parts.next().await {
            Some(Ok(part)) => got.extend_from_slice(&part),
            Some(Err(_)) => break true,
            None => break false,
        }
    };
    assert!(broken && got.len() < healthy.len());
    assert!(healthy[..got.len()] == got[..], "what came is right");
    // Asked for again from there, it is said.
    let range = format!("bytes={}-", (got.len() >> 20) << 20);
    let mut statuses = Vec::new();
    for block in 0..8_usize {
        let start = ((got.len() >> 20) + block) << 20;
        let range = format!("bytes={start}-{}", start + 9);
        let part = fetch(&lab, Method::GET, &path, &[("Range", &range)]).await;
        statuses.push(part.status().as_u16());
    }
    assert!(
        statuses.iter().all(|s| matches!(s, 206 | 500)),
        "{statuses:?}"
    );
    let all = fetch(&lab, Method::GET, &path, &[("Range", &range)]).await;
    let ended = all.status() == 500 || all.bytes().await.is_err();
    assert!(ended, "it never comes whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_goes_on_where_it_broke_off() {
    let lab = Lab::with(|host| host.add_server("web", &[64, 4])).await;
    let backup = backed_up(&lab).await;
    let place = lab.directory.path();
    let old = lab.host.bytes("web", 0);
    let copy = place.join("old.raw");
    std::fs::write(&copy, &old).unwrap();
    let words = |to: &'static str| {
        let mut words = vec!["backup", "export", "first", "--disk", "system", "--to", to];
        if to.ends_with("raw") {
            words.extend(["--format", "raw"]);
        }
        words
    };
    // Killed somewhere on the way, again and again, until it arrives.
    let mut kills = 0;
    loop {
        let mut child = coffer(&lab, &words("a.raw"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let part = place.join("a.raw.part");
        let before = part.metadata().map_or(0, |m| m.len());
        let more = || part.metadata().is_ok_and(|m| m.len() > before + (9 << 20));
        while !more() && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        if child
            .try_wait()
            .unwrap()
            .is_some_and(|status| status.success())
        {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        assert!(kills < 50, "it arrives");
    }
    assert!(kills > 0, "it was killed on the way");
    assert!(std::fs::read(place.join("a.raw")).unwrap() == old);
    assert!(!place.join("a.raw.part").exists() && !place.join("a.raw.part.tag").exists());

    // A part of this file is gone on with, one of another file is not, and a torn one is told.
    let id = text(&backup["id"]);
    let (tag, file) = whole(&lab, &format!("/backups/{id}/disks/vda/export")).await;
    let begun = |bytes: &[u8], tag: &str| {
        std::fs::write(place.join("b.qcow2.part"), bytes).unwrap();
        std::fs::write(place.join("b.qcow2.part.tag"), tag).unwrap();
    };
    let run = || coffer(&lab, &words("b.qcow2")).output().unwrap();
    begun(&file[..1_234_567], &tag);
    let answer = told(&run());
    assert_eq!(answer["resumed_at"], 1_234_567);
    assert_eq!(answer["blake3"], blake3::hash(&file).to_hex().as_str());
    assert!(std::fs::read(place.join("b.qcow2")).unwrap() == file);
    let there = run();
    assert_eq!(there.status.code(), Some(4), "{there:?}");
    std::fs::remove_file(place.join("b.qcow2")).unwrap();
    begun(&file, &tag);
    told(&run());
    std::fs::remove_file(place.join("b.qcow2")).unwrap();
    begun(&[1; 5000], "\"another\"");
    told(&run());
    assert!(std::fs::read(place.join("b.qcow2")).unwrap() == file);
    std::fs::remove_file(place.join("b.qcow2")).unwrap();
    let mut torn = file[..2_000_000].to_vec();
    torn[999_999] ^= 1;
    begun(&torn, &tag);
    let torn = run();
    assert_eq!(torn.status.code(), Some(6), "{torn:?}");
    assert!(!place.join("b.qcow2").exists());

    // An image is its backup.
    let body = json!({"image": {"backup_id": id, "name": "golden"}});
    let image = lab.post("coffer:/images", body).await;
    assert_eq!(image.status, 201, "{image:?}");
    let words = [
        "image", "export", "golden", "--disk", "system", "--to", "c.qcow2",
    ];
    told(&coffer(&lab, &words).output().unwrap());
    same(place, &std::fs::read(place.join("c.qcow2")).unwrap(), &copy);
    let words = ["image", "export", "golden", "--to", "d.qcow2"];
    let which = coffer(&lab, &words).output().unwrap();
    assert_eq!(which.status.code(), Some(2), "{which:?}");
}

/// Sends an archive to a vault.
pub async fn import(lab: &Lab, vault: &str, query: &str, body: impl Into<reqwest::Body>) -> Answer {
    let url = format!(
        "{}/coffer/v1/{}/vaults/{vault}/import{query}",
        lab.base, lab.project
    );
    let request = reqwest::Client::new().post(url);
    let request = request.header("X-Auth-Token", &lab.token).body(body);
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.json().await.unwrap_or(Value::Null);
    Answer { status, body }
}

pub async fn empty_vault(lab: &Lab, kind: &str) -> String {
    let body = Lab::vault_body("in", kind, json!([]));
    let made = lab.post("/vaults", body).await;
    assert_eq!(made.status, 200, "{made:?}");
    text(&made.body["vault"]["id"]).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_becomes_the_same_backup_in_another_installation() {
    let lab = Lab::new().await;
    let backup = backed_up(&lab).await;
    let id = text(&backup["id"]);
    let old = [0, 1].map(|disk| lab.host.bytes("web", disk));
    let (tag, archive) = whole(&lab, &format!("/backups/{id}/export")).await;
    // Any part of it, the tail alone too, and its digest.
    for range in [
        0..700,
        1_000_000..1_500_000,
        archive.len() - 1500..archive.len(),
    ] {
        let wanted = format!("bytes={}-{}", range.start, range.end - 1);
        let headers = [("Range", wanted.as_str()), ("If-Range", tag.as_str())];
        let path = format!("/backups/{id}/export");
        let part = fetch(&lab, Method::GET, &path, &headers).await;
        assert_eq!(part.status(), 206);
        assert!(part.bytes().await.unwrap() == archive[range]);
    }
    let sum = lab
        .get(&format!("coffer:/backups/{id}/export/checksum"))
        .await;
    assert_eq!(
        sum.body["checksum"]["value"],
        blake3::hash(&archive).to_hex().as_str()
    );
    let place = lab.directory.path();
    std::fs::write(place.join("b.tar"), &archive).unwrap();
    let tar = Command::new("tar")
        .args(["xf", "b.tar"])
        .current_dir(place)
        .status();
    assert!(tar.unwrap().success());
    for (disk, name) in ["vda", "vdb"].into_iter().enumerate() {
        let copy = place.join("old.raw");
        std::fs::write(&copy, &old[disk]).unwrap();
        let file = std::fs::read(place.join(format!("disks/{disk}-{name}.qcow2"))).unwrap();
        same(place, &file, &copy);
    }
    assert_eq!(
        std::fs::read_to_string(place.join("definition.txt")).unwrap(),
        "<x/>"
    );

    let images = Images::new();
    let other = images.lab().await;
    let vault = empty_vault(&other, "server").await;
    let made = import(&other, &vault, "?name=taken-in", archive.clone()).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.body["task"]["state"], "success", "{made:?}");
    let there = text(&made.body["backup_id"]);
    let shown = other.get(&format!("/backups/{there}")).await.body["backup"].clone();
    assert_eq!(
        (&shown["name"], &shown["status"]),
        (&json!("taken-in"), &json!("available"))
    );
    assert_eq!(shown["resource_name"], "web");
    // It is another server there, and always the same one.
    assert_ne!(shown["resource_id"], backup["resource_id"]);
    let again = import(&other, &vault, "", archive.clone()).await;
    let again = text(&again.body["backup_id"]);
    let again = other.get(&format!("/backups/{again}")).await.body["backup"].clone();
    assert_eq!(
        (&again["name"], &again["resource_id"]),
        (&json!("first"), &shown["resource_id"])
    );
    let point = text(&shown["checkpoint_id"]);
    let point = other.get(&format!("/checkpoints/{point}")).await;
    assert_eq!(point.body["checkpoint"]["status"], "available", "{point:?}");

    // Its disks are made anew, and exported again they are the same files.
    for (disk, name) in ["vda", "vdb"].into_iter().enumerate() {
        let child = &shown["children"][disk];
        let body = json!({"disk": {"backup_id": child["id"], "name": name, "host": "images"}});
        let made = other.post("coffer:/disks", body).await;
        assert_eq!(made.status, 202, "{made:?}");
        let task = ended(&other, &made.body["task"]).await;
        assert_eq!(task["state"], "success", "{task}");
        let image = images.new_folder().join(format!("{name}.qcow2"));
        assert!(content(&image) == old[disk], "{name}");
        let path = |id: &str| format!("/backups/{id}/disks/{name}/export");
        let (here, theirs) = (
            whole(&lab, &path(id)).await,
            whole(&other, &path(there)).await,
        );
        assert!(here.1 == theirs.1, "the same file from both");
    }
    // Where it came from it is of the server that is still there, and restores over it.
    let own = lab.get("/vaults").await.body["vaults"][0]["id"].clone();
    let back = import(&lab, text(&own), "?name=back", archive).await;
    assert_eq!(back.status, 201, "{back:?}");
    let back = text(&back.body["backup_id"]);
    write_pattern(&lab.host.path("web", 0), 0, 1 << 20, 42);
    let body = json!({"restore": {"server_id": backup["resource_id"], "power_on": false}});
    let restored = lab.post(&format!("/backups/{back}/restore"), body).await;
    assert_eq!(restored.status, 202, "{restored:?}");
    lab.wait_available(back).await;
    assert!(lab.host.bytes("web", 0) == old[0] && lab.host.bytes("web", 1) == old[1]);
    // And the next backup of it is made as ever.
    let next = lab.back_up(text(&own), json!({"name": "next"})).await;
    lab.backup_of(&next).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_takes_a_backup_from_one_service_to_another() {
    let lab = Lab::new().await;
    let backup = backed_up(&lab).await;
    let file = lab.directory.path().join("web.tar");
    let to = file.to_str().unwrap();
    let words = ["backup", "export", "first", "--to", to];
    let made = told(&coffer(&lab, &words).output().unwrap());
    assert_eq!(made["size_bytes"], file.metadata().unwrap().len());
    let other = Lab::with(|host| host.add_server("x", &[4])).await;
    let vault = empty_vault(&other, "server").await;
    let words = ["backup", "import", to, "--vault", &vault];
    let made = told(&coffer(&other, &words).output().unwrap());
    let there = text(&made["backup_id"]);
    for disk in ["vda", "vdb"] {
        let path = |id: &str| format!("/backups/{id}/disks/{disk}/export?format=raw");
        let here = whole(&lab, &path(text(&backup["id"]))).await.1;
        assert!(whole(&other, &path(there)).await.1 == here);
    }
    std::fs::write(&file, b"no archive").unwrap();
    let bad = coffer(&other, &words).output().unwrap();
    assert_eq!(bad.status.code(), Some(2), "{bad:?}");
    let error = String::from_utf8_lossy(&bad.stderr);
    assert!(
        error.contains("archive ends in the middle of manifest.json"),
        "{error}"
    );
}

/// What an import left: backups, open tasks, and sessions in the store.
pub async fn left(lab: &Lab) -> (usize, usize) {
    let backups = lab.get("/backups").await.body["backups"]
        .as_array()
        .unwrap()
        .len();
    wait_until("the sessions end", 10, || sessions(lab) == 0);
    let tasks = lab.get("/operation-logs?operation_type=import").await;
    let tasks = tasks.body["operation_logs"].as_array().unwrap().clone();
    let open = tasks.iter().filter(|t| t["ended_at"].is_null()).count();
    (backups, open)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_is_not_right_leaves_nothing() {
    let lab = Lab::new().await;
    let backup = backed_up(&lab).await;
    let path = format!("/backups/{}/export", text(&backup["id"]));
    let archive = whole(&lab, &path).await.1;
    let other = Lab::with(|host| host.add_server("x", &[4])).await;
    let vault = empty_vault(&other, "server").await;
    let disks = empty_vault(&other, "disk").await;
    let torn = |at: usize| {
        let mut bytes = archive.to_vec();
        bytes[at] ^= 1;
        bytes
    };
    let half = archive.len() / 2;
    for (body, expected) in [
        (Vec::new(), "ends in the middle of manifest.json"),
        (b"not a tar file".to_vec(), "ends in the middle"),
        (vec![b'x'; 9999], "no header of tar"),
        (archive[..half].to_vec(), "ends in the middle of disks/"),
        (archive[..archive.len() - 1024].to_vec(), "end mark"),
        (torn(half), "damaged: disks/"),
        (torn(600), "manifest.json"),
        ([archive.to_vec(), vec![1; 512]].concat(), "follows behind"),
    ] {
        let answer = import(&other, &vault, "", body).await;
        refused(&answer, 400, "9900");
        assert!(answer.text().contains(expected), "{expected}: {answer:?}");
        assert_eq!(left(&other).await, (0, 0), "{expected}");
    }
    refused(
        &import(&other, &disks, "", archive.clone()).await,
        400,
        "6102",
    );
    // One of its disks is another archive.
    let child = text(&backup["children"][1]["id"]);
    let disk = whole(&lab, &format!("/backups/{child}/export")).await.1;
    refused(&import(&other, &vault, "", disk.clone()).await, 400, "6102");
    let made = import(&other, &disks, "", disk).await;
    assert_eq!(made.status, 201, "{made:?}");
    let made = format!("/backups/{}", text(&made.body["backup_id"]));
    let shown = other.get(&made).await.body["backup"].clone();
    assert_eq!(shown["resource_type"], "OS::Cinder::Volume", "{shown}");
    let gone = other.delete(&made).await;
    assert!(gone.status < 300, "{gone:?}");
    other
        .wait("/backups", |b| {
            b["backups"].as_array().is_some_and(Vec::is_empty)
        })
        .await;
    let none = "2b076f26-391f-40fa-bf71-a798940faccf";
    refused(
        &import(&other, none, "", archive.clone()).await,
        404,
        "6105",
    );
    refused(
        &import(&other, &vault, "?name=a/b", archive.clone()).await,
        400,
        "9900",
    );
    other.fill(&vault, 200 << 30, 100).await;
    refused(
        &import(&other, &vault, "", archive.clone()).await,
        400,
        "6114",
    );
    other.fill(&vault, 0, 100).await;
    let (token, project) = other.stranger().await;
    let foreign = format!("coffer:/vaults/{vault}/import");
    let foreign = other.call_as(&token, &project, Method::POST, &foreign, Some(json!({})));
    refused(&foreign.await, 404, "6105");
    assert_eq!(left(&other).await, (0, 0));
    // What failed is told by its tasks.
    let tasks = other.get("/operation-logs?operation_type=import").await;
    let tasks = tasks.body["operation_logs"].as_array().unwrap();
    let failed = tasks.iter().filter(|task| task["status"] == "failed");
    assert!(failed.count() >= 4, "{tasks:?}");
    assert_eq!(import(&other, &vault, "", archive).await.status, 201);
    assert_eq!(left(&other).await, (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_ends_with_its_upload_its_cancel_or_its_service() {
    let lab = Lab::new().await;
    let backup = backed_up(&lab).await;
    let path = format!("/backups/{}/export", text(&backup["id"]));
    let archive = whole(&lab, &path).await.1;
    let mut other = Lab::with(|host| host.add_server("x", &[4])).await;
    let vault = empty_vault(&other, "server").await;
    let half = archive.slice(..archive.len() / 2);
    // A body that stops half-way until it is ended.
    let begin = |lab: &Lab| {
        let (sender, receiver) = mpsc::channel::<Result<Bytes, std::io::Error>>(1);
        let parts = futures::stream::unfold(receiver, async |mut receiver| {
            let part = receiver.recv().await;
            part.map(|part| (part, receiver))
        });
        let url = format!(
            "{}/coffer/v1/{}/vaults/{vault}/import",
            lab.base, lab.project
        );
        let request = reqwest::Client::new().post(url);
        let request = request.header("X-Auth-Token", &lab.token);
        let request = request.body(reqwest::Body::wrap_stream(parts));
        (sender, tokio::spawn(request.send()))
    };
    let running = async |lab: &Lab| {
        let path = "/operation-logs?operation_type=import&status=running";
        let list = lab
            .wait(path, |b| b["operation_logs"][0]["id"].is_string())
            .await;
        text(&list["operation_logs"][0]["id"]).to_owned()
    };

    let (sender, answer) = begin(&other);
    sender.send(Ok(half.clone())).await.unwrap();
    let task = running(&other).await;
    let shown = other.get("/backups").await;
    assert_eq!(
        shown.body["backups"][0]["status"], "protecting",
        "{shown:?}"
    );
    let cancelled = other
        .post(&format!("coffer:/tasks/{task}/cancel"), json!({}))
        .await;
    assert!(cancelled.status < 300, "{cancelled:?}");
    let answer = answer.await.unwrap().unwrap();
    assert_eq!(answer.status(), 409);
    drop(sender);
    assert_eq!(left(&other).await, (0, 0));

    // Who uploads goes away.
    let (sender, answer) = begin(&other);
    sender.send(Ok(half.clone())).await.unwrap();
    running(&other).await;
    answer.abort();
    drop(sender);
    other
        .wait("/backups", |b| {
            b["backups"].as_array().is_some_and(Vec::is_empty)
        })
        .await;
    assert_eq!(left(&other).await, (0, 0));

    // The service is killed: the next one clears up.
    let (sender, answer) = begin(&other);
    sender.send(Ok(half)).await.unwrap();
    running(&other).await;
    other.kill().await;
    assert!(answer.await.unwrap().is_err());
    drop(sender);
    other.start().await;
    let path = "/operation-logs?operation_type=import";
    let ended = |b: &Value| b["operation_logs"][0]["status"] == "failed";
    let list = other.wait(path, ended).await;
    let error = text(&list["operation_logs"][0]["error_info"]["message"]);
    assert!(
        error.contains("the upload ended with the service"),
        "{error}"
    );
    assert_eq!(left(&other).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_between_two_restore_points_is_told() {
    let lab = Lab::new().await;
    let first = backed_up(&lab).await;
    let vault = text(&first["vault_id"]).to_owned();
    let old = lab.host.bytes("web", 0);
    write_pattern(&lab.host.path("web", 0), (1 << 20) + 100, 70_000, 5);
    write_pattern(&lab.host.path("web", 0), 7 << 20, 4096, 6);
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(lab.host.path("web", 0));
    use std::os::unix::fs::FileExt;
    file.unwrap().write_all_at(&vec![0; 128 << 10], 0).unwrap();
    let new = lab.host.bytes("web", 0);
    let checkpoint = lab.back_up(&vault, json!({"name": "second"})).await;
    let second = lab.backup_of(&checkpoint).await;
    let (a, b) = (text(&first["id"]), text(&second["id"]));

    // Every chunk, every block of 4 KiB, as comparing bytes has it.
    for (exact, block) in [("false", 64 << 10), ("true", 4096)] {
        let mut expected: Vec<Value> = Vec::new();
        let disk = text(&second["children"][0]["resource_id"]);
        for at in (0..new.len()).step_by(block) {
            if old[at..at + block] == new[at..at + block] {
                continue;
            }
            let state = match new[at..at + block].iter().all(|b| *b == 0) {
                true => "zero",
                false => "data",
            };
            let end = |e: &Value| {
                e["offset_bytes"].as_u64().unwrap() + e["length_bytes"].as_u64().unwrap()
            };
            match expected.last_mut() {
                Some(e) if e["state"] == state && end(e) == at as u64 => {
                    e["length_bytes"] = json!(e["length_bytes"].as_u64().unwrap() + block as u64);
                }
                _ => expected.push(json!({"disk_id": disk, "offset_bytes": at,
                    "length_bytes": block, "state": state})),
            }
        }
        assert!(expected.len() >= 3, "{expected:?}");
        let (mut found, mut marker) = (Vec::new(), String::new());
        loop {
            let path =
                format!("coffer:/backups/{b}/changes?since={a}&exact={exact}&limit=1{marker}");
            let page = lab.get(&path).await;
            assert_eq!(page.status, 200, "{page:?}");
            let page = &page.body["changes"];
            if marker.is_empty() {
                let disks = &page["disks"];
                assert_eq!(disks[0]["changed_zero_bytes"], 128 << 10, "{disks}");
                assert_eq!(disks[0]["changed_data_bytes"], (3 * 64) << 10, "{disks}");
                assert_eq!(disks[1]["changed_data_bytes"], 0, "{disks}");
                assert_eq!(disks[1]["name"], "vdb");
            }
            found.extend(page["extents"].as_array().unwrap().clone());
            match page["next"].as_str() {
                Some(next) => marker = format!("&marker={next}"),
                None => break,
            }
        }
        assert_eq!(found, expected, "exact={exact}");
    }
    let none = lab
        .get(&format!("coffer:/backups/{b}/changes?since={b}"))
        .await;
    assert_eq!(none.body["changes"]["extents"], json!([]), "{none:?}");
    // A disk's backup with a server's, as far as they are of one disk.
    let child = text(&second["children"][1]["id"]);
    let one = lab
        .get(&format!("coffer:/backups/{child}/changes?since={a}"))
        .await;
    assert_eq!(
        one.body["changes"]["disks"].as_array().map(Vec::len),
        Some(1),
        "{one:?}"
    );

    for (query, status, code) in [
        (String::new(), 400, "9900"),
        ("?since=none".to_owned(), 404, "6200"),
        (format!("?since={a}&limit=0"), 400, "9900"),
        (format!("?since={a}&marker=x"), 400, "9900"),
        (format!("?since={a}&marker=9-0"), 400, "9900"),
        (format!("?since={a}&marker=0-99999999999"), 400, "9900"),
        (format!("?since={a}&exact=perhaps"), 400, "9900"),
        (format!("?since={a}&disk=vdz"), 404, "7000"),
    ] {
        let answer = lab
            .get(&format!("coffer:/backups/{b}/changes{query}"))
            .await;
        refused(&answer, status, code);
    }
    // Another server's, another project's.
    let others = lab.server_vault("w", &["db"]).await;
    let run = lab.back_up(&others, json!({"name": "third"})).await;
    let third = lab.backup_of(&run).await;
    let path = format!("coffer:/backups/{b}/changes?since={}", text(&third["id"]));
    refused(&lab.get(&path).await, 400, "9900");
    let (token, project) = lab.stranger().await;
    let path = format!("coffer:/backups/{b}/changes?since={a}");
    let foreign = lab
        .call_as(&token, &project, Method::GET, &path, None)
        .await;
    refused(&foreign, 404, "6200");
    assert_eq!(sessions(&lab), 0);

    let words = [
        "backup",
        "changes",
        "second",
        "--since",
        "first",
        "--extents",
    ];
    let answer = told(&coffer(&lab, &words).output().unwrap());
    let extents = answer["changes"]["extents"].as_array().unwrap();
    assert_eq!(extents.len(), 3, "{answer}");
}
