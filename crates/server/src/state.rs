//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;

use coffer_engine::hypervisor::Hypervisor;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::App;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::door::Clock;
use crate::identity::Identity;

/// The services of one process. Clones are cheap and share everything.
#[derive(Clone)]
pub struct AppState {
    services: Arc<Services>,
}

/// See [`AppState`].
pub struct Services {
    /// The configuration.
    pub config: Arc<Config>,
    /// The use cases of backing up and restoring.
    pub app: App,
    /// The database.
    pub catalog: Catalog,
    /// Who may do what.
    pub identity: Identity,
    /// The clock.
    pub clock: Clock,
    /// What there is to protect, by the names of the configuration.
    pub hypervisors: Vec<Arc<dyn Hypervisor>>,
    /// Who sends it may read the figures.
    pub metrics_token: Option<zeroize::Zeroizing<String>>,
    /// What changed lately, for those who watch.
    pub live: crate::live::Live,
    /// Wakes the workers after a task was put into the catalog (the queue itself is there).
    pub task_added: Arc<Notify>,
    /// Cancelled when the service shall stop: long work parks itself so that the next start goes
    /// on with it.
    pub stopping: CancellationToken,
    /// Everything that runs beside requests. The service ends when it is empty.
    pub background: TaskTracker,
}

impl AppState {
    /// Shares the services.
    pub fn new(services: Services) -> AppState {
        AppState {
            services: Arc::new(services),
        }
    }

    /// The services of a configuration, without listeners and hypervisors.
    #[cfg(test)]
    pub(crate) async fn for_test(config: &str) -> AppState {
        let config = Config::parse(config).expect("the configuration is legal");
        let catalog = Catalog::open(&config.catalog_url())
            .await
            .expect("the catalog opens");
        let clock = Clock::new();
        let identity = Identity::open(catalog.clone(), clock.clone(), &config);
        let task_added = Arc::new(Notify::new());
        let app = App::new(
            &config,
            catalog.clone(),
            clock.clone(),
            Vec::new(),
            coffer_core::ids::ProjectId([0; 16]),
            task_added.clone(),
        );
        AppState::new(Services {
            app: app.expect("the data directory can be written"),
            identity: identity.expect("the data directory can be written"),
            config: Arc::new(config),
            catalog,
            clock,
            hypervisors: Vec::new(),
            metrics_token: None,
            live: crate::live::Live::new(),
            task_added,
            stopping: CancellationToken::new(),
            background: TaskTracker::new(),
        })
    }

    /// The hypervisor of that name, if the configuration still has it.
    pub fn hypervisor(&self, name: &str) -> Option<&Arc<dyn Hypervisor>> {
        self.hypervisors
            .iter()
            .find(|hypervisor| hypervisor.name() == name)
    }
}

impl Deref for AppState {
    type Target = Services;
    fn deref(&self) -> &Services {
        &self.services
    }
}
