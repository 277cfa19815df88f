//! `coffer repo verify`.

use clap::Args;
use coffer_core::{Error, Result};
use coffer_engine::pipeline::{self, Scope, VerifyReport, verify_without_key};
use coffer_engine::progress::Progress;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Environment, Output, RepositoryArgs, find, human, open_store, with_progress};
use crate::cli::table::printable;

/// Findings written out; the rest is counted. `--json` has all.
const FINDINGS_SHOWN: usize = 20;

/// Read everything and check it; changes nothing
///
/// Names every object that is damaged or missing, and what of which backup is lost by that.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    repository: RepositoryArgs,
    /// Only what this backup needs: by id or name, or `latest` [default: everything]
    backup: Option<String>,
    /// Without any key: finds damage in what is there, and what is missing by the log
    #[arg(long, conflicts_with_all = ["backup", "key_file", "passphrase_file"])]
    without_key: bool,
}

/// Runs `coffer repo verify`.
pub async fn run(
    args: VerifyArgs,
    environment: &Environment,
    output: &Output,
    cancel: &CancellationToken,
) -> Result<()> {
    let progress = Progress::new();
    let report = if args.without_key {
        let store = open_store(&args.repository.store, false)?;
        coffer_engine::repository::read_header(&store).await?;
        let work = verify_without_key(&store, &progress, cancel);
        with_progress(output, "verify", &progress, work).await?
    } else {
        let repository = args.repository.open(environment).await?;
        let scope = match &args.backup {
            Some(wanted) => Scope::Backup(find(&repository, wanted).await?.backup_id),
            None => Scope::Vault,
        };
        let work = pipeline::verify(&repository, scope, &progress, cancel);
        with_progress(output, "verify", &progress, work).await?
    };
    let document = json!({ "clean": report.is_clean(), "report": report });
    output.answer(&document, || text(&report))?;
    match report.findings.as_slice() {
        [] => Ok(()),
        findings => Err(
            Error::data(format!("{} objects are damaged or missing", findings.len())).hint(
                match report.losses.is_empty() {
                    true => "No backup is known to need them.",
                    false => "Backups that are not named above are not affected.",
                },
            ),
        ),
    }
}

fn text(report: &VerifyReport) -> String {
    let VerifyReport {
        backups,
        packs,
        blobs,
        ..
    } = report;
    let read = human::size(report.bytes);
    let mut text = format!("{backups} backups, {packs} packs, {blobs} blobs, {read} read: ");
    if report.is_clean() {
        text += "all is well.\n";
        return text;
    }
    text += "DAMAGED.\n";
    for finding in report.findings.iter().take(FINDINGS_SHOWN) {
        let line = format!("{}: {}", finding.object, finding.problem);
        text += &format!("{}\n", printable(&line));
    }
    let more = report.findings.len().saturating_sub(FINDINGS_SHOWN);
    if more > 0 {
        text += &format!("and {more} more\n");
    }
    for loss in &report.losses {
        let first = loss.ranges.first().map_or(0, |range| range.0);
        let name = match loss.backup_name.is_empty() {
            true => loss.backup_id.to_string(),
            false => format!("{} ({})", loss.backup_id, loss.backup_name),
        };
        let line = format!(
            "backup {name}: {} of disk {} are lost, first at byte {first}",
            human::size(loss.bytes),
            loss.disk,
        );
        text += &format!("{}\n", printable(&line));
    }
    text
}
