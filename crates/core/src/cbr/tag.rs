//! Tags of vaults (CBR API: 2.5 tags, 9 tag calls).

use super::{Code, Refusal};

/// Most tags of one vault.
pub const TAGS_MAX: usize = 20;
/// Longest key that may be set, in characters.
pub const KEY_MAX: usize = 36;
/// Longest value that may be set, in characters.
pub const VALUE_MAX: usize = 43;
/// Longest key that may be asked for or deleted, in characters.
pub const ASKED_KEY_MAX: usize = 127;
/// Longest value that may be asked for or deleted, in characters.
pub const ASKED_VALUE_MAX: usize = 255;

fn legal(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// A key to be set: trimmed, 1 to 36 letters, digits, `_`, `-`.
pub fn check_key(field: &str, key: &str) -> Result<String, Refusal> {
    let key = key.trim();
    if key.is_empty() || key.chars().count() > KEY_MAX || !key.chars().all(legal) {
        return Err(Refusal::parameter(
            field,
            "must be 1 to 36 letters, digits, underscores or hyphens",
        ));
    }
    Ok(key.to_owned())
}

/// A value to be set: trimmed, at most 43 letters, digits, `_`, `-`, `.`.
pub fn check_value(field: &str, value: &str) -> Result<String, Refusal> {
    let value = value.trim();
    if value.chars().count() > VALUE_MAX || !value.chars().all(|c| legal(c) || c == '.') {
        return Err(Refusal::parameter(
            field,
            "must be at most 43 letters, digits, underscores, hyphens or dots",
        ));
    }
    Ok(value.to_owned())
}

/// Sets tags over those a vault has: the same key gets the new value.
///
/// # Errors
/// `TAG_LIMIT` where the vault would have more than [`TAGS_MAX`].
pub fn set(have: &[(String, String)], new: &[(String, String)]) -> Result<Tags, Refusal> {
    let mut tags = have.to_vec();
    for (key, value) in new {
        match tags.iter_mut().find(|(known, _)| known == key) {
            Some((_, old)) => value.clone_into(old),
            None => tags.push((key.clone(), value.clone())),
        }
    }
    if tags.len() > TAGS_MAX {
        return Err(Refusal::new(
            Code::TAG_LIMIT,
            format!("the vault would have {} tags", tags.len()),
        )
        .hint(format!("A vault takes {TAGS_MAX}: delete some first.")));
    }
    Ok(tags)
}

/// Keys and values of a vault.
pub type Tags = Vec<(String, String)>;

/// A key and the values it may have; any where there are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The key.
    pub key: String,
    /// The values. One that begins with `*` means each that contains the rest.
    pub values: Vec<String>,
}

impl Condition {
    fn fits(&self, tags: &[(String, String)]) -> bool {
        let value_fits = |value: &str| {
            self.values.is_empty()
                || self
                    .values
                    .iter()
                    .any(|wanted| match wanted.strip_prefix('*') {
                        Some(part) => value.contains(part),
                        None => value == wanted,
                    })
        };
        tags.iter()
            .any(|(key, value)| *key == self.key && value_fits(value))
    }
}

/// Which vaults are meant, by their tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Those without any tag; the other conditions do not count then.
    pub without_any: bool,
    /// Those that fit all of these.
    pub all: Vec<Condition>,
    /// Those that fit one of these.
    pub any: Vec<Condition>,
    /// Not those that fit all of these.
    pub not_all: Vec<Condition>,
    /// Not those that fit one of these.
    pub not_any: Vec<Condition>,
}

impl Query {
    /// Whether a vault with `tags` is meant.
    pub fn fits(&self, tags: &[(String, String)]) -> bool {
        if self.without_any {
            return tags.is_empty();
        }
        let all = |list: &[Condition]| list.iter().all(|c| c.fits(tags));
        let any = |list: &[Condition]| list.iter().any(|c| c.fits(tags));
        all(&self.all)
            && (self.any.is_empty() || any(&self.any))
            && (self.not_all.is_empty() || !all(&self.not_all))
            && !any(&self.not_any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(list: &[(&str, &str)]) -> Tags {
        list.iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    fn condition(key: &str, values: &[&str]) -> Condition {
        Condition {
            key: key.to_owned(),
            values: values.iter().map(|v| (*v).to_owned()).collect(),
        }
    }

    #[track_caller]
    fn check(query: &Query, expected: [bool; 4]) {
        let vaults = [
            tags(&[]),
            tags(&[("env", "prod")]),
            tags(&[("env", "test"), ("team", "db-east")]),
            tags(&[("team", "web")]),
        ];
        assert_eq!(vaults.map(|v| query.fits(&v)), expected);
    }

    #[test]
    fn conditions_are_joined_as_documented() {
        let query = Query::default;
        check(&query(), [true; 4]);
        let all = vec![condition("env", &["test", "dev"]), condition("team", &[])];
        check(&Query { all, ..query() }, [false, false, true, false]);
        let any = vec![condition("env", &["prod"]), condition("team", &["web"])];
        check(&Query { any, ..query() }, [false, true, false, true]);
        let not_all = vec![condition("env", &[]), condition("team", &[])];
        check(&Query { not_all, ..query() }, [true, true, false, true]);
        let not_any = vec![condition("env", &["prod"]), condition("team", &["web"])];
        check(&Query { not_any, ..query() }, [true, false, true, false]);
        let fuzzy = vec![condition("team", &["*east"])];
        check(
            &Query {
                any: fuzzy,
                ..query()
            },
            [false, false, true, false],
        );
        let without = Query {
            without_any: true,
            all: vec![condition("env", &["prod"])],
            ..query()
        };
        check(&without, [true, false, false, false]);
    }

    #[test]
    fn setting_overwrites_and_has_a_limit() {
        let have = tags(&[("a", "1"), ("b", "2")]);
        let now = set(&have, &tags(&[("b", "3"), ("c", "")])).unwrap();
        assert_eq!(now, tags(&[("a", "1"), ("b", "3"), ("c", "")]));
        let many: Tags = (0..19).map(|n| (format!("k{n}"), String::new())).collect();
        assert_eq!(set(&have, &many).unwrap_err().code, Code::TAG_LIMIT);
        assert!(set(&have, &many[..18]).is_ok());
    }

    #[test]
    fn keys_and_values_are_of_a_small_set() {
        assert_eq!(check_key("k", " env-1 ").unwrap(), "env-1");
        for bad in ["", " ", "a=b", "a*", "a b", &"x".repeat(37)] {
            assert!(check_key("k", bad).is_err(), "{bad:?}");
        }
        assert_eq!(check_value("v", "").unwrap(), "");
        for bad in ["a,b", "a/b", "<", &"x".repeat(44)] {
            assert!(check_value("v", bad).is_err(), "{bad:?}");
        }
    }
}
