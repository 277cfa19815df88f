//! `coffer repo init`.

use clap::Args;
use coffer_core::error::Context as _;
use coffer_core::ids::VaultId;
use coffer_core::units::ChunkSize;
use coffer_core::{Error, Result};
use coffer_engine::repository::{InitOptions, KeySource, Repository};
use serde_json::json;

use super::{Environment, Output, SecretArgs, human, open_store};

/// Make a repository in an empty place
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Directory (made where it is missing), file:// URL or s3://bucket/prefix
    store: String,
    #[command(flatten)]
    key: SecretArgs,
    /// Chunk size: a power of two, 64KiB to 4MiB
    ///
    /// What changed is stored in whole chunks: 64 KiB suits everything but disks of many TiB that
    /// change in large pieces.
    #[arg(long, value_name = "SIZE", default_value = "64KiB", value_parser = chunk_size)]
    chunk_size: ChunkSize,
}

fn chunk_size(text: &str) -> Result<ChunkSize, String> {
    let bytes = u32::try_from(human::parse_size(text)?).ok();
    bytes
        .and_then(ChunkSize::new)
        .ok_or_else(|| format!("`{text}` is not a power of two from 64KiB to 4MiB"))
}

/// Runs `coffer repo init`.
pub async fn run(args: InitArgs, environment: &Environment, output: &Output) -> Result<()> {
    let key = args.key.secret(environment, true)?;
    if let KeySource::File(path) = &key
        && !path.exists()
    {
        return Err(
            Error::invalid(format!("there is no key file `{}`", path.display()))
                .hint("Make one with `coffer repo key new FILE`."),
        );
    }
    let store = open_store(&args.store, true)?;
    let options = InitOptions {
        chunk_size: args.chunk_size,
        ..InitOptions::new(VaultId(coffer_server::door::new_uuid()))
    };
    let made = Repository::init(store, &options, &key).await;
    let repository = made.with_context(|| format!("make a repository in `{}`", args.store))?;
    let id = repository.header.vault_id;
    let document = json!({
        "vault_id": id,
        "store": args.store,
        "chunk_bytes": args.chunk_size.bytes(),
    });
    output.answer(&document, || {
        format!("Repository {id} is ready in {}.\n", args.store)
    })?;
    output.note("Keep the key apart from the store: without it nothing can ever be restored.");
    Ok(())
}
