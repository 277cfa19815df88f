//! Folders of files as tar, as GNU tar writes them: names of any bytes and length, large numbers.
//!
//! Everything that reads tar on today's systems reads this: GNU tar, BSD's, libarchive, Python.

use super::tar::{BLOCK, checksum, padded};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeKind {
    /// A file; its bytes follow, filled up to whole blocks.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
}

/// An entry of the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeEntry<'a> {
    /// Its path in the archive, relative, without a slash at its end.
    pub path: &'a [u8],
    /// What it is.
    pub kind: TreeKind,
    /// The lowest twelve bits of its mode.
    pub permissions: u32,
    /// Number of its owner.
    pub user: u32,
    /// Number of its group.
    pub group: u32,
    /// Length in bytes; 0 for all but files.
    pub size: u64,
    /// Seconds since 1970.
    pub modified: i64,
    /// Where a symbolic link leads; empty for all others.
    pub target: &'a [u8],
}

/// A field's room for a name.
const NAME: usize = 100;

impl TreeEntry<'_> {
    /// The blocks before its bytes.
    pub fn header(&self) -> Vec<u8> {
        let mut path = self.path.to_vec();
        if self.kind == TreeKind::Folder {
            path.push(b'/');
        }
        let mut out = Vec::new();
        if self.target.len() > NAME {
            long(&mut out, b'K', self.target);
        }
        if path.len() > NAME {
            long(&mut out, b'L', &path);
        }
        let kind = match self.kind {
            TreeKind::File => b'0',
            TreeKind::Folder => b'5',
            TreeKind::Link => b'2',
        };
        let mut block = block(&path, kind, self.size);
        number(&mut block[100..108], self.permissions.into());
        number(&mut block[108..116], self.user.into());
        number(&mut block[116..124], self.group.into());
        number(&mut block[136..148], self.modified.into());
        fill(&mut block[157..257], self.target);
        seal(&mut block);
        out.extend_from_slice(&block);
        out
    }
}

/// An entry that holds a name of the next one.
fn long(out: &mut Vec<u8>, kind: u8, name: &[u8]) {
    let size = name.len() as u64 + 1;
    let mut header = block(b"././@LongLink", kind, size);
    number(&mut header[100..108], 0o644);
    number(&mut header[108..116], 0);
    number(&mut header[116..124], 0);
    number(&mut header[136..148], 0);
    seal(&mut header);
    out.extend_from_slice(&header);
    let end = out.len() + padded(size) as usize;
    out.extend_from_slice(name);
    out.resize(end, 0);
}

fn block(name: &[u8], kind: u8, size: u64) -> [u8; BLOCK as usize] {
    let mut block = [0; BLOCK as usize];
    fill(&mut block[..NAME], name);
    number(&mut block[124..136], size.into());
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar  \0");
    block
}

fn seal(block: &mut [u8; BLOCK as usize]) {
    let sum = checksum(block);
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

fn fill(field: &mut [u8], bytes: &[u8]) {
    let len = field.len().min(bytes.len());
    field[..len].copy_from_slice(&bytes[..len]);
}

/// Octal digits where they fit; else the number itself, highest byte first, behind a bit that says
/// so (all bits of it for a number below zero).
fn number(field: &mut [u8], value: i128) {
    let digits = field.len() - 1;
    if value >= 0 && value < 1 << (3 * digits) {
        field.copy_from_slice(format!("{value:0digits$o}\0").as_bytes());
        return;
    }
    let bytes = value.to_be_bytes();
    field.copy_from_slice(&bytes[bytes.len() - field.len()..]);
    field[0] |= 0x80;
}

#[cfg(test)]
mod tests {
    use super::super::tar::{Header, HeaderError};
    use super::*;

    const PLAIN: TreeEntry<'_> = TreeEntry {
        path: b"etc/hostname",
        kind: TreeKind::File,
        permissions: 0o640,
        user: 0,
        group: 42,
        size: 7,
        modified: 1_700_000_000,
        target: b"",
    };

    #[test]
    fn a_plain_file_is_read_by_the_other_reader() {
        let block = PLAIN.header().try_into().expect("one block");
        let header = Header::read(&block).unwrap();
        assert_eq!((header.name.as_str(), header.size), ("etc/hostname", 7));
        assert_eq!(header.modified, 1_700_000_000);
        let size = 64 << 40;
        let large = TreeEntry { size, ..PLAIN }.header();
        assert_eq!(Header::read(&large.try_into().unwrap()).unwrap().size, size);
        let folder = TreeEntry {
            kind: TreeKind::Folder,
            size: 0,
            ..PLAIN
        };
        let read = Header::read(&folder.header().try_into().unwrap());
        assert_eq!(read, Err(HeaderError::Kind("etc/hostname/".to_owned())));
    }

    #[test]
    fn long_names_and_odd_numbers_have_their_place() {
        let path = [b"a\xff/".repeat(80), b"x".to_vec()].concat();
        let entry = TreeEntry {
            path: &path,
            kind: TreeKind::Link,
            size: 0,
            user: u32::MAX,
            modified: -1,
            target: &[b't'; 101],
            ..PLAIN
        };
        let bytes = entry.header();
        assert_eq!(bytes.len(), 5 * 512);
        assert_eq!(
            (bytes[156], bytes[1024 + 156], bytes[2048 + 156]),
            (b'K', b'L', b'2')
        );
        assert!(bytes[1536..].starts_with(&path));
        let last = &bytes[2048..];
        assert_eq!(last[108..116], [0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(last[136..148], [0xff; 12]);
        assert_eq!(last[157..257], [b't'; 100]);
    }
}
