//! SIGKILL at seeded moments: whatever was under way, every backup that is said to be there
//! restores to what the disks were, nothing is stuck, and nothing is left behind.

use std::path::Path;
use std::time::Duration;

use coffer_core::state::TaskState;
use coffer_server::catalog::{Catalog, tasks};
use reqwest::Method;
use serde_json::{Value, json};

use crate::model::{Disks, Expected, Model, SERVERS};
use crate::program::Program;
use crate::walk::{Walk, files};

/// Kills of each test; twenty times as many with `COFFER_TEST_LONG=1`.
const KILLS: u64 = 25;
/// The longest wait before a kill, in milliseconds.
const DELAY_MS: u64 = 400;
/// The longest wait at first before one that waits for a task to run first. It becomes shorter when
/// the work was over before the kill, and longer when it was not: machines differ.
const DELAY_AT_WORK_MS: u64 = 40;
/// More backups than this are not kept.
const BACKUPS_MAX: usize = 6;

/// What is under way when the kill comes.
enum Action {
    BackUp { server: usize, name: String },
    Restore { name: String },
    Delete { name: String },
    DeleteVault,
}

struct Lab {
    program: Program,
    model: Model,
    vault: String,
    vaults: u32,
    servers: [String; 2],
    /// Kills, and how many of them found a task running.
    kills: u64,
    hits: u64,
    delay_at_work_ms: u64,
}

impl Lab {
    async fn new(seed: u64) -> Lab {
        println!("seed {seed}");
        let mut program = Program::new(&SERVERS);
        let model = Model::new(seed, &program);
        program.start().await;
        let servers = [
            program.server(SERVERS[0].0).await,
            program.server(SERVERS[1].0).await,
        ];
        let mut lab = Lab {
            program,
            model,
            vault: String::new(),
            vaults: 0,
            servers,
            kills: 0,
            hits: 0,
            delay_at_work_ms: DELAY_AT_WORK_MS,
        };
        lab.make_vault().await;
        lab
    }

    async fn make_vault(&mut self) {
        self.vaults += 1;
        let names = SERVERS.map(|(name, _)| name);
        let name = format!("v{}", self.vaults);
        self.vault = self.program.make_vault(&name, &names).await;
    }

    async fn walk(&self) -> Walk {
        let key = self.program.path("data/vaults.key");
        Walk::open(&self.program.path("store"), &self.vault, &key).await
    }

    /// Number of tasks ever made.
    async fn task_count(&self, kind: &str) -> u64 {
        let path = format!("/operation-logs?operation_type={kind}&limit=1");
        let count = self.program.get(&path).await.body["count"].as_u64();
        count.expect("a number")
    }

    fn choose(&mut self) -> Vec<Action> {
        let server = self.model.rng.below(2) as usize;
        let first = match (self.model.rng.below(20), self.model.pick()) {
            (_, Some(name)) if self.model.backups.len() > BACKUPS_MAX => Action::Delete { name },
            (0, _) => return vec![Action::DeleteVault],
            (1..5, Some(name)) => Action::Restore { name },
            (5..8, Some(name)) => Action::Delete { name },
            _ => Action::BackUp {
                server,
                name: self.model.fresh_name(),
            },
        };
        let mut all = vec![first];
        // Beside it, a backup of a server that it does not touch.
        let busy = match &all[0] {
            Action::BackUp { server, .. } => Some(*server),
            Action::Restore { name } => Some(self.model.backups[name].server),
            Action::Delete { .. } | Action::DeleteVault => None,
        };
        if self.model.rng.below(3) == 0 && self.model.backups.len() < BACKUPS_MAX {
            all.push(Action::BackUp {
                server: busy.map_or(server, |busy| 1 - busy),
                name: self.model.fresh_name(),
            });
        }
        all
    }

    /// Sends what an action needs; the answer may never come.
    async fn begin(&mut self, action: &Action) {
        let request = match action {
            Action::BackUp { server, name } => {
                let full = self.model.rng.below(6) == 0;
                let body = json!({"checkpoint": {"vault_id": self.vault, "parameters": {
                    "name": name, "incremental": !full, "resources": [self.servers[*server]]}}});
                self.program
                    .request(Method::POST, "/checkpoints", Some(body))
            }
            Action::Restore { name } => {
                let server = self.model.backups[name].server;
                let path = format!("/backups/{}/restore", self.id(name).await);
                let body = json!({"restore": {"server_id": self.servers[server]}});
                self.program.request(Method::POST, &path, Some(body))
            }
            Action::Delete { name } => {
                let path = format!("/backups/{}", self.id(name).await);
                self.program.request(Method::DELETE, &path, None)
            }
            Action::DeleteVault => {
                let path = format!("/vaults/{}", self.vault);
                self.program.request(Method::DELETE, &path, None)
            }
        };
        tokio::spawn(async move {
            if let Some(answer) = request.send().await {
                assert!(answer.status < 300, "refused: {answer:?}");
            }
        });
    }

    async fn id(&self, name: &str) -> String {
        let list = self.program.get(&format!("/backups?name={name}")).await;
        let list = list.body["backups"].as_array().cloned().unwrap_or_default();
        let found = list.iter().find(|b| b["name"] == name);
        let id = found.and_then(|b| b["id"].as_str());
        id.unwrap_or_else(|| panic!("no {name}: {list:?}"))
            .to_owned()
    }

    /// The kill. True where a task was running, by the catalog as the kill left it.
    async fn kill(&mut self) -> bool {
        self.program.kill();
        let copy = tempfile::tempdir().expect("a directory");
        for file in ["catalog.db", "catalog.db-wal"] {
            let from = self.program.path("data").join(file);
            if from.exists() {
                std::fs::copy(from, copy.path().join(file)).expect("copied");
            }
        }
        let url = format!("sqlite://{}", copy.path().join("catalog.db").display());
        let catalog = Catalog::open(&url).await.expect("the copy is sound");
        let mut tx = catalog.snapshot().await.expect("read");
        let open = tasks::open(&mut tx).await.expect("read");
        let hit = open.iter().any(|task| task.state == TaskState::Running);
        drop(tx);
        catalog.close().await;
        self.kills += 1;
        self.hits += u64::from(hit);
        hit
    }

    /// One seeded round: begin something, kill, start again, look.
    async fn round(&mut self) {
        let actions = self.choose();
        for action in &actions {
            if let Action::BackUp { server, .. } = action {
                self.model.write_some(*server);
            }
        }
        let before = self.model.disks.clone();
        let restores = self.task_count("restore").await;
        let deletions = self.task_count("delete").await;
        for action in &actions {
            self.begin(action).await;
        }
        // Now and then wherever it is; else soon after the work has begun.
        let at_work = self.model.rng.below(4) != 0;
        let limit = match at_work {
            false => DELAY_MS,
            true => {
                self.until_a_task_runs().await;
                self.delay_at_work_ms
            }
        };
        let delay = Duration::from_millis(self.model.rng.below(limit));
        tokio::time::sleep(delay).await;
        let hit = self.kill().await;
        if at_work {
            self.delay_at_work_ms = match hit {
                true => (self.delay_at_work_ms * 3 / 2).min(DELAY_MS),
                false => (self.delay_at_work_ms / 3).max(1),
            };
        }
        self.wait_for_children();
        // While the service is away, the servers that are backed up go on.
        for action in &actions {
            if let Action::BackUp { server, .. } = action
                && self.model.rng.below(2) == 0
            {
                self.model.write_some(*server);
            }
        }
        self.program.start().await;
        self.check_nothing_runs();
        self.program.settle().await;

        for action in &actions {
            match action {
                Action::BackUp { server, name } => {
                    let contents = vec![before[*server].clone(), self.model.disks[*server].clone()];
                    let expected = Expected {
                        server: *server,
                        contents,
                    };
                    if self.there(name).await {
                        self.model.backups.insert(name.clone(), expected);
                    }
                }
                Action::Restore { name } => {
                    let accepted = self.task_count("restore").await > restores;
                    self.check_restored(name, accepted).await;
                }
                Action::Delete { name } => {
                    let accepted = self.task_count("delete").await > deletions;
                    assert_eq!(self.there(name).await, !accepted, "{name}");
                    if accepted {
                        self.model.backups.remove(name);
                    }
                    if accepted && actions.len() == 1 {
                        self.walk().await.check_clean().await;
                    }
                }
                Action::DeleteVault => self.check_vault().await,
            }
        }
        self.check_all().await;
    }

    /// Returns when a task runs, or has run already.
    async fn until_a_task_runs(&self) {
        let path = "/operation-logs?limit=1";
        let before = self.program.get(path).await.body["operation_logs"][0].clone();
        let id = before["id"].clone();
        if before["status"] == "running" {
            return;
        }
        self.program
            .wait(path, |b| {
                let task = &b["operation_logs"][0];
                task["status"] == "running"
                    || task["id"] != id && task["status"] != "waiting"
                    || task["id"] == id && task["status"] != before["status"]
            })
            .await;
    }

    async fn there(&self, name: &str) -> bool {
        let list = self.program.get(&format!("/backups?name={name}")).await;
        let list = list.body["backups"].as_array().cloned().unwrap_or_default();
        list.iter().any(|b| b["name"] == name)
    }

    /// A restore that was interrupted has been done; it can be repeated either way.
    async fn check_restored(&mut self, name: &str, accepted: bool) {
        let server = self.model.backups[name].server;
        if accepted {
            let task = self.program.last_task("restore").await;
            assert_eq!(task["status"], "success", "{task}");
            self.model.disks[server] = self.model.backups[name].contents[0].clone();
        }
        self.compare_disks(server);
        if self.model.rng.below(2) == 0 {
            let path = format!("/backups/{}/restore", self.id(name).await);
            let body = json!({"restore": {"server_id": self.servers[server]}});
            let answer = self.program.post(&path, body).await;
            assert_eq!(answer.status, 202, "{answer:?}");
            self.program.settle().await;
            let task = self.program.last_task("restore").await;
            assert_eq!(task["status"], "success", "{task}");
            self.model.disks[server] = self.model.backups[name].contents[0].clone();
            self.compare_disks(server);
        }
    }

    fn compare_disks(&self, server: usize) {
        assert!(
            self.model.read(server) == self.model.disks[server],
            "the disks of {} are not what they should be",
            SERVERS[server].0
        );
    }

    /// A vault is gone with all of its files, or as it was.
    async fn check_vault(&mut self) {
        let path = format!("/vaults/{}", self.vault);
        let answer = self.program.get(&path).await;
        if answer.status == 404 {
            let folder = self.program.path("store").join(&self.vault);
            assert!(!folder.exists(), "{}", left(&folder).join(", "));
            self.model.backups.clear();
            self.make_vault().await;
        } else {
            assert_eq!(answer.body["vault"]["billing"]["status"], "available");
        }
    }

    /// All backups of the service, of the store and of the model are the same, and available.
    async fn check_all(&mut self) {
        let list = self.program.get("/backups?limit=1000").await.body;
        let list = list["backups"].as_array().cloned().expect("a list");
        let text = |b: &Value, field: &str| b[field].as_str().unwrap_or_default().to_owned();
        let mut ids = Vec::new();
        for backup in &list {
            assert_eq!(backup["status"], "available", "{backup}");
            let name = text(backup, "name");
            assert!(self.model.backups.contains_key(&name), "{name} came back");
            ids.push((text(backup, "id"), name));
        }
        assert_eq!(ids.len(), self.model.backups.len(), "backups are lost");
        let path = format!("/vaults/{}", self.vault);
        let vault = self.program.get(&path).await.body;
        for resource in vault["vault"]["resources"].as_array().expect("a list") {
            assert_eq!(resource["protect_status"], "available", "{resource}");
        }
        let walk = self.walk().await;
        let stored = walk.backups().await;
        assert_eq!(stored.len(), ids.len(), "the store has others");
        for manifest in &stored {
            let id = manifest.backup_id.to_string();
            let (_, name) = ids.iter().find(|(known, _)| *known == id).expect("known");
            let found: Disks = walk.restore(manifest).await;
            let expected = self.model.backups.get_mut(name).expect("known");
            assert!(
                expected.contents.contains(&found),
                "{name} restores to something else"
            );
            expected.contents = vec![found];
        }
    }

    /// What the service had started ends by itself after it, but not at the same moment.
    fn wait_for_children(&self) {
        let root = self.model.root().to_str().expect("ASCII").to_owned();
        coffer_engine::testkit::wait_until("children of the killed service to end", 30, || {
            let all = std::fs::read_dir("/proc").expect("listed").flatten();
            let mut commands = all.filter_map(|e| std::fs::read(e.path().join("cmdline")).ok());
            !commands.any(|command| {
                let command = String::from_utf8_lossy(&command);
                // A `qemu-img` is waited for by the next start.
                command.contains(&root) && !command.starts_with("qemu-img")
            })
        });
    }

    /// No process and no socket of the service that was killed.
    fn check_nothing_runs(&self) {
        let root = self.model.root();
        let ours = self.program.pid().to_string();
        for entry in std::fs::read_dir("/proc").expect("listed").flatten() {
            let pid = entry.file_name().to_string_lossy().into_owned();
            let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let command = String::from_utf8_lossy(&command).replace('\0', " ");
            // What goes on after the start works in the new process's name.
            let parent = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let parent = parent.rsplit(')').next().unwrap_or_default();
            let is_child = parent.split_whitespace().nth(1) == Some(ours.as_str());
            let mine = command.contains(root.to_str().expect("ASCII"));
            assert!(!mine || is_child, "{pid} still runs: {command}");
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "whoever runs the tests says how long"
)]
fn rounds() -> u64 {
    match std::env::var_os("COFFER_TEST_LONG") {
        Some(_) => KILLS * 20,
        None => KILLS,
    }
}

async fn kills(seed: u64) {
    let mut lab = Lab::new(seed).await;
    for _ in 0..rounds() {
        lab.round().await;
    }
    println!("{} kills, {} of them hit a task", lab.kills, lab.hits);
    assert!(lab.hits * 3 > lab.kills, "many kills must hit work");
    // A last deletion, and what was left by all the kills is gone.
    let name = match lab.model.pick() {
        Some(name) => name,
        None => return,
    };
    for stray in lab.walk().await.strays().await {
        let file = std::fs::File::options().write(true).open(&stray);
        let file = file.expect("opened");
        let changed = file.metadata().and_then(|meta| meta.modified());
        let long_ago = changed.expect("known") - Duration::from_secs(2 * 3600);
        file.set_modified(long_ago).expect("as if hours had passed");
    }
    let path = format!("/backups/{}", lab.id(&name).await);
    assert_eq!(lab.program.delete(&path).await.status, 204);
    lab.program.settle().await;
    lab.model.backups.remove(&name);
    lab.check_all().await;
    let walk = lab.walk().await;
    walk.check_clean().await;
    assert_eq!(walk.strays().await, Vec::<std::path::PathBuf>::new());
    walk.check_sound().await;
    lab.program.terminate();
    assert_eq!(left(&lab.program.path("data/run")), Vec::<String>::new());
}

fn left(folder: &Path) -> Vec<String> {
    let files = files(folder);
    files.iter().map(|f| f.display().to_string()).collect()
}

#[tokio::test]
async fn kills_one() {
    kills(1).await;
}

#[tokio::test]
async fn kills_two() {
    kills(2).await;
}

#[tokio::test]
async fn kills_three() {
    kills(3).await;
}

#[tokio::test]
async fn kills_four() {
    kills(4).await;
}
