//! Decisions and values of Coffer.
//!
//! Everything here is a pure function of its arguments: no IO, no clock, no randomness, no
//! runtime. The engine carries out what is decided here; the control plane stores it.
#![forbid(unsafe_code)]

pub mod access;
pub mod cbr;
pub mod digest;
pub mod error;
pub mod extent;
pub mod format;
pub mod ids;
pub mod inner_path;
pub mod map;
pub mod plan;
pub mod portable;
pub mod qcow2;
pub mod retention;
pub mod schedule;
pub mod state;
pub mod units;
pub mod window;
pub mod zone;

pub use error::{Error, Kind, Result};
