//! Forward migrations, embedded in the program.
//!
//! Each runs once, in a transaction together with its line in `schema_migrations`; a crash leaves
//! it undone. A released migration is never edited: the checksum of what ran is kept and compared.

use std::collections::HashSet;

use coffer_core::{Error, Result};
use sqlx::{AnyPool, Row};

use super::failed;

struct Migration {
    version: i64,
    name: &'static str,
    sql: &'static str,
}

/// In ascending order. New ones go to the end.
const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "identity",
        sql: include_str!("migrations/0001_identity.sql"),
    },
    Migration {
        version: 2,
        name: "cbr",
        sql: include_str!("migrations/0002_cbr.sql"),
    },
    Migration {
        version: 3,
        name: "console",
        sql: include_str!("migrations/0003_console.sql"),
    },
    Migration {
        version: 4,
        name: "policies",
        sql: include_str!("migrations/0004_policies.sql"),
    },
    Migration {
        version: 5,
        name: "sharing",
        sql: include_str!("migrations/0005_sharing.sql"),
    },
    Migration {
        version: 6,
        name: "access",
        sql: include_str!("migrations/0006_access.sql"),
    },
    Migration {
        version: 7,
        name: "limits",
        sql: include_str!("migrations/0007_limits.sql"),
    },
    Migration {
        version: 14,
        name: "resource_tags",
        sql: include_str!("migrations/0014_resource_tags.sql"),
    },
    Migration {
        version: 15,
        name: "notifications",
        sql: include_str!("migrations/0015_notifications.sql"),
    },
    Migration {
        version: 16,
        name: "scale",
        sql: include_str!("migrations/0016_scale.sql"),
    },
    Migration {
        version: 17,
        name: "images",
        sql: include_str!("migrations/0017_images.sql"),
    },
    Migration {
        version: 18,
        name: "lists",
        sql: include_str!("migrations/0018_lists.sql"),
    },
    Migration {
        version: 19,
        name: "jobs",
        sql: include_str!("migrations/0019_jobs.sql"),
    },
    Migration {
        version: 20,
        name: "parents",
        sql: include_str!("migrations/0020_parents.sql"),
    },
    Migration {
        version: 21,
        name: "instants",
        sql: include_str!("migrations/0021_instants.sql"),
    },
    Migration {
        version: 22,
        name: "queue",
        sql: include_str!("migrations/0022_queue.sql"),
    },
    Migration {
        version: 23,
        name: "drills",
        sql: include_str!("migrations/0023_drills.sql"),
    },
    Migration {
        version: 25,
        name: "imported",
        sql: include_str!("migrations/0025_imported.sql"),
    },
    Migration {
        version: 26,
        name: "marks",
        sql: include_str!("migrations/0026_marks.sql"),
    },
];

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at BIGINT NOT NULL
)";

/// Brings the schema up to date.
///
/// # Errors
/// `Conflict` where the database is newer than this program, or was made by a changed one.
pub(super) async fn run(pool: &AnyPool, begin: &'static str) -> Result<()> {
    run_list(pool, begin, MIGRATIONS).await
}

/// `begin`: begins a transaction with the write lock in hand.
async fn run_list(pool: &AnyPool, begin: &'static str, migrations: &[Migration]) -> Result<()> {
    let mut tx = pool
        .begin_with(begin)
        .await
        .map_err(failed("begin migration"))?;
    sqlx::raw_sql(TABLE)
        .execute(&mut *tx)
        .await
        .map_err(failed("create schema_migrations"))?;
    let rows = sqlx::query("SELECT version, checksum FROM schema_migrations ORDER BY version")
        .fetch_all(&mut *tx)
        .await
        .map_err(failed("read schema_migrations"))?;
    let mut done = HashSet::new();
    for row in &rows {
        let version: i64 = row.get(0);
        let checksum: String = row.get(1);
        match migrations.iter().find(|known| known.version == version) {
            Some(known) if sum(known) == checksum => {}
            Some(_) => {
                return Err(Error::conflict(format!(
                    "migration {version} of the catalog is not the one this program has"
                ))
                .hint("Use the program that made this catalog, or one released later."));
            }
            None => {
                let known = migrations.last().map_or(0, |last| last.version);
                return Err(Error::conflict(format!(
                    "the catalog's schema has version {version}, this program knows {known}"
                ))
                .hint("Use the newer program that migrated this catalog."));
            }
        }
        done.insert(version);
    }
    for migration in migrations.iter().filter(|m| !done.contains(&m.version)) {
        sqlx::raw_sql(migration.sql)
            .execute(&mut *tx)
            .await
            .map_err(failed("run migration"))
            .map_err(|e| e.context(migration.name))?;
        sqlx::query(
            "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)",
        )
        .bind(migration.version)
        .bind(migration.name)
        .bind(sum(migration))
        .bind(crate::door::now().as_millisecond())
        .execute(&mut *tx)
        .await
        .map_err(failed("record migration"))?;
    }
    tx.commit().await.map_err(failed("commit migration"))
}

fn sum(migration: &Migration) -> String {
    blake3::hash(migration.sql.as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use coffer_core::Kind;

    #[test]
    fn versions_ascend() {
        let versions: Vec<i64> = MIGRATIONS.iter().map(|m| m.version).collect();
        assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
    }

    async fn run_list(pool: &AnyPool, migrations: &[Migration]) -> Result<()> {
        super::run_list(pool, crate::catalog::sqlite::BEGIN, migrations).await
    }

    #[tokio::test]
    async fn edited_and_newer_schemas_are_refused_and_failures_leave_nothing() {
        sqlx::any::install_default_drivers();
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/m.db?mode=rwc", dir.path().display());
        let pool = AnyPool::connect(&url).await.unwrap();
        let one = |sql| Migration {
            version: 1,
            name: "one",
            sql,
        };
        let two = |sql| Migration {
            version: 2,
            name: "two",
            sql,
        };
        let good = one("CREATE TABLE a (x BIGINT); CREATE TABLE b (x BIGINT)");
        run_list(&pool, &[good]).await.unwrap();

        let edited = run_list(&pool, &[one("CREATE TABLE c (x BIGINT)")]).await;
        assert_eq!(edited.unwrap_err().kind, Kind::Conflict);

        let good = || one("CREATE TABLE a (x BIGINT); CREATE TABLE b (x BIGINT)");
        let broken = two("CREATE TABLE d (x BIGINT); CREATE TABLE a (x BIGINT)");
        run_list(&pool, &[good(), broken]).await.unwrap_err();
        run_list(&pool, &[good(), two("CREATE TABLE d (x BIGINT)")])
            .await
            .unwrap();
        let newer = run_list(&pool, &[good()]).await;
        assert_eq!(newer.unwrap_err().kind, Kind::Conflict);
    }
}
