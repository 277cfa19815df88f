//! The difference between what a driver says and what the catalog holds.
//!
//! Some drivers call a disk by another native id once it is attached or detached. A disk that comes
//! under a name not known, while the one known with its file or device is not called by its own
//! any more, is that one: it keeps its id, its backups and its epochs. Only within a project, so
//! that nobody's disk becomes another one's.

use std::collections::{HashMap, HashSet};

use coffer_core::ids::{DiskId, ProjectId, ServerId};
use coffer_engine::hypervisor::{DiskInfo, PowerState, ServerInfo};
use jiff::Timestamp;

use crate::catalog::disks::Disk;
use crate::catalog::record::Json;
use crate::catalog::servers::Server;
use crate::door;

/// What has to be written.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub new_servers: Vec<Server>,
    pub servers: Vec<Server>,
    pub new_disks: Vec<Disk>,
    pub disks: Vec<Disk>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.new_servers.is_empty()
            && self.servers.is_empty()
            && self.new_disks.is_empty()
            && self.disks.is_empty()
    }
}

/// Name of a power state in the catalog.
pub(super) fn power_name(state: PowerState) -> &'static str {
    match state {
        PowerState::Running => "running",
        PowerState::Paused => "paused",
        PowerState::ShuttingDown => "shutting_down",
        PowerState::Stopped => "stopped",
        PowerState::Faulty => "faulty",
    }
}

pub(super) fn changes(
    host: &str,
    default_project: ProjectId,
    (servers, disks): &(Vec<Server>, Vec<Disk>),
    found: &[ServerInfo],
    detached: &[DiskInfo],
    now: Timestamp,
) -> Changes {
    let mut changes = Changes::default();
    let by_name: HashMap<&str, &Server> =
        servers.iter().map(|s| (s.native_id.as_str(), s)).collect();
    let known_disks: HashMap<&str, &Disk> =
        disks.iter().map(|d| (d.native_id.as_str(), d)).collect();
    let mut seen_disks = HashSet::new();
    let named: HashSet<&str> = found
        .iter()
        .flat_map(|info| &info.disks)
        .chain(detached)
        .map(|disk| disk.native_id.as_str())
        .collect();
    let mut moves = Moves {
        disks,
        named,
        taken: HashSet::new(),
    };
    for info in found {
        let known = by_name.get(info.native_id.as_str()).copied();
        let server = server_row(host, default_project, known, info, now);
        for (position, disk) in info.disks.iter().enumerate() {
            seen_disks.insert(disk.native_id.as_str());
            let position = i64::try_from(position).unwrap_or(i64::MAX);
            let attached = Some((&server, position));
            add_disk(
                &mut changes,
                host,
                server.project_id,
                known_disks
                    .get(disk.native_id.as_str())
                    .copied()
                    .or_else(|| moves.find(disk, Some(server.project_id))),
                disk,
                attached,
                now,
            );
        }
        match known {
            None => changes.new_servers.push(server),
            Some(old) if same_server(old, &server) => {}
            Some(_) => changes.servers.push(server),
        }
    }
    // The driver was asked twice: a disk that went meanwhile may be in both answers.
    let attached: HashSet<&str> = found
        .iter()
        .flat_map(|info| &info.disks)
        .filter(|disk| !disk.path.is_empty())
        .map(|disk| disk.path.as_str())
        .collect();
    for disk in detached
        .iter()
        .filter(|d| !attached.contains(d.path.as_str()))
    {
        seen_disks.insert(disk.native_id.as_str());
        let named = known_disks.get(disk.native_id.as_str()).copied();
        let known = match named.filter(|known| known.is_there()) {
            Some(known) => Some(known),
            // One that was here before and is gone gives its name to the one that comes now.
            None => match (moves.find(disk, None), named) {
                (Some(moved), Some(gone)) => {
                    changes.disks.push(Disk {
                        native_id: format!("gone:{}", gone.id),
                        updated_at: now,
                        ..gone.clone()
                    });
                    Some(moved)
                }
                (moved, gone) => moved.or(gone),
            },
        };
        add_disk(&mut changes, host, default_project, known, disk, None, now);
    }
    let there: HashSet<&str> = found.iter().map(|info| info.native_id.as_str()).collect();
    for server in servers {
        if !there.contains(server.native_id.as_str()) && server.is_there() {
            changes.servers.push(Server {
                vanished_at: Some(now),
                power: "stopped".to_owned(),
                updated_at: now,
                ..server.clone()
            });
        }
    }
    for disk in disks {
        let moved = moves.taken.contains(&disk.id);
        if !moved && !seen_disks.contains(disk.native_id.as_str()) && disk.is_there() {
            changes.disks.push(Disk {
                vanished_at: Some(now),
                updated_at: now,
                ..disk.clone()
            });
        }
    }
    changes
}

/// Disks that are called otherwise from now on.
struct Moves<'a> {
    disks: &'a [Disk],
    /// All native ids that the driver names now.
    named: HashSet<&'a str>,
    taken: HashSet<DiskId>,
}

impl<'a> Moves<'a> {
    /// The one disk that this was until now.
    fn find(&mut self, info: &DiskInfo, project: Option<ProjectId>) -> Option<&'a Disk> {
        if info.path.is_empty() || info.unsupported.is_some() {
            return None;
        }
        let was_it = |disk: &&Disk| {
            disk.path == info.path
                && !self.named.contains(disk.native_id.as_str())
                && !self.taken.contains(&disk.id)
                // Its file was given up to another disk.
                && !disk.native_id.starts_with("gone:")
                && project.is_none_or(|project| project == disk.project_id)
        };
        let found: Vec<&Disk> = self.disks.iter().filter(was_it).collect();
        let there: Vec<&Disk> = found.iter().copied().filter(|d| d.is_there()).collect();
        let one = match (there.as_slice(), found.as_slice()) {
            ([one], _) | ([], [one]) => *one,
            _ => return None,
        };
        self.taken.insert(one.id);
        Some(one)
    }
}

fn server_row(
    host: &str,
    default_project: ProjectId,
    known: Option<&Server>,
    info: &ServerInfo,
    now: Timestamp,
) -> Server {
    Server {
        id: known.map_or_else(|| ServerId(door::new_uuid()), |s| s.id),
        project_id: known.map_or(default_project, |s| s.project_id),
        hypervisor: host.to_owned(),
        native_id: info.native_id.clone(),
        name: info.name.clone(),
        power: power_name(info.state).to_owned(),
        vcpus: u64::from(info.vcpus),
        memory_mib: info.memory_mib,
        architecture: info.architecture.clone(),
        restart_allowed: info.restart_allowed,
        nics: Json(serde_json::to_value(&info.nics).unwrap_or_default()),
        created_at: known.map_or(now, |s| s.created_at),
        updated_at: now,
        vanished_at: None,
    }
}

fn same_server(old: &Server, new: &Server) -> bool {
    *old == Server {
        updated_at: old.updated_at,
        ..new.clone()
    }
}

fn add_disk(
    changes: &mut Changes,
    host: &str,
    project: ProjectId,
    known: Option<&Disk>,
    info: &DiskInfo,
    attached: Option<(&Server, i64)>,
    now: Timestamp,
) {
    let name = match attached {
        Some((server, _)) => format!("{}-{}", server.name, info.name),
        None => info.name.clone(),
    };
    // What a guest writes to a raw disk may look like an image that is based on any file of the host.
    let disguised = attached.is_none()
        && info.format != "raw"
        && known.is_some_and(|known| known.format == "raw");
    let (format, unsupported) = match disguised {
        true => (
            "raw".to_owned(),
            Some(format!(
                "it is a raw disk, and looks like {} by now",
                info.format
            )),
        ),
        false => (info.format.clone(), info.unsupported.clone()),
    };
    let disk = Disk {
        id: known.map_or_else(|| DiskId(door::new_uuid()), |d| d.id),
        // An attached disk belongs to its server's project; a detached one stays where it was.
        project_id: match attached {
            Some(_) => project,
            None => known.map_or(project, |d| d.project_id),
        },
        hypervisor: host.to_owned(),
        native_id: info.native_id.clone(),
        server_id: attached.map(|(server, _)| server.id),
        device: info.name.clone(),
        name: name.chars().take(255).collect(),
        size_bytes: info.size_bytes,
        path: info.path.clone(),
        format,
        bus: info.bus.clone(),
        system: info.system,
        shareable: info.shareable,
        unsupported,
        position: attached.map_or(0, |(_, position)| position),
        created_at: known.map_or(now, |d| d.created_at),
        updated_at: now,
        vanished_at: None,
    };
    match known {
        None => changes.new_disks.push(disk),
        Some(old)
            if *old
                == Disk {
                    updated_at: old.updated_at,
                    ..disk.clone()
                } => {}
        Some(_) => changes.disks.push(disk),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk(native: &str) -> DiskInfo {
        DiskInfo {
            native_id: native.into(),
            name: native.into(),
            size_bytes: 4096,
            path: format!("/{}", native.rsplit('/').next().unwrap()),
            format: "raw".into(),
            bus: "virtio".into(),
            system: native.ends_with('a'),
            shareable: false,
            unsupported: None,
        }
    }

    fn server(native: &str, disks: &[&str]) -> ServerInfo {
        ServerInfo {
            native_id: native.into(),
            name: format!("name-{native}"),
            state: PowerState::Running,
            vcpus: 1,
            memory_mib: 512,
            architecture: "x86_64".into(),
            disks: disks.iter().map(|d| disk(d)).collect(),
            nics: vec![],
            restart_allowed: true,
            tags: vec![],
        }
    }

    fn apply(known: &mut (Vec<Server>, Vec<Disk>), changes: Changes) {
        for s in changes.servers {
            known.0.retain(|k| k.id != s.id);
            known.0.push(s);
        }
        for d in changes.disks {
            known.1.retain(|k| k.id != d.id);
            known.1.push(d);
        }
        known.0.extend(changes.new_servers);
        known.1.extend(changes.new_disks);
    }

    #[test]
    fn ids_stay_while_things_come_go_and_come_back() {
        let project = ProjectId([1; 16]);
        let at = |n| Timestamp::from_millisecond(n).unwrap();
        let mut known = (vec![], vec![]);
        let run =
            |known: &mut (Vec<Server>, Vec<Disk>), found: &[ServerInfo], loose: &[DiskInfo], n| {
                let c = changes("h", project, known, found, loose, at(n));
                let empty = c.is_empty();
                apply(known, c);
                empty
            };
        let both = [server("s", &["da", "db"])];
        assert!(!run(&mut known, &both, &[], 1));
        assert!(run(&mut known, &both, &[], 2), "nothing changed");
        let server_id = known.0[0].id;
        let db = known.1.iter().find(|d| d.native_id == "db").unwrap().id;
        assert_eq!(
            known.1.iter().find(|d| d.id == db).unwrap().name,
            "name-s-db"
        );

        // The disk is detached: same id, no server.
        run(&mut known, &[server("s", &["da"])], &[disk("db")], 3);
        let loose = known.1.iter().find(|d| d.native_id == "db").unwrap();
        assert_eq!((loose.id, loose.server_id), (db, None));

        // Everything goes and comes back.
        run(&mut known, &[], &[], 4);
        assert!(known.0.iter().all(|s| !s.is_there()));
        assert!(known.1.iter().all(|d| !d.is_there()));
        run(&mut known, &both, &[], 5);
        assert_eq!(known.0[0].id, server_id);
        let back = known.1.iter().find(|d| d.native_id == "db").unwrap();
        assert_eq!((back.id, back.server_id), (db, Some(server_id)));
        assert_eq!((known.0.len(), known.1.len()), (1, 2));
    }

    #[test]
    fn a_disk_keeps_its_id_when_its_driver_calls_it_otherwise() {
        let project = ProjectId([1; 16]);
        let at = |n| Timestamp::from_millisecond(n).unwrap();
        let mut known = (vec![], vec![]);
        let mut see = |found: &[ServerInfo], loose: &[DiskInfo], n| {
            let c = changes("h", project, &known, found, loose, at(n));
            apply(&mut known, c);
            known.clone()
        };
        let first = see(&[server("s", &["s/da", "s/db"])], &[], 1);
        let db = first.1.iter().find(|d| d.native_id == "s/db").unwrap().id;
        let is_it = |all: &(Vec<Server>, Vec<Disk>), native: &str| {
            let disk = all.1.iter().find(|d| d.id == db).unwrap();
            assert_eq!((all.1.len(), disk.native_id.as_str()), (2, native));
            assert!(disk.is_there());
            disk.server_id
        };
        // Seen in both answers while it goes, then as a disk of no server.
        let both = see(&[server("s", &["s/da", "s/db"])], &[disk("file:/db")], 2);
        assert!(is_it(&both, "s/db").is_some());
        let loose = see(&[server("s", &["s/da"])], &[disk("file:/db")], 3);
        assert_eq!(is_it(&loose, "file:/db"), None);
        // In neither answer while it comes, then at another server.
        see(&[server("s", &["s/da"])], &[], 4);
        let there = see(&[server("s", &["s/da"]), server("t", &["t/db"])], &[], 5);
        assert_eq!(is_it(&there, "t/db"), there.0.last().map(|t| t.id));
    }

    #[test]
    fn no_disk_becomes_one_of_another_project() {
        let at = |n| Timestamp::from_millisecond(n).unwrap();
        let (mine, other) = (ProjectId([1; 16]), ProjectId([2; 16]));
        let mut known = (vec![], vec![]);
        let c = changes("h", mine, &known, &[], &[disk("file:/db")], at(1));
        apply(&mut known, c);
        let c = changes("h", other, &known, &[server("s", &["s/db"])], &[], at(2));
        apply(&mut known, c);
        let of = |project| known.1.iter().find(|d| d.project_id == project).unwrap();
        assert!(!of(mine).is_there() && of(other).is_there());
        assert_ne!(of(mine).id, of(other).id);
    }

    #[test]
    fn a_detached_disk_is_itself_whoever_had_its_name_before() {
        let (first, second) = (ProjectId([1; 16]), ProjectId([2; 16]));
        let at = |n| Timestamp::from_millisecond(n).unwrap();
        let mut known = (vec![], vec![]);
        let run =
            |known: &mut (Vec<Server>, Vec<Disk>), found: &[ServerInfo], loose: &[DiskInfo], n| {
                let c = changes("h", first, known, found, loose, at(n));
                apply(known, c);
            };
        run(&mut known, &[server("s", &[])], &[disk("loose/x")], 1);
        run(&mut known, &[server("s", &[])], &[], 2);
        let before = known.1[0].id;
        // The server is another project's, and gets a disk with the same file.
        known.0[0].project_id = second;
        run(&mut known, &[server("s", &["s/x"])], &[], 3);
        let attached = known.1.iter().find(|d| d.native_id == "s/x").unwrap().id;
        assert_ne!(attached, before);

        run(&mut known, &[server("s", &[])], &[disk("loose/x")], 4);
        let loose = known.1.iter().find(|d| d.native_id == "loose/x").unwrap();
        assert_eq!((loose.id, loose.project_id), (attached, second));
        let gone = known.1.iter().find(|d| d.id == before).unwrap();
        assert_eq!(gone.native_id, format!("gone:{before}"));
        assert!(!gone.is_there());
    }

    #[test]
    fn a_raw_disk_that_looks_like_an_image_is_left_alone() {
        let project = ProjectId([1; 16]);
        let now = Timestamp::from_millisecond(1).unwrap();
        let mut known = (vec![], vec![]);
        let c = changes("h", project, &known, &[server("s", &["x"])], &[], now);
        apply(&mut known, c);
        let mut loose = disk("x");
        loose.format = "qcow2".into();
        for _ in 0..2 {
            let found = [server("s", &[])];
            let c = changes(
                "h",
                project,
                &known,
                &found,
                std::slice::from_ref(&loose),
                now,
            );
            apply(&mut known, c);
            let row = &known.1[0];
            assert_eq!((known.1.len(), row.format.as_str()), (1, "raw"));
            assert!(row.unsupported.is_some());
        }
    }
}
