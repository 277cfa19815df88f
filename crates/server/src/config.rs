//! The configuration file.
//!
//! One TOML file says everything; `docs/coffer.example.toml` has every key with its meaning. A
//! mistake is answered with the key and, where TOML knows it, the line. Besides `main`, only this
//! module reads the environment, and only variables that the file names.

mod object_store;
mod passwords;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use coffer_core::cbr::tag;
use coffer_core::window::Window;
use coffer_core::{Error, Result};
use serde::Deserialize;
use url::Url;

pub use passwords::PasswordRules;

pub use object_store::S3Config;

use crate::notify::Network;

/// Everything a service is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Directory for the catalog, keys and caches; made with mode 0700 where it is missing.
    pub data_dir: PathBuf,
    /// Address clients reach the service at, without a path; none takes it from each request.
    #[serde(default)]
    pub public_url: Option<PublicUrl>,
    /// Region of the service catalog; the first project has this name too.
    #[serde(default = "default_region")]
    pub region: Name,
    /// Name of the first domain.
    #[serde(default = "default_domain")]
    pub domain: Name,
    /// Listeners and limits of HTTP.
    #[serde(default)]
    pub http: Http,
    /// The database.
    #[serde(default)]
    pub catalog: CatalogConfig,
    /// Where vaults may lie.
    #[serde(default, rename = "store")]
    pub stores: Vec<Store>,
    /// Store of vaults that name none; the first one if absent.
    #[serde(default)]
    pub default_store: Option<Name>,
    /// What wraps the keys of vaults.
    #[serde(default)]
    pub key: KeyConfig,
    /// libvirt hosts.
    #[serde(default)]
    pub libvirt: Vec<Libvirt>,
    /// Servers declared as disk images, without a hypervisor.
    #[serde(default)]
    pub images: Vec<Images>,
    /// Logs.
    #[serde(default)]
    pub log: Log,
    /// How much may run at once.
    #[serde(default)]
    pub limits: Limits,
    /// What a password has to be.
    #[serde(default)]
    pub passwords: PasswordRules,
    /// The audit trail.
    #[serde(default)]
    pub audit: AuditConfig,
    /// Telling people.
    #[serde(default)]
    pub notify: NotifyConfig,
    /// Figures for Prometheus.
    #[serde(default)]
    pub metrics: MetricsConfig,
    /// Looking at files of backups.
    #[serde(default)]
    pub files: FilesConfig,
}

/// Looking at files of backups.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesConfig {
    /// Folder with `boot` and `lib/modules` of a kernel for the machine that reads file systems: `/`
    /// unless another is said.
    #[serde(default = "default_kernel_root")]
    pub kernel_root: PathBuf,
    /// Backups at once, 1 to 64: each takes a machine with 256 MiB of memory.
    #[serde(default = "default_file_sessions")]
    pub sessions: usize,
}

impl Default for FilesConfig {
    fn default() -> FilesConfig {
        FilesConfig {
            kernel_root: default_kernel_root(),
            sessions: default_file_sessions(),
        }
    }
}

fn default_kernel_root() -> PathBuf {
    PathBuf::from("/")
}

fn default_file_sessions() -> usize {
    8
}

/// Figures for Prometheus, at `/metrics`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MetricsConfig {
    /// A listener of their own, which asks nobody who it is.
    pub listen: Option<SocketAddr>,
    /// File whose first line is the token with which the service's listeners give them
    /// (`Authorization: Bearer ...`).
    pub token_file: Option<PathBuf>,
    /// Vaults and resources have their names besides their ids.
    pub names: bool,
}

impl MetricsConfig {
    /// The token, where one is configured.
    ///
    /// # Errors
    /// `Invalid` where the file cannot be read, or its first line has fewer than 16 characters.
    pub fn token(&self) -> Result<Option<zeroize::Zeroizing<String>>> {
        let Some(path) = &self.token_file else {
            return Ok(None);
        };
        let wrong = |text: &str| {
            let path = path.display();
            Error::invalid(format!("`metrics.token_file` `{path}`: {text}"))
        };
        let text = std::fs::read_to_string(path)
            .map(zeroize::Zeroizing::new)
            .map_err(|e| wrong("cannot be read").caused_by(e))?;
        let line = text.lines().next().unwrap_or_default().trim();
        match line.len() >= 16 {
            true => Ok(Some(zeroize::Zeroizing::new(line.to_owned()))),
            false => Err(wrong("a token has at least 16 characters")),
        }
    }
}

/// Telling people of what happens.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NotifyConfig {
    /// Networks that webhooks may go to besides public addresses, such as `10.1.0.0/16`.
    pub allow_networks: Vec<Network>,
    /// The mail server; no mails without.
    pub smtp: Option<SmtpConfig>,
}

/// A mail server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// Its name, as its certificate has it.
    pub host: String,
    /// Its port; 587, 465 or 25 by the kind of encryption if absent.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the connection is encrypted.
    #[serde(default)]
    pub tls: MailTls,
    /// Who logs in; nobody if absent.
    #[serde(default)]
    pub user: Option<String>,
    /// File whose first line is the password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Sender of the mails.
    pub from: String,
    /// Certificates (PEM) to trust besides the system's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// Encryption of a connection to a mail server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// Begun in plain text; nothing is sent where the server does not offer TLS.
    #[default]
    Starttls,
    /// From the start.
    Tls,
    /// None: for a mail server on this host.
    None,
}

/// The audit trail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditConfig {
    /// After how many days events go; 0: never.
    pub keep_days: u32,
}

impl Default for AuditConfig {
    fn default() -> AuditConfig {
        AuditConfig { keep_days: 400 }
    }
}

/// HTTP: where to listen, and how much a request may take.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Addresses with port.
    pub listen: Vec<SocketAddr>,
    /// Certificate and key; plain HTTP without.
    pub tls: Option<Tls>,
    /// Largest request body in bytes.
    pub body_limit_bytes: usize,
    /// Longest time for one request in seconds.
    pub request_timeout_seconds: u64,
    /// How long requests may go on after the order to stop, in seconds.
    pub shutdown_grace_seconds: u64,
    /// Connections open at once.
    pub connections: usize,
    /// Proxies whose `X-Forwarded-*` headers are believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
}

impl Default for Http {
    fn default() -> Http {
        Http {
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 8776))],
            tls: None,
            body_limit_bytes: 1024 * 1024,
            request_timeout_seconds: 60,
            shutdown_grace_seconds: 30,
            connections: 4096,
            trusted_proxies: Vec::new(),
        }
    }
}

/// Files of a TLS identity, PEM.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The certificate and the chain below the root.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// The database.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogConfig {
    /// `sqlite:///path` or `postgres://user@host/database`; `catalog.db` in `data_dir` if absent.
    #[serde(default)]
    pub url: Option<String>,
}

/// A place for vaults: either `path` or `url`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// Its name.
    pub name: Name,
    /// A local directory.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// An object store, such as `s3://bucket/prefix`.
    #[serde(default)]
    pub url: Option<Url>,
    /// Access to a store of the kind `s3`.
    #[serde(default)]
    pub s3: Option<S3Config>,
}

/// What wraps the keys of vaults; at most one of the three.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyConfig {
    /// File with a random key; made in `data_dir` where nothing is said.
    #[serde(default)]
    pub file: Option<PathBuf>,
    /// File whose first line is a passphrase.
    #[serde(default)]
    pub passphrase_file: Option<PathBuf>,
    /// Environment variable with a passphrase.
    #[serde(default)]
    pub passphrase_env: Option<String>,
}

/// A libvirt host.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Libvirt {
    /// Its name.
    pub name: Name,
    /// Connection, such as `qemu:///system`.
    #[serde(default = "default_uri")]
    pub uri: String,
    /// Directories in which new images may be made by a restore.
    #[serde(default)]
    pub image_dirs: Vec<PathBuf>,
    /// How much may be asked of it.
    #[serde(default)]
    pub limits: LimitConfig,
    /// Directory for the scratch files of running backups; QEMU's user must be able to write there.
    #[serde(default)]
    pub scratch_dir: Option<PathBuf>,
    /// Space that stays free there, in MiB; 512 if absent.
    #[serde(default)]
    pub scratch_reserve_mib: Option<u64>,
    /// Directory for sockets between Coffer and QEMU: a short path that QEMU's user may reach.
    #[serde(default)]
    pub runtime_dir: Option<PathBuf>,
}

/// A set of servers declared as images.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Images {
    /// Its name.
    pub name: Name,
    /// How much may be asked of their disks.
    #[serde(default)]
    pub limits: LimitConfig,
    /// Where new disks are made; the qcow2 images there belong to no server.
    #[serde(default)]
    pub image_dir: Option<PathBuf>,
    /// Its servers.
    #[serde(default, rename = "server")]
    pub servers: Vec<ImageServer>,
}

/// How much may be asked of a host, until something else is set by the API.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitConfig {
    /// Bytes a second read from and written to its disks, at least 1024.
    pub bytes_per_second: Option<u64>,
    /// Tasks at once; `limits.tasks_per_host` if absent.
    pub tasks: Option<u64>,
    /// When automatic backups may begin, such as `mon-fri 22:00-06:00`; always if empty.
    pub windows: Vec<Window>,
    /// The zone in which the windows are meant; UTC if absent.
    pub zone: Option<String>,
}

/// A server declared as images.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageServer {
    /// Its name; stays the same as long as the server is the same.
    pub name: Name,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Its disks, system disk first.
    #[serde(rename = "disk")]
    pub disks: Vec<ImageDisk>,
}

/// A disk declared as an image file or block device.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageDisk {
    /// Its name, such as `vda`.
    pub name: Name,
    /// File or device.
    pub path: PathBuf,
    /// `raw` or `qcow2`; raw if absent. Must be given for files that look like qcow2.
    #[serde(default)]
    pub format: Option<ImageFormat>,
}

/// Formats of image files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageFormat {
    /// Bytes as the guest sees them.
    Raw,
    /// QEMU's copy-on-write format.
    Qcow2,
}

/// Logs, to standard error.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `text` or `json`.
    pub format: LogFormat,
    /// Least level, or a filter such as `info,coffer_engine=debug`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Log {
        Log {
            format: LogFormat::Text,
            level: "info".to_owned(),
        }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How much may run at once, and how long.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Tasks of the whole service.
    pub tasks: usize,
    /// Tasks that read from or write to one host.
    pub tasks_per_host: usize,
    /// Tasks of one vault.
    pub tasks_per_vault: usize,
    /// Space that stays free in the file system of each store, in MiB: below it no backup begins,
    /// and those that run end.
    pub store_reserve_mib: u64,
    /// Wrong passwords for one user from one address before it has to wait.
    pub login_failures: u32,
    /// Wrong passwords of all users together from one address before it has to wait.
    pub login_failures_per_address: u32,
    /// How long it has to wait, in seconds.
    pub login_lockout_seconds: u64,
    /// Validity of a token in seconds.
    pub token_seconds: u64,
    /// A session in a browser ends after so many seconds in which nothing was asked of it.
    pub session_idle_seconds: u64,
    /// It ends after so many seconds in any case.
    pub session_seconds: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            tasks: 8,
            tasks_per_host: 4,
            tasks_per_vault: 2,
            store_reserve_mib: 512,
            login_failures: 5,
            login_failures_per_address: 100,
            login_lockout_seconds: 300,
            token_seconds: 24 * 3600,
            session_idle_seconds: 30 * 60,
            session_seconds: 12 * 3600,
        }
    }
}

/// A name: 1 to 64 of letters, digits, `_`, `-`, `.` and blanks inside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Name(String);

impl Name {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Name {
    type Error = String;
    fn try_from(text: String) -> Result<Name, String> {
        let legal = |c: char| c.is_alphanumeric() || "_-. ".contains(c);
        let fits = (1..=64).contains(&text.chars().count()) && text.trim() == text;
        match fits && text.chars().all(legal) {
            true => Ok(Name(text)),
            false => Err(format!(
                "`{text}` is no name: 1 to 64 letters, digits, `_`, `-`, `.`, blanks inside"
            )),
        }
    }
}

/// `http://host:port` or `https://...`, without path, user or query. Shown without a final `/`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PublicUrl(String);

impl PublicUrl {
    /// The text, without a final `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = String;
    fn try_from(text: String) -> Result<PublicUrl, String> {
        let wrong = || {
            format!(
                "`{text}` is no http or https URL of scheme, host and port alone (some clients drop paths)"
            )
        };
        let url = Url::parse(&text).map_err(|_| wrong())?;
        let plain = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty();
        match plain {
            true => Ok(PublicUrl(url.as_str().trim_end_matches('/').to_owned())),
            false => Err(wrong()),
        }
    }
}

fn default_region() -> Name {
    Name("local".to_owned())
}

fn default_domain() -> Name {
    Name("Default".to_owned())
}

fn default_uri() -> String {
    "qemu:///system".to_owned()
}

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// `Invalid` that names file, line and key.
    pub fn load(path: &Path) -> Result<Config> {
        let text = std::fs::read_to_string(path).map_err(|e| {
            Error::invalid(format!("read configuration `{}`", path.display()))
                .hint("Name an existing file with --config; docs/coffer.example.toml is a start.")
                .caused_by(e)
        })?;
        Config::parse(&text).map_err(|e| e.context(format!("configuration `{}`", path.display())))
    }

    /// Checks the text of a file. Relative paths are refused: a service has no useful directory.
    pub fn parse(text: &str) -> Result<Config> {
        let config: Config = toml::from_str(text)
            .map_err(|e| Error::invalid(e.to_string().trim_end().to_owned()))?;
        config.check()?;
        Ok(config)
    }

    /// URL of the catalog.
    pub fn catalog_url(&self) -> String {
        match &self.catalog.url {
            Some(url) => url.clone(),
            None => format!("sqlite://{}", self.data_dir.join("catalog.db").display()),
        }
    }

    /// The store of vaults that name none.
    pub fn default_store(&self) -> Option<&Store> {
        match &self.default_store {
            Some(name) => self.stores.iter().find(|store| &store.name == name),
            None => self.stores.first(),
        }
    }

    fn check(&self) -> Result<()> {
        absolute("data_dir", &self.data_dir)?;
        absolute("files.kernel_root", &self.files.kernel_root)?;
        if !(1..=64).contains(&self.files.sessions) {
            return Err(Error::invalid("`files.sessions` must be 1 to 64"));
        }
        if self.http.listen.is_empty() {
            return Err(Error::invalid("`http.listen` is empty"));
        }
        if let Some(tls) = &self.http.tls {
            absolute("http.tls.certificate", &tls.certificate)?;
            absolute("http.tls.key", &tls.key)?;
        }
        for (key, value) in [
            ("http.body_limit_bytes", self.http.body_limit_bytes),
            (
                "http.request_timeout_seconds",
                self.http.request_timeout_seconds as usize,
            ),
            ("http.connections", self.http.connections),
            ("limits.tasks", self.limits.tasks),
            ("limits.tasks_per_host", self.limits.tasks_per_host),
            ("limits.tasks_per_vault", self.limits.tasks_per_vault),
            ("limits.login_failures", self.limits.login_failures as usize),
            (
                "limits.login_failures_per_address",
                self.limits.login_failures_per_address as usize,
            ),
            ("limits.token_seconds", self.limits.token_seconds as usize),
        ] {
            if value == 0 {
                return Err(Error::invalid(format!("`{key}` is 0")));
            }
        }
        self.passwords.validate()?;
        if let Some(path) = &self.metrics.token_file {
            absolute("metrics.token_file", path)?;
        }
        if let Some(smtp) = &self.notify.smtp {
            for (key, path) in [
                ("notify.smtp.password_file", &smtp.password_file),
                ("notify.smtp.ca_file", &smtp.ca_file),
            ] {
                path.as_deref().map_or(Ok(()), |path| absolute(key, path))?;
            }
        }
        self.check_stores()?;
        self.check_key()?;
        self.check_hypervisors()
    }

    fn check_stores(&self) -> Result<()> {
        distinct("store", self.stores.iter().map(|store| &store.name))?;
        for store in &self.stores {
            let name = &store.name;
            match (&store.path, &store.url) {
                (Some(path), None) => absolute(&format!("store `{name}`: path"), path)?,
                (None, Some(_)) => {}
                _ => {
                    return Err(Error::invalid(format!(
                        "store `{name}` needs either `path` or `url`"
                    )));
                }
            }
            let is_s3 = store.url.as_ref().is_some_and(|url| url.scheme() == "s3");
            if store.s3.is_some() && !is_s3 {
                return Err(Error::invalid(format!(
                    "store `{name}` has `s3` and is none: its `url` starts with s3:"
                )));
            }
        }
        match &self.default_store {
            Some(name) if self.default_store().is_none() => Err(Error::invalid(format!(
                "`default_store` names `{name}`, which is no store"
            ))),
            _ => Ok(()),
        }
    }

    fn check_key(&self) -> Result<()> {
        let key = &self.key;
        let given = [
            key.file.is_some(),
            key.passphrase_file.is_some(),
            key.passphrase_env.is_some(),
        ];
        if given.iter().filter(|given| **given).count() > 1 {
            return Err(Error::invalid(
                "`key` takes only one of `file`, `passphrase_file`, `passphrase_env`",
            ));
        }
        for (name, path) in [
            ("key.file", &key.file),
            ("key.passphrase_file", &key.passphrase_file),
        ] {
            path.as_deref()
                .map_or(Ok(()), |path| absolute(name, path))?;
        }
        Ok(())
    }

    fn check_hypervisors(&self) -> Result<()> {
        let names = self.libvirt.iter().map(|host| &host.name);
        distinct(
            "libvirt or images",
            names.chain(self.images.iter().map(|set| &set.name)),
        )?;
        for host in &self.libvirt {
            let dirs = host
                .image_dirs
                .iter()
                .chain(&host.scratch_dir)
                .chain(&host.runtime_dir);
            for dir in dirs {
                absolute(&format!("libvirt `{}`: directory", host.name), dir)?;
            }
        }
        for set in &self.images {
            let what = format!("images `{}`: server", set.name);
            distinct(&what, set.servers.iter().map(|server| &server.name))?;
            for server in &set.servers {
                let what = format!("{what} `{}`: disk", server.name);
                if server.disks.is_empty() {
                    return Err(Error::invalid(format!("{what}: there is none")));
                }
                for (key, value) in &server.tags {
                    tag::check_key(&format!("{what} `{}`: tags", server.name), key)
                        .and_then(|_| tag::check_value(&format!("{what}: tag `{key}`"), value))
                        .map_err(|refusal| Error::invalid(refusal.message))?;
                }
                distinct(&what, server.disks.iter().map(|disk| &disk.name))?;
                for disk in &server.disks {
                    absolute(&format!("{what} `{}`", disk.name), &disk.path)?;
                }
            }
        }
        Ok(())
    }
}

impl KeyConfig {
    /// The passphrase, if one is configured; from its file's first line or its variable.
    #[expect(
        clippy::disallowed_methods,
        reason = "the variable that the file names"
    )]
    pub fn passphrase(&self) -> Result<Option<zeroize::Zeroizing<String>>> {
        if let Some(path) = &self.passphrase_file {
            let text = std::fs::read_to_string(path)
                .map(zeroize::Zeroizing::new)
                .map_err(|e| {
                    Error::invalid(format!("read `key.passphrase_file` `{}`", path.display()))
                        .caused_by(e)
                })?;
            let line = text.lines().next().unwrap_or_default();
            return not_empty("key.passphrase_file", line).map(Some);
        }
        if let Some(name) = &self.passphrase_env {
            let text = std::env::var(name)
                .map(zeroize::Zeroizing::new)
                .map_err(|_| {
                    Error::invalid(format!(
                        "`key.passphrase_env` names `{name}`, which is not set"
                    ))
                })?;
            return not_empty("key.passphrase_env", &text).map(Some);
        }
        Ok(None)
    }
}

fn not_empty(key: &str, text: &str) -> Result<zeroize::Zeroizing<String>> {
    match text.is_empty() {
        true => Err(Error::invalid(format!("`{key}` gives an empty passphrase"))),
        false => Ok(zeroize::Zeroizing::new(text.to_owned())),
    }
}

fn absolute(key: &str, path: &Path) -> Result<()> {
    match path.is_absolute() {
        true => Ok(()),
        false => Err(Error::invalid(format!(
            "`{key}` is `{}`, no absolute path",
            path.display()
        ))),
    }
}

fn distinct<'a>(what: &str, names: impl Iterator<Item = &'a Name>) -> Result<()> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(Error::invalid(format!(
                "{what}: the name `{name}` is given twice"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let error = Config::parse(text).unwrap_err().chain();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn one_line_is_enough() {
        let config = Config::parse("data_dir = '/var/lib/coffer'").unwrap();
        assert_eq!(config.catalog_url(), "sqlite:///var/lib/coffer/catalog.db");
        assert_eq!(config.domain.as_str(), "Default");
        assert_eq!(config.http.listen[0].port(), 8776);
    }

    #[test]
    fn mistakes_name_line_and_key() {
        refused("data_dir = '/a'\nregoin = 'x'", "line 2");
        refused("data_dir = '/a'\nregoin = 'x'", "unknown field `regoin`");
        refused("data_dir = '/a'\nregion = 7", "line 2");
        refused("region = 'x'", "data_dir");
        refused("data_dir = 'a'", "`data_dir` is `a`, no absolute path");
        refused("data_dir = '/a'\n[files]\nsessions = 0", "files.sessions");
        refused(
            "data_dir = '/a'\n[files]\nkernel_root = 'k'",
            "files.kernel_root",
        );
        refused("data_dir = '/a'\npublic_url = 'http://h/api'", "line 2");
        refused("data_dir = '/a'\n[http]\nlisten = ['x']", "line 3");
        refused(
            "data_dir = '/a'\n[http]\nbody_limit_bytes = 0",
            "`http.body_limit_bytes` is 0",
        );
    }

    #[test]
    fn parts_must_fit_together() {
        refused("data_dir = '/a'\ndefault_store = 'b'", "which is no store");
        refused(
            "data_dir = '/a'\n[[store]]\nname = 'b'",
            "either `path` or `url`",
        );
        refused(
            "data_dir = '/a'\n[[libvirt]]\nname = 'b'\n[[images]]\nname = 'b'",
            "`b` is given twice",
        );
        refused(
            "data_dir = '/a'\n[key]\nfile = '/k'\npassphrase_env = 'K'",
            "only one of",
        );
    }

    #[test]
    fn the_example_is_complete_and_legal() {
        let text = include_str!("../../../docs/coffer.example.toml");
        let active = Config::parse(text).unwrap();
        assert_eq!(active.stores.len(), 1);
        // Every commented-out key is legal too: `#key = value` and `#[section]`.
        let all: String = text
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(rest) if !rest.starts_with(' ') => format!("{rest}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let all = Config::parse(&all).unwrap();
        assert_eq!(all.libvirt.len(), 1);
        assert_eq!(all.images[0].servers[0].disks.len(), 2);
        assert!(all.http.tls.is_some());
    }
}
