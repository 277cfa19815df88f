//! `coffer notify`.

use clap::{Args, Subcommand};
use coffer_core::{Error, Result};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::confirm::confirm;
use super::output::Output;
use super::table::{Fit, Table, fields};
use super::{Context, block_on, secret};
use crate::client::Client;

/// Notifications: who is told about failures, thresholds and missed objectives
#[derive(Debug, Args)]
pub struct NotifyArgs {
    #[command(subcommand)]
    command: NotifyCommand,
}

#[derive(Debug, Subcommand)]
enum NotifyCommand {
    /// List the subscriptions of the project
    #[command(visible_alias = "ls")]
    List,
    /// Show a subscription, and what was told to it lately
    Show {
        /// Subscription by name or id
        subscription: String,
    },
    /// Tell a webhook or mail addresses
    #[command(group = clap::ArgGroup::new("target").required(true).multiple(true))]
    Create {
        /// Name: 1 to 64 letters, digits, `_`, `-`
        name: String,
        /// Address of a webhook
        #[arg(long, group = "target", conflicts_with = "mail")]
        url: Option<String>,
        /// Mail address; may be repeated
        #[arg(long, group = "target", value_name = "ADDRESS")]
        mail: Vec<String>,
        #[command(flatten)]
        settings: Settings,
    },
    /// Change a subscription; what is not named stays
    Set {
        /// Subscription by name or id
        subscription: String,
        /// New name
        #[arg(long)]
        name: Option<String>,
        /// New address of a webhook
        #[arg(long)]
        url: Option<String>,
        /// New mail address; may be repeated
        #[arg(long, value_name = "ADDRESS")]
        mail: Vec<String>,
        /// Tell it
        #[arg(long, conflicts_with = "disable")]
        enable: bool,
        /// Tell it nothing for a while
        #[arg(long)]
        disable: bool,
        #[command(flatten)]
        settings: Settings,
    },
    /// Remove a subscription
    Delete {
        /// Subscription by name or id
        subscription: String,
        /// Do not ask before
        #[arg(long, short)]
        yes: bool,
    },
    /// Send a message to see whether it arrives
    Test {
        /// Subscription by name or id
        subscription: String,
    },
}

#[derive(Debug, Args)]
struct Settings {
    /// Event: task_failed, vault_threshold, objective_missed, objective_met; may be repeated
    /// [default: all]
    #[arg(long = "event", value_name = "EVENT")]
    events: Vec<String>,
    /// Read the secret that signs webhooks from standard input
    #[arg(long)]
    secret_stdin: bool,
}

impl Settings {
    fn into(self, body: &mut Map<String, Value>) -> Result<()> {
        if !self.events.is_empty() {
            body.insert("events".into(), json!(self.events));
        }
        if self.secret_stdin {
            let secret = secret::from_stdin()?;
            body.insert("secret".into(), json!(secret.as_str()));
        }
        Ok(())
    }
}

fn targets(body: &mut Map<String, Value>, url: Option<String>, mail: Vec<String>) {
    if let Some(url) = url {
        body.insert("url".into(), json!(url));
    }
    if !mail.is_empty() {
        body.insert("addresses".into(), json!(mail));
    }
}

/// Runs `coffer notify`.
pub fn run(args: NotifyArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        let output = &context.output;
        let mut body = Map::new();
        match args.command {
            NotifyCommand::List => list(&client, output).await,
            NotifyCommand::Show { subscription } => show(&client, output, &subscription).await,
            NotifyCommand::Create {
                name,
                url,
                mail,
                settings,
            } => {
                body.insert("name".into(), json!(name));
                targets(&mut body, url, mail);
                settings.into(&mut body)?;
                let body = json!({ "subscription": body });
                let path = "/subscriptions";
                let made = client.own(Method::POST, path, Some(&body)).await?;
                one(output, &made)
            }
            NotifyCommand::Set {
                subscription,
                name,
                url,
                mail,
                enable,
                disable,
                settings,
            } => {
                if let Some(name) = name {
                    body.insert("name".into(), json!(name));
                }
                targets(&mut body, url, mail);
                settings.into(&mut body)?;
                if enable || disable {
                    body.insert("enabled".into(), json!(enable));
                }
                let body = json!({ "subscription": body });
                let path = path(&client, &subscription).await?;
                let changed = client.own(Method::PATCH, &path, Some(&body)).await?;
                one(output, &changed)
            }
            NotifyCommand::Delete { subscription, yes } => {
                let path = path(&client, &subscription).await?;
                let lost = format!("this removes subscription `{subscription}`");
                confirm(output, yes, &lost)?;
                client.own(Method::DELETE, &path, None).await?;
                let done = json!({ "deleted": subscription });
                output.answer(&done, || {
                    format!("Subscription `{subscription}` is removed.\n")
                })
            }
            NotifyCommand::Test { subscription } => {
                let path = path(&client, &subscription).await?;
                let sent = client
                    .own(Method::POST, &format!("{path}/test"), None)
                    .await?;
                output.answer(&sent, || {
                    format!("A message is on its way; `coffer notify show {subscription}` says whether it arrived.\n")
                })
            }
        }
    })
}

async fn subscriptions(client: &Client) -> Result<Vec<Value>> {
    let mut answer = client.own(Method::GET, "/subscriptions", None).await?;
    match answer["subscriptions"].take() {
        Value::Array(list) => Ok(list),
        _ => Err(Error::data(
            "the service's answer has no list `subscriptions`",
        )),
    }
}

/// The address of the subscription that a text means.
async fn path(client: &Client, wanted: &str) -> Result<String> {
    let list = subscriptions(client).await?;
    let by = |key: &str| list.iter().find(|s| s[key] == wanted);
    let found = by("id").or_else(|| by("name"));
    let found = found.and_then(|s| s["id"].as_str()).ok_or_else(|| {
        Error::not_found(format!("there is no subscription `{wanted}`"))
            .hint("`coffer notify list` shows what there is.")
    })?;
    Ok(format!("/subscriptions/{found}"))
}

fn target(subscription: &Value) -> String {
    match subscription["url"].as_str() {
        Some(url) => url.to_owned(),
        None => texts(&subscription["addresses"]),
    }
}

fn texts(list: &Value) -> String {
    let list = list.as_array().into_iter().flatten();
    let list: Vec<&str> = list.filter_map(Value::as_str).collect();
    list.join(" ")
}

async fn list(client: &Client, output: &Output) -> Result<()> {
    let list = subscriptions(client).await?;
    output.answer(&json!({ "subscriptions": list }), || {
        let mut table = Table::new(&[
            ("ID", Fit::Keep),
            ("NAME", Fit::Shorten),
            ("KIND", Fit::Keep),
            ("TARGET", Fit::Shorten),
            ("EVENTS", Fit::Shorten),
            ("STATE", Fit::Keep),
        ]);
        for s in &list {
            let text = |key: &str| s[key].as_str().unwrap_or_default().to_owned();
            let state = if s["enabled"] == true {
                "enabled"
            } else {
                "disabled"
            };
            table.row([
                text("id"),
                text("name"),
                text("kind"),
                target(s),
                texts(&s["events"]),
                state.to_owned(),
            ]);
        }
        table.render(output.columns)
    })
}

fn summary(subscription: &Value) -> String {
    let text = |key: &str| subscription[key].as_str().unwrap_or_default().to_owned();
    let yes = |key: &str| {
        if subscription[key] == true {
            "yes"
        } else {
            "no"
        }
        .to_owned()
    };
    fields(&[
        ("Id", text("id")),
        ("Name", text("name")),
        ("Kind", text("kind")),
        ("Target", target(subscription)),
        ("Signed", yes("signed")),
        ("Events", texts(&subscription["events"])),
        ("Enabled", yes("enabled")),
    ])
}

fn one(output: &Output, answer: &Value) -> Result<()> {
    output.answer(answer, || summary(&answer["subscription"]))
}

async fn show(client: &Client, output: &Output, wanted: &str) -> Result<()> {
    let path = path(client, wanted).await?;
    let answer = client.own(Method::GET, &path, None).await?;
    output.answer(&answer, || {
        let mut table = Table::new(&[
            ("TIME", Fit::Keep),
            ("EVENT", Fit::Keep),
            ("STATE", Fit::Keep),
            ("TRIES", Fit::Right),
            ("SUBJECT", Fit::Shorten),
            ("ERROR", Fit::Shorten),
        ]);
        for d in answer["deliveries"].as_array().into_iter().flatten() {
            let text = |key: &str| d[key].as_str().unwrap_or_default().to_owned();
            table.row([
                output.api_time(&text("created_at")),
                text("event"),
                text("state"),
                d["attempts"].to_string(),
                text("subject"),
                text("error"),
            ]);
        }
        let mut shown = summary(&answer["subscription"]);
        shown.push('\n');
        shown + &table.render(output.columns)
    })
}
