//! Vaults that take unprotected resources by themselves (CBR manual: associating a resource with
//! the vault).
//!
//! It happens when a policy's run begins, in the transaction of the run: what is taken is backed up
//! by that run. So of several vaults that would take a resource the one whose run comes first has
//! it, and the next one where that has no room. A vault without a policy that runs takes nothing.

use coffer_core::cbr::{ObjectType, Operation, ResourceType, capacity};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::checkpoints::check_vault;
use super::vaults::NewResource;
use super::{Actor, App, AppError, AppResult, During};
use crate::catalog::disks::Disk;
use crate::catalog::resource_tags;
use crate::catalog::servers::Server;
use crate::catalog::vaults::{ResourceExtra, Vault};
use crate::catalog::{Tx, vaults};

/// A vault takes nothing by itself unless more than so much of it is not associated.
const REMAINING_GIB_MIN: u64 = 40;
/// Most resources that are looked at in one run: four times what a vault can take.
const LOOKS_MAX: u64 = 1024;
const OP: Operation = Operation::Vault;

/// A resource that a vault took by itself, or passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Associated {
    /// The server or disk.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Why it was passed over; none where it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a run's look for unprotected resources came to.
#[derive(Debug, Clone, Default)]
pub struct Association {
    /// Taken.
    pub taken: Vec<Associated>,
    /// Passed over, each with its reason.
    pub passed: Vec<Associated>,
}

/// Whether a vault may take more by itself: what is not associated is more than 40 GiB, and more
/// than what is.
fn has_room(size_gib: u64, associated_gib: u64) -> bool {
    let remaining = size_gib.saturating_sub(associated_gib);
    remaining > REMAINING_GIB_MIN && remaining > associated_gib
}

impl App {
    /// Takes what is unprotected and fits into a vault, where it does that.
    pub(super) async fn associate(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        vault: &Vault,
        now: Timestamp,
    ) -> AppResult<Association> {
        let mut result = Association::default();
        if !vault.auto_bind || check_vault(vault).is_err() {
            return Ok(result);
        }
        let mut present = vaults::resources(tx, vault.id).await.during(OP)?;
        for (id, name, kind) in candidates(tx, vault).await.during(OP)? {
            let associated = present.iter().map(|r| r.size_gib).sum();
            if !has_room(vault.size_gib, associated) {
                let text = format!(
                    "the vault has {} GiB that are not associated; more than {REMAINING_GIB_MIN} \
                     and more than the {associated} GiB associated are needed",
                    vault.size_gib.saturating_sub(associated)
                );
                result.pass(id, name, text);
                continue;
            }
            if present.len() >= capacity::RESOURCES_MAX {
                let text = format!("the vault has {} resources already", present.len());
                result.pass(id, name, text);
                continue;
            }
            let wanted = NewResource {
                id: id.to_string(),
                resource_type: kind,
                name: None,
                extra_info: ResourceExtra::default(),
                field: "automatic association".to_owned(),
            };
            let wanted = std::slice::from_ref(&wanted);
            match self.resolve(tx, actor, vault, &present, wanted).await {
                Ok(rows) => {
                    for row in rows {
                        vaults::insert_resource(tx, &row).await.during(OP)?;
                        present.push(row);
                    }
                    result.taken.push(Associated {
                        id,
                        name,
                        reason: None,
                    });
                }
                Err(AppError::Refused(refusal)) => result.pass(id, name, refusal.message),
                Err(failed) => return Err(failed),
            }
        }
        if !result.taken.is_empty() {
            tracing::info!(
                vault.id = %vault.id, count = result.taken.len(), at = %now,
                "resources associated automatically"
            );
        }
        Ok(result)
    }
}

impl Associated {
    /// Why it was passed over; empty where it was taken.
    pub fn reason(&self) -> &str {
        self.reason.as_deref().unwrap_or_default()
    }
}

impl Association {
    fn pass(&mut self, id: Uuid, name: String, reason: String) {
        self.passed.push(Associated {
            id,
            name,
            reason: Some(reason),
        });
    }

    /// True where there was nothing unprotected.
    pub fn is_empty(&self) -> bool {
        self.taken.is_empty() && self.passed.is_empty()
    }
}

/// The unprotected resources that the vault's tags mean, oldest first.
async fn candidates(
    tx: &mut Tx,
    vault: &Vault,
) -> coffer_core::Result<Vec<(Uuid, String, ResourceType)>> {
    let tags: Vec<(String, String)> = vault
        .bind_rules
        .0
        .iter()
        .map(|tag| (tag.key.clone(), tag.value.clone()))
        .collect();
    let project = vault.project_id;
    Ok(match vault.object_type {
        ObjectType::Server => {
            let found = resource_tags::unprotected::<Server>(tx, project, &tags, LOOKS_MAX).await?;
            let server = |s: Server| (s.id.0, s.name, ResourceType::Server);
            found.into_iter().map(server).collect()
        }
        ObjectType::Disk => {
            let found = resource_tags::unprotected::<Disk>(tx, project, &tags, LOOKS_MAX).await?;
            let usable = found.into_iter().filter(|d| d.unsupported.is_none());
            usable
                .map(|d| (d.id.0, d.name, ResourceType::Disk))
                .collect()
        }
        ObjectType::Turbo => Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_more_than_40_gib_and_more_than_what_is_associated() {
        for (size, associated, fits) in [
            (800, 200, true), // the manual's example
            (40, 0, false),
            (41, 0, true),
            (140, 100, false),
            (200, 100, false),
            (201, 100, true),
            (100, 200, false),
        ] {
            assert_eq!(has_room(size, associated), fits, "{size} {associated}");
        }
    }
}
