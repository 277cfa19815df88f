//! What the service and the program inside the appliance say to each other: std alone, for both.
//!
//! A question, then its answer, each a frame: length of what follows (u32), then a byte that says
//! what it is, then fields. Numbers are little endian; bytes have their length (u32) before them.
//! Both sides come from one build, so there is no version.
//!
//! Whatever comes out of the appliance may be a hostile image's work: each length is checked
//! against what is there before anything is made of it.

/// Largest frame, in bytes.
pub const FRAME_MAX: usize = 4 << 20;
/// Most bytes of a file in one answer.
pub const READ_MAX: u32 = 1 << 20;
/// Most entries of a folder in one answer: of 4 KiB of name and target each they fit a frame.
pub const ENTRIES_MAX: u32 = 400;

/// Says that it is there.
pub const HELLO: u8 = 1;
/// Which volumes there are: number of disks (u32).
pub const VOLUMES: u8 = 2;
/// What a path is: volume (u32), path.
pub const STAT: u8 = 3;
/// A folder's entries by name: volume, path, name after which to begin, most entries (u32).
pub const LIST: u8 = 4;
/// Bytes of a file: volume, path, offset (u64), length (u32).
pub const READ: u8 = 5;

/// An answer with what was asked for.
pub const DONE: u8 = 0;
/// There is no such path.
pub const MISSING: u8 = 1;
/// The path is not what was asked for, or leads over a symbolic link: the text says which.
pub const UNFIT: u8 = 2;
/// The file system is damaged here or cannot be read: the text says what its reader said.
pub const DAMAGED: u8 = 3;
/// More than is answered.
pub const TOO_LARGE: u8 = 4;

/// What an entry of a folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEntry {
    /// Its name; empty where a path was asked for.
    pub name: Vec<u8>,
    /// Kind and permissions, as `st_mode`.
    pub mode: u32,
    /// Owner and group.
    pub owner: (u32, u32),
    /// Length in bytes.
    pub size: u64,
    /// When its content was changed: seconds since 1970 and nanoseconds.
    pub modified: (i64, u32),
    /// Where a symbolic link leads; empty for all others.
    pub target: Vec<u8>,
}

/// A disk, partition or logical volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawVolume {
    /// Number of the disk as it was given; the first one of a logical volume.
    pub disk: u32,
    /// Number of the partition; 0 for a whole disk and for a logical volume.
    pub partition: u32,
    /// `group/name` of a logical volume; empty for all others.
    pub logical: Vec<u8>,
    /// First byte on the disk; 0 for a logical volume.
    pub start: u64,
    /// Length in bytes.
    pub size: u64,
    /// What is on it: `ext4`, `lvm`, `unknown`, ...
    pub kind: Vec<u8>,
    /// Its label, or its partition's name.
    pub label: Vec<u8>,
    /// Whether there is a reader for it.
    pub readable: bool,
}

/// Puts a frame together.
#[derive(Debug)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// Begins a frame of this kind.
    pub fn new(kind: u8) -> Writer {
        Writer(vec![0, 0, 0, 0, kind])
    }

    /// Adds a number.
    pub fn u32(&mut self, value: u32) -> &mut Writer {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// Adds a number.
    pub fn u64(&mut self, value: u64) -> &mut Writer {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// Adds bytes.
    pub fn bytes(&mut self, value: &[u8]) -> &mut Writer {
        self.u32(value.len() as u32);
        self.0.extend_from_slice(value);
        self
    }

    /// Adds an entry.
    pub fn entry(&mut self, entry: &RawEntry) -> &mut Writer {
        self.bytes(&entry.name).u32(entry.mode);
        self.u32(entry.owner.0).u32(entry.owner.1).u64(entry.size);
        self.u64(entry.modified.0.cast_unsigned())
            .u32(entry.modified.1);
        self.bytes(&entry.target)
    }

    /// Adds a volume.
    pub fn volume(&mut self, volume: &RawVolume) -> &mut Writer {
        self.u32(volume.disk).u32(volume.partition);
        self.bytes(&volume.logical).u64(volume.start);
        self.u64(volume.size).bytes(&volume.kind);
        self.bytes(&volume.label).u32(u32::from(volume.readable))
    }

    /// The frame, with its length.
    pub fn finish(mut self) -> Vec<u8> {
        let len = (self.0.len() - 4) as u32;
        self.0[..4].copy_from_slice(&len.to_le_bytes());
        self.0
    }
}

/// Takes a frame apart. Every method is `None` where the frame ends too soon.
#[derive(Debug)]
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    /// The next byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|b| b[0])
    }

    /// The next number.
    pub fn u32(&mut self) -> Option<u32> {
        let bytes = self.take(4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }

    /// The next number.
    pub fn u64(&mut self) -> Option<u64> {
        let bytes = self.take(8)?;
        Some(u64::from_le_bytes(bytes.try_into().ok()?))
    }

    /// The next bytes.
    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let len = self.u32()?;
        self.take(len as usize)
    }

    /// The next entry.
    pub fn entry(&mut self) -> Option<RawEntry> {
        Some(RawEntry {
            name: self.bytes()?.to_vec(),
            mode: self.u32()?,
            owner: (self.u32()?, self.u32()?),
            size: self.u64()?,
            modified: (self.u64()?.cast_signed(), self.u32()?),
            target: self.bytes()?.to_vec(),
        })
    }

    /// The next volume.
    pub fn volume(&mut self) -> Option<RawVolume> {
        Some(RawVolume {
            disk: self.u32()?,
            partition: self.u32()?,
            logical: self.bytes()?.to_vec(),
            start: self.u64()?,
            size: self.u64()?,
            kind: self.bytes()?.to_vec(),
            label: self.bytes()?.to_vec(),
            readable: self.u32()? == 1,
        })
    }
}
