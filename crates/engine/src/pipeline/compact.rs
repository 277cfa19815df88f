//! Compaction: a pack's next generation, without the blobs that a verdict names.
//!
//! Blobs keep their ordinals, so no map changes. In this order, all of it after the verdict:
//!
//! 1. Look into the log: where the pack was removed, what is left of it goes, and that is all.
//! 2. Take the highest generation that can be read, g. Where it holds what goes: read what is kept of
//!    it, each seal must open, and create generation g + 1 from that. Its bytes follow from g's and from
//!    what is left out: two that do this at once write the same. Where another one has taken the name,
//!    begin again with 1: so each generation is made from the one before it, and what once went is in
//!    none that follows. A name that holds what cannot be read (a torn write) is passed over.
//! 3. Begin again with 1: who removes a pack writes the log first and lists its generations
//!    afterwards, so one of the two sees the other.
//! 4. Where the highest generation holds nothing of what goes: read it back, open every blob, and see
//!    that all that is counted is in it. Then remove the lower ones. A reader that knows one of them
//!    finds it gone and takes the highest.
//!
//! What was written is never taken back, for another one may have taken it for its own: where it is not
//! the highest, nobody looks for blobs in it, and it goes with the lower ones.
//!
//! The condemnation goes only where this came to its end, or the pack is gone: until then what the
//! verdict names may be there, and a writer must not refer to it.
//!
//! A crash leaves a generation too many at most, and the condemnation: who carries it out next goes on
//! with step 1. There is no time to wait before 4 removes: readers find their way at any moment, and
//! what they read of a generation is bytes of that one.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use coffer_core::format::counts::PackCounts;
use coffer_core::format::name;
use coffer_core::format::pack::BlobEntry;
use coffer_core::ids::PackId;
use coffer_core::{Error, Kind, Result};

use crate::repository::store::Created;
use crate::repository::{Directory, Repository, Rewrite};

/// How often it is begun again because somebody else works on the same pack. Each time the other one
/// went a step further, and there are few steps.
const TRIES: u32 = 16;

/// What came of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compacted {
    /// What goes is gone, and so are lower generations.
    Done {
        /// Bytes that went, less those that came.
        freed: u64,
    },
    /// The pack is gone.
    Gone,
    /// It is damaged, and left as it is: what goes is still there.
    Damaged,
}

/// Rewrites a pack without `dropped`. `live` is what is counted of it; `log_seen` the number of an
/// entry of the log before which the pack was there.
pub(super) async fn compact(
    repository: &Repository,
    id: PackId,
    dropped: &HashSet<u32>,
    live: Option<&PackCounts>,
    log_seen: Option<u64>,
) -> Result<Compacted> {
    for _ in 0..TRIES {
        let removed = repository.packs_removed_after(log_seen).await?;
        if removed.contains(&id) {
            for generation in repository.generations(id).await? {
                repository.store.remove(&name::pack(id, generation)).await?;
            }
            return Ok(Compacted::Gone);
        }
        let source = match repository.newest_directory(id).await {
            Ok(Some(source)) => Arc::new(source),
            Ok(None) => return Ok(Compacted::Gone),
            Err(e) if e.kind == Kind::Data => return Ok(damaged(id, &e.chain())),
            Err(e) => return Err(e),
        };
        let has = |ordinal: u32| source.entry(ordinal).is_some();
        if live.is_some_and(|live| !live.ordinals().all(has)) {
            return Ok(damaged(id, "a blob that is needed is not in it"));
        }
        if source.entries.iter().any(|e| dropped.contains(&e.ordinal)) {
            match write_next(repository, &source, dropped).await {
                Ok(true) => continue,
                Ok(false) => return Ok(damaged(id, "a blob that is needed cannot be read")),
                // Somebody else has gone on from there.
                Err(e) if e.kind == Kind::NotFound => continue,
                Err(e) => return Err(e),
            }
        }
        let newest = source.generation;
        let lower = repository.generations(id).await?.into_iter();
        if lower.filter(|generation| *generation < newest).count() == 0 {
            return Ok(Compacted::Done { freed: 0 });
        }
        if !is_whole(repository, id, newest, source.entries.clone()).await? {
            return Ok(damaged(id, "what was written of it does not read back"));
        }
        let freed = remove_lower(repository, id, newest).await?;
        repository.forget_directory(id);
        return Ok(Compacted::Done { freed });
    }
    Err(Error::unavailable(format!(
        "others compact pack {id} at the same time"
    )))
}

fn damaged(id: PackId, why: &str) -> Compacted {
    tracing::warn!(pack = %id, why, "a pack is not compacted; `coffer repo verify` says what is lost");
    Compacted::Damaged
}

/// Writes the next generation, unless somebody else has written one. False where what is kept cannot
/// be read; `NotFound` where the source is gone.
async fn write_next(
    repository: &Repository,
    source: &Arc<Directory>,
    dropped: &HashSet<u32>,
) -> Result<bool> {
    let vault = repository.vault();
    let keep = |ordinal| !dropped.contains(&ordinal);
    let rewrite = match Rewrite::read(vault, source.clone(), keep).await {
        Ok(rewrite) => Arc::new(rewrite),
        Err(e) if e.kind == Kind::Data => return Ok(false),
        Err(e) => return Err(e),
    };
    for generation in source.generation + 1.. {
        let bytes = rewrite.seal(vault, generation).await;
        vault.throttle.take(bytes.len() as u64).await;
        let object = name::pack(source.id, generation);
        if vault.store.create(&object, bytes).await? == Created::Yes {
            return Ok(true);
        }
        match vault.read_directory(source.id, generation).await {
            Ok(_) => return Ok(true),
            // Torn: whoever wrote it did not act on it.
            Err(e) if e.kind == Kind::Data => {}
            Err(e) => return Err(e),
        }
    }
    Ok(false)
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
    // Whoever wrote it may have been killed before it was durable.
    let stays = name::pack(id, newest);
    repository.store.settle(&stays).await?;
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
