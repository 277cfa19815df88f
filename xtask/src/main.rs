//! `cargo xtask`: prepares a machine and runs what takes more than `cargo` alone.
//!
//! Uses the standard library alone and builds with no system library, because it runs on a fresh
//! Debian 12 before anything is installed.

mod bench;
mod console;
mod demo;
mod journeys;
mod json;
mod packages;
mod prepare;
mod programs;
#[path = "../../crates/engine/src/testkit/records.rs"]
mod records;
mod shell;
mod test;

use std::path::PathBuf;
use std::process::ExitCode;

use shell::Result;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  demo [--detach | --stop]   two real servers, protected before your eyes; then it keeps serving
                             --detach returns once it is ready, --stop ends it
  test [--long] [-p CRATE]... [FILTER] [-- ARGUMENTS]
                             format, lints and all tests, on real guests; a CRATE or FILTER runs
                             just those tests
  bench [--quick]            backup and restore against restic and qemu-img
  bench scale [--quick]      start, lists, search and a policy that fires, over a catalog of a
                             million backups
  console [SCRIPT]           builds the web console, or runs a script of its package.json
  journeys [ARGUMENT]...     the console's journeys in a browser (arguments go to Playwright);
                             with --stage only their stage, until Ctrl-C;
                             with --pictures the documentation gets their pictures
  prepare                    installs packages and builds the test guest, and says how to run
                             `cargo test` by hand
  check-records SYSTEM DATA [DATA2] [--quiesced] [--at-least N]
                             says whether raw copies of the test guest's disks are one instant

demo, test, bench and prepare need root on Debian 12: they install packages with apt-get.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((command, rest)) = arguments.split_first() else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    let done = match command.as_str() {
        "bench" => bench::run(rest),
        "console" => console::run(rest),
        "demo" => demo::run(rest),
        "test" => test::run(rest),
        "journeys" => journeys::run(rest),
        "prepare" => prepare::print(),
        "check-records" => check_records(rest),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        other => Err(format!("unknown command `{other}`\n\n{USAGE}")),
    };
    done.unwrap_or_else(|error| {
        eprintln!("xtask: {error}");
        ExitCode::FAILURE
    })
}

fn check_records(arguments: &[String]) -> Result<ExitCode> {
    let (mut copies, mut expect) = (Vec::new(), records::Expect::default());
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quiesced" => expect.quiesced = true,
            "--at-least" => {
                let number = arguments.next().and_then(|n| n.parse().ok());
                expect.at_least = number.ok_or("--at-least needs a number")?;
            }
            path => copies.push(PathBuf::from(path)),
        }
    }
    let report = records::check_records(&copies, expect).map_err(|e| e.to_string())?;
    println!("{report}");
    Ok(if report.is_consistent() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
