//! How much may run at once, how fast, and when: for hosts and vaults.
//!
//! What is set by the API stands in the catalog and replaces what the configuration says of the
//! host; both are kept in memory, where the queue and the engine look. The service is the only one
//! of its catalog, so what it has in memory is what holds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};

use coffer_core::Error;
use coffer_core::cbr::{Operation, Refusal};
use coffer_core::ids::VaultId;
use coffer_core::window::{WINDOWS_MAX, Windows};
use coffer_core::zone::Zone;
use coffer_engine::throttle::Throttle;
use jiff::Timestamp;

use super::{Actor, App, AppResult, During, vaults};
use crate::catalog::limits::{self as rows, Row};
use crate::catalog::record::Json;
use crate::catalog::{Catalog, tasks};
use crate::config::{Config, LimitConfig};

/// Slowest rate that may be set, in bytes a second: below it a backup would not end.
pub const RATE_MIN: u64 = 1024;
/// Most tasks at once of one host or vault.
pub const TASKS_MAX: u64 = 1000;
const OP: Operation = Operation::Vault;

/// Limits of one host or vault. What is none follows the service's defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limit {
    /// For a host: bytes a second read from or written to its disks. For a vault: bytes a second
    /// as stored. None for no limit.
    pub bytes_per_second: Option<u64>,
    /// Tasks at once, 1 ..= [`TASKS_MAX`].
    pub tasks: Option<u64>,
    /// When automatic backups may begin.
    pub windows: Windows,
}

/// A host with its limits and what it has to do.
#[derive(Debug, Clone)]
pub struct HostLook {
    /// Its name in the configuration.
    pub name: String,
    /// The limits that hold.
    pub limit: Limit,
    /// Tasks at once, also where that is the service's default.
    pub tasks: u64,
    /// They were set by the API, not by the configuration.
    pub set: bool,
    /// Tasks that run.
    pub running: u64,
    /// Tasks that wait.
    pub waiting: u64,
}

/// What a claim of the queue has to know.
#[derive(Debug, Clone, Default)]
pub struct Closed {
    /// Hosts outside their windows.
    pub hosts: Vec<String>,
    /// Vaults outside their windows.
    pub vaults: Vec<VaultId>,
}

/// The limits in force. Clones share them.
#[derive(Clone)]
pub struct LimitTable(Arc<Inner>);

struct Inner {
    tasks_per_host: u64,
    tasks_per_vault: u64,
    configured: HashMap<String, Limit>,
    set: RwLock<Set>,
    throttles: Mutex<HashMap<String, Throttle>>,
}

#[derive(Default)]
struct Set {
    hosts: HashMap<String, Limit>,
    vaults: HashMap<VaultId, Limit>,
}

impl Limit {
    /// Checks what a request or the configuration says.
    pub fn check(self, field: &str) -> Result<Limit, Refusal> {
        let parameter =
            |key: &str, text: String| Refusal::parameter(&format!("{field}{key}"), text);
        if self.bytes_per_second.is_some_and(|rate| rate < RATE_MIN) {
            let text = format!("must be at least {RATE_MIN}, or absent for no limit");
            return Err(parameter("bytes_per_second", text));
        }
        if self.tasks.is_some_and(|n| n == 0 || n > TASKS_MAX) {
            return Err(parameter("tasks", format!("must be 1 to {TASKS_MAX}")));
        }
        if self.windows.list.len() > WINDOWS_MAX {
            return Err(parameter(
                "windows",
                format!("must be at most {WINDOWS_MAX}"),
            ));
        }
        Ok(self)
    }

    fn of_row(row: &Row) -> Limit {
        Limit {
            bytes_per_second: row.bytes_per_second,
            tasks: row.tasks,
            windows: Windows {
                list: row.windows.0.clone(),
                zone: row.zone.as_deref().and_then(Zone::parse),
            },
        }
    }
}

impl LimitTable {
    /// What the configuration says.
    ///
    /// # Errors
    /// `Invalid` that names the host and the key.
    pub fn new(config: &Config) -> coffer_core::Result<LimitTable> {
        let libvirt = config.libvirt.iter().map(|h| (&h.name, &h.limits));
        let images = config.images.iter().map(|h| (&h.name, &h.limits));
        let mut configured = HashMap::new();
        for (name, limits) in libvirt.chain(images) {
            configured.insert(name.to_string(), configured_limit(limits)?);
        }
        Ok(LimitTable(Arc::new(Inner {
            tasks_per_host: config.limits.tasks_per_host as u64,
            tasks_per_vault: config.limits.tasks_per_vault as u64,
            configured,
            set: RwLock::default(),
            throttles: Mutex::default(),
        })))
    }

    /// Reads what was set.
    pub async fn load(&self, catalog: &Catalog) -> coffer_core::Result<()> {
        let mut tx = catalog.snapshot().await?;
        let mut set = Set::default();
        for row in rows::all(&mut tx).await? {
            let limit = Limit::of_row(&row);
            match row.scope.as_str() {
                "host" => drop(set.hosts.insert(row.id, limit)),
                _ => drop(row.id.parse().map(|id| set.vaults.insert(id, limit))),
            }
        }
        *self.0.set.write().expect("no panic holds this lock") = set;
        Ok(())
    }

    /// Limits of a host.
    pub fn host(&self, name: &str) -> Limit {
        let set = self.0.set.read().expect("no panic holds this lock");
        let found = set.hosts.get(name).or(self.0.configured.get(name));
        found.cloned().unwrap_or_default()
    }

    /// Limits of a vault.
    pub fn vault(&self, id: VaultId) -> Limit {
        let set = self.0.set.read().expect("no panic holds this lock");
        set.vaults.get(&id).cloned().unwrap_or_default()
    }

    /// Tasks at once on a host.
    pub fn tasks_of_host(&self, name: &str) -> u64 {
        self.host(name).tasks.unwrap_or(self.0.tasks_per_host)
    }

    /// Tasks at once in a vault.
    pub fn tasks_of_vault(&self, id: VaultId) -> u64 {
        self.vault(id).tasks.unwrap_or(self.0.tasks_per_vault)
    }

    /// What is outside its windows at `now`.
    pub fn closed(&self, now: Timestamp) -> Closed {
        let set = self.0.set.read().expect("no panic holds this lock");
        let configured = self.0.configured.iter();
        let configured = configured.filter(|(name, _)| !set.hosts.contains_key(*name));
        let hosts = set.hosts.iter().chain(configured);
        let shut = |limit: &Limit| !limit.windows.is_open(now);
        Closed {
            hosts: hosts
                .filter(|(_, limit)| shut(limit))
                .map(|(name, _)| name.clone())
                .collect(),
            vaults: set
                .vaults
                .iter()
                .filter(|(_, limit)| shut(limit))
                .map(|(id, _)| *id)
                .collect(),
        }
    }

    /// When automatic backups of a host into a vault may begin: none for now.
    pub fn opens(&self, host: &str, vault: VaultId, now: Timestamp) -> Option<Timestamp> {
        let windows = [self.host(host).windows, self.vault(vault).windows];
        let shut = windows.iter().filter(|w| !w.is_open(now));
        shut.filter_map(|w| w.next_open(now)).max()
    }

    /// What the reads and writes on a host's disks pass.
    pub fn throttle(&self, host: &str) -> Throttle {
        let mut throttles = self.0.throttles.lock().expect("no panic holds this lock");
        let known = throttles.entry(host.to_owned());
        let throttle = known.or_insert_with(|| Throttle::new(self.host(host).bytes_per_second));
        throttle.clone()
    }

    fn put_host(&self, name: &str, limit: Option<Limit>) {
        let mut set = self.0.set.write().expect("no panic holds this lock");
        match limit {
            Some(limit) => set.hosts.insert(name.to_owned(), limit),
            None => set.hosts.remove(name),
        };
        drop(set);
        self.throttle(name).set(self.host(name).bytes_per_second);
    }

    fn put_vault(&self, id: VaultId, limit: Option<Limit>) {
        let mut set = self.0.set.write().expect("no panic holds this lock");
        match limit {
            Some(limit) => set.vaults.insert(id, limit),
            None => set.vaults.remove(&id),
        };
    }
}

fn configured_limit(config: &LimitConfig) -> coffer_core::Result<Limit> {
    let wrong = |zone: &str| Error::invalid(format!("`limits.zone`: `{zone}` is no time zone"));
    let zone = config.zone.as_deref();
    let zone = zone.map(|text| Zone::parse(text).ok_or_else(|| wrong(text)));
    let limit = Limit {
        bytes_per_second: config.bytes_per_second,
        tasks: config.tasks,
        windows: Windows {
            list: config.windows.clone(),
            zone: zone.transpose()?,
        },
    };
    let checked = limit.check("limits.");
    checked.map_err(|refusal| Error::invalid(refusal.message))
}

fn row(scope: &str, id: String, limit: &Limit, now: Timestamp) -> Row {
    Row {
        id,
        scope: scope.to_owned(),
        bytes_per_second: limit.bytes_per_second,
        tasks: limit.tasks,
        windows: Json(limit.windows.list.clone()),
        zone: limit.windows.zone.as_ref().map(|z| z.name().to_owned()),
        updated_at: now,
    }
}

impl App {
    /// The hosts with their limits, by name.
    pub async fn hosts(&self) -> AppResult<Vec<HostLook>> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let counts = tasks::open_by_host(&mut tx).await.during(OP)?;
        let set = self.limits.0.set.read().expect("no panic holds this lock");
        let mut hosts: Vec<HostLook> = self
            .inventory
            .drivers()
            .map(|driver| {
                let name = driver.name().to_owned();
                let of = |state: &str| {
                    let found = counts.iter().find(|(h, s, _)| *h == name && s == state);
                    found.map_or(0, |(_, _, n)| *n)
                };
                let limit = set.hosts.get(&name).or(self.limits.0.configured.get(&name));
                let limit = limit.cloned().unwrap_or_default();
                HostLook {
                    tasks: limit.tasks.unwrap_or(self.limits.0.tasks_per_host),
                    limit,
                    set: set.hosts.contains_key(&name),
                    running: of("running"),
                    waiting: of("waiting"),
                    name,
                }
            })
            .collect();
        hosts.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(hosts)
    }

    /// Sets the limits of a host, or (none) lets the configuration's hold again. They hold at once,
    /// also for what runs. False where there is no such host.
    pub async fn set_host_limit(&self, name: &str, limit: Option<Limit>) -> AppResult<bool> {
        if self.inventory.driver(name).is_err() {
            return Ok(false);
        }
        let limit = limit.map(|limit| limit.check("limits.")).transpose()?;
        let mut tx = self.catalog.write().await.during(OP)?;
        match &limit {
            Some(limit) => {
                let row = row("host", name.to_owned(), limit, self.now());
                rows::set(&mut tx, &row).await.during(OP)?;
            }
            None => drop(rows::forget(&mut tx, "host", name).await.during(OP)?),
        }
        tx.commit().await.during(OP)?;
        tracing::info!(host = name, ?limit, "limits of a host set");
        self.limits.put_host(name, limit);
        self.bell.notify_waiters();
        Ok(true)
    }

    /// The limits of a vault.
    pub async fn vault_limit(&self, actor: &Actor, id: &str) -> AppResult<(Limit, u64)> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let vault = vaults::find(&mut tx, actor, id).await?;
        let limit = self.limits.vault(vault.id);
        Ok((limit, self.limits.tasks_of_vault(vault.id)))
    }

    /// Sets the limits of a vault, or (none) removes them. They hold at once, also for what runs.
    pub async fn set_vault_limit(
        &self,
        actor: &Actor,
        id: &str,
        limit: Option<Limit>,
    ) -> AppResult<()> {
        let limit = limit.map(|limit| limit.check("limits.")).transpose()?;
        let mut tx = self.catalog.write().await.during(OP)?;
        let vault = vaults::find(&mut tx, actor, id).await?;
        let key = vault.id.to_string();
        match &limit {
            Some(limit) => {
                let row = row("vault", key, limit, self.now());
                rows::set(&mut tx, &row).await.during(OP)?;
            }
            None => drop(rows::forget(&mut tx, "vault", &key).await.during(OP)?),
        }
        tx.commit().await.during(OP)?;
        tracing::info!(vault.id = %vault.id, ?limit, "limits of a vault set");
        let rate = limit.as_ref().and_then(|l| l.bytes_per_second);
        self.limits.put_vault(vault.id, limit);
        self.repositories.set_rate(vault.id, rate).await;
        self.bell.notify_waiters();
        Ok(())
    }
}
