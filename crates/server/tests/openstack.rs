//! The `openstack` client against the service, unmodified.
//!
//! Needs python-openstackclient: `cargo xtask test` installs it and names it in
//! `COFFER_TEST_OPENSTACK`. Without that variable there is nothing to test with.

mod support;

use std::process::Stdio;

use serde_json::Value;
use support::{Session, World, world};

async fn openstack(world: &World, client: &str, session: &Session, arguments: &str) -> Value {
    openstack_as(world, client, session, arguments, &[]).await
}

#[expect(
    clippy::disallowed_methods,
    reason = "the client needs the search path"
)]
async fn openstack_as(
    world: &World,
    client: &str,
    session: &Session,
    arguments: &str,
    environment: &[(&str, &str)],
) -> Value {
    let home = tempfile::tempdir().expect("a temporary directory");
    let name = session.body["token"]["user"]["name"]
        .as_str()
        .expect("a name");
    let project = session.body["token"]["project"]["name"]
        .as_str()
        .expect("a name");
    let mut command = tokio::process::Command::new(client);
    command
        .args(arguments.split(' '))
        .args(["-f", "json"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home.path())
        .env("OS_AUTH_URL", format!("{}/v3", world.base))
        .env("OS_USERNAME", name)
        .env(
            "OS_PASSWORD",
            if name == "admin" {
                &world.password
            } else {
                "password1"
            },
        )
        .env("OS_USER_DOMAIN_NAME", "Default")
        .env("OS_PROJECT_NAME", project)
        .env("OS_PROJECT_DOMAIN_NAME", "Default")
        .env("OS_IDENTITY_API_VERSION", "3")
        .env("OS_REGION_NAME", "eu-de")
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = command.output().await.expect("the client starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openstack {arguments}: {errors}");
    for bad in ["Traceback", "Failed to", "Could not"] {
        assert!(!errors.contains(bad), "openstack {arguments}: {errors}");
    }
    serde_json::from_slice(&output.stdout).expect("the client writes JSON")
}

fn column<'a>(rows: &'a Value, name: &str) -> Vec<&'a str> {
    let rows = rows.as_array().expect("a list");
    rows.iter().filter_map(|row| row[name].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "says where the client is")]
async fn the_openstack_client_logs_in_and_lists() {
    let Some(client) = std::env::var("COFFER_TEST_OPENSTACK").ok() else {
        println!("COFFER_TEST_OPENSTACK is not set: nothing to test with");
        return;
    };
    let world = world().await;
    let admin = world.admin().await;
    let [server, system, data] = world.add_server(&admin.project, "alpha", "running").await;
    world.add_server(&admin.project, "beta", "stopped").await;
    let other = world.other("visitor", "user").await;

    let run = async |arguments: &str| openstack(&world, &client, &admin, arguments).await;

    let token = run("token issue").await;
    assert_eq!(token["project_id"], admin.project.as_str());
    assert_eq!(
        column(&run("project list").await, "Name"),
        ["eu-de", "project-visitor"]
    );
    let types = run("catalog list").await;
    for kind in ["identity", "cbr", "compute", "volumev3", "image"] {
        assert!(column(&types, "Type").contains(&kind), "{types}");
    }
    let servers = run("server list").await;
    let mut names = column(&servers, "Name");
    names.sort_unstable();
    assert_eq!(names, ["alpha", "beta"]);
    assert!(column(&servers, "Status").contains(&"SHUTOFF"));
    // By name: the client asks for the id first, gets 404, then lists.
    let shown = run("server show alpha").await;
    assert_eq!(shown["id"], server.as_str());
    let volumes = run("volume list").await;
    let ids = column(&volumes, "ID");
    assert!(
        ids.contains(&system.as_str()) && ids.contains(&data.as_str()),
        "{volumes}"
    );
    let shown = run(&format!("volume show {data}")).await;
    assert_eq!(shown["status"], "in-use");
    assert_eq!(run("image list").await, serde_json::json!([]));
    assert_eq!(column(&run("flavor list").await, "ID"), ["c2-m512"]);

    // Somebody else sees nothing of this.
    let theirs = openstack(&world, &client, &other, "server list").await;
    assert_eq!(theirs, serde_json::json!([]));
    assert_eq!(
        openstack(&world, &client, &other, "volume list").await,
        serde_json::json!([])
    );
    let projects = openstack(&world, &client, &other, "project list").await;
    assert_eq!(column(&projects, "Name"), ["project-visitor"]);

    // The authentication address without a version works too.
    let bare = [("OS_AUTH_URL", world.base.as_str())];
    let servers = openstack_as(&world, &client, &admin, "server list", &bare).await;
    assert_eq!(servers.as_array().map(Vec::len), Some(2));
}
