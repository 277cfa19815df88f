//! `coffer doctor`.

use std::path::PathBuf;

use clap::Args;
use coffer_core::{Error, Result};
use coffer_server::config::Config;
use coffer_server::doctor::{Level, examine};
use serde_json::json;

use super::{Context, block_on};

/// Find what is wrong with an installation: configuration, stores, hosts, keys
///
/// Run it as the service's user, beside a running service or without one. Fails where something does
/// not work.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Configuration file of the service
    #[arg(
        long,
        short,
        value_name = "FILE",
        default_value = "/etc/coffer/coffer.toml"
    )]
    config: PathBuf,
}

/// Runs `coffer doctor`.
pub fn run(args: &DoctorArgs, context: &Context<'_>) -> Result<()> {
    let config = Config::load(&args.config)?;
    let report = block_on(async { Ok(examine(&config).await) })?;
    let document = json!({ "worst": report.worst(), "findings": report.0 });
    context.output.answer(&document, || {
        let mut text = String::new();
        for finding in &report.0 {
            let mark = match finding.level {
                Level::Good => "good   ",
                Level::Warning => "warning",
                Level::Wrong => "WRONG  ",
            };
            text.push_str(&format!("{mark}  {}: {}\n", finding.subject, finding.text));
            if let Some(hint) = &finding.hint {
                text.push_str(&format!("         {hint}\n"));
            }
        }
        text
    })?;
    match report.worst() {
        Level::Wrong => Err(Error::conflict("something is wrong with this installation")
            .hint("See the lines above that begin with WRONG.")),
        _ => Ok(()),
    }
}
