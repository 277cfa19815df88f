//! `coffer policy`.

use clap::{Args, Subcommand};
use coffer_core::Result;
use serde_json::{Map, Value, json};

use super::confirm::confirm;
use super::output::Output;
use super::table::{Fit, Table, fields};
use super::{Context, block_on, resolve};
use crate::client::{Document, Policy};

/// Policies: when vaults are backed up, and how long backups are kept
#[derive(Debug, Args)]
pub struct PolicyArgs {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// Create a policy
    Create {
        /// Name: 1 to 64 letters, digits, `_`, `-`
        name: String,
        #[command(flatten)]
        trigger: TriggerArgs,
        #[command(flatten)]
        keep: KeepArgs,
        /// Let it rest until it is enabled
        #[arg(long)]
        disabled: bool,
    },
    /// List the policies of the project
    #[command(visible_alias = "ls")]
    List,
    /// Show a policy
    Show {
        /// Policy by name or id
        policy: String,
    },
    /// Change a policy; what is not named stays
    Set {
        /// Policy by name or id
        policy: String,
        /// New name
        #[arg(long)]
        name: Option<String>,
        /// Run it
        #[arg(long, conflicts_with = "disable")]
        enable: bool,
        /// Let it rest: it neither runs nor deletes
        #[arg(long)]
        disable: bool,
        #[command(flatten)]
        trigger: TriggerArgs,
        #[command(flatten)]
        keep: KeepArgs,
    },
    /// Delete a policy; its backups stay
    Delete {
        /// Policy by name or id
        policy: String,
        /// Do not ask before
        #[arg(long, short)]
        yes: bool,
    },
    /// Apply a policy to a vault, in place of the one it has
    Apply {
        /// Policy by name or id
        policy: String,
        /// Vault by name or id
        vault: String,
    },
    /// Remove a policy from a vault
    Remove {
        /// Policy by name or id
        policy: String,
        /// Vault by name or id
        vault: String,
    },
    /// Show the next runs, and which backups would go, when and why
    Preview {
        /// Policy by name or id
        policy: String,
        /// Days to look ahead
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(0..=366))]
        days: u64,
    },
}

/// When it runs.
#[derive(Debug, Args)]
struct TriggerArgs {
    /// iCalendar rule, such as `FREQ=DAILY;BYHOUR=2;BYMINUTE=0`; may be repeated
    #[arg(long, value_name = "RULE")]
    rule: Vec<String>,
    /// Zone of rules and of kept days, such as `Europe/Berlin` or `UTC+01:00` [default: UTC]
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
}

/// How long backups are kept.
#[derive(Debug, Args)]
struct KeepArgs {
    /// Keep so many backups of each resource
    #[arg(long, value_name = "N")]
    keep: Option<u32>,
    /// Keep each backup so many days
    #[arg(long, value_name = "DAYS", conflicts_with = "keep")]
    keep_days: Option<u32>,
    /// Keep the newest backup of so many days
    #[arg(long, value_name = "N")]
    daily: Option<u32>,
    /// Keep the newest backup of so many weeks
    #[arg(long, value_name = "N")]
    weekly: Option<u32>,
    /// Keep the newest backup of so many months
    #[arg(long, value_name = "N")]
    monthly: Option<u32>,
    /// Keep the newest backup of so many years
    #[arg(long, value_name = "N")]
    yearly: Option<u32>,
    /// Make one backup of so many a full one
    #[arg(long, value_name = "N")]
    full_every: Option<u32>,
}

impl KeepArgs {
    /// None where nothing is asked for.
    fn definition(&self, zone: Option<&String>) -> Option<Map<String, Value>> {
        let numbers = [
            ("max_backups", self.keep),
            ("retention_duration_days", self.keep_days),
            ("day_backups", self.daily),
            ("week_backups", self.weekly),
            ("month_backups", self.monthly),
            ("year_backups", self.yearly),
            ("full_backup_interval", self.full_every),
        ];
        let given = numbers.into_iter().filter_map(|(k, n)| Some((k, n?)));
        let mut map: Map<String, Value> = given.map(|(k, n)| (k.to_owned(), json!(n))).collect();
        let none = map.is_empty();
        map.insert("timezone".into(), json!(zone.map_or("UTC", String::as_str)));
        (!none).then_some(map)
    }
}

impl TriggerArgs {
    fn trigger(&self, rules: &[String]) -> Value {
        json!({ "properties": { "pattern": rules, "timezone": self.timezone } })
    }
}

/// Runs `coffer policy`.
pub fn run(args: PolicyArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        let output = &context.output;
        match args.command {
            PolicyCommand::Create {
                name,
                trigger,
                keep,
                disabled,
            } => {
                let definition = keep.definition(trigger.timezone.as_ref());
                let nightly = vec!["FREQ=DAILY;BYHOUR=22;BYMINUTE=0".to_owned()];
                let rules = match trigger.rule.is_empty() {
                    true => &nightly,
                    false => &trigger.rule,
                };
                let body = json!({ "policy": {
                    "name": name, "operation_type": "backup", "enabled": !disabled,
                    "operation_definition": definition.unwrap_or_default(),
                    "trigger": trigger.trigger(rules),
                }});
                one(output, &client.create_policy(&body).await?)
            }
            PolicyCommand::List => list(output, &client.policies().await?),
            PolicyCommand::Show { policy } => {
                one(output, &resolve::policy(&client, &policy).await?)
            }
            PolicyCommand::Set {
                policy,
                name,
                enable,
                disable,
                trigger,
                keep,
            } => {
                let old = resolve::policy(&client, &policy).await?;
                let mut change = Map::new();
                if let Some(name) = name {
                    change.insert("name".into(), json!(name));
                }
                if enable || disable {
                    change.insert("enabled".into(), json!(enable));
                }
                let properties = &old.raw["trigger"]["properties"];
                let zone = trigger
                    .timezone
                    .clone()
                    .or_else(|| properties["timezone"].as_str().map(str::to_owned));
                if !trigger.rule.is_empty() || trigger.timezone.is_some() {
                    let mut new = properties.clone();
                    if !trigger.rule.is_empty() {
                        new["pattern"] = json!(trigger.rule);
                    }
                    new["timezone"] = json!(zone);
                    change.insert("trigger".into(), json!({ "properties": new }));
                }
                if let Some(definition) = keep.definition(zone.as_ref()) {
                    change.insert("operation_definition".into(), json!(definition));
                }
                let body = json!({ "policy": change });
                one(output, &client.update_policy(&old.value.id, &body).await?)
            }
            PolicyCommand::Delete { policy, yes } => {
                let policy = resolve::policy(&client, &policy).await?.value;
                let lost = format!("this deletes policy `{}`; its backups stay", policy.name);
                confirm(output, yes, &lost)?;
                client.delete_policy(&policy.id).await?;
                let document = json!({ "policy_id": policy.id });
                output.answer(&document, || {
                    format!("Policy `{}` is deleted.\n", policy.name)
                })
            }
            PolicyCommand::Apply { policy, vault } => {
                bind(context, "associatepolicy", &policy, &vault, "is applied to").await
            }
            PolicyCommand::Remove { policy, vault } => {
                bind(
                    context,
                    "dissociatepolicy",
                    &policy,
                    &vault,
                    "is removed from",
                )
                .await
            }
            PolicyCommand::Preview { policy, days } => {
                let policy = resolve::policy(&client, &policy).await?.value;
                preview(output, &client.preview_policy(&policy.id, days).await?)
            }
        }
    })
}

async fn bind(
    context: &Context<'_>,
    action: &str,
    policy: &str,
    vault: &str,
    done: &str,
) -> Result<()> {
    let client = context.client().await?;
    let policy = resolve::policy(&client, policy).await?.value;
    let vault = resolve::vault(&client, vault).await?.value;
    client.bind_policy(action, &vault.id, &policy.id).await?;
    let document = json!({ "policy_id": policy.id, "vault_id": vault.id });
    context.output.answer(&document, || {
        format!("Policy `{}` {done} vault `{}`.\n", policy.name, vault.name)
    })
}

fn texts(list: &Value) -> String {
    let list = list.as_array().into_iter().flatten();
    let texts: Vec<&str> = list.filter_map(Value::as_str).collect();
    texts.join("\n")
}

/// The numbers of a definition that mean something, as `name=number`.
fn kept(definition: &Value) -> String {
    let numbers = definition.as_object().into_iter().flatten();
    let set = numbers.filter(|(_, n)| n.as_i64().is_some_and(|n| n > 0));
    let texts: Vec<String> = set.map(|(name, n)| format!("{name}={n}")).collect();
    match texts.is_empty() {
        true => "for ever".to_owned(),
        false => texts.join(" "),
    }
}

fn state(policy: &Policy) -> String {
    if policy.enabled {
        "enabled"
    } else {
        "disabled"
    }
    .to_owned()
}

fn list(output: &Output, policies: &[Document<Policy>]) -> Result<()> {
    let document: Vec<&Value> = policies.iter().map(|policy| &policy.raw).collect();
    let mut table = Table::new(&[
        ("ID", Fit::Keep),
        ("NAME", Fit::Shorten),
        ("TYPE", Fit::Keep),
        ("STATE", Fit::Keep),
        ("VAULTS", Fit::Right),
        ("KEEPS", Fit::Shorten),
    ]);
    for policy in policies {
        let vaults = policy.raw["associated_vaults"]
            .as_array()
            .map_or(0, Vec::len);
        table.row([
            policy.value.id.clone(),
            policy.value.name.clone(),
            policy.value.operation_type.clone(),
            state(&policy.value),
            vaults.to_string(),
            kept(&policy.raw["operation_definition"]),
        ]);
    }
    output.answer(&document, || table.render(output.columns))
}

fn one(output: &Output, policy: &Document<Policy>) -> Result<()> {
    let document = json!({ "policy": policy.raw });
    output.answer(&document, || {
        let properties = &policy.raw["trigger"]["properties"];
        let vaults = policy.raw["associated_vaults"]
            .as_array()
            .into_iter()
            .flatten();
        let vaults: Vec<&str> = vaults.filter_map(|v| v["vault_id"].as_str()).collect();
        let zone = properties["timezone"].as_str().unwrap_or("UTC");
        fields(&[
            ("Id", policy.value.id.clone()),
            ("Name", policy.value.name.clone()),
            ("Type", policy.value.operation_type.clone()),
            ("State", state(&policy.value)),
            ("Rules", texts(&properties["pattern"])),
            ("Zone", zone.to_owned()),
            ("Keeps", kept(&policy.raw["operation_definition"])),
            ("Vaults", vaults.join("\n")),
        ])
    })
}

fn preview(output: &Output, preview: &Value) -> Result<()> {
    output.answer(&json!({ "preview": preview }), || {
        let runs = preview["next_runs"].as_array().into_iter().flatten();
        let runs: Vec<String> = runs
            .filter_map(|run| run["local"].as_str().map(str::to_owned))
            .collect();
        let mut text = fields(&[("Next runs", runs.join("\n"))]);
        let mut table = Table::new(&[
            ("GOES", Fit::Keep),
            ("BACKUP", Fit::Shorten),
            ("OF", Fit::Shorten),
            ("WHY", Fit::Shorten),
        ]);
        for going in preview["deletions"].as_array().into_iter().flatten() {
            let field = |name: &str| going[name].as_str().unwrap_or_default().to_owned();
            table.row([
                output.api_time(&field("at")),
                field("backup_name"),
                field("resource_name"),
                field("text"),
            ]);
        }
        text.push('\n');
        text + &table.render(output.columns)
    })
}
