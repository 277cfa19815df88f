//! What there is to protect: the catalog's copy of what the hypervisors say.
//!
//! A server or disk gets its id at first sight and keeps it as long as its driver calls it by the
//! same native id (decision H3). New servers enter the default project. What is gone is marked,
//! not removed: its backups stay, and it may come back.

mod sync;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use coffer_core::ids::ProjectId;
use coffer_core::{Error, Result};
use coffer_engine::hypervisor::{Hypervisor, ServerInfo};
use futures::StreamExt;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::catalog::disks::Disk;
use crate::catalog::servers::Server;
use crate::catalog::{Catalog, disks, resource_tags, servers};
use crate::door::Clock;

/// How long a driver may take to answer before the catalog's copy is used as it is.
const DRIVER_PATIENCE: Duration = Duration::from_secs(20);
/// How old what was found may be for a run of a policy: the hosts are looked at twice as often.
const RECENT: Duration = Duration::from_secs(60);
/// How many hosts are asked at once.
const LOOKS_AT_ONCE: usize = 8;

/// The hypervisors of the configuration and the catalog's copy of them. Clones share both.
#[derive(Clone)]
pub struct Inventory {
    inner: Arc<Inner>,
}

struct Inner {
    catalog: Catalog,
    clock: Clock,
    hosts: Vec<Host>,
    default_project: ProjectId,
}

struct Host {
    driver: Arc<dyn Hypervisor>,
    /// One synchronisation at a time: an older answer must not overwrite a newer one.
    turn: tokio::sync::Mutex<()>,
    /// When it was last asked and answered.
    answered: Mutex<Option<Instant>>,
}

impl Host {
    fn answered_recently(&self) -> bool {
        let answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        answered.is_some_and(|at| at.elapsed() < RECENT)
    }
}

impl Inventory {
    /// The inventory of these drivers; new servers enter `default_project`.
    pub fn new(
        catalog: Catalog,
        clock: Clock,
        drivers: Vec<Arc<dyn Hypervisor>>,
        default_project: ProjectId,
    ) -> Inventory {
        let hosts = drivers
            .into_iter()
            .map(|driver| Host {
                driver,
                turn: tokio::sync::Mutex::new(()),
                answered: Mutex::new(None),
            })
            .collect();
        Inventory {
            inner: Arc::new(Inner {
                catalog,
                clock,
                hosts,
                default_project,
            }),
        }
    }

    /// All drivers.
    pub fn drivers(&self) -> impl Iterator<Item = &Arc<dyn Hypervisor>> {
        self.inner.hosts.iter().map(|host| &host.driver)
    }

    /// The driver of that name.
    ///
    /// # Errors
    /// `Unavailable` where the configuration does not name it any more.
    pub fn driver(&self, name: &str) -> Result<Arc<dyn Hypervisor>> {
        self.drivers()
            .find(|driver| driver.name() == name)
            .cloned()
            .ok_or_else(|| {
                Error::unavailable(format!("hypervisor `{name}` is not configured"))
                    .hint("Add it to the configuration again, or remove its servers.")
            })
    }

    /// Asks all drivers.
    pub async fn look(&self) {
        self.ask(self.inner.hosts.iter()).await;
    }

    /// Asks drivers, several at once: one that does not answer holds up nobody else.
    async fn ask<'a>(&self, hosts: impl Iterator<Item = &'a Host>) {
        let ask = async |host: &Host| {
            let asked_at = Instant::now();
            if let Err(error) = self.sync_host(host).await {
                let host = host.driver.name();
                tracing::warn!(host, error = %error.chain(), "hypervisor did not answer");
                return;
            }
            let mut answered = host.answered.lock().unwrap_or_else(PoisonError::into_inner);
            *answered = Some(asked_at);
        };
        futures::stream::iter(hosts)
            .for_each_concurrent(LOOKS_AT_ONCE, ask)
            .await;
    }

    /// Asks the drivers that hold these resources, before something is decided about them.
    ///
    /// A driver that does not answer in time leaves the catalog's copy as it is: the work itself
    /// finds out then, and is tried again.
    pub async fn refresh<'a>(&self, hosts: impl Iterator<Item = &'a str>) {
        let mut names: Vec<&str> = hosts.collect();
        names.sort_unstable();
        names.dedup();
        let hosts = self.inner.hosts.iter();
        self.ask(hosts.filter(|host| names.contains(&host.driver.name())))
            .await;
    }

    /// As [`Inventory::refresh`], but for hosts that were asked a moment ago. For what begins by
    /// itself on many hosts at once: nobody waits who has just changed something.
    pub async fn refresh_older(&self, hosts: &HashSet<String>) {
        let wanted = |host: &&Host| hosts.contains(host.driver.name()) && !host.answered_recently();
        self.ask(self.inner.hosts.iter().filter(wanted)).await;
    }

    /// Asks all drivers `period` after the last time, until `stop`.
    pub async fn run(&self, period: Duration, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(period) => {}
            }
            self.look().await;
        }
    }

    async fn sync_host(&self, host: &Host) -> Result<()> {
        let _turn = host.turn.lock().await;
        let asked = async {
            let servers = host.driver.servers().await?;
            let disks = host.driver.detached_disks().await?;
            Ok::<_, Error>((servers, disks))
        };
        let (found, detached) = tokio::time::timeout(DRIVER_PATIENCE, asked)
            .await
            .map_err(|_| Error::unavailable("the hypervisor did not answer in time"))??;
        let now = self.inner.clock.now();
        let name = host.driver.name();

        // Looked at without the write lock first: mostly nothing has changed.
        let mut tx = self.inner.catalog.snapshot().await?;
        let known = load(&mut tx, name).await?;
        drop(tx);
        let project = self.inner.default_project;
        let same = sync::changes(name, project, &known, &found, &detached, now).is_empty();
        let mut tx = self.inner.catalog.snapshot().await?;
        if same && tags(&mut tx, &known.0, &found).await?.is_empty() {
            return Ok(());
        }
        drop(tx);
        let mut tx = self.inner.catalog.write().await?;
        let known = load(&mut tx, name).await?;
        let changes = sync::changes(name, project, &known, &found, &detached, now);
        for server in &changes.new_servers {
            servers::insert(&mut tx, server).await?;
            tracing::info!(server.id = %server.id, server.name = %server.name, host = name, "server found");
        }
        for server in &changes.servers {
            servers::update(&mut tx, server).await?;
        }
        for disk in &changes.new_disks {
            disks::insert(&mut tx, disk).await?;
        }
        for disk in &changes.disks {
            disks::update(&mut tx, disk).await?;
        }
        let (servers, _) = load(&mut tx, name).await?;
        for (id, tags) in tags(&mut tx, &servers, &found).await? {
            resource_tags::set_of_host(&mut tx, id, &tags).await?;
        }
        tx.commit().await
    }
}

/// The servers whose tags the hypervisor says other than the catalog has them.
async fn tags(
    tx: &mut crate::catalog::Tx,
    known: &[Server],
    found: &[ServerInfo],
) -> Result<Vec<(Uuid, BTreeMap<String, String>)>> {
    let ids: Vec<Uuid> = known.iter().map(|s| s.id.0).collect();
    let mut had = resource_tags::of_host(tx, &ids).await?;
    let mut changed = Vec::new();
    for info in found {
        let Some(server) = known.iter().find(|s| s.native_id == info.native_id) else {
            continue;
        };
        let now: BTreeMap<String, String> = info.tags.iter().cloned().collect();
        if had.remove(&server.id.0).unwrap_or_default() != now {
            changed.push((server.id.0, now));
        }
    }
    Ok(changed)
}

async fn load(tx: &mut crate::catalog::Tx, name: &str) -> Result<(Vec<Server>, Vec<Disk>)> {
    Ok((
        servers::of_hypervisor(tx, name).await?,
        disks::of_hypervisor(tx, name).await?,
    ))
}
