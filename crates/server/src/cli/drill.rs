//! `coffer drill`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use coffer_core::{Error, Kind, Result};
use reqwest::Method;
use serde_json::{Value, json};

use super::backup::WaitArgs;
use super::output::{Output, with_zones};
use super::table::{Fit, Table, fields, printable};
use super::{Context, block_on, human, resolve, wait};
use crate::client::Client;

/// Recovery drills: start backups for a trial, and see what that showed
///
/// The guest runs on throw-away copies, without any network, and is gone at the end. A backup that does
/// not pass ends with exit code 6.
#[derive(Debug, Args)]
pub struct DrillArgs {
    #[command(subcommand)]
    command: DrillCommand,
}

#[derive(Debug, Subcommand)]
enum DrillCommand {
    /// Start a server's backup and wait until it shows whether it can be recovered
    Run(RunArgs),
    /// List drills, newest first
    #[command(visible_alias = "ls")]
    List {
        /// Of this backup, by name or id
        #[arg(long)]
        backup: Option<String>,
        /// Of this server, by name or id
        #[arg(long)]
        server: Option<String>,
        /// Of this vault, by name or id
        #[arg(long)]
        vault: Option<String>,
        /// With this verdict alone
        #[arg(long)]
        verdict: Option<Verdict>,
        /// At most so many
        #[arg(long, default_value_t = 100, value_name = "NUMBER",
            value_parser = clap::value_parser!(u64).range(1..=1000))]
        limit: u64,
    },
    /// Show a drill and the last words of its guest
    Show {
        /// Drill by id
        drill: String,
        /// Write the picture of the guest's screen (PNG) to this file
        #[arg(long, value_name = "FILE")]
        screenshot: Option<PathBuf>,
    },
    /// Report of the last 90 days: each server's drills, recovery times and how they change
    Report {
        /// Of this vault alone, by name or id
        #[arg(long)]
        vault: Option<String>,
    },
    /// Show or say when a vault's backups are tried by themselves
    Schedule(ScheduleArgs),
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Verdict {
    Open,
    Passed,
    Failed,
    None,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Period {
    Off,
    AfterBackup,
    Daily,
    Weekly,
}

/// What the guest has to do.
#[derive(Debug, Args)]
struct CheckArgs {
    /// Do not ask for the guest agent
    #[arg(long)]
    no_agent: bool,
    /// Wait for this text on the guest's first serial port
    #[arg(long, value_name = "TEXT")]
    serial: Option<String>,
    /// Run this shell script in the guest, by its agent; it has to end with 0
    #[arg(long, value_name = "SCRIPT")]
    script: Option<String>,
    /// How long the guest may take for all of it, in seconds
    #[arg(long, default_value_t = 300, value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(10..=3600))]
    timeout: u64,
}

#[derive(Debug, Args)]
struct RunArgs {
    /// Server's backup by name or id
    backup: String,
    #[command(flatten)]
    checks: CheckArgs,
    #[command(flatten)]
    waiting: WaitArgs,
}

#[derive(Debug, Args)]
struct ScheduleArgs {
    /// Vault by name or id
    vault: String,
    /// When: each server's newest backup, after it was made, or a day or week after its last drill
    #[arg(long)]
    every: Option<Period>,
    #[command(flatten)]
    checks: CheckArgs,
}

impl CheckArgs {
    fn document(&self) -> Value {
        json!({
            "agent": !self.no_agent,
            "serial": self.serial,
            "script": self.script,
            "limit_seconds": self.timeout,
        })
    }
}

/// Runs `coffer drill`.
pub fn run(args: DrillArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        let output = &context.output;
        match args.command {
            DrillCommand::Run(args) => begin(&client, output, args).await,
            DrillCommand::List {
                backup,
                server,
                vault,
                verdict,
                limit,
            } => {
                let mut path = format!("/drills?limit={limit}");
                if let Some(wanted) = backup {
                    let backup = resolve::backup(&client, &wanted).await?;
                    path += &format!("&backup_id={}", backup.value.id);
                }
                if let Some(wanted) = server {
                    let server = resolve::server(&client, &wanted).await?;
                    path += &format!("&server_id={}", server.value.id);
                }
                path += &of_vault(&client, vault.as_deref(), '&').await?;
                if let Some(verdict) = verdict {
                    path += &format!("&verdict={}", word(verdict));
                }
                let answer = client.own(Method::GET, &path, None).await?;
                output.answer(&with_zones(answer.clone()), || list(&answer, output))
            }
            DrillCommand::Show { drill, screenshot } => {
                show(&client, output, &drill, screenshot).await
            }
            DrillCommand::Report { vault } => {
                let query = of_vault(&client, vault.as_deref(), '?').await?;
                let path = format!("/drill-report{query}");
                let answer = client.own(Method::GET, &path, None).await?;
                output.answer(&with_zones(answer.clone()), || report(&answer, output))
            }
            DrillCommand::Schedule(args) => schedule(&client, output, args).await,
        }
    })
}

/// The query that means one vault.
async fn of_vault(client: &Client, wanted: Option<&str>, sign: char) -> Result<String> {
    match wanted {
        None => Ok(String::new()),
        Some(wanted) => {
            let vault = resolve::vault(client, wanted).await?;
            Ok(format!("{sign}vault_id={}", vault.value.id))
        }
    }
}

fn word(value: impl ValueEnum) -> String {
    let name = value.to_possible_value().map(|v| v.get_name().to_owned());
    name.unwrap_or_default().replace('-', "_")
}

async fn begin(client: &Client, output: &Output, args: RunArgs) -> Result<()> {
    let backup = resolve::backup(client, &args.backup).await?;
    let path = format!("/backups/{}/drill", backup.value.id);
    let body = json!({ "drill": args.checks.document() });
    let begun = client.own(Method::POST, &path, Some(&body)).await?;
    let id = id_of(&begun)?;
    if args.waiting.no_wait {
        return output.answer(&with_zones(begun), || {
            format!("Drill {id} began.\n\nFollow with: coffer task wait {id}\n")
        });
    }
    let ended = wait::follow(client, output, std::slice::from_ref(&id)).await?;
    let shown = client
        .own(Method::GET, &format!("/drills/{id}"), None)
        .await?;
    output.answer(&with_zones(shown.clone()), || one(&shown, output))?;
    let drill = &shown["drill"];
    match drill["verdict"].as_str() {
        Some("passed") => Ok(()),
        Some("failed") => {
            let text = drill["message"].as_str().unwrap_or_default();
            let error = Error::new(Kind::Data, format!("the backup did not pass: {text}"));
            Err(error.hint(drill["hint"].as_str().unwrap_or_default().to_owned()))
        }
        _ => wait::check(&ended),
    }
}

fn id_of(answer: &Value) -> Result<String> {
    let id = answer["drill"]["id"].as_str().map(str::to_owned);
    id.ok_or_else(|| Error::data("the service's answer has no drill's id"))
}

async fn show(
    client: &Client,
    output: &Output,
    id: &str,
    screenshot: Option<PathBuf>,
) -> Result<()> {
    let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
    let shown = client
        .own(Method::GET, &format!("/drills/{id}"), None)
        .await?;
    if let Some(file) = screenshot {
        let path = format!("/drills/{id}/screenshot");
        let picture = client.own_bytes(&path).await?;
        std::fs::write(&file, picture).map_err(|e| {
            Error::invalid(format!("write the screenshot to `{}`", file.display())).caused_by(e)
        })?;
        output.note(&format!("The screenshot is in {}.", file.display()));
    }
    output.answer(&with_zones(shown.clone()), || one(&shown, output))
}

async fn schedule(client: &Client, output: &Output, args: ScheduleArgs) -> Result<()> {
    let vault = resolve::vault(client, &args.vault).await?;
    let path = format!("/vaults/{}/drills", vault.value.id);
    if let Some(period) = args.every {
        let drills = json!({"period": word(period), "checks": args.checks.document()});
        let body = json!({ "drills": drills });
        client.own(Method::PUT, &path, Some(&body)).await?;
    }
    let answer = client.own(Method::GET, &path, None).await?;
    output.answer(&answer, || {
        let drills = &answer["drills"];
        let period = drills["period"].as_str().unwrap_or_default();
        fields(&[
            ("Drills", period.replace('_', " ")),
            ("Checks", checks(&drills["checks"])),
        ])
    })
}

/// What guests have to do, in words.
fn checks(checks: &Value) -> String {
    let mut parts = Vec::new();
    if checks["agent"] == json!(true) {
        parts.push("the agent answers".to_owned());
    }
    if let Some(text) = checks["serial"].as_str() {
        parts.push(format!("`{text}` on the serial port"));
    }
    if checks["script"].is_string() {
        parts.push("the script ends with 0".to_owned());
    }
    format!("{} within {} s", parts.join(", "), checks["limit_seconds"])
}

fn text_of(document: &Value, key: &str) -> String {
    document[key].as_str().unwrap_or("-").to_owned()
}

fn milliseconds(value: &Value) -> String {
    value.as_u64().map_or("-".to_owned(), |ms| {
        human::duration(Duration::from_millis(ms))
    })
}

fn list(answer: &Value, output: &Output) -> String {
    let mut table = Table::new(&[
        ("ID", Fit::Keep),
        ("SERVER", Fit::Shorten),
        ("BACKUP", Fit::Shorten),
        ("BEGUN", Fit::Keep),
        ("VERDICT", Fit::Keep),
        ("RECOVERY", Fit::Right),
        ("WHY", Fit::Shorten),
    ]);
    for drill in answer["drills"].as_array().into_iter().flatten() {
        table.row([
            text_of(drill, "id"),
            text_of(drill, "server_name"),
            text_of(drill, "backup_name"),
            output.api_time(&text_of(drill, "created_at")),
            text_of(drill, "verdict"),
            milliseconds(&drill["times"]["passed_ms"]),
            drill["message"].as_str().unwrap_or_default().to_owned(),
        ]);
    }
    table.render(output.columns)
}

fn one(shown: &Value, output: &Output) -> String {
    let drill = &shown["drill"];
    let times = &drill["times"];
    let mut pairs = vec![
        ("Drill", text_of(drill, "id")),
        ("Server", text_of(drill, "server_name")),
        ("Backup", text_of(drill, "backup_name")),
        ("Checks", checks(&drill["checks"])),
        ("Begun", output.api_time(&text_of(drill, "created_at"))),
        ("Verdict", text_of(drill, "verdict")),
    ];
    if let Some(message) = drill["message"].as_str() {
        pairs.push(("Why", message.to_owned()));
    }
    if let Some(hint) = drill["hint"].as_str() {
        pairs.push(("Hint", hint.to_owned()));
    }
    for (name, key) in [
        ("Disks readable after", "exported_ms"),
        ("Guest ran after", "started_ms"),
        ("First words after", "first_output_ms"),
        ("Recovered after", "passed_ms"),
        ("All gone after", "ended_ms"),
    ] {
        pairs.push((name, milliseconds(&times[key])));
    }
    let notes = drill["notes"].as_array().into_iter().flatten();
    pairs.extend(notes.filter_map(|n| Some(("Note", n.as_str()?.to_owned()))));
    let mut text = fields(&pairs);
    let words = shown["last_words"].as_str().unwrap_or_default();
    if !words.trim().is_empty() {
        text += "\nLast words of the guest:\n";
        let lines: Vec<&str> = words.lines().collect();
        for line in &lines[lines.len().saturating_sub(20)..] {
            text += &format!("  {}\n", printable(line));
        }
    }
    text
}

fn report(answer: &Value, output: &Output) -> String {
    let mut table = Table::new(&[
        ("SERVER", Fit::Shorten),
        ("LAST", Fit::Keep),
        ("VERDICT", Fit::Keep),
        ("LAST PASSED", Fit::Keep),
        ("PASSED", Fit::Right),
        ("FAILED", Fit::Right),
        ("RECOVERY", Fit::Right),
        ("TREND", Fit::Right),
        ("HISTORY", Fit::Keep),
        ("WHY", Fit::Shorten),
    ]);
    for server in answer["servers"].as_array().into_iter().flatten() {
        let last = &server["last"];
        let trend = server["trend_percent"].as_i64();
        let history = server["history"].as_array().into_iter().flatten();
        let signs: Vec<char> = history
            .map(|drill| match drill["verdict"].as_str() {
                Some("passed") => '+',
                Some("failed") => 'X',
                _ => '.',
            })
            .collect();
        table.row([
            text_of(server, "server_name"),
            output.api_time(&text_of(last, "created_at")),
            text_of(last, "verdict"),
            server["passed_at"]
                .as_str()
                .map_or("never".to_owned(), |at| output.api_time(at)),
            server["passed"].to_string(),
            server["failed"].to_string(),
            milliseconds(&server["median_passed_ms"]),
            trend.map_or("-".to_owned(), |percent| format!("{percent:+} %")),
            signs[signs.len().saturating_sub(20)..].iter().collect(),
            last["message"].as_str().unwrap_or_default().to_owned(),
        ]);
    }
    let mut text = table.render(output.columns);
    text += "\nHistory: oldest first, + passed, X failed, . no verdict.\n";
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_told_in_words() {
        let asked = CheckArgs {
            no_agent: false,
            serial: Some("login:".into()),
            script: Some("true".into()),
            timeout: 60,
        };
        assert_eq!(
            checks(&asked.document()),
            "the agent answers, `login:` on the serial port, the script ends with 0 within 60 s"
        );
        assert_eq!(word(Period::AfterBackup), "after_backup");
    }
}
