//! Crashes, ends and failures of what is outside.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use coffer_engine::testkit::wait_until;
use coffer_server::door::Clock;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::export::{fetch, sessions};
use crate::host::{Driver, FileHost, write_pattern};
use crate::job::restore;
use crate::lab::{Lab, MoreHosts};

/// Waits until the first backup reads from its instant.
async fn reading(lab: &Lab) -> Value {
    let list = lab
        .wait("/backups", |b| {
            b["backups"][0]["extend_info"]["progress"].as_u64() > Some(10)
        })
        .await;
    list["backups"][0].clone()
}

#[tokio::test]
async fn a_backup_goes_on_after_a_kill() {
    let mut lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    for round in 0..3 {
        let state = lab.host.bytes("web", 0);
        lab.host.open_gate(false);
        let checkpoint = lab
            .back_up(&vault, json!({"name": format!("b{round}")}))
            .await;
        reading(&lab).await;
        lab.kill().await;
        lab.host.open_gate(true);
        lab.start().await;
        let backup = lab.backup_of(&checkpoint).await;
        write_pattern(
            &lab.host.path("web", 0),
            round << 20,
            1 << 20,
            40 + round as u8,
        );
        restore(
            &lab,
            &backup,
            json!({"server_id": lab.id("server", "web").await}),
        )
        .await;
        assert_eq!(lab.host.bytes("web", 0), state);
        write_pattern(
            &lab.host.path("web", 0),
            round << 20,
            1 << 20,
            80 + round as u8,
        );
        assert_eq!(lab.host.epoch_count(), 2);
    }
    let tasks = lab.get("/operation-logs?operation_type=backup").await.body;
    assert_eq!(tasks["count"], 3);
}

#[tokio::test]
async fn an_orderly_stop_parks_a_backup() {
    let mut lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    lab.host.open_gate(false);
    let checkpoint = lab.back_up(&vault, json!({})).await;
    reading(&lab).await;
    let begun = std::time::Instant::now();
    lab.stop().await;
    assert!(begun.elapsed().as_secs() < 5, "it parks within the grace");
    lab.host.open_gate(true);
    lab.start().await;
    lab.backup_of(&checkpoint).await;
}

#[tokio::test]
async fn a_cancelled_backup_is_gone_and_the_next_one_is_incremental() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    lab.backup_of(&checkpoint).await;
    write_pattern(&lab.host.path("web", 0), 0, 1 << 20, 50);
    lab.host.open_gate(false);
    let checkpoint = lab.back_up(&vault, json!({"name": "doomed"})).await;
    let backup = reading(&lab).await;
    assert_eq!(backup["name"], "doomed");
    let tasks = lab.get("/operation-logs?status=running").await.body;
    let task = tasks["operation_logs"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let answer = lab
        .post(&format!("coffer:/tasks/{task}/cancel"), json!({}))
        .await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let ended = lab
        .wait(&format!("/operation-logs/{task}"), |b| {
            b["operation_log"]["status"] == "failed"
        })
        .await;
    assert!(
        ended["operation_log"]["error_info"]["message"]
            .as_str()
            .unwrap()
            .contains("cancelled")
    );
    let path = format!("/backups/{}", backup["id"].as_str().unwrap());
    assert_eq!(lab.get(&path).await.status, 404);
    assert_eq!(
        lab.get(&format!("/checkpoints/{checkpoint}")).await.body["checkpoint"]["status"],
        "error"
    );
    let again = lab
        .post(&format!("coffer:/tasks/{task}/cancel"), json!({}))
        .await;
    assert_eq!(again.status, 400, "{again:?}");
    assert_eq!(
        lab.host.epoch_count(),
        2,
        "the new epochs are gone, the old ones stay"
    );

    lab.host.open_gate(true);
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let next = lab.backup_of(&checkpoint).await;
    let path = format!("coffer:/backups/{}/details", next["id"].as_str().unwrap());
    let details = lab.get(&path).await.body["backup"].clone();
    assert_eq!(details["change_tracking"], "bitmap", "{details}");
    assert_eq!(details["read_bytes"], 1 << 20);
}

#[tokio::test]
async fn a_lost_instant_is_replaced_and_said() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    lab.host.open_gate(false);
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let id = reading(&lab).await["id"].as_str().unwrap().to_owned();
    let path = format!("coffer:/backups/{id}/details");
    assert_eq!(lab.get(&path).await.body["backup"]["instant_moved"], false);
    lab.host.lose_instants();
    lab.wait(&path, |b| b["backup"]["instant_moved"] == true)
        .await;
    lab.host.open_gate(true);
    let backup = lab.backup_of(&checkpoint).await;
    assert_eq!(lab.get(&path).await.body["backup"]["instant_moved"], true);
    let state = lab.host.bytes("web", 0);
    write_pattern(&lab.host.path("web", 0), 0, 1 << 20, 50);
    restore(
        &lab,
        &backup,
        json!({"server_id": lab.id("server", "web").await}),
    )
    .await;
    assert_eq!(lab.host.bytes("web", 0), state);
}

/// What a restore does not write is in no backup: the next one must read it.
#[tokio::test]
async fn what_lies_behind_a_restored_backup_is_in_the_next_one() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["db"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let small = lab.backup_of(&checkpoint).await;
    let path = lab.host.path("db", 0);
    let file = std::fs::File::options().write(true).open(&path);
    file.unwrap().set_len(8 << 20).unwrap();
    write_pattern(&path, 6 << 20, 1 << 20, 9);
    lab.host.change("db", |s| s.disks[0].size_bytes = 8 << 20);
    let to = json!({"server_id": lab.id("server", "db").await});
    restore(&lab, &small, to.clone()).await;

    let state = lab.host.bytes("db", 0);
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let next = lab.backup_of(&checkpoint).await;
    write_pattern(&path, 0, 8 << 20, 3);
    restore(&lab, &next, to).await;
    assert!(
        lab.host.bytes("db", 0) == state,
        "the end of the disk is lost"
    );
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_asked_again() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["db"]).await;
    lab.host.failures.store(1, Ordering::SeqCst);
    let checkpoint = lab.back_up(&vault, json!({})).await;
    lab.backup_of(&checkpoint).await;
    let tasks = lab.get("/operation-logs").await.body;
    let task = tasks["operation_logs"][0]["id"].as_str().unwrap();
    let progress = lab
        .get(&format!("coffer:/tasks/{task}/progress"))
        .await
        .body;
    assert_eq!(progress["progress"]["attempt"], 2);
}

#[tokio::test]
async fn requests_are_answered_before_the_hosts_answer_a_start() {
    let mut lab = Lab::new().await;
    let vault = lab.server_vault("v", &["db"]).await;
    lab.host.open_gate(false);
    let checkpoint = lab.back_up(&vault, json!({})).await;
    reading(&lab).await;
    lab.kill().await;
    lab.host.answers.send_replace(false);
    lab.host.open_gate(true);
    lab.begin(Clock::new()).await;

    let ready = reqwest::get(format!("{}/ready", lab.base)).await.unwrap();
    assert_eq!(ready.status(), 503);
    let body: Value = ready.json().await.unwrap();
    let reason = "the hypervisors are being asked after the start";
    assert_eq!(body["reason"], reason);
    let path = format!("/checkpoints/{checkpoint}");
    let waiting = lab.get(&path).await.body;
    assert_eq!(waiting["checkpoint"]["status"], "protecting", "{waiting}");

    lab.host.answers.send_replace(true);
    lab.backup_of(&checkpoint).await;
    let ready = reqwest::get(format!("{}/ready", lab.base)).await.unwrap();
    assert_eq!(ready.status(), 200);
}

#[tokio::test]
async fn a_host_that_never_answers_holds_up_its_own_work_alone() {
    let directory = tempfile::tempdir().unwrap();
    let far = FileHost::new("far", directory.path());
    far.add_server("there", &[4]);
    let host = far.clone();
    let more: MoreHosts = Box::new(move || Arc::new(Driver(host.clone())));
    let mut lab = Lab::beside(|near| near.add_server("here", &[4]), Some(more)).await;
    let (near_vault, far_vault) = (
        lab.server_vault("n", &["here"]).await,
        lab.server_vault("f", &["there"]).await,
    );
    lab.host.open_gate(false);
    far.open_gate(false);
    let done = lab.back_up(&near_vault, json!({})).await;
    let waits = lab.back_up(&far_vault, json!({})).await;
    lab.kill().await;
    far.answers.send_replace(false);
    lab.host.open_gate(true);
    lab.begin(Clock::new()).await;

    lab.backup_of(&done).await;
    let path = format!("/checkpoints/{waits}");
    let waiting = lab.get(&path).await.body;
    assert_eq!(waiting["checkpoint"]["status"], "protecting", "{waiting}");

    far.answers.send_replace(true);
    far.open_gate(true);
    lab.backup_of(&waits).await;
}

#[tokio::test]
async fn a_failed_backup_says_why_and_can_be_deleted() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["db"]).await;
    lab.host.open_gate(false);
    let checkpoint = lab.back_up(&vault, json!({})).await;
    reading(&lab).await;
    let path = format!("/checkpoints/{checkpoint}");
    // The disk goes away, and the instant with it.
    lab.host.change("db", |s| s.disks.clear());
    lab.host.lose_instants();
    lab.wait(&path, |b| b["checkpoint"]["status"] == "error")
        .await;
    let backup = lab.get("/backups").await.body["backups"][0].clone();
    assert_eq!(backup["status"], "error");
    let task = lab.get("/operation-logs").await.body["operation_logs"][0].clone();
    assert_eq!(task["status"], "failed");
    assert_eq!(task["error_info"]["code"], "BackupService.6215", "{task}");
    let resource = lab.get(&format!("/vaults/{vault}")).await.body["vault"]["resources"][0].clone();
    assert_eq!(resource["protect_status"], "error");
    let path = format!("/backups/{}", backup["id"].as_str().unwrap());
    assert_eq!(lab.delete(&path).await.status, 204);
    lab.wait(&path, |b| b["error_code"] == "BackupService.6200")
        .await;
}

#[tokio::test]
async fn a_restore_that_cannot_begin_leaves_the_server_running() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["db"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let backup = lab.backup_of(&checkpoint).await;
    let id = backup["id"].as_str().unwrap();
    let before = lab.host.bytes("db", 0);
    // Its file is no file that can be written.
    let path = lab.host.path("db", 0);
    let aside = path.with_extension("aside");
    std::fs::rename(&path, &aside).unwrap();
    std::fs::create_dir(&path).unwrap();
    let body = json!({"restore": {"server_id": lab.id("server", "db").await}});
    assert_eq!(
        lab.post(&format!("/backups/{id}/restore"), body)
            .await
            .status,
        202
    );
    lab.wait_available(id).await;
    let task = lab.get("/operation-logs?operation_type=restore").await.body;
    let task = &task["operation_logs"][0];
    assert_eq!(task["status"], "failed", "{task}");
    assert_eq!(lab.host.stops.load(Ordering::SeqCst), 1);
    assert_eq!(
        lab.host.state("db"),
        coffer_engine::hypervisor::PowerState::Running
    );
    let resource = lab.get(&format!("/vaults/{vault}")).await.body["vault"]["resources"][0].clone();
    assert_eq!(resource["protect_status"], "error");
    std::fs::remove_dir(&path).unwrap();
    std::fs::rename(&aside, &path).unwrap();
    // It can be tried again.
    restore(
        &lab,
        &backup,
        json!({"server_id": lab.id("server", "db").await}),
    )
    .await;
    assert_eq!(lab.host.bytes("db", 0), before);
}

/// Number of objects in a folder of all vaults.
pub fn objects(lab: &Lab, folder: &str) -> usize {
    fn count(folder: &Path) -> usize {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|entry| match entry.path() {
                path if path.is_dir() => count(&path),
                path => usize::from(!path.to_string_lossy().contains('#')),
            })
            .sum()
    }
    let vaults = std::fs::read_dir(lab.store()).unwrap();
    vaults
        .map(|vault| count(&vault.unwrap().path().join(folder)))
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_reader_goes_after_a_restart_without_another_deletion() {
    let mut lab = Lab::with(|host| host.add_server("web", &[192])).await;
    let vault = lab.server_vault("v", &["web"]).await;
    let short = json!({"retention_duration_days": 2});
    let checkpoint = lab.back_up(&vault, short).await;
    let backup = lab.backup_of(&checkpoint).await;
    let path = format!("/backups/{}", backup["id"].as_str().unwrap());
    // Somebody reads it when its time is over: its data stays.
    let export = format!("{path}/disks/vda/export?format=raw");
    let mut reader = fetch(&lab, Method::GET, &export, &[]).await;
    reader.chunk().await.unwrap().unwrap();
    lab.advance(SignedDuration::from_hours(49)).await;
    lab.app().expire().await.unwrap();
    lab.wait(&path, |b| b["error_code"] == "BackupService.6200")
        .await;
    let tasks = "/operation-logs?operation_type=delete";
    let ended = |b: &Value| b["operation_logs"][0]["status"] == "success";
    lab.wait(tasks, ended).await;
    assert!(objects(&lab, "condemn") > 0 && objects(&lab, "pack") > 0);
    let clock = lab.clock().clone();
    lab.stop().await;
    drop(reader);
    assert_eq!(sessions(&lab), 0, "the reader ended with the service");
    assert!(objects(&lab, "pack") > 0);
    lab.start_with(clock).await;
    wait_until("the data is gone", 20, || objects(&lab, "pack") == 0);
    wait_until("it is done", 20, || objects(&lab, "condemn") == 0);
}
