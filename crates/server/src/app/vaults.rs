//! Vaults: make, look at, change, delete; resources in and out.

use std::collections::{BTreeSet, HashMap};

use coffer_core::cbr::{Code, ObjectType, Operation, PolicyType, Refusal, ResourceType, capacity};
use coffer_core::ids::{DiskId, ServerId, VaultId};
use coffer_core::state::{BackupState, ProtectState, VaultState};
use uuid::Uuid;

use super::notify::watch_threshold;
use super::quotas::{self, QuotaKind};
use super::{About, Actor, App, AppError, AppResult, During};
use crate::catalog::record::{Filter, Json, Page};
use crate::catalog::vaults::{Resource, ResourceExtra, Tag, Vault};
use crate::catalog::{Tx, backups, disks, images, servers, tasks, vaults};
use crate::door;
use crate::tasks::work::Work;

/// A vault to be made; ranges and forms are checked already.
#[derive(Debug, Clone)]
pub struct NewVault {
    /// Name.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// What it takes.
    pub object_type: ObjectType,
    /// `backup` or `replication`.
    pub protect_type: String,
    /// `crash_consistent` or `app_consistent`.
    pub consistent_level: String,
    /// Capacity in GiB.
    pub size_gib: u64,
    /// Policy to apply at once.
    pub backup_policy_id: Option<String>,
    /// Takes unprotected resources by itself.
    pub auto_bind: bool,
    /// Tags of those.
    pub bind_rules: Vec<Tag>,
    /// Tags.
    pub tags: Vec<Tag>,
    /// Expands by itself.
    pub auto_expand: bool,
    /// Write-once-read-many.
    pub locked: bool,
    /// Tell when the threshold is passed.
    pub smn_notify: bool,
    /// Percent.
    pub threshold: u64,
    /// What to associate at once.
    pub resources: Vec<NewResource>,
}

/// A resource to be associated.
#[derive(Debug, Clone)]
pub struct NewResource {
    /// The server or disk, as the request names it.
    pub id: String,
    /// Its type.
    pub resource_type: ResourceType,
    /// A name, where the request has one.
    pub name: Option<String>,
    /// Disks in or out.
    pub extra_info: ResourceExtra,
    /// Where it stands in the request.
    pub field: String,
}

/// Changes of a vault; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct VaultChanges {
    /// Name.
    pub name: Option<String>,
    /// New capacity in GiB.
    pub size_gib: Option<u64>,
    /// Consistency level.
    pub consistent_level: Option<String>,
    /// Takes unprotected resources by itself.
    pub auto_bind: Option<bool>,
    /// Tags of those.
    pub bind_rules: Option<Vec<Tag>>,
    /// Expands by itself.
    pub auto_expand: Option<bool>,
    /// Tell when the threshold is passed.
    pub smn_notify: Option<bool>,
    /// Percent.
    pub threshold: Option<u64>,
    /// Only to true.
    pub locked: Option<bool>,
}

/// A vault with its resources and what their backups take.
#[derive(Debug, Clone)]
pub struct VaultView {
    /// The vault.
    pub vault: Vault,
    /// Its resources.
    pub resources: Vec<ResourceView>,
}

/// A resource and what its backups take.
#[derive(Debug, Clone)]
pub struct ResourceView {
    /// The resource.
    pub resource: Resource,
    /// Number of its backups.
    pub backup_count: u64,
    /// Bytes they wrote to the store.
    pub backup_bytes: u64,
}

/// Which vaults to list.
#[derive(Debug, Clone, Default)]
pub struct VaultQuery {
    /// Any of these ids.
    pub ids: Vec<String>,
    /// Exactly this name.
    pub name: Option<String>,
    /// State.
    pub state: Option<VaultState>,
    /// Type of resources.
    pub object_type: Option<ObjectType>,
    /// `backup` or `replication`.
    pub protect_type: Option<String>,
    /// Policy applied.
    pub policy_id: Option<String>,
    /// Holds any of these resources.
    pub resource_ids: Vec<String>,
    /// None of the vaults is of this cloud type.
    pub nothing: bool,
}

const OP: Operation = Operation::Vault;
/// Most shared disks of one server that take part in its backups.
const SHARED_DISKS_MAX: usize = 10;

pub(super) fn no_vault(id: &str) -> AppError {
    Refusal::new(Code::VAULT_NOT_FOUND, format!("there is no vault {id}")).into()
}

pub(super) async fn view(tx: &mut Tx, vault: Vault) -> coffer_core::Result<VaultView> {
    let mut made = views(tx, vec![vault]).await?;
    Ok(made.remove(0))
}

/// Vaults with their resources, in the order given: three queries, however many there are.
pub(super) async fn views(tx: &mut Tx, list: Vec<Vault>) -> coffer_core::Result<Vec<VaultView>> {
    let ids: Vec<VaultId> = list.iter().map(|v| v.id).collect();
    let totals: HashMap<_, _> = backups::totals_of(tx, &ids)
        .await?
        .into_iter()
        .map(|t| {
            (
                (t.vault_id, t.resource_id),
                (t.backup_count, t.backup_bytes),
            )
        })
        .collect();
    let mut resources: HashMap<VaultId, Vec<ResourceView>> = HashMap::new();
    for resource in vaults::resources_of(tx, &ids).await? {
        let key = (resource.vault_id, resource.resource_id);
        let (backup_count, backup_bytes) = totals.get(&key).copied().unwrap_or_default();
        resources
            .entry(resource.vault_id)
            .or_default()
            .push(ResourceView {
                resource,
                backup_count,
                backup_bytes,
            });
    }
    Ok(list
        .into_iter()
        .map(|vault| VaultView {
            resources: resources.remove(&vault.id).unwrap_or_default(),
            vault,
        })
        .collect())
}

pub(super) async fn find(tx: &mut Tx, actor: &Actor, id: &str) -> AppResult<Vault> {
    let Ok(vault) = id.parse::<VaultId>() else {
        return Err(no_vault(id));
    };
    vaults::find(tx, actor.project, vault)
        .await
        .during(OP)?
        .ok_or_else(|| no_vault(id))
}

impl App {
    /// Makes a vault and its repository.
    ///
    /// The repository comes first: a vault that is `available` has one. A crash between leaves an
    /// empty repository under an id that nobody knows.
    pub async fn create_vault(&self, actor: &Actor, new: NewVault) -> AppResult<VaultView> {
        let op = Operation::CreateVault;
        if new.protect_type == "replication" && !new.resources.is_empty() {
            return Err(Refusal::parameter(
                "vault.resources",
                "a replication vault takes replicas, no resources",
            )
            .into());
        }
        self.refresh_for(actor, &new.resources).await.during(op)?;
        let now = self.now();
        let mut vault = Vault {
            id: VaultId(door::new_uuid()),
            project_id: actor.project,
            user_id: actor.user,
            store: self.repositories.default_store()?.to_owned(),
            name: new.name,
            description: new.description,
            object_type: new.object_type,
            protect_type: new.protect_type,
            consistent_level: new.consistent_level,
            size_gib: new.size_gib,
            used_bytes: 0,
            state: VaultState::Available,
            backup_policy_id: None,
            auto_bind: new.auto_bind,
            bind_rules: Json(new.bind_rules),
            tags: Json(new.tags),
            auto_expand: new.auto_expand,
            locked: new.locked,
            smn_notify: new.smn_notify,
            threshold: new.threshold,
            created_at: now,
            updated_at: now,
        };
        // All that can be refused is refused before anything is made.
        let mut tx = self.catalog.snapshot().await.during(op)?;
        check_quotas(&mut tx, &vault).await?;
        self.resolve(&mut tx, actor, &vault, &[], &new.resources)
            .await?;
        if let Some(id) = &new.backup_policy_id {
            backup_policy(&mut tx, actor, &vault, id).await?;
        }
        drop(tx);
        self.repositories.create(&vault).await.during(op)?;

        let mut tx = self.catalog.write().await.during(op)?;
        check_quotas(&mut tx, &vault).await?;
        let resources = self
            .resolve(&mut tx, actor, &vault, &[], &new.resources)
            .await?;
        vaults::insert(&mut tx, &vault).await.during(op)?;
        for resource in &resources {
            vaults::insert_resource(&mut tx, resource)
                .await
                .during(op)?;
        }
        if let Some(id) = &new.backup_policy_id {
            let policy = backup_policy(&mut tx, actor, &vault, id).await?;
            self.apply_policy(&mut tx, &vault, &policy, None).await?;
            vault.backup_policy_id = Some(policy.id.to_string());
        }
        let made = view(&mut tx, vault).await.during(op)?;
        tx.commit().await.during(op)?;
        tracing::info!(vault.id = %made.vault.id, "vault made");
        Ok(made)
    }

    /// A vault by the id in a path.
    pub async fn vault(&self, actor: &Actor, id: &str) -> AppResult<VaultView> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let vault = find(&mut tx, actor, id).await?;
        view(&mut tx, vault).await.during(OP)
    }

    /// One page of the vaults, newest first, and the number of all that fit.
    pub async fn list_vaults(
        &self,
        actor: &Actor,
        query: &VaultQuery,
        page: &Page,
    ) -> AppResult<(Vec<VaultView>, u64)> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        if let Some(marker) = &page.marker {
            let known = match marker.parse() {
                Ok(id) => vaults::find(&mut tx, actor.project, id).await.during(OP)?,
                Err(_) => None,
            };
            known.ok_or_else(|| Refusal::parameter("marker", "names no vault"))?;
        }
        if query.nothing {
            return Ok((vec![], 0));
        }
        let mut filter = Filter::new()
            .eq("project_id", actor.project)
            .any_of("id", &query.ids)
            .maybe("name", query.name.clone())
            .maybe("state", query.state)
            .maybe("object_type", query.object_type)
            .maybe("protect_type", query.protect_type.clone());
        if let Some(policy) = &query.policy_id {
            filter = filter.with(
                "id IN (SELECT vault_id FROM vault_policies WHERE policy_id = ?)",
                policy.clone(),
            );
        }
        if !query.resource_ids.is_empty() {
            let mut holders = Vec::new();
            for id in &query.resource_ids {
                if let Ok(id) = id.parse::<Uuid>()
                    && let Some(resource) = vaults::resource(&mut tx, id).await.during(OP)?
                {
                    holders.push(resource.vault_id.to_string());
                }
            }
            if holders.is_empty() {
                return Ok((vec![], 0));
            }
            filter = filter.any_of("id", &holders);
        }
        let order = [("created_at", true)];
        let (list, count) = vaults::page(&mut tx, &filter, &order, page)
            .await
            .during(OP)?;
        Ok((views(&mut tx, list).await.during(OP)?, count))
    }

    /// Changes a vault.
    pub async fn update_vault(
        &self,
        actor: &Actor,
        id: &str,
        changes: VaultChanges,
    ) -> AppResult<VaultView> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let mut vault = find(&mut tx, actor, id).await?;
        if matches!(vault.state, VaultState::Deleting | VaultState::Frozen) {
            return Err(wrong_state(&vault, "be changed"));
        }
        if let Some(size) = changes.size_gib {
            if vault.state == VaultState::Lock && size != vault.size_gib {
                return Err(Refusal::new(
                    Code::EXPANSION_RUNNING,
                    format!("vault {} is being expanded already", vault.id),
                )
                .hint("Wait until it is available again.")
                .into());
            }
            if vault.state != VaultState::Available && size != vault.size_gib {
                return Err(wrong_state(&vault, "be expanded"));
            }
            capacity::check_shrink(vault.used_bytes, size)?;
            let resources = vaults::resources(&mut tx, vault.id).await.during(OP)?;
            let allocated: u64 = resources.iter().map(|r| r.size_gib).sum();
            if size < vault.size_gib && size < allocated {
                return Err(Refusal::new(
                    Code::CAPACITY_INVALID,
                    format!("vault.billing.size: the vault's resources add up to {allocated} GiB"),
                )
                .into());
            }
            let more = size.saturating_sub(vault.size_gib);
            quotas::check(&mut tx, vault.project_id, QuotaKind::CapacityGib, more).await?;
            vault.size_gib = size;
        }
        match changes.locked {
            Some(false) if vault.locked => {
                return Err(Refusal::new(
                    Code::VAULT_UNCHANGEABLE,
                    "vault.locked: a vault that was locked stays locked",
                )
                .into());
            }
            Some(true) => vault.locked = true,
            Some(false) | None => {}
        }
        vault.name = changes.name.unwrap_or(vault.name);
        vault.consistent_level = changes.consistent_level.unwrap_or(vault.consistent_level);
        vault.auto_bind = changes.auto_bind.unwrap_or(vault.auto_bind);
        vault.bind_rules = changes.bind_rules.map_or(vault.bind_rules, Json);
        vault.auto_expand = changes.auto_expand.unwrap_or(vault.auto_expand);
        vault.smn_notify = changes.smn_notify.unwrap_or(vault.smn_notify);
        vault.threshold = changes.threshold.unwrap_or(vault.threshold);
        vault.updated_at = self.now();
        vaults::update(&mut tx, &vault).await.during(OP)?;
        watch_threshold(&mut tx, &vault, vault.updated_at)
            .await
            .during(OP)?;
        let changed = view(&mut tx, vault).await.during(OP)?;
        tx.commit().await.during(OP)?;
        self.sender.bell.notify_one();
        Ok(changed)
    }

    /// Deletes a vault with everything in it.
    pub async fn delete_vault(&self, actor: &Actor, id: &str) -> AppResult<()> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let vault = find(&mut tx, actor, id).await?;
        if !vault.state.can_become(VaultState::Deleting) {
            return Err(wrong_state(&vault, "be deleted"));
        }
        let mut open = tasks::open_of_vault(&mut tx, vault.id).await.during(OP)?;
        open.extend(super::migrate::moves_to(&mut tx, &vault).await.during(OP)?);
        if let Some(task) = open
            .iter()
            .find(|t| matches!(t.kind.as_str(), "backup" | "restore" | "migrate" | "import"))
        {
            return Err(Refusal::new(
                Code::VAULT_UNDELETABLE,
                format!(
                    "a {} of {} is still under way",
                    task.kind,
                    task.resource_name.as_deref().unwrap_or("a resource")
                ),
            )
            .hint("Wait for it, or cancel it first.")
            .into());
        }
        let list = backups::of_vault(&mut tx, vault.id).await.during(OP)?;
        if vault.locked && list.iter().any(|b| b.auto_trigger) {
            return Err(Refusal::new(
                Code::VAULT_LOCKED,
                "the vault is locked and holds backups made by a policy",
            )
            .into());
        }
        let now = self.now();
        for backup in &list {
            super::backups::check_not_locked(backup, now)?;
        }
        let held = images::held_in(&mut tx, vault.id).await.during(OP)?;
        super::images::check_no_images(&mut tx, actor, &held, &list).await?;
        for backup in &list {
            super::filling::check_not_running_from(&mut tx, backup).await?;
        }
        vaults::transition(&mut tx, vault.id, vault.state, VaultState::Deleting, now)
            .await
            .during(OP)?;
        for backup in list
            .iter()
            .filter(|b| b.state.can_become(BackupState::WaitingDelete))
        {
            backups::transition(
                &mut tx,
                backup.id,
                backup.state,
                BackupState::WaitingDelete,
                now,
            )
            .await
            .during(OP)?;
        }
        let about = About {
            lock_key: format!("vault:{}", vault.id),
            ..About::default()
        };
        let task = self
            .enqueue(
                &mut tx,
                actor,
                (vault.id, &vault.name),
                &Work::VaultDelete {},
                about,
                now,
            )
            .await
            .during(OP)?;
        tx.commit().await.during(OP)?;
        self.bell.notify_waiters();
        self.wait_for(task).await.during(OP)
    }

    /// Associates resources with a vault. Returns the ids as they were given.
    pub async fn add_resources(
        &self,
        actor: &Actor,
        id: &str,
        new: &[NewResource],
    ) -> AppResult<Vec<String>> {
        self.refresh_for(actor, new).await.during(OP)?;
        let mut tx = self.catalog.write().await.during(OP)?;
        let vault = find(&mut tx, actor, id).await?;
        if !matches!(vault.state, VaultState::Available | VaultState::Lock) {
            return Err(wrong_state(&vault, "take resources"));
        }
        if vault.protect_type == "replication" {
            return Err(Refusal::new(
                Code::TYPE_MISMATCH,
                "a replication vault takes replicas, no resources",
            )
            .into());
        }
        let old = vaults::resources(&mut tx, vault.id).await.during(OP)?;
        for resource in self.resolve(&mut tx, actor, &vault, &old, new).await? {
            vaults::insert_resource(&mut tx, &resource)
                .await
                .during(OP)?;
        }
        tx.commit().await.during(OP)?;
        Ok(new.iter().map(|r| r.id.clone()).collect())
    }

    /// Takes resources out of a vault; their backups are deleted.
    pub async fn remove_resources(
        &self,
        actor: &Actor,
        id: &str,
        ids: &[String],
    ) -> AppResult<Vec<String>> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let vault = find(&mut tx, actor, id).await?;
        if !matches!(
            vault.state,
            VaultState::Available | VaultState::Lock | VaultState::Error
        ) {
            return Err(wrong_state(&vault, "give resources away"));
        }
        if vault.locked {
            return Err(Refusal::new(
                Code::VAULT_LOCKED,
                "the vault is locked: its resources stay",
            )
            .into());
        }
        let now = self.now();
        let present = vaults::resources(&mut tx, vault.id).await.during(OP)?;
        let held = images::held_in(&mut tx, vault.id).await.during(OP)?;
        let mut seen = BTreeSet::new();
        let mut removed = Vec::new();
        for text in ids {
            let resource = present
                .iter()
                .find(|r| r.resource_id.to_string() == *text)
                .ok_or_else(|| {
                    Refusal::new(
                        Code::NOT_IN_VAULT,
                        format!("resource {text} is not in the vault"),
                    )
                })?;
            if !seen.insert(text) {
                return Err(Refusal::new(
                    Code::DUPLICATE_RESOURCE,
                    format!("resource {text} is named twice"),
                )
                .into());
            }
            if let Some(refusal) = busy(resource) {
                return Err(refusal.into());
            }
            vaults::transition_resource(
                &mut tx,
                vault.id,
                resource.resource_id,
                resource.state,
                ProtectState::Removing,
            )
            .await
            .during(OP)?;
            let list = backups::of_resource(&mut tx, vault.id, resource.resource_id)
                .await
                .during(OP)?;
            super::images::check_no_images(&mut tx, actor, &held, &list).await?;
            for backup in list {
                super::filling::check_not_running_from(&mut tx, &backup).await?;
                super::backups::check_not_locked(&backup, now)?;
                match backup.state {
                    BackupState::WaitingDelete | BackupState::Deleting => {}
                    state if state.can_become(BackupState::WaitingDelete) => {
                        backups::transition(
                            &mut tx,
                            backup.id,
                            state,
                            BackupState::WaitingDelete,
                            now,
                        )
                        .await
                        .during(OP)?;
                    }
                    state => {
                        return Err(Refusal::new(
                            Code::BACKUP_STILL_RUNNING,
                            format!("backup {} of the resource is {state}", backup.id),
                        )
                        .into());
                    }
                }
            }
            removed.push(resource.resource_id);
        }
        let first = present
            .iter()
            .find(|r| Some(&r.resource_id) == removed.first());
        let about = About {
            resource: first.map(|r| (r.resource_id, r.name.clone(), r.resource_type)),
            lock_key: format!("vault:{}", vault.id),
            ..About::default()
        };
        let work = Work::RemoveResources { resources: removed };
        let task = self
            .enqueue(&mut tx, actor, (vault.id, &vault.name), &work, about, now)
            .await
            .during(OP)?;
        tx.commit().await.during(OP)?;
        self.bell.notify_waiters();
        self.wait_for(task).await.during(OP)?;
        Ok(ids.to_vec())
    }

    /// The vaults of the project, newest first.
    pub async fn vaults_of(&self, actor: &Actor) -> AppResult<Vec<Vault>> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        vaults::of_project(&mut tx, actor.project).await.during(OP)
    }

    /// A page of the resources in all vaults of the project, and the number of all: of one id or
    /// type, where that is given.
    pub async fn resources_of(
        &self,
        actor: &Actor,
        id: Option<&str>,
        kind: Option<ResourceType>,
        page: &Page,
    ) -> AppResult<(Vec<ResourceView>, u64)> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let (list, count) = vaults::page_of_resources(&mut tx, actor.project, id, kind, page)
            .await
            .during(OP)?;
        let mut ids: Vec<VaultId> = list.iter().map(|r| r.vault_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let totals: HashMap<_, _> = backups::totals_of(&mut tx, &ids)
            .await
            .during(OP)?
            .into_iter()
            .map(|t| ((t.vault_id, t.resource_id), t))
            .collect();
        let view = |resource: Resource| {
            let totals = totals.get(&(resource.vault_id, resource.resource_id));
            ResourceView {
                backup_count: totals.map_or(0, |t| t.backup_count),
                backup_bytes: totals.map_or(0, |t| t.backup_bytes),
                resource,
            }
        };
        Ok((list.into_iter().map(view).collect(), count))
    }

    /// Changes the notification of all vaults of the project that can be changed. Returns these.
    pub async fn update_all_vaults(
        &self,
        actor: &Actor,
        smn_notify: Option<bool>,
        threshold: Option<u64>,
    ) -> AppResult<Vec<VaultId>> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let mut changed = Vec::new();
        for mut vault in vaults::of_project(&mut tx, actor.project)
            .await
            .during(OP)?
        {
            if matches!(vault.state, VaultState::Deleting | VaultState::Frozen) {
                continue;
            }
            vault.smn_notify = smn_notify.unwrap_or(vault.smn_notify);
            vault.threshold = threshold.unwrap_or(vault.threshold);
            vault.updated_at = self.now();
            vaults::update(&mut tx, &vault).await.during(OP)?;
            watch_threshold(&mut tx, &vault, vault.updated_at)
                .await
                .during(OP)?;
            changed.push(vault.id);
        }
        tx.commit().await.during(OP)?;
        Ok(changed)
    }

    /// Says whether policies take resources of the vault. Returns the ids as they were given.
    pub async fn set_resources(
        &self,
        actor: &Actor,
        id: &str,
        ids: &[String],
        auto_protect: bool,
    ) -> AppResult<Vec<String>> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let vault = find(&mut tx, actor, id).await?;
        if !matches!(vault.state, VaultState::Available | VaultState::Lock) {
            return Err(wrong_state(&vault, "be changed"));
        }
        let present = vaults::resources(&mut tx, vault.id).await.during(OP)?;
        for text in ids {
            let resource = present
                .iter()
                .find(|r| r.resource_id.to_string() == *text)
                .ok_or_else(|| {
                    Refusal::new(
                        Code::NOT_IN_VAULT,
                        format!("resource {text} is not in the vault"),
                    )
                })?;
            vaults::set_auto_protect(&mut tx, vault.id, resource.resource_id, auto_protect)
                .await
                .during(OP)?;
        }
        tx.commit().await.during(OP)?;
        Ok(ids.to_vec())
    }

    /// Asks the drivers of what is to be associated, so that sizes and disks are of now.
    async fn refresh_for(&self, actor: &Actor, new: &[NewResource]) -> coffer_core::Result<()> {
        if new.is_empty() {
            return Ok(());
        }
        let mut tx = self.catalog.snapshot().await?;
        let mut hosts = Vec::new();
        let mut unknown = false;
        for resource in new {
            let host = match resource.resource_type {
                ResourceType::Server => match resource.id.parse::<ServerId>() {
                    Ok(id) => servers::find(&mut tx, actor.project, id)
                        .await?
                        .map(|s| s.hypervisor),
                    Err(_) => None,
                },
                ResourceType::Disk => match resource.id.parse::<DiskId>() {
                    Ok(id) => disks::find(&mut tx, actor.project, id)
                        .await?
                        .map(|d| d.hypervisor),
                    Err(_) => None,
                },
                ResourceType::Turbo => None,
            };
            unknown |= host.is_none();
            hosts.extend(host);
        }
        drop(tx);
        if !unknown {
            self.inventory
                .refresh(hosts.iter().map(String::as_str))
                .await;
        }
        Ok(())
    }

    /// Turns what a request names into rows, or refuses it.
    pub(super) async fn resolve(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        vault: &Vault,
        old: &[Resource],
        new: &[NewResource],
    ) -> AppResult<Vec<Resource>> {
        let mut rows: Vec<Resource> = Vec::new();
        let last = old.iter().map(|r| r.position).max().unwrap_or(0);
        for (position, wanted) in (last + 1..).zip(new) {
            vault.object_type.check_takes(wanted.resource_type)?;
            let (id, name, size_gib) = self.look_up(tx, actor, wanted).await?;
            if rows.iter().any(|r| r.resource_id == id) {
                return Err(Refusal::new(
                    Code::DUPLICATE_RESOURCE,
                    format!("{}: resource {id} is named twice", wanted.field),
                )
                .into());
            }
            if let Some(holder) = vaults::resource(tx, id).await.during(OP)? {
                return Err(taken(vault, &holder, wanted).into());
            }
            self.check_shared_disks(tx, vault, wanted, id).await?;
            rows.push(Resource {
                resource_id: id,
                vault_id: vault.id,
                resource_type: wanted.resource_type,
                name: wanted
                    .name
                    .clone()
                    .filter(|n| !n.is_empty())
                    .unwrap_or(name),
                size_gib,
                extra_info: Json(wanted.extra_info.clone()),
                state: ProtectState::Available,
                position,
                auto_protect: true,
                created_at: self.now(),
            });
        }
        if old.len() + rows.len() > capacity::RESOURCES_MAX {
            return Err(Refusal::new(
                Code::RESOURCE_LIMIT,
                format!("a vault takes {} resources", capacity::RESOURCES_MAX),
            )
            .into());
        }
        if !rows.is_empty() {
            let allocated = old.iter().chain(&rows).map(|r| r.size_gib).sum();
            capacity::check_allocation(allocated, vault.size_gib)?;
        }
        Ok(rows)
    }

    /// A disk that several servers share is protected through one vault alone, and a server has
    /// at most ten of them.
    async fn check_shared_disks(
        &self,
        tx: &mut Tx,
        vault: &Vault,
        wanted: &NewResource,
        id: Uuid,
    ) -> AppResult<()> {
        let own = match wanted.resource_type {
            ResourceType::Server => disks::of_server(tx, ServerId(id)).await.during(OP)?,
            ResourceType::Disk => disks::get(tx, DiskId(id))
                .await
                .during(OP)?
                .into_iter()
                .collect(),
            ResourceType::Turbo => return Ok(()),
        };
        let shared: Vec<_> = own
            .iter()
            .filter(|d| {
                d.shareable && d.unsupported.is_none() && wanted.extra_info.takes(&d.id.to_string())
            })
            .collect();
        if shared.len() > SHARED_DISKS_MAX {
            return Err(Refusal::new(
                Code::SHARED_DISKS_TOO_MANY,
                format!("{}: has {} shared disks", wanted.field, shared.len()),
            )
            .hint(format!(
                "Leave some out: at most {SHARED_DISKS_MAX} can take part."
            ))
            .into());
        }
        for disk in shared {
            for same in disks::of_path(tx, &disk.hypervisor, &disk.path)
                .await
                .during(OP)?
            {
                let mut holders = vec![same.id.0];
                holders.extend(same.server_id.map(|s| s.0));
                for holder in holders {
                    let held = vaults::resource(tx, holder).await.during(OP)?;
                    if held.is_some_and(|h| h.vault_id != vault.id) {
                        return Err(Refusal::new(
                            Code::SHARED_DISK_IN_OTHER_VAULT,
                            format!(
                                "{}: shared disk {} is protected through another vault",
                                wanted.field, disk.name
                            ),
                        )
                        .hint("Use that vault, or leave the disk out.")
                        .into());
                    }
                }
            }
        }
        Ok(())
    }

    /// Id, name and size in GiB of a resource that may be associated.
    async fn look_up(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        wanted: &NewResource,
    ) -> AppResult<(Uuid, String, u64)> {
        match wanted.resource_type {
            ResourceType::Server => {
                let none = || {
                    Refusal::new(
                        Code::SERVER_NOT_FOUND,
                        format!("{}: there is no server {}", wanted.field, wanted.id),
                    )
                };
                let id: ServerId = wanted.id.parse().map_err(|_| none())?;
                let server = servers::find(tx, actor.project, id).await.during(OP)?;
                let server = server.filter(|s| s.is_there()).ok_or_else(none)?;
                if server.power == "faulty" {
                    return Err(Refusal::new(
                        Code::SERVER_STATE_FORBIDS_BACKUP,
                        format!("server {} is faulty", server.name),
                    )
                    .into());
                }
                let all = disks::of_server(tx, id).await.during(OP)?;
                check_volumes(wanted, &all)?;
                let disks: Vec<_> = all
                    .iter()
                    .filter(|d| {
                        d.unsupported.is_none() && wanted.extra_info.takes(&d.id.to_string())
                    })
                    .collect();
                if disks.is_empty() {
                    return Err(Refusal::new(
                        Code::SERVER_WITHOUT_DISKS,
                        format!("server {} has no disk that can be backed up", server.name),
                    )
                    .into());
                }
                let size = disks.iter().map(|d| capacity::gib_up(d.size_bytes)).sum();
                Ok((id.0, server.name, size))
            }
            ResourceType::Disk => {
                let none = || {
                    Refusal::new(
                        Code::DISK_NOT_FOUND,
                        format!("{}: there is no disk {}", wanted.field, wanted.id),
                    )
                };
                let id: DiskId = wanted.id.parse().map_err(|_| none())?;
                let disk = disks::find(tx, actor.project, id).await.during(OP)?;
                let disk = disk.filter(|d| d.is_there()).ok_or_else(none)?;
                if let Some(reason) = &disk.unsupported {
                    return Err(Refusal::new(
                        Code::DISK_STATE_FORBIDS_BACKUP,
                        format!("disk {} cannot be backed up: {reason}", disk.name),
                    )
                    .into());
                }
                Ok((id.0, disk.name.clone(), capacity::gib_up(disk.size_bytes)))
            }
            ResourceType::Turbo => Err(Refusal::new(
                Code::RESOURCE_NOT_FOUND,
                format!("{}: there is no file system {}", wanted.field, wanted.id),
            )
            .into()),
        }
    }
}

/// Refuses a new vault that its project may not have.
async fn check_quotas(tx: &mut Tx, vault: &Vault) -> AppResult<()> {
    quotas::check(tx, vault.project_id, QuotaKind::Vaults, 1).await?;
    let size = vault.size_gib;
    quotas::check(tx, vault.project_id, QuotaKind::CapacityGib, size).await
}

/// The backup policy that a new vault shall have.
async fn backup_policy(
    tx: &mut Tx,
    actor: &Actor,
    vault: &Vault,
    id: &str,
) -> AppResult<crate::catalog::policies::Policy> {
    let policy = super::policies::find(tx, actor, id).await?;
    if policy.operation_type != PolicyType::Backup {
        return Err(Refusal::new(
            Code::POLICY_MISFIT,
            format!("vault.backup_policy_id: policy {id} is not for backups"),
        )
        .into());
    }
    super::policies::check_fits(vault, &policy)?;
    Ok(policy)
}

/// Disks named to be left out or taken must be the server's.
fn check_volumes(
    wanted: &NewResource,
    disks: &[crate::catalog::disks::Disk],
) -> Result<(), Refusal> {
    let extra = &wanted.extra_info;
    let excluded = extra.exclude_volumes.iter().flatten();
    let included = extra.include_volumes.iter().flatten().map(|v| &v.id);
    for id in excluded.chain(included) {
        if !disks.iter().any(|d| d.id.to_string() == *id) {
            return Err(Refusal::new(
                Code::DISK_NOT_FOUND,
                format!("{}.extra_info: the server has no disk {id}", wanted.field),
            ));
        }
    }
    Ok(())
}

fn taken(vault: &Vault, holder: &Resource, wanted: &NewResource) -> Refusal {
    if holder.vault_id != vault.id {
        return Refusal::new(
            Code::IN_OTHER_VAULT,
            format!(
                "{}: resource {} is in another vault",
                wanted.field, wanted.id
            ),
        )
        .hint("Dissociate it there first; its backups there are deleted with that.");
    }
    if holder.state == ProtectState::Removing {
        return Refusal::new(
            Code::RESOURCE_BEING_REMOVED,
            format!(
                "resource {} is just being removed from the vault",
                wanted.id
            ),
        );
    }
    let code = match wanted.resource_type {
        ResourceType::Server => Code::SERVER_IN_VAULT,
        ResourceType::Disk | ResourceType::Turbo => Code::DISK_IN_VAULT,
    };
    Refusal::new(
        code,
        format!("resource {} is in the vault already", wanted.id),
    )
}

pub(super) fn busy(resource: &Resource) -> Option<Refusal> {
    let (code, what) = match resource.state {
        ProtectState::Available | ProtectState::Error => return None,
        ProtectState::Protecting => (Code::BACKUP_STILL_RUNNING, "is being backed up"),
        ProtectState::Restoring => (Code::RESTORE_RUNNING, "is being restored"),
        ProtectState::Removing => (Code::RESOURCE_BEING_REMOVED, "is just being removed"),
    };
    Some(Refusal::new(
        code,
        format!("resource {} {what}", resource.resource_id),
    ))
}

pub(super) fn wrong_state(vault: &Vault, what: &str) -> AppError {
    Refusal::new(
        Code::VAULT_STATE,
        format!("vault {} is {} and cannot {what}", vault.id, vault.state),
    )
    .into()
}
