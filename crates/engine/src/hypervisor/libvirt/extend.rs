//! Making disks larger, and deleting those of no server.
//!
//! What an extension adds reads as zeroes and is clean in every bitmap; the next backup sees the
//! new size, reads the chunk at the old end whatever the bitmap says of it, and takes the rest as
//! zeroes. So epochs go on.

use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use coffer_core::{Error, Kind, Result};

use super::Inner;
use super::attach::refused;
use super::disks::{self, VOLUME};
use super::ffi::code;
use crate::hypervisor::file::delete_file;
use crate::hypervisor::{DiskInfo, DiskName, qemu};

pub(super) async fn extend(
    inner: &Arc<Inner>,
    server: Option<&str>,
    disk: &DiskName,
    size_bytes: u64,
) -> Result<()> {
    let owner = server.unwrap_or(&disk.native_id).to_owned();
    let _claim = inner.claim_for_change(vec![owner]).await?;
    let Some(server) = server else {
        let info = disks::detached_disk(inner, &disk.native_id).await?;
        return match grows(&info, size_bytes)? {
            true => grow_image(inner, &info, size_bytes).await,
            false => Ok(()),
        };
    };
    let found = disks::server(inner, server).await?;
    let index = found.position(&disk.native_id)?;
    let info = &found.info.disks[index];
    if !grows(info, size_bytes)? {
        return Ok(());
    }
    if found.is_off() {
        // The image's lock tells if it was started meanwhile.
        return grow_image(inner, info, size_bytes).await;
    }
    let (uuid, target) = (server.to_owned(), found.defined[index].target.clone());
    let resized = inner
        .connections
        .try_call(move |c| c.domain(&uuid)?.resize(&target, size_bytes))
        .await?;
    resized.map_err(|e| refused(inner, e))
}

/// Whether there is anything to do; an error where it cannot be done.
fn grows(disk: &DiskInfo, size_bytes: u64) -> Result<bool> {
    let invalid = |text: &str| Err(Error::invalid(format!("disk {}: {text}", disk.name)));
    if let Some(reason) = &disk.unsupported {
        return invalid(reason);
    }
    if disk.shareable {
        return invalid("a disk that several servers share cannot be extended");
    }
    if size_bytes < disk.size_bytes {
        return invalid("a disk can only be made larger");
    }
    if size_bytes == disk.size_bytes {
        return Ok(false);
    }
    let device = Path::new(&disk.path).metadata();
    if disk.format == "raw" && device.is_ok_and(|m| m.file_type().is_block_device()) {
        return invalid("a block device is extended where it was made");
    }
    Ok(true)
}

/// Makes an image that nobody has open larger.
async fn grow_image(inner: &Inner, disk: &DiskInfo, size_bytes: u64) -> Result<()> {
    let path = Path::new(&disk.path);
    if disk.format == "qcow2" {
        // QEMU does not resize beside a broken bitmap. No backup builds on one.
        for bitmap in qemu::image_info(path, "qcow2").await?.bitmaps {
            if bitmap.name.starts_with(&inner.prefix) && !bitmap.consistent {
                qemu::remove_bitmap(path, &bitmap.name).await?;
            }
        }
    }
    qemu::resize_image(path, &disk.format, size_bytes).await
}

pub(super) async fn delete(inner: &Arc<Inner>, disk: &DiskName) -> Result<()> {
    let _claim = inner.claim_for_change(vec![disk.native_id.clone()]).await?;
    let info = match disks::detached_disk(inner, &disk.native_id).await {
        Ok(info) => info,
        Err(e) if e.kind == Kind::NotFound => {
            return match Path::new(&disk.path).symlink_metadata() {
                Err(_) => Ok(()),
                Ok(_) => Err(Error::conflict("the disk is in use")
                    .hint("Detach it from its server, and remove what is based on it.")),
            };
        }
        Err(e) => return Err(e),
    };
    disks::check_not_defined(inner, &info).await?;
    qemu::check_unused(&inner.runtime, Path::new(&info.path), &info.format).await?;
    match info.native_id.strip_prefix(VOLUME) {
        Some(key) => delete_volume(inner, key.to_owned()).await,
        None => delete_file(PathBuf::from(info.path)).await,
    }
}

async fn delete_volume(inner: &Inner, key: String) -> Result<()> {
    let deleted = inner
        .connections
        .try_call(move |c| c.volume(&key)?.delete())
        .await?;
    match deleted {
        Err(e) if e.code == code::NO_STORAGE_VOLUME => Ok(()),
        Err(e) => Err(refused(inner, e)),
        Ok(()) => Ok(()),
    }
}
