//! `coffer serve`.

use std::path::PathBuf;

use clap::Args;
use coffer_core::{Error, Result};
use coffer_server::config::Config;

/// Run the service: API, tasks and workers in one process
///
/// Ends on SIGTERM or SIGINT, after requests under way are answered; tasks go on at the next start.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Configuration file
    #[arg(
        long,
        short,
        value_name = "FILE",
        default_value = "/etc/coffer/coffer.toml"
    )]
    config: PathBuf,
}

/// Runs `coffer serve`.
pub fn run(args: &ServeArgs) -> Result<()> {
    let config = Config::load(&args.config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Error::internal("start the runtime").caused_by(e))?;
    runtime.block_on(coffer_server::serve::run(config, Vec::new()))
}
