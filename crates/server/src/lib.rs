//! Coffer's control plane.
//!
//! `coffer serve` is [`serve::run`]. `api` speaks HTTP and JSON, `app` decides and writes,
//! `catalog` knows SQL, `tasks` carries out what was decided, `identity` says who is asking.

pub mod api;
pub mod app;
pub mod audit;
pub mod catalog;
pub mod config;
pub mod doctor;
pub mod door;
pub mod hosts;
pub mod http;
pub mod identity;
pub mod inventory;
pub mod live;
pub mod metrics;
pub mod notify;
pub mod serve;
pub mod state;
pub mod tasks;
pub mod telemetry;

pub use state::AppState;
