//! Passwords and passphrases: from the terminal without echo, a file, or standard input.
//!
//! Never from the argument list: every user of the host can read that.

use std::io::{self, BufRead, Write};
use std::path::Path;

use coffer_core::{Error, Result};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

/// No password is longer; more is a wrong file.
const SECRET_BYTES_MAX: usize = 4096;

/// Asks at the terminal, without showing what is typed.
pub fn ask(prompt: &str) -> Result<Zeroizing<String>> {
    let stdin = io::stdin();
    let silence = Silence::new(&stdin)?;
    let _ = write!(io::stderr(), "{prompt}: ");
    let _ = io::stderr().flush();
    let line = first_line(&mut stdin.lock(), "the terminal");
    drop(silence);
    let _ = writeln!(io::stderr());
    line
}

/// Asks twice, for a secret that is new.
pub fn ask_new(prompt: &str) -> Result<Zeroizing<String>> {
    let first = ask(prompt)?;
    let second = ask(&format!("{prompt} again"))?;
    if first == second {
        Ok(first)
    } else {
        Err(Error::invalid("the two entries differ"))
    }
}

/// The first line of standard input.
pub fn from_stdin() -> Result<Zeroizing<String>> {
    first_line(&mut io::stdin().lock(), "standard input")
}

/// The first line of a file.
pub fn from_file(path: &Path) -> Result<Zeroizing<String>> {
    let shown = format!("`{}`", path.display());
    let file = std::fs::File::open(path)
        .map_err(|e| Error::invalid(format!("open {shown}")).caused_by(e))?;
    first_line(&mut io::BufReader::new(file), &shown)
}

/// Makes a file for a secret, readable for its owner alone. One that is there is not overwritten.
pub fn create_private(path: &Path) -> Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|e| {
            Error::invalid(format!("make `{}`", path.display()))
                .hint("Name a file that is not there yet, in a folder that you may write to.")
                .caused_by(e)
        })
}

fn first_line(reader: &mut impl BufRead, place: &str) -> Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(Vec::with_capacity(SECRET_BYTES_MAX + 1));
    let limit = u64::try_from(SECRET_BYTES_MAX + 1).expect("fits");
    let mut limited = io::Read::take(reader, limit);
    limited
        .read_until(b'\n', &mut line)
        .map_err(|e| Error::unavailable(format!("read from {place}")).caused_by(e))?;
    if line.len() > SECRET_BYTES_MAX {
        return Err(Error::invalid(format!(
            "the first line of {place} is too long"
        )));
    }
    while line
        .last()
        .is_some_and(|byte| matches!(byte, b'\n' | b'\r'))
    {
        line.pop();
    }
    let text = str::from_utf8(&line)
        .map_err(|_| Error::invalid(format!("the first line of {place} is not text")))?;
    if text.is_empty() {
        return Err(Error::invalid(format!(
            "the first line of {place} is empty"
        )));
    }
    Ok(Zeroizing::new(text.to_string()))
}

/// Switches the terminal's echo off for as long as it lives.
struct Silence<'a> {
    stdin: &'a io::Stdin,
    before: Termios,
}

impl<'a> Silence<'a> {
    fn new(stdin: &'a io::Stdin) -> Result<Silence<'a>> {
        let no_terminal = |e| {
            Error::invalid("there is no terminal to ask for a password")
                .caused_by(io::Error::from(e))
                .hint("Give it on standard input with --password-stdin, or in a file.")
        };
        let before = tcgetattr(stdin).map_err(no_terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(stdin, OptionalActions::Flush, &silent).map_err(no_terminal)?;
        Ok(Silence { stdin, before })
    }
}

impl Drop for Silence<'_> {
    fn drop(&mut self) {
        // If the terminal is gone, so is its echo.
        let _ = tcsetattr(self.stdin, OptionalActions::Flush, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &[u8], expected: Result<&str, &str>) {
        let line = first_line(&mut io::Cursor::new(input), "the test");
        match (line, expected) {
            (Ok(line), Ok(expected)) => assert_eq!(line.as_str(), expected),
            (Err(error), Err(expected)) => assert!(error.message.contains(expected), "{error}"),
            (line, expected) => panic!("{:?} instead of {expected:?}", line.map(|l| l.len())),
        }
    }

    #[test]
    fn only_the_first_line_counts() {
        check(b"secret\nmore\n", Ok("secret"));
        check(b" spaces stay \r\n", Ok(" spaces stay "));
        check(b"", Err("empty"));
        check(b"\nsecret\n", Err("empty"));
        check(b"\xff\xfe\n", Err("not text"));
        check(&[b'a'; 5000], Err("too long"));
    }
}
