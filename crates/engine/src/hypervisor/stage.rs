//! Images being made: nobody sees them until they are whole.
//!
//! They lie in a hidden folder beside their final place, `.<prefix><token>`, named after the task
//! that makes them. A disk becomes one by a link, a server's disks by renaming the folder: either
//! is one step, which refuses a name that is taken. Every step may be repeated after a crash.
//!
//! | crash | left behind | who heals it |
//! |---|---|---|
//! | while images are written | the hidden folder | the task's next attempt begins it anew; its end without success removes it |
//! | after the link or the rename | the finished image | the next attempt finds it by what it is and goes on |

use std::path::{Path, PathBuf};
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

/// Where images are made for one task.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    /// The folder that the finished images come to lie in.
    folder: PathBuf,
    staging: PathBuf,
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
        })
    }

    fn image(&self, name: &str) -> PathBuf {
        self.staging.join(format!("{name}.qcow2"))
    }

    /// Makes empty images and opens them for writing. What an earlier attempt made goes.
    pub async fn open(
        &self,
        runtime: &RuntimeDir,
        images: &[NewImage],
    ) -> Result<Box<dyn NewImages>> {
        self.discard().await?;
        let staging = self.staging.clone();
        blocking(move || {
            use std::os::unix::fs::DirBuilderExt;
            std::fs::DirBuilder::new()
                .mode(0o711)
                .create(&staging)
                .map_err(|e| io_error(&staging, "create", e))
        })
        .await?;
        let mut exports = Vec::new();
        let mut targets: Vec<Arc<dyn BlockTarget>> = Vec::new();
        for image in images {
            let path = self.image(&image.name);
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

    /// Gives the one image its place. `Conflict` where another file has it.
    pub async fn keep_disk(&self, image: &str, name: &str) -> Result<PathBuf> {
        let (from, to) = (self.image(image), self.disk_path(name));
        let path = to.clone();
        blocking(move || {
            use std::os::unix::fs::MetadataExt;
            match std::fs::hard_link(&from, &to) {
                Ok(()) => {}
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
                    let inode = |path: &Path| std::fs::metadata(path).map(|m| (m.dev(), m.ino()));
                    // An earlier attempt came as far as that.
                    let ours = matches!((inode(&from), inode(&to)), (Ok(a), Ok(b)) if a == b);
                    if !ours {
                        return Err(
                            Error::conflict(format!("{} is there already", to.display()))
                                .hint("Choose another name."),
                        );
                    }
                }
                Err(e) => return Err(io_error(&to, "create", e)),
            }
            sync_folder(&to)
        })
        .await?;
        self.discard().await?;
        Ok(path)
    }

    /// Where the images of a server come to lie. `unique` tells servers of one name apart.
    pub fn server_folder(&self, name: &str, unique: &str) -> PathBuf {
        let short = unique.split('-').next().unwrap_or_default();
        self.folder.join(format!("{name}-{short}"))
    }

    /// Gives all images their place in a folder of their own.
    pub async fn keep_folder(&self, to: &Path) -> Result<()> {
        let (from, to) = (self.staging.clone(), to.to_owned());
        blocking(move || {
            match (from.exists(), to.exists()) {
                // An earlier attempt came as far as that.
                (false, true) => return Ok(()),
                (true, true) => {
                    return Err(
                        Error::conflict(format!("{} is there already", to.display()))
                            .hint("Choose another name."),
                    );
                }
                _ => {}
            }
            std::fs::rename(&from, &to).map_err(|e| io_error(&to, "create", e))?;
            sync_folder(&to)
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
