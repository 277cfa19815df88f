//! The repository as a deterministic simulation: parties that work on one vault beside each other, over a
//! store that fails as its contract allows, killed at any request, all from one seed.
//!
//! `COFFER_TEST_SEEDS=n` tries n seeds; `COFFER_TEST_SEED=s` runs one and prints what happened.
//! What is checked, and what it has been shown to find, is in `docs/proofs.md`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod contents;
mod mistakes;
mod model;
mod parties;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use coffer_engine::testkit::option;
use mistakes::Mistake;
use parties::{Plan, Told, run};

/// Seeds of one run of the suite.
const SEEDS: u64 = 10_000;

/// Runs seeds on all processors until `until` says so. What was seen is added up.
fn run_all(seeds: std::ops::Range<u64>, plan: impl Fn(u64) -> Plan + Sync) -> (Told, u64) {
    let next = AtomicU64::new(seeds.start);
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get());
    let work = || {
        let (mut sum, mut done) = (Told::default(), 0);
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return (sum, done);
            }
            let told = run(plan(seed));
            done += 1;
            if let Some(found) = told.violation {
                // Nobody begins another one.
                next.store(seeds.end, Ordering::Relaxed);
                sum.violation = Some(format!("seed {seed}: {found}"));
                return (sum, done);
            }
            sum.add(told);
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let (mut all, mut seeds) = (Told::default(), 0);
        for worker in workers {
            let (sum, done) = worker.join().unwrap();
            all.add(sum);
            seeds += done;
        }
        (all, seeds)
    })
}

#[test]
fn nothing_is_lost_and_nothing_comes_back() {
    if let Some(seed) = option("COFFER_TEST_SEED") {
        let told = run(Plan {
            keep_trace: true,
            ..Plan::of(seed)
        });
        println!("{}", told.trace);
        assert_eq!(told.violation, None);
        return;
    }
    let begun = Instant::now();
    let from = option("COFFER_TEST_SEEDS_FROM").unwrap_or(0);
    let count = option("COFFER_TEST_SEEDS").unwrap_or(SEEDS);
    let (told, seeds) = run_all(from..from + count, Plan::of);
    println!("{seeds} seeds in {:.1?}: {told:?}", begun.elapsed());
    assert_eq!(told.violation, None, "replay it with COFFER_TEST_SEED");
    // It must have seen what it is there for.
    assert!(told.kills > seeds && told.committed > seeds, "{told:?}");
    assert!(told.packs_freed > seeds, "{told:?}");
    assert!(told.packs_compacted > seeds / 20, "{told:?}");
    assert!(told.strays < seeds / 20 + told.returned, "{told:?}");
    assert!(told.adopted > seeds / 20, "{told:?}");
    assert!(told.held > seeds / 50, "{told:?}");
    assert!(
        told.deduplicated > seeds && told.foreign > seeds / 2,
        "{told:?}"
    );
    assert!(told.meddled > seeds / 8, "{told:?}");
    assert!(told.returned > seeds / 40, "{told:?}");
}

#[test]
fn the_same_seed_goes_the_same_way() {
    for seed in 0..40 {
        let (first, second) = (run(Plan::of(seed)), run(Plan::of(seed)));
        assert_eq!(first, second, "seed {seed}");
        assert!(first.requests > 100);
    }
    let (one, other) = (run(Plan::of(1)), run(Plan::of(2)));
    assert_ne!(one.fingerprint, other.fingerprint);
}

/// Seeds until a planted mistake must have been found.
const SEEDS_TO_FIND: u64 = 2000;

/// The mistakes that are known to be found in so few. With `COFFER_TEST_MISTAKES` all of them are
/// tried.
const SURELY_FOUND: [Mistake; 9] = [
    Mistake::ReclaimWithoutSessions,
    Mistake::CountsLost,
    Mistake::LiftedTooEarly,
    Mistake::CompactionDropsBlob,
    Mistake::OldGenerationFirst,
    Mistake::RefersToCondemned,
    Mistake::DirectoryFromBefore,
    Mistake::LiftedBeforeGone,
    Mistake::DigestPrefix,
];

#[test]
fn planted_mistakes_are_found() {
    let mistakes: &[Mistake] = match option("COFFER_TEST_MISTAKES") {
        Some(_) => &Mistake::ALL,
        None => &SURELY_FOUND,
    };
    let mut missed = Vec::new();
    for mistake in mistakes.iter().copied() {
        let begun = Instant::now();
        let plan = |seed| Plan {
            mistake: Some(mistake),
            ..Plan::of(seed)
        };
        let (told, seeds) = run_all(0..SEEDS_TO_FIND, plan);
        let took = begun.elapsed();
        match told.violation {
            Some(found) => println!("{mistake:?}: after {seeds} seeds, {took:.1?}: {found}"),
            None => missed.push(mistake),
        }
    }
    assert!(missed.is_empty(), "not found: {missed:?}");
}
