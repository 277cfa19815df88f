//! What a policy will delete, as far as that can be said before: every run is taken to succeed.

use jiff::Timestamp;

use super::{Condition, Delete, Item, Origin, Retention, Verdict, judge};

/// A backup that goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departure {
    /// Its place in the items that were given.
    pub index: usize,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: Delete,
}

/// Which of `items` go between `now` and `until`, and when, if a backup is made at each of `runs`
/// (ascending, after `now`). What goes at once has `now` as its time.
///
/// The backups that the runs will have made are counted, and deleted in their turn, but not
/// reported.
pub fn forecast(
    retention: &Retention,
    items: &[Item],
    runs: &[Timestamp],
    now: Timestamp,
    until: Timestamp,
) -> Vec<Departure> {
    let made = runs
        .iter()
        .take_while(|run| **run <= until)
        .map(|run| Item {
            made_at: *run,
            expires_at: retention.rule.expiry(*run),
            origin: Origin::Automatic,
            condition: Condition::Good,
            hold: None,
        });
    let all: Vec<Item> = items.iter().cloned().chain(made).collect();
    let mut moments: Vec<Timestamp> = all[items.len()..].iter().map(|i| i.made_at).collect();
    moments.extend(all.iter().filter_map(|item| item.expires_at));
    moments.retain(|at| *at > now && *at <= until);
    moments.push(now);
    moments.sort_unstable();
    moments.dedup();

    let mut present: Vec<usize> = (0..items.len()).collect();
    let mut arriving = items.len();
    let mut departures = Vec::new();
    for at in moments {
        while arriving < all.len() && all[arriving].made_at <= at {
            present.push(arriving);
            arriving += 1;
        }
        let seen: Vec<Item> = present.iter().map(|&index| all[index].clone()).collect();
        let verdicts = judge(retention, &seen, at);
        let mut stay = Vec::with_capacity(present.len());
        for (&index, verdict) in present.iter().zip(verdicts) {
            match verdict {
                Verdict::Keep(_) => stay.push(index),
                Verdict::Delete(reason) if index < items.len() => {
                    departures.push(Departure { index, at, reason });
                }
                Verdict::Delete(_) => {}
            }
        }
        present = stay;
        // Without anything left that could be reported, the rest is of no interest.
        if !present.iter().any(|&index| index < items.len()) {
            break;
        }
    }
    departures
}
