//! `cargo xtask test`.

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use crate::console::{self, Console};
use crate::shell::{self, Result};
use crate::{journeys, prepare, programs};

/// Tests passed and failed, over all runs.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Count {
    passed: u64,
    failed: u64,
}

impl Count {
    /// Counts a check that is one run as a whole.
    fn check(&mut self, what: &str, command: &mut Command) {
        let begun = Instant::now();
        let outcome = shell::run(command);
        tell_time(what, begun);
        match &outcome {
            Ok(()) => self.outcome(what, true),
            Err(error) => self.outcome(&format!("{what}: {error}"), false),
        }
    }

    /// Counts a check that has been made, and names it if it failed.
    pub fn outcome(&mut self, what: &str, well: bool) {
        if well {
            self.passed += 1;
        } else {
            println!("FAILED {what}");
            self.failed += 1;
        }
    }

    /// Adds what a test program said, and whether it ended well.
    pub fn add_program(&mut self, said: &str, well: bool) {
        let failed_before = self.failed;
        said.lines().for_each(|line| self.add_line(line));
        if !well && self.failed == failed_before {
            // It died without a summary.
            self.failed += 1;
        }
    }

    /// Adds a line like `test result: ok. 3 passed; 0 failed; 0 ignored; ...` of a Rust test
    /// program, or `  3 passed (12.1s)` of Playwright.
    fn add_line(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        if let (true, Some(Ok(number))) =
            (line.starts_with("  "), words.next().map(str::parse::<u64>))
        {
            match words.next() {
                Some("passed") => self.passed += number,
                // A flaky one passed only when tried again; there are no retries to hide it.
                Some("failed" | "flaky" | "interrupted") => self.failed += number,
                _ => {}
            }
        }
        let Some((_, counts)) = line
            .strip_prefix("test result: ")
            .and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for part in counts.split("; ") {
            match part.split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse().unwrap_or(0),
                Some((number, "failed")) => self.failed += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

/// Says how long a step took: what makes the whole slow is to be seen in any run's output.
pub fn tell_time(what: &str, begun: Instant) {
    println!("{what}: {} s", begun.elapsed().as_secs());
}

/// Runs everything, or just the tests of a selection.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let begun = Instant::now();
    let (ours, harness) = match arguments.iter().position(|a| a == "--") {
        Some(at) => (&arguments[..at], &arguments[at + 1..]),
        None => (arguments, &[][..]),
    };
    let long = ours.iter().any(|a| a == "--long");
    let selection: Vec<&String> = ours.iter().filter(|a| *a != "--long").collect();
    let packages = selection.iter().any(|a| *a == "-p" || *a == "--package");

    let environment = prepare::tests()?;
    // Before anything is compiled: the executable carries it.
    console::build()?;
    tell_time("packages, guests and the console", begun);
    let mut count = Count::default();
    if selection.is_empty() {
        count.check(
            "cargo fmt",
            shell::cargo().args(["fmt", "--all", "--check"]),
        );
        if shell::succeeds(shell::cargo().args(["deny", "--version"])) {
            count.check(
                "cargo deny",
                shell::cargo().args(["deny", "--offline", "check", "bans", "licenses", "sources"]),
            );
        }
    }

    let tests_begun = Instant::now();
    if selection.is_empty() && harness.is_empty() {
        if let Err(error) = programs::run(&environment, long, &mut count) {
            println!("FAILED to build the tests: {error}");
            count.failed += 1;
        }
        let mut examples = shell::cargo_of_tests();
        examples.args(["test", "--workspace", "--doc", "--quiet"]);
        count.check("examples in the documentation", &mut examples);
    } else {
        let mut tests = shell::cargo_of_tests();
        tests.args(["test", "--no-fail-fast"]);
        if !packages {
            tests.arg("--workspace");
        }
        tests.args(&selection).arg("--");
        // Guests under emulation take all there is: two at once miss limits that one keeps.
        if !harness.iter().any(|a| a.starts_with("--test-threads")) {
            tests.arg("--test-threads=1");
        }
        tests.args(harness);
        environment.apply(&mut tests);
        if long {
            tests.env("COFFER_TEST_LONG", "1");
        }
        let failed_before = count.failed;
        if !run_tests(&mut tests, &mut count)? && count.failed == failed_before {
            // Did not compile, or a test program died without a summary.
            count.failed += 1;
        }
    }
    tell_time("the Rust tests", tests_begun);

    if selection.is_empty() && Console::is_there() {
        console_tests(&mut count)?;
    }

    println!("finished in {} s", begun.elapsed().as_secs());
    println!("{} passed, {} failed", count.passed, count.failed);
    Ok(if count.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Types, style and unit tests of the console, then its journeys in a browser.
fn console_tests(count: &mut Count) -> Result<()> {
    let console = Console::prepare()?;
    count.check(
        "the console's checks",
        &mut console.npm(&["run", "--silent", "check"]),
    );
    // Types that are not of this document would let a changed API pass the check above.
    count.check(
        "the console's types of the API",
        &mut console.types(&["--check"])?,
    );
    let begun = Instant::now();
    match journeys::command(&[]) {
        Ok(mut journeys) => {
            let failed_before = count.failed;
            if !run_tests(&mut journeys.command, count)? && count.failed == failed_before {
                count.failed += 1;
            }
        }
        Err(error) => {
            println!("FAILED the stage of the journeys: {error}");
            count.failed += 1;
        }
    }
    tell_time("the console's journeys", begun);
    Ok(())
}

fn run_tests(command: &mut Command, count: &mut Count) -> Result<bool> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("cargo: {e}"))?;
    let stdout = child.stdout.take().expect("it was asked for");
    for line in BufReader::new(stdout).split(b'\n') {
        let line = line.map_err(|e| format!("cargo's output: {e}"))?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        count.add_line(&line);
    }
    Ok(child.wait().map_err(|e| format!("cargo: {e}"))?.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_all_test_programs_are_summed() {
        let mut count = Count::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
            "test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 1 filtered out",
            "  4 passed (12.1s)",
            "  1 failed",
            "  5 apples",
        ] {
            count.add_line(line);
        }
        assert_eq!(
            count,
            Count {
                passed: 17,
                failed: 3
            }
        );
    }
}
