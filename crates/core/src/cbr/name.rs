//! Names and descriptions (CBR API: 0.3 names; CBR manual: names of backups).

use super::Refusal;

/// Longest name of a vault, backup or policy, in characters.
pub const NAME_MAX: usize = 64;
/// Longest description of a backup, in characters.
pub const DESCRIPTION_MAX: usize = 255;
/// Longest description a vault may be created with, in characters.
pub const VAULT_DESCRIPTION_MAX: usize = 64;

/// Checks the name of a vault, backup or policy: 1 to 64 of `A-Z a-z 0-9 _ -`.
pub fn check_name(field: &str, name: &str) -> Result<(), Refusal> {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.chars().count() > NAME_MAX {
        return Err(Refusal::parameter(
            field,
            format_args!("must have 1 to {NAME_MAX} characters"),
        ));
    }
    match name.chars().find(|&c| !legal(c)) {
        None => Ok(()),
        Some(_) => Err(Refusal::parameter(
            field,
            "may hold only letters A-Z and a-z, digits, underscores and hyphens",
        )),
    }
}

/// Checks a description: at most `max` characters, without `<`, `>` and control characters.
pub fn check_description(field: &str, text: &str, max: usize) -> Result<(), Refusal> {
    if text.chars().count() > max {
        return Err(Refusal::parameter(
            field,
            format_args!("must have at most {max} characters"),
        ));
    }
    let bad =
        |c: char| matches!(c, '<' | '>') || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    match text.chars().any(bad) {
        false => Ok(()),
        true => Err(Refusal::parameter(
            field,
            "may not hold `<`, `>` or control characters",
        )),
    }
}

/// The name of a one-off backup for which the user gave none: `manualbk_` and four digits.
pub fn default_backup_name(random: u16) -> String {
    format!("manualbk_{random:04x}")
}

/// The name of a backup made before disks are overwritten: `safetybk_` and four digits.
pub fn safety_backup_name(random: u16) -> String {
    format!("safetybk_{random:04x}")
}

/// The name of a policy's backup: `autobk_` and four digits.
pub fn automatic_backup_name(random: u16) -> String {
    format!("autobk_{random:04x}")
}

/// The names of the `count` backups of one run.
///
/// A single one keeps `name`; several get `-0001`, `-0002` and so on, and the name is cut so that
/// the whole stays within 64 characters. With a `first` number, a run that is a part of something
/// larger (servers in several vaults), a single one is numbered as well.
pub fn backup_names(name: &str, count: usize, first: Option<u16>) -> Vec<String> {
    if count == 1 && first.is_none() {
        return vec![name.to_owned()];
    }
    let numbers = (usize::from(first.unwrap_or(1))..).take(count);
    let numbered = |n: usize| {
        let suffix = format!("-{n:04}");
        let stem: String = name.chars().take(NAME_MAX - suffix.len()).collect();
        stem + &suffix
    };
    numbers.map(numbered).collect()
}

/// The name of a disk's part of a server's backup: the backup's name and the disk's.
pub fn child_name(backup: &str, disk: &str) -> String {
    format!("{backup}_{disk}").chars().take(255).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, fine: bool) {
        assert_eq!(check_name("vault.name", name).is_ok(), fine, "{name:?}");
    }

    #[test]
    fn names_are_1_to_64_of_a_small_set() {
        check("vault-612c", true);
        check("a", true);
        check(&"x".repeat(64), true);
        check("", false);
        check(&"x".repeat(65), false);
        check("two words", false);
        check("naïve", false);
        check("a/b", false);
        check("a.b", false);
        check("a\n", false);
    }

    #[test]
    fn a_bad_name_names_its_field() {
        let refusal = check_name("checkpoint.parameters.name", "!").unwrap_err();
        assert!(refusal.message.starts_with("checkpoint.parameters.name: "));
    }

    #[test]
    fn descriptions_count_characters_not_bytes() {
        assert!(check_description("d", &"ü".repeat(255), 255).is_ok());
        assert!(check_description("d", &"ü".repeat(256), 255).is_err());
        assert!(check_description("d", "a<b", 255).is_err());
        assert!(check_description("d", "a\0b", 255).is_err());
    }

    #[test]
    fn several_backups_are_numbered() {
        assert_eq!(backup_names("patch-day", 1, None), ["patch-day"]);
        assert_eq!(
            backup_names("patch-day", 2, None),
            ["patch-day-0001", "patch-day-0002"]
        );
        let long = backup_names(&"x".repeat(64), 2, None);
        assert_eq!(long[1].len(), 64);
        assert!(long[1].ends_with("-0002"));
    }

    #[test]
    fn parts_of_a_larger_run_go_on_counting() {
        assert_eq!(backup_names("p", 1, Some(3)), ["p-0003"]);
        assert_eq!(backup_names("p", 2, Some(2)), ["p-0002", "p-0003"]);
        let late = backup_names(&"x".repeat(64), 2, Some(9999));
        assert!(late.iter().all(|name| name.len() == 64));
        assert!(late[1].ends_with("x-10000"));
    }

    #[test]
    fn default_names_have_four_digits() {
        assert_eq!(default_backup_name(0xd819), "manualbk_d819");
        assert_eq!(default_backup_name(1), "manualbk_0001");
    }
}
