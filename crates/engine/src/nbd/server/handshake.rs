//! From the greeting to the choice of an export, as the server.

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::super::wire::{
    self, ALLOCATION, Fields, GREETING, OPTION_MAGIC, OPTION_REPLY_MAGIC, handshake_flag, info,
    option, option_reply, transmission_flag,
};
use super::{Fault, Served};
use crate::block::BlockSource;

/// Longest data of an option: a name has 4096 bytes at most.
const OPTION_BYTES_MAX: u32 = 64 * 1024;
/// Options of one handshake; a client that lists and looks at many exports takes two for each.
const OPTIONS_MAX: usize = 4096;
/// The number under which `base:allocation` appears in replies.
pub(super) const ALLOCATION_ID: u32 = 1;
/// Largest READ: what clients take for the limit where none is named.
pub(super) const REQUEST_BYTES_MAX: u32 = 32 << 20;
/// What clients had better ask for: a chunk.
const REQUEST_BYTES_PREFERRED: u32 = 64 * 1024;

/// What a client chose.
pub(super) struct Chosen {
    pub source: Arc<dyn BlockSource>,
    /// Replies go in chunks.
    pub structured: bool,
    /// `base:allocation` was chosen.
    pub allocation: bool,
}

/// What was agreed on until now.
#[derive(Default)]
struct Agreed {
    structured: bool,
    no_zeroes: bool,
    /// Export for which `base:allocation` was chosen.
    allocation: Option<usize>,
}

/// Negotiates with a client. None where it says goodbye before it chose an export.
pub(super) async fn agree<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    exports: &[Served],
) -> Result<Option<Chosen>, Fault> {
    let known = handshake_flag::FIXED_NEWSTYLE | handshake_flag::NO_ZEROES;
    let mut greeting = Vec::with_capacity(18);
    greeting.extend(GREETING.to_be_bytes());
    greeting.extend(OPTION_MAGIC.to_be_bytes());
    greeting.extend(known.to_be_bytes());
    stream.write_all(&greeting).await?;
    let flags = stream.read_u32().await?;
    if flags & !u32::from(known) != 0 {
        return Err(Fault::Protocol("unknown flags"));
    }
    let mut agreed = Agreed {
        no_zeroes: flags & u32::from(handshake_flag::NO_ZEROES) != 0,
        ..Agreed::default()
    };
    for _ in 0..OPTIONS_MAX {
        let (number, data) = read_option(stream).await?;
        let mut replies = Replies {
            option: number,
            bytes: Vec::new(),
        };
        let mut chosen = None;
        match number {
            option::EXPORT_NAME => {
                // There is no way to say no but to go.
                let named = std::str::from_utf8(&data).ok();
                let index = named.and_then(|name| find(exports, name));
                let index = index.ok_or(Fault::Protocol("an export that there is not"))?;
                let chosen = agreed.choose(exports, index);
                let mut reply = export_info(&*chosen.source);
                if !agreed.no_zeroes {
                    reply.extend([0; 124]);
                }
                stream.write_all(&reply).await?;
                return Ok(Some(chosen));
            }
            option::ABORT => {
                replies.put(option_reply::ACK, &[]);
                // The client may be gone already, as it may.
                let _ = stream.write_all(&replies.bytes).await;
                return Ok(None);
            }
            option::LIST if data.is_empty() => {
                for export in exports {
                    let mut payload = Vec::new();
                    wire::put_text(&mut payload, &export.name);
                    payload.extend(export.description.as_bytes());
                    replies.put(option_reply::SERVER, &payload);
                }
                replies.put(option_reply::ACK, &[]);
            }
            option::STRUCTURED_REPLY if data.is_empty() => {
                agreed.structured = true;
                replies.put(option_reply::ACK, &[]);
            }
            option::INFO | option::GO => match parse_go(&data) {
                None => replies.put(option_reply::INVALID, b"malformed request for an export"),
                Some((name, wanted)) => match find(exports, name) {
                    None => replies.put(option_reply::UNKNOWN, b"there is no such export"),
                    Some(index) => {
                        put_info(&mut replies, &exports[index], &wanted);
                        replies.put(option_reply::ACK, &[]);
                        chosen = (number == option::GO).then_some(index);
                    }
                },
            },
            option::LIST_META_CONTEXT | option::SET_META_CONTEXT => {
                let set = number == option::SET_META_CONTEXT;
                if set {
                    agreed.allocation = None;
                }
                if !agreed.structured && set {
                    replies.put(option_reply::INVALID, b"structured replies come first");
                } else {
                    let found = put_contexts(&mut replies, exports, &data, set);
                    agreed.allocation = found.filter(|_| set).or(agreed.allocation);
                }
            }
            option::LIST | option::STRUCTURED_REPLY => {
                replies.put(option_reply::INVALID, b"the option takes no data");
            }
            _ => replies.put(option_reply::UNSUPPORTED, b""),
        }
        stream.write_all(&replies.bytes).await?;
        if let Some(index) = chosen {
            return Ok(Some(agreed.choose(exports, index)));
        }
    }
    Err(Fault::Protocol("too many options"))
}

impl Agreed {
    fn choose(&self, exports: &[Served], index: usize) -> Chosen {
        Chosen {
            source: Arc::clone(&exports[index].source),
            structured: self.structured,
            allocation: self.allocation == Some(index),
        }
    }
}

/// Number and data of the next option.
async fn read_option<S: AsyncRead + Unpin>(stream: &mut S) -> Result<(u32, Vec<u8>), Fault> {
    if stream.read_u64().await? != OPTION_MAGIC {
        return Err(Fault::Protocol("bad magic of an option"));
    }
    let number = stream.read_u32().await?;
    let length = stream.read_u32().await?;
    if length > OPTION_BYTES_MAX {
        return Err(Fault::Protocol("an option of more than 64 KiB"));
    }
    let mut data = vec![0; length as usize];
    stream.read_exact(&mut data).await?;
    Ok((number, data))
}

/// The export of that name; the empty name means the only one there is.
fn find(exports: &[Served], name: &str) -> Option<usize> {
    let named = exports.iter().position(|export| export.name == name);
    named.or((name.is_empty() && exports.len() == 1).then_some(0))
}

/// Name of the export and the numbers of what the client wants to know of it.
fn parse_go(data: &[u8]) -> Option<(&str, Vec<u16>)> {
    let mut fields = Fields(data);
    let length = fields.u32()?;
    let name = std::str::from_utf8(fields.bytes(length)?).ok()?;
    let count = fields.u16()?;
    let wanted: Option<Vec<u16>> = (0..count).map(|_| fields.u16()).collect();
    fields.0.is_empty().then_some((name, wanted?))
}

fn export_info(source: &dyn BlockSource) -> Vec<u8> {
    let flags = transmission_flag::HAS_FLAGS
        | transmission_flag::READ_ONLY
        | transmission_flag::CAN_MULTI_CONN;
    let mut bytes = source.size().to_be_bytes().to_vec();
    bytes.extend(flags.to_be_bytes());
    bytes
}

fn put_info(replies: &mut Replies, export: &Served, wanted: &[u16]) {
    let with_kind = |kind: u16, payload: &[u8]| [&kind.to_be_bytes()[..], payload].concat();
    let payload = with_kind(info::EXPORT, &export_info(&*export.source));
    replies.put(option_reply::INFO, &payload);
    let sizes = [1, REQUEST_BYTES_PREFERRED, REQUEST_BYTES_MAX].map(u32::to_be_bytes);
    for (kind, bytes) in [
        (info::NAME, export.name.as_bytes()),
        (info::DESCRIPTION, export.description.as_bytes()),
        (info::BLOCK_SIZE, sizes.as_flattened()),
    ] {
        if wanted.contains(&kind) {
            replies.put(option_reply::INFO, &with_kind(kind, bytes));
        }
    }
}

/// Answers which of the contexts asked for there are. Returns the export where `base:allocation` is
/// among them.
fn put_contexts(
    replies: &mut Replies,
    exports: &[Served],
    data: &[u8],
    set: bool,
) -> Option<usize> {
    let Some((name, queries)) = parse_contexts(data) else {
        replies.put(option_reply::INVALID, b"malformed request for contexts");
        return None;
    };
    let Some(index) = find(exports, name) else {
        replies.put(option_reply::UNKNOWN, b"there is no such export");
        return None;
    };
    let all = !set && (queries.is_empty() || queries.contains(&"base:"));
    let found = all || queries.contains(&ALLOCATION);
    if found {
        let id = if set { ALLOCATION_ID } else { 0 };
        let payload = [&id.to_be_bytes()[..], ALLOCATION.as_bytes()].concat();
        replies.put(option_reply::META_CONTEXT, &payload);
    }
    replies.put(option_reply::ACK, &[]);
    found.then_some(index)
}

/// Name of the export and the contexts asked for.
fn parse_contexts(data: &[u8]) -> Option<(&str, Vec<&str>)> {
    let mut fields = Fields(data);
    let length = fields.u32()?;
    let name = std::str::from_utf8(fields.bytes(length)?).ok()?;
    let count = fields.u32()?;
    let mut queries = Vec::new();
    for _ in 0..count {
        let length = fields.u32()?;
        queries.push(std::str::from_utf8(fields.bytes(length)?).ok()?);
    }
    fields.0.is_empty().then_some((name, queries))
}

/// Replies to one option, sent together.
struct Replies {
    option: u32,
    bytes: Vec<u8>,
}

impl Replies {
    fn put(&mut self, kind: u32, payload: &[u8]) {
        self.bytes.extend(OPTION_REPLY_MAGIC.to_be_bytes());
        self.bytes.extend(self.option.to_be_bytes());
        self.bytes.extend(kind.to_be_bytes());
        let length = u32::try_from(payload.len()).expect("names and descriptions are short");
        self.bytes.extend(length.to_be_bytes());
        self.bytes.extend(payload);
    }
}
