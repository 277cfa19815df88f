//! Deleting what policies no longer keep: after each backup, daily, and when a time is over.
//!
//! What goes is decided by [`coffer_core::retention`], inside the transaction that queues the
//! deletions; a look before, without the write lock, mostly finds nothing to do.

use std::collections::BTreeMap;

use coffer_core::Result;
use coffer_core::ids::VaultId;
use coffer_core::retention::{Condition, Hold, Item, Origin, Retention, Rule, Verdict, judge};
use coffer_core::state::{BackupState, ProtectState, VaultState};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Actor, App, priority};
use crate::audit;
use crate::catalog::backups::Backup;
use crate::catalog::policies::Policy;
use crate::catalog::vaults::Vault;
use crate::catalog::{Tx, backups, policies, vaults};
use crate::door;

/// What is asked for the backups of a vault's resources. `protected`: the resource is in the vault.
pub(super) fn retention_of(policy: Option<&Policy>, protected: bool) -> Retention {
    match policy {
        Some(policy) => Retention {
            rule: policy.definition.0.rule(),
            paused: !policy.enabled,
            keep_last: protected && policy.definition.0.keeps_last(),
        },
        None => Retention {
            rule: Rule::Forever,
            paused: false,
            keep_last: protected,
        },
    }
}

/// Whether nobody can delete a backup before its time is over: a policy made it and its vault is
/// locked, or it was locked by itself.
pub(super) fn is_locked(vault: &Vault, backup: &Backup, now: Timestamp) -> bool {
    vault.locked && backup.auto_trigger || backup.locked_until.is_some_and(|until| until > now)
}

/// A backup as retention sees it.
pub(super) fn item(vault: &Vault, backup: &Backup, now: Timestamp) -> Item {
    let origin = match backup.auto_trigger {
        true => Origin::Automatic,
        false => Origin::Manual,
    };
    let condition = match backup.state {
        BackupState::Available => Condition::Good,
        BackupState::WaitingRestore | BackupState::Restoring => Condition::InUse,
        BackupState::Error if backup.protected_at.is_none() => Condition::Failed,
        _ => Condition::Unsettled,
    };
    Item {
        made_at: backup.created_at,
        expires_at: backup.expired_at,
        origin,
        condition,
        hold: is_locked(vault, backup, now).then_some(Hold::Lock),
    }
}

impl App {
    /// Queues the deletion of what is no longer kept of a vault, or of one resource in it.
    /// Returns how many backups go.
    pub async fn retain(&self, vault: VaultId, resource: Option<Uuid>) -> Result<usize> {
        let mut tx = self.catalog.snapshot().await?;
        if doomed(&mut tx, vault, resource, self.now())
            .await?
            .is_empty()
        {
            return Ok(0);
        }
        drop(tx);
        let mut tx = self.catalog.write().await?;
        let doomed = doomed(&mut tx, vault, resource, self.now()).await?;
        let Some(vault) = vaults::get(&mut tx, vault).await? else {
            return Ok(0);
        };
        for (backup, reason) in &doomed {
            let actor = Actor {
                project: backup.project_id,
                user: vault.user_id,
                request_id: format!("req-{}", door::new_uuid()),
            };
            tracing::info!(backup.id = %backup.id, vault.id = %vault.id, "backup goes: {reason}");
            let done = audit::Done {
                at: self.now(),
                project: backup.project_id,
                action: "cbr:backups:expire",
                resource: ("backup", backup.id.to_string(), backup.name.clone()),
                request_id: &actor.request_id,
                error: None,
                detail: serde_json::json!({
                    "reason": reason, "vault_id": vault.id, "resource_id": backup.resource_id,
                }),
            };
            audit::system(&mut tx, done).await?;
            let last = Some(priority::CLEANUP);
            self.queue_deletion(&mut tx, &actor, &vault, backup, last)
                .await?;
        }
        tx.commit().await?;
        self.bell.notify_waiters();
        Ok(doomed.len())
    }

    /// As [`App::retain`], for all vaults, one after the other.
    pub async fn retain_all(&self) -> Result<usize> {
        let mut tx = self.catalog.snapshot().await?;
        let all = vaults::all(&mut tx).await?;
        drop(tx);
        let mut gone = 0;
        for vault in all {
            gone += self.retain(vault.id, None).await?;
        }
        Ok(gone)
    }

    /// Queues the deletion of backups whose time is over. One that is in use, or that the next
    /// one is being compared with, is left for the next look.
    pub async fn expire(&self) -> Result<()> {
        let mut tx = self.catalog.snapshot().await?;
        let mut places: Vec<(VaultId, Uuid)> = backups::expired(&mut tx, self.now())
            .await?
            .iter()
            .map(|b| (b.vault_id, b.resource_id))
            .collect();
        drop(tx);
        places.sort_unstable();
        places.dedup();
        for (vault, resource) in places {
            self.retain(vault, Some(resource)).await?;
        }
        Ok(())
    }
}

/// What goes of a vault, with the reasons.
async fn doomed(
    tx: &mut Tx,
    vault: VaultId,
    resource: Option<Uuid>,
    now: Timestamp,
) -> Result<Vec<(Backup, String)>> {
    let Some(vault) = vaults::get(tx, vault).await? else {
        return Ok(Vec::new());
    };
    if vault.state != VaultState::Available {
        return Ok(Vec::new());
    }
    let policy = policies::backup_policy(tx, vault.id).await?.map(|(p, _)| p);
    let present = vaults::resources(tx, vault.id).await?;
    let all = match resource {
        Some(id) => backups::of_resource(tx, vault.id, id).await?,
        None => backups::of_vault(tx, vault.id).await?,
    };
    let mut of: BTreeMap<Uuid, Vec<Backup>> = BTreeMap::new();
    for backup in all {
        of.entry(backup.resource_id).or_default().push(backup);
    }
    let mut doomed = Vec::new();
    for (id, list) in of {
        let here = present.iter().find(|r| r.resource_id == id);
        // On its way to another vault, or out of it: its backups are being copied or deleted.
        if here.is_some_and(|r| r.state == ProtectState::Removing) {
            continue;
        }
        let protected = here.is_some();
        let retention = retention_of(policy.as_ref(), protected);
        let items: Vec<Item> = list.iter().map(|b| item(&vault, b, now)).collect();
        let verdicts = judge(&retention, &items, now);
        // The newest one stays while the next one is being made: it is compared with.
        let being_made = list.iter().any(|b| b.state.is_being_made());
        let newest = list
            .iter()
            .filter(|b| b.protected_at.is_some())
            .max_by_key(|b| b.protected_at)
            .map(|b| b.id);
        for (backup, verdict) in list.iter().zip(verdicts) {
            let base = being_made && newest == Some(backup.id);
            if let Verdict::Delete(reason) = verdict
                && !base
            {
                doomed.push((backup.clone(), reason.to_string()));
            }
        }
    }
    Ok(doomed)
}
