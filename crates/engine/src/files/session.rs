//! One machine with one backup's disks.
//!
//! A task owns the machine and its port, and asks one question after the other: whoever waits for an
//! answer may go at any time. It ends when the session is dropped, when the machine ends by itself
//! (the usual way of a hostile image), and with the first answer that is too late or makes no
//! sense; from then on every question gets the reason.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use coffer_core::inner_path::{InnerPath, escape};
use coffer_core::{Error, Kind, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::machine::{Machine, Prepared};
use super::wire::{self, RawEntry, RawVolume, Reader, Writer};
use super::{ENTRIES_MAX, Entry, EntryKind, Page, READ_MAX, Volume};
use crate::hypervisor::file::blocking;
use crate::nbd::server::{Figures, Served, serve_stream};

/// How long an answer may take. A mount reads a journal, perhaps through an emulated processor.
const ANSWER_LIMIT: Duration = Duration::from_secs(120);
/// Questions that wait.
const QUESTIONS_WAITING: usize = 16;
/// Most characters of what a file system's reader said.
const WORDS_MAX: usize = 300;

type Question = (Vec<u8>, oneshot::Sender<Result<Vec<u8>>>);

/// A backup whose files are being looked at. The machine ends when this is dropped.
#[derive(Debug)]
pub struct Session {
    questions: mpsc::Sender<Question>,
    volumes: Vec<Volume>,
    ended: Arc<OnceLock<String>>,
}

/// What is plugged in: the machine, its port, and who serves its disks.
struct Running {
    machine: Machine,
    port: UnixStream,
    /// Ends with its connections, at the latest when it is dropped.
    _serving: JoinSet<()>,
}

impl Session {
    /// Starts a prepared machine with these disks and looks at what is on them.
    pub(super) async fn start(prepared: Prepared, disks: Vec<Served>) -> Result<Session> {
        let broken = |e: std::io::Error| Error::unavailable("open a socket").caused_by(e);
        let names: Vec<String> = disks.iter().map(|disk| disk.name.clone()).collect();
        let mut serving = JoinSet::new();
        let mut theirs: Vec<OwnedFd> = Vec::new();
        for disk in disks {
            let (ours, other) = StdUnixStream::pair().map_err(broken)?;
            ours.set_nonblocking(true).map_err(broken)?;
            let stream = UnixStream::from_std(ours).map_err(broken)?;
            theirs.push(other.into());
            // Under no name, as QEMU asks for it.
            let disk = Served {
                name: String::new(),
                ..disk
            };
            serving.spawn(async move {
                serve_stream(stream, &[disk], &Figures::default()).await;
            });
        }
        let mut machine = blocking(move || prepared.start(theirs)).await?;
        let port = machine.port.take().expect("it was just put there");
        port.set_nonblocking(true).map_err(broken)?;
        let port = UnixStream::from_std(port).map_err(broken)?;
        let running = Running {
            machine,
            port,
            _serving: serving,
        };
        let (questions, asked) = mpsc::channel(QUESTIONS_WAITING);
        let ended = Arc::new(OnceLock::new());
        tokio::spawn(answer_all(running, asked, Arc::clone(&ended)));
        let mut session = Session {
            questions,
            volumes: Vec::new(),
            ended,
        };
        let mut question = Writer::new(wire::VOLUMES);
        question.u32(u32::try_from(names.len()).expect("a few"));
        let answer = session.ask(question, "look at the disks").await?;
        let volumes = read_volumes(&answer, &names);
        session.volumes = volumes.ok_or_else(|| session.nonsense())?;
        Ok(session)
    }

    /// What is on the disks.
    pub fn volumes(&self) -> &[Volume] {
        &self.volumes
    }

    /// Why the session has ended, where it has.
    pub fn end_reason(&self) -> Option<&str> {
        self.ended.get().map(String::as_str)
    }

    /// What a path is.
    ///
    /// # Errors
    /// `NotFound` where there is nothing, `Invalid` for a volume that holds no files and for a path
    /// over a symbolic link, `Data` for what is damaged, `Unavailable` once the session has ended.
    pub async fn stat(&self, volume: &str, path: &InnerPath) -> Result<Entry> {
        let question = self.question(wire::STAT, volume, path)?;
        let answer = self.ask(question, &at(volume, path)).await?;
        let raw = Reader(&answer).entry().ok_or_else(|| self.nonsense())?;
        let name = path.name().unwrap_or_default().to_vec();
        Ok(entry(RawEntry { name, ..raw }))
    }

    /// Entries of a folder whose names come after a name (the empty one for the first page), at most
    /// [`ENTRIES_MAX`].
    ///
    /// # Errors
    /// As [`Session::stat`]; `Invalid` for what is no folder.
    pub async fn list(
        &self,
        volume: &str,
        path: &InnerPath,
        after: &[u8],
        most: usize,
    ) -> Result<Page> {
        let mut question = self.question(wire::LIST, volume, path)?;
        let most = most.clamp(1, ENTRIES_MAX);
        question.bytes(after).u32(most as u32);
        let answer = self.ask(question, &at(volume, path)).await?;
        let page = read_page(&answer, path, after, most);
        page.ok_or_else(|| self.nonsense())
    }

    /// Bytes of a file, at most [`READ_MAX`]; fewer where it ends.
    ///
    /// # Errors
    /// As [`Session::stat`]; `Invalid` for what is no file.
    pub async fn read(
        &self,
        volume: &str,
        path: &InnerPath,
        offset: u64,
        len: u64,
    ) -> Result<Bytes> {
        let mut question = self.question(wire::READ, volume, path)?;
        let len = len.min(READ_MAX) as u32;
        question.u64(offset).u32(len);
        let answer = self.ask(question, &at(volume, path)).await?;
        let bytes = Reader(&answer).bytes();
        let bytes = bytes.filter(|bytes| bytes.len() <= len as usize);
        bytes
            .map(Bytes::copy_from_slice)
            .ok_or_else(|| self.nonsense())
    }

    fn question(&self, kind: u8, volume: &str, path: &InnerPath) -> Result<Writer> {
        let number = self.volumes.iter().position(|known| known.id == volume);
        let Some(number) = number else {
            let ids: Vec<&str> = self.volumes.iter().map(|v| v.id.as_str()).collect();
            let text: String = volume.chars().take(80).collect();
            return Err(Error::not_found(format!("there is no volume `{text}`"))
                .hint(format!("The volumes are: {}.", ids.join(", "))));
        };
        let known = &self.volumes[number];
        if !known.is_readable {
            return Err(unreadable(known));
        }
        let mut question = Writer::new(kind);
        question.u32(number as u32).bytes(path.as_bytes());
        Ok(question)
    }

    async fn ask(&self, question: Writer, what: &str) -> Result<Vec<u8>> {
        let (sender, answer) = oneshot::channel();
        let gone = |_| ();
        let sent = self.questions.send((question.finish(), sender)).await;
        let answered = match sent.map_err(|_| ()) {
            Ok(()) => answer.await.map_err(gone),
            Err(()) => Err(()),
        };
        match answered {
            Ok(answer) => answer.map_err(|error| error.context(what)),
            Err(()) => Err(ended(self.end_reason().unwrap_or("it was closed"))),
        }
    }

    fn nonsense(&self) -> Error {
        // A machine that says such things is somebody else's.
        let _ = self.ended.set("its answer makes no sense".to_owned());
        Error::data("the appliance answers what makes no sense: the backup's disks may be hostile")
    }
}

fn at(volume: &str, path: &InnerPath) -> String {
    format!("{path} of volume {volume}")
}

fn ended(reason: &str) -> Error {
    Error::new(
        Kind::Unavailable,
        format!("the look at this backup's files has ended: {reason}"),
    )
    .hint("Ask again: it begins anew. If it ends each time, the file system is damaged or hostile.")
}

fn unreadable(volume: &Volume) -> Error {
    let hint = match volume.kind.as_str() {
        "lvm" => "Its logical volumes are volumes of their own.",
        "luks" | "bitlocker" => "It is encrypted. Restore the disk, and unlock it there.",
        "ntfs" => "Install ntfs-3g on the host of the service.",
        "swap" | "empty" => "There are no files on it.",
        _ => "Restore the disk, or read it over NBD with a program that knows it.",
    };
    let message = format!("volume {} ({}) has no files", volume.id, volume.kind);
    Error::invalid(message).hint(hint)
}

/// Asks one question after the other until nobody has one any more or the machine ends.
async fn answer_all(
    mut running: Running,
    mut asked: mpsc::Receiver<Question>,
    ended_by: Arc<OnceLock<String>>,
) {
    while let Some((question, answer)) = asked.recv().await {
        // A question whose asker has gone needs no answer; nobody may have been told of a nonsense.
        if answer.is_closed() {
            continue;
        }
        if ended_by.get().is_some() {
            return;
        }
        let exchanged = tokio::time::timeout(ANSWER_LIMIT, exchange(&mut running.port, &question));
        let reason = match exchanged.await {
            Ok(Ok(frame)) => {
                // The asker may have gone.
                let _ = answer.send(read_answer(frame));
                continue;
            }
            Ok(Err(_)) => {
                let Running { mut machine, .. } = running;
                let words = blocking(move || Ok(machine.last_words())).await;
                let words = words.unwrap_or_default();
                tracing::warn!(%words, "an appliance for files of a backup ended by itself");
                let _ = answer.send(Err(Error::data(
                    "the appliance ended while it read this file system",
                )
                .hint(
                    "The file system is damaged or hostile. Try another volume or another backup, or \
                     restore the disk.",
                )));
                let _ = ended_by.set("the appliance ended by itself".to_owned());
                return;
            }
            Err(_) => format!("no answer came within {} s", ANSWER_LIMIT.as_secs()),
        };
        tracing::warn!(%reason, "an appliance for files of a backup is ended");
        let _ = answer.send(Err(ended(&reason)));
        let _ = ended_by.set(reason);
        return;
    }
}

async fn exchange(port: &mut UnixStream, question: &[u8]) -> std::io::Result<Vec<u8>> {
    port.write_all(question).await?;
    let len = port.read_u32_le().await? as usize;
    if len == 0 || len > wire::FRAME_MAX {
        return Err(std::io::ErrorKind::InvalidData.into());
    }
    let mut frame = vec![0; len];
    port.read_exact(&mut frame).await?;
    Ok(frame)
}

/// The fields of an answer, or the error that it is.
fn read_answer(mut frame: Vec<u8>) -> Result<Vec<u8>> {
    let kind = frame.remove(0);
    if kind == wire::DONE {
        return Ok(frame);
    }
    let words = Reader(&frame).bytes().unwrap_or_default();
    let words: String = escape(words).chars().take(WORDS_MAX).collect();
    Err(match kind {
        wire::MISSING => Error::not_found("there is no such path"),
        wire::UNFIT => Error::invalid(words)
            .hint("Symbolic links are shown and never followed: ask for where they lead."),
        wire::DAMAGED => Error::data(format!("it cannot be read: {words}"))
            .hint("The file system is damaged there. Try another backup, or restore the disk."),
        wire::TOO_LARGE => Error::invalid(words).hint("Restore the disk to look at it."),
        _ => Error::data("the appliance answers what makes no sense"),
    })
}

fn read_volumes(answer: &[u8], names: &[String]) -> Option<Vec<Volume>> {
    let mut reader = Reader(answer);
    let count = reader.u32()?;
    let mut volumes: Vec<Volume> = Vec::new();
    for _ in 0..count {
        let raw = reader.volume()?;
        let mut volume = read_volume(raw, names)?;
        // Groups of one name on two disks, say.
        if volumes.iter().any(|known| known.id == volume.id) {
            volume.id = format!("{}~{}", volume.id, volumes.len());
        }
        volumes.push(volume);
    }
    Some(volumes)
}

fn read_volume(raw: RawVolume, names: &[String]) -> Option<Volume> {
    let disk = names.get(raw.disk as usize)?;
    let (id, disk, partition) = match (raw.logical.as_slice(), raw.partition) {
        ([], 0) => (disk.clone(), Some(disk.clone()), None),
        ([], number) => (format!("{disk}.{number}"), Some(disk.clone()), Some(number)),
        (logical, _) => (escape(logical), None, None),
    };
    Some(Volume {
        id,
        disk,
        partition,
        start_bytes: raw.start,
        size_bytes: raw.size,
        kind: escape(&raw.kind),
        label: (!raw.label.is_empty()).then(|| escape(&raw.label)),
        is_readable: raw.readable,
    })
}

/// A page whose names are names, in their order.
fn read_page(answer: &[u8], path: &InnerPath, after: &[u8], most: usize) -> Option<Page> {
    let mut reader = Reader(answer);
    let is_more = reader.u32()? == 1;
    let count = reader.u32()? as usize;
    let mut entries: Vec<Entry> = Vec::new();
    for _ in 0..count {
        let raw = reader.entry()?;
        let before = entries.last().map_or(after, |entry| &entry.name);
        // Only one that would be too long a path is none through no fault of the machine's.
        let is_name = !matches!(
            path.join(&raw.name),
            Err(error) if error != coffer_core::inner_path::PathError::Long
        );
        if !is_name || raw.name.as_slice() <= before {
            return None;
        }
        entries.push(entry(raw));
    }
    (entries.len() <= most && (!is_more || !entries.is_empty()))
        .then_some(Page { entries, is_more })
}

fn entry(raw: RawEntry) -> Entry {
    let kind = match raw.mode & 0o170_000 {
        0o100_000 => EntryKind::File,
        0o040_000 => EntryKind::Folder,
        0o120_000 => EntryKind::Link,
        0o060_000 | 0o020_000 => EntryKind::Device,
        0o010_000 => EntryKind::Fifo,
        0o140_000 => EntryKind::Socket,
        _ => EntryKind::Damaged,
    };
    Entry {
        name: raw.name,
        kind,
        permissions: raw.mode & 0o7777,
        user: raw.owner.0,
        group: raw.owner.1,
        size_bytes: raw.size,
        modified_seconds: raw.modified.0,
        modified_nanoseconds: raw.modified.1.min(999_999_999),
        target: (kind == EntryKind::Link).then_some(raw.target),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn raw(name: &[u8]) -> RawEntry {
        RawEntry {
            name: name.to_vec(),
            mode: 0o100_644,
            owner: (0, 0),
            size: 1,
            modified: (0, 0),
            target: Vec::new(),
        }
    }

    fn page(names: &[&[u8]], is_more: u32) -> Option<Page> {
        let mut answer = Writer::new(wire::DONE);
        answer.u32(is_more).u32(names.len() as u32);
        for name in names {
            answer.entry(&raw(name));
        }
        read_page(&answer.finish()[5..], &InnerPath::root(), b"a", 3)
    }

    #[test]
    fn names_that_are_none_are_not_believed() {
        assert!(page(&[b"b", b"c"], 0).is_some());
        for hostile in [&b"../x"[..], b"..", b".", b"", b"x/y", b"x\0y", b"a"] {
            assert_eq!(page(&[hostile], 0), None, "{}", escape(hostile));
        }
        // Not in order, more than was asked for, and more to come after nothing.
        assert_eq!(page(&[b"c", b"b"], 0), None);
        assert_eq!(page(&[b"b", b"c", b"d", b"e"], 0), None);
        assert_eq!(page(&[], 1), None);
    }

    proptest! {
        #[test]
        fn no_answer_panics(bytes in proptest::collection::vec(any::<u8>(), 1..200)) {
            let names = ["vda".to_owned()];
            let _ = read_volumes(&bytes, &names);
            let _ = read_page(&bytes, &InnerPath::root(), b"", 10);
            let _ = read_answer(bytes);
        }
    }
}
