//! Isolation of projects and domains: every route of the document with the ids of real objects of
//! somebody else. The answer is always 403 or 404, and has no trace of them.

use std::collections::BTreeMap;

use coffer_server::door;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::closing::routes;
use crate::support::{Session, World, world_with};

/// In all names and descriptions of what is not to be seen.
const HIDDEN: &str = "hidden-of-a";

/// A project with an object of every kind: ids by the names of the paths' parameters.
struct Objects {
    ids: BTreeMap<&'static str, String>,
}

impl Objects {
    /// Makes them, by the API where it makes them without a hypervisor.
    async fn make(world: &World, owner: &Session, name: &str) -> Objects {
        let mut ids = BTreeMap::new();
        let [server, system, _] = world.add_server(&owner.project, name, "stopped").await;
        let vault = json!({"vault": {"name": name, "description": name, "resources": [],
            "tags": [{"key": "who", "value": name}],
            "billing": {"object_type": "server", "protect_type": "backup", "size": 100,
                "consistent_level": "crash_consistent"}}});
        let path = format!("/v3/{}/vaults", owner.project);
        let vault = world.call(owner, Method::POST, &path, vault).await;
        assert_eq!(vault.status, StatusCode::OK, "{}", vault.body);
        let vault = vault.body["vault"]["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let path = format!("/v3/{}/policies", owner.project);
        let policy = world.call(owner, Method::POST, &path, policy(name)).await;
        assert_eq!(policy.status, StatusCode::OK, "{}", policy.body);
        let policy = policy.body["policy"]["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let [checkpoint, backup, task] = [(); 3].map(|()| door::new_uuid().to_string());
        let project = &owner.project;
        let rows = [
            format!(
                "INSERT INTO checkpoints VALUES ('{checkpoint}', '{project}', '{vault}', '{name}', \
                 'available', '{name}', '{name}', -1, '[]', '[]', 1, 1)"
            ),
            format!(
                "INSERT INTO backups (id, checkpoint_id, vault_id, project_id, name, description, \
                 state, resource_id, resource_name, resource_type, size_bytes, position, \
                 repository_id, wants_full, incremental, auto_trigger, system_disk, progress, \
                 allocated_bytes, read_bytes, new_bytes, stored_bytes, details, created_at, \
                 updated_at, protected_at) VALUES ('{backup}', '{checkpoint}', '{vault}', \
                 '{project}', '{name}', '{name}', 'available', '{server}', '{name}', \
                 'OS::Nova::Server', 1, 0, '{backup}', 0, 0, 0, 1, 100, 1, 1, 1, 1, '{{}}', 1, 1, 1)"
            ),
            format!(
                "INSERT INTO tasks (id, project_id, kind, state, vault_id, vault_name, \
                 checkpoint_id, backup_id, resource_id, resource_name, resource_type, payload, \
                 request_id, host, lock_key, attempt, lease_owner, lease_until, cancel, progress, \
                 total_bytes, done_bytes, read_bytes, new_bytes, stored_bytes, error_code, \
                 error_message, error_hint, created_at, updated_at, started_at, ended_at) VALUES \
                 ('{task}', '{project}', 'backup', 'success', '{vault}', '{name}', '{checkpoint}', \
                 '{backup}', '{server}', '{name}', 'OS::Nova::Server', '{{\"work\":\"delete\"}}', \
                 'req-{name}', '', '', 1, '', 0, 0, 100, 1, 1, 1, 1, 1, '', '', '', 1, 1, 1, 1)"
            ),
        ];
        let mut tx = world
            .service
            .state()
            .catalog
            .write()
            .await
            .expect("a catalog");
        for sql in rows {
            let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(tx.connection());
            done.await.expect("a row");
        }
        tx.commit().await.expect("committed");
        for (key, id) in [
            ("vault_id", vault),
            ("policy_id", policy),
            ("checkpoint_id", checkpoint),
            ("backup_id", backup.clone()),
            ("object_id", backup),
            ("operation_log_id", task.clone()),
            ("task_id", task),
            ("server_id", server.clone()),
            ("instance_id", server),
            ("disk_id", system.clone()),
            ("volume_id", system),
            ("project_id", project.clone()),
            ("member_id", project.clone()),
            ("user_id", owner.user.clone()),
        ] {
            ids.insert(key, id);
        }
        Objects { ids }
    }

    fn id(&self, key: &str) -> &str {
        &self.ids[key]
    }

    /// A path with these ids; `project` in the place of the project.
    fn path(&self, template: &str, project: &str) -> String {
        let mut path = template.replace("{project_id}", project);
        for (key, id) in &self.ids {
            path = path.replace(&format!("{{{key}}}"), id);
        }
        // What has no object here: keys of tags, flavors, features, orders, images.
        for (key, word) in [
            ("key", "who"),
            ("flavor_id", "2c-512m"),
            ("feature_key", "features.x"),
            ("order_id", "1"),
            ("protectable_type", "server"),
        ] {
            path = path.replace(&format!("{{{key}}}"), word);
        }
        path
    }

    /// A body that a route takes, naming these objects.
    fn body(&self, template: &str) -> Value {
        let server = json!({"id": self.id("server_id"), "type": "OS::Nova::Server"});
        let end = template.rsplit('/').next().unwrap_or_default();
        match end {
            "addresources" => json!({"resources": [server]}),
            "removeresources" => json!({"resource_ids": [self.id("server_id")]}),
            "migrateresources" => json!({"resource_ids": [self.id("server_id")],
                "destination_vault_id": self.id("vault_id")}),
            "associatepolicy" | "dissociatepolicy" => json!({"policy_id": self.id("policy_id")}),
            "set-resources" => json!({"resource_ids": [self.id("server_id")],
                "action": "suspend"}),
            "checkpoints" => json!({"checkpoint": {"vault_id": self.id("vault_id"),
                "parameters": {"resources": [self.id("server_id")]}}}),
            "restore" if template.contains("estimates") => json!({
                "backup_id": self.id("backup_id")}),
            "backup" => json!({"vault_id": self.id("vault_id"), "incremental": true,
                "resources": [{"id": self.id("server_id"), "type": "server"}]}),
            "restore" => json!({"restore": {"server_id": self.id("server_id"),
                "mappings": []}}),
            "restore-file" => json!({"restore": {"path": "/var/lib/x"}}),
            "members" => json!({"members": [self.id("project_id")]}),
            "{member_id}" => json!({"status": "accepted", "vault_id": self.id("vault_id")}),
            "tags" => json!({"tag": {"key": "a", "value": "b"}}),
            "action" if template.contains("/tags/") => json!({"action": "create",
                "tags": [{"key": "a", "value": "b"}]}),
            "action" if template.contains("/servers/") => json!({"os-start": {}}),
            "action" => json!({"action": "filter"}),
            "power" => json!({"action": "start"}),
            "{vault_id}" => json!({"vault": {"name": "taken"}}),
            "{policy_id}" => json!({"policy": {"name": "taken"}}),
            "{backup_id}" => json!({"backup": {"name": "taken"}}),
            "vaults" => json!({"vault": {"name": "own", "resources": [server],
                "backup_policy_id": self.id("policy_id"),
                "billing": {"object_type": "server", "protect_type": "backup", "size": 100,
                    "consistent_level": "crash_consistent"}}}),
            "policies" | "preview" => policy("own"),
            _ => json!({}),
        }
    }
}

fn policy(name: &str) -> Value {
    json!({"policy": {"name": name, "operation_type": "backup", "enabled": true,
        "operation_definition": {"max_backups": 5}, "trigger": {"properties": {"pattern":
        ["FREQ=DAILY;INTERVAL=1;BYHOUR=2;BYMINUTE=0"]}}}})
}

/// True for an answer that opens nothing: 403, 404, or one to what does not fit at all (a body of
/// the wrong form, a path that no restore may write), said before anything is looked for.
fn is_closed(status: StatusCode, text: &str) -> bool {
    let malformed = ["body: ", "The body does not fit", "restore.path: "];
    match status {
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => true,
        StatusCode::BAD_REQUEST => malformed.iter().any(|start| text.contains(start)),
        _ => false,
    }
}

/// Status and text of an answer; of one that goes on for ever the beginning.
async fn ask(
    world: &World,
    session: &Session,
    method: &Method,
    path: &str,
    body: &Value,
) -> (StatusCode, String) {
    let mut request = world
        .request(method.clone(), path)
        .header("X-Auth-Token", &session.token);
    if !matches!(*method, Method::GET | Method::HEAD) {
        request = request.json(body);
    }
    let response = request.send().await.expect("an answer");
    let status = response.status();
    let stream = response
        .headers()
        .get("content-type")
        .is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"));
    match stream {
        true => (status, String::new()),
        false => (status, response.text().await.expect("a body")),
    }
}

async fn world_with_store() -> (World, tempfile::TempDir) {
    let directory = tempfile::tempdir().expect("a directory");
    let config = format!(
        "[[store]]\nname = 'main'\npath = '{}'",
        directory.path().display()
    );
    (world_with(&config, Vec::new()).await, directory)
}

#[tokio::test]
async fn other_projects_are_closed_and_leave_no_trace() {
    let (world, _directory) = world_with_store().await;
    let owner = world.other("a", "user").await;
    let stranger = world.other("b", "admin").await;
    let theirs = Objects::make(&world, &owner, HIDDEN).await;
    let own = Objects::make(&world, &stranger, "own").await;
    let mut tried = 0;
    let mut open_routes = Vec::new();
    for (method, template, open) in routes() {
        if open || !template.contains("{project_id}") || template.starts_with("/coffer/v1/projects")
        {
            continue;
        }
        // Their project by its own address.
        let body = theirs.body(&template);
        let path = theirs.path(&template, &owner.project);
        let (status, text) = ask(&world, &stranger, &method, &path, &body).await;
        if !is_closed(status, &text) {
            open_routes.push(format!("theirs {method} {template}: {status} {text}"));
        }
        assert!(!text.contains(HIDDEN), "{method} {path}: {text}");
        // Their objects in the stranger's own project.
        let path = theirs.path(&template, &stranger.project);
        let (status, text) = ask(&world, &stranger, &method, &path, &body).await;
        assert!(!text.contains(HIDDEN), "{method} {path}: {text}");
        assert!(
            !status.is_server_error(),
            "{method} {path}: {status} {text}"
        );
        let names = [
            "vault_id",
            "policy_id",
            "checkpoint_id",
            "backup_id",
            "object_id",
            "task_id",
            "operation_log_id",
            "server_id",
            "instance_id",
            "disk_id",
            "volume_id",
        ];
        let about_objects = names
            .iter()
            .any(|name| template.contains(&format!("{{{name}}}")));
        if about_objects && !is_closed(status, &text) {
            open_routes.push(format!("{method} {template}: {status} {text}"));
        }
        // Own objects, with theirs in the body: never done.
        let path = own.path(&template, &stranger.project);
        if !matches!(method, Method::GET | Method::HEAD | Method::DELETE)
            && !body.as_object().expect("an object").is_empty()
            && body.to_string().contains(theirs.id("server_id"))
                | body.to_string().contains(theirs.id("vault_id"))
                | body.to_string().contains(theirs.id("policy_id"))
        {
            let (status, text) = ask(&world, &stranger, &method, &path, &body).await;
            // An estimate may say in its answer why it cannot be.
            if !status.is_client_error() && !template.contains("/estimates/") {
                open_routes.push(format!("own {method} {template}: {status} {text}"));
            }
            assert!(!text.contains(HIDDEN), "{method} {template}: {text}");
        }
        tried += 1;
    }
    assert!(tried > 90, "{tried}");
    assert!(open_routes.is_empty(), "{open_routes:#?}");
    // What was tried has changed nothing.
    let path = format!("/v3/{}/vaults/{}", owner.project, theirs.id("vault_id"));
    let shown = world.get(&owner, &path).await;
    assert_eq!(shown.body["vault"]["name"], HIDDEN, "{}", shown.body);
    assert_eq!(
        shown.body["vault"]["tags"],
        json!([{"key": "who", "value": HIDDEN}])
    );
}

#[tokio::test]
async fn other_domains_are_closed_and_leave_no_trace() {
    let (world, _directory) = world_with_store().await;
    let admin = world.admin().await;
    let owner = world.other(HIDDEN, "user").await;
    let made = json!({"group": {"name": HIDDEN}});
    let group = world
        .call(&admin, Method::POST, "/coffer/v1/groups", made)
        .await;
    let policy =
        json!({"Version": "1.1", "Statement": [{"Effect": "Allow", "Action": ["cbr:*:*"]}]});
    let made = json!({"role": {"name": HIDDEN, "policy": policy}});
    let role = world
        .call(&admin, Method::POST, "/coffer/v1/roles", made)
        .await;
    let key = world.call(
        &owner,
        Method::POST,
        "/coffer/v1/access-keys",
        json!({"access_key": {}}),
    );
    let key = key.await;
    let tenant = json!({"domain": {"name": "tenant", "administrator":
        {"name": "chief", "password": "first password"}}});
    world
        .call(&admin, Method::POST, "/coffer/v1/domains", tenant)
        .await;
    let chief = chief(&world).await;
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let group = text(&group.body["group"]["id"]);
    let role = text(&role.body["role"]["id"]);
    let access = text(&key.body["access_key"]["access"]);
    let mut tried = 0;
    for (method, template, open) in routes() {
        let administration = [
            "/coffer/v1/projects",
            "/coffer/v1/users",
            "/coffer/v1/groups",
            "/coffer/v1/roles",
            "/coffer/v1/domain",
            "/coffer/v1/audit",
            "/v3/projects",
            "/v3/domains",
            "/v3/users",
            "/v3/groups",
            "/v3/roles",
            "/v3/role_assignments",
        ];
        if open
            || !administration
                .iter()
                .any(|prefix| template.starts_with(prefix))
        {
            continue;
        }
        let path = template
            .replace("{project_id}", &owner.project)
            .replace("{user_id}", &owner.user)
            .replace("{group_id}", &group)
            .replace("{role_id}", &role)
            .replace("{role}", &role)
            .replace("{access}", &access)
            .replace("{domain_id}", "Default");
        let body = match template.rsplit('/').next().unwrap_or_default() {
            "password" => json!({"password": "taken over"}),
            "{access}" => json!({"access_key": {"enabled": false}}),
            "{group_id}" => json!({"group": {"name": "taken"}}),
            "{role_id}" => json!({"role": {"name": "taken"}}),
            "{user_id}" => json!({"user": {"enabled": false}}),
            "{project_id}" => json!({"project": {"enabled": false}}),
            "{domain_id}" => json!({"domain": {"enabled": false}}),
            "quotas" => json!({"quotas": {"vaults": 1}}),
            _ => json!({}),
        };
        let (status, text) = ask(&world, &chief, &method, &path, &body).await;
        assert!(!text.contains(HIDDEN), "{method} {path}: {text}");
        assert!(
            !status.is_server_error(),
            "{method} {path}: {status} {text}"
        );
        if template.contains('{') {
            let closed = [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];
            assert!(
                closed.contains(&status),
                "{method} {template}: {status} {text}"
            );
            tried += 1;
        }
    }
    assert!(tried > 25, "{tried}");
}

/// The administrator of the other domain, with a password of its own.
async fn chief(world: &World) -> Session {
    let log_in = async |password: &str| {
        let body = json!({"auth": {"identity": {"methods": ["password"], "password": {"user":
            {"name": "chief", "password": password, "domain": {"name": "tenant"}}}},
            "scope": {"domain": {"name": "tenant"}}}});
        let request = world.request(Method::POST, "/v3/auth/tokens").json(&body);
        let answer = world.send(request).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        Session {
            token: answer.headers["x-subject-token"]
                .to_str()
                .expect("ASCII")
                .to_owned(),
            project: String::new(),
            user: answer.body["token"]["user"]["id"]
                .as_str()
                .expect("an id")
                .to_owned(),
            body: answer.body.clone(),
        }
    };
    let session = log_in("first password").await;
    let path = format!("/coffer/v1/users/{}/password", session.user);
    let body = json!({"original_password": "first password", "password": "second password"});
    let set = world.call(&session, Method::POST, &path, body).await;
    assert_eq!(set.status, StatusCode::NO_CONTENT, "{}", set.body);
    log_in("second password").await
}
