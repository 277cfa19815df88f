//! Scale of one node with the embedded database: start, lists, search and a policy that fires for
//! everything, over a catalog as large as they come. `cargo xtask bench scale` runs it.
//!
//! The service is the real one, in this process. Its hypervisors have no disks
//! ([`driver::Diskless`]); what is in the catalog besides their servers is written there
//! ([`fill`]). Memory is that of the whole process, with the requests' client in it.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on may panic"
)]

mod driver;
mod fill;
mod load;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use coffer_engine::hypervisor::Hypervisor;
use coffer_server::config::Config;
use coffer_server::door::Clock;
use coffer_server::serve::Service;

use driver::Diskless;
use fill::Size;
use load::Client;

/// What must be kept.
const START_MAX: Duration = Duration::from_secs(2);
const LIST_MAX: Duration = Duration::from_millis(100);
const SEARCH_MAX: Duration = Duration::from_millis(500);
const QUEUE_MAX: Duration = Duration::from_secs(10);
const MEMORY_MIB_MAX: u64 = 300;

/// Figures beside what they must keep.
#[derive(Default)]
pub struct Verdicts {
    missed: usize,
}

impl Verdicts {
    /// Says a figure; `kept` says whether it is good enough.
    pub fn say(&mut self, what: &str, figure: &str, limit: &str, kept: bool) {
        let word = if kept { "ok" } else { "MISSED" };
        println!("{what:<46} {figure:>40}   {limit:<12} {word}");
        self.missed += usize::from(!kept);
    }
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let mut size = Size::FULL;
    let (mut fill, mut place, mut fire_only) = (None, None, false);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--quick" => size = Size::QUICK,
            "--fill" => fill = words.next(),
            "--in" => place = words.next(),
            "--fire" => fire_only = true,
            // Cargo's own.
            _ => {}
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let missed = match fill {
        Some(directory) => runtime.block_on(filled(&size, Path::new(&directory))),
        None => runtime.block_on(measure(size, place.as_deref().map(Path::new), fire_only)),
    };
    match missed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// The configuration of a service with everything in a directory.
fn config(directory: &Path) -> String {
    let root = directory.display();
    format!(
        "data_dir = '{root}/data'\nregion = 'eu-de'\n[http]\nlisten = ['127.0.0.1:0']\n\
         [[store]]\nname = 'main'\npath = '{root}/store'\n"
    )
}

/// Fills a catalog; in a process of its own, whose memory is not the service's.
async fn filled(size: &Size, directory: &Path) -> usize {
    let clock = Clock::new();
    let service = start(&config(directory), size, clock.clone()).await;
    service.state().app.settled.wait().await;
    let begun = Instant::now();
    fill::fill(&service.state().catalog, size, clock.now()).await;
    println!("filled in {:.1} s: {size}", begun.elapsed().as_secs_f64());
    service.stop().await;
    0
}

async fn start(config: &str, size: &Size, clock: Clock) -> Service {
    let config = Config::parse(config).unwrap();
    let drivers: Vec<Arc<dyn Hypervisor>> = (0..size.hosts)
        .map(|host| Arc::new(Diskless::new(host, size)) as Arc<dyn Hypervisor>)
        .collect();
    Service::start(config, drivers, clock).await.unwrap()
}

/// In a directory of its own that goes afterwards, or in `place`, which stays and is filled once.
/// `fire_only`: a policy that fires, without the lists.
async fn measure(size: Size, place: Option<&Path>, fire_only: bool) -> usize {
    let temporary = tempfile::tempdir().unwrap();
    let directory = place.unwrap_or(temporary.path());
    if !directory.join("data").exists() {
        let mut fill = std::process::Command::new(std::env::current_exe().unwrap());
        fill.arg("--fill").arg(directory);
        if size.servers == Size::QUICK.servers {
            fill.arg("--quick");
        }
        assert!(fill.status().unwrap().success(), "the catalog is filled");
    }
    let (config, clock) = (config(directory), Clock::new());
    std::fs::create_dir_all(directory.join("store")).unwrap();

    let mut verdicts = Verdicts::default();
    let begun = Instant::now();
    let service = start(&config, &size, clock.clone()).await;
    let took = begun.elapsed();
    let figure = format!("{:.2} s", took.as_secs_f64());
    verdicts.say("start", &figure, "< 2 s", took < START_MAX);
    service.state().app.settled.wait().await;
    let figure = format!("{:.2} s", begun.elapsed().as_secs_f64());
    verdicts.say("all hosts asked and cleaned up", &figure, "", true);

    let client = Client::log_in(&service, directory).await;
    if !fire_only {
        load::lists(&client, &size, &mut verdicts).await;
        load::scans(&service, &clock, &mut verdicts).await;
    }
    load::fire(&client, &service, &size, &clock, &mut verdicts).await;

    let (now, most) = (memory_mib("VmRSS:"), memory_mib("VmHWM:"));
    let figure = format!("{now} MiB, at most {most} MiB");
    let limit = format!("< {MEMORY_MIB_MAX} MiB");
    verdicts.say("memory", &figure, &limit, most < MEMORY_MIB_MAX);
    service.stop().await;
    println!("{} missed", verdicts.missed);
    verdicts.missed
}

fn memory_mib(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(key)).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1024
}
