//! What an image's first bytes say: its size and what it is based on.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use coffer_core::{Error, Result};

use super::file::{io_error, size_of};

const QCOW_MAGIC: [u8; 4] = *b"QFI\xfb";
/// Longest name of a backing file by the format.
const BACKING_NAME_MAX: u32 = 1023;
/// Longest chain of overlays that is followed.
const CHAIN_MAX: usize = 200;

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImageHeader {
    /// Size in bytes as a guest sees it.
    pub virtual_size: u64,
    /// The file below, as the header names it, made absolute where it is a path.
    pub backing: Option<PathBuf>,
}

/// Reads the header of an image of the given format, also while it is in use. Blocks.
pub(crate) fn read_header(path: &Path, format: &str) -> Result<ImageHeader> {
    let file = File::open(path).map_err(|e| io_error(path, "open", e))?;
    if format != "qcow2" {
        return Ok(ImageHeader {
            virtual_size: size_of(&file, path)?,
            backing: None,
        });
    }
    let bad = || Error::data(format!("{} is not a qcow2 image", path.display()));
    let mut header = [0; 32];
    file.read_exact_at(&mut header, 0).map_err(|_| bad())?;
    let u64_at = |i: usize| {
        header[i..i + 8]
            .iter()
            .fold(0, |n, b| n << 8 | u64::from(*b))
    };
    let name_len = header[16..20].iter().fold(0, |n, b| n << 8 | u32::from(*b));
    if header[..4] != QCOW_MAGIC || name_len > BACKING_NAME_MAX {
        return Err(bad());
    }
    let name_at = u64_at(8);
    let backing = match name_at {
        0 => None,
        _ => {
            let mut name = vec![0; usize::try_from(name_len).expect("1023 at most")];
            file.read_exact_at(&mut name, name_at).map_err(|_| bad())?;
            let name = String::from_utf8(name).map_err(|_| bad())?;
            let folder = path.parent().unwrap_or(Path::new("/"));
            // `nbd:...`, `json:{...}`: not a path, and the end of what can be followed.
            let is_path = !name
                .split('/')
                .next()
                .is_some_and(|first| first.contains(':'));
            Some(if is_path {
                folder.join(name)
            } else {
                name.into()
            })
        }
    };
    Ok(ImageHeader {
        virtual_size: u64_at(24),
        backing,
    })
}

/// The lowest file of a chain of overlays: it stays the same when a snapshot is made or merged.
/// What lies on something that is no file is the lowest one. Blocks.
pub(crate) fn chain_root(path: &Path, format: &str) -> PathBuf {
    let mut at = path.to_owned();
    let mut format = format.to_owned();
    for _ in 0..CHAIN_MAX {
        match read_header(&at, &format) {
            Ok(ImageHeader {
                backing: Some(next),
                ..
            }) if next.is_absolute() => {
                format = if is_qcow2(&next) {
                    "qcow2".into()
                } else {
                    "raw".into()
                };
                at = next;
            }
            _ => break,
        }
    }
    at
}

/// True if the file begins like a qcow2 image. Good for naming things only: what a guest writes
/// to a raw disk may look like one.
pub(crate) fn is_qcow2(path: &Path) -> bool {
    let mut magic = [0; 4];
    File::open(path)
        .is_ok_and(|file| file.read_exact_at(&mut magic, 0).is_ok() && magic == QCOW_MAGIC)
}
