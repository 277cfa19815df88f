//! A real guest, its snapshots, and a repository they are backed up into, backup after backup.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::path::PathBuf;
use std::sync::Arc;

use coffer_core::format::records::{
    DefinitionRecord, Facts, InstantRecord, Manifest, Resource, Tracking,
};
use coffer_core::ids::{BackupId, DiskId, VaultId};
use coffer_engine::block::BlockSource;
use coffer_engine::hypervisor::file::RawFileTarget;
use coffer_engine::hypervisor::libvirt::{LibvirtConfig, LibvirtHypervisor};
use coffer_engine::hypervisor::{
    ChangeTracking, Consistency, EpochName, Freeze, Hypervisor, SnapshotDiskRequest,
    SnapshotRequest, SnapshotSession,
};
use coffer_engine::pipeline::{BackupDisk, BackupJob, back_up, restore_disk};
use coffer_engine::progress::Progress;
use coffer_engine::repository::{Begun, InitOptions, KeySource, Repository, Store};
use coffer_engine::testkit::{Guest, Stack};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A driver with folders of its own.
pub async fn driver(stack: &Stack, service: &str) -> LibvirtHypervisor {
    let folder = stack.directory().join(service);
    let config = LibvirtConfig {
        name: service.into(),
        uri: stack.uri().into(),
        service: service.into(),
        runtime_dir: folder.join("run"),
        scratch_dir: folder.join("scratch"),
        scratch_reserve: 1 << 20,
        image_dirs: vec![folder.join("images")],
    };
    LibvirtHypervisor::connect(config).await.unwrap()
}

/// The backups of one guest, each continuing from the one before.
pub struct Chain {
    service: &'static str,
    repository: Repository,
    _key: tempfile::TempDir,
    disks: Vec<DiskId>,
    /// The newest committed backup.
    newest: Option<u64>,
    count: u64,
}

impl Chain {
    /// An empty vault in memory, for the driver of `service`.
    pub async fn new(service: &'static str, disks: usize) -> Chain {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        coffer_engine::repository::create_key_file(&path).unwrap();
        let key = KeySource::File(path);
        let store = Store::open("memory:", "v", true, &[]).unwrap();
        let options = InitOptions::new(VaultId(Uuid::from_u128(1)));
        Repository::init(store.clone(), &options, &key)
            .await
            .unwrap();
        Chain {
            service,
            repository: Repository::open(store, &key).await.unwrap(),
            _key: folder,
            disks: (0..disks)
                .map(|i| DiskId(Uuid::from_u128(100 + i as u128)))
                .collect(),
            newest: None,
            count: 0,
        }
    }

    fn epoch(&self, number: u64) -> EpochName {
        EpochName(format!("coffer-{}-{number}", self.service))
    }

    /// Opens a snapshot that continues from the newest backup.
    pub async fn open(
        &self,
        driver: &LibvirtHypervisor,
        guest: &Guest,
        freeze: Freeze,
    ) -> Box<dyn SnapshotSession> {
        let server = driver.server(guest.uuid()).await.unwrap();
        let disks = server.disks.iter().map(|disk| SnapshotDiskRequest {
            native_id: disk.native_id.clone(),
            parent_epoch: self.newest.map(|number| self.epoch(number)),
        });
        let request = SnapshotRequest {
            server: Some(guest.uuid().to_owned()),
            disks: disks.collect(),
            new_epoch: Some(self.epoch(self.count + 1)),
            freeze,
        };
        driver.open_snapshot(request).await.unwrap()
    }

    /// Backs a session's disks up, each read through what `wrap` makes of its source.
    ///
    /// From the second backup on, qcow2 disks have to be read by their bitmaps.
    pub async fn back_up(
        &mut self,
        session: &dyn SnapshotSession,
        wrap: impl Fn(Arc<dyn BlockSource>) -> Arc<dyn BlockSource>,
        progress: &Progress,
    ) -> coffer_core::Result<Manifest> {
        self.count += 1;
        let parent = self
            .newest
            .map(|number| BackupId(Uuid::from_u128(number.into())));
        let parents: Vec<BackupId> = parent.into_iter().collect();
        let id = BackupId(Uuid::from_u128(self.count.into()));
        let Begun::Session(write) = self.repository.begin_backup(id, &parents).await.unwrap()
        else {
            panic!("the backup is new")
        };
        let disks = session.disks().iter().zip(&self.disks);
        let disks = disks.enumerate().map(|(index, (disk, id))| {
            let tracking = match disk.tracking.clone() {
                ChangeTracking::Bitmap { epoch } => Tracking::Bitmap { epoch: epoch.0 },
                ChangeTracking::FullScan { reason } => {
                    let expected = parent.is_none() || disk.info.format == "raw";
                    assert!(expected, "{}: {reason}", disk.info.name);
                    Tracking::FullScan { reason }
                }
            };
            BackupDisk {
                disk_id: *id,
                child_backup_id: None,
                name: disk.info.name.clone(),
                system: index == 0,
                parent,
                source: wrap(disk.source.clone()),
                tracking,
                epoch: disk.new_epoch.then(|| self.epoch(self.count).0),
            }
        });
        let instant = session.instant();
        let job = BackupJob {
            facts: facts(),
            instant: InstantRecord {
                at: instant.at,
                consistency: match instant.consistency {
                    Consistency::Application => "application",
                    Consistency::Crash => "crash",
                    Consistency::Offline => "offline",
                }
                .into(),
                frozen_ms: instant.frozen.map(|time| time.as_millis() as u64),
                moved: false,
                notes: instant.notes.clone(),
            },
            definition: DefinitionRecord::default(),
            independent: false,
            disks: disks.collect(),
        };
        let manifest = back_up(write, job, progress, &CancellationToken::new()).await?;
        self.newest = Some(self.count);
        Ok(manifest)
    }

    /// Restores all disks of a backup to new raw files.
    pub async fn restore(&self, manifest: &Manifest) -> Restored {
        let folder = tempfile::tempdir().unwrap();
        let reader = self
            .repository
            .begin_reading(&[manifest.backup_id])
            .await
            .unwrap();
        let mut files = Vec::new();
        for disk in &manifest.disks {
            let path = folder.path().join(format!("{}.raw", disk.name));
            let target = RawFileTarget::create(&path, disk.size_bytes).unwrap();
            let (progress, cancel) = (Progress::new(), CancellationToken::new());
            restore_disk(
                self.repository.vault(),
                manifest,
                disk,
                Arc::new(target),
                None,
                &progress,
                &cancel,
            )
            .await
            .unwrap();
            files.push(path);
        }
        reader.end().await.unwrap();
        Restored {
            files,
            _folder: folder,
        }
    }
}

/// Raw files of a backup's disks, removed with this.
pub struct Restored {
    pub files: Vec<PathBuf>,
    _folder: tempfile::TempDir,
}

fn facts() -> Facts {
    Facts {
        resource: Resource {
            id: "r".into(),
            kind: "OS::Nova::Server".into(),
            name: "shop".into(),
        },
        name: "manualbk_0001".into(),
        description: String::new(),
        project_id: None,
        checkpoint_id: None,
        policy_id: None,
        automatic: false,
        expires_at: None,
    }
}
