//! Rules of the CBR service: codes, names, resource types, capacity, where a restore may go,
//! policies.

pub mod capacity;
pub mod code;
pub mod name;
pub mod policy;
pub mod resource;
pub mod restore;
pub mod share;
pub mod tag;

pub use code::{Code, Operation, Refusal};
pub use policy::PolicyType;
pub use resource::{ObjectType, ResourceType};
