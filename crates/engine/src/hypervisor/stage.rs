//! Images being made: nobody sees them until they are whole.
//!
//! They lie in a hidden folder beside their final place, `.<prefix><token>`, named after the task
//! that makes them. A disk becomes one by a link, a server's disks by renaming the folder: either
//! is one step, which refuses a name that is taken. Every step may be repeated after a crash.
//!
//! | crash | left behind | who heals it |
//! |---|---|---|
//! | while images are written | the hidden folder | the task's next attempt begins it anew; its end without success removes it |
//! | after the link | the finished disk, and the hidden folder with the same file | the next attempt finds that they are one file and goes on |
//! | after the rename | the finished folder | the next attempt finds the task's token in it and goes on |
//!
//! So the hidden folder of a disk stays until the task has recorded that the disk is there.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use coffer_core::extent::Extent;
use coffer_core::{Error, Result};
use tokio::sync::Mutex;

use super::file::{blocking, io_error};
use super::qemu::{self, ImageExport, QemuNbd, RuntimeDir};
use super::{NewImage, NewImages};
use crate::block::BlockTarget;
use crate::nbd::NbdTarget;

/// A file beside the images of a server: the token of the task that made them.
const MADE_BY: &str = ".made-by";

/// Where images are made for one task.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    /// The folder that the finished images come to lie in.
    folder: PathBuf,
    staging: PathBuf,
    token: String,
}

impl Stage {
    /// `prefix` is `coffer-<service>-`; `token` names the task, and is checked to be plain.
    pub fn new(folder: &Path, prefix: &str, token: &str) -> Result<Stage> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if token.is_empty() || token.len() > 64 || !token.chars().all(plain) {
            return Err(Error::internal("a task's token is not plain"));
        }
        Ok(Stage {
            folder: folder.to_owned(),
            staging: folder.join(format!(".{prefix}{token}")),
            token: token.to_owned(),
        })
    }

    /// Where an image is written. `Invalid` for a name that leads elsewhere: it comes from a backup.
    fn image(&self, name: &str) -> Result<PathBuf> {
        let plain = Path::new(name)
            .components()
            .eq([Component::Normal(name.as_ref())]);
        if !plain {
            let text = format!("a disk of the backup has a name that no file can have: {name:?}");
            return Err(Error::invalid(text).hint("Restore its disks to disks that are there."));
        }
        Ok(self.staging.join(format!("{name}.qcow2")))
    }

    /// Makes the hidden folder anew. What an earlier attempt made goes.
    async fn begin(&self) -> Result<()> {
        self.discard().await?;
        let (staging, token) = (self.staging.clone(), self.token.clone());
        blocking(move || {
            use std::os::unix::fs::DirBuilderExt;
            std::fs::DirBuilder::new()
                .mode(0o711)
                .create(&staging)
                .map_err(|e| io_error(&staging, "create", e))?;
            let made_by = staging.join(MADE_BY);
            let written = std::fs::write(&made_by, token)
                .and_then(|()| std::fs::File::open(&made_by)?.sync_all());
            written.map_err(|e| io_error(&made_by, "write", e))
        })
        .await
    }

    /// Makes images that read as something else until they are written: one for each pair of an
    /// image and what QEMU calls the source below it. What an earlier attempt made goes.
    pub async fn overlay(&self, images: &[(NewImage, String)]) -> Result<()> {
        self.begin().await?;
        let made = images.iter().map(|(image, backing)| async move {
            let path = self.image(&image.name)?;
            qemu::create_overlay(&path, image.size_bytes, backing).await?;
            // Guests rely on what they write here from the first moment on.
            blocking(move || {
                std::fs::File::open(&path)
                    .and_then(|file| file.sync_all())
                    .map_err(|e| io_error(&path, "sync", e))
            })
            .await
        });
        futures::future::try_join_all(made).await?;
        let inside = self.image("any")?;
        blocking(move || sync_folder(&inside)).await
    }

    /// Makes empty images and opens them for writing. What an earlier attempt made goes.
    pub async fn open(
        &self,
        runtime: &RuntimeDir,
        images: &[NewImage],
    ) -> Result<Box<dyn NewImages>> {
        self.begin().await?;
        let mut exports = Vec::new();
        let mut targets: Vec<Arc<dyn BlockTarget>> = Vec::new();
        for image in images {
            let path = self.image(&image.name)?;
            qemu::create_image(&path, image.size_bytes).await?;
            let export = ImageExport {
                image: path,
                format: "qcow2".into(),
                writable: true,
                bitmap: None,
                unlocked: false,
            };
            let export = QemuNbd::serve(runtime, export).await?;
            let target = NbdTarget::connect(&export.address(), "").await?;
            exports.push(export);
            targets.push(Arc::new(Fresh(target)));
        }
        Ok(Box::new(Staged {
            targets,
            exports: Mutex::new(exports),
        }))
    }

    /// Where a disk of that name comes to lie.
    pub fn disk_path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.qcow2"))
    }

    /// Refuses a name that is taken, and a folder that is not there.
    pub fn check_name(&self, name: &str) -> Result<()> {
        let path = self.disk_path(name);
        if !self.folder.is_dir() {
            return Err(Error::unavailable(format!(
                "the folder for new images is not there: {}",
                self.folder.display()
            )));
        }
        match path.symlink_metadata() {
            Ok(_) => Err(
                Error::conflict(format!("there is an image `{name}` already"))
                    .hint("Choose another name."),
            ),
            Err(_) => Ok(()),
        }
    }

    /// Whether an earlier attempt gave the one image its place.
    pub async fn disk_is_kept(&self, image: &str, name: &str) -> Result<bool> {
        let (from, to) = (self.image(image)?, self.disk_path(name));
        blocking(move || Ok(same_file(&from, &to))).await
    }

    /// Gives the one image its place, and keeps it in the hidden folder too, which says whose it
    /// is. `Conflict` where another file has the place.
    pub async fn keep_disk(&self, image: &str, name: &str) -> Result<PathBuf> {
        let (from, to) = (self.image(image)?, self.disk_path(name));
        let path = to.clone();
        blocking(move || {
            match std::fs::hard_link(&from, &to) {
                Ok(()) => {}
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
                    if !same_file(&from, &to) {
                        return Err(taken(&to));
                    }
                }
                Err(e) => return Err(io_error(&to, "create", e)),
            }
            sync_folder(&to)
        })
        .await?;
        Ok(path)
    }

    /// Where the images of a server come to lie. `unique` tells servers of one name apart.
    pub fn server_folder(&self, name: &str, unique: &str) -> PathBuf {
        let short = unique.split('-').next().unwrap_or_default();
        self.folder.join(format!("{name}-{short}"))
    }

    /// Whether a folder has the images that this task made.
    pub async fn folder_is_kept(&self, folder: &Path) -> Result<bool> {
        let (folder, token) = (folder.to_owned(), self.token.clone());
        blocking(move || Ok(is_made_by(&folder, &token))).await
    }

    /// Gives all images their place in a folder of their own. `Conflict` where there is one that
    /// this task did not make.
    pub async fn keep_folder(&self, to: &Path) -> Result<()> {
        let (from, to, token) = (self.staging.clone(), to.to_owned(), self.token.clone());
        blocking(move || {
            if is_made_by(&to, &token) {
                return Ok(());
            }
            if to.symlink_metadata().is_ok() {
                return Err(taken(&to));
            }
            std::fs::rename(&from, &to).map_err(|e| io_error(&to, "create", e))?;
            sync_folder(&to)
        })
        .await
    }

    /// Removes a folder that this task made; no error where it made none.
    pub async fn discard_folder(&self, folder: &Path) -> Result<()> {
        let (folder, token) = (folder.to_owned(), self.token.clone());
        blocking(move || {
            if !is_made_by(&folder, &token) {
                return Ok(());
            }
            std::fs::remove_dir_all(&folder).map_err(|e| io_error(&folder, "remove", e))
        })
        .await
    }

    /// Removes what was made; no error where there is nothing.
    pub async fn discard(&self) -> Result<()> {
        let staging = self.staging.clone();
        blocking(move || match std::fs::remove_dir_all(&staging) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(io_error(&staging, "remove", e))
            }
            _ => Ok(()),
        })
        .await
    }
}

fn taken(path: &Path) -> Error {
    Error::conflict(format!("{} is there already", path.display())).hint("Choose another name.")
}

fn same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let inode = |path: &Path| std::fs::symlink_metadata(path).map(|m| (m.dev(), m.ino()));
    matches!((inode(one), inode(other)), (Ok(a), Ok(b)) if a == b)
}

fn is_made_by(folder: &Path, token: &str) -> bool {
    std::fs::read(folder.join(MADE_BY)).is_ok_and(|named| named == token.as_bytes())
}

/// Makes a new name in a folder durable.
fn sync_folder(path: &Path) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|e| io_error(folder, "sync", e))
}

struct Staged {
    targets: Vec<Arc<dyn BlockTarget>>,
    exports: Mutex<Vec<QemuNbd>>,
}

#[async_trait]
impl NewImages for Staged {
    fn targets(&self) -> &[Arc<dyn BlockTarget>] {
        &self.targets
    }

    async fn close(&self) -> Result<()> {
        let mut result = Ok(());
        for target in &self.targets {
            result = result.and(target.flush().await);
        }
        for export in self.exports.lock().await.drain(..) {
            result = result.and(export.stop().await);
        }
        result
    }
}

/// A target that reads as zeroes until it is written.
struct Fresh(NbdTarget);

#[async_trait]
impl BlockTarget for Fresh {
    fn size(&self) -> u64 {
        self.0.size()
    }
    async fn write(&self, offset: u64, data: Bytes) -> Result<()> {
        self.0.write(offset, data).await
    }
    async fn write_zeroes(&self, extent: Extent) -> Result<()> {
        self.0.write_zeroes(extent).await
    }
    async fn flush(&self) -> Result<()> {
        self.0.flush().await
    }
    fn is_zero(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(folder: &Path, token: &str) -> Stage {
        Stage::new(folder, "coffer-test-", token).unwrap()
    }

    /// What `open` and the writing of an image leave.
    fn write(stage: &Stage, text: &str) {
        std::fs::create_dir(&stage.staging).unwrap();
        std::fs::write(stage.staging.join(MADE_BY), &stage.token).unwrap();
        std::fs::write(stage.image("disk").unwrap(), text).unwrap();
    }

    #[test]
    fn no_name_of_a_disk_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let stage = stage(folder.path(), "one");
        for name in ["..", "../x", "/etc/x", "a/b", "./a", ""] {
            assert_eq!(
                stage.image(name).unwrap_err().kind,
                coffer_core::Kind::Invalid,
                "{name}"
            );
        }
        assert_eq!(stage.image("vda").unwrap(), stage.staging.join("vda.qcow2"));
    }

    #[tokio::test]
    async fn a_disk_is_kept_again_after_a_crash_and_no_other_file_is_taken_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let one = stage(folder.path(), "one");
        write(&one, "one");
        assert!(!one.disk_is_kept("disk", "d").await.unwrap());
        let path = one.keep_disk("disk", "d").await.unwrap();
        // The crash: another process looks at the same folder.
        let again = stage(folder.path(), "one");
        assert!(again.disk_is_kept("disk", "d").await.unwrap());
        assert_eq!(again.keep_disk("disk", "d").await.unwrap(), path);

        let two = stage(folder.path(), "two");
        write(&two, "two");
        assert!(!two.disk_is_kept("disk", "d").await.unwrap());
        let error = two.keep_disk("disk", "d").await.unwrap_err();
        assert_eq!(error.kind, coffer_core::Kind::Conflict);

        for stage in [&again, &two, &again] {
            stage.discard().await.unwrap();
        }
        assert_eq!(std::fs::read(path).unwrap(), b"one");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn a_servers_folder_is_kept_again_after_a_crash_and_only_ours_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let one = stage(folder.path(), "one");
        let place = one.server_folder("web", "12345678-1234");
        write(&one, "one");
        assert!(!one.folder_is_kept(&place).await.unwrap());
        one.keep_folder(&place).await.unwrap();
        let again = stage(folder.path(), "one");
        assert!(again.folder_is_kept(&place).await.unwrap());
        again.keep_folder(&place).await.unwrap();

        let two = stage(folder.path(), "two");
        write(&two, "two");
        let error = two.keep_folder(&place).await.unwrap_err();
        assert_eq!(error.kind, coffer_core::Kind::Conflict);
        two.discard_folder(&place).await.unwrap();
        assert_eq!(std::fs::read(place.join("disk.qcow2")).unwrap(), b"one");
        again.discard_folder(&place).await.unwrap();
        assert!(!place.exists());
    }
}
