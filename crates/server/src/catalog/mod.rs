//! The catalog: what the control plane knows, in SQL.
//!
//! Only this module and its children name SQL. One text serves SQLite and PostgreSQL: `TEXT` and
//! `BIGINT`, placeholders `$1, $2, ...` in order, times as milliseconds since 1970, truth values
//! as 0 and 1, `CAST(SUM(x) AS BIGINT)`. Text is compared and sorted by its bytes.
//!
//! Readers and writers have pools of their own. The write pool has one connection and its
//! transactions begin with the catalog's write lock in hand, so writers queue in this process;
//! readers see the last commit and wait for nobody. A commit is on disk when it returns. How each
//! database keeps these promises is said in `sqlite` and `postgres`.

pub mod access;
pub mod audit;
pub mod backups;
pub mod checkpoints;
pub mod disks;
pub mod drills;
pub mod epochs;
pub mod figures;
pub mod identity;
pub mod images;
pub mod instants;
pub mod jobs;
pub mod limits;
pub mod lists;
pub mod lock;
pub mod members;
pub mod migrate;
pub mod neighbours;
pub mod notify;
pub mod policies;
mod postgres;
pub mod projects;
pub mod protection;
pub mod quotas;
pub mod record;
pub mod recovery_keys;
pub mod resource_tags;
pub mod servers;
pub mod sessions;
pub mod settings;
mod sqlite;
pub mod tasks;
pub mod vaults;

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Once, Weak};
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
#[derive(Debug, Clone)]
pub enum Backend {
    /// A file on this host.
    Sqlite {
        /// The database file.
        path: PathBuf,
    },
    /// A PostgreSQL server.
    Postgres {
        /// True once this service claimed the catalog.
        claimed: Arc<AtomicBool>,
    },
}

impl Backend {
    /// The statement that begins a transaction with the write lock in hand.
    fn begin(&self) -> &'static str {
        match self {
            Backend::Sqlite { .. } => sqlite::BEGIN,
            Backend::Postgres { .. } => postgres::BEGIN,
        }
    }
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
    /// Opens the catalog at `url` (`sqlite:///path/to/catalog.db`, or
    /// `postgres://user@host/database`), makes the file where there is none, and brings the schema
    /// up to date.
    ///
    /// # Errors
    /// `Invalid` for a URL that is none of ours, `Unavailable` where the database does not answer,
    /// `Conflict` where the schema is newer than this program.
    pub async fn open(url: &str) -> Result<Catalog> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);

        let (backend, write, read) = match url.split_once(':') {
            Some(("sqlite", _)) => {
                let path = sqlite::path(url)?;
                sqlite::prepare_file(&path)?;
                let url = sqlite::url(&path);
                let write = pool(1).after_connect(|connection, _| {
                    Box::pin(async move { run(connection, sqlite::WRITER).await })
                });
                let read = pool(READERS).after_connect(|connection, _| {
                    Box::pin(async move { run(connection, sqlite::READER).await })
                });
                (
                    Backend::Sqlite { path },
                    connect(write, &url).await?,
                    connect(read, &url).await?,
                )
            }
            Some(("postgres" | "postgresql", _)) => {
                let claimed = Arc::new(AtomicBool::new(false));
                let flag = claimed.clone();
                // The claim is its connection's: that one stays.
                let write = pool(1)
                    .idle_timeout(None::<Duration>)
                    .max_lifetime(None::<Duration>)
                    .after_connect(move |connection, _| {
                        let flag = flag.clone();
                        Box::pin(async move { postgres::prepare_writer(connection, &flag).await })
                    });
                let read = pool(READERS).after_connect(|connection, _| {
                    Box::pin(async move { run(connection, postgres::READER).await })
                });
                let write = connect(write, url).await?;
                postgres::check(&write).await?;
                (
                    Backend::Postgres { claimed },
                    write,
                    connect(read, url).await?,
                )
            }
            _ => {
                return Err(Error::invalid("catalog url is of no known kind").hint(
                    "Use sqlite:///absolute/path/catalog.db or postgres://user@host/database.",
                ));
            }
        };
        migrate::run(&write, backend.begin()).await?;
        let inner = Arc::new(Inner {
            backend,
            read,
            write,
            commits: Arc::new(tokio::sync::watch::Sender::new(0)),
        });
        if let Backend::Sqlite { .. } = inner.backend {
            tokio::spawn(write_back(
                Arc::downgrade(&inner),
                inner.commits.subscribe(),
            ));
        }
        Ok(Catalog { inner })
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
        let begin = self.inner.backend.begin();
        let begun = self.inner.write.begin_with(begin).await;
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
    /// Waits for a service that has just ended, at most [`SUCCESSION`]: its connection may be
    /// known to the database server a moment longer, and a program that it was starting holds its
    /// files until it runs.
    ///
    /// # Errors
    /// `Conflict` where another service holds it.
    pub async fn lock_service(&self) -> Result<ServiceLock> {
        match &self.inner.backend {
            Backend::Sqlite { path } => {
                let begun = std::time::Instant::now();
                loop {
                    match ServiceLock::take(path) {
                        Err(e) if e.kind == Kind::Conflict && begun.elapsed() < SUCCESSION => {
                            tokio::time::sleep(Duration::from_millis(20)).await;
                        }
                        taken => return taken,
                    }
                }
            }
            Backend::Postgres { claimed } => {
                postgres::claim(&self.inner.write, claimed).await?;
                Ok(ServiceLock::of_connection(claimed.clone()))
            }
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

/// How long a service waits for the one before it.
const SUCCESSION: Duration = Duration::from_secs(2);

fn pool(size: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(PATIENCE)
}

async fn connect(options: AnyPoolOptions, url: &str) -> Result<AnyPool> {
    options.connect(url).await.map_err(failed("open catalog"))
}

/// Has SQLite's log written back beside everything else, as long as the catalog is there: a commit
/// that does it itself keeps all writers waiting for a tenth of a second and more.
async fn write_back(catalog: Weak<Inner>, mut commits: tokio::sync::watch::Receiver<u64>) {
    while commits.changed().await.is_ok() {
        tokio::time::sleep(sqlite::WRITE_BACK).await;
        let Some(inner) = catalog.upgrade().filter(|c| !c.read.is_closed()) else {
            return;
        };
        let done = sqlx::raw_sql(sqlite::CHECKPOINT).execute(&inner.read).await;
        if let Err(error) = done {
            tracing::debug!(%error, "the catalog's log was not written back");
        }
    }
}

/// Runs statements without parameters.
async fn run(connection: &mut AnyConnection, sql: &'static str) -> sqlx::Result<()> {
    sqlx::raw_sql(sql).execute(connection).await.map(drop)
}

/// Maps a database error: `Conflict` where a row is there already, `Unavailable` where the
/// database did not answer, else `Internal`.
///
/// The SQL stays in the cause, for the log; `step` is what callers may show.
pub fn failed(step: &'static str) -> impl FnOnce(sqlx::Error) -> Error {
    move |error| {
        let kind = match &error {
            sqlx::Error::Database(e) if e.is_unique_violation() => Kind::Conflict,
            sqlx::Error::Database(e) if sqlite::is_full_or_busy(e.as_ref()) => Kind::Unavailable,
            sqlx::Error::Database(e) if postgres::is_away(e.as_ref()) => Kind::Unavailable,
            sqlx::Error::Database(e) if postgres::is_no_text(e.as_ref()) => Kind::Invalid,
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => {
                Kind::Unavailable
            }
            _ => Kind::Internal,
        };
        Error::new(kind, step).caused_by(error)
    }
}
