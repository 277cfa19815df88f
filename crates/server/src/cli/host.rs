//! `coffer host`.

use clap::{Args, Subcommand};
use coffer_core::Result;
use serde_json::{Value, json};

use super::limit::{self, LimitArgs};
use super::table::{Fit, Table};
use super::{Context, block_on};

/// Hosts: what is asked of hypervisors, for administrators
#[derive(Debug, Args)]
pub struct HostArgs {
    #[command(subcommand)]
    command: HostCommand,
}

#[derive(Debug, Subcommand)]
enum HostCommand {
    /// List the hosts of the configuration
    #[command(visible_alias = "ls")]
    List,
    /// Set the limits of a host in place of the configuration's, or reset them
    ///
    /// They hold at once, also for what runs. What is not named has no limit.
    Limit {
        /// Name in the configuration
        host: String,
        #[command(flatten)]
        limits: LimitArgs,
    },
}

/// Runs `coffer host`.
pub fn run(args: HostArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        if let HostCommand::Limit { host, limits } = &args.command {
            client.limit_host(host, limits.body().as_ref()).await?;
        }
        let hosts = client.hosts().await?;
        let wanted = |host: &&Value| match &args.command {
            HostCommand::List => true,
            HostCommand::Limit { host: name, .. } => host["name"] == *name.as_str(),
        };
        let hosts: Vec<&Value> = hosts.iter().filter(wanted).collect();
        context.output.answer(&json!({ "hosts": hosts }), || {
            let mut table = Table::new(&[
                ("NAME", Fit::Keep),
                ("BANDWIDTH", Fit::Right),
                ("RUNNING", Fit::Right),
                ("OF", Fit::Right),
                ("WAITING", Fit::Right),
                ("AUTOMATIC BACKUPS", Fit::Shorten),
            ]);
            for host in &hosts {
                let limits = &host["limits"];
                table.row([
                    host["name"].as_str().unwrap_or_default().to_owned(),
                    limit::rate(limits),
                    host["running_tasks"].to_string(),
                    host["tasks_in_force"].to_string(),
                    host["waiting_tasks"].to_string(),
                    limit::windows(limits),
                ]);
            }
            table.render(context.output.columns)
        })
    })
}
