//! Whole-server images: a backup that stays, seen through four APIs.

use reqwest::Method;
use serde_json::{Value, json};

use crate::host::write_pattern;
use crate::lab::{Answer, Lab, refused};

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

async fn make(lab: &Lab, backup: &Value, name: &str) -> Answer {
    let body = json!({"image": {"backup_id": backup["id"], "name": name}});
    lab.post("coffer:/images", body).await
}

/// The running backup, once its instant is settled.
async fn settled(lab: &Lab) -> Value {
    let list = lab
        .wait("/backups?status=protecting", |b| {
            b["backups"][0]["extend_info"]["progress"].as_u64() > Some(10)
        })
        .await;
    list["backups"][0].clone()
}

#[tokio::test]
async fn an_image_holds_its_backup_and_goes_first() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let backup = lab.backup_of(&checkpoint).await;
    let made = make(&lab, &backup, "golden web").await;
    assert_eq!(made.status, 201, "{made:?}");
    let image = made.body["image"].clone();
    assert_eq!(
        (&image["status"], &image["disks"][0]["system"]),
        (&json!("active"), &json!(true))
    );
    assert_eq!(image["server"]["name"], "web");
    let shown = lab.get(&format!("coffer:/images/{}", id(&image))).await;
    assert_eq!(shown.body["image"], image);
    // One of a backup, and one of a name.
    refused(&make(&lab, &backup, "another").await, 400, "6210");
    let path = format!("/backups/{}", id(&backup));
    let shown = lab.get(&path).await.body;
    let images = json!([{"image_id": id(&image)}]);
    assert_eq!(shown["backup"]["extend_info"]["os_images_data"], images);
    let listed = lab.get("/backups").await.body;
    assert_eq!(
        listed["backups"][0]["extend_info"]["os_images_data"],
        images
    );
    refused(&lab.delete(&path).await, 400, "6204");
    refused(&lab.delete(&format!("/vaults/{vault}")).await, 400, "6204");
    let web = lab.id("server", "web").await;
    let leave = json!({"resource_ids": [web]});
    let leave = lab
        .post(&format!("/vaults/{vault}/removeresources"), leave)
        .await;
    refused(&leave, 400, "6204");
    assert_eq!(lab.get(&path).await.body["backup"]["status"], "available");

    // Without its system disk it would not boot; a disk's backup is no server.
    let child = json!({"id": shown["backup"]["children"][1]["id"]});
    refused(&make(&lab, &child, "x").await, 400, "6207");
    let system = lab.id("disk", "web-vda").await;
    let checkpoint = lab
        .back_up(
            &vault,
            json!({"resource_details": [{"id": web, "type": "OS::Nova::Server",
                "extra_info": {"exclude_volumes": [system]}}]}),
        )
        .await;
    let part = lab.backup_of(&checkpoint).await;
    refused(&make(&lab, &part, "data").await, 400, "6209");
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let second = lab.backup_of(&checkpoint).await;
    let taken = make(&lab, &second, "golden web").await;
    refused(&taken, 400, "9900");
    assert!(taken.text().starts_with("image.name"), "{taken:?}");
    for bad in ["", " x", "a/b", &"n".repeat(129)] {
        let answer = make(&lab, &second, bad).await;
        refused(&answer, 400, "9900");
        assert!(answer.text().starts_with("image.name"), "{answer:?}");
    }
    for (body, field) in [
        (json!({"name": "x"}), "image.backup_id"),
        (json!({"name": "x", "server_id": web}), "image.vault_id"),
        (
            json!({"name": "x", "backup_id": id(&second), "description": "<b>"}),
            "image.description",
        ),
        (
            json!({"name": "x", "backup_id": id(&second), "tags": [""]}),
            "image.tags",
        ),
    ] {
        let answer = lab.post("coffer:/images", json!({"image": body})).await;
        refused(&answer, 400, "9900");
        assert!(answer.text().starts_with(field), "{answer:?}");
    }
    let none = json!({"id": "2b076f26-391f-40fa-bf71-a798940faccf"});
    assert_eq!(make(&lab, &none, "x").await.status, 404);

    // Nobody else sees it.
    let (token, project) = lab.stranger().await;
    let theirs = format!("coffer:/images/{}", id(&image));
    for method in [Method::GET, Method::DELETE] {
        let answer = lab.call_as(&token, &project, method, &theirs, None).await;
        refused(&answer, 404, "6200");
    }
    let body = json!({"image": {"backup_id": id(&second), "name": "x"}});
    let answer = lab
        .call_as(&token, &project, Method::POST, "coffer:/images", Some(body))
        .await;
    refused(&answer, 404, "6200");

    // It goes, and nothing holds the backup any more.
    assert_eq!(lab.delete(&theirs).await.status, 204);
    assert_eq!(lab.get(&theirs).await.status, 404);
    assert_eq!(lab.delete(&path).await.status, 204);
}

#[tokio::test]
async fn clients_of_the_image_api_find_what_they_know() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web", "db"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let backup = lab.backup_of(&checkpoint).await;
    let action = "/v1/cloudimages/wholeimages/action";
    let body = json!({"name": "ims", "backup_id": id(&backup), "whole_image_type": "CBR",
        "description": "as it was", "image_tags": [{"key": "a", "value": "b"}],
        "min_ram": 1024, "max_ram": 4096});
    let job = lab.root_post(action, body).await;
    assert_eq!(job.status, 200, "{job:?}");
    let job = job.body["job_id"].as_str().unwrap().to_owned();
    let path = format!("/v1/{{project}}/jobs/{job}");
    let job = lab.root_wait(&path, |b| b["status"] == "SUCCESS").await;
    assert_eq!(job["job_type"], "imsCreateWholeImageByBackupJob");
    assert_eq!(job["entities"]["image_name"], "ims");
    let first = job["entities"]["image_id"].as_str().unwrap().to_owned();

    // Straight from a server: it is backed up first.
    let server = lab.id("server", "db").await;
    let mut body = json!({"name": "straight", "instance_id": server});
    let without = lab.root_post(action, body.clone()).await;
    assert_eq!(without.status, 400, "a vault has to be named: {without:?}");
    body["vault_id"] = json!(vault);
    let job = lab.root_post(action, body).await;
    assert_eq!(job.status, 200, "{job:?}");
    let path = format!(
        "/v1/{{project}}/jobs/{}",
        job.body["job_id"].as_str().unwrap()
    );
    let job = lab.root_wait(&path, |b| b["status"] == "SUCCESS").await;
    assert_eq!(job["job_type"], "imsCreateWholeImageByInstanceJob");
    let second = job["entities"]["image_id"].as_str().unwrap().to_owned();

    let glance = lab.root_get("/image/v2/images").await.body;
    let names = |list: &Value| -> Vec<String> {
        let images = list["images"].as_array().unwrap().iter();
        images
            .map(|i| i["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&glance), ["straight", "ims"]);
    let page = lab.root_get("/image/v2/images?limit=1").await.body;
    assert_eq!(names(&page), ["straight"]);
    let next = format!("/image{}", page["next"].as_str().unwrap());
    assert_eq!(names(&lab.root_get(&next).await.body), ["ims"]);
    let image = lab
        .root_get(&format!("/image/v2/images/{first}"))
        .await
        .body;
    for (key, expected) in [
        ("__backup_id", backup["id"].clone()),
        ("status", json!("active")),
        ("tags", json!(["a.b"])),
        ("min_ram", json!(1024)),
        ("max_ram", json!("4096")),
        ("__description", json!("as it was")),
        ("__whole_image", json!("true")),
        ("owner", json!(lab.project)),
    ] {
        assert_eq!(image[key], expected, "{key}");
    }
    let size: u64 = image["__image_size"].as_str().unwrap().parse().unwrap();
    assert!(
        (1..12 << 20).contains(&size),
        "smaller than its disks: {size}"
    );
    for (query, expected) in [
        ("name=ims", vec!["ims"]),
        ("name=im", vec![]),
        ("tag=a.b", vec!["ims"]),
        ("__imagetype=gold", vec![]),
        (
            "__whole_image=true&sort_key=name&sort_dir=asc",
            vec!["ims", "straight"],
        ),
        ("created_at=lt:2020-01-01T00:00:00Z", vec![]),
        ("status=saving", vec![]),
    ] {
        let list = lab.root_get(&format!("/v2/cloudimages?{query}")).await;
        assert_eq!(names(&list.body), expected, "{query}: {list:?}");
    }
    for bad in [
        "sort_key=x",
        "sort_dir=up",
        "created_at=near:x",
        "marker=x",
        "limit=x",
    ] {
        let answer = lab.root_get(&format!("/v2/cloudimages?{bad}")).await;
        assert_eq!(answer.status, 400, "{bad}: {answer:?}");
    }

    // A server from an image needs a host that makes servers: what can be said before is.
    let servers = "/v1/{project}/cloudservers";
    let twin = |more: Value| {
        let mut body = json!({"server": {"name": "twin", "imageRef": first, "flavorRef": "x"}});
        for (key, value) in more.as_object().unwrap() {
            body["server"][key] = value.clone();
        }
        body
    };
    for (body, status, says) in [
        (twin(json!({"imageRef": ""})), 400, "imageRef"),
        (twin(json!({"imageRef": "x"})), 404, "image"),
        (twin(json!({"name": "a b"})), 400, "name"),
        (twin(json!({"count": 2})), 400, "count"),
        (twin(json!({"count": u64::MAX})), 400, "count"),
        (twin(json!({"availability_zone": "mars"})), 400, "zone"),
        (twin(json!({"adminPass": "secret"})), 400, "adminPass"),
        (twin(json!({"data_volumes": [{}]})), 400, "data_volumes"),
        (
            twin(json!({"root_volume": {"size": 4096}})),
            400,
            "root_volume",
        ),
        (twin(json!({"dry_run": true})), 400, "makes no servers"),
        (twin(json!({})), 400, "makes no servers"),
        (json!({"server": 7}), 400, ""),
    ] {
        let answer = lab.root_post(servers, body.clone()).await;
        assert_eq!(answer.status, status, "{body}: {answer:?}");
        assert!(answer.body.to_string().contains(says), "{body}: {answer:?}");
    }

    // The backup goes with the image where that is asked for, and neither where it cannot.
    let lock = json!({"until": "2099-01-01T00:00:00Z"});
    let locked = format!("coffer:/backups/{}/lock", id(&backup));
    assert_eq!(lab.put(&locked, lock).await.status, 200);
    let with_backup = || Some(json!({"delete_backup": true}));
    let path = format!("/v2/images/{first}");
    let answer = lab.root(Method::DELETE, &path, with_backup()).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(
        lab.root_get(&format!("/image/v2/images/{first}"))
            .await
            .status,
        200
    );
    let gone = lab.root(Method::DELETE, &path, None).await;
    assert_eq!(gone.status, 204, "{gone:?}");
    let shown = lab.get(&format!("/backups/{}", id(&backup))).await.body;
    assert_eq!(shown["backup"]["status"], "available");
    let image = lab
        .root_get(&format!("/image/v2/images/{second}"))
        .await
        .body;
    let path = format!("/image/v2/images/{second}");
    let gone = lab.root(Method::DELETE, &path, with_backup()).await;
    assert_eq!(gone.status, 204, "{gone:?}");
    let path = format!("/backups/{}", image["__backup_id"].as_str().unwrap());
    lab.wait(&path, |b| b["error_code"] == "BackupService.6200")
        .await;

    let id = id(&backup);
    for bad in [
        json!({"name": "x"}),
        json!({"name": "x", "backup_id": id, "whole_image_type": "CSBS"}),
        json!({"name": "x", "backup_id": id, "instance_id": server}),
        json!({"name": "x", "backup_id": id, "tags": ["a.b"], "image_tags": []}),
        json!({"name": "x", "backup_id": id, "min_ram": 2, "max_ram": 1}),
        json!({"name": "x", "backup_id": id, "tags": ["t".repeat(81)]}),
        json!({"name": 7, "backup_id": id}),
    ] {
        let answer = lab.root_post(action, bad.clone()).await;
        assert_eq!(answer.status, 400, "{bad}: {answer:?}");
    }
    let none = json!({"name": "x", "backup_id": "x"});
    assert_eq!(lab.root_post(action, none).await.status, 404);
}

#[tokio::test]
async fn an_image_may_be_made_while_its_backup_runs() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    lab.host.open_gate(false);
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let backup = settled(&lab).await;
    assert_eq!(
        backup["extend_info"]["supported_restore_mode"], "snapshot",
        "an image is possible, a restore not yet"
    );
    let server = lab.id("server", "web").await;
    let restore = json!({"restore": {"server_id": server, "mappings": []}});
    let restore = lab
        .post(&format!("/backups/{}/restore", id(&backup)), restore)
        .await;
    assert_eq!(restore.status, 400, "{restore:?}");
    let made = make(&lab, &backup, "early").await;
    assert_eq!(made.status, 201, "{made:?}");
    let image = &made.body["image"];
    assert_eq!(
        (&image["status"], &image["disks"]),
        (&json!("saving"), &json!([]))
    );
    let new = json!({"server": {"image_id": image["id"], "name": "twin"}});
    let early = lab.post("coffer:/servers", new).await;
    assert_eq!(early.status, 400, "no server until it is whole: {early:?}");
    let path = format!("coffer:/images/{}", id(image));
    lab.host.open_gate(true);
    lab.backup_of(&checkpoint).await;
    let image = lab.get(&path).await.body["image"].clone();
    assert_eq!(image["status"], "active", "{image}");
    assert_eq!(image["disks"].as_array().unwrap().len(), 2);

    // Where the backup is cancelled, the image never comes to be.
    write_pattern(&lab.host.path("web", 0), 0, 4 << 20, 9);
    lab.host.open_gate(false);
    lab.back_up(&vault, json!({"incremental": false})).await;
    let backup = settled(&lab).await;
    let made = make(&lab, &backup, "cancelled").await;
    assert_eq!(made.status, 201, "{made:?}");
    let tasks = lab.get("/operation-logs?status=running").await.body;
    let task = id(&tasks["operation_logs"][0]).to_owned();
    lab.post(&format!("coffer:/tasks/{task}/cancel"), json!({}))
        .await;
    let gone = format!("coffer:/images/{}", id(&made.body["image"]));
    lab.wait(&gone, |b| b["error_code"] == "BackupService.6200")
        .await;
    lab.host.open_gate(true);
    let list = lab.get("coffer:/images").await.body;
    assert_eq!(list["images"].as_array().unwrap().len(), 1, "{list}");
}

#[tokio::test]
async fn an_image_whose_backup_fails_is_killed_and_holds_nothing() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["db"]).await;
    lab.host.open_gate(false);
    let server = lab.id("server", "db").await;
    let body = json!({"image": {"server_id": server, "vault_id": vault, "name": "db now"}});
    let made = lab.post("coffer:/images", body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let image = made.body["image"].clone();
    settled(&lab).await;
    lab.host.change("db", |s| s.disks.clear());
    lab.host.lose_instants();
    let path = format!("coffer:/images/{}", id(&image));
    lab.wait(&path, |b| b["image"]["status"] == "killed").await;
    let job = lab
        .root_get(&format!("/v1/{{project}}/jobs/{}", id(&image)))
        .await;
    assert_eq!(job.body["status"], "FAIL", "{job:?}");
    assert_eq!(job.body["error_code"], "BackupService.6212");
    let backup = format!("/backups/{}", image["backup"]["id"].as_str().unwrap());
    assert_eq!(lab.delete(&backup).await.status, 204);
    lab.wait(&path, |b| b["error_code"] == "BackupService.6200")
        .await;
    lab.host.open_gate(true);
}

#[tokio::test]
async fn retention_neither_counts_nor_deletes_what_has_an_image() {
    let lab = Lab::new().await;
    let policy = json!({"policy": {"name": "one", "operation_type": "backup", "enabled": true,
        "operation_definition": {"max_backups": 1}, "trigger": {"properties": {"pattern":
        ["FREQ=DAILY;INTERVAL=1;BYHOUR=2;BYMINUTE=0"]}}}});
    let policy = lab.post("/policies", policy).await.body["policy"].clone();
    let web = lab.id("server", "web").await;
    let mut body = Lab::vault_body(
        "v",
        "server",
        json!([{"id": web, "type": "OS::Nova::Server"}]),
    );
    body["vault"]["backup_policy_id"] = policy["id"].clone();
    let vault = lab.post("/vaults", body).await.body["vault"].clone();
    let automatic = async || {
        let checkpoint = lab.back_up(id(&vault), json!({"auto_trigger": true})).await;
        lab.backup_of(&checkpoint).await
    };
    let first = automatic().await;
    let made = make(&lab, &first, "kept").await;
    let second = automatic().await;
    automatic().await;
    let path = |backup: &Value| format!("/backups/{}", id(backup));
    lab.wait(&path(&second), |b| b["error_code"] == "BackupService.6200")
        .await;
    let shown = lab.get(&path(&first)).await;
    assert_eq!(shown.body["backup"]["status"], "available", "{shown:?}");
    // Without the image it is the oldest of three, where one is kept.
    let image = format!("coffer:/images/{}", id(&made.body["image"]));
    assert_eq!(lab.delete(&image).await.status, 204);
    automatic().await;
    lab.wait(&path(&first), |b| b["error_code"] == "BackupService.6200")
        .await;
}

#[tokio::test]
async fn a_recipient_makes_images_of_what_it_accepted() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let backup = lab.backup_of(&checkpoint).await;
    let (token, project) = lab.stranger().await;
    let theirs = async |method: Method, path: &str, body: Option<Value>| {
        lab.call_as(&token, &project, method, path, body).await
    };
    let path = format!("/backups/{}", id(&backup));
    let members = format!("{path}/members");
    lab.post(&members, json!({"members": [project]})).await;
    let new = || Some(json!({"image": {"backup_id": id(&backup), "name": "theirs"}}));
    let early = theirs(Method::POST, "coffer:/images", new()).await;
    assert_eq!(early.status, 400, "it has to be accepted first: {early:?}");
    let room = Lab::vault_body("received", "server", json!([]));
    let room = theirs(Method::POST, "/vaults", Some(room)).await;
    let accept = json!({"status": "accepted", "vault_id": room.body["vault"]["id"]});
    let member = format!("{members}/{project}");
    let accepted = theirs(Method::PUT, &member, Some(accept)).await;
    assert_eq!(accepted.status, 200, "{accepted:?}");
    let made = theirs(Method::POST, "coffer:/images", new()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let image = made.body["image"]["id"].clone();
    let share = lab.get(&member).await.body["member"].clone();
    assert_eq!(share["image_id"], image, "{share}");

    // Owner and recipient have one each; neither the share nor the backup can go.
    let own = make(&lab, &backup, "ours").await;
    assert_eq!(own.status, 201, "{own:?}");
    let own = format!("coffer:/images/{}", id(&own.body["image"]));
    assert_eq!(lab.delete(&own).await.status, 204);
    refused(&lab.delete(&path).await, 400, "6710");
    refused(&lab.delete(&member).await, 400, "6710");
    let reject = Some(json!({"status": "rejected"}));
    refused(&theirs(Method::PUT, &member, reject).await, 400, "6710");
    let image = format!("coffer:/images/{}", image.as_str().unwrap());
    let both = format!("{image}?delete_backup=true");
    refused(&theirs(Method::DELETE, &both, None).await, 400, "6201");
    assert_eq!(theirs(Method::GET, &image, None).await.status, 200);
    assert_eq!(theirs(Method::DELETE, &image, None).await.status, 204);
    assert_eq!(
        lab.get(&member).await.body["member"]["image_id"],
        Value::Null
    );
    assert_eq!(lab.delete(&path).await.status, 204);
}

#[tokio::test]
async fn images_are_shared_by_their_members() {
    let lab = Lab::new().await;
    let vault = lab.server_vault("v", &["web"]).await;
    let checkpoint = lab.back_up(&vault, json!({})).await;
    let backup = lab.backup_of(&checkpoint).await;
    let made = make(&lab, &backup, "golden").await.body["image"].clone();
    let (token, project) = lab.stranger().await;
    let theirs = async |method: Method, path: &str, body: Option<Value>| {
        lab.root_as(&token, method, path, body).await
    };
    let image = format!("/image/v2/images/{}", id(&made));
    let members = format!("{image}/members");
    let member = format!("{members}/{project}");
    // Not shared: it is not there for others.
    for path in [&image, &members, &member] {
        assert_eq!(theirs(Method::GET, path, None).await.status, 404, "{path}");
    }
    for (body, status) in [
        (json!({"member": "nobody"}), 400),
        (json!({"member": lab.project}), 400),
        (json!({"member": 7}), 400),
        (json!({}), 400),
    ] {
        let answer = lab.root_post(&members, body).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    let shared = lab.root_post(&members, json!({"member": project})).await;
    assert_eq!(shared.status, 200, "{shared:?}");
    assert_eq!(shared.body["status"], "pending");
    assert_eq!(shared.body["member_id"], project.as_str());
    let list = lab.root_get(&members).await.body;
    assert_eq!(list["members"].as_array().map(Vec::len), Some(1), "{list}");

    // The recipient finds it where it looks for it, and nowhere else.
    let found = async |query: &str| {
        let list = theirs(Method::GET, &format!("/image/v2/images?{query}"), None).await;
        let all = list.body["images"].as_array().unwrap().clone();
        all.iter().map(|i| id(i).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("").await, Vec::<String>::new());
    assert_eq!(found("visibility=shared").await, Vec::<String>::new());
    let pending = "visibility=shared&member_status=pending";
    assert_eq!(found(pending).await, [id(&made)]);
    assert_eq!(
        found("visibility=shared&member_status=all").await,
        [id(&made)]
    );
    let bad = theirs(
        Method::GET,
        "/image/v2/images?visibility=shared&member_status=x",
        None,
    );
    assert_eq!(bad.await.status, 400);
    let shown = theirs(Method::GET, &image, None).await.body;
    assert_eq!(shown["visibility"], "shared", "{shown}");
    let deleted = theirs(Method::DELETE, &image, None).await;
    assert_eq!(
        deleted.status, 404,
        "it is not the recipient's: {deleted:?}"
    );

    // Accepting takes a vault, and makes an image of the recipient's own.
    let accept = |vault: &Value| Some(json!({"status": "accepted", "vault_id": vault}));
    let without = theirs(Method::PUT, &member, Some(json!({"status": "accepted"}))).await;
    assert_eq!(without.status, 400, "{without:?}");
    let strange = theirs(Method::PUT, &member, Some(json!({"status": "perhaps"}))).await;
    assert_eq!(strange.status, 400, "{strange:?}");
    let room = Lab::vault_body("received", "server", json!([]));
    let room = lab
        .call_as(&token, &project, Method::POST, "/vaults", Some(room))
        .await;
    let room = room.body["vault"]["id"].clone();
    let by_owner = lab.root(Method::PUT, &member, accept(&room)).await;
    assert_eq!(
        by_owner.status, 400,
        "the recipient alone accepts: {by_owner:?}"
    );
    let accepted = theirs(Method::PUT, &member, accept(&room)).await;
    assert_eq!(accepted.status, 200, "{accepted:?}");
    let own = accepted.body["own_image_id"].as_str().unwrap().to_owned();
    assert_eq!(found("").await, std::slice::from_ref(&own));
    assert_eq!(found("visibility=shared").await, [id(&made)]);
    // Again, by the other address: nothing more is made.
    let again = member.replace("/image/v2", "/v2");
    let again = theirs(Method::PUT, &again, accept(&room)).await;
    assert_eq!(again.body["own_image_id"], own.as_str(), "{again:?}");
    assert_eq!(found("").await, std::slice::from_ref(&own));

    // While it has its image the share stays; then it goes, by whichever side.
    let rejected = theirs(Method::PUT, &member, Some(json!({"status": "rejected"}))).await;
    assert_eq!(rejected.status, 400, "it has its image: {rejected:?}");
    let path = format!("/image/v2/images/{own}");
    assert_eq!(theirs(Method::DELETE, &path, None).await.status, 204);
    let rejected = theirs(Method::PUT, &member, Some(json!({"status": "rejected"}))).await;
    assert_eq!(rejected.body["status"], "rejected", "{rejected:?}");
    assert_eq!(lab.root(Method::DELETE, &member, None).await.status, 204);
    assert_eq!(theirs(Method::GET, &image, None).await.status, 404);
    assert_eq!(lab.root(Method::DELETE, &member, None).await.status, 404);
}
