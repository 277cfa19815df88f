//! `coffer backup changes`: what differs between two backups.

use clap::Args;
use coffer_core::Result;
use serde_json::{Value, json};

use super::output::{Output, write_stdout};
use super::table::{Fit, Table};
use super::{human, resolve};
use crate::client::{ChangedDisk, ChangesFilter, Client};

/// Show what of a backup is not the same in another one of the same server or disk
///
/// Read from the maps of both, without reading data: exact to chunks. Without --extents only how
/// much differs on each disk.
#[derive(Debug, Args)]
pub struct ChangesArgs {
    /// Backup by name or id
    backup: String,
    /// Backup to compare with, older or newer, by name or id
    #[arg(long, value_name = "BACKUP")]
    since: String,
    /// Only this disk: `system`, its name or its id
    #[arg(long)]
    disk: Option<String>,
    /// List where it differs, also with --json
    #[arg(long)]
    extents: bool,
    /// Compare contents too, in blocks of 4 KiB, with --extents
    #[arg(long, requires = "extents")]
    exact: bool,
}

/// Runs `coffer backup changes`.
pub async fn run(client: &Client, output: &Output, args: &ChangesArgs) -> Result<()> {
    let backup = resolve::backup(client, &args.backup).await?.value;
    let since = resolve::backup(client, &args.since).await?.value;
    let filter = ChangesFilter {
        since: &since.id,
        disk: args.disk.as_deref(),
        exact: args.exact,
    };
    let mut page = client.changes(&backup.id, filter, None).await?;
    let mut document = page.raw.clone();
    document["next"] = Value::Null;
    let disks = page.value.disks.clone();
    if !args.extents {
        document["extents"] = Value::Null;
        let document = json!({ "changes": document });
        return output.answer(&document, || totals(&disks, output.columns));
    }
    if !output.json {
        write_stdout(b"DISK OFFSET LENGTH STATE\n")?;
    }
    let mut all = Vec::new();
    loop {
        match output.json {
            true => all.extend(page.raw["extents"].as_array().cloned().unwrap_or_default()),
            // As they come: there may be millions.
            false => write_stdout(lines(&page.value.extents, &disks).as_bytes())?,
        }
        let Some(next) = page.value.next.clone() else {
            break;
        };
        page = client.changes(&backup.id, filter, Some(&next)).await?;
    }
    document["extents"] = Value::Array(all);
    let document = json!({ "changes": document });
    output.answer(&document, String::new)
}

fn lines(extents: &[crate::client::ChangedExtent], disks: &[ChangedDisk]) -> String {
    let name = |id: &str| {
        let disk = disks.iter().find(|disk| disk.disk_id == id);
        super::table::printable(disk.map_or(id, |disk| disk.name.as_str()))
    };
    let line = |e: &crate::client::ChangedExtent| {
        let (disk, at, len) = (name(&e.disk_id), e.offset_bytes, e.length_bytes);
        format!("{disk} {at} {len} {}\n", e.state)
    };
    extents.iter().map(line).collect()
}

fn totals(disks: &[ChangedDisk], columns: Option<usize>) -> String {
    let mut table = Table::new(&[
        ("DISK", Fit::Shorten),
        ("SIZE", Fit::Right),
        ("SIZE THEN", Fit::Right),
        ("CHANGED DATA", Fit::Right),
        ("NOW ZERO", Fit::Right),
    ]);
    let size = |bytes: Option<u64>| bytes.map_or_else(|| "-".to_owned(), human::size);
    for disk in disks {
        table.row([
            disk.name.clone(),
            size(disk.size_bytes),
            size(disk.since_size_bytes),
            size(disk.changed_data_bytes),
            size(disk.changed_zero_bytes),
        ]);
    }
    table.render(columns)
}
