//! The program inside the appliance: its `init`, and its only one but for readers of file systems
//! that the kernel has none for.
//!
//! It loads the kernel's modules, says hello, and is put aside then (`super::machine`). Woken up with
//! a backup's disks it answers questions about them, one after the other, until the power goes.
//! Errors of a file system are answers; whatever else goes wrong ends it, and the machine with it.
//!
//! Std alone: `build.rs` compiles it with nothing but rustc, statically, so that the appliance
//! needs no library for it.

mod detect;
mod serve;
mod system;
mod volumes;
#[path = "../wire.rs"]
mod wire;

use std::fs;
use std::path::Path;

/// Where the service listens.
const PORT: &str = "/dev/vport0p1";

fn main() {
    system::mount_own();
    for name in fs::read_to_string("/modules.list")
        .unwrap_or_default()
        .lines()
    {
        // One that does not load is one file system less, which is said where somebody wants it.
        let _ = system::load_module(Path::new(&format!("/modules/{name}")));
    }
    // They have been loaded, and the memory is wanted for the pages of disks.
    let _ = fs::remove_dir_all("/modules");
    system::clear_free_memory();
    let port = fs::File::options()
        .read(true)
        .write(true)
        .open(PORT)
        .expect("the port is there");
    serve::serve(port);
    system::power_off();
}
