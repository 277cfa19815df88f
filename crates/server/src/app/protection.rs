//! How well resources are protected: their newest good backup against what is allowed.
//!
//! The objective of a resource is its vault's, else its project's, else twice the longest pause
//! between two runs of the policy plus an hour for the run itself. Without any of them nothing is
//! asked of it.

use std::collections::{BTreeMap, HashMap};

use coffer_core::Result;
use coffer_core::cbr::{Operation, Refusal, ResourceType};
use coffer_core::ids::{PolicyId, ProjectId, VaultId};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::notify::{Event, EventKind, raise};
use super::{App, AppResult, During};
use crate::catalog::notify as alerts;
use crate::catalog::policies::{self, Policy};
use crate::catalog::protection::{self as rows, Held};
use crate::catalog::vaults::Vault;
use crate::catalog::{Tx, vaults};

const OP: Operation = Operation::Vault;
/// What may be asked for: an hour to ten years.
const HOURS: std::ops::RangeInclusive<u64> = 1..=87_600;
/// So many pauses between runs may pass without a good backup.
const PAUSES: i32 = 2;
/// What a run itself may take.
const GRACE: SignedDuration = SignedDuration::from_hours(1);
/// Runs that are looked at for the longest pause between two.
const RUNS: usize = 16;

/// A protected resource.
#[derive(Debug, Clone)]
pub struct Protection {
    /// The resource, its vault and its newest good backup.
    pub held: Held,
    /// Name of the vault.
    pub vault_name: String,
    /// The policy, where one is applied.
    pub policy: Option<PolicyRef>,
    /// The longest time without a good backup that is allowed.
    pub objective: Option<SignedDuration>,
    /// Whether it is met; none where nothing is asked.
    pub met: Option<bool>,
    /// The next run of the policy.
    pub next_run: Option<Timestamp>,
}

/// A policy, in short.
#[derive(Debug, Clone)]
pub struct PolicyRef {
    /// Its id.
    pub id: PolicyId,
    /// Its name.
    pub name: String,
    /// It runs.
    pub enabled: bool,
}

/// What holds for all resources of a vault.
struct OfVault {
    name: String,
    policy: Option<PolicyRef>,
    objective: Option<SignedDuration>,
    next_run: Option<Timestamp>,
}

/// The longest pause between two of the next runs of a policy; none where it never runs twice.
fn longest_pause(policy: &Policy, now: Timestamp) -> Result<Option<SignedDuration>> {
    let schedule = policy.schedule()?;
    let runs: Vec<Timestamp> = schedule.after(now).take(RUNS).collect();
    Ok(runs
        .windows(2)
        .map(|pair| pair[1].duration_since(pair[0]))
        .max())
}

/// True while the newest good backup, or the association where there is none yet, is recent enough.
fn is_met(held: &Held, objective: SignedDuration, now: Timestamp) -> bool {
    now.duration_since(held.good_at.unwrap_or(held.since)) <= objective
}

async fn of_vaults(
    tx: &mut Tx,
    list: &[Vault],
    now: Timestamp,
) -> Result<HashMap<VaultId, OfVault>> {
    let hours =
        |hours: u64| SignedDuration::from_hours(i64::try_from(hours).unwrap_or(i64::MAX / 3600));
    let (mut by_vault, mut by_project) = (HashMap::new(), HashMap::new());
    for row in alerts::objectives(tx).await? {
        match row.scope.as_str() {
            "vault" => by_vault.insert(row.id, hours(row.hours)),
            _ => by_project.insert(row.id, hours(row.hours)),
        };
    }
    let mut policies_of: HashMap<VaultId, Policy> = HashMap::new();
    let ids: Vec<VaultId> = list.iter().map(|v| v.id).collect();
    for part in ids.chunks(500) {
        policies_of.extend(policies::backup_policies(tx, part).await?);
    }
    // Many vaults may share a policy.
    let mut known: BTreeMap<PolicyId, (Option<SignedDuration>, Option<Timestamp>)> =
        BTreeMap::new();
    let mut found = HashMap::new();
    for vault in list {
        let policy = policies_of.get(&vault.id);
        let (pause, next) = match policy.filter(|p| p.enabled) {
            None => (None, None),
            Some(policy) => match known.get(&policy.id) {
                Some(known) => *known,
                None => {
                    let pause = longest_pause(policy, now)?;
                    let of = (pause, policy.schedule()?.next_after(now));
                    known.insert(policy.id, of);
                    of
                }
            },
        };
        let set = by_vault.get(&vault.id.to_string());
        let set = set.or_else(|| by_project.get(&vault.project_id.to_string()));
        let usual = pause.map(|pause| pause * PAUSES + GRACE);
        let of = OfVault {
            name: vault.name.clone(),
            policy: policy.map(|p| PolicyRef {
                id: p.id,
                name: p.name.clone(),
                enabled: p.enabled,
            }),
            objective: set.copied().or(usual),
            next_run: next,
        };
        found.insert(vault.id, of);
    }
    Ok(found)
}

impl App {
    /// How well the resources of a project, or of all, are protected, by name.
    pub async fn protection(&self, project: Option<ProjectId>) -> Result<Vec<Protection>> {
        let now = self.now();
        let mut tx = self.catalog.snapshot().await?;
        let held = rows::held(&mut tx, project).await?;
        let list = match project {
            Some(project) => vaults::of_project(&mut tx, project).await?,
            None => vaults::all(&mut tx).await?,
        };
        let of_vaults = of_vaults(&mut tx, &list, now).await?;
        let judge = |held: Held| {
            let of = of_vaults.get(&held.vault_id)?;
            Some(Protection {
                vault_name: of.name.clone(),
                policy: of.policy.clone(),
                objective: of.objective,
                met: of.objective.map(|objective| is_met(&held, objective, now)),
                next_run: of.next_run,
                held,
            })
        };
        Ok(held.into_iter().filter_map(judge).collect())
    }

    /// What is asked of a project or one of its vaults, in hours; none where what the policy says
    /// holds.
    pub async fn objective(
        &self,
        project: ProjectId,
        vault: Option<&str>,
    ) -> AppResult<Option<u64>> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let (scope, id) = scope_of(&mut tx, project, vault).await?;
        let all = alerts::objectives(&mut tx).await.during(OP)?;
        let found = all
            .into_iter()
            .find(|row| row.scope == scope && row.id == id);
        Ok(found.map(|row| row.hours))
    }

    /// Says what is asked of a project or one of its vaults.
    pub async fn set_objective(
        &self,
        project: ProjectId,
        vault: Option<&str>,
        hours: Option<u64>,
    ) -> AppResult<()> {
        if hours.is_some_and(|hours| !HOURS.contains(&hours)) {
            let text = format!("must be {} to {}", HOURS.start(), HOURS.end());
            return Err(Refusal::parameter("hours", text).into());
        }
        let mut tx = self.catalog.write().await.during(OP)?;
        let (scope, id) = scope_of(&mut tx, project, vault).await?;
        alerts::set_objective(&mut tx, scope, &id, hours)
            .await
            .during(OP)?;
        tx.commit().await.during(OP)
    }

    /// Tells of objectives that are missed, and of those that are met again, once each.
    pub async fn watch_objectives(&self) -> Result<()> {
        let now = self.now();
        let all = self.protection(None).await?;
        let mut tx = self.catalog.snapshot().await?;
        let known = alerts::alerts(&mut tx, "objective").await?;
        drop(tx);
        let missed: HashMap<String, &Protection> = all
            .iter()
            .filter(|p| p.met == Some(false))
            .map(|p| (p.held.resource_id.to_string(), p))
            .collect();
        let mut changes: Vec<(String, Option<&Protection>)> = Vec::new();
        for (id, protection) in &missed {
            if !known.iter().any(|alert| alert.subject == *id) {
                changes.push((id.clone(), Some(protection)));
            }
        }
        for alert in &known {
            if !missed.contains_key(&alert.subject) {
                changes.push((alert.subject.clone(), None));
            }
        }
        if changes.is_empty() {
            return Ok(());
        }
        let mut tx = self.catalog.write().await?;
        for (id, protection) in changes {
            match protection {
                Some(p) => {
                    if alerts::raise_alert(&mut tx, "objective", &id, now).await? {
                        let event = missed_event(p, EventKind::ObjectiveMissed);
                        raise(&mut tx, p.held.project_id, &event, now).await?;
                    }
                }
                None => {
                    let cleared = alerts::clear_alert(&mut tx, "objective", &id).await?;
                    // What left its vault is no longer asked for: nothing is told then.
                    let there = all.iter().find(|p| p.held.resource_id.to_string() == id);
                    if let (true, Some(p)) = (cleared, there.filter(|p| p.met == Some(true))) {
                        let event = missed_event(p, EventKind::ObjectiveMet);
                        raise(&mut tx, p.held.project_id, &event, now).await?;
                    }
                }
            }
        }
        tx.commit().await?;
        self.sender.bell.notify_one();
        Ok(())
    }
}

async fn scope_of(
    tx: &mut Tx,
    project: ProjectId,
    vault: Option<&str>,
) -> AppResult<(&'static str, String)> {
    let Some(text) = vault else {
        return Ok(("project", project.to_string()));
    };
    let none = || super::vaults::no_vault(text);
    let id: VaultId = text.parse().map_err(|_| none())?;
    let found = vaults::find(tx, project, id).await.during(OP)?;
    Ok(("vault", found.ok_or_else(none)?.id.to_string()))
}

fn missed_event(p: &Protection, kind: EventKind) -> Event {
    let name = &p.held.name;
    let hours = p.objective.map_or(0, |o| o.as_hours());
    let last = match p.held.good_at {
        Some(at) => format!("its newest good backup is of {at}"),
        None => "it has no good backup at all".to_owned(),
    };
    let (subject, text) = match kind {
        EventKind::ObjectiveMet => (
            format!("Coffer: {name} is protected again"),
            format!("{name} has a good backup again: {last}."),
        ),
        _ => (
            format!("Coffer: {name} has had no good backup for too long"),
            format!(
                "{name} (vault {}) shall have a good backup every {hours} hours, but {last}. Look at \
                 its last tasks, and at the policy of its vault.",
                p.vault_name
            ),
        ),
    };
    Event {
        kind,
        subject,
        text,
        data: json!({
            "resource_id": p.held.resource_id.to_string(),
            "resource_name": name,
            "resource_type": p.held.resource_type.name(),
            "vault_id": p.held.vault_id.to_string(),
            "vault_name": p.vault_name,
            "last_good_at": p.held.good_at.map(|at| at.to_string()),
            "objective_hours": hours,
        }),
    }
}

/// The age of a resource's newest good backup, as metrics show it: from its association on where
/// there is none.
pub(crate) fn age_seconds(held: &Held, now: Timestamp) -> i64 {
    now.duration_since(held.good_at.unwrap_or(held.since))
        .as_secs()
}

/// API name of a resource's kind: `server` or `disk`.
pub(crate) fn kind_of(kind: ResourceType) -> &'static str {
    match kind {
        ResourceType::Server => "server",
        _ => "disk",
    }
}
