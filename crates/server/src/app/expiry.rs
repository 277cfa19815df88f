//! When the backups of a vault expire, all at once.

use coffer_core::cbr::{Code, Operation, Refusal};
use coffer_core::state::VaultState;
use jiff::{SignedDuration, Timestamp};

use super::{Actor, App, AppResult, During};
use crate::catalog::backups;

const OP: Operation = Operation::Vault;
/// Furthest expiry: 100 years.
const EXPIRY_MAX: SignedDuration = SignedDuration::from_hours(24 * 36_525);

impl App {
    /// Moves the expiry of the available backups in a vault that expire at all to `until`, and says
    /// how many these were. What is locked expires no earlier than it would have.
    pub async fn move_expiry(
        &self,
        actor: &Actor,
        vault: &str,
        until: Option<Timestamp>,
    ) -> AppResult<u64> {
        let now = self.now();
        let longest = now.saturating_add(EXPIRY_MAX).unwrap_or(Timestamp::MAX);
        let until = until.filter(|until| *until > now && *until <= longest);
        let until = until.ok_or_else(|| {
            let text = "must be in the future, at most 100 years from now";
            Refusal::parameter("expect_expiration_date", text)
        })?;
        let mut tx = self.catalog.write().await.during(OP)?;
        let vault = super::vaults::find(&mut tx, actor, vault).await?;
        if !matches!(vault.state, VaultState::Available | VaultState::Lock) {
            let text = format!("vault {} is {}", vault.id, vault.state);
            return Err(Refusal::new(Code::VAULT_STATE, text).into());
        }
        let moved = backups::move_expiry(&mut tx, &vault, until, now)
            .await
            .during(OP)?;
        tx.commit().await.during(OP)?;
        tracing::info!(vault.id = %vault.id, "{moved} backups expire at {until} now");
        Ok(moved)
    }
}
