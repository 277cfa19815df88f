//! A look at a vault's store without the service: what its backups restore to, and what lies
//! there that nobody needs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use coffer_core::format::name;
use coffer_core::format::records::Manifest;
use coffer_core::ids::PackId;
use coffer_engine::pipeline::{Scope, restore_disk, verify};
use coffer_engine::progress::Progress;
use coffer_engine::repository::{KeySource, Repository, Store};
use coffer_engine::testkit::MemoryTarget;
use tokio_util::sync::CancellationToken;

use crate::model::Disks;

/// A vault, opened anew.
pub struct Walk {
    repository: Repository,
    folder: PathBuf,
}

impl Walk {
    pub async fn open(store: &Path, vault: &str, key: &Path) -> Walk {
        let location = store.to_str().expect("ASCII");
        let opened = Store::open(location, vault, false, &[]).expect("the store is there");
        let key = KeySource::File(key.to_owned());
        Walk {
            repository: Repository::open(opened, &key).await.expect("the vault"),
            folder: store.join(vault),
        }
    }

    /// Every backup in the store.
    pub async fn backups(&self) -> Vec<Manifest> {
        let survey = self.repository.survey().await.expect("the store is read");
        let torn: Vec<String> = survey
            .unreadable
            .iter()
            .map(|u| u.name.to_string())
            .collect();
        assert!(torn.is_empty(), "unreadable manifests: {torn:?}");
        survey.backups
    }

    /// What a backup restores to.
    pub async fn restore(&self, manifest: &Manifest) -> Disks {
        let mut disks = Vec::new();
        for disk in &manifest.disks {
            let target = MemoryTarget::zeroed(disk.size_bytes);
            let (progress, cancel) = (Progress::new(), CancellationToken::new());
            let to = Arc::new(target.clone());
            let done = restore_disk(
                &self.repository,
                manifest,
                disk,
                to,
                None,
                &progress,
                &cancel,
            );
            done.await
                .unwrap_or_else(|e| panic!("restore {}: {}", disk.name, e.chain()));
            disks.push(target.content());
        }
        disks
    }

    /// Everything in the store is sound.
    pub async fn check_sound(&self) {
        let (progress, cancel) = (Progress::new(), CancellationToken::new());
        let report = verify(&self.repository, Scope::Vault, &progress, &cancel)
            .await
            .expect("verified");
        let findings: Vec<_> = report
            .findings
            .iter()
            .filter(|f| !f.problem.contains("given up"))
            .collect();
        assert!(findings.is_empty(), "{findings:?}");
        assert!(report.losses.is_empty(), "{:?}", report.losses);
    }

    /// Nothing lies in the store that no backup needs, counted by a walk of its own.
    pub async fn check_clean(&self) {
        let mut needed: BTreeSet<PackId> = BTreeSet::new();
        for manifest in self.backups().await {
            for disk in &manifest.disks {
                let mut nodes: Vec<_> = disk.root.iter().map(|r| (r.node, r.level)).collect();
                while let Some((node, level)) = nodes.pop() {
                    needed.insert(node.address.pack);
                    let loaded = self.repository.checked_node(&node, level).await;
                    let loaded = loaded.expect("a map node is there");
                    needed.extend(loaded.base.iter().map(|(base, _)| base.address.pack));
                    match &loaded.node.body {
                        coffer_core::map::Body::Leaf(entries) => {
                            needed.extend(entries.iter().flatten().map(|e| e.address.pack));
                        }
                        coffer_core::map::Body::Inner(entries) => {
                            nodes.extend(entries.iter().flatten().map(|e| (*e, level - 1)));
                        }
                    }
                }
            }
        }
        let listed = self.repository.store.list(name::PACKS).await;
        let present: BTreeSet<PackId> = listed
            .expect("listed")
            .iter()
            .map(|o| name::parse_pack(&o.name).expect("a pack's name").0)
            .collect();
        assert_eq!(
            present, needed,
            "packs that nobody needs, or needed ones that are not there"
        );
        for folder in [name::SESSIONS, name::CONDEMNATIONS] {
            let left = self.repository.store.list(folder).await.expect("listed");
            assert!(left.is_empty(), "{folder}: {left:?}");
        }
    }

    /// Files that are no objects: what was being written when the service was killed.
    pub async fn strays(&self) -> Vec<PathBuf> {
        let objects = self.repository.store.list("").await.expect("listed");
        let objects: BTreeSet<PathBuf> =
            objects.iter().map(|o| self.folder.join(&o.name)).collect();
        let mut all = files(&self.folder);
        all.retain(|file| !objects.contains(file));
        all
    }
}

/// All files below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let entry = entry.expect("listed");
            match entry.file_type().expect("known").is_dir() {
                true => folders.push(entry.path()),
                false => found.push(entry.path()),
            }
        }
    }
    found
}
