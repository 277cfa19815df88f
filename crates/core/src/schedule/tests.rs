use super::*;

fn schedule(rules: &[&str], zone: &str, start: &str) -> Result<Schedule, Refusal> {
    let rules: Vec<String> = rules.iter().map(|r| (*r).to_owned()).collect();
    let zone = Zone::parse(zone).expect(zone);
    Schedule::new("pattern", &rules, zone, start.parse().unwrap())
}

/// The runs after `after`, as the zone's clocks show them.
#[track_caller]
fn check(rules: &[&str], zone: &str, start: &str, after: &str, expected: &[&str]) {
    let schedule = schedule(rules, zone, start).unwrap();
    let after: Timestamp = after.parse().unwrap();
    let found: Vec<Timestamp> = schedule.after(after).take(expected.len()).collect();
    let shown: Vec<String> = found
        .iter()
        .map(|at| {
            schedule
                .zone()
                .zoned(*at)
                .strftime("%m-%d %H:%M %:z")
                .to_string()
        })
        .collect();
    assert_eq!(shown, expected);
    // Looking back from each run finds it, and just before it the one before.
    for (index, at) in found.iter().enumerate() {
        assert_eq!(schedule.last_between(after, *at), Some(*at));
        let before = *at - 1.second();
        let earlier = index.checked_sub(1).map(|i| found[i]);
        assert_eq!(schedule.last_between(after, before), earlier);
    }
}

const DAILY_2: &str = "FREQ=DAILY;INTERVAL=1;BYHOUR=2;BYMINUTE=0";

#[test]
fn the_example_of_the_manual() {
    check(
        &[DAILY_2],
        "UTC",
        "2024-01-01T10:00:00Z",
        "2024-01-01T10:00:00Z",
        &["01-02 02:00 +00:00", "01-03 02:00 +00:00"],
    );
}

#[test]
fn day_based_rules_run_on_the_first_day_unless_its_time_has_passed() {
    let every_3 = "FREQ=DAILY;INTERVAL=3;BYHOUR=12;BYMINUTE=0";
    let start = "2024-02-27T11:00:00Z";
    check(
        &[every_3],
        "UTC",
        start,
        "2020-01-01T00:00:00Z",
        &[
            "02-27 12:00 +00:00",
            "03-01 12:00 +00:00",
            "03-04 12:00 +00:00",
        ],
    );
    check(
        &[every_3],
        "UTC",
        "2024-02-27T12:00:01Z",
        "2020-01-01T00:00:00Z",
        &["03-01 12:00 +00:00"],
    );
    check(
        &[every_3],
        "UTC",
        "2024-02-27T12:00:00Z",
        "2020-01-01T00:00:00Z",
        &["02-27 12:00 +00:00"],
    );
}

#[test]
fn weekly_rules_run_on_their_days() {
    check(
        &["FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=22;BYMINUTE=30"],
        "Europe/Berlin",
        "2024-06-01T00:00:00Z",
        "2024-06-03T20:30:00Z",
        &["06-07 22:30 +02:00", "06-10 22:30 +02:00"],
    );
}

#[test]
fn clocks_put_forward_move_a_run_and_lose_none() {
    check(
        &["FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=30"],
        "Europe/Berlin",
        "2024-03-01T00:00:00Z",
        "2024-03-30T22:00:00Z",
        // 02:30 becomes 03:30, which another time names too: one run.
        &[
            "03-31 01:30 +01:00",
            "03-31 03:30 +02:00",
            "04-01 01:30 +02:00",
        ],
    );
    check(
        &["FREQ=DAILY;BYHOUR=2;BYMINUTE=30"],
        "Europe/Berlin",
        "2024-03-01T00:00:00Z",
        "2024-03-30T00:00:00Z",
        &[
            "03-30 02:30 +01:00",
            "03-31 03:30 +02:00",
            "04-01 02:30 +02:00",
        ],
    );
}

#[test]
fn clocks_put_back_repeat_no_run() {
    check(
        &["FREQ=DAILY;BYHOUR=2,3;BYMINUTE=30"],
        "Europe/Berlin",
        "2024-10-01T00:00:00Z",
        "2024-10-27T00:00:00Z",
        &[
            "10-27 02:30 +02:00",
            "10-27 03:30 +01:00",
            "10-28 02:30 +01:00",
        ],
    );
}

#[test]
fn a_day_that_a_zone_skips_costs_one_run() {
    check(
        &["FREQ=DAILY;BYHOUR=12;BYMINUTE=0"],
        "Pacific/Apia",
        "2011-12-01T00:00:00Z",
        "2011-12-29T00:00:00Z",
        &[
            "12-29 12:00 -10:00",
            "12-31 12:00 +14:00",
            "01-01 12:00 +14:00",
        ],
    );
}

#[track_caller]
fn check_rules(rules: &[&str], expected: Option<&str>) {
    // A Monday.
    let result = schedule(rules, "UTC", "2024-01-01T00:00:00Z");
    assert_eq!(result.err().map(|r| r.message).as_deref(), expected);
}

#[test]
fn runs_are_an_hour_apart() {
    check_rules(&["FREQ=DAILY;BYHOUR=1,2;BYMINUTE=0"], None);
    check_rules(&[DAILY_2, "FREQ=DAILY;BYHOUR=3;BYMINUTE=0"], None);
    check_rules(&[DAILY_2, DAILY_2], None);
    let close = "comes less than an hour before or after a run of rule 0";
    check_rules(
        &[DAILY_2, "FREQ=DAILY;BYHOUR=2;BYMINUTE=59"],
        Some(&format!("pattern[1]: {close}")),
    );
    check_rules(
        &["FREQ=DAILY;BYHOUR=2;BYMINUTE=0,30"],
        Some(&format!("pattern[0]: {close}")),
    );
    // Over midnight, and only where the days are neighbours.
    let late = "FREQ=WEEKLY;BYDAY=SU;BYHOUR=23;BYMINUTE=30";
    check_rules(
        &[late, "FREQ=WEEKLY;BYDAY=MO;BYHOUR=0;BYMINUTE=15"],
        Some(&format!("pattern[1]: {close}")),
    );
    check_rules(&[late, "FREQ=WEEKLY;BYDAY=TU;BYHOUR=0;BYMINUTE=15"], None);
    check_rules(&["FREQ=DAILY;BYHOUR=0,23;BYMINUTE=0"], None);
    check_rules(
        &[
            "FREQ=DAILY;BYHOUR=0;BYMINUTE=0",
            "FREQ=DAILY;BYHOUR=23;BYMINUTE=1",
        ],
        Some(&format!("pattern[1]: {close}")),
    );
    // Every 2 and every 4 days from one start meet; Tuesdays and every 7 days from Monday do not.
    check_rules(
        &[
            "FREQ=DAILY;INTERVAL=2;BYHOUR=5;BYMINUTE=0",
            "FREQ=DAILY;INTERVAL=4;BYHOUR=5;BYMINUTE=30",
        ],
        Some(&format!("pattern[1]: {close}")),
    );
    check_rules(
        &[
            "FREQ=DAILY;INTERVAL=7;BYHOUR=5;BYMINUTE=0",
            "FREQ=WEEKLY;BYDAY=TU;BYHOUR=5;BYMINUTE=30",
        ],
        None,
    );
}

#[test]
fn a_schedule_has_1_to_24_rules() {
    check_rules(&[], Some("pattern: must have 1 to 24 entries"));
    let rules: Vec<String> = (0..25)
        .map(|n| format!("FREQ=DAILY;BYHOUR={};BYMINUTE=0", n % 24))
        .collect();
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    check_rules(&rules[..24], None);
    check_rules(&rules, Some("pattern: must have 1 to 24 entries"));
    check_rules(
        &[DAILY_2, "x"],
        Some("pattern[1]: `X` is not of the form NAME=VALUE"),
    );
}

#[test]
fn at_the_end_of_the_calendar_there_is_no_run() {
    let schedule = schedule(&[DAILY_2], "UTC", "2024-01-01T00:00:00Z").unwrap();
    assert_eq!(schedule.next_after(Timestamp::MAX), None);
    assert_eq!(schedule.last_between(Timestamp::MAX, Timestamp::MIN), None);
}
