//! The service over HTTP, in this process.

#[path = "../support/mod.rs"]
mod support;

mod actions;
mod closing;
mod frame;
mod keystone;
mod neighbours;
mod users;
