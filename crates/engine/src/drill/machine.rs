//! The machine of a drill: what a server's definition says of its hardware, as QEMU is told it.
//!
//! Only what a guest needs to come up as it did is taken: firmware, disks with their buses and serial
//! numbers, memory, what the firmware tells of the machine. No network card, no passed-through device.
//! Whoever may write a definition into a vault chooses nothing of this host by it: words are chosen
//! from lists, commas in names are doubled, and the only path that is taken is that of a firmware in
//! one of [`FIRMWARE_FOLDERS`].

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use coffer_core::{Error, Result};
use roxmltree::{Document, Node};

use crate::hypervisor::ServerDefinition;
use crate::hypervisor::libvirt::definition::DomainDefinition;

/// Memory of a machine whose definition is not known, in MiB.
const MEMORY_MIB: u64 = 1024;
/// Where distributions have OVMF: code, and a file of empty variables.
const OVMF: &[(&str, &str)] = &[
    (
        "/usr/share/OVMF/OVMF_CODE_4M.fd",
        "/usr/share/OVMF/OVMF_VARS_4M.fd",
    ),
    (
        "/usr/share/OVMF/OVMF_CODE.fd",
        "/usr/share/OVMF/OVMF_VARS.fd",
    ),
    (
        "/usr/share/edk2/ovmf/OVMF_CODE.fd",
        "/usr/share/edk2/ovmf/OVMF_VARS.fd",
    ),
    (
        "/usr/share/edk2/x64/OVMF_CODE.4m.fd",
        "/usr/share/edk2/x64/OVMF_VARS.4m.fd",
    ),
    (
        "/usr/share/qemu/ovmf-x86_64-code.bin",
        "/usr/share/qemu/ovmf-x86_64-vars.bin",
    ),
];
/// Where firmware may lie that a definition names.
const FIRMWARE_FOLDERS: &[&str] = &[
    "/usr/share/OVMF",
    "/usr/share/edk2",
    "/usr/share/edk2-ovmf",
    "/usr/share/ovmf",
    "/usr/share/qemu",
];
/// Largest firmware and largest file of its variables, in bytes.
const FIRMWARE_BYTES_MAX: usize = 64 << 20;
/// How qcow2 images begin.
const QCOW2_MAGIC: &[u8] = b"QFI\xfb";
/// The file of the firmware's variables in a drill's folder.
pub(super) const VARIABLES: &str = "variables.fd";

/// How a disk hangs at its machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bus {
    Virtio,
    Scsi,
    Sata,
    Ide,
    Usb,
}

/// A disk of the backup at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Slot {
    /// Its name in the backup.
    name: String,
    bus: Bus,
    serial: Option<String>,
    /// 1 is asked first; none is never booted from.
    boot: Option<u32>,
}

/// What firmware starts the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Firmware {
    Bios,
    Uefi {
        code: PathBuf,
        /// `raw` or `qcow2`.
        format: &'static str,
        secure: bool,
        /// What the drill's copy of the variables holds at first.
        variables: Vec<u8>,
    },
}

/// A machine that a drill starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    q35: bool,
    kvm: bool,
    memory_mib: u64,
    vcpus: u32,
    uuid: Option<String>,
    /// `type=1` fields of SMBIOS.
    system: Vec<(&'static str, String)>,
    firmware: Firmware,
    slots: Vec<Slot>,
    /// What the user should know of it, as sentences.
    pub notes: Vec<String>,
}

/// How much of a host a drill takes, whatever the server had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Memory in MiB, at most.
    pub memory_mib: u64,
    /// Processors, at most.
    pub vcpus: u32,
    /// Use KVM where the definition does not say.
    pub kvm: bool,
}

fn child<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.children().find(|c| c.has_tag_name(name))
}

fn text(node: Node<'_, '_>, name: &str) -> Option<String> {
    let text = child(node, name)?.text()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

impl Machine {
    /// The machine for disks of these names, of which the first is the system disk.
    ///
    /// # Errors
    /// `Invalid` for a machine that no drill can start here (another architecture), `Data` for a
    /// definition that cannot be read.
    pub fn of(definition: &ServerDefinition, disks: &[String], share: Share) -> Result<Machine> {
        match definition.kind.as_str() {
            "libvirt-xml" => from_xml(definition, disks, share),
            _ => Ok(assumed(disks, share)),
        }
    }

    /// It is to run on KVM, as its server does.
    pub(super) fn wants_kvm(&self) -> bool {
        self.kvm
    }

    /// What the drill's folder has to hold besides sockets.
    pub(super) fn files(&self) -> Option<(&'static str, &[u8])> {
        match &self.firmware {
            Firmware::Bios => None,
            Firmware::Uefi { variables, .. } => Some((VARIABLES, variables)),
        }
    }

    /// QEMU's arguments for it. `disk` says what QEMU calls the blocks of a disk.
    pub(super) fn arguments(&self, disk: impl Fn(&str) -> Option<String>) -> Vec<OsString> {
        let mut words: Vec<OsString> = Vec::new();
        let mut put = |option: &str, value: &str| {
            words.push(option.into());
            words.push(value.into());
        };
        let family = if self.q35 { "q35" } else { "pc" };
        let accelerators = if self.kvm { "kvm:tcg" } else { "tcg" };
        let smm = match &self.firmware {
            Firmware::Uefi { secure: true, .. } => ",smm=on",
            _ => "",
        };
        put(
            "-machine",
            &format!("{family},accel={accelerators},usb=off{smm}"),
        );
        put("-cpu", "max");
        put("-m", &self.memory_mib.to_string());
        put("-smp", &self.vcpus.to_string());
        put("-boot", "strict=on");
        if let Some(uuid) = &self.uuid {
            put("-uuid", uuid);
        }
        if !self.system.is_empty() {
            let fields = self
                .system
                .iter()
                .map(|(name, value)| format!(",{name}={}", doubled(value)));
            put("-smbios", &format!("type=1{}", fields.collect::<String>()));
        }
        if let Firmware::Uefi {
            code,
            format,
            secure,
            variables,
        } = &self.firmware
        {
            let code = doubled(&code.display().to_string());
            put(
                "-drive",
                &format!("if=pflash,unit=0,format={format},readonly=on,file={code}"),
            );
            let format = format_of(variables);
            put(
                "-drive",
                &format!("if=pflash,unit=1,format={format},file={VARIABLES}"),
            );
            if *secure {
                put("-global", "driver=cfi.pflash01,property=secure,value=on");
            }
        }
        self.put_disks(disk, &mut put);
        words
    }

    fn put_disks(&self, disk: impl Fn(&str) -> Option<String>, put: &mut impl FnMut(&str, &str)) {
        let has = |bus| self.slots.iter().any(|slot| slot.bus == bus);
        if has(Bus::Scsi) {
            put("-device", "virtio-scsi-pci,id=scsi");
        }
        if has(Bus::Usb) {
            put("-device", "qemu-xhci,id=usb");
        }
        if has(Bus::Sata) {
            put("-device", "ich9-ahci,id=ahci");
        }
        let (mut port, mut unit) = (0, 0);
        for (index, slot) in self.slots.iter().enumerate() {
            let Some(blocks) = disk(&slot.name) else {
                continue;
            };
            put("-drive", &format!("if=none,id=disk{index},{blocks}"));
            let device = match slot.bus {
                Bus::Virtio => "virtio-blk-pci".to_owned(),
                Bus::Scsi => "scsi-hd,bus=scsi.0".to_owned(),
                Bus::Usb => "usb-storage,bus=usb.0".to_owned(),
                Bus::Sata => {
                    port += 1;
                    format!("ide-hd,bus=ahci.{}", port - 1)
                }
                // The two channels that the older machine has.
                Bus::Ide => {
                    unit += 1;
                    format!("ide-hd,bus=ide.{},unit={}", (unit - 1) / 2, (unit - 1) % 2)
                }
            };
            let serial = slot.serial.as_deref().map_or(String::new(), |serial| {
                format!(",serial={}", doubled(serial))
            });
            let boot = slot
                .boot
                .map_or(String::new(), |order| format!(",bootindex={order}"));
            put(
                "-device",
                &format!("{device},drive=disk{index}{serial}{boot}"),
            );
        }
    }
}

/// A machine for a backup whose server's hardware is not known: an archive's, or that of images.
fn assumed(disks: &[String], share: Share) -> Machine {
    let slots = disks.iter().enumerate().map(|(index, name)| Slot {
        name: name.clone(),
        bus: Bus::Virtio,
        serial: None,
        boot: (index == 0).then_some(1),
    });
    Machine {
        q35: true,
        kvm: share.kvm,
        memory_mib: MEMORY_MIB.min(share.memory_mib),
        vcpus: 1,
        uuid: None,
        system: Vec::new(),
        firmware: Firmware::Bios,
        slots: slots.collect(),
        notes: vec![
            "The backup does not say what hardware its server has: BIOS and virtio disks were assumed."
                .to_owned(),
        ],
    }
}

fn from_xml(definition: &ServerDefinition, disks: &[String], share: Share) -> Result<Machine> {
    let unread =
        |e: String| Error::data(format!("read the backup's definition of the server: {e}"));
    let domain = DomainDefinition::parse(&definition.text).map_err(unread)?;
    let document = Document::parse(&definition.text).map_err(|e| unread(e.to_string()))?;
    let root = document.root_element();
    if !matches!(domain.architecture.as_str(), "x86_64" | "i686" | "") {
        return Err(Error::invalid(format!(
            "drills start servers of x86_64, and this is one of {}",
            domain.architecture
        ))
        .hint("Make a server from the backup, and start that."));
    }
    let mut notes = Vec::new();
    let os = child(root, "os");
    let machine = os.and_then(|os| child(os, "type")?.attribute("machine"));
    let q35 = machine.is_none_or(|name| name.contains("q35"));
    let memory_mib = domain.memory_mib.min(share.memory_mib).max(1);
    if memory_mib < domain.memory_mib {
        notes.push(format!(
            "The guest had {memory_mib} MiB of memory, and its server has {} MiB.",
            domain.memory_mib
        ));
    }
    let firmware = firmware(root, definition)?;
    if os.is_some_and(|os| text(os, "kernel").is_some()) {
        return Err(Error::invalid(
            "the server starts a kernel of its host, which is no part of the backup",
        )
        .hint("Make a server from the backup, and start that."));
    }
    let slots = slots(&domain, (disks, q35), &mut notes);
    note_controllers(root, &slots, &mut notes);
    Ok(Machine {
        q35,
        kvm: root.attribute("type") == Some("kvm"),
        memory_mib,
        vcpus: domain.vcpus.clamp(1, share.vcpus.max(1)),
        uuid: plain_uuid(&domain.uuid),
        system: system(root),
        firmware,
        slots,
        notes,
    })
}

fn plain_uuid(text: &str) -> Option<String> {
    uuid::Uuid::parse_str(text).ok().map(|id| id.to_string())
}

/// The disks of the backup at their places in the definition, in its order.
fn slots(
    domain: &DomainDefinition,
    (disks, q35): (&[String], bool),
    notes: &mut Vec<String>,
) -> Vec<Slot> {
    let mut slots = Vec::new();
    let mut left_out = Vec::new();
    for defined in &domain.disks {
        if defined.device != "disk" && defined.device != "lun" {
            continue;
        }
        if !disks.contains(&defined.target) {
            left_out.push(defined.target.clone());
            continue;
        }
        let bus = match defined.bus.as_str() {
            "scsi" => Bus::Scsi,
            "sata" => Bus::Sata,
            "ide" if q35 => Bus::Sata,
            "ide" => Bus::Ide,
            "usb" => Bus::Usb,
            "virtio" | "" => Bus::Virtio,
            other => {
                let name: String = other.chars().take(32).collect();
                notes.push(format!(
                    "Disk {} hung at another bus ({name}); the drill has it at virtio.",
                    defined.target
                ));
                Bus::Virtio
            }
        };
        slots.push(Slot {
            name: defined.target.clone(),
            bus,
            serial: defined.serial.clone(),
            boot: defined.boot_order,
        });
    }
    // What is booted from may have been a CD, or a disk that the backup leaves out.
    if slots.iter().all(|slot| slot.boot.is_none())
        && let Some(first) = slots.first_mut()
    {
        first.boot = Some(1);
    }
    for name in disks {
        if !slots.iter().any(|slot| slot.name == *name) {
            slots.push(Slot {
                name: name.clone(),
                bus: Bus::Virtio,
                serial: None,
                boot: None,
            });
        }
    }
    if !left_out.is_empty() {
        let names = left_out.join(", ");
        notes.push(format!(
            "The backup leaves out disks of the server: {names}."
        ));
    }
    slots
}

/// What the firmware tells the guest of the machine.
fn system(root: Node<'_, '_>) -> Vec<(&'static str, String)> {
    const FIELDS: [&str; 6] = [
        "manufacturer",
        "product",
        "version",
        "serial",
        "sku",
        "family",
    ];
    let entries = child(root, "sysinfo").and_then(|info| child(info, "system"));
    let entries = entries.into_iter().flat_map(|system| system.children());
    let entry = |node: Node<'_, '_>| {
        let name = node.attribute("name")?;
        let field = FIELDS.into_iter().find(|field| *field == name)?;
        let value: String = node.text()?.trim().chars().take(255).collect();
        Some((field, value))
    };
    entries.filter_map(entry).collect()
}

/// Says where a disk has another controller than the drill gives it.
fn note_controllers(root: Node<'_, '_>, slots: &[Slot], notes: &mut Vec<String>) {
    let devices = child(root, "devices");
    let models = devices.into_iter().flat_map(|devices| devices.children());
    let other = models
        .filter(|node| node.has_tag_name("controller") && node.attribute("type") == Some("scsi"))
        .filter_map(|node| node.attribute("model"))
        .any(|model| !model.starts_with("virtio"));
    if other && slots.iter().any(|slot| slot.bus == Bus::Scsi) {
        notes.push(
            "The server has another SCSI controller; the drill has one of virtio.".to_owned(),
        );
    }
}

fn firmware(root: Node<'_, '_>, definition: &ServerDefinition) -> Result<Firmware> {
    let os = child(root, "os");
    let loader = os.and_then(|os| child(os, "loader"));
    let is_uefi = os.is_some_and(|os| os.attribute("firmware") == Some("efi"))
        || loader.is_some_and(|loader| loader.attribute("type") == Some("pflash"));
    if !is_uefi {
        return Ok(Firmware::Bios);
    }
    // The same whatever is wrong: a definition shall not tell what files there are.
    let none = || {
        Error::unavailable("this host has no such UEFI firmware for the drill")
            .hint("Install OVMF (Debian: `ovmf`), in the version that the server has.")
    };
    let named = loader.and_then(|l| l.text()).map(str::trim);
    let code = match named.filter(|path| !path.is_empty()) {
        Some(path) => firmware_file(Path::new(path)).ok_or_else(none)?,
        None => {
            let known = OVMF
                .iter()
                .find_map(|(code, _)| firmware_file(Path::new(code)));
            known.ok_or_else(none)?
        }
    };
    let mut variables = base64::engine::general_purpose::STANDARD
        .decode(&definition.firmware_variables)
        .map_err(|e| Error::data("read the backup's firmware variables").caused_by(e))?;
    if variables.is_empty() {
        let template = OVMF
            .iter()
            .find(|(known, _)| firmware_file(Path::new(known)).as_ref() == Some(&code));
        let template = template.and_then(|(_, variables)| firmware_file(Path::new(variables)));
        variables = std::fs::read(template.ok_or_else(none)?).map_err(|_| none())?;
    }
    if variables.len() > FIRMWARE_BYTES_MAX {
        return Err(Error::data("the backup's firmware variables are too large"));
    }
    let format = loader.and_then(|l| l.attribute("format"));
    Ok(Firmware::Uefi {
        code,
        format: if format == Some("qcow2") {
            "qcow2"
        } else {
            "raw"
        },
        secure: loader.is_some_and(|l| l.attribute("secure") == Some("yes")),
        variables,
    })
}

/// A firmware's file where it really lies; none for anything else that a path may lead to.
fn firmware_file(path: &Path) -> Option<PathBuf> {
    let real = path.canonicalize().ok()?;
    let known = FIRMWARE_FOLDERS
        .iter()
        .any(|folder| real.starts_with(folder));
    (known && real.is_file()).then_some(real)
}

/// What an image of variables is.
fn format_of(image: &[u8]) -> &'static str {
    match image.starts_with(QCOW2_MAGIC) {
        true => "qcow2",
        false => "raw",
    }
}

/// QEMU's option values separate by commas; one inside a value is doubled.
fn doubled(value: &str) -> String {
    value.replace(',', ",,")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARE: Share = Share {
        memory_mib: 2048,
        vcpus: 2,
        kvm: false,
    };

    fn definition(os: &str, devices: &str) -> ServerDefinition {
        ServerDefinition {
            kind: "libvirt-xml".to_owned(),
            text: format!(
                "<domain type='kvm'><uuid>6e1c0000-7467-4e55-8d00-000000000001</uuid>\
                 <name>a</name><memory unit='GiB'>8</memory><vcpu>4</vcpu>\
                 <sysinfo type='smbios'><system><entry name='serial'>a,b</entry></system></sysinfo>\
                 <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type>{os}</os>\
                 <devices>{devices}</devices></domain>"
            ),
            firmware_variables: String::new(),
        }
    }

    fn disk(target: &str, bus: &str, more: &str) -> String {
        format!(
            "<disk type='file' device='disk'><source file='/x'/>\
             <target dev='{target}' bus='{bus}'/>{more}</disk>"
        )
    }

    fn words(machine: &Machine) -> String {
        let words = machine.arguments(|name| Some(format!("file={name}")));
        let words: Vec<String> = words
            .into_iter()
            .map(|w| w.into_string().expect("text"))
            .collect();
        words.join(" ")
    }

    #[test]
    fn the_definition_becomes_a_machine_without_its_network() {
        let devices = disk("vdb", "virtio", "")
            + &disk("vda", "virtio", "<serial>s,1</serial><boot order='1'/>")
            + &disk("sdc", "sata", "")
            + &disk("sdd", "scsi", "")
            + "<interface type='network'><source network='default'/></interface>";
        let names = ["vda", "vdb", "sdc"].map(str::to_owned);
        let machine = Machine::of(&definition("", &devices), &names, SHARE).expect("a machine");
        let words = words(&machine);
        for part in [
            "-machine q35,accel=kvm:tcg,",
            "-m 2048 -smp 2 -boot strict=on",
            "-smbios type=1,serial=a,,b",
            "-drive if=none,id=disk0,file=vda -device virtio-blk-pci,drive=disk0,serial=s,,1,bootindex=1",
            "-device virtio-blk-pci,drive=disk1 ",
            "-device ide-hd,bus=ahci.0,drive=disk2",
        ] {
            assert!(words.contains(part), "{part}\n{words}");
        }
        assert!(!words.contains("net") && !words.contains("scsi"), "{words}");
        assert_eq!(machine.notes.len(), 2, "{:?}", machine.notes);
        assert!(machine.notes[1].contains("sdd"));
    }

    #[test]
    fn what_no_drill_can_start_is_refused() {
        let mut other = definition("", "");
        other.text = other.text.replace("x86_64", "s390x");
        let error = Machine::of(&other, &[], SHARE).expect_err("refused");
        assert_eq!(error.kind, coffer_core::Kind::Invalid);
        other.text = "<domain".to_owned();
        let error = Machine::of(&other, &[], SHARE).expect_err("refused");
        assert_eq!(error.kind, coffer_core::Kind::Data);
        let os = "<kernel>/etc/hostname</kernel>";
        let error = Machine::of(&definition(os, ""), &[], SHARE).expect_err("refused");
        assert_eq!(error.kind, coffer_core::Kind::Invalid);
    }

    #[test]
    fn a_definition_opens_no_file_of_the_host_and_does_not_learn_of_any() {
        let of = |path: &str| {
            let os = format!("<loader type='pflash'>{path}</loader>");
            let error = Machine::of(&definition(&os, ""), &[], SHARE).expect_err("refused");
            error.chain()
        };
        let there = of("/etc/passwd");
        assert_eq!(there, of("/not/there"));
        assert_eq!(there, of("/usr/share/qemu/../../../etc/passwd"));
        assert!(!there.contains("passwd"), "{there}");
    }

    #[test]
    fn the_first_disk_boots_where_a_cd_was_asked_first() {
        let cd = "<disk type='file' device='cdrom'><target dev='sdz' bus='sata'/>\
                  <boot order='1'/></disk>";
        let devices = cd.to_owned() + &disk("hda", "ide", "") + &disk("hdb", "ide", "");
        let mut old = definition("", &devices);
        old.text = old.text.replace("pc-q35-7.2", "pc-i440fx-7.2");
        let names = ["hda", "hdb"].map(str::to_owned);
        let words = words(&Machine::of(&old, &names, SHARE).expect("a machine"));
        for part in [
            "-machine pc,",
            "ide-hd,bus=ide.0,unit=0,drive=disk0,bootindex=1",
            "ide-hd,bus=ide.0,unit=1,drive=disk1",
        ] {
            assert!(words.contains(part), "{part}\n{words}");
        }
    }

    #[test]
    fn without_a_definition_hardware_is_assumed_and_said() {
        let names = ["disk1", "disk2"].map(str::to_owned);
        let machine = Machine::of(&ServerDefinition::default(), &names, SHARE).expect("a machine");
        let words = words(&machine);
        assert!(words.contains("accel=tcg"), "{words}");
        assert!(words.contains("drive=disk0,bootindex=1"), "{words}");
        assert!(words.ends_with("drive=disk1"), "{words}");
        assert_eq!(machine.notes.len(), 1);
    }
}
