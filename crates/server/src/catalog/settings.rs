//! Settings that the service makes for itself.

use coffer_core::Result;
use coffer_core::ids::ProjectId;
use sqlx::{AnyConnection, Row};

use super::failed;
use super::record::{self, values};

/// A setting's value.
pub async fn get(conn: &mut AnyConnection, name: &str) -> Result<Option<String>> {
    let row = sqlx::query("SELECT value FROM settings WHERE name = $1")
        .bind(name.to_owned())
        .fetch_optional(conn)
        .await
        .map_err(failed("read a setting"))?;
    Ok(row.map(|row| row.get(0)))
}

/// Writes a setting for the first time.
pub async fn set(conn: &mut AnyConnection, name: &str, value: &str) -> Result<()> {
    record::execute(
        conn,
        "INSERT INTO settings (name, value) VALUES ($1, $2)",
        values![name.to_owned(), value.to_owned()],
    )
    .await?;
    Ok(())
}

/// Writes a setting, whether it is there or not.
pub async fn put(conn: &mut AnyConnection, name: &str, value: &str) -> Result<()> {
    record::execute(
        conn,
        "INSERT INTO settings (name, value) VALUES ($1, $2) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        values![name.to_owned(), value.to_owned()],
    )
    .await?;
    Ok(())
}

/// The project of that name in the domain of that name; else the oldest project.
pub async fn project_named(
    conn: &mut AnyConnection,
    domain: &str,
    project: &str,
) -> Result<Option<ProjectId>> {
    let row = sqlx::query(
        "SELECT p.id FROM projects p JOIN domains d ON d.id = p.domain_id \
         ORDER BY CASE WHEN d.name = $1 AND p.name = $2 THEN 0 ELSE 1 END, p.created_at, p.id LIMIT 1",
    )
    .bind(domain.to_owned())
    .bind(project.to_owned())
    .fetch_optional(conn)
    .await
    .map_err(failed("read projects"))?;
    Ok(row.and_then(|row| row.get::<String, _>(0).parse().ok()))
}
