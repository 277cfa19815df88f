//! Compiles the program inside the appliance that reads files out of backups (`src/files/guest`):
//! a static program of std alone, which the library carries with it.

use std::env;
use std::path::PathBuf;
use std::process::Command;

#[expect(
    clippy::disallowed_methods,
    reason = "a build script is told by its environment"
)]
fn main() {
    println!("cargo::rerun-if-changed=src/files/guest");
    println!("cargo::rerun-if-changed=src/files/wire.rs");
    let variable = |name: &str| env::var_os(name).expect("cargo sets it");
    let program = PathBuf::from(variable("OUT_DIR")).join("guest");
    let status = Command::new(variable("RUSTC"))
        .args(["--edition=2024", "--crate-name=guest", "--crate-type=bin"])
        .args(["-Copt-level=2", "-Cpanic=abort", "-Cstrip=symbols"])
        .arg("-Ctarget-feature=+crt-static")
        // Each side of the protocol uses a half of it.
        .arg("-Adead_code")
        .arg("--target")
        .arg(variable("TARGET"))
        .arg("-o")
        .arg(&program)
        .arg("src/files/guest/main.rs")
        .status()
        .expect("rustc starts");
    assert!(status.success(), "the appliance's program does not compile");
}
