//! What the process was given: variables, directories, terminals. `main` reads it once.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// The process's surroundings. Commands take everything from here, so tests can make it up.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Environment variables; those that are not UTF-8 are left out.
    pub variables: BTreeMap<String, String>,
    /// Standard input is a terminal: somebody can be asked.
    pub stdin_terminal: bool,
    /// Standard output is a terminal: tables are fitted to it.
    pub stdout_terminal: bool,
    /// Standard error is a terminal: progress is drawn as bars.
    pub stderr_terminal: bool,
    /// Columns of the terminal on standard output, where there is one.
    pub columns: Option<usize>,
}

impl Environment {
    /// The value of a variable; empty counts as not set.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.variables.get(name)?;
        (!value.is_empty()).then_some(value.as_str())
    }

    /// Where the user's profiles lie: `$XDG_CONFIG_HOME/coffer`, else `~/.config/coffer`.
    ///
    /// None where neither variable is set.
    pub fn config_directory(&self) -> Option<PathBuf> {
        let base = match (self.get("XDG_CONFIG_HOME"), self.get("HOME")) {
            (Some(xdg), _) if xdg.starts_with('/') => PathBuf::from(xdg),
            (_, Some(home)) => PathBuf::from(home).join(".config"),
            _ => return None,
        };
        Some(base.join("coffer"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[(&str, &str)], expected: Option<&str>) {
        let environment = Environment {
            variables: variables
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
            ..Environment::default()
        };
        assert_eq!(
            environment.config_directory(),
            expected.map(PathBuf::from),
            "{variables:?}"
        );
    }

    #[test]
    fn profiles_follow_the_xdg_rules() {
        check(&[("HOME", "/home/a")], Some("/home/a/.config/coffer"));
        check(
            &[("HOME", "/home/a"), ("XDG_CONFIG_HOME", "/cfg")],
            Some("/cfg/coffer"),
        );
        // XDG: a relative path is to be ignored.
        check(
            &[("HOME", "/home/a"), ("XDG_CONFIG_HOME", "cfg")],
            Some("/home/a/.config/coffer"),
        );
        check(&[("XDG_CONFIG_HOME", "")], None);
    }
}
