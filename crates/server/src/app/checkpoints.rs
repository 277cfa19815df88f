//! Backing up the resources of a vault.

use std::collections::{BTreeSet, HashMap};

use coffer_core::cbr::name::{backup_names, default_backup_name, safety_backup_name};
use coffer_core::cbr::policy::wants_full;
use coffer_core::cbr::{Code, Operation, Refusal, ResourceType, capacity};
use coffer_core::ids::{BackupId, CheckpointId, DiskId, ServerId};
use coffer_core::state::{BackupState, CheckpointState, ProtectState, VaultState};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::quotas::{self, QuotaKind};
use super::{About, Actor, App, AppError, AppResult, During, vaults as vault_app};
use crate::catalog::backups::{Backup, Details};
use crate::catalog::checkpoints::{Checkpoint, SkippedResource, TakenResource};
use crate::catalog::disks::Disk;
use crate::catalog::policies::Policy;
use crate::catalog::record::Json;
use crate::catalog::servers::Server;
use crate::catalog::tasks::OpenOfLock;
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
    /// The catalog has another size of it.
    resized: bool,
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

        let (taking, skipped) = examine(tx, chosen).await?;
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
            id: CheckpointId(door::new_ordered_uuid()),
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
        note_sizes(tx, &taking).await.during(OP)?;
        let ids: Vec<Uuid> = taking.iter().map(|t| t.resource.resource_id).collect();
        vaults::protect_resources(tx, vault.id, &ids)
            .await
            .during(OP)?;
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
                ..waiting(&checkpoint, &take, (id, name), details)
            };
            rows.push(backup);
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
        let chosen = vec![(resource.clone(), extra)];
        let take = match examine(tx, chosen).await? {
            (mut taking, _) if taking.len() == 1 => taking.remove(0),
            (_, skipped) => return Err(nothing_left(&skipped)),
        };
        note_sizes(tx, std::slice::from_ref(&take))
            .await
            .during(OP)?;
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
            resources: Json(taken(tx, vault, &taking).await.during(OP)?),
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
        let hosts = vaults::hosts(&mut tx, vault.id).await.during(OP)?;
        drop(tx);
        self.inventory
            .refresh(hosts.iter().map(String::as_str))
            .await;
        Ok(())
    }
}

/// Which resources can be backed up now, with what is known of them; of the others, why not.
/// Each question to the catalog is asked once for all.
pub(super) async fn examine(
    tx: &mut Tx,
    chosen: Vec<(Resource, ResourceExtra)>,
) -> AppResult<(Vec<Taking>, Vec<(Resource, Refusal)>)> {
    let (mut found, mut skipped) = (Vec::new(), Vec::new());
    let known = Known::read(tx, chosen.iter().map(|(r, _)| r))
        .await
        .during(OP)?;
    for (resource, extra) in chosen {
        let take = match occupied(&resource) {
            Some(refusal) => Err(refusal),
            None => known.examine(&resource, extra),
        };
        match take {
            Ok(take) => found.push(take),
            Err(refusal) => skipped.push((resource, refusal)),
        }
    }
    let keys: Vec<String> = found.iter().map(|take| take.lock_key.clone()).collect();
    let open = tasks::open_of_locks(tx, &keys).await.during(OP)?;
    let mut taking = Vec::new();
    for mut take in found {
        let before = || open.iter().filter(|task| task.lock_key == take.lock_key);
        let resource = &take.resource;
        if let Some(refusal) = before().find_map(|task| forbidden_by(task, resource)) {
            skipped.push((take.resource, refusal));
            continue;
        }
        take.waits = before().next().is_some();
        let size = capacity::gib_up(take.size_bytes);
        take.resized = size != resource.size_gib;
        take.resource.size_gib = size;
        taking.push(take);
    }
    Ok((taking, skipped))
}

/// Writes the sizes that resources have now.
async fn note_sizes(tx: &mut Tx, taking: &[Taking]) -> coffer_core::Result<()> {
    for take in taking.iter().filter(|take| take.resized) {
        let r = &take.resource;
        vaults::refresh_resource(tx, r.resource_id, &r.name, r.size_gib).await?;
    }
    Ok(())
}

/// What the catalog knows of the servers and disks that shall be backed up.
#[derive(Default)]
struct Known {
    servers: HashMap<ServerId, Server>,
    /// The disks of each server that are there, in order.
    of_server: HashMap<ServerId, Vec<Disk>>,
    /// Disks that are resources themselves.
    disks: HashMap<DiskId, Disk>,
}

impl Known {
    async fn read(
        tx: &mut Tx,
        resources: impl Iterator<Item = &Resource>,
    ) -> coffer_core::Result<Known> {
        let (mut servers, mut disks) = (Vec::new(), Vec::new());
        for resource in resources {
            match resource.resource_type {
                ResourceType::Server => servers.push(ServerId(resource.resource_id)),
                ResourceType::Disk => disks.push(DiskId(resource.resource_id)),
                ResourceType::Turbo => {}
            }
        }
        let mut known = Known::default();
        for disk in disks::of_servers(tx, &servers).await? {
            if let Some(server) = disk.server_id {
                known.of_server.entry(server).or_default().push(disk);
            }
        }
        for disk in disks::of_ids(tx, &disks).await? {
            servers.extend(disk.server_id);
            known.disks.insert(disk.id, disk);
        }
        for server in servers::of_ids(tx, &servers).await? {
            known.servers.insert(server.id, server);
        }
        Ok(known)
    }

    fn examine(&self, resource: &Resource, extra: ResourceExtra) -> Result<Taking, Refusal> {
        match resource.resource_type {
            ResourceType::Server => self.examine_server(resource, extra),
            ResourceType::Disk => self.examine_disk(resource, extra),
            ResourceType::Turbo => Err(Refusal::new(
                Code::RESOURCE_NOT_FOUND,
                "file systems are not backed up here",
            )),
        }
    }

    fn examine_server(&self, resource: &Resource, extra: ResourceExtra) -> Result<Taking, Refusal> {
        let id = ServerId(resource.resource_id);
        let Some(server) = self.servers.get(&id).filter(|s| s.is_there()) else {
            return Err(Refusal::new(
                Code::SERVER_NOT_FOUND,
                format!("server {} is no longer there", resource.name),
            ));
        };
        if matches!(server.power.as_str(), "faulty" | "shutting_down") {
            return Err(Refusal::new(
                Code::SERVER_STATE_FORBIDS_BACKUP,
                format!("server {} is {}", server.name, server.power),
            ));
        }
        let disks = self.of_server.get(&id).map_or(&[][..], Vec::as_slice);
        let disks: Vec<&Disk> = disks
            .iter()
            .filter(|d| d.unsupported.is_none() && extra.takes(&d.id.to_string()))
            .collect();
        if disks.is_empty() {
            return Err(Refusal::new(
                Code::SERVER_WITHOUT_DISKS,
                format!("server {} has no disk that can be backed up", server.name),
            ));
        }
        Ok(Taking {
            resource: resource.clone(),
            extra,
            size_bytes: disks.iter().map(|d| d.size_bytes).sum(),
            resized: false,
            system_disk: disks.iter().any(|d| d.system),
            host: server.hypervisor.clone(),
            lock_key: format!("server:{id}"),
            waits: false,
            architecture: Some(server.architecture.clone()).filter(|a| !a.is_empty()),
            restart_allowed: Some(server.restart_allowed),
        })
    }

    fn examine_disk(&self, resource: &Resource, extra: ResourceExtra) -> Result<Taking, Refusal> {
        let id = DiskId(resource.resource_id);
        let Some(disk) = self.disks.get(&id).filter(|d| d.is_there()) else {
            return Err(Refusal::new(
                Code::DISK_NOT_FOUND,
                format!("disk {} is no longer there", resource.name),
            ));
        };
        if let Some(reason) = &disk.unsupported {
            return Err(Refusal::new(
                Code::DISK_STATE_FORBIDS_BACKUP,
                format!("disk {} cannot be backed up: {reason}", disk.name),
            ));
        }
        let server = disk.server_id.and_then(|id| self.servers.get(&id));
        Ok(Taking {
            resource: resource.clone(),
            extra,
            size_bytes: disk.size_bytes,
            resized: false,
            system_disk: disk.system,
            host: disk.hypervisor.clone(),
            lock_key: lock_key_of(disk),
            waits: false,
            architecture: server
                .map(|s| s.architecture.clone())
                .filter(|a| !a.is_empty()),
            restart_allowed: server.map(|s| s.restart_allowed),
        })
    }
}

/// Why a task that is open forbids a backup of what it works on.
fn forbidden_by(task: &OpenOfLock, resource: &Resource) -> Option<Refusal> {
    let name = &resource.name;
    let refusal = |text: String| Refusal::new(Code::RESOURCE_STATE_FORBIDS_BACKUP, text);
    match task.kind.as_str() {
        "create_server" => Some(
            refusal(format!("{name} is still being made from a backup"))
                .hint("Wait until its disks are filled."),
        ),
        "restore" => Some(refusal(format!("{name} is being restored"))),
        _ => None,
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

/// What serializes work on a disk: its server, or itself where it is detached.
pub(crate) fn lock_key_of(disk: &Disk) -> String {
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
