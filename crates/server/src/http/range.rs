//! Parts of large answers: `Range`, `If-Range`, `If-Match` and `If-None-Match` (RFC 9110).

use std::ops::Range;

use axum::http::header::{IF_MATCH, IF_NONE_MATCH, IF_RANGE, RANGE};
use axum::http::{HeaderMap, HeaderName, StatusCode};

/// What of a file is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All of it: 200.
    Whole,
    /// These bytes, at least one: 206.
    Part(Range<u64>),
    /// Nothing it has: 416.
    Unsatisfiable,
}

/// What a request wants of a file of `len` bytes whose strong tag, with its quotes, is `tag`.
///
/// A header that is not understood means the whole, as the standard has it. Of several ranges in
/// one request nothing is sent: whoever asks can ask for them one by one.
pub fn wanted(headers: &HeaderMap, tag: &str, len: u64) -> Wanted {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(range) = text(RANGE) else {
        return Wanted::Whole;
    };
    // A date is never the tag, nor is a weak tag.
    if headers.contains_key(IF_RANGE) && text(IF_RANGE).map(str::trim) != Some(tag) {
        return Wanted::Whole;
    }
    let Some((unit, list)) = range.split_once('=') else {
        return Wanted::Whole;
    };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Wanted::Whole;
    }
    let mut parts = list.split(',').map(str::trim).filter(|p| !p.is_empty());
    let (Some(part), more) = (parts.next(), parts.next()) else {
        return Wanted::Whole;
    };
    if more.is_some() {
        return Wanted::Unsatisfiable;
    }
    let Some((first, last)) = part.split_once('-') else {
        return Wanted::Whole;
    };
    let range = match (number(first), number(last)) {
        (Some(Number::None), Some(Number::Some(count))) => len.saturating_sub(count)..len,
        (Some(Number::Some(first)), Some(Number::None)) => first..len,
        (Some(Number::Some(first)), Some(Number::Some(last))) if first <= last => {
            first..last.saturating_add(1).min(len)
        }
        _ => return Wanted::Whole,
    };
    match range.is_empty() {
        true => Wanted::Unsatisfiable,
        false => Wanted::Part(range),
    }
}

enum Number {
    None,
    Some(u64),
}

/// Digits, or nothing; none where it is anything else. What is too large is as large as can be.
fn number(text: &str) -> Option<Number> {
    let text = text.trim();
    match text {
        "" => Some(Number::None),
        _ if text.bytes().all(|b| b.is_ascii_digit()) => {
            Some(Number::Some(text.parse().unwrap_or(u64::MAX)))
        }
        _ => None,
    }
}

/// 412 or 304 where a condition of the request says that the file is not to be sent.
pub fn refused(headers: &HeaderMap, tag: &str) -> Option<StatusCode> {
    let names = |name: HeaderName| {
        let values = headers.get_all(name).into_iter();
        let texts = values.filter_map(|value| value.to_str().ok());
        let mut tags = texts.flat_map(|text| text.split(','));
        tags.any(|named| matches!(named.trim(), t if t == "*" || t == tag))
    };
    if headers.contains_key(IF_MATCH) && !names(IF_MATCH) {
        return Some(StatusCode::PRECONDITION_FAILED);
    }
    names(IF_NONE_MATCH).then_some(StatusCode::NOT_MODIFIED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        let pairs = pairs.iter().cloned();
        pairs
            .map(|(name, value)| (name, value.parse().expect("a value")))
            .collect()
    }

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (text, expected) in [
            ("bytes=0-0", Wanted::Part(0..1)),
            ("bytes=10-19", Wanted::Part(10..20)),
            ("bytes = 10 - 19", Wanted::Part(10..20)),
            ("bytes=90-", Wanted::Part(90..100)),
            ("bytes=-10", Wanted::Part(90..100)),
            ("bytes=-1000", Wanted::Part(0..100)),
            ("bytes=50-1000", Wanted::Part(50..100)),
            ("bytes=0-99999999999999999999999", Wanted::Part(0..100)),
            ("bytes=100-", Wanted::Unsatisfiable),
            ("bytes=100-200", Wanted::Unsatisfiable),
            ("bytes=-0", Wanted::Unsatisfiable),
            ("bytes=0-1,5-6", Wanted::Unsatisfiable),
            ("bytes=5-4", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=--5", Wanted::Whole),
            ("bytes=+1-5", Wanted::Whole),
            ("bytes=", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("lines=0-5", Wanted::Whole),
            ("0-5", Wanted::Whole),
        ] {
            let asked = headers(&[(RANGE, text)]);
            assert_eq!(wanted(&asked, "\"t\"", 100), expected, "{text}");
        }
        assert_eq!(wanted(&headers(&[]), "\"t\"", 100), Wanted::Whole);
        let empty = headers(&[(RANGE, "bytes=0-")]);
        assert_eq!(wanted(&empty, "\"t\"", 0), Wanted::Unsatisfiable);
    }

    #[test]
    fn a_part_of_another_file_is_not_sent() {
        let part = |tag| headers(&[(RANGE, "bytes=1-2"), (IF_RANGE, tag)]);
        assert_eq!(wanted(&part("\"t\""), "\"t\"", 9), Wanted::Part(1..3));
        for other in ["\"u\"", "W/\"t\"", "Sun, 29 Nov 2026 15:00:00 GMT"] {
            assert_eq!(wanted(&part(other), "\"t\"", 9), Wanted::Whole, "{other}");
        }
        let check = |name, value, expected| {
            let asked = headers(&[(name, value)]);
            assert_eq!(refused(&asked, "\"t\""), expected, "{value}");
        };
        check(IF_MATCH, "\"u\"", Some(StatusCode::PRECONDITION_FAILED));
        check(IF_MATCH, "\"u\", \"t\"", None);
        check(IF_MATCH, "*", None);
        check(
            IF_NONE_MATCH,
            "\"u\", \"t\"",
            Some(StatusCode::NOT_MODIFIED),
        );
        check(IF_NONE_MATCH, "\"u\"", None);
    }
}
