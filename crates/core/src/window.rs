//! Backup windows: the times of the week in which automatic backups may begin.
//!
//! Written as `22:00-06:00`, `mon-fri 22:00-06:00` or `sat,sun 00:00-24:00`. A window that ends
//! before it begins goes on into the next day; its days are those on which it begins.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, ToSpan};
use serde::{Deserialize, Serialize};

use crate::zone::Zone;

/// Most windows of one host or vault.
pub const WINDOWS_MAX: usize = 24;
const DAY_MINUTES: u16 = 24 * 60;
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// One window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Window {
    /// Bit 0 is Monday. Never empty.
    days: u8,
    /// Minute of the day, 0 ..= 1439.
    from: u16,
    /// Minute of the day after the last one, 1 ..= 1440, or a minute of the next day where it is
    /// not after `from`.
    to: u16,
}

/// The windows of a host or vault. None at all: always open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Windows {
    /// The windows, at most [`WINDOWS_MAX`].
    pub list: Vec<Window>,
    /// The zone in which they are meant; UTC where none is named.
    pub zone: Option<Zone>,
}

/// A text that is no window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no window: write 22:00-06:00 or mon-fri 22:00-06:00")]
pub struct NoWindow(String);

impl Window {
    /// True at this day and minute of it.
    fn covers(self, day: Weekday, minute: u16) -> bool {
        let begins = |day: Weekday| self.days & (1 << day.to_monday_zero_offset()) != 0;
        if self.from < self.to {
            return begins(day) && (self.from..self.to).contains(&minute);
        }
        begins(day) && minute >= self.from || begins(day.previous()) && minute < self.to
    }
}

impl Windows {
    /// True if an automatic backup may begin at `at`.
    pub fn is_open(&self, at: Timestamp) -> bool {
        if self.list.is_empty() {
            return true;
        }
        let civil = self.zone().civil(at);
        let minute = minute_of(civil.time());
        let day = civil.date().weekday();
        self.list.iter().any(|window| window.covers(day, minute))
    }

    /// When they next open after `at`; `at` itself where they are open.
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        if self.is_open(at) {
            return Some(at);
        }
        let zone = self.zone();
        let today = zone.date(at);
        let begins = (0..=8_i64).filter_map(|n| today.checked_add(n.days()).ok());
        begins
            .flat_map(|day| self.list.iter().filter_map(move |w| begin_of(w, day)))
            .filter_map(|civil| zone.instant(civil))
            .filter(|begin| *begin > at)
            .min()
    }

    fn zone(&self) -> Zone {
        self.zone.clone().unwrap_or_else(Zone::utc)
    }
}

fn begin_of(window: &Window, day: Date) -> Option<jiff::civil::DateTime> {
    let bit = 1 << day.weekday().to_monday_zero_offset();
    let midnight = day.to_datetime(Time::midnight());
    let after = SignedDuration::from_mins(i64::from(window.from));
    (window.days & bit != 0).then(|| midnight.checked_add(after).ok())?
}

fn minute_of(time: Time) -> u16 {
    u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
}

impl FromStr for Window {
    type Err = NoWindow;
    fn from_str(text: &str) -> Result<Window, NoWindow> {
        read(text).ok_or_else(|| NoWindow(text.chars().take(64).collect()))
    }
}

fn read(text: &str) -> Option<Window> {
    let (days, times) = match text.trim().rsplit_once(' ') {
        Some((days, times)) => (days_of(days.trim())?, times),
        None => (0x7f, text.trim()),
    };
    let (from, to) = times.split_once('-')?;
    let window = Window {
        days,
        from: minutes(from)?,
        to: minutes(to)?,
    };
    (window.from < DAY_MINUTES && window.from != window.to).then_some(window)
}

fn days_of(text: &str) -> Option<u8> {
    if text == "daily" {
        return Some(0x7f);
    }
    let index = |name: &str| DAYS.iter().position(|day| *day == name);
    let mut days = 0;
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (index(first)?, index(last)?);
        let count = (last + 7 - first) % 7;
        (0..=count).for_each(|n| days |= 1 << ((first + n) % 7));
    }
    Some(days)
}

fn minutes(text: &str) -> Option<u16> {
    let bytes = text.as_bytes();
    let [a, b, b':', c, d] = bytes else {
        return None;
    };
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
    let (hours, minutes) = (digit(a)? * 10 + digit(b)?, digit(c)? * 10 + digit(d)?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= DAY_MINUTES).then_some(total)
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.days != 0x7f {
            let named = (0..7).filter(|day| self.days & (1 << day) != 0);
            let named: Vec<&str> = named.map(|day| DAYS[day]).collect();
            write!(f, "{} ", named.join(","))?;
        }
        let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        write!(f, "{}-{}", clock(self.from), clock(self.to))
    }
}

impl TryFrom<String> for Window {
    type Error = NoWindow;
    fn try_from(text: String) -> Result<Window, NoWindow> {
        text.parse()
    }
}

impl From<Window> for String {
    fn from(window: Window) -> String {
        window.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(list: &[&str], zone: &str) -> Windows {
        Windows {
            list: list.iter().map(|text| text.parse().unwrap()).collect(),
            zone: Zone::parse(zone),
        }
    }

    #[track_caller]
    fn check(list: &[&str], zone: &str, at: &str, open: bool, next: &str) {
        let windows = windows(list, zone);
        let at: Timestamp = at.parse().unwrap();
        assert_eq!(windows.is_open(at), open);
        let next: Timestamp = next.parse().unwrap();
        assert_eq!(windows.next_open(at), Some(next));
    }

    #[test]
    fn windows_are_open_on_their_days() {
        // 2026-11-27 is a Friday.
        let now = "2026-11-27T12:00:00Z";
        check(&[], "UTC", now, true, now);
        check(&["12:00-13:00"], "UTC", now, true, now);
        check(&["11:00-12:00"], "UTC", now, false, "2026-11-28T11:00:00Z");
        check(
            &["mon-thu 10:00-14:00"],
            "UTC",
            now,
            false,
            "2026-11-30T10:00:00Z",
        );
        check(&["fri 00:00-24:00"], "UTC", now, true, now);
        check(
            &["sat 00:00-24:00", "sun 03:00-04:00"],
            "UTC",
            now,
            false,
            "2026-11-28T00:00:00Z",
        );
    }

    #[test]
    fn windows_reach_over_midnight_and_know_their_zone() {
        let saturday = "2026-11-28T03:00:00Z";
        check(&["fri 22:00-06:00"], "UTC", saturday, true, saturday);
        check(
            &["sat 22:00-06:00"],
            "UTC",
            saturday,
            false,
            "2026-11-28T22:00:00Z",
        );
        check(
            &["05:00-06:00"],
            "UTC+03:00",
            saturday,
            false,
            "2026-11-29T02:00:00Z",
        );
        check(&["06:00-07:00"], "UTC+03:00", saturday, true, saturday);
        // Clocks go from 02:00 to 03:00 on that day: the window opens when it would have.
        check(
            &["02:30-05:00"],
            "Europe/Berlin",
            "2026-03-29T00:00:00Z",
            false,
            "2026-03-29T01:30:00Z",
        );
    }

    #[test]
    fn windows_are_read_and_written() {
        for (text, shown) in [
            ("22:00-06:00", "22:00-06:00"),
            ("daily 22:00-06:00", "22:00-06:00"),
            ("mon-fri 00:00-24:00", "mon,tue,wed,thu,fri 00:00-24:00"),
            ("sat-mon 08:30-09:00", "mon,sat,sun 08:30-09:00"),
            ("tue,thu 08:30-09:00", "tue,thu 08:30-09:00"),
        ] {
            assert_eq!(text.parse::<Window>().unwrap().to_string(), shown);
            assert_eq!(shown.parse::<Window>().unwrap(), text.parse().unwrap());
        }
        for text in [
            "",
            "22:00",
            "24:00-06:00",
            "22:00-22:00",
            "22:60-23:00",
            "x 22:00-23:00",
            "mon- 22:00-23:00",
            "22:00-25:00",
            "-",
            "2:00-03:00",
            "mon  tue 01:00-02:00",
            "ä:00-12:00",
        ] {
            assert!(text.parse::<Window>().is_err(), "{text}");
        }
    }
}
