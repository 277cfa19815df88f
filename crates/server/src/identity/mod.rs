//! Who is asking, and what they may do.

pub mod caller;

pub use caller::{Caller, Role, Scope};

use crate::catalog::Catalog;
use crate::door::Clock;

/// Domains, projects, users, tokens and access keys.
#[derive(Clone)]
pub struct Identity {
    _catalog: Catalog,
    _clock: Clock,
}
