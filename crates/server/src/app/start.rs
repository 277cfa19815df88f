//! The use cases and the workers of a service, put together.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use coffer_core::ids::ProjectId;
use coffer_core::{Error, Result};
use coffer_engine::hypervisor::Hypervisor;
use futures::StreamExt;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::App;
use crate::catalog::{Catalog, settings};
use crate::config::Config;
use crate::door::{self, Clock};
use crate::inventory::Inventory;
use crate::metrics::Metrics;
use crate::tasks::engine::Repositories;
use crate::tasks::{WorkerLimits, Workers};

/// How often the hypervisors are asked what there is.
const INVENTORY_PERIOD: Duration = Duration::from_secs(30);
/// How many hosts are asked and cleaned up at once after a start.
const HOSTS_AT_ONCE: usize = 8;
/// How long the next ones wait for one that does not answer.
const PATIENCE: Duration = Duration::from_secs(20);

impl App {
    /// The use cases of a service. Starts nothing.
    pub fn new(
        config: &Config,
        catalog: Catalog,
        clock: Clock,
        drivers: Vec<Arc<dyn Hypervisor>>,
        default_project: ProjectId,
        bell: Arc<Notify>,
    ) -> Result<App> {
        let restore_dirs: Vec<PathBuf> = config
            .libvirt
            .iter()
            .flat_map(|host| host.image_dirs.iter().cloned())
            .collect();
        let limits = super::limits::LimitTable::new(config)?;
        let metrics = Metrics::default();
        let settled = Settled::none_of(drivers.iter().map(|d| d.name().to_owned()).collect());
        Ok(App {
            inventory: Inventory::new(catalog.clone(), clock.clone(), drivers, default_project),
            repositories: Repositories::new(config, limits.clone(), metrics.store())?,
            limits,
            metrics,
            catalog,
            clock,
            bell,
            sender: crate::notify::Sender::new(config)?,
            maps: super::maps::Maps::default(),
            serving: super::serving::Serving::default(),
            files: super::files::Files::new(config),
            filling: super::filling::Filling::default(),
            imports: super::import::Imports::beside(config.limits.tasks),
            settled,
            region: config.region.as_str().into(),
            restore_dirs: restore_dirs.into(),
        })
    }

    /// Starts what runs beside requests: the first look at the hypervisors, the clean-up after the
    /// last run, the workers, and the looking from time to time. All of it ends some time after
    /// `stop`. Requests need not wait for it: a host that does not answer may take its time.
    pub async fn start(
        &self,
        config: &Config,
        background: &TaskTracker,
        stop: CancellationToken,
    ) -> Result<()> {
        let service = service_name(&self.catalog).await?;
        let limits = WorkerLimits {
            tasks: config.limits.tasks,
        };
        self.limits.load(&self.catalog).await?;
        let workers = Workers::new(self.clone(), &service, limits);
        workers.free_leases().await?;
        let scheduler = crate::tasks::scheduler::run(self.clone(), stop.clone());
        background.spawn(scheduler);
        background.spawn(crate::notify::run(self.clone(), stop.clone()));
        background.spawn(self.clone().reopen_exports(stop.clone()));
        background.spawn(self.clone().settle(workers, background.clone(), stop));
        Ok(())
    }

    /// Looks at each hypervisor and cleans it up before anything works on it: what a worker has
    /// open would be taken for something left behind. A host that does not answer keeps the work
    /// on itself waiting, until it does, and nothing else.
    async fn settle(self, workers: Workers, background: TaskTracker, stop: CancellationToken) {
        background.spawn(workers.clone().run(stop.clone()));
        let hosts = self.inventory.drivers().map(|d| d.name().to_owned());
        let one = async |host: String| {
            let (app, workers, name) = (self.clone(), workers.clone(), host.clone());
            let stopped = stop.clone().cancelled_owned();
            let settling = async move {
                app.inventory.refresh(std::iter::once(name.as_str())).await;
                workers.clean_host(&name).await;
                app.settled.tell_of(&name);
                app.bell.notify_waiters();
            };
            let settling = background.spawn(stopped_by(stopped, settling));
            // It goes on; the next one need not wait for it.
            if tokio::time::timeout(PATIENCE, settling).await.is_err() {
                tracing::warn!(host, "hypervisor does not answer: work on it waits");
            }
        };
        futures::stream::iter(hosts)
            .for_each_concurrent(HOSTS_AT_ONCE, one)
            .await;
        if stop.is_cancelled() {
            return;
        }
        self.settled.tell();
        tracing::info!("the hypervisors were asked");
        let inventory = self.inventory.clone();
        let looking = stop.clone();
        background.spawn(async move { inventory.run(INVENTORY_PERIOD, looking).await });
        background.spawn(async move {
            stopped_by(stop.cancelled_owned(), workers.finish_committed()).await;
        });
    }
}

/// Does `work`, or a part of it where `stop` comes first.
async fn stopped_by(stop: impl Future<Output = ()>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = stop => {}
        () = work => {}
    }
}

/// Which hypervisors were asked, and cleaned up after the last run. Clones share it.
#[derive(Debug, Clone)]
pub struct Settled(Arc<watch::Sender<Unsettled>>);

#[derive(Debug)]
struct Unsettled {
    /// Hosts that were not cleaned up yet.
    hosts: HashSet<String>,
    /// Some were not asked yet.
    asking: bool,
}

impl Settled {
    /// None of these hosts was asked yet.
    pub fn none_of(hosts: HashSet<String>) -> Settled {
        let asking = true;
        Settled(Arc::new(watch::Sender::new(Unsettled { hosts, asking })))
    }

    fn tell_of(&self, host: &str) {
        self.0.send_modify(|unsettled| {
            unsettled.hosts.remove(host);
        });
    }

    fn tell(&self) {
        self.0.send_modify(|unsettled| unsettled.asking = false);
    }

    /// Whether all were asked; of those that did not answer in time the answer is still waited for.
    pub fn is(&self) -> bool {
        !self.0.borrow().asking
    }

    /// Waits until all were asked.
    pub async fn wait(&self) {
        // The sender lives as long as this does.
        let asked = |unsettled: &Unsettled| !unsettled.asking;
        let _ = self.0.subscribe().wait_for(asked).await;
    }

    /// Waits until something may work on this host.
    pub async fn wait_for(&self, host: &str) {
        let settled = |unsettled: &Unsettled| !unsettled.hosts.contains(host);
        let _ = self.0.subscribe().wait_for(settled).await;
    }

    /// Hosts on which nothing may work yet.
    pub fn unsettled(&self) -> Vec<String> {
        self.0.borrow().hosts.iter().cloned().collect()
    }
}

/// The name of this service in the epochs on the hypervisors: made once, kept in the catalog.
pub async fn service_name(catalog: &Catalog) -> Result<String> {
    let mut tx = catalog.write().await?;
    if let Some(name) = settings::get(&mut tx, "service_name").await? {
        return Ok(name);
    }
    let name = hex::encode(door::random_bytes::<4>());
    settings::set(&mut tx, "service_name", &name).await?;
    tx.commit().await?;
    Ok(name)
}

/// The project that new servers enter: the one named like the region in the first domain.
pub async fn default_project(catalog: &Catalog, config: &Config) -> Result<ProjectId> {
    let mut tx = catalog.snapshot().await?;
    settings::project_named(&mut tx, config.domain.as_str(), config.region.as_str())
        .await?
        .ok_or_else(|| Error::internal("the catalog has no project for new servers"))
}
