//! The `coffer` executable: reads its surroundings once and hands over to the command line.

mod cli;
mod client;

use std::io::IsTerminal;
use std::process::ExitCode;

fn main() -> ExitCode {
    let environment = cli::Environment {
        variables: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
        stdin_terminal: std::io::stdin().is_terminal(),
        stdout_terminal: std::io::stdout().is_terminal(),
        stderr_terminal: std::io::stderr().is_terminal(),
        columns: rustix::termios::tcgetwinsize(std::io::stdout())
            .ok()
            .map(|size| usize::from(size.ws_col))
            .filter(|columns| *columns > 0),
    };
    cli::main(std::env::args_os(), &environment)
}
