//! Rules of the CBR service: codes, names, resource types, capacity, where a restore may go.

pub mod capacity;
pub mod code;
pub mod name;
pub mod resource;
pub mod restore;
pub mod share;
pub mod tag;

pub use code::{Code, Operation, Refusal};
pub use resource::{ObjectType, ResourceType};
