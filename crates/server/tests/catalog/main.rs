//! What the catalog promises, on both databases: one suite, two implementations.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

#[path = "../support/postgres.rs"]
mod postgres;

use coffer_core::Kind;
use coffer_server::catalog::Catalog;
use sqlx::AssertSqlSafe;

/// A database of one kind: its directory, if it has one, and its URL.
struct Place {
    url: String,
    _directory: Option<tempfile::TempDir>,
}

/// An empty database of each kind.
fn places() -> [Place; 2] {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a %#b.db");
    [
        Place {
            url: format!("sqlite://{}", path.display()),
            _directory: Some(directory),
        },
        Place {
            url: postgres::server().database(),
            _directory: None,
        },
    ]
}

#[tokio::test]
async fn reopening_finds_the_schema_there() {
    for place in places() {
        Catalog::open(&place.url).await.unwrap().close().await;
        assert!(Catalog::open(&place.url).await.unwrap().is_ready().await);
    }
}

#[tokio::test]
async fn readers_cannot_write() {
    for place in places() {
        let catalog = Catalog::open(&place.url).await.unwrap();
        let delete = sqlx::query("DELETE FROM schema_migrations");
        assert!(delete.execute(catalog.read()).await.is_err());
        let mut tx = catalog.snapshot().await.unwrap();
        let delete = sqlx::query("DELETE FROM schema_migrations");
        assert!(delete.execute(tx.connection()).await.is_err());
    }
}

#[tokio::test]
async fn a_reader_sees_one_state_while_others_write() {
    for place in places() {
        let catalog = Catalog::open(&place.url).await.unwrap();
        let count = "SELECT COUNT(*) FROM settings";
        let mut before = catalog.snapshot().await.unwrap();
        let number = sqlx::query_scalar::<_, i64>(count);
        assert_eq!(number.fetch_one(before.connection()).await.unwrap(), 0);
        let mut tx = catalog.write().await.unwrap();
        let insert = sqlx::query("INSERT INTO settings (name, value) VALUES ('a', 'b')");
        insert.execute(tx.connection()).await.unwrap();
        tx.commit().await.unwrap();
        let number = sqlx::query_scalar::<_, i64>(count);
        assert_eq!(number.fetch_one(before.connection()).await.unwrap(), 0);
        drop(before);
        let number = sqlx::query_scalar::<_, i64>(count);
        assert_eq!(number.fetch_one(catalog.read()).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn writers_queue_and_dropped_ones_leave_nothing() {
    for place in places() {
        let catalog = Catalog::open(&place.url).await.unwrap();
        // As another process has it open: `coffer user ...` beside the service.
        let beside = Catalog::open(&place.url).await.unwrap();
        let tasks: Vec<_> = (0..20)
            .map(|n| {
                let catalog = [&catalog, &beside][n % 2].clone();
                tokio::spawn(async move {
                    let mut tx = catalog.write().await.unwrap();
                    // Reads and writes in one: two at once would count alike.
                    let insert = "INSERT INTO settings (name, value) \
                        SELECT 'n' || CAST(COUNT(*) AS TEXT), 'x' FROM settings";
                    sqlx::query(insert).execute(tx.connection()).await.unwrap();
                    if n % 4 < 2 {
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
}

#[tokio::test]
async fn a_second_service_is_refused() {
    for place in places() {
        let catalog = Catalog::open(&place.url).await.unwrap();
        let other = Catalog::open(&place.url).await.unwrap();
        let first = catalog.lock_service().await.unwrap();
        let refused = other.lock_service().await.unwrap_err();
        assert_eq!(refused.kind, Kind::Conflict);
        drop(first);
        catalog.close().await;
        other.lock_service().await.unwrap();
    }
}

#[tokio::test]
async fn text_sorts_by_its_bytes_and_lower_case_is_ascii() {
    for place in places() {
        let catalog = Catalog::open(&place.url).await.unwrap();
        let mut tx = catalog.write().await.unwrap();
        for name in ["b", "A", "a", "_", "Ä", "ä", "Z"] {
            let insert = sqlx::query("INSERT INTO settings (name, value) VALUES ($1, 'x')");
            let insert = insert.bind(name.to_owned());
            insert.execute(tx.connection()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let names =
            sqlx::query_scalar::<_, String>("SELECT LOWER(name) FROM settings ORDER BY name")
                .fetch_all(catalog.read())
                .await
                .unwrap();
        assert_eq!(names, ["a", "z", "_", "a", "b", "Ä", "ä"]);
    }
}

#[tokio::test]
async fn a_lost_connection_claims_again_before_it_writes() {
    let server = postgres::server();
    let url = server.database();
    let catalog = Catalog::open(&url).await.unwrap();
    let claim = catalog.lock_service().await.unwrap();
    let name = url.split(['/', '?']).nth(3).unwrap();
    let end =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    assert!(server.psql(&end).unwrap().contains('t'));
    // The first one may meet the broken connection; the next ones write again, claim in hand.
    let mut written = false;
    for _ in 0..20 {
        written |= match catalog.write().await {
            Ok(tx) => tx.commit().await.is_ok(),
            Err(error) => {
                assert_eq!(error.kind, Kind::Unavailable, "{}", error.chain());
                false
            }
        };
    }
    assert!(written);
    let other = Catalog::open(&url).await.unwrap();
    assert_eq!(other.lock_service().await.unwrap_err().kind, Kind::Conflict);
    drop(claim);
}

#[tokio::test]
async fn databases_that_compare_text_otherwise_are_refused() {
    let server = postgres::server();
    let url = server.database_like("ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");
    let refused = Catalog::open(&url).await.err().unwrap();
    assert_eq!(refused.kind, Kind::Invalid);
    assert!(refused.hint.unwrap().contains("LC_COLLATE 'C'"));
    for url in ["mysql://h/d", "sqlite:", "/var/lib/coffer/catalog.db"] {
        let refused = Catalog::open(url).await.err().unwrap();
        assert_eq!(refused.kind, Kind::Invalid, "{url}");
    }
}

/// The zero byte is text for SQLite and none for PostgreSQL: never our fault.
#[tokio::test]
async fn text_that_cannot_be_stored_is_the_callers_mistake() {
    let catalog = Catalog::open(&postgres::server().database()).await.unwrap();
    let mut tx = catalog.snapshot().await.unwrap();
    let found = coffer_server::catalog::settings::get(&mut tx, "a\0b").await;
    assert_eq!(found.unwrap_err().kind, Kind::Invalid);
}

/// Every statement in a migration is understood by both, and gives tables with the same columns.
#[tokio::test]
async fn both_have_the_same_tables() {
    let [sqlite, postgres] = places();
    let one = Catalog::open(&sqlite.url).await.unwrap();
    let two = Catalog::open(&postgres.url).await.unwrap();
    let tables = sqlx::query_scalar::<_, String>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
         ORDER BY name",
    )
    .fetch_all(one.read())
    .await
    .unwrap();
    assert!(tables.len() > 15, "{tables:?}");
    for table in tables {
        let sql = format!("SELECT name FROM pragma_table_info('{table}') ORDER BY name");
        let here = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql));
        let here = here.fetch_all(one.read()).await.unwrap();
        let sql = format!(
            "SELECT CAST(column_name AS TEXT) FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = '{table}' \
             ORDER BY CAST(column_name AS TEXT) COLLATE \"C\""
        );
        let there = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql));
        let there = there.fetch_all(two.read()).await.unwrap();
        assert_eq!(here, there, "{table}");
    }
}
