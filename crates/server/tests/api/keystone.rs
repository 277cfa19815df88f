//! The identity API with the requests that real clients send.

use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::world;

#[tokio::test]
async fn all_forms_of_log_in_work() {
    let world = world().await;
    let admin = world.admin().await;
    let domain = admin.body["token"]["user"]["domain"]["id"].clone();
    let users = [
        json!({"name": "admin", "domain": {"name": "Default"}}),
        json!({"name": "admin", "domain": {"id": domain}}),
        json!({"name": "admin", "domain": {"id": "default"}}),
        json!({"id": admin.user}),
    ];
    let scopes = [
        json!({"project": {"name": "eu-de"}}),
        json!({"project": {"name": "eu-de", "domain": {"name": "Default"}}}),
        json!({"project": {"name": "eu-de", "domain": {"id": domain}}}),
        json!({"project": {"id": admin.project}}),
        json!({"domain": {"name": "Default"}}),
        json!({"domain": {"id": domain}}),
        json!("unscoped"),
        Value::Null,
    ];
    for user in &users {
        for scope in &scopes {
            let mut user = user.clone();
            user["password"] = json!(world.password);
            let mut auth =
                json!({"identity": {"methods": ["password"], "password": {"user": user}}});
            if !scope.is_null() {
                auth["scope"] = scope.clone();
            }
            let request = world
                .request(Method::POST, "/v3/auth/tokens")
                .json(&json!({"auth": auth}));
            let answer = world.send(request).await;
            assert_eq!(
                answer.status,
                StatusCode::CREATED,
                "{auth}: {}",
                answer.body
            );
            let token = &answer.body["token"];
            let of_domain = scope.get("domain").is_some();
            let unscoped = scope.is_string();
            assert_eq!(
                token["project"]["id"].is_string(),
                !of_domain && !unscoped,
                "{auth}"
            );
            assert_eq!(token["domain"]["id"].is_string(), of_domain, "{auth}");
            assert_eq!(token["catalog"].is_array(), !unscoped, "{auth}");
        }
    }
}

#[tokio::test]
async fn a_token_says_what_clients_read() {
    let world = world().await;
    let admin = world.admin().await;
    let token = &admin.body["token"];
    assert_eq!(token["methods"], json!(["password"]));
    assert_eq!(token["project"]["name"], "eu-de");
    assert_eq!(token["project"]["domain"]["name"], "Default");
    assert_eq!(token["roles"][0]["name"], "admin");
    let expires = token["expires_at"].as_str().unwrap();
    assert_eq!(expires.len(), "2026-11-23T14:10:18.000000Z".len());
    expires.parse::<jiff::Timestamp>().unwrap();
    let catalog = token["catalog"].as_array().unwrap();
    let url = |kind: &str| {
        let service = catalog
            .iter()
            .find(|service| service["type"] == kind)
            .unwrap();
        let endpoint = &service["endpoints"][0];
        assert_eq!(endpoint["interface"], "public");
        assert_eq!(endpoint["region"], "eu-de");
        assert_eq!(endpoint["region_id"], "eu-de");
        endpoint["url"].as_str().unwrap().to_owned()
    };
    let (base, project) = (&world.base, &admin.project);
    assert_eq!(url("identity"), format!("{base}/v3"));
    assert_eq!(url("cbr"), format!("{base}/v3/{project}"));
    assert_eq!(url("compute"), format!("{base}/v2.1/{project}"));
    assert_eq!(url("ecs"), format!("{base}/v1/{project}"));
    assert_eq!(url("volumev3"), format!("{base}/v3/{project}"));
    assert_eq!(url("volumev2"), format!("{base}/v2/{project}"));
    assert_eq!(url("image"), format!("{base}/image"));
}

#[tokio::test]
async fn refusals_look_alike() {
    let world = world().await;
    let scope = json!({"project": {"name": "eu-de"}});
    let wrong = world
        .try_log_in("admin", "wrong password", scope.clone())
        .await;
    let unknown = world.try_log_in("nobody", "wrong password", scope).await;
    let elsewhere = json!({"project": {"name": "eu-nl"}});
    let scope = world.try_log_in("admin", &world.password, elsewhere).await;
    for answer in [&wrong, &unknown, &scope] {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.body["error"]["code"], 401);
        assert_eq!(answer.body["error"]["title"], "Unauthorized");
        assert_eq!(answer.body, wrong.body);
        assert!(!answer.headers.contains_key("x-subject-token"));
    }
}

#[tokio::test]
async fn tokens_are_shown_checked_rescoped_and_revoked() {
    let world = world().await;
    let admin = world.admin().await;
    let path = "/v3/auth/tokens";
    let about = |method: Method| {
        let request = world
            .request(method, path)
            .header("X-Auth-Token", &admin.token);
        request.header("X-Subject-Token", &admin.token)
    };
    let shown = world.send(about(Method::GET)).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert_eq!(shown.headers["x-subject-token"], admin.token.as_str());
    assert_eq!(shown.body, admin.body);
    let bare = world
        .send(
            world
                .request(Method::GET, "/v3/auth/tokens?nocatalog=1")
                .header("X-Auth-Token", &admin.token)
                .header("X-Subject-Token", &admin.token),
        )
        .await;
    assert!(bare.body["token"]["catalog"].is_null());
    assert_eq!(world.send(about(Method::HEAD)).await.status, StatusCode::OK);

    let body = json!({"auth": {"identity": {"methods": ["token"], "token": {"id": admin.token}},
        "scope": {"domain": {"name": "Default"}}}});
    let rescoped = world
        .send(world.request(Method::POST, path).json(&body))
        .await;
    assert_eq!(rescoped.status, StatusCode::CREATED);
    assert_eq!(
        rescoped.body["token"]["expires_at"],
        admin.body["token"]["expires_at"]
    );

    let revoked = world.send(about(Method::DELETE)).await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    assert_eq!(
        world.send(about(Method::GET)).await.status,
        StatusCode::UNAUTHORIZED
    );
    let again = world
        .send(world.request(Method::POST, path).json(&body))
        .await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_stranger_s_token_is_not_shown() {
    let world = world().await;
    let admin = world.admin().await;
    let other = world.other("u", "user").await;
    let ask = |asker: &str, subject: &str| {
        let request = world
            .request(Method::GET, "/v3/auth/tokens")
            .header("X-Auth-Token", asker);
        request.header("X-Subject-Token", subject)
    };
    let theirs = world.send(ask(&other.token, &admin.token)).await;
    let unknown = world.send(ask(&other.token, "x")).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    assert_eq!(theirs.body, unknown.body);
    assert_eq!(
        world.send(ask(&admin.token, &other.token)).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn expired_tokens_are_unknown() {
    let world = world().await;
    let admin = world.admin().await;
    assert_eq!(
        world.get(&admin, "/v3/auth/projects").await.status,
        StatusCode::OK
    );
    world.clock.advance(SignedDuration::from_hours(25));
    let answer = world.get(&admin, "/v3/auth/projects").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.body["error"]["code"], 401);
}

#[tokio::test]
async fn projects_and_domains_are_listed_filtered_and_paged() {
    let world = world().await;
    let other = world.other("u", "readonly").await;
    let admin = world.admin().await;
    let names = |body: &Value| -> Vec<String> {
        let list = body["projects"].as_array().unwrap();
        list.iter()
            .map(|project| project["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = world.get(&admin, "/v3/projects").await;
    assert_eq!(names(&all.body), ["eu-de", "project-u"]);
    assert_eq!(all.body["links"]["next"], Value::Null);
    let project = &all.body["projects"][0];
    assert_eq!(project["is_domain"], false);
    assert_eq!(project["parent_id"], project["domain_id"]);
    let one = world.get(&admin, "/v3/projects?name=eu-de").await;
    assert_eq!(names(&one.body), ["eu-de"]);
    let page = world.get(&admin, "/v3/projects?per_page=1").await;
    let next = page.body["links"]["next"]
        .as_str()
        .unwrap()
        .replace(&world.base, "");
    let page = world.get(&admin, &next).await;
    assert_eq!(names(&page.body), ["project-u"]);
    assert_eq!(page.body["links"]["next"], Value::Null);
    assert!(page.body["links"]["previous"].is_string());
    // Others see their own alone.
    for path in ["/v3/projects", "/v3/auth/projects"] {
        assert_eq!(names(&world.get(&other, path).await.body), ["project-u"]);
    }
    let path = format!("/v3/projects/{}", admin.project);
    assert_eq!(world.get(&other, &path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        world.get(&admin, &path).await.body["project"]["name"],
        "eu-de"
    );
    let domains = world.get(&other, "/v3/auth/domains?name=Default").await;
    assert_eq!(domains.body["domains"][0]["name"], "Default");
    let domains = world.get(&other, "/v3/auth/domains?name=x").await;
    assert_eq!(domains.body["domains"], json!([]));
    let catalog = world.get(&other, "/v3/auth/catalog").await;
    assert_eq!(catalog.body["catalog"], other.body["token"]["catalog"]);
}

#[tokio::test]
async fn version_documents_have_the_forms_clients_read() {
    let world = world().await;
    let get = |path: &'static str| world.request(Method::GET, path);
    let root = world.send(get("/")).await;
    assert_eq!(root.status, StatusCode::MULTIPLE_CHOICES);
    assert_eq!(root.body["versions"]["values"][0]["id"], "v3.14");
    for path in ["/v3", "/v3/"] {
        // A token that is no good does not matter here.
        let version = world.send(get(path).header("X-Auth-Token", "x")).await;
        assert_eq!(version.status, StatusCode::OK);
        assert_eq!(version.body["version"]["status"], "stable");
    }
    let compute = world.send(get("/v2.1")).await;
    assert_eq!(compute.body["version"]["version"], "2.1");
    let image = world.send(get("/image")).await;
    let link = &image.body["versions"][0]["links"][0]["href"];
    assert_eq!(link, &format!("{}/image/v2/", world.base));
}
