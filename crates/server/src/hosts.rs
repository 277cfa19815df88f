//! Opens the hypervisors that the configuration names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use coffer_core::{Error, Result};
use coffer_engine::hypervisor::Hypervisor;
use coffer_engine::hypervisor::image::{ImageDisk, ImageHypervisor, ImageServer};
use coffer_engine::hypervisor::libvirt::{LibvirtConfig, LibvirtHypervisor, SCRATCH_RESERVE};

use crate::config::{Config, ImageFormat, Images, Libvirt};

/// Sockets between Coffer and QEMU: short, and QEMU's user may pass through it.
const RUNTIME_DIR: &str = "/run/coffer";
/// Scratch files of running backups, beside libvirt's own so that QEMU's user may reach them.
const SCRATCH_DIR: &str = "/var/lib/libvirt/coffer";

/// All drivers of the configuration. `service` is this service's name in epochs and sockets.
///
/// A host that does not answer is no error here: it is asked when something is wanted of it.
///
/// # Errors
/// `Invalid` for folders that cannot be used and for servers declared twice.
pub fn open(config: &Config, service: &str) -> Result<Vec<Arc<dyn Hypervisor>>> {
    let mut drivers: Vec<Arc<dyn Hypervisor>> = Vec::new();
    for host in &config.libvirt {
        drivers.push(Arc::new(libvirt(host, service)?));
    }
    for images in &config.images {
        drivers.push(Arc::new(image(images, service, &config.data_dir)?));
    }
    Ok(drivers)
}

/// The folders of a libvirt host for sockets and for scratch files.
pub(crate) fn folders(host: &Libvirt) -> (PathBuf, PathBuf) {
    let folder = |given: &Option<PathBuf>, default: &str| {
        given
            .clone()
            .unwrap_or_else(|| Path::new(default).join(host.name.as_str()))
    };
    let runtime = folder(&host.runtime_dir, RUNTIME_DIR);
    (runtime, folder(&host.scratch_dir, SCRATCH_DIR))
}

fn libvirt(host: &Libvirt, service: &str) -> Result<LibvirtHypervisor> {
    let (runtime_dir, scratch_dir) = folders(host);
    LibvirtHypervisor::new(LibvirtConfig {
        name: host.name.to_string(),
        uri: host.uri.clone(),
        service: service.to_owned(),
        runtime_dir,
        scratch_dir,
        scratch_reserve: host
            .scratch_reserve_mib
            .map_or(SCRATCH_RESERVE, |mib| mib << 20),
        image_dirs: host.image_dirs.clone(),
    })
}

fn image(images: &Images, service: &str, data_dir: &Path) -> Result<ImageHypervisor> {
    let mut servers = Vec::new();
    for server in &images.servers {
        let disks = server.disks.iter().map(|disk| {
            Ok(ImageDisk {
                name: disk.name.to_string(),
                path: disk.path.clone(),
                format: format_of(disk)?.to_owned(),
            })
        });
        servers.push(ImageServer {
            id: server.name.to_string(),
            name: server.name.to_string(),
            disks: disks.collect::<Result<_>>()?,
            tags: server.tags.clone().into_iter().collect(),
        });
    }
    let runtime_dir = data_dir.join("run");
    let driver = ImageHypervisor::new(images.name.to_string(), servers, service, &runtime_dir)?;
    Ok(driver.with_folder(images.image_dir.clone()))
}

/// Raw, unless the configuration says otherwise. A file that looks like qcow2 has to be named as
/// what it is: a guest can write such a beginning to its raw disk, with any file of the host as
/// its backing file.
fn format_of(disk: &crate::config::ImageDisk) -> Result<&'static str> {
    use std::io::Read;
    match disk.format {
        Some(ImageFormat::Qcow2) => return Ok("qcow2"),
        Some(ImageFormat::Raw) => return Ok("raw"),
        None => {}
    }
    let mut magic = [0; 4];
    let read = std::fs::File::open(&disk.path).and_then(|mut file| file.read_exact(&mut magic));
    if read.is_ok() && magic == *b"QFI\xfb" {
        let text = format!(
            "`{}` looks like qcow2, but its format is not given",
            disk.path.display()
        );
        return Err(Error::invalid(text)
            .hint("Say format = \"qcow2\", or \"raw\" where a guest wrote that."));
    }
    Ok("raw")
}
