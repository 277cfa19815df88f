//! Whole-server images: each is a backup that stays for it.

use std::collections::HashSet;

use coffer_core::Result;
use coffer_core::cbr::share::MemberStatus;
use coffer_core::ids::{BackupId, ImageId, ProjectId, VaultId};
use jiff::Timestamp;
use sqlx::AnyConnection;

use super::lists::more;
use super::record::{self, Filter, Json, Order, Page, record, values};

record! {
    /// An image.
    Image in "images" {
        /// Its id.
        id: ImageId,
        /// Who owns it.
        project_id: ProjectId,
        /// The backup that it is.
        backup_id: BackupId,
        /// 1 to 128 characters; the only image of the project with it.
        name: String,
        /// What its maker wrote about it.
        description: String,
        /// Tags, each `key.value` or a word.
        tags: Json<Vec<String>>,
        /// Memory that a server from it needs at least, in MiB.
        min_ram_mib: u64,
        /// Memory that it may have at most, in MiB.
        max_ram_mib: Option<u64>,
        /// The backup was made for it.
        of_server: bool,
        /// When it was made.
        created_at: Timestamp,
        /// Last change.
        updated_at: Timestamp,
    }
}

/// Which images of a project to list.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of this id.
    pub id: Option<String>,
    /// Of exactly this name.
    pub name: Option<String>,
    /// Of this backup.
    pub backup_id: Option<String>,
    /// Of this status, in the words of the image API; of none where it is not one of them.
    pub status: Option<String>,
}

/// What a status says of the image's backup, the other way round than `app::images` tells it.
fn of_status(status: &str) -> &'static str {
    match status {
        "active" => {
            "EXISTS (SELECT 1 FROM backups b WHERE b.id = backup_id \
             AND b.protected_at IS NOT NULL)"
        }
        "queued" => {
            "EXISTS (SELECT 1 FROM backups b WHERE b.id = backup_id \
             AND b.protected_at IS NULL AND b.state = 'waiting_protect')"
        }
        "saving" => {
            "EXISTS (SELECT 1 FROM backups b WHERE b.id = backup_id \
             AND b.protected_at IS NULL AND b.state = 'protecting')"
        }
        "killed" => {
            "EXISTS (SELECT 1 FROM backups b WHERE b.id = backup_id \
             AND b.protected_at IS NULL AND b.state NOT IN ('waiting_protect', 'protecting'))"
        }
        _ => "1 = 0",
    }
}

/// Images of a project, a page of them, in an order.
pub async fn of_project(
    conn: &mut AnyConnection,
    project: ProjectId,
    wanted: &Wanted,
    order: Order<'_>,
    page: &Page,
) -> Result<Vec<Image>> {
    let filter = Filter::new()
        .eq("project_id", project)
        .maybe("id", wanted.id.clone())
        .maybe("name", wanted.name.clone())
        .maybe("backup_id", wanted.backup_id.clone());
    let filter = match &wanted.status {
        Some(status) => filter.and(of_status(status)),
        None => filter,
    };
    record::page(conn, &filter, order, page).await
}

/// Images of the owners of backups that are shared with a project; of shares of one status, where
/// that is given.
pub async fn shared_with(
    conn: &mut AnyConnection,
    project: ProjectId,
    status: Option<MemberStatus>,
) -> Result<Vec<Image>> {
    use MemberStatus::{Accepted, Pending, Rejected};
    let shares = match status {
        None => "1 = 1",
        Some(Pending) => "m.status = 'pending'",
        Some(Accepted) => "m.status = 'accepted'",
        Some(Rejected) => "m.status = 'rejected'",
    };
    let clause = format!(
        "id IN (SELECT i.id FROM members m JOIN backups b ON b.id = m.backup_id \
         JOIN images i ON i.backup_id = b.id AND i.project_id = b.project_id \
         WHERE m.dest_project_id = ? AND {shares})"
    );
    let filter = Filter::new().with_all(&clause, values![project]);
    record::list(conn, &filter, &[("created_at", true)]).await
}

/// An image of a project.
pub async fn find(
    conn: &mut AnyConnection,
    project: ProjectId,
    id: ImageId,
) -> Result<Option<Image>> {
    let filter = Filter::new().eq("project_id", project).eq("id", id);
    record::one(conn, &filter).await
}

/// The image of that name in a project.
pub async fn of_name(
    conn: &mut AnyConnection,
    project: ProjectId,
    name: &str,
) -> Result<Option<Image>> {
    let filter = Filter::new()
        .eq("project_id", project)
        .eq("name", name.to_owned());
    record::one(conn, &filter).await
}

/// Images of a backup in all projects.
pub async fn of_backup(conn: &mut AnyConnection, backup: BackupId) -> Result<Vec<Image>> {
    let filter = Filter::new().eq("backup_id", backup);
    record::list(conn, &filter, &[("created_at", false)]).await
}

/// Images of these backups in all projects.
pub async fn of_backups(conn: &mut AnyConnection, backups: &[BackupId]) -> Result<Vec<Image>> {
    more::of(
        conn,
        "backup_id",
        backups,
        "1 = 1",
        &[("created_at", false)],
    )
    .await
}

/// Backups of a vault that have images.
pub async fn held_in(conn: &mut AnyConnection, vault: VaultId) -> Result<HashSet<BackupId>> {
    let filter = Filter::new().with(
        "EXISTS (SELECT 1 FROM backups b WHERE b.id = images.backup_id AND b.vault_id = ?)",
        vault,
    );
    let held: Vec<Image> = record::list(conn, &filter, &[]).await?;
    Ok(held.into_iter().map(|image| image.backup_id).collect())
}

/// Adds an image. `Conflict` where the backup has one in the project, or the name is taken.
pub async fn insert(conn: &mut AnyConnection, image: &Image) -> Result<()> {
    record::insert(conn, image).await?;
    tell_share(conn, image, Some(image.id)).await
}

/// Removes an image.
pub async fn delete(conn: &mut AnyConnection, image: &Image) -> Result<()> {
    record::execute(conn, "DELETE FROM images WHERE id = $1", values![image.id]).await?;
    tell_share(conn, image, None).await
}

/// Writes into the share that its recipient has an image, where the backup is a received one.
async fn tell_share(conn: &mut AnyConnection, image: &Image, id: Option<ImageId>) -> Result<()> {
    record::execute(
        conn,
        "UPDATE members SET image_id = $3 WHERE backup_id = $1 AND dest_project_id = $2",
        values![image.backup_id, image.project_id, id],
    )
    .await?;
    Ok(())
}
