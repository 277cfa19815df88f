//! `coffer repo delete`, `reclaim`, `sessions`.

use clap::Args;
use coffer_core::format::records::Role;
use coffer_core::ids::{BackupId, SessionId};
use coffer_core::{Error, Result};
use coffer_engine::pipeline::{Deleted, ReclaimOptions, delete_backup};
use coffer_engine::repository::{end_session, owner_is_gone};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Environment, Output, RepositoryArgs, find, human};
use crate::cli::confirm::confirm;
use crate::cli::table::{Fit, Table};

/// Delete a backup; others lose nothing, and `coffer repo reclaim` frees its space
#[derive(Debug, Args)]
pub struct DeleteArgs {
    #[command(flatten)]
    repository: RepositoryArgs,
    /// Backup by id or name, or `latest`; one that cannot be read any more by its id
    backup: String,
    /// Do not ask before
    #[arg(long, short)]
    yes: bool,
    /// Only show what would be deleted
    #[arg(long)]
    dry_run: bool,
}

/// Free the space of what no backup needs
///
/// Then brings the index up to date by which backups find what the repository holds already.
#[derive(Debug, Args)]
pub struct ReclaimArgs {
    #[command(flatten)]
    repository: RepositoryArgs,
    /// Only show what would be freed
    #[arg(long)]
    dry_run: bool,
    /// Count all references anew and compare them with what was counted
    #[arg(long)]
    full: bool,
}

/// List who works on the repository, or end a session that a crash left behind
#[derive(Debug, Args)]
pub struct SessionsArgs {
    #[command(flatten)]
    repository: RepositoryArgs,
    /// End this session: its backup can never be completed
    #[arg(long, value_name = "SESSION")]
    end: Option<SessionId>,
    /// Do not ask before ending
    #[arg(long, short)]
    yes: bool,
}

/// Runs `coffer repo delete`.
pub async fn delete(args: DeleteArgs, environment: &Environment, output: &Output) -> Result<()> {
    let repository = args.repository.open(environment).await?;
    // A damaged backup can be deleted too, so an id is not looked up.
    let (id, what) = match args.backup.parse::<BackupId>() {
        Ok(id) => (id, format!("backup {id}")),
        Err(_) => {
            let manifest = find(&repository, &args.backup).await?;
            let (id, at) = (manifest.backup_id, output.time(manifest.instant.at));
            (
                id,
                format!("backup {id} of {} at {at}", manifest.facts.resource.name),
            )
        }
    };
    if args.dry_run {
        if !repository
            .attempts()
            .await?
            .iter()
            .any(|attempt| attempt.id == id)
        {
            return Err(Error::not_found(format!("there is no backup {id}")));
        }
        let document = json!({ "backup_id": id, "dry_run": true });
        return output.answer(&document, || format!("Dry run: this deletes {what}.\n"));
    }
    confirm(output, args.yes, &format!("this deletes {what}"))?;
    let deleted = delete_backup(&repository, id).await?;
    let held_by = match deleted {
        Deleted::Now => Vec::new(),
        Deleted::Later { held_by } => held_by,
    };
    let document = json!({ "backup_id": id, "dry_run": false, "held_by": held_by });
    output.answer(&document, || match held_by.is_empty() {
        true => format!("Backup {id} is deleted.\n"),
        false => format!("Backup {id} goes when those who use it have ended.\n"),
    })?;
    match held_by.is_empty() {
        true => output.note("Run `coffer repo reclaim` to free its space."),
        false => output.note("`coffer repo sessions` shows them; the next reclaim removes it."),
    }
    Ok(())
}

/// Runs `coffer repo reclaim`.
pub async fn reclaim(
    args: ReclaimArgs,
    environment: &Environment,
    output: &Output,
    cancel: &CancellationToken,
) -> Result<()> {
    let repository = args.repository.open(environment).await?;
    let options = ReclaimOptions {
        dry_run: args.dry_run,
        full: args.full,
    };
    let report = coffer_engine::pipeline::reclaim(&repository, options, cancel).await?;
    let index = match args.dry_run {
        true => None,
        // What was freed is told whatever becomes of this.
        false => coffer_engine::pipeline::refresh_index(&repository, cancel)
            .await
            .inspect_err(|error| tracing::warn!(error = %error.chain(), "the index was not brought up to date"))
            .ok(),
    };
    let document = json!({ "dry_run": args.dry_run, "report": report, "index": index });
    output.answer(&document, || {
        let (prefix, verb) = match args.dry_run {
            true => ("Dry run: ", "would be freed"),
            false => ("", "freed"),
        };
        let mut text = format!(
            "{prefix}{} in {} packs {verb}, {} packs kept.\n",
            human::size(report.bytes_freed),
            report.packs_removed + report.packs_compacted,
            report.packs_kept,
        );
        if report.wrong_counts > 0 {
            text += &format!(
                "The references to {} blobs had been counted wrongly; they are right now.\n",
                report.wrong_counts
            );
        }
        if report.packs_waiting > 0 {
            text += &format!("{} packs wait for sessions to end.\n", report.packs_waiting);
        }
        if report.packs_damaged > 0 {
            text += &format!(
                "{} packs are damaged and stay as they are: `coffer repo verify` says what is lost.\n",
                report.packs_damaged
            );
        }
        text
    })
}

/// Runs `coffer repo sessions`.
pub async fn sessions(
    args: SessionsArgs,
    environment: &Environment,
    output: &Output,
) -> Result<()> {
    let repository = args.repository.open(environment).await?;
    let sessions = repository.sessions().await?;
    if let Some(id) = args.end {
        let found = sessions.into_iter().find(|(found, _)| *found == id);
        let (_, session) = found.ok_or_else(|| {
            Error::not_found(format!("there is no session {id}"))
                .hint("`coffer repo sessions` shows what there is.")
        })?;
        let session = session.ok_or_else(|| {
            Error::data(format!("session {id} cannot be read"))
                .hint("`coffer repo verify` shows what is damaged.")
        })?;
        let owner = &session.owner;
        let what = match owner_is_gone(owner) {
            true => format!("this ends session {id}, whose process is gone"),
            false => format!(
                "this ends session {id} of process {} on {}, which may still be at work: its backup \
                 fails then",
                owner.pid, owner.host
            ),
        };
        confirm(output, args.yes, &what)?;
        end_session(&repository, &session, "ended by hand").await?;
        return output.answer(&json!({ "ended": id }), || {
            format!("Session {id} is ended.\n")
        });
    }
    let mut document: Vec<Value> = Vec::new();
    let mut table = Table::new(&[
        ("ID", Fit::Keep),
        ("DOES", Fit::Keep),
        ("BACKUPS", Fit::Shorten),
        ("HOST", Fit::Shorten),
        ("PROCESS", Fit::Right),
        ("STATE", Fit::Keep),
        ("SINCE", Fit::Keep),
    ]);
    for (id, session) in sessions {
        let Some(session) = session else {
            let unknown = || String::new();
            let state = "unreadable".to_string();
            table.row([
                id.to_string(),
                unknown(),
                unknown(),
                unknown(),
                unknown(),
                state,
                unknown(),
            ]);
            document.push(json!({ "id": id, "state": "unreadable" }));
            continue;
        };
        let (role, mut backups) = match &session.role {
            Role::Writer { backup_id, .. } => ("writes", vec![backup_id.to_string()]),
            Role::Reader => ("reads", Vec::new()),
            Role::Maintenance => ("maintains", Vec::new()),
        };
        if backups.is_empty() {
            backups.extend(session.pins.iter().map(ToString::to_string));
        }
        // Of other hosts nothing is known.
        let state = if owner_is_gone(&session.owner) {
            "gone"
        } else {
            "alive or elsewhere"
        };
        table.row([
            id.to_string(),
            role.to_string(),
            backups.join(" "),
            session.owner.host.clone(),
            session.owner.pid.to_string(),
            state.to_string(),
            output.time(session.started_at),
        ]);
        document.push(json!({
            "id": id, "role": role, "backups": backups, "pins": session.pins,
            "host": session.owner.host, "pid": session.owner.pid, "state": state,
            "started_at": session.started_at,
        }));
    }
    output.answer(&document, || table.render(output.columns))
}
