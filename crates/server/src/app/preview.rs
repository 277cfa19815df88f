//! What a policy is going to do: its next runs, and which backups would go, when and why.

use std::collections::BTreeMap;

use coffer_core::cbr::{Operation, PolicyType};
use coffer_core::retention::{Delete, Item, forecast};
use coffer_core::zone::Zone;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::policies::{NewPolicy, NewTrigger, find};
use super::retention::{item, retention_of};
use super::{Actor, App, AppResult, During, vaults as vault_app};
use crate::catalog::backups::Backup;
use crate::catalog::policies::Policy;
use crate::catalog::{backups, images, instants, policies, vaults};

/// Next runs that are shown.
pub const RUNS: usize = 10;
/// Days looked ahead at most.
pub const DAYS_MAX: u64 = 366;
/// Judged backups, over all moments, after which the look ahead ends: about a second.
const WORK_MAX: usize = 3_000_000;

/// A run to come.
#[derive(Debug, Clone)]
pub struct NextRun {
    /// When.
    pub at: Timestamp,
    /// With the offset of the policy's zone.
    pub local: String,
    /// The zone's clocks change between the run before and this one.
    pub clock_changed: bool,
}

/// A backup that would go.
#[derive(Debug, Clone)]
pub struct Going {
    /// The backup.
    pub backup: Backup,
    /// When; of what is too many already, when retention looks at it next.
    pub at: Timestamp,
    /// Why.
    pub reason: Delete,
}

/// What a policy is going to do.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The next runs; none where it is disabled.
    pub runs: Vec<NextRun>,
    /// What would go, soonest first.
    pub going: Vec<Going>,
    /// Until when that is known.
    pub until: Timestamp,
}

/// The next runs of a trigger.
pub fn next_runs(policy: &Policy, now: Timestamp) -> coffer_core::Result<Vec<NextRun>> {
    let schedule = policy.schedule()?;
    let zone = schedule.zone();
    let mut before = zone.zoned(now).offset();
    Ok(schedule
        .after(now)
        .take(RUNS)
        .map(|at| {
            let local = zone.zoned(at);
            let clock_changed = local.offset() != before;
            before = local.offset();
            NextRun {
                at,
                local: local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
                clock_changed,
            }
        })
        .collect())
}

impl App {
    /// What a stored policy is going to do within `days`, in the vaults it is applied to.
    pub async fn preview_policy(&self, actor: &Actor, id: &str, days: u64) -> AppResult<Preview> {
        let op = Operation::Policy;
        let mut tx = self.catalog.snapshot().await.during(op)?;
        let policy = find(&mut tx, actor, id).await?;
        let bindings = policies::bindings(&mut tx, policy.id).await.during(op)?;
        drop(tx);
        let vaults = bindings.iter().map(|b| b.vault_id.to_string()).collect();
        self.preview(actor, policy, vaults, days).await
    }

    /// What a policy would do that is not stored, in these vaults. `id`: the policy whose place it
    /// would take; its vaults are looked at where none are named.
    pub async fn preview_new(
        &self,
        actor: &Actor,
        new: NewPolicy,
        id: Option<&str>,
        vaults: Vec<String>,
        days: u64,
    ) -> AppResult<Preview> {
        let op = Operation::Policy;
        let now = self.now();
        new.definition.check(
            "policy.operation_definition",
            new.operation_type,
            &self.region,
        )?;
        new.trigger.schedule(now)?;
        let mut tx = self.catalog.snapshot().await.during(op)?;
        let (mut start, mut places) = (now, vaults);
        if let Some(id) = id {
            let stored = find(&mut tx, actor, id).await?;
            // Rules that stay the same go on counting from their day.
            if stored.trigger() == new.trigger {
                start = stored.start_at;
            }
            if places.is_empty() {
                let bindings = policies::bindings(&mut tx, stored.id).await.during(op)?;
                places = bindings.iter().map(|b| b.vault_id.to_string()).collect();
            }
        }
        drop(tx);
        let policy = imagined(actor, new, start);
        self.preview(actor, policy, places, days).await
    }

    async fn preview(
        &self,
        actor: &Actor,
        policy: Policy,
        places: Vec<String>,
        days: u64,
    ) -> AppResult<Preview> {
        let op = Operation::Policy;
        let now = self.now();
        let hours = i64::try_from(24 * days.min(DAYS_MAX)).unwrap_or(0);
        let until = now.saturating_add(SignedDuration::from_hours(hours));
        let until = until.unwrap_or(Timestamp::MAX);
        let runs = match policy.enabled {
            true => next_runs(&policy, now).during(op)?,
            false => Vec::new(),
        };
        let mut lists: Vec<(bool, Vec<(Backup, Item)>)> = Vec::new();
        if policy.operation_type == PolicyType::Backup {
            let mut tx = self.catalog.snapshot().await.during(op)?;
            for place in &places {
                let vault = vault_app::find(&mut tx, actor, place).await?;
                let present = vaults::resources(&mut tx, vault.id).await.during(op)?;
                let mut imaged = images::held_in(&mut tx, vault.id).await.during(op)?;
                imaged.extend(instants::held_in(&mut tx, vault.id).await.during(op)?);
                let mut of: BTreeMap<Uuid, Vec<(Backup, Item)>> = BTreeMap::new();
                for backup in backups::of_vault(&mut tx, vault.id).await.during(op)? {
                    let item = item(&vault, &(&backup).into(), &imaged, now);
                    of.entry(backup.resource_id)
                        .or_default()
                        .push((backup, item));
                }
                for (id, list) in of {
                    lists.push((present.iter().any(|r| r.resource_id == id), list));
                }
            }
        }
        let work = tokio::task::spawn_blocking(move || look_ahead(&policy, lists, now, until));
        let (going, until) = work
            .await
            .map_err(|e| coffer_core::Error::internal("look ahead").caused_by(e))
            .during(op)?
            .during(op)?;
        Ok(Preview { runs, going, until })
    }
}

/// A policy that is not stored.
fn imagined(actor: &Actor, new: NewPolicy, start: Timestamp) -> Policy {
    let NewTrigger {
        patterns,
        zone,
        window_minutes,
    } = new.trigger;
    Policy {
        id: coffer_core::ids::PolicyId(Uuid::nil()),
        project_id: actor.project,
        name: new.name,
        enabled: new.enabled,
        operation_type: new.operation_type,
        definition: crate::catalog::record::Json(new.definition),
        trigger_id: String::new(),
        patterns: crate::catalog::record::Json(patterns),
        zone,
        window_minutes,
        start_at: start,
        created_at: start,
        updated_at: start,
    }
}

type Forecast = (Vec<Going>, Timestamp);

/// When retention looks next at backups whose time is not what ends them: after the first of `runs`,
/// or on the new day in UTC, whichever comes sooner.
fn next_look(runs: &[Timestamp], now: Timestamp) -> Timestamp {
    let utc = Zone::utc();
    let day = utc.date(now).tomorrow().ok();
    let daily = day.and_then(|day| utc.instant(day.at(0, 0, 0, 0)));
    runs.first()
        .copied()
        .into_iter()
        .chain(daily)
        .min()
        .unwrap_or(now)
}

fn look_ahead(
    policy: &Policy,
    lists: Vec<(bool, Vec<(Backup, Item)>)>,
    now: Timestamp,
    until: Timestamp,
) -> coffer_core::Result<Forecast> {
    let schedule = policy.schedule()?;
    let mut runs: Vec<Timestamp> = match policy.enabled {
        true => schedule.between(now, until).collect(),
        false => Vec::new(),
    };
    // Each run looks at what is there and at what the runs before it made.
    let items: usize = lists.iter().map(|(_, list)| list.len()).sum();
    let most = (WORK_MAX / (items + 16 * lists.len()).max(1)).max(RUNS);
    let mut until = until;
    if runs.len() > most {
        runs.truncate(most);
        until = runs.last().copied().unwrap_or(until);
    }
    let mut going = Vec::new();
    for (protected, list) in lists {
        let retention = retention_of(Some(policy), protected);
        let items: Vec<Item> = list.iter().map(|(_, item)| item.clone()).collect();
        // A resource that has left the vault gets no more backups.
        let runs = if protected { runs.as_slice() } else { &[] };
        for departure in forecast(&retention, &items, runs, now, until) {
            let waits = departure.at == now
                && !matches!(
                    departure.reason,
                    Delete::Expired(_) | Delete::ExpiredAsAsked(_)
                );
            going.push(Going {
                backup: list[departure.index].0.clone(),
                at: if waits {
                    next_look(runs, now)
                } else {
                    departure.at
                },
                reason: departure.reason,
            });
        }
    }
    going.sort_by_key(|g| (g.at, g.backup.created_at, g.backup.id));
    Ok((going, until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_looks_next_after_the_first_run_or_on_the_new_day() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let now = at("2026-11-10T12:13:50Z");
        let midnight = at("2026-11-11T00:00:00Z");
        assert_eq!(next_look(&[], now), midnight);
        let runs = [at("2026-11-10T22:00:00Z"), at("2026-11-11T22:00:00Z")];
        assert_eq!(next_look(&runs, now), runs[0]);
        assert_eq!(next_look(&runs[1..], now), midnight);
    }
}
