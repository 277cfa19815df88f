//! Headers of tar (POSIX.1-1988, "ustar"), with sizes beyond 8 GiB as GNU, BSD and the rest write
//! and read them.

/// Headers and contents are whole blocks of so many bytes.
pub const BLOCK: u64 = 512;
/// An archive ends with two blocks of zeroes.
pub const END: u64 = 2 * BLOCK;
/// Largest size in octal digits.
const OCTAL_MAX: u64 = 0o777_7777_7777;

/// An entry that is a plain file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its name, at most 100 bytes.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its time, in seconds since 1970; before that 0.
    pub modified: u64,
}

/// Why a header is no plain file's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// It is a block of zeroes: the archive ends.
    #[error("the archive ends")]
    End,
    /// The sum over its bytes is wrong.
    #[error("it is no header of tar")]
    Checksum,
    /// Links, directories, devices, and names and sizes that lie elsewhere.
    #[error("entry `{0}` is no plain file")]
    Kind(String),
    /// A number that is none.
    #[error("entry `{0}` has no length that can be read")]
    Size(String),
}

/// Length of the contents with what fills their last block.
pub fn padded(size: u64) -> u64 {
    size.div_ceil(BLOCK) * BLOCK
}

impl Header {
    /// The header's block.
    ///
    /// # Panics
    /// Where the name is longer than 100 bytes.
    pub fn block(&self) -> [u8; BLOCK as usize] {
        let mut out = [0; BLOCK as usize];
        out[..self.name.len()].copy_from_slice(self.name.as_bytes());
        out[100..108].copy_from_slice(b"0000644\0");
        out[108..116].copy_from_slice(b"0000000\0");
        out[116..124].copy_from_slice(b"0000000\0");
        match self.size <= OCTAL_MAX {
            true => out[124..136].copy_from_slice(format!("{:011o}\0", self.size).as_bytes()),
            // The first bit says that the rest is a number, with its highest byte first.
            false => {
                out[124] = 0x80;
                out[128..136].copy_from_slice(&self.size.to_be_bytes());
            }
        }
        let modified = self.modified.min(OCTAL_MAX);
        out[136..148].copy_from_slice(format!("{modified:011o}\0").as_bytes());
        out[156] = b'0';
        out[257..265].copy_from_slice(b"ustar\x0000");
        let sum = checksum(&out);
        out[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out
    }

    /// Reads a header's block, whoever wrote it.
    ///
    /// # Errors
    /// Where it is not that of a plain file.
    pub fn read(block: &[u8; BLOCK as usize]) -> Result<Header, HeaderError> {
        if block.iter().all(|byte| *byte == 0) {
            return Err(HeaderError::End);
        }
        if octal(&block[148..156]) != Some(u64::from(checksum(block))) {
            return Err(HeaderError::Checksum);
        }
        let text = |field: &[u8]| {
            let end = field.iter().position(|b| *b == 0).unwrap_or(field.len());
            String::from_utf8_lossy(&field[..end]).into_owned()
        };
        let mut name = text(&block[..100]);
        if block[257..262] == *b"ustar" && block[345] != 0 && block[263..265] == *b"00" {
            name = format!("{}/{name}", text(&block[345..500]));
        }
        let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
        if !matches!(block[156], b'0' | 0) {
            return Err(HeaderError::Kind(name));
        }
        let size = match block[124] & 0x80 {
            0 => octal(&block[124..136]),
            _ => {
                let high = block[124] & 0x7f;
                let is_small = high == 0 && block[125..128] == [0; 3];
                let low = block[128..136].try_into().expect("eight bytes");
                is_small.then(|| u64::from_be_bytes(low))
            }
        };
        match size {
            None => Err(HeaderError::Size(name)),
            Some(size) => Ok(Header {
                name,
                size,
                modified: octal(&block[136..148]).unwrap_or(0),
            }),
        }
    }
}

/// Sum over the bytes of a header, with spaces in the place of the sum.
pub(super) fn checksum(block: &[u8; BLOCK as usize]) -> u32 {
    let sum = |bytes: &[u8]| bytes.iter().map(|b| u32::from(*b)).sum::<u32>();
    sum(&block[..148]) + 8 * u32::from(b' ') + sum(&block[156..])
}

/// Octal digits, with spaces before and spaces or zeroes behind; none where it is anything else.
fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    let text = text.trim_start_matches(' ').trim_end_matches([' ', '\0']);
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| u64::from_str_radix(text, 8).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_they_were_written() {
        for size in [0, 1, 511, OCTAL_MAX, OCTAL_MAX + 1, 64 << 40] {
            let header = Header {
                name: "disks/0-vda.qcow2".to_owned(),
                size,
                modified: 1_700_000_000,
            };
            assert_eq!(Header::read(&header.block()), Ok(header));
        }
        assert_eq!((padded(0), padded(1), padded(512)), (0, 512, 512));
    }

    #[test]
    fn the_bytes_are_those_of_other_programs() {
        let header = Header {
            name: "a".to_owned(),
            size: 5,
            modified: 1,
        };
        let block = header.block();
        assert_eq!(&block[..2], b"a\0");
        assert_eq!(&block[124..136], b"00000000005\0");
        assert_eq!(&block[148..156], b"006104\0 ");
        assert_eq!(&block[257..265], b"ustar\x0000");
    }

    #[test]
    fn what_is_no_plain_file_is_refused() {
        let header = Header {
            name: "x".to_owned(),
            size: 5,
            modified: 0,
        };
        let sealed = |change: &dyn Fn(&mut [u8; 512])| {
            let mut block = header.block();
            change(&mut block);
            let sum = checksum(&block);
            block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            Header::read(&block)
        };
        assert_eq!(Header::read(&[0; 512]), Err(HeaderError::End));
        let mut torn = header.block();
        torn[0] = b'y';
        assert_eq!(Header::read(&torn), Err(HeaderError::Checksum));
        for kind in [b'1', b'2', b'3', b'5', b'L', b'x', b'g'] {
            let found = sealed(&|block| block[156] = kind);
            assert_eq!(found, Err(HeaderError::Kind("x".to_owned())));
        }
        let size = Err(HeaderError::Size("x".to_owned()));
        assert_eq!(sealed(&|b| b[124..136].fill(b'9')), size);
        assert_eq!(sealed(&|b| b[124..136].fill(0xff)), size);
        assert_eq!(sealed(&|b| b[124..136].fill(b'-')), size);
        let within = sealed(&|b| b[345..348].copy_from_slice(b"a/b"));
        assert_eq!(within.expect("a file").name, "a/b/x");
    }
}
