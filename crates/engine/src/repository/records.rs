//! Reads and writes the records that live in envelopes.

use bytes::Bytes;
use coffer_core::format::envelope::{Envelope, RAW_MAX};
use coffer_core::format::{AssociatedData, Codec, FormatError, ObjectKind, Suite, VERSION};
use coffer_core::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::crypto::{Keys, new_salt, object_id};

/// Records above this are compressed: below it zstd's frame costs more than it saves.
const COMPRESS_FROM: usize = 512;

fn associated_data(envelope: &Envelope) -> AssociatedData {
    AssociatedData {
        version: envelope.version,
        kind: envelope.kind,
        codec: envelope.codec,
        key_id: envelope.key_id,
        object_id: envelope.object_id,
        ordinal: 0,
        raw_len: envelope.raw_len,
    }
}

/// The bytes of the object `name` that holds `record`.
pub fn seal_record<T: Serialize>(
    keys: &Keys,
    suite: Suite,
    key_id: u32,
    kind: ObjectKind,
    name: &str,
    record: &T,
) -> Result<Bytes> {
    let raw = serde_json::to_vec(record)
        .map_err(|e| Error::internal(format!("encode `{name}`")).caused_by(e))?;
    seal_bytes(keys, suite, key_id, kind, name, raw)
}

/// The bytes of the object `name` that holds `raw`.
pub fn seal_bytes(
    keys: &Keys,
    suite: Suite,
    key_id: u32,
    kind: ObjectKind,
    name: &str,
    raw: Vec<u8>,
) -> Result<Bytes> {
    let raw_len = u32::try_from(raw.len())
        .ok()
        .filter(|&len| len <= RAW_MAX)
        .ok_or_else(|| Error::invalid(format!("`{name}` would be larger than {RAW_MAX} bytes")))?;
    let (codec, mut body) = match raw.len() {
        0..COMPRESS_FROM => (Codec::Raw, raw),
        _ => {
            let packed = zstd::bulk::compress(&raw, 3)
                .map_err(|e| Error::internal("compress a record").caused_by(e))?;
            (Codec::Zstd, packed)
        }
    };
    let salt = new_salt()?;
    let object_id = object_id(name);
    let mut envelope = Envelope {
        kind,
        version: VERSION,
        suite,
        codec,
        key_id,
        salt,
        object_id,
        raw_len,
        body: Vec::new(),
    };
    let key = keys.object(suite, &salt, &object_id, 0);
    key.seal(&associated_data(&envelope), &mut body, 0);
    envelope.body = body;
    Ok(envelope.encode().into())
}

/// Reads the record in the object `name`. `suite` is the one the object must have: a vault that
/// seals does not take what is only tagged.
pub fn open_record<T: DeserializeOwned>(
    keys: &Keys,
    suite: Suite,
    kind: ObjectKind,
    name: &str,
    bytes: &[u8],
) -> Result<T> {
    let raw = open_bytes(keys, suite, kind, name, bytes)?;
    parse(&raw, name)
}

/// What the object `name` holds, as it was given to [`seal_bytes`].
pub fn open_bytes(
    keys: &Keys,
    suite: Suite,
    kind: ObjectKind,
    name: &str,
    bytes: &[u8],
) -> Result<Vec<u8>> {
    let envelope = read_envelope(kind, name, bytes)?;
    let damaged = || {
        Error::data(format!("object `{name}` is not what was written there"))
            .hint("Run \"coffer repo verify\" to see what is affected.")
    };
    if envelope.suite != suite {
        return Err(damaged().caused_by(FormatError::Field("suite")));
    }
    let key = keys.object(suite, &envelope.salt, &envelope.object_id, 0);
    let opened = key
        .open(&associated_data(&envelope), &envelope.body)
        .ok_or_else(damaged)?;
    unpack(&envelope, opened, name)
}

/// Reads the envelope of the object `name`: all that can be checked without the key.
pub fn read_envelope(kind: ObjectKind, name: &str, bytes: &[u8]) -> Result<Envelope> {
    let envelope = Envelope::decode(bytes, kind, "record")
        .map_err(|e| Error::from(e).context(format!("object `{name}`")))?;
    match envelope.object_id == object_id(name) {
        true => Ok(envelope),
        false => Err(
            Error::data(format!("object `{name}` was written under another name"))
                .hint("Objects of the vault were exchanged. Restore the store from a copy."),
        ),
    }
}

/// Checks a record's bytes as far as that goes: seal and content with the vault's key, the
/// checksum without.
pub fn record_is_sound(
    vault: Option<&super::Vault>,
    kind: ObjectKind,
    name: &str,
    bytes: &[u8],
) -> Result<()> {
    let Some(vault) = vault else {
        return read_envelope(kind, name, bytes).map(|_| ());
    };
    let suite = match kind {
        ObjectKind::Log => Suite::Tagged,
        _ => vault.header.suite,
    };
    if kind == ObjectKind::Counts {
        let raw = open_bytes(&vault.keys, suite, kind, name, bytes)?;
        return match coffer_core::format::name::parse_counts(name) {
            Some(_) => coffer_core::format::counts::decode_part(&raw).map(|_| ()),
            None => coffer_core::format::counts::Tally::decode(&raw).map(|_| ()),
        }
        .map_err(|e| undecodable(name, &e));
    }
    if kind == ObjectKind::Index {
        let raw = open_bytes(&vault.keys, suite, kind, name, bytes)?;
        let segment = coffer_core::format::index::Segment::decode(&raw);
        return segment.map(|_| ()).map_err(|e| undecodable(name, &e));
    }
    open_record::<serde_json::Value>(&vault.keys, suite, kind, name, bytes).map(|_| ())
}

/// Reads a tagged record without the key: what it says is checked for damage, not for malice.
pub fn read_tagged<T: DeserializeOwned>(kind: ObjectKind, name: &str, bytes: &[u8]) -> Result<T> {
    let envelope = read_envelope(kind, name, bytes)?;
    if envelope.suite != Suite::Tagged {
        return Err(Error::data(format!(
            "object `{name}` is sealed, so it needs the key"
        )));
    }
    let len = envelope
        .body
        .len()
        .saturating_sub(coffer_core::format::TAG_BYTES);
    let body = envelope.body[..len].to_vec();
    parse(&unpack(&envelope, body, name)?, name)
}

fn undecodable(name: &str, e: &dyn std::fmt::Display) -> Error {
    Error::data(format!("object `{name}` cannot be decoded")).caused_by(e.to_string())
}

fn unpack(envelope: &Envelope, body: Vec<u8>, name: &str) -> Result<Vec<u8>> {
    let raw = match envelope.codec {
        Codec::Raw => body,
        Codec::Zstd => zstd::bulk::decompress(&body, envelope.raw_len as usize)
            .map_err(|e| undecodable(name, &e))?,
    };
    match raw.len() == envelope.raw_len as usize {
        true => Ok(raw),
        false => Err(undecodable(name, &"its length differs")),
    }
}

fn parse<T: DeserializeOwned>(raw: &[u8], name: &str) -> Result<T> {
    serde_json::from_slice(raw).map_err(|e| undecodable(name, &e))
}
