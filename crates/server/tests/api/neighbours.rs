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

#[tokio::test]
async fn disks_of_a_host_that_is_gone_are_not_changed() {
    let world = world().await;
    let admin = world.admin().await;
    let [server, system, data] = world.add_server(&admin.project, "s", "stopped").await;
    let other = world.other("u", "readonly").await;
    let [_, _, foreign] = world.add_server(&other.project, "t", "running").await;
    let extend = json!({"os-extend": {"new_size": 9}});
    let p = &admin.project;
    let attached = format!("/v2.1/{p}/servers/{server}/os-volume_attachments/{data}");
    for (method, path, body) in [
        (
            Method::POST,
            format!("/v3/{p}/volumes/{data}/action"),
            extend.clone(),
        ),
        (
            Method::POST,
            format!("/v2.1/{p}/cloudvolumes/{data}/action"),
            extend.clone(),
        ),
        (Method::DELETE, format!("/v3/{p}/volumes/{data}"), json!({})),
        (Method::DELETE, attached.clone(), json!({})),
        (
            Method::DELETE,
            format!("/v1/{p}/cloudservers/{server}/detachvolume/{system}"),
            json!({}),
        ),
    ] {
        let answer = world.call(&admin, method.clone(), &path, body).await;
        assert_eq!(
            answer.status,
            StatusCode::CONFLICT,
            "{method} {path}: {}",
            answer.body
        );
        assert!(answer.body["conflictingRequest"]["message"].is_string());
    }
    let shown = world.get(&admin, &attached).await;
    assert_eq!(shown.body["volumeAttachment"]["device"], "/dev/vdb");
    let path = format!("/v3/{p}/volumes/{foreign}/action");
    let answer = world
        .call(&admin, Method::POST, &path, extend.clone())
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let path = format!("/v3/{}/volumes/{foreign}/action", other.project);
    let answer = world.call(&other, Method::POST, &path, extend).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn long_lists_are_filtered_and_paged_where_they_are_kept() {
    let world = world().await;
    let admin = world.admin().await;
    let mut servers = Vec::new();
    for at in 0..5 {
        let power = if at == 4 { "stopped" } else { "running" };
        let name = format!("Web_{at}%");
        servers.push(world.add_server(&admin.project, &name, power).await);
    }
    let other = world.other("u", "admin").await;
    let [foreign, foreign_disk, _] = world.add_server(&other.project, "web_9", "running").await;
    let ids = |body: &serde_json::Value, list: &str| -> Vec<String> {
        let items = body[list].as_array().unwrap().iter();
        items
            .map(|i| i["id"].as_str().unwrap().to_owned())
            .collect()
    };
    // Every page behind the one before, and all of them together.
    let base = format!("/v2.1/{}/servers/detail", admin.project);
    let mut seen: Vec<String> = Vec::new();
    loop {
        let marker = seen.last().map(|id| format!("&marker={id}"));
        let path = format!("{base}?limit=2{}", marker.unwrap_or_default());
        let page = ids(&world.get(&admin, &path).await.body, "servers");
        if page.is_empty() {
            break;
        }
        seen.extend(page);
    }
    let mut expected: Vec<String> = servers.iter().map(|[id, ..]| id.clone()).collect();
    assert_eq!(seen.len(), 5);
    expected.sort();
    let mut sorted = seen.clone();
    sorted.sort();
    assert_eq!(sorted, expected);
    for (query, count) in [
        ("name=web_", 5),
        ("name=b_3", 1),
        ("name=%25", 5),
        ("name=_%25", 0),
        ("name=WEB", 5),
        ("status=shutoff", 1),
        ("status=ACTIVE", 4),
        ("status=moon", 0),
        ("flavor=c2-m512", 5),
        ("flavor=c%2B2-m512", 0),
        ("flavor=c9999999999999999999-m1", 0),
        ("ip=192.0.2", 5),
        ("ip=52:54", 0),
        ("ip=192.0.2&limit=2&offset=4", 1),
        ("image=x", 0),
        ("deleted=true", 0),
        ("changes-since=2100-01-01T00:00:00Z", 0),
        ("offset=4", 1),
        ("offset=18446744073709551615", 0),
        ("limit=0", 0),
    ] {
        let answer = world.get(&admin, &format!("{base}?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.body);
        assert_eq!(ids(&answer.body, "servers").len(), count, "{query}");
    }
    for bad in [
        format!("marker={foreign}"),
        "marker=x".to_owned(),
        "limit=-1".to_owned(),
        "changes-since=x".to_owned(),
    ] {
        let answer = world.get(&admin, &format!("{base}?{bad}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad}");
    }
    let ecs = format!("/v1/{}/cloudservers/detail", admin.project);
    let last = world
        .get(&admin, &format!("{ecs}?limit=2&offset=3"))
        .await
        .body;
    assert_eq!(
        (ids(&last, "servers").len(), &last["count"]),
        (1, &json!(5))
    );
    let by_ip = world
        .get(&admin, &format!("{ecs}?limit=2&ip=192.0"))
        .await
        .body;
    assert_eq!(
        (ids(&by_ip, "servers").len(), &by_ip["count"]),
        (2, &json!(5))
    );
    for huge in ["offset=4294967295&limit=1000", "limit=0"] {
        let answer = world.get(&admin, &format!("{ecs}?{huge}")).await;
        assert_eq!(answer.body["servers"], json!([]), "{}", answer.body);
    }

    let base = format!("/v2/{}/cloudvolumes/detail", admin.project);
    for (query, count) in [
        ("", 10),
        ("bootable=true", 5),
        ("multiattach=true", 0),
        ("status=in-use", 10),
        ("status=available", 0),
        ("status=error_restoring", 0),
        ("status=moon", 0),
        ("availability_zone=mars", 0),
        ("name=x", 0),
    ] {
        let answer = world.get(&admin, &format!("{base}?{query}")).await.body;
        assert_eq!(answer["count"], count, "{query}: {answer}");
        assert_eq!(ids(&answer, "volumes").len(), count, "{query}");
    }
    let [server, system, data] = &servers[2];
    let of = world
        .get(&admin, &format!("{base}?server_id={server}"))
        .await
        .body;
    assert_eq!(of["count"], 2);
    let both = format!("{base}?ids={data},{foreign_disk}&id={system}&sort_key=size&sort_dir=asc");
    assert_eq!(world.get(&admin, &both).await.body["count"], 2);
    let many = format!("{base}?ids={}", vec!["x"; 1001].join(","));
    let many = world.get(&admin, &many).await;
    assert_eq!(many.status, StatusCode::BAD_REQUEST);
    for key in ["id", "name", "status", "size", "created_at", "updated_at"] {
        let mut seen: Vec<String> = Vec::new();
        for _ in 0..10 {
            let marker = seen.last().map(|id| format!("&marker={id}"));
            let marker = marker.unwrap_or_default();
            let path = format!("{base}?limit=1&sort_key={key}&sort_dir=asc{marker}");
            seen.extend(ids(&world.get(&admin, &path).await.body, "volumes"));
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 10, "{key}");
    }
    let wrong = world
        .get(&admin, &format!("{base}?marker={foreign_disk}"))
        .await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    let flavors = world
        .get(&admin, &format!("/v2.1/{}/flavors", admin.project))
        .await;
    assert_eq!(flavors.body["flavors"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn several_servers_are_switched_together_or_none() {
    let world = world().await;
    let admin = world.admin().await;
    let [first, ..] = world.add_server(&admin.project, "a", "running").await;
    let other = world.other("u", "admin").await;
    let [foreign, ..] = world.add_server(&other.project, "b", "running").await;
    let path = format!("/v1/{}/cloudservers/action", admin.project);
    let stop = |ids: &[&str]| {
        let servers: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
        json!({"os-stop": {"type": "SOFT", "servers": servers}})
    };
    let many: Vec<String> = (0..201).map(|n| format!("{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (body, status) in [
        (stop(&[&first, &foreign]), StatusCode::NOT_FOUND),
        (stop(&["\u{1}"]), StatusCode::NOT_FOUND),
        (stop(&["\u{0}"]), StatusCode::BAD_REQUEST),
        (stop(&[]), StatusCode::BAD_REQUEST),
        (stop(&many), StatusCode::BAD_REQUEST),
        (json!({"os-stop": null}), StatusCode::BAD_REQUEST),
        (
            json!({"explode": {"servers": [{"id": first}]}}),
            StatusCode::BAD_REQUEST,
        ),
        (json!([]), StatusCode::BAD_REQUEST),
        // Its host is not in the configuration.
        (stop(&[&first]), StatusCode::CONFLICT),
    ] {
        let answer = world.call(&admin, Method::POST, &path, body.clone()).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
    }
    let reader = world.other("v", "readonly").await;
    let path = format!("/v1/{}/cloudservers/action", reader.project);
    let answer = world
        .call(&reader, Method::POST, &path, stop(&[&first]))
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn disks_have_tags_as_one_map() {
    let world = world().await;
    let admin = world.admin().await;
    let [_, system, _] = world.add_server(&admin.project, "s", "running").await;
    let path = format!("/v2/{}/os-vendor-tags/volumes/{system}", admin.project);
    assert_eq!(world.get(&admin, &path).await.body, json!({"tags": {}}));
    let set = async |tags: serde_json::Value| {
        let body = json!({"tags": tags});
        world.call(&admin, Method::PUT, &path, body).await
    };
    assert_eq!(set(json!({"a": "1", "b": ""})).await.status, StatusCode::OK);
    let now = set(json!({"b": "2"})).await.body;
    assert_eq!(
        now,
        json!({"tags": {"b": "2"}}),
        "the map is the whole of it"
    );
    let disk = format!("/v2/{}/os-vendor-volumes/{system}", admin.project);
    assert_eq!(
        world.get(&admin, &disk).await.body["volume"]["tags"]["b"],
        "2"
    );
    let list = format!("/v2/{}/cloudvolumes/detail?id={system}", admin.project);
    assert_eq!(
        world.get(&admin, &list).await.body["volumes"][0]["tags"]["b"],
        "2"
    );
    for bad in [
        json!({"": "x"}),
        json!({"a=b": "x"}),
        json!({"a": 7}),
        json!({"a": "\u{0}"}),
        json!(
            (0..21)
                .map(|n| (format!("k{n}"), "v"))
                .collect::<std::collections::BTreeMap<_, _>>()
        ),
    ] {
        let answer = set(bad.clone()).await;
        assert_eq!(
            answer.status,
            StatusCode::BAD_REQUEST,
            "{bad}: {}",
            answer.body
        );
    }
    assert_eq!(
        world.get(&admin, &path).await.body,
        json!({"tags": {"b": "2"}})
    );
    let other = world.other("u", "admin").await;
    let theirs = format!("/v2/{}/os-vendor-tags/volumes/{system}", other.project);
    assert_eq!(
        world.get(&other, &theirs).await.status,
        StatusCode::NOT_FOUND
    );
    let zones = format!("/v2/{}/os-availability-zone", admin.project);
    let zones = world.get(&admin, &zones).await.body;
    assert_eq!(zones["availabilityZoneInfo"][0]["zoneName"], "default");
    // Without a backup there is nothing to make a disk of.
    let make = format!("/v2/{}/volumes", admin.project);
    let made = world
        .call(&admin, Method::POST, &make, json!({"volume": {"size": 1}}))
        .await;
    assert_eq!(made.status, StatusCode::BAD_REQUEST);
}
