//! `coffer completion` and the hidden `coffer man`.

use std::path::PathBuf;

use clap::{Args, CommandFactory, ValueEnum};
use coffer_core::{Error, Result};

use super::{Cli, output};

/// Write a completion script for a shell
///
/// bash: coffer completion bash > /etc/bash_completion.d/coffer
///
/// zsh: coffer completion zsh > ~/.zfunc/_coffer (with ~/.zfunc in fpath)
///
/// fish: coffer completion fish > ~/.config/fish/completions/coffer.fish
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct CompletionArgs {
    /// The shell
    shell: Shell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// Write the manual pages into a directory
#[derive(Debug, Args)]
pub struct ManArgs {
    /// An existing directory
    directory: PathBuf,
}

/// Runs `coffer completion`.
pub fn completion(args: &CompletionArgs) -> Result<()> {
    let shell = match args.shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "coffer", &mut script);
    output::write_stdout(&script)
}

/// Runs `coffer man`.
pub fn man(args: &ManArgs) -> Result<()> {
    let shown = args.directory.display();
    clap_mangen::generate_to(Cli::command(), &args.directory).map_err(|e| {
        Error::invalid(format!("write manual pages to `{shown}`"))
            .caused_by(e)
            .hint("Name an existing directory that you may write to.")
    })
}
