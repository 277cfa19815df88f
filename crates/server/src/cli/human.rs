//! Sizes, times and durations as people write and read them.

use std::time::Duration;

use coffer_core::{Error, Result};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/// A number of bytes with at most three digits before the unit: `4.2 GiB`.
pub fn size(bytes: u64) -> String {
    let mut unit = 0;
    let mut scaled = bytes;
    let mut rest = 0;
    while scaled >= 1024 && unit + 1 < UNITS.len() {
        rest = scaled % 1024;
        scaled /= 1024;
        unit += 1;
    }
    // One decimal, rounded half up; 1023.96 KiB becomes 1.0 MiB rather than 1024.0 KiB.
    let mut tenths = scaled * 10 + (rest * 10 + 512) / 1024;
    if tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths = 10;
        unit += 1;
    }
    if unit == 0 {
        format!("{bytes} B")
    } else if tenths >= 1000 {
        format!("{} {}", (tenths + 5) / 10, UNITS[unit])
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    }
}

/// Reads a number of bytes: `4096`, `0x1000`, `64K`, `64KiB`, `4MiB`, `1.5G`.
///
/// K, M, G, T and P stand for powers of 1024. `KB` and the like are refused, because people
/// mean either 1000 or 1024 by them.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).map_err(|_| format!("`{text}` is not a size"));
    }
    let split = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, suffix) = (&text[..split], text[split..].trim());
    let power = match suffix.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kib" => 1,
        "m" | "mib" => 2,
        "g" | "gib" => 3,
        "t" | "tib" => 4,
        "p" | "pib" => 5,
        "kb" | "mb" | "gb" | "tb" | "pb" => {
            let unit = suffix[..1].to_ascii_uppercase();
            return Err(format!(
                "`{suffix}` may mean 1000 or 1024: write `{unit}iB`"
            ));
        }
        _ => return Err(format!("`{text}` is not a size; write `64KiB` or `4G`")),
    };
    let unit = 1u64 << (10 * power);
    let too_large = || format!("`{text}` is larger than any disk");
    let not_a_size = || format!("`{text}` is not a size; write `64KiB` or `4G`");
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) || fraction.len() > 6 {
        return Err(not_a_size());
    }
    let whole: u64 = whole.parse().map_err(|_| too_large())?;
    let mut bytes = whole.checked_mul(unit).ok_or_else(too_large)?;
    if !fraction.is_empty() {
        let scale = 10u64.pow(u32::try_from(fraction.len()).expect("at most 6 digits"));
        let part: u64 = fraction.parse().map_err(|_| not_a_size())?;
        let part = u128::from(part) * u128::from(unit);
        if !part.is_multiple_of(u128::from(scale)) && power == 0 {
            return Err(format!("`{text}` is not a whole number of bytes"));
        }
        let part = u64::try_from(part / u128::from(scale)).map_err(|_| too_large())?;
        bytes = bytes.checked_add(part).ok_or_else(too_large)?;
    }
    Ok(bytes)
}

/// A number of things, with the plural where it is due: `1 backup`, `2 backups`.
pub fn count(number: usize, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{ending}")
}

/// A span of time in its two largest units: `2 h 5 min`, `41 s`, `0.3 s`.
pub fn duration(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", span.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds / 3600 % 24),
    }
}

/// Reads a time as the APIs write it: with a zone, or without one and then in UTC.
pub fn parse_time(text: &str) -> Result<Timestamp> {
    let civil = || -> Option<Timestamp> {
        let time: DateTime = text.parse().ok()?;
        Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    text.parse()
        .ok()
        .or_else(civil)
        .ok_or_else(|| Error::invalid(format!("`{text}` is not a time")))
}

/// A moment in `zone`, to the second, with the zone's offset: `2026-11-23 14:10:18 +01:00`.
pub fn time(at: Timestamp, zone: &TimeZone) -> String {
    let zoned = at.to_zoned(zone.clone());
    if zone == &TimeZone::UTC {
        zoned.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
    } else {
        zoned.strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_short() {
        for (bytes, expected) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (65_536, "64.0 KiB"),
            (104_857_600, "100 MiB"),
            (1_048_575, "1.0 MiB"),
            (1_073_741_824, "1.0 GiB"),
            (u64::MAX, "16384 PiB"),
        ] {
            assert_eq!(size(bytes), expected, "{bytes}");
        }
    }

    #[test]
    fn sizes_are_read_in_powers_of_1024() {
        for (text, expected) in [
            ("0", 0),
            ("4096", 4096),
            ("0x1000", 4096),
            ("64K", 65_536),
            ("64 KiB", 65_536),
            ("64kib", 65_536),
            ("1.5G", 1_610_612_736),
            ("4MiB", 4_194_304),
            ("16T", 17_592_186_044_416),
        ] {
            assert_eq!(parse_size(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn doubtful_sizes_are_refused() {
        for (text, reason) in [
            ("", "not a size"),
            ("-1", "not a size"),
            ("K", "not a size"),
            ("12 apples", "not a size"),
            ("1.2.3", "not a size"),
            ("1.5", "whole number"),
            ("64KB", "write `KiB`"),
            ("99999999P", "larger than any disk"),
            ("99999999999999999999999", "larger than any disk"),
            ("0xzz", "not a size"),
        ] {
            let error = parse_size(text).expect_err(text);
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn times_without_a_zone_are_utc() {
        let expected: Timestamp = "2020-02-05T10:38:34.209782Z".parse().expect("a time");
        for text in [
            "2020-02-05T10:38:34.209782",
            "2020-02-05T10:38:34.209782Z",
            "2020-02-05T11:38:34.209782+01:00",
            "2020-02-05 10:38:34.209782",
        ] {
            assert_eq!(parse_time(text).expect(text), expected, "{text}");
        }
        assert!(parse_time("yesterday").is_err());
        assert_eq!(time(expected, &TimeZone::UTC), "2020-02-05 10:38:34 UTC");
        let berlin = TimeZone::fixed(jiff::tz::offset(1));
        assert_eq!(time(expected, &berlin), "2020-02-05 11:38:34 +01:00");
    }

    #[test]
    fn durations_name_two_units() {
        for (milliseconds, expected) in [
            (300, "0.3 s"),
            (41_000, "41 s"),
            (125_000, "2 min 5 s"),
            (7_500_000, "2 h 5 min"),
            (180_000_000, "2 d 2 h"),
        ] {
            assert_eq!(duration(Duration::from_millis(milliseconds)), expected);
        }
    }
}
