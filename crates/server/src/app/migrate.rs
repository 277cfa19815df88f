//! Moving resources with their backups to another vault.

use std::collections::BTreeSet;

use coffer_core::cbr::{Code, Operation, Refusal, capacity};
use coffer_core::state::{ProtectState, VaultState};
use coffer_core::units::GIB;

use super::{About, Actor, App, AppResult, During, vaults as vault_app};
use crate::catalog::vaults::Vault;
use crate::catalog::{Tx, backups, tasks, vaults};
use crate::tasks::work::Work;

const OP: Operation = Operation::Vault;

impl App {
    /// Starts to move resources of a vault to another one of the same type, with their backups.
    /// Returns the ids as they were given.
    pub async fn migrate_resources(
        &self,
        actor: &Actor,
        id: &str,
        destination: &str,
        ids: &[String],
    ) -> AppResult<Vec<String>> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let vault = vault_app::find(&mut tx, actor, id).await?;
        let to = self
            .destination(&mut tx, actor, &vault, destination)
            .await?;
        if vault.locked {
            return Err(Refusal::new(
                Code::VAULT_LOCKED,
                "the vault is locked: its resources stay",
            )
            .into());
        }
        for side in [&vault, &to] {
            check_idle(&mut tx, side).await?;
        }
        let present = vaults::resources(&mut tx, vault.id).await.during(OP)?;
        let mut seen = BTreeSet::new();
        let mut moved = Vec::new();
        let mut needed = 0;
        for text in ids {
            let resource = present
                .iter()
                .find(|r| r.resource_id.to_string() == *text)
                .ok_or_else(|| {
                    Refusal::new(
                        Code::NOT_IN_VAULT,
                        format!("resource {text} is not in the vault"),
                    )
                })?;
            if !seen.insert(text) {
                return Err(Refusal::new(
                    Code::DUPLICATE_RESOURCE,
                    format!("resource {text} is named twice"),
                )
                .into());
            }
            if let Some(refusal) = vault_app::busy(resource) {
                return Err(refusal.into());
            }
            let (_, bytes) = backups::totals(&mut tx, vault.id, resource.resource_id)
                .await
                .during(OP)?;
            needed += bytes;
            vaults::transition_resource(
                &mut tx,
                vault.id,
                resource.resource_id,
                resource.state,
                ProtectState::Removing,
            )
            .await
            .during(OP)?;
            moved.push(resource.clone());
        }
        let room = to
            .size_gib
            .saturating_mul(GIB)
            .saturating_sub(to.used_bytes);
        if needed >= room && needed > 0 {
            return Err(Refusal::new(
                Code::DESTINATION_FULL,
                format!(
                    "the backups take {} MiB, vault {} has room for {} MiB",
                    capacity::mib_up(needed),
                    to.name,
                    room / coffer_core::units::MIB
                ),
            )
            .hint("Expand the destination first.")
            .into());
        }
        let there = vaults::resources(&mut tx, to.id).await.during(OP)?;
        if there.len() + moved.len() > capacity::RESOURCES_MAX {
            return Err(Refusal::new(
                Code::RESOURCE_LIMIT,
                format!("a vault takes {} resources", capacity::RESOURCES_MAX),
            )
            .into());
        }
        let allocated = there.iter().chain(&moved).map(|r| r.size_gib).sum();
        capacity::check_allocation(allocated, to.size_gib)?;
        let first = moved.first();
        let about = About {
            resource: first.map(|r| (r.resource_id, r.name.clone(), r.resource_type)),
            lock_key: format!("vault:{}", vault.id),
            ..About::default()
        };
        let work = Work::Migrate {
            resources: moved.iter().map(|r| r.resource_id).collect(),
            destination: to.id,
        };
        let now = self.now();
        let task = self
            .enqueue(&mut tx, actor, (vault.id, &vault.name), &work, about, now)
            .await
            .during(OP)?;
        tx.commit().await.during(OP)?;
        self.bell.notify_waiters();
        self.wait_for(task).await.during(OP)?;
        Ok(ids.to_vec())
    }

    /// The vault to move to, where it fits.
    async fn destination(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        from: &Vault,
        id: &str,
    ) -> AppResult<Vault> {
        let none = || {
            Refusal::new(
                Code::DESTINATION_NOT_FOUND,
                format!("destination_vault_id: there is no vault {id}"),
            )
        };
        let key = id.parse().map_err(|_| none())?;
        let to = vaults::find(tx, actor.project, key).await.during(OP)?;
        let to = to.ok_or_else(none)?;
        if to.id == from.id {
            return Err(Refusal::new(
                Code::DESTINATION_UNFIT,
                "destination_vault_id: is the vault itself",
            )
            .into());
        }
        if to.object_type != from.object_type {
            return Err(Refusal::new(
                Code::TYPE_MISMATCH,
                format!("destination_vault_id: vault {} is of another type", to.name),
            )
            .into());
        }
        if to.protect_type != from.protect_type {
            return Err(Refusal::new(
                Code::DESTINATION_UNFIT,
                format!(
                    "destination_vault_id: vault {} is for {}",
                    to.name, to.protect_type
                ),
            )
            .into());
        }
        Ok(to)
    }
}

/// Both vaults must be usable, with nothing under way in them.
async fn check_idle(tx: &mut Tx, vault: &Vault) -> AppResult<()> {
    if !matches!(vault.state, VaultState::Available | VaultState::Lock) {
        return Err(vault_app::wrong_state(vault, "take part in a move"));
    }
    let mut open = tasks::open_of_vault(tx, vault.id).await.during(OP)?;
    open.extend(moves_to(tx, vault).await.during(OP)?);
    match open.first() {
        None => Ok(()),
        Some(task) => Err(Refusal::new(
            Code::VAULT_STATE,
            format!(
                "a task ({}) is under way in vault {}",
                task.kind, vault.name
            ),
        )
        .hint("Wait for it, or cancel it first.")
        .into()),
    }
}

/// Open moves of resources into a vault.
pub(super) async fn moves_to(
    tx: &mut Tx,
    vault: &Vault,
) -> coffer_core::Result<Vec<crate::catalog::tasks::Task>> {
    let mut open = tasks::open_of_kind(tx, "migrate").await?;
    open.retain(|task| {
        matches!(
            serde_json::from_value(task.payload.0.clone()),
            Ok(Work::Migrate { destination, .. }) if destination == vault.id
        )
    });
    Ok(open)
}
