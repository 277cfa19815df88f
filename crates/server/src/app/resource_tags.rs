//! Tags of servers and disks (ECS and EVS APIs: tags): set by users, or by the hypervisor.

use std::collections::BTreeMap;

use coffer_core::cbr::tag::{TAGS_MAX, check_key, check_value};
use coffer_core::cbr::{Code, Refusal};
use coffer_core::ids::{DiskId, ProjectId, ServerId};
use coffer_core::{Error, Kind, Result};
use uuid::Uuid;

use super::App;
use crate::catalog::disks::Disk;
use crate::catalog::resource_tags::{self as rows, ResourceTag, USER};
use crate::catalog::servers::Server;
use crate::catalog::{Tx, disks, servers};

/// A server or disk whose tags are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tagged {
    /// A server.
    Server,
    /// A disk.
    Disk,
}

/// What to do with tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagChange {
    /// Set them; a key that is there gets the new value.
    Set(Vec<(String, String)>),
    /// Set them, and remove all others that users set.
    Replace(Vec<(String, String)>),
    /// Remove the ones with these keys; missing ones count as removed.
    Remove(Vec<String>),
}

/// How a change of tags ends where it does not succeed.
#[derive(Debug)]
pub enum TagError {
    /// There is no such server or disk in the project.
    NotFound,
    /// The tags are refused.
    Refused(Refusal),
    /// Something below failed.
    Failed(Error),
}

impl From<Error> for TagError {
    fn from(error: Error) -> TagError {
        match error.kind {
            Kind::NotFound => TagError::NotFound,
            _ => TagError::Failed(error),
        }
    }
}

impl From<Refusal> for TagError {
    fn from(refusal: Refusal) -> TagError {
        TagError::Refused(refusal)
    }
}

async fn find(tx: &mut Tx, project: ProjectId, kind: Tagged, id: &str) -> Result<Option<Uuid>> {
    let Ok(id) = id.parse::<Uuid>() else {
        return Ok(None);
    };
    let there = match kind {
        Tagged::Server => servers::find(tx, project, ServerId(id))
            .await?
            .is_some_and(|s: Server| s.is_there()),
        Tagged::Disk => disks::find(tx, project, DiskId(id))
            .await?
            .is_some_and(|d: Disk| d.is_there()),
    };
    Ok(there.then_some(id))
}

impl App {
    /// The tags of a server or disk, by key.
    pub async fn resource_tags(
        &self,
        project: ProjectId,
        kind: Tagged,
        id: &str,
    ) -> std::result::Result<BTreeMap<String, String>, TagError> {
        let mut tx = self.catalog.snapshot().await?;
        let id = find(&mut tx, project, kind, id).await?;
        let id = id.ok_or(TagError::NotFound)?;
        let mut tags = rows::of(&mut tx, &[id]).await?;
        Ok(tags.remove(&id).unwrap_or_default())
    }

    /// The tags of several servers or disks.
    pub async fn tags_of(
        &self,
        ids: &[Uuid],
    ) -> Result<std::collections::HashMap<Uuid, BTreeMap<String, String>>> {
        let mut tx = self.catalog.snapshot().await?;
        rows::of(&mut tx, ids).await
    }

    /// Sets or removes tags of a server or disk. What the hypervisor says stays, and comes back
    /// where the tag that hid it goes.
    pub async fn change_resource_tags(
        &self,
        project: ProjectId,
        kind: Tagged,
        id: &str,
        change: &TagChange,
    ) -> std::result::Result<(), TagError> {
        let mut tx = self.catalog.write().await?;
        let id = find(&mut tx, project, kind, id).await?;
        let id = id.ok_or(TagError::NotFound)?;
        if matches!(change, TagChange::Replace(_)) {
            rows::remove_all(&mut tx, id, USER).await?;
        }
        match change {
            TagChange::Set(tags) | TagChange::Replace(tags) => {
                let mut checked = Vec::new();
                for (n, (key, value)) in tags.iter().enumerate() {
                    let key = check_key(&format!("tags[{n}].key"), key)?;
                    let value = check_value(&format!("tags[{n}].value"), value)?;
                    checked.push((key, value));
                }
                let keys: Vec<String> = checked.iter().map(|(key, _)| key.clone()).collect();
                let others = rows::count_others(&mut tx, id, &keys).await?;
                let distinct: std::collections::BTreeSet<&String> = keys.iter().collect();
                let total = others + distinct.len() as u64;
                if total > TAGS_MAX as u64 {
                    let text = format!("tags: there would be {total}, more than {TAGS_MAX}");
                    return Err(Refusal::new(Code::TAG_LIMIT, text).into());
                }
                for (key, value) in checked {
                    let tag = ResourceTag {
                        resource_id: id,
                        source: USER.to_owned(),
                        tag_key: key,
                        tag_value: value,
                    };
                    rows::set(&mut tx, &tag).await?;
                }
            }
            TagChange::Remove(keys) => {
                for key in keys {
                    rows::remove(&mut tx, id, USER, key.trim()).await?;
                }
            }
        }
        Ok(tx.commit().await?)
    }
}
