//! The command line.
//!
//! Three families: `serve` and `admin` work on a service's configuration and catalog; `repo` works
//! on a repository with nothing but its store and key; everything else is a client of a service.
//! Answers go to standard output, as a table or (`--json`) one document; notes, progress and errors
//! go to standard error. The exit code is the error's kind ([`coffer_core::Kind::exit_code`]).

mod admin;
mod audit;
mod backup;
mod changes;
mod completion;
mod confirm;
mod connect;
mod disk;
mod disk_change;
mod doctor;
mod environment;
mod estimate;
mod export;
mod files;
mod host;
mod human;
mod image;
mod import;
mod limit;
mod login;
mod make;
mod nbd;
mod notify;
mod output;
mod overview;
mod password;
mod policy;
mod profile;
mod progress;
mod repo;
mod report;
mod resolve;
mod restore;
mod secret;
mod serve;
mod server;
mod session;
mod table;
mod tag;
mod task;
mod vault;
mod wait;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::styling::Styles;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use coffer_core::{Error, Result};
use serde_json::json;

pub use environment::Environment;
use output::Output;

/// Exit code of a program whose reader went away, as the shell reports it (128 + SIGPIPE).
const CLOSED_PIPE: u8 = 141;

const AFTER_HELP: &str = "\
Exit codes: 0 done, 2 wrong request, 3 not found, 4 wrong state, 5 unavailable (try again),
6 damaged data or wrong key, 7 cancelled, 70 internal error.

Wherever an id is asked for, a name does as well, if it names one thing only.";

/// Backup and recovery for your own servers.
#[derive(Debug, Parser)]
#[command(name = "coffer", version, after_help = AFTER_HELP, styles = Styles::plain())]
#[command(propagate_version = false, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Switches of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// Write one JSON document to standard output, times in UTC
    #[arg(long, global = true)]
    json: bool,
    /// Write neither progress nor notes
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Show times in UTC instead of the local zone
    #[arg(long, global = true)]
    utc: bool,
    /// Profile made by `coffer login` [default: the one last logged in to]
    #[arg(long, global = true, value_name = "NAME")]
    profile: Option<String>,
    /// Trust the certificates in this file (PEM) instead of the system's
    #[arg(long, global = true, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::ServeArgs),
    Admin(admin::AdminArgs),
    Doctor(doctor::DoctorArgs),
    Login(login::LoginArgs),
    Logout(login::LogoutArgs),
    Password(password::PasswordArgs),
    Config(login::ConfigArgs),
    Overview(overview::OverviewArgs),
    Server(server::ServerArgs),
    Disk(disk::DiskArgs),
    Vault(vault::VaultArgs),
    Policy(policy::PolicyArgs),
    Backup(backup::BackupArgs),
    Image(image::ImageArgs),
    Restore(restore::RestoreArgs),
    Nbd(nbd::NbdArgs),
    Files(files::FilesArgs),
    Task(task::TaskArgs),
    Audit(audit::AuditArgs),
    Host(host::HostArgs),
    Report(report::ReportArgs),
    Notify(notify::NotifyArgs),
    Quota(report::QuotaArgs),
    Session(session::SessionArgs),
    Repo(repo::RepoArgs),
    Completion(completion::CompletionArgs),
    #[command(hide = true)]
    Man(completion::ManArgs),
}

/// What a command is given besides its own arguments.
pub struct Context<'a> {
    environment: &'a Environment,
    output: Output,
    profile: Option<String>,
    ca_file: Option<PathBuf>,
}

/// Runs the program: parses `arguments`, does what they say, reports errors.
pub fn main(arguments: impl IntoIterator<Item = OsString>, environment: &Environment) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let parsed = Cli::command()
        .try_get_matches_from(&arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return usage(&arguments, &error),
    };
    let global = &cli.global;
    let context = Context {
        environment,
        output: Output::new(environment, global.json, global.quiet, global.utc),
        profile: cli.global.profile.clone(),
        ca_file: cli.global.ca_file.clone(),
    };
    match run(cli.command, &context) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if output::closed_pipe(&error) => ExitCode::from(CLOSED_PIPE),
        Err(error) => {
            context.output.error(&error);
            ExitCode::from(error.kind.exit_code())
        }
    }
}

fn run(command: Command, context: &Context<'_>) -> Result<()> {
    match command {
        Command::Serve(args) => serve::run(&args),
        Command::Admin(args) => admin::run(args, context),
        Command::Doctor(args) => doctor::run(&args, context),
        Command::Login(args) => login::log_in(args, context),
        Command::Logout(args) => login::log_out(args, context),
        Command::Password(args) => password::run(&args, context),
        Command::Config(args) => login::config(args, context),
        Command::Overview(args) => overview::run(args, context),
        Command::Server(args) => server::run(args, context),
        Command::Disk(args) => disk::run(args, context),
        Command::Vault(args) => vault::run(args, context),
        Command::Policy(args) => policy::run(args, context),
        Command::Backup(args) => backup::run(args, context),
        Command::Image(args) => image::run(args, context),
        Command::Restore(args) => restore::run(args, context),
        Command::Nbd(args) => nbd::run(args, context),
        Command::Files(args) => files::run(args, context),
        Command::Task(args) => task::run(args, context),
        Command::Audit(args) => audit::run(args, context),
        Command::Host(args) => host::run(args, context),
        Command::Report(args) => report::run(args, context),
        Command::Notify(args) => notify::run(args, context),
        Command::Quota(args) => report::run_quota(args, context),
        Command::Session(args) => session::run(args, context),
        Command::Repo(args) => repo::run(args, context),
        Command::Completion(args) => completion::completion(&args),
        Command::Man(args) => completion::man(&args),
    }
}

/// Help and version go out as they are; wrong usage is an error like any other with `--json`.
fn usage(arguments: &[OsString], error: &clap::Error) -> ExitCode {
    if error.use_stderr() && arguments.iter().any(|argument| argument == "--json") {
        let text = error.render().to_string();
        let message = text.lines().next().unwrap_or_default();
        let message = message.trim_start_matches("error: ");
        let document = json!({ "error": {
            "kind": "invalid",
            "exit_code": error.exit_code(),
            "message": message,
            "hint": "Run the command with --help.",
        }});
        eprintln!("{document}");
    } else {
        // Nobody to tell is no reason to fail differently.
        let _ = error.print();
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// Runs a client command; nothing of it computes, so one thread will do.
fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Error::internal("start the runtime").caused_by(e))?;
    runtime.block_on(work)
}

#[cfg(test)]
mod tests;
