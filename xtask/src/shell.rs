//! Running programs and waiting for them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Errors are texts for the person at the terminal.
pub type Result<T> = std::result::Result<T, String>;

/// Folder of the workspace.
pub fn root() -> PathBuf {
    // Set by `cargo run`; the compiled-in one serves a binary that is started by hand.
    let package = variable("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package
        .parent()
        .expect("xtask lies in the workspace")
        .to_owned()
}

/// Folder of build outputs.
pub fn target() -> PathBuf {
    variable("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

#[expect(
    clippy::disallowed_methods,
    reason = "xtask's one door to the environment"
)]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// The search path with a folder in front.
pub fn path_from(first: &Path) -> OsString {
    let mut path = first.as_os_str().to_owned();
    if let Some(rest) = variable("PATH") {
        path.push(":");
        path.push(rest);
    }
    path
}

/// `cargo`, the one that runs this.
pub fn cargo() -> Command {
    let mut command = Command::new(variable("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// `cargo` for builds of tests: our own crates are compiled by clippy's driver, which compiles as
/// `rustc` does and says what it notices. `cargo clippy` by itself would check all dependencies a
/// second time. By the compiler alone where the toolchain has no clippy.
pub fn cargo_of_tests() -> Command {
    let mut command = cargo();
    if let Some(driver) = clippy() {
        command.env("RUSTC_WORKSPACE_WRAPPER", driver);
    }
    command
}

/// Clippy's driver, where the toolchain that runs this has it.
pub fn clippy() -> Option<PathBuf> {
    let beside = Path::new(cargo().get_program()).with_file_name("clippy-driver");
    beside.exists().then_some(beside)
}

/// Runs a program with the terminal's output; fails if it does.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .map_err(|e| format!("{}: {e}", describe(command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{}: {status}", describe(command)))
    }
}

/// Runs a program and returns what it printed; what it said on errors is in the error.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .map_err(|e| format!("{}: {e}", describe(command)))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!(
        "{}: {}: {}",
        describe(command),
        output.status,
        said.trim()
    ))
}

/// True if a program runs and succeeds; its output is dropped.
pub fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// The command line, cut to a readable length.
fn describe(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    match text.char_indices().nth(160) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// Waits until `reached` gives a value, looking ten times a second; fails after `limit`.
pub fn wait_for<T>(
    what: &str,
    limit: Duration,
    mut reached: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let begun = Instant::now();
    loop {
        if let Some(value) = reached()? {
            return Ok(value);
        }
        if begun.elapsed() > limit {
            return Err(format!("{what}: not within {} s", limit.as_secs()));
        }
        #[expect(clippy::disallowed_methods, reason = "xtask's one door to waiting")]
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Adds the path to errors of the file system.
pub fn at<T>(path: &Path, result: std::io::Result<T>) -> Result<T> {
    result.map_err(|e| format!("{}: {e}", path.display()))
}

/// Holds a lock file of `target/` until dropped, so that two runs do not build the same thing.
pub fn lock(name: &str) -> Result<std::fs::File> {
    at(&target(), std::fs::create_dir_all(target()))?;
    let path = target().join(format!("{name}.lock"));
    let file = at(&path, std::fs::File::create(&path))?;
    at(&path, file.lock())?;
    Ok(file)
}
