//! Jobs of the compute and volume APIs: begun at once, beside the queue of tasks.
//!
//! A job is a row that is there before anything is done, and says all that has to be. Each step of
//! its work may be done twice, so what a service leaves unfinished the next one does again from the
//! beginning:
//!
//! | crash | left behind | who heals it |
//! |---|---|---|
//! | before the host is asked | a running job | the next start does it |
//! | half done on the host | a disk in one of a server's definitions, a hidden image | the same: the drivers do what is left |
//! | done, but not noted | a running job | the same: the drivers find it done |
//!
//! Servers switched on and off together are not switched again: the next start looks what became
//! of them (`api::compute::batch`).

use std::time::Duration;

use coffer_core::{Error, Kind, Result};
use coffer_engine::hypervisor::{DiskName, Hypervisor, NewImage};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;
use uuid::Uuid;

use super::App;
use crate::audit;
use crate::catalog::jobs::{self, Job};
use crate::catalog::{Tx, disks};

/// How often a host that does not answer is asked before a job fails.
const ATTEMPTS: u32 = 3;
/// Between two attempts.
const BETWEEN: Duration = Duration::from_secs(2);
/// Name of the one image of a disk.
const DISK_IMAGE: &str = "disk";

/// What a job has to do, as it is kept in its row. Servers and disks are named as their driver
/// names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum JobWork {
    /// Attach a disk.
    Attach {
        /// The server.
        server: String,
        /// The disk.
        disk: DiskName,
        /// What it is called there: `vdb`.
        device: String,
    },
    /// Detach a disk.
    Detach {
        /// The server.
        server: String,
        /// The disk.
        disk: DiskName,
    },
    /// Make a disk larger.
    Extend {
        /// The server it is attached to.
        server: Option<String>,
        /// The disk.
        disk: DiskName,
        /// Its size to be, in bytes.
        size_bytes: u64,
    },
    /// Delete a disk.
    Delete {
        /// The disk.
        disk: DiskName,
    },
    /// Make an empty disk.
    Create {
        /// Its name.
        name: String,
        /// Its size in bytes.
        size_bytes: u64,
        /// It is there: an attempt that finds this has nothing left to make.
        made: bool,
    },
    /// Switch servers on or off.
    Power {
        /// How.
        switch: Switch,
        /// Each server, by its id in the API.
        servers: Vec<Switched>,
    },
}

/// What is done with a server's power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    /// It is switched on.
    Start,
    /// It is switched off.
    Stop,
    /// It is restarted.
    Reboot,
}

/// A server that is switched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switched {
    /// The server.
    pub id: String,
    /// It is done, whether well or not.
    pub done: bool,
    /// What went wrong.
    pub error: Option<String>,
}

impl JobWork {
    /// Reads what a job has to do.
    pub fn of(job: &Job) -> Result<JobWork> {
        serde_json::from_value(job.work.0.clone())
            .map_err(|e| Error::internal("read what a job has to do").caused_by(e))
    }

    /// The API's `job_type`.
    pub fn kind(&self) -> &'static str {
        match self {
            JobWork::Attach { .. } => "attachVolume",
            JobWork::Detach { .. } => "detachVolume",
            JobWork::Extend { .. } => "extendVolume",
            JobWork::Delete { .. } => "deleteVolume",
            JobWork::Create { .. } => "createVolume",
            JobWork::Power { switch, .. } => match switch {
                Switch::Start => "startServer",
                Switch::Stop => "stopServer",
                Switch::Reboot => "rebootServer",
            },
        }
    }

    /// What the disk is called meanwhile in the volume API.
    pub fn disk_status(&self) -> Option<&'static str> {
        Some(match self {
            JobWork::Attach { .. } => "attaching",
            JobWork::Detach { .. } => "detaching",
            JobWork::Extend { .. } => "extending",
            JobWork::Delete { .. } => "deleting",
            JobWork::Create { .. } => "creating",
            JobWork::Power { .. } => return None,
        })
    }

    /// The action that a caller needs for it.
    fn action(&self) -> &'static str {
        match self {
            JobWork::Attach { .. } => "ecs:cloudServers:attach",
            JobWork::Detach { .. } => "ecs:cloudServers:detachVolume",
            JobWork::Extend { .. } => "evs:volumes:extend",
            JobWork::Delete { .. } => "evs:volumes:delete",
            JobWork::Create { .. } => "evs:volumes:create",
            JobWork::Power { .. } => "ecs:servers:action",
        }
    }

    /// The form that the row keeps.
    pub fn stored(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("work is plain data")
    }
}

impl App {
    /// A job of a project.
    pub async fn job(&self, project: coffer_core::ids::ProjectId, id: &str) -> Result<Option<Job>> {
        let Ok(id) = id.parse::<Uuid>() else {
            return Ok(None);
        };
        let mut tx = self.catalog.snapshot().await?;
        jobs::find(&mut tx, project, id).await
    }

    /// Does a job that changes a disk, beside whatever asked for it. With `stop` it is left as it
    /// is, for the next start.
    pub fn begin_job(
        &self,
        job: Job,
        background: &TaskTracker,
        stop: CancellationToken,
    ) -> JoinHandle<Result<()>> {
        let app = self.clone();
        let span = tracing::info_span!("job", job.id = %job.id);
        let work = async move {
            tokio::select! {
                () = stop.cancelled() => Err(Error::cancelled("the service stops")),
                done = app.carry_out(&job) => done,
            }
        };
        background.spawn(work.instrument(span))
    }

    /// Takes up the jobs on disks that the last process left.
    pub async fn resume_jobs(
        &self,
        background: &TaskTracker,
        stop: &CancellationToken,
    ) -> Result<()> {
        let mut tx = self.catalog.snapshot().await?;
        let left = jobs::all_running(&mut tx).await?;
        drop(tx);
        for job in left.into_iter().filter(|job| job.disk_id.is_some()) {
            tracing::info!(job.id = %job.id, "job of the last run taken up");
            self.begin_job(job, background, stop.clone());
        }
        Ok(())
    }

    async fn carry_out(&self, job: &Job) -> Result<()> {
        let work = match JobWork::of(job) {
            Ok(work) => work,
            // Of another version: nobody will ever do it.
            Err(error) => {
                let mut tx = self.catalog.write().await?;
                jobs::finish(&mut tx, job.id, Some(&told(&error)), self.now()).await?;
                tx.commit().await?;
                return Err(error);
            }
        };
        // What a host has half done for the last run is cleaned up first.
        self.settled.wait_for(&job.host).await;
        let mut attempt = 1;
        let done = loop {
            match self.attempt(job, &work).await {
                Err(e) if e.kind == Kind::Unavailable && attempt < ATTEMPTS => {
                    tracing::warn!(error = %e.chain(), "job is tried again");
                    attempt += 1;
                    tokio::time::sleep(BETWEEN).await;
                }
                done => break done,
            }
        };
        if done.is_err() && matches!(work, JobWork::Create { .. }) {
            self.clear_away(job).await;
        }
        // Whatever happened: the catalog says what is true before the job says that it has ended.
        self.inventory
            .refresh([job.host.as_str()].into_iter())
            .await;
        // A job that has ended and does not say so would hold its disk for ever.
        while let Err(error) = self.end_job(job, &work, &done).await {
            tracing::warn!(error = %error.chain(), "a job's end is not noted yet");
            tokio::time::sleep(BETWEEN).await;
        }
        done
    }

    async fn attempt(&self, job: &Job, work: &JobWork) -> Result<()> {
        let driver = self.inventory.driver(&job.host)?;
        match work {
            JobWork::Attach {
                server,
                disk,
                device,
            } => driver.attach_disk(server, disk, device).await.map(drop),
            JobWork::Detach { server, disk } => driver.detach_disk(server, disk).await,
            JobWork::Extend {
                server,
                disk,
                size_bytes,
            } => {
                driver
                    .extend_disk(server.as_deref(), disk, *size_bytes)
                    .await
            }
            JobWork::Delete { disk } => driver.delete_disk(disk).await,
            JobWork::Create {
                name,
                size_bytes,
                made,
            } => {
                if !made {
                    self.make_empty(job, driver.as_ref(), name, *size_bytes)
                        .await?;
                }
                // What says whose the disk is goes after the row says that it is there.
                driver.discard(&job.id.to_string(), None).await
            }
            JobWork::Power { .. } => Err(Error::internal("servers are not switched here")),
        }
    }

    async fn make_empty(
        &self,
        job: &Job,
        driver: &dyn Hypervisor,
        name: &str,
        size_bytes: u64,
    ) -> Result<()> {
        let token = job.id.to_string();
        // An earlier attempt may have come as far as that.
        if !driver.disk_is_kept(&token, name).await? {
            let image = NewImage {
                name: DISK_IMAGE.to_owned(),
                size_bytes,
            };
            driver.stage(&token, &[image]).await?.close().await?;
        }
        driver.keep_disk(&token, name).await?;
        let made = JobWork::Create {
            name: name.to_owned(),
            size_bytes,
            made: true,
        };
        let mut tx = self.catalog.write().await?;
        jobs::set_work(&mut tx, job.id, &made.stored()).await?;
        tx.commit().await
    }

    /// Of a disk that could not be made, what there is goes.
    async fn clear_away(&self, job: &Job) {
        let cleared = async {
            let driver = self.inventory.driver(&job.host)?;
            driver.discard(&job.id.to_string(), None).await?;
            let Some(disk) = job.disk_id else {
                return Ok(());
            };
            let mut tx = self.catalog.write().await?;
            disks::delete_never_seen(&mut tx, disk).await?;
            tx.commit().await
        };
        if let Err(error) = cleared.await {
            tracing::warn!(error = %error.chain(), "what a failed job made was not cleared away");
        }
    }

    async fn end_job(&self, job: &Job, work: &JobWork, done: &Result<()>) -> Result<()> {
        let text = done.as_ref().err().map(told);
        match done {
            Ok(()) => tracing::info!("{} of disk {} done", work.kind(), job.name),
            Err(error) => tracing::error!(error = %error.chain(), "{} failed", work.kind()),
        }
        let mut tx = self.catalog.write().await?;
        if jobs::finish(&mut tx, job.id, text.as_deref(), self.now()).await? {
            record(&mut tx, job, work, text.as_deref(), self.now()).await?;
        }
        tx.commit().await
    }
}

/// What a client may read of an error: faults of ours are told to the log alone.
pub fn told(error: &Error) -> String {
    match (error.kind, &error.hint) {
        (Kind::Internal | Kind::Data, _) => {
            "an internal error; the service's log has it".to_owned()
        }
        (Kind::Unavailable, _) => "the host does not answer, or cannot do it now".to_owned(),
        (_, Some(hint)) => format!("{}. {hint}", error.message),
        (_, None) => error.message.clone(),
    }
}

/// The job's end, for the audit trail.
async fn record(
    tx: &mut Tx,
    job: &Job,
    work: &JobWork,
    error: Option<&str>,
    now: jiff::Timestamp,
) -> Result<()> {
    let disk = job.disk_id.map(|id| id.to_string()).unwrap_or_default();
    let done = audit::Done {
        at: now,
        project: job.project_id,
        action: work.action(),
        resource: ("disk", disk, job.name.clone()),
        request_id: &job.request_id,
        error: error.map(|text| ("", text)),
        detail: serde_json::json!({"job_id": job.id, "server_id": job.server_id}),
    };
    audit::system(tx, done).await
}
