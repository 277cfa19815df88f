//! `coffer vault`.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use coffer_core::{Error, Result};
use coffer_engine::repository::RecoveryKey;
use reqwest::Method;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::confirm::confirm;
use super::limit::{self, LimitArgs};
use super::output::{Output, with_zones};
use super::resolve::ResourceKind;
use super::table::{Fit, Table, fields};
use super::{Context, block_on, human, resolve, secret, wait};
use crate::client::{
    BackupFilter, Client, DISK_TYPE, Document, Resource, TaskFilter, Vault, VaultRequest,
    VaultUpdate,
};

/// Vaults: where backups of servers or disks are kept
#[derive(Debug, Args)]
pub struct VaultArgs {
    #[command(subcommand)]
    command: VaultCommand,
}

#[derive(Debug, Subcommand)]
enum VaultCommand {
    /// Create a vault
    Create {
        /// Name: 1 to 64 letters, digits, `_`, `-`
        name: String,
        /// What it protects
        #[arg(long = "type", value_name = "TYPE", default_value = "server")]
        kind: ResourceKind,
        /// Capacity in GiB, 10 to 10485760
        #[arg(long, value_name = "GIB", value_parser = clap::value_parser!(u64).range(1..=10_485_760))]
        size: u64,
        /// Free text, at most 64 characters
        #[arg(long)]
        description: Option<String>,
        /// Protect this server or disk from the start, by name or id; may be repeated
        #[arg(long, value_name = "RESOURCE")]
        add: Vec<String>,
    },
    /// List the vaults of the project
    #[command(visible_alias = "ls")]
    List,
    /// Show a vault and what it protects
    Show {
        /// Vault by name or id
        vault: String,
    },
    /// Show what a vault took in its store over time
    History {
        /// Vault by name or id
        vault: String,
        /// Of the last so many days
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3660))]
        days: u64,
    },
    /// Change a vault's name or capacity
    #[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
    Update {
        /// Vault by name or id
        vault: String,
        /// New name
        #[arg(long, group = "change")]
        name: Option<String>,
        /// New capacity in GiB
        #[arg(long, group = "change", value_name = "GIB", value_parser = clap::value_parser!(u64).range(1..=10_485_760))]
        size: Option<u64>,
    },
    /// Make a recovery key of a vault, or say that it is kept (administrators)
    ///
    /// With it and the store alone the vault is read (`coffer repo --key-file`), when the service and
    /// its own key are gone. It is shown once; keep it apart from the service and from the store.
    RecoveryKey {
        /// Vault by name or id
        vault: String,
        /// Write the new key to this file, readable for its owner alone; `-` for standard output
        #[arg(long, short, value_name = "FILE", required_unless_present = "confirm")]
        output: Option<PathBuf>,
        /// Say that the key is kept, by its file: the reminder ends
        #[arg(long, value_name = "FILE", conflicts_with = "output")]
        confirm: Option<PathBuf>,
    },
    /// Show the limits of a vault
    Limits {
        /// Vault by name or id
        vault: String,
    },
    /// Set the limits of a vault, or reset them
    ///
    /// They hold at once, also for what runs. What is not named has no limit.
    Limit {
        /// Vault by name or id
        vault: String,
        #[command(flatten)]
        limits: LimitArgs,
    },
    /// Delete a vault with all its backups
    Delete {
        /// Vault by name or id
        vault: String,
        #[command(flatten)]
        destroy: DestroyArgs,
    },
    /// Put servers or disks under a vault's protection
    Add {
        /// Vault by name or id
        vault: String,
        /// Servers (or disks, for a disk vault) by name or id
        #[arg(required = true)]
        resources: Vec<String>,
    },
    /// Take servers or disks out of a vault; their backups in it are deleted
    Remove {
        /// Vault by name or id
        vault: String,
        /// Servers or disks by name or id
        #[arg(required = true)]
        resources: Vec<String>,
        #[command(flatten)]
        destroy: DestroyArgs,
    },
}

/// Switches of everything that destroys.
#[derive(Debug, Args)]
pub struct DestroyArgs {
    /// Do not ask before
    #[arg(long, short)]
    pub yes: bool,
    /// Only show what would be deleted
    #[arg(long)]
    pub dry_run: bool,
    /// Do not wait until it is done
    #[arg(long)]
    pub no_wait: bool,
}

/// Runs `coffer vault`.
pub fn run(args: VaultArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        let output = &context.output;
        match args.command {
            VaultCommand::Create {
                name,
                kind,
                size,
                description,
                add,
            } => {
                let object_type = match kind {
                    ResourceKind::Server => "server",
                    ResourceKind::Disk => "disk",
                };
                let resources = match add.is_empty() {
                    true => Vec::new(),
                    false => resolve::resources(&client, &add, Some(kind)).await?,
                };
                let request = VaultRequest {
                    name,
                    description,
                    object_type,
                    size_gib: size,
                    resources,
                };
                one(output, &client.create_vault(&request).await?)
            }
            VaultCommand::List => list(&client, output).await,
            VaultCommand::Show { vault } => one(output, &resolve::vault(&client, &vault).await?),
            VaultCommand::History { vault, days } => {
                let vault = resolve::vault(&client, &vault).await?.value;
                history(&client, output, &vault.id, days).await
            }
            VaultCommand::Update { vault, name, size } => {
                let vault = resolve::vault(&client, &vault).await?;
                let update = VaultUpdate {
                    name,
                    size_gib: size,
                };
                one(
                    output,
                    &client.update_vault(&vault.value.id, &update).await?,
                )
            }
            VaultCommand::RecoveryKey {
                vault,
                output: file,
                confirm,
            } => {
                let vault = resolve::vault(&client, &vault).await?.value;
                match (file, confirm) {
                    (_, Some(kept)) => confirm_key(&client, output, &vault, &kept).await,
                    (file, None) => make_key(&client, output, &vault, file.as_deref()).await,
                }
            }
            VaultCommand::Limits { vault } => {
                let vault = resolve::vault(&client, &vault).await?;
                limits(&client, output, &vault.value).await
            }
            VaultCommand::Limit { vault, limits: new } => {
                let vault = resolve::vault(&client, &vault).await?;
                let id = &vault.value.id;
                client.limit_vault(id, new.body().as_ref()).await?;
                limits(&client, output, &vault.value).await
            }
            VaultCommand::Delete { vault, destroy } => {
                delete(&client, output, &vault, &destroy).await
            }
            VaultCommand::Add { vault, resources } => {
                let vault = resolve::vault(&client, &vault).await?;
                let kind = ResourceKind::of_vault(&vault.value.billing.object_type);
                let resources = resolve::resources(&client, &resources, kind).await?;
                client.add_resources(&vault.value.id, &resources).await?;
                one(output, &client.vault(&vault.value.id).await?)
            }
            VaultCommand::Remove {
                vault,
                resources,
                destroy,
            } => remove(&client, output, &vault, &resources, &destroy).await,
        }
    })
}

async fn make_key(
    client: &Client,
    output: &Output,
    vault: &Vault,
    file: Option<&Path>,
) -> Result<()> {
    let path = format!("/vaults/{}/recovery-key", vault.id);
    let file = file.filter(|file| *file != Path::new("-"));
    // Before the key is made: it is shown once.
    let opened = file.map(secret::create_private).transpose()?;
    let mut answer = client.own(Method::POST, &path, None).await?;
    let text = Zeroizing::new(answer["text"].as_str().unwrap_or_default().to_owned());
    let Some((mut opened, file)) = opened.zip(file) else {
        return output.answer(&answer, || text.to_string());
    };
    opened
        .write_all(text.as_bytes())
        .and_then(|()| opened.sync_all())
        .map_err(|e| Error::unavailable(format!("write `{}`", file.display())).caused_by(e))?;
    if let Some(fields) = answer.as_object_mut() {
        fields.remove("text");
    }
    output.answer(&answer, || {
        format!(
            "The recovery key of vault `{}` is in {}. Bring it to a safe place, then run\n\
             coffer vault recovery-key {} --confirm FILE\n",
            vault.name,
            file.display(),
            vault.name
        )
    })
}

async fn confirm_key(client: &Client, output: &Output, vault: &Vault, kept: &Path) -> Result<()> {
    let text = std::fs::read_to_string(kept)
        .map(Zeroizing::new)
        .map_err(|e| Error::invalid(format!("read `{}`", kept.display())).caused_by(e))?;
    let key = RecoveryKey::parse(&text)?
        .ok_or_else(|| Error::invalid(format!("`{}` is no recovery key", kept.display())))?;
    let path = format!("/vaults/{}/recovery-key", vault.id);
    let body = json!({ "fingerprint": key.fingerprint() });
    client.own(Method::PUT, &path, Some(&body)).await?;
    output.answer(&body, || {
        format!("The recovery key of vault `{}` is kept.\n", vault.name)
    })
}

async fn limits(client: &Client, output: &Output, vault: &Vault) -> Result<()> {
    let answer = client.vault_limits(&vault.id).await?;
    output.answer(&answer, || {
        let limits = &answer["limits"];
        fields(&[
            ("Vault", vault.name.clone()),
            ("Bandwidth", limit::rate(limits)),
            ("Tasks at once", answer["tasks_in_force"].to_string()),
            ("Automatic backups", limit::windows(limits)),
        ])
    })
}

async fn list(client: &Client, output: &Output) -> Result<()> {
    let vaults = client.vaults().await?;
    let document: Vec<Value> = vaults
        .iter()
        .map(|vault| with_zones(vault.raw.clone()))
        .collect();
    let mut table = Table::new(&[
        ("ID", Fit::Keep),
        ("NAME", Fit::Shorten),
        ("TYPE", Fit::Keep),
        ("STATE", Fit::Keep),
        ("USED", Fit::Right),
        ("SIZE", Fit::Right),
        ("PROTECTS", Fit::Shorten),
    ]);
    for vault in vaults.iter().map(|vault| &vault.value) {
        let names: Vec<&str> = vault.resources.iter().map(Resource::label).collect();
        table.row([
            vault.id.clone(),
            vault.name.clone(),
            vault.billing.object_type.clone(),
            vault.billing.status.clone(),
            human::size(vault.billing.used * 1024 * 1024),
            format!("{} GiB", vault.billing.size),
            names.join(" "),
        ]);
    }
    output.answer(&document, || table.render(output.columns))
}

fn one(output: &Output, vault: &Document<Vault>) -> Result<()> {
    let document = json!({ "vault": with_zones(vault.raw.clone()) });
    output.answer(&document, || {
        let vault = &vault.value;
        let lines = vault.resources.iter().map(|resource| {
            let kind = if resource.kind == DISK_TYPE {
                "disk"
            } else {
                "server"
            };
            let backups = match resource.backup_count {
                Some(number) => human::count(usize::try_from(number).unwrap_or(0), "backup"),
                None => String::new(),
            };
            let state = resource.protect_status.as_deref().unwrap_or("");
            format!(
                "{}  {kind} {}  {state}  {backups}",
                resource.id, resource.name
            )
        });
        let lines: Vec<String> = lines.collect();
        let used = human::size(vault.billing.used * 1024 * 1024);
        fields(&[
            ("Id", vault.id.clone()),
            ("Name", vault.name.clone()),
            ("Description", vault.description.clone()),
            ("Type", vault.billing.object_type.clone()),
            ("State", vault.billing.status.clone()),
            ("Used", format!("{used} of {} GiB", vault.billing.size)),
            ("Disks' size", format!("{} GiB", vault.billing.allocated)),
            ("Created", output.api_time(&vault.created_at)),
            ("Protects", lines.join("\n")),
        ])
    })
}

async fn delete(
    client: &Client,
    output: &Output,
    wanted: &str,
    destroy: &DestroyArgs,
) -> Result<()> {
    let vault = resolve::vault(client, wanted).await?.value;
    let filter = BackupFilter {
        vault_id: Some(&vault.id),
        ..BackupFilter::default()
    };
    let backups = client.backups(filter).await?.len();
    let lost = format!(
        "this deletes vault `{}` with its {}",
        vault.name,
        human::count(backups, "backup")
    );
    let mut document = json!({
        "vault_id": vault.id,
        "backups": backups,
        "dry_run": destroy.dry_run,
    });
    if destroy.dry_run {
        return output.answer(&document, || format!("Dry run: {lost}.\n"));
    }
    confirm(output, destroy.yes, &lost)?;
    let filter = TaskFilter {
        operation_type: Some("vault_delete"),
        ..TaskFilter::default()
    };
    let known = wait::known(client, filter).await?;
    client.delete_vault(&vault.id).await?;
    if !destroy.no_wait {
        document["task"] = wait_for_new(client, output, filter, known, &vault.id).await?;
    }
    output.answer(&document, || {
        format!("Vault `{}` is deleted.\n", vault.name)
    })
}

/// Waits for the task that a deletion led to. An empty vault may be gone without one.
async fn wait_for_new(
    client: &Client,
    output: &Output,
    filter: TaskFilter<'_>,
    known: std::collections::BTreeSet<String>,
    vault_id: &str,
) -> Result<Value> {
    if client
        .vault(vault_id)
        .await
        .is_err_and(|e| e.kind == coffer_core::Kind::NotFound)
    {
        return Ok(Value::Null);
    }
    let about = |task: &crate::client::Task| !known.contains(&task.id) && task.vault_id == vault_id;
    let tasks = wait::appear(client, filter, about, 1).await?;
    let ids: Vec<String> = tasks.into_iter().map(|task| task.value.id).collect();
    let mut ended = wait::follow(client, output, &ids).await?;
    wait::check(&ended)?;
    Ok(ended.pop().map_or(Value::Null, |task| with_zones(task.raw)))
}

async fn remove(
    client: &Client,
    output: &Output,
    wanted: &str,
    resources: &[String],
    destroy: &DestroyArgs,
) -> Result<()> {
    let vault = resolve::vault(client, wanted).await?.value;
    let resources = members(&vault, resources)?;
    let mut backups = 0;
    for resource in &resources {
        let filter = BackupFilter {
            vault_id: Some(&vault.id),
            resource_id: Some(&resource.id),
            ..BackupFilter::default()
        };
        backups += client.backups(filter).await?.len();
    }
    let names: Vec<&str> = resources.iter().map(|r| r.label()).collect();
    let names = names.join(", ");
    let lost = format!(
        "this takes {names} out of vault `{}` and deletes {}",
        vault.name,
        human::count(backups, "backup")
    );
    let ids: Vec<String> = resources
        .iter()
        .map(|resource| resource.id.clone())
        .collect();
    let mut document = json!({
        "vault_id": vault.id,
        "resource_ids": ids,
        "backups": backups,
        "dry_run": destroy.dry_run,
    });
    if destroy.dry_run {
        return output.answer(&document, || format!("Dry run: {lost}.\n"));
    }
    confirm(output, destroy.yes, &lost)?;
    let filter = TaskFilter {
        operation_type: Some("remove_resource"),
        vault_id: Some(&vault.id),
        ..TaskFilter::default()
    };
    let known = wait::known(client, filter).await?;
    client.remove_resources(&vault.id, &ids).await?;
    if !destroy.no_wait && backups > 0 {
        document["task"] = wait_for_new(client, output, filter, known, &vault.id).await?;
    }
    output.answer(&document, || {
        format!("Vault `{}` no longer protects {names}.\n", vault.name)
    })
}

/// Capacity over time.
async fn history(client: &Client, output: &Output, vault: &str, days: u64) -> Result<()> {
    let found = client.vault_history(vault, days).await?;
    output.answer(&found, || {
        let mut table = Table::new(&[
            ("AT", Fit::Keep),
            ("USED", Fit::Right),
            ("OF", Fit::Right),
            ("SHARE", Fit::Right),
        ]);
        for point in found["points"].as_array().into_iter().flatten() {
            let bytes = |name: &str| point[name].as_u64().unwrap_or_default();
            let (used, size) = (bytes("used_bytes"), bytes("size_bytes"));
            let share = u128::from(used) * 100 / u128::from(size.max(1));
            table.row([
                output.api_time(point["at"].as_str().unwrap_or_default()),
                human::size(used),
                human::size(size),
                format!("{share} %"),
            ]);
        }
        table.render(output.columns)
    })
}

/// The vault's resources that texts mean: these may be gone from the hypervisor already.
fn members<'a>(vault: &'a Vault, wanted: &[String]) -> Result<Vec<&'a Resource>> {
    let find = |text: &String| {
        let by_id = vault.resources.iter().find(|resource| &resource.id == text);
        let mut named = vault
            .resources
            .iter()
            .filter(|resource| &resource.name == text);
        match (by_id, named.next(), named.next()) {
            (Some(one), _, _) | (None, Some(one), None) => Ok(one),
            (None, Some(_), Some(_)) => Err(Error::invalid(format!(
                "several resources of vault `{}` are named `{text}`",
                vault.name
            ))
            .hint("`coffer vault show` has their ids.")),
            (None, None, _) => Err(Error::not_found(format!(
                "vault `{}` does not protect `{text}`",
                vault.name
            ))
            .hint("`coffer vault show` lists what it protects.")),
        }
    };
    wanted.iter().map(find).collect()
}
