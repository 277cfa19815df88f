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

/// Runs until `stop`.
pub async fn run(app: App, stop: CancellationToken) {
    let mut swept: Option<Date> = None;
    while !stop.is_cancelled() {
        let today = day(app.now());
        if swept != Some(today) {
            match app.retain_all().await {
                Ok(_) => swept = Some(today),
                Err(error) => {
                    tracing::warn!(error = %error.chain(), "retention could not be looked at");
                }
            }
        }
        if let Err(error) = app.run_due_policies().await {
            tracing::warn!(error = %error.chain(), "policies could not be looked at");
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

fn day(at: Timestamp) -> Date {
    coffer_core::zone::Zone::utc().date(at)
}
