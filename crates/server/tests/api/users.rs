//! Administration, and requests signed with access keys.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::sign;
use crate::support::{Answer, World, world};

#[tokio::test]
async fn only_administrators_administer() {
    let world = world().await;
    let other = world.other("u", "admin").await;
    // Admin of a project, not of the domain.
    assert_eq!(
        world.get(&other, "/coffer/v1/users").await.status,
        StatusCode::FORBIDDEN
    );
    let body = json!({"user": {"name": "x"}});
    let answer = world
        .call(&other, Method::POST, "/coffer/v1/users", body)
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let own = format!("/coffer/v1/users/{}", other.user);
    assert_eq!(world.get(&other, &own).await.body["user"]["name"], "u");
    let admin = world.admin().await;
    let theirs = format!("/coffer/v1/users/{}", admin.user);
    assert_eq!(
        world.get(&other, &theirs).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn users_are_made_changed_and_deleted() {
    let world = world().await;
    let admin = world.admin().await;
    let body = json!({"user": {"name": "u", "password": "short"}});
    let answer = world
        .call(&admin, Method::POST, "/coffer/v1/users", body)
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(
        answer.body["error_msg"]
            .as_str()
            .unwrap()
            .contains("`password`")
    );
    let other = world.other("u", "user").await;
    let body = json!({"user": {"name": "u"}});
    let answer = world
        .call(&admin, Method::POST, "/coffer/v1/users", body)
        .await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let path = format!("/coffer/v1/users/{}", other.user);
    let shown = world.get(&admin, &path).await;
    assert_eq!(shown.body["user"]["roles"][0]["role"], "user");
    let body = json!({"user": {"enabled": false}});
    let changed = world.call(&admin, Method::PATCH, &path, body).await;
    assert_eq!(changed.body["user"]["enabled"], false);
    let own = world.get(&other, "/v3/auth/projects").await;
    assert_eq!(own.status, StatusCode::UNAUTHORIZED);
    let gone = world.call(&admin, Method::DELETE, &path, Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(world.get(&admin, &path).await.status, StatusCode::NOT_FOUND);
    let own = format!("/coffer/v1/users/{}", admin.user);
    let answer = world.call(&admin, Method::DELETE, &own, Value::Null).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn everybody_may_change_its_own_password() {
    let world = world().await;
    let other = world.other("u", "readonly").await;
    let path = format!("/coffer/v1/users/{}/password", other.user);
    let body = json!({"password": "password2", "original_password": "wrong"});
    let answer = world.call(&other, Method::POST, &path, body).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let body = json!({"password": "password2", "original_password": "password1"});
    let answer = world.call(&other, Method::POST, &path, body).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(
        world.get(&other, "/v3/auth/projects").await.status,
        StatusCode::UNAUTHORIZED
    );
    world.log_in("u", "password2", "project-u").await;
}

/// A signed question.
pub async fn signed(world: &World, key: &Value, path: &str, project: Option<&str>) -> Answer {
    let mut request = signed_request(world, key, Method::GET, path, &sign::hash(b""));
    if let Some(project) = project {
        request = request.header("X-Project-Id", project);
    }
    world.send(request).await
}

/// A signed request, whose body counts as `payload`.
fn signed_request(
    world: &World,
    key: &Value,
    method: Method,
    path: &str,
    payload: &str,
) -> RequestBuilder {
    let date = world.clock.now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let host = world.base.trim_start_matches("http://");
    let target = (method.as_str(), host, path);
    let header = sign::authorization(key, target, &date, payload);
    let request = world.request(method, path);
    request
        .header("Authorization", header)
        .header("X-Sdk-Date", date)
}

#[tokio::test]
async fn bodies_are_signed_where_they_are_no_uploads() {
    let world = world().await;
    let other = world.other("u", "user").await;
    let body = json!({"access_key": {"description": "test"}});
    let path = "/coffer/v1/access-keys";
    let made = world.call(&other, Method::POST, path, body.clone()).await;
    let key = &made.body["access_key"];
    let request = |method, path: &str, body: &[u8], named: Option<&str>| {
        let payload = named.map_or_else(|| sign::hash(body), str::to_owned);
        let mut request = signed_request(&world, key, method, path, &payload);
        if let Some(named) = named {
            request = request.header("X-Sdk-Content-Sha256", named);
        }
        request
            .header("X-Project-Id", &other.project)
            .header("Content-Type", "application/json")
            .body(body.to_vec())
    };
    let body = body.to_string().into_bytes();
    let unsigned = request(Method::POST, path, &body, Some(sign::UNSIGNED));
    let refused = world.send(unsigned).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.body);
    let text = refused.body["error_msg"].as_str().unwrap();
    assert!(text.contains("has to be signed"), "{text}");
    let listed = world.get(&other, path).await;
    assert_eq!(listed.body["access_keys"].as_array().map(Vec::len), Some(1));
    let named = sign::hash(&body);
    for named in [None, Some(named.as_str())] {
        let made = world.send(request(Method::POST, path, &body, named)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    }
    // What an SDK says of a request without a body does not matter.
    let own = format!("/v2.1/{}/servers/detail", other.project);
    let asked = request(Method::GET, &own, b"", Some(sign::UNSIGNED));
    assert_eq!(world.send(asked).await.status, StatusCode::OK);
    let gone = format!("{path}/{}", key["access"].as_str().unwrap());
    let gone = request(Method::DELETE, &gone, b"", Some(sign::UNSIGNED));
    assert_eq!(world.send(gone).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn access_keys_sign_requests_for_their_user_s_projects() {
    let world = world().await;
    let other = world.other("u", "user").await;
    let admin = world.admin().await;
    let body = json!({"access_key": {"description": "test"}});
    let made = world
        .call(&other, Method::POST, "/coffer/v1/access-keys", body)
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let key = &made.body["access_key"];
    let listed = world.get(&other, "/coffer/v1/access-keys").await;
    assert_eq!(listed.body["access_keys"][0]["access"], key["access"]);
    assert!(
        !listed
            .body
            .to_string()
            .contains(key["secret"].as_str().unwrap())
    );

    // The look-up that the SDK makes first, with and without a project.
    let found = signed(&world, key, "/v3/projects?name=project-u", None).await;
    assert_eq!(
        found.body["projects"][0]["id"],
        other.project.as_str(),
        "{}",
        found.body
    );
    let catalog = signed(&world, key, "/v3/auth/catalog", Some(&other.project)).await;
    assert_eq!(catalog.status, StatusCode::OK);

    world.add_server(&other.project, "s", "running").await;
    let own = format!("/v2.1/{}/servers/detail", other.project);
    let answer = signed(&world, key, &own, None).await;
    assert_eq!(answer.body["servers"][0]["name"], "s", "{}", answer.body);
    let theirs = format!("/v2.1/{}/servers/detail", admin.project);
    assert_eq!(
        signed(&world, key, &theirs, None).await.status,
        StatusCode::FORBIDDEN
    );

    let mut wrong = key.clone();
    wrong["secret"] = json!("x");
    assert_eq!(
        signed(&world, &wrong, &own, None).await.status,
        StatusCode::UNAUTHORIZED
    );
    wrong["access"] = json!("UNKNOWN");
    assert_eq!(
        signed(&world, &wrong, &own, None).await.status,
        StatusCode::UNAUTHORIZED
    );

    let path = format!("/coffer/v1/access-keys/{}", key["access"].as_str().unwrap());
    let gone = world.call(&admin, Method::DELETE, &path, Value::Null).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "not one's own");
    let gone = world.call(&other, Method::DELETE, &path, Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(
        signed(&world, key, &own, None).await.status,
        StatusCode::UNAUTHORIZED
    );
}
