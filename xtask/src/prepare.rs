//! What tests, demo and bench need on the machine.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::packages;
use crate::shell::{self, Result, at};

/// Public clients and what they stand on, as the tests use them: the OpenStack command line and SDK
/// with the plugin for backups (and what its own tests need), the Huawei Cloud SDK, and the checker
/// of the API document.
const PYTHON_PACKAGES: &[&str] = &[
    "python-openstackclient==10.5.0",
    "openstacksdk==4.22.0",
    "keystoneauth1==5.18.1",
    "otcextensions==0.34.8",
    "fixtures==4.3.2",
    "oslotest==6.1.1",
    "tempest==47.0.0",
    "testtools==2.9.1",
    "huaweicloudsdkcbr==3.1.219",
    "schemathesis==4.32.5",
];

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
    let programs = python_programs()?;
    Ok(Environment(vec![
        ("STACK_CACHE", guest.join("libvirt-cache")),
        ("COFFER_TEST_GUEST", guest),
        ("COFFER_TEST_STACK", stack()),
        ("COFFER_TEST_OPENSTACK", programs.join("openstack")),
        ("COFFER_TEST_PYTHON", programs.join("python")),
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

/// The programs of a Python environment of our own that has the clients.
fn python_programs() -> Result<PathBuf> {
    let _alone = shell::lock("venv")?;
    let folder = shell::target().join("venv");
    let done = folder.join("installed");
    let wanted = PYTHON_PACKAGES.join(" ");
    if std::fs::read_to_string(&done).is_ok_and(|had| had == wanted) {
        return Ok(folder.join("bin"));
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
    Ok(folder.join("bin"))
}

/// Prepares, and prints the environment for running `cargo test` by hand.
pub fn print() -> Result<ExitCode> {
    for (name, path) in tests()?.0 {
        println!("export {name}={}", path.display());
    }
    Ok(ExitCode::SUCCESS)
}
