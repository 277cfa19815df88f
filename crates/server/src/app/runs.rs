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

use coffer_core::Result;
use coffer_core::cbr::Refusal;
use coffer_core::cbr::name::automatic_backup_name;
use coffer_core::schedule::Schedule;
use coffer_core::state::{TaskState, VaultState};
use jiff::{SignedDuration, Timestamp};

use super::checkpoints::NewCheckpoint;
use super::{About, Actor, App, AppError};
use crate::audit;
use crate::catalog::policies::{Binding, Policy};
use crate::catalog::vaults::Vault;
use crate::catalog::{policies, tasks, vaults};
use crate::door;
use crate::tasks::work::Work;

/// How far a clock may be put back without that what was handled counts as not handled.
const SKEW_MAX: SignedDuration = SignedDuration::from_hours(1);
/// Over how much time the runs of a policy with several vaults are spread.
const SPREAD: SignedDuration = SignedDuration::from_secs(60);

/// A run that is due.
struct Due {
    policy: Policy,
    binding: Binding,
    at: Timestamp,
}

impl App {
    /// Begins the runs that are due. Returns how many were begun or skipped.
    ///
    /// One transaction for each vault: other writers come in between.
    pub async fn run_due_policies(&self) -> Result<usize> {
        let due = self.due().await?;
        if due.is_empty() {
            return Ok(0);
        }
        let mut hosts = Vec::new();
        for run in &due {
            hosts.extend(self.hosts_of(run.binding.vault_id).await?);
        }
        self.inventory
            .refresh(hosts.iter().map(String::as_str))
            .await;
        let mut begun = 0;
        for run in due {
            match self.begin(&run).await {
                Ok(done) => begun += usize::from(done),
                // The others shall not wait for this one; it is tried again at the next look.
                Err(error) => tracing::error!(
                    policy.id = %run.policy.id, vault.id = %run.binding.vault_id,
                    error = %error.chain(), "a policy's run could not be begun"
                ),
            }
        }
        self.bell.notify_waiters();
        Ok(begun)
    }

    async fn due(&self) -> Result<Vec<Due>> {
        let now = self.now();
        let mut tx = self.catalog.snapshot().await?;
        let mut due = Vec::new();
        let mut put_back = Vec::new();
        for policy in policies::enabled(&mut tx).await? {
            let schedule = policy.schedule()?;
            let bindings = policies::bindings(&mut tx, policy.id).await?;
            let several = bindings.len() > 1;
            for binding in bindings {
                if binding.handled_until.duration_since(now) > SKEW_MAX {
                    put_back.push(binding);
                    continue;
                }
                let Some(at) = schedule.last_between(binding.handled_until, now) else {
                    continue;
                };
                let delay = delay(&policy, &binding, &schedule, at, several);
                if now.duration_since(at) >= delay {
                    due.push(Due {
                        policy: policy.clone(),
                        binding,
                        at,
                    });
                }
            }
        }
        drop(tx);
        if !put_back.is_empty() {
            let mut tx = self.catalog.write().await?;
            for binding in put_back {
                tracing::warn!(
                    vault.id = %binding.vault_id,
                    "the clock was put back: runs up to {} are taken as not handled",
                    binding.handled_until
                );
                policies::advance(&mut tx, &binding, now).await?;
            }
            tx.commit().await?;
        }
        Ok(due)
    }

    /// Begins one run. False where somebody else was first.
    async fn begin(&self, run: &Due) -> Result<bool> {
        let mut tx = self.catalog.write().await?;
        if !policies::advance(&mut tx, &run.binding, run.at).await? {
            return Ok(false);
        }
        let Some(vault) = vaults::get(&mut tx, run.binding.vault_id).await? else {
            return Ok(false);
        };
        let actor = Actor {
            project: vault.project_id,
            user: vault.user_id,
            request_id: format!("req-{}", door::new_uuid()),
        };
        let new = NewCheckpoint {
            vault_id: vault.id.to_string(),
            name: Some(automatic_backup_name(u16::from_le_bytes(
                door::random_bytes(),
            ))),
            auto_trigger: true,
            policy: Some(run.policy.clone()),
            ..NewCheckpoint::default()
        };
        let record = |error| audit::Done {
            at: self.now(),
            project: vault.project_id,
            action: "cbr:vaults:backup",
            resource: ("vault", vault.id.to_string(), vault.name.clone()),
            request_id: &actor.request_id,
            error,
            detail: serde_json::json!({
                "policy_id": run.policy.id, "policy_name": run.policy.name, "due_at": run.at,
            }),
        };
        match self.begin_checkpoint(&mut tx, &actor, new).await {
            Ok(checkpoint) => {
                audit::system(&mut tx, record(None)).await?;
                tracing::info!(
                    policy.id = %run.policy.id, vault.id = %vault.id,
                    checkpoint.id = %checkpoint.id, "policy runs, due at {}", run.at
                );
            }
            Err(AppError::Refused(refusal)) => {
                tracing::warn!(
                    policy.id = %run.policy.id, vault.id = %vault.id,
                    "a policy's run is skipped: {refusal}"
                );
                let code = refusal.code.to_string();
                audit::system(&mut tx, record(Some((&code, &refusal.message)))).await?;
                self.note_skipped(&mut tx, &actor, &vault, run, &refusal)
                    .await?;
            }
            Err(AppError::Failed(_, error)) => return Err(error),
        }
        tx.commit().await?;
        Ok(true)
    }

    /// A run that cannot be begun leaves a task that says why, except where nothing is in the
    /// vault or the vault is just going away.
    async fn note_skipped(
        &self,
        tx: &mut crate::catalog::Tx,
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
        tasks::insert(tx, &task).await
    }
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
