//! Trying a backup: it is started for a trial (`coffer_engine::drill`), and what that shows is kept.
//!
//! | crash | left behind | who heals it |
//! |---|---|---|
//! | while the guest runs | a folder with sockets, a reading session; the guest ends with the process | the start removes the folder, the next reclaim the session; the task runs again from the beginning |
//! | before the verdict is written | nothing | the task runs again |
//!
//! A verdict ends the task in the same transaction: `success` where the backup passed, `failed` where
//! it did not, so that whoever is told of failed tasks is told of it. What is no verdict (no QEMU, a
//! store that does not answer) is tried again as with other tasks, and leaves `none` in the end.

use base64::Engine as _;
use coffer_core::drill::Reason;
use coffer_core::state::{BackupState, TaskState};
use coffer_core::{Error, Kind, Result};
use coffer_engine::drill::{self, DrillDisk, Machine, Outcome, Request, Verdict};
use coffer_engine::hypervisor::ServerDefinition;

use super::create::source;
use super::work::DrillWork;
use super::{Run, outcome};
use crate::app::notify::{self, Event};
use crate::app::serving::TaskHold;
use crate::catalog::backups;
use crate::catalog::drills::{self, Evidence};
use crate::catalog::record::Json;

/// What is kept of a guest's output, in characters.
const WORDS_MAX: usize = 16 << 10;

pub(super) async fn run(run: &Run, work: &DrillWork) -> Result<()> {
    let (backup, repository) = source(run).await?;
    run.working();
    let ids = (backup.id, backup.repository_id);
    let held = match run.app.serving.hold_for_task(&repository, ids).await {
        // What cannot even be opened has been tried, unless it was deleted just now.
        Err(error) if matches!(error.kind, Kind::Data | Kind::NotFound) => {
            return match is_there(run).await? {
                true => done(run, damaged(&error)).await,
                false => Err(Error::not_found("the backup is gone")),
            };
        }
        held => held?,
    };
    let tried = trial(run, work, &held).await;
    held.end().await;
    done(run, tried?).await
}

/// Whether the backup is still one that can be read.
async fn is_there(run: &Run) -> Result<bool> {
    let mut tx = run.app.catalog.snapshot().await?;
    let backup = match run.task.backup_id {
        Some(id) => backups::get(&mut tx, id).await?,
        None => None,
    };
    let readable = |state| {
        matches!(
            state,
            BackupState::Available | BackupState::WaitingRestore | BackupState::Restoring
        )
    };
    Ok(backup.is_some_and(|backup| readable(backup.state)))
}

async fn trial(run: &Run, work: &DrillWork, held: &TaskHold) -> Result<Outcome> {
    let definition = ServerDefinition {
        kind: held.manifest.definition.kind.clone(),
        text: held.manifest.definition.text.clone(),
        firmware_variables: held.manifest.definition.firmware_variables.clone(),
    };
    // The system disk is the first one, as guests expect it where nothing says otherwise.
    let mut disks: Vec<_> = held.manifest.disks.iter().zip(&held.disks).collect();
    disks.sort_by_key(|(disk, _)| !disk.system);
    let names: Vec<String> = disks.iter().map(|(disk, _)| disk.name.clone()).collect();
    let share = run.app.drills.share;
    let request = Request {
        name: run.task.id.to_string(),
        machine: Machine::of(&definition, &names, share)?,
        disks: disks
            .into_iter()
            .map(|(disk, served)| DrillDisk {
                name: disk.name.clone(),
                source: served.source.clone(),
            })
            .collect(),
        checks: work.checks.clone(),
    };
    drill::run(run.app.drills.place().await?, request, &run.cancel).await
}

/// The verdict on a backup that could not be opened.
fn damaged(error: &Error) -> Outcome {
    Outcome {
        verdict: Verdict::Failed {
            reason: Reason::BlobDamaged,
            message: format!("{}: {}", Reason::BlobDamaged, error.chain()),
        },
        times: drill::Times::default(),
        last_words: String::new(),
        picture: None,
        notes: Vec::new(),
    }
}

/// Writes the verdict and ends the task.
async fn done(run: &Run, tried: Outcome) -> Result<()> {
    let now = run.app.now();
    let mut tx = run.app.catalog.write().await?;
    let mut row = drills::get(&mut tx, run.task.id)
        .await?
        .ok_or_else(|| Error::internal("nothing is known of the drill"))?;
    let ms = |time: std::time::Duration| u64::try_from(time.as_millis()).ok();
    row.exported_ms = ms(tried.times.exported);
    row.started_ms = ms(tried.times.started);
    row.first_output_ms = tried.times.first_output.and_then(ms);
    row.passed_ms = tried.times.passed.and_then(ms);
    row.decided_ms = ms(tried.times.decided);
    row.ended_ms = ms(tried.times.ended);
    row.notes = Json(tried.notes);
    row.ended_at = Some(now);
    match &tried.verdict {
        Verdict::Passed => {
            row.verdict = "passed".to_owned();
            outcome::finish(&mut tx, run, TaskState::Success, None, now).await?;
            tracing::info!(passed_ms = row.passed_ms, "backup passed its drill");
        }
        Verdict::Failed { reason, message } => {
            row.verdict = "failed".to_owned();
            reason.name().clone_into(&mut row.reason);
            row.message = plain(message, WORDS_MAX);
            let code = outcome::operation(&run.task).code(Kind::Data).to_string();
            let error = (code.as_str(), row.message.as_str(), reason.hint());
            outcome::finish(&mut tx, run, TaskState::Failed, Some(error), now).await?;
            let event = Event::task_failed(&run.task, &code, &row.message, reason.hint());
            notify::raise(&mut tx, run.task.project_id, &event, now).await?;
            tracing::warn!(reason = reason.name(), "backup failed its drill: {message}");
        }
    }
    let picture = tried.picture.unwrap_or_default();
    let evidence = Evidence {
        task_id: run.task.id,
        last_words: plain(&tried.last_words, WORDS_MAX),
        picture: base64::engine::general_purpose::STANDARD.encode(picture),
    };
    if !drills::finish(&mut tx, &row, &evidence).await? {
        return Err(Error::cancelled("the drill has ended before"));
    }
    tx.commit().await?;
    run.app.sender.bell.notify_one();
    Ok(())
}

/// The end of a text, without what no database and no terminal takes.
fn plain(text: &str, most: usize) -> String {
    let kept: Vec<char> = text
        .chars()
        .filter(|c| !c.is_control() || *c == '\n' || *c == '\t')
        .collect();
    kept[kept.len().saturating_sub(most)..].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_guest_says_is_kept_as_plain_text() {
        assert_eq!(plain("a\u{1b}[31mb\0\r\nc", 100), "a[31mb\nc");
        assert_eq!(plain("abcdef", 3), "def");
    }
}
