//! When a policy runs.
//!
//! A schedule is up to 24 iCalendar rules (RFC 2445), a zone and a start. Its occurrences are
//! instants: what the rules name as civil time of the zone from the day of the start on, at or
//! after the start. Rules that name one time together give one occurrence.
//!
//! Two runs are at least an hour apart on the clocks of the zone; rules that break this are
//! refused. Daylight saving: of a time that exists twice the first is meant, and a time that does
//! not exist is moved by the gap ([`Zone::instant`]), so that no day goes without its backup; if
//! another rule names that time too, both are one run.

pub mod rule;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::cbr::Refusal;
use crate::zone::Zone;
pub use rule::{Days, Rule};

/// Most rules of a schedule.
pub const RULES_MAX: usize = 24;
/// Least distance of two runs, in minutes on the zone's clocks.
pub const DISTANCE_MINUTES_MIN: u16 = 60;
const DAY_MINUTES: u16 = 24 * 60;
/// Days on each side of a day whose civil times may fall on it as instants: zones have skipped a
/// whole day (Samoa, 30 December 2011), and moved by one.
const SLACK_DAYS: i64 = 2;

/// When a policy runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    rules: Vec<Rule>,
    zone: Zone,
    start: Timestamp,
}

impl Schedule {
    /// Reads the rules of a policy. `field` names the list in refusals; `start` is when they were
    /// set: rules of every so many days count from its day in `zone`.
    pub fn new(
        field: &str,
        patterns: &[String],
        zone: Zone,
        start: Timestamp,
    ) -> Result<Schedule, Refusal> {
        if !(1..=RULES_MAX).contains(&patterns.len()) {
            return Err(Refusal::parameter(
                field,
                format_args!("must have 1 to {RULES_MAX} entries"),
            ));
        }
        let mut rules = Vec::new();
        for (index, text) in patterns.iter().enumerate() {
            let refuse = |problem| Refusal::parameter(&format!("{field}[{index}]"), problem);
            rules.push(Rule::parse(text).map_err(refuse)?);
        }
        let schedule = Schedule { rules, zone, start };
        match schedule.too_close() {
            None => Ok(schedule),
            Some((a, b)) => Err(Refusal::parameter(
                &format!("{field}[{b}]"),
                format_args!("comes less than an hour before or after a run of rule {a}"),
            )
            .hint("Runs of a policy must be at least an hour apart.")),
        }
    }

    /// The zone in which the rules are meant.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The first occurrence after `at`. None where the calendar ends.
    pub fn next_after(&self, at: Timestamp) -> Option<Timestamp> {
        let floor = at.max(self.start);
        let first = self.zone.date(floor);
        let mut best: Option<Timestamp> = None;
        let longest = i64::from(rule::INTERVAL_MAX) + 2 * SLACK_DAYS + 1;
        for day in -SLACK_DAYS..=longest {
            let date = first.checked_add(day.days()).ok()?;
            for instant in self.on(date) {
                let fits = instant > at && instant >= self.start;
                if fits && best.is_none_or(|b| instant < b) {
                    best = Some(instant);
                }
            }
            let settled = |b| self.zone.date(b).checked_add(SLACK_DAYS.days()).ok() < Some(date);
            if best.is_some_and(settled) {
                break;
            }
        }
        best
    }

    /// The last occurrence in the span from after `after` to `until`.
    pub fn last_between(&self, after: Timestamp, until: Timestamp) -> Option<Timestamp> {
        let after = after.max(self.start.saturating_sub(1.nanosecond()).ok()?);
        if until <= after {
            return None;
        }
        let last = self.zone.date(until);
        let first = self.zone.date(after);
        let mut best: Option<Timestamp> = None;
        for day in -SLACK_DAYS..=i64::from(rule::INTERVAL_MAX) + 2 * SLACK_DAYS + 1 {
            let date = last.checked_sub(day.days()).ok()?;
            let found = self.on(date).filter(|i| *i > after && *i <= until).max();
            best = best.max(found);
            let early = date.checked_add(SLACK_DAYS.days()).is_ok_and(|d| d < first);
            let settled = |b| self.zone.date(b).checked_sub(SLACK_DAYS.days()).ok() > Some(date);
            if early || best.is_some_and(settled) {
                break;
            }
        }
        best
    }

    /// The occurrences after `after`, one after the other.
    pub fn after(&self, after: Timestamp) -> impl Iterator<Item = Timestamp> + '_ {
        std::iter::successors(self.next_after(after), |at| self.next_after(*at))
    }

    /// The occurrences from after `after` to `until`.
    pub fn between(
        &self,
        after: Timestamp,
        until: Timestamp,
    ) -> impl Iterator<Item = Timestamp> + '_ {
        self.after(after).take_while(move |at| *at <= until)
    }

    /// The instants that the rules name on a day, in no order, before the start is asked for.
    fn on(&self, date: Date) -> impl Iterator<Item = Timestamp> + '_ {
        let start = self.zone.date(self.start);
        self.rules
            .iter()
            .filter(move |rule| rule.days.has(date, start))
            .flat_map(Rule::times)
            .filter_map(move |time| self.zone.instant(date.to_datetime(time)))
    }

    /// Two rules whose runs come within an hour of each other, the earlier in the list first.
    fn too_close(&self) -> Option<(usize, usize)> {
        let start = self.zone.date(self.start).weekday();
        for (b, later) in self.rules.iter().enumerate() {
            for (a, earlier) in self.rules.iter().enumerate().take(b + 1) {
                let same_day = earlier.days.meets(later.days, 0, start);
                let next_day = earlier.days.meets(later.days, 1, start);
                let day_before = later.days.meets(earlier.days, 1, start);
                let clash = earlier.minutes.iter().any(|&x| {
                    later.minutes.iter().any(|&y| {
                        let near = |distance: u16| distance < DISTANCE_MINUTES_MIN;
                        (same_day && x != y && near(x.abs_diff(y)))
                            || (next_day && near(DAY_MINUTES - x + y))
                            || (day_before && near(DAY_MINUTES - y + x))
                    })
                });
                if clash {
                    return Some((a, b));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
