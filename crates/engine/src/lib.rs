//! Coffer's data plane: the repository, the hypervisor drivers and the pipelines between them.
//!
//! Nothing here needs the control plane: a vault restores with the database gone.

pub mod block;
pub mod cpu;
pub mod door;
pub mod files;
pub mod hypervisor;
pub mod nbd;
pub mod pipeline;
pub mod progress;
pub mod repository;
pub mod space;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod throttle;
