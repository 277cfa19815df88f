//! A libvirtd of a test's own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use super::run;

/// A private libvirtd with its guests, in a mount namespace of its own.
///
/// Dropping it ends its guests and removes its folder. If the test's process is killed, a watcher
/// does the same.
#[derive(Debug)]
pub struct Stack {
    directory: PathBuf,
    uri: String,
}

impl Stack {
    /// Starts a libvirtd in a new short folder below the system's temporary folder.
    ///
    /// # Panics
    /// If `COFFER_TEST_STACK` is not set (`cargo xtask test` sets it) or libvirtd does not start.
    pub fn start() -> Stack {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("cf{}-{count}", std::process::id());
        Stack::start_in(&std::env::temp_dir().join(name))
    }

    /// The same in a folder of the caller's choice, which has to be new and short.
    pub fn start_in(directory: &Path) -> Stack {
        let mut command = script();
        command
            .arg("start")
            .arg(directory)
            .arg(std::process::id().to_string());
        let uri = run(&mut command).trim().to_owned();
        Stack {
            directory: directory.to_owned(),
            uri,
        }
    }

    /// What clients connect to.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The stack's folder: short enough for sockets, removed with the stack.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Runs `virsh` on this stack; panics with what it said if it fails.
    pub fn virsh(&self, arguments: &[&str]) -> String {
        self.try_virsh(arguments)
            .unwrap_or_else(|said| panic!("virsh {arguments:?}: {said}"))
    }

    /// Runs `virsh` on this stack; the error is what it said.
    pub fn try_virsh(&self, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new("virsh")
            .args(["-q", "-c", &self.uri])
            .args(arguments)
            .env("LC_ALL", "C")
            .output()
            .map_err(|e| format!("cannot run virsh of libvirt-clients: {e}"))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
        }
    }

    /// Kills libvirtd (`kill -9`) and starts it again; the guests run on meanwhile.
    pub fn crash_daemon(&self) {
        let pid = super::read_pid(&self.directory.join("libvirtd.pid")).expect("libvirtd runs");
        super::kill(pid);
        super::wait_until("libvirtd is gone", 20, || !super::lives(pid));
        run(script().arg("start").arg(&self.directory));
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let stopped = script().arg("stop").arg(&self.directory).output();
        // A panic while panicking would hide the first one.
        if !std::thread::panicking() {
            let output = stopped.expect("the script ran before");
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}

fn script() -> Command {
    Command::new(super::environment("COFFER_TEST_STACK"))
}
