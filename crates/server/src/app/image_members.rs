//! Sharing of images. An image is its backup, so sharing it shares the backup; a recipient that
//! accepts gets an image of its own of it, which has another id.

use coffer_core::cbr::share::MemberStatus;
use coffer_core::cbr::{Code, Operation, Refusal};

use super::images::{ImageSource, ImageView, NewImage};
use super::members::MemberQuery;
use super::{Actor, App, AppError, AppResult, During};
use crate::catalog::images::{self, Image};
use crate::catalog::members::Member;

const OP: Operation = Operation::Image;

impl App {
    /// An image that another project shares with this one, whatever this one made of it.
    pub async fn shared_image(&self, actor: &Actor, id: &str) -> AppResult<ImageView> {
        let mut found = self.shared_images(actor, None).await?;
        found.retain(|view| view.image.id.to_string() == id);
        found.pop().ok_or_else(|| super::images::no_image(id))
    }

    /// The images that other projects share with this one; of one status, where that is given.
    pub async fn shared_images(
        &self,
        actor: &Actor,
        status: Option<MemberStatus>,
    ) -> AppResult<Vec<ImageView>> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let all = images::shared_with(&mut tx, actor.project, status)
            .await
            .during(OP)?;
        super::images::views(&mut tx, all).await.during(OP)
    }

    /// The projects that an image is shared with; a recipient sees itself.
    pub async fn image_members(&self, actor: &Actor, image: &str) -> AppResult<Vec<Member>> {
        let backup = self.backup_of_image(actor, image).await?;
        let order = [("created_at", false)];
        let query = MemberQuery::default();
        let (members, _) = self
            .members(actor, &backup, &query, &order, &Default::default())
            .await?;
        Ok(members)
    }

    /// One of them.
    pub async fn image_member(&self, actor: &Actor, image: &str, id: &str) -> AppResult<Member> {
        let backup = self.backup_of_image(actor, image).await?;
        self.member(actor, &backup, id).await
    }

    /// Shares an image with a project.
    pub async fn share_image(&self, actor: &Actor, image: &str, to: &str) -> AppResult<Member> {
        let backup = self.backup_of_image(actor, image).await?;
        let made = self.share_backup(actor, &backup, &[to.to_owned()]).await?;
        made.into_iter().next().ok_or_else(|| {
            let none = coffer_core::Error::internal("a share that is not there");
            AppError::Failed(OP, none)
        })
    }

    /// Ends the sharing of an image with a project.
    pub async fn unshare_image(&self, actor: &Actor, image: &str, id: &str) -> AppResult<()> {
        let backup = self.backup_of_image(actor, image).await?;
        self.unshare(actor, &backup, id).await
    }

    /// What the recipient makes of an image. Accepting takes its backup into a vault and makes an
    /// image of it, where there is none yet: what failed half-way is asked for again.
    pub async fn answer_image(
        &self,
        actor: &Actor,
        image: &str,
        id: &str,
        status: MemberStatus,
        vault: Option<&str>,
    ) -> AppResult<Member> {
        let backup = self.backup_of_image(actor, image).await?;
        let member = self.answer_share(actor, &backup, id, status, vault).await?;
        if status == MemberStatus::Accepted && member.image_id.is_none() {
            let source = self.shared_image(actor, image).await?.image;
            let new = NewImage {
                source: ImageSource::Backup(backup.clone()),
                name: self.free_name(actor, &source).await?,
                description: source.description,
                tags: source.tags.0,
                min_ram_mib: source.min_ram_mib,
                max_ram_mib: source.max_ram_mib,
                field: "",
            };
            self.create_image(actor, new).await?;
        }
        self.member(actor, &backup, id).await
    }

    /// The backup of an image of this project, or of one shared with it.
    async fn backup_of_image(&self, actor: &Actor, id: &str) -> AppResult<String> {
        let view = match self.image(actor, id).await {
            Err(AppError::Refused(Refusal { code, .. })) if code == Code::BACKUP_NOT_FOUND => {
                self.shared_image(actor, id).await?
            }
            found => found?,
        };
        Ok(view.image.backup_id.to_string())
    }

    /// The name of a received image: as its sender called it, unless that is taken here.
    async fn free_name(&self, actor: &Actor, image: &Image) -> AppResult<String> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let taken = images::of_name(&mut tx, actor.project, &image.name).await;
        if taken.during(OP)?.is_none() {
            return Ok(image.name.clone());
        }
        let begin: String = image.name.chars().take(100).collect();
        Ok(format!(
            "{}-{}",
            begin.trim_end(),
            &image.id.to_string()[..8]
        ))
    }
}
