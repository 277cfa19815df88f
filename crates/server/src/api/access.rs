//! Which action each route does, from the annotations of the routes.
//!
//! A route's annotation has `x-action`: an action of the policies (`cbr:vaults:create`), or `own`
//! for what everybody who is logged in may look at of its own. With `x-own` as well, one's own
//! things need no right and those of others need the action. The action is also what the audit
//! trail calls the operation, of open routes too. The frame asks here before a handler
//! is reached, so that no handler can forget to. `x-stream` says that the body of a request is left
//! to the handler, however long it is. A route that is not open and names no action gets one
//! made of its path (`coffer:quotas:get`, `coffer:quotas:update`), so that none is without.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::OnceLock;

use axum::http::Method;
use serde_json::Value;

use crate::identity::Role;

/// What a route asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing: it answers everybody.
    Open,
    /// A log-in: it is about the caller's own things.
    Own,
    /// The right to do an action.
    Action(&'static str),
    /// The right to do an action to what is not the caller's own: the handler looks.
    OwnOr(&'static str),
}

/// What a route is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// What it asks of its caller.
    pub access: Access,
    /// What it does, where that has a name: the audit trail knows it by this.
    pub action: Option<&'static str>,
    /// Its body is read by the handler, however long it is and takes (`x-stream`).
    pub streams: bool,
}

struct Table {
    routes: HashMap<&'static str, Vec<(Method, Route)>>,
    actions: BTreeSet<&'static str>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        static DOCUMENT: OnceLock<Value> = OnceLock::new();
        let document = DOCUMENT.get_or_init(|| {
            serde_json::from_str(super::openapi::document()).expect("the document is JSON")
        });
        let mut table = Table {
            routes: HashMap::new(),
            actions: BTreeSet::new(),
        };
        let paths = document["paths"].as_object().into_iter().flatten();
        for (path, item) in paths {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let Ok(method) = method.to_uppercase().parse::<Method>() else {
                    continue;
                };
                let open = operation["security"]
                    .as_array()
                    .is_some_and(|ways| ways.iter().any(|way| way == &serde_json::json!({})));
                let own = operation["x-own"] == Value::Bool(true);
                let action = match operation["x-action"].as_str() {
                    None if !open => Some(made_of(&method, path)),
                    named => named,
                };
                let access = match (action, own) {
                    _ if open => Access::Open,
                    (Some("own"), _) => Access::Own,
                    (Some(action), true) => Access::OwnOr(action),
                    (Some(action), false) => Access::Action(action),
                    (None, _) => continue,
                };
                if let Access::Action(action) | Access::OwnOr(action) = access {
                    table.actions.insert(action);
                }
                let action = action.filter(|action| *action != "own");
                let routes = table.routes.entry(path).or_default();
                let streams = operation["x-stream"] == Value::Bool(true);
                let route = Route {
                    access,
                    action,
                    streams,
                };
                routes.push((method, route));
            }
        }
        table
    })
}

/// The action of a route that names none: its service, the last word of its path, and whether it
/// looks or changes.
fn made_of(method: &Method, path: &str) -> &'static str {
    let service = if path.starts_with("/v3/") {
        "cbr"
    } else {
        "coffer"
    };
    let word = |segment: &&str| !segment.is_empty() && !segment.starts_with('{');
    let kind = path.split('/').rfind(word).unwrap_or("routes");
    let verb = match *method {
        Method::GET | Method::HEAD => "get",
        _ => "update",
    };
    // Once for each route in the life of the process.
    format!("{service}:{kind}:{verb}").leak()
}

/// What the route of a path template (`/v3/{project_id}/vaults`) asks; none where it names
/// nothing, which closes it.
pub fn of(method: &Method, path: &str) -> Option<Route> {
    let methods = table().routes.get(path)?;
    // `HEAD` is answered by the handler of `GET` where it has none of its own.
    let found = |method: &Method| {
        let mut same = methods.iter().filter(|(m, _)| m == method);
        same.next().map(|(_, route)| *route)
    };
    match *method {
        Method::HEAD => found(method).or_else(|| found(&Method::GET)),
        _ => found(method),
    }
}

/// All actions that routes name, in order.
pub fn actions() -> impl Iterator<Item = &'static str> {
    table().actions.iter().copied()
}

/// `docs/permissions.md`: route, action, and which predefined roles have it.
pub fn permissions() -> String {
    let mut rows: Vec<(&str, &Method, Access)> = table()
        .routes
        .iter()
        .flat_map(|(path, methods)| methods.iter().map(|(m, route)| (*path, m, route.access)))
        .collect();
    rows.sort_by(|a, b| (a.0, a.1.as_str()).cmp(&(b.0, b.1.as_str())));
    let mut text = String::from(HEAD);
    let roles = Role::ALL.map(Role::name).join(" | ");
    let lines = "---|".repeat(Role::ALL.len());
    let _ = writeln!(text, "| route | action | {roles} |\n|---|---|{lines}");
    for (path, method, access) in rows {
        let (action, own) = match access {
            Access::Open => {
                let _ = writeln!(
                    text,
                    "| `{method} {path}` | open |{}",
                    " yes |".repeat(Role::ALL.len())
                );
                continue;
            }
            Access::Own => {
                let _ = writeln!(
                    text,
                    "| `{method} {path}` | own |{}",
                    " own |".repeat(Role::ALL.len())
                );
                continue;
            }
            Access::Action(action) => (action, false),
            Access::OwnOr(action) => (action, true),
        };
        let _ = write!(text, "| `{method} {path}` | `{action}` |");
        for role in Role::ALL {
            let word = match (role.allows(action), own) {
                (true, _) => "yes",
                (false, true) => "own",
                (false, false) => "no",
            };
            let _ = write!(text, " {word} |");
        }
        text.push('\n');
    }
    text
}

const HEAD: &str = "# Permissions

Generated from the routes and the predefined roles; do not edit. A role allows actions; a role of \
one's own is a policy (`{\"Version\": \"1.1\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \
[\"cbr:*:get*\"]}]}`), in which denial beats permission. What no role allows is refused.

- Actions of `iam` are about a domain: a role allows them where it is given **on the domain**. \
Those of `iam:domains` are left to the service's first domain.
- All other actions are about the project that a request is for; a role on the domain holds in \
all of its projects.
- *own*: everybody who is logged in, with its own things alone. *open*: no log-in is asked for.

";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_found_by_method_and_template() {
        let vaults = "/v3/{project_id}/vaults";
        let access = |method, path| of(&method, path).map(|route| route.access);
        let list = Access::Action("cbr:vaults:list");
        assert_eq!(access(Method::GET, vaults), Some(list));
        assert_eq!(access(Method::HEAD, vaults), Some(list));
        let create = Access::Action("cbr:vaults:create");
        assert_eq!(access(Method::POST, vaults), Some(create));
        assert_eq!(access(Method::GET, "/health"), Some(Access::Open));
        assert_eq!(access(Method::PATCH, vaults), None);
        let log_in = of(&Method::POST, "/v3/auth/tokens").unwrap();
        assert_eq!(log_in.access, Access::Open);
        assert_eq!(log_in.action, Some("iam:tokens:create"));
    }

    #[test]
    fn every_action_is_one_that_policies_can_name() {
        for action in actions() {
            let pattern: coffer_core::access::Pattern = action.parse().expect(action);
            assert!(pattern.covers(action) && !action.contains('*'), "{action}");
        }
    }
}
