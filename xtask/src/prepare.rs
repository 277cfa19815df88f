//! What tests, demo and bench need on the machine.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::packages;
use crate::shell::{self, Result, at};

/// The OpenStack command line with the plugin for backups, as the tests use it.
const PYTHON_PACKAGES: &[&str] = &["python-openstackclient", "otcextensions"];

/// Where things are that tests look for in their environment.
pub struct Environment(Vec<(&'static str, PathBuf)>);

impl Environment {
    /// Gives it to a program.
    pub fn apply(&self, command: &mut Command) {
        command.envs(self.0.iter().map(|(name, path)| (name, path)));
    }
}

/// Prepares everything the tests need.
pub fn tests() -> Result<Environment> {
    packages::install(&[
        packages::BUILD,
        packages::HYPERVISOR,
        packages::GUEST,
        packages::TEST,
        packages::BROWSER,
    ])?;
    let guest = guest()?;
    Ok(Environment(vec![
        ("STACK_CACHE", guest.join("libvirt-cache")),
        ("COFFER_TEST_GUEST", guest),
        ("COFFER_TEST_STACK", stack()),
        ("COFFER_TEST_OPENSTACK", openstack()?),
    ]))
}

/// Builds the test guest where it is not current, and returns its folder.
pub fn guest() -> Result<PathBuf> {
    let _alone = shell::lock("testguest")?;
    let folder = shell::target().join("testguest");
    let build = shell::root().join("testguest/build.sh");
    if !shell::succeeds(Command::new("apt-cache").args(["show", "linux-image-cloud-amd64"])) {
        packages::update()?;
    }
    shell::run(Command::new(build).arg(&folder))?;
    Ok(folder)
}

/// The script that starts and stops a private libvirt.
pub fn stack() -> PathBuf {
    shell::root().join("testguest/stack.sh")
}

/// The `openstack` program, in a Python environment of its own.
fn openstack() -> Result<PathBuf> {
    let _alone = shell::lock("venv")?;
    let folder = shell::target().join("venv");
    let done = folder.join("installed");
    let wanted = PYTHON_PACKAGES.join(" ");
    if std::fs::read_to_string(&done).is_ok_and(|had| had == wanted) {
        return Ok(folder.join("bin/openstack"));
    }
    println!("installing {wanted} from PyPI into {}", folder.display());
    shell::run(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )?;
    let pip = ["install", "--quiet", "--disable-pip-version-check"];
    shell::run(
        Command::new(folder.join("bin/pip"))
            .args(pip)
            .args(PYTHON_PACKAGES),
    )?;
    at(&done, std::fs::write(&done, wanted))?;
    Ok(folder.join("bin/openstack"))
}

/// Prepares, and prints the environment for running `cargo test` by hand.
pub fn print() -> Result<ExitCode> {
    for (name, path) in tests()?.0 {
        println!("export {name}={}", path.display());
    }
    Ok(ExitCode::SUCCESS)
}
