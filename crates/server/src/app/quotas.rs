//! What projects may have at most. Administrators say so; without, there is no limit but those of
//! the service itself.

use coffer_core::cbr::{Code, Operation, Refusal};
use coffer_core::ids::ProjectId;

use super::{App, AppResult, During};
use crate::catalog::{Tx, quotas as rows};

const OP: Operation = Operation::Vault;

/// What a quota is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaKind {
    /// Number of vaults.
    Vaults,
    /// What their capacities add up to, in GiB.
    CapacityGib,
    /// Number of backups; those of a server's disks are not counted by themselves.
    Backups,
    /// Number of policies of both types; of each alone the service has a limit of its own
    /// ([`coffer_core::cbr::policy::POLICIES_MAX`]).
    Policies,
    /// Number of images.
    Images,
}

/// A quota and what is used of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaUse {
    /// What it is about.
    pub kind: QuotaKind,
    /// The most; none for no quota.
    pub most: Option<u64>,
    /// What there is.
    pub used: u64,
}

impl QuotaKind {
    /// All of them.
    pub const ALL: [QuotaKind; 5] = [
        QuotaKind::Vaults,
        QuotaKind::CapacityGib,
        QuotaKind::Backups,
        QuotaKind::Policies,
        QuotaKind::Images,
    ];

    /// Its name in API and catalog.
    pub fn name(self) -> &'static str {
        match self {
            QuotaKind::Vaults => "vaults",
            QuotaKind::CapacityGib => "capacity_gib",
            QuotaKind::Backups => "backups",
            QuotaKind::Policies => "policies",
            QuotaKind::Images => "images",
        }
    }

    fn refusal(self, most: u64, would_be: u64) -> Refusal {
        let (code, what) = match self {
            QuotaKind::Vaults => (Code::VAULT_LIMIT, "vaults"),
            QuotaKind::CapacityGib => (Code::VAULT_LIMIT, "GiB of capacity"),
            QuotaKind::Backups => (Code::VAULT_FULL, "backups"),
            QuotaKind::Policies => (Code::POLICY_LIMIT, "policies"),
            QuotaKind::Images => (Code::PARAMETER, "images"),
        };
        Refusal::new(
            code,
            format!("the project may have {most} {what}, it would have {would_be}"),
        )
        .hint("Delete what is no longer needed, or ask an administrator for a larger quota.")
    }
}

/// What a project may have of a kind beyond what it has; none for no limit.
pub async fn left(
    tx: &mut Tx,
    project: ProjectId,
    kind: QuotaKind,
) -> coffer_core::Result<Option<u64>> {
    let Some(most) = rows::get(tx, project, kind.name()).await? else {
        return Ok(None);
    };
    let used = rows::used_of(tx, project, kind as usize).await?;
    Ok(Some(most.saturating_sub(used)))
}

/// Refuses what would go beyond a quota, in the transaction that adds it.
pub async fn check(tx: &mut Tx, project: ProjectId, kind: QuotaKind, more: u64) -> AppResult<()> {
    if more == 0 {
        return Ok(());
    }
    let Some(most) = rows::get(tx, project, kind.name()).await.during(OP)? else {
        return Ok(());
    };
    let used = rows::used_of(tx, project, kind as usize).await.during(OP)?;
    match used.saturating_add(more) <= most {
        true => Ok(()),
        false => Err(kind.refusal(most, used.saturating_add(more)).into()),
    }
}

impl App {
    /// The quotas of a project with what is used of them.
    pub async fn quotas(&self, project: ProjectId) -> AppResult<Vec<QuotaUse>> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let most = rows::of(&mut tx, project).await.during(OP)?;
        let used = rows::used(&mut tx, project).await.during(OP)?;
        let quota = |kind: QuotaKind| QuotaUse {
            kind,
            most: most.get(kind.name()).copied(),
            used: used[kind as usize],
        };
        Ok(QuotaKind::ALL.into_iter().map(quota).collect())
    }

    /// Sets quotas of a project; none removes one. What is there already stays, whatever it is.
    pub async fn set_quotas(
        &self,
        project: ProjectId,
        quotas: &[(QuotaKind, Option<u64>)],
    ) -> AppResult<()> {
        let mut tx = self.catalog.write().await.during(OP)?;
        for (kind, most) in quotas {
            if most.is_some_and(|most| i64::try_from(most).is_err()) {
                let field = format!("quotas.{}", kind.name());
                return Err(Refusal::parameter(&field, "is too large").into());
            }
            rows::set(&mut tx, project, kind.name(), *most)
                .await
                .during(OP)?;
        }
        tx.commit().await.during(OP)?;
        tracing::info!(project.id = %project, ?quotas, "quotas set");
        Ok(())
    }
}
