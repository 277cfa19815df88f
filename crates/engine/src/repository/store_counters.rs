//! How many requests went to stores, how long they took and how many failed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What is asked of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// An object, or a part of it.
    Read,
    /// A new object.
    Write,
    /// The end of an object.
    Delete,
    /// The names of objects.
    List,
}

/// Upper bounds of durations in seconds.
const SECONDS: &[f64] = &[0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 10.0, 60.0];
const NAMES: [&str; 4] = ["read", "write", "delete", "list"];

/// Counters of requests, their repetitions included.
#[derive(Debug, Default)]
pub struct StoreCounters([Counter; 4]);

#[derive(Debug, Default)]
struct Counter {
    errors: AtomicU64,
    micros: AtomicU64,
    /// One more than there are bounds, for what is beyond.
    counts: [AtomicU64; SECONDS.len() + 1],
}

/// What the counters of an operation said at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationFigures {
    /// Upper bounds of durations, in seconds.
    pub bounds: &'static [f64],
    /// Requests by bound; one more than there are bounds, for what is beyond.
    pub counts: Vec<u64>,
    /// How long all of them took.
    pub sum_seconds: f64,
    /// Those that failed after all repetitions.
    pub errors: u64,
}

impl StoreCounters {
    pub(super) fn add(&self, operation: Operation, took: Duration, good: bool) {
        let counter = &self.0[operation as usize];
        let seconds = took.as_secs_f64();
        let at = SECONDS.iter().position(|bound| seconds <= *bound);
        counter.counts[at.unwrap_or(SECONDS.len())].fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        counter.micros.fetch_add(micros, Ordering::Relaxed);
        counter
            .errors
            .fetch_add(u64::from(!good), Ordering::Relaxed);
    }

    /// What they say now, by operation.
    pub fn snapshot(&self) -> Vec<(&'static str, OperationFigures)> {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let figures = |counter: &Counter| OperationFigures {
            bounds: SECONDS,
            counts: counter.counts.iter().map(read).collect(),
            sum_seconds: read(&counter.micros) as f64 / 1e6,
            errors: read(&counter.errors),
        };
        NAMES.into_iter().zip(self.0.iter().map(figures)).collect()
    }
}
