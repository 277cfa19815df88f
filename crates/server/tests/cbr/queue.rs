//! The queue and the scheduler read little, however much there is.

use std::time::{Duration, Instant};

use coffer_core::ids::VaultId;
use coffer_server::catalog::tasks::{self, Full};
use jiff::SignedDuration;
use serde_json::json;

use crate::lab::Lab;

/// Waiting tasks of 50 hosts, 500 vaults and 5,000 servers, besides as many that have ended.
const TASKS: &str = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19999) \
    INSERT INTO tasks (id, project_id, kind, state, vault_id, vault_name, payload, request_id, \
    host, lock_key, attempt, lease_owner, lease_until, cancel, progress, total_bytes, done_bytes, \
    read_bytes, new_bytes, stored_bytes, error_code, error_message, error_hint, created_at, \
    updated_at, priority) \
    SELECT printf('00000000-0000-4000-8000-%012x', i), 'p', 'backup', \
    CASE WHEN i % 2 = 0 THEN 'waiting' ELSE 'success' END, \
    printf('00000000-0000-4000-9000-%012x', i % 500), 'v', '{}', 'r', 'host-' || (i % 50), \
    'server:' || (i / 4), 0, '', 0, 0, 0, 0, 0, 0, 0, 0, '', '', '', 1000 + i, 0, 40 FROM n";

async fn write(lab: &Lab, sql: &'static str) {
    let mut tx = lab.catalog().write().await.unwrap();
    sqlx::raw_sql(sql).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// Longest of 20 claims.
async fn claims(lab: &Lab, full: &Full, found: bool) -> Duration {
    let now = lab.clock().now();
    let mut longest = Duration::ZERO;
    for _ in 0..20 {
        let begun = Instant::now();
        let mut tx = lab.catalog().snapshot().await.unwrap();
        let held = tasks::held(&mut tx, now).await.unwrap();
        let next = tasks::next(&mut tx, &held, full, now).await.unwrap();
        longest = longest.max(begun.elapsed());
        assert_eq!(next.is_some(), found);
    }
    longest
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_looks_at_little_of_a_long_queue() {
    // No host of that name is there: the workers would fail them one after the other, so all
    // hosts but the last are full for this test alone, and the workers have nothing to do.
    let fill = |host: &crate::host::FileHost| host.add_server("web", &[1]);
    let lab = Lab::configured(fill, "[limits]\ntasks = 1").await;
    let vault = lab.server_vault("v", &["web"]).await;
    lab.host.open_gate(false);
    lab.back_up(&vault, json!({})).await;
    lab.wait("/operation-logs?status=running", |b| b["count"] == 1)
        .await;
    write(&lab, TASKS).await;
    let free = claims(&lab, &Full::default(), true).await;
    let mut full = Full {
        hosts: (0..50)
            .filter(|n| *n != 49)
            .map(|n| format!("host-{n}"))
            .collect(),
        ..Full::default()
    };
    // Odd hosts have ended tasks alone: nothing is found, after all of the queue was passed over.
    let blocked = claims(&lab, &full, false).await;
    full.hosts.clear();
    full.vaults = (0..500)
        .map(|n| {
            format!("00000000-0000-4000-9000-{n:012x}")
                .parse::<VaultId>()
                .unwrap()
        })
        .collect();
    let vaults = claims(&lab, &full, false).await;
    println!("10,000 waiting: free {free:?}, hosts full {blocked:?}, 500 vaults full {vaults:?}");
    // In a test build on a busy machine; a queue that is read as a whole takes seconds.
    for longest in [free, blocked, vaults] {
        assert!(longest < Duration::from_millis(300), "{longest:?}");
    }
    write(&lab, "DELETE FROM tasks WHERE project_id = 'p'").await;
    lab.host.open_gate(true);
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_are_looked_at_when_their_time_comes() {
    let mut lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let rule = "FREQ=DAILY;INTERVAL=1;BYHOUR=2;BYMINUTE=00";
    let id = crate::policies::make(
        &lab,
        crate::policies::policy("p", json!({"max_backups": 2}), &[rule]),
    )
    .await;
    crate::policies::apply(&lab, &vault, &id).await;
    const MANY: &str = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999) \
        INSERT INTO vaults SELECT printf('00000000-0000-4000-9000-%012x', i), project_id, user_id, \
        store, 'v' || i, description, object_type, protect_type, consistent_level, size_gib, \
        used_bytes, state, backup_policy_id, auto_bind, bind_rules, tags, auto_expand, locked, \
        smn_notify, threshold, created_at, updated_at FROM vaults, n; \
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999) \
        INSERT INTO policies SELECT printf('00000000-0000-4000-9000-%012x', i), project_id, \
        'p' || i, enabled, operation_type, definition, trigger_id, patterns, zone, window_minutes, \
        start_at, created_at, updated_at FROM policies, n; \
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999) \
        INSERT INTO vault_policies (vault_id, operation_type, policy_id, handled_until, created_at) \
        SELECT printf('00000000-0000-4000-9000-%012x', i), operation_type, \
        printf('00000000-0000-4000-9000-%012x', i), handled_until, created_at \
        FROM vault_policies, n";
    write(&lab, MANY).await;
    // The first look notes when each is due; from then on a look reads nothing.
    let settled = Instant::now();
    while number(&lab, "SELECT COUNT(*) FROM vault_policies WHERE due_at = 0").await > 0 {
        assert!(settled.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let settled = settled.elapsed();
    let mut tx = lab.catalog().snapshot().await.unwrap();
    let now = lab.clock().now();
    let begun = Instant::now();
    let due = coffer_server::catalog::policies::due(&mut tx, now, now, 1000)
        .await
        .unwrap();
    println!(
        "1,000 policies: first look {settled:?}, later ones {:?}",
        begun.elapsed()
    );
    assert_eq!(due.len(), 0);
    drop(tx);
    // All of them run a day later, each once: empty vaults have no tasks, and are handled.
    lab.advance(SignedDuration::from_hours(24)).await;
    let begun = Instant::now();
    let open = "SELECT COUNT(*) FROM vault_policies WHERE handled_until = created_at";
    while number(&lab, open).await > 0 {
        assert!(begun.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("1,000 runs begun in {:?}", begun.elapsed());
    let done = |b: &serde_json::Value| b["count"] == 1;
    lab.wait("/backups?status=available", done).await;
}

async fn number(lab: &Lab, sql: &'static str) -> i64 {
    let mut tx = lab.catalog().snapshot().await.unwrap();
    sqlx::query_scalar(sql).fetch_one(&mut *tx).await.unwrap()
}
