//! A guest of the test's own that makes what no tool makes without mounting: XFS, exFAT and NTFS
//! filled by the kernel and by ntfs-3g, and logical volumes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::guest_root;
use super::images::text;

/// In the order of their dependencies.
const MODULES: &[&str] = &[
    "virtio",
    "virtio_ring",
    "virtio_pci_modern_dev",
    "virtio_pci_legacy_dev",
    "virtio_pci",
    "virtio_blk",
    "libcrc32c",
    "crc32c_generic",
    "xfs",
    "exfat",
    "nls_utf8",
    "fuse",
    "dax",
    "dm-mod",
    "nls_ascii",
];

/// Boots, runs `script` with `disks` as `/dev/vda` and so on and `tree` as `/tree`, and ends.
pub fn write(folder: &Path, tree: &Path, disks: &[&Path], script: &str) {
    let root = folder.join("writer");
    for name in [
        "bin", "sbin", "proc", "sys", "dev", "mnt", "modules", "run", "tmp", "etc",
    ] {
        fs::create_dir_all(root.join(name)).unwrap();
    }
    fs::copy(guest_root().join("bin/busybox"), root.join("bin/busybox")).unwrap();
    let mut modules = String::new();
    for name in MODULES {
        if let Some(module) = module(&guest_root().join("lib/modules"), name) {
            fs::copy(module, root.join(format!("modules/{name}.ko"))).unwrap();
            modules.push_str(&format!("insmod /modules/{name}.ko\n"));
        }
    }
    for program in ["/usr/sbin/lvm", "/usr/bin/ntfs-3g"] {
        let program = fs::canonicalize(program).unwrap_or_else(|e| panic!("{program}: {e}"));
        let listed = Command::new("ldd").arg(&program).output().unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        let paths = listed
            .split_whitespace()
            .filter(|word| word.starts_with('/'));
        for path in paths.map(Path::new).chain([program.as_path()]) {
            let target = root.join(path.strip_prefix("/").unwrap());
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::copy(path, target).unwrap();
        }
    }
    let init = format!(
        "#!/bin/busybox sh\nexport PATH=/bin:/sbin:/usr/sbin:/usr/bin\n\
         busybox --install -s /bin\nmount -t proc proc /proc\nmount -t sysfs sys /sys\n\
         mount -t devtmpfs dev /dev\n{modules}\
         set -e\nexec >/dev/ttyS0 2>&1\ntrap 'echo WRITER FAILED; poweroff -f' EXIT\n\
         {script}\nsync\ntrap - EXIT\necho WRITER DONE\npoweroff -f\n"
    );
    fs::write(root.join("init"), init).unwrap();
    run(Command::new("cp")
        .arg("-a")
        .arg(tree)
        .arg(root.join("tree")));
    run(Command::new("chmod").arg("755").arg(root.join("init")));
    let archive = folder.join("writer.cpio");
    let mut packed = Command::new("sh");
    let busybox = guest_root().join("bin/busybox");
    packed.current_dir(&root).args([
        "-c",
        "find . -print0 | \"$0\" cpio -0 -o -H newc >\"$1\" 2>/dev/null",
    ]);
    run(packed.arg(&busybox).arg(&archive));

    let kernel = fs::read_dir(guest_root().join("boot")).unwrap();
    let kernel = kernel.map(|entry| entry.unwrap().path());
    let kernel = kernel
        .filter(|path| text(path).contains("vmlinuz"))
        .max()
        .unwrap();
    let mut command = Command::new("qemu-system-x86_64");
    command
        .args([
            "-M",
            "pc",
            "-cpu",
            "max",
            "-m",
            "512",
            "-nodefaults",
            "-no-reboot",
        ])
        .args(["-display", "none", "-serial", "stdio", "-append"])
        .arg("console=ttyS0 quiet panic=-1 no_timer_check")
        .arg("-kernel")
        .arg(kernel)
        .arg("-initrd")
        .arg(&archive);
    for disk in disks {
        let disk = format!("if=virtio,format=raw,cache=unsafe,file={}", text(disk));
        command.args(["-drive", &disk]);
    }
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    std::io::stderr().write_all(&output.stderr).unwrap();
    assert!(said.contains("WRITER DONE"), "the writer failed:\n{said}");
}

fn run(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}");
}

fn module(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?;
    for entry in entries.flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if let Some(found) = module(&path, name) {
                return Some(found);
            }
        } else if path
            .file_name()
            .is_some_and(|file| file == format!("{name}.ko").as_str())
        {
            return Some(path);
        }
    }
    None
}
