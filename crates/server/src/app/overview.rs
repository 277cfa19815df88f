//! What is safe and what is not.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use coffer_core::Result;
use coffer_core::cbr::ResourceType;
use coffer_core::ids::{PolicyId, ProjectId, VaultId};
use coffer_core::state::TaskState;
use coffer_core::units::GIB;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::App;
use super::look::TaskLook;
use super::protection::Protection;
use crate::catalog::disks::Disk;
use crate::catalog::lists::{self, Part, more, specs};
use crate::catalog::policies::{self, Policy};
use crate::catalog::record::{self, Filter};
use crate::catalog::vaults::{self, Sample, Vault};
use crate::catalog::{disks, servers};

/// A backup older than this is too old, where neither an objective nor a policy says otherwise.
const TOO_OLD: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Runs to come are those of the next day.
const SOON: SignedDuration = SignedDuration::from_hours(24);
/// Most runs of a list.
const RUNS_MAX: usize = 50;
/// Most tasks of a list.
const TASKS_MAX: u64 = 50;
/// How often it is seen to that each vault has its sample.
const SAMPLE_PERIOD: Duration = Duration::from_secs(60);

/// A server or disk that is not safe.
#[derive(Debug, Clone)]
pub struct Unsafe {
    /// The server or disk.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Which of the two.
    pub kind: ResourceType,
    /// `no_vault`, `never_backed_up`, `last_backup_failed`, `backup_too_old`, `vault_full`.
    pub reason: &'static str,
}

/// All that matters of a project.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Servers, and how many of them are in a vault.
    pub servers: (u64, u64),
    /// Disks that can be backed up, and how many of them are in a vault.
    pub disks: (u64, u64),
    /// What is not safe, by name.
    pub risks: Vec<Unsafe>,
    /// How many resources in vaults nothing is asked of: no objective is set, and no policy runs.
    pub nothing_asked: u64,
    /// The vaults, the fullest first.
    pub vaults: Vec<Vault>,
    /// Tasks that run or wait, oldest first.
    pub running: Vec<TaskLook>,
    /// Tasks that failed in the last day, newest first.
    pub failures: Vec<TaskLook>,
    /// The protected resource whose newest backup is the oldest.
    pub oldest: Option<(Uuid, String, ResourceType, Timestamp)>,
    /// Runs of policies within a day, soonest first.
    pub next_runs: Vec<(Timestamp, Policy, VaultId, String)>,
}

impl App {
    /// What is safe and what is not in a project.
    pub async fn overview(&self, project: ProjectId) -> Result<Overview> {
        let now = self.now();
        let excluded = self.left_out_disks(project).await?;
        // What the report says of a resource, the overview says, too.
        let report = self.protection(Some(project)).await?;
        let nothing_asked = report.iter().filter(|p| p.objective.is_none()).count() as u64;
        let reported: HashMap<Uuid, &Protection> =
            report.iter().map(|p| (p.held.resource_id, p)).collect();
        let mut tx = self.catalog.snapshot().await?;
        let all_servers = servers::of_project(&mut tx, project).await?;
        let own_disks = disks::on_their_own(&mut tx, project).await?;
        let usable = || specs::there(project).and("t.unsupported IS NULL");
        let disk_count = lists::count::<Disk>(&mut tx, &usable()).await?;
        let held_disks = specs::disk_protected(usable(), true, &excluded);
        let disk_held = lists::count::<Disk>(&mut tx, &held_disks).await?;
        let held = vaults::holders_of_project(&mut tx, project).await?;
        let filter = Filter::new().eq("project_id", project);
        let mut list: Vec<Vault> = record::list(&mut tx, &filter, &[("name", false)]).await?;
        let holders: HashMap<Uuid, VaultId> =
            held.iter().map(|r| (r.resource_id, r.vault_id)).collect();
        let full: HashSet<VaultId> = list.iter().filter(|v| is_full(v)).map(|v| v.id).collect();

        // Servers, and disks that are attached to none or protected by themselves.
        let mut things: Vec<(Uuid, &str, ResourceType)> = Vec::new();
        for s in &all_servers {
            things.push((s.id.0, &s.name, ResourceType::Server));
        }
        let mut of_server: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for d in &own_disks {
            if holders.contains_key(&d.id.0) || d.server_id.is_none() {
                things.push((d.id.0, &d.name, ResourceType::Disk));
            }
            if let Some(server) = d.server_id {
                of_server.entry(server.0).or_default().push(d.id.0);
            }
        }
        let failed = more::last_backup_failed(&mut tx, project).await?;
        let ids: Vec<VaultId> = list.iter().map(|v| v.id).collect();
        let applied = match ids.is_empty() {
            true => Vec::new(),
            false => policies::backup_policies(&mut tx, &ids).await?,
        };
        drop(tx);

        let mut next_runs = Vec::new();
        // Many vaults may share a policy.
        let mut soon: HashMap<PolicyId, Vec<Timestamp>> = HashMap::new();
        for (id, policy) in applied.iter().filter(|(_, policy)| policy.enabled) {
            let runs = match soon.entry(policy.id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(free) => {
                    let runs = super::preview::next_runs(policy, now)?.into_iter();
                    let soon = runs
                        .map(|run| run.at)
                        .filter(|at| at.duration_since(now) <= SOON);
                    free.insert(soon.collect())
                }
            };
            next_runs.extend(runs.iter().map(|at| (*at, policy, *id)));
        }
        next_runs.sort_by_key(|(at, ..)| *at);
        next_runs.truncate(RUNS_MAX);
        let named = |(at, policy, id): (Timestamp, &Policy, VaultId)| {
            let vault = list.iter().find(|v| v.id == id);
            let name = vault.map_or_else(String::new, |v| v.name.clone());
            (at, policy.clone(), id, name)
        };
        let next_runs = next_runs.into_iter().map(named).collect();

        let mut risks = Vec::new();
        let mut oldest: Option<(Uuid, String, ResourceType, Timestamp)> = None;
        let mut server_held = 0;
        for (id, name, kind) in &things {
            let holder = holders.get(id);
            if *kind == ResourceType::Server && holder.is_some() {
                server_held += 1;
            }
            let known = reported.get(id);
            let last = known.and_then(|p| p.held.good_at);
            if let (Some(_), Some(at)) = (holder, last)
                && oldest.as_ref().is_none_or(|(.., then)| at < *then)
            {
                oldest = Some((*id, (*name).to_owned(), *kind, at));
            }
            // A server all of whose disks are in vaults by themselves is as safe as they are.
            let by_disks = of_server
                .get(id)
                .is_some_and(|disks| disks.iter().all(|d| holders.contains_key(d)));
            let reason = match (holder, last) {
                (None, _) if by_disks => None,
                (None, _) => Some("no_vault"),
                (Some(vault), _) if full.contains(vault) => Some("vault_full"),
                _ if failed.contains(&id.to_string()) => Some("last_backup_failed"),
                (_, None) => Some("never_backed_up"),
                (_, Some(at)) => {
                    let good = known.and_then(|p| p.met);
                    let good = good.unwrap_or_else(|| now.duration_since(at) <= TOO_OLD);
                    (!good).then_some("backup_too_old")
                }
            };
            risks.extend(reason.map(|reason| Unsafe {
                id: *id,
                name: (*name).to_owned(),
                kind: *kind,
                reason,
            }));
        }
        risks.sort_by(|a, b| a.name.cmp(&b.name));
        list.sort_by_key(|v| {
            let permille = u128::from(v.used_bytes) * 1000 / u128::from(v.size_gib.max(1) * GIB);
            // Of those equally full, the one that holds more.
            std::cmp::Reverse((permille, v.used_bytes))
        });

        let tasks = || specs::all(project);
        let open = tasks().and("t.state IN ('waiting', 'running')");
        let by_age = Part::first(specs::TASK_KEYS[0], TASKS_MAX);
        let day = now
            .saturating_sub(SignedDuration::from_hours(24))
            .unwrap_or(now);
        let bad = tasks()
            .any_of("t.state", &[TaskState::Failed, TaskState::Timeout])
            .and("t.cancel = 0")
            .when("t.ended_at", " >= ", day);
        let newest_first = Part {
            down: true,
            ..by_age.clone()
        };
        Ok(Overview {
            servers: (all_servers.len() as u64, server_held),
            disks: (disk_count, disk_held),
            risks,
            nothing_asked,
            vaults: list,
            running: self.look_at_tasks(&open, &by_age).await?.items,
            failures: self.look_at_tasks(&bad, &newest_first).await?.items,
            oldest,
            next_runs,
        })
    }

    /// What a vault of a project took since a time; the last point is of now.
    pub async fn vault_history(
        &self,
        project: ProjectId,
        id: VaultId,
        days: u64,
    ) -> Result<Option<Vec<Sample>>> {
        let now = self.now();
        let mut tx = self.catalog.snapshot().await?;
        let Some(vault) = vaults::find(&mut tx, project, id).await? else {
            return Ok(None);
        };
        let days = i64::try_from(days).unwrap_or(i64::MAX).min(36_600);
        let since = now
            .saturating_sub(SignedDuration::from_hours(24 * days))
            .unwrap_or(now);
        let mut samples = vaults::samples(&mut tx, id, since).await?;
        samples.retain(|sample| sample.at < now);
        samples.push(Sample {
            vault_id: id,
            at: now,
            used_bytes: vault.used_bytes,
            size_bytes: vault.size_gib.saturating_mul(GIB),
        });
        Ok(Some(samples))
    }

    /// Notes what the vaults take: soon after each change, and once a day.
    pub async fn keep_history(&self, stop: CancellationToken) {
        let mut commits = self.catalog.commits();
        loop {
            if let Err(error) = self.sample_vaults().await {
                tracing::warn!(error = %error.chain(), "capacity could not be noted");
            }
            // Its own commit is no change.
            commits.mark_unchanged();
            let changed = async {
                let _ = commits.changed().await;
                tokio::time::sleep(Duration::from_secs(1)).await;
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = changed => {}
                () = tokio::time::sleep(SAMPLE_PERIOD) => {}
            }
        }
    }

    async fn sample_vaults(&self) -> Result<()> {
        let now = self.now();
        // Looked at without the write lock first: mostly nothing has changed.
        let mut tx = self.catalog.snapshot().await?;
        if !vaults::sample_due(&mut tx, now).await? {
            return Ok(());
        }
        drop(tx);
        let mut tx = self.catalog.write().await?;
        vaults::sample(&mut tx, now).await?;
        tx.commit().await
    }
}

fn is_full(vault: &Vault) -> bool {
    vault.used_bytes >= vault.size_gib.saturating_mul(GIB)
}
