//! Pipelines: back up, copy, export, compare, restore, verify, delete, reclaim, refresh the index.

mod backup;
mod changes;
mod compact;
mod copy;
mod delete;
mod export;
mod mark;
mod portable;
mod reclaim;
mod refresh;
mod restore;
mod source;
mod tally;
mod verify;
mod walk;

pub use backup::{BackupDisk, BackupJob, back_up};
pub use changes::{BLOCK, COMPARE_MAX, Change, Changes, ChangesWanted, Held, changes};
pub use copy::copy_backup;
pub use delete::{Deleted, delete_backup};
pub use export::{EXPORT_READ_MAX, Export, ExportFormat};
pub use portable::{ArchiveStream, Described, IncomingBackup, Portable, receive};
pub use reclaim::{ReclaimOptions, ReclaimReport, reclaim};
pub use refresh::{RefreshReport, refresh_index};
pub use restore::{KnownState, RestoreReport, read_range, restore_disk};
pub use source::{BackupSource, ReadCache};
pub use verify::{Finding, Loss, Scope, VerifyReport, verify, verify_without_key};
pub use walk::estimate_restore;

use coffer_core::{Error, Result};
use tokio_util::sync::CancellationToken;

/// Fails with `Cancelled` once the token says so.
fn check_cancelled(cancel: &CancellationToken) -> Result<()> {
    match cancel.is_cancelled() {
        true => Err(Error::cancelled("cancelled on request")),
        false => Ok(()),
    }
}
