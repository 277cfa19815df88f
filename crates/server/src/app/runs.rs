//! Running policies: what is due becomes restore points and tasks.
//!
//! For each vault the catalog says up to when its runs are handled. A run is begun in the
//! transaction that moves this time to it, so a kill at any point leaves a run begun once or not
//! at all, and the next look begins it. Of several runs that were missed (the service was down,
//! the host slept) the last one is made up, once.
//!
//! Clocks: a time that lies behind is left as it is, since runs are at least an hour apart; if the
//! clock was put back by more than that, what was handled in the future did not happen, and the
//! runs begin again from now.
//!
//! Runs of one policy over several vaults are spread over a minute, or over the window that the
//! policy has, but never over more than half the time to the next run. Where a run falls depends
//! on policy, vault and time alone, so that a restart does not move it.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use coffer_core::cbr::name::automatic_backup_name;
use coffer_core::cbr::{Code, Refusal};
use coffer_core::ids::{PolicyId, VaultId};
use coffer_core::schedule::Schedule;
use coffer_core::state::{TaskState, VaultState};
use coffer_core::{Error, Kind, Result};
use jiff::{SignedDuration, Timestamp};

use super::associate::Association;
use super::checkpoints::{self, Before, NewCheckpoint};
use super::notify::{Event, raise};
use super::{About, Actor, App, AppError};
use crate::audit;
use crate::catalog::policies::{Binding, Policy};
use crate::catalog::vaults::Vault;
use crate::catalog::{Tx, policies, tasks, vaults};
use crate::door;
use crate::tasks::work::Work;

/// How far a clock may be put back without that what was handled counts as not handled.
const SKEW_MAX: SignedDuration = SignedDuration::from_hours(1);
/// Over how much time the runs of a policy with several vaults are spread.
const SPREAD: SignedDuration = SignedDuration::from_secs(60);

/// Most resources that the runs of one transaction back up, while others wait to write: about a
/// fifth of a second. One vault may have more.
const TURN_RESOURCES: u64 = 400;
/// Most runs of one transaction.
const TURN_RUNS: usize = 100;
/// Most bindings of one look: the next look takes the next ones.
const LOOKS_MAX: u64 = 1000;

/// A policy that runs, as the bindings of one look share it.
struct Known {
    policy: Policy,
    schedule: Schedule,
    /// It is applied to more than one vault.
    several: bool,
}

/// A run that is due.
struct Due {
    policy: Policy,
    binding: Binding,
    at: Timestamp,
}

/// A run that is being begun.
struct Begun<'a> {
    run: &'a Due,
    vault: &'a Vault,
    actor: Actor,
    /// Why it is skipped.
    refusal: Option<Refusal>,
}

impl App {
    /// Begins the runs that are due. Returns how many were begun or skipped.
    ///
    /// Several share a transaction, so that a policy over many vaults waits neither for the disk nor
    /// for an answer of the catalog after each of them; in between others write.
    pub async fn run_due_policies(&self) -> Result<usize> {
        let due = self.due().await?;
        if due.is_empty() {
            return Ok(0);
        }
        let mut hosts = HashSet::new();
        let mut tx = self.catalog.snapshot().await?;
        let ids: Vec<VaultId> = due.iter().map(|run| run.binding.vault_id).collect();
        hosts.extend(vaults::hosts(&mut tx, &ids).await?);
        let takes = vaults::of_ids(&mut tx, &ids).await?;
        let sizes = vaults::resource_counts(&mut tx, &ids).await?;
        drop(tx);
        // A vault that takes resources by itself may take any.
        if takes.iter().any(|vault| vault.auto_bind) {
            hosts.extend(self.inventory.drivers().map(|d| d.name().to_owned()));
        }
        self.inventory.refresh_older(&hosts).await;
        let mut begun = 0;
        let mut rest = due.as_slice();
        while !rest.is_empty() {
            let turn;
            (turn, rest) = rest.split_at(of_a_turn(rest, &sizes));
            begun += self.begin_each(turn).await?;
            self.bell.notify_waiters();
        }
        self.sender.bell.notify_one();
        Ok(begun)
    }

    /// Begins runs, all in one transaction where none of them fails. Returns how many were begun.
    async fn begin_each(&self, runs: &[Due]) -> Result<usize> {
        match self.begin_together(runs).await {
            Err(error) if runs.len() > 1 && error.kind != Kind::Unavailable => {
                tracing::debug!(error = %error.chain(), "runs are begun one by one");
            }
            done => return done,
        }
        let mut begun = 0;
        for run in runs {
            match self.begin_together(std::slice::from_ref(run)).await {
                Ok(number) => begun += number,
                Err(error) if error.kind == Kind::Unavailable => return Err(error),
                // The others shall not wait for this one; it is tried again at the next look.
                Err(error) => tracing::error!(
                    policy.id = %run.policy.id, vault.id = %run.binding.vault_id,
                    error = %error.chain(), "a policy's run could not be begun"
                ),
            }
        }
        Ok(begun)
    }

    /// What is due of the bindings whose time has come; of the others it notes when that will be.
    async fn due(&self) -> Result<Vec<Due>> {
        let now = self.now();
        let future = now.checked_add(SKEW_MAX).unwrap_or(Timestamp::MAX);
        let mut tx = self.catalog.snapshot().await?;
        let mut due = Vec::new();
        let mut put_back = Vec::new();
        let mut later = Vec::new();
        let mut known: HashMap<PolicyId, Option<Known>> = HashMap::new();
        for binding in policies::due(&mut tx, now, future, LOOKS_MAX).await? {
            if binding.handled_until.duration_since(now) > SKEW_MAX {
                put_back.push(binding);
                continue;
            }
            let id = binding.policy_id;
            let of = match known.entry(id) {
                Entry::Occupied(there) => there.into_mut(),
                Entry::Vacant(free) => free.insert(look_up(&mut tx, id).await?),
            };
            let Some(of) = of else {
                // Enabling it, or applying it again, has it looked at.
                later.push((binding, Timestamp::MAX));
                continue;
            };
            let Some(at) = of.schedule.last_between(binding.handled_until, now) else {
                let next = of.schedule.next_after(now.max(binding.handled_until));
                later.push((binding, next.unwrap_or(Timestamp::MAX)));
                continue;
            };
            let delay = delay(&of.policy, &binding, &of.schedule, at, of.several);
            if now.duration_since(at) >= delay {
                due.push(Due {
                    policy: of.policy.clone(),
                    binding,
                    at,
                });
            } else {
                later.push((binding, at.checked_add(delay).unwrap_or(Timestamp::MAX)));
            }
        }
        drop(tx);
        if put_back.is_empty() && later.is_empty() {
            return Ok(due);
        }
        let mut tx = self.catalog.write().await?;
        for binding in put_back {
            tracing::warn!(
                vault.id = %binding.vault_id,
                "the clock was put back: runs up to {} are taken as not handled",
                binding.handled_until
            );
            policies::advance(&mut tx, &[(&binding, now)]).await?;
        }
        for (binding, at) in later {
            policies::set_due(&mut tx, &binding, at).await?;
        }
        tx.commit().await?;
        Ok(due)
    }

    /// Begins runs in one transaction; what the catalog has to say is asked once for all. Returns
    /// how many were begun or skipped: not those where somebody else was first, or whose vault is
    /// gone.
    async fn begin_together(&self, runs: &[Due]) -> Result<usize> {
        let mut tx = self.catalog.write().await?;
        let moves: Vec<_> = runs.iter().map(|run| (&run.binding, run.at)).collect();
        let moved = policies::advance(&mut tx, &moves).await?;
        let vaults = vaults::of_ids(&mut tx, &moved).await?;
        let vaults: HashMap<_, _> = vaults.into_iter().map(|v| (v.id, v)).collect();
        let mut begun = Vec::new();
        for run in runs {
            let Some(vault) = vaults.get(&run.binding.vault_id) else {
                continue;
            };
            let actor = Actor {
                project: vault.project_id,
                user: vault.user_id,
                request_id: format!("req-{}", door::new_uuid()),
            };
            // Before the resources are read: those that it takes are among them.
            match self.associate(&mut tx, &actor, vault, self.now()).await {
                Ok(found) => {
                    self.note_association(&mut tx, &actor, vault, run, found)
                        .await?;
                }
                Err(AppError::Failed(_, error)) => return Err(error),
                // What is refused is refused for one resource, and told with it.
                Err(AppError::Refused(refusal)) => return Err(Error::internal(refusal.message)),
            }
            begun.push(Begun {
                run,
                vault,
                actor,
                refusal: None,
            });
        }
        let mut before = Before::read(&mut tx, &moved).await?;
        let mut planned = Vec::new();
        for one in &mut begun {
            let new = automatic(one.vault, &one.run.policy);
            let plan = self.plan(&mut tx, &mut before, &one.actor, one.vault, new);
            match plan.await {
                Ok(run) => planned.push(run),
                Err(AppError::Refused(refusal)) => {
                    self.note_skipped(&mut tx, &one.actor, one.vault, one.run, &refusal)
                        .await?;
                    one.refusal = Some(refusal);
                }
                Err(AppError::Failed(_, error)) => return Err(error),
            }
        }
        checkpoints::store(&mut tx, planned).await?;
        let codes: Vec<_> = begun.iter().map(Begun::code).collect();
        let done = begun.iter().zip(&codes);
        let done = done.map(|(one, code)| one.done(code.as_deref(), self.now()));
        audit::system_all(&mut tx, done.collect()).await?;
        tx.commit().await?;
        for one in &begun {
            let lag = self.now().duration_since(one.run.at);
            self.metrics
                .run_begun(Duration::try_from(lag).unwrap_or_default());
            one.say();
        }
        Ok(begun.len())
    }

    /// What a run took into the vault, or passed over, stands in a task of its own.
    async fn note_association(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        vault: &Vault,
        run: &Due,
        found: Association,
    ) -> Result<()> {
        if found.is_empty() {
            return Ok(());
        }
        let now = self.now();
        let failed = found.taken.is_empty();
        let text = match found.passed.as_slice() {
            [] => String::new(),
            [only] => format!("{} is unprotected: {}", only.name, only.reason()),
            [first, more @ ..] => format!(
                "{} and {} more are unprotected: {}",
                first.name,
                more.len(),
                first.reason()
            ),
        };
        let work = Work::Associate {
            taken: found.taken,
            passed: found.passed,
        };
        let about = About {
            policy_id: Some(run.policy.id),
            ..About::default()
        };
        let mut task = self.task_of(actor, (vault.id, &vault.name), &work, about, now);
        task.state = match failed {
            true => TaskState::Skipped,
            false => TaskState::Success,
        };
        if !text.is_empty() {
            task.error_code = Code::ASSOCIATION_FAILED.to_string();
            task.error_message = text;
            task.error_hint = "Expand the vault, or make another one that takes them.".to_owned();
        }
        task.progress = 100;
        task.started_at = Some(now);
        task.ended_at = Some(now);
        tasks::insert(tx, &task).await
    }

    /// A run that cannot be begun leaves a task that says why, except where nothing is in the
    /// vault or the vault is just going away.
    async fn note_skipped(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        vault: &Vault,
        run: &Due,
        refusal: &Refusal,
    ) -> Result<()> {
        let empty = vaults::resources(tx, vault.id).await?.is_empty();
        if empty || vault.state == VaultState::Deleting {
            return Ok(());
        }
        let now = self.now();
        let work = Work::Backup {
            extra: vaults::ResourceExtra::default(),
        };
        let about = About {
            policy_id: Some(run.policy.id),
            ..About::default()
        };
        let mut task = self.task_of(actor, (vault.id, &vault.name), &work, about, now);
        task.state = TaskState::Skipped;
        task.error_code = refusal.code.to_string();
        task.error_message.clone_from(&refusal.message);
        task.error_hint = refusal.hint.clone().unwrap_or_default();
        task.started_at = Some(now);
        task.ended_at = Some(now);
        let hint = task.error_hint.clone();
        let event = Event::task_failed(&task, &task.error_code, &task.error_message, &hint);
        raise(tx, vault.project_id, &event, now).await?;
        tasks::insert(tx, &task).await
    }
}

impl Begun<'_> {
    fn code(&self) -> Option<String> {
        self.refusal
            .as_ref()
            .map(|refusal| refusal.code.to_string())
    }

    /// What the audit trail says of it; `code` is its refusal's.
    fn done<'a>(&'a self, code: Option<&'a str>, at: Timestamp) -> audit::Done<'a> {
        let (run, vault) = (self.run, self.vault);
        let text = self
            .refusal
            .as_ref()
            .map(|refusal| refusal.message.as_str());
        audit::Done {
            at,
            project: vault.project_id,
            action: "cbr:vaults:backup",
            resource: ("vault", vault.id.to_string(), vault.name.clone()),
            request_id: &self.actor.request_id,
            error: code.zip(text),
            detail: serde_json::json!({
                "policy_id": run.policy.id, "policy_name": run.policy.name, "due_at": run.at,
            }),
        }
    }

    fn say(&self) {
        let (policy, vault) = (self.run.policy.id, self.vault.id);
        match &self.refusal {
            None => tracing::info!(
                policy.id = %policy, vault.id = %vault, "policy runs, due at {}", self.run.at
            ),
            Some(refusal) => tracing::warn!(
                policy.id = %policy, vault.id = %vault, "a policy's run is skipped: {refusal}"
            ),
        }
    }
}

/// What a policy's run backs up.
fn automatic(vault: &Vault, policy: &Policy) -> NewCheckpoint {
    let number = u16::from_le_bytes(door::random_bytes());
    NewCheckpoint {
        vault_id: vault.id.to_string(),
        name: Some(automatic_backup_name(number)),
        auto_trigger: true,
        policy: Some(policy.clone()),
        ..NewCheckpoint::default()
    }
}

/// How many of the first `runs` one transaction begins, at least one.
fn of_a_turn(runs: &[Due], sizes: &HashMap<VaultId, u64>) -> usize {
    let mut resources = 0;
    let fits = |run: &&Due| {
        resources += sizes.get(&run.binding.vault_id).copied().unwrap_or(0);
        resources <= TURN_RESOURCES
    };
    runs.iter().take(TURN_RUNS).take_while(fits).count().max(1)
}

/// A policy with its schedule; none where it does not run.
async fn look_up(tx: &mut Tx, id: PolicyId) -> Result<Option<Known>> {
    let Some(policy) = policies::get(tx, id).await?.filter(|p| p.enabled) else {
        return Ok(None);
    };
    Ok(Some(Known {
        schedule: policy.schedule()?,
        several: policies::binding_count(tx, id).await? > 1,
        policy,
    }))
}

/// How long after its time a run begins.
fn delay(
    policy: &Policy,
    binding: &Binding,
    schedule: &Schedule,
    at: Timestamp,
    several: bool,
) -> SignedDuration {
    let wanted = match policy.window_minutes {
        Some(minutes) => SignedDuration::from_mins(minutes),
        None if several => SPREAD,
        None => return SignedDuration::ZERO,
    };
    let most = match schedule.next_after(at) {
        Some(next) => wanted.min(next.duration_since(at) / 2),
        None => wanted,
    };
    let seed = format!("{}{}{}", policy.id, binding.vault_id, at.as_second());
    let hash = blake3::hash(seed.as_bytes());
    let [a, b, ..] = *hash.as_bytes();
    let share = i32::from(u16::from_le_bytes([a, b]));
    most / 65_536 * share
}
