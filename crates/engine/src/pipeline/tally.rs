//! Counts references by difference (decision F7): a backup that came adds what differs from the one
//! it was built on, a backup that went takes away what neither of its neighbours holds.
//!
//! A map is a set of *slots*: each chunk's position, each node's level and index, and each delta's
//! base. A reference counts where a map and the one it is compared with differ in a slot. Which map that
//! is may be chosen freely as long as no map is compared with itself over others. So the map of a new
//! backup is compared with its parent's, and when a map X with the parent P goes, its children are
//! compared with P from then on; without a P, with the oldest of them. Then little changes: in a slot
//! in which X equals P, or its only child, or the child that takes its place, nothing does, and such
//! subtrees are passed over. Cost: the nodes on the way to what differs, whatever else is stored.
//!
//! The log says in order what came and went. A backup is pinned while another one is built on it, and
//! the log names the newer one before that pin ends: so the parent is still counted when its child
//! comes. Where it is not (the log names an attempt whose manifest is gone already: that one is passed
//! over), the newest map of the same disk will do. An attempt that is passed over must have been
//! removed by an entry behind it: otherwise its manifest is lost or the log is wrong, and that is `Data`.
//!
//! The log tells that a backup goes before its manifest does. What the counted backup refers to stays
//! until the manifest is gone: the log is not read beyond such an entry before. Where it stays though
//! nobody is about to remove it, that is `Data`.
//!
//! The nodes of a backup that is deleted can be read until its references are taken away: they have
//! a count until then, and what has a count is not condemned. Where another program was faster and
//! they are gone, that is `Data`, and the counts are read again, or made anew.

use coffer_core::format::records::{Attempt, LogEntry, Manifest, ManifestDisk};
use coffer_core::ids::{BackupId, DiskId};
use coffer_core::map::{Address, Body, FANOUT, Root};
use coffer_core::{Error, Kind, Result};
use tokio_util::sync::CancellationToken;

use super::check_cancelled;
use crate::repository::{AttemptName, Counted, Counts, LogHead, Repository, Vault, parse_attempt};

/// Places walked before others get their turn.
const TURN_PLACES: usize = 64;

/// Takes into account what the log says by now. False where it says of a backup that it goes which is
/// still there: what comes behind that is left for later.
///
/// `Data` where the counts and the log or the maps do not fit.
pub(super) async fn advance(
    counts: &mut Counts,
    repository: &Repository,
    cancel: &CancellationToken,
) -> Result<bool> {
    let entries = repository.log_behind(counts.seen.as_ref()).await?;
    for at in 0..entries.len() {
        check_cancelled(cancel)?;
        let (head, entry) = &entries[at];
        let behind = &entries[at + 1..];
        let Some(back) = came_back(counts, repository, entry, behind).await? else {
            return Ok(false);
        };
        for name in take(counts, repository, entry, &back, cancel).await? {
            let goes = |entry: &LogEntry| entry.backups_removed.contains(&name);
            let mut gone = entries[at..].iter().any(|(_, entry)| goes(entry));
            if !gone {
                // It may have gone since the log was read.
                let newest = entries.last().map(|(head, _)| head.number);
                gone = repository.log_after(newest).await?.iter().any(goes);
            }
            if !gone {
                return Err(Error::data(format!(
                    "the log says that backup {name} came, and it is not there"
                )));
            }
        }
        counts.seen = Some(head.clone());
        counts.changed = true;
    }
    Ok(true)
}

/// Of the counted backups that go by this entry, those that came again under their names by one behind
/// it, and are counted as they came. None where one has its manifest still: it is about to go.
async fn came_back(
    counts: &Counts,
    repository: &Repository,
    entry: &LogEntry,
    behind: &[(LogHead, LogEntry)],
) -> Result<Option<Vec<AttemptName>>> {
    let mut back = Vec::new();
    for name in entry
        .backups_removed
        .iter()
        .filter_map(|n| parse_attempt(n))
        .filter(|name| counts.has(name.id, name.attempt))
    {
        if !is_there(counts, repository, &name).await? {
            continue;
        }
        let text = name.to_string();
        if behind.iter().any(|(_, e)| e.backups_added.contains(&text)) {
            back.push(name);
            continue;
        }
        // In this order: a condemnation is lifted after the manifest went.
        if repository.condemned().await?.backups.contains(&name.id) {
            return Ok(None);
        }
        if is_there(counts, repository, &name).await? {
            return Err(Error::data(format!(
                "the log says that backup {name} went, and it is there"
            )));
        }
    }
    Ok(Some(back))
}

/// True if the manifest of a counted backup is there, and not one that came later under its name.
async fn is_there(counts: &Counts, repository: &Repository, name: &AttemptName) -> Result<bool> {
    Ok(match repository.attempt(name).await {
        Ok(Some(Attempt::Backup(manifest))) => is_counted(counts, &manifest),
        Ok(Some(Attempt::Tombstone(_)) | None) => false,
        // A damaged manifest can be deleted too; until then it counts as what it was.
        Err(e) if e.kind == Kind::Data => true,
        Err(e) => return Err(e),
    })
}

/// Counts what an entry says, but that those in `back` went. Returns the backups that came by it and
/// are not there.
async fn take(
    counts: &mut Counts,
    repository: &Repository,
    entry: &LogEntry,
    back: &[AttemptName],
    cancel: &CancellationToken,
) -> Result<Vec<String>> {
    let mut absent = Vec::new();
    for name in entry.backups_added.iter().filter_map(|n| parse_attempt(n)) {
        let Some(Attempt::Backup(manifest)) = repository.attempt(&name).await? else {
            // Its packs were never counted, so nothing else will tell of them.
            counts
                .sessions
                .extend(entry.packs_added.iter().map(|range| range.session));
            absent.push(name.to_string());
            continue;
        };
        // A deleted backup may come again under its name: then it has other maps.
        if counts.has(name.id, name.attempt) {
            if is_counted(counts, &manifest) {
                continue;
            }
            remove(counts, repository, &name, cancel).await?;
        }
        add(counts, repository, &manifest, cancel).await?;
    }
    for name in entry
        .backups_removed
        .iter()
        .filter_map(|n| parse_attempt(n))
        .filter(|name| !back.contains(name))
    {
        remove(counts, repository, &name, cancel).await?;
    }
    for pack in &entry.packs_removed {
        if counts.pack(repository, *pack).await?.is_some() {
            return Err(Error::data(format!(
                "pack {pack} was removed, and a backup needs it by the counts"
            )));
        }
        counts.touched.remove(pack);
    }
    counts.sessions.extend(&entry.sessions_given_up);
    Ok(absent)
}

/// True if the counted maps of a backup's name are its own.
pub(super) fn is_counted(counts: &Counts, manifest: &Manifest) -> bool {
    let theirs = counts
        .maps
        .values()
        .filter(|map| (map.backup_id, map.attempt) == (manifest.backup_id, manifest.attempt))
        .map(|map| map.root.node.address);
    let ours = manifest.disks.iter().filter_map(|disk| disk.root);
    theirs.eq(ours.map(|root| root.node.address))
}

/// Counts a backup that came.
pub(super) async fn add(
    counts: &mut Counts,
    repository: &Repository,
    manifest: &Manifest,
    cancel: &CancellationToken,
) -> Result<()> {
    let (backup_id, attempt) = (manifest.backup_id, manifest.attempt);
    let mut maps = Vec::new();
    for disk in &manifest.disks {
        let Some(root) = disk.root else { continue };
        let parent = compared_with(counts, disk);
        let theirs = parent.map(|key| counts.maps[&key].root);
        walk(counts, repository, &[Some(root), theirs], &Coming, cancel).await?;
        maps.push(Counted {
            backup_id,
            attempt,
            disk_id: disk.disk_id,
            root,
            parent,
        });
    }
    // All of them at once: half a backup would pass for a whole one.
    maps.into_iter().for_each(|map| counts.insert(map));
    // What attempts before it stored and it did not take over is nobody's.
    counts.sessions.extend(&manifest.adopted);
    for pack in manifest.packs() {
        if counts.pack(repository, pack).await?.is_none() {
            counts.touched.insert(pack);
        }
    }
    counts.changed = true;
    Ok(())
}

/// The map that a new one of this disk is compared with.
fn compared_with(counts: &Counts, disk: &ManifestDisk) -> Option<u64> {
    let newest = |fits: &dyn Fn(BackupId, DiskId) -> bool| {
        let mut maps = counts.maps.iter().rev();
        maps.find(|(_, map)| fits(map.backup_id, map.disk_id))
            .map(|(key, _)| *key)
    };
    let parent = disk.parent?;
    newest(&|backup, id| backup == parent && id == disk.disk_id)
        .or_else(|| newest(&|_, id| id == disk.disk_id))
}

/// Takes away what a backup that went referred to. One that is not counted is none.
pub(super) async fn remove(
    counts: &mut Counts,
    repository: &Repository,
    name: &AttemptName,
    cancel: &CancellationToken,
) -> Result<()> {
    let keys: Vec<u64> = counts
        .maps
        .iter()
        .filter(|(_, map)| (map.backup_id, map.attempt) == (name.id, name.attempt))
        .map(|(key, _)| *key)
        .collect();
    for key in keys {
        let gone = counts.maps[&key];
        let children: Vec<u64> = counts
            .maps
            .iter()
            .filter(|(_, map)| map.parent == Some(key))
            .map(|(child, _)| *child)
            .collect();
        let parent = gone
            .parent
            .filter(|parent| counts.maps.contains_key(parent));
        let mut roots = vec![Some(gone.root), parent.map(|p| counts.maps[&p].root)];
        roots.extend(children.iter().map(|child| Some(counts.maps[child].root)));
        let going = Going {
            has_parent: parent.is_some(),
        };
        walk(counts, repository, &roots, &going, cancel).await?;
        for (i, child) in children.iter().enumerate() {
            let now = match (parent, i) {
                (Some(parent), _) => Some(parent),
                (None, 0) => None,
                (None, _) => Some(children[0]),
            };
            if let Some(map) = counts.maps.get_mut(child) {
                map.parent = now;
            }
        }
        counts.maps.remove(&key);
        counts.changed = true;
    }
    Ok(())
}

/// What changes in the counts where maps hold this and that in one slot.
trait Change {
    /// True if nothing changes in any slot of a subtree that the maps hold so.
    fn is_none(&self, held: &[Option<Address>]) -> bool;
    /// Adds to `out` the references that come (true) or go.
    fn of(&self, held: &[Option<Address>], out: &mut Vec<(Address, bool)>);
}

/// A map comes: itself, then the one it is compared with.
struct Coming;

impl Change for Coming {
    fn is_none(&self, held: &[Option<Address>]) -> bool {
        held[0].is_none() || held[0] == held[1]
    }

    fn of(&self, held: &[Option<Address>], out: &mut Vec<(Address, bool)>) {
        if held[0] != held[1] {
            out.extend(held[0].map(|address| (address, true)));
        }
    }
}

/// A map goes: itself, the one it is compared with, those that are compared with it.
struct Going {
    has_parent: bool,
}

impl Change for Going {
    fn is_none(&self, held: &[Option<Address>]) -> bool {
        let (gone, parent, children) = (held[0], held[1], &held[2..]);
        match children {
            [] => gone.is_none() || self.has_parent && gone == parent,
            // It takes the place of the one that goes.
            [heir, ..] if !self.has_parent => {
                gone == *heir || children.len() == 1 && gone.is_none()
            }
            [child] if gone == *child => true,
            _ => gone == parent,
        }
    }

    fn of(&self, held: &[Option<Address>], out: &mut Vec<(Address, bool)>) {
        let (gone, parent, children) = (held[0], held[1], &held[2..]);
        if gone != parent {
            out.extend(gone.map(|address| (address, false)));
        }
        for (i, child) in children.iter().enumerate() {
            let Some(address) = *child else { continue };
            let now = match (self.has_parent, i) {
                (true, _) => parent,
                (false, 0) => None,
                (false, _) => children[0],
            };
            match (*child != gone, *child != now) {
                (true, false) => out.push((address, false)),
                (false, true) => out.push((address, true)),
                _ => {}
            }
        }
    }
}

/// A subtree of each map, over the same chunks.
struct Place {
    level: u8,
    roots: Vec<Option<Root>>,
}

/// Walks maps side by side, and changes the counts as `change` says.
async fn walk(
    counts: &mut Counts,
    vault: &Vault,
    roots: &[Option<Root>],
    change: &impl Change,
    cancel: &CancellationToken,
) -> Result<()> {
    let level = roots.iter().flatten().map(|root| root.level).max();
    let mut stack: Vec<Place> = level
        .map(|level| Place {
            level,
            roots: roots.to_vec(),
        })
        .into_iter()
        .collect();
    let mut changes = Vec::new();
    let mut places = 0;
    while let Some(Place { level, roots }) = stack.pop() {
        let held: Vec<_> = roots
            .iter()
            .map(|root| root.map(|r| r.node.address))
            .collect();
        if change.is_none(&held) {
            continue;
        }
        places += 1;
        if places % TURN_PLACES == 0 {
            check_cancelled(cancel)?;
            tokio::task::yield_now().await;
        }
        let mut nodes = Vec::with_capacity(roots.len());
        for root in &roots {
            // A map of a smaller disk has no node here: its root lies below.
            nodes.push(match root {
                Some(root) if root.level == level => {
                    Some(vault.checked_node(&root.node, level).await?)
                }
                _ => None,
            });
        }
        let here = |i: usize| roots[i].filter(|root| root.level == level);
        let slot: Vec<_> = (0..roots.len())
            .map(|i| here(i).map(|root| root.node.address))
            .collect();
        change.of(&slot, &mut changes);
        let bases: Vec<_> = nodes
            .iter()
            .map(|node| node.as_ref()?.base.as_ref().map(|(base, _)| base.address))
            .collect();
        change.of(&bases, &mut changes);
        for child in 0..FANOUT {
            let entry = |i: usize| match nodes[i].as_ref().map(|node| &node.node.body) {
                Some(Body::Inner(entries)) => entries[child].map(|node| Root {
                    node,
                    level: level - 1,
                }),
                Some(Body::Leaf(_)) => None,
                None => roots[i].filter(|root| child == 0 && root.level < level),
            };
            if level > 0 {
                let roots: Vec<_> = (0..roots.len()).map(entry).collect();
                if roots.iter().any(Option::is_some) {
                    let level = level - 1;
                    stack.push(Place { level, roots });
                }
                continue;
            }
            let chunks: Vec<_> = nodes
                .iter()
                .map(|node| match node.as_ref().map(|node| &node.node.body) {
                    Some(Body::Leaf(entries)) => entries[child].map(|chunk| chunk.address),
                    _ => None,
                })
                .collect();
            change.of(&chunks, &mut changes);
        }
        // What comes first: a blob that moves from one map to another must not pass through zero.
        changes.sort_by_key(|(_, more)| !more);
        for (address, more) in changes.drain(..) {
            counts.change(vault, address, more).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use coffer_core::ids::PackId;

    fn blob(number: u32) -> Option<Address> {
        (number > 0).then_some(Address {
            pack: PackId([1; 16]),
            ordinal: number,
            slot: 0,
        })
    }

    /// Counts of one slot by the definition: each map counts where the one it is compared with differs.
    fn counted(maps: &[(Option<Address>, Option<Address>)]) -> Vec<u32> {
        let mut found: Vec<u32> = maps
            .iter()
            .filter(|(held, other)| held != other)
            .filter_map(|(held, _)| held.map(|address| address.ordinal))
            .collect();
        found.sort_unstable();
        found
    }

    /// All ways in which up to three children, the map that goes and its parent may hold up to
    /// three blobs in one slot.
    #[test]
    fn what_goes_is_what_the_definition_says() {
        for code in 0..4_u32.pow(5) {
            let digit = |i: u32| code / 4_u32.pow(i) % 4;
            let (gone, parent) = (blob(digit(0)), blob(digit(1)));
            for (children, has_parent) in (0..=3).flat_map(|n| [(n, false), (n, true)]) {
                if !has_parent && parent.is_some() {
                    continue;
                }
                let children: Vec<_> = (0..children).map(|i| blob(digit(2 + i))).collect();
                let mut before = vec![(gone, parent)];
                before.extend(children.iter().map(|child| (*child, gone)));
                let now = |i| match (has_parent, i) {
                    (true, _) => parent,
                    (false, 0) => None,
                    (false, _) => children[0],
                };
                let after: Vec<_> = (0..children.len()).map(|i| (children[i], now(i))).collect();
                let mut held = vec![gone, parent];
                held.extend(&children);
                let going = Going { has_parent };
                let mut changes = Vec::new();
                going.of(&held, &mut changes);
                if going.is_none(&held) {
                    let net: i32 = changes
                        .iter()
                        .map(|(_, more)| if *more { 1 } else { -1 })
                        .sum();
                    assert_eq!((net, counted(&before)), (0, counted(&after)), "{held:?}");
                }
                let mut found = counted(&before);
                changes.sort_by_key(|(_, more)| !more);
                for (address, more) in changes {
                    match more {
                        true => found.push(address.ordinal),
                        false => {
                            let at = found.iter().position(|o| *o == address.ordinal);
                            found.remove(at.expect("it is counted"));
                        }
                    }
                }
                found.sort_unstable();
                assert_eq!(found, counted(&after), "{held:?} {has_parent}");
            }
        }
    }
}
