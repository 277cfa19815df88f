//! The kernel of the host as the appliance's: its image, and the modules that are wanted of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use coffer_core::{Error, Result};

use crate::hypervisor::file::io_error;

/// What the appliance needs of a kernel, with what that depends on. What is missing is part of the
/// image already, or is missed when it is wanted.
const WANTED: &[&str] = &[
    "virtio_pci",
    "virtio_blk",
    "virtio_console",
    "ext4",
    "xfs",
    "btrfs",
    "vfat",
    "exfat",
    "ntfs3",
    "fuse",
    "dm_mod",
    "dm_snapshot",
    "dm_thin_pool",
    "dm_mirror",
    "dm_raid",
    "nls_cp437",
    "nls_ascii",
    "nls_utf8",
    "crc32c_generic",
    "crc32c_intel",
    "xxhash_generic",
    "sha256_generic",
    "blake2b_generic",
];

/// A kernel that is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kernel {
    pub image: PathBuf,
    pub modules: PathBuf,
}

/// A module, not compressed.
pub(super) struct Module {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Kernel {
    /// The newest kernel beneath `root` that has its modules.
    pub fn newest(root: &Path) -> Result<Kernel> {
        let folder = root.join("boot");
        let entries = fs::read_dir(&folder).map_err(|e| none(root).caused_by(e))?;
        let mut found = Vec::new();
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(version) = name.strip_prefix("vmlinuz-") else {
                continue;
            };
            let places = ["lib/modules", "usr/lib/modules"];
            let modules = places.map(|place| root.join(place).join(version));
            if let Some(modules) = modules.into_iter().find(|m| m.join("kernel").is_dir()) {
                let image = entry.path();
                found.push((order(version), Kernel { image, modules }));
            }
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found
            .pop()
            .map(|(_, kernel)| kernel)
            .ok_or_else(|| none(root))
    }

    /// The modules that are wanted, each behind those it depends on.
    pub fn wanted(&self) -> Result<Vec<Module>> {
        let mut files = BTreeMap::new();
        collect(&self.modules.join("kernel"), &mut files)?;
        let mut order = Vec::new();
        let mut seen = Vec::new();
        for name in WANTED {
            add(name, &files, &mut seen, &mut order)?;
        }
        Ok(order)
    }
}

fn none(root: &Path) -> Error {
    Error::unavailable(format!(
        "there is no kernel with its modules beneath {}",
        root.display()
    ))
    .hint(
        "Install one to read files of backups with: linux-image-amd64 or linux-image-cloud-amd64 on \
         Debian. It does not have to be the one that runs.",
    )
}

/// A version so that newer ones are greater: its numbers as numbers.
fn order(version: &str) -> Vec<(u64, String)> {
    let parts = version.split(['.', '-', '+', '_', '~']);
    let split = |part: &str| {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        (
            part[..digits].parse().unwrap_or(0),
            part[digits..].to_owned(),
        )
    };
    parts.map(split).collect()
}

fn collect(folder: &Path, files: &mut BTreeMap<String, PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).map_err(|e| io_error(folder, "list", e))?;
    for entry in entries.flatten() {
        let path = entry.path();
        // Links lead to other kernels' trees.
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => collect(&path, files)?,
            Ok(kind) if kind.is_file() => {
                let name = entry.file_name().to_string_lossy().into_owned();
                if let Some((name, _)) = name.split_once(".ko") {
                    files.insert(name.replace('-', "_"), path);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn add(
    name: &str,
    files: &BTreeMap<String, PathBuf>,
    seen: &mut Vec<String>,
    order: &mut Vec<Module>,
) -> Result<()> {
    let name = name.replace('-', "_");
    let Some(path) = files.get(&name).filter(|_| !seen.contains(&name)) else {
        return Ok(());
    };
    seen.push(name.clone());
    let bytes = read(path)?;
    for dependency in depends(&bytes) {
        add(&dependency, files, seen, order)?;
    }
    order.push(Module { name, bytes });
    Ok(())
}

/// Names of the modules that a module needs, as its `.modinfo` says.
fn depends(module: &[u8]) -> Vec<String> {
    const KEY: &[u8] = b"\0depends=";
    let Some(at) = module.windows(KEY.len()).position(|bytes| bytes == KEY) else {
        return Vec::new();
    };
    let rest = &module[at + KEY.len()..];
    let end = rest.iter().position(|b| *b == 0).unwrap_or(rest.len());
    let text = String::from_utf8_lossy(&rest[..end]);
    let names = text.split(',').filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let tool = match path.extension().and_then(|extension| extension.to_str()) {
        Some("xz") => "xz",
        Some("gz") => "gzip",
        Some("zst") => {
            let bytes = fs::read(path).map_err(|e| io_error(path, "read", e))?;
            return zstd::decode_all(bytes.as_slice()).map_err(|e| io_error(path, "decompress", e));
        }
        _ => return fs::read(path).map_err(|e| io_error(path, "read", e)),
    };
    let output = Command::new(tool)
        .arg("-dc")
        .arg(path)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| io_error(path, "decompress", e))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(Error::unavailable(format!(
            "{tool} cannot decompress {}",
            path.display()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_kernels_are_greater() {
        let sorted = [
            "5.10.0-9-amd64",
            "5.10.0-28-amd64",
            "6.1.0-9-amd64",
            "6.1.0-57-cloud-amd64",
            "6.12.3-amd64",
        ];
        assert!(sorted.is_sorted_by_key(|version| order(version)));
    }

    #[test]
    fn dependencies_are_read_from_the_module() {
        let module = b"\x7fELF..\0license=GPL\0depends=libcrc32c,zstd-compress\0retpoline=Y\0";
        assert_eq!(depends(module), ["libcrc32c", "zstd-compress"]);
        assert!(depends(b"\0depends=\0x").is_empty());
        assert!(depends(b"no module").is_empty());
    }

    #[test]
    fn a_host_without_a_kernel_is_told_what_to_install() {
        let empty = tempfile::tempdir().unwrap();
        let error = Kernel::newest(empty.path()).unwrap_err();
        assert!(error.hint.unwrap().contains("linux-image"));
    }
}
