//! A private libvirt and small guests for tests on the real thing.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test ends where it fails; its helpers poll processes and read its settings"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use base64::Engine as _;
use bytes::Bytes;
use coffer_core::extent::Extent;
use coffer_engine::block::{BlockSource, Content};
use coffer_engine::hypervisor::libvirt::{LibvirtConfig, LibvirtHypervisor};
use coffer_engine::hypervisor::{
    EpochName, Freeze, Hypervisor, SnapshotDiskRequest, SnapshotRequest, SnapshotSession,
};

/// Prefix of this test service's epochs.
pub const PREFIX: &str = "coffer-test-";

fn needed(name: &str) -> PathBuf {
    match std::env::var_os(name) {
        Some(value) => value.into(),
        None => panic!(
            "{name} is not set: these tests need a guest and a libvirt of their own. Run `cargo xtask test`."
        ),
    }
}

fn stack_script(arguments: &[&str]) -> Output {
    let output = Command::new(needed("COFFER_TEST_STACK"))
        .args(arguments)
        .output();
    output.expect("the script of COFFER_TEST_STACK starts")
}

/// URI of this process' own libvirt, started at first use and stopped at exit.
pub fn uri() -> &'static str {
    static URI: OnceLock<String> = OnceLock::new();
    URI.get_or_init(|| {
        let folder = stack_folder();
        // With our process id: it is stopped too if this process is killed.
        let owner = std::process::id().to_string();
        let output = stack_script(&["start", &folder, &owner]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        extern "C" fn stop() {
            let folder = stack_folder();
            stack_script(&["stop", &folder]);
            let _ = std::fs::remove_dir_all(folder);
        }
        // SAFETY: registers a function without arguments; it panics at worst in the exit of a
        // test, after all tests have ended.
        unsafe { atexit(stop) };
        text.trim().to_owned()
    })
}

unsafe extern "C" {
    fn atexit(function: extern "C" fn()) -> i32;
}

fn stack_folder() -> String {
    format!("/tmp/chv-{}", std::process::id())
}

/// Runs virsh; its output, or its words as an error.
pub fn virsh(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("virsh")
        .args(["-q", "-c", uri()])
        .args(arguments)
        .output();
    let output = output.expect("virsh starts");
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

pub fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|e| panic!("{program}: {e}"));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {error}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Waits for a state.
#[track_caller]
pub fn wait_for(what: &str, seconds: u64, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    while !is_so() {
        assert!(Instant::now() < deadline, "not within {seconds} s: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A server with a system disk (`vda`), a data disk (`vdb`), and a raw one (`vdc`).
pub struct Guest {
    pub name: String,
    pub uuid: String,
    pub folder: tempfile::TempDir,
}

impl Guest {
    /// Defines a server, off, with copies of the guest's disks.
    pub fn define(name: &str) -> Guest {
        let guest = needed("COFFER_TEST_GUEST");
        let folder = tempfile::Builder::new()
            .prefix("chg-")
            .tempdir_in("/tmp")
            .unwrap();
        for disk in ["system.qcow2", "data.qcow2"] {
            std::fs::copy(guest.join(disk), folder.path().join(disk)).unwrap();
        }
        let raw = std::fs::File::create(folder.path().join("extra.raw")).unwrap();
        raw.set_len(64 << 20).unwrap();
        let mut made = Guest {
            name: name.to_owned(),
            uuid: String::new(),
            folder,
        };
        let xml = made.path("domain.xml");
        std::fs::write(&xml, made.xml(&guest)).unwrap();
        virsh(&["define", xml.to_str().unwrap()]).unwrap();
        made.uuid = virsh(&["domuuid", name]).unwrap().trim().to_owned();
        made
    }

    /// Defines and starts it; returns when its agent answers.
    pub fn start(name: &str) -> Guest {
        let guest = Guest::define(name);
        virsh(&["start", name]).unwrap();
        guest.wait_until_up();
        guest
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn xml(&self, guest: &Path) -> String {
        let disk = |file: &str, format: &str, target: &str| {
            format!(
                "<disk type='file' device='disk'><driver name='qemu' type='{format}' discard='unmap'/>\
                 <source file='{}'/><target dev='{target}' bus='virtio'/></disk>",
                self.path(file).display()
            )
        };
        let disks = disk("system.qcow2", "qcow2", "vda")
            + &disk("data.qcow2", "qcow2", "vdb")
            + &disk("extra.raw", "raw", "vdc");
        format!(
            "<domain type='qemu'><name>{}</name><memory unit='MiB'>192</memory><vcpu>1</vcpu>\
             <os><type arch='x86_64' machine='q35'>hvm</type><kernel>{guest}/vmlinuz</kernel>\
             <initrd>{guest}/initrd</initrd><cmdline>console=ttyS0 quiet panic=5</cmdline></os>\
             <features><acpi/></features><on_poweroff>destroy</on_poweroff>\
             <on_reboot>restart</on_reboot><on_crash>destroy</on_crash>\
             <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>{disks}\
             <disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>\
             <controller type='usb' model='none'/><controller type='pci' index='0' model='pcie-root'/>\
             <controller type='pci' model='pcie-root-port'/><controller type='pci' model='pcie-root-port'/>\
             <controller type='pci' model='pcie-root-port'/><controller type='pci' model='pcie-root-port'/>\
             <controller type='pci' model='pcie-root-port'/><controller type='pci' model='pcie-root-port'/>\
             <controller type='pci' model='pcie-root-port'/><controller type='pci' model='pcie-root-port'/>\
             <serial type='file'><source path='{}' append='on'/><target port='0'/></serial>\
             <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>\
             <memballoon model='none'/></devices></domain>",
            self.name,
            self.path("serial").display(),
            guest = guest.display(),
        )
    }

    fn agent(&self, command: &str) -> Result<serde_json::Value, String> {
        let answer = virsh(&["qemu-agent-command", &self.name, command, "--timeout", "10"])?;
        let answer: serde_json::Value = serde_json::from_str(&answer).map_err(|e| e.to_string())?;
        Ok(answer["return"].clone())
    }

    pub fn wait_until_up(&self) {
        wait_for("the guest's agent answers", 300, || {
            self.agent(r#"{"execute":"guest-ping"}"#).is_ok()
        });
    }

    /// Runs a shell script in the guest; its output.
    pub fn shell(&self, script: &str) -> String {
        let command = serde_json::json!({"execute": "guest-exec", "arguments":
            {"path": "/bin/sh", "arg": ["-c", script], "capture-output": true}});
        let started = self.agent(&command.to_string()).unwrap();
        let status = serde_json::json!({"execute": "guest-exec-status", "arguments": {"pid": started["pid"]}});
        let deadline = Instant::now() + Duration::from_secs(120);
        loop {
            let status = self.agent(&status.to_string()).unwrap();
            if status["exited"] == true {
                let decode = |field: &str| {
                    let text = status[field].as_str().unwrap_or_default();
                    let bytes = base64::engine::general_purpose::STANDARD
                        .decode(text)
                        .unwrap();
                    String::from_utf8_lossy(&bytes).into_owned()
                };
                assert_eq!(status["exitcode"], 0, "{script}: {}", decode("err-data"));
                return decode("out-data");
            }
            assert!(Instant::now() < deadline, "{script} does not end");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub fn state(&self) -> String {
        virsh(&["domstate", &self.name])
            .unwrap_or_default()
            .trim()
            .to_owned()
    }

    pub fn pid(&self) -> i32 {
        let found = run("pgrep", &["-f", &format!("guest={},", self.name)]);
        found.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// Names of libvirt's checkpoints.
    pub fn epochs(&self) -> Vec<String> {
        let names = virsh(&["checkpoint-list", &self.name, "--name"]).unwrap_or_default();
        names.split_whitespace().map(str::to_owned).collect()
    }

    /// Bitmaps in an image of the stopped server.
    pub fn bitmaps(&self, file: &str) -> Vec<String> {
        let path = self.path(file);
        let info = run(
            "qemu-img",
            &["info", "-U", "--output=json", path.to_str().unwrap()],
        );
        let info: serde_json::Value = serde_json::from_str(&info).unwrap();
        let list = info["format-specific"]["data"]["bitmaps"]
            .as_array()
            .cloned();
        list.unwrap_or_default()
            .iter()
            .map(|b| b["name"].as_str().unwrap().to_owned())
            .collect()
    }

    pub fn has_job(&self) -> bool {
        virsh(&["backup-dumpxml", &self.name]).is_ok()
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let _ = virsh(&["destroy", &self.name]);
        let _ = virsh(&["undefine", &self.name, "--checkpoints-metadata"]);
    }
}

/// A driver with folders of its own.
pub struct Driver {
    pub hypervisor: LibvirtHypervisor,
    pub folder: tempfile::TempDir,
}

impl Driver {
    pub async fn connect() -> Driver {
        let folder = tempfile::Builder::new()
            .prefix("chd-")
            .tempdir_in("/tmp")
            .unwrap();
        let hypervisor = LibvirtHypervisor::connect(config(folder.path()))
            .await
            .unwrap();
        Driver { hypervisor, folder }
    }

    /// One that finds disks of no server in these folders.
    pub async fn finding(image_dirs: &[&Path]) -> Driver {
        let folder = tempfile::Builder::new()
            .prefix("chd-")
            .tempdir_in("/tmp")
            .unwrap();
        let config = LibvirtConfig {
            image_dirs: image_dirs.iter().map(|dir| (*dir).to_owned()).collect(),
            ..config(folder.path())
        };
        let hypervisor = LibvirtHypervisor::connect(config).await.unwrap();
        Driver { hypervisor, folder }
    }

    /// Files and folders in the runtime and scratch folders.
    pub fn left(&self) -> Vec<String> {
        left(self.folder.path())
    }
}

pub fn left(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for sub in ["run", "scratch"] {
        for entry in std::fs::read_dir(folder.join(sub)).unwrap().flatten() {
            names.push(format!("{sub}/{}", entry.file_name().to_string_lossy()));
        }
    }
    names
}

fn config(folder: &Path) -> LibvirtConfig {
    config_at(folder, uri())
}

pub fn config_at(folder: &Path, uri: &str) -> LibvirtConfig {
    LibvirtConfig {
        name: "test".into(),
        uri: uri.into(),
        service: "test".into(),
        runtime_dir: folder.join("run"),
        scratch_dir: folder.join("scratch"),
        scratch_reserve: 1 << 20,
        image_dirs: vec![folder.join("images")],
    }
}

pub fn epoch(name: &str) -> EpochName {
    EpochName(format!("{PREFIX}{name}"))
}

/// Opens a snapshot of the disks named, with the same parent for all.
pub async fn open(
    driver: &Driver,
    guest: &Guest,
    disks: &[&str],
    parent: Option<&str>,
    new: &str,
    freeze: Freeze,
) -> coffer_core::Result<Box<dyn SnapshotSession>> {
    let server = driver.hypervisor.server(&guest.uuid).await.unwrap();
    let request = |name: &&str| SnapshotDiskRequest {
        native_id: server
            .disks
            .iter()
            .find(|d| d.name == **name)
            .unwrap()
            .native_id
            .clone(),
        parent_epoch: parent.map(epoch),
    };
    let request = SnapshotRequest {
        server: Some(guest.uuid.clone()),
        disks: disks.iter().map(request).collect(),
        new_epoch: Some(epoch(new)),
        freeze,
    };
    driver.hypervisor.open_snapshot(request).await
}

pub const FREEZE: Freeze = Freeze::Try {
    limit: Duration::from_secs(30),
};

/// Every byte of a source, read whatever its extents say.
pub async fn whole(source: &dyn BlockSource) -> Vec<u8> {
    use futures::StreamExt as _;
    let size = source.size();
    let mut bytes = Vec::with_capacity(size as usize);
    let parts = (0..size.div_ceil(1 << 20)).map(|i| Extent {
        start: i << 20,
        end: size.min((i + 1) << 20),
    });
    let mut reads = futures::stream::iter(parts)
        .map(|part| source.read(part))
        .buffered(8);
    while let Some(part) = reads.next().await {
        let part: Bytes = part.unwrap();
        bytes.extend_from_slice(&part);
    }
    bytes
}

/// Brings a copy up to date by the extents; answers how many bytes were read.
pub async fn update(copy: &mut Vec<u8>, source: &dyn BlockSource) -> u64 {
    let size = source.size();
    copy.resize(size as usize, 0);
    let mut read = 0;
    let mut at = 0;
    for one in source
        .extents(Extent {
            start: 0,
            end: size,
        })
        .await
        .unwrap()
    {
        assert_eq!(one.extent.start, at, "extents cover the window");
        at = one.extent.end;
        let range = one.extent.start as usize..one.extent.end as usize;
        match one.content {
            Content::Unchanged => {}
            Content::Zero => copy[range].fill(0),
            Content::Data => {
                let mut start = one.extent.start;
                while start < one.extent.end {
                    let end = one.extent.end.min(start + (1 << 20));
                    let bytes = source.read(Extent { start, end }).await.unwrap();
                    copy[start as usize..end as usize].copy_from_slice(&bytes);
                    read += end - start;
                    start = end;
                }
            }
        }
    }
    assert_eq!(at, size, "extents cover the window");
    read
}

/// Fails without printing hundreds of megabytes: says which sectors differ, and shows the first.
#[track_caller]
pub fn assert_same(what: &str, left: &[u8], right: &[u8]) {
    assert_eq!(left.len(), right.len(), "{what}: sizes");
    if left == right {
        return;
    }
    let sectors = left.chunks(512).zip(right.chunks(512)).enumerate();
    let differ: Vec<usize> = sectors
        .filter_map(|(number, (a, b))| (a != b).then_some(number))
        .collect();
    let first = differ[0] * 512;
    let show = |bytes: &[u8]| {
        let sector = &bytes[first..bytes.len().min(first + 48)];
        sector.escape_ascii().to_string()
    };
    panic!(
        "{what}: {} sectors differ, the first at byte {first}: `{}` and `{}`; {:?}",
        differ.len(),
        show(left),
        show(right),
        &differ[..differ.len().min(20)],
    );
}
