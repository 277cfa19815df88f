//! Requests of one connection and their replies.
//!
//! One task reads requests, one task each answers them; replies go out as they are ready. In chunks
//! of a structured reply, a piece at a time; a simple reply cannot be cut, so it holds the others up
//! until it is out.

use std::sync::Arc;

use bytes::{Buf, Bytes};
use coffer_core::extent::Extent;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, WriteHalf};
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;

use super::super::wire::{
    self, Fields, REQUEST_MAGIC, SIMPLE_REPLY_MAGIC, STRUCTURED_REPLY_MAGIC, allocation, chunk,
    command,
};
use super::handshake::{ALLOCATION_ID, Chosen, REQUEST_BYTES_MAX};
use super::{Fault, Figures};
use crate::block::{BlockSource, Content};

/// Requests at work in one connection. QEMU sends up to 16 at once.
const REQUESTS_IN_FLIGHT: usize = 16;
/// Disk bytes that are read and sent at once.
const PIECE_BYTES: u64 = 256 * 1024;
/// Pieces of one connection that are read or wait to be sent: 4 MiB.
const PIECES_IN_FLIGHT: usize = 16;
/// Pieces of one request that are read at once.
const PIECES_OF_A_REQUEST: usize = 4;
/// Longest range of which the state is told at once: 16,384 chunks, a list of 128 KiB at most.
const STATUS_RANGE_MAX: u64 = 1 << 30;
/// Longest payload of a WRITE that is read and thrown away before it is refused.
const REFUSED_BYTES_MAX: u32 = REQUEST_BYTES_MAX;

/// A request as it was sent.
#[derive(Debug, Clone, Copy)]
struct Request {
    flags: u16,
    command: u16,
    cookie: u64,
    offset: u64,
    length: u32,
}

/// Why a request fails: the number of the protocol and a text for people.
#[derive(Debug)]
struct Refusal(u32, String);

/// Answers requests until the client says goodbye.
pub(super) async fn answer<S>(stream: S, chosen: Chosen, figures: &Figures) -> Result<(), Fault>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (reader, writer) = tokio::io::split(stream);
    let mut reader = BufReader::with_capacity(16 * 1024, reader);
    let connection = Arc::new(Connection {
        size: chosen.source.size(),
        source: chosen.source,
        structured: chosen.structured,
        allocation: chosen.allocation,
        writer: Mutex::new(writer),
        pieces: Semaphore::new(PIECES_IN_FLIGHT),
    });
    // Dropped with the set, requests at work are given up: there is nobody to answer.
    let mut working: JoinSet<Result<u64, Fault>> = JoinSet::new();
    let done = |ended: Result<Result<u64, Fault>, tokio::task::JoinError>| {
        let read = ended.map_err(|_| Fault::Protocol("a request could not be worked on"))??;
        figures
            .read_bytes
            .fetch_add(read, std::sync::atomic::Ordering::Relaxed);
        Ok::<(), Fault>(())
    };
    loop {
        let request = {
            let mut next = std::pin::pin!(read_request(&mut reader));
            loop {
                if working.len() >= REQUESTS_IN_FLIGHT {
                    let ended = working.join_next().await;
                    done(ended.expect("there are some"))?;
                    continue;
                }
                // A failed reply ends the connection also while the client says nothing.
                tokio::select! {
                    request = &mut next => break request?,
                    Some(ended) = working.join_next() => done(ended)?,
                }
            }
        };
        let Some(request) = request else { break };
        working.spawn(Arc::clone(&connection).work(request));
    }
    // What was asked for before the goodbye is answered.
    while let Some(ended) = working.join_next().await {
        done(ended)?;
    }
    connection.writer.lock().await.shutdown().await?;
    Ok(())
}

/// The next request; none at the goodbye. What comes with a WRITE is read and forgotten.
async fn read_request<R: AsyncRead + Unpin>(reader: &mut R) -> Result<Option<Request>, Fault> {
    let mut header = [0; 28];
    reader.read_exact(&mut header).await?;
    let mut fields = Fields(&header);
    let parsed = (|| {
        let magic = fields.u32()?;
        let request = Request {
            flags: fields.u16()?,
            command: fields.u16()?,
            cookie: fields.u64()?,
            offset: fields.u64()?,
            length: fields.u32()?,
        };
        Some((magic, request))
    })();
    let (magic, request) = parsed.expect("28 bytes");
    if magic != REQUEST_MAGIC {
        return Err(Fault::Protocol("bad magic of a request"));
    }
    match request.command {
        command::DISCONNECT => return Ok(None),
        command::WRITE if request.length > REFUSED_BYTES_MAX => {
            return Err(Fault::Protocol("a write of more than 32 MiB"));
        }
        command::WRITE => {
            let mut payload = reader.take(u64::from(request.length));
            let read = tokio::io::copy(&mut payload, &mut tokio::io::sink()).await?;
            if read < u64::from(request.length) {
                return Err(Fault::Protocol("a write that ends too early"));
            }
        }
        _ => {}
    }
    Ok(Some(request))
}

/// What the requests of one connection share.
struct Connection<S> {
    source: Arc<dyn BlockSource>,
    size: u64,
    structured: bool,
    allocation: bool,
    writer: Mutex<WriteHalf<S>>,
    pieces: Semaphore,
}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Connection<S> {
    /// Answers one request. Returns the bytes of the disk that were sent.
    async fn work(self: Arc<Self>, request: Request) -> Result<u64, Fault> {
        let extent = match self.check(request) {
            Ok(extent) => extent,
            Err(refusal) => return self.refuse(request, refusal).await,
        };
        match request.command {
            command::READ if self.structured => self.read_in_chunks(request, extent).await,
            command::READ => self.read_simply(request, extent).await,
            _ => self.status(request, extent).await,
        }
    }

    /// The bytes meant, where the request makes sense.
    fn check(&self, request: Request) -> Result<Extent, Refusal> {
        let invalid = |text: &str| Err(Refusal(wire::EINVAL, text.to_owned()));
        match request.command {
            command::READ if request.flags != 0 => return invalid("unknown flags"),
            command::READ if request.length > REQUEST_BYTES_MAX => {
                return invalid("more than 32 MiB at once");
            }
            command::READ => {}
            command::BLOCK_STATUS if !self.structured || !self.allocation => {
                return invalid("no context was negotiated");
            }
            command::BLOCK_STATUS if request.flags & !command::FLAG_REQUEST_ONE != 0 => {
                return invalid("unknown flags");
            }
            command::BLOCK_STATUS => {}
            command::WRITE | command::WRITE_ZEROES | command::TRIM => {
                return Err(Refusal(wire::EPERM, "the export is read-only".to_owned()));
            }
            _ => return invalid("unknown command"),
        }
        if request.length == 0 {
            return invalid("no bytes are meant");
        }
        match request.offset.checked_add(u64::from(request.length)) {
            Some(end) if end <= self.size => Ok(Extent {
                start: request.offset,
                end,
            }),
            _ => invalid("beyond the end of the export"),
        }
    }

    async fn read_in_chunks(&self, request: Request, extent: Extent) -> Result<u64, Fault> {
        let sent = stream::iter(pieces(extent)).map(|piece| async move {
            // Taken for as long as the piece is in memory: until it is sent.
            let permit = self.pieces.acquire().await;
            let _permit = permit.expect("never closed");
            match self.read(piece).await {
                Ok(data) => {
                    let (header, data) = data_chunk(request.cookie, piece, data);
                    self.send(&header, data).await?;
                    Ok(None)
                }
                Err(refusal) => Ok(Some((piece, refusal))),
            }
        });
        let sent: Result<Vec<_>, Fault> = sent
            .buffer_unordered(PIECES_OF_A_REQUEST)
            .try_filter_map(async |failed| Ok(failed))
            .try_collect()
            .await;
        match sent?.into_iter().min_by_key(|(piece, _)| piece.start) {
            None => {
                self.send(
                    &chunk_header(chunk::FLAG_DONE, chunk::NONE, request.cookie, 0),
                    Bytes::new(),
                )
                .await?;
                Ok(extent.len())
            }
            Some((piece, refusal)) => self.refuse_at(request, refusal, Some(piece.start)).await,
        }
    }

    async fn read_simply(&self, request: Request, extent: Extent) -> Result<u64, Fault> {
        // Before the first byte is out, an error can still be told.
        let mut pieces = pieces(extent);
        let first = pieces.next().expect("some bytes are meant");
        let first = match self.read(first).await {
            Ok(data) => data,
            Err(refusal) => return self.refuse(request, refusal).await,
        };
        let mut writer = self.writer.lock().await;
        let mut frame = Bytes::copy_from_slice(&simple_reply(0, request.cookie)).chain(first);
        writer.write_all_buf(&mut frame).await?;
        for piece in pieces {
            let data = self.read(piece).await;
            let mut data = data.map_err(|_| Fault::Protocol("a read failed half-way"))?;
            writer.write_all_buf(&mut data).await?;
        }
        Ok(extent.len())
    }

    async fn status(&self, request: Request, extent: Extent) -> Result<u64, Fault> {
        let window = Extent {
            end: extent.end.min(extent.start + STATUS_RANGE_MAX),
            ..extent
        };
        let found = match self.source.extents(window).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(error = %error.chain(), "an NBD client cannot be told what is stored");
                return self
                    .refuse(request, Refusal(wire::EIO, error.message))
                    .await;
            }
        };
        let one = request.flags & command::FLAG_REQUEST_ONE != 0;
        let told = if one { 1 } else { found.len() };
        let mut payload = ALLOCATION_ID.to_be_bytes().to_vec();
        for part in found.iter().take(told) {
            let length = u32::try_from(part.extent.len()).expect("1 GiB at most");
            let flags = match part.content {
                Content::Zero => allocation::HOLE | allocation::ZERO,
                Content::Data | Content::Unchanged => 0,
            };
            payload.extend(length.to_be_bytes());
            payload.extend(flags.to_be_bytes());
        }
        let length = u32::try_from(payload.len()).expect("128 KiB at most");
        let header = chunk_header(
            chunk::FLAG_DONE,
            chunk::BLOCK_STATUS,
            request.cookie,
            length,
        );
        self.send(&header, payload.into()).await?;
        Ok(0)
    }

    async fn read(&self, piece: Extent) -> Result<Bytes, Refusal> {
        let read = self.source.read(piece).await;
        read.map_err(|error| {
            tracing::warn!(
                error = %error.chain(),
                "bytes {}..{} cannot be given to an NBD client", piece.start, piece.end
            );
            Refusal(wire::EIO, error.message)
        })
    }

    async fn refuse(&self, request: Request, refusal: Refusal) -> Result<u64, Fault> {
        self.refuse_at(request, refusal, None).await
    }

    async fn refuse_at(
        &self,
        request: Request,
        Refusal(errno, text): Refusal,
        at: Option<u64>,
    ) -> Result<u64, Fault> {
        if !self.structured {
            let reply = simple_reply(errno, request.cookie);
            self.send(&reply, Bytes::new()).await?;
            return Ok(0);
        }
        let text = shortened(&text);
        let mut payload = errno.to_be_bytes().to_vec();
        payload.extend(u16::try_from(text.len()).expect("shortened").to_be_bytes());
        payload.extend(text.as_bytes());
        let kind = match at {
            Some(offset) => {
                payload.extend(offset.to_be_bytes());
                chunk::ERROR_OFFSET
            }
            None => chunk::ERROR_PLAIN,
        };
        let length = u32::try_from(payload.len()).expect("shortened");
        let header = chunk_header(chunk::FLAG_DONE, kind, request.cookie, length);
        self.send(&header, payload.into()).await?;
        Ok(0)
    }

    async fn send(&self, header: &[u8], payload: Bytes) -> Result<(), Fault> {
        let mut frame = Bytes::copy_from_slice(header).chain(payload);
        Ok(self.writer.lock().await.write_all_buf(&mut frame).await?)
    }
}

/// An extent cut at multiples of [`PIECE_BYTES`] of the disk, as sources keep it.
fn pieces(extent: Extent) -> impl Iterator<Item = Extent> {
    let first = extent.start / PIECE_BYTES;
    (first..extent.end.div_ceil(PIECE_BYTES)).filter_map(move |piece| {
        Extent::from_len(piece * PIECE_BYTES, PIECE_BYTES).intersect(extent)
    })
}

/// Header and payload of a chunk with `data`; where that is all zeroes, of a hole.
fn data_chunk(cookie: u64, piece: Extent, data: Bytes) -> (Vec<u8>, Bytes) {
    let offset = piece.start.to_be_bytes();
    let length = u32::try_from(data.len()).expect("a piece is short");
    if is_zero(&data) {
        let mut header = chunk_header(0, chunk::OFFSET_HOLE, cookie, 12).to_vec();
        header.extend(offset);
        header.extend(length.to_be_bytes());
        return (header, Bytes::new());
    }
    let mut header = chunk_header(0, chunk::OFFSET_DATA, cookie, length + 8).to_vec();
    header.extend(offset);
    (header, data)
}

fn is_zero(bytes: &[u8]) -> bool {
    // Most data differs early; the rest is gone through in wide steps.
    let mut parts = bytes.chunks(1024);
    parts.all(|part| part.iter().fold(0, |bits, byte| bits | byte) == 0)
}

fn chunk_header(flags: u16, kind: u16, cookie: u64, length: u32) -> [u8; 20] {
    let mut bytes = [0; 20];
    bytes[..4].copy_from_slice(&STRUCTURED_REPLY_MAGIC.to_be_bytes());
    bytes[4..6].copy_from_slice(&flags.to_be_bytes());
    bytes[6..8].copy_from_slice(&kind.to_be_bytes());
    bytes[8..16].copy_from_slice(&cookie.to_be_bytes());
    bytes[16..].copy_from_slice(&length.to_be_bytes());
    bytes
}

fn simple_reply(errno: u32, cookie: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&SIMPLE_REPLY_MAGIC.to_be_bytes());
    bytes[4..8].copy_from_slice(&errno.to_be_bytes());
    bytes[8..].copy_from_slice(&cookie.to_be_bytes());
    bytes
}

/// At most 1 KiB of a text.
fn shortened(text: &str) -> &str {
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    &text[..ends.take_while(|end| *end <= 1024).last().unwrap_or(0)]
}
