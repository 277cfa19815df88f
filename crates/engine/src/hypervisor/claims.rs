//! Servers and disks in use: each by one session at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use coffer_core::{Error, Result};
use tokio::sync::Notify;

/// How long a new use waits for one that is ending. A snapshot of a server that is just restarted
/// takes the longest: its end waits for the start.
const ENDING_LIMIT: Duration = Duration::from_secs(240);

/// What somebody is told who comes while something is in use.
pub(super) trait Busy {
    /// As in "the server is being ...".
    fn being(&self) -> &'static str;
}

/// What is in use, by name.
pub(super) struct Claims<T> {
    shared: Arc<Shared<T>>,
}

struct Shared<T> {
    uses: Mutex<HashMap<String, Use<T>>>,
    released: Notify,
    limit: Duration,
}

struct Use<T> {
    what: T,
    /// It has nothing left to do but to clean up.
    ending: bool,
}

impl<T> std::fmt::Debug for Claims<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Claims").finish_non_exhaustive()
    }
}

impl<T> Default for Claims<T> {
    fn default() -> Self {
        Claims::with_limit(ENDING_LIMIT)
    }
}

impl<T> Claims<T> {
    fn with_limit(limit: Duration) -> Claims<T> {
        let shared = Shared {
            uses: Mutex::default(),
            released: Notify::new(),
            limit,
        };
        Claims {
            shared: Arc::new(shared),
        }
    }

    /// A server or disk is in use.
    pub fn holds(&self, name: &str) -> bool {
        self.look(name, |_| ()).is_some()
    }

    /// What a server or disk is used for.
    pub fn look<R>(&self, name: &str, at: impl FnOnce(&T) -> R) -> Option<R> {
        self.shared.uses().get(name).map(|found| at(&found.what))
    }
}

impl<T: Busy> Claims<T> {
    /// Takes servers or disks for one use; all or none. Waits for uses that are ending.
    ///
    /// # Errors
    /// `Conflict` where one of them is in use.
    pub async fn take(&self, names: Vec<String>, what: impl Fn() -> T) -> Result<Claim<T>> {
        let deadline = tokio::time::Instant::now() + self.shared.limit;
        loop {
            let released = self.shared.released.notified();
            let mut released = std::pin::pin!(released);
            // From here on no release is missed.
            released.as_mut().enable();
            match self.shared.try_take(&names, &what) {
                Ok(()) => {
                    return Ok(Claim {
                        shared: Arc::clone(&self.shared),
                        names,
                    });
                }
                Err((refusal, ending)) => {
                    let waited = tokio::time::timeout_at(deadline, released);
                    if !ending || waited.await.is_err() {
                        return Err(refusal);
                    }
                }
            }
        }
    }
}

impl<T> Shared<T> {
    fn uses(&self) -> MutexGuard<'_, HashMap<String, Use<T>>> {
        // A poisoned lock means a panic between two map operations; the map is whole.
        self.uses.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl<T: Busy> Shared<T> {
    /// The refusal, and whether what stands in the way is ending.
    fn try_take(&self, names: &[String], what: impl Fn() -> T) -> Result<(), (Error, bool)> {
        let mut uses = self.uses();
        let mut refusal = None;
        for name in names {
            let Some(found) = uses.get(name) else {
                continue;
            };
            let error = Error::conflict(format!("{name} is being {}", found.what.being()))
                .hint("Wait for that task to end, or cancel it.");
            if !found.ending {
                return Err((error, false));
            }
            refusal = Some(error);
        }
        if let Some(error) = refusal {
            return Err((error, true));
        }
        for name in names {
            let what = what();
            let ending = false;
            uses.insert(name.clone(), Use { what, ending });
        }
        Ok(())
    }
}

/// Holds servers or disks until it is dropped.
pub(super) struct Claim<T> {
    shared: Arc<Shared<T>>,
    names: Vec<String>,
}

impl<T> Claim<T> {
    /// Says more exactly what they are used for.
    pub fn set(&self, what: impl Fn() -> T) {
        let mut uses = self.shared.uses();
        for name in &self.names {
            let what = what();
            let ending = false;
            uses.insert(name.clone(), Use { what, ending });
        }
    }

    /// Nothing is left to do but to clean up: whoever wants them next may wait for it.
    pub fn ending(&self) {
        let mut uses = self.shared.uses();
        for name in &self.names {
            if let Some(found) = uses.get_mut(name) {
                found.ending = true;
            }
        }
    }
}

impl<T> Drop for Claim<T> {
    fn drop(&mut self) {
        let mut uses = self.shared.uses();
        for name in &self.names {
            uses.remove(name);
        }
        drop(uses);
        self.shared.released.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coffer_core::Kind;

    impl Busy for &'static str {
        fn being(&self) -> &'static str {
            self
        }
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[tokio::test]
    async fn all_or_none_are_taken() {
        let claims: Claims<&'static str> = Claims::default();
        let one = claims.take(names(&["a"]), || "read").await.unwrap();
        let refused = claims.take(names(&["b", "a"]), || "written").await;
        let refused = refused.err().unwrap();
        assert_eq!(refused.kind, Kind::Conflict);
        assert_eq!(refused.message, "a is being read");
        assert_eq!(claims.look("b", |what| *what), None);
        one.set(|| "written");
        assert_eq!(claims.look("a", |what| *what), Some("written"));
        drop(one);
        claims.take(names(&["b", "a"]), || "written").await.unwrap();
        assert_eq!(claims.look("a", |what| *what), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_ending_is_waited_for_but_not_for_ever() {
        let claims: Claims<&'static str> = Claims::with_limit(Duration::from_secs(3));
        let first = claims.take(names(&["a"]), || "read").await.unwrap();
        first.ending();
        let begun = tokio::time::Instant::now();
        let second = claims.take(names(&["a"]), || "read");
        let end = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            drop(first);
        };
        let (second, ()) = tokio::join!(second, end);
        assert_eq!(begun.elapsed(), Duration::from_secs(1));
        let second = second.unwrap();
        assert!(claims.take(names(&["a"]), || "read").await.is_err());
        assert_eq!(begun.elapsed(), Duration::from_secs(1), "it is not ending");
        second.ending();
        assert!(claims.take(names(&["a"]), || "read").await.is_err());
        assert_eq!(begun.elapsed(), Duration::from_secs(4));
    }
}
