//! Recovery keys that were given out.

use coffer_core::Result;
use coffer_core::ids::{ProjectId, UserId, VaultId};
use jiff::Timestamp;
use sqlx::AnyConnection;

use super::record::{self, Filter, record, values};
use super::vaults::Vault;

record! {
    /// The recovery key of a vault that was given out last.
    Given in "recovery_keys" {
        /// The vault.
        vault_id: VaultId,
        /// Tells the key from others.
        fingerprint: String,
        /// To whom.
        user_id: UserId,
        /// When.
        made_at: Timestamp,
        /// When somebody showed that it is kept.
        confirmed_at: Option<Timestamp>,
    }
}

/// What was given out for a vault.
pub async fn of(conn: &mut AnyConnection, vault: VaultId) -> Result<Option<Given>> {
    record::one(conn, &Filter::new().eq("vault_id", vault)).await
}

/// Notes a key that is given out; it is not confirmed yet.
pub async fn set(conn: &mut AnyConnection, given: &Given) -> Result<()> {
    record::execute(
        conn,
        "DELETE FROM recovery_keys WHERE vault_id = $1",
        values![given.vault_id],
    )
    .await?;
    record::insert(conn, given).await
}

/// Notes that a key is kept. False where another one was given out meanwhile.
pub async fn confirm(
    conn: &mut AnyConnection,
    vault: VaultId,
    fingerprint: &str,
    now: Timestamp,
) -> Result<bool> {
    let rows = record::execute(
        conn,
        "UPDATE recovery_keys SET confirmed_at = $3 WHERE vault_id = $1 AND fingerprint = $2",
        values![vault, fingerprint.to_owned(), now],
    )
    .await?;
    Ok(rows == 1)
}

/// The vaults of a project whose recovery key nobody confirmed, by name.
pub async fn unconfirmed(conn: &mut AnyConnection, project: ProjectId) -> Result<Vec<Vault>> {
    let filter = Filter::new().eq("project_id", project).and(
        "state <> 'deleting' AND NOT EXISTS (SELECT 1 FROM recovery_keys k \
         WHERE k.vault_id = vaults.id AND k.confirmed_at IS NOT NULL)",
    );
    record::list(conn, &filter, &[("name", false)]).await
}
