//! `coffer repo ls`, and how a backup is shown.

use clap::Args;
use coffer_core::format::records::{Manifest, Tracking};
use coffer_core::{Error, Result};
use serde_json::{Value, json};

use super::{Environment, Output, RepositoryArgs, find, human, size_of};
use crate::cli::table::{Fit, Table, fields};

/// List the backups of a repository, or show one with its disks
#[derive(Debug, Args)]
#[command(visible_alias = "list")]
pub struct ListArgs {
    #[command(flatten)]
    repository: RepositoryArgs,
    /// Show this backup: by id or name, or `latest`
    backup: Option<String>,
}

/// Runs `coffer repo ls`.
pub async fn run(args: ListArgs, environment: &Environment, output: &Output) -> Result<()> {
    let repository = args.repository.open(environment).await?;
    if let Some(wanted) = &args.backup {
        let manifest = find(&repository, wanted).await?;
        return output.answer(&json!({ "backup": document(&manifest) }), || {
            show(&manifest, output)
        });
    }
    let survey = repository.survey().await?;
    let manifests = survey.backups;
    let list: Vec<Value> = manifests.iter().map(document).collect();
    // An attempt that was given up never was a backup.
    let damaged = survey.unreadable.iter().filter(|attempt| !attempt.given_up);
    let unreadable: Vec<String> = damaged
        .map(|attempt| format!("{}: {}", attempt.name, attempt.error.chain()))
        .collect();
    output.answer(
        &json!({ "backups": list, "unreadable": unreadable }),
        || {
            let mut table = Table::new(&[
                ("ID", Fit::Keep),
                ("NAME", Fit::Shorten),
                ("OF", Fit::Shorten),
                ("INSTANT", Fit::Keep),
                ("DISKS", Fit::Right),
                ("SIZE", Fit::Right),
                ("STORED", Fit::Right),
                ("KIND", Fit::Keep),
            ]);
            for manifest in &manifests {
                table.row([
                    manifest.backup_id.to_string(),
                    manifest.facts.name.clone(),
                    manifest.facts.resource.name.clone(),
                    output.time(manifest.instant.at),
                    manifest.disks.len().to_string(),
                    human::size(size_of(manifest)),
                    human::size(manifest.stored_bytes()),
                    kind(manifest).to_string(),
                ]);
            }
            table.render(output.columns)
        },
    )?;
    match unreadable.as_slice() {
        [] => Ok(()),
        [first, ..] => Err(Error::data(format!(
            "{} cannot be read: {first}",
            human::count(unreadable.len(), "backup")
        ))
        .hint("The others are not affected. `coffer repo verify` shows what is damaged.")),
    }
}

fn kind(manifest: &Manifest) -> &'static str {
    match manifest.disks.iter().any(|disk| disk.parent.is_some()) {
        true => "incremental",
        false => "full",
    }
}

/// The backups it was compared with: one for all disks, except where disks came and went.
fn parents(manifest: &Manifest) -> String {
    let mut ids: Vec<_> = manifest
        .disks
        .iter()
        .filter_map(|disk| disk.parent)
        .collect();
    ids.sort();
    ids.dedup();
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    ids.join(" ")
}

/// A backup as a document.
pub fn document(manifest: &Manifest) -> Value {
    let disks = manifest.disks.iter().map(|disk| {
        json!({
            "id": disk.disk_id,
            "name": disk.name,
            "system": disk.system,
            "size_bytes": disk.size_bytes,
            "chunk_bytes": disk.chunk_bytes.bytes(),
            "allocated_bytes": disk.allocated_bytes,
            "read_bytes": disk.read_bytes,
            "new_bytes": disk.new_bytes,
            "stored_bytes": disk.stored_bytes,
            "metadata_bytes": disk.metadata_bytes,
            "deduplicated_bytes": disk.deduplicated_bytes,
            "change_tracking": disk.tracking,
            "parent_id": disk.parent,
        })
    });
    json!({
        "id": manifest.backup_id,
        "name": manifest.facts.name,
        "description": manifest.facts.description,
        "resource": manifest.facts.resource,
        "vault_id": manifest.vault_id,
        "instant": manifest.instant,
        "started_at": manifest.started_at,
        "committed_at": manifest.committed_at,
        "size_bytes": size_of(manifest),
        "stored_bytes": manifest.stored_bytes(),
        "deduplicated_bytes": manifest.deduplicated_bytes(),
        "disks": disks.collect::<Vec<_>>(),
    })
}

/// A backup for people.
pub fn show(manifest: &Manifest, output: &Output) -> String {
    let facts = &manifest.facts;
    let lines = manifest.disks.iter().map(|disk| {
        let changes = match &disk.tracking {
            Tracking::Bitmap { epoch } => format!("changes by bitmap {epoch}"),
            Tracking::FullScan { reason } => format!("read in full: {reason}"),
        };
        format!(
            "{}  {}{}, {} in use, {} read, {} stored; {changes}",
            disk.name,
            human::size(disk.size_bytes),
            if disk.system { " system" } else { "" },
            human::size(disk.allocated_bytes),
            human::size(disk.read_bytes),
            human::size(disk.stored_bytes + disk.metadata_bytes),
        )
    });
    let lines: Vec<String> = lines.collect();
    let mut rows = vec![
        ("Id", manifest.backup_id.to_string()),
        ("Name", facts.name.clone()),
        ("Description", facts.description.clone()),
        ("Of", facts.resource.name.clone()),
        ("Instant", output.time(manifest.instant.at)),
        ("Consistency", manifest.instant.consistency.clone()),
        ("Kind", kind(manifest).to_string()),
        ("Parent", parents(manifest)),
        ("Size", human::size(size_of(manifest))),
        ("Stored", human::size(manifest.stored_bytes())),
        ("Deduplicated", human::size(manifest.deduplicated_bytes())),
        ("Disks", lines.join("\n")),
    ];
    if !manifest.instant.notes.is_empty() {
        rows.push(("Notes", manifest.instant.notes.join("\n")));
    }
    fields(&rows)
}
