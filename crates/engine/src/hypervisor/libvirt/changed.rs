//! What changed since an epoch, told without a snapshot.
//!
//! Of a running server libvirt counts the bytes in QEMU's bitmap; which bytes they are only an
//! export tells, and that takes a backup job. Of a stopped one the bitmap in the image tells all.

use std::sync::Arc;

use coffer_core::Result;

use super::Inner;
use super::definition::checkpoint_sizes;
use super::disks::{self, Server};
use super::ffi::code;
use crate::hypervisor::{Changes, ChangesRequest, look_at_changes};

pub(super) async fn changes(
    inner: &Arc<Inner>,
    server: Option<&str>,
    requests: &[ChangesRequest],
) -> Result<Vec<Changes>> {
    let server = match server {
        Some(id) => Some(disks::server(inner, id).await?),
        None => None,
    };
    let mut told = Vec::new();
    for request in requests {
        told.push(match &server {
            Some(server) if !server.is_off() => counted(inner, server, request).await?,
            Some(server) => {
                let info = &server.info.disks[server.position(&request.native_id)?];
                look_at_changes(&inner.runtime, info, &request.epoch).await
            }
            None => {
                let info = disks::detached_disk(inner, &request.native_id).await?;
                look_at_changes(&inner.runtime, &info, &request.epoch).await
            }
        });
    }
    Ok(told)
}

/// The bytes that libvirt counts on a disk of a running server.
async fn counted(inner: &Inner, server: &Server, request: &ChangesRequest) -> Result<Changes> {
    let target = server.defined[server.position(&request.native_id)?]
        .target
        .clone();
    let (uuid, epoch) = (server.info.native_id.clone(), request.epoch.0.clone());
    let xml = inner
        .connections
        .try_call(move |c| c.domain(&uuid)?.checkpoint(&epoch)?.xml_with_sizes())
        .await?;
    Ok(match xml {
        Ok(xml) => match checkpoint_sizes(&xml)
            .into_iter()
            .find(|(t, _)| *t == target)
        {
            Some((_, Some(bytes))) => Changes::Bytes(bytes),
            Some((_, None)) => Changes::Unknown("the dirty bitmap is lost or broken".into()),
            None => Changes::Unknown("the disk has no dirty bitmap".into()),
        },
        Err(e) if e.code == code::NO_DOMAIN_CHECKPOINT => {
            Changes::Unknown("libvirt does not know the parent's epoch any more".into())
        }
        Err(e) => Changes::Unknown(format!("libvirt cannot tell now: {}", e.message)),
    })
}
