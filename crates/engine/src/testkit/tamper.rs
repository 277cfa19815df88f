//! Objects as a program with a mistake would write them: sound by themselves, and wrong.

use bytes::Bytes;
use coffer_core::Result;
use coffer_core::format::counts::{decode_part, encode_part};
use coffer_core::format::{ObjectKind, name};

use crate::repository::{Repository, Rewrite, open_bytes, seal_bytes};

/// The bytes of a compacted pack that is about to be written, without its first blob. None where
/// it is the only one, or the generation it is made from is gone.
pub async fn pack_without_a_blob(
    repository: &Repository,
    object: &str,
    bytes: &Bytes,
) -> Result<Option<Bytes>> {
    let Some((id, generation)) = name::parse_pack(object) else {
        return Ok(None);
    };
    let planned = repository.parse_pack(id, generation, bytes)?;
    let Some(source) = repository.newest_directory(id).await? else {
        return Ok(None);
    };
    let Some((dropped, kept)) = planned.entries.split_first() else {
        return Ok(None);
    };
    let keep =
        |ordinal| ordinal != dropped.ordinal && kept.iter().any(|entry| entry.ordinal == ordinal);
    if kept.is_empty() {
        return Ok(None);
    }
    let vault = repository.vault();
    let rewrite = std::sync::Arc::new(Rewrite::read(vault, source.into(), keep).await?);
    Ok(Some(rewrite.seal(vault, generation).await))
}

/// The bytes of a part of the counts in which one reference is lost of each pack that has several.
/// None where there is no such pack.
pub fn counts_without_references(
    repository: &Repository,
    object: &str,
    bytes: &Bytes,
) -> Result<Option<Bytes>> {
    let (keys, header, kind) = (&repository.keys, &repository.header, ObjectKind::Counts);
    let raw = open_bytes(keys, header.suite, kind, object, bytes)?;
    let mut packs = decode_part(&raw)?;
    let mut lost = false;
    for (_, counts) in &mut packs {
        let last = counts.ordinals().last();
        if let Some(ordinal) = last.filter(|_| counts.live() > 1) {
            lost |= counts.subtract(ordinal);
        }
    }
    let body = encode_part(packs.iter().map(|(id, counts)| (*id, counts)));
    let sealed = seal_bytes(keys, header.suite, header.key_id, kind, object, body)?;
    Ok(lost.then_some(sealed))
}
