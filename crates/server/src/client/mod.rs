//! The command line's client of a Coffer service.
//!
//! It speaks what any other client speaks (Keystone's log-in, CBR v3, the lists of servers and
//! disks) and Coffer's own additions under `/coffer/v1`. Answers are kept as the documents they
//! came as, beside the few fields that the commands read: `--json` prints the former.

mod cbr;
mod changes;
mod coffer;
mod compute;
mod export;
mod failure;
mod files;
mod identity;
mod images;
mod import;
mod jobs;
mod keystone;
mod policy;
mod transport;
mod ways;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use coffer_core::{Error, Kind, Result};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;
use zeroize::Zeroizing;

pub use cbr::{
    Backup, BackupFilter, Checkpoint, CheckpointRequest, Mapping, Resource, RestoreRequest, Task,
    TaskFilter, Vault, VaultRequest, VaultUpdate,
};
pub use changes::{ChangedDisk, ChangedExtent, ChangesFilter};
pub use coffer::{BackupDetails, TagsOf};
pub use compute::{Attachment, Disk, Server, ServerAction};
pub use export::{RemoteFile, Resume};
pub use failure::ApiFailure;
pub use files::{FileEntry, FileVolume, InBackup};
pub use identity::AuditFilter;
pub use images::Image;
pub use import::Upload;
pub use jobs::{ChangeOfDisk, Job};
pub use keystone::{Session, log_in, revoke};
pub use policy::Policy;
use transport::Transport;
pub use ways::{Estimate, Made};

/// Resource type of servers in the CBR API.
pub const SERVER_TYPE: &str = "OS::Nova::Server";
/// Resource type of disks in the CBR API.
pub const DISK_TYPE: &str = "OS::Cinder::Volume";

/// How to reach a service.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Log-in address, `https://host/v3`.
    pub auth_url: Url,
    /// Certificates (PEM) to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Whom to reach where several regions are offered.
    pub region: Option<String>,
    /// How long one request may take in all.
    pub timeout: Duration,
}

/// Who logs in, and by what.
#[derive(Clone)]
pub enum Credentials {
    /// User and password: a token that ran out is replaced without asking.
    Password {
        /// Name or id.
        user: Reference,
        /// Domain of a user given by name.
        user_domain: Reference,
        /// The password.
        password: Zeroizing<String>,
    },
    /// A token from an earlier log-in; when it runs out, the user has to log in again.
    Token(Zeroizing<String>),
}

/// Something in Keystone by name or id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// By name.
    Name(String),
    /// By id.
    Id(String),
}

/// What the token shall be good for.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The project; none for the service's choice, which is an unscoped token.
    pub project: Option<Reference>,
    /// Domain of a project given by name.
    pub project_domain: Reference,
}

/// A document of an API and the fields of it that commands read.
#[derive(Debug, Clone)]
pub struct Document<T> {
    /// The fields.
    pub value: T,
    /// All of it, as it came.
    pub raw: Value,
}

/// A logged-in client. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    transport: Transport,
    endpoint: Endpoint,
    credentials: Credentials,
    scope: Scope,
    session: Mutex<Arc<Session>>,
}

impl Client {
    /// Logs in with the credentials, or looks the token up.
    ///
    /// Fails with `Invalid` for wrong credentials and with `Unavailable` where nobody answers.
    pub async fn connect(
        endpoint: Endpoint,
        credentials: Credentials,
        scope: Scope,
    ) -> Result<Client> {
        let transport = Transport::new(&endpoint)?;
        let session = match &credentials {
            Credentials::Password { .. } => {
                keystone::password(&transport, &endpoint, &credentials, &scope).await?
            }
            Credentials::Token(token) => keystone::look_up(&transport, &endpoint, token).await?,
        };
        Ok(Client(Arc::new(Inner {
            transport,
            endpoint,
            credentials,
            scope,
            session: Mutex::new(Arc::new(session)),
        })))
    }

    /// The log-in in force.
    pub async fn session(&self) -> Arc<Session> {
        self.0.session.lock().await.clone()
    }

    /// Sends a request to a service of the catalog; `path` begins with `/`.
    ///
    /// A 401 leads to one new log-in where there is a password.
    async fn call(
        &self,
        service: Service,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Option<Value>> {
        let session = self.session().await;
        let url = self.url(&session, service, path)?;
        let answer = self
            .0
            .transport
            .send(method.clone(), url, Some(&session.token), body);
        let failure = match answer.await {
            Err(error) if failure::status_of(&error) == Some(401) => error,
            other => return other,
        };
        let Credentials::Password { .. } = self.0.credentials else {
            return Err(failure.hint("The log-in has run out: run `coffer login`."));
        };
        let session = self.log_in_again(&session).await?;
        let url = self.url(&session, service, path)?;
        self.0
            .transport
            .send(method, url, Some(&session.token), body)
            .await
    }

    /// Makes a connection that speaks `protocol`; a 401 leads to one new log-in, as in `call`.
    async fn upgrade(
        &self,
        service: Service,
        path: &str,
        protocol: &str,
    ) -> Result<reqwest::Upgraded> {
        let session = self.session().await;
        let url = self.url(&session, service, path)?;
        let transport = &self.0.transport;
        match transport.upgrade(url, &session.token, protocol).await {
            Err(error) if failure::status_of(&error) == Some(401) => {
                let Credentials::Password { .. } = self.0.credentials else {
                    return Err(error.hint("The log-in has run out: run `coffer login`."));
                };
                let session = self.log_in_again(&session).await?;
                let url = self.url(&session, service, path)?;
                transport.upgrade(url, &session.token, protocol).await
            }
            other => other,
        }
    }

    /// A new log-in where there is a password to have it by; else `error`, which was a 401.
    async fn renewed(&self, stale: &Arc<Session>, error: Error) -> Result<Arc<Session>> {
        match self.0.credentials {
            Credentials::Password { .. } => self.log_in_again(stale).await,
            Credentials::Token(_) => Err(error.hint("The log-in has run out: run `coffer login`.")),
        }
    }

    /// Replaces `stale`, unless somebody else has done so meanwhile.
    async fn log_in_again(&self, stale: &Arc<Session>) -> Result<Arc<Session>> {
        let inner = &self.0;
        let mut current = inner.session.lock().await;
        if Arc::ptr_eq(&current, stale) {
            let fresh = keystone::password(
                &inner.transport,
                &inner.endpoint,
                &inner.credentials,
                &inner.scope,
            );
            *current = Arc::new(fresh.await?);
        }
        Ok(current.clone())
    }

    fn url(&self, session: &Session, service: Service, path: &str) -> Result<Url> {
        let region = self.0.endpoint.region.as_deref();
        let base = match service {
            Service::Catalog(name) => session.endpoint(name, region)?,
            Service::Bare => keystone::root(&self.0.endpoint.auth_url),
            Service::Root => {
                let root = keystone::root(&self.0.endpoint.auth_url);
                format!("{root}/coffer/v1")
            }
            // Not every catalog names it: it lies on the listener of the log-in.
            Service::Coffer => match session.endpoint("coffer", region) {
                Ok(base) => base,
                Err(_) => {
                    let project = session.project_id()?;
                    let root = keystone::root(&self.0.endpoint.auth_url);
                    format!("{root}/coffer/v1/{project}")
                }
            },
        };
        let text = format!("{}{path}", base.trim_end_matches('/'));
        Url::parse(&text).map_err(|e| {
            Error::data(format!("the catalog's address `{text}` is no URL")).caused_by(e)
        })
    }

    async fn get(&self, service: Service, path: &str) -> Result<Value> {
        let body = self.call(service, Method::GET, path, None).await?;
        body.ok_or_else(|| Error::data(format!("the service gave no answer to GET {path}")))
    }
}

/// Which part of the service a request goes to.
#[derive(Debug, Clone, Copy)]
enum Service {
    /// By its type in the catalog.
    Catalog(&'static str),
    /// Coffer's own additions, of the project.
    Coffer,
    /// Coffer's own additions that belong to no project.
    Root,
    /// The listener of the log-in, without any path.
    Bare,
}

const CBR: Service = Service::Catalog("cbr");
const COMPUTE: Service = Service::Catalog("compute");
const VOLUME: Service = Service::Catalog("volumev3");
/// Calls of ECS and EVS, which give jobs.
const ECS: Service = Service::Catalog("ecs");
const EVS: Service = Service::Catalog("volumev2");

/// Takes the member `name` out of an answer and reads it.
fn unwrap<T: DeserializeOwned>(mut body: Value, name: &str) -> Result<Document<T>> {
    let raw = body.get_mut(name).map(Value::take);
    let raw = raw.ok_or_else(|| Error::data(format!("the service's answer has no `{name}`")))?;
    read(raw, name)
}

/// Takes the list `name` out of an answer and reads its items.
fn unwrap_list<T: DeserializeOwned>(mut body: Value, name: &str) -> Result<Vec<Document<T>>> {
    match body.get_mut(name).map(Value::take) {
        Some(Value::Array(items)) => items.into_iter().map(|item| read(item, name)).collect(),
        _ => Err(Error::data(format!(
            "the service's answer has no list `{name}`"
        ))),
    }
}

fn read<T: DeserializeOwned>(raw: Value, name: &str) -> Result<Document<T>> {
    let value = T::deserialize(&raw)
        .map_err(|e| Error::data(format!("read `{name}` of the service's answer")).caused_by(e))?;
    Ok(Document { value, raw })
}

/// A path segment or query value, percent-encoded.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

/// A query, from the pairs that have a value; begins with `?` unless empty.
fn query(pairs: &[(&str, Option<&str>)]) -> String {
    let given = pairs
        .iter()
        .filter_map(|(name, value)| Some((name, (*value)?)));
    let text: Vec<String> = given.map(|(n, v)| format!("{n}={}", encoded(v))).collect();
    if text.is_empty() {
        String::new()
    } else {
        format!("?{}", text.join("&"))
    }
}

/// Kind of a failure by its HTTP status.
fn kind_of(status: u16) -> Kind {
    match status {
        404 => Kind::NotFound,
        409 | 423 => Kind::Conflict,
        0 | 408 | 429 | 502..=504 => Kind::Unavailable,
        400..=499 => Kind::Invalid,
        _ => Kind::Internal,
    }
}
