//! Limits of hosts and vaults.

use coffer_core::Result;
use coffer_core::window::Window;
use jiff::Timestamp;
use sqlx::AnyConnection;

use super::record::{self, Filter, Json, record, values};

record! {
    /// Limits that were set for a host or a vault.
    Row in "limits" {
        /// The host's name, or the vault's id.
        id: String,
        /// `host` or `vault`.
        scope: String,
        /// Bytes a second.
        bytes_per_second: Option<u64>,
        /// Tasks at once.
        tasks: Option<u64>,
        /// When automatic backups may begin.
        windows: Json<Vec<Window>>,
        /// The zone in which the windows are meant.
        zone: Option<String>,
        /// When it was set.
        updated_at: Timestamp,
    }
}

/// All of them.
pub async fn all(conn: &mut AnyConnection) -> Result<Vec<Row>> {
    record::list(conn, &Filter::new(), &[]).await
}

/// Sets the limits of a host or vault.
pub async fn set(conn: &mut AnyConnection, row: &Row) -> Result<()> {
    forget(conn, &row.scope, &row.id).await?;
    record::insert(conn, row).await
}

/// Forgets what was set. False where nothing was.
pub async fn forget(conn: &mut AnyConnection, scope: &str, id: &str) -> Result<bool> {
    let rows = record::execute(
        conn,
        "DELETE FROM limits WHERE scope = $1 AND id = $2",
        values![scope.to_owned(), id.to_owned()],
    )
    .await?;
    Ok(rows > 0)
}
