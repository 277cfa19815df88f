//! Numbers and byte layouts of the protocol. All integers are big endian.

/// Greeting of every server.
pub(super) const GREETING: u64 = u64::from_be_bytes(*b"NBDMAGIC");
/// Greeting of newstyle servers, and before each option of ours.
pub(super) const OPTION_MAGIC: u64 = u64::from_be_bytes(*b"IHAVEOPT");
/// Before each reply to an option.
pub(super) const OPTION_REPLY_MAGIC: u64 = 0x0003_e889_0455_65a9;
/// Before each request.
pub(super) const REQUEST_MAGIC: u32 = 0x2560_9513;
/// Before each simple reply.
pub(super) const SIMPLE_REPLY_MAGIC: u32 = 0x6744_6698;
/// Before each chunk of a structured reply.
pub(super) const STRUCTURED_REPLY_MAGIC: u32 = 0x668e_33ef;

/// Flags of the handshake, the same from both sides.
pub(super) mod handshake_flag {
    pub const FIXED_NEWSTYLE: u16 = 1;
    pub const NO_ZEROES: u16 = 2;
}

pub(super) mod option {
    pub const EXPORT_NAME: u32 = 1;
    pub const ABORT: u32 = 2;
    pub const LIST: u32 = 3;
    pub const INFO: u32 = 6;
    pub const GO: u32 = 7;
    pub const STRUCTURED_REPLY: u32 = 8;
    pub const LIST_META_CONTEXT: u32 = 9;
    pub const SET_META_CONTEXT: u32 = 10;
}

pub(super) mod option_reply {
    pub const ACK: u32 = 1;
    /// One export of a list.
    pub const SERVER: u32 = 2;
    pub const INFO: u32 = 3;
    pub const META_CONTEXT: u32 = 4;
    /// Set on every error.
    pub const ERROR: u32 = 1 << 31;
    /// The server does not know the option.
    pub const UNSUPPORTED: u32 = ERROR | 1;
    /// The option's data makes no sense, or it comes at the wrong time.
    pub const INVALID: u32 = ERROR | 3;
    /// There is no such export.
    pub const UNKNOWN: u32 = ERROR | 6;
}

pub(super) mod info {
    pub const EXPORT: u16 = 0;
    pub const NAME: u16 = 1;
    pub const DESCRIPTION: u16 = 2;
    pub const BLOCK_SIZE: u16 = 3;
}

pub(super) mod transmission_flag {
    /// Set always.
    pub const HAS_FLAGS: u16 = 1;
    pub const READ_ONLY: u16 = 1 << 1;
    pub const SEND_FLUSH: u16 = 1 << 2;
    pub const SEND_WRITE_ZEROES: u16 = 1 << 6;
    /// What one connection reads is what the others read.
    pub const CAN_MULTI_CONN: u16 = 1 << 8;
}

pub(super) mod command {
    pub const READ: u16 = 0;
    pub const WRITE: u16 = 1;
    pub const DISCONNECT: u16 = 2;
    pub const FLUSH: u16 = 3;
    pub const TRIM: u16 = 4;
    pub const WRITE_ZEROES: u16 = 6;
    pub const BLOCK_STATUS: u16 = 7;
    /// Of BLOCK_STATUS: one extent is enough.
    pub const FLAG_REQUEST_ONE: u16 = 1 << 3;
}

/// The meta context that says what is allocated and what reads as zeroes.
pub(super) const ALLOCATION: &str = "base:allocation";

/// Flags of an extent in `base:allocation`.
pub(super) mod allocation {
    /// Nothing is stored there. Alone it promises nothing of what is read.
    pub const HOLE: u32 = 1;
    /// Reads as zeroes.
    pub const ZERO: u32 = 2;
}

pub(super) mod chunk {
    pub const FLAG_DONE: u16 = 1;
    pub const NONE: u16 = 0;
    pub const OFFSET_DATA: u16 = 1;
    pub const OFFSET_HOLE: u16 = 2;
    pub const BLOCK_STATUS: u16 = 5;
    /// Set on every error.
    pub const ERROR: u16 = 1 << 15;
    pub const ERROR_PLAIN: u16 = ERROR | 1;
    pub const ERROR_OFFSET: u16 = ERROR | 2;
}

/// Writing is not allowed.
pub(super) const EPERM: u32 = 1;
/// The server could not read or write.
pub(super) const EIO: u32 = 5;
/// The request makes no sense.
pub(super) const EINVAL: u32 = 22;
/// The server goes away.
pub(super) const ESHUTDOWN: u32 = 108;
/// The file system of the export is full.
pub(super) const ENOSPC: u32 = 28;

/// A request's header.
pub(super) fn request(command: u16, cookie: u64, offset: u64, length: u32) -> [u8; 28] {
    let mut bytes = [0; 28];
    bytes[..4].copy_from_slice(&REQUEST_MAGIC.to_be_bytes());
    // Bytes 4..6 are flags. None is set: WRITE_ZEROES without NO_HOLE may punch holes.
    bytes[6..8].copy_from_slice(&command.to_be_bytes());
    bytes[8..16].copy_from_slice(&cookie.to_be_bytes());
    bytes[16..24].copy_from_slice(&offset.to_be_bytes());
    bytes[24..].copy_from_slice(&length.to_be_bytes());
    bytes
}

/// An option with its data. `data` is at most a few KiB.
pub(super) fn option_frame(option: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(16 + data.len());
    bytes.extend(OPTION_MAGIC.to_be_bytes());
    bytes.extend(option.to_be_bytes());
    bytes.extend(length_of(data).to_be_bytes());
    bytes.extend(data);
    bytes
}

/// A text with its length before it.
pub(super) fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(length_of(text.as_bytes()).to_be_bytes());
    bytes.extend(text.as_bytes());
}

fn length_of(data: &[u8]) -> u32 {
    u32::try_from(data.len()).expect("names of exports and contexts are short")
}

/// Takes integers off the front of a payload; `None` once it is too short.
pub(super) struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    pub fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_be_bytes)
    }

    pub fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }

    pub fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }

    /// The next `len` bytes.
    pub fn bytes(&mut self, len: u32) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(usize::try_from(len).ok()?)?;
        self.0 = rest;
        Some(head)
    }

    /// What is left, as text for people.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.0).trim().to_owned()
    }
}
