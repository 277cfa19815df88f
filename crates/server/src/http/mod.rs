//! The HTTP frame: what holds for every request, whatever it asks for.

pub mod error;
pub mod extract;

pub use error::{ApiError, Family};
pub use extract::{Json, Params};
