//! `cargo xtask demo`: real servers under a private libvirt, protected before your eyes.
//!
//! Everything lies in `target/demo`, and libvirt's sockets in a short folder below `/run`. What
//! runs: libvirtd with its guests, and `coffer serve`; both outlive this program with `--detach`.
//! A run that was killed half-way leaves some of it: the next run, or `--stop`, clears it away.

mod api;
mod job;
mod process;
mod stage;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crate::shell::{self, Result, at};
use crate::{console, packages, prepare};
use job::Job;
use stage::{Access, Places};

/// Runs the demo, or ends it.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let places = Places::new("demo");
    let detach = match arguments {
        [] => false,
        [one] if one == "--detach" => true,
        [one] if one == "--stop" => {
            let _alone = shell::lock("demo")?;
            stop(&places)?;
            println!("the demo is stopped");
            return Ok(ExitCode::SUCCESS);
        }
        _ => return Err("usage: cargo xtask demo [--detach | --stop]".to_owned()),
    };
    {
        let _alone = shell::lock("demo")?;
        if is_ready(&places) {
            println!("the demo runs already; `cargo xtask demo --stop` ends it\n");
            print!("{}", welcome(&places)?);
            return Ok(ExitCode::SUCCESS);
        }
        // What a killed run left.
        stop(&places)?;
        process::catch_signals();
        if let Err(error) = start(&places) {
            let log = places.log();
            let kept = shell::target().join("demo-failed.log");
            if std::fs::copy(&log, &kept).is_ok() {
                eprintln!("the service's log is kept in {}", kept.display());
            }
            stop(&places)?;
            return Err(error);
        }
        print!("\n{}", welcome(&places)?);
    }
    if detach {
        println!("it keeps serving; `cargo xtask demo --stop` ends it");
        return Ok(ExitCode::SUCCESS);
    }
    println!("it keeps serving; Ctrl-C ends it");
    let mut alive = true;
    while alive && !process::stop_wanted() {
        // A day is as good as any limit: the loop goes on.
        let limit = Duration::from_secs(24 * 3600);
        let _ = shell::wait_for("the end", limit, || {
            alive = serve_runs(&places);
            Ok((!alive || process::stop_wanted()).then_some(()))
        });
    }
    let _alone = shell::lock("demo")?;
    stop(&places)?;
    println!("\nthe demo is stopped");
    Ok(if alive {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The demo's stage with its job done, for tests that need one. Ends with its owner.
pub struct Rig(Places);

impl Rig {
    /// Starts it with an executable.
    pub fn start(name: &str, coffer: &Path) -> Result<Rig> {
        let rig = Rig(Places::new(name));
        stop(&rig.0)?;
        play(&rig.0, coffer)?;
        Ok(rig)
    }

    /// What `demo.env` says.
    pub fn variables(&self) -> Result<Vec<(String, String)>> {
        let text = at(&self.0.env(), std::fs::read_to_string(self.0.env()))?;
        let lines = text.lines().filter_map(|line| line.split_once('='));
        Ok(lines.map(|(n, v)| (n.to_owned(), v.to_owned())).collect())
    }

    /// Configuration, log and process id of the service: a test may kill and start it again.
    pub fn service_files(&self) -> [(&'static str, PathBuf); 3] {
        [
            ("COFFER_RIG_CONFIG", self.0.config()),
            ("COFFER_RIG_LOG", self.0.log()),
            ("COFFER_RIG_PID", self.0.pid()),
        ]
    }
}

impl Rig {
    /// Waits until Ctrl-C, or until the service ends for good.
    pub fn hold(&self) {
        process::catch_signals();
        while !process::stop_wanted() {
            // A day is as good as any limit: the loop goes on.
            let limit = Duration::from_secs(24 * 3600);
            let _ = shell::wait_for(
                "the end",
                limit,
                || Ok(process::stop_wanted().then_some(())),
            );
        }
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        if let Err(error) = stop(&self.0) {
            eprintln!("{error}");
        }
    }
}

fn start(places: &Places) -> Result<()> {
    println!("preparing (packages, test guest, console, release build)");
    packages::install(&[packages::BUILD, packages::HYPERVISOR, packages::GUEST])?;
    console::build()?;
    let coffer = build()?;
    stage::stop_if_wanted()?;
    play(places, &coffer)
}

/// Starts servers and service, and does the job.
fn play(places: &Places, coffer: &Path) -> Result<()> {
    let guest = prepare::guest()?;
    let begun = Instant::now();
    println!(
        "starting a private libvirt with the servers {}, {} and {}",
        stage::BUSY,
        stage::STOPPED,
        stage::FREE
    );
    at(&places.folder, std::fs::create_dir_all(&places.folder))?;
    let uri = stage::start_servers(places, &guest)?;
    let access = stage::start_service(places, coffer, &uri)?;
    stage::wait_servers(places)?;
    println!("the service answers at http://{}; the job:", access.address);
    let job = Job {
        places,
        coffer,
        access: &access,
        begun,
    };
    let done = job.run()?;
    let table = format!(
        "{}\nfirst available backup {:.0} s after the start of servers and service\n",
        job::table(&done.rows),
        done.first_backup_seconds
    );
    println!("\n{table}");
    let text = places.folder.join("table.txt");
    at(&text, std::fs::write(&text, table))?;
    write_environment(places, &access, &job.free_resources()?)
}

/// Builds the executable and returns its path.
fn build() -> Result<PathBuf> {
    shell::run(shell::cargo().args([
        "build",
        "--release",
        "--package",
        "coffer-server",
        "--bin",
        "coffer",
    ]))?;
    Ok(shell::target().join("release/coffer"))
}

/// Ends everything and removes what was made, whatever of it is there.
fn stop(places: &Places) -> Result<()> {
    if let Some(pid) = read_pid(&places.pid()) {
        process::end(
            pid,
            &places.config().display().to_string(),
            Duration::from_secs(30),
        )?;
    }
    shell::output(
        Command::new(prepare::stack())
            .arg("stop")
            .arg(&places.stack),
    )?;
    match std::fs::remove_dir_all(&places.folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", places.folder.display()))
        }
        _ => Ok(()),
    }
}

fn read_pid(path: &Path) -> Option<u32> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

fn serve_runs(places: &Places) -> bool {
    let mark = places.config().display().to_string();
    read_pid(&places.pid()).is_some_and(|pid| process::runs(pid, &mark))
}

/// Everything runs and the job was done: `demo.env` is written last.
fn is_ready(places: &Places) -> bool {
    let libvirtd = read_pid(&places.stack.join("libvirtd.pid"));
    places.env().exists()
        && serve_runs(places)
        && libvirtd.is_some_and(|pid| process::runs(pid, "libvirtd"))
}

/// What stays free for the visitor.
struct FreeResources {
    server: String,
    disks: Vec<String>,
    disk: String,
}

impl Job<'_> {
    fn free_resources(&self) -> Result<FreeResources> {
        let servers = self.cli(&["server", "list"])?;
        let find = |list: &crate::json::Json, name: &str| {
            let found = list
                .items("")
                .iter()
                .find(|item| item.text("name").starts_with(name));
            found
                .ok_or_else(|| format!("the service lists no {name}: {list}"))?
                .need("id")
        };
        let of_server = self.cli(&["disk", "list", "--server", stage::FREE])?;
        // The system disk comes first in the definition, hence in the list by device name.
        let mut disks: Vec<(String, String)> = of_server
            .items("")
            .iter()
            .map(|disk| {
                Ok((
                    disk.text("attachments.0.device").to_owned(),
                    disk.need("id")?,
                ))
            })
            .collect::<Result<_>>()?;
        disks.sort();
        let disks = disks.into_iter().map(|(_, id)| id).collect();
        let all = self.cli(&["disk", "list"])?;
        Ok(FreeResources {
            server: find(&servers, stage::FREE)?,
            disks,
            disk: find(&all, stage::FREE_DISK)?,
        })
    }
}

/// Writes `demo.env`; from then on the demo counts as ready.
fn write_environment(places: &Places, access: &Access, free: &FreeResources) -> Result<()> {
    let endpoint = format!("http://{}", access.address);
    let variables = [
        ("OS_AUTH_URL", format!("{endpoint}/v3")),
        ("OS_USERNAME", "admin".to_owned()),
        ("OS_PASSWORD", access.password.clone()),
        ("OS_PROJECT_NAME", stage::REGION.to_owned()),
        ("OS_PROJECT_ID", access.project.clone()),
        ("OS_USER_DOMAIN_NAME", "Default".to_owned()),
        ("OS_PROJECT_DOMAIN_NAME", "Default".to_owned()),
        ("OS_REGION_NAME", stage::REGION.to_owned()),
        ("OS_IDENTITY_API_VERSION", "3".to_owned()),
        ("COFFER_ENDPOINT", endpoint),
        ("COFFER_AK", access.access_key.clone()),
        ("COFFER_SK", access.secret_key.clone()),
        ("COFFER_DEMO_SERVER_ID", free.server.clone()),
        ("COFFER_DEMO_DISK_IDS", free.disks.join(",")),
        ("COFFER_DEMO_FREE_DISK_ID", free.disk.clone()),
        ("COFFER_DEMO_SHARE_PROJECT_ID", access.share_project.clone()),
        (
            "COFFER_DEMO_SHARE_PROJECT_NAME",
            stage::SHARE_PROJECT.to_owned(),
        ),
        ("COFFER_DEMO_SHARE_USERNAME", stage::SHARE_USER.to_owned()),
        ("COFFER_DEMO_SHARE_PASSWORD", access.share_password.clone()),
    ];
    let text: String = variables
        .iter()
        .map(|(name, value)| format!("{name}={value}\n"))
        .collect();
    // In one step: whoever waits for the file shall not read half of it.
    let new = places.folder.join("demo.env.new");
    stage::write_private(&new, text.as_bytes())?;
    at(&places.env(), std::fs::rename(&new, places.env()))
}

/// Where the console is and how to get in.
fn welcome(places: &Places) -> Result<String> {
    let text = at(&places.env(), std::fs::read_to_string(places.env()))?;
    let value = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once('='));
        lines
            .find(|(found, _)| *found == name)
            .map_or("", |(_, value)| value)
    };
    Ok(format!(
        "console   {}/console/\nlogin     user {}, password {}, domain Default, project {}\nclients   set -a; . {}; set +a\nlog       {}\n\n",
        value("COFFER_ENDPOINT"),
        value("OS_USERNAME"),
        value("OS_PASSWORD"),
        value("OS_PROJECT_NAME"),
        places.env().display(),
        places.log().display(),
    ))
}
