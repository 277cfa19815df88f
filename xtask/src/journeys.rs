//! The console's journeys: a browser against the real service with real guests.

use std::process::{Command, ExitCode};

use crate::console::{self, Console};
use crate::demo::Rig;
use crate::packages;
use crate::shell::{self, Result};

/// `cargo xtask journeys [ARGUMENTS OF PLAYWRIGHT]`.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    packages::install(&[
        packages::BUILD,
        packages::HYPERVISOR,
        packages::GUEST,
        packages::BROWSER,
    ])?;
    console::build()?;
    let mut journeys = command(arguments)?;
    shell::run(&mut journeys.command).map(|()| ExitCode::SUCCESS)
}

/// Playwright, ready to run, and the stage it plays on.
pub struct Journeys {
    /// To be run before this is dropped.
    pub command: Command,
    _rig: Rig,
}

/// Builds the executable with the console in it, and sets the stage.
pub fn command(arguments: &[String]) -> Result<Journeys> {
    let build = [
        "build",
        "--quiet",
        "--package",
        "coffer-server",
        "--bin",
        "coffer",
    ];
    shell::run(shell::cargo().args(build))?;
    let coffer = shell::target().join("debug/coffer");
    let rig = Rig::start("journeys", &coffer)?;
    let console = Console::prepare()?;
    let mut command = console.program("npx");
    command
        .args(["--no-install", "playwright", "test"])
        .args(arguments)
        .envs(rig.variables()?)
        .envs(rig.service_files())
        .env("COFFER_RIG_BINARY", &coffer)
        .env("COFFER_RIG_OUTPUT", shell::target().join("journeys-output"));
    Ok(Journeys { command, _rig: rig })
}
