//! Digests of files that are made on the fly, put together from pieces.
//!
//! A client wants to know that the file it has is the one that was sent, also where it came in
//! several answers. BLAKE3 is a tree: the digest of the whole follows from those of its pieces, and
//! these are computed by whichever request sends a piece. What no request has sent is read once
//! more when the digest is asked for. SHA-256 could only be had by going through all of a file from
//! its beginning again.
//!
//! What is here is of this process alone: a new one begins anew.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use blake3::Hasher;
use blake3::hazmat::{HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root};

/// Smallest piece, in bytes.
const PIECE_MIN: u64 = 16 << 20;
/// Most pieces of a file, so that what is kept of one takes at most 2 MiB.
const PIECES_MAX: u64 = 1 << 16;
/// Files whose pieces are kept.
const FILES_MAX: usize = 64;

/// The pieces of the last files. Clones share them.
#[derive(Clone, Default)]
pub struct Digests {
    files: Arc<Mutex<VecDeque<Named>>>,
}

/// A file's name, and its pieces.
type Named = (String, Arc<FileDigests>);

impl Digests {
    /// The pieces of the file of this name, which has `len` bytes.
    pub fn of(&self, name: &str, len: u64) -> Arc<FileDigests> {
        let mut files = self.files.lock().expect("no panic holds this lock");
        let at = files.iter().position(|(known, _)| known == name);
        let entry = match at.and_then(|at| files.remove(at)) {
            Some(entry) => entry,
            None => (name.to_owned(), Arc::new(FileDigests::new(len))),
        };
        let file = Arc::clone(&entry.1);
        files.push_back(entry);
        if files.len() > FILES_MAX {
            files.pop_front();
        }
        file
    }
}

/// The pieces of one file.
#[derive(Debug)]
pub struct FileDigests {
    len: u64,
    piece: u64,
    /// Chaining values; where there is one piece alone its digest.
    values: Mutex<Vec<Option<[u8; 32]>>>,
}

impl FileDigests {
    /// Nothing is known yet of a file of `len` bytes.
    pub fn new(len: u64) -> FileDigests {
        let piece = (len.div_ceil(PIECES_MAX)).next_power_of_two();
        FileDigests::with_pieces(len, piece.max(PIECE_MIN))
    }

    fn with_pieces(len: u64, piece: u64) -> FileDigests {
        let count = len.div_ceil(piece).max(1);
        FileDigests {
            len,
            piece,
            values: Mutex::new(vec![None; count as usize]),
        }
    }

    /// Where the first piece lies that is not known from byte `from` on; none where all are.
    pub fn missing(&self, from: u64) -> Option<Range<u64>> {
        let values = self.values.lock().expect("no panic holds this lock");
        let first = from.div_ceil(self.piece) as usize;
        let at = values.iter().skip(first).position(Option::is_none)?;
        let start = (first + at) as u64 * self.piece;
        Some(start..(start + self.piece).min(self.len))
    }

    /// Bytes whose digests are known.
    pub fn known(&self) -> u64 {
        let values = self.values.lock().expect("no panic holds this lock");
        let known = values.iter().zip(0..).filter(|(value, _)| value.is_some());
        known
            .map(|(_, at): (_, u64)| self.piece.min(self.len - at * self.piece))
            .sum()
    }

    /// The digest of the file, in hexadecimal, once all pieces are known.
    pub fn whole(&self) -> Option<String> {
        let values = self.values.lock().expect("no panic holds this lock");
        let values: Option<Vec<[u8; 32]>> = values.iter().copied().collect();
        Some(match values?.as_slice() {
            [only] => hex::encode(only),
            all => {
                let left = left_of(all.len());
                let [left, right] = [&all[..left], &all[left..]].map(merged);
                merge_subtrees_root(&left, &right, Mode::Hash)
                    .to_hex()
                    .to_string()
            }
        })
    }

    /// The file has no bytes.
    pub fn keep_empty(&self) {
        self.keep(0, *blake3::hash(b"").as_bytes());
    }

    fn keep(&self, at: u64, value: [u8; 32]) {
        let mut values = self.values.lock().expect("no panic holds this lock");
        values[at as usize] = Some(value);
    }
}

/// Pieces on the left of a tree of so many: the largest power of two below.
fn left_of(count: usize) -> usize {
    count.next_power_of_two() / 2
}

fn merged(values: &[[u8; 32]]) -> [u8; 32] {
    match values {
        [only] => *only,
        all => {
            let left = left_of(all.len());
            let [left, right] = [&all[..left], &all[left..]].map(merged);
            merge_subtrees_non_root(&left, &right, Mode::Hash)
        }
    }
}

/// Takes the bytes of a file as they go by, in order from wherever they begin, and keeps the digests
/// of the pieces that went by whole.
pub struct PieceHasher {
    file: Arc<FileDigests>,
    at: u64,
    current: Option<Hasher>,
}

impl PieceHasher {
    /// Bytes come from `at` on.
    pub fn new(file: Arc<FileDigests>, at: u64) -> PieceHasher {
        PieceHasher {
            file,
            at,
            current: None,
        }
    }

    /// The next bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        let (len, piece) = (self.file.len, self.file.piece);
        while !bytes.is_empty() {
            let number = self.at / piece;
            let end = ((number + 1) * piece).min(len);
            if self.at.is_multiple_of(piece) {
                let mut hasher = Hasher::new();
                hasher.set_input_offset(self.at);
                self.current = Some(hasher);
            }
            let now = bytes.len().min((end - self.at) as usize);
            let (part, rest) = bytes.split_at(now);
            if let Some(hasher) = &mut self.current {
                hasher.update(part);
            }
            self.at += now as u64;
            bytes = rest;
            if self.at == end
                && let Some(hasher) = self.current.take()
            {
                let value = match len <= piece {
                    true => *hasher.finalize().as_bytes(),
                    false => hasher.finalize_non_root(),
                };
                self.file.keep(number, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_give_the_digest_of_the_whole_in_whatever_order_they_come() {
        let piece = 4096;
        for len in [1, 4095, 4096, 4097, 8192, 12_288, 20_000, 65_536, 70_001] {
            let bytes: Vec<u8> = (0..len).map(|i: u64| (i * 7 / 3) as u8).collect();
            let expected = blake3::hash(&bytes).to_hex().to_string();
            let file = Arc::new(FileDigests::with_pieces(len, piece));
            // The later half first, from inside a piece, in parts of 1,000 bytes.
            let half = len / 2 + 1;
            for range in [half.min(len)..len, 0..half.min(len)] {
                let mut hasher = PieceHasher::new(Arc::clone(&file), range.start);
                for part in bytes[range.start as usize..range.end as usize].chunks(1000) {
                    hasher.update(part);
                }
            }
            // What was cut in two is missing, and read again.
            while let Some(range) = file.missing(0) {
                assert_eq!(file.whole(), None);
                let mut hasher = PieceHasher::new(Arc::clone(&file), range.start);
                hasher.update(&bytes[range.start as usize..range.end as usize]);
            }
            assert_eq!(file.whole(), Some(expected), "{len}");
            assert_eq!(file.known(), len);
        }
    }

    #[test]
    fn little_is_kept_of_the_largest_files() {
        let file = FileDigests::new(64 << 40);
        assert_eq!(file.piece, 1 << 30);
        let digests = Digests::default();
        let first = digests.of("a", 5);
        assert!(Arc::ptr_eq(&first, &digests.of("a", 5)));
        for n in 0..FILES_MAX {
            digests.of(&n.to_string(), 5);
        }
        assert!(!Arc::ptr_eq(&first, &digests.of("a", 5)));
    }
}
