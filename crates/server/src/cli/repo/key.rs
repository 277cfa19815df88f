//! `coffer repo key`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use coffer_core::format::name;
use coffer_core::format::vault::{KeySlot, Wrap};
use coffer_core::{Error, Result};
use coffer_engine::repository::{KeySource, keys, read_header};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Environment, Output, RepositoryArgs, open_store, secret};
use crate::cli::table::{Fit, Table};

/// Keys of a repository: make key files, add, list, export for recovery
#[derive(Debug, Args)]
pub struct KeyArgs {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Make a key file: 32 random bytes, readable by its owner only
    New {
        /// A file that does not exist yet
        file: PathBuf,
    },
    /// Let another key file or passphrase open the repository
    Add {
        #[command(flatten)]
        repository: RepositoryArgs,
        /// The key file to add [default: ask for a passphrase]
        #[arg(long, value_name = "FILE")]
        new_key_file: Option<PathBuf>,
        /// File whose first line is the passphrase to add
        #[arg(long, value_name = "FILE", conflicts_with = "new_key_file")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// List what opens the repository; needs no key
    #[command(visible_alias = "ls")]
    List {
        /// Directory, file:// URL or s3://bucket/prefix
        store: String,
    },
    /// Make a recovery key: a new key file that opens the repository, to be kept elsewhere
    Export {
        #[command(flatten)]
        repository: RepositoryArgs,
        /// A file that does not exist yet
        file: PathBuf,
    },
}

/// Runs `coffer repo key`.
pub async fn run(args: KeyArgs, environment: &Environment, output: &Output) -> Result<()> {
    match args.command {
        KeyCommand::New { file } => {
            keys::create_key_file(&file)?;
            let document = json!({ "key_file": file });
            output.answer(&document, || {
                format!("Key file {} is made.\n", file.display())
            })?;
            output.note("Keep a copy of it elsewhere: nobody can make it again.");
            Ok(())
        }
        KeyCommand::Add {
            repository,
            new_key_file,
            new_passphrase_file,
        } => {
            let repository = repository.open(environment).await?;
            let new = match (new_key_file, new_passphrase_file) {
                (Some(path), _) => KeySource::File(path),
                (None, Some(path)) => KeySource::Passphrase(secret::from_file(&path)?),
                (None, None) if environment.stdin_terminal => {
                    KeySource::Passphrase(secret::ask_new("New passphrase")?)
                }
                (None, None) => {
                    return Err(Error::invalid("no key to add was given")
                        .hint("Add --new-key-file or --new-passphrase-file."));
                }
            };
            let slot = repository.add_key(&new).await?;
            let document = json!({ "slot": slot });
            output.answer(&document, || {
                format!("Key slot {slot} opens the repository too.\n")
            })
        }
        KeyCommand::List { store } => list(&store, output).await,
        KeyCommand::Export { repository, file } => {
            let repository = repository.open(environment).await?;
            keys::create_key_file(&file)?;
            let slot = repository.add_key(&KeySource::File(file.clone())).await;
            let slot = slot.inspect_err(|_| {
                // It opens nothing: nobody shall keep it for a recovery key.
                let _ = std::fs::remove_file(&file);
            })?;
            let document = json!({ "slot": slot, "key_file": file });
            output.answer(&document, || {
                format!(
                    "Recovery key {} opens the repository (slot {slot}).\n",
                    file.display()
                )
            })?;
            output.note("Keep it apart from the store and from this host.");
            Ok(())
        }
    }
}

async fn list(location: &str, output: &Output) -> Result<()> {
    let store = open_store(location, false)?;
    let header = read_header(&store).await?;
    let mut names: Vec<String> = store
        .list(name::KEYS)
        .await?
        .into_iter()
        .map(|o| o.name)
        .collect();
    names.sort();
    let mut document = Vec::new();
    let mut table = Table::new(&[
        ("SLOT", Fit::Keep),
        ("OPENS WITH", Fit::Keep),
        ("CREATED", Fit::Keep),
        ("STATE", Fit::Keep),
    ]);
    for object in names {
        let Some((number, copy)) = name::parse_key_slot(&object) else {
            continue;
        };
        let bytes = store.get(&object).await?.unwrap_or_default();
        let slot = KeySlot::decode(&bytes).ok();
        let slot = slot.filter(|slot| slot.vault_id == header.vault_id);
        let wrap = slot.as_ref().map(|slot| match slot.wrap {
            Wrap::Key => "key file",
            Wrap::Passphrase { .. } => "passphrase",
        });
        let created = slot
            .as_ref()
            .and_then(|s| Timestamp::from_millisecond(s.created_ms).ok());
        let state = if slot.is_some() { "good" } else { "damaged" };
        table.row([
            format!("{number}.{copy}"),
            wrap.unwrap_or("").to_string(),
            created.map_or(String::new(), |at| output.time(at)),
            state.to_string(),
        ]);
        document.push(json!({
            "slot": number, "copy": copy.to_string(), "opens_with": wrap,
            "created_at": created, "state": state,
        }));
    }
    output.answer(&Value::from(document), || table.render(output.columns))
}
