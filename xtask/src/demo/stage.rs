//! The demo's stage: a private libvirt with servers, and the service beside it.

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{api, process};
use crate::json::Json;
use crate::prepare;
use crate::shell::{self, Result, at};

/// Where everything of the demo lies.
pub struct Places {
    /// `target/demo`, say.
    pub folder: PathBuf,
    /// Folder of the private libvirt: short, because sockets lie below it.
    pub stack: PathBuf,
}

impl Places {
    /// `target/demo`, or another one beside it. The same for each run in this workspace, and of
    /// its own for each workspace.
    pub fn new(name: &str) -> Places {
        let folder = shell::target().join(name);
        // FNV-1a of the path: two workspaces on one machine shall not meet.
        let hash = folder
            .as_os_str()
            .as_encoded_bytes()
            .iter()
            .fold(0x811c_9dc5_u32, |hash, byte| {
                (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
            });
        Places {
            folder,
            stack: PathBuf::from(format!("/run/coffer-demo-{hash:08x}")),
        }
    }

    pub fn config(&self) -> PathBuf {
        self.folder.join("coffer.toml")
    }
    pub fn key(&self) -> PathBuf {
        self.folder.join("vault.key")
    }
    pub fn images(&self) -> PathBuf {
        self.folder.join("images")
    }
    pub fn store(&self) -> PathBuf {
        self.folder.join("store")
    }
    pub fn pid(&self) -> PathBuf {
        self.folder.join("serve.pid")
    }
    pub fn log(&self) -> PathBuf {
        self.folder.join("serve.log")
    }
    pub fn env(&self) -> PathBuf {
        self.folder.join("demo.env")
    }
}

/// Name of region and first project.
pub const REGION: &str = "eu-de";
/// Name of the second project.
pub const SHARE_PROJECT: &str = "partner";
/// Its user.
pub const SHARE_USER: &str = "partner-admin";
/// Servers of the demo's own job: one busy, one stopped.
pub const BUSY: &str = "shop-db";
/// See [`BUSY`].
pub const STOPPED: &str = "archive";
/// The server that stays free for the visitor.
pub const FREE: &str = "web-01";
/// The disk that stays free, attached to nothing.
pub const FREE_DISK: &str = "spare-data";

struct Server {
    name: &'static str,
    disks: &'static [&'static str],
    runs: bool,
}

const SERVERS: &[Server] = &[
    Server {
        name: BUSY,
        disks: &["system", "data", "data2"],
        runs: true,
    },
    Server {
        name: STOPPED,
        disks: &["system", "data"],
        runs: false,
    },
    Server {
        name: FREE,
        disks: &["system", "data"],
        runs: true,
    },
];

/// Starts libvirt and its servers; returns the URI.
pub fn start_servers(places: &Places, guest: &Path) -> Result<String> {
    let images = places.images();
    at(&images, std::fs::create_dir_all(&images))?;
    let mut start = Command::new(prepare::stack());
    start
        .arg("start")
        .arg(&places.stack)
        .env("STACK_CACHE", guest.join("libvirt-cache"));
    let uri = shell::output(&mut start)?.trim().to_owned();
    for server in SERVERS {
        let xml = definition(places, server);
        for (letter, image) in ('a'..).zip(server.disks) {
            copy_image(
                guest,
                image,
                &images.join(format!("{}-vd{letter}.qcow2", server.name)),
            )?;
        }
        let file = places.folder.join(format!("{}.xml", server.name));
        at(&file, std::fs::write(&file, xml))?;
        virsh(&uri, &["define", &file.display().to_string()])?;
        if server.runs {
            virsh(&uri, &["start", server.name])?;
        }
    }
    copy_image(guest, "data2", &images.join(format!("{FREE_DISK}.qcow2")))?;
    Ok(uri)
}

/// Waits until the running servers' programs run: the log line on the serial port says so.
pub fn wait_servers(places: &Places) -> Result<()> {
    for server in SERVERS.iter().filter(|server| server.runs) {
        wait_ready(places, server.name)?;
    }
    Ok(())
}

/// Waits until one server's programs run since it was last switched on.
pub fn wait_ready(places: &Places, name: &str) -> Result<()> {
    let serial = places.folder.join(format!("{name}.serial"));
    shell::wait_for(
        &format!("start of {name}"),
        Duration::from_secs(180),
        || {
            stop_if_wanted()?;
            let text = std::fs::read(&serial).unwrap_or_default();
            Ok(String::from_utf8_lossy(&text)
                .contains("TESTGUEST READY")
                .then_some(()))
        },
    )
}

/// Ctrl-C during the preparations.
pub fn stop_if_wanted() -> Result<()> {
    if process::stop_wanted() {
        Err("interrupted".to_owned())
    } else {
        Ok(())
    }
}

/// Runs `virsh` on the private libvirt.
pub fn virsh(uri: &str, arguments: &[&str]) -> Result<String> {
    shell::output(
        Command::new("virsh")
            .args(["-q", "-c", uri])
            .args(arguments),
    )
}

fn copy_image(guest: &Path, image: &str, to: &Path) -> Result<()> {
    let from = guest.join(format!("{image}.qcow2"));
    at(to, std::fs::copy(from, to)).map(drop)
}

/// The server's definition. TCG, because a /dev/kvm that opens is no proof that guests run on it.
fn definition(places: &Places, server: &Server) -> String {
    let name = server.name;
    let mut disks = String::new();
    for (index, letter) in ('a'..).take(server.disks.len()).enumerate() {
        let file = places.images().join(format!("{name}-vd{letter}.qcow2"));
        let _ = write!(
            disks,
            "<disk type='file' device='disk'><driver name='qemu' type='qcow2' discard='unmap'/>\
             <source file='{}'/><target dev='vd{letter}' bus='virtio'/>\
             <serial>{name}-{index}</serial></disk>",
            file.display()
        );
    }
    format!(
        "<domain type='qemu'><name>{name}</name><memory unit='MiB'>192</memory><vcpu>1</vcpu>\
         <sysinfo type='smbios'><system><entry name='serial'>{name}</entry></system></sysinfo>\
         <os><type arch='x86_64' machine='q35'>hvm</type><boot dev='hd'/><smbios mode='sysinfo'/></os>\
         <features><acpi/></features>\
         <on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>destroy</on_crash>\
         <devices>{disks}<controller type='usb' model='none'/>\
         <serial type='file'><source path='{serial}'/><target port='0'/></serial>\
         <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>\
         <memballoon model='none'/></devices></domain>",
        serial = places.folder.join(format!("{name}.serial")).display(),
    )
}

/// How to log in.
pub struct Access {
    /// Host and port.
    pub address: String,
    /// The administrator's password; the user is `admin`.
    pub password: String,
    /// Password of the second project's user.
    pub share_password: String,
    /// Access key of the administrator.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
    /// Id of the first project.
    pub project: String,
    /// Id of the second project.
    pub share_project: String,
}

/// Writes the configuration, makes users and projects, starts the service.
pub fn start_service(places: &Places, coffer: &Path, uri: &str) -> Result<Access> {
    let address = free_address()?;
    let scratch = places.folder.join("scratch");
    at(&scratch, std::fs::create_dir_all(&scratch))?;
    let folder = places.folder.display();
    let config = format!(
        r#"data_dir = "{folder}/data"
public_url = "http://{address}"
region = "{REGION}"

[http]
listen = ["{address}"]

[[store]]
name = "main"
path = "{store}"

# A visitor's webhooks are on this machine.
[notify]
allow_networks = ["127.0.0.0/8"]

[key]
file = "{key}"

[[libvirt]]
name = "host1"
uri = "{uri}"
image_dirs = ["{images}"]
scratch_dir = "{scratch}"
"#,
        store = places.store().display(),
        key = places.key().display(),
        images = places.images().display(),
        scratch = scratch.display(),
    );
    at(&places.store(), std::fs::create_dir_all(places.store()))?;
    // The key file of vaults is 32 random bytes.
    write_private(&places.key(), &random(32)?)?;
    at(&places.config(), std::fs::write(places.config(), config))?;

    let (password, share_password) = (password()?, password()?);
    let admin = |arguments: &[&str], input: &str| admin(places, coffer, arguments, input);
    admin(&["bootstrap", "--password-stdin"], &password)?;
    admin(
        &[
            "project",
            "create",
            SHARE_PROJECT,
            "--description",
            "a partner's project",
        ],
        "",
    )?;
    let user = [
        "user",
        "create",
        SHARE_USER,
        "--project",
        SHARE_PROJECT,
        "--password-stdin",
    ];
    admin(&user, &share_password)?;
    let key = admin(&["access-key", "create", "admin"], "")?;
    let projects = admin(&["project", "list"], "")?;
    let project = |name: &str| {
        let mut all = projects.items("").iter().chain(projects.items("projects"));
        let found = all.find(|project| project.text("name") == name);
        found
            .ok_or_else(|| format!("no project {name}"))?
            .need("id")
    };
    let access = Access {
        address,
        password,
        share_password,
        access_key: key.need("access_key.access")?,
        secret_key: key.need("access_key.secret")?,
        project: project(REGION)?,
        share_project: project(SHARE_PROJECT)?,
    };

    let mut serve = Command::new(coffer);
    serve.arg("serve").arg("--config").arg(places.config());
    let pid = process::spawn_detached(&mut serve, &places.log())?;
    at(&places.pid(), std::fs::write(places.pid(), pid.to_string()))?;
    shell::wait_for("start of the service", Duration::from_secs(60), || {
        stop_if_wanted()?;
        if !process::child_runs(pid) {
            let log = std::fs::read_to_string(places.log()).unwrap_or_default();
            return Err(format!("the service ended:\n{log}"));
        }
        Ok(api::is_ready(&access.address).then_some(()))
    })?;
    Ok(access)
}

fn admin(places: &Places, coffer: &Path, arguments: &[&str], input: &str) -> Result<Json> {
    let mut command = Command::new(coffer);
    command
        .args(["--json", "admin", "--config"])
        .arg(places.config())
        .args(arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let failed = |e: std::io::Error| format!("coffer admin: {e}");
    let mut child = command.spawn().map_err(failed)?;
    let mut stdin = child.stdin.take().expect("it was asked for");
    // A command that reads no password may be gone before.
    let _ = stdin.write_all(format!("{input}\n").as_bytes());
    drop(stdin);
    let output = child.wait_with_output().map_err(failed)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "coffer admin {}: {}",
            arguments.join(" "),
            said.trim()
        ));
    }
    Json::parse(&String::from_utf8_lossy(&output.stdout))
}

/// The service's usual port, or any where that is taken.
fn free_address() -> Result<String> {
    let bound = TcpListener::bind("127.0.0.1:8776").or_else(|_| TcpListener::bind("127.0.0.1:0"));
    let listener = bound.map_err(|e| format!("listen on 127.0.0.1: {e}"))?;
    listener
        .local_addr()
        .map(|address| address.to_string())
        .map_err(|e| e.to_string())
}

fn random(count: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    let source = Path::new("/dev/urandom");
    let mut file = at(source, std::fs::File::open(source))?;
    at(source, file.read_exact(&mut bytes))?;
    Ok(bytes)
}

/// A password of 24 hexadecimal digits.
fn password() -> Result<String> {
    Ok(random(12)?
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// Writes a file that only its owner may read.
pub fn write_private(path: &Path, content: &[u8]) -> Result<()> {
    let options = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path);
    let mut file = at(path, options)?;
    at(path, file.write_all(content))
}
