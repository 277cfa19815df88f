//! The workers behind the durable queue.
//!
//! A task is a row. It is put there in the transaction that changes what it works on, a worker
//! claims it with a lease, renews the lease while it works, and ends it in the transaction that
//! writes what came of it. So every crash leaves a row that the next start takes up:
//!
//! | crash | left behind | who heals it |
//! |---|---|---|
//! | before the claim | a waiting task | the next claim |
//! | during the work | a running task whose lease ran out, an open session on the hypervisor | the start frees the leases and lets the drivers clean up; the task runs again, and every kind of work may run twice |
//! | between manifest and row | a manifest without an available row | the task runs again and finds the manifest |
//! | row written, old epoch still there | two epochs | the drivers' clean-up at the start keeps the recorded one |
//!
//! | beside | backup | restore | delete, remove, reclaim |
//! |---|---|---|---|
//! | backup | of another server: yes; of the same: one after the other (lock key) | refused at the call, else one after the other | yes: the repository's sessions pin what a backup builds on |
//! | restore | | of other servers: yes | yes: a backup being restored from cannot be deleted |
//! | delete | | | of another vault: yes; of the same: one after the other |

pub(crate) mod backup;
mod create;
mod delete;
mod drill;
pub mod engine;
mod import;
mod instant;
mod migrate;
mod outcome;
pub(crate) mod restore;
pub mod scheduler;
pub mod work;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use coffer_core::ids::TaskId;
use coffer_core::{Error, Kind, Result};
use coffer_engine::hypervisor::EpochName;
use coffer_engine::progress::Progress;
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::app::App;
use crate::catalog::backups::{self, Backup};
use crate::catalog::tasks::{Counters, Full, Held, Task};
use crate::catalog::{Tx, epochs, settings, tasks};
use crate::door;
use crate::metrics::TaskFigures;
use work::Work;

/// How long a claim holds without a heartbeat.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How often a worker writes its progress and looks whether it shall stop.
const HEARTBEAT: Duration = Duration::from_millis(500);
/// How often the queue is looked at where nobody rings: tasks to be tried again come due.
const TICK: Duration = Duration::from_secs(1);
/// How often backups are looked for whose time is over, and space that could not be freed before.
const EXPIRY_PERIOD: Duration = Duration::from_secs(30);
/// How far a clock may be put back without that a failed backup is overlooked.
const CLOCK_MARGIN: SignedDuration = SignedDuration::from_hours(24);
/// The setting that says until when failed backups were looked at (RFC 3339).
const COMMITTED_LOOKED: &str = "committed_looked";
/// How often work is begun where something outside does not answer.
const ATTEMPTS: u64 = 6;
/// Wait before the second attempt; doubles each time.
const BACKOFF_SECONDS: i64 = 2;

/// How much runs at once.
#[derive(Debug, Clone, Copy)]
pub struct WorkerLimits {
    /// In this process. Hosts and vaults have limits of their own (`app::limits`).
    pub tasks: usize,
}

/// The workers of one process. Clones share everything.
#[derive(Clone)]
pub struct Workers {
    app: App,
    name: Arc<str>,
    service: Arc<str>,
    limits: WorkerLimits,
}

/// Why a running task was told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// The user asked for it.
    Cancelled,
    /// The process ends: the task goes on after the next start.
    Parked,
    /// Another worker has it.
    LeaseLost,
}

/// What a task's work reaches.
pub(crate) struct Run {
    pub app: App,
    pub task: Task,
    pub service: Arc<str>,
    pub progress: Progress,
    /// Fires for each [`Stop`].
    pub cancel: CancellationToken,
    /// Fires where the user asked for the end.
    pub abandon: CancellationToken,
    /// Fires where the work shall be left as it is, to be taken up later.
    pub parked: CancellationToken,
    phase: Arc<Mutex<Phase>>,
    /// Which part of the whole the current stage is, in percent.
    window: Arc<Mutex<(u64, u64)>>,
    worker: Arc<str>,
}

/// How the share of work done becomes a percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Before the instant is taken: at most 10 %, whatever happens.
    Preparing,
    /// After it.
    Working,
}

impl Run {
    /// From here on the progress passes 10 %: the server may be restarted.
    pub fn working(&self) {
        *self.phase.lock().expect("no panic holds this lock") = Phase::Working;
    }

    /// A stage begins that is this part of the whole, in percent; the counters begin anew.
    pub fn stage(&self, from: u64, to: u64) {
        self.progress.restart();
        *self.window.lock().expect("no panic holds this lock") = (from, to);
    }

    /// Another instant has to be taken.
    pub fn preparing(&self) {
        *self.phase.lock().expect("no panic holds this lock") = Phase::Preparing;
    }

    fn counters(&self) -> Counters {
        let seen = self.progress.snapshot();
        let phase = *self.phase.lock().expect("no panic holds this lock");
        let (from, to) = *self.window.lock().expect("no panic holds this lock");
        let share = from * 100 + u64::from(seen.percent()) * (to - from);
        let percent = match phase {
            Phase::Preparing => 5,
            Phase::Working => 11 + share * 88 / 10_000,
        };
        Counters {
            percent,
            total_bytes: seen.total_bytes,
            done_bytes: seen.done_bytes.min(seen.total_bytes),
            read_bytes: seen.read_bytes,
            new_bytes: seen.new_bytes,
            stored_bytes: seen.stored_bytes,
        }
    }
}

impl Workers {
    /// The workers of a service.
    ///
    /// `service` is the name in the epochs: `a-z 0-9`, at most 8 characters, the same after each
    /// start.
    pub fn new(app: App, service: &str, limits: WorkerLimits) -> Workers {
        let name = hex::encode(door::random_bytes::<8>());
        Workers {
            app,
            name: name.into(),
            service: service.into(),
            limits,
        }
    }

    /// Frees what the last process of this catalog had claimed. To be called once, before
    /// [`Workers::run`], by the only service of the catalog.
    pub async fn free_leases(&self) -> Result<()> {
        let now = self.app.now();
        let mut tx = self.app.catalog.write().await?;
        let freed = tasks::free_leases(&mut tx, now).await?;
        tx.commit().await?;
        if freed > 0 {
            tracing::info!(count = freed, "tasks of the last run taken up");
        }
        Ok(())
    }

    /// Lets a driver clean up what the last process left. To be called before anything works on the
    /// host; one that cannot be cleaned up is said in the log.
    pub async fn clean_host(&self, host: &str) {
        let clean = async {
            let driver = self.app.inventory.driver(host)?;
            let mut tx = self.app.catalog.snapshot().await?;
            let kept = epochs::of_hypervisor(&mut tx, host).await?;
            drop(tx);
            let keep: Vec<EpochName> = kept.into_iter().map(|e| EpochName(e.epoch)).collect();
            driver.reconcile(&keep).await
        };
        if let Err(error) = clean.await {
            tracing::warn!(host, error = %error.chain(), "hypervisor was not cleaned up");
        }
    }

    /// A backup that failed for want of an acknowledgement may have its manifest all the same.
    /// Each is looked at once; a look that does not end is begun again at the next start.
    pub async fn finish_committed(&self) {
        if let Err(error) = self.look_for_committed().await {
            tracing::warn!(error = %error.chain(), "failed backups were not looked at");
        }
    }

    async fn look_for_committed(&self) -> Result<()> {
        let begun = self.app.now();
        let mut tx = self.app.catalog.snapshot().await?;
        let looked = settings::get(&mut tx, COMMITTED_LOOKED).await?;
        let looked: Option<Timestamp> = looked.and_then(|at| at.parse().ok());
        // The clock may have been put back since.
        let since = looked.and_then(|at| at.checked_sub(CLOCK_MARGIN).ok());
        let failed = backups::failed(&mut tx, since.unwrap_or(Timestamp::MIN)).await?;
        drop(tx);
        let mut is_whole = true;
        for backup in failed {
            if let Err(error) = self.finish_if_committed(&backup).await {
                is_whole = false;
                tracing::warn!(backup.id = %backup.id, error = %error.chain(), "vault could not be read");
            }
        }
        if is_whole {
            let mut tx = self.app.catalog.write().await?;
            settings::put(&mut tx, COMMITTED_LOOKED, &begun.to_string()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn finish_if_committed(&self, backup: &Backup) -> Result<()> {
        let mut tx = self.app.catalog.snapshot().await?;
        let vault = crate::catalog::vaults::get(&mut tx, backup.vault_id).await?;
        drop(tx);
        let Some(vault) = vault else { return Ok(()) };
        let repository = self.app.repositories.open(&vault).await?;
        if let Some(manifest) = repository.manifest(backup.id).await? {
            outcome::backup_found(&self.app, backup, &manifest).await?;
            tracing::info!(backup.id = %backup.id, "backup found committed");
        }
        Ok(())
    }

    /// Works on the queue until `stop`, then parks what runs.
    pub async fn run(self, stop: CancellationToken) {
        let mut running = JoinSet::new();
        let mut freeing = JoinSet::new();
        let mut looked = None;
        {
            let (app, stop) = (self.app.clone(), stop.clone());
            freeing.spawn(async move {
                delete::look_for_waiting(&app, &stop).await;
                delete::free_waiting(&app, &stop).await;
            });
        }
        loop {
            if looked.is_none_or(|at: tokio::time::Instant| at.elapsed() > EXPIRY_PERIOD) {
                looked = Some(tokio::time::Instant::now());
                if let Err(error) = self.app.expire().await {
                    tracing::warn!(error = %error.chain(), "expired backups could not be queued for deletion");
                }
                // One at a time: each goes through all vaults that wait.
                while freeing.try_join_next().is_some() {}
                if freeing.is_empty() {
                    let (app, stop) = (self.app.clone(), stop.clone());
                    freeing.spawn(async move { delete::free_waiting(&app, &stop).await });
                }
            }
            // Listening before looking: nothing that rings in between is missed.
            let rung = self.app.bell.notified();
            // Servers that are being filled wait for their guests: they take nobody's place.
            while running.len() < self.limits.tasks + self.app.filling.count()
                && !stop.is_cancelled()
            {
                match self.claim().await {
                    Ok(Some(task)) => {
                        let workers = self.clone();
                        let stop = stop.clone();
                        let span =
                            tracing::info_span!("task", task.id = %task.id, kind = %task.kind);
                        running.spawn(
                            async move { workers.carry_out(task, stop).await }.instrument(span),
                        );
                    }
                    Ok(None) => break,
                    Err(error) => {
                        tracing::warn!(error = %error.chain(), "the queue could not be read");
                        break;
                    }
                }
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = rung => {}
                Some(ended) = running.join_next(), if !running.is_empty() => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "a worker panicked; its task is tried again");
                    }
                }
                () = tokio::time::sleep(TICK) => {}
            }
        }
        while running.join_next().await.is_some() {}
        while freeing.join_next().await.is_some() {}
    }

    async fn claim(&self) -> Result<Option<Task>> {
        let now = self.app.now();
        // Without the write lock first: mostly there is nothing to begin.
        let mut tx = self.app.catalog.snapshot().await?;
        let found = self.next(&mut tx, now).await?;
        drop(tx);
        if found.is_none() {
            return Ok(None);
        }
        let mut tx = self.app.catalog.write().await?;
        let Some(id) = self.next(&mut tx, now).await? else {
            return Ok(None);
        };
        let task = tasks::take(&mut tx, id, &self.name, now, after(now, LEASE)).await?;
        tx.commit().await?;
        Ok(task)
    }

    async fn next(&self, tx: &mut Tx, now: Timestamp) -> Result<Option<TaskId>> {
        let held = tasks::held(tx, now).await?;
        let limits = &self.app.limits;
        let mut full = Full {
            closed: limits.closed(now),
            hosts: self.app.settled.unsettled(),
            ..Full::default()
        };
        let many = |f: &dyn Fn(&Held) -> bool| {
            held.iter()
                .filter(|h| !h.filling && !h.is_drill() && f(h))
                .count() as u64
        };
        full.drills = held.iter().filter(|h| h.is_drill()).count() >= self.app.drills.at_once;
        for task in &held {
            let (host, vault) = (&task.host, task.vault_id);
            if !host.is_empty() && many(&|h| h.host == *host) >= limits.tasks_of_host(host) {
                full.hosts.push(host.clone());
            }
            if many(&|h| h.vault_id == vault) >= limits.tasks_of_vault(vault) {
                full.vaults.push(vault);
            }
        }
        tasks::next(tx, &held, &full, now).await
    }

    async fn carry_out(&self, task: Task, stop: CancellationToken) {
        let run = Run {
            app: self.app.clone(),
            service: self.service.clone(),
            progress: Progress::new(),
            cancel: CancellationToken::new(),
            abandon: CancellationToken::new(),
            parked: CancellationToken::new(),
            phase: Arc::new(Mutex::new(Phase::Preparing)),
            window: Arc::new(Mutex::new((0, 100))),
            worker: self.name.clone(),
            task,
        };
        if matches!(
            run.task.kind.as_str(),
            "backup" | "restore" | "create_disk" | "create_server" | "import"
        ) {
            self.app.maps.keep(run.task.id, &run.progress);
        }
        let why = Arc::new(Mutex::new(None));
        let work = async {
            // A panic is our fault and would come again: the task fails, its rows are settled.
            let result = AssertUnwindSafe(perform(&run)).catch_unwind().await;
            let result =
                result.unwrap_or_else(|_| Err(Error::internal("the task's work panicked")));
            (result, *why.lock().expect("no panic holds this lock"))
        };
        let beat = heartbeat(&run, &stop, &why);
        let (result, why) = tokio::select! {
            biased;
            ended = work => ended,
            never = beat => match never {},
        };
        if let Err(error) = conclude(&run, result, why).await {
            // The lease runs out, and the task is begun again.
            tracing::error!(error = %error.chain(), "the end of a task could not be written");
        }
        if let Err(error) = self.count(&run).await {
            tracing::warn!(error = %error.chain(), "the end of a task could not be counted");
        }
        // After a backup its policy may have one too many. A crash before leaves that for the next
        // start, which looks at all vaults.
        if run.task.kind == "backup"
            && let Some(resource) = run.task.resource_id
            && let Err(error) = self.app.retain(run.task.vault_id, Some(&[resource])).await
        {
            tracing::warn!(error = %error.chain(), "retention could not be looked at");
        }
        self.app.bell.notify_waiters();
    }

    /// Counts a task that has ended.
    async fn count(&self, run: &Run) -> Result<()> {
        let mut tx = self.app.catalog.snapshot().await?;
        let Some(task) = tasks::get(&mut tx, run.task.id).await? else {
            return Ok(());
        };
        let (true, Some(ended)) = (task.state.is_final(), task.ended_at) else {
            return Ok(());
        };
        let took = ended.duration_since(task.started_at.unwrap_or(ended));
        let figures = TaskFigures {
            done: task.done_bytes,
            read: task.read_bytes,
            new: task.new_bytes,
            stored: task.stored_bytes,
        };
        let took = Duration::try_from(took).unwrap_or_default();
        let result = task.state.name();
        self.app.metrics.task(&task.kind, result, took, figures);
        Ok(())
    }
}

/// Does the work of a task.
async fn perform(run: &Run) -> Result<()> {
    let work: Work = serde_json::from_value(run.task.payload.0.clone())
        .map_err(|e| Error::internal("read what the task has to do").caused_by(e))?;
    if run.task.cancel {
        return Err(Error::cancelled("cancelled"));
    }
    match work {
        Work::Backup { extra } => backup::run(run, &extra).await,
        Work::Restore(work) => restore::run(run, work).await,
        Work::RestoreFile { source, path } => restore::run_file(run, source, &path).await,
        Work::CreateDisk(work) => create::run_disk(run, &work).await,
        Work::CreateServer(work) => create::run_server(run, &work).await,
        Work::Delete {} => delete::run(run).await,
        Work::RemoveResources { resources } => delete::run_resources(run, &resources).await,
        Work::Import {} => import::run(run).await,
        Work::Drill(work) => drill::run(run, &work).await,
        Work::Migrate {
            resources,
            destination,
        } => migrate::run(run, &resources, destination).await,
        Work::Associate { .. } => Err(Error::internal("an association is done when it is noted")),
        Work::VaultDelete {} => delete::run_vault(run).await,
    }
}

/// Renews the lease, writes the progress, and tells the work to stop where it shall.
async fn heartbeat(
    run: &Run,
    stop: &CancellationToken,
    why: &Mutex<Option<Stop>>,
) -> std::convert::Infallible {
    let mut written = None;
    let mut renewed = tokio::time::Instant::now();
    loop {
        tokio::select! {
            () = tokio::time::sleep(HEARTBEAT) => {}
            () = stop.cancelled(), if !run.cancel.is_cancelled() => {}
        }
        let mut reason = stop.is_cancelled().then_some(Stop::Parked);
        let counters = run.counters();
        let due = written != Some(counters) || renewed.elapsed() > Duration::from_secs(10);
        match beat(run, counters, due).await {
            Ok(Some(false)) => {
                if due {
                    written = Some(counters);
                    renewed = tokio::time::Instant::now();
                }
            }
            Ok(Some(true)) => reason = Some(Stop::Cancelled),
            Ok(None) => reason = Some(Stop::LeaseLost),
            Err(error) => {
                tracing::warn!(error = %error.chain(), "progress could not be written");
                if renewed.elapsed() > Duration::try_from(LEASE).unwrap_or_default() {
                    reason = Some(Stop::LeaseLost);
                }
            }
        }
        if let Some(reason) = reason
            && !run.cancel.is_cancelled()
        {
            *why.lock().expect("no panic holds this lock") = Some(reason);
            match reason {
                Stop::Cancelled => run.abandon.cancel(),
                Stop::Parked | Stop::LeaseLost => run.parked.cancel(),
            }
            run.cancel.cancel();
        }
    }
}

/// Whether the task's end was asked for; none where it is not ours any more.
async fn beat(run: &Run, counters: Counters, write: bool) -> Result<Option<bool>> {
    let app = &run.app;
    if !write {
        let mut tx = app.catalog.snapshot().await?;
        let task = tasks::get(&mut tx, run.task.id).await?;
        return Ok(task
            .filter(|t| *t.lease_owner == *run.worker)
            .map(|t| t.cancel));
    }
    let now = app.now();
    let mut tx = app.catalog.write().await?;
    let flag = tasks::heartbeat(
        &mut tx,
        run.task.id,
        &run.worker,
        counters,
        now,
        after(now, LEASE),
    )
    .await?;
    if let (Some(_), "backup", Some(backup)) = (flag, run.task.kind.as_str(), run.task.backup_id) {
        backups::set_progress(&mut tx, backup, counters.percent).await?;
    }
    tx.commit().await?;
    Ok(flag)
}

/// Writes how the work ended.
async fn conclude(run: &Run, result: Result<()>, why: Option<Stop>) -> Result<()> {
    let app = &run.app;
    let now = app.now();
    let Err(error) = result else {
        // The work itself wrote its success, together with the task's.
        return Ok(());
    };
    let is_import = run.task.kind == "import";
    let ended_by_user = why == Some(Stop::Cancelled) || run.task.cancel;
    let is_parked =
        why == Some(Stop::Parked) && matches!(error.kind, Kind::Cancelled | Kind::Unavailable);
    let is_settled = ended_by_user || is_parked || why == Some(Stop::LeaseLost);
    if !is_settled && instant::must_go_on(run).await {
        return try_again(run, &error).await;
    }
    match (why, error.kind) {
        (Some(Stop::LeaseLost), _) => Ok(()),
        (Some(Stop::Parked), Kind::Cancelled | Kind::Unavailable) => {
            let mut tx = app.catalog.write().await?;
            tasks::give_back(&mut tx, run.task.id, &run.worker, true, None, now, now).await?;
            tx.commit().await?;
            tracing::info!("task parked");
            Ok(())
        }
        // What an import read is gone.
        (None, Kind::Unavailable) if run.task.attempt < ATTEMPTS && !is_import => {
            let wait = BACKOFF_SECONDS << run.task.attempt.saturating_sub(1).min(10);
            tracing::warn!(error = %error.chain(), "task is tried again in {wait} s");
            let mut tx = app.catalog.write().await?;
            let due = after(now, SignedDuration::from_secs(wait));
            let code = outcome::operation(&run.task).code(error.kind).to_string();
            let text = (code.as_str(), error.message.as_str());
            tasks::give_back(
                &mut tx,
                run.task.id,
                &run.worker,
                false,
                Some(text),
                due,
                now,
            )
            .await?;
            tx.commit().await
        }
        (Some(Stop::Cancelled), _) | (_, Kind::Cancelled) => {
            if !instant::clear_away(run).await || !clear_import(run).await {
                return try_again(run, &error).await;
            }
            tracing::info!("task cancelled");
            clear_move(run).await;
            create::clear_away(run).await;
            let left = restore::let_go(run).await;
            outcome::cancelled(run, left).await
        }
        _ => {
            if !instant::clear_away(run).await || !clear_import(run).await {
                return try_again(run, &error).await;
            }
            tracing::error!(error = %error.chain(), "task failed");
            if let ("backup", Some(id)) = (run.task.kind.as_str(), run.task.backup_id) {
                backup::clear_away(run, id).await;
            }
            clear_move(run).await;
            create::clear_away(run).await;
            let left = restore::let_go(run).await;
            outcome::failed(run, &error, left).await
        }
    }
}

/// Gives a task back that has to come to its end, however often it takes.
async fn try_again(run: &Run, error: &Error) -> Result<()> {
    tracing::warn!(error = %error.chain(), "task is tried again in {BACKOFF_SECONDS} s");
    let now = run.app.now();
    let due = after(now, SignedDuration::from_secs(BACKOFF_SECONDS));
    let code = outcome::operation(&run.task).code(error.kind).to_string();
    let text = Some((code.as_str(), error.message.as_str()));
    let mut tx = run.app.catalog.write().await?;
    tasks::give_back(&mut tx, run.task.id, &run.worker, true, text, due, now).await?;
    tx.commit().await
}

/// Of an import that ends without success, what it stored goes, and whoever uploads is let go. False
/// where the store has to answer first: without its rows a backup would be seen by nobody.
async fn clear_import(run: &Run) -> bool {
    let ("import", Some(id)) = (run.task.kind.as_str(), run.task.backup_id) else {
        return true;
    };
    run.app.imports.take(run.task.id);
    match import::clear_away(run, id).await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(error = %error.chain(), "the failed import was not cleared away");
            error.kind != Kind::Unavailable
        }
    }
}

/// Of a move that ends without success, what it copied goes.
async fn clear_move(run: &Run) {
    if let Ok(Work::Migrate {
        resources,
        destination,
    }) = serde_json::from_value(run.task.payload.0.clone())
    {
        migrate::clear_away(run, &resources, destination).await;
    }
}

pub(crate) fn after(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}
