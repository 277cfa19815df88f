//! Sees to it that the folder of the built console is there: the executable takes in what lies in
//! it, and is built anew when that changes.

use std::path::Path;

fn main() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../console/dist");
    // Without the folder there is nothing to watch, and the console could not come later.
    if let Err(error) = std::fs::create_dir_all(&dist) {
        println!("cargo::warning=make {}: {error}", dist.display());
    }
    println!("cargo::rerun-if-changed={}", dist.display());
    println!("cargo::rerun-if-changed=build.rs");
}
