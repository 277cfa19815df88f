//! What the appliance starts with: our program, modules, and the host's own readers of LVM and NTFS.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use coffer_core::Result;

use super::kernel::Kernel;
use crate::hypervisor::file::io_error;

/// The program inside the appliance (`build.rs`).
pub(super) const GUEST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/guest"));
/// Programs that go along where the host has them, and where they are in the appliance.
pub(super) const PROGRAMS: &[(&[&str], &str)] = &[
    (&["/usr/sbin/lvm", "/sbin/lvm"], "sbin/lvm"),
    (
        &[
            "/usr/bin/ntfs-3g",
            "/bin/ntfs-3g",
            "/usr/sbin/mount.ntfs-3g",
        ],
        "sbin/ntfs-3g",
    ),
];
#[cfg(target_arch = "x86_64")]
const LOADER: &str = "/lib64/ld-linux-x86-64.so.2";
#[cfg(not(target_arch = "x86_64"))]
const LOADER: &str = "/lib/ld-linux-aarch64.so.1";

/// Where one of [`PROGRAMS`] is on this host.
pub(super) fn program(places: &[&str]) -> Option<PathBuf> {
    places.iter().map(PathBuf::from).find(|path| path.is_file())
}

/// Makes the initial file system, as an archive that the kernel takes.
pub(super) fn build(kernel: &Kernel) -> Result<Vec<u8>> {
    let mut archive = Archive::default();
    for folder in [
        "proc", "sys", "dev", "sbin", "etc", "run", "tmp", "modules", "volumes",
    ] {
        archive.folder(Path::new(folder));
    }
    archive.file(Path::new("init"), 0o755, GUEST);
    let modules = kernel.wanted()?;
    let mut names = String::new();
    for module in &modules {
        names.push_str(&module.name);
        names.push_str(".ko\n");
        let path = format!("modules/{}.ko", module.name);
        archive.file(Path::new(&path), 0o644, &module.bytes);
    }
    archive.file(Path::new("modules.list"), 0o644, names.as_bytes());
    for (places, target) in PROGRAMS {
        let Some(program) = program(places) else {
            continue;
        };
        // Without its libraries a program is of no use, and the others do without it.
        let Some(libraries) = libraries(&program) else {
            tracing::warn!(program = %program.display(), "the appliance goes without a program");
            continue;
        };
        archive.copy(&program, Path::new(target))?;
        for library in libraries {
            let target = library.strip_prefix("/").unwrap_or(&library).to_owned();
            archive.copy(&library, &target)?;
        }
    }
    Ok(archive.finish())
}

/// The libraries of a program, by the loader itself; it is among them.
fn libraries(program: &Path) -> Option<Vec<PathBuf>> {
    let output = Command::new(LOADER)
        .arg("--list")
        .arg(program)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let paths = text.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let path = words.iter().find(|word| word.starts_with('/'))?;
        Some(PathBuf::from(*path))
    });
    output.status.success().then(|| paths.collect())
}

/// An archive in the kernel's format ("newc", Linux: `buffer-format.rst`).
#[derive(Default)]
struct Archive {
    bytes: Vec<u8>,
    there: BTreeSet<PathBuf>,
}

impl Archive {
    fn entry(&mut self, name: &[u8], mode: u32, content: &[u8]) {
        let inode = self.there.len() as u32 + 1;
        let links = if mode & 0o170_000 == 0o040_000 { 2 } else { 1 };
        let fields = [
            inode,
            mode,
            0,
            0,
            links,
            0,
            content.len() as u32,
            0,
            0,
            0,
            0,
            name.len() as u32 + 1,
            0,
        ];
        self.bytes.extend_from_slice(b"070701");
        for field in fields {
            self.bytes
                .extend_from_slice(format!("{field:08x}").as_bytes());
        }
        self.bytes.extend_from_slice(name);
        self.bytes.push(0);
        self.pad();
        self.bytes.extend_from_slice(content);
        self.pad();
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }

    /// Adds a folder, and those above it, once.
    fn folder(&mut self, path: &Path) {
        if path.as_os_str().is_empty() || !self.there.insert(path.to_owned()) {
            return;
        }
        if let Some(above) = path.parent() {
            self.folder(above);
        }
        self.entry(path.as_os_str().as_encoded_bytes(), 0o040_755, &[]);
    }

    fn file(&mut self, path: &Path, permissions: u32, content: &[u8]) {
        if let Some(above) = path.parent() {
            self.folder(above);
        }
        if self.there.insert(path.to_owned()) {
            let name = path.as_os_str().as_encoded_bytes();
            self.entry(name, 0o100_000 | permissions, content);
        }
    }

    fn copy(&mut self, from: &Path, to: &Path) -> Result<()> {
        let content = fs::read(from).map_err(|e| io_error(from, "read", e))?;
        self.file(to, 0o755, &content);
        Ok(())
    }

    fn finish(mut self) -> Vec<u8> {
        self.entry(b"TRAILER!!!", 0, &[]);
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_once_and_before_what_is_in_them() {
        let mut archive = Archive::default();
        archive.file(Path::new("a/b/c"), 0o644, b"hello");
        archive.file(Path::new("a/b/d"), 0o755, b"");
        archive.file(Path::new("a/b/c"), 0o644, b"again");
        let bytes = archive.finish();
        let text = String::from_utf8_lossy(&bytes);
        let at = |name: &str| {
            text.find(name)
                .unwrap_or_else(|| panic!("{name} is not there"))
        };
        assert!(at("a\0") < at("a/b\0") && at("a/b\0") < at("a/b/c\0"));
        assert!(at("a/b/d\0") < at("TRAILER!!!"));
        assert!(text.contains("hello") && !text.contains("again"));
        assert_eq!(text.matches("070701").count(), 5);
        assert_eq!(bytes.len() % 4, 0);
    }
}
