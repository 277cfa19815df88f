//! The one door to clock and randomness.
//!
//! Everything else in this crate takes times as arguments or asks here, so that tests can move
//! the clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// A clock: the host's, moved by what a test asked for, or one that stands still in between.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Where the clock stands; none for one that goes with the host's.
    stands_at: Option<Timestamp>,
    ahead_ms: Arc<AtomicI64>,
}

impl Clock {
    /// The host's clock.
    pub fn new() -> Clock {
        Clock::default()
    }

    /// A clock that moves only by [`Clock::advance`], so that a simulated day lasts as long as it
    /// says, however long the work in it takes.
    pub fn standing(at: Timestamp) -> Clock {
        Clock {
            stands_at: Some(at),
            ..Clock::default()
        }
    }

    /// The time now.
    #[expect(clippy::disallowed_methods, reason = "the clock's one door")]
    pub fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.ahead_ms.load(Ordering::Relaxed));
        self.stands_at
            .unwrap_or_else(Timestamp::now)
            .saturating_add(ahead)
            .unwrap_or(Timestamp::MAX)
    }

    /// The time now in milliseconds since 1970, as the catalog stores it.
    pub fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// Moves this clock (and its clones) forward; for tests of what expires.
    pub fn advance(&self, by: SignedDuration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.ahead_ms.fetch_add(by, Ordering::Relaxed);
    }
}

/// The time now, for code that has no [`Clock`] at hand.
#[expect(clippy::disallowed_methods, reason = "the clock's one door")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// `N` random bytes from the operating system.
///
/// # Panics
/// If the operating system has no randomness: nothing secure can be done then.
#[expect(clippy::disallowed_methods, reason = "the one door to randomness")]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A new random (version 4) UUID.
pub fn new_uuid() -> Uuid {
    uuid::Builder::from_random_bytes(random_bytes()).into_uuid()
}

/// A new UUID for a row of a table that grows all the time: the time in milliseconds, then 74 random
/// bits (version 7, RFC 9562). Two of them begin alike.
///
/// Rows that are made one after the other have ids one after the other, so that an index with ids in
/// it is written at its end; with random ids each row changed a page of its own in every one.
pub fn new_ordered_uuid() -> Uuid {
    let milliseconds = u64::try_from(now().as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &random_bytes()).into_uuid()
}

/// A new random id of 16 bytes, for projects, users and domains.
pub fn new_hex_id() -> [u8; 16] {
    random_bytes()
}
