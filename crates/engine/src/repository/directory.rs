//! Objects as files of a directory: what was acknowledged survives a power cut.
//!
//! An object is written under another name, synced, linked to its own name, and the folder is synced;
//! only then it is acknowledged. What each cut leaves: before the link a file `<name>#<number>`, which is
//! no object (`Store::remove_unfinished`); after it the whole object, or none where the folder was not
//! synced yet, and then nobody was told of it.
//!
//! A link whose folder was not synced can be seen by others and still be lost, and so can a removal.
//! Who says of an object that it is there or gone for good, and did not do it, settles it first
//! ([`Directory::settle`]): so does whoever is second at a name.
//!
//! Reading and listing are `object_store`'s. Why writing is not: `docs/decisions/0008`.

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// What is done to the file system: tests record it, and leave some of it out.
pub trait Files: fmt::Debug + Send + Sync {
    /// Creates a file that is not there yet.
    fn create(&self, path: &FilePath) -> io::Result<File> {
        File::options().write(true).create_new(true).open(path)
    }

    /// Writes all of a new file.
    fn write(&self, _path: &FilePath, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        io::Write::write_all(file, bytes)
    }

    /// Makes a file's bytes durable.
    fn sync(&self, _path: &FilePath, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    /// Gives a file a second name; fails where that is taken.
    fn link(&self, from: &FilePath, to: &FilePath) -> io::Result<()> {
        match std::fs::hard_link(from, to) {
            // A file server did it, its answer was lost, and the request was repeated: link(2) and
            // open(2) say that the number of names decides.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                match std::fs::metadata(from)?.nlink() {
                    2 => Ok(()),
                    _ => Err(e),
                }
            }
            linked => linked,
        }
    }

    /// Takes a name away.
    fn remove(&self, path: &FilePath) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    /// Makes a folder; none where it is there.
    fn make_folder(&self, path: &FilePath) -> io::Result<()> {
        std::fs::create_dir(path)
    }

    /// Makes durable which names a folder holds.
    fn sync_folder(&self, path: &FilePath) -> io::Result<()> {
        File::open(path)?.sync_all()
    }
}

/// The file system as it is.
#[derive(Debug)]
pub struct System;

impl Files for System {}

/// A directory of objects.
#[derive(Debug, Clone)]
pub struct Directory {
    local: Arc<LocalFileSystem>,
    root: PathBuf,
    files: Arc<dyn Files>,
    /// Folders of which it is known that no power cut takes them away. Never forgotten but where one is
    /// made again: a few hundred of a vault.
    durable: Arc<Mutex<HashSet<PathBuf>>>,
}

impl fmt::Display for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.local.fmt(f)
    }
}

impl Directory {
    /// Objects below `root`, which is there.
    pub fn new(root: &str, files: Arc<dyn Files>) -> Result<Directory> {
        let local = LocalFileSystem::new_with_prefix(root)?.with_automatic_cleanup(false);
        // As `LocalFileSystem` names it in the paths it gives.
        let root = std::fs::canonicalize(root).map_err(generic)?;
        Ok(Directory {
            local: Arc::new(local),
            root,
            files,
            durable: Arc::default(),
        })
    }

    fn durable(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        // Nobody panics while holding it.
        self.durable.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Makes durable that a folder is there, and those above it up to the root. Whoever made it may
    /// have been killed before that, so each process sees to it once for each folder.
    fn keep_folder(&self, folder: &FilePath) -> io::Result<()> {
        if self.durable().contains(folder) || !folder.starts_with(&self.root) {
            return Ok(());
        }
        let Some(above) = folder.parent() else {
            return Ok(());
        };
        match folder == self.root {
            true => keep_root(above, &*self.files)?,
            false => {
                self.keep_folder(above)?;
                self.files.sync_folder(above)?;
            }
        }
        self.durable().insert(folder.to_owned());
        Ok(())
    }

    /// A new file beside an object's place, under a name that no object has.
    fn stage(&self, path: &FilePath) -> io::Result<(File, PathBuf)> {
        let mut number = 1;
        loop {
            let mut name = path.as_os_str().to_owned();
            name.push(format!("#{number}"));
            let staged = PathBuf::from(name);
            match self.files.create(&staged) {
                Ok(file) => return Ok((file, staged)),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    self.make_folders(folder_of(path)?)?;
                }
                Err(e) => return Err(e),
            }
        }
    }

    /// Makes a folder and those above it, but never the root: a store whose file system is not mounted
    /// must not come up elsewhere.
    fn make_folders(&self, folder: &FilePath) -> io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        if folder == self.root || !folder.starts_with(&self.root) {
            let text = format!("the store's directory {} is gone", self.root.display());
            return Err(io::Error::new(io::ErrorKind::NotFound, text));
        }
        self.make_folders(folder_of(folder)?)?;
        // It was here before, and went with its vault.
        self.durable().remove(folder);
        make_folder(&*self.files, folder)
    }

    /// Writes an object unless there is one of that name. False where there is.
    fn create(&self, path: &FilePath, bytes: &[Bytes]) -> io::Result<bool> {
        let files = &*self.files;
        let folder = folder_of(path)?;
        let (mut file, staged) = self.stage(path)?;
        let written = bytes
            .iter()
            .try_for_each(|part| files.write(&staged, &mut file, part))
            .and_then(|()| files.sync(&staged, &file))
            .and_then(|()| files.link(&staged, path));
        let created = match written {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(e) => Err(e),
        };
        // In both cases: what is there may be a try of ours whose folder could not be synced, and
        // its next try says that it is there.
        let settled = match &created {
            Ok(_) => files
                .sync_folder(folder)
                .and_then(|()| self.keep_folder(folder)),
            Err(_) => Ok(()),
        };
        // One that stays is swept up later.
        let _ = files.remove(&staged);
        settled.and(created)
    }

    /// Makes durable that an object is there, or that it is gone.
    pub async fn settle(&self, location: &Path) -> Result<()> {
        let path = self.local.path_to_filesystem(location)?;
        let directory = self.clone();
        run(move || {
            let folder = folder_of(&path)?;
            let settled = directory.files.sync_folder(folder);
            match settled.and_then(|()| directory.keep_folder(folder)) {
                // Without a folder there is no object, for good; and where nothing can be written,
                // what is seen is what there is.
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(e) if e.kind() == io::ErrorKind::ReadOnlyFilesystem => Ok(()),
                settled => settled,
            }
        })
        .await
    }

    fn refuse<T>(&self, operation: &str) -> Result<T> {
        Err(Error::NotImplemented {
            operation: operation.to_owned(),
            implementer: self.to_string(),
        })
    }
}

/// Makes the folder of a store and those above it, each durable before the next.
///
/// # Errors
/// Those of the file system.
pub fn make_root(root: &FilePath, files: &dyn Files) -> io::Result<()> {
    if root.is_dir() {
        return Ok(());
    }
    let root = std::path::absolute(root)?;
    let above = folder_of(&root)?;
    make_root(above, files)?;
    make_folder(files, &root)?;
    keep_root(above, files)
}

/// Syncs the folder above a store. That need not be ours to look into, nor know syncing.
fn keep_root(above: &FilePath, files: &dyn Files) -> io::Result<()> {
    use io::ErrorKind::{InvalidInput, PermissionDenied, ReadOnlyFilesystem};
    match files.sync_folder(above) {
        Err(e)
            if matches!(
                e.kind(),
                PermissionDenied | ReadOnlyFilesystem | InvalidInput
            ) =>
        {
            Ok(())
        }
        synced => synced,
    }
}

fn make_folder(files: &dyn Files, folder: &FilePath) -> io::Result<()> {
    match files.make_folder(folder) {
        // Somebody else made it just now.
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        made => made,
    }
}

fn generic(error: io::Error) -> Error {
    Error::Generic {
        store: "directory",
        source: Box::new(error),
    }
}

async fn run<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let done = match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(e) => Err(io::Error::other(e)),
    };
    done.map_err(generic)
}

fn folder_of(path: &FilePath) -> io::Result<&FilePath> {
    path.parent()
        .ok_or_else(|| io::Error::other("an object lies in no folder"))
}

#[async_trait]
impl ObjectStore for Directory {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        if !matches!(options.mode, PutMode::Create) {
            return self.refuse("overwriting an object");
        }
        let path = self.local.path_to_filesystem(location)?;
        let directory = self.clone();
        let created = run(move || directory.create(&path, payload.as_ref())).await?;
        match created {
            true => Ok(PutResult {
                e_tag: None,
                version: None,
                extensions: Default::default(),
            }),
            false => Err(Error::AlreadyExists {
                path: location.to_string(),
                source: "there is an object of that name".into(),
            }),
        }
    }

    async fn put_multipart_opts(
        &self,
        _: &Path,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.refuse("writing an object in parts")
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.local.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.local.get_ranges(location, ranges).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        use futures::StreamExt;
        let directory = self.clone();
        locations
            .then(move |location| {
                let directory = directory.clone();
                async move {
                    let location = location?;
                    let path = directory.local.path_to_filesystem(&location)?;
                    let files = directory.files.clone();
                    let gone = run(move || match files.remove(&path) {
                        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
                        removed => removed.map(|()| true),
                    });
                    match gone.await? {
                        true => Ok(location),
                        false => Err(Error::NotFound {
                            path: location.to_string(),
                            source: "there is no object of that name".into(),
                        }),
                    }
                }
            })
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.local.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.local.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        self.refuse("copying an object")
    }
}

#[cfg(test)]
mod tests;
