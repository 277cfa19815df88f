//! Backing up the resources of a vault.

use std::collections::BTreeSet;

use coffer_core::cbr::name::{backup_names, default_backup_name, safety_backup_name};
use coffer_core::cbr::policy::wants_full;
use coffer_core::cbr::{Code, Operation, Refusal, ResourceType, capacity};
use coffer_core::ids::{BackupId, CheckpointId, DiskId, ServerId, VaultId};
use coffer_core::state::{BackupState, CheckpointState, ProtectState, VaultState};
use jiff::{SignedDuration, Timestamp};

use super::quotas::{self, QuotaKind};
use super::{About, Actor, App, AppError, AppResult, During, vaults as vault_app};
use crate::catalog::backups::{Backup, Details};
use crate::catalog::checkpoints::{Checkpoint, SkippedResource, TakenResource};
use crate::catalog::policies::Policy;
use crate::catalog::record::Json;
use crate::catalog::vaults::{Resource, ResourceExtra, Vault};
use crate::catalog::{Tx, backups, checkpoints, disks, servers, tasks, vaults};
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

/// A resource that takes part.
pub(super) struct Taking {
    resource: Resource,
    extra: ResourceExtra,
    size_bytes: u64,
    system_disk: bool,
    host: String,
    lock_key: String,
    /// Other tasks stand before it.
    waits: bool,
    architecture: Option<String>,
    restart_allowed: Option<bool>,
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
        check_vault(&vault)?;
        let present = vaults::resources(tx, vault.id).await.during(OP)?;
        let mut chosen = choose(&present, &new.resources)?;
        if new.auto_trigger && new.resources.is_empty() {
            // Left out of policies by the user (set-resources).
            chosen.retain(|(resource, _)| resource.auto_protect);
        }

        let mut taking = Vec::new();
        let mut skipped = Vec::new();
        for (resource, extra) in chosen {
            match self.examine(tx, &resource, extra).await? {
                Ok(take) => taking.push(take),
                Err(refusal) => skipped.push((resource, refusal)),
            }
        }
        if taking.is_empty() {
            return Err(nothing_left(&skipped));
        }
        let more = taking.len() as u64;
        quotas::check(tx, vault.project_id, QuotaKind::Backups, more).await?;

        let now = self.now();
        let name = new
            .name
            .unwrap_or_else(|| default_backup_name(u16::from_le_bytes(door::random_bytes())));
        let checkpoint = Checkpoint {
            id: CheckpointId(door::new_uuid()),
            project_id: actor.project,
            vault_id: vault.id,
            vault_name: vault.name.clone(),
            state: CheckpointState::Protecting,
            name: name.clone(),
            description: new.description.clone().unwrap_or_default(),
            retention_days: new.retention_days.unwrap_or(-1),
            resources: Json(taken(tx, &vault, &taking).await.during(OP)?),
            skipped: Json(skipped.iter().map(|(r, why)| skip(r, why)).collect()),
            created_at: now,
            updated_at: now,
        };
        checkpoints::insert(tx, &checkpoint).await.during(OP)?;
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
        let (mut rows, mut queued) = (Vec::new(), Vec::new());
        for (take, name) in taking.into_iter().zip(names) {
            let id = BackupId(door::new_uuid());
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
                ..waiting(&checkpoint, &take, (id, name), details)
            };
            rows.push(backup);
            vaults::transition_resource(
                tx,
                vault.id,
                resource.resource_id,
                resource.state,
                ProtectState::Protecting,
            )
            .await
            .during(OP)?;
            let about = About {
                checkpoint_id: Some(checkpoint.id),
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
            let work = Work::Backup { extra: take.extra };
            let task = self.task_of(actor, (vault.id, &vault.name), &work, about, now);
            if take.waits {
                tasks::lift(tx, &task.lock_key, now, task.priority)
                    .await
                    .during(OP)?;
            }
            tracing::info!(task.id = %task.id, kind = %task.kind, vault.id = %vault.id, "task queued");
            queued.push(task);
        }
        backups::insert_all(tx, &rows).await.during(OP)?;
        tasks::insert_all(tx, &queued).await.during(OP)?;
        Ok(checkpoint)
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
        let take = self.examine(tx, resource, extra).await??;
        let now = self.now();
        let name = safety_backup_name(u16::from_le_bytes(door::random_bytes()));
        let taking = [take];
        let checkpoint = Checkpoint {
            id: CheckpointId(door::new_uuid()),
            project_id: actor.project,
            vault_id: vault.id,
            vault_name: vault.name.clone(),
            state: CheckpointState::Protecting,
            name: name.clone(),
            description: description.clone(),
            retention_days: retention_days.unwrap_or(-1),
            resources: Json(taken(tx, vault, &taking).await.during(OP)?),
            skipped: Json(vec![]),
            created_at: now,
            updated_at: now,
        };
        checkpoints::insert(tx, &checkpoint).await.during(OP)?;
        let id = BackupId(door::new_uuid());
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
        drop(tx);
        let hosts = self.hosts_of(vault.id).await.during(OP)?;
        self.inventory
            .refresh(hosts.iter().map(String::as_str))
            .await;
        Ok(())
    }

    /// The hypervisors of a vault's resources.
    pub(super) async fn hosts_of(&self, vault: VaultId) -> coffer_core::Result<Vec<String>> {
        let mut tx = self.catalog.snapshot().await?;
        vaults::hosts(&mut tx, vault).await
    }

    /// Whether a resource can be backed up now, and what is known of it.
    pub(super) async fn examine(
        &self,
        tx: &mut Tx,
        resource: &Resource,
        extra: ResourceExtra,
    ) -> AppResult<Result<Taking, Refusal>> {
        if let Some(refusal) = occupied(resource) {
            return Ok(Err(refusal));
        }
        let found = match resource.resource_type {
            ResourceType::Server => examine_server(tx, resource, &extra).await.during(OP)?,
            ResourceType::Disk => examine_disk(tx, resource).await.during(OP)?,
            ResourceType::Turbo => Err(Refusal::new(
                Code::RESOURCE_NOT_FOUND,
                "file systems are not backed up here",
            )),
        };
        let mut take = match found {
            Ok(take) => take,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let open = tasks::open_of_lock(tx, &take.lock_key).await.during(OP)?;
        if open.iter().any(|task| task.kind == "create_server") {
            return Ok(Err(Refusal::new(
                Code::RESOURCE_STATE_FORBIDS_BACKUP,
                format!("{} is still being made from a backup", resource.name),
            )
            .hint("Wait until its disks are filled.")));
        }
        if open.iter().any(|task| task.kind == "restore") {
            return Ok(Err(Refusal::new(
                Code::RESOURCE_STATE_FORBIDS_BACKUP,
                format!("{} is being restored", resource.name),
            )));
        }
        take.extra = extra;
        take.waits = !open.is_empty();
        let size = capacity::gib_up(take.size_bytes);
        if size != resource.size_gib {
            vaults::refresh_resource(tx, resource.resource_id, &resource.name, size)
                .await
                .during(OP)?;
            take.resource.size_gib = size;
        }
        Ok(Ok(take))
    }
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

fn occupied(resource: &Resource) -> Option<Refusal> {
    let name = &resource.name;
    let (code, text) = match resource.state {
        ProtectState::Available | ProtectState::Error => return None,
        ProtectState::Protecting => (
            Code::BACKUP_RUNNING,
            format!("a backup of {name} runs already"),
        ),
        ProtectState::Restoring => (
            Code::RESOURCE_STATE_FORBIDS_BACKUP,
            format!("{name} is being restored"),
        ),
        ProtectState::Removing => (
            Code::RESOURCE_BEING_REMOVED,
            format!("{name} is just being removed from the vault"),
        ),
    };
    Some(Refusal::new(code, text))
}

async fn examine_server(
    tx: &mut Tx,
    resource: &Resource,
    extra: &ResourceExtra,
) -> coffer_core::Result<Result<Taking, Refusal>> {
    let id = ServerId(resource.resource_id);
    let server = servers::get(tx, id).await?.filter(|s| s.is_there());
    let Some(server) = server else {
        return Ok(Err(Refusal::new(
            Code::SERVER_NOT_FOUND,
            format!("server {} is no longer there", resource.name),
        )));
    };
    if matches!(server.power.as_str(), "faulty" | "shutting_down") {
        return Ok(Err(Refusal::new(
            Code::SERVER_STATE_FORBIDS_BACKUP,
            format!("server {} is {}", server.name, server.power),
        )));
    }
    let disks: Vec<_> = disks::of_server(tx, id)
        .await?
        .into_iter()
        .filter(|d| d.unsupported.is_none() && extra.takes(&d.id.to_string()))
        .collect();
    if disks.is_empty() {
        return Ok(Err(Refusal::new(
            Code::SERVER_WITHOUT_DISKS,
            format!("server {} has no disk that can be backed up", server.name),
        )));
    }
    Ok(Ok(Taking {
        resource: resource.clone(),
        extra: ResourceExtra::default(),
        size_bytes: disks.iter().map(|d| d.size_bytes).sum(),
        system_disk: disks.iter().any(|d| d.system),
        host: server.hypervisor,
        lock_key: format!("server:{id}"),
        waits: false,
        architecture: Some(server.architecture).filter(|a| !a.is_empty()),
        restart_allowed: Some(server.restart_allowed),
    }))
}

async fn examine_disk(
    tx: &mut Tx,
    resource: &Resource,
) -> coffer_core::Result<Result<Taking, Refusal>> {
    let id = DiskId(resource.resource_id);
    let Some(disk) = disks::get(tx, id).await?.filter(|d| d.is_there()) else {
        return Ok(Err(Refusal::new(
            Code::DISK_NOT_FOUND,
            format!("disk {} is no longer there", resource.name),
        )));
    };
    if let Some(reason) = &disk.unsupported {
        return Ok(Err(Refusal::new(
            Code::DISK_STATE_FORBIDS_BACKUP,
            format!("disk {} cannot be backed up: {reason}", disk.name),
        )));
    }
    let server = match disk.server_id {
        Some(server) => servers::get(tx, server).await?,
        None => None,
    };
    Ok(Ok(Taking {
        resource: resource.clone(),
        extra: ResourceExtra::default(),
        size_bytes: disk.size_bytes,
        system_disk: disk.system,
        host: disk.hypervisor.clone(),
        lock_key: lock_key_of(&disk),
        waits: false,
        architecture: server
            .as_ref()
            .map(|s| s.architecture.clone())
            .filter(|a| !a.is_empty()),
        restart_allowed: server.map(|s| s.restart_allowed),
    }))
}

/// What serializes work on a disk: its server, or itself where it is detached.
pub(crate) fn lock_key_of(disk: &crate::catalog::disks::Disk) -> String {
    match disk.server_id {
        Some(server) => format!("server:{server}"),
        None => format!("disk:{}", disk.id),
    }
}

async fn taken(
    tx: &mut Tx,
    vault: &Vault,
    taking: &[Taking],
) -> coffer_core::Result<Vec<TakenResource>> {
    let totals = backups::totals_of(tx, &[vault.id]).await?;
    let mut list = Vec::new();
    for take in taking {
        let r = &take.resource;
        let own = totals.iter().find(|t| t.resource_id == r.resource_id);
        let (backup_count, bytes) = own.map_or((0, 0), |t| (t.backup_count, t.backup_bytes));
        list.push(TakenResource {
            id: r.resource_id.to_string(),
            name: r.name.clone(),
            resource_type: r.resource_type.name().to_owned(),
            size_gib: r.size_gib,
            backup_mib: capacity::mib_up(bytes),
            backup_count,
        });
    }
    Ok(list)
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
