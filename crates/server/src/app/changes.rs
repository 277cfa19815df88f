//! What differs between two backups of a server or disk, from their maps.

use coffer_core::cbr::{Operation, Refusal, ResourceType};
use coffer_core::format::records::ManifestDisk;
use coffer_core::ids::{BackupId, DiskId};
use coffer_engine::pipeline::{Change, ChangesWanted, changes};

use super::serving::HeldBackup;
use super::{Actor, App, AppError, AppResult, During};

const OP: Operation = Operation::ShowBackup;
/// Most stretches of a page.
pub const PAGE_MAX: usize = 10_000;

/// Which changes are wanted.
#[derive(Debug, Clone)]
pub struct ChangesQuery {
    /// The backup to compare with.
    pub since: String,
    /// Of this disk alone.
    pub disk: Option<String>,
    /// Where the page begins; none for the first page, which has the totals.
    pub marker: Option<Marker>,
    /// At most so many stretches.
    pub limit: usize,
    /// Compare contents, in blocks of 4 KiB, where chunks differ.
    pub exact: bool,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marker {
    /// The disk, by its position among those of the answer.
    pub disk: usize,
    /// The byte of it.
    pub offset: u64,
}

impl Marker {
    /// Reads what [`Marker::text`] wrote.
    pub fn read(text: &str) -> Option<Marker> {
        let (disk, offset) = text.split_once('-')?;
        Some(Marker {
            disk: disk.parse().ok()?,
            offset: offset.parse().ok()?,
        })
    }

    /// As clients hand it back.
    pub fn text(self) -> String {
        format!("{}-{}", self.disk, self.offset)
    }
}

/// A disk of the newer backup, or one that the older had alone.
#[derive(Debug, Clone)]
pub struct DiskChanges {
    /// The disk.
    pub id: DiskId,
    /// Its name on the server.
    pub name: String,
    /// Its size in the backup; none where it has no such disk.
    pub size_bytes: Option<u64>,
    /// Its size in the backup that it is compared with; none where that has no such disk.
    pub since_size_bytes: Option<u64>,
    /// Size of the chunks that were compared.
    pub chunk_bytes: u64,
    /// Bytes that differ and hold data, and those that read as zeroes; of chunks. On the first page.
    pub totals: Option<(u64, u64)>,
}

/// A page of what differs.
#[derive(Debug, Clone)]
pub struct ChangesView {
    /// The backup.
    pub backup: BackupId,
    /// What it was compared with.
    pub since: BackupId,
    /// All disks.
    pub disks: Vec<DiskChanges>,
    /// What differs, each on the disk at a position.
    pub list: Vec<(usize, Change)>,
    /// Where the next page begins.
    pub next: Option<Marker>,
}

impl App {
    /// What of a backup is not the same in another one of the same server or disk.
    pub async fn backup_changes(
        &self,
        actor: &Actor,
        id: &str,
        query: &ChangesQuery,
    ) -> AppResult<ChangesView> {
        let newer = self.hold_backup(actor, id).await?;
        let older = match self.hold_backup(actor, &query.since).await {
            Ok(older) => older,
            Err(error) => {
                newer.end().await;
                return Err(of_since(error));
            }
        };
        let found = compare(&newer, &older, query).await;
        newer.end().await;
        older.end().await;
        found
    }
}

/// Says which of the two backups it is that is refused.
fn of_since(error: AppError) -> AppError {
    match error {
        AppError::Refused(refusal) => AppError::Refused(Refusal {
            message: format!("since: {}", refusal.message),
            ..refusal
        }),
        failed @ AppError::Failed(..) => failed,
    }
}

/// The disks of what was asked for, in the order of the store.
fn disks(held: &HeldBackup) -> Vec<&ManifestDisk> {
    let all = held.manifest.disks.iter();
    let wanted = |disk: &&ManifestDisk| held.wanted.iter().any(|part| part.disk == disk.disk_id);
    all.filter(wanted).collect()
}

async fn compare(
    newer: &HeldBackup,
    older: &HeldBackup,
    query: &ChangesQuery,
) -> AppResult<ChangesView> {
    let (ours, theirs) = (disks(newer), disks(older));
    let same = newer.asked.resource_id == older.asked.resource_id
        || newer.manifest.facts.resource.id == older.manifest.facts.resource.id;
    if !same {
        let text = format!(
            "backup {} is of {}, not of {}",
            older.asked.id, older.asked.resource_name, newer.asked.resource_name
        );
        return Err(Refusal::parameter("since", text).into());
    }
    if newer.manifest.vault_id != older.manifest.vault_id {
        let text = format!("backup {} lies in another vault", older.asked.id);
        return Err(Refusal::parameter("since", text)
            .hint("Vaults have keys of their own, so that nothing is comparable between them.")
            .into());
    }
    let then = |disk: &ManifestDisk| theirs.iter().find(|d| d.disk_id == disk.disk_id).copied();
    let mut pairs: Vec<(&ManifestDisk, Option<&ManifestDisk>)> =
        ours.iter().map(|disk| (*disk, then(disk))).collect();
    let mut gone: Vec<&ManifestDisk> = theirs
        .iter()
        .filter(|disk| !ours.iter().any(|d| d.disk_id == disk.disk_id))
        .copied()
        .collect();
    if let Some(wanted) = &query.disk {
        let disk = newer.disk(wanted)?;
        pairs.retain(|(ours, _)| ours.disk_id == disk.disk_id);
    }
    // Of one disk the others of its server are no concern.
    if query.disk.is_some() || newer.asked.resource_type == ResourceType::Disk {
        gone.clear();
    }
    let begin = query.marker.unwrap_or(Marker { disk: 0, offset: 0 });
    let known = pairs.get(begin.disk);
    if query.marker.is_some() && known.is_none_or(|(disk, _)| begin.offset >= disk.size_bytes) {
        return Err(Refusal::parameter("marker", "is none that an answer gave").into());
    }
    let is_first = query.marker.is_none();
    let mut view = ChangesView {
        backup: newer.asked.id,
        since: older.asked.id,
        disks: Vec::new(),
        list: Vec::new(),
        next: None,
    };
    for (position, (ours, theirs)) in pairs.iter().enumerate() {
        let mut told = DiskChanges {
            id: ours.disk_id,
            name: ours.name.clone(),
            size_bytes: Some(ours.size_bytes),
            since_size_bytes: theirs.map(|disk| disk.size_bytes),
            chunk_bytes: ours.chunk_bytes.bytes(),
            totals: None,
        };
        let is_due = view.next.is_none() && position >= begin.disk;
        if is_due || is_first {
            let left = if is_due {
                query.limit - view.list.len()
            } else {
                0
            };
            let wanted = ChangesWanted {
                from: if position == begin.disk {
                    begin.offset
                } else {
                    0
                },
                limit: left,
                by_content: query.exact && is_due,
                totals: is_first,
            };
            let vault = newer.repository.vault();
            let found = changes(vault, *theirs, ours, wanted).await.during(OP)?;
            if is_due {
                let list = found.list.into_iter().map(|change| (position, change));
                view.list.extend(list);
                view.next = found.next.map(|offset| Marker {
                    disk: position,
                    offset,
                });
            }
            told.totals = is_first.then_some((found.data_bytes, found.zero_bytes));
        }
        view.disks.push(told);
    }
    view.disks.extend(gone.into_iter().map(|disk| DiskChanges {
        id: disk.disk_id,
        name: disk.name.clone(),
        size_bytes: None,
        since_size_bytes: Some(disk.size_bytes),
        chunk_bytes: disk.chunk_bytes.bytes(),
        totals: is_first.then_some((0, 0)),
    }));
    Ok(view)
}
