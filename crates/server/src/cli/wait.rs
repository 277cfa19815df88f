//! Waiting for tasks of the service, with progress. The tasks go on whatever happens here.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use coffer_core::{Error, Kind, Result};

use super::output::Output;
use super::progress::{Display, Meter, Position};
use crate::client::{ApiFailure, Client, Document, Task, TaskFilter};

/// Between two looks at the tasks.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A service that restarts is waited for this long.
const ABSENCE_MAX: Duration = Duration::from_secs(60);
/// A task asked for shows up within this, or not at all.
const APPEARANCE_MAX: Duration = Duration::from_secs(15);

/// Follows tasks until all have ended, and returns them in the order given.
///
/// Fails where the service stays away, or with `Cancelled` when the user presses Ctrl-C; the
/// outcome of the tasks is the caller's to judge ([`check`]).
pub async fn follow(
    client: &Client,
    output: &Output,
    ids: &[String],
) -> Result<Vec<Document<Task>>> {
    tokio::select! {
        ended = poll(client, output, ids) => ended,
        _ = tokio::signal::ctrl_c() => Err(still_running(ids)),
    }
}

/// The error of a user who stops waiting.
fn still_running(ids: &[String]) -> Error {
    let (goes, it) = match ids {
        [_] => ("the task goes on", "it"),
        _ => ("the tasks go on", "them"),
    };
    let ids = ids.join(" ");
    Error::cancelled(format!("stopped waiting; {goes}")).hint(format!(
        "Follow {it} with `coffer task wait {ids}`, or end {it} with `coffer task cancel {ids}`."
    ))
}

async fn poll(client: &Client, output: &Output, ids: &[String]) -> Result<Vec<Document<Task>>> {
    let display = Display::new(output);
    let mut meters: Vec<Option<Meter>> = ids.iter().map(|_| None).collect();
    let mut ended: Vec<Option<Document<Task>>> = ids.iter().map(|_| None).collect();
    let mut seen = Instant::now();
    loop {
        for (index, id) in ids.iter().enumerate() {
            if ended[index].is_some() {
                continue;
            }
            let task = match client.task(id).await {
                Ok(task) => task,
                Err(e) if e.kind == Kind::Unavailable && seen.elapsed() < ABSENCE_MAX => continue,
                Err(e) => return Err(e),
            };
            seen = Instant::now();
            let meter = meters[index].get_or_insert_with(|| display.meter(&label(&task.value)));
            if task.value.ended() {
                ended[index] = Some(task);
                if let Some(meter) = meters[index].take() {
                    meter.finish();
                }
            } else {
                let position = position(client, &task.value).await;
                meter.update(position, &task.value.status);
            }
        }
        if ended.iter().all(Option::is_some) {
            return Ok(ended.into_iter().flatten().collect());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn label(task: &Task) -> String {
    format!("{} {}", task.operation_type, task.subject())
        .trim()
        .to_string()
}

/// Bytes where the service counts them, else percent. Never fails: it is only for show.
async fn position(client: &Client, task: &Task) -> Position {
    match client.task_bytes(&task.id).await {
        Ok(Some(bytes)) if bytes.total_bytes > 0 => Position::Bytes {
            done: bytes.done_bytes,
            total: bytes.total_bytes,
        },
        _ => Position::Percent(task.percent()),
    }
}

/// Fails if one of these ended tasks did not succeed.
pub fn check(tasks: &[Document<Task>]) -> Result<()> {
    let mut failed = tasks.iter().map(|task| &task.value);
    let Some(task) = failed.find(|task| task.status != "success") else {
        return Ok(());
    };
    let info = &task.error_info;
    let message = if info.message.is_empty() {
        format!("the task ended as `{}`", task.status)
    } else {
        info.message.clone()
    };
    let failure = ApiFailure {
        status: 0,
        code: (!info.code.is_empty()).then(|| info.code.clone()),
        message,
        request_id: None,
    };
    let mut error = failure.into_error().context(label(task));
    error.hint = Some(format!(
        "`coffer task show {}` shows all that is known.",
        task.id
    ));
    if task.status == "cancelled" {
        error.kind = Kind::Cancelled;
    }
    Err(error)
}

/// Ids of the tasks of a kind there are, to tell a new one by.
pub async fn known(client: &Client, filter: TaskFilter<'_>) -> Result<BTreeSet<String>> {
    let tasks = client.tasks(filter).await?;
    Ok(tasks.into_iter().map(|task| task.value.id).collect())
}

/// Waits for the tasks that a request just made led to: those that `wanted` recognises.
///
/// A service may write them a moment after its answer.
pub async fn appear(
    client: &Client,
    filter: TaskFilter<'_>,
    wanted: impl Fn(&Task) -> bool,
    number: usize,
) -> Result<Vec<Document<Task>>> {
    let begun = Instant::now();
    loop {
        let mut tasks = client.tasks(filter).await?;
        tasks.retain(|task| wanted(&task.value));
        if tasks.len() >= number {
            return Ok(tasks);
        }
        if begun.elapsed() > APPEARANCE_MAX {
            return match tasks.is_empty() {
                false => Ok(tasks),
                true => Err(
                    Error::unavailable("the service shows no task for the request")
                        .hint("`coffer task list` shows what runs."),
                ),
            };
        }
        tokio::time::sleep(LOOK_EVERY / 4).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn task(status: &str, code: &str, message: &str) -> Vec<Document<Task>> {
        let raw = json!({
            "id": "t", "status": status, "operation_type": "backup",
            "error_info": {"code": code, "message": message},
            "extra_info": {"resource": {"name": "web"}},
        });
        let value = serde_json::from_value(raw.clone()).expect("a task");
        vec![Document { value, raw }]
    }

    #[test]
    fn only_success_is_success() {
        assert!(check(&task("success", "", "")).is_ok());
        for (status, code, message, kind, text) in [
            (
                "failed",
                "BackupService.6114",
                "The vault is full.",
                Kind::Conflict,
                "backup web: The vault is full (BackupService.6114)",
            ),
            (
                "timeout",
                "",
                "",
                Kind::Unavailable,
                "backup web: the task ended as `timeout`",
            ),
            (
                "cancelled",
                "",
                "",
                Kind::Cancelled,
                "backup web: the task ended as `cancelled`",
            ),
        ] {
            let error = check(&task(status, code, message)).expect_err(status);
            assert_eq!((error.kind, error.chain().as_str()), (kind, text));
        }
    }

    #[test]
    fn who_stops_waiting_is_told_how_to_go_on() {
        let error = still_running(&["a".to_string(), "b".to_string()]);
        assert_eq!(error.kind.exit_code(), 7);
        let hint = error.hint.expect("what to do");
        assert!(
            hint.contains("coffer task wait a b") && hint.contains("cancel a b"),
            "{hint}"
        );
    }
}
