//! Sharing backups: who may do what, and what a recipient may do with them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::host::write_pattern;
use crate::lab::{Answer, Lab, refused};

const NOBODY: &str = "2b076f26-391f-40fa-bf71-a798940faccf";

/// A service with a disk backup and a server backup, and a second project.
struct Sharing {
    lab: Lab,
    token: String,
    project: String,
    server_backup: Value,
    disk_backup: Value,
}

impl Sharing {
    async fn new() -> Sharing {
        let lab = Lab::with(|host| {
            host.add_server("web", &[4, 4]);
            host.add_server("db", &[4]);
            host.add_server("theirs", &[4, 8]);
        })
        .await;
        let servers = lab.server_vault("servers", &["web"]).await;
        let checkpoint = lab
            .back_up(&servers, json!({"name": "shared-server"}))
            .await;
        let server_backup = lab.backup_of(&checkpoint).await;
        let disk = lab.id("disk", "db-vda").await;
        let resources = json!([{"id": disk, "type": "OS::Cinder::Volume"}]);
        let disks = lab
            .post("/vaults", Lab::vault_body("disks", "disk", resources))
            .await;
        let disks = disks.body["vault"]["id"].as_str().unwrap().to_owned();
        let checkpoint = lab.back_up(&disks, json!({"name": "shared-disk"})).await;
        let disk_backup = lab.backup_of(&checkpoint).await;
        let (token, project) = lab.stranger().await;
        let theirs = lab.id("server", "theirs").await;
        lab.assign(&theirs, &project).await;
        Sharing {
            lab,
            token,
            project,
            server_backup,
            disk_backup,
        }
    }

    async fn as_recipient(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.lab
            .call_as(&self.token, &self.project, method, path, body)
            .await
    }

    async fn their_vault(&self, kind: &str) -> String {
        let body = Lab::vault_body("received", kind, json!([]));
        let made = self.as_recipient(Method::POST, "/vaults", Some(body)).await;
        made.body["vault"]["id"].as_str().unwrap().to_owned()
    }

    async fn share(&self, backup: &Value, members: Value) -> Answer {
        let path = format!("/backups/{}/members", id(backup));
        self.lab.post(&path, json!({"members": members})).await
    }

    async fn answer(&self, backup: &Value, body: Value) -> Answer {
        let path = format!("/backups/{}/members/{}", id(backup), self.project);
        self.as_recipient(Method::PUT, &path, Some(body)).await
    }

    async fn seen(&self, query: &str) -> Vec<String> {
        let list = self
            .as_recipient(Method::GET, &format!("/backups{query}"), None)
            .await;
        assert_eq!(list.status, 200, "{list:?}");
        let names = list.body["backups"].as_array().unwrap().iter();
        let mut names: Vec<String> = names
            .map(|b| b["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort_unstable();
        names
    }
}

fn id(backup: &Value) -> &str {
    backup["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_shared_backup_is_accepted_restored_and_taken_back() {
    let s = Sharing::new().await;
    let (lab, disk) = (&s.lab, &s.disk_backup);
    assert!(s.seen("?own_type=shared").await.is_empty());
    let shared = s.share(disk, json!([s.project])).await;
    assert_eq!(shared.status, 200, "{shared:?}");
    assert_eq!(shared.body["count"], 1);
    let member = shared.body["members"][0].clone();
    assert_eq!(member["status"], "pending");
    assert_eq!(member["dest_project_id"], s.project.as_str());
    assert_eq!(member["backup_id"], disk["id"]);
    assert_eq!(member["vault_id"], Value::Null);
    let members = format!("/backups/{}/members", id(disk));
    for key in [s.project.as_str(), member["id"].as_str().unwrap()] {
        let shown = lab.get(&format!("{members}/{key}")).await;
        assert_eq!(shown.body["member"], member);
    }

    // Both sides see it; the recipient's own list stays its own.
    assert!(s.seen("").await.is_empty());
    assert_eq!(s.seen("?own_type=shared").await, ["shared-disk"]);
    assert_eq!(s.seen("?member_status=pending").await, ["shared-disk"]);
    assert!(
        s.seen("?own_type=shared&member_status=accepted")
            .await
            .is_empty()
    );
    assert!(
        s.seen("?own_type=all_granted").await.is_empty(),
        "not yet accepted"
    );
    let path = format!("/backups/{}", id(disk));
    let shown = s.as_recipient(Method::GET, &path, None).await;
    assert_eq!(shown.body["backup"]["project_id"], lab.project.as_str());

    // Not before it is accepted.
    let target = "/protectables/disk/instances?name=theirs-vdb";
    let list = s.as_recipient(Method::GET, target, None).await;
    let target = list.body["instances"][0]["id"].as_str().unwrap().to_owned();
    let restore = format!("{path}/restore");
    let body = json!({"restore": {"volume_id": target, "stop_server": true}});
    let early = s
        .as_recipient(Method::POST, &restore, Some(body.clone()))
        .await;
    refused(&early, 400, "2005");

    let vault = s.their_vault("disk").await;
    let accepted = s
        .answer(
            disk,
            json!({"status": "accepted", "vault_id": vault, "_": "x"}),
        )
        .await;
    assert_eq!(accepted.status, 200, "{accepted:?}");
    assert_eq!(accepted.body["member"]["vault_id"], vault.as_str());
    assert_eq!(s.seen("?own_type=all_granted").await, ["shared-disk"]);
    let in_vault = format!("?own_type=all_granted&vault_id={vault}");
    assert_eq!(s.seen(&in_vault).await, ["shared-disk"]);
    let shown = s.as_recipient(Method::GET, &path, None).await;
    assert_eq!(shown.body["backup"]["vault_id"], vault.as_str());

    // To a disk of its own.
    write_pattern(&lab.host.path("theirs", 1), 0, 1 << 20, 200);
    let started = s.as_recipient(Method::POST, &restore, Some(body)).await;
    assert_eq!(started.status, 202, "{started:?}");
    lab.wait_available(id(disk)).await;
    let content = lab.host.bytes("db", 0);
    assert_eq!(lab.host.bytes("theirs", 1)[..content.len()], content[..]);
    let tasks = s
        .as_recipient(Method::GET, "/operation-logs?operation_type=restore", None)
        .await;
    assert_eq!(tasks.body["operation_logs"][0]["status"], "success");
    assert_eq!(tasks.body["operation_logs"][0]["vault_id"], vault.as_str());
    // Never to the sharer's.
    let own = lab.id("disk", "db-vda").await;
    let body = json!({"restore": {"volume_id": own}});
    let wrong = s.as_recipient(Method::POST, &restore, Some(body)).await;
    refused(&wrong, 404, "7000");

    // The recipient can neither change nor delete nor share it on.
    let gone = s.as_recipient(Method::DELETE, &path, None).await;
    refused(&gone, 400, "6201");
    let rename = json!({"backup": {"name": "x"}});
    let renamed = s.as_recipient(Method::PUT, &path, Some(rename)).await;
    refused(&renamed, 404, "6200");
    let on = json!({"members": [lab.project]});
    let on = s.as_recipient(Method::POST, &members, Some(on)).await;
    refused(&on, 400, "6714");

    // The recipient's vault goes: the share waits again.
    let gone = s
        .as_recipient(Method::DELETE, &format!("/vaults/{vault}"), None)
        .await;
    assert_eq!(gone.status, 204);
    let waiting = lab.get(&format!("{members}/{}", s.project)).await;
    assert_eq!(waiting.body["member"]["status"], "pending");
    let rejected = s
        .answer(disk, json!({"status": "rejected", "vault_id": NOBODY}))
        .await;
    assert_eq!(rejected.body["member"]["status"], "rejected");
    assert_eq!(rejected.body["member"]["vault_id"], Value::Null);

    // The sharer ends it.
    let path = format!("{members}/{}", s.project);
    assert_eq!(lab.delete(&path).await.status, 204);
    refused(&lab.delete(&path).await, 404, "6705");
    assert!(s.seen("?own_type=shared").await.is_empty());
    let path = format!("/backups/{}", id(disk));
    let gone = s.as_recipient(Method::GET, &path, None).await;
    refused(&gone, 404, "6200");

    // A deleted backup is gone for its recipients too.
    assert_eq!(s.share(disk, json!([s.project])).await.status, 200);
    assert_eq!(lab.delete(&path).await.status, 204);
    lab.wait(&path, |b| b["error_code"] == "BackupService.6200")
        .await;
    assert!(s.seen("?own_type=shared").await.is_empty());
}

#[tokio::test]
async fn disks_of_a_shared_server_backup_are_restored_one_by_one() {
    let s = Sharing::new().await;
    let (lab, backup) = (&s.lab, &s.server_backup);
    assert_eq!(s.share(backup, json!([s.project])).await.status, 200);
    let vault = s.their_vault("server").await;
    let body = json!({"status": "accepted", "vault_id": vault});
    assert_eq!(s.answer(backup, body).await.status, 200);

    let theirs = s
        .as_recipient(Method::GET, "/protectables/server/instances", None)
        .await;
    let server = theirs.body["instances"][0]["id"].as_str().unwrap();
    let path = format!("/backups/{}/restore", id(backup));
    let body = json!({"restore": {"server_id": server}});
    refused(
        &s.as_recipient(Method::POST, &path, Some(body)).await,
        400,
        "2003",
    );

    let data = &backup["children"][1];
    let disks = s
        .as_recipient(
            Method::GET,
            "/protectables/disk/instances?name=theirs-vdb",
            None,
        )
        .await;
    let target = disks.body["instances"][0]["id"].as_str().unwrap();
    let path = format!("/backups/{}/restore", id(data));
    let body = json!({"restore": {"volume_id": target, "stop_server": true}});
    let started = s.as_recipient(Method::POST, &path, Some(body)).await;
    assert_eq!(started.status, 202, "{started:?}");
    lab.wait_available(id(backup)).await;
    let content = lab.host.bytes("web", 1);
    assert_eq!(lab.host.bytes("theirs", 1)[..content.len()], content[..]);
    assert_eq!(
        lab.get("/vaults").await.body["vaults"][1]["resources"][0]["protect_status"],
        "available",
        "the sharer's server has nothing to do with it"
    );
}

#[tokio::test]
async fn sharing_has_its_rules() {
    let s = Sharing::new().await;
    let lab = &s.lab;
    let backup = &s.server_backup;
    let members = format!("/backups/{}/members", id(backup));

    refused(
        &s.share(&backup["children"][0], json!([s.project])).await,
        400,
        "6700",
    );
    for wrong in [
        json!([lab.project]),
        json!(["x"]),
        json!([NOBODY.replace('-', "")]),
    ] {
        refused(&s.share(backup, wrong).await, 400, "6704");
    }
    refused(
        &s.share(backup, json!([s.project, s.project])).await,
        400,
        "6703",
    );
    refused(&s.share(backup, json!([])).await, 400, "9900");
    let eleven = vec![s.project.clone(); 11];
    refused(&s.share(backup, json!(eleven)).await, 400, "9900");
    let nowhere = format!("/backups/{NOBODY}/members");
    refused(
        &lab.post(&nowhere, json!({"members": [s.project]})).await,
        404,
        "6200",
    );
    assert_eq!(
        lab.get(&members).await.body,
        json!({"members": [], "count": 0})
    );

    // Before it is shared nobody else sees it.
    let foreign = s.as_recipient(Method::GET, &members, None).await;
    refused(&foreign, 404, "6200");
    let early = s
        .answer(backup, json!({"status": "accepted", "vault_id": NOBODY}))
        .await;
    refused(&early, 404, "6200");

    assert_eq!(s.share(backup, json!([s.project])).await.status, 200);
    refused(&s.share(backup, json!([s.project])).await, 400, "6703");
    let own = format!("{members}/{}", s.project);
    let by_sharer = lab.put(&own, json!({"status": "accepted"})).await;
    refused(&by_sharer, 400, "6708");
    refused(
        &s.answer(backup, json!({"status": "fine"})).await,
        400,
        "6706",
    );
    refused(
        &s.answer(backup, json!({"status": "accepted"})).await,
        400,
        "6706",
    );
    let accept = |vault: &str| json!({"status": "accepted", "vault_id": vault});
    refused(&s.answer(backup, accept(NOBODY)).await, 404, "6105");
    let disks = s.their_vault("disk").await;
    refused(&s.answer(backup, accept(&disks)).await, 400, "6713");
    let vault = s.their_vault("server").await;
    lab.fill(&vault, 100 << 30, 100).await;
    refused(&s.answer(backup, accept(&vault)).await, 400, "6129");
    refused(&lab.get(&format!("{members}/{NOBODY}")).await, 404, "6705");

    // Up to ten, listed with filters and by pages.
    let mut projects = Vec::new();
    for n in 0..9 {
        let path = format!("{}/coffer/v1/projects", lab.base);
        let answer = reqwest::Client::new()
            .post(path)
            .header("X-Auth-Token", &lab.token)
            .json(&json!({"project": {"name": format!("p{n}")}}))
            .send()
            .await
            .unwrap();
        let made: Value = answer.json().await.unwrap();
        projects.push(made["project"]["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(s.share(backup, json!(projects)).await.body["count"], 9);
    let list = lab
        .get(&format!("{members}?limit=4&sort=created_at:asc"))
        .await;
    assert_eq!(list.body["count"], 10);
    assert_eq!(list.body["members"].as_array().unwrap().len(), 4);
    assert_eq!(
        list.body["members"][0]["dest_project_id"],
        s.project.as_str()
    );
    let last = list.body["members"][3]["id"].as_str().unwrap();
    let next = lab
        .get(&format!(
            "{members}?limit=10&sort=created_at:asc&marker={last}"
        ))
        .await;
    assert_eq!(next.body["members"].as_array().unwrap().len(), 6);
    let one = lab
        .get(&format!(
            "{members}?status=pending&dest_project_id={}",
            projects[0]
        ))
        .await;
    assert_eq!(one.body["count"], 1);
    for bad in ["sort=size", "status=x", "marker=x", "limit=0"] {
        refused(&lab.get(&format!("{members}?{bad}")).await, 400, "9900");
    }
    // A recipient sees its own share alone.
    let seen = s.as_recipient(Method::GET, &members, None).await;
    assert_eq!(seen.body["count"], 1);
    let other = format!("{members}/{}", projects[0]);
    refused(
        &s.as_recipient(Method::GET, &other, None).await,
        404,
        "6705",
    );
    refused(
        &s.as_recipient(Method::DELETE, &other, None).await,
        404,
        "6705",
    );

    // A vault on its way out shares nothing; a running backup cannot be shared.
    let vaults = lab.get("/vaults?name=servers").await;
    let vault = vaults.body["vaults"][0]["id"].as_str().unwrap();
    lab.host.open_gate(false);
    let running = lab.back_up(vault, json!({})).await;
    let list = lab.get(&format!("/backups?checkpoint_id={running}")).await;
    refused(
        &s.share(&list.body["backups"][0], json!([s.project])).await,
        400,
        "6702",
    );
    lab.host.open_gate(true);
    lab.backup_of(&running).await;
}
