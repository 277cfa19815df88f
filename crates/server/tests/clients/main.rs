//! Public clients, unmodified, through whole life cycles against a running service: the
//! `openstack` command and openstacksdk with otcextensions, otcextensions' own functional tests,
//! the Huawei Cloud SDK with an access key, requests as the Go client makes them.
//!
//! The clients come from PyPI: `cargo xtask test` installs them, with the versions named there,
//! and says in `COFFER_TEST_PYTHON` which Python has them. Without that variable there is nothing
//! to test with.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

#[allow(
    dead_code,
    clippy::allow_attributes,
    reason = "the tests of CBR use all of it"
)]
#[path = "../cbr/host.rs"]
mod host;
#[allow(
    dead_code,
    clippy::allow_attributes,
    reason = "the tests of CBR use all of it"
)]
#[path = "../cbr/lab.rs"]
mod lab;

mod document;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use lab::Lab;
use reqwest::Method;
use serde_json::{Value, json};

/// The catalog of a lab: a file in its directory.
fn catalog_url() -> Option<String> {
    None
}

/// The Python that has the clients, where there is one.
#[expect(clippy::disallowed_methods, reason = "says where the clients are")]
pub fn python() -> Option<PathBuf> {
    let python = std::env::var_os("COFFER_TEST_PYTHON").map(PathBuf::from);
    if python.is_none() {
        println!("COFFER_TEST_PYTHON is not set: nothing to test with");
    }
    python
}

/// A service, a second project with a user, access keys for both, and a home with a cloud file.
pub struct Stage {
    /// The service.
    pub lab: Lab,
    home: tempfile::TempDir,
    password: String,
    /// A token of the second project.
    pub other_token: String,
    /// The second project.
    pub other_project: String,
    keys: [(String, String); 2],
    domain: String,
}

impl Stage {
    /// Starts them.
    pub async fn new() -> Stage {
        let lab = Lab::new().await;
        let (other_token, other_project) = lab.stranger().await;
        let keys = [
            access_key(&lab, &lab.token).await,
            access_key(&lab, &other_token).await,
        ];
        let file = lab.directory.path().join("data");
        let file = file.join(coffer_server::identity::PASSWORD_FILE);
        let password = std::fs::read_to_string(file).unwrap().trim().to_owned();
        let domains = ask(&lab, &lab.token, Method::GET, "/v3/auth/domains", None).await;
        let domain = domains["domains"][0]["id"].as_str().unwrap().to_owned();
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join(".config/openstack");
        std::fs::create_dir_all(&config).unwrap();
        let cloud = |name: &str| {
            format!(
                "  {name}:\n    region_name: eu-de\n    auth:\n      auth_url: {}/v3\n      \
                 username: admin\n      password: '{password}'\n      project_name: eu-de\n      \
                 user_domain_name: Default\n      project_domain_name: Default\n",
                lab.base
            )
        };
        // The names that the functional tests of otcextensions and of the client ask for.
        let text = format!("clouds:\n{}{}", cloud("otc"), cloud("devstack-admin"));
        std::fs::write(config.join("clouds.yaml"), text).unwrap();
        Stage {
            lab,
            home,
            password,
            other_token,
            other_project,
            keys,
            domain,
        }
    }

    /// Runs a driver with what it needs to know; what it wrote, where it ended well.
    #[expect(
        clippy::disallowed_methods,
        reason = "the clients need the search path"
    )]
    pub async fn run(&self, python: &Path, script: &str, cloud_file: bool) -> String {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/python");
        let mut path = python.parent().unwrap().as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        let [mine, theirs] = &self.keys;
        let mut command = tokio::process::Command::new(python);
        command
            .arg(scripts.join(script))
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.home.path())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("COFFER_BASE", &self.lab.base)
            .env("COFFER_PROJECT", &self.lab.project)
            .env("COFFER_OTHER_PROJECT", &self.other_project)
            .env("COFFER_TOKEN", &self.lab.token)
            .env("COFFER_OTHER_TOKEN", &self.other_token)
            .env("COFFER_DOMAIN", &self.domain)
            .env("COFFER_ACCESS", &mine.0)
            .env("COFFER_SECRET", &mine.1)
            .env("COFFER_OTHER_ACCESS", &theirs.0)
            .env("COFFER_OTHER_SECRET", &theirs.1)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        match cloud_file {
            true => command.env("OS_CLOUD", "otc"),
            false => command
                .env("OS_AUTH_URL", format!("{}/v3", self.lab.base))
                .env("OS_USERNAME", "admin")
                .env("OS_PASSWORD", &self.password)
                .env("OS_USER_DOMAIN_NAME", "Default")
                .env("OS_PROJECT_NAME", "eu-de")
                .env("OS_PROJECT_DOMAIN_NAME", "Default")
                .env("OS_IDENTITY_API_VERSION", "3")
                .env("OS_REGION_NAME", "eu-de"),
        };
        if coffer_engine::testkit::long_runs() {
            command.env("COFFER_TEST_LONG", "1");
        }
        let output = command.output().await.unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        println!("{text}");
        assert!(output.status.success(), "{script}:\n{text}\n{errors}");
        text
    }
}

/// A request to any path; its body.
pub async fn ask(lab: &Lab, token: &str, method: Method, path: &str, body: Option<Value>) -> Value {
    let client = reqwest::Client::new();
    let request = client
        .request(method, format!("{}{path}", lab.base))
        .header("X-Auth-Token", token);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    request.send().await.unwrap().json().await.unwrap()
}

async fn access_key(lab: &Lab, token: &str) -> (String, String) {
    let body = json!({"access_key": {"description": "of a client"}});
    let path = "/coffer/v1/access-keys";
    let made = ask(lab, token, Method::POST, path, Some(body)).await;
    let text = |name: &str| made["access_key"][name].as_str().unwrap().to_owned();
    (text("access"), text("secret"))
}

/// Runs the driver of a client, and checks that it did at least so many steps.
async fn client(script: &str, cloud_file: bool, at_least: u64) {
    let Some(python) = python() else { return };
    let stage = Stage::new().await;
    let text = stage.run(&python, script, cloud_file).await;
    // `client: 12 passed, 0 failed`
    let last = text.lines().last().unwrap_or_default();
    let passed = last.rsplit_once(": ").and_then(|(_, counts)| {
        let number = counts.strip_suffix(" passed, 0 failed")?;
        number.parse::<u64>().ok()
    });
    assert!(passed >= Some(at_least), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_openstack_command_goes_through_a_life_cycle() {
    client("openstack_command.py", false, 75).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_of_the_openstack_sdk_works() {
    client("openstack_sdk.py", false, 55).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_functional_tests_of_otcextensions_pass() {
    client("otc_functional.py", true, 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_of_the_huawei_sdk_is_answered() {
    client("huawei.py", false, 100).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_the_go_client_are_answered_as_it_insists() {
    client("go_requests.py", false, 35).await;
}
