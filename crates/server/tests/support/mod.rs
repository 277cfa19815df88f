//! A service in this process, on a port of its own, with a directory of its own.
#![allow(
    dead_code,
    clippy::allow_attributes,
    reason = "each test binary uses a part of it; `expect` would fail in the one that uses all"
)]

use std::sync::Arc;

use coffer_engine::hypervisor::Hypervisor;
use coffer_server::config::Config;
use coffer_server::door::{self, Clock};
use coffer_server::identity::PASSWORD_FILE;
use coffer_server::serve::Service;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// A service and what is needed to talk to it.
pub struct World {
    /// The service.
    pub service: Service,
    /// Its clock, to be moved.
    pub clock: Clock,
    /// `http://127.0.0.1:port`.
    pub base: String,
    /// The administrator's password.
    pub password: String,
    client: reqwest::Client,
    _directory: tempfile::TempDir,
}

/// An answer: status, headers, JSON body (null where there is none).
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

/// A token and its project.
#[derive(Clone)]
pub struct Session {
    pub token: String,
    pub project: String,
    pub user: String,
    pub body: Value,
}

pub async fn world() -> World {
    world_with("", Vec::new()).await
}

/// A world with more configuration (TOML) and with hypervisors.
pub async fn world_with(config: &str, hypervisors: Vec<Arc<dyn Hypervisor>>) -> World {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let data_dir = directory.path().join("data");
    let http = if config.contains("[http]") {
        ""
    } else {
        "[http]\nlisten = ['127.0.0.1:0']"
    };
    let text = format!(
        "data_dir = '{}'\nregion = 'eu-de'\n{http}\n{config}",
        data_dir.display()
    );
    let config = Config::parse(&text).expect("the configuration is legal");
    let clock = Clock::new();
    let service = Service::start(config, hypervisors, clock.clone())
        .await
        .expect("it starts");
    service.state().app.settled.wait().await;
    let base = format!("http://{}", service.addresses()[0]);
    let password = std::fs::read_to_string(data_dir.join(PASSWORD_FILE)).expect("a password file");
    World {
        service,
        clock,
        base,
        password: password.trim().to_owned(),
        client: reqwest::Client::new(),
        _directory: directory,
    }
}

impl World {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("the service answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.expect("the body arrives");
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        assert!(
            bytes.is_empty() || !body.is_null(),
            "{status}: not JSON: {bytes:?}"
        );
        Answer {
            status,
            headers,
            body,
        }
    }

    pub async fn get(&self, session: &Session, path: &str) -> Answer {
        self.send(
            self.request(Method::GET, path)
                .header("X-Auth-Token", &session.token),
        )
        .await
    }

    pub async fn call(&self, session: &Session, method: Method, path: &str, body: Value) -> Answer {
        let request = self
            .request(method, path)
            .header("X-Auth-Token", &session.token);
        self.send(request.json(&body)).await
    }

    /// `POST /v3/auth/tokens` with a scope.
    pub async fn try_log_in(&self, user: &str, password: &str, scope: Value) -> Answer {
        let body = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": user, "password": password, "domain": {"name": "Default"}}}},
            "scope": scope,
        }});
        self.send(self.request(Method::POST, "/v3/auth/tokens").json(&body))
            .await
    }

    /// The administrator in the first project.
    pub async fn admin(&self) -> Session {
        self.log_in("admin", &self.password, "eu-de").await
    }

    pub async fn log_in(&self, user: &str, password: &str, project: &str) -> Session {
        let scope = json!({"project": {"name": project, "domain": {"name": "Default"}}});
        let answer = self.try_log_in(user, password, scope).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        let token = answer.headers["x-subject-token"]
            .to_str()
            .expect("ASCII")
            .to_owned();
        let text = |pointer| {
            let value = answer.body.pointer(pointer).and_then(Value::as_str);
            value.expect("the token's body has it").to_owned()
        };
        let (project, user) = (text("/token/project/id"), text("/token/user/id"));
        Session {
            token,
            project,
            user,
            body: answer.body,
        }
    }

    /// A user with a role in a project made for it; its session there.
    pub async fn other(&self, name: &str, role: &str) -> Session {
        let admin = self.admin().await;
        let body = json!({"project": {"name": format!("project-{name}")}});
        let project = self
            .call(&admin, Method::POST, "/coffer/v1/projects", body)
            .await;
        assert_eq!(project.status, StatusCode::CREATED, "{}", project.body);
        let project_id = project.body["project"]["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let body = json!({"user": {"name": name, "password": "password1",
            "default_project_id": project_id}});
        let user = self
            .call(&admin, Method::POST, "/coffer/v1/users", body)
            .await;
        assert_eq!(user.status, StatusCode::CREATED, "{}", user.body);
        let user_id = user.body["user"]["id"].as_str().expect("an id");
        let path = format!("/coffer/v1/projects/{project_id}/users/{user_id}/roles/{role}");
        let granted = self.call(&admin, Method::PUT, &path, Value::Null).await;
        assert_eq!(granted.status, StatusCode::NO_CONTENT, "{}", granted.body);
        self.log_in(name, "password1", &format!("project-{name}"))
            .await
    }

    /// Puts a server with two disks into a project's inventory; gives their ids.
    pub async fn add_server(&self, project: &str, name: &str, power: &str) -> [String; 3] {
        let ids = [(); 3].map(|()| door::new_uuid().to_string());
        let mut tx = self
            .service
            .state()
            .catalog
            .write()
            .await
            .expect("the catalog answers");
        sqlx::raw_sql(INVENTORY)
            .execute(tx.connection())
            .await
            .expect("tables");
        let now = self.clock.now_ms();
        let nics = r#"[{"network":"net0","mac":"52:54:00:00:00:01","addresses":["192.0.2.7"]}]"#;
        sqlx::query(
            "INSERT INTO servers (id, project_id, hypervisor, native_id, name, power, vcpus, \
             memory_mib, architecture, restart_allowed, nics, created_at, updated_at) \
             VALUES ($1, $2, 'host', $1, $3, $4, 2, 512, 'x86_64', 1, $5, $6, $6)",
        )
        .bind(&ids[0])
        .bind(project)
        .bind(name)
        .bind(power)
        .bind(nics)
        .bind(now)
        .execute(tx.connection())
        .await
        .expect("a server");
        for (at, device) in ["vda", "vdb"].into_iter().enumerate() {
            sqlx::query(
                "INSERT INTO disks (id, project_id, hypervisor, native_id, server_id, device, name, \
                 size_bytes, path, format, bus, system, shareable, position, created_at, updated_at) \
                 VALUES ($1, $2, 'host', $1, $3, $4, $5, $6, '/secret/path', 'qcow2', 'virtio', \
                 $7, 0, $8, $9, $9)",
            )
            .bind(&ids[at + 1])
            .bind(project)
            .bind(&ids[0])
            .bind(device)
            .bind(format!("{name}-{device}"))
            .bind((1_i64 << 30) + 1)
            .bind(i64::from(at == 0))
            .bind(at as i64)
            .bind(now)
            .execute(tx.connection())
            .await
            .expect("a disk");
        }
        tx.commit().await.expect("committed");
        ids
    }
}

/// The inventory's tables, where the migrations have not made them.
const INVENTORY: &str = "
CREATE TABLE IF NOT EXISTS servers (id TEXT NOT NULL PRIMARY KEY, project_id TEXT NOT NULL,
    hypervisor TEXT NOT NULL, native_id TEXT NOT NULL, name TEXT NOT NULL, power TEXT NOT NULL,
    vcpus BIGINT NOT NULL, memory_mib BIGINT NOT NULL, architecture TEXT NOT NULL,
    restart_allowed BIGINT NOT NULL, nics TEXT NOT NULL, created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL, vanished_at BIGINT);
CREATE TABLE IF NOT EXISTS disks (id TEXT NOT NULL PRIMARY KEY, project_id TEXT NOT NULL,
    hypervisor TEXT NOT NULL, native_id TEXT NOT NULL, server_id TEXT, device TEXT NOT NULL,
    name TEXT NOT NULL, size_bytes BIGINT NOT NULL, path TEXT NOT NULL, format TEXT NOT NULL,
    bus TEXT NOT NULL, system BIGINT NOT NULL, shareable BIGINT NOT NULL, unsupported TEXT,
    position BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    vanished_at BIGINT);";
