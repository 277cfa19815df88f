//! `coffer session`.

use clap::{Args, Subcommand};
use coffer_core::{Error, Result};
use serde_json::{Value, json};

use super::output::{Output, with_zones};
use super::table::{Fit, Table};
use super::{Context, block_on};
use crate::client::Client;

/// Your sessions in browsers: list, end
#[derive(Debug, Args)]
pub struct SessionArgs {
    #[command(subcommand)]
    command: SessionCommand,
}

#[derive(Debug, Subcommand)]
enum SessionCommand {
    /// List your open sessions, newest first
    #[command(visible_alias = "ls")]
    List,
    /// End sessions: whoever uses them is logged out at once
    End {
        /// Sessions by id, or by the beginning of one
        #[arg(required_unless_present = "all")]
        sessions: Vec<String>,
        /// All of them, and all tokens of yours: the command line is logged out too
        #[arg(long, conflicts_with = "sessions")]
        all: bool,
    },
}

/// Runs `coffer session`.
pub fn run(args: SessionArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        let output = &context.output;
        match args.command {
            SessionCommand::List => list(&client, output).await,
            SessionCommand::End { all: true, .. } => {
                client.end_all_sessions().await?;
                output.answer(&json!({ "ended": "all" }), || {
                    "All sessions and tokens have ended.\n".to_owned()
                })
            }
            SessionCommand::End { sessions, .. } => end(&client, output, &sessions).await,
        }
    })
}

async fn list(client: &Client, output: &Output) -> Result<()> {
    let sessions = client.sessions().await?;
    let document: Vec<Value> = sessions.iter().map(|s| with_zones(s.raw.clone())).collect();
    output.answer(&document, || {
        let mut table = Table::new(&[
            ("ID", Fit::Keep),
            ("ADDRESS", Fit::Keep),
            ("BROWSER", Fit::Shorten),
            ("BEGAN", Fit::Keep),
            ("LAST USED", Fit::Keep),
            ("ENDS", Fit::Keep),
        ]);
        for session in sessions.iter().map(|s| &s.value) {
            table.row([
                session.id.clone(),
                session.address.clone(),
                session.agent.clone(),
                output.api_time(&session.created_at),
                output.api_time(&session.last_seen_at),
                output.api_time(&session.expires_at),
            ]);
        }
        table.render(output.columns)
    })
}

async fn end(client: &Client, output: &Output, wanted: &[String]) -> Result<()> {
    let open = client.sessions().await?;
    let mut ids = Vec::new();
    for text in wanted {
        let mut found = open
            .iter()
            .filter(|s| s.value.id.starts_with(text.as_str()));
        match (found.next(), found.next()) {
            (Some(one), None) => ids.push(one.value.id.clone()),
            (Some(_), Some(_)) => {
                return Err(
                    Error::invalid(format!("several sessions begin with `{text}`"))
                        .hint("`coffer session list` has their ids."),
                );
            }
            (None, _) => {
                return Err(Error::not_found(format!("you have no session `{text}`"))
                    .hint("`coffer session list` shows what there is."));
            }
        }
    }
    for id in &ids {
        client.end_session(id).await?;
    }
    output.answer(&json!({ "ended": ids }), || match ids.as_slice() {
        [_] => "The session has ended.\n".to_owned(),
        _ => "The sessions have ended.\n".to_owned(),
    })
}
