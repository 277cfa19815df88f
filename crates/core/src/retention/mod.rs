//! Which backups of a resource a policy keeps.
//!
//! Judged are the backups of one resource in one vault. What a policy may delete at all are good
//! automatic backups; a manual one, one that has an image, one that is locked or in use, is
//! neither counted nor deleted. The rules (CBR manual: creating a backup policy):
//!
//! - **Count**: the newest so many are kept, and of each of the last so many days, weeks, months
//!   and years *that have a backup* the newest one; what any rule keeps is kept. Periods are
//!   those of the policy's zone, weeks begin on Monday. Periods without backups do not count: a
//!   server that was off for a month does not lose what it has.
//! - **Age**: each backup has got its time when it was made, and keeps it whatever becomes of the
//!   policy.
//! - **Forever**: nothing is deleted but what has a time from before.
//!
//! A backup whose time is over takes no place among those counted.
//!
//! Failed automatic backups hold no data. The newest 10 are kept for 30 days, as a record.
//!
//! The newest good backup of a protected resource stays, whatever a rule says, unless the policy
//! was told otherwise: where backups fail for longer than they are kept, the last one is what is
//! left of the server. A time that a user gave to a single manual backup is not a rule: it holds,
//! and such a backup is not what is left. Nor is one that was imported: it may be of any time.

mod forecast;
mod reason;

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::zone::Zone;
pub use forecast::{Departure, forecast};

/// Most failed automatic backups that are kept of a resource.
pub const FAILED_MAX: usize = 10;
/// How long they are kept.
pub const FAILED_AGE_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long a policy keeps its backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Until somebody deletes them.
    Forever,
    /// So many days of 24 hours, 1 to 99,999; written into each backup when it is made.
    Age(u32),
    /// So many.
    Count(Counts),
}

/// How many backups are kept. What one of the numbers keeps is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// The newest ones.
    pub newest: u32,
    /// Days of which the newest one is kept.
    pub days: u32,
    /// Weeks of which the newest one is kept.
    pub weeks: u32,
    /// Months of which the newest one is kept.
    pub months: u32,
    /// Years of which the newest one is kept.
    pub years: u32,
    /// Whose days, weeks, months and years.
    pub zone: Zone,
}

/// What is asked for a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// The rule of the policy that is applied to the vault; `Forever` where there is none.
    pub rule: Rule,
    /// The policy is applied, but disabled: it deletes nothing.
    pub paused: bool,
    /// The newest good backup stays: the resource is in the vault, and the policy was not told
    /// otherwise.
    pub keep_last: bool,
}

/// Who had a backup made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A policy.
    Automatic,
    /// A user.
    Manual,
    /// A user, of an archive from outside: kept as a manual one, and never the last one that is left.
    Imported,
}

/// What a backup is at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Can be restored.
    Good,
    /// Can be restored, and is just being used for that.
    InUse,
    /// Failed while it was made.
    Failed,
    /// Is being made or deleted.
    Unsettled,
}

/// What holds a backup whatever a policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It is write-once-read-many until its time is over.
    Lock,
    /// There is an image that was made from it.
    Image,
}

/// A backup, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// When it was asked for.
    pub made_at: Timestamp,
    /// When its time is over.
    pub expires_at: Option<Timestamp>,
    /// Who had it made.
    pub origin: Origin,
    /// What it is.
    pub condition: Condition,
    /// What holds it.
    pub hold: Option<Hold>,
}

/// What becomes of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It stays.
    Keep(Keep),
    /// It goes.
    Delete(Delete),
}

/// Why a backup stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keep {
    /// A user made it.
    Manual,
    /// Something holds it.
    Held(Hold),
    /// It is being made, used or deleted.
    Busy,
    /// Its time is not over.
    Until(Timestamp),
    /// It is among those counted.
    Places(Vec<Place>),
    /// No rule limits it.
    Forever,
    /// It is the newest good one of the resource, although a rule would delete it.
    Last,
    /// It failed, and is kept as a record.
    Record,
    /// The policy is disabled.
    Paused,
}

/// What a counting rule keeps a backup for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It is among the newest: 1 is the newest of all.
    Newest(u32),
    /// It is the newest of this day.
    Day(Date),
    /// It is the newest of the week that begins on this Monday.
    Week(Date),
    /// It is the newest of the month that begins on this day.
    Month(Date),
    /// It is the newest of the year that begins on this day.
    Year(Date),
}

/// Why a backup goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delete {
    /// The time it got from its policy is over.
    Expired(Timestamp),
    /// The time a user gave it is over.
    ExpiredAsAsked(Timestamp),
    /// No counting rule keeps it.
    Surplus,
    /// It failed, and there are enough newer ones that did.
    FailedSurplus,
    /// It failed long ago.
    FailedLongAgo,
}

impl Rule {
    /// When the time of a backup that is made at `now` will be over.
    pub fn expiry(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Rule::Age(days) => now
                .checked_add(SignedDuration::from_hours(24 * i64::from(*days)))
                .ok(),
            Rule::Forever | Rule::Count(_) => None,
        }
    }
}

/// Says for each backup of a resource what becomes of it. Of backups made at one instant the
/// later one in `items` counts as the newer.
pub fn judge(retention: &Retention, items: &[Item], now: Timestamp) -> Vec<Verdict> {
    let mut newest_first: Vec<usize> = (0..items.len()).collect();
    newest_first.sort_by_key(|&index| (items[index].made_at, index));
    newest_first.reverse();

    let counted: Vec<usize> = newest_first
        .iter()
        .copied()
        .filter(|&index| counts(&items[index], now))
        .collect();
    let places = match &retention.rule {
        Rule::Count(rule) => Some(places(rule, items, &counted)),
        Rule::Forever | Rule::Age(_) => None,
    };
    let mut failed_before = 0;
    let mut verdicts = vec![Verdict::Keep(Keep::Forever); items.len()];
    for &index in &newest_first {
        let item = &items[index];
        let failed = item.origin == Origin::Automatic && item.condition == Condition::Failed;
        verdicts[index] = match failed {
            true => judge_failed(item, failed_before, now),
            false => judge_one(item, places.as_ref().map(|p| &p[index]), now),
        };
        failed_before += usize::from(failed);
        let by_policy = matches!(&verdicts[index],
            Verdict::Delete(reason) if !matches!(reason, Delete::ExpiredAsAsked(_)));
        if retention.paused && by_policy {
            verdicts[index] = Verdict::Keep(Keep::Paused);
        }
    }
    if retention.keep_last {
        let last = newest_first.iter().copied().find(|&index| {
            let good = matches!(items[index].condition, Condition::Good | Condition::InUse);
            // One whose user's time is over goes as soon as nothing holds it: it is no last one.
            let item = &items[index];
            let asked = item.origin == Origin::Manual && is_over(item, now).is_some();
            good && !asked && item.origin != Origin::Imported
        });
        if let Some(last) = last
            && matches!(verdicts[last], Verdict::Delete(_))
        {
            verdicts[last] = Verdict::Keep(Keep::Last);
        }
    }
    verdicts
}

fn is_over(item: &Item, now: Timestamp) -> Option<Timestamp> {
    item.expires_at.filter(|at| *at <= now)
}

/// Whether a backup takes a place among those counted.
fn counts(item: &Item, now: Timestamp) -> bool {
    let good = matches!(item.condition, Condition::Good | Condition::InUse);
    good && item.origin == Origin::Automatic && item.hold.is_none() && is_over(item, now).is_none()
}

fn judge_failed(item: &Item, failed_before: usize, now: Timestamp) -> Verdict {
    if failed_before >= FAILED_MAX {
        return Verdict::Delete(Delete::FailedSurplus);
    }
    match now.duration_since(item.made_at) > FAILED_AGE_MAX {
        true => Verdict::Delete(Delete::FailedLongAgo),
        false => Verdict::Keep(Keep::Record),
    }
}

/// `places`: what the counting rule keeps the backup for, where there is such a rule.
fn judge_one(item: &Item, places: Option<&Vec<Place>>, now: Timestamp) -> Verdict {
    if matches!(item.condition, Condition::InUse | Condition::Unsettled) {
        return Verdict::Keep(Keep::Busy);
    }
    match (item.hold, is_over(item, now)) {
        (Some(Hold::Image), _) => return Verdict::Keep(Keep::Held(Hold::Image)),
        (Some(Hold::Lock), None) => return Verdict::Keep(Keep::Held(Hold::Lock)),
        (Some(Hold::Lock) | None, Some(at)) => {
            return Verdict::Delete(match item.origin {
                Origin::Automatic => Delete::Expired(at),
                Origin::Manual | Origin::Imported => Delete::ExpiredAsAsked(at),
            });
        }
        (None, None) => {}
    }
    if item.origin != Origin::Automatic {
        return Verdict::Keep(Keep::Manual);
    }
    match (places, item.expires_at) {
        (Some(places), _) if places.is_empty() => Verdict::Delete(Delete::Surplus),
        (Some(places), None) => Verdict::Keep(Keep::Places(places.clone())),
        (_, Some(at)) => Verdict::Keep(Keep::Until(at)),
        (None, None) => Verdict::Keep(Keep::Forever),
    }
}

/// The places of each of `items`; `counted` are those that can have one, newest first.
fn places(rule: &Counts, items: &[Item], counted: &[usize]) -> Vec<Vec<Place>> {
    let mut places = vec![Vec::new(); items.len()];
    for (&index, rank) in counted.iter().zip(1..=rule.newest) {
        places[index].push(Place::Newest(rank));
    }
    type Period = fn(Date) -> Place;
    let periods: [(u32, Period); 4] = [
        (rule.days, Place::Day),
        (rule.weeks, |day| Place::Week(monday(day))),
        (rule.months, |day| Place::Month(day.first_of_month())),
        (rule.years, |day| Place::Year(day.first_of_year())),
    ];
    for (number, period) in periods {
        let mut last = None;
        let mut left = number;
        for &index in counted {
            let place = period(rule.zone.date(items[index].made_at));
            if left == 0 {
                break;
            }
            if last != Some(place) {
                places[index].push(place);
                last = Some(place);
                left -= 1;
            }
        }
    }
    places
}

fn monday(day: Date) -> Date {
    let back = i64::from(day.weekday().since(Weekday::Monday));
    // At the first days of the calendar the week is cut.
    day.checked_sub(back.days()).unwrap_or(Date::MIN)
}

/// How many backups each verdict concerns, for a summary.
pub fn summary(verdicts: &[Verdict]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for verdict in verdicts {
        *counts.entry(verdict.word()).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests;
