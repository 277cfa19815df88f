//! Another server's definition out of a backed-up one.
//!
//! The text is kept but for the parts named here, so that what this program does not know of a
//! definition stays.

use std::ops::Range;
use std::path::{Path, PathBuf};

use roxmltree::{Document, Node};

use super::definition::escape;

/// What is different.
pub(super) struct Changed<'a> {
    pub name: &'a str,
    pub uuid: &'a str,
    /// Images by their target names, all qcow2. Disks without one are left out.
    pub disks: Vec<(&'a str, PathBuf)>,
    /// Where files of the server's own may lie.
    pub folder: &'a Path,
    pub nvram: Option<PathBuf>,
    /// New addresses of network cards, no identity of the old server's.
    pub new_identity: bool,
    /// Network of all cards, where it is another one.
    pub network: Option<&'a str>,
    /// A fault of a disk stops the guest: see [`finished`].
    pub stops_on_faults: bool,
}

/// A text that cannot be read as a definition.
#[derive(Debug, thiserror::Error)]
pub(super) enum RedefineError {
    #[error("it is no XML")]
    Xml(#[from] roxmltree::Error),
    #[error("it has no {0}")]
    Missing(&'static str),
}

/// Replacements of ranges of a text.
#[derive(Default)]
struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    fn replace(&mut self, node: Node<'_, '_>, text: String) {
        self.0.push((node.range(), text));
    }

    fn remove(&mut self, node: Node<'_, '_>) {
        self.replace(node, String::new());
    }

    fn apply(mut self, text: &str) -> String {
        self.0.sort_by_key(|(range, _)| range.start);
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (range, new) in self.0 {
            // What lies in a part that is replaced already goes with it.
            if range.start < at {
                continue;
            }
            out.push_str(&text[at..range.start]);
            out.push_str(&new);
            at = range.end;
        }
        out.push_str(&text[at..]);
        out
    }
}

fn child<'a, 'b>(node: Node<'a, 'b>, name: &str) -> Option<Node<'a, 'b>> {
    node.children().find(|c| c.has_tag_name(name))
}

fn quoted(path: &Path) -> String {
    escape(&path.display().to_string())
}

/// The new definition.
pub(super) fn redefine(xml: &str, changed: &Changed<'_>) -> Result<String, RedefineError> {
    let document = Document::parse(xml)?;
    let domain = document.root_element();
    let devices = child(domain, "devices").ok_or(RedefineError::Missing("devices"))?;
    let name = child(domain, "name").ok_or(RedefineError::Missing("name"))?;
    let mut edits = Edits::default();
    edits.replace(name, format!("<name>{}</name>", escape(changed.name)));
    let uuid = format!("<uuid>{}</uuid>", escape(changed.uuid));
    match child(domain, "uuid") {
        Some(old) => edits.replace(old, uuid),
        None => edits.0.push((name.range().end..name.range().end, uuid)),
    }
    for node in domain.children() {
        match node.tag_name().name() {
            // Made anew by the host, or of the old host's.
            "genid" if changed.new_identity => edits.remove(node),
            "seclabel" => edits.remove(node),
            "sysinfo" => {
                for entry in node.descendants() {
                    if entry.attribute("name") == Some("uuid") {
                        edits.remove(entry);
                    }
                }
            }
            "os" => firmware(node, changed, &mut edits),
            _ => {}
        }
    }
    for device in devices.children() {
        match device.tag_name().name() {
            "disk" => disk(device, changed, &mut edits),
            "interface" => interface(device, changed, &mut edits),
            // They belong to the old server, which may run.
            "hostdev" | "redirdev" | "filesystem" | "shmem" | "nvram" => edits.remove(device),
            "serial" | "console" | "parallel" | "channel" => files_of(device, changed, &mut edits),
            _ => {}
        }
    }
    Ok(edits.apply(xml))
}

fn firmware(os: Node<'_, '_>, changed: &Changed<'_>, edits: &mut Edits) {
    let Some(nvram) = child(os, "nvram") else {
        return;
    };
    match &changed.nvram {
        Some(path) => {
            let template = nvram.attribute("template");
            let template = template.map(|t| format!(" template='{}'", escape(t)));
            let text = format!(
                "<nvram{}>{}</nvram>",
                template.unwrap_or_default(),
                quoted(path)
            );
            edits.replace(nvram, text);
        }
        // libvirt makes them from the template.
        None => edits.remove(nvram),
    }
}

fn disk(node: Node<'_, '_>, changed: &Changed<'_>, edits: &mut Edits) {
    let device = node.attribute("device").unwrap_or("disk");
    if matches!(device, "cdrom" | "floppy") {
        // The drive stays, what is in it is the old server's.
        if let Some(source) = child(node, "source") {
            edits.remove(source);
        }
        return;
    }
    let target = child(node, "target").and_then(|t| t.attribute("dev"));
    let image = target.and_then(|target| changed.disks.iter().find(|(name, _)| *name == target));
    let Some((_, path)) = image else {
        edits.remove(node);
        return;
    };
    let policy = match changed.stops_on_faults {
        true => " error_policy='stop' rerror_policy='stop'",
        false => "",
    };
    let mut kept = String::new();
    let text = node.document().input_text();
    for part in node.children().filter(Node::is_element) {
        match part.tag_name().name() {
            "source" | "backingStore" | "mirror" | "driver" | "encryption" | "auth" => {}
            _ => kept.push_str(&text[part.range()]),
        }
    }
    edits.replace(
        node,
        format!(
            "<disk type='file' device='disk'>\
             <driver name='qemu' type='qcow2' discard='unmap'{policy}/>\
             <source file='{}'/>{kept}</disk>",
            quoted(path)
        ),
    );
}

/// A definition without what these disks, by name and file, had while they were filled: a fault is
/// the guest's matter again ([`Changed::stops_on_faults`]), and nobody names the socket of the exports
/// below them, as a definition does that was made from a running server's. None where that is so
/// already. All else stays.
pub(super) fn finished(
    xml: &str,
    files: &[(String, PathBuf)],
    socket: &str,
) -> Result<Option<String>, RedefineError> {
    let document = Document::parse(xml)?;
    let devices = child(document.root_element(), "devices");
    let devices = devices.ok_or(RedefineError::Missing("devices"))?;
    let mut edits = Edits::default();
    for disk in devices.children().filter(|c| c.has_tag_name("disk")) {
        let file = child(disk, "source").and_then(|s| s.attribute("file"));
        if !file.is_some_and(|file| files.iter().any(|(_, ours)| ours == Path::new(file))) {
            continue;
        }
        let attributes = child(disk, "driver")
            .into_iter()
            .flat_map(|d| d.attributes());
        for attribute in attributes {
            // What somebody has set to something else meanwhile is theirs.
            if matches!(attribute.name(), "error_policy" | "rerror_policy")
                && attribute.value() == "stop"
            {
                edits.0.push((attribute.range(), String::new()));
            }
        }
        let below = child(disk, "backingStore");
        let names_socket = |n: Node<'_, '_>| n.attribute("socket") == Some(socket);
        if let Some(below) = below.filter(|below| below.descendants().any(names_socket)) {
            edits.remove(below);
        }
    }
    Ok((!edits.0.is_empty()).then(|| edits.apply(xml)))
}

fn interface(node: Node<'_, '_>, changed: &Changed<'_>, edits: &mut Edits) {
    let drop = |name: &str, edits: &mut Edits| {
        if let Some(part) = child(node, name) {
            edits.remove(part);
        }
    };
    if changed.new_identity {
        drop("mac", edits);
    }
    drop("target", edits);
    let Some(network) = changed.network else {
        return;
    };
    let text = node.document().input_text();
    let mut kept = String::new();
    for part in node.children().filter(Node::is_element) {
        match part.tag_name().name() {
            "source" | "target" | "virtualport" | "backend" => {}
            "mac" if changed.new_identity => {}
            _ => kept.push_str(&text[part.range()]),
        }
    }
    edits.replace(
        node,
        format!(
            "<interface type='network'><source network='{}'/>{kept}</interface>",
            escape(network)
        ),
    );
}

/// Files and sockets that a character device names are the old server's: it gets its own.
fn files_of(node: Node<'_, '_>, changed: &Changed<'_>, edits: &mut Edits) {
    for part in node.children() {
        let Some(path) = part.attribute("path").or(part.attribute("file")) else {
            continue;
        };
        match (node.attribute("type"), part.tag_name().name()) {
            (Some("file"), "source") | (_, "log") => {
                let name = Path::new(path).file_name().unwrap_or_default();
                let path = quoted(&changed.folder.join(name));
                let text = match part.tag_name().name() {
                    "log" => format!("<log file='{path}' append='on'/>"),
                    _ => format!("<source path='{path}' append='on'/>"),
                };
                edits.replace(part, text);
            }
            // libvirt gives it a path of the new server's.
            (Some("unix"), "source") => edits.remove(part),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = "<domain type='kvm'>\n  <name>web &amp; co</name>\n  <uuid>old</uuid>\
        <metadata><x:y xmlns:x='u'>kept</x:y></metadata><genid>g</genid>\
        <os><type arch='x86_64'>hvm</type><nvram template='/t'>/old/nvram</nvram></os>\
        <sysinfo type='smbios'><system><entry name='uuid'>old</entry><entry name='sku'>s</entry></system></sysinfo>\
        <devices><emulator>/q</emulator>\
        <disk type='block' device='disk'><driver name='qemu' type='raw' cache='none'/><source dev='/dev/x'/><backingStore/><target dev='vda' bus='virtio'/><serial>S1</serial><boot order='1'/><address type='pci' slot='0x04'/></disk>\
        <disk type='file' device='disk'><source file='/old/b'/><target dev='vdb' bus='virtio'/></disk>\
        <disk type='file' device='cdrom'><source file='/iso'/><target dev='sda' bus='sata'/><readonly/></disk>\
        <interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/><target dev='vnet3'/><model type='virtio'/></interface>\
        <serial type='file'><source path='/old/serial' append='on'/><target port='0'/></serial>\
        <channel type='unix'><source mode='bind' path='/old/agent'/><target type='virtio' name='org.qemu.guest_agent.0'/></channel>\
        <hostdev mode='subsystem'><x/></hostdev></devices></domain>";

    fn made(new_identity: bool, network: Option<&str>) -> String {
        let changed = Changed {
            name: "new<1>",
            uuid: "u-2",
            disks: vec![("vda", PathBuf::from("/n/vda.qcow2"))],
            folder: Path::new("/n"),
            nvram: Some(PathBuf::from("/n/nvram.fd")),
            new_identity,
            network,
            stops_on_faults: false,
        };
        let text = redefine(XML, &changed).expect("it is a definition");
        Document::parse(&text).expect("and stays one");
        text
    }

    #[test]
    fn nothing_of_the_old_server_s_own_is_left() {
        let text = made(true, None);
        for part in [
            "/old", "/dev/x", "/iso", ">old<", "52:54", "vnet3", "hostdev", "genid", "vdb",
        ] {
            assert!(!text.contains(part), "{part}: {text}");
        }
        for part in [
            "<name>new&lt;1&gt;</name>",
            "<uuid>u-2</uuid>",
            "<source file='/n/vda.qcow2'/>",
            "<serial>S1</serial><boot order='1'/><address type='pci' slot='0x04'/>",
            "<nvram template='/t'>/n/nvram.fd</nvram>",
            "<x:y xmlns:x='u'>kept</x:y>",
            "<entry name='sku'>s</entry>",
            "<source bridge='br0'/>",
            "<source path='/n/serial' append='on'/>",
            "<target type='virtio' name='org.qemu.guest_agent.0'/>",
            "<target dev='sda' bus='sata'/>",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn only_the_policy_of_our_disks_goes_at_last() {
        let changed = Changed {
            name: "n",
            uuid: "u",
            disks: vec![("vda", PathBuf::from("/n/vda.qcow2"))],
            folder: Path::new("/n"),
            nvram: None,
            new_identity: true,
            network: None,
            stops_on_faults: true,
        };
        let text = redefine(XML, &changed).expect("it is a definition");
        assert!(text.contains("error_policy='stop' rerror_policy='stop'"));
        // A user's own disk with the same policy, and a change of ours.
        let theirs = "<disk type='file'><driver type='raw' error_policy='stop'/>\
            <source file='/b'/><target dev='vdb'/></disk></devices>";
        let text = text.replace("</devices>", theirs);
        let text = text.replace("rerror_policy='stop'", "rerror_policy='report'");
        let text = text.replace(
            "<source file='/n/vda.qcow2'/>",
            "<source file='/n/vda.qcow2'/><backingStore type='network'><source><host socket='/s'/>\
             </source></backingStore>",
        );
        let files = [("vda".to_owned(), PathBuf::from("/n/vda.qcow2"))];
        let done = finished(&text, &files, "/s").expect("it is a definition");
        let done = done.expect("there was something to do");
        Document::parse(&done).expect("and stays one");
        assert!(
            done.contains("discard='unmap'  rerror_policy='report'/>"),
            "{done}"
        );
        assert!(
            done.contains("<driver type='raw' error_policy='stop'/>"),
            "{done}"
        );
        assert!(!done.contains("socket='/s'"), "{done}");
        let again = finished(&done, &files, "/s");
        assert_eq!(again.expect("it is a definition"), None);
    }

    #[test]
    fn identity_is_kept_and_the_network_changed_where_that_is_wanted() {
        let text = made(false, Some("lab"));
        assert!(text.contains("52:54:00:00:00:01"), "{text}");
        assert!(
            text.contains("<interface type='network'><source network='lab'/>"),
            "{text}"
        );
        assert!(!text.contains("br0"), "{text}");
        assert!(text.contains("genid"), "{text}");
    }
}
