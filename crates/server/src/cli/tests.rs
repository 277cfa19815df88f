//! The command tree as a whole: sound, documented, and changed only on purpose.

use std::fmt::Write as _;
use std::path::Path;

use clap::{Arg, Command, CommandFactory};

use super::Cli;

/// Columns of the golden texts.
const WIDTH: usize = 100;

/// Compares with a file of the repository; `UPDATE_GOLDEN=1` writes it instead.
#[track_caller]
fn golden(path: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch of the tests, not of the program"
    )]
    let update = std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1");
    if update {
        std::fs::create_dir_all(path.parent().expect("not the root")).expect("made");
        std::fs::write(&path, text).expect("written");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = expected.lines().zip(text.lines()).position(|(a, b)| a != b);
    let line = differs.unwrap_or(expected.lines().count().min(text.lines().count()));
    assert!(
        expected == text,
        "{} differs from line {} on; run the tests with UPDATE_GOLDEN=1 and look at the diff:\n  {:?}\n  {:?}",
        path.display(),
        line + 1,
        expected.lines().nth(line),
        text.lines().nth(line),
    );
}

fn tree() -> Command {
    let mut command = Cli::command().term_width(WIDTH);
    command.build();
    command
}

/// Calls `visit` for every command that is shown, parents first.
fn walk(command: &Command, path: &str, visit: &mut dyn FnMut(&Command, &str)) {
    visit(command, path);
    for child in command
        .get_subcommands()
        .filter(|child| !child.is_hide_set())
    {
        walk(child, &format!("{path} {}", child.get_name()), visit);
    }
}

#[test]
fn the_tree_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_and_argument_is_explained() {
    walk(&tree(), "coffer", &mut |command, path| {
        assert!(command.get_about().is_some(), "{path} has no text");
        for argument in command.get_arguments() {
            let id = argument.get_id();
            assert!(argument.get_help().is_some(), "{path}: `{id}` has no text");
        }
    });
}

#[test]
fn secrets_are_never_arguments() {
    walk(&tree(), "coffer", &mut |command, path| {
        for argument in command
            .get_arguments()
            .filter(|a| a.get_action().takes_values())
        {
            let id = argument.get_id().as_str();
            let secret = ["password", "passphrase", "secret", "token"];
            let named = secret.iter().any(|word| id.contains(word));
            assert!(
                !named || id.ends_with("file"),
                "{path}: `{id}` would be seen by all users"
            );
        }
    });
}

#[test]
fn help_changes_only_on_purpose() {
    let mut text = String::new();
    walk(&tree(), "coffer", &mut |command, path| {
        let help = command
            .clone()
            .term_width(WIDTH)
            .render_long_help()
            .to_string();
        let _ = writeln!(text, "==== {path}\n\n{}\n", trimmed(&help));
    });
    golden("tests/golden/help.txt", &text);
}

#[test]
fn the_manual_is_up_to_date() {
    let mut text = String::from(
        "# Command line\n\n\
         Made from the program itself by a test; `UPDATE_GOLDEN=1 cargo test -p coffer-server` \
         renews it.\n\n",
    );
    let root = tree();
    let _ = writeln!(text, "{}\n", root.get_about().expect("a text"));
    let after = root.get_after_help().expect("a text").to_string();
    let _ = writeln!(text, "{}\n", after.trim());
    let _ = writeln!(text, "## Options of every command\n");
    options(&mut text, root.get_arguments().filter(|a| is_global(a)));
    for child in root.get_subcommands().filter(|child| !child.is_hide_set()) {
        walk(
            child,
            &format!("coffer {}", child.get_name()),
            &mut |command, path| {
                manual(&mut text, command, path);
            },
        );
    }
    golden("../../docs/cli.md", &format!("{}\n", trimmed(&text)));
}

fn manual(text: &mut String, command: &Command, path: &str) {
    let level = path.split(' ').count();
    let _ = writeln!(text, "{} {path}\n", "#".repeat(level.min(4)));
    let about = command
        .get_long_about()
        .or(command.get_about())
        .expect("a text");
    let _ = writeln!(text, "{about}\n");
    if command.has_subcommands() {
        return;
    }
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let _ = writeln!(text, "    {usage}\n");
    options(
        text,
        command
            .get_arguments()
            .filter(|a| !is_global(a) && a.get_id() != "help"),
    );
}

fn options<'a>(text: &mut String, arguments: impl Iterator<Item = &'a Arg>) {
    let mut rows = String::new();
    for argument in arguments.filter(|argument| !argument.is_hide_set()) {
        let help = argument
            .get_long_help()
            .or(argument.get_help())
            .expect("a text");
        let mut help = help.to_string().replace("\n\n", "<br>").replace('\n', " ");
        let values = argument.get_possible_values();
        if argument.get_action().takes_values() && !values.is_empty() {
            let values: Vec<&str> = values.iter().map(|value| value.get_name()).collect();
            let _ = write!(help, "; one of `{}`", values.join("`, `"));
        }
        let default = argument.get_default_values();
        if argument.get_action().takes_values() && !default.is_empty() {
            let default: Vec<_> = default
                .iter()
                .map(|value| value.to_string_lossy())
                .collect();
            let default = default.join(" ");
            if !default.is_empty() {
                let _ = write!(help, " [default: `{default}`]");
            }
        }
        let _ = writeln!(
            rows,
            "| `{}` | {} |",
            name(argument),
            help.replace('|', "\\|")
        );
    }
    if !rows.is_empty() {
        let _ = writeln!(text, "| argument | meaning |\n|---|---|\n{rows}");
    }
}

fn name(argument: &Arg) -> String {
    let values = argument.get_value_names().unwrap_or_default();
    let values: Vec<String> = values.iter().map(|value| format!("<{value}>")).collect();
    let values = values.join(" ");
    if argument.is_positional() {
        return values;
    }
    let short = argument.get_short().map(|short| format!("-{short}, "));
    let long = argument.get_long().expect("every switch has a long form");
    let name = format!("{}--{long}", short.unwrap_or_default());
    match argument.get_action().takes_values() {
        true => format!("{name} {values}"),
        false => name,
    }
}

fn is_global(argument: &Arg) -> bool {
    argument.get_help_heading() == Some("Global options")
}

fn trimmed(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_string()
}

#[test]
fn completion_scripts_know_the_commands() {
    use clap_complete::Shell;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), "coffer", &mut script);
        let script = String::from_utf8(script).expect("text");
        for word in ["backup", "restore", "--no-wait"] {
            let word = if shell == Shell::Fish {
                word.trim_start_matches('-')
            } else {
                word
            };
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}
