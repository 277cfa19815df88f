//! One connection with many requests in flight.
//!
//! Two tasks own the connection: a writer that takes frames from a queue, and a reader that
//! hands each reply to the request with its cookie. When either fails, every request in flight
//! and every later one gets the same error. Dropping the last handle of a client says goodbye
//! to the server and ends both.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use coffer_core::extent::{Extent, ExtentSet};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, BufWriter};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::{mpsc, oneshot};

use super::handshake::{ExportInfo, negotiate};
use super::wire::{self, Fields, SIMPLE_REPLY_MAGIC, STRUCTURED_REPLY_MAGIC, chunk, command};
use super::{NbdAddress, NbdError};

/// How long connecting and the handshake may take together.
const HANDSHAKE_SECONDS_MAX: u64 = 30;
/// Frames waiting to be sent. Callers bound their requests; this only bounds what is queued.
const QUEUE_FRAMES: usize = 64;
/// Longest list of extents read in one chunk; QEMU sends 1 MiB at most.
const STATUS_BYTES_MAX: u32 = 2 << 20;
/// Longest error text read.
const ERROR_BYTES_MAX: u32 = 64 * 1024;
/// Longest range of one BLOCK_STATUS or WRITE_ZEROES: lengths are 32 bits, and answers short.
pub(super) const RANGE_BYTES_MAX: u64 = 1 << 30;

/// An extent of one meta context, counted from the start of the range asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusExtent {
    /// Length in bytes, never 0.
    pub len: u64,
    /// Flags as the context defines them.
    pub flags: u32,
}

/// A connection to one export. Clones share it.
#[derive(Debug, Clone)]
pub struct NbdClient {
    info: Arc<ExportInfo>,
    shared: Arc<Shared>,
    // Dropping the last sender ends the writer, which says goodbye.
    frames: mpsc::Sender<Frame>,
}

#[derive(Debug)]
struct Frame {
    header: [u8; 28],
    payload: Bytes,
}

#[derive(Debug)]
struct Shared {
    next_cookie: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    pending: HashMap<u64, Pending>,
    dead: Option<NbdError>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // A poisoned lock means a panic between two map operations; the map is whole.
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Fails everything in flight, and whatever comes later, with the first error.
    fn die(&self, error: NbdError) {
        let mut state = self.state();
        let error = state.dead.get_or_insert(error).clone();
        let pending = std::mem::take(&mut state.pending);
        drop(state);
        for request in pending.into_values() {
            // The asker may be gone; nobody else wants the answer.
            let _ = request.answer.send(Err(error.clone()));
        }
    }
}

/// A request that waits for its reply.
#[derive(Debug)]
struct Pending {
    command: &'static str,
    extent: Extent,
    answer: oneshot::Sender<Result<Answer, NbdError>>,
    got: Answer,
    failed: Option<NbdError>,
}

/// What has come so far.
#[derive(Debug)]
enum Answer {
    Nothing,
    Data {
        buffer: BytesMut,
        covered: ExtentSet,
    },
    Status(HashMap<u32, Vec<StatusExtent>>),
}

impl NbdClient {
    /// Connects and negotiates an export with the contexts wanted.
    ///
    /// A context the export does not have is missing in [`NbdClient::info`], as the protocol has
    /// it: that is no error here. The whole handshake may take 30 s.
    pub async fn connect(
        address: &NbdAddress,
        export: &str,
        contexts: &[String],
    ) -> Result<NbdClient, NbdError> {
        let limit = Duration::from_secs(HANDSHAKE_SECONDS_MAX);
        let connected = tokio::time::timeout(limit, async {
            match address {
                NbdAddress::Unix(path) => {
                    let stream = UnixStream::connect(path).await?;
                    NbdClient::start(stream, export, contexts).await
                }
                NbdAddress::Tcp { host, port } => {
                    let stream = TcpStream::connect((host.as_str(), *port)).await?;
                    stream.set_nodelay(true)?;
                    NbdClient::start(stream, export, contexts).await
                }
            }
        });
        connected
            .await
            .unwrap_or(Err(NbdError::Timeout(HANDSHAKE_SECONDS_MAX)))
    }

    /// Negotiates over a stream that is connected already.
    pub async fn start<S>(
        mut stream: S,
        export: &str,
        contexts: &[String],
    ) -> Result<NbdClient, NbdError>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let info = Arc::new(negotiate(&mut stream, export, contexts).await?);
        let (read_half, write_half) = tokio::io::split(stream);
        let shared = Arc::new(Shared {
            next_cookie: AtomicU64::new(1),
            state: Mutex::default(),
        });
        let (frames, queue) = mpsc::channel(QUEUE_FRAMES);
        let reader = Reader {
            stream: BufReader::with_capacity(64 * 1024, read_half),
            info: Arc::clone(&info),
            shared: Arc::clone(&shared),
        };
        let mut reader = tokio::spawn(reader.run());
        let writer_shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // Once the reader has failed, a writer that waits for a server that does not listen
            // must not wait on. Neither future is used after the other won.
            tokio::select! {
                sent = write_frames(write_half, queue) => {
                    if let Err(e) = sent {
                        writer_shared.die(e.into());
                    }
                    reader.abort();
                }
                _ = &mut reader => {}
            }
            writer_shared.die(NbdError::Closed);
        });
        Ok(NbdClient {
            info,
            shared,
            frames,
        })
    }

    /// What the server said of the export.
    pub fn info(&self) -> &ExportInfo {
        &self.info
    }

    /// True once the connection is of no more use.
    pub fn is_dead(&self) -> bool {
        self.shared.state().dead.is_some()
    }

    /// Reads `extent`, at most the export's largest request and 32 MiB.
    pub async fn read(&self, extent: Extent) -> Result<Bytes, NbdError> {
        let length = self.length(extent, u64::from(self.info.request_bytes_max))?;
        if length == 0 {
            return Ok(Bytes::new());
        }
        let got = Answer::Data {
            buffer: BytesMut::zeroed(usize::try_from(length).expect("32 MiB at most")),
            covered: ExtentSet::default(),
        };
        let header = (command::READ, "read");
        match self.ask(header, extent, Bytes::new(), got).await? {
            Answer::Data { buffer, .. } => Ok(buffer.freeze()),
            _ => Err(NbdError::Protocol("read without data".into())),
        }
    }

    /// Asks what is known of `extent`, at most 1 GiB: a list for each context that the server
    /// chose to describe, which may end before the range does.
    pub async fn block_status(
        &self,
        extent: Extent,
    ) -> Result<HashMap<u32, Vec<StatusExtent>>, NbdError> {
        if self.info.contexts.is_empty() {
            return Err(NbdError::Unsupported("meta contexts"));
        }
        self.length(extent, RANGE_BYTES_MAX)?;
        let header = (command::BLOCK_STATUS, "block status");
        let got = Answer::Status(HashMap::new());
        match self.ask(header, extent, Bytes::new(), got).await? {
            Answer::Status(lists) => Ok(lists),
            _ => Err(NbdError::Protocol("block status without extents".into())),
        }
    }

    /// Writes `data` at byte `offset`, at most the export's largest request.
    pub async fn write(&self, offset: u64, data: Bytes) -> Result<(), NbdError> {
        let extent = Extent::from_len(offset, data.len() as u64);
        if self.length(extent, u64::from(self.info.request_bytes_max))? == 0 {
            return Ok(());
        }
        let header = (command::WRITE, "write");
        self.ask(header, extent, data, Answer::Nothing).await?;
        Ok(())
    }

    /// Makes `extent` read as zeroes, at most 1 GiB; the server may punch a hole.
    pub async fn write_zeroes(&self, extent: Extent) -> Result<(), NbdError> {
        if !self.info.can_zero {
            return Err(NbdError::Unsupported("WRITE_ZEROES"));
        }
        if self.length(extent, RANGE_BYTES_MAX)? == 0 {
            return Ok(());
        }
        let header = (command::WRITE_ZEROES, "write zeroes");
        self.ask(header, extent, Bytes::new(), Answer::Nothing)
            .await?;
        Ok(())
    }

    /// Makes what was written and answered durable. Nothing to do where the server has no FLUSH.
    pub async fn flush(&self) -> Result<(), NbdError> {
        if !self.info.can_flush {
            return Ok(());
        }
        let nowhere = Extent { start: 0, end: 0 };
        let header = (command::FLUSH, "flush");
        self.ask(header, nowhere, Bytes::new(), Answer::Nothing)
            .await?;
        Ok(())
    }

    fn length(&self, extent: Extent, max: u64) -> Result<u32, NbdError> {
        let fits = extent.start <= extent.end && extent.end <= self.info.size;
        match u32::try_from(extent.end.wrapping_sub(extent.start)) {
            Ok(length) if fits && u64::from(length) <= max => Ok(length),
            _ => Err(NbdError::Unsupported("requests of that length or place")),
        }
    }

    async fn ask(
        &self,
        (number, command): (u16, &'static str),
        extent: Extent,
        payload: Bytes,
        got: Answer,
    ) -> Result<Answer, NbdError> {
        let cookie = self.shared.next_cookie.fetch_add(1, Ordering::Relaxed);
        let (answer, reply) = oneshot::channel();
        {
            let mut state = self.shared.state();
            if let Some(error) = &state.dead {
                return Err(error.clone());
            }
            let pending = Pending {
                command,
                extent,
                answer,
                got,
                failed: None,
            };
            state.pending.insert(cookie, pending);
        }
        let length = u32::try_from(extent.len()).expect("checked by `length`");
        let frame = Frame {
            header: wire::request(number, cookie, extent.start, length),
            payload,
        };
        // A closed queue means that the writer died, which answers all that is pending.
        let unsent = RemoveUnsent {
            shared: &self.shared,
            cookie: Some(cookie),
        };
        if self.frames.send(frame).await.is_ok() {
            unsent.sent();
        } else {
            self.shared.die(NbdError::Closed);
        }
        reply.await.unwrap_or(Err(NbdError::Closed))
    }
}

/// Forgets a request whose asker went away before it was sent: no reply will come.
struct RemoveUnsent<'a> {
    shared: &'a Shared,
    cookie: Option<u64>,
}

impl RemoveUnsent<'_> {
    fn sent(mut self) {
        self.cookie = None;
    }
}

impl Drop for RemoveUnsent<'_> {
    fn drop(&mut self) {
        if let Some(cookie) = self.cookie {
            self.shared.state().pending.remove(&cookie);
        }
    }
}

async fn write_frames<W: AsyncWrite + Unpin>(
    stream: W,
    mut queue: mpsc::Receiver<Frame>,
) -> std::io::Result<()> {
    let mut stream = BufWriter::with_capacity(64 * 1024, stream);
    while let Some(first) = queue.recv().await {
        let mut next = Some(first);
        // What is queued goes in one piece; then nothing may linger in the buffer.
        while let Some(frame) = next {
            stream.write_all(&frame.header).await?;
            stream.write_all(&frame.payload).await?;
            next = queue.try_recv().ok();
        }
        stream.flush().await?;
    }
    stream
        .write_all(&wire::request(command::DISCONNECT, 0, 0, 0))
        .await?;
    stream.shutdown().await
}

struct Reader<R> {
    stream: BufReader<R>,
    info: Arc<ExportInfo>,
    shared: Arc<Shared>,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    async fn run(mut self) {
        loop {
            if let Err(error) = self.reply().await {
                self.shared.die(match error {
                    NbdError::Io(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
                        NbdError::Closed
                    }
                    other => other,
                });
                return;
            }
        }
    }

    async fn reply(&mut self) -> Result<(), NbdError> {
        match self.stream.read_u32().await? {
            SIMPLE_REPLY_MAGIC => self.simple_reply().await,
            STRUCTURED_REPLY_MAGIC if self.info.structured => self.chunk().await,
            magic => Err(NbdError::Protocol(format!(
                "bad magic {magic:#x} of a reply"
            ))),
        }
    }

    /// Takes the request out of the map: while it is here, nobody else can answer it.
    fn take(&self, cookie: u64) -> Result<Pending, NbdError> {
        let taken = self.shared.state().pending.remove(&cookie);
        taken.ok_or_else(|| NbdError::Protocol(format!("reply to unknown request {cookie}")))
    }

    async fn simple_reply(&mut self) -> Result<(), NbdError> {
        let errno = self.stream.read_u32().await?;
        let cookie = self.stream.read_u64().await?;
        let mut request = Taken::new(self.take(cookie)?);
        if errno != 0 {
            let error = request.error(errno, String::new());
            request.finish(Err(error));
            return Ok(());
        }
        match &mut request.pending().got {
            Answer::Nothing => {}
            Answer::Data { buffer, covered } if !self.info.structured => {
                self.stream.read_exact(buffer).await?;
                covered.insert(Extent::from_len(0, buffer.len() as u64));
            }
            _ => {
                return Err(NbdError::Protocol(
                    "simple reply where chunks are due".into(),
                ));
            }
        }
        request.conclude();
        Ok(())
    }

    async fn chunk(&mut self) -> Result<(), NbdError> {
        let flags = self.stream.read_u16().await?;
        let kind = self.stream.read_u16().await?;
        let cookie = self.stream.read_u64().await?;
        let length = self.stream.read_u32().await?;
        let mut request = Taken::new(self.take(cookie)?);
        match kind {
            chunk::NONE if length == 0 && flags & chunk::FLAG_DONE != 0 => {}
            chunk::OFFSET_DATA => self.data(&mut request, length).await?,
            chunk::OFFSET_HOLE if length == 12 => self.hole(&mut request).await?,
            chunk::BLOCK_STATUS => self.status(&mut request, length).await?,
            _ if kind & chunk::ERROR != 0 => self.error(&mut request, kind, length).await?,
            _ => {
                let text = format!("chunk of kind {kind} with {length} bytes");
                return Err(NbdError::Protocol(text));
            }
        }
        if flags & chunk::FLAG_DONE != 0 {
            request.conclude();
        } else {
            let pending = request.put_back();
            self.shared.state().pending.insert(cookie, pending);
        }
        Ok(())
    }

    async fn data(&mut self, request: &mut Taken, length: u32) -> Result<(), NbdError> {
        let start = self.stream.read_u64().await?;
        let len = u64::from(length)
            .checked_sub(8)
            .ok_or_else(|| NbdError::Protocol("short chunk of data".into()))?;
        let (buffer, place) = request.place(start, len)?;
        self.stream.read_exact(&mut buffer[place]).await?;
        Ok(())
    }

    async fn hole(&mut self, request: &mut Taken) -> Result<(), NbdError> {
        let start = self.stream.read_u64().await?;
        let len = u64::from(self.stream.read_u32().await?);
        let (buffer, place) = request.place(start, len)?;
        buffer[place].fill(0);
        Ok(())
    }

    async fn status(&mut self, request: &mut Taken, length: u32) -> Result<(), NbdError> {
        if !(12..=STATUS_BYTES_MAX).contains(&length) || length % 8 != 4 {
            return Err(NbdError::Protocol(format!(
                "block status of {length} bytes"
            )));
        }
        let id = self.stream.read_u32().await?;
        // Room is made for what comes, not for what was said to come.
        let mut payload = Vec::new();
        let mut coming = (&mut self.stream).take(u64::from(length - 4));
        if coming.read_to_end(&mut payload).await? as u64 != u64::from(length - 4) {
            return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
        }
        if !self.info.contexts.iter().any(|(known, _)| *known == id) {
            return Err(NbdError::Protocol(format!(
                "block status of unknown context {id}"
            )));
        }
        let asked = request.pending().extent.len();
        let Answer::Status(lists) = &mut request.pending().got else {
            return Err(NbdError::Protocol(
                "block status that was not asked for".into(),
            ));
        };
        let mut list = Vec::with_capacity(payload.len() / 8);
        let mut fields = Fields(&payload);
        let mut covered = 0;
        while let (Some(len), Some(flags)) = (fields.u32(), fields.u32()) {
            // The last one may reach beyond the range; one that begins there may not be.
            if len == 0 || covered >= asked {
                return Err(NbdError::Protocol("empty or needless extent".into()));
            }
            let len = u64::from(len).min(asked - covered);
            covered += len;
            list.push(StatusExtent { len, flags });
        }
        match lists.insert(id, list) {
            None => Ok(()),
            Some(_) => Err(NbdError::Protocol("second list for one context".into())),
        }
    }

    async fn error(&mut self, request: &mut Taken, kind: u16, length: u32) -> Result<(), NbdError> {
        if !(6..=ERROR_BYTES_MAX).contains(&length) {
            return Err(NbdError::Protocol(format!("error of {length} bytes")));
        }
        let mut payload = vec![0; usize::try_from(length).expect("64 KiB at most")];
        self.stream.read_exact(&mut payload).await?;
        let mut fields = Fields(&payload);
        let short = || NbdError::Protocol("short error".into());
        let errno = fields.u32().ok_or_else(short)?;
        let text_len = usize::from(fields.u16().ok_or_else(short)?);
        let offset_len = if kind == chunk::ERROR_OFFSET { 8 } else { 0 };
        if errno == 0 || fields.0.len() < text_len + offset_len {
            return Err(short());
        }
        let text = Fields(&fields.0[..text_len]).text();
        let error = request.error(errno, text);
        request.pending().failed.get_or_insert(error);
        Ok(())
    }
}

/// A request taken from the map. If reading its reply fails, its asker hears of it: dropping the
/// sender of the answer tells that the connection is closed.
struct Taken(Option<Pending>);

impl Taken {
    fn new(pending: Pending) -> Taken {
        Taken(Some(pending))
    }

    fn pending(&mut self) -> &mut Pending {
        self.0.as_mut().expect("held until finished or put back")
    }

    fn put_back(mut self) -> Pending {
        self.0.take().expect("held until finished or put back")
    }

    fn error(&mut self, errno: u32, message: String) -> NbdError {
        let pending = self.pending();
        NbdError::Request {
            command: pending.command,
            offset: pending.extent.start,
            errno,
            message,
        }
    }

    /// The part of the read's buffer that a chunk is for; each byte may come once.
    fn place(
        &mut self,
        start: u64,
        len: u64,
    ) -> Result<(&mut BytesMut, std::ops::Range<usize>), NbdError> {
        let pending = self.pending();
        let asked = pending.extent;
        let Answer::Data { buffer, covered } = &mut pending.got else {
            return Err(NbdError::Protocol("data that was not asked for".into()));
        };
        let part = Extent::from_len(start, len);
        if len == 0 || part.start < asked.start || part.end > asked.end {
            return Err(NbdError::Protocol(
                "data outside of what was asked for".into(),
            ));
        }
        let from = part.start - asked.start;
        let part = Extent::from_len(from, len);
        if covered.within(part).next().is_some() {
            return Err(NbdError::Protocol("data that came before".into()));
        }
        covered.insert(part);
        let index = |n| usize::try_from(n).expect("within a buffer");
        Ok((buffer, index(part.start)..index(part.end)))
    }

    /// Answers with what has come, if it is all.
    fn conclude(mut self) {
        let pending = self.pending();
        let result = match (&pending.got, pending.failed.take()) {
            (_, Some(error)) => Err(error),
            (Answer::Data { covered, .. }, None) if covered.total() != pending.extent.len() => {
                Err(NbdError::Protocol("read ended before all data came".into()))
            }
            _ => Ok(std::mem::replace(&mut pending.got, Answer::Nothing)),
        };
        self.finish(result);
    }

    fn finish(mut self, result: Result<Answer, NbdError>) {
        if let Some(pending) = self.0.take() {
            // The asker may be gone; nobody else wants the answer.
            let _ = pending.answer.send(result);
        }
    }
}

#[cfg(test)]
mod tests;
