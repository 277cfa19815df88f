//! The service over HTTP, in this process.

#[path = "../support/sign.rs"]
mod sign;
#[path = "../support/mod.rs"]
mod support;

mod access;
mod actions;
mod audit;
mod closing;
mod frame;
mod isolation;
mod keystone;
mod neighbours;
mod permissions;
mod users;
