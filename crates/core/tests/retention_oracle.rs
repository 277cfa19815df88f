//! Retention against a keeper that was written another way: by what is newer, not by counting
//! down, and with the calendar and the time zones of another library.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use coffer_core::retention::{
    Condition, Counts, Hold, Item, Origin, Retention, Rule, Verdict, judge,
};
use coffer_core::zone::Zone;
use jiff::Timestamp;

#[path = "support/dice.rs"]
mod dice;
use dice::Dice;

const CASES: u64 = 120_000;

struct Case {
    retention: Retention,
    zone: Tz,
    items: Vec<Item>,
    now: i64,
}

const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "America/St_Johns",
];

fn case(dice: &mut Dice) -> Case {
    let name = dice.pick(&ZONES);
    let zone: Tz = name.parse().unwrap();
    let small = |dice: &mut Dice, max: u64| match dice.below(3) {
        0 => 0,
        _ => u32::try_from(dice.below(max)).unwrap(),
    };
    let rule = match dice.below(8) {
        0 => Rule::Forever,
        1 => Rule::Age(1 + u32::try_from(dice.below(90)).unwrap()),
        _ => Rule::Count(Counts {
            newest: small(dice, 9),
            days: small(dice, 9),
            weeks: small(dice, 6),
            months: small(dice, 6),
            years: small(dice, 4),
            zone: Zone::parse(name).unwrap(),
        }),
    };
    let retention = Retention {
        rule,
        paused: dice.below(20) == 0,
        keep_last: dice.below(5) > 0,
    };
    // 1996 to 2035; the backups lie within a few days, months or years, often on whole hours.
    let base = 820_454_400 + i64::try_from(dice.below(1_230_000_000)).unwrap();
    let width = dice.pick(&[3_u64, 40, 400, 1500]) * 86_400;
    let mut items = Vec::new();
    for _ in 0..dice.below(40) {
        let mut made = base + i64::try_from(dice.below(width)).unwrap();
        if dice.below(2) == 0 {
            made -= made.rem_euclid(3600);
        }
        let expires =
            (dice.below(3) == 0).then(|| made + i64::try_from(dice.below(width)).unwrap());
        items.push(Item {
            made_at: Timestamp::from_second(made).unwrap(),
            expires_at: expires.map(|at| Timestamp::from_second(at).unwrap()),
            origin: dice.pick(&[
                Origin::Automatic,
                Origin::Automatic,
                Origin::Automatic,
                Origin::Manual,
                Origin::Imported,
            ]),
            condition: match dice.below(10) {
                0 => Condition::InUse,
                1 => Condition::Failed,
                2 => Condition::Unsettled,
                _ => Condition::Good,
            },
            hold: match dice.below(12) {
                0 => Some(Hold::Image),
                1 => Some(Hold::Lock),
                _ => None,
            },
        });
    }
    let now = base + i64::try_from(width + dice.below(width)).unwrap();
    Case {
        retention,
        zone,
        items,
        now,
    }
}

/// Which backups are left.
fn brute_force(case: &Case) -> BTreeSet<usize> {
    let items = &case.items;
    let newer = |a: usize, b: usize| (items[a].made_at, a) > (items[b].made_at, b);
    let over = |i: usize| {
        items[i]
            .expires_at
            .is_some_and(|at| at.as_second() <= case.now)
    };
    let automatic = |i: usize| items[i].origin == Origin::Automatic;
    let good = |i: usize| matches!(items[i].condition, Condition::Good | Condition::InUse);
    let counted: Vec<usize> = (0..items.len())
        .filter(|&i| automatic(i) && good(i) && items[i].hold.is_none() && !over(i))
        .collect();
    let day = |i: usize| -> NaiveDate {
        let utc = DateTime::<Utc>::from_timestamp(items[i].made_at.as_second(), 0).unwrap();
        utc.with_timezone(&case.zone).date_naive()
    };
    type Key = (i32, u32);
    let keys: [fn(NaiveDate) -> Key; 4] = [
        |d| (d.year(), d.ordinal()),
        |d| (d.iso_week().year(), d.iso_week().week()),
        |d| (d.year(), d.month()),
        |d| (d.year(), 0),
    ];
    let kept_by_count = |i: usize| -> bool {
        let Rule::Count(rule) = &case.retention.rule else {
            return true;
        };
        let above: Vec<usize> = counted.iter().copied().filter(|&o| newer(o, i)).collect();
        let numbers = [rule.days, rule.weeks, rule.months, rule.years];
        above.len() < rule.newest as usize
            || keys.iter().zip(numbers).any(|(key, number)| {
                let mine = key(day(i));
                let others: BTreeSet<Key> = above.iter().map(|&o| key(day(o))).collect();
                !others.contains(&mine) && others.len() < number as usize
            })
    };
    // 0 stays, 1 goes by rule, 2 goes because its user said so.
    let fate = |i: usize| -> u8 {
        let item = &items[i];
        if automatic(i) && item.condition == Condition::Failed {
            let above = (0..items.len())
                .filter(|&o| automatic(o) && items[o].condition == Condition::Failed && newer(o, i))
                .count();
            let old = case.now - item.made_at.as_second() > 30 * 86_400;
            return u8::from(above >= 10 || old);
        }
        let busy = matches!(item.condition, Condition::InUse | Condition::Unsettled);
        if busy || item.hold == Some(Hold::Image) {
            return 0;
        }
        if over(i) {
            return if automatic(i) { 1 } else { 2 };
        }
        if !automatic(i) || item.hold.is_some() {
            return 0;
        }
        u8::from(!kept_by_count(i))
    };
    let last = (0..items.len())
        .filter(|&i| good(i) && items[i].origin != Origin::Imported)
        .filter(|&i| automatic(i) || !over(i))
        .max_by_key(|&i| (items[i].made_at, i));
    (0..items.len())
        .filter(|&i| match fate(i) {
            0 => true,
            1 => case.retention.paused || (case.retention.keep_last && last == Some(i)),
            _ => false,
        })
        .collect()
}

#[test]
fn retention_agrees_with_a_brute_force_keeper() {
    let seed = dice::seed();
    let mut dice = Dice::new(seed);
    let (mut judged, mut deleted) = (0_u64, 0_u64);
    for number in 0..CASES {
        let case = case(&mut dice);
        let now = Timestamp::from_second(case.now).unwrap();
        let left: BTreeSet<usize> = judge(&case.retention, &case.items, now)
            .iter()
            .enumerate()
            .filter(|(_, verdict)| matches!(verdict, Verdict::Keep(_)))
            .map(|(index, _)| index)
            .collect();
        let expected = brute_force(&case);
        assert_eq!(
            left, expected,
            "case {number} of seed {seed}: {:?} at {now} of {:#?}",
            case.retention, case.items
        );
        judged += case.items.len() as u64;
        deleted += (case.items.len() - left.len()) as u64;
    }
    println!(
        "{CASES} cases, {judged} backups judged, {deleted} deleted, seed {seed}: no difference"
    );
    assert!(deleted > judged / 10 && deleted < judged * 9 / 10);
}
