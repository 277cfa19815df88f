//! Guests on a [`Stack`].

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};

use super::records::{self, Expect, Report};
use super::{Stack, environment, kill, lives, read_pid, run, wait_until};

/// What a disk holds at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Image {
    /// The guest's bootable system disk, 256 MiB.
    System,
    /// The first data disk, 256 MiB.
    Data,
    /// The second data disk, 128 MiB.
    Data2,
    /// Nothing.
    Blank {
        /// Its size.
        size_bytes: u64,
    },
    /// A file that is there already and stays where it is; it outlives the guest.
    File(PathBuf),
}

/// A disk of a guest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskSpec {
    /// Its content.
    pub image: Image,
    /// `qcow2` or `raw`.
    pub format: &'static str,
    /// Serial number in the definition.
    pub serial: Option<String>,
}

impl DiskSpec {
    /// A qcow2 disk without a serial number.
    pub fn qcow2(image: Image) -> DiskSpec {
        DiskSpec {
            image,
            format: "qcow2",
            serial: None,
        }
    }

    /// A raw disk without a serial number.
    pub fn raw(image: Image) -> DiskSpec {
        DiskSpec {
            image,
            format: "raw",
            serial: None,
        }
    }
}

/// Where a guest boots from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boot {
    /// From the kernel file: a second faster.
    Kernel,
    /// From the boot loader on its system disk, as real servers do.
    Disk,
}

/// Asks for a guest. Its disks become `vda`, `vdb`, ... in the order given.
#[derive(Debug, Clone)]
pub struct GuestSpec {
    /// Name of the domain and host name in the guest: letters, digits, `-`.
    pub name: String,
    /// Its disks.
    pub disks: Vec<DiskSpec>,
    /// Boots from.
    pub boot: Boot,
    /// libvirt's `on_reboot`: `restart` or `destroy`.
    pub on_reboot: &'static str,
    /// Whether there is a channel for the guest agent.
    pub agent: bool,
}

impl GuestSpec {
    /// A guest with a system disk and two data disks, all qcow2, busy writing records.
    pub fn three_disks(name: &str) -> GuestSpec {
        let disks = [Image::System, Image::Data, Image::Data2]
            .map(DiskSpec::qcow2)
            .into();
        GuestSpec {
            name: name.to_owned(),
            disks,
            boot: Boot::Kernel,
            on_reboot: "restart",
            agent: true,
        }
    }
}

/// A guest that is defined on a stack; dropping it removes it and its disks.
#[derive(Debug)]
pub struct Guest {
    stack: Arc<Stack>,
    spec: GuestSpec,
    directory: PathBuf,
    disks: Vec<PathBuf>,
    uuid: String,
}

impl Guest {
    /// Makes the disks and defines the guest; it is off.
    ///
    /// # Panics
    /// Here and in all other functions: if a tool fails, with what it said.
    pub fn define(stack: &Arc<Stack>, spec: GuestSpec) -> Guest {
        let directory = stack.directory().join("g").join(&spec.name);
        std::fs::create_dir_all(&directory).expect("the stack's folder is ours");
        let disks = spec.disks.iter().enumerate();
        let disks: Vec<PathBuf> = disks
            .map(|(index, disk)| make_disk(&directory, &target(index), disk))
            .collect();
        let mut guest = Guest {
            stack: stack.clone(),
            spec,
            directory,
            disks,
            uuid: String::new(),
        };
        let xml = guest.directory.join("domain.xml");
        std::fs::write(&xml, guest.definition()).expect("the stack's folder is ours");
        stack.virsh(&["define", &xml.display().to_string()]);
        guest.uuid = stack
            .virsh(&["domuuid", &guest.spec.name])
            .trim()
            .to_owned();
        guest
    }

    /// Takes a guest in hand that somebody else has defined from a copy of another one's disks:
    /// `directory` has the files of its disks, all qcow2, and of its serial port. Dropping it
    /// removes it all the same.
    pub fn found(stack: &Arc<Stack>, name: &str, directory: &Path, disk_count: usize) -> Guest {
        let file = |index| directory.join(format!("{}.qcow2", target(index)));
        let disks: Vec<PathBuf> = (0..disk_count).map(file).collect();
        let of_disk = |path: &PathBuf| DiskSpec::qcow2(Image::File(path.clone()));
        let spec = GuestSpec {
            name: name.to_owned(),
            disks: disks.iter().map(of_disk).collect(),
            boot: Boot::Kernel,
            on_reboot: "restart",
            agent: true,
        };
        Guest {
            stack: stack.clone(),
            spec,
            directory: directory.to_owned(),
            disks,
            uuid: stack.virsh(&["domuuid", name]).trim().to_owned(),
        }
    }

    /// Name of its domain.
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// UUID of its domain.
    pub fn uuid(&self) -> &str {
        &self.uuid
    }

    /// Files of its disks, in the order of the specification.
    pub fn disks(&self) -> &[PathBuf] {
        &self.disks
    }

    /// Folder of its files, removed with it.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The stack it lives on.
    pub fn stack(&self) -> &Arc<Stack> {
        &self.stack
    }

    /// Switches it on.
    pub fn start(&self) {
        // The serial file is appended to: what an earlier boot said must not pass for this one.
        let _ = std::fs::remove_file(self.serial_path());
        self.stack.virsh(&["start", &self.spec.name]);
    }

    /// Switches it on and waits until its programs run.
    pub fn start_ready(&self) {
        self.start();
        self.wait_ready();
    }

    /// Waits for the READY line on its serial port, and for its agent, and returns the line.
    pub fn wait_ready(&self) -> String {
        let mut line = String::new();
        // 4 s on an idle machine; a busy one under emulation takes many times that.
        wait_until("the guest is ready", 180, || {
            let serial = self.serial();
            let found = serial.lines().rev().find(|l| l.contains("TESTGUEST READY"));
            line = found.unwrap_or_default().to_owned();
            !line.is_empty()
        });
        if self.spec.agent {
            self.wait_agent();
        }
        line
    }

    /// Waits until the guest agent answers.
    pub fn wait_agent(&self) {
        wait_until("the guest agent answers", 180, || {
            self.try_agent(&json!({"execute": "guest-ping"})).is_ok()
        });
    }

    /// What the guest said on its serial port since it was switched on.
    pub fn serial(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.serial_path()).unwrap_or_default()).into_owned()
    }

    /// Asks the guest agent, and returns its `return` value; the error is what virsh said.
    pub fn try_agent(&self, command: &Value) -> Result<Value, String> {
        let answer =
            self.stack
                .try_virsh(&["qemu-agent-command", &self.spec.name, &command.to_string()])?;
        let answer: Value = serde_json::from_str(&answer).map_err(|e| e.to_string())?;
        Ok(answer["return"].clone())
    }

    /// Runs a shell script in the guest and returns what it printed; panics if it fails.
    pub fn exec(&self, script: &str) -> String {
        let arguments = json!({"path": "/bin/sh", "arg": ["-c", script], "capture-output": true});
        let started = self.try_agent(&json!({"execute": "guest-exec", "arguments": arguments}));
        let pid = started.unwrap_or_else(|said| panic!("run in the guest: {said}"))["pid"].clone();
        let question = json!({"execute": "guest-exec-status", "arguments": {"pid": pid}});
        let mut status = Value::Null;
        wait_until("a script in the guest ends", 300, || {
            status = self
                .try_agent(&question)
                .unwrap_or_else(|said| panic!("exec: {said}"));
            status["exited"] == json!(true)
        });
        let text = |name: &str| {
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(status[name].as_str().unwrap_or_default())
                .expect("the agent sends base64");
            String::from_utf8_lossy(&bytes).into_owned()
        };
        assert_eq!(
            status["exitcode"],
            json!(0),
            "`{script}` in the guest: {}",
            text("err-data")
        );
        text("out-data")
    }

    /// `running`, `shut off`, `paused`, ... as libvirt says it.
    pub fn state(&self) -> String {
        self.stack
            .virsh(&["domstate", &self.spec.name])
            .trim()
            .to_owned()
    }

    /// Waits until [`Guest::state`] is `state`.
    pub fn wait_state(&self, state: &str) {
        wait_until(&format!("{} is {state}", self.spec.name), 120, || {
            self.state() == state
        });
    }

    /// Shuts it down through its agent (or power button) and waits until it is off.
    pub fn stop(&self) {
        let mode = if self.spec.agent { "agent" } else { "acpi" };
        self.stack
            .virsh(&["shutdown", &self.spec.name, "--mode", mode]);
        self.wait_state("shut off");
    }

    /// Switches it off at once, as pulling the plug does for the guest; QEMU itself ends cleanly.
    pub fn power_off(&self) {
        self.stack.virsh(&["destroy", &self.spec.name]);
        self.wait_state("shut off");
    }

    /// Process id of its QEMU.
    pub fn qemu_pid(&self) -> u32 {
        let file = self
            .stack
            .directory()
            .join(format!("run/qemu/{}.pid", self.spec.name));
        read_pid(&file).expect("the guest runs")
    }

    /// Kills its QEMU (`kill -9`) and waits until libvirt has noticed.
    pub fn kill(&self) {
        let pid = self.qemu_pid();
        kill(pid);
        wait_until("QEMU is gone", 20, || !lives(pid));
        self.wait_state("shut off");
    }

    /// Number of the last record that the writer made durable on every disk.
    pub fn last_record(&self) -> u64 {
        let text = self.exec("cat /run/writer.last");
        text.trim().parse().expect("the writer wrote a number")
    }

    /// Records a second, measured over at least `time`.
    pub fn records_per_second(&self, time: Duration) -> f64 {
        let read = || {
            let text = self.exec("cat /run/writer.last; cut -d' ' -f1 /proc/uptime");
            let mut words = text
                .split_whitespace()
                .map(|w| w.parse::<f64>().expect("a number"));
            (
                words.next().expect("two numbers"),
                words.next().expect("two numbers"),
            )
        };
        let (first, begun) = read();
        let since = Instant::now();
        wait_until("the time to measure", time.as_secs() + 60, || {
            since.elapsed() >= time
        });
        let (last, ended) = read();
        (last - first) / (ended - begun)
    }

    /// Copies its disks as they are in their files now to `directory/vda.raw`, `vdb.raw`, ...
    ///
    /// Only of a guest that is off or paused is the copy one instant.
    pub fn copy_disks(&self, directory: &Path) -> Vec<PathBuf> {
        std::fs::create_dir_all(directory).expect("the folder can be made");
        let copy = |(index, disk): (usize, &PathBuf)| {
            let to = directory.join(format!("{}.raw", target(index)));
            let from = [
                "convert",
                "-U",
                "-f",
                self.spec.disks[index].format,
                "-O",
                "raw",
            ];
            run(Command::new("qemu-img").args(from).arg(disk).arg(&to));
            to
        };
        self.disks.iter().enumerate().map(copy).collect()
    }

    /// Removes the definition, checkpoints and all, and keeps the files; it has to be off.
    pub fn undefine(&self) {
        self.stack.virsh(&[
            "undefine",
            &self.spec.name,
            "--checkpoints-metadata",
            "--nvram",
        ]);
    }

    fn serial_path(&self) -> PathBuf {
        self.directory.join("serial")
    }

    fn definition(&self) -> String {
        let guest = PathBuf::from(environment("COFFER_TEST_GUEST"));
        let mut disks = String::new();
        for (index, (disk, path)) in self.spec.disks.iter().zip(&self.disks).enumerate() {
            let serial = disk
                .serial
                .as_ref()
                .map_or(String::new(), |s| format!("<serial>{s}</serial>"));
            let _ = write!(
                disks,
                "<disk type='file' device='disk'>\
                 <driver name='qemu' type='{}' discard='unmap'/><source file='{}'/>\
                 <target dev='{}' bus='virtio'/>{serial}</disk>",
                disk.format,
                path.display(),
                target(index)
            );
        }
        let boot = match self.spec.boot {
            Boot::Disk => "<boot dev='hd'/>".to_owned(),
            Boot::Kernel => format!(
                "<kernel>{0}/vmlinuz</kernel><initrd>{0}/initrd</initrd>\
                 <cmdline>console=tty0 console=ttyS0 quiet panic=5</cmdline>",
                guest.display()
            ),
        };
        let agent = if self.spec.agent {
            "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>"
        } else {
            ""
        };
        // `qemu`, not `kvm`: a /dev/kvm that opens is no proof that an ordinary kernel runs on it.
        format!(
            "<domain type='qemu'><name>{name}</name><memory unit='MiB'>192</memory><vcpu>1</vcpu>\
             <sysinfo type='smbios'><system><entry name='serial'>{name}</entry></system></sysinfo>\
             <os><type arch='x86_64' machine='q35'>hvm</type>{boot}<smbios mode='sysinfo'/></os>\
             <features><acpi/></features>\
             <on_poweroff>destroy</on_poweroff><on_reboot>{on_reboot}</on_reboot>\
             <on_crash>destroy</on_crash><devices>{disks}\
             <controller type='usb' model='none'/>\
             <serial type='file'><source path='{serial}' append='on'/><target port='0'/></serial>\
             {agent}<memballoon model='none'/></devices></domain>",
            name = self.spec.name,
            on_reboot = self.spec.on_reboot,
            serial = self.serial_path().display(),
        )
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        // Nothing here may panic: the test may be failing already, and the stack's end clears up
        // whatever is left.
        let name = &self.spec.name;
        let _ = self.stack.try_virsh(&["destroy", name]);
        let _ = self
            .stack
            .try_virsh(&["undefine", name, "--checkpoints-metadata", "--nvram"]);
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// Checks copies that [`Guest::copy_disks`] or a restore made; see [`records`].
#[track_caller]
pub fn check_records(copies: &[PathBuf], expect: Expect) -> Report {
    records::check_records(copies, expect).unwrap_or_else(|e| panic!("check records: {e}"))
}

/// Name of the disk at `index`: `vda`, `vdb`, ...
fn target(index: usize) -> String {
    let letter = u8::try_from(index)
        .ok()
        .filter(|i| *i < 26)
        .map(|i| char::from(b'a' + i));
    format!("vd{}", letter.expect("a guest has at most 26 disks"))
}

fn make_disk(directory: &Path, target: &str, disk: &DiskSpec) -> PathBuf {
    let path = directory.join(format!("{target}.{}", disk.format));
    let built = match &disk.image {
        Image::System => "system",
        Image::Data => "data",
        Image::Data2 => "data2",
        Image::File(path) => return path.clone(),
        Image::Blank { size_bytes } => {
            let size = size_bytes.to_string();
            run(Command::new("qemu-img")
                .args(["create", "-q", "-f", disk.format])
                .arg(&path)
                .arg(size));
            return path;
        }
    };
    let from = PathBuf::from(environment("COFFER_TEST_GUEST")).join(format!("{built}.qcow2"));
    run(Command::new("qemu-img")
        .args(["convert", "-O", disk.format])
        .arg(from)
        .arg(&path));
    path
}
