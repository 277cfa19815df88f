//! What libvirt's XML says of a server, and the XML that asks it for backups.

use std::path::{Path, PathBuf};

use coffer_core::cbr::tag::{TAGS_MAX, check_key, check_value};
use roxmltree::{Document, Node};

/// A disk of a domain's definition, before anything of it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DefinedDisk {
    /// Name on the server: `vda`.
    pub target: String,
    pub bus: String,
    /// `disk`, `cdrom`, `floppy`, `lun`.
    pub device: String,
    /// `file`, `block`, `network`, `volume`, ...
    pub kind: String,
    /// `qcow2`, `raw`, ...; `raw` where none is named.
    pub format: String,
    pub path: Option<PathBuf>,
    /// Name of a pool's volume, where it is named so instead.
    pub volume: Option<String>,
    pub serial: Option<String>,
    pub shareable: bool,
    pub read_only: bool,
    pub boot_order: Option<u32>,
}

/// A network card of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DefinedNic {
    pub network: String,
    pub mac: String,
}

/// What is used of a domain's definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DomainDefinition {
    pub uuid: String,
    pub name: String,
    pub vcpus: u32,
    pub memory_mib: u64,
    pub architecture: String,
    pub reboots: bool,
    pub nvram: Option<PathBuf>,
    pub disks: Vec<DefinedDisk>,
    pub nics: Vec<DefinedNic>,
    /// From the metadata that `virsh metadata SERVER urn:coffer:tags` sets.
    pub tags: Vec<(String, String)>,
}

/// Namespace of the metadata with a server's tags.
const TAGS: &str = "urn:coffer:tags";

/// `<metadata><c:tags xmlns:c="urn:coffer:tags"><tag key="..." value="..."/></c:tags></metadata>`.
fn tags(domain: Node<'_, '_>) -> Vec<(String, String)> {
    let metadata = domain.children().find(|c| c.has_tag_name("metadata"));
    let ours = metadata.into_iter().flat_map(|m| m.children());
    let ours = ours.filter(|c| c.has_tag_name((TAGS, "tags")));
    let entries = ours.flat_map(|tags| tags.children());
    let entry = |node: Node<'_, '_>| {
        let key = check_key("key", node.attribute("key")?).ok()?;
        let value = check_value("value", node.attribute("value").unwrap_or_default()).ok()?;
        Some((key, value))
    };
    let tags = entries.filter(|c| c.tag_name().name() == "tag");
    tags.filter_map(entry).take(TAGS_MAX).collect()
}

fn child<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.children().find(|c| c.has_tag_name(name))
}

fn text<'a>(node: Node<'a, 'a>, name: &str) -> Option<&'a str> {
    child(node, name).and_then(|c| c.text()).map(str::trim)
}

impl DomainDefinition {
    /// Reads a domain's XML.
    pub fn parse(xml: &str) -> Result<DomainDefinition, String> {
        let document = Document::parse(xml).map_err(|e| e.to_string())?;
        let domain = document.root_element();
        let uuid = text(domain, "uuid").ok_or("no uuid")?;
        let name = text(domain, "name").ok_or("no name")?;
        let os = child(domain, "os");
        let devices = child(domain, "devices").ok_or("no devices")?;
        let memory = child(domain, "memory").ok_or("no memory")?;
        let amount: u64 = memory
            .text()
            .and_then(|t| t.trim().parse().ok())
            .ok_or("memory is no number")?;
        let unit = match memory.attribute("unit").unwrap_or("KiB") {
            "b" | "bytes" => 1,
            "KB" => 1000,
            "k" | "KiB" => 1 << 10,
            "MB" => 1_000_000,
            "M" | "MiB" => 1 << 20,
            "GB" => 1_000_000_000,
            "G" | "GiB" => 1 << 30,
            "TB" => 1_000_000_000_000,
            "T" | "TiB" => 1 << 40,
            other => return Err(format!("memory in {other}")),
        };
        let mut definition = DomainDefinition {
            uuid: uuid.to_owned(),
            name: name.to_owned(),
            vcpus: text(domain, "vcpu")
                .and_then(|t| t.parse().ok())
                .unwrap_or(1),
            memory_mib: amount.saturating_mul(unit) >> 20,
            architecture: os
                .and_then(|os| child(os, "type"))
                .and_then(|t| t.attribute("arch"))
                .unwrap_or_default()
                .to_owned(),
            // libvirt's default is restart.
            reboots: text(domain, "on_reboot").is_none_or(|action| action == "restart"),
            nvram: os
                .and_then(|os| text(os, "nvram"))
                .filter(|t| !t.is_empty())
                .map(PathBuf::from),
            disks: devices
                .children()
                .filter(|c| c.has_tag_name("disk"))
                .filter_map(disk)
                .collect(),
            nics: devices
                .children()
                .filter(|c| c.has_tag_name("interface"))
                .map(nic)
                .collect(),
            tags: tags(domain),
        };
        // System disk first: the lowest boot order, else the first real disk.
        let real = |d: &DefinedDisk| d.device == "disk" || d.device == "lun";
        let first = definition
            .disks
            .iter()
            .enumerate()
            .filter(|(_, d)| real(d))
            .min_by_key(|(i, d)| (d.boot_order.unwrap_or(u32::MAX), *i))
            .map(|(i, _)| i);
        if let Some(index) = first {
            let system = definition.disks.remove(index);
            definition.disks.insert(0, system);
        }
        Ok(definition)
    }
}

fn disk(node: Node<'_, '_>) -> Option<DefinedDisk> {
    let find = |name: &str| node.children().find(|c| c.has_tag_name(name));
    let target = find("target")?;
    let source = find("source");
    let path = source.and_then(|s| s.attribute("file").or_else(|| s.attribute("dev")));
    let serial = find("serial").and_then(|s| s.text()).map(str::trim);
    Some(DefinedDisk {
        target: target.attribute("dev")?.to_owned(),
        bus: target.attribute("bus").unwrap_or_default().to_owned(),
        device: node.attribute("device").unwrap_or("disk").to_owned(),
        kind: node.attribute("type").unwrap_or("file").to_owned(),
        format: find("driver")
            .and_then(|d| d.attribute("type"))
            .unwrap_or("raw")
            .to_owned(),
        path: path.map(PathBuf::from),
        volume: source
            .and_then(|s| s.attribute("volume"))
            .map(str::to_owned),
        serial: serial.filter(|s| !s.is_empty()).map(str::to_owned),
        shareable: find("shareable").is_some(),
        read_only: find("readonly").is_some(),
        boot_order: find("boot")
            .and_then(|b| b.attribute("order"))
            .and_then(|o| o.parse().ok()),
    })
}

fn nic(node: Node<'_, '_>) -> DefinedNic {
    let find = |name: &str| node.children().find(|c| c.has_tag_name(name));
    let source = find("source").and_then(|s| {
        ["network", "bridge", "dev"]
            .into_iter()
            .find_map(|name| s.attribute(name))
    });
    DefinedNic {
        network: source
            .or(node.attribute("type"))
            .unwrap_or_default()
            .to_owned(),
        mac: find("mac")
            .and_then(|m| m.attribute("address"))
            .unwrap_or_default()
            .to_lowercase(),
    }
}

/// How one disk takes part in a backup job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BackupDisk {
    pub target: String,
    pub part: BackupPart,
}

/// See [`BackupDisk`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BackupPart {
    /// Left out.
    No,
    /// Exported with all it holds, or with the bitmap since an epoch.
    Yes {
        scratch: PathBuf,
        since: Option<String>,
        /// A new epoch begins on it.
        epoch: bool,
    },
}

/// Name of a disk's bitmap in the export.
pub(super) fn export_bitmap(target: &str) -> String {
    format!("changed-{target}")
}

/// XML for `backup-begin` in pull mode. Every disk of the domain has to be named.
pub(super) fn backup_xml(socket: &Path, disks: &[BackupDisk]) -> String {
    let mut xml = format!(
        "<domainbackup mode='pull'><server transport='unix' socket='{}'/><disks>",
        escape(&socket.display().to_string())
    );
    for disk in disks {
        let target = escape(&disk.target);
        match &disk.part {
            BackupPart::No => xml.push_str(&format!("<disk name='{target}' backup='no'/>")),
            BackupPart::Yes { scratch, since, .. } => {
                let mode = match since {
                    None => "backupmode='full'".to_owned(),
                    Some(epoch) => format!(
                        "backupmode='incremental' incremental='{}' exportbitmap='{}'",
                        escape(epoch),
                        escape(&export_bitmap(&disk.target))
                    ),
                };
                xml.push_str(&format!(
                    "<disk name='{target}' backup='yes' type='file' exportname='{target}' {mode}>\
                     <driver type='qcow2'/><scratch file='{}'/></disk>",
                    escape(&scratch.display().to_string())
                ));
            }
        }
    }
    xml.push_str("</disks></domainbackup>");
    xml
}

/// XML for the checkpoint of a backup, or none where no disk begins an epoch.
pub(super) fn checkpoint_xml(epoch: &str, disks: &[BackupDisk]) -> Option<String> {
    let begins = |disk: &BackupDisk| matches!(disk.part, BackupPart::Yes { epoch: true, .. });
    disks.iter().any(begins).then(|| {
        let disks = disks
            .iter()
            .map(|disk| (disk.target.as_str(), begins(disk)));
        format!(
            "<domaincheckpoint><name>{}</name>{}</domaincheckpoint>",
            escape(epoch),
            checkpoint_disks(epoch, disks, false)
        )
    })
}

/// XML that makes an epoch known to libvirt whose bitmaps are in the images already.
pub(super) fn redefine_xml<'a>(
    epoch: &str,
    created_seconds: i64,
    parent: Option<&str>,
    disks: impl Iterator<Item = (&'a str, bool)>,
) -> String {
    let parent = parent.map_or(String::new(), |parent| {
        format!("<parent><name>{}</name></parent>", escape(parent))
    });
    format!(
        "<domaincheckpoint><name>{}</name><creationTime>{created_seconds}</creationTime>{parent}{}</domaincheckpoint>",
        escape(epoch),
        checkpoint_disks(epoch, disks, true)
    )
}

fn checkpoint_disks<'a>(
    epoch: &str,
    disks: impl Iterator<Item = (&'a str, bool)>,
    named: bool,
) -> String {
    let mut xml = String::from("<disks>");
    for (target, part) in disks {
        let how = match (part, named) {
            (false, _) => "checkpoint='no'".to_owned(),
            (true, false) => "checkpoint='bitmap'".to_owned(),
            (true, true) => format!("checkpoint='bitmap' bitmap='{}'", escape(epoch)),
        };
        xml.push_str(&format!("<disk name='{}' {how}/>", escape(target)));
    }
    xml.push_str("</disks>");
    xml
}

/// Targets of the disks that a checkpoint holds a bitmap for, each with the bytes that changed
/// since, where libvirt could count them.
pub(super) fn checkpoint_sizes(xml: &str) -> Vec<(String, Option<u64>)> {
    let Ok(document) = Document::parse(xml) else {
        return Vec::new();
    };
    let disks = document
        .descendants()
        .filter(|node| node.has_tag_name("disk") && node.attribute("checkpoint") == Some("bitmap"));
    disks
        .filter_map(|disk| {
            let size = disk.attribute("size").and_then(|size| size.parse().ok());
            Some((disk.attribute("name")?.to_owned(), size))
        })
        .collect()
}

/// Targets of the disks that have a bitmap in a checkpoint's XML.
pub(super) fn checkpoint_targets(xml: &str) -> Vec<String> {
    let Ok(document) = Document::parse(xml) else {
        return Vec::new();
    };
    let with_bitmap = |node: &Node<'_, '_>| {
        node.has_tag_name("disk") && node.attribute("checkpoint") == Some("bitmap")
    };
    let found = document.descendants().filter(with_bitmap);
    found
        .filter_map(|node| node.attribute("name").map(str::to_owned))
        .collect()
}

/// Socket of a backup job's NBD server.
pub(super) fn backup_socket(xml: &str) -> Option<String> {
    let document = Document::parse(xml).ok()?;
    let server = document
        .descendants()
        .find(|node| node.has_tag_name("server"))?;
    server.attribute("socket").map(str::to_owned)
}

/// A volume of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DefinedVolume {
    pub name: String,
    pub key: String,
    pub path: PathBuf,
    pub format: String,
    /// `file`, `block`, ...
    pub kind: String,
    pub capacity: u64,
}

impl DefinedVolume {
    /// Reads a volume's XML.
    pub fn parse(xml: &str) -> Option<DefinedVolume> {
        let document = Document::parse(xml).ok()?;
        let volume = document.root_element();
        let target = volume.children().find(|c| c.has_tag_name("target"))?;
        let of = |node: Node<'_, '_>, name: &str| {
            let found = node.children().find(|c| c.has_tag_name(name))?;
            found.text().map(|t| t.trim().to_owned())
        };
        let format = target.children().find(|c| c.has_tag_name("format"));
        Some(DefinedVolume {
            name: of(volume, "name")?,
            key: of(volume, "key")?,
            path: of(target, "path")?.into(),
            format: format
                .and_then(|f| f.attribute("type"))
                .unwrap_or("raw")
                .to_owned(),
            kind: volume.attribute("type").unwrap_or("file").to_owned(),
            capacity: of(volume, "capacity")?.parse().ok()?,
        })
    }
}

pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\'' => escaped.push_str("&apos;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}
