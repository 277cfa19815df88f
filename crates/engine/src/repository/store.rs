//! The one door to `object_store`.
//!
//! Adds what every caller needs and the trait does not give: retries that know that a failed
//! write may have succeeded, create-only writes that compare content, and errors that say what
//! to do. A [`Store`] is one vault's prefix.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use coffer_core::{Error, Kind, Result};
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload,
};

use super::directory::{Directory, Files, System, make_root};
pub use super::store_counters::{Operation, OperationFigures, StoreCounters};

/// Tries of one operation before its error is passed on.
const TRIES: u32 = 5;
/// Wait before the second try; doubles each time: 1.5 s in all.
const BACKOFF_FIRST: Duration = Duration::from_millis(100);

/// One vault's objects.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<dyn ObjectStore>,
    counters: Arc<StoreCounters>,
    prefix: Path,
    /// Where the objects are files: their folder.
    folder: Option<PathBuf>,
    /// And what they are reached by.
    directory: Option<Directory>,
}

/// An object's name and size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Name below the vault's prefix.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
}

/// What a create-only write found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// The object is ours.
    Yes,
    /// Another object has that name already.
    Exists,
}

impl Store {
    /// Opens a directory, a `file://` URL, `memory:` or `s3://bucket/prefix`.
    ///
    /// `prefix` is put behind what the location names; it may be empty. With `create`, a missing
    /// directory is made; without, it is an error. S3 takes its credentials, endpoint and region
    /// from `options` (keys as in `object_store`: `aws_access_key_id`, `aws_endpoint`, ...).
    pub fn open(
        location: &str,
        prefix: &str,
        create: bool,
        options: &[(String, String)],
    ) -> Result<Store> {
        Store::open_through(location, prefix, create, options, Arc::new(System))
    }

    /// Opens a directory whose file system is worked on through `files`: tests record what is done.
    #[cfg(feature = "testkit")]
    pub fn open_recorded(directory: &str, prefix: &str, files: Arc<dyn Files>) -> Result<Store> {
        Store::open_through(directory, prefix, true, &[], files)
    }

    fn open_through(
        location: &str,
        prefix: &str,
        create: bool,
        options: &[(String, String)],
        files: Arc<dyn Files>,
    ) -> Result<Store> {
        let prefix = Path::parse(prefix)
            .map_err(|e| Error::invalid(format!("store prefix `{prefix}`")).caused_by(e))?;
        let (mut folder, mut directory) = (None, None);
        let mut local = |path| -> Result<Arc<dyn ObjectStore>> {
            let opened = local(path, create, files.clone())?;
            (folder, directory) = (Some(path), Some(opened.clone()));
            Ok(Arc::new(opened))
        };
        let (inner, base) = match location.split_once(':') {
            Some(("memory", _)) => (
                Arc::new(object_store::memory::InMemory::new()) as Arc<dyn ObjectStore>,
                None,
            ),
            #[cfg(feature = "s3")]
            Some(("s3", _)) => s3(location, options)?,
            Some(("file", rest)) => {
                let path = rest.trim_start_matches("//");
                (local(path)?, None)
            }
            Some((scheme, rest)) if rest.starts_with("//") => {
                return Err(Error::invalid(format!(
                    "store `{location}`: unknown scheme `{scheme}`"
                ))
                .hint("Use a directory, file:///directory or s3://bucket/prefix."));
            }
            _ => (local(location)?, None),
        };
        let _ = options;
        let prefix = match base {
            Some(base) => base.parts().chain(prefix.parts()).collect(),
            None => prefix,
        };
        let folder = folder.map(|path: &str| {
            let parts = prefix.parts().map(|part| part.as_ref().to_owned());
            parts.fold(PathBuf::from(path), |folder, part| folder.join(part))
        });
        Ok(Store {
            inner,
            counters: Arc::default(),
            prefix,
            folder,
            directory,
        })
    }

    /// Counts its requests in `counters`, which other stores may share.
    #[must_use]
    pub fn counted(self, counters: Arc<StoreCounters>) -> Store {
        Store { counters, ..self }
    }

    /// Wraps any object store: tests put faulty ones here.
    pub fn from_object_store(inner: Arc<dyn ObjectStore>, prefix: &str) -> Store {
        Store {
            inner,
            counters: Arc::default(),
            prefix: Path::from(prefix),
            folder: None,
            directory: None,
        }
    }

    async fn counted_retry<T, F: Future<Output = object_store::Result<T>>>(
        &self,
        operation: Operation,
        attempt: impl FnMut() -> F,
    ) -> object_store::Result<T> {
        let begun = Instant::now();
        let done = retry(attempt).await;
        // That there is nothing of a name is an answer.
        let good = matches!(done, Ok(_) | Err(object_store::Error::NotFound { .. }));
        self.counters.add(operation, begun.elapsed(), good);
        done
    }

    fn path(&self, name: &str) -> Path {
        self.prefix
            .parts()
            .chain(Path::from(name).parts())
            .collect()
    }

    /// The whole object; none where there is none.
    pub async fn get(&self, name: &str) -> Result<Option<Bytes>> {
        let path = self.path(name);
        let read = || async { self.inner.get(&path).await?.bytes().await };
        match self.counted_retry(Operation::Read, read).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(translate(e, "read", name)),
        }
    }

    /// Bytes `start..end` of an object; none where there is no object.
    pub async fn get_range(&self, name: &str, start: u64, end: u64) -> Result<Option<Bytes>> {
        let path = self.path(name);
        let read = || async { self.inner.get_range(&path, start..end).await };
        match self.counted_retry(Operation::Read, read).await {
            Ok(bytes) if bytes.len() as u64 == end - start => Ok(Some(bytes)),
            Ok(_) => Err(Error::data(format!(
                "object `{name}` ends before byte {end}"
            ))),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(translate(e, "read", name)),
        }
    }

    /// The last `len` bytes of an object, or all of it where it is shorter, and its size.
    pub async fn get_suffix(&self, name: &str, len: u64) -> Result<Option<(Bytes, u64)>> {
        let path = self.path(name);
        let read = || async {
            let options = GetOptions {
                range: Some(GetRange::Suffix(len)),
                ..Default::default()
            };
            let result = self.inner.get_opts(&path, options).await?;
            let size = result.meta.size;
            Ok((result.bytes().await?, size))
        };
        match self.counted_retry(Operation::Read, read).await {
            Ok(found) => Ok(Some(found)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(translate(e, "read", name)),
        }
    }

    /// Writes an object unless one of that name exists.
    ///
    /// A try whose answer was lost may have written it: where the object found has the same
    /// bytes, it is ours. All that is written here holds random salts, so equal bytes prove it.
    pub async fn create(&self, name: &str, bytes: Bytes) -> Result<Created> {
        let begun = Instant::now();
        let created = self.create_once(name, bytes).await;
        self.counters
            .add(Operation::Write, begun.elapsed(), created.is_ok());
        created
    }

    async fn create_once(&self, name: &str, bytes: Bytes) -> Result<Created> {
        let path = self.path(name);
        let mut wait = BACKOFF_FIRST;
        for attempt in 1.. {
            let options = PutOptions {
                mode: PutMode::Create,
                ..Default::default()
            };
            let payload = PutPayload::from_bytes(bytes.clone());
            match self.inner.put_opts(&path, payload, options).await {
                Ok(_) => return Ok(Created::Yes),
                Err(
                    object_store::Error::AlreadyExists { .. }
                    | object_store::Error::Precondition { .. },
                ) => {
                    if attempt == 1 {
                        return Ok(Created::Exists);
                    }
                    let found = self.get(name).await?;
                    let ours = found.is_some_and(|found| found == bytes);
                    return Ok(if ours { Created::Yes } else { Created::Exists });
                }
                Err(e) if attempt < TRIES && is_transient(&e) => {
                    tracing::debug!(object = name, attempt, error = %e, "write is tried again");
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
                Err(e) => return Err(translate(e, "write", name)),
            }
        }
        unreachable!("the last try returns")
    }

    /// Removes an object. No error where it is gone already.
    pub async fn remove(&self, name: &str) -> Result<()> {
        let path = self.path(name);
        let remove = || async { self.inner.delete(&path).await };
        match self.counted_retry(Operation::Delete, remove).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(e) => return Err(translate(e, "delete", name)),
        }
        // A manifest that came back after its packs were removed would block reclaim. A pack that
        // comes back is nobody's, and goes again.
        match name.starts_with(super::name::PACKS) {
            true => Ok(()),
            false => self.settle(name).await,
        }
    }

    /// Makes durable what was seen of an object: that it is there, or that it is gone. What another
    /// process did to a directory may be seen before it is durable; elsewhere there is nothing to do.
    pub(crate) async fn settle(&self, name: &str) -> Result<()> {
        let Some(directory) = &self.directory else {
            return Ok(());
        };
        let settled = directory.settle(&self.path(name)).await;
        settled.map_err(|e| translate(e, "settle", name))
    }

    /// All objects in a folder and below, in no particular order.
    pub async fn list(&self, folder: &str) -> Result<Vec<Listed>> {
        let path = self.path(folder);
        let skip = match self.prefix.as_ref() {
            "" => 0,
            prefix => prefix.len() + 1,
        };
        let read = || async {
            let listing = self.inner.list(Some(&path));
            listing
                .map_ok(|meta| Listed {
                    name: meta.location.as_ref()[skip..].to_owned(),
                    size: meta.size,
                })
                .try_collect::<Vec<_>>()
                .await
        };
        self.counted_retry(Operation::List, read)
            .await
            .map_err(|e| translate(e, "list", folder))
    }

    /// Removes files of a directory that were being written when their writer was killed: they
    /// never became objects, and no list shows them. Those younger than `age` may have a writer.
    /// Returns their number.
    pub async fn remove_unfinished(&self, age: Duration) -> Result<u64> {
        let Some(folder) = self.folder.clone() else {
            return Ok(0);
        };
        let before = SystemTime::from(crate::door::now()) - age;
        let swept = tokio::task::spawn_blocking(move || remove_unfinished(folder, before));
        match swept.await {
            Ok(removed) => {
                removed.map_err(|e| Error::unavailable("look for unfinished files").caused_by(e))
            }
            Err(e) => Err(Error::internal("looking for unfinished files").caused_by(e)),
        }
    }

    /// Removes all there is, the keys first: from then on nothing that may be left can be read.
    pub async fn clear(&self) -> Result<()> {
        let mut objects = self.list("").await?;
        objects.sort_by_key(|object| !object.name.starts_with("keys/"));
        for object in objects {
            self.remove(&object.name).await?;
        }
        let Some(folder) = self.folder.clone() else {
            return Ok(());
        };
        // What is left are folders and unfinished files.
        let removed = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(folder)).await;
        match removed {
            Ok(Err(e)) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::unavailable("remove the vault's folder").caused_by(e))
            }
            Ok(_) => Ok(()),
            Err(e) => Err(Error::internal("removing the vault's folder").caused_by(e)),
        }
    }

    /// True if nothing at all lies below the prefix.
    pub async fn is_empty(&self) -> Result<bool> {
        let prefix = (!self.prefix.as_ref().is_empty()).then_some(&self.prefix);
        let read = || async { self.inner.list(prefix).try_next().await };
        let first = self
            .counted_retry(Operation::List, read)
            .await
            .map_err(|e| translate(e, "list", "the store"))?;
        Ok(first.is_none())
    }
}

/// An object is written as `<name>#<number>` and gets its name when it is complete.
fn remove_unfinished(folder: PathBuf, before: SystemTime) -> std::io::Result<u64> {
    let is_unfinished = |name: &str| {
        name.rsplit_once('#').is_some_and(|(_, number)| {
            !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
        })
    };
    let gone_is_fine = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(e),
    };
    let mut removed = 0;
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if entry.file_name().to_str().is_some_and(is_unfinished) {
                let age = entry.metadata().and_then(|meta| meta.modified());
                match age {
                    Ok(changed) if changed < before => {
                        std::fs::remove_file(entry.path()).or_else(gone_is_fine)?;
                        removed += 1;
                    }
                    Ok(_) => {}
                    Err(e) => gone_is_fine(e)?,
                }
            }
        }
    }
    Ok(removed)
}

fn local(directory: &str, create: bool, files: Arc<dyn Files>) -> Result<Directory> {
    let failed = |e: std::io::Error| {
        let kind = match e.kind() {
            std::io::ErrorKind::NotFound => Kind::NotFound,
            _ => Kind::Unavailable,
        };
        Error::new(kind, format!("open store directory `{directory}`")).caused_by(e)
    };
    if create {
        make_root(directory.as_ref(), &*files).map_err(failed)?;
    }
    let meta = std::fs::metadata(directory).map_err(failed)?;
    if !meta.is_dir() {
        return Err(Error::invalid(format!(
            "store `{directory}` is not a directory"
        )));
    }
    Directory::new(directory, files).map_err(|e| translate(e, "open", directory))
}

#[cfg(feature = "s3")]
fn s3(
    location: &str,
    options: &[(String, String)],
) -> Result<(Arc<dyn ObjectStore>, Option<Path>)> {
    let bad = |e: &dyn std::fmt::Display| {
        Error::invalid(format!("store `{location}`: {e}"))
            .hint("Use s3://bucket/prefix, with credentials and endpoint in the configuration.")
    };
    let url = url::Url::parse(location).map_err(|e| bad(&e))?;
    let mut builder = object_store::aws::AmazonS3Builder::from_env().with_url(location);
    for (key, value) in options {
        let key = key.parse().map_err(|e: object_store::Error| bad(&e))?;
        builder = builder.with_config(key, value);
    }
    let store = builder.build().map_err(|e| bad(&e))?;
    let base = Path::parse(url.path().trim_matches('/')).map_err(|e| bad(&e))?;
    Ok((Arc::new(store), Some(base)))
}

/// Repeats what failed for a passing reason.
async fn retry<T, F: Future<Output = object_store::Result<T>>>(
    mut operation: impl FnMut() -> F,
) -> object_store::Result<T> {
    let mut wait = BACKOFF_FIRST;
    for _ in 1..TRIES {
        match operation().await {
            Err(e) if is_transient(&e) => {
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
            done => return done,
        }
    }
    operation().await
}

fn is_transient(error: &object_store::Error) -> bool {
    use object_store::Error::*;
    match error {
        Generic { .. } => io_error(error).is_none_or(|kind| {
            !matches!(
                kind,
                std::io::ErrorKind::StorageFull
                    | std::io::ErrorKind::QuotaExceeded
                    | std::io::ErrorKind::PermissionDenied
                    | std::io::ErrorKind::ReadOnlyFilesystem
            )
        }),
        _ => false,
    }
}

fn io_error(error: &(dyn std::error::Error + 'static)) -> Option<std::io::ErrorKind> {
    let mut next = Some(error);
    while let Some(e) = next {
        if let Some(io) = e.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        next = e.source();
    }
    None
}

fn translate(error: object_store::Error, verb: &str, name: &str) -> Error {
    use std::io::ErrorKind as Io;
    let base = |kind| Error::new(kind, format!("{verb} `{name}` in the store"));
    match (&error, io_error(&error)) {
        (object_store::Error::NotFound { .. }, _) => base(Kind::NotFound),
        (_, Some(Io::StorageFull | Io::QuotaExceeded)) => base(Kind::Unavailable)
            .hint("The store is full. Free space there, or delete backups and reclaim."),
        (
            object_store::Error::PermissionDenied { .. }
            | object_store::Error::Unauthenticated { .. },
            _,
        )
        | (_, Some(Io::PermissionDenied | Io::ReadOnlyFilesystem)) => base(Kind::Unavailable)
            .hint("The store refuses access. Check its permissions and credentials."),
        _ => base(Kind::Unavailable),
    }
    .caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn contract(store: Store) {
        assert!(store.is_empty().await.unwrap());
        assert_eq!(store.get("backup/x").await.unwrap(), None);
        assert_eq!(
            store.create("backup/x", "abcdef".into()).await.unwrap(),
            Created::Yes
        );
        assert_eq!(
            store.create("backup/x", "other".into()).await.unwrap(),
            Created::Exists
        );
        assert_eq!(store.get("backup/x").await.unwrap().unwrap(), "abcdef");
        assert_eq!(
            store.get_range("backup/x", 1, 3).await.unwrap().unwrap(),
            "bc"
        );
        let (tail, size) = store.get_suffix("backup/x", 2).await.unwrap().unwrap();
        assert_eq!((tail, size), (Bytes::from("ef"), 6));
        let (tail, size) = store.get_suffix("backup/x", 99).await.unwrap().unwrap();
        assert_eq!((tail, size), (Bytes::from("abcdef"), 6));
        assert!(store.get_range("backup/x", 4, 9).await.is_err());
        let listed = store.list("backup").await.unwrap();
        assert_eq!(
            listed,
            [Listed {
                name: "backup/x".into(),
                size: 6
            }]
        );
        assert_eq!(store.list("pack").await.unwrap(), []);
        store.remove("backup/x").await.unwrap();
        store.remove("backup/x").await.unwrap();
        assert_eq!(store.get("backup/x").await.unwrap(), None);
    }

    #[tokio::test]
    async fn memory_keeps_the_contract() {
        contract(Store::open("memory:", "vaults/a", true, &[]).unwrap()).await;
        contract(Store::open("memory:", "", true, &[]).unwrap()).await;
    }

    #[tokio::test]
    async fn a_directory_keeps_the_contract() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new").to_str().unwrap().to_owned();
        assert_eq!(
            Store::open(&path, "", false, &[]).unwrap_err().kind,
            Kind::NotFound
        );
        contract(Store::open(&path, "vaults/a", true, &[]).unwrap()).await;
        contract(Store::open(&format!("file://{path}"), "b", false, &[]).unwrap()).await;
    }

    #[tokio::test]
    async fn what_a_killed_writer_left_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path().to_str().unwrap(), "vault-a", true, &[]).unwrap();
        store.create("pack/00/x.0", "whole".into()).await.unwrap();
        let folder = directory.path().join("vault-a/pack/00");
        for name in ["y.0#1", "y.0#12"] {
            std::fs::write(folder.join(name), "ha").unwrap();
        }
        let hour = Duration::from_secs(3600);
        assert_eq!(store.remove_unfinished(hour).await.unwrap(), 0);
        let old = std::fs::File::options()
            .write(true)
            .open(folder.join("y.0#12"))
            .unwrap();
        let changed = old.metadata().unwrap().modified().unwrap();
        old.set_modified(changed - 2 * hour).unwrap();
        assert_eq!(store.remove_unfinished(hour).await.unwrap(), 1);
        assert!(folder.join("y.0#1").exists() && folder.join("x.0").exists());

        let other = Store::open(directory.path().to_str().unwrap(), "b", true, &[]).unwrap();
        other.create("keys/0.a", "key".into()).await.unwrap();
        store.clear().await.unwrap();
        assert!(!directory.path().join("vault-a").exists());
        store.clear().await.unwrap();
        assert_eq!(other.get("keys/0.a").await.unwrap().unwrap(), "key");
    }

    #[test]
    fn unknown_schemes_are_refused() {
        assert_eq!(
            Store::open("ftp://x/y", "", true, &[]).unwrap_err().kind,
            Kind::Invalid
        );
    }
}
