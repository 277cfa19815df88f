//! A year of 200 servers under 12 policies, in simulated time: what is left after every day is
//! what an independent keeper leaves, although the service is killed again and again, in the
//! middle of its work too, and is down for days.
//!
//! The clock stands still while anything works: a look that takes a second of the host's time is
//! one instant here, for the service and for the keeper.
//!
//! The driver has no disks: what is queued is carried out by writing its end into the catalog.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use coffer_core::ids::{ProjectId, UserId};
use coffer_server::app::policies::{Association, NewPolicy, NewTrigger};
use coffer_server::app::{Actor, App};
use coffer_server::catalog::Catalog;
use coffer_server::config::Config;
use coffer_server::door::Clock;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use sqlx::Row;

#[path = "../../core/tests/support/dice.rs"]
mod dice;
use dice::Dice;

const SERVERS: usize = 200;
const DAYS: i64 = 365;
/// Days of a run that is not a long one.
const FEW_DAYS: i64 = 45;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A policy: zone, days of the week, hours, definition. None of the hours is one that clocks skip.
struct Plan {
    zone: &'static str,
    weekdays: &'static str,
    hours: &'static [i8],
    definition: &'static str,
}

const ALL: &str = "MO,TU,WE,TH,FR,SA,SU";

#[rustfmt::skip]
const PLANS: [Plan; 12] = [
    Plan { zone: "UTC", weekdays: ALL, hours: &[2], definition: r#"{"max_backups":3}"# },
    Plan { zone: "Europe/Berlin", weekdays: ALL, hours: &[22], definition: r#"{"max_backups":2,"day_backups":5,"week_backups":4,"month_backups":6,"year_backups":2,"timezone":"Europe/Berlin"}"# },
    Plan { zone: "America/New_York", weekdays: "MO,WE,FR", hours: &[5], definition: r#"{"retention_duration_days":14}"# },
    Plan { zone: "UTC+05:30", weekdays: "SA,SU", hours: &[12], definition: r#"{"max_backups":4}"# },
    Plan { zone: "UTC", weekdays: ALL, hours: &[0, 12], definition: r#"{"day_backups":7,"timezone":"UTC+08:00"}"# },
    Plan { zone: "Australia/Sydney", weekdays: "MO,TU,WE,TH,FR", hours: &[23], definition: r#"{"retention_duration_days":3}"# },
    Plan { zone: "UTC", weekdays: "SU", hours: &[4], definition: r#"{"week_backups":8,"month_backups":3,"timezone":"UTC"}"# },
    Plan { zone: "Europe/Berlin", weekdays: "MO", hours: &[6], definition: r#"{}"# },
    Plan { zone: "UTC", weekdays: ALL, hours: &[6, 18], definition: r#"{"retention_duration_days":1}"# },
    Plan { zone: "America/St_Johns", weekdays: "TU,TH", hours: &[8], definition: r#"{"max_backups":1}"# },
    Plan { zone: "UTC", weekdays: "WE", hours: &[20], definition: r#"{"retention_duration_days":2}"# },
    Plan { zone: "Asia/Tokyo", weekdays: ALL, hours: &[9], definition: r#"{"max_backups":5,"month_backups":12,"timezone":"Asia/Tokyo","full_backup_interval":7}"# },
];

/// What the keeper knows of a backup.
#[derive(Clone)]
struct Made {
    id: String,
    at: Timestamp,
    good: bool,
}

struct World {
    app: App,
    catalog: Catalog,
    clock: Clock,
    config: Config,
    /// By vault and server, oldest first: all that was ever made.
    history: BTreeMap<(usize, String), Vec<Made>>,
    known: BTreeSet<String>,
    kills: u32,
}

async fn open(config: &Config, clock: &Clock) -> (Catalog, App) {
    let catalog = Catalog::open(&config.catalog_url()).await.unwrap();
    let project = ProjectId([7; 16]);
    let bell = Arc::new(tokio::sync::Notify::new());
    let app = App::new(
        config,
        catalog.clone(),
        clock.clone(),
        vec![],
        project,
        bell,
    )
    .unwrap();
    (catalog, app)
}

impl World {
    async fn sql(&self, text: &str) {
        let mut tx = self.catalog.write().await.unwrap();
        let text = sqlx::AssertSqlSafe(text.to_owned());
        sqlx::raw_sql(text).execute(tx.connection()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Drops everything that is in memory, and begins again from the catalog.
    async fn kill(&mut self) {
        self.kills += 1;
        self.catalog.close().await;
        (self.catalog, self.app) = open(&self.config, &self.clock).await;
    }

    fn go_to(&self, at: Timestamp) {
        self.clock.advance(at.duration_since(self.clock.now()));
    }

    /// Looks at the clock; where `broken`, the service is killed somewhere in that.
    async fn look(&mut self, dice: &mut Dice, broken: bool) {
        if broken {
            let patience = Duration::from_micros(dice.below(40_000));
            let _ = tokio::time::timeout(patience, self.app.run_due_policies()).await;
            self.kill().await;
        }
        self.app.run_due_policies().await.unwrap();
        self.carry_out(dice).await;
        if broken {
            let patience = Duration::from_micros(dice.below(40_000));
            let _ = tokio::time::timeout(patience, self.app.retain_all(0)).await;
            self.kill().await;
        }
    }

    /// Ends what is queued: of a hundred backups one fails.
    async fn carry_out(&mut self, dice: &mut Dice) {
        let mut tx = self.catalog.snapshot().await.unwrap();
        let rows = sqlx::query(
            "SELECT b.id, b.resource_id, b.created_at, v.name AS vault FROM backups b \
             JOIN vaults v ON v.id = b.vault_id WHERE b.state = 'waiting_protect'",
        )
        .fetch_all(tx.connection())
        .await
        .unwrap();
        drop(tx);
        let mut failed = Vec::new();
        for row in &rows {
            let id: String = row.get("id");
            assert!(self.known.insert(id.clone()), "made twice: {id}");
            let good = dice.below(100) > 0;
            if !good {
                failed.push(format!("'{id}'"));
            }
            let vault: String = row.get("vault");
            let at = Timestamp::from_millisecond(row.get("created_at")).unwrap();
            let place = (vault[1..].parse().unwrap(), row.get("resource_id"));
            self.history
                .entry(place)
                .or_default()
                .push(Made { id, at, good });
        }
        let now = self.clock.now_ms();
        self.sql(&format!(
            "UPDATE backups SET state = 'error' WHERE id IN ({});\
             UPDATE backups SET state = 'available', protected_at = {now}, incremental = 1 \
                WHERE state = 'waiting_protect';\
             DELETE FROM backups WHERE state = 'waiting_delete';\
             UPDATE vault_resources SET state = 'available';\
             DELETE FROM tasks",
            failed.join(",")
        ))
        .await;
    }

    async fn left(&self) -> BTreeSet<String> {
        let mut tx = self.catalog.snapshot().await.unwrap();
        let rows = sqlx::query("SELECT id FROM backups")
            .fetch_all(tx.connection())
            .await
            .unwrap();
        rows.iter().map(|row| row.get("id")).collect()
    }
}

/// What an independent keeper leaves of a server's backups, all that were ever made looked at.
fn keeper(plan: &Plan, made: &[Made], now: Timestamp) -> BTreeSet<String> {
    let definition: serde_json::Value = serde_json::from_str(plan.definition).unwrap();
    let number = |name: &str| definition[name].as_u64().unwrap_or(0) as usize;
    let zone = zone(definition["timezone"].as_str().unwrap_or("UTC"));
    let good: Vec<&Made> = made.iter().filter(|m| m.good).rev().collect();
    let mut kept: BTreeSet<String> = good.first().map(|m| m.id.clone()).into_iter().collect();
    let age = number("retention_duration_days");
    let names = [
        "max_backups",
        "day_backups",
        "week_backups",
        "month_backups",
        "year_backups",
    ];
    let counted = names.iter().any(|name| number(name) > 0);
    type Key = fn(Date) -> (i16, i16);
    let keys: [(&str, Key); 4] = [
        ("day_backups", |d| (d.year(), d.day_of_year())),
        ("week_backups", |d| {
            let week = d.iso_week_date();
            (week.year(), week.week().into())
        }),
        ("month_backups", |d| (d.year(), d.month().into())),
        ("year_backups", |d| (d.year(), 0)),
    ];
    let mut seen: [BTreeSet<(i16, i16)>; 4] = Default::default();
    for (rank, one) in good.iter().enumerate() {
        let day = Zoned::new(one.at, zone.clone()).date();
        let mut keep = rank < number("max_backups");
        for ((name, key), seen) in keys.iter().zip(&mut seen) {
            keep |= seen.insert(key(day)) && seen.len() <= number(name);
        }
        let young = now.duration_since(one.at) < HOUR * (24 * i32::try_from(age).unwrap());
        if keep || (age > 0 && young) || (age == 0 && !counted) {
            kept.insert(one.id.clone());
        }
    }
    let month = HOUR * (30 * 24);
    let failed = made.iter().rev().filter(|m| !m.good).take(10);
    kept.extend(
        failed
            .filter(|m| now.duration_since(m.at) <= month)
            .map(|m| m.id.clone()),
    );
    kept
}

fn zone(name: &str) -> TimeZone {
    match name.strip_prefix("UTC+") {
        Some(offset) => {
            let (hours, minutes) = offset.split_once(':').unwrap();
            let seconds =
                hours.parse::<i32>().unwrap() * 3600 + minutes.parse::<i32>().unwrap() * 60;
            TimeZone::fixed(jiff::tz::Offset::from_seconds(seconds).unwrap())
        }
        None => TimeZone::get(name).unwrap(),
    }
}

/// Whether a plan has a run within the half hour that begins at `at`.
fn runs(plan: &Plan, at: Timestamp) -> bool {
    let civil = Zoned::new(at, zone(plan.zone));
    let index = usize::try_from(civil.weekday().to_monday_zero_offset()).unwrap();
    let name = ALL.split(',').nth(index).unwrap();
    plan.weekdays.contains(name) && civil.minute() == 0 && plan.hours.contains(&civil.hour())
}

async fn fill(directory: &Path, begin: Timestamp) -> World {
    let root = directory.display();
    let text = format!(
        "data_dir = '{root}'\nregion = 'r'\n[[store]]\nname = 'main'\npath = '{root}/store'\n"
    );
    let config = Config::parse(&text).unwrap();
    let clock = Clock::standing(begin);
    let (catalog, app) = open(&config, &clock).await;
    let world = World {
        app,
        catalog,
        clock,
        config,
        history: BTreeMap::new(),
        known: BTreeSet::new(),
        kills: 0,
    };
    let project = ProjectId([7; 16]);
    let user = UserId([8; 16]);
    let id = |kind: u8, n: usize| format!("{kind:08x}-0000-4000-8000-{n:012x}");
    let mut sql = String::new();
    for v in 0..PLANS.len() {
        sql += &format!(
            "INSERT INTO vaults VALUES ('{}', '{project}', '{user}', 'main', 'v{v}', NULL, \
             'server', 'backup', 'crash_consistent', 10000, 0, 'available', NULL, 0, '[]', '[]', \
             0, 0, 1, 80, 0, 0);",
            id(1, v)
        );
    }
    for s in 0..SERVERS {
        let (server, disk, vault) = (id(2, s), id(3, s), id(1, s % PLANS.len()));
        sql += &format!(
            "INSERT INTO servers VALUES ('{server}', '{project}', 'h', 's{s}', 's{s}', 'running', 1, \
             256, 'x86_64', 1, '[]', 0, 0, NULL);\
             INSERT INTO disks VALUES ('{disk}', '{project}', 'h', 'd{s}', '{server}', 'vda', 'd{s}', \
             1073741824, '/d', 'raw', 'virtio', 1, 0, NULL, 0, 0, 0, NULL);\
             INSERT INTO vault_resources (vault_id, resource_id, resource_type, \
             name, size_gib, extra_info, state, position, created_at) VALUES ('{vault}', '{server}', 'OS::Nova::Server', 's{s}', \
             1, '{{}}', 'available', {s}, 0);"
        );
    }
    world.sql(&sql).await;
    let actor = Actor {
        project,
        user,
        request_id: "req-year".to_owned(),
    };
    for (v, plan) in PLANS.iter().enumerate() {
        let rule = |hour: &i8| {
            format!(
                "FREQ=WEEKLY;BYDAY={};BYHOUR={hour};BYMINUTE=0",
                plan.weekdays
            )
        };
        let new = NewPolicy {
            name: format!("p{v}"),
            enabled: true,
            operation_type: coffer_core::cbr::PolicyType::Backup,
            definition: serde_json::from_str(plan.definition).unwrap(),
            trigger: NewTrigger {
                patterns: plan.hours.iter().map(rule).collect(),
                zone: Some(plan.zone.to_owned()),
                window_minutes: None,
            },
        };
        let made = world.app.create_policy(&actor, new).await.unwrap();
        let wanted = Association {
            policy_ids: vec![made.policy.id.to_string()],
            destination_vault_id: None,
        };
        world
            .app
            .associate_policies(&actor, &id(1, v), &wanted)
            .await
            .unwrap();
    }
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_year_leaves_what_an_independent_keeper_leaves() {
    let directory = tempfile::tempdir().unwrap();
    let seed = dice::seed();
    let mut dice = Dice::new(seed);
    // Some hour of the years from 2025 on: leap days and changes of clocks fall where they do.
    let hours = i64::try_from(dice.below(8 * 365 * 24)).unwrap();
    let begin = Timestamp::from_second(1_735_689_600 + hours * 3600).unwrap();
    let mut world = fill(directory.path(), begin - HOUR).await;
    let (mut down_until, mut expected, mut made_up) = (begin, 0_usize, 0_usize);
    let mut pending: BTreeSet<usize> = BTreeSet::new();
    let mut compared = 0;
    let days = match coffer_engine::testkit::long_runs() {
        true => DAYS,
        false => FEW_DAYS,
    };
    for half in 0..days * 48 {
        let at = begin + SignedDuration::from_mins(half * 30);
        for (v, _) in PLANS.iter().enumerate().filter(|(_, plan)| runs(plan, at)) {
            made_up += usize::from(!pending.insert(v));
        }
        let evening = half % 48 == 47;
        if at < down_until || (pending.is_empty() && !evening) {
            continue;
        }
        if half < days * 48 - 240 && dice.below(150) == 0 {
            // Down for up to three days; what was due is made up once.
            down_until = at + HOUR * dice.pick(&[1, 3, 9, 30, 72]);
            world.kill().await;
            continue;
        }
        world.go_to(at + SignedDuration::from_mins(5));
        let broken = dice.below(12) == 0;
        world.look(&mut dice, broken).await;
        for v in std::mem::take(&mut pending) {
            expected += (0..SERVERS).filter(|s| s % PLANS.len() == v).count();
        }
        assert_eq!(world.known.len(), expected, "runs until {at}, seed {seed}");
        world.app.expire().await.unwrap();
        if evening {
            world.app.retain_all(0).await.unwrap();
            world.carry_out(&mut dice).await;
            let now = world.clock.now();
            let kept: BTreeSet<String> = world
                .history
                .iter()
                .flat_map(|((v, _), made)| keeper(&PLANS[*v], made, now))
                .collect();
            let left = world.left().await;
            let differ: Vec<_> = left.symmetric_difference(&kept).take(5).collect();
            assert!(
                differ.is_empty(),
                "after {at}, seed {seed}: {} left, {} expected, {differ:?} ...",
                left.len(),
                kept.len()
            );
            compared += 1;
        }
    }
    println!(
        "{compared} days compared, {expected} backups made, {} left, {} kills, {made_up} runs \
         missed and made up by a later one, seed {seed}: no difference",
        world.left().await.len(),
        world.kills
    );
    assert!(compared * 3 > days * 2 && world.kills > 0);
}
