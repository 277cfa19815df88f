//! The catalog on a PostgreSQL server.
//!
//! Writers begin with an advisory lock in hand, also against other processes (`coffer user ...` on
//! the server's host), so that each sees what the one before has committed. Readers' transactions
//! see one state (repeatable read) and cannot write.
//!
//! A service claims the catalog by a second advisory lock, which its one connection for writing
//! holds: where that connection is lost, the next one claims again before it writes anything, and
//! fails where another service was faster.

use std::sync::atomic::{AtomicBool, Ordering};

use coffer_core::{Error, Result};
use sqlx::{AnyConnection, AnyPool, Row};

use super::failed;

/// Begins a write transaction. The number is `coffer` as on a telephone.
pub(super) const BEGIN: &str = "BEGIN; SELECT pg_advisory_xact_lock(263337)";

/// What a connection for reading is told.
pub(super) const READER: &str = "SET SESSION CHARACTERISTICS AS TRANSACTION \
    ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// 1 where this connection has the claim now.
const CLAIM: &str =
    "SELECT CAST(CASE WHEN pg_try_advisory_lock(263338) THEN 1 ELSE 0 END AS BIGINT)";

/// Least version: 13, as the server writes it.
const VERSION_MIN: i64 = 130_000;

/// A new connection for writing: it claims the catalog again where this service had claimed it.
pub(super) async fn prepare_writer(
    connection: &mut AnyConnection,
    claimed: &AtomicBool,
) -> sqlx::Result<()> {
    super::run(connection, "SET lock_timeout = '10s'").await?;
    if !claimed.load(Ordering::SeqCst) {
        return Ok(());
    }
    let has: i64 = sqlx::query_scalar(CLAIM).fetch_one(connection).await?;
    match has {
        1 => Ok(()),
        _ => Err(sqlx::Error::Protocol(
            "another service has claimed the catalog".to_owned(),
        )),
    }
}

/// Claims the catalog for this service.
///
/// Waits for at most 2 s: the server hears a moment late that a service which has just ended, or
/// was killed, is gone.
pub(super) async fn claim(write: &AnyPool, claimed: &AtomicBool) -> Result<()> {
    const CLAIM_SOON: &str = "SET lock_timeout = '2s'; SELECT pg_advisory_lock(263338); \
        SET lock_timeout = '10s'";
    match sqlx::raw_sql(CLAIM_SOON).execute(write).await {
        Ok(_) => {
            claimed.store(true, Ordering::SeqCst);
            Ok(())
        }
        Err(sqlx::Error::Database(e)) if e.code().is_some_and(|code| code == "55P03") => {
            Err(Error::conflict("another service works on this catalog")
                .hint("Stop it first, or give this service a database of its own."))
        }
        Err(e) => Err(failed("claim the catalog")(e)),
    }
}

/// Checks that the server and the database are such that text is stored and compared as on SQLite.
pub(super) async fn check(pool: &AnyPool) -> Result<()> {
    let row = sqlx::query(
        "SELECT CAST(current_setting('server_version_num') AS BIGINT), \
         CAST(pg_encoding_to_char(encoding) AS TEXT), CAST(datcollate AS TEXT), \
         CAST(datctype AS TEXT) FROM pg_database WHERE datname = current_database()",
    )
    .fetch_one(pool)
    .await
    .map_err(failed("look at the database"))?;
    let text = |at: usize| {
        row.try_get::<String, _>(at)
            .map_err(failed("read a setting"))
    };
    let version: i64 = row.try_get(0).map_err(failed("read a setting"))?;
    if version < VERSION_MIN {
        return Err(Error::invalid(format!(
            "the database server has version {}, least is 13",
            version / 10_000
        )));
    }
    let (encoding, collate, ctype) = (text(1)?, text(2)?, text(3)?);
    let plain = |name: &str| matches!(name, "C" | "POSIX");
    if encoding != "UTF8" || !plain(&collate) || !plain(&ctype) {
        return Err(Error::invalid(format!(
            "the database has encoding {encoding}, collation {collate} and character type {ctype}"
        ))
        .hint(
            "Make it with: CREATE DATABASE coffer TEMPLATE template0 ENCODING 'UTF8' \
             LC_COLLATE 'C' LC_CTYPE 'C'",
        ));
    }
    Ok(())
}

/// The server is away, stops, has no room or no connection left, or a lock was not given in time.
pub(super) fn is_away(error: &dyn sqlx::error::DatabaseError) -> bool {
    let away = |code: &str| {
        code.len() == 5
            && (code.starts_with("08") || code.starts_with("53") || code.starts_with("57P"))
            || code == "55P03"
    };
    error.code().is_some_and(|code| away(&code))
}

/// A text has characters that this database cannot store: the zero byte.
pub(super) fn is_no_text(error: &dyn sqlx::error::DatabaseError) -> bool {
    error.code().is_some_and(|code| code == "22021")
}
