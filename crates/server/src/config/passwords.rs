//! `[passwords]`: what a password has to be.

use coffer_core::{Error, Result};
use serde::Deserialize;

/// Most bytes of a password: more is no safer and costs time.
const BYTES_MAX: usize = 1024;

/// Rules for passwords.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordRules {
    /// Fewest characters: 8 to 128.
    pub length_min: usize,
    /// How many of the last passwords, the present one included, are not taken again: 0 to 24.
    pub history: usize,
    /// After how many days another one has to be set; 0: never.
    pub max_age_days: u32,
    /// The password that the first start makes has to be changed at the first log-in.
    pub change_first: bool,
}

impl Default for PasswordRules {
    fn default() -> PasswordRules {
        PasswordRules {
            length_min: 8,
            history: 1,
            max_age_days: 0,
            change_first: false,
        }
    }
}

impl PasswordRules {
    /// Checks the rules themselves.
    pub(super) fn validate(&self) -> Result<()> {
        let wrong = |text: &str| Err(Error::invalid(format!("`passwords.{text}`")));
        if !(8..=128).contains(&self.length_min) {
            return wrong("length_min` must be 8 to 128");
        }
        if self.history > 24 {
            return wrong("history` must be 0 to 24");
        }
        if self.max_age_days > 36_500 {
            return wrong("max_age_days` must be 0 to 36500");
        }
        Ok(())
    }

    /// Checks a password that a user shall get.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn check(&self, user: &str, password: &str) -> Result<()> {
        let wrong = |text: String| Err(Error::invalid(format!("`password` {text}")));
        if password.chars().count() < self.length_min || password.len() > BYTES_MAX {
            let min = self.length_min;
            return wrong(format!("must have {min} to {BYTES_MAX} characters"));
        }
        let (name, text) = (user.to_lowercase(), password.to_lowercase());
        let backwards: String = name.chars().rev().collect();
        // A name of one or two letters is in many good passwords.
        let telling = name.chars().count() >= 3;
        if text == name || telling && (text.contains(&name) || text.contains(&backwards)) {
            return wrong("must not contain the user's name".to_owned());
        }
        let first = password.chars().next();
        if password.chars().all(|letter| Some(letter) == first) {
            return wrong("must not be one character alone".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_have_rules() {
        let rules = PasswordRules::default();
        let check = |password: &str, fits: bool| {
            assert_eq!(rules.check("alice", password).is_ok(), fits, "{password}");
        };
        check("correct horse", true);
        check("short12", false);
        check(&"long ".repeat(300), false);
        check("my-ALICE-password", false);
        check("ecila-password", false);
        check("aaaaaaaaaa", false);
        assert!(rules.check("al", "always-good").is_ok());
        assert!(rules.check("ääää", "ÄÄÄÄ2026").is_err());
    }
}
