//! Tags of vaults.

use coffer_core::cbr::tag::{self, Query};
use coffer_core::cbr::{Code, ObjectType, Operation, Refusal};

use super::vaults::{VaultView, find, views};
use super::{Actor, App, AppResult, During};
use crate::catalog::vaults;
use crate::catalog::vaults::Tag;

/// Tags to be deleted: those of a key, or of a key with a value.
#[derive(Debug, Clone)]
pub struct Doomed {
    /// The key.
    pub key: String,
    /// The value it must have, where one was given.
    pub value: Option<String>,
}

/// Which vaults to find by their tags.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The tags.
    pub tags: Query,
    /// A part of the name; an empty one fits no vault.
    pub name: Option<String>,
    /// What they take.
    pub object_type: Option<ObjectType>,
}

const OP: Operation = Operation::Vault;

fn pairs(tags: &[Tag]) -> tag::Tags {
    tags.iter()
        .map(|t| (t.key.clone(), t.value.clone()))
        .collect()
}

impl App {
    /// The tags of a vault.
    pub async fn tags(&self, actor: &Actor, id: &str) -> AppResult<Vec<Tag>> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        Ok(find(&mut tx, actor, id).await?.tags.0)
    }

    /// Sets tags of a vault; a key that is there gets the new value.
    pub async fn set_tags(&self, actor: &Actor, id: &str, new: &[Tag]) -> AppResult<()> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let vault = find(&mut tx, actor, id).await?;
        let tags = tag::set(&pairs(&vault.tags.0), &pairs(new))?;
        let tags = tags
            .into_iter()
            .map(|(key, value)| Tag { key, value })
            .collect();
        vaults::set_tags(&mut tx, vault.id, tags, self.now())
            .await
            .during(OP)?;
        tx.commit().await.during(OP)
    }

    /// Deletes tags of a vault; those that are not there count as deleted.
    pub async fn delete_tags(&self, actor: &Actor, id: &str, doomed: &[Doomed]) -> AppResult<()> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let vault = find(&mut tx, actor, id).await?;
        let mut tags = vault.tags.0;
        tags.retain(|tag| {
            !doomed.iter().any(|d| {
                d.key.trim() == tag.key && d.value.as_ref().is_none_or(|v| v.trim() == tag.value)
            })
        });
        vaults::set_tags(&mut tx, vault.id, tags, self.now())
            .await
            .during(OP)?;
        tx.commit().await.during(OP)
    }

    /// Deletes one tag of a vault.
    pub async fn delete_tag(&self, actor: &Actor, id: &str, key: &str) -> AppResult<()> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let vault = find(&mut tx, actor, id).await?;
        let mut tags = vault.tags.0;
        let before = tags.len();
        tags.retain(|tag| tag.key != key.trim());
        if tags.len() == before {
            return Err(Refusal::new(
                Code::TAG_NOT_FOUND,
                format!("vault {id} has no tag of that key"),
            )
            .into());
        }
        vaults::set_tags(&mut tx, vault.id, tags, self.now())
            .await
            .during(OP)?;
        tx.commit().await.during(OP)
    }

    /// The keys of all vaults of the project with their values, both in order.
    pub async fn project_tags(&self, actor: &Actor) -> AppResult<Vec<(String, Vec<String>)>> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let mut found = std::collections::BTreeMap::<String, std::collections::BTreeSet<_>>::new();
        for vault in vaults::of_project(&mut tx, actor.project)
            .await
            .during(OP)?
        {
            for tag in vault.tags.0 {
                found.entry(tag.key).or_default().insert(tag.value);
            }
        }
        Ok(found
            .into_iter()
            .map(|(key, values)| (key, values.into_iter().collect()))
            .collect())
    }

    /// A part of the vaults that a search means, newest first, and their number. No view is made
    /// where `limit` is zero.
    pub async fn search_vaults(
        &self,
        actor: &Actor,
        search: &Search,
        (limit, offset): (usize, usize),
    ) -> AppResult<(Vec<VaultView>, u64)> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let mut list = vaults::of_project(&mut tx, actor.project)
            .await
            .during(OP)?;
        list.retain(|vault| {
            let named = match search.name.as_deref() {
                None => true,
                Some("") => false,
                Some(part) => vault.name.contains(part),
            };
            named
                && search.object_type.is_none_or(|t| t == vault.object_type)
                && search.tags.fits(&pairs(&vault.tags.0))
        });
        let count = list.len() as u64;
        let part = list.into_iter().skip(offset).take(limit).collect();
        Ok((views(&mut tx, part).await.during(OP)?, count))
    }
}
