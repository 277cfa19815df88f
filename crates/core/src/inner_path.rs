//! Paths and names inside the volumes of a backup, as bytes and as text.
//!
//! Names on disks are bytes; JSON and terminals take text. As text a name is its UTF-8, but for
//! control characters and bytes that are no UTF-8, which are written `\xHH`, and `\` itself, which
//! is written `\\`. Both ways nothing is lost.

use std::fmt;

/// Longest path, in bytes: Linux's `PATH_MAX`.
pub const PATH_MAX: usize = 4096;

/// An absolute path inside a volume: no `.`, no `..`, nothing empty, no zero byte.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct InnerPath {
    /// Without a slash at its ends; empty for the top folder.
    bytes: Vec<u8>,
}

/// Why a text is no path inside a volume.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It does not begin with a slash.
    #[error("it must begin with `/`: it counts from the top folder of the volume")]
    Relative,
    /// It has `.` or `..` in it.
    #[error("it must have no `.` and no `..` in it")]
    Dots,
    /// It has a zero byte.
    #[error("it must have no zero byte in it")]
    Zero,
    /// It is longer than [`PATH_MAX`].
    #[error("it must have at most {PATH_MAX} bytes")]
    Long,
    /// A `\` that is followed by neither `\` nor `xHH`.
    #[error("`\\` must be followed by `\\`, or by `x` and two hexadecimal digits")]
    Escape,
}

impl InnerPath {
    /// The top folder.
    pub fn root() -> InnerPath {
        InnerPath::default()
    }

    /// Reads a path as it is written as text. Slashes that repeat or end it are left out.
    ///
    /// # Errors
    /// Says which rule it breaks.
    pub fn parse(text: &str) -> Result<InnerPath, PathError> {
        let bytes = unescape(text)?;
        if bytes.first() != Some(&b'/') {
            return Err(PathError::Relative);
        }
        let mut path = InnerPath::root();
        for name in bytes.split(|byte| *byte == b'/') {
            if !name.is_empty() {
                path = path.join(name)?;
            }
        }
        Ok(path)
    }

    /// The path of what has this name in this folder.
    ///
    /// # Errors
    /// Where it is no name.
    pub fn join(&self, name: &[u8]) -> Result<InnerPath, PathError> {
        if matches!(name, b"" | b"." | b"..") || name.contains(&b'/') {
            return Err(PathError::Dots);
        }
        if name.contains(&0) {
            return Err(PathError::Zero);
        }
        let mut bytes = self.bytes.clone();
        if !bytes.is_empty() {
            bytes.push(b'/');
        }
        bytes.extend_from_slice(name);
        match bytes.len() >= PATH_MAX {
            true => Err(PathError::Long),
            false => Ok(InnerPath { bytes }),
        }
    }

    /// Its bytes, without the slash at its beginning.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its last name; none for the top folder.
    pub fn name(&self) -> Option<&[u8]> {
        let name = self.bytes.rsplit(|byte| *byte == b'/').next();
        name.filter(|name| !name.is_empty())
    }
}

impl fmt::Display for InnerPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", escape(&self.bytes))
    }
}

/// A name as text.
pub fn escape(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => text.push_str("\\\\"),
                c if c.is_control() => {
                    let mut buffer = [0; 4];
                    hex(&mut text, c.encode_utf8(&mut buffer).as_bytes());
                }
                c => text.push(c),
            }
        }
        hex(&mut text, chunk.invalid());
    }
    text
}

fn hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.push_str(&format!("\\x{byte:02x}"));
    }
}

/// The bytes of a name that is written as text.
///
/// # Errors
/// [`PathError::Escape`].
pub fn unescape(text: &str) -> Result<Vec<u8>, PathError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'\\' {
            bytes.push(*byte);
            continue;
        }
        match rest {
            [b'\\', after @ ..] => {
                bytes.push(b'\\');
                rest = after;
            }
            [b'x', high, low, after @ ..] => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                let (Some(high), Some(low)) = (digit(high), digit(low)) else {
                    return Err(PathError::Escape);
                };
                bytes.push((high * 16 + low) as u8);
                rest = after;
            }
            _ => return Err(PathError::Escape),
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, PathError>) {
        let found = InnerPath::parse(text).map(|path| path.to_string());
        assert_eq!(found, expected.map(str::to_owned), "{text:?}");
    }

    #[test]
    fn paths_count_from_the_top_folder_and_never_climb() {
        check("/", Ok("/"));
        check("/etc/passwd", Ok("/etc/passwd"));
        check("//etc///passwd/", Ok("/etc/passwd"));
        check("/caf\\xe9/\\\\", Ok("/caf\\xe9/\\\\"));
        check("/Grüße", Ok("/Grüße"));
        check("/a\nb", Ok("/a\\x0ab"));
        check("", Err(PathError::Relative));
        check("etc", Err(PathError::Relative));
        check("/..", Err(PathError::Dots));
        check("/a/../b", Err(PathError::Dots));
        check("/a/\\x2e\\x2e/b", Err(PathError::Dots));
        check("/./a", Err(PathError::Dots));
        check("/a\0b", Err(PathError::Zero));
        check("/a\\x00", Err(PathError::Zero));
        check("/a\\", Err(PathError::Escape));
        check("/a\\x0", Err(PathError::Escape));
        check("/a\\xgg", Err(PathError::Escape));
        check(&format!("/{}", "a".repeat(PATH_MAX)), Err(PathError::Long));
        check("/...", Ok("/..."));
    }

    #[test]
    fn names_are_no_paths() {
        let root = InnerPath::root();
        assert_eq!(root.join(b"a/b"), Err(PathError::Dots));
        assert_eq!(root.join(b".."), Err(PathError::Dots));
        assert_eq!(root.join(b""), Err(PathError::Dots));
        let path = root.join(b"a").unwrap().join(b"b").unwrap();
        assert_eq!(path.as_bytes(), b"a/b");
        assert_eq!(path.name(), Some(&b"b"[..]));
        assert_eq!(root.name(), None);
    }

    proptest! {
        #[test]
        fn every_name_survives_as_text(name in proptest::collection::vec(any::<u8>(), 0..64)) {
            let text = escape(&name);
            prop_assert!(!text.chars().any(char::is_control));
            prop_assert_eq!(unescape(&text), Ok(name));
        }

        #[test]
        fn no_text_panics_or_climbs(text in ".*") {
            if let Ok(path) = InnerPath::parse(&text) {
                let names = path.as_bytes().split(|byte| *byte == b'/');
                prop_assert!(names.into_iter().all(|name| name != b".."));
            }
        }
    }
}
