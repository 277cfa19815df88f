//! Backups as archives that anybody can read, made on the fly, and read back into a vault.
//!
//! What an archive is, is in `coffer_core::portable`.

mod read;
mod write;

pub use read::{ArchiveStream, IncomingBackup, receive};
pub use write::{Described, Portable};
