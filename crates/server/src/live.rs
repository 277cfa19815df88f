//! What changed lately, for everybody who watches.
//!
//! One ring of events for the process. Each reader has a place in it and takes what its project
//! may see; one that is too slow, or comes back too late, is told to look at everything anew. So
//! readers cost nothing but their place, however slow they are.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use coffer_core::ids::ProjectId;
use tokio::sync::watch;

use crate::door;

/// Events kept.
const RING: usize = 4096;
/// Bytes of the events kept.
const RING_BYTES: usize = 16 << 20;
/// Events that a reader gets at once.
const BATCH: usize = 64;

/// An event.
#[derive(Debug, Clone)]
pub struct Event {
    /// Who may see it.
    pub project: ProjectId,
    /// `task`, `backup`, `vault`, `server`, `disk`.
    pub kind: &'static str,
    /// JSON.
    pub data: Arc<str>,
}

/// The ring. Clones share it.
#[derive(Clone)]
pub struct Live {
    inner: Arc<Inner>,
}

struct Inner {
    boot: String,
    ring: Mutex<Ring>,
    end: watch::Sender<u64>,
    readers: watch::Sender<usize>,
}

#[derive(Default)]
struct Ring {
    /// Number of the first event kept.
    first: u64,
    bytes: usize,
    events: VecDeque<Event>,
}

/// What a reader gets next.
#[derive(Debug)]
pub enum Next {
    /// Events; the place behind them is the reader's.
    Events(Vec<Event>),
    /// Some were missed.
    Resync,
}

impl Default for Live {
    fn default() -> Live {
        Live::new()
    }
}

impl Live {
    /// An empty ring.
    pub fn new() -> Live {
        Live {
            inner: Arc::new(Inner {
                boot: hex::encode(door::random_bytes::<6>()),
                ring: Mutex::default(),
                end: watch::Sender::new(0),
                readers: watch::Sender::new(0),
            }),
        }
    }

    /// Adds events.
    pub fn send(&self, events: Vec<Event>) {
        if events.is_empty() {
            return;
        }
        let mut ring = self.inner.ring.lock().expect("no panic holds this lock");
        for event in events {
            ring.bytes += event.data.len();
            ring.events.push_back(event);
        }
        while ring.events.len() > RING || ring.bytes > RING_BYTES {
            let Some(gone) = ring.events.pop_front() else {
                break;
            };
            ring.bytes -= gone.data.len();
            ring.first += 1;
        }
        let end = ring.first + ring.events.len() as u64;
        drop(ring);
        self.inner.end.send_replace(end);
    }

    /// Makes every reader look at everything anew.
    pub fn resync(&self) {
        let mut ring = self.inner.ring.lock().expect("no panic holds this lock");
        ring.first += ring.events.len() as u64 + 1;
        ring.events.clear();
        ring.bytes = 0;
        let end = ring.first;
        drop(ring);
        self.inner.end.send_replace(end);
    }

    /// Number of readers there are, to be waited on.
    pub fn readers(&self) -> watch::Receiver<usize> {
        self.inner.readers.subscribe()
    }

    /// A reader behind the event of that id; behind the last one where there is none.
    pub fn read(&self, last_id: Option<&str>) -> Reader {
        self.inner.readers.send_modify(|count| *count += 1);
        let end = self.inner.end.subscribe();
        let newest = *end.borrow();
        let mut missed = false;
        let mut at = newest;
        if let Some(id) = last_id {
            let own = id
                .split_once('-')
                .filter(|(boot, _)| *boot == self.inner.boot);
            match own.and_then(|(_, number)| number.parse::<u64>().ok()) {
                Some(number) if number <= newest => at = number,
                _ => missed = true,
            }
        }
        Reader {
            live: self.clone(),
            end,
            at,
            missed,
        }
    }
}

/// A place in the ring.
pub struct Reader {
    live: Live,
    end: watch::Receiver<u64>,
    at: u64,
    missed: bool,
}

impl Reader {
    /// Names the place, for a reader that comes back.
    pub fn id(&self) -> String {
        format!("{}-{}", self.live.inner.boot, self.at)
    }

    /// Waits for events of a project.
    pub async fn next(&mut self, project: ProjectId) -> Next {
        loop {
            if let Some(next) = self.take(project) {
                return next;
            }
            if self.end.changed().await.is_err() {
                // The ring lives as long as this reader.
                std::future::pending::<()>().await;
            }
        }
    }

    fn take(&mut self, project: ProjectId) -> Option<Next> {
        self.end.mark_unchanged();
        let ring = self
            .live
            .inner
            .ring
            .lock()
            .expect("no panic holds this lock");
        let end = ring.first + ring.events.len() as u64;
        if self.missed || self.at < ring.first {
            self.missed = false;
            self.at = end;
            return Some(Next::Resync);
        }
        let mut found = Vec::new();
        while self.at < end && found.len() < BATCH {
            let event = &ring.events[(self.at - ring.first) as usize];
            if event.project == project {
                found.push(event.clone());
            }
            self.at += 1;
        }
        (!found.is_empty()).then_some(Next::Events(found))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.live.inner.readers.send_modify(|count| *count -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(project: u8, data: &str) -> Event {
        Event {
            project: ProjectId([project; 16]),
            kind: "task",
            data: data.into(),
        }
    }

    #[tokio::test]
    async fn readers_see_their_project_and_go_on_where_they_were() {
        let live = Live::new();
        let own = ProjectId([1; 16]);
        let mut reader = live.read(None);
        live.send(vec![event(1, "a"), event(2, "b"), event(1, "c")]);
        let Next::Events(events) = reader.next(own).await else {
            panic!("nothing was missed");
        };
        let data: Vec<&str> = events.iter().map(|e| &*e.data).collect();
        assert_eq!(data, ["a", "c"]);
        let id = reader.id();
        drop(reader);
        live.send(vec![event(1, "d")]);
        let Next::Events(events) = live.read(Some(&id)).next(own).await else {
            panic!("nothing was missed");
        };
        assert_eq!(&*events[0].data, "d");
        assert_eq!(*live.readers().borrow(), 0);
    }

    #[tokio::test]
    async fn who_comes_too_late_looks_anew() {
        let live = Live::new();
        let own = ProjectId([1; 16]);
        let mut slow = live.read(None);
        let id = slow.id();
        live.send((0..RING + 1).map(|_| event(1, "x")).collect());
        assert!(matches!(slow.next(own).await, Next::Resync));
        assert!(matches!(live.read(Some(&id)).next(own).await, Next::Resync));
        let other = "000000000000-0";
        assert!(matches!(
            live.read(Some(other)).next(own).await,
            Next::Resync
        ));
        let mut reader = live.read(None);
        live.resync();
        assert!(matches!(reader.next(own).await, Next::Resync));
    }
}
