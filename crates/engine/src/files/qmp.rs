//! QEMU's control socket (QEMU: `qmp-spec`), as far as the appliance needs it.

use std::io::{BufRead, BufReader, ErrorKind, IoSlice, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use coffer_core::{Error, Result};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use serde_json::{Value, json};

/// How long one answer may take: QEMU reads the image of a machine meanwhile.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);
/// Longest line that is taken.
const LINE_MAX: u64 = 1 << 20;

/// One control connection. It blocks.
pub(super) struct Qmp {
    lines: BufReader<UnixStream>,
}

impl Qmp {
    /// Greets QEMU.
    pub fn begin(stream: UnixStream) -> Result<Qmp> {
        stream
            .set_read_timeout(Some(ANSWER_LIMIT))
            .map_err(|e| failed("control", e))?;
        let mut qmp = Qmp {
            lines: BufReader::new(stream),
        };
        qmp.next("start")?;
        qmp.execute("qmp_capabilities", json!({}))?;
        Ok(qmp)
    }

    /// Gives a command and waits until it is done.
    pub fn execute(&mut self, command: &str, arguments: Value) -> Result<Value> {
        self.write(command, arguments)?;
        self.answer(command)
    }

    /// Gives QEMU a descriptor of ours under a name.
    pub fn give(&mut self, name: &str, descriptor: BorrowedFd<'_>) -> Result<()> {
        let line = line("getfd", json!({ "fdname": name }));
        let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut attached = SendAncillaryBuffer::new(&mut space);
        let descriptors = [descriptor];
        attached.push(SendAncillaryMessage::ScmRights(&descriptors));
        let slices = [IoSlice::new(line.as_bytes())];
        let stream = self.lines.get_ref();
        let flags = SendFlags::NOSIGNAL;
        let sent = rustix::net::sendmsg(stream.as_fd(), &slices, &mut attached, flags);
        match sent {
            Ok(n) if n == line.len() => self.answer("getfd").map(drop),
            Ok(_) => Err(Error::internal("a short line was not sent whole")),
            Err(error) => Err(failed("getfd", error.into())),
        }
    }

    /// Waits until the image of a machine is written or read.
    pub fn wait_for_migration(&mut self) -> Result<()> {
        loop {
            let said = self.next("migrate")?;
            if said["event"] != "MIGRATION" {
                continue;
            }
            match said["data"]["status"].as_str() {
                Some("completed") => return Ok(()),
                Some("failed" | "cancelled") => {
                    return Err(Error::unavailable("the appliance's image does not fit"));
                }
                _ => {}
            }
        }
    }

    fn write(&mut self, command: &str, arguments: Value) -> Result<()> {
        let line = line(command, arguments);
        let stream = self.lines.get_mut();
        stream
            .write_all(line.as_bytes())
            .map_err(|e| failed(command, e))
    }

    fn answer(&mut self, command: &str) -> Result<Value> {
        loop {
            let mut said = self.next(command)?;
            if let Some(error) = said.get("error") {
                let text = error["desc"].as_str().unwrap_or("no reason given");
                return Err(Error::unavailable(format!(
                    "QEMU refuses {command}: {text}"
                )));
            }
            if said.get("return").is_some() {
                return Ok(said["return"].take());
            }
        }
    }

    fn next(&mut self, command: &str) -> Result<Value> {
        let mut line = Vec::new();
        let mut limited = std::io::Read::take(&mut self.lines, LINE_MAX);
        let read = limited.read_until(b'\n', &mut line);
        match read {
            Ok(0) => Err(Error::unavailable("QEMU ended")),
            Ok(_) => serde_json::from_slice(&line)
                .map_err(|e| Error::unavailable("QEMU says what is no JSON").caused_by(e)),
            Err(error) => Err(failed(command, error)),
        }
    }
}

fn line(command: &str, arguments: Value) -> String {
    format!(
        "{}\n",
        json!({ "execute": command, "arguments": arguments })
    )
}

fn failed(command: &str, error: std::io::Error) -> Error {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => Error::unavailable(format!(
            "QEMU did not answer {command} within {} s",
            ANSWER_LIMIT.as_secs()
        )),
        _ => Error::unavailable(format!("QEMU's control connection broke at {command}"))
            .caused_by(error),
    }
}
