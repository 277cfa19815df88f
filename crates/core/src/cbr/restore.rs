//! Which disk backup goes to which disk (CBR API: restoring data; CBR manual: restore).

use std::collections::BTreeSet;

use super::capacity::gib_up;
use super::{Code, Refusal};
use crate::ids::{BackupId, DiskId, ServerId};

/// A disk inside a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUpDisk {
    /// The disk's own backup: a child of the server's, or the backup itself.
    pub backup: BackupId,
    /// The disk it was made from.
    pub disk: DiskId,
    /// Name for people.
    pub name: String,
    /// Size in bytes at that time.
    pub size_bytes: u64,
    /// It was the system disk.
    pub system: bool,
}

/// A disk that could be written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidateDisk {
    /// The disk.
    pub disk: DiskId,
    /// Name for people.
    pub name: String,
    /// The server it is attached to.
    pub server: Option<ServerId>,
    /// Size in bytes now.
    pub size_bytes: u64,
    /// It is the system disk of its server.
    pub system: bool,
    /// Why it cannot be written to, if so.
    pub unsupported: Option<String>,
}

/// What the user asked for: this backup onto that disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapping {
    /// A disk's backup.
    pub backup: BackupId,
    /// The disk to write.
    pub target: DiskId,
}

/// What will be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assignment {
    /// The disk's backup.
    pub backup: BackupId,
    /// The disk as the backup names it.
    pub source: DiskId,
    /// The disk to write.
    pub target: DiskId,
}

/// Decides which disk gets what, in the order of the backup's disks.
///
/// Without mappings every disk goes back to where it came from. With mappings only the disks
/// named are written. `server` is the server the restore is for, where it is for one: disks of
/// other servers are refused.
pub fn assign(
    disks: &[BackedUpDisk],
    candidates: &[CandidateDisk],
    server: Option<ServerId>,
    mappings: &[Mapping],
) -> Result<Vec<Assignment>, Refusal> {
    let mappings = match mappings {
        [] => home(disks, candidates)?,
        some => some.to_vec(),
    };
    check_distinct(&mappings)?;
    let mut plan = Vec::new();
    for mapping in &mappings {
        let source = disks
            .iter()
            .find(|d| d.backup == mapping.backup)
            .ok_or_else(|| {
                Refusal::new(
                    Code::BACKUP_NOT_FOUND,
                    format!("the backup has no disk backup {}", mapping.backup),
                )
            })?;
        let target = candidates
            .iter()
            .find(|c| c.disk == mapping.target)
            .ok_or_else(|| {
                Refusal::new(
                    Code::DISK_NOT_FOUND,
                    format!("there is no disk {}", mapping.target),
                )
            })?;
        check_pair(source, target, server)?;
        plan.push((source, mapping.target));
    }
    plan.sort_by_key(|(source, _)| disks.iter().position(|d| d.backup == source.backup));
    Ok(plan
        .into_iter()
        .map(|(source, target)| Assignment {
            backup: source.backup,
            source: source.disk,
            target,
        })
        .collect())
}

/// Every disk back to where it came from.
fn home(disks: &[BackedUpDisk], candidates: &[CandidateDisk]) -> Result<Vec<Mapping>, Refusal> {
    let gone: Vec<&str> = disks
        .iter()
        .filter(|d| !candidates.iter().any(|c| c.disk == d.disk))
        .map(|d| d.name.as_str())
        .collect();
    if !gone.is_empty() {
        return Err(Refusal::new(
            Code::SOME_DISKS_NOT_RESTORABLE,
            format!("no longer there: {}", gone.join(", ")),
        )
        .hint("Name the disks to write in `restore.mappings`."));
    }
    Ok(disks
        .iter()
        .map(|d| Mapping {
            backup: d.backup,
            target: d.disk,
        })
        .collect())
}

fn check_distinct(mappings: &[Mapping]) -> Result<(), Refusal> {
    let mut backups = BTreeSet::new();
    let mut targets = BTreeSet::new();
    for (index, mapping) in mappings.iter().enumerate() {
        if !backups.insert(mapping.backup) {
            return Err(Refusal::parameter(
                &format!("restore.mappings[{index}].backup_id"),
                "is named twice",
            ));
        }
        if !targets.insert(mapping.target) {
            return Err(Refusal::parameter(
                &format!("restore.mappings[{index}].volume_id"),
                "is named twice",
            ));
        }
    }
    Ok(())
}

fn check_pair(
    source: &BackedUpDisk,
    target: &CandidateDisk,
    server: Option<ServerId>,
) -> Result<(), Refusal> {
    if server.is_some() && target.server.is_some() && target.server != server {
        return Err(Refusal::new(
            Code::RESTORE_TO_OTHER_SERVER,
            format!("disk {} belongs to another server", target.name),
        ));
    }
    if let Some(reason) = &target.unsupported {
        return Err(Refusal::new(
            Code::DISK_TYPE_FORBIDS_RESTORE,
            format!("disk {} cannot be written to: {reason}", target.name),
        ));
    }
    if target.system && !source.system {
        return Err(Refusal::new(
            Code::DATA_TO_SYSTEM_DISK,
            format!(
                "disk backup {} is of a data disk, {} is a system disk",
                source.name, target.name
            ),
        ));
    }
    if target.size_bytes < source.size_bytes {
        return Err(Refusal::new(
            Code::TARGET_TOO_SMALL,
            format!(
                "disk {} has {} GiB ({} bytes), the backup of {} needs {} GiB ({} bytes)",
                target.name,
                gib_up(target.size_bytes),
                target.size_bytes,
                source.name,
                gib_up(source.size_bytes),
                source.size_bytes
            ),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn disk(n: u128) -> DiskId {
        DiskId(Uuid::from_u128(n))
    }
    fn backup(n: u128) -> BackupId {
        BackupId(Uuid::from_u128(n + 100))
    }
    fn server(n: u128) -> Option<ServerId> {
        Some(ServerId(Uuid::from_u128(n + 200)))
    }

    fn saved(n: u128, size_bytes: u64, system: bool) -> BackedUpDisk {
        BackedUpDisk {
            backup: backup(n),
            disk: disk(n),
            name: format!("d{n}"),
            size_bytes,
            system,
        }
    }
    fn there(n: u128, size_bytes: u64, system: bool) -> CandidateDisk {
        CandidateDisk {
            disk: disk(n),
            name: format!("d{n}"),
            server: server(1),
            size_bytes,
            system,
            unsupported: None,
        }
    }

    /// Backup of a system and a data disk of 10 bytes each; disks 1 and 2 are there, and 3 to 5.
    #[track_caller]
    fn check(mappings: &[(u128, u128)], expected: Result<&[(u128, u128)], Code>) {
        let disks = [saved(1, 10, true), saved(2, 10, false)];
        let mut foreign = there(4, 10, false);
        foreign.server = server(2);
        let mut cdrom = there(5, 10, false);
        cdrom.unsupported = Some("CD-ROM".into());
        let candidates = [
            there(1, 10, true),
            there(2, 20, false),
            there(3, 9, false),
            foreign,
            cdrom,
        ];
        let mappings: Vec<Mapping> = mappings
            .iter()
            .map(|&(b, t)| Mapping {
                backup: backup(b),
                target: disk(t),
            })
            .collect();
        let got = assign(&disks, &candidates, server(1), &mappings)
            .map(|plan| {
                plan.iter()
                    .map(|a| (a.backup.0.as_u128() - 100, a.target.0.as_u128()))
                    .collect::<Vec<_>>()
            })
            .map_err(|r| r.code);
        assert_eq!(got, expected.map(<[_]>::to_vec));
    }

    #[test]
    fn without_mappings_everything_goes_home() {
        check(&[], Ok(&[(1, 1), (2, 2)]));
    }

    #[test]
    fn with_mappings_only_what_is_named() {
        check(&[(2, 2)], Ok(&[(2, 2)]));
        check(&[(1, 2)], Ok(&[(1, 2)]));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        check(&[(2, 1)], Err(Code::DATA_TO_SYSTEM_DISK));
        check(&[(2, 3)], Err(Code::TARGET_TOO_SMALL));
        check(&[(2, 4)], Err(Code::RESTORE_TO_OTHER_SERVER));
        check(&[(2, 5)], Err(Code::DISK_TYPE_FORBIDS_RESTORE));
        check(&[(9, 2)], Err(Code::BACKUP_NOT_FOUND));
        check(&[(2, 9)], Err(Code::DISK_NOT_FOUND));
        check(&[(1, 2), (2, 2)], Err(Code::PARAMETER));
        check(&[(1, 1), (1, 2)], Err(Code::PARAMETER));
    }

    #[test]
    fn a_disk_that_went_away_has_to_be_mapped() {
        let disks = [saved(1, 10, true), saved(7, 10, false)];
        let refusal = assign(&disks, &[there(1, 10, true)], server(1), &[]).unwrap_err();
        assert_eq!(refusal.code, Code::SOME_DISKS_NOT_RESTORABLE);
        assert!(refusal.message.contains("d7"));
    }
}
