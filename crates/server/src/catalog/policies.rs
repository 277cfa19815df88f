//! Policies, and which vaults they are applied to.

use std::collections::{BTreeMap, HashMap};

use coffer_core::Result;
use coffer_core::cbr::PolicyType;
use coffer_core::cbr::policy::Definition;
use coffer_core::ids::{PolicyId, ProjectId, VaultId};
use jiff::Timestamp;
use sqlx::AnyConnection;

use super::record::{self, Filter, Json, Page, record, values};

record! {
    /// A policy.
    Policy in "policies" {
        /// Its id.
        id: PolicyId,
        /// Who owns it.
        project_id: ProjectId,
        /// 1 to 64 characters.
        name: String,
        /// It runs and deletes.
        enabled: bool,
        /// What it does.
        operation_type: PolicyType,
        /// How it keeps what it makes.
        definition: Json<Definition>,
        /// Id of the trigger, as the API shows it.
        trigger_id: String,
        /// iCalendar rules.
        patterns: Json<Vec<String>>,
        /// The zone in which the rules are meant; UTC where none is set.
        zone: Option<String>,
        /// Minutes after its time in which a run may begin.
        window_minutes: Option<i64>,
        /// When the rules were set.
        start_at: Timestamp,
        /// When it was made.
        created_at: Timestamp,
        /// Last change.
        updated_at: Timestamp,
    }
}

record! {
    /// A policy that is applied to a vault.
    Binding in "vault_policies" {
        /// The vault.
        vault_id: VaultId,
        /// What the policy does.
        operation_type: PolicyType,
        /// The policy.
        policy_id: PolicyId,
        /// Where replicas go.
        destination_vault_id: Option<String>,
        /// Runs up to this time were begun, or are not to be begun any more.
        handled_until: Timestamp,
        /// When it was applied.
        created_at: Timestamp,
        /// When it has to be looked at next; the epoch's begin where something changed since the
        /// last look.
        due_at: Timestamp,
    }
}

/// A policy of a project.
pub async fn find(
    conn: &mut AnyConnection,
    project: ProjectId,
    id: PolicyId,
) -> Result<Option<Policy>> {
    let filter = Filter::new().eq("project_id", project).eq("id", id);
    record::one(conn, &filter).await
}

/// A policy of any project.
pub async fn get(conn: &mut AnyConnection, id: PolicyId) -> Result<Option<Policy>> {
    record::one(conn, &Filter::new().eq("id", id)).await
}

/// The policies of a project, newest first.
pub async fn of_project(conn: &mut AnyConnection, project: ProjectId) -> Result<Vec<Policy>> {
    let filter = Filter::new().eq("project_id", project);
    record::list(conn, &filter, &[("created_at", true)]).await
}

/// At most `most` backup policies on vaults that have to be looked at, the most urgent first: their
/// time has come, or they are handled up to beyond `future`, which only a clock that was put back
/// explains.
pub async fn due(
    conn: &mut AnyConnection,
    now: Timestamp,
    future: Timestamp,
    most: u64,
) -> Result<Vec<Binding>> {
    let page = Page {
        limit: Some(most),
        ..Page::default()
    };
    let mut found: Vec<Binding> = Vec::new();
    // Each by its own index.
    for (column, operator, at) in [("due_at", " <= ", now), ("handled_until", " > ", future)] {
        let filter = Filter::new()
            .when(column, operator, at)
            .eq("operation_type", PolicyType::Backup);
        let rows: Vec<Binding> = record::page(conn, &filter, &[(column, false)], &page).await?;
        found.extend(rows);
    }
    found.sort_by_key(|b: &Binding| (b.due_at, b.vault_id));
    found.dedup_by_key(|b| b.vault_id);
    Ok(found)
}

/// Says when a binding has to be looked at next, unless it changed meanwhile.
pub async fn set_due(conn: &mut AnyConnection, b: &Binding, due_at: Timestamp) -> Result<()> {
    record::execute(
        conn,
        "UPDATE vault_policies SET due_at = $4 WHERE vault_id = $1 AND operation_type = $2 \
         AND policy_id = $3 AND handled_until = $5 AND due_at = $6",
        values![
            b.vault_id,
            b.operation_type,
            b.policy_id,
            due_at,
            b.handled_until,
            b.due_at
        ],
    )
    .await?;
    Ok(())
}

/// Has the vaults of a policy looked at.
async fn look_again(conn: &mut AnyConnection, policy: PolicyId) -> Result<()> {
    record::execute(
        conn,
        "UPDATE vault_policies SET due_at = 0 WHERE policy_id = $1",
        values![policy],
    )
    .await?;
    Ok(())
}

/// Number of vaults that a policy is applied to.
pub async fn binding_count(conn: &mut AnyConnection, id: PolicyId) -> Result<u64> {
    record::count::<Binding>(conn, &Filter::new().eq("policy_id", id)).await
}

/// Number of a project's policies of a type.
pub async fn count(conn: &mut AnyConnection, project: ProjectId, kind: PolicyType) -> Result<u64> {
    let filter = Filter::new()
        .eq("project_id", project)
        .eq("operation_type", kind);
    record::count::<Policy>(conn, &filter).await
}

/// Adds a policy.
pub async fn insert(conn: &mut AnyConnection, policy: &Policy) -> Result<()> {
    record::insert(conn, policy).await
}

/// Writes what a user may change of a policy.
pub async fn update(conn: &mut AnyConnection, p: &Policy) -> Result<()> {
    record::execute(
        conn,
        "UPDATE policies SET name = $2, enabled = $3, definition = $4, patterns = $5, zone = $6, \
         window_minutes = $7, start_at = $8, updated_at = $9 WHERE id = $1",
        values![
            p.id,
            p.name,
            p.enabled,
            p.definition,
            p.patterns,
            p.zone,
            p.window_minutes,
            p.start_at,
            p.updated_at,
        ],
    )
    .await?;
    look_again(conn, p.id).await
}

/// Removes a policy, also from the vaults it is applied to.
pub async fn delete(conn: &mut AnyConnection, id: PolicyId) -> Result<()> {
    for sql in [
        "DELETE FROM vault_policies WHERE policy_id = $1",
        "UPDATE vaults SET backup_policy_id = NULL WHERE backup_policy_id = $1",
        "DELETE FROM policies WHERE id = $1",
    ] {
        record::execute(conn, sql, values![id]).await?;
    }
    Ok(())
}

/// The vaults a policy is applied to, in the order in which it was.
pub async fn bindings(conn: &mut AnyConnection, id: PolicyId) -> Result<Vec<Binding>> {
    let filter = Filter::new().eq("policy_id", id);
    record::list(conn, &filter, &[("created_at", false)]).await
}

/// The policies that are applied to a vault.
pub async fn of_vault(conn: &mut AnyConnection, vault: VaultId) -> Result<Vec<Binding>> {
    let filter = Filter::new().eq("vault_id", vault);
    record::list(conn, &filter, &[("operation_type", false)]).await
}

/// The policies applied to the vaults of a project.
pub async fn bindings_of_project(
    conn: &mut AnyConnection,
    project: ProjectId,
) -> Result<Vec<Binding>> {
    let filter = Filter::new().with(
        "policy_id IN (SELECT id FROM policies WHERE project_id = ?)",
        project,
    );
    record::list(conn, &filter, &[("created_at", false)]).await
}

/// The backup policy that is applied to a vault.
pub async fn backup_policy(
    conn: &mut AnyConnection,
    vault: VaultId,
) -> Result<Option<(Policy, Binding)>> {
    let filter = Filter::new()
        .eq("vault_id", vault)
        .eq("operation_type", PolicyType::Backup);
    let Some(binding) = record::one::<Binding>(conn, &filter).await? else {
        return Ok(None);
    };
    let policy = get(conn, binding.policy_id).await?;
    Ok(policy.map(|policy| (policy, binding)))
}

/// The backup policies that are applied to vaults.
pub async fn backup_policies(
    conn: &mut AnyConnection,
    vaults: &[VaultId],
) -> Result<Vec<(VaultId, Policy)>> {
    let filter = Filter::new()
        .any_of("vault_id", vaults)
        .eq("operation_type", PolicyType::Backup);
    let bindings: Vec<Binding> = record::list(conn, &filter, &[]).await?;
    let ids: Vec<PolicyId> = bindings.iter().map(|b| b.policy_id).collect();
    let filter = Filter::new().any_of("id", &ids);
    let policies: Vec<Policy> = match ids.is_empty() {
        true => Vec::new(),
        false => record::list(conn, &filter, &[]).await?,
    };
    let applied = |binding: Binding| {
        let policy = policies.iter().find(|p| p.id == binding.policy_id)?;
        Some((binding.vault_id, policy.clone()))
    };
    Ok(bindings.into_iter().filter_map(applied).collect())
}

/// Applies a policy to a vault, in place of another one of its type. One that is applied already
/// stays as it is, but for the destination: what it has handled, it has handled.
pub async fn bind(conn: &mut AnyConnection, binding: &Binding) -> Result<()> {
    let same = record::execute(
        conn,
        "UPDATE vault_policies SET destination_vault_id = $4 \
         WHERE vault_id = $1 AND operation_type = $2 AND policy_id = $3",
        values![
            binding.vault_id,
            binding.operation_type,
            binding.policy_id,
            binding.destination_vault_id,
        ],
    )
    .await?;
    if same == 1 {
        return Ok(());
    }
    record::execute(
        conn,
        "DELETE FROM vault_policies WHERE vault_id = $1 AND operation_type = $2",
        values![binding.vault_id, binding.operation_type],
    )
    .await?;
    record::insert(conn, binding).await?;
    // Several vaults share out their runs: those that were there have another time now.
    look_again(conn, binding.policy_id).await?;
    show_on_vault(conn, binding, Some(binding.policy_id)).await
}

/// Removes a policy from a vault. False where it was not applied.
pub async fn unbind(conn: &mut AnyConnection, vault: VaultId, policy: &Policy) -> Result<bool> {
    let rows = record::execute(
        conn,
        "DELETE FROM vault_policies WHERE vault_id = $1 AND policy_id = $2",
        values![vault, policy.id],
    )
    .await?;
    look_again(conn, policy.id).await?;
    if policy.operation_type == PolicyType::Backup && rows > 0 {
        record::execute(
            conn,
            "UPDATE vaults SET backup_policy_id = NULL WHERE id = $1",
            values![vault],
        )
        .await?;
    }
    Ok(rows > 0)
}

/// The vault's row names its backup policy too: lists of vaults show and filter it.
async fn show_on_vault(
    conn: &mut AnyConnection,
    binding: &Binding,
    policy: Option<PolicyId>,
) -> Result<()> {
    if binding.operation_type == PolicyType::Backup {
        record::execute(
            conn,
            "UPDATE vaults SET backup_policy_id = $2 WHERE id = $1",
            values![binding.vault_id, policy],
        )
        .await?;
    }
    Ok(())
}

/// Runs of a policy up to `until` are not to be begun any more: it was enabled again, or its
/// rules changed.
pub async fn skip_until(conn: &mut AnyConnection, id: PolicyId, until: Timestamp) -> Result<()> {
    record::execute(
        conn,
        "UPDATE vault_policies SET handled_until = $2, due_at = 0 WHERE policy_id = $1",
        values![id, until],
    )
    .await?;
    Ok(())
}

/// Notes of bindings of backup policies that runs up to a time are begun; they have to be looked at
/// again. Returns the vaults of those that nobody else moved meanwhile, and whose policy is the
/// same: only these were changed. In the transaction that begins the runs.
pub async fn advance(
    conn: &mut AnyConnection,
    moves: &[(&Binding, Timestamp)],
) -> Result<Vec<VaultId>> {
    let ids: Vec<VaultId> = moves.iter().map(|(binding, _)| binding.vault_id).collect();
    let of = |part: &[VaultId]| {
        Filter::new()
            .any_of("vault_id", part)
            .eq("operation_type", PolicyType::Backup)
    };
    let rows: Vec<Binding> = record::in_parts(conn, &ids, &[], of).await?;
    let now: HashMap<VaultId, Binding> = rows.into_iter().map(|b| (b.vault_id, b)).collect();
    let mut until: BTreeMap<Timestamp, Vec<VaultId>> = BTreeMap::new();
    for (seen, at) in moves {
        let is_as_seen =
            |b: &&Binding| b.policy_id == seen.policy_id && b.handled_until == seen.handled_until;
        if now.get(&seen.vault_id).is_some_and(|b| is_as_seen(&b)) {
            until.entry(*at).or_default().push(seen.vault_id);
        }
    }
    for (at, ids) in &until {
        for part in ids.chunks(500) {
            record::set::<Binding>(conn, ("handled_until", *at), &of(part)).await?;
            record::set::<Binding>(conn, ("due_at", Timestamp::UNIX_EPOCH), &of(part)).await?;
        }
    }
    Ok(until.into_values().flatten().collect())
}
