//! Files of backups, without restoring them: an appliance for each backup that is looked at
//! (`coffer_engine::files`), kept for a while for the next look.
//!
//! Each look asks anew whether the caller may read the backup. The appliance holds the backup in place as
//! any other reader does (`app::serving`), but nobody has to wait for one that only idles: it ends
//! after [`IDLE_LIMIT`], when its backup is to be deleted, and when its place is wanted for another
//! backup. Nothing of this is in the catalog; a service that is killed takes its appliances with it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use coffer_core::cbr::Operation;
use coffer_core::ids::BackupId;
use coffer_core::{Error, Result};
use coffer_engine::files::{Appliance, Session, Settings};
use tokio::sync::{Notify, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::serving::HeldBackup;
use super::{Actor, App, AppResult, During};
use crate::config::Config;

const OP: Operation = Operation::ShowBackup;
/// How long an appliance waits for the next look.
const IDLE_LIMIT: Duration = Duration::from_secs(300);

/// The backups whose files are looked at. Clones share them.
#[derive(Clone)]
pub struct Files {
    inner: Arc<Inner>,
}

struct Inner {
    appliance: Appliance,
    places: Arc<Semaphore>,
    slots: Mutex<HashMap<BackupId, Arc<Slot>>>,
}

/// A backup's appliance, where there is one. Whoever starts or ends it has the lock.
type Slot = tokio::sync::Mutex<Option<Arc<Open>>>;

struct Open {
    session: Session,
    held: Mutex<Option<HeldBackup>>,
    looks: AtomicUsize,
    used: Mutex<Instant>,
    closed: Notify,
    _place: OwnedSemaphorePermit,
}

impl Open {
    fn last_used(&self) -> Instant {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_idle(&self) -> bool {
        self.looks.load(Ordering::Acquire) == 0
    }
}

/// One look at a backup's files: the appliance stays as long as this is there.
pub struct Look {
    open: Arc<Open>,
}

impl Look {
    fn new(open: &Arc<Open>) -> Look {
        open.looks.fetch_add(1, Ordering::AcqRel);
        Look {
            open: Arc::clone(open),
        }
    }
}

impl std::ops::Deref for Look {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.open.session
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        let mut used = self
            .open
            .used
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *used = Instant::now();
        self.open.looks.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Files {
    /// Starts nothing.
    pub fn new(config: &Config) -> Files {
        let settings = Settings {
            cache: config.data_dir.join("appliance"),
            kernel_root: config.files.kernel_root.clone(),
        };
        Files {
            inner: Arc::new(Inner {
                appliance: Appliance::new(settings),
                places: Arc::new(Semaphore::new(config.files.sessions)),
                slots: Mutex::default(),
            }),
        }
    }

    fn slot(&self, backup: BackupId) -> Arc<Slot> {
        let mut slots = self
            .inner
            .slots
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(backup).or_default())
    }

    /// Removes a slot that nobody uses.
    fn forget(&self, backup: BackupId, slot: Arc<Slot>) {
        let mut slots = self
            .inner
            .slots
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Ours and the table's: nobody else can come to have it while the table is locked.
        if Arc::strong_count(&slot) == 2 {
            slots.remove(&backup);
        }
        drop(slot);
    }

    /// Ends a backup's appliance if nobody looks at it, and lets the backup go.
    pub async fn close_idle(&self, backup: BackupId) {
        let slot = self.slot(backup);
        {
            let mut there = slot.lock().await;
            if there.as_ref().is_some_and(|open| open.is_idle()) {
                end(&mut there).await;
            }
        }
        self.forget(backup, slot);
    }

    /// A place for one more appliance: a free one, or that of the one that idles longest.
    async fn place(&self) -> Result<OwnedSemaphorePermit> {
        loop {
            if let Ok(place) = Arc::clone(&self.inner.places).try_acquire_owned() {
                return Ok(place);
            }
            let slots: Vec<(BackupId, Arc<Slot>)> = {
                let slots = self.inner.slots.lock();
                let slots = slots.unwrap_or_else(PoisonError::into_inner);
                slots.iter().map(|(id, slot)| (*id, slot.clone())).collect()
            };
            let idle = slots.iter().filter_map(|(id, slot)| {
                // One that is just starting or ending is not idle.
                let there = slot.try_lock().ok()?;
                let open = there.as_ref().filter(|open| open.is_idle())?;
                Some((open.last_used(), *id))
            });
            let Some((_, longest)) = idle.min() else {
                return Err(Error::unavailable(
                    "the files of as many backups as there is room for are being looked at",
                )
                .hint("Try again later, or raise `files.sessions` in the configuration."));
            };
            drop(slots);
            self.close_idle(longest).await;
        }
    }

    /// Starts a backup's appliance. Not cancel-safe: the caller runs it in a task of its own.
    async fn start(
        self,
        mut there: OwnedMutexGuard<Option<Arc<Open>>>,
        held: HeldBackup,
        (background, stop): (TaskTracker, CancellationToken),
    ) -> Result<Look> {
        let backup = held.asked.id;
        let started = async {
            let place = self.place().await?;
            let session = self.inner.appliance.open(held.exports()).await?;
            Ok((place, session))
        };
        let (place, session) = match started.await {
            Ok(started) => started,
            Err(error) => {
                held.end().await;
                return Err(error);
            }
        };
        let open = Arc::new(Open {
            session,
            held: Mutex::new(Some(held)),
            looks: AtomicUsize::new(0),
            used: Mutex::new(Instant::now()),
            closed: Notify::new(),
            _place: place,
        });
        let look = Look::new(&open);
        *there = Some(Arc::clone(&open));
        drop(there);
        background.spawn(self.watch(backup, open, stop));
        Ok(look)
    }

    /// Ends an appliance when it has idled long enough, or the service stops.
    async fn watch(self, backup: BackupId, open: Arc<Open>, stop: CancellationToken) {
        loop {
            let until = open.last_used() + IDLE_LIMIT;
            let is_stopping = tokio::select! {
                () = tokio::time::sleep_until(until.max(Instant::now() + Duration::from_secs(1))) => false,
                () = stop.cancelled() => true,
                () = open.closed.notified() => return,
            };
            let slot = self.slot(backup);
            {
                let mut there = slot.lock().await;
                if !there.as_ref().is_some_and(|now| Arc::ptr_eq(now, &open)) {
                    return;
                }
                let has_idled = open.is_idle() && open.last_used() + IDLE_LIMIT <= Instant::now();
                if !has_idled && !is_stopping {
                    continue;
                }
                end(&mut there).await;
            }
            self.forget(backup, slot);
            return;
        }
    }
}

/// Takes an appliance out of its slot and lets its backup go. Who looks at it yet finds it gone.
async fn end(there: &mut Option<Arc<Open>>) {
    let Some(open) = there.take() else {
        return;
    };
    open.closed.notify_one();
    let held = open
        .held
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    drop(open);
    if let Some(held) = held {
        held.end().await;
    }
}

impl App {
    /// Begins a look at the files of a backup that the caller may read.
    ///
    /// What is started here goes on when the caller has gone, for the next look.
    pub async fn look_at_files(
        &self,
        actor: &Actor,
        id: &str,
        run: (&TaskTracker, CancellationToken),
    ) -> AppResult<Look> {
        let held = self.hold_backup(actor, id).await?;
        let slot = self.files.slot(held.asked.id);
        let mut there = slot.lock_owned().await;
        let found = there
            .as_ref()
            .filter(|open| open.session.end_reason().is_none());
        if let Some(open) = found {
            let look = Look::new(open);
            drop(there);
            held.end().await;
            return Ok(look);
        }
        // It ended by itself: the next look begins anew.
        end(&mut there).await;
        let files = self.files.clone();
        let run = (run.0.clone(), run.1);
        let started = tokio::spawn(files.start(there, held, run)).await;
        let started = match started {
            Ok(started) => started,
            Err(failed) => Err(Error::internal("start an appliance").caused_by(failed)),
        };
        started.during(OP)
    }
}
