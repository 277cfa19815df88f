//! The use cases and the workers of a service, put together.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use coffer_core::ids::ProjectId;
use coffer_core::{Error, Result};
use coffer_engine::hypervisor::Hypervisor;
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
            filling: super::filling::Filling::default(),
            imports: super::import::Imports::default(),
            settled: Settled::default(),
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

    /// Looks at the hypervisors and cleans them up before anything works on them: what a worker
    /// has open would be taken for something left behind.
    async fn settle(self, workers: Workers, background: TaskTracker, stop: CancellationToken) {
        let clean = async {
            self.inventory.look().await;
            workers.clean_hosts().await;
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = clean => {}
        }
        self.settled.tell();
        tracing::info!("the hypervisors were asked");
        background.spawn(workers.clone().run(stop.clone()));
        let inventory = self.inventory.clone();
        let looking = stop.clone();
        background.spawn(async move { inventory.run(INVENTORY_PERIOD, looking).await });
        background.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = workers.finish_committed() => {}
            }
        });
    }
}

/// Whether the hypervisors were asked, and cleaned up after the last run. Clones share it.
#[derive(Debug, Clone)]
pub struct Settled(Arc<watch::Sender<bool>>);

impl Default for Settled {
    fn default() -> Settled {
        Settled(Arc::new(watch::Sender::new(false)))
    }
}

impl Settled {
    fn tell(&self) {
        self.0.send_replace(true);
    }

    /// Whether they were.
    pub fn is(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until they were.
    pub async fn wait(&self) {
        // The sender lives as long as this does.
        let _ = self.0.subscribe().wait_for(|settled| *settled).await;
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
