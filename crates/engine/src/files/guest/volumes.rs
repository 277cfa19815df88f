//! Disks, partitions and logical volumes, and what is mounted of them.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::detect::{self, Found};
use super::system;
use super::wire::RawVolume;

/// How long disks may take to appear: emulated and on a busy machine seconds.
const DISKS_LIMIT: Duration = Duration::from_secs(90);
/// The programs that the appliance may have.
const LVM: &str = "/sbin/lvm";
const NTFS: &str = "/sbin/ntfs-3g";
/// Nothing of the appliance's own is looked for or written, and nobody makes its devices for it.
const LVM_CONFIG: &str = "devices { scan=[\"/dev\"] filter=[\"a|^/dev/vd|\",\"r|.*|\"] \
    obtain_device_list_from_udev=0 external_device_info_source=\"none\" use_devicesfile=0 } \
    activation { udev_sync=0 udev_rules=0 monitoring=0 } \
    global { use_lvmpolld=0 event_activation=0 thin_check_executable=\"\" \
    cache_check_executable=\"\" } backup { backup=0 archive=0 }";

/// Why something of a volume cannot be read.
#[derive(Debug)]
pub enum Fault {
    /// There is no such thing.
    Missing,
    /// It is not what was asked for.
    Unfit(String),
    /// It is damaged.
    Damaged(String),
    /// There is more of it than is answered.
    TooLarge(String),
}

/// The volumes of the disks that are there, and those that are mounted.
#[derive(Default)]
pub struct Volumes {
    known: Vec<(RawVolume, PathBuf)>,
    mounted: HashMap<u32, File>,
}

impl Volumes {
    /// Waits for so many disks and looks at what is on them.
    pub fn find(&mut self, disks: u32) -> Result<Vec<RawVolume>, Fault> {
        if self.known.is_empty() {
            let devices = wait_for(disks)?;
            for (number, device) in devices.iter().enumerate() {
                let found = on_disk(number as u32, device);
                self.known.extend(found.map_err(|error| {
                    Fault::Damaged(format!("disk {number} cannot be read: {error}"))
                })?);
            }
            if self.known.iter().any(|(volume, _)| volume.kind == b"lvm") {
                self.known.extend(logical());
            }
            for (volume, device) in &self.known {
                if volume.kind == b"btrfs" {
                    // Where it fails, the file system that needs it says so.
                    let _ = system::register_btrfs(&device.to_string_lossy());
                }
            }
        }
        Ok(self
            .known
            .iter()
            .map(|(volume, _)| volume.clone())
            .collect())
    }

    /// The top folder of a volume.
    pub fn root(&mut self, number: u32) -> Result<&File, Fault> {
        if !self.mounted.contains_key(&number) {
            let (volume, device) = self.known.get(number as usize).ok_or(Fault::Missing)?;
            let at = format!("/volumes/{number}");
            let kind = String::from_utf8_lossy(&volume.kind).into_owned();
            mount(&kind, &device.to_string_lossy(), &at)?;
            let root = File::open(&at).map_err(|e| Fault::Damaged(e.to_string()))?;
            self.mounted.insert(number, root);
        }
        Ok(&self.mounted[&number])
    }
}

/// The devices of the disks, in the order of their numbers, once their partitions are known.
fn wait_for(disks: u32) -> Result<Vec<PathBuf>, Fault> {
    let deadline = Instant::now() + DISKS_LIMIT;
    let mut found: Vec<Option<PathBuf>> = vec![None; disks as usize];
    while found.iter().any(Option::is_none) {
        for entry in fs::read_dir("/sys/block").into_iter().flatten().flatten() {
            let serial = fs::read_to_string(entry.path().join("serial")).unwrap_or_default();
            let number = serial.trim().parse::<usize>().ok();
            if let Some(slot @ None) = number.and_then(|number| found.get_mut(number)) {
                let device = Path::new("/dev").join(entry.file_name());
                // It can be opened a moment after it is listed.
                if let Ok(disk) = File::open(&device) {
                    // A disk too small for a table has none.
                    let _ = system::read_partitions(&disk);
                    *slot = Some(device);
                }
            }
        }
        if Instant::now() > deadline {
            return Err(Fault::Damaged("not all disks came up".to_owned()));
        }
        system::pause();
    }
    Ok(found.into_iter().flatten().collect())
}

fn on_disk(number: u32, device: &Path) -> io::Result<Vec<(RawVolume, PathBuf)>> {
    let name = device.file_name().unwrap_or_default();
    let folder = Path::new("/sys/block").join(name);
    let figure = |path: PathBuf| -> u64 {
        let text = fs::read_to_string(path).unwrap_or_default();
        text.trim().parse().unwrap_or(0)
    };
    let mut partitions = Vec::new();
    for entry in fs::read_dir(&folder)?.flatten() {
        let part = entry.path();
        if !part.join("partition").exists() {
            continue;
        }
        let device = Path::new("/dev").join(entry.file_name());
        let mut found = look(&device);
        if found.label.is_empty() {
            let event = fs::read_to_string(part.join("uevent")).unwrap_or_default();
            let name = event
                .lines()
                .find_map(|line| line.strip_prefix("PARTNAME="));
            found.label = name.unwrap_or_default().as_bytes().to_vec();
        }
        let volume = RawVolume {
            disk: number,
            partition: u32::try_from(figure(part.join("partition"))).unwrap_or(0),
            logical: Vec::new(),
            start: figure(part.join("start")) * 512,
            size: figure(part.join("size")) * 512,
            readable: is_readable(&found),
            kind: found.kind.into(),
            label: found.label,
        };
        partitions.push((volume, device));
    }
    partitions.sort_by_key(|(volume, _)| volume.partition);
    if !partitions.is_empty() {
        return Ok(partitions);
    }
    let found = look(device);
    let whole = RawVolume {
        disk: number,
        partition: 0,
        logical: Vec::new(),
        start: 0,
        size: figure(folder.join("size")) * 512,
        readable: is_readable(&found),
        kind: found.kind.into(),
        label: found.label,
    };
    Ok(vec![(whole, device.to_owned())])
}

/// Reads the beginning of a volume. Where that fails it is an unknown one.
fn look(device: &Path) -> Found {
    let mut head = Vec::new();
    let read = File::open(device)
        .and_then(|file| file.take(detect::HEAD_BYTES as u64).read_to_end(&mut head));
    match read {
        Ok(_) => detect::detect(&head),
        Err(_) => Found {
            kind: "unknown",
            label: Vec::new(),
        },
    }
}

fn is_readable(found: &Found) -> bool {
    match found.kind {
        "ext2" | "ext3" | "ext4" | "xfs" | "btrfs" | "fat" | "exfat" => true,
        "ntfs" => Path::new(NTFS).exists() || kernel_has("ntfs3"),
        _ => false,
    }
}

fn kernel_has(kind: &str) -> bool {
    let known = fs::read_to_string("/proc/filesystems").unwrap_or_default();
    known.lines().any(|line| line.trim() == kind)
}

fn lvm(arguments: &[&str]) -> io::Result<String> {
    let output = Command::new(LVM)
        .args(arguments)
        .args(["--config", LVM_CONFIG])
        .env("LVM_SUPPRESS_FD_WARNINGS", "1")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The logical volumes of all groups that are whole enough.
fn logical() -> Vec<(RawVolume, PathBuf)> {
    // What of it does not come up is said by what is not there.
    let _ = lvm(&["vgchange", "--activate", "ay", "--sysinit"]);
    let listed = lvm(&[
        "lvs",
        "--noheadings",
        "--nosuffix",
        "--units=b",
        "--separator=|",
        "--options=vg_name,lv_name,lv_size,lv_dm_path,lv_active",
    ]);
    let listed = listed.unwrap_or_default();
    let lines = listed.lines().filter_map(|line| {
        let fields: Vec<&str> = line.trim().split('|').collect();
        let &[group, name, size, device, active] = fields.as_slice() else {
            return None;
        };
        let device = PathBuf::from(device);
        let found = match active {
            "active" => look(&device),
            _ => Found {
                kind: "inactive",
                label: Vec::new(),
            },
        };
        let volume = RawVolume {
            disk: 0,
            partition: 0,
            logical: format!("{group}/{name}").into_bytes(),
            start: 0,
            size: size.parse().unwrap_or(0),
            readable: is_readable(&found),
            kind: found.kind.into(),
            label: found.label,
        };
        Some((volume, device))
    });
    lines.collect()
}

/// Mounts a volume read-only. What its journal holds is brought in first, on the throw-away layer that
/// lies on each disk; where that fails it is read as it lies there.
fn mount(kind: &str, device: &str, at: &str) -> Result<(), Fault> {
    let (driver, ways): (&str, &[&str]) = match kind {
        "ext2" | "ext3" | "ext4" => ("ext4", &["errors=continue", "errors=continue,noload"]),
        "xfs" => ("xfs", &["nouuid", "nouuid,norecovery"]),
        // All subvolumes are folders of the first one.
        "btrfs" => ("btrfs", &["subvolid=5", "subvolid=5,rescue=all"]),
        "fat" => ("vfat", &["utf8=1,shortname=mixed,tz=UTC"]),
        "exfat" => ("exfat", &["iocharset=utf8"]),
        "ntfs" if Path::new(NTFS).exists() => {
            fs::create_dir_all(at).map_err(|e| Fault::Damaged(e.to_string()))?;
            return mount_ntfs(device, at);
        }
        "ntfs" => ("ntfs3", &["iocharset=utf8", "iocharset=utf8,force"]),
        other => return Err(Fault::Unfit(format!("`{other}` cannot be read"))),
    };
    fs::create_dir_all(at).map_err(|e| Fault::Damaged(e.to_string()))?;
    let mark = system::kernel_log_mark();
    let mut last = String::new();
    for way in ways {
        match system::mount_image(device, at, driver, way) {
            Ok(()) => return Ok(()),
            // No such file system in this kernel.
            Err(error) if error.raw_os_error() == Some(19) => {
                return Err(Fault::Unfit(format!(
                    "the appliance's kernel has no {driver}"
                )));
            }
            Err(error) => last = error.to_string(),
        }
    }
    let log = system::kernel_log_since(mark);
    Err(Fault::Damaged(match log.is_empty() {
        true => last,
        false => log,
    }))
}

fn mount_ntfs(device: &str, at: &str) -> Result<(), Fault> {
    let output = Command::new(NTFS)
        .args(["-o", "ro,nodev,nosuid,noexec,streams_interface=none"])
        .args([device, at])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|e| Fault::Damaged(format!("ntfs-3g does not start: {e}")))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    Err(Fault::Damaged(
        text.trim().replace('\n', "; ").replace("/dev/", ""),
    ))
}
