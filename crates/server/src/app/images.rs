//! Whole-server images: named backups that stay, and that servers are made from.
//!
//! An image copies nothing: it is its backup. So it is there at once, also while the backup is
//! still being made, and its backup cannot be deleted before it, nor does retention count it.
//!
//! Where the backup fails or is cancelled, the image never comes to be: it is `killed`, holds
//! nothing, and goes with what is left of the backup.

use std::collections::{HashMap, HashSet};

use coffer_core::cbr::{Code, Operation, Refusal, ResourceType};
use coffer_core::ids::{BackupId, ImageId};
use coffer_core::state::{BackupState, VaultState};

use super::checkpoints::{Chosen, NewCheckpoint};
use super::quotas::{self, QuotaKind};
use super::restore::restorable_by;
use super::{Actor, App, AppError, AppResult, During};
use crate::catalog::backups::Backup;
use crate::catalog::images::{self, Image, Wanted};
use crate::catalog::lists::more;
use crate::catalog::record::{Json, Order, Page};
use crate::catalog::{Tx, backups, vaults};
use crate::door;

const OP: Operation = Operation::Image;
/// Longest name of an image, in characters (IMS).
const NAME_MAX: usize = 128;
/// Longest description, in characters (IMS).
const DESCRIPTION_MAX: usize = 1024;
/// Most tags of an image (IMS).
const TAGS_MAX: usize = 10;
/// Longest tag, in characters: a key of 36, a dot and a value of 43 (IMS).
const TAG_MAX: usize = 80;
/// From this progress on, in percent, the instant of a backup is settled (H4).
const SETTLED_PERCENT: u64 = 10;

/// An image with the backup that it is.
#[derive(Debug, Clone)]
pub struct ImageView {
    /// The image.
    pub image: Image,
    /// Its backup.
    pub backup: Backup,
    /// The disks; none until the backup is made.
    pub disks: Vec<Backup>,
}

impl ImageView {
    /// IMS's word: `queued` and `saving` while the backup is made, `active`, or `killed` where that
    /// came to nothing.
    pub fn status(&self) -> &'static str {
        match self.backup.state {
            _ if self.backup.protected_at.is_some() => "active",
            BackupState::WaitingProtect => "queued",
            BackupState::Protecting => "saving",
            _ => "killed",
        }
    }
}

/// What an image is made of.
#[derive(Debug, Clone)]
pub enum ImageSource {
    /// A server's backup, of the project or accepted by it.
    Backup(String),
    /// A server: it is backed up into the vault first.
    Server {
        /// The server.
        server: String,
        /// A vault that it is in.
        vault: String,
    },
}

/// An image to be made.
#[derive(Debug, Clone)]
pub struct NewImage {
    /// What of.
    pub source: ImageSource,
    /// Its name.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Memory that a server from it needs at least, in MiB.
    pub min_ram_mib: u64,
    /// Memory that it may have at most, in MiB.
    pub max_ram_mib: Option<u64>,
    /// Where each field stands in the request: prefix of their names, with its dot.
    pub field: &'static str,
}

impl App {
    /// Makes an image, and begins the backup that it is to be where it is made of a server.
    pub async fn create_image(&self, actor: &Actor, new: NewImage) -> AppResult<ImageView> {
        check(&new)?;
        if let ImageSource::Server { vault, .. } = &new.source {
            self.refresh_vault(actor, vault).await?;
        }
        let mut tx = self.catalog.write().await.during(OP)?;
        if let Some(other) = images::of_name(&mut tx, actor.project, &new.name)
            .await
            .during(OP)?
        {
            let text = format!("is the name of image {} already", other.id);
            return Err(Refusal::parameter(&format!("{}name", new.field), text).into());
        }
        quotas::check(&mut tx, actor.project, QuotaKind::Images, 1).await?;
        let (backup, of_server) = match &new.source {
            ImageSource::Backup(id) => (existing(&mut tx, actor, id).await?, false),
            ImageSource::Server { server, vault } => {
                let made = self.back_up_for_image(&mut tx, actor, server, vault, &new);
                (made.await?, true)
            }
        };
        if !backup.system_disk {
            return Err(Refusal::new(
                Code::NO_SYSTEM_DISK_NO_IMAGE,
                format!("backup {} lacks the server's system disk", backup.id),
            )
            .hint("A server made of it could not boot.")
            .into());
        }
        let now = self.now();
        let image = Image {
            id: ImageId(door::new_uuid()),
            project_id: actor.project,
            backup_id: backup.id,
            name: new.name,
            description: new.description,
            tags: Json(new.tags),
            min_ram_mib: new.min_ram_mib,
            max_ram_mib: new.max_ram_mib,
            of_server,
            created_at: now,
            updated_at: now,
        };
        images::insert(&mut tx, &image).await.during(OP)?;
        let disks = backups::children(&mut tx, backup.id).await.during(OP)?;
        tx.commit().await.during(OP)?;
        self.bell.notify_waiters();
        tracing::info!(image.id = %image.id, backup.id = %image.backup_id, "image made");
        Ok(ImageView {
            image,
            backup,
            disks,
        })
    }

    async fn back_up_for_image(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        server: &str,
        vault: &str,
        new: &NewImage,
    ) -> AppResult<Backup> {
        let run = NewCheckpoint {
            vault_id: vault.to_owned(),
            description: Some(format!("made for image {}", new.name)),
            resources: vec![Chosen {
                id: server.to_owned(),
                resource_type: Some(ResourceType::Server),
                field: format!("{}instance_id", new.field),
                ..Chosen::default()
            }],
            ..NewCheckpoint::default()
        };
        let checkpoint = self.begin_checkpoint(tx, actor, run).await?;
        let made = backups::of_checkpoint(tx, checkpoint.id).await.during(OP)?;
        made.into_iter().next().ok_or_else(|| {
            let none = coffer_core::Error::internal("a run without a backup");
            AppError::Failed(OP, none)
        })
    }

    /// An image by the id in a path.
    pub async fn image(&self, actor: &Actor, id: &str) -> AppResult<ImageView> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let image = find(&mut tx, actor, id).await?;
        let mut views = views(&mut tx, vec![image]).await.during(OP)?;
        views.pop().ok_or_else(|| no_image(id))
    }

    /// The images of the project that are wanted, a page of them, in an order.
    pub async fn images(
        &self,
        actor: &Actor,
        wanted: &Wanted,
        order: Order<'_>,
        page: &Page,
    ) -> AppResult<Vec<ImageView>> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let all = images::of_project(&mut tx, actor.project, wanted, order, page)
            .await
            .during(OP)?;
        views(&mut tx, all).await.during(OP)
    }

    /// Deletes an image; on request its backup with it, or else neither.
    pub async fn delete_image(&self, actor: &Actor, id: &str, with_backup: bool) -> AppResult<()> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let image = find(&mut tx, actor, id).await?;
        images::delete(&mut tx, &image).await.during(OP)?;
        if with_backup {
            let backup = image.backup_id.to_string();
            self.doom_backup(&mut tx, actor, &backup).await?;
        }
        tx.commit().await.during(OP)?;
        self.bell.notify_waiters();
        tracing::info!(image.id = %image.id, backup.id = %image.backup_id, "image deleted");
        Ok(())
    }
}

pub(super) fn no_image(id: &str) -> AppError {
    Refusal::new(Code::BACKUP_NOT_FOUND, format!("there is no image {id}")).into()
}

async fn find(tx: &mut Tx, actor: &Actor, id: &str) -> AppResult<Image> {
    let key: ImageId = id.parse().map_err(|_| no_image(id))?;
    let image = images::find(tx, actor.project, key).await.during(OP)?;
    image.ok_or_else(|| no_image(id))
}

/// The images with their backups, in three statements.
pub(super) async fn views(tx: &mut Tx, images: Vec<Image>) -> coffer_core::Result<Vec<ImageView>> {
    let ids: Vec<BackupId> = images.iter().map(|image| image.backup_id).collect();
    let rows: Vec<Backup> = more::of(tx, "id", &ids, "1 = 1", &[]).await?;
    let rows: HashMap<BackupId, Backup> = rows.into_iter().map(|b| (b.id, b)).collect();
    let mut disks: HashMap<BackupId, Vec<Backup>> = HashMap::new();
    for disk in backups::children_of(tx, &ids).await? {
        if let Some(parent) = disk.parent_id {
            disks.entry(parent).or_default().push(disk);
        }
    }
    let with = |image: Image| {
        let backup = rows.get(&image.backup_id)?.clone();
        let disks = disks.get(&backup.id).cloned().unwrap_or_default();
        Some(ImageView {
            image,
            backup,
            disks,
        })
    };
    Ok(images.into_iter().filter_map(with).collect())
}

/// A backup that an image can be made of now, but for its system disk.
async fn existing(tx: &mut Tx, actor: &Actor, id: &str) -> AppResult<Backup> {
    let backup = restorable_by(tx, actor, id).await?;
    if backup.resource_type != ResourceType::Server {
        return Err(Refusal::new(
            Code::TYPE_FORBIDS_IMAGE,
            format!("backup {} is of a disk", backup.id),
        )
        .hint("Images are made of servers' backups; of this one a disk can be made.")
        .into());
    }
    if !is_usable(&backup) {
        let hint = match backup.state.is_being_made() {
            true => "Its instant is not settled yet: try again in a moment.",
            false => "Use another backup of the server.",
        };
        return Err(Refusal::new(
            Code::STATE_FORBIDS_IMAGE,
            format!("backup {} is {}", backup.id, backup.state),
        )
        .hint(hint)
        .into());
    }
    let vault = vaults::get(tx, backup.vault_id).await.during(OP)?;
    if !vault.is_some_and(|v| matches!(v.state, VaultState::Available | VaultState::Lock)) {
        return Err(Refusal::new(
            Code::STATE_FORBIDS_IMAGE,
            "the backup's vault is neither available nor locked",
        )
        .into());
    }
    let all = images::of_backup(tx, backup.id).await.during(OP)?;
    if let Some(image) = all.iter().find(|i| i.project_id == actor.project) {
        return Err(Refusal::new(
            Code::IMAGE_MADE_ALREADY,
            format!(
                "image {} was made of backup {} already",
                image.id, backup.id
            ),
        )
        .hint("Make servers of that image, or delete it first.")
        .into());
    }
    Ok(backup)
}

/// Whether an image can be made of a backup in its state: of a good one, and of one that is being
/// made as soon as its instant is settled.
fn is_usable(backup: &Backup) -> bool {
    match backup.state {
        BackupState::Available | BackupState::WaitingRestore | BackupState::Restoring => true,
        BackupState::Protecting => backup.progress > SETTLED_PERCENT,
        _ => false,
    }
}

/// Whether an image can be made of a server's backup although it is not restorable yet (BKP-30).
pub fn is_early(backup: &Backup) -> bool {
    backup.resource_type == ResourceType::Server
        && backup.state == BackupState::Protecting
        && is_usable(backup)
}

/// Whether an image holds a backup: not one that failed, of which no image ever comes to be.
pub(super) fn can_be_held(state: BackupState, made: bool) -> bool {
    made || state.is_being_made()
}

/// Refuses to delete a backup that an image was made of, in its own project or another one.
pub(super) async fn check_no_image(tx: &mut Tx, actor: &Actor, backup: &Backup) -> AppResult<()> {
    if !can_be_held(backup.state, backup.protected_at.is_some()) {
        return Ok(());
    }
    let all = images::of_backup(tx, backup.id).await.during(OP)?;
    match all.first() {
        None => Ok(()),
        Some(image) => Err(held_by(image, actor).into()),
    }
}

/// As [`check_no_image`], for all of `list`, which lies in one vault.
pub(super) async fn check_no_images(
    tx: &mut Tx,
    actor: &Actor,
    held: &HashSet<BackupId>,
    list: &[Backup],
) -> AppResult<()> {
    for backup in list.iter().filter(|b| held.contains(&b.id)) {
        check_no_image(tx, actor, backup).await?;
    }
    Ok(())
}

fn held_by(image: &Image, actor: &Actor) -> Refusal {
    let backup = image.backup_id;
    match image.project_id == actor.project {
        true => Refusal::new(
            Code::BACKUP_HAS_IMAGE,
            format!("image {} was made of backup {backup}", image.id),
        )
        .hint("Delete the image first."),
        false => Refusal::new(
            Code::SHARED_IMAGE_EXISTS,
            format!("a project that backup {backup} is shared with made an image of it"),
        )
        .hint("The image has to be deleted there first."),
    }
}

fn check(new: &NewImage) -> Result<(), Refusal> {
    let wrong = |field: &str, text: &str| {
        let field = format!("{}{field}", new.field);
        Err(Refusal::parameter(&field, text))
    };
    if !is_name(&new.name) {
        return wrong(
            "name",
            "must have 1 to 128 letters, digits, `-`, `.`, `_` and spaces, no space at either end",
        );
    }
    let bad = |c: char| matches!(c, '<' | '>') || c.is_control();
    if new.description.chars().count() > DESCRIPTION_MAX || new.description.chars().any(bad) {
        return wrong(
            "description",
            "must have at most 1024 characters, without line breaks, `<` and `>`",
        );
    }
    let bad = |tag: &String| {
        tag.is_empty() || tag.chars().count() > TAG_MAX || tag.chars().any(char::is_control)
    };
    if new.tags.len() > TAGS_MAX || new.tags.iter().any(bad) {
        return wrong("tags", "must be at most 10 texts of 1 to 80 characters");
    }
    if new.max_ram_mib.is_some_and(|most| most < new.min_ram_mib) {
        return wrong("max_ram", "must not be less than min_ram");
    }
    Ok(())
}

/// 1 to 128 letters, digits, `-`, `.`, `_` and spaces, none of these at either end (IMS).
fn is_name(name: &str) -> bool {
    let legal = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | ' ');
    (1..=NAME_MAX).contains(&name.chars().count()) && name.chars().all(legal) && name.trim() == name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_image_service() {
        for good in ["a", "web 1_2.x-y", "Größe", &"n".repeat(128)] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", " x", "x ", "a/b", "a\nb", "<x>", &"n".repeat(129)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
