//! What a restore would write.

use coffer_core::Error;
use coffer_core::cbr::{Operation, Refusal, ResourceType};
use coffer_core::ids::DiskId;
use coffer_engine::hypervisor::Changes;

use super::{BackupEstimate, Question, Wanted, refused, took};
use crate::app::restore::{NewRestore, STOP_SECONDS, WayBack, check_free, restorable_by};
use crate::app::{Actor, App, AppResult, During};
use crate::catalog::backups::Backup;
use crate::catalog::disks::Disk;
use crate::catalog::epochs::Epoch;
use crate::catalog::servers::Server;
use crate::catalog::vaults::Vault;
use crate::catalog::{backups, disks, servers};
use crate::tasks::engine;
use crate::tasks::restore::{begin_reading, known_epoch, known_state};

/// A disk in an estimate of a restore.
#[derive(Debug, Clone)]
pub struct RestoreDisk {
    /// The disk's backup.
    pub backup: Backup,
    /// The disk to be written.
    pub target: Option<DiskId>,
    /// What would be written to it.
    pub writes: Option<DiskWrites>,
}

/// What would be written to a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskWrites {
    /// Bytes of data.
    pub data_bytes: u64,
    /// Bytes made zero, which takes no space and next to no time.
    pub zero_bytes: u64,
    /// False where these are the most it can be: the server runs, so that it is not known where
    /// its changes lie.
    pub exact: bool,
    /// Why all of it is written, where that is so.
    pub reason: Option<String>,
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
    /// What a safety backup would read, or why there can be none.
    pub safety: Option<Result<BackupEstimate, Refusal>>,
}

impl RestoreEstimate {
    fn written(&self) -> impl Iterator<Item = &RestoreDisk> {
        self.disks.iter().filter(|d| d.target.is_some())
    }

    /// Bytes of data to be written in all; none where nothing is to be written.
    pub fn write_bytes(&self) -> Option<u64> {
        self.written().next()?;
        self.written()
            .map(|d| d.writes.as_ref().map(|w| w.data_bytes))
            .sum()
    }

    /// Size of the disks to be written.
    pub fn size_bytes(&self) -> u64 {
        self.written().map(|d| d.backup.size_bytes).sum()
    }

    /// Whether it is known what each disk holds, to the byte.
    pub fn is_exact(&self) -> bool {
        self.written()
            .all(|d| d.writes.as_ref().is_some_and(|w| w.exact))
    }
}

/// A disk to be written, with what is known of it.
struct Planned {
    source: DiskId,
    disk: Disk,
    epoch: Option<Epoch>,
}

impl App {
    /// What a restore of a backup would write.
    pub async fn estimate_restore(
        &self,
        actor: &Actor,
        id: &str,
        mappings: Vec<(String, String)>,
    ) -> AppResult<RestoreEstimate> {
        let op = Operation::Restore;
        let mut tx = self.catalog.snapshot().await.during(op)?;
        let asked = restorable_by(&mut tx, actor, id).await?;
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
            safety: WayBack::None,
        };
        let mut refusal = None;
        let mut vault = None;
        match self.restorable(&mut tx, &asked).await {
            Ok((_, found)) => vault = Some(found),
            Err(error) => refusal = Some(refused(error)?),
        }
        let plan = match is_server {
            true => self.plan_server(&mut tx, actor, &asked, &new).await,
            false => self.plan_disk(&mut tx, actor, &asked, &new).await,
        };
        let mut stop = None;
        let mut protector = None;
        let mut planned = Vec::new();
        let mut questions = Vec::new();
        match plan {
            Ok(plan) => {
                if let Err(error) = check_free(&mut tx, &plan.lock_key, &plan.what).await {
                    refusal = refusal.or(Some(refused(error)?));
                }
                protector = Some(match self.protector(&mut tx, actor, &plan).await {
                    Ok((vault, resource)) => Ok((vault.id, resource.resource_id)),
                    Err(error) => Err(refused(error)?),
                });
                stop = plan.stop;
                for want in &plan.disks {
                    let disk = disks::get(&mut tx, want.target).await.during(op)?;
                    let Some(disk) = disk else { continue };
                    let epoch = known_epoch(&mut tx, *want, asked.vault_id)
                        .await
                        .during(op)?;
                    if let Some(epoch) = &epoch {
                        let about = Question::about(&mut tx, &disk, &epoch.epoch).await;
                        questions.push(about.during(op)?);
                    }
                    planned.push(Planned {
                        source: want.source,
                        disk,
                        epoch,
                    });
                }
            }
            Err(error) => refusal = refusal.or(Some(refused(error)?)),
        }
        let server = match stop {
            Some(id) => servers::get(&mut tx, id).await.during(op)?,
            None => None,
        };
        let seconds = took(&mut tx, asked.resource_id, "restore")
            .await
            .during(op)?;
        drop(tx);
        let writes = match vault {
            Some(vault) if !planned.is_empty() => {
                // A client that goes away must not leave the reading session behind.
                let (app, asked, parts) = (self.clone(), asked, parts.clone());
                let work = tokio::spawn(async move {
                    app.writes(&asked, &vault, &parts, planned, questions).await
                });
                let done = work.await.unwrap_or_else(|e| {
                    Err(Error::internal("an estimate did not end").caused_by(e))
                });
                done.during(op)?
            }
            _ => Vec::new(),
        };
        let safety = match protector {
            None => None,
            Some(Err(refusal)) => Some(Err(refusal)),
            Some(Ok((vault, resource))) => {
                let wanted = Wanted {
                    id: resource.to_string(),
                    exclude: Vec::new(),
                };
                let vault = vault.to_string();
                let mut estimate = self
                    .estimate_backup(actor, Some(&vault), &[wanted], true)
                    .await?;
                match estimate.refusals.pop() {
                    Some((_, refusal)) => Some(Err(refusal)),
                    None => Some(Ok(estimate)),
                }
            }
        };
        let to = |b: &Backup| writes.iter().find(|(source, ..)| source.0 == b.resource_id);
        Ok(RestoreEstimate {
            seconds,
            disks: parts
                .into_iter()
                .map(|backup| RestoreDisk {
                    target: to(&backup).map(|(_, target, _)| *target),
                    writes: to(&backup).map(|(.., writes)| writes.clone()),
                    backup,
                })
                .collect(),
            server,
            refusal,
            safety,
        })
    }

    /// What would be written to each disk: source, target, bytes.
    async fn writes(
        &self,
        backup: &Backup,
        vault: &Vault,
        parts: &[Backup],
        planned: Vec<Planned>,
        questions: Vec<Question>,
    ) -> coffer_core::Result<Vec<(DiskId, DiskId, DiskWrites)>> {
        let mut told = self.ask(questions).await;
        let repository = self.repositories.open(vault).await?;
        let epochs = planned.iter().filter_map(|p| p.epoch.as_ref());
        let reading = begin_reading(&repository, backup.repository_id, epochs).await?;
        let mut writes = Vec::new();
        let mut failed = None;
        for disk in planned {
            let changes = told.remove(&disk.disk.id);
            let about = (backup, reading.manifests.as_slice(), parts);
            match disk_writes(&repository, about, &disk, changes).await {
                Ok(found) => writes.push((disk.source, disk.disk.id, found)),
                Err(error) => failed = Some(error),
            }
        }
        if let Err(error) = reading.end().await {
            tracing::warn!(error = %error.chain(), "the reading session was not ended");
        }
        match failed {
            Some(error) => Err(error.context("estimate the restore")),
            None => Ok(writes),
        }
    }
}

async fn disk_writes(
    repository: &coffer_engine::repository::Repository,
    (backup, manifests, parts): (&Backup, &[engine::Manifest], &[Backup]),
    planned: &Planned,
    changes: Option<Changes>,
) -> coffer_core::Result<DiskWrites> {
    let part = parts.iter().find(|b| b.resource_id == planned.source.0);
    let part = part.ok_or_else(|| Error::data("the backup has lost a disk"))?;
    // All of it: no walk is needed for that.
    let all = |reason: &str| DiskWrites {
        data_bytes: part.allocated_bytes.min(part.size_bytes),
        zero_bytes: part.size_bytes.saturating_sub(part.allocated_bytes),
        exact: true,
        reason: Some(reason.to_owned()),
    };
    let (changed, unplaced) = match changes {
        None => return Ok(all("What the disk holds is not known: all is written.")),
        Some(Changes::Unknown(why)) => {
            let why = why.trim_end_matches('.');
            return Ok(all(&format!("All is written: {why}.")));
        }
        Some(Changes::Extents(changed)) => (changed, 0),
        Some(Changes::Bytes(bytes)) => (Default::default(), bytes),
    };
    let known = known_state(manifests, planned.epoch.as_ref(), &planned.disk, changed);
    let Some(known) = known else {
        return Ok(all(
            "All is written: the backup that the disk was equal to is gone, or its size changed.",
        ));
    };
    let disk = manifests
        .iter()
        .filter(|m| m.backup_id == backup.repository_id)
        .flat_map(|m| &m.disks)
        .find(|d| d.disk_id == planned.source)
        .ok_or_else(|| Error::data(format!("the backup has no disk {}", planned.source)))?;
    let report = engine::estimate_restore(repository, disk, false, Some(known)).await?;
    Ok(DiskWrites {
        data_bytes: (report.written_bytes + unplaced).min(part.size_bytes),
        zero_bytes: report.zeroed_bytes,
        exact: unplaced == 0,
        reason: None,
    })
}
