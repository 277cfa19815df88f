//! What is wrong with an installation: looked at beside a running service or without one, changing
//! nothing but a probe object in each store, which is removed again.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use coffer_core::{Error, Kind, Result};
use coffer_engine::hypervisor::PowerState;
use coffer_engine::hypervisor::libvirt::SCRATCH_RESERVE;
use coffer_engine::repository::Store as ObjectStore;
use coffer_engine::space;
use futures::future::BoxFuture;
use serde::Serialize;

use crate::catalog::{Catalog, recovery_keys, vaults};
use crate::config::{Config, Store};
use crate::{door, hosts};

/// How long one thing outside may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Space that the catalog should have.
const CATALOG_RESERVE: u64 = 256 << 20;
/// No clock that is right says less: this program was made later.
const EARLIEST: i64 = 1_780_000_000;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// All is well.
    Good,
    /// It works, and something should be looked at.
    Warning,
    /// It does not work.
    Wrong,
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// What was looked at, such as `store main`.
    pub subject: String,
    /// How bad it is.
    pub level: Level,
    /// What was found.
    pub text: String,
    /// What can be done.
    pub hint: Option<String>,
}

/// What was found, thing by thing.
#[derive(Debug, Default)]
pub struct Report(pub Vec<Finding>);

impl Report {
    /// The worst of all.
    pub fn worst(&self) -> Level {
        let levels = self.0.iter().map(|finding| finding.level);
        levels.max().unwrap_or(Level::Good)
    }

    fn add(&mut self, subject: &str, level: Level, text: impl Into<String>, hint: &str) {
        self.0.push(Finding {
            subject: subject.to_owned(),
            level,
            text: text.into(),
            hint: (!hint.is_empty()).then(|| hint.to_owned()),
        });
    }

    fn error(&mut self, subject: &str, level: Level, error: &Error) {
        let hint = error.hint.clone().unwrap_or_default();
        self.add(subject, level, error.chain(), &hint);
    }

    fn result(&mut self, subject: &str, good: &str, result: Result<()>) {
        match result {
            Ok(()) => self.add(subject, Level::Good, good, ""),
            Err(error) => self.error(subject, Level::Wrong, &error),
        }
    }
}

/// Looks at everything that a configuration names.
pub fn examine(config: &Config) -> BoxFuture<'_, Report> {
    Box::pin(async move {
        let mut report = Report::default();
        clock(&mut report);
        data_dir(&mut report, config);
        files(&mut report, config);
        for store in &config.stores {
            look_at_store(&mut report, config, store).await;
        }
        if config.stores.is_empty() {
            let hint = "Add a [[store]] to the configuration.";
            report.add(
                "stores",
                Level::Wrong,
                "none is configured: no vault can be made",
                hint,
            );
        }
        look_at_hosts(&mut report, config).await;
        catalog(&mut report, config).await;
        report
    })
}

fn clock(report: &mut Report) {
    let now = door::now();
    if now.as_second() < EARLIEST {
        let text = format!("says {now}, which cannot be");
        let hint = "Set it: policies, tokens and expiry go by it.";
        report.add("clock", Level::Wrong, text, hint);
        return;
    }
    // What the usual daemons leave where they keep the clock right.
    let kept = [
        "/run/systemd/timesync/synchronized",
        "/run/chrony/chronyd.pid",
        "/var/run/chrony/chronyd.pid",
        "/run/ntpd.pid",
        "/var/run/ntpd.pid",
    ];
    match kept.iter().any(|path| Path::new(path).exists()) {
        true => report.add(
            "clock",
            Level::Good,
            format!("{now}, kept right by the host"),
            "",
        ),
        false => report.add(
            "clock",
            Level::Warning,
            format!("{now}; nothing is seen that keeps it right"),
            "Run a time service such as systemd-timesyncd or chrony.",
        ),
    }
}

fn data_dir(report: &mut Report, config: &Config) {
    let dir = &config.data_dir;
    let subject = "data_dir";
    let meta = match std::fs::metadata(dir) {
        Ok(meta) => meta,
        Err(e) => {
            let text = format!("`{}`: {e}", dir.display());
            let hint = "It is made at the first start, where its parent may be written to.";
            report.add(subject, Level::Warning, text, hint);
            return;
        }
    };
    let mode = meta.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let text = format!("`{}` is open to others (mode {mode:o})", dir.display());
        report.add(
            subject,
            Level::Warning,
            text,
            "It holds keys: chmod 0700 it.",
        );
    }
    let written = probe_folder(dir);
    report.result(
        subject,
        "can be written to, and what is written is kept",
        written,
    );
    report.result(
        "space of data_dir",
        "is enough",
        space::check("data_dir", dir, CATALOG_RESERVE),
    );
    for name in ["server.key", "vaults.key", "catalog.db"] {
        let path = dir.join(name);
        if let Ok(meta) = std::fs::metadata(&path) {
            let mode = meta.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                let text = format!("is open to others (mode {mode:o})");
                report.add(name, Level::Wrong, text, "chmod 0600 it.");
            }
            if meta.uid() != std::fs::metadata(dir).map_or(meta.uid(), |dir| dir.uid()) {
                let text = "belongs to another user than data_dir";
                report.add(
                    name,
                    Level::Wrong,
                    text,
                    "Give all of data_dir to the service's user.",
                );
            }
        }
    }
}

/// Writes a file, makes it durable, reads it back and removes it.
fn probe_folder(dir: &Path) -> Result<()> {
    use std::io::Write;
    let path = dir.join(format!("probe-{}", hex::encode(door::random_bytes::<8>())));
    let tried = || {
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)?;
        file.write_all(b"coffer")?;
        file.sync_all()?;
        std::fs::File::open(dir)?.sync_all()?;
        std::fs::read(&path)
    };
    let read = tried();
    let _ = std::fs::remove_file(&path);
    match read {
        Ok(bytes) if bytes == b"coffer" => Ok(()),
        Ok(_) => Err(Error::data("what was written is not what is read")),
        Err(e) => Err(Error::unavailable(format!("write to `{}`", dir.display()))
            .hint("It must belong to the service's user, on a file system that takes fsync.")
            .caused_by(e)),
    }
}

fn readable(report: &mut Report, subject: &str, path: &Path, secret: bool) {
    match std::fs::metadata(path).and_then(|meta| std::fs::File::open(path).map(|_| meta)) {
        Ok(meta) if secret && meta.permissions().mode() & 0o077 != 0 => {
            let text = format!("`{}` is open to others", path.display());
            report.add(subject, Level::Warning, text, "chmod 0600 it.");
        }
        Ok(_) => report.add(subject, Level::Good, "can be read", ""),
        Err(e) => {
            let text = format!("`{}` cannot be read: {e}", path.display());
            report.add(
                subject,
                Level::Wrong,
                text,
                "The service's user must be able to read it.",
            );
        }
    }
}

fn files(report: &mut Report, config: &Config) {
    if let Some(tls) = &config.http.tls {
        match crate::http::listen::check_certificate(tls) {
            Ok(()) => report.add("http.tls", Level::Good, "certificate and key fit", ""),
            Err(error) => report.error("http.tls", Level::Wrong, &error),
        }
        readable(report, "http.tls.key", &tls.key, true);
    } else if config.http.listen.iter().any(|at| !at.ip().is_loopback()) {
        let text = "passwords and tokens go over the network in plain text";
        let hint = "Set [http.tls], or put a proxy with TLS in front and listen on 127.0.0.1.";
        report.add("http", Level::Warning, text, hint);
    }
    for (subject, path) in [
        ("key.file", &config.key.file),
        ("key.passphrase_file", &config.key.passphrase_file),
        ("metrics.token_file", &config.metrics.token_file),
    ] {
        if let Some(path) = path {
            readable(report, subject, path, true);
        }
    }
    if let Some(path) = config
        .notify
        .smtp
        .as_ref()
        .and_then(|s| s.password_file.as_ref())
    {
        readable(report, "notify.smtp.password_file", path, true);
    }
}

async fn look_at_store(report: &mut Report, config: &Config, store: &Store) {
    let subject = format!("store {}", store.name);
    if let Some(path) = &store.path {
        if !path.exists() {
            let text = format!("`{}` is not there", path.display());
            let hint = "Make it, or mount it: it is made with the first vault otherwise.";
            report.add(&subject, Level::Warning, text, hint);
            return;
        }
        report.result(
            &subject,
            "can be written to, and what is written is kept",
            probe_folder(path),
        );
        let reserve = config.limits.store_reserve_mib << 20;
        let there = space::check("it", path, reserve);
        report.result(&format!("space of {subject}"), "is enough", there);
        return;
    }
    let probed = tokio::time::timeout(PATIENCE, probe_store(store)).await;
    let probed = probed.unwrap_or_else(|_| Err(Error::unavailable("it did not answer in time")));
    report.result(&subject, "takes, gives and removes objects", probed);
}

async fn probe_store(store: &Store) -> Result<()> {
    let location = store
        .url
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let options = match &store.s3 {
        Some(s3) => s3.options()?,
        None => Vec::new(),
    };
    let probe = format!("probe-{}", hex::encode(door::random_bytes::<8>()));
    let objects = ObjectStore::open(&location, &probe, false, &options)?;
    let bytes = bytes::Bytes::from_static(b"coffer");
    objects.create("object", bytes.clone()).await?;
    let read = objects.get("object").await;
    objects.remove("object").await?;
    match read? {
        Some(read) if read == bytes => Ok(()),
        _ => Err(Error::data("what was written is not what is read")),
    }
}

async fn look_at_hosts(report: &mut Report, config: &Config) {
    for host in &config.libvirt {
        let subject = format!("host {}", host.name);
        let (runtime, scratch) = hosts::folders(host);
        let mut made = true;
        for (what, folder) in [("runtime_dir", &runtime), ("scratch_dir", &scratch)] {
            if !folder.exists() {
                made = false;
                let text = format!("{what} `{}` is not there", folder.display());
                let hint = "It is made at the first start, where its parent may be written to.";
                report.add(&subject, Level::Warning, text, hint);
            }
        }
        if scratch.exists() {
            let reserve = host
                .scratch_reserve_mib
                .map_or(SCRATCH_RESERVE, |mib| mib << 20);
            let there = space::check("scratch_dir", &scratch, reserve);
            report.result(&format!("scratch space of {subject}"), "is enough", there);
        }
        // Opening the driver would make the folders, for the wrong user perhaps.
        if !made {
            continue;
        }
        match tokio::time::timeout(PATIENCE, servers(config, host.name.as_str())).await {
            Ok(Ok(text)) => report.add(&subject, Level::Good, text, ""),
            Ok(Err(error)) => report.error(&subject, Level::Wrong, &error),
            Err(_) => report.add(
                &subject,
                Level::Wrong,
                "libvirt did not answer in time",
                "See that its daemon runs, and that the service's user may connect.",
            ),
        }
    }
    for set in &config.images {
        for server in &set.servers {
            for disk in &server.disks {
                let subject = format!("{} {} {}", set.name, server.name, disk.name);
                if std::fs::File::open(&disk.path).is_err() {
                    readable(report, &subject, &disk.path, false);
                }
            }
        }
    }
}

async fn servers(config: &Config, name: &str) -> Result<String> {
    let only = Config {
        libvirt: config
            .libvirt
            .iter()
            .filter(|h| h.name.as_str() == name)
            .cloned()
            .collect(),
        images: Vec::new(),
        ..config.clone()
    };
    let drivers = hosts::open(&only, "doctor")?;
    let driver = drivers
        .first()
        .ok_or_else(|| Error::internal("no driver was made"))?;
    let servers = driver.servers().await?;
    let running = servers
        .iter()
        .filter(|s| s.state == PowerState::Running)
        .count();
    let unsupported: usize = servers
        .iter()
        .flat_map(|s| &s.disks)
        .filter(|d| d.unsupported.is_some())
        .count();
    Ok(format!(
        "libvirt answers: {} servers, {running} of them running; {unsupported} disks cannot be backed up",
        servers.len()
    ))
}

async fn catalog(report: &mut Report, config: &Config) {
    let url = config.catalog_url();
    if !config.data_dir.join("catalog.db").exists() && config.catalog.url.is_none() {
        report.add(
            "catalog",
            Level::Warning,
            "is not there yet",
            "It is made at the first start.",
        );
        return;
    }
    let opened = async {
        let catalog = Catalog::open(&url).await?;
        let running = matches!(catalog.lock_service().await, Err(e) if e.kind == Kind::Conflict);
        let mut tx = catalog.snapshot().await?;
        let mut missing = Vec::new();
        for vault in vaults::all(&mut tx).await? {
            let given = recovery_keys::of(&mut tx, vault.id).await?;
            if given.is_none_or(|given| given.confirmed_at.is_none()) {
                missing.push(vault.name);
            }
        }
        drop(tx);
        catalog.close().await;
        Ok::<_, Error>((running, missing))
    };
    match opened.await {
        Err(error) => report.error("catalog", Level::Wrong, &error),
        Ok((running, missing)) => {
            let text = match running {
                true => "opens; a service works on it",
                false => "opens; no service runs",
            };
            report.add("catalog", Level::Good, text, "");
            match missing.as_slice() {
                [] => report.add("recovery keys", Level::Good, "are kept for all vaults", ""),
                names => report.add(
                    "recovery keys",
                    Level::Warning,
                    format!(
                        "nobody has confirmed that they are kept: {}",
                        names.join(", ")
                    ),
                    "Run `coffer vault recovery-key VAULT --output FILE`, keep the file elsewhere, \
                     and confirm it. Keep a copy of the service's own key too.",
                ),
            }
        }
    }
}
