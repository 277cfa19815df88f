//! As much JSON as the demo and the bench need to read answers and write results.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use crate::shell::Result;

/// A JSON value. Numbers are doubles: exact up to 2^53, more than any byte count here.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// Reads a whole document.
    pub fn parse(text: &str) -> Result<Json> {
        let mut parser = Parser {
            bytes: text.as_bytes(),
            at: 0,
        };
        let value = parser.value()?;
        parser.blanks();
        if parser.at < parser.bytes.len() {
            return Err(parser.wrong());
        }
        Ok(value)
    }

    /// The member at a path such as `backup.id`; null where there is none.
    pub fn get(&self, path: &str) -> &Json {
        path.split('.').fold(self, |value, name| match value {
            Json::Object(members) => members.get(name).unwrap_or(&Json::Null),
            Json::List(items) => name
                .parse()
                .ok()
                .and_then(|i: usize| items.get(i))
                .unwrap_or(&Json::Null),
            _ => &Json::Null,
        })
    }

    /// The text at a path; empty where there is none.
    pub fn text(&self, path: &str) -> &str {
        match self.get(path) {
            Json::Text(text) => text,
            _ => "",
        }
    }

    /// The text at a path, which has to be there.
    pub fn need(&self, path: &str) -> Result<String> {
        match self.text(path) {
            "" => Err(format!("no `{path}` in the answer {self}")),
            text => Ok(text.to_owned()),
        }
    }

    /// The number at a path; 0 where there is none.
    pub fn number(&self, path: &str) -> f64 {
        match self.get(path) {
            Json::Number(number) => *number,
            _ => 0.0,
        }
    }

    /// The items of the list at a path; none where there is no list.
    pub fn items(&self, path: &str) -> &[Json] {
        match if path.is_empty() {
            self
        } else {
            self.get(path)
        } {
            Json::List(items) => items,
            _ => &[],
        }
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Null => f.write_str("null"),
            Json::Bool(value) => write!(f, "{value}"),
            Json::Number(number) => write!(f, "{number}"),
            Json::Text(text) => quoted(f, text),
            Json::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "[" } else { ", " })?;
                }
                f.write_str(if items.is_empty() { "[]" } else { "]" })
            }
            Json::Object(members) => {
                for (index, (name, value)) in members.iter().enumerate() {
                    f.write_str(if index == 0 { "{" } else { ", " })?;
                    quoted(f, name)?;
                    write!(f, ": {value}")?;
                }
                f.write_str(if members.is_empty() { "{}" } else { "}" })
            }
        }
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            c if u32::from(c) < 0x20 => write!(f, "\\u{:04x}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn wrong(&self) -> String {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let rest = String::from_utf8_lossy(&rest[..rest.len().min(60)]).into_owned();
        format!("no JSON at byte {}: `{rest}`", self.at)
    }

    fn blanks(&mut self) {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn takes(&mut self, word: &str) -> bool {
        self.blanks();
        let found = self.bytes[self.at..].starts_with(word.as_bytes());
        if found {
            self.at += word.len();
        }
        found
    }

    fn value(&mut self) -> Result<Json> {
        if self.takes("null") {
            Ok(Json::Null)
        } else if self.takes("true") {
            Ok(Json::Bool(true))
        } else if self.takes("false") {
            Ok(Json::Bool(false))
        } else if self.takes("\"") {
            self.string().map(Json::Text)
        } else if self.takes("[") {
            let mut items = Vec::new();
            while !self.takes("]") {
                if !items.is_empty() && !self.takes(",") {
                    return Err(self.wrong());
                }
                items.push(self.value()?);
            }
            Ok(Json::List(items))
        } else if self.takes("{") {
            let mut members = BTreeMap::new();
            while !self.takes("}") {
                if !members.is_empty() && !self.takes(",") || !self.takes("\"") {
                    return Err(self.wrong());
                }
                let name = self.string()?;
                if !self.takes(":") {
                    return Err(self.wrong());
                }
                members.insert(name, self.value()?);
            }
            Ok(Json::Object(members))
        } else {
            let rest = &self.bytes[self.at..];
            let length = rest
                .iter()
                .take_while(|b| b"+-.0123456789eE".contains(b))
                .count();
            let number = std::str::from_utf8(&rest[..length])
                .ok()
                .and_then(|t| t.parse().ok());
            let number = number.ok_or_else(|| self.wrong())?;
            self.at += length;
            Ok(Json::Number(number))
        }
    }

    /// The rest of a string whose first quote is read.
    fn string(&mut self) -> Result<String> {
        let mut text = Vec::new();
        loop {
            let byte = *self.bytes.get(self.at).ok_or_else(|| self.wrong())?;
            self.at += 1;
            match byte {
                b'"' => return String::from_utf8(text).map_err(|_| self.wrong()),
                b'\\' => {
                    let escaped = *self.bytes.get(self.at).ok_or_else(|| self.wrong())?;
                    self.at += 1;
                    let c = match escaped {
                        b'n' => '\n',
                        b't' => '\t',
                        b'r' => '\r',
                        b'b' => '\u{8}',
                        b'f' => '\u{c}',
                        b'u' => self.unicode()?,
                        other => char::from(other),
                    };
                    text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                other => text.push(other),
            }
        }
    }

    fn unicode(&mut self) -> Result<char> {
        let first = self.hex()?;
        let pair = (0xd800..0xdc00).contains(&first) && self.bytes[self.at..].starts_with(b"\\u");
        let code = if pair {
            self.at += 2;
            0x10000 + ((first - 0xd800) << 10) + (self.hex()? & 0x3ff)
        } else {
            first
        };
        Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Result<u32> {
        let digits = self
            .bytes
            .get(self.at..self.at + 4)
            .ok_or_else(|| self.wrong())?;
        let digits = std::str::from_utf8(digits).map_err(|_| self.wrong())?;
        let code = u32::from_str_radix(digits, 16).map_err(|_| self.wrong())?;
        self.at += 4;
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_read_as_written() {
        let text =
            r#"{"a": [1, -2.5, {"b": "x\"\u00e9\ud83d\ude00\n"}], "c": null, "d": true, "e": {}}"#;
        let value = Json::parse(text).expect("it is JSON");
        assert_eq!(value.text("a.2.b"), "x\"é😀\n");
        assert_eq!((value.number("a.1"), value.items("a").len()), (-2.5, 3));
        assert_eq!(Json::parse(&value.to_string()), Ok(value));
        for wrong in [
            "",
            "{",
            "[1,]",
            "[1 2]",
            "{\"a\"}",
            "\"",
            "1 2",
            "\"\\u12\"",
        ] {
            assert!(Json::parse(wrong).is_err(), "{wrong}");
        }
    }
}
