//! Disks attached, detached, extended, deleted and made empty, as clients of the neighbouring APIs
//! ask for it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::create::Images;
use crate::lab::{Answer, Lab};

async fn lab() -> Lab {
    Lab::with(|host| {
        host.add_server("web", &[8, 4]);
        host.add_server("db", &[4]);
        host.add_detached("loose", 4);
    })
    .await
}

/// A disk's id by its name.
async fn disk(lab: &Lab, name: &str) -> String {
    lab.id("disk", name).await
}

/// How a job ended.
async fn ended(lab: &Lab, begun: &Answer) -> Value {
    let id = begun.body["job_id"].as_str();
    let id = id.unwrap_or_else(|| panic!("no job: {begun:?}"));
    let path = format!("/v1/{{project}}/jobs/{id}");
    lab.root_wait(&path, |b| b["status"] == "SUCCESS" || b["status"] == "FAIL")
        .await
}

async fn succeeded(lab: &Lab, begun: &Answer, kind: &str) -> Value {
    let job = ended(lab, begun).await;
    assert_eq!(
        (&job["status"], &job["job_type"]),
        (&json!("SUCCESS"), &json!(kind)),
        "{job}"
    );
    job
}

async fn waits(lab: &Lab, disk: &str, status: &str) -> Value {
    let path = format!("/volumes/{disk}");
    let body = lab.wait(&path, |b| b["volume"]["status"] == status).await;
    body["volume"].clone()
}

#[tokio::test]
async fn a_disk_comes_to_a_server_grows_goes_and_is_deleted() {
    let lab = lab().await;
    let (web, loose) = (lab.id("server", "web").await, disk(&lab, "loose").await);
    let attachments = format!("/v2.1/{{project}}/servers/{web}/os-volume_attachments");
    let body = json!({"volumeAttachment": {"volumeId": loose, "device": "/dev/vdb"}});
    let taken = lab.root_post(&attachments, body).await;
    assert_eq!(taken.status, 409, "{taken:?}");
    let body = json!({"volumeAttachment": {"volumeId": loose}});
    let attached = lab.root_post(&attachments, body.clone()).await;
    assert_eq!(attached.status, 200, "{attached:?}");
    let expected = json!({"id": loose, "volumeId": loose, "serverId": web, "device": "/dev/vdc"});
    assert_eq!(attached.body["volumeAttachment"], expected);
    let volume = waits(&lab, &loose, "in-use").await;
    assert_eq!(volume["attachments"][0]["server_id"], web.as_str());
    let one = lab.root_get(&format!("{attachments}/{loose}")).await;
    assert_eq!(one.body["volumeAttachment"], expected);
    let again = lab.root_post(&attachments, body).await;
    assert_eq!(again.status, 409, "{again:?}");

    // Attached, it grows, but is not deleted.
    let action = format!("/volumes/{loose}/action");
    let grown = lab
        .post(&action, json!({"os-extend": {"new_size": 1}}))
        .await;
    assert_eq!(grown.status, 202, "{grown:?}");
    assert_eq!(waits(&lab, &loose, "in-use").await["size"], 1);
    let path = lab.directory.path().join("disks/loose.raw");
    assert_eq!(path.metadata().unwrap().len(), 1 << 30);
    for (body, status) in [
        (json!({"os-extend": {"new_size": 1}}), 400),
        (json!({"os-extend": {"new_size": 0}}), 400),
        (json!({"os-extend": {"new_size": -1}}), 400),
        (json!({"os-extend": {"new_size": u64::MAX}}), 400),
        (json!({"os-extend": {"new_size": 1 << 20}}), 400),
        (json!({"os-extend": {}}), 400),
        (json!({"os-retype": {}}), 400),
        (json!([]), 400),
    ] {
        let answer = lab.post(&action, body.clone()).await;
        assert_eq!(answer.status, status, "{body}: {answer:?}");
        assert!(
            answer.body["badRequest"]["message"].is_string(),
            "{answer:?}"
        );
    }
    let kept = lab.delete(&format!("/volumes/{loose}")).await;
    assert_eq!(kept.status, 409, "{kept:?}");

    let gone = lab
        .root(Method::DELETE, &format!("{attachments}/{loose}"), None)
        .await;
    assert_eq!(gone.status, 202, "{gone:?}");
    assert_eq!(
        waits(&lab, &loose, "available").await["attachments"],
        json!([])
    );
    let again = lab
        .root(Method::DELETE, &format!("{attachments}/{loose}"), None)
        .await;
    assert_eq!(again.status, 404, "{again:?}");
    let gone = lab.delete(&format!("/volumes/{loose}")).await;
    assert_eq!(gone.status, 202, "{gone:?}");
    lab.wait(&format!("/volumes/{loose}"), |b| b["volume"].is_null())
        .await;
    assert!(!path.exists());

    // The system disk of a server that runs stays.
    let system = disk(&lab, "web-vda").await;
    let kept = lab
        .root(Method::DELETE, &format!("{attachments}/{system}"), None)
        .await;
    assert_eq!(kept.status, 409, "{kept:?}");
}

#[tokio::test]
async fn ecs_and_evs_change_disks_by_jobs() {
    let lab = lab().await;
    let (db, loose) = (lab.id("server", "db").await, disk(&lab, "loose").await);
    let ecs = format!("/v1/{{project}}/cloudservers/{db}");
    let cloud = format!("/v2/{{project}}/cloudvolumes/{loose}");
    let body = json!({"volumeAttachment": {"volumeId": loose, "device": "/dev/vdd"}});
    let begun = lab.root_post(&format!("{ecs}/attachvolume"), body).await;
    assert_eq!(begun.status, 200, "{begun:?}");
    let job = succeeded(&lab, &begun, "attachVolume").await;
    let entities = json!({"volume_id": loose, "server_id": db, "device": "/dev/vdd"});
    assert_eq!(job["entities"], entities);
    assert_eq!(
        lab.volume(&loose).await["attachments"][0]["device"],
        "/dev/vdd"
    );

    let v21 = format!("/v2.1/{{project}}/cloudvolumes/{loose}/action");
    for (path, size) in [(v21, 1), (format!("{cloud}/action"), 2)] {
        let begun = lab
            .root_post(&path, json!({"os-extend": {"new_size": size}}))
            .await;
        assert_eq!(begun.status, 202, "{begun:?}");
        succeeded(&lab, &begun, "extendVolume").await;
        assert_eq!(lab.volume(&loose).await["size"], size);
    }
    let detach = format!("{ecs}/detachvolume/{loose}");
    let forced = lab
        .root(Method::DELETE, &format!("{detach}?delete_flag=1"), None)
        .await;
    assert_eq!(forced.status, 400, "{forced:?}");
    let begun = lab
        .root(Method::DELETE, &format!("{detach}?delete_flag=0"), None)
        .await;
    succeeded(&lab, &begun, "detachVolume").await;
    assert_eq!(lab.volume(&loose).await["status"], "available");
    let begun = lab.root(Method::DELETE, &cloud, None).await;
    assert_eq!(begun.status, 200, "{begun:?}");
    succeeded(&lab, &begun, "deleteVolume").await;
    assert_eq!(lab.get(&format!("/volumes/{loose}")).await.status, 404);
    let again = lab.root(Method::DELETE, &cloud, None).await;
    assert_eq!(again.status, 404, "{again:?}");

    // What names nothing, or what is not there.
    let data = disk(&lab, "web-vdb").await;
    let nobody = "2b076f26-391f-40fa-bf71-a798940faccf";
    for (body, status) in [
        (json!({"volumeAttachment": {"volumeId": nobody}}), 404),
        (json!({"volumeAttachment": {"volumeId": "x"}}), 404),
        (json!({"volumeAttachment": {"volumeId": data}}), 409),
        (
            json!({"volumeAttachment": {"volumeId": data, "device": "/etc/passwd"}}),
            400,
        ),
        (json!({"volumeAttachment": {}}), 400),
        (json!({}), 400),
    ] {
        let answer = lab
            .root_post(&format!("{ecs}/attachvolume"), body.clone())
            .await;
        assert_eq!(answer.status, status, "{body}: {answer:?}");
    }
    let (token, project) = lab.stranger().await;
    let path = format!("ecs:/cloudservers/{db}/attachvolume");
    let body = json!({"volumeAttachment": {"volumeId": data}});
    let answer = lab
        .call_as(&token, &project, Method::POST, &path, Some(body))
        .await;
    assert_eq!(answer.status, 404, "{answer:?}");
}

#[tokio::test]
async fn a_change_is_ended_by_the_next_start_and_its_job_tells() {
    let mut lab = lab().await;
    let (web, loose) = (lab.id("server", "web").await, disk(&lab, "loose").await);
    // What has ended is known after a restart, too.
    let stop = |id: &str| json!({"os-stop": {"type": "HARD", "servers": [{"id": id}]}});
    let stopped = lab
        .root_post("/v1/{project}/cloudservers/action", stop(&web))
        .await;
    succeeded(&lab, &stopped, "stopServer").await;

    lab.host.changes.send_replace(false);
    let attach = format!("/v1/{{project}}/cloudservers/{web}/attachvolume");
    let body = json!({"volumeAttachment": {"volumeId": loose}});
    let attached = lab.root_post(&attach, body.clone()).await;
    assert_eq!(attached.status, 200, "{attached:?}");
    assert_eq!(lab.volume(&loose).await["status"], "attaching");
    let path = "/volumes/detail?status=attaching";
    let list = lab.get(path).await;
    assert_eq!(list.body["volumes"][0]["id"], loose.as_str(), "{list:?}");
    for refused in [
        lab.root_post(&attach, body).await,
        lab.delete(&format!("/volumes/{loose}")).await,
        lab.post(
            &format!("/volumes/{loose}/action"),
            json!({"os-extend": {"new_size": 9}}),
        )
        .await,
    ] {
        assert_eq!(refused.status, 409, "{refused:?}");
    }
    let db = lab.id("server", "db").await;
    let halted = lab
        .root_post("/v1/{project}/cloudservers/action", stop(&db))
        .await;
    assert_eq!(halted.status, 200, "{halted:?}");

    lab.kill().await;
    lab.start().await;
    succeeded(&lab, &stopped, "stopServer").await;
    assert_eq!(lab.volume(&loose).await["status"], "attaching");
    // Nobody switches a server that was to be switched before: its job says that it was not.
    let job = ended(&lab, &halted).await;
    assert_eq!(job["status"], "FAIL", "{job}");
    assert!(
        job["fail_reason"].as_str().unwrap().contains("restarted"),
        "{job}"
    );
    lab.host.changes.send_replace(true);
    succeeded(&lab, &attached, "attachVolume").await;
    let volume = lab.volume(&loose).await;
    assert_eq!(volume["attachments"][0]["device"], "/dev/vdc", "{volume}");

    // Stopped politely in between, too.
    lab.host.changes.send_replace(false);
    let detach = format!("/v1/{{project}}/cloudservers/{web}/detachvolume/{loose}");
    let detached = lab.root(Method::DELETE, &detach, None).await;
    lab.stop().await;
    lab.host.changes.send_replace(true);
    lab.start().await;
    succeeded(&lab, &detached, "detachVolume").await;
    assert_eq!(lab.volume(&loose).await["status"], "available");
}

#[tokio::test]
async fn a_disk_that_is_backed_up_is_not_changed() {
    let lab = lab().await;
    let vault = lab.server_vault("v", &["web"]).await;
    lab.host.open_gate(false);
    let checkpoint = lab.back_up(&vault, json!({"name": "one"})).await;
    let (web, data) = (lab.id("server", "web").await, disk(&lab, "web-vdb").await);
    lab.wait(&format!("/backups?checkpoint_id={checkpoint}"), |b| {
        b["backups"][0]["extend_info"]["progress"].as_u64() > Some(10)
            || b["backups"][0]["status"] == "protecting"
    })
    .await;
    let path = "/operation-logs?status=running";
    lab.wait(path, |b| {
        b["operation_logs"]
            .as_array()
            .is_some_and(|l| !l.is_empty())
    })
    .await;
    let extend = json!({"os-extend": {"new_size": 1}});
    let refused = lab
        .post(&format!("/volumes/{data}/action"), extend.clone())
        .await;
    assert_eq!(refused.status, 409, "{refused:?}");
    let detach = format!("/v1/{{project}}/cloudservers/{web}/detachvolume/{data}");
    let refused = lab.root(Method::DELETE, &detach, None).await;
    assert_eq!(refused.status, 409, "{refused:?}");
    lab.host.open_gate(true);
    lab.backup_of(&checkpoint).await;
    // What was in the way may still be ending.
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    loop {
        let begun = lab.root(Method::DELETE, &detach, None).await;
        if begun.status == 200 {
            succeeded(&lab, &begun, "detachVolume").await;
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{begun:?}");
    }
    // The next backup has one disk, and the disk keeps its id.
    assert_eq!(lab.volume(&data).await["status"], "available");
    let checkpoint = lab.back_up(&vault, json!({"name": "two"})).await;
    let backup = lab.backup_of(&checkpoint).await;
    assert_eq!(
        backup["children"].as_array().map(Vec::len),
        Some(1),
        "{backup}"
    );
}

fn virtual_size(image: &Path) -> u64 {
    let info = Command::new("qemu-img")
        .args(["info", "--output=json"])
        .arg(image)
        .output();
    let info: Value = serde_json::from_slice(&info.unwrap().stdout).unwrap();
    info["virtual-size"].as_u64().unwrap()
}

#[tokio::test]
async fn an_empty_disk_is_made_whole_or_not_at_all() {
    let images = Images::new();
    let mut lab = images.lab().await;
    let made = lab
        .post("/volumes", json!({"volume": {"name": "empty", "size": 1}}))
        .await;
    assert_eq!(made.status, 202, "{made:?}");
    assert_eq!(made.body["volume"]["status"], "creating");
    let id = made.body["volume"]["id"].as_str().unwrap().to_owned();
    let volume = waits(&lab, &id, "available").await;
    assert_eq!(
        (&volume["name"], &volume["size"]),
        (&json!("empty"), &json!(1))
    );
    let image = images.new_folder().join("empty.qcow2");
    assert_eq!(virtual_size(&image), 1 << 30);
    assert_eq!(images.left(), ["empty.qcow2"]);
    for (body, status) in [
        (json!({"volume": {"name": "empty", "size": 1}}), 409),
        (json!({"volume": {"name": "a/b", "size": 1}}), 400),
        (json!({"volume": {"name": "x", "size": 0}}), 400),
        (json!({"volume": {"name": "x"}}), 400),
        (
            json!({"volume": {"name": "x", "size": 1, "host": "nowhere"}}),
            400,
        ),
        (
            json!({"volume": {"name": "x", "size": 1, "host": "files"}}),
            400,
        ),
        (json!({"volume": {"name": "x", "size": 1, "count": 2}}), 400),
        (
            json!({"volume": {"name": "x", "size": 1, "imageRef": "i"}}),
            400,
        ),
    ] {
        let answer = lab.post("/volumes", body.clone()).await;
        assert_eq!(answer.status, status, "{body}: {answer:?}");
    }

    for (round, wait) in [0, 5, 20, 60].into_iter().enumerate() {
        let body = json!({"volume": {"name": format!("d{round}"), "size": 1}});
        let begun = lab.root_post("/v2/{project}/cloudvolumes", body).await;
        assert_eq!(begun.status, 200, "{begun:?}");
        tokio::time::sleep(Duration::from_millis(wait)).await;
        lab.kill().await;
        lab.start().await;
        let job = succeeded(&lab, &begun, "createVolume").await;
        let id = job["entities"]["volume_id"].as_str().unwrap();
        assert_eq!(lab.volume(id).await["status"], "available");
        let path = format!("/v2/{{project}}/cloudvolumes/{id}");
        let begun = lab.root(Method::DELETE, &path, None).await;
        succeeded(&lab, &begun, "deleteVolume").await;
        assert_eq!(images.left(), ["empty.qcow2"], "nothing half made is left");
    }

    // It grows and goes; servers of images have the disks that are declared.
    let action = format!("/v2.1/{{project}}/cloudvolumes/{id}/action");
    let begun = lab
        .root_post(&action, json!({"os-extend": {"new_size": 3}}))
        .await;
    succeeded(&lab, &begun, "extendVolume").await;
    assert_eq!(virtual_size(&image), 3 << 30);
    let old = lab.id("server", "old").await;
    let attach = format!("/v1/{{project}}/cloudservers/{old}/attachvolume");
    let body = json!({"volumeAttachment": {"volumeId": id}});
    let refused = lab.root_post(&attach, body).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    let declared = disk(&lab, "old-vda").await;
    let action = format!("/v2.1/{{project}}/cloudvolumes/{declared}/action");
    let begun = lab
        .root_post(&action, json!({"os-extend": {"new_size": 3}}))
        .await;
    let job = ended(&lab, &begun).await;
    assert_eq!(job["status"], "FAIL", "{job}");
    assert_eq!(lab.delete(&format!("/volumes/{id}")).await.status, 202);
    lab.wait(&format!("/volumes/{id}"), |b| b["volume"].is_null())
        .await;
    assert_eq!(images.left(), Vec::<String>::new());
}
