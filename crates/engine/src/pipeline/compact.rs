//! Compaction: a pack's next generation, without the blobs that a verdict names.
//!
//! Blobs keep their ordinals, so no map changes. In this order, all of it after the verdict:
//!
//! 1. Read what is kept of the present generation, g; each seal must open.
//! 2. Create generation g + 1. Its bytes follow from g's and from what is left out: two that do this
//!    at once write the same. A name that holds something else (a torn write) is passed over.
//! 3. Look into the log: where the pack was removed meanwhile, what was just written goes again.
//!    Who removes a pack writes the log first and lists its generations afterwards, so one sees the
//!    other.
//! 4. Read the new generation back and open every blob.
//! 5. Remove the lower generations. A reader that knows one of them finds it gone and takes the highest.
//!
//! A crash leaves a generation too many at most, and the condemnation: who carries it out next finds
//! the new generation and goes on with step 4, or begins again. There is no time to wait between 4 and
//! 5: readers find their way at any moment, and what they read of a generation is bytes of that one.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use coffer_core::format::name;
use coffer_core::format::pack::BlobEntry;
use coffer_core::ids::PackId;
use coffer_core::{Kind, Result};

use crate::repository::store::Created;
use crate::repository::{Directory, LogHead, Repository, Rewrite};

/// What came of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compacted {
    /// It has lower generations no more, and these bytes less.
    Done {
        /// Bytes that went, less those that came.
        freed: u64,
    },
    /// It is gone, or somebody removes it.
    Gone,
    /// It is damaged, and left as it is.
    Damaged,
}

/// Rewrites a pack without `dropped`. `seen` is an entry of the log before which the pack was there.
pub(super) async fn compact(
    repository: &Repository,
    id: PackId,
    dropped: &HashSet<u32>,
    seen: Option<&LogHead>,
) -> Result<Compacted> {
    let vault = repository.vault();
    let source = match vault.present_directory(id).await {
        Ok(Some(source)) => Arc::new(source),
        Ok(None) => return Ok(Compacted::Gone),
        Err(e) if e.kind == Kind::Data => return Ok(damaged(id, &e.chain())),
        Err(e) => return Err(e),
    };
    let has_dropped = source.entries.iter().any(|e| dropped.contains(&e.ordinal));
    let newest = match has_dropped {
        // An earlier run was ended between the new generation and the old one's removal.
        false if repository.generations(id).await?.len() < 2 => {
            return Ok(Compacted::Done { freed: 0 });
        }
        false => source.generation,
        true => match write_next(repository, &source, dropped).await? {
            Some(generation) => generation,
            None => return Ok(damaged(id, "a blob that is needed cannot be read")),
        },
    };
    let since = repository.log_behind(seen).await?;
    if since
        .iter()
        .any(|(_, entry)| entry.packs_removed.contains(&id))
    {
        if newest != source.generation {
            repository.store.remove(&name::pack(id, newest)).await?;
        }
        return Ok(Compacted::Gone);
    }
    let kept = source
        .entries
        .iter()
        .filter(|e| !dropped.contains(&e.ordinal));
    if !is_whole(repository, id, newest, kept.copied().collect()).await? {
        return Ok(damaged(id, "what was written of it does not read back"));
    }
    let freed = remove_lower(repository, id, newest).await?;
    repository.forget_directory(id);
    Ok(Compacted::Done { freed })
}

fn damaged(id: PackId, why: &str) -> Compacted {
    tracing::warn!(pack = %id, why, "a pack is not compacted; `coffer repo verify` says what is lost");
    Compacted::Damaged
}

/// Writes the next generation and returns its number; none where what is kept cannot be read.
async fn write_next(
    repository: &Repository,
    source: &Arc<Directory>,
    dropped: &HashSet<u32>,
) -> Result<Option<u32>> {
    let vault = repository.vault();
    let keep = |ordinal| !dropped.contains(&ordinal);
    let rewrite = match Rewrite::read(vault, source.clone(), keep).await {
        Ok(rewrite) => Arc::new(rewrite),
        Err(e) if e.kind == Kind::Data => return Ok(None),
        Err(e) => return Err(e),
    };
    for generation in source.generation + 1.. {
        let bytes = rewrite.seal(vault, generation).await;
        vault.throttle.take(bytes.len() as u64).await;
        let object = name::pack(source.id, generation);
        match vault.store.create(&object, bytes.clone()).await? {
            Created::Yes => return Ok(Some(generation)),
            Created::Exists if vault.store.get(&object).await? == Some(bytes) => {
                return Ok(Some(generation));
            }
            Created::Exists => {}
        }
    }
    Ok(None)
}

/// True if a generation can be read as a whole and has all of `kept`, down to their digests.
pub(super) async fn is_whole(
    repository: &Repository,
    id: PackId,
    generation: u32,
    kept: Vec<BlobEntry>,
) -> Result<bool> {
    let Some(bytes) = repository.store.get(&name::pack(id, generation)).await? else {
        return Ok(false);
    };
    let repository = repository.clone();
    Ok(crate::cpu::run(move || holds(&repository, id, generation, &bytes, &kept)).await)
}

fn holds(
    repository: &Repository,
    id: PackId,
    generation: u32,
    bytes: &Bytes,
    kept: &[BlobEntry],
) -> bool {
    let Ok(directory) = repository.parse_pack(id, generation, bytes) else {
        return false;
    };
    let opens = |entry: &BlobEntry| {
        let start = entry.offset as usize;
        let stored = &bytes[start..start + entry.stored_len as usize];
        directory.open(&repository.keys, entry, stored).is_ok()
    };
    kept.iter().all(|wanted| {
        let found = directory.entry(wanted.ordinal);
        found.is_some_and(|entry| {
            (entry.kind, entry.digest) == (wanted.kind, wanted.digest) && opens(entry)
        })
    })
}

/// Removes the generations below `newest`. Returns the bytes that went, less those of `newest`.
pub(super) async fn remove_lower(repository: &Repository, id: PackId, newest: u32) -> Result<u64> {
    let listed = repository
        .store
        .list(&name::pack_folder(id.session()))
        .await?;
    let (mut went, mut stays) = (0, 0);
    for object in listed {
        match name::parse_pack(&object.name) {
            Some((pack, generation)) if pack == id && generation < newest => {
                repository.store.remove(&object.name).await?;
                went += object.size;
            }
            Some((pack, generation)) if pack == id && generation == newest => stays = object.size,
            _ => {}
        }
    }
    Ok(went.saturating_sub(stays))
}
