//! The one door to `object_store`.
//!
//! Adds what every caller needs and the trait does not give: retries that know that a failed
//! write may have succeeded, create-only writes that compare content, and errors that say what
//! to do. A [`Store`] is one vault's prefix.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use coffer_core::{Error, Kind, Result};
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload,
};

/// Tries of one operation before its error is passed on.
const TRIES: u32 = 5;
/// Wait before the second try; doubles each time: 1.5 s in all.
const BACKOFF_FIRST: Duration = Duration::from_millis(100);

/// One vault's objects.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<dyn ObjectStore>,
    prefix: Path,
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
        let prefix = Path::parse(prefix)
            .map_err(|e| Error::invalid(format!("store prefix `{prefix}`")).caused_by(e))?;
        let (inner, base) = match location.split_once(':') {
            Some(("memory", _)) => (
                Arc::new(object_store::memory::InMemory::new()) as Arc<dyn ObjectStore>,
                None,
            ),
            #[cfg(feature = "s3")]
            Some(("s3", _)) => s3(location, options)?,
            Some(("file", rest)) => (local(rest.trim_start_matches("//"), create)?, None),
            Some((scheme, rest)) if rest.starts_with("//") => {
                return Err(Error::invalid(format!(
                    "store `{location}`: unknown scheme `{scheme}`"
                ))
                .hint("Use a directory, file:///directory or s3://bucket/prefix."));
            }
            _ => (local(location, create)?, None),
        };
        let _ = options;
        let prefix = match base {
            Some(base) => base.parts().chain(prefix.parts()).collect(),
            None => prefix,
        };
        Ok(Store { inner, prefix })
    }

    /// Wraps any object store: tests put faulty ones here.
    pub fn from_object_store(inner: Arc<dyn ObjectStore>, prefix: &str) -> Store {
        Store {
            inner,
            prefix: Path::from(prefix),
        }
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
        match retry(read).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(e) => Err(translate(e, "read", name)),
        }
    }

    /// Bytes `start..end` of an object; none where there is no object.
    pub async fn get_range(&self, name: &str, start: u64, end: u64) -> Result<Option<Bytes>> {
        let path = self.path(name);
        let read = || async { self.inner.get_range(&path, start..end).await };
        match retry(read).await {
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
        match retry(read).await {
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
        match retry(|| async { self.inner.delete(&path).await }).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(translate(e, "delete", name)),
        }
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
        retry(read).await.map_err(|e| translate(e, "list", folder))
    }

    /// True if nothing at all lies below the prefix.
    pub async fn is_empty(&self) -> Result<bool> {
        let prefix = (!self.prefix.as_ref().is_empty()).then_some(&self.prefix);
        let read = || async { self.inner.list(prefix).try_next().await };
        let first = retry(read)
            .await
            .map_err(|e| translate(e, "list", "the store"))?;
        Ok(first.is_none())
    }
}

fn local(directory: &str, create: bool) -> Result<Arc<dyn ObjectStore>> {
    let failed = |e: std::io::Error| {
        let kind = match e.kind() {
            std::io::ErrorKind::NotFound => Kind::NotFound,
            _ => Kind::Unavailable,
        };
        Error::new(kind, format!("open store directory `{directory}`")).caused_by(e)
    };
    if create {
        std::fs::create_dir_all(directory).map_err(failed)?;
    }
    let meta = std::fs::metadata(directory).map_err(failed)?;
    if !meta.is_dir() {
        return Err(Error::invalid(format!(
            "store `{directory}` is not a directory"
        )));
    }
    let store = object_store::local::LocalFileSystem::new_with_prefix(directory)
        .map_err(|e| translate(e, "open", directory))?
        // Without it nothing that was acknowledged survives a power cut.
        .with_fsync(true)
        .with_automatic_cleanup(false);
    Ok(Arc::new(store))
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

    #[test]
    fn unknown_schemes_are_refused() {
        assert_eq!(
            Store::open("ftp://x/y", "", true, &[]).unwrap_err().kind,
            Kind::Invalid
        );
    }
}
