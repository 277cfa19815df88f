//! The catalog: what the control plane knows, in SQL.
//!
//! Only this module and its children name SQL. One text serves SQLite and PostgreSQL: `TEXT` and
//! `BIGINT`, placeholders `$1, $2, ...` in order, times as milliseconds since 1970, truth values
//! as 0 and 1, `CAST(SUM(x) AS BIGINT)`.
//!
//! Readers and writers have pools of their own. On SQLite the write pool has one connection and
//! its transactions begin with the write lock in hand (`BEGIN IMMEDIATE`), so writers queue in
//! this process instead of meeting `SQLITE_BUSY`; readers see the last commit (WAL) and wait for
//! nobody. A commit is on disk when it returns (`synchronous = FULL`).

pub mod access;
pub mod audit;
pub mod backups;
pub mod checkpoints;
pub mod disks;
pub mod epochs;
pub mod figures;
pub mod identity;
pub mod limits;
pub mod lists;
pub mod lock;
pub mod members;
pub mod migrate;
pub mod neighbours;
pub mod notify;
pub mod policies;
pub mod projects;
pub mod protection;
pub mod quotas;
pub mod record;
pub mod recovery_keys;
pub mod resource_tags;
pub mod servers;
pub mod sessions;
pub mod settings;
pub mod tasks;
pub mod vaults;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Once};
use std::time::Duration;

use coffer_core::{Error, Kind, Result};
use sqlx::any::AnyPoolOptions;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Transaction};

pub use lock::ServiceLock;

/// How many readers may work at once.
const READERS: u32 = 8;
/// How long a statement waits for a connection, or for another process's write lock.
const PATIENCE: Duration = Duration::from_secs(10);

/// A catalog that is open and migrated. Clones share the connections.
#[derive(Clone)]
pub struct Catalog {
    inner: Arc<Inner>,
}

struct Inner {
    backend: Backend,
    read: AnyPool,
    write: AnyPool,
    /// Counts commits, so that others can wait for the next one.
    commits: Arc<tokio::sync::watch::Sender<u64>>,
}

/// Which database it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// A file on this host.
    Sqlite {
        /// The database file.
        path: PathBuf,
    },
}

/// A write transaction. Dropped without [`Tx::commit`] it is rolled back.
///
/// Statements take `tx.connection()` or `&mut *tx`.
pub struct Tx {
    inner: Transaction<'static, Any>,
    commits: Option<Arc<tokio::sync::watch::Sender<u64>>>,
}

impl Tx {
    /// The connection, for statements of this transaction.
    pub fn connection(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }

    /// Makes the changes durable. When this returns they are on disk.
    ///
    /// The audit event of the operation that is going on, if there is one, goes along.
    pub async fn commit(mut self) -> Result<()> {
        if self.commits.is_some() {
            let recorded = crate::audit::on_commit(&mut self.inner).await;
            if let Err(error) = recorded {
                crate::audit::commit_failed();
                return Err(error);
            }
        }
        if let Err(error) = self.inner.commit().await {
            crate::audit::commit_failed();
            return Err(failed("commit")(error));
        }
        if let Some(commits) = self.commits {
            commits.send_modify(|count| *count += 1);
        }
        Ok(())
    }
}

impl std::ops::Deref for Tx {
    type Target = AnyConnection;
    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl std::ops::DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}

impl Catalog {
    /// Opens the catalog at `url` (`sqlite:///path/to/catalog.db`), makes it where there is none,
    /// and brings its schema up to date.
    ///
    /// # Errors
    /// `Invalid` for a URL that is none of ours, `Unavailable` where the database does not answer,
    /// `Conflict` where the schema is newer than this program.
    pub async fn open(url: &str) -> Result<Catalog> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);

        let path = sqlite_path(url)?;
        prepare_file(&path)?;
        let url = sqlite_url(&path);
        let write = pool(&url, 1, SQLITE_WRITER).await?;
        migrate::run(&write).await?;
        let read = pool(&url, READERS, SQLITE_READER).await?;
        let backend = Backend::Sqlite { path };
        Ok(Catalog {
            inner: Arc::new(Inner {
                backend,
                read,
                write,
                commits: Arc::new(tokio::sync::watch::Sender::new(0)),
            }),
        })
    }

    /// Which database this is.
    pub fn backend(&self) -> &Backend {
        &self.inner.backend
    }

    /// Connections for reading. A statement that writes fails on them.
    ///
    /// Several statements that must see one state belong into one transaction
    /// ([`Catalog::snapshot`]).
    pub fn read(&self) -> &AnyPool {
        &self.inner.read
    }

    /// One connection for reading.
    pub async fn reader(&self) -> Result<PoolConnection<Any>> {
        self.inner
            .read
            .acquire()
            .await
            .map_err(failed("begin reading"))
    }

    /// A transaction for reading: all its statements see one state.
    pub async fn snapshot(&self) -> Result<Tx> {
        let inner = self
            .inner
            .read
            .begin()
            .await
            .map_err(failed("begin reading"))?;
        Ok(Tx {
            inner,
            commits: None,
        })
    }

    /// A transaction for writing, with the write lock in hand. Keep it short and do no other
    /// waiting in it: all writers of the process stand behind it.
    pub async fn write(&self) -> Result<Tx> {
        let begun = match self.inner.backend {
            Backend::Sqlite { .. } => self.inner.write.begin_with("BEGIN IMMEDIATE").await,
        };
        Ok(Tx {
            inner: begun.map_err(failed("begin writing"))?,
            commits: Some(self.inner.commits.clone()),
        })
    }

    /// Counts the commits of this process; a receiver learns of each new one.
    pub fn commits(&self) -> tokio::sync::watch::Receiver<u64> {
        self.inner.commits.subscribe()
    }

    /// Claims the catalog for this service.
    ///
    /// # Errors
    /// `Conflict` where another service holds it.
    pub fn lock_service(&self) -> Result<ServiceLock> {
        match &self.inner.backend {
            Backend::Sqlite { path } => ServiceLock::take(path),
        }
    }

    /// True if the database answers.
    pub async fn is_ready(&self) -> bool {
        sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM schema_migrations")
            .fetch_one(self.read())
            .await
            .is_ok()
    }

    /// Ends all connections. Statements after this fail.
    pub async fn close(&self) {
        self.inner.read.close().await;
        self.inner.write.close().await;
    }
}

const SQLITE_WRITER: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000; PRAGMA temp_store = MEMORY";
const SQLITE_READER: &str = "PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000; \
    PRAGMA temp_store = MEMORY; PRAGMA query_only = ON";

async fn pool(url: &str, size: u32, pragmas: &'static str) -> Result<AnyPool> {
    AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(PATIENCE)
        .after_connect(move |connection, _| {
            Box::pin(async move { sqlx::raw_sql(pragmas).execute(connection).await.map(drop) })
        })
        .connect(url)
        .await
        .map_err(failed("open catalog"))
}

/// Takes `sqlite:path`, `sqlite://path` and `sqlite:///path`.
fn sqlite_path(url: &str) -> Result<PathBuf> {
    let Some(rest) = url.strip_prefix("sqlite:") else {
        return Err(Error::invalid("catalog url is of no known kind")
            .hint("Use sqlite:///absolute/path/catalog.db."));
    };
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() || path.contains('?') {
        return Err(Error::invalid("catalog url has no plain path")
            .hint("Use sqlite:///absolute/path/catalog.db without parameters."));
    }
    Ok(PathBuf::from(path))
}

fn sqlite_url(path: &Path) -> String {
    let mut url = String::from("sqlite://");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'%' | b'?' | b'#' => url.push_str(&format!("%{byte:02X}")),
            _ if byte.is_ascii() => url.push(char::from(*byte)),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url.push_str("?mode=rwc");
    url
}

/// Makes the file for its owner alone: it holds hashes of passwords and tokens.
fn prepare_file(path: &Path) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map(drop)
        .map_err(|e| {
            Error::unavailable(format!("open catalog `{}`", path.display()))
                .hint("The directory must exist and belong to the service's user.")
                .caused_by(e)
        })
}

/// Maps a database error: `Conflict` where a row is there already, `Unavailable` where the
/// database did not answer, else `Internal`.
///
/// The SQL stays in the cause, for the log; `step` is what callers may show.
pub fn failed(step: &'static str) -> impl FnOnce(sqlx::Error) -> Error {
    move |error| {
        let kind = match &error {
            sqlx::Error::Database(e) if e.is_unique_violation() => Kind::Conflict,
            sqlx::Error::Database(e) if is_full_or_busy(e.as_ref()) => Kind::Unavailable,
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {
                Kind::Unavailable
            }
            _ => Kind::Internal,
        };
        Error::new(kind, step).caused_by(error)
    }
}

/// SQLite: 5 busy, 10 disk I/O, 13 full, 14 cannot open; the low byte of the extended code.
fn is_full_or_busy(error: &dyn sqlx::error::DatabaseError) -> bool {
    let code = error.code().and_then(|code| code.parse::<u32>().ok());
    matches!(code.map(|code| code & 0xff), Some(5 | 10 | 13 | 14))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn open(dir: &tempfile::TempDir) -> Catalog {
        let url = format!("sqlite://{}", dir.path().join("a %#b.db").display());
        Catalog::open(&url).await.unwrap()
    }

    #[tokio::test]
    async fn reopening_finds_the_schema_there() {
        let dir = tempfile::tempdir().unwrap();
        open(&dir).await.close().await;
        assert!(open(&dir).await.is_ready().await);
        assert!(dir.path().join("a %#b.db").exists());
    }

    #[tokio::test]
    async fn readers_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let catalog = open(&dir).await;
        let result = sqlx::query("DELETE FROM schema_migrations")
            .execute(catalog.read())
            .await;
        assert!(result.is_err());
    }

    #[tokio::test]
    async fn writers_queue_and_dropped_ones_leave_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let catalog = open(&dir).await;
        let insert = "INSERT INTO settings (name, value) VALUES ($1, $2)";
        let tasks: Vec<_> = (0..20)
            .map(|n| {
                let catalog = catalog.clone();
                tokio::spawn(async move {
                    let mut tx = catalog.write().await.unwrap();
                    sqlx::query(insert)
                        .bind(format!("n{n}"))
                        .bind("x")
                        .execute(tx.connection())
                        .await
                        .unwrap();
                    if n % 2 == 0 {
                        tx.commit().await.unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let count = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM settings")
            .fetch_one(catalog.read())
            .await
            .unwrap();
        assert_eq!(count, 10);
    }

    #[tokio::test]
    async fn a_second_service_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let catalog = open(&dir).await;
        let first = catalog.lock_service().unwrap();
        assert_eq!(catalog.lock_service().unwrap_err().kind, Kind::Conflict);
        drop(first);
        catalog.lock_service().unwrap();
    }
}
