//! `coffer restore`.

use clap::Args;
use coffer_core::{Error, Result};
use serde_json::{Value, json};

use super::backup::{WaitArgs, is_system};
use super::confirm::confirm;
use super::output::{Output, with_zones};
use super::{Context, block_on, estimate, human, resolve, wait};
use crate::client::{
    Backup, Client, DISK_TYPE, Disk, Document, Estimate, Mapping, RestoreRequest, Task,
};

/// Restore a backup to its server or disk, to another one, or to a new file
///
/// For a server's backup the server is shut down first, and started again if it ran. Without --disk
/// every disk goes back to where it came from, and only what differs is written where that is known.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// Backup by name or id; a single disk of a server's backup by its own id
    backup: String,
    /// Target server by name or id [default: the one the backup is of]
    #[arg(long)]
    server: Option<String>,
    /// Write only these disks: SOURCE=TARGET
    ///
    /// SOURCE is a disk of the backup: `system`, its name, its id or its backup's id. TARGET is a
    /// disk by name or id. For the backup of a single disk TARGET alone will do. May be repeated.
    #[arg(long, value_name = "SOURCE=TARGET")]
    disk: Vec<String>,
    /// Leave the server switched off afterwards
    #[arg(long)]
    no_power_on: bool,
    /// For a single disk's backup: shut down the server it is attached to
    #[arg(long)]
    stop_server: bool,
    /// Write a new image file on the service's host instead (a directory for a server's backup)
    #[arg(long, value_name = "PATH", conflicts_with_all = ["server", "disk", "no_power_on", "stop_server"])]
    to_file: Option<String>,
    /// Back up what is on the disks first; `coffer task go-back` then undoes the restore
    #[arg(long, conflicts_with = "to_file")]
    safety_backup: bool,
    /// Keep the safety backup for so many days, or -1 for ever
    #[arg(
        long,
        value_name = "DAYS",
        default_value_t = 30,
        allow_negative_numbers = true,
        requires = "safety_backup"
    )]
    keep_safety_backup: i64,
    /// How long the guest may take to shut down before it is switched off
    #[arg(long, value_name = "SECONDS", conflicts_with = "to_file")]
    stop_timeout: Option<u64>,
    /// Only show what would be written
    #[arg(long, conflicts_with = "to_file")]
    dry_run: bool,
    /// Do not ask before overwriting disks
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    waiting: WaitArgs,
}

/// Runs `coffer restore`.
pub fn run(args: RestoreArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        let output = &context.output;
        let backup = resolve::backup(&client, &args.backup).await?.value;
        if args.dry_run {
            return dry_run(&client, output, &backup, &args).await;
        }
        let (what, tasks) = match &args.to_file {
            Some(path) => to_files(&client, output, &backup, path, &args.waiting).await?,
            None => to_disks(&client, output, &backup, &args).await?,
        };
        let ids: Vec<String> = tasks.iter().map(|task| task.value.id.clone()).collect();
        let raw: Vec<Value> = tasks.into_iter().map(|task| with_zones(task.raw)).collect();
        let document = json!({ "backup_id": backup.id, "tasks": raw });
        output.answer(&document, || match args.waiting.no_wait {
            true => format!(
                "{what} began.\nFollow with: coffer task wait {}\n",
                ids.join(" ")
            ),
            false => format!("{what} is done.\n"),
        })
    })
}

/// Waits for tasks unless told not to; fails where one failed.
async fn wait_for(
    client: &Client,
    output: &Output,
    tasks: Vec<Document<Task>>,
    waiting: &WaitArgs,
) -> Result<Vec<Document<Task>>> {
    if waiting.no_wait {
        return Ok(tasks);
    }
    let ids: Vec<String> = tasks.into_iter().map(|task| task.value.id).collect();
    let ended = wait::follow(client, output, &ids).await?;
    wait::check(&ended)?;
    Ok(ended)
}

/// A disk's backup becomes one file; the disks of a server's backup become files in a directory,
/// one after the other, because a backup is restored once at a time.
async fn to_files(
    client: &Client,
    output: &Output,
    backup: &Backup,
    path: &str,
    waiting: &WaitArgs,
) -> Result<(String, Vec<Document<Task>>)> {
    if !path.starts_with('/') {
        return Err(Error::invalid(format!("`{path}` is not an absolute path"))
            .hint("The file is written on the service's host: name it from the root."));
    }
    let files: Vec<(&str, String)> = match backup.children.as_slice() {
        [] => vec![(&backup.id, path.to_string())],
        [only] => vec![(&only.id, path.to_string())],
        disks if waiting.no_wait => {
            return Err(Error::invalid(format!(
                "the backup's {} disks are restored one after the other",
                disks.len()
            ))
            .hint("Leave --no-wait out, or name a single disk's backup: `coffer backup show`."));
        }
        disks => {
            let file = |disk: &Backup| format!("{path}/{}.raw", disk.resource_name);
            disks
                .iter()
                .map(|disk| (disk.id.as_str(), file(disk)))
                .collect()
        }
    };
    let mut tasks = Vec::new();
    for (id, file) in files {
        let task = client.restore_to_file(id, &file).await?;
        let task = client.task(&task).await?;
        tasks.extend(wait_for(client, output, vec![task], waiting).await?);
    }
    Ok((format!("Restore of `{}` to {path}", backup.name), tasks))
}

async fn to_disks(
    client: &Client,
    output: &Output,
    backup: &Backup,
    args: &RestoreArgs,
) -> Result<(String, Vec<Document<Task>>)> {
    let (request, target) = request(client, backup, args).await?;
    let state = output.api_time(backup.protected_at.as_ref().unwrap_or(&backup.created_at));
    confirm(
        output,
        args.yes,
        &format!("this overwrites {target} with its state of {state}"),
    )?;
    let days = args.safety_backup.then_some(args.keep_safety_backup);
    let id = client
        .restore_with_way_back(&backup.id, &request, days)
        .await?;
    let task = client.task(&id).await?;
    let tasks = wait_for(client, output, vec![task], &args.waiting).await?;
    if args.safety_backup && !args.waiting.no_wait {
        output.note(&format!("To undo it: coffer task go-back {id}"));
    }
    Ok((format!("Restore of `{}` to {target}", backup.name), tasks))
}

/// What would be written.
async fn dry_run(
    client: &Client,
    output: &Output,
    backup: &Backup,
    args: &RestoreArgs,
) -> Result<()> {
    let (request, target) = request(client, backup, args).await?;
    let mut mappings: Vec<Value> = request
        .mappings
        .iter()
        .map(|m| json!({ "disk_backup_id": m.backup_id, "disk_id": m.volume_id }))
        .collect();
    if let Some(volume) = &request.volume_id {
        mappings.push(json!({ "disk_backup_id": backup.id, "disk_id": volume }));
    }
    let body = json!({ "backup_id": backup.id, "mappings": mappings });
    let found = client.estimate(Estimate::Restore, &body).await?;
    output.answer(&found, || {
        estimate::restore(&target, &found, args.safety_backup)
    })
}

async fn request(
    client: &Client,
    backup: &Backup,
    args: &RestoreArgs,
) -> Result<(RestoreRequest, String)> {
    match backup.resource_type == DISK_TYPE {
        true => for_disk(client, backup, args).await,
        false => for_server(client, backup, args).await,
    }
}

/// A disk's backup goes to one disk.
async fn for_disk(
    client: &Client,
    backup: &Backup,
    args: &RestoreArgs,
) -> Result<(RestoreRequest, String)> {
    let disks = client.disks().await?;
    let target = match args.disk.as_slice() {
        [] => resolve::pick(&backup.resource_id, disks).map_err(|e| {
            e.hint("The disk it came from is gone: name another with --disk, or use --to-file.")
        })?,
        [one] => {
            let target = one
                .split_once('=')
                .map_or(one.as_str(), |(_, target)| target);
            resolve::pick(target, disks)?
        }
        _ => {
            return Err(Error::invalid(
                "the backup of one disk goes to one disk only",
            ));
        }
    };
    if let Some(wanted) = &args.server {
        let server = resolve::server(client, wanted).await?.value;
        let on = |at: &crate::client::Attachment| at.server_id == server.id;
        if !target.value.attachments.iter().any(on) {
            let disk = &target.value.name;
            return Err(
                Error::invalid(format!("disk `{disk}` is not one of server `{wanted}`"))
                    .hint("Name a disk of it with --disk; `coffer server show` lists them."),
            );
        }
    }
    let name = format!("disk `{}`", target.value.name);
    let server = target
        .value
        .attachments
        .first()
        .map(|at| at.server_id.as_str());
    let runs = match server.filter(|_| args.stop_server) {
        Some(id) => client.server(id).await?.value.is_on(),
        None => false,
    };
    let request = RestoreRequest {
        server_id: None,
        volume_id: Some(target.value.id),
        mappings: Vec::new(),
        power_on: runs && !args.no_power_on,
        stop_server: args.stop_server,
        stop_seconds: args.stop_timeout,
    };
    Ok((request, name))
}

/// A server's backup goes to the disks of one server.
async fn for_server(
    client: &Client,
    backup: &Backup,
    args: &RestoreArgs,
) -> Result<(RestoreRequest, String)> {
    let server = match &args.server {
        Some(wanted) => resolve::server(client, wanted).await?.value,
        None => {
            let servers = client.servers().await?;
            let found = resolve::pick(&backup.resource_id, servers).map_err(|e| {
                e.hint(
                    "The server it came from is gone: name another with --server and --disk, or \
                     use --to-file.",
                )
            })?;
            found.value
        }
    };
    let elsewhere = server.id != backup.resource_id;
    if elsewhere && args.disk.is_empty() {
        let disks: Vec<&str> = backup
            .children
            .iter()
            .map(|d| d.resource_name.as_str())
            .collect();
        return Err(Error::invalid(format!(
            "server `{}` is not the one the backup is of",
            server.name
        ))
        .hint(format!(
            "Say which disk goes where, with --disk SOURCE=TARGET for each of: {}.",
            disks.join(", ")
        )));
    }
    let disks = client.disks().await?;
    let on_server = |disk: &Document<Disk>| {
        let mut attachments = disk.value.attachments.iter();
        attachments.any(|at| at.server_id == server.id)
    };
    let candidates: Vec<Document<Disk>> = disks.into_iter().filter(on_server).collect();
    let mappings = mappings(backup, &args.disk, &candidates)?;
    let target = match mappings.is_empty() {
        true => format!("all disks of server `{}`", server.name),
        false => format!(
            "{} of server `{}`",
            human::count(mappings.len(), "disk"),
            server.name
        ),
    };
    // What was off stays off.
    let runs = server.is_on();
    let request = RestoreRequest {
        server_id: Some(server.id),
        volume_id: None,
        mappings,
        power_on: runs && !args.no_power_on,
        stop_server: true,
        stop_seconds: args.stop_timeout,
    };
    Ok((request, target))
}

/// Reads `SOURCE=TARGET` for each disk.
fn mappings(backup: &Backup, texts: &[String], targets: &[Document<Disk>]) -> Result<Vec<Mapping>> {
    let mut mappings: Vec<Mapping> = Vec::new();
    for text in texts {
        let (from, to) = text.split_once('=').ok_or_else(|| {
            Error::invalid(format!(
                "`--disk {text}` does not say which disk goes where"
            ))
            .hint("Write SOURCE=TARGET, such as `system=web-vda`.")
        })?;
        let from = source(backup, from)?;
        let to = resolve::pick(to, targets.to_vec())?.value;
        if mappings
            .iter()
            .any(|m| m.backup_id == from.id || m.volume_id == to.id)
        {
            return Err(Error::invalid(format!(
                "`--disk {text}` names a disk a second time"
            )));
        }
        mappings.push(Mapping {
            backup_id: from.id.clone(),
            volume_id: to.id,
        });
    }
    Ok(mappings)
}

/// The disk of a server's backup that a text means.
fn source<'a>(backup: &'a Backup, wanted: &str) -> Result<&'a Backup> {
    let known = |disk: &&Backup| {
        disk.id == wanted
            || disk.resource_id == wanted
            || disk.resource_name == wanted
            || (wanted == "system" && is_system(disk))
    };
    let mut found = backup.children.iter().filter(known);
    match (found.next(), found.next()) {
        (Some(disk), None) => Ok(disk),
        (found, _) => {
            let several = found.is_some();
            let lines = backup.children.iter().map(|disk| {
                let role = if is_system(disk) { "system" } else { "data" };
                format!("\n  {}  {}  {role}", disk.id, disk.resource_name)
            });
            let hint = format!("Its disks are:{}", lines.collect::<String>());
            let error = match several {
                true => Error::invalid(format!("several disks of the backup are `{wanted}`")),
                false => Error::not_found(format!("the backup has no disk `{wanted}`")),
            };
            Err(error.hint(hint))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coffer_core::Kind;

    fn backup() -> Backup {
        let disk = |id: &str, of: &str, name: &str, system: bool| {
            json!({ "id": id, "status": "available", "resource_id": of, "resource_name": name,
                    "extend_info": { "system_disk": system } })
        };
        serde_json::from_value(json!({
            "id": "b", "status": "available",
            "children": [disk("b1", "d1", "vda", true), disk("b2", "d2", "vdb", false)],
        }))
        .expect("a backup")
    }

    fn targets() -> Vec<Document<Disk>> {
        let disk = |(id, name): (&str, &str)| {
            let raw = json!({ "id": id, "name": name, "size": 1, "status": "in-use" });
            let value = serde_json::from_value(raw.clone()).expect("a disk");
            Document { value, raw }
        };
        [("t1", "root"), ("t2", "data")].map(disk).into()
    }

    #[track_caller]
    fn check(texts: &[&str], expected: Result<&[(&str, &str)], (Kind, &str)>) {
        let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
        match (mappings(&backup(), &texts, &targets()), expected) {
            (Ok(found), Ok(expected)) => {
                let found: Vec<(&str, &str)> = found
                    .iter()
                    .map(|m| (m.backup_id.as_str(), m.volume_id.as_str()))
                    .collect();
                assert_eq!(found, expected);
            }
            (Err(error), Err((kind, text))) => {
                assert_eq!(error.kind, kind);
                assert!(error.message.contains(text), "{}", error.message);
            }
            (found, expected) => panic!("{found:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn disks_are_known_by_role_name_and_ids() {
        check(
            &["system=root", "vdb=t2"],
            Ok(&[("b1", "t1"), ("b2", "t2")]),
        );
        check(&["d1=data"], Ok(&[("b1", "t2")]));
        check(&["b2=data"], Ok(&[("b2", "t2")]));
        check(&[], Ok(&[]));
    }

    #[test]
    fn mistakes_are_named() {
        check(&["vda"], Err((Kind::Invalid, "which disk goes where")));
        check(&["vdc=root"], Err((Kind::NotFound, "no disk `vdc`")));
        check(&["vda=vdz"], Err((Kind::NotFound, "no disk `vdz`")));
        check(
            &["vda=root", "vdb=root"],
            Err((Kind::Invalid, "second time")),
        );
        check(
            &["vda=root", "system=data"],
            Err((Kind::Invalid, "second time")),
        );
    }
}
