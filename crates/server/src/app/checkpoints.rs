//! Backing up the resources of a vault.

use std::collections::{BTreeSet, HashMap};

use coffer_core::cbr::name::{backup_names, default_backup_name, safety_backup_name};
use coffer_core::cbr::policy::wants_full;
use coffer_core::cbr::{Code, Operation, Refusal, ResourceType, capacity};
use coffer_core::ids::{BackupId, CheckpointId, ProjectId, VaultId};
use coffer_core::state::{BackupState, CheckpointState, VaultState};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::examine::{Known, Taking};
use super::quotas::{self, QuotaKind};
use super::{About, Actor, App, AppError, AppResult, During, vaults as vault_app};
use crate::catalog::backups::{Backup, Details, Totals};
use crate::catalog::checkpoints::{Checkpoint, SkippedResource, TakenResource};
use crate::catalog::policies::Policy;
use crate::catalog::quotas as rows;
use crate::catalog::record::Json;
use crate::catalog::tasks::Task;
use crate::catalog::vaults::{Resource, ResourceExtra, Vault};
use crate::catalog::{Tx, backups, checkpoints, tasks, vaults};
use crate::door;
use crate::tasks::work::Work;

/// A backup run to be started; ranges and forms are checked already.
#[derive(Debug, Clone, Default)]
pub struct NewCheckpoint {
    /// The vault, as the request names it.
    pub vault_id: String,
    /// Name of the run.
    pub name: Option<String>,
    /// Number of its first backup, where it is a part of something larger: then all are numbered.
    pub first_number: Option<u16>,
    /// Description.
    pub description: Option<String>,
    /// Read and store everything anew.
    pub full: bool,
    /// A policy starts it.
    pub auto_trigger: bool,
    /// The resources; none for all of the vault.
    pub resources: Vec<Chosen>,
    /// Days to keep, where that is limited.
    pub retention_days: Option<i64>,
    /// The policy that starts it: says how long to keep, and when a full one is due.
    pub policy: Option<Policy>,
}

/// A resource to back up.
#[derive(Debug, Clone, Default)]
pub struct Chosen {
    /// As the request names it.
    pub id: String,
    /// Its type, where the request gives it.
    pub resource_type: Option<ResourceType>,
    /// Disks in or out, for this run.
    pub extra_info: ResourceExtra,
    /// Where it stands in the request.
    pub field: String,
}

const OP: Operation = Operation::Backup;

impl App {
    /// Starts a backup of the resources of a vault: restore point, backups and tasks at once.
    ///
    /// Resources that cannot take part are skipped, with the reason; where none is left, the
    /// run is refused.
    pub async fn create_checkpoint(
        &self,
        actor: &Actor,
        new: NewCheckpoint,
    ) -> AppResult<Checkpoint> {
        self.refresh_vault(actor, &new.vault_id).await?;
        let mut tx = self.catalog.write().await.during(OP)?;
        let checkpoint = self.begin_checkpoint(&mut tx, actor, new).await?;
        tx.commit().await.during(OP)?;
        self.bell.notify_waiters();
        Ok(checkpoint)
    }

    /// As [`App::create_checkpoint`], inside a transaction; ring the bell after the commit.
    pub(super) async fn begin_checkpoint(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        new: NewCheckpoint,
    ) -> AppResult<Checkpoint> {
        let vault = vault_app::find(tx, actor, &new.vault_id).await?;
        let mut before = Before::read(tx, &[vault.id]).await.during(OP)?;
        let planned = self.plan(tx, &mut before, actor, &vault, new).await?;
        let [checkpoint] = store(tx, vec![planned])
            .await
            .during(OP)?
            .try_into()
            .expect("one was planned");
        Ok(checkpoint)
    }

    /// The rows of a backup run; [`store`] writes them.
    ///
    /// Of several that are planned before they are written, each sees in `before` what those
    /// before it add to a quota; a resource belongs to one vault, and each vault may be planned
    /// once.
    pub(super) async fn plan(
        &self,
        tx: &mut Tx,
        before: &mut Before,
        actor: &Actor,
        vault: &Vault,
        new: NewCheckpoint,
    ) -> AppResult<Planned> {
        check_vault(vault)?;
        let mut chosen = choose(before.present(vault.id), &new.resources)?;
        if new.auto_trigger && new.resources.is_empty() {
            // Left out of policies by the user (set-resources).
            chosen.retain(|(resource, _)| resource.auto_protect);
        }
        let (taking, skipped) = before.known.examine(chosen);
        if taking.is_empty() {
            return Err(nothing_left(&skipped));
        }
        let more = taking.len() as u64;
        before.count(tx, vault.project_id, more).await?;

        let now = self.now();
        let name = new
            .name
            .unwrap_or_else(|| default_backup_name(u16::from_le_bytes(door::random_bytes())));
        let checkpoint = Checkpoint {
            id: CheckpointId(door::new_ordered_uuid()),
            project_id: actor.project,
            vault_id: vault.id,
            vault_name: vault.name.clone(),
            state: CheckpointState::Protecting,
            name: name.clone(),
            description: new.description.clone().unwrap_or_default(),
            retention_days: new.retention_days.unwrap_or(-1),
            resources: Json(before.taken(vault.id, &taking)),
            skipped: Json(skipped.iter().map(|(r, why)| skip(r, why)).collect()),
            created_at: now,
            updated_at: now,
        };
        let expired_at = match &new.policy {
            Some(policy) => policy.definition.0.rule().expiry(now),
            None => expiry(now, new.retention_days),
        };
        let policy_id = new.policy.as_ref().map(|p| p.id);
        let full_every = new
            .policy
            .as_ref()
            .and_then(|p| p.definition.0.full_every());
        let names = backup_names(&name, taking.len(), new.first_number);
        let mut planned = Planned::of(checkpoint);
        for (take, name) in taking.into_iter().zip(names) {
            let id = BackupId(door::new_ordered_uuid());
            let resource = &take.resource;
            let since = match full_every {
                Some(_) => backups::since_full(tx, vault.id, resource.resource_id)
                    .await
                    .during(OP)?,
                None => None,
            };
            let details = Details {
                policy_id,
                ..Details::default()
            };
            let backup = Backup {
                description: new.description.clone(),
                wants_full: new.full || wants_full(full_every, since),
                auto_trigger: new.auto_trigger,
                expired_at,
                ..waiting(&planned.checkpoint, &take, (id, name), details)
            };
            planned.backups.push(backup);
            let about = About {
                checkpoint_id: Some(planned.checkpoint.id),
                backup_id: Some(id),
                resource: Some((
                    resource.resource_id,
                    resource.name.clone(),
                    resource.resource_type,
                )),
                host: take.host.clone(),
                lock_key: take.lock_key.clone(),
                policy_id,
                priority: None,
            };
            let work = Work::Backup {
                extra: take.extra.clone(),
            };
            let task = self.task_of(actor, (vault.id, &vault.name), &work, about, now);
            tracing::info!(task.id = %task.id, kind = %task.kind, vault.id = %vault.id, "task queued");
            planned.tasks.push(task);
            planned.taking.push(take);
        }
        Ok(planned)
    }

    /// Puts the rows of a backup there that another task makes as one of its steps; none of its
    /// own is queued. Its id.
    pub(super) async fn begin_backup_in_task(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        (vault, resource): (&Vault, &Resource),
        extra: ResourceExtra,
        retention_days: Option<i64>,
        description: String,
    ) -> AppResult<BackupId> {
        check_vault(vault)?;
        let chosen = vec![(resource.clone(), extra)];
        let before = Before::read(tx, &[vault.id]).await.during(OP)?;
        let take = match before.known.examine(chosen) {
            (mut taking, _) if taking.len() == 1 => taking.remove(0),
            (_, skipped) => return Err(nothing_left(&skipped)),
        };
        note_sizes(tx, [&take]).await.during(OP)?;
        let now = self.now();
        let name = safety_backup_name(u16::from_le_bytes(door::random_bytes()));
        let taking = [take];
        let checkpoint = Checkpoint {
            id: CheckpointId(door::new_ordered_uuid()),
            project_id: actor.project,
            vault_id: vault.id,
            vault_name: vault.name.clone(),
            state: CheckpointState::Protecting,
            name: name.clone(),
            description: description.clone(),
            retention_days: retention_days.unwrap_or(-1),
            resources: Json(before.taken(vault.id, &taking)),
            skipped: Json(vec![]),
            created_at: now,
            updated_at: now,
        };
        checkpoints::insert(tx, &checkpoint).await.during(OP)?;
        let id = BackupId(door::new_ordered_uuid());
        let [take] = &taking;
        let backup = Backup {
            description: Some(description),
            expired_at: expiry(now, retention_days),
            ..waiting(&checkpoint, take, (id, name), Details::default())
        };
        backups::insert(tx, &backup).await.during(OP)?;
        Ok(id)
    }

    /// A restore point by the id in a path.
    pub async fn checkpoint(&self, actor: &Actor, id: &str) -> AppResult<Checkpoint> {
        let op = Operation::Checkpoint;
        let none = || {
            Refusal::new(
                Code::CHECKPOINT_NOT_FOUND,
                format!("there is no restore point {id}"),
            )
        };
        let key: CheckpointId = id.parse().map_err(|_| none())?;
        let mut tx = self.catalog.snapshot().await.during(op)?;
        let found = checkpoints::find(&mut tx, actor.project, key)
            .await
            .during(op)?;
        Ok(found.ok_or_else(none)?)
    }

    /// Asks the drivers of a vault's resources, so that new disks take part.
    pub(super) async fn refresh_vault(&self, actor: &Actor, id: &str) -> AppResult<()> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let vault = vault_app::find(&mut tx, actor, id).await?;
        let hosts = vaults::hosts(&mut tx, &[vault.id]).await.during(OP)?;
        drop(tx);
        self.inventory
            .refresh(hosts.iter().map(String::as_str))
            .await;
        Ok(())
    }
}

/// What the catalog knows of the vaults that shall be backed up: each question is asked once for
/// all of them.
pub(super) struct Before {
    present: HashMap<VaultId, Vec<Resource>>,
    known: Known,
    /// A resource that was in another vault has backups there as well.
    totals: HashMap<(VaultId, Uuid), Totals>,
    /// Backups that are planned already, by their project; none for a project without a quota.
    planned: HashMap<ProjectId, Option<u64>>,
}

impl Before {
    /// In the transaction that writes what is planned.
    pub(super) async fn read(tx: &mut Tx, ids: &[VaultId]) -> coffer_core::Result<Before> {
        let resources = vaults::resources_of(tx, ids).await?;
        let known = Known::read(tx, resources.iter()).await?;
        let mut present: HashMap<_, Vec<_>> = HashMap::new();
        for resource in resources {
            present.entry(resource.vault_id).or_default().push(resource);
        }
        let totals = backups::totals_of(tx, ids).await?.into_iter();
        Ok(Before {
            totals: totals.map(|t| ((t.vault_id, t.resource_id), t)).collect(),
            present,
            known,
            planned: HashMap::new(),
        })
    }

    /// Counts backups that are planned; refuses what would go beyond the project's quota.
    async fn count(&mut self, tx: &mut Tx, project: ProjectId, more: u64) -> AppResult<()> {
        let kind = QuotaKind::Backups;
        let planned = match self.planned.get(&project) {
            Some(None) => return Ok(()),
            Some(Some(planned)) => *planned,
            None => match rows::get(tx, project, kind.name()).await.during(OP)? {
                Some(_) => 0,
                None => {
                    self.planned.insert(project, None);
                    return Ok(());
                }
            },
        };
        quotas::check(tx, project, kind, planned + more).await?;
        self.planned.insert(project, Some(planned + more));
        Ok(())
    }

    fn present(&self, vault: VaultId) -> &[Resource] {
        self.present.get(&vault).map_or(&[], Vec::as_slice)
    }

    fn taken(&self, vault: VaultId, taking: &[Taking]) -> Vec<TakenResource> {
        let taken = |take: &Taking| {
            let r = &take.resource;
            let own = self.totals.get(&(vault, r.resource_id));
            let (backup_count, bytes) = own.map_or((0, 0), |t| (t.backup_count, t.backup_bytes));
            TakenResource {
                id: r.resource_id.to_string(),
                name: r.name.clone(),
                resource_type: r.resource_type.name().to_owned(),
                size_gib: r.size_gib,
                backup_mib: capacity::mib_up(bytes),
                backup_count,
            }
        };
        taking.iter().map(taken).collect()
    }
}

/// A backup run whose rows are not written yet.
pub(super) struct Planned {
    checkpoint: Checkpoint,
    taking: Vec<Taking>,
    backups: Vec<Backup>,
    tasks: Vec<Task>,
}

impl Planned {
    fn of(checkpoint: Checkpoint) -> Planned {
        Planned {
            checkpoint,
            taking: Vec::new(),
            backups: Vec::new(),
            tasks: Vec::new(),
        }
    }
}

/// Writes backup runs: restore points, backups and tasks, and what it means for their resources.
/// The restore points, in order.
pub(super) async fn store(
    tx: &mut Tx,
    planned: Vec<Planned>,
) -> coffer_core::Result<Vec<Checkpoint>> {
    let (mut points, mut taking, mut rows, mut queued) = (vec![], vec![], vec![], vec![]);
    for run in planned {
        points.push(run.checkpoint);
        taking.extend(run.taking);
        rows.extend(run.backups);
        queued.extend(run.tasks);
    }
    checkpoints::insert_all(tx, &points).await?;
    note_sizes(tx, &taking).await?;
    let ids: Vec<Uuid> = taking.iter().map(|t| t.resource.resource_id).collect();
    vaults::protect_resources(tx, &ids).await?;
    for (task, _) in queued.iter().zip(&taking).filter(|(_, take)| take.waits) {
        tasks::lift(tx, &task.lock_key, task.created_at, task.priority).await?;
    }
    backups::insert_all(tx, &rows).await?;
    tasks::insert_all(tx, &queued).await?;
    Ok(points)
}

/// Writes the sizes that resources have now.
async fn note_sizes(
    tx: &mut Tx,
    taking: impl IntoIterator<Item = &Taking>,
) -> coffer_core::Result<()> {
    for take in taking.into_iter().filter(|take| take.resized) {
        let r = &take.resource;
        vaults::refresh_resource(tx, r.resource_id, &r.name, r.size_gib).await?;
    }
    Ok(())
}

/// The row of a backup that waits to be made.
fn waiting(
    checkpoint: &Checkpoint,
    take: &Taking,
    (id, name): (BackupId, String),
    details: Details,
) -> Backup {
    let resource = &take.resource;
    Backup {
        id,
        parent_id: None,
        checkpoint_id: checkpoint.id,
        vault_id: checkpoint.vault_id,
        project_id: checkpoint.project_id,
        name,
        description: None,
        state: BackupState::WaitingProtect,
        resource_id: resource.resource_id,
        resource_name: resource.name.clone(),
        resource_type: resource.resource_type,
        size_bytes: take.size_bytes,
        position: 0,
        repository_id: id,
        base_id: None,
        wants_full: false,
        incremental: false,
        auto_trigger: false,
        imported: false,
        system_disk: take.system_disk,
        progress: 0,
        allocated_bytes: 0,
        read_bytes: 0,
        new_bytes: 0,
        stored_bytes: 0,
        details: Json(Details {
            architecture: take.architecture.clone(),
            restart_allowed: take.restart_allowed,
            ..details
        }),
        created_at: checkpoint.created_at,
        updated_at: checkpoint.created_at,
        protected_at: None,
        expired_at: None,
        locked_until: None,
    }
}

pub(super) fn check_vault(vault: &Vault) -> Result<(), Refusal> {
    if vault.protect_type != "backup" {
        return Err(Refusal::new(
            Code::VAULT_TYPE_FORBIDS_BACKUP,
            "a replication vault takes replicas, no backups",
        ));
    }
    if vault.state != VaultState::Available {
        return Err(Refusal::new(
            Code::VAULT_STATE_FORBIDS_BACKUP,
            format!("vault {} is {}", vault.id, vault.state),
        ));
    }
    capacity::check_room(vault.used_bytes, vault.size_gib)
}

/// The resources meant, each with the disks that take part in this run.
fn choose(
    present: &[Resource],
    wanted: &[Chosen],
) -> Result<Vec<(Resource, ResourceExtra)>, Refusal> {
    if wanted.is_empty() {
        return Ok(present
            .iter()
            .map(|r| (r.clone(), r.extra_info.0.clone()))
            .collect());
    }
    let mut seen = BTreeSet::new();
    let mut chosen = Vec::new();
    for want in wanted {
        let resource = present
            .iter()
            .find(|r| r.resource_id.to_string() == want.id)
            .ok_or_else(|| {
                Refusal::new(
                    Code::NOT_IN_VAULT,
                    format!("{}: resource {} is not in the vault", want.field, want.id),
                )
                .hint("Associate it with the vault first.")
            })?;
        if want
            .resource_type
            .is_some_and(|t| t != resource.resource_type)
        {
            return Err(Refusal::new(
                Code::TYPE_MISMATCH,
                format!(
                    "{}: resource {} is of type {}",
                    want.field,
                    want.id,
                    resource.resource_type.name()
                ),
            ));
        }
        if !seen.insert(&want.id) {
            return Err(Refusal::new(
                Code::DUPLICATE_RESOURCE,
                format!("{}: resource {} is named twice", want.field, want.id),
            ));
        }
        let mut extra = resource.extra_info.0.clone();
        if let Some(more) = &want.extra_info.exclude_volumes {
            extra
                .exclude_volumes
                .get_or_insert_default()
                .extend(more.iter().cloned());
        }
        if want.extra_info.include_volumes.is_some() {
            extra.include_volumes = want.extra_info.include_volumes.clone();
        }
        chosen.push((resource.clone(), extra));
    }
    Ok(chosen)
}

fn skip(resource: &Resource, why: &Refusal) -> SkippedResource {
    SkippedResource {
        id: resource.resource_id.to_string(),
        name: resource.name.clone(),
        resource_type: resource.resource_type.name().to_owned(),
        code: why.code.to_string(),
        reason: why.message.clone(),
    }
}

fn nothing_left(skipped: &[(Resource, Refusal)]) -> AppError {
    match skipped {
        [] => Refusal::new(Code::NOTHING_TO_BACK_UP, "the vault has no resources")
            .hint("Associate servers or disks with it first.")
            .into(),
        [(_, only)] => only.clone().into(),
        many => {
            let reasons: Vec<&str> = many.iter().map(|(_, why)| why.message.as_str()).collect();
            Refusal::new(
                Code::NOTHING_TO_BACK_UP,
                format!("no resource can be backed up: {}", reasons.join("; ")),
            )
            .into()
        }
    }
}

fn expiry(now: Timestamp, days: Option<i64>) -> Option<Timestamp> {
    let days = days.filter(|d| *d > 0)?;
    now.checked_add(SignedDuration::from_hours(24 * days)).ok()
}
