//! The audit trail, and one's own password.

use coffer_core::Result;
use coffer_core::error::Context as _;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Client, Service, encoded, query};

/// Most events of one answer.
const PAGE: usize = 1000;

/// Which events of the audit trail are meant.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuditFilter<'a> {
    /// At this time or later.
    pub from: Option<&'a str>,
    /// Before this time.
    pub to: Option<&'a str>,
    /// Who did it.
    pub user: Option<&'a str>,
    /// What was done.
    pub action: Option<&'a str>,
    /// To what kind of thing.
    pub resource_type: Option<&'a str>,
    /// To which.
    pub resource: Option<&'a str>,
    /// Whose doing.
    pub kind: Option<&'a str>,
    /// How it ended.
    pub result: Option<&'a str>,
}

impl Client {
    /// Events of the audit trail, newest first, `most` at most; and whether there are more.
    pub async fn audit(&self, filter: &AuditFilter<'_>, most: usize) -> Result<(Vec<Value>, bool)> {
        let mut events = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let limit = (most - events.len()).clamp(1, PAGE).to_string();
            let path = query(&[
                ("from", filter.from),
                ("to", filter.to),
                ("user", filter.user),
                ("action", filter.action),
                ("resource_type", filter.resource_type),
                ("resource", filter.resource),
                ("kind", filter.kind),
                ("result", filter.result),
                ("limit", Some(&limit)),
                ("marker", marker.as_deref()),
            ]);
            let body = self.get(Service::Root, &format!("/audit{path}")).await;
            let mut body = body.context("show audit trail")?;
            if let Some(Value::Array(page)) = body.get_mut("events").map(Value::take) {
                events.extend(page);
            }
            marker = body["next_marker"].as_str().map(str::to_owned);
            if marker.is_none() || events.len() >= most {
                events.truncate(most);
                return Ok((events, marker.is_some()));
            }
        }
    }

    /// Sets one's own password.
    pub async fn set_own_password(&self, user: &str, old: &str, new: &str) -> Result<()> {
        let path = format!("/users/{}/password", encoded(user));
        let body = json!({ "original_password": old, "password": new });
        let done = self.call(Service::Root, Method::POST, &path, Some(&body));
        done.await.map(drop).context("set password")
    }
}
