//! The two-phase protocol (`docs/format.md`, "How it is written") as a model, gone through completely:
//! backup x delete x reclaim x compaction x reader x crash.
//!
//! One step is one request to the store. The lists that safety hangs on begin and end in different
//! steps, and of what came or went in between they show any part. The model has few objects and all the orders they can
//! be worked on in:
//!
//! - the log, and the newest tally of what is counted up to one of its entries;
//! - pack X with the blobs X0 and X1, of old backups O (X0, X1) and, in some scenes, Q (X0);
//! - writer W1, whose pack is Y, and its next attempt W2, whose pack is Z; both build on O and may
//!   refer to any blob of X that is there and not condemned. In some scenes they back up another disk:
//!   nothing of O is held for them, and what they refer to in X they know from its directory alone; or
//!   W2 writes another backup, and refers to what W1 has stored and not committed (deduplication);
//! - a deletion of O, a reader of O, and two reclaims, each run several times;
//! - crashes: of the writer with its manifest still on its way, of either reclaim, of the deletion.

mod explorer;
mod reclaim;
mod vault;

use explorer::explore;
use vault::{Bug, Scene, Vault};

/// The scenes: together they have every party beside every other one.
fn scenes() -> Vec<(&'static str, Scene)> {
    let none = Scene::default();
    vec![
        (
            "backup x delete x reclaim x crash",
            Scene {
                writer: true,
                delete: true,
                passes: [1, 0],
                crashes: 1,
                ..none
            },
        ),
        (
            "backup x its next attempt x reclaim x crash",
            Scene {
                writer: true,
                retry: true,
                passes: [1, 0],
                crashes: 1,
                ..none
            },
        ),
        (
            "backup x delete x compaction x crash",
            Scene {
                writer: true,
                delete: true,
                other: true,
                passes: [1, 0],
                crashes: 1,
                ..none
            },
        ),
        (
            "reader x delete x reclaim x crash",
            Scene {
                reader: true,
                delete: true,
                passes: [1, 0],
                crashes: 1,
                ..none
            },
        ),
        (
            "reader of another backup x delete x compaction x crash",
            Scene {
                reader: true,
                delete: true,
                other: true,
                passes: [2, 0],
                crashes: 1,
                ..none
            },
        ),
        (
            "reader x delete x two reclaims",
            Scene {
                reader: true,
                delete: true,
                passes: [1, 1],
                ..none
            },
        ),
        (
            "backup of another disk x delete x reclaim x crash",
            Scene {
                writer: true,
                apart: true,
                delete: true,
                passes: [1, 0],
                crashes: 1,
                ..none
            },
        ),
        (
            "backup of another disk x delete x compaction x crash",
            Scene {
                writer: true,
                apart: true,
                delete: true,
                other: true,
                passes: [1, 0],
                crashes: 1,
                ..none
            },
        ),
        (
            "backup of another disk x two compactions",
            Scene {
                writer: true,
                apart: true,
                deleted: true,
                other: true,
                passes: [1, 1],
                ..none
            },
        ),
        (
            "backup of another disk x two reclaims x a pack that comes back",
            Scene {
                writer: true,
                apart: true,
                deleted: true,
                returns: true,
                passes: [1, 1],
                ..none
            },
        ),
        (
            "backup of another disk x compaction x a generation that comes back",
            Scene {
                writer: true,
                apart: true,
                deleted: true,
                other: true,
                returns: true,
                passes: [1, 0],
                ..none
            },
        ),
        (
            "backup x one that refers to its packs x reclaim x crash",
            Scene {
                writer: true,
                retry: true,
                stranger: true,
                apart: true,
                passes: [1, 0],
                crashes: 1,
                ..none
            },
        ),
        (
            "backup x delete x two reclaims",
            Scene {
                writer: true,
                delete: true,
                passes: [1, 1],
                ..none
            },
        ),
    ]
}

#[test]
fn every_order_is_safe() {
    let mut states = 0;
    for (name, scene) in scenes() {
        let begun = std::time::Instant::now();
        let explored = explore(&Vault { scene, bug: None });
        println!(
            "{name}: {} states, {} ends, {:.1?}",
            explored.states,
            explored.ends,
            begun.elapsed()
        );
        if let Some((wrong, path)) = explored.counterexample {
            panic!("{name}: {wrong}:\n  {}", path.join("\n  "));
        }
        assert!(explored.ends > 0);
        states += explored.states;
    }
    println!("{states} states in all");
}

#[test]
fn every_planted_mistake_has_a_counterexample() {
    let mut missed = Vec::new();
    for bug in Bug::ALL {
        let found = scenes().into_iter().find_map(|(name, scene)| {
            let bug = Some(bug);
            let explored = explore(&Vault { scene, bug });
            explored.counterexample.map(|found| (name, found))
        });
        let Some((name, (wrong, path))) = found else {
            missed.push(bug);
            continue;
        };
        println!("{bug:?}: {name}: {wrong}, in {} steps:", path.len());
        println!("  {}", path.join("\n  "));
    }
    assert!(missed.is_empty(), "without a counterexample: {missed:?}");
}
