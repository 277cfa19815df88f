//! Backups as archives that anybody can read: tar, with each disk as a qcow2 file.
//!
//! | entry, in this order | holds |
//! |---|---|
//! | `manifest.json` | what the backup is of, its instant, its disks: [`Manifest`] |
//! | `definition.xml` | how the server was defined, where it was |
//! | `firmware-variables.bin` | its firmware's variables, where it has any |
//! | `disks/0-vda.qcow2`, ... | each disk, laid out as `crate::qcow2` says |
//! | `BLAKE3SUMS` | a digest of each entry before, as `b3sum --check` reads it |
//!
//! `docs/format.md` has the same byte by byte. An archive follows from the backup alone, so that any
//! part of it can be asked for; nothing of it depends on when or where it is made.

pub mod tar;
pub mod tree;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cbr::ResourceType;
use crate::format::records::InstantRecord;
use crate::qcow2::CLUSTER;

/// Name of the first entry.
pub const MANIFEST: &str = "manifest.json";
/// Name of the last entry.
pub const SUMS: &str = "BLAKE3SUMS";
/// Name of the firmware's variables.
pub const FIRMWARE: &str = "firmware-variables.bin";
/// What the manifest says it is.
pub const FORMAT: &str = "coffer-portable-backup";
/// The version that is written.
pub const VERSION: u32 = 1;
/// Largest manifest, in bytes.
pub const MANIFEST_MAX: u64 = 1 << 20;
/// Largest definition, in bytes.
pub const DEFINITION_MAX: u64 = 1 << 20;
/// Most bytes of firmware variables: four times what the largest firmware has.
pub const FIRMWARE_MAX: u64 = 16 << 20;
/// Most disks.
pub const DISKS_MAX: usize = 128;
/// Largest disk, in bytes: 64 TiB.
pub const DISK_MAX: u64 = 64 << 40;

/// `manifest.json`, version 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The backup.
    pub backup: About,
    /// What it is of.
    pub resource: Resource,
    /// When its disks were what they are.
    pub instant: InstantRecord,
    /// How the server was defined; none for disks alone.
    #[serde(default)]
    pub definition: Option<Definition>,
    /// The firmware's variables; none where the server has none.
    #[serde(default)]
    pub firmware_variables: Option<Entry>,
    /// The disks, system disk first, in the order of their entries.
    pub disks: Vec<Disk>,
}

/// A backup as it is named where it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Its id there.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What its maker wrote.
    #[serde(default)]
    pub description: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A server or disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Its id where it was backed up.
    pub id: String,
    /// `OS::Nova::Server` or `OS::Cinder::Volume`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its processor architecture, where that is known: `x86_64`.
    #[serde(default)]
    pub architecture: Option<String>,
}

/// How a server was defined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// `libvirt-xml` or `coffer-image`.
    pub kind: String,
    /// Where it is.
    #[serde(flatten)]
    pub entry: Entry,
}

/// An entry of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name.
    pub file: String,
    /// Its length.
    pub file_bytes: u64,
}

/// One disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// Its id where it was backed up.
    pub id: String,
    /// Its name on the server: `vda`.
    pub name: String,
    /// The disk the server boots from.
    pub system: bool,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// Its file.
    #[serde(flatten)]
    pub entry: Entry,
}

/// Name of a disk's entry: its position, and its name as far as it has letters, digits and `._-`.
pub fn disk_file(position: usize, name: &str) -> String {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name = name.chars().map(|c| if legal(c) { c } else { '_' });
    format!(
        "disks/{position}-{}.qcow2",
        name.take(64).collect::<String>()
    )
}

/// Name of the definition's entry.
pub fn definition_file(kind: &str) -> &'static str {
    match kind {
        "libvirt-xml" => "definition.xml",
        _ => "definition.txt",
    }
}

impl Manifest {
    /// The entries behind the manifest, but for [`SUMS`], in their order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        let definition = self.definition.iter().map(|definition| &definition.entry);
        let disks = self.disks.iter().map(|disk| &disk.entry);
        definition.chain(&self.firmware_variables).chain(disks)
    }

    /// As it is written.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("plain data");
        bytes.push(b'\n');
        bytes
    }

    /// Reads a manifest that anybody may have written.
    ///
    /// # Errors
    /// Says what is wrong with which of its fields.
    pub fn read(bytes: &[u8]) -> Result<Manifest, Wrong> {
        #[derive(Deserialize)]
        struct Version {
            format: String,
            version: u32,
        }
        let known: Version = serde_json::from_slice(bytes)
            .map_err(|e| Wrong(format!("it is no manifest of a backup: {e}")))?;
        if known.format != FORMAT {
            return Err(Wrong("`format` is not that of a backup".to_owned()));
        }
        if known.version != VERSION {
            let version = known.version;
            return Err(Wrong(format!(
                "it has version {version}, and this program reads {VERSION}"
            )));
        }
        let manifest: Manifest =
            serde_json::from_slice(bytes).map_err(|e| Wrong(format!("it does not fit: {e}")))?;
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), Wrong> {
        let wrong = |text: String| Err(Wrong(text));
        text("resource.name", &self.resource.name, 255)?;
        text("resource.id", &self.resource.id, 64)?;
        text("backup.id", &self.backup.id, 64)?;
        if self.backup.description.chars().count() > 1024 {
            return wrong("`backup.description` is too long".to_owned());
        }
        if self.backup.description.contains('\0') {
            return wrong("`backup.description` has the character NUL".to_owned());
        }
        let is_server = match ResourceType::parse(&self.resource.kind) {
            Some(ResourceType::Server) => true,
            Some(ResourceType::Disk) => false,
            _ => return wrong("`resource.type` is neither a server's nor a disk's".to_owned()),
        };
        if !matches!(
            self.instant.consistency.as_str(),
            "application" | "crash" | "offline"
        ) {
            return wrong("`instant.consistency` is unknown".to_owned());
        }
        let notes = &self.instant.notes;
        if notes.len() > 100 || notes.iter().any(|note| note.len() > 1000) {
            return wrong("`instant.notes` are too long".to_owned());
        }
        if let Some(architecture) = &self.resource.architecture {
            text("resource.architecture", architecture, 64)?;
        }
        if let Some(definition) = &self.definition {
            let file = definition_file(&definition.kind);
            text("definition.kind", &definition.kind, 64)?;
            file_is("definition", &definition.entry, file, DEFINITION_MAX)?;
        }
        if let Some(entry) = &self.firmware_variables {
            file_is("firmware_variables", entry, FIRMWARE, FIRMWARE_MAX)?;
        }
        match self.disks.len() {
            0 => return wrong("it has no disks".to_owned()),
            n if n > DISKS_MAX => return wrong(format!("it has more than {DISKS_MAX} disks")),
            n if n > 1 && !is_server => return wrong("a disk's backup has one disk".to_owned()),
            _ => {}
        }
        for (position, disk) in self.disks.iter().enumerate() {
            let field = |name: &str| format!("disks[{position}].{name}");
            text(&field("name"), &disk.name, 64)?;
            text(&field("id"), &disk.id, 64)?;
            // A file is named after it where a server is made of the backup.
            if disk.name.contains('/') || disk.name.starts_with('.') {
                return wrong(format!(
                    "`{}` must have no `/`, and no `.` at its beginning",
                    field("name")
                ));
            }
            let before = &self.disks[..position];
            if before
                .iter()
                .any(|d| d.id == disk.id || d.name == disk.name)
            {
                return wrong(format!("`disks[{position}]` is there twice"));
            }
            let size = disk.size_bytes;
            if size == 0 || size > DISK_MAX || !size.is_multiple_of(512) {
                return wrong(format!(
                    "`{}` must be whole sectors of 512 bytes, at most 64 TiB",
                    field("size_bytes")
                ));
            }
            // All data, tables for all of it, and counts of all that.
            let most = size.div_ceil(CLUSTER) * CLUSTER;
            let most = most + most / 1024 + 1024 * CLUSTER;
            let file = disk_file(position, &disk.name);
            file_is(&format!("disks[{position}]"), &disk.entry, &file, most)?;
            if !disk.entry.file_bytes.is_multiple_of(CLUSTER) {
                return wrong(format!("`{}` is no whole clusters", field("file_bytes")));
            }
        }
        if self.disks.iter().filter(|disk| disk.system).count() > 1 {
            return wrong("it has several system disks".to_owned());
        }
        Ok(())
    }
}

fn text(field: &str, value: &str, most: usize) -> Result<(), Wrong> {
    let is_bad = value.is_empty() || value.chars().count() > most;
    match is_bad || value.chars().any(char::is_control) {
        true => Err(Wrong(format!(
            "`{field}` must have 1 to {most} characters that can be printed"
        ))),
        false => Ok(()),
    }
}

fn file_is(field: &str, entry: &Entry, file: &str, most: u64) -> Result<(), Wrong> {
    if entry.file != file {
        return Err(Wrong(format!("`{field}.file` must be {file}")));
    }
    match entry.file_bytes > most || entry.file_bytes == 0 {
        true => Err(Wrong(format!("`{field}.file_bytes` must be 1 to {most}"))),
        false => Ok(()),
    }
}

/// What is wrong with a manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Wrong(pub String);

/// [`SUMS`]: for each entry 64 hexadecimal digits, two spaces and its name.
pub fn sums<'a>(entries: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let lines = entries.into_iter();
    lines
        .map(|(name, digest)| format!("{digest}  {name}\n"))
        .collect()
}

/// Length of [`SUMS`] for entries of these names.
pub fn sums_len<'a>(names: impl IntoIterator<Item = &'a str>) -> u64 {
    let lens = names.into_iter().map(|name| 64 + 2 + name.len() as u64 + 1);
    lens.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As version 1 wrote it. It must stay readable for ever.
    const VERSION_1: &str = include_str!("manifest-v1.json");

    fn sample() -> Manifest {
        Manifest::read(VERSION_1.as_bytes()).expect("version 1 is readable")
    }

    #[test]
    fn version_1_stays_readable_and_is_written_the_same() {
        let manifest = sample();
        assert_eq!(String::from_utf8(manifest.bytes()).unwrap(), VERSION_1);
        let names: Vec<&str> = manifest.entries().map(|e| e.file.as_str()).collect();
        assert_eq!(
            names,
            [
                "definition.xml",
                "firmware-variables.bin",
                "disks/0-vda.qcow2",
                "disks/1-data_1.qcow2"
            ]
        );
    }

    #[test]
    fn what_is_hostile_is_refused() {
        let check = |change: &dyn Fn(&mut Manifest), expected: &str| {
            let mut manifest = sample();
            change(&mut manifest);
            let error = Manifest::read(&manifest.bytes()).expect_err(expected);
            assert!(error.0.contains(expected), "{expected}: {error}");
        };
        check(&|m| m.version = 2, "version 2");
        check(&|m| m.backup.description = "a\0".into(), "NUL");
        check(&|m| m.format = "x".into(), "`format`");
        check(&|m| m.disks.clear(), "no disks");
        check(&|m| m.disks[0].size_bytes = 513, "512 bytes");
        check(&|m| m.disks[0].size_bytes = 1 << 60, "64 TiB");
        check(&|m| m.disks[0].size_bytes = 0, "512 bytes");
        check(&|m| m.disks[1].name = "vda".into(), "twice");
        check(&|m| m.disks[0].name = "a\nb".into(), "printed");
        for name in ["../x", "/etc/x", ".x", "a/b"] {
            check(&|m| m.disks[0].name = name.into(), "no `/`");
        }
        check(&|m| m.disks[1].system = true, "several system disks");
        check(
            &|m| m.disks[0].entry.file = "../../etc/passwd".into(),
            "must be disks/0-vda.qcow2",
        );
        check(&|m| m.disks[0].entry.file_bytes = u64::MAX, "file_bytes");
        check(&|m| m.disks[0].entry.file_bytes += 1, "clusters");
        check(
            &|m| m.definition.as_mut().unwrap().entry.file_bytes = 1 << 30,
            "definition.file_bytes",
        );
        check(
            &|m| m.resource.kind = "OS::Sfs::Turbo".into(),
            "resource.type",
        );
        check(
            &|m| m.resource.kind = "OS::Cinder::Volume".into(),
            "one disk",
        );
        check(&|m| m.instant.consistency = "sure".into(), "consistency");
        check(
            &|m| m.disks = vec![m.disks[0].clone(); DISKS_MAX + 1],
            "disks",
        );
        for text in ["", "[]", "{}", "{\"format\":\"coffer-portable-backup\"}"] {
            assert!(Manifest::read(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn digests_are_lines_of_a_known_length() {
        let lines = sums([("a", "0".repeat(64)), ("disks/0-vda.qcow2", "f".repeat(64))]);
        assert_eq!(lines.len() as u64, sums_len(["a", "disks/0-vda.qcow2"]));
        assert!(lines.ends_with("f  disks/0-vda.qcow2\n"));
    }
}
