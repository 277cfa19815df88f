//! Groups of users: roles given to a group hold for its members.

use coffer_core::ids::{DomainId, UserId};
use coffer_core::{Error, Result};

use super::Identity;
use super::admin::{check_description, check_name, named};
use crate::catalog::access::{self as rows, Grant, Group};
use crate::catalog::identity::{self as users, ScopeId, User};
use crate::door;

impl Identity {
    /// The groups of a domain, by name.
    pub async fn groups(&self, domain: DomainId) -> Result<Vec<Group>> {
        let mut db = self.inner.catalog.reader().await?;
        rows::groups(&mut db, domain).await
    }

    /// The groups that a user is in, by name.
    pub async fn groups_of(&self, user: UserId) -> Result<Vec<Group>> {
        let mut db = self.inner.catalog.reader().await?;
        rows::groups_of_user(&mut db, user).await
    }

    /// The group of an id or name in a domain. `NotFound` in any other.
    pub async fn group(&self, domain: DomainId, wanted: &str) -> Result<Group> {
        let mut db = self.inner.catalog.reader().await?;
        let group = rows::group(&mut db, domain, wanted).await?;
        group.ok_or_else(|| Error::not_found("the group does not exist"))
    }

    /// Makes a group.
    pub async fn create_group(
        &self,
        domain: DomainId,
        name: &str,
        description: &str,
    ) -> Result<Group> {
        check_name("group", name)?;
        check_description(description)?;
        let group = Group {
            id: hex::encode(door::new_hex_id()),
            domain_id: domain,
            name: name.to_owned(),
            description: description.to_owned(),
            created_at: self.now(),
        };
        let mut tx = self.inner.catalog.write().await?;
        let inserted = rows::insert_group(tx.connection(), &group).await;
        named(inserted, "group", name)?;
        tx.commit().await?;
        tracing::info!(group.id = group.id, "group {} added", group.id);
        Ok(group)
    }

    /// Stores a group's name and description.
    pub async fn update_group(&self, group: &Group) -> Result<()> {
        check_name("group", &group.name)?;
        check_description(&group.description)?;
        let mut tx = self.inner.catalog.write().await?;
        let updated = rows::update_group(tx.connection(), group).await;
        named(updated, "group", &group.name)?;
        tx.commit().await
    }

    /// Deletes a group; its members lose the roles they had by it.
    pub async fn delete_group(&self, group: &Group) -> Result<()> {
        let mut tx = self.inner.catalog.write().await?;
        rows::delete_group(tx.connection(), &group.id).await?;
        tx.commit().await?;
        tracing::info!(group.id = group.id, "group {} deleted", group.id);
        Ok(())
    }

    /// The members of a group, by name.
    pub async fn members(&self, group: &Group) -> Result<Vec<User>> {
        let mut tx = self.inner.catalog.snapshot().await?;
        let ids = rows::members(tx.connection(), &group.id).await?;
        let all = users::users_of_domain(tx.connection(), group.domain_id).await?;
        Ok(all.into_iter().filter(|u| ids.contains(&u.id)).collect())
    }

    /// Puts a user into a group; nothing happens where it is in it already.
    pub async fn add_member(&self, group: &Group, user: UserId) -> Result<()> {
        let mut tx = self.inner.catalog.write().await?;
        rows::add_member(tx.connection(), &group.id, user).await?;
        tx.commit().await?;
        tracing::info!(group.id = group.id, user.id = %user, "user {user} is in the group");
        Ok(())
    }

    /// Takes a user out of a group.
    ///
    /// # Errors
    /// `NotFound` where it is not in it.
    pub async fn remove_member(&self, group: &Group, user: UserId) -> Result<()> {
        let mut tx = self.inner.catalog.write().await?;
        if !rows::remove_member(tx.connection(), &group.id, user).await? {
            return Err(Error::not_found("the user is not in the group"));
        }
        tx.commit().await?;
        tracing::info!(group.id = group.id, user.id = %user, "user {user} left the group");
        Ok(())
    }

    /// The roles given on a project or domain itself, to users and groups.
    pub async fn grants_on(&self, scope: ScopeId) -> Result<Vec<Grant>> {
        let mut db = self.inner.catalog.reader().await?;
        rows::grants_on(&mut db, scope).await
    }

    /// The roles given in a domain: on it and on its projects.
    pub async fn grants_in(&self, domain: DomainId) -> Result<Vec<Grant>> {
        let mut db = self.inner.catalog.reader().await?;
        rows::grants_in(&mut db, domain).await
    }
}
