//! Orderly ends, and what holds without the service.

use serde_json::Value;

use crate::model::noise;
use crate::program::{Declared, Program};

const MIB: usize = 1 << 20;
const ONE: [Declared<'static>; 1] = [("web", &[("vda", "raw"), ("vdb", "raw")])];

/// A service with a server of this many MiB, and its vault.
async fn program(mib: usize) -> (Program, String) {
    let mut program = Program::new(&ONE);
    std::fs::write(program.path("web-vda.raw"), noise(1, mib * MIB)).expect("written");
    std::fs::write(program.path("web-vdb.raw"), noise(2, MIB + 512)).expect("written");
    program.start().await;
    let vault = program.make_vault("v", &["web"]).await;
    (program, vault)
}

#[tokio::test]
async fn a_second_service_on_the_same_catalog_is_refused() {
    let mut program = Program::new(&[]);
    program.start().await;
    let mut second = program.command(&["serve", "--config", "coffer.toml"]);
    let output = second.output().expect("it runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{error}");
    let expected = format!(
        "another service (process {}) works on this catalog",
        program.pid()
    );
    assert!(error.contains(&expected), "{error}");
    assert!(error.contains("Stop it first"), "{error}");
    assert_eq!(
        program.get("/vaults").await.status,
        200,
        "the first one goes on"
    );
    assert!(program.terminate().success());
}

#[tokio::test]
async fn a_terminated_service_goes_on_with_its_backup() {
    let (mut program, vault) = program(192).await;
    program.back_up(&vault, "b").await;
    program
        .wait("/operation-logs?operation_type=backup", |b| {
            b["operation_logs"][0]["extra_info"]["common"]["progress"].as_u64() > Some(10)
        })
        .await;
    let begun = std::time::Instant::now();
    assert!(program.terminate().success());
    assert!(begun.elapsed().as_secs() < 15, "it parks at once");
    let log = program.log();
    assert!(log.contains("task parked"), "it ended before: {log}");
    program.start().await;
    program.settle().await;
    assert_eq!(program.backup("b").await["status"], "available");
    assert_eq!(program.last_task("backup").await["status"], "success");
    let id = program.backup("b").await["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let store = format!("store/{vault}");
    let arguments = [
        "repo",
        "restore",
        &store,
        &id,
        "--disk",
        "vda",
        "--to",
        "out.raw",
        "--key-file",
        "data/vaults.key",
    ];
    program.ok(&arguments);
    let restored = std::fs::read(program.path("out.raw")).expect("read");
    assert!(restored == noise(1, 192 * MIB));
}

#[tokio::test]
async fn the_store_and_the_key_are_enough() {
    let (mut program, vault) = program(6).await;
    program.back_up(&vault, "first").await;
    program.settle().await;
    let changed = noise(3, 6 * MIB);
    std::fs::write(program.path("web-vda.raw"), &changed).expect("written");
    program.back_up(&vault, "second").await;
    program.settle().await;
    assert!(program.terminate().success());
    for file in [
        "catalog.db",
        "catalog.db-wal",
        "catalog.db-shm",
        "catalog.db.lock",
    ] {
        let _ = std::fs::remove_file(program.path("data").join(file));
    }
    std::fs::remove_file(program.path("web-vda.raw")).expect("removed");

    let store = format!("store/{vault}");
    let listed = program.ok(&[
        "repo",
        "ls",
        &store,
        "--key-file",
        "data/vaults.key",
        "--json",
    ]);
    let listed: Value = serde_json::from_slice(&listed).expect("JSON");
    let listed = listed
        .as_array()
        .or_else(|| listed["backups"].as_array())
        .expect("a list")
        .clone();
    assert_eq!(listed.len(), 2, "{listed:?}");
    for (name, content) in [("first", noise(1, 6 * MIB)), ("second", changed)] {
        let found = listed.iter().find(|b| b["name"] == name);
        let id = found
            .and_then(|b| b["id"].as_str())
            .unwrap_or_else(|| panic!("{name}: {listed:?}"));
        for (disk, content) in [("vda", &content), ("vdb", &noise(2, MIB + 512))] {
            let out = format!("{name}-{disk}.out");
            let arguments = [
                "repo",
                "restore",
                &store,
                id,
                "--disk",
                disk,
                "--to",
                &out,
                "--key-file",
                "data/vaults.key",
            ];
            program.ok(&arguments);
            assert!(
                std::fs::read(program.path(&out)).expect("read") == *content,
                "{name} {disk}"
            );
        }
    }
}
