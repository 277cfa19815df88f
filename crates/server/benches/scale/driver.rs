//! A hypervisor without disks: its servers say that they have some, and those read as zeroes.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use coffer_core::extent::Extent;
use coffer_core::{Error, Result};
use coffer_engine::block::{BlockSource, Content, SourceExtent};
use coffer_engine::hypervisor::*;

use crate::fill::Size;

const DISK_BYTES: u64 = 1 << 30;

/// One host.
pub struct Diskless {
    name: String,
    servers: Vec<ServerInfo>,
}

impl Diskless {
    /// The host of that number.
    pub fn new(host: usize, size: &Size) -> Diskless {
        let each = size.servers / size.hosts;
        let servers = (host * each..(host + 1) * each).map(|n| server(n, size.disks_each));
        Diskless {
            name: format!("host{host:03}"),
            servers: servers.collect(),
        }
    }
}

fn server(n: usize, disks: usize) -> ServerInfo {
    let disk = |d: usize| DiskInfo {
        native_id: format!("disk-{n:06}-{d}"),
        name: format!("vd{}", char::from(b'a' + d as u8)),
        size_bytes: DISK_BYTES,
        path: format!("/disks/{n:06}-{d}"),
        format: "raw".into(),
        bus: "virtio".into(),
        system: d == 0,
        shareable: false,
        unsupported: None,
    };
    ServerInfo {
        native_id: format!("server-{n:06}"),
        name: format!("web-{n:06}"),
        state: PowerState::Running,
        vcpus: 2,
        memory_mib: 4096,
        architecture: "x86_64".into(),
        disks: (0..disks).map(disk).collect(),
        nics: vec![],
        restart_allowed: true,
        tags: vec![],
    }
}

struct Zeroes;

#[async_trait]
impl BlockSource for Zeroes {
    fn size(&self) -> u64 {
        DISK_BYTES
    }
    async fn extents(&self, window: Extent) -> Result<Vec<SourceExtent>> {
        Ok(vec![SourceExtent {
            extent: window,
            content: Content::Zero,
        }])
    }
    async fn read(&self, extent: Extent) -> Result<Bytes> {
        let length = usize::try_from(extent.end - extent.start).unwrap_or(0);
        Ok(Bytes::from(vec![0; length]))
    }
}

struct Session {
    instant: Instant,
    disks: Vec<SnapshotDisk>,
    definition: ServerDefinition,
}

#[async_trait]
impl SnapshotSession for Session {
    fn instant(&self) -> &Instant {
        &self.instant
    }
    fn disks(&self) -> &[SnapshotDisk] {
        &self.disks
    }
    fn definition(&self) -> &ServerDefinition {
        &self.definition
    }
    fn is_lost(&self) -> bool {
        false
    }
    async fn close(&self, _: Outcome) -> Result<()> {
        Ok(())
    }
}

#[async_trait]
impl Hypervisor for Diskless {
    fn name(&self) -> &str {
        &self.name
    }
    async fn servers(&self) -> Result<Vec<ServerInfo>> {
        Ok(self.servers.clone())
    }
    async fn server(&self, native_id: &str) -> Result<ServerInfo> {
        let found = self.servers.iter().find(|s| s.native_id == native_id);
        let found = found.cloned();
        found.ok_or_else(|| Error::not_found("no such server"))
    }
    async fn detached_disks(&self) -> Result<Vec<DiskInfo>> {
        Ok(vec![])
    }
    async fn power(&self, _: &str, _: PowerAction) -> Result<()> {
        Ok(())
    }
    async fn open_snapshot(&self, request: SnapshotRequest) -> Result<Box<dyn SnapshotSession>> {
        let all = self.servers.iter().flat_map(|s| &s.disks);
        let known: Vec<&DiskInfo> = all.collect();
        let disk = |wanted: &SnapshotDiskRequest| {
            let info = known.iter().find(|d| d.native_id == wanted.native_id);
            let info = info.ok_or_else(|| Error::not_found("no such disk"))?;
            Ok(SnapshotDisk {
                info: (*info).clone(),
                tracking: ChangeTracking::FullScan {
                    reason: "there are no bitmaps here".into(),
                },
                new_epoch: false,
                source: Arc::new(Zeroes),
            })
        };
        Ok(Box::new(Session {
            instant: Instant {
                at: coffer_server::door::now(),
                consistency: Consistency::Crash,
                frozen: None,
                notes: vec![],
            },
            disks: request.disks.iter().map(disk).collect::<Result<_>>()?,
            definition: ServerDefinition::default(),
        }))
    }
    async fn open_targets(
        &self,
        _: Option<&str>,
        _: Vec<TargetDiskRequest>,
    ) -> Result<Box<dyn TargetSession>> {
        Err(Error::invalid("there are no disks to write to"))
    }
    async fn drop_epoch(&self, _: &str, _: &EpochName) -> Result<()> {
        Ok(())
    }
    async fn reconcile(&self, _: &[EpochName]) -> Result<()> {
        Ok(())
    }
}
