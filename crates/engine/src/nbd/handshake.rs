//! From the greeting to the first request.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::NbdError;
use super::wire::{
    self, Fields, GREETING, OPTION_MAGIC, OPTION_REPLY_MAGIC, handshake_flag, info, option,
    option_reply, transmission_flag,
};

/// Longest reply to an option that is read: names have at most 4096 bytes by the protocol.
const OPTION_REPLY_BYTES_MAX: u32 = 64 * 1024;
/// Most replies to one option: we ask for a handful of contexts.
const OPTION_REPLIES_MAX: usize = 64;
/// Longest name of an export or context by the protocol.
const NAME_BYTES_MAX: usize = 4096;
/// Largest request where the server names no limit; every server takes that much.
const REQUEST_BYTES_DEFAULT: u32 = 32 << 20;

/// What a server says of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportInfo {
    /// Size in bytes.
    pub size: u64,
    /// Nothing can be written.
    pub read_only: bool,
    /// FLUSH is known.
    pub can_flush: bool,
    /// WRITE_ZEROES is known.
    pub can_zero: bool,
    /// Largest READ or WRITE in bytes.
    pub request_bytes_max: u32,
    /// Replies come in chunks; else there are no contexts.
    pub structured: bool,
    /// Contexts negotiated, with the number the server gave each.
    pub contexts: Vec<(u32, String)>,
}

/// Negotiates an export. What the server does not have of `contexts` is missing in the answer.
pub(super) async fn negotiate<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    export: &str,
    contexts: &[String],
) -> Result<ExportInfo, NbdError> {
    if export.len() > NAME_BYTES_MAX || contexts.iter().any(|c| c.len() > NAME_BYTES_MAX) {
        return Err(NbdError::Unsupported("names of more than 4096 bytes"));
    }
    if stream.read_u64().await? != GREETING {
        return Err(NbdError::Protocol("no NBD greeting".into()));
    }
    if stream.read_u64().await? != OPTION_MAGIC {
        return Err(NbdError::Unsupported("the newstyle handshake"));
    }
    let flags = stream.read_u16().await?;
    if flags & handshake_flag::FIXED_NEWSTYLE == 0 {
        return Err(NbdError::Unsupported("the fixed newstyle handshake"));
    }
    let ours = flags & (handshake_flag::FIXED_NEWSTYLE | handshake_flag::NO_ZEROES);
    stream.write_u32(u32::from(ours)).await?;

    let structured = structured_replies(stream).await?;
    let negotiated = match structured && !contexts.is_empty() {
        true => meta_contexts(stream, export, contexts).await?,
        false => Vec::new(),
    };
    let mut info = go(stream, export).await?;
    info.structured = structured;
    info.contexts = negotiated;
    Ok(info)
}

async fn structured_replies<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
) -> Result<bool, NbdError> {
    send_option(stream, option::STRUCTURED_REPLY, &[]).await?;
    match option_reply(stream, option::STRUCTURED_REPLY).await? {
        (option_reply::ACK, _) => Ok(true),
        (kind, _) if kind & option_reply::ERROR != 0 => Ok(false),
        (kind, _) => Err(unexpected(kind)),
    }
}

async fn meta_contexts<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    export: &str,
    contexts: &[String],
) -> Result<Vec<(u32, String)>, NbdError> {
    let mut data = Vec::new();
    wire::put_text(&mut data, export);
    data.extend(
        u32::try_from(contexts.len())
            .expect("a handful")
            .to_be_bytes(),
    );
    contexts
        .iter()
        .for_each(|context| wire::put_text(&mut data, context));
    send_option(stream, option::SET_META_CONTEXT, &data).await?;
    let mut found: Vec<(u32, String)> = Vec::new();
    for _ in 0..OPTION_REPLIES_MAX {
        match option_reply(stream, option::SET_META_CONTEXT).await? {
            (option_reply::ACK, _) => return Ok(found),
            (option_reply::META_CONTEXT, payload) => {
                let mut fields = Fields(&payload);
                let id = fields.u32().ok_or_else(short)?;
                let name = std::str::from_utf8(fields.0)
                    .map_err(|_| NbdError::Protocol("context name is not UTF-8".into()))?;
                // Only what was asked for, and once: ids map replies to contexts.
                if !contexts.iter().any(|c| c == name)
                    || found.iter().any(|(i, n)| *i == id || n == name)
                {
                    return Err(NbdError::Protocol(format!("unasked context {name:?}")));
                }
                found.push((id, name.to_owned()));
            }
            // No contexts at all is a legal answer; GO tells whether the export exists.
            (kind, _) if kind & option_reply::ERROR != 0 => return Ok(Vec::new()),
            (kind, _) => return Err(unexpected(kind)),
        }
    }
    Err(NbdError::Protocol("too many replies to an option".into()))
}

async fn go<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    export: &str,
) -> Result<ExportInfo, NbdError> {
    let mut data = Vec::new();
    wire::put_text(&mut data, export);
    // No block sizes are asked for: then the server takes any alignment itself, which it must,
    // as disks may end anywhere.
    data.extend(0_u16.to_be_bytes());
    send_option(stream, option::GO, &data).await?;
    let mut size_and_flags = None;
    let mut request_bytes_max = REQUEST_BYTES_DEFAULT;
    for _ in 0..OPTION_REPLIES_MAX {
        match option_reply(stream, option::GO).await? {
            (option_reply::ACK, _) => {
                let (size, flags) = size_and_flags
                    .ok_or_else(|| NbdError::Protocol("no size of the export".into()))?;
                return Ok(ExportInfo {
                    size,
                    read_only: flags & transmission_flag::READ_ONLY != 0,
                    can_flush: flags & transmission_flag::SEND_FLUSH != 0,
                    can_zero: flags & transmission_flag::SEND_WRITE_ZEROES != 0,
                    request_bytes_max,
                    structured: false,
                    contexts: Vec::new(),
                });
            }
            (option_reply::INFO, payload) => {
                let mut fields = Fields(&payload);
                match fields.u16().ok_or_else(short)? {
                    info::EXPORT => {
                        let size = fields.u64().ok_or_else(short)?;
                        if i64::try_from(size).is_err() {
                            return Err(NbdError::Protocol(format!("export of {size} bytes")));
                        }
                        size_and_flags = Some((size, fields.u16().ok_or_else(short)?));
                    }
                    info::BLOCK_SIZE => {
                        let (_min, _preferred) = (fields.u32(), fields.u32());
                        let max = fields.u32().ok_or_else(short)?;
                        // A limit below a page would turn one read into thousands.
                        request_bytes_max = max.clamp(4096, REQUEST_BYTES_DEFAULT);
                    }
                    _ => {} // to be ignored, by the protocol
                }
            }
            (kind, payload) if kind & option_reply::ERROR != 0 => {
                let text = Fields(&payload).text();
                let name = match kind & !option_reply::ERROR {
                    1 => "not supported",
                    2 => "forbidden by policy",
                    3 => "invalid",
                    5 => "TLS is required",
                    6 => "no such export",
                    7 => "the server shuts down",
                    8 => "block sizes must be negotiated",
                    _ => "unknown error",
                };
                let reason = if text.is_empty() {
                    name.to_owned()
                } else {
                    text
                };
                return Err(NbdError::Refused {
                    option: "the export",
                    reason,
                });
            }
            (kind, _) => return Err(unexpected(kind)),
        }
    }
    Err(NbdError::Protocol("too many replies to an option".into()))
}

async fn send_option<S: AsyncWrite + Unpin>(
    stream: &mut S,
    option: u32,
    data: &[u8],
) -> Result<(), NbdError> {
    stream.write_all(&wire::option_frame(option, data)).await?;
    Ok(stream.flush().await?)
}

/// Kind and payload of the next reply, which must be to `option`.
async fn option_reply<S: AsyncRead + Unpin>(
    stream: &mut S,
    option: u32,
) -> Result<(u32, Vec<u8>), NbdError> {
    if stream.read_u64().await? != OPTION_REPLY_MAGIC {
        return Err(NbdError::Protocol("bad magic of an option's reply".into()));
    }
    if stream.read_u32().await? != option {
        return Err(NbdError::Protocol("reply to another option".into()));
    }
    let kind = stream.read_u32().await?;
    let length = stream.read_u32().await?;
    if length > OPTION_REPLY_BYTES_MAX {
        return Err(NbdError::Protocol(format!(
            "option's reply of {length} bytes"
        )));
    }
    let mut payload = vec![0; usize::try_from(length).expect("64 KiB at most")];
    stream.read_exact(&mut payload).await?;
    Ok((kind, payload))
}

fn unexpected(kind: u32) -> NbdError {
    NbdError::Protocol(format!("unexpected reply {kind} to an option"))
}

fn short() -> NbdError {
    NbdError::Protocol("short reply to an option".into())
}
