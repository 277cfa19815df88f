//! Tags of servers and disks, shown and changed.

use clap::Args;
use coffer_core::{Error, Result};

use super::output::Output;
use super::table::{Fit, Table};
use crate::client::{Client, TagsOf};

/// Changes of tags.
#[derive(Debug, Args)]
pub struct TagArgs {
    /// Tags to set: `environment=production`
    #[arg(value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Remove the tag of this key; may be repeated
    #[arg(long, value_name = "KEY")]
    remove: Vec<String>,
}

/// Changes tags of a server or disk where that is asked for, and shows them.
pub async fn run(
    client: &Client,
    output: &Output,
    (kind, id): (TagsOf, &str),
    args: &TagArgs,
) -> Result<()> {
    let pair = |text: &String| match text.split_once('=') {
        Some((key, value)) => Ok((key.to_owned(), value.to_owned())),
        None => Err(Error::invalid(format!(
            "`{text}` is no tag: write KEY=VALUE"
        ))),
    };
    let set: Vec<(String, String)> = args.set.iter().map(pair).collect::<Result<_>>()?;
    let remove: Vec<(String, String)> = args
        .remove
        .iter()
        .map(|key| (key.clone(), String::new()))
        .collect();
    for (action, tags) in [("delete", remove), ("create", set)] {
        if !tags.is_empty() {
            client.change_tags(kind, id, action, &tags).await?;
        }
    }
    let answer = client.tags(kind, id).await?;
    output.answer(&answer, || {
        let mut table = Table::new(&[("KEY", Fit::Keep), ("VALUE", Fit::Shorten)]);
        for tag in answer["tags"].as_array().into_iter().flatten() {
            let text = |key: &str| tag[key].as_str().unwrap_or_default().to_owned();
            table.row([text("key"), text("value")]);
        }
        table.render(output.columns)
    })
}
