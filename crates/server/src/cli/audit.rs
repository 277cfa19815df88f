//! `coffer audit`.

use clap::Args;
use coffer_core::Result;
use serde_json::Value;

use super::output::{self, with_zones};
use super::table::{Fit, Table};
use super::{Context, block_on};
use crate::client::AuditFilter;

/// Columns of the CSV, as the API names them.
const COLUMNS: &[&str] = &[
    "at",
    "kind",
    "user_name",
    "user_id",
    "project_id",
    "credential",
    "credential_id",
    "action",
    "trace_name",
    "resource_type",
    "resource_id",
    "resource_name",
    "address",
    "user_agent",
    "request_id",
    "result",
    "status",
    "error_code",
    "error_message",
    "id",
];

/// Show who did what: the audit trail, newest first
///
/// For administrators: of the domain, or of the project that the log-in is for.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// At this time or later, such as 2026-11-28T10:00:00Z
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before this time
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Who did it, by name or id
    #[arg(long)]
    user: Option<String>,
    /// What was done: an action such as cbr:vaults:delete, or cbr:vaults:*
    #[arg(long)]
    action: Option<String>,
    /// What it was done to: vault, backup, policy, user, ...
    #[arg(long = "type", value_name = "TYPE")]
    resource_type: Option<String>,
    /// What it was done to, by name or id
    #[arg(long)]
    resource: Option<String>,
    /// Whose doing: operation, login, or system for what the service did by itself
    #[arg(long)]
    kind: Option<String>,
    /// How it ended: success, refused, failed, unfinished
    #[arg(long)]
    result: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 100, value_name = "NUMBER")]
    limit: usize,
    /// Write CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

/// Runs `coffer audit`.
pub fn run(args: AuditArgs, context: &Context<'_>) -> Result<()> {
    let filter = AuditFilter {
        from: args.from.as_deref(),
        to: args.to.as_deref(),
        user: args.user.as_deref(),
        action: args.action.as_deref(),
        resource_type: args.resource_type.as_deref(),
        resource: args.resource.as_deref(),
        kind: args.kind.as_deref(),
        result: args.result.as_deref(),
    };
    block_on(async {
        let client = context.client().await?;
        let (events, more) = client.audit(&filter, args.limit).await?;
        let output = &context.output;
        if more {
            output.note("Older events are not shown: see --limit.");
        }
        if args.csv {
            return output::write_stdout(csv(&events).as_bytes());
        }
        let document: Vec<Value> = events.iter().cloned().map(with_zones).collect();
        let mut table = Table::new(&[
            ("AT", Fit::Keep),
            ("USER", Fit::Shorten),
            ("ACTION", Fit::Keep),
            ("TO", Fit::Shorten),
            ("RESULT", Fit::Keep),
            ("FROM", Fit::Keep),
        ]);
        for event in &events {
            let text = |key: &str| event[key].as_str().unwrap_or_default().to_string();
            let named = [text("resource_name"), text("resource_id")];
            let to = named.into_iter().find(|name| !name.is_empty());
            let result = match text("error_code") {
                code if code.is_empty() => text("result"),
                code => format!("{} {code}", text("result")),
            };
            let user = match text("kind").as_str() {
                "system" => "(service)".to_string(),
                _ => text("user_name"),
            };
            table.row([
                output.api_time(&text("at")),
                user,
                text("action"),
                to.unwrap_or_default(),
                result,
                text("address"),
            ]);
        }
        output.answer(&document, || table.render(output.columns))
    })
}

fn csv(events: &[Value]) -> String {
    let mut text = COLUMNS.join(",") + "\r\n";
    for event in events {
        let cells = COLUMNS.iter().map(|column| match &event[*column] {
            Value::Null => String::new(),
            Value::String(text) => cell(text),
            other => cell(&other.to_string()),
        });
        text += &cells.collect::<Vec<_>>().join(",");
        text += "\r\n";
    }
    text
}

/// A cell, quoted where that is needed (RFC 4180). What a spreadsheet would take for a formula gets
/// a quote in front: some of it comes from whoever sent a request.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_string()
    };
    match text.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_are_no_formulas() {
        assert_eq!(cell("plain"), "plain");
        assert_eq!(cell("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(cell("=cmd()"), "'=cmd()");
        assert_eq!(cell("a\nb"), "\"a\nb\"");
    }
}
