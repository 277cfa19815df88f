//! Vaults and the resources in them.

use std::collections::{BTreeSet, HashMap};

use coffer_core::Result;
use coffer_core::cbr::{ObjectType, ResourceType};
use coffer_core::ids::{ProjectId, UserId, VaultId};
use coffer_core::state::{ProtectState, VaultState};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use uuid::Uuid;

use super::failed;
use super::record::{self, Filter, Json, Order, Page, record, values};

/// A tag of a vault, or of the resources it takes by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// 1 to 36 characters.
    pub key: String,
    /// 0 to 43 characters.
    pub value: String,
}

/// What the user set for a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceExtra {
    /// Disks of the server to leave out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude_volumes: Option<Vec<String>>,
    /// The only disks of the server to take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_volumes: Option<Vec<IncludedVolume>>,
}

/// A disk to take.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncludedVolume {
    /// The disk.
    pub id: String,
    /// Operating system; kept, not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
}

impl ResourceExtra {
    /// Whether a disk of the server takes part.
    pub fn takes(&self, disk: &str) -> bool {
        let listed = |list: &Vec<String>| list.iter().any(|id| id == disk);
        if self.exclude_volumes.as_ref().is_some_and(listed) {
            return false;
        }
        match &self.include_volumes {
            Some(list) if !list.is_empty() => list.iter().any(|v| v.id == disk),
            _ => true,
        }
    }
}

record! {
    /// A vault.
    Vault in "vaults" {
        /// Also the id of its repository.
        id: VaultId,
        /// Who owns it.
        project_id: ProjectId,
        /// Who made it.
        user_id: UserId,
        /// Name of the configured store that holds its repository.
        store: String,
        /// 1 to 64 characters.
        name: String,
        /// What its maker wrote about it.
        description: Option<String>,
        /// What it takes.
        object_type: ObjectType,
        /// `backup` or `replication`.
        protect_type: String,
        /// `crash_consistent` or `app_consistent`.
        consistent_level: String,
        /// Capacity in GiB.
        size_gib: u64,
        /// What its repository takes in the store, in bytes.
        used_bytes: u64,
        /// Its state.
        state: VaultState,
        /// The backup policy that is applied to it; written by `policies` alone.
        backup_policy_id: Option<String>,
        /// Takes unprotected resources by itself.
        auto_bind: bool,
        /// Tags of the resources it takes by itself.
        bind_rules: Json<Vec<Tag>>,
        /// Its tags.
        tags: Json<Vec<Tag>>,
        /// Expands by itself.
        auto_expand: bool,
        /// Its backups are write-once-read-many.
        locked: bool,
        /// Tell when the threshold is passed.
        smn_notify: bool,
        /// Percent of the capacity.
        threshold: u64,
        /// When it was made.
        created_at: Timestamp,
        /// Last change.
        updated_at: Timestamp,
    }
}

record! {
    /// A resource in a vault.
    Resource in "vault_resources" {
        /// The server or disk.
        resource_id: Uuid,
        /// The vault.
        vault_id: VaultId,
        /// Server or disk.
        resource_type: ResourceType,
        /// Its name when it was associated, or as the request gave it.
        name: String,
        /// Its size in GiB when last seen.
        size_gib: u64,
        /// What the user set for it.
        extra_info: Json<ResourceExtra>,
        /// What Coffer does with it.
        state: ProtectState,
        /// Order of association.
        position: i64,
        /// Policies take it.
        auto_protect: bool,
        /// When it was associated.
        created_at: Timestamp,
    }
}

/// A vault of a project.
pub async fn find(
    conn: &mut AnyConnection,
    project: ProjectId,
    id: VaultId,
) -> Result<Option<Vault>> {
    let filter = Filter::new().eq("project_id", project).eq("id", id);
    record::one(conn, &filter).await
}

/// A vault of any project.
pub async fn get(conn: &mut AnyConnection, id: VaultId) -> Result<Option<Vault>> {
    record::one(conn, &Filter::new().eq("id", id)).await
}

/// One page of the vaults that `filter` means, and their number.
pub async fn page(
    conn: &mut AnyConnection,
    filter: &Filter,
    order: Order<'_>,
    page: &Page,
) -> Result<(Vec<Vault>, u64)> {
    record::page_and_count(conn, filter, order, page).await
}

/// The vaults of a project, newest first.
pub async fn of_project(conn: &mut AnyConnection, project: ProjectId) -> Result<Vec<Vault>> {
    let filter = Filter::new().eq("project_id", project);
    record::list(conn, &filter, &[("created_at", true)]).await
}

/// All vaults.
pub async fn all(conn: &mut AnyConnection) -> Result<Vec<Vault>> {
    record::list(conn, &Filter::new(), &[("created_at", false)]).await
}

/// Adds a vault.
pub async fn insert(conn: &mut AnyConnection, vault: &Vault) -> Result<()> {
    record::insert(conn, vault).await
}

/// Writes what a user may change of a vault.
pub async fn update(conn: &mut AnyConnection, v: &Vault) -> Result<()> {
    record::execute(
        conn,
        "UPDATE vaults SET name = $2, size_gib = $3, consistent_level = $4, auto_bind = $5, \
         bind_rules = $6, auto_expand = $7, locked = $8, smn_notify = $9, threshold = $10, \
         updated_at = $11 WHERE id = $1",
        values![
            v.id,
            v.name,
            v.size_gib,
            v.consistent_level,
            v.auto_bind,
            v.bind_rules,
            v.auto_expand,
            v.locked,
            v.smn_notify,
            v.threshold,
            v.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// Writes the tags of a vault.
pub async fn set_tags(
    conn: &mut AnyConnection,
    id: VaultId,
    tags: Vec<Tag>,
    now: Timestamp,
) -> Result<()> {
    record::execute(
        conn,
        "UPDATE vaults SET tags = $2, updated_at = $3 WHERE id = $1",
        values![id, Json(tags), now],
    )
    .await?;
    Ok(())
}

/// Writes how much the vault takes in the store, and its capacity (it may expand by itself).
pub async fn set_used(
    conn: &mut AnyConnection,
    id: VaultId,
    used_bytes: u64,
    size_gib: u64,
) -> Result<()> {
    record::execute(
        conn,
        "UPDATE vaults SET used_bytes = $2, size_gib = $3 WHERE id = $1",
        values![id, used_bytes, size_gib],
    )
    .await?;
    Ok(())
}

record! {
    /// What a vault took at one time.
    Sample in "vault_samples" {
        /// The vault.
        vault_id: VaultId,
        /// When.
        at: Timestamp,
        /// What it took in its store.
        used_bytes: u64,
        /// Its capacity.
        size_bytes: u64,
    }
}

/// Notes what all vaults take now, where that has changed or a day has passed.
pub async fn sample(conn: &mut AnyConnection, now: Timestamp) -> Result<u64> {
    let day = 24 * 3600 * 1000;
    record::execute(
        conn,
        "INSERT INTO vault_samples (vault_id, at, used_bytes, size_bytes) \
         SELECT v.id, $1, v.used_bytes, v.size_gib * 1073741824 FROM vaults v \
         WHERE NOT EXISTS (SELECT 1 FROM vault_samples s WHERE s.vault_id = v.id \
           AND s.at = (SELECT MAX(x.at) FROM vault_samples x WHERE x.vault_id = v.id) \
           AND s.used_bytes = v.used_bytes AND s.size_bytes = v.size_gib * 1073741824 \
           AND s.at > $2) \
         AND NOT EXISTS (SELECT 1 FROM vault_samples s WHERE s.vault_id = v.id AND s.at >= $3)",
        values![now, now.as_millisecond() - day, now],
    )
    .await
}

/// True where [`sample`] would write something.
pub async fn sample_due(conn: &mut AnyConnection, now: Timestamp) -> Result<bool> {
    let day = 24 * 3600 * 1000;
    let count = record::number(
        conn,
        "SELECT COUNT(*) FROM vaults v \
         WHERE NOT EXISTS (SELECT 1 FROM vault_samples s WHERE s.vault_id = v.id \
           AND s.at = (SELECT MAX(x.at) FROM vault_samples x WHERE x.vault_id = v.id) \
           AND s.used_bytes = v.used_bytes AND s.size_bytes = v.size_gib * 1073741824 \
           AND s.at > $1)",
        values![now.as_millisecond() - day],
    )
    .await?;
    Ok(count > 0)
}

/// What a vault took since a time, oldest first.
pub async fn samples(
    conn: &mut AnyConnection,
    vault: VaultId,
    since: Timestamp,
) -> Result<Vec<Sample>> {
    let filter = Filter::new()
        .eq("vault_id", vault)
        .when("at", " >= ", since);
    record::list(conn, &filter, &[("at", false)]).await
}

/// Moves a vault along an edge. False where it was not in `from`.
pub async fn transition(
    conn: &mut AnyConnection,
    id: VaultId,
    from: VaultState,
    to: VaultState,
    now: Timestamp,
) -> Result<bool> {
    assert!(from.can_become(to), "no edge {from} -> {to} for vaults");
    let rows = record::execute(
        conn,
        "UPDATE vaults SET state = $3, updated_at = $4 WHERE id = $1 AND state = $2",
        values![id, from, to, now],
    )
    .await?;
    Ok(rows == 1)
}

/// Removes a vault with its resources and restore points. Its backups must be gone.
pub async fn delete(conn: &mut AnyConnection, id: VaultId) -> Result<()> {
    for sql in [
        "UPDATE members SET vault_id = NULL, status = 'pending' WHERE vault_id = $1",
        "DELETE FROM vault_resources WHERE vault_id = $1",
        "DELETE FROM vault_policies WHERE vault_id = $1",
        "DELETE FROM epochs WHERE vault_id = $1",
        "DELETE FROM checkpoints WHERE vault_id = $1",
        "DELETE FROM vault_samples WHERE vault_id = $1",
        "DELETE FROM limits WHERE scope = 'vault' AND id = $1",
        "DELETE FROM objectives WHERE scope = 'vault' AND id = $1",
        "DELETE FROM alerts WHERE subject = $1",
        "DELETE FROM recovery_keys WHERE vault_id = $1",
        "DELETE FROM drill_settings WHERE vault_id = $1",
        "DELETE FROM drill_evidence WHERE task_id IN (SELECT task_id FROM drills WHERE vault_id = $1)",
        "DELETE FROM drills WHERE vault_id = $1 AND verdict <> 'open'",
        "DELETE FROM vaults WHERE id = $1",
    ] {
        record::execute(conn, sql, values![id]).await?;
    }
    Ok(())
}

/// Resources of a vault in the order of their association.
pub async fn resources(conn: &mut AnyConnection, vault: VaultId) -> Result<Vec<Resource>> {
    let filter = Filter::new().eq("vault_id", vault);
    record::list(conn, &filter, &[("position", false)]).await
}

/// Resources of several vaults, those of each in the order of their association.
pub async fn resources_of(conn: &mut AnyConnection, ids: &[VaultId]) -> Result<Vec<Resource>> {
    let of = |part: &[VaultId]| Filter::new().any_of("vault_id", part);
    record::in_parts(conn, ids, &[("position", false)], of).await
}

/// The vault a resource is in.
pub async fn resource(conn: &mut AnyConnection, id: Uuid) -> Result<Option<Resource>> {
    record::one(conn, &Filter::new().eq("resource_id", id)).await
}

/// The vaults of these ids that are there.
pub async fn of_ids(conn: &mut AnyConnection, ids: &[VaultId]) -> Result<Vec<Vault>> {
    let of = |part: &[VaultId]| Filter::new().any_of("id", part);
    record::in_parts(conn, ids, &[], of).await
}

/// The drivers of the resources of vaults, each once.
pub async fn hosts(conn: &mut AnyConnection, vaults: &[VaultId]) -> Result<Vec<String>> {
    let mut found = BTreeSet::new();
    // SQLite takes a limited number of parameters in one statement.
    for part in vaults.chunks(500) {
        let filter = Filter::new().any_of("r.vault_id", part);
        let sql = format!(
            "SELECT s.hypervisor FROM vault_resources r JOIN servers s ON s.id = r.resource_id \
             WHERE {0} UNION SELECT d.hypervisor FROM vault_resources r \
             JOIN disks d ON d.id = r.resource_id WHERE {0}",
            filter.sql()
        );
        let query = sqlx::query(AssertSqlSafe(sql));
        let query = filter.values().iter().cloned().fold(query, record::bind);
        let rows = query
            .fetch_all(&mut *conn)
            .await
            .map_err(failed("list the hosts of vaults"))?;
        for row in &rows {
            found.insert(row.try_get(0).map_err(failed("read a name"))?);
        }
    }
    Ok(found.into_iter().collect())
}

record! {
    /// How many resources are in a vault.
    Count in "(SELECT vault_id, COUNT(*) AS resources FROM vault_resources GROUP BY vault_id) \
        AS counts" {
        /// The vault.
        vault_id: VaultId,
        /// Their number.
        resources: u64,
    }
}

/// How many resources are in each of these vaults; those with none are left out.
pub async fn resource_counts(
    conn: &mut AnyConnection,
    vaults: &[VaultId],
) -> Result<HashMap<VaultId, u64>> {
    let of = |part: &[VaultId]| Filter::new().any_of("vault_id", part);
    let rows: Vec<Count> = record::in_parts(conn, vaults, &[], of).await?;
    Ok(rows
        .into_iter()
        .map(|c| (c.vault_id, c.resources))
        .collect())
}

record! {
    /// Which vault a resource is in.
    Holder in "vault_resources" {
        /// The server or disk.
        resource_id: Uuid,
        /// The vault.
        vault_id: VaultId,
    }
}

/// The resources of all vaults of a project, in short.
pub async fn holders_of_project(
    conn: &mut AnyConnection,
    project: ProjectId,
) -> Result<Vec<Holder>> {
    let filter = Filter::new().with(
        "vault_id IN (SELECT id FROM vaults WHERE project_id = ?)",
        project,
    );
    record::list(conn, &filter, &[]).await
}

/// A page of these, and the number of all; of one id or type, where that is given.
pub async fn page_of_resources(
    conn: &mut AnyConnection,
    project: ProjectId,
    id: Option<&str>,
    kind: Option<ResourceType>,
    page: &Page,
) -> Result<(Vec<Resource>, u64)> {
    let filter = Filter::new()
        .with(
            "vault_id IN (SELECT id FROM vaults WHERE project_id = ?)",
            project,
        )
        .maybe("resource_id", id.map(str::to_owned))
        .maybe("resource_type", kind);
    record::page_and_count(conn, &filter, &[("position", false)], page).await
}

/// Adds a resource. `Conflict` where it is in a vault already.
pub async fn insert_resource(conn: &mut AnyConnection, resource: &Resource) -> Result<()> {
    record::insert(conn, resource).await
}

/// Moves a resource along an edge. False where it was not in `from`, or not in the vault.
pub async fn transition_resource(
    conn: &mut AnyConnection,
    vault: VaultId,
    id: Uuid,
    from: ProtectState,
    to: ProtectState,
) -> Result<bool> {
    assert!(from.can_become(to), "no edge {from} -> {to} for resources");
    let rows = record::execute(
        conn,
        "UPDATE vault_resources SET state = $4 \
         WHERE vault_id = $1 AND resource_id = $2 AND state = $3",
        values![vault, id, from, to],
    )
    .await?;
    Ok(rows == 1)
}

/// Notes of resources that a backup of them goes on; of those where none can, nothing changes.
pub async fn protect_resources(conn: &mut AnyConnection, ids: &[Uuid]) -> Result<()> {
    let from = [ProtectState::Available, ProtectState::Error];
    assert!(from.iter().all(|s| s.can_become(ProtectState::Protecting)));
    for part in ids.chunks(500) {
        let filter = Filter::new()
            .any_of("resource_id", part)
            .any_of("state", &from);
        record::set::<Resource>(conn, ("state", ProtectState::Protecting), &filter).await?;
    }
    Ok(())
}

/// Writes whether policies take a resource.
pub async fn set_auto_protect(
    conn: &mut AnyConnection,
    vault: VaultId,
    id: Uuid,
    auto_protect: bool,
) -> Result<()> {
    record::execute(
        conn,
        "UPDATE vault_resources SET auto_protect = $3 WHERE vault_id = $1 AND resource_id = $2",
        values![vault, id, auto_protect],
    )
    .await?;
    Ok(())
}

/// Writes the size and name of a resource as last seen.
pub async fn refresh_resource(
    conn: &mut AnyConnection,
    id: Uuid,
    name: &str,
    size_gib: u64,
) -> Result<()> {
    record::execute(
        conn,
        "UPDATE vault_resources SET name = $2, size_gib = $3 WHERE resource_id = $1",
        values![id, name.to_owned(), size_gib],
    )
    .await?;
    Ok(())
}

/// Takes a resource out of a vault.
pub async fn delete_resource(conn: &mut AnyConnection, vault: VaultId, id: Uuid) -> Result<()> {
    record::execute(
        conn,
        "DELETE FROM vault_resources WHERE vault_id = $1 AND resource_id = $2",
        values![vault, id],
    )
    .await?;
    Ok(())
}
