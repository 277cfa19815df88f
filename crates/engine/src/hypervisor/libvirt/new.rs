//! New disks and servers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use coffer_core::{Error, Result};

use super::Inner;
use super::disks;
use super::ffi::code;
use super::redefine::{Changed, redefine};
use crate::hypervisor::file::{blocking, io_error};
use crate::hypervisor::stage::Stage;
use crate::hypervisor::{DiskInfo, NewServer, ServerInfo};

/// The folder for new images, and the staging of one task in it.
pub(super) fn stage(inner: &Inner, token: &str) -> Result<Stage> {
    let folder = inner.config.image_dirs.first().ok_or_else(|| {
        Error::invalid(format!(
            "host `{}` has no folder for new images",
            inner.config.name
        ))
        .hint("The operator names one in the configuration: `image_dirs` of the host.")
    })?;
    Stage::new(folder, &inner.prefix, token)
}

/// A disk of no server.
pub(super) async fn keep_disk(inner: &Arc<Inner>, token: &str, name: &str) -> Result<DiskInfo> {
    let stage = stage(inner, token)?;
    let path = stage.keep_disk("disk", name).await?;
    let found = disks::detached(inner).await?;
    let same = |disk: &DiskInfo| disks::real(Path::new(&disk.path)) == disks::real(&path);
    found
        .into_iter()
        .find(|disk| same(disk))
        .ok_or_else(|| Error::internal("a disk that was made is not there"))
}

/// Whether an earlier attempt of the task put the images of a server in their place.
pub(super) async fn server_is_kept(inner: &Inner, token: &str, new: &NewServer) -> Result<bool> {
    let stage = stage(inner, token)?;
    let folder = stage.server_folder(&new.name, &new.uuid);
    stage.folder_is_kept(&folder).await
}

/// Whether the server that is there is the one that the task made: some disk of it lies in the folder
/// that the task made, by the definition that it is started with.
pub(super) async fn is_made_here(inner: &Inner, token: &str, new: &NewServer) -> Result<bool> {
    if !server_is_kept(inner, token, new).await? {
        return Ok(false);
    }
    let folder = stage(inner, token)?.server_folder(&new.name, &new.uuid);
    let found = match disks::server(inner, &new.uuid).await {
        Ok(found) => found,
        Err(e) if e.kind == coffer_core::Kind::NotFound => return Ok(false),
        Err(e) => return Err(e),
    };
    let is_inside = |path: &Path| disks::real(path).starts_with(disks::real(&folder));
    let mut paths = found.defined.iter().filter_map(|disk| disk.path.as_deref());
    Ok(found.info.name == new.name && paths.any(is_inside))
}

/// Puts the images in their place and defines the server: with that it is there.
pub(super) async fn keep_server(
    inner: &Arc<Inner>,
    token: &str,
    new: &NewServer,
) -> Result<ServerInfo> {
    // Defined by an earlier attempt.
    if let Ok(server) = disks::server(inner, &new.uuid).await {
        // One that is filled is started at once: it must be no other's.
        let is_ours = server.info.name == new.name
            && (!new.filling || is_made_here(inner, token, new).await?);
        return match is_ours {
            true => Ok(server.info),
            false => Err(Error::conflict(format!(
                "host `{}` has a server with this identity: {}",
                inner.config.name, server.info.name
            ))
            .hint("Make it with a new identity.")),
        };
    }
    let stage = stage(inner, token)?;
    let folder = stage.server_folder(&new.name, &new.uuid);
    let xml = definition(new, &folder)?;
    stage.keep_folder(&folder).await?;
    let variables = base64::engine::general_purpose::STANDARD
        .decode(&new.definition.firmware_variables)
        .map_err(|e| Error::data("read the backup's firmware variables").caused_by(e))?;
    if !variables.is_empty() {
        let path = nvram(&folder);
        blocking(move || std::fs::write(&path, variables).map_err(|e| io_error(&path, "write", e)))
            .await?;
    }
    let defined = inner
        .connections
        .try_call(move |c| c.define(&xml).map(|_| ()))
        .await?;
    match defined {
        Ok(()) => {}
        Err(e) if matches!(e.code, code::OPERATION_FAILED) => {
            return Err(Error::conflict(e.message.clone())
                .hint("Choose another name, or a new identity.")
                .caused_by(e));
        }
        Err(e) => {
            return Err(super::connection::to_error(e, &inner.config.uri).context("define server"));
        }
    }
    Ok(disks::server(inner, &new.uuid).await?.info)
}

/// Removes what a task made that ends without success. A server that is defined stays.
pub(super) async fn discard(
    inner: &Arc<Inner>,
    token: &str,
    new: Option<&NewServer>,
) -> Result<()> {
    let Ok(stage) = stage(inner, token) else {
        return Ok(());
    };
    stage.discard().await?;
    let Some(new) = new else { return Ok(()) };
    if disks::server(inner, &new.uuid).await.is_ok() {
        return Ok(());
    }
    let folder = stage.server_folder(&new.name, &new.uuid);
    stage.discard_folder(&folder).await
}

fn nvram(folder: &Path) -> PathBuf {
    folder.join("nvram.fd")
}

fn definition(new: &NewServer, folder: &Path) -> Result<String> {
    if new.definition.kind != "libvirt-xml" {
        return Err(
            Error::invalid("the backup holds no definition that this host understands")
                .hint("Make disks from it, and define the server yourself."),
        );
    }
    let has_variables = !new.definition.firmware_variables.is_empty();
    let changed = Changed {
        name: &new.name,
        uuid: &new.uuid,
        disks: new
            .disks
            .iter()
            .map(|target| (target.as_str(), folder.join(format!("{target}.qcow2"))))
            .collect(),
        folder,
        nvram: has_variables.then(|| nvram(folder)),
        new_identity: new.new_identity,
        network: new.network.as_deref(),
        stops_on_faults: new.filling,
    };
    redefine(&new.definition.text, &changed)
        .map_err(|e| Error::data("read the backup's definition of the server").caused_by(e))
}
