//! Walks over the folders of a volume: as an archive, for a search, and beside another backup's.
//!
//! Folders are read page by page and in the order of their names, so that a walk needs memory for
//! one page of each folder above it, whatever an image holds. No link is followed, and a path
//! may have 4096 bytes, so that every walk ends but for what is really there.

use std::cmp::Ordering;
use std::collections::VecDeque;

use bytes::Bytes;
use coffer_core::inner_path::InnerPath;
use coffer_core::portable::tar::{END, padded};
use coffer_core::portable::tree::{TreeEntry, TreeKind};
use coffer_core::{Error, Result};
use futures::Stream;
use tokio::sync::mpsc;

use super::{ENTRIES_MAX, Entry, EntryKind, READ_MAX, Session};

/// Pieces of an archive that wait for their reader: at most 1 MiB each.
const PIECES_WAITING: usize = 2;
/// Bytes of the beginning of a text that is looked for, at most.
pub const PATTERN_MAX: usize = 255;

/// A folder's entries, page by page.
struct Listing {
    volume: String,
    path: InnerPath,
    page: VecDeque<Entry>,
    last: Vec<u8>,
    is_more: bool,
}

impl Listing {
    fn new(volume: &str, path: InnerPath) -> Listing {
        Listing {
            volume: volume.to_owned(),
            path,
            page: VecDeque::new(),
            last: Vec::new(),
            is_more: true,
        }
    }

    /// The next entry, still there when asked again.
    async fn peek(&mut self, session: &Session) -> Result<Option<&Entry>> {
        if self.page.is_empty() && self.is_more {
            let page = session.list(&self.volume, &self.path, &self.last, ENTRIES_MAX);
            let page = page.await?;
            self.is_more = page.is_more;
            if let Some(last) = page.entries.last() {
                self.last.clone_from(&last.name);
            }
            self.page = page.entries.into();
        }
        Ok(self.page.front())
    }

    async fn next(&mut self, session: &Session) -> Result<Option<Entry>> {
        self.peek(session).await?;
        Ok(self.page.pop_front())
    }
}

fn below(path: &InnerPath, name: &[u8]) -> Result<InnerPath> {
    let joined = path.join(name);
    joined.map_err(|error| Error::data(format!("a path below {path} cannot be named: {error}")))
}

/// A folder with everything beneath it, or a file, as tar. Errors end the stream.
///
/// `session` is anything that keeps one. Owners by number, permissions, times and links go along; access lists and extended attributes do
/// not. Names that are linked hard are files of their own. What is neither file, folder nor link is
/// left out. The top folder's entries have no folder before them.
///
/// # Errors
/// As [`Session::stat`], before anything is sent.
pub async fn archive<S>(
    session: S,
    volume: &str,
    path: InnerPath,
) -> Result<impl Stream<Item = Result<Bytes>> + Send + 'static + use<S>>
where
    S: std::ops::Deref<Target = Session> + Send + Sync + 'static,
{
    let entry = session.stat(volume, &path).await?;
    let (sender, receiver) = mpsc::channel(PIECES_WAITING);
    let volume = volume.to_owned();
    tokio::spawn(async move {
        let writer = Archive {
            session: &session,
            volume: &volume,
            out: &sender,
            base: path.as_bytes().len() - path.name().map_or(0, <[u8]>::len),
        };
        match writer.write(path, entry).await {
            Ok(()) | Err(Stop::Gone) => {}
            Err(Stop::Failed(error)) => {
                // Who reads it may have gone.
                let _ = sender.send(Err(error)).await;
            }
        }
    });
    Ok(futures::stream::unfold(receiver, async |mut receiver| {
        let next: Option<Result<Bytes>> = receiver.recv().await;
        next.map(|piece| (piece, receiver))
    }))
}

/// Why an archive is not written on.
enum Stop {
    /// Nobody reads it any more.
    Gone,
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Failed(error)
    }
}

struct Archive<'a> {
    session: &'a Session,
    volume: &'a str,
    out: &'a mpsc::Sender<Result<Bytes>>,
    /// So many bytes of each path are those of the folders above what was asked for.
    base: usize,
}

impl Archive<'_> {
    async fn write(&self, path: InnerPath, entry: Entry) -> Result<(), Stop> {
        let is_folder = entry.kind == EntryKind::Folder;
        if path.name().is_some() {
            self.put(&path, &entry).await?;
        }
        let mut folders = match is_folder {
            true => vec![Listing::new(self.volume, path)],
            false => Vec::new(),
        };
        while let Some(folder) = folders.last_mut() {
            let Some(entry) = folder.next(self.session).await? else {
                folders.pop();
                continue;
            };
            let path = below(&folder.path, &entry.name)?;
            self.put(&path, &entry).await?;
            if entry.kind == EntryKind::Folder {
                folders.push(Listing::new(self.volume, path));
            }
        }
        self.send(Bytes::from_static(&[0; END as usize])).await
    }

    async fn put(&self, path: &InnerPath, entry: &Entry) -> Result<(), Stop> {
        let kind = match entry.kind {
            EntryKind::File => TreeKind::File,
            EntryKind::Folder => TreeKind::Folder,
            EntryKind::Link => TreeKind::Link,
            EntryKind::Damaged => {
                let error = Error::data(format!("{path} of volume {} cannot be read", self.volume));
                return Err(Stop::Failed(error.hint(
                    "The file system is damaged there. Take the folders beside it one by one.",
                )));
            }
            EntryKind::Device | EntryKind::Fifo | EntryKind::Socket => return Ok(()),
        };
        let size = match kind {
            TreeKind::File => entry.size_bytes,
            _ => 0,
        };
        let header = TreeEntry {
            path: &path.as_bytes()[self.base..],
            kind,
            permissions: entry.permissions,
            user: entry.user,
            group: entry.group,
            size,
            modified: entry.modified_seconds,
            target: entry.target.as_deref().unwrap_or_default(),
        };
        self.send(header.header().into()).await?;
        let mut at = 0;
        while at < size {
            let bytes = self
                .session
                .read(self.volume, path, at, READ_MAX.min(size - at));
            let bytes = bytes.await?;
            if bytes.is_empty() {
                let error = format!("{path} of volume {} ends before its length", self.volume);
                return Err(Stop::Failed(Error::data(error)));
            }
            at += bytes.len() as u64;
            self.send(bytes).await?;
        }
        // In steps: a size near the largest number has none.
        let fill = (padded(size % 512) - size % 512) as usize;
        self.send(vec![0; fill].into()).await
    }

    async fn send(&self, bytes: Bytes) -> Result<(), Stop> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.out.send(Ok(bytes)).await.map_err(|_| Stop::Gone)
    }
}

/// What is looked for beneath a folder.
#[derive(Debug, Clone)]
pub struct Search {
    /// The volume.
    pub volume: String,
    /// The folder.
    pub path: InnerPath,
    /// Part of a name, without regard to ASCII's large and small letters; with `*` or `?` in it, all
    /// of a name. At most [`PATTERN_MAX`] bytes.
    pub pattern: Vec<u8>,
    /// Path after which to go on; none to begin.
    pub after: Option<InnerPath>,
    /// Most that are found.
    pub most: usize,
    /// Most entries that are looked at.
    pub looks: u64,
}

/// What a search has found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Paths, in the order of the walk.
    pub entries: Vec<(InnerPath, Entry)>,
    /// Where to go on, where there may be more.
    pub next: Option<InnerPath>,
    /// Folders that cannot be read and were left out: damaged ones.
    pub unread: Vec<InnerPath>,
}

/// Looks for names beneath a folder.
///
/// # Errors
/// As [`Session::list`] for the folder itself; `Invalid` for a pattern that is empty or too long.
pub async fn search(session: &Session, wanted: &Search) -> Result<Found> {
    if wanted.pattern.is_empty() || wanted.pattern.len() > PATTERN_MAX {
        return Err(Error::invalid(format!(
            "what is looked for must have 1 to {PATTERN_MAX} bytes"
        )));
    }
    let mut found = Found::default();
    let mut folders = resume(wanted)?;
    let mut looked = 0;
    loop {
        let is_top = folders.len() == 1;
        let Some(folder) = folders.last_mut() else {
            break;
        };
        let entry = match folder.next(session).await {
            Ok(entry) => entry,
            // It went on after what is no folder.
            Err(error)
                if error.kind == coffer_core::Kind::Invalid
                    && wanted.after.as_ref() == Some(&folder.path) =>
            {
                folders.pop();
                continue;
            }
            // The folder that was asked for, and a machine that is gone, are the caller's.
            Err(error) if is_top || error.kind != coffer_core::Kind::Data => {
                return Err(error);
            }
            Err(error) if session.end_reason().is_some() => return Err(error),
            Err(_) => {
                found.unread.push(folder.path.clone());
                folders.pop();
                continue;
            }
        };
        let Some(entry) = entry else {
            folders.pop();
            continue;
        };
        let path = below(&folder.path, &entry.name)?;
        looked += 1;
        if entry.kind == EntryKind::Folder {
            folders.push(Listing::new(&wanted.volume, path.clone()));
        }
        if fits(&entry.name, &wanted.pattern) {
            found.entries.push((path.clone(), entry));
        }
        if found.entries.len() >= wanted.most || looked >= wanted.looks {
            found.next = Some(path);
            break;
        }
    }
    Ok(found)
}

/// The folders that are open when a walk has come to `after`, that one too: it may be a folder.
fn resume(wanted: &Search) -> Result<Vec<Listing>> {
    let mut folders = vec![Listing::new(&wanted.volume, wanted.path.clone())];
    let Some(after) = &wanted.after else {
        return Ok(folders);
    };
    let base = wanted.path.as_bytes();
    let rest = match base.is_empty() {
        true => Some(after.as_bytes()),
        false => after
            .as_bytes()
            .strip_prefix(base)
            .and_then(|rest| rest.strip_prefix(b"/")),
    };
    let rest = rest.filter(|rest| !rest.is_empty());
    let rest =
        rest.ok_or_else(|| Error::invalid(format!("{after} is not beneath {}", wanted.path)))?;
    let mut path = wanted.path.clone();
    for name in rest.split(|byte| *byte == b'/') {
        folders.last_mut().expect("one at least").last = name.to_vec();
        path = below(&path, name)?;
        folders.push(Listing::new(&wanted.volume, path.clone()));
    }
    Ok(folders)
}

/// Whether a name is meant by a pattern.
fn fits(name: &[u8], pattern: &[u8]) -> bool {
    let same = |a: u8, b: u8| a.eq_ignore_ascii_case(&b);
    if !pattern.iter().any(|byte| matches!(byte, b'*' | b'?')) {
        let mut windows = name.windows(pattern.len());
        return windows.any(|part| part.eq_ignore_ascii_case(pattern));
    }
    // One star at a time is enough: what an earlier one took can always be given to a later one.
    let (mut n, mut p) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(byte) if *byte == b'?' || same(*byte, name[n]) => {
                n += 1;
                p += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, n) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

/// One of two folders that are compared.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The backup.
    pub session: &'a Session,
    /// The volume.
    pub volume: &'a str,
    /// The folder.
    pub path: &'a InnerPath,
}

/// What differs between two folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Path beneath the folders.
    pub path: InnerPath,
    /// What it is in the first one; none where it is not there.
    pub before: Option<Entry>,
    /// What it is in the second one.
    pub after: Option<Entry>,
}

/// Compares two folders by what their entries are: kind, permissions, owners, and of files length and
/// time, of links where they lead. Contents are not read. Says at most `most` differences, and
/// whether there may be more; what is there on one side alone is said once for all that is in it.
///
/// # Errors
/// As [`Session::list`].
pub async fn differences(
    before: Side<'_>,
    after: Side<'_>,
    most: usize,
) -> Result<(Vec<Difference>, bool)> {
    let mut found = Vec::new();
    let listing = |side: Side<'_>, path: &InnerPath| Listing::new(side.volume, path.clone());
    let mut folders = vec![(
        InnerPath::root(),
        listing(before, before.path),
        listing(after, after.path),
    )];
    while let Some((folder, left, right)) = folders.last_mut() {
        let (a, b) = (
            left.peek(before.session).await?,
            right.peek(after.session).await?,
        );
        let order = match (a, b) {
            (None, None) => {
                folders.pop();
                continue;
            }
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.name.cmp(&b.name),
        };
        let a = match order {
            Ordering::Greater => None,
            _ => left.next(before.session).await?,
        };
        let b = match order {
            Ordering::Less => None,
            _ => right.next(after.session).await?,
        };
        let name = a.as_ref().or(b.as_ref()).map(|entry| entry.name.clone());
        let name = name.expect("one of them is there");
        let path = below(folder, &name)?;
        let paths = (below(&left.path, &name)?, below(&right.path, &name)?);
        let is_folder = |entry: &Option<Entry>| {
            let kind = entry.as_ref().map(|entry| entry.kind);
            kind == Some(EntryKind::Folder)
        };
        if is_folder(&a) && is_folder(&b) {
            let (left, right) = (listing(before, &paths.0), listing(after, &paths.1));
            folders.push((path.clone(), left, right));
        }
        let is_same = match (&a, &b) {
            (Some(a), Some(b)) => same(a, b),
            _ => false,
        };
        if !is_same {
            if found.len() >= most {
                return Ok((found, true));
            }
            found.push(Difference {
                path,
                before: a,
                after: b,
            });
        }
    }
    Ok((found, false))
}

fn same(a: &Entry, b: &Entry) -> bool {
    let content = |entry: &Entry| match entry.kind {
        EntryKind::File => Some((
            entry.size_bytes,
            entry.modified_seconds,
            entry.modified_nanoseconds,
        )),
        _ => None,
    };
    let rights = |entry: &Entry| (entry.kind, entry.permissions, entry.user, entry.group);
    rights(a) == rights(b) && content(a) == content(b) && a.target == b.target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_parts_of_names_or_all_of_them() {
        let check = |name: &str, pattern: &str, expected| {
            let found = fits(name.as_bytes(), pattern.as_bytes());
            assert_eq!(found, expected, "{name} by {pattern}");
        };
        check("Report.PDF", "port", true);
        check("Report.PDF", "pdf", true);
        check("Report.PDF", "doc", false);
        check("a", "longer than the name", false);
        check("report.pdf", "*.PDF", true);
        check("report.pdf.gz", "*.pdf", false);
        check("report.pdf", "r?port*", true);
        check("aXbXc", "a*x*c", true);
        check("abab", "*ab", true);
        check("abc", "***", true);
        check("", "*", true);
        check("", "?", false);
        check("ab", "a?b", false);
        // One star after another takes no more than length times length.
        check(&"a".repeat(250), &format!("{}b", "a*".repeat(100)), false);
    }

    #[test]
    fn a_walk_goes_on_where_it_was() {
        let path = |text: &str| InnerPath::parse(text).unwrap();
        let mut wanted = Search {
            volume: "vda".to_owned(),
            path: path("/home"),
            pattern: b"x".to_vec(),
            after: Some(path("/home/a/b")),
            most: 1,
            looks: 1,
        };
        let open: Vec<(String, Vec<u8>)> = resume(&wanted)
            .unwrap()
            .into_iter()
            .map(|folder| (folder.path.to_string(), folder.last))
            .collect();
        let expected = [("/home", &b"a"[..]), ("/home/a", b"b"), ("/home/a/b", b"")];
        let expected = expected.map(|(path, last)| (path.to_owned(), last.to_vec()));
        assert_eq!(open, expected);
        for elsewhere in ["/homes/a", "/etc", "/home"] {
            wanted.after = Some(path(elsewhere));
            assert!(resume(&wanted).is_err(), "{elsewhere}");
        }
    }
}
