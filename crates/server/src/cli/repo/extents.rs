//! Files of changed extents: what another program knows about writes since a backup.
//!
//! One extent a line, `offset length` in bytes, decimal or `0x` hexadecimal; further lines may
//! overlap and come in any order. Empty lines and what follows a `#` do not count.

use std::io::BufRead;
use std::path::Path;

use coffer_core::extent::{Extent, ExtentSet};
use coffer_core::{Error, Result};

/// No line is longer; more is a wrong file.
const LINE_BYTES_MAX: u64 = 1024;

/// Reads the file at `path` for a disk of `disk_bytes`.
pub fn load(path: &Path, disk_bytes: u64) -> Result<ExtentSet> {
    let shown = path.display();
    let file = std::fs::File::open(path)
        .map_err(|e| Error::invalid(format!("open extents file `{shown}`")).caused_by(e))?;
    read(&mut std::io::BufReader::new(file), disk_bytes)
        .map_err(|e| e.context(format!("extents file `{shown}`")))
}

/// Reads lines until the end. Errors name the line, counted from 1.
fn read(reader: &mut impl BufRead, disk_bytes: u64) -> Result<ExtentSet> {
    let mut set = ExtentSet::default();
    for number in 1u64.. {
        let mut line = Vec::new();
        let mut limited = std::io::Read::take(&mut *reader, LINE_BYTES_MAX);
        limited
            .read_until(b'\n', &mut line)
            .map_err(|e| Error::unavailable(format!("read line {number}")).caused_by(e))?;
        if line.is_empty() {
            break;
        }
        let extent = parse(&line, disk_bytes).map_err(|why| {
            Error::invalid(format!("line {number}: {why}"))
                .hint("Each line has two numbers of bytes: `offset length`.")
        })?;
        if let Some(extent) = extent {
            set.insert(extent);
        }
    }
    Ok(set)
}

fn parse(line: &[u8], disk_bytes: u64) -> Result<Option<Extent>, String> {
    let too_long = line.len() as u64 >= LINE_BYTES_MAX;
    let text = str::from_utf8(line).ok().filter(|_| !too_long);
    let text = text.ok_or_else(|| "not a line of text".to_string())?;
    let text = text.split('#').next().unwrap_or_default();
    let fields: Vec<&str> = text.split_whitespace().collect();
    let (offset, length) = match fields.as_slice() {
        [] => return Ok(None),
        [offset, length] => (number(offset)?, number(length)?),
        _ => return Err(format!("{} fields instead of 2", fields.len())),
    };
    let end = offset.checked_add(length).filter(|end| *end <= disk_bytes);
    match end {
        Some(end) => Ok(Some(Extent { start: offset, end })),
        None => Err(format!(
            "{length} bytes at {offset} lie beyond the end of the disk ({disk_bytes} bytes)"
        )),
    }
}

fn number(text: &str) -> Result<u64, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| format!("`{text}` is not a number of bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, &str>) {
        let read = read(&mut text.as_bytes(), 1 << 20);
        match (read, expected) {
            (Ok(set), Ok(expected)) => assert_eq!(set.to_string(), expected),
            (Err(error), Err(expected)) => assert_eq!(error.message, expected),
            (read, expected) => panic!("{read:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn lines_are_extents() {
        check("", Ok(""));
        check("0 65536\n131072 65536\n", Ok("0..65536 131072..196608"));
        check("0x10000 0x10000", Ok("65536..131072"));
        check("# of qemu-img\n\n  8 4 # tail\r\n0 8\n", Ok("0..12"));
        check("5 0\n", Ok(""));
        check("1048575 1\n", Ok("1048575..1048576"));
    }

    #[test]
    fn mistakes_name_their_line() {
        check("0 8\n12\n", Err("line 2: 1 fields instead of 2"));
        check("0 8 9\n", Err("line 1: 3 fields instead of 2"));
        check("0 8\n\nx 9\n", Err("line 3: `x` is not a number of bytes"));
        check("0 -8\n", Err("line 1: `-8` is not a number of bytes"));
        check("0 4K\n", Err("line 1: `4K` is not a number of bytes"));
        check(
            "1048576 1\n",
            Err("line 1: 1 bytes at 1048576 lie beyond the end of the disk (1048576 bytes)"),
        );
        check(
            "18446744073709551615 2\n",
            Err(
                "line 1: 2 bytes at 18446744073709551615 lie beyond the end of the disk (1048576 bytes)",
            ),
        );
        let error = read(&mut [b'1'; 4096].as_slice(), 1 << 20).expect_err("no line");
        assert_eq!(error.message, "line 1: not a line of text");
        let error = read(&mut [0xff, b'\n'].as_slice(), 1 << 20).expect_err("no text");
        assert_eq!(error.message, "line 1: not a line of text");
    }
}
