use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    let text = match text.len() {
        10 => format!("{text}T02:00:00Z"),
        _ => format!("{text}:00Z"),
    };
    text.parse().unwrap()
}

fn auto(text: &str) -> Item {
    Item {
        made_at: at(text),
        expires_at: None,
        origin: Origin::Automatic,
        condition: Condition::Good,
        hold: None,
    }
}

fn counts_of(newest: u32, days: u32, weeks: u32, months: u32, years: u32) -> Rule {
    Rule::Count(Counts {
        newest,
        days,
        weeks,
        months,
        years,
        zone: Zone::utc(),
    })
}

fn retention(rule: Rule) -> Retention {
    Retention {
        rule,
        paused: false,
        keep_last: true,
    }
}

/// The words of the verdicts.
#[track_caller]
fn check(retention: &Retention, items: &[Item], now: &str, expected: &[&str]) {
    let words: Vec<&str> = judge(retention, items, at(now))
        .iter()
        .map(Verdict::word)
        .collect();
    assert_eq!(words, expected);
}

#[test]
fn the_newest_are_kept() {
    // The manual's example: daily, keep 3, set on Monday: on Saturday there are three.
    let week = [
        "2024-01-02",
        "2024-01-03",
        "2024-01-04",
        "2024-01-05",
        "2024-01-06",
    ];
    check(
        &retention(counts_of(3, 0, 0, 0, 0)),
        &week.map(auto),
        "2024-01-06T11:00",
        &["surplus", "surplus", "counted", "counted", "counted"],
    );
}

#[test]
fn the_newest_of_each_period_is_kept() {
    let items = [
        auto("2023-12-30"),
        auto("2024-01-06"),
        auto("2024-01-07T02:00"),
        auto("2024-01-07T14:00"),
        auto("2024-01-08"),
    ];
    let now = "2024-01-08T12:00";
    check(
        &retention(counts_of(0, 2, 0, 0, 0)),
        &items,
        now,
        &["surplus", "surplus", "surplus", "counted", "counted"],
    );
    check(
        &retention(counts_of(0, 0, 3, 0, 0)),
        &items,
        now,
        &["counted", "surplus", "surplus", "counted", "counted"],
    );
    check(
        &retention(counts_of(0, 0, 0, 2, 2)),
        &items,
        now,
        &["counted", "surplus", "surplus", "surplus", "counted"],
    );
    // Daily 5 and weekly 1 are 5 backups, not 6.
    let days = [
        "2024-03-04",
        "2024-03-05",
        "2024-03-06",
        "2024-03-07",
        "2024-03-08",
        "2024-03-09",
    ];
    let verdicts = judge(
        &retention(counts_of(0, 5, 1, 0, 0)),
        &days.map(auto),
        at("2024-03-09T12:00"),
    );
    assert_eq!(summary(&verdicts), [("counted", 5), ("surplus", 1)].into());
    let Verdict::Keep(last) = &verdicts[5] else {
        panic!("the newest goes")
    };
    assert_eq!(
        last.to_string(),
        "it is the newest of 2024-03-09 and the newest of the week from 2024-03-04"
    );
}

#[test]
fn periods_are_those_of_the_zone() {
    let items = [auto("2024-01-01T15:30"), auto("2024-01-01T16:30")];
    let mut rule = counts_of(0, 2, 0, 0, 0);
    check(
        &retention(rule.clone()),
        &items,
        "2024-01-02",
        &["surplus", "counted"],
    );
    if let Rule::Count(counts) = &mut rule {
        counts.zone = Zone::parse("UTC+08:00").unwrap();
    }
    check(
        &retention(rule),
        &items,
        "2024-01-02",
        &["counted", "counted"],
    );
}

#[test]
fn periods_without_backups_do_not_count() {
    check(
        &retention(counts_of(0, 2, 0, 0, 0)),
        &[auto("2023-01-01"), auto("2024-06-01")],
        "2024-06-30",
        &["counted", "counted"],
    );
}

#[test]
fn what_a_user_made_or_holds_is_neither_counted_nor_deleted() {
    let of = |origin, condition, hold, day| Item {
        origin,
        condition,
        hold,
        ..auto(day)
    };
    use Condition::*;
    use Origin::*;
    let items = [
        auto("2024-01-01"),
        auto("2024-01-02"),
        of(Manual, Good, None, "2024-01-03"),
        of(Automatic, Good, Some(Hold::Image), "2024-01-04"),
        of(Automatic, Good, Some(Hold::Lock), "2024-01-05"),
        of(Automatic, Unsettled, None, "2024-01-06"),
        of(Manual, Failed, None, "2024-01-07"),
    ];
    check(
        &retention(counts_of(1, 0, 0, 0, 0)),
        &items,
        "2024-01-08",
        &[
            "surplus", "counted", "manual", "image", "locked", "busy", "manual",
        ],
    );
}

#[test]
fn a_time_holds_whatever_becomes_of_the_rule() {
    let timed = |day: &str, end: &str| Item {
        expires_at: Some(at(end)),
        ..auto(day)
    };
    let items = [
        timed("2024-01-01", "2024-01-05"),
        timed("2024-01-02", "2024-01-09"),
        auto("2024-01-03"),
    ];
    let now = "2024-01-05";
    check(
        &retention(Rule::Forever),
        &items,
        now,
        &["expired", "not_expired", "permanent"],
    );
    // From time to count: whichever strikes first.
    check(
        &retention(counts_of(1, 0, 0, 0, 0)),
        &items,
        now,
        &["expired", "surplus", "counted"],
    );
    let lock = |mut item: Item| {
        item.hold = Some(Hold::Lock);
        item
    };
    check(
        &retention(counts_of(1, 0, 0, 0, 0)),
        &items.map(lock),
        now,
        &["expired", "locked", "locked"],
    );
    assert_eq!(
        Rule::Age(30).expiry(at("2024-02-01")),
        Some(at("2024-03-02"))
    );
}

#[test]
fn the_newest_good_backup_stays() {
    let timed = Item {
        expires_at: Some(at("2024-01-05")),
        ..auto("2024-01-01")
    };
    let failed = Item {
        condition: Condition::Failed,
        ..auto("2024-02-01")
    };
    let items = [timed.clone(), failed];
    let mut retention = retention(Rule::Age(4));
    check(
        &retention,
        &items,
        "2024-02-02",
        &["last_good", "failed_recently"],
    );
    retention.keep_last = false;
    check(
        &retention,
        &items,
        "2024-02-02",
        &["expired", "failed_recently"],
    );
    // A manual one whose user gave it a time goes, and is not what is left.
    retention.keep_last = true;
    let asked = Item {
        origin: Origin::Manual,
        made_at: at("2024-01-02"),
        ..timed.clone()
    };
    check(
        &retention,
        &[timed.clone(), asked],
        "2024-02-02",
        &["last_good", "expired_as_asked"],
    );
    // One that was imported since is not what is left of the server either.
    let imported = Item {
        origin: Origin::Imported,
        expires_at: None,
        made_at: at("2024-01-02"),
        ..timed.clone()
    };
    check(
        &retention,
        &[timed, imported],
        "2024-02-02",
        &["last_good", "manual"],
    );
}

#[test]
fn a_disabled_policy_deletes_nothing() {
    let mut retention = retention(counts_of(1, 0, 0, 0, 0));
    retention.paused = true;
    check(
        &retention,
        &[auto("2024-01-01"), auto("2024-01-02")],
        "2024-01-03",
        &["policy_disabled", "counted"],
    );
}

#[test]
fn of_failed_ones_10_are_kept_for_30_days() {
    let failed = |day: i8| Item {
        condition: Condition::Failed,
        made_at: Zone::utc()
            .instant(date(2024, 1, day).at(2, 0, 0, 0))
            .unwrap(),
        ..auto("2024-01-01")
    };
    let items: Vec<Item> = (1..=12).map(failed).collect();
    let verdicts = |now| summary(&judge(&retention(Rule::Forever), &items, at(now)));
    assert_eq!(
        verdicts("2024-01-12"),
        [("failed_recently", 10), ("failed_surplus", 2)].into()
    );
    assert_eq!(
        verdicts("2024-02-09"),
        [
            ("failed_long_ago", 7),
            ("failed_recently", 3),
            ("failed_surplus", 2)
        ]
        .into()
    );
}

#[test]
fn the_forecast_says_what_goes_when_and_why() {
    let items = [auto("2024-01-01"), auto("2024-01-02"), auto("2024-01-03")];
    let runs = ["2024-01-04", "2024-01-05", "2024-01-06"].map(at);
    let found = forecast(
        &retention(counts_of(2, 0, 0, 0, 0)),
        &items,
        &runs,
        at("2024-01-03T12:00"),
        at("2024-01-05T12:00"),
    );
    let shown: Vec<String> = found
        .iter()
        .map(|d| format!("{} {} {}", d.index, d.at, d.reason.word()))
        .collect();
    assert_eq!(
        shown,
        [
            "0 2024-01-03T12:00:00Z surplus",
            "1 2024-01-04T02:00:00Z surplus",
            "2 2024-01-05T02:00:00Z surplus",
        ]
    );
}

prop_compose! {
    fn any_item()(
        hours in 0_i64..3000,
        life in proptest::option::of(0_i64..3000),
        origin in prop_oneof![3 => Just(Origin::Automatic), 1 => Just(Origin::Manual),
            1 => Just(Origin::Imported)],
        condition in prop_oneof![
            6 => Just(Condition::Good),
            1 => Just(Condition::InUse),
            1 => Just(Condition::Failed),
            1 => Just(Condition::Unsettled),
        ],
        hold in prop_oneof![6 => Just(None), 1 => Just(Some(Hold::Lock)), 1 => Just(Some(Hold::Image))],
    ) -> Item {
        let made_at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        let expires_at = life.map(|life| made_at + SignedDuration::from_hours(life));
        Item { made_at, expires_at, origin, condition, hold }
    }
}

prop_compose! {
    fn any_retention()(
        rule in prop_oneof![
            1 => Just(Rule::Forever),
            6 => (0_u32..5, 0_u32..5, 0_u32..4, 0_u32..3, 0_u32..2)
                .prop_map(|(n, d, w, m, y)| counts_of(n, d, w, m, y)),
        ],
        paused in proptest::bool::weighted(0.1),
        keep_last in proptest::bool::weighted(0.8),
    ) -> Retention {
        Retention { rule, paused, keep_last }
    }
}

proptest! {
    #[test]
    fn what_was_left_is_left_again(
        retention in any_retention(),
        items in proptest::collection::vec(any_item(), 0..30),
        now in 0_i64..4000,
    ) {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(now);
        let verdicts = judge(&retention, &items, now);
        let left: Vec<Item> = items.iter().zip(&verdicts)
            .filter(|(_, verdict)| matches!(verdict, Verdict::Keep(_)))
            .map(|(item, _)| item.clone())
            .collect();
        let again = judge(&retention, &left, now);
        prop_assert!(again.iter().all(|v| matches!(v, Verdict::Keep(_))), "{again:?}");
        // Where there was a good one whose time, given by a user, is not over, there still is, and
        // the newest. That user's time ends it later, as asked.
        let newest = |list: &[Item]| list.iter()
            .filter(|i| matches!(i.condition, Condition::Good | Condition::InUse))
            .filter(|i| i.origin != Origin::Imported)
            .filter(|i| i.origin == Origin::Automatic || i.expires_at.is_none_or(|at| at > now))
            .map(|i| i.made_at)
            .max();
        if retention.keep_last {
            prop_assert!(newest(&left) >= newest(&items), "{items:?}");
        }
    }

    /// Deleting after every run leaves what deleting once at the end leaves.
    #[test]
    fn it_does_not_matter_how_often_one_looks(
        retention in any_retention(),
        mut hours in proptest::collection::vec(0_i64..9000, 0..60),
    ) {
        hours.sort_unstable();
        hours.dedup();
        let items: Vec<Item> = hours.iter().map(|h| Item {
            made_at: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(*h),
            ..auto("2024-01-01")
        }).collect();
        let keep = |list: &[Item]| -> Vec<Item> {
            let now = list.iter().map(|i| i.made_at).max().unwrap_or(Timestamp::UNIX_EPOCH);
            judge(&retention, list, now).iter().zip(list)
                .filter(|(verdict, _)| matches!(verdict, Verdict::Keep(_)))
                .map(|(_, item)| item.clone())
                .collect()
        };
        let mut present = Vec::new();
        for item in &items {
            present.push(item.clone());
            present = keep(&present);
        }
        prop_assert_eq!(present, keep(&items));
    }
}
