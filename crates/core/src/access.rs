//! Who may do what: actions, policies that name them, and the rights that follow.
//!
//! An action is `service:type:operation`, as the CBR API documents them (`cbr:vaults:create`). A
//! policy is the document of the service's custom policies: statements that allow or deny
//! patterns of actions (`cbr:*:get*`). What no statement allows is refused, and what one denies is
//! refused whatever others allow (CBR features: PRM-01, PRM-05).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The version that policy documents carry.
pub const VERSION: &str = "1.1";
/// Most statements of a policy.
pub const STATEMENTS_MAX: usize = 8;
/// Most patterns of a statement.
pub const PATTERNS_MAX: usize = 100;
/// Longest policy document in bytes, as JSON without blanks.
pub const POLICY_BYTES_MAX: usize = 6144;

/// A pattern of actions: three parts, in each of which `*` stands for any characters.
///
/// Letters are compared without case, so that no spelling slips past a denial.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern(String);

impl Pattern {
    /// True if the pattern covers the action.
    pub fn covers(&self, action: &str) -> bool {
        let mut asked = action.split(':');
        let parts = self.0.split(':').all(|part| {
            let asked = asked.next();
            asked.is_some_and(|asked| fits(part.as_bytes(), asked.as_bytes()))
        });
        parts && asked.next().is_none()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Pattern {
    type Err = Error;
    fn from_str(text: &str) -> Result<Pattern> {
        let parts: Vec<&str> = text.split(':').collect();
        let legal = |part: &&str| {
            let mut letters = part.bytes();
            !part.is_empty() && letters.all(|b| b.is_ascii_alphanumeric() || b"*_-".contains(&b))
        };
        match parts.len() == 3 && text.len() <= 128 && parts.iter().all(legal) {
            true => Ok(Pattern(text.to_owned())),
            false => Err(Error::invalid(format!(
                "`{}` is no action: an action is `service:type:operation`",
                text.chars().take(64).collect::<String>()
            ))
            .hint("Write, for example, cbr:vaults:create, cbr:*:get* or cbr:*:*.")),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a text fits one part of a pattern. Goes back to the last `*` alone, so that it takes
/// at most length times length steps.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut seen) = (0, 0);
    let mut star = None;
    while seen < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(letter) if letter.eq_ignore_ascii_case(&text[seen]) => {
                at += 1;
                seen += 1;
            }
            _ => {
                let Some((back, from)) = star else {
                    return false;
                };
                star = Some((back, from + 1));
                (at, seen) = (back + 1, from + 1);
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == b'*')
}

/// What a statement does with its actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// They may be done.
    Allow,
    /// They may not, whatever else is allowed.
    Deny,
}

/// A statement as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// What it does.
    #[serde(rename = "Effect")]
    pub effect: Effect,
    /// Patterns of actions.
    #[serde(rename = "Action")]
    pub action: Vec<String>,
}

/// A policy as it is written: `{"Version": "1.1", "Statement": [...]}`.
///
/// Fields that this service does not know (conditions, single resources) are refused rather than
/// ignored: a policy must never allow more than it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// `1.1`.
    #[serde(rename = "Version")]
    pub version: String,
    /// What it allows and denies.
    #[serde(rename = "Statement")]
    pub statement: Vec<Statement>,
}

impl Policy {
    /// A policy that allows and denies these patterns.
    pub fn of(allow: &[&str], deny: &[&str]) -> Policy {
        let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        let mut statement = vec![Statement {
            effect: Effect::Allow,
            action: own(allow),
        }];
        if !deny.is_empty() {
            statement.push(Statement {
                effect: Effect::Deny,
                action: own(deny),
            });
        }
        Policy {
            version: VERSION.to_owned(),
            statement,
        }
    }

    /// Checks the policy and gives what follows from it.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn rights(&self) -> Result<Rights> {
        let wrong = |text: String| Err(Error::invalid(format!("`policy`: {text}")));
        if self.version != VERSION {
            return wrong(format!("`Version` must be {VERSION}"));
        }
        if !(1..=STATEMENTS_MAX).contains(&self.statement.len()) {
            return wrong(format!(
                "`Statement` must have 1 to {STATEMENTS_MAX} statements"
            ));
        }
        let size = serde_json::to_string(self).map_or(usize::MAX, |text| text.len());
        if size > POLICY_BYTES_MAX {
            return wrong(format!("it has more than {POLICY_BYTES_MAX} bytes"));
        }
        let mut rights = Rights::default();
        for statement in &self.statement {
            if !(1..=PATTERNS_MAX).contains(&statement.action.len()) {
                return wrong(format!("`Action` must have 1 to {PATTERNS_MAX} actions"));
            }
            let list = match statement.effect {
                Effect::Allow => &mut rights.allow,
                Effect::Deny => &mut rights.deny,
            };
            for text in &statement.action {
                list.push(text.parse()?);
            }
        }
        Ok(rights)
    }
}

/// What somebody may do: the union of policies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights {
    /// Allowed,
    pub allow: Vec<Pattern>,
    /// except these.
    pub deny: Vec<Pattern>,
}

impl Rights {
    /// True if the action is allowed by a pattern and denied by none.
    pub fn allows(&self, action: &str) -> bool {
        let covers = |list: &[Pattern]| list.iter().any(|pattern| pattern.covers(action));
        covers(&self.allow) && !covers(&self.deny)
    }

    /// Adds what another policy allows and denies.
    pub fn add(&mut self, other: &Rights) {
        for (list, more) in [
            (&mut self.allow, &other.allow),
            (&mut self.deny, &other.deny),
        ] {
            for pattern in more {
                if !list.contains(pattern) {
                    list.push(pattern.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(pattern: &str, covered: &[&str], others: &[&str]) {
        let pattern: Pattern = pattern.parse().unwrap();
        for action in covered {
            assert!(pattern.covers(action), "{pattern} covers {action}");
        }
        for action in others {
            assert!(!pattern.covers(action), "{pattern} does not cover {action}");
        }
    }

    #[test]
    fn stars_stay_within_their_part() {
        check(
            "cbr:*:get*",
            &["cbr:vaults:get", "cbr:vaults:getTags"],
            &[
                "cbr:vaults:list",
                "ecs:vaults:get",
                "cbr:vaults",
                "cbr:a:b:get",
            ],
        );
        check(
            "*:*:*",
            &["cbr:vaults:create"],
            &["cbr:vaults", "", "a:b:c:d"],
        );
        check(
            "cbr:vaults:*Tags",
            &["cbr:vaults:setTags"],
            &["cbr:vaults:setTagsNow"],
        );
        check(
            "CBR:vaults:Delete",
            &["cbr:Vaults:delete"],
            &["cbr:vaults:deleteTags"],
        );
    }

    #[test]
    fn patterns_have_three_parts() {
        for text in [
            "",
            "*",
            "cbr",
            "cbr:vaults",
            "cbr::get",
            "cbr:vaults:get:x",
            "a:b:c d",
            "a:b:é",
        ] {
            assert!(text.parse::<Pattern>().is_err(), "{text}");
        }
    }

    #[test]
    fn denial_beats_permission() {
        let mut rights = Policy::of(&["cbr:*:*"], &[]).rights().unwrap();
        assert!(rights.allows("cbr:vaults:delete"));
        assert!(!rights.allows("ecs:servers:list"));
        let denial = Policy::of(&["ecs:*:list"], &["cbr:*:DELETE"])
            .rights()
            .unwrap();
        rights.add(&denial);
        assert!(!rights.allows("cbr:vaults:delete"));
        assert!(rights.allows("cbr:vaults:get") && rights.allows("ecs:servers:list"));
        assert!(!Rights::default().allows("cbr:vaults:get"));
    }

    #[test]
    fn documents_are_read_strictly() {
        let read = |text: &str| -> Result<Rights> {
            let policy: Policy =
                serde_json::from_str(text).map_err(|e| Error::invalid(e.to_string()))?;
            policy.rights()
        };
        let good = r#"{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["cbr:*:list*"]}]}"#;
        assert!(read(good).unwrap().allows("cbr:tasks:list"));
        for bad in [
            r#"{"Version":"1.0","Statement":[{"Effect":"Allow","Action":["cbr:*:list*"]}]}"#,
            r#"{"Version":"1.1","Statement":[]}"#,
            r#"{"Version":"1.1","Statement":[{"Effect":"Allow","Action":[]}]}"#,
            r#"{"Version":"1.1","Statement":[{"Effect":"allow","Action":["cbr:*:*"]}]}"#,
            r#"{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["cbr"]}]}"#,
            // A condition that is not looked at would allow more than it says.
            r#"{"Version":"1.1","Statement":[{"Effect":"Allow","Action":["cbr:*:*"],"Condition":{}}]}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    /// The plain definition, which may take long.
    fn slow(pattern: &[u8], text: &[u8]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((b'*', rest)) => (0..=text.len()).any(|skip| slow(rest, &text[skip..])),
            Some((letter, rest)) => text.split_first().is_some_and(|(first, more)| {
                first.eq_ignore_ascii_case(letter) && slow(rest, more)
            }),
        }
    }

    proptest! {
        #[test]
        fn the_quick_way_is_the_plain_one(pattern in "[ab*]{0,8}", text in "[abA]{0,8}") {
            prop_assert_eq!(
                fits(pattern.as_bytes(), text.as_bytes()),
                slow(pattern.as_bytes(), text.as_bytes())
            );
        }
    }
}
