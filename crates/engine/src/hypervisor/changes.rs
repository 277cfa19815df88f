//! Whole dirty bitmaps as sets of extents.

use std::path::Path;

use coffer_core::Result;
use coffer_core::extent::{Extent, ExtentSet};

use super::qemu::{self, ImageExport, QemuNbd, RuntimeDir};
use super::{Changes, DiskInfo, EpochName};
use crate::block::{BlockSource, Content};
use crate::nbd::{NbdError, NbdSource};

/// More extents than this are not remembered: 64 MiB of memory, as for a disk of 128 GiB whose
/// every other granule was written. All of such a disk counts as changed.
const REMEMBERED_MAX: usize = 1 << 20;
/// Window of one question about changes.
const WINDOW: u64 = 64 << 30;

/// All that a source with a bitmap does not call unchanged; none if it is too much to remember.
pub(super) async fn changes(source: &NbdSource) -> Result<Option<ExtentSet>, NbdError> {
    let mut changed = ExtentSet::default();
    let mut count = 0;
    let mut start = 0;
    while start < source.size() {
        let end = source.size().min(start.saturating_add(WINDOW));
        for one in source.try_extents(Extent { start, end }).await? {
            if one.content != Content::Unchanged {
                changed.insert(one.extent);
                count += 1;
            }
        }
        if count > REMEMBERED_MAX {
            return Ok(None);
        }
        start = end;
    }
    Ok(Some(changed))
}

/// What changed on an image that nobody has open since an epoch; none where its bitmap is
/// missing, broken or too large.
pub(super) async fn changed_since(
    runtime: &RuntimeDir,
    disk: &DiskInfo,
    epoch: &EpochName,
) -> Result<Option<ExtentSet>> {
    Ok(match read_bitmap(runtime, disk, epoch, false).await? {
        Changes::Extents(changed) => Some(changed),
        Changes::Bytes(_) | Changes::Unknown(_) => None,
    })
}

/// As [`changed_since`], with a reason where it cannot be told, and without any lock: whoever wants
/// to open the image meanwhile can.
pub(super) async fn look_at_changes(
    runtime: &RuntimeDir,
    disk: &DiskInfo,
    epoch: &EpochName,
) -> Changes {
    match read_bitmap(runtime, disk, epoch, true).await {
        Ok(changes) => changes,
        Err(e) => Changes::Unknown(e.message),
    }
}

async fn read_bitmap(
    runtime: &RuntimeDir,
    disk: &DiskInfo,
    epoch: &EpochName,
    unlocked: bool,
) -> Result<Changes> {
    let path = Path::new(&disk.path);
    let unknown = |why: &str| Ok(Changes::Unknown(why.to_owned()));
    if disk.format != "qcow2" {
        return Ok(Changes::Unknown(format!(
            "{} images hold no bitmaps",
            disk.format
        )));
    }
    let info = qemu::image_info(path, "qcow2").await?;
    match info.bitmaps.iter().find(|bitmap| bitmap.name == epoch.0) {
        Some(bitmap) if bitmap.consistent => {}
        Some(_) => return unknown("the dirty bitmap is in use or broken"),
        None => return unknown("the dirty bitmap is missing"),
    }
    let export = ImageExport {
        image: path.to_owned(),
        format: "qcow2".into(),
        writable: false,
        bitmap: Some(epoch.0.clone()),
        unlocked,
    };
    let export = QemuNbd::serve(runtime, export).await?;
    let source = NbdSource::connect(&export.address(), "", Some(&epoch.0)).await?;
    let changed = changes(&source).await?;
    drop(source);
    // Read-only: there is nothing it could fail to write. But its lock must be gone.
    let _ = export.stop().await;
    match changed {
        Some(changed) => Ok(Changes::Extents(changed)),
        None => unknown("too much changed to be remembered"),
    }
}
