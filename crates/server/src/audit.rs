//! The audit trail: every operation that changes something, every log-in, and how tasks end.
//!
//! A request that may change something carries a [`Journal`]. The first transaction that it
//! commits takes the event along, as `unfinished`; before the answer goes out the event is
//! completed with its result. What commits nothing (it was refused, say) is added then. So what
//! was carried out is always recorded, and a crash in between leaves an unfinished event.
//!
//! Secrets never get here: of what was asked for, only what is named in [`told`] is kept.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::sync::{Arc, Mutex};

use axum::http::Method;
use coffer_core::Result;
use coffer_core::ids::{DomainId, ProjectId, UserId};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sqlx::AnyConnection;

use crate::catalog::audit::{self as rows, Event};
use crate::catalog::record::Json;
use crate::catalog::{Catalog, Tx};
use crate::http::ApiError;
use crate::identity::Caller;

/// Most characters kept of a text from outside.
const TEXT_MAX: usize = 200;
/// Most bytes kept of what was asked for.
const DETAIL_BYTES_MAX: usize = 2048;

tokio::task_local! {
    static CURRENT: Journal;
}

/// The event that is being written.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Mutex<Entry>>,
}

struct Entry {
    event: Event,
    added: bool,
    silent: bool,
}

/// What is known before an operation begins.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// When.
    pub at: Timestamp,
    /// `operation` or `login`.
    pub kind: &'static str,
    /// The action.
    pub action: &'static str,
    /// How the caller showed who it is, and which of its keys or sessions.
    pub credential: (&'static str, String),
    /// Where from.
    pub address: String,
    /// The client.
    pub agent: String,
    /// The request.
    pub request_id: String,
}

impl Journal {
    /// A journal of an operation that begins.
    pub fn begin(beginning: Beginning) -> Journal {
        let event = Event {
            id: rows::new_id(beginning.at),
            at: beginning.at,
            kind: beginning.kind.to_owned(),
            domain_id: None,
            project_id: None,
            user_id: None,
            user_name: String::new(),
            credential: beginning.credential.0.to_owned(),
            credential_id: beginning.credential.1,
            trace: trace_of(beginning.action),
            resource_type: type_of(beginning.action),
            action: beginning.action.to_owned(),
            resource_id: String::new(),
            resource_name: String::new(),
            address: beginning.address,
            agent: short(&beginning.agent),
            request_id: beginning.request_id,
            result: "unfinished".to_owned(),
            status: 0,
            error_code: String::new(),
            error_message: String::new(),
            detail: Json(Value::Null),
        };
        Journal {
            inner: Arc::new(Mutex::new(Entry {
                event,
                added: false,
                silent: false,
            })),
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut Entry) -> T) -> T {
        let mut entry = self.inner.lock().expect("nothing panics with it");
        change(&mut entry)
    }

    /// True for a log-in.
    pub fn is_log_in(&self) -> bool {
        self.change(|entry| entry.event.kind == "login")
    }

    /// Says who does it.
    pub fn caller(&self, caller: &Caller) {
        self.change(|entry| {
            let event = &mut entry.event;
            event.domain_id = Some(caller.user_domain_id);
            event.project_id = caller.project_id();
            event.user_id = Some(caller.user_id);
            event.user_name.clone_from(&caller.user_name);
        });
    }

    /// Says which domain it is done in, where there is no caller.
    pub fn domain(&self, domain: DomainId) {
        self.change(|entry| entry.event.domain_id = Some(domain));
    }

    /// Says what it is done to.
    pub fn resource(&self, kind: &str, id: &str, name: Option<String>) {
        self.change(|entry| {
            let event = &mut entry.event;
            event.resource_type = kind.to_owned();
            event.resource_id = short(id);
            event.resource_name = short(&name.unwrap_or_default());
        });
    }

    /// Says what it is done to by its name alone.
    pub fn named(&self, name: &str) {
        self.change(|entry| entry.event.resource_name = short(name));
    }

    /// Keeps what was asked for, as far as it may be told.
    pub fn asked(&self, path: Map<String, Value>, body: &[u8]) {
        self.change(|entry| {
            let action = entry.event.action.clone();
            let mut detail = Map::new();
            if !path.is_empty() {
                detail.insert("path".to_owned(), Value::Object(path));
            }
            if let Some(body) = told(&action, body) {
                detail.insert("body".to_owned(), body);
            }
            entry.event.detail = Json(Value::Object(detail));
        });
    }

    /// Runs `work` with this journal at hand.
    pub async fn during<F: Future>(&self, work: F) -> F::Output {
        CURRENT.scope(self.clone(), work).await
    }

    /// Completes the event: in the catalog when this returns.
    pub async fn end(&self, catalog: &Catalog, ended: Ended<'_>) {
        let (event, silent) = self.change(|entry| {
            ended.write(&mut entry.event);
            (entry.event.clone(), entry.silent)
        });
        if silent {
            return;
        }
        let written = async {
            let mut tx = catalog.write().await?;
            if !rows::complete(tx.connection(), &event).await? {
                rows::insert(tx.connection(), &event).await?;
            }
            tx.commit().await
        };
        // Outside of the journal's own scope: its commit takes nothing along.
        if let Err(error) = written.await {
            tracing::error!(
                error = %error.chain(), action = event.action, request.id = event.request_id,
                "audit event of {} could not be completed: {} {}", event.action, event.result,
                event.status
            );
        }
    }
}

/// How an operation ended.
#[derive(Debug, Clone, Copy)]
pub struct Ended<'a> {
    /// Status of the answer.
    pub status: u16,
    /// The error, where it is one.
    pub error: Option<&'a ApiError>,
    /// The answer's body, where it says what was made.
    pub answer: Option<&'a Value>,
}

impl Ended<'_> {
    fn write(&self, event: &mut Event) {
        event.status = i64::from(self.status);
        event.result = match self.status {
            0..400 => "success",
            400..500 => "refused",
            _ => "failed",
        }
        .to_owned();
        if let Some(error) = self.error {
            event.error_code = error.code().to_owned();
            event.error_message = short(&error.text());
        }
        if event.resource_id.is_empty()
            && let Some((id, name)) = self.answer.and_then(made)
        {
            event.resource_id = short(id);
            event.resource_name = short(name);
        }
    }
}

/// Id and name of what an answer says was made: `{"vault": {"id": ..., "name": ...}}`.
fn made(answer: &Value) -> Option<(&str, &str)> {
    let answer = answer.as_object()?;
    let objects = answer.values().filter_map(Value::as_object);
    for object in objects.chain([answer]) {
        let id = ["id", "access", "checkpoint_id", "task_id", "member_id"]
            .iter()
            .find_map(|key| object.get(*key)?.as_str());
        if let Some(id) = id {
            let name = object.get("name").and_then(Value::as_str);
            return Some((id, name.unwrap_or_default()));
        }
    }
    None
}

/// Takes the event of the running operation along with a transaction that is about to commit.
pub(crate) async fn on_commit(db: &mut AnyConnection) -> Result<()> {
    let Ok(journal) = CURRENT.try_with(Journal::clone) else {
        return Ok(());
    };
    let event = journal.change(|entry| {
        let first = !std::mem::replace(&mut entry.added, true);
        first.then(|| entry.event.clone())
    });
    match event {
        Some(event) => rows::begin(db, &event).await,
        None => Ok(()),
    }
}

/// Says that a transaction which may have taken the event along was not committed: the next one
/// takes it.
pub(crate) fn commit_failed() {
    let _ = CURRENT.try_with(|journal| journal.change(|entry| entry.added = false));
}

/// Says that this is one of very many alike, of which another one is recorded.
pub fn silence() {
    let _ = CURRENT.try_with(|journal| journal.change(|entry| entry.silent = true));
}

/// Says whose log-in is tried. A name that nobody has is not kept: it may be a password typed into
/// the wrong field.
pub fn tried(user: UserId, name: &str, domain: DomainId) {
    let _ = CURRENT.try_with(|journal| {
        journal.change(|entry| {
            entry.event.user_id = Some(user);
            name.clone_into(&mut entry.event.user_name);
            entry.event.domain_id = Some(domain);
        });
    });
}

/// Something that the service did by itself: a task that ended, a backup that retention takes.
pub struct Done<'a> {
    /// When.
    pub at: Timestamp,
    /// About which project.
    pub project: ProjectId,
    /// The action that a caller would have needed.
    pub action: &'static str,
    /// Type, id and name of what it was done to.
    pub resource: (&'a str, String, String),
    /// The request or run that began it.
    pub request_id: &'a str,
    /// Code and text of the error it ended with.
    pub error: Option<(&'a str, &'a str)>,
    /// What else there is to say.
    pub detail: Value,
}

/// Adds what the service did by itself, in the transaction that does it.
pub async fn system(tx: &mut Tx, done: Done<'_>) -> Result<()> {
    system_all(tx, vec![done]).await
}

/// As [`system`], for several things at once.
pub async fn system_all(tx: &mut Tx, done: Vec<Done<'_>>) -> Result<()> {
    let mut domains = HashMap::new();
    let mut events = Vec::new();
    for one in done {
        let domain = match domains.entry(one.project) {
            Slot::Occupied(known) => *known.get(),
            Slot::Vacant(free) => {
                *free.insert(rows::domain_of(tx.connection(), one.project).await?)
            }
        };
        events.push(one.event(domain));
    }
    rows::insert_all(tx.connection(), &events).await
}

impl Done<'_> {
    fn event(self, domain_id: Option<DomainId>) -> Event {
        let (resource_type, resource_id, resource_name) = self.resource;
        let (code, text) = self.error.unwrap_or_default();
        Event {
            id: rows::new_id(self.at),
            at: self.at,
            kind: "system".to_owned(),
            domain_id,
            project_id: Some(self.project),
            user_id: None,
            user_name: String::new(),
            credential: "service".to_owned(),
            credential_id: String::new(),
            action: self.action.to_owned(),
            trace: trace_of(self.action),
            resource_type: resource_type.to_owned(),
            resource_id,
            resource_name: short(&resource_name),
            address: String::new(),
            agent: String::new(),
            request_id: self.request_id.to_owned(),
            result: match self.error {
                Some(_) => "failed",
                None => "success",
            }
            .to_owned(),
            status: 0,
            error_code: code.to_owned(),
            error_message: short(text),
            detail: Json(self.detail),
        }
    }
}

/// True for an action that changes something, or takes what is in backups out of the service: what
/// does neither is not recorded.
pub fn is_change(method: &Method, action: &str) -> bool {
    let verb = action.rsplit(':').next().unwrap_or_default();
    if verb == "export" && *method == Method::GET {
        return true;
    }
    let reads = ["get", "list", "query"]
        .iter()
        .any(|word| verb.starts_with(word));
    !matches!(*method, Method::GET | Method::HEAD) && !reads
}

fn short(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}

/// `vault` of `cbr:vaults:create`.
fn type_of(action: &str) -> String {
    let kind = action.split(':').nth(1).unwrap_or_default();
    match kind {
        "policies" => "policy".to_owned(),
        "cloudServers" | "servers" => "server".to_owned(),
        "volumes" => "disk".to_owned(),
        "credentials" => "access_key".to_owned(),
        "member" => "backup".to_owned(),
        "files" => "backup".to_owned(),
        kind => kind.strip_suffix('s').unwrap_or(kind).to_owned(),
    }
}

/// The name that CBR's audit trail has for an action (AUD-01); else one made like those.
fn trace_of(action: &str) -> String {
    let mut parts = action.split(':');
    let (service, kind) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let verb = parts.next().unwrap_or_default();
    let known = match (service, kind, verb) {
        ("cbr", "vaults", "backup") => "createVaultBackup",
        ("cbr", "vaults", "replicate") => "replicateVaultBackup",
        ("cbr", "vaults", "sync") => "syncVaultBackup",
        ("cbr", "vaults", "setTags") => "createVaultTag",
        ("cbr", "vaults", "deleteTags") => "deleteVaultTag",
        ("cbr", "vaults", "bulkCreateOrDeleteTags") => "bulkCreateDeleteVaultTag",
        (
            "cbr",
            "vaults",
            "associatePolicy" | "dissociatePolicy" | "addResources" | "removeResources"
            | "setResources" | "migrateResources",
        ) => verb,
        ("cbr", "member", "create") => "createBackupMember",
        ("cbr", "member", "update") => "updateBackupMember",
        ("cbr", "member", "delete") => "deleteBackupMember",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let kind = type_of(action);
    let mut words = kind.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    format!("{verb}{}", words.by_ref().collect::<String>())
}

/// What may be told of a body: fields of what is backed up. Bodies about users, keys and settings
/// are told by the fields named here alone.
fn told(action: &str, body: &[u8]) -> Option<Value> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let service = action.split(':').next().unwrap_or_default();
    let mut body = match service {
        "cbr" | "ecs" | "evs" | "ims" => body,
        _ => {
            const NAMED: &[&str] = &[
                "name",
                "description",
                "enabled",
                "default_project_id",
                "policy",
                "path",
                "must_change_password",
            ];
            let fields = body.as_object()?.values().next()?.as_object()?;
            let kept = fields
                .iter()
                .filter(|(key, _)| NAMED.contains(&key.as_str()))
                .map(|(key, value)| (key.clone(), value.clone()));
            Value::Object(kept.collect())
        }
    };
    scrub(&mut body);
    match body.to_string().len() <= DETAIL_BYTES_MAX {
        true => Some(body),
        false => Some(json!({"left_out": "larger than 2048 bytes"})),
    }
}

/// Takes out what has the name of a secret, wherever it stands.
fn scrub(value: &mut Value) {
    const SECRET: &[&str] = &[
        "password",
        "secret",
        "token",
        "credential",
        "private",
        "passphrase",
    ];
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let key = key.to_ascii_lowercase();
                // A flag about a secret is none.
                let flag = value.is_boolean() || value.is_null();
                match SECRET.iter().any(|word| key.contains(word)) && !flag {
                    true => *value = Value::String("(secret)".to_owned()),
                    false => scrub(value),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(scrub),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_have_the_names_of_the_audit_trail() {
        for (action, trace) in [
            ("cbr:vaults:create", "createVault"),
            ("cbr:vaults:associatePolicy", "associatePolicy"),
            ("cbr:vaults:migrateResources", "migrateResources"),
            ("cbr:vaults:backup", "createVaultBackup"),
            (
                "cbr:vaults:bulkCreateOrDeleteTags",
                "bulkCreateDeleteVaultTag",
            ),
            ("cbr:policies:update", "updatePolicy"),
            ("cbr:backups:restore", "restoreBackup"),
            ("cbr:member:delete", "deleteBackupMember"),
            ("iam:credentials:create", "createAccessKey"),
            ("iam:users:delete", "deleteUser"),
        ] {
            assert_eq!(trace_of(action), trace, "{action}");
        }
    }

    #[test]
    fn secrets_are_not_told() {
        let check = |action: &str, body: Value, expected: Value| {
            assert_eq!(told(action, body.to_string().as_bytes()), Some(expected));
        };
        check(
            "iam:users:create",
            json!({"user": {"name": "eve", "password": "hush", "note": "x"}}),
            json!({"name": "eve"}),
        );
        check(
            "cbr:vaults:create",
            json!({"vault": {"name": "v", "tags": [{"key": "k"}], "api_token": ["hush"]}}),
            json!({"vault": {"name": "v", "tags": [{"key": "k"}], "api_token": "(secret)"}}),
        );
        assert_eq!(
            told("iam:users:setPassword", br#"{"password": "hush"}"#),
            None
        );
        let large = json!({"vault": {"name": "x".repeat(5000)}});
        let told = told("cbr:vaults:create", large.to_string().as_bytes());
        assert!(told.unwrap().get("left_out").is_some());
    }

    #[test]
    fn answers_say_what_was_made() {
        let check = |answer: Value, expected: Option<(&str, &str)>| {
            assert_eq!(made(&answer), expected, "{answer}");
        };
        check(json!({"vault": {"id": "1", "name": "v"}}), Some(("1", "v")));
        check(json!({"task_id": "7"}), Some(("7", "")));
        check(json!({"access_key": {"access": "AK"}}), Some(("AK", "")));
        check(json!([1]), None);
        check(json!({"sync": []}), None);
    }

    #[test]
    fn reads_are_not_recorded() {
        assert!(is_change(&Method::POST, "cbr:vaults:create"));
        assert!(!is_change(&Method::GET, "cbr:vaults:create"));
        assert!(!is_change(
            &Method::POST,
            "cbr:vaults:listResourceInstances"
        ));
        assert!(is_change(&Method::GET, "coffer:backups:export"));
        assert!(!is_change(&Method::HEAD, "coffer:backups:export"));
    }
}
