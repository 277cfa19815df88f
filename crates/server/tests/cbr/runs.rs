//! Policies that run: when, how often, what they make and what they delete.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::lab::Lab;
use crate::policies::{NIGHTLY, apply, make, policy};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Waits until so many backups are there, all of them available; newest first.
async fn backups(lab: &Lab, number: usize) -> Vec<Value> {
    let done = |body: &Value| {
        let list = body["backups"].as_array().unwrap();
        list.len() == number && list.iter().all(|b| b["status"] == "available")
    };
    let body = lab.wait("/backups", done).await;
    body["backups"].as_array().unwrap().clone()
}

async fn automatic_tasks(lab: &Lab, policy: &str) -> Vec<Value> {
    let list = lab.get("/operation-logs").await;
    let list = list.body["operation_logs"].as_array().unwrap().clone();
    list.into_iter()
        .filter(|t| t["policy_id"] == policy && t["operation_type"] == "backup")
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_runs_on_time_and_keeps_what_it_says() {
    let mut lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web", "db"]).await;
    let manual = lab.back_up(&vault, json!({})).await;
    lab.backup_of(&manual).await;
    let before = backups(&lab, 2).await;
    let id = make(&lab, policy("p", json!({"max_backups": 2}), &[NIGHTLY])).await;
    apply(&lab, &vault, &id).await;

    let path = format!("coffer:/policies/{id}/preview?days=1");
    let preview = lab.get(&path).await;
    assert_eq!(preview.status, 200, "{preview:?}");
    assert_eq!(
        preview.body["preview"]["next_runs"]
            .as_array()
            .unwrap()
            .len(),
        10
    );
    assert_eq!(preview.body["preview"]["deletions"], json!([]));

    // Two runs: two more of each server; they bear the policy's mark.
    lab.advance(DAY).await;
    let list = backups(&lab, 4).await;
    let made: Vec<&Value> = list.iter().filter(|b| !before.contains(b)).collect();
    for backup in &made {
        let name = backup["name"].as_str().unwrap();
        assert!(
            name.starts_with("autobk_") && name.len() == "autobk_78bc-0001".len(),
            "{name}"
        );
        assert_eq!(backup["extend_info"]["auto_trigger"], true);
        assert_eq!(backup["expired_at"], Value::Null);
    }
    assert_eq!(automatic_tasks(&lab, &id).await.len(), 2);
    lab.advance(DAY).await;
    backups(&lab, 6).await;
    // The third takes the place of the first; what was made by hand stays.
    let preview = lab.get(&path).await;
    let deletions = preview.body["preview"]["deletions"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(deletions.len(), 2, "{preview:?}");
    assert!(deletions.iter().all(|d| d["reason"] == "surplus"));
    let foretold: Vec<&Value> = deletions.iter().map(|d| &d["backup_id"]).collect();
    assert!(made.iter().all(|b| foretold.contains(&&b["id"])));
    // What another definition would do is said without making it.
    let mut stricter = policy("p", json!({"max_backups": 1}), &[NIGHTLY]);
    stricter["policy"]["trigger"]["properties"]["timezone"] = json!("Europe/Berlin");
    stricter["policy_id"] = json!(id);
    let preview = lab
        .post("coffer:/policies/preview?days=0", stricter.clone())
        .await;
    let at_once = preview.body["preview"]["deletions"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(at_once.len(), 2, "{preview:?}");
    let run = &preview.body["preview"]["next_runs"][0];
    let local = run["local"].as_str().unwrap();
    assert!(local[10..].starts_with("T02:00:00+0"), "{run}");
    stricter["vault_ids"] = json!(["x"]);
    let answer = lab.post("coffer:/policies/preview", stricter).await;
    assert_eq!((answer.status, answer.code()), (404, "BackupService.6105"));
    assert_eq!(lab.get(&format!("{path}0000")).await.status, 400);
    lab.advance(DAY).await;
    let gone: Vec<Value> = made.iter().map(|b| b["id"].clone()).collect();
    let left = lab
        .wait("/backups", |body| {
            let list = body["backups"].as_array().unwrap();
            let ended = list.iter().all(|b| b["status"] == "available");
            ended && list.len() == 6 && !list.iter().any(|b| gone.contains(&b["id"]))
        })
        .await;
    for backup in &before {
        let list = left["backups"].as_array().unwrap();
        assert!(list.iter().any(|b| b["id"] == backup["id"]));
    }
    assert_eq!(automatic_tasks(&lab, &id).await.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_missed_while_the_service_was_down_are_made_up_once() {
    let mut lab = Lab::new().await;
    let vault = lab.server_vault("v", &["db"]).await;
    let id = make(
        &lab,
        policy("p", json!({"retention_duration_days": 30}), &[NIGHTLY]),
    )
    .await;
    apply(&lab, &vault, &id).await;
    let clock = lab.clock().clone();
    lab.stop().await;
    clock.advance(DAY * 5);
    lab.start_with(clock.clone()).await;
    let list = backups(&lab, 1).await;
    assert!(list[0]["expired_at"].is_string());
    // Killed and started again there is nothing more to make up.
    for _ in 0..3 {
        lab.kill().await;
        lab.start_with(clock.clone()).await;
    }
    assert_eq!(automatic_tasks(&lab, &id).await.len(), 1);

    // A run that cannot be begun is skipped, and a task says why.
    lab.fill(&vault, 200 << 30, 100).await;
    lab.advance(DAY).await;
    let tasks = lab
        .wait("/operation-logs", |b| {
            let list = b["operation_logs"].as_array().unwrap();
            list.iter().any(|t| t["status"] == "skipped")
        })
        .await;
    let skipped = &tasks["operation_logs"][0];
    assert_eq!(skipped["policy_id"], json!(id));
    assert_eq!(skipped["error_info"]["code"], "BackupService.6114");
    lab.fill(&vault, 0, 100).await;
    lab.advance(DAY).await;
    backups(&lab, 2).await;

    // What was disabled makes nothing up.
    let path = format!("/policies/{id}");
    lab.put(&path, json!({"policy": {"enabled": false}})).await;
    lab.advance(DAY * 3).await;
    let enabled = lab.put(&path, json!({"policy": {"enabled": true}})).await;
    assert_eq!(enabled.status, 200, "{enabled:?}");
    lab.advance(DAY).await;
    backups(&lab, 3).await;
}
