//! `cargo xtask`: see `main`.
fn main() {}
