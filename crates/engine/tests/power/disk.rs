//! A file system's memory of what was done to it, and what it may hold after the power went.
//!
//! Only what was synced is sure. Of a file that was not, any part of its bytes may be there, or
//! zeroes in their place. Of the names that a folder got or lost since it was synced, each may be there
//! or not, whatever came first: no order between names is promised, and no journal counted on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use coffer_engine::repository::directory::Files;
use coffer_engine::testkit::simulated::Rng;

/// Something done to the file system, or known by somebody.
#[derive(Debug, Clone)]
pub enum Event {
    Folder(PathBuf),
    Create(PathBuf),
    Write(PathBuf, Vec<u8>),
    Sync(PathBuf),
    Link(PathBuf, PathBuf),
    Remove(PathBuf),
    SyncFolder(PathBuf),
    /// What a test knows from here on; see there.
    Told(u32),
}

/// Name of the folder above the store.
pub const ABOVE: &str = "above";

/// What a planted mistake leaves out or moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// Files are never synced.
    NoFileSync,
    /// Folders are never synced.
    NoFolderSync,
    /// A file gets its name before its bytes are synced.
    NameBeforeSync,
    /// Removals are not made durable.
    NoSyncAfterRemoval,
    /// Packs get their names after the manifest that needs them.
    ManifestFirst,
    /// What others did is taken for durable.
    NothingSettled,
    /// The folder above the store is never synced.
    NothingAbove,
}

impl Mistake {
    pub const ALL: [Mistake; 7] = [
        Mistake::NoFileSync,
        Mistake::NoFolderSync,
        Mistake::NameBeforeSync,
        Mistake::NoSyncAfterRemoval,
        Mistake::ManifestFirst,
        Mistake::NothingSettled,
        Mistake::NothingAbove,
    ];
}

/// All that was done, by one process after the other.
pub type Tape = Arc<Mutex<Vec<Event>>>;

/// When a process is killed: after the first event that this is true of.
pub type Death = fn(&Event) -> bool;

/// Works on the file system and writes down what was done.
#[derive(Debug)]
pub struct Recorder {
    tape: Tape,
    mistake: Option<Mistake>,
    death: Option<Death>,
    state: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    dead: bool,
    /// The files whose sync comes after their link.
    late: Vec<PathBuf>,
    /// What was done to packs and waits for a manifest.
    held: Vec<Event>,
    /// Folders in which this process changed something.
    changed: BTreeSet<PathBuf>,
    removed: bool,
}

/// True of what lies in a folder of the vault.
pub fn within(path: &Path, folder: &str) -> bool {
    path.components().any(|part| part.as_os_str() == folder)
}

impl Event {
    /// The file or folder that it is about.
    fn path(&self) -> &Path {
        match self {
            Event::Folder(path) | Event::Create(path) | Event::Write(path, _) => path,
            Event::Sync(path) | Event::Remove(path) | Event::SyncFolder(path) => path,
            Event::Link(_, path) => path,
            Event::Told(_) => Path::new(""),
        }
    }
}

impl Recorder {
    pub fn new(tape: Tape, mistake: Option<Mistake>, death: Option<Death>) -> Arc<Recorder> {
        Arc::new(Recorder {
            tape,
            mistake,
            death,
            state: Mutex::default(),
        })
    }

    pub fn is_dead(&self) -> bool {
        self.state.lock().expect("no holder panics").dead
    }

    fn done<T>(&self, event: Event, done: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let mut state = self.state.lock().expect("no holder panics");
        if state.dead {
            return Err(io::Error::other("the process was killed"));
        }
        let done = done()?;
        match &event {
            Event::Remove(path) => state.removed = !path.to_string_lossy().contains('#'),
            Event::SyncFolder(_) => {}
            _ => state.removed = false,
        }
        if let Event::Folder(path) | Event::Link(_, path) | Event::Remove(path) = &event {
            state.changed.extend(path.parent().map(Path::to_path_buf));
        }
        state.dead = self.death.is_some_and(|death| death(&event));
        let mut tape = self.tape.lock().expect("no holder panics");
        if self.mistake == Some(Mistake::ManifestFirst) {
            let path = event.path();
            let manifest = matches!(event, Event::SyncFolder(_)) && path.ends_with("backup");
            if within(path, "pack") && !matches!(event, Event::Remove(_)) {
                state.held.push(event);
            } else {
                tape.push(event);
            }
            if manifest || state.dead {
                tape.append(&mut state.held);
            }
        } else {
            tape.push(event);
        }
        match state.dead {
            true => Err(io::Error::other("the process was killed")),
            false => Ok(done),
        }
    }
}

impl Files for Recorder {
    fn create(&self, path: &Path) -> io::Result<File> {
        self.done(Event::Create(path.into()), || {
            File::options().write(true).create_new(true).open(path)
        })
    }

    fn write(&self, path: &Path, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        self.done(Event::Write(path.into(), bytes.to_vec()), || {
            io::Write::write_all(file, bytes)
        })
    }

    fn sync(&self, path: &Path, _: &File) -> io::Result<()> {
        match self.mistake {
            Some(Mistake::NoFileSync) => Ok(()),
            Some(Mistake::NameBeforeSync) => {
                let mut state = self.state.lock().expect("no holder panics");
                state.late.push(path.into());
                Ok(())
            }
            _ => self.done(Event::Sync(path.into()), || Ok(())),
        }
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.done(Event::Link(from.into(), to.into()), || {
            std::fs::hard_link(from, to)
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.done(Event::Remove(path.into()), || std::fs::remove_file(path))
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.done(Event::Folder(path.into()), || std::fs::create_dir(path))
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        if !path.is_dir() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let (late, removed, ours) = {
            let mut state = self.state.lock().expect("no holder panics");
            let ours = state.changed.contains(path);
            (std::mem::take(&mut state.late), state.removed, ours)
        };
        let skipped = match self.mistake {
            Some(Mistake::NoFolderSync) => true,
            Some(Mistake::NoSyncAfterRemoval) => removed,
            Some(Mistake::NothingSettled) => !ours,
            Some(Mistake::NothingAbove) => path.ends_with(ABOVE),
            _ => false,
        };
        if !skipped {
            self.done(Event::SyncFolder(path.into()), || Ok(()))?;
        }
        for file in late {
            self.done(Event::Sync(file), || Ok(()))?;
        }
        Ok(())
    }
}

/// A file system that is not recorded, and that no power cut threatens.
#[derive(Debug)]
pub struct Safe;

impl Files for Safe {
    fn sync(&self, _: &Path, _: &File) -> io::Result<()> {
        Ok(())
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        std::fs::metadata(path).map(|_| ())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Folder,
    File(usize),
}

#[derive(Debug, Default)]
struct Folder {
    sure: BTreeMap<PathBuf, Node>,
    /// Names got and lost since the folder was synced, in order.
    since: Vec<(PathBuf, Option<Node>)>,
}

#[derive(Debug, Default)]
struct Bytes {
    written: Vec<u8>,
    sure: bool,
}

/// A file system after some events.
#[derive(Debug, Default)]
pub struct Disk {
    files: Vec<Bytes>,
    folders: BTreeMap<PathBuf, Folder>,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<_> = self.path().iter().rev().take(2).collect();
        let parts: Vec<_> = parts
            .iter()
            .rev()
            .map(|part| part.to_string_lossy())
            .collect();
        let of = parts.join("/");
        match self {
            Event::Folder(_) => write!(f, "folder {of}"),
            Event::Create(_) => write!(f, "create {of}"),
            Event::Write(_, bytes) => write!(f, "write {} bytes of {of}", bytes.len()),
            Event::Sync(_) => write!(f, "sync {of}"),
            Event::Link(_, _) => write!(f, "link {of}"),
            Event::Remove(_) => write!(f, "remove {of}"),
            Event::SyncFolder(_) => write!(f, "sync folder {of}"),
            Event::Told(number) => write!(f, "told {number}"),
        }
    }
}

/// What becomes of that which is not sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Luck {
    /// All of it is lost.
    None,
    /// Each name and byte has a fate of its own.
    Some,
}

impl Disk {
    fn name(&mut self, path: &Path, node: Option<Node>) {
        let folder = path.parent().expect("nothing is at the root");
        let folder = self.folders.entry(folder.into()).or_default();
        folder.since.push((path.into(), node));
    }

    fn find(&self, path: &Path) -> Option<Node> {
        let folder = self.folders.get(path.parent()?)?;
        let newest = folder.since.iter().rev().find(|(name, _)| name == path);
        match newest {
            Some((_, node)) => *node,
            None => folder.sure.get(path).copied(),
        }
    }

    fn file(&mut self, path: &Path) -> &mut Bytes {
        match self.find(path) {
            Some(Node::File(at)) => &mut self.files[at],
            other => panic!("{} is {other:?}", path.display()),
        }
    }

    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Folder(path) => self.name(path, Some(Node::Folder)),
            Event::Create(path) => {
                self.files.push(Bytes::default());
                let at = self.files.len() - 1;
                self.name(path, Some(Node::File(at)));
            }
            Event::Write(path, bytes) => self.file(path).written.extend(bytes),
            Event::Sync(path) => {
                // A file that is gone by then was linked elsewhere.
                if let Some(Node::File(at)) = self.find(path) {
                    self.files[at].sure = true;
                }
            }
            Event::Link(from, to) => {
                let node = self.find(from);
                self.name(to, node);
            }
            Event::Remove(path) => self.name(path, None),
            Event::SyncFolder(path) => {
                let folder = self.folders.entry(path.clone()).or_default();
                for (name, node) in std::mem::take(&mut folder.since) {
                    match node {
                        Some(node) => folder.sure.insert(name, node),
                        None => folder.sure.remove(&name),
                    };
                }
            }
            Event::Told(_) => {}
        }
    }

    /// What may be found below `root` after the power went: files and their bytes.
    pub fn cut(&self, root: &Path, luck: Luck, rng: &mut Rng) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        // What a file's bytes became is the same under each of its names.
        let mut bytes: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
        let mut folders = vec![root.to_path_buf()];
        while let Some(path) = folders.pop() {
            let Some(folder) = self.folders.get(&path) else {
                continue;
            };
            let mut names = folder.sure.clone();
            for (name, node) in &folder.since {
                if luck == Luck::Some && rng.below(2) == 0 {
                    match node {
                        Some(node) => names.insert(name.clone(), *node),
                        None => names.remove(name),
                    };
                }
            }
            for (name, node) in names {
                match node {
                    Node::Folder => folders.push(name),
                    Node::File(at) => {
                        let made = bytes.entry(at);
                        let made = made.or_insert_with(|| self.files[at].survive(luck, rng));
                        found.insert(name, made.clone());
                    }
                }
            }
        }
        found
    }
}

impl Bytes {
    fn survive(&self, luck: Luck, rng: &mut Rng) -> Vec<u8> {
        let mut bytes = self.written.clone();
        if self.sure || bytes.is_empty() {
            return bytes;
        }
        let kept = rng.below(bytes.len() as u64) as usize;
        match rng.below(4) {
            _ if luck == Luck::None => bytes.clear(),
            0 => bytes.truncate(kept),
            // Its length was written, its end was not.
            1 => bytes[kept..].fill(0),
            2 => bytes.fill(0),
            _ => {}
        }
        bytes
    }
}
