//! The `coffer` executable.
fn main() {}
