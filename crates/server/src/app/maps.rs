//! Block maps of the last tasks, kept while the process runs.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use coffer_core::ids::TaskId;
use coffer_engine::progress::{MapView, Progress};

/// Tasks whose maps are kept: a map has at most 1600 bytes for each disk.
const TASKS_MAX: usize = 200;

/// The maps. Clones share them.
#[derive(Clone, Default)]
pub struct Maps {
    inner: Arc<Mutex<VecDeque<(TaskId, Progress)>>>,
}

impl Maps {
    /// Keeps the maps of a task that begins, and forgets the oldest ones.
    pub fn keep(&self, task: TaskId, progress: &Progress) {
        let mut kept = self.inner.lock().expect("no panic holds this lock");
        kept.retain(|(known, _)| *known != task);
        kept.push_back((task, progress.clone()));
        while kept.len() > TASKS_MAX {
            kept.pop_front();
        }
    }

    /// The maps of a task; none where they are not kept (any more) or there is none yet.
    pub fn of(&self, task: TaskId) -> Option<Vec<MapView>> {
        let kept = self.inner.lock().expect("no panic holds this lock");
        let found = kept.iter().find(|(known, _)| *known == task);
        found.map(|(_, progress)| progress.maps())
    }
}
