//! `coffer task`.

use clap::{Args, Subcommand};
use coffer_core::Result;
use serde_json::{Value, json};

use super::backup::WaitArgs;
use super::confirm::confirm;
use super::output::{Output, with_zones};
use super::table::{Fit, Table, fields, printable};
use super::{Context, block_on, human, wait};
use crate::client::{Client, Document, Task, TaskFilter};

/// Tasks: what the service does and did
#[derive(Debug, Args)]
pub struct TaskArgs {
    #[command(subcommand)]
    command: TaskCommand,
}

#[derive(Debug, Subcommand)]
enum TaskCommand {
    /// List tasks, newest first
    #[command(visible_alias = "ls")]
    List {
        /// Only in this state: waiting, running, success, failed, ...
        #[arg(long)]
        status: Option<String>,
        /// Only of this kind: backup, restore, delete, ...
        #[arg(long = "type", value_name = "TYPE")]
        kind: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 50, value_name = "NUMBER")]
        limit: usize,
    },
    /// Show a task
    Show {
        /// Task id
        task: String,
    },
    /// Wait until tasks have ended, with progress
    ///
    /// Fails if one of them did not succeed.
    Wait {
        /// Task ids
        #[arg(required = true)]
        tasks: Vec<String>,
    },
    /// Set before which others a waiting task is begun
    Priority {
        /// Task id
        task: String,
        /// 0 (last) to 100 (first); restores have 80, what is asked for by hand 60, automatic
        /// backups 40
        #[arg(value_parser = clap::value_parser!(u64).range(0..=100))]
        priority: u64,
    },
    /// Show what a backup or restore finds where on the disks
    ///
    /// One sign for each part of a disk: `.` not looked at yet, `0` zero, `=` unchanged, `d` known
    /// already, `n` new or written, `!` failed.
    Map {
        /// Task id
        task: String,
    },
    /// Undo a restore that made a safety backup
    GoBack {
        /// Id of the restore's task
        task: String,
        /// Leave the server switched off afterwards
        #[arg(long)]
        no_power_on: bool,
        /// Do not ask before overwriting disks
        #[arg(long, short)]
        yes: bool,
        #[command(flatten)]
        waiting: WaitArgs,
    },
    /// Ask tasks to end; source and target stay usable
    Cancel {
        /// Task ids
        #[arg(required = true)]
        tasks: Vec<String>,
        /// Do not wait until they have ended
        #[arg(long)]
        no_wait: bool,
    },
}

/// Runs `coffer task`.
pub fn run(args: TaskArgs, context: &Context<'_>) -> Result<()> {
    block_on(async {
        let client = context.client().await?;
        let output = &context.output;
        match args.command {
            TaskCommand::List {
                status,
                kind,
                limit,
            } => {
                let filter = TaskFilter {
                    status: status.as_deref(),
                    operation_type: kind.as_deref(),
                    ..TaskFilter::default()
                };
                list(&client, output, filter, limit).await
            }
            TaskCommand::Show { task } => show(&client, output, &task).await,
            TaskCommand::Wait { tasks } => {
                let ended = wait::follow(&client, output, &tasks).await?;
                let outcome = wait::check(&ended);
                answer(output, &ended)?;
                outcome
            }
            TaskCommand::Priority { task, priority } => {
                client.set_priority(&task, priority).await?;
                show(&client, output, &task).await
            }
            TaskCommand::Map { task } => map(&client, output, &task).await,
            TaskCommand::GoBack {
                task,
                no_power_on,
                yes,
                waiting,
            } => {
                confirm(output, yes, "this overwrites the disks of the restore")?;
                let power_on = no_power_on.then_some(false);
                let id = client.go_back(&task, power_on).await?;
                let begun = vec![client.task(&id).await?];
                match waiting.no_wait {
                    true => answer(output, &begun),
                    false => {
                        let ended = wait::follow(&client, output, &[id]).await?;
                        let outcome = wait::check(&ended);
                        answer(output, &ended)?;
                        outcome
                    }
                }
            }
            TaskCommand::Cancel { tasks, no_wait } => {
                cancel(&client, output, &tasks, no_wait).await
            }
        }
    })
}

async fn list(
    client: &Client,
    output: &Output,
    filter: TaskFilter<'_>,
    limit: usize,
) -> Result<()> {
    let mut tasks = client.tasks(filter).await?;
    if tasks.len() > limit {
        let more = tasks.len() - limit;
        output.note(&format!("{more} older tasks are not shown: see --limit."));
        tasks.truncate(limit);
    }
    answer(output, &tasks)
}

/// Writes tasks as a list.
fn answer(output: &Output, tasks: &[Document<Task>]) -> Result<()> {
    let document: Vec<Value> = tasks
        .iter()
        .map(|task| with_zones(task.raw.clone()))
        .collect();
    let mut table = Table::new(&[
        ("ID", Fit::Keep),
        ("KIND", Fit::Keep),
        ("ABOUT", Fit::Shorten),
        ("VAULT", Fit::Shorten),
        ("STATE", Fit::Keep),
        ("DONE", Fit::Right),
        ("CREATED", Fit::Keep),
    ]);
    for task in tasks.iter().map(|task| &task.value) {
        table.row([
            task.id.clone(),
            task.operation_type.clone(),
            task.subject().to_string(),
            task.vault_name.clone(),
            task.status.clone(),
            format!("{} %", task.percent()),
            output.api_time(&task.created_at),
        ]);
    }
    output.answer(&document, || table.render(output.columns))
}

async fn show(client: &Client, output: &Output, id: &str) -> Result<()> {
    let task = client.task(id).await?;
    let bytes = client.task_bytes(id).await.ok().flatten();
    let document = json!({ "task": with_zones(task.raw.clone()) });
    output.answer(&document, || {
        let task = &task.value;
        let time = |text: &Option<String>| text.as_deref().map(|t| output.api_time(t));
        let mut rows = vec![
            ("Id", task.id.clone()),
            ("Kind", task.operation_type.clone()),
            ("About", task.subject().to_string()),
            ("Vault", task.vault_name.clone()),
            ("State", task.status.clone()),
            ("Progress", format!("{} %", task.percent())),
        ];
        if let Some(bytes) = bytes.filter(|bytes| bytes.total_bytes > 0) {
            let of = (
                human::size(bytes.done_bytes),
                human::size(bytes.total_bytes),
            );
            rows.push(("Done", format!("{} of {}", of.0, of.1)));
            rows.push(("Read", human::size(bytes.read_bytes)));
            rows.push(("Written", human::size(bytes.stored_bytes)));
        }
        rows.push(("Created", output.api_time(&task.created_at)));
        rows.push(("Began", time(&task.started_at).unwrap_or_default()));
        rows.push(("Ended", time(&task.ended_at).unwrap_or_default()));
        if !task.error_info.message.is_empty() {
            let code = &task.error_info.code;
            let code = if code.is_empty() {
                String::new()
            } else {
                format!(" ({code})")
            };
            rows.push(("Error", format!("{}{code}", task.error_info.message)));
        }
        fields(&rows)
    })
}

async fn map(client: &Client, output: &Output, id: &str) -> Result<()> {
    /// Signs in a line where the screen does not say.
    const LINE: usize = 80;
    let found = client.task_map(id).await?;
    output.answer(&found, || {
        let mut text = String::new();
        for disk in found["disks"].as_array().into_iter().flatten() {
            let cell = human::size(disk["cell_bytes"].as_u64().unwrap_or_default());
            let name = printable(disk["name"].as_str().unwrap_or_default());
            text += &format!("{name} ({cell} a sign)\n");
            let signs: Vec<char> = disk["states"]
                .as_str()
                .unwrap_or_default()
                .chars()
                .collect();
            for line in signs.chunks(output.columns.unwrap_or(LINE).max(1)) {
                text.extend(line);
                text.push('\n');
            }
        }
        match text.is_empty() {
            true => "There is no map of this task (any more).\n".to_owned(),
            false => text,
        }
    })
}

async fn cancel(client: &Client, output: &Output, ids: &[String], no_wait: bool) -> Result<()> {
    for id in ids {
        client.cancel_task(id).await?;
    }
    if no_wait {
        let document = json!({ "task_ids": ids });
        return output.answer(&document, || {
            "The end of the tasks is asked for.\n".to_string()
        });
    }
    // However they end: that they ended is what was asked for.
    let ended = wait::follow(client, output, ids).await?;
    answer(output, &ended)
}
