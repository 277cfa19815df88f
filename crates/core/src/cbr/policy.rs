//! Policies (CBR API: policies; CBR manual: creating a backup policy).
//!
//! Numbers are kept as they were sent, because clients compare what they read with what they
//! wrote. 0 and -1 both mean "not set": clients send the one or the other for every number that
//! their user left out.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Code, Refusal};
use crate::retention::{Counts, Rule};
use crate::zone::Zone;

/// Most policies of each type in a project.
pub const POLICIES_MAX: u64 = 32;
/// Most backups, and most days, that a policy keeps.
pub const KEEP_MAX: i64 = 99_999;
/// Most days, weeks, months or years of which a policy keeps a backup.
pub const PERIODS_MAX: i64 = 100;
/// Most runs from one full backup to the next.
pub const FULL_INTERVAL_MAX: i64 = 100;
/// Least and most minutes in which a run may begin.
pub const WINDOW_MINUTES: std::ops::RangeInclusive<i64> = 60..=480;

/// What a policy does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyType {
    /// Makes backups.
    Backup,
    /// Copies them to another region.
    Replication,
}

impl PolicyType {
    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            PolicyType::Backup => "backup",
            PolicyType::Replication => "replication",
        }
    }

    /// Reads a name of the API, or refuses it.
    pub fn parse(field: &str, text: &str) -> Result<PolicyType, Refusal> {
        text.parse().map_err(|()| {
            let message = format!("{field}: must be backup or replication");
            Refusal::new(Code::POLICY_TYPE_UNKNOWN, message)
        })
    }
}

impl fmt::Display for PolicyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for PolicyType {
    type Err = ();
    fn from_str(text: &str) -> Result<PolicyType, ()> {
        match text {
            "backup" => Ok(PolicyType::Backup),
            "replication" => Ok(PolicyType::Replication),
            _ => Err(()),
        }
    }
}

/// How a policy keeps what it makes (API: `operation_definition`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// Backups kept of each resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_backups: Option<i64>,
    /// Days each backup is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_duration_days: Option<i64>,
    /// Days of which the newest backup is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_backups: Option<i64>,
    /// Weeks of which the newest backup is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub week_backups: Option<i64>,
    /// Months of which the newest backup is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month_backups: Option<i64>,
    /// Years of which the newest backup is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year_backups: Option<i64>,
    /// Whose days, weeks, months and years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Where replicas go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_region: Option<String>,
    /// Whose they are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_project_id: Option<String>,
    /// Kept and given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_acceleration: Option<bool>,
    /// One backup of so many is a full one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_backup_interval: Option<i64>,
    /// Coffer's own: false lets retention delete the newest good backup of a resource too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_last_backup: Option<bool>,
}

fn is_set(number: Option<i64>) -> Option<u32> {
    number
        .filter(|n| *n > 0)
        .and_then(|n| u32::try_from(n).ok())
}

impl Definition {
    /// Refuses what is out of range or does not go together. `region` is our own.
    pub fn check(&self, field: &str, kind: PolicyType, region: &str) -> Result<(), Refusal> {
        let refuse = |name: &str, problem: &str| {
            Err(Refusal::parameter(&format!("{field}.{name}"), problem))
        };
        let numbers = [
            ("max_backups", self.max_backups, KEEP_MAX),
            (
                "retention_duration_days",
                self.retention_duration_days,
                KEEP_MAX,
            ),
            ("day_backups", self.day_backups, PERIODS_MAX),
            ("week_backups", self.week_backups, PERIODS_MAX),
            ("month_backups", self.month_backups, PERIODS_MAX),
            ("year_backups", self.year_backups, PERIODS_MAX),
            (
                "full_backup_interval",
                self.full_backup_interval,
                FULL_INTERVAL_MAX,
            ),
        ];
        for (name, number, max) in numbers {
            if number.is_some_and(|n| !(-1..=max).contains(&n)) {
                let problem = format!("must be -1, or a whole number up to {max}");
                return refuse(name, &problem);
            }
        }
        let periods = self.periods().into_iter().flatten().next();
        if is_set(self.retention_duration_days).is_some() {
            if is_set(self.max_backups).is_some() {
                return refuse("retention_duration_days", "excludes max_backups");
            }
            if periods.is_some() {
                return refuse(
                    "retention_duration_days",
                    "excludes day_backups, week_backups, month_backups and year_backups",
                );
            }
        }
        match self.timezone.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => check_zone(&format!("{field}.timezone"), text).map(drop)?,
            None if periods.is_some() => {
                return refuse(
                    "timezone",
                    "is needed with day_backups, week_backups, month_backups or year_backups",
                );
            }
            None => {}
        }
        let places = [
            ("destination_region", &self.destination_region),
            ("destination_project_id", &self.destination_project_id),
        ];
        for (name, text) in places {
            let text = text.as_deref().unwrap_or_default();
            if text.chars().count() > 255 {
                return refuse(name, "must have at most 255 characters");
            }
            if text.is_empty() && kind == PolicyType::Replication {
                return refuse(name, "is needed for a replication policy");
            }
        }
        if kind == PolicyType::Replication && self.destination_region.as_deref() == Some(region) {
            return refuse("destination_region", "must be another region than this one");
        }
        Ok(())
    }

    fn periods(&self) -> [Option<u32>; 4] {
        [
            self.day_backups,
            self.week_backups,
            self.month_backups,
            self.year_backups,
        ]
        .map(is_set)
    }

    /// The zone of days, weeks, months and years: UTC where none is set.
    pub fn zone(&self) -> Zone {
        let zone = self.timezone.as_deref().and_then(Zone::parse);
        zone.unwrap_or_else(Zone::utc)
    }

    /// How long backups are kept.
    ///
    /// Counters of days, weeks, months and years without a number of backups stand alone: five
    /// days are five backups.
    pub fn rule(&self) -> Rule {
        if let Some(days) = is_set(self.retention_duration_days) {
            return Rule::Age(days);
        }
        let newest = is_set(self.max_backups);
        let periods = self.periods();
        if newest.is_none() && periods.iter().all(Option::is_none) {
            return Rule::Forever;
        }
        let [days, weeks, months, years] = periods.map(Option::unwrap_or_default);
        Rule::Count(Counts {
            newest: newest.unwrap_or_default(),
            days,
            weeks,
            months,
            years,
            zone: self.zone(),
        })
    }

    /// One backup of how many is a full one; none where that is not asked for.
    pub fn full_every(&self) -> Option<u32> {
        is_set(self.full_backup_interval)
    }

    /// Whether the newest good backup of a resource stays whatever the rule says.
    pub fn keeps_last(&self) -> bool {
        self.keep_last_backup.unwrap_or(true)
    }
}

/// Reads a zone, or refuses it.
pub fn check_zone(field: &str, text: &str) -> Result<Zone, Refusal> {
    Zone::parse(text).ok_or_else(|| {
        Refusal::parameter(
            field,
            "must be of the form UTC+01:00, or a zone such as Europe/Berlin",
        )
    })
}

/// Whether the next automatic backup is a full one: one of `every` is, counted in `since`, the
/// automatic backups that came after the last full one (none where there is no full one).
pub fn wants_full(every: Option<u32>, since: Option<u64>) -> bool {
    match (every, since) {
        (Some(every), Some(since)) => since + 1 >= u64::from(every),
        // The first backup of all is a full one by itself.
        (_, None) | (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(json: &str) -> Definition {
        serde_json::from_str(json).unwrap()
    }

    #[track_caller]
    fn check(json: &str, expected: &str) {
        let definition = definition(json);
        let shown = match definition.check("d", PolicyType::Backup, "here") {
            Ok(()) => format!("{:?}", definition.rule()),
            Err(refusal) => refusal.message,
        };
        assert_eq!(shown, expected, "{json}");
    }

    #[test]
    fn forms_of_retention() {
        check("{}", "Forever");
        check(r#"{"timezone":"UTC+08:00"}"#, "Forever");
        check(r#"{"retention_duration_days":30}"#, "Age(30)");
        check(
            r#"{"max_backups":3}"#,
            "Count(Counts { newest: 3, days: 0, weeks: 0, months: 0, years: 0, zone: UTC })",
        );
        check(
            r#"{"max_backups":10,"day_backups":1,"week_backups":2,"month_backups":4,
                "year_backups":3,"timezone":"UTC+03:00"}"#,
            "Count(Counts { newest: 10, days: 1, weeks: 2, months: 4, years: 3, zone: UTC+03:00 })",
        );
    }

    #[test]
    fn what_clients_send_for_nothing_is_nothing() {
        let zeros = r#""day_backups":0,"week_backups":0,"month_backups":0,"year_backups":0"#;
        check(
            &format!(r#"{{"retention_duration_days":1,{zeros}}}"#),
            "Age(1)",
        );
        check(
            &format!(r#"{{"retention_duration_days":1,"max_backups":-1,{zeros}}}"#),
            "Age(1)",
        );
        check(
            r#"{"retention_duration_days":-1,"max_backups":2,"timezone":""}"#,
            "Count(Counts { newest: 2, days: 0, weeks: 0, months: 0, years: 0, zone: UTC })",
        );
        check(
            r#"{"retention_duration_days":-1,"max_backups":-1}"#,
            "Forever",
        );
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        check(
            r#"{"retention_duration_days":1,"max_backups":1}"#,
            "d.retention_duration_days: excludes max_backups",
        );
        check(
            r#"{"retention_duration_days":1,"week_backups":1,"timezone":"UTC"}"#,
            "d.retention_duration_days: excludes day_backups, week_backups, month_backups and \
             year_backups",
        );
        check(
            r#"{"week_backups":1}"#,
            "d.timezone: is needed with day_backups, week_backups, month_backups or year_backups",
        );
        check(
            r#"{"max_backups":100000}"#,
            "d.max_backups: must be -1, or a whole number up to 99999",
        );
        check(
            r#"{"day_backups":101,"timezone":"UTC"}"#,
            "d.day_backups: must be -1, or a whole number up to 100",
        );
        check(
            r#"{"timezone":"Mars"}"#,
            "d.timezone: must be of the form UTC+01:00, or a zone such as Europe/Berlin",
        );
    }

    #[test]
    fn replicas_go_somewhere_else() {
        let check = |json: &str| {
            definition(json)
                .check("d", PolicyType::Replication, "here")
                .map_err(|r| r.message)
        };
        assert!(check(r#"{"destination_region":"there","destination_project_id":"p"}"#).is_ok());
        assert_eq!(
            check(r#"{"destination_region":"here","destination_project_id":"p"}"#).unwrap_err(),
            "d.destination_region: must be another region than this one"
        );
        assert_eq!(
            check("{}").unwrap_err(),
            "d.destination_region: is needed for a replication policy"
        );
    }

    #[test]
    fn one_of_so_many_is_full() {
        assert!(!wants_full(None, Some(50)));
        assert!(!wants_full(Some(3), None));
        assert!(!wants_full(Some(3), Some(1)));
        assert!(wants_full(Some(3), Some(2)));
        assert!(wants_full(Some(1), Some(0)));
    }
}
