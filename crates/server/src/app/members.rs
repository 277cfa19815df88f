//! Sharing backups with other projects.
//!
//! The data stays where it is, in the sharer's vault. A recipient sees the backup, and once it
//! accepted, restores disks of it to disks of its own.

use coffer_core::cbr::share::{
    Accepting, MemberStatus, check_accepting, check_count, check_shareable,
};
use coffer_core::cbr::{Code, Operation, Refusal};
use coffer_core::ids::{BackupId, ProjectId, VaultId};
use coffer_core::state::{BackupState, VaultState};

use super::{Actor, App, AppError, AppResult, During, backups as backup_app};
use crate::catalog::backups::Backup;
use crate::catalog::members::{self, Member};
use crate::catalog::record::{Filter, Order, Page};
use crate::catalog::{Tx, backups, identity, vaults};
use crate::door;

/// Which shares to list.
#[derive(Debug, Clone, Default)]
pub struct MemberQuery {
    /// With this project.
    pub project: Option<String>,
    /// Of this status.
    pub status: Option<MemberStatus>,
    /// Accepted into this vault.
    pub vault_id: Option<String>,
    /// From which this image was made.
    pub image_id: Option<String>,
}

const OP: Operation = Operation::ShowBackup;

fn no_member(id: &str) -> AppError {
    Refusal::new(
        Code::MEMBER_NOT_FOUND,
        format!("the backup is not shared with {id}"),
    )
    .into()
}

/// A backup that the project received, whatever it made of it.
pub(super) async fn received(
    tx: &mut Tx,
    project: ProjectId,
    id: BackupId,
) -> coffer_core::Result<Option<(Backup, Member)>> {
    let Some(backup) = backups::get(tx, id).await? else {
        return Ok(None);
    };
    let whole = backup.parent_id.unwrap_or(backup.id);
    let member = members::find(tx, whole, project).await?;
    Ok(member.map(|member| (backup, member)))
}

/// A backup of the project or shared with it, and whether it is the project's own.
async fn visible(tx: &mut Tx, actor: &Actor, id: &str) -> AppResult<(Backup, bool)> {
    let key: BackupId = id.parse().map_err(|_| backup_app::no_backup(id))?;
    if let Some(own) = backups::find(tx, actor.project, key).await.during(OP)? {
        return Ok((own, true));
    }
    let received = received(tx, actor.project, key).await.during(OP)?;
    let (backup, _) = received.ok_or_else(|| backup_app::no_backup(id))?;
    Ok((backup, false))
}

/// The share that a path means: by the recipient's project, or by its own id. Recipients find
/// their own alone.
async fn find(
    tx: &mut Tx,
    actor: &Actor,
    backup: &Backup,
    own: bool,
    id: &str,
) -> AppResult<Member> {
    members::of_backup(tx, backup.id)
        .await
        .during(OP)?
        .into_iter()
        .filter(|m| own || m.dest_project_id == actor.project)
        .find(|m| m.dest_project_id.to_string() == id || m.id.to_string() == id)
        .ok_or_else(|| no_member(id))
}

/// A share stays while its recipient has an image of the backup.
fn check_no_image(member: &Member) -> Result<(), Refusal> {
    match member.image_id {
        None => Ok(()),
        Some(image) => Err(Refusal::new(
            Code::SHARED_IMAGE_EXISTS,
            format!("the recipient made image {image} of the backup"),
        )
        .hint("The recipient has to delete the image first.")),
    }
}

impl App {
    /// Shares a backup with projects. Returns the new shares.
    pub async fn share_backup(
        &self,
        actor: &Actor,
        id: &str,
        projects: &[String],
    ) -> AppResult<Vec<Member>> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let (backup, own) = visible(&mut tx, actor, id).await?;
        if !own {
            return Err(Refusal::new(
                Code::SHARED_ON,
                "the backup was received from another project and cannot be shared on",
            )
            .into());
        }
        check_shareable(backup.parent_id.is_some(), backup.state)?;
        let vault = vaults::get(&mut tx, backup.vault_id).await.during(OP)?;
        let vault = vault.ok_or_else(|| backup_app::no_backup(id))?;
        if !matches!(vault.state, VaultState::Available | VaultState::Lock) {
            return Err(Refusal::new(
                Code::VAULT_STATE_FORBIDS_SHARING,
                format!("vault {} is {}", vault.id, vault.state),
            )
            .into());
        }
        let have = members::of_backup(&mut tx, backup.id).await.during(OP)?;
        let now = self.now();
        let mut made: Vec<Member> = Vec::new();
        for (index, text) in projects.iter().enumerate() {
            let field = format!("members[{index}]");
            let bad =
                |problem: &str| Refusal::new(Code::SHARE_PROJECT, format!("{field}: {problem}"));
            let project: ProjectId = text.parse().map_err(|_| bad("is no project id"))?;
            if project == actor.project {
                return Err(bad("is the backup's own project").into());
            }
            if have
                .iter()
                .chain(&made)
                .any(|m| m.dest_project_id == project)
            {
                return Err(Refusal::new(
                    Code::SHARED_ALREADY,
                    format!("{field}: the backup is shared with {project} already"),
                )
                .into());
            }
            identity::project_by_id(&mut tx, project)
                .await
                .during(OP)?
                .filter(|p| p.enabled)
                .ok_or_else(|| bad("there is no such project"))?;
            made.push(Member {
                id: door::new_uuid(),
                backup_id: backup.id,
                dest_project_id: project,
                status: MemberStatus::Pending,
                vault_id: None,
                image_id: None,
                created_at: now,
                updated_at: now,
            });
        }
        check_count(have.len(), made.len())?;
        for member in &made {
            members::insert(&mut tx, member).await.during(OP)?;
        }
        tx.commit().await.during(OP)?;
        Ok(made)
    }

    /// One page of the shares of a backup, and the number of all that fit. A recipient sees its
    /// own.
    pub async fn members(
        &self,
        actor: &Actor,
        id: &str,
        query: &MemberQuery,
        order: Order<'_>,
        page: &Page,
    ) -> AppResult<(Vec<Member>, u64)> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let (backup, own) = visible(&mut tx, actor, id).await?;
        let all = members::of_backup(&mut tx, backup.id).await.during(OP)?;
        let mut page = page.clone();
        if let Some(marker) = &page.marker {
            // Clients that hold a member's project rather than its id hand that over.
            let known = all
                .iter()
                .find(|m| m.id.to_string() == *marker || m.dest_project_id.to_string() == *marker);
            let known = known.ok_or_else(|| Refusal::parameter("marker", "names no share"))?;
            page.marker = Some(known.id.to_string());
        }
        let mut filter = Filter::new()
            .eq("backup_id", backup.id)
            .maybe("dest_project_id", query.project.clone())
            .maybe("status", query.status)
            .maybe("vault_id", query.vault_id.clone())
            .maybe("image_id", query.image_id.clone());
        if !own {
            filter = filter.with("dest_project_id = ?", actor.project);
        }
        members::page(&mut tx, &filter, order, &page)
            .await
            .during(OP)
    }

    /// One share of a backup.
    pub async fn member(&self, actor: &Actor, id: &str, member: &str) -> AppResult<Member> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let (backup, own) = visible(&mut tx, actor, id).await?;
        find(&mut tx, actor, &backup, own, member).await
    }

    /// What the recipient makes of a share. Accepting needs a vault with room for the backup.
    pub async fn answer_share(
        &self,
        actor: &Actor,
        id: &str,
        member: &str,
        status: MemberStatus,
        vault: Option<&str>,
    ) -> AppResult<Member> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let (backup, own) = visible(&mut tx, actor, id).await?;
        let member = find(&mut tx, actor, &backup, own, member).await?;
        if own {
            return Err(Refusal::new(
                Code::MEMBER_STATUS,
                "the recipient alone accepts or rejects",
            )
            .hint("To end the share, delete it.")
            .into());
        }
        if status != MemberStatus::Accepted {
            check_no_image(&member)?;
        }
        let vault = match status {
            MemberStatus::Accepted => Some(self.accepting(&mut tx, actor, &backup, vault).await?),
            MemberStatus::Pending | MemberStatus::Rejected => None,
        };
        members::answer(&mut tx, member.id, status, vault, self.now())
            .await
            .during(OP)?;
        let changed = members::find(&mut tx, member.backup_id, member.dest_project_id)
            .await
            .during(OP)?
            .ok_or_else(|| no_member(&member.dest_project_id.to_string()))?;
        tx.commit().await.during(OP)?;
        Ok(changed)
    }

    /// The vault that may take a received backup.
    async fn accepting(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        backup: &Backup,
        vault: Option<&str>,
    ) -> AppResult<VaultId> {
        let text = vault.ok_or_else(|| {
            Refusal::new(
                Code::MEMBER_VALUE,
                "vault_id: is required to accept a backup",
            )
        })?;
        if !matches!(
            backup.state,
            BackupState::Available | BackupState::WaitingRestore | BackupState::Restoring
        ) {
            return Err(Refusal::new(
                Code::MEMBER_STATUS,
                format!("the backup is {}", backup.state),
            )
            .into());
        }
        let vault = super::vaults::find(tx, actor, text).await?;
        if !matches!(vault.state, VaultState::Available | VaultState::Lock) {
            return Err(Refusal::new(
                Code::VAULT_STATE_FORBIDS_SHARING,
                format!("vault {} is {}", vault.id, vault.state),
            )
            .into());
        }
        let accepting = Accepting {
            takes: vault.object_type.takes(),
            protect_type: &vault.protect_type,
            size_gib: vault.size_gib,
            used_bytes: vault.used_bytes,
        };
        check_accepting(&accepting, backup.resource_type, backup.stored_bytes)?;
        Ok(vault.id)
    }

    /// Ends a share: by the sharer, or by its recipient.
    pub async fn unshare(&self, actor: &Actor, id: &str, member: &str) -> AppResult<()> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let (backup, own) = visible(&mut tx, actor, id).await?;
        let member = find(&mut tx, actor, &backup, own, member).await?;
        check_no_image(&member)?;
        members::delete(&mut tx, member.id).await.during(OP)?;
        tx.commit().await.during(OP)
    }
}
