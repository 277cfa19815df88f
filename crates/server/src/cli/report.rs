//! `coffer report` and `coffer quota`.

use clap::{Args, Subcommand};
use coffer_core::Result;
use coffer_core::cbr::policy::POLICIES_MAX;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::table::{Fit, Table, fields};
use super::{Context, block_on, resolve};
use crate::client::Client;

/// Protection report: each protected resource, its newest good backup, and whether that is recent enough
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Write comma-separated values
    #[arg(long)]
    csv: bool,
    #[command(subcommand)]
    command: Option<ReportCommand>,
}

#[derive(Debug, Subcommand)]
enum ReportCommand {
    /// Say how long resources may be without a good backup
    #[command(group = clap::ArgGroup::new("objective").required(true))]
    Objective {
        /// In hours
        #[arg(long, group = "objective", value_parser = clap::value_parser!(u64).range(1..=87_600))]
        hours: Option<u64>,
        /// What the policy says: twice the longest pause between two runs
        #[arg(long, group = "objective")]
        by_policy: bool,
        /// For the resources of this vault, by name or id [default: for all of the project]
        #[arg(long)]
        vault: Option<String>,
    },
}

/// Runs `coffer report`.
pub fn run(args: ReportArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        let output = &context.output;
        match args.command {
            None if args.csv => {
                let text = client.own_text("/report?format=csv").await?;
                super::output::write_stdout(text.as_bytes())
            }
            None => report(&client, context).await,
            Some(ReportCommand::Objective { hours, vault, .. }) => {
                let path = match &vault {
                    Some(wanted) => {
                        let vault = resolve::vault(&client, wanted).await?;
                        format!("/vaults/{}/objective", vault.value.id)
                    }
                    None => "/objective".to_owned(),
                };
                let body = json!({ "hours": hours });
                client.own(Method::PUT, &path, Some(&body)).await?;
                output.answer(&body, || match hours {
                    Some(hours) => format!("A good backup is asked for every {hours} hours.\n"),
                    None => "What the policy says holds.\n".to_owned(),
                })
            }
        }
    })
}

async fn report(client: &Client, context: &Context<'_>) -> Result<()> {
    let output = &context.output;
    let report = client.own(Method::GET, "/report", None).await?;
    output.answer(&report, || {
        let mut table = Table::new(&[
            ("NAME", Fit::Shorten),
            ("TYPE", Fit::Keep),
            ("VAULT", Fit::Shorten),
            ("POLICY", Fit::Shorten),
            ("LAST GOOD BACKUP", Fit::Keep),
            ("EVERY", Fit::Right),
            ("MET", Fit::Keep),
            ("NEXT RUN", Fit::Keep),
        ]);
        for r in report["resources"].as_array().into_iter().flatten() {
            let text = |key: &str| r[key].as_str().unwrap_or_default().to_owned();
            let time = |key: &str| {
                r[key]
                    .as_str()
                    .map_or("-".to_owned(), |t| output.api_time(t))
            };
            let met = match r["objective_met"].as_bool() {
                Some(true) => "yes",
                Some(false) => "NO",
                None => "-",
            };
            table.row([
                text("name"),
                text("type"),
                text("vault_name"),
                text("policy_name"),
                time("last_good_at"),
                r["objective_hours"]
                    .as_i64()
                    .map_or("-".to_owned(), |h| format!("{h} h")),
                met.to_owned(),
                time("next_run_at"),
            ]);
        }
        let mut shown = table.render(output.columns);
        shown.push_str(&format!(
            "\n{} of {} objectives are met.\n",
            report["met"], report["asked"]
        ));
        shown
    })
}

/// Quotas: what projects may have at most
#[derive(Debug, Args)]
pub struct QuotaArgs {
    #[command(subcommand)]
    command: QuotaCommand,
}

#[derive(Debug, Subcommand)]
enum QuotaCommand {
    /// Show the quotas of the project and what is used of them
    Show {
        /// Another project, by id (administrators)
        #[arg(long, value_name = "ID")]
        project: Option<String>,
    },
    /// Set the quotas of a project (administrators); what is not named has no limit
    Set {
        /// Project by id
        project: String,
        /// Number of vaults
        #[arg(long)]
        vaults: Option<u64>,
        /// What the capacities of the vaults add up to, in GiB
        #[arg(long, value_name = "GIB")]
        capacity: Option<u64>,
        /// Number of backups
        #[arg(long)]
        backups: Option<u64>,
        /// Number of policies
        #[arg(long)]
        policies: Option<u64>,
        /// Number of images
        #[arg(long)]
        images: Option<u64>,
    },
}

/// Runs `coffer quota`.
pub fn run_quota(args: QuotaArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        let answer = match args.command {
            QuotaCommand::Show { project: None } => {
                client.own(Method::GET, "/quotas", None).await?
            }
            QuotaCommand::Show {
                project: Some(project),
            } => client.root(Method::GET, &quotas(&project), None).await?,
            QuotaCommand::Set {
                project,
                vaults,
                capacity,
                backups,
                policies,
                images,
            } => {
                let mut body = Map::new();
                for (name, most) in [
                    ("vaults", vaults),
                    ("capacity_gib", capacity),
                    ("backups", backups),
                    ("policies", policies),
                    ("images", images),
                ] {
                    body.insert(name.to_owned(), json!(most));
                }
                let body = json!({ "quotas": body });
                client
                    .root(Method::PUT, &quotas(&project), Some(&body))
                    .await?;
                client.root(Method::GET, &quotas(&project), None).await?
            }
        };
        context.output.answer(&answer, || {
            let line = |name: &str| {
                let quota: &Value = &answer["quotas"][name];
                match quota["most"].as_u64() {
                    Some(most) => format!("{} of {most}", quota["used"]),
                    None if name == "policies" => format!(
                        "{}, no quota (the service allows {POLICIES_MAX} of each type)",
                        quota["used"]
                    ),
                    None => format!("{}, no limit", quota["used"]),
                }
            };
            fields(&[
                ("Vaults", line("vaults")),
                ("Capacity (GiB)", line("capacity_gib")),
                ("Backups", line("backups")),
                ("Policies", line("policies")),
                ("Images", line("images")),
            ])
        })
    })
}

fn quotas(project: &str) -> String {
    format!("/projects/{project}/quotas")
}
