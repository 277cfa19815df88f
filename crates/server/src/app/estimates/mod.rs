//! What a backup or a restore would read and write, and whether it would be refused; nothing is
//! begun.

use coffer_core::cbr::{Code, Operation, Refusal, ResourceType};
use coffer_core::ids::{DiskId, ServerId, VaultId};
use coffer_core::state::TaskState;
use coffer_core::units::GIB;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::restore::{NewRestore, STOP_SECONDS, check_free};
use super::{Actor, App, AppError, AppResult, During, backups as backup_app};
use crate::catalog::backups::Backup;
use crate::catalog::disks::Disk;
use crate::catalog::lists::{self, Part, Rows, specs};
use crate::catalog::record::Filter;
use crate::catalog::servers::Server;
use crate::catalog::tasks::Task;
use crate::catalog::vaults::Vault;
use crate::catalog::{Tx, backups, disks, epochs, servers, vaults};

const OP: Operation = Operation::Backup;
/// The least time between two full backups of a resource (CORE-15).
const FULL_PERIOD: SignedDuration = SignedDuration::from_hours(24);

/// A server or disk that might be backed up.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// As the request names it.
    pub id: String,
    /// Disks of the server to leave out.
    pub exclude: Vec<String>,
}

/// A disk in an estimate.
#[derive(Debug, Clone)]
pub struct DiskEstimate {
    /// The disk.
    pub disk: Disk,
    /// When the backup was made that it would be compared with.
    pub since: Option<Timestamp>,
    /// Why the changes are not known beforehand.
    pub reason: String,
}

/// What a backup would read.
#[derive(Debug, Clone, Default)]
pub struct BackupEstimate {
    /// The disks.
    pub disks: Vec<DiskEstimate>,
    /// By how long the last backups took.
    pub seconds: Option<u64>,
    /// From when on a full backup may be made, where that is not now.
    pub full_possible_at: Option<Timestamp>,
    /// The vault, where it is one.
    pub vault: Option<Vault>,
    /// Refusals, each with the resource it concerns.
    pub refusals: Vec<(Option<String>, Refusal)>,
}

/// A disk in an estimate of a restore.
#[derive(Debug, Clone)]
pub struct RestoreDisk {
    /// The disk's backup.
    pub backup: Backup,
    /// The disk to be written.
    pub target: Option<DiskId>,
}

/// What a restore would write.
#[derive(Debug, Clone, Default)]
pub struct RestoreEstimate {
    /// The disks.
    pub disks: Vec<RestoreDisk>,
    /// By how long the last restore took.
    pub seconds: Option<u64>,
    /// The server, and whether it would be stopped.
    pub server: Option<Server>,
    /// Why it would be refused.
    pub refusal: Option<Refusal>,
}

/// The refusal in an error; other errors stay.
fn refused(error: AppError) -> AppResult<Refusal> {
    match error {
        AppError::Refused(refusal) => Ok(refusal),
        other => Err(other),
    }
}

/// How long the newest task of a kind took for a resource, in seconds.
async fn took(tx: &mut Tx, resource: Uuid, kind: &str) -> coffer_core::Result<Option<u64>> {
    let filter = Filter::new()
        .eq("t.resource_id", resource)
        .eq("t.kind", kind.to_owned())
        .eq("t.state", TaskState::Success);
    let part = Part {
        down: true,
        ..Part::first(specs::TASK_KEYS[0], 1)
    };
    let found: Rows<Task> = lists::part(tx, &filter, &part).await?;
    Ok(found.rows.first().and_then(|task| {
        let time = task.ended_at?.duration_since(task.started_at?);
        u64::try_from(time.as_secs()).ok().map(|s| s.max(1))
    }))
}

impl App {
    /// What a backup of these resources would read.
    pub async fn estimate_backup(
        &self,
        actor: &Actor,
        vault: Option<&str>,
        wanted: &[Wanted],
        incremental: bool,
    ) -> AppResult<BackupEstimate> {
        // Never committed: the rules look at the rows as a backup would.
        let mut tx = self.catalog.write().await.during(OP)?;
        let mut estimate = BackupEstimate::default();
        let mut vaults_seen: Vec<VaultId> = Vec::new();
        let mut seconds = Some(0);
        if let Some(id) = vault {
            let found = super::vaults::find(&mut tx, actor, id).await?;
            estimate.vault = Some(found);
        }
        for want in wanted {
            let held = match want.id.parse::<Uuid>() {
                Ok(id) => vaults::resource(&mut tx, id).await.during(OP)?,
                Err(_) => None,
            };
            let holder = match &held {
                Some(r) => vaults::find(&mut tx, actor.project, r.vault_id)
                    .await
                    .during(OP)?,
                None => None,
            };
            let asked = estimate.vault.as_ref().filter(|_| vault.is_some());
            let (Some(mut resource), Some(holder)) =
                (held, holder.filter(|h| asked.is_none_or(|v| v.id == h.id)))
            else {
                let text = format!("resource {} is not in the vault", want.id);
                let refusal =
                    Refusal::new(Code::NOT_IN_VAULT, text).hint("Associate it with a vault first.");
                estimate.refusals.push((Some(want.id.clone()), refusal));
                continue;
            };
            if !vaults_seen.contains(&holder.id) {
                vaults_seen.push(holder.id);
                if let Err(refusal) = super::checkpoints::check_vault(&holder) {
                    estimate.refusals.push((None, refusal));
                }
            }
            let extra = &mut resource.extra_info.0;
            if !want.exclude.is_empty() {
                let list = extra.exclude_volumes.get_or_insert_default();
                list.extend(want.exclude.iter().cloned());
            }
            let extra = extra.clone();
            if let Err(refusal) = self.examine(&mut tx, &resource, extra.clone()).await? {
                estimate.refusals.push((Some(want.id.clone()), refusal));
            }
            let id = resource.resource_id;
            let part = match resource.resource_type {
                ResourceType::Server => disks::of_server(&mut tx, ServerId(id)).await.during(OP)?,
                _ => {
                    let disk = disks::get(&mut tx, DiskId(id)).await.during(OP)?;
                    disk.into_iter().collect()
                }
            };
            let is_server = resource.resource_type == ResourceType::Server;
            let newest = backups::newest_available(&mut tx, holder.id, id)
                .await
                .during(OP)?;
            for disk in part {
                let takes = !is_server || extra.takes(&disk.id.to_string());
                if disk.unsupported.is_some() || !takes {
                    continue;
                }
                let epoch = epochs::find(&mut tx, disk.id, holder.id).await.during(OP)?;
                let mut base = newest.clone();
                if let Some(epoch) = &epoch {
                    let of = backups::get(&mut tx, epoch.backup_id).await.during(OP)?;
                    base = of.or(base);
                }
                let reason = match (incremental, &base, &epoch) {
                    (false, ..) => "A full backup reads all that is used.",
                    (true, None, _) => {
                        "It has no backup in the vault yet: all that is used is read."
                    }
                    (true, Some(_), Some(_)) => {
                        "Its host tells what changed when the backup begins."
                    }
                    (true, Some(_), None) => {
                        "No record of changes continues from its last backup: all that is used \
                         is read and compared."
                    }
                };
                estimate.disks.push(DiskEstimate {
                    since: base.filter(|_| incremental).and_then(|b| b.protected_at),
                    reason: reason.to_owned(),
                    disk,
                });
            }
            let took = took(&mut tx, id, "backup").await.during(OP)?;
            seconds = seconds.zip(took).map(|(sum, one)| sum + one);
            let full = Filter::new()
                .eq("t.resource_id", id)
                .eq("t.incremental", false)
                .and("t.parent_id IS NULL")
                .and("t.protected_at IS NOT NULL");
            let part = Part {
                down: true,
                ..Part::first(specs::BACKUP_KEYS[0], 1)
            };
            let last: Rows<Backup> = lists::part(&mut tx, &full, &part).await.during(OP)?;
            let next = last
                .rows
                .first()
                .and_then(|b| b.protected_at?.checked_add(FULL_PERIOD).ok());
            let next = next.filter(|at| *at > self.now());
            estimate.full_possible_at = estimate.full_possible_at.max(next);
            if estimate.vault.is_none() && wanted.len() == 1 {
                estimate.vault = Some(holder);
            }
        }
        estimate.seconds = seconds.filter(|s| *s > 0);
        Ok(estimate)
    }

    /// What a restore of a backup would write.
    pub async fn estimate_restore(
        &self,
        actor: &Actor,
        id: &str,
        mappings: Vec<(String, String)>,
    ) -> AppResult<RestoreEstimate> {
        let op = Operation::Restore;
        let mut tx = self.catalog.snapshot().await.during(op)?;
        let asked = backup_app::find(&mut tx, actor, id).await?;
        let is_server = asked.resource_type == ResourceType::Server;
        let parts = match is_server {
            true => backups::children(&mut tx, asked.id).await.during(op)?,
            false => vec![asked.clone()],
        };
        let first = mappings.first().map(|(_, disk)| disk.clone());
        let resource = asked.resource_id.to_string();
        let new = NewRestore {
            server_id: is_server.then(|| resource.clone()),
            volume_id: (!is_server).then(|| first.unwrap_or(resource)),
            mappings,
            power_on: true,
            stop_server: Some(true),
            stop_seconds: STOP_SECONDS,
        };
        let mut refusal = None;
        if let Err(error) = self.restorable(&mut tx, &asked).await {
            refusal = Some(refused(error)?);
        }
        let plan = match is_server {
            true => self.plan_server(&mut tx, actor, &asked, &new).await,
            false => self.plan_disk(&mut tx, actor, &asked, &new).await,
        };
        let mut stop = None;
        let mut written = Vec::new();
        match plan {
            Ok(plan) => {
                if let Err(error) = check_free(&mut tx, &plan.lock_key, &plan.what).await {
                    refusal = refusal.or(Some(refused(error)?));
                }
                stop = plan.stop;
                written = plan.disks;
            }
            Err(error) => refusal = refusal.or(Some(refused(error)?)),
        }
        let server = match stop {
            Some(id) => servers::get(&mut tx, id).await.during(op)?,
            None => None,
        };
        let target = |b: &Backup| written.iter().find(|d| d.source.0 == b.resource_id);
        Ok(RestoreEstimate {
            seconds: took(&mut tx, asked.resource_id, "restore")
                .await
                .during(op)?,
            disks: parts
                .into_iter()
                .map(|backup| RestoreDisk {
                    target: target(&backup).map(|d| d.target),
                    backup,
                })
                .collect(),
            server,
            refusal,
        })
    }
}

/// Room that a vault has left, in bytes.
pub fn room(vault: &Vault) -> u64 {
    vault
        .size_gib
        .saturating_mul(GIB)
        .saturating_sub(vault.used_bytes)
}
