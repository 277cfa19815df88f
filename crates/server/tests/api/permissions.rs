//! Who may use which route: every route of the document, for callers of every kind.
//!
//! The table in `docs/permissions.md` is generated and reviewed as a difference; here the running
//! service is asked, and has to answer as the table says.

use coffer_core::access::{Effect, Policy, Statement, VERSION};
use coffer_server::api::access::{self, Access};
use coffer_server::catalog::access::Principal;
use coffer_server::catalog::identity::ScopeId;
use coffer_server::identity::{Role, RoleChanges};
use jiff::SignedDuration;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::closing::{routes, with_ids};
use crate::support::{Session, World, world};

#[test]
fn every_route_has_an_action_or_is_open_or_ones_own() {
    for (method, path, open) in routes() {
        let route = access::of(&method, &path).expect("every route of the document is known");
        assert_eq!(route.access == Access::Open, open, "{method} {path}");
    }
}

/// The status of an answer; its body is not read, it may go on for ever.
async fn status(world: &World, token: Option<&str>, method: &Method, path: &str) -> StatusCode {
    let mut request = world.request(method.clone(), path);
    if let Some(token) = token {
        request = request.header("X-Auth-Token", token);
    }
    if !matches!(*method, Method::GET | Method::HEAD) {
        // Where it says whose it is before anything else, a body that fits.
        let body = match path.rsplit('/').next() {
            Some("password") => json!({"password": "another password"}),
            _ if path.contains("/access-keys/") => json!({"access_key": {"enabled": true}}),
            _ => json!({}),
        };
        request = request.json(&body);
    }
    request.send().await.expect("an answer").status()
}

/// What happens to the caller of these changes the caller itself.
fn ends_log_ins(path: &str) -> bool {
    path.ends_with("/session") || path.ends_with("/sessions")
}

/// A user with a role in the administrator's project.
async fn member(world: &World, admin: &Session, name: &str, role: &str) -> Session {
    let body = json!({"user": {"name": name, "password": "password1",
        "default_project_id": admin.project}});
    let made = world
        .call(admin, Method::POST, "/coffer/v1/users", body)
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let id = made.body["user"]["id"].as_str().expect("an id");
    let path = format!(
        "/coffer/v1/projects/{}/users/{id}/roles/{role}",
        admin.project
    );
    let granted = world.call(admin, Method::PUT, &path, Value::Null).await;
    assert_eq!(granted.status, StatusCode::NO_CONTENT, "{}", granted.body);
    world.log_in(name, "password1", "eu-de").await
}

#[tokio::test]
async fn every_route_answers_every_kind_of_caller_as_the_table_says() {
    let world = world().await;
    let admin = world.admin().await;
    let old = world.admin().await;
    world.clock.advance(SignedDuration::from_hours(24));
    let mut admin_now = world.admin().await;
    let disabled = member(&world, &admin_now, "gone", "admin").await;
    let body = json!({"user": {"enabled": false}});
    let path = format!("/coffer/v1/users/{}", disabled.user);
    world.call(&admin_now, Method::PATCH, &path, body).await;
    let mut reader = member(&world, &admin_now, "reading", "readonly").await;
    let mut user = member(&world, &admin_now, "working", "user").await;
    let mut tried = 0;
    for (method, path, open) in routes() {
        if open {
            continue;
        }
        let address = with_ids(&path, &admin.project);
        for token in [None, Some("x"), Some(&*old.token), Some(&*disabled.token)] {
            let found = status(&world, token, &method, &address).await;
            assert_eq!(found, StatusCode::UNAUTHORIZED, "{method} {path}");
        }
        let route = access::of(&method, &path).expect("it names an action");
        for (session, name, role, on_domain) in [
            (&mut reader, "reading", Role::Reader, false),
            (&mut user, "working", Role::User, false),
            (&mut admin_now, "admin", Role::Admin, true),
        ] {
            let found = status(&world, Some(&session.token), &method, &address).await;
            let admitted = match route.access {
                Access::Action(action) if action.starts_with("iam:") => {
                    on_domain && role.allows(action)
                }
                Access::Action(action) => role.allows(action),
                // Of others (no such ids are its own) only with the action.
                Access::OwnOr(_) if path.contains("{user_id}") => on_domain,
                Access::Own | Access::OwnOr(_) | Access::Open => true,
            };
            let shut = matches!(found, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
            assert_eq!(!shut, admitted, "{method} {path} by {name}: {found}");
            assert!(
                !found.is_server_error(),
                "{method} {path} by {name}: {found}"
            );
            if ends_log_ins(&path) && method == Method::DELETE {
                let password = match name {
                    "admin" => world.password.clone(),
                    _ => "password1".to_owned(),
                };
                *session = world.log_in(name, &password, "eu-de").await;
            }
            tried += 1;
        }
    }
    assert!(tried > 300, "{tried}");
}

/// A policy of one's own that allows `allow` and denies `deny`.
fn policy(allow: &str, deny: Option<&str>) -> Policy {
    let statement = |effect, action: &str| Statement {
        effect,
        action: vec![action.to_owned()],
    };
    let mut statements = vec![statement(Effect::Allow, allow)];
    statements.extend(deny.map(|action| statement(Effect::Deny, action)));
    Policy {
        version: VERSION.to_owned(),
        statement: statements,
    }
}

#[tokio::test]
async fn a_role_of_ones_own_opens_the_routes_of_its_actions_and_no_others() {
    let world = world().await;
    let admin = world.admin().await;
    let session = member(&world, &admin, "special", "readonly").await;
    let identity = &world.service.state().identity;
    let info = identity.token(&admin.token).await.expect("a catalog");
    let domain = info.expect("a token").caller.user_domain_id;
    let first = policy("cbr:vaults:get", None);
    let made = identity.create_role(domain, "special", "", &first);
    let role = made.await.expect("a role");
    let reader = identity.role(domain, "readonly").await.expect("a role");
    let principal = Principal::User(session.user.parse().expect("an id"));
    let project = ScopeId::Project(session.project.parse().expect("an id"));
    identity
        .grant(&principal, &role, ScopeId::Domain(domain))
        .await
        .expect("given");
    identity
        .revoke_grant(&principal, &reader, project)
        .await
        .expect("taken");
    let mut tried = 0;
    for (method, path, _) in routes() {
        let Some(Access::Action(action)) = access::of(&method, &path).map(|route| route.access)
        else {
            continue;
        };
        let address = with_ids(&path, &session.project);
        for (policy, open) in [
            (policy(action, None), true),
            (policy("*:*:*", Some(action)), false),
        ] {
            let changes = RoleChanges {
                policy: Some(policy),
                ..RoleChanges::default()
            };
            identity
                .update_role(domain, &role.id, changes)
                .await
                .expect("changed");
            let found = status(&world, Some(&session.token), &method, &address).await;
            match open {
                true => assert!(
                    found != StatusCode::FORBIDDEN && found != StatusCode::UNAUTHORIZED,
                    "{method} {path} with {action}: {found}"
                ),
                false => assert_eq!(
                    found,
                    StatusCode::FORBIDDEN,
                    "{method} {path} without {action}"
                ),
            }
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
}
