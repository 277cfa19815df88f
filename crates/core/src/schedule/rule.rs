//! One iCalendar rule, in the forms that the CBR API takes.
//!
//! | part | values |
//! |---|---|
//! | `FREQ` | `DAILY`, `WEEKLY` |
//! | `INTERVAL` | 1 to 30 days with `DAILY`; only 1 with `WEEKLY` |
//! | `BYDAY` | with `WEEKLY`, where it is needed: `MO,TU,WE,TH,FR,SA,SU` |
//! | `BYHOUR` | 0 to 23, several with commas |
//! | `BYMINUTE` | 0 to 59 |

use jiff::civil::{Date, Time, Weekday};

/// Most days between two runs of one rule.
pub const INTERVAL_MAX: u16 = 30;
/// Most points of time that one rule has in a day.
const TIMES_MAX: usize = 24;
/// Longest rule, in bytes: far more than the longest that is legal.
const LENGTH_MAX: usize = 512;

/// On which days a rule runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Days {
    /// Every so many days, counted from the day of the start.
    Every(u16),
    /// On these days of the week: bit 0 is Monday.
    Weekly(u8),
}

/// A rule: days and times of day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The days.
    pub days: Days,
    /// Minutes since midnight, ascending, none twice.
    pub minutes: Vec<u16>,
}

impl Rule {
    /// Reads a rule. The error says what is wrong, without naming the rule.
    pub fn parse(text: &str) -> Result<Rule, String> {
        if text.len() > LENGTH_MAX {
            return Err(format!("is longer than {LENGTH_MAX} characters"));
        }
        let mut parts = Parts::default();
        let upper = text.trim().to_ascii_uppercase();
        for part in upper.split(';').filter(|part| !part.is_empty()) {
            let Some((key, value)) = part.split_once('=') else {
                return Err(format!(
                    "`{}` is not of the form NAME=VALUE",
                    part.escape_debug()
                ));
            };
            let place = match key.trim() {
                "FREQ" => &mut parts.freq,
                "INTERVAL" => &mut parts.interval,
                "BYDAY" => &mut parts.by_day,
                "BYHOUR" => &mut parts.by_hour,
                "BYMINUTE" => &mut parts.by_minute,
                other => {
                    return Err(format!(
                        "`{}` is not known; FREQ, INTERVAL, BYDAY, BYHOUR and BYMINUTE are",
                        other.escape_debug()
                    ));
                }
            };
            if place.replace(value.trim().to_owned()).is_some() {
                return Err(format!("{} is given twice", key.trim()));
            }
        }
        let days = parts.days()?;
        let hours = numbers("BYHOUR", parts.by_hour.as_deref(), 23)?;
        let minutes = numbers("BYMINUTE", parts.by_minute.as_deref(), 59)?;
        if hours.len() * minutes.len() > TIMES_MAX {
            return Err(format!("has more than {TIMES_MAX} points of time in a day"));
        }
        let mut times: Vec<u16> = hours
            .iter()
            .flat_map(|hour| minutes.iter().map(move |minute| hour * 60 + minute))
            .collect();
        times.sort_unstable();
        Ok(Rule {
            days,
            minutes: times,
        })
    }

    /// The times of day, ascending.
    pub fn times(&self) -> impl Iterator<Item = Time> + '_ {
        self.minutes.iter().map(|&minute| time_of(minute))
    }
}

/// The time of day `minute` minutes after midnight.
pub(super) fn time_of(minute: u16) -> Time {
    let part = |n: u16| i8::try_from(n).expect("hours and minutes are below 60");
    Time::constant(part(minute / 60), part(minute % 60), 0, 0)
}

impl Days {
    /// Whether the rule runs on `date`, where it began on `start`.
    pub fn has(self, date: Date, start: Date) -> bool {
        match self {
            Days::Weekly(set) => set & bit(date.weekday()) != 0,
            Days::Every(interval) => {
                let days = (date - start).get_days();
                days >= 0 && days % i32::from(interval) == 0
            }
        }
    }

    /// After how many days the rule's days repeat.
    fn period(self) -> u32 {
        match self {
            Days::Every(interval) => u32::from(interval),
            Days::Weekly(_) => 7,
        }
    }

    /// Whether there is a day on which this one runs and `shift` days (0 or 1) after which
    /// `other` does. `start` is the day both began on.
    pub fn meets(self, other: Days, shift: u32, start: Weekday) -> bool {
        let on = |days: Days, day: u32| match days {
            Days::Every(interval) => day.is_multiple_of(u32::from(interval)),
            Days::Weekly(set) => {
                let weekday = (u32::from(start.to_monday_zero_offset().unsigned_abs()) + day) % 7;
                set >> weekday & 1 != 0
            }
        };
        // The common period is a divisor of the product: at most 30 * 29 or 30 * 7 days.
        let common = self.period() * other.period();
        (0..common).any(|day| on(self, day) && on(other, day + shift))
    }
}

fn bit(day: Weekday) -> u8 {
    1 << day.to_monday_zero_offset()
}

#[derive(Default)]
struct Parts {
    freq: Option<String>,
    interval: Option<String>,
    by_day: Option<String>,
    by_hour: Option<String>,
    by_minute: Option<String>,
}

impl Parts {
    fn days(&self) -> Result<Days, String> {
        let interval = match &self.interval {
            None => 1,
            Some(text) => number("INTERVAL", text, 1, INTERVAL_MAX)?,
        };
        match (self.freq.as_deref(), &self.by_day) {
            (Some("DAILY"), None) => Ok(Days::Every(interval)),
            (Some("DAILY"), Some(_)) => Err("BYDAY goes with FREQ=WEEKLY".to_owned()),
            (Some("WEEKLY"), Some(_)) if interval != 1 => {
                Err("INTERVAL counts days and goes with FREQ=DAILY".to_owned())
            }
            (Some("WEEKLY"), Some(days)) => weekdays(days).map(Days::Weekly),
            (Some("WEEKLY"), None) => Err("FREQ=WEEKLY needs BYDAY".to_owned()),
            (Some(other), _) => Err(format!(
                "FREQ must be DAILY or WEEKLY, not `{}`",
                other.escape_debug()
            )),
            (None, _) => Err("needs FREQ".to_owned()),
        }
    }
}

fn weekdays(text: &str) -> Result<u8, String> {
    const NAMES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let mut set = 0;
    for name in text.split(',').map(str::trim) {
        let day = NAMES.iter().position(|n| *n == name).ok_or_else(|| {
            let name = name.escape_debug();
            format!("BYDAY takes MO, TU, WE, TH, FR, SA and SU, not `{name}`")
        })?;
        set |= 1 << day;
    }
    Ok(set)
}

fn number(part: &str, text: &str, min: u16, max: u16) -> Result<u16, String> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(number) if digits && (min..=max).contains(&number) => Ok(number),
        _ => Err(format!("{part} takes whole numbers from {min} to {max}")),
    }
}

/// A list without repetitions.
fn numbers(part: &str, text: Option<&str>, max: u16) -> Result<Vec<u16>, String> {
    let text = text.ok_or_else(|| format!("needs {part}"))?;
    let mut list = Vec::new();
    for piece in text.split(',') {
        let number = number(part, piece.trim(), 0, max)?;
        if !list.contains(&number) {
            list.push(number);
        }
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let shown = match Rule::parse(text) {
            Ok(rule) => format!("{:?} {:?}", rule.days, rule.minutes),
            Err(problem) => problem,
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn the_forms_of_the_reference_are_read() {
        check(
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=14;BYMINUTE=00",
            "Weekly(127) [840]",
        );
        check(
            "FREQ=DAILY;INTERVAL=1;BYHOUR=6;BYMINUTE=00",
            "Every(1) [360]",
        );
        check("FREQ=DAILY;BYHOUR=22,2;BYMINUTE=5", "Every(1) [125, 1325]");
        check(
            "freq=weekly; byday=su ;byhour=0;byminute=59;",
            "Weekly(64) [59]",
        );
    }

    #[test]
    fn the_refusal_says_what_is_wrong() {
        check("", "needs FREQ");
        check(
            "FREQ=HOURLY;BYHOUR=1;BYMINUTE=0",
            "FREQ must be DAILY or WEEKLY, not `HOURLY`",
        );
        check("FREQ=WEEKLY;BYHOUR=1;BYMINUTE=0", "FREQ=WEEKLY needs BYDAY");
        check(
            "FREQ=DAILY;BYDAY=MO;BYHOUR=1;BYMINUTE=0",
            "BYDAY goes with FREQ=WEEKLY",
        );
        check("FREQ=DAILY;BYHOUR=1", "needs BYMINUTE");
        check("FREQ=DAILY;BYMINUTE=1", "needs BYHOUR");
        check(
            "FREQ=DAILY;BYHOUR=24;BYMINUTE=0",
            "BYHOUR takes whole numbers from 0 to 23",
        );
        check(
            "FREQ=DAILY;BYHOUR=+1;BYMINUTE=0",
            "BYHOUR takes whole numbers from 0 to 23",
        );
        check(
            "FREQ=DAILY;INTERVAL=31;BYHOUR=1;BYMINUTE=0",
            "INTERVAL takes whole numbers from 1 to 30",
        );
        check(
            "FREQ=DAILY;FREQ=DAILY;BYHOUR=1;BYMINUTE=0",
            "FREQ is given twice",
        );
        check(
            "FREQ=DAILY;COUNT=3;BYHOUR=1;BYMINUTE=0",
            "`COUNT` is not known; FREQ, INTERVAL, BYDAY, BYHOUR and BYMINUTE are",
        );
        check("DAILY", "`DAILY` is not of the form NAME=VALUE");
    }

    #[test]
    fn days_meet_within_their_common_period() {
        let monday = Weekday::Monday;
        assert!(Days::Every(2).meets(Days::Every(3), 0, monday));
        assert!(!Days::Every(2).meets(Days::Every(4), 1, monday));
        assert!(Days::Every(30).meets(Days::Weekly(0b1), 0, monday));
        assert!(!Days::Every(7).meets(Days::Weekly(0b10), 0, monday));
        assert!(Days::Every(7).meets(Days::Weekly(0b10), 1, monday));
        assert!(Days::Every(7).meets(Days::Weekly(0b10), 0, Weekday::Tuesday));
    }
}
