//! Servers, disks and images as clients of the neighbouring APIs see them.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::world;

#[tokio::test]
async fn nova_lists_shows_and_pages_servers() {
    let world = world().await;
    let admin = world.admin().await;
    let [first, system, data] = world.add_server(&admin.project, "alpha", "running").await;
    world.add_server(&admin.project, "beta", "stopped").await;
    let other = world.other("u", "user").await;
    let [foreign, foreign_disk, _] = world.add_server(&other.project, "gamma", "running").await;
    let base = format!("/v2.1/{}", admin.project);

    let list = world
        .get(&admin, &format!("{base}/servers/detail?deleted=False"))
        .await;
    assert_eq!(
        list.body["servers"].as_array().unwrap().len(),
        2,
        "{}",
        list.body
    );
    let server = world
        .get(&admin, &format!("{base}/servers/{first}"))
        .await
        .body;
    let server = &server["server"];
    assert_eq!(server["status"], "ACTIVE");
    assert_eq!(server["OS-EXT-STS:power_state"], 1);
    assert_eq!(server["addresses"]["net0"][0]["addr"], "192.0.2.7");
    assert_eq!(server["flavor"]["id"], "c2-m512");
    assert_eq!(server["image"], "");
    let attached = &server["os-extended-volumes:volumes_attached"];
    assert_eq!(attached[0]["id"], system.as_str());
    assert_eq!(attached[1]["id"], data.as_str());
    let named = world
        .get(&admin, &format!("{base}/servers/detail?name=bet"))
        .await;
    assert_eq!(named.body["servers"][0]["status"], "SHUTOFF");

    let page = world.get(&admin, &format!("{base}/servers?limit=1")).await;
    let next = page.body["servers_links"][0]["href"]
        .as_str()
        .unwrap()
        .replace(&world.base, "");
    let rest = world.get(&admin, &next).await;
    assert_ne!(rest.body["servers"][0]["id"], page.body["servers"][0]["id"]);
    assert!(rest.body["servers_links"].is_null());

    for id in [
        foreign.as_str(),
        "alpha",
        "2b076f26-391f-40fa-bf71-a798940faccf",
    ] {
        let answer = world.get(&admin, &format!("{base}/servers/{id}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.body["itemNotFound"]["code"], 404);
    }
    let disk = world
        .get(
            &admin,
            &format!("/v3/{}/volumes/{foreign_disk}", admin.project),
        )
        .await;
    assert_eq!(disk.status, StatusCode::NOT_FOUND);
    let flavor = world.get(&admin, &format!("{base}/flavors/c2-m512")).await;
    assert_eq!(flavor.body["flavor"]["ram"], 512);
    let disks = world
        .get(
            &admin,
            &format!("{base}/servers/{first}/os-volume_attachments"),
        )
        .await;
    assert_eq!(disks.body["volumeAttachments"][0]["device"], "/dev/vda");
}

#[tokio::test]
async fn ecs_pages_by_number() {
    let world = world().await;
    let admin = world.admin().await;
    for at in 0..3 {
        world
            .add_server(&admin.project, &format!("s{at}"), "running")
            .await;
    }
    let base = format!("/v1/{}/cloudservers", admin.project);
    let first = world
        .get(&admin, &format!("{base}/detail?limit=2"))
        .await
        .body;
    assert_eq!(first["count"], 3);
    assert_eq!(first["servers"].as_array().unwrap().len(), 2);
    let second = world
        .get(&admin, &format!("{base}/detail?limit=2&offset=2"))
        .await
        .body;
    assert_eq!(second["servers"].as_array().unwrap().len(), 1);
    let server = &second["servers"][0];
    assert_eq!(server["flavor"]["ram"], "512");
    assert_eq!(
        server["os-extended-volumes:volumes_attached"][0]["bootIndex"],
        "0"
    );
    let id = server["id"].as_str().unwrap();
    let one = world.get(&admin, &format!("{base}/{id}")).await;
    assert_eq!(&one.body["server"], server);
    let disks = world
        .get(&admin, &format!("{base}/{id}/block_device"))
        .await
        .body;
    assert_eq!(disks["volumeAttachments"][0]["bootIndex"], 0);
    assert_eq!(disks["volumeAttachments"][1]["size"], 2);
    let wrong = world.get(&admin, &format!("{base}/detail?limit=x")).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(
        wrong.body["badRequest"]["message"]
            .as_str()
            .unwrap()
            .contains("`limit`")
    );
}

#[tokio::test]
async fn disks_have_the_types_clients_read() {
    let world = world().await;
    let admin = world.admin().await;
    let [server, system, data] = world.add_server(&admin.project, "s", "running").await;
    for (version, list) in [("v3", "volumes"), ("v2", "volumes"), ("v2", "cloudvolumes")] {
        let path = format!(
            "/{version}/{}/{list}/detail?sort_key=name&sort_dir=asc",
            admin.project
        );
        let body = world.get(&admin, &path).await.body;
        assert_eq!(
            body["count"].as_u64(),
            (list == "cloudvolumes").then_some(2)
        );
        let disk = &body["volumes"][0];
        assert_eq!(disk["id"], system.as_str());
        assert_eq!(disk["bootable"], "true");
        assert_eq!(disk["size"], 2, "rounded up");
        assert_eq!(disk["status"], "in-use");
        assert_eq!(disk["attachments"][0]["server_id"], server.as_str());
        assert_eq!(
            disk["created_at"].as_str().unwrap().len(),
            "2024-01-01T00:00:00.000000".len()
        );
        assert!(!body.to_string().contains("/secret/path"));
    }
    let path = format!("/v2/{}/cloudvolumes/detail?ids=['{data}']", admin.project);
    assert_eq!(
        world.get(&admin, &path).await.body["volumes"][0]["id"],
        data.as_str()
    );
    let path = format!("/v3/{}/volumes/detail?name=s-vdb", admin.project);
    assert_eq!(
        world.get(&admin, &path).await.body["volumes"][0]["id"],
        data.as_str()
    );
    let path = format!("/v3/{}/volumes/detail?marker=x", admin.project);
    assert_eq!(
        world.get(&admin, &path).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn images_are_none() {
    let world = world().await;
    let admin = world.admin().await;
    let list = world.get(&admin, "/image/v2/images").await;
    assert_eq!(list.body["images"], json!([]));
    let one = world
        .get(
            &admin,
            "/image/v2/images/2b076f26-391f-40fa-bf71-a798940faccf",
        )
        .await;
    assert_eq!(one.status, StatusCode::NOT_FOUND);
    assert_eq!(
        world.get(&admin, "/v2/cloudimages").await.body["images"],
        json!([])
    );
}

#[tokio::test]
async fn readers_do_not_switch_servers() {
    let world = world().await;
    let other = world.other("u", "readonly").await;
    let [server, ..] = world.add_server(&other.project, "s", "running").await;
    let path = format!("/v2.1/{}/servers/{server}/action", other.project);
    let body = json!({"os-stop": null});
    let answer = world.call(&other, Method::POST, &path, body.clone()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let admin = world.admin().await;
    let [server, ..] = world.add_server(&admin.project, "s", "running").await;
    let path = format!("/v2.1/{}/servers/{server}/action", admin.project);
    let answer = world
        .call(&admin, Method::POST, &path, json!({"explode": null}))
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    // Its host is not in the configuration.
    let answer = world.call(&admin, Method::POST, &path, body).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body["conflictingRequest"]["message"].is_string());
}
