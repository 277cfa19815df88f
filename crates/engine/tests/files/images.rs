//! Images as the tools of each file system make them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs a tool to its end, with `sbin` among the places of programs.
#[track_caller]
pub fn run(program: &str, arguments: &[&str]) {
    let places = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];
    let found = places.map(|place| Path::new(place).join(program));
    let found = found.iter().find(|path| path.exists());
    let found = found.unwrap_or_else(|| panic!("{program} is not installed"));
    let output = Command::new(found)
        .args(arguments)
        .env("MTOOLS_SKIP_CHECK", "1")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub fn sized(path: PathBuf, mib: u64) -> PathBuf {
    fs::File::create(&path).unwrap().set_len(mib << 20).unwrap();
    path
}

/// Bytes that repeat nowhere, the same for the same seed.
pub fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let words = std::iter::repeat_with(|| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    });
    words.flat_map(u64::to_le_bytes).take(len).collect()
}

/// What goes into every file system.
pub fn tree(folder: &Path) {
    let write = |name: &str, bytes: Vec<u8>| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    write("empty", Vec::new());
    write("hello.txt", b"hello\n".to_vec());
    write("docs/Report 2024 (final).txt", noise(1, 4097));
    write("docs/deep/er/still/data.bin", noise(2, 700_001));
    write("large.bin", noise(3, 3 << 20));
    fs::create_dir_all(folder.join("nothing")).unwrap();
    for i in 0..150 {
        write(&format!("many/f{i:04}"), noise(100 + i, (i * 37) as usize));
    }
}

/// What file systems of Unix take besides.
pub fn unix_tree(folder: &Path) {
    tree(folder);
    fs::write(folder.join("Übersicht – 名前.txt"), "Grüße\n").unwrap();
    let odd = std::ffi::OsString::from("caf");
    let odd = [odd.as_encoded_bytes(), b"\xe9 \\ \n"].concat();
    let odd = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(&odd);
    fs::write(folder.join(odd), "latin\n").unwrap();
    symlink("docs/deep", folder.join("link-to-folder")).unwrap();
    symlink("/etc/passwd", folder.join("link-to-passwd")).unwrap();
    symlink("../../../../../../etc/passwd", folder.join("docs/up")).unwrap();
}

pub fn ext(folder: &Path, kind: &str, tree: &Path) -> PathBuf {
    let image = sized(folder.join(format!("{kind}.img")), 32);
    let make = format!("mkfs.{kind}");
    run(&make, &["-q", "-L", "data", "-d", text(tree), text(&image)]);
    image
}

pub fn btrfs(folder: &Path, tree: &Path) -> PathBuf {
    let image = sized(folder.join("btrfs.img"), 128);
    let arguments = ["-q", "-L", "data", "--rootdir", text(tree), text(&image)];
    run("mkfs.btrfs", &arguments);
    image
}

/// FAT of 16 or 32 bits an entry.
pub fn fat(folder: &Path, bits: &str, tree: &Path) -> PathBuf {
    let mib = if bits == "32" { 64 } else { 32 };
    let image = sized(folder.join(format!("fat{bits}.img")), mib);
    run("mkfs.vfat", &["-F", bits, "-n", "DATA", text(&image)]);
    for entry in fs::read_dir(tree).unwrap() {
        let entry = entry.unwrap().path();
        run("mcopy", &["-s", "-i", text(&image), text(&entry), "::"]);
    }
    image
}

/// A disk with a partition table whose partitions hold these images, 1 MiB apart.
pub fn partitioned(image: PathBuf, table: &str, parts: &[(&str, &Path)]) -> PathBuf {
    use std::io::Write;
    use std::os::unix::fs::FileExt;
    use std::process::Stdio;
    let mut script = format!("label: {table}\nunit: sectors\n");
    let mut at = 2048;
    let mut places = Vec::new();
    for (kind, part) in parts {
        let sectors = fs::metadata(part).unwrap().len() / 512;
        script.push_str(&format!("start={at}, size={sectors}, {kind}\n"));
        places.push((at * 512, *part));
        at += sectors + 4096;
    }
    let disk = sized(image, (at + 8192) / 2048);
    let mut child = Command::new("/usr/sbin/sfdisk")
        .args(["-q", "--no-reread", "--no-tell-kernel", text(&disk)])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(script.as_bytes()).unwrap();
    drop(input);
    assert!(child.wait().unwrap().success(), "{script}");
    let file = fs::File::options().write(true).open(&disk).unwrap();
    for (place, part) in places {
        // Of what reads as zeroes nothing has to be written.
        for (i, block) in fs::read(part).unwrap().chunks(1 << 16).enumerate() {
            if block.iter().any(|byte| *byte != 0) {
                file.write_all_at(block, place + ((i as u64) << 16))
                    .unwrap();
            }
        }
    }
    disk
}
