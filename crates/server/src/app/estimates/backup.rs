//! What a backup would read.

use coffer_core::cbr::{Code, Operation, Refusal, ResourceType};
use coffer_core::ids::{DiskId, ServerId, VaultId};
use coffer_core::plan::Base;
use coffer_engine::hypervisor::Changes;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Question, took};
use crate::app::{Actor, App, AppResult, During, checkpoints, examine, vaults as vault_app};
use crate::catalog::backups::Backup;
use crate::catalog::disks::Disk;
use crate::catalog::lists::{self, Part, Rows, specs};
use crate::catalog::record::Filter;
use crate::catalog::vaults::Vault;
use crate::catalog::{backups, disks, vaults};
use crate::tasks::backup::past;

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
    /// Bytes changed since, in granules of the bitmap; none where no bitmap continues from that
    /// backup.
    pub changed_bytes: Option<u64>,
    /// Why the changes are not known.
    pub reason: Option<String>,
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

impl BackupEstimate {
    /// Bytes to be read in all; none where that is not known of some disk.
    pub fn read_bytes(&self) -> Option<u64> {
        match self.disks.is_empty() {
            true => None,
            false => self.disks.iter().map(|d| d.changed_bytes).sum(),
        }
    }
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
        let mut questions = Vec::new();
        if let Some(id) = vault {
            let found = vault_app::find(&mut tx, actor, id).await?;
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
                if let Err(refusal) = checkpoints::check_vault(&holder) {
                    estimate.refusals.push((None, refusal));
                }
            }
            let extra = &mut resource.extra_info.0;
            if !want.exclude.is_empty() {
                let list = extra.exclude_volumes.get_or_insert_default();
                list.extend(want.exclude.iter().cloned());
            }
            let extra = extra.clone();
            let chosen = vec![(resource.clone(), extra.clone())];
            let (_, skipped) = examine::examine(&mut tx, chosen).await?;
            for (_, refusal) in skipped {
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
            for disk in part {
                let takes = !is_server || extra.takes(&disk.id.to_string());
                if disk.unsupported.is_some() || !takes {
                    continue;
                }
                let past = past(&mut tx, holder.id, id, disk.id).await.during(OP)?;
                let base = Base::of(!incremental, past);
                let since = match base.backup() {
                    Some(base) => backups::get(&mut tx, base).await.during(OP)?,
                    None => None,
                };
                if let Some(epoch) = base.epoch() {
                    let question = Question::about(&mut tx, &disk, epoch).await.during(OP)?;
                    questions.push(question);
                }
                estimate.disks.push(DiskEstimate {
                    since: since.and_then(|b| b.protected_at),
                    changed_bytes: None,
                    reason: reason(&base, incremental),
                    disk,
                });
            }
            let took = took(&mut tx, id, "backup").await.during(OP)?;
            seconds = seconds.zip(took).map(|(sum, one)| sum + one);
            let full = Filter::new()
                .eq("t.resource_id", id)
                .eq("t.incremental", false)
                .eq("t.imported", false)
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
        // The hypervisors are not asked with the catalog's lock in hand.
        drop(tx);
        let mut told = self.ask(questions).await;
        for disk in &mut estimate.disks {
            match told.remove(&disk.disk.id) {
                Some(Changes::Unknown(why)) => {
                    disk.reason = Some(format!(
                        "All that is used is read and compared: {}.",
                        why.trim_end_matches('.')
                    ));
                }
                Some(changes) => disk.changed_bytes = changes.bytes(),
                None => {}
            }
        }
        Ok(estimate)
    }
}

/// Why the changes are not known, where that is so already.
fn reason(base: &Base, incremental: bool) -> Option<String> {
    let text = match (base, incremental) {
        (_, false) => "A full backup reads all that is used.",
        (Base::Nothing, true) => "It has no backup in the vault yet: all that is used is read.",
        (Base::Compare(_), true) => {
            "No record of changes continues from its last backup: all that is used is read and \
             compared."
        }
        (Base::Changes(..), true) => return None,
    };
    Some(text.to_owned())
}
