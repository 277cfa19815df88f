//! Logs: to standard error, for people or as one JSON object a line.

use std::io::IsTerminal;

use coffer_core::{Error, Result};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Starts logging for the process. A second call changes nothing.
///
/// # Errors
/// `Invalid` for a level that is none.
pub fn start(log: &Log) -> Result<()> {
    let filter = EnvFilter::try_new(&log.level).map_err(|e| {
        Error::invalid(format!(
            "`log.level` is `{}`, neither level nor filter",
            log.level
        ))
        .hint("Use error, warn, info, debug or trace.")
        .caused_by(e)
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Files and journals get no colours.
        .with_ansi(std::io::stderr().is_terminal());
    let started = match log.format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .try_init(),
    };
    // Only fails where tests of one process share a logger already.
    drop(started);
    Ok(())
}
