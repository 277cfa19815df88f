//! Servers that run at once: from exports of their backup, while their disks are filled.
//!
//! | step | recorded before it | a crash after it |
//! |---|---|---|
//! | the backup is held and exported, overlays are made, the server is defined | the row, `new` | the next attempt goes on, or begins anew |
//! | the server is started | `started`: the guest may write | the next attempt opens the exports and looks after it |
//! | the disks are filled | runs and disks, by the driver | the same |
//! | the definition is the final one, the exports end | | the same; it finds nothing left to fill |
//! | the task has succeeded | the row goes, in the same transaction | |
//!
//! Once it has started no error ends the task, for the guest's writes are in these disks alone: what
//! is wrong stands in the task, and it is tried again. Only its user ends it: then the server is
//! removed. Which of the two it is, whole or removed, the row decides in one transaction.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use coffer_core::ids::TaskId;
use coffer_core::state::TaskState;
use coffer_core::{Error, Kind, Result};
use coffer_engine::hypervisor::{
    FillKeeper, FillRecord, FillSession, FillState, Hypervisor, NewImage, NewServer, PowerAction,
    PowerState, ServerDefinition,
};

use super::create::{disk_in, new_server, source, token};
use super::work::{NewServerWork, Work};
use super::{Run, outcome};
use crate::app::App;
use crate::catalog::{instants, servers, tasks};
use crate::tasks::engine::Manifest;

/// Between two looks at a server whose disks are filled.
const LOOK: Duration = Duration::from_millis(400);

/// Keeps what the driver has to remember in the task's row.
struct Keeper {
    app: App,
    task: TaskId,
}

#[async_trait]
impl FillKeeper for Keeper {
    async fn keep(&self, record: &FillRecord) -> Result<()> {
        let mut tx = self.app.catalog.write().await?;
        if !instants::keep(&mut tx, self.task, record).await? {
            return Err(Error::cancelled("the server is being removed"));
        }
        tx.commit().await
    }
}

pub(super) async fn run(run: &Run, work: &NewServerWork) -> Result<()> {
    let mut tx = run.app.catalog.snapshot().await?;
    let row = instants::get(&mut tx, run.task.id).await?;
    drop(tx);
    let row = row.ok_or_else(|| Error::internal("nothing is known of the server to be filled"))?;
    if row.is_going() {
        // An earlier attempt said why, and could not clear away.
        return Err(Error::conflict(run.task.error_message.clone()));
    }
    let driver = run.app.inventory.driver(&run.task.host)?;
    let (backup, repository) = source(run).await?;
    let exported = (&repository, backup.repository_id);
    let opened = run.app.open_exports(run.task.id, driver.as_ref(), exported);
    let manifest = opened.await?;
    let new = NewServer {
        filling: true,
        ..new_server(work, &manifest, names(work, &manifest)?.into_iter())
    };
    if !row.is_started() {
        begin(run, work, driver.as_ref(), (&manifest, &new)).await?;
    }
    // The exports stay as long as the process does, or until somebody ends the server: another
    // worker may take it in hand.
    let filled = fill(run, driver.as_ref(), &new).await;
    run.app.filling.attend(run.task.id, false);
    filled
}

/// Names of the disks.
fn names(work: &NewServerWork, manifest: &Manifest) -> Result<Vec<String>> {
    let of = |source| disk_in(manifest, source).map(|disk| disk.name.clone());
    work.sources.iter().map(|source| of(*source)).collect()
}

/// Makes the server and starts it.
async fn begin(
    run: &Run,
    work: &NewServerWork,
    driver: &dyn Hypervisor,
    (manifest, new): (&Manifest, &NewServer),
) -> Result<()> {
    if !driver.server_is_kept(&token(run), new).await? {
        let mut images = Vec::new();
        for source in &work.sources {
            let disk = disk_in(manifest, *source)?;
            images.push(NewImage {
                name: disk.name.clone(),
                size_bytes: disk.size_bytes,
            });
        }
        driver.stage_overlays(&token(run), &images).await?;
    }
    driver.keep_server(&token(run), new).await?;
    if run.cancel.is_cancelled() {
        return Err(Error::cancelled("cancelled before the server was started"));
    }
    set_started(run, true).await?;
    let Err(error) = driver.power(&work.native_id, PowerAction::Start).await else {
        return Ok(());
    };
    // An answer that was lost is not a start that failed.
    let found = driver.server(&work.native_id).await?;
    if found.state != PowerState::Stopped {
        return Ok(());
    }
    set_started(run, false).await?;
    Err(error.context("the server is made, but did not start"))
}

async fn set_started(run: &Run, started: bool) -> Result<()> {
    let mut tx = run.app.catalog.write().await?;
    outcome::still_ours(&mut tx, run, run.app.now()).await?;
    if !instants::set_started(&mut tx, run.task.id, started).await? {
        return Err(Error::cancelled("the server is being removed"));
    }
    tx.commit().await
}

/// Looks after the server until its disks are whole.
async fn fill(run: &Run, driver: &dyn Hypervisor, new: &NewServer) -> Result<()> {
    let mut noted = Note::of(run);
    let mut session: Option<Box<dyn FillSession>> = None;
    let mut shown = false;
    run.working();
    let suspect = loop {
        match attempt(run, driver, new, &mut session).await {
            Ok(Step::Whole(suspect)) => break suspect,
            Ok(Step::Goes(why)) => noted.set(run, why).await?,
            Err(error) => {
                tracing::debug!(error = %error.chain(), "a look at a server being filled failed");
                noted.set(run, Some((error.chain(), String::new()))).await?;
            }
        }
        if !shown && session.is_some() {
            shown = true;
            run.app.filling.attend(run.task.id, true);
            let host = run.task.host.as_str();
            run.app.inventory.refresh([host].into_iter()).await;
        }
        tokio::select! {
            () = run.cancel.cancelled() => return Err(Error::cancelled("cancelled")),
            () = tokio::time::sleep(LOOK) => {}
        }
    };
    // Nothing below the disks is needed from here on; the definition has said so, and QEMU.
    run.app.filling.close(run.task.id).await;
    driver.forget_socket(&token(run)).await?;
    run.app
        .inventory
        .refresh([run.task.host.as_str()].into_iter())
        .await;
    let now = run.app.now();
    let mut tx = run.app.catalog.write().await?;
    match suspect.as_slice() {
        [] => outcome::finish(&mut tx, run, TaskState::Success, None, now).await?,
        names => {
            let code = outcome::operation(&run.task).code(Kind::Data).to_string();
            let message = format!(
                "the server is whole, but used disk {} while parts of the backup may have been missing",
                names.join(", ")
            );
            let hint = "Check what is on it, or make the server anew.";
            let error = Some((code.as_str(), message.as_str(), hint));
            outcome::finish(&mut tx, run, TaskState::Failed, error, now).await?;
        }
    }
    if !instants::finish(&mut tx, run.task.id).await? {
        return Err(Error::cancelled("the server is being removed"));
    }
    tx.commit().await
}

enum Step {
    /// Why it does not go on, if so, and what to do.
    Goes(Option<(String, String)>),
    /// With disks that are not to be trusted.
    Whole(Vec<String>),
}

async fn attempt(
    run: &Run,
    driver: &dyn Hypervisor,
    new: &NewServer,
    session: &mut Option<Box<dyn FillSession>>,
) -> Result<Step> {
    if session.is_none() {
        let mut tx = run.app.catalog.snapshot().await?;
        let row = instants::get(&mut tx, run.task.id).await?;
        drop(tx);
        let record = row.map(|row| row.record.0).unwrap_or_default();
        let keeper = Arc::new(Keeper {
            app: run.app.clone(),
            task: run.task.id,
        });
        let rate = run.app.limits.host(&run.task.host).bytes_per_second;
        let opened = driver.fill(&token(run), new, record, keeper, rate).await?;
        *session = Some(opened);
    }
    let Some(session) = session else {
        return Ok(Step::Goes(None));
    };
    let fill = match session.step().await {
        Ok(fill) => fill,
        Err(error) if error.kind == Kind::NotFound => {
            let found = driver.server(&new.uuid).await;
            return match found {
                // Some tools define a server anew by removing it first.
                Err(e) if e.kind == Kind::NotFound => Ok(Step::Goes(Some((
                    "the server is not defined any more".to_owned(),
                    "Define it again, or cancel the task, which removes its files.".to_owned(),
                )))),
                _ => Err(error),
            };
        }
        Err(error) => return Err(error),
    };
    if fill.total_bytes > 0 {
        run.progress.set(fill.total_bytes, fill.done_bytes);
    }
    match fill.state {
        FillState::Whole { suspect } => {
            session.finish().await?;
            Ok(Step::Whole(suspect))
        }
        state => {
            let damage = run.app.filling.trouble(run.task.id).await.map(|text| {
                let hint =
                    "The server waits. Cancel the task to remove it, and use another backup.";
                (text, hint.to_owned())
            });
            Ok(Step::Goes(damage.or(match state {
                FillState::Waiting { reason, hint } => Some((reason, hint.to_owned())),
                _ => None,
            })))
        }
    }
}

/// What the task shows of what it waits for.
struct Note(Option<(String, String)>);

impl Note {
    fn of(run: &Run) -> Note {
        let (message, hint) = (&run.task.error_message, &run.task.error_hint);
        Note((!message.is_empty()).then(|| (message.clone(), hint.clone())))
    }

    async fn set(&mut self, run: &Run, why: Option<(String, String)>) -> Result<()> {
        if self.0 == why {
            return Ok(());
        }
        if let Some((message, _)) = &why {
            tracing::warn!("filling does not go on: {message}");
        }
        let (message, hint) = why.clone().unwrap_or_default();
        let code = match why {
            Some(_) => outcome::operation(&run.task)
                .code(Kind::Unavailable)
                .to_string(),
            None => String::new(),
        };
        let mut tx = run.app.catalog.write().await?;
        tasks::note(
            &mut tx,
            run.task.id,
            (&code, &message, &hint),
            run.app.now(),
        )
        .await?;
        tx.commit().await?;
        self.0 = why;
        Ok(())
    }
}

/// Whether the task has a server that may have written: then only its user may end it.
pub(super) async fn must_go_on(run: &Run) -> bool {
    if work_of(run).is_none() {
        return false;
    }
    let found = async {
        let mut tx = run.app.catalog.snapshot().await?;
        instants::get(&mut tx, run.task.id).await
    };
    match found.await {
        Ok(row) => row.is_some_and(|row| row.is_started()),
        // It cannot be known: nothing is removed.
        Err(_) => true,
    }
}

fn work_of(run: &Run) -> Option<NewServerWork> {
    match serde_json::from_value(run.task.payload.0.clone()) {
        Ok(Work::CreateServer(work)) if work.instant => Some(work),
        _ => None,
    }
}

/// Removes the server of a task that ends without success. False where that has to be tried again.
pub(super) async fn clear_away(run: &Run) -> bool {
    let Some(work) = work_of(run) else {
        return true;
    };
    match remove(run, &work).await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(error = %error.chain(), "a server that was being filled was not removed yet");
            false
        }
    }
}

async fn remove(run: &Run, work: &NewServerWork) -> Result<()> {
    let mut tx = run.app.catalog.write().await?;
    if !instants::begin_removal(&mut tx, run.task.id).await? {
        return Ok(());
    }
    tx.commit().await?;
    let Ok(driver) = run.app.inventory.driver(&run.task.host) else {
        tracing::warn!(
            host = run.task.host,
            "the host of a server that was being filled is not configured any more: what is there stays"
        );
        run.app.filling.close(run.task.id).await;
        let mut tx = run.app.catalog.write().await?;
        instants::delete(&mut tx, run.task.id).await?;
        return tx.commit().await;
    };
    // What names its folder is enough.
    let new = NewServer {
        name: work.name.clone(),
        uuid: work.native_id.clone(),
        definition: ServerDefinition::default(),
        disks: Vec::new(),
        new_identity: work.new_identity,
        network: None,
        filling: true,
    };
    driver.remove_server(&token(run), &new).await?;
    // After its reader: a guest that meets an end would only be in the way of its own.
    run.app.filling.close(run.task.id).await;
    run.app
        .inventory
        .refresh([run.task.host.as_str()].into_iter())
        .await;
    let mut tx = run.app.catalog.write().await?;
    if work.row_is_new {
        servers::delete_never_seen(&mut tx, work.server).await?;
    }
    instants::delete(&mut tx, run.task.id).await?;
    tx.commit().await
}
