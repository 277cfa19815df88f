use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use coffer_core::Kind;
use futures::TryStreamExt;
use object_store::{GetRange, ObjectStoreExt};

use super::super::Store;
use super::super::store::Created;
use super::*;

/// What a store answers, in words that two stores can be compared by.
fn told<T: fmt::Debug>(answer: Result<T>) -> String {
    match answer {
        Ok(value) => format!("{value:?}"),
        Err(Error::NotFound { .. }) => "not found".into(),
        Err(Error::AlreadyExists { .. }) => "exists".into(),
        Err(Error::Generic { .. }) => "fails".into(),
        Err(e) => format!("{e}"),
    }
}

async fn create(store: &dyn ObjectStore, name: &str, bytes: &'static [u8]) -> String {
    let options = PutOptions::from(PutMode::Create);
    let payload = PutPayload::from_static(bytes);
    let done = store.put_opts(&Path::from(name), payload, options).await;
    told(done.map(|_| ()))
}

async fn read(store: &dyn ObjectStore, name: &str, range: Option<GetRange>) -> String {
    let options = GetOptions {
        range,
        ..GetOptions::default()
    };
    let read = async {
        let found = store.get_opts(&Path::from(name), options).await?;
        let size = found.meta.size;
        Ok((size, found.bytes().await?))
    };
    told(read.await)
}

async fn list(store: &dyn ObjectStore, folder: Option<&str>) -> String {
    let folder = folder.map(Path::from);
    let listed = store.list(folder.as_ref());
    let found: Result<Vec<(String, u64)>> = listed
        .map_ok(|meta| (meta.location.to_string(), meta.size))
        .try_collect()
        .await;
    told(found.map(|mut found| {
        found.sort();
        found
    }))
}

/// All that the repository asks of a store, and what was answered.
async fn answers(store: &dyn ObjectStore, root: &FilePath) -> Vec<String> {
    let mut all = vec![
        list(store, None).await,
        list(store, Some("pack")).await,
        read(store, "pack/ab/x.0", None).await,
        create(store, "pack/ab/x.0", b"abcdef").await,
        create(store, "pack/ab/x.0", b"other").await,
        create(store, "vault", b"").await,
        create(store, "pack/ab/x.0/below", b"x").await,
        create(store, "pack/ab", b"a folder").await,
    ];
    std::fs::write(root.join("pack/ab/y.0#1"), "unfinished").unwrap();
    all.push(create(store, "pack/ab/y.0", b"ghi").await);
    for range in [
        None,
        Some(GetRange::Bounded(1..3)),
        Some(GetRange::Bounded(4..9)),
        Some(GetRange::Bounded(6..9)),
        Some(GetRange::Offset(2)),
        Some(GetRange::Suffix(2)),
        Some(GetRange::Suffix(99)),
    ] {
        all.push(read(store, "pack/ab/x.0", range.clone()).await);
        all.push(read(store, "vault", range).await);
    }
    let path = Path::from("pack/ab/x.0");
    all.push(told(store.get_range(&path, 2..5).await));
    all.push(told(store.get_ranges(&path, &[0..2, 2..4]).await));
    all.push(read(store, "pack/ab", None).await);
    all.push(read(store, "pack/ab/y.0#1", None).await);
    for folder in [None, Some("pack"), Some("pack/ab"), Some("pa"), Some("x")] {
        all.push(list(store, folder).await);
    }
    for name in ["pack/ab/x.0", "pack/ab/x.0", "never/was"] {
        all.push(told(store.delete(&Path::from(name)).await));
    }
    all.push(list(store, None).await);
    all
}

#[tokio::test]
async fn it_answers_as_the_store_of_the_crate_does() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
    std::fs::create_dir_all(&ours).unwrap();
    std::fs::create_dir_all(&theirs).unwrap();
    let directory = Directory::new(ours.to_str().unwrap(), Arc::new(System)).unwrap();
    let local = LocalFileSystem::new_with_prefix(&theirs).unwrap();
    let (one, other) = (
        answers(&directory, &ours).await,
        answers(&local, &theirs).await,
    );
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(one, other);
    }
    // What the one wrote, the other reads: older repositories open.
    let same = Directory::new(theirs.to_str().unwrap(), Arc::new(System)).unwrap();
    assert_eq!(list(&same, None).await, list(&local, None).await);
    assert_eq!(read(&same, "pack/ab/y.0", None).await, "(3, b\"ghi\")");
    assert_eq!(create(&same, "pack/ab/y.0", b"jkl").await, "exists");
}

/// A file system that counts, and fails when it is told to.
#[derive(Debug, Default)]
struct Faulty {
    full: AtomicBool,
    read_only: AtomicBool,
    created: AtomicUsize,
    synced: Mutex<Vec<PathBuf>>,
}

const NO_SPACE: i32 = 28;
const READ_ONLY: i32 = 30;

impl Faulty {
    fn changes(&self) -> io::Result<()> {
        match self.read_only.load(Ordering::Relaxed) {
            true => Err(io::Error::from_raw_os_error(READ_ONLY)),
            false => Ok(()),
        }
    }

    fn take_synced(&self) -> Vec<PathBuf> {
        std::mem::take(&mut *self.synced.lock().unwrap())
    }
}

impl Files for Faulty {
    fn create(&self, path: &FilePath) -> io::Result<File> {
        self.changes()?;
        let file = System.create(path)?;
        self.created.fetch_add(1, Ordering::Relaxed);
        Ok(file)
    }

    fn write(&self, path: &FilePath, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        if self.full.load(Ordering::Relaxed) {
            System.write(path, file, &bytes[..bytes.len() / 2])?;
            return Err(io::Error::from_raw_os_error(NO_SPACE));
        }
        System.write(path, file, bytes)
    }

    fn make_folder(&self, path: &FilePath) -> io::Result<()> {
        self.changes()?;
        System.make_folder(path)
    }

    fn sync(&self, path: &FilePath, file: &File) -> io::Result<()> {
        self.synced.lock().unwrap().push(path.into());
        System.sync(path, file)
    }

    fn sync_folder(&self, path: &FilePath) -> io::Result<()> {
        self.synced.lock().unwrap().push(path.into());
        System.sync_folder(path)
    }
}

fn faulty() -> (tempfile::TempDir, PathBuf, Store, Arc<Faulty>) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap().join("store");
    let files = Arc::new(Faulty::default());
    let store = Store::open_recorded(root.to_str().unwrap(), "v", files.clone()).unwrap();
    (folder, root, store, files)
}

#[tokio::test]
async fn a_full_disk_is_said_at_once_and_leaves_nothing() {
    let (_folder, root, store, files) = faulty();
    store.create("pack/ab/x.0", "x".into()).await.unwrap();
    files.full.store(true, Ordering::Relaxed);
    let error = store.create("pack/ab/y.0", "yy".into()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unavailable);
    assert!(error.hint.as_ref().unwrap().contains("full"), "{error:?}");
    assert!(error.chain().to_string().contains("No space left"));
    // It was not tried again: that would not help.
    assert_eq!(files.created.load(Ordering::Relaxed), 2);
    let left = std::fs::read_dir(root.join("v/pack/ab")).unwrap();
    assert_eq!(left.count(), 1);
    files.full.store(false, Ordering::Relaxed);
    let done = store.create("pack/ab/y.0", "yy".into()).await.unwrap();
    assert_eq!(done, Created::Yes);
}

#[tokio::test]
async fn a_store_that_takes_no_writes_is_read() {
    let (_folder, _, store, files) = faulty();
    store.create("backup/x", "x".into()).await.unwrap();
    files.read_only.store(true, Ordering::Relaxed);
    for name in ["backup/y", "session/y"] {
        let begun = Instant::now();
        let error = store.create(name, "y".into()).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unavailable);
        let hint = error.hint.as_ref().unwrap();
        assert!(hint.contains("refuses access"), "{error:?}");
        assert!(begun.elapsed().as_millis() < 100, "it was tried again");
    }
    assert_eq!(store.get("backup/x").await.unwrap().unwrap(), "x");
    assert_eq!(store.list("").await.unwrap().len(), 1);
    store.settle("backup/x").await.unwrap();
    store.settle("never/was").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_directory_that_went_away_is_not_made_again() {
    let (_folder, root, store, _) = faulty();
    store.create("backup/x", "x".into()).await.unwrap();
    std::fs::remove_dir_all(&root).unwrap();
    let error = store.create("backup/y", "y".into()).await.unwrap_err();
    assert!(error.chain().to_string().contains("is gone"), "{error:?}");
    assert!(!root.exists());
    assert_eq!(store.list("").await.unwrap(), []);
}

#[tokio::test]
async fn it_syncs_what_it_must_and_no_more() {
    let (folder, root, store, files) = faulty();
    let above = folder.path().canonicalize().unwrap();
    // The store's own folder was made.
    assert_eq!(files.take_synced(), std::slice::from_ref(&above));
    let names = |synced: Vec<PathBuf>| -> Vec<String> {
        let names = synced
            .iter()
            .map(|path| path.strip_prefix(&above).unwrap().to_str().unwrap());
        names.map(str::to_owned).collect()
    };
    store.create("pack/ab/x.0", "x".into()).await.unwrap();
    let once = [
        "store/v/pack/ab/x.0#1",
        "store/v/pack/ab",
        "",
        "store",
        "store/v",
        "store/v/pack",
    ];
    assert_eq!(names(files.take_synced()), once);
    store.create("pack/ab/y.0", "y".into()).await.unwrap();
    assert_eq!(
        names(files.take_synced()),
        ["store/v/pack/ab/y.0#1", "store/v/pack/ab"]
    );
    // A pack that comes back is nobody's.
    store.remove("pack/ab/x.0").await.unwrap();
    assert_eq!(names(files.take_synced()), [""; 0]);
    // Whoever is second settles what the first one may not have.
    store.create("pack/ab/y.0", "z".into()).await.unwrap();
    assert_eq!(names(files.take_synced())[1..], ["store/v/pack/ab"]);
    // Folders that were made again are new ones.
    store.clear().await.unwrap();
    files.take_synced();
    assert!(!root.join("v").exists());
    store.create("vault", "v".into()).await.unwrap();
    let again = ["store/v/vault#1", "store/v", "store"];
    assert_eq!(names(files.take_synced()), again);
}

#[test]
fn a_link_whose_answer_was_lost_is_ours() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("x#1"), "x").unwrap();
    std::fs::hard_link(at("x#1"), at("x")).unwrap();
    System.link(&at("x#1"), &at("x")).unwrap();
    std::fs::write(at("x#2"), "other").unwrap();
    let taken = System.link(&at("x#2"), &at("x")).unwrap_err();
    assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
}
