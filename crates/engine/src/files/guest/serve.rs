//! Answers questions, one after the other.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::system::{self, Purpose};
use super::volumes::{Fault, Volumes};
use super::wire::{self, RawEntry, Reader, Writer};

/// Most bytes of the names of one folder: about a million of them.
const NAMES_MAX: usize = 48 << 20;

/// What of it is kept for the next question, which is mostly about the same.
#[derive(Default)]
struct Server {
    volumes: Volumes,
    /// The folder that was listed last: its names, sorted.
    listed: Option<(u32, Vec<u8>, Vec<Vec<u8>>)>,
    /// The file that was read last.
    opened: Option<(u32, Vec<u8>, File)>,
}

/// Says hello, and answers until the other side is gone.
pub fn serve(mut port: File) {
    let mut server = Server::default();
    if port.write_all(&Writer::new(wire::HELLO).finish()).is_err() {
        return;
    }
    loop {
        let mut len = [0; 4];
        if port.read_exact(&mut len).is_err() {
            return;
        }
        let len = u32::from_le_bytes(len) as usize;
        let mut question = vec![0; len.min(wire::FRAME_MAX)];
        if port.read_exact(&mut question).is_err() {
            return;
        }
        let answer = server.answer(&question).unwrap_or_else(refuse);
        if port.write_all(&answer).is_err() {
            return;
        }
    }
}

fn refuse(fault: Fault) -> Vec<u8> {
    let (kind, text) = match fault {
        Fault::Missing => (wire::MISSING, String::new()),
        Fault::Unfit(text) => (wire::UNFIT, text),
        Fault::Damaged(text) => (wire::DAMAGED, text),
        Fault::TooLarge(text) => (wire::TOO_LARGE, text),
    };
    let mut writer = Writer::new(kind);
    writer.bytes(text.as_bytes());
    writer.finish()
}

/// Sorts an error of the kernel by what it means for whoever asked.
fn fault(error: &io::Error) -> Fault {
    const ENOENT: i32 = 2;
    const ENXIO: i32 = 6;
    const EXDEV: i32 = 18;
    const ENOTDIR: i32 = 20;
    const ENAMETOOLONG: i32 = 36;
    const ELOOP: i32 = 40;
    match error.raw_os_error() {
        Some(ENOENT | ENOTDIR | ENAMETOOLONG) => Fault::Missing,
        Some(ELOOP) => Fault::Unfit("it lies behind a symbolic link".to_owned()),
        Some(EXDEV) => Fault::Unfit("it lies outside of the volume".to_owned()),
        Some(ENXIO) => Fault::Unfit("it is no file".to_owned()),
        _ => Fault::Damaged(error.to_string()),
    }
}

fn entry(name: Vec<u8>, found: &Metadata, target: Vec<u8>) -> RawEntry {
    RawEntry {
        name,
        mode: found.mode(),
        owner: (found.uid(), found.gid()),
        size: found.size(),
        modified: (
            found.mtime(),
            u32::try_from(found.mtime_nsec()).unwrap_or(0),
        ),
        target,
    }
}

fn through(folder: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd()))
}

impl Server {
    fn answer(&mut self, question: &[u8]) -> Result<Vec<u8>, Fault> {
        let unclear = || Fault::Unfit("the question is not understood".to_owned());
        let mut reader = Reader(question);
        let kind = reader.u8().ok_or_else(unclear)?;
        let mut answer = Writer::new(wire::DONE);
        if kind == wire::VOLUMES {
            let disks = reader.u32().ok_or_else(unclear)?;
            let volumes = self.volumes.find(disks)?;
            answer.u32(volumes.len() as u32);
            for volume in &volumes {
                answer.volume(volume);
            }
            return Ok(answer.finish());
        }
        let volume = reader.u32().ok_or_else(unclear)?;
        let path = reader.bytes().ok_or_else(unclear)?;
        match kind {
            wire::STAT => {
                answer.entry(&self.stat(volume, path)?);
            }
            wire::LIST => {
                let after = reader.bytes().ok_or_else(unclear)?;
                let most = reader.u32().ok_or_else(unclear)?;
                let (entries, is_more) = self.list(volume, path, after, most)?;
                answer.u32(u32::from(is_more)).u32(entries.len() as u32);
                for entry in &entries {
                    answer.entry(entry);
                }
            }
            wire::READ => {
                let offset = reader.u64().ok_or_else(unclear)?;
                let len = reader.u32().ok_or_else(unclear)?.min(wire::READ_MAX);
                answer.bytes(&self.read(volume, path, offset, len)?);
            }
            _ => return Err(unclear()),
        }
        Ok(answer.finish())
    }

    fn look(&mut self, volume: u32, path: &[u8]) -> Result<(File, Metadata), Fault> {
        let root = self.volumes.root(volume)?;
        let opened = system::open_beneath(root, path, Purpose::Look);
        let opened = opened.map_err(|e| fault(&e))?;
        let found = opened.metadata().map_err(|e| fault(&e))?;
        Ok((opened, found))
    }

    fn stat(&mut self, volume: u32, path: &[u8]) -> Result<RawEntry, Fault> {
        let (_, found) = self.look(volume, path)?;
        let mut target = Vec::new();
        if found.is_symlink() {
            let (folder, name) = match path.iter().rposition(|byte| *byte == b'/') {
                Some(at) => (&path[..at], &path[at + 1..]),
                None => (&[][..], path),
            };
            let (folder, _) = self.look(volume, folder)?;
            let link = through(&folder).join(std::ffi::OsStr::from_bytes(name));
            target = read_link(&link).map_err(|e| fault(&e))?;
        }
        Ok(entry(Vec::new(), &found, target))
    }

    fn list(
        &mut self,
        volume: u32,
        path: &[u8],
        after: &[u8],
        most: u32,
    ) -> Result<(Vec<RawEntry>, bool), Fault> {
        let (folder, found) = self.look(volume, path)?;
        if !found.is_dir() {
            return Err(Fault::Unfit("it is no folder".to_owned()));
        }
        let folder = through(&folder);
        let is_same = |kept: &(u32, Vec<u8>, Vec<Vec<u8>>)| kept.0 == volume && kept.1 == path;
        let names = match self.listed.take().filter(is_same) {
            Some((_, _, names)) => names,
            None => names(&folder)?,
        };
        let begin = match after {
            [] => 0,
            after => names.partition_point(|name| name.as_slice() <= after),
        };
        let end = (begin + most.min(wire::ENTRIES_MAX) as usize).min(names.len());
        let entries = names[begin..end].iter().map(|name| {
            let at = folder.join(std::ffi::OsStr::from_bytes(name));
            let Ok(found) = fs::symlink_metadata(&at) else {
                // It is there, and nothing can be said of it.
                return RawEntry {
                    name: name.clone(),
                    mode: 0,
                    owner: (0, 0),
                    size: 0,
                    modified: (0, 0),
                    target: Vec::new(),
                };
            };
            let target = match found.is_symlink() {
                true => read_link(&at).unwrap_or_default(),
                false => Vec::new(),
            };
            entry(name.clone(), &found, target)
        });
        let entries = entries.collect();
        let is_more = end < names.len();
        self.listed = Some((volume, path.to_vec(), names));
        Ok((entries, is_more))
    }

    fn read(&mut self, volume: u32, path: &[u8], offset: u64, len: u32) -> Result<Vec<u8>, Fault> {
        let is_same = |kept: &(u32, Vec<u8>, File)| kept.0 == volume && kept.1 == path;
        if !self.opened.as_ref().is_some_and(is_same) {
            let (_, found) = self.look(volume, path)?;
            if !found.is_file() {
                return Err(Fault::Unfit(format!("it is {}", named(&found))));
            }
            let root = self.volumes.root(volume)?;
            let file = system::open_beneath(root, path, Purpose::Read);
            let file = file.map_err(|e| fault(&e))?;
            self.opened = Some((volume, path.to_vec(), file));
        }
        let (_, _, file) = self.opened.as_ref().expect("it was put there");
        let mut bytes = vec![0; len as usize];
        let mut done = 0;
        while done < bytes.len() {
            match file.read_at(&mut bytes[done..], offset + done as u64) {
                Ok(0) => break,
                Ok(n) => done += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(fault(&error)),
            }
        }
        bytes.truncate(done);
        Ok(bytes)
    }
}

fn named(found: &Metadata) -> &'static str {
    let kind = found.file_type();
    match () {
        () if kind.is_dir() => "a folder",
        () if kind.is_symlink() => "a symbolic link",
        () if kind.is_fifo() => "a fifo",
        () if kind.is_socket() => "a socket",
        () => "a device",
    }
}

fn read_link(at: &Path) -> io::Result<Vec<u8>> {
    fs::read_link(at).map(|target| target.into_os_string().into_vec())
}

/// The names in a folder, sorted by their bytes.
fn names(folder: &Path) -> Result<Vec<Vec<u8>>, Fault> {
    let mut names = Vec::new();
    let mut bytes = 0;
    for found in fs::read_dir(folder).map_err(|e| fault(&e))? {
        let name = found.map_err(|e| fault(&e))?.file_name().into_vec();
        bytes += name.len() + size_of::<Vec<u8>>();
        if bytes > NAMES_MAX {
            return Err(Fault::TooLarge(
                "the folder has more entries than are listed".to_owned(),
            ));
        }
        names.push(name);
    }
    names.sort_unstable();
    Ok(names)
}
