//! The seam to the engine: the vaults' repositories, opened once and shared.
//!
//! A vault's repository lies in its store below the vault's id. Its key is wrapped by the key of
//! the configuration.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use coffer_core::cbr::{Code, Refusal};
use coffer_core::format::name;
pub use coffer_core::format::records::{
    DefinitionRecord, Facts, InstantRecord, Manifest, ManifestDisk, Resource as ResourceRecord,
    Tracking,
};
use coffer_core::ids::VaultId;
use coffer_core::{Error, Kind, Result};
use coffer_engine::pipeline::refresh_index;
pub use coffer_engine::pipeline::{
    BackupDisk, BackupJob, KnownState, back_up, estimate_restore, restore_disk,
};
use coffer_engine::repository::keys::create_key_file;
use coffer_engine::repository::store::StoreCounters;
use coffer_engine::repository::{InitOptions, KeySource, Repository, Store};
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::app::limits::LimitTable;
use crate::catalog::vaults::Vault;
use crate::config::{Config, S3Config};

/// How often the index of a vault is looked over: it reads what small backups stored since.
const REFRESH_PERIOD: Duration = Duration::from_secs(24 * 3600);

/// Where one store of the configuration is.
#[derive(Debug, Clone)]
struct Place {
    name: String,
    location: String,
    /// Where it is a directory.
    folder: Option<PathBuf>,
    s3: Option<S3Config>,
}

/// The repositories of all vaults. Clones share them.
#[derive(Clone)]
pub struct Repositories {
    inner: Arc<Inner>,
}

struct Inner {
    places: Vec<Place>,
    default: Option<String>,
    key: KeySource,
    limits: LimitTable,
    counters: Arc<StoreCounters>,
    /// Bytes that stay free in the stores' file systems.
    reserve: u64,
    open: Mutex<HashMap<VaultId, Repository>>,
    /// Vaults in which something goes once those who use it have ended.
    waiting: Mutex<BTreeSet<VaultId>>,
    /// When the index of a vault was refreshed.
    refreshed: Mutex<HashMap<VaultId, Instant>>,
}

impl Repositories {
    /// The repositories that a configuration says. Makes the key file where the configuration
    /// names neither key nor passphrase and there is none yet.
    pub fn new(
        config: &Config,
        limits: LimitTable,
        counters: Arc<StoreCounters>,
    ) -> Result<Repositories> {
        let places = config
            .stores
            .iter()
            .map(|store| Place {
                name: store.name.to_string(),
                location: match (&store.path, &store.url) {
                    (Some(path), _) => path.display().to_string(),
                    (None, Some(url)) => url.to_string(),
                    (None, None) => String::new(),
                },
                folder: store.path.clone(),
                s3: store.s3.clone(),
            })
            .collect();
        let key = match config.key.passphrase()? {
            Some(passphrase) => KeySource::Passphrase(passphrase),
            None => KeySource::File(match &config.key.file {
                Some(path) => path.clone(),
                None => own_key_file(&config.data_dir)?,
            }),
        };
        Ok(Repositories {
            inner: Arc::new(Inner {
                places,
                default: config.default_store().map(|store| store.name.to_string()),
                key,
                limits,
                counters,
                reserve: config.limits.store_reserve_mib << 20,
                open: Mutex::default(),
                waiting: Mutex::default(),
                refreshed: Mutex::default(),
            }),
        })
    }

    /// Name of the store for new vaults.
    pub fn default_store(&self) -> Result<&str, Refusal> {
        self.inner.default.as_deref().ok_or_else(|| {
            Refusal::new(
                Code::VAULT_CREATION_FAILED,
                "no store for vaults is configured",
            )
            .hint("The operator adds a [[store]] to the configuration.")
        })
    }

    fn store(&self, vault: &Vault, create: bool) -> Result<Store> {
        let place = self.inner.places.iter().find(|p| p.name == vault.store);
        let place = place.ok_or_else(|| {
            Error::unavailable(format!("store `{}` is not configured", vault.store))
                .hint("Add it to the configuration again.")
        })?;
        // Read each time, so that new credentials need no restart.
        let options = match &place.s3 {
            Some(s3) => s3.options()?,
            None => Vec::new(),
        };
        let store = Store::open(&place.location, &vault.id.to_string(), create, &options)?;
        Ok(store.counted(self.inner.counters.clone()))
    }

    /// Makes the repository of a new vault.
    pub async fn create(&self, vault: &Vault) -> Result<()> {
        let store = self.store(vault, true)?;
        let repository =
            Repository::init(store, &InitOptions::new(vault.id), &self.inner.key).await?;
        self.inner.open.lock().await.insert(vault.id, repository);
        Ok(())
    }

    /// The repository of a vault.
    pub async fn open(&self, vault: &Vault) -> Result<Repository> {
        let mut open = self.inner.open.lock().await;
        if let Some(repository) = open.get(&vault.id) {
            return Ok(repository.clone());
        }
        let repository = Repository::open(self.store(vault, false)?, &self.inner.key).await?;
        let limit = self.inner.limits.vault(vault.id);
        repository.throttle.set(limit.bytes_per_second);
        open.insert(vault.id, repository.clone());
        Ok(repository)
    }

    /// Whether something in a vault is condemned. Needs no key, and one request.
    pub async fn has_condemned(&self, vault: &Vault) -> Result<bool> {
        let condemned = self.store(vault, false)?.list(name::CONDEMNATIONS).await?;
        Ok(!condemned.is_empty())
    }

    /// Notes whether something in a vault goes once those who use it have ended.
    pub async fn note_waiting(&self, vault: VaultId, waits: bool) {
        let mut waiting = self.inner.waiting.lock().await;
        match waits {
            true => waiting.insert(vault),
            false => waiting.remove(&vault),
        };
    }

    /// The vaults that were noted.
    pub async fn waiting(&self) -> Vec<VaultId> {
        self.inner.waiting.lock().await.iter().copied().collect()
    }

    /// Brings the index of a vault up to date, at most once in a [`REFRESH_PERIOD`].
    pub async fn refresh_index(&self, vault: &Vault, cancel: &CancellationToken) -> Result<()> {
        let repository = self.open(vault).await?;
        // One at a time; where one is at work, another one need not.
        let Ok(mut refreshed) = self.inner.refreshed.try_lock() else {
            return Ok(());
        };
        let is_due = |at: &Instant| at.elapsed() >= REFRESH_PERIOD;
        if !refreshed.get(&vault.id).is_none_or(is_due) {
            return Ok(());
        }
        let report = refresh_index(&repository, cancel).await?;
        refreshed.insert(vault.id, Instant::now());
        tracing::debug!(vault.id = %vault.id, packs = report.packs_read, "the index is up to date");
        Ok(())
    }

    /// Sets the limit of a vault in bytes a second, also for what runs.
    pub async fn set_rate(&self, vault: VaultId, bytes_per_second: Option<u64>) {
        if let Some(repository) = self.inner.open.lock().await.get(&vault) {
            repository.throttle.set(bytes_per_second);
        }
    }

    /// Refuses where the file system of a vault's store has less free space than the service
    /// keeps. Object stores have no end that could be asked for.
    ///
    /// # Errors
    /// `Unavailable`: it is tried again, and succeeds once there is space.
    pub fn check_space(&self, vault: &Vault) -> Result<()> {
        let place = self.inner.places.iter().find(|p| p.name == vault.store);
        let Some(folder) = place.and_then(|p| p.folder.as_deref()) else {
            return Ok(());
        };
        let what = format!("store `{}`", vault.store);
        coffer_engine::space::check(&what, folder, self.inner.reserve)
    }

    /// Bytes that a vault's objects take in the store.
    pub async fn used_bytes(&self, vault: &Vault) -> Result<u64> {
        let objects = self.store(vault, false)?.list("").await?;
        Ok(objects.iter().map(|object| object.size).sum())
    }

    /// Removes everything of a vault from the store, its keys first: from then on nothing that
    /// may be left behind can be read.
    pub async fn destroy(&self, vault: &Vault) -> Result<()> {
        self.inner.open.lock().await.remove(&vault.id);
        self.store(vault, true)?.clear().await
    }
}

fn own_key_file(data_dir: &Path) -> Result<PathBuf> {
    let path = data_dir.join("vaults.key");
    match create_key_file(&path) {
        Ok(()) => {
            tracing::info!(
                "a key for vaults was made: {}; keep a copy of it elsewhere",
                path.display()
            );
            Ok(path)
        }
        Err(error) if error.kind == Kind::Conflict => Ok(path),
        Err(error) => Err(error),
    }
}
