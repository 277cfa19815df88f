//! Recovery keys: with one of them and the store alone a vault is read, when this service, its catalog
//! and its own key are gone.
//!
//! A vault has one as soon as an administrator asks for it. The key is shown once and kept nowhere:
//! asked again, another one is made, and earlier ones still open the vault. Until somebody shows that
//! the last one is kept, the overview says so.

use coffer_core::cbr::{Operation, Refusal};
use coffer_core::ids::ProjectId;
use coffer_engine::repository::{KeySource, RecoveryKey};
use zeroize::Zeroizing;

use super::{Actor, App, AppResult, During, vaults};
use crate::catalog::recovery_keys::{self as rows, Given};
use crate::catalog::vaults::Vault;

const OP: Operation = Operation::Vault;

/// A recovery key as it is given out.
pub struct Recovery {
    /// The text to be kept.
    pub text: Zeroizing<String>,
    /// Tells it from others.
    pub fingerprint: String,
}

impl App {
    /// Makes a recovery key of a vault.
    pub async fn make_recovery_key(&self, actor: &Actor, id: &str) -> AppResult<Recovery> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let vault = vaults::find(&mut tx, actor, id).await?;
        drop(tx);
        let repository = self.repositories.open(&vault).await.during(OP)?;
        let key = RecoveryKey::random().during(OP)?;
        let source = KeySource::Recovery(key.clone());
        repository.add_key(&source).await.during(OP)?;
        let given = Given {
            vault_id: vault.id,
            fingerprint: key.fingerprint(),
            user_id: actor.user,
            made_at: self.now(),
            confirmed_at: None,
        };
        let mut tx = self.catalog.write().await.during(OP)?;
        rows::set(&mut tx, &given).await.during(OP)?;
        tx.commit().await.during(OP)?;
        tracing::info!(
            vault.id = %vault.id, user.id = %actor.user, fingerprint = given.fingerprint,
            "recovery key given out"
        );
        Ok(Recovery {
            text: key.text(vault.id, &vault.name),
            fingerprint: given.fingerprint,
        })
    }

    /// What was given out of a vault.
    pub async fn recovery_key(&self, actor: &Actor, id: &str) -> AppResult<Option<Given>> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let vault = vaults::find(&mut tx, actor, id).await?;
        rows::of(&mut tx, vault.id).await.during(OP)
    }

    /// Notes that the recovery key of this fingerprint is kept.
    pub async fn confirm_recovery_key(
        &self,
        actor: &Actor,
        id: &str,
        fingerprint: &str,
    ) -> AppResult<()> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let vault = vaults::find(&mut tx, actor, id).await?;
        let known = rows::confirm(&mut tx, vault.id, fingerprint.trim(), self.now());
        if !known.await.during(OP)? {
            let text = "is not that of the recovery key given out last";
            return Err(Refusal::parameter("fingerprint", text)
                .hint("Use the file that was given out last, or make another recovery key.")
                .into());
        }
        tx.commit().await.during(OP)
    }

    /// The vaults of a project whose recovery key nobody confirmed.
    pub async fn unconfirmed_keys(&self, project: ProjectId) -> coffer_core::Result<Vec<Vault>> {
        let mut tx = self.catalog.snapshot().await?;
        rows::unconfirmed(&mut tx, project).await
    }
}
