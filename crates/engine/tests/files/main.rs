//! Files out of disks, through the appliance: every file system as its own tools make it, compared
//! byte by byte; what climbs, tricks or is broken; and images that were mutated at random.
//!
//! The images that no tool fills are written by a kernel in a guest of the test's own (`writer`).

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::expect_used, reason = "a test may panic")]

mod hostile;
mod images;
mod systems;
mod writer;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::OnceLock;

use coffer_core::inner_path::{InnerPath, escape};
use coffer_engine::files::{Appliance, EntryKind, Session, Settings};
use coffer_engine::hypervisor::file::RawFileSource;
use coffer_engine::nbd::server::Served;

/// The kernel of the test guest: a folder as `/` is on a host.
fn guest_root() -> PathBuf {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are told by their environment"
    )]
    let guest = std::env::var_os("COFFER_TEST_GUEST");
    let guest = guest.expect("COFFER_TEST_GUEST: run through `cargo xtask test`");
    Path::new(&guest).join("cache/root")
}

/// One appliance for all tests, and for the next run of them: it is prepared anew where something of
/// it is another one.
fn appliance() -> Appliance {
    static SHARED: OnceLock<Appliance> = OnceLock::new();
    let make = || {
        Appliance::new(Settings {
            cache: Path::new(env!("CARGO_TARGET_TMPDIR")).join("files-appliance"),
            kernel_root: guest_root(),
        })
    };
    SHARED.get_or_init(make).clone()
}

fn served(disks: &[(&str, &Path)]) -> Vec<Served> {
    let one = |(name, path): &(&str, &Path)| Served {
        name: (*name).to_owned(),
        description: String::new(),
        source: Arc::new(RawFileSource::open(path).unwrap()),
    };
    disks.iter().map(one).collect()
}

async fn open(disks: &[(&str, &Path)]) -> Session {
    appliance().open(served(disks)).await.expect("it opens")
}

fn path(text: &str) -> InnerPath {
    InnerPath::parse(text).unwrap()
}

/// All of a file.
async fn content(session: &Session, volume: &str, path: &InnerPath) -> Vec<u8> {
    let mut content = Vec::new();
    loop {
        let at = content.len() as u64;
        let bytes = session.read(volume, path, at, 300_001).await.expect("read");
        if bytes.is_empty() {
            return content;
        }
        content.extend_from_slice(&bytes);
    }
}

/// What a volume holds beneath a folder: of each file its bytes, of each link where it leads.
async fn everything(session: &Session, volume: &str, top: &str) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![path(top)];
    while let Some(folder) = folders.pop() {
        let mut after = Vec::new();
        loop {
            // Few at a time, so that pages are turned.
            let page = session
                .list(volume, &folder, &after, 70)
                .await
                .expect("list");
            for entry in page.entries {
                let path = folder.join(&entry.name).unwrap();
                after = entry.name;
                match entry.kind {
                    EntryKind::Folder => {
                        all.insert(format!("{path}/"), Vec::new());
                        folders.push(path);
                    }
                    EntryKind::File => {
                        let bytes = content(session, volume, &path).await;
                        assert_eq!(bytes.len() as u64, entry.size_bytes, "{path}");
                        all.insert(path.to_string(), bytes);
                    }
                    EntryKind::Link => {
                        let target = entry.target.expect("a link leads somewhere");
                        all.insert(path.to_string(), [b"-> ", &target[..]].concat());
                    }
                    other => {
                        all.insert(format!("{path} ({})", other.name()), Vec::new());
                    }
                }
            }
            if !page.is_more {
                break;
            }
        }
    }
    all
}

/// The same of a folder on this machine.
fn everything_here(top: &Path) -> BTreeMap<String, Vec<u8>> {
    use std::os::unix::ffi::OsStrExt;
    fn walk(folder: &Path, name: &str, all: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{name}/{}", escape(entry.file_name().as_bytes()));
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                all.insert(format!("{name}/"), Vec::new());
                walk(&entry.path(), &name, all);
            } else if kind.is_symlink() {
                let target = std::fs::read_link(entry.path()).unwrap();
                all.insert(name, [b"-> ", target.as_os_str().as_bytes()].concat());
            } else {
                all.insert(name, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(top, "", &mut all);
    all
}

/// Compares without printing megabytes.
#[track_caller]
fn assert_same(found: &BTreeMap<String, Vec<u8>>, expected: &BTreeMap<String, Vec<u8>>) {
    let names = |all: &BTreeMap<String, Vec<u8>>| all.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(expected));
    for (name, bytes) in expected {
        assert!(found[name] == *bytes, "{name} differs");
    }
}
