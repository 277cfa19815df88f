//! Servers that run from their backup, while the service and QEMU are killed.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use coffer_engine::testkit::{Expect, Guest, GuestSpec, Stack, check_records, wait_until};
use serde_json::{Value, json};

use crate::program::Program;

/// Kills of a run; `COFFER_TEST_KILLS` says another number.
const KILLS: u64 = 3;

#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the tests says how long"
)]
fn kills() -> u64 {
    let asked = std::env::var("COFFER_TEST_KILLS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(KILLS)
}

/// Numbers that a seed decides.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        // The generator of Knuth's MMIX; its high bits are the better ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// A configuration with the stack as host, which fills disks at this rate.
fn configure(program: &Program, plain: &str, stack: &Stack, rate: Option<u64>) {
    let folder = stack.directory().join("coffer");
    std::fs::create_dir_all(folder.join("images")).expect("made");
    let (uri, folder) = (stack.uri(), folder.display());
    let mut text = format!(
        "{plain}\n[[libvirt]]\nname = 'real'\nuri = '{uri}'\nimage_dirs = ['{folder}/images']\n\
         runtime_dir = '{folder}/run'\nscratch_dir = '{folder}/scratch'\n"
    );
    if let Some(rate) = rate {
        writeln!(text, "limits = {{ bytes_per_second = {rate} }}").expect("to memory");
    }
    std::fs::write(program.path("coffer.toml"), text).expect("written");
}

/// The new server's folder, by what its name begins with.
fn folder_of(stack: &Stack, name: &str) -> PathBuf {
    let images = stack.directory().join("coffer/images");
    let mut entries = std::fs::read_dir(images).expect("listed").flatten();
    let found = entries.find(|e| e.file_name().to_string_lossy().starts_with(name));
    found.expect("it was made").path()
}

async fn is_running(program: &Program, task: &str, stack: &Stack, name: &str) {
    program
        .wait(task, |task| {
            assert!(task["ended_at"].is_null(), "{task}");
            let state = stack.try_virsh(&["domstate", name]);
            state.is_ok_and(|state| state.trim() == "running")
        })
        .await;
}

async fn run(seed: u64) {
    let mut chance = Chance(seed);
    let stack = Arc::new(Stack::start());
    let source = Guest::define(&stack, GuestSpec::three_disks("src"));
    source.start_ready();
    let mut program = Program::new(&[]);
    let plain = std::fs::read_to_string(program.path("coffer.toml")).expect("read");
    configure(&program, &plain, &stack, Some(6 << 20));
    program.start().await;
    let vault = program.make_vault("v", &["src"]).await;
    program.back_up(&vault, "first").await;
    program.settle().await;
    source.power_off();

    let backup = program.backup("first").await["id"].clone();
    let body = json!({"server": {"backup_id": backup, "name": "twin", "instant": true}});
    let made = program.post("coffer:/servers", body).await;
    assert_eq!(made.status, 202, "{made:?}");
    let id = |value: &Value| value["id"].as_str().expect("an id").to_owned();
    let task = format!("coffer:/tasks/{}", id(&made.body["task"]));
    let power = format!("coffer:/servers/{}/power", id(&made.body));
    is_running(&program, &task, &stack, "twin").await;
    let guest = Guest::found(&stack, "twin", &folder_of(&stack, "twin-"), 3);

    let mut acknowledged = 0;
    let count = kills();
    for round in 0..count {
        let is_last = round + 1 == count;
        // Some kills meet a guest that writes, others one that boots.
        if is_last || chance.below(2) == 0 {
            guest.wait_agent();
        }
        tokio::time::sleep(Duration::from_millis(chance.below(1500))).await;
        let question = json!({"execute": "guest-ping"});
        if guest.try_agent(&question).is_ok() {
            let text = guest.exec("cat /run/writer.last 2>/dev/null || echo 0");
            acknowledged = acknowledged.max(text.trim().parse().expect("a number"));
        }
        let what = if is_last { 2 } else { chance.below(3) };
        if what != 1 {
            program.kill();
        }
        if what != 0 {
            guest.kill();
        }
        if is_last {
            // The rest as fast as it goes.
            configure(&program, &plain, &stack, None);
        }
        if what != 1 {
            program.start().await;
        }
        println!("seed {seed}, kill {round}: {what}, acknowledged {acknowledged}");
        if what != 0 {
            let started = program.post(&power, json!({"action": "start"})).await;
            assert_eq!(started.status, 202, "{started:?}");
        }
        is_running(&program, &task, &stack, "twin").await;
    }
    let ended = program
        .wait(&task, |task| !task["ended_at"].is_null())
        .await;
    assert_eq!(ended["state"], "success", "{ended}");
    guest.wait_agent();
    wait_until("it writes on", 60, || {
        let text = guest.exec("cat /run/writer.last 2>/dev/null || echo 0");
        text.trim()
            .parse()
            .is_ok_and(|last: u64| last > acknowledged)
    });
    assert_eq!(program.terminate().code(), Some(0));
    guest.stop();
    let copies = guest.copy_disks(&program.path("copies"));
    let expect = Expect {
        at_least: acknowledged,
        quiesced: false,
    };
    let report = check_records(&copies, expect);
    assert!(report.is_consistent(), "seed {seed}: {report}");
    println!("seed {seed}: {count} kills, {report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_write_is_lost_while_a_server_fills() {
    run(6).await;
}
