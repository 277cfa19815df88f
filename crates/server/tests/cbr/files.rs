//! Files of backups through the API and the command line.

use std::path::Path;
use std::process::Command;

use coffer_engine::testkit::wait_until;
use reqwest::Method;
use serde_json::{Value, json};

use crate::export::{coffer, fetch, sessions, text, told};
use crate::lab::{Lab, refused};

/// A lab whose server has a disk with ext4 on it, and what the disk was made of.
async fn lab() -> (Lab, std::path::PathBuf) {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are told by their environment"
    )]
    let guest = std::env::var_os("COFFER_TEST_GUEST");
    let guest = guest.expect("COFFER_TEST_GUEST: run through `cargo xtask test`");
    let root = Path::new(&guest).join("cache/root");
    let more = format!(
        "[files]\nkernel_root = '{}'\nsessions = 1\n",
        root.display()
    );
    let lab = Lab::configured(
        |host| {
            host.add_server("web", &[32, 4]);
            host.add_server("db", &[4]);
        },
        &more,
    )
    .await;
    let tree = lab.directory.path().join("tree");
    std::fs::create_dir_all(tree.join("etc/deep")).unwrap();
    std::fs::write(tree.join("etc/hostname"), "web\n").unwrap();
    std::fs::write(tree.join("etc/deep/Grüße \\.bin"), pattern(300_000)).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", tree.join("link")).unwrap();
    format_disk(&lab, &tree);
    (lab, tree)
}

fn pattern(len: u32) -> Vec<u8> {
    (0..len)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

fn format_disk(lab: &Lab, tree: &Path) {
    let made = Command::new("/usr/sbin/mkfs.ext4")
        .args(["-q", "-F", "-L", "system", "-d"])
        .arg(tree)
        .arg(lab.host.path("web", 0))
        .status()
        .unwrap();
    assert!(made.success());
}

async fn backed_up(lab: &Lab, vault: &str, name: &str) -> Value {
    let checkpoint = lab.back_up(vault, json!({"name": name})).await;
    lab.backup_of(&checkpoint).await
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_listed_fetched_found_and_compared() {
    let (lab, tree) = lab().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let first = backed_up(&lab, &vault, "first").await;
    let id = text(&first["id"]).to_owned();
    let at = |path: String| {
        let lab = &lab;
        async move { lab.get(&format!("coffer:{path}")).await }
    };
    let files = format!("/backups/{id}/files");
    let volumes = at(files.clone()).await;
    assert_eq!(volumes.status, 200, "{volumes:?}");
    let told_of = |v: &Value| (v["id"].clone(), v["content"].clone(), v["readable"].clone());
    let list: Vec<_> = volumes.body["volumes"]
        .as_array()
        .unwrap()
        .iter()
        .map(told_of)
        .collect();
    assert_eq!(list[0], (json!("vda"), json!("ext4"), json!(true)));
    assert_eq!(list[1].2, json!(false));

    let page = at(format!("{files}/entries?volume=vda&path=/etc&limit=1")).await;
    assert_eq!(page.body["entries"][0]["name"], "deep");
    assert_eq!(page.body["next"], "deep");
    let page = at(format!("{files}/entries?volume=vda&path=/etc&marker=deep")).await;
    assert_eq!(page.body["entries"][0]["path"], "/etc/hostname");
    assert_eq!(page.body["entries"][0]["size_bytes"], 4);
    assert_eq!(page.body["next"], Value::Null);
    let entry = at(format!("{files}/entry?volume=vda&path=/link")).await;
    assert_eq!(entry.body["entry"]["kind"], "link");
    assert_eq!(entry.body["entry"]["target"], "/etc/passwd");

    // A name with a backslash and letters beyond ASCII, in whole and in part.
    let odd = "/etc/deep/Gr%C3%BC%C3%9Fe%20%5C%5C.bin";
    let content = format!("{files}/content?volume=vda&path={odd}");
    let answer = fetch(&lab, Method::GET, &content, &[]).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-length"], "300000");
    let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
    assert!(answer.bytes().await.unwrap() == pattern(300_000));
    let headers = [("Range", "bytes=200001-"), ("If-Range", tag.as_str())];
    let answer = fetch(&lab, Method::GET, &content, &headers).await;
    assert_eq!(answer.status(), 206);
    assert!(answer.bytes().await.unwrap() == pattern(300_000)[200_001..]);
    let answer = fetch(&lab, Method::GET, &content, &[("Range", "bytes=300000-")]).await;
    assert_eq!(answer.status(), 416);

    let found = at(format!("{files}/search?volume=vda&name=HOST")).await;
    assert_eq!(
        found.body["entries"][0]["path"], "/etc/hostname",
        "{found:?}"
    );
    assert_eq!(found.body["next"], Value::Null);

    // Another backup, with the one place that there is: the first one's appliance makes room, and
    // for the comparison there would have to be two.
    std::fs::write(tree.join("etc/hostname"), "web-2\n").unwrap();
    format_disk(&lab, &tree);
    let second = backed_up(&lab, &vault, "second").await;
    let id = text(&second["id"]).to_owned();
    let hostname = format!("/backups/{id}/files/content?volume=vda&path=/etc/hostname");
    let answer = fetch(&lab, Method::GET, &hostname, &[]).await;
    assert_eq!(answer.text().await.unwrap(), "web-2\n");
    let same = format!("/backups/{id}/files/differences?volume=vda&since={id}");
    let same = at(same).await;
    assert_eq!(same.body["differences"], json!([]), "{same:?}");
    let since = text(&first["id"]);
    let two = at(format!(
        "/backups/{id}/files/differences?volume=vda&since={since}"
    ))
    .await;
    assert_eq!(two.status, 503, "{two:?}");

    // By the command line.
    let directory = lab.directory.path();
    let run = |words: &[&str]| coffer(&lab, words).output().unwrap();
    let listed = told(&run(&["files", "ls", "second", "vda", "/etc"]));
    assert_eq!(listed["entries"][1]["name"], "hostname");
    let cat = run(&["files", "cat", "second", "vda", "/etc/hostname"]);
    assert_eq!(cat.stdout, b"web-2\n");
    told(&run(&[
        "files", "get", "second", "vda", "/etc", "--to", "etc.tar",
    ]));
    let untarred = Command::new("tar")
        .args(["-xf", "etc.tar"])
        .current_dir(directory)
        .status()
        .unwrap();
    assert!(untarred.success());
    let deep = std::fs::read(directory.join("etc/deep/Grüße \\.bin")).unwrap();
    assert!(deep == pattern(300_000));
    let found = told(&run(&["files", "find", "second", "vda", "--name", "*.bin"]));
    assert_eq!(found["entries"][0]["path"], "/etc/deep/Grüße \\\\.bin");
    let climbing = run(&["files", "cat", "second", "vda", "/etc/../../x"]);
    assert_eq!(climbing.status.code(), Some(2));

    // What is taken away is in the audit trail, and what is looked at once for each backup.
    let events = lab.get("root:/audit?action=coffer:backups:export").await;
    let events = events.body["events"].as_array().unwrap();
    assert!((5..=12).contains(&events.len()), "{events:?}");

    // It idles, and nobody has to wait for that.
    for id in [since, &id] {
        let gone = lab.delete(&format!("/backups/{id}")).await;
        assert!(gone.status < 300, "{gone:?}");
    }
    wait_until("the sessions end", 10, || sessions(&lab) == 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_files_wrongly_is_told() {
    let (lab, _) = lab().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let backup = backed_up(&lab, &vault, "first").await;
    let id = text(&backup["id"]).to_owned();
    let at = |path: String| {
        let lab = &lab;
        async move { lab.get(&format!("coffer:{path}")).await }
    };
    let files = format!("/backups/{id}/files");
    refused(&at("/backups/none/files".to_owned()).await, 404, "6200");
    for path in [
        "entries",
        "entry",
        "content",
        "archive",
        "search?volume=vda",
    ] {
        refused(&at(format!("{files}/{path}")).await, 400, "9900");
    }
    for path in ["etc", "/etc/../..", "/%00", "/a%5Cq"] {
        let answer = at(format!("{files}/entries?volume=vda&path={path}")).await;
        refused(&answer, 400, "9900");
    }
    for (question, status) in [
        ("entries?volume=vdz", 404),
        ("entries?volume=vdb", 400),
        ("entries?volume=vda&path=/nothing", 404),
        ("entries?volume=vda&path=/etc/hostname", 400),
        ("entries?volume=vda&path=/link/x", 400),
        ("content?volume=vda&path=/etc", 400),
        ("content?volume=vda&path=/link", 400),
        ("archive?volume=vda&path=/nothing", 404),
        ("search?volume=vda&name=", 400),
    ] {
        let answer = at(format!("{files}/{question}")).await;
        assert_eq!(answer.status, status, "{question}: {answer:?}");
    }
    let (token, project) = lab.stranger().await;
    for path in [
        files.clone(),
        format!("{files}/content?volume=vda&path=/etc/hostname"),
    ] {
        let path = format!("coffer:{path}");
        let foreign = lab
            .call_as(&token, &project, Method::GET, &path, None)
            .await;
        refused(&foreign, 404, "6200");
    }
}
