//! Looking at, renaming and deleting backups.

use std::collections::HashMap;

use coffer_core::cbr::{Code, Operation, Refusal, ResourceType};
use coffer_core::ids::{BackupId, ImageId};
use coffer_core::state::{BackupState, ProtectState, VaultState};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{About, Actor, App, AppError, AppResult, During};
use crate::catalog::backups::{Backup, Owners};
use crate::catalog::record::{Order, Page};
use crate::catalog::vaults::Vault;
use crate::catalog::{Tx, backups, images, members, vaults};
use crate::tasks::work::Work;

/// A backup with the disks of a server's backup.
#[derive(Debug, Clone)]
pub struct BackupView {
    /// The backup.
    pub backup: Backup,
    /// Its disks.
    pub children: Vec<Backup>,
    /// The image that the project made of it.
    pub image: Option<ImageId>,
}

/// Which backups to list.
#[derive(Debug, Clone, Default)]
pub struct BackupQuery {
    /// Of this run.
    pub checkpoint_id: Option<String>,
    /// In this vault.
    pub vault_id: Option<String>,
    /// The disks of this server's backup; without it none of the disks are listed.
    pub parent_id: Option<String>,
    /// Of this server or disk.
    pub resource_id: Option<String>,
    /// Exactly this name.
    pub name: Option<String>,
    /// Of a resource of exactly this name.
    pub resource_name: Option<String>,
    /// API name of the resources' type.
    pub resource_type: Option<String>,
    /// Any of these states.
    pub states: Vec<BackupState>,
    /// Made at or after.
    pub start: Option<Timestamp>,
    /// Made at or before.
    pub end: Option<Timestamp>,
    /// In vaults used to at least this percentage.
    pub used_percent: Option<u64>,
    /// Compared with an earlier one, or not.
    pub incremental: Option<bool>,
    /// Whose backups.
    pub owners: Owners,
    /// No backup can fit (of other image types, ...).
    pub nothing: bool,
}

/// The longest lock: 100 years.
const LOCK_MAX: SignedDuration = SignedDuration::from_hours(100 * 8766);

pub(super) fn no_backup(id: &str) -> AppError {
    Refusal::new(Code::BACKUP_NOT_FOUND, format!("there is no backup {id}")).into()
}

pub(super) async fn find(tx: &mut Tx, actor: &Actor, id: &str) -> AppResult<Backup> {
    let Ok(key) = id.parse::<BackupId>() else {
        return Err(no_backup(id));
    };
    backups::find(tx, actor.project, key)
        .await
        .during(Operation::ShowBackup)?
        .ok_or_else(|| no_backup(id))
}

/// A backup of the project, or one that is shared with it.
pub(super) async fn find_or_received(tx: &mut Tx, actor: &Actor, id: &str) -> AppResult<Backup> {
    let op = Operation::ShowBackup;
    let key: BackupId = id.parse().map_err(|_| no_backup(id))?;
    if let Some(own) = backups::find(tx, actor.project, key).await.during(op)? {
        return Ok(own);
    }
    let received = super::members::received(tx, actor.project, key)
        .await
        .during(op)?;
    let (backup, _) = received.ok_or_else(|| no_backup(id))?;
    Ok(backup)
}

/// Shows what was received in the vault that its recipient chose.
async fn place(tx: &mut Tx, actor: &Actor, views: &mut [BackupView]) -> coffer_core::Result<()> {
    let foreign = |v: &&BackupView| v.backup.project_id != actor.project;
    let ids: Vec<BackupId> = views
        .iter()
        .filter(foreign)
        .map(|v| v.backup.parent_id.unwrap_or(v.backup.id))
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let shares = members::received(tx, actor.project, &ids).await?;
    for view in views {
        let whole = view.backup.parent_id.unwrap_or(view.backup.id);
        let share = shares.iter().find(|m| m.backup_id == whole);
        if let Some(vault) = share.and_then(|m| m.vault_id) {
            view.backup.vault_id = vault;
            view.children.iter_mut().for_each(|c| c.vault_id = vault);
        }
    }
    Ok(())
}

/// Says which of the backups the project made images of.
async fn add_images(
    tx: &mut Tx,
    actor: &Actor,
    views: &mut [BackupView],
) -> coffer_core::Result<()> {
    let servers = |v: &&BackupView| v.backup.resource_type == ResourceType::Server;
    let ids: Vec<BackupId> = views.iter().filter(servers).map(|v| v.backup.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let made = images::of_backups(tx, &ids).await?;
    let own = made.iter().filter(|i| i.project_id == actor.project);
    for image in own {
        let view = views.iter_mut().find(|v| v.backup.id == image.backup_id);
        if let Some(view) = view {
            view.image = Some(image.id);
        }
    }
    Ok(())
}

impl App {
    /// A backup by the id in a path.
    pub async fn backup(&self, actor: &Actor, id: &str) -> AppResult<BackupView> {
        let op = Operation::ShowBackup;
        let mut tx = self.catalog.snapshot().await.during(op)?;
        let backup = find_or_received(&mut tx, actor, id).await?;
        let children = backups::children(&mut tx, backup.id).await.during(op)?;
        let mut views = vec![BackupView {
            backup,
            children,
            image: None,
        }];
        place(&mut tx, actor, &mut views).await.during(op)?;
        add_images(&mut tx, actor, &mut views).await.during(op)?;
        Ok(views.remove(0))
    }

    /// One page of the backups in `order`, and the number of all that fit.
    pub async fn list_backups(
        &self,
        actor: &Actor,
        query: &BackupQuery,
        order: Order<'_>,
        page: &Page,
    ) -> AppResult<(Vec<BackupView>, u64)> {
        let op = Operation::ShowBackup;
        let mut tx = self.catalog.snapshot().await.during(op)?;
        if let Some(marker) = &page.marker {
            find_or_received(&mut tx, actor, marker)
                .await
                .map_err(|error| match error {
                    AppError::Refused(_) => Refusal::parameter("marker", "names no backup").into(),
                    failed @ AppError::Failed(..) => failed,
                })?;
        }
        if query.nothing {
            return Ok((vec![], 0));
        }
        let mut filter = backups::owned(actor.project, query.owners)
            .maybe("checkpoint_id", query.checkpoint_id.clone())
            .maybe("parent_id", query.parent_id.clone())
            .maybe("resource_id", query.resource_id.clone())
            .maybe("name", query.name.clone())
            .maybe("resource_name", query.resource_name.clone())
            .maybe("resource_type", query.resource_type.clone())
            .maybe("incremental", query.incremental)
            .any_of("state", &query.states);
        if let Some(vault) = &query.vault_id {
            filter = match query.owners {
                Owners::Private => filter.eq("vault_id", vault.clone()),
                // What was received is in the vault that its recipient chose.
                Owners::Shared(_) | Owners::All(_) => filter.with(
                    "(vault_id = ? OR id IN (SELECT backup_id FROM members WHERE vault_id = ?))",
                    vault.clone(),
                ),
            };
        }
        if query.parent_id.is_none() {
            filter = filter.and("parent_id IS NULL");
        }
        if let Some(start) = query.start {
            filter = filter.when("created_at", " >= ", start);
        }
        if let Some(end) = query.end {
            filter = filter.when("created_at", " <= ", end);
        }
        if let Some(percent) = query.used_percent {
            // used / (size * 2^30) >= percent / 100, in whole numbers.
            filter = filter.with(
                "vault_id IN (SELECT id FROM vaults \
                 WHERE used_bytes / 10737418 >= size_gib * ?)",
                percent,
            );
        }
        let (list, count) = backups::page(&mut tx, &filter, order, page)
            .await
            .during(op)?;
        let ids: Vec<BackupId> = list.iter().map(|b| b.id).collect();
        let mut children: HashMap<BackupId, Vec<Backup>> = HashMap::new();
        for child in backups::children_of(&mut tx, &ids).await.during(op)? {
            if let Some(parent) = child.parent_id {
                children.entry(parent).or_default().push(child);
            }
        }
        let view = |backup: Backup| BackupView {
            children: children.remove(&backup.id).unwrap_or_default(),
            backup,
            image: None,
        };
        let mut views: Vec<_> = list.into_iter().map(view).collect();
        place(&mut tx, actor, &mut views).await.during(op)?;
        add_images(&mut tx, actor, &mut views).await.during(op)?;
        Ok((views, count))
    }

    /// Gives a backup another name or description.
    pub async fn update_backup(
        &self,
        actor: &Actor,
        id: &str,
        name: Option<&str>,
        description: Option<&str>,
    ) -> AppResult<BackupView> {
        let op = Operation::ShowBackup;
        let mut tx = self.catalog.write().await.during(op)?;
        let backup = find(&mut tx, actor, id).await?;
        if matches!(
            backup.state,
            BackupState::WaitingDelete | BackupState::Deleting
        ) {
            return Err(Refusal::new(
                Code::BACKUP_IN_USE,
                format!("backup {} is {}", backup.id, backup.state),
            )
            .into());
        }
        if let Some(name) = name {
            backups::rename(&mut tx, backup.id, name, self.now())
                .await
                .during(op)?;
        }
        if let Some(text) = description {
            backups::set_description(&mut tx, backup.id, text, self.now())
                .await
                .during(op)?;
        }
        tx.commit().await.during(op)?;
        self.backup(actor, id).await
    }

    /// Deletes a backup; that goes on after the answer.
    pub async fn delete_backup(&self, actor: &Actor, id: &str) -> AppResult<()> {
        let op = Operation::DeleteBackup;
        let mut tx = self.catalog.write().await.during(op)?;
        self.doom_backup(&mut tx, actor, id).await?;
        tx.commit().await.during(op)?;
        self.bell.notify_waiters();
        Ok(())
    }

    /// As [`App::delete_backup`], inside a transaction; ring the bell after the commit.
    pub(super) async fn doom_backup(&self, tx: &mut Tx, actor: &Actor, id: &str) -> AppResult<()> {
        let op = Operation::DeleteBackup;
        let backup = match find(tx, actor, id).await {
            Ok(own) => own,
            Err(none) => {
                let received = find_or_received(tx, actor, id).await.map_err(|_| none)?;
                return Err(Refusal::new(
                    Code::BACKUP_UNDELETABLE,
                    format!("backup {} belongs to another project", received.id),
                )
                .hint("To be rid of it, reject the share or delete it.")
                .into());
            }
        };
        if let Some(parent) = backup.parent_id {
            return Err(Refusal::new(
                Code::BACKUP_UNDELETABLE,
                format!("backup {id} is a disk of the server backup {parent}"),
            )
            .hint("Delete the server backup.")
            .into());
        }
        match backup.state {
            BackupState::Available | BackupState::Error => {}
            BackupState::WaitingRestore | BackupState::Restoring => {
                return Err(Refusal::new(
                    Code::BACKUP_IN_USE,
                    format!("backup {id} is being restored from"),
                )
                .into());
            }
            state => {
                return Err(Refusal::new(
                    Code::BACKUP_UNDELETABLE,
                    format!("backup {id} is {state}"),
                )
                .hint("Only available and failed backups can be deleted.")
                .into());
            }
        }
        let vault = vaults::get(tx, backup.vault_id).await.during(op)?;
        let vault = vault.ok_or_else(|| no_backup(id))?;
        if vault.state == VaultState::Deleting {
            return Err(Refusal::new(
                Code::VAULT_STATE,
                format!(
                    "vault {} is being deleted with all of its backups",
                    vault.id
                ),
            )
            .into());
        }
        if vault.locked && backup.auto_trigger && backup.state == BackupState::Available {
            return Err(Refusal::new(
                Code::VAULT_LOCKED,
                "the vault is locked: backups made by a policy leave it by expiry alone",
            )
            .into());
        }
        check_not_locked(&backup, self.now())?;
        if let Some(resource) = vaults::resource(tx, backup.resource_id).await.during(op)?
            && resource.vault_id == vault.id
            && resource.state == ProtectState::Removing
        {
            return Err(Refusal::new(
                Code::BACKUP_IN_USE,
                format!("{} is just leaving the vault", resource.name),
            )
            .into());
        }
        check_not_base(tx, &backup).await?;
        super::images::check_no_image(tx, actor, &backup).await?;
        super::filling::check_not_running_from(tx, &backup).await?;
        // Nobody is looking at its files any more; the appliance only waits for the next look.
        self.files.close_idle(backup.id).await;
        if self.serving.holds(backup.id).await {
            return Err(Refusal::new(
                Code::BACKUP_IN_USE,
                format!("backup {id} is being read over NBD, or exported"),
            )
            .hint("End its readers first.")
            .into());
        }
        self.queue_deletion(tx, actor, &vault, &backup, None)
            .await
            .during(op)
    }

    /// Locks a backup until a time: from now on nobody can delete it before, not even the one who
    /// locked it; its expiry moves there where it was earlier. A lock can be made longer, never
    /// shorter. Beyond the original, where only what policies made can be locked.
    pub async fn lock_backup(
        &self,
        actor: &Actor,
        id: &str,
        until: Timestamp,
    ) -> AppResult<Backup> {
        let op = Operation::Backup;
        let key: BackupId = id.parse().map_err(|_| no_backup(id))?;
        let now = self.now();
        let mut tx = self.catalog.write().await.during(op)?;
        let backup = backups::find(&mut tx, actor.project, key)
            .await
            .during(op)?;
        let backup = backup.ok_or_else(|| no_backup(id))?;
        if backup.parent_id.is_some() {
            let text = "is a disk of a server's backup: lock that one";
            return Err(Refusal::parameter("backup", text).into());
        }
        let usable = [
            BackupState::Available,
            BackupState::WaitingRestore,
            BackupState::Restoring,
        ];
        if !usable.contains(&backup.state) {
            let text = format!("is {} and cannot be locked", backup.state);
            return Err(Refusal::parameter("backup", text).into());
        }
        let longest = now.saturating_add(LOCK_MAX).unwrap_or(Timestamp::MAX);
        if until <= now || until > longest {
            let text = "must be in the future, at most 100 years from now";
            return Err(Refusal::parameter("until", text).into());
        }
        if backup.locked_until.is_some_and(|locked| until < locked) {
            return Err(Refusal::parameter("until", "a lock cannot be made shorter").into());
        }
        let expired_at = backup.expired_at.map(|at| at.max(until));
        backups::lock(&mut tx, key, until, expired_at, now)
            .await
            .during(op)?;
        tx.commit().await.during(op)?;
        tracing::info!(backup.id = %key, "backup locked until {until}");
        Ok(Backup {
            locked_until: Some(until),
            expired_at,
            ..backup
        })
    }

    /// Moves a backup to `waiting_delete` and puts its deletion into the queue, with the usual
    /// priority where none is given.
    pub(super) async fn queue_deletion(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        vault: &Vault,
        backup: &Backup,
        priority: Option<u64>,
    ) -> coffer_core::Result<()> {
        let now = self.now();
        let (from, to) = (backup.state, BackupState::WaitingDelete);
        backups::transition(tx, backup.id, from, to, now).await?;
        let resource = (
            backup.resource_id,
            backup.resource_name.clone(),
            backup.resource_type,
        );
        let about = About {
            checkpoint_id: Some(backup.checkpoint_id),
            backup_id: Some(backup.id),
            resource: Some(resource),
            lock_key: format!("vault:{}", vault.id),
            priority,
            ..About::default()
        };
        let vault = (vault.id, vault.name.as_str());
        self.enqueue(tx, actor, vault, &Work::Delete {}, about, now)
            .await?;
        Ok(())
    }
}

/// Refuses to delete what was locked until a time that has not come.
pub(super) fn check_not_locked(backup: &Backup, now: Timestamp) -> Result<(), Refusal> {
    match backup.locked_until {
        Some(until) if until > now => Err(Refusal::new(
            Code::VAULT_LOCKED,
            format!("backup {} is locked until {until}", backup.id),
        )),
        _ => Ok(()),
    }
}

/// The newest backup of a resource stays while the next one is being made: it is compared with.
async fn check_not_base(tx: &mut Tx, backup: &Backup) -> AppResult<()> {
    let op = Operation::DeleteBackup;
    let resource: Uuid = backup.resource_id;
    let all = backups::of_resource(tx, backup.vault_id, resource)
        .await
        .during(op)?;
    let running = all
        .iter()
        .any(|b| b.id != backup.id && b.state.is_being_made());
    let newest = backups::newest_available(tx, backup.vault_id, resource)
        .await
        .during(op)?;
    if running && newest.is_some_and(|b| b.id == backup.id) {
        return Err(Refusal::new(
            Code::BACKUP_IN_USE,
            "the next backup of the resource is being compared with this one",
        )
        .hint("Wait until it is done.")
        .into());
    }
    Ok(())
}
