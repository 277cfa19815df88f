//! The HTTP frame: what holds for every request, whatever it asks for.

pub(crate) mod console;
pub(crate) mod cookie;
pub mod error;
pub mod extract;
pub mod frame;
pub mod listen;
pub(crate) mod metrics;
pub mod page;
pub mod public;
pub mod range;
mod record;
mod texts;

pub use error::{ApiError, Family};
pub use extract::{Json, Params};
pub use frame::RequestId;
pub use public::PublicBase;
