//! The console's journeys: a browser against the real service with real guests.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::console::{self, Console};
use crate::demo::Rig;
use crate::packages;
use crate::shell::{self, Result, at};

/// `cargo xtask journeys [--stage | --pictures | ARGUMENTS OF PLAYWRIGHT]`.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    packages::install(&[
        packages::BUILD,
        packages::HYPERVISOR,
        packages::GUEST,
        packages::BROWSER,
    ])?;
    console::build()?;
    if arguments == ["--stage"] {
        return stage();
    }
    let pictures = arguments == ["--pictures"];
    let mut journeys = command(if pictures { &[] } else { arguments })?;
    shell::run(&mut journeys.command)?;
    if pictures {
        keep_pictures()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The pictures of the README and the guides, as the journeys made them.
const KEPT: &[&str] = &[
    "servers-light-wide",
    "create-server-backup",
    "server-light-wide",
    "overview-dark-wide",
];

/// Takes the pictures of this run into the documentation.
fn keep_pictures() -> Result<()> {
    for name in KEPT {
        let from = output().join(format!("pictures/{name}.png"));
        let to = shell::root().join(format!("docs/pictures/{name}.png"));
        at(&from, std::fs::copy(&from, &to))?;
        println!("kept {}", to.display());
    }
    Ok(())
}

/// Where journeys leave pictures, traces and figures.
fn output() -> PathBuf {
    shell::target().join("journeys-output")
}

/// Sets the stage alone and keeps it until Ctrl-C: to write journeys, and to run them one by one.
fn stage() -> Result<ExitCode> {
    let journeys = command(&[])?;
    let file = shell::target().join("journeys-stage.env");
    let lines: String = journeys
        .command
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_str()?, value?.to_str()?)))
        .map(|(name, value)| format!("{name}={value}\n"))
        .collect();
    at(&file, std::fs::write(&file, lines))?;
    println!(
        "the stage is set; in console/: set -a; . {}; set +a; npx playwright test; Ctrl-C ends it",
        file.display()
    );
    journeys.rig.hold();
    Ok(ExitCode::SUCCESS)
}

/// Playwright, ready to run, and the stage it plays on.
pub struct Journeys {
    /// To be run before this is dropped.
    pub command: Command,
    rig: Rig,
}

/// Builds the executable with the console in it, and sets the stage.
pub fn command(arguments: &[String]) -> Result<Journeys> {
    // The program that the tests of the workspace run: built by itself it would have all its
    // dependencies compiled once more, with fewer features.
    let build = [
        "test",
        "--quiet",
        "--workspace",
        "--no-run",
        "--test",
        "api",
    ];
    shell::run(shell::cargo_of_tests().args(build))?;
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
        .env("COFFER_RIG_OUTPUT", output());
    Ok(Journeys { command, rig })
}
