//! `coffer serve` as a child process, and its API.

use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

/// How long anything may take to come to its end.
const PATIENCE: Duration = Duration::from_secs(120);

/// A place with a configuration, and a service that runs there from time to time.
pub struct Program {
    directory: tempfile::TempDir,
    child: Option<Child>,
    starts: u32,
    base: String,
    token: String,
    project: String,
    client: reqwest::Client,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

/// A server of the configuration: its name, and the names and formats of its disks.
pub type Declared<'a> = (&'a str, &'a [(&'a str, &'a str)]);

impl Program {
    /// Writes the configuration. The disks are `<server>-<disk>.<format>` in the directory.
    pub fn new(servers: &[Declared<'_>]) -> Program {
        let directory = tempfile::Builder::new()
            .prefix("ck-")
            .tempdir()
            .expect("a directory");
        let store = directory.path().join("store");
        Program::with_store(directory, servers, &store)
    }

    /// As `new`, with the store somewhere.
    pub fn with_store(
        directory: tempfile::TempDir,
        servers: &[Declared<'_>],
        store: &Path,
    ) -> Program {
        let root = directory.path().display();
        let mut text = format!(
            "data_dir = '{root}/data'\nregion = 'eu-de'\n\
             [http]\nlisten = ['127.0.0.1:0']\nshutdown_grace_seconds = 10\n\
             [limits]\nstore_reserve_mib = 0\n[[store]]\nname = 'main'\npath = '{}'\n[[images]]\nname = 'shelf'\n",
            store.display()
        );
        for (server, disks) in servers {
            text += &format!("[[images.server]]\nname = '{server}'\n");
            for (disk, format) in *disks {
                text += &format!(
                    "[[images.server.disk]]\nname = '{disk}'\n\
                     path = '{root}/{server}-{disk}.{format}'\nformat = '{format}'\n"
                );
            }
        }
        std::fs::write(directory.path().join("coffer.toml"), text).expect("written");
        Program {
            directory,
            child: None,
            starts: 0,
            base: String::new(),
            token: String::new(),
            project: String::new(),
            client: reqwest::Client::new(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The program with these arguments, in a bare environment.
    #[expect(clippy::disallowed_methods, reason = "QEMU's tools are found by PATH")]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_coffer"));
        command
            .args(arguments)
            .current_dir(self.directory.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::null());
        command
    }

    /// What the service of the last start wrote to its log.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path(&format!("log{}", self.starts))).unwrap_or_default()
    }

    /// Starts the service and waits until it listens; the token of an earlier start stays good.
    pub async fn start(&mut self) {
        let command = self.command(&["serve", "--config", "coffer.toml"]);
        self.start_as(command).await;
    }

    pub async fn start_as(&mut self, mut command: Command) {
        assert!(self.child.is_none(), "it runs already");
        self.starts += 1;
        let log = File::create(self.path(&format!("log{}", self.starts))).expect("a log");
        let child = command.stdout(Stdio::null()).stderr(log).spawn();
        self.child = Some(child.expect("the program starts"));
        let deadline = Instant::now() + PATIENCE;
        self.base = loop {
            let log = self.log();
            if let Some((_, rest)) = log.split_once("listening on ") {
                let end = rest.find(|c: char| !c.is_ascii_digit() && !".:".contains(c));
                if let Some(end) = end {
                    break format!("http://{}", &rest[..end]);
                }
            }
            let ended = self.child.as_mut().expect("it was started").try_wait();
            assert!(ended.expect("asked").is_none(), "it ended: {log}");
            assert!(Instant::now() < deadline, "it does not listen: {log}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        while !self.is_ready().await {
            let ended = self.child.as_mut().expect("it was started").try_wait();
            assert!(ended.expect("asked").is_none(), "it ended: {}", self.log());
            assert!(Instant::now() < deadline, "not ready: {}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if self.token.is_empty() {
            self.log_in().await;
        }
    }

    async fn is_ready(&self) -> bool {
        let asked = self.client.get(format!("{}/ready", self.base)).send().await;
        asked.is_ok_and(|answer| answer.status().is_success())
    }

    async fn log_in(&mut self) {
        let password = std::fs::read_to_string(self.path("data/admin-password"));
        let password = password.expect("the first start leaves a password");
        let body = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": "admin", "password": password.trim(), "domain": {"name": "Default"}}}},
            "scope": {"project": {"name": "eu-de", "domain": {"name": "Default"}}},
        }});
        let request = self.client.post(format!("{}/v3/auth/tokens", self.base));
        let answer = request.json(&body).send().await.expect("it answers");
        let token = answer.headers().get("x-subject-token").expect("a token");
        self.token = token.to_str().expect("ASCII").to_owned();
        let body: Value = answer.json().await.expect("JSON");
        let project = body.pointer("/token/project/id").and_then(Value::as_str);
        self.project = project.expect("a project").to_owned();
    }

    /// A command that has to succeed; what it wrote.
    pub fn ok(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.command(arguments).output().expect("it runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "coffer {arguments:?}: {error}");
        output.stdout
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("it runs").id()
    }

    /// SIGKILL, and waits until nothing of the process is left.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("killed");
        let status = child.wait().expect("ended");
        assert_eq!(status.signal(), Some(9), "{status}: {}", self.log());
    }

    /// SIGTERM; how it ended.
    pub fn terminate(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("it runs");
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("told");
        child.wait().expect("ended")
    }

    /// A request that may be sent after the service is gone.
    pub fn request(&self, method: Method, path: &str, body: Option<Value>) -> Pending {
        let url = match path.strip_prefix("coffer:") {
            Some(rest) => format!("{}/coffer/v1/{}{rest}", self.base, self.project),
            None => format!("{}/v3/{}{path}", self.base, self.project),
        };
        let request = self
            .client
            .request(method, url)
            .header("X-Auth-Token", &self.token);
        Pending(match body {
            Some(body) => request.json(&body),
            None => request,
        })
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let answer = self.request(method, path, body).send().await;
        answer.unwrap_or_else(|| panic!("{path}: no answer: {}", self.log()))
    }

    /// Waits for a state.
    pub async fn wait(&self, path: &str, done: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.get(path).await;
            if done(&answer.body) {
                return answer.body;
            }
            assert!(
                Instant::now() < deadline,
                "{path}: {answer:?}\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until no task waits or runs.
    pub async fn settle(&self) {
        let open = "/operation-logs?status=waiting&status=running";
        self.wait(open, |b| b["count"] == 0).await;
    }

    /// Ids of the servers by name.
    pub async fn server(&self, name: &str) -> String {
        let list = self.get("/protectables/server/instances").await;
        let found = list.body["instances"].as_array().and_then(|list| {
            let found = list.iter().find(|i| i["name"] == name)?;
            found["id"].as_str()
        });
        found
            .unwrap_or_else(|| panic!("no {name}: {list:?}"))
            .to_owned()
    }

    /// A vault with these servers.
    pub async fn make_vault(&self, name: &str, servers: &[&str]) -> String {
        let mut resources = Vec::new();
        for server in servers {
            let id = self.server(server).await;
            resources.push(json!({"id": id, "type": "OS::Nova::Server"}));
        }
        let body = json!({"vault": {"name": name, "resources": resources, "billing": {
            "object_type": "server", "protect_type": "backup",
            "consistent_level": "crash_consistent", "size": 100}}});
        let made = self.post("/vaults", body).await;
        assert_eq!(made.status, 200, "{made:?}");
        made.body["vault"]["id"].as_str().expect("an id").to_owned()
    }

    /// Starts a backup of a vault's first server.
    pub async fn back_up(&self, vault: &str, name: &str) {
        let body = json!({"checkpoint": {"vault_id": vault, "parameters": {"name": name}}});
        let made = self.post("/checkpoints", body).await;
        assert_eq!(made.status, 200, "{made:?}");
    }

    /// The backup of a name.
    pub async fn backup(&self, name: &str) -> Value {
        let list = self.get(&format!("/backups?name={name}")).await;
        list.body["backups"][0].clone()
    }

    /// The newest task of a kind.
    pub async fn last_task(&self, kind: &str) -> Value {
        let path = format!("/operation-logs?operation_type={kind}&limit=1");
        self.get(&path).await.body["operation_logs"][0].clone()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            eprintln!("{}", self.log());
        }
    }
}

/// A request not yet sent.
pub struct Pending(reqwest::RequestBuilder);

impl Pending {
    /// The answer; none where the service went away before it.
    pub async fn send(self) -> Option<Answer> {
        let answer = self.0.send().await.ok()?;
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await.ok()?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        assert!(
            bytes.is_empty() || !body.is_null(),
            "{status}: not JSON: {bytes:?}"
        );
        assert!(status < 500, "{status}: {body}");
        Some(Answer { status, body })
    }
}
