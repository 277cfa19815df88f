//! Disk images to back up: always the same bytes for the same Debian packages.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::packages;
use crate::shell::{self, Result, at};

const MIB: u64 = 1024 * 1024;

/// SplitMix64: random enough to be incompressible, the same in each run.
pub struct Random(pub u64);

impl Random {
    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// So many bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(count + 8);
        while bytes.len() < count {
            bytes.extend_from_slice(&self.next().to_le_bytes());
        }
        bytes.truncate(count);
        bytes
    }
}

/// Packages whose files fill the realistic image: programs, libraries, sources, texts, fonts and
/// databases, as they lie on a server. About 3.5 GiB unpacked, 0.9 GB to download, once.
const PACKAGES: &[&str] = &[
    "chromium",
    "clang-14",
    "emacs-common",
    "firefox-esr",
    "fonts-noto-cjk",
    "gcc-12",
    "git",
    "golang-1.19-go",
    "golang-1.19-src",
    "iso-codes",
    "libllvm14",
    "libreoffice-common",
    "libreoffice-core",
    "libstd-rust-dev",
    "linux-source-6.1",
    "llvm-14-dev",
    "locales-all",
    "mariadb-server-core",
    "openjdk-17-jdk-headless",
    "openjdk-17-jre-headless",
    "perl-doc",
    "postgresql-15",
    "postgresql-doc-15",
    "python3-scipy",
    "thunderbird",
    "vim-runtime",
];

/// Makes the realistic image, 6 GiB with 4 to 5 GiB of data, where it is not there; returns it.
///
/// An ext4 over the unpacked packages, and as much incompressible data as a server's pictures and
/// archives are: a sixth.
pub fn realistic(folder: &Path) -> Result<PathBuf> {
    let image = folder.join("realistic.raw");
    if image.exists() {
        return Ok(image);
    }
    let tree = folder.join("tree");
    let debs = folder.join("debs");
    if tree.exists() {
        at(&tree, std::fs::remove_dir_all(&tree))?;
    }
    at(&debs, std::fs::create_dir_all(debs.join("partial")))?;
    println!(
        "bench: downloading {} Debian packages for the realistic image",
        PACKAGES.len()
    );
    // What this suite does not have is left out; the list names packages of Debian 12.
    let there = PACKAGES
        .iter()
        .filter(|package| packages::candidate(package).is_some());
    let mut download = Command::new("apt-get");
    download
        .args(["-qq", "-o", "APT::Sandbox::User=root", "download"])
        .args(there);
    shell::output(download.current_dir(&debs))?;
    println!("bench: unpacking");
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in at(&debs, std::fs::read_dir(&debs))? {
        let path = at(&debs, entry)?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            files.push(path);
        }
    }
    files.sort();
    for package in &files {
        shell::output(Command::new("dpkg-deb").arg("-x").arg(package).arg(&tree))?;
    }
    let media = tree.join("srv/media");
    at(&media, std::fs::create_dir_all(&media))?;
    let mut random = Random(1);
    for number in 0..800 {
        let path = media.join(format!("picture-{number:03}.jpg"));
        at(&path, std::fs::write(&path, random.bytes(MIB as usize)))?;
    }
    let new = folder.join("realistic.new");
    at(
        &new,
        File::create(&new).and_then(|file| file.set_len(6 * 1024 * MIB)),
    )?;
    println!("bench: making the file system");
    let mut make = Command::new("mkfs.ext4");
    make.env("PATH", "/usr/sbin:/sbin:/usr/bin:/bin")
        .env("E2FSPROGS_FAKE_TIME", "1700000000");
    make.args([
        "-q",
        "-F",
        "-U",
        "6e1c0000-7467-4461-7461-00000000beef",
        "-E",
    ]);
    make.arg(
        "lazy_itable_init=0,lazy_journal_init=0,hash_seed=6e1c0000-7467-4461-7461-00000000beef",
    );
    shell::output(make.arg("-d").arg(&tree).arg(&new))?;
    at(&tree, std::fs::remove_dir_all(&tree))?;
    at(&image, std::fs::rename(&new, &image))?;
    Ok(image)
}

/// The case of scattered writes: 4 GiB with 2 GiB of random data.
pub fn scattered(folder: &Path) -> Result<PathBuf> {
    let image = folder.join("scattered.raw");
    let file = at(&image, File::create(&image))?;
    at(&image, file.set_len(4096 * MIB))?;
    let mut random = Random(2);
    for piece in 0..512 {
        // Every other 4 MiB.
        at(
            &image,
            file.write_all_at(&random.bytes(4 * MIB as usize), piece * 8 * MIB),
        )?;
    }
    at(&image, file.sync_all())?;
    Ok(image)
}

/// Overwrites 655 chunks of 64 KiB (41 MiB) of the image's data with other data, all over it, and
/// returns the file of changed extents, `offset length` a line.
pub fn overwrite(image: &Path, folder: &Path) -> Result<PathBuf> {
    const CHUNK: u64 = 64 * 1024;
    let file = at(image, OpenOptions::new().write(true).open(image))?;
    let mut random = Random(3);
    let mut chunks = std::collections::BTreeSet::new();
    while chunks.len() < 655 {
        let chunk = random.next() % (4096 * MIB / CHUNK);
        if (chunk * CHUNK / (4 * MIB)).is_multiple_of(2) {
            chunks.insert(chunk);
        }
    }
    let extents = folder.join("scattered.extents");
    let mut list = at(&extents, File::create(&extents))?;
    for chunk in chunks {
        let data = random.bytes(CHUNK as usize);
        at(image, file.write_all_at(&data, chunk * CHUNK))?;
        at(&extents, writeln!(list, "{} {CHUNK}", chunk * CHUNK))?;
    }
    at(image, file.sync_all())?;
    Ok(extents)
}

/// A disk of 1 TiB that holds 64 MiB, all over it.
pub fn sparse(folder: &Path) -> Result<PathBuf> {
    let image = folder.join("sparse.raw");
    let file = at(&image, File::create(&image))?;
    at(&image, file.set_len(1 << 40))?;
    let mut random = Random(4);
    for piece in 0..64 {
        at(
            &image,
            file.write_all_at(&random.bytes(MIB as usize), piece * (1 << 34)),
        )?;
    }
    at(&image, file.sync_all())?;
    Ok(image)
}
