//! `coffer overview`.

use clap::Args;
use coffer_core::Result;
use serde_json::Value;

use super::output::Output;
use super::table::{fields, printable};
use super::{Context, block_on, human};

/// What is safe and what is not, capacity, what runs, what failed
#[derive(Debug, Args)]
pub struct OverviewArgs {}

/// Runs `coffer overview`.
pub fn run(_: OverviewArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        let found = client.overview().await?;
        let output = &context.output;
        output.answer(&found, || text(&found, output))
    })
}

fn text(found: &Value, output: &Output) -> String {
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    let words = |value: &Value| printable(value.as_str().unwrap_or_default());
    let of = |what: &Value| {
        format!(
            "{} of {}",
            number(&what["protected"]),
            number(&what["total"])
        )
    };
    let vaults = &found["vaults"];
    let mut rows = vec![
        ("Servers in vaults", of(&found["servers"])),
        ("Disks in vaults", of(&found["disks"])),
        (
            "Capacity",
            format!(
                "{} of {} in {}",
                human::size(number(&vaults["used_bytes"])),
                human::size(number(&vaults["size_bytes"])),
                human::count(
                    usize::try_from(number(&vaults["count"])).unwrap_or(0),
                    "vault"
                )
            ),
        ),
        ("Not safe", number(&found["unsafe_total"]).to_string()),
        (
            "Nothing asked of",
            number(&found["nothing_asked"]).to_string(),
        ),
    ];
    if let Some(at) = found["oldest_last_good_backup"]["at"].as_str() {
        let name = words(&found["oldest_last_good_backup"]["resource"]["name"]);
        rows.push((
            "Oldest newest backup",
            format!("{} ({name})", output.api_time(at)),
        ));
    }
    let mut text = fields(&rows);
    let list = |value: &'static str| found[value].as_array().into_iter().flatten();
    for group in list("unsafe") {
        let names: Vec<String> = group["resources"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|r| words(&r["name"]))
            .collect();
        let more = number(&group["total"]).saturating_sub(names.len() as u64);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let reason = words(&group["reason"]).replace('_', " ");
        text += &format!(
            "\n{}: {reason}\n  {}{more}\n",
            words(&group["severity"]),
            names.join(", ")
        );
    }
    for task in list("running") {
        text += &format!(
            "\nruns: {} of {} ({} %)\n",
            words(&task["kind"]),
            words(&task["resource"]["name"]),
            number(&task["progress"])
        );
    }
    for task in list("failures") {
        text += &format!(
            "\nfailed: {} of {}: {}\n",
            words(&task["kind"]),
            words(&task["resource"]["name"]),
            words(&task["error"]["message"])
        );
    }
    for next in list("next_runs").take(5) {
        text += &format!(
            "\nnext: policy {} in vault {} at {}\n",
            words(&next["policy_name"]),
            words(&next["vault_name"]),
            output.api_time(next["at"].as_str().unwrap_or_default())
        );
    }
    text
}
