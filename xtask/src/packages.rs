//! Debian packages.

use std::path::Path;
use std::process::Command;

use crate::shell::{self, Result};

/// Compiles Coffer: a linker and a C compiler (SQLite, zstd and AWS-LC are C).
pub const BUILD: &[&str] = &["gcc", "g++", "libc6-dev", "make", "cmake"];

/// Runs guests: QEMU and libvirt, without what would want systemd.
pub const HYPERVISOR: &[&str] = &[
    "qemu-system-x86",
    "qemu-utils",
    "libvirt-daemon",
    "libvirt-daemon-driver-qemu",
    "libvirt-clients",
];

/// Builds the test guest's images and looks into them.
pub const GUEST: &[&str] = &[
    "python3",
    "e2fsprogs",
    "fdisk",
    "mtools",
    "dosfstools",
    "syslinux",
    "syslinux-common",
    "xz-utils",
    "util-linux",
    "procps",
    // File systems whose files are read out of backups, by their own tools.
    "xfsprogs",
    "btrfs-progs",
    "ntfs-3g",
    "exfatprogs",
    "lvm2",
];

/// What the tests compare with and stand on: other NBD clients, public clients from PyPI, the other
/// database.
pub const TEST: &[&str] = &[
    "libnbd-bin",
    "nbdkit",
    "python3-venv",
    "openssl",
    "postgresql",
];

/// The console's tests run in it.
pub const BROWSER: &[&str] = &["chromium", "fonts-liberation", "sqlite3"];

/// What `bench` compares with.
pub const BENCH: &[&str] = &["restic", "zstd"];

/// Installs those of `packages` that are missing, without recommended ones.
pub fn install(packages: &[&[&str]]) -> Result<()> {
    let missing: Vec<&str> = packages
        .concat()
        .into_iter()
        .filter(|p| !is_installed(p))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !is_root() {
        return Err(format!(
            "these Debian packages are missing and installing them needs root: {}",
            missing.join(" ")
        ));
    }
    println!("installing {}", missing.join(" "));
    let lists_known = missing.iter().all(|package| candidate(package).is_some());
    if !lists_known {
        update()?;
    }
    let _policy = NoServices::begin()?;
    if apt_install(&missing).is_err() {
        // The usual reason: the lists are older than the mirror.
        update()?;
        apt_install(&missing)?;
    }
    Ok(())
}

fn is_root() -> bool {
    shell::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn is_installed(package: &str) -> bool {
    let query = ["-W", "-f=${db:Status-Status}", package];
    shell::output(Command::new("dpkg-query").args(query)).is_ok_and(|s| s == "installed")
}

fn installed_version(package: &str) -> Option<String> {
    shell::output(Command::new("dpkg-query").args(["-W", "-f=${Version}", package])).ok()
}

/// The version that apt would install.
pub fn candidate(package: &str) -> Option<String> {
    let text = shell::output(
        Command::new("apt-cache")
            .args(["policy", package])
            .env("LC_ALL", "C"),
    )
    .ok()?;
    let line = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("Candidate: "))?;
    (line != "(none)").then(|| line.to_owned())
}

/// Fetches the package lists.
pub fn update() -> Result<()> {
    shell::run(&mut apt(&["update", "-qq"]))
}

fn apt_install(missing: &[&str]) -> Result<()> {
    let mut arguments = vec!["install", "-qq", "-y", "--no-install-recommends"];
    // A machine may carry qemu-utils of a newer version than its suite's qemu-system-x86, from
    // another suite. They have to be of one version, so let apt take the older of that pair.
    let mut pinned = String::new();
    if missing.contains(&"qemu-system-x86") && is_installed("qemu-utils") {
        let wanted = candidate("qemu-system-x86").ok_or("no package qemu-system-x86")?;
        if installed_version("qemu-utils").as_ref() != Some(&wanted) {
            pinned = format!("qemu-utils={wanted}");
            arguments.extend(["--allow-downgrades", pinned.as_str()]);
        }
    }
    arguments.extend(
        missing
            .iter()
            .filter(|p| pinned.is_empty() || **p != "qemu-utils"),
    );
    // dpkg's progress is long and of no interest; on an error it is in the error.
    shell::output(&mut apt(&arguments)).map(drop)
}

fn apt(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command
        .args(["-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=3"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("LC_ALL", "C");
    command
}

/// Keeps package scripts from starting services where there is no systemd (containers).
struct NoServices {
    ours: bool,
}

const POLICY: &str = "/usr/sbin/policy-rc.d";

impl NoServices {
    fn begin() -> Result<NoServices> {
        let ours = !Path::new("/run/systemd/system").exists() && !Path::new(POLICY).exists();
        if ours {
            let write = std::fs::write(POLICY, "#!/bin/sh\nexit 101\n");
            shell::at(Path::new(POLICY), write)?;
            shell::run(Command::new("chmod").args(["755", POLICY]))?;
        }
        Ok(NoServices { ours })
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if self.ours {
            let _ = std::fs::remove_file(POLICY);
        }
    }
}
