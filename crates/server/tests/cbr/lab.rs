//! A service over a host of files, to be restarted and killed.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use coffer_engine::hypervisor::Hypervisor;
use coffer_server::config::Config;
use coffer_server::door::Clock;
use coffer_server::identity::PASSWORD_FILE;
use coffer_server::serve::Service;
use reqwest::Method;
use serde_json::{Value, json};

use crate::host::{Driver, FileHost};

/// Makes the driver of another host, anew at each start.
pub type MoreHosts = Box<dyn Fn() -> Arc<dyn Hypervisor> + Send + Sync>;

pub struct Lab {
    pub host: Arc<FileHost>,
    more: Option<MoreHosts>,
    pub directory: tempfile::TempDir,
    config: String,
    running: Option<(tokio::runtime::Runtime, Service)>,
    pub base: String,
    pub token: String,
    pub project: String,
    client: reqwest::Client,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.body["error_code"].as_str().unwrap_or_default()
    }
    pub fn text(&self) -> &str {
        self.body["error_msg"].as_str().unwrap_or_default()
    }
}

/// Asserts that a call was refused with this status and code.
#[track_caller]
pub fn refused(answer: &Answer, status: u16, code: &str) {
    let expected = format!("BackupService.{code}");
    assert_eq!(
        (answer.status, answer.code()),
        (status, expected.as_str()),
        "{answer:?}"
    );
    assert!(!answer.text().is_empty());
}

impl Lab {
    pub async fn new() -> Lab {
        Lab::with(|host| {
            host.add_server("web", &[8, 4]);
            host.add_server("db", &[4]);
        })
        .await
    }

    pub async fn with(fill: impl FnOnce(&FileHost)) -> Lab {
        Lab::made(fill, None, "").await
    }

    /// A lab with more configuration (TOML).
    pub async fn configured(fill: impl FnOnce(&FileHost), more: &str) -> Lab {
        Lab::made(fill, None, more).await
    }

    /// With another host beside the one of files.
    pub async fn beside(fill: impl FnOnce(&FileHost), more: Option<MoreHosts>) -> Lab {
        Lab::made(fill, more, "").await
    }

    async fn made(fill: impl FnOnce(&FileHost), more: Option<MoreHosts>, toml: &str) -> Lab {
        let directory = tempfile::tempdir().unwrap();
        let disks = directory.path().join("disks");
        std::fs::create_dir(&disks).unwrap();
        std::fs::create_dir(directory.path().join("images")).unwrap();
        let host = FileHost::new("files", &disks);
        fill(&host);
        let root = directory.path().display().to_string();
        let catalog = crate::catalog_url();
        let catalog = catalog.map(|url| format!("[catalog]\nurl = '{url}'\n"));
        let catalog = catalog.unwrap_or_default();
        let config = format!(
            "data_dir = '{root}/data'\nregion = 'eu-de'\n[http]\nlisten = ['127.0.0.1:0']\n\
             shutdown_grace_seconds = 5\n[[store]]\nname = 'main'\npath = '{root}/store'\n\
             [[libvirt]]\nname = 'none'\nimage_dirs = ['{root}/images']\n{toml}{catalog}"
        );
        let mut lab = Lab {
            host,
            more,
            directory,
            config,
            running: None,
            base: String::new(),
            token: String::new(),
            project: String::new(),
            client: reqwest::Client::new(),
        };
        lab.start().await;
        lab
    }

    /// Starts the service on threads of its own, so that a kill takes all of them.
    pub async fn start(&mut self) {
        self.start_with(Clock::new()).await;
    }

    pub async fn start_with(&mut self, clock: Clock) {
        self.begin(clock).await;
        let (_, service) = self.running.as_ref().unwrap();
        service.state().app.settled.wait().await;
    }

    /// Starts the service and does not wait until it has asked the hosts.
    pub async fn begin(&mut self, clock: Clock) {
        let config = Config::parse(&self.config).unwrap();
        let mut drivers: Vec<Arc<dyn Hypervisor>> = vec![Arc::new(Driver(self.host.clone()))];
        drivers.extend(self.more.iter().map(|make| make()));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let started = runtime.spawn(async move { Service::start(config, drivers, clock).await });
        let service = started.await.unwrap().unwrap();
        self.base = format!("http://{}", service.addresses()[0]);
        self.running = Some((runtime, service));
        self.log_in().await;
    }

    /// Moves the clock of the running service, and logs in again: tokens have their time.
    pub async fn advance(&mut self, by: jiff::SignedDuration) {
        self.clock().advance(by);
        self.log_in().await;
    }

    async fn log_in(&mut self) {
        let file = self.directory.path().join("data").join(PASSWORD_FILE);
        let password = std::fs::read_to_string(file).unwrap();
        let password = password.trim();
        let body = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": "admin", "password": password, "domain": {"name": "Default"}}}},
            "scope": {"project": {"name": "eu-de", "domain": {"name": "Default"}}},
        }});
        let url = format!("{}/v3/auth/tokens", self.base);
        let answer = self.client.post(url).json(&body).send().await.unwrap();
        self.token = answer.headers()["x-subject-token"]
            .to_str()
            .unwrap()
            .to_owned();
        let body: Value = answer.json().await.unwrap();
        self.project = body["token"]["project"]["id"].as_str().unwrap().to_owned();
    }

    /// Stops the service as SIGTERM does.
    pub async fn stop(&mut self) {
        let (runtime, service) = self.running.take().unwrap();
        runtime
            .spawn(async move { service.stop().await })
            .await
            .unwrap();
        runtime.shutdown_background();
    }

    /// Ends the service at once, wherever it is.
    pub async fn kill(&mut self) {
        let (runtime, service) = self.running.take().unwrap();
        let catalog = service.state().catalog.clone();
        // The threads are gone when this returns; what they had begun is as a kill leaves it.
        tokio::task::spawn_blocking(move || runtime.shutdown_timeout(Duration::from_secs(5)))
            .await
            .unwrap();
        drop(service);
        drop(catalog);
    }

    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.call_as(&self.token, &self.project, method, path, body)
            .await
    }

    pub async fn call_as(
        &self,
        token: &str,
        project: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let path = match path.split_once(':') {
            Some(("coffer", rest)) => format!("/coffer/v1/{project}{rest}"),
            Some(("root", rest)) => format!("/coffer/v1{rest}"),
            Some(("ecs", rest)) => format!("/v1/{project}{rest}"),
            _ => format!("/v3/{project}{path}"),
        };
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .header("X-Auth-Token", token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        assert!(
            bytes.is_empty() || !body.is_null(),
            "{status}: not JSON: {bytes:?}"
        );
        Answer { status, body }
    }

    /// A request of any bytes; its status.
    pub async fn send_raw(
        &self,
        method: Method,
        path: &str,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> u16 {
        let path = match path.strip_prefix("coffer:") {
            Some(rest) => format!("/coffer/v1/{}{rest}", self.project),
            None => format!("/v3/{}{path}", self.project),
        };
        let request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .header("X-Auth-Token", &self.token)
            .header("Content-Type", content_type)
            .body(bytes.clone());
        let answer = request.send().await;
        let answer = answer.unwrap_or_else(|e| {
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
            panic!("{path} {content_type:?} {} {shown}: {e:?}", bytes.len())
        });
        answer.status().as_u16()
    }

    /// Sends a POST that asks for another protocol, and goes away without reading the answer.
    pub async fn send_and_close(&self, path: &str) {
        use tokio::io::AsyncWriteExt;
        let rest = path.strip_prefix("coffer:").unwrap();
        let host = self.base.strip_prefix("http://").unwrap();
        let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
        let text = format!(
            "POST /coffer/v1/{}{rest} HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: {}\r\n\
             Connection: upgrade\r\nUpgrade: nbd\r\nContent-Length: 0\r\n\r\n",
            self.project, self.token
        );
        stream.write_all(text.as_bytes()).await.unwrap();
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Some(body)).await
    }
    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    /// A question to another API, by its whole path with `{project}` in it.
    pub async fn root_get(&self, path: &str) -> Answer {
        self.root(Method::GET, path, None).await
    }

    pub async fn root(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.root_as(&self.token, method, path, body).await
    }

    /// As [`Lab::root`], by somebody else.
    pub async fn root_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let path = path.replace("{project}", &self.project);
        let url = format!("{}{path}", self.base);
        let mut request = self.client.request(method, url);
        request = request.header("X-Auth-Token", token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.json().await.unwrap_or(Value::Null);
        Answer { status, body }
    }

    /// A call of another API, by its whole path with `{project}` in it.
    pub async fn root_post(&self, path: &str, body: Value) -> Answer {
        self.root(Method::POST, path, Some(body)).await
    }

    /// Waits for a state of another API.
    pub async fn root_wait(&self, path: &str, done: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let answer = self.root(Method::GET, path, None).await;
            if done(&answer.body) {
                return answer.body;
            }
            assert!(Instant::now() < deadline, "{path}: {answer:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A disk as the volume API shows it.
    pub async fn volume(&self, id: &str) -> Value {
        let answer = self.get(&format!("/volumes/{id}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["volume"].clone()
    }

    /// Id of a server or disk by its name.
    pub async fn id(&self, kind: &str, name: &str) -> String {
        let list = self.get(&format!("/protectables/{kind}/instances")).await;
        let found = list.body["instances"]
            .as_array()
            .unwrap()
            .iter()
            .find(|i| i["name"] == name);
        found.unwrap_or_else(|| panic!("no {name}: {list:?}"))["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub fn vault_body(name: &str, object_type: &str, resources: Value) -> Value {
        json!({"vault": {"name": name, "resources": resources, "billing": {
            "object_type": object_type, "protect_type": "backup",
            "consistent_level": "crash_consistent", "size": 100}}})
    }

    /// A vault with these servers in it.
    pub async fn server_vault(&self, name: &str, servers: &[&str]) -> String {
        let mut resources = Vec::new();
        for server in servers {
            let id = self.id("server", server).await;
            resources.push(json!({"id": id, "type": "OS::Nova::Server"}));
        }
        let made = self
            .post("/vaults", Lab::vault_body(name, "server", json!(resources)))
            .await;
        assert_eq!(made.status, 200, "{made:?}");
        made.body["vault"]["id"].as_str().unwrap().to_owned()
    }

    /// Starts a backup of all of a vault; the checkpoint's id.
    pub async fn back_up(&self, vault: &str, parameters: Value) -> String {
        let body = json!({"checkpoint": {"vault_id": vault, "parameters": parameters}});
        let made = self.post("/checkpoints", body).await;
        assert_eq!(made.status, 200, "{made:?}");
        assert_eq!(made.body["checkpoint"]["status"], "protecting");
        made.body["checkpoint"]["id"].as_str().unwrap().to_owned()
    }

    /// Waits until a checkpoint has ended; its first backup, with its children.
    pub async fn backup_of(&self, checkpoint: &str) -> Value {
        let path = format!("/checkpoints/{checkpoint}");
        self.wait(&path, |b| b["checkpoint"]["status"] != "protecting")
            .await;
        let list = self
            .get(&format!("/backups?checkpoint_id={checkpoint}"))
            .await;
        let first = &list.body["backups"][0];
        assert_eq!(
            first["status"],
            "available",
            "{list:?} {:?}",
            self.get("/operation-logs").await
        );
        first.clone()
    }

    /// Waits for a state with a deadline.
    pub async fn wait(&self, path: &str, done: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let answer = self.get(path).await;
            if done(&answer.body) {
                return answer.body;
            }
            assert!(Instant::now() < deadline, "{path}: {answer:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn wait_available(&self, backup: &str) {
        let path = format!("/backups/{backup}");
        self.wait(&path, |b| b["backup"]["status"] == "available")
            .await;
    }

    /// A second user with a project of its own: token and project.
    pub async fn stranger(&self) -> (String, String) {
        let send = |method: Method, path: String, body: Value| {
            let request = self
                .client
                .request(method, format!("{}{path}", self.base))
                .header("X-Auth-Token", &self.token)
                .json(&body);
            async move {
                let answer = request.send().await.unwrap();
                let token = answer.headers().get("x-subject-token").cloned();
                let bytes = answer.bytes().await.unwrap();
                (
                    token,
                    serde_json::from_slice::<Value>(&bytes).unwrap_or(Value::Null),
                )
            }
        };
        let made = send(
            Method::POST,
            "/coffer/v1/projects".into(),
            json!({"project": {"name": "other"}}),
        )
        .await
        .1;
        let project = made["project"]["id"].as_str().unwrap().to_owned();
        let user = json!({"user": {"name": "eve", "password": "password1", "default_project_id": project}});
        let made = send(Method::POST, "/coffer/v1/users".into(), user).await.1;
        let user = made["user"]["id"].as_str().unwrap();
        let path = format!("/coffer/v1/projects/{project}/users/{user}/roles/admin");
        send(Method::PUT, path, Value::Null).await;
        let body = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": "eve", "password": "password1", "domain": {"name": "Default"}}}},
            "scope": {"project": {"id": project}},
        }});
        let (token, _) = send(Method::POST, "/v3/auth/tokens".into(), body).await;
        (token.unwrap().to_str().unwrap().to_owned(), project)
    }

    /// Gives a server and its disks to another project.
    pub async fn assign(&self, server: &str, project: &str) {
        let (_, service) = self.running.as_ref().unwrap();
        let mut tx = service.state().catalog.write().await.unwrap();
        for sql in [
            "UPDATE disks SET project_id = $2 WHERE server_id = $1",
            "UPDATE servers SET project_id = $2 WHERE id = $1",
        ] {
            let query = sqlx::query(sql).bind(server).bind(project);
            query.execute(&mut *tx).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// The catalog of the running service.
    pub fn app(&self) -> &coffer_server::app::App {
        &self.running.as_ref().unwrap().1.state().app
    }

    pub fn catalog(&self) -> &coffer_server::catalog::Catalog {
        let (_, service) = self.running.as_ref().unwrap();
        &service.state().catalog
    }

    /// Where the figures for Prometheus are.
    pub fn metrics_address(&self) -> std::net::SocketAddr {
        let (_, service) = self.running.as_ref().unwrap();
        service.metrics_address().unwrap()
    }

    /// The clock of the running service.
    pub fn clock(&self) -> &Clock {
        let (_, service) = self.running.as_ref().unwrap();
        &service.state().clock
    }

    /// Makes a vault look as full as that.
    pub async fn fill(&self, vault: &str, used_bytes: u64, size_gib: u64) {
        let (_, service) = self.running.as_ref().unwrap();
        let mut tx = service.state().catalog.write().await.unwrap();
        let id = vault.parse().unwrap();
        coffer_server::catalog::vaults::set_used(&mut tx, id, used_bytes, size_gib)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    pub fn store(&self) -> PathBuf {
        self.directory.path().join("store")
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if let Some((runtime, _)) = self.running.take() {
            runtime.shutdown_background();
        }
    }
}
