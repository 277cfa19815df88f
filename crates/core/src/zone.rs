//! Time zones: fixed offsets as the CBR API writes them, and zones of the IANA database.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, Zoned};

/// Largest distance from UTC that a zone may be written with, in minutes (Kiritimati: +14:00).
const OFFSET_MINUTES_MAX: i32 = 14 * 60;
/// Longest name that is looked at; the longest of the database has 32.
const NAME_MAX: usize = 64;

/// A time zone.
///
/// `UTC`, `UTC+08:00` and `UTC-03:30` are fixed offsets (CBR API: creating a policy). Beyond the
/// original, a name of the IANA database (`Europe/Berlin`) is taken: such a zone knows daylight
/// saving. The database is compiled in, so that a schedule means the same on every host.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Zone {
        Zone {
            name: "UTC".to_owned(),
            zone: TimeZone::UTC,
        }
    }

    /// Reads `UTC`, `UTC±hh:mm` (up to 14 hours) or a name of the IANA database.
    pub fn parse(text: &str) -> Option<Zone> {
        if text == "UTC" {
            return Some(Zone::utc());
        }
        let zone = match text.strip_prefix("UTC") {
            Some(offset) => TimeZone::fixed(offset_of(offset)?),
            None if text.len() <= NAME_MAX => TimeZoneDatabase::bundled().get(text).ok()?,
            None => return None,
        };
        Some(Zone {
            name: text.to_owned(),
            zone,
        })
    }

    /// Its name, as it was written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the clocks of the zone show at `at`.
    pub fn civil(&self, at: Timestamp) -> DateTime {
        self.zone.to_datetime(at)
    }

    /// The day of the zone in which `at` lies.
    pub fn date(&self, at: Timestamp) -> Date {
        self.civil(at).date()
    }

    /// The instant at which the clocks of the zone show `civil`.
    ///
    /// Where clocks are put forward over it, it does not exist: then the offset from before the
    /// change holds, so that 02:30 becomes 03:30. Where clocks are put back over it, it exists
    /// twice: then the first of both is meant. None at the ends of the calendar.
    pub fn instant(&self, civil: DateTime) -> Option<Timestamp> {
        self.zone.to_ambiguous_timestamp(civil).compatible().ok()
    }

    /// `at` with the zone's offset, for people.
    pub fn zoned(&self, at: Timestamp) -> Zoned {
        Zoned::new(at, self.zone.clone())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

fn offset_of(text: &str) -> Option<Offset> {
    let bytes = text.as_bytes();
    let (sign, digits) = match bytes {
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let [a, b, b':', c, d] = digits else {
        return None;
    };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i32::from(byte - b'0'));
    let hours = digit(*a)? * 10 + digit(*b)?;
    let minutes = digit(*c)? * 10 + digit(*d)?;
    let total = hours * 60 + minutes;
    if minutes > 59 || total > OFFSET_MINUTES_MAX {
        return None;
    }
    Offset::from_seconds(sign * total * 60).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(zone: &str, civil: &str, expected: &str) {
        let zone = Zone::parse(zone).expect(zone);
        let instant = zone.instant(civil.parse().unwrap()).unwrap();
        assert_eq!(instant.to_string(), expected);
    }

    #[test]
    fn offsets_and_names_are_zones() {
        check("UTC", "2024-01-01T12:00", "2024-01-01T12:00:00Z");
        check("UTC+08:00", "2024-01-01T14:00", "2024-01-01T06:00:00Z");
        check("UTC-03:30", "2024-01-01T14:00", "2024-01-01T17:30:00Z");
        check("Europe/Berlin", "2024-01-01T12:00", "2024-01-01T11:00:00Z");
        check("Europe/Berlin", "2024-07-01T12:00", "2024-07-01T10:00:00Z");
    }

    #[test]
    fn a_time_that_does_not_exist_is_moved_by_the_gap() {
        check("Europe/Berlin", "2024-03-31T02:30", "2024-03-31T01:30:00Z");
        check(
            "America/New_York",
            "2024-03-10T02:00",
            "2024-03-10T07:00:00Z",
        );
    }

    #[test]
    fn of_a_time_that_exists_twice_the_first_is_meant() {
        check("Europe/Berlin", "2024-10-27T02:30", "2024-10-27T00:30:00Z");
        check(
            "Australia/Lord_Howe",
            "2024-04-07T01:45",
            "2024-04-06T14:45:00Z",
        );
    }

    #[test]
    fn other_texts_are_no_zones() {
        for text in [
            "",
            "utc+01:00",
            "UTC+1",
            "UTC+01",
            "UTC+01:60",
            "UTC+15:00",
            "UTC+0a:00",
            "UTC 01:00",
            "+01:00",
            "Europe/Atlantis",
            "../etc/passwd",
            "UTC+٠١:٠٠",
        ] {
            assert_eq!(Zone::parse(text), None, "{text:?}");
        }
    }
}
