//! Objects as files of a directory: what was acknowledged survives a power cut.
//!
//! An object is written under another name, synced, linked to its own name, and the folder is synced;
//! only then it is acknowledged. What each cut leaves: before the link a file `<name>#<number>`, which is
//! no object (`Store::remove_unfinished`); after it the whole object, or none where the folder was not
//! synced yet, and then nobody was told of it.
//!
//! A link whose folder was not synced can be seen by others and still be lost. Who finds an object
//! that somebody else may have left like that, and says of it that it is there for good, settles it
//! first ([`Directory::settle`]): so does whoever is second at a name.

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Arc, Mutex};

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
        std::fs::hard_link(from, to)
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
    /// Folders of which it is known that no power cut takes them away.
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
        let root = std::fs::canonicalize(root).map_err(|e| Error::Generic {
            store: "directory",
            source: Box::new(e),
        })?;
        Ok(Directory {
            local: Arc::new(local),
            root,
            files,
            durable: Arc::default(),
        })
    }

    /// Makes durable that a folder is there, and those above it. Whoever made it may have been killed
    /// before that, so each process sees to it once for each folder.
    fn keep_folder(&self, folder: &FilePath) -> io::Result<()> {
        let known = |folder: &FilePath| {
            let durable = self.durable.lock().unwrap_or_else(|e| e.into_inner());
            durable.contains(folder)
        };
        if known(folder) || folder == self.root || !folder.starts_with(&self.root) {
            return Ok(());
        }
        let above = folder_of(folder)?;
        self.keep_folder(above)?;
        self.files.sync_folder(above)?;
        let mut durable = self.durable.lock().unwrap_or_else(|e| e.into_inner());
        durable.insert(folder.to_owned());
        Ok(())
    }

    /// Writes an object unless there is one of that name. False where there is.
    fn create(&self, path: &FilePath, bytes: &[Bytes]) -> io::Result<bool> {
        let files = &*self.files;
        let folder = folder_of(path)?;
        let (mut file, staged) = stage(files, path)?;
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
            match directory.files.sync_folder(folder) {
                // Without a folder there is no object, for good.
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(e) => Err(e),
                Ok(()) => directory.keep_folder(folder),
            }
        })
        .await
    }
}

async fn run<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let done = match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(e) => Err(io::Error::other(e)),
    };
    done.map_err(|e| Error::Generic {
        store: "directory",
        source: Box::new(e),
    })
}

fn folder_of(path: &FilePath) -> io::Result<&FilePath> {
    path.parent()
        .ok_or_else(|| io::Error::other("an object lies in no folder"))
}

/// A new file beside an object's place, under a name that no object has.
fn stage(files: &dyn Files, path: &FilePath) -> io::Result<(File, PathBuf)> {
    let mut number = 1;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!("#{number}"));
        let staged = PathBuf::from(name);
        match files.create(&staged) {
            Ok(file) => return Ok((file, staged)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                make_folders(files, folder_of(path)?)?;
            }
            Err(e) => return Err(e),
        }
    }
}

/// Makes a folder and those above it.
fn make_folders(files: &dyn Files, folder: &FilePath) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    make_folders(files, folder_of(folder)?)?;
    match files.make_folder(folder) {
        // Somebody else made it just now.
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
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
            return Err(Error::NotImplemented {
                operation: "overwriting an object".into(),
                implementer: self.to_string(),
            });
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
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.local.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.local.get_opts(location, options).await
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

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.local.copy_opts(from, to, options).await
    }
}
