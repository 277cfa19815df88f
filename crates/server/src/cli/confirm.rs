//! Asking before something is destroyed.

use std::io::{self, BufRead, Write};

use coffer_core::{Error, Result};

use super::output::Output;

/// Goes on if `yes` was given or somebody at the terminal agrees; an error otherwise.
///
/// `question` says what will be lost.
pub fn confirm(output: &Output, yes: bool, question: &str) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !output.interactive || output.json {
        return Err(
            Error::invalid(question.to_string()).hint("Add --yes to go on without being asked.")
        );
    }
    let question = super::table::printable(question);
    let _ = write!(io::stderr(), "{question}. Go on? [y/N] ");
    let _ = io::stderr().flush();
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|e| Error::unavailable("read the answer").caused_by(e))?;
    match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Error::cancelled("nothing was done")),
    }
}
