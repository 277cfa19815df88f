//! `coffer backup`.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use coffer_core::{Error, Result};
use serde_json::{Value, json};

use super::confirm::confirm;
use super::output::{Output, with_zones};
use super::resolve::ResourceKind;
use super::table::{Fit, Table, fields};
use super::vault::DestroyArgs;
use super::{Context, block_on, changes, estimate, export, human, import, resolve, wait};
use crate::client::{
    Backup, BackupDetails, BackupFilter, CheckpointRequest, Client, DISK_TYPE, Document, Estimate,
    Resource, Task, TaskFilter, Vault,
};

/// Backups of servers and disks: create, list, show, delete
#[derive(Debug, Args)]
pub struct BackupArgs {
    #[command(subcommand)]
    command: BackupCommand,
}

#[derive(Debug, Subcommand)]
enum BackupCommand {
    /// Back up servers (all disks at one instant) or single disks
    ///
    /// The first backup is full, later ones are incremental, and every one restores by itself.
    /// Above 10 % progress the server may be restarted.
    Create(CreateArgs),
    /// List the backups of the project, newest first
    #[command(visible_alias = "ls")]
    List(ListArgs),
    /// Show a backup and its disks
    Show {
        /// Backup by name or id
        backup: String,
    },
    /// Fetch a backup as an archive, or one disk of it as a qcow2 or raw file
    ///
    /// The archive is a tar file with each disk as a qcow2 file, which needs no Coffer to be read, and
    /// of which `coffer backup import` makes a backup again. With --disk or --format one disk alone is
    /// fetched. A download that broke off goes on with the same command; at the end the file is
    /// compared with the service's digest of it.
    Export(ExportArgs),
    Import(import::ImportArgs),
    Changes(changes::ChangesArgs),
    /// Lock a backup until a time: nobody can delete it before, and no lock can be made shorter
    Lock {
        /// Backup by name or id
        backup: String,
        /// Until when, such as `2027-06-30T00:00:00Z`
        #[arg(long, value_name = "TIME")]
        until: jiff::Timestamp,
        /// Do not ask before
        #[arg(long, short)]
        yes: bool,
    },
    /// Delete backups; others are never harmed by that
    Delete {
        /// Backups by name or id
        #[arg(required = true)]
        backups: Vec<String>,
        #[command(flatten)]
        destroy: DestroyArgs,
    },
}

#[derive(Debug, Args)]
struct CreateArgs {
    /// Servers or disks, by name or id
    #[arg(required = true)]
    resources: Vec<String>,
    /// Take names for servers only, or for disks only
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<ResourceKind>,
    /// Name of the backup: 1 to 64 letters, digits, `_`, `-`
    #[arg(long)]
    name: Option<String>,
    /// Free text, at most 255 characters
    #[arg(long)]
    description: Option<String>,
    /// Copy everything again, independent of earlier backups
    #[arg(long)]
    full: bool,
    /// Vault by name or id [default: the one that protects the resource]
    #[arg(long)]
    vault: Option<String>,
    /// Only show what would be read
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    waiting: WaitArgs,
}

/// Whether to wait for the task.
#[derive(Debug, Args)]
pub struct WaitArgs {
    /// Wait until it is done, with progress [default]
    #[arg(long, overrides_with = "no_wait")]
    wait: bool,
    /// Only start it
    #[arg(long)]
    pub no_wait: bool,
}

#[derive(Debug, Args)]
struct ExportArgs {
    /// Backup by name or id
    backup: String,
    /// Which disk of a server's backup: `system`, its name or its id
    #[arg(long)]
    disk: Option<String>,
    /// Format of the disk's file [default: qcow2 with --disk, else an archive]
    #[arg(long, value_enum)]
    format: Option<export::Format>,
    #[command(flatten)]
    target: export::TargetArgs,
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only of this server or disk, by name or id
    #[arg(long)]
    resource: Option<String>,
    /// Only in this vault, by name or id
    #[arg(long)]
    vault: Option<String>,
    /// Only in this state, such as `available`
    #[arg(long)]
    status: Option<String>,
    /// Only with this name
    #[arg(long)]
    name: Option<String>,
}

/// Runs `coffer backup`.
pub fn run(args: BackupArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        let output = &context.output;
        match args.command {
            BackupCommand::Create(args) => create(&client, output, args).await,
            BackupCommand::List(args) => list(&client, output, &args).await,
            BackupCommand::Show { backup } => show(&client, output, &backup).await,
            BackupCommand::Export(args) => {
                let backup = resolve::backup(&client, &args.backup).await?.value;
                let disk = args.disk.as_deref();
                let format = args.format.or(disk.map(|_| export::Format::Qcow2));
                match format {
                    None => export::backup(&client, output, &backup, &args.target).await,
                    Some(format) => {
                        export::disk(&client, output, &backup, (disk, format), &args.target).await
                    }
                }
            }
            BackupCommand::Import(args) => import::run(&client, output, &args).await,
            BackupCommand::Changes(args) => changes::run(&client, output, &args).await,
            BackupCommand::Lock { backup, until, yes } => {
                let backup = resolve::backup(&client, &backup).await?.value;
                let what = format!("until {until} nobody can delete backup `{}`", backup.name);
                confirm(output, yes, &what)?;
                let path = format!("/backups/{}/lock", backup.id);
                let body = json!({ "until": until.to_string() });
                let locked = client.own(reqwest::Method::PUT, &path, Some(&body)).await?;
                output.answer(&locked, || {
                    format!(
                        "Backup `{}` is locked until {until}.
",
                        backup.name
                    )
                })
            }
            BackupCommand::Delete { backups, destroy } => {
                delete(&client, output, &backups, &destroy).await
            }
        }
    })
}

async fn create(client: &Client, output: &Output, args: CreateArgs) -> Result<()> {
    let vaults = client.vaults().await?;
    let chosen = match &args.vault {
        Some(wanted) => Some(resolve::pick(wanted, vaults.clone())?),
        None => None,
    };
    let of_vault = chosen
        .as_ref()
        .map(|vault| vault.value.billing.object_type.as_str());
    let kind = args
        .kind
        .or_else(|| of_vault.and_then(ResourceKind::of_vault));
    let resources = resolve::resources(client, &args.resources, kind).await?;
    if args.dry_run {
        let wanted = |resource: &Resource| {
            let is_disk = resource.kind == DISK_TYPE;
            json!({ "id": resource.id, "type": if is_disk { "disk" } else { "server" } })
        };
        let body = json!({
            "vault_id": chosen.map(|vault| vault.value.id),
            "resources": resources.iter().map(wanted).collect::<Vec<_>>(),
            "incremental": !args.full,
        });
        let found = client.estimate(Estimate::Backup, &body).await?;
        return output.answer(&found, || {
            estimate::backup(&found, output.columns, |at| output.api_time(at))
        });
    }
    let runs = match chosen {
        Some(vault) => BTreeMap::from([(vault.value.id, resources)]),
        None => by_vault(&vaults, resources)?,
    };

    let mut checkpoints = Vec::new();
    let mut taken_before = 0;
    for (vault_id, resources) in &runs {
        let request = CheckpointRequest {
            vault_id: vault_id.clone(),
            name: args.name.clone(),
            // One name for several vaults: the numbers go on from one to the next.
            first_number: (runs.len() > 1 && args.name.is_some()).then_some(taken_before + 1),
            description: args.description.clone(),
            full: args.full,
            resources: resources.clone(),
        };
        let checkpoint = client.create_checkpoint(&request).await?;
        for skipped in &checkpoint.value.vault.skipped_resources {
            let name = if skipped.name.is_empty() {
                &skipped.id
            } else {
                &skipped.name
            };
            output.note(&format!("Left out `{name}`: {}", skipped.reason));
        }
        let taken = resources.len() - checkpoint.value.vault.skipped_resources.len();
        taken_before += taken;
        checkpoints.push((checkpoint, taken));
    }
    let tasks = tasks_of(client, &checkpoints).await?;
    let ids: Vec<String> = tasks.iter().map(|task| task.value.id.clone()).collect();

    let (tasks, outcome) = if args.waiting.no_wait {
        (tasks, Ok(()))
    } else {
        let ended = wait::follow(client, output, &ids).await?;
        let outcome = wait::check(&ended);
        (ended, outcome)
    };
    let mut backups = Vec::new();
    for (checkpoint, _) in &checkpoints {
        let filter = BackupFilter {
            checkpoint_id: Some(&checkpoint.value.id),
            ..BackupFilter::default()
        };
        backups.extend(client.backups(filter).await?);
    }
    let raw = |task: &Document<Task>| with_zones(task.raw.clone());
    let document = json!({
        "backups": backups.iter().map(|b| with_zones(b.raw.clone())).collect::<Vec<_>>(),
        "checkpoints": checkpoints.iter().map(|(c, _)| with_zones(c.raw.clone())).collect::<Vec<_>>(),
        "tasks": tasks.iter().map(raw).collect::<Vec<_>>(),
    });
    output.answer(&document, || {
        let mut text = table(&backups, output);
        if args.waiting.no_wait {
            text += &format!("\nFollow with: coffer task wait {}\n", ids.join(" "));
        }
        text
    })?;
    outcome
}

/// Which vault takes which of the resources, by what the vaults protect.
fn by_vault(
    vaults: &[Document<Vault>],
    resources: Vec<Resource>,
) -> Result<BTreeMap<String, Vec<Resource>>> {
    let mut runs: BTreeMap<String, Vec<Resource>> = BTreeMap::new();
    for resource in resources {
        let protects = |vault: &&Document<Vault>| {
            let mut members = vault.value.resources.iter();
            members.any(|member| member.id == resource.id)
        };
        let mut found = vaults.iter().filter(protects);
        let vault = match (found.next(), found.next()) {
            (Some(vault), None) => vault,
            (Some(_), Some(_)) => {
                return Err(Error::invalid(format!(
                    "several vaults protect `{}`",
                    resource.label()
                ))
                .hint("Name one of them with --vault."));
            }
            (None, _) => {
                let (label, kind) = match resource.kind.as_str() {
                    DISK_TYPE => (resource.label(), "disk"),
                    _ => (resource.label(), "server"),
                };
                return Err(
                    Error::conflict(format!("no vault protects {kind} `{label}`")).hint(format!(
                        "Put it into a {kind} vault with `coffer vault add VAULT {label}`, or make \
                         one: `coffer vault create NAME --type {kind} --size GIB --add {label}`."
                    )),
                );
            }
        };
        runs.entry(vault.value.id.clone())
            .or_default()
            .push(resource);
    }
    Ok(runs)
}

/// The tasks of runs just started: one for each resource taken.
async fn tasks_of(
    client: &Client,
    checkpoints: &[(Document<crate::client::Checkpoint>, usize)],
) -> Result<Vec<Document<Task>>> {
    let mut tasks = Vec::new();
    for (checkpoint, taken) in checkpoints {
        let filter = TaskFilter {
            operation_type: Some("backup"),
            ..TaskFilter::default()
        };
        let id = &checkpoint.value.id;
        let about = |task: &Task| &task.checkpoint_id == id;
        tasks.extend(wait::appear(client, filter, about, *taken).await?);
    }
    Ok(tasks)
}

async fn list(client: &Client, output: &Output, args: &ListArgs) -> Result<()> {
    let vault = match &args.vault {
        Some(wanted) => Some(resolve::vault(client, wanted).await?.value.id),
        None => None,
    };
    // Backups outlive what they are of, so a name is also looked for among the backups.
    let resource = match &args.resource {
        Some(wanted) => resource_id(client, wanted).await?,
        None => None,
    };
    let filter = BackupFilter {
        vault_id: vault.as_deref(),
        resource_id: resource.as_deref(),
        status: args.status.as_deref(),
        name: args.name.as_deref(),
        ..BackupFilter::default()
    };
    let mut backups = client.backups(filter).await?;
    if let (Some(wanted), None) = (&args.resource, &resource) {
        backups.retain(|backup| &backup.value.resource_name == wanted);
    }
    let document: Vec<Value> = backups.iter().map(|b| with_zones(b.raw.clone())).collect();
    output.answer(&document, || table(&backups, output))
}

/// Id of a server or disk; none where only old backups may know the name.
async fn resource_id(client: &Client, wanted: &str) -> Result<Option<String>> {
    if resolve::is_uuid(wanted) {
        return Ok(Some(wanted.to_string()));
    }
    match resolve::resources(client, &[wanted.to_string()], None).await {
        Ok(found) => Ok(found.into_iter().next().map(|resource| resource.id)),
        Err(error) if error.kind == coffer_core::Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn table(backups: &[Document<Backup>], output: &Output) -> String {
    let mut table = Table::new(&[
        ("ID", Fit::Keep),
        ("NAME", Fit::Shorten),
        ("OF", Fit::Shorten),
        ("STATE", Fit::Keep),
        ("SIZE", Fit::Right),
        ("KIND", Fit::Keep),
        ("CREATED", Fit::Keep),
    ]);
    for backup in backups.iter().map(|backup| &backup.value) {
        table.row([
            backup.id.clone(),
            backup.name.clone(),
            backup.resource_name.clone(),
            backup.status.clone(),
            format!("{} GiB", backup.resource_size),
            kind(backup).to_string(),
            output.api_time(&backup.created_at),
        ]);
    }
    table.render(output.columns)
}

fn kind(backup: &Backup) -> &'static str {
    if backup.extend_info.incremental {
        "incremental"
    } else {
        "full"
    }
}

async fn show(client: &Client, output: &Output, wanted: &str) -> Result<()> {
    let backup = resolve::backup(client, wanted).await?;
    // How it was made is Coffer's own: another service does not tell.
    let details = client.backup_details(&backup.value.id).await?;
    let document = json!({
        "backup": with_zones(backup.raw.clone()),
        "details": details.as_ref().map(|details| with_zones(details.raw.clone())),
    });
    output.answer(&document, || {
        let backup = &backup.value;
        let time = |text: &Option<String>, none: &str| match text {
            Some(text) => output.api_time(text),
            None => none.to_string(),
        };
        let what = if backup.resource_type == DISK_TYPE {
            "disk"
        } else {
            "server"
        };
        let mut rows = vec![
            ("Id", backup.id.clone()),
            ("Name", backup.name.clone()),
            ("Description", backup.description.clone()),
            ("State", backup.status.clone()),
            (
                "Of",
                format!("{what} {} ({})", backup.resource_name, backup.resource_id),
            ),
            ("Size", format!("{} GiB", backup.resource_size)),
            ("Kind", kind(backup).to_string()),
            ("Vault", backup.vault_id.clone()),
            ("Checkpoint", backup.checkpoint_id.clone()),
            ("Created", output.api_time(&backup.created_at)),
            ("Instant", time(&backup.protected_at, "")),
            ("Expires", time(&backup.expired_at, "never")),
        ];
        if let Some(details) = details.map(|details| details.value) {
            rows.extend(how(details));
        }
        let lines = backup.children.iter().map(|disk| {
            let role = if is_system(disk) { "system" } else { "data" };
            let (id, name, size) = (&disk.id, &disk.resource_name, disk.resource_size);
            format!("{id}  {name}  {size} GiB  {role}  {}", disk.status)
        });
        let lines: Vec<String> = lines.collect();
        if !lines.is_empty() {
            rows.push(("Disks", lines.join("\n")));
        }
        fields(&rows)
    })
}

/// How a backup was made, for people.
fn how(details: BackupDetails) -> Vec<(&'static str, String)> {
    let frozen = details.frozen_ms.map(|ms| format!(", frozen for {ms} ms"));
    let consistency = format!("{}{}", details.consistency, frozen.unwrap_or_default());
    let tracking = details
        .change_tracking
        .as_ref()
        .and_then(Value::as_str)
        .unwrap_or("");
    let changes = match &details.fallback_reason {
        Some(reason) => format!("{tracking}: {reason}"),
        None => tracking.to_string(),
    };
    let mut rows = vec![
        ("Consistency", consistency),
        ("Changes by", changes),
        ("Read", human::size(details.read_bytes)),
        ("Stored", human::size(details.stored_bytes)),
    ];
    if details.deduplicated_bytes > 0 {
        rows.push(("Deduplicated", human::size(details.deduplicated_bytes)));
    }
    if !details.notes.is_empty() {
        rows.push(("Notes", details.notes.join("\n")));
    }
    rows
}

/// True for the backup of a disk that a server boots from.
pub fn is_system(backup: &Backup) -> bool {
    backup.extend_info.system_disk || backup.extend_info.bootable
}

async fn delete(
    client: &Client,
    output: &Output,
    wanted: &[String],
    destroy: &DestroyArgs,
) -> Result<()> {
    let mut backups: Vec<Backup> = Vec::new();
    for text in wanted {
        let backup = resolve::backup(client, text).await?.value;
        if !backups.iter().any(|other| other.id == backup.id) {
            backups.push(backup);
        }
    }
    let lines = backups.iter().map(|backup| {
        let created = output.api_time(&backup.created_at);
        format!("`{}` of {} ({created})", backup.name, backup.resource_name)
    });
    let lines: Vec<String> = lines.collect();
    let lost = format!("this deletes backup {}", lines.join(", "));
    let ids: Vec<String> = backups.iter().map(|backup| backup.id.clone()).collect();
    let mut document = json!({ "backup_ids": ids, "dry_run": destroy.dry_run });
    if destroy.dry_run {
        return output.answer(&document, || format!("Dry run: {lost}.\n"));
    }
    confirm(output, destroy.yes, &lost)?;

    let filter = TaskFilter {
        operation_type: Some("delete"),
        ..TaskFilter::default()
    };
    let known = wait::known(client, filter).await?;
    for id in &ids {
        client.delete_backup(id).await?;
    }
    if !destroy.no_wait {
        let about = |task: &Task| {
            let backup = task.about("delete", "backup_id");
            let backup = backup.or_else(|| task.about("backup", "backup_id"));
            !known.contains(&task.id) && backup.is_some_and(|id| ids.iter().any(|i| i == id))
        };
        let tasks = wait::appear(client, filter, about, ids.len()).await?;
        let tasks: Vec<String> = tasks.into_iter().map(|task| task.value.id).collect();
        let ended = wait::follow(client, output, &tasks).await?;
        wait::check(&ended)?;
        let raw: Vec<Value> = ended.into_iter().map(|task| with_zones(task.raw)).collect();
        document["tasks"] = json!(raw);
    }
    let done = if destroy.no_wait {
        "Deletion began"
    } else {
        "Deleted"
    };
    output.answer(&document, || format!("{done}: {}.\n", lines.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use coffer_core::Kind;

    fn vault(id: &str, resources: &[&str]) -> Document<Vault> {
        let resources: Vec<Value> = resources
            .iter()
            .map(|id| json!({ "id": id, "type": "OS::Nova::Server", "name": id }))
            .collect();
        let raw = json!({
            "id": id, "name": id, "resources": resources,
            "billing": { "size": 10, "object_type": "server" },
        });
        let value = serde_json::from_value(raw.clone()).expect("a vault");
        Document { value, raw }
    }

    fn runs(resources: &[&str]) -> Result<Vec<(String, usize)>> {
        let vaults = [vault("a", &["web", "db"]), vault("b", &["mail", "db"])];
        let raw = resources
            .iter()
            .map(|id| json!({ "id": id, "type": "OS::Nova::Server" }));
        let resources = raw.map(|raw| serde_json::from_value(raw).expect("a resource"));
        let runs = by_vault(&vaults, resources.collect())?;
        Ok(runs
            .into_iter()
            .map(|(vault, taken)| (vault, taken.len()))
            .collect())
    }

    #[test]
    fn the_vault_is_the_one_that_protects_the_resource() {
        let expected = [("a".to_string(), 1), ("b".to_string(), 1)];
        assert_eq!(runs(&["web", "mail"]).expect("both protected"), expected);
        assert_eq!(runs(&["db"]).expect_err("two vaults").kind, Kind::Invalid);
        let error = runs(&["new"]).expect_err("no vault");
        assert_eq!(error.kind, Kind::Conflict);
        assert!(error.hint.is_some_and(|hint| hint.contains("--add new")));
    }
}
