//! Deleting what policies no longer keep: after each backup, daily, and when a time is over.
//!
//! What goes is decided by [`coffer_core::retention`], inside the transaction that queues the
//! deletions; a look before, without the write lock, mostly finds nothing to do.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Instant;

use coffer_core::Result;
use coffer_core::ids::{BackupId, VaultId};
use coffer_core::retention::{Condition, Hold, Item, Origin, Retention, Rule, Verdict, judge};
use coffer_core::state::{BackupState, ProtectState, VaultState};
use jiff::Timestamp;
use uuid::Uuid;

use super::images::can_be_held;
use super::{Actor, App, priority};
use crate::audit;
use crate::catalog::backups::{Backup, Judged};
use crate::catalog::lists::more;
use crate::catalog::policies::Policy;
use crate::catalog::vaults::Vault;
use crate::catalog::{Tx, backups, images, instants, policies, vaults};
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
pub(super) fn is_locked(vault: &Vault, backup: &Judged, now: Timestamp) -> bool {
    vault.locked && backup.auto_trigger || backup.locked_until.is_some_and(|until| until > now)
}

/// A backup as retention sees it. `imaged`: those of the vault that have images.
pub(super) fn item(
    vault: &Vault,
    backup: &Judged,
    imaged: &HashSet<BackupId>,
    now: Timestamp,
) -> Item {
    let origin = match backup.auto_trigger {
        true => Origin::Automatic,
        false if backup.imported => Origin::Imported,
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
        hold: match imaged.contains(&backup.id)
            && can_be_held(backup.state, backup.protected_at.is_some())
        {
            true => Some(Hold::Image),
            false => is_locked(vault, backup, now).then_some(Hold::Lock),
        },
    }
}

impl App {
    /// Queues the deletion of what is no longer kept of a vault, or of some resources in it.
    /// Returns how many backups go.
    pub async fn retain(&self, vault: VaultId, resources: Option<&[Uuid]>) -> Result<usize> {
        let mut tx = self.catalog.snapshot().await?;
        if doomed(&mut tx, vault, resources, self.now())
            .await?
            .is_empty()
        {
            return Ok(0);
        }
        drop(tx);
        let mut tx = self.catalog.write().await?;
        let mut reasons = doomed(&mut tx, vault, resources, self.now()).await?;
        let Some(vault) = vaults::get(&mut tx, vault).await? else {
            return Ok(0);
        };
        let ids: Vec<BackupId> = reasons.keys().copied().collect();
        let going: Vec<Backup> = more::of(&mut tx, "id", &ids, "1 = 1", &[]).await?;
        for backup in &going {
            let actor = Actor {
                project: backup.project_id,
                user: vault.user_id,
                request_id: format!("req-{}", door::new_uuid()),
            };
            let reason = reasons.remove(&backup.id).unwrap_or_default();
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
        Ok(going.len())
    }

    /// As [`App::retain`], for all vaults, one after the other. After each it rests for `rests`
    /// times as long as that one took.
    pub async fn retain_all(&self, rests: u32) -> Result<usize> {
        let mut tx = self.catalog.snapshot().await?;
        let all = vaults::all(&mut tx).await?;
        drop(tx);
        let mut gone = 0;
        for vault in all {
            let begun = Instant::now();
            gone += self.retain(vault.id, None).await?;
            tokio::time::sleep(begun.elapsed() * rests).await;
        }
        Ok(gone)
    }

    /// Queues the deletion of backups whose time is over. One that is in use, or that the next
    /// one is being compared with, is left for the next look.
    pub async fn expire(&self) -> Result<()> {
        let mut tx = self.catalog.snapshot().await?;
        let mut places: BTreeMap<VaultId, BTreeSet<Uuid>> = BTreeMap::new();
        for backup in backups::expired(&mut tx, self.now()).await? {
            let resources = places.entry(backup.vault_id).or_default();
            resources.insert(backup.resource_id);
        }
        drop(tx);
        for (vault, resources) in places {
            let resources: Vec<Uuid> = resources.into_iter().collect();
            self.retain(vault, Some(&resources)).await?;
        }
        Ok(())
    }
}

/// What goes of a vault, with the reasons.
async fn doomed(
    tx: &mut Tx,
    vault: VaultId,
    resources: Option<&[Uuid]>,
    now: Timestamp,
) -> Result<BTreeMap<BackupId, String>> {
    let mut doomed = BTreeMap::new();
    let Some(vault) = vaults::get(tx, vault).await? else {
        return Ok(doomed);
    };
    if vault.state != VaultState::Available {
        return Ok(doomed);
    }
    let policy = policies::backup_policy(tx, vault.id).await?.map(|(p, _)| p);
    let present = vaults::resources(tx, vault.id).await?;
    let mut imaged = images::held_in(tx, vault.id).await?;
    // As an image does, a server that runs from a backup holds it.
    imaged.extend(instants::held_in(tx, vault.id).await?);
    let mut of: BTreeMap<Uuid, Vec<Judged>> = BTreeMap::new();
    for backup in backups::judged(tx, vault.id, resources).await? {
        of.entry(backup.resource_id).or_default().push(backup);
    }
    for (id, list) in of {
        let here = present.iter().find(|r| r.resource_id == id);
        // On its way to another vault, or out of it: its backups are being copied or deleted.
        if here.is_some_and(|r| r.state == ProtectState::Removing) {
            continue;
        }
        let protected = here.is_some();
        let retention = retention_of(policy.as_ref(), protected);
        let items: Vec<Item> = list.iter().map(|b| item(&vault, b, &imaged, now)).collect();
        let verdicts = judge(&retention, &items, now);
        // The newest one stays while the next one is being made: it is compared with.
        let being_made = list.iter().any(|b| b.state.is_being_made());
        let newest = list
            .iter()
            .filter(|b| b.protected_at.is_some())
            .max_by_key(|b| (!b.imported, b.protected_at))
            .map(|b| b.id);
        for (backup, verdict) in list.iter().zip(verdicts) {
            let base = being_made && newest == Some(backup.id);
            if let Verdict::Delete(reason) = verdict
                && !base
            {
                doomed.insert(backup.id, reason.to_string());
            }
        }
    }
    Ok(doomed)
}
