//! Schedules against another reading of iCalendar rules (`rrule`) and another time zone database
//! and library (`chrono-tz`).
//!
//! `rrule` gives the civil times that the rules name; what instants they are is asked of
//! `chrono-tz`: of a time that exists twice the first, and for one that does not exist the time as
//! long after the gap as it lies in it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, LocalResult, NaiveDateTime, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use coffer_core::schedule::{Rule, Schedule};
use coffer_core::zone::Zone;
use jiff::{SignedDuration, Timestamp};
use rrule::RRuleSet;

#[path = "support/dice.rs"]
mod dice;
use dice::Dice;

const CASES: u64 = 110_000;
const DAY: i64 = 86_400;
/// 1996 to 2036.
const FIRST: i64 = 820_454_400;
const SPAN: i64 = 1_270_000_000;

/// One rule; hours at least an hour apart, so that rules alone are legal.
fn rule(dice: &mut Dice, minute: u64) -> String {
    let mut hours: BTreeSet<u64> = (0..1 + dice.below(3)).map(|_| dice.below(24)).collect();
    // Clocks change in the small hours.
    if dice.below(2) == 0 {
        hours.insert(dice.below(4));
    }
    let hours: Vec<String> = hours.iter().map(u64::to_string).collect();
    let hours = hours.join(",");
    match dice.below(2) {
        0 => {
            let any = 1 + dice.below(30);
            let interval = dice.pick(&[1, 1, 1, 2, 3, 7, 14, 30, any]);
            format!("FREQ=DAILY;INTERVAL={interval};BYHOUR={hours};BYMINUTE={minute:02}")
        }
        _ => {
            let mut days = vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
            for _ in 0..dice.below(7) {
                let gone = dice.below(days.len() as u64);
                days.remove(usize::try_from(gone).unwrap());
            }
            let days = days.join(",");
            format!("FREQ=WEEKLY;BYDAY={days};BYHOUR={hours};BYMINUTE={minute:02}")
        }
    }
}

fn local(zone: Tz, at: i64) -> NaiveDateTime {
    let utc = DateTime::<Utc>::from_timestamp(at, 0).unwrap();
    utc.with_timezone(&zone).naive_local()
}

/// The instant of a civil time, and whether the clocks are put forward over it.
fn instant(zone: Tz, civil: NaiveDateTime) -> (i64, bool) {
    match zone.from_local_datetime(&civil) {
        LocalResult::Single(at) => (at.timestamp(), false),
        LocalResult::Ambiguous(first, _) => (first.timestamp(), false),
        LocalResult::None => {
            let mut back = civil;
            loop {
                back -= Duration::minutes(1);
                if let Some(before) = zone.from_local_datetime(&back).latest() {
                    return (before.timestamp() + (civil - back).num_seconds(), true);
                }
            }
        }
    }
}

/// The seconds of all runs from after `after` to `until`, and how many clocks skip.
fn oracle(rules: &[String], zone: Tz, start: i64, after: i64, until: i64) -> (Vec<i64>, usize) {
    let begin = local(zone, start).date();
    let floor = Utc.from_utc_datetime(&(local(zone, after) - Duration::days(3)));
    let ceiling = Utc.from_utc_datetime(&(local(zone, until) + Duration::days(3)));
    let mut found = BTreeSet::new();
    let mut skipped = 0;
    for rule in rules {
        let text = format!(
            "DTSTART:{}T000000Z\nRRULE:{rule};BYSECOND=0;WKST=MO",
            begin.format("%Y%m%d")
        );
        let set: RRuleSet = text.parse().expect(&text);
        let set = set
            .after(floor.with_timezone(&rrule::Tz::UTC))
            .before(ceiling.with_timezone(&rrule::Tz::UTC));
        for civil in set.all(60_000).dates {
            let (at, gap) = instant(zone, civil.naive_utc());
            if at > after && at <= until && at >= start {
                skipped += usize::from(gap);
                found.insert(at);
            }
        }
    }
    (found.into_iter().collect(), skipped)
}

/// A change of the zone's clocks near `around`, if there is one within a year.
fn change_near(zone: Tz, around: i64) -> Option<i64> {
    let offset = |at: i64| (local(zone, at).and_utc().timestamp()) - at;
    let step =
        (0..370).find(|day| offset(around + day * DAY) != offset(around + (day + 1) * DAY))?;
    let (mut low, mut high) = (around + step * DAY, around + (step + 1) * DAY);
    while high - low > 1 {
        let middle = i64::midpoint(low, high);
        match offset(middle) == offset(low) {
            true => low = middle,
            false => high = middle,
        }
    }
    Some(high)
}

/// Zones that both databases know and give the same offsets. They are of different years: what
/// governments decided in between is no disagreement about schedules.
fn zones() -> Vec<(Tz, Zone)> {
    let known = |tz: &Tz| Some((*tz, Zone::parse(tz.name())?));
    let alike = |(tz, zone): &(Tz, Zone)| {
        (FIRST..FIRST + SPAN + 500 * DAY)
            .step_by(86_400)
            .all(|at| local(*tz, at).and_utc().timestamp() == ours(zone, at))
    };
    TZ_VARIANTS.iter().filter_map(known).filter(alike).collect()
}

/// What the clocks show, as seconds since 1970 on them.
fn ours(zone: &Zone, at: i64) -> i64 {
    let civil = zone.civil(Timestamp::from_second(at).unwrap());
    Zone::utc().instant(civil).unwrap().as_second()
}

#[test]
fn schedules_agree_with_rrule() {
    let seed = dice::seed();
    let mut dice = Dice::new(seed);
    let zones = zones();
    assert!(zones.len() > 500, "{} zones", zones.len());
    let (mut runs, mut changes, mut skipped) = (0_usize, 0_u64, 0_usize);
    for number in 0..CASES {
        let (tz, zone) = zones[usize::try_from(dice.below(zones.len() as u64)).unwrap()].clone();
        let minute = dice.below(60);
        let rules: Vec<String> = (0..1 + dice.below(4))
            .map(|_| rule(&mut dice, minute))
            .collect();
        // Half of them about a change of the clocks.
        let around = FIRST + i64::try_from(dice.below(SPAN as u64)).unwrap();
        let change = (dice.below(2) == 0)
            .then(|| change_near(tz, around))
            .flatten();
        changes += u64::from(change.is_some());
        let middle = change.unwrap_or(around);
        let after = middle - i64::try_from(dice.below(3 * 86_400)).unwrap();
        let until = middle + i64::try_from(dice.below(12 * 86_400)).unwrap();
        let start = after + 2 * DAY - i64::try_from(dice.below(80 * 86_400)).unwrap();
        let at = |seconds: i64| Timestamp::from_second(seconds).unwrap();

        let schedule = Schedule::new("pattern", &rules, zone, at(start)).unwrap();
        let ours: Vec<i64> = schedule
            .between(at(after), at(until))
            .map(|t| t.as_second())
            .collect();
        let (expected, gaps) = oracle(&rules, tz, start, after, until);
        let shown = || format!("case {number} of seed {seed}: {rules:?} in {tz} from {start}");
        assert_eq!(ours, expected, "{} in {after}..={until}", shown());
        let last = schedule.last_between(at(after), at(until));
        assert_eq!(
            last.map(|t| t.as_second()),
            expected.last().copied(),
            "{}",
            shown()
        );
        if let Some(first) = expected.first() {
            assert_eq!(
                schedule.next_after(at(after)),
                Some(at(*first)),
                "{}",
                shown()
            );
        }
        runs += expected.len();
        skipped += gaps;
    }
    println!(
        "{CASES} cases over {} zones, {changes} of them about a change of the clocks, {runs} runs, \
         {skipped} at times that the clocks skip, seed {seed}: no difference",
        zones.len()
    );
    assert!(skipped > 500 && changes > CASES / 8);
}

/// Rules are refused exactly where two runs are less than an hour apart on the clocks.
#[test]
fn the_hour_between_runs_is_found_as_by_trying_all_days() {
    let mut dice = Dice::new(dice::seed());
    let start: Timestamp = "2024-01-03T00:00:00Z".parse().unwrap();
    let date = Zone::utc().date(start);
    let mut refused = 0;
    for _ in 0..20_000 {
        let rules: Vec<String> = (0..1 + dice.below(3))
            .map(|_| {
                let minute = dice.below(60);
                rule(&mut dice, minute)
            })
            .collect();
        let parsed: Vec<Rule> = rules.iter().map(|r| Rule::parse(r).unwrap()).collect();
        let mut minutes = BTreeSet::new();
        // Two rules repeat together after at most 30 * 29 days.
        for day in 0..30 * 29 + 2 {
            let on = date + SignedDuration::from_hours(24 * day);
            for rule in parsed.iter().filter(|r| r.days.has(on, date)) {
                minutes.extend(rule.minutes.iter().map(|m| day * 1440 + i64::from(*m)));
            }
        }
        let list: Vec<i64> = minutes.into_iter().collect();
        let close = list.windows(2).any(|pair| pair[1] - pair[0] < 60);
        let result = Schedule::new("pattern", &rules, Zone::utc(), start);
        assert_eq!(result.is_err(), close, "{rules:?}");
        refused += u32::from(close);
    }
    assert!((2_000..18_000).contains(&refused), "{refused}");
}
