//! Recovery drills: backups that are started for a trial, by hand or when their vault says so.
//!
//! | period | what is tried |
//! |---|---|
//! | `after_backup` | each server's newest backup that was asked for after the setting was made, once |
//! | `daily`, `weekly` | each server's newest backup, a day or a week after its last drill began, also one that was tried before: a store forgets |
//!
//! Drills wait in the queue like other tasks; as many run at once as the configuration says. The rows
//! stay for 400 days, what was seen at their ends for 90.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use coffer_core::Result;
use coffer_core::cbr::{Code, Operation, Refusal, ResourceType};
use coffer_core::drill::{Checks, median, trend_percent};
use coffer_core::ids::{ProjectId, TaskId};
use coffer_engine::drill::{Place, Room, Share};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::restore::restorable_by;
use super::{About, Actor, App, AppResult, During, priority, vaults as vault_app};
use crate::catalog::backups::Backup;
use crate::catalog::drills::{self as rows, Drill, Evidence, Setting};
use crate::catalog::record::{Filter, Json, Page};
use crate::catalog::tasks::DRILL_KEY;
use crate::catalog::vaults::Vault;
use crate::catalog::{Tx, vaults};
use crate::config::{Config, DrillConfig};
use crate::door;
use crate::tasks::work::{DrillWork, Work};

const OP: Operation = Operation::Restore;
/// How often it is looked whether drills are due.
const LOOK_PERIOD: Duration = Duration::from_secs(5);
/// How often it is looked for what is too old.
const FORGET_PERIOD: Duration = Duration::from_secs(3600);
/// How long drills are remembered.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);
/// How long pictures and output are.
const EVIDENCE_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Drills of a project that may wait or run.
const OPEN_MAX: u64 = 20;
/// What the report looks at.
pub const REPORT_DAYS: i64 = 90;

/// Where drills are done, and what each may take. Clones share it.
#[derive(Clone)]
pub struct Drills {
    /// Drills at once.
    pub at_once: usize,
    /// What each may take.
    pub share: Share,
    inner: Arc<Inner>,
}

struct Inner {
    folder: PathBuf,
    room: Room,
    place: tokio::sync::OnceCell<Place>,
    prefix: Mutex<String>,
    looked: Mutex<Looked>,
}

#[derive(Default)]
struct Looked {
    due: Option<tokio::time::Instant>,
    old: Option<tokio::time::Instant>,
}

/// True where `period` has passed since the last time; notes this time then.
fn is_time(last: &mut Option<tokio::time::Instant>, period: Duration) -> bool {
    let due = last.is_none_or(|at| at.elapsed() >= period);
    if due {
        *last = Some(tokio::time::Instant::now());
    }
    due
}

impl Drills {
    /// What the configuration says. Makes nothing.
    pub fn new(config: &Config) -> Drills {
        let beside = config.limits.tasks.saturating_sub(1).max(1);
        let config: &DrillConfig = &config.drills;
        Drills {
            // A guest that takes its time shall not hold up all other work.
            at_once: config.at_once.min(beside),
            share: Share {
                memory_mib: config.memory_mib,
                vcpus: config.vcpus,
                kvm: config.kvm,
            },
            inner: Arc::new(Inner {
                folder: config.folder.clone(),
                room: Room {
                    overlay_bytes: config.overlay_mib << 20,
                    reserve_bytes: config.reserve_mib << 20,
                },
                place: tokio::sync::OnceCell::new(),
                prefix: Mutex::default(),
                looked: Mutex::default(),
            }),
        }
    }

    /// Removes what drills of the last process left. To be called once, at the start. Nothing is
    /// made: most services never do a drill.
    pub(super) async fn open(&self, service: &str) {
        *self.inner.prefix.lock().expect("no panic holds this lock") = format!("coffer-{service}-");
        if !self.inner.folder.exists() {
            return;
        }
        let cleaned = async { self.place().await?.clean().await };
        if let Err(error) = cleaned.await {
            tracing::warn!(error = %error.chain(), "what drills of the last run left could not be removed");
        }
    }

    /// Where drills are done.
    pub(crate) async fn place(&self) -> Result<&Place> {
        let make = || async {
            let prefix = self.inner.prefix.lock().expect("no panic holds this lock");
            Place::new(&self.inner.folder, &prefix, self.inner.room)
        };
        self.inner.place.get_or_try_init(make).await
    }
}

/// When the backups of a vault are tried by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// Never.
    Off,
    /// After each backup.
    AfterBackup,
    /// Each day.
    Daily,
    /// Each week.
    Weekly,
}

impl Period {
    /// All of them.
    pub const ALL: [Period; 4] = [
        Period::Off,
        Period::AfterBackup,
        Period::Daily,
        Period::Weekly,
    ];

    /// Its name in API and catalog.
    pub fn name(self) -> &'static str {
        match self {
            Period::Off => "off",
            Period::AfterBackup => "after_backup",
            Period::Daily => "daily",
            Period::Weekly => "weekly",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Period> {
        Period::ALL.into_iter().find(|period| period.name() == name)
    }
}

/// What drills of one server showed.
#[derive(Debug, Clone)]
pub struct ServerDrills {
    /// The server.
    pub resource_id: Uuid,
    /// Its name, and the vault of the last drill.
    pub last: Drill,
    /// When a backup of it last passed.
    pub passed_at: Option<Timestamp>,
    /// Drills that passed, failed, and had no verdict.
    pub counts: [u64; 3],
    /// Middle of the recovery times of those that passed, in milliseconds.
    pub median_ms: Option<u64>,
    /// See [`trend_percent`].
    pub trend_percent: Option<i64>,
    /// All of them, the oldest first.
    pub history: Vec<Drill>,
}

impl App {
    /// Begins to try a server's backup.
    pub async fn drill_backup(&self, actor: &Actor, id: &str, checks: Checks) -> AppResult<Drill> {
        check(&checks)?;
        let mut tx = self.catalog.write().await.during(OP)?;
        let asked = restorable_by(&mut tx, actor, id).await?;
        let (top, vault) = self.readable(&mut tx, &asked).await?;
        if asked.resource_type != ResourceType::Server {
            let text = "is a disk's backup, and a drill starts a server";
            return Err(Refusal::parameter("backup_id", text)
                .hint("Name the backup of a server.")
                .into());
        }
        let open = rows::open(&mut tx, actor.project).await.during(OP)?;
        if open.iter().any(|drill| drill.backup_id == top.id) {
            let text = "a drill of this backup waits or runs already";
            return Err(Refusal::parameter("backup_id", text)
                .hint("Wait for it, or cancel it.")
                .into());
        }
        if open.len() as u64 >= OPEN_MAX {
            let text = format!("{OPEN_MAX} drills of this project wait or run already");
            return Err(Refusal::parameter("backup_id", text)
                .hint("Try again when one has ended.")
                .into());
        }
        let drill = self.begin_drill(&mut tx, actor, (&top, &vault), (checks, false));
        let drill = drill.await.during(OP)?;
        tx.commit().await.during(OP)?;
        self.bell.notify_waiters();
        Ok(drill)
    }

    async fn begin_drill(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        (backup, vault): (&Backup, &Vault),
        (checks, automatic): (Checks, bool),
    ) -> Result<Drill> {
        let now = self.now();
        let about = About {
            checkpoint_id: Some(backup.checkpoint_id),
            backup_id: Some(backup.id),
            resource: Some((
                backup.resource_id,
                backup.resource_name.clone(),
                backup.resource_type,
            )),
            host: String::new(),
            lock_key: format!("{DRILL_KEY}{}", door::new_uuid()),
            policy_id: None,
            priority: automatic.then_some(priority::AUTOMATIC),
        };
        let work = Work::Drill(DrillWork {
            checks: checks.clone(),
        });
        let of = (vault.id, vault.name.as_str());
        let task = self.enqueue(tx, actor, of, &work, about, now).await?;
        let drill = Drill::of(task, actor.project, backup, checks, automatic, now);
        rows::insert(tx, &drill).await?;
        Ok(drill)
    }

    /// One page of the drills of a project, the newest first: of a backup, a server, a vault, or with
    /// a verdict.
    pub async fn drills(&self, filter: &Filter, page: &Page) -> AppResult<Vec<Drill>> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        rows::page(&mut tx, filter, page).await.during(OP)
    }

    /// A drill with what was seen at its end.
    pub async fn drill(
        &self,
        project: ProjectId,
        id: &str,
    ) -> AppResult<(Drill, Option<Evidence>)> {
        let none = || Refusal::new(Code::TASK_NOT_FOUND, format!("there is no drill {id}"));
        let task: TaskId = id.parse().map_err(|_| none())?;
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let drill = rows::find(&mut tx, project, task).await.during(OP)?;
        let drill = drill.ok_or_else(none)?;
        let evidence = rows::evidence(&mut tx, task).await.during(OP)?;
        Ok((drill, evidence))
    }

    /// When the backups of a vault are tried, and what guests have to do.
    pub async fn drill_setting(&self, actor: &Actor, vault: &str) -> AppResult<(Period, Checks)> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let vault = vault_app::find(&mut tx, actor, vault).await?;
        let found = rows::setting(&mut tx, vault.id).await.during(OP)?;
        Ok(match found {
            Some(row) => {
                let period = Period::parse(&row.period).unwrap_or(Period::Off);
                (period, row.checks.0)
            }
            None => (Period::Off, Checks::default()),
        })
    }

    /// Sets it.
    pub async fn set_drill_setting(
        &self,
        actor: &Actor,
        vault: &str,
        (period, checks): (Period, Checks),
    ) -> AppResult<()> {
        check(&checks)?;
        let mut tx = self.catalog.write().await.during(OP)?;
        let vault = vault_app::find(&mut tx, actor, vault).await?;
        let row = Setting {
            vault_id: vault.id,
            period: period.name().to_owned(),
            checks: Json(checks),
            since: self.now(),
        };
        let row = (period != Period::Off).then_some(&row);
        rows::set(&mut tx, vault.id, row).await.during(OP)?;
        tx.commit().await.during(OP)
    }

    /// What drills of each server showed in the last [`REPORT_DAYS`] days, by name.
    pub async fn drill_report(
        &self,
        actor: &Actor,
        vault: Option<&str>,
    ) -> AppResult<Vec<ServerDrills>> {
        let days = SignedDuration::from_hours(24 * REPORT_DAYS);
        let from = self.now().checked_sub(days).unwrap_or(Timestamp::MIN);
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let vault = match vault {
            Some(id) => Some(vault_app::find(&mut tx, actor, id).await?.id),
            None => None,
        };
        let all = rows::since(&mut tx, actor.project, vault, from).await;
        Ok(report(all.during(OP)?))
    }

    /// Begins the drills that are due. Returns how many.
    pub async fn run_due_drills(&self) -> Result<usize> {
        let (due, old) = {
            let mut looked = self
                .drills
                .inner
                .looked
                .lock()
                .expect("no panic holds this lock");
            (
                is_time(&mut looked.due, LOOK_PERIOD),
                is_time(&mut looked.old, FORGET_PERIOD),
            )
        };
        let now = self.now();
        let ago = |time: SignedDuration| now.checked_sub(time).unwrap_or(Timestamp::MIN);
        if old {
            let mut tx = self.catalog.write().await?;
            rows::forget(&mut tx, ago(KEPT), ago(EVIDENCE_KEPT)).await?;
            tx.commit().await?;
        }
        if !due {
            return Ok(0);
        }
        let mut tx = self.catalog.snapshot().await?;
        let mut begun = 0;
        // Without the write lock first: mostly there is nothing to begin.
        let mut wanted = Vec::new();
        for setting in rows::settings(&mut tx).await? {
            if !due_of(&mut tx, &setting, now).await?.is_empty() {
                wanted.push(setting);
            }
        }
        drop(tx);
        for setting in wanted {
            let mut tx = self.catalog.write().await?;
            let Some(vault) = vaults::get(&mut tx, setting.vault_id).await? else {
                continue;
            };
            let open = rows::open(&mut tx, vault.project_id).await?.len() as u64;
            let room = usize::try_from(OPEN_MAX.saturating_sub(open)).unwrap_or(usize::MAX);
            // The next look begins the rest.
            for backup in due_of(&mut tx, &setting, now).await?.into_iter().take(room) {
                let actor = Actor {
                    project: vault.project_id,
                    user: vault.user_id,
                    request_id: format!("req-{}", door::new_uuid()),
                };
                let checks = setting.checks.0.clone();
                self.begin_drill(&mut tx, &actor, (&backup, &vault), (checks, true))
                    .await?;
                begun += 1;
            }
            tx.commit().await?;
        }
        if begun > 0 {
            self.bell.notify_waiters();
        }
        Ok(begun)
    }
}

/// The backups of a vault that are to be tried now.
async fn due_of(tx: &mut Tx, setting: &Setting, now: Timestamp) -> Result<Vec<Backup>> {
    let ago = |hours: i64| {
        let time = SignedDuration::from_hours(hours);
        now.checked_sub(time).unwrap_or(Timestamp::MIN)
    };
    let vault = setting.vault_id;
    match Period::parse(&setting.period) {
        Some(Period::AfterBackup) => rows::untried(tx, vault, setting.since).await,
        Some(Period::Daily) => rows::resting(tx, vault, ago(24)).await,
        Some(Period::Weekly) => rows::resting(tx, vault, ago(7 * 24)).await,
        _ => Ok(Vec::new()),
    }
}

fn check(checks: &Checks) -> std::result::Result<(), Refusal> {
    checks
        .check()
        .map_err(|bad| Refusal::parameter(&format!("drill.{}", bad.field), bad.what))
}

/// Puts together what belongs to one server. `all`: the oldest first.
fn report(all: Vec<Drill>) -> Vec<ServerDrills> {
    let mut servers: std::collections::BTreeMap<Uuid, Vec<Drill>> =
        std::collections::BTreeMap::new();
    for drill in all {
        servers.entry(drill.resource_id).or_default().push(drill);
    }
    let of = |(resource_id, history): (Uuid, Vec<Drill>)| {
        let count = |verdict: &str| history.iter().filter(|d| d.verdict == verdict).count() as u64;
        let passed = |drill: &&Drill| drill.verdict == "passed";
        let times: Vec<u64> = history
            .iter()
            .filter(passed)
            .filter_map(|d| d.passed_ms)
            .collect();
        // What waits or runs says nothing yet.
        let last = history.iter().rev().find(|d| d.verdict != "open");
        Some(ServerDrills {
            resource_id,
            last: last.or(history.last())?.clone(),
            passed_at: history.iter().rev().find(passed).and_then(|d| d.ended_at),
            counts: [count("passed"), count("failed"), count("none")],
            median_ms: median(&times),
            trend_percent: trend_percent(&times),
            history,
        })
    };
    let mut servers: Vec<ServerDrills> = servers.into_iter().filter_map(of).collect();
    servers.sort_by(|a, b| {
        (&a.last.resource_name, a.resource_id).cmp(&(&b.last.resource_name, b.resource_id))
    });
    servers
}
