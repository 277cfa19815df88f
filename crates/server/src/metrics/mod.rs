//! Figures for Prometheus: what an operator decides on.
//!
//! What happens is counted in memory and begins anew with each start, as counters do; what is (the
//! queue, vaults, ages of backups) is read from the catalog when somebody asks. Names of tenants'
//! things are left out unless the configuration asks for them: ids tell as much to who may know.

mod catalog;
mod text;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use coffer_core::Result;
use coffer_engine::repository::store::StoreCounters;

pub use text::{Kind, Text};

use crate::app::App;

/// Upper bounds of durations of requests, in seconds.
const REQUEST_SECONDS: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];
/// Upper bounds of durations of tasks, in seconds.
const TASK_SECONDS: &[f64] = &[
    1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 10_800.0, 21_600.0, 43_200.0, 86_400.0,
];

/// A histogram.
#[derive(Debug, Clone)]
struct Histogram {
    bounds: &'static [f64],
    counts: Vec<u64>,
    sum: f64,
}

impl Histogram {
    fn new(bounds: &'static [f64]) -> Histogram {
        Histogram {
            bounds,
            counts: vec![0; bounds.len() + 1],
            sum: 0.0,
        }
    }

    fn add(&mut self, seconds: f64) {
        let at = self.bounds.iter().position(|bound| seconds <= *bound);
        self.counts[at.unwrap_or(self.bounds.len())] += 1;
        self.sum += seconds;
    }
}

/// What a task that ended did.
#[derive(Debug, Clone, Copy, Default)]
pub struct TaskFigures {
    /// Bytes gone through.
    pub done: u64,
    /// Bytes read.
    pub read: u64,
    /// Bytes that were new.
    pub new: u64,
    /// Bytes written.
    pub stored: u64,
}

/// Counters of one process. Clones share them.
#[derive(Clone, Default)]
pub struct Metrics(Arc<Counters>);

#[derive(Default)]
struct Counters {
    /// By kind and result.
    tasks: Mutex<BTreeMap<(String, &'static str), Histogram>>,
    /// Of backups: read, new, reused, stored.
    backup_bytes: [AtomicU64; 4],
    /// Bytes that stores hold less by reclaims.
    freed_bytes: AtomicU64,
    /// By method, path and status.
    requests: Mutex<BTreeMap<(String, String, u16), Histogram>>,
    store: Arc<StoreCounters>,
    /// How late the last run of a policy was begun, in milliseconds.
    lag_ms: AtomicU64,
    runs: AtomicU64,
}

impl Metrics {
    /// Notes that a task ended.
    pub fn task(&self, kind: &str, result: &'static str, took: Duration, figures: TaskFigures) {
        let mut tasks = self.0.tasks.lock().expect("no panic holds this lock");
        let of = tasks.entry((kind.to_owned(), result));
        of.or_insert_with(|| Histogram::new(TASK_SECONDS))
            .add(took.as_secs_f64());
        drop(tasks);
        if kind == "backup" {
            let reused = figures.done.saturating_sub(figures.new);
            let bytes = [figures.read, figures.new, reused, figures.stored];
            for (counter, bytes) in self.0.backup_bytes.iter().zip(bytes) {
                counter.fetch_add(bytes, Ordering::Relaxed);
            }
        }
    }

    /// Notes what a reclaim has freed.
    pub fn freed(&self, bytes: u64) {
        self.0.freed_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Notes that a request was answered. `path` is the route, not the address.
    pub fn request(&self, method: &str, path: &str, status: u16, took: Duration) {
        let mut requests = self.0.requests.lock().expect("no panic holds this lock");
        let of = requests.entry((method.to_owned(), path.to_owned(), status));
        of.or_insert_with(|| Histogram::new(REQUEST_SECONDS))
            .add(took.as_secs_f64());
    }

    /// Notes that a policy's run was begun so long after its time.
    pub fn run_begun(&self, lag: Duration) {
        let ms = u64::try_from(lag.as_millis()).unwrap_or(u64::MAX);
        self.0.lag_ms.store(ms, Ordering::Relaxed);
        self.0.runs.fetch_add(1, Ordering::Relaxed);
    }

    /// Counters of requests to stores.
    pub fn store(&self) -> Arc<StoreCounters> {
        self.0.store.clone()
    }
}

/// Everything, as Prometheus reads it. With `names`, things have their names besides their ids.
pub async fn render(app: &App, names: bool) -> Result<String> {
    let mut text = Text::default();
    let of = &app.metrics.0;
    text.begin("coffer_build_info", Kind::Gauge, "The version that runs.");
    text.value(&[("version", env!("CARGO_PKG_VERSION"))], 1.0);

    let tasks = of.tasks.lock().expect("no panic holds this lock").clone();
    text.begin(
        "coffer_task_duration_seconds",
        Kind::Histogram,
        "Tasks that ended, by kind and result, with how long they took.",
    );
    for ((kind, result), histogram) in &tasks {
        let labels = [("kind", kind.as_str()), ("result", *result)];
        text.histogram(&labels, histogram.bounds, &histogram.counts, histogram.sum);
    }
    text.begin(
        "coffer_backup_bytes_total",
        Kind::Counter,
        "Bytes of disks in backups: read, new to the store, reused, and stored after compression.",
    );
    for (what, bytes) in ["read", "new", "reused", "stored"]
        .iter()
        .zip(&of.backup_bytes)
    {
        text.value(&[("what", what)], bytes.load(Ordering::Relaxed) as f64);
    }
    text.begin(
        "coffer_reclaimed_bytes_total",
        Kind::Counter,
        "Bytes freed in stores because no backup needed them any more.",
    );
    text.value(&[], of.freed_bytes.load(Ordering::Relaxed) as f64);
    let requests = of
        .requests
        .lock()
        .expect("no panic holds this lock")
        .clone();
    text.begin(
        "coffer_http_request_duration_seconds",
        Kind::Histogram,
        "Requests answered, by method, route and status.",
    );
    for ((method, path, status), histogram) in &requests {
        let status = status.to_string();
        let labels = [
            ("method", method.as_str()),
            ("path", path.as_str()),
            ("status", status.as_str()),
        ];
        text.histogram(&labels, histogram.bounds, &histogram.counts, histogram.sum);
    }
    store(&mut text, &of.store);
    text.begin(
        "coffer_scheduler_lag_seconds",
        Kind::Gauge,
        "How late the last run of a policy was begun, its share of the spread included.",
    );
    text.value(&[], of.lag_ms.load(Ordering::Relaxed) as f64 / 1000.0);
    text.begin(
        "coffer_policy_runs_total",
        Kind::Counter,
        "Runs of policies that were begun.",
    );
    text.value(&[], of.runs.load(Ordering::Relaxed) as f64);
    catalog::render(&mut text, app, names).await?;
    Ok(text.finish())
}

fn store(text: &mut Text, counters: &StoreCounters) {
    let all = counters.snapshot();
    text.begin(
        "coffer_store_request_duration_seconds",
        Kind::Histogram,
        "Requests to stores, by operation, their repetitions included.",
    );
    for (operation, figures) in &all {
        let labels = [("operation", *operation)];
        text.histogram(
            &labels,
            figures.bounds,
            &figures.counts,
            figures.sum_seconds,
        );
    }
    text.begin(
        "coffer_store_errors_total",
        Kind::Counter,
        "Requests to stores that failed after all repetitions, by operation.",
    );
    for (operation, figures) in &all {
        text.value(&[("operation", operation)], figures.errors as f64);
    }
}
