//! The service: start, run, stop.
//!
//! Start: data directory, catalog, the lock on it, first administrator, listeners. Requests are
//! answered from then on, while the hypervisors are asked and cleaned up; work begins after that
//! (`app::start`), and `/ready` says so. Stop (SIGTERM, SIGINT): no new connections, background
//! work is told to park, requests under way end, then the catalog closes and the lock goes. A kill
//! at any point is as good: the next start takes up what the catalog says.

use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use coffer_core::{Error, Result};
use coffer_engine::hypervisor::Hypervisor;
use futures::future::BoxFuture;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::api;
use crate::app::App;
use crate::catalog::{Catalog, ServiceLock};
use crate::config::Config;
use crate::door::Clock;
use crate::http::listen::Listeners;
use crate::identity::{self, Identity};
use crate::state::{AppState, Services};

/// A service that runs.
pub struct Service {
    state: AppState,
    addresses: Vec<SocketAddr>,
    metrics_address: Option<SocketAddr>,
    listening: JoinHandle<()>,
    _lock: ServiceLock,
}

/// Runs a service until SIGTERM or SIGINT.
///
/// # Errors
/// `Invalid` or `Unavailable` where it cannot start, `Conflict` where another service works on
/// the same catalog.
pub fn run(
    config: Config,
    hypervisors: Vec<Arc<dyn Hypervisor>>,
) -> BoxFuture<'static, Result<()>> {
    Box::pin(async move {
        crate::telemetry::start(&config.log)?;
        let mut terminate = signal(SignalKind::terminate())
            .map_err(|e| Error::internal("listen for SIGTERM").caused_by(e))?;
        let mut interrupt = signal(SignalKind::interrupt())
            .map_err(|e| Error::internal("listen for SIGINT").caused_by(e))?;
        // A hang-up renews the certificate where there is one; it never ends the service.
        let mut hangup = signal(SignalKind::hangup())
            .map_err(|e| Error::internal("listen for SIGHUP").caused_by(e))?;
        let service = Service::start(config, hypervisors, Clock::new()).await?;
        tokio::spawn(async move { while hangup.recv().await.is_some() {} });
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        service.stop().await;
        Ok(())
    })
}

impl Service {
    /// Starts a service; it answers when this returns.
    pub fn start(
        config: Config,
        hypervisors: Vec<Arc<dyn Hypervisor>>,
        clock: Clock,
    ) -> BoxFuture<'static, Result<Service>> {
        Box::pin(async move {
            prepare_data_dir(&config.data_dir)?;
            let catalog = Catalog::open(&config.catalog_url()).await?;
            let lock = catalog.lock_service().await?;
            let listeners = Listeners::bind(&config.http).await?;
            let figures = match config.metrics.listen {
                Some(address) => Some(Listeners::bind(&figures_http(address)).await?),
                None => None,
            };
            let metrics_token = config.metrics.token()?;
            if let Some(first) = identity::bootstrap_if_empty(&catalog, &config).await? {
                let file = first.password_file.unwrap_or_default();
                tracing::info!(
                    user = first.user,
                    "first start: log in as {} of domain {}, project {}; the password is in {}",
                    first.user,
                    first.domain,
                    first.project,
                    file.display()
                );
            }
            let identity = Identity::open(catalog.clone(), clock.clone(), &config)?;
            let task_added = Arc::new(Notify::new());
            let background = TaskTracker::new();
            let stopping = CancellationToken::new();
            let service = crate::app::start::service_name(&catalog).await?;
            let mut hypervisors = hypervisors;
            hypervisors.extend(crate::hosts::open(&config, &service)?);
            let default_project = crate::app::start::default_project(&catalog, &config).await?;
            let app = App::new(
                &config,
                catalog.clone(),
                clock.clone(),
                hypervisors.clone(),
                default_project,
                task_added.clone(),
            )?;
            app.start(&config, &background, stopping.clone()).await?;
            let state = AppState::new(Services {
                app,
                config: Arc::new(config),
                catalog,
                identity,
                clock,
                hypervisors,
                metrics_token,
                live: crate::live::Live::new(),
                task_added,
                stopping,
                background,
            });
            state
                .background
                .spawn(api::coffer::watch::run(state.clone()));
            let stopping = &state.stopping;
            state.app.resume_jobs(&state.background, stopping).await?;
            let left = api::compute::power_jobs_left(&state).await?;
            let settling = api::compute::settle_power_jobs(state.clone(), left);
            state.background.spawn(settling);
            let (app, stop) = (state.app.clone(), state.stopping.clone());
            let history = async move { app.keep_history(stop).await };
            state.background.spawn(history);
            let (app, stop) = (state.app.clone(), state.stopping.clone());
            let days = state.config.audit.keep_days;
            state
                .background
                .spawn(async move { app.keep_audit(days, stop).await });
            let addresses = listeners.addresses();
            for address in &addresses {
                tracing::info!("listening on {address}");
            }
            let metrics_address = figures
                .as_ref()
                .and_then(|f| f.addresses().first().copied());
            if let (Some(figures), Some(address)) = (figures, metrics_address) {
                tracing::info!("figures for Prometheus at http://{address}/metrics");
                let router = crate::http::metrics::open_router(state.clone());
                let stop = state.stopping.clone();
                state
                    .background
                    .spawn(figures.serve(router, stop, Duration::from_secs(1)));
            }
            let router = api::router(state.clone());
            let grace = Duration::from_secs(state.config.http.shutdown_grace_seconds);
            let listening = tokio::spawn(listeners.serve(router, state.stopping.clone(), grace));
            Ok(Service {
                state,
                addresses,
                metrics_address,
                listening,
                _lock: lock,
            })
        })
    }

    /// What its handlers reach.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Where it listens.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where the figures are, where they have a listener of their own.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_address
    }

    /// Stops: requests under way end, background work parks, the catalog closes.
    pub fn stop(self) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            tracing::info!("stopping");
            self.state.stopping.cancel();
            self.state.background.close();
            if let Err(error) = self.listening.await {
                tracing::error!("listeners ended badly: {error}");
            }
            let grace = Duration::from_secs(self.state.config.http.shutdown_grace_seconds);
            if tokio::time::timeout(grace, self.state.background.wait())
                .await
                .is_err()
            {
                tracing::warn!("background work did not park within {} s", grace.as_secs());
            }
            self.state.catalog.close().await;
            tracing::info!("stopped");
        })
    }
}

/// A listener for Prometheus: few connections, no encryption.
fn figures_http(address: SocketAddr) -> crate::config::Http {
    crate::config::Http {
        listen: vec![address],
        connections: 16,
        ..Default::default()
    }
}

/// Makes the data directory for its owner alone, or checks that the one there is not open to all.
pub(crate) fn prepare_data_dir(path: &Path) -> Result<()> {
    let failed = |e| {
        Error::unavailable(format!("use `data_dir` `{}`", path.display()))
            .hint("It must be a directory that the service's user may write to.")
            .caused_by(e)
    };
    if !path.exists() {
        let mut builder = std::fs::DirBuilder::new();
        builder
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(failed)?;
    }
    let mode = std::fs::metadata(path)
        .map_err(failed)?
        .permissions()
        .mode();
    if mode & 0o002 != 0 {
        return Err(Error::invalid(format!(
            "`data_dir` `{}` is writable for all",
            path.display()
        ))
        .hint("It holds keys: chmod 0700 it."));
    }
    Ok(())
}
