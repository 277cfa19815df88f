//! Reading backups over NBD through the service, by the command line and clients at its socket.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use coffer_engine::testkit::wait_until;
use coffer_server::identity::PASSWORD_FILE;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::host::write_pattern;
use crate::lab::{Lab, refused};

/// `coffer nbd` as it runs; killed where a test ends early.
struct Reader {
    child: Child,
    document: Value,
}

impl Reader {
    /// Starts it and waits until it listens.
    fn start(lab: &Lab, words: &[&str]) -> Reader {
        let password = lab.directory.path().join("data").join(PASSWORD_FILE);
        let password = std::fs::read_to_string(password).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_coffer"))
            .args(["--json", "nbd", "--socket", "s"])
            .args(words)
            .current_dir(lab.directory.path())
            .env_clear()
            .env("OS_AUTH_URL", format!("{}/v3", lab.base))
            .env("OS_USERNAME", "admin")
            .env("OS_PASSWORD", password.trim())
            .env("OS_PROJECT_NAME", "eu-de")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut text = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            text += &line;
            if line == "}" {
                break;
            }
        }
        let document = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
        Reader { child, document }
    }

    fn end(mut self, signal: Signal) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Gone already where the test ended it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether an image is what an export holds.
fn same(lab: &Lab, image: &Path, export: &str) -> bool {
    let uri = format!("nbd+unix:///{export}?socket=s");
    let output = Command::new("qemu-img")
        .args(["compare", "-q", "-f", "raw", "-F", "raw"])
        .args([image.as_os_str(), uri.as_ref()])
        .current_dir(lab.directory.path())
        .output()
        .unwrap();
    match output.status.code() {
        Some(0) => true,
        Some(1) => false,
        _ => panic!("{}", String::from_utf8_lossy(&output.stderr)),
    }
}

/// Sessions of readers in the stores of all vaults.
fn sessions(lab: &Lab) -> usize {
    let vaults = std::fs::read_dir(lab.store()).unwrap();
    let folders = vaults.map(|vault| vault.unwrap().path().join("session"));
    folders
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flatten()
        .count()
}

async fn backed_up(lab: &Lab) -> Value {
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({"name": "first"})).await;
    lab.backup_of(&checkpoint).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_read_through_the_service_and_stays_meanwhile() {
    let lab = Lab::new().await;
    let backup = backed_up(&lab).await;
    let path = format!("/backups/{}", backup["id"].as_str().unwrap());
    let old = [0, 1].map(|disk| {
        let copy = lab.directory.path().join(format!("old{disk}"));
        std::fs::copy(lab.host.path("web", disk), &copy).unwrap();
        copy
    });
    write_pattern(&lab.host.path("web", 0), 0, 4096, 99);

    let reader = Reader::start(&lab, &["first"]);
    assert_eq!(reader.document["backup_id"], backup["id"]);
    assert!(same(&lab, &old[0], "vda") && same(&lab, &old[1], "vdb"));
    assert!(!same(&lab, &lab.host.path("web", 0), "vda"));
    assert_eq!(sessions(&lab), 1);
    let kept = lab.delete(&path).await;
    refused(&kept, 400, "6216");
    assert!(kept.text().contains("read over NBD"), "{kept:?}");
    assert_eq!(reader.end(Signal::TERM), Some(0));
    assert!(!lab.directory.path().join("s").exists());
    wait_until("the session ends", 10, || sessions(&lab) == 0);

    // One disk is the default export, and the only one; a kill is as good as an end.
    let reader = Reader::start(&lab, &["first", "--disk", "system"]);
    assert!(same(&lab, &old[0], ""));
    let list = Command::new("nbdinfo")
        .args(["--list", "--json", "nbd+unix:///?socket=s"])
        .current_dir(lab.directory.path())
        .output()
        .unwrap();
    let list: Value = serde_json::from_slice(&list.stdout).unwrap();
    assert_eq!(list["exports"].as_array().map(Vec::len), Some(1), "{list}");
    assert_eq!(reader.end(Signal::KILL), None);
    wait_until("the session ends", 10, || sessions(&lab) == 0);
    let gone = lab.delete(&path).await;
    assert!(gone.status < 300, "{gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_stops_lets_its_readers_go() {
    let mut lab = Lab::new().await;
    backed_up(&lab).await;
    let mut reader = Reader::start(&lab, &["first"]);
    assert_eq!(sessions(&lab), 1);
    lab.stop().await;
    assert_eq!(reader.child.wait().unwrap().code(), Some(5));
    assert_eq!(sessions(&lab), 0);
    assert!(!lab.directory.path().join("s").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_wrongly_is_told_and_holds_nothing() {
    let lab = Lab::new().await;
    let backup = backed_up(&lab).await;
    let id = backup["id"].as_str().unwrap();
    let path = format!("coffer:/backups/{id}/nbd");
    let plain = lab.post(&path, json!({})).await;
    assert_eq!(plain.status, 400, "{plain:?}");
    assert!(plain.text().contains("Upgrade"), "{plain:?}");
    let none = lab.post("coffer:/backups/none/nbd", json!({})).await;
    assert_eq!(none.status, 404, "{none:?}");
    let (token, project) = lab.stranger().await;
    let foreign = lab
        .call_as(&token, &project, reqwest::Method::POST, &path, None)
        .await;
    assert_eq!(foreign.status, 404, "{foreign:?}");
    assert_eq!(sessions(&lab), 0);
}

/// A request may end wherever it waits: while the backup is looked up, while the session in the
/// store begins, and when the reader is there and nobody takes it.
#[tokio::test(flavor = "multi_thread")]
async fn who_goes_away_while_a_backup_is_taken_up_leaves_it_free() {
    use std::future::{Future, poll_fn};
    use std::task::Poll;

    let lab = Lab::new().await;
    let backup = backed_up(&lab).await;
    let id = backup["id"].as_str().unwrap();
    let app = lab.app().clone();
    let actor = coffer_server::app::Actor {
        project: lab.project.parse().unwrap(),
        user: coffer_core::ids::UserId([7; 16]),
        request_id: "req-1".into(),
    };
    let (mut given_up, mut taken) = (0, 0);
    // Each round goes one step further before it gives up, until it arrives.
    for steps in 0.. {
        let mut left = steps;
        let mut taking = Box::pin(app.read_backup(&actor, id));
        let arrived = poll_fn(|context| match taking.as_mut().poll(context) {
            Poll::Ready(reader) => Poll::Ready(Some(reader)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => {
                left -= 1;
                Poll::Pending
            }
        })
        .await;
        drop(taking);
        match arrived {
            None => given_up += 1,
            // It is there, and dropped without a connection.
            Some(reader) => {
                taken += 1;
                assert!(reader.is_ok());
            }
        }
        if taken == 3 {
            break;
        }
    }
    assert!(given_up > 2, "{given_up}");
    wait_until("the sessions end", 10, || sessions(&lab) == 0);
    let path = format!("coffer:/backups/{id}/nbd");
    // The same by connections that are closed at once.
    for _ in 0..20 {
        lab.send_and_close(&path).await;
    }
    // The last of them may not have been taken up yet: it holds the backup a moment later.
    let begun = Instant::now();
    loop {
        let gone = lab.delete(&format!("/backups/{id}")).await;
        if gone.status < 300 {
            break;
        }
        let waited = begun.elapsed();
        assert!(waited < Duration::from_secs(10), "{gone:?}");
        wait_until("the sessions end", 10, || sessions(&lab) == 0);
    }
}
