//! Looks at the clock: runs of policies that are due, retention of each day.
//!
//! It keeps nothing that matters in memory: what was run stands in the catalog.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// How often the clock is looked at.
const TICK: Duration = Duration::from_secs(1);

/// How often it is looked whether resources have been without a good backup for too long.
const WATCH_PERIOD: Duration = Duration::from_secs(60);

/// The daily retention is in no hurry: what a backup or a time makes superfluous is seen without
/// it. Requests and policies shall not feel it, however many backups there are: it takes a sixth of
/// a processor at most.
const SWEEP_RESTS: u32 = 5;

/// Runs until `stop`. Policies do not wait for the sweeps: one over a large catalog takes its time.
pub async fn run(app: App, stop: CancellationToken) {
    tokio::join!(begin_runs(&app, &stop), sweep(&app, &stop));
}

/// Begins the runs of policies that are due.
async fn begin_runs(app: &App, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = app.run_due_policies().await {
            tracing::warn!(error = %error.chain(), "policies could not be looked at");
        }
        if let Err(error) = app.run_due_drills().await {
            tracing::warn!(error = %error.chain(), "drills that are due could not be begun");
        }
        tick(stop).await;
    }
}

/// Applies retention each day, and looks at the objectives.
async fn sweep(app: &App, stop: &CancellationToken) {
    let mut swept: Option<Date> = None;
    let mut watched: Option<tokio::time::Instant> = None;
    while !stop.is_cancelled() {
        let today = day(app.now());
        if swept != Some(today) {
            let retained = tokio::select! {
                () = stop.cancelled() => return,
                retained = app.retain_all(SWEEP_RESTS) => retained,
            };
            match retained {
                Ok(_) => swept = Some(today),
                Err(error) => {
                    tracing::warn!(error = %error.chain(), "retention could not be looked at");
                }
            }
        }
        if watched.is_none_or(|at| at.elapsed() > WATCH_PERIOD) {
            watched = Some(tokio::time::Instant::now());
            if let Err(error) = app.watch_objectives().await {
                tracing::warn!(error = %error.chain(), "objectives could not be looked at");
            }
        }
        tick(stop).await;
    }
}

/// Waits for the next look, or for `stop`.
async fn tick(stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(TICK) => {}
    }
}

fn day(at: Timestamp) -> Date {
    coffer_core::zone::Zone::utc().date(at)
}
