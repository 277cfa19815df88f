//! The test programs, and in which order and company they run.
//!
//! Guests under emulation take one processor each, and so do the programs without guests: the two
//! kinds run side by side. What measures a guest's pace runs alone, before the others.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::json::Json;
use crate::prepare::Environment;
use crate::shell::{self, Result};
use crate::test::{Count, tell_time};

/// Programs whose guests have to keep a pace.
const ALONE: &[&str] = &["consistency", "test_guest"];
/// Programs with guests that have none to keep.
const GUESTS: &[&str] = &["hypervisor_libvirt", "restarts", "drills"];
/// A program most of whose tests have no guest, and the modules of those that do.
const MIXED: (&str, &[&str]) = ("cbr", &["real::", "instant::", "drills::"]);

/// A program, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Program {
    /// Of the library, executable or test that it belongs to.
    name: String,
    path: PathBuf,
    /// Where it runs: its package.
    folder: PathBuf,
    arguments: Vec<String>,
}

impl Program {
    fn with(&self, arguments: &[&str]) -> Program {
        let mut part = self.clone();
        let arguments = arguments.iter().map(|&argument| argument.to_owned());
        part.arguments.extend(arguments);
        part
    }

    fn title(&self) -> String {
        [std::slice::from_ref(&self.name), &self.arguments]
            .concat()
            .join(" ")
    }

    /// Runs it; returns what it said, and whether it ended well.
    fn run(&self, environment: &Environment, long: bool) -> (String, bool) {
        println!("     Running {}", self.title());
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).arg("--test-threads=1");
        command.current_dir(&self.folder);
        environment.apply(&mut command);
        if long {
            command.env("COFFER_TEST_LONG", "1");
        }
        let begun = Instant::now();
        // One pipe for both, so that the lines keep their order.
        let outcome = std::io::pipe().and_then(|(output, input)| {
            command.stdin(Stdio::null());
            command.stdout(input.try_clone()?).stderr(input);
            let mut child = command.spawn()?;
            // Its ends of the pipe would keep the reader waiting.
            drop(command);
            let mut said = String::new();
            for line in BufReader::new(output).split(b'\n') {
                said += &String::from_utf8_lossy(&line?);
                said.push('\n');
            }
            Ok((said, child.wait()?.success()))
        });
        let seconds = begun.elapsed().as_secs();
        let head = format!("\n     Ran {} in {seconds} s\n", self.title());
        match outcome {
            Ok((said, well)) => (head + &said, well),
            Err(error) => (format!("{head}{}: {error}\n", self.path.display()), false),
        }
    }
}

/// Builds all test programs of the workspace and runs them; what the compiler and clippy notice on
/// the way fails a check.
///
/// # Errors
/// Where something does not compile.
pub fn run(environment: &Environment, long: bool, count: &mut Count) -> Result<()> {
    let begun = Instant::now();
    let mut build = shell::cargo_of_tests();
    build.args(["test", "--workspace", "--all-targets", "--no-run"]);
    build.arg("--message-format=json");
    let built = build.stdout(Stdio::piped()).spawn();
    let built = built.and_then(std::process::Child::wait_with_output);
    let built = built.map_err(|error| format!("cargo: {error}"))?;
    let messages = String::from_utf8_lossy(&built.stdout);
    let noticed = noticed(&messages)?;
    noticed.iter().for_each(|text| print!("{text}"));
    tell_time("compiling the tests", begun);
    if !built.status.success() {
        return Err(format!("cargo test --no-run: {}", built.status));
    }
    match shell::clippy() {
        Some(_) => count.outcome("clippy", noticed.is_empty()),
        None => count.outcome(
            "clippy is not installed: rustup component add clippy",
            false,
        ),
    }
    let (alone, guests, rest) = sorted(programs(&messages)?);
    let count = Mutex::new(count);
    let tell = |(said, well): (String, bool)| {
        let mut count = count.lock().unwrap_or_else(PoisonError::into_inner);
        print!("{said}");
        count.add_program(&said, well);
    };
    for program in alone {
        tell(program.run(environment, long));
    }
    let (guests, rest) = (Mutex::new(guests), Mutex::new(rest));
    let next = |from: &Mutex<VecDeque<Program>>| {
        from.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while let Some(program) = next(&guests).or_else(|| next(&rest)) {
                tell(program.run(environment, long));
            }
        });
        while let Some(program) = next(&rest) {
            tell(program.run(environment, long));
        }
    });
    Ok(())
}

/// What the compiler and clippy said of our crates.
fn noticed(messages: &str) -> Result<Vec<String>> {
    let mut noticed = Vec::new();
    for line in messages.lines().filter(|line| line.starts_with('{')) {
        let message = Json::parse(line)?;
        if message.text("reason") == "compiler-message" {
            noticed.push(message.text("message.rendered").to_owned());
        }
    }
    Ok(noticed)
}

/// The programs of cargo's messages.
fn programs(messages: &str) -> Result<Vec<Program>> {
    let mut found = Vec::new();
    for line in messages.lines().filter(|line| line.starts_with('{')) {
        let message = Json::parse(line)?;
        let (path, manifest) = (message.text("executable"), message.text("manifest_path"));
        let is_test = matches!(message.get("profile.test"), Json::Bool(true));
        // Benchmarks are compiled for what clippy says of them; `cargo xtask bench` runs them.
        let is_bench = message.text("target.kind.0") == "bench";
        if path.is_empty() || !is_test || is_bench {
            continue;
        }
        let folder = PathBuf::from(manifest);
        found.push(Program {
            name: message.need("target.name")?,
            path: path.into(),
            folder: folder
                .parent()
                .ok_or("a package without a folder")?
                .to_owned(),
            arguments: Vec::new(),
        });
    }
    match found.is_empty() {
        true => Err("cargo named no test program".to_owned()),
        false => Ok(found),
    }
}

type Queue = VecDeque<Program>;

/// Those that run alone, those with guests, all others.
fn sorted(programs: Vec<Program>) -> (Queue, Queue, Queue) {
    let (mut alone, mut guests, mut rest) = (Queue::new(), Queue::new(), Queue::new());
    for program in programs {
        let name = program.name.as_str();
        if ALONE.contains(&name) {
            alone.push_back(program);
        } else if GUESTS.contains(&name) {
            guests.push_back(program);
        } else if name == MIXED.0 {
            guests.push_back(program.with(MIXED.1));
            let others = MIXED.1.iter().flat_map(|module| ["--skip", *module]);
            rest.push_back(program.with(&others.collect::<Vec<_>>()));
        } else {
            rest.push_back(program);
        }
    }
    (alone, guests, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(name: &str, test: bool) -> String {
        message_of("test", name, test)
    }

    fn message_of(kind: &str, name: &str, test: bool) -> String {
        format!(
            r#"{{"reason":"compiler-artifact","manifest_path":"/a/{name}/Cargo.toml","target":{{"kind":["{kind}"],"name":"{name}"}},"profile":{{"test":{test}}},"executable":"/a/target/{name}-1"}}"#
        )
    }

    #[test]
    fn each_program_runs_once_and_in_its_company() {
        let names = ["api", "consistency", "hypervisor_libvirt", "cbr"];
        let mut messages: Vec<String> = names.iter().map(|name| message(name, true)).collect();
        messages.push(message("coffer", false));
        messages.push(message_of("bench", "scale", true));
        messages.push(r#"{"reason":"build-finished","success":true}"#.to_owned());
        let found = programs(&messages.join("\n")).unwrap();
        assert_eq!(found[0].folder, PathBuf::from("/a/api"));
        assert_eq!(found[0].path, PathBuf::from("/a/target/api-1"));
        let shown = |queue: Queue| -> Vec<String> { queue.iter().map(Program::title).collect() };
        let (alone, guests, rest) = sorted(found);
        assert_eq!(shown(alone), ["consistency"]);
        assert_eq!(
            shown(guests),
            ["hypervisor_libvirt", "cbr real:: instant:: drills::"]
        );
        assert_eq!(
            shown(rest),
            ["api", "cbr --skip real:: --skip instant:: --skip drills::"]
        );
        assert!(programs("").is_err());
    }

    #[test]
    fn what_clippy_says_is_found_among_cargos_messages() {
        let said = r#"{"reason":"compiler-message","message":{"rendered":"warning: needless\n"}}"#;
        let messages = [&message("api", true), said].join("\n");
        assert_eq!(noticed(&messages).unwrap(), ["warning: needless\n"]);
        assert!(noticed(&message("api", true)).unwrap().is_empty());
    }
}
