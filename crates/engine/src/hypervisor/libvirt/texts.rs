//! What libvirt tells in XML, each text to whoever reads it: tests feed them broken. Each says whether it
//! was understood.

use std::path::{Path, PathBuf};

use roxmltree::Document;

use super::definition::{
    DefinedVolume, DomainDefinition, backup_socket, checkpoint_sizes, checkpoint_targets,
};
use super::fill;
use super::redefine::{Changed, finished, redefine};

/// A domain's XML, to all that read it. What is made of one that is understood is one again.
pub fn domain(xml: &str) -> bool {
    let files = [("vda".to_owned(), PathBuf::from("/srv/images/shop.qcow2"))];
    fill::disks_of(xml, &files, "/s");
    if let Ok(Some(done)) = finished(xml, &files, "/s") {
        assert!(Document::parse(&done).is_ok(), "{xml} becomes {done}");
    }
    for network in [None, Some("<other>")] {
        let changed = Changed {
            name: "new",
            uuid: "u-2",
            disks: vec![("vda", PathBuf::from("/n/vda.qcow2"))],
            folder: Path::new("/n"),
            nvram: Some(PathBuf::from("/n/nvram")),
            new_identity: true,
            network,
            stops_on_faults: true,
        };
        if let Ok(done) = redefine(xml, &changed) {
            assert!(Document::parse(&done).is_ok(), "{xml} becomes {done}");
        }
    }
    DomainDefinition::parse(xml).is_ok()
}

/// A volume's XML.
pub fn volume(xml: &str) -> bool {
    DefinedVolume::parse(xml).is_some()
}

/// A checkpoint's XML.
pub fn checkpoint(xml: &str) -> bool {
    let targets = checkpoint_targets(xml);
    assert_eq!(checkpoint_sizes(xml).len(), targets.len());
    !targets.is_empty()
}

/// A backup job's XML.
pub fn backup(xml: &str) -> bool {
    backup_socket(xml).is_some()
}

/// What a host can do.
pub fn capabilities(xml: &str) -> bool {
    fill::guest_owner(xml).is_some()
}
