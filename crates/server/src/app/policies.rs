//! Policies: make, look at, change, delete; apply to vaults and remove from them.

use coffer_core::cbr::policy::{Definition, POLICIES_MAX, check_zone};
use coffer_core::cbr::{Code, ObjectType, Operation, PolicyType, Refusal};
use coffer_core::ids::PolicyId;
use coffer_core::schedule::Schedule;
use coffer_core::state::VaultState;
use coffer_core::zone::Zone;
use jiff::Timestamp;
use uuid::Uuid;

use super::quotas::{self, QuotaKind};
use super::{Actor, App, AppError, AppResult, During, vaults as vault_app};
use crate::catalog::policies::{Binding, Policy};
use crate::catalog::record::Json;
use crate::catalog::vaults::Vault;
use crate::catalog::{Tx, policies, vaults};
use crate::door;

/// A policy to be made; names and forms are checked already.
#[derive(Debug, Clone)]
pub struct NewPolicy {
    /// Name.
    pub name: String,
    /// It runs at once.
    pub enabled: bool,
    /// What it does.
    pub operation_type: PolicyType,
    /// How it keeps what it makes.
    pub definition: Definition,
    /// When it runs.
    pub trigger: NewTrigger,
}

/// When a policy runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTrigger {
    /// iCalendar rules.
    pub patterns: Vec<String>,
    /// The zone in which they are meant; UTC where none is given.
    pub zone: Option<String>,
    /// Minutes after its time in which a run may begin.
    pub window_minutes: Option<i64>,
}

/// Changes of a policy; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct PolicyChanges {
    /// Name.
    pub name: Option<String>,
    /// It runs.
    pub enabled: Option<bool>,
    /// What it does; only to what it is.
    pub operation_type: Option<PolicyType>,
    /// How it keeps what it makes, as a whole.
    pub definition: Option<Definition>,
    /// When it runs, as a whole.
    pub trigger: Option<NewTrigger>,
}

/// A policy and where it is applied.
#[derive(Debug, Clone)]
pub struct PolicyView {
    /// The policy.
    pub policy: Policy,
    /// The vaults.
    pub bindings: Vec<Binding>,
    /// When it runs next; none where it is disabled or applied to no vault.
    pub next_run: Option<Timestamp>,
}

impl PolicyView {
    fn new(policy: Policy, bindings: Vec<Binding>, now: Timestamp) -> PolicyView {
        let applied = !bindings.is_empty();
        let next_run = applied.then(|| policy.next_run(now)).flatten();
        PolicyView {
            policy,
            bindings,
            next_run,
        }
    }
}

/// Which policies to list.
#[derive(Debug, Clone, Default)]
pub struct PolicyQuery {
    /// What they do.
    pub operation_type: Option<PolicyType>,
    /// Applied to this vault.
    pub vault_id: Option<String>,
    /// Behind the one of this id.
    pub marker: Option<String>,
    /// At most so many.
    pub limit: Option<u64>,
}

/// What is to be applied to a vault.
#[derive(Debug, Clone)]
pub struct Association {
    /// The policies.
    pub policy_ids: Vec<String>,
    /// Where replicas go.
    pub destination_vault_id: Option<String>,
}

const OP: Operation = Operation::Policy;

pub(super) fn no_policy(id: &str) -> AppError {
    Refusal::new(Code::POLICY_NOT_FOUND, format!("there is no policy {id}")).into()
}

pub(super) async fn find(tx: &mut Tx, actor: &Actor, id: &str) -> AppResult<Policy> {
    let Ok(policy) = id.parse::<PolicyId>() else {
        return Err(no_policy(id));
    };
    policies::find(tx, actor.project, policy)
        .await
        .during(OP)?
        .ok_or_else(|| no_policy(id))
}

impl NewTrigger {
    /// The zone in which the rules are meant.
    pub fn zone(&self) -> Result<Zone, Refusal> {
        match &self.zone {
            Some(text) => check_zone("policy.trigger.properties.timezone", text),
            None => Ok(Zone::utc()),
        }
    }

    /// The schedule, or why there is none. `start`: when the rules were set.
    pub fn schedule(&self, start: Timestamp) -> Result<Schedule, Refusal> {
        let field = "policy.trigger.properties.pattern";
        Schedule::new(field, &self.patterns, self.zone()?, start)
    }
}

impl Policy {
    /// When it runs, as it was set.
    pub fn trigger(&self) -> NewTrigger {
        NewTrigger {
            patterns: self.patterns.0.clone(),
            zone: self.zone.clone(),
            window_minutes: self.window_minutes,
        }
    }

    /// When it runs.
    ///
    /// # Errors
    /// `Internal`: the rules were checked before they were stored.
    pub fn schedule(&self) -> coffer_core::Result<Schedule> {
        self.trigger().schedule(self.start_at).map_err(|refusal| {
            coffer_core::Error::internal(format!("policy {}: {refusal}", self.id))
        })
    }

    /// The next run, where there is one.
    pub fn next_run(&self, now: Timestamp) -> Option<Timestamp> {
        let schedule = self.enabled.then(|| self.schedule().ok()).flatten()?;
        schedule.next_after(now)
    }
}

impl App {
    /// Makes a policy.
    pub async fn create_policy(&self, actor: &Actor, new: NewPolicy) -> AppResult<PolicyView> {
        let now = self.now();
        self.check_definition(&new.definition, new.operation_type)?;
        new.trigger.schedule(now)?;
        let policy = Policy {
            id: PolicyId(door::new_uuid()),
            project_id: actor.project,
            name: new.name,
            enabled: new.enabled,
            operation_type: new.operation_type,
            definition: Json(new.definition),
            trigger_id: door::new_uuid().to_string(),
            patterns: Json(new.trigger.patterns),
            zone: new.trigger.zone,
            window_minutes: new.trigger.window_minutes,
            start_at: now,
            created_at: now,
            updated_at: now,
        };
        let mut tx = self.catalog.write().await.during(OP)?;
        let kind = policy.operation_type;
        let count = policies::count(&mut tx, actor.project, kind)
            .await
            .during(OP)?;
        if count >= POLICIES_MAX {
            return Err(Refusal::new(
                Code::POLICY_LIMIT,
                format!("the project has {POLICIES_MAX} {kind} policies already"),
            )
            .hint("Delete one that is not needed any more; a policy serves any number of vaults.")
            .into());
        }
        quotas::check(&mut tx, actor.project, QuotaKind::Policies, 1).await?;
        policies::insert(&mut tx, &policy).await.during(OP)?;
        tx.commit().await.during(OP)?;
        tracing::info!(policy.id = %policy.id, "policy made");
        Ok(PolicyView::new(policy, Vec::new(), now))
    }

    /// A policy by the id in a path.
    pub async fn policy(&self, actor: &Actor, id: &str) -> AppResult<PolicyView> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let policy = find(&mut tx, actor, id).await?;
        let bindings = policies::bindings(&mut tx, policy.id).await.during(OP)?;
        Ok(PolicyView::new(policy, bindings, self.now()))
    }

    /// The policies, newest first, and the number of all that fit.
    pub async fn list_policies(
        &self,
        actor: &Actor,
        query: &PolicyQuery,
    ) -> AppResult<(Vec<PolicyView>, u64)> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let list = policies::of_project(&mut tx, actor.project)
            .await
            .during(OP)?;
        let bindings = policies::bindings_of_project(&mut tx, actor.project)
            .await
            .during(OP)?;
        let now = self.now();
        let mut views: Vec<PolicyView> = list
            .into_iter()
            .map(|policy| {
                let its = bindings.iter().filter(|b| b.policy_id == policy.id);
                let its = its.cloned().collect();
                PolicyView::new(policy, its, now)
            })
            .collect();
        views.retain(|view| {
            let kind = query.operation_type;
            let vault = query.vault_id.as_ref();
            let applied = |id: &String| view.bindings.iter().any(|b| b.vault_id.to_string() == *id);
            kind.is_none_or(|kind| view.policy.operation_type == kind) && vault.is_none_or(applied)
        });
        let count = views.len() as u64;
        if let Some(marker) = &query.marker {
            let place = views
                .iter()
                .position(|view| view.policy.id.to_string() == *marker)
                .ok_or_else(|| Refusal::parameter("marker", "names no policy"))?;
            views.drain(..=place);
        }
        if let Some(limit) = query.limit {
            views.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        }
        Ok((views, count))
    }

    /// Changes a policy.
    ///
    /// Other rules, another zone, and being enabled again begin now: runs that would have been
    /// before are not made up.
    pub async fn update_policy(
        &self,
        actor: &Actor,
        id: &str,
        changes: PolicyChanges,
    ) -> AppResult<PolicyView> {
        let now = self.now();
        let mut tx = self.catalog.write().await.during(OP)?;
        let mut policy = find(&mut tx, actor, id).await?;
        let bindings = policies::bindings(&mut tx, policy.id).await.during(OP)?;
        if changes
            .operation_type
            .is_some_and(|kind| kind != policy.operation_type)
        {
            return Err(Refusal::parameter(
                "policy.operation_type",
                format_args!("stays {}", policy.operation_type),
            )
            .hint("Make another policy.")
            .into());
        }
        if let Some(definition) = changes.definition {
            self.check_definition(&definition, policy.operation_type)?;
            let moved = definition.destination_region != policy.definition.0.destination_region
                || definition.destination_project_id != policy.definition.0.destination_project_id;
            let replicates = policy.operation_type == PolicyType::Replication;
            if moved && replicates && !bindings.is_empty() {
                return Err(Refusal::new(
                    Code::POLICY_DESTINATION_FIXED,
                    "policy.operation_definition.destination_region: stays while the policy is \
                     applied to a vault",
                )
                .hint("Remove the policy from its vaults first.")
                .into());
            }
            policy.definition = Json(definition);
        }
        let mut begins_anew = !policy.enabled && changes.enabled == Some(true);
        if let Some(trigger) = changes.trigger
            && trigger != policy.trigger()
        {
            trigger.schedule(now)?;
            policy.patterns = Json(trigger.patterns);
            policy.zone = trigger.zone;
            policy.window_minutes = trigger.window_minutes;
            policy.start_at = now;
            begins_anew = true;
        }
        policy.name = changes.name.unwrap_or(policy.name);
        policy.enabled = changes.enabled.unwrap_or(policy.enabled);
        policy.updated_at = now;
        policies::update(&mut tx, &policy).await.during(OP)?;
        if begins_anew {
            policies::skip_until(&mut tx, policy.id, now)
                .await
                .during(OP)?;
        }
        tx.commit().await.during(OP)?;
        Ok(PolicyView::new(policy, bindings, now))
    }

    /// Deletes a policy, also from the vaults it is applied to. Its backups stay.
    pub async fn delete_policy(&self, actor: &Actor, id: &str) -> AppResult<()> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let policy = find(&mut tx, actor, id).await?;
        policies::delete(&mut tx, policy.id).await.during(OP)?;
        tx.commit().await.during(OP)?;
        tracing::info!(policy.id = %policy.id, "policy deleted");
        Ok(())
    }

    /// Applies policies to a vault, each in place of the one of its type.
    pub async fn associate_policies(
        &self,
        actor: &Actor,
        vault_id: &str,
        wanted: &Association,
    ) -> AppResult<()> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let vault = vault_app::find(&mut tx, actor, vault_id).await?;
        if matches!(vault.state, VaultState::Deleting | VaultState::Frozen) {
            return Err(Refusal::new(
                Code::VAULT_STATE,
                format!("vault {} is {} and takes no policy", vault.id, vault.state),
            )
            .into());
        }
        let mut kinds = Vec::new();
        for id in &wanted.policy_ids {
            let policy = find(&mut tx, actor, id).await?;
            if kinds.contains(&policy.operation_type) {
                return Err(Refusal::parameter(
                    "add_policy_ids",
                    format_args!("a vault takes one {} policy", policy.operation_type),
                )
                .into());
            }
            kinds.push(policy.operation_type);
            self.apply_policy(
                &mut tx,
                &vault,
                &policy,
                wanted.destination_vault_id.as_deref(),
            )
            .await?;
        }
        tx.commit().await.during(OP)
    }

    /// Removes a policy from a vault. What runs goes on, and backups stay.
    pub async fn dissociate_policy(
        &self,
        actor: &Actor,
        vault_id: &str,
        policy_id: &str,
    ) -> AppResult<()> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let vault = vault_app::find(&mut tx, actor, vault_id).await?;
        let policy = find(&mut tx, actor, policy_id).await?;
        if !policies::unbind(&mut tx, vault.id, &policy)
            .await
            .during(OP)?
        {
            return Err(Refusal::new(
                Code::POLICY_NOT_APPLIED,
                format!("policy {} is not applied to vault {}", policy.id, vault.id),
            )
            .into());
        }
        tx.commit().await.during(OP)
    }

    /// Applies a policy to a vault that is in the catalog.
    pub(super) async fn apply_policy(
        &self,
        tx: &mut Tx,
        vault: &Vault,
        policy: &Policy,
        destination: Option<&str>,
    ) -> AppResult<()> {
        check_fits(vault, policy)?;
        if policy.operation_type == PolicyType::Replication
            && let Some(destination) = destination
        {
            check_destination(tx, destination).await?;
        }
        let now = self.now();
        let binding = Binding {
            vault_id: vault.id,
            operation_type: policy.operation_type,
            policy_id: policy.id,
            destination_vault_id: destination.map(str::to_owned),
            handled_until: now,
            created_at: now,
            due_at: Timestamp::UNIX_EPOCH,
        };
        policies::bind(tx, &binding).await.during(OP)
    }

    fn check_definition(&self, definition: &Definition, kind: PolicyType) -> AppResult<()> {
        definition.check("policy.operation_definition", kind, &self.region)?;
        Ok(())
    }
}

/// Backup policies go with vaults of backups, replication policies with those of servers' backups.
pub(super) fn check_fits(vault: &Vault, policy: &Policy) -> Result<(), Refusal> {
    let backups = vault.protect_type == "backup";
    let fits = match policy.operation_type {
        PolicyType::Backup => backups,
        PolicyType::Replication => backups && vault.object_type == ObjectType::Server,
    };
    if fits {
        return Ok(());
    }
    Err(Refusal::new(
        Code::POLICY_MISFIT,
        format!(
            "policy {} is for {}, vault {} is not for that",
            policy.id, policy.operation_type, vault.id
        ),
    ))
}

/// A destination lies in another region, where this service cannot look; only a vault of our own
/// is known to be none.
async fn check_destination(tx: &mut Tx, destination: &str) -> AppResult<()> {
    let none = || {
        Refusal::new(
            Code::DESTINATION_NOT_FOUND,
            format!("destination_vault_id: there is no vault {destination}"),
        )
    };
    let id: Uuid = destination.parse().map_err(|_| none())?;
    let ours = vaults::get(tx, coffer_core::ids::VaultId(id))
        .await
        .during(OP)?;
    match ours {
        Some(vault) if vault.protect_type != "replication" => Err(Refusal::new(
            Code::DESTINATION_NOT_FOR_REPLICAS,
            format!("destination_vault_id: vault {destination} takes no replicas"),
        )
        .into()),
        _ => Ok(()),
    }
}
