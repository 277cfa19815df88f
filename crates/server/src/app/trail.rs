//! Keeping the audit trail short: what is older than the configuration says goes.

use std::time::Duration;

use coffer_core::Result;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use super::App;
use crate::catalog::audit;

/// How often old events are looked for.
const PERIOD: Duration = Duration::from_secs(3600);
/// How many are deleted in one transaction: other writers come in between.
const AT_ONCE: i64 = 1000;

impl App {
    /// Deletes audit events older than so many days; returns how many. 0 days: none.
    pub async fn forget_audit(&self, keep_days: u32) -> Result<u64> {
        if keep_days == 0 {
            return Ok(0);
        }
        let keep = SignedDuration::from_hours(24 * i64::from(keep_days));
        let Ok(before) = self.now().checked_sub(keep) else {
            return Ok(0);
        };
        let mut gone = 0;
        loop {
            let mut tx = self.catalog.write().await?;
            let deleted = audit::purge(tx.connection(), before, AT_ONCE).await?;
            if deleted == 0 {
                return Ok(gone);
            }
            tx.commit().await?;
            gone += deleted;
        }
    }

    /// Looks for old audit events until `stop`.
    pub async fn keep_audit(&self, keep_days: u32, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.forget_audit(keep_days).await {
                Ok(0) => {}
                Ok(gone) => tracing::info!(gone, "{gone} old audit events deleted"),
                Err(error) => {
                    tracing::warn!(error = %error.chain(), "old audit events could not be deleted");
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(PERIOD) => {}
            }
        }
    }
}
