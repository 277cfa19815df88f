//! The API document against the service: schemathesis sends what the document allows and what it
//! does not, as two projects, and checks every answer against it.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::lab::Lab;
use crate::{ask, python};

/// A user with a project of its own and objects in it.
struct Owner {
    name: &'static str,
    token: String,
    /// Ids by kind, and names that no other project's objects have.
    objects: Value,
}

/// Vaults with a backup, policies, tags: all named after the project.
async fn owner(lab: &Lab, name: &'static str, server: &str) -> Owner {
    let admin = &lab.token;
    let project = format!("canary-project-{name}");
    let body = json!({"project": {"name": project}});
    let made = ask(lab, admin, Method::POST, "/coffer/v1/projects", Some(body)).await;
    let project_id = made["project"]["id"].as_str().unwrap().to_owned();
    let user = json!({"user": {"name": name, "password": "password1",
        "default_project_id": project_id}});
    let made = ask(lab, admin, Method::POST, "/coffer/v1/users", Some(user)).await;
    let user = made["user"]["id"].as_str().unwrap();
    let path = format!(
        "{}/coffer/v1/projects/{project_id}/users/{user}/roles/user",
        lab.base
    );
    let client = reqwest::Client::new();
    let granted = client.put(path).header("X-Auth-Token", admin).send().await;
    assert_eq!(granted.unwrap().status(), 204);
    let server = lab.id("server", server).await;
    lab.assign(&server, &project_id).await;
    let body = json!({"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": name, "password": "password1", "domain": {"name": "Default"}}}},
        "scope": {"project": {"id": project_id}}}});
    let login = client
        .post(format!("{}/v3/auth/tokens", lab.base))
        .json(&body);
    let login = login.send().await.unwrap();
    let token = login.headers()["x-subject-token"]
        .to_str()
        .unwrap()
        .to_owned();

    let post = async |path: &str, body: Value| {
        let answer = lab
            .call_as(&token, &project_id, Method::POST, path, Some(body))
            .await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    };
    let id = |body: &Value, key: &str| body[key]["id"].as_str().unwrap().to_owned();
    let (mut vaults, mut policies) = (Vec::new(), Vec::new());
    for n in 0..3 {
        let resources = match n {
            0 => json!([{"id": server, "type": "OS::Nova::Server"}]),
            _ => json!([]),
        };
        let mut body = Lab::vault_body(&format!("canary-vault-{name}-{n}"), "server", resources);
        body["vault"]["description"] = json!(format!("canary-text-{name}"));
        body["vault"]["tags"] = json!([{"key": format!("canary-tag-{name}"), "value": "v"}]);
        vaults.push(id(&post("/vaults", body).await, "vault"));
        let rules = ["FREQ=WEEKLY;BYDAY=MO;BYHOUR=3;BYMINUTE=0"];
        let body = json!({"policy": {"name": format!("canary-policy-{name}-{n}"),
            "operation_type": "backup", "operation_definition": {"max_backups": 3},
            "trigger": {"properties": {"pattern": rules}}}});
        policies.push(id(&post("/policies", body).await, "policy"));
    }
    let mut checkpoints = Vec::new();
    for n in 0..2 {
        let body = json!({"checkpoint": {"vault_id": vaults[0],
            "parameters": {"name": format!("canary-backup-{name}-{n}")}}});
        let made = id(&post("/checkpoints", body).await, "checkpoint");
        let deadline = std::time::Instant::now() + Duration::from_secs(60);
        loop {
            let path = format!("/checkpoints/{made}");
            let now = lab
                .call_as(&token, &project_id, Method::GET, &path, None)
                .await;
            if now.body["checkpoint"]["status"] == "available" {
                break;
            }
            assert!(std::time::Instant::now() < deadline, "{now:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        checkpoints.push(made);
    }
    let ids = async |path: &str, key: &str| -> Vec<String> {
        let list = lab
            .call_as(&token, &project_id, Method::GET, path, None)
            .await;
        let list = list.body[key].as_array().unwrap().clone();
        list.iter()
            .map(|o| o["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let objects = json!({
        "projects": [project_id],
        "servers": [server],
        "disks": ids("/protectables/disk/instances", "instances").await,
        "backups": ids("/backups", "backups").await,
        "tasks": ids("/operation-logs", "operation_logs").await,
        "vaults": vaults,
        "policies": policies,
        "checkpoints": checkpoints,
        "names": [format!("canary-vault-{name}"), format!("canary-policy-{name}"),
            format!("canary-backup-{name}"), format!("canary-text-{name}"),
            format!("canary-tag-{name}"), format!("canary-project-{name}")],
    });
    Owner {
        name,
        token,
        objects,
    }
}

/// Runs schemathesis as one user; what it wrote, where it found nothing.
#[expect(clippy::disallowed_methods, reason = "Python needs the search path")]
async fn examine(lab: &Lab, python: &Path, me: &Owner, other: &Owner, long: bool) -> String {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/python");
    let home = tempfile::tempdir().unwrap();
    let stage = json!({"user": me.name, "mine": me.objects, "theirs": other.objects});
    // With a time, schemathesis goes on until it is spent; without, each operation has its turn.
    let bounds: &[&str] = match long {
        true => &[
            "--phases",
            "examples,coverage,fuzzing,stateful",
            "--max-time",
            "600",
        ],
        false => &["--phases", "examples,fuzzing", "--max-examples", "3"],
    };
    let seed = match long {
        true => u64::from(std::process::id()),
        false => 4,
    };
    println!("seed {seed}");
    let output = tokio::process::Command::new(python.with_file_name("schemathesis"))
        .arg("run")
        .arg(format!("{}/openapi.json", lab.base))
        .args([
            "--url",
            &lab.base,
            "--header",
            &format!("X-Auth-Token: {}", me.token),
        ])
        .args(bounds)
        .args([
            "--seed",
            &seed.to_string(),
            "--generation-database",
            "none",
            "--no-color",
        ])
        .args([
            "--checks",
            CHECKS,
            "--suppress-health-check",
            "all",
            "--no-shrink",
        ])
        .args([
            "--continue-on-failure",
            "--request-timeout",
            "30",
            "--warnings",
            "off",
        ])
        // A stream without end.
        .args(["--exclude-path-regex", "/events$"])
        .current_dir(home.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home.path())
        .env("PYTHONPATH", &scripts)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("SCHEMATHESIS_HOOKS", "document_hooks")
        .env("COFFER_STAGE", stage.to_string())
        .env("COFFER_SEED", seed.to_string())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "as {}:\n{text}\n{errors}", me.name);
    text
}

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,nothing_of_another_project";

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_as_the_document_says_and_show_nothing_of_others() {
    let Some(python) = python() else { return };
    let long = coffer_engine::testkit::long_runs();
    let lab = Lab::new().await;
    let one = owner(&lab, "adam", "web").await;
    let two = owner(&lab, "eve", "db").await;
    for (me, other) in [(&one, &two), (&two, &one)] {
        let text = examine(&lab, &python, me, other, long).await;
        let figures = text.lines().find(|l| l.starts_with("document as "));
        let figures = figures.expect("the hooks say what was done");
        println!("{figures}");
        let number = |word: &str| -> u64 {
            let before = figures.split(word).next().unwrap().trim_end();
            before.rsplit([' ', '(']).next().unwrap().parse().unwrap()
        };
        assert_eq!((number("5xx"), number("leaks")), (0, 0), "{figures}");
        assert!(
            number("calls") > 300 && number("operations") > 100,
            "{figures}"
        );
        assert!(number("of them succeeded") > 15, "{figures}");
    }
}
